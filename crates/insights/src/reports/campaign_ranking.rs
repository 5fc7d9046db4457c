//! Which campaigns brought most.

use super::prospects::column;
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    definition::Shape,
    exchange::currency,
    labels::{Labels, labels},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Action, Ctx, Currency, Money, Result, Word as _,
    actor::forbidden,
    money::MoneyError,
    problem::{INTERNAL, Texts},
    ratio::Ratio,
    scalar::Scalar,
};
use guanxi_marketing::{
    campaigns::{
        CAMPAIGN, CampaignId, CampaignState, CampaignStateChange, Figures, Sight, of_campaigns_by,
    },
    past::Past,
};
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use std::cmp::Reverse;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CampaignRanking;

/// Campaigns that are ranked at most, the last that have begun.
const MOST: i64 = 5_000;

guanxi_kernel::words! {
    /// What campaigns are ranked by.
    pub enum CampaignRankedBy {
        /// What opportunities may bring, the most first.
        OpportunityAmount = "opportunity_amount" ("Amount of opportunities", "商机金额"),
        /// What contracts come to, the most first.
        ContractAmount = "contract_amount" ("Amount of contracts", "合同金额"),
        /// (Margin − cost) by cost, the most first.
        Roi = "roi" ("Return on investment", "投资回报率"),
        /// Expense by revenue, the least first.
        EToR = "e_to_r" ("Expense to revenue", "费用收入比"),
    }
}

/// A campaign and what it brought.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CampaignRankingRow {
    /// The campaign.
    pub campaign_id: Uuid,
    /// What it is called.
    pub campaign_name: String,
    /// How far it has come.
    pub state: CampaignState,
    /// Opportunities that come from it, also in part.
    pub opportunities: i64,
    /// Its part of what they may bring; null for whoever may not see that.
    #[schema(required)]
    pub opportunity_amount: Option<Money>,
    /// Signed contracts that come from it, also in part.
    pub contracts: i64,
    /// Its part of what they come to without tax; null for whoever may not see that.
    #[schema(required)]
    pub contract_amount: Option<Money>,
    /// What was spent.
    #[schema(required)]
    pub cost: Option<Money>,
    /// (Margin − cost) by cost; null for whoever may not see that.
    #[schema(required)]
    pub roi: Option<Ratio>,
    /// Cost by revenue; null for whoever may not see that.
    #[schema(required)]
    pub expense_to_revenue: Option<Ratio>,
}

/// All campaigns together. What several share counts once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CampaignRankingTotals {
    /// How many there are.
    pub count: i64,
    /// What opportunities may bring.
    #[schema(required)]
    pub opportunity_amount: Option<Money>,
    /// What contracts come to without tax.
    #[schema(required)]
    pub contract_amount: Option<Money>,
    /// What was spent.
    #[schema(required)]
    pub cost: Option<Money>,
}

static DEFINITION: Definition = Definition {
    name: "campaign-ranking",
    version: 2,
    title: Texts { en: "Ranking of campaigns", zh: "市场活动排行" },
    about: Texts {
        en: "Campaigns that have begun, by what opportunities may bring, what contracts come to, the return on what \
             was spent, or expense to revenue. What several campaigns share counts for each in its part, exactly, so \
             no money counts twice. What has come in since `as_of` does not count, and a campaign is in the state in \
             which it was then; what was changed or deleted since is as it is now. Amounts in other currencies are \
             converted by the rate of the day of `as_of`. Equal ones are in the order of their ids; those without a ratio come last.",
        zh: "按商机金额、合同金额、投资回报率或费用收入比对已启动的市场活动排行;多个活动共享的金额按权重精确拆分,不重复计算。",
    },
    reads: &[&CAMPAIGN],
    needs: &["state"],
    rests_on: &[("spent", &["cost", "roi", "expense_to_revenue"])],
    parameters: &[Parameter {
        name: "by",
        takes: Takes::One(<CampaignRankedBy as Scalar>::TYPE),
        default: Some("contract_amount"),
        required: false,
        field: None,
        about: Texts { en: "What is ranked by.", zh: "排行依据。" },
    }],
    columns: &[
        column("campaign_id", "Campaign", "活动标识", What::Key),
        column("campaign_name", "Campaign", "市场活动", What::Label),
        column("state", "State", "状态", What::Key),
        column("opportunities", "Opportunities", "商机数", What::Count),
        column("opportunity_amount", "Amount of opportunities", "商机金额", What::Money),
        column("contracts", "Contracts", "合同数", What::Count),
        column("contract_amount", "Amount of contracts", "合同金额", What::Money),
        column("cost", "Cost", "实际费用", What::Money),
        column("roi", "ROI", "投资回报率", What::Ratio),
        column("expense_to_revenue", "E:R", "费用收入比", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["campaign_name"],
        values: &["opportunity_amount", "contract_amount", "cost"],
        otherwise: &["contracts"],
    },
};

/// A campaign with its figures.
struct Ranked {
    id: CampaignId,
    name: String,
    state: CampaignState,
    figures: Figures,
    roi: Ratio,
    expense_to_revenue: Ratio,
}

fn ours(error: MoneyError) -> guanxi_kernel::Problem {
    INTERNAL.problem().because(error)
}

fn rank(rows: &mut [Ranked], by: CampaignRankedBy) {
    rows.sort_by(|one, other| {
        let figures = |row: &Ranked| match by {
            CampaignRankedBy::OpportunityAmount => {
                Reverse(Some(row.figures.opportunity_amount.to_decimal()))
            }
            CampaignRankedBy::ContractAmount => {
                Reverse(Some(row.figures.contract_amount.to_decimal()))
            }
            CampaignRankedBy::Roi => Reverse(row.roi.value()),
            // The least first, and what has none last.
            CampaignRankedBy::EToR => Reverse(row.expense_to_revenue.value().map(|value| -value)),
        };
        figures(one).cmp(&figures(other)).then(one.id.cmp(&other.id))
    });
}

fn visible(by: CampaignRankedBy, sight: Sight, hides_cost: bool) -> Result<()> {
    let (seen, resource) = match by {
        CampaignRankedBy::OpportunityAmount => (sight.opportunities, "opportunities"),
        CampaignRankedBy::ContractAmount => (sight.contracts, "contracts"),
        CampaignRankedBy::Roi => (sight.margin && !hides_cost, "contracts"),
        CampaignRankedBy::EToR => (sight.contracts && !hides_cost, "contracts"),
    };
    if seen { Ok(()) } else { Err(forbidden(resource, Action::Read)) }
}

/// A campaign that has begun: what it is called, how far it had come, and its currency.
type Begun = (CampaignId, String, CampaignState, String);

/// The campaigns that had begun and were not cancelled.
async fn begun(tx: &mut Tx, asked: &Asked) -> Result<Vec<Begun>> {
    type Row = (CampaignId, String, String, String, String);
    let mut sql = Sql::new("SELECT id, name, state, currency, ");
    match asked.past() {
        None => sql.push(
            "'[]' FROM campaigns WHERE tenant_id = $1 AND deleted_at IS NULL
                 AND state IN ('running', 'paused', 'finished')",
        ),
        Some(Past { as_of, known_at, .. }) => {
            let at = as_of.min(known_at);
            sql.push(
                "CAST(history AS TEXT) FROM campaigns WHERE tenant_id = $1 AND created_at <= ",
            );
            sql.bind(at).push(" AND (deleted_at IS NULL OR deleted_at > ").bind(known_at);
            // Those from before that was noted have only their state.
            sql.push(") AND (started_at <= ").bind(at);
            sql.push(" OR (started_at IS NULL AND state IN ('running', 'paused', 'finished')))")
        }
    };
    sql.push(" ORDER BY starts_on DESC, id LIMIT ").bind(MOST);
    let mut found = Vec::new();
    for (id, name, state, currency, history) in tx.all::<Row>(sql).await? {
        let state = match asked.past() {
            None => None,
            Some(past) => state_at(&history, past.as_of.min(past.known_at))?,
        }
        .unwrap_or_else(|| CampaignState::from_word(&state).unwrap_or_default());
        if matches!(state, CampaignState::Running | CampaignState::Paused | CampaignState::Finished)
        {
            found.push((id, name, state, currency));
        }
    }
    Ok(found)
}

/// The state in which a campaign with this history was at an instant, as far as that goes back.
fn state_at(history: &str, at: DateTime<Utc>) -> Result<Option<CampaignState>> {
    let changes: Vec<CampaignStateChange> =
        serde_json::from_str(history).map_err(|error| INTERNAL.problem().because(error))?;
    Ok(changes.iter().rev().find(|one| one.at <= at).map(|one| one.state))
}

impl Report for CampaignRanking {
    type Row = CampaignRankingRow;
    type Totals = CampaignRankingTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.word("by").unwrap_or(CampaignRankedBy::ContractAmount);
        let sight = Sight::of(ctx);
        visible(by, sight, asked.hides("spent"))?;
        let wanted = asked.exchange.currency();
        let begun = begun(tx, asked).await?;
        let ids: Vec<(CampaignId, Currency)> = begun.iter().map(|(id, ..)| (*id, wanted)).collect();
        for (.., code) in &begun {
            // Rates are named in the answer.
            let zero = Money::zero(currency(code)?);
            asked.exchange.convert(tx, zero, asked.today, asked.known_at).await?;
        }
        let by_rates_of = (asked.today, asked.known_at);
        let mut figures = of_campaigns_by(tx, &ids, by_rates_of, asked.past()).await?;
        let mut names = match asked.live {
            true => Labels::new(),
            false => {
                let ids = ids.iter().map(|(id, _)| id.uuid());
                labels(tx, ctx, asked, &CAMPAIGN, ids).await?
            }
        };
        let mut ranked = Vec::with_capacity(begun.len());
        for (id, name, state, _) in begun {
            let figures = figures.remove(&id).unwrap_or_else(|| Figures::none(wanted));
            let gain = figures.contract_margin.checked_sub(figures.cost).map_err(ours)?;
            ranked.push(Ranked {
                id,
                name: names.remove(&id.uuid()).unwrap_or(name),
                state,
                roi: Ratio::of_money(gain, figures.cost).map_err(ours)?,
                expense_to_revenue: Ratio::of_money(figures.cost, figures.contract_amount)
                    .map_err(ours)?,
                figures,
            });
        }
        rank(&mut ranked, by);
        let sum = |amount: fn(&Figures) -> Money| {
            asked.exchange.sum(ranked.iter().map(|one| amount(&one.figures)))
        };
        let totals = CampaignRankingTotals {
            count: i64::try_from(ranked.len()).unwrap_or(MOST),
            opportunity_amount: match sight.opportunities {
                true => Some(sum(|one| one.opportunity_amount)?),
                false => None,
            },
            contract_amount: match sight.contracts {
                true => Some(sum(|one| one.contract_amount)?),
                false => None,
            },
            cost: if sight.cost { Some(sum(|one| one.cost)?) } else { None },
        };
        let row = |one: Ranked| CampaignRankingRow {
            campaign_id: one.id.uuid(),
            campaign_name: one.name,
            state: one.state,
            opportunities: one.figures.opportunities,
            opportunity_amount: sight.opportunities.then_some(one.figures.opportunity_amount),
            contracts: one.figures.contracts,
            contract_amount: sight.contracts.then_some(one.figures.contract_amount),
            cost: sight.cost.then_some(one.figures.cost),
            roi: (sight.margin && sight.cost).then_some(one.roi),
            expense_to_revenue: (sight.contracts && sight.cost).then_some(one.expense_to_revenue),
        };
        Ok(Made { rows: ranked.into_iter().map(row).collect(), totals })
    }

    fn example() -> Made<Self> {
        let yuan = |whole: i64| Money::new(whole * 100, Currency::CNY);
        let row = CampaignRankingRow {
            campaign_id: Uuid::nil(),
            campaign_name: "春季工作站推广".to_owned(),
            state: CampaignState::Finished,
            opportunities: 20,
            opportunity_amount: Some(yuan(400_000)),
            contracts: 5,
            contract_amount: Some(yuan(100_000)),
            cost: Some(yuan(20_000)),
            roi: Some(Ratio::new(30_000, 20_000)),
            expense_to_revenue: Some(Ratio::new(20_000, 100_000)),
        };
        let totals = CampaignRankingTotals {
            count: 1,
            opportunity_amount: row.opportunity_amount,
            contract_amount: row.contract_amount,
            cost: row.cost,
        };
        Made { rows: vec![row], totals }
    }
}
