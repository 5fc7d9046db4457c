//! What somebody would leave behind: every record that they own of every kind that is handed over, the
//! customers whom they look after, and the seats on which they decide about approvals.

use crate::opportunities::{OPPORTUNITY, OpportunityStatus};
use chrono::{NaiveDate, TimeDelta};
use guanxi_bulk::table;
use guanxi_customers::{
    customer_owners::{self, CUSTOMER_OWNER},
    parties::{PARTY, PartyId},
    problems::TOO_MANY_RECORDS,
};
use guanxi_kernel::{Ctx, Result, Share, UserId, period::business_date};
use guanxi_storage::{Kind, Tx, sql, succession};
use guanxi_workflow::approvals::{self, APPROVAL};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Records that one hand-over can have at most.
pub(super) const MOST: usize = 20_000;

/// How many days before it is expected to be decided an opportunity is critical.
const SOON: TimeDelta = TimeDelta::days(14);

/// A record that somebody would leave behind.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) kind: &'static Kind,
    pub(super) id: Uuid,
    pub(super) name: Option<String>,
    pub(super) party: Option<PartyId>,
    /// Whether it is won or lost soon.
    pub(super) critical: bool,
}

/// The kinds of records that are handed over.
pub(super) fn tables() -> impl Iterator<Item = &'static table::Table> {
    table::all().filter(|table| table.kind.is_succeeded())
}

/// Everything that the user would leave behind; opportunities from `limit` on are critical.
///
/// # Errors
/// `too_many_records` beyond 20,000.
pub(super) async fn of(tx: &mut Tx, ctx: &Ctx, user: UserId, limit: Share) -> Result<Vec<Item>> {
    let critical = critical(tx, ctx, user, limit).await?;
    let mut items = Vec::new();
    for table in tables() {
        let kind = table.kind;
        for left in succession::left(tx, kind, user, "party_id", MOST + 1).await? {
            let own = std::ptr::eq(kind, &PARTY).then_some(left.id);
            items.push(Item {
                kind,
                id: left.id,
                name: left.title,
                party: own.or(left.link).map(PartyId::from),
                critical: std::ptr::eq(kind, &OPPORTUNITY) && critical.contains(&left.id),
            });
        }
    }
    for (id, party, name) in customer_owners::held_by(tx, user, MOST + 1).await? {
        let (id, name) = (id.uuid(), Some(name));
        items.push(Item { kind: &CUSTOMER_OWNER, id, name, party: Some(party), critical: false });
    }
    for (id, title) in approvals::seats_of(tx, ctx, user, MOST + 1).await? {
        let name = Some(title.to_string());
        items.push(Item { kind: &APPROVAL, id: id.uuid(), name, party: None, critical: false });
    }
    if items.len() > MOST {
        return Err(TOO_MANY_RECORDS.with("limit", MOST).with("resource", "handover-lines"));
    }
    Ok(items)
}

/// The open opportunities of the user that are won or lost soon.
async fn critical(tx: &mut Tx, ctx: &Ctx, user: UserId, limit: Share) -> Result<BTreeSet<Uuid>> {
    let sql = sql!(
        "SELECT id, probability, expected_close_on FROM opportunities
         WHERE tenant_id = $1 AND owner_id = $2 AND status = $3 AND deleted_at IS NULL
         ORDER BY id LIMIT $4",
        user,
        OpportunityStatus::Open,
        i64::try_from(MOST + 1).unwrap_or(i64::MAX)
    );
    let today = business_date(ctx.now, ctx.settings.time_zone);
    let rows = tx.all::<(Uuid, Share, Option<NaiveDate>)>(sql).await?;
    let soon = rows
        .into_iter()
        .filter(|(_, probability, expected)| is_critical(*probability, *expected, limit, today));
    Ok(soon.map(|(id, ..)| id).collect())
}

fn is_critical(
    probability: Share,
    expected: Option<NaiveDate>,
    limit: Share,
    today: NaiveDate,
) -> bool {
    probability.ten_thousandths() >= limit.ten_thousandths()
        || expected.is_some_and(|day| day - today <= SOON)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_45_what_is_likely_or_soon_is_critical() {
        let share = |text: &str| text.parse::<Share>().unwrap();
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day);
        let today = day(1).unwrap();
        let found = |probability: &str, expected| {
            is_critical(share(probability), expected, share("0.7"), today)
        };
        assert!(found("0.7", None) && found("0.9", day(31)));
        assert!(!found("0.6999", None) && !found("0.6999", day(16)));
        assert!(found("0.1", day(15)), "14 days from now");
        assert!(found("0.1", NaiveDate::from_ymd_opt(2026, 1, 1)), "overdue");
    }
}
