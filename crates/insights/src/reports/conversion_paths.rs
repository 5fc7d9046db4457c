//! What answers and contracts came of: the touches before each, with what it came to.

use super::prospects::{FROM, TO, Time};
use crate::{Asked, exchange::currency};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{Action, Ctx, Money, Result, actor::forbidden};
use guanxi_marketing::{
    attribution::{self, Conversion, TouchPoint, end_of_day},
    campaigns::Sight,
    responses::RESPONSE,
    source_codes::SourceCodeId,
};
use guanxi_storage::{Sql, Tx};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Answers or contracts that are looked at at most, the newest.
pub(super) const MOST: i64 = 20_000;

/// Media that one statement asks for.
const AT_ONCE: usize = 500;

guanxi_kernel::words! {
    /// What is credited to touches.
    pub(super) enum AttributionOf {
        /// The first answer of somebody to a campaign.
        Response = "response" ("Responses", "反馈"),
        /// A signed contract.
        Contract = "contract" ("Contracts", "合同"),
    }
}

/// What came of touches, and what it came to.
type Found = (Conversion, Money);

/// The touches before something, the first first, and what it came to.
pub(super) struct ConversionPath {
    /// None where nothing says by what it came.
    pub(super) touches: Vec<TouchPoint>,
    pub(super) amount: Money,
}

/// The paths of all that happened in the time that is asked for.
///
/// # Errors
/// `forbidden` for whoever may not see all of them, or what contracts come to; `bad_parameter`;
/// `no_exchange_rate`; those of the store.
pub(super) async fn paths(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
) -> Result<Vec<ConversionPath>> {
    let found = match asked.word("of").unwrap_or(AttributionOf::Response) {
        AttributionOf::Response => responses(tx, ctx, asked).await?,
        AttributionOf::Contract => contracts(tx, ctx, asked).await?,
    };
    let (conversions, amounts): (Vec<Conversion>, Vec<Money>) = found.into_iter().unzip();
    let paths = attribution::paths(tx, &conversions).await?.into_iter().zip(amounts);
    Ok(paths.map(|(touches, amount)| ConversionPath { touches, amount }).collect())
}

async fn responses(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<Found>> {
    type Row = (Option<PartyId>, Option<SourceCodeId>, DateTime<Utc>);
    if !ctx.reach(RESPONSE.plural, Action::Read).all {
        return Err(forbidden(RESPONSE.plural, Action::Read));
    }
    let time = Time::asked(ctx, asked)?;
    let mut sql = Sql::new(
        "SELECT r.party_id, r.source_code_id, r.responded_at FROM responses r
         WHERE r.tenant_id = $1 AND r.deleted_at IS NULL AND r.first AND ",
    );
    time.contains(&mut sql, "r.responded_at");
    sql.push(" ORDER BY r.responded_at DESC, r.id DESC LIMIT ").bind(MOST);
    let amount = asked.exchange.zero();
    let rows = tx.all::<Row>(sql).await?;
    let one = |(party, own, at): Row| (Conversion { party, own, at }, amount);
    Ok(rows.into_iter().map(one).collect())
}

async fn contracts(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<Found>> {
    type Row = (Option<PartyId>, Option<SourceCodeId>, NaiveDate, i64, String);
    if !ctx.reach(CONTRACT.plural, Action::Read).all || !Sight::of(ctx).contracts {
        return Err(forbidden(CONTRACT.plural, Action::Read));
    }
    Time::asked(ctx, asked)?;
    let mut sql = Sql::new(
        "SELECT c.party_id, c.source_code_id, c.signed_on, c.net_minor, c.net_currency FROM contracts c
         WHERE c.tenant_id = $1 AND c.deleted_at IS NULL AND c.stage <> 'cancelled' AND c.signed_on >= ",
    );
    sql.bind(asked.date(FROM.name)).push(" AND c.signed_on <= ").bind(asked.date(TO.name));
    sql.push(" ORDER BY c.signed_on DESC, c.id DESC LIMIT ").bind(MOST);
    let mut found = Vec::new();
    for (party, own, day, minor, code) in tx.all::<Row>(sql).await? {
        let given = Money::new(minor, currency(&code)?);
        let (on, known) = (asked.today, asked.known_at);
        let amount = asked.exchange.convert(tx, given, on, known).await?;
        found.push((Conversion { party, own, at: end_of_day(ctx, day) }, amount));
    }
    Ok(found)
}

/// The letters of these media.
///
/// # Errors
/// Those of the store.
pub(super) async fn letters(tx: &mut Tx, ids: &BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, String>> {
    let ids: Vec<Uuid> = ids.iter().copied().collect();
    let mut found = BTreeMap::new();
    for some in ids.chunks(AT_ONCE) {
        let mut sql = Sql::new("SELECT id, code FROM media WHERE tenant_id = $1 AND id IN ");
        sql.bind_all(some.iter().copied());
        found.extend(tx.all::<(Uuid, String)>(sql).await?);
    }
    Ok(found)
}
