//! How many customers there were, came, came back and left off, month by month.

use super::{prospects::column, purchases};
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
use guanxi_marketing::rate::Rate;
use guanxi_storage::Tx;
use serde::Serialize;
use std::iter;
use utoipa::ToSchema;

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
    pub retention: Rate,
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
    pub retention: Rate,
}

/// Months at most.
const MOST: usize = 60;

static DEFINITION: Definition = Definition {
    name: "customer-flow",
    version: 2,
    title: Texts { en: "Flow of customers", zh: "客户流量" },
    about: Texts {
        en: "How many customers there were at the beginning of each month of a time, how many bought for the first \
             time, had left off and bought again, or left off in it, and how many there were at its end: the first \
             three less the fourth are always the last. Somebody who has bought is a customer on a day if by its end \
             less than `lost_after` months of the calendar have ended without a purchase since that of the last one, \
             the rule of `value-lifecycle`; so customers are lost on the last day of a month. The totals go from the \
             first day to the last, so who came and went in between is not in them. Retention is those who are customers at both ends, of those at the \
             beginning. Purchases are those of the report `rfm`. A month that has not ended is told up to the day of \
             `as_of`; 60 months at most.",
        zh: "各月期初客户数、新增、回流、流失与期末客户数,恒有:期初+新增+回流−流失=期末。最近一次购买之后已结束且无购买的自然月不足 lost_after 个者为在册客户(与 value-lifecycle 同一规则);保有率=期初期末均在册者/期初。",
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
        en: "After how many months of the calendar without a purchase a customer is lost; what the company says of \
             that in `life_cycle` of its preferences when absent.",
        zh: "多少个自然月未购买视为流失,默认按公司设置(life_cycle)。",
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

/// What became of how many customers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Customers at both ends.
    pub(super) kept: i64,
    /// Who bought for the first time.
    pub(super) new: i64,
    /// Who had left off and buys again.
    pub(super) returned: i64,
    /// Who has left off.
    pub(super) lost: i64,
}

impl Counts {
    fn add(&mut self, flow: Flow) {
        match flow {
            Flow::Kept => self.kept += 1,
            Flow::New => self.new += 1,
            Flow::Returned => self.returned += 1,
            Flow::Lost => self.lost += 1,
            Flow::Absent => {}
        }
    }

    /// How many customers there were at the beginning.
    pub(super) fn opening(self) -> i64 {
        self.kept + self.lost
    }

    /// How many there are at the end.
    pub(super) fn closing(self) -> i64 {
        self.kept + self.new + self.returned
    }

    /// Customers at the end less those at the beginning, of the latter.
    pub(super) fn growth(self) -> Ratio {
        Ratio::new(self.closing() - self.opening(), self.opening())
    }

    /// Those of the beginning who are there at the end, of all of the beginning.
    pub(super) fn retention(self) -> Rate {
        Rate::new(self.kept, self.opening())
    }
}

/// What became of customers between one day and the next of some, and what between the first and the last of these.
pub(super) struct Flows {
    days: Vec<NaiveDate>,
    lost_after: u32,
    /// From each day to the next.
    pub(super) each: Vec<Counts>,
    /// From the first day to the last.
    pub(super) whole: Counts,
}

impl Flows {
    /// Nobody yet, from the day before the first one over the days on which stretches of time end.
    pub(super) fn new(first: NaiveDate, ends: &[NaiveDate], lost_after: u32) -> Self {
        let opening = first.checked_sub_days(Days::new(1)).unwrap_or(first);
        let days = iter::once(opening).chain(ends.iter().copied()).collect();
        Self {
            days,
            lost_after,
            each: vec![Counts::default(); ends.len()],
            whole: Counts::default(),
        }
    }

    /// Counts all customers of a report.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn count(
        mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        definition: &Definition,
        asked: &Asked,
    ) -> Result<Self> {
        let days = self.days.clone();
        purchases::lasts(tx, ctx, definition, asked, &days, |lasts| self.add(lasts)).await?;
        Ok(self)
    }

    /// Counts a customer by the last purchases up to each day.
    fn add(&mut self, lasts: &[Option<NaiveDate>]) {
        let Self { days, lost_after, each, whole } = self;
        let became = |from: usize, to: usize| {
            flow((lasts[from], lasts[to]), (days[from], days[to]), *lost_after)
        };
        whole.add(became(0, each.len()));
        for (at, counts) in each.iter_mut().enumerate() {
            counts.add(became(at, at + 1));
        }
    }
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
        let flows = Flows::new(from, &ends, lost_after).count(tx, ctx, &DEFINITION, asked).await?;
        let row = |(end, of): (&NaiveDate, &Counts)| CustomerFlowRow {
            month: format!("{:04}-{:02}", end.year(), end.month()),
            opening: of.opening(),
            new: of.new,
            returned: of.returned,
            lost: of.lost,
            closing: of.closing(),
            retention: of.retention(),
        };
        let rows = ends.iter().zip(&flows.each).map(row).collect();
        let of = flows.whole;
        let totals = CustomerFlowTotals {
            opening: of.opening(),
            new: of.new,
            returned: of.returned,
            lost: of.lost,
            closing: of.closing(),
            retention: of.retention(),
        };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let of = Counts { kept: 36, new: 5, returned: 2, lost: 4 };
        let row = CustomerFlowRow {
            month: "2026-03".to_owned(),
            opening: of.opening(),
            new: of.new,
            returned: of.returned,
            lost: of.lost,
            closing: of.closing(),
            retention: of.retention(),
        };
        let totals = CustomerFlowTotals {
            opening: of.opening(),
            new: of.new,
            returned: of.returned,
            lost: of.lost,
            closing: of.closing(),
            retention: of.retention(),
        };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_08_growth_and_retention_are_of_the_beginning() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let on = |text: &str| Some(day(text));
        let mut flows = Flows::new(day("2026-01-01"), &["2026-01-31", "2026-03-31"].map(day), 12);
        for lasts in [
            [on("2025-12-01"), on("2025-12-01"), on("2026-03-01")],
            [on("2025-02-01"), on("2025-02-01"), on("2025-02-01")],
            [None, on("2026-01-15"), on("2026-01-15")],
            [None, None, on("2026-02-15")],
        ] {
            flows.add(&lasts);
        }
        let counts = |kept, new, lost| Counts { kept, new, returned: 0, lost };
        assert_eq!(flows.each, [counts(2, 1, 0), counts(2, 1, 1)]);
        assert_eq!(flows.whole, counts(1, 2, 1));
        assert_eq!((flows.whole.opening(), flows.whole.closing()), (2, 3));
        assert_eq!(flows.whole.growth(), Ratio::new(1, 2));
        assert_eq!(flows.whole.retention(), Rate::new(1, 2));
    }
}
