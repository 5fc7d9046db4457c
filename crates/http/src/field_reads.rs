//! Who was shown watched fields: noted at each read, and told to auditors.

use crate::{
    call::Call,
    problem::ApiError,
    resources::{ListBody, bad, id, instant},
    routing::Routes,
};
use actix_web::{HttpResponse, get};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{
    Tx,
    error::UNKNOWN_PARAMETER,
    events::audit,
    field_reads::{self, FieldRead, FieldReadsQuery, Shown},
    list,
};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(list_reads);
}

impl Call {
    /// Notes what the caller is about to be shown, as far as the company watches some of it.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn note_shown(&self, shown: impl FnOnce() -> Vec<Shown>) -> Result<()> {
        // Few companies watch anything.
        if !field_reads::watches(&self.ctx) {
            return Ok(());
        }
        let notes = field_reads::notes(&self.ctx, &shown());
        if notes.is_empty() {
            return Ok(());
        }
        let note = async |tx: &mut Tx| field_reads::note(tx, &self.ctx, &notes).await;
        self.state.db.write(self.ctx.tenant, note).await
    }
}

/// A page of reads.
#[derive(Debug, Serialize, ToSchema)]
struct FieldReadList {
    /// The reads, the latest first.
    data: Vec<FieldRead>,
    /// Whether another page follows.
    has_more: bool,
    /// Continues behind this page.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List reads of watched fields
///
/// Who was shown the fields that `watched_fields` of the preferences names, record by record, by whatever way records are
/// read: alone, in lists, within others, in the change feed, by a search, in the rows of reports, or by what happened to
/// them; for auditors. They are kept for 400 days. Exports and changes are told by their events. Needs the right to read
/// `events` with scope `all`.
#[utoipa::path(tag = "events", operation_id = "field_reads_list",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items on a page, 50 when absent."),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before."),
        ("record_id" = Option<uuid::Uuid>, Query, description = "Only reads of this record."),
        ("user_id" = Option<uuid::Uuid>, Query, description = "Only reads by this user."),
        ("read_after" = Option<chrono::DateTime<chrono::Utc>>, Query, description = "At or after."),
        ("read_before" = Option<chrono::DateTime<chrono::Utc>>, Query, description = "Before.")),
    responses((status = 200, description = "A page.", body = FieldReadList)))]
#[get("/v1/field-reads")]
async fn list_reads(call: Call) -> Result<HttpResponse, ApiError> {
    audit::require(&call.ctx)?;
    let query = query(&call)?;
    let read = async |tx: &mut Tx, ctx: &Ctx| field_reads::list(tx, ctx, &query).await;
    let (data, next) = call.read(read).await?;
    Ok(HttpResponse::Ok().json(ListBody::new(data, next)))
}

fn query(call: &Call) -> Result<FieldReadsQuery> {
    let mut query = FieldReadsQuery { limit: list::DEFAULT_LIMIT, ..FieldReadsQuery::default() };
    for (name, value) in call.query() {
        match name.as_str() {
            "limit" => query.limit = list::limit(&value).map_err(bad)?,
            "cursor" => query.cursor = Some(value),
            "record_id" => query.record_id = Some(id(&name, &value)?),
            "user_id" => query.user_id = Some(id(&name, &value)?.into()),
            "read_after" => query.after = Some(instant(&name, &value)?),
            "read_before" => query.before = Some(instant(&name, &value)?),
            _ => return Err(UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name))),
        }
    }
    Ok(query)
}
