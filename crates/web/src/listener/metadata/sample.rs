//! The sample request of a format's page. What is shown can be posted as it stands: a test does.

use crate::listener::format::Format;

/// The placeholders of the original: the first name of each enum, `String` for a text, and .NET's
/// smallest date.
const JSON: &str = concat!(
    r#"{"eventNotifications":[{"realmId":"String","dataChangeEvent":{"entities":[{"#,
    r#""name":"Customer","id":"String","operation":"Update","#,
    r#""lastUpdated":"\/Date(-62135596800000-0000)\/","deletedId":"String"}]}}]}"#
);

const XML: &str = r#"<QboWebhooksRequest xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.datacontract.org/2004/07/ESI.Service.QBOWebhooksListener">
  <eventNotifications>
    <QBOEventNotification>
      <DataChangeEvent>
        <Entities>
          <QBOEntity>
            <DeletedId>String</DeletedId>
            <Id>String</Id>
            <LastUpdated>0001-01-01T00:00:00</LastUpdated>
            <Name>Customer</Name>
            <Operation>Update</Operation>
          </QBOEntity>
        </Entities>
      </DataChangeEvent>
      <RealmId>String</RealmId>
    </QBOEventNotification>
  </eventNotifications>
</QboWebhooksRequest>"#;

const JSV: &str = "{
\teventNotifications: \n\t[
\t\t{
\t\t\trealmId: String,
\t\t\tdataChangeEvent: \n\t\t\t{
\t\t\t\tentities: \n\t\t\t\t[
\t\t\t\t\t{
\t\t\t\t\t\tname: Customer,
\t\t\t\t\t\tid: String,
\t\t\t\t\t\toperation: Update,
\t\t\t\t\t\tlastUpdated: 0001-01-01,
\t\t\t\t\t\tdeletedId: String
\t\t\t\t\t}
\t\t\t\t]
\t\t\t}
\t\t}
\t]
}";

/// A request and its answer, as a page shows them.
#[derive(Debug)]
pub(super) struct Sample {
    /// Request line and headers.
    pub(super) request_head: String,
    /// Body of the request.
    pub(super) body: &'static str,
    /// Status line, headers and body of the answer.
    pub(super) answer: String,
}

impl Sample {
    /// The sample of a format, posted to `host`.
    pub(super) fn of(format: Format, host: &str) -> Self {
        let content_type = content_type(format);
        Self {
            request_head: format!(
                "POST /qbowebhook HTTP/1.1 \nHost: {host} \nAccept: {content_type}\nContent-Type: \
                 {content_type}\nContent-Length: length"
            ),
            body: body(format),
            answer: format!(
                "HTTP/1.1 200 OK\nContent-Type: {content_type}\nContent-Length: length\n\n(string)"
            ),
        }
    }
}

/// On its pages the original calls JSV `text/jsv`, and answers `application/jsv`.
const fn content_type(format: Format) -> &'static str {
    match format {
        Format::Jsv => "text/jsv",
        _ => format.content_type(),
    }
}

/// CSV and JSON Lines show JSON on the original's pages, by accident; both take it here.
const fn body(format: Format) -> &'static str {
    match format {
        Format::Xml => XML,
        Format::Jsv => JSV,
        Format::Json | Format::Csv | Format::Jsonl | Format::Html => JSON,
    }
}
