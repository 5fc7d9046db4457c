//! What was reached in a window of business days, as it stood at an instant: won opportunities, or what
//! customers have paid.
//!
//! Amounts in the currency of the target without collaborators are summed by the store. Any other is
//! converted by the rate of its day, or split among the collaborators of the opportunity, one by one:
//! however the question is cut, the same deal brings the same to the same people, and the parts make the
//! whole exactly.
//!
//! Won opportunities count by their day of closing and for the product that they are mainly about; a
//! channel target counts what the dealer buys itself, and margins are those of accepted quotes. Receipts
//! count less refunds, by their day, and stay with whoever owned the contract when they were entered, so a
//! statement does not change when a contract passes on. Units and teams are those of now. Whoever may read
//! a target may see what was reached of it, also of others' opportunities, since that is what it is for;
//! whoever may not see amounts of opportunities may not.

use super::{
    model::{Dimension, TARGET, Target, TargetLevel, TargetMetric},
    question::{Question, SHARED},
    store,
};
use crate::{
    opportunities::{Collaborator, OPPORTUNITY},
    products::PRODUCT,
    quotes::QUOTE,
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{
    Action, Ctx, Currency, Id, Money, Result,
    actor::forbidden,
    period::{DateRange, Fiscal, Unit, business_date},
    problem::{INTERNAL, OUT_OF_RANGE},
};
use guanxi_storage::{Sql, Tx, error::corrupt, rates};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Opportunities that are read at once, of those that the store does not sum.
const AT_ONCE: i64 = 5_000;

/// Receipts, which a crate to the right of this one keeps: here they are read where they lie.
const RECEIPTS: &str = "receipts";

/// As of when, and whether that is now.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// What is told was so at this instant.
    pub as_of: DateTime<Utc>,
    /// As far as it was known at this one.
    pub known_at: DateTime<Utc>,
    /// The business day of the first.
    pub day: NaiveDate,
    /// Whether that is now.
    pub live: bool,
}

impl Moment {
    /// Now.
    pub fn now(ctx: &Ctx) -> Self {
        let day = business_date(ctx.now, ctx.settings.time_zone);
        Self { as_of: ctx.now, known_at: ctx.now, day, live: true }
    }

    /// That instant; now if none is named.
    ///
    /// # Errors
    /// `out_of_range` for one that has not come yet.
    pub fn at(ctx: &Ctx, as_of: Option<DateTime<Utc>>) -> Result<Self> {
        match as_of {
            None => Ok(Self::now(ctx)),
            Some(at) if at > ctx.now => {
                Err(OUT_OF_RANGE.at("/as_of").with("expected", "an instant that has come"))
            }
            Some(at) => {
                let day = business_date(at, ctx.settings.time_zone);
                Ok(Self { as_of: at, known_at: at, day, live: at == ctx.now })
            }
        }
    }
}

/// What counts.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Amounts, margins, receipts or pieces.
    pub metric: TargetMetric,
    /// The currency of the amounts.
    pub currency: Option<Currency>,
    /// Whose: everybody's if it is nobody's in particular.
    pub users: Option<BTreeSet<Uuid>>,
    /// Only of this product.
    pub product: Option<Uuid>,
    /// Only of parties in this region.
    pub region: Option<Uuid>,
    /// Only of this party.
    pub party: Option<Uuid>,
}

impl Scope {
    /// What a target counts, as the organisation is now.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn of(tx: &mut Tx, target: &Target) -> Result<Self> {
        let input = &target.input;
        let users = match (input.level, input.org_unit_id, input.team_id, input.rep_id) {
            (TargetLevel::Unit, Some(unit), ..) => Some(store::users_of_unit(tx, unit).await?),
            (TargetLevel::Team, _, Some(team), _) => Some(store::users_of_team(tx, team).await?),
            (TargetLevel::Rep, _, _, Some(rep)) => Some(BTreeSet::from([rep.uuid()])),
            _ => None,
        };
        Ok(Self {
            metric: input.metric,
            currency: target.currency(),
            users,
            product: input.product_id.map(Id::uuid),
            region: input.region_id.map(Id::uuid),
            party: input.dealer_id.map(Id::uuid),
        })
    }
}

/// What is told apart besides who won it.
#[derive(Debug, Clone, Copy, Default)]
struct Grain {
    product: bool,
    region: bool,
    party: bool,
    day: bool,
}

/// What somebody has won, or was paid for it.
#[derive(Debug, Clone)]
struct Sale {
    owner: Uuid,
    product: Option<Uuid>,
    region: Option<Uuid>,
    party: Option<Uuid>,
    day: Option<NaiveDate>,
    units: i64,
}

/// Refuses whoever may not see what targets are measured by.
///
/// # Errors
/// `forbidden`.
pub fn require_sight(ctx: &Ctx, metric: TargetMetric) -> Result<()> {
    let plural = plural_of(metric);
    ctx.require(plural, Action::Read)?;
    let hides = |plural: &str, field: &str| ctx.actor.withheld(plural).hidden.contains(field);
    let blind = match metric {
        TargetMetric::Count => false,
        TargetMetric::Amount | TargetMetric::Receipts => hides(plural, "amount"),
        TargetMetric::Margin => {
            ctx.reach(PRODUCT.plural, Action::Read).is_nothing()
                || hides(PRODUCT.plural, "cost")
                || hides(QUOTE.plural, "margin")
                || hides(QUOTE.plural, "line_costs")
        }
    };
    if blind { Err(forbidden(plural, Action::Read)) } else { Ok(()) }
}

/// The resource whose records a metric counts.
pub const fn plural_of(metric: TargetMetric) -> &'static str {
    match metric {
        TargetMetric::Receipts => RECEIPTS,
        TargetMetric::Amount | TargetMetric::Margin | TargetMetric::Count => OPPORTUNITY.plural,
    }
}

/// Refuses whoever may not see the figures of targets.
///
/// # Errors
/// `forbidden`.
pub(super) fn require_figures(ctx: &Ctx) -> Result<()> {
    let hidden = ctx.actor.withheld(TARGET.plural).hidden;
    let blind = ["amount", "quantity"].iter().any(|field| hidden.contains(*field));
    if blind { Err(forbidden(TARGET.plural, Action::Read)) } else { Ok(()) }
}

/// What the store sums.
async fn summed(tx: &mut Tx, asked: &Question<'_>, grain: Grain) -> Result<Vec<Sale>> {
    let mut sql = Sql::new("SELECT ");
    let some = |wanted: bool, column: &'static str| {
        if wanted { column } else { "CAST(NULL AS UUID)" }
    };
    sql.push(asked.owner()).push(", ").push(some(grain.product, "o.product_id"));
    sql.push(", ").push(some(grain.region, "p.sales_region_id"));
    sql.push(", ").push(some(grain.party, asked.party())).push(", ");
    sql.push(if grain.day { asked.day() } else { "CAST(NULL AS DATE)" });
    match asked.scope.currency {
        None => sql.push(", COUNT(*)"),
        Some(_) => sql.push(", CAST(COALESCE(SUM(").push(asked.minor()).push("), 0) AS BIGINT)"),
    };
    asked.from(&mut sql);
    if let Some(currency) = asked.scope.currency {
        sql.push(" AND ").push(asked.currency()).push(" = ").bind(currency.code());
        sql.push(" AND NOT ").push(SHARED);
    }
    if let Some(users) = asked.named() {
        sql.push(" AND ").push(asked.owner()).push(" IN ").bind_all(users.iter().copied());
    }
    sql.push(" GROUP BY ").push(asked.owner());
    for (wanted, column) in [
        (grain.product, "o.product_id"),
        (grain.region, "p.sales_region_id"),
        (grain.party, asked.party()),
        (grain.day, asked.day()),
    ] {
        if wanted {
            sql.push(", ").push(column);
        }
    }
    type Row = (Uuid, Option<Uuid>, Option<Uuid>, Option<Uuid>, Option<NaiveDate>, i64);
    let sale = |(owner, product, region, party, day, units): Row| Sale {
        owner,
        product,
        region,
        party,
        day,
        units,
    };
    let rows = tx.all::<Row>(sql).await?.into_iter().map(sale);
    Ok(rows.filter(|sale| asked.counts(sale.owner)).collect())
}

/// An opportunity or a receipt that is looked at by itself.
struct Single {
    id: Uuid,
    owner: Uuid,
    product: Option<Uuid>,
    region: Option<Uuid>,
    party: Option<Uuid>,
    day: NaiveDate,
    minor: Option<i64>,
    currency: Option<String>,
    collaborators: Option<String>,
    opportunity: Option<Uuid>,
}

type SingleRow = (
    Uuid,
    Uuid,
    Option<Uuid>,
    Option<Uuid>,
    Option<Uuid>,
    NaiveDate,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<Uuid>,
);

impl From<SingleRow> for Single {
    fn from(row: SingleRow) -> Self {
        let (id, owner, product, region, party, day, minor, currency, collaborators, opportunity) =
            row;
        Self { id, owner, product, region, party, day, minor, currency, collaborators, opportunity }
    }
}

async fn singles(
    tx: &mut Tx,
    asked: &Question<'_>,
    currency: Option<Currency>,
    (after, most): (Uuid, i64),
) -> Result<Vec<Single>> {
    let mut sql = Sql::new("SELECT ");
    sql.push(asked.id()).push(", ").push(asked.owner()).push(", o.product_id, p.sales_region_id, ");
    sql.push(asked.party()).push(", ").push(asked.day()).push(", ");
    sql.push(asked.minor()).push(", ").push(asked.currency());
    sql.push(", CAST(o.collaborators AS TEXT), o.id");
    asked.from(&mut sql);
    if let Some(currency) = currency {
        sql.push(" AND (").push(asked.currency()).push(" <> ").bind(currency.code());
        sql.push(" OR ").push(SHARED).push(")");
    }
    if let Some(users) = asked.named() {
        sql.push(" AND (").push(asked.owner()).push(" IN ").bind_all(users.iter().copied());
        sql.push(" OR o.id IN (SELECT z.record_id FROM opportunity_people z WHERE z.tenant_id = $1 AND z.user_id IN ");
        sql.bind_all(users.iter().copied()).push("))");
    }
    sql.push(" AND ").push(asked.id()).push(" > ").bind(after);
    sql.push(" ORDER BY ").push(asked.id()).push(" LIMIT ").bind(most);
    Ok(tx.all::<SingleRow>(sql).await?.into_iter().map(Single::from).collect())
}

/// The rates that were used so far.
type Rates = BTreeMap<(Currency, NaiveDate), guanxi_kernel::money::AppliedRate>;

/// What a deal brings to each of those who have a part of it.
async fn brought(
    tx: &mut Tx,
    asked: &Question<'_>,
    currency: Currency,
    single: &Single,
    used: &mut Rates,
) -> Result<Vec<(Uuid, i64)>> {
    let (Some(minor), Some(code)) = (&single.minor, &single.currency) else {
        return Ok(Vec::new());
    };
    let (owner, day) = (single.owner, single.day);
    let given = Money::new(*minor, code.parse().map_err(corrupt)?);
    let amount = if given.currency() == currency {
        given
    } else {
        let rate = match used.get(&(given.currency(), day)) {
            Some(rate) => *rate,
            None => {
                let pair = (given.currency(), currency);
                let rate = rates::rate_as_known(tx, pair, day, asked.moment.known_at).await?;
                used.insert((given.currency(), day), rate);
                rate
            }
        };
        rates::use_rate(&rate, given, currency)?.amount
    };
    let people: Vec<Collaborator> = match &single.collaborators {
        Some(people) => serde_json::from_str(people).map_err(corrupt)?,
        None => Vec::new(),
    };
    if people.is_empty() {
        return Ok(vec![(owner, amount.minor())]);
    }
    let weights: Vec<Decimal> = people.iter().map(|one| one.split.to_decimal()).collect();
    let parts = amount.split(&weights).map_err(|error| INTERNAL.problem().because(error))?;
    let people = people.iter().map(|one| one.user_id.uuid());
    Ok(people.zip(parts.into_iter().map(Money::minor)).collect())
}

/// What is converted or shared.
async fn taken_apart(
    tx: &mut Tx,
    asked: &Question<'_>,
    currency: Currency,
    sales: &mut Vec<Sale>,
) -> Result<()> {
    let (mut after, mut used) = (Uuid::nil(), Rates::new());
    loop {
        let some = singles(tx, asked, Some(currency), (after, AT_ONCE)).await?;
        let Some(last) = some.last().map(|single| single.id) else { return Ok(()) };
        after = last;
        for single in &some {
            for (owner, units) in brought(tx, asked, currency, single, &mut used).await? {
                let Single { product, region, party, .. } = *single;
                let day = Some(single.day);
                if asked.counts(owner) {
                    sales.push(Sale { owner, product, region, party, day, units });
                }
            }
        }
    }
}

/// A deal that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deal {
    /// The won opportunity, or the receipt.
    pub id: Uuid,
    /// The opportunity, if there is one.
    pub opportunity: Option<Uuid>,
    /// The day on which it counts.
    pub day: NaiveDate,
    /// What of it counts, in minor units.
    pub units: i64,
}

/// The first deals that make up what was reached, and whether there are more. Who may see them was
/// asked before.
///
/// # Errors
/// `no_exchange_rate`, those of the store.
pub async fn deals(
    tx: &mut Tx,
    scope: &Scope,
    window: DateRange,
    moment: &Moment,
    currency: Currency,
) -> Result<(Vec<Deal>, bool)> {
    const MOST: usize = 1_000;
    let asked = Question { scope, window, moment };
    let some = singles(tx, &asked, None, (Uuid::nil(), MOST as i64 + 1)).await?;
    let shown = &some[..some.len().min(MOST)];
    let mut deals = counted(tx, &asked, currency, shown).await?;
    deals.sort_unstable_by_key(|deal| (deal.day, deal.id));
    Ok((deals, some.len() > MOST))
}

/// The next deals behind an id, in the order of their ids, and the id to go on behind; none when there
/// are no more. Who may see them was asked before.
///
/// # Errors
/// As [`deals`].
pub async fn deals_after(
    tx: &mut Tx,
    scope: &Scope,
    window: DateRange,
    moment: &Moment,
    currency: Currency,
    after: Uuid,
) -> Result<(Vec<Deal>, Option<Uuid>)> {
    let asked = Question { scope, window, moment };
    let some = singles(tx, &asked, None, (after, AT_ONCE)).await?;
    let last = some.last().map(|single| single.id);
    Ok((counted(tx, &asked, currency, &some).await?, last))
}

/// What of these counts.
async fn counted(
    tx: &mut Tx,
    asked: &Question<'_>,
    currency: Currency,
    some: &[Single],
) -> Result<Vec<Deal>> {
    let (mut deals, mut used) = (Vec::new(), Rates::new());
    for single in some {
        let parts = brought(tx, asked, currency, single, &mut used).await?;
        let own = parts.into_iter().filter(|(owner, _)| asked.counts(*owner));
        let own: Vec<i64> = own.map(|(_, units)| units).collect();
        if !own.is_empty() {
            let Single { id, opportunity, day, .. } = *single;
            deals.push(Deal { id, opportunity, day, units: sum(own)? });
        }
    }
    Ok(deals)
}

async fn sales(
    tx: &mut Tx,
    ctx: &Ctx,
    scope: &Scope,
    window: DateRange,
    moment: &Moment,
    grain: Grain,
) -> Result<Vec<Sale>> {
    require_sight(ctx, scope.metric)?;
    let asked = Question { scope, window, moment };
    let mut sales = summed(tx, &asked, grain).await?;
    if let Some(currency) = scope.currency {
        taken_apart(tx, &asked, currency, &mut sales).await?;
    }
    Ok(sales)
}

/// What was reached altogether, in units of the scope.
///
/// # Errors
/// `forbidden`, `no_exchange_rate`, those of the store.
pub async fn total(
    tx: &mut Tx,
    ctx: &Ctx,
    scope: &Scope,
    window: DateRange,
    moment: &Moment,
) -> Result<i64> {
    let sales = sales(tx, ctx, scope, window, moment, Grain::default()).await?;
    sum(sales.iter().map(|sale| sale.units))
}

fn sum(units: impl IntoIterator<Item = i64>) -> Result<i64> {
    let sum: i128 = units.into_iter().map(i128::from).sum();
    i64::try_from(sum).map_err(|_| OUT_OF_RANGE.with("expected", "less in total"))
}

fn add<K: Ord>(sums: &mut BTreeMap<K, i64>, key: K, units: i64) -> Result<()> {
    let held = sums.entry(key).or_default();
    *held = sum([*held, units])?;
    Ok(())
}

/// What each user has reached, in units of the scope.
///
/// # Errors
/// As [`total`].
pub async fn by_user(
    tx: &mut Tx,
    ctx: &Ctx,
    scope: &Scope,
    window: DateRange,
    moment: &Moment,
) -> Result<BTreeMap<Uuid, i64>> {
    let mut sums = BTreeMap::new();
    for sale in sales(tx, ctx, scope, window, moment, Grain::default()).await? {
        add(&mut sums, sale.owner, sale.units)?;
    }
    Ok(sums)
}

/// What each of these members along a dimension has reached; of units with all below them.
///
/// # Errors
/// As [`total`].
pub async fn by_member(
    tx: &mut Tx,
    ctx: &Ctx,
    scope: &Scope,
    window: DateRange,
    moment: &Moment,
    dimension: Dimension,
    members: &[Uuid],
) -> Result<BTreeMap<Uuid, i64>> {
    let grain = Grain {
        product: dimension == Dimension::Product,
        region: dimension == Dimension::Region,
        party: dimension == Dimension::Channel,
        day: false,
    };
    let groups = match dimension {
        Dimension::Unit => Some(store::users_by_unit(tx, members).await?),
        Dimension::Team => Some(store::users_by_team(tx, members).await?),
        _ => None,
    };
    let mut of_user: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (group, user) in groups.into_iter().flatten() {
        of_user.entry(user).or_default().push(group);
    }
    let mut sums = BTreeMap::new();
    for sale in sales(tx, ctx, scope, window, moment, grain).await? {
        let keys: Vec<Uuid> = match dimension {
            Dimension::Unit | Dimension::Team => {
                of_user.get(&sale.owner).cloned().unwrap_or_default()
            }
            Dimension::Rep => vec![sale.owner],
            Dimension::Product => sale.product.into_iter().collect(),
            Dimension::Region => sale.region.into_iter().collect(),
            Dimension::Channel => sale.party.into_iter().collect(),
            Dimension::Month | Dimension::Quarter | Dimension::Half => Vec::new(),
        };
        for key in keys {
            add(&mut sums, key, sale.units)?;
        }
    }
    Ok(sums)
}

/// What was reached in each period of that length within the window, by the name of the period.
///
/// # Errors
/// As [`total`].
pub async fn by_period(
    tx: &mut Tx,
    ctx: &Ctx,
    scope: &Scope,
    window: DateRange,
    moment: &Moment,
    (fiscal, unit): (Fiscal, Unit),
) -> Result<BTreeMap<String, i64>> {
    let grain = Grain { day: true, ..Grain::default() };
    let mut sums = BTreeMap::new();
    for sale in sales(tx, ctx, scope, window, moment, grain).await? {
        if let Some(day) = sale.day {
            add(&mut sums, fiscal.containing(unit, day).to_string(), sale.units)?;
        }
    }
    Ok(sums)
}

/// How many won opportunities of the window have no margin that is known.
///
/// # Errors
/// Those of the store.
pub async fn without_margin(
    tx: &mut Tx,
    scope: &Scope,
    window: DateRange,
    moment: &Moment,
) -> Result<i64> {
    let asked = Question { scope, window, moment };
    let mut sql = Sql::new("SELECT COUNT(*)");
    asked.from(&mut sql);
    sql.push(" AND q.margin_minor IS NULL");
    if let Some(users) = asked.named() {
        sql.push(" AND ").push(asked.owner()).push(" IN ").bind_all(users.iter().copied());
    }
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}
