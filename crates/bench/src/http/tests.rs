//! What the reader makes of messages that arrive in pieces, together, cut short or out of bounds.

use tokio::io::{AsyncWriteExt as _, duplex};

use super::*;

/// Writes all of `wire` through a pipe that holds `pipe_bytes`, then closes it.
fn stream_of(wire: Vec<u8>, pipe_bytes: usize) -> HttpStream<impl AsyncRead + Unpin> {
    let (mut writer, reader) = duplex(pipe_bytes);
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move { writer.write_all(&wire).await });
    tasks.detach_all();
    HttpStream::new(reader)
}

fn response(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

async fn all_responses(wire: String, pipe_bytes: usize) -> Vec<(u16, String)> {
    let mut stream = stream_of(wire.into_bytes(), pipe_bytes);
    let mut responses = Vec::new();
    while let Some(head) = stream.receive(response_frame).await.unwrap() {
        responses.push((head.status, String::from_utf8_lossy(stream.body()).into_owned()));
    }
    responses
}

async fn failure(wire: &str) -> HttpError {
    let mut stream = stream_of(wire.as_bytes().to_vec(), 64 * 1024);
    stream.receive(response_frame).await.unwrap_err()
}

#[tokio::test]
async fn responses_are_read_however_the_bytes_are_split() {
    let wire = [response("200 OK", "{}"), response("404 Not Found", ""), response("200 OK", "abc")];
    let expected = [(200, "{}".to_owned()), (404, String::new()), (200, "abc".to_owned())];
    for pipe_bytes in [1, 2, 3, 7, 16, 50, 4_096] {
        let responses = all_responses(wire.concat(), pipe_bytes).await;
        assert_eq!(responses, expected, "with {pipe_bytes} bytes at a time");
    }
}

#[tokio::test]
async fn body_larger_than_one_read_is_read_whole() {
    let body = "x".repeat(5 * READ_BYTES);
    let responses = all_responses(response("200 OK", &body), READ_BYTES).await;
    assert_eq!(responses, [(200, body)]);
}

#[tokio::test]
async fn next_page_token_is_found_in_any_case() {
    let wire = "HTTP/1.1 200 OK\r\nElements-Next-Page-Token: abc=\r\ncontent-length: 0\r\n\r\n";
    let mut stream = stream_of(wire.as_bytes().to_vec(), 1_024);
    let head = stream.receive(response_frame).await.unwrap().unwrap();
    assert_eq!(head, ResponseHead { status: 200, next_page_token: Some("abc=".to_owned()) });
}

#[tokio::test]
async fn connection_closed_within_a_message_is_an_error() {
    for wire in ["HTTP/1.1 200 OK\r\ncontent-le", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab"]
    {
        assert!(matches!(failure(wire).await, HttpError::ClosedEarly), "{wire:?}");
    }
}

#[tokio::test]
async fn message_that_cannot_be_framed_is_an_error() {
    let chunked = failure("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n").await;
    assert!(matches!(chunked, HttpError::UnknownLength));
    let not_http = failure("SSH-2.0-OpenSSH\r\n").await;
    assert!(matches!(not_http, HttpError::MalformedHead(_)));
}

#[tokio::test]
async fn message_beyond_a_limit_is_an_error() {
    let endless_head = format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(HEAD_BYTES_MAX));
    assert!(matches!(failure(&endless_head).await, HttpError::HeadTooLong));
    let huge_body = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", BODY_BYTES_MAX + 1);
    assert!(matches!(failure(&huge_body).await, HttpError::BodyTooLong));
}

#[test]
fn request_without_a_length_has_no_body() {
    let frame = request_frame(b"GET /stats HTTP/1.1\r\n\r\n", |request| {
        request.path.unwrap_or_default().to_owned()
    });
    let frame = frame.unwrap().unwrap();
    assert_eq!((frame.head.as_str(), frame.body_bytes), ("/stats", 0));
}
