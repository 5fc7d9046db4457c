//! What measures come to in a time, by org unit: the same figures that reports tell, from the same
//! statements.
//!
//! Each source is asked once, grouped by whoever the records count for, so what the units come to and what
//! the whole comes to is one answer.

use crate::{
    exchange::Exchange,
    measures::{opportunities, prospects, work},
    reports::{
        contract_results::{self, ContractResultsFigures},
        daily_business::{self, DayOfBusiness},
        loop_closure::{self, LoopClosureFigures},
    },
};
use guanxi_kernel::{
    Action, Ctx, Money, Result,
    actor::forbidden,
    measure::{Measure, MeasureUnit},
    period::{DateRange, business_date},
};
use guanxi_sales::{
    measures as sales,
    targets::{
        TargetMetric,
        actuals::{self, Moment, Scope},
    },
};
use guanxi_storage::{Sql, Tx};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Values by the names of measures, amounts in the currency of the tenant.
pub(super) type Figures = BTreeMap<&'static str, Decimal>;

/// The same by the org unit that whoever the records count for is in now; none for users of no unit.
pub(super) type ByUnit = BTreeMap<Option<Uuid>, Figures>;

/// Users that one statement asks for.
const AT_ONCE: usize = 500;

static CONTRACTS: [&Measure; 8] = [
    &opportunities::CONTRACTS_SIGNED,
    &opportunities::SIGNED_AMOUNT,
    &opportunities::AMENDMENTS_SIGNED,
    &opportunities::AMENDED_AMOUNT,
    &opportunities::CONTRACTS_CANCELLED,
    &opportunities::CANCELLED_AMOUNT,
    &opportunities::CONTRACT_RESULT_COUNT,
    &opportunities::CONTRACT_RESULT,
];

static HANDOVERS: [&Measure; 7] = [
    &prospects::HANDED_OVER,
    &prospects::HANDOVERS_ACCEPTED,
    &prospects::HANDOVERS_REFUSED,
    &prospects::HANDOVERS_RETURNED,
    &prospects::HANDOVERS_BOUGHT,
    &prospects::HANDOVERS_NOT_BOUGHT,
    &prospects::HANDOVERS_WITH_RESULT,
];

static BUSINESS: [&Measure; 7] = [
    &work::VISITORS,
    &work::FOLLOW_UPS,
    &work::TEST_DRIVES,
    &work::DELIVERIES,
    &prospects::NEW_PROSPECTS,
    &prospects::PROSPECTS_WON,
    &prospects::PROSPECTS_LOST,
];

static SALES: [&Measure; 4] =
    [&sales::WON_AMOUNT, &sales::WON_MARGIN, &sales::RECEIPTS, &sales::WON_COUNT];

/// The measures that can be worked out for any time and org unit.
pub(super) fn all() -> impl Iterator<Item = &'static Measure> {
    CONTRACTS.iter().chain(&HANDOVERS).chain(&BUSINESS).chain(&SALES).copied()
}

/// The one of them with that name.
pub(super) fn named(name: &str) -> Option<&'static Measure> {
    all().find(|measure| measure.name == name)
}

/// What these measures come to on these days, as far as they have come and the caller may see it.
///
/// # Errors
/// `forbidden` without the rights of the reports that tell them; won opportunities and receipts need the
/// right to all of them. `no_exchange_rate`, those of the store.
pub(super) async fn measured(
    tx: &mut Tx,
    ctx: &Ctx,
    wanted: &[&'static Measure],
    days: DateRange,
) -> Result<ByUnit> {
    let today = business_date(ctx.now, ctx.settings.time_zone);
    let end = today.succ_opt().map_or(days.end, |next| next.min(days.end));
    let days = DateRange { start: days.start, end };
    let mut found = ByUnit::new();
    if days.start >= days.end {
        return Ok(found);
    }
    let asks = |of: &[&'static Measure]| of.iter().any(|one| is_in(wanted, one));
    let (contracts, handovers, business) = (asks(&CONTRACTS), asks(&HANDOVERS), asks(&BUSINESS));
    if contracts {
        let amounts = wanted.iter().any(|one| is_in(&CONTRACTS, one) && is_amount(one));
        for (unit, figures) in contract_results::by_unit(tx, ctx, days, amounts).await? {
            keep(&mut found, wanted, unit, of_contracts(&figures));
        }
    }
    if handovers {
        for (unit, figures) in loop_closure::by_unit(tx, ctx, days).await? {
            keep(&mut found, wanted, unit, of_handovers(&figures));
        }
    }
    if business {
        let by_user = daily_business::by_user(tx, ctx, days).await?;
        let units = units_of(tx, by_user.keys().copied().collect()).await?;
        for (user, figures) in by_user {
            let unit = units.get(&user).copied().flatten();
            keep(&mut found, wanted, unit, of_business(&figures));
        }
    }
    for (metric, measure) in [
        (TargetMetric::Amount, &sales::WON_AMOUNT),
        (TargetMetric::Margin, &sales::WON_MARGIN),
        (TargetMetric::Receipts, &sales::RECEIPTS),
        (TargetMetric::Count, &sales::WON_COUNT),
    ] {
        if is_in(wanted, measure) {
            let by_user = sold(tx, ctx, metric, days).await?;
            let units = units_of(tx, by_user.keys().copied().collect()).await?;
            for (user, value) in by_user {
                let unit = units.get(&user).copied().flatten();
                keep(&mut found, wanted, unit, [(measure, value)]);
            }
        }
    }
    Ok(found)
}

fn is_in(all: &[&'static Measure], one: &Measure) -> bool {
    all.iter().any(|other| other.name == one.name)
}

fn is_amount(one: &Measure) -> bool {
    one.unit == MeasureUnit::Amount
}

/// Adds what is wanted of some values to those of a unit.
fn keep(
    found: &mut ByUnit,
    wanted: &[&'static Measure],
    unit: Option<Uuid>,
    values: impl IntoIterator<Item = (&'static Measure, Decimal)>,
) {
    let held = found.entry(unit).or_default();
    for (measure, value) in values.into_iter().filter(|(measure, _)| is_in(wanted, measure)) {
        *held.entry(measure.name).or_default() += value;
    }
}

fn of_contracts(figures: &ContractResultsFigures) -> Vec<(&'static Measure, Decimal)> {
    let values: [Decimal; 8] = [
        figures.signed.into(),
        figures.signed_amount.to_decimal(),
        figures.amended.into(),
        figures.amended_amount.to_decimal(),
        figures.cancelled.into(),
        figures.cancelled_amount.to_decimal(),
        figures.contracts.into(),
        figures.amount.to_decimal(),
    ];
    CONTRACTS.iter().copied().zip(values).collect()
}

fn of_handovers(figures: &LoopClosureFigures) -> Vec<(&'static Measure, Decimal)> {
    let values = [
        figures.handed,
        figures.accepted,
        figures.refused,
        figures.returned,
        figures.bought,
        figures.not_bought,
        figures.with_result,
    ];
    HANDOVERS.iter().copied().zip(values.map(Decimal::from)).collect()
}

fn of_business(figures: &DayOfBusiness) -> Vec<(&'static Measure, Decimal)> {
    let values = [
        figures.visitors,
        figures.follow_ups,
        figures.test_drives,
        figures.deliveries,
        figures.new_prospects,
        figures.orders,
        figures.lost,
    ];
    BUSINESS.iter().copied().zip(values.map(Decimal::from)).collect()
}

/// What users have won, or were paid for it.
async fn sold(
    tx: &mut Tx,
    ctx: &Ctx,
    metric: TargetMetric,
    days: DateRange,
) -> Result<BTreeMap<Uuid, Decimal>> {
    let plural = actuals::plural_of(metric);
    if !ctx.require(plural, Action::Read)?.all {
        return Err(forbidden(plural, Action::Read));
    }
    let exchange = Exchange::into(ctx.settings.currency);
    let currency = (metric != TargetMetric::Count).then_some(exchange.currency());
    let scope = Scope { metric, currency, users: None, product: None, region: None, party: None };
    let found = actuals::by_user(tx, ctx, &scope, days, &Moment::now(ctx)).await?;
    let value = |units: i64| match currency {
        Some(currency) => Money::new(units, currency).to_decimal(),
        None => Decimal::from(units),
    };
    Ok(found.into_iter().map(|(user, units)| (user, value(units))).collect())
}

/// The org units that users are in now.
async fn units_of(tx: &mut Tx, users: BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, Option<Uuid>>> {
    let mut found = BTreeMap::new();
    for some in users.into_iter().collect::<Vec<_>>().chunks(AT_ONCE) {
        let mut sql = Sql::new("SELECT id, org_unit_id FROM users WHERE tenant_id = $1 AND id IN ");
        sql.bind_all(some.iter().copied());
        found.extend(tx.all::<(Uuid, Option<Uuid>)>(sql).await?);
    }
    Ok(found)
}
