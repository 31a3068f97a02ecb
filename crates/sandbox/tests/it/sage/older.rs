//! The retired APIs 3 (columbus) and 1: addresses, headers and signatures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};

use super::bench::{
    Bench, CENTRAL, FOREIGN, FOREIGNER, LEAD, OWNER, SIGNING_SECRET, SUBSCRIPTION_KEY, message,
};
use crate::client::{Answer, Tokens, bearer, parameter, text};

const COLUMBUS: &str = "/uki/sageone/accounts/v3";
const FORM: &str = "application/x-www-form-urlencoded";

async fn connect(bench: &Bench, user: &str, token_path: &str) -> Answer {
    let back = bench.approve("/oauth2/auth", "", user).await;
    bench.redeem(token_path, &parameter(&back, "code")).await
}

fn sign(base_string: &str, tokens: &Tokens) -> String {
    let key = format!("{SIGNING_SECRET}&{}", tokens.access);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    STANDARD.encode(hmac::sign(&key, base_string.as_bytes()))
}

/// Percent-encodes what occurs here.
fn encode(text: &str) -> String {
    let mut encoded = text.replace('%', "%25");
    for (plain, code) in [
        (":", "%3A"),
        ("/", "%2F"),
        ("=", "%3D"),
        ("&", "%26"),
        ("$", "%24"),
        ("[", "%5B"),
        ("]", "%5D"),
        (" ", "%20"),
        ("+", "%2B"),
    ] {
        encoded = encoded.replace(plain, code);
    }
    encoded
}

/// A signed call of API 1 with sorted parameters.
async fn signed(
    bench: &Bench,
    tokens: &Tokens,
    (method, path, nonce): (&str, &str, &str),
    parameters: &[(&str, &str)],
) -> Answer {
    let pairs: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    let pairs = pairs.join("&");
    let url = format!("{}{path}", bench.sage().base_url());
    let base = format!("{method}&{}&{}&{}", encode(&url), encode(&pairs), encode(nonce));
    let headers = [
        bearer(tokens),
        ("x-nonce", nonce.to_owned()),
        ("x-signature", sign(&base, tokens)),
        ("content-type", FORM.to_owned()),
    ];
    if method == "GET" {
        let path = format!("{path}?{pairs}");
        return bench.send(method, &path, &headers, String::new()).await;
    }
    bench.send(method, path, &headers, pairs).await
}

#[tokio::test]
async fn the_older_grant_names_its_business_and_lives_an_hour() {
    let bench = Bench::start().await;
    let answer = connect(&bench, OWNER, "/oauth2/token").await;
    let body = answer.json();
    assert_eq!((&body["expires_in"], &body["resource_owner_id"]), (&3_600.into(), &LEAD.into()));
    assert_eq!(text(&body["access_token"]).len(), 40);
    let first = answer.tokens();
    let second = bench.refresh("/oauth2/token", &first.refresh).await.tokens();
    assert_eq!(first.refresh, second.refresh);
    assert_ne!(first.access, second.access);
    assert_eq!(bench.get(&second, "contacts").await.status, 401);
}

#[tokio::test]
async fn tokens_are_given_out_where_the_country_has_them() {
    let bench = Bench::start().await;
    for (user, path, status) in [
        (OWNER, "/token", 400),
        (OWNER, "/oauth2/token", 200),
        (FOREIGNER, "/token", 200),
        (FOREIGNER, "/oauth2/token", 200),
    ] {
        assert_eq!(connect(&bench, user, path).await.status, status, "{user} {path}");
    }
    let back = bench.approve(CENTRAL, "", FOREIGNER).await;
    assert_eq!(parameter(&back, "country"), "US");
    let current = bench.approve(CENTRAL, "apiv3.1", OWNER).await;
    let misplaced = bench.redeem("/oauth2/token", &parameter(&current, "code")).await;
    assert_eq!(misplaced.status, 400);
}

fn columbus_headers(tokens: &Tokens) -> Vec<(&'static str, String)> {
    vec![
        bearer(tokens),
        ("ocp-apim-subscription-key", SUBSCRIPTION_KEY.to_owned()),
        ("x-site", LEAD.to_owned()),
    ]
}

#[tokio::test]
async fn columbus_wants_its_headers_and_the_region_of_the_business() {
    let bench = Bench::start().await;
    let own = connect(&bench, OWNER, "/oauth2/token").await.tokens();
    let current = bench.connect().await;
    let good = columbus_headers(&own);
    let with = |name: &'static str, value: &str| {
        let mut headers: Vec<_> =
            good.iter().filter(|(other, _)| *other != name).cloned().collect();
        headers.push((name, value.to_owned()));
        headers
    };
    let cases = [
        ("uki", good.clone(), 200),
        ("us", good.clone(), 401),
        ("mars", good.clone(), 401),
        ("uki", with("ocp-apim-subscription-key", "wrong"), 401),
        ("uki", with("x-site", FOREIGN), 401),
        ("uki", with("authorization", &bearer(&current).1), 401),
        ("uki", vec![bearer(&own)], 401),
    ];
    for (region, headers, status) in cases {
        let path = format!("/{region}/sageone/accounts/v3/contacts");
        let answer = bench.send("GET", &path, &headers, String::new()).await;
        assert_eq!(answer.status, status, "{region} {headers:?}");
    }
    let headers = [bearer(&own), ("x-site", LEAD.to_owned())];
    let no_key = bench.send("GET", &format!("{COLUMBUS}/contacts"), &headers, String::new()).await;
    assert_eq!(no_key.json()["statusCode"], 401);
    let wrong_site = bench
        .send("GET", &format!("{COLUMBUS}/contacts"), &with("x-site", FOREIGN), String::new())
        .await;
    assert_eq!(message(&wrong_site), "Access denied.");
}

#[tokio::test]
async fn columbus_lists_changes_and_knows_no_deletes_and_no_sort() {
    let bench = Bench::start().await;
    let own = connect(&bench, OWNER, "/oauth2/token").await.tokens();
    let headers = columbus_headers(&own);
    let mut post = headers.clone();
    post.push(("content-type", "application/json".to_owned()));
    let body = json!({"contact": {"name": "Jane", "contact_type_ids": ["CUSTOMER"]}}).to_string();
    let created = bench.send("POST", &format!("{COLUMBUS}/contacts"), &post, body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let jane = text(&created.json()["id"]);
    bench.pass(10);
    let bob = bench.customer("Bob");
    let list = async |query: &str| {
        let path = format!("{COLUMBUS}/contacts?{query}");
        super::bench::ids(&bench.send("GET", &path, &headers, String::new()).await.json())
    };
    assert_eq!(
        list("updated_or_created_since=2026-03-10T19:00:01Z").await,
        std::slice::from_ref(&bob)
    );
    bench.delete("contacts", &jane);
    assert_eq!(list("deleted_since=2026-01-01").await, [bob]);
    let path = format!("{COLUMBUS}/sales_invoices?sort=colour");
    assert_eq!(bench.send("GET", &path, &headers, String::new()).await.status, 200);
}

#[tokio::test]
async fn columbus_checks_signatures_when_told_to() {
    const NONCE: &str = "d6657d14f6d3d9de453ff4b0dc686c6d";
    let bench = Bench::start_with(|options| options.checks_columbus_signatures = true).await;
    let own = connect(&bench, OWNER, "/oauth2/token").await.tokens();
    let path = format!("{COLUMBUS}/contacts");
    let mut headers = columbus_headers(&own);
    assert_eq!(bench.send("GET", &path, &headers, String::new()).await.status, 401);
    let url = encode(&format!("{}{path}", bench.sage().base_url()));
    let base = format!("GET&{url}&body%3D%26page%3D1&{NONCE}&{LEAD}");
    headers.push(("x-nonce", NONCE.to_owned()));
    headers.push(("x-signature", sign(&base, &own)));
    let path = format!("{path}?page=1");
    assert_eq!(bench.send("GET", &path, &headers, String::new()).await.status, 200);
    let again = bench.send("GET", &path, &headers, String::new()).await;
    assert_eq!(again.status, 401, "a nonce works once");
}

#[tokio::test]
async fn api_1_answers_signed_calls_with_fresh_nonces_only() {
    let bench = Bench::start().await;
    let own = connect(&bench, OWNER, "/oauth2/token").await.tokens();
    let get = ("GET", "/accounts/v1/contacts", "nonce-1");
    let answer = signed(&bench, &own, get, &[("$startIndex", "0")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json;vnd.sage=sdata");
    let empty =
        json!({"$totalResults": 0, "$startIndex": 0, "$itemsPerPage": 20, "$resources": []});
    assert_eq!(answer.json(), empty);
    let again = signed(&bench, &own, get, &[("$startIndex", "0")]).await;
    assert_eq!(again.status, 401);
    assert_eq!(again.json()["$diagnoses"][0]["$dataCode"], "AuthorizationFailure");
    let unsigned = [bearer(&own), ("x-nonce", "nonce-2".to_owned())];
    let path = "/accounts/v1/contacts";
    assert_eq!(bench.send("GET", path, &unsigned, String::new()).await.status, 401);
    let wrong = [unsigned.as_slice(), &[("x-signature", "AAAA".to_owned())]].concat();
    assert_eq!(bench.send("GET", path, &wrong, String::new()).await.status, 401);
    // What was refused has not used its nonce up.
    let get = ("GET", path, "nonce-2");
    assert_eq!(signed(&bench, &own, get, &[]).await.status, 200);
}

#[tokio::test]
async fn api_1_creates_a_contact_from_a_form() {
    let bench = Bench::start().await;
    let own = connect(&bench, OWNER, "/oauth2/token").await.tokens();
    let contacts = "/accounts/v1/contacts";
    let fields = [("contact[contact_type_id]", "1"), ("contact[name]", "My Customer")];
    let created = signed(&bench, &own, ("POST", contacts, "1"), &fields).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let contact = created.json();
    assert_eq!((&contact["id"], &contact["$key"]), (&1.into(), &1.into()));
    assert_eq!(contact["contact_type"], json!({"id": 1, "name": "CUSTOMER", "scope": 1}));
    assert_eq!((&contact["lock_version"], contact.get("updated_at")), (&0.into(), None));
    let one = format!("{contacts}/1");
    let renamed =
        signed(&bench, &own, ("PUT", &one, "2"), &[("contact[name]", "Bar")]).await.json();
    assert_eq!((&renamed["name"], &renamed["lock_version"]), (&"Bar".into(), &1.into()));
    let refused = signed(&bench, &own, ("POST", contacts, "3"), &[("contact[email]", "a")]).await;
    let expected = json!({"$diagnoses": [{
        "$severity": "error", "$dataCode": "ValidationError",
        "$message": "This field is required.", "$source": "company",
    }]});
    assert_eq!((refused.status, refused.json()), (422, expected));
    assert_eq!(signed(&bench, &own, ("DELETE", &one, "4"), &[]).await.json()["id"], 1);
    assert_eq!(signed(&bench, &own, ("GET", &one, "5"), &[]).await.status, 404);
}

#[tokio::test]
async fn api_1_pages_by_start_index_and_tells_customers_from_suppliers() {
    let bench = Bench::start().await;
    let own = connect(&bench, OWNER, "/oauth2/token").await.tokens();
    let customer = bench.customer("Jane");
    bench.save("contacts", json!({"name": "Mill", "contact_type_ids": ["VENDOR"]}));
    let totals = async |resource: &str, nonce: &str| {
        let path = format!("/accounts/v1/{resource}");
        signed(&bench, &own, ("GET", &path, nonce), &[]).await.json()["$totalResults"].clone()
    };
    for (resource, total) in [("contacts", 2), ("customers", 1), ("suppliers", 1), ("products", 0)]
    {
        assert_eq!(totals(resource, resource).await, Value::from(total), "{resource}");
    }
    let page = [("$itemsPerPage", "1"), ("$startIndex", "1")];
    let page = signed(&bench, &own, ("GET", "/accounts/v1/contacts", "p"), &page).await.json();
    assert_eq!((&page["$totalResults"], &page["$itemsPerPage"]), (&2.into(), &1.into()));
    assert_eq!(page["$resources"].as_array().unwrap().len(), 1);
    bench.save("sales_invoices", json!({"contact_id": customer, "date": "2015-01-30"}));
    let invoices = ("GET", "/accounts/v1/sales_invoices", "i");
    let invoices = signed(&bench, &own, invoices, &[]).await.json();
    assert_eq!(invoices["$resources"][0]["date"], "30/01/2015");
    assert_eq!(invoices["$resources"][0]["invoice_number"], "SI-1");
}

#[tokio::test]
async fn api_1_keeps_deleted_transactions_and_says_so() {
    let bench = Bench::start().await;
    let own = connect(&bench, OWNER, "/oauth2/token").await.tokens();
    let id = bench.save("transactions", json!({"reference": "T1", "date": "2026-03-01"}));
    bench.pass(5);
    bench.delete("transactions", &id);
    let list = ("GET", "/accounts/v1/transactions", "t");
    let shown = signed(&bench, &own, list, &[]).await.json()["$resources"][0].clone();
    assert_eq!((&shown["deleted"], &shown["reference"]), (&true.into(), &"T1".into()));
    assert_eq!(shown["entry_date"], "2026-03-10T19:00:00Z");
    assert_eq!(shown["last_updated"], "2026-03-10T19:00:05Z");
}
