//! The address ranges that are not the public internet, each with the document that set it aside.
//!
//! The list follows the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890), with
//! multicast and the ranges that are no longer in use. IPv6 addresses that carry an IPv4 address
//! are judged by what they carry.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::network::Network;

/// A range of addresses that calls may not reach unless someone opened it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SpecialRange {
    /// The block itself.
    pub(crate) network: Network,
    /// What it is, so that "… is in {what}" reads as a sentence.
    pub(crate) what: &'static str,
    /// The document that set it aside.
    pub(crate) source: &'static str,
    /// Whether a development policy opens it. Only what people run things on: loopback and site
    /// networks. Link-local stays closed, because clouds answer there with the machine's
    /// credentials.
    pub(crate) is_private: bool,
}

const fn closed(network: Network, what: &'static str, source: &'static str) -> SpecialRange {
    SpecialRange { network, what, source, is_private: false }
}

const fn private(network: Network, what: &'static str, source: &'static str) -> SpecialRange {
    SpecialRange { network, what, source, is_private: true }
}

/// The special range an address lies in, if any; `address` must come from [`judged_address`].
pub(crate) fn special_range_of(address: IpAddr) -> Option<&'static SpecialRange> {
    let ranges: &[SpecialRange] = match address {
        IpAddr::V4(_) => &V4_RANGES,
        IpAddr::V6(_) => &V6_RANGES,
    };
    ranges.iter().find(|range| range.network.contains(address))
}

/// The address that decides: the IPv4 address inside an IPv6 one where there is one, else the
/// address itself.
pub(crate) fn judged_address(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(outer) => carried_v4(outer).map_or(address, IpAddr::V4),
    }
}

/// The IPv4 address carried by a mapped (RFC 4291 section 2.5.5.2), compatible (2.5.5.1), NAT64
/// (RFC 6052) or 6to4 (RFC 3056) address.
///
/// The well-known NAT64 prefix is judged and not refused: on an IPv6-only network with DNS64 every
/// IPv4 callback has such an address.
fn carried_v4(outer: Ipv6Addr) -> Option<Ipv4Addr> {
    let [.., last_but_one, last] = outer.segments();
    match outer.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
            Some(v4_of(last_but_one, last))
        }
        [0x2002, high, low, ..] => Some(v4_of(high, low)),
        _ => None,
    }
}

fn v4_of(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

static V4_RANGES: [SpecialRange; 17] = [
    closed(Network::v4([0, 0, 0, 0], 8), "the \"this network\" range", "RFC 791"),
    private(Network::v4([10, 0, 0, 0], 8), "a private network", "RFC 1918"),
    private(Network::v4([100, 64, 0, 0], 10), "the shared carrier network", "RFC 6598"),
    private(Network::v4([127, 0, 0, 0], 8), "the loopback network", "RFC 1122"),
    closed(
        Network::v4([168, 63, 129, 16], 32),
        "the Azure platform's own address",
        "Microsoft Learn, \"What is IP address 168.63.129.16?\"",
    ),
    closed(Network::v4([169, 254, 0, 0], 16), "the link-local network", "RFC 3927"),
    private(Network::v4([172, 16, 0, 0], 12), "a private network", "RFC 1918"),
    closed(Network::v4([192, 0, 0, 0], 24), "the protocol assignments", "RFC 6890"),
    closed(Network::v4([192, 0, 2, 0], 24), "a documentation network", "RFC 5737"),
    closed(Network::v4([192, 88, 99, 0], 24), "the 6to4 relay network", "RFC 7526"),
    private(Network::v4([192, 168, 0, 0], 16), "a private network", "RFC 1918"),
    closed(Network::v4([198, 18, 0, 0], 15), "the benchmarking network", "RFC 2544"),
    closed(Network::v4([198, 51, 100, 0], 24), "a documentation network", "RFC 5737"),
    closed(Network::v4([203, 0, 113, 0], 24), "a documentation network", "RFC 5737"),
    closed(Network::v4([224, 0, 0, 0], 4), "the multicast range", "RFC 5771"),
    // Ahead of the range around it, so that the message names what was written.
    closed(Network::v4([255, 255, 255, 255], 32), "the broadcast address", "RFC 919"),
    closed(Network::v4([240, 0, 0, 0], 4), "the range reserved for future use", "RFC 1112"),
];

static V6_RANGES: [SpecialRange; 13] = [
    closed(Network::v6([0, 0, 0], 128), "the unspecified address", "RFC 4291"),
    private(Network::single(IpAddr::V6(Ipv6Addr::LOCALHOST)), "the loopback network", "RFC 4291"),
    closed(Network::v6([0x64, 0xff9b, 1], 48), "the local-use translation network", "RFC 8215"),
    closed(Network::v6([0, 0, 0], 8), "the reserved range", "RFC 4291"),
    closed(Network::v6([0x100, 0, 0], 64), "the discard-only range", "RFC 6666"),
    closed(Network::v6([0x2001, 0, 0], 23), "the protocol assignments", "RFC 2928"),
    closed(Network::v6([0x2001, 0xdb8, 0], 32), "a documentation network", "RFC 3849"),
    closed(Network::v6([0x3fff, 0, 0], 20), "a documentation network", "RFC 9637"),
    closed(Network::v6([0x5f00, 0, 0], 16), "the segment routing range", "RFC 9602"),
    private(Network::v6([0xfc00, 0, 0], 7), "a private network", "RFC 4193"),
    closed(Network::v6([0xfe80, 0, 0], 10), "the link-local network", "RFC 4291"),
    private(Network::v6([0xfec0, 0, 0], 10), "a private network (site-local)", "RFC 3879"),
    closed(Network::v6([0xff00, 0, 0], 8), "the multicast range", "RFC 4291"),
];

#[cfg(test)]
mod tests;
