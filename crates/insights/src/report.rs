//! The one trait of reports, and the one way in which all of them are made.
//!
//! Route, parameters, rights, field rights, JSON, CSV, chart, hash and the OpenAPI operation come from the
//! definition. The hash leaves labels out and knows no order: renaming a stage changes no figure of the
//! past. Price: a member of a row is named twice, in the row and as a column, and a test holds them
//! together.

use crate::{
    Answer, Asked, Definition,
    target_lists::{self, Counted},
};
use guanxi_kernel::{Action, Ctx, Reach, Result, actor::forbidden};
use guanxi_storage::{Tx, custom};
use serde::Serialize;
use std::{collections::BTreeSet, future::Future};
use utoipa::ToSchema;

/// What a report came to.
pub struct Made<R: Report> {
    /// Its rows, in the order in which people read them.
    pub rows: Vec<R::Row>,
    /// What goes over all of them.
    pub totals: R::Totals,
}

/// A report.
pub trait Report: Sized + 'static {
    /// A row; its members are the columns of the definition.
    type Row: Serialize + ToSchema;
    /// What goes over all rows.
    type Totals: Serialize + ToSchema;

    /// The report as data.
    fn definition() -> &'static Definition;

    /// Works it out. The rights were required; rows must be within [`reach`].
    ///
    /// # Errors
    /// `bad_parameter`, `no_exchange_rate`, those of the store.
    fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> impl Future<Output = Result<Made<Self>>>;

    /// Whom it counts, record by record in the order of its rows; nothing where it counts none who could be named. The
    /// rights were required. By itself these are the parties of the rows that are shown, if rows name any.
    ///
    /// # Errors
    /// As [`Report::make`].
    fn counted(
        tx: &mut Tx,
        ctx: &Ctx,
        asked: &mut Asked,
    ) -> impl Future<Output = Result<Option<Vec<Counted>>>> {
        target_lists::of_rows::<Self>(tx, ctx, asked)
    }

    /// What it may come to, for the document.
    fn example() -> Made<Self>;
}

/// Which records of the first resource of a report the caller may see.
pub fn reach(ctx: &Ctx, definition: &Definition) -> Reach {
    definition.reads.first().map(|kind| ctx.reach(kind.plural, Action::Read)).unwrap_or_default()
}

/// Refuses whoever may not read what a report is about.
///
/// # Errors
/// `forbidden`.
pub fn require(ctx: &Ctx, definition: &Definition) -> Result<()> {
    for kind in definition.reads {
        ctx.require(kind.plural, Action::Read)?;
    }
    Ok(())
}

/// Makes a report for a query.
///
/// # Errors
/// `forbidden`, `unknown_parameter`, `repeated_parameter`, `bad_parameter`, those of the report.
pub async fn make<R: Report>(tx: &mut Tx, ctx: &Ctx, pairs: &[(String, String)]) -> Result<Answer> {
    let (asked, made) = figures::<R>(tx, ctx, pairs).await?;
    Answer::of::<R>(&asked, ctx.language, &made)
}

/// Works a report out for a query, for what rests on its figures: with the rights that it wants.
///
/// # Errors
/// As [`make`].
pub async fn figures<R: Report>(
    tx: &mut Tx,
    ctx: &Ctx,
    pairs: &[(String, String)],
) -> Result<(Asked, Made<R>)> {
    let mut asked = ask(tx, ctx, R::definition(), pairs).await?;
    let made = R::make(tx, ctx, &mut asked).await?;
    Ok((asked, made))
}

/// The question that a query asks of a report, for whoever may ask it.
///
/// # Errors
/// `forbidden`, `unknown_parameter`, `repeated_parameter`, `bad_parameter`.
pub(crate) async fn ask(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &'static Definition,
    pairs: &[(String, String)],
) -> Result<Asked> {
    require(ctx, definition)?;
    let hidden = hidden(tx, ctx, definition).await?;
    if definition.needs.iter().any(|field| hidden.contains(*field)) {
        return Err(forbidden(plural_of(definition), Action::Read));
    }
    Asked::read(definition, ctx, pairs, hidden)
}

/// What a report is about.
pub(crate) fn plural_of(definition: &Definition) -> &'static str {
    definition.reads.first().map_or("reports", |kind| kind.plural)
}

/// The fields that the report rests on and the caller may not see.
async fn hidden(tx: &mut Tx, ctx: &Ctx, definition: &Definition) -> Result<BTreeSet<String>> {
    let Some(kind) = definition.reads.first() else { return Ok(BTreeSet::new()) };
    let fields = custom::fields(tx, ctx, kind).await?;
    let resting = definition.rests_on.iter().map(|(field, _)| *field);
    let named = definition.parameters.iter().filter_map(|one| one.field);
    let all = resting.chain(named).chain(definition.needs.iter().copied());
    Ok(all.filter(|field| fields.hides(field)).map(str::to_owned).collect())
}
