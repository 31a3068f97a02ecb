//! What a change of an instance means beyond its row: an entry in its history, and the end of a
//! pause of its polling.

use ledgerhook_model::configuration::Configuration;
use ledgerhook_model::{HistoryKind, InstanceId, OrganizationId};
use ledgerhook_store::instances::Instance;

use super::{InstanceView, Instances};
use crate::history;
use crate::refusal::Refusal;

impl Instances {
    /// Ends a pause of an instance's polling; it goes on if there was none.
    pub async fn enable_polling(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<InstanceView, Refusal> {
        let instance = self.row(organization, id).await?;
        if self.polling.resume(id, "it was asked for").await?
            && let Some(seat) = self.base.roster.by_id(id).filter(|seat| seat.polls())
        {
            self.polling.begin(&seat).await?;
        }
        self.view(instance).await
    }

    /// Writes a change into the instance's history, and ends a pause of its polling: whoever
    /// changes an instance means it to work.
    pub(super) async fn tell_of_change(
        &self,
        instance: &Instance,
        what: Change,
    ) -> Result<(), Refusal> {
        let (kind, text) = what.in_words();
        history::tell(&self.base, instance.id, kind, text.clone()).await;
        self.polling.resume(instance.id, &text).await?;
        Ok(())
    }
}

/// What was changed.
#[derive(Debug)]
pub(super) struct Change {
    /// The customer has authorised again.
    pub(super) is_reconnected: bool,
    /// The keys of the entries that are others now.
    pub(super) keys: Vec<String>,
    /// Whether the instance is switched off now.
    pub(super) disabled: bool,
}

impl Change {
    /// Names keys and no values, which may be secrets.
    fn in_words(&self) -> (HistoryKind, String) {
        if self.is_reconnected {
            return (HistoryKind::Reconnected, "the customer has authorised again".to_owned());
        }
        let mut text = "the instance was changed".to_owned();
        if self.disabled {
            text.push_str("; it is disabled");
        }
        if !self.keys.is_empty() {
            text.push_str(": ");
            text.push_str(&self.keys.join(", "));
        }
        (HistoryKind::ConfigurationChanged, text)
    }
}

/// The keys whose values differ, or that are in one of the two alone.
pub(super) fn changed_keys(before: &Configuration, after: &Configuration) -> Vec<String> {
    let mut keys: Vec<&String> = before.0.keys().chain(after.0.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| before.0.get(*key) != after.0.get(*key));
    keys.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configuration(entries: &[(&str, Option<&str>)]) -> Configuration {
        let owned = |text: &str| text.to_owned();
        Configuration(entries.iter().map(|(k, v)| (owned(k), v.map(owned))).collect())
    }

    #[test]
    fn keys_that_were_added_removed_or_given_another_value_have_changed() {
        let before = configuration(&[("a", Some("1")), ("b", Some("2")), ("c", None)]);
        let after = configuration(&[("b", Some("3")), ("c", None), ("d", None)]);
        assert_eq!(changed_keys(&before, &after), ["a", "b", "d"]);
        assert_eq!(changed_keys(&before, &before), [""; 0]);
    }
}
