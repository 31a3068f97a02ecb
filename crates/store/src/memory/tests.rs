//! What only the in-memory store does: failing on request.

use super::{AppendFault, MemoryStore};
use crate::StoreError;
use crate::journal::{Append, Journal as _};

#[tokio::test]
async fn as_many_appends_fail_as_were_asked_for() {
    let store = MemoryStore::new();
    store.fail_next_appends(1, AppendFault::Full);
    let full = store.append(vec![Append::default()]).await;
    assert!(matches!(full, Err(StoreError::Full)), "{full:?}");
    assert!(store.append(vec![Append::default()]).await.is_ok());

    store.fail_next_appends(2, AppendFault::Unavailable);
    for _ in 0..2 {
        let refused = store.append(vec![Append::default()]).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
    assert!(store.append(vec![Append::default()]).await.is_ok());
}

mod conformance {
    use super::MemoryStore;

    crate::conformance_tests!((MemoryStore::new(), ()));
}
