//! The rules of saving a stocktake, opening one, checking customers and closing it.

use super::{
    CheckStocktake, OpenStocktake, STOCKTAKE, Stocktake, StocktakeId, StocktakeInput,
    StocktakeLine, StocktakeResult, StocktakeStatus, store,
};
use crate::{
    engine::check_new_owner,
    parties::{self, PARTY},
    problems::{NOTHING_TO_CHECK, STOCKTAKE_CLOSED, TOO_MANY_RECORDS},
    rules::repeated,
};
use guanxi_kernel::{
    Action, Ctx, Problem, Result,
    actor::forbidden,
    problem::{INTERNAL, UNKNOWN_REFERENCE},
};
use guanxi_storage::{
    Kind, Meta, Resource, Tx, custom,
    filter::{
        condition::{Ids, Predicate},
        json,
    },
    kind::Parts as _,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};

/// Customers on one stocktake at most.
const MOST: i64 = 10_000;

impl Resource for Stocktake {
    fn kind() -> &'static Kind {
        &STOCKTAKE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => drop(self.input.owner_id.get_or_insert(ctx.actor.user)),
            Some(before) if before.status == StocktakeStatus::Closed => before.open()?,
            Some(_) => {}
        }
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await
    }

    async fn present(records: &mut [Self], _: &mut Tx, _: &Ctx) -> Result<()> {
        for one in records {
            one.accuracy = Some(one.shown_accuracy());
        }
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name| match self.status {
            StocktakeStatus::Open => Verb::open(name, Action::Update),
            StocktakeStatus::Closed => Verb::closed(name, Action::Update, &STOCKTAKE_CLOSED),
        };
        ["update", "check", "close"].map(verb).into()
    }

    fn example() -> Json {
        json!({ "name": "2026 年第一季度基盘盘点", "note": "电话与地址逐一核对。" })
    }
}

/// Snapshots the customers whom the caller may see, who fit the filter and who are among those.
///
/// # Errors
/// `forbidden` without the right to make stocktakes and to read parties; `validation_failed` for a filter
/// that is not understood; `nothing_to_check` for nobody, `too_many_records` for more than 10,000.
pub async fn open(
    tx: &mut Tx,
    ctx: &Ctx,
    wish: &OpenStocktake,
    among: Option<&Ids>,
) -> Result<Shown<Stocktake>> {
    resource::require::<Stocktake>(ctx, Action::Create)?;
    ctx.require(PARTY.plural, Action::Read)?;
    let filter = match wish.filter.as_ref().filter(|filter| !filter.is_null()) {
        Some(filter) => Some(predicate(tx, ctx, filter).await?),
        None => None,
    };
    let chosen = store::Chosen { filter: filter.as_ref(), among };
    let lines = store::number(tx, ctx, &chosen, MOST + 1).await?;
    if lines == 0 {
        return Err(NOTHING_TO_CHECK.problem());
    }
    if lines > MOST {
        return Err(TOO_MANY_RECORDS.with("limit", MOST).with("resource", PARTY.plural));
    }
    let input = StocktakeInput {
        name: wish.name.clone(),
        owner_id: wish.owner_id,
        note: wish.note.clone(),
    };
    let mut stocktake = Stocktake::assemble(Meta::new(ctx), input);
    stocktake.lines = lines;
    let id = stocktake.meta.id;
    let opened = resource::insert(tx, ctx, stocktake, "opened").await?;
    store::fill(tx, ctx, id, &chosen).await?;
    Ok(opened)
}

async fn predicate(tx: &mut Tx, ctx: &Ctx, filter: &Json) -> Result<Predicate> {
    let fields = custom::fields(tx, ctx, &PARTY).await?;
    let refused = |finding| match Problem::collect(vec![finding]) {
        Err(problem) => problem,
        Ok(()) => INTERNAL.problem(),
    };
    let located = json::read(filter, "/filter").map_err(refused)?;
    Predicate::new(&located, &PARTY, &fields, ctx, Vec::new()).map_err(refused)
}

/// The customers on a stocktake, in the order of their ids; a thousand at most, behind one of them, and
/// only those whom nobody has checked if `open` says so.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn lines(
    tx: &mut Tx,
    ctx: &Ctx,
    id: StocktakeId,
    after: Option<parties::PartyId>,
    open: bool,
) -> Result<Vec<StocktakeLine>> {
    resource::load::<Stocktake>(tx, ctx, id.uuid()).await?;
    store::lines(tx, id, after, open).await
}

/// Customers were checked. What is known of those that were confirmed or put right is verified now.
///
/// # Errors
/// `repeated`; `unknown_reference` for somebody who is not on it; `stocktake_closed`; and as any change.
pub async fn check(
    tx: &mut Tx,
    ctx: &Ctx,
    id: StocktakeId,
    wish: &CheckStocktake,
) -> Result<Shown<Stocktake>> {
    let stocktake = resource::load::<Stocktake>(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &STOCKTAKE, Action::Update, id.uuid()).await? {
        return Err(forbidden(STOCKTAKE.plural, Action::Update));
    }
    stocktake.open()?;
    Problem::collect(repeated(&wish.lines, "/lines", |line| line.party_id))?;
    for (at, line) in wish.lines.iter().enumerate() {
        if !store::note(tx, ctx, id, line).await? {
            return Err(UNKNOWN_REFERENCE.at(format!("/lines/{at}/party_id")));
        }
        if line.result != StocktakeResult::Invalid {
            parties::verify(tx, ctx, line.party_id).await?;
        }
    }
    let counts = store::counts(tx, id).await?;
    resource::change(tx, ctx, id.uuid(), "checked", |one: &mut Stocktake| one.count(counts)).await
}

/// A stocktake is done and stays as it is.
///
/// # Errors
/// `stocktake_open_lines` while somebody is to be checked; `stocktake_closed`; and as any change.
pub async fn close(tx: &mut Tx, ctx: &Ctx, id: StocktakeId) -> Result<Shown<Stocktake>> {
    let (now, by) = (ctx.now, ctx.actor.user);
    resource::change(tx, ctx, id.uuid(), "closed", |one: &mut Stocktake| one.close(now, by)).await
}
