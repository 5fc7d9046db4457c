//! Taking a batch of touches: each event of a source once.

use super::model::{TakeTouches, TouchBatch, TouchBatchInput, TouchInput, TouchKind};
use crate::{
    campaigns::CampaignId,
    message_deliveries::{self, HandedOver, MessageDeliveryId, handed_over_for, handed_over_to},
    messages::pause_above_limits,
    source_codes::SourceCodeId,
    touch_sources::check_unsigned,
};
use chrono::{DateTime, Utc};
use guanxi_customers::{
    parties::{PARTY, PartyId},
    rules::whole_micros,
};
use guanxi_kernel::{
    Action, Code, Ctx, Line, Result,
    problem::{REQUIRED, UNKNOWN_REFERENCE},
    text::fold,
};
use guanxi_storage::{
    Meta, Sql, Tx,
    kind::Parts as _,
    resource::{self, Shown},
    scope,
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
    /// Why: `unknown_reference` for a source code or somebody who is not there, as far as the teller may know,
    /// `required` where nobody is named.
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
pub(crate) type OfCode = (SourceCodeId, Option<CampaignId>);

/// A touch as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) event_id: Line<100>,
    pub(crate) kind: TouchKind,
    pub(crate) source_code_id: Option<SourceCodeId>,
    pub(crate) campaign_id: Option<CampaignId>,
    /// Who it is about, as one text: the contact, else the party, else what the source calls them. Rows from before
    /// contacts were told apart name the party, and stay as they are.
    pub(crate) recipient: String,
    pub(crate) party_id: Option<PartyId>,
    /// The letter of the program that it is about, if it is about one.
    pub(crate) delivery_id: Option<MessageDeliveryId>,
    pub(crate) occurred_at: DateTime<Utc>,
}

/// Takes a batch. What is there already is passed over, and what names something that is not known is told,
/// so that no event stands in the way of others. The batch is one event. Messages of which too much came
/// back are paused.
///
/// # Errors
/// `forbidden`; `duplicate` for the name of a touch source, which tells by itself and signs what it tells;
/// `out_of_range` for that of the program.
pub async fn ingest(tx: &mut Tx, ctx: &Ctx, wish: &TakeTouches) -> Result<TouchesTaken> {
    resource::require::<TouchBatch>(ctx, Action::Create)?;
    check_unsigned(tx, &wish.source).await?;
    let named = wish.touches.iter().filter_map(|one| one.source_code.as_deref());
    let codes = codes_named(tx, named.collect()).await?;
    let parties = parties(tx, ctx, &wish.touches).await?;
    let (mut good, mut refused) = (Vec::with_capacity(wish.touches.len()), Vec::new());
    for touch in &wish.touches {
        match judge(touch, &codes, &parties) {
            Ok(logged) => good.push(logged),
            Err(code) => {
                let event_id = touch.event_id.clone();
                refused.push(TouchRefusal { event_id, code: code.code });
            }
        }
    }
    find_letters(tx, &mut good).await?;
    let added = log(tx, ctx, &wish.source, &good).await?;
    let batch = keep_batch(tx, ctx, &wish.source, (good.len(), refused.len()), added).await?;
    Ok(TouchesTaken { batch, refused })
}

fn judge(
    touch: &TouchInput,
    codes: &BTreeMap<String, OfCode>,
    parties: &BTreeSet<PartyId>,
) -> Result<Logged, &'static Code> {
    let code = code_of(touch.source_code.as_deref(), codes)?;
    let recipient = match (touch.party_id, &touch.recipient) {
        (Some(party), _) if !parties.contains(&party) => return Err(&UNKNOWN_REFERENCE),
        (Some(party), _) => known(party),
        (None, Some(recipient)) => fold(recipient),
        (None, None) => return Err(&REQUIRED),
    };
    Ok(Logged {
        event_id: touch.event_id.clone(),
        kind: touch.kind,
        source_code_id: code.map(|(id, _)| id),
        campaign_id: code.and_then(|(_, campaign)| campaign),
        recipient,
        party_id: touch.party_id,
        delivery_id: None,
        occurred_at: touch.occurred_at,
    })
}

/// Finds the letters of the program that have arrived, came back or are complained about: the last one under that
/// source code to the party or the address, before it happened. Of a party it is the person whom that was to.
async fn find_letters(tx: &mut Tx, touches: &mut [Logged]) -> Result<()> {
    let of_letter =
        |one: &Logged| one.source_code_id.is_some() && TouchKind::ECHO.contains(&one.kind);
    let (mut parties, mut addresses) = (BTreeSet::new(), BTreeSet::new());
    for touch in touches.iter().filter(|one| of_letter(one)) {
        match touch.party_id {
            Some(party) => parties.insert(party),
            None => addresses.insert(touch.recipient.clone()),
        };
    }
    let parties: Vec<PartyId> = parties.into_iter().collect();
    let addresses: Vec<String> = addresses.into_iter().collect();
    let mut of_parties: BTreeMap<PartyId, Vec<HandedOver>> = BTreeMap::new();
    for some in parties.chunks(AT_ONCE) {
        for sent in handed_over_for(tx, some.iter().copied()).await? {
            of_parties.entry(sent.party_id).or_default().push(sent);
        }
    }
    let mut of_addresses: BTreeMap<String, Vec<HandedOver>> = BTreeMap::new();
    for some in addresses.chunks(AT_ONCE) {
        for sent in handed_over_to(tx, some.iter().cloned()).await? {
            let address = sent.address.clone().unwrap_or_default();
            of_addresses.entry(address).or_default().push(sent);
        }
    }
    for touch in touches.iter_mut().filter(|one| of_letter(one)) {
        let sent = match touch.party_id {
            Some(party) => of_parties.get(&party),
            None => of_addresses.get(&touch.recipient),
        };
        let code = touch.source_code_id;
        let under_it = sent.into_iter().flatten().filter(|sent| sent.source_code_id == code);
        let Some(sent) = message_deliveries::about(under_it, touch.occurred_at) else { continue };
        touch.delivery_id = Some(sent.id);
        if touch.party_id.is_some() {
            touch.recipient = sent.person.clone();
        }
    }
    Ok(())
}

/// A party as the log names it.
fn known(party: PartyId) -> String {
    format!("party:{party}")
}

/// What a touch says of its code, if it names one.
///
/// # Errors
/// `unknown_reference` for a code that is not there.
pub(crate) fn code_of(
    named: Option<&str>,
    codes: &BTreeMap<String, OfCode>,
) -> Result<Option<OfCode>, &'static Code> {
    let Some(named) = named else { return Ok(None) };
    codes.get(&spelt(named)).copied().map(Some).ok_or(&UNKNOWN_REFERENCE)
}

fn spelt(code: &str) -> String {
    code.trim().to_ascii_uppercase()
}

/// The codes that touches name: that in use, else the latest that is the same.
///
/// # Errors
/// Those of the store.
pub(crate) async fn codes_named(tx: &mut Tx, named: Vec<&str>) -> Result<BTreeMap<String, OfCode>> {
    let named: BTreeSet<String> = named.into_iter().map(spelt).collect();
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

/// Which of the parties that touches name the caller may name.
async fn parties(tx: &mut Tx, ctx: &Ctx, touches: &[TouchInput]) -> Result<BTreeSet<PartyId>> {
    let reach = ctx.reach(PARTY.plural, Action::Read);
    let named: BTreeSet<PartyId> = touches.iter().filter_map(|one| one.party_id).collect();
    let named: Vec<PartyId> = named.into_iter().collect();
    let mut found = BTreeSet::new();
    for some in named.chunks(AT_ONCE) {
        let mut sql = Sql::new("SELECT t.id FROM parties t WHERE t.tenant_id = $1 AND t.id IN ");
        sql.bind_all(some.iter().copied()).push(" AND t.deleted_at IS NULL AND ");
        scope::within(&mut sql, &PARTY, &reach, ctx.actor.user);
        found.extend(tx.all::<(PartyId,)>(sql).await?.into_iter().map(|(id,)| id));
    }
    Ok(found)
}

/// Adds touches of a source to the log, notes at letters of the program what they say of them, and pauses the
/// messages of which too much came back; how many touches were not there yet.
///
/// # Errors
/// Those of the store.
pub(crate) async fn log(
    tx: &mut Tx,
    ctx: &Ctx,
    source: &Line<60>,
    touches: &[Logged],
) -> Result<i64> {
    let mut added = 0;
    for some in touches.chunks(rows_at_once(VALUES)) {
        added += add(tx, ctx, source, some).await?;
    }
    if added == 0 {
        return Ok(0);
    }
    let mut came_back = BTreeSet::new();
    for kind in TouchKind::ECHO {
        let these = touches.iter().filter(|one| one.kind == kind);
        let letters: BTreeSet<MessageDeliveryId> =
            these.filter_map(|one| one.delivery_id).collect();
        message_deliveries::note(tx, kind, &letters, ctx.now).await?;
        if kind != TouchKind::Delivered {
            came_back.extend(letters);
        }
    }
    pause_above_limits(tx, ctx, came_back).await?;
    Ok(i64::try_from(added).unwrap_or(i64::MAX))
}

/// Keeps what a batch of a source has come to: how many touches could be taken, how many could not, and how
/// many of the first are new.
///
/// # Errors
/// Those of the store.
pub(crate) async fn keep_batch(
    tx: &mut Tx,
    ctx: &Ctx,
    source: &Line<60>,
    (good, refused): (usize, usize),
    added: i64,
) -> Result<Shown<TouchBatch>> {
    let input = TouchBatchInput {
        source: source.clone(),
        told: count(good + refused),
        added,
        repeated: count(good) - added,
        refused: count(refused),
    };
    resource::insert(tx, ctx, TouchBatch::assemble(Meta::new(ctx), input), "created").await
}

fn count(all: usize) -> i64 {
    i64::try_from(all).unwrap_or(i64::MAX)
}

/// Adds rows; how many were not there yet.
async fn add(tx: &mut Tx, ctx: &Ctx, source: &Line<60>, rows: &[Logged]) -> Result<u64> {
    let mut sql = Sql::of_rows(
        tx,
        "INSERT INTO touches (tenant_id, source, event_id, kind, source_code_id, campaign_id,
             recipient, party_id, occurred_at, received_at) VALUES ",
    );
    for (at, touch) in rows.iter().enumerate() {
        sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
        sql.push(", ").bind(source.clone()).push(", ").bind(touch.event_id.clone());
        sql.push(", ").bind(touch.kind).push(", ").bind(touch.source_code_id);
        sql.push(", ").bind(touch.campaign_id).push(", ").bind(touch.recipient.clone());
        sql.push(", ").bind(touch.party_id);
        sql.push(", ").bind(whole_micros(touch.occurred_at)).push(", ").bind(ctx.now).push(")");
    }
    sql.push(" ON CONFLICT (tenant_id, source, event_id) DO NOTHING");
    tx.execute(sql).await
}
