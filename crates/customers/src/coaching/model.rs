//! A note of a manager.

use crate::activities::ActivityId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Id, Text, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a note.
pub type CoachingNoteId = Id<CoachingNote>;

/// What a manager says to somebody about an activity of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoachingNote {
    /// Names the note.
    pub id: CoachingNoteId,
    /// The activity that it is about.
    pub activity_id: ActivityId,
    /// Whose activity that was when the note was written: the one who is spoken to.
    pub rep_id: UserId,
    /// Who has written it.
    pub author_id: UserId,
    /// What it says.
    pub text: Text<4000>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When the one who is spoken to has acknowledged it; `null` until then.
    #[schema(required)]
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// What they have answered.
    #[schema(required)]
    pub acknowledgement: Option<Text<1000>>,
}

/// What a manager writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "text": "先问预算再报价 / ask for the budget before you quote" })))]
pub struct WriteNote {
    /// What it says.
    pub text: Text<4000>,
}

/// What the one who is spoken to answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "comment": "明白,下次先问预算" })))]
pub struct AcknowledgeNote {
    /// An answer.
    #[serde(default)]
    pub comment: Option<Text<1000>>,
}
