//! The guard: which addresses may be reached at all.
//!
//! A page may name or redirect to `http://169.254.169.254/` or a name that resolves to `10.0.0.1`, and make
//! the fetcher read what only this machine can see. The guard stands in two places:
//!
//! 1. [`check_url`] sees each URL before it is asked for, redirects included. It knows literal addresses in
//!    every notation, because the `url` crate writes `http://0x7f.1/` and `http://2130706433/` as `127.0.0.1`.
//! 2. [`GuardedResolver`] sees each DNS answer and hands only public addresses to the connection, so the
//!    checked address is the one connected to, however often the answer changes.
//!
//! With a proxy the second place sees nothing: the proxy resolves names. Names that are private by their
//! ending are refused by the first place for that reason.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::error::FetchErrorKind;

/// Endings of names that exist in private networks only (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`).
const PRIVATE_ENDINGS: [&str; 5] = ["localhost", "local", "internal", "home.arpa", "localdomain"];

/// IPv4 networks that are not the public internet: network, prefix length.
const PRIVATE_V4: [([u8; 4], u32); 17] = [
    ([0, 0, 0, 0], 8),        // this network
    ([10, 0, 0, 0], 8),       // private
    ([100, 64, 0, 0], 10),    // carrier-grade NAT; Alibaba's metadata service
    ([127, 0, 0, 0], 8),      // loopback
    ([168, 63, 129, 16], 32), // Azure's metadata service, in a public range
    ([169, 254, 0, 0], 16),   // link-local; metadata services
    ([172, 16, 0, 0], 12),    // private
    ([192, 0, 0, 0], 24),     // protocol assignments; Oracle's metadata service
    ([192, 0, 2, 0], 24),     // documentation
    ([192, 31, 196, 0], 24),  // AS112
    ([192, 52, 193, 0], 24),  // AMT
    ([192, 88, 99, 0], 24),   // 6to4 relays
    ([192, 168, 0, 0], 16),   // private
    ([198, 18, 0, 0], 15),    // benchmarks
    ([198, 51, 100, 0], 24),  // documentation
    ([203, 0, 113, 0], 24),   // documentation
    ([224, 0, 0, 0], 3),      // multicast, reserved, broadcast
];

/// Answers of the domain name system. Tests and embedders may bring their own.
pub trait Lookup: Send + Sync {
    /// All addresses of a host name.
    fn lookup(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A DNS answer held private addresses only.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(pub(super) String);

/// Hands only public addresses to the connection.
pub(super) struct GuardedResolver {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) allow_private: bool,
    /// Names of proxies: settings name them, not pages, and they are often private.
    pub(super) trusted: Vec<String>,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let allow =
            self.allow_private || self.trusted.iter().any(|trusted| trusted.eq_ignore_ascii_case(&name));
        let answer = self.lookup.lookup(&name);
        Box::pin(async move {
            let addresses = answer.await?;
            let usable = if allow { addresses } else { public_only(&name, addresses)? };
            // Port 0 stands for the port of the URL.
            Ok(Box::new(usable.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

fn public_only(name: &str, addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, Refused> {
    let private = addresses.iter().copied().find(|address| !is_public(*address));
    let public: Vec<IpAddr> = addresses.into_iter().filter(|address| is_public(*address)).collect();
    match private {
        Some(address) if public.is_empty() => Err(Refused(format!("{name} ({address})"))),
        _ => Ok(public),
    }
}

/// Refuses what is not http or https, and literal private addresses and names.
pub(super) fn check_url(url: &Url, allow_private: bool) -> Result<(), FetchErrorKind> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchErrorKind::InvalidUrl {
            detail: format!("`{}` is no address of the web", url.scheme()),
        });
    }
    let Some(host) = url.host() else {
        return Err(FetchErrorKind::InvalidUrl { detail: "the address names no host".to_owned() });
    };
    if allow_private || is_public_host(&host) {
        return Ok(());
    }
    Err(FetchErrorKind::PrivateAddress { address: host.to_string() })
}

fn is_public_host(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => is_public_v4(*address),
        Host::Ipv6(address) => is_public_v6(*address),
        Host::Domain(name) => !is_private_name(name),
    }
}

fn is_private_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    PRIVATE_ENDINGS.iter().any(|ending| {
        name.strip_suffix(ending).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

/// Whether an address belongs to the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !PRIVATE_V4.iter().any(|(network, prefix)| {
        let shift = 32 - prefix;
        bits >> shift == u32::from_be_bytes(*network) >> shift
    })
}

/// Public are the global unicast addresses, less those that stand for something else. An address that carries
/// an IPv4 address is as public as that one.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(carried) = carried_v4(address) {
        return is_public_v4(carried);
    }
    let [first, second, ..] = address.segments();
    let global_unicast = first & 0xe000 == 0x2000;
    let protocol_assignment = first == 0x2001 && second < 0x0200; // Teredo, ORCHID, benchmarks
    let documentation = (first == 0x2001 && second == 0x0db8) || (first == 0x3fff && second < 0x1000);
    global_unicast && !protocol_assignment && !documentation
}

/// The IPv4 address within a mapped (`::ffff:a.b.c.d`), translated (`64:ff9b::a.b.c.d`) or 6to4 (`2002:`) address.
fn carried_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let last = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => Some(last(high, low)),
        [0, 0, 0, 0, 0xffff, 0, high, low] => Some(last(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(last(high, low)),
        [0x2002, high, low, ..] => Some(last(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> Result<(), FetchErrorKind> {
        check_url(&Url::parse(text).expect(text), false)
    }

    #[test]
    fn refuses_private_literals_in_every_notation() {
        for text in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://017700000001/",
            "http://127.0.0.1./",
            "http://127.0.0.1:8080/",
            "http://%31%32%37.0.0.1/",
            "http://１２７.０.０.１/",
            "http://127。0。0。1/",
            "http://0/",
            "http://0.0.0.0/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://172.31.255.255/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://100.64.0.1/",
            "http://100.100.100.200/",
            "http://168.63.129.16/",
            "http://192.0.0.192/",
            "http://198.18.0.1/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:a00:1]/",
            "http://[::ffff:0:10.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[64:ff9b:1::1]/",
            "http://[2002:7f00:1::]/",
            "http://[2002:a9fe:a9fe::]/",
            "http://[::7f00:1]/",
            "http://[fe80::1]/",
            "http://[fc00::1]/",
            "http://[fd00:ec2::254]/",
            "http://[ff02::1]/",
            "http://[2001:db8::1]/",
            "http://[2001::1]/",
            "http://[3fff::1]/",
            "http://[5f00::1]/",
            "http://[100::1]/",
            "http://user:word@10.0.0.1/",
        ] {
            assert_eq!(verdict(text).expect_err(text).status(), "private-address", "{text}");
        }
    }

    #[test]
    fn refuses_names_that_are_private_by_their_ending() {
        for text in [
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://printer.local/",
            "http://metadata.google.internal/",
            "http://router.home.arpa/",
        ] {
            assert_eq!(verdict(text).expect_err(text).status(), "private-address", "{text}");
        }
    }

    #[test]
    fn lets_public_addresses_and_names_pass() {
        for text in [
            "http://example.org/",
            "https://www.lemonde.fr/a",
            "http://1.1.1.1/",
            "http://172.32.0.1/",
            "http://100.128.0.1/",
            "http://[2606:4700:4700::1111]/",
            "http://[::ffff:8.8.8.8]/",
            "http://[64:ff9b::808:808]/",
            "http://notlocalhost/",
            "http://mylocal.example/",
            "http://local.fr/",
        ] {
            assert_eq!(verdict(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn refuses_other_schemes_even_where_private_addresses_are_allowed() {
        for text in
            ["ftp://example.org/", "file:///etc/passwd", "data:text/html,a", "javascript:1", "gopher://a/"]
        {
            let kind = check_url(&Url::parse(text).expect(text), true).expect_err(text);
            assert_eq!(kind.status(), "invalid-url", "{text}");
        }
    }

    #[test]
    fn allow_private_lifts_the_guard() {
        assert_eq!(check_url(&Url::parse("http://127.0.0.1/").expect("a URL"), true), Ok(()));
    }

    #[test]
    fn keeps_only_the_public_part_of_a_mixed_dns_answer() {
        let public: IpAddr = "93.184.215.14".parse().expect("an address");
        let private: IpAddr = "10.0.0.1".parse().expect("an address");
        assert_eq!(public_only("a", vec![private, public]).expect("one is public"), vec![public]);
        assert!(public_only("a", vec![private]).is_err());
    }
    /// Answers with the next address at each question.
    struct Flipping(std::sync::Mutex<Vec<&'static str>>);

    impl Lookup for Flipping {
        fn lookup(&self, _name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            let next = self.0.lock().expect("answers").pop().expect("an answer left");
            Box::pin(async move { Ok(vec![next.parse().expect(next)]) })
        }
    }

    async fn resolved(resolver: &GuardedResolver, name: &str) -> Option<IpAddr> {
        let answer = resolver.resolve(name.parse().expect("a name")).await;
        answer.ok().and_then(|mut addresses| addresses.next()).map(|address| address.ip())
    }

    #[tokio::test]
    async fn every_dns_answer_is_checked_also_one_that_flips() {
        let answers = vec!["::ffff:10.0.0.1", "169.254.169.254", "93.184.215.14"];
        let lookup = Arc::new(Flipping(std::sync::Mutex::new(answers)));
        let resolver = GuardedResolver { lookup, allow_private: false, trusted: Vec::new() };
        assert!(resolved(&resolver, "flip.example").await.is_some());
        assert_eq!(resolved(&resolver, "flip.example").await, None);
        assert_eq!(resolved(&resolver, "flip.example").await, None);
    }

    #[tokio::test]
    async fn the_name_of_a_proxy_may_be_private() {
        let lookup = Arc::new(Flipping(std::sync::Mutex::new(vec!["10.0.0.1", "10.0.0.1"])));
        let trusted = vec!["proxy.intern".to_owned()];
        let resolver = GuardedResolver { lookup, allow_private: false, trusted };
        assert!(resolved(&resolver, "Proxy.intern").await.is_some());
        assert_eq!(resolved(&resolver, "other.intern").await, None);
    }
}
