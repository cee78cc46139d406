//! Sets up the HTTP client: TLS, proxy, timeouts, the guarded resolver. No redirects and no retries of its own:
//! those are ours, so that guard, robots.txt and the host's delay hold for every single request.
//!
//! Certificates are checked against the store of the operating system (rustls-platform-verifier), not against a
//! list compiled in: a store is updated without a new tamis, knows a company's own authority, and its licence is
//! nobody's concern. The settings may add some. A bare container may have no store at all; then http still works, and https fails with a
//! message that names the package.

use std::sync::Arc;

use reqwest::cookie::Jar;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Certificate, Client, ClientBuilder, Proxy};

use super::body;
use super::guard::{GuardedResolver, Lookup};
use super::options::{FetchOptions, PROXY_FROM_ENVIRONMENT, seconds};
use crate::error::Error;

/// Bytes of HTTP/2 headers that are accepted; HTTP/1 has its limit in hyper (100 headers, about 400 KB).
const MAX_HEADER_BYTES: u32 = 64 << 10;

/// Pages first, anything as a last resort.
const ACCEPT_VALUE: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,text/*;q=0.8,*/*;q=0.5";

/// Variables that name proxies.
const PROXY_VARIABLES: [&str; 6] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The client for these settings.
pub(super) fn build(options: &FetchOptions, lookup: Arc<dyn Lookup>) -> Result<Client, Error> {
    // Fails if the embedding program has chosen its own already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let own = own_certificates(options)?;
    let with_store = builder(options, Arc::clone(&lookup))?.tls_certs_merge(own.clone()).build();
    match with_store {
        Ok(client) => Ok(client),
        Err(error) => {
            tracing::warn!(%error, "no CA certificates on this machine, https will fail; install ca-certificates");
            let without_store = builder(options, lookup)?.tls_certs_only(own);
            without_store.build().map_err(|error| Error::Client(error.to_string()))
        }
    }
}

/// The root certificates of the settings.
fn own_certificates(options: &FetchOptions) -> Result<Vec<Certificate>, Error> {
    let Some(path) = &options.root_certificates else { return Ok(Vec::new()) };
    let bytes = std::fs::read(path).map_err(|error| {
        Error::Config(format!("fetch.root_certificates: cannot read {}: {error}", path.display()))
    })?;
    match Certificate::from_pem_bundle(&bytes) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => {
            let path = path.display();
            Err(Error::Config(format!("fetch.root_certificates: {path} holds no certificate in PEM form")))
        }
    }
}

/// The cookie jar of the run, with the cookies of the settings in it. Cookies of a host are sent over http and https.
fn cookies(options: &FetchOptions) -> Arc<Jar> {
    let jar = Jar::default();
    for (host, own) in &options.hosts {
        let Ok(url) = url::Url::parse(&format!("https://{host}/")) else { continue };
        own.cookies
            .iter()
            .for_each(|(name, value)| jar.add_cookie_str(&format!("{name}={value}; Path=/"), &url));
    }
    Arc::new(jar)
}

fn builder(options: &FetchOptions, lookup: Arc<dyn Lookup>) -> Result<ClientBuilder, Error> {
    let resolver =
        GuardedResolver { lookup, allow_private: options.allow_private, trusted: proxy_names(options) };
    let builder = Client::builder()
        .default_headers(default_headers(options)?)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .cookie_provider(cookies(options))
        .connect_timeout(seconds(options.connect_timeout_seconds))
        .read_timeout(seconds(options.read_timeout_seconds))
        .pool_max_idle_per_host(options.per_host)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .dns_resolver(resolver);
    with_proxy(builder, options)
}

fn default_headers(options: &FetchOptions) -> Result<HeaderMap, Error> {
    let mut headers = headers_for_all(options);
    insert_all(&mut headers, &options.headers)?;
    Ok(headers)
}

/// What every server is told, before the headers of the settings.
pub(super) fn headers_for_all(options: &FetchOptions) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // checked when the fetcher was made
    headers.extend(HeaderValue::from_str(&options.full_user_agent()).ok().map(|value| (USER_AGENT, value)));
    headers.insert(ACCEPT, HeaderValue::from_static(ACCEPT_VALUE));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(body::ACCEPT_ENCODING));
    headers
}

/// Adds the headers of the settings.
pub(super) fn insert_all(
    headers: &mut HeaderMap,
    wanted: &std::collections::BTreeMap<String, String>,
) -> Result<(), Error> {
    for (name, value) in wanted {
        let bad = |_| Error::Config(format!("fetch.headers: `{name}` or its value is not valid in HTTP"));
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad(()))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| bad(()))?;
        value.set_sensitive(true); // cookies and tokens stay out of logs
        headers.insert(key, value);
    }
    Ok(())
}

fn with_proxy(builder: ClientBuilder, options: &FetchOptions) -> Result<ClientBuilder, Error> {
    match options.proxy.as_deref() {
        None => Ok(builder.no_proxy()),
        Some(PROXY_FROM_ENVIRONMENT) => Ok(builder),
        Some(address) => {
            let proxy = Proxy::all(address).map_err(|_| {
                Error::Config("fetch.proxy is not an address; write http://host:port, socks5h://host:port or environment".to_owned())
            })?;
            Ok(builder.no_proxy().proxy(proxy))
        }
    }
}

/// Names of the proxies in force: they may resolve to private addresses.
fn proxy_names(options: &FetchOptions) -> Vec<String> {
    let addresses = match options.proxy.as_deref() {
        None => Vec::new(),
        Some(PROXY_FROM_ENVIRONMENT) => {
            PROXY_VARIABLES.iter().filter_map(|name| std::env::var(name).ok()).collect()
        }
        Some(address) => vec![address.to_owned()],
    };
    addresses.iter().filter_map(|address| host_name(address)).collect()
}

fn host_name(address: &str) -> Option<String> {
    let with_scheme = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    url::Url::parse(&with_scheme).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::guard::SystemLookup;

    #[test]
    fn a_proxy_that_is_no_address_is_a_setting_to_correct() {
        let options = FetchOptions { proxy: Some("no proxy at all".to_owned()), ..FetchOptions::default() };
        let error = build(&options, Arc::new(SystemLookup)).expect_err("no address");
        assert!(error.to_string().starts_with("fetch.proxy"), "{error}");
    }

    #[test]
    fn the_name_of_the_proxy_is_trusted() {
        let options = FetchOptions {
            proxy: Some("http://user:word@proxy.intern:3128".to_owned()),
            ..FetchOptions::default()
        };
        assert_eq!(proxy_names(&options), ["proxy.intern"]);
        assert_eq!(host_name("proxy.intern:3128").as_deref(), Some("proxy.intern"));
        assert!(proxy_names(&FetchOptions::default()).is_empty());
    }
}
