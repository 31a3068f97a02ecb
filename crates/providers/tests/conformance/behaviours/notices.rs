//! Reading what a provider posts.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use ledgerhook_connector::Notices;
use ledgerhook_model::{ChangeKind, Secret};

use crate::bench::Bench;
use crate::bench::company::Company;
use crate::bench::provider::Provider;
use crate::bench::receiver::{Posted, Receiver};

/// A company whose notices arrive.
struct Noticed {
    bench: Bench,
    company: Company,
    notices: Arc<dyn Notices>,
    receiver: Receiver,
    key: Secret,
}

/// Has a provider post its notices; `None` when it has none to post.
async fn notices_of(provider: &'static dyn Provider) -> Option<Noticed> {
    let bench = Bench::open(provider).await;
    let Some(notices) = bench.connector.notices.clone() else {
        assert!(!provider.parts().notices);
        return None;
    };
    let company = bench.connect().await;
    // A record may come with others that it refers to, of which there would be notices as well.
    bench.create(1);
    let receiver = Receiver::open().await;
    let key = subscribe(&bench, &company, notices.as_ref(), &receiver).await;
    Some(Noticed { bench, company, notices, receiver, key })
}

/// Tells the provider where to post, in whichever way it wants to be told; the key that signs.
async fn subscribe(
    bench: &Bench,
    company: &Company,
    notices: &dyn Notices,
    receiver: &Receiver,
) -> Secret {
    let Some(subscriptions) = &bench.connector.subscriptions else {
        let key = Secret::new("the verifier token of the app");
        bench.provider.post_notices_to(&bench.sandbox, &receiver.url, &key);
        return key;
    };
    let topics = subscriptions.topics(&[bench.provider.resource().to_owned()]);
    let request = company.of_subscriptions();
    let id = subscriptions.create(request, topics[0], &receiver.url).await.unwrap();
    let Posted { headers, body } = receiver.post(0).await;
    let handshake = notices.handshake(&headers, &body).unwrap();
    subscriptions.confirm(request, &id, &handshake.verifier).await.unwrap();
    handshake.verifier
}

impl Noticed {
    /// Makes a record; its id, and the notice of it.
    async fn create(&self) -> (String, Posted) {
        let number = self.receiver.count();
        let id = self.bench.create(2);
        (id, self.receiver.post(number).await)
    }

    fn fits(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        self.notices.signature_fits(headers, body, &self.key)
    }
}

/// It is signed, it is no handshake, and it names the company, the record and what happened.
pub(crate) async fn a_genuine_notice_is_verified_and_understood(provider: &'static dyn Provider) {
    let Some(noticed) = notices_of(provider).await else { return };
    let (id, Posted { headers, body }) = noticed.create().await;
    assert!(noticed.notices.is_signed(&headers));
    assert!(noticed.fits(&headers, &body));
    assert!(noticed.notices.handshake(&headers, &body).is_none());
    let parsed = noticed.notices.parse(&body, noticed.bench.now());
    assert_eq!(parsed.unread_entries, 0);
    let [entry] = parsed.entries.as_slice() else { panic!("{:?}", parsed.entries) };
    assert_eq!(entry.company, provider.company());
    assert!(entry.candidates.is_empty(), "{:?}", entry.candidates);
    assert_eq!(&*entry.change.resource, provider.resource());
    assert_eq!(entry.change.object_id, id);
    assert_eq!(entry.change.kind, ChangeKind::Created);
    assert!(entry.change.version.is_notice());
    assert_eq!(entry.change.changed_at, noticed.bench.now());
    assert_eq!(noticed.notices.parse(&body, noticed.bench.now()), parsed);
}

/// Each byte of body and signature counts, and so do the key and the header.
pub(crate) async fn what_was_changed_on_the_way_is_refused(provider: &'static dyn Provider) {
    let Some(noticed) = notices_of(provider).await else { return };
    let (_, Posted { headers, body }) = noticed.create().await;
    for place in 0..body.len() {
        let mut changed = body.clone();
        changed[place] ^= 1;
        assert!(!noticed.fits(&headers, &changed), "{}", String::from_utf8_lossy(&changed));
    }
    for changed in [b"".as_slice(), &body[1..], &body[..body.len() / 2]] {
        assert!(!noticed.fits(&headers, changed), "{}", String::from_utf8_lossy(changed));
    }
    let name = signature_header(&noticed, &headers, &body);
    let signature = headers[&name].as_bytes().to_vec();
    for place in 0..signature.len() {
        let mut changed = signature.clone();
        changed[place] ^= 1;
        assert!(!noticed.fits(&with(&headers, &name, &changed), &body), "byte {place}");
    }
    for changed in [b"".as_slice(), b"=", &signature[1..], &[b'\xff'; 44]] {
        assert!(!noticed.fits(&with(&headers, &name, changed), &body), "{changed:?}");
    }
    let mut unsigned = headers.clone();
    unsigned.remove(&name);
    assert!(!noticed.notices.is_signed(&unsigned) && !noticed.fits(&unsigned, &body));
    for key in ["the key of another app", ""] {
        assert!(!noticed.notices.signature_fits(&headers, &body, &Secret::new(key)), "{key}");
    }
}

/// Whatever comes is bounded work: it is counted as unread, and no handshake.
pub(crate) async fn what_cannot_be_read_is_counted(provider: &'static dyn Provider) {
    let Some(noticed) = notices_of(provider).await else { return };
    let (_, Posted { headers, .. }) = noticed.create().await;
    let deep = 200_000;
    let bodies = [
        b"".to_vec(),
        b"no notice".to_vec(),
        b"\xff\xfe\x00".to_vec(),
        b"null".to_vec(),
        b"[".repeat(deep),
        br#"{"a":"#.repeat(deep),
        b"a=".repeat(deep),
        b"%".repeat(deep),
        vec![b'a'; 4 * 1024 * 1024],
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let parsed = noticed.notices.parse(&body, noticed.bench.now());
        assert!(parsed.entries.is_empty(), "{shown}: {:?}", parsed.entries);
        assert!(parsed.unread_entries > 0, "{shown}");
        assert!(noticed.notices.handshake(&headers, &body).is_none(), "{shown}");
        assert!(!noticed.fits(&headers, &body), "{shown}");
    }
}

/// By the id that the notice names; where the notice says when, that is the record's second.
pub(crate) async fn a_noticed_record_can_be_read(provider: &'static dyn Provider) {
    let Some(noticed) = notices_of(provider).await else { return };
    let (_, Posted { body, .. }) = noticed.create().await;
    let received_at = noticed.bench.now();
    noticed.bench.pass(5);
    let entry = noticed.notices.parse(&body, received_at).entries.remove(0);
    let ids = [entry.change.object_id];
    let page = noticed.bench.read(&noticed.company, &ids).await.unwrap();
    let [found] = page.found.as_slice() else { panic!("{:?}", page.found) };
    assert_eq!(found.object_id, ids[0]);
    assert!(!found.version.is_notice());
    if entry.is_dated {
        assert_eq!(found.changed_at.seconds(), entry.change.changed_at.seconds());
    }
}

/// The header without which a notice is not signed.
fn signature_header(noticed: &Noticed, headers: &HeaderMap, body: &[u8]) -> HeaderName {
    let is_signature = |name: &&HeaderName| {
        let mut without = headers.clone();
        without.remove(*name);
        !noticed.fits(&without, body)
    };
    headers.keys().find(is_signature).unwrap().clone()
}

fn with(headers: &HeaderMap, name: &HeaderName, value: &[u8]) -> HeaderMap {
    let mut changed = headers.clone();
    changed.insert(name, HeaderValue::from_bytes(value).unwrap());
    changed
}
