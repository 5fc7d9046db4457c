//! Many writes in one request: all or nothing, or each by itself; and what a client did offline.

use crate::{
    body::Body,
    call::Call,
    envelope::Asked,
    problem::{self, ApiError, IF_MATCH_REQUIRED, ProblemBody},
    resources::{Operation, SERVED, Served},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, http::StatusCode, post};
use guanxi_kernel::{
    Action, Ctx, Line, Problem, Result,
    ctx::Seen,
    problem::{DUPLICATE, NOT_FOUND, REQUIRED, STALE, UNKNOWN_VALUE},
};
use guanxi_storage::{
    ExternalId, Kind, Tx,
    field_reads::Shown,
    idempotency::{Answer, Claim},
    operations::Sheet,
    resource,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

pub(crate) fn routes(config: &mut Routes) {
    config.service(sync);
}

guanxi_kernel::words! {
    /// What is done to a record.
    pub enum WriteOp {
        /// Make it, under the id that is given if there is one.
        Create = "create" ("Create", "新建"),
        /// Change it by a merge patch.
        Update = "update" ("Change", "修改"),
        /// Make it, or change the one that another system knows by that name.
        Upsert = "upsert" ("Create or change", "新建或修改"),
        /// Delete it.
        Delete = "delete" ("Delete", "删除"),
    }
}

guanxi_kernel::words! {
    /// What becomes of the rest when one write fails.
    pub enum BatchMode {
        /// Nothing is written.
        Atomic = "atomic" ("All or nothing", "全部成功或全部失败"),
        /// Each write is by itself.
        Partial = "partial" ("Each by itself", "逐项处理"),
    }
}

/// Writes of one batch at most. What checks and documents them takes a literal, and a test holds these
/// against this.
pub(crate) const BATCH_ITEMS: usize = 200;

/// One write of several.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Write {
    /// What is done.
    pub op: WriteOp,
    /// The record; for a new one a UUIDv7 of your own, or nothing.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// The name that another system knows it by; for `upsert`.
    #[serde(default)]
    pub by: Option<ExternalId>,
    /// The version that was seen; needed to change or delete by id.
    #[serde(default)]
    pub if_match: Option<i64>,
    /// The body of a create, or a merge patch.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub data: Option<Json>,
}

/// Many writes.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// What becomes of the rest when one fails; `atomic` when absent.
    #[serde(default = "atomic")]
    pub mode: BatchMode,
    /// The writes, in this order.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    pub items: Vec<Write>,
}

fn atomic() -> BatchMode {
    BatchMode::Atomic
}

/// What became of one write.
#[derive(Debug, Serialize, ToSchema)]
pub struct WriteResult {
    /// Its place, from 0.
    pub index: usize,
    /// The status that it would have had by itself.
    pub status: u16,
    /// The record; `null` if there is none.
    #[schema(required)]
    pub id: Option<Uuid>,
    /// The `ETag` of the record.
    #[schema(required)]
    pub etag: Option<String>,
    /// The record as it is now; `null` if it was deleted or the write failed.
    #[schema(required, value_type = Option<Object>)]
    pub record: Option<Json>,
    /// Why it failed.
    #[schema(required)]
    pub problem: Option<ProblemBody>,
    /// The record as the server has it, when the write failed because of it.
    #[schema(required, value_type = Option<Object>)]
    pub current: Option<Json>,
}

/// What became of the writes, each at the place of its write.
#[derive(Debug, Serialize, ToSchema)]
pub struct WriteResults {
    /// One for each write.
    pub results: Vec<WriteResult>,
}

/// Does one write.
///
/// # Errors
/// As the operation would by itself; `required` for what it needs and was not given.
pub async fn apply(tx: &mut Tx, ctx: &Ctx, kind: &'static Kind, write: &Write) -> Result<Done> {
    let operations = &kind.operations;
    let ctx = &Ctx { seen: seen(write), ..ctx.clone() };
    match write.op {
        WriteOp::Create => {
            resource::require_on(ctx, kind, Action::Create)?;
            let read = (operations.read)(ctx, data(write)?).map_err(of_data)?;
            let made = (operations.create)(tx, ctx, &read, write.id).await.map_err(of_data)?;
            Ok(Done::made(kind, made))
        }
        WriteOp::Update => {
            let (id, patch) = (named(write)?, data(write)?);
            (operations.patch)(tx, ctx, id, &patch).await.map(Done::sheet).map_err(of_data)
        }
        WriteOp::Upsert => {
            let key = write.by.as_ref().ok_or_else(|| REQUIRED.at("/by"))?;
            let key = ExternalId::new(&key.source, &key.id).map_err(|p| p.under("/by"))?;
            let done = (operations.upsert)(tx, ctx, &key, &data(write)?).await;
            Ok(upserted(kind, done.map_err(of_data)?))
        }
        WriteOp::Delete => {
            (operations.delete)(tx, ctx, named(write)?).await.map(|()| Done::nothing())
        }
    }
}

fn upserted(kind: &Kind, (sheet, made): (Sheet, bool)) -> Done {
    if made { Done::made(kind, sheet) } else { Done::sheet(sheet) }
}

/// What is wrong with members of the record is wrong with `data`.
fn of_data(problem: Problem) -> Problem {
    if problem.errors().is_empty() { problem } else { problem.under("/data") }
}

fn seen(write: &Write) -> Seen {
    write.if_match.map_or(Seen::Unsaid, |version| Seen::Versions(vec![version]))
}

fn data(write: &Write) -> Result<Json> {
    write.data.clone().ok_or_else(|| REQUIRED.at("/data"))
}

/// The record that a write changes, whose version must have been seen.
fn named(write: &Write) -> Result<Uuid> {
    let id = write.id.ok_or_else(|| REQUIRED.at("/id"))?;
    if write.if_match.is_none() { Err(IF_MATCH_REQUIRED.problem()) } else { Ok(id) }
}

/// `POST /v1/things/batch`
pub(crate) async fn batch(
    kind: &'static Kind,
    call: Call,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    if [Action::Create, Action::Update, Action::Delete]
        .iter()
        .all(|action| resource::require_on(&call.ctx, kind, *action).is_err())
    {
        return Err(guanxi_kernel::actor::forbidden(kind.plural, Action::Update).into());
    }
    let batch: Batch = body.read()?;
    call.require_idempotency_key()?;
    match batch.mode {
        BatchMode::Atomic => Ok(call.write(Some(&body), all_or_nothing(kind, &batch)).await?),
        BatchMode::Partial => {
            let mut results = Vec::new();
            for (index, write) in batch.items.iter().enumerate() {
                let claim = call.claim_part(&call.ctx, &index.to_string(), &json!(write));
                let work = async |tx: &mut Tx, ctx: &Ctx| apply(tx, ctx, kind, write).await;
                let done = call.once(&call.ctx, claim, &work).await;
                results.push(result(&call, index, write, done.map(|(answer, _)| answer)));
            }
            Ok(many(&WriteResults { results }))
        }
    }
}

fn all_or_nothing(
    kind: &'static Kind,
    batch: &Batch,
) -> impl AsyncFn(&mut Tx, &Ctx) -> Result<Done> {
    async move |tx: &mut Tx, ctx: &Ctx| {
        let mut results = Vec::new();
        for (index, write) in batch.items.iter().enumerate() {
            let done = apply(tx, ctx, kind, write).await;
            let done = done.map_err(|problem| problem.under(&format!("/items/{index}")))?;
            results.push(written(index, write, &done.into_answer()));
        }
        Ok(Done::ok(&WriteResults { results }))
    }
}

/// 207: each result says for itself how it went.
fn many(results: &WriteResults) -> HttpResponse {
    HttpResponse::build(StatusCode::MULTI_STATUS).json(results)
}

fn written(index: usize, write: &Write, answer: &Answer) -> WriteResult {
    let record: Option<Json> = serde_json::from_str(&answer.body).ok();
    let id = record.as_ref().and_then(|record| record["id"].as_str()?.parse().ok());
    WriteResult {
        index,
        status: u16::try_from(answer.status).unwrap_or(200),
        id: id.or(write.id),
        etag: answer.etag.clone(),
        record,
        problem: None,
        current: None,
    }
}

fn result(call: &Call, index: usize, write: &Write, done: Result<Answer>) -> WriteResult {
    match done {
        Ok(answer) => written(index, write, &answer),
        Err(refused) => {
            let body = problem::body(&Asked::of(&call.request), &refused);
            WriteResult {
                index,
                status: body.status,
                id: write.id,
                etag: refused.current_version().map(|version| format!("\"{version}\"")),
                record: None,
                problem: Some(body),
                current: None,
            }
        }
    }
}

/// `PUT /v1/things/by/{source}/{external_id}`
pub(crate) async fn upsert(
    kind: &'static Kind,
    call: Call,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, kind, Action::Create)?;
    let part = |name: &str| call.request.match_info().query(name).to_owned();
    let key = ExternalId::new(&part("source"), &part("external_id"))?;
    let written = async |tx: &mut Tx, ctx: &Ctx| {
        Ok(upserted(kind, (kind.operations.upsert)(tx, ctx, &key, &body.0).await?))
    };
    Ok(call.write(Some(&body), written).await?)
}

/// One write that a client did offline.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncOperation {
    /// Names this very write, so that it is done once however often it is sent.
    pub key: Line<200>,
    /// The kind of the record, e.g. `party`.
    #[serde(rename = "type")]
    pub kind: Line<60>,
    /// What is done.
    pub op: WriteOp,
    /// The record; for a new one a UUIDv7 of your own.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// The name that another system knows it by; for `upsert`.
    #[serde(default)]
    pub by: Option<ExternalId>,
    /// The version that was seen; needed to change or delete by id.
    #[serde(default)]
    pub if_match: Option<i64>,
    /// The body of a create, or a merge patch.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub data: Option<Json>,
}

/// What a client did offline.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "operations": [{
    "key": "phone-7-0001", "type": "party", "op": "create", "id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
    "data": { "kind": "organisation", "name": "上海宏图软件有限公司" } }] })))]
pub struct Sync {
    /// The writes, in the order in which they were done.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    pub operations: Vec<SyncOperation>,
}

/// Send what was done offline
///
/// Applies the writes one by one, in their order, each by itself and each once, however often it is
/// sent. A write that fails does not stop those behind it. Where a record has changed meanwhile (412)
/// or is there already (409), the result carries the record as the server has it, to be merged.
/// Afterwards follow `GET /v1/changes`.
#[utoipa::path(tag = "changes", operation_id = "sync_apply", request_body = Sync,
    responses((status = 207, description = "What became of each write.", body = WriteResults)))]
#[post("/v1/sync")]
async fn sync(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let may = |served: &Served| {
        [Action::Create, Action::Update, Action::Delete]
            .iter()
            .any(|action| !call.ctx.reach(served.kind.plural, *action).is_nothing())
    };
    if !SERVED.iter().any(may) {
        return Err(guanxi_kernel::actor::forbidden("changes", Action::Update).into());
    }
    let sync: Sync = body.read()?;
    let mut results = Vec::new();
    for (index, operation) in sync.operations.iter().enumerate() {
        results.push(sync_one(&call, index, operation).await);
    }
    // What was written is an event; what was not is shown as it is.
    let current = |(operation, result): (&SyncOperation, &WriteResult)| {
        result.current.as_ref()?;
        let kind = served(operation)?.kind;
        Some(Shown { kind, members: None, records: vec![operation.id?] })
    };
    call.note_shown(|| sync.operations.iter().zip(&results).filter_map(current).collect()).await?;
    Ok(many(&WriteResults { results }))
}

/// The resource that a write is about, if it takes such writes.
fn served(operation: &SyncOperation) -> Option<&'static Served> {
    SERVED.iter().find(|served| {
        served.kind.name == &*operation.kind && served.operations.contains(&Operation::Batch)
    })
}

async fn sync_one(call: &Call, index: usize, operation: &SyncOperation) -> WriteResult {
    let SyncOperation { op, id, by, if_match, data, .. } = operation.clone();
    let write = Write { op, id, by, if_match, data };
    let Some(served) = served(operation) else {
        let known = SERVED.iter().filter(|s| s.operations.contains(&Operation::Batch));
        let known: Vec<&str> = known.map(|served| served.kind.name).collect();
        let refused = UNKNOWN_VALUE.at("/type").with("expected", known.join(", "));
        return result(call, index, &write, Err(refused));
    };
    let claim = Claim {
        operation: call.operation(),
        key: operation.key.to_string(),
        fingerprint: guanxi_kernel::canonical(&json!(operation)),
    };
    let work = async |tx: &mut Tx, ctx: &Ctx| apply(tx, ctx, served.kind, &write).await;
    let done = call.once(&call.ctx, Some(claim), &work).await;
    let conflict =
        done.as_ref().is_err_and(|p| p.is(&STALE) || p.is(&DUPLICATE) || p.is(&NOT_FOUND));
    let mut result = result(call, index, &write, done.map(|(answer, _)| answer));
    if let (true, Some(id)) = (conflict, write.id) {
        let load = async |tx: &mut Tx, ctx: &Ctx| (served.kind.load)(tx, ctx, &[id]).await;
        let found = call.read(load).await.unwrap_or_default();
        result.current = found.into_iter().next().map(|(_, record)| record);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Word as _;

    #[test]
    fn the_words_of_writes_are_those_of_actions() {
        for op in [WriteOp::Create, WriteOp::Update, WriteOp::Delete] {
            assert!(Action::from_word(op.word()).is_some());
        }
    }
}
