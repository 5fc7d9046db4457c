//! How many customers there were, came, came back and left off, month by month.

use super::{prospects::column, purchases, rfm::count};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, asked::bad, definition::Shape,
};
use chrono::{Datelike as _, Days, Months, NaiveDate};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{
    orders::ORDER,
    parties::PARTY,
    value::{Flow, Limits, flow},
};
use guanxi_kernel::{
    Ctx, Result,
    problem::{OUT_OF_RANGE, Texts},
    ratio::Ratio,
    scalar::Type,
};
use guanxi_storage::Tx;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CustomerFlow;

/// The customers of a month.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerFlowRow {
    /// The month.
    pub month: String,
    /// How many customers there were on the day before it.
    pub opening: i64,
    /// How many bought for the first time.
    pub new: i64,
    /// How many had left off and buy again.
    pub returned: i64,
    /// How many have left off.
    pub lost: i64,
    /// How many there are at its end: `opening` and `new` and `returned` less `lost`.
    pub closing: i64,
    /// Those of the beginning who are there at the end, of all of the beginning.
    pub retention: Ratio,
}

/// The same from the first day to the last.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerFlowTotals {
    /// How many customers there were on the day before the first.
    pub opening: i64,
    /// How many of those at the end bought for the first time.
    pub new: i64,
    /// How many had left off before and buy again at the end.
    pub returned: i64,
    /// How many of the beginning have left off.
    pub lost: i64,
    /// How many there are at the end.
    pub closing: i64,
    /// Those of the beginning who are there at the end, of all of the beginning.
    pub retention: Ratio,
}

/// Months at most.
const MOST: usize = 60;

static DEFINITION: Definition = Definition {
    name: "customer-flow",
    version: 1,
    title: Texts { en: "Flow of customers", zh: "客户流量" },
    about: Texts {
        en: "How many customers there were at the beginning of each month of a time, how many bought for the first \
             time, had left off and bought again, or left off in it, and how many there were at its end: the first \
             three less the fourth are always the last. Somebody is a customer on a day if the last purchase up to \
             then is less than `lost_after` whole months ago. The totals go from the first day to the last, so who came and \
             went in between is not in them. Retention is those who are customers at both ends, of those at the \
             beginning. Purchases are those of the report `rfm`. A month that has not ended is told up to the day of \
             `as_of`; 60 months at most.",
        zh: "各月期初客户数、新增、回流、流失与期末客户数,恒有:期初+新增+回流−流失=期末。最近一次购买距今不足 lost_after 个整月者为在册客户;保有率=期初期末均在册者/期初。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "from",
            takes: Takes::One(Type::Date),
            default: None,
            required: false,
            field: None,
            about: Texts {
                en: "The first day; that of the month eleven months before that of `to` when absent.",
                zh: "起始日,默认为截止月之前第 11 个月的首日。",
            },
        },
        Parameter {
            name: "to",
            takes: Takes::One(Type::Date),
            default: None,
            required: false,
            field: None,
            about: Texts {
                en: "The last day; that of `as_of` when absent.",
                zh: "截止日,默认为 as_of 当日。",
            },
        },
        LOST_AFTER,
    ],
    columns: &[
        column("month", "Month", "月份", What::Key),
        column("opening", "Opening", "期初", What::Count),
        column("new", "New", "新增", What::Count),
        column("returned", "Returned", "回流", What::Count),
        column("lost", "Lost", "流失", What::Count),
        column("closing", "Closing", "期末", What::Count),
        column("retention", "Retention", "保有率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Line,
        names: &["month"],
        values: &["closing", "new", "returned", "lost"],
        otherwise: &[],
    },
};

/// After how many months without a purchase somebody is no customer any more.
pub(super) const LOST_AFTER: Parameter = Parameter {
    name: "lost_after",
    takes: Takes::Whole(1, 120),
    default: None,
    required: false,
    field: None,
    about: Texts {
        en: "After how many whole months without a purchase a customer is lost; what the company says of that in \
             `life_cycle` of its preferences when absent.",
        zh: "多少个整月未购买视为流失,默认按公司设置(life_cycle)。",
    },
};

/// That number of months, as it was asked or as the company has said.
pub(super) fn months_until_lost(ctx: &Ctx, asked: &mut Asked) -> u32 {
    let given = asked.whole(LOST_AFTER.name).and_then(|months| u32::try_from(months).ok());
    let months = given.unwrap_or_else(|| Limits::of(&ctx.settings.preferences).lost_months);
    asked.understand(LOST_AFTER.name, &months);
    months
}

/// The first day, the last, and the days on which its months end.
fn ends(asked: &mut Asked) -> Result<(NaiveDate, Vec<NaiveDate>)> {
    let to = asked.date("to").unwrap_or(asked.today).min(asked.today);
    let year = to.with_day(1).and_then(|first| first.checked_sub_months(Months::new(11)));
    let from = asked.date("from").or(year).unwrap_or(to);
    if from > to {
        return Err(bad(OUT_OF_RANGE.parameter("to").with("expected", "not before from")));
    }
    asked.understand("from", &from);
    asked.understand("to", &to);
    let mut ends = Vec::new();
    let mut month = from.with_day(1).unwrap_or(from);
    while month <= to && ends.len() < MOST {
        let next = month.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
        ends.push(next.pred_opt().unwrap_or(next).min(to));
        month = next;
    }
    if ends.last() != Some(&to) {
        return Err(bad(OUT_OF_RANGE
            .parameter("from")
            .with("expected", "at most 60 months before to")));
    }
    Ok((from, ends))
}

/// How many of each.
#[derive(Default)]
struct Counts {
    kept: i64,
    new: i64,
    returned: i64,
    lost: i64,
}

/// The last purchase of each customer up to a day.
type Lasts = BTreeMap<Uuid, NaiveDate>;

fn counted(before: &Lasts, until: &Lasts, days: (NaiveDate, NaiveDate), lost_after: u32) -> Counts {
    let mut counts = Counts::default();
    for (id, last) in until {
        match flow((before.get(id).copied(), Some(*last)), days, lost_after) {
            Flow::Kept => counts.kept += 1,
            Flow::New => counts.new += 1,
            Flow::Returned => counts.returned += 1,
            Flow::Lost => counts.lost += 1,
            Flow::Absent => {}
        }
    }
    counts
}

impl Report for CustomerFlow {
    type Row = CustomerFlowRow;
    type Totals = CustomerFlowTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let (from, ends) = ends(asked)?;
        let lost_after = months_until_lost(ctx, asked);
        let opening = from.checked_sub_days(Days::new(1)).unwrap_or(from);
        let lasts = async |tx: &mut Tx, asked: &mut Asked, day: NaiveDate| -> Result<Lasts> {
            let buyers = purchases::buyers(tx, ctx, &DEFINITION, asked, (None, Some(day))).await?;
            Ok(buyers.iter().map(|buyer| (buyer.id, buyer.last_on)).collect())
        };
        let first = lasts(tx, asked, opening).await?;
        let (mut before, mut day) = (first.clone(), opening);
        let mut rows = Vec::with_capacity(ends.len());
        for end in ends {
            let until = lasts(tx, asked, end).await?;
            let of = counted(&before, &until, (day, end), lost_after);
            rows.push(CustomerFlowRow {
                month: format!("{:04}-{:02}", end.year(), end.month()),
                opening: of.kept + of.lost,
                new: of.new,
                returned: of.returned,
                lost: of.lost,
                closing: of.kept + of.new + of.returned,
                retention: Ratio::new(of.kept, of.kept + of.lost),
            });
            (before, day) = (until, end);
        }
        let of = counted(&first, &before, (opening, day), lost_after);
        let totals = CustomerFlowTotals {
            opening: of.kept + of.lost,
            new: of.new,
            returned: of.returned,
            lost: of.lost,
            closing: of.kept + of.new + of.returned,
            retention: Ratio::new(of.kept, of.kept + of.lost),
        };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let row = CustomerFlowRow {
            month: "2026-03".to_owned(),
            opening: 40,
            new: 5,
            returned: 2,
            lost: 4,
            closing: 43,
            retention: Ratio::new(count(36), 40),
        };
        let totals = CustomerFlowTotals {
            opening: 40,
            new: 5,
            returned: 2,
            lost: 4,
            closing: 43,
            retention: Ratio::new(36, 40),
        };
        Made { rows: vec![row], totals }
    }
}
