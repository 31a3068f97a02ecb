//! Tables of URLs: what they become, and what is said of those that are refused.

use super::*;

fn parse_strict(text: &str) -> Result<String, UrlRefusal> {
    CallableUrl::parse(text, &AddressPolicy::strict()).map(|url| url.as_str().to_owned())
}

fn refused_address(text: &str) -> String {
    match parse_strict(text) {
        Err(UrlRefusal::Address(refusal)) => refusal.address().to_string(),
        other => panic!("{text} gave {other:?}"),
    }
}

#[test]
fn a_callable_url_is_normalised() {
    let cases = [
        ("https://example.com", "https://example.com/"),
        ("http://example.com/cb?a=1", "http://example.com/cb?a=1"),
        ("HTTPS://Example.COM:443/Cb", "https://example.com/Cb"),
        ("https://example.com:8443/cb", "https://example.com:8443/cb"),
        ("  https://example.com/cb\n", "https://example.com/cb"),
        ("https://example.com/cb#part", "https://example.com/cb"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        ("https://example.com./cb", "https://example.com./cb"),
        ("https://bücher.example/cb", "https://xn--bcher-kva.example/cb"),
        ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://134744072/", "https://8.8.8.8/"),
        ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
        ("https://[64:ff9b::8.8.8.8]/", "https://[64:ff9b::808:808]/"),
        ("http://my-cool-site/callback", "http://my-cool-site/callback"),
        ("https://exa_mple.com/", "https://exa_mple.com/"),
        ("https://example.com/?u=a@b", "https://example.com/?u=a@b"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_strict(text).as_deref(), Ok(expected), "{text:?}");
    }
}

#[test]
fn an_address_is_refused_in_whatever_form_it_is_written() {
    let cases = [
        ("http://127.0.0.1/", "127.0.0.1"),
        ("http://127.0.0.1./", "127.0.0.1"),
        ("http://127.1/", "127.0.0.1"),
        ("http://2130706433/", "127.0.0.1"),
        ("http://0x7f000001/", "127.0.0.1"),
        ("http://0x7f.0.0.1/", "127.0.0.1"),
        ("http://0177.0.0.1/", "127.0.0.1"),
        ("http://017700000001/", "127.0.0.1"),
        ("http://%31%32%37.0.0.1/", "127.0.0.1"),
        ("http://127。0。0。1/", "127.0.0.1"),
        ("http://①②⑦.0.0.1/", "127.0.0.1"),
        ("http://0/", "0.0.0.0"),
        ("http://10.0.0.1:8080/", "10.0.0.1"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254"),
        ("http://[::1]/", "::1"),
        ("http://[::]/", "::"),
        ("http://[0:0:0:0:0:0:0:1]/", "::1"),
        ("http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1"),
        ("http://[::ffff:7f00:1]/", "::ffff:127.0.0.1"),
        ("http://[::127.0.0.1]/", "::7f00:1"),
        ("http://[64:ff9b::10.0.0.1]/", "64:ff9b::a00:1"),
        ("http://[2002:a00:1::]/", "2002:a00:1::"),
        ("http://[fd00::1]/", "fd00::1"),
        ("http://[fe80::1]/", "fe80::1"),
    ];
    for (text, address) in cases {
        assert_eq!(refused_address(text), address, "{text}");
    }
}

#[test]
fn a_slip_of_the_pen_is_answered_with_what_was_meant() {
    let separator = |suggestion: &str| UrlRefusal::Separator { suggestion: suggestion.to_owned() };
    let missing =
        |suggestion: &str| UrlRefusal::SchemeMissing { suggestion: suggestion.to_owned() };
    let scheme = |scheme: &str| UrlRefusal::Scheme { scheme: scheme.to_owned() };
    let cases = [
        ("https;//x", separator("https://x")),
        ("https:/x.example/cb", separator("https://x.example")),
        ("https//x.example", separator("https://x.example")),
        ("http:x.example:80/cb?token=secret", separator("http://x.example:80")),
        ("HTTP:\\\\x.example\\cb", separator("http://x.example")),
        ("https;//user:sec/ret@x.example", separator("https://example.com")),
        ("http:", separator("http://example.com")),
        ("example.com/cb", missing("https://example.com")),
        ("//example.com/cb", missing("https://example.com")),
        ("user:secret@x.example/cb", missing("https://example.com")),
        ("example.com:8443/cb", missing("https://example.com:8443")),
        ("localhost:8080", missing("https://localhost:8080")),
        ("http.example.com", missing("https://http.example.com")),
        ("/callback", missing("https://callback")),
        ("ftp://example.com", scheme("ftp")),
        ("htps://example.com", scheme("htps")),
        ("httpss://example.com", scheme("httpss")),
        ("javascript:alert(1)", scheme("javascript")),
        ("file:///etc/passwd", scheme("file")),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_strict(text), Err(expected), "{text:?}");
    }
}

#[test]
fn other_broken_urls_are_refused_for_their_own_reason() {
    let long = format!("https://example.com/{}", "a".repeat(URL_BYTES_MAX));
    let cases = [
        ("", UrlRefusal::Empty),
        (" \n", UrlRefusal::Empty),
        (&*long, UrlRefusal::TooLong { bytes: long.len() }),
        ("https://exa\tmple.com/", UrlRefusal::ControlCharacter),
        ("https://example.com/a\nhttps://b", UrlRefusal::ControlCharacter),
        ("https://", UrlRefusal::HostMissing),
        ("https:///example.com", UrlRefusal::HostMissing),
        ("https://:443/", UrlRefusal::HostMissing),
        ("https://?x", UrlRefusal::HostMissing),
        ("https://example.com:0/", UrlRefusal::PortZero),
        ("https://example.com:65536/", UrlRefusal::Port),
        ("https://example.com:x/", UrlRefusal::Port),
        ("https://user@example.com/", UrlRefusal::UserInfo),
        ("https://user:secret@example.com/", UrlRefusal::UserInfo),
        ("https://8.8.8.8@127.0.0.1/", UrlRefusal::UserInfo),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_strict(text), Err(expected), "{text:?}");
    }
}

#[test]
fn a_host_that_cannot_be_read_or_not_by_everyone_is_refused() {
    for host in [
        "exa mple.com",
        "{{hostname}}",
        "256.0.0.1",
        "[::1",
        "[fe80::1%25eth0]",
        "a<b",
        "1.2.3.4.5",
    ] {
        let text = format!("https://{host}/");
        assert!(matches!(parse_strict(&text), Err(UrlRefusal::Host { .. })), "{text}");
    }
}

#[test]
fn plain_http_is_accepted_where_the_policy_permits_it() {
    let strict = AddressPolicy::strict;
    let private = AddressPolicy::allow_private;
    let cases = [
        (strict(), "http://example.com", true),
        (strict().with_allow_http(false), "http://example.com", false),
        (strict().with_allow_http(false), "https://example.com", true),
        (private(), "http://localhost:8080", true),
        (private().with_allow_http(false), "http://localhost:8080", true),
        (private().with_allow_http(false), "http://127.0.0.1:8080", true),
        (private().with_allow_http(false), "http://192.168.0.9", true),
        (private().with_allow_http(false), "http://8.8.8.8", false),
        (private().with_allow_http(false), "http://example.com", false),
    ];
    for (policy, text, expected) in cases {
        assert_eq!(CallableUrl::parse(text, &policy).is_ok(), expected, "{text} under {policy:?}");
    }
}

#[test]
fn messages_say_what_is_wrong_and_what_would_be_right() {
    let message = |text: &str| parse_strict(text).unwrap_err().to_string();
    assert_eq!(message("https;//x"), "scheme must be followed by `://`; did you mean https://x ?");
    assert_eq!(message("ftp://x"), "scheme `ftp` cannot be called; it must be https or http");
    assert!(
        message("http://10.0.0.1/")
            .starts_with("address 10.0.0.1 is in a private network (10.0.0.0/8")
    );
}

#[test]
fn no_message_repeats_a_password_or_a_token() {
    let texts = [
        "https;//user:secret@x/?token=secret",
        "x.example/?token=secret",
        "//user:secret@x.example",
        "ftp://user:secret@x/?token=secret",
        "https://user:secret@x/",
        "https://a b/?token=secret",
        "https://10.0.0.1/?token=secret",
        "https://x:0/?token=secret",
    ];
    for text in texts {
        let refusal = parse_strict(text).unwrap_err();
        assert!(!format!("{refusal} {refusal:?}").contains("secret"), "{refusal}");
    }
}

#[test]
fn the_debug_form_hides_path_and_query() {
    let url = CallableUrl::parse(
        "https://example.com:8443/secret?token=secret",
        &AddressPolicy::strict(),
    );
    assert_eq!(format!("{:?}", url.unwrap()), "CallableUrl(https://example.com:8443/…)");
}
