//! A cause as a row.

use chrono::{DateTime, Utc};
use guanxi_identity::{org_units::OrgUnit, users::User};
use guanxi_kernel::{Id, OrgUnitId, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What can be missed.
    pub enum MissedItem {
        /// A task.
        Task = "task" ("Task", "待办"),
        /// A step of a roll-out.
        RolloutStep = "rollout_step" ("Roll-out step", "实施步骤"),
    }
}

guanxi_kernel::words! {
    /// Of which class the cause is.
    pub enum CauseClass {
        /// What is to be done is not laid down, or wrongly.
        Rules = "rules" ("Rules", "规则"),
        /// Somebody did not want to.
        Attitude = "attitude" ("Attitude", "态度"),
        /// Somebody did not know how to.
        Skill = "skill" ("Skill", "技能"),
        /// What it takes was not there.
        Tools = "tools" ("Tools", "工具"),
    }
}

/// Names a cause.
pub type RootCauseId = Id<RootCause>;

type RootCauseMeta = Meta<RootCause>;

/// What callers write of a cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct RootCauseInput {
    /// What sort of thing was missed. It stays.
    #[field(zh = "事项类型")]
    pub subject_type: MissedItem,
    /// The task or the step. It stays.
    #[field(zh = "事项", filter)]
    pub subject_id: Uuid,
    /// Of which class the cause is; each is said of an item once.
    #[field(zh = "原因类别", filter)]
    pub class: CauseClass,
    /// What exactly.
    #[serde(default)]
    #[field(zh = "说明")]
    pub note: Option<Text<2000>>,
}

/// Why something was missed.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct RootCause {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = RootCauseMeta)]
    pub meta: Meta<RootCause>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: RootCauseInput,
    /// Whose it was.
    #[field(zh = "责任人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// In which unit they were then.
    #[field(zh = "所属组织", filter, to = OrgUnit)]
    pub org_unit_id: Option<OrgUnitId>,
}

/// The resource of causes.
pub static ROOT_CAUSE: Kind = Kind::new::<RootCause>(
    "root_cause",
    "root-causes",
    "root_causes",
    Visibility::Owner,
    Texts { en: "Root cause", zh: "执行不力原因" },
)
.succeeded(Succession::Never);

/// What is known of something that may have been missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Item {
    /// Whose it is.
    pub(super) owner_id: UserId,
    /// In which unit they are.
    pub(super) org_unit_id: Option<OrgUnitId>,
    /// By when it was due.
    pub(super) due_at: Option<DateTime<Utc>>,
    /// When it was done.
    pub(super) closed_at: Option<DateTime<Utc>>,
    /// Whether it was put off to a later day.
    pub(super) put_off: bool,
}

impl Item {
    /// Whether it is overdue, was done late, or was put off.
    pub(super) fn was_missed(self, now: DateTime<Utc>) -> bool {
        self.put_off || self.due_at.is_some_and(|due| due < self.closed_at.unwrap_or(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_115_what_is_late_or_put_off_was_missed() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().ok();
        let item = |due: &str, closed: &str, put_off| Item {
            owner_id: Uuid::nil().into(),
            org_unit_id: None,
            due_at: at(due),
            closed_at: at(closed),
            put_off,
        };
        let now = DateTime::UNIX_EPOCH + chrono::TimeDelta::days(10);
        let (early, late) = ("1970-01-05T00:00:00Z", "1970-01-20T00:00:00Z");
        assert!(item(early, "", false).was_missed(now), "overdue");
        assert!(item(early, "1970-01-06T00:00:00Z", false).was_missed(now), "done late");
        assert!(item(late, "", true).was_missed(now), "put off");
        assert!(!item(early, "1970-01-04T00:00:00Z", false).was_missed(now));
        assert!(!item(late, "", false).was_missed(now));
        assert!(!item("", "", false).was_missed(now), "never due");
    }
}
