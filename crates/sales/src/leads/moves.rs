//! What changes the state or the level of a lead.

use super::{
    life::{LeadMove, LeadStatus},
    loss::{self, PendingLoss},
    model::{LEAD, Lead, LeadId},
    parts::LeadQualification,
};
use crate::lead_levels::LeadLevelId;
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{Action, Ctx, Line, Result, Text, actor::forbidden, problem::REQUIRED};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What was found of a lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "result": "disqualified", "reason": "没有采购计划" })))]
pub struct QualifyLead {
    /// What.
    pub result: LeadQualification,
    /// Why; needed if it is not worth an opportunity.
    #[serde(default)]
    pub reason: Option<Text<1000>>,
}

/// Lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "价格", "model_bought": "RX-7 工作站" })))]
pub struct LoseLead {
    /// Why.
    pub reason: Text<1000>,
    /// The competitor that it was lost to: a party with that role.
    #[serde(default)]
    pub competitor_id: Option<PartyId>,
    /// What it has bought there.
    #[serde(default)]
    pub model_bought: Option<Line<200>>,
}

/// Worked on again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "客户重新询价" })))]
pub struct ReopenLead {
    /// Why.
    pub reason: Text<1000>,
}

/// To another level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "level_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77", "reason": "预算已批" })))]
pub struct ChangeLeadLevel {
    /// The level.
    pub level_id: LeadLevelId,
    /// Why.
    pub reason: Text<1000>,
    /// The activity about the lead that speaks for it.
    #[serde(default)]
    pub activity_id: Option<Uuid>,
}

/// Begins to work on a lead.
///
/// # Errors
/// `move_not_allowed`, `lead_converted`; and as any change.
pub async fn start(tx: &mut Tx, ctx: &Ctx, id: LeadId) -> Result<Shown<Lead>> {
    resource::change(tx, ctx, id.uuid(), "started", |one: &mut Lead| one.go(LeadMove::Start)).await
}

/// Says whether a lead is worth an opportunity; if it is not, it is lost.
///
/// # Errors
/// `move_not_allowed`, `lead_converted`, `required` without a reason why it is not, and
/// `field_handover_open` for one that is lost by it; and as any change.
pub async fn qualify(tx: &mut Tx, ctx: &Ctx, id: LeadId, wish: QualifyLead) -> Result<Shown<Lead>> {
    let (worth, verb) = match wish.result {
        LeadQualification::Qualified => (true, "qualified"),
        LeadQualification::Disqualified => (false, "disqualified"),
    };
    resource::change(tx, ctx, id.uuid(), verb, |one: &mut Lead| {
        one.go(LeadMove::Qualify)?;
        if worth {
            return Ok(());
        }
        one.require_free()?;
        let reason = wish.reason.ok_or_else(|| REQUIRED.at("/reason"))?;
        one.end(ctx, reason);
        one.disqualified = true;
        Ok(())
    })
    .await
}

/// Loses a lead; it stays, to be reopened one day. If a definition of approvals says so, it waits for one
/// first.
///
/// # Errors
/// `field_handover_open`, `move_not_allowed`, `lead_converted`, `not_a_competitor`, `approval_pending`,
/// `no_approver`; and as any change.
pub async fn lose(tx: &mut Tx, ctx: &Ctx, id: LeadId, wish: LoseLead) -> Result<Shown<Lead>> {
    let lead = resource::load::<Lead>(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &LEAD, Action::Update, id.uuid()).await? {
        return Err(forbidden(LEAD.plural, Action::Update));
    }
    ctx.expect_version(lead.meta.version)?;
    lead.require_free()?;
    lead.clone().go(LeadMove::Lose)?;
    if let Some(waits) = loss::ask(tx, ctx, &lead, &wish).await? {
        return Ok(waits);
    }
    resource::change(tx, ctx, id.uuid(), "lost", |one: &mut Lead| {
        one.go(LeadMove::Lose)?;
        let LoseLead { reason, competitor_id, model_bought } = wish;
        one.lose(ctx, PendingLoss { reason, competitor_id, model_bought });
        Ok(())
    })
    .await
}

/// Takes up again what was lost.
///
/// # Errors
/// `move_not_allowed`, `lead_converted`, `pool_capacity_reached`; and as any change.
pub async fn reopen(tx: &mut Tx, ctx: &Ctx, id: LeadId, wish: ReopenLead) -> Result<Shown<Lead>> {
    resource::change(tx, ctx, id.uuid(), "reopened", |one: &mut Lead| {
        one.go(LeadMove::Reopen)?;
        one.status_reason = Some(wish.reason);
        (one.closed_at, one.disqualified) = (None, false);
        (one.competitor_id, one.model_bought) = (None, None);
        // The time that rules give its owner begins anew.
        one.assigned_at = one.input.owner_id.map(|_| ctx.now);
        Ok(())
    })
    .await
}

/// Gives a lead another level; the same one changes nothing.
///
/// # Errors
/// `move_not_allowed`, `lead_converted`, `lead_level_inactive`, `unknown_reference` for an activity
/// about something else; and as any change.
pub async fn change_level(
    tx: &mut Tx,
    ctx: &Ctx,
    id: LeadId,
    wish: ChangeLeadLevel,
) -> Result<Shown<Lead>> {
    resource::change(tx, ctx, id.uuid(), "level_changed", |one: &mut Lead| {
        one.go(LeadMove::ChangeLevel)?;
        if one.input.level_id != Some(wish.level_id) {
            one.input.level_id = Some(wish.level_id);
            (one.level_reason, one.level_activity_id) = (Some(wish.reason), wish.activity_id);
            (one.level_changed_at, one.level_changes) = (Some(ctx.now), one.level_changes + 1);
        }
        Ok(())
    })
    .await
}

impl Lead {
    /// Lost, for that reason.
    pub(super) fn end(&mut self, ctx: &Ctx, reason: Text<1000>) {
        self.status = LeadStatus::Lost;
        self.status_reason = Some(reason);
        self.closed_at = Some(ctx.now);
    }
}
