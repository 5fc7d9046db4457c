//! What became of the leads that were handed to field sales: with a result, or held, and which of these for
//! too long.

use super::{
    loop_figures::{Found, One, Sum},
    prospects::{column, example_id, parameter},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    definition::Shape,
    labels::labels,
    report::{ask, reach},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use guanxi_identity::{org_units::ORG_UNIT, users::USER};
use guanxi_kernel::{
    Ctx, Result,
    period::{DateRange, start_of_day},
    problem::Texts,
    scalar::{Scalar as _, Type},
};
use guanxi_marketing::rate::Rate;
use guanxi_sales::{field_handovers::FIELD_HANDOVER, leads::LEAD};
use guanxi_storage::{Kind, Sql, Tx, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

pub use super::loop_figures::{LoopClosureFigures, LoopClosureRates, LoopWaitsFor};

/// The report.
pub struct LoopClosure;

guanxi_kernel::words! {
    /// What hand-overs are told apart by.
    pub enum LoopClosureBy {
        /// Who has the lead in field sales.
        User = "user" ("User", "人员"),
        /// The unit that got it, or else that of the user.
        Unit = "unit" ("Unit", "组织单元"),
    }
}

/// What became of the leads of a user or unit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LoopClosureRow {
    /// The user or unit; `null` for users of no unit.
    #[schema(required)]
    pub key: Option<Uuid>,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub name: Option<String>,
    /// What became of the leads.
    #[serde(flatten)]
    pub figures: LoopClosureFigures,
    /// What follows from it.
    #[serde(flatten)]
    pub rates: LoopClosureRates,
}

/// A hand-over that is held past its limit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LoopPastLimit {
    /// The hand-over.
    pub field_handover_id: Uuid,
    /// The lead.
    pub lead_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub name: Option<String>,
    /// Who has it.
    pub owner_id: Uuid,
    /// What it waits for.
    pub waits_for: LoopWaitsFor,
    /// By when that was to be there.
    pub due_at: DateTime<Utc>,
}

/// What goes over all of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LoopClosureTotals {
    /// What became of the leads.
    #[serde(flatten)]
    pub figures: LoopClosureFigures,
    /// What follows from it.
    #[serde(flatten)]
    pub rates: LoopClosureRates,
    /// Those past their limit, the longest first; at most 1,000.
    #[schema(max_items = 1000)]
    pub held_past_limit: Vec<LoopPastLimit>,
}

/// The first day that is told of.
pub(super) const FIRST: Parameter = parameter(
    "from",
    Takes::One(Type::Date),
    Texts { en: "The first day; any when absent.", zh: "首日,缺省不限。" },
);

/// The last day of it.
pub(super) const LAST: Parameter = parameter(
    "to",
    Takes::One(Type::Date),
    Texts {
        en: "The last day; that of `as_of` when absent.", zh: "末日,默认为统计当日。"
    },
);

/// Hand-overs past their limit that are listed at most.
const MOST: usize = 1_000;

static DEFINITION: Definition = Definition {
    name: "loop-closure",
    version: 1,
    title: Texts { en: "Closing of the loop with field sales", zh: "现场销售闭环率" },
    about: Texts {
        en: "Leads that were handed to field sales on the days that are asked for, as it was at `as_of`: how many were \
             accepted, refused, given back, bought or not, how many wait for an answer or a result, and which of \
             these are past their limit (`held_past_limit`). Handed over is with a result and held: none is lost. \
             By who has the lead in field sales, or by the unit that got it, else the unit of that user, as they are \
             now. Hours are medians.",
        zh: "截至 as_of,按移交日期统计移交现场销售的意向客户:接收、拒绝、退回、成交、未成交、待接收与跟进中数量,以及超期清单;移交数 = 有结果 + 在手。时长为中位数。",
    },
    reads: &[&FIELD_HANDOVER],
    needs: &["owner_id", "unit_id", "lead_id", "status", "result", "due_at", "result_due_at"],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "by",
            takes: Takes::One(LoopClosureBy::TYPE),
            default: Some("user"),
            required: false,
            field: None,
            about: Texts { en: "What hand-overs are told apart by.", zh: "统计维度。" },
        },
        FIRST,
        LAST,
    ],
    columns: &[
        column("key", "Id", "标识", What::Key),
        column("name", "Name", "名称", What::Label),
        column("handed", "Handed over", "移交数", What::Count),
        column("accepted", "Accepted", "接收数", What::Count),
        column("refused", "Refused", "拒绝数", What::Count),
        column("returned", "Given back", "退回数", What::Count),
        column("bought", "Bought", "成交数", What::Count),
        column("not_bought", "Not bought", "未成交数", What::Count),
        column("open", "Waiting for an answer", "待接收数", What::Count),
        column("in_work", "In work", "跟进中", What::Count),
        column("with_result", "With a result", "有结果数", What::Count),
        column("past_limit", "Past the limit", "超期数", What::Count),
        column("loop_closure", "Loop closure", "闭环率", What::Ratio),
        column("acceptance_rate", "Acceptance rate", "接收率", What::Ratio),
        column("hours_to_accept", "Hours to acceptance", "接收时长(小时)", What::Hours),
        column("hours_to_result", "Hours to result", "结果时长(小时)", What::Hours),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name"],
        values: &["handed", "with_result"],
        otherwise: &[],
    },
};

/// Adds that an instant in a column is on the days that are asked for, and has come.
///
/// # Errors
/// `bad_parameter` for days that end before they begin.
pub(super) fn on_days(sql: &mut Sql, ctx: &Ctx, asked: &Asked, column: &'static str) -> Result<()> {
    let (from, to) = asked.bounds()?;
    let zone = ctx.settings.time_zone;
    sql.push(column).push(" <= ").bind(asked.as_of);
    if let Some(from) = from {
        sql.push(" AND ").push(column).push(" >= ").bind(start_of_day(from, zone));
    }
    if let Some(end) = to.and_then(|to| to.checked_add_days(Days::new(1))) {
        sql.push(" AND ").push(column).push(" < ").bind(start_of_day(end, zone));
    }
    Ok(())
}

/// The hand-overs that are told of, as they were at the instant.
async fn handed(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<Vec<One>> {
    let mut sql = Sql::new(
        "SELECT t.id, t.lead_id, t.owner_id, COALESCE(t.unit_id, u.org_unit_id), t.created_at,
             t.accepted_at, t.ended_at, t.result, CASE WHEN t.accepted_at <= ",
    );
    sql.bind(asked.as_of).push(
        " THEN t.result_due_at ELSE t.due_at END FROM field_handovers t
         LEFT JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.owner_id
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ",
    );
    on_days(&mut sql, ctx, asked, "t.created_at")?;
    sql.push(" AND ");
    scope::within(&mut sql, &FIELD_HANDOVER, &reach(ctx, &DEFINITION), ctx.actor.user);
    let found = tx.all::<Found>(sql).await?;
    Ok(found.into_iter().map(|one| One::at(one, asked.as_of)).collect())
}

/// What became of the leads that were handed over on these days, by the unit that got them, or else that of
/// the user; none for users of no unit.
///
/// # Errors
/// As the report.
pub(crate) async fn by_unit(
    tx: &mut Tx,
    ctx: &Ctx,
    days: DateRange,
) -> Result<BTreeMap<Option<Uuid>, LoopClosureFigures>> {
    let last = days.end.pred_opt().unwrap_or(days.end);
    let day = |name: &str, day: NaiveDate| (name.to_owned(), day.to_string());
    let pairs = [day(FIRST.name, days.start), day(LAST.name, last)];
    let asked = ask(tx, ctx, &DEFINITION, &pairs).await?;
    let mut sums = BTreeMap::<Option<Uuid>, Sum>::new();
    for one in handed(tx, ctx, &asked).await? {
        sums.entry(one.unit_id).or_default().add(&one, asked.as_of);
    }
    Ok(sums.into_iter().map(|(unit, sum)| (unit, sum.figures)).collect())
}

/// Those that are held past their limit, the longest first.
async fn held_past_limit(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    all: &[One],
) -> Result<Vec<LoopPastLimit>> {
    let past = all.iter().filter_map(|one| Some((one, one.past(asked.as_of)?)));
    let mut past: Vec<_> = past.collect();
    past.sort_unstable_by_key(|(one, (_, due))| (*due, one.id));
    past.truncate(MOST);
    let names = labels(tx, ctx, asked, &LEAD, past.iter().map(|(one, _)| one.lead_id)).await?;
    let told = |(one, (waits_for, due_at)): (&One, (LoopWaitsFor, DateTime<Utc>))| LoopPastLimit {
        field_handover_id: one.id,
        lead_id: one.lead_id,
        name: names.get(&one.lead_id).cloned(),
        owner_id: one.owner_id,
        waits_for,
        due_at,
    };
    Ok(past.into_iter().map(told).collect())
}

impl Report for LoopClosure {
    type Row = LoopClosureRow;
    type Totals = LoopClosureTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.word("by").unwrap_or(LoopClosureBy::User);
        let all = handed(tx, ctx, asked).await?;
        let (mut sums, mut whole) = (BTreeMap::<Option<Uuid>, Sum>::new(), Sum::default());
        for one in &all {
            let key = match by {
                LoopClosureBy::User => Some(one.owner_id),
                LoopClosureBy::Unit => one.unit_id,
            };
            sums.entry(key).or_default().add(one, asked.as_of);
            whole.add(one, asked.as_of);
        }
        let kind: &'static Kind = match by {
            LoopClosureBy::User => &USER,
            LoopClosureBy::Unit => &ORG_UNIT,
        };
        let names = labels(tx, ctx, asked, kind, sums.keys().copied().flatten()).await?;
        let row = |(key, mut sum): (Option<Uuid>, Sum)| LoopClosureRow {
            key,
            name: key.and_then(|key| names.get(&key)).cloned(),
            rates: sum.rates(),
            figures: sum.figures,
        };
        let rows = sums.into_iter().map(row).collect();
        let held_past_limit = held_past_limit(tx, ctx, asked, &all).await?;
        let rates = whole.rates();
        Ok(Made {
            rows,
            totals: LoopClosureTotals { figures: whole.figures, rates, held_past_limit },
        })
    }

    fn example() -> Made<Self> {
        let figures = LoopClosureFigures {
            handed: 10,
            accepted: 8,
            refused: 1,
            returned: 2,
            bought: 3,
            not_bought: 2,
            open: 1,
            in_work: 1,
            with_result: 8,
            past_limit: 1,
        };
        let rates = LoopClosureRates {
            loop_closure: Rate::new(8, 10),
            acceptance_rate: Rate::new(8, 10),
            hours_to_accept: Some("4.50".to_owned()),
            hours_to_result: Some("120.00".to_owned()),
        };
        let past = LoopPastLimit {
            field_handover_id: example_id(),
            lead_id: example_id(),
            name: Some("陈静".to_owned()),
            owner_id: example_id(),
            waits_for: LoopWaitsFor::Answer,
            due_at: DateTime::<Utc>::from_timestamp(1_767_225_600, 0).unwrap_or_default(),
        };
        let row = LoopClosureRow {
            key: Some(example_id()),
            name: Some("王伟".to_owned()),
            figures: figures.clone(),
            rates: rates.clone(),
        };
        let totals = LoopClosureTotals { figures, rates, held_past_limit: vec![past] };
        Made { rows: vec![row], totals }
    }
}
