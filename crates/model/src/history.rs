//! What people should know of an instance or an app: the kinds of a history's entries, and what is
//! said once a month of an app's reads.

use crate::change::named;

named! {
    /// What an entry of an instance's history tells.
    HistoryKind {
        /// A poll could not be done as asked, and how it was done instead.
        PollNote = "poll note",
        /// Polls failed so often that polling was paused.
        PollingPaused = "polling paused",
        /// Polling goes on again.
        PollingResumed = "polling resumed",
        /// The provider refuses access until the customer authorises again.
        NeedsReauthentication = "needs reauthentication",
        /// The customer has authorised again.
        Reconnected = "reconnected",
        /// The instance was changed.
        ConfigurationChanged = "configuration changed",
        /// Most of the app's reads of the month are used.
        BudgetWarning = "budget warning",
        /// All of the app's reads of the month are used: nothing is polled until the next month.
        BudgetExhausted = "budget exhausted",
    }
}

named! {
    /// What is said once of an app's reads in a month.
    ReadMark {
        /// All of the budget is used.
        Exhausted = "exhausted",
        /// Most of it is used.
        Warned = "warned",
    }
}
