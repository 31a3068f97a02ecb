//! The countries of API v3, and where their books and tokens are (reference: freshbooks-sage §2.1).

/// A country in which Sage offered API v3.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Country {
    /// `US`, as in the configuration and in the redirect that brings the code.
    pub(super) code: &'static str,
    /// `us`, its part of the API's path; two countries share `uki`.
    pub(super) segment: &'static str,
    /// Who gives its tokens.
    pub(super) issuer: TokenIssuer,
}

/// A server that gives tokens of API v3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenIssuer {
    /// North America.
    NorthAmerica,
    /// The continent of Europe.
    Europe,
    /// The United Kingdom and Ireland.
    Islands,
}

const fn country(code: &'static str, segment: &'static str, issuer: TokenIssuer) -> Country {
    Country { code, segment, issuer }
}

static COUNTRIES: [Country; 7] = [
    country("CA", "ca", TokenIssuer::NorthAmerica),
    country("DE", "de", TokenIssuer::Europe),
    country("ES", "es", TokenIssuer::Europe),
    country("FR", "fr", TokenIssuer::Europe),
    country("GB", "uki", TokenIssuer::Islands),
    country("IE", "uki", TokenIssuer::Islands),
    country("US", "us", TokenIssuer::NorthAmerica),
];

impl Country {
    /// The country of that code, in any case.
    pub(super) fn find(code: &str) -> Option<&'static Self> {
        COUNTRIES.iter().find(|country| country.code.eq_ignore_ascii_case(code))
    }

    /// A country that has this part of the path.
    pub(super) fn of_segment(segment: &str) -> Option<&'static Self> {
        COUNTRIES.iter().find(|country| country.segment == segment)
    }

    /// All codes, for a message.
    pub(super) fn codes() -> String {
        let codes: Vec<_> = COUNTRIES.iter().map(|country| country.code).collect();
        codes.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn great_britain_and_ireland_share_their_part_of_the_path() {
        for code in ["GB", "ie"] {
            let country = Country::find(code).unwrap();
            assert_eq!((country.segment, country.issuer), ("uki", TokenIssuer::Islands));
        }
        assert_eq!(Country::of_segment("uki").unwrap().issuer, TokenIssuer::Islands);
        assert_eq!(Country::find("us").unwrap().issuer, TokenIssuer::NorthAmerica);
        assert_eq!(Country::of_segment("es").unwrap().issuer, TokenIssuer::Europe);
        assert_eq!(Country::find("ZA"), None);
        assert_eq!(Country::codes(), "CA, DE, ES, FR, GB, IE, US");
    }
}
