//! What callers ask for.

use super::line::{HandoverLineId, NoticeChannel};
use chrono::{DateTime, Utc};
use guanxi_customers::{parties::PartyId, rules::likely_instant};
use guanxi_kernel::{Line, Text, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Which lines of a hand-over are meant: those that are all of this; all of them if nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HandoverLineSelection)]
pub struct LineSelection {
    /// These lines; each must be one of the hand-over.
    #[serde(default)]
    #[validate(length(max = 500))]
    #[schema(max_items = 500)]
    pub ids: Vec<HandoverLineId>,
    /// Those of records of this kind.
    #[serde(default)]
    pub record_type: Option<Line<60>>,
    /// Those about this party.
    #[serde(default)]
    pub party_id: Option<PartyId>,
    /// Those that somebody gets.
    #[serde(default)]
    pub to_user: Option<UserId>,
    /// Those that are critical, or are not.
    #[serde(default)]
    pub critical: Option<bool>,
    /// Those with a joint visit, or without.
    #[serde(default)]
    pub joint: Option<bool>,
}

/// Says who gets lines, and whether both meet the customer together. A line that changes by it loses its
/// tick; with another recipient also what the customer was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssignHandoverLines, examples(json!({ "lines": { "record_type": "opportunity" },
    "to_user": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77", "joint": true })))]
pub struct AssignLines {
    /// Which lines.
    #[validate(nested)]
    pub lines: LineSelection,
    /// Who gets them; who does already when absent.
    #[serde(default)]
    pub to_user: Option<UserId>,
    /// Whether both meet the customer together; as it is when absent. A critical line stays joint.
    #[serde(default)]
    pub joint: Option<bool>,
}

/// Says that the customers of lines were told who is responsible from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotifyHandoverLines, examples(json!({ "lines": { "critical": true }, "channel": "call" })))]
pub struct NotifyLines {
    /// Which lines.
    #[validate(nested)]
    pub lines: LineSelection,
    /// How they were told.
    pub channel: NoticeChannel,
    /// When; now when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    pub at: Option<DateTime<Utc>>,
}

/// Says that a supervisor has checked lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TickHandoverLines, examples(json!({ "lines": { "record_type": "party" } })))]
pub struct TickLines {
    /// Which lines.
    #[validate(nested)]
    pub lines: LineSelection,
}

/// Gives a hand-over up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "员工决定留任" })))]
pub struct CancelHandover {
    /// Why.
    pub reason: Text<1000>,
}
