//! An activity, its states, and the rules that need nothing but itself.

use super::{Expense, subject};
use crate::{
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
    problems::{ACTIVITY_CLOSED, ACTIVITY_OPEN},
    rules::{likely_date, likely_instant, repeated, whole_micros},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Code, Id, Line, Problem, Result, Text, UserId, Word as _, moves, problem::Texts,
};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// The way in which people met.
    pub enum ActivityKind {
        /// At the party's place.
        Visit = "visit" ("Visit", "拜访"),
        /// By phone.
        Call = "call" ("Call", "电话"),
        /// By mail or e-mail.
        Mail = "mail" ("Mail", "邮件"),
        /// Several people, anywhere.
        Meeting = "meeting" ("Meeting", "会议"),
        /// A product was shown.
        Demo = "demo" ("Demo", "产品演示"),
        /// Help with something bought.
        Service = "service" ("Service", "服务"),
        /// Somebody came into the showroom.
        Reception = "reception" ("Reception", "来店接待"),
        /// A car was tried on the road.
        TestDrive = "test_drive" ("Test drive", "试乘试驾"),
        /// What was bought was handed over.
        Delivery = "delivery" ("Delivery", "交车"),
    }
}

guanxi_kernel::words! {
    /// How far an activity has come.
    #[derive(Default)]
    pub enum ActivityStatus {
        /// To be done.
        #[default]
        Planned = "planned" ("Planned", "计划中"),
        /// Done, with a result.
        Done = "done" ("Done", "已完成"),
        /// Given up, with a reason.
        Cancelled = "cancelled" ("Cancelled", "已取消"),
    }
}

guanxi_kernel::words! {
    /// What changes the status of an activity.
    pub enum ActivityMove {
        /// It was done.
        Complete = "complete" ("Complete", "完成"),
        /// It will not be done.
        Cancel = "cancel" ("Cancel", "取消"),
        /// It was closed by mistake.
        Reopen = "reopen" ("Reopen", "重新打开"),
    }
}

/// The state machine: from where each move leads where. What is not here is not possible.
pub const MOVES: &[(ActivityStatus, ActivityMove, ActivityStatus)] = &[
    (ActivityStatus::Planned, ActivityMove::Complete, ActivityStatus::Done),
    (ActivityStatus::Planned, ActivityMove::Cancel, ActivityStatus::Cancelled),
    (ActivityStatus::Done, ActivityMove::Reopen, ActivityStatus::Planned),
    (ActivityStatus::Cancelled, ActivityMove::Reopen, ActivityStatus::Planned),
];

impl ActivityStatus {
    /// The moves that are possible from here.
    pub fn moves(self) -> impl Iterator<Item = ActivityMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `activity_closed` or `activity_open`, with the moves that are possible.
    pub fn after(self, wanted: ActivityMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    /// Refuses to change an activity that is closed.
    ///
    /// # Errors
    /// `activity_closed`, with the moves that are possible.
    pub(super) fn require_open(self) -> Result<()> {
        if self == Self::Planned { Ok(()) } else { Err(self.refusal()) }
    }

    /// Why something is not possible in this state.
    pub(super) fn refuses(self) -> &'static Code {
        if self == Self::Planned { &ACTIVITY_OPEN } else { &ACTIVITY_CLOSED }
    }

    fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(ActivityMove::word).collect();
        self.refuses().with("status", self.word()).with("allowed", allowed)
    }
}

/// Names an activity.
pub type ActivityId = Id<Activity>;

type ActivityMeta = Meta<Activity>;

/// What callers write of an activity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ActivityInput {
    /// The way in which people meet.
    #[field(zh = "类型", filter)]
    pub kind: ActivityKind,
    /// What it is about.
    #[field(zh = "主题")]
    pub subject: Line<200>,
    /// The party that it is about.
    #[serde(default)]
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// The type of the record that it is about besides, e.g. `opportunity`.
    #[serde(default)]
    #[field(zh = "关联类型")]
    pub about_type: Option<Line<40>>,
    /// That record.
    #[serde(default)]
    #[field(zh = "关联记录", filter)]
    pub about_id: Option<Uuid>,
    /// The user who does it; the acting user when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// When it begins.
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "开始时间", filter, sort)]
    pub starts_at: DateTime<Utc>,
    /// How long it takes, up to a month.
    #[serde(default)]
    #[validate(range(min = 0, max = 44_640))]
    #[schema(minimum = 0, maximum = 44_640)]
    #[field(zh = "时长(分钟)")]
    pub duration_minutes: Option<i64>,
    /// The contacts who take part, each once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "参与联系人", json, terms = "contact_id", to = Contact)]
    pub contact_ids: Vec<ContactId>,
    /// The users who take part besides the owner, each once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "我方参与人", json, terms = "user_id", to = User)]
    pub user_ids: Vec<UserId>,
    /// Where it takes place.
    #[serde(default)]
    #[field(zh = "地点")]
    pub location: Option<Line<200>>,
    /// What to prepare, what to mind.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// Something that was done with a party, or is planned.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Activity {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ActivityMeta)]
    pub meta: Meta<Activity>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ActivityInput,
    /// How far it has come.
    #[field(zh = "状态", filter)]
    pub status: ActivityStatus,
    /// What came of it, once it is done.
    #[field(zh = "结果")]
    pub result: Option<Text<4000>>,
    /// What was agreed to do next.
    #[field(zh = "下一步")]
    pub next_step: Option<Text<1000>>,
    /// The day for the next step.
    #[field(zh = "下一步日期")]
    pub next_step_on: Option<NaiveDate>,
    /// Why it was cancelled, if it was.
    #[field(zh = "取消原因")]
    pub cancel_reason: Option<Text<1000>>,
    /// When it was completed or cancelled.
    #[field(zh = "关闭时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// How long it took, once it is done: what was said then, else as long as was planned.
    #[field(zh = "实际时长(分钟)")]
    pub actual_minutes: Option<i64>,
    /// What it has cost.
    #[schema(max_items = 200)]
    #[field(zh = "费用", json)]
    pub expenses: Vec<Expense>,
}

/// The resource of activities.
pub static ACTIVITY: Kind = Kind::new::<Activity>(
    "activity",
    "activities",
    "activities",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Activity", zh: "活动" },
)
.read_about(subject::shown)
.succeeded(Succession::While(&["planned"]))
.searched(&["subject"])
.also(&["completed", "cancelled", "reopened", "expense_added"]);

/// Closes an activity that was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "result": "客户同意试用", "next_step": "Send the trial contract", "next_step_on": "2026-04-15" })))]
pub struct CompleteActivity {
    /// What came of it.
    pub result: Text<4000>,
    /// What was agreed to do next.
    #[serde(default)]
    pub next_step: Option<Text<1000>>,
    /// The day for the next step.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub next_step_on: Option<NaiveDate>,
    /// How long it took; as long as was planned when absent.
    #[serde(default)]
    #[validate(range(min = 0, max = 44_640))]
    #[schema(minimum = 0, maximum = 44_640)]
    pub actual_minutes: Option<i64>,
}

/// Closes an activity that will not be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "The customer is on leave" })))]
pub struct CancelActivity {
    /// Why.
    pub reason: Text<1000>,
}

impl ActivityInput {
    /// Brings what was written into the one form that is kept, for the acting user.
    ///
    /// # Errors
    /// Names each participant who is there twice.
    pub(super) fn settle(&mut self, actor: UserId) -> Result<()> {
        self.owner_id.get_or_insert(actor);
        self.starts_at = whole_micros(self.starts_at);
        let mut findings = repeated(&self.contact_ids, "/contact_ids", |id| *id);
        findings.extend(repeated(&self.user_ids, "/user_ids", |id| *id));
        Problem::collect(findings)
    }
}

impl Activity {
    /// It was done.
    ///
    /// # Errors
    /// `activity_closed`.
    pub fn complete(&mut self, now: DateTime<Utc>, done: CompleteActivity) -> Result<()> {
        self.status = self.status.after(ActivityMove::Complete)?;
        self.result = Some(done.result);
        self.next_step = done.next_step;
        self.next_step_on = done.next_step_on;
        self.actual_minutes = done.actual_minutes.or(self.input.duration_minutes);
        self.closed_at = Some(now);
        Ok(())
    }

    /// It will not be done.
    ///
    /// # Errors
    /// `activity_closed`.
    pub fn cancel(&mut self, now: DateTime<Utc>, cancelled: CancelActivity) -> Result<()> {
        self.status = self.status.after(ActivityMove::Cancel)?;
        self.cancel_reason = Some(cancelled.reason);
        self.closed_at = Some(now);
        Ok(())
    }

    /// It was closed by mistake: what closing wrote is cleared; its timeline remembers it.
    ///
    /// # Errors
    /// `activity_open`.
    pub fn reopen(&mut self) -> Result<()> {
        self.status = self.status.after(ActivityMove::Reopen)?;
        (self.result, self.next_step, self.next_step_on) = (None, None, None);
        (self.cancel_reason, self.closed_at, self.actual_minutes) = (None, None, None);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::{input, problem::REPEATED};
    use guanxi_storage::Resource as _;
    use serde_json::json;

    fn activity() -> Activity {
        testing::record(input::read(Activity::example()).unwrap())
    }

    fn done() -> CompleteActivity {
        input::read(json!({
            "result": "客户同意试用", "next_step": "发送合同", "next_step_on": "2026-04-02"
        }))
        .unwrap()
    }

    fn cancelled() -> CancelActivity {
        input::read(json!({ "reason": "The customer is travelling" })).unwrap()
    }

    #[test]
    fn every_move_from_every_state() {
        use ActivityMove::{Cancel, Complete, Reopen};
        use ActivityStatus::{Cancelled, Done, Planned};
        for status in ActivityStatus::ALL {
            for wanted in ActivityMove::ALL {
                let expected = match (status, wanted) {
                    (Planned, Complete) => Ok(Done),
                    (Planned, Cancel) => Ok(Cancelled),
                    (Done | Cancelled, Reopen) => Ok(Planned),
                    (Planned, Reopen) => Err((&ACTIVITY_OPEN, json!(["complete", "cancel"]))),
                    (Done | Cancelled, Complete | Cancel) => {
                        Err((&ACTIVITY_CLOSED, json!(["reopen"])))
                    }
                };
                let found = status.after(*wanted);
                let found =
                    found.map_err(|problem| (problem.code(), problem.params()["allowed"].clone()));
                assert_eq!(found, expected, "{status} {wanted}");
            }
        }
    }

    #[test]
    fn only_a_planned_activity_changes() {
        assert!(ActivityStatus::Planned.require_open().is_ok());
        for closed in [ActivityStatus::Done, ActivityStatus::Cancelled] {
            let problem = closed.require_open().unwrap_err();
            assert!(problem.is(&ACTIVITY_CLOSED));
            assert_eq!(problem.params()["status"], closed.word());
        }
    }

    #[test]
    fn closing_keeps_what_was_said_and_reopening_clears_it() {
        let now = DateTime::UNIX_EPOCH;
        let mut one = activity();
        one.complete(now, done()).unwrap();
        assert_eq!((one.status, one.closed_at), (ActivityStatus::Done, Some(now)));
        assert_eq!(one.result.as_deref(), Some("客户同意试用"));
        assert_eq!(one.next_step_on.map(|day| day.to_string()).as_deref(), Some("2026-04-02"));
        assert_eq!(one.actual_minutes, Some(90), "as long as was planned");
        assert!(one.cancel(now, cancelled()).unwrap_err().is(&ACTIVITY_CLOSED));
        one.reopen().unwrap();
        assert_eq!(serde_json::to_value(&one).unwrap(), serde_json::to_value(activity()).unwrap());
        one.cancel(now, cancelled()).unwrap();
        assert_eq!(one.cancel_reason.as_deref(), Some("The customer is travelling"));
        one.reopen().unwrap();
        assert!(one.cancel_reason.is_none() && one.closed_at.is_none());
    }

    #[test]
    fn nothing_is_complete_without_a_result() {
        for empty in [json!({}), json!({ "result": null }), json!({ "result": " " })] {
            let problem = input::read::<CompleteActivity>(empty).unwrap_err();
            assert!(problem.to_string().contains("/result"), "{problem}");
        }
        let far = json!({ "result": "ok", "next_step_on": "9999-01-01" });
        assert!(input::read::<CompleteActivity>(far).is_err());
    }

    #[test]
    fn settling_fills_in_the_owner_and_refuses_repeats() {
        let actor = UserId::from(Uuid::from_u128(7));
        let mut input = activity().input;
        input.settle(actor).unwrap();
        assert_eq!(input.owner_id, Some(actor));
        input.user_ids = vec![actor, actor];
        let problem = input.settle(actor).unwrap_err();
        assert_eq!(problem.errors(), [REPEATED.field("/user_ids/1")]);
    }
}
