//! Every limit of the gateway that is not an operator's setting: its unit is in its name and its
//! reason beside it.

/// Largest provider notice accepted, in bytes. Intuit's documents disagree ("no limit" against
/// "about 1 MB, 100 events"), so twice the larger figure.
pub const NOTICE_BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Largest API request body accepted, in bytes: an instance with a full poller configuration is
/// under 100 KiB.
pub const API_BODY_BYTES_MAX: usize = 1024 * 1024;

/// Most entries read from one notice. Intuit sends 100 at most; more than this is not a notice.
pub const NOTICE_ENTRIES_MAX: usize = 10_000;

/// Most events in one notification that a poll made (the original's documented number).
pub const POLLED_EVENTS_PER_NOTIFICATION_MAX: usize = 10;

/// Most events in one notification that a notice made (the original's documented number).
pub const NOTICED_EVENTS_PER_NOTIFICATION_MAX: usize = 20;

/// Longest instance name and longest tag, in characters (the original's text fields).
pub const NAME_CHARS_MAX: usize = 255;

/// Most tags of an instance.
pub const TAGS_MAX: usize = 50;

/// Most configuration entries of an instance.
pub const CONFIGURATION_ENTRIES_MAX: usize = 200;

/// Longest configuration value, in bytes: a poller configuration of all resources is about 20 KiB.
pub const CONFIGURATION_VALUE_BYTES_MAX: usize = 64 * 1024;

/// Longest URL accepted anywhere, in characters (the original's `TEXTFIELD_1000`, doubled).
pub const URL_CHARS_MAX: usize = 2_048;

/// Default and largest page of a list (the original's numbers are 200 and 5,000).
pub const PAGE_SIZE_DEFAULT: usize = 200;
/// See [`PAGE_SIZE_DEFAULT`].
pub const PAGE_SIZE_MAX: usize = 5_000;

/// Most bytes read of a callback's answer; the answer is shown to people, not used.
pub const CALLBACK_ANSWER_BYTES_MAX: usize = 16 * 1024;

/// Most bytes read of a provider's answer: 1,000 records of 16 KiB.
pub const PROVIDER_ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Longest identifier a provider may use for a record, in bytes.
pub const OBJECT_ID_BYTES_MAX: usize = 256;

/// Most entries kept of an instance's history; the oldest go first. A healthy instance has a few a
/// year, and one in trouble is understood from its last hundred.
pub const HISTORY_ENTRIES_MAX: usize = 100;

/// Longest text of an entry of a history, in characters; providers' own words may be pages.
pub const HISTORY_TEXT_CHARS_MAX: usize = 1_000;
/// Longest CEQL text, in bytes: a `where` travels in a URL, and servers refuse longer ones.
pub const CEQL_BYTES_MAX: usize = 16 * 1024;

/// Deepest nesting of parentheses in CEQL: people write two or three.
pub const CEQL_DEPTH_MAX: usize = 32;

/// Most comparisons in one CEQL condition.
pub const CEQL_COMPARISONS_MAX: usize = 200;

/// Most values in one CEQL `IN` list (Oracle's and several providers' own limit).
pub const CEQL_LIST_VALUES_MAX: usize = 1_000;

/// Most columns in an `orderBy`.
pub const ORDER_COLUMNS_MAX: usize = 16;

/// Most paths in a `fields` list: the widest finance record has about 150 members.
pub const FIELDS_MAX: usize = 500;

/// Most names in a dotted path into a record.
pub const PATH_SEGMENTS_MAX: usize = 16;

/// Longest date pattern, in bytes: the longest one published has 32.
pub const DATE_PATTERN_BYTES_MAX: usize = 100;

/// Longest text that is read as a date, in bytes.
pub const DATE_TEXT_BYTES_MAX: usize = 200;

/// Most repetitions of one letter in a date pattern; each prints a digit.
pub const DATE_LETTERS_MAX: usize = 20;

/// Longest macro between `${` and `}`, in bytes: a zone name and a date pattern.
pub const DATE_MACRO_BYTES_MAX: usize = 200;

/// Most resources in a poller configuration: no element has 100.
pub const POLLED_RESOURCES_MAX: usize = 200;

/// Longest delay and tolerance of a polled resource, in seconds: one day. More is a mistake of
/// units (milliseconds for seconds).
pub const POLLER_SECONDS_MAX: u64 = 86_400;
