//! A cart is abandoned because time has passed: nothing has happened with it for as long as the company says.
//! Whoever is known and has a work phone is called, if the company wants that and the cart is worth it.

use super::{CART, CartCallState, CartId, model::Cart, store};
use crate::{contact_preferences::told_to_call, source_codes::SourceCodeId};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_customers::{
    contact_points::{Phone, PhoneKind},
    contacts::CONTACT,
    parties::PARTY,
    rules::line,
};
use guanxi_identity::{
    rights::of_active_user,
    users::{INACTIVE_OWNER, check_owner},
};
use guanxi_kernel::{
    Ctx, Line, Result, Text,
    actor::{Grant, withheld},
    preferences::CartCalls,
    problem::{INTERNAL, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Tx, resource};
use guanxi_workflow::{
    chores::Chore,
    tasks::{self, Task, TaskStatus, Wanted},
};
use std::cmp::Ordering;
use uuid::Uuid;

/// The rule of the tasks to call.
pub const CART_CALL: &str = "abandoned_cart_call";

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

/// How many carts were begun by a source code, and how many of these were left; nothing where no shop tells any.
/// The right to see the code must have been required.
///
/// # Errors
/// Those of the store.
pub(crate) async fn of_code(
    tx: &mut Tx,
    ctx: &Ctx,
    code: SourceCodeId,
) -> Result<Option<(i64, i64)>> {
    let (begun, left) = store::of_code(tx, code, ctx.now).await?;
    Ok((begun > 0).then_some((begun, left)))
}

/// Looks at a cart, if it is due; whether it was. `ctx` has all rights.
async fn step(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<bool> {
    let cart: Cart = resource::load(tx, ctx, id).await?;
    if !cart.is_due(ctx.now) {
        return Ok(false);
    }
    let rules = ctx.settings.preferences.abandoned_carts.as_ref();
    let call = rules.and_then(|rules| rules.call.as_ref()).filter(|call| is_worth(&cart, call));
    let call = call.filter(|_| cart.input.party_id.is_some());
    let number = match call {
        Some(_) => work_phones(tx, &cart).await?.into_iter().next(),
        None => None,
    };
    let state = match (call, &number) {
        (None, _) => None,
        (Some(_), None) => Some(CartCallState::NotCallable),
        (Some(_), Some(_)) => Some(CartCallState::Wanted),
    };
    let leave = |one: &mut Cart| {
        one.leave(state);
        Ok(())
    };
    let left = resource::change::<Cart>(tx, ctx, id, "abandoned", leave).await?.record;
    if let Some((call, _)) = call.zip(number) {
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
    match check_owner(tx, ctx, call.owner_id, "/owner_id").await {
        Err(gone) if gone.is(&INACTIVE_OWNER) || gone.is(&UNKNOWN_REFERENCE) => {
            tracing::warn!(owner = %call.owner_id, "nobody is there to call about abandoned carts");
            return Ok(());
        }
        checked => checked?,
    }
    let left_at = cart.abandoned_at.unwrap_or(ctx.now);
    let (reference, grants) = (&*cart.input.reference, of_active_user(tx, call.owner_id).await?);
    let title = match told_work_phones(tx, &grants, cart).await?.first() {
        Some(number) => format!("Call {} about cart {reference}", &**number),
        None => format!("Call about cart {reference}"),
    };
    let wanted = Wanted {
        rule: CART_CALL,
        subject: (&CART, cart.meta.id.uuid()),
        title: line(&title)?,
        kind: Line::literal("call"),
        owner: call.owner_id,
        due_at: Some(left_at + TimeDelta::minutes(call.within_minutes)),
        // However often it is left, there is one call about a cart.
        occasion: Some(cart.meta.id.to_string()),
    };
    let briefing = Text::new(&call.briefing).map_err(|why| INTERNAL.problem().because(why))?;
    let person = (cart.input.party_id, cart.input.contact_id);
    let note = told_to_call(tx, ctx, person, Some(briefing)).await?;
    tasks::ensure_with(tx, ctx, wanted, note).await.map(drop)
}

/// The work phones of the person, then of the party, each once: nobody is called at home because of a cart,
/// and no other number is told.
///
/// # Errors
/// Those of the store.
async fn work_phones(tx: &mut Tx, cart: &Cart) -> Result<Vec<Line<40>>> {
    told_work_phones(tx, &[], cart).await
}

/// The same for whoever has these rights: not those of a record whose phones all of them hide.
///
/// # Errors
/// Those of the store.
pub async fn told_work_phones(tx: &mut Tx, grants: &[Grant], cart: &Cart) -> Result<Vec<Line<40>>> {
    let Some(party) = cart.input.party_id else { return Ok(Vec::new()) };
    let hidden = |kind: &Kind| withheld(grants, kind.plural).hidden.contains("phones");
    let (of_contact, of_party) = (hidden(&CONTACT), hidden(&PARTY));
    let mut numbers: Vec<Line<40>> = Vec::new();
    for (is_contact, kept) in store::phones(tx, party, cart.input.contact_id).await? {
        let is_hidden = if is_contact { of_contact } else { of_party };
        if is_hidden {
            continue;
        }
        let phones: Vec<Phone> =
            serde_json::from_str(&kept).map_err(|error| INTERNAL.problem().because(error))?;
        for phone in phones.into_iter().filter(|phone| phone.kind == PhoneKind::Work) {
            if !numbers.contains(&phone.number) {
                numbers.push(phone.number);
            }
        }
    }
    Ok(numbers)
}

/// The customer was spoken to about a cart.
///
/// # Errors
/// Those of the store.
pub async fn contacted(tx: &mut Tx, ctx: &Ctx, id: CartId, at: DateTime<Utc>) -> Result<()> {
    let contact = |one: &mut Cart| {
        one.contact(at);
        Ok(())
    };
    let system = ctx.on_behalf();
    resource::change::<Cart>(tx, &system, id.uuid(), "contacted", contact).await.map(drop)
}

/// Whoever says that they have called has read what to know before.
pub(crate) async fn called(tx: &mut Tx, ctx: &Ctx, task: &Task) -> Result<()> {
    let Some(cart) = task.input.subject_id.filter(|_| task.status == TaskStatus::Done) else {
        return Ok(());
    };
    let cart: Cart = resource::load(tx, ctx, cart).await?;
    cart.require_briefed(ctx.actor.user)
}

/// A cart was bought: nobody need call any more.
pub(super) async fn bought(tx: &mut Tx, ctx: &Ctx, id: CartId) -> Result<()> {
    let why = Some(Text::literal("The cart was bought."));
    tasks::settle(tx, ctx, CART_CALL, id.uuid(), why).await.map(drop)
}
