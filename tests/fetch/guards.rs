//! The guard: no byte reaches a private address, by whatever way it is named.

use std::net::{IpAddr, Ipv4Addr};

use tamis::fetch::{FetchOptions, Fetcher};

use crate::options;
use crate::support::{Answer, Names, Server};

fn guarded() -> FetchOptions {
    FetchOptions { allow_private: false, ..options() }
}

#[tokio::test]
async fn literals_of_this_machine_get_no_byte() {
    let server = Server::start();
    let fetcher = Fetcher::new(guarded()).expect("good settings");
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "localhost",
        "0.0.0.0",
    ] {
        let url = server.url_at(host, "/a");
        let error = fetcher.fetch(&url).await.expect_err(host);
        assert_eq!(error.status(), "private-address", "{host}: {error}");
        assert!(fetcher.sitemaps(&url).await.is_err(), "{host}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn names_that_resolve_to_this_machine_get_no_byte() {
    let server = Server::start();
    let fetcher = Fetcher::with_lookup(guarded(), Names::all_local()).expect("good settings");
    let error = fetcher.fetch(&server.url_at("innocent.example", "/a")).await.expect_err("private");
    assert_eq!(error.status(), "private-address", "{error}");
    assert!(error.reason().contains("innocent.example (127.0.0.1)"), "{error}");
    assert!(!error.is_transient(), "asked once");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_mapped_address_in_a_dns_answer_gets_no_byte() {
    let server = Server::start();
    let mapped = IpAddr::V6(Ipv4Addr::LOCALHOST.to_ipv6_mapped());
    let options = FetchOptions { respect_robots: false, ..guarded() };
    let fetcher = Fetcher::with_lookup(options, Names::flipping(vec![mapped])).expect("good settings");
    let error = fetcher.fetch(&server.url_at("innocent.example", "/a")).await.expect_err("private");
    assert_eq!((error.status(), server.connections()), ("private-address", 0));
}

/// The server plays the proxy, so that public names can be served on loopback.
#[tokio::test]
async fn redirects_to_private_addresses_get_no_byte() {
    let proxy = Server::start();
    let target = Server::start();
    let to = target.url("/secret");
    let private = [
        "http://10.0.0.1/".to_owned(),
        "http://[::1]/".to_owned(),
        "http://a.localhost/".to_owned(),
        to.to_string(),
    ];
    let options =
        FetchOptions { proxy: Some(proxy.url("/").to_string()), respect_robots: false, ..guarded() };
    let fetcher = Fetcher::new(options).expect("good settings");
    for (number, address) in private.iter().enumerate() {
        let url = format!("http://public.example/{number}");
        proxy.route(&url, Answer::redirect(302, address));
        let error = fetcher.fetch(&url.parse().expect("a URL")).await.expect_err(address);
        assert_eq!((error.status(), error.url.as_str()), ("private-address", address.as_str()));
    }
    assert_eq!(
        (proxy.log().len(), target.connections()),
        (private.len(), 0),
        "only the redirects themselves"
    );
}

/// One address of every private network, in notations that hide it.
const PRIVATE: [&str; 44] = [
    "0.0.0.1",
    "10.255.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "%31%32%37.0.0.1",
    "１２７.０.０.１",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.19.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:0:10.0.0.1]",
    "[::7f00:1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2001::1]",
    "[2001:db8::1]",
    "[fc00::1]",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
];

#[tokio::test]
async fn no_private_address_is_reached_directly_or_by_any_redirect() {
    let proxy = Server::start();
    let guarded = || FetchOptions { respect_robots: false, ..guarded() };
    let behind = FetchOptions { proxy: Some(proxy.url("/").to_string()), ..guarded() };
    let (direct, behind) =
        (Fetcher::new(guarded()).expect("settings"), Fetcher::new(behind).expect("settings"));
    for (number, host) in PRIVATE.into_iter().enumerate() {
        let target = format!("http://{host}/");
        let error = direct.fetch(&target.parse().expect(host)).await.expect_err(host);
        assert_eq!(error.status(), "private-address", "{host}");
        for code in [301, 302, 303, 307, 308] {
            let url = format!("http://public.example/{number}/{code}");
            proxy.route(&url, Answer::redirect(code, &target));
            let error = behind.fetch(&url.parse().expect("a URL")).await.expect_err(host);
            assert_eq!(error.status(), "private-address", "{code} to {host}");
        }
    }
    let asked: Vec<String> = proxy.log().into_iter().map(|asked| asked.path).collect();
    assert_eq!(asked.len(), PRIVATE.len() * 5);
    assert!(asked.iter().all(|path| path.starts_with("http://public.example/")), "{asked:?}");
}

#[tokio::test]
async fn a_name_whose_answer_flips_between_private_addresses_gets_no_byte() {
    let server = Server::start();
    let mapped = IpAddr::V6(Ipv4Addr::LOCALHOST.to_ipv6_mapped());
    let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let answers = vec![local, mapped, IpAddr::V4(Ipv4Addr::UNSPECIFIED), mapped, local];
    let fetcher = Fetcher::with_lookup(guarded(), Names::flipping(answers)).expect("good settings");
    for _ in 0..8 {
        let error = fetcher.fetch(&server.url_at("flip.example", "/a")).await.expect_err("private");
        assert_eq!(error.status(), "private-address", "{error}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_proxy_of_the_settings_is_used_for_robots_and_pages() {
    let proxy = Server::start();
    proxy.route("http://public.example/a", Answer::html("<p>a</p>"));
    let options = FetchOptions { proxy: Some(proxy.url("/").to_string()), ..guarded() };
    let fetcher = Fetcher::new(options).expect("good settings");
    let page = fetcher.fetch(&"http://public.example/a".parse().expect("a URL")).await.expect("a page");
    assert_eq!(page.bytes, b"<p>a</p>");
    let paths: Vec<String> = proxy.log().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["http://public.example/robots.txt", "http://public.example/a"]);
}

#[tokio::test]
async fn names_that_do_not_exist_fail_as_such() {
    struct Nobody;
    impl tamis::fetch::Lookup for Nobody {
        fn lookup(&self, _name: &str) -> futures::future::BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
            Box::pin(async { Err(std::io::Error::other("no such name")) })
        }
    }
    let fetcher = Fetcher::with_lookup(options(), std::sync::Arc::new(Nobody)).expect("good settings");
    let error = fetcher.fetch(&"http://nowhere.example/".parse().expect("a URL")).await.expect_err("no name");
    assert_eq!((error.status(), error.is_transient()), ("dns-failed", true));
    assert!(error.reason().contains("no such name"), "{error}");
}

#[tokio::test]
async fn addresses_outside_of_the_web_are_refused() {
    let fetcher = Fetcher::new(guarded()).expect("good settings");
    for address in ["ftp://example.org/a", "file:///etc/passwd", "data:text/html,a"] {
        let error = fetcher.fetch(&address.parse().expect(address)).await.expect_err(address);
        assert_eq!((error.status(), error.is_permanent()), ("invalid-url", true), "{error}");
    }
}
