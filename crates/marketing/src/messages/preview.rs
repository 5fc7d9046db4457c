//! What sending a message would come to, before it is sent.

use super::{
    audience::{Found, Walk, campaign_of},
    confirmation::{self, GOOD_FOR, Roll, Shown},
    exclusion::ExclusionReason,
    model::{Message, MessageId, PreviewMessage},
    store,
    wording::{Addressee, WrittenMessage, values, write},
};
use crate::{
    campaigns::Campaign,
    mail::Mailer,
    media::{Medium, MediumId, MediumKind},
    problems::MEDIUM_NOT_OF_CAMPAIGN,
};
use chrono::{DateTime, Utc};
use guanxi_customers::{
    contacts::ContactId,
    engine::{refer, visible},
    parties::{Party, PartyId},
};
use guanxi_kernel::{
    Action, Ctx, Money, Result, Word as _,
    problem::{INTERNAL, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Letters that a preview shows.
const EXAMPLES: usize = 3;

/// Recipients among whom those are looked for whom the caller may see.
const LOOKED_AT: usize = 100;

/// How many are not written to for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageExclusion {
    /// The reason.
    pub reason: ExclusionReason,
    /// How many members of the campaign.
    pub count: i64,
}

/// How many members want a message by one medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageMedium {
    /// The sort of medium.
    pub medium: MediumKind,
    /// How many members of the campaign.
    pub count: i64,
}

/// A letter as somebody would get it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessageExample {
    /// The party.
    pub party_id: PartyId,
    /// The person there, if one is meant.
    #[schema(required)]
    pub contact_id: Option<ContactId>,
    /// What they would read.
    #[serde(flatten)]
    pub written: WrittenMessage,
}

/// What sending would come to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessagePreview {
    /// Members of the campaign: the sum of recipients and of all who are left out.
    pub members: i64,
    /// How many are written to.
    pub recipients: i64,
    /// How many of these have no source code of the campaign: it is not sent before each of them has one.
    pub without_source_code: i64,
    /// How many are not, reason by reason; of several reasons of one member the first counts.
    pub excluded: Vec<MessageExclusion>,
    /// Of the recipients, and of those who are left out for `other_medium`, how many want it by which sort of
    /// medium: the first of their preference in which it is said.
    #[schema(max_items = 8)]
    pub by_medium: Vec<MessageMedium>,
    /// What that costs by the unit cost of the medium, if one is known.
    #[schema(required)]
    pub cost: Option<Money>,
    /// How many would unsubscribe if as many did as have so far of those who were sent something for that
    /// purpose; `null` while nobody was.
    #[schema(required)]
    pub expected_unsubscribes: Option<i64>,
    /// The letters of the first three recipients whom you may see.
    pub examples: Vec<MessageExample>,
    /// Sends exactly this, until it expires.
    pub confirmation: String,
    /// When it does.
    pub expires_at: DateTime<Utc>,
}

/// Members of a campaign, counted by what becomes of them.
#[derive(Default)]
pub(super) struct Audience {
    members: i64,
    recipients: i64,
    /// Recipients without a source code.
    pub(super) uncoded: i64,
    excluded: BTreeMap<ExclusionReason, i64>,
    by_medium: BTreeMap<MediumKind, i64>,
    /// The first recipients.
    first: Vec<Found>,
    roll: Roll,
}

impl Audience {
    /// Everybody, as things are now.
    async fn of(tx: &mut Tx, ctx: &Ctx, of: (&Message, MediumKind), most: i64) -> Result<Self> {
        let mut all = Self::default();
        let mut walk = Walk::of(tx, ctx, of, most).await?;
        while let Some(page) = walk.next(tx).await? {
            page.iter().for_each(|found| all.take(found));
        }
        Ok(all)
    }

    /// Counts one more.
    pub(super) fn take(&mut self, found: &Found) {
        self.members += 1;
        // Only those count by medium who are not left out for anything else.
        if matches!(found.excluded, None | Some(ExclusionReason::OtherMedium))
            && let Some(medium) = found.wanted
        {
            *self.by_medium.entry(medium).or_default() += 1;
        }
        if let Some(reason) = found.excluded {
            *self.excluded.entry(reason).or_default() += 1;
            return;
        }
        self.recipients += 1;
        self.uncoded += i64::from(found.reader.source_code_id.is_none());
        self.roll.add(found.reader.member_id, found.address.as_deref());
        if self.first.len() < LOOKED_AT {
            self.first.push(found.clone());
        }
    }

    /// What a confirmation is about.
    pub(super) fn shown(&self, message: &Message, medium: MediumId) -> Shown {
        let count = |reason: &ExclusionReason| self.excluded.get(reason).copied().unwrap_or(0);
        Shown {
            medium: medium.uuid(),
            version: message.meta.version,
            recipients: self.recipients,
            people: self.roll.digest(),
            excluded: ExclusionReason::ALL.iter().map(count).collect(),
        }
    }
}

/// The medium, if it can be one of the message.
///
/// # Errors
/// `unknown_reference`, `medium_not_of_campaign`.
pub(super) async fn medium_of(
    tx: &mut Tx,
    ctx: &Ctx,
    message: &Message,
    id: MediumId,
) -> Result<(Campaign, Medium)> {
    let campaign: Campaign = resource::load(tx, ctx, campaign_of(message)?.uuid()).await?;
    let medium: Medium = refer(tx, ctx, id.uuid(), "/medium_id").await?;
    let of_campaign = &campaign.input.media_ids;
    if !of_campaign.is_empty() && !of_campaign.contains(&id) {
        return Err(MEDIUM_NOT_OF_CAMPAIGN.at("/medium_id"));
    }
    match medium.input.active {
        true => Ok((campaign, medium)),
        false => Err(UNKNOWN_REFERENCE.at("/medium_id")),
    }
}

/// Says what sending would come to. Nothing is kept.
///
/// # Errors
/// `not_found`, `forbidden`; `unknown_reference`, `medium_not_of_campaign`; `audience_too_large`.
pub async fn preview(
    tx: &mut Tx,
    ctx: &Ctx,
    mailer: &Mailer,
    id: MessageId,
    wish: &PreviewMessage,
) -> Result<MessagePreview> {
    resource::require::<Message>(ctx, Action::Update)?;
    let message: Message = resource::load(tx, ctx, id.uuid()).await?;
    let (campaign, medium) = medium_of(tx, ctx, &message, wish.medium_id).await?;
    let of = (&message, medium.input.kind);
    let audience = Audience::of(tx, ctx, of, mailer.most_members()).await?;
    let shown = audience.shown(&message, wish.medium_id);
    let ours = |error: guanxi_kernel::money::MoneyError| INTERNAL.problem().because(error);
    let times = |cost: Money| cost.checked_mul(shown.recipients);
    let cost = medium.input.unit_cost.map(times).transpose().map_err(ours)?;
    let (sent, unsubscribed) = store::unsubscribed(tx, &message.input.purpose).await?;
    let excluded = ExclusionReason::ALL.iter().zip(&shown.excluded);
    let expires_at = ctx.now + GOOD_FOR;
    Ok(MessagePreview {
        members: audience.members,
        recipients: shown.recipients,
        without_source_code: audience.uncoded,
        excluded: excluded
            .map(|(reason, count)| MessageExclusion { reason: *reason, count: *count })
            .collect(),
        by_medium: audience
            .by_medium
            .iter()
            .map(|(medium, count)| MessageMedium { medium: *medium, count: *count })
            .collect(),
        cost,
        expected_unsubscribes: expected(shown.recipients, unsubscribed, sent),
        examples: examples(tx, ctx, (&campaign, &message), wish.medium_id, &audience.first).await?,
        confirmation: confirmation::seal(&ctx.settings.seal, (ctx.tenant, id), &shown, expires_at),
        expires_at,
    })
}

/// So many of the recipients as of those who were sent something, rounded to the next whole one.
fn expected(recipients: i64, unsubscribed: i64, sent: i64) -> Option<i64> {
    if sent <= 0 {
        return None;
    }
    let twice = i128::from(recipients) * i128::from(unsubscribed) * 2 + i128::from(sent);
    i64::try_from(twice / (i128::from(sent) * 2)).ok()
}

async fn examples(
    tx: &mut Tx,
    ctx: &Ctx,
    (campaign, message): (&Campaign, &Message),
    medium: MediumId,
    first: &[Found],
) -> Result<Vec<MessageExample>> {
    let parties = first.iter().map(|one| one.reader.party_id.uuid());
    let seen = visible::<Party>(tx, ctx, parties).await?;
    let shown = first.iter().filter(|one| seen.contains(&one.reader.party_id.uuid()));
    let mut examples = Vec::with_capacity(EXAMPLES);
    for Found { reader, .. } in shown.take(EXAMPLES) {
        let to = Addressee {
            party: &reader.party_name,
            contact: reader.contact_name.as_deref(),
            source_code: reader.source_code.as_deref(),
            campaign: &campaign.input.name,
            unsubscribe_url: "https://…",
        };
        let values = values(&message.input.offer, &to);
        let written = write(message.input.wording(medium), &values)?;
        let (party_id, contact_id) = (reader.party_id, reader.contact_id);
        examples.push(MessageExample { party_id, contact_id, written });
    }
    Ok(examples)
}

#[cfg(test)]
mod tests {
    use super::expected;

    #[test]
    fn x_18_unsubscribes_are_expected_by_history() {
        for (recipients, unsubscribed, sent, result) in [
            (1_000, 0, 0, None),
            (1_000, 0, 50, Some(0)),
            (1_000, 1, 200, Some(5)),
            (100, 1, 200, Some(1)),
            (99, 1, 200, Some(0)),
        ] {
            assert_eq!(expected(recipients, unsubscribed, sent), result);
        }
    }
}
