//! What is opened for a customer who may not decide alone: the contact who has to agree, an opportunity with that
//! contact as its approver, and a quote of what lies in the cart.

use crate::{
    opportunities::{DecisionRole, Opportunity, OpportunityInput, OpportunityOrigin},
    pipelines::PipelineId,
    problems::{CART_ITEM_UNKNOWN, CART_OF_NOBODY},
    products,
    quotes::{Quote, QuoteId, QuoteInput},
};
use guanxi_customers::{
    contact_points::{Email, Phone},
    contacts::{Contact, ContactId, ContactInput},
    engine::refer,
    parties::PartyId,
};
use guanxi_kernel::{
    Ctx, Line, Result, Word as _, input,
    problem::{INVALID, REQUIRED},
};
use guanxi_marketing::{
    carts::{Cart, CartItem},
    problems::CONTACT_OF_OTHER_PARTY,
    source_codes::SOURCE_CODE,
};
use guanxi_storage::{Tx, resource};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use validator::Validate;

/// Who has to agree at the customer: a contact that is there, or a new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartApprover {
    /// A contact of the party of the cart.
    #[serde(default)]
    pub contact_id: Option<ContactId>,
    /// The name of a new one.
    #[serde(default)]
    pub name: Option<Line<200>>,
    /// What it says on their card.
    #[serde(default)]
    pub job_title: Option<Line<100>>,
    /// Their phone numbers.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    pub phones: Vec<Phone>,
    /// Their e-mail addresses.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    pub emails: Vec<Email>,
}

/// Opens all of it, with the rights of the caller.
pub(super) async fn open(
    tx: &mut Tx,
    ctx: &Ctx,
    cart: &Cart,
    approver: CartApprover,
    pipeline: Option<PipelineId>,
) -> Result<(ContactId, QuoteId)> {
    let party = cart.input.party_id.ok_or_else(|| CART_OF_NOBODY.problem())?;
    let lines = lines(tx, cart).await?;
    let contact = contact(tx, ctx, party, approver).await?;
    let code = match cart.source_code_id {
        Some(code) if resource::visible(tx, ctx, &SOURCE_CODE, code.uuid()).await? => Some(code),
        _ => None,
    };
    let about: OpportunityInput = input::read(json!({
        "name": format!("Cart {}", &*cart.input.reference),
        "party_id": party,
        "pipeline_id": pipeline,
        "origin": OpportunityOrigin::Inbound.word(),
        "amount": cart.value,
        "source_code_id": code,
        "contacts": [{ "contact_id": contact, "role": DecisionRole::Approver.word() }],
    }))?;
    let opportunity = resource::create::<Opportunity>(tx, ctx, about).await?.record.meta.id;
    let quote: QuoteInput = input::read(json!({ "opportunity_id": opportunity, "lines": lines }))?;
    let quote = resource::create::<Quote>(tx, ctx, quote).await?.record.meta.id;
    Ok((contact, quote))
}

/// The lines of the quote: what lies in the cart, at the prices of the shop.
async fn lines(tx: &mut Tx, cart: &Cart) -> Result<Vec<Json>> {
    let codes = cart.items.iter().map(|item| item.sku.to_string());
    let known = products::by_codes(tx, codes).await?;
    let line = |item: &CartItem| -> Result<Json> {
        let product =
            known.get(&*item.sku).ok_or_else(|| CART_ITEM_UNKNOWN.with("sku", &*item.sku))?;
        Ok(json!({
            "product_id": product,
            "description": item.name,
            "quantity": item.quantity.to_string(),
            "unit_price": item.unit_price,
        }))
    };
    match cart.items.is_empty() {
        true => Err(CART_ITEM_UNKNOWN.with("sku", "-")),
        false => cart.items.iter().map(line).collect(),
    }
}

/// The contact who has to agree, made if there is none yet.
async fn contact(
    tx: &mut Tx,
    ctx: &Ctx,
    party: PartyId,
    approver: CartApprover,
) -> Result<ContactId> {
    let CartApprover { contact_id, name, job_title, phones, emails } = approver;
    let Some(id) = contact_id else {
        let name = name.ok_or_else(|| REQUIRED.at("/approver/name"))?;
        let body = json!({ "party_id": party, "name": name, "job_title": job_title,
            "phones": phones, "emails": emails });
        let made = input::read::<ContactInput>(body)?;
        return Ok(resource::create::<Contact>(tx, ctx, made).await?.record.meta.id);
    };
    if name.is_some() {
        let expected = "Nothing; the contact is there already";
        return Err(INVALID.at("/approver/name").with("expected", expected));
    }
    let there: Contact = refer(tx, ctx, id.uuid(), "/approver/contact_id").await?;
    match there.input.party_id == party {
        true => Ok(id),
        false => Err(CONTACT_OF_OTHER_PARTY.at("/approver/contact_id")),
    }
}
