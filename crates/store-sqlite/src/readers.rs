//! The readers: a few threads, each with a read-only connection. They see what is committed, and
//! in write-ahead mode neither wait for the writer nor hold it up.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use ledgerhook_store::StoreError;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::error::Failure;

/// Most reads that wait; more callers than this wait for room in the queue.
const READS_WAITING_MAX: usize = 1_024;

type Read = Box<dyn FnOnce(&Connection) + Send>;

/// The way to the reading threads. Dropping it finishes what waits and ends them.
#[derive(Debug)]
pub(crate) struct Readers {
    reads: Option<mpsc::Sender<Read>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts one thread for each connection.
    pub(crate) fn start(connections: Vec<Connection>) -> std::io::Result<Self> {
        let (reads, waiting) = mpsc::channel(READS_WAITING_MAX);
        let waiting = Arc::new(Mutex::new(waiting));
        let mut readers = Self { reads: Some(reads), threads: Vec::new() };
        for connection in connections {
            let waiting = Arc::clone(&waiting);
            let thread = std::thread::Builder::new()
                .name("store-reader".to_owned())
                .spawn(move || read_until_closed(&connection, &waiting))?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Does `work` on one state of the database.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let stopped = || StoreError::Unavailable("the readers have stopped".to_owned());
        let (reply, answer) = oneshot::channel();
        let read = Box::new(move |connection: &Connection| {
            // The waiter may have gone away.
            reply.send(in_transaction(connection, work)).ok();
        });
        let reads = self.reads.as_ref().ok_or_else(stopped)?;
        reads.send(read).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?.map_err(StoreError::from)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.reads = None;
        for thread in self.threads.drain(..) {
            // A panic of the thread has been printed, and its waiter told, when it happened.
            thread.join().ok();
        }
    }
}

fn read_until_closed(connection: &Connection, waiting: &Mutex<mpsc::Receiver<Read>>) {
    loop {
        // The idle threads queue up at the lock, and its holder at the channel.
        let read = waiting.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        match read {
            Some(read) => read(connection),
            None => return,
        }
    }
}

/// A transaction that only reads: all its statements see the same state.
fn in_transaction<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let transaction = connection.unchecked_transaction()?;
    let result = work(&transaction)?;
    transaction.commit()?;
    Ok(result)
}
