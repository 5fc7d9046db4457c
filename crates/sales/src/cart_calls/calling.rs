//! What to know before somebody calls about a cart, and the call.

use crate::{
    phone_calls::{CallDirection, PhoneCall, PhoneCallInput},
    rules::line,
};
use chrono::{DateTime, Utc};
use guanxi_customers::orders::Order;
use guanxi_kernel::{Action, Ctx, Line, Result, Text, problem::UNKNOWN_VALUE};
use guanxi_marketing::{
    carts::{self, Cart, CartId},
    contact_preferences::ContactPreference,
    problems::NOT_CALLABLE,
};
use guanxi_storage::{
    Resource, Tx, custom,
    list::ListQuery,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Records of each sort that a briefing shows.
const SHOWN: u32 = 10;

/// What to know before somebody calls about a cart.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CartBriefing {
    /// The cart.
    pub cart_id: CartId,
    /// The work phones of the person, then of the party, those that your rights do not hide. No other number is told.
    pub numbers: Vec<Line<40>>,
    /// What the company wants to be known, e.g. what may be offered.
    #[schema(required)]
    pub briefing: Option<Text<2000>>,
    /// What the customer has bought last, the last first, as far as the caller may see it; at most 10.
    #[schema(value_type = Vec<Order>, max_items = 10)]
    pub orders: Vec<Shown<Order>>,
    /// By which media the customer and its people want to hear from the company, likewise.
    #[schema(value_type = Vec<ContactPreference>, max_items = 10)]
    pub contact_preferences: Vec<Shown<ContactPreference>>,
    /// When that was read.
    pub read_at: DateTime<Utc>,
}

/// Somebody calls about a cart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({})))]
pub struct BeginCartCall {
    /// The number, one of those of the briefing; the first of them when absent.
    #[serde(default)]
    pub number: Option<Line<40>>,
}

/// Reads what to know before calling about a cart that was left, and notes that the caller has.
///
/// # Errors
/// `cart_not_abandoned`, and as any change of the cart.
pub async fn brief(tx: &mut Tx, ctx: &Ctx, id: CartId) -> Result<CartBriefing> {
    let (by, now) = (ctx.actor.user, ctx.now);
    let read = |one: &mut Cart| one.brief(by, now);
    let cart = resource::change(tx, ctx, id.uuid(), "briefed", read).await?.record;
    let rules = ctx.settings.preferences.abandoned_carts.as_ref();
    let call = rules.and_then(|rules| rules.call.as_ref());
    let party = cart.input.party_id.map(guanxi_kernel::Id::uuid);
    Ok(CartBriefing {
        cart_id: id,
        numbers: carts::told_work_phones(tx, &ctx.actor.grants, &cart).await?,
        briefing: call.map(|call| call.briefing.clone()),
        orders: of_party(tx, ctx, party, "-placed_on").await?,
        contact_preferences: of_party(tx, ctx, party, "-updated_at").await?,
        read_at: now,
    })
}

/// Some records of a party, as far as the caller may see them.
async fn of_party<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    party: Option<Uuid>,
    sort: &str,
) -> Result<Vec<Shown<R>>> {
    let kind = R::kind();
    let Some(party) = party else { return Ok(Vec::new()) };
    if ctx.reach(kind.plural, Action::Read).is_nothing() {
        return Ok(Vec::new());
    }
    let fields = custom::fields(tx, ctx, kind).await?;
    if fields.hides("party_id") || fields.hides(sort.trim_start_matches('-')) {
        return Ok(Vec::new());
    }
    let pairs = [
        ("party_id".to_owned(), party.to_string()),
        ("limit".to_owned(), SHOWN.to_string()),
        ("sort".to_owned(), sort.to_owned()),
    ];
    let query = ListQuery::parse(kind, ctx, &fields, &pairs)?;
    Ok(resource::list::<R>(tx, ctx, &query).await?.data)
}

/// Begins a call about a cart, to a work phone that the caller may see.
///
/// # Errors
/// `cart_not_abandoned`, `not_callable`, `briefing_unread`; `unknown_value` for another number; and as any new call.
pub async fn begin(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CartId,
    wish: BeginCartCall,
) -> Result<Shown<PhoneCall>> {
    resource::require::<PhoneCall>(ctx, Action::Create)?;
    let cart: Cart = resource::load(tx, ctx, id.uuid()).await?;
    cart.require_left()?;
    let numbers = carts::told_work_phones(tx, &ctx.actor.grants, &cart).await?;
    let first = numbers.first().cloned().ok_or_else(|| NOT_CALLABLE.problem())?;
    cart.require_briefed(ctx.actor.user)?;
    let number = wish.number.unwrap_or(first);
    if !numbers.contains(&number) {
        let expected = "one of the work phones of the briefing";
        return Err(UNKNOWN_VALUE.at("/number").with("expected", expected));
    }
    let input = PhoneCallInput {
        direction: CallDirection::Out,
        subject: line(&format!("Cart {}", &*cart.input.reference))?,
        party_id: cart.input.party_id,
        contact_id: cart.input.contact_id,
        owner_id: None,
        phone: Some(number),
        source_code: None,
        task_id: None,
        cart_id: Some(id),
        skills: Vec::new(),
        started_at: None,
        note: None,
    };
    resource::create::<PhoneCall>(tx, ctx, input).await
}
