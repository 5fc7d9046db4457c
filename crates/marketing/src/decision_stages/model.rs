//! The stage of somebody as a row.

use chrono::{DateTime, Utc};
use guanxi_customers::{
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
};
use guanxi_kernel::{Id, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// How far somebody has come in their decision.
    pub enum DecisionStageName {
        /// They may come to want something.
        Prospect = "prospect" ("Prospect", "潜在客户"),
        /// They are told about it, and ask.
        PreSale = "pre_sale" ("Pre-sale", "售前"),
        /// They are about to buy.
        InSale = "in_sale" ("In sale", "售中"),
        /// They have bought, and are to stay and buy more.
        GrowthAndRetention = "growth_and_retention" ("Growth and retention", "成长与保持"),
    }
}

/// Names the stage of somebody.
pub type DecisionStageId = Id<DecisionStage>;

type DecisionStageMeta = Meta<DecisionStage>;

/// What callers write of the stage of somebody. Whose it is stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct DecisionStageInput {
    /// The party.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// The person there; the party as such when absent.
    #[serde(default)]
    #[field(zh = "联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// The stage.
    #[field(zh = "决策阶段", filter)]
    pub stage: DecisionStageName,
    /// What shows it.
    #[serde(default)]
    #[field(zh = "依据")]
    pub note: Option<Text<1000>>,
}

/// How far somebody has come in their decision.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct DecisionStage {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = DecisionStageMeta)]
    pub meta: Meta<DecisionStage>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: DecisionStageInput,
    /// Since when they are in the stage.
    #[field(zh = "进入阶段时间")]
    pub entered_at: DateTime<Utc>,
    /// Whose it is, as one text.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) person: String,
}

/// The resource of the stages of people.
pub static DECISION_STAGE: Kind = Kind::new::<DecisionStage>(
    "decision_stage",
    "decision-stages",
    "decision_stages",
    Visibility::Parent { column: "party_id", table: "parties", shared: None },
    Texts { en: "Decision stage", zh: "决策阶段" },
);
