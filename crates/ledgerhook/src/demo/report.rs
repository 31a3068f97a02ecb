//! What the demo prints.
#![expect(clippy::print_stdout, reason = "the demo talks to a person")]

use std::time::Duration;

use super::companies::Company;
use super::outcome::{Expectation, Outcome, Way};
use super::receiver::Arrival;
use super::stage::{Connected, Stage};

/// Where everything is.
pub(super) fn opening(stage: &Stage) {
    println!("Ledgerhook demo: four companies are connected by OAuth, changes are made in their");
    println!("books, and every event is checked at a receiver.\n");
    println!("  gateway   {}", stage.api.base);
    println!("  receiver  {}", stage.receiver_base);
    for Connected { company, instance_id } in &stage.companies {
        let Company { name, element, vendor_type, .. } = company;
        println!("  company   {name}: {element}, {vendor_type}, instance {instance_id}");
    }
}

/// The beginning of one way of detection.
pub(super) fn chapter(way: Way) {
    println!("\n{}", way.title());
    println!(
        "  {:<11} {:<32} {:<8} {:<9} {:>9}  signatures",
        "resource", "id", "type", "detected", "latency"
    );
}

/// One event.
pub(super) fn arrival(arrival: &Arrival, latency: Duration) {
    println!(
        "  {:<11} {:<32} {:<8} {:<9} {:>6} ms  {}",
        arrival.resource,
        arrival.object_id,
        arrival.kind,
        arrival.detection,
        latency.as_millis(),
        if arrival.verified { "✓ elements, v1, v1a" } else { "✗ WRONG" },
    );
}

/// The table of all changes, and the verdict.
pub(super) fn summary(outcome: &Outcome) {
    println!("\n{:<32} {:>9} {:>9} {:>9}  slowest", "way", "expected", "arrived", "verified");
    for way in Way::ALL {
        let of_way: Vec<&Expectation> =
            outcome.expected.iter().filter(|one| one.way == way).collect();
        let arrived = of_way.iter().filter(|one| one.arrived == 1).count();
        let verified = of_way.iter().filter(|one| one.verified).count();
        let slowest = of_way.iter().filter_map(|one| one.latency).max().unwrap_or_default();
        println!(
            "{:<32} {:>9} {:>9} {:>9}  {} ms",
            way.title(),
            of_way.len(),
            arrived,
            verified,
            slowest.as_millis()
        );
    }
    for missing in outcome.expected.iter().filter(|one| one.arrived == 0) {
        println!("MISSING: {} by {}", missing.action, missing.way.title());
    }
    println!("unexpected: {}, repeated: {}", outcome.unexpected, outcome.repeated);
    let verdict = if outcome.complete() {
        "Every change arrived exactly once, signed and verified; a notice sent twice and a poll \
         repeated made no second event."
    } else {
        "NOT COMPLETE."
    };
    println!("{verdict}");
}

/// Lines to paste while the gateway stays up.
pub(super) fn curl_lines(stage: &Stage) {
    let (base, authorization) = (&stage.api.base, stage.api.authorization.expose());
    println!("\nThe gateway stays up; end it with Ctrl-C. To look around:\n");
    println!("  export AUTH='Authorization: {authorization}'");
    for path in ["/instances", "/instances/events?pageSize=5", "/elements/quickbooks/metadata"] {
        println!("  curl -s -H \"$AUTH\" '{base}{path}'");
    }
}
