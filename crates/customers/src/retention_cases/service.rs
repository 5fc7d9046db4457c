//! The rules of a save, and the moves.

use super::{
    AllowRetentionSpending, CloseRetentionCase, RETENTION_CASE, RetentionCase, RetentionCaseId,
    RetentionSpending, SpendOnRetention, store,
};
use crate::{
    engine::{check_new_owner, standing},
    problems::{IMMUTABLE, ONE_OPEN_CASE, OWN_LIMIT, RETENTION_CASE_CLOSED},
};
use guanxi_kernel::{Action, Ctx, Result, period::business_date, problem::OUT_OF_RANGE};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for RetentionCase {
    fn kind() -> &'static Kind {
        &RETENTION_CASE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_none() {
            self.input.owner_id.get_or_insert(ctx.actor.user);
        }
        if let Some(before) = standing(before) {
            if before.input != self.input {
                before.open()?;
            }
            if before.input.party_id != self.input.party_id {
                return Err(IMMUTABLE.at("/party_id"));
            }
        } else if self.open().is_ok()
            && store::has_open(tx, self.input.party_id, self.meta.id).await?
        {
            return Err(ONE_OPEN_CASE.problem());
        }
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        // By no way does somebody come to have allowed themselves more.
        if self.allowed_by.is_some() && self.allowed_by == self.input.owner_id {
            (self.allowed, self.allowed_by) = (None, None);
        }
        let decided = before.and_then(|before| before.input.decision);
        if self.input.decision != decided {
            let decides = self.input.decision.map(|_| (ctx.actor.user, ctx.now));
            (self.decided_by, self.decided_at) = decides.unzip();
        }
        self.settle_figures()?;
        standing(before).map_or(Ok(()), |before| self.keep_limit(before))
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.party_id.uuid()]
    }

    fn verbs(&self) -> Vec<Verb> {
        let names = [
            ("update", Action::Update),
            ("spend", Action::Update),
            ("allow", Action::Update),
            ("close", Action::Update),
        ];
        let verb = |(name, needs)| match self.open() {
            Ok(()) => Verb::open(name, needs),
            Err(_) => Verb::closed(name, needs, &RETENTION_CASE_CLOSED),
        };
        names.map(verb).into_iter().chain([Verb::open("delete", Action::Delete)]).collect()
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "reason": "competitor",
            "reason_note": "竞品报价低 8%",
            "warning_signs": ["fewer_orders", "other_quotes"],
            "amount": { "amount": "240000.00", "currency": "CNY" },
            "impact": 3,
            "impact_note": "行业标杆客户",
            "decision": "keep",
            "keep_with": "0.7000",
            "keep_without": "0.4000",
            "remaining_margin": { "amount": "100000.00", "currency": "CNY" }
        })
    }
}

/// Notes money that is spent to keep the customer.
///
/// # Errors
/// `retention_case_closed`, `over_limit`, `own_limit`, `required`, `out_of_range`, and as any change.
pub async fn spend(
    tx: &mut Tx,
    ctx: &Ctx,
    id: RetentionCaseId,
    wish: SpendOnRetention,
) -> Result<Shown<RetentionCase>> {
    resource::require::<RetentionCase>(ctx, Action::Update)?;
    let today = business_date(ctx.now, ctx.settings.time_zone);
    let spent_on = wish.spent_on.unwrap_or(today);
    if spent_on > today {
        return Err(OUT_OF_RANGE.at("/spent_on").with("expected", "today or earlier"));
    }
    let spending = RetentionSpending {
        amount: wish.amount,
        spent_on,
        note: wish.note,
        recorded_by: ctx.actor.user,
        recorded_at: ctx.now,
    };
    resource::change(tx, ctx, id.uuid(), "spent", |case: &mut RetentionCase| case.spend(spending))
        .await
}

/// Allows to spend more than pays for itself; not to whoever works on the case.
///
/// # Errors
/// `own_limit`, `retention_case_closed`, and as any change.
pub async fn allow(
    tx: &mut Tx,
    ctx: &Ctx,
    id: RetentionCaseId,
    wish: AllowRetentionSpending,
) -> Result<Shown<RetentionCase>> {
    let by = ctx.actor.user;
    resource::change(tx, ctx, id.uuid(), "allowed", |case: &mut RetentionCase| {
        case.open()?;
        if case.input.owner_id == Some(by) {
            return Err(OWN_LIMIT.problem());
        }
        (case.allowed, case.allowed_by) = (Some(wish.up_to), Some(by));
        Ok(())
    })
    .await
}

/// Ends a case, with what it has come to.
///
/// # Errors
/// `required` without a reason or a decision; `retention_case_closed`; and as any change.
pub async fn close(
    tx: &mut Tx,
    ctx: &Ctx,
    id: RetentionCaseId,
    wish: CloseRetentionCase,
) -> Result<Shown<RetentionCase>> {
    let (now, by) = (ctx.now, ctx.actor.user);
    resource::change(tx, ctx, id.uuid(), "closed", |case: &mut RetentionCase| {
        case.close(wish.outcome, now, by)
    })
    .await
}
