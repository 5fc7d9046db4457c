//! Whether media become dearer and are answered less, month by month, and by which of them relations cost least.
//!
//! A relation is a customer or prospect who is known and has done something by the medium: followed something, come to
//! the site or a shop, joined or written in a community, filled a cart, bought by it, or answered. Price: roles are those
//! of now, and whoever looks around without a name is nobody's relation.
//!
//! | file | holds |
//! | --- | --- |
//! | `mod.rs` | the report |
//! | `trend.rs` | changes, slopes and flags; pure |
//! | `figures.rs` | the figures of media and months, from the store |
//! | `watching.rs` | who watches a medium is told that it costs more of what it brings |

mod figures;
mod trend;
mod watching;

use super::prospects::{column, parameter};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    definition::Shape,
    labels::{Labels, labels},
};
use chrono::{Months, NaiveDate};
use figures::{Figures, Month, Relations, Sum};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_kernel::{
    Action, Ctx, Currency, Money, Result, actor::forbidden, period::start_of_day, problem::Texts,
    ratio::Ratio,
};
use guanxi_marketing::{campaigns::CAMPAIGN, media::MEDIUM, rate::Rate};
use guanxi_storage::Tx;
use serde::Serialize;
pub use trend::{MediaTrendDirection, MediaTrendOf};
use trend::{change, trend_of};
use utoipa::ToSchema;
use uuid::Uuid;
pub use watching::WATCHING;

/// The report.
pub struct MediaTrend;

/// Months where none are asked for.
const MONTHS: i64 = 3;

/// A medium in a month.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediaTrendRow {
    /// The medium.
    pub medium_id: Uuid,
    /// Its letters in source codes.
    pub code: String,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub medium: Option<String>,
    /// The month, such as `2026-05`.
    pub month: String,
    /// What was spent on it.
    pub expense: Money,
    /// What contracts have brought that came by its source codes.
    pub revenue: Money,
    /// `expense` of `revenue`.
    pub expense_to_revenue: Ratio,
    /// People whom something reached: by arrivals, else by what was sent or held out.
    pub contacts: i64,
    /// Answers.
    pub responses: i64,
    /// People who have answered.
    pub responders: i64,
    /// People who have bought.
    pub buyers: i64,
    /// `responders` of `contacts`.
    pub response_rate: Rate,
    /// `buyers` of `responders`.
    pub conversion_rate: Rate,
    /// `expense` for each of `contacts`.
    pub cost_per_contact: Ratio,
    /// By which share of the month before that is more.
    pub cost_per_contact_change: Ratio,
    /// `expense` for each of `responses`.
    pub cost_per_response: Ratio,
    /// By which share of the month before that is more.
    pub cost_per_response_change: Ratio,
    /// Customers and prospects who have interacted by it in the month, each once.
    pub relations: i64,
    /// `expense` for each of `relations`; without a value if there are none.
    pub cost_per_relation: Ratio,
}

/// Where a medium goes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediumTrend {
    /// The medium.
    pub medium_id: Uuid,
    /// Its letters in source codes.
    pub code: String,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub medium: Option<String>,
    /// Of expense by revenue.
    pub expense_to_revenue: MediaTrendOf,
    /// Of the response rate.
    pub response_rate: MediaTrendOf,
    /// Of the conversion rate.
    pub conversion_rate: MediaTrendOf,
    /// Of the cost per contact.
    pub cost_per_contact: MediaTrendOf,
    /// Of the cost per response.
    pub cost_per_response: MediaTrendOf,
    /// What was spent on it in these months.
    pub expense: Money,
    /// Customers and prospects who have interacted by it in these months, each once.
    pub relations: i64,
    /// `expense` for each of `relations`; without a value if there are none.
    pub cost_per_relation: Ratio,
    /// Its place by `cost_per_relation` as shown, 1 where a relation costs least; the same cost has the same place.
    /// `null` if there are no relations.
    #[schema(required)]
    pub cost_per_relation_rank: Option<i64>,
}

/// What goes over all months.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediaTrendTotals {
    /// What was spent.
    pub expense: Money,
    /// What contracts have brought.
    pub revenue: Money,
    /// `expense` of `revenue`.
    pub expense_to_revenue: Ratio,
    /// Each medium, over these months.
    pub media: Vec<MediumTrend>,
}

static DEFINITION: Definition = Definition {
    name: "media-trend",
    version: 3,
    title: Texts { en: "Trend of media", zh: "媒介趋势分析" },
    about: Texts {
        en: "Media month by month, up to a month: what was spent on them, by expenses that name the medium or one of \
             its source codes, what contracts under its codes have brought, each movement in its month, whom something \
             reached, who has answered and who has bought in that month. A figure of a medium is `rising` or \
             `declining` if it is greater or less in each of these months than in the one before; a month without it \
             leaves it open. The slope is that of the straight line through the values shown, by least squares, per \
             month. Relations are customers and prospects, as they are now, who have followed something, come to the \
             site or a shop, joined or written in a community, filled or left a cart, bought or answered by the medium: \
             each once in a month, and in `totals` once in all of these months. There media are also ranked by what \
             a relation costs. Figures are those of now, up to the day of `as_of`, by whose rate other currencies are \
             converted.",
        zh: "按媒介与月份统计费用、收入、费用收入比、触达、反馈、购买及单位成本。若某指标在所列各月逐月上升或下降,则标记 rising 或 declining;斜率为对显示值按月做最小二乘所得。关系数为通过该媒介点击、访问、到店、加入社区、发帖、创建或放弃购物车、购买或反馈的客户与潜在客户(按当前角色),每月每人计一次,合计中全期每人计一次,并按单位关系成本由低到高排名。外币按统计当日汇率折算。",
    },
    reads: &[&CAMPAIGN, &CONTRACT, &MEDIUM],
    needs: &["spent"],
    rests_on: &[],
    parameters: &[
        parameter(
            "month",
            Takes::Month,
            Texts {
                en: "The last month; that of `as_of` when absent.",
                zh: "截止月份,默认为统计当月。",
            },
        ),
        Parameter {
            name: "months",
            takes: Takes::Whole(2, 24),
            default: Some("3"),
            required: false,
            field: None,
            about: Texts { en: "How many months.", zh: "月数。" },
        },
    ],
    columns: &[
        column("medium_id", "Medium id", "媒介标识", What::Key),
        column("code", "Code", "媒介代码", What::Label),
        column("medium", "Medium", "媒介", What::Label),
        column("month", "Month", "月份", What::Label),
        column("expense", "Expense", "费用", What::Money),
        column("revenue", "Revenue", "收入", What::Money),
        column("expense_to_revenue", "E:R", "费用收入比", What::Ratio),
        column("contacts", "Reached", "触达人数", What::Count),
        column("responses", "Responses", "反馈数", What::Count),
        column("responders", "Responders", "反馈人数", What::Count),
        column("buyers", "Buyers", "购买人数", What::Count),
        column("response_rate", "Response rate", "反馈率", What::Ratio),
        column("conversion_rate", "Conversion rate", "转换率", What::Ratio),
        column("cost_per_contact", "Cost per contact", "单位触达成本", What::Ratio),
        column(
            "cost_per_contact_change",
            "Change of cost per contact",
            "触达成本环比",
            What::Ratio,
        ),
        column("cost_per_response", "Cost per response", "单位反馈成本", What::Ratio),
        column(
            "cost_per_response_change",
            "Change of cost per response",
            "反馈成本环比",
            What::Ratio,
        ),
        column("relations", "Relations", "关系数", What::Count),
        column("cost_per_relation", "Cost per relation", "单位关系成本", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["code", "month"],
        values: &["expense", "revenue"],
        otherwise: &["contacts"],
    },
};

/// The months that are asked for, the first first.
fn months(ctx: &Ctx, asked: &mut Asked) -> Vec<Month> {
    let last = asked.month("month");
    months_until(ctx, last, asked.whole("months").unwrap_or(MONTHS))
}

/// So many months up to the one that begins on that day, the first first.
fn months_until(ctx: &Ctx, last: NaiveDate, count: i64) -> Vec<Month> {
    let back = (0..u32::try_from(count).unwrap_or(0)).rev();
    let firsts = back.filter_map(|back| last.checked_sub_months(Months::new(back)));
    let month = |first: NaiveDate| {
        let behind = first.checked_add_months(Months::new(1))?;
        Some(Month {
            name: first.format("%Y-%m").to_string(),
            first,
            behind,
            ends: start_of_day(behind, ctx.settings.time_zone),
        })
    };
    firsts.filter_map(month).collect()
}

fn row(medium_id: Uuid, code: &str, name: Option<&String>, month: &str, of: &Sum) -> MediaTrendRow {
    let expense = of.expense.to_decimal();
    MediaTrendRow {
        medium_id,
        code: code.to_owned(),
        medium: name.cloned(),
        month: month.to_owned(),
        expense: of.expense,
        revenue: of.revenue,
        expense_to_revenue: of.expense_to_revenue(),
        contacts: of.contacts(),
        responses: of.responses,
        responders: of.responders,
        buyers: of.buyers,
        response_rate: Rate::new(of.responders, of.contacts()),
        conversion_rate: Rate::new(of.buyers, of.responders),
        cost_per_contact: Ratio::new(expense, of.contacts()),
        cost_per_contact_change: Ratio::new(0, 0),
        cost_per_response: Ratio::new(expense, of.responses),
        cost_per_response_change: Ratio::new(0, 0),
        relations: of.relations,
        cost_per_relation: Ratio::new(expense, of.relations),
    }
}

/// Says of each month by how much it differs from the one before.
fn compare(rows: &mut [MediaTrendRow]) {
    for at in 1..rows.len() {
        let (before, now) = (rows[at - 1].clone(), &mut rows[at]);
        now.cost_per_contact_change = change(before.cost_per_contact, now.cost_per_contact);
        now.cost_per_response_change = change(before.cost_per_response, now.cost_per_response);
    }
}

/// Where a medium goes over these months, in which so much was spent for so many relations.
fn over(rows: &[MediaTrendRow], expense: Money, relations: i64) -> Option<MediumTrend> {
    let first = rows.first()?;
    let of = |figure: fn(&MediaTrendRow) -> Ratio| {
        trend_of(&rows.iter().map(figure).collect::<Vec<_>>())
    };
    Some(MediumTrend {
        medium_id: first.medium_id,
        code: first.code.clone(),
        medium: first.medium.clone(),
        expense_to_revenue: of(|row| row.expense_to_revenue),
        response_rate: of(|row| row.response_rate.ratio()),
        conversion_rate: of(|row| row.conversion_rate.ratio()),
        cost_per_contact: of(|row| row.cost_per_contact),
        cost_per_response: of(|row| row.cost_per_response),
        expense,
        relations,
        cost_per_relation: Ratio::new(expense.to_decimal(), relations),
        cost_per_relation_rank: None,
    })
}

/// Gives media their places by what a relation costs.
fn rank(media: &mut [MediumTrend]) {
    let mut costs: Vec<_> = media.iter().filter_map(|one| one.cost_per_relation.value()).collect();
    costs.sort_unstable();
    for one in media {
        let own = one.cost_per_relation.value();
        let less = own.map(|own| costs.partition_point(|other| *other < own));
        one.cost_per_relation_rank = less.and_then(|less| i64::try_from(less + 1).ok());
    }
}

/// The rows of media and months, and what goes over them.
fn made(
    asked: &Asked,
    months: &[Month],
    (media, names): (&[(Uuid, String)], &Labels),
    (figures, relations): (&Figures, &Relations),
) -> Result<Made<MediaTrend>> {
    let none = Sum::none(asked.exchange.zero());
    let (mut rows, mut trends) = (Vec::new(), Vec::new());
    for (id, code) in media {
        let of_month = |month: &Month| {
            let sum = figures.get(&(*id, month.name.clone())).unwrap_or(&none);
            row(*id, code, names.get(id), &month.name, sum)
        };
        let mut own: Vec<MediaTrendRow> = months.iter().map(of_month).collect();
        compare(&mut own);
        let expense = asked.exchange.sum(own.iter().map(|row| row.expense))?;
        trends.extend(over(&own, expense, relations.get(id).copied().unwrap_or(0)));
        rows.extend(own);
    }
    rank(&mut trends);
    let expense = asked.exchange.sum(rows.iter().map(|row| row.expense))?;
    let revenue = asked.exchange.sum(rows.iter().map(|row| row.revenue))?;
    let expense_to_revenue = Ratio::new(expense.to_decimal(), revenue.to_decimal());
    let totals = MediaTrendTotals { expense, revenue, expense_to_revenue, media: trends };
    Ok(Made { rows, totals })
}

impl Report for MediaTrend {
    type Row = MediaTrendRow;
    type Totals = MediaTrendTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        // What contracts brought is a sum over all of them.
        if !ctx.reach(CONTRACT.plural, Action::Read).all {
            return Err(forbidden(CONTRACT.plural, Action::Read));
        }
        let months = months(ctx, asked);
        let figures = figures::of(tx, ctx, asked, &months).await?;
        let ids: Vec<Uuid> = figures.keys().map(|(id, _)| *id).collect();
        let media = figures::media(tx, &ids).await?;
        let names = labels(tx, ctx, asked, &MEDIUM, ids).await?;
        let relations = figures::relations_over(tx, ctx, asked, &months).await?;
        made(asked, &months, (&media, &names), (&figures, &relations))
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let month = |month: &str, minor: i64, responders: i64| {
            let mut sum = Sum::none(yuan(0));
            (sum.expense, sum.revenue) = (yuan(minor), yuan(1_000_000));
            (sum.delivered, sum.responses, sum.responders, sum.buyers) =
                (100, responders, responders, 1);
            sum.relations = responders;
            row(Uuid::nil(), "D", Some(&"E-mail".to_owned()), month, &sum)
        };
        let mut rows = vec![
            month("2026-03", 10_000, 5),
            month("2026-04", 11_000, 4),
            month("2026-05", 12_100, 3),
        ];
        compare(&mut rows);
        let (expense, revenue) = (yuan(33_100), yuan(3_000_000));
        let mut media: Vec<MediumTrend> = over(&rows, expense, 10).into_iter().collect();
        rank(&mut media);
        let expense_to_revenue = Ratio::new(expense.to_decimal(), revenue.to_decimal());
        Made { rows, totals: MediaTrendTotals { expense, revenue, expense_to_revenue, media } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(ratio: Ratio) -> Option<String> {
        ratio.value().map(|value| format!("{value:.4}"))
    }

    #[test]
    fn x_125_costs_of_one_a_tenth_more_each_month_are_rising() {
        let made = MediaTrend::example();
        let costs: Vec<_> = made.rows.iter().map(|row| shown(row.cost_per_contact)).collect();
        assert_eq!(costs, ["1.0000", "1.1000", "1.2100"].map(|cost| Some(cost.to_owned())));
        let changes: Vec<_> =
            made.rows.iter().map(|row| shown(row.cost_per_contact_change)).collect();
        assert_eq!(changes, [None, Some("0.1000".to_owned()), Some("0.1000".to_owned())]);
        let trend = &made.totals.media[0];
        assert_eq!(trend.cost_per_contact.flag, Some(MediaTrendDirection::Rising));
        assert_eq!(trend.expense_to_revenue.flag, Some(MediaTrendDirection::Rising));
        assert_eq!(shown(trend.cost_per_contact.slope), Some("0.1050".to_owned()));
    }

    #[test]
    fn x_55_media_are_ranked_by_what_a_relation_costs() {
        let made = MediaTrend::example();
        let email = &made.totals.media[0];
        assert_eq!(shown(email.cost_per_relation), Some("33.1000".to_owned()));
        let medium = |minor: i64, relations: i64| {
            over(&made.rows, Money::new(minor, Currency::CNY), relations).unwrap()
        };
        let mut media = vec![
            medium(15_000, 3),
            medium(9_000, 3),
            medium(4_000, 0),
            medium(3_000, 1),
            medium(0, 0),
        ];
        rank(&mut media);
        let ranks: Vec<_> = media.iter().map(|one| one.cost_per_relation_rank).collect();
        assert_eq!(ranks, [Some(3), Some(1), None, Some(1), None]);
    }

    #[test]
    fn x_02_a_response_rate_that_falls_each_month_is_declining() {
        let made = MediaTrend::example();
        let trend = &made.totals.media[0];
        assert_eq!(trend.response_rate.flag, Some(MediaTrendDirection::Declining));
        assert_eq!(shown(trend.response_rate.slope), Some("-0.0100".to_owned()));
    }
}
