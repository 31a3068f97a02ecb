//! What a seed makes of a run: who is connected to what, how, and how troubled the times are.

use std::time::Duration;

use crate::chance::Chance;
use crate::world::World;

/// A run, drawn from its seed.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) seed: u64,
    /// SQLite in a temporary folder, or the store in memory.
    pub(crate) on_disk: bool,
    /// Companies at the provider, by their ids there.
    pub(crate) companies: Vec<String>,
    pub(crate) organizations: usize,
    pub(crate) instances: Vec<InstancePlan>,
    /// Changes and faults come for so long.
    pub(crate) work: Duration,
    /// The longest span that passes at once.
    pub(crate) step_max: Duration,
    /// Of a thousand steps, in how many something changes in the books.
    pub(crate) changes_per_mille: u64,
    /// Of a thousand steps, in how many a fault begins.
    pub(crate) faults_per_mille: u64,
    /// Times that the gateway ends and starts again, at most.
    pub(crate) restarts_max: u32,
    /// How long any call may take on its way.
    pub(crate) latency_ms_max: u64,
}

/// How an instance learns of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Webhook,
    Polling,
    Hybrid,
}

impl Kind {
    /// `event.vendor.type`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Polling => "polling",
            Self::Hybrid => "hybrid",
        }
    }

    pub(crate) fn polls(self) -> bool {
        self != Self::Webhook
    }

    pub(crate) fn takes_notices(self) -> bool {
        self != Self::Polling
    }
}

/// An instance to be connected.
#[derive(Clone, Debug)]
pub(crate) struct InstancePlan {
    /// Which organisation's.
    pub(crate) organization: usize,
    /// Which company's books.
    pub(crate) company: usize,
    pub(crate) kind: Kind,
    /// Minutes between two polls, of each of its feeds; `None` leaves them at their own pace.
    pub(crate) poll_minutes: Option<u64>,
    /// Whether notifications are signed with a shared key, or with the organisation's key pair.
    pub(crate) has_signature_key: bool,
}

impl Setup {
    pub(crate) fn draw<W: World>(seed: u64, chance: &mut Chance) -> Self {
        let companies: Vec<String> = (0..chance.place(3) + 1).map(W::company_id).collect();
        let organizations = chance.place(2) + 1;
        let mut instances = Vec::new();
        for company in 0..companies.len() {
            for organization in 0..organizations {
                // Every company is somebody's; some are connected by both.
                if organization == company % organizations || chance.happens(400) {
                    instances.push(InstancePlan::draw::<W>(organization, company, chance));
                }
            }
        }
        let work_minutes = chance.pick(&[60, 180, 360, 720, 1_440, 2_880]);
        let step_max_s = (work_minutes * 60 / 300).clamp(5, 240);
        Self {
            seed,
            on_disk: seed.is_multiple_of(6),
            companies,
            organizations,
            instances,
            work: Duration::from_secs(work_minutes * 60),
            step_max: Duration::from_secs(step_max_s),
            changes_per_mille: chance.pick(&[20, 60, 120, 200]),
            faults_per_mille: chance.pick(&[0, 10, 30, 60, 120]),
            restarts_max: u32::try_from(chance.pick(&[0, 1, 3, 6])).unwrap(),
            latency_ms_max: chance.pick(&[0, 0, 300, 2_500, 8_000]),
        }
    }

    /// One company in good times, connected by one instance at the pace that it has by itself.
    pub(crate) fn of_one<W: World>(kind: Kind) -> Self {
        let instance = InstancePlan {
            organization: 0,
            company: 0,
            kind,
            poll_minutes: None,
            has_signature_key: true,
        };
        Self {
            seed: 0,
            on_disk: false,
            companies: vec![W::company_id(0)],
            organizations: 1,
            instances: vec![instance],
            work: Duration::ZERO,
            step_max: Duration::ZERO,
            changes_per_mille: 0,
            faults_per_mille: 0,
            restarts_max: 0,
            latency_ms_max: 0,
        }
    }
}

impl InstancePlan {
    fn draw<W: World>(organization: usize, company: usize, chance: &mut Chance) -> Self {
        Self {
            organization,
            company,
            kind: chance.pick(W::KINDS),
            poll_minutes: Some(chance.pick(&[5, 15, 60, 180])),
            has_signature_key: chance.happens(700),
        }
    }
}
