//! What is told of letters later, by their providers or by other systems. What it means needs no store.

use super::{
    model::{MessageDeliveryId, MessageDeliveryStatus},
    store::{self, HandedOver},
};
use crate::touches::TouchKind;
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::Result;
use guanxi_storage::Tx;
use std::collections::BTreeSet;

/// How far the clocks of a provider and of the program may differ.
const CLOCKS: TimeDelta = TimeDelta::minutes(5);

/// What something that has happened is about, of all that was sent to its address, the newest first: the last that
/// was sent before it happened. A bounce that comes late is one of the letter of then.
pub(crate) fn about<'a>(
    sent: impl IntoIterator<Item = &'a HandedOver>,
    at: DateTime<Utc>,
) -> Option<&'a HandedOver> {
    sent.into_iter().find(|one| one.claimed_at.is_some_and(|then| then <= at + CLOCKS))
}

/// Whether what is told of a letter says that it was sent, where the mail server has not said so. If it is `named`
/// it is that letter; known by its address alone it may be one before, which is opened and followed late.
pub(crate) fn says_sent(
    of: &HandedOver,
    (kind, at): (TouchKind, DateTime<Utc>),
    named: bool,
) -> bool {
    let comes_soon = matches!(kind, TouchKind::Sent | TouchKind::Delivered | TouchKind::Bounced);
    let since = of.claimed_at.is_some_and(|then| then <= at);
    match of.status {
        MessageDeliveryStatus::Sending => named,
        MessageDeliveryStatus::Uncertain => named || (comes_soon && since),
        // It waits for another try, and was taken at one before.
        MessageDeliveryStatus::Queued => {
            named && !matches!(kind, TouchKind::Sent | TouchKind::Bounced)
        }
        MessageDeliveryStatus::Sent
        | MessageDeliveryStatus::Failed
        | MessageDeliveryStatus::Excluded => false,
    }
}

/// Says of these deliveries that they were sent, when they were handed over, as far as nobody knew it. Each is a
/// touch then, as if the mail server had said so; what it says later counts no more.
///
/// # Errors
/// Those of the store.
pub(crate) async fn settle_told(
    tx: &mut Tx,
    ids: BTreeSet<MessageDeliveryId>,
    now: DateTime<Utc>,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    for open in store::lock_open(tx, ids).await? {
        let sent_at = open.claimed_at.unwrap_or(now);
        store::keep_sent(tx, open.id, (sent_at, now)).await?;
        store::touch(tx, &open, (sent_at, now)).await?;
    }
    Ok(())
}

/// Notes that these letters have arrived, came back, or are complained about, whichever that is; of other kinds
/// nothing is noted.
///
/// # Errors
/// Those of the store.
pub(crate) async fn note(
    tx: &mut Tx,
    kind: TouchKind,
    ids: &BTreeSet<MessageDeliveryId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let column = match kind {
        TouchKind::Delivered => "delivered_at",
        TouchKind::Bounced => "bounced_at",
        TouchKind::Complained => "complained_at",
        _ => return Ok(()),
    };
    match ids.is_empty() {
        true => Ok(()),
        false => store::keep_told(tx, column, ids.iter().copied(), now).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn sent(number: u128, minutes: i64, status: MessageDeliveryStatus) -> HandedOver {
        HandedOver {
            id: Uuid::from_u128(number).into(),
            campaign_id: Uuid::nil().into(),
            party_id: Uuid::nil().into(),
            person: String::new(),
            source_code_id: None,
            address: None,
            status,
            claimed_at: Some(at(minutes)),
        }
    }

    #[test]
    fn x_14_an_event_is_about_the_last_letter_before_it() {
        const SENT: MessageDeliveryStatus = MessageDeliveryStatus::Sent;
        let all = [sent(2, 1_000, SENT), sent(1, 100, SENT)];
        let found = |minutes| about(&all, at(minutes)).map(|one| one.id.uuid().as_u128());
        assert_eq!((found(2_000), found(1_000), found(500)), (Some(2), Some(2), Some(1)));
        assert_eq!(found(995), Some(2), "clocks differ");
        assert_eq!(found(50), None);
    }

    #[test]
    fn x_14_what_can_only_be_told_of_what_was_sent_says_so() {
        use MessageDeliveryStatus::{Excluded, Failed, Queued, Sending, Sent, Uncertain};
        use TouchKind::{Bounced, Delivered, Opened};
        for (status, kind, named, by_address) in [
            (Uncertain, Delivered, true, true),
            (Uncertain, Bounced, true, true),
            (Uncertain, Opened, true, false),
            (Sending, Delivered, true, false),
            (Queued, Delivered, true, false),
            (Queued, Bounced, false, false),
            (Sent, Delivered, false, false),
            (Failed, Delivered, false, false),
            (Excluded, Delivered, false, false),
        ] {
            let of = sent(1, 100, status);
            assert_eq!(says_sent(&of, (kind, at(101)), true), named, "{status} {kind}");
            assert_eq!(says_sent(&of, (kind, at(101)), false), by_address, "{status} {kind}");
        }
        let before = (Delivered, at(99));
        assert!(!says_sent(&sent(1, 100, Uncertain), before, false), "of a letter before");
    }
}
