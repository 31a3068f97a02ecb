//! The client's DNS resolver: it hands out only addresses that the policy opens.
//!
//! Filtering here, in the step that the connection is made from, leaves no gap between the check
//! and the call in which a name could change its address.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address_policy::{AddressPolicy, Refusal};

/// Most addresses tried for one name. The connect timeout is shared out among them, so a name with
/// very many would leave each too little time.
const ADDRESSES_PER_NAME_MAX: usize = 8;

#[derive(Debug)]
pub(crate) struct FilteringResolver {
    policy: Arc<AddressPolicy>,
}

impl FilteringResolver {
    pub(crate) fn new(policy: Arc<AddressPolicy>) -> Self {
        Self { policy }
    }
}

impl Resolve for FilteringResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = Arc::clone(&self.policy);
        Box::pin(async move {
            // Port 0 stands for the port of the URL.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed = keep_allowed(&policy, found)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// The addresses that may be called; the first refusal if there were addresses and none may be.
fn keep_allowed(
    policy: &AddressPolicy,
    found: impl Iterator<Item = SocketAddr>,
) -> Result<Vec<SocketAddr>, Refusal> {
    let mut allowed = Vec::new();
    let mut first_refusal = None;
    for address in found {
        match policy.check_ip(address.ip()) {
            Ok(()) => allowed.push(address),
            Err(refusal) => {
                first_refusal.get_or_insert(refusal);
            }
        }
        if allowed.len() == ADDRESSES_PER_NAME_MAX {
            break;
        }
    }
    match first_refusal {
        Some(refusal) if allowed.is_empty() => Err(refusal),
        _ => Ok(allowed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(found: &[&str]) -> Result<Vec<String>, String> {
        let found = found.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0));
        match keep_allowed(&AddressPolicy::strict(), found) {
            Ok(allowed) => Ok(allowed.iter().map(|address| address.ip().to_string()).collect()),
            Err(refusal) => Err(refusal.address().to_string()),
        }
    }

    #[test]
    fn refused_addresses_are_removed_from_an_answer() {
        assert_eq!(
            kept(&["10.0.0.1", "8.8.8.8", "::1", "1.1.1.1"]).unwrap(),
            ["8.8.8.8", "1.1.1.1"]
        );
    }

    #[test]
    fn an_answer_of_refused_addresses_only_is_a_refusal_of_the_first() {
        assert_eq!(kept(&["10.0.0.1", "::1"]), Err("10.0.0.1".to_owned()));
    }

    #[test]
    fn an_empty_answer_is_no_refusal() {
        assert_eq!(kept(&[]), Ok(Vec::new()));
    }

    #[test]
    fn an_answer_with_very_many_addresses_is_cut() {
        assert_eq!(kept(&["8.8.8.8"; 100]).unwrap().len(), ADDRESSES_PER_NAME_MAX);
    }
}
