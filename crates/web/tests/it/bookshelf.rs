//! Bookshelf, a made-up provider. What it does depends on the authorisation code; its notices are
//! lines of `company record`, or of `company record resource|resource time` where it does not say
//! of which resource the record is, and are signed by their token in clear.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::http::HeaderMap;
use ledgerhook_engine::connector::{
    AuthorizeRequest, ChangeFeed, ConnectError, ConnectRequest, Connected, Connector,
    ElementProfile, FeedPage, FeedRequest, GrantRequest, Handshake, NoticeEntry, Notices, OAuth,
    ParsedNotice, ProviderError, ReadPlan, Records, RecordsPage, RecordsRequest, RefreshError,
    ResourceProfile, Subscriptions, Tokens,
};
use ledgerhook_model::configuration::{Configuration, KeyKind, KeyProfile};
use ledgerhook_model::{Change, ChangeKind, Detection, Moment, Secret, Version};

use crate::catalogue::Catalogue;
use crate::mailroom::Mailroom;

/// The element's key.
pub(crate) const BOOKSHELF: &str = "bookshelf";
/// The header that carries a notice's signature.
pub(crate) const SIGNATURE: &str = "bookshelf-signature";
/// A code that the provider refuses.
pub(crate) const USED_CODE: &str = "used";
/// A code on which the provider does not answer.
pub(crate) const SILENT_CODE: &str = "silent";
/// A code on which this connector has a fault.
pub(crate) const FAULTY_CODE: &str = "faulty";

static PROFILE: ElementProfile = ElementProfile {
    id: 77,
    key: BOOKSHELF,
    name: "Bookshelf Online",
    hook_name: "BookshelfOnline",
    description: "Keeps books",
    image: "elements/bookshelf.png",
    hub: "finance",
    authentication: "oauth2",
    grant_owner: None,
    resources: &[
        ResourceProfile {
            name: "invoices",
            polled: &[ChangeKind::Created, ChangeKind::Updated],
            noticed: &[ChangeKind::Created],
        },
        ResourceProfile { name: "tax-codes", polled: &[ChangeKind::Updated], noticed: &[] },
    ],
    keys: &[
        KeyProfile {
            key: "oauth.api.key",
            name: "API Key",
            description: "Client id",
            kind: KeyKind::Password,
            default: None,
            required: true,
        },
        KeyProfile {
            key: "shelf.edition",
            name: "Edition",
            description: "Which edition",
            kind: KeyKind::Text,
            default: Some("second"),
            required: false,
        },
    ],
};

/// The records that the provider has, and when they were changed.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    records: Mutex<HashMap<(String, String), Moment>>,
    /// Whether it gives no answer.
    pub(crate) is_down: AtomicBool,
    /// How often it was asked for records.
    pub(crate) reads: AtomicU64,
    /// How it answers when it is asked for changes.
    pub(crate) polled: Mutex<Polled>,
    /// How often it was asked for changes.
    pub(crate) polls: AtomicU64,
    /// What its hub shows.
    pub(crate) catalogue: Arc<Catalogue>,
    /// The URLs that it was given.
    pub(crate) mailroom: Arc<Mailroom>,
}

/// An answer to the question for changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Polled {
    /// One change.
    #[default]
    Change,
    /// None, and so many reads.
    Nothing(u32),
    /// None, with a note.
    Note(&'static str),
    /// It does not answer.
    Down,
    /// It lets nobody in.
    Refused,
}

impl Shelf {
    /// How it answers from now on when it is asked for changes.
    pub(crate) fn answer_polls(&self, polled: Polled) {
        *self.polled.lock().unwrap() = polled;
    }

    /// Puts a record on the shelf.
    pub(crate) fn put(&self, resource: &str, record: &str, changed_at: &str) {
        let key = (resource.to_owned(), record.to_owned());
        self.records.lock().unwrap().insert(key, Moment::parse(changed_at).unwrap());
    }
}

/// The provider; whether it wants a URL for each company and topic.
pub(crate) fn connector(shelf: Arc<Shelf>, wants_urls: bool) -> Connector {
    let (mailroom, catalogue) = (Arc::clone(&shelf.mailroom), Arc::clone(&shelf.catalogue));
    Connector {
        profile: &PROFILE,
        oauth: Arc::new(Bookshelf),
        notices: Some(Arc::new(Bookshelf)),
        subscriptions: wants_urls.then_some(mailroom as Arc<dyn Subscriptions>),
        feeds: vec![Arc::clone(&shelf) as Arc<dyn ChangeFeed>],
        records: Some(shelf),
        hub: Some(catalogue),
    }
}

struct Bookshelf;

#[async_trait]
impl OAuth for Bookshelf {
    fn authorize_url(&self, request: &AuthorizeRequest) -> Result<String, ConnectError> {
        let AuthorizeRequest { api_key, callback_url, scope, state, .. } = request;
        let scope = scope.as_deref().unwrap_or("books");
        Ok(format!("https://bookshelf.test/{scope}/{state}/{api_key}?to={callback_url}"))
    }

    async fn connect(&self, request: ConnectRequest<'_>) -> Result<Connected, ConnectError> {
        let text = |name| request.provider_data.get(name).and_then(|value| value.as_str());
        match text("code") {
            Some(USED_CODE) => {
                return Err(ConnectError::Refused {
                    message: "the code was used already".to_owned(),
                    provider_message: "invalid_grant".to_owned(),
                });
            }
            Some(SILENT_CODE) => {
                let message = "no answer from Bookshelf Online".to_owned();
                return Err(ConnectError::Unavailable { message });
            }
            Some(FAULTY_CODE) => panic!("a fault with a hunter2 in it"),
            Some(_) => {}
            None => {
                return Err(ConnectError::Request {
                    field: "providerData.code".to_owned(),
                    problem: "missing".to_owned(),
                });
            }
        }
        Ok(Connected {
            company: text("company").unwrap_or("c1").to_owned(),
            tokens: Tokens {
                access: Secret::new("access"),
                refresh: Secret::new("refresh"),
                access_lifetime: Duration::from_secs(3_600),
                refresh_lifetime: None,
                refresh_hard_lifetime: Some(Duration::from_secs(86_400)),
            },
            configuration: Vec::new(),
        })
    }

    async fn refresh(&self, _: GrantRequest<'_>) -> Result<Tokens, RefreshError> {
        Err(RefreshError::Unavailable { message: "never".to_owned() })
    }

    async fn revoke(&self, _: GrantRequest<'_>) -> Result<(), RefreshError> {
        Ok(())
    }
}

impl Notices for Bookshelf {
    fn handshake(&self, _: &HeaderMap, body: &[u8]) -> Option<Handshake> {
        let verifier = std::str::from_utf8(body).ok()?.strip_prefix("handshake ")?;
        Some(Handshake { subscription: None, verifier: Secret::new(verifier) })
    }

    fn is_signed(&self, headers: &HeaderMap) -> bool {
        headers.contains_key(SIGNATURE)
    }

    fn signature_fits(&self, headers: &HeaderMap, _: &[u8], verifier_token: &Secret) -> bool {
        headers.get(SIGNATURE).is_some_and(|value| *value == *verifier_token.expose())
    }

    fn parse(&self, body: &[u8], received_at: Moment) -> ParsedNotice {
        let text = String::from_utf8_lossy(body);
        let entry = |line: &str| {
            let mut words = line.split(' ');
            let (company, record) = (words.next()?.to_owned(), words.next()?);
            let names = words.next().map(|names| names.split('|').map(Arc::from).collect());
            let changed_at = words.next().map_or(received_at, |time| Moment::parse(time).unwrap());
            let version = Version::Noticed(changed_at.to_string());
            let mut change = change(record, version, ChangeKind::Created, changed_at);
            let candidates: Vec<Arc<str>> = names.unwrap_or_default();
            if !candidates.is_empty() {
                change.resource = Arc::default();
            }
            Some(NoticeEntry { company, change, is_dated: true, candidates })
        };
        ParsedNotice { entries: text.lines().filter_map(entry).collect(), unread_entries: 0 }
    }
}

#[async_trait]
impl ChangeFeed for Shelf {
    fn name(&self) -> &'static str {
        "shelf"
    }

    fn detection(&self) -> Detection {
        Detection::Poll
    }

    fn covers(&self, _: &str, _: &Configuration) -> bool {
        true
    }

    fn interval_default(&self) -> Option<std::time::Duration> {
        None
    }

    fn read_plans(&self) -> &'static [ReadPlan] {
        &[ReadPlan { name: "small", reads: Some(40) }, ReadPlan { name: "large", reads: None }]
    }

    async fn changes(&self, request: FeedRequest<'_>) -> Result<FeedPage, ProviderError> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        let polled = *self.polled.lock().unwrap();
        let (mut changes, mut reads, mut note) = (Vec::new(), 1, None);
        request.access.tokens().await?;
        match polled {
            Polled::Change => {
                let version = Version::Revision("0".to_owned());
                changes.push(change("polled", version, ChangeKind::Updated, request.since));
            }
            Polled::Nothing(cost) => reads = cost,
            Polled::Note(text) => note = Some(text.to_owned()),
            Polled::Down => {
                return Err(ProviderError::Unavailable("the shelf fell over".to_owned()));
            }
            Polled::Refused => {
                return Err(ProviderError::Refused("the shelf is locked".to_owned()));
            }
        }
        Ok(FeedPage { changes, provider_time: request.since, reads, more: false, note })
    }
}

#[async_trait]
impl Records for Shelf {
    fn reads(&self, _resource: &str) -> bool {
        true
    }

    async fn read(&self, request: RecordsRequest<'_>) -> Result<RecordsPage, ProviderError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        if self.is_down.load(Ordering::Relaxed) {
            return Err(ProviderError::Unavailable("the shelf fell over".to_owned()));
        }
        let records = self.records.lock().unwrap();
        let mut page = RecordsPage { reads: 1, ..RecordsPage::default() };
        for id in request.object_ids {
            match records.get(&(request.resource.to_owned(), id.clone())) {
                Some(changed_at) => {
                    let version = Version::Revision("0".to_owned());
                    page.found.push(change(id, version, ChangeKind::Updated, *changed_at));
                }
                None => page.missing.push(id.clone()),
            }
        }
        Ok(page)
    }
}

fn change(record: &str, version: Version, kind: ChangeKind, changed_at: Moment) -> Change {
    Change {
        resource: "invoices".into(),
        object_id: record.to_owned(),
        printed_id: Some(format!("{record}|0")),
        version,
        kind,
        changed_at,
        record: format!("{{\"Id\":\"{record}\"}}").into(),
    }
}
