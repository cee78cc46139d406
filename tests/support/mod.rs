//! A small HTTP server on loopback whose every answer a test decides, with a log of what it was asked.
//!
//! A *route* is a path with a function from request to [`Answer`]. Paths without a route answer 404, robots.txt
//! included, which allows everything. The server runs in a thread of its own, so that it serves async tests and
//! tests of the binary alike, and it stops when it is dropped.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod bombs;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// What the server was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Path and query.
    pub path: String,
    /// The Host header, without port.
    pub host: String,
    /// All headers, names in lower case.
    pub headers: HashMap<String, String>,
    /// When the head of the request had arrived.
    pub at: Instant,
}

/// How the body is sent.
#[derive(Clone)]
enum Body {
    /// At once, with its length.
    Whole(Vec<u8>),
    /// A few bytes at a time, with its length.
    Drip { bytes: Vec<u8>, every: Duration },
    /// These bytes, then the connection is closed, whatever length was announced.
    Cut(Vec<u8>),
    /// Chunk by chunk (chunked encoding), as often as told; `end` closes the body.
    Chunks { first: Vec<u8>, repeated: Vec<u8>, times: usize },
    /// Header lines without end.
    EndlessHeaders,
    /// Nothing at all, and the connection stays open.
    Silence,
    /// The connection is closed without an answer.
    Hangup,
}

/// One answer.
#[derive(Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Body,
    after: Duration,
}

impl Answer {
    pub fn html(text: &str) -> Answer {
        Answer::bytes("text/html; charset=utf-8", text.as_bytes().to_vec())
    }

    pub fn text(text: &str) -> Answer {
        Answer::bytes("text/plain", text.as_bytes().to_vec())
    }

    pub fn bytes(content_type: &str, bytes: Vec<u8>) -> Answer {
        Answer::of(200, Body::Whole(bytes)).header("Content-Type", content_type)
    }

    pub fn status(status: u16) -> Answer {
        Answer::of(status, Body::Whole(format!("status {status}").into_bytes()))
            .header("Content-Type", "text/html")
    }

    pub fn redirect(status: u16, to: &str) -> Answer {
        Answer::status(status).header("Location", to)
    }

    pub fn silence() -> Answer {
        Answer::of(200, Body::Silence)
    }

    pub fn hangup() -> Answer {
        Answer::of(200, Body::Hangup)
    }

    pub fn endless_headers() -> Answer {
        Answer::of(200, Body::EndlessHeaders)
    }

    pub fn drip(text: &str, every: Duration) -> Answer {
        let body = Body::Drip { bytes: text.as_bytes().to_vec(), every };
        Answer::of(200, body).header("Content-Type", "text/html")
    }

    /// Sends these bytes and closes; announce a length with [`Answer::header`].
    pub fn cut(bytes: Vec<u8>) -> Answer {
        Answer::of(200, Body::Cut(bytes)).header("Content-Type", "text/html")
    }

    /// Sends `first`, then `repeated` so many times, in chunks.
    pub fn chunks(first: Vec<u8>, repeated: Vec<u8>, times: usize) -> Answer {
        Answer::of(200, Body::Chunks { first, repeated, times }).header("Content-Type", "text/html")
    }

    /// Sets a header, in the place of an earlier one of that name.
    pub fn header(mut self, name: &str, value: &str) -> Answer {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Waits before it answers.
    pub fn after(mut self, wait: Duration) -> Answer {
        self.after = wait;
        self
    }

    fn of(status: u16, body: Body) -> Answer {
        Answer { status, headers: Vec::new(), body, after: Duration::ZERO }
    }
}

type Route = Arc<dyn Fn(&Asked) -> Answer + Send + Sync>;

#[derive(Default)]
struct Shared {
    routes: Mutex<HashMap<String, Route>>,
    log: Mutex<Vec<Asked>>,
    connections: Mutex<usize>,
}

/// The server.
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// Starts on 127.0.0.1 and a free port.
    pub fn start() -> Server {
        Server::start_on(&[Ipv4Addr::LOCALHOST]).expect("loopback is there")
    }

    /// Starts on several loopback addresses, with one port. Fails where they are not there (macOS).
    pub fn start_on(addresses: &[Ipv4Addr]) -> std::io::Result<Server> {
        let first = std::net::TcpListener::bind((addresses[0], 0))?;
        let address = first.local_addr()?;
        let mut listeners = vec![first];
        for other in &addresses[1..] {
            listeners.push(std::net::TcpListener::bind((*other, address.port()))?);
        }
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = oneshot::channel();
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || serve(listeners, for_thread, stopped));
        Ok(Server { shared, address, stop: Some(stop), thread: Some(thread) })
    }

    /// Answers a path as the function says.
    pub fn on(&self, path: &str, answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> &Server {
        self.shared.routes.lock().expect("routes").insert(path.to_owned(), Arc::new(answer));
        self
    }

    /// Answers a path always alike.
    pub fn route(&self, path: &str, answer: Answer) -> &Server {
        self.on(path, move |_| answer.clone())
    }

    /// Answers a path with one after the other; the last stays.
    pub fn sequence(&self, path: &str, answers: Vec<Answer>) -> &Server {
        let next = Mutex::new(0);
        self.on(path, move |_| {
            let mut next = next.lock().expect("counter");
            *next += 1;
            answers[(*next - 1).min(answers.len() - 1)].clone()
        })
    }

    /// The robots.txt of the server.
    pub fn robots(&self, text: &str) -> &Server {
        self.route("/robots.txt", Answer::text(text))
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> url::Url {
        self.url_at("127.0.0.1", path)
    }

    /// The address of a path by another name or address of the server.
    pub fn url_at(&self, host: &str, path: &str) -> url::Url {
        format!("http://{host}:{}{path}", self.address.port()).parse().expect("a URL")
    }

    /// Everything that was asked so far.
    pub fn log(&self) -> Vec<Asked> {
        self.shared.log.lock().expect("log").clone()
    }

    /// How often a path was asked for.
    pub fn count(&self, path: &str) -> usize {
        self.log().iter().filter(|asked| asked.path == path).count()
    }

    /// Connections that were opened so far.
    pub fn connections(&self) -> usize {
        *self.shared.connections.lock().expect("connections")
    }

    /// The shortest time between two requests to one host.
    pub fn shortest_gap(&self, host: &str) -> Option<Duration> {
        let log = self.log();
        let times: Vec<Instant> =
            log.iter().filter(|asked| asked.host == host).map(|asked| asked.at).collect();
        times.windows(2).map(|pair| pair[1] - pair[0]).min()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(listeners: Vec<std::net::TcpListener>, shared: Arc<Shared>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async move {
        for listener in listeners {
            listener.set_nonblocking(true).expect("nonblocking");
            let listener = TcpListener::from_std(listener).expect("a listener");
            tokio::spawn(accept(listener, Arc::clone(&shared)));
        }
        let _ = stopped.await;
    });
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        *shared.connections.lock().expect("connections") += 1;
        let _ = stream.set_nodelay(true);
        tokio::spawn(converse(stream, Arc::clone(&shared)));
    }
}

/// Answers the requests of one connection until either side closes it.
async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    let mut stream = BufReader::new(stream);
    while let Some(asked) = read_request(&mut stream).await {
        shared.log.lock().expect("log").push(asked.clone());
        let path = asked.path.split('?').next().unwrap_or_default();
        let route = shared.routes.lock().expect("routes").get(path).cloned();
        let answer = route.map_or_else(|| Answer::status(404), |route| route(&asked));
        if !send(stream.get_mut(), answer).await.unwrap_or(false) {
            return;
        }
    }
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|bytes| *bytes > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = HashMap::new();
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok().filter(|bytes| *bytes > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let host = headers.get("host").map(|host| host.split(':').next().unwrap_or_default().to_owned());
    Some(Asked { path, host: host.unwrap_or_default(), headers, at: Instant::now() })
}

/// Sends an answer; says whether the connection may go on.
async fn send(stream: &mut TcpStream, answer: Answer) -> std::io::Result<bool> {
    tokio::time::sleep(answer.after).await;
    match answer.body {
        Body::Hangup => return Ok(false),
        Body::Silence => std::future::pending().await,
        _ => {}
    }
    let mut head = format!("HTTP/1.1 {} Test\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match answer.body {
        Body::Whole(bytes) => {
            head.push_str(&format!("Content-Length: {}\r\n\r\n", bytes.len()));
            stream.write_all(&[head.into_bytes(), bytes].concat()).await?;
            Ok(true)
        }
        Body::Drip { bytes, every } => {
            head.push_str(&format!("Content-Length: {}\r\n\r\n", bytes.len()));
            stream.write_all(head.as_bytes()).await?;
            for byte in bytes {
                stream.write_all(&[byte]).await?;
                tokio::time::sleep(every).await;
            }
            Ok(true)
        }
        Body::Cut(bytes) => {
            stream.write_all(&[head.as_bytes(), b"\r\n", &bytes].concat()).await?;
            Ok(false)
        }
        Body::Chunks { first, repeated, times } => {
            head.push_str("Transfer-Encoding: chunked\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            send_chunk(stream, &first).await?;
            for _ in 0..times {
                send_chunk(stream, &repeated).await?;
            }
            stream.write_all(b"0\r\n\r\n").await?;
            Ok(true)
        }
        Body::EndlessHeaders => {
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(format!("X-More: {}\r\n", "x".repeat(1000)).as_bytes()).await?;
            }
        }
        Body::Silence | Body::Hangup => Ok(false),
    }
}

async fn send_chunk(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    if bytes.is_empty() {
        return Ok(()); // an empty chunk would be the end
    }
    stream.write_all(format!("{:x}\r\n", bytes.len()).as_bytes()).await?;
    stream.write_all(bytes).await?;
    stream.write_all(b"\r\n").await
}

/// Resolves names as a test says: the n-th answer for the n-th question, the last stays.
pub struct Names {
    answers: Vec<IpAddr>,
    asked: Mutex<usize>,
}

impl Names {
    /// Every name is 127.0.0.1.
    pub fn all_local() -> Arc<Names> {
        Names::flipping(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])
    }

    /// One answer after the other.
    pub fn flipping(answers: Vec<IpAddr>) -> Arc<Names> {
        Arc::new(Names { answers, asked: Mutex::new(0) })
    }
}

#[cfg(feature = "fetch")]
impl tamis::fetch::Lookup for Names {
    fn lookup(&self, _name: &str) -> futures::future::BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        let mut asked = self.asked.lock().expect("counter");
        *asked += 1;
        let answer = self.answers[(*asked - 1).min(self.answers.len() - 1)];
        Box::pin(async move { Ok(vec![answer]) })
    }
}
