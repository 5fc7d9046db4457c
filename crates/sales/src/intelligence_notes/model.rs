//! An intelligence note. Pure.

use crate::{
    leads::{Lead, LeadId, LeadInput, LeadSource},
    problems::NOTE_CONVERTED,
    products::{Product, ProductId},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{
    contact_points::{Email, Phone, settle_emails, settle_phones},
    parties::{Party, PartyId, PartyKind},
    rules::likely_date,
};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Id, Line, Problem, Result, Text, UserId,
    problem::{REQUIRED, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names an intelligence note.
pub type IntelligenceNoteId = Id<IntelligenceNote>;

type IntelligenceNoteMeta = Meta<IntelligenceNote>;

/// What callers write of an intelligence note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct IntelligenceNoteInput {
    /// Organisation or person.
    #[field(zh = "类型", filter)]
    pub kind: PartyKind,
    /// Who may buy.
    #[field(zh = "名称", filter)]
    pub name: Line<200>,
    /// Their phone numbers, each once.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "电话", json, terms = "phone")]
    pub phones: Vec<Phone>,
    /// Their e-mail addresses, each once.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "邮箱", json, terms = "email")]
    pub emails: Vec<Email>,
    /// The product that they may buy; this or `wanted`.
    #[serde(default)]
    #[field(zh = "意向产品", filter, to = Product)]
    pub product_id: Option<ProductId>,
    /// What they may buy, as it was told.
    #[serde(default)]
    #[field(zh = "意向车型/产品说明")]
    pub wanted: Option<Line<200>>,
    /// When.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "预计购买日期", filter)]
    pub expected_purchase_on: Option<NaiveDate>,
    /// Who has told of it; this or `informant_party_id`.
    #[serde(default)]
    #[field(zh = "情报提供人")]
    pub informant: Option<Line<200>>,
    /// The party that has told of it.
    #[serde(default)]
    #[field(zh = "情报提供方", filter, to = Party)]
    pub informant_party_id: Option<PartyId>,
    /// Who follows it up; the acting user when a new note names none.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// Somebody was heard of who may buy.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct IntelligenceNote {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = IntelligenceNoteMeta)]
    pub meta: Meta<IntelligenceNote>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: IntelligenceNoteInput,
    /// The lead that it became. Lists with `lead_id=null` hold what is to be followed up.
    #[field(zh = "转化线索", filter, to = Lead)]
    pub lead_id: Option<LeadId>,
    /// When.
    #[field(zh = "转化时间")]
    pub converted_at: Option<DateTime<Utc>>,
}

/// The resource of intelligence notes.
pub static INTELLIGENCE_NOTE: Kind = Kind::new::<IntelligenceNote>(
    "intelligence_note",
    "intelligence-notes",
    "intelligence_notes",
    Visibility::Owner,
    Texts { en: "Intelligence note", zh: "购买情报" },
)
.searched(&["name"])
.also(&["converted"]);

impl IntelligenceNoteInput {
    /// Brings what was written into the one form that is kept, for a tenant of `country`.
    ///
    /// # Errors
    /// `validation_failed` where nobody can tell what is wanted or who has told it, for a phone number that is none,
    /// and for an entry that is there twice.
    pub(super) fn settle(&mut self, country: &str) -> Result<()> {
        let mut findings = Vec::new();
        settle_phones(&mut self.phones, country, &mut findings);
        settle_emails(&self.emails, &mut findings);
        if self.product_id.is_none() && self.wanted.is_none() {
            findings.push(REQUIRED.field("/wanted"));
        }
        if self.informant.is_none() && self.informant_party_id.is_none() {
            findings.push(REQUIRED.field("/informant"));
        }
        Problem::collect(findings)
    }

    /// The lead that it becomes.
    pub(super) fn lead(&self) -> LeadInput {
        let told = self.wanted.as_deref().into_iter().chain(self.note.as_deref());
        let told = told.collect::<Vec<&str>>().join("\n");
        LeadInput {
            kind: self.kind,
            name: self.name.clone(),
            company_name: None,
            job_title: None,
            phones: self.phones.clone(),
            emails: self.emails.clone(),
            addresses: Vec::new(),
            source: LeadSource::Referral,
            source_code: None,
            campaign_id: None,
            level_id: None,
            grade: None,
            owner_id: self.owner_id,
            pool_id: None,
            party_id: None,
            product_ids: self.product_id.into_iter().collect(),
            budget: None,
            expected_purchase_on: self.expected_purchase_on,
            next_visit_on: None,
            // Both together may be longer than a note is.
            note: Text::new(&told.chars().take(4000).collect::<String>()).ok(),
        }
    }
}

impl IntelligenceNote {
    /// Refuses what has become a lead.
    ///
    /// # Errors
    /// `note_converted` with the lead.
    pub(super) fn open(&self) -> Result<()> {
        match self.lead_id {
            None => Ok(()),
            Some(lead) => Err(NOTE_CONVERTED.with("lead_id", lead.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::input;
    use serde_json::{Value as Json, json};

    fn read(more: Json) -> IntelligenceNoteInput {
        let mut body = json!({ "kind": "person", "name": "周敏" });
        input::merge(&mut body, more);
        input::read(body).unwrap()
    }

    #[test]
    fn d_61_a_note_says_who_what_and_from_whom() {
        let mut bare = read(json!({ "phones": [{ "kind": "mobile", "number": "13800138000" }] }));
        assert_eq!(bare.settle("CN").unwrap_err().errors().len(), 2);
        let mut whole = read(json!({ "wanted": "SUV 2.0T", "informant": "修理厂李师傅",
            "expected_purchase_on": "2026-03-01", "note": "现车 8 年" }));
        whole.settle("CN").unwrap();
        let lead = whole.lead();
        assert_eq!(lead.expected_purchase_on, whole.expected_purchase_on);
        assert_eq!(lead.note.as_deref(), Some("SUV 2.0T\n现车 8 年"));
        assert_eq!(lead.source, LeadSource::Referral);
    }
}
