//! Why carts were left, as customers have said on the phone, and how fast questions about the price were answered.

use super::{
    loop_closure::{FIRST, LAST, on_days},
    prospects::column,
};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, report::reach};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Language, Result, Word as _, problem::Texts, ratio::Ratio};
use guanxi_marketing::{
    carts::{CART, CartReason},
    rate::Rate,
};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The report.
pub struct CartReasons;

/// What became of carts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartReasonFigures {
    /// How many were left.
    pub carts: i64,
    /// How many of these were bought after all.
    pub recovered: i64,
    /// `recovered` of `carts`.
    pub recovery_rate: Rate,
    /// How many questions about the price were answered.
    pub answered: i64,
    /// The minutes until they were, over `answered`: how long it took on average.
    pub mean_answer_minutes: Ratio,
}

/// What became of the carts that were left for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartReasonRow {
    /// Why they were left.
    pub reason: CartReason,
    /// What that is called.
    pub reason_name: &'static str,
    /// `carts` of those of all reasons.
    pub share: Ratio,
    /// What became of them.
    #[serde(flatten)]
    pub figures: CartReasonFigures,
}

static DEFINITION: Definition = Definition {
    name: "cart-reasons",
    version: 1,
    title: Texts { en: "Why carts were left", zh: "购物车放弃原因" },
    about: Texts {
        en: "Carts of which customers have said on the days that are asked for why they were left, as it was at `as_of`: \
             by the reason, the most frequent first, how many were bought after all, and how many minutes it took on \
             average until a question about the price was answered. Reasons are told as they are now.",
        zh: "按客户说明放弃原因的日期统计截至 as_of 的购物车:各原因数量、占比、挽回率,以及价格疑问的答复数和平均答复分钟数。原因为当前登记值。",
    },
    reads: &[&CART],
    needs: &["reason", "reason_at", "price_answered_at", "completed_at"],
    rests_on: &[],
    parameters: &[FIRST, LAST],
    columns: &[
        column("reason", "Reason", "原因", What::Key),
        column("reason_name", "Reason", "原因名称", What::Label),
        column("carts", "Carts", "购物车数", What::Count),
        column("share", "Share", "占比", What::Ratio),
        column("recovered", "Recovered", "挽回数", What::Count),
        column("recovery_rate", "Recovery rate", "挽回率", What::Ratio),
        column("answered", "Questions answered", "已答复疑问", What::Count),
        column(
            "mean_answer_minutes",
            "Minutes to the answer on average",
            "平均答复分钟数",
            What::Ratio,
        ),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["reason_name"],
        values: &["carts", "recovered"],
        otherwise: &[],
    },
};

/// A cart as it was at the instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct One {
    reason: CartReason,
    recovered: bool,
    answered_after: Option<i64>,
}

async fn carts(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<Vec<One>> {
    type Found = (CartReason, DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let mut sql = Sql::new(
        "SELECT t.reason, t.reason_at, t.price_answered_at, t.completed_at FROM carts t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.reason IS NOT NULL AND ",
    );
    on_days(&mut sql, ctx, asked, "t.reason_at")?;
    sql.push(" AND ");
    scope::within(&mut sql, &CART, &reach(ctx, &DEFINITION), ctx.actor.user);
    let by_then = |at: &DateTime<Utc>| *at <= asked.as_of;
    let one = |(reason, since, answered, bought): Found| One {
        reason,
        recovered: bought.as_ref().is_some_and(by_then),
        answered_after: answered.filter(by_then).map(|at| (at - since).num_minutes()),
    };
    Ok(tx.all::<Found>(sql).await?.into_iter().map(one).collect())
}

/// What carts add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    carts: i64,
    recovered: i64,
    answered: i64,
    minutes: i64,
}

impl Sum {
    fn add(&mut self, one: &One) {
        self.carts += 1;
        self.recovered += i64::from(one.recovered);
        self.answered += i64::from(one.answered_after.is_some());
        self.minutes += one.answered_after.unwrap_or_default();
    }

    fn figures(self) -> CartReasonFigures {
        CartReasonFigures {
            carts: self.carts,
            recovered: self.recovered,
            recovery_rate: Rate::new(self.recovered, self.carts),
            answered: self.answered,
            mean_answer_minutes: Ratio::new(self.minutes, self.answered),
        }
    }
}

fn told(all: &[One], language: Language) -> (Vec<CartReasonRow>, CartReasonFigures) {
    let (mut sums, mut whole) = (BTreeMap::<CartReason, Sum>::new(), Sum::default());
    for one in all {
        sums.entry(one.reason).or_default().add(one);
        whole.add(one);
    }
    let row = |(reason, sum): (CartReason, Sum)| CartReasonRow {
        reason,
        reason_name: reason.label(language),
        share: Ratio::new(sum.carts, whole.carts),
        figures: sum.figures(),
    };
    let mut rows: Vec<CartReasonRow> = sums.into_iter().map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.figures.carts));
    (rows, whole.figures())
}

impl Report for CartReasons {
    type Row = CartReasonRow;
    type Totals = CartReasonFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let all = carts(tx, ctx, asked).await?;
        let (rows, totals) = told(&all, ctx.language);
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let one = |recovered, answered_after| One {
            reason: CartReason::PriceQuestion,
            recovered,
            answered_after,
        };
        let (rows, totals) = told(&[one(true, Some(20)), one(false, None)], Language::En);
        Made { rows, totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_62_the_time_to_answer_is_that_of_the_questions_that_were_answered() {
        let one = |reason, recovered, answered_after| One { reason, recovered, answered_after };
        let all = [
            one(CartReason::NoAuthority, false, None),
            one(CartReason::PriceQuestion, true, Some(20)),
            one(CartReason::PriceQuestion, false, Some(40)),
            one(CartReason::PriceQuestion, false, None),
        ];
        let (rows, totals) = told(&all, Language::En);
        assert_eq!(rows[0].reason, CartReason::PriceQuestion, "the most frequent");
        assert_eq!(rows[0].share, Ratio::new(3, 4));
        assert_eq!(rows[0].figures.mean_answer_minutes, Ratio::new(60, 2));
        assert_eq!(rows[0].figures.recovery_rate, Rate::new(1, 3));
        assert_eq!(rows[1].figures.mean_answer_minutes.value(), None);
        assert_eq!((totals.carts, totals.answered), (4, 2));
    }
}
