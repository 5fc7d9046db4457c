//! Who must agree before an opportunity enters a stage, or is worked on again.
//!
//! Until then it stands where it stood, with what it waits for in `pending_…`. A second move is refused
//! as long as it waits; what lays it aside or ends it (suspend, lose, terminate, delete) gives up what
//! was asked, and so does another amount, since nobody has agreed to that. Its history goes on from the
//! decision.

use super::{
    life::{OpportunityMove, OpportunityStatus},
    model::{OPPORTUNITY, Opportunity},
};
use crate::{
    pipelines::PipelineId,
    rules::{Lacking, approval_required, fact, line, own_currency, today},
    stages::{self, StageId, Step},
};
use guanxi_kernel::{
    Ctx, Line, Money, Result, UserId, Word as _,
    period::business_date,
    problem::{INTERNAL, Texts},
};
use guanxi_storage::{
    Tx,
    filter::facts::{Fact, FactType, Facts},
    resource,
};
use guanxi_workflow::{
    approvals::{self, Approval, ApprovalStatus, Ask},
    definitions,
    documents::Document,
    problems::APPROVAL_PENDING,
};
use serde_json::json;
use uuid::Uuid;

/// What conditions about opportunities, and about what is made of them, can all speak of: see
/// [`Opportunity::facts`].
const ABOUT: [Fact; 8] = [
    fact("amount", FactType::Decimal, "Amount in the currency of the company", "本位币金额"),
    fact("currency", FactType::Text, "Currency", "币种"),
    fact("pipeline_id", FactType::Id, "Pipeline", "销售流程"),
    fact("stage_id", FactType::Id, "Stage", "阶段"),
    fact("stage", FactType::Text, "Code of the stage", "阶段编码"),
    fact("origin", FactType::Text, "Origin", "来源"),
    fact("party_id", FactType::Id, "Party", "客户"),
    fact("age_days", FactType::Integer, "Days since work on it began", "跟进天数"),
];

/// Those, and more.
pub(crate) const fn with_more<const ALL: usize>(more: &[Fact]) -> [Fact; ALL] {
    assert!(ALL == ABOUT.len() + more.len());
    let mut all = [ABOUT[0]; ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < ABOUT.len() { ABOUT[at] } else { more[at - ABOUT.len()] };
        at += 1;
    }
    all
}

/// Entering a stage that needs an approval. `stage_id` and `stage` are the one to be entered.
pub static STAGE_ENTRY: Document = Document {
    code: "opportunity_stage",
    label: Texts { en: "Entering a stage", zh: "进入商机阶段" },
    facts: &with_more::<10>(&[
        fact("from_stage_id", FactType::Id, "Stage until now", "当前阶段"),
        fact("move", FactType::Text, "Move: move, win or lose", "操作"),
    ]),
    decided: |tx, ctx, approval| Box::pin(decided(tx, ctx, approval)),
};

/// Taking a suspended opportunity up again.
pub static REACTIVATION: Document = Document {
    code: "opportunity_reactivation",
    label: Texts { en: "Reactivating an opportunity", zh: "激活商机" },
    facts: &with_more::<9>(&[fact(
        "suspended_days",
        FactType::Integer,
        "Days suspended",
        "中止天数",
    )]),
    decided: |tx, ctx, approval| Box::pin(decided(tx, ctx, approval)),
};

impl Opportunity {
    /// Whether a move waits for an approval.
    pub(super) fn waits(&self) -> bool {
        self.pending_approval_id.is_some()
    }

    /// Waits for nothing any more.
    pub(crate) fn stop_waiting(&mut self) {
        (self.pending_move, self.pending_stage_id) = (None, None);
        (self.pending_approval_id, self.pending_closed_on) = (None, None);
    }

    fn wait(&mut self, wanted: OpportunityMove, stage: Option<StageId>, approval: &Approval) {
        (self.pending_move, self.pending_stage_id) = (Some(wanted), stage);
        self.pending_approval_id = Some(approval.meta.id.uuid());
    }

    /// The move that has led here from `before`.
    fn wanted(&self, before: Option<&Self>) -> OpportunityMove {
        match (before.map(|before| before.status), self.status) {
            (_, OpportunityStatus::Won) => OpportunityMove::Win,
            (_, OpportunityStatus::Lost) => OpportunityMove::Lose,
            (Some(OpportunityStatus::Suspended), _) => OpportunityMove::Reactivate,
            _ => OpportunityMove::Move,
        }
    }

    /// Stands where it stood before a move that waits.
    fn step_back(&mut self, before: &Self) {
        (self.input.stage_id, self.input.pipeline_id) =
            (before.input.stage_id, before.input.pipeline_id);
        (self.input.closed_on, self.closed_at) = (before.input.closed_on, before.closed_at);
        (self.status, self.review_on) = (before.status, before.review_on);
        self.status_reason = before.status_reason.clone();
        self.span_from = before.span_from;
    }

    /// Does what has waited, now that it is approved.
    fn go_ahead(&mut self, ctx: &Ctx, pipeline: Option<PipelineId>) {
        match self.pending_move {
            Some(how @ (OpportunityMove::Win | OpportunityMove::Lose)) => {
                let won = how == OpportunityMove::Win;
                self.status = if won { OpportunityStatus::Won } else { OpportunityStatus::Lost };
                self.input.closed_on = Some(self.pending_closed_on.unwrap_or_else(|| today(ctx)));
                (self.closed_at, self.review_on) = (Some(ctx.now), None);
            }
            Some(OpportunityMove::Reactivate) => {
                self.status = OpportunityStatus::Open;
                (self.status_reason, self.review_on) = (None, None);
            }
            _ => {}
        }
        if let Some(stage) = self.pending_stage_id {
            self.input.stage_id = Some(stage);
            self.input.pipeline_id = pipeline.or(self.input.pipeline_id);
        }
        self.stop_waiting();
    }

    fn owner(&self, ctx: &Ctx) -> UserId {
        self.input.owner_id.unwrap_or(ctx.actor.user)
    }

    /// What conditions about it can speak of, with the amount and the stage that they are about.
    ///
    /// # Errors
    /// `no_exchange_rate`.
    pub(crate) async fn facts(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        money: Option<Money>,
        stage: Option<StageId>,
    ) -> Result<Facts> {
        let amount = match money {
            Some(amount) => Some(own_currency(tx, ctx, amount).await?),
            None => None,
        };
        let code = match stage {
            Some(stage) => stages::names(tx, stage).await?.map(|(code, _)| code),
            None => None,
        };
        let begun = self.input.engaged_on.unwrap_or_else(|| today(ctx));
        let facts = json!({
            "amount": amount,
            "currency": money.map(Money::currency),
            "pipeline_id": self.input.pipeline_id,
            "stage_id": stage,
            "stage": code,
            "origin": self.input.origin.word(),
            "party_id": self.input.party_id,
            "age_days": (today(ctx) - begun).num_days(),
        });
        match facts {
            serde_json::Value::Object(facts) => Ok(facts),
            _ => Err(INTERNAL.problem().because("facts are an object")),
        }
    }
}

/// Asks whoever must agree to the change from `before`; whether somebody must, so that it stays as it
/// was and waits.
///
/// # Errors
/// `approval_pending` if another move waits; `approval_required` for a stage that needs an approval
/// which no definition covers; `no_approver`; `no_exchange_rate`.
pub(super) async fn must_wait(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &mut Opportunity,
    before: &Opportunity,
    step: &Step,
) -> Result<bool> {
    if before.waits() {
        if !after.waits() {
            // It was decided.
            return Ok(false);
        }
        if after.status == before.status || !lays_aside(after.status) {
            let id = before.pending_approval_id.map(|id| id.to_string());
            return Err(APPROVAL_PENDING.with("approval_id", id));
        }
        let closed_on = after.pending_closed_on;
        after.stop_waiting();
        after.pending_closed_on = closed_on;
    }
    let back =
        before.status == OpportunityStatus::Suspended && after.status == OpportunityStatus::Open;
    let enters = after.input.stage_id != before.input.stage_id && step.needs_approval;
    let waits = match (back, enters) {
        (true, _) => ask_reactivation(tx, ctx, after, before).await?,
        (_, true) => {
            ask_entry(tx, ctx, after, Some(before), step).await?;
            true
        }
        _ => false,
    };
    match waits {
        true => after.step_back(before),
        false => after.pending_closed_on = None,
    }
    Ok(waits)
}

/// What gives up what was asked.
fn lays_aside(status: OpportunityStatus) -> bool {
    matches!(
        status,
        OpportunityStatus::Suspended | OpportunityStatus::Lost | OpportunityStatus::Terminated
    )
}

/// Asks for the entry into a stage that needs an approval, and waits for it.
///
/// # Errors
/// As [`must_wait`].
pub(super) async fn ask_entry(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &mut Opportunity,
    before: Option<&Opportunity>,
    step: &Step,
) -> Result<()> {
    let wanted = after.wanted(before);
    let mut facts = after.facts(tx, ctx, after.input.amount, Some(step.stage)).await?;
    let from = before.and_then(|before| before.input.stage_id);
    facts.insert("from_stage_id".into(), json!(from));
    facts.insert("move".into(), wanted.word().into());
    let name = stages::names(tx, step.stage).await?;
    let name = name.map(|(_, name)| name.to_string()).unwrap_or_default();
    let title = line(&format!("{name} ← {}", &*after.input.name))?;
    let asked = approvals::ask(tx, ctx, wish(&STAGE_ENTRY, ctx, after, title, facts)).await?;
    let asked = asked.ok_or_else(|| approval_required(&STAGE_ENTRY, Lacking::NoDefinition))?;
    after.wait(wanted, Some(step.stage), &asked);
    Ok(())
}

/// Asks for taking a suspended one up again, if a rule wants that; whether it waits.
async fn ask_reactivation(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &mut Opportunity,
    before: &Opportunity,
) -> Result<bool> {
    // Without a rule nothing need be known, such as a rate.
    if !definitions::is_ruled(tx, REACTIVATION.code).await? {
        return Ok(false);
    }
    let mut facts = after.facts(tx, ctx, after.input.amount, before.input.stage_id).await?;
    let since = business_date(before.stage_entered_at, ctx.settings.time_zone);
    facts.insert("suspended_days".into(), (today(ctx) - since).num_days().into());
    let title = after.input.name.clone();
    let asked = approvals::ask(tx, ctx, wish(&REACTIVATION, ctx, after, title, facts)).await?;
    if let Some(asked) = &asked {
        after.wait(OpportunityMove::Reactivate, None, asked);
    }
    Ok(asked.is_some())
}

fn wish(
    document: &'static Document,
    ctx: &Ctx,
    one: &Opportunity,
    title: Line<200>,
    facts: Facts,
) -> Ask {
    Ask {
        document: document.code,
        subject: (&OPPORTUNITY, one.meta.id.uuid()),
        title,
        owner: one.owner(ctx),
        facts,
        note: None,
    }
}

/// Gives up what an opportunity does not wait for any more.
///
/// # Errors
/// Those of the store.
pub(super) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &Opportunity,
    before: Option<&Opportunity>,
) -> Result<()> {
    let live = |one: &Opportunity| one.meta.deleted_at.is_none();
    let asked = |one: &Opportunity| one.pending_approval_id.filter(|_| live(one));
    match before.and_then(asked) {
        Some(id) if asked(after) != Some(id) => {
            let other = before.is_some_and(|before| before.input.amount != after.input.amount);
            let why = match other && asked(after).is_none() {
                true => "The amount of the opportunity has changed.",
                false => "The opportunity has gone another way.",
            };
            approvals::give_up(tx, ctx, id.into(), why).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// Does what was approved, or lets it be.
async fn decided(tx: &mut Tx, ctx: &Ctx, approval: &Approval) -> Result<()> {
    let id: Uuid = approval.input.subject_id;
    let now: Opportunity = resource::load(tx, ctx, id).await?;
    if now.pending_approval_id != Some(approval.meta.id.uuid()) {
        return Ok(());
    }
    if approval.status != ApprovalStatus::Approved {
        let stay = |one: &mut Opportunity| {
            one.stop_waiting();
            Ok(())
        };
        return resource::change(tx, ctx, id, "approval_refused", stay).await.map(drop);
    }
    let step = match now.pending_stage_id {
        Some(stage) => stages::step(tx, stage).await?,
        None => None,
    };
    let verb = match now.pending_move {
        Some(OpportunityMove::Win) => "won",
        Some(OpportunityMove::Lose) => "lost",
        Some(OpportunityMove::Reactivate) => "reactivated",
        _ => "moved",
    };
    let go = |one: &mut Opportunity| {
        one.go_ahead(ctx, step.map(|step| step.pipeline));
        Ok(())
    };
    resource::change(tx, ctx, id, verb, go).await.map(drop)
}
