//! The generator: keep-alive connections, each with one request under way at a time. Flat out, a
//! connection sends again as soon as it is answered; at a fixed rate, requests fall due by the
//! clock whether or not the server keeps up.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::clock;
use crate::http::{HttpError, HttpStream, response_frame};
use crate::latency::Latencies;
use crate::notice::{NoticeHead, NoticeSupply};

/// How long the answers still open at the end of a phase may take.
const LAST_ANSWERS_TIMEOUT: Duration = Duration::from_secs(30);

/// How much of a refusal's body is shown, in bytes: enough for its message.
const EXCERPT_BYTES_MAX: usize = 300;

/// What decides when the next request is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// As soon as the connection is answered.
    FlatOut,
    /// So many a second over all connections.
    PerSecond(u32),
}

/// One phase of load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) target: SocketAddr,
    pub(crate) connections: u16,
    pub(crate) pace: Pace,
    pub(crate) duration: Duration,
}

/// A notice the server answered with 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) entity_id: u64,
    /// When it was sent, in microseconds since the Unix epoch.
    pub(crate) sent_us: i64,
}

/// What came of one phase.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) accepted: Vec<Accepted>,
    /// Requests answered with another status than 200, and connections lost.
    pub(crate) errors: u64,
    pub(crate) first_error: Option<String>,
    /// From sending a request, or from when it was due if its connection was late, to its answer.
    pub(crate) latencies: Latencies,
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
}

impl Outcome {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            accepted: Vec::new(),
            errors: 0,
            first_error: None,
            latencies: Latencies::new()?,
            elapsed: Duration::ZERO,
        })
    }

    /// Requests answered with 200, per second.
    pub(crate) fn rate_per_s(&self) -> f64 {
        self.accepted.len() as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    fn fail(&mut self, error: impl ToString) {
        self.errors = self.errors.saturating_add(1);
        self.first_error.get_or_insert_with(|| error.to_string());
    }

    fn add(&mut self, other: Self) -> anyhow::Result<()> {
        self.accepted.extend(other.accepted);
        self.errors = self.errors.saturating_add(other.errors);
        self.first_error = self.first_error.take().or(other.first_error);
        self.latencies.add(&other.latencies)?;
        self.elapsed = self.elapsed.max(other.elapsed);
        Ok(())
    }
}

/// Drives one phase to its end: until the time is over, or the supply if that comes first.
///
/// # Errors
/// When a connection cannot be opened, or an answer is still missing long after the end.
pub(crate) async fn drive(load: Load, supply: Arc<NoticeSupply>) -> anyhow::Result<Outcome> {
    let streams = connect_all(load).await?;
    let phase = Arc::new(Phase {
        started: Instant::now(),
        pace: load.pace,
        duration: load.duration,
        head: supply.request_head(load.target),
        supply,
        tickets: AtomicU64::new(0),
    });
    let mut connections = JoinSet::new();
    for stream in streams {
        let connection = Connection { stream, phase: Arc::clone(&phase), outcome: Outcome::new()? };
        connections.spawn(connection.run());
    }
    let deadline = phase.started + load.duration + LAST_ANSWERS_TIMEOUT;
    let mut outcome = Outcome::new()?;
    while let Some(finished) = timeout_at(deadline, connections.join_next())
        .await
        .with_context(|| format!("{} left requests unanswered", load.target))?
    {
        outcome.add(finished.context("a connection's task failed")?)?;
    }
    Ok(outcome)
}

async fn connect_all(load: Load) -> anyhow::Result<Vec<HttpStream<TcpStream>>> {
    let mut streams = Vec::new();
    for _ in 0..load.connections {
        let stream = TcpStream::connect(load.target)
            .await
            .with_context(|| format!("cannot connect to {}", load.target))?;
        stream.set_nodelay(true)?;
        streams.push(HttpStream::new(stream));
    }
    Ok(streams)
}

/// What the connections of one phase share.
struct Phase {
    started: Instant,
    pace: Pace,
    duration: Duration,
    supply: Arc<NoticeSupply>,
    head: NoticeHead,
    tickets: AtomicU64,
}

impl Phase {
    fn next_ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Ordering::Relaxed)
    }

    /// Waits until the request of `ticket` is due and tells when that was; `None` when the phase
    /// is over by then.
    async fn due(&self, ticket: u64) -> Option<Instant> {
        let end = self.started + self.duration;
        let Pace::PerSecond(rate) = self.pace else {
            return Some(Instant::now()).filter(|now| *now < end);
        };
        let due_after_ns = ticket.saturating_mul(1_000_000_000).checked_div(u64::from(rate))?;
        let due = self.started + Duration::from_nanos(due_after_ns);
        if due >= end {
            return None;
        }
        // A request whose connection was late is counted from when it was due: the server's
        // slowness must not hide itself. A timer that fired late is not the server's doing.
        if due <= Instant::now() {
            return Some(due);
        }
        sleep_until(due).await;
        Some(Instant::now())
    }
}

/// One connection through one phase.
struct Connection {
    stream: HttpStream<TcpStream>,
    phase: Arc<Phase>,
    outcome: Outcome,
}

impl Connection {
    async fn run(mut self) -> Outcome {
        let mut request = String::new();
        loop {
            let ticket = self.phase.next_ticket();
            let rendered = self.phase.supply.render(ticket, &self.phase.head, &mut request);
            let Some(entity_id) = rendered else { break };
            let Some(due) = self.phase.due(ticket).await else {
                break;
            };
            let sent_us = clock::unix_us_at(due);
            let answer = self.exchange(&request).await;
            self.outcome.latencies.record(due.elapsed());
            match answer {
                Ok(200) => self.outcome.accepted.push(Accepted { entity_id, sent_us }),
                Ok(status) => self.outcome.fail(format!("answered {status}: {}", self.excerpt())),
                Err(error) => {
                    self.outcome.fail(error);
                    break;
                }
            }
        }
        self.outcome.elapsed = self.phase.started.elapsed();
        self.outcome
    }

    async fn exchange(&mut self, request: &str) -> Result<u16, HttpError> {
        self.stream.send(request.as_bytes()).await?;
        let head = self.stream.receive(response_frame).await?.ok_or(HttpError::NoAnswer)?;
        Ok(head.status)
    }

    fn excerpt(&self) -> String {
        let body = self.stream.body();
        String::from_utf8_lossy(body.get(..EXCERPT_BYTES_MAX).unwrap_or(body)).into_owned()
    }
}
