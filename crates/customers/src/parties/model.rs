//! A party and the rules that need nothing but itself.

use crate::{
    contact_points::{Address, Email, Phone, settle_addresses, settle_emails, settle_phones},
    problems::{LACKS_ROLE, NOT_A_CUSTOMER, NOT_PRIVATE, USE_CONVERT_TO_BASE},
    regions::{Region, RegionId},
    rules::{likely_date, not_negative, repeated},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Id, Line, Money, Problem, Result, Text, UserId, Word as _, problem::Texts, text::fold,
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;
use validator::{Validate, ValidateUrl as _, ValidationError};

guanxi_kernel::words! {
    /// What a party is.
    pub enum PartyKind {
        /// A company, an authority, an association.
        Organisation = "organisation" ("Organisation", "组织"),
        /// A human being.
        Person = "person" ("Person", "个人"),
    }
}

guanxi_kernel::words! {
    /// What a party is to the company.
    pub enum PartyRole {
        /// Buys; only customers have contracts.
        Customer = "customer" ("Customer", "客户"),
        /// May buy one day.
        Prospect = "prospect" ("Prospect", "潜在客户"),
        /// Sells the same to the same.
        Competitor = "competitor" ("Competitor", "竞争对手"),
        /// Sells to the company.
        Supplier = "supplier" ("Supplier", "供应商"),
        /// Sells for the company.
        Dealer = "dealer" ("Dealer", "经销商"),
        /// Works with the company.
        Partner = "partner" ("Partner", "合作伙伴"),
    }
}

/// Names a party.
pub type PartyId = Id<Party>;

type PartyMeta = Meta<Party>;

/// What callers write of a party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct PartyInput {
    /// Organisation or person.
    #[field(zh = "类型", filter)]
    pub kind: PartyKind,
    /// The full name.
    #[field(zh = "名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// What people call it.
    #[serde(default)]
    #[field(zh = "简称")]
    pub short_name: Option<Line<100>>,
    /// The customer number; no two parties have the same.
    #[serde(default)]
    #[field(zh = "客户编号", filter)]
    pub code: Option<Line<40>>,
    /// What it is to the company, each role once.
    #[serde(default)]
    #[validate(length(max = 6))]
    #[schema(max_items = 6)]
    #[field(zh = "角色", json, terms = "role")]
    pub roles: Vec<PartyRole>,
    /// The trade.
    #[serde(default)]
    #[field(zh = "行业", filter)]
    pub industry: Option<Line<100>>,
    /// The region, as somebody has written it.
    #[serde(default)]
    #[field(zh = "区域", filter)]
    pub region: Option<Line<100>>,
    /// The region of sales, one that is in effect when it is given.
    #[serde(default)]
    #[field(zh = "销售区域", filter, to = Region)]
    pub sales_region_id: Option<RegionId>,
    /// How important it is, in the company's own words.
    #[serde(default)]
    #[field(zh = "等级", filter)]
    pub tier: Option<Line<40>>,
    /// The user who looks after it; the acting user when a new party names none. `null` afterwards
    /// gives it up: then only rights that reach everything see it.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The party that this one is a subsidiary of.
    #[serde(default)]
    #[field(zh = "上级公司", filter, to = Party)]
    pub parent_id: Option<PartyId>,
    /// The web site.
    #[serde(default)]
    #[validate(custom(function = "web_address"))]
    #[schema(value_type = Option<String>, format = "uri", max_length = 500)]
    #[field(zh = "网址")]
    pub website: Option<Line<500>>,
    /// The year it was founded in.
    #[serde(default)]
    #[validate(range(min = 1000, max = 9999))]
    #[schema(minimum = 1000, maximum = 9999)]
    #[field(zh = "成立年份")]
    pub founded_year: Option<i64>,
    /// How many people work there.
    #[serde(default)]
    #[validate(range(min = 0, max = 100_000_000))]
    #[schema(minimum = 0, maximum = 100_000_000)]
    #[field(zh = "员工人数", filter)]
    pub employees: Option<i64>,
    /// What it takes in a year; not negative.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "年营业额", money, filter)]
    pub annual_revenue: Option<Money>,
    /// The day of birth of a person, of which somebody can be reminded.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "出生日期")]
    pub born_on: Option<NaiveDate>,
    /// Whether the birthday is kept by the lunar calendar: in the month and on the day of it on which that
    /// day was. Who was born in a leap month has it in the month of the same number, and who was born on a
    /// 30th on the 29th of a month without one: so it is one a year.
    #[serde(default)]
    #[field(zh = "过农历生日")]
    pub lunar_birthday: bool,
    /// Its addresses.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "地址", json)]
    pub addresses: Vec<Address>,
    /// Its phone numbers, each once.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "电话", json, terms = "phone")]
    pub phones: Vec<Phone>,
    /// Its e-mail addresses, each once.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "邮箱", json, terms = "email")]
    pub emails: Vec<Email>,
    /// Words to group parties by, each once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "标签", json, terms = "tag")]
    pub tags: Vec<Line<40>>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
    /// Whether it is a contact of its owner's own, which a new party can be. `convert-to-base` makes it one of the
    /// customer base, which belongs to the company; it is not private again.
    #[serde(default)]
    #[field(zh = "私有客户", filter)]
    pub is_private: bool,
}

/// An organisation or a person that the company deals with.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Party {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = PartyMeta)]
    pub meta: Meta<Party>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: PartyInput,
    /// The day on which the next visit is due, if there is a service policy for its tier: so many days
    /// after the last activity about it that was done, or after its making, on a working day.
    #[field(computed)]
    pub next_visit_on: Option<NaiveDate>,
    /// When somebody has last held what is known of it against what is so, in a stocktake.
    #[field(zh = "核实时间", filter)]
    pub verified_at: Option<DateTime<Utc>>,
    /// The consultant whose own contact it was. They neither delete it nor take it away by an export.
    #[field(zh = "转入人", filter, to = User)]
    pub contributed_by: Option<UserId>,
    /// Since when it belongs to the company.
    #[field(zh = "转入时间")]
    pub contributed_at: Option<DateTime<Utc>>,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub name_folded: String,
    /// The same by pinyin.
    #[serde(skip)]
    #[field(hidden)]
    pub name_pinyin: String,
}

/// The resource of parties.
pub static PARTY: Kind = Kind::new::<Party>(
    "party",
    "parties",
    "parties",
    Visibility::Owner,
    Texts { en: "Party", zh: "客户/业务对象" },
)
.searched(&["name", "short_name", "code"])
.known_by(&["code", "name"])
.kept_from("contributed_by")
.also(&[
    "role_given",
    "role_withdrawn",
    "merged",
    "absorbed",
    "parted",
    "erased",
    "verified",
    "converted_to_base",
]);

impl PartyInput {
    /// Brings what was written into the one form that is kept, for a tenant of `country`.
    ///
    /// # Errors
    /// Names each phone number that is none, and each entry of a list that is there twice.
    pub(super) fn settle(&mut self, country: &str) -> Result<()> {
        let mut findings = repeated(&self.roles, "/roles", |role| *role);
        settle_addresses(&mut self.addresses, country);
        settle_phones(&mut self.phones, country, &mut findings);
        settle_emails(&self.emails, &mut findings);
        findings.extend(repeated(&self.tags, "/tags", |tag| fold(tag)));
        Problem::collect(findings)
    }
}

impl Party {
    /// Refuses what only a party of that role can be part of.
    ///
    /// # Errors
    /// `not_a_customer`, or `lacks_role` for any other role.
    pub fn require_role(&self, role: PartyRole) -> Result<()> {
        match role {
            _ if self.input.roles.contains(&role) => Ok(()),
            PartyRole::Customer => Err(NOT_A_CUSTOMER.problem()),
            other => Err(LACKS_ROLE.with("role", other.word())),
        }
    }

    /// Whether it sells the same to the same.
    pub(super) fn is_competitor(&self) -> bool {
        self.input.roles.contains(&PartyRole::Competitor)
    }

    /// Gives it a role, unless it has it.
    pub(super) fn give(&mut self, role: PartyRole) {
        if !self.input.roles.contains(&role) {
            self.input.roles.push(role);
        }
    }

    /// Makes a contact of its owner's own one of the customer base.
    ///
    /// # Errors
    /// `not_private` for one that is no such contact.
    pub(super) fn convert_to_base(&mut self, now: DateTime<Utc>) -> Result<()> {
        if !self.input.is_private {
            return Err(NOT_PRIVATE.problem());
        }
        self.input.is_private = false;
        (self.contributed_by, self.contributed_at) = (self.input.owner_id, Some(now));
        Ok(())
    }

    /// Refuses to make it private, or to make it one of the base without saying so.
    ///
    /// # Errors
    /// `use_convert_to_base` at `/is_private`.
    pub(super) fn stays_where_it_is(&self, before: &Self) -> Result<()> {
        let converted = self.contributed_at != before.contributed_at;
        match self.input.is_private == before.input.is_private || converted {
            true => Ok(()),
            false => Err(USE_CONVERT_TO_BASE.at("/is_private")),
        }
    }

    /// Takes a role from it.
    pub(super) fn withdraw(&mut self, role: PartyRole) {
        self.input.roles.retain(|one| *one != role);
    }
}

/// A rule for `validator`: what a browser can open.
fn web_address(text: &Line<500>) -> Result<(), ValidationError> {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    if matches!(scheme.as_deref(), Some("http" | "https")) && Cow::Borrowed(&**text).validate_url()
    {
        return Ok(());
    }
    Err(ValidationError::new("url").with_message("an http or https address".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::{input, problem::Place};
    use guanxi_storage::Resource as _;
    use serde_json::{Value as Json, json};

    fn read(extra: Json) -> Result<PartyInput> {
        let mut body = json!({ "kind": "organisation", "name": "上海宏图软件有限公司" });
        input::merge(&mut body, extra);
        input::read(body)
    }

    /// The place and the code of the only finding.
    fn finding(problem: &Problem) -> (Place, &'static str) {
        let [finding] = problem.errors() else { panic!("one finding: {problem}") };
        (finding.place.clone(), finding.code.code)
    }

    fn at(pointer: &str) -> Place {
        Place::Pointer(pointer.to_owned())
    }

    #[test]
    fn only_a_customer_is_a_customer() {
        let mut party: Party = testing::record(read(json!({ "roles": ["prospect"] })).unwrap());
        assert!(party.require_role(PartyRole::Customer).unwrap_err().is(&NOT_A_CUSTOMER));
        assert!(party.require_role(PartyRole::Dealer).unwrap_err().is(&LACKS_ROLE));
        party.give(PartyRole::Customer);
        party.give(PartyRole::Customer);
        assert!(party.require_role(PartyRole::Customer).is_ok());
        assert_eq!(party.input.roles, [PartyRole::Prospect, PartyRole::Customer]);
        party.withdraw(PartyRole::Customer);
        party.withdraw(PartyRole::Customer);
        assert_eq!(party.input.roles, [PartyRole::Prospect]);
    }

    #[test]
    fn d_32_a_private_contact_becomes_one_of_the_base_once_and_by_its_verb_only() {
        let now = DateTime::UNIX_EPOCH;
        let mut party: Party = testing::record(read(json!({ "is_private": true })).unwrap());
        let private = party.clone();
        party.input.is_private = false;
        assert!(party.stays_where_it_is(&private).unwrap_err().is(&USE_CONVERT_TO_BASE));
        party.input.is_private = true;
        party.convert_to_base(now).unwrap();
        assert_eq!((party.input.is_private, party.contributed_at), (false, Some(now)));
        assert!(party.stays_where_it_is(&private).is_ok());
        assert!(party.convert_to_base(now).unwrap_err().is(&NOT_PRIVATE));
        let ours = party.clone();
        party.input.is_private = true;
        assert!(party.stays_where_it_is(&ours).is_err());
    }

    #[test]
    fn wrong_fields_are_named() {
        let wrong = [
            (json!({ "website": "ftp://example.com" }), "/website", "invalid_format"),
            (json!({ "website": "example.com" }), "/website", "invalid_format"),
            (json!({ "founded_year": 999 }), "/founded_year", "out_of_range"),
            (json!({ "employees": -1 }), "/employees", "out_of_range"),
            (
                json!({ "annual_revenue": { "amount": "-0.01", "currency": "CNY" } }),
                "/annual_revenue",
                "out_of_range",
            ),
            (
                json!({ "emails": [{ "kind": "work", "address": "x" }] }),
                "/emails/0/address",
                "invalid_format",
            ),
            (json!({ "roles": ["friend"] }), "/roles/0", "unknown_value"),
            (json!({ "tags": vec!["x"; 51] }), "/tags", "too_long"),
            (
                json!({ "emails": vec![json!({ "kind": "work", "address": "a@b.cn" }); 21] }),
                "/emails",
                "too_long",
            ),
        ];
        for (extra, place, code) in wrong {
            let problem = read(extra).unwrap_err();
            assert_eq!(finding(&problem), (at(place), code), "{problem}");
        }
        assert!(
            read(
                json!({ "website": "HTTPS://例子.cn/关于", "founded_year": 1000, "employees": 0 })
            )
            .is_ok()
        );
    }

    #[test]
    fn lists_name_nothing_twice() {
        for (list, place) in [
            (json!({ "roles": ["customer", "customer"] }), "/roles/1"),
            (json!({ "tags": ["VIP", "ｖｉｐ"] }), "/tags/1"),
        ] {
            let problem = read(list).unwrap().settle("CN").unwrap_err();
            assert_eq!(finding(&problem), (at(place), "repeated"));
        }
    }

    #[test]
    fn settling_twice_is_settling_once() {
        let mut once: PartyInput = input::read(Party::example()).unwrap();
        once.settle("CN").unwrap();
        assert_eq!(&*once.phones[0].number, "+862168881234");
        let mut twice = once.clone();
        twice.settle("US").unwrap();
        assert_eq!(once, twice);
    }

    #[test]
    fn terms_are_what_filters_look_for() {
        let mut input: PartyInput = input::read(Party::example()).unwrap();
        input.settle("CN").unwrap();
        let terms = testing::record::<Party>(input).all_terms();
        let has =
            |field: &str, term: &str| terms.iter().any(|t| t.field == field && t.term == term);
        assert!(has("role", "customer") && has("phone", "+862168881234"));
        assert!(has("email", "sales@hongtu.example.com") && has("tag", "vip"));
        assert!(terms.iter().any(|t| t.field == "q" && t.term.starts_with("软件")));
    }
}
