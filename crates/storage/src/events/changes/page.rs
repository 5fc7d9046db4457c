//! Reads one page of the feed: a sweep if one is under way or due, then events.

use super::{ChangeItem, ChangeOp, ChangeReason, ChangesQuery, Place, Sweep, View};
use crate::{
    Kind, Sql, Tx, Visibility,
    attached::{self, is_about},
    events::HeldBy,
    resource::Copy,
};
use guanxi_kernel::{Ctx, Result};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Positions that one page looks at, however few of them concern the caller.
const WINDOW: i64 = 20_000;

pub(super) struct Reader<'a> {
    ctx: &'a Ctx,
    all: &'a [&'static Kind],
    query: &'a ChangesQuery,
    /// What the caller's copy was made under.
    held: View,
    now: View,
    end: i64,
    data: Vec<ChangeItem>,
    more: bool,
}

/// An event as far as the feed needs it.
#[derive(sqlx::FromRow)]
struct Told {
    position: i64,
    subject_type: String,
    subject_id: Uuid,
    kind: String,
    holders_before: Option<sqlx::types::Json<Vec<Uuid>>>,
    holders_after: Option<sqlx::types::Json<Vec<Uuid>>>,
}

impl Told {
    fn before(&self) -> HeldBy {
        self.holders_before.as_ref().map(|holders| holders.0.clone())
    }

    fn moved(&self) -> bool {
        let set = |holders: &Option<sqlx::types::Json<Vec<Uuid>>>| {
            holders.as_ref().map(|holders| holders.iter().copied().collect::<BTreeSet<Uuid>>())
        };
        set(&self.holders_before) != set(&self.holders_after)
    }

    fn verb(&self) -> Option<&str> {
        self.kind.rsplit_once('.').map(|(_, verb)| verb)
    }

    /// Whether it takes what belongs to its subject to other holders too. To a record that is new nothing
    /// belongs yet, and what comes has events of its own.
    fn takes_along(&self) -> bool {
        self.moved() && self.verb() != Some("created")
    }

    fn reason(&self) -> ChangeReason {
        match self.verb() {
            Some("deleted") => ChangeReason::Deleted,
            Some("merged") => ChangeReason::MergedInto,
            _ => ChangeReason::AccessLost,
        }
    }
}

/// A record that belongs to the subject of an event.
#[derive(sqlx::FromRow)]
struct Child {
    id: Uuid,
    owner_id: Option<Uuid>,
    /// What it belongs to, if by that it is seen; empty otherwise.
    parent_type: String,
    deleted: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        ctx: &'a Ctx,
        all: &'a [&'static Kind],
        query: &'a ChangesQuery,
        held: View,
        now: View,
        end: i64,
    ) -> Self {
        Self { ctx, all, query, held, now, end, data: Vec::new(), more: false }
    }

    pub(super) fn finish(self) -> (Vec<ChangeItem>, bool) {
        (self.data, self.more)
    }

    /// Fills the page from `place` on; where it ends.
    pub(super) async fn run(&mut self, tx: &mut Tx, mut place: Place) -> Result<Place> {
        let due = place.sweep.is_none() && place.view != self.now.digest();
        if let (true, Some(first)) = (due, self.query.kinds.first()) {
            let (to, kind) = (self.now.digest(), first.name.to_owned());
            place.sweep = Some(Sweep { to, kind, after: None });
        }
        if place.sweep.is_some() {
            place = self.sweep(tx, place).await?;
            if place.sweep.is_some() {
                self.more = true;
                return Ok(place);
            }
        }
        if self.room() > 0 { self.events(tx, place).await } else { self.look_on(place) }
    }

    fn room(&self) -> usize {
        self.query.limit.saturating_sub(self.data.len())
    }

    fn look_on(&mut self, place: Place) -> Result<Place> {
        self.more = place.position < self.end || place.child.is_some();
        Ok(place)
    }

    /// Tells the records on which the held view and that of the sweep differ, as far as there is room.
    async fn sweep(&mut self, tx: &mut Tx, mut place: Place) -> Result<Place> {
        let Some(mut sweep) = place.sweep.take() else { return Ok(place) };
        // Where rights have changed since the sweep began, its view is not that of now; the next
        // sweep makes up for the difference.
        let to = match sweep.to == self.now.digest() {
            true => self.now.clone(),
            false => View::kept(tx, &sweep.to).await?.unwrap_or_default(),
        };
        let kinds = &self.query.kinds;
        let from = kinds.iter().position(|kind| kind.name == sweep.kind).unwrap_or(0);
        for kind in kinds.iter().skip(from).copied() {
            if sweep.kind != kind.name {
                (sweep.kind, sweep.after) = (kind.name.to_owned(), None);
            }
            while !self.held.agrees(&to, kind) {
                if self.room() == 0 {
                    place.sweep = Some(sweep);
                    return Ok(place);
                }
                match self.sweep_some(tx, kind, &to, sweep.after).await? {
                    Some(last) => sweep.after = Some(last),
                    None => break,
                }
            }
        }
        place.view = sweep.to;
        self.held = to;
        Ok(place)
    }

    /// Tells some records of a kind behind `after`; the last of them, `None` if there was none.
    async fn sweep_some(
        &mut self,
        tx: &mut Tx,
        kind: &'static Kind,
        to: &View,
        after: Option<Uuid>,
    ) -> Result<Option<Uuid>> {
        let mut sql = Sql::new("SELECT t.id, ");
        self.held.condition(&mut sql, kind);
        sql.push(" AS held FROM ").push(kind.table).push(" t WHERE t.tenant_id = $1");
        sql.push(" AND t.deleted_at IS NULL AND ((");
        self.held.condition(&mut sql, kind);
        // Where other members are shown, every record is another one.
        sql.push(if self.held.shows_alike(to, kind) { ") <> (" } else { ") OR (" });
        to.condition(&mut sql, kind);
        sql.push("))");
        if let Some(after) = after {
            sql.push(" AND t.id > ").bind(after);
        }
        sql.push(" ORDER BY t.id LIMIT ").bind(size(self.room()));
        let rows: Vec<(Uuid, bool)> = tx.all(sql).await?;
        let ids: Vec<Uuid> = rows.iter().map(|(id, _)| *id).collect();
        let mut now = self.load(tx, kind, &ids).await?;
        for (id, held) in &rows {
            match now.remove(id) {
                Some(record) => self.data.push(upsert(kind, record)),
                None if *held => self.data.push(remove(kind, *id, ChangeReason::AccessLost)),
                None => {}
            }
        }
        Ok(ids.last().copied())
    }

    async fn load(
        &self,
        tx: &mut Tx,
        kind: &'static Kind,
        ids: &[Uuid],
    ) -> Result<BTreeMap<Uuid, Copy>> {
        let copies = (kind.operations.copies)(tx, self.ctx, ids).await?;
        Ok(copies.into_iter().map(|copy| (copy.id, copy)).collect())
    }

    /// Tells the events behind `place`, as far as there is room.
    async fn events(&mut self, tx: &mut Tx, mut place: Place) -> Result<Place> {
        let end = self.end.min(place.position.saturating_add(WINDOW));
        let events = self.read(tx, place.position, end).await?;
        let full = events.len() >= self.room();
        let mut records = self.records(tx, &events).await?;
        let mut last: BTreeMap<(&str, Uuid), usize> = BTreeMap::new();
        let mut held: BTreeSet<(&str, Uuid)> = BTreeSet::new();
        let attached = self.attached(tx, &events).await?;
        let parts = self.parts(tx, &events).await?;
        let families = self.families(tx, &events).await?;
        for (at, event) in events.iter().enumerate() {
            last.insert((&event.subject_type, event.subject_id), at);
            let kind = self.kind(&event.subject_type);
            let kind = attached.get(&event.subject_id).copied().or(kind);
            let part = parts.get(&event.subject_id).map(String::as_str);
            if kind.is_some_and(|kind| self.held.shows(kind, &event.before(), part)) {
                held.insert((&event.subject_type, event.subject_id));
            }
        }
        for (at, event) in events.iter().enumerate() {
            let subject = (event.subject_type.as_str(), event.subject_id);
            let continued = place.child.take();
            if let (None, Some(kind)) = (&continued, self.wanted(subject.0))
                && last.get(&subject) == Some(&at)
            {
                match records.remove(&subject) {
                    Some(record) => self.data.push(upsert(kind, record)),
                    None if held.contains(&subject) => {
                        self.data.push(remove(kind, subject.1, event.reason()));
                    }
                    None => {}
                }
            }
            if let Some(child) = self.children(tx, event, &families, continued).await? {
                place.position = event.position - 1;
                place.child = Some(child);
                self.more = true;
                return Ok(place);
            }
            place.position = event.position;
        }
        if !full {
            place.position = end;
        }
        self.look_on(place)
    }

    /// What the subjects belong to that have no rights of their own.
    async fn attached(
        &self,
        tx: &mut Tx,
        events: &[Told],
    ) -> Result<BTreeMap<Uuid, &'static Kind>> {
        let mut found = BTreeMap::new();
        for kind in self.all.iter().copied().filter(|kind| kind.with_parent) {
            let of_kind = events.iter().filter(|event| event.subject_type == kind.name);
            let ids: BTreeSet<Uuid> = of_kind.map(|event| event.subject_id).collect();
            found.extend(attached::parents_of(tx, kind, ids).await?);
        }
        Ok(found)
    }

    /// The parts of their kinds that the subjects are of, or what they belong to, as far as it matters.
    async fn parts(&self, tx: &mut Tx, events: &[Told]) -> Result<BTreeMap<Uuid, String>> {
        let mut found = BTreeMap::new();
        for kind in self.all.iter().copied().filter(|kind| self.held.tells_apart(kind)) {
            let Some(column) = kind.parts else { continue };
            let ids = |name: &str| -> BTreeSet<Uuid> {
                let of_kind = events.iter().filter(|event| event.subject_type == name);
                of_kind.map(|event| event.subject_id).collect()
            };
            let below = self.all.iter().filter(|below| below.with_parent).copied();
            for below in below {
                let mut sql = Sql::new("SELECT t.id, p.");
                sql.push(column).push(" FROM ").push(below.table).push(" t JOIN ");
                sql.push(kind.table).push(" p ON p.tenant_id = t.tenant_id AND p.id = t.parent_id");
                sql.push(" WHERE t.tenant_id = $1 AND t.id IN ").bind_all(ids(below.name));
                found.extend(tx.all::<(Uuid, String)>(sql).await?);
            }
            let mut sql = Sql::new("SELECT t.id, t.");
            sql.push(column).push(" FROM ").push(kind.table);
            sql.push(" t WHERE t.tenant_id = $1 AND t.id IN ").bind_all(ids(kind.name));
            found.extend(tx.all::<(Uuid, String)>(sql).await?);
        }
        Ok(found)
    }

    /// The kind of that name, wanted or not.
    fn kind(&self, name: &str) -> Option<&'static Kind> {
        self.all.iter().copied().find(|kind| kind.name == name)
    }

    fn wanted(&self, name: &str) -> Option<&'static Kind> {
        self.query.kinds.iter().copied().find(|kind| kind.name == name)
    }

    /// The events of the kinds that are wanted, and of those that they belong to.
    async fn read(&self, tx: &mut Tx, after: i64, end: i64) -> Result<Vec<Told>> {
        let wanted = self.query.kinds.iter().copied();
        let wanted: Vec<&'static Kind> =
            wanted.flat_map(|kind| [kind].into_iter().chain((kind.parents)())).collect();
        let parents: BTreeSet<&str> = wanted.iter().filter_map(|kind| parent_table(kind)).collect();
        let subjects = wanted.iter().flat_map(|kind| (kind.about)());
        let names: BTreeSet<&str> =
            wanted.iter().copied().chain(subjects).map(|kind| kind.name).collect();
        let kinds = self
            .all
            .iter()
            .filter(|kind| parents.contains(kind.table) || names.contains(kind.name));
        let mut sql = Sql::new(
            "SELECT c.position, e.subject_type, e.subject_id, e.kind, e.holders_before, e.holders_after
             FROM event_chain c JOIN events e ON e.tenant_id = c.tenant_id AND e.seq = c.seq
             WHERE c.tenant_id = $1 AND c.position > ",
        );
        sql.bind(after).push(" AND c.position <= ").bind(end).push(" AND e.subject_type IN ");
        sql.bind_all(kinds.map(|kind| kind.name));
        sql.push(" ORDER BY c.position LIMIT ").bind(size(self.room()));
        tx.all(sql).await
    }

    /// The subjects of the events as they are now, as far as the caller may see them.
    async fn records<'e>(
        &self,
        tx: &mut Tx,
        events: &'e [Told],
    ) -> Result<BTreeMap<(&'e str, Uuid), Copy>> {
        let mut subjects: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
        for event in events {
            subjects.entry(&event.subject_type).or_default().insert(event.subject_id);
        }
        let mut records = BTreeMap::new();
        for (name, ids) in subjects {
            let Some(kind) = self.wanted(name) else { continue };
            let ids: Vec<Uuid> = ids.into_iter().collect();
            let found = self.load(tx, kind, &ids).await?;
            records.extend(found.into_iter().map(|(id, record)| ((name, id), record)));
        }
        Ok(records)
    }

    /// The kinds that have records which belong to the subjects of events that took these along, each with the
    /// subject: asked for once, since most have none of most kinds.
    async fn families(
        &self,
        tx: &mut Tx,
        events: &[Told],
    ) -> Result<BTreeSet<(&'static str, Uuid)>> {
        let mut subjects: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
        for event in events.iter().filter(|event| event.takes_along()) {
            subjects.entry(&event.subject_type).or_default().insert(event.subject_id);
        }
        let mut found = BTreeSet::new();
        for (name, ids) in subjects {
            let Some(parent) = self.kind(name) else { continue };
            let below = |kind: &&'static Kind| !kind.with_parent && is_below(kind, parent);
            for kind in self.query.kinds.iter().copied().filter(below) {
                let Some((column, _, about)) = tie(kind, parent) else { continue };
                let mut sql = Sql::new("SELECT DISTINCT t.");
                sql.push(column).push(" FROM ").push(kind.table).push(" t WHERE t.tenant_id = $1");
                sql.push(" AND t.").push(column).push(" IN ").bind_all(ids.iter().copied());
                if about {
                    sql.push(" AND t.about_type = ").bind(parent.name);
                }
                let theirs: Vec<(Uuid,)> = tx.all(sql).await?;
                found.extend(theirs.into_iter().map(|(id,)| (kind.name, id)));
            }
        }
        Ok(found)
    }

    /// Tells the records that belong to the subject of an event that took it to other holders. Where
    /// the room ends, the last one told.
    async fn children(
        &mut self,
        tx: &mut Tx,
        event: &Told,
        families: &BTreeSet<(&'static str, Uuid)>,
        continued: Option<(String, Option<Uuid>)>,
    ) -> Result<Option<(String, Option<Uuid>)>> {
        let Some(parent) = self.kind(&event.subject_type).filter(|_| event.takes_along()) else {
            return Ok(None);
        };
        // Where a page has ended among them the kind is looked for again, though the last may be gone meanwhile.
        let has = |kind: &Kind| {
            kind.with_parent
                || continued.is_some()
                || families.contains(&(kind.name, event.subject_id))
        };
        let below = |kind: &&'static Kind| is_below(kind, parent) && has(kind);
        let kinds: Vec<&'static Kind> = self.query.kinds.iter().copied().filter(below).collect();
        let (first, mut after) = match continued {
            Some((name, after)) => {
                (kinds.iter().position(|kind| kind.name == name).unwrap_or(0), after)
            }
            None => (0, None),
        };
        for kind in kinds.into_iter().skip(first) {
            loop {
                if self.room() == 0 {
                    return Ok(Some((kind.name.to_owned(), after)));
                }
                match self.children_some(tx, (parent, kind), event, after).await? {
                    Some(last) => after = Some(last),
                    None => break,
                }
            }
            after = None;
        }
        Ok(None)
    }

    async fn children_some(
        &mut self,
        tx: &mut Tx,
        (parent, kind): (&'static Kind, &'static Kind),
        event: &Told,
        after: Option<Uuid>,
    ) -> Result<Option<Uuid>> {
        let mut sql = match kind.with_parent {
            true => attached::below(kind, parent, event.subject_id),
            false => match below(kind, parent, event.subject_id) {
                Some(sql) => sql,
                None => return Ok(None),
            },
        };
        if let Some(after) = after {
            sql.push(" AND t.id > ").bind(after);
        }
        sql.push(" ORDER BY t.id LIMIT ").bind(size(self.room()));
        let rows: Vec<Child> = tx.all(sql).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut now = self.load(tx, kind, &ids).await?;
        let parts = self.parts(tx, std::slice::from_ref(event)).await?;
        let part = parts.get(&event.subject_id).map(String::as_str);
        for row in &rows {
            let own: HeldBy = row.owner_id.map(|owner| vec![owner]);
            let by = self.kind(&row.parent_type).unwrap_or(kind);
            let shown = |holders: &HeldBy| self.held.shows(by, holders, part);
            let held = || shown(&event.before()) || shown(&own);
            match now.remove(&row.id) {
                Some(record) => self.data.push(upsert(kind, record)),
                None if held() => {
                    let reason = match row.deleted {
                        true => ChangeReason::Deleted,
                        false => ChangeReason::AccessLost,
                    };
                    self.data.push(remove(kind, row.id, reason));
                }
                None => {}
            }
        }
        Ok(ids.last().copied())
    }
}

/// Selects the records of a kind that belong to that record or are about it, as a [`Child`] each; none
/// of a kind that has to do with no other.
fn below(kind: &Kind, parent: &Kind, id: Uuid) -> Option<Sql> {
    let (column, owner, about) = tie(kind, parent)?;
    let mut sql = Sql::new("SELECT t.id, CAST('' AS TEXT) AS parent_type, ");
    sql.push(owner).push(" AS owner_id, t.deleted_at IS NOT NULL AS deleted FROM ");
    sql.push(kind.table).push(" t WHERE t.tenant_id = $1 AND ");
    sql.push("t.").push(column).push(" = ").bind(id);
    if about {
        sql.push(" AND t.about_type = ").bind(parent.name);
    }
    Some(sql)
}

/// The columns of `kind` that name a record of `parent` and the owner, and whether the first names records of
/// other kinds besides.
fn tie(kind: &Kind, parent: &Kind) -> Option<(&'static str, &'static str, bool)> {
    let (column, table, owner) = match kind.visibility {
        // Nobody's: they have no owner of their own.
        Visibility::Parent { column, table, .. } => (column, table, "NULLIF(t.id, t.id)"),
        Visibility::OwnerOrParent { column, table } => (column, table, "t.owner_id"),
        _ => return None,
    };
    match table == parent.table {
        true => Some((column, owner, false)),
        false => Some(("about_id", owner, true)),
    }
}

/// Whether records of `kind` can belong to one of `parent` or be about it, or to one of which that is
/// true in turn.
fn is_below(kind: &Kind, parent: &Kind) -> bool {
    let nearly = |kind: &Kind| parent_table(kind) == Some(parent.table) || is_about(kind, parent);
    (kind.parents)().iter().any(|near| near.name == parent.name || nearly(near)) || nearly(kind)
}

fn parent_table(kind: &Kind) -> Option<&'static str> {
    match kind.visibility {
        Visibility::Parent { table, .. } | Visibility::OwnerOrParent { table, .. } => Some(table),
        _ => None,
    }
}

fn size(room: usize) -> i64 {
    i64::try_from(room).unwrap_or(i64::MAX)
}

fn upsert(kind: &'static Kind, record: Copy) -> ChangeItem {
    ChangeItem {
        op: ChangeOp::Upsert,
        kind: kind.name,
        id: record.id,
        version: record.version,
        changed_at: record.updated_at,
        reason: None,
        data: Some(record.body),
    }
}

fn remove(kind: &'static Kind, id: Uuid, reason: ChangeReason) -> ChangeItem {
    ChangeItem {
        op: ChangeOp::Delete,
        kind: kind.name,
        id,
        version: None,
        changed_at: None,
        reason: Some(reason),
        data: None,
    }
}
