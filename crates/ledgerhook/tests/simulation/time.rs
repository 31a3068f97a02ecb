//! One virtual time for everything in the process, and when it may move.
//!
//! The gateway's clock, the provider's clock and tokio's timers show the same time. Tokio's time is
//! paused, and never moves by itself: tokio would take a quiet moment on the sockets for idleness,
//! so a blocking task is held open for the whole run, which forbids it. Only [`Time::pass`] moves
//! time, and only when everything is quiet.
//!
//! # When everything is quiet
//!
//! All of the gateway, the provider, the network between them and the receiver of callbacks run
//! on one thread; only SQLite has threads of its own. It is quiet when
//!
//! 1. no call is under way but such as wait for time themselves (a hanging answer): every request
//!    is counted from its arrival at the simulated network to the end of its answer, and every
//!    operation of the store from its beginning to its end, in [`Traffic`]; and
//! 2. the thread has then run out of work [`CALM_PARKS`] times in a row, each time after looking at
//!    the sockets, and no call has begun, ended, or begun to wait meanwhile. Bytes that are between
//!    two sockets of this machine are seen by such a look, since the kernel hands them over in the
//!    call that writes them.
//!
//! A provider may call the gateway before it answers (a handshake within the call that asks for
//! it). Then its call waits with the inner one, so when some call waits for time and only the
//! provider's answers are missing beside, it is quiet after [`CALM_PARKS_WITHIN`].
//!
//! Should the kernel ever be late, time moves while an answer is on its way, which is a network
//! with one slow answer: a run stays valid, though its seed may not go the same way again.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use ledgerhook_engine::ambient::Clock;
use ledgerhook_model::Moment;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

/// How often the thread must run out of work in a row: a byte that has just arrived may wake a task
/// that only then writes one.
const CALM_PARKS: u32 = 4;

/// The same while the provider works on an answer, which takes a few sockets' turns.
const CALM_PARKS_WITHIN: u32 = 32;

/// 2026-03-10T19:00:00Z, where every run begins.
const BEGINS_AT_MICROS: i64 = 1_773_169_200_000_000;

/// The time of day for the gateway and for the provider.
#[derive(Clone, Debug)]
pub(crate) struct VirtualClock(Arc<AtomicI64>);

impl VirtualClock {
    fn begin() -> Self {
        Self(Arc::new(AtomicI64::new(BEGINS_AT_MICROS)))
    }

    /// The same clock in the provider's terms.
    pub(crate) fn of_provider(&self) -> ledgerhook_sandbox::Clock {
        let micros = Arc::clone(&self.0);
        Arc::new(move || Timestamp::from_microsecond(micros.load(Ordering::Relaxed)).unwrap())
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Moment {
        Moment::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// Calls under way.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    under_way: AtomicUsize,
    waiting: AtomicUsize,
    /// Those of the calls under way that the provider works on.
    at_provider: AtomicUsize,
    version: AtomicU64,
    changed: Notify,
}

impl Traffic {
    /// Counts a call until the guard is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        self.note_change();
        UnderWay(Arc::clone(self))
    }

    /// Waits within a call that is counted, for something that only time brings.
    pub(crate) async fn wait<T>(self: &Arc<Self>, for_time: impl Future<Output = T>) -> T {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.note_change();
        let _waiting = Waiting(Arc::clone(self));
        for_time.await
    }

    /// Counts a call as one that the provider works on, within a call that is counted.
    pub(crate) async fn ask_provider<T>(self: &Arc<Self>, answer: impl Future<Output = T>) -> T {
        self.at_provider.fetch_add(1, Ordering::SeqCst);
        self.note_change();
        let _at_provider = AtProvider(Arc::clone(self));
        answer.await
    }

    fn note_change(&self) {
        self.version.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// How often the thread must run out of work until it is quiet; none when it cannot be.
    fn calm_parks(&self) -> Option<u32> {
        let load = |count: &AtomicUsize| count.load(Ordering::SeqCst);
        let waiting = load(&self.waiting);
        match load(&self.under_way).saturating_sub(waiting) {
            0 => Some(CALM_PARKS),
            working if waiting > 0 && working <= load(&self.at_provider) => Some(CALM_PARKS_WITHIN),
            _ => None,
        }
    }
}

/// A call under way.
#[derive(Debug)]
pub(crate) struct UnderWay(Arc<Traffic>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
        self.0.note_change();
    }
}

struct Waiting(Arc<Traffic>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
        self.0.note_change();
    }
}

struct AtProvider(Arc<Traffic>);

impl Drop for AtProvider {
    fn drop(&mut self) {
        self.0.at_provider.fetch_sub(1, Ordering::SeqCst);
        self.0.note_change();
    }
}

/// Runs `work` with the time of a run in its hands.
pub(crate) fn run<T, F: Future<Output = T>>(work: impl FnOnce(Time) -> F) -> T {
    let parked = Arc::new(Notify::new());
    let runtime = runtime(Arc::clone(&parked));
    runtime.block_on(async {
        let (held, holding) = std::sync::mpsc::channel::<()>();
        // Ends when the sender is dropped, which is an error to the receiver.
        let _held_task = tokio::task::spawn_blocking(move || holding.recv().is_err());
        let time = Time { clock: VirtualClock::begin(), traffic: Arc::default(), parked };
        let outcome = work(time).await;
        drop(held);
        outcome
    })
}

fn runtime(parked: Arc<Notify>) -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().start_paused(true);
    builder.on_thread_park(move || parked.notify_waiters());
    builder.build().expect("a runtime can be built")
}

/// The time of a run.
#[derive(Debug)]
pub(crate) struct Time {
    /// What shows it.
    pub(crate) clock: VirtualClock,
    /// What is under way.
    pub(crate) traffic: Arc<Traffic>,
    parked: Arc<Notify>,
}

impl Time {
    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Moves time, wakes what has waited for it, and does not wait for what that leads to.
    pub(crate) async fn pass(&self, span: Duration, tell: impl FnOnce()) {
        let micros = i64::try_from(span.as_micros()).unwrap();
        self.clock.0.fetch_add(micros, Ordering::Relaxed);
        tokio::time::advance(span).await;
        tell();
    }

    /// Waits until the thread has run out of work `parks` times.
    pub(crate) async fn parks(&self, parks: u64) {
        for _ in 0..parks {
            self.parked.notified().await;
        }
    }

    /// Waits until everything is quiet.
    pub(crate) async fn settle(&self) {
        let traffic = &self.traffic;
        'busy: loop {
            let version = traffic.version.load(Ordering::SeqCst);
            let Some(calm_parks) = traffic.calm_parks() else {
                let changed = traffic.changed.notified();
                if traffic.version.load(Ordering::SeqCst) == version {
                    changed.await;
                }
                continue;
            };
            for _ in 0..calm_parks {
                self.parked.notified().await;
                if traffic.version.load(Ordering::SeqCst) != version {
                    continue 'busy;
                }
            }
            return;
        }
    }
}
