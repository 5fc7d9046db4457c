//! Whoever does jobs: takes one after the other, in the name and with the rights of who asked.
//!
//! A server that stops gives its job back first. A connection is served by the thread that opened it, so
//! whoever still needs the store must not be waited for on such a thread, nor begin after it has ended.

use crate::{
    Files, attachments, erasures, exports, imports,
    jobs::{self, Job, JobId, JobKind, JobStatus, Lease, Progress},
    problems::LEASE_LOST,
    undo,
};
use futures_util::future::LocalBoxFuture;
use guanxi_identity::bootstrap;
use guanxi_kernel::{Actor, Clock, Ctx, Problem, Result, UserId, problem::INTERNAL};
use guanxi_storage::{Db, Tx, resource};
use std::cell::Cell;
use uuid::Uuid;

/// Does the jobs of all tenants. Cheap to clone.
#[derive(Clone)]
pub struct Worker {
    pub(crate) db: Db,
    pub(crate) files: Files,
    clock: Clock,
    /// Tells this worker from all others.
    name: String,
    works: Vec<(JobKind, Work)>,
}

/// Work that another crate does.
pub type Work = for<'a> fn(&'a Run<'a>, &'a Job) -> LocalBoxFuture<'a, Result<()>>;

/// A job under way.
pub struct Run<'a> {
    pub(crate) worker: &'a Worker,
    pub(crate) lease: Lease,
    pub(crate) total: Option<i64>,
    ctx: Ctx,
    /// How far the job will have come when the tables it fills are looked at again.
    look_at: Cell<i64>,
}

impl Worker {
    /// Over this store and these files.
    pub fn new(db: Db, files: Files, clock: Clock) -> Self {
        let name = format!("{}-{}", std::process::id(), Uuid::new_v4().simple());
        Self { db, files, clock, name, works: Vec::new() }
    }

    /// The same, also doing jobs of that kind.
    #[must_use]
    pub fn with(mut self, kind: JobKind, work: Work) -> Self {
        self.works.push((kind, work));
        self
    }

    /// Where files are.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Takes the job that waits longest and does it to its end; whether there was one.
    ///
    /// # Errors
    /// Those of the store while it takes or ends the job.
    pub async fn work(&self) -> Result<bool> {
        let Some(lease) = jobs::lease(&self.db, &self.name, self.clock.now()).await? else {
            return Ok(false);
        };
        match self.run(&lease).await {
            // Somebody else has it now, or it was cancelled.
            Err(problem) if problem.is(&LEASE_LOST) => self.let_go(&lease).await?,
            Err(problem) if guanxi_storage::bulk::is_of_store(&problem) => {
                // It is taken up again, by whoever, when the lease is over.
                tracing::warn!(job = %lease.job, %problem, "a job was interrupted");
            }
            Err(problem) => {
                tracing::warn!(job = %lease.job, %problem, "a job failed");
                self.end(&lease, JobStatus::Failed, Some(&problem)).await?;
            }
            Ok(()) => self.end(&lease, JobStatus::Succeeded, None).await?,
        }
        Ok(true)
    }

    /// Gives back the job that this worker, or a clone of it, was cut off from, so that another takes
    /// it up at once where its last step was committed; how many there were.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn give_back(&self) -> Result<u64> {
        jobs::give_back(&self.db, &self.name, self.clock.now()).await
    }

    /// Removes files that have had their time; called once in a while.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn tidy(&self) -> Result<()> {
        let (db, files, now) = (&self.db, &self.files, self.clock.now());
        attachments::forget_unclaimed(db, files, now).await?;
        exports::expire(db, files, now).await
    }

    async fn run(&self, lease: &Lease) -> Result<()> {
        let (job, ctx) = self.context(lease).await?;
        let run = Run {
            worker: self,
            lease: lease.clone(),
            total: job.total,
            ctx,
            look_at: Cell::new(1),
        };
        match job.input.kind {
            JobKind::Import => imports::run(&run, &job, false).await,
            JobKind::ImportCheck => imports::run(&run, &job, true).await,
            JobKind::Export => exports::run(&run, &job).await,
            JobKind::SubjectExport => erasures::write_subject(&run, &job).await,
            JobKind::Undo => undo::run(&run, &job.task, &job.state).await,
            other => match self.works.iter().find(|(kind, _)| *kind == other) {
                Some((_, work)) => work(&run, &job).await,
                None => Err(INTERNAL.problem().because("nobody does jobs of this kind")),
            },
        }
    }

    /// The job, and the context of who asked for it, with the rights they have now.
    async fn context(&self, lease: &Lease) -> Result<(Job, Ctx)> {
        let request = format!("job-{}", lease.job).into();
        let now = self.clock.now();
        let ctx = bootstrap::in_name_of(&self.db, lease.tenant, lease.owner, now, request).await?;
        let itself = Ctx { actor: Actor::system(lease.owner).into(), ..ctx.clone() };
        let load = async |tx: &mut Tx| resource::load::<Job>(tx, &itself, lease.job.uuid()).await;
        let job = self.db.read(lease.tenant, load).await?;
        let limits = jobs::limits(&job.task);
        let actor = Actor { limits, api_key: job.api_key_id, ..Actor::clone(&ctx.actor) };
        let source = jobs::source_of(job.input.kind, lease.job);
        Ok((job, Ctx { actor: actor.into(), source, ..ctx }))
    }

    async fn end(&self, lease: &Lease, status: JobStatus, problem: Option<&Problem>) -> Result<()> {
        let ctx = self.own_context(lease, lease.owner).await?;
        let end = async |tx: &mut Tx| jobs::finish(tx, &ctx, lease.job, status, problem).await;
        self.db.write(lease.tenant, end).await
    }

    /// Ends a job that was cancelled while this worker had it.
    async fn let_go(&self, lease: &Lease) -> Result<()> {
        let ctx = self.own_context(lease, lease.owner).await?;
        let end = async |tx: &mut Tx| {
            let job: Job = resource::load(tx, &ctx, lease.job.uuid()).await?;
            let ours = job.lease_by.as_deref() == Some(&lease.by);
            if job.cancel_asked && ours && job.finished_at.is_none() {
                jobs::finish(tx, &ctx, lease.job, JobStatus::Cancelled, None).await?;
            }
            Ok(())
        };
        self.db.write(lease.tenant, end).await
    }

    /// The context in which the program ends a job, also of a user who is gone.
    async fn own_context(&self, lease: &Lease, user: UserId) -> Result<Ctx> {
        let request = format!("job-{}", lease.job).into();
        bootstrap::as_program(&self.db, lease.tenant, user, self.clock.now(), request).await
    }
}

impl Run<'_> {
    /// The job.
    pub fn job(&self) -> JobId {
        self.lease.job
    }

    /// How much there is to do, as far as it was known when it was asked for.
    pub fn total(&self) -> Option<i64> {
        self.total
    }

    /// A copy of a file of the tenant that lies on this machine, for as long as the value lives.
    ///
    /// # Errors
    /// `file_gone`; `internal` when the store of files does not answer.
    pub async fn fetch(&self, file: Uuid) -> Result<tempfile::NamedTempFile> {
        self.worker.files.fetch(self.lease.tenant, file).await
    }

    /// Forgets a file of the tenant that is not needed any more.
    pub async fn forget(&self, file: Uuid) {
        self.worker.files.forget(self.lease.tenant, file).await;
    }

    /// Does one step and stores how far the job has come, in one transaction. If another transaction
    /// gets in between, `step` runs again.
    ///
    /// # Errors
    /// Those of the step; `lease_lost` when the job is to stop, and then nothing of the step is kept.
    pub async fn commit(
        &self,
        step: impl AsyncFn(&mut Tx, &Ctx) -> Result<Progress>,
    ) -> Result<Progress> {
        let ctx = self.now();
        let db = &self.worker.db;
        let kept = db.write_many(self.lease.tenant, async |tx| {
            let progress = step(tx, &ctx).await?;
            jobs::checkpoint(tx, &self.lease, ctx.now, &progress).await?;
            Ok(progress)
        });
        let progress = kept.await?;
        // After the first step, and whenever twice as much is done as the last time.
        if progress.done >= self.look_at.get() {
            db.refresh_statistics().await;
            self.look_at.set(progress.done.saturating_mul(2));
        }
        Ok(progress)
    }

    /// Does what a step would do and keeps nothing.
    pub(crate) async fn rehearse<T>(
        &self,
        step: impl AsyncFn(&mut Tx, &Ctx) -> Result<T>,
    ) -> Result<T> {
        let ctx = self.now();
        let db = &self.worker.db;
        db.rehearse(self.lease.tenant, async |tx| step(tx, &ctx).await).await
    }

    /// Reads in the name of who asked.
    ///
    /// # Errors
    /// Those of `work`.
    pub async fn read<T>(&self, work: impl AsyncFnOnce(&mut Tx, &Ctx) -> Result<T>) -> Result<T> {
        let ctx = self.now();
        self.worker.db.read(self.lease.tenant, async |tx| work(tx, &ctx).await).await
    }

    /// Reads what belongs to the job itself, whatever who asked may see.
    pub(crate) async fn by_itself<T>(
        &self,
        work: impl AsyncFnOnce(&mut Tx, &Ctx) -> Result<T>,
    ) -> Result<T> {
        let ctx = jobs::by_itself(&self.now());
        self.worker.db.read(self.lease.tenant, async |tx| work(tx, &ctx).await).await
    }

    fn now(&self) -> Ctx {
        Ctx { now: self.worker.clock.now(), ..self.ctx.clone() }
    }
}
