//! The public data of a seller of computers comes in as files do, and gives the known figures.

use super::summary;
use crate::bulk::{commit, counts, done, set, succeeded, upload};
use guanxi_sales::opportunities::{OpportunityStatus, standing_at};
use guanxi_storage::Tx;
use guanxi_tests::{Client, Json, World, both_stores, json};
use std::{collections::BTreeSet, fs, path::PathBuf};

both_stores![s_26_the_opportunities_of_another_system_come_in_with_their_history];

/// A file of rows whose columns are called as the fields are; the job must make all of them.
pub(crate) async fn import(world: &World, resource: &str, file: Vec<u8>, wish: Json, rows: i64) {
    let made = upload(&world.admin, resource, file).await.expect(201);
    let mapping = wish["columns"].as_object().expect("columns").iter();
    let meant = |column: &String| wish["values"].get(column).cloned().unwrap_or(json!({}));
    let mapping = mapping.map(
        |(column, field)| json!({ "column": column, "field": field, "values": meant(column) }),
    );
    let wish = json!({ "mapping": mapping.collect::<Vec<_>>(), "defaults": wish["defaults"] });
    set(&world.admin, &made.id(), wish).await.expect(200);
    let job = commit(world, &made.id()).await;
    succeeded(&job);
    assert_eq!(counts(&job), [rows, 0, 0, 0], "{resource}");
}

/// A file can be tried with what only its owner requires: the check names each row without account,
/// and writes nothing.
async fn name_those_without_account(world: &World, text: &str, wish: &Json, golden: &Json) {
    let made = upload(&world.admin, "opportunities", text.to_owned()).await.expect(201);
    assert_eq!(made.json["layout"]["rows"], 8_800);
    let columns = wish["columns"].as_object().expect("columns").iter();
    let mapping = columns.map(|(column, field)| {
        let values = wish["values"].get(column).cloned().unwrap_or(json!({}));
        json!({ "column": column, "field": field, "values": values, "required": field == "party" })
    });
    let mapping: Vec<Json> = mapping.collect();
    let wish = json!({ "mapping": mapping, "defaults": wish["defaults"] });
    set(&world.admin, &made.id(), wish).await.expect(200);
    let check = world.admin.act(format!("/v1/imports/{}/check", made.id())).await.expect(202);
    let check = done(world, &check.id()).await;
    succeeded(&check);
    let without = golden["file"]["rows_without_account"].as_i64().expect("a number");
    assert_eq!(counts(&check), [8_800 - without, 0, 0, without]);
    let mut named = BTreeSet::new();
    let mut next = format!("/v1/jobs/{}/problems?limit=200", check.id());
    loop {
        let page = world.admin.get(&next).await.expect(200);
        for one in page.data() {
            assert_eq!(one["problem"]["errors"][0]["pointer"], "/party_id");
            named.insert(one["row"].as_u64().expect("a row"));
        }
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        next = format!("/v1/jobs/{}/problems?limit=200&cursor={cursor}", check.id());
    }
    // Rows are told by the line that they begin in; the header is the first.
    let lines = text.lines().enumerate().filter(|(_, line)| line.split(',').nth(3) == Some(""));
    let lines: BTreeSet<u64> = lines.map(|(at, _)| at as u64 + 1).collect();
    assert_eq!(named, lines);
    let there = world.admin.get("/v1/opportunities?limit=1&count=exact").await.expect(200);
    assert_eq!(there.json["total"], 0, "a check writes nothing");
}

async fn stage(client: &Client, pipeline: &str, name: &str, kind: &str) {
    let body =
        json!({ "pipeline_id": pipeline, "code": name.to_lowercase(), "name": name, "kind": kind });
    client.post("/v1/pipeline-stages", body).await.expect(201);
}

#[expect(clippy::print_stdout, reason = "says that it skips")]
async fn s_26_the_opportunities_of_another_system_come_in_with_their_history(world: &World) {
    let Some(folder) = std::env::var_os("GUANXI_TESTDATA") else {
        return println!("skipped: GUANXI_TESTDATA does not name the folder of the public data");
    };
    let folder = PathBuf::from(folder).join("crm_sales_opportunities");
    let read = |name: &str| fs::read(folder.join(name)).expect("a file");
    let golden: Json = serde_json::from_slice(&read("golden.json")).expect("JSON");
    let pipeline =
        world.admin.post("/v1/pipelines", json!({ "name": "B2B" })).await.expect(201).id();
    for (name, kind) in
        [("Prospecting", "open"), ("Engaging", "open"), ("Won", "won"), ("Lost", "lost")]
    {
        stage(&world.admin, &pipeline, name, kind).await;
    }
    world
        .admin
        .patch(format!("/v1/pipelines/{pipeline}"), json!({ "active": true }))
        .await
        .expect(200);
    let text = String::from_utf8(read("sales_pipeline.csv")).expect("text");
    let products = String::from_utf8(read("products.csv")).expect("text");
    for name in products.lines().skip(1).filter_map(|line| line.split(',').next()) {
        world.admin.post("/v1/products", json!({ "code": name, "name": name })).await.expect(201);
    }
    let accounts = json!({ "columns": { "account": "name" },
        "defaults": { "kind": "organisation", "roles": ["customer"] } });
    import(world, "parties", read("accounts.csv"), accounts, 85).await;
    let columns = json!({ "opportunity_id": "number", "product": "product", "account": "party",
        "deal_stage": "stage", "engage_date": "engaged_on", "close_date": "closed_on",
        "close_value": "amount" });
    let mut defaults = summary(&["other"], json!({}));
    defaults["name"] = json!("Deal");
    // One product is spelt in two ways.
    let values = json!({ "product": { "GTXPro": "GTX Pro" } });
    let wish = json!({ "columns": columns, "values": values, "defaults": defaults });
    name_those_without_account(world, &text, &wish, &golden).await;
    import(world, "opportunities", text.clone().into_bytes(), wish, 8_800).await;

    let count = async |query: &str| {
        let list = format!("/v1/opportunities?limit=1&count=exact&{query}");
        world.admin.get(list).await.expect(200).json["total"].clone()
    };
    assert_eq!(count("party_id=null").await, golden["file"]["rows_without_account"]);
    for (status, figure) in [("won", "won"), ("lost", "lost")] {
        let expected = &golden["stages"][if figure == "won" { "Won" } else { "Lost" }];
        assert_eq!(&count(&format!("status={status}")).await, expected, "{status}");
    }
    let standing = async |status: OpportunityStatus, day: &str| -> (i64, i64) {
        let (ctx, pipeline) = (world.ctx().await, pipeline.parse().expect("an id"));
        let at = format!("{day}T15:59:59Z").parse().expect("the last second of a day in Shanghai");
        let ask = async |tx: &mut Tx| standing_at(tx, pipeline, status, at, ctx.now).await;
        let rows = world.db.read(ctx.tenant, ask).await.expect("an answer");
        rows.iter().fold((0, 0), |sum, row| (sum.0 + row.count, sum.1 + row.minor))
    };
    let (won, revenue) = standing(OpportunityStatus::Won, "2026-01-01").await;
    assert_eq!(
        (json!(won), json!(revenue / 100)),
        (golden["stages"]["Won"].clone(), golden["won_revenue"].clone())
    );
    // Worked on at the end of a day: engaged until then and not closed yet.
    for day in ["2016-12-31", "2017-06-30", "2017-09-30"] {
        let open = text.lines().skip(1).filter(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let (engaged, closed) = (cells[5], cells[6]);
            !engaged.is_empty() && engaged <= day && (closed.is_empty() || closed > day)
        });
        let expected = i64::try_from(open.count()).expect("a count");
        assert_eq!(standing(OpportunityStatus::Open, day).await.0, expected, "{day}");
    }
}
