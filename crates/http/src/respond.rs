//! The one path of reads and the one path of writes.

use crate::{
    body::Body,
    call::{Call, Prefer},
    problem::IDEMPOTENCY_KEY_REQUIRED,
};
use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use futures_util::future::LocalBoxFuture;
use guanxi_bulk::jobs::Job;
use guanxi_kernel::{Ctx, Result, canonical};
use guanxi_storage::{
    Kind, Resource, Tx,
    idempotency::{self, Answer, Claim},
    operations::Sheet,
    resource::Shown,
};
use serde::Serialize;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// What a use case has come to, before it becomes an answer.
#[derive(Debug, Clone)]
pub struct Done {
    status: StatusCode,
    version: Option<i64>,
    location: Option<String>,
    body: String,
    /// A body that is answered with once and never kept, because it holds a secret.
    once: Option<String>,
}

impl Done {
    /// 200 with `body`.
    pub fn ok(body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { status: StatusCode::OK, version: None, location: None, body, once: None }
    }

    /// 201 with what was added to a record.
    pub fn added(body: &impl Serialize) -> Self {
        Self { status: StatusCode::CREATED, ..Self::ok(body) }
    }

    /// 202 with the job that goes on by itself, and where it is.
    pub fn accepted(job: &Shown<Job>) -> Self {
        let location = format!("/v1/jobs/{}", job.record.meta.id);
        Self { status: StatusCode::ACCEPTED, location: Some(location), ..Self::record(job) }
    }

    /// 202 with a record whose change waits for an approval, and where that is.
    pub fn waiting<R: Resource>(shown: &Shown<R>, approval: Uuid) -> Self {
        let location = Some(format!("/v1/approvals/{approval}"));
        Self { status: StatusCode::ACCEPTED, location, ..Self::record(shown) }
    }

    /// 204.
    pub fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: String::new(), ..Self::ok(&()) }
    }

    /// 200 with a record and its `ETag`.
    pub fn record<R: Resource>(shown: &Shown<R>) -> Self {
        Self { version: Some(shown.record.meta().version), ..Self::ok(shown) }
    }

    /// 200 with a record that is ready to be sent, and its `ETag`.
    pub fn sheet(sheet: Sheet) -> Self {
        Self {
            status: StatusCode::OK,
            version: Some(sheet.version),
            location: None,
            body: String::from(Box::<str>::from(sheet.body)),
            once: None,
        }
    }

    /// 201 with a record that is ready to be sent, its `ETag` and where it is from now on.
    pub fn made(kind: &Kind, sheet: Sheet) -> Self {
        let location = Some(format!("/v1/{}/{}", kind.path, sheet.id));
        Self { status: StatusCode::CREATED, location, ..Self::sheet(sheet) }
    }

    /// The answer, as a part of another one.
    pub(crate) fn into_answer(self) -> Answer {
        self.kept()
    }

    /// 201 with a record as it is shown, its `ETag` and where it is from now on.
    pub fn created<R: Resource>(record: &R, shown: &impl Serialize) -> Self {
        let meta = record.meta();
        let location = format!("/v1/{}/{}", R::kind().path, meta.id);
        Self {
            status: StatusCode::CREATED,
            version: Some(meta.version),
            location: Some(location),
            ..Self::ok(shown)
        }
    }

    /// The same with another body this once; a retry gets the one without the secret.
    #[must_use]
    pub fn once(self, body: &impl Serialize) -> Self {
        Self { once: serde_json::to_string(body).ok(), ..self }
    }
}

/// A use case that writes, as [`Call::write`] runs it.
trait Work {
    fn run<'a>(&'a self, tx: &'a mut Tx, ctx: &'a Ctx) -> LocalBoxFuture<'a, Result<Done>>;
}

impl<F: AsyncFn(&mut Tx, &Ctx) -> Result<Done>> Work for F {
    fn run<'a>(&'a self, tx: &'a mut Tx, ctx: &'a Ctx) -> LocalBoxFuture<'a, Result<Done>> {
        Box::pin(self(tx, ctx))
    }
}

impl Call {
    /// Runs a use case that reads.
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn read<T>(&self, work: impl AsyncFnOnce(&mut Tx, &Ctx) -> Result<T>) -> Result<T> {
        self.state.db.read(self.ctx.tenant, async |tx| work(tx, &self.ctx).await).await
    }

    /// Runs a use case that reads much and may run twice: on a replica of the store, where there is one that
    /// has all that was written before, else as [`Call::read`] runs it; its statements may take longer.
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn report<T>(&self, work: impl AsyncFn(&mut Tx, &Ctx) -> Result<T>) -> Result<T> {
        self.state.db.report(self.ctx.tenant, async |tx| work(tx, &self.ctx).await).await
    }

    /// Runs a use case that writes, once for each idempotency key, and keeps its answer with its
    /// effect. A dry run does the same and keeps nothing.
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn write(
        &self,
        body: Option<&Body>,
        work: impl AsyncFn(&mut Tx, &Ctx) -> Result<Done>,
    ) -> Result<HttpResponse> {
        let (kept, replayed) = self.once(&self.ctx, self.claim(body), &work).await?;
        Ok(answer(kept, self.prefer, replayed))
    }

    /// Runs a use case that writes in one transaction, once for each claim; its answer, and whether
    /// it is one that was given before.
    ///
    /// # Errors
    /// Those of the use case.
    pub(crate) fn once<'a>(
        &'a self,
        ctx: &'a Ctx,
        claim: Option<Claim>,
        work: &'a impl AsyncFn(&mut Tx, &Ctx) -> Result<Done>,
    ) -> LocalBoxFuture<'a, Result<(Answer, bool)>> {
        // Boxed, so that a write is compiled once and not for each of the use cases.
        Box::pin(self.once_for_all(ctx, claim, work))
    }

    async fn once_for_all(
        &self,
        ctx: &Ctx,
        claim: Option<Claim>,
        work: &dyn Work,
    ) -> Result<(Answer, bool)> {
        let db = &self.state.db;
        if self.prefer.dry_run {
            let done = db.rehearse(ctx.tenant, async |tx| work.run(tx, ctx).await).await?;
            return Ok((done.kept(), false));
        }
        db.write(ctx.tenant, async |tx| {
            if let Some(claim) = &claim
                && let Some(kept) = idempotency::claim(tx, ctx, claim).await?
            {
                return Ok((kept, true));
            }
            let mut done = work.run(tx, ctx).await?;
            let once = done.once.take();
            let mut kept = done.kept();
            if let Some(claim) = &claim {
                idempotency::keep(tx, ctx, claim, &kept).await?;
            }
            kept.body = once.unwrap_or(kept.body);
            Ok((kept, false))
        })
        .await
    }

    /// Refuses a write whose retry could not be told from another one.
    ///
    /// # Errors
    /// `idempotency_key_required`.
    pub fn require_idempotency_key(&self) -> Result<()> {
        match (&self.idempotency_key, self.prefer.dry_run) {
            (None, false) => Err(IDEMPOTENCY_KEY_REQUIRED.problem()),
            _ => Ok(()),
        }
    }

    /// The claim of one part of the request, e.g. an item of a batch, under a key of its own.
    pub(crate) fn claim_part(&self, ctx: &Ctx, part: &str, body: &Json) -> Option<Claim> {
        let key = format!("{}#{part}", self.idempotency_key.as_ref()?);
        let mut digest = Sha256::new();
        digest.update(format!("{:?}", ctx.seen));
        digest.update(canonical(body));
        let fingerprint = STANDARD_NO_PAD.encode(digest.finalize());
        Some(Claim { operation: self.operation(), key, fingerprint })
    }

    fn claim(&self, body: Option<&Body>) -> Option<Claim> {
        let key = self.idempotency_key.clone()?;
        let mut digest = Sha256::new();
        digest.update(self.request.uri().to_string());
        digest.update(format!("{:?}", self.ctx.seen));
        digest.update(body.map(|body| canonical(&body.0)).unwrap_or_default());
        let fingerprint = STANDARD_NO_PAD.encode(digest.finalize());
        Some(Claim { operation: self.operation(), key, fingerprint })
    }

    /// Answers a read of one version of a record, or with 304 when the caller has it already.
    pub fn version(&self, version: i64, body: &impl Serialize) -> HttpResponse {
        let tag = format!("\"{version}\"");
        let held =
            self.request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let current =
            |held: &str| held.split(',').any(|held| held.trim() == tag || held.trim() == "*");
        let mut response = match held.is_some_and(current) {
            true => HttpResponse::NotModified(),
            false => HttpResponse::Ok(),
        };
        response.insert_header((header::ETAG, tag.clone()));
        match held.is_some_and(current) {
            true => response.finish(),
            false => response.json(body),
        }
    }
}

impl Done {
    fn kept(self) -> Answer {
        Answer {
            status: i64::from(self.status.as_u16()),
            etag: self.version.map(|version| format!("\"{version}\"")),
            location: self.location,
            body: self.body,
        }
    }
}

fn answer(kept: Answer, prefer: Prefer, replayed: bool) -> HttpResponse {
    let status =
        u16::try_from(kept.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or(StatusCode::OK);
    let minimal = prefer.minimal && status != StatusCode::NO_CONTENT;
    let status = if minimal && status == StatusCode::OK { StatusCode::NO_CONTENT } else { status };
    let mut response = HttpResponseBuilder::new(status);
    for (name, value) in [(header::ETAG, kept.etag), (header::LOCATION, kept.location)] {
        if let Some(value) = value {
            response.insert_header((name, value));
        }
    }
    if replayed {
        response.insert_header(("idempotent-replayed", "true"));
    }
    let applied = [
        (minimal, "return=minimal"),
        (prefer.dry_run, "dry-run"),
        (prefer.accept_duplicates, "accept-duplicates"),
    ];
    let applied: Vec<&str> = applied.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
    if !applied.is_empty() {
        response.insert_header(("preference-applied", applied.join(", ")));
    }
    if minimal || status == StatusCode::NO_CONTENT {
        return response.finish();
    }
    response.content_type("application/json").body(kept.body)
}
