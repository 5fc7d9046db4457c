//! A hand-over, its states, and the rules that need nothing but itself.

use crate::problems::HANDOVER_CLOSED;
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::rules::likely_date;
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Result, Share, Text, UserId, Word as _, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// Why somebody hands over what they have.
    pub enum HandoverReason {
        /// They have resigned.
        Resignation = "resignation" ("Resignation", "辞职"),
        /// They were dismissed.
        Dismissal = "dismissal" ("Dismissal", "辞退"),
        /// They retire.
        Retirement = "retirement" ("Retirement", "退休"),
        /// They get another post.
        Reassignment = "reassignment" ("Reassignment", "调岗"),
        /// They are away for long.
        Leave = "leave" ("Long leave", "长假"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

guanxi_kernel::words! {
    /// How far a hand-over has come.
    #[derive(Default)]
    pub enum HandoverStatus {
        /// Under way.
        #[default]
        Open = "open" ("Under way", "进行中"),
        /// Everything has changed hands.
        Completed = "completed" ("Completed", "已完成"),
        /// Given up; nothing has changed hands.
        Cancelled = "cancelled" ("Cancelled", "已取消"),
    }
}

guanxi_kernel::words! {
    /// What is done with a hand-over.
    pub enum HandoverMove {
        /// Its lines are brought up to date.
        Refresh = "refresh" ("Bring up to date", "刷新清单"),
        /// Somebody gets lines.
        Assign = "assign" ("Assign", "指定接收人"),
        /// The customers of lines are told.
        Notify = "notify" ("Tell the customer", "通知客户"),
        /// The supervisor has checked lines.
        Tick = "tick" ("Tick", "核对"),
        /// Everything changes hands.
        Complete = "complete" ("Complete", "完成移交"),
        /// It is given up.
        Cancel = "cancel" ("Cancel", "取消"),
    }
}

impl HandoverStatus {
    /// The moves that are possible from here: all of them as long as it is under way.
    pub fn moves(self) -> &'static [HandoverMove] {
        use HandoverMove::{Assign, Cancel, Complete, Notify, Refresh, Tick};
        match self {
            Self::Open => &[Refresh, Assign, Notify, Tick, Complete, Cancel],
            Self::Completed | Self::Cancelled => &[],
        }
    }

    /// Refuses to go on with what has ended.
    ///
    /// # Errors
    /// `handover_closed`.
    pub(super) fn require_open(self) -> Result<()> {
        match self {
            Self::Open => Ok(()),
            ended => Err(HANDOVER_CLOSED.with("status", ended.word())),
        }
    }
}

/// Names a hand-over.
pub type HandoverId = Id<Handover>;

type HandoverMeta = Meta<Handover>;

/// What callers write of a hand-over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct HandoverInput {
    /// Who hands over. It cannot be changed afterwards.
    #[field(zh = "移交人", filter, to = User)]
    pub from_user: UserId,
    /// Why.
    #[field(zh = "移交原因", filter)]
    pub reason: HandoverReason,
    /// Their last day.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "最后工作日")]
    pub last_day: NaiveDate,
    /// Who gets every new line, unless it is assigned to somebody else.
    #[serde(default)]
    #[field(zh = "默认接收人", filter, to = User)]
    pub default_to: Option<UserId>,
    /// From which probability on an open opportunity is critical. One that is expected to be decided
    /// within 14 days is in any case.
    #[serde(default = "seven_of_ten")]
    #[schema(default = "0.7000")]
    #[field(zh = "关键赢率")]
    pub critical_probability: Share,
    /// What else there is to know.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

fn seven_of_ten() -> Share {
    "0.7".parse().unwrap_or(Share::ONE)
}

/// What somebody who leaves has in their hands, on its way to others.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Handover {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = HandoverMeta)]
    pub meta: Meta<Handover>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: HandoverInput,
    /// Who hands over: those above them see it too.
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// How far it has come.
    #[field(zh = "状态", filter)]
    pub status: HandoverStatus,
    /// How many lines it has.
    #[field(zh = "移交项数")]
    pub lines: i64,
    /// How many of them are ticked.
    #[field(zh = "已核对项数")]
    pub ticked: i64,
    /// How many of them are critical.
    #[field(zh = "关键项数")]
    pub critical: i64,
    /// How many critical ones there are whose customer has not been told.
    #[field(zh = "未通知关键项数")]
    pub unnotified: i64,
    /// When it was completed or cancelled.
    #[field(zh = "结束时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Why it was cancelled, if it was.
    #[field(zh = "取消原因")]
    pub cancel_reason: Option<Text<1000>>,
}

/// The resource of hand-overs.
pub static HANDOVER: Kind = Kind::new::<Handover>(
    "handover",
    "handovers",
    "handovers",
    Visibility::Owner,
    Texts { en: "Hand-over", zh: "离职移交" },
)
.succeeded(Succession::Never)
.also(&["refreshed", "assigned", "notified", "ticked", "completed", "cancelled"]);

/// How many lines there are, and of which sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) lines: i64,
    pub(super) ticked: i64,
    pub(super) critical: i64,
    pub(super) unnotified: i64,
}

impl Handover {
    /// Says how many lines there are.
    pub(super) fn count(&mut self, counts: Counts) {
        let Counts { lines, ticked, critical, unnotified } = counts;
        (self.lines, self.ticked) = (lines, ticked);
        (self.critical, self.unnotified) = (critical, unnotified);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_goes_no_further() {
        assert!(HandoverStatus::Open.require_open().is_ok());
        for ended in [HandoverStatus::Completed, HandoverStatus::Cancelled] {
            assert!(
                ended.require_open().unwrap_err().is(&HANDOVER_CLOSED) && ended.moves().is_empty()
            );
        }
        assert_eq!(seven_of_ten().to_string(), "0.7000");
        assert_eq!(HandoverStatus::Open.moves(), HandoverMove::ALL);
    }
}
