//! What a campaign may bring, by comparable ones that have ended.

use super::{
    figures::Figures,
    model::{Campaign, CampaignId},
    sight::Sight,
};
use guanxi_kernel::{Action, Ctx, Result, actor::forbidden};
use guanxi_storage::{Sql, Tx, resource};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use sqlx::types::Json;
use utoipa::ToSchema;

/// Campaigns that are looked at, the last that have ended.
const MOST: i64 = 200;

/// So many are needed to say anything.
const LEAST: usize = 3;

guanxi_kernel::words! {
    /// Whether enough is known to expect something.
    pub enum ExpectationBasis {
        /// Enough comparable campaigns have ended.
        Sufficient = "sufficient" ("Enough history", "历史充足"),
        /// Fewer than three have.
        InsufficientHistory = "insufficient_history" ("Too little history", "历史不足"),
    }
}

/// What lies in the middle, and between which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExpectedRange {
    /// The least.
    pub least: String,
    /// Half of them are not above it, half not below.
    pub median: String,
    /// The most.
    pub most: String,
    /// How many campaigns tell of it.
    pub campaigns: usize,
}

/// What a campaign may bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignExpectation {
    /// Whether enough is known.
    pub basis: ExpectationBasis,
    /// The campaigns of the same sort, and in one of the same regions, that have ended; the last 200.
    #[schema(max_items = 200)]
    pub campaign_ids: Vec<CampaignId>,
    /// People who answered by members; null where too little is known.
    #[schema(required)]
    pub response_rate: Option<ExpectedRange>,
    /// Cost by opportunities, in the currency of the campaign.
    #[schema(required)]
    pub cost_per_opportunity: Option<ExpectedRange>,
    /// (Margin − cost) by cost.
    #[schema(required)]
    pub roi: Option<ExpectedRange>,
}

/// The least, the middle and the most of values, each rounded half-even to so many decimals.
fn range(mut values: Vec<Decimal>, places: u32) -> Option<ExpectedRange> {
    if values.len() < LEAST {
        return None;
    }
    values.sort();
    let middle = values.len() / 2;
    let median = match values.len() % 2 {
        1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / Decimal::TWO,
    };
    let shown = |value: Decimal| {
        let places_kept = usize::try_from(places).unwrap_or(4);
        let value = value.round_dp_with_strategy(places, RoundingStrategy::MidpointNearestEven);
        format!("{value:.places_kept$}")
    };
    Some(ExpectedRange {
        least: shown(values[0]),
        median: shown(median),
        most: shown(values[values.len() - 1]),
        campaigns: values.len(),
    })
}

fn by(numerator: Decimal, denominator: impl Into<Decimal>) -> Option<Decimal> {
    numerator.checked_div(denominator.into())
}

/// What figures of campaigns that have ended let one expect.
pub(super) fn expect(known: &[(CampaignId, Figures)]) -> CampaignExpectation {
    let each = |value: &dyn Fn(&Figures) -> Option<Decimal>| -> Vec<Decimal> {
        known.iter().filter_map(|(_, figures)| value(figures)).collect()
    };
    let cost = |one: &Figures| one.cost.to_decimal();
    let roi = |one: &Figures| by(one.contract_margin.to_decimal() - cost(one), cost(one));
    let enough = known.len() >= LEAST;
    CampaignExpectation {
        basis: match enough {
            true => ExpectationBasis::Sufficient,
            false => ExpectationBasis::InsufficientHistory,
        },
        campaign_ids: known.iter().map(|(id, _)| *id).collect(),
        response_rate: range(each(&|one| by(one.responders.into(), one.members)), 4),
        cost_per_opportunity: range(each(&|one| by(cost(one), one.opportunities)), 2),
        roi: range(each(&roi), 4),
    }
}

/// What a campaign may bring, by the outcomes of campaigns of the same sort and currency, in one of its
/// regions if it names any, that have ended.
///
/// # Errors
/// `not_found`, `forbidden`, also without the right to see what campaigns cost and contracts leave.
pub async fn expectation(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<CampaignExpectation> {
    let campaign: Campaign = resource::load(tx, ctx, id.uuid()).await?;
    let sight = Sight::of(ctx);
    if !(sight.cost && sight.margin) {
        return Err(forbidden("contracts", Action::Read));
    }
    let mut sql = Sql::new(
        "SELECT t.id, o.figures FROM campaign_outcomes o
         JOIN campaigns t ON t.tenant_id = o.tenant_id AND t.id = o.campaign_id
         WHERE o.tenant_id = $1 AND t.deleted_at IS NULL AND t.id <> ",
    );
    sql.bind(id).push(" AND t.currency = ").bind(campaign.currency());
    match &campaign.input.kind {
        Some(kind) => sql.push(" AND t.kind = ").bind(kind.clone()),
        None => sql.push(" AND t.kind IS NULL"),
    };
    if !campaign.input.region_ids.is_empty() {
        sql.push(
            " AND EXISTS (SELECT 1 FROM record_terms x WHERE x.tenant_id = t.tenant_id
                 AND x.kind = 'campaign' AND x.field = 'region_id' AND x.record_id = t.id AND x.term IN ",
        );
        sql.bind_all(campaign.input.region_ids.iter().map(ToString::to_string)).push(")");
    }
    sql.push(" ORDER BY o.frozen_at DESC, t.id LIMIT ").bind(MOST);
    let rows = tx.all::<(CampaignId, Json<Figures>)>(sql).await?;
    let known: Vec<_> = rows.into_iter().map(|(id, figures)| (id, figures.0)).collect();
    Ok(expect(&known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::{Currency, Id, Money};
    use uuid::Uuid;

    fn ended(members: i64, responders: i64, cost: i64) -> (CampaignId, Figures) {
        let yuan = |whole: i64| Money::new(whole * 100, Currency::CNY);
        let figures = Figures {
            members,
            responders,
            opportunities: 4,
            cost: yuan(cost),
            contract_margin: yuan(2_500),
            ..Figures::none(Currency::CNY)
        };
        (Id::from(Uuid::nil()), figures)
    }

    #[test]
    fn m_36_the_middle_of_comparable_campaigns() {
        let known = [ended(100, 5, 1_000), ended(100, 1, 2_000), ended(100, 3, 1_500)];
        let found = expect(&known);
        assert_eq!(found.basis, ExpectationBasis::Sufficient);
        let rate = found.response_rate.unwrap();
        let three = [rate.least.as_str(), rate.median.as_str(), rate.most.as_str()];
        assert_eq!((three, rate.campaigns), (["0.0100", "0.0300", "0.0500"], 3));
        assert_eq!(found.cost_per_opportunity.unwrap().median, "375.00");
        assert_eq!(found.roi.unwrap().most, "1.5000");
        // One without cost says nothing of what it brought.
        let free = expect(&[ended(100, 5, 0), known[1].clone(), known[2].clone()]);
        assert!(free.roi.is_none() && free.response_rate.is_some());
    }

    #[test]
    fn m_36_fewer_than_three_are_too_few() {
        let found = expect(&[ended(100, 5, 1_000), ended(100, 1, 2_000)]);
        assert_eq!(found.basis, ExpectationBasis::InsufficientHistory);
        assert!(found.response_rate.is_none() && found.campaign_ids.len() == 2);
    }
}
