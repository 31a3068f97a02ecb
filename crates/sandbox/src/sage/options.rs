//! Settings of the Sage Accounting stand-in. Whatever is not documented to happen always is off or
//! at Sage's value by default.

use super::{App, Business};

/// Settings of the Sage Accounting stand-in.
#[derive(Clone, Debug)]
pub struct SageOptions {
    /// TCP port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The apps there are from the start.
    pub apps: Vec<App>,
    /// The businesses there are from the start. A user's first one is the user's lead business.
    pub businesses: Vec<Business>,
    /// Life of an access token of API 3.1 in seconds; 300 at Sage.
    pub access_token_life_s: u32,
    /// Ends the connection when a refresh token is used once more after its rotation: of two
    /// refreshes at once the loser gets `invalid_grant` and the winner's new tokens are revoked
    /// too (reference: freshbooks-sage §2.4). When off, the loser alone is refused.
    pub revoke_on_token_reuse: bool,
    /// Of a thousand `$next` links, how many are null though more pages follow.
    pub lost_next_links_per_mille: u32,
    /// Leaves the filters out of `$next` and `$back`, as some recorded answers do.
    pub next_drops_filters: bool,
    /// Rows a page with `attributes=all` may have; a longer one fails with 502. Without it, any.
    pub heavy_page_rows_max: Option<u64>,
    /// Calls in any 60 seconds for one business; beyond, 429 with `Retry-After`. Without it, all
    /// are answered. Sage documented 200 for API 3 and no number for API 3.1; see
    /// [`SageOptions::REQUESTS_PER_MINUTE_MEASURED`].
    pub requests_per_minute: Option<u32>,
    /// Checks `X-Nonce` and `X-Signature` of API 3 (columbus), as Sage did until November 2017.
    pub checks_columbus_signatures: bool,
}

impl SageOptions {
    /// The limit that others measured (reference: freshbooks-sage §2.7).
    pub const REQUESTS_PER_MINUTE_MEASURED: u32 = 100;
}

impl Default for SageOptions {
    fn default() -> Self {
        Self {
            port: 0,
            apps: Vec::new(),
            businesses: Vec::new(),
            access_token_life_s: 300,
            revoke_on_token_reuse: true,
            lost_next_links_per_mille: 0,
            next_drops_filters: false,
            heavy_page_rows_max: None,
            requests_per_minute: None,
            checks_columbus_signatures: false,
        }
    }
}
