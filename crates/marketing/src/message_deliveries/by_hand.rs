//! What people say of a letter that was handed over and of which no answer came.

use super::{
    model::{MessageDelivery, MessageDeliveryId, MessageDeliveryStatus},
    store::{self, Tried},
};
use crate::{
    mail::Mailer,
    messages::{MESSAGE, Message, send_again},
    problems::DELIVERY_NOT_UNCERTAIN,
};
use guanxi_kernel::{Action, Ctx, Result, Word as _, actor::forbidden};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What becomes of a letter of which nobody knows whether it was sent.
    pub enum MessageDeliveryOutcome {
        /// It was sent.
        Sent = "sent" ("Was sent", "确认已发送"),
        /// It was not, and is sent again.
        Resend = "resend" ("Is sent again", "重新发送"),
    }
}

/// Says what becomes of a letter without an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "as": "sent" })))]
pub struct SettleMessageDelivery {
    /// As what it counts.
    #[serde(rename = "as")]
    pub outcome: MessageDeliveryOutcome,
}

/// Settles an uncertain delivery: it counts as sent when it was handed over, or waits for its turn once more. Once
/// somebody has, it is not uncertain any more, so a letter is sent again once.
///
/// # Errors
/// `not_found`; `forbidden`, also without the right to send the message; `delivery_not_uncertain`; to send it again
/// `mail_not_configured`, `campaign_not_running`; and as any change.
pub async fn settle_by_hand(
    tx: &mut Tx,
    ctx: &Ctx,
    mailer: &Mailer,
    id: MessageDeliveryId,
    wish: &SettleMessageDelivery,
) -> Result<Shown<MessageDelivery>> {
    resource::require::<Message>(ctx, Action::Update)?;
    let found: MessageDelivery = resource::load(tx, ctx, id.uuid()).await?;
    let message = found.input.message_id;
    if !resource::may(tx, ctx, &MESSAGE, Action::Update, message.uuid()).await? {
        return Err(forbidden(MESSAGE.plural, Action::Update));
    }
    let (outcome, now) = (wish.outcome, ctx.now);
    let sent_at = found.claimed_at.unwrap_or(now);
    let shown = resource::change(tx, ctx, id.uuid(), "settled", |one: &mut MessageDelivery| {
        if one.status != MessageDeliveryStatus::Uncertain {
            return Err(DELIVERY_NOT_UNCERTAIN.with("status", one.status.word()));
        }
        match outcome {
            MessageDeliveryOutcome::Sent => {
                (one.status, one.sent_at) = (MessageDeliveryStatus::Sent, Some(sent_at));
            }
            MessageDeliveryOutcome::Resend => {
                one.status = MessageDeliveryStatus::Queued;
                (one.next_attempt_at, one.answer) = (Some(now), None);
                // Nobody who had it has a say any more.
                one.claim = None;
            }
        }
        Ok(())
    })
    .await?;
    match outcome {
        MessageDeliveryOutcome::Sent => {
            let of = Tried {
                id,
                tries: found.tries,
                campaign_id: found.input.campaign_id,
                party_id: found.input.party_id,
                person: found.person,
                source_code_id: found.input.source_code_id,
                claimed_at: found.claimed_at,
            };
            store::touch(tx, &of, (sent_at, now)).await?;
        }
        MessageDeliveryOutcome::Resend => {
            mailer.require()?;
            send_again(tx, ctx, message).await?;
        }
    }
    Ok(shown)
}
