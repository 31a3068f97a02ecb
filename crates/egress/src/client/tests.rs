//! The client against real servers on the loopback network, each a few lines of bytes.

use std::future::Future;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// Long enough for anything on loopback, also on a busy machine.
const AMPLE: Duration = Duration::from_secs(20);
/// Short enough to wait for in a test that wants the timeout.
const SHORT: Duration = Duration::from_millis(200);
const BODY_BYTES_MAX: usize = 1000;

fn options(policy: AddressPolicy) -> ClientOptions {
    ClientOptions {
        policy,
        connect_timeout: AMPLE,
        timeout: AMPLE,
        body_bytes_max: BODY_BYTES_MAX,
        user_agent: "ledgerhook-test".to_owned(),
        pool_idle_per_host_max: 4,
    }
}

fn client() -> Client {
    Client::new(options(AddressPolicy::allow_private())).unwrap()
}

fn client_with_timeout(timeout: Duration) -> Client {
    Client::new(ClientOptions { timeout, ..options(AddressPolicy::allow_private()) }).unwrap()
}

fn callable(text: &str) -> CallableUrl {
    CallableUrl::parse(text, &AddressPolicy::allow_private()).unwrap()
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Reads up to the end of the request's headers.
async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// Accepts one connection, answers its first request with `bytes` and gives back what was asked.
async fn answer_once(listener: &TcpListener, bytes: &[u8]) -> (String, TcpStream) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let head = read_head(&mut stream).await;
    stream.write_all(bytes).await.unwrap();
    (head, stream)
}

/// Makes a GET to `address` while `server` runs; what it gives back is kept until the call is over.
async fn get_while(
    client: &Client,
    address: SocketAddr,
    server: impl Future,
) -> Result<Answer, CallError> {
    let call = client.send(Request::get(callable(&format!("http://{address}/cb?token=secret"))));
    let endless_server = async {
        let _open_connection = server.await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        result = call => result,
        () = endless_server => unreachable!("a pending future ended"),
    }
}

#[tokio::test]
async fn a_post_carries_its_headers_and_body_and_brings_back_the_answer() {
    let (listener, address) = listen().await;
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let head = read_head(&mut stream).await;
        let mut body = [0; 7];
        stream.read_exact(&mut body).await.unwrap();
        let answer = b"HTTP/1.1 202 Accepted\r\nx-a: 1\r\ncontent-length: 4\r\n\r\ndone";
        stream.write_all(answer).await.unwrap();
        (head, body)
    };
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/json".parse().unwrap());
    let url = callable(&format!("http://{address}/cb?a=1"));
    let client = client();
    let call = client.send(Request::post(url, headers, Bytes::from_static(b"{\"a\":1}")));
    let ((head, body), answer) = tokio::join!(server, call);

    assert!(head.starts_with("POST /cb?a=1 HTTP/1.1\r\n"), "{head}");
    for line in
        ["content-type: application/json", "content-length: 7", "user-agent: ledgerhook-test"]
    {
        assert!(head.contains(line), "{line} is not in {head}");
    }
    assert!(!head.contains("accept-encoding"), "{head}");
    assert_eq!(&body, b"{\"a\":1}");
    let answer = answer.unwrap();
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(answer.headers["x-a"], "1");
    assert_eq!((&answer.body[..], answer.truncated), (&b"done"[..], false));
}

#[tokio::test]
async fn calls_to_one_host_share_a_connection() {
    let (listener, address) = listen().await;
    let server = async {
        let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        let (_, mut stream) = answer_once(&listener, ok).await;
        read_head(&mut stream).await;
        stream.write_all(ok).await.unwrap();
    };
    let client = client();
    let calls = async {
        for _ in 0..2 {
            let url = callable(&format!("http://{address}/"));
            assert_eq!(client.send(Request::get(url)).await.unwrap().status, StatusCode::OK);
        }
    };
    tokio::join!(server, calls);
}

#[tokio::test]
async fn a_redirect_is_handed_back_and_the_second_host_is_not_visited() {
    let (listener, address) = listen().await;
    let second = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    second.set_nonblocking(true).unwrap();
    let location = format!("http://{}/", second.local_addr().unwrap());
    for status in [301, 302, 303, 307, 308] {
        let bytes = format!(
            "HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\
             connection: close\r\n\r\n"
        );
        let answer = get_while(&client(), address, answer_once(&listener, bytes.as_bytes())).await;
        let answer = answer.unwrap();
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.headers["location"], location);
    }
    let visit = second.accept().map(|_| ()).unwrap_err();
    assert_eq!(visit.kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn a_cookie_is_not_sent_back() {
    let (listener, address) = listen().await;
    let client = client();
    let bytes =
        b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    get_while(&client, address, answer_once(&listener, bytes)).await.unwrap();
    let url = callable(&format!("http://{address}/"));
    let (server, answer) =
        tokio::join!(answer_once(&listener, bytes), client.send(Request::get(url)));
    answer.unwrap();
    assert!(!server.0.contains("cookie"), "{}", server.0);
}

#[tokio::test]
async fn a_compressed_body_is_handed_back_as_it_came() {
    let (listener, address) = listen().await;
    let bytes =
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00";
    let answer = get_while(&client(), address, answer_once(&listener, bytes)).await.unwrap();
    assert_eq!(&answer.body[..], b"\x1f\x8b\x08\x00");
    assert_eq!(answer.headers["content-encoding"], "gzip");
}

#[tokio::test]
async fn a_body_is_whole_up_to_the_cap_and_cut_beyond_it() {
    for (body_bytes, truncated) in
        [(BODY_BYTES_MAX - 1, false), (BODY_BYTES_MAX, false), (BODY_BYTES_MAX + 1, true)]
    {
        let (listener, address) = listen().await;
        let body = "a".repeat(body_bytes);
        let bytes = format!("HTTP/1.1 200 OK\r\ncontent-length: {body_bytes}\r\n\r\n{body}");
        let answer = get_while(&client(), address, answer_once(&listener, bytes.as_bytes())).await;
        let answer = answer.unwrap();
        assert_eq!(answer.body.len(), body_bytes.min(BODY_BYTES_MAX));
        assert_eq!(answer.truncated, truncated, "{body_bytes} bytes");
    }
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_cap() {
    let (listener, address) = listen().await;
    let server = async {
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let (_, mut stream) = answer_once(&listener, head).await;
        while stream.write_all(b"10\r\n0123456789abcdef\r\n").await.is_ok() {}
    };
    let answer = get_while(&client(), address, server).await.unwrap();
    assert_eq!((answer.body.len(), answer.truncated), (BODY_BYTES_MAX, true));
}

#[tokio::test]
async fn an_answer_that_does_not_come_ends_at_the_timeout() {
    let (listener, address) = listen().await;
    let result = get_while(&client_with_timeout(SHORT), address, answer_once(&listener, b"")).await;
    assert_eq!(result.unwrap_err(), CallError::Timeout { timeout: SHORT });
}

#[tokio::test]
async fn a_body_that_stops_coming_ends_at_the_timeout() {
    let (listener, address) = listen().await;
    let bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome";
    let server = answer_once(&listener, bytes);
    let result = get_while(&client_with_timeout(SHORT), address, server).await;
    assert_eq!(result.unwrap_err(), CallError::Timeout { timeout: SHORT });
}

#[tokio::test]
async fn a_body_that_trickles_ends_at_the_timeout() {
    let (listener, address) = listen().await;
    let server = async {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n";
        let (_, mut stream) = answer_once(&listener, head).await;
        let mut beat = tokio::time::interval(SHORT / 10);
        loop {
            beat.tick().await;
            if stream.write_all(b"a").await.is_err() {
                break;
            }
        }
    };
    let result = get_while(&client_with_timeout(SHORT), address, server).await;
    assert_eq!(result.unwrap_err(), CallError::Timeout { timeout: SHORT });
}

#[tokio::test]
async fn a_connection_that_breaks_half_way_is_interrupted() {
    let cases: [&[u8]; 4] = [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nsome",
    ];
    for bytes in cases {
        let (listener, address) = listen().await;
        let server = async { drop(answer_once(&listener, bytes).await) };
        let result = get_while(&client(), address, server).await;
        assert_eq!(result.unwrap_err(), CallError::Interrupted, "{}", bytes.escape_ascii());
    }
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_malformed() {
    let cases: [&[u8]; 3] = [
        b"220 mail.example.com ESMTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ];
    for bytes in cases {
        let (listener, address) = listen().await;
        let result = get_while(&client(), address, answer_once(&listener, bytes)).await;
        assert_eq!(result.unwrap_err(), CallError::Malformed, "{}", bytes.escape_ascii());
    }
}

#[tokio::test]
async fn a_port_where_nobody_listens_refuses_the_connection() {
    let (listener, address) = listen().await;
    drop(listener);
    let error = get_while(&client(), address, async {}).await.unwrap_err();
    assert_eq!(error, CallError::Connect { reason: "connection refused".to_owned() });
}

#[tokio::test]
async fn https_to_a_port_that_speaks_plain_http_is_a_tls_error() {
    let (listener, address) = listen().await;
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        stream
    };
    let client = client();
    let call = client.send(Request::get(callable(&format!("https://{address}/"))));
    let (_stream, result) = tokio::join!(server, call);
    assert_eq!(result.unwrap_err().kind(), "tls_handshake");
}

#[tokio::test]
async fn a_tls_handshake_that_is_not_answered_ends_at_the_connect_timeout() {
    let (listener, address) = listen().await;
    let options =
        ClientOptions { connect_timeout: SHORT, ..options(AddressPolicy::allow_private()) };
    let client = Client::new(options).unwrap();
    let call = client.send(Request::get(callable(&format!("https://{address}/"))));
    let (_connection, result) = tokio::join!(listener.accept(), call);
    assert_eq!(result.unwrap_err(), CallError::ConnectTimeout { timeout: SHORT });
}

#[tokio::test]
async fn a_name_that_resolves_to_loopback_is_refused_under_strict() {
    let (listener, address) = listen().await;
    let client = Client::new(options(AddressPolicy::strict())).unwrap();
    let url = format!("http://localhost:{}/", address.port());
    let url = CallableUrl::parse(&url, &AddressPolicy::strict()).unwrap();
    let error = client.send(Request::get(url)).await.unwrap_err();
    let CallError::Refused(refusal) = &error else { panic!("{error:?}") };
    assert!(refusal.address().is_loopback());
    assert_eq!(error.kind(), "address_refused");
    drop(listener);
}

#[tokio::test]
async fn a_name_that_resolves_to_loopback_is_called_under_allow_private() {
    let (listener, address) = listen().await;
    let bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let url = callable(&format!("http://localhost:{}/", address.port()));
    let client = client();
    let (_, answer) = tokio::join!(answer_once(&listener, bytes), client.send(Request::get(url)));
    assert_eq!(answer.unwrap().status, StatusCode::OK);
}

#[tokio::test]
async fn an_address_parsed_under_a_laxer_policy_is_refused_again_by_the_client() {
    let client = Client::new(options(AddressPolicy::strict())).unwrap();
    for text in ["http://127.0.0.1:9/", "http://[::1]:9/", "https://10.0.0.1/"] {
        let error = client.send(Request::get(callable(text))).await.unwrap_err();
        assert_eq!(error.kind(), "address_refused", "{text}");
    }
}

#[tokio::test]
async fn plain_http_parsed_under_a_laxer_policy_is_refused_again_by_the_client() {
    let policy = AddressPolicy::strict().with_allow_http(false);
    let client = Client::new(options(policy)).unwrap();
    let error = client.send(Request::get(callable("http://example.com/"))).await.unwrap_err();
    assert_eq!(error, CallError::HttpsRequired);
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_a_dns_error_that_names_the_host_only() {
    // RFC 6761 keeps `.invalid` out of the DNS; the overlong label fails without asking anyone.
    let host = format!("{}.invalid", "a".repeat(64));
    let url = callable(&format!("http://{host}/path?token=secret"));
    let error = client().send(Request::get(url)).await.unwrap_err();
    assert_eq!(error, CallError::Dns { host: host.clone() });
    assert_eq!(error.to_string(), format!("name {host} could not be resolved"));
}

#[test]
fn a_user_agent_that_no_header_can_hold_is_refused() {
    let user_agent = "line\nbreak".to_owned();
    let result = Client::new(ClientOptions { user_agent, ..options(AddressPolicy::strict()) });
    assert!(matches!(result, Err(ClientError::UserAgent)));
}
