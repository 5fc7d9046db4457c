//! Uploading a file, and asking for what is to be done with it.

use super::{
    IMPORT, Import, ImportId, ImportInput, OnDuplicate, OnMatch, admission::admit, mapping,
    mapping::Plan,
};
use crate::{
    jobs::{self, Job, JobKind},
    problems::IMPORT_COMMITTED,
    table,
};
use guanxi_kernel::{
    Action, Ctx, Line, Problem, Result,
    problem::{INTERNAL, REQUIRED, UNKNOWN_VALUE},
};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    custom::{self, Definitions},
    error::BAD_PARAMETER,
    kind::Parts as _,
    resource::{self, Shown},
};
use guanxi_tabular::{Layout, Limits};
use serde_json::{Map, Value as Json, json};
use std::path::Path;

/// Rows that are shown of a file.
const SAMPLE: usize = 20;

fn one_of_known() -> String {
    let known: Vec<&str> = table::imported().map(|table| table.kind.plural).collect();
    format!("one of {}", known.join(", "))
}

fn unknown_resource() -> Problem {
    UNKNOWN_VALUE.at("/resource").with("expected", one_of_known())
}

impl Resource for Import {
    fn kind() -> &'static Kind {
        &IMPORT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_some_and(|before| before.job_id.is_some() && before.input != self.input) {
            return Err(IMPORT_COMMITTED.problem());
        }
        if let Some(stays) = before.filter(|b| b.input.resource != self.input.resource) {
            let stays = stays.input.resource.to_string();
            return Err(UNKNOWN_VALUE.at("/resource").with("expected", stays));
        }
        if self.input.position.is_some() && self.input.collection_channel_id.is_none() {
            return Err(REQUIRED.at("/collection_channel_id"));
        }
        let table = table::named(&self.input.resource).ok_or_else(unknown_resource)?;
        let layout = self.layout()?;
        let custom = custom::fields(tx, ctx, table.kind).await?;
        let currency = ctx.settings.currency;
        let plan = Plan::new(table, &custom, &self.input, &layout.header, currency)?;
        // A mapping that was only proposed may still lack it.
        if before.is_some() { plan.check_source() } else { Ok(()) }
    }

    fn example() -> Json {
        json!({
            "resource": "parties",
            "mapping": [{ "column": "客户名称", "field": "name" }, { "column": "电话", "field": "phones" }],
            "defaults": { "kind": "organisation", "roles": ["prospect"] },
            "match_on": ["code"],
            "on_match": "update",
        })
    }
}

impl Import {
    /// How the table lies in the file.
    pub(crate) fn layout(&self) -> Result<Layout> {
        serde_json::from_value(self.layout.clone())
            .map_err(|error| INTERNAL.problem().because(error))
    }
}

/// A file that has arrived.
pub struct Upload<'a> {
    /// What its rows are, e.g. `parties`.
    pub resource: &'a str,
    /// Its name, for people.
    pub file_name: &'a str,
    /// Where it lies now.
    pub path: &'a Path,
    /// Its size.
    pub size: u64,
    /// Its digest, SHA-256 in hex.
    pub sha256: &'a str,
    /// The tenant's fields.
    pub custom: &'a Definitions,
}

/// Looks into a file and makes an import of it, with the mapping that its header suggests. The
/// caller keeps the file under the id of the import before this is committed.
///
/// # Errors
/// `forbidden`; `unknown_value` for a resource that is none; what the file is refused for; what
/// [`on_import`](super::on_import) asks.
pub async fn create(tx: &mut Tx, ctx: &Ctx, import: Import) -> Result<Shown<Import>> {
    ctx.require(IMPORT.plural, Action::Create)?;
    admit(tx, ctx).await?;
    resource::insert(tx, ctx, import, "created").await
}

impl Upload<'_> {
    /// The import that the file suggests; blocks while it reads the file.
    ///
    /// # Errors
    /// As [`create`].
    pub fn examine(&self, ctx: &Ctx) -> Result<Import> {
        let table = table::named(self.resource).ok_or_else(|| {
            let finding = UNKNOWN_VALUE.parameter("resource").with("expected", one_of_known());
            BAD_PARAMETER.problem().and(finding)
        })?;
        ctx.require(table.kind.plural, Action::Create)?;
        let limits = Limits::default();
        let layout = guanxi_tabular::examine(self.path, &limits)?;
        let sample: Vec<Json> = guanxi_tabular::open(self.path, &layout, &limits)?
            .take(SAMPLE)
            .map(|row| json!({ "row": row.number, "values": row.values.unwrap_or_default() }))
            .collect();
        let plural = table.kind.plural;
        let custom = custom::seen(ctx, plural, self.custom.of(plural));
        let input = ImportInput {
            resource: Line::new(self.resource).map_err(|_| unknown_resource())?,
            mapping: mapping::propose(table, &custom, &layout.header),
            defaults: Map::new(),
            match_on: Vec::new(),
            on_match: OnMatch::Skip,
            on_duplicate: OnDuplicate::Accept,
            source: None,
            collection_channel_id: None,
            position: None,
        };
        let mut import = Import::assemble(Meta::new(ctx), input);
        import.owner_id = Some(ctx.actor.user);
        import.file_name = self.file_name.to_owned();
        import.size_bytes = i64::try_from(self.size).unwrap_or(i64::MAX);
        import.sha256 = self.sha256.to_owned();
        import.layout = json!(layout);
        import.sample = json!(sample);
        Ok(import)
    }
}

/// Asks for the job that commits an import, or for one that only says what it would do.
///
/// # Errors
/// `not_found`, `forbidden`; `import_committed` for one that was committed before; what
/// [`on_import`](super::on_import) asks.
pub async fn start(tx: &mut Tx, ctx: &Ctx, id: ImportId, dry: bool) -> Result<Shown<Job>> {
    let import: Import = resource::load(tx, ctx, id.uuid()).await?;
    let table = table::named(&import.input.resource).ok_or_else(|| INTERNAL.problem())?;
    ctx.require(table.kind.plural, Action::Create)?;
    admit(tx, ctx).await?;
    if import.job_id.is_some() {
        return Err(IMPORT_COMMITTED.problem());
    }
    let layout = import.layout()?;
    let (custom, currency) = (custom::fields(tx, ctx, table.kind).await?, ctx.settings.currency);
    Plan::new(table, &custom, &import.input, &layout.header, currency)?.check_source()?;
    let total = i64::try_from(layout.rows).ok();
    let kind = if dry { JobKind::ImportCheck } else { JobKind::Import };
    let job = jobs::enqueue(tx, ctx, kind, Some(id.uuid()), total, json!({})).await?;
    if !dry {
        let done = |import: &mut Import| -> Result<(), Problem> {
            import.job_id = Some(job.record.meta.id.uuid());
            Ok(())
        };
        let ctx = &Ctx { seen: guanxi_kernel::ctx::Seen::Unsaid, ..ctx.clone() };
        resource::change::<Import>(tx, ctx, id.uuid(), "committed", done).await?;
    }
    Ok(job)
}
