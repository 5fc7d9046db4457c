//! What was signed, amended and taken back, by whose it was, in which org unit or team, by which campaign, with
//! whom, or when.

mod movements;

use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, What,
    asked::bad,
    definition::{Shape, Takes},
    exchange::currency,
    labels::{Labels, labels},
    report::ask,
    reports::{
        facts::also_reads,
        prospects::{column, day, example_id, require_fields},
    },
};
use chrono::{Datelike as _, NaiveDate};
use guanxi_contracts::contracts::{CONTRACT, ContractMovement};
use guanxi_customers::parties::PARTY;
use guanxi_identity::{org_units::ORG_UNIT, teams::TEAM, users::USER};
use guanxi_kernel::{
    Action, Ctx, Currency, Money, Result, Word as _,
    actor::forbidden,
    period::DateRange,
    problem::{INTERNAL, OUT_OF_RANGE, Texts},
    scalar::Scalar,
    split::allocate,
};
use guanxi_marketing::campaigns::CAMPAIGN;
use guanxi_storage::Tx;
use movements::{Shared, Span};
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ContractResults;

guanxi_kernel::words! {
    /// What movements of contracts are grouped by.
    #[derive(Default)]
    pub enum ContractResultsBy {
        /// Whose contracts they are: who owned them when they were signed.
        #[default]
        Owner = "owner" ("Owner", "负责人"),
        /// The org unit of whose they are, as it is now.
        Unit = "unit" ("Org unit", "组织单元"),
        /// The teams of whose they are, as they are now.
        Team = "team" ("Team", "团队"),
        /// The campaigns that brought them, as their contracts say now.
        Campaign = "campaign" ("Campaign", "市场活动"),
        /// With whom they are.
        Party = "party" ("Customer", "客户"),
        /// The month of the movement.
        Month = "month" ("Month", "月份"),
    }
}

/// What contracts came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContractResultsRow {
    /// Who owned them when they were signed; `null` unless it is grouped by that.
    #[schema(required)]
    pub owner_id: Option<Uuid>,
    /// What they are called; `null` for whoever may not see it.
    #[schema(required)]
    pub owner: Option<String>,
    /// The org unit of who owned them when they were signed, as it is now; `null` unless it is grouped by that,
    /// and for users of no unit.
    #[schema(required)]
    pub org_unit_id: Option<Uuid>,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub org_unit: Option<String>,
    /// A team of who owned them when they were signed, as it is now; `null` unless it is grouped by that, and for
    /// users of no team.
    #[schema(required)]
    pub team_id: Option<Uuid>,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub team: Option<String>,
    /// The campaign that brought them; `null` unless it is grouped by that, and for those that none has brought.
    #[schema(required)]
    pub campaign_id: Option<Uuid>,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub campaign: Option<String>,
    /// The customer; `null` unless it is grouped by that.
    #[schema(required)]
    pub party_id: Option<Uuid>,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// The month, such as `2026-05`; `null` unless it is grouped by that.
    #[schema(required)]
    pub month: Option<String>,
    /// What was signed, amended and taken back.
    #[serde(flatten)]
    pub figures: ContractResultsFigures,
}

/// What was signed, amended and taken back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContractResultsFigures {
    /// How many contracts were signed.
    pub signed: i64,
    /// What they came to without tax on that day.
    pub signed_amount: Money,
    /// How many amendments were signed.
    pub amended: i64,
    /// What they made of it, below zero for less.
    pub amended_amount: Money,
    /// How many signed contracts were cancelled.
    pub cancelled: i64,
    /// What that took back, as an amount below zero.
    pub cancelled_amount: Money,
    /// `signed` less `cancelled`.
    pub contracts: i64,
    /// All three amounts together.
    pub amount: Money,
}

/// Rows at most.
const MOST: usize = 1_000;

static DEFINITION: Definition = Definition {
    name: "contract-results",
    version: 3,
    title: Texts { en: "Results by contracts", zh: "合同业绩" },
    about: Texts {
        en: "What contracts count for in a period, each movement on its own day: what was signed, what amendments \
             made of it, and what cancellations took back. A cancellation does not change the period in which the \
             contract was signed, so a figure that was reported stays what it was; what was recorded after `known_at` \
             is left out. They count for whoever owned \
             the contract when it was signed, and for the org unit and the teams that this user is in now. By \
             campaign the amounts of a contract that several have brought are divided by its weights, and it counts \
             for each; by team all counts for every team of the user. The totals count everything once. Amounts \
             in other currencies are converted by the rate of the day of the movement. The greatest amount comes \
             first, months in their order; at most 1,000 rows, and the totals go over all.",
        zh: "期间内合同业绩的每一笔变动:签订、变更与取消,各自计入发生当日,不追溯修改签订期间。业绩归签订时的负责人及其当前组织单元与团队;按活动统计时金额按合同的活动权重分摊,合计不重复计算。外币按变动当日汇率折算。",
    },
    reads: &[&CONTRACT, &PARTY],
    needs: &["party_id", "signed_on", "owner_id"],
    rests_on: &[("net", &["signed_amount", "amended_amount", "cancelled_amount", "amount"])],
    parameters: &[
        Parameter {
            name: "by",
            takes: Takes::One(<ContractResultsBy as Scalar>::TYPE),
            default: Some("owner"),
            required: false,
            field: None,
            about: Texts { en: "What they are grouped by.", zh: "分组维度。" },
        },
        day(
            "from",
            "The first day; the first of January of the year of `to` when absent.",
            "起始日期,缺省为截止日期当年1月1日。",
        ),
        day(
            "to",
            "The last day; that of `as_of` when absent, and not later.",
            "截止日期,缺省为统计当日且不得晚于该日。",
        ),
    ],
    columns: &[
        column("owner_id", "Owner id", "负责人标识", What::Key),
        column("owner", "Owner", "负责人", What::Label),
        column("org_unit_id", "Org unit id", "组织单元标识", What::Key),
        column("org_unit", "Org unit", "组织单元", What::Label),
        column("team_id", "Team id", "团队标识", What::Key),
        column("team", "Team", "团队", What::Label),
        column("campaign_id", "Campaign id", "活动标识", What::Key),
        column("campaign", "Campaign", "市场活动", What::Label),
        column("party_id", "Customer id", "客户标识", What::Key),
        column("party", "Customer", "客户", What::Label),
        column("month", "Month", "月份", What::Label),
        column("signed", "Signed", "签订数", What::Count),
        column("signed_amount", "Signed amount", "签订金额", What::Money),
        column("amended", "Amended", "变更数", What::Count),
        column("amended_amount", "Amended amount", "变更金额", What::Money),
        column("cancelled", "Cancelled", "取消数", What::Count),
        column("cancelled_amount", "Cancelled amount", "取消金额", What::Money),
        column("contracts", "Contracts", "合同数", What::Count),
        column("amount", "Amount", "业绩金额", What::Money),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["owner", "org_unit", "team", "campaign", "party", "month"],
        values: &["amount"],
        otherwise: &["contracts"],
    },
};

/// The first and the last day.
fn span(asked: &mut Asked) -> Result<Span> {
    let to = asked.date("to").unwrap_or(asked.today);
    // A period that is not over is told as far as it is.
    let to = if asked.of_period { to.min(asked.today) } else { to };
    if to > asked.today {
        return Err(bad(OUT_OF_RANGE
            .parameter("to")
            .with("expected", "the day of as_of or earlier")));
    }
    let new_year = NaiveDate::from_ymd_opt(to.year(), 1, 1).unwrap_or(to);
    let from = asked.date("from").unwrap_or(new_year);
    if from > to {
        return Err(bad(OUT_OF_RANGE.parameter("from").with("expected", "not later than to")));
    }
    asked.understand("from", &from);
    asked.understand("to", &to);
    Ok((from, to))
}

impl ContractResultsFigures {
    fn none(zero: Money) -> Self {
        Self {
            signed: 0,
            signed_amount: zero,
            amended: 0,
            amended_amount: zero,
            cancelled: 0,
            cancelled_amount: zero,
            contracts: 0,
            amount: zero,
        }
    }

    fn join(&mut self, asked: &Asked, other: &Self) -> Result<()> {
        for (kind, count, amount) in [
            (ContractMovement::Signed, other.signed, other.signed_amount),
            (ContractMovement::Amended, other.amended, other.amended_amount),
            (ContractMovement::Cancelled, other.cancelled, other.cancelled_amount),
        ] {
            self.add(asked, kind, count, amount)?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        asked: &Asked,
        kind: ContractMovement,
        count: i64,
        amount: Money,
    ) -> Result<()> {
        let (counted, sum) = match kind {
            ContractMovement::Signed => (&mut self.signed, &mut self.signed_amount),
            ContractMovement::Amended => (&mut self.amended, &mut self.amended_amount),
            ContractMovement::Cancelled => (&mut self.cancelled, &mut self.cancelled_amount),
        };
        *counted += count;
        *sum = asked.exchange.sum([*sum, amount])?;
        self.contracts = self.signed - self.cancelled;
        self.amount = asked.exchange.sum([self.amount, amount])?;
        Ok(())
    }
}

/// Whose, of which unit or with whom, or the month.
type Key = (Option<Uuid>, Option<String>);

/// What contracts came to on these days, by the org unit of whoever owned them when they were signed;
/// none for users of no unit. With `amounts` the caller must see these too.
///
/// # Errors
/// As the report.
pub(crate) async fn by_unit(
    tx: &mut Tx,
    ctx: &Ctx,
    days: DateRange,
    amounts: bool,
) -> Result<BTreeMap<Option<Uuid>, ContractResultsFigures>> {
    let mut asked = ask(tx, ctx, &DEFINITION, &[]).await?;
    if amounts && asked.hides("net") {
        return Err(forbidden(CONTRACT.plural, Action::Read));
    }
    let last = days.end.pred_opt().unwrap_or(days.end);
    let by = ContractResultsBy::Unit;
    let groups = grouped(tx, ctx, &mut asked, by, (days.start, last)).await?;
    Ok(groups.into_iter().map(|((unit, _), figures)| (unit, figures)).collect())
}

/// The movements of a period in their groups.
async fn grouped(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
    by: ContractResultsBy,
    span: Span,
) -> Result<BTreeMap<Key, ContractResultsFigures>> {
    let found = movements::of_period(tx, ctx, asked, by, span).await?;
    let zero = asked.exchange.zero();
    let mut groups: BTreeMap<Key, ContractResultsFigures> = BTreeMap::new();
    for (who, month, kind, code, rate_on, count, minor) in found {
        let Some(kind) = ContractMovement::from_word(&kind) else { continue };
        let (day, known) = (rate_on.unwrap_or(asked.today), asked.known_at);
        let given = Money::new(minor, currency(&code)?);
        let amount = asked.exchange.convert(tx, given, day, known).await?;
        let none = ContractResultsFigures::none(zero);
        groups.entry((who, month)).or_insert(none).add(asked, kind, count, amount)?;
    }
    if by == ContractResultsBy::Campaign {
        divide(tx, ctx, asked, span, &mut groups).await?;
    }
    Ok(groups)
}

/// Adds what several campaigns have brought together: each gets its part of every movement, to the last unit.
async fn divide(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
    span: Span,
    groups: &mut BTreeMap<Key, ContractResultsFigures>,
) -> Result<()> {
    let rows = movements::shared(tx, ctx, asked, span).await?;
    let (zero, known) = (asked.exchange.zero(), asked.known_at);
    let same =
        |one: &Shared, other: &Shared| (one.0, one.1, &one.2) == (other.0, other.1, &other.2);
    for parts in rows.chunk_by(same) {
        let (_, _, kind, code, day, minor, ..) = &parts[0];
        let Some(kind) = ContractMovement::from_word(kind) else { continue };
        let given = Money::new(*minor, currency(code)?);
        let whole = asked.exchange.convert(tx, given, *day, known).await?;
        let weights: Vec<i64> = parts.iter().map(|one| one.7).collect();
        let amounts = allocate(whole.minor(), &weights);
        let amounts = amounts.map_err(|error| INTERNAL.problem().because(error))?;
        for (one, minor) in parts.iter().zip(amounts) {
            let figures = groups.entry((Some(one.6), None));
            let figures = figures.or_insert_with(|| ContractResultsFigures::none(zero));
            figures.add(asked, kind, 1, Money::new(minor, whole.currency()))?;
        }
    }
    Ok(())
}

impl Report for ContractResults {
    type Row = ContractResultsRow;
    type Totals = ContractResultsFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.word::<ContractResultsBy>("by").unwrap_or_default();
        match by {
            ContractResultsBy::Unit => also_reads(ctx, ORG_UNIT.plural)?,
            ContractResultsBy::Team => also_reads(ctx, TEAM.plural)?,
            ContractResultsBy::Campaign => {
                also_reads(ctx, CAMPAIGN.plural)?;
                require_fields(ctx, &CONTRACT, &["campaign_id", "campaign_weights"])?;
            }
            ContractResultsBy::Owner | ContractResultsBy::Party | ContractResultsBy::Month => {}
        }
        let span = span(asked)?;
        let groups = grouped(tx, ctx, asked, by, span).await?;
        let mut totals = ContractResultsFigures::none(asked.exchange.zero());
        let once = match by {
            ContractResultsBy::Team | ContractResultsBy::Campaign => {
                Some(grouped(tx, ctx, asked, ContractResultsBy::Owner, span).await?)
            }
            _ => None,
        };
        for figures in once.as_ref().unwrap_or(&groups).values() {
            totals.join(asked, figures)?;
        }
        let mut groups: Vec<(Key, ContractResultsFigures)> = groups.into_iter().collect();
        if by != ContractResultsBy::Month {
            groups.sort_by_key(|(_, figures)| Reverse(figures.amount.minor()));
        }
        groups.truncate(MOST);
        let ids = groups.iter().filter_map(|(key, _)| key.0);
        let names = match by {
            ContractResultsBy::Owner => labels(tx, ctx, asked, &USER, ids).await?,
            ContractResultsBy::Unit => labels(tx, ctx, asked, &ORG_UNIT, ids).await?,
            ContractResultsBy::Team => labels(tx, ctx, asked, &TEAM, ids).await?,
            ContractResultsBy::Campaign => labels(tx, ctx, asked, &CAMPAIGN, ids).await?,
            ContractResultsBy::Party => labels(tx, ctx, asked, &PARTY, ids).await?,
            ContractResultsBy::Month => Labels::new(),
        };
        let rows = groups.into_iter().map(|(key, figures)| row(by, key, figures, &names));
        Ok(Made { rows: rows.collect(), totals })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let figures = ContractResultsFigures {
            signed: 3,
            signed_amount: yuan(30_000_000),
            amended: 1,
            amended_amount: yuan(-2_000_000),
            cancelled: 1,
            cancelled_amount: yuan(-8_000_000),
            contracts: 2,
            amount: yuan(20_000_000),
        };
        let names = Labels::from([(example_id(), "王伟".to_owned())]);
        let by = ContractResultsBy::Owner;
        let row = row(by, (Some(example_id()), None), figures.clone(), &names);
        Made { rows: vec![row], totals: figures }
    }
}

/// A group as a row.
fn row(
    by: ContractResultsBy,
    (id, month): Key,
    figures: ContractResultsFigures,
    names: &Labels,
) -> ContractResultsRow {
    let label = id.and_then(|id| names.get(&id)).cloned();
    let mut row = ContractResultsRow {
        owner_id: None,
        owner: None,
        org_unit_id: None,
        org_unit: None,
        team_id: None,
        team: None,
        campaign_id: None,
        campaign: None,
        party_id: None,
        party: None,
        month,
        figures,
    };
    match by {
        ContractResultsBy::Owner => (row.owner_id, row.owner) = (id, label),
        ContractResultsBy::Unit => (row.org_unit_id, row.org_unit) = (id, label),
        ContractResultsBy::Team => (row.team_id, row.team) = (id, label),
        ContractResultsBy::Campaign => (row.campaign_id, row.campaign) = (id, label),
        ContractResultsBy::Party => (row.party_id, row.party) = (id, label),
        ContractResultsBy::Month => {}
    }
    row
}
