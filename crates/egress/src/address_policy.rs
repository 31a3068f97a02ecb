//! Which addresses this process may call: everything on the public internet, and what the operator
//! opened.

use std::net::{IpAddr, Ipv4Addr};

use url::Host;

use crate::network::Network;
use crate::special_range::{SpecialRange, judged_address, special_range_of};

/// What the client may connect to.
///
/// The strict policy refuses every special range (loopback, private, link-local and so on), because
/// a callback URL is written by a customer and must not reach the machines around this one.
#[derive(Debug, Clone)]
pub struct AddressPolicy {
    allow_private: bool,
    allow_http: bool,
    allowed: Vec<Network>,
}

impl AddressPolicy {
    /// Public addresses only, by https or plain http (the original product posted to http callbacks
    /// as well).
    #[must_use]
    pub fn strict() -> Self {
        Self { allow_private: false, allow_http: true, allowed: Vec::new() }
    }

    /// For development: public addresses, and loopback and private networks too. Link-local
    /// addresses, where clouds hand out a machine's credentials, and the other special ranges stay
    /// closed.
    #[must_use]
    pub fn allow_private() -> Self {
        Self { allow_private: true, ..Self::strict() }
    }

    /// Opens these networks, whatever they are. An address inside an IPv6 one (IPv4-mapped and the
    /// like) counts.
    #[must_use]
    pub fn with_allowed(self, networks: Vec<Network>) -> Self {
        Self { allowed: networks, ..self }
    }

    /// Whether URLs may be plain `http`. Where they may not, a policy that allows private addresses
    /// still accepts it for `localhost` and for written loopback and private addresses.
    #[must_use]
    pub fn with_allow_http(self, allow_http: bool) -> Self {
        Self { allow_http, ..self }
    }

    /// Whether `address` may be connected to.
    ///
    /// # Errors
    /// [`Refusal`] when it lies in a special range that this policy does not open.
    pub fn check_ip(&self, address: IpAddr) -> Result<(), Refusal> {
        let judged = judged_address(address);
        let Some(range) = special_range_of(judged) else {
            return Ok(());
        };
        let is_opened = self.allow_private && range.is_private;
        if is_opened
            || self
                .allowed
                .iter()
                .any(|network| network.contains(judged) || network.contains(address))
        {
            return Ok(());
        }
        Err(Refusal { address, range })
    }

    /// Checks a host when it is an address; a name is checked when it has been resolved.
    pub(crate) fn check_written_host(&self, host: &Host<&str>) -> Result<(), Refusal> {
        match *host {
            Host::Ipv4(address) => self.check_ip(address.into()),
            Host::Ipv6(address) => self.check_ip(address.into()),
            Host::Domain(_) => Ok(()),
        }
    }

    /// Whether `host` may be called without TLS.
    pub(crate) fn permits_plain_http(&self, host: &Host<&str>) -> bool {
        self.allow_http || (self.allow_private && is_private_host(host))
    }
}

fn is_private_host(host: &Host<&str>) -> bool {
    let address = match *host {
        Host::Ipv4(address) => IpAddr::V4(address),
        Host::Ipv6(address) => IpAddr::V6(address),
        Host::Domain("localhost") => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Host::Domain(_) => return false,
    };
    special_range_of(judged_address(address)).is_some_and(|range| range.is_private)
}

/// An address that the policy does not let us reach, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "address {address} is in {} ({}, {}), which callbacks may not reach unless {}",
    range.what, range.network, range.source, self.remedy()
)]
pub struct Refusal {
    address: IpAddr,
    range: &'static SpecialRange,
}

impl Refusal {
    /// The refused address.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// The special range it lies in; for an IPv6 address that carries an IPv4 address, the range of
    /// the latter.
    #[must_use]
    pub fn network(&self) -> Network {
        self.range.network
    }

    fn remedy(&self) -> &'static str {
        if self.range.is_private {
            "egress.allow_private is set"
        } else {
            "egress.allowed_networks names it"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(policy: &AddressPolicy, address: &str) -> bool {
        policy.check_ip(address.parse().unwrap()).is_ok()
    }

    #[test]
    fn each_policy_opens_what_it_says_and_no_more() {
        // (address, under strict, under allow_private)
        let cases = [
            ("8.8.8.8", true, true),
            ("2606:4700::1111", true, true),
            ("127.0.0.1", false, true),
            ("::1", false, true),
            ("10.0.0.1", false, true),
            ("100.64.0.1", false, true),
            ("172.16.0.1", false, true),
            ("192.168.1.1", false, true),
            ("fd00::1", false, true),
            ("fec0::1", false, true),
            ("::ffff:127.0.0.1", false, true),
            ("0.0.0.0", false, false),
            ("::", false, false),
            ("169.254.169.254", false, false),
            ("::ffff:169.254.169.254", false, false),
            ("fe80::1", false, false),
            ("168.63.129.16", false, false),
            ("224.0.0.1", false, false),
            ("255.255.255.255", false, false),
            ("64:ff9b:1::a00:1", false, false),
        ];
        let (strict, private) = (AddressPolicy::strict(), AddressPolicy::allow_private());
        for (address, under_strict, under_private) in cases {
            assert_eq!(is_allowed(&strict, address), under_strict, "{address} under strict");
            assert_eq!(
                is_allowed(&private, address),
                under_private,
                "{address} under allow_private"
            );
        }
    }

    #[test]
    fn an_allowed_network_is_opened_and_its_neighbours_are_not() {
        let networks = ["10.1.0.0/16", "169.254.169.254", "fd00::/64"];
        let policy = AddressPolicy::strict()
            .with_allowed(networks.map(|text| text.parse().unwrap()).to_vec());
        let cases = [
            ("10.1.255.255", true),
            ("::ffff:10.1.0.1", true),
            ("10.2.0.0", false),
            ("169.254.169.254", true),
            ("169.254.169.253", false),
            ("fd00::1", true),
            ("fd00:0:0:1::1", false),
        ];
        for (address, expected) in cases {
            assert_eq!(is_allowed(&policy, address), expected, "{address}");
        }
    }

    #[test]
    fn a_refusal_names_the_address_its_network_and_the_setting_that_opens_it() {
        let refusal =
            |address: &str| AddressPolicy::strict().check_ip(address.parse().unwrap()).unwrap_err();
        assert_eq!(
            refusal("10.0.0.1").to_string(),
            "address 10.0.0.1 is in a private network (10.0.0.0/8, RFC 1918), which callbacks \
             may not reach unless egress.allow_private is set"
        );
        assert_eq!(
            refusal("::ffff:169.254.1.2").to_string(),
            "address ::ffff:169.254.1.2 is in the link-local network (169.254.0.0/16, RFC 3927), \
             which callbacks may not reach unless egress.allowed_networks names it"
        );
    }
}
