//! The fields of a tenant. Every node keeps them and looks at a stamp first, in the transaction that
//! needs them: a change of any field gives the tenant a stamp that never was. So no node uses fields
//! that have changed, and on PostgreSQL a write that has read the old stamp runs again.

use super::{Choice, Definition, FieldKind, FieldLabel, LegalBasis, PREFIX};
use crate::{Kind, Sql, Tx};
use guanxi_derive::boxed;
use guanxi_kernel::{Ctx, Id, Result, TenantId, actor::Withheld};
use serde_json::{Map, Value as Json};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};
use uuid::Uuid;

/// Tenants whose fields a node keeps.
const KEPT: usize = 1_000;

/// The fields of all resources of a tenant.
#[derive(Debug, Default)]
pub struct Definitions {
    stamp: Uuid,
    of: BTreeMap<String, Arc<Fields>>,
    gone: BTreeMap<String, BTreeSet<String>>,
}

impl Definitions {
    /// Names the state of the fields: another one with every change.
    pub fn stamp(&self) -> Uuid {
        self.stamp
    }

    /// Whether no resource has any.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Those of a resource, by its plural name.
    pub fn of(&self, plural: &str) -> Arc<Fields> {
        self.of.get(plural).cloned().unwrap_or_default()
    }

    /// The names of the deleted fields of a resource.
    pub fn gone(&self, plural: &str) -> BTreeSet<String> {
        self.gone.get(plural).cloned().unwrap_or_default()
    }
}

/// The fields of one resource that are not deleted, as somebody sees them.
#[derive(Debug, Default, Clone)]
pub struct Fields {
    all: Vec<Arc<Definition>>,
    hidden: BTreeSet<String>,
}

impl Fields {
    /// Those, in this order.
    pub fn new(all: Vec<Arc<Definition>>) -> Self {
        Self { all, hidden: BTreeSet::new() }
    }

    /// Whether a field that the program knows is hidden.
    pub fn hides(&self, name: &str) -> bool {
        self.hidden.contains(name)
    }

    /// The same without what is withheld.
    fn without(&self, withheld: &Withheld) -> Self {
        let seen = |field: &Arc<Definition>| {
            let path = field.path();
            if withheld.hidden.contains(&path) {
                return None;
            }
            Some(match withheld.read_only.contains(&path) {
                true => Arc::new(Definition { read_only: true, ..Definition::clone(field) }),
                false => field.clone(),
            })
        };
        let hidden = withheld.hidden.iter().filter(|name| !name.starts_with(PREFIX));
        Self { all: self.all.iter().filter_map(seen).collect(), hidden: hidden.cloned().collect() }
    }

    /// Those that a record of that variant carries.
    pub fn of_variant(&self, variant: Option<&str>) -> Cow<'_, Self> {
        let Some(variant) = variant else { return Cow::Borrowed(self) };
        let all = self.all.iter().filter(|field| field.is_of(variant)).cloned().collect();
        Cow::Owned(Self { all, hidden: self.hidden.clone() })
    }

    /// In the order that people gave them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Definition>> {
        self.all.iter()
    }

    /// The one of that name.
    pub fn get(&self, name: &str) -> Option<&Arc<Definition>> {
        self.all.iter().find(|field| field.name == name)
    }

    /// The one that `custom.name` stands for.
    pub fn by_path(&self, path: &str) -> Option<&Arc<Definition>> {
        self.get(path.strip_prefix(PREFIX)?)
    }

    /// Takes out the values of fields that are not among them.
    pub fn show(&self, custom: &mut Map<String, Json>) {
        custom.retain(|name, _| self.get(name).is_some());
    }

    /// The same in a record.
    pub fn show_in(&self, record: &mut Json) {
        if let Some(Json::Object(custom)) = record.get_mut("custom") {
            self.show(custom);
        }
    }
}

/// What a node keeps of the fields of all tenants.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<BTreeMap<TenantId, Arc<Definitions>>>);

impl Cache {
    fn get(&self, tenant: TenantId, stamp: Uuid) -> Option<Arc<Definitions>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&tenant).filter(|kept| kept.stamp == stamp).cloned()
    }

    fn put(&self, tenant: TenantId, definitions: &Arc<Definitions>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(tenant, definitions.clone());
    }
}

/// The fields of the tenant, as they are in this transaction.
///
/// # Errors
/// Those of the store.
#[boxed]
pub async fn definitions(tx: &mut Tx) -> Result<Arc<Definitions>> {
    if let Some(known) = &tx.definitions {
        return Ok(known.clone());
    }
    let stamp = crate::sql!("SELECT stamp FROM custom_field_stamps WHERE tenant_id = $1");
    let found = match tx.optional::<(Uuid,)>(stamp).await? {
        None => Arc::default(),
        Some((stamp,)) => match tx.kept.get(tx.tenant(), stamp) {
            Some(kept) => kept,
            None => {
                let read = Arc::new(load(tx, stamp).await?);
                tx.kept.put(tx.tenant(), &read);
                read
            }
        },
    };
    tx.definitions = Some(found.clone());
    Ok(found)
}

/// The fields of `kind` that the caller may see.
///
/// # Errors
/// Those of the store.
pub async fn fields(tx: &mut Tx, ctx: &Ctx, kind: &Kind) -> Result<Arc<Fields>> {
    Ok(seen(ctx, kind.plural, definitions(tx).await?.of(kind.plural)))
}

/// Those of the fields that the caller may see.
pub fn seen(ctx: &Ctx, plural: &str, fields: Arc<Fields>) -> Arc<Fields> {
    let withheld = ctx.actor.withheld(plural);
    if withheld.is_nothing() { fields } else { Arc::new(fields.without(&withheld)) }
}

/// The members of records of `kind` that are there and that the caller does not see: deleted fields,
/// and those that the caller's rights hide.
pub fn unseen(ctx: &Ctx, kind: &Kind, definitions: &Definitions) -> BTreeSet<String> {
    let gone = definitions.gone(kind.plural).into_iter();
    let gone = gone.map(|name| format!("{PREFIX}{name}"));
    gone.chain(ctx.actor.withheld(kind.plural).hidden).collect()
}

/// Names what the caller may not see of all records: the same for callers who see the same.
pub fn sight(ctx: &Ctx) -> String {
    let grants = ctx.actor.grants.iter();
    let resources: BTreeSet<&str> = grants
        .filter(|grant| !grant.withheld.is_nothing())
        .map(|grant| grant.resource.as_str())
        .collect();
    let of = |resource: &str| (resource.to_owned(), ctx.actor.withheld(resource));
    let withheld: Vec<_> = resources.into_iter().map(of).collect();
    if withheld.is_empty() { String::new() } else { format!("{withheld:?}") }
}

/// To be called in the transaction of every change of a field.
///
/// # Errors
/// Those of the store.
pub async fn changed(tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    tx.definitions = None;
    let stamp = Id::<Definitions>::new(ctx.now).uuid();
    let put = crate::sql!(
        "INSERT INTO custom_field_stamps (tenant_id, stamp) VALUES ($1, $2)
         ON CONFLICT (tenant_id) DO UPDATE SET stamp = $2",
        stamp
    );
    tx.execute(put).await.map(drop)
}

/// Whether a record, deleted or not, has a value of that field; of that value, if one is given.
///
/// # Errors
/// Those of the store.
pub async fn has_values(tx: &mut Tx, plural: &str, name: &str, term: Option<&str>) -> Result<bool> {
    let mut sql = Sql::new("SELECT CAST(1 AS BIGINT) FROM custom_terms WHERE tenant_id = $1");
    sql.push(" AND resource = ").bind(plural).push(" AND field = ").bind(name);
    if let Some(term) = term {
        sql.push(" AND term = ").bind(term);
    }
    sql.push(" LIMIT 1");
    tx.exists(sql).await
}

#[derive(sqlx::FromRow)]
struct Row {
    resource: String,
    name: String,
    label: sqlx::types::Json<FieldLabel>,
    kind: FieldKind,
    purpose: String,
    personal: bool,
    legal_basis: Option<LegalBasis>,
    required: bool,
    max_length: Option<i64>,
    minimum: Option<String>,
    maximum: Option<String>,
    choices: sqlx::types::Json<Vec<Choice>>,
    target: Option<String>,
    default_value: Option<sqlx::types::Json<Json>>,
    unit: Option<String>,
    help: Option<sqlx::types::Json<Option<FieldLabel>>>,
    position: i64,
    objects: sqlx::types::Json<Vec<String>>,
    active: bool,
    deleted: bool,
}

impl From<Row> for Definition {
    fn from(row: Row) -> Self {
        Self {
            name: row.name,
            label: row.label.0,
            kind: row.kind,
            purpose: row.purpose,
            personal: row.personal,
            legal_basis: row.legal_basis,
            required: row.required,
            max_length: row.max_length,
            minimum: row.minimum,
            maximum: row.maximum,
            choices: row.choices.0,
            target: row.target,
            default_value: row.default_value.map(|json| json.0).filter(|value| !value.is_null()),
            unit: row.unit,
            help: row.help.and_then(|json| json.0),
            position: row.position,
            objects: row.objects.0,
            active: row.active,
            read_only: false,
        }
    }
}

async fn load(tx: &mut Tx, stamp: Uuid) -> Result<Definitions> {
    let select = crate::sql!(
        "SELECT resource, name, label, kind, purpose, personal, legal_basis, required, max_length,
             minimum, maximum, choices, target, default_value, unit, help, position, objects, active,
             deleted_at IS NOT NULL AS deleted
         FROM custom_fields WHERE tenant_id = $1 ORDER BY resource, position, name"
    );
    let rows: Vec<Row> = tx.all(select).await?;
    let mut of: BTreeMap<String, Vec<Arc<Definition>>> = BTreeMap::new();
    let mut gone: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        let resource = row.resource.clone();
        if row.deleted {
            gone.entry(resource).or_default().insert(row.name);
        } else {
            of.entry(resource).or_default().push(Arc::new(row.into()));
        }
    }
    let of = of.into_iter().map(|(name, all)| (name, Arc::new(Fields::new(all)))).collect();
    Ok(Definitions { stamp, of, gone })
}
