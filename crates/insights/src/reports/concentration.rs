//! How much of what was signed the greatest few customers make.

use super::{customer_figures::signed, prospects::column};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, What,
    asked::bad,
    definition::{Shape, Takes},
};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{
    Ctx, Currency, Money, Result, Share,
    problem::{INTERNAL, OUT_OF_RANGE, Texts},
    ratio::Ratio,
};
use guanxi_mining::Concentration;
use guanxi_storage::Tx;
use serde::Serialize;
use utoipa::ToSchema;

/// The report.
pub struct CustomerConcentration;

/// What a share of the customers makes, the greatest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConcentrationRow {
    /// Which share of the customers.
    pub share: Share,
    /// How many that is, rounded up.
    pub customers: i64,
    /// What they have signed.
    pub revenue: Money,
    /// That, of what all have signed.
    pub of_whole: Ratio,
}

/// What goes over all customers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConcentrationTotals {
    /// How many customers have signed something.
    pub customers: i64,
    /// What they have signed.
    pub revenue: Money,
    /// Which share of the customers was asked about.
    pub top_share: Share,
    /// What these make, of the whole.
    pub top_of_whole: Ratio,
    /// Which share of the whole was asked about.
    pub reached_share: Share,
    /// The fewest customers that make as much or more, of all customers.
    pub reached_by: Ratio,
}

const fn share(
    name: &'static str,
    default: &'static str,
    en: &'static str,
    zh: &'static str,
) -> Parameter {
    Parameter {
        name,
        takes: Takes::Share,
        default: Some(default),
        required: false,
        field: None,
        about: Texts { en, zh },
    }
}

static DEFINITION: Definition = Definition {
    name: "concentration",
    version: 2,
    title: Texts { en: "Concentration of customers", zh: "客户集中度(80:20)" },
    about: Texts {
        en: "How much of the net amount of signed contracts the greatest customers make, in tenths of the customers, \
             and how few of them make a share of the whole. Contracts count from the day of signing to that of the \
             cancellation, with what they came to by the day of `as_of`. Amounts in other currencies are converted by the rate \
             of the day of `as_of`. A share of the customers is rounded up to whole ones.",
        zh: "按已签合同净额从大到小,统计前若干比例客户占总额的比例,以及达到指定占比所需的最少客户比例。合同自签订日起计入,至取消日止,变更自其签订日起计入。",
    },
    reads: &[&CONTRACT, &PARTY],
    needs: &["party_id", "net", "signed_on", "owner_id"],
    rests_on: &[],
    parameters: &[
        share("top_share", "0.2", "Which share of the customers.", "客户比例。"),
        share("reached_share", "0.8", "Which share of the whole.", "金额占比。"),
    ],
    columns: &[
        column("share", "Share of customers", "客户比例", What::Key),
        column("customers", "Customers", "客户数", What::Count),
        column("revenue", "Revenue", "合同净额", What::Money),
        column("of_whole", "Of the whole", "占总额比例", What::Ratio),
    ],
    plot: Plot { shape: Shape::Line, names: &["share"], values: &["of_whole"], otherwise: &[] },
};

/// The share that a parameter names, as it is counted with.
fn asked_share(asked: &Asked, name: &str) -> Result<Share> {
    let text = asked.share(name).unwrap_or_default().normalize().to_string();
    let expected = "a share with at most four decimals";
    text.parse().map_err(|_| bad(OUT_OF_RANGE.parameter(name).with("expected", expected)))
}

fn count(members: u64) -> i64 {
    i64::try_from(members).unwrap_or(i64::MAX)
}

impl Report for CustomerConcentration {
    type Row = ConcentrationRow;
    type Totals = ConcentrationTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let all = signed(tx, ctx, &DEFINITION, asked).await?;
        let mut amounts: Vec<Money> = all.into_values().collect();
        amounts.sort_unstable_by_key(|amount| std::cmp::Reverse(amount.minor()));
        let of = Concentration::new(amounts.iter().map(|amount| amount.minor()).collect());
        let sum = |members: u64| {
            let some = usize::try_from(members).unwrap_or(usize::MAX);
            asked.exchange.sum(amounts.iter().take(some).copied())
        };
        let of_money = |part: Money, whole: Money| {
            Ratio::of_money(part, whole).map_err(|error| INTERNAL.problem().because(error))
        };
        let whole = sum(of.members())?;
        let mut rows = Vec::new();
        for tenth in 1..=10 {
            let share = Share::of_ten_thousandths(tenth * 1_000);
            let customers = of.top(share).members;
            let revenue = sum(customers)?;
            let of_whole = of_money(revenue, whole)?;
            rows.push(ConcentrationRow { share, customers: count(customers), revenue, of_whole });
        }
        let (top_share, reached_share) =
            (asked_share(asked, "top_share")?, asked_share(asked, "reached_share")?);
        let totals = ConcentrationTotals {
            customers: count(of.members()),
            revenue: whole,
            top_share,
            top_of_whole: of_money(sum(of.top(top_share).members)?, whole)?,
            reached_share,
            reached_by: of.reach(reached_share).members,
        };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let share = Share::of_ten_thousandths;
        let row = ConcentrationRow {
            share: share(2_000),
            customers: 2,
            revenue: yuan(63_000),
            of_whole: Ratio::new(630, 1_000),
        };
        let totals = ConcentrationTotals {
            customers: 10,
            revenue: yuan(100_000),
            top_share: share(2_000),
            top_of_whole: Ratio::new(630, 1_000),
            reached_share: share(8_000),
            reached_by: Ratio::new(4, 10),
        };
        Made { rows: vec![row], totals }
    }
}
