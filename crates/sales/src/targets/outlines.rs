//! Many targets at once, as narrow rows with what they were and what was reached of them.

use super::{
    actuals::{self, Moment, Scope},
    model::{Branch, Dimension, TARGET, Target, TargetId, TargetLevel, TargetMetric},
    reading::chosen,
    versions,
};
use guanxi_kernel::{Action, Ctx, Currency, Money, Result, attainment::Figure, period::Period};
use guanxi_storage::{Sql, Tx, scope};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The most targets that are told at once.
pub const MOST: usize = 1_000;

/// A target that counts, with what was reached of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The target.
    pub id: TargetId,
    /// The one that it is a part of.
    pub parent: Option<TargetId>,
    /// In which way it divides that.
    pub branch: Option<Branch>,
    /// Whose it is.
    pub level: TargetLevel,
    /// Whom or what it is of, if that is not the company.
    pub subject: Option<Uuid>,
    /// The product that it is about.
    pub product: Option<Uuid>,
    /// The region that it is about.
    pub region: Option<Uuid>,
    /// The period.
    pub period: Period,
    /// What was to be reached.
    pub target: Figure,
    /// What was reached.
    pub actual: Figure,
    /// Whether the caller may see it.
    pub seen: bool,
}

type Row = (
    TargetId,
    Option<TargetId>,
    Option<Branch>,
    TargetLevel,
    Option<Uuid>,
    Option<Uuid>,
    Option<Uuid>,
    Period,
    Option<Currency>,
    Option<bool>,
);

/// Which targets are told.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// All of a level, of a period, about no product or region in particular.
    Peers(TargetLevel, Period),
    /// That of one of them, likewise.
    Of(TargetLevel, Uuid, Period),
    /// These.
    These(&'a [TargetId]),
    /// Those below these.
    Below(&'a [TargetId]),
}

/// Targets of a metric that count at an instant; of amounts those in one currency. At most one more than
/// [`MOST`].
///
/// # Errors
/// Those of the store.
async fn rows(
    tx: &mut Tx,
    ctx: &Ctx,
    metric: TargetMetric,
    currency: Currency,
    which: Which<'_>,
    moment: &Moment,
) -> Result<Vec<Row>> {
    let mut sql = Sql::new(
        "SELECT t.id, t.parent_id, t.branch, t.level, COALESCE(t.org_unit_id, t.team_id, t.rep_id, t.dealer_id),
             t.product_id, t.region_id, t.period, t.amount_currency, (",
    );
    scope::within(&mut sql, &TARGET, &ctx.reach(TARGET.plural, Action::Read), ctx.actor.user);
    sql.push(") FROM targets t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.metric = ");
    sql.bind(metric).push(" AND t.decided_at IS NOT NULL AND t.decided_at <= ").bind(moment.as_of);
    if metric != TargetMetric::Count {
        sql.push(" AND t.amount_currency = ").bind(currency);
    }
    match which {
        Which::Peers(level, period) => {
            sql.push(" AND t.level = ").bind(level).push(" AND t.period = ").bind(period);
            sql.push(" AND t.product_id IS NULL AND t.region_id IS NULL");
        }
        Which::Of(level, subject, period) => {
            sql.push(" AND t.level = ").bind(level).push(" AND t.period = ").bind(period);
            sql.push(" AND t.product_id IS NULL AND t.region_id IS NULL AND ");
            sql.push("COALESCE(t.org_unit_id, t.team_id, t.rep_id, t.dealer_id) = ").bind(subject);
        }
        Which::These(ids) => {
            sql.push(" AND t.id IN ").bind_all(ids.iter().copied());
        }
        Which::Below(ids) => {
            sql.push(" AND t.parent_id IN ").bind_all(ids.iter().copied());
        }
    }
    sql.push(" ORDER BY t.id LIMIT ").bind(MOST as i64 + 1);
    tx.all(sql).await
}

/// Targets with the figures in force at an instant and what was reached of them by then; one question
/// for all that count alike.
///
/// # Errors
/// As [`actuals::total`].
pub async fn outlines(
    tx: &mut Tx,
    ctx: &Ctx,
    (metric, currency): (TargetMetric, Currency),
    which: Which<'_>,
    moment: &Moment,
) -> Result<Vec<Outline>> {
    let rows = rows(tx, ctx, metric, currency, which, moment).await?;
    let ids: Vec<TargetId> = rows.iter().map(|row| row.0).collect();
    let units = versions::in_force_of(tx, &ids, moment.day, moment.known_at).await?;
    let mut all = Vec::with_capacity(rows.len());
    for (id, parent, branch, level, subject, product, region, period, currency, seen) in rows {
        let Some(units) = units.get(&id) else { continue };
        let target = match currency {
            Some(currency) => Figure::Amount(Money::new(*units, currency)),
            None => Figure::Count(*units),
        };
        let seen = seen.unwrap_or_default();
        all.push(Outline {
            id,
            parent,
            branch,
            level,
            subject,
            product,
            region,
            period,
            target,
            actual: target.with_units(0),
            seen,
        });
    }
    measure(tx, ctx, metric, &mut all, moment).await?;
    Ok(all)
}

/// The outline of a target, to be reached as the version of a number says.
///
/// # Errors
/// `no_such_version`.
pub async fn by_version(
    tx: &mut Tx,
    ctx: &Ctx,
    target: &Target,
    (number, moment): (i64, &Moment),
    outline: Outline,
) -> Result<Outline> {
    let version = chosen(tx, ctx, target, Some(number), moment).await?;
    Ok(Outline { target: outline.target.with_units(version.units), ..outline })
}

/// What makes targets count alike but for whose they are.
type Alike = (TargetLevel, String, Option<Uuid>, Option<Uuid>);

async fn measure(
    tx: &mut Tx,
    ctx: &Ctx,
    metric: TargetMetric,
    all: &mut [Outline],
    moment: &Moment,
) -> Result<()> {
    let alike =
        |one: &Outline| -> Alike { (one.level, one.period.to_string(), one.product, one.region) };
    let groups: BTreeSet<Alike> = all.iter().map(alike).collect();
    let mut reached: BTreeMap<(Alike, Option<Uuid>), i64> = BTreeMap::new();
    for group in groups {
        let of: Vec<&Outline> = all.iter().filter(|one| alike(one) == group).collect();
        let Some(first) = of.first() else { continue };
        let scope = Scope {
            metric,
            currency: match first.target {
                Figure::Amount(money) => Some(money.currency()),
                Figure::Count(_) => None,
            },
            users: None,
            product: first.product,
            region: first.region,
            party: None,
        };
        let window = first.period.range(ctx.settings.fiscal, moment.day);
        let dimension = match first.level {
            TargetLevel::Company => {
                let sum = actuals::total(tx, ctx, &scope, window, moment).await?;
                reached.insert((group, None), sum);
                continue;
            }
            TargetLevel::Unit => Dimension::Unit,
            TargetLevel::Team => Dimension::Team,
            TargetLevel::Rep => Dimension::Rep,
            TargetLevel::Channel => Dimension::Channel,
        };
        let ids: Vec<Uuid> = of.iter().filter_map(|one| one.subject).collect();
        let sums = actuals::by_member(tx, ctx, &scope, window, moment, dimension, &ids).await?;
        reached.extend(sums.into_iter().map(|(id, units)| ((group.clone(), Some(id)), units)));
    }
    for one in all.iter_mut() {
        let units = reached.get(&(alike(one), one.subject)).copied().unwrap_or_default();
        one.actual = one.target.with_units(units);
    }
    Ok(())
}
