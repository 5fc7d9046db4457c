//! What has come of a try.

use super::{
    model::{MessageDeliveryId, MessageDeliveryStatus},
    pauses::pause_after,
    store::{self, Verdict},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::Result;
use guanxi_storage::Tx;
use uuid::Uuid;

/// What the mail server has said to a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It has taken it.
    Taken(String),
    /// It does not want it, now or later.
    Refused(String),
    /// It could not take it now, or was not reached.
    NotNow(String),
    /// It was given the letter, and nobody knows what it said.
    Unknown(String),
}

/// Keeps what has come of a try, if it still has the delivery. What was taken is a touch.
///
/// # Errors
/// Those of the store.
pub(crate) async fn settle(
    tx: &mut Tx,
    (id, claim): (MessageDeliveryId, Uuid),
    answer: &Answer,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(tried) = store::lock_claimed(tx, id, claim).await? else { return Ok(()) };
    let (status, next, text) = match answer {
        Answer::Taken(text) => (MessageDeliveryStatus::Sent, None, text),
        Answer::Refused(text) => (MessageDeliveryStatus::Failed, None, text),
        Answer::Unknown(text) => (MessageDeliveryStatus::Uncertain, None, text),
        Answer::NotNow(text) => match pause_after(tried.tries) {
            Some(pause) => (MessageDeliveryStatus::Queued, Some(now + pause), text),
            None => (MessageDeliveryStatus::Failed, None, text),
        },
    };
    let sent_at = (status == MessageDeliveryStatus::Sent).then_some(now);
    store::keep(tx, id, &Verdict { status, next, sent_at, answer: text }, now).await?;
    match status {
        MessageDeliveryStatus::Sent => store::touch(tx, &tried, (now, now)).await,
        _ => Ok(()),
    }
}
