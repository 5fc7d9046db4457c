//! Which URLs are called. What they may look like is decided here, which addresses they may lead
//! to in `address.rs`.

mod address;
#[cfg(test)]
mod tests;

pub use address::Network;

use crate::problems::{
    URL_ADDRESS, URL_CREDENTIALS, URL_FRAGMENT, URL_HOST, URL_MALFORMED, URL_NOT_HTTPS, URL_PORT,
    URL_PRIVATE_NAME, URL_TOO_LONG,
};
use guanxi_kernel::{Problem, Result, Word};
use std::{fmt, net::IpAddr};
use url::{Host, Url};

/// Characters that a URL has at most.
const LONGEST: usize = 2_048;
/// Characters that the DNS allows in a name and in one part of it (RFC 1035, 2.3.4).
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;
/// Where https is at home.
const PORTS: [u16; 2] = [443, 8443];
/// Suffixes that no public DNS has (RFC 6761, 6762, 8375, and ICANN's `internal`).
const PRIVATE_SUFFIXES: [&str; 4] = ["localhost", "local", "internal", "home.arpa"];

/// What the operator allows beyond the public internet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// Allows http, every port, names of the local network, and loopback and private addresses.
    /// For tests, and for intranets whose users are trusted with whatever listens there.
    pub allow_private: bool,
}

impl Policy {
    /// Judges an address that is about to be connected to.
    ///
    /// # Errors
    /// The network that is not called.
    pub fn permits(self, address: IpAddr) -> Result<(), Network> {
        match Network::of(address) {
            Network::Public => Ok(()),
            Network::Private | Network::Loopback if self.allow_private => Ok(()),
            network => Err(network),
        }
    }
}

/// A URL that may be called, in its normal form. `Debug` shows no path and no query, because there
/// receivers like to hide secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(Url);

impl Target {
    /// Reads and judges the URL of an endpoint. Hosts are read as browsers read them (WHATWG), so
    /// that every spelling of an address is that address: decimal, octal, hexadecimal, short,
    /// percent-encoded, full-width.
    ///
    /// # Errors
    /// Says what is wrong, without repeating it: one of the codes `webhook_url_…`.
    pub fn parse(text: &str, policy: Policy) -> Result<Self> {
        if text.len() > LONGEST {
            return Err(URL_TOO_LONG.with("limit", LONGEST));
        }
        let url = read(text)?;
        if url.scheme() != "https" && !policy.allow_private {
            return Err(URL_NOT_HTTPS.problem());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(URL_CREDENTIALS.problem());
        }
        if url.fragment().is_some() {
            return Err(URL_FRAGMENT.problem());
        }
        judge_host(&url, policy)?;
        judge_port(&url, policy)?;
        // Encoding may have made it longer.
        if url.as_str().len() > LONGEST {
            return Err(URL_TOO_LONG.with("limit", LONGEST));
        }
        Ok(Self(url))
    }

    /// The normal form: what is stored, shown and called.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn into_url(self) -> Url {
        self.0
    }

    /// The name that the DNS has to be asked for, unless the host is an address.
    pub(crate) fn name(&self) -> Option<&str> {
        self.0.domain()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.0.origin().ascii_serialization())
    }
}

/// The problem of an address in `network`.
pub(crate) fn refused(network: Network) -> Problem {
    URL_ADDRESS.with("network", network.word())
}

/// The parser forgives what people type into browsers: blanks, tabs and line ends inside, too few
/// slashes, backslashes. What is forgiven is read differently by different programs.
fn read(text: &str) -> Result<Url> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    let lower = text.to_ascii_lowercase();
    let Some((scheme, rest)) = lower.split_once("://") else {
        return Err(URL_MALFORMED.problem());
    };
    if text.chars().any(odd) || rest.starts_with('/') {
        return Err(URL_MALFORMED.problem());
    }
    if !matches!(scheme, "http" | "https") {
        return Err(URL_NOT_HTTPS.problem());
    }
    Url::parse(text).map_err(|error| match error {
        url::ParseError::InvalidPort => URL_PORT.with("allowed", PORTS.to_vec()),
        url::ParseError::EmptyHost
        | url::ParseError::IdnaError
        | url::ParseError::InvalidIpv4Address
        | url::ParseError::InvalidIpv6Address
        | url::ParseError::InvalidDomainCharacter => URL_HOST.problem(),
        _ => URL_MALFORMED.problem(),
    })
}

fn judge_host(url: &Url, policy: Policy) -> Result<()> {
    match url.host() {
        None => Err(URL_HOST.problem()),
        Some(Host::Ipv4(address)) => policy.permits(address.into()).map_err(refused),
        Some(Host::Ipv6(address)) => policy.permits(address.into()).map_err(refused),
        Some(Host::Domain(name)) => judge_name(name, policy),
    }
}

/// `name` is lower-case ASCII: the parser has applied IDNA.
fn judge_name(name: &str, policy: Policy) -> Result<()> {
    let label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if name.len() > LONGEST_NAME || !name.split('.').all(label) {
        return Err(URL_HOST.problem());
    }
    let local = |suffix: &str| {
        name.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let private = !name.contains('.') || PRIVATE_SUFFIXES.iter().any(|suffix| local(suffix));
    if private && !policy.allow_private {
        return Err(URL_PRIVATE_NAME.problem());
    }
    Ok(())
}

fn judge_port(url: &Url, policy: Policy) -> Result<()> {
    match url.port_or_known_default() {
        Some(port) if PORTS.contains(&port) => Ok(()),
        Some(port) if policy.allow_private && port != 0 => Ok(()),
        _ => Err(URL_PORT.with("allowed", PORTS.to_vec())),
    }
}
