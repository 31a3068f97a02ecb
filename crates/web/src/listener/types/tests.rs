//! What every language must have, and the one whose page is known word for word.

use super::*;

#[test]
fn the_typescript_page_is_that_of_the_original() {
    let original = include_str!("../../../tests/samples/qbo_webhooks_request.ts");
    assert_eq!(Language::TypeScript.code(Scope::Page), original);
}

#[test]
fn every_language_has_every_type_member_and_name() {
    for language in Language::ALL {
        for scope in [Scope::Page, Scope::File] {
            let code = language.code(scope);
            let flat = code.replace('_', "").to_lowercase();
            let has = |word: &str| flat.contains(&word.to_lowercase());
            for class in CLASSES {
                assert!(has(class.name), "{language:?} lacks {}", class.name);
                for member in class.members {
                    assert!(code.contains(member.wire_name), "{language:?}: {}", member.wire_name);
                }
            }
            for enumeration in enumerations() {
                assert!(has(enumeration.name));
                for (name, _) in enumeration.names {
                    assert!(has(name), "{language:?} lacks {name}");
                }
            }
            assert!(code.ends_with('\n') && !code.contains("\n\n\n"), "{language:?}");
        }
    }
}

#[test]
fn a_file_has_what_a_client_needs_and_a_page_does_not() {
    for language in Language::ALL {
        let (page, file) = (language.code(Scope::Page), language.code(Scope::File));
        assert!(!page.contains("/qbowebhook") && !page.contains("IReturn"), "{language:?}");
        assert!(file.contains("\"/qbowebhook\"") || language == Language::Mjs, "{language:?}");
        assert_eq!(file.contains("IReturn"), language != Language::Mjs, "{language:?}");
        assert!(file.len() > page.len());
    }
}

#[test]
fn a_language_is_found_by_its_name_in_any_case() {
    for language in Language::ALL {
        assert_eq!(Language::of_name(&language.name().to_uppercase()), Some(language));
    }
    for name in ["", "c#", "go", "typescript.d"] {
        assert_eq!(Language::of_name(name), None);
    }
}
