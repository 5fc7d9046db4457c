//! The rules of a hand-over that need the store; beginning one, bringing it up to date, cancelling it.

use super::{
    inventory::{self, Item},
    model::{Counts, HANDOVER, Handover, HandoverId, HandoverInput, HandoverMove, HandoverStatus},
    store::{self, Handed},
    wishes::{CancelHandover, LineSelection},
};
use crate::problems::{HANDOVER_CLOSED, HANDOVER_OPEN, NOT_THE_SUPERVISOR, SUCCESSOR_IS_LEAVER};
use guanxi_customers::problems::IMMUTABLE;
use guanxi_identity::users::check_owner;
use guanxi_kernel::{
    Action, Ctx, Result, UserId, Word as _,
    actor::{ANY, forbidden},
};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Shown, Verb},
};
use guanxi_workflow::people;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

impl Resource for Handover {
    fn kind() -> &'static Kind {
        &HANDOVER
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let from = self.input.from_user;
        self.owner_id = Some(from);
        match before {
            None if store::open_of(tx, from).await?.is_some() => {
                return Err(HANDOVER_OPEN.problem());
            }
            Some(before) if before.input.from_user != from => {
                return Err(IMMUTABLE.at("/from_user"));
            }
            Some(before) if before.input != self.input => before.status.require_open()?,
            _ => {}
        }
        let had = before.and_then(|before| before.input.default_to);
        match self.input.default_to.filter(|to| had != Some(*to)) {
            Some(to) => require_successor(tx, ctx, from, to, "/default_to").await,
            None => Ok(()),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.from_user.uuid()]
    }

    fn verbs_for(&self, ctx: &Ctx) -> Vec<Verb> {
        let own = ctx.actor.user == self.input.from_user;
        let verb = |one: HandoverMove| {
            use HandoverMove::{Cancel, Complete, Tick};
            let barred = own && matches!(one, Tick | Complete | Cancel);
            let closed = match (self.status, barred) {
                (HandoverStatus::Open, false) => None,
                (HandoverStatus::Open, true) => Some(&NOT_THE_SUPERVISOR),
                _ => Some(&HANDOVER_CLOSED),
            };
            Verb { name: one.word(), needs: Action::Update, closed }
        };
        let closed = (self.status != HandoverStatus::Open).then_some(&HANDOVER_CLOSED);
        let update = Verb { name: "update", needs: Action::Update, closed };
        [update].into_iter().chain(HandoverMove::ALL.iter().map(|one| verb(*one))).collect()
    }

    fn example() -> Json {
        json!({
            "from_user": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "reason": "resignation",
            "last_day": "2026-03-31",
            "critical_probability": "0.7000",
            "note": "客户由华东二组接手。"
        })
    }
}

/// Refuses a recipient who leaves themselves, or cannot own records.
///
/// # Errors
/// `successor_is_leaver`, `unknown_reference`, `inactive_owner`, at `pointer`.
pub(super) async fn require_successor(
    tx: &mut Tx,
    ctx: &Ctx,
    from: UserId,
    to: UserId,
    pointer: &str,
) -> Result<()> {
    if from == to {
        return Err(SUCCESSOR_IS_LEAVER.at(pointer));
    }
    check_owner(tx, ctx, to, pointer).await
}

/// Refuses whoever is not above the one who leaves, nor an administrator.
///
/// # Errors
/// `not_the_supervisor`.
pub(super) async fn require_supervisor(tx: &mut Tx, ctx: &Ctx, from: UserId) -> Result<()> {
    let user = ctx.actor.user;
    let administrator = ctx.reach(ANY, Action::Any).all;
    if user != from && (administrator || people::managers(tx, from).await?.contains(&user)) {
        return Ok(());
    }
    Err(NOT_THE_SUPERVISOR.problem())
}

/// A hand-over that the caller sees in a version that they have seen, may change, and that is under way.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`; `handover_closed`.
pub(super) async fn changeable(tx: &mut Tx, ctx: &Ctx, id: HandoverId) -> Result<Handover> {
    let handover: Handover = resource::load(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &HANDOVER, Action::Update, id.uuid()).await? {
        return Err(forbidden(HANDOVER.plural, Action::Update));
    }
    ctx.expect_version(handover.meta.version)?;
    handover.status.require_open()?;
    Ok(handover)
}

/// Saves what has become of a hand-over after its lines were changed, and shows it.
///
/// # Errors
/// Those of the store.
pub(super) async fn recount(
    tx: &mut Tx,
    ctx: &Ctx,
    id: HandoverId,
    verb: &'static str,
) -> Result<Shown<Handover>> {
    let counts = store::counts(tx, id).await?;
    resource::change::<Handover>(tx, &ctx.on_behalf(), id.uuid(), verb, |one| {
        one.count(counts);
        Ok(())
    })
    .await?;
    resource::get(tx, ctx, id.uuid()).await
}

/// Begins a hand-over with a line for everything that the user would leave behind.
///
/// # Errors
/// `forbidden`, also for a user whom the right does not reach; `handover_open`,
/// `successor_is_leaver`, `inactive_owner`; `too_many_records` beyond 20,000 lines.
pub async fn begin(tx: &mut Tx, ctx: &Ctx, input: HandoverInput) -> Result<Shown<Handover>> {
    resource::require::<Handover>(ctx, Action::Create)?;
    let items = inventory::of(tx, ctx, input.from_user, input.critical_probability).await?;
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let critical = number(items.iter().filter(|item| item.critical).count());
    let counts = Counts { lines: number(items.len()), ticked: 0, critical, unnotified: critical };
    let mut handover = Handover::assemble(Meta::new(ctx), input);
    handover.count(counts);
    let shown = resource::insert(tx, ctx, handover, "created").await?;
    store::add_lines(tx, ctx, &shown.record, &items.iter().collect::<Vec<_>>()).await?;
    Ok(shown)
}

/// What differs between the lines of a hand-over and what would be left behind now.
#[derive(Debug)]
pub(super) struct Difference<'a> {
    /// What has no line.
    pub(super) forgotten: Vec<&'a Item>,
    /// Lines of what is not left behind any more.
    pub(super) gone: Vec<&'a Handed>,
    /// Lines that have become critical.
    pub(super) risen: Vec<&'a Handed>,
    /// Lines that are not critical any more.
    pub(super) fallen: Vec<&'a Handed>,
}

impl<'a> Difference<'a> {
    pub(super) fn between(items: &'a [Item], lines: &'a [Handed]) -> Self {
        let owned: BTreeMap<(&str, Uuid), &Item> =
            items.iter().map(|item| ((item.kind.name, item.id), item)).collect();
        let known: BTreeMap<(&str, Uuid), &Handed> =
            lines.iter().map(|line| ((&*line.record_type, line.record), line)).collect();
        let critical =
            |line: &Handed| owned.get(&(&*line.record_type, line.record)).map(|item| item.critical);
        let that_is = |now: Option<bool>, had: bool| -> Vec<&'a Handed> {
            lines.iter().filter(|line| line.critical == had && critical(line) == now).collect()
        };
        Self {
            forgotten: items
                .iter()
                .filter(|item| !known.contains_key(&(item.kind.name, item.id)))
                .collect(),
            gone: lines.iter().filter(|line| critical(line).is_none()).collect(),
            risen: that_is(Some(true), false),
            fallen: that_is(Some(false), true),
        }
    }
}

/// Brings the lines to what the user would leave behind now: what is new gets a line, what they do not
/// have any more loses it, and what has become critical must be ticked again.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`; `handover_closed`; `too_many_records`.
pub async fn refresh(tx: &mut Tx, ctx: &Ctx, id: HandoverId) -> Result<Shown<Handover>> {
    let handover = changeable(tx, ctx, id).await?;
    let (from, limit) = (handover.input.from_user, handover.input.critical_probability);
    let items = inventory::of(tx, ctx, from, limit).await?;
    let lines = store::lines(tx, id, &LineSelection::default()).await?;
    let found = Difference::between(&items, &lines);
    let ids = |lines: &[&Handed]| lines.iter().map(|line| line.id).collect::<Vec<_>>();
    store::drop_lines(tx, &ids(&found.gone)).await?;
    store::judge_lines(tx, ctx, &ids(&found.risen), true).await?;
    store::judge_lines(tx, ctx, &ids(&found.fallen), false).await?;
    store::add_lines(tx, ctx, &handover, &found.forgotten).await?;
    recount(tx, ctx, id, "refreshed").await
}

/// Gives a hand-over up: nothing has changed hands.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`; `handover_closed`; `not_the_supervisor`.
pub async fn cancel(
    tx: &mut Tx,
    ctx: &Ctx,
    id: HandoverId,
    wish: CancelHandover,
) -> Result<Shown<Handover>> {
    let handover = changeable(tx, ctx, id).await?;
    require_supervisor(tx, ctx, handover.input.from_user).await?;
    let now = ctx.now;
    resource::change::<Handover>(tx, ctx, id.uuid(), "cancelled", |one| {
        (one.status, one.closed_at) = (HandoverStatus::Cancelled, Some(now));
        one.cancel_reason = Some(wish.reason);
        Ok(())
    })
    .await
}
