//! A tenant and its settings.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use guanxi_kernel::{
    Actor, Ctx, Currency, Language, Line, Problem, Result, TenantId, UserId,
    ctx::{Seen, Settings},
    id::kinds,
    period::Fiscal,
    preferences::Preferences,
    problem::{FieldError, INVALID_FORMAT, Texts, UNKNOWN_VALUE},
};
use guanxi_storage::{Kind, Meta, Record, Visibility, error::corrupt};
use serde::{Deserialize, Serialize};
use std::{str::FromStr as _, sync::Arc};
use utoipa::ToSchema;
use validator::Validate;

/// What callers write of their tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct TenantInput {
    /// The name of the company.
    #[field(zh = "名称")]
    pub name: Line<100>,
    /// The zone of its business days, by its IANA name.
    #[field(zh = "时区")]
    #[schema(value_type = String, max_length = 64, example = "Asia/Shanghai")]
    pub time_zone: Line<64>,
    /// The currency that its figures are summed in.
    #[field(zh = "本位币")]
    #[schema(value_type = Currency)]
    pub currency: Line<3>,
    /// The country (ISO 3166) that phone numbers without a prefix belong to.
    #[field(zh = "国家")]
    #[schema(value_type = String, pattern = "^[A-Z]{2}$", example = "CN")]
    pub country: Line<2>,
    /// The month in which its fiscal year begins.
    #[field(zh = "财年起始月")]
    #[validate(range(min = 1, max = 12))]
    #[schema(minimum = 1, maximum = 12)]
    pub fiscal_first_month: i64,
    /// What it has decided of what it may decide for itself.
    #[serde(default)]
    #[validate(nested)]
    #[field(zh = "偏好设置", json)]
    pub preferences: Preferences,
}

/// A company that uses Guanxi.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Tenant {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = TenantMeta)]
    pub meta: Meta<kinds::Tenant>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: TenantInput,
    /// The short name that is given when signing in.
    #[field(zh = "标识")]
    pub slug: String,
    /// Seals cursors and derives refresh tokens; 32 random bytes in hexadecimal digits.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) seal: String,
    /// Counts what changes anybody's rights.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) access_version: i64,
}

/// For the derive of the schema, which stumbles over the parameter.
type TenantMeta = Meta<kinds::Tenant>;

/// The resource.
pub static TENANT: Kind = Kind::new::<Tenant>(
    "tenant",
    "tenants",
    "tenants",
    Visibility::Tenant,
    Texts { en: "Tenant", zh: "租户" },
);

impl TenantInput {
    /// Brings what was written into the form in which it is kept, and says what is wrong with it.
    pub(super) fn normalise(&mut self) -> Vec<FieldError> {
        let mut findings = Vec::new();
        let mut unknown = |pointer, expected: &str| {
            findings.push(UNKNOWN_VALUE.field(pointer).with("expected", expected));
        };
        capitals(&mut self.currency);
        capitals(&mut self.country);
        if Tz::from_str(&self.time_zone).is_err() {
            unknown("/time_zone", "an IANA time zone such as Asia/Shanghai");
        }
        if Currency::from_str(&self.currency).is_err() {
            unknown("/currency", "an ISO 4217 currency such as CNY");
        }
        let letters = self.country.bytes().filter(u8::is_ascii_uppercase).count();
        if (letters, self.country.len()) != (2, 2) {
            unknown("/country", "an ISO 3166 country such as CN");
        }
        findings
    }
}

fn capitals<const MAX: usize>(line: &mut Line<MAX>) {
    if let Ok(capitals) = Line::new(&line.to_ascii_uppercase()) {
        *line = capitals;
    }
}

impl Tenant {
    /// What the rules depend on.
    ///
    /// # Errors
    /// When what is stored cannot be read: ours to mend.
    pub fn settings(&self) -> Result<Settings> {
        let TenantInput { time_zone, currency, country, fiscal_first_month, .. } = &self.input;
        let settings = settings(time_zone, currency, country, *fiscal_first_month, &self.seal)?;
        Ok(Settings { preferences: self.input.preferences.clone(), ..settings })
    }
}

/// Settings from what is stored of them, without the preferences.
pub(super) fn settings(
    time_zone: &str,
    currency: &str,
    country: &str,
    first_month: i64,
    seal: &str,
) -> Result<Settings> {
    let first_month = u32::try_from(first_month).map_err(corrupt)?;
    Ok(Settings {
        time_zone: time_zone.parse().map_err(corrupt)?,
        currency: currency.parse().map_err(corrupt)?,
        country: country.to_owned(),
        fiscal: Fiscal::new(first_month).map_err(corrupt)?,
        preferences: Preferences::default(),
        seal: unhex(seal).ok_or_else(|| corrupt("the seal of a tenant is no hex"))?,
    })
}

/// A tenant as the program's own work needs it.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its id.
    pub id: TenantId,
    /// The short name that is given when signing in.
    pub slug: String,
    /// The name of the company.
    pub name: String,
    /// Its first administrator, in whose name the program's own work is done.
    pub founder: UserId,
    /// What the rules depend on.
    pub settings: Arc<Settings>,
}

impl Found {
    /// The context of the program's own work in the tenant, in the name of `user`, who may do
    /// everything in it.
    pub fn context(&self, user: UserId, now: DateTime<Utc>, request_id: Arc<str>) -> Ctx {
        Ctx {
            tenant: self.id,
            settings: self.settings.clone(),
            actor: Actor::system(user).into(),
            now,
            request_id,
            source: guanxi_kernel::ctx::PROGRAM,
            language: Language::default(),
            seen: Seen::Unsaid,
            accept_duplicates: true,
        }
    }
}

/// Whether a text can be the short name of a tenant: it may stand in a host name.
///
/// # Errors
/// `invalid_format` at `/slug`.
pub fn check_slug(slug: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let edges = slug.starts_with('-') || slug.ends_with('-');
    if (1..=63).contains(&slug.len()) && slug.chars().all(plain) && !edges {
        return Ok(());
    }
    let expected = "lower-case letters, digits and hyphens";
    Problem::collect(vec![INVALID_FORMAT.field("/slug").with("expected", expected)])
}

/// A new seal.
pub(super) fn new_seal() -> String {
    let bytes: [u8; 32] = rand::random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::problem::Place;
    use serde_json::{Value, json};

    fn input(value: Value) -> TenantInput {
        guanxi_kernel::input::read(value).unwrap()
    }

    #[test]
    fn settings_are_known_to_the_libraries_that_use_them() {
        let mut good = input(json!({
            "name": "A", "time_zone": "Asia/Shanghai", "currency": "cny", "country": "cn",
            "fiscal_first_month": 4,
        }));
        assert!(good.normalise().is_empty());
        assert_eq!((&*good.currency, &*good.country), ("CNY", "CN"));
        let mut bad = input(json!({
            "name": "A", "time_zone": "Mars/Olympus", "currency": "XXX", "country": "中国",
            "fiscal_first_month": 1,
        }));
        let places: Vec<_> = bad.normalise().into_iter().map(|finding| finding.place).collect();
        let pointers = ["/time_zone", "/currency", "/country"];
        assert_eq!(places, pointers.map(|pointer| Place::Pointer(pointer.into())));
    }

    #[test]
    fn a_slug_could_be_part_of_a_host_name() {
        for good in ["main", "a", "acme-2"] {
            assert!(check_slug(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a b", "a.b", "关系", &"a".repeat(64)] {
            assert!(check_slug(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_seal_is_32_bytes() {
        let seal = new_seal();
        assert_ne!(seal, new_seal());
        assert_eq!(unhex(&seal).map(|bytes| bytes.len()), Some(32));
        assert_eq!(unhex("00ff"), Some(vec![0, 255]));
        assert!(unhex("0").is_none() && unhex("zz").is_none() && unhex("0é").is_none());
    }
}
