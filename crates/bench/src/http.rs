//! HTTP/1.1 over a keep-alive connection, as little of it as a load generator and its receiver
//! need: heads by `httparse`, bodies by `content-length`. Chunked bodies are refused by name.

use std::ops::Range;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Most header lines of a message; the gateway sends fewer than twenty.
const HEADERS_MAX: usize = 64;
/// Largest head of a message, in bytes.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Largest body of a message, in bytes: a page of 200 stored events is well below 1 MiB.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Room made for one read, in bytes: a whole message in nearly every case.
const READ_BYTES: usize = 4 * 1024;

/// Why a message could not be sent or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error("the connection failed: {0}")]
    Connection(#[from] std::io::Error),
    #[error("the connection was closed in the middle of a message")]
    ClosedEarly,
    #[error("the connection was closed instead of an answer")]
    NoAnswer,
    #[error("malformed head: {0}")]
    MalformedHead(#[from] httparse::Error),
    #[error("the head is longer than {HEAD_BYTES_MAX} bytes")]
    HeadTooLong,
    #[error("the body is longer than {BODY_BYTES_MAX} bytes")]
    BodyTooLong,
    #[error("the content-length is missing or not a number")]
    UnknownLength,
}

/// A parsed head and the two lengths that frame its message.
#[derive(Debug)]
pub(crate) struct Frame<Head> {
    pub(crate) head: Head,
    head_bytes: usize,
    body_bytes: usize,
}

/// The part of a response's head that anyone here looks at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ResponseHead {
    pub(crate) status: u16,
    /// The header `elements-next-page-token`, present when a list goes on.
    pub(crate) next_page_token: Option<String>,
}

/// Reads a response's head; `None` while it is incomplete.
pub(crate) fn response_frame(bytes: &[u8]) -> Result<Option<Frame<ResponseHead>>, HttpError> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head_bytes) = response.parse(bytes)? else {
        return Ok(None);
    };
    let next_page_token = header(response.headers, "elements-next-page-token");
    Ok(Some(Frame {
        head: ResponseHead {
            status: response.code.unwrap_or_default(),
            next_page_token: next_page_token.map(str::to_owned),
        },
        head_bytes,
        body_bytes: content_length(response.headers).ok_or(HttpError::UnknownLength)?,
    }))
}

/// Reads a request's head with `describe`; `None` while it is incomplete. A request without
/// `content-length` has no body.
pub(crate) fn request_frame<Head>(
    bytes: &[u8],
    describe: impl FnOnce(&httparse::Request<'_, '_>) -> Head,
) -> Result<Option<Frame<Head>>, HttpError> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head_bytes) = request.parse(bytes)? else {
        return Ok(None);
    };
    if header(request.headers, "transfer-encoding").is_some() {
        return Err(HttpError::UnknownLength);
    }
    let body_bytes = match header(request.headers, "content-length") {
        Some(_) => content_length(request.headers).ok_or(HttpError::UnknownLength)?,
        None => 0,
    };
    Ok(Some(Frame { head: describe(&request), head_bytes, body_bytes }))
}

/// The value of a header, if it is there and is text.
pub(crate) fn header<'head>(headers: &[httparse::Header<'head>], name: &str) -> Option<&'head str> {
    let found = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(found.value).ok()
}

fn content_length(headers: &[httparse::Header<'_>]) -> Option<usize> {
    header(headers, "content-length")?.parse().ok()
}

/// One end of a keep-alive connection: sends bytes, reads whole messages.
#[derive(Debug)]
pub(crate) struct HttpStream<S> {
    stream: S,
    buffer: Vec<u8>,
    body: Range<usize>,
}

impl<S> HttpStream<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new(), body: 0..0 }
    }

    /// The body of the message read last.
    pub(crate) fn body(&self) -> &[u8] {
        self.buffer.get(self.body.clone()).unwrap_or_default()
    }
}

impl<S: AsyncWrite + Unpin> HttpStream<S> {
    /// # Errors
    /// When the connection fails.
    pub(crate) async fn send(&mut self, message: &[u8]) -> Result<(), HttpError> {
        Ok(self.stream.write_all(message).await?)
    }
}

impl<S: AsyncRead + Unpin> HttpStream<S> {
    /// Reads the next message; `None` when the connection was closed between two messages.
    ///
    /// # Errors
    /// When the connection fails or ends within a message, and when the message is malformed or
    /// exceeds a limit.
    pub(crate) async fn receive<Head>(
        &mut self,
        frame: impl Fn(&[u8]) -> Result<Option<Frame<Head>>, HttpError>,
    ) -> Result<Option<Head>, HttpError> {
        self.buffer.drain(..self.body.end);
        self.body = 0..0;
        let Some(frame) = self.receive_head(frame).await? else {
            return Ok(None);
        };
        if frame.body_bytes > BODY_BYTES_MAX {
            return Err(HttpError::BodyTooLong);
        }
        let end = frame.head_bytes.saturating_add(frame.body_bytes);
        while self.buffer.len() < end {
            if self.fill().await? == 0 {
                return Err(HttpError::ClosedEarly);
            }
        }
        self.body = frame.head_bytes..end;
        Ok(Some(frame.head))
    }

    async fn receive_head<Head>(
        &mut self,
        frame: impl Fn(&[u8]) -> Result<Option<Frame<Head>>, HttpError>,
    ) -> Result<Option<Frame<Head>>, HttpError> {
        loop {
            if let Some(frame) = frame(&self.buffer)? {
                return Ok(Some(frame));
            }
            if self.buffer.len() >= HEAD_BYTES_MAX {
                return Err(HttpError::HeadTooLong);
            }
            if self.fill().await? == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(HttpError::ClosedEarly) };
            }
        }
    }

    async fn fill(&mut self) -> Result<usize, HttpError> {
        self.buffer.reserve(READ_BYTES);
        Ok(self.stream.read_buf(&mut self.buffer).await?)
    }
}

#[cfg(test)]
mod tests;
