//! The forms that are posted to a callback, in the fields and the order asked for.

use super::super::options::{CallbackConduct, EventForm, HandshakeForm};
use super::outbox::Notice;
use super::registry::Callback;
use super::signature::Form;

/// The form of a notice: an event, or the handshake.
pub(super) fn form(
    conduct: &CallbackConduct,
    callback: &Callback,
    account_id: &str,
    notice: &Notice,
) -> Form {
    if notice.is_handshake {
        return handshake(conduct.handshake_form, callback, account_id);
    }
    let name = || ("name", notice.name.clone());
    let object = || ("object_id", notice.object_id.to_string());
    let account = || ("account_id", account_id.to_owned());
    let business = || ("business_id", notice.business_id.to_string());
    let identity = || ("identity_id", notice.identity_id.to_string());
    // Deprecated in favour of the identity; 1 is the owner.
    let user = || ("user_id", "1".to_owned());
    match conduct.event_form {
        EventForm::Documented => {
            vec![name(), object(), account(), business(), identity(), user()]
        }
        EventForm::Observed => vec![name(), object(), user(), identity(), business(), account()],
        EventForm::Older => vec![name(), object(), account(), user()],
    }
}

fn handshake(form: HandshakeForm, callback: &Callback, account_id: &str) -> Form {
    let id = callback.callback_id.to_string();
    let mut fields = match form {
        HandshakeForm::ObjectId => {
            vec![("name", "callback.verify".to_owned()), ("object_id", id)]
        }
        HandshakeForm::CallbackId => {
            vec![("name", "callback.verify".to_owned()), ("callback_id", id)]
        }
        HandshakeForm::Nameless => vec![("object_id", id)],
    };
    fields.push(("account_id", account_id.to_owned()));
    fields.push(("verifier", callback.verifier.clone()));
    fields
}

/// The form as it is posted.
pub(super) fn encode(form: &Form) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}
