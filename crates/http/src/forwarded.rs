//! From which address a request comes, where proxies stand in between.
//!
//! Nobody is believed who is not named in `http.trusted_proxies`. Proxies write down whom they serve, each behind
//! what it was told (`Forwarded`, RFC 7239, or `X-Forwarded-For`), so the list is read from its end: the last address
//! that is no such proxy is the sender. Whatever stands before it may be made up. Where both headers are there and do
//! not say the same, one of them is of the sender, and neither counts.

use actix_web::{HttpRequest, http::header::HeaderMap};
use serde::{Deserialize, Serialize};
use std::{error::Error, fmt, net::IpAddr, str::FromStr};

/// Addresses that begin with the same bits, e.g. `10.0.0.0/8`; a single one, e.g. `192.0.2.1`, without a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    /// How many bits at the beginning count.
    length: u8,
}

/// A text that names no addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotANetwork(String);

impl fmt::Display for NotANetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no address and no network; these are 192.0.2.1 and 10.0.0.0/8", self.0)
    }
}

impl Error for NotANetwork {}

/// How many bits stand before an address of IPv4 that is written as one of IPv6, e.g. `::ffff:192.0.2.1`.
const MAPPED: u8 = 96;

/// The bits of an address from the left, and how many there are.
fn bits(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

impl Network {
    /// Whether the address is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let ((own, size), (other, other_size)) = (bits(self.address), bits(address));
        size == other_size && (own ^ other).leading_zeros() >= u32::from(self.length)
    }

    /// Whether every address of its version is one of them.
    pub fn is_everybody(&self) -> bool {
        self.length == 0
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let wrong = || NotANetwork(text.to_owned());
        let Some((address, length)) = text.split_once('/') else {
            let address: IpAddr = text.parse().map_err(|_| wrong())?;
            let address = address.to_canonical();
            return Ok(Self { address, length: bits(address).1 });
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let length: u8 = length.parse().map_err(|_| wrong())?;
        if length > bits(address).1 {
            return Err(wrong());
        }
        match (address, address.to_canonical()) {
            // Senders are known by their addresses of IPv4, so such a network is one of these.
            (IpAddr::V6(_), address @ IpAddr::V4(_)) => {
                let length = length.checked_sub(MAPPED).ok_or_else(wrong)?;
                Ok(Self { address, length })
            }
            _ => Ok(Self { address, length }),
        }
    }
}

impl TryFrom<String> for Network {
    type Error = NotANetwork;

    fn try_from(text: String) -> Result<Self, NotANetwork> {
        text.parse()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, length } = self;
        match *length == bits(*address).1 {
            true => write!(f, "{address}"),
            false => write!(f, "{address}/{length}"),
        }
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

/// The address of whoever has sent a request, behind these proxies; `None` for one that came over no network.
pub(crate) fn sender(request: &HttpRequest, proxies: &[Network]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    Some(behind(peer, request.headers(), proxies))
}

fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    if !trusted(peer) {
        return peer;
    }
    // Line by line, so that no line reaches into one that another proxy has written.
    let lines = |name: &str| -> Option<Vec<String>> {
        let lines = headers.get_all(name).map(|line| line.to_str().unwrap_or_default().to_owned());
        Some(lines.collect::<Vec<String>>()).filter(|lines| !lines.is_empty())
    };
    let forwarded = lines("forwarded").map(|lines| {
        let hops = lines.iter().flat_map(|line| split(line, ',')).map(|hop| for_of(&hop));
        last_untrusted(peer, hops.collect(), trusted)
    });
    let x_forwarded = lines("x-forwarded-for").map(|lines| {
        let hops = lines.iter().flat_map(|line| line.split(',')).map(address_in);
        last_untrusted(peer, hops.collect(), trusted)
    });
    match (forwarded, x_forwarded) {
        (Some(one), Some(other)) if one != other => peer,
        (Some(one), _) | (None, Some(one)) => one,
        (None, None) => peer,
    }
}

/// The sender by a list of hops, the nearest last. What cannot be read, or hides itself, is known by the proxy that
/// has told of it.
fn last_untrusted(
    peer: IpAddr,
    hops: Vec<Option<IpAddr>>,
    trusted: impl Fn(IpAddr) -> bool,
) -> IpAddr {
    let mut nearest = peer;
    for hop in hops.into_iter().rev() {
        let Some(address) = hop else { return nearest };
        nearest = address;
        if !trusted(address) {
            return nearest;
        }
    }
    nearest
}

/// The parts of a text between separators that are not in quotes. The last is empty where quotes are not closed:
/// whoever opens them would have what the next proxy has written taken for a part of their own.
pub(crate) fn split(text: &str, separator: char) -> Vec<String> {
    let (mut parts, mut part, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for letter in text.chars() {
        if letter == separator && !quoted {
            parts.push(std::mem::take(&mut part));
            continue;
        }
        if letter == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && !escaped && letter == '\\';
        part.push(letter);
    }
    if quoted {
        part.clear();
    }
    parts.push(part);
    parts
}

/// Whom an element of `Forwarded` tells of.
fn for_of(element: &str) -> Option<IpAddr> {
    let pairs = split(element, ';');
    let named = pairs.iter().filter_map(|pair| pair.split_once('='));
    let mut told = named.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    let (_, node) = told.next()?;
    address_in(node.trim().trim_matches('"'))
}

/// The address of a node, which may have a port: `192.0.2.1:80`, `[2001:db8::1]:80`, or either without.
fn address_in(node: &str) -> Option<IpAddr> {
    let node = node.trim();
    let alone = match node.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        // More than one colon is an address of IPv6 without brackets.
        None if node.matches(':').count() == 1 => node.split_once(':')?.0,
        None => node,
    };
    alone.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn networks(texts: &[&str]) -> Vec<Network> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn from(peer: &str, headers: &[(&'static str, &'static str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        behind(ip(peer), &map, &networks(&["10.0.0.0/8", "2001:db8::/32"])).to_string()
    }

    #[test]
    fn networks_have_the_addresses_that_begin_alike() {
        let [private, one, six, all] =
            networks(&["10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "0.0.0.0/0"])[..]
        else {
            panic!("four")
        };
        assert!(private.contains(ip("10.255.0.1")) && !private.contains(ip("11.0.0.1")));
        assert!(one.contains(ip("192.0.2.1")) && !one.contains(ip("192.0.2.0")));
        assert!(six.contains(ip("2001:db8:ffff::1")) && !six.contains(ip("2001:db9::1")));
        assert!(!private.contains(ip("::1")), "another version");
        assert!(all.is_everybody() && all.contains(ip("8.8.8.8")) && !six.is_everybody());
        let [mapped, alone, everybody] =
            networks(&["::ffff:10.0.0.0/104", "::ffff:192.0.2.1/128", "::ffff:0.0.0.0/96"])[..]
        else {
            panic!("three")
        };
        assert_eq!((mapped, alone), (private, one));
        assert!(everybody.is_everybody() && everybody.contains(ip("8.8.8.8")));
        for wrong in ["", "proxy", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0.0/8/8"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
        // With so few bits it would have addresses of both versions.
        for wrong in ["::ffff:10.0.0.0/95", "::ffff:10.0.0.0/8", "::ffff:10.0.0.0/129"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
        for written in ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"] {
            assert_eq!(written.parse::<Network>().unwrap().to_string(), written);
        }
    }

    #[test]
    fn the_last_address_that_is_no_proxy_is_the_sender() {
        let client = "203.0.113.7";
        assert_eq!(from("10.0.0.1", &[("x-forwarded-for", "203.0.113.7")]), client);
        // What stands before it may be made up.
        assert_eq!(from("10.0.0.1", &[("x-forwarded-for", "1.1.1.1, 203.0.113.7")]), client);
        let lines = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "203.0.113.7, 10.0.0.2")];
        assert_eq!(from("10.0.0.1", &lines), client);
        let quoted = "for=1.1.1.1, For=\"203.0.113.7:4711\";proto=https;by=\"a,b;for=2.2.2.2\"";
        assert_eq!(from("10.0.0.1", &[("forwarded", quoted)]), client);
        let six = "for=\"[2001:db8:1::1]:80\", for=\"[2a00::7]\"";
        assert_eq!(from("2001:db8::1", &[("forwarded", six)]), "2a00::7");
        assert_eq!(from("10.0.0.1", &[("x-forwarded-for", "2a00::7")]), "2a00::7");
        assert_eq!(from("10.0.0.1", &[("x-forwarded-for", "::ffff:203.0.113.7")]), client);
        assert_eq!(from("10.0.0.1", &[("x-forwarded-for", "10.0.0.9, 10.0.0.2")]), "10.0.0.9");
    }

    #[test]
    fn quotes_that_are_not_closed_swallow_no_proxy() {
        let open = "for=1.1.1.1;by=\", for=203.0.113.7";
        assert_eq!(from("10.0.0.1", &[("forwarded", open)]), "10.0.0.1");
        let six = "for=1.1.1.1;by=\", for=\"[2a00::7]:80\";proto=https";
        assert_eq!(from("10.0.0.1", &[("forwarded", six)]), "10.0.0.1");
        let lines = [("forwarded", "for=1.1.1.1;by=\""), ("forwarded", "for=203.0.113.7")];
        assert_eq!(from("10.0.0.1", &lines), "203.0.113.7");
        let plain = "1.1.1.1;\", 203.0.113.7";
        assert_eq!(from("10.0.0.1", &[("x-forwarded-for", plain)]), "203.0.113.7");
    }

    #[test]
    fn who_is_no_proxy_is_not_believed_and_neither_is_a_contradiction() {
        let told = [("x-forwarded-for", "1.1.1.1"), ("forwarded", "for=1.1.1.1")];
        assert_eq!(from("203.0.113.7", &told), "203.0.113.7");
        assert_eq!(from("10.0.0.1", &told), "1.1.1.1");
        let both = [("x-forwarded-for", "203.0.113.7"), ("forwarded", "for=1.1.1.1")];
        assert_eq!(from("10.0.0.1", &both), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &[]), "10.0.0.1");
        for hidden in ["unknown", "_secret", "203.0.113.7, unknown", ""] {
            assert_eq!(from("10.0.0.1", &[("x-forwarded-for", hidden)]), "10.0.0.1", "{hidden}");
        }
        assert_eq!(from("10.0.0.1", &[("forwarded", "for=1.1.1.1, proto=https")]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &[("forwarded", "for=_a, for=10.0.0.2")]), "10.0.0.2");
    }
}
