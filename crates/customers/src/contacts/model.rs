//! A contact and the rules that need nothing but itself.

use crate::{
    contact_points::{Email, Phone, settle_emails, settle_phones},
    departments::{Department, DepartmentId},
    parties::{Party, PartyId},
    rules::{likely_date, repeated},
};
use chrono::NaiveDate;
use guanxi_kernel::{Id, Line, Problem, Result, Text, problem::Texts, text::fold};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a contact.
pub type ContactId = Id<Contact>;

type ContactMeta = Meta<Contact>;

/// What callers write of a contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    /// The party that the person works for.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// The department, of the same party.
    #[serde(default)]
    #[field(zh = "部门", filter, to = Department)]
    pub department_id: Option<DepartmentId>,
    /// The name.
    #[field(zh = "姓名", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// What it says on the card.
    #[serde(default)]
    #[field(zh = "职务")]
    pub job_title: Option<Line<100>>,
    /// The phone numbers, each once.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "电话", json, terms = "phone")]
    pub phones: Vec<Phone>,
    /// The e-mail addresses, each once.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "邮箱", json, terms = "email")]
    pub emails: Vec<Email>,
    /// Words to group contacts by, each once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "标签", json, terms = "tag")]
    pub tags: Vec<Line<40>>,
    /// Whether it is the one to turn to first; a party has at most one.
    #[serde(default)]
    #[field(zh = "首要联系人", filter)]
    pub is_primary: bool,
    /// The day of birth, of which somebody can be reminded.
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
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// A person at a party.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Contact {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ContactMeta)]
    pub meta: Meta<Contact>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ContactInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub name_folded: String,
    /// The same by pinyin.
    #[serde(skip)]
    #[field(hidden)]
    pub name_pinyin: String,
}

/// The resource of contacts.
pub static CONTACT: Kind = Kind::new::<Contact>(
    "contact",
    "contacts",
    "contacts",
    Visibility::Parent { column: "party_id", table: "parties", shared: None },
    Texts { en: "Contact", zh: "联系人" },
)
.searched(&["name"])
.known_by(&["name"])
.also(&["merged", "absorbed", "parted", "erased"]);

impl ContactInput {
    /// Brings what was written into the one form that is kept, for a tenant of `country`.
    ///
    /// # Errors
    /// Names each phone number that is none, and each entry of a list that is there twice.
    pub(super) fn settle(&mut self, country: &str) -> Result<()> {
        let mut findings = Vec::new();
        settle_phones(&mut self.phones, country, &mut findings);
        settle_emails(&self.emails, &mut findings);
        findings.extend(repeated(&self.tags, "/tags", |tag| fold(tag)));
        Problem::collect(findings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::input;
    use serde_json::json;

    #[test]
    fn every_repeated_entry_is_named() {
        let phone = json!({ "kind": "mobile", "number": "13800138000" });
        let email = json!({ "kind": "work", "address": "li.na@example.com" });
        let mut input: ContactInput = input::read(json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "name": "李娜",
            "phones": [phone, phone],
            "emails": [email, email],
            "tags": ["KOL", "kol"],
        }))
        .unwrap();
        let problem = input.settle("CN").unwrap_err();
        assert_eq!(problem.errors().len(), 3);
    }
}
