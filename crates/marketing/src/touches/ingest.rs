//! Taking a batch of touches: each event of a source once.

use super::model::{TakeTouches, TouchBatch, TouchBatchInput, TouchInput, TouchKind};
use crate::{campaigns::CampaignId, messages::pause_above_limits, source_codes::SourceCodeId};
use guanxi_customers::{parties::PartyId, rules::whole_micros};
use guanxi_kernel::{
    Action, Code, Ctx, Line, Result,
    problem::{REQUIRED, UNKNOWN_REFERENCE},
    text::fold,
};
use guanxi_storage::{
    Meta, Sql, Tx,
    kind::Parts as _,
    resource::{self, Shown},
    sql::rows_at_once,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Values of a row.
const VALUES: usize = 9;

/// Names that one statement looks up.
const AT_ONCE: usize = 500;

/// A touch that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TouchRefusal {
    /// By what the source knows the event.
    pub event_id: Line<100>,
    /// Why: `unknown_reference` for a source code or party that is not there, `required` where nobody is
    /// named.
    pub code: &'static str,
}

/// What came of a batch.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TouchesTaken {
    /// The batch.
    #[schema(value_type = TouchBatch)]
    pub batch: Shown<TouchBatch>,
    /// The touches that were not taken; all others are there.
    #[schema(max_items = 2000)]
    pub refused: Vec<TouchRefusal>,
}

/// A code as touches need it.
type OfCode = (SourceCodeId, Option<CampaignId>);

/// Takes a batch. What is there already is passed over, and what names something that is not known is told,
/// so that no event stands in the way of others. The batch is one event. Messages of which too much came
/// back are paused.
///
/// # Errors
/// `forbidden`; those of the store.
pub async fn ingest(tx: &mut Tx, ctx: &Ctx, wish: &TakeTouches) -> Result<TouchesTaken> {
    resource::require::<TouchBatch>(ctx, Action::Create)?;
    let codes = codes(tx, &wish.touches).await?;
    let parties = parties(tx, &wish.touches).await?;
    let (mut good, mut refused) = (Vec::with_capacity(wish.touches.len()), Vec::new());
    for touch in &wish.touches {
        match judge(touch, &codes, &parties) {
            Ok(row) => good.push((touch, row)),
            Err(code) => {
                let event_id = touch.event_id.clone();
                refused.push(TouchRefusal { event_id, code: code.code });
            }
        }
    }
    let mut added = 0;
    for some in good.chunks(rows_at_once(VALUES)) {
        added += add(tx, ctx, &wish.source, some).await?;
    }
    let came_back = |kind: TouchKind| matches!(kind, TouchKind::Bounced | TouchKind::Complained);
    let codes = good.iter().filter(|(touch, _)| came_back(touch.kind));
    pause_above_limits(tx, ctx, codes.filter_map(|(_, row)| row.0).collect()).await?;
    let count = |all: usize| i64::try_from(all).unwrap_or(i64::MAX);
    let added = i64::try_from(added).unwrap_or(i64::MAX);
    let input = TouchBatchInput {
        source: wish.source.clone(),
        told: count(wish.touches.len()),
        added,
        repeated: count(good.len()) - added,
        refused: count(refused.len()),
    };
    let batch = TouchBatch::assemble(Meta::new(ctx), input);
    let batch = resource::insert(tx, ctx, batch, "created").await?;
    Ok(TouchesTaken { batch, refused })
}

/// What is looked up of a touch: its code, its campaign, and who it is about in a word.
type Row = (Option<SourceCodeId>, Option<CampaignId>, String);

fn judge(
    touch: &TouchInput,
    codes: &BTreeMap<String, OfCode>,
    parties: &BTreeSet<PartyId>,
) -> Result<Row, &'static Code> {
    let found = match &touch.source_code {
        None => None,
        Some(code) => Some(codes.get(&spelt(code)).ok_or(&UNKNOWN_REFERENCE)?),
    };
    let recipient = match (touch.party_id, &touch.recipient) {
        (Some(party), _) if !parties.contains(&party) => return Err(&UNKNOWN_REFERENCE),
        (Some(party), _) => format!("party:{party}"),
        (None, Some(recipient)) => fold(recipient),
        (None, None) => return Err(&REQUIRED),
    };
    Ok((found.map(|(id, _)| *id), found.and_then(|(_, campaign)| *campaign), recipient))
}

fn spelt(code: &str) -> String {
    code.trim().to_ascii_uppercase()
}

/// The codes that touches name: that in use, else the latest that is the same.
async fn codes(tx: &mut Tx, touches: &[TouchInput]) -> Result<BTreeMap<String, OfCode>> {
    let named: BTreeSet<String> =
        touches.iter().filter_map(|one| one.source_code.as_deref().map(spelt)).collect();
    let named: Vec<String> = named.into_iter().collect();
    let mut found = BTreeMap::new();
    for some in named.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT code, id, campaign_id FROM source_codes
             WHERE tenant_id = $1 AND deleted_at IS NULL AND code IN ",
        );
        sql.bind_all(some.iter().cloned()).push(" ORDER BY active, year, id");
        for (code, id, campaign) in
            tx.all::<(String, SourceCodeId, Option<CampaignId>)>(sql).await?
        {
            found.insert(code, (id, campaign));
        }
    }
    Ok(found)
}

/// Which of the parties that touches name there are.
async fn parties(tx: &mut Tx, touches: &[TouchInput]) -> Result<BTreeSet<PartyId>> {
    let named: BTreeSet<PartyId> = touches.iter().filter_map(|one| one.party_id).collect();
    let named: Vec<PartyId> = named.into_iter().collect();
    let mut found = BTreeSet::new();
    for some in named.chunks(AT_ONCE) {
        let mut sql = Sql::new("SELECT id FROM parties WHERE tenant_id = $1 AND id IN ");
        sql.bind_all(some.iter().copied());
        found.extend(tx.all::<(PartyId,)>(sql).await?.into_iter().map(|(id,)| id));
    }
    Ok(found)
}

/// Adds rows; how many were not there yet.
async fn add(
    tx: &mut Tx,
    ctx: &Ctx,
    source: &Line<60>,
    rows: &[(&TouchInput, Row)],
) -> Result<u64> {
    let mut sql = Sql::of_rows(
        tx,
        "INSERT INTO touches (tenant_id, source, event_id, kind, source_code_id, campaign_id,
             recipient, party_id, occurred_at, received_at) VALUES ",
    );
    for (at, (touch, (code, campaign, recipient))) in rows.iter().enumerate() {
        sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
        sql.push(", ").bind(source.clone()).push(", ").bind(touch.event_id.clone());
        sql.push(", ").bind(touch.kind).push(", ").bind(*code).push(", ").bind(*campaign);
        sql.push(", ").bind(recipient.clone()).push(", ").bind(touch.party_id);
        sql.push(", ").bind(whole_micros(touch.occurred_at)).push(", ").bind(ctx.now).push(")");
    }
    sql.push(" ON CONFLICT (tenant_id, source, event_id) DO NOTHING");
    tx.execute(sql).await
}
