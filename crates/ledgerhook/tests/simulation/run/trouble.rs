//! What goes wrong: on the way, at the callbacks, on the disk, and with the process itself.

use std::time::Duration;

use super::Run;
use crate::disk::{Mischief, Plan};
use crate::network::{Hitch, Manner};
use crate::world::World;

/// Operations of the store that fail, or that the process dies in.
const OPERATIONS: [Option<&str>; 6] = [
    Some("append"),
    Some("append"),
    Some("record_attempts"),
    Some("poll_state"),
    Some("pending"),
    None,
];

/// The longest misbehaviour of a callback. The attempts of a delivery go on for much longer.
const MISBEHAVIOUR_MINUTES_MAX: u64 = 60;

/// The longest time that the gateway is down.
const DOWN_SECONDS_MAX: u64 = 900;

/// How often the thread runs out of work in the middle of things, at most: an event on its way
/// through all of the gateway takes a few dozen.
const PARKS_MAX: u64 = 60;

impl<W: World> Run<W> {
    /// Lets one thing go wrong.
    pub(super) fn trouble(&mut self) {
        let name = match self.chance.below(10) {
            0..4 => self.world.trouble(&mut self.chance),
            4..6 => self.let_a_callback_misbehave(),
            6 => self.disturb_calls_of_the_provider(),
            7 => self.disturb_notices(),
            _ => self.let_the_disk_fail(),
        };
        self.figures.count_fault(name);
        self.note(name);
    }

    fn let_a_callback_misbehave(&mut self) -> &'static str {
        let path = self.instances[self.chance.place(self.instances.len())].path.clone();
        let (manner, name) = match self.chance.below(7) {
            0 => (Manner::Status(500), "callback answers 500"),
            1 => (Manner::Status(302), "callback answers 302"),
            2 => (Manner::Throttling(90), "callback answers 429"),
            3 => (Manner::Hanging, "callback hangs"),
            4 => (Manner::Slow(Duration::from_secs(8)), "callback is slow"),
            5 => (Manner::Unheard, "callback's answer is lost"),
            _ => (Manner::Slow(Duration::from_secs(20)), "callback is too slow"),
        };
        let seconds = self.chance.within(1..=MISBEHAVIOUR_MINUTES_MAX * 60);
        let until = self.time.now().plus(Duration::from_secs(seconds));
        self.network.desk.callbacks.behave(&path, manner);
        self.misbehaving.push((until, path));
        name
    }

    /// Ends the misbehaviour whose time is over.
    pub(super) fn end_misbehaviour(&mut self) {
        let now = self.time.now();
        let callbacks = &self.network.desk.callbacks;
        self.misbehaving.retain(|(until, path)| {
            if *until <= now {
                callbacks.behave(path, Manner::Well);
            }
            *until > now
        });
    }

    fn hitch(&mut self) -> (Hitch, &'static str) {
        let slow = Duration::from_secs(self.chance.within(1..=200));
        match self.chance.below(5) {
            0 => (Hitch::Hang, "call hangs"),
            1 => (Hitch::Slow(slow), "call is slow"),
            2 => (Hitch::HalfBody, "half a body"),
            3 => (Hitch::NoAnswer, "answer is lost"),
            _ => (Hitch::Lost, "call is lost"),
        }
    }

    fn disturb_calls_of_the_provider(&mut self) -> &'static str {
        let (hitch, name) = self.hitch();
        for _ in 0..self.chance.within(1..=3) {
            self.network.desk.disturb_provider(hitch);
        }
        name
    }

    fn disturb_notices(&mut self) -> &'static str {
        let (hitch, name) = self.hitch();
        self.network.desk.disturb_gateway(hitch);
        name
    }

    fn let_the_disk_fail(&mut self) -> &'static str {
        let operation = self.chance.pick(&OPERATIONS);
        for _ in 0..self.chance.within(1..=3) {
            self.machine.mischiefs.add(Plan { operation, after: 0, mischief: Mischief::Fail });
        }
        "disk fails"
    }

    /// Ends the process, if chance has it so: at any step of what it is doing, in the middle of
    /// writing, or in good order.
    pub(super) async fn end_life_by_chance(&mut self) {
        let is_due = self.lives <= self.setup.restarts_max
            && self.chance.happens(u64::from(self.setup.restarts_max) * 3);
        let Some(process) = self.process.clone().filter(|_| is_due) else { return };
        let name = match self.chance.below(5) {
            0 => {
                // A write of its own may be the one that it dies in.
                let ending = async {
                    tokio::select! {
                        () = process.life.ended() => {}
                        _all_in_time = process.gateway.shut_down() => {}
                    }
                };
                self.drive(ending).await;
                process.life.end();
                "process ends in good order"
            }
            1..3 => {
                let operation = self.chance.pick(&OPERATIONS);
                let after = u32::try_from(self.chance.below(12)).unwrap();
                let mischief = self.chance.pick(&[Mischief::CrashBefore, Mischief::CrashAfter]);
                self.machine.mischiefs.add(Plan { operation, after, mischief });
                "process will be killed while writing"
            }
            _ => {
                self.time.parks(self.chance.below(PARKS_MAX)).await;
                process.kill();
                "process is killed"
            }
        };
        self.figures.count_fault(name);
        self.note(name);
    }

    /// Notices that the process is dead, and when it is to start again.
    pub(super) fn bury_if_dead(&mut self) {
        let Some(process) = self.process.take_if(|process| process.life.is_over()) else { return };
        self.note("the gateway is down");
        self.figures.restarts += 1;
        self.figures.polls += process.gateway.counters().polls;
        self.network.desk.set_door(None);
        process.tidy_up();
        let at_once = self.chance.happens(500);
        let seconds = if at_once { 0 } else { self.chance.below(DOWN_SECONDS_MAX) };
        self.down_until = self.time.now().plus(Duration::from_secs(seconds));
    }

    /// Starts the gateway again, when it is time.
    pub(super) async fn revive_if_due(&mut self) {
        if self.process.is_none() && self.down_until <= self.time.now() {
            self.start_process().await;
            self.note("the gateway is up again");
        }
    }
}
