//! Shops tell their carts, many at once.

use super::{
    CartId, leaving,
    model::{Cart, CartInput, CartItem, CartStep, Told, value_of},
    store,
};
use crate::{
    problems::CART_IN_SEVERAL_CURRENCIES,
    source_codes::{self, Matched},
};
use chrono::{DateTime, Utc};
use guanxi_customers::{
    contacts::{Contact, ContactId},
    engine::refer,
    parties::PartyId,
    rules::{likely_instant, refuse, whole_micros},
};
use guanxi_kernel::{
    Action, Ctx, Line, Result,
    money::MoneyError,
    problem::{OUT_OF_RANGE, UNKNOWN_REFERENCE},
};
use guanxi_storage::{
    Meta, Tx,
    kind::Parts as _,
    resource::{self},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use validator::Validate;

/// A cart as a shop tells it now: all of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TellCart {
    /// What it is called there.
    pub reference: Line<100>,
    /// Whose it is, if they are known.
    #[serde(default)]
    pub party_id: Option<PartyId>,
    /// The person there.
    #[serde(default)]
    pub contact_id: Option<ContactId>,
    /// The source code by which they came.
    #[serde(default)]
    pub source_code: Option<Line<60>>,
    /// When it was begun.
    #[validate(custom(function = "likely_instant"))]
    pub started_at: DateTime<Utc>,
    /// When something has last happened with it; when it was begun, or bought, when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    pub last_activity_at: Option<DateTime<Utc>>,
    /// When it was bought.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    pub completed_at: Option<DateTime<Utc>>,
    /// What is in it.
    #[serde(default)]
    #[validate(length(max = 200), nested)]
    #[schema(max_items = 200)]
    pub items: Vec<CartItem>,
    /// The steps of the way to an order that they have come to, in any order.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    pub steps: Vec<CartStep>,
}

/// Tells carts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "source": "shop", "carts": [{ "reference": "cart-7311",
    "started_at": "2026-03-31T01:26:00Z", "items": [{ "sku": "85123A", "name": "白色心形吊灯", "quantity": 6,
        "unit_price": { "amount": "25.50", "currency": "CNY" } }],
    "steps": [{ "step": "cart", "entered_at": "2026-03-31T01:26:00Z" }] }] })))]
pub struct TellCarts {
    /// The shop; the names of its carts are its own.
    pub source: Line<60>,
    /// Its carts, in any order.
    #[validate(length(min = 1, max = 100), nested)]
    #[schema(min_items = 1, max_items = 100)]
    pub carts: Vec<TellCart>,
}

guanxi_kernel::words! {
    /// What has become of a cart that was told.
    pub enum CartStatus {
        /// It is new.
        Created = "created" ("New", "新建"),
        /// It was there, and is as it was told now.
        Updated = "updated" ("Updated", "已更新"),
        /// It was there, and nothing is new.
        Unchanged = "unchanged" ("There already", "已存在"),
        /// It was not taken.
        Refused = "refused" ("Refused", "被拒绝"),
    }
}

/// What has become of one of many carts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CartOutcome {
    /// Its place in the request, counted from 0.
    pub index: usize,
    /// What has become of it.
    pub status: CartStatus,
    /// The cart.
    #[schema(required)]
    pub cart_id: Option<CartId>,
    /// The code of the problem for which it was refused.
    #[schema(required)]
    pub code: Option<&'static str>,
}

/// What has become of many carts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CartsTold {
    /// What has become of each, in their order.
    #[schema(max_items = 100)]
    pub results: Vec<CartOutcome>,
}

/// Takes carts as a shop tells them. What is known already changes nothing, and one that cannot be taken
/// stands in nobody's way.
///
/// # Errors
/// `forbidden`; those of the store.
pub async fn tell(tx: &mut Tx, ctx: &Ctx, wish: &TellCarts) -> Result<CartsTold> {
    resource::require::<Cart>(ctx, Action::Create)?;
    let references = wish.carts.iter().map(|cart| cart.reference.clone());
    let mut known = store::named(tx, &wish.source, references).await?;
    let mut codes = BTreeMap::new();
    let mut results = Vec::with_capacity(wish.carts.len());
    for (index, cart) in wish.carts.iter().enumerate() {
        tx.begin_part().await?;
        let done = take(tx, ctx, (&wish.source, cart), (&known, &mut codes)).await;
        results.push(match tx.end_part(done).await? {
            Ok((status, id)) => {
                known.insert(cart.reference.to_string(), id);
                CartOutcome { index, status, cart_id: Some(id), code: None }
            }
            Err(refused) => {
                let found = refused.errors().first().map(|finding| finding.code);
                let code = Some(found.unwrap_or_else(|| refused.code()).code);
                CartOutcome { index, status: CartStatus::Refused, cart_id: None, code }
            }
        });
    }
    Ok(CartsTold { results })
}

/// Codes that were looked up, so that each is once.
type Codes = BTreeMap<String, Option<Matched>>;

async fn take(
    tx: &mut Tx,
    ctx: &Ctx,
    (source, cart): (&Line<60>, &TellCart),
    (known, codes): (&BTreeMap<String, CartId>, &mut Codes),
) -> Result<(CartStatus, CartId)> {
    let told = read(tx, ctx, cart).await?;
    let code = match &cart.source_code {
        Some(code) => Some(matched(tx, code, codes).await?),
        None => None,
    };
    let completed = told.completed_at.is_some();
    let idle = leaving::idle(ctx);
    let Some(id) = known.get(&*cart.reference).copied() else {
        let input = CartInput {
            source: source.clone(),
            reference: cart.reference.clone(),
            party_id: cart.party_id,
            contact_id: cart.contact_id,
            started_at: whole_micros(cart.started_at),
        };
        let mut new = Cart::assemble(Meta::new(ctx), input);
        new.come_by(code);
        new.take(told, idle);
        let made = resource::insert(tx, ctx, new, "created").await?.record;
        return Ok((CartStatus::Created, made.meta.id));
    };
    // Telling is a right of its own: nobody changes a cart in any other way.
    let system = ctx.on_behalf();
    let before: Cart = resource::load(tx, &system, id.uuid()).await?;
    let change = |one: &mut Cart| {
        one.come_by(code);
        one.take(told, idle);
        Ok(())
    };
    let after = resource::change::<Cart>(tx, &system, id.uuid(), "updated", change).await?.record;
    if completed && before.completed_at.is_none() {
        leaving::bought(tx, &system, id).await?;
    }
    let same = after.meta.version == before.meta.version;
    Ok((if same { CartStatus::Unchanged } else { CartStatus::Updated }, id))
}

/// What a shop says of a cart, if it can be so.
async fn read(tx: &mut Tx, ctx: &Ctx, cart: &TellCart) -> Result<Told> {
    let started_at = whole_micros(cart.started_at);
    let completed_at = cart.completed_at.map(whole_micros);
    let at = cart.last_activity_at.map(whole_micros).into_iter().chain(completed_at).max();
    let at = at.unwrap_or(started_at);
    if at < started_at || completed_at.is_some_and(|end| end < at) {
        let expected = ("expected", "begun, then changed, then bought");
        return Err(refuse(&OUT_OF_RANGE, "/last_activity_at", expected));
    }
    if at > ctx.now {
        return Err(refuse(&OUT_OF_RANGE, "/last_activity_at", ("expected", "now or earlier")));
    }
    if let (Some(contact), party) = (cart.contact_id, cart.party_id) {
        let contact: Contact = refer(tx, ctx, contact.uuid(), "/contact_id").await?;
        if party != Some(contact.input.party_id) {
            return Err(UNKNOWN_REFERENCE.at("/contact_id"));
        }
    }
    let steps: Vec<CartStep> = cart.steps.iter().map(whole).collect();
    if steps.iter().any(|one| one.entered_at < started_at || one.entered_at > ctx.now) {
        return Err(refuse(
            &OUT_OF_RANGE,
            "/steps",
            ("expected", "begun or later, and no later than now"),
        ));
    }
    let value = value_of(&cart.items).map_err(|error| match error {
        MoneyError::CurrencyMismatch(..) => CART_IN_SEVERAL_CURRENCIES.at("/items"),
        _ => refuse(&OUT_OF_RANGE, "/items", ("expected", "an amount that can be told")),
    })?;
    Ok(Told {
        party_id: cart.party_id,
        contact_id: cart.contact_id,
        at,
        completed_at,
        items: cart.items.clone(),
        value,
        steps,
    })
}

/// A step at an instant as the store keeps it.
fn whole(step: &CartStep) -> CartStep {
    CartStep { step: step.step.clone(), entered_at: whole_micros(step.entered_at) }
}

async fn matched(tx: &mut Tx, code: &Line<60>, codes: &mut Codes) -> Result<Matched> {
    if !codes.contains_key(&**code) {
        let found = source_codes::matched(tx, code).await?;
        codes.insert(code.to_string(), found);
    }
    let found = codes.get(&**code).copied().flatten();
    found.ok_or_else(|| UNKNOWN_REFERENCE.at("/source_code"))
}

impl Cart {
    /// By which code they came; the first one counts.
    fn come_by(&mut self, code: Option<Matched>) {
        let Some(code) = code.filter(|_| self.source_code_id.is_none()) else { return };
        self.source_code_id = Some(code.id);
        (self.medium_id, self.campaign_id) = (Some(code.medium), code.campaign);
    }
}
