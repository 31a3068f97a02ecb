//! Single requests outside the measurement: setting the gateway up, reading results back. Each
//! takes a connection of its own, so none can be found closed after a long phase.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::http::{HttpError, HttpStream, response_frame};

/// How long one exchange may take: a gateway still busy with a flat-out phase answers late.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(30);

/// Why an exchange brought no answer to use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExchangeError {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("no answer within {} s", EXCHANGE_TIMEOUT.as_secs())]
    Late,
    #[error("answered {status}: {body}")]
    Refused { status: u16, body: String },
}

/// A 200 answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Where the list goes on, if it does.
    pub(crate) next_page_token: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// Reads `path` from `target`; `authorization` may be empty.
///
/// # Errors
/// When there is no answer, or one other than 200.
pub(crate) async fn get(
    target: SocketAddr,
    path: &str,
    authorization: &str,
) -> Result<Answer, ExchangeError> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {target}\r\nauthorization: {authorization}\r\n\
         accept: application/json\r\nconnection: close\r\n\r\n"
    );
    exchange(target, &request).await
}

/// Posts a JSON `body` to `path` at `target`.
///
/// # Errors
/// When there is no answer, or one other than 200.
pub(crate) async fn post(
    target: SocketAddr,
    path: &str,
    authorization: &str,
    body: &str,
) -> Result<Answer, ExchangeError> {
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {target}\r\nauthorization: {authorization}\r\n\
         accept: application/json\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(target, &request).await
}

async fn exchange(target: SocketAddr, request: &str) -> Result<Answer, ExchangeError> {
    let answer = timeout(EXCHANGE_TIMEOUT, exchange_without_limit(target, request));
    answer.await.map_err(|_elapsed| ExchangeError::Late)?
}

async fn exchange_without_limit(
    target: SocketAddr,
    request: &str,
) -> Result<Answer, ExchangeError> {
    let connection = TcpStream::connect(target).await.map_err(HttpError::Connection)?;
    let mut stream = HttpStream::new(connection);
    stream.send(request.as_bytes()).await?;
    let head = stream.receive(response_frame).await?.ok_or(HttpError::NoAnswer)?;
    if head.status != 200 {
        let body = String::from_utf8_lossy(stream.body()).into_owned();
        return Err(ExchangeError::Refused { status: head.status, body });
    }
    Ok(Answer { next_page_token: head.next_page_token, body: stream.body().to_vec() })
}
