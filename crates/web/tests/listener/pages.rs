//! The metadata pages: they are served, and what they show can be posted as it is shown (reference:
//! qbo-webhooks-listener §7).

use crate::stage::{Answer, Stage, request};

const LANGUAGES: [&str; 11] = [
    "csharp",
    "mjs",
    "typescript",
    "dart",
    "java",
    "kotlin",
    "python",
    "php",
    "swift",
    "vbnet",
    "fsharp",
];

async fn get(stage: &Stage, path: &str) -> Answer {
    stage.send(request("GET", path, &[("host", "books.example.test")], "")).await
}

/// The text of an element of a page, as a reader sees it.
fn text_of<'p>(page: &'p str, tag: &str, id: &str) -> Option<String> {
    let start = format!("<{tag} id=\"{id}\">");
    let (_, rest): (&'p str, &'p str) = page.split_once(&start)?;
    let (inner, _) = rest.split_once(&format!("</{tag}>"))?;
    let shown = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    let shown = shown.iter().fold(inner.to_owned(), |text, (from, to)| text.replace(from, to));
    Some(shown)
}

#[tokio::test]
async fn the_root_leads_to_the_index() {
    let stage = Stage::start().await;
    for path in ["/", "/metadata/"] {
        let answer = get(&stage, path).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (302, Some("/metadata")));
    }
    for path in ["/metadata", "/json/metadata", "/xml/metadata", "/operations/metadata"] {
        let index = get(&stage, path).await;
        assert_eq!(index.status, 200, "{path}");
        assert_eq!(index.header("content-type"), Some("text/html; charset=utf-8"));
        for format in ["json", "xml", "jsv", "csv", "jsonl"] {
            assert!(index.text.contains(&format!("/{format}/metadata?op=QboWebhooksRequest")));
        }
    }
    let html = get(&stage, "/html/metadata").await;
    assert_eq!(html.status, 403);
    assert!(html.header("content-type").unwrap().starts_with("text/plain"));
    assert_eq!(get(&stage, "/json/metadata?op=Nope").await.status, 404);
}

#[tokio::test]
async fn the_sample_of_every_page_is_accepted_as_it_is_shown() {
    let stage = Stage::start().await;
    for format in ["json", "xml", "jsv", "csv", "jsonl"] {
        let page = get(&stage, &format!("/{format}/metadata?op=QboWebhooksRequest")).await;
        assert_eq!(page.status, 200);
        let shown = text_of(&page.text, "pre", "request").unwrap();
        let (head, _) = shown.split_once("\n\n").unwrap();
        let mut lines = head.lines();
        assert_eq!(lines.next(), Some("POST /qbowebhook HTTP/1.1 "));
        assert_eq!(lines.next(), Some("Host: books.example.test "));
        let headers: Vec<_> = lines
            .map(|line| line.split_once(": ").unwrap())
            .filter(|(name, _)| *name != "Content-Length")
            .collect();
        let body = text_of(&page.text, "span", "sample").unwrap();
        let unrouted = stage.unrouted();
        let answer = stage.post("/qbowebhook", &headers, body).await;
        assert_eq!(
            (answer.status.as_u16(), &*answer.text),
            (200, r#"{"status":"ok"}"#),
            "{format}"
        );
        // Company `String` is nobody's, but it was read.
        assert_eq!(stage.unrouted(), unrouted + 1, "{format}");
    }
}

#[tokio::test]
async fn a_page_has_the_text_of_the_original() {
    let stage = Stage::start().await;
    for format in ["json", "xml", "jsv", "csv", "jsonl"] {
        let page = get(&stage, &format!("/{format}/metadata?op=qbowebhooksrequest")).await.text;
        for text in [
            "<h1>QBO Webhooks Listener</h1>",
            "&lt;back to all web services",
            "<h2>QboWebhooksRequest</h2>",
            "The following routes are available for this service:",
            "<td>EventNotifications</td><td>body</td><td>List&#60;QBOEventNotification&#62;</td><td>No</td>",
            "<td>Vendor</td><td>21</td>",
            &format!("append the <b>.{format}</b> suffix or <b>?format={format}</b>"),
            &format!("HTTP + {}", format.to_uppercase()),
            "The placeholders shown need to be replaced with actual values.",
            "HTTP/1.1 200 OK",
            "(string)",
        ] {
            assert!(page.contains(text), "{format} lacks {text}: {page}");
        }
        assert_eq!(page.contains("?callback=myCallback"), format == "json");
    }
}

#[tokio::test]
async fn every_language_has_its_tab_and_its_file() {
    let stage = Stage::start().await;
    let list = get(&stage, "/types").await.text;
    for language in LANGUAGES {
        assert!(list.contains(&format!("href=\"/types/{language}\"")));
        let page = format!("/xml/metadata?op=QboWebhooksRequest&lang={language}");
        let page = get(&stage, &page).await;
        let code = text_of(&page.text, "pre", "types").unwrap();
        assert!(code.contains("QBOEventNotification"), "{code}");
        assert!(page.text.contains(&format!("href=\"/types/{language}\"")));
        let file = get(&stage, &format!("/types/{language}")).await;
        assert_eq!(file.header("content-type"), Some("text/plain; charset=utf-8"));
        assert!(file.text.len() > code.len(), "{language}");
    }
    let typescript = get(&stage, "/xml/metadata?op=QboWebhooksRequest&lang=typescript").await.text;
    let original = include_str!("../samples/qbo_webhooks_request.ts");
    assert_eq!(text_of(&typescript, "pre", "types").as_deref(), Some(original));
}

#[tokio::test]
async fn programs_find_the_operation_its_types_and_the_schema() {
    let stage = Stage::start().await;
    assert_eq!(get(&stage, "/api").await.text, r#"["QboWebhooksRequest"]"#);
    for path in ["/types/metadata", "/types/metadata.json"] {
        let types = get(&stage, path).await.json();
        assert_eq!(types["operations"][0]["request"]["name"], "QboWebhooksRequest");
    }
    let operations = get(&stage, "/operations/metadata.json").await.json();
    assert_eq!(operations["operations"][0]["routes"][0]["path"], "/qbowebhook");
    let schema = get(&stage, "/metadata?xsd=1").await;
    assert_eq!(schema.header("content-type"), Some("text/xml; charset=utf-8"));
    assert!(schema.text.contains("targetNamespace=\"http://schemas.datacontract.org/2004/07/ESI"));
    for other in ["0", "2", "x"] {
        assert_eq!(get(&stage, &format!("/metadata?xsd={other}")).await.status, 404);
    }
}

#[tokio::test]
async fn a_host_name_is_shown_as_text() {
    let stage = Stage::start().await;
    let headers = [("host", "<script>")];
    let page = request("GET", "/json/metadata?op=QboWebhooksRequest", &headers, "");
    assert!(!stage.send(page).await.text.contains("<script>"));
}
