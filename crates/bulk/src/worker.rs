//! Whoever does jobs: takes one after the other, in the name and with the rights of who asked.
//!
//! A server that stops gives its job back first. A connection is served by the thread that opened it, so
//! whoever still needs the store must not be waited for on such a thread, nor begin after it has ended.

use crate::{
    Files, attachments, erasures, exports, imports,
    jobs::{self, Job, JobId, JobKind, JobStatus, Lease, Progress},
    problems::{JOB_INTERRUPTED, LEASE_LOST},
    undo,
};
use futures_util::{FutureExt as _, future::LocalBoxFuture};
use guanxi_identity::bootstrap;
use guanxi_kernel::{Actor, Clock, Ctx, Problem, Result, UserId, problem::INTERNAL};
use guanxi_storage::{Db, Tx, resource};
use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, resume_unwind},
};
use uuid::Uuid;

/// How often a job is taken at most without coming further: with the time of a lease between, some ten minutes.
const MOST_ATTEMPTS: i64 = 10;

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
    /// How many people had been erased before anything was read.
    erased: i64,
    /// Whether somebody was since, so that what was read tells of them.
    outdated: Cell<bool>,
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
    ///
    /// # Panics
    /// When the job does, which has failed then: it would panic whoever takes it up.
    pub async fn work(&self) -> Result<bool> {
        let Some(lease) = jobs::lease(&self.db, &self.name, self.clock.now()).await? else {
            return Ok(false);
        };
        if lease.cancelled {
            self.end(&lease, |_| None).await?;
            return Ok(true);
        }
        let done = if lease.attempts > MOST_ATTEMPTS {
            // Whoever had it before did not live to say what was wrong.
            Err(JOB_INTERRUPTED.with("count", MOST_ATTEMPTS))
        } else {
            match AssertUnwindSafe(self.run(&lease)).catch_unwind().await {
                Ok(done) => done,
                Err(panic) => {
                    let problem = INTERNAL.problem().because("the job panicked");
                    self.end(&lease, |_| Some((JobStatus::Failed, Some(&problem)))).await?;
                    resume_unwind(panic);
                }
            }
        };
        match done {
            // Somebody else has it now, or it was cancelled.
            Err(problem) if problem.is(&LEASE_LOST) => self.end(&lease, |_| None).await?,
            Err(problem) if guanxi_storage::bulk::is_of_store(&problem) => {
                // It is taken up again, by whoever, when the lease is over.
                tracing::warn!(job = %lease.job, %problem, "a job was interrupted");
                if lease.attempts >= MOST_ATTEMPTS {
                    let too_often = |job: &Job| job.attempts >= MOST_ATTEMPTS;
                    let failed = (JobStatus::Failed, Some(&problem));
                    self.end(&lease, |job| too_often(job).then_some(failed)).await?;
                }
            }
            Err(problem) => {
                tracing::warn!(job = %lease.job, %problem, "a job failed");
                self.end(&lease, |_| Some((JobStatus::Failed, Some(&problem)))).await?;
            }
            Ok(()) => self.end(&lease, |_| Some((JobStatus::Succeeded, None))).await?,
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
        loop {
            let count = async |tx: &mut Tx| erasures::count(tx).await;
            let (job, ctx) = self.context(lease).await?;
            let run = Run {
                worker: self,
                lease: lease.clone(),
                total: job.total,
                ctx,
                look_at: Cell::new(1),
                erased: self.db.read(lease.tenant, count).await?,
                outdated: Cell::new(false),
            };
            match self.work_on(&run, &job).await {
                Err(_) if run.outdated.get() => {
                    tracing::info!(job = %lease.job, "a job begins again, since a person was erased");
                }
                done => return done,
            }
        }
    }

    async fn work_on(&self, run: &Run<'_>, job: &Job) -> Result<()> {
        match job.input.kind {
            JobKind::Import => imports::run(run, job, false).await,
            JobKind::ImportCheck => imports::run(run, job, true).await,
            JobKind::Export => exports::run(run, job).await,
            JobKind::SubjectExport => erasures::write_subject(run, job).await,
            JobKind::Undo => undo::run(run, &job.task, &job.state).await,
            other => match self.works.iter().find(|(kind, _)| *kind == other) {
                Some((_, work)) => work(run, job).await,
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

    /// Ends the job as `how` says, if it does, as long as the job is this worker's: what another has taken is
    /// not for this one to end. What was cancelled meanwhile ends as that, which its caller was told.
    async fn end<'p>(
        &self,
        lease: &Lease,
        how: impl Fn(&Job) -> Option<(JobStatus, Option<&'p Problem>)>,
    ) -> Result<()> {
        let ctx = self.own_context(lease, lease.owner).await?;
        let end = async |tx: &mut Tx| {
            let job: Job = resource::load(tx, &ctx, lease.job.uuid()).await?;
            let ours = job.lease_by.as_deref() == Some(lease.by.as_str());
            if !ours || job.finished_at.is_some() {
                return Ok(());
            }
            let end = if job.cancel_asked { Some((JobStatus::Cancelled, None)) } else { how(&job) };
            match end {
                Some((status, problem)) => jobs::finish(tx, &ctx, lease.job, status, problem).await,
                None => Ok(()),
            }
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

    /// Stores how far work has come that writes nothing else.
    ///
    /// # Errors
    /// `lease_lost` when the job is to stop; those of the store.
    pub(crate) async fn tell(&self, progress: &Progress) -> Result<()> {
        let now = self.worker.clock.now();
        let keep = async |tx: &mut Tx| jobs::checkpoint(tx, &self.lease, now, progress).await;
        self.worker.db.write(self.lease.tenant, keep).await
    }

    /// As [`Run::commit`], for the last step of a job that keeps what it has read of people. If one of them was erased
    /// since it began, nothing of the step is kept and the job begins again.
    ///
    /// Whoever erases looks for jobs under way and adds to the erasures; this looks at the erasures and ends the
    /// job. Both are serializable, so at least one of them sees the other.
    ///
    /// # Errors
    /// As [`Run::commit`]; `lease_lost` also to begin again.
    pub async fn conclude(
        &self,
        step: impl AsyncFn(&mut Tx, &Ctx) -> Result<Progress>,
    ) -> Result<Progress> {
        let unless_erased = async |tx: &mut Tx, ctx: &Ctx| {
            if erasures::count(tx).await? == self.erased {
                return step(tx, ctx).await;
            }
            self.outdated.set(true);
            Err(LEASE_LOST.problem())
        };
        self.commit(unless_erased).await
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

    /// Reads in the name of who asked, all of it as it is when the first statement starts.
    ///
    /// # Errors
    /// Those of `work`.
    pub(crate) async fn snapshot<T>(
        &self,
        work: impl AsyncFnOnce(&mut Tx, &Ctx) -> Result<T>,
    ) -> Result<T> {
        let ctx = self.now();
        self.worker.db.snapshot(self.lease.tenant, async |tx| work(tx, &ctx).await).await
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
