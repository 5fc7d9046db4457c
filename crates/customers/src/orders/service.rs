//! Taking orders in: one, many, or those of a file.

use super::{
    ORDER, Order, OrderBatch, OrderBatchInput, OrderId, OrderInput, OrderLine, OrderOutcome,
    OrderStatus, PlaceOrder, PlaceOrders, PlacedOrders,
    lines::{Sums, missing},
    model::NAMED,
    store::{self, Gap, Known, NewLines},
};
use crate::{
    parties::{self, PartyId},
    problems::ORDER_DIFFERS,
    rules::whole_micros,
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Action, Ctx, Currency, FineAmount, Line, Money, Problem, Result, Text,
    ctx::{API, PROGRAM},
    period::business_date,
    preferences::ChannelMode,
    problem::{INTERNAL, OUT_OF_RANGE, Place, REPEATED, UNKNOWN_REFERENCE},
};
use guanxi_storage::{
    Meta, Tx,
    kind::Parts as _,
    resource::{self, Shown},
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Lines of an order at most.
const MOST_LINES: i64 = 5_000;

/// An order that was told, settled as far as itself goes.
pub(super) struct Told {
    pub(super) source: Line<40>,
    pub(super) reference: Line<100>,
    pub(super) party_id: Option<PartyId>,
    pub(super) placed_at: DateTime<Utc>,
    pub(super) currency: Currency,
    pub(super) channel_mode: Option<ChannelMode>,
    pub(super) lines: Vec<OrderLine>,
}

/// What has become of an order that was told.
pub(super) enum Taken {
    /// It is new, or has got more lines of the same file.
    Created(OrderId),
    /// It was there, and has got so many lines that were refused of another file.
    Completed(OrderId, usize),
    /// It was there and says the same.
    Unchanged(OrderId),
}

/// The source of an order, and what it is called there.
pub(super) type Name = (String, String);

impl Told {
    fn of(ctx: &Ctx, order: &PlaceOrder) -> Result<Self> {
        let settle =
            |(at, line): (usize, &super::OrderLineInput)| line.settled(&format!("/lines/{at}"));
        Ok(Self {
            source: order.source.clone(),
            reference: order.reference.clone(),
            party_id: order.party_id,
            placed_at: whole_micros(order.placed_at),
            currency: order.currency.unwrap_or(ctx.settings.currency),
            channel_mode: order.channel_mode,
            lines: order.lines.iter().enumerate().map(settle).collect::<Result<_>>()?,
        })
    }

    fn name(&self) -> (&str, &str) {
        (&*self.source, &*self.reference)
    }

    fn key(&self) -> Name {
        (self.source.to_string(), self.reference.to_string())
    }

    fn differs(&self) -> Problem {
        ORDER_DIFFERS.with("reference", self.reference.to_string())
    }
}

/// The lines of an order that the caller may see.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn lines_of(
    tx: &mut Tx,
    ctx: &Ctx,
    id: Uuid,
) -> Result<(Option<Currency>, Vec<OrderLine>)> {
    let order: Order = resource::load(tx, ctx, id).await?;
    Ok((order.currency, store::of_order(tx, id).await?))
}

/// Takes an order in; whether it is new. The same order told again is the one that is there.
///
/// # Errors
/// `forbidden`; `unknown_reference` for a customer that the caller does not see; `order_differs` if one
/// of that name says something else; `required` or `out_of_range` for a line.
pub async fn place(tx: &mut Tx, ctx: &Ctx, order: PlaceOrder) -> Result<(Shown<Order>, bool)> {
    resource::require_on(ctx, &ORDER, Action::Create)?;
    let told = Told::of(ctx, &order)?;
    let (mut taken, _) = take(tx, ctx, vec![told], None).await?;
    let (id, new) = match taken.pop().ok_or_else(|| INTERNAL.problem())?? {
        Taken::Created(id) | Taken::Completed(id, _) => (id, true),
        Taken::Unchanged(id) => (id, false),
    };
    // Who may tell of orders sees what has become of this one.
    let shown = match resource::get(tx, ctx, id.uuid()).await {
        Ok(shown) => shown,
        Err(_) => resource::get(tx, &ctx.on_behalf(), id.uuid()).await?,
    };
    Ok((shown, new))
}

/// Takes many orders in: what can be is, and each of the others says why not.
///
/// # Errors
/// `forbidden`; those of the store.
pub async fn place_many(tx: &mut Tx, ctx: &Ctx, wish: PlaceOrders) -> Result<PlacedOrders> {
    resource::require_on(ctx, &ORDER, Action::Create)?;
    let mut names = BTreeSet::new();
    let (mut told, mut results) = (Vec::new(), Vec::new());
    for order in &wish.orders {
        let one = match names.insert((&order.source, &order.reference)) {
            true => Told::of(ctx, order),
            false => Err(REPEATED.at("/reference")),
        };
        match one {
            Ok(one) => {
                told.push(one);
                results.push(None);
            }
            Err(problem) => results.push(Some(problem)),
        }
    }
    let (taken, batch) = take(tx, ctx, told, wish.note).await?;
    let mut taken = taken.into_iter();
    let mut outcomes = Vec::with_capacity(results.len());
    for (index, refused) in results.into_iter().enumerate() {
        let taken = match refused {
            Some(problem) => Err(problem),
            None => taken.next().unwrap_or_else(|| Err(INTERNAL.problem())),
        };
        outcomes.push(outcome(index, taken));
    }
    Ok(PlacedOrders { batch, results: outcomes })
}

fn outcome(index: usize, taken: Result<Taken>) -> OrderOutcome {
    let (status, order_id, problem) = match taken {
        Ok(Taken::Created(id) | Taken::Completed(id, _)) => (OrderStatus::Created, Some(id), None),
        Ok(Taken::Unchanged(id)) => (OrderStatus::Unchanged, Some(id), None),
        Err(problem) => (OrderStatus::Refused, None, Some(problem)),
    };
    let problem = problem.map(|problem| problem.under(&format!("/orders/{index}")));
    let finding = problem.as_ref().and_then(|problem| problem.errors().first());
    let code = finding.map(|finding| finding.code.code);
    let pointer = finding.and_then(|finding| match &finding.place {
        Place::Pointer(at) => Some(at.clone()),
        Place::Parameter(_) => None,
    });
    let index = i64::try_from(index).unwrap_or(i64::MAX);
    OrderOutcome { index, status, order_id, code, pointer }
}

/// Takes orders of different names in, with one batch for all that is new; what has become of each. A prospect that
/// buys by one of them is a customer from then on.
///
/// An order that is there already is compared: what a request tells must be all of it, what a file tells
/// may be a part of it. A file goes on with an order that it has begun, since its rows may be apart, and one whose
/// rows were refused in part is completed by a file that has them.
pub(super) async fn take(
    tx: &mut Tx,
    ctx: &Ctx,
    told: Vec<Told>,
    note: Option<Text<1000>>,
) -> Result<(Vec<Result<Taken>>, Option<Shown<OrderBatch>>)> {
    let parties: BTreeSet<PartyId> = told.iter().filter_map(|one| one.party_id).collect();
    let visible = store::visible(tx, ctx, &parties).await?;
    let names: Vec<(&str, &str)> = told.iter().map(Told::name).collect();
    let known = store::known(tx, &names).await?;
    let theirs = there(tx, ctx, &known).await?;
    let gaps = gaps(tx, ctx, &told, &known, &theirs).await?;
    let batch = OrderBatch::assemble(Meta::new(ctx), OrderBatchInput { note });
    let (orders, grown, filled) = (Vec::new(), Vec::new(), Vec::new());
    let mut new = New { ctx, batch, orders, grown, gaps, filled };
    let mut taken = Vec::with_capacity(told.len());
    let mut told: Vec<(Told, Option<i64>)> = told.into_iter().map(|one| (one, None)).collect();
    for (one, behind) in &mut told {
        let outcome = match one.party_id {
            Some(party) if !visible.contains_key(&party) => Err(UNKNOWN_REFERENCE.at("/party_id")),
            _ => match known.get(&one.key()) {
                Some(known) => new.again(one, known, &theirs, behind),
                None => new.first(one, behind),
            },
        };
        taken.push(outcome);
    }
    let mut buyers = new.buyers();
    buyers.retain(|buyer| visible.get(buyer) == Some(&true));
    let batch = new.save(tx, &told, &taken).await?;
    parties::have_bought(tx, ctx, &Vec::from_iter(buyers)).await?;
    Ok((taken, batch))
}

/// The lines of orders that are there, but for those that this work has told of itself.
async fn there(
    tx: &mut Tx,
    ctx: &Ctx,
    known: &BTreeMap<(String, String), Known>,
) -> Result<BTreeMap<OrderId, Vec<OrderLine>>> {
    let others = known.values().filter(|one| !goes_on(ctx, one));
    let ids: Vec<OrderId> = others.map(|one| one.id).collect();
    store::lines(tx, &ids).await
}

/// How many rows were refused of the orders of which a file tells more than they have, by the files that have begun
/// them.
async fn gaps(
    tx: &mut Tx,
    ctx: &Ctx,
    told: &[Told],
    known: &BTreeMap<Name, Known>,
    theirs: &BTreeMap<OrderId, Vec<OrderLine>>,
) -> Result<BTreeMap<Name, i64>> {
    if !from_file(ctx) {
        return Ok(BTreeMap::new());
    }
    let lacks = |one: &&Told| {
        let lines = known.get(&one.key()).and_then(|known| theirs.get(&known.id));
        lines.is_some_and(|lines| !missing(&one.lines, lines).is_empty())
    };
    let names: Vec<(&str, &str)> = told.iter().filter(lacks).map(Told::name).collect();
    let found = store::gaps(tx, &names).await?.into_iter();
    let gap = |gap: Gap| {
        let name = (gap.source, gap.reference);
        let begun = known.get(&name).is_some_and(|known| known.origin == gap.origin);
        begun.then_some((name, gap.refused))
    };
    Ok(found.filter_map(gap).collect())
}

/// Notes that a file has rows of these orders that were refused, so many of each, as far as it has begun them or may
/// still do so.
///
/// # Errors
/// Those of the store.
pub(super) async fn have_refused(
    tx: &mut Tx,
    ctx: &Ctx,
    refused: BTreeMap<Name, i64>,
) -> Result<()> {
    let names: Vec<(&str, &str)> =
        refused.keys().map(|(source, reference)| (source.as_str(), reference.as_str())).collect();
    let known = store::known(tx, &names).await?;
    let ours = |name: &Name| known.get(name).is_none_or(|known| goes_on(ctx, known));
    let refused: Vec<(Name, i64)> = refused.into_iter().filter(|(name, _)| ours(name)).collect();
    store::add_gaps(tx, &ctx.source, &refused).await
}

/// Whether orders come from a file, which may tell of one in several places; a request tells all of it.
fn from_file(ctx: &Ctx) -> bool {
    ctx.source != API && ctx.source != PROGRAM
}

/// Whether the work that tells of an order has begun it.
fn goes_on(ctx: &Ctx, known: &Known) -> bool {
    from_file(ctx) && *known.origin == *ctx.source
}

/// What is new.
struct New<'c> {
    ctx: &'c Ctx,
    batch: OrderBatch,
    orders: Vec<Order>,
    /// Orders that get more lines: how many they have then, and what all come to.
    grown: Vec<(OrderId, i64, Sums, Money)>,
    /// How many rows of orders that are there were refused of the files that have begun them.
    gaps: BTreeMap<Name, i64>,
    /// Those of which some have come now, and how many are left.
    filled: Vec<(Name, i64)>,
}

impl New<'_> {
    fn first(&mut self, told: &Told, behind: &mut Option<i64>) -> Result<Taken> {
        let ctx = self.ctx;
        let sums = Sums::default().and(&told.lines)?;
        let input = OrderInput {
            source: told.source.clone(),
            reference: told.reference.clone(),
            party_id: told.party_id,
            placed_at: told.placed_at,
        };
        let mut order = Order::assemble(Meta::new(ctx), input);
        order.owner_id = Some(ctx.actor.user);
        order.batch_id = Some(self.batch.meta.id);
        order.placed_on = business_date(told.placed_at, ctx.settings.time_zone);
        order.currency = Some(told.currency);
        order.net = Some(net(sums, told.currency)?);
        order.lines = counted(told.lines.len())?;
        order.channel_mode = told.channel_mode.or(ctx.settings.preferences.channel_mode);
        (order.bought_steps, order.returned_steps) = (sums.bought, sums.returned);
        (order.cost_steps, order.origin) = (sums.cost, ctx.source.to_string());
        let id = order.meta.id;
        self.orders.push(order);
        *behind = Some(0);
        Ok(Taken::Created(id))
    }

    fn again(
        &mut self,
        told: &mut Told,
        known: &Known,
        theirs: &BTreeMap<OrderId, Vec<OrderLine>>,
        behind: &mut Option<i64>,
    ) -> Result<Taken> {
        if told.party_id != known.party_id || known.currency != Some(told.currency) {
            return Err(told.differs());
        }
        if goes_on(self.ctx, known) {
            self.grow(told, known, behind)?;
            return Ok(Taken::Created(known.id));
        }
        let theirs = theirs.get(&known.id).map(Vec::as_slice).unwrap_or_default();
        let whole = from_file(self.ctx)
            || (told.lines.len() == theirs.len() && told.placed_at == known.placed_at);
        if !whole {
            return Err(told.differs());
        }
        let more = missing(&told.lines, theirs);
        if more.is_empty() {
            return Ok(Taken::Unchanged(known.id));
        }
        let (count, name) = (more.len(), told.key());
        let refused = self.gaps.get(&name).copied().unwrap_or_default();
        let left = refused - counted(count)?;
        if left < 0 {
            return Err(told.differs());
        }
        told.lines = more;
        self.grow(told, known, behind)?;
        self.filled.push((name, left));
        Ok(Taken::Completed(known.id, count))
    }

    /// Adds lines to an order that is there.
    fn grow(&mut self, told: &Told, known: &Known, behind: &mut Option<i64>) -> Result<()> {
        let lines = counted(told.lines.len())? + known.lines;
        if lines > MOST_LINES {
            return Err(OUT_OF_RANGE.at("/lines").with("expected", MOST_LINES.to_string()));
        }
        let sums = known.sums().and(&told.lines)?;
        self.grown.push((known.id, lines, sums, net(sums, told.currency)?));
        *behind = Some(known.lines);
        Ok(())
    }

    /// Who buys something by it.
    fn buyers(&self) -> BTreeSet<PartyId> {
        let bought = self.orders.iter().filter(|order| order.bought_steps > 0);
        bought.filter_map(|order| order.input.party_id).collect()
    }

    /// Writes the batch with its event, the orders and the lines; nothing if nothing is new.
    async fn save(
        self,
        tx: &mut Tx,
        told: &[(Told, Option<i64>)],
        taken: &[Result<Taken>],
    ) -> Result<Option<Shown<OrderBatch>>> {
        let Self { ctx, mut batch, orders, grown, filled, .. } = self;
        if orders.is_empty() && grown.is_empty() {
            return Ok(None);
        }
        let mut lines = Vec::new();
        for ((told, behind), taken) in told.iter().zip(taken) {
            if let (Some(behind), Ok(Taken::Created(order) | Taken::Completed(order, _))) =
                (behind, taken)
            {
                lines.push(NewLines { order: *order, behind: *behind, lines: &told.lines });
            }
        }
        batch.owner_id = Some(ctx.actor.user);
        batch.orders = counted(orders.len())?;
        batch.lines = counted(lines.iter().map(|new| new.lines.len()).sum())?;
        let parties: BTreeSet<PartyId> =
            orders.iter().filter_map(|order| order.input.party_id).collect();
        if parties.len() <= NAMED {
            batch.party_ids = parties.into_iter().collect();
        }
        // Whoever may tell of orders may have them kept together.
        let shown = resource::insert(tx, &ctx.on_behalf(), batch, "created").await?;
        store::append(tx, &orders, &lines).await?;
        for (order, lines, sums, net) in grown {
            store::update_sums(tx, ctx, order, lines, sums, net).await?;
        }
        for (name, left) in &filled {
            store::fill_gap(tx, name, *left).await?;
        }
        Ok(Some(shown))
    }
}

fn net(sums: Sums, currency: Currency) -> Result<Money> {
    let refuse = |_| -> Problem { OUT_OF_RANGE.at("/lines") };
    FineAmount::sum_to_money(sums.net(), currency).map_err(refuse)
}

fn counted(count: usize) -> Result<i64> {
    i64::try_from(count).map_err(|error| INTERNAL.problem().because(error))
}
