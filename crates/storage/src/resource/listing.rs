//! Pages of the records that the caller may see.

use super::{
    reading::{from, select},
    rights::{Rights, reach_of, require},
    showing::{Page, show_presented},
};
use crate::{
    Cells, Kind, Resource, Sql, Tx, count,
    custom::query::{Order, Part},
    list::{ListQuery, write_key},
    scope,
};
use guanxi_derive::boxed;
use guanxi_kernel::{Action, Ctx, Reach, Result, actor::forbidden, scalar::Type};
use serde_json::Value as Json;
use std::iter;

/// A page of the records that the caller may see.
///
/// # Errors
/// `forbidden`, `bad_cursor`.
pub async fn list<R: Resource>(tx: &mut Tx, ctx: &Ctx, query: &ListQuery) -> Result<Page<R>> {
    page(tx, ctx, query, None).await
}

/// A page of the records that the caller may see and do `action` to besides.
///
/// # Errors
/// As [`list()`]; `forbidden` without the right to that.
pub async fn list_for<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    query: &ListQuery,
    action: Action,
) -> Result<Page<R>> {
    require::<R>(ctx, action)?;
    page(tx, ctx, query, Some((action, reach_of(ctx, R::kind(), action)))).await
}

#[boxed]
async fn page<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    query: &ListQuery,
    also: Option<(Action, Reach)>,
) -> Result<Page<R>> {
    let kind = R::kind();
    let reach = ctx.require(kind.plural, Action::Read)?;
    let narrows = |(action, also): &(Action, Reach)| {
        let kept = kind.kept_from.is_some() && *action == Action::Export;
        kept || (!also.all && (*also != reach || kind.reads_further(*action)))
    };
    let also = also.filter(narrows);
    if query.include_deleted && reach_of(ctx, kind, Action::Delete).is_nothing() {
        return Err(forbidden(kind.plural, Action::Delete));
    }
    let reaches: Vec<(Action, Reach)> = iter::once((Action::Read, reach)).chain(also).collect();
    let mut rows = match query.order(ctx)? {
        Some((order, part)) => {
            let list = InOrder { kind, reaches: &reaches, query, order };
            list.rows::<R>(tx, ctx, part).await?
        }
        None => rows::<R>(tx, ctx, kind, &reaches, query).await?,
    };
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more);
    let next = last.map(|(record, _, keys)| query.next(ctx, keys, record.meta().id.uuid()));
    let counted = match reaches.as_slice() {
        [(_, reach)] => Some(reach),
        // Few are kept from a caller, and whoever asks for these is refused before.
        [(_, reach), (action, also)] if !kind.reads_further(*action) => {
            Some(reach).filter(|reach| also.all || also == *reach)
        }
        // A count would need both reaches; whoever narrows a list like this can do without it.
        _ => None,
    };
    let total = match counted {
        Some(reach) => count::total(tx, ctx, kind, reach, query, (rows.len(), more)).await?,
        None => None,
    };
    let (mut records, rights): (Vec<R>, Vec<Rights>) =
        rows.into_iter().map(|(record, rights, _)| (record, rights)).unzip();
    R::present(&mut records, tx, ctx).await?;
    let mut data = Vec::with_capacity(records.len());
    for (record, rights) in records.into_iter().zip(rights) {
        data.push(show_presented(tx, ctx, record, rights).await?);
    }
    Ok(Page { total, data, next })
}

/// A record of a list, the rights on it, and what the cursor behind it says.
type ListRow<R> = (R, Rights, Vec<Json>);

#[boxed]
async fn rows<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    reaches: &[(Action, Reach)],
    query: &ListQuery,
) -> Result<Vec<ListRow<R>>> {
    let (mut sql, known) = select(ctx, kind);
    for (column, _) in query.sort_columns() {
        sql.push(", t.").push(column);
    }
    from(&mut sql, kind);
    within_all(&mut sql, kind, reaches, ctx);
    query.narrow(&mut sql, kind);
    query.page(&mut sql, ctx)?;
    let sort: Vec<Type> = query.sort_columns().map(|(_, kind)| kind).collect();
    let read = |record: R, cells: &mut Cells<'_>| {
        let rights = known.read(cells)?;
        let keys =
            sort.iter().map(|kind| write_key(*kind, cells)).collect::<Result<Vec<Json>, _>>()?;
        Ok((record, rights, keys))
    };
    tx.records(sql, read).await
}

/// A list in the order of a field of the tenant.
struct InOrder<'a> {
    kind: &'static Kind,
    reaches: &'a [(Action, Reach)],
    query: &'a ListQuery,
    order: &'a Order,
}

impl InOrder<'_> {
    /// One more record than the page has, if there are as many: those with a value first.
    async fn rows<R: Resource>(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        part: Part,
    ) -> Result<Vec<ListRow<R>>> {
        let wanted = self.query.limit + 1;
        let valued = matches!(part, Part::Valued(_));
        let mut rows = self.part::<R>(tx, ctx, &part, wanted).await?;
        let missing = wanted.saturating_sub(u64::try_from(rows.len()).unwrap_or(wanted));
        if valued && missing > 0 {
            rows.extend(self.part::<R>(tx, ctx, &Part::Unvalued(None), missing).await?);
        }
        Ok(rows)
    }

    async fn part<R: Resource>(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        part: &Part,
        limit: u64,
    ) -> Result<Vec<ListRow<R>>> {
        let (mut sql, known) = select(ctx, self.kind);
        self.order.from(&mut sql, self.kind, part);
        within_all(&mut sql, self.kind, self.reaches, ctx);
        self.query.narrow(&mut sql, self.kind);
        self.order.page(&mut sql, part, limit);
        let read = |record: R, cells: &mut Cells<'_>| {
            let rights = known.read(cells)?;
            let key = match part {
                Part::Valued(_) => cells.next::<String>()?.into(),
                Part::Unvalued(_) => Json::Null,
            };
            Ok((record, rights, vec![key]))
        };
        tx.records(sql, read).await
    }
}

/// The condition that a record is within every one of these.
fn within_all(sql: &mut Sql, kind: &Kind, reaches: &[(Action, Reach)], ctx: &Ctx) {
    for (at, (action, reach)) in reaches.iter().enumerate() {
        sql.push(if at == 0 { "" } else { " AND " });
        scope::within_to(sql, kind, *action, reach, ctx.actor.user);
        if let Some(column) = kind.kept_from.filter(|_| *action == Action::Export) {
            sql.push(" AND (t.").push(column).push(" IS NULL OR t.").push(column).push(" <> ");
            sql.bind(ctx.actor.user).push(")");
        }
    }
}

/// How many records of a list, as far as the caller may see them, are kept from exports of theirs.
///
/// # Errors
/// `forbidden` without the right to read them.
pub async fn kept_from(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    query: &ListQuery,
) -> Result<i64> {
    let Some(column) = kind.kept_from else { return Ok(0) };
    let reach = ctx.require(kind.plural, Action::Read)?;
    let mut sql = Sql::new("SELECT COUNT(*)");
    from(&mut sql, kind);
    scope::within(&mut sql, kind, &reach, ctx.actor.user);
    sql.push(" AND t.").push(column).push(" = ").bind(ctx.actor.user);
    query.narrow(&mut sql, kind);
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}
