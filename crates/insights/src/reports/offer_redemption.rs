//! How many of those to whom an offer was made have redeemed it.

use super::prospects::{column, parameter};
use crate::{Asked, Definition, Made, Plot, Report, Takes, What, definition::Shape, report::reach};
use guanxi_kernel::{Ctx, Result, problem::Texts, scalar::Type};
use guanxi_marketing::{
    campaign_members::CAMPAIGN_MEMBER, offer_redemptions::OFFER_REDEMPTION, offers::OFFER,
    rate::Rate,
};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct OfferRedemptions;

/// Offers that are told of, the last that became valid.
const MOST: i64 = 500;

/// An offer, and who has redeemed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OfferRedemptionRow {
    /// The offer.
    pub offer_id: Uuid,
    /// What it is called.
    pub offer_name: String,
    /// Customers to whom it was made: the members of its campaign, each party once; 0 without a campaign.
    pub offered: i64,
    /// How often it was redeemed.
    pub redemptions: i64,
    /// Customers who have redeemed it, each once.
    pub redeemers: i64,
    /// Those of `offered` who have redeemed it.
    pub redeemers_offered: i64,
    /// `redeemers_offered` of `offered`.
    pub redemption_rate: Rate,
}

/// All offers together. Somebody who got two counts for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct OfferRedemptionTotals {
    /// Customers to whom they were made, once for each offer.
    pub offered: i64,
    /// How often they were redeemed.
    pub redemptions: i64,
    /// Those of `offered` who have redeemed them.
    pub redeemers_offered: i64,
    /// `redeemers_offered` of `offered`.
    pub redemption_rate: Rate,
}

static DEFINITION: Definition = Definition {
    name: "offer-redemption",
    version: 1,
    title: Texts { en: "Redemption of offers", zh: "优惠兑换率" },
    about: Texts {
        en: "How many customers have redeemed each offer by `as_of`, and which part that is of those to whom it was made: the \
             members of the campaign that tells of it, each party once. Whoever was no member and has redeemed it counts \
             for the redemptions, not for the rate. At most 500 offers, the last that became valid first; members and \
             redemptions are those of now, whoever may see them.",
        zh: "各优惠截至 as_of 的兑换次数、兑换客户数,以及兑换率(活动成员中已兑换者 ÷ 活动成员,每客户计一次);非成员的兑换计入次数,不计入兑换率。",
    },
    reads: &[&OFFER, &OFFER_REDEMPTION, &CAMPAIGN_MEMBER],
    needs: &["name", "campaign_id", "valid_from"],
    rests_on: &[],
    parameters: &[parameter(
        "campaign_id",
        Takes::One(Type::Id),
        Texts { en: "Of this campaign only.", zh: "仅该市场活动。" },
    )],
    columns: &[
        column("offer_id", "Offer", "优惠标识", What::Key),
        column("offer_name", "Offer", "优惠", What::Label),
        column("offered", "Offered", "发放客户数", What::Count),
        column("redemptions", "Redemptions", "兑换次数", What::Count),
        column("redeemers", "Redeemers", "兑换客户数", What::Count),
        column("redeemers_offered", "Of those offered", "成员兑换客户数", What::Count),
        column("redemption_rate", "Redemption rate", "兑换率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["offer_name"],
        values: &["offered", "redeemers_offered"],
        otherwise: &[],
    },
};

/// An offer with its members, its redemptions, its redeemers and those of these who are members.
type Found = (Uuid, String, i64, i64, i64, i64);

async fn found(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<Vec<Found>> {
    let mut sql = Sql::new(
        "SELECT t.id, t.name,
             (SELECT COUNT(DISTINCT m.party_id) FROM campaign_members m
              WHERE m.tenant_id = t.tenant_id AND m.campaign_id = t.campaign_id
                  AND m.deleted_at IS NULL),
             (SELECT COUNT(*) FROM offer_redemptions r
              WHERE r.tenant_id = t.tenant_id AND r.offer_id = t.id AND r.deleted_at IS NULL
                  AND r.redeemed_at <= ",
    );
    sql.bind(asked.as_of).push(
        "),
             (SELECT COUNT(DISTINCT r.party_id) FROM offer_redemptions r
              WHERE r.tenant_id = t.tenant_id AND r.offer_id = t.id AND r.deleted_at IS NULL
                  AND r.redeemed_at <= ",
    );
    sql.bind(asked.as_of).push(
        "),
             (SELECT COUNT(DISTINCT r.party_id) FROM offer_redemptions r
              JOIN campaign_members m ON m.tenant_id = r.tenant_id AND m.party_id = r.party_id
                  AND m.deleted_at IS NULL
              WHERE r.tenant_id = t.tenant_id AND r.offer_id = t.id AND r.deleted_at IS NULL
                  AND m.campaign_id = t.campaign_id AND r.redeemed_at <= ",
    );
    sql.bind(asked.as_of).push(") FROM offers t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL");
    if let Some(campaign) = asked.id("campaign_id") {
        sql.push(" AND t.campaign_id = ").bind(campaign);
    }
    sql.push(" AND ");
    scope::within(&mut sql, &OFFER, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(" ORDER BY t.valid_from DESC, t.created_at DESC, t.id DESC LIMIT ").bind(MOST);
    tx.all(sql).await
}

/// The rows, and all of them together.
fn told(found: Vec<Found>) -> (Vec<OfferRedemptionRow>, OfferRedemptionTotals) {
    let row =
        |(offer_id, offer_name, offered, redemptions, redeemers, redeemers_offered): Found| {
            OfferRedemptionRow {
                offer_id,
                offer_name,
                offered,
                redemptions,
                redeemers,
                redeemers_offered,
                redemption_rate: Rate::new(redeemers_offered, offered),
            }
        };
    let rows: Vec<OfferRedemptionRow> = found.into_iter().map(row).collect();
    let sum = |figure: fn(&OfferRedemptionRow) -> i64| rows.iter().map(figure).sum::<i64>();
    let offered = sum(|row| row.offered);
    let redeemers_offered = sum(|row| row.redeemers_offered);
    let totals = OfferRedemptionTotals {
        offered,
        redemptions: sum(|row| row.redemptions),
        redeemers_offered,
        redemption_rate: Rate::new(redeemers_offered, offered),
    };
    (rows, totals)
}

impl Report for OfferRedemptions {
    type Row = OfferRedemptionRow;
    type Totals = OfferRedemptionTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let found = found(tx, ctx, asked).await?;
        let (rows, totals) = told(found);
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let (rows, totals) = told(vec![(Uuid::nil(), "春季保养九折".to_owned(), 200, 64, 60, 50)]);
        Made { rows, totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_45_the_rate_is_of_those_to_whom_it_was_made() {
        let found = |offered, members| (Uuid::nil(), "优惠".to_owned(), offered, 9, 8, members);
        let (rows, totals) = told(vec![found(20, 5), found(0, 0)]);
        assert_eq!(rows[0].redemption_rate, Rate::new(5, 20));
        assert_eq!(rows[1].redemption_rate.value(), None);
        assert_eq!((totals.redemptions, totals.redemption_rate), (18, Rate::new(5, 20)));
    }
}
