//! A standard and its criteria. Pure.

use crate::problems::STANDARD_PUBLISHED;
use chrono::{DateTime, Utc};
use guanxi_customers::rules::repeated;
use guanxi_identity::users::User;
use guanxi_kernel::{
    Id, Line, Result, Text, UserId, Word as _,
    problem::{FieldError, INVALID_FORMAT, OUT_OF_RANGE, REQUIRED, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// How far a standard has come.
    #[derive(Default)]
    pub enum QualificationStandardStatus {
        /// Nobody is judged by it yet.
        #[default]
        Draft = "draft" ("Draft", "草稿"),
        /// Leads are judged by it.
        InForce = "in_force" ("In force", "生效中"),
        /// Another one has taken its place.
        Replaced = "replaced" ("Replaced", "已被取代"),
    }
}

/// Names a standard.
pub type QualificationStandardId = Id<QualificationStandard>;

type QualificationStandardMeta = Meta<QualificationStandard>;

/// Something that a lead must be, or that somebody must have found out about it: a condition or a
/// question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QualificationCriterion {
    /// What answers and refusals call it, e.g. `budget_known`: small letters, digits and `_`. It is meant
    /// to stay the same from edition to edition.
    pub key: Line<40>,
    /// What people call it.
    pub label: Line<200>,
    /// What it is called in Chinese.
    #[serde(default)]
    pub label_zh: Option<Line<200>>,
    /// Whether a lead that does not meet it is not handed over; otherwise that is only told.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    pub compulsory: bool,
    /// A condition on the fields of the lead, in the language of `filter=`, e.g.
    /// `budget >= "100000.00 CNY" AND phone:*`.
    #[serde(default)]
    pub condition: Option<Line<1000>>,
    /// A question that whoever hands the lead over answers with yes.
    #[serde(default)]
    pub question: Option<Line<500>>,
}

/// What callers write of a standard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct QualificationStandardInput {
    /// What it is called.
    #[field(zh = "名称", filter)]
    pub name: Line<200>,
    /// What a lead must be, in order.
    #[validate(length(min = 1, max = 30))]
    #[schema(min_items = 1, max_items = 30)]
    #[field(zh = "标准条目", json)]
    pub criteria: Vec<QualificationCriterion>,
    /// Within how many hours field sales says whether it accepts a lead.
    #[validate(range(min = 1, max = 8_760))]
    #[schema(minimum = 1, maximum = 8_760)]
    #[field(zh = "接收时限(小时)")]
    pub accept_within_hours: i64,
    /// Within how many days after the hand-over there is a result.
    #[validate(range(min = 1, max = 3_650))]
    #[schema(minimum = 1, maximum = 3_650)]
    #[field(zh = "结果时限(天)")]
    pub result_within_days: i64,
    /// What else there is to know.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<2000>>,
}

/// Which leads field sales accepts as ripe.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct QualificationStandard {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = QualificationStandardMeta)]
    pub meta: Meta<QualificationStandard>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: QualificationStandardInput,
    /// How far it has come.
    #[field(zh = "状态", filter)]
    pub status: QualificationStandardStatus,
    /// Which edition of the standard it is, from 1 on; 0 as long as it is a draft.
    #[field(zh = "版次")]
    pub edition: i64,
    /// When it was published.
    #[field(zh = "发布时间", filter)]
    pub published_at: Option<DateTime<Utc>>,
    /// By whom.
    #[field(zh = "发布人", to = User)]
    pub published_by: Option<UserId>,
    /// When another one took its place.
    #[field(zh = "取代时间")]
    pub replaced_at: Option<DateTime<Utc>>,
}

/// The resource of standards.
pub static QUALIFICATION_STANDARD: Kind = Kind::new::<QualificationStandard>(
    "qualification_standard",
    "qualification-standards",
    "qualification_standards",
    Visibility::Tenant,
    Texts { en: "Qualification standard", zh: "潜在客户标准" },
)
.searched(&["name"])
.known_by(&["name"])
.also(&["published", "replaced"]);

impl QualificationStandard {
    /// Refuses to change what leads are or were judged by.
    ///
    /// # Errors
    /// `standard_published`.
    pub(super) fn require_draft(&self) -> Result<()> {
        match self.status {
            QualificationStandardStatus::Draft => Ok(()),
            status => Err(STANDARD_PUBLISHED.with("status", status.word())),
        }
    }
}

/// What is wrong with criteria by themselves: the keys, and that each is a condition or a question.
pub(super) fn findings(criteria: &[QualificationCriterion]) -> Vec<FieldError> {
    let mut found = repeated(criteria, "/criteria", |one| one.key.to_string());
    for (at, one) in criteria.iter().enumerate() {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !one.key.chars().all(plain) {
            let finding = INVALID_FORMAT.field(format!("/criteria/{at}/key"));
            found.push(finding.with("expected", "small letters, digits and _"));
        }
        match (&one.condition, &one.question) {
            (None, None) => found.push(REQUIRED.field(format!("/criteria/{at}/condition"))),
            (Some(_), Some(_)) => {
                let finding = OUT_OF_RANGE.field(format!("/criteria/{at}/question"));
                found.push(finding.with("expected", "a condition or a question, not both"));
            }
            _ => {}
        }
    }
    found
}

/// The places of criteria that are not met: conditions that do not hold, and questions whose answer is
/// not yes.
pub(super) fn unmet(
    criteria: &[QualificationCriterion],
    holding: &[usize],
    answers: &BTreeMap<String, bool>,
) -> Vec<usize> {
    let met = |(at, one): (usize, &QualificationCriterion)| match one.question {
        Some(_) => answers.get(&*one.key) == Some(&true),
        None => holding.contains(&at),
    };
    (0..criteria.len()).filter(|at| !met((*at, &criteria[*at]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::problem::Place;
    use serde_json::{Value as Json, json};

    fn criteria(all: Json) -> Vec<QualificationCriterion> {
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn x_40_a_criterion_is_a_condition_or_a_question_under_a_key_of_its_own() {
        let found = findings(&criteria(json!([
            { "key": "budget", "label": "Budget", "condition": "budget:*" },
            { "key": "budget", "label": "Again", "question": "Is there one?" },
            { "key": "Ripe?", "label": "Ripe", "question": "Is it?" },
            { "key": "both", "label": "Both", "condition": "phone:*", "question": "Phone?" },
            { "key": "none", "label": "None" },
        ])));
        let places: Vec<String> = found
            .into_iter()
            .map(|finding| match finding.place {
                Place::Pointer(place) | Place::Parameter(place) => place,
            })
            .collect();
        let expected =
            ["/criteria/1", "/criteria/2/key", "/criteria/3/question", "/criteria/4/condition"];
        assert_eq!(places, expected);
    }

    #[test]
    fn x_71_what_does_not_hold_and_what_is_not_answered_with_yes_is_unmet() {
        let all = criteria(json!([
            { "key": "budget", "label": "Budget", "condition": "budget:*" },
            { "key": "phone", "label": "Phone", "condition": "phone:*" },
            { "key": "ripe", "label": "Ripe", "question": "Is it?" },
            { "key": "when", "label": "When", "question": "Soon?" },
        ]));
        let answers = BTreeMap::from([("ripe".to_owned(), true), ("when".to_owned(), false)]);
        assert_eq!(unmet(&all, &[1], &answers), [0, 3]);
        assert_eq!(unmet(&all, &[0, 1], &BTreeMap::new()), [2, 3]);
    }
}
