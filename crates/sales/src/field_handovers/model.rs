//! A hand-over to field sales as a row.

use super::{
    life::FieldHandoverStatus,
    parts::{ContactResult, FieldPurchase, NotBoughtReason},
};
use crate::{
    lead_pools::LeadPoolId,
    leads::{Lead, LeadId},
    qualification_standards::{QualificationStandard, QualificationStandardId},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_identity::{org_units::OrgUnit, users::User};
use guanxi_kernel::{Ctx, Id, Line, OrgUnitId, Result, Text, UserId, problem::Texts};
use guanxi_marketing::{
    campaigns::{Campaign, CampaignId},
    sales_results::SalesResult,
    source_codes::{SourceCode, SourceCodeId},
};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use validator::Validate;

/// Names a hand-over.
pub type FieldHandoverId = Id<FieldHandover>;

type FieldHandoverMeta = Meta<FieldHandover>;

/// What is said when a lead is handed over; it stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct FieldHandoverInput {
    /// The lead.
    #[field(zh = "意向客户", filter, to = Lead)]
    pub lead_id: LeadId,
    /// The unit that got it, by its manager; none if a user did.
    #[serde(default)]
    #[field(zh = "接收单元", filter, to = OrgUnit)]
    pub unit_id: Option<OrgUnitId>,
    /// What whoever gets it should know.
    #[serde(default)]
    #[field(zh = "移交说明")]
    pub note: Option<Text<4000>>,
}

/// A lead on its way from the call centre to field sales, and what became of it there.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct FieldHandover {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = FieldHandoverMeta)]
    pub meta: Meta<FieldHandover>,
    /// What is said when a lead is handed over.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: FieldHandoverInput,
    /// Who has the lead in field sales, or is to answer.
    #[field(zh = "接收人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// Who has handed it over, and gets it back.
    #[field(zh = "移交人", filter, to = User)]
    pub from_id: Option<UserId>,
    /// Everybody who has had to do with it, and so sees it.
    #[schema(max_items = 1000)]
    #[field(zh = "相关人员", json)]
    pub people_ids: Vec<UserId>,
    /// The pool that the lead was held of, and goes back to with who has handed it over.
    #[field(zh = "原公海")]
    pub pool_id: Option<LeadPoolId>,
    /// The campaign that brought the lead.
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// The source code that brought it.
    #[field(zh = "源代码", filter, to = SourceCode)]
    pub source_code_id: Option<SourceCodeId>,
    /// The standard that the lead was judged by.
    #[field(zh = "判定标准", filter, to = QualificationStandard)]
    pub standard_id: Option<QualificationStandardId>,
    /// Which edition that was.
    #[field(zh = "标准版次")]
    pub edition: i64,
    /// The answers to its questions.
    #[schema(value_type = Object)]
    #[field(zh = "标准问答", json)]
    pub answers: BTreeMap<String, bool>,
    /// The criteria that it did not meet and need not.
    #[schema(max_items = 30)]
    #[field(zh = "未满足的非必备条目", json)]
    pub unmet: Vec<Line<40>>,
    /// How far it has come.
    #[field(zh = "状态", filter)]
    pub status: FieldHandoverStatus,
    /// By when field sales says whether it accepts the lead.
    #[field(zh = "接收期限", filter, sort)]
    pub due_at: DateTime<Utc>,
    /// By when there is a result.
    #[field(zh = "结果期限", filter, sort)]
    pub result_due_at: DateTime<Utc>,
    /// When field sales has said whether it accepts.
    #[field(zh = "答复时间")]
    pub answered_at: Option<DateTime<Utc>>,
    /// When it has accepted.
    #[field(zh = "接收时间", filter)]
    pub accepted_at: Option<DateTime<Utc>>,
    /// Whether that answer came after its time.
    #[field(zh = "逾期答复", filter)]
    pub late: bool,
    /// Why the lead was refused or given back.
    #[field(zh = "拒绝或退回原因")]
    pub reason: Option<Text<1000>>,
    /// When the lead is taken up again.
    #[field(zh = "再次联系日期", filter)]
    pub revisit_on: Option<NaiveDate>,
    /// How often field sales has told of a contact.
    #[field(zh = "跟进次数")]
    pub follow_ups: i64,
    /// When it did so last.
    #[field(zh = "最近跟进时间")]
    pub followed_up_at: Option<DateTime<Utc>>,
    /// Whether field sales found that the lead meets the standard.
    #[field(zh = "是否符合标准")]
    pub qualified: Option<bool>,
    /// The criteria that it was found not to meet.
    #[schema(max_items = 30)]
    #[field(zh = "不符合的条目", json)]
    pub failed_criteria: Vec<Line<40>>,
    /// What the last contact came to.
    #[field(zh = "接触结果", filter)]
    pub contact_result: Option<ContactResult>,
    /// What is done next.
    #[field(zh = "下一步")]
    pub next_step: Option<Text<1000>>,
    /// On which day.
    #[field(zh = "下一步日期", filter)]
    pub next_step_on: Option<NaiveDate>,
    /// Whether the lead has bought, once that is known.
    #[field(zh = "是否购买")]
    pub bought: Option<bool>,
    /// What it has bought.
    #[field(zh = "购买内容", json)]
    pub purchase: Option<FieldPurchase>,
    /// Why it has not bought.
    #[field(zh = "未购买原因", filter)]
    pub not_bought_reason: Option<NotBoughtReason>,
    /// What it has come to.
    #[field(zh = "结果", filter)]
    pub result: Option<SalesResult>,
    /// When.
    #[field(zh = "结束时间", filter)]
    pub ended_at: Option<DateTime<Utc>>,
}

/// The resource of hand-overs to field sales. They follow their lead when somebody leaves.
pub static FIELD_HANDOVER: Kind = Kind::new::<FieldHandover>(
    "field_handover",
    "field-handovers",
    "field_handovers",
    Visibility::Involved { member: "people_ids", table: "field_handover_people" },
    Texts { en: "Hand-over to field sales", zh: "现场销售移交" },
)
.succeeded(Succession::Never)
.also(&["handed", "accepted", "refused", "followed_up", "returned", "closed", "passed_on"]);

impl FieldHandover {
    /// Gives it to somebody else in field sales.
    pub(super) fn give(&mut self, to: UserId) {
        self.owner_id = Some(to);
        let people = self.people_ids.iter().copied().chain(self.from_id).chain([to]);
        self.people_ids = people.collect::<BTreeSet<_>>().into_iter().collect();
    }

    /// Notes the answer of field sales.
    pub(super) fn answer(&mut self, ctx: &Ctx, status: FieldHandoverStatus) {
        (self.status, self.answered_at) = (status, Some(ctx.now));
        self.late = ctx.now > self.due_at;
        self.accepted_at = (status == FieldHandoverStatus::Accepted).then_some(ctx.now);
    }

    /// Ends it with a result.
    pub(super) fn end(&mut self, ctx: &Ctx, status: FieldHandoverStatus, result: SalesResult) {
        self.status = status;
        (self.result, self.ended_at) = (Some(result), Some(ctx.now));
    }

    /// Refuses whoever has handed the lead over and answers for the other side.
    ///
    /// # Errors
    /// `own_field_handover`.
    pub(super) fn require_field(&self, ctx: &Ctx) -> Result<()> {
        let user = Some(ctx.actor.user);
        match self.from_id == user && self.owner_id != user {
            true => Err(crate::problems::OWN_FIELD_HANDOVER.problem()),
            false => Ok(()),
        }
    }
}
