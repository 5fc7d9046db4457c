//! The rules of a save, and handing over.

use super::{
    FIELD_HANDOVER, FieldHandover, FieldHandoverId, FieldHandoverInput, FieldHandoverMove, store,
};
use crate::{
    leads::{self, Handed, LEAD, Lead, LeadId},
    problems::{FIELD_HANDOVER_MOVE, ONE_RECIPIENT, OWN_FIELD_HANDOVER, UNIT_WITHOUT_MANAGER},
    qualification_standards::{Judgement, judge},
};
use chrono::TimeDelta;
use guanxi_customers::engine::{check_new_owner, refer};
use guanxi_identity::{org_units::OrgUnit, users::check_owner};
use guanxi_kernel::{
    Action, Ctx, Id, OrgUnitId, Result, Text, UserId, Word as _, actor::forbidden,
    problem::OUT_OF_RANGE,
};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Shown, Verb},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A lead is handed to field sales: to a user, or to a unit by its manager.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "to": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
    "answers": { "decision_maker": true }, "note": "周四下午方便接待" })))]
pub struct HandToField {
    /// The user who gets it.
    #[serde(default)]
    pub to: Option<UserId>,
    /// The unit that gets it; its manager accepts it, and transfers the lead to who works on it.
    #[serde(default)]
    pub unit_id: Option<OrgUnitId>,
    /// The answers to the questions of the standard in force, yes or no by their keys.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub answers: BTreeMap<String, bool>,
    /// What whoever gets it should know.
    #[serde(default)]
    pub note: Option<Text<4000>>,
}

impl Resource for FieldHandover {
    fn kind() -> &'static Kind {
        &FIELD_HANDOVER
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let had = before.and_then(|before| before.owner_id);
        check_new_owner(tx, ctx, self.owner_id, had).await
    }

    async fn saved(&self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let had = |user: &UserId| before.is_some_and(|before| before.people_ids.contains(user));
        let new = self.people_ids.iter().copied().filter(|user| !had(user));
        store::involve(tx, self.meta.id, new).await
    }

    fn concerns(&self) -> Vec<Uuid> {
        let campaign = self.campaign_id.map(Id::uuid);
        let code = self.source_code_id.map(Id::uuid);
        [self.input.lead_id.uuid()].into_iter().chain(campaign).chain(code).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |one: &FieldHandoverMove| {
            let open = self.status.moves().any(|open| open == *one);
            let closed = (!open).then_some(&FIELD_HANDOVER_MOVE);
            Verb { name: one.word(), needs: Action::Update, closed }
        };
        FieldHandoverMove::ALL.iter().map(verb).collect()
    }

    fn verbs_for(&self, ctx: &Ctx) -> Vec<Verb> {
        let mut verbs = self.verbs();
        if self.require_field(ctx).is_err() {
            for verb in &mut verbs {
                verb.closed = verb.closed.or(Some(&OWN_FIELD_HANDOVER));
            }
        }
        verbs
    }

    fn example() -> Json {
        json!({
            "lead_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "note": "周四下午方便接待"
        })
    }
}

/// Hands a lead that is ripe by the standard in force to field sales.
///
/// # Errors
/// `one_recipient`, `unit_without_manager`, `inactive_owner`, `unknown_reference`; `no_standard`;
/// `validation_failed` with the compulsory criteria that the lead does not meet; `field_handover_open`,
/// `move_not_allowed`, `approval_pending`; and as any change of the lead.
pub async fn hand(
    tx: &mut Tx,
    ctx: &Ctx,
    id: LeadId,
    wish: HandToField,
) -> Result<Shown<FieldHandover>> {
    resource::require::<FieldHandover>(ctx, Action::Create)?;
    let lead: Lead = resource::load(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &LEAD, Action::Update, id.uuid()).await? {
        return Err(forbidden(LEAD.plural, Action::Update));
    }
    ctx.expect_version(lead.meta.version)?;
    lead.require_handable()?;
    let to = recipient(tx, ctx, &wish).await?;
    let judged = judge(tx, ctx, id, &wish.answers).await?;
    let (standard, edition) = (judged.standard.meta.id, judged.standard.edition);
    let one = handover(ctx, &lead, wish, to, judged);
    let shown = resource::insert(tx, ctx, one, "handed").await?;
    let handed = Handed { handover: shown.record.meta.id, to, standard, edition };
    leads::hand_to_field(tx, ctx, id, handed).await?;
    Ok(shown)
}

/// The record of it.
fn handover(
    ctx: &Ctx,
    lead: &Lead,
    wish: HandToField,
    to: UserId,
    judged: Judgement,
) -> FieldHandover {
    let Judgement { standard, unmet } = judged;
    let HandToField { unit_id, answers, note, .. } = wish;
    let input = FieldHandoverInput { lead_id: lead.meta.id, unit_id, note };
    let mut one = FieldHandover::assemble(Meta::new(ctx), input);
    one.from_id = Some(ctx.actor.user);
    one.give(to);
    one.pool_id = lead.input.pool_id;
    (one.campaign_id, one.source_code_id) = (lead.input.campaign_id, lead.source_code_id);
    (one.standard_id, one.edition) = (Some(standard.meta.id), standard.edition);
    (one.answers, one.unmet) = (answers, unmet);
    one.due_at = ctx.now + TimeDelta::hours(standard.input.accept_within_hours);
    one.result_due_at = ctx.now + TimeDelta::days(standard.input.result_within_days);
    one
}

/// Who gets the lead.
async fn recipient(tx: &mut Tx, ctx: &Ctx, wish: &HandToField) -> Result<UserId> {
    match (wish.to, wish.unit_id) {
        (Some(to), None) if to == ctx.actor.user => {
            Err(OUT_OF_RANGE.at("/to").with("expected", "somebody else"))
        }
        (Some(to), None) => {
            check_owner(tx, ctx, to, "/to").await?;
            Ok(to)
        }
        (None, Some(unit)) => {
            // Everybody may name a unit.
            let unit: OrgUnit = refer(tx, &ctx.on_behalf(), unit.uuid(), "/unit_id").await?;
            let manager = unit.input.manager_id;
            let manager = manager.ok_or_else(|| UNIT_WITHOUT_MANAGER.at("/unit_id"))?;
            check_owner(tx, ctx, manager, "/unit_id").await?;
            Ok(manager)
        }
        (Some(_), Some(_)) => Err(ONE_RECIPIENT.at("/unit_id")),
        (None, None) => Err(ONE_RECIPIENT.at("/to")),
    }
}

/// The lead of a hand-over that goes on has got another owner.
///
/// # Errors
/// Those of the store.
pub(crate) async fn pass_on(tx: &mut Tx, ctx: &Ctx, id: FieldHandoverId, to: UserId) -> Result<()> {
    let give = |one: &mut FieldHandover| {
        if one.owner_id != Some(to) {
            one.give(to);
        }
        Ok(())
    };
    resource::change(tx, &ctx.on_behalf(), id.uuid(), "passed_on", give).await.map(drop)
}
