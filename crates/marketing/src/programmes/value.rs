//! What a programme is worth: profit, retention and growth.

use super::{
    model::{Programme, ProgrammeId},
    store,
};
use crate::campaigns::{CampaignId, Figures, Sight, of_campaigns};
use crate::rate::Rate;
use guanxi_customers::rules::today;
use guanxi_kernel::{
    Ctx, Currency, Money, Result,
    money::MoneyError,
    problem::{INTERNAL, NOT_FOUND},
    ratio::Ratio,
};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use utoipa::ToSchema;

/// How many customers have bought again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerRetention {
    /// Of those whom a touch of the programme has reached, or who have answered to it.
    pub touched: Rate,
    /// Of all others.
    pub untouched: Rate,
}

/// What a programme is worth so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProgrammeValue {
    /// What contracts that come from its campaigns come to without tax, each in its part; null for whoever may not
    /// see that.
    #[schema(required)]
    pub contract_amount: Option<Money>,
    /// What they leave above their cost; null alike.
    #[schema(required)]
    pub margin: Option<Money>,
    /// Contracts of which no cost is known: their margin is not counted.
    pub contracts_without_cost: i64,
    /// What was spent on all campaigns; null alike.
    #[schema(required)]
    pub cost: Option<Money>,
    /// `margin` − `cost`; null for whoever may not see one of them.
    #[schema(required)]
    pub profit: Option<Money>,
    /// Customers who had bought before its first day, and how many of them have bought in its days.
    pub retention: CustomerRetention,
    /// The programme before, if it is the next run of one that is there.
    #[schema(required)]
    pub previous_id: Option<ProgrammeId>,
    /// `contract_amount` of that one, in the same currency; null where there is none, or for whoever may not see it.
    #[schema(required)]
    pub previous_contract_amount: Option<Money>,
    /// By which share of `previous_contract_amount` it is more; null alike.
    #[schema(required)]
    pub growth: Option<Ratio>,
}

fn ours(error: MoneyError) -> guanxi_kernel::Problem {
    INTERNAL.problem().because(error)
}

/// The figures of the campaigns of a programme together, in that currency.
async fn together(
    tx: &mut Tx,
    ctx: &Ctx,
    programme: &Programme,
    currency: Currency,
) -> Result<Figures> {
    let campaigns: Vec<(CampaignId, Currency)> =
        programme.input.campaign_ids().map(|id| (id, currency)).collect();
    let mut sum = Figures::none(currency);
    for one in of_campaigns(tx, &campaigns, today(ctx)).await?.values() {
        sum.add(one).map_err(ours)?;
    }
    Ok(sum)
}

/// The programme before, unless it is deleted: whoever may read one programme may read all.
async fn previous(tx: &mut Tx, ctx: &Ctx, programme: &Programme) -> Result<Option<Programme>> {
    let Some(id) = programme.input.previous_id else { return Ok(None) };
    match resource::load::<Programme>(tx, ctx, id.uuid()).await {
        Ok(found) => Ok(Some(found)),
        Err(problem) if problem.is(&NOT_FOUND) => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// The profit of a programme, whether those whom it touched stay rather than others, and how it has grown.
///
/// # Errors
/// `not_found`, `forbidden`; `no_exchange_rate`; those of the store.
pub async fn value(tx: &mut Tx, ctx: &Ctx, id: ProgrammeId) -> Result<ProgrammeValue> {
    let programme: Programme = resource::load(tx, ctx, id.uuid()).await?;
    let (currency, sight) = (programme.currency(), Sight::of(ctx));
    let figures = together(tx, ctx, &programme, currency).await?;
    let days = (programme.input.starts_on, programme.input.ends_on);
    let mut kept = [(0, 0); 2];
    for (touched, all, again) in store::kept(tx, id, days).await? {
        kept[usize::from(touched == 1)] = (again, all);
    }
    let before = previous(tx, ctx, &programme).await?;
    let then = match &before {
        Some(before) => Some(together(tx, ctx, before, currency).await?.contract_amount),
        None => None,
    };
    let then = then.filter(|_| sight.contracts);
    let growth = match then {
        Some(then) => {
            let more = figures.contract_amount.checked_sub(then).map_err(ours)?;
            Some(Ratio::new(more.to_decimal(), then.to_decimal()))
        }
        None => None,
    };
    let profit = figures.contract_margin.checked_sub(figures.cost).map_err(ours)?;
    let sees_margin = sight.margin && sight.contracts;
    let rate = |(again, all): (i64, i64)| Rate::new(again, all);
    Ok(ProgrammeValue {
        contract_amount: sight.contracts.then_some(figures.contract_amount),
        margin: sees_margin.then_some(figures.contract_margin),
        contracts_without_cost: figures.contracts_without_cost,
        cost: sight.cost.then_some(figures.cost),
        profit: (sees_margin && sight.cost).then_some(profit),
        retention: CustomerRetention { touched: rate(kept[1]), untouched: rate(kept[0]) },
        previous_id: before.map(|before| before.meta.id),
        previous_contract_amount: then,
        growth,
    })
}
