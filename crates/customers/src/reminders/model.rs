//! A reminder and its moves. Pure.

use super::{ReminderKind, ReminderRule, ReminderRuleId};
use crate::{
    assets::{Asset, AssetId},
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
    problems::REMINDER_CLOSED,
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Result, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// How a reminder stands.
    #[derive(Default)]
    pub enum ReminderStatus {
        /// Its day is still to come.
        #[default]
        Planned = "planned" ("Planned", "已计划"),
        /// Somebody has it as a task.
        Told = "told" ("Told", "已提醒"),
        /// It was followed.
        Done = "done" ("Done", "已完成"),
        /// Somebody has decided against it.
        Skipped = "skipped" ("Skipped", "已跳过"),
        /// What it reminds of has happened before, or will not any more.
        Superseded = "superseded" ("Superseded", "已失效"),
    }
}

/// Names a reminder.
pub type ReminderId = Id<Reminder>;

type ReminderMeta = Meta<Reminder>;

/// What a reminder is about. Nobody writes it: it is planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ReminderInput {
    /// The rule that it follows from.
    #[field(zh = "提醒规则", filter, to = ReminderRule)]
    pub rule_id: ReminderRuleId,
    /// The party.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// The asset, if it is about one.
    #[serde(default)]
    #[field(zh = "资产", filter, to = Asset)]
    pub asset_id: Option<AssetId>,
    /// The contact, if it is about one.
    #[serde(default)]
    #[field(zh = "联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// The day of the service, the last day of the insurance, the birthday, the festival, or the day on which the
    /// asset was bought.
    #[field(zh = "事项日期", filter)]
    pub occasion_on: NaiveDate,
    /// The day on which somebody is told.
    #[field(zh = "提醒日期", filter, sort)]
    pub remind_on: NaiveDate,
}

/// Somebody is to be told of something in time.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Reminder {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ReminderMeta)]
    pub meta: Meta<Reminder>,
    /// What it is about.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ReminderInput,
    /// What it reminds of.
    #[field(zh = "提醒类型", filter)]
    pub kind: ReminderKind,
    /// What the asset or the contact is called.
    #[field(zh = "事项对象")]
    pub about: Option<Line<200>>,
    /// Who is told; nobody while nobody looks after the party.
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// How it stands.
    #[field(zh = "状态", filter)]
    pub status: ReminderStatus,
    /// Why it was skipped, or what came of it.
    #[field(zh = "原因/结果")]
    pub reason: Option<Text<4000>>,
    /// When it was over.
    #[field(zh = "结束时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Who has ended it.
    #[field(zh = "结束人")]
    pub closed_by: Option<UserId>,
    /// The asset or the contact.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) subject_id: Option<Uuid>,
    /// What tells this occasion from the others of the rule and the record.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) occasion: String,
    /// Which of the days of the rule it is.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) days_before: i64,
    /// When it is told at the earliest.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) due_at: Option<DateTime<Utc>>,
}

/// The resource of reminders.
pub static REMINDER: Kind = Kind::new::<Reminder>(
    "reminder",
    "reminders",
    "reminders",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Reminder", zh: "提醒" },
)
.succeeded(Succession::While(&["planned", "told"]))
.also(&["told", "completed", "skipped", "superseded"]);

/// A reminder was followed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "result": "客户预约周六上午进店" })))]
pub struct CompleteReminder {
    /// What came of it.
    #[serde(default)]
    pub result: Option<Text<4000>>,
}

/// A reminder is not followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "客户已在外地保养" })))]
pub struct SkipReminder {
    /// Why.
    pub reason: Text<4000>,
}

impl Reminder {
    /// Whether something is still to be done about it.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.status, ReminderStatus::Planned | ReminderStatus::Told)
    }

    /// Refuses what is over.
    ///
    /// # Errors
    /// `reminder_closed`.
    pub(super) fn open(&self) -> Result<()> {
        if self.is_open() { Ok(()) } else { Err(REMINDER_CLOSED.problem()) }
    }

    /// Ends it.
    ///
    /// # Errors
    /// `reminder_closed`.
    pub(super) fn close(
        &mut self,
        status: ReminderStatus,
        reason: Option<Text<4000>>,
        (now, by): (DateTime<Utc>, UserId),
    ) -> Result<()> {
        self.open()?;
        (self.status, self.reason) = (status, reason);
        (self.closed_at, self.closed_by) = (Some(now), Some(by));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;

    #[test]
    fn what_is_over_stays_so() {
        let mut one: Reminder = testing::record(input::read(Reminder::example()).unwrap());
        let by = (DateTime::UNIX_EPOCH, uuid::Uuid::nil().into());
        one.status = ReminderStatus::Told;
        one.close(ReminderStatus::Done, None, by).unwrap();
        for status in [ReminderStatus::Skipped, ReminderStatus::Done] {
            assert!(one.close(status, None, by).unwrap_err().is(&REMINDER_CLOSED));
        }
        assert_eq!((one.status, one.closed_at), (ReminderStatus::Done, Some(by.0)));
    }
}
