//! A call of the operation: who vouches for it, what it says, and into the same intake as the
//! notices that Intuit posts to its own address.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequestParts as _;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use ledgerhook_engine::{Gateway, InboundNotice};
use ledgerhook_model::limits::NOTICE_BODY_BYTES_MAX;

use super::caller::Voucher;
use super::format::Format;
use super::negotiation::AnswerForm;
use super::payload::{self, NOTIFICATIONS_FIELD, Payload};
use super::service_error::ServiceError;
use super::{ELEMENT, answer};
use crate::body;
use crate::query::Query;

/// A request to the custom address.
pub(super) async fn custom(
    gateway: &Arc<Gateway>,
    extension: Option<Format>,
    parts: Parts,
    body: Body,
) -> Response {
    let mut call = Call::new(gateway, parts).await;
    let form = AnswerForm::of_custom(extension, &call.query, &call.parts.headers);
    match call.one(None, body).await {
        Ok(()) => answer::success(&form),
        Err(error) => answer::error(&form, &error),
    }
}

/// A request to a pre-defined address.
pub(super) async fn predefined(
    gateway: &Arc<Gateway>,
    format: Format,
    parts: Parts,
    body: Body,
) -> Response {
    let mut call = Call::new(gateway, parts).await;
    let form = AnswerForm::of_predefined(format, &call.query);
    match call.one(Some(format), body).await {
        Ok(()) => answer::success(&form),
        Err(error) => answer::error(&form, &error),
    }
}

/// Several requests to a pre-defined address in one.
pub(super) async fn batch(
    gateway: &Arc<Gateway>,
    format: Format,
    parts: Parts,
    body: Body,
) -> Response {
    let mut call = Call::new(gateway, parts).await;
    let form = AnswerForm::of_predefined(format, &call.query);
    match call.batch(format, body).await {
        Ok(requests) => answer::batch_success(requests),
        // A batch is stored as a whole or not at all, so an error stands before its first request.
        Err(error) => answer::batch_completed(answer::error(&form, &error), 0),
    }
}

/// A pre-defined address with another verb than POST.
pub(super) async fn wrong_method(format: Format, method: &str, mut parts: Parts) -> Response {
    refused(format, &ServiceError::no_such_method(method), &mut parts).await
}

/// A pre-defined address with no operation behind it.
pub(super) async fn no_such_operation(format: Format, mut parts: Parts) -> Response {
    refused(format, &ServiceError::no_such_operation(), &mut parts).await
}

async fn refused(format: Format, error: &ServiceError, parts: &mut Parts) -> Response {
    let query = query(parts).await;
    answer::error(&AnswerForm::of_predefined(format, &query), error)
}

async fn query(parts: &mut Parts) -> Query {
    let Ok(query) = Query::from_request_parts(parts, &()).await;
    query
}

struct Call<'g> {
    gateway: &'g Arc<Gateway>,
    parts: Parts,
    query: Query,
}

impl<'g> Call<'g> {
    async fn new(gateway: &'g Arc<Gateway>, mut parts: Parts) -> Self {
        let query = query(&mut parts).await;
        Self { gateway, parts, query }
    }

    /// Takes in one request, whose body is in `format`, or in what its content type says.
    async fn one(&mut self, format: Option<Format>, body: Body) -> Result<(), ServiceError> {
        let voucher = Voucher::of_request(&mut self.parts, self.gateway).await?;
        let body = body::read(body, NOTICE_BODY_BYTES_MAX).await?;
        if let Some(text) = self.query_instead(voucher, format, &body) {
            let payload = payload::read_query(text)?;
            return self.accept(voucher, body, payload).await;
        }
        let payload = match payload::read(format, &self.parts.headers, &body).await {
            // Intuit stops all notices of an app that answers 400: what it signed is kept raw, and
            // counted, however it looks.
            Err(_) if voucher == Voucher::Signature => Payload::AsItCame,
            read => read?,
        };
        self.accept(voucher, body, payload).await
    }

    /// Takes in a batch: all of it or nothing. Returns how many requests it has.
    async fn batch(&mut self, format: Format, body: Body) -> Result<usize, ServiceError> {
        let voucher = Voucher::of_request(&mut self.parts, self.gateway).await?;
        let body = body::read(body, NOTICE_BODY_BYTES_MAX).await?;
        let (requests, payload) = payload::read_batch(format, &self.parts.headers, &body)?;
        if requests > 0 {
            self.accept(voucher, body, payload).await?;
        }
        Ok(requests)
    }

    /// The notifications of the query, where they count: in the place of the body on the custom
    /// address, for want of one on the others. Never beside a signature, which does not cover them.
    fn query_instead(
        &self,
        voucher: Voucher,
        format: Option<Format>,
        body: &Bytes,
    ) -> Option<&str> {
        let counts = voucher != Voucher::Signature && (format.is_none() || body.is_empty());
        self.query.text(NOTIFICATIONS_FIELD).filter(|_| counts)
    }

    async fn accept(
        &self,
        voucher: Voucher,
        body: Bytes,
        payload: Payload,
    ) -> Result<(), ServiceError> {
        let notice = InboundNotice {
            element: ELEMENT.to_owned(),
            instance: None,
            headers: self.parts.headers.clone(),
            body,
            translated: match payload {
                Payload::AsItCame => None,
                Payload::Translated(text) => Some(text),
            },
            trust: voucher.trust(),
        };
        Ok(self.gateway.intake().accept(notice).await?)
    }
}
