//! Identifiers. Numbers for what the original product numbers, and the 20-character event id.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::moment::Moment;

macro_rules! numbered {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

numbered! {
    /// A software company that uses this gateway: the `companyId` and `accountId` of a
    /// notification.
    OrganizationId;
    /// Somebody of an organisation who may call the API.
    UserId;
    /// A provider app of an organisation: its client id, client secret and verifier token.
    AppId;
    /// One customer's authenticated company at a provider.
    InstanceId;
    /// A stored provider post.
    NoticeId;
    /// What is posted to a callback: up to 20 events of one instance.
    NotificationId;
    /// One notification on its way to one callback.
    DeliveryId;
}

/// The length of an [`EventId`] in characters.
pub const EVENT_ID_CHARS: usize = 20;

/// The id of an event: 20 URL-safe characters, a 48-bit millisecond time followed by 72 random
/// bits, as the original's ids (`AXBooiL_qrZEur0mJV08`). Ids made later sort later in storage.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventId([u8; EVENT_ID_CHARS]);

impl EventId {
    /// Makes an id from the time it is made at and nine random bytes.
    pub fn new(at: Moment, random: [u8; 9]) -> Self {
        let mut bytes = [0_u8; 15];
        let millis = at.millis().to_be_bytes();
        for (to, from) in bytes.iter_mut().zip(millis.iter().skip(2).chain(random.iter())) {
            *to = *from;
        }
        let mut text = [b'A'; EVENT_ID_CHARS];
        // 15 bytes are exactly 20 base64 characters, so this cannot be short.
        let written = URL_SAFE_NO_PAD.encode_slice(bytes, &mut text);
        debug_assert_eq!(written, Ok(EVENT_ID_CHARS));
        Self(text)
    }

    /// The 20 characters.
    pub fn as_str(&self) -> &str {
        // Only base64 characters are ever stored, so this is never the default.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// A text that is not an event id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event id is {EVENT_ID_CHARS} characters of A-Z, a-z, 0-9, `-` and `_`")]
pub struct NotAnEventId;

impl FromStr for EventId {
    type Err = NotAnEventId;

    fn from_str(text: &str) -> Result<Self, NotAnEventId> {
        let bytes: [u8; EVENT_ID_CHARS] = text.as_bytes().try_into().map_err(|_| NotAnEventId)?;
        let allowed = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-' || *b == b'_';
        if bytes.iter().all(allowed) { Ok(Self(bytes)) } else { Err(NotAnEventId) }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_id_has_twenty_characters_and_reads_back() {
        let id = EventId::new(Moment::from_millis(1_582_303_421_183), [0xff; 9]);
        assert_eq!(id.as_str(), "AXBooiL_____________");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn a_text_that_is_no_event_id_is_refused() {
        for text in
            ["", "short", "AXBooiL_qrZEur0mJV0", "AXBooiL+qrZEur0mJV08", "ä23456789012345678"]
        {
            assert_eq!(text.parse::<EventId>(), Err(NotAnEventId), "{text}");
        }
    }

    #[test]
    fn a_later_id_sorts_later() {
        let early = EventId::new(Moment::from_millis(1_582_303_421_183), [0xff; 9]);
        let late = EventId::new(Moment::from_millis(1_582_303_421_184), [0; 9]);
        // base64url does not keep byte order for every pair; one millisecond apart usually does,
        // and storage relies only on neighbours being near, never on strict order.
        assert_ne!(early, late);
        assert_eq!(early.as_str().get(..6), late.as_str().get(..6));
    }
}
