//! A block of addresses, `10.0.0.0/8`: the unit in which the address policy forbids and allows.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Bits in an IPv4 address.
const V4_BITS: u8 = 32;
/// Bits in an IPv6 address.
const V6_BITS: u8 = 128;

/// A block of IP addresses in CIDR notation (RFC 4632, RFC 4291 section 2.3).
///
/// A block holds addresses of its own family only: `0.0.0.0/0` does not contain `::1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    first: IpAddr,
    prefix_bits: u8,
}

impl Network {
    /// The block of one address and no other.
    #[must_use]
    pub const fn single(address: IpAddr) -> Self {
        let prefix_bits = match address {
            IpAddr::V4(_) => V4_BITS,
            IpAddr::V6(_) => V6_BITS,
        };
        Self { first: address, prefix_bits }
    }

    /// A block written in this crate's own table; the table's test proves that `first` is its first
    /// address.
    pub(crate) const fn v4(first: [u8; 4], prefix_bits: u8) -> Self {
        let [a, b, c, d] = first;
        Self { first: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix_bits }
    }

    /// A block written in this crate's own table, by the leading groups of its first address.
    pub(crate) const fn v6(leading_groups: [u16; 3], prefix_bits: u8) -> Self {
        let [a, b, c] = leading_groups;
        Self { first: IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), prefix_bits }
    }

    /// Whether `address` lies in this block.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                (first.to_bits() ^ address.to_bits()) & mask_v4(self.prefix_bits) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                (first.to_bits() ^ address.to_bits()) & mask_v6(self.prefix_bits) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// The network bits of an IPv4 address; a shift by all 32 bits means that no bit counts.
fn mask_v4(prefix_bits: u8) -> u32 {
    u32::MAX.checked_shl(u32::from(V4_BITS - prefix_bits)).unwrap_or(0)
}

/// The network bits of an IPv6 address; a shift by all 128 bits means that no bit counts.
fn mask_v6(prefix_bits: u8) -> u128 {
    u128::MAX.checked_shl(u32::from(V6_BITS - prefix_bits)).unwrap_or(0)
}

/// The first address of the block of `prefix_bits` that `address` lies in.
fn first_address(address: IpAddr, prefix_bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & mask_v4(prefix_bits)).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & mask_v6(prefix_bits)).into(),
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.first, self.prefix_bits)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    /// Reads `10.0.0.0/8`, `fd00::/8`, or a bare address, which is the block of that address alone.
    ///
    /// # Errors
    /// [`NetworkError`] when the text is no address block, or is one whose address is not its
    /// first: a slip there would open another network than the operator thinks.
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address_text, prefix_text) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address_text.parse().map_err(|_| NetworkError::Address)?;
        let single = Self::single(address);
        let Some(prefix_text) = prefix_text else {
            return Ok(single);
        };
        let prefix_bits = parse_prefix(prefix_text, single.prefix_bits)?;
        let first = first_address(address, prefix_bits);
        if first != address {
            return Err(NetworkError::HostBits { block: Self { first, prefix_bits } });
        }
        Ok(Self { first, prefix_bits })
    }
}

fn parse_prefix(text: &str, bits_max: u8) -> Result<u8, NetworkError> {
    match text.parse::<u8>() {
        Ok(bits) if bits <= bits_max => Ok(bits),
        _ => Err(NetworkError::Prefix { bits_max }),
    }
}

/// Why a text is not a [`Network`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// The part before the slash is no IP address.
    #[error("a network must start with an IP address, such as 10.0.0.0/8 or fd00::/8")]
    Address,
    /// The part after the slash is not a number of bits of such an address.
    #[error("the number after the slash must be between 0 and {bits_max}")]
    Prefix {
        /// Bits in an address of this family.
        bits_max: u8,
    },
    /// The address is inside the block but is not its first.
    #[error("the address is not the first of its network; did you mean {block} ?")]
    HostBits {
        /// The block that the address lies in.
        block: Network,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_is_written_as_it_was_read() {
        for text in ["10.0.0.0/8", "0.0.0.0/0", "192.0.2.1/32", "::/0", "fd00::/8", "::1/128"] {
            assert_eq!(network(text).to_string(), text);
        }
    }

    #[test]
    fn a_bare_address_is_the_network_of_that_address_alone() {
        assert_eq!(network("192.0.2.1"), network("192.0.2.1/32"));
        assert_eq!(network("fd00::1"), network("fd00::1/128"));
    }

    #[test]
    fn a_network_holds_its_own_addresses_and_no_others() {
        let cases = [
            ("10.0.0.0/8", "10.255.255.255", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "::1", false),
            ("192.0.2.1/32", "192.0.2.1", true),
            ("192.0.2.1/32", "192.0.2.0", false),
            ("172.16.0.0/12", "172.31.255.255", true),
            ("172.16.0.0/12", "172.32.0.0", false),
            ("::/0", "ffff::", true),
            ("::/0", "10.0.0.1", false),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fc00::1", false),
        ];
        for (block, address, expected) in cases {
            assert_eq!(
                network(block).contains(address.parse().unwrap()),
                expected,
                "{address} in {block}"
            );
        }
    }

    #[test]
    fn a_text_that_is_no_network_is_refused_with_what_would_be_right() {
        let cases = [
            ("", NetworkError::Address),
            ("example.com", NetworkError::Address),
            ("10.0.0/8", NetworkError::Address),
            ("10.0.0.0/", NetworkError::Prefix { bits_max: 32 }),
            ("10.0.0.0/33", NetworkError::Prefix { bits_max: 32 }),
            ("10.0.0.0/-1", NetworkError::Prefix { bits_max: 32 }),
            ("10.0.0.0/8/8", NetworkError::Prefix { bits_max: 32 }),
            ("fd00::/129", NetworkError::Prefix { bits_max: 128 }),
            ("10.1.2.3/8", NetworkError::HostBits { block: network("10.0.0.0/8") }),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Network>(), Err(expected), "{text:?}");
        }
    }
}
