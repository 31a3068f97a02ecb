//! Every range is checked at its edges, so that a slip in a prefix length is seen.

use super::*;

fn range_of(text: &str) -> Option<String> {
    let address = judged_address(text.parse().unwrap());
    special_range_of(address).map(|range| range.network.to_string())
}

/// Range, first address, last address, just below, just above; `-` where that neighbour is special
/// as well.
const EDGES: &str = "
0.0.0.0/8          0.0.0.0         0.255.255.255            -               1.0.0.0
10.0.0.0/8         10.0.0.0        10.255.255.255           9.255.255.255   11.0.0.0
100.64.0.0/10      100.64.0.0      100.127.255.255          100.63.255.255  100.128.0.0
127.0.0.0/8        127.0.0.0       127.255.255.255          126.255.255.255 128.0.0.0
168.63.129.16/32   168.63.129.16   168.63.129.16            168.63.129.15   168.63.129.17
169.254.0.0/16     169.254.0.0     169.254.255.255          169.253.255.255 169.255.0.0
172.16.0.0/12      172.16.0.0      172.31.255.255           172.15.255.255  172.32.0.0
192.0.0.0/24       192.0.0.0       192.0.0.255              191.255.255.255 192.0.1.0
192.0.2.0/24       192.0.2.0       192.0.2.255              192.0.1.255     192.0.3.0
192.88.99.0/24     192.88.99.0     192.88.99.255            192.88.98.255   192.88.100.0
192.168.0.0/16     192.168.0.0     192.168.255.255          192.167.255.255 192.169.0.0
198.18.0.0/15      198.18.0.0      198.19.255.255           198.17.255.255  198.20.0.0
198.51.100.0/24    198.51.100.0    198.51.100.255           198.51.99.255   198.51.101.0
203.0.113.0/24     203.0.113.0     203.0.113.255            203.0.112.255   203.0.114.0
224.0.0.0/4        224.0.0.0       239.255.255.255          223.255.255.255 -
240.0.0.0/4        240.0.0.0       255.255.255.254          -               -
255.255.255.255/32 255.255.255.255 255.255.255.255          -               -
::/128             ::              ::                       -               -
::1/128            ::1             ::1                      -               -
64:ff9b:1::/48     64:ff9b:1::     64:ff9b:1:ffff::ffff     -               -
::/8               ::1:0:0:0       ff:ffff::ffff            -               100:0:0:1::
100::/64           100::           100::ffff:ffff:ffff:ffff -               100:0:0:1::
2001::/23          2001::          2001:1ff:ffff::ffff      2000:ffff::     2001:200::
2001:db8::/32      2001:db8::      2001:db8:ffff::ffff      2001:db7:ffff:: 2001:db9::
3fff::/20          3fff::          3fff:fff:ffff::ffff      3ffe:ffff::     3fff:1000::
5f00::/16          5f00::          5f00:ffff::ffff          5eff:ffff::     5f01::
fc00::/7           fc00::          fdff:ffff::ffff          fbff:ffff::     fe00::
fe80::/10          fe80::          febf:ffff::ffff          fe7f:ffff::     -
fec0::/10          fec0::          feff:ffff::ffff          -               -
ff00::/8           ff00::          ffff:ffff::ffff          -               -
";

#[test]
fn each_range_holds_its_first_and_last_addresses_and_not_its_neighbours() {
    let rows: Vec<Vec<&str>> =
        EDGES.trim().lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows.len(), V4_RANGES.len() + V6_RANGES.len(), "a range has no row here");
    for row in rows {
        let [range, first, last, below, above] = row[..] else { panic!("{row:?}") };
        for inside in [first, last] {
            assert_eq!(range_of(inside).as_deref(), Some(range), "{inside}");
        }
        for outside in [below, above].into_iter().filter(|text| *text != "-") {
            assert_eq!(range_of(outside), None, "{outside}");
        }
    }
}

#[test]
fn each_row_starts_at_the_first_address_of_its_block_and_names_its_source() {
    for range in V4_RANGES.iter().chain(&V6_RANGES) {
        let text = range.network.to_string();
        assert_eq!(text.parse(), Ok(range.network), "{text} has bits set after its prefix");
        assert!(!range.source.is_empty() && !range.what.is_empty(), "{text}");
    }
}

#[test]
fn an_ipv6_address_is_judged_by_the_ipv4_address_it_carries() {
    let cases = [
        ("::ffff:10.0.0.1", Some("10.0.0.0/8")),
        ("::ffff:8.8.8.8", None),
        ("::127.0.0.1", Some("127.0.0.0/8")),
        ("::8.8.8.8", None),
        ("::2", Some("0.0.0.0/8")),
        ("64:ff9b::169.254.169.254", Some("169.254.0.0/16")),
        ("64:ff9b::8.8.8.8", None),
        ("64:ff9b::1:8.8.8.8", Some("::/8")),
        ("::ffff:0:10.0.0.1", Some("::/8")),
        ("2002:a00:1::", Some("10.0.0.0/8")),
        ("2002:7f00:1::1", Some("127.0.0.0/8")),
        ("2002:808:808::1", None),
    ];
    for (address, expected) in cases {
        assert_eq!(range_of(address).as_deref(), expected, "{address}");
    }
}

#[test]
fn well_known_public_addresses_are_in_no_special_range() {
    for address in ["1.1.1.1", "8.8.8.8", "151.101.1.69", "2606:4700::1111", "2a00:1450:4001::1"] {
        assert_eq!(range_of(address), None, "{address}");
    }
}
