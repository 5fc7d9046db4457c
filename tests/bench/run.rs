//! One store from beginning to end.

use crate::{
    Outcome, Plan,
    aims::Aim,
    bulk, ceilings, customers,
    load::{self, Figures, Watch},
    machine::Folders,
    marketing, memory,
    operations::Operation,
    profile::Perf,
    program::{self, Program},
    prospects,
    rehearsal::{self, Rehearsed},
    report::{OperationReport, StoreReport},
    reports, sales,
    statements::Direct,
    store::Store,
    survival, targets, variants,
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
        println!("measuring: ceilings of single statements");
        self.rest(&program).await?;
        let (mut aims, mut skipped) =
            match ceilings::measure(&self, &direct, &ids, &operations).await {
                Ok(found) => found,
                Err(error) => (Vec::new(), vec![format!("aims of single statements: {error}")]),
            };
        let after_operations = program.process.memory()?;
        println!("measuring: more connections, and a manager");
        for operation in [Operation::Get, Operation::Create] {
            match variants::connections(&self, &program, &ids, operation).await {
                Ok(found) => aims.push(found),
                Err(error) => {
                    skipped.push(format!("{}, more connections: {error}", operation.name()));
                }
            }
        }
        let like = aims.iter().find(|aim| aim.name == Operation::Get.name()).cloned();
        if let Some(like) = like {
            match variants::manager(&self, &program, &ids, &like).await {
                Ok(found) => aims.push(found),
                Err(error) => skipped.push(format!("party by id, scope subtree: {error}")),
            }
        }
        // After the operations: what the server does about it in the background would be in their way.
        println!("measuring: marketing");
        match marketing::works(&self, &program).await {
            Ok((done, found)) => {
                works.extend(done);
                aims.extend(found);
            }
            Err(error) => skipped.push(format!("marketing: {error}")),
        }
        // Behind the operations, which it would disturb by what it leaves to be done.
        println!("measuring: orders, contracts, reminders and changes");
        match customers::measure(&self, &program).await {
            Ok((asked, done)) => {
                questions.extend(asked);
                works.extend(done);
            }
            Err(error) => skipped.push(format!("orders and contracts: {error}")),
        }
        let memory = program.process.memory()?;
        for (name, mib) in [
            ("memory of its own after operations, MB", after_operations.own_mib),
            ("memory of its own at the end, MB", memory.own_mib),
            ("memory with files at the end, MB", memory.resident_mib),
        ] {
            aims.push(Aim::memory(name, mib, ("100 MB", 100.0)));
        }
        for work in works.iter().filter(|work| work.name.starts_with("export")) {
            let name = format!("{}, MB more", work.name);
            aims.push(Aim::memory(name, work.growth_mib, ("32 MB", 32.0)));
        }
        let log = program.log().lines().map(str::to_owned).collect();
        program.stop().await?;
        println!("measuring: reports and their statements");
        match reports::measure(&self).await {
            Ok(found) => aims.extend(found),
            Err(error) => skipped.push(format!("reports and their statements: {error}")),
        }
        println!("measuring: starts");
        match variants::starts(&self).await {
            Ok(found) => aims.push(found),
            Err(error) => skipped.push(format!("cold start: {error}")),
        }
        println!("measuring: a job whose server is killed");
        works.extend(survival::works(&self).await?);
        println!("measuring: a job that nobody disturbs");
        match survival::undisturbed(&self).await {
            Ok(done) => works.extend(done),
            Err(error) => skipped.push(format!("persons: {error}")),
        }
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
            aims,
            skipped,
            memory,
            log,
        })
    }

    /// Waits until the server has nothing to do.
    pub(crate) async fn rest(self, program: &Program) -> Outcome {
        load::rest(Watch { server: Some(program.process.id()), store: self.store }).await
    }

    async fn operation(
        self,
        program: &Program,
        rehearsed: Rehearsed,
        direct: &Direct,
        ids: &Arc<[Uuid]>,
    ) -> Outcome<OperationReport> {
        let Rehearsed { operation, answer, statements, difference } = rehearsed;
        self.rest(program).await?;
        // A new one for each operation: none grows old during a measurement.
        let token = program.sign_in().await?;
        let ours = self.program(program, operation, ids, &token, self.plan.time).await?;
        // What is left to be sealed would be in the way of the ceilings.
        self.rest(program).await?;
        let memory = memory::measure(&self, operation, ids, &answer, &token).await?;
        let store = direct.measure(&self, operation, ids).await?;
        self.rest(program).await?;
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
        self.by(load::CONNECTIONS, program, operation, (ids, token), time).await
    }

    /// The same by so many connections.
    pub(crate) async fn by(
        self,
        connections: usize,
        program: &Program,
        operation: Operation,
        (ids, token): (&Arc<[Uuid]>, &str),
        time: Duration,
    ) -> Outcome<Figures> {
        let workers = program::asking(program.address, operation, ids, token, connections).await?;
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
