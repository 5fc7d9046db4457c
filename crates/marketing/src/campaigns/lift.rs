//! Whether those who took part buy more than before, compared with those who did not.

use super::model::{Campaign, CampaignId};
use chrono::{Days, NaiveDate};
use guanxi_customers::rules::today;
use guanxi_kernel::{Action, Ctx, Currency, Money, Result, actor::forbidden, ratio::Ratio};
use guanxi_storage::{Sql, Tx, resource};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use utoipa::ToSchema;

/// What customers have bought in a time and in the time of the same length before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Volumes {
    /// Before.
    pub before: Money,
    /// In the time.
    pub after: Money,
    /// After by before.
    pub change: Ratio,
}

/// What a campaign has changed in what its members buy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignLift {
    /// The first day of the time that is looked at: the first of the campaign.
    pub from: NaiveDate,
    /// The last day of it: the last of the campaign, or today.
    pub until: NaiveDate,
    /// Members who came or have registered.
    pub participants: Volumes,
    /// All other customers.
    pub others: Volumes,
    /// (After by before − 1) of participants less the same of the others, with four decimals; null if
    /// either bought nothing before.
    #[schema(required, value_type = Option<String>, pattern = r"^-?[0-9]+\.[0-9]{4}$")]
    pub lift: Option<String>,
}

impl Volumes {
    fn new(before: i64, after: i64, currency: Currency) -> Self {
        let (before, after) = (Money::new(before, currency), Money::new(after, currency));
        let change = Ratio::new(after.to_decimal(), before.to_decimal());
        Self { before, after, change }
    }

    fn decimals(self) -> (Decimal, Decimal) {
        (self.before.to_decimal(), self.after.to_decimal())
    }
}

/// The growth of those who were treated less that of those who were not, rounded half-even to four
/// decimals.
pub fn lift_over_control(treated: Volumes, control: Volumes) -> Option<String> {
    growth_over_control(treated.decimals(), control.decimals())
}

/// The same of figures before and after: (after by before − 1) less the same of the control. Nothing where either had
/// nothing before.
pub fn growth_over_control(
    treated: (Decimal, Decimal),
    control: (Decimal, Decimal),
) -> Option<String> {
    let growth =
        |(before, after): (Decimal, Decimal)| after.checked_div(before)?.checked_sub(Decimal::ONE);
    let exact = growth(treated)?.checked_sub(growth(control)?)?;
    let rounded = exact.round_dp_with_strategy(4, RoundingStrategy::MidpointNearestEven);
    let rounded = if rounded.is_zero() { Decimal::ZERO } else { rounded };
    Some(format!("{rounded:.4}"))
}

/// Compares what participants of a campaign buy, by signed contracts without tax in the currency of the
/// campaign, with the time before and with all other customers.
///
/// # Errors
/// `not_found`, `forbidden`, also without the right to what contracts come to.
pub async fn lift(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<CampaignLift> {
    let campaign: Campaign = resource::load(tx, ctx, id.uuid()).await?;
    if !super::sight::Sight::of(ctx).contracts {
        return Err(forbidden("contracts", Action::Read));
    }
    let from = campaign.started_on.unwrap_or(campaign.input.starts_on);
    let until = campaign.finished_on.unwrap_or(campaign.input.ends_on).min(today(ctx)).max(from);
    let days = u64::try_from((until - from).num_days() + 1).unwrap_or(1);
    let before = from.checked_sub_days(Days::new(days)).unwrap_or(from);
    let currency = campaign.currency();
    let mut sql = Sql::new(
        "SELECT CAST(x.takes_part AS BIGINT),
             CAST(SUM(CASE WHEN x.late = 0 THEN x.net_minor ELSE 0 END) AS BIGINT),
             CAST(SUM(CASE WHEN x.late = 1 THEN x.net_minor ELSE 0 END) AS BIGINT)
         FROM (SELECT c.net_minor, CASE WHEN c.signed_on >= ",
    );
    sql.bind(from).push(
        " THEN 1 ELSE 0 END AS late, CASE WHEN EXISTS (SELECT 1 FROM campaign_members m
                 WHERE m.tenant_id = c.tenant_id AND m.party_id = c.party_id AND m.deleted_at IS NULL
                     AND m.status IN ('registered', 'attended') AND m.campaign_id = ",
    );
    sql.bind(id).push(
        ") THEN 1 ELSE 0 END AS takes_part FROM contracts c WHERE c.tenant_id = $1
                 AND c.deleted_at IS NULL AND c.stage <> 'cancelled' AND c.net_currency = ",
    );
    sql.bind(currency).push(" AND c.signed_on >= ").bind(before);
    sql.push(" AND c.signed_on <= ").bind(until).push(") x GROUP BY x.takes_part");
    let none = Volumes::new(0, 0, currency);
    let (mut participants, mut others) = (none, none);
    for (takes_part, before, after) in tx.all::<(i64, i64, i64)>(sql).await? {
        let volumes = Volumes::new(before, after, currency);
        if takes_part == 1 { participants = volumes } else { others = volumes }
    }
    let lift = lift_over_control(participants, others);
    Ok(CampaignLift { from, until, participants, others, lift })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m_45_growth_less_that_of_the_others() {
        let of = |before, after| Volumes::new(before, after, Currency::CNY);
        let lift = |treated, control| lift_over_control(treated, control);
        assert_eq!(lift(of(100, 130), of(100, 110)).as_deref(), Some("0.2000"));
        assert_eq!(lift(of(100, 100), of(300, 100)).as_deref(), Some("0.6667"));
        assert_eq!(lift(of(100, 100), of(100, 100)).as_deref(), Some("0.0000"));
        assert_eq!(lift(of(0, 130), of(100, 110)), None);
        assert_eq!(lift(of(100, 130), of(0, 110)), None);
    }
}
