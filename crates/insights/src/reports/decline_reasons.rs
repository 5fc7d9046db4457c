//! Why customers left off, and what was seen before, over closed retention cases.

use super::{prospects::column, rfm::count};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, report::reach};
use chrono::NaiveDate;
use guanxi_customers::retention_cases::{
    DeclineReason, RETENTION_CASE, RetentionOutcome, WarningSign,
};
use guanxi_kernel::{
    Ctx, Currency, Money, Result, Word as _,
    period::business_date,
    problem::{INTERNAL, Texts},
};
use guanxi_marketing::rate::Rate;
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;

/// The report.
pub struct DeclineReasons;

/// Cases with a reason, or with a reason and a sign.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeclineReasonRow {
    /// Why the customers bought less.
    pub reason: DeclineReason,
    /// What that is called.
    pub reason_name: &'static str,
    /// What was seen before; `null` in the row of all cases with the reason.
    #[schema(required)]
    pub warning_sign: Option<WarningSign>,
    /// What that is called.
    #[schema(required)]
    pub warning_sign_name: Option<&'static str>,
    /// How many cases were closed.
    pub cases: i64,
    /// What these customers bought in the year before, as the cases say.
    pub amount: Money,
    /// How many of them stayed, of these cases.
    pub kept: Rate,
}

/// What goes over all closed cases.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeclineReasonTotals {
    /// How many cases were closed.
    pub cases: i64,
    /// What these customers bought in the year before, as the cases say.
    pub amount: Money,
    /// How many of them stayed, of these cases.
    pub kept: Rate,
}

static DEFINITION: Definition = Definition {
    name: "decline-reasons",
    version: 1,
    title: Texts { en: "Reasons of decline", zh: "客户衰退原因" },
    about: Texts {
        en: "Retention cases that were closed up to `as_of`, by the reason for which the customers bought less: how \
             many, what the customers bought in the year before, and how many stayed. Below each reason the same by \
             what was seen before; a case with two signs is in both of these rows, so only the rows without a sign add \
             up to the totals. Amounts in other currencies are converted by the rate of the day of closing. Cases are \
             told as they are now.",
        zh: "截至 as_of 已关闭的挽留案例,按衰退原因统计案例数、涉及金额与挽留成功率;每个原因之下再按预警信号细分(同一案例可有多个信号)。",
    },
    reads: &[&RETENTION_CASE],
    needs: &["owner_id", "reason", "warning_signs", "amount", "outcome", "closed_at"],
    rests_on: &[],
    parameters: &[],
    columns: &[
        column("reason", "Reason", "原因", What::Key),
        column("reason_name", "Reason name", "原因名称", What::Label),
        column("warning_sign", "Warning sign", "预警信号", What::Key),
        column("warning_sign_name", "Warning sign name", "预警信号名称", What::Label),
        column("cases", "Cases", "案例数", What::Count),
        column("amount", "Amount", "涉及金额", What::Money),
        column("kept", "Kept", "挽留成功率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["reason_name", "warning_sign_name"],
        values: &["cases"],
        otherwise: &[],
    },
};

/// A closed case.
struct Case {
    reason: DeclineReason,
    signs: Vec<WarningSign>,
    amount: Money,
    kept: bool,
}

async fn closed(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<Case>> {
    type Found = (
        DeclineReason,
        String,
        Option<i64>,
        Option<Currency>,
        Option<RetentionOutcome>,
        chrono::DateTime<chrono::Utc>,
    );
    let mut sql = Sql::new(
        "SELECT t.reason, CAST(t.warning_signs AS TEXT), t.amount_minor, t.amount_currency, t.outcome, t.closed_at
         FROM retention_cases t JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.party_id
         WHERE t.tenant_id = $1 AND p.tenant_id = $1 AND t.status = 'closed' AND t.deleted_at IS NULL
             AND p.deleted_at IS NULL AND t.reason IS NOT NULL AND t.closed_at <= ",
    );
    sql.bind(asked.as_of).push(" AND (");
    let reach = reach(ctx, &DEFINITION);
    scope::covers(&mut sql, "t.owner_id", &reach, ctx.actor.user);
    sql.push(" OR ");
    scope::covers(&mut sql, "p.owner_id", &reach, ctx.actor.user);
    sql.push(")");
    let mut cases = Vec::new();
    for (reason, signs, minor, currency, outcome, at) in tx.all::<Found>(sql).await? {
        let signs =
            serde_json::from_str(&signs).map_err(|error| INTERNAL.problem().because(error))?;
        let day: NaiveDate = business_date(at, ctx.settings.time_zone);
        let amount = match minor.zip(currency) {
            Some((minor, currency)) => {
                asked.exchange.convert(tx, Money::new(minor, currency), day, asked.known_at).await?
            }
            None => asked.exchange.zero(),
        };
        cases.push(Case { reason, signs, amount, kept: outcome == Some(RetentionOutcome::Kept) });
    }
    Ok(cases)
}

/// How many cases, what they come to, and how many were kept.
fn summed(asked: &Asked, cases: &[&Case]) -> Result<DeclineReasonTotals> {
    let kept = count(cases.iter().filter(|case| case.kept).count());
    Ok(DeclineReasonTotals {
        cases: count(cases.len()),
        amount: asked.exchange.sum(cases.iter().map(|case| case.amount))?,
        kept: Rate::new(kept, count(cases.len())),
    })
}

impl Report for DeclineReasons {
    type Row = DeclineReasonRow;
    type Totals = DeclineReasonTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let cases = closed(tx, ctx, asked).await?;
        let mut rows = Vec::new();
        for reason in DeclineReason::ALL.iter().copied() {
            let of: Vec<&Case> = cases.iter().filter(|case| case.reason == reason).collect();
            let signs = WarningSign::ALL.iter().copied().map(Some);
            for sign in [None].into_iter().chain(signs) {
                let seen = |case: &&&Case| sign.is_none_or(|sign| case.signs.contains(&sign));
                let of: Vec<&Case> = of.iter().filter(seen).copied().collect();
                if of.is_empty() {
                    continue;
                }
                let DeclineReasonTotals { cases, amount, kept } = summed(asked, &of)?;
                rows.push(DeclineReasonRow {
                    reason,
                    reason_name: reason.label(ctx.language),
                    warning_sign: sign,
                    warning_sign_name: sign.map(|sign| sign.label(ctx.language)),
                    cases,
                    amount,
                    kept,
                });
            }
        }
        let totals = summed(asked, &cases.iter().collect::<Vec<_>>())?;
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let amount = Money::new(24_000_000, Currency::CNY);
        let row = DeclineReasonRow {
            reason: DeclineReason::Competitor,
            reason_name: "Competitor",
            warning_sign: Some(WarningSign::OtherQuotes),
            warning_sign_name: Some("Quotes of others"),
            cases: 1,
            amount,
            kept: Rate::new(1, 1),
        };
        let totals = DeclineReasonTotals { cases: 1, amount, kept: Rate::new(1, 1) };
        Made { rows: vec![row], totals }
    }
}
