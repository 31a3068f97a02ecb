//! The wire between a connector and its stand-in: it carries calls, spoils them when a test wants
//! that, and dates answers by the test's clock, which the stand-in's HTTP library does not know.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use ledgerhook_sandbox::Clock;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::message::Message;

/// Bytes after which an endless answer ends: far more than all buffers on the way hold.
const FLOOD_BYTES_MAX: usize = 256 * 1024 * 1024;
static BLANKS: [u8; 64 * 1024] = [b' '; 64 * 1024];

/// What happens to a call on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoiling {
    /// Something on the way answers in place of the provider: with that status, that
    /// `Retry-After`, and a page of HTML.
    Page(&'static str, Option<&'static str>),
    /// The call is carried out, and its answer ends in the middle.
    HalfAnswer,
    /// The connection breaks before the provider hears of the call.
    Cut,
    /// The call is carried out, and the connection breaks before its answer.
    LostAnswer,
    /// The call is carried out, and blanks without end follow its answer.
    Flood,
}

/// A running wire; it ends with the value.
pub(crate) struct Wire {
    /// Its near end, `http://127.0.0.1:port`.
    pub(crate) url: String,
    line: Arc<Line>,
    _carrying: JoinSet<()>,
}

struct Line {
    /// Host and port of the far end.
    far_end: String,
    clock: Clock,
    spoiling: Mutex<Option<Spoiling>>,
    flooded_bytes: AtomicUsize,
    calls: AtomicUsize,
}

impl Wire {
    /// Lays a wire to a URL.
    pub(crate) async fn to(url: &str, clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near_end = format!("http://{}", listener.local_addr().unwrap());
        let line = Arc::new(Line {
            far_end: url.strip_prefix("http://").unwrap().to_owned(),
            clock,
            spoiling: Mutex::default(),
            flooded_bytes: AtomicUsize::default(),
            calls: AtomicUsize::default(),
        });
        let mut carrying = JoinSet::new();
        carrying.spawn(accept(listener, Arc::clone(&line)));
        Self { url: near_end, line, _carrying: carrying }
    }

    /// Spoils all calls from now on, or none any more.
    pub(crate) fn spoil(&self, spoiling: Option<Spoiling>) {
        *self.line.spoiling.lock().unwrap() = spoiling;
    }

    /// Calls that have come so far.
    pub(crate) fn calls(&self) -> usize {
        self.line.calls.load(Ordering::Relaxed)
    }

    /// Blanks that were sent by [`Spoiling::Flood`] since they were asked for last.
    pub(crate) fn take_flooded_bytes(&self) -> usize {
        self.line.flooded_bytes.swap(0, Ordering::Relaxed)
    }
}

async fn accept(listener: TcpListener, line: Arc<Line>) {
    let mut calls = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let line = Arc::clone(&line);
        calls.spawn(async move {
            // Where carrying fails, the caller sees a broken connection.
            let _broken = line.carry(stream).await;
        });
    }
}

impl Line {
    async fn carry(&self, stream: TcpStream) -> io::Result<()> {
        let mut near = BufReader::new(stream);
        let mut asked = Message::read(&mut near).await?;
        self.calls.fetch_add(1, Ordering::Relaxed);
        let spoiling = *self.spoiling.lock().unwrap();
        match spoiling {
            Some(Spoiling::Page(status, retry_after)) => {
                return near.write_all(&page(status, retry_after).to_bytes()).await;
            }
            Some(Spoiling::Cut) => return Ok(()),
            _ => {}
        }
        asked.set_header("connection", "close");
        let mut far = BufReader::new(TcpStream::connect(&self.far_end).await?);
        far.write_all(&asked.to_bytes()).await?;
        let mut answer = Message::read_to_end(&mut far).await?;
        answer.set_header("date", &self.date());
        match spoiling {
            Some(Spoiling::LostAnswer) => Ok(()),
            Some(Spoiling::HalfAnswer) => near.write_all(&half(&answer)).await,
            Some(Spoiling::Flood) => {
                answer.remove_header("content-length");
                near.write_all(&answer.to_bytes()).await?;
                self.flood(&mut near).await
            }
            _ => near.write_all(&answer.to_bytes()).await,
        }
    }

    async fn flood(&self, near: &mut BufReader<TcpStream>) -> io::Result<()> {
        while self.flooded_bytes.load(Ordering::Relaxed) < FLOOD_BYTES_MAX {
            near.write_all(&BLANKS).await?;
            self.flooded_bytes.fetch_add(BLANKS.len(), Ordering::Relaxed);
        }
        Ok(())
    }

    fn date(&self) -> String {
        (self.clock)().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }
}

/// Up to the middle of the body; where there is none, of the head.
fn half(answer: &Message) -> Vec<u8> {
    let mut bytes = answer.to_bytes();
    let length = match answer.body.len() {
        0 => bytes.len() / 2,
        body => bytes.len() - body.div_ceil(2),
    };
    bytes.truncate(length);
    bytes
}

fn page(status: &str, retry_after: Option<&str>) -> Message {
    let body = format!("<html><head><title>{status}</title></head><body>Sorry.</body></html>");
    let mut page = Message { line: format!("HTTP/1.1 {status}"), ..Message::default() };
    page.set_header("content-type", "text/html");
    page.set_header("content-length", &body.len().to_string());
    page.set_header("connection", "close");
    if let Some(retry_after) = retry_after {
        page.set_header("retry-after", retry_after);
    }
    page.body = body.into_bytes();
    page
}
