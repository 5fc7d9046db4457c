//! Talking a target over: figures against figures, until both sides agree or one decides.
//!
//! Who is bound by a target does not decide over it: they may counter, agree and divide, but not adjust,
//! re-allocate or impose their own, unless their rights reach everything; and nobody agrees to their own
//! offer. Only what is agreed or imposed counts in reports.

use super::{
    changing::{changeable, must_name, named, refused, require_free, save, stand},
    model::{Target, TargetId, TargetStatus},
    parts::{TargetChangeReason, TargetRound},
};
use crate::problems::{OWN_OFFER, TOO_MANY_ROUNDS};
use guanxi_kernel::{Ctx, Money, Result, Text};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Figures that are named in one talk at most.
const MOST_ROUNDS: usize = 50;

/// Another figure against a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "amount": { "amount": "900000.00", "currency": "CNY" },
    "argument": "两个大客户的采购推迟到明年" })))]
pub struct CounterTarget {
    /// The figure, of a metric that is an amount.
    #[serde(default)]
    #[validate(custom(function = "guanxi_customers::rules::not_negative"))]
    pub amount: Option<Money>,
    /// The figure, of a metric that is a count.
    #[serde(default)]
    #[validate(range(min = 0, max = 1_000_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub quantity: Option<i64>,
    /// Why.
    pub argument: Text<1000>,
}

/// A target that is set without the other side agreeing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "argument": "董事会决定" })))]
pub struct ImposeTarget {
    /// The figure, of a metric that is an amount; that of the target when absent.
    #[serde(default)]
    #[validate(custom(function = "guanxi_customers::rules::not_negative"))]
    pub amount: Option<Money>,
    /// The figure, of a metric that is a count; that of the target when absent.
    #[serde(default)]
    #[validate(range(min = 0, max = 1_000_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub quantity: Option<i64>,
    /// Why.
    pub argument: Text<1000>,
}

impl Target {
    /// Keeps a figure that was named.
    ///
    /// # Errors
    /// `too_many_rounds`.
    pub(super) fn round(
        &mut self,
        ctx: &Ctx,
        units: i64,
        argument: Option<Text<1000>>,
    ) -> Result<()> {
        if self.rounds.len() >= MOST_ROUNDS {
            return Err(TOO_MANY_ROUNDS.with("limit", MOST_ROUNDS));
        }
        let figure = self.figure_of(units).into();
        self.rounds.push(TargetRound { figure, argument, author_id: ctx.actor.user, at: ctx.now });
        Ok(())
    }

    /// The figure that was named last, in units.
    fn offered(&self) -> i64 {
        use super::parts::TargetFigure;
        self.rounds.last().map_or(self.units(), |round| match round.figure {
            TargetFigure::Amount(money) => money.minor(),
            TargetFigure::Count(count) => count,
        })
    }
}

/// Names another figure against the last one. The target itself stays until somebody agrees.
///
/// # Errors
/// `target_move_not_allowed` once it is agreed or imposed; `too_many_rounds`; and as any change.
pub async fn counter(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    wish: CounterTarget,
) -> Result<Shown<Target>> {
    resource::change(tx, ctx, id.uuid(), "countered", |one: &mut Target| {
        one.require_open()?;
        let units = must_name(one, wish.amount, wish.quantity)?;
        one.round(ctx, units, Some(wish.argument))?;
        one.status = TargetStatus::Countered;
        Ok(())
    })
    .await
}

/// Takes the figure that the other side has named last; it counts from now on.
///
/// # Errors
/// `own_offer` to who has named it; `target_move_not_allowed`; and as any change.
pub async fn agree(tx: &mut Tx, ctx: &Ctx, id: TargetId) -> Result<Shown<Target>> {
    let target = changeable(tx, ctx, id).await?;
    target.require_open()?;
    if target.rounds.last().is_some_and(|round| round.author_id == ctx.actor.user) {
        return Err(OWN_OFFER.problem());
    }
    decide(tx, ctx, id, target.offered(), (TargetStatus::Agreed, "agreed"), None).await
}

/// Sets a target without the other side agreeing; it counts from now on.
///
/// # Errors
/// `bound_by_target` to whose it is; `target_move_not_allowed`; and as any change.
pub async fn impose(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    wish: ImposeTarget,
) -> Result<Shown<Target>> {
    let target = changeable(tx, ctx, id).await?;
    target.require_open()?;
    require_free(ctx, &target)?;
    let units = named(&target, wish.amount, wish.quantity)?.unwrap_or(target.units());
    decide(tx, ctx, id, units, (TargetStatus::Imposed, "imposed"), Some(wish.argument)).await
}

async fn decide(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    units: i64,
    (status, verb): (TargetStatus, &'static str),
    argument: Option<Text<1000>>,
) -> Result<Shown<Target>> {
    let settle = |one: &mut Target| {
        // The last word is kept where there is room for it; it is in the version too.
        if argument.is_some() {
            let _ = one.round(ctx, units, argument.clone());
        }
        (one.status, one.decided_at) = (status, Some(ctx.now));
    };
    let standing = stand(tx, ctx, id).await?;
    if units == standing.target.units() {
        return resource::change(tx, ctx, id.uuid(), verb, |one: &mut Target| {
            settle(one);
            Ok(())
        })
        .await;
    }
    let closed = super::changing::closed(ctx, &standing.table)?;
    let table = standing
        .table
        .reallocated(units, None, &closed)
        .map_err(|error| refused(error, &standing.target))?;
    let why = TargetChangeReason { note: argument.clone(), ..TargetChangeReason::default() };
    save(tx, ctx, standing, table, (verb, &why), settle).await
}
