//! Starting, stopping and replaying a sandbox.

use std::time::Duration;

use ledgerhook_sandbox::quickbooks::{Company, Fault, FaultPlan, QuickBooksOptions};
use ledgerhook_sandbox::{Sandbox, SandboxOptions};

use crate::quickbooks::bench::{Bench, REALM};

#[tokio::test]
async fn the_same_seed_gives_the_same_tokens() {
    let one = Bench::start().await.connect(REALM).await;
    let two = Bench::start().await.connect(REALM).await;
    assert_eq!((one.access, one.refresh), (two.access, two.refresh));
}

#[tokio::test]
async fn a_hanging_call_does_not_hold_up_a_shutdown() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    bench.quickbooks().add_fault(FaultPlan::api(Fault::Hang, 1)).unwrap();
    {
        let call = bench.api_get(&tokens, "customer/1");
        let early = tokio::time::timeout(Duration::from_millis(100), call).await;
        assert!(early.is_err(), "the call was answered before its release");
    }
    let shutdown = bench.sandbox.shutdown();
    assert!(tokio::time::timeout(Duration::from_secs(3), shutdown).await.is_ok());
}

#[tokio::test]
async fn a_port_in_use_and_a_bad_realm_id_are_errors() {
    let sandbox = Sandbox::start(SandboxOptions::default()).await.unwrap();
    let port = sandbox.base_url().rsplit(':').next().unwrap().parse().unwrap();
    let taken = SandboxOptions { port, ..SandboxOptions::default() };
    assert!(Sandbox::start(taken).await.is_err());
    let quickbooks = QuickBooksOptions {
        companies: vec![Company::new("not a number", "x")],
        ..QuickBooksOptions::default()
    };
    let bad = SandboxOptions { quickbooks, ..SandboxOptions::default() };
    assert!(Sandbox::start(bad).await.is_err());
}
