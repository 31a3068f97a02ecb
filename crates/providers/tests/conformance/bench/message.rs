//! One HTTP message as it goes over a wire.

use std::io;

use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// Head and body.
#[derive(Debug, Clone, Default)]
pub(super) struct Message {
    /// The first line.
    pub(super) line: String,
    /// The headers, names in small letters.
    pub(super) headers: Vec<(String, String)>,
    /// What follows them.
    pub(super) body: Vec<u8>,
}

impl Message {
    /// Reads a message that says how long it is.
    pub(super) async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Self> {
        let mut message = Self::read_head(stream).await?;
        let length = message.header("content-length").map_or(0, |text| text.parse().unwrap());
        message.body = vec![0; length];
        stream.read_exact(&mut message.body).await?;
        Ok(message)
    }

    /// Reads a message that ends with its connection.
    pub(super) async fn read_to_end(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Self> {
        let mut message = Self::read_head(stream).await?;
        stream.read_to_end(&mut message.body).await?;
        Ok(message)
    }

    async fn read_head(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Self> {
        let mut message = Self { line: read_line(stream).await?, ..Self::default() };
        loop {
            let line = read_line(stream).await?;
            let Some((name, value)) = line.split_once(':') else { return Ok(message) };
            message.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Puts a header in the place of one of its name.
    pub(super) fn set_header(&mut self, name: &str, value: &str) {
        self.remove_header(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a header away.
    pub(super) fn remove_header(&mut self, name: &str) {
        self.headers.retain(|(own, _)| own != name);
    }

    /// The headers for those who read them as a map.
    pub(super) fn header_map(&self) -> HeaderMap {
        let parsed = |(name, value): &(String, String)| {
            let name: HeaderName = name.parse().unwrap();
            (name, HeaderValue::try_from(value).unwrap())
        };
        self.headers.iter().map(parsed).collect()
    }

    /// As it goes over the wire.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let headers = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let head = format!("{}\r\n{}\r\n", self.line, headers.collect::<String>());
        [head.as_bytes(), &self.body].concat()
    }
}

/// A line without its end; an error when the connection ends before one.
async fn read_line(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line.trim_end().to_owned()),
    }
}
