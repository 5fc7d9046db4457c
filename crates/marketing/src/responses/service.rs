//! The rules of a save, and what follows.

use super::{Captured, RESPONSE, Response, ResponseId, ResponseInput, store, who};
use crate::{
    campaign_members::{self, CampaignMember},
    campaigns::{Campaign, CampaignState},
    contact_preferences::told_to_call,
    problems::{CHANNEL_NOT_OFFERED, CODE_OF_OTHER_CAMPAIGN, ILLEGAL_TRANSITION},
    source_codes::{self, SourceCode},
};
use chrono::TimeDelta;
use guanxi_customers::{
    engine::{refer, standing},
    problems::IMMUTABLE,
    rules::{line, refuse, whole_micros},
};
use guanxi_kernel::{
    Action, Ctx, Id, Line, Result, Word as _,
    problem::{OUT_OF_RANGE, REQUIRED},
};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Verb},
};
use guanxi_workflow::tasks::{self, Wanted};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// The rule that calls for the follow-up of an answer.
const FOLLOW_UP: &str = "campaign_follow_up";

impl Resource for Response {
    fn kind() -> &'static Kind {
        &RESPONSE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => self.begin(tx, ctx).await?,
            Some(before) => self.stay(before)?,
        }
        if standing(before).is_some() {
            return Ok(());
        }
        // One that is restored is the first only if no other has become that.
        let Some(campaign) = self.input.campaign_id else { return Ok(()) };
        self.first = !store::has_answered(tx, campaign, &self.responder, self.meta.id).await?;
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => self.follow(tx, ctx).await,
            Some(_) => Ok(()),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        let campaign = self.input.campaign_id.map(Id::uuid);
        let party = self.input.party_id.map(Id::uuid);
        let contact = self.input.contact_id.map(Id::uuid);
        campaign.into_iter().chain(party).chain(contact).chain(self.lead_id).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![Verb::open("update", Action::Update), Verb::open("delete", Action::Delete)]
    }

    fn example() -> Json {
        json!({
            "campaign_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "name": "李娜",
            "phone": "+8613700137000",
            "channel": "call",
            "responded_at": "2026-04-03T02:30:00Z",
            "note": "想了解 GTX 工作站的价格。"
        })
    }
}

impl Response {
    /// A new one: by which code and channel, to which campaign, and who answers.
    async fn begin(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        const PLACE: &str = "/campaign_id";
        let at = whole_micros(*self.input.responded_at.get_or_insert(ctx.now));
        if at > ctx.now {
            return Err(refuse(&OUT_OF_RANGE, "/responded_at", ("expected", "now or earlier")));
        }
        self.input.responded_at = Some(at);
        if let Some(code) = &self.input.source_code {
            let found = source_codes::captured(tx, code, "/source_code").await?;
            self.input.source_code = Some(line(&code.trim().to_ascii_uppercase())?);
            (self.source_code_id, self.medium_id) = (Some(found.id), Some(found.medium));
            if let Some(of_code) = found.campaign {
                let campaign = *self.input.campaign_id.get_or_insert(of_code);
                if campaign != of_code {
                    return Err(CODE_OF_OTHER_CAMPAIGN.at("/source_code"));
                }
            }
        }
        let id = self.input.campaign_id.ok_or_else(|| REQUIRED.at(PLACE))?;
        let campaign: Campaign = refer(tx, ctx, id.uuid(), PLACE).await?;
        if campaign.state == CampaignState::Cancelled {
            let allowed: Vec<&str> = Vec::new();
            let refused = ILLEGAL_TRANSITION.with("state", campaign.state.word());
            return Err(refused.with("allowed", allowed));
        }
        let offered = &campaign.input.reply_channels;
        if !offered.is_empty() && !offered.contains(&self.input.channel) {
            let words: Vec<&str> = offered.iter().map(|one| one.word()).collect();
            return Err(CHANNEL_NOT_OFFERED.at("/channel").with("offered", words));
        }
        self.responder = who::settle(tx, ctx, &mut self.input).await?;
        if let Some(party) = self.input.party_id {
            let contact = self.input.contact_id;
            self.member_id = campaign_members::member_of(tx, id, party, contact).await?;
        }
        if let (None, Some(member)) = (self.source_code_id, self.member_id)
            && let Some(code) = campaign_members::code_of(tx, id, member).await?
        {
            let code: SourceCode = resource::load(tx, &ctx.on_behalf(), code.uuid()).await?;
            self.input.source_code = Some(line(&code.code)?);
            (self.source_code_id, self.medium_id) = (Some(code.meta.id), code.medium_id);
        }
        Ok(())
    }

    /// Who has answered, when and by what stays.
    fn stay(&self, before: &Self) -> Result<()> {
        let (now, had) = (&self.input, &before.input);
        let members = [
            ("/campaign_id", now.campaign_id == had.campaign_id),
            ("/source_code", now.source_code == had.source_code),
            ("/party_id", now.party_id == had.party_id),
            ("/contact_id", now.contact_id == had.contact_id),
            ("/phone", now.phone == had.phone),
            ("/email", now.email == had.email),
            ("/channel", now.channel == had.channel),
            ("/responded_at", now.responded_at == had.responded_at),
        ];
        match members.into_iter().find(|(_, same)| !same) {
            Some((place, _)) => Err(IMMUTABLE.at(place)),
            None => Ok(()),
        }
    }

    /// What follows: the member is known to have answered, and of a first answer somebody takes care.
    async fn follow(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let Some(id) = self.input.campaign_id else { return Ok(()) };
        let (system, at) = (ctx.on_behalf(), self.input.responded_at);
        if let Some(member) = self.member_id {
            let note = |one: &mut CampaignMember| {
                one.responded_at = one.responded_at.or(at);
                Ok(())
            };
            resource::change(tx, &system, member.uuid(), "responded", note).await?;
        }
        if !self.first {
            return Ok(());
        }
        let campaign: Campaign = resource::load(tx, &system, id.uuid()).await?;
        let Some(policy) = campaign.input.follow_up else { return Ok(()) };
        let owner = policy.owner_id.or(campaign.input.owner_id).unwrap_or(ctx.actor.user);
        let called = self.input.name.as_deref().unwrap_or_default();
        let due = self.input.responded_at.unwrap_or(ctx.now);
        let wanted = Wanted {
            rule: FOLLOW_UP,
            subject: (&RESPONSE, self.meta.id.uuid()),
            title: line(format!("{} {called}", &*policy.title).trim())?,
            kind: Line::literal("follow_up"),
            owner,
            due_at: Some(due + TimeDelta::hours(policy.within_hours)),
            occasion: None,
        };
        let person = (self.input.party_id, self.input.contact_id);
        let note = told_to_call(tx, ctx, person, None).await?;
        tasks::ensure_with(tx, ctx, wanted, note).await.map(drop)
    }
}

/// Makes the response of somebody who has answered by a form on a public page.
///
/// # Errors
/// As making any response.
pub async fn capture(
    tx: &mut Tx,
    ctx: &Ctx,
    input: ResponseInput,
    by: Captured,
) -> Result<Response> {
    resource::require::<Response>(ctx, Action::Create)?;
    let mut response = Response::assemble(Meta::new(ctx), input);
    response.capture_form_id = Some(by.form);
    response.referrer = by.referrer;
    [response.utm_source, response.utm_medium, response.utm_campaign] = by.utm;
    Ok(resource::insert(tx, ctx, response, "created").await?.record)
}

/// Notes the lead that a response has become. The right on responses is not asked for: whoever calls it
/// has made a lead of it.
///
/// # Errors
/// `not_found`.
pub async fn became(tx: &mut Tx, ctx: &Ctx, id: ResponseId, lead: Uuid) -> Result<()> {
    let note = |one: &mut Response| {
        one.lead_id = Some(lead);
        Ok(())
    };
    resource::change(tx, &ctx.on_behalf(), id.uuid(), "converted", note).await.map(drop)
}
