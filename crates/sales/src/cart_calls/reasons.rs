//! Why a cart was left, as the customer says on the phone, and the answer to a question about the price.

use super::approving::{CartApprover, open};
use crate::{opportunities::Opportunity, pipelines::PipelineId, quotes::Quote};
use guanxi_customers::contacts::Contact;
use guanxi_kernel::{Action, Ctx, Result, Text, actor::forbidden, problem::REQUIRED};
use guanxi_marketing::carts::{CART, Cart, CartId, CartReason};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// The customer says why a cart was left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "price_question", "note": "含税价是多少?" })))]
pub struct GiveCartReason {
    /// Why.
    pub reason: CartReason,
    /// What they said, e.g. the question about the price.
    #[serde(default)]
    pub note: Option<Text<2000>>,
    /// With `no_authority`: who has to agree.
    #[serde(default)]
    #[validate(nested)]
    pub approver: Option<CartApprover>,
    /// With `no_authority`: the pipeline of the opportunity that is opened; the default one when absent.
    #[serde(default)]
    pub pipeline_id: Option<PipelineId>,
}

/// The question about the price of a cart is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "answer": "含税 9,800 元,含上门安装" })))]
pub struct AnswerCartPrice {
    /// What the customer was told.
    pub answer: Text<2000>,
}

/// Notes why a cart was left. Who may not decide alone gets an opportunity with a quote for whoever has to agree,
/// once for each cart.
///
/// # Errors
/// `cart_not_abandoned`; for `no_authority` also `required` without an approver, `cart_of_nobody`,
/// `cart_item_unknown`, and as any new contact, opportunity and quote; and as any change of the cart.
pub async fn give_reason(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CartId,
    wish: GiveCartReason,
) -> Result<Shown<Cart>> {
    resource::require::<Cart>(ctx, Action::Update)?;
    let cart: Cart = resource::load(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &CART, Action::Update, id.uuid()).await? {
        return Err(forbidden(CART.plural, Action::Update));
    }
    ctx.expect_version(cart.meta.version)?;
    cart.require_left()?;
    let opened = match wish.reason {
        CartReason::NoAuthority if cart.quote_id.is_none() => {
            resource::require::<Opportunity>(ctx, Action::Create)?;
            resource::require::<Quote>(ctx, Action::Create)?;
            let approver = wish.approver.ok_or_else(|| REQUIRED.at("/approver"))?;
            if approver.contact_id.is_none() {
                resource::require::<Contact>(ctx, Action::Create)?;
            }
            Some(open(tx, ctx, &cart, approver, wish.pipeline_id).await?)
        }
        _ => None,
    };
    let (now, reason, note) = (ctx.now, wish.reason, wish.note);
    let give = |one: &mut Cart| {
        one.give_reason(reason, note, now)?;
        if let Some((contact, quote)) = opened {
            (one.approver_contact_id, one.quote_id) = (Some(contact), Some(quote.uuid()));
        }
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), "reason_given", give).await
}

/// Notes the answer to the question about the price.
///
/// # Errors
/// `no_price_question`, and as any change of the cart.
pub async fn answer_price(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CartId,
    wish: AnswerCartPrice,
) -> Result<Shown<Cart>> {
    let now = ctx.now;
    let answer = |one: &mut Cart| one.answer_price(wish.answer, now);
    resource::change(tx, ctx, id.uuid(), "price_answered", answer).await
}
