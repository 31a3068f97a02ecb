//! Seeds by the dozen: those that every build runs, and any others by hand.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::figures::Figures;
use crate::run::run;
use crate::world::World;
use crate::world::quickbooks::QuickBooksWorld;

/// Seeds of each of the tests below, which run at the same time.
const SEEDS_A_TEST: u64 = 13;

/// Seeds that are run by hand when no number is given.
const SEEDS_BY_HAND: u64 = 4;

/// Says which seed a panic comes from.
struct Announced(u64);

impl Drop for Announced {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("seed {} panicked", self.0);
        }
    }
}

fn run_one(element: &str, seed: u64) -> Result<Figures, String> {
    let _announced = Announced(seed);
    match element {
        QuickBooksWorld::ELEMENT => run::<QuickBooksWorld>(seed),
        other => panic!("no such element: {other}"),
    }
}

fn run_part<W: World>(part: u64) {
    let mut figures = Figures::default();
    let first = part * SEEDS_A_TEST + 1;
    for seed in first..first + SEEDS_A_TEST {
        let outcome = run_one(W::ELEMENT, seed);
        figures.add(&outcome.unwrap_or_else(|report| panic!("{report}")));
    }
    assert!(figures.events > 0 && figures.restarts > 0, "nothing happened: {figures}");
    println!("{figures}");
}

macro_rules! parts {
    ($element:ident, $world:ty: $($name:ident $part:literal)*) => {
        mod $element {
            $(#[test]
            fn $name() {
                crate::seeds::run_part::<$world>($part);
            })*
        }
    };
}

/// Parts with the same names for every element.
macro_rules! elements {
    ($($element:ident $world:ty,)*) => {
        $(parts! {
            $element, $world:
            part_01 0 part_02 1 part_03 2 part_04 3 part_05 4 part_06 5 part_07 6 part_08 7
            part_09 8 part_10 9 part_11 10 part_12 11 part_13 12 part_14 13 part_15 14 part_16 15
        })*
    };
}

mod nothing_is_lost_doubled_or_disordered {
    elements! {
        quickbooks crate::world::quickbooks::QuickBooksWorld,
    }
}

#[expect(clippy::disallowed_methods, reason = "raised by hand, on the command line of the test")]
fn asked(name: &str) -> Option<String> {
    std::env::var(format!("LEDGERHOOK_SIMULATION_{name}")).ok()
}

fn number(name: &str, default: u64) -> u64 {
    asked(name).map_or(default, |text| text.parse().expect("a number"))
}

/// What `scripts/simulate` runs; without it, a few seeds that no other test has.
#[test]
#[expect(clippy::disallowed_methods, reason = "how long it took, for whoever waited")]
fn seeds_that_were_asked_for() {
    let element = asked("ELEMENT").unwrap_or_else(|| QuickBooksWorld::ELEMENT.to_owned());
    let (from, seeds) = (number("FROM", 100_001), number("SEEDS", SEEDS_BY_HAND));
    let threads = number("THREADS", 1);
    let began = std::time::Instant::now();
    let (next, done) = (AtomicU64::new(from), AtomicU64::new(0));
    let total = Mutex::new(Figures::default());
    let broken = Mutex::new(Vec::new());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= from + seeds {
                return;
            }
            match run_one(&element, seed) {
                Ok(figures) => total.lock().unwrap_or_else(PoisonError::into_inner).add(&figures),
                Err(report) => {
                    println!("{report}");
                    broken.lock().unwrap_or_else(PoisonError::into_inner).push(seed);
                }
            }
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(25) {
                println!("{done} of {seeds} seeds");
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    println!("{}", total.into_inner().unwrap());
    println!("wall seconds           {:>9}", began.elapsed().as_secs());
    let broken = broken.into_inner().unwrap();
    assert!(broken.is_empty(), "seeds that broke a rule: {broken:?}");
}
