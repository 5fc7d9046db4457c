//! A cart is abandoned because time has passed: nothing has happened with it for as long as the company says.
//! Whoever is known and has a work phone is called, if the company wants that and the cart is worth it.

use super::{CART, CartId, model::Cart, store};
use chrono::TimeDelta;
use guanxi_customers::{
    contact_points::{Phone, PhoneKind},
    rules::line,
};
use guanxi_identity::users::{INACTIVE_OWNER, check_owner};
use guanxi_kernel::{
    Ctx, Line, Result, Text,
    preferences::CartCalls,
    problem::{INTERNAL, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Tx, resource};
use guanxi_workflow::{
    chores::Chore,
    tasks::{self, Wanted},
};
use std::cmp::Ordering;
use uuid::Uuid;

/// The rule of the tasks to call.
const CALL: &str = "abandoned_cart_call";

/// The minutes after which a cart is abandoned where the company says nothing.
const HOUR: i64 = 60;

/// What the workflow does about carts.
pub static ABANDONMENT: Chore = Chore {
    name: "cart_abandonment",
    due: |tx, now, most| Box::pin(store::due(tx, now, most)),
    step: |tx, ctx, id| Box::pin(step(tx, ctx, id)),
    put_off: |tx, id, to| Box::pin(async move { store::look_at(tx, id.into(), to).await }),
};

/// How long a cart may rest.
pub(super) fn idle(ctx: &Ctx) -> TimeDelta {
    let rules = ctx.settings.preferences.abandoned_carts.as_ref();
    TimeDelta::minutes(rules.map_or(HOUR, |rules| rules.idle_minutes))
}

/// Looks at a cart, if it is due; whether it was. `ctx` has all rights.
async fn step(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<bool> {
    let cart: Cart = resource::load(tx, ctx, id).await?;
    if !cart.is_due(ctx.now) {
        return Ok(false);
    }
    let leave = |one: &mut Cart| {
        one.leave();
        Ok(())
    };
    let left = resource::change::<Cart>(tx, ctx, id, "abandoned", leave).await?.record;
    let rules = ctx.settings.preferences.abandoned_carts.as_ref();
    let call = rules.and_then(|rules| rules.call.as_ref());
    if let Some(call) = call.filter(|call| is_worth(&left, call)) {
        wants_call(tx, ctx, &left, call).await?;
    }
    Ok(true)
}

/// Whether a cart is worth a call. One in another currency is not: what it is worth in that of the company would
/// change from day to day.
fn is_worth(cart: &Cart, call: &CartCalls) -> bool {
    let compared = cart.value.and_then(|value| value.compare(call.min_value));
    matches!(compared, Some(Ordering::Equal | Ordering::Greater))
}

async fn wants_call(tx: &mut Tx, ctx: &Ctx, cart: &Cart, call: &CartCalls) -> Result<()> {
    let Some(number) = work_phone(tx, cart).await? else { return Ok(()) };
    match check_owner(tx, ctx, call.owner_id, "/owner_id").await {
        Err(gone) if gone.is(&INACTIVE_OWNER) || gone.is(&UNKNOWN_REFERENCE) => {
            tracing::warn!(owner = %call.owner_id, "nobody is there to call about abandoned carts");
            return Ok(());
        }
        checked => checked?,
    }
    let left_at = cart.abandoned_at.unwrap_or(ctx.now);
    let wanted = Wanted {
        rule: CALL,
        subject: (&CART, cart.meta.id.uuid()),
        title: line(&format!("Call {} about cart {}", &*number, &*cart.input.reference))?,
        kind: line("call")?,
        owner: call.owner_id,
        due_at: Some(left_at + TimeDelta::minutes(call.within_minutes)),
        // However often it is left, there is one call about a cart.
        occasion: Some(cart.meta.id.to_string()),
    };
    let briefing = Text::new(&call.briefing).map_err(|why| INTERNAL.problem().because(why))?;
    tasks::ensure_with(tx, ctx, wanted, Some(briefing)).await.map(drop)
}

/// The work phone of the person, else of the party: nobody is called at home because of a cart.
async fn work_phone(tx: &mut Tx, cart: &Cart) -> Result<Option<Line<40>>> {
    let Some(party) = cart.input.party_id else { return Ok(None) };
    for kept in store::phones(tx, party, cart.input.contact_id).await? {
        let phones: Vec<Phone> =
            serde_json::from_str(&kept).map_err(|error| INTERNAL.problem().because(error))?;
        let work = phones.into_iter().find(|phone| phone.kind == PhoneKind::Work);
        if let Some(work) = work {
            return Ok(Some(work.number));
        }
    }
    Ok(None)
}

/// A cart was bought: nobody need call any more.
pub(super) async fn bought(tx: &mut Tx, ctx: &Ctx, id: CartId) -> Result<()> {
    let why = Text::new("The cart was bought.").ok();
    tasks::settle(tx, ctx, CALL, id.uuid(), why).await.map(drop)
}
