//! For tests: a provider of a few lines on the loopback network, which answers by a script and
//! keeps what it was asked.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ledgerhook_egress::{AddressPolicy, Client, ClientOptions};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Long enough for anything on loopback, also on a busy machine.
const AMPLE: Duration = Duration::from_secs(20);

/// A client that may call this machine.
pub(crate) fn client() -> Client {
    Client::new(ClientOptions {
        policy: AddressPolicy::allow_private(),
        connect_timeout: AMPLE,
        timeout: AMPLE,
        body_bytes_max: 4 * 1024 * 1024,
        user_agent: "ledgerhook-test".to_owned(),
        pool_idle_per_host_max: 1,
    })
    .unwrap()
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// `GET /path?query`.
    pub(crate) line: String,
    /// Its headers, names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    /// Its body.
    pub(crate) body: String,
}

impl Asked {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The decoded value of a query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let (_, query) = self.line.split_once('?')?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct Scripted {
    /// As in `200 OK`.
    pub(crate) status: &'static str,
    /// Lines without their ends.
    pub(crate) headers: Vec<&'static str>,
    /// The body.
    pub(crate) body: String,
}

/// A JSON answer.
pub(crate) fn answer(status: &'static str, body: impl Into<String>) -> Scripted {
    Scripted { status, headers: vec!["Content-Type: application/json"], body: body.into() }
}

/// A server that waits for its first request.
pub(crate) struct ScriptedServer {
    listener: TcpListener,
    /// Its address, `http://127.0.0.1:port`.
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl ScriptedServer {
    /// Takes a free port.
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self { listener, url, asked: Arc::default() }
    }

    /// Everything that it was asked.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Serves while `call` runs. `script` is told the request and how many came before it.
    pub(crate) async fn during<T>(
        &self,
        script: impl Fn(&Asked, usize) -> Scripted,
        call: impl Future<Output = T>,
    ) -> T {
        tokio::select! {
            result = call => result,
            () = self.serve(script) => unreachable!("the server never ends"),
        }
    }

    async fn serve(&self, script: impl Fn(&Asked, usize) -> Scripted) {
        loop {
            let (stream, _) = self.listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let asked = read_request(&mut stream).await;
            let scripted = script(&asked, self.asked().len());
            self.asked.lock().unwrap().push(asked);
            write_answer(&mut stream, &scripted).await;
        }
    }
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Asked {
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await.unwrap();
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut asked = Asked { line, headers, body: String::new() };
    let body_bytes = asked.header("content-length").map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; body_bytes];
    stream.read_exact(&mut body).await.unwrap();
    asked.body = String::from_utf8(body).unwrap();
    asked
}

async fn write_answer(stream: &mut BufReader<TcpStream>, scripted: &Scripted) {
    let Scripted { status, headers, body } = scripted;
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let stream = stream.get_mut();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
}
