//! How much time and money customers take, against what their tiers allow.

use super::{
    prospects::{column, require_fields},
    purchases,
    rfm::count,
};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, report::reach};
use chrono::NaiveDate;
use guanxi_customers::{
    activities::ACTIVITY,
    parties::PARTY,
    service_policies::{SERVICE_POLICY, VisitPeriod},
};
use guanxi_kernel::{
    Ctx, Currency, FineAmount, Money, Result,
    period::{Unit, start_of_day},
    problem::Texts,
    ratio::Ratio,
};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ResourceUse;

/// What the parties of a tier have taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResourceUseRow {
    /// The tier.
    pub tier: String,
    /// What its policy is called.
    pub policy: String,
    /// The first day of the period of its policy.
    pub from: NaiveDate,
    /// How many parties are of the tier.
    pub parties: i64,
    /// How many minutes they may take in the period together; `null` for as many as they like.
    #[schema(required)]
    pub allowed_minutes: Option<i64>,
    /// How many minutes activities with them that were done have taken.
    pub used_minutes: i64,
    /// The one by the other; without value where as many are allowed as they like.
    pub time_use: Ratio,
    /// How much may be spent on them in the period together; `null` for as much as it takes.
    #[schema(required)]
    pub allowed: Option<Money>,
    /// How much was spent on activities with them.
    pub used: Money,
    /// The one by the other; without value where as much is allowed as it takes.
    pub money_use: Ratio,
    /// Whether one of the two is more than is allowed.
    pub over: bool,
    /// How many of them, each by itself, have taken more than is allowed for one.
    pub parties_over: i64,
}

/// What goes over all tiers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResourceUseTotals {
    /// How many parties are of a tier with a policy.
    pub parties: i64,
    /// How many minutes they have taken.
    pub used_minutes: i64,
    /// How much was spent on them.
    pub used: Money,
    /// How many tiers have taken more than is allowed.
    pub tiers_over: i64,
}

/// Policies that are told of.
const MOST: i64 = 200;

static DEFINITION: Definition = Definition {
    name: "resource-use",
    version: 1,
    title: Texts { en: "Use of resources by tier", zh: "分级客户资源投入" },
    about: Texts {
        en: "How much time and money the parties of each tier have taken against what its service policy allows \
             (`budget_hours` and `budget`, for each party and period), in the calendar month, fiscal quarter or fiscal \
             year of `as_of`, whichever the policy has, up to the day of `as_of`: activities that were done and began in \
             it, and expenses that were made in it. More than 1 is over. Amounts are converted by the rate of their day, \
             budgets by that of `as_of`. Tiers, parties and activities are as they are now.",
        zh: "各等级客户在服务策略周期内(截至 as_of 当日)投入的工时与费用,对比策略预算(每客户每周期);使用率大于 1 为超支。",
    },
    reads: &[&PARTY, &ACTIVITY, &SERVICE_POLICY],
    needs: &["owner_id", "tier"],
    rests_on: &[],
    parameters: &[],
    columns: &[
        column("tier", "Tier", "客户等级", What::Key),
        column("policy", "Policy", "服务策略", What::Label),
        column("from", "From", "周期起始日", What::Date),
        column("parties", "Parties", "客户数", What::Count),
        column("allowed_minutes", "Minutes allowed", "允许工时(分钟)", What::Count),
        column("used_minutes", "Minutes used", "已用工时(分钟)", What::Count),
        column("time_use", "Use of time", "工时使用率", What::Ratio),
        column("allowed", "Allowed", "允许费用", What::Money),
        column("used", "Used", "已用费用", What::Money),
        column("money_use", "Use of money", "费用使用率", What::Ratio),
        column("over", "Over", "超支", What::Flag),
        column("parties_over", "Parties over", "超支客户数", What::Count),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["tier"],
        values: &["time_use", "money_use"],
        otherwise: &[],
    },
};

/// A tier with what its policy allows for each party.
struct Allowed {
    tier: String,
    policy: String,
    from: NaiveDate,
    minutes: Option<i64>,
    /// In steps of the currency of the report.
    steps: Option<i128>,
}

/// What one party has taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Taken {
    minutes: i64,
    steps: i128,
}

impl Taken {
    /// Whether it is more than is allowed for so many parties.
    fn exceeds(&self, minutes: Option<i64>, steps: Option<i128>, parties: i64) -> bool {
        let time = minutes.is_some_and(|most| self.minutes > most.saturating_mul(parties));
        let money = steps.is_some_and(|most| self.steps > most.saturating_mul(parties.into()));
        time || money
    }
}

fn unit(period: VisitPeriod) -> Unit {
    match period {
        VisitPeriod::Month => Unit::Month,
        VisitPeriod::Quarter => Unit::Quarter,
        VisitPeriod::Year => Unit::Year,
    }
}

async fn allowed(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<Allowed>> {
    type Found = (String, String, VisitPeriod, Option<i64>, Option<i64>, Option<Currency>);
    let mut sql = Sql::new(
        "SELECT t.tier, t.name, t.period, t.budget_hours, t.budget_minor, t.budget_currency
             FROM service_policies t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
             ORDER BY t.tier LIMIT ",
    );
    sql.bind(MOST);
    let (today, known) = (asked.today, asked.known_at);
    let mut all = Vec::new();
    for (tier, policy, period, hours, minor, currency) in tx.all::<Found>(sql).await? {
        let period = ctx.settings.fiscal.containing(unit(period), today);
        let steps = match minor.zip(currency) {
            Some((minor, currency)) => {
                let given = Money::new(minor, currency);
                let money = asked.exchange.convert(tx, given, today, known).await?;
                Some(i128::from(FineAmount::from(money).steps()))
            }
            None => None,
        };
        let from = period.range(ctx.settings.fiscal, today).start;
        all.push(Allowed { tier, policy, from, minutes: hours.map(|hours| hours * 60), steps });
    }
    Ok(all)
}

/// What each party of a tier has taken, and how many parties are of it.
async fn taken(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    of: &Allowed,
    spent: &BTreeMap<Uuid, Vec<(NaiveDate, i128)>>,
) -> Result<(BTreeMap<Uuid, Taken>, i64)> {
    let reach = reach(ctx, &DEFINITION);
    let mut sql = Sql::new(
        "SELECT p.id, CAST(COALESCE(SUM(t.duration_minutes), 0) AS BIGINT) FROM parties p
             LEFT JOIN activities t ON t.tenant_id = p.tenant_id AND t.party_id = p.id
                 AND t.deleted_at IS NULL AND t.status = 'done' AND t.starts_at >= ",
    );
    sql.bind(start_of_day(of.from, ctx.settings.time_zone));
    sql.push(" AND t.starts_at <= ").bind(asked.as_of);
    sql.push(" WHERE p.tenant_id = $1 AND p.deleted_at IS NULL AND p.tier = ");
    sql.bind(of.tier.clone()).push(" AND ");
    scope::covers(&mut sql, "p.owner_id", &reach, ctx.actor.user);
    sql.push(" GROUP BY p.id");
    let (mut all, mut parties) = (BTreeMap::new(), 0);
    for (id, minutes) in tx.all::<(Uuid, i64)>(sql).await? {
        parties += 1;
        let days = spent.get(&id).map(Vec::as_slice).unwrap_or_default();
        let steps: i128 =
            days.iter().filter(|(day, _)| *day >= of.from).map(|(_, steps)| steps).sum();
        if minutes > 0 || steps != 0 {
            all.insert(id, Taken { minutes, steps });
        }
    }
    Ok((all, parties))
}

impl Report for ResourceUse {
    type Row = ResourceUseRow;
    type Totals = ResourceUseTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &ACTIVITY, &["party_id", "duration_minutes", "expenses", "status"])?;
        require_fields(ctx, &SERVICE_POLICY, &["budget_hours", "budget"])?;
        let tiers = allowed(tx, ctx, asked).await?;
        let first = tiers.iter().map(|of| of.from).min();
        let time = (first, Some(asked.today));
        let spent = purchases::spent(tx, ctx, &DEFINITION, asked, time).await?;
        let mut rows = Vec::with_capacity(tiers.len());
        let (mut parties, mut whole) = (0, Taken::default());
        for of in tiers {
            let (each, number) = taken(tx, ctx, asked, &of, &spent).await?;
            let mut sum = Taken::default();
            for one in each.values() {
                sum.minutes += one.minutes;
                sum.steps += one.steps;
            }
            let over_alone = |one: &&Taken| one.exceeds(of.minutes, of.steps, 1);
            let parties_over = count(each.values().filter(over_alone).count());
            parties += number;
            whole.minutes += sum.minutes;
            whole.steps += sum.steps;
            let minutes = of.minutes.map(|minutes| minutes.saturating_mul(number));
            let steps = of.steps.map(|steps| steps.saturating_mul(number.into()));
            let figure = FineAmount::sum_to_decimal;
            rows.push(ResourceUseRow {
                over: sum.exceeds(of.minutes, of.steps, number),
                tier: of.tier,
                policy: of.policy,
                from: of.from,
                parties: number,
                allowed_minutes: minutes,
                used_minutes: sum.minutes,
                time_use: Ratio::new(sum.minutes, minutes.unwrap_or_default()),
                allowed: steps.map(|steps| purchases::money(asked, steps)).transpose()?,
                used: purchases::money(asked, sum.steps)?,
                money_use: Ratio::new(figure(sum.steps), figure(steps.unwrap_or_default())),
                parties_over,
            });
        }
        let totals = ResourceUseTotals {
            parties,
            used_minutes: whole.minutes,
            used: purchases::money(asked, whole.steps)?,
            tiers_over: count(rows.iter().filter(|row| row.over).count()),
        };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let row = ResourceUseRow {
            tier: "A".to_owned(),
            policy: "重点客户".to_owned(),
            from: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap_or_default(),
            parties: 10,
            allowed_minutes: Some(7_200),
            used_minutes: 7_500,
            time_use: Ratio::new(7_500, 7_200),
            allowed: Some(yuan(1_500_000)),
            used: yuan(1_200_000),
            money_use: Ratio::new(12_000, 15_000),
            over: true,
            parties_over: 3,
        };
        let totals = ResourceUseTotals {
            parties: 10,
            used_minutes: row.used_minutes,
            used: row.used,
            tiers_over: 1,
        };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_33_more_than_is_allowed_is_over() {
        let taken = |minutes, steps| Taken { minutes, steps };
        assert!(!taken(120, 100).exceeds(Some(60), Some(50), 2));
        assert!(taken(121, 0).exceeds(Some(60), None, 2));
        assert!(taken(0, 101).exceeds(None, Some(50), 2));
        assert!(!taken(9_999, 9_999).exceeds(None, None, 1));
        // Nobody of the tier: nothing is allowed, and nothing is taken.
        assert!(!taken(0, 0).exceeds(Some(60), Some(50), 0));
    }
}
