//! How all customers are placed: page by page, each page in a transaction of its own, and as all of them were at
//! the one instant at which the walk has begun.
//!
//! First what each customer has bought is kept beside it; then what all of them make says where the classes begin;
//! then whoever is in another cell than before moves. A walk that was interrupted goes on where it was.

use super::{
    moves::{self, Mover},
    store::{self, Page, WALKS},
};
use crate::{
    rules::{next_day, today},
    value::{ClassLimits, LifeCyclePhase},
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Ctx, Result, UserId, period::business_date};
use guanxi_storage::Tx;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Parties that one step looks at.
const PAGE: usize = 500;

/// Customers that one step places: each that moves is several records.
const MOVES: usize = 100;

/// How old a company is before its customers are placed without a word about any cell: on its first day nobody can
/// have moved.
const SETTLED: TimeDelta = TimeDelta::days(1);

/// What a walk does, in this order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    /// What customers have bought is kept.
    #[default]
    Figures,
    /// Where the classes begin.
    Limits,
    /// Whoever is in another cell moves.
    Moves,
    /// Who is no customer any more has left.
    Stale,
}

/// How far a walk has come.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Progress {
    /// The instant that it tells of; none between two walks.
    as_of: Option<DateTime<Utc>>,
    /// Whether it is the first one, in which nobody has moved.
    first: bool,
    stage: Stage,
    /// The last party that was looked at.
    after: Option<Uuid>,
    /// Where the two upper classes begin.
    limits: Option<(i64, i64)>,
}

impl Progress {
    /// That of the first walk of a company, which tells of the instant at which it has said something.
    pub(super) fn beginning(as_of: DateTime<Utc>) -> Self {
        Self { as_of: Some(as_of), first: true, ..Self::default() }
    }
}

/// What a customer has bought, as far as it is placed by it.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// The customer.
    pub party: Uuid,
    /// The phase in which it is.
    pub phase: LifeCyclePhase,
    /// What the last twelve months of the calendar came to, in steps of a ten-thousandth of the major unit.
    pub year: i128,
}

/// A walk that is under way.
#[derive(Debug)]
pub struct Walk {
    /// The instant that it tells of.
    pub as_of: DateTime<Utc>,
    due_at: DateTime<Utc>,
    progress: Progress,
}

/// What is due; see [`guanxi_workflow::chores::DueNow`]. The first walk of a company is due once somebody has bought.
///
/// # Errors
/// Those of the store.
pub async fn due(tx: &mut Tx, now: DateTime<Utc>, most: i64) -> Result<Vec<(Uuid, UserId)>> {
    let due = WALKS.due(tx, now, most).await?;
    match due.is_empty() {
        true => store::unplaced(tx, now - SETTLED).await,
        false => Ok(due),
    }
}

/// A walk that was refused waits until then.
///
/// # Errors
/// Those of the store.
pub async fn put_off(tx: &mut Tx, to: DateTime<Utc>) -> Result<()> {
    store::wait(tx, to).await
}

impl Walk {
    /// The walk that is due now, if one is; that of a company without any begins.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn due(tx: &mut Tx, ctx: &Ctx) -> Result<Option<Self>> {
        let found = WALKS.progress::<Progress>(tx).await?;
        if found.is_none() {
            store::walk_from(tx, ctx.actor.user, ctx.now).await?;
        }
        let (due_at, progress) = found.unwrap_or_else(|| (ctx.now, Progress::beginning(ctx.now)));
        if due_at > ctx.now {
            return Ok(None);
        }
        Ok(Some(Self { as_of: progress.as_of.unwrap_or(ctx.now), due_at, progress }))
    }

    /// The next page of parties whose purchases are wanted, with those who may be customers without any; nothing
    /// once all were told.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn page(&self, tx: &mut Tx) -> Result<Option<(Page, Vec<(Uuid, bool)>)>> {
        if self.progress.stage != Stage::Figures {
            return Ok(None);
        }
        let after = self.progress.after;
        let parties = store::parties(tx, after, self.as_of, count(PAGE)).await?;
        let full = parties.len() == PAGE;
        let last = parties.last().map(|(id, _)| *id).filter(|_| full);
        Ok(Some((Page { after, last }, parties)))
    }

    /// Keeps what was found of the customers of a page.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn keep(mut self, tx: &mut Tx, page: Page, figures: &[Figure]) -> Result<()> {
        let steps = |year: i128| i64::try_from(year).unwrap_or(i64::MAX);
        let rows: Vec<_> =
            figures.iter().map(|one| (one.party, one.phase, steps(one.year))).collect();
        store::keep(tx, page, &rows).await?;
        self.progress.after = page.last;
        if page.last.is_none() {
            self.progress.stage = Stage::Limits;
        }
        self.go_on(tx).await
    }

    /// Does a step of the rest. `ctx` has all rights.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn step(mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        match self.progress.stage {
            Stage::Figures => Ok(()),
            Stage::Limits => {
                let amounts = store::amounts(tx).await?;
                let limits = ClassLimits::of(amounts.into_iter().map(i128::from));
                let whole = |limit: i128| i64::try_from(limit).unwrap_or(i64::MAX);
                self.progress.limits = Some((whole(limits.high), whole(limits.medium)));
                self.progress.stage = Stage::Moves;
                self.go_on(tx).await
            }
            Stage::Moves => {
                let last = self.place(tx, ctx).await?;
                self.progress.after = last;
                if last.is_none() {
                    self.progress.stage = Stage::Stale;
                }
                self.go_on(tx).await
            }
            Stage::Stale => {
                let stale = store::stale(tx, count(MOVES)).await?;
                for id in &stale {
                    moves::leave(tx, ctx, *id, self.day(ctx)).await?;
                }
                match stale.len() == MOVES {
                    true => self.go_on(tx).await,
                    false => self.end(tx, ctx).await,
                }
            }
        }
    }

    /// The business day that it tells of.
    fn day(&self, ctx: &Ctx) -> chrono::NaiveDate {
        business_date(self.as_of, ctx.settings.time_zone)
    }

    /// Moves the customers of a page who are in another cell; the last one, if there may be more.
    async fn place(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Option<Uuid>> {
        let page = store::placed(tx, self.progress.after, count(MOVES)).await?;
        let (high, medium) = self.progress.limits.unwrap_or((i64::MAX, i64::MAX));
        let limits = ClassLimits { high: high.into(), medium: medium.into() };
        let cells = store::cells(tx).await?;
        let mover = Mover { cells, day: self.day(ctx), first: self.progress.first };
        for one in &page {
            let cell = (limits.class(one.year_steps.into()), one.phase);
            if one.entry_class.zip(one.entry_phase) != Some(cell) {
                mover.enter(tx, ctx, one, cell).await?;
            }
        }
        let full = page.len() == MOVES;
        Ok(page.last().map(|one| one.party_id.uuid()).filter(|_| full))
    }

    /// The rest is for another transaction.
    async fn go_on(self, tx: &mut Tx) -> Result<()> {
        let progress = Progress { as_of: Some(self.as_of), ..self.progress };
        WALKS.go_on(tx, self.due_at, progress).await
    }

    /// All are placed. Behind the first walk, which tells of an instant that is past, the next one follows at
    /// once, otherwise on the next day.
    async fn end(self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let next = match self.progress.first {
            true => ctx.now,
            false => next_day(ctx, today(ctx)),
        };
        WALKS.go_on(tx, next, Progress::default()).await
    }
}

fn count(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}
