//! A lead becomes a party, a contact and an opportunity, in one transaction and without writing again
//! what is known of it.
//!
//! The party gets the id of the lead. Whatever names the lead by its id, such as its activities, is found
//! at the party too, and other systems keep one key. A lead that turns out to be a party that is there
//! keeps its own id and names that party.

use super::{
    life::LeadMove,
    model::{LEAD, Lead, LeadId},
    parts::LeadSource,
    store,
};
use crate::{
    capture_forms,
    opportunities::{
        DecisionRole, Opportunity, OpportunityContact, OpportunityId, OpportunityInput,
        OpportunityOrigin,
    },
    pipelines::PipelineId,
    stages::StageId,
};
use chrono::NaiveDate;
use guanxi_customers::{
    activities::Activity,
    contacts::{Contact, ContactId, ContactInput},
    engine::refer,
    parties::{Party, PartyId, PartyInput, PartyKind, PartyRole},
    rules::{likely_date, not_negative},
};
use guanxi_kernel::{Action, Ctx, Line, Money, Result, actor::forbidden, ctx::Seen};
use guanxi_marketing::problems::CONTACT_OF_OTHER_PARTY;
use guanxi_storage::{
    Draft, Meta, Tx,
    kind::Parts as _,
    merging::rewrite,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Activities about a lead that follow it to its party, the newest.
const ACTIVITIES: i64 = 1_000;

/// What a lead becomes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "opportunity": { "name": "云帆 GTX 采购" } })))]
pub struct ConvertLead {
    /// The party that it is, if that is there already; made of the lead when absent.
    #[serde(default)]
    pub party_id: Option<PartyId>,
    /// The contact that it is, of that party; made of a lead that is a person at an organisation when
    /// absent.
    #[serde(default)]
    pub contact_id: Option<ContactId>,
    /// The opportunity to make, if any; `{}` takes everything from the lead.
    #[serde(default)]
    #[validate(nested)]
    pub opportunity: Option<LeadOpportunity>,
}

/// The opportunity that a lead becomes. What is absent is taken from the lead.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadOpportunity {
    /// What it is called; as the lead's company or name when absent.
    #[serde(default)]
    pub name: Option<Line<200>>,
    /// The pipeline; that of the stage, else the default one, when absent.
    #[serde(default)]
    pub pipeline_id: Option<PipelineId>,
    /// The stage; the first of the pipeline when absent.
    #[serde(default)]
    pub stage_id: Option<StageId>,
    /// What it may bring; the budget of the lead when absent.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    pub amount: Option<Money>,
    /// The day on which it is expected to be decided; that of the purchase when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub expected_close_on: Option<NaiveDate>,
    /// What the contact is in the decision; without it the contact stands at the party only.
    #[serde(default)]
    pub contact_role: Option<DecisionRole>,
}

/// Makes of a lead a party, a contact where it is a person at an organisation, and, if wanted, an
/// opportunity. However many do so at once, each is made once.
///
/// # Errors
/// `lead_converted`, `move_not_allowed`; `possible_duplicate` with the matches, to be answered by
/// `party_id` or `contact_id`; `forbidden` without the rights to make what is made; and as these.
pub async fn convert(tx: &mut Tx, ctx: &Ctx, id: LeadId, wish: ConvertLead) -> Result<Shown<Lead>> {
    let lead: Lead = resource::load(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &LEAD, Action::Update, id.uuid()).await? {
        return Err(forbidden(LEAD.plural, Action::Update));
    }
    ctx.expect_version(lead.meta.version)?;
    lead.clone().go(LeadMove::Convert)?;
    // The version that the caller has seen is that of the lead.
    let others = &Ctx { seen: Seen::Unsaid, ..ctx.clone() };
    let party = party_of(tx, others, &lead, wish.party_id).await?;
    let contact = contact_of(tx, others, &lead, &party, wish.contact_id).await?;
    let opportunity = match wish.opportunity {
        Some(wish) => Some(opportunity_of(tx, others, &lead, &party, contact, wish).await?),
        None => None,
    };
    take_along(tx, ctx, id, party.meta.id).await?;
    capture_forms::keep_consents(tx, &ctx.on_behalf(), id, (party.meta.id, contact)).await?;
    resource::change(tx, ctx, id.uuid(), "converted", |one: &mut Lead| {
        one.go(LeadMove::Convert)?;
        one.input.party_id = Some(party.meta.id);
        (one.contact_id, one.opportunity_id) = (contact, opportunity);
        one.closed_at = Some(ctx.now);
        Ok(())
    })
    .await
}

/// The party that the lead is: the one named, the one that it is about, or a new one, with the id of
/// the lead unless that is taken.
async fn party_of(tx: &mut Tx, ctx: &Ctx, lead: &Lead, named: Option<PartyId>) -> Result<Party> {
    if let Some(id) = named.or(lead.input.party_id) {
        return refer(tx, ctx, id.uuid(), "/party_id").await;
    }
    let id = lead.meta.id.uuid();
    let taken = store::is_party(tx, id).await? || id.get_version_num() != 7;
    let draft = Draft { id: (!taken).then_some(id), ..Draft::<Party>::new(lead.party()) };
    Ok(resource::create_draft(tx, ctx, draft).await?.record)
}

/// The parties that leads are about have bought: the leads are won by that, with what was done about them and agreed
/// to. `ctx` has all rights.
///
/// # Errors
/// Those of a change.
pub(crate) async fn bought(tx: &mut Tx, ctx: &Ctx, parties: &[PartyId]) -> Result<()> {
    for (id, party) in store::worked_on(tx, parties).await? {
        take_along(tx, ctx, id, party).await?;
        capture_forms::keep_consents(tx, ctx, id, (party, None)).await?;
        resource::change(tx, ctx, id.uuid(), "converted", |one: &mut Lead| {
            one.go(LeadMove::Convert)?;
            one.closed_at = Some(ctx.now);
            Ok(())
        })
        .await?;
    }
    Ok(())
}

async fn contact_of(
    tx: &mut Tx,
    ctx: &Ctx,
    lead: &Lead,
    party: &Party,
    named: Option<ContactId>,
) -> Result<Option<ContactId>> {
    if let Some(id) = named {
        let contact: Contact = refer(tx, ctx, id.uuid(), "/contact_id").await?;
        return match contact.input.party_id == party.meta.id {
            true => Ok(Some(id)),
            false => Err(CONTACT_OF_OTHER_PARTY.at("/contact_id")),
        };
    }
    let (lead, of) = (&lead.input, party.input.kind);
    if lead.kind != PartyKind::Person || of != PartyKind::Organisation {
        return Ok(None);
    }
    let input = ContactInput {
        party_id: party.meta.id,
        department_id: None,
        name: lead.name.clone(),
        job_title: lead.job_title.clone(),
        phones: lead.phones.clone(),
        emails: lead.emails.clone(),
        tags: Vec::new(),
        is_primary: false,
        born_on: None,
        lunar_birthday: false,
        note: None,
    };
    let made = resource::create::<Contact>(tx, ctx, input).await?;
    Ok(Some(made.record.meta.id))
}

async fn opportunity_of(
    tx: &mut Tx,
    ctx: &Ctx,
    lead: &Lead,
    party: &Party,
    contact: Option<ContactId>,
    wish: LeadOpportunity,
) -> Result<OpportunityId> {
    resource::require::<Opportunity>(ctx, Action::Create)?;
    let origin = lead.input.source.origin();
    // Whoever finds an opportunity alone controls it; this one is its lead's owner's.
    let own = lead.input.owner_id == Some(ctx.actor.user);
    let later = origin == OpportunityOrigin::SelfFound && !own;
    let mut input = lead.opportunity(wish, party.meta.id, contact);
    input.origin = if later { OpportunityOrigin::Other } else { origin };
    let mut made = Opportunity::assemble(Meta::new(ctx), input);
    made.lead_id = Some(lead.meta.id);
    let made = resource::insert(tx, ctx, made, "created").await;
    let made = made.map_err(|problem| problem.under("/opportunity"))?.record;
    if later {
        let put = |one: &mut Opportunity| {
            one.input.origin = origin;
            Ok(())
        };
        let (ctx, id) = (ctx.on_behalf(), made.meta.id.uuid());
        resource::change(tx, &ctx, id, "updated", put).await?;
    }
    Ok(made.meta.id)
}

/// Lets the activities about the lead name the party too, so that it shows them as its own.
async fn take_along(tx: &mut Tx, ctx: &Ctx, lead: LeadId, party: PartyId) -> Result<()> {
    let ctx = ctx.on_behalf();
    for id in store::activities_without_party(tx, lead, ACTIVITIES).await? {
        rewrite::<Activity>(tx, &ctx, id, "updated", |one| {
            one.input.party_id = Some(party);
            Ok(())
        })
        .await?;
    }
    Ok(())
}

impl LeadSource {
    /// The same of an opportunity.
    fn origin(self) -> OpportunityOrigin {
        match self {
            Self::Campaign => OpportunityOrigin::Campaign,
            Self::SelfFound => OpportunityOrigin::SelfFound,
            Self::Referral => OpportunityOrigin::Referral,
            Self::Website | Self::WalkIn | Self::PhoneIn | Self::Exhibition => {
                OpportunityOrigin::Inbound
            }
            Self::Partner => OpportunityOrigin::Partner,
            Self::Import | Self::Other => OpportunityOrigin::Other,
        }
    }
}

impl Lead {
    /// The party that it becomes: a person's company, else whoever it is.
    fn party(&self) -> PartyInput {
        let lead = &self.input;
        let company = lead.company_name.clone().filter(|_| lead.kind == PartyKind::Person);
        // What reaches a person at a company reaches the person.
        let own = company.is_none();
        PartyInput {
            kind: if own { lead.kind } else { PartyKind::Organisation },
            name: company.unwrap_or_else(|| lead.name.clone()),
            short_name: None,
            code: None,
            roles: vec![PartyRole::Prospect],
            industry: None,
            region: None,
            sales_region_id: None,
            tier: None,
            owner_id: lead.owner_id,
            parent_id: None,
            website: None,
            founded_year: None,
            employees: None,
            annual_revenue: None,
            born_on: None,
            lunar_birthday: false,
            is_private: false,
            addresses: lead.addresses.clone(),
            phones: if own { lead.phones.clone() } else { Vec::new() },
            emails: if own { lead.emails.clone() } else { Vec::new() },
            tags: Vec::new(),
            note: lead.note.clone(),
        }
    }

    /// The opportunity that it becomes.
    fn opportunity(
        &self,
        wish: LeadOpportunity,
        party: PartyId,
        contact: Option<ContactId>,
    ) -> OpportunityInput {
        let lead = &self.input;
        let role = |contact_id| {
            wish.contact_role.map(|role| OpportunityContact { contact_id, role, attitude: None })
        };
        OpportunityInput {
            name: wish
                .name
                .or_else(|| lead.company_name.clone())
                .unwrap_or_else(|| lead.name.clone()),
            number: None,
            party_id: Some(party),
            pipeline_id: wish.pipeline_id,
            stage_id: wish.stage_id,
            status_code: None,
            amount: wish.amount.or(lead.budget),
            lines: Vec::new(),
            owner_id: lead.owner_id,
            origin: OpportunityOrigin::Other,
            campaign_id: lead.campaign_id,
            campaign_weights: Vec::new(),
            source_code_id: self.source_code_id,
            expected_close_on: wish.expected_close_on.or(lead.expected_purchase_on),
            engaged_on: None,
            closed_on: None,
            probability_override: None,
            product_id: lead.product_ids.first().copied(),
            competitor_ids: Vec::new(),
            contacts: contact.and_then(role).into_iter().collect(),
            collaborators: Vec::new(),
            next_action: None,
            closing_summary: None,
            note: lead.note.clone(),
        }
    }
}
