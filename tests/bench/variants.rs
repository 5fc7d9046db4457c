//! Operations in other ways: by four times as many connections, and by somebody who sees what the people
//! below them own; and how long a server takes to start on a store that is full.

use crate::{
    Outcome,
    aims::Aim,
    load::{CONNECTIONS, Figures},
    operations::Operation,
    program::Program,
    run::Bench,
    sales::{Caller, id},
};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// Four times as many connections.
const MANY: usize = 4 * CONNECTIONS;

/// How often the server is started, and milliseconds until it is to answer.
const STARTS: usize = 5;
const START: f64 = 150.0;

/// Somebody who manages those who own the parties.
const MANAGER: &str = "manager@example.com";
const PASSWORD: &str = "a long walk to Hangzhou";

/// What many connections reach with `operation`, against as many as are there otherwise, one after the other.
pub(crate) async fn connections(
    bench: &Bench<'_>,
    program: &Program,
    ids: &Arc<[Uuid]>,
    operation: Operation,
) -> Outcome<Aim> {
    let mut rates = [0.0; 2];
    for (rate, connections) in rates.iter_mut().zip([CONNECTIONS, MANY]) {
        bench.rest(program).await?;
        let token = program.sign_in().await?;
        let asking = (ids, token.as_str());
        let figures = bench.by(connections, program, operation, asking, bench.plan.time).await?;
        *rate = answered(&figures)?;
    }
    let [some, many] = rates;
    let name = format!("{}, {MANY} connections", operation.name());
    Ok(Aim::reach(1.0, name, many, ("by 16 connections", some)))
}

/// What a manager reaches who is asked for the same parties as the administrator of `like`.
pub(crate) async fn manager(
    bench: &Bench<'_>,
    program: &Program,
    ids: &Arc<[Uuid]>,
    like: &Aim,
) -> Outcome<Aim> {
    let mut caller = Caller::new(program).await?;
    let me = caller.get("/v1/me").await?;
    let grants = json!([{ "resource": "parties", "action": "read", "scope": "subtree" }]);
    let role = json!({ "name": "Manager", "grants": grants });
    let role = caller.send("POST", "/v1/roles", &role).await?;
    let user = json!({ "name": "Manager", "email": MANAGER, "role_ids": [id(&role)] });
    let user = caller.send("POST", "/v1/users", &user).await?;
    let path = format!("/v1/users/{}/password", id(&user));
    caller.send("PUT", &path, &json!({ "password": PASSWORD })).await?;
    let unit = json!({ "name": "Company", "kind": "department", "manager_id": id(&user) });
    let unit = caller.send("POST", "/v1/org-units", &unit).await?;
    let path = format!("/v1/users/{}", id(&me));
    caller.send("PATCH", &path, &json!({ "org_unit_id": id(&unit) })).await?;
    bench.rest(program).await?;
    let token = program.sign_in_as(MANAGER, PASSWORD).await?;
    let asking = (ids, token.as_str());
    let time = bench.plan.time;
    let figures = bench.by(CONNECTIONS, program, Operation::Get, asking, time).await?;
    Ok(like.again("party by id, scope subtree", answered(&figures)?))
}

/// How many answers came in a second, if all were good ones.
fn answered(figures: &Figures) -> Outcome<f64> {
    match figures.errors.first_key_value() {
        Some((error, count)) => Err(format!("{count} × {error}").into()),
        None => Ok(figures.per_second),
    }
}

/// How long the server takes from its start to its first answer.
pub(crate) async fn starts(bench: &Bench<'_>) -> Outcome<Aim> {
    let mut all = [0.0; STARTS];
    for millis in &mut all {
        let (program, taken) = Program::start_timed(bench.folders, bench.store).await?;
        *millis = 1e3 * taken.as_secs_f64();
        program.stop().await?;
    }
    all.sort_by(f64::total_cmp);
    Ok(Aim::stay(1.0, "cold start, ms, the median of five", all[STARTS / 2], ("150 ms", START)))
}
