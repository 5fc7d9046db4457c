//! What came of campaigns, media and source codes in a time before.

use super::{
    model::{MarketingPlan, MarketingPlanId},
    parts::{AllocatedOver, Past},
};
use crate::campaigns::{CampaignId, MARGIN, of_campaigns};
use chrono::NaiveDate;
use guanxi_customers::rules::today;
use guanxi_kernel::{
    Ctx, Currency, Money, Problem, Result, money::MoneyError, period::start_of_day,
    problem::INTERNAL,
};
use guanxi_storage::{Sql, Tx, rates};
use std::{collections::BTreeMap, str::FromStr as _};
use uuid::Uuid;

/// Campaigns that have ended which are looked at, the last ones.
const MOST: i64 = 5_000;

/// Media or source codes that one statement asks for.
const AT_ONCE: usize = 500;

/// The first and the last day of the time that is looked at.
pub(super) type Window = (NaiveDate, NaiveDate);

fn ours(error: MoneyError) -> Problem {
    INTERNAL.problem().because(error)
}

fn nothing(currency: Currency, compared: Option<i64>) -> Past {
    let zero = Money::zero(currency);
    Past { responders: 0, cost: zero, margin: zero, compared }
}

/// What campaigns of each sort have come to that were finished in that time, but for those of the plan
/// itself, in its currency.
///
/// # Errors
/// `no_exchange_rate`; those of the store.
pub(super) async fn of_kinds(
    tx: &mut Tx,
    ctx: &Ctx,
    plan: &MarketingPlan,
    window: Window,
) -> Result<BTreeMap<Option<String>, Past>> {
    let currency = plan.currency();
    let ended = ended(tx, plan.meta.id, window).await?;
    let ids: Vec<(CampaignId, Currency)> = ended.iter().map(|(id, _)| (*id, currency)).collect();
    let figures = of_campaigns(tx, &ids, today(ctx)).await?;
    let mut sums: BTreeMap<Option<String>, Past> = BTreeMap::new();
    for (id, kind) in ended {
        let Some(one) = figures.get(&id) else { continue };
        let sum = sums.entry(kind).or_insert_with(|| nothing(currency, Some(0)));
        sum.responders += one.responders;
        sum.cost = sum.cost.checked_add(one.cost).map_err(ours)?;
        sum.margin = sum.margin.checked_add(one.contract_margin).map_err(ours)?;
        sum.compared = sum.compared.map(|count| count + 1);
    }
    Ok(sums)
}

async fn ended(
    tx: &mut Tx,
    plan: MarketingPlanId,
    (from, to): Window,
) -> Result<Vec<(CampaignId, Option<String>)>> {
    let mut sql = Sql::new(
        "SELECT id, kind FROM campaigns
         WHERE tenant_id = $1 AND deleted_at IS NULL AND state = 'finished' AND finished_on >= ",
    );
    sql.bind(from).push(" AND finished_on <= ").bind(to);
    sql.push(" AND (marketing_plan_id IS NULL OR marketing_plan_id <> ").bind(plan);
    sql.push(") ORDER BY finished_on DESC, id LIMIT ").bind(MOST);
    tx.all(sql).await
}

/// The columns of a medium or of a source code: of answers and expenses, and of codes themselves.
fn columns(over: AllocatedOver) -> (&'static str, &'static str) {
    match over {
        AllocatedOver::Media => ("medium_id", "s.medium_id"),
        AllocatedOver::Campaigns | AllocatedOver::SourceCodes => ("source_code_id", "s.id"),
    }
}

struct Sums {
    currency: Currency,
    day: NaiveDate,
    all: BTreeMap<Uuid, Past>,
}

/// What these media or source codes have come to in that time, whatever campaigns they were of, in the
/// currency of the plan.
///
/// # Errors
/// `no_exchange_rate`; those of the store.
pub(super) async fn of_keys(
    tx: &mut Tx,
    ctx: &Ctx,
    (currency, over): (Currency, AllocatedOver),
    ids: &[Uuid],
    window: Window,
) -> Result<BTreeMap<Uuid, Past>> {
    let all = ids.iter().map(|id| (*id, nothing(currency, None))).collect();
    let mut sums = Sums { currency, day: today(ctx), all };
    for some in ids.chunks(AT_ONCE) {
        sums.answers(tx, ctx, (over, some), window).await?;
        sums.costs(tx, (over, some), window).await?;
        sums.margins(tx, (over, some), window).await?;
    }
    Ok(sums.all)
}

impl Sums {
    async fn answers(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        (over, ids): (AllocatedOver, &[Uuid]),
        (from, to): Window,
    ) -> Result<()> {
        let (column, _) = columns(over);
        let zone = ctx.settings.time_zone;
        let after = to.succ_opt().unwrap_or(to);
        let mut sql = Sql::new("SELECT ");
        sql.push(column).push(
            ", COUNT(DISTINCT responder) FROM responses
             WHERE tenant_id = $1 AND deleted_at IS NULL AND responded_at >= ",
        );
        sql.bind(start_of_day(from, zone)).push(" AND responded_at < ");
        sql.bind(start_of_day(after, zone)).push(" AND ").push(column).push(" IN ");
        sql.bind_all(ids.iter().copied()).push(" GROUP BY ").push(column);
        for (id, people) in tx.all::<(Uuid, i64)>(sql).await? {
            if let Some(one) = self.all.get_mut(&id) {
                one.responders = people;
            }
        }
        Ok(())
    }

    async fn costs(
        &mut self,
        tx: &mut Tx,
        (over, ids): (AllocatedOver, &[Uuid]),
        (from, to): Window,
    ) -> Result<()> {
        let (column, _) = columns(over);
        let mut sql = Sql::new("SELECT ");
        sql.push(column).push(
            ", amount_currency, CAST(SUM(amount_minor) AS BIGINT) FROM campaign_expenses
             WHERE tenant_id = $1 AND deleted_at IS NULL AND spent_on >= ",
        );
        sql.bind(from).push(" AND spent_on <= ").bind(to).push(" AND ").push(column).push(" IN ");
        sql.bind_all(ids.iter().copied()).push(" GROUP BY ").push(column);
        sql.push(", amount_currency");
        for (id, code, minor) in tx.all::<(Uuid, String, i64)>(sql).await? {
            let amount = self.own(tx, minor, &code).await?;
            if let Some(one) = self.all.get_mut(&id) {
                one.cost = one.cost.checked_add(amount).map_err(ours)?;
            }
        }
        Ok(())
    }

    async fn margins(
        &mut self,
        tx: &mut Tx,
        (over, ids): (AllocatedOver, &[Uuid]),
        (from, to): Window,
    ) -> Result<()> {
        let (_, column) = columns(over);
        let mut sql = Sql::new("SELECT ");
        sql.push(column).push(", c.net_currency, CAST(COALESCE(SUM(").push(MARGIN).push(
            "), 0) AS BIGINT) FROM contracts c
             JOIN source_codes s ON s.tenant_id = c.tenant_id AND s.id = c.source_code_id
             LEFT JOIN quotes q ON q.tenant_id = c.tenant_id AND q.id = c.quote_id
             WHERE c.tenant_id = $1 AND c.deleted_at IS NULL AND c.stage <> 'cancelled'
                 AND c.signed_on >= ",
        );
        sql.bind(from).push(" AND c.signed_on <= ").bind(to).push(" AND ").push(column);
        sql.push(" IN ").bind_all(ids.iter().copied());
        sql.push(" GROUP BY ").push(column).push(", c.net_currency");
        for (id, code, minor) in tx.all::<(Uuid, String, i64)>(sql).await? {
            let amount = self.own(tx, minor, &code).await?;
            if let Some(one) = self.all.get_mut(&id) {
                one.margin = one.margin.checked_add(amount).map_err(ours)?;
            }
        }
        Ok(())
    }

    /// An amount in the currency of the plan.
    async fn own(&self, tx: &mut Tx, minor: i64, code: &str) -> Result<Money> {
        let given = Currency::from_str(code).map_err(ours)?;
        let amount = Money::new(minor, given);
        match given == self.currency {
            true => Ok(amount),
            false => Ok(rates::convert(tx, amount, self.currency, self.day).await?.amount),
        }
    }
}
