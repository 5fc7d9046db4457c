//! How to reach somebody: addresses, phone numbers and e-mail addresses, of parties and contacts
//! alike.

use crate::{problems::INVALID_PHONE, rules::repeated};
use guanxi_kernel::{
    Line,
    phone::e164,
    problem::FieldError,
    scalar::{Entry, Type},
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;
use validator::ValidateEmail as _;

guanxi_kernel::words! {
    /// What an address is for.
    pub enum AddressKind {
        /// The registered seat.
        Registered = "registered" ("Registered", "注册地址"),
        /// Where people work.
        Office = "office" ("Office", "办公地址"),
        /// Where invoices go.
        Billing = "billing" ("Billing", "开票地址"),
        /// Where goods go.
        Shipping = "shipping" ("Shipping", "收货地址"),
        /// Where a person lives.
        Home = "home" ("Home", "家庭地址"),
    }
}

guanxi_kernel::words! {
    /// What a phone number is.
    pub enum PhoneKind {
        /// A mobile phone.
        Mobile = "mobile" ("Mobile", "手机"),
        /// At work.
        Work = "work" ("Work", "工作电话"),
        /// At home.
        Home = "home" ("Home", "家庭电话"),
        /// A fax machine.
        Fax = "fax" ("Fax", "传真"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

guanxi_kernel::words! {
    /// What an e-mail address is.
    pub enum EmailKind {
        /// At work.
        Work = "work" ("Work", "工作邮箱"),
        /// Private.
        Personal = "personal" ("Personal", "个人邮箱"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// What it is for.
    pub kind: AddressKind,
    /// The country; the one of the tenant when absent.
    #[serde(default)]
    pub country: Option<CountryCode>,
    /// Province or state, e.g. `上海市`.
    #[serde(default)]
    pub region: Option<Line<100>>,
    /// The city.
    #[serde(default)]
    pub city: Option<Line<100>>,
    /// The district of the city.
    #[serde(default)]
    pub district: Option<Line<100>>,
    /// Street, number, building, room.
    #[serde(default)]
    pub street: Option<Line<200>>,
    /// The postal code.
    #[serde(default)]
    pub postal_code: Option<Line<20>>,
}

/// A phone number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// What it is.
    pub kind: PhoneKind,
    /// Written as people write it: without a country code it is one of the tenant's country.
    /// Kept and answered in E.164, e.g. `+8613800138000`.
    #[schema(value_type = String, max_length = 40, example = "+8613800138000")]
    pub number: Line<40>,
}

/// An e-mail address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// What it is.
    pub kind: EmailKind,
    /// The address, kept in lower case.
    pub address: EmailAddress,
}

/// An e-mail address in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Line<254>")]
#[schema(value_type = String, format = Email, max_length = 254, example = "wang.wei@example.com")]
pub struct EmailAddress(Line<254>);

/// An ISO 3166-1 code in capitals, e.g. `CN`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Line<2>")]
#[schema(value_type = String, pattern = "^[A-Z]{2}$", example = "CN")]
pub struct CountryCode(Line<2>);

impl TryFrom<Line<254>> for EmailAddress {
    type Error = &'static str;

    fn try_from(text: Line<254>) -> Result<Self, Self::Error> {
        const REFUSED: &str = "invalid_format: an e-mail address";
        if !Cow::Borrowed(&*text).validate_email() {
            return Err(REFUSED);
        }
        Line::new(&text.to_lowercase()).map(Self).map_err(|_| REFUSED)
    }
}

impl AsRef<str> for EmailAddress {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<Line<2>> for CountryCode {
    type Error = &'static str;

    fn try_from(code: Line<2>) -> Result<Self, Self::Error> {
        match code.parse::<iso_currency::Country>() {
            Ok(_) => Ok(Self(code)),
            Err(_) => Err("unknown_value: an ISO 3166 code such as CN"),
        }
    }
}

impl Entry for Phone {
    const TYPE: Type = Type::Text;
    const RARE: bool = true;

    fn term(&self) -> String {
        self.number.to_string()
    }

    fn term_of(text: &str) -> Option<String> {
        // In a query string a plus that was not escaped arrives as a blank.
        let text =
            text.strip_prefix(' ').map_or(Cow::Borrowed(text), |rest| format!("+{rest}").into());
        // Without a country only international numbers are understood.
        e164(&text, "")
    }
}

impl Entry for Email {
    const TYPE: Type = Type::Text;
    const RARE: bool = true;

    fn term(&self) -> String {
        self.address.0.to_string()
    }

    fn term_of(text: &str) -> Option<String> {
        let address = EmailAddress::try_from(Line::new(text).ok()?).ok()?;
        Some(address.0.to_string())
    }
}

/// Fills in the country of the tenant.
pub fn settle_addresses(addresses: &mut [Address], country: &str) {
    let own = Line::new(country).ok().and_then(|code| CountryCode::try_from(code).ok());
    for address in addresses {
        address.country = address.country.take().or_else(|| own.clone());
    }
}

/// Brings phone numbers into E.164; what is none, or is there twice, is a finding.
pub fn settle_phones(phones: &mut [Phone], country: &str, findings: &mut Vec<FieldError>) {
    for (at, phone) in phones.iter_mut().enumerate() {
        match e164(&phone.number, country).and_then(|number| Line::new(&number).ok()) {
            Some(number) => phone.number = number,
            None => findings
                .push(INVALID_PHONE.field(format!("/phones/{at}/number")).with("country", country)),
        }
    }
    findings.extend(repeated(phones, "/phones", |phone| phone.number.clone()));
}

/// An e-mail address that is there twice is a finding.
pub fn settle_emails(emails: &[Email], findings: &mut Vec<FieldError>) {
    findings.extend(repeated(emails, "/emails", |email| email.address.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::problem::{Place, REPEATED};
    use serde_json::json;

    fn phone(number: &str) -> Phone {
        Phone { kind: PhoneKind::Mobile, number: Line::new(number).unwrap() }
    }

    #[test]
    fn phone_numbers_are_kept_in_one_form_and_once() {
        let mut phones = [phone("138 0013 8000"), phone("call me"), phone("+86 13800138000")];
        let mut findings = Vec::new();
        settle_phones(&mut phones, "CN", &mut findings);
        assert_eq!(&*phones[0].number, "+8613800138000");
        let found: Vec<_> = findings.iter().map(|f| (f.place.clone(), f.code)).collect();
        let at = |pointer: &str| Place::Pointer(pointer.to_owned());
        assert_eq!(found, [(at("/phones/1/number"), &INVALID_PHONE), (at("/phones/2"), &REPEATED)]);
    }

    #[test]
    fn a_phone_is_found_by_its_international_form() {
        let term = phone("+8613800138000").term();
        for text in ["+8613800138000", " 8613800138000", "+86 138-0013-8000"] {
            assert_eq!(Phone::term_of(text).as_ref(), Some(&term), "{text}");
        }
        for text in ["13800138000", "+86", "x", ""] {
            assert_eq!(Phone::term_of(text), None, "{text}");
        }
    }

    #[test]
    fn email_addresses_are_checked_and_lower_cased() {
        let read = |address: &str| {
            serde_json::from_value::<Email>(json!({ "kind": "work", "address": address }))
        };
        assert_eq!(read(" Wang.Wei@Example.COM ").unwrap().term(), "wang.wei@example.com");
        for wrong in ["wang.wei", "@example.com", "王伟@", "a b@example.com", ""] {
            let message = read(wrong).unwrap_err().to_string();
            assert!(
                message.contains("invalid_format") || message.contains("too_short"),
                "{message}"
            );
        }
        assert_eq!(Email::term_of("A@B.cn").as_deref(), Some("a@b.cn"));
        assert_eq!(Email::term_of("nobody"), None);
        let mut findings = Vec::new();
        settle_emails(&[read("a@b.cn").unwrap(), read("A@B.CN").unwrap()], &mut findings);
        assert_eq!(findings, [REPEATED.field("/emails/1")]);
    }

    #[test]
    fn an_address_is_in_a_country() {
        let read = |country: &str| {
            serde_json::from_value::<Address>(json!({ "kind": "office", "country": country }))
        };
        for code in ["CN", "HK", "TW", "DE", "US"] {
            assert!(read(code).is_ok(), "{code}");
        }
        for wrong in ["cn", "XX", "", "China"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let mut addresses =
            [serde_json::from_value::<Address>(json!({ "kind": "office" })).unwrap()];
        settle_addresses(&mut addresses, "CN");
        assert_eq!(addresses[0].country, read("CN").unwrap().country);
    }
}
