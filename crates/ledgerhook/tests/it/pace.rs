//! A company that the provider throttles is left alone by everybody until the wait is over.

use ledgerhook_sandbox::quickbooks::{CallKind, Fault, FaultPlan, RecordOperation};
use ledgerhook_testkit::Stage;
use serde_json::{Value, json};

use crate::PROGRAM;

#[tokio::test]
async fn a_throttled_company_is_left_alone_and_what_changed_meanwhile_is_found_afterwards() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let polling = json!({"event.vendor.type": "polling", "event.poller.refresh_interval": 1000});
    let faults = [Fault::ThrottleXml, Fault::ThrottleJson, Fault::ThrottleText];
    let mut polled = Vec::new();
    for (realm, fault) in ["1", "2", "3"].into_iter().zip(faults) {
        let instance = stage.connect(&stage.tenant, realm, &polling).await;
        let customer = json!({"DisplayName": "Ada"});
        stage.books.change_record(realm, "Customer", RecordOperation::Save, customer).unwrap();
        stage.books.add_fault(FaultPlan::api(fault, 1)).unwrap();
        let path = format!("/instances/{}/poll", instance.id);
        let asked = || {
            let counts = stage.books.calls().into_iter();
            let own = counts
                .filter(|one| one.realm_id.as_deref() == Some(realm) && one.kind == CallKind::Cdc);
            own.map(|one| one.succeeded + one.failed).sum::<u64>()
        };
        let first = stage.tenant.caller.post(&path, &Value::Null).await.refused(502);
        assert!(first.contains("throttles this company; wait 60 s"), "{fault:?}: {first}");
        let before = asked();
        for _ in 0..3 {
            let again = stage.tenant.caller.post(&path, &Value::Null).await.refused(502);
            assert!(again.contains("throttles this company; wait 5"), "{fault:?}: {again}");
        }
        assert_eq!(asked(), before, "{fault:?}: nobody has called");
        polled.push((path, instance.path));
    }
    // A new process knows of no wait, and stands for the end of it here.
    stage.restart().await;
    for (poll, callback) in polled {
        stage.tenant.caller.post(&poll, &Value::Null).await.ok();
        stage.receiver.wait_for_events(&callback, 1).await;
    }
}
