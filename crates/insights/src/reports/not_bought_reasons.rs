//! Why leads that were handed to field sales have not bought: the most frequent reasons first, and how much
//! the first few make.

use super::{
    loop_closure::{FIRST, LAST, on_days},
    prospects::column,
};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, report::reach};
use guanxi_kernel::{Ctx, Language, Result, Word as _, problem::Texts, ratio::Ratio};
use guanxi_sales::field_handovers::{FIELD_HANDOVER, NotBoughtReason};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::cmp::Reverse;
use utoipa::ToSchema;

/// The report.
pub struct NotBoughtReasons;

/// Hand-overs with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NotBoughtReasonRow {
    /// Why the leads have not bought.
    pub reason: NotBoughtReason,
    /// What that is called.
    pub reason_name: &'static str,
    /// How many.
    pub cases: i64,
    /// That, of all that have not bought.
    pub share: Ratio,
    /// The same together with the rows before.
    pub cumulative: Ratio,
}

/// What goes over all of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NotBoughtReasonTotals {
    /// How many have not bought.
    pub cases: i64,
}

static DEFINITION: Definition = Definition {
    name: "not-bought-reasons",
    version: 1,
    title: Texts { en: "Why leads have not bought", zh: "未成交原因分析" },
    about: Texts {
        en: "Hand-overs to field sales that ended without a purchase on the days that are asked for, up to `as_of`, by \
             the reason that field sales has given: the most frequent first, each with its share and that of all up \
             to it.",
        zh: "截至 as_of,按现场销售填写的原因统计未成交的移交,按数量从多到少排列,附占比与累计占比。",
    },
    reads: &[&FIELD_HANDOVER],
    needs: &["not_bought_reason", "result", "ended_at"],
    rests_on: &[],
    parameters: &[FIRST, LAST],
    columns: &[
        column("reason", "Reason", "原因", What::Key),
        column("reason_name", "Reason name", "原因名称", What::Label),
        column("cases", "Cases", "未成交数", What::Count),
        column("share", "Share", "占比", What::Ratio),
        column("cumulative", "Cumulative share", "累计占比", What::Ratio),
    ],
    plot: Plot { shape: Shape::Bars, names: &["reason_name"], values: &["cases"], otherwise: &[] },
};

/// The rows of these counts, and of how many.
fn ranked(
    mut counts: Vec<(NotBoughtReason, i64)>,
    language: Language,
) -> (Vec<NotBoughtReasonRow>, i64) {
    counts.sort_unstable_by_key(|(reason, cases)| (Reverse(*cases), reason.word()));
    let whole: i64 = counts.iter().map(|(_, cases)| cases).sum();
    let mut so_far = 0;
    let row = |(reason, cases): (NotBoughtReason, i64)| {
        so_far += cases;
        NotBoughtReasonRow {
            reason,
            reason_name: reason.label(language),
            cases,
            share: Ratio::new(cases, whole),
            cumulative: Ratio::new(so_far, whole),
        }
    };
    (counts.into_iter().map(row).collect(), whole)
}

impl Report for NotBoughtReasons {
    type Row = NotBoughtReasonRow;
    type Totals = NotBoughtReasonTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let mut sql = Sql::new(
            "SELECT t.not_bought_reason, COUNT(*) FROM field_handovers t
             WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.result = 'not_bought' AND ",
        );
        on_days(&mut sql, ctx, asked, "t.ended_at")?;
        sql.push(" AND ");
        scope::within(&mut sql, &FIELD_HANDOVER, &reach(ctx, &DEFINITION), ctx.actor.user);
        sql.push(" GROUP BY t.not_bought_reason");
        let counts = tx.all::<(NotBoughtReason, i64)>(sql).await?;
        let (rows, cases) = ranked(counts, ctx.language);
        Ok(Made { rows, totals: NotBoughtReasonTotals { cases } })
    }

    fn example() -> Made<Self> {
        let counts = vec![(NotBoughtReason::Price, 6), (NotBoughtReason::Budget, 4)];
        let (rows, cases) = ranked(counts, Language::En);
        Made { rows, totals: NotBoughtReasonTotals { cases } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_50_the_most_frequent_reason_comes_first() {
        let counts = vec![
            (NotBoughtReason::Other, 1),
            (NotBoughtReason::Price, 3),
            (NotBoughtReason::Budget, 1),
        ];
        let (rows, whole) = ranked(counts, Language::En);
        let said: Vec<_> = rows.iter().map(|row| (row.reason, row.cumulative)).collect();
        let expected = [
            (NotBoughtReason::Price, Ratio::new(3, 5)),
            (NotBoughtReason::Budget, Ratio::new(4, 5)),
            (NotBoughtReason::Other, Ratio::new(5, 5)),
        ];
        assert_eq!((said.as_slice(), whole), (expected.as_slice(), 5));
        assert!(ranked(Vec::new(), Language::En).0.is_empty());
    }
}
