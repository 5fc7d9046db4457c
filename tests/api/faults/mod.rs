//! The store fails at any step of an operation. What is there then is what was there before or what is
//! there afterwards, and the same request sent again ends in exactly one effect.
//!
//! `GUANXI_TEST_STEPS` is about how many steps of each operation are tried besides the last ones; with a
//! thousand it is every step. On PostgreSQL the longest operations are tried only where it is set.

#![expect(clippy::print_stdout, reason = "a test says what it has tried")]

mod jobs;
mod operations;

use guanxi_tests::{
    Answer, Engine, Json, World,
    faults::{Breaker, Fault},
    rows, world,
};
use std::collections::BTreeSet;

/// Runs each of these tests on both stores, each of which it can break.
macro_rules! breakable_stores {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            use guanxi_tests::Engine;

            #[actix_web::test]
            async fn sqlite() {
                let test = async |ground: &crate::faults::Ground<'_>| super::$name(ground).await;
                crate::faults::on(Engine::Sqlite, test).await;
            }

            #[actix_web::test]
            async fn postgres() {
                let test = async |ground: &crate::faults::Ground<'_>| super::$name(ground).await;
                crate::faults::on(Engine::Postgres, test).await;
            }
        }
    )*};
}
use breakable_stores;

/// A world whose store can be broken.
struct Ground<'a> {
    world: &'a World,
    breaker: &'a Breaker,
    /// Where the store is, whatever is broken.
    url: &'a str,
}

async fn on(engine: Engine, test: impl AsyncFnOnce(&Ground<'_>)) {
    world::on_breakable(engine, async |world: &World, breaker: &Breaker| {
        test(&Ground { world, breaker, url: &world.url }).await;
    })
    .await;
}

/// The variable that says how many steps are tried.
const STEPS: &str = "GUANXI_TEST_STEPS";

/// The steps to try: some, about evenly, and from the last few on all of them, without an end.
fn chosen(steps: usize, last: usize) -> impl Iterator<Item = usize> {
    let some = std::env::var(STEPS).ok().and_then(|some| some.parse().ok());
    let (some, last): (usize, _) = (some.unwrap_or(4), steps.saturating_sub(last).max(1));
    (1..last).step_by((last / some.max(1)).max(1)).chain(last..)
}

/// A request that changes something, always the same one.
struct Wish {
    path: String,
    body: Option<Json>,
    key: String,
    status: u16,
}

impl Wish {
    fn new(world: &World, path: impl Into<String>, body: Option<Json>, status: u16) -> Self {
        Self { path: path.into(), body, key: format!("wish-{}", world.next()), status }
    }

    async fn send(&self, world: &World) -> Answer {
        let request = world.admin.request("POST", &self.path).key(&self.key);
        let request = request.header("prefer", "accept-duplicates");
        match &self.body {
            Some(body) => request.json(body).await,
            None => request.await,
        }
    }
}

/// What came of the failures of one operation.
#[derive(Debug, Default)]
struct Outcomes {
    nothing: usize,
    all: usize,
}

impl Ground<'_> {
    /// Whether an operation of very many steps is left to runs that say how many to try: after each cut of a
    /// way the program takes seconds to find another one.
    fn spares(&self) -> bool {
        let spares = self.world.engine == Engine::Postgres && std::env::var_os(STEPS).is_none();
        if spares {
            println!("skipped: {STEPS} is not set");
        }
        spares
    }

    /// Breaks the store at some steps of what is wished, and at all of the `last` ones, to which the
    /// commit must belong. `wish` makes the records that it needs, anew whenever the one before has come
    /// true.
    async fn at_each_step(&self, last: usize, wish: impl AsyncFn(&World) -> Wish) {
        let (touched, steps) = self.unharmed(&wish).await;
        for fault in self.breaker.faults() {
            let found = self.fail(fault, chosen(steps, last), &touched, &wish).await;
            println!("{fault:?} in {steps} steps: {found:?}");
            assert!(found.nothing > 0, "{fault:?}: {found:?}");
            // The commit was heard, and its answer was not.
            assert_eq!(found.all > 0, fault == Fault::Unanswered, "{fault:?}: {found:?}");
        }
    }

    /// The tables that an operation writes, and the number of its steps.
    async fn unharmed(&self, wish: &impl AsyncFn(&World) -> Wish) -> (BTreeSet<String>, usize) {
        let Self { world, breaker, url } = *self;
        // The first one fills caches.
        let first = wish(world).await;
        first.send(world).await.expect(first.status);
        let one = wish(world).await;
        // What was changed for it is known again, as it will be when something has failed.
        world.admin.get("/v1/me").await.expect(200);
        let before = rows::digests(url, None).await;
        let send = async || drop(one.send(world).await.expect(one.status));
        let steps = breaker.steps(send).await;
        breaker.lift().await;
        let after = rows::digests(url, None).await;
        let touched = after.into_iter().filter(|(table, digest)| before[table] != *digest);
        let touched: BTreeSet<String> = touched.map(|(table, _)| table).collect();
        assert!(touched.contains("idempotency_keys"), "{steps}: {touched:?}");
        (touched, steps)
    }

    async fn fail(
        &self,
        fault: Fault,
        steps: impl Iterator<Item = usize>,
        touched: &BTreeSet<String>,
        wish: &impl AsyncFn(&World) -> Wish,
    ) -> Outcomes {
        let Self { world, breaker, url } = *self;
        let holds = async || rows::digests(url, Some(touched)).await;
        let (mut found, mut one) = (Outcomes::default(), wish(world).await);
        for step in steps {
            let before = holds().await;
            breaker.set(fault, step).await;
            let answer = one.send(world).await;
            let cut = breaker.lift().await;
            let after = holds().await;
            if answer.status == one.status {
                assert_ne!(before, after, "{fault:?} at {step}");
                if !cut {
                    // It has fewer steps than that.
                    return found;
                }
            } else {
                assert_eq!(answer.status, fault.status(), "{fault:?} at {step}: {}", answer.text);
                if before == after {
                    found.nothing += 1;
                    continue;
                }
                found.all += 1;
            }
            // What is there is all of it, so that sending it again changes nothing.
            let again = one.send(world).await.expect(one.status);
            assert_eq!(again.header("idempotent-replayed"), Some("true"), "{fault:?} at {step}");
            assert_eq!(after, holds().await, "{fault:?} at {step}");
            one = wish(world).await;
        }
        unreachable!("steps have no end")
    }
}
