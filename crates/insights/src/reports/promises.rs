//! Which promises were kept, and by which media what was promised was sent in time.

use super::prospects::{column, parameter};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape, report::reach,
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{Ctx, Language, Result, Word as _, problem::Texts, scalar::Type};
use guanxi_marketing::rate::Rate;
use guanxi_sales::promises::{PROMISE, PromiseFulfilment, PromiseMedium, PromiseStatus};
use guanxi_storage::{Sql, Tx, expansion::Json, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The report.
pub struct Promises;

/// What was to be sent by one medium.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PromiseMediumRow {
    /// The medium.
    pub medium: PromiseMedium,
    /// What it is called.
    pub medium_name: &'static str,
    /// How much was promised by it.
    pub items: i64,
    /// How much of that was sent.
    pub sent: i64,
    /// How much of that by the day that was named.
    pub in_time: i64,
    /// How much was not sent though the day is past, of promises that are open.
    pub overdue: i64,
    /// `in_time` of what was sent or is overdue.
    pub in_time_rate: Rate,
}

/// What became of promises.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PromiseCounts {
    /// How many were made.
    pub promises: i64,
    /// How many were kept.
    pub kept: i64,
    /// How many were broken.
    pub broken: i64,
    /// How many are open though their day is past.
    pub overdue: i64,
    /// How many are open, and their day is to come.
    pub open: i64,
}

/// All promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PromiseTotals {
    /// What became of them.
    #[serde(flatten)]
    pub counts: PromiseCounts,
    /// `kept` of those that were kept or broken, or are overdue.
    pub kept_rate: Rate,
}

const FROM: Parameter = parameter(
    "from",
    Takes::One(Type::Date),
    Texts {
        en: "The first day that was named; any when absent.", zh: "承诺日期起,缺省不限。"
    },
);

const TO: Parameter = parameter(
    "to",
    Takes::One(Type::Date),
    Texts {
        en: "The last day that was named; any when absent.", zh: "承诺日期止,缺省不限。"
    },
);

static DEFINITION: Definition = Definition {
    name: "promises",
    version: 1,
    title: Texts { en: "Promises kept", zh: "承诺兑现率" },
    about: Texts {
        en: "Promises that were made on the phone for the days that are asked for, as it was at `as_of`: how many were \
             kept, were broken, or are late, and by which media what was promised was sent in time. A promise is kept \
             when the last of it was sent by its day. Something counts as sent from the day on which it was, even if that \
             was noted later; the days that were named are as they are now. Those that are late are listed by `overdue=true` of the promises.",
        zh: "按承诺日期统计截至 as_of 的电话承诺:已兑现、未兑现、逾期与待兑现数量及兑现率;并按媒介(电子邮件、传真、直邮、电话)统计按时发送率。已发送按发送日期计(含事后补登),承诺日期为当前值。逾期清单见承诺列表的 overdue=true。",
    },
    reads: &[&PROMISE],
    needs: &["promised_for", "media", "status", "fulfilments", "closed_at"],
    rests_on: &[],
    parameters: &[FROM, TO],
    columns: &[
        column("medium", "Medium", "媒介", What::Key),
        column("medium_name", "Medium", "媒介名称", What::Label),
        column("items", "Promised", "承诺项", What::Count),
        column("sent", "Sent", "已发送", What::Count),
        column("in_time", "In time", "按时发送", What::Count),
        column("overdue", "Overdue", "逾期未发", What::Count),
        column("in_time_rate", "In time", "按时率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["medium_name"],
        values: &["items", "in_time"],
        otherwise: &[],
    },
};

/// A promise as it was at the instant.
#[derive(Debug, Clone)]
struct One {
    media: Vec<PromiseMedium>,
    promised_for: NaiveDate,
    status: PromiseStatus,
    fulfilments: Vec<PromiseFulfilment>,
}

async fn promises(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<Vec<One>> {
    type Found = (
        Json<Vec<PromiseMedium>>,
        NaiveDate,
        PromiseStatus,
        Option<DateTime<Utc>>,
        Json<Vec<PromiseFulfilment>>,
    );
    let (from, to) = asked.bounds()?;
    let mut sql = Sql::new(
        "SELECT t.media, t.promised_for, t.status, t.closed_at, t.fulfilments FROM promises t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.created_at <= ",
    );
    sql.bind(asked.as_of);
    if let Some(from) = from {
        sql.push(" AND t.promised_for >= ").bind(from);
    }
    if let Some(to) = to {
        sql.push(" AND t.promised_for <= ").bind(to);
    }
    sql.push(" AND ");
    scope::within(&mut sql, &PROMISE, &reach(ctx, &DEFINITION), ctx.actor.user);
    let one = |(media, promised_for, status, closed_at, fulfilments): Found| {
        let closed = closed_at.is_some_and(|at| at <= asked.as_of);
        let status = if closed { status } else { PromiseStatus::Open };
        let mut fulfilments = fulfilments.0;
        fulfilments.retain(|one| one.sent_on <= asked.today);
        One { media: media.0, promised_for, status, fulfilments }
    };
    Ok(tx.all::<Found>(sql).await?.into_iter().map(one).collect())
}

/// What promises come to on a day.
fn told(
    all: &[One],
    today: NaiveDate,
    language: Language,
) -> (Vec<PromiseMediumRow>, PromiseTotals) {
    /// Promised, sent, in time, overdue.
    type Items = (i64, i64, i64, i64);
    let mut rows: BTreeMap<PromiseMedium, Items> = BTreeMap::new();
    let mut counts = PromiseCounts::default();
    for one in all {
        let late = one.status == PromiseStatus::Open && one.promised_for < today;
        counts.promises += 1;
        match one.status {
            PromiseStatus::Kept => counts.kept += 1,
            PromiseStatus::Broken => counts.broken += 1,
            PromiseStatus::Open if late => counts.overdue += 1,
            PromiseStatus::Open => counts.open += 1,
        }
        for medium in &one.media {
            let (items, sent, in_time, overdue) = rows.entry(*medium).or_default();
            *items += 1;
            match one.fulfilments.iter().find(|sent| sent.medium == *medium) {
                Some(done) => {
                    *sent += 1;
                    *in_time += i64::from(done.sent_on <= one.promised_for);
                }
                None => *overdue += i64::from(late),
            }
        }
    }
    let row = |(medium, (items, sent, in_time, overdue)): (PromiseMedium, Items)| {
        let medium_name = medium.label(language);
        let in_time_rate = Rate::new(in_time, sent + overdue);
        PromiseMediumRow { medium, medium_name, items, sent, in_time, overdue, in_time_rate }
    };
    let judged = counts.kept + counts.broken + counts.overdue;
    let totals = PromiseTotals { counts, kept_rate: Rate::new(counts.kept, judged) };
    (rows.into_iter().map(row).collect(), totals)
}

impl Report for Promises {
    type Row = PromiseMediumRow;
    type Totals = PromiseTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let all = promises(tx, ctx, asked).await?;
        let (rows, totals) = told(&all, asked.today, ctx.language);
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let row = PromiseMediumRow {
            medium: PromiseMedium::Email,
            medium_name: "E-mail",
            items: 20,
            sent: 18,
            in_time: 17,
            overdue: 1,
            in_time_rate: Rate::new(17, 19),
        };
        let counts = PromiseCounts { promises: 20, kept: 17, broken: 1, overdue: 1, open: 1 };
        let totals = PromiseTotals { counts, kept_rate: Rate::new(17, 19) };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PromiseMedium::{Email, Post};
    use uuid::Uuid;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    fn one(status: PromiseStatus, media: &[PromiseMedium], sent: &[(PromiseMedium, u32)]) -> One {
        let item = |(medium, on): &(PromiseMedium, u32)| PromiseFulfilment {
            medium: *medium,
            sent_on: day(*on),
            sent_by: Uuid::nil().into(),
            note: None,
        };
        let fulfilments = sent.iter().map(item).collect();
        One { media: media.to_vec(), promised_for: day(10), status, fulfilments }
    }

    #[test]
    fn x_66_x_67_what_is_late_is_not_kept() {
        let all = [
            one(PromiseStatus::Kept, &[Email, Post], &[(Email, 9), (Post, 10)]),
            one(PromiseStatus::Kept, &[Email], &[(Email, 3)]),
            one(PromiseStatus::Broken, &[Post], &[(Post, 12)]),
            one(PromiseStatus::Open, &[Email, Post], &[(Email, 8)]),
        ];
        let (rows, totals) = told(&all, day(11), Language::En);
        let said: Vec<_> = rows
            .iter()
            .map(|row| (row.medium, row.items, row.sent, row.in_time, row.overdue))
            .collect();
        assert_eq!(said, [(Email, 3, 3, 3, 0), (Post, 3, 2, 1, 1)]);
        assert_eq!(rows[1].in_time_rate, Rate::new(1, 3));
        assert_eq!(totals.kept_rate, Rate::new(2, 4));
        let (_, before) = told(&all, day(10), Language::En);
        assert_eq!(
            (before.counts.open, before.kept_rate),
            (1, Rate::new(2, 3)),
            "it is not late yet"
        );
        assert_eq!(told(&[], day(10), Language::En).1.kept_rate.value(), None);
    }
}
