//! What somebody is told next.

use super::{
    CONTENT_RULE, ContentRuleId,
    order::{Candidate, ORDER, ordered},
    store,
};
use crate::{
    content_items::ContentItem,
    decision_stages::{DECISION_STAGE, DecisionStageName},
    media::{Medium, MediumId},
    problems::CONTACT_OF_OTHER_PARTY,
    segments::{self, SegmentId},
};
use guanxi_customers::{
    contacts::{Contact, ContactId},
    engine::refer,
    parties::{Party, PartyId},
    rules::today,
};
use guanxi_kernel::{
    Action, Ctx, Result,
    problem::{FORBIDDEN, NOT_FOUND, REQUIRED, VALIDATION_FAILED},
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use validator::Validate;

/// Asks what somebody is told next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" })))]
pub struct SelectContent {
    /// The party; that of the contact when absent.
    #[serde(default)]
    pub party_id: Option<PartyId>,
    /// The person there; the party as such when absent.
    #[serde(default)]
    pub contact_id: Option<ContactId>,
    /// By which medium; by any when absent.
    #[serde(default)]
    pub medium_id: Option<MediumId>,
}

/// The rule that has decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SelectingRule {
    /// The rule.
    pub content_rule_id: ContentRuleId,
    /// The segment that they are a member of; `null` if it asks for none.
    #[schema(required)]
    pub segment_id: Option<SegmentId>,
    /// The stage that they are in; `null` if it asks for none.
    #[schema(required)]
    pub stage: Option<DecisionStageName>,
    /// Its priority.
    pub priority: i64,
}

/// What somebody is told next, and why that.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContentSelection {
    /// The party.
    pub party_id: PartyId,
    /// The person there; `null` for the party as such.
    #[schema(required)]
    pub contact_id: Option<ContactId>,
    /// How far they have come in their decision: the contact, else the party; `null` if nothing is said.
    #[schema(required)]
    pub stage: Option<DecisionStageName>,
    /// What they are told; `null` if no rule fits.
    #[schema(required, value_type = Option<ContentItem>)]
    pub content: Option<Shown<ContentItem>>,
    /// The rule that has decided; `null` if none fits.
    #[schema(required)]
    pub rule: Option<SelectingRule>,
    /// How many rules were asked until one has decided.
    pub considered: i64,
    /// Rules before it on segments that you may not read, or whose rule cannot be asked any more.
    pub passed_over: Vec<ContentRuleId>,
    /// By what rules are ordered; the first that differs decides.
    pub order: Vec<String>,
}

/// What somebody is told next: what the first rule picks that fits them.
///
/// # Errors
/// `forbidden` without the right to read rules and content, parties and stages; `required`
/// without a party and a contact; `unknown_reference`, `contact_of_other_party`.
pub async fn select(tx: &mut Tx, ctx: &Ctx, wish: &SelectContent) -> Result<ContentSelection> {
    resource::require_on(ctx, &CONTENT_RULE, Action::Read)?;
    resource::require::<ContentItem>(ctx, Action::Read)?;
    resource::require_on(ctx, &DECISION_STAGE, Action::Read)?;
    resource::require::<Party>(ctx, Action::Read)?;
    let party_id = who(tx, ctx, wish).await?;
    if let Some(medium) = wish.medium_id {
        refer::<Medium>(tx, ctx, medium.uuid(), "/medium_id").await?;
    }
    let stage = stage(tx, ctx, party_id, wish.contact_id).await?;
    let rules = ordered(store::candidates(tx, today(ctx), stage, wish.medium_id).await?);
    let mut asked = BTreeMap::new();
    let (mut considered, mut passed_over, mut decides) = (0, Vec::new(), None);
    for rule in rules {
        considered += 1;
        match fits(tx, ctx, &rule, party_id, &mut asked).await? {
            Some(true) => {
                decides = Some(rule);
                break;
            }
            Some(false) => {}
            None => passed_over.push(rule.id),
        }
    }
    let content = match &decides {
        Some(rule) => Some(resource::get(tx, ctx, rule.content_item_id.uuid()).await?),
        None => None,
    };
    let rule = decides.map(|one| SelectingRule {
        content_rule_id: one.id,
        segment_id: one.segment_id,
        stage: one.stage,
        priority: one.priority,
    });
    Ok(ContentSelection {
        party_id,
        contact_id: wish.contact_id,
        stage,
        content,
        rule,
        considered,
        passed_over,
        order: ORDER.map(str::to_owned).to_vec(),
    })
}

/// The party that is asked about, once the contact is known to be there.
async fn who(tx: &mut Tx, ctx: &Ctx, wish: &SelectContent) -> Result<PartyId> {
    let named = match wish.contact_id {
        Some(contact) => {
            let contact: Contact = refer(tx, ctx, contact.uuid(), "/contact_id").await?;
            let party = contact.input.party_id;
            if wish.party_id.is_some_and(|named| named != party) {
                return Err(CONTACT_OF_OTHER_PARTY.at("/contact_id"));
            }
            (party, "/contact_id")
        }
        None => (wish.party_id.ok_or_else(|| REQUIRED.at("/contact_id"))?, "/party_id"),
    };
    let party: Party = refer(tx, ctx, named.0.uuid(), named.1).await?;
    Ok(party.meta.id)
}

/// The stage of a contact, else that of the party, as far as the caller may see it.
async fn stage(
    tx: &mut Tx,
    ctx: &Ctx,
    party: PartyId,
    contact: Option<ContactId>,
) -> Result<Option<DecisionStageName>> {
    if ctx.actor.withheld(DECISION_STAGE.plural).hidden.contains("stage") {
        return Ok(None);
    }
    for one in contact.map(Some).into_iter().chain([None]) {
        if let Some((id, stage)) = store::stage_of(tx, party, one).await?
            && resource::visible(tx, ctx, &DECISION_STAGE, id.uuid()).await?
        {
            return Ok(Some(stage));
        }
    }
    Ok(None)
}

/// Whether a rule fits a party, whose stage it fits already; nothing if its segment cannot be asked.
async fn fits(
    tx: &mut Tx,
    ctx: &Ctx,
    rule: &Candidate,
    party: PartyId,
    asked: &mut BTreeMap<SegmentId, Option<bool>>,
) -> Result<Option<bool>> {
    let Some(segment) = rule.segment_id else { return Ok(Some(true)) };
    if let Some(known) = asked.get(&segment) {
        return Ok(*known);
    }
    let member = match segments::load(tx, ctx, segment).await {
        Ok((segment, members)) => {
            let population = segment.input.population;
            Some(store::is_member(tx, &members, population, party).await?)
        }
        Err(problem) => {
            let blind = [&NOT_FOUND, &FORBIDDEN, &VALIDATION_FAILED];
            if !blind.into_iter().any(|code| problem.is(code)) {
                return Err(problem);
            }
            None
        }
    };
    asked.insert(segment, member);
    Ok(member)
}
