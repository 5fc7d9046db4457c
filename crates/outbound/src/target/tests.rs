//! One table of spellings: what is refused says why, with the flag for intranets and without.

use super::*;
use proptest::prelude::*;
use std::net::{Ipv4Addr, Ipv6Addr};

const PUBLIC: Policy = Policy { allow_private: false };
const INTRANET: Policy = Policy { allow_private: true };

/// The code, and of an address its network too.
fn why(text: &str, policy: Policy) -> String {
    match Target::parse(text, policy) {
        Ok(target) => target.as_str().to_owned(),
        Err(problem) => match problem.params().get("network") {
            Some(network) => network.as_str().unwrap_or_default().to_owned(),
            None => problem.code().code.trim_start_matches("webhook_url_").to_owned(),
        },
    }
}

/// URL; what comes of it; and what comes of it in an intranet, if that differs.
#[rustfmt::skip]
const SPELLINGS: &[(&str, &str, &str)] = &[
    // Good, and brought into normal form.
    ("https://hooks.example.com/in?x=1", "https://hooks.example.com/in?x=1", ""),
    ("HTTPS://Hooks.Example.COM:443", "https://hooks.example.com/", ""),
    ("https://hooks.example.com:8443/a/../b", "https://hooks.example.com:8443/b", ""),
    ("https://客户.example.com/钩子", "https://xn--ubt06m.example.com/%E9%92%A9%E5%AD%90", ""),
    ("https://ｅｘａｍｐｌｅ．com/", "https://example.com/", ""),
    ("https://8.8.8.8/", "https://8.8.8.8/", ""),
    ("https://134744072/", "https://8.8.8.8/", ""),
    ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/", ""),
    // No URL.
    ("", "malformed", ""),
    ("hooks.example.com", "malformed", ""),
    ("//hooks.example.com/", "malformed", ""),
    ("https:hooks.example.com", "malformed", ""),
    ("https:///hooks.example.com", "malformed", ""),
    ("https://", "host", ""),
    ("https:\\\\127.0.0.1\\", "malformed", ""),
    ("https://example.com\\@127.0.0.1/", "malformed", ""),
    (" https://example.com/", "malformed", ""),
    ("https://exam\nple.com/", "malformed", ""),
    ("https://example.com/\tx", "malformed", ""),
    ("https://example.com/a b", "malformed", ""),
    ("https://example.com/\u{3000}", "malformed", ""),
    ("https://example.com/\0", "malformed", ""),
    // Other schemes.
    ("http://hooks.example.com/", "not_https", "http://hooks.example.com/"),
    ("file:///etc/passwd", "malformed", ""),
    ("file://localhost/etc/passwd", "not_https", ""),
    ("gopher://example.com/", "not_https", ""),
    ("ws://example.com/", "not_https", ""),
    ("javascript:alert(1)", "malformed", ""),
    // Ports.
    ("https://example.com:22/", "port", "https://example.com:22/"),
    ("https://example.com:6379/", "port", "https://example.com:6379/"),
    ("https://example.com:80/", "port", "https://example.com:80/"),
    ("https://example.com:0/", "port", ""),
    ("https://example.com:65536/", "port", ""),
    ("https://example.com:+443/", "port", ""),
    // User-info tricks, fragments.
    ("https://example.com@127.0.0.1/", "credentials", ""),
    ("https://user:secret@example.com/", "credentials", ""),
    ("https://:secret@example.com/", "credentials", ""),
    ("https://example.com:443@127.0.0.1/", "credentials", ""),
    ("https://127.0.0.1#@example.com/", "fragment", ""),
    ("https://example.com/#", "fragment", ""),
    ("https://127.0.0.1?@example.com/", "loopback", "https://127.0.0.1/?@example.com/"),
    ("https://@127.0.0.1/", "loopback", "https://127.0.0.1/"),
    // This machine, in every spelling.
    ("https://127.0.0.1/", "loopback", "https://127.0.0.1/"),
    ("https://127.1/", "loopback", "https://127.0.0.1/"),
    ("https://127.0.1/", "loopback", "https://127.0.0.1/"),
    ("https://127.0.0.1./", "loopback", "https://127.0.0.1/"),
    ("https://2130706433/", "loopback", "https://127.0.0.1/"),
    ("https://017700000001/", "loopback", "https://127.0.0.1/"),
    ("https://0x7f000001/", "loopback", "https://127.0.0.1/"),
    ("https://0x7f.1/", "loopback", "https://127.0.0.1/"),
    ("https://0177.0.0.1/", "loopback", "https://127.0.0.1/"),
    ("https://0X7F.0.0x0.01/", "loopback", "https://127.0.0.1/"),
    ("https://127%2e0.0.1/", "loopback", "https://127.0.0.1/"),
    ("https://%31%32%37.0.0.1/", "loopback", "https://127.0.0.1/"),
    ("https://１２７.０.０.１/", "loopback", "https://127.0.0.1/"),
    ("https://127。0。0。1/", "loopback", "https://127.0.0.1/"),
    ("https://①②⑦.0.0.1/", "loopback", "https://127.0.0.1/"),
    ("https://127.255.255.254/", "loopback", "https://127.255.255.254/"),
    ("https://[::1]/", "loopback", "https://[::1]/"),
    ("https://[0:0:0:0:0:0:0:1]/", "loopback", "https://[::1]/"),
    ("https://[::ffff:127.0.0.1]/", "translated", ""),
    ("https://[::ffff:7f00:1]/", "translated", ""),
    ("https://[::127.0.0.1]/", "translated", ""),
    ("https://[64:ff9b::127.0.0.1]/", "translated", ""),
    ("https://[2002:7f00:1::]/", "translated", ""),
    ("https://[fe80::1%25eth0]/", "host", ""),
    ("https://0/", "unspecified", ""),
    ("https://0.0.0.0/", "unspecified", ""),
    ("https://[::]/", "unspecified", ""),
    // Other networks.
    ("https://10.0.0.1/", "private", "https://10.0.0.1/"),
    ("https://192.168.257/", "private", "https://192.168.1.1/"),
    ("https://100.64.1.1/", "private", "https://100.64.1.1/"),
    ("https://[fd12::1]/", "private", "https://[fd12::1]/"),
    ("https://169.254.169.254/latest/meta-data/", "metadata", ""),
    ("https://0xa9fea9fe/", "metadata", ""),
    ("https://2852039166/", "metadata", ""),
    ("https://100.100.100.200/", "metadata", ""),
    ("https://[fd00:ec2::254]/", "metadata", ""),
    ("https://169.254.1.1/", "link_local", ""),
    ("https://224.0.0.1/", "multicast", ""),
    ("https://255.255.255.255/", "broadcast", ""),
    ("https://192.0.2.1/", "documentation", ""),
    ("https://198.18.0.1/", "benchmarking", ""),
    ("https://240.0.0.1/", "reserved", ""),
    // Names.
    ("https://localhost/", "private_name", "https://localhost/"),
    ("https://LOCALHOST/", "private_name", "https://localhost/"),
    ("https://%6c%6fcalhost/", "private_name", "https://localhost/"),
    ("https://ｌｏｃａｌｈｏｓｔ/", "private_name", "https://localhost/"),
    ("https://db.localhost/", "private_name", "https://db.localhost/"),
    ("https://printer.local/", "private_name", "https://printer.local/"),
    ("https://metadata.google.internal/", "private_name", "https://metadata.google.internal/"),
    ("https://intranet/", "private_name", "https://intranet/"),
    ("https://localhost./", "host", ""),
    ("https://example.com./", "host", ""),
    ("https://.example.com/", "host", ""),
    ("https://a..example.com/", "host", ""),
    ("https://-a.example.com/", "host", ""),
    ("https://a_b.example.com/", "host", ""),
    ("https://exa!mple.com/", "host", ""),
    ("https://example.com%00.evil.com/", "host", ""),
    ("https://256.256.256.256/", "host", ""),
    ("https://1.2.3.4.5/", "host", ""),
    ("https://0x7f.0x/x", "loopback", "https://127.0.0.0/x"),
    ("https://[::1/", "host", ""),
    ("https://xn--/", "host", ""),
];

#[test]
fn every_spelling_is_what_it_leads_to() {
    let mut wrong = Vec::new();
    for (text, public, intranet) in SPELLINGS {
        let inside = if intranet.is_empty() { public } else { intranet };
        for (policy, expected) in [(PUBLIC, public), (INTRANET, inside)] {
            let found = why(text, policy);
            if found != *expected {
                wrong.push(format!("{text:?} under {policy:?}: {found}, expected {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn length_is_bounded_before_and_after_encoding() {
    let of = |path: &str, times| format!("https://example.com/{}", path.repeat(times));
    assert!(Target::parse(&of("x", LONGEST - 20), PUBLIC).is_ok());
    assert_eq!(why(&of("x", LONGEST - 19), PUBLIC), "too_long");
    assert_eq!(why(&of("钩", 600), PUBLIC), "too_long");
    let label = "x".repeat(LONGEST_LABEL);
    assert!(Target::parse(&format!("https://{label}.com/"), PUBLIC).is_ok());
    assert_eq!(why(&format!("https://{label}x.com/"), PUBLIC), "host");
    assert_eq!(why(&format!("https://{}com/", "abcdefg.".repeat(32)), PUBLIC), "host");
}

#[test]
fn a_refusal_repeats_nothing_and_a_target_hides_its_path() {
    let problem = Target::parse("https://user:canary@example.com/canary", PUBLIC).unwrap_err();
    assert!(!format!("{problem} {problem:?}").contains("canary"));
    let finding = crate::problems::finding(&problem, "/url");
    assert_eq!(finding.code.code, "webhook_url_credentials");
    let target = Target::parse("https://example.com/canary?k=canary", PUBLIC).unwrap();
    assert_eq!(format!("{target:?}"), "Target(https://example.com)");
}

proptest! {
    #[test]
    fn any_spelling_of_an_ipv4_address_is_judged_as_that_address(bits: u32) {
        let address = Ipv4Addr::from_bits(bits);
        let [a, b, c, d] = address.octets();
        let expected = PUBLIC.permits(address.into()).is_ok();
        for host in [
            format!("{address}"),
            format!("{bits}"),
            format!("{bits:#x}"),
            format!("0{bits:o}"),
            format!("{a}.{}", bits & 0xff_ffff),
            format!("{a:#x}.0{b:o}.{c}.{d}"),
        ] {
            let target = Target::parse(&format!("https://{host}/"), PUBLIC);
            prop_assert_eq!(target.is_ok(), expected, "{}", host);
        }
        // In IPv6 clothes nothing gets through, whatever it stands for.
        for host in [
            address.to_ipv6_mapped().to_string(),
            address.to_ipv6_compatible().to_string(),
            format!("64:ff9b::{address}"),
            format!("2002:{:x}:{:x}::1", bits >> 16, bits & 0xffff),
        ] {
            let target = Target::parse(&format!("https://[{host}]/"), PUBLIC);
            prop_assert!(target.is_err(), "{}", host);
        }
    }

    #[test]
    fn what_the_standard_library_calls_special_is_never_public(v4: u32, v6: u128) {
        let v4 = Ipv4Addr::from_bits(v4);
        if v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
            || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified()
        {
            prop_assert!(PUBLIC.permits(v4.into()).is_err(), "{}", v4);
        }
        let v6 = Ipv6Addr::from_bits(v6);
        if v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_multicast() {
            prop_assert!(PUBLIC.permits(v6.into()).is_err(), "{}", v6);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*", tail in "[a-z0-9.:@/%\\[\\]#?-]{0,40}") {
        let _ = Target::parse(&text, PUBLIC);
        if let Ok(target) = Target::parse(&format!("https://{tail}"), PUBLIC) {
            // The normal form is read as itself.
            prop_assert_eq!(Target::parse(target.as_str(), PUBLIC).unwrap(), target);
        }
    }
}
