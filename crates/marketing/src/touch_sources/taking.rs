//! What a provider tells becomes touches: of whom the program has written to, or of a source code.

use super::{
    entering::Telling,
    event::{ProviderEvent, TakeProviderEvents},
    model::TouchSource,
    store,
};
use crate::{
    message_deliveries::{
        HandedOver, MessageDeliveryId, about, handed_over, handed_over_to, says_sent, settle_told,
    },
    problems::TOUCH_SOURCE_FLOODED,
    touches::{self, Logged, OfCode, TouchRefusal},
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{
    Code, Result,
    problem::{NOT_FOUND, REQUIRED, UNKNOWN_REFERENCE},
    text::fold,
};
use guanxi_storage::{Db, Tx, resource};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// What came of what a provider has told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProviderEventsTaken {
    /// How many events it told.
    pub told: i64,
    /// How many of them were new.
    pub added: i64,
    /// How many were there already.
    pub repeated: i64,
    /// How many are of somebody to whom the program has sent nothing. Those that name a source code are there
    /// without a name, the others are refused.
    pub unknown_recipients: i64,
    /// The events that were not taken; all others are there.
    #[schema(max_items = 500)]
    pub refused: Vec<TouchRefusal>,
}

/// Takes events. Each counts once, in whatever order and however often it comes, and none stands in the way of
/// others. Messages of which too much came back are paused, and a letter whose answer was lost was sent if this
/// says so. A batch in which nothing is new and nothing is refused leaves no trace.
///
/// # Errors
/// `not_found` if the source has gone meanwhile; `touch_source_flooded`; those of the store.
pub async fn take(
    db: &Db,
    telling: &Telling,
    wish: &TakeProviderEvents,
) -> Result<ProviderEventsTaken> {
    db.write(telling.ctx.tenant, async |tx| taken(tx, telling, &wish.events).await).await
}

async fn taken(
    tx: &mut Tx,
    telling: &Telling,
    events: &[ProviderEvent],
) -> Result<ProviderEventsTaken> {
    let ctx = &telling.ctx;
    let source: TouchSource = resource::load(tx, ctx, telling.source.uuid()).await?;
    if !source.input.active {
        return Err(NOT_FOUND.problem());
    }
    bound(tx, ctx.now, &source).await?;
    let known = Known::of(tx, events).await?;
    let (mut good, mut refused, mut unknown) = (Vec::with_capacity(events.len()), Vec::new(), 0);
    let mut proven = BTreeSet::new();
    for event in events {
        let sent = known.delivery_of(event);
        unknown += i64::from(sent.is_none());
        proven.extend(known.proven(event));
        match known.logged(event, sent) {
            Ok(logged) => good.push(logged),
            Err(code) => {
                let event_id = event.event_id.clone();
                refused.push(TouchRefusal { event_id, code: code.code });
            }
        }
    }
    settle_told(tx, proven, ctx.now).await?;
    let name = &source.input.source;
    let added = touches::log(tx, ctx, name, &good).await?;
    if added > 0 || !refused.is_empty() {
        touches::keep_batch(tx, ctx, name, (good.len(), refused.len()), added).await?;
    }
    let count = |all: usize| i64::try_from(all).unwrap_or(i64::MAX);
    Ok(ProviderEventsTaken {
        told: count(events.len()),
        added,
        repeated: count(good.len()) - added,
        unknown_recipients: unknown,
        refused,
    })
}

/// Refuses more than a source may tell in a minute. Counted in the store, for all nodes together.
async fn bound(tx: &mut Tx, now: DateTime<Utc>, source: &TouchSource) -> Result<()> {
    let limit = source.input.per_minute;
    let before = store::nth_last(tx, &source.input.source, limit - 1).await?;
    match before.and_then(|before| wait(before, now)) {
        Some(wait) => {
            let refused = TOUCH_SOURCE_FLOODED.with("limit", limit).with("seconds", wait);
            Err(refused.retry_after(wait))
        }
        None => Ok(()),
    }
}

/// The seconds until a minute has passed since then, rounded up, if it has not.
fn wait(since: DateTime<Utc>, now: DateTime<Utc>) -> Option<u64> {
    let left = since + TimeDelta::minutes(1) - now;
    let seconds = (left.num_milliseconds() + 999) / 1000;
    u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)
}

/// What events name, as far as it is there. A provider knows to whom it has sent something, and learns of nobody
/// else here whether they are known.
#[derive(Debug, Default)]
struct Known {
    codes: BTreeMap<String, OfCode>,
    deliveries: BTreeMap<MessageDeliveryId, HandedOver>,
    of_addresses: BTreeMap<String, Vec<HandedOver>>,
}

impl Known {
    async fn of(tx: &mut Tx, events: &[ProviderEvent]) -> Result<Self> {
        let named = events.iter().filter_map(|event| event.source_code.as_deref());
        let codes = touches::codes_named(tx, named.collect()).await?;
        let ids: BTreeSet<MessageDeliveryId> =
            events.iter().filter_map(ProviderEvent::delivery).collect();
        let mut known = Self { codes, ..Self::default() };
        for sent in handed_over(tx, ids).await? {
            known.deliveries.insert(sent.id, sent);
        }
        let others = events.iter().filter(|event| known.by_message_id(event).is_none());
        let addresses: BTreeSet<String> = others.filter_map(ProviderEvent::address).collect();
        for sent in handed_over_to(tx, addresses).await? {
            let address = sent.address.clone().unwrap_or_default();
            known.of_addresses.entry(address).or_default().push(sent);
        }
        Ok(known)
    }

    fn by_message_id(&self, event: &ProviderEvent) -> Option<&HandedOver> {
        self.deliveries.get(&event.delivery()?)
    }

    fn delivery_of(&self, event: &ProviderEvent) -> Option<&HandedOver> {
        self.by_message_id(event).or_else(|| {
            let sent = self.of_addresses.get(&event.address()?)?;
            about(sent, event.occurred_at)
        })
    }

    /// The delivery of which an event says that it was sent, where that was not known.
    fn proven(&self, event: &ProviderEvent) -> Option<MessageDeliveryId> {
        let sent = self.delivery_of(event)?;
        let named = self.by_message_id(event).is_some();
        says_sent(sent, (event.kind.into(), event.occurred_at), named).then_some(sent.id)
    }

    /// An event as the log keeps it.
    fn logged(
        &self,
        event: &ProviderEvent,
        sent: Option<&HandedOver>,
    ) -> Result<Logged, &'static Code> {
        let code = touches::code_of(event.source_code.as_deref(), &self.codes)?;
        let (of_code, of_its_campaign) = (code.map(|(id, _)| id), code.and_then(|(_, id)| id));
        let (source_code_id, campaign_id, recipient, party_id) = match (sent, &event.recipient) {
            (Some(sent), _) => (
                sent.source_code_id.or(of_code),
                Some(sent.campaign_id),
                sent.person.clone(),
                Some(sent.party_id),
            ),
            (None, Some(recipient)) if of_code.is_some() => {
                (of_code, of_its_campaign, fold(recipient), None)
            }
            (None, None) if event.internet_message_id.is_none() => return Err(&REQUIRED),
            (None, _) => return Err(&UNKNOWN_REFERENCE),
        };
        Ok(Logged {
            event_id: event.event_id.clone(),
            kind: event.kind.into(),
            source_code_id,
            campaign_id,
            recipient,
            party_id,
            delivery_id: sent.map(|sent| sent.id),
            occurred_at: event.occurred_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{message_deliveries::MessageDeliveryStatus, touch_sources::ProviderEventKind};
    use guanxi_kernel::Line;
    use uuid::Uuid;

    fn event(recipient: Option<&str>, code: Option<&str>) -> ProviderEvent {
        ProviderEvent {
            event_id: Line::new("e").unwrap(),
            kind: ProviderEventKind::Complained,
            internet_message_id: None,
            recipient: recipient.map(|text| Line::new(text).unwrap()),
            source_code: code.map(|text| Line::new(text).unwrap()),
            occurred_at: DateTime::UNIX_EPOCH,
        }
    }

    fn known() -> Known {
        let sent = HandedOver {
            id: Uuid::from_u128(1).into(),
            campaign_id: Uuid::from_u128(2).into(),
            party_id: Uuid::from_u128(3).into(),
            person: "contact:6".to_owned(),
            source_code_id: Some(Uuid::from_u128(4).into()),
            address: Some("a@example.com".to_owned()),
            status: MessageDeliveryStatus::Sent,
            claimed_at: Some(DateTime::UNIX_EPOCH),
        };
        let codes = BTreeMap::from([("DB02086".to_owned(), (Uuid::from_u128(5).into(), None))]);
        let of_addresses = BTreeMap::from([("a@example.com".to_owned(), vec![sent])]);
        Known { codes, of_addresses, ..Known::default() }
    }

    fn judged(event: &ProviderEvent) -> Result<Logged, &'static Code> {
        let known = known();
        known.logged(event, known.delivery_of(event))
    }

    #[test]
    fn x_14_an_event_is_of_whom_the_program_has_written_to_or_of_a_source_code() {
        let ours = judged(&event(Some("A@example.com"), None)).unwrap();
        let party = Uuid::from_u128(3).into();
        assert_eq!((ours.party_id, &*ours.recipient), (Some(party), "contact:6"));
        assert_eq!(ours.source_code_id, Some(Uuid::from_u128(4).into()));
        let theirs = judged(&event(Some("X@example.com"), Some("db02086"))).unwrap();
        assert_eq!((theirs.party_id, &*theirs.recipient), (None, "x@example.com"));
        assert_eq!(theirs.source_code_id, Some(Uuid::from_u128(5).into()));
        let refused = [
            (event(Some("x@example.com"), None), &UNKNOWN_REFERENCE),
            (event(Some("a@example.com"), Some("XX")), &UNKNOWN_REFERENCE),
            (event(None, Some("DB02086")), &REQUIRED),
        ];
        for (event, code) in refused {
            assert_eq!(judged(&event).unwrap_err().code, code.code);
        }
    }

    #[test]
    fn x_14_whoever_waits_as_long_as_told_is_let_in() {
        let then = DateTime::<Utc>::UNIX_EPOCH;
        let after = |millis| wait(then, then + TimeDelta::milliseconds(millis));
        assert_eq!((after(0), after(59_001), after(60_000)), (Some(60), Some(1), None));
    }
}
