//! One store from beginning to end.

use crate::{
    Outcome, Plan, bulk, customers,
    load::{self, Figures, Watch},
    machine::Folders,
    marketing, memory,
    operations::Operation,
    profile::Perf,
    program::{self, Program},
    prospects,
    rehearsal::{self, Rehearsed},
    report::{OperationReport, StoreReport},
    sales,
    statements::Direct,
    store::Store,
    survival, targets,
};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::runtime::Handle;
use uuid::Uuid;

/// How long a profile is sampled at most.
const SAMPLING: Duration = Duration::from_secs(5);

/// What a run needs.
#[derive(Clone, Copy)]
pub(crate) struct Bench<'a> {
    pub(crate) plan: Plan,
    pub(crate) folders: &'a Folders,
    pub(crate) perf: &'a Perf,
    pub(crate) store: &'a Store,
    /// Threads for ceiling b.
    pub(crate) working: &'a Handle,
}

impl Bench<'_> {
    /// Fills the store, measures every operation and both of its ceilings.
    pub(crate) async fn run(self) -> Outcome<StoreReport> {
        let name = self.store.engine.name();
        println!("\n== {name}: filling with {} parties", self.plan.rows);
        let filled = program::fill(self.folders, self.store, self.plan.rows).await?;
        let (opportunities, copies) = sales::fill(&self).await?;
        prospects::fill(&self).await?;
        // What the server would do in the background, in the way of what is measured.
        let sealed = program::verify(self.folders, self.store, self.plan.rows).await?;
        self.store.settle().await?;
        println!("{:.0} rows a second; rehearsing", filled.per_second);
        let (rehearsing, token) = rehearsal::start(self.folders, self.store).await?;
        let direct = Direct::open(self.store).await?;
        let ids = direct.ids().await?;
        let rehearsed = rehearsal::rehearse(&rehearsing, &token, &direct, &ids).await?;
        rehearsing.stop().await?;
        let program = Program::start(self.folders, self.store, "warn").await?;
        println!("measuring: questions and jobs");
        let mut questions = bulk::questions(&program).await?;
        questions.extend(sales::questions(&program).await?);
        questions.extend(prospects::questions(&program).await?);
        questions.extend(marketing::questions(&self, &program).await?);
        let mut works = bulk::works(&program).await?;
        works.push(targets::split(&program).await?);
        works.push(sales::hand_over(&program).await?);
        let mut operations = Vec::new();
        for rehearsed in rehearsed {
            println!("measuring: {}", rehearsed.operation.name());
            operations.push(self.operation(&program, rehearsed, &direct, &ids).await?);
        }
        let memory = program.process.memory()?;
        // After the operations: what the server does about it in the background would be in their way.
        println!("measuring: marketing");
        match marketing::works(&self, &program).await {
            Ok(done) => works.extend(done),
            Err(error) => println!("FAILED: {error}"),
        }
        // Behind the operations, which it would disturb by what it leaves to be done.
        println!("measuring: orders, contracts, reminders and changes");
        match customers::measure(&self, &program).await {
            Ok((asked, done)) => {
                questions.extend(asked);
                works.extend(done);
            }
            Err(error) => println!("FAILED: {error}"),
        }
        let log = program.log().lines().map(str::to_owned).collect();
        program.stop().await?;
        println!("measuring: a job whose server is killed");
        works.extend(survival::works(&self).await?);
        let engine = direct.describe().await?;
        direct.close().await;
        Ok(StoreReport {
            name,
            engine,
            filled,
            opportunities,
            copies,
            sealed,
            questions,
            works,
            operations,
            memory,
            log,
        })
    }

    async fn operation(
        self,
        program: &Program,
        rehearsed: Rehearsed,
        direct: &Direct,
        ids: &Arc<[Uuid]>,
    ) -> Outcome<OperationReport> {
        let Rehearsed { operation, answer, statements, difference } = rehearsed;
        // A new one for each operation: none grows old during a measurement.
        let token = program.sign_in().await?;
        let ours = self.program(program, operation, ids, &token, self.plan.time).await?;
        let memory = memory::measure(&self, operation, ids, &answer, &token).await?;
        let store = direct.measure(&self, operation, ids).await?;
        let profile = self.profile(program, operation, ids, &token).await?;
        let name = operation.name();
        let answer_bytes = answer.body.len();
        let ratio = ours.per_second / memory.per_second.min(store.per_second).max(0.1);
        Ok(OperationReport {
            name,
            statements,
            answer_bytes,
            ours,
            memory,
            store,
            ratio,
            difference,
            profile,
        })
    }

    async fn program(
        self,
        program: &Program,
        operation: Operation,
        ids: &Arc<[Uuid]>,
        token: &str,
        time: Duration,
    ) -> Outcome<Figures> {
        let workers = program::asking(program.address, operation, ids, token).await?;
        let watch = Watch { server: Some(program.process.id()), store: self.store };
        load::measure(workers, &Handle::current(), time, watch).await
    }

    /// In a measurement of its own, because sampling slows down what it samples.
    async fn profile(
        self,
        program: &Program,
        operation: Operation,
        ids: &Arc<[Uuid]>,
        token: &str,
    ) -> Outcome<Option<PathBuf>> {
        let time = self.plan.time.min(SAMPLING);
        let file = self.folders.results.join(format!(
            "{}-{}.txt",
            self.store.engine.slug(),
            operation.slug()
        ));
        let sampling = self.perf.sample(program.process.id(), time, file);
        let (_, sampled) =
            tokio::try_join!(self.program(program, operation, ids, token, time), sampling)?;
        if let Some(file) = &sampled {
            let title = format!("{}, {}", self.store.engine.name(), operation.name());
            self.perf.list(file, &title).await?;
        }
        Ok(sampled)
    }
}
