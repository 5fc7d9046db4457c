//! A consent as a row, and what the words of a person and of their party come to together.

use super::store::Word;
use crate::media::MediumKind;
use chrono::{DateTime, Utc};
use guanxi_customers::{
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
    rules::likely_instant,
};
use guanxi_kernel::{Id, Line, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What somebody has said.
    pub enum ConsentState {
        /// They agree.
        Granted = "granted" ("Granted", "已同意"),
        /// They do not, or not any more.
        Withdrawn = "withdrawn" ("Withdrawn", "已撤回"),
    }
}

/// Names a consent.
pub type ConsentId = Id<Consent>;

type ConsentMeta = Meta<Consent>;

/// What callers write of a consent. Whose it is, by which medium and for what stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ConsentInput {
    /// The party.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// The person there; the party as such, and all of its people, when absent.
    #[serde(default)]
    #[field(zh = "联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// By which sort of medium.
    #[field(zh = "媒介类型", filter)]
    pub medium: MediumKind,
    /// For what, in a word of the company, e.g. `newsletter`.
    #[field(zh = "用途", filter)]
    pub purpose: Line<60>,
    /// What they have said.
    #[field(zh = "同意状态", filter)]
    pub state: ConsentState,
    /// When; now when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "表态时间", filter)]
    pub said_at: Option<DateTime<Utc>>,
    /// How that is known: where the form is, who was there.
    #[serde(default)]
    #[field(zh = "凭证")]
    pub proof: Option<Text<1000>>,
    /// How many messages they want in the period at most; any number when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    #[field(zh = "期间最多条数")]
    pub max_messages: Option<i64>,
    /// The period in days, back from the moment of sending; 7 when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 366))]
    #[schema(minimum = 1, maximum = 366)]
    #[field(zh = "期间天数")]
    pub period_days: Option<i64>,
}

/// A word of somebody on being written to.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Consent {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ConsentMeta)]
    pub meta: Meta<Consent>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ConsentInput,
    /// Whose it is, as one text.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) person: String,
}

/// The resource of consents.
pub static CONSENT: Kind = Kind::new::<Consent>(
    "consent",
    "consents",
    "consents",
    Visibility::Parent { column: "party_id", table: "parties", shared: None },
    Texts { en: "Consent", zh: "营销同意" },
);

/// A contact, or a party as such, as one text.
pub(crate) fn person(party: PartyId, contact: Option<ContactId>) -> String {
    match contact {
        Some(contact) => format!("contact:{contact}"),
        None => format!("party:{party}"),
    }
}

/// What somebody may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leave {
    /// They, or their party for all of its people, want no more of it.
    Withdrawn,
    /// Nobody has said anything.
    Unsaid,
    /// So much: messages and days, if there is a bound.
    Granted(Option<(i64, i64)>),
}

/// The days of a period where none are said.
pub(crate) const WEEK: i64 = 7;

/// What the words of a person and of their party come to: one that was withdrawn counts whatever the others
/// are, and the bound is the person's own before that of the party.
pub(crate) fn word_of(own: &[&Word], partys: &[&Word]) -> Leave {
    let mut words = own.iter().chain(partys);
    if own.is_empty() && partys.is_empty() {
        return Leave::Unsaid;
    }
    if words.clone().any(|word| word.state == ConsentState::Withdrawn) {
        return Leave::Withdrawn;
    }
    let bound = |word: &&Word| Some((word.max_messages?, word.period_days.unwrap_or(WEEK)));
    Leave::Granted(words.find_map(bound))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn word(state: ConsentState, bound: Option<(i64, Option<i64>)>) -> Word {
        Word {
            party_id: Uuid::nil().into(),
            contact_id: None,
            state,
            max_messages: bound.map(|(most, _)| most),
            period_days: bound.and_then(|(_, days)| days),
        }
    }

    #[test]
    fn x_16_one_word_that_was_withdrawn_counts() {
        let (yes, no) = (word(ConsentState::Granted, None), word(ConsentState::Withdrawn, None));
        assert_eq!(word_of(&[], &[]), Leave::Unsaid);
        assert_eq!(word_of(&[&yes], &[]), Leave::Granted(None));
        assert_eq!(word_of(&[], &[&yes]), Leave::Granted(None));
        assert_eq!(word_of(&[&yes], &[&no]), Leave::Withdrawn);
        assert_eq!(word_of(&[&no], &[&yes]), Leave::Withdrawn);
        assert_eq!(word_of(&[&yes, &no], &[]), Leave::Withdrawn, "two who became one");
    }

    #[test]
    fn x_23_the_own_bound_comes_first_and_a_period_is_a_week() {
        let own = word(ConsentState::Granted, Some((2, None)));
        let partys = word(ConsentState::Granted, Some((9, Some(30))));
        let free = word(ConsentState::Granted, None);
        assert_eq!(word_of(&[&own], &[&partys]), Leave::Granted(Some((2, 7))));
        assert_eq!(word_of(&[&free], &[&partys]), Leave::Granted(Some((9, 30))));
    }
}
