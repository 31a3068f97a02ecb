//! Where a stand-in posts its notices.

use std::io;
use std::sync::{Arc, Mutex};

use http::HeaderMap;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::message::Message;

/// A post, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Its body.
    pub(crate) body: Vec<u8>,
}

/// A running receiver; it ends with the value.
pub(crate) struct Receiver {
    /// Where it is.
    pub(crate) url: String,
    posted: Arc<Mutex<Vec<Posted>>>,
    arrived: watch::Receiver<usize>,
    _receiving: JoinSet<()>,
}

impl Receiver {
    /// Takes a free port.
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/notices", listener.local_addr().unwrap());
        let posted = Arc::default();
        let (count, arrived) = watch::channel(0);
        let mut receiving = JoinSet::new();
        receiving.spawn(receive(listener, Arc::clone(&posted), count));
        Self { url, posted, arrived, _receiving: receiving }
    }

    /// The post of a number, from 0 on; waits for it.
    pub(crate) async fn post(&self, number: usize) -> Posted {
        let mut arrived = self.arrived.clone();
        let waiting = arrived.wait_for(|count| *count > number);
        tokio::time::timeout(super::AMPLE, waiting).await.unwrap().unwrap();
        self.posted.lock().unwrap()[number].clone()
    }

    /// How many posts have come.
    pub(crate) fn count(&self) -> usize {
        *self.arrived.borrow()
    }
}

async fn receive(
    listener: TcpListener,
    posted: Arc<Mutex<Vec<Posted>>>,
    count: watch::Sender<usize>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(message) = take(stream).await else { continue };
        let (headers, body) = (message.header_map(), message.body);
        posted.lock().unwrap().push(Posted { headers, body });
        count.send_modify(|count| *count += 1);
    }
}

async fn take(stream: TcpStream) -> io::Result<Message> {
    let mut stream = BufReader::new(stream);
    let message = Message::read(&mut stream).await?;
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.write_all(answer.as_bytes()).await?;
    Ok(message)
}
