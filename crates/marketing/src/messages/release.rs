//! Handing a message over to be sent, and how far that has come.

use super::{
    audience::{Found, Walk, campaign_of, require_codes},
    confirmation,
    exclusion::ExclusionReason,
    model::{Message, MessageId, MessageState, SendMessage},
    preview::{Audience, MessageExclusion, medium_of},
    store,
};
use crate::{
    campaigns::{Campaign, CampaignId, CampaignState},
    mail::Mailer,
    media::{MediumId, MediumKind},
    message_deliveries::{
        Known, MessageDelivery, MessageDeliveryInput, MessageDeliveryStatus, count_of, queue_again,
    },
    problems::{
        CAMPAIGN_NOT_RUNNING, MESSAGE_BEING_SENT, MESSAGE_NOT_PAUSED, MESSAGE_NOT_SENDING,
        NOT_SENT_BY_PROGRAM,
    },
};
use guanxi_kernel::{Action, Ctx, Result, Text, Word as _};
use guanxi_storage::{
    Meta, Tx, bulk,
    kind::Parts as _,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Stops the sending of a message for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "价格有误" })))]
pub struct PauseMessage {
    /// Why.
    pub reason: Text<1000>,
}

/// How many deliveries of a message are how far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageProgress {
    /// They wait for their turn.
    pub queued: i64,
    /// They are being handed to the mail server.
    pub sending: i64,
    /// The mail server has taken them.
    pub sent: i64,
    /// The mail server has refused them.
    pub failed: i64,
    /// They were handed over and no answer came; they are not tried again before somebody says so.
    pub uncertain: i64,
    /// They are not sent, reason by reason.
    pub excluded: Vec<MessageExclusion>,
}

/// Hands a message over to be sent, to exactly those whom the preview has shown. The program sends it by
/// itself from then on, and looks again at the consent of each of them before it does.
///
/// # Errors
/// `not_found`, `forbidden`; `mail_not_configured`; `message_being_sent`; `campaign_not_running`;
/// `confirmation_unknown`, `confirmation_expired`, `preview_outdated`; `uncoded_recipients`, `audience_too_large`;
/// `not_sent_by_program` for a medium that is no e-mail; and as any change.
pub async fn send(
    tx: &mut Tx,
    ctx: &Ctx,
    mailer: &Mailer,
    id: MessageId,
    wish: &SendMessage,
) -> Result<Shown<Message>> {
    resource::require::<Message>(ctx, Action::Update)?;
    let message: Message = resource::load(tx, ctx, id.uuid()).await?;
    mailer.require()?;
    if matches!(message.state, MessageState::Sending | MessageState::Paused) {
        return Err(MESSAGE_BEING_SENT.with("state", message.state.word()));
    }
    let key = &ctx.settings.seal;
    let shown = confirmation::open(key, (ctx.tenant, id), &wish.confirmation, ctx.now)?;
    let medium_id = MediumId::from(shown.medium);
    let (campaign, medium) = medium_of(tx, ctx, &message, medium_id).await?;
    if campaign.state != CampaignState::Running {
        return Err(CAMPAIGN_NOT_RUNNING.with("state", campaign.state.word()));
    }
    if medium.input.kind != MediumKind::Email {
        return Err(NOT_SENT_BY_PROGRAM.with("kind", medium.input.kind.word()));
    }
    let of = (&message, medium.input.kind);
    let mut walk = Walk::of(tx, ctx, of, mailer.most_members()).await?;
    let mut audience = Audience::default();
    while let Some(page) = walk.next(tx).await? {
        page.iter().for_each(|found| audience.take(found));
        keep(tx, ctx, &message, campaign.meta.id, page).await?;
    }
    // What is kept by now is undone with the transaction where it is not what was shown.
    shown.require_same(&audience.shown(&message, medium_id))?;
    require_codes(audience.uncoded)?;
    resource::change(tx, ctx, id.uuid(), "released", |one: &mut Message| {
        one.state = MessageState::Sending;
        (one.medium_id, one.reason) = (Some(medium_id), None);
        (one.released_at, one.released_by) = (Some(ctx.now), Some(ctx.actor.user));
        Ok(())
    })
    .await
}

/// A row for each of these: new ones for those who have none, and another look at those who were left out or
/// refused before.
async fn keep(
    tx: &mut Tx,
    ctx: &Ctx,
    message: &Message,
    campaign_id: CampaignId,
    found: Vec<Found>,
) -> Result<()> {
    let (mut new, mut known) = (Vec::new(), Vec::new());
    for Found { reader, address, excluded, .. } in found {
        match reader.delivery_id {
            // It is on its way, or there.
            Some(_) if excluded == Some(ExclusionReason::AlreadySent) => {}
            Some(id) => {
                let source_code_id = reader.source_code_id;
                known.push(Known { id, address, source_code_id, excluded });
            }
            None => {
                let (person, input) = (
                    reader.person(),
                    MessageDeliveryInput {
                        message_id: message.meta.id,
                        campaign_id,
                        member_id: reader.member_id,
                        party_id: reader.party_id,
                        contact_id: reader.contact_id,
                        address,
                        source_code_id: reader.source_code_id,
                    },
                );
                let mut row = MessageDelivery::assemble(Meta::new(ctx), input);
                (row.person, row.purpose) = (person, message.input.purpose.to_string());
                row.reason = excluded;
                match excluded {
                    Some(_) => row.status = MessageDeliveryStatus::Excluded,
                    None => row.next_attempt_at = Some(ctx.now),
                }
                new.push(row);
            }
        }
    }
    bulk::append(tx, &new).await?;
    queue_again(tx, known, ctx.now).await
}

/// Stops the sending for a while; letters that are being handed over still go.
///
/// # Errors
/// `message_not_sending`, and as any change.
pub async fn pause(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MessageId,
    wish: PauseMessage,
) -> Result<Shown<Message>> {
    resource::change(tx, ctx, id.uuid(), "paused", |one: &mut Message| {
        if one.state != MessageState::Sending {
            return Err(MESSAGE_NOT_SENDING.with("state", one.state.word()));
        }
        (one.state, one.reason) = (MessageState::Paused, Some(wish.reason));
        Ok(())
    })
    .await
}

/// Goes on with the sending.
///
/// # Errors
/// `message_not_paused`, and as any change.
pub async fn resume(tx: &mut Tx, ctx: &Ctx, id: MessageId) -> Result<Shown<Message>> {
    resource::change(tx, ctx, id.uuid(), "resumed", |one: &mut Message| {
        if one.state != MessageState::Paused {
            return Err(MESSAGE_NOT_PAUSED.with("state", one.state.word()));
        }
        (one.state, one.reason) = (MessageState::Sending, None);
        Ok(())
    })
    .await
}

/// Goes on with a message of which somebody is sent the letter once more. One that is paused stays so.
///
/// # Errors
/// `campaign_not_running`; those of the store.
pub(crate) async fn send_again(tx: &mut Tx, ctx: &Ctx, id: MessageId) -> Result<()> {
    let ctx = ctx.on_behalf();
    let message: Message = resource::load(tx, &ctx, id.uuid()).await?;
    let campaign: Campaign = resource::load(tx, &ctx, campaign_of(&message)?.uuid()).await?;
    if campaign.state != CampaignState::Running {
        return Err(CAMPAIGN_NOT_RUNNING.with("state", campaign.state.word()));
    }
    let go_on = |one: &mut Message| {
        if one.state == MessageState::Sent {
            one.state = MessageState::Sending;
        }
        Ok(())
    };
    resource::change(tx, &ctx, id.uuid(), "resumed", go_on).await.map(drop)
}

/// Says of a message that nothing of it waits any more, if that is so.
///
/// # Errors
/// Those of the store.
pub(crate) async fn finish(tx: &mut Tx, ctx: &Ctx, id: MessageId) -> Result<()> {
    if count_of(tx, id).await? > 0 {
        return Ok(());
    }
    let end = |one: &mut Message| {
        if one.state == MessageState::Sending {
            one.state = MessageState::Sent;
        }
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), "sent", end).await.map(drop)
}

/// How far the sending has come.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn progress(tx: &mut Tx, ctx: &Ctx, id: MessageId) -> Result<MessageProgress> {
    resource::load::<Message>(tx, ctx, id.uuid()).await?;
    let counts = store::counts(tx, id).await?;
    let of = |status: MessageDeliveryStatus| {
        let these = counts.iter().filter(|(word, ..)| word == status.word());
        these.map(|(.., count)| count).sum::<i64>()
    };
    let why = |reason: &ExclusionReason| {
        let these = counts.iter().filter(|(status, why, _)| {
            status == MessageDeliveryStatus::Excluded.word()
                && why.as_deref() == Some(reason.word())
        });
        MessageExclusion { reason: *reason, count: these.map(|(.., count)| count).sum() }
    };
    Ok(MessageProgress {
        queued: of(MessageDeliveryStatus::Queued),
        sending: of(MessageDeliveryStatus::Sending),
        sent: of(MessageDeliveryStatus::Sent),
        failed: of(MessageDeliveryStatus::Failed),
        uncertain: of(MessageDeliveryStatus::Uncertain),
        excluded: ExclusionReason::ALL.iter().map(why).collect(),
    })
}
