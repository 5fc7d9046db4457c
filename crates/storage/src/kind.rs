//! What makes a record a resource: its names, who may see it, its rules.
//!
//! Being late is asked of a day and not kept: lists compare the column that a kind names
//! (`Kind::late_by`) with the tenant's today. So nothing has to run at midnight, and an index answers.

use crate::{
    Field, Record, Tx,
    extra::{ExternalId, Extra},
    operations::Operations,
    record, reindex,
    resource::Verb,
    terms::{self, Term},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Ctx, Id, Result, UserId, problem::Texts};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json};
use std::{fmt, future::Future, pin::Pin, sync::LazyLock};
use utoipa::{PartialSchema, ToSchema, openapi};
use uuid::Uuid;
use validator::Validate;

/// The names and the shape of a resource, known to every part that serves all resources alike.
pub struct Kind {
    /// In the singular: in events and labels, e.g. `party`.
    pub name: &'static str,
    /// In the plural: in paths and rights, e.g. `parties`.
    pub plural: &'static str,
    /// Its path below `/v1/`: the plural, unless it stands among others of its area.
    pub path: &'static str,
    /// The tag of its operations in the API document: the plural, unless its area is called otherwise.
    pub tag: &'static str,
    /// The table.
    pub table: &'static str,
    /// Who may see its records.
    pub visibility: Visibility,
    /// The label in the singular.
    pub label: Texts,
    /// What can happen to its records beyond [`EVERYWHERE`], in the past, e.g. `completed`; the
    /// tests hold every event that they cause against it.
    pub verbs: &'static [&'static str],
    /// Its fields and the texts made of them, worked out once.
    pub shape: LazyLock<Shape>,
    /// Loads records by id as JSON, as far as the caller may see them.
    pub load: Load,
    /// The same of deleted records that the caller may see and restore.
    pub load_deleted: Load,
    /// What can be done with its records.
    pub operations: Operations,
    /// Indexes the next records behind an id again, by the rules of today.
    pub index: reindex::Index,
    /// The fields by which people name a record, e.g. in a file: the first that fits counts.
    pub known_by: &'static [&'static str],
    /// Whether its events are shown in a timeline to whoever may see the record that it concerns,
    /// because it has no rights of its own.
    pub with_parent: bool,
    /// The kinds of records that such a record can belong to, which it names in `parent_type` and
    /// `parent_id`.
    pub parents: fn() -> Vec<&'static Kind>,
    /// The kinds of records that such a record can be about, which it names in `about_type` and
    /// `about_id`: whoever holds one of these reads it. Only of [`Visibility::OwnerOrParent`].
    pub about: fn() -> Vec<&'static Kind>,
    /// Whether what is about one of its records is read by whoever holds that.
    pub shows_what_is_about: bool,
    /// The fields that `q` searches.
    pub searched: &'static [&'static str],
    /// What of its records is given to others when their owner leaves.
    pub succession: Succession,
    /// The column that says which part of the kind a record is of, where rights can be given on one
    /// part alone. What it says of a record never changes.
    pub parts: Option<&'static str>,
    /// The column with the day from whose end on a record is late: lists take `overdue` then.
    pub late_by: Option<&'static str>,
    /// The column with the user who may not take a record away by an export, whatever their rights.
    pub kept_from: Option<&'static str>,
}

/// What of the records of a kind is given to others when the user in `owner_id` leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Succession {
    /// All of them.
    All,
    /// Those whose `status` is one of these. The others say who did something, and that stays so.
    While(&'static [&'static str]),
    /// None: they are about the person who owns them, not about the work of the company.
    Never,
}

/// What can happen to records of every kind, as the last part of the kind of an event.
pub const EVERYWHERE: &[&str] = &["created", "updated", "deleted", "restored"];

/// See [`Kind::load`].
pub type Load = for<'a> fn(&'a mut Tx, &'a Ctx, &'a [Uuid]) -> Loading<'a>;

/// The future of [`Load`].
pub type Loading<'a> = Pin<Box<dyn Future<Output = Result<Vec<(Uuid, Json)>>> + Send + 'a>>;

/// Who owns a record, and so how far the scope of a right reaches it.
#[derive(Debug, Clone, Copy)]
pub enum Visibility {
    /// Directory data: whoever has the right sees all of the tenant.
    Tenant,
    /// The user in `owner_id`.
    Owner,
    /// Whoever owns the record that `column` names. A deleted parent hides its children.
    Parent {
        /// The column.
        column: &'static str,
        /// The table of the parent.
        table: &'static str,
        /// The table of those who work on the parent with its owner, and so read what belongs to it:
        /// `people` of [`Visibility::Shared`].
        shared: Option<&'static str>,
    },
    /// The user in `owner_id`, or whoever owns the record that `column` names.
    OwnerOrParent {
        /// The column.
        column: &'static str,
        /// The table of the parent.
        table: &'static str,
    },
    /// The user in `owner_id`, or any of those who take part in it.
    Involved {
        /// The list of their ids in the record.
        member: &'static str,
        /// The same as a table of `record_id` and `user_id`, kept by [`Resource::saved`].
        table: &'static str,
    },
    /// The user in `owner_id`; those who work on it with them read it, and no more.
    Shared {
        /// The list of those in the record, each with a `user_id`.
        member: &'static str,
        /// The same as a table of `record_id` and `user_id`, kept by [`Resource::saved`].
        people: &'static str,
    },
    /// The user in `owner_id`; while there is none, whoever may draw from the pool that `column`
    /// names, as if each of them owned it.
    Pooled {
        /// The column.
        column: &'static str,
        /// The table of who may draw: `pool_id`, `member_id` and `kind` of `everybody`, `unit` (with
        /// all below it) or `team`.
        members: &'static str,
    },
}

/// The fields of a resource, and statements made of their names.
pub struct Shape {
    /// In the order of the columns.
    pub fields: Vec<Field>,
    /// `t.a, t.b, …`
    pub columns: &'static str,
    /// `INSERT INTO … VALUES ($1, …)`
    pub insert: &'static str,
    /// `INSERT INTO … VALUES `, to be followed by rows.
    pub insert_many: &'static str,
    /// `UPDATE … SET …` whose values are the columns in order, then the version that was read.
    pub update: &'static str,
}

impl Kind {
    /// Describes the resource `R`.
    pub const fn new<R: Resource>(
        name: &'static str,
        plural: &'static str,
        table: &'static str,
        visibility: Visibility,
        label: Texts,
    ) -> Self {
        Self {
            name,
            plural,
            path: plural,
            tag: plural,
            table,
            visibility,
            label,
            verbs: &[],
            shape: LazyLock::new(|| Shape::of::<R>()),
            load: |tx, ctx, ids| Box::pin(crate::resource::load_json::<R>(tx, ctx, ids)),
            load_deleted: |tx, ctx, ids| Box::pin(crate::trash::load::<R>(tx, ctx, ids)),
            operations: Operations::of::<R>(),
            index: |tx, after| Box::pin(reindex::some::<R>(tx, after)),
            known_by: &[],
            with_parent: false,
            parents: Vec::new,
            about: Vec::new,
            shows_what_is_about: false,
            searched: &[],
            succession: Succession::All,
            parts: None,
            late_by: None,
            kept_from: None,
        }
    }

    /// The same, served at that path below `/v1/`.
    #[must_use]
    pub const fn at(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// The same, where no export of the user in this column has the record.
    #[must_use]
    pub const fn kept_from(mut self, column: &'static str) -> Self {
        self.kept_from = Some(column);
        self
    }

    /// The same, with its operations under that tag.
    #[must_use]
    pub const fn tagged(mut self, tag: &'static str) -> Self {
        self.tag = tag;
        self
    }

    /// The same, where a record is late once the day in this column is past.
    #[must_use]
    pub const fn late_by(mut self, column: &'static str) -> Self {
        self.late_by = Some(column);
        self
    }

    /// The same, without rights of its own: whoever may read the record of one of those kinds that a
    /// record belongs to may read it too.
    #[must_use]
    pub const fn seen_with_parent(mut self, parents: fn() -> Vec<&'static Kind>) -> Self {
        (self.with_parent, self.parents) = (true, parents);
        self
    }

    /// The same, where whoever holds a record of one of those kinds reads what is about it.
    #[must_use]
    pub const fn read_about(mut self, about: fn() -> Vec<&'static Kind>) -> Self {
        self.about = about;
        self
    }

    /// The same, where what is about a record is read by whoever holds that.
    #[must_use]
    pub const fn showing_what_is_about(mut self) -> Self {
        self.shows_what_is_about = true;
        self
    }

    /// The same, where only that is given to others when an owner leaves.
    #[must_use]
    pub const fn succeeded(mut self, succession: Succession) -> Self {
        self.succession = succession;
        self
    }

    /// The same, where rights can be given on the records alone that have one value in this column.
    #[must_use]
    pub const fn in_parts(mut self, column: &'static str) -> Self {
        self.parts = Some(column);
        self
    }

    /// The same, with the fields that `q` searches: those of [`Resource::searchable`].
    #[must_use]
    pub const fn searched(mut self, fields: &'static [&'static str]) -> Self {
        self.searched = fields;
        self
    }

    /// The same, with the fields by which people name a record.
    #[must_use]
    pub const fn known_by(mut self, fields: &'static [&'static str]) -> Self {
        self.known_by = fields;
        self
    }

    /// The same with these verbs of its own.
    #[must_use]
    pub const fn also(mut self, verbs: &'static [&'static str]) -> Self {
        self.verbs = verbs;
        self
    }

    /// Whether that can happen to its records.
    pub fn knows(&self, verb: &str) -> bool {
        EVERYWHERE.contains(&verb) || self.verbs.contains(&verb)
    }

    /// Whether its records belong to nobody, so that all of the tenant or none can be seen.
    pub fn is_directory(&self) -> bool {
        matches!(self.visibility, Visibility::Tenant)
    }

    /// Whether a right to read its records reaches further than the same right to do `action`.
    pub fn reads_further(&self, action: Action) -> bool {
        let more = match self.visibility {
            Visibility::Shared { .. } | Visibility::Parent { shared: Some(_), .. } => true,
            Visibility::OwnerOrParent { .. } => !(self.about)().is_empty(),
            _ => false,
        };
        more && !action.only_reads()
    }

    /// Whether its records have an owner and are given to others when that one leaves.
    pub fn is_succeeded(&self) -> bool {
        self.succession != Succession::Never && self.field("owner_id").is_some()
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.shape.fields.iter().find(|field| field.name == name && !field.hidden)
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kind").field(&self.plural).finish()
    }
}

impl Shape {
    fn of<R: Resource>() -> Self {
        let mut fields = Vec::new();
        R::fields(&mut fields);
        let table = R::kind().table;
        let columns: Vec<_> = fields.iter().flat_map(|field| field.columns).copied().collect();
        let list = |item: &dyn Fn(usize, &str) -> String| {
            let items: Vec<_> =
                columns.iter().enumerate().map(|(at, column)| item(at, column)).collect();
            items.join(", ")
        };
        // The column names come from the derive, so these texts are as fixed as literals; each is
        // made once per resource and lives as long as the program.
        let fixed = |text: String| -> &'static str { text.leak() };
        let places = list(&|at, _| format!("${}", at + 2));
        let names = list(&|_, column| column.to_owned());
        let sets = list(&|at, column| format!("{column} = ${}", at + 2));
        Self {
            columns: fixed(list(&|_, column| format!("t.{column}"))),
            insert: fixed(format!(
                "INSERT INTO {table} (tenant_id, {names}) VALUES ($1, {places})"
            )),
            insert_many: fixed(format!("INSERT INTO {table} (tenant_id, {names}) VALUES ")),
            update: fixed(format!(
                "UPDATE {table} SET {sets} WHERE tenant_id = $1 AND id = $2 AND version = ${}",
                columns.len() + 2
            )),
            fields,
        }
    }
}

/// What every record has.
#[derive(Serialize)]
#[serde(bound = "")]
pub struct Meta<K> {
    /// Names the record, for ever.
    pub id: Id<K>,
    /// Counts the changes; it is the `ETag`, and `If-Match` names it.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// The user who made it.
    pub created_by: UserId,
    /// When it was deleted, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<DateTime<Utc>>,
    /// What it carries beyond the fields of its resource.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The schema of [`Meta`], whose ids are typed in the code only.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct MetaSchema {
    /// Names the record, for ever.
    id: UserId,
    /// Counts the changes; it is the `ETag`, and `If-Match` names it.
    version: i64,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
    /// The user who made it.
    created_by: UserId,
    /// When it was deleted; absent if it was not.
    #[schema(nullable = false)]
    deleted_at: Option<DateTime<Utc>>,
    /// The names that other systems know it by.
    external_ids: Vec<ExternalId>,
    /// The values of the fields that the tenant has defined.
    #[schema(value_type = Object)]
    custom: Map<String, Json>,
}

impl<K> PartialSchema for Meta<K> {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        MetaSchema::schema()
    }
}

impl<K> ToSchema for Meta<K> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Meta".into()
    }

    fn schemas(schemas: &mut Vec<(String, openapi::RefOr<openapi::Schema>)>) {
        MetaSchema::schemas(schemas);
    }
}

impl<K> Clone for Meta<K> {
    fn clone(&self) -> Self {
        Self { extra: self.extra.clone(), ..*self }
    }
}

// Not derived: `K` is only a name and need be none of these itself.
impl<K> fmt::Debug for Meta<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} version {}", self.id, self.version)
    }
}

impl<K> PartialEq for Meta<K> {
    fn eq(&self, other: &Self) -> bool {
        let all = |meta: &Self| (meta.version, meta.created_at, meta.updated_at, meta.deleted_at);
        let same = self.id == other.id && self.created_by == other.created_by;
        same && all(self) == all(other) && self.extra == other.extra
    }
}

impl<K> Eq for Meta<K> {}

impl<K> Meta<K> {
    /// That of a record which nobody has made, at the beginning of time: to try rules on.
    pub fn blank() -> Self {
        Self {
            id: Uuid::nil().into(),
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            created_by: Uuid::nil().into(),
            deleted_at: None,
            extra: Extra::default(),
        }
    }

    /// That of a record made now.
    pub fn new(ctx: &Ctx) -> Self {
        Self {
            id: Id::new(ctx.now),
            version: 1,
            created_at: ctx.now,
            updated_at: ctx.now,
            created_by: ctx.actor.user,
            deleted_at: None,
            extra: Extra::default(),
        }
    }
}

impl<K> Record for Meta<K> {
    fn fields(out: &mut Vec<Field>) {
        use guanxi_kernel::scalar::Type;
        let field = |name: &'static str, columns, kind, zh, filter, sort: bool| Field {
            name,
            columns,
            kind,
            nullable: name == "deleted_at",
            zh,
            filter,
            sort: sort.then_some(name),
            terms: None,
            target: None,
            hidden: false,
        };
        out.push(field("id", &["id"], Type::Id, "编号", true, false));
        out.push(field("version", &["version"], Type::Integer, "版本", false, false));
        out.push(field("created_at", &["created_at"], Type::Instant, "创建时间", true, true));
        out.push(field("updated_at", &["updated_at"], Type::Instant, "更新时间", true, true));
        out.push(field("created_by", &["created_by"], Type::Id, "创建人", true, false));
        out.push(field("deleted_at", &["deleted_at"], Type::Instant, "删除时间", false, false));
        out.push(Field {
            terms: Some(terms::Index::of::<Vec<ExternalId>>("external_id")),
            ..field("external_ids", &["external_ids"], Type::Json, "外部编号", false, false)
        });
        out.push(field("custom", &["custom"], Type::Json, "自定义字段", false, false));
    }

    fn write(&self, out: &mut Vec<sea_query::Value>) {
        out.push(self.id.into());
        out.push(self.version.into());
        out.push(self.created_at.into());
        out.push(self.updated_at.into());
        out.push(self.created_by.into());
        out.push(self.deleted_at.into());
        out.push(record::json(&self.extra.external_ids));
        out.push(record::json(&self.extra.custom));
    }

    fn read(row: &mut crate::Cells<'_>) -> Result<Self, crate::Error> {
        Ok(Self {
            id: row.next()?,
            version: row.next()?,
            created_at: row.next()?,
            updated_at: row.next()?,
            created_by: row.next()?,
            deleted_at: row.next()?,
            extra: Extra {
                external_ids: row.next::<sqlx::types::Json<_>>()?.0,
                custom: row.next::<sqlx::types::Json<_>>()?.0,
            },
        })
    }

    fn terms(&self, out: &mut Vec<Term>) {
        terms::collect(&self.extra.external_ids, "external_id", out);
    }
}

/// The parts of a record: what every record has, what callers write, and what is derived from it.
/// Derived with [`Record`].
pub trait Parts: Sized {
    /// What its id is the id of.
    type Key: 'static;
    /// What callers write.
    type Input;
    /// A record whose derived values are still their defaults.
    fn assemble(meta: Meta<Self::Key>, input: Self::Input) -> Self;
    /// What every record has.
    fn meta(&self) -> &Meta<Self::Key>;
    /// The same, to change.
    fn meta_mut(&mut self) -> &mut Meta<Self::Key>;
    /// What callers write.
    fn input(&self) -> &Self::Input;
    /// The same, to change.
    fn input_mut(&mut self) -> &mut Self::Input;
}

/// What callers write of a resource: the body of a create, and the target of a merge patch.
pub trait Input:
    Record + Serialize + DeserializeOwned + Validate + ToSchema + Clone + Send + Sync + 'static
{
}

impl<T> Input for T where
    T: Record + Serialize + DeserializeOwned + Validate + ToSchema + Clone + Send + Sync + 'static
{
}

/// A record that the API offers: implementing this gives it every shared endpoint.
pub trait Resource:
    Record + Parts<Input: Input> + Serialize + ToSchema + Clone + Send + Sync + 'static
{
    /// Its names and shape; a `static` beside the type.
    fn kind() -> &'static Kind;

    /// The rules of a save: normalise what was written, check it, work out what is derived.
    ///
    /// `before` is the record as it was, `None` for a new one. References declared with
    /// `#[field(to = …)]` are checked afterwards, by the caller of this.
    ///
    /// # Errors
    /// The problem to answer with; nothing is written then.
    fn settle(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        before: Option<&Self>,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (tx, ctx, before);
        std::future::ready(Ok(()))
    }

    /// Looks up what the rules of saving these new records will ask for, once for all of them; what
    /// is found is remembered by [`Tx::learn`]. Only a matter of speed.
    ///
    /// # Errors
    /// Those of the store.
    fn foresee(records: &[Self], tx: &mut Tx) -> impl Future<Output = Result<()>> + Send {
        let _ = (records, tx);
        std::future::ready(Ok(()))
    }

    /// Follows a save in the same transaction: side tables that are derived from the record.
    ///
    /// # Errors
    /// The problem to answer with; nothing is written then.
    fn saved(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        before: Option<&Self>,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (tx, ctx, before);
        std::future::ready(Ok(()))
    }

    /// The same for many records that were changed together, each before and after.
    ///
    /// # Errors
    /// As [`Resource::saved`].
    fn all_changed(
        records: &[(Self, Self)],
        tx: &mut Tx,
        ctx: &Ctx,
    ) -> impl Future<Output = Result<()>> + Send {
        async move {
            for (before, after) in records {
                after.saved(tx, ctx, Some(before)).await?;
            }
            Ok(())
        }
    }

    /// The same for many new records.
    ///
    /// # Errors
    /// As [`Resource::saved`].
    fn all_saved(
        records: &[Self],
        tx: &mut Tx,
        ctx: &Ctx,
    ) -> impl Future<Output = Result<()>> + Send {
        async move {
            for record in records {
                record.saved(tx, ctx, None).await?;
            }
            Ok(())
        }
    }

    /// The verb by which a change is told, where it came to something else than was `meant`: what waits
    /// for an approval has not happened yet.
    fn told(&self, before: &Self, meant: &'static str) -> &'static str {
        let _ = before;
        meant
    }

    /// Whether the record can be deleted now.
    ///
    /// # Errors
    /// The problem to answer with, e.g. `in_use`.
    fn deletable(&self, tx: &mut Tx, ctx: &Ctx) -> impl Future<Output = Result<()>> + Send {
        let _ = (tx, ctx);
        std::future::ready(Ok(()))
    }

    /// Looks up what [`Resource::deletable`] will ask for, once for all of these records; what is found
    /// is remembered by [`Tx::learn`]. Only a matter of speed.
    ///
    /// # Errors
    /// Those of the store.
    fn foresee_deletion(records: &[&Self], tx: &mut Tx) -> impl Future<Output = Result<()>> + Send {
        let _ = (records, tx);
        std::future::ready(Ok(()))
    }

    /// Works out the values that lists are ordered by, from the record alone; `settle` does so too.
    fn derive_keys(&mut self) {}

    /// Fills the `computed` fields, which depend on who looks and when, before records are shown.
    ///
    /// # Errors
    /// Those of the store.
    fn present(
        records: &mut [Self],
        tx: &mut Tx,
        ctx: &Ctx,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (records, tx, ctx);
        std::future::ready(Ok(()))
    }

    /// The record that one which is gone has become part of.
    ///
    /// # Errors
    /// Those of the store.
    fn survivor(tx: &mut Tx, id: Uuid) -> impl Future<Output = Result<Option<Uuid>>> + Send {
        let _ = (tx, id);
        std::future::ready(Ok(None))
    }

    /// Which of the kinds it is that the tenant tells apart: it carries the fields for that one only.
    fn variant(&self) -> Option<&str> {
        None
    }

    /// Takes over what goes with a new owner who gets it with many others, by no save of its own; the
    /// verb of the event. See [`succession`](crate::succession).
    fn change_hands(&mut self, ctx: &Ctx, why: &str) -> &'static str {
        let _ = (ctx, why);
        "updated"
    }

    /// Follows records that have got other owners together, each before and after, as
    /// [`Resource::saved`] follows a save.
    ///
    /// # Errors
    /// The problem to answer with; nothing is written then.
    fn changed_hands(
        records: &[(Self, Self)],
        tx: &mut Tx,
        ctx: &Ctx,
    ) -> impl Future<Output = Result<()>> + Send {
        Self::all_changed(records, tx, ctx)
    }

    /// The texts that `q` searches.
    fn searchable(&self) -> Vec<&str> {
        Vec::new()
    }

    /// The other records whose timelines show what happens to this one.
    fn concerns(&self) -> Vec<Uuid> {
        Vec::new()
    }

    /// The verbs of the record, with the right that each needs and whether its state allows it.
    fn verbs(&self) -> Vec<Verb> {
        vec![Verb::open("update", Action::Update), Verb::open("delete", Action::Delete)]
    }

    /// The same for one caller, where it is not only the state and the rights that decide.
    fn verbs_for(&self, ctx: &Ctx) -> Vec<Verb> {
        let _ = ctx;
        self.verbs()
    }

    /// An input as the API document shows it.
    fn example() -> Json;

    /// Every index term of the record.
    fn all_terms(&self) -> Vec<Term> {
        let mut out = Vec::new();
        Record::terms(self, &mut out);
        for text in self.searchable() {
            terms::searchable(text, &mut out);
        }
        out
    }
}
