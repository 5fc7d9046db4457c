//! Which network an address belongs to, by the IANA registries of special-purpose addresses
//! (RFC 6890 and its successors) and what cloud providers document of their metadata services.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

guanxi_kernel::words! {
    /// The kind of network that an address belongs to.
    pub enum Network {
        /// Routed on the internet.
        Public = "public" ("Public internet", "公网"),
        /// Of an organisation's own network, also behind a carrier's address translation.
        Private = "private" ("Private network", "专用网络"),
        /// This machine.
        Loopback = "loopback" ("This machine", "本机"),
        /// The wire that this machine hangs on.
        LinkLocal = "link_local" ("Link-local", "链路本地"),
        /// Where clouds tell a machine its keys.
        Metadata = "metadata" ("Cloud metadata", "云元数据"),
        /// Many machines at once.
        Multicast = "multicast" ("Multicast", "组播"),
        /// All machines of a network.
        Broadcast = "broadcast" ("Broadcast", "广播"),
        /// No address yet; some systems take it for this machine.
        Unspecified = "unspecified" ("Unspecified", "未指定"),
        /// For examples in texts.
        Documentation = "documentation" ("Documentation", "文档示例"),
        /// For measuring devices.
        Benchmarking = "benchmarking" ("Benchmarking", "基准测试"),
        /// An IPv4 address in the clothes of an IPv6 address, or a relay for such.
        Translated = "translated" ("Translated address", "转换地址"),
        /// Kept back, or given to no one.
        Reserved = "reserved" ("Reserved", "保留地址"),
    }
}

use Network::{
    Benchmarking, Broadcast, Documentation, LinkLocal, Loopback, Metadata, Multicast, Private,
    Public, Reserved, Translated, Unspecified,
};

/// Network, length of its prefix, kind; the first that fits counts. What fits none is public.
#[rustfmt::skip]
const IPV4: &[(Ipv4Addr, u32, Network)] = &[
    // AWS, Google, Azure, Oracle, Tencent and others; containers on AWS; Alibaba; Oracle; Azure.
    (Ipv4Addr::new(169, 254, 169, 254), 32, Metadata),
    (Ipv4Addr::new(169, 254, 170, 2), 32, Metadata),
    (Ipv4Addr::new(100, 100, 100, 200), 32, Metadata),
    (Ipv4Addr::new(192, 0, 0, 192), 32, Metadata),
    (Ipv4Addr::new(168, 63, 129, 16), 32, Metadata),
    (Ipv4Addr::new(0, 0, 0, 0), 8, Unspecified),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Private),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Loopback),
    (Ipv4Addr::new(169, 254, 0, 0), 16, LinkLocal),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Reserved),
    (Ipv4Addr::new(192, 0, 2, 0), 24, Documentation),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Translated),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Private),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Benchmarking),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Documentation),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Documentation),
    (Ipv4Addr::new(224, 0, 0, 0), 4, Multicast),
    (Ipv4Addr::new(255, 255, 255, 255), 32, Broadcast),
    (Ipv4Addr::new(240, 0, 0, 0), 4, Reserved),
];

/// The same for IPv6. What fits none is reserved: only 2000::/3 has been given out.
#[rustfmt::skip]
const IPV6: &[(Ipv6Addr, u32, Network)] = &[
    // AWS; Google; Oracle.
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32, Metadata),
    (Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0), 32, Metadata),
    (Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe), 128, Metadata),
    (Ipv6Addr::UNSPECIFIED, 128, Unspecified),
    (Ipv6Addr::LOCALHOST, 128, Loopback),
    // IPv4-compatible, IPv4-mapped, stateless translation (RFC 2765).
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0, 0, 0), 96, Translated),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, Translated),
    (Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96, Translated),
    // NAT64, Teredo, 6to4.
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96, Translated),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, Translated),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, Translated),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, Translated),
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48, Benchmarking),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, Reserved),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, Documentation),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Documentation),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Private),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, LinkLocal),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, Multicast),
    (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3, Public),
];

impl Network {
    /// The network of `address`.
    pub fn of(address: IpAddr) -> Network {
        let first = match address {
            IpAddr::V4(address) => IPV4.iter().find_map(|(network, length, kind)| {
                let different = network.to_bits() ^ address.to_bits();
                (different.leading_zeros() >= *length).then_some(*kind)
            }),
            IpAddr::V6(address) => IPV6.iter().find_map(|(network, length, kind)| {
                let different = network.to_bits() ^ address.to_bits();
                (different.leading_zeros() >= *length).then_some(*kind)
            }),
        };
        first.unwrap_or(if address.is_ipv4() { Public } else { Reserved })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_belong_to_the_networks_of_the_registries() {
        for (kind, addresses) in [
            (Public, "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0"),
            (Public, "126.255.255.255 128.0.0.0 172.15.255.255 172.32.0.0 192.167.255.255"),
            (Public, "198.17.255.255 198.20.0.0 223.255.255.255 192.0.1.0 169.253.0.1"),
            (Public, "2606:4700:4700::1111 2400:3200::1 2001:4860:4860::8888 2001:200::1"),
            (Private, "10.0.0.0 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1"),
            (Private, "100.64.0.0 100.127.255.255 fc00::1 fdff:ffff::1"),
            (Loopback, "127.0.0.1 127.255.255.254 ::1"),
            (LinkLocal, "169.254.0.1 169.254.255.255 fe80::1 febf::1"),
            (Metadata, "169.254.169.254 169.254.170.2 100.100.100.200 192.0.0.192"),
            (Metadata, "168.63.129.16 fd00:ec2::254 fd00:ec2::23 fd20:ce::254"),
            (Metadata, "fd00:c1::a9fe:a9fe"),
            (Multicast, "224.0.0.1 239.255.255.255 ff02::1 ff0e::1"),
            (Broadcast, "255.255.255.255"),
            (Unspecified, "0.0.0.0 0.1.2.3 ::"),
            (Documentation, "192.0.2.1 198.51.100.1 203.0.113.255 2001:db8::1 3fff:fff::1"),
            (Benchmarking, "198.18.0.0 198.19.255.255 2001:2::1"),
            (Reserved, "192.0.0.8 240.0.0.1 255.255.255.254 100::1 2001:10::1 2001:20::1"),
            (Reserved, "4000::1 5f00::1 fec0::1 200::1 64:ff9b:2::1"),
            (Translated, "::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 ::ffff:0:127.0.0.1"),
            (Translated, "64:ff9b::7f00:1 64:ff9b:1::1 64:ff9b:1:ffff::1 2002:7f00:1::"),
            (Translated, "2002:808:808::1 2001::1 2001:0:ffff::1 192.88.99.1"),
        ] {
            for address in addresses.split(' ') {
                assert_eq!(Network::of(address.parse().unwrap()), kind, "{address}");
            }
        }
    }
}
