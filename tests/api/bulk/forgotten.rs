//! A person is forgotten whatever their texts look like, in records, beside them, and in files that are being written.

use super::{
    erasures::{MARK, erase, imported},
    succeeded,
};
use guanxi_bulk::erasures::decided;
use guanxi_http::resources::{Operation, SERVED, Served};
use guanxi_storage::Tx;
use guanxi_tests::{Answer, Client, Engine, Json, World, both_stores, given, json, rows};
use sqlx::{Connection as _, PgConnection};
use std::{collections::BTreeSet, time::Duration};
use uuid::Uuid;

both_stores![
    z_22_nothing_stays_for_looking_like_a_number_or_a_word,
    z_22_what_is_left_of_a_record_can_be_read,
    z_22_each_text_beside_a_record_is_decided_about,
    z_22_an_export_that_began_meanwhile_tells_nothing,
];

/// Stands in texts of the person as an amount or a phone number would.
const DIGITS: &str = "771357902461";

/// Members of examples in which the person is called something: one word in small letters.
const WORDS: [&str; 8] =
    ["name", "subject", "title", "location", "company_name", "job_title", "proof", "wanted"];

/// Members in which more is said of them: digits and nothing else.
const NUMBERS: [&str; 8] =
    ["note", "description", "reason", "result", "next_step", "next_action", "need", "outcome"];

fn plant(json: &mut Json) {
    match json {
        Json::Object(members) => {
            for (name, value) in members {
                match value {
                    Json::String(text) if WORDS.contains(&name.as_str()) => MARK.clone_into(text),
                    Json::String(text) if NUMBERS.contains(&name.as_str()) => {
                        DIGITS.clone_into(text);
                    }
                    other => plant(other),
                }
            }
        }
        Json::Array(entries) => entries.iter_mut().for_each(plant),
        _ => {}
    }
}

/// A record with the marks in its texts, and these members.
async fn planted(client: &Client, world: &World, plural: &str, members: Json) -> Answer {
    let mut body = given::body(&world.admin, plural).await;
    plant(&mut body);
    guanxi_kernel::input::merge(&mut body, members);
    client.post(format!("/v1/{plural}"), body).await.expect(201)
}

/// What was agreed with the person and offered to them; the paths of the contract and of its document.
async fn agreed(world: &World, party: &str) -> [String; 2] {
    let admin = &world.admin;
    let of_party = json!({ "party_id": party });
    let contract = planted(admin, world, "contracts", of_party.clone()).await.id();
    let of_contract = json!({ "contract_id": contract, "note": DIGITS });
    let filled = json!({ "contract_id": contract,
        "variables": { "delivery_place": MARK, "warranty": DIGITS } });
    let document = planted(admin, world, "contract-documents", filled).await.id();
    admin.act(format!("/v1/contracts/{contract}/submit")).await.expect(200);
    admin.post(format!("/v1/contracts/{contract}/sign"), json!({})).await.expect(200);
    planted(admin, world, "contract-amendments", of_contract.clone()).await;
    planted(admin, world, "receipts", of_contract).await;
    let opportunity = planted(admin, world, "opportunities", of_party).await.id();
    planted(admin, world, "quotes", json!({ "opportunity_id": opportunity })).await;
    [format!("/v1/contracts/{contract}"), format!("/v1/contract-documents/{document}")]
}

/// What the person has answered; the path of it.
async fn answered(world: &World, party: &str) -> String {
    let items = json!([
        { "code": "hobby", "name": "Hobby", "kind": "text" },
        { "code": "id_number", "name": "Identity card", "kind": "text" },
        { "code": "since", "name": "Customer since", "kind": "number" },
        { "code": "agreed", "name": "Agreed", "kind": "yes_no" },
        { "code": "points", "name": "Points", "kind": "score", "max_score": 9 }]);
    let playbook = json!({ "code": "talk", "name": "Talk", "purpose": "checklist",
        "about_type": "party", "steps": [{ "code": "all", "name": "All", "items": items }] });
    let playbook = world.admin.post("/v1/playbooks", playbook).await.expect(201).id();
    world.admin.act(format!("/v1/playbooks/{playbook}/publish")).await.expect(200);
    let run = json!({ "playbook_id": playbook, "about_type": "party", "about_id": party,
        "answers": { "hobby": MARK, "id_number": DIGITS, "since": DIGITS, "agreed": true,
            "points": 7 } });
    let run = world.admin.post("/v1/playbook-runs", run).await.expect(201).id();
    format!("/v1/playbook-runs/{run}")
}

/// What lies beside records of the person: lines of an order, whose path it is, a remark on a visit, a reading and a
/// touch.
async fn beside(world: &World, party: &str) -> String {
    let order = json!({ "source": "shop", "reference": "4711", "party_id": party,
        "placed_at": "2025-12-31T04:00:00Z", "lines": [
            { "name": MARK, "quantity": "2", "unit_price": "50" },
            { "sku": "A", "name": DIGITS, "quantity": "1", "unit_price": "12.5" }] });
    let order = world.admin.post("/v1/orders", order).await.expect(201).id();
    let all = &[("any", "any", "all")];
    let (boss, boss_id) = world.person(all, None).await;
    let unit = json!({ "name": "展厅", "kind": "division", "manager_id": boss_id });
    let unit = world.admin.post("/v1/org-units", unit).await.expect(201).id();
    let (rep, _) = world.person(all, Some(&unit)).await;
    let visit = planted(&rep, world, "activities", json!({ "party_id": party })).await.id();
    let notes = format!("/v1/activities/{visit}/coaching-notes");
    let note = boss.post(&notes, json!({ "text": MARK })).await.expect(201).id();
    let acknowledge = format!("{notes}/{note}/acknowledge");
    rep.post(acknowledge, json!({ "comment": DIGITS })).await.expect(200);
    let asset = planted(&world.admin, world, "assets", json!({ "party_id": party })).await.id();
    let read = json!({ "value": 90_000, "correction": true, "note": DIGITS });
    world.admin.post(format!("/v1/assets/{asset}/read"), read).await.expect(200);
    rows::say(
        world,
        "INSERT INTO touches (tenant_id, source, event_id, kind, recipient, party_id, occurred_at,
             received_at)
         SELECT tenant_id, 'mailer', 'opened-1', 'open', '771357902461', id, created_at, created_at
         FROM parties WHERE kind = 'person'",
    )
    .await;
    format!("/v1/orders/{order}/lines")
}

/// The lines of the file with all that is stored of the person.
async fn told(world: &World, party: &str) -> Vec<Json> {
    let asked = world.admin.act(format!("/v1/parties/{party}/subject-export")).await.expect(202);
    world.work().await;
    let job = world.admin.get(format!("/v1/jobs/{}", asked.id())).await.expect(200);
    succeeded(&job);
    let file = job.json["result"]["file"].as_str().expect("a file").to_owned();
    let told = world.admin.get(file).await.expect(200).text;
    told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

async fn z_22_nothing_stays_for_looking_like_a_number_or_a_word(world: &World) {
    let admin = &world.admin;
    let party = imported(world).await;
    let own = format!("/v1/parties/{party}");
    planted(admin, world, "referrals", json!({ "referred_party_id": party })).await;
    admin.patch(&own, json!({ "roles": ["customer"], "note": DIGITS })).await.expect(200);
    let [contract, document] = agreed(world, &party).await;
    let (run, order) = (answered(world, &party).await, beside(world, &party).await);
    // They are over, and nothing is owed.
    rows::say(world, "UPDATE contracts SET closed_at = updated_at, outstanding_minor = 0").await;

    let lines = told(world, &party).await;
    let of = |kind: &str| -> Vec<&Json> {
        lines.iter().filter(|line| line["type"] == kind).map(|line| &line["record"]).collect()
    };
    let sold = of("order_line");
    assert_eq!((&sold[0]["name"], &sold[0]["sku"]), (&json!(MARK), &Json::Null));
    assert_eq!((&sold[1]["name"], &sold[1]["sku"]), (&json!(DIGITS), &json!("A")));
    let remark = of("coaching_note")[0];
    assert_eq!((&remark["text"], &remark["acknowledgement"]), (&json!(MARK), &json!(DIGITS)));
    assert_eq!(of("asset_reading").last().expect("a reading")["note"], DIGITS);
    assert_eq!(of("touch")[0]["recipient"], DIGITS);

    let before = admin.get(&contract).await.expect(200).json;
    let lines_before = admin.get(&order).await.expect(200);
    let tables = [
        "parties",
        "contracts",
        "contract_documents",
        "contract_amendments",
        "receipts",
        "opportunities",
        "quotes",
        "referrals",
        "playbook_runs",
        "order_lines",
        "coaching_notes",
        "asset_readings",
        "touches",
        "activities",
        "assets",
        "events",
    ];
    let word = rows::holding(world, MARK).await;
    let digits = rows::holding(world, DIGITS).await;
    for table in tables {
        assert!(word.contains(table) || digits.contains(table), "{table}: {word:?} {digits:?}");
    }

    let receipt = erase(admin, "parties", &party).await.expect(201);
    for mark in [MARK, DIGITS] {
        assert_eq!(rows::holding(world, mark).await, BTreeSet::new(), "{mark}");
    }
    for table in ["order_lines", "coaching_notes", "asset_readings", "touches"] {
        assert!(receipt.json["tables"][table].as_i64() >= Some(1), "{table}: {}", receipt.text);
    }
    assert_eq!(admin.get(&own).await.expect(200).json["note"], "erased");
    let filled = admin.get(document).await.expect(200).json["variables"].clone();
    assert_eq!(filled, json!({ "delivery_place": "erased", "warranty": "erased" }));
    let answers = json!({ "hobby": "erased", "id_number": "erased", "since": "erased",
        "agreed": true, "points": 7 });
    assert_eq!(admin.get(run).await.expect(200).json["answers"], answers);
    // What was agreed, for how much and by when, is as it was.
    let after = admin.get(&contract).await.expect(200).json;
    for member in ["number", "stage", "gross", "net", "starts_on", "ends_on", "signed_on"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    let figures = |contract: &Json| {
        let (line, due) = (&contract["lines"][0], &contract["payment_plan"][0]);
        let line =
            ["product_id", "quantity", "unit_price", "tax_rate"].map(|name| line[name].clone());
        (line, [due["amount"].clone(), due["due_on"].clone()])
    };
    assert_eq!(figures(&after), figures(&before));
    assert_eq!(after["lines"][0]["description"], "erased");
    let sold = admin.get(&order).await.expect(200);
    assert_eq!(sold.each("name"), [json!("erased"), Json::Null]);
    for member in ["sku", "quantity", "unit_price", "amount"] {
        assert_eq!(sold.each(member), lines_before.each(member), "{member}");
    }
}

/// The kinds whose records can belong to a person, as far as a field names them by their kind.
fn of_people() -> BTreeSet<&'static str> {
    let mut all = BTreeSet::from(["party", "contact", "lead"]);
    loop {
        let names = |field: &str| field.strip_suffix("_id").is_some_and(|name| all.contains(name));
        let belongs =
            |served: &&Served| served.kind.shape.fields.iter().any(|field| names(field.name));
        let found: Vec<&str> =
            SERVED.iter().filter(belongs).map(|served| served.kind.name).collect();
        let known = all.len();
        all.extend(found);
        if all.len() == known {
            return all;
        }
    }
}

/// No text that has to be of a closed form is replaced: then the record could not be read.
async fn z_22_what_is_left_of_a_record_can_be_read(world: &World) {
    let (people, ctx) = (of_people(), world.ctx().await);
    let needed = [Operation::Create, Operation::List, Operation::Get, Operation::Delete];
    let made = |served: &&Served| {
        people.contains(served.kind.name)
            && needed.iter().all(|one| served.operations.contains(one))
    };
    let mut count = 0;
    for kind in SERVED.iter().filter(made).map(|served| served.kind) {
        let id = given::record(&world.admin, kind.plural).await.id();
        let record = id.parse::<Uuid>().expect("an id");
        let take_out =
            async |tx: &mut Tx| (kind.operations.erase)(tx, &ctx, &[record], "updated").await;
        world.db.write(ctx.tenant, take_out).await.expect(kind.plural);
        if !kind.with_parent {
            world.admin.get(format!("/v1/{}/{id}", kind.path)).await.expect(200);
        }
        count += 1;
    }
    assert!(count > 25, "{count}");
}

/// A table with a text that is no record has to be decided about in `erasures::decided`, and a text of a record has to
/// be a field of its kind, so that the schema says what it is.
async fn z_22_each_text_beside_a_record_is_decided_about(world: &World) {
    let found = rows::text_columns(world).await;
    let mut beside = BTreeSet::new();
    for (table, column) in &found {
        match SERVED.iter().map(|served| served.kind).find(|kind| kind.table == table) {
            Some(kind) => {
                let mut columns = kind.shape.fields.iter().flat_map(|field| field.columns);
                assert!(columns.any(|known| known == column), "{table}.{column} is no field");
            }
            None => {
                beside.insert((table.as_str(), column.as_str()));
            }
        }
    }
    assert_eq!(beside, decided());
}

/// Waits until somebody waits for that table.
async fn waited_for(world: &World, table: &str) {
    let mut to = PgConnection::connect(&world.url).await.expect("the store");
    let waiting = "SELECT COUNT(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
         WHERE c.relname = $1 AND NOT l.granted AND l.database =
             (SELECT oid FROM pg_database WHERE datname = current_database())";
    for _ in 0..2_000 {
        let count: (i64,) =
            sqlx::query_as(waiting).bind(table).fetch_one(&mut to).await.expect("a count");
        if count.0 > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nobody waits for {table}");
}

/// A connection that holds a table until it is closed.
async fn holding(world: &World, statement: &'static str) -> PgConnection {
    let mut to = PgConnection::connect(&world.url).await.expect("the store");
    for statement in ["BEGIN", statement] {
        sqlx::query(statement).execute(&mut to).await.expect("the table");
    }
    to
}

/// Somebody is erased, and before that is committed an export is asked for, which reads them as they were.
async fn z_22_an_export_that_began_meanwhile_tells_nothing(world: &World) {
    // The embedded store has one writer at a time.
    let Engine::Postgres = world.engine else { return };
    let party = imported(world).await;
    let contact = given::contact(&world.admin, &party, MARK).await.id();
    // A file of one line would be JSON to the client.
    given::contact(&world.admin, &party, "李娜").await;
    let receipts = holding(world, "LOCK TABLE erasures IN EXCLUSIVE MODE").await;
    let (tell, erased) = tokio::sync::oneshot::channel();
    let erasing = async {
        erase(&world.admin, "parties", &party).await.expect(201);
        tell.send(()).expect("somebody who waits");
    };
    let exporting = async {
        waited_for(world, "erasures").await;
        let wish = json!({ "resource": "contacts", "format": "ndjson" });
        let job = world.admin.post("/v1/exports", wish).await.expect(202).id();
        let exports = holding(world, "LOCK TABLE exports IN EXCLUSIVE MODE").await;
        let worker = world.app.worker();
        let between = async {
            // The worker has read all, and wants to say under which name it will keep its file.
            waited_for(world, "exports").await;
            receipts.close().await.expect("closed");
            erased.await.expect("the person is erased");
            exports.close().await.expect("closed");
        };
        let (worked, ()) = futures_util::join!(worker.work(), between);
        assert!(worked.expect("a worker"));
        job
    };
    let ((), job) = futures_util::join!(erasing, exporting);
    let job = world.admin.get(format!("/v1/jobs/{job}")).await.expect(200);
    succeeded(&job);
    let file = job.json["result"]["file"].as_str().expect("a file");
    let told = world.admin.get(file).await.expect(200).text;
    assert!(told.contains(&contact) && !told.contains(MARK), "{told}");
    let folders = std::fs::read_dir(world.files()).expect("a folder");
    let files = folders
        .flat_map(|folder| std::fs::read_dir(folder.expect("a tenant").path()).expect("files"));
    let holds = |file: std::io::Result<std::fs::DirEntry>| {
        let bytes = std::fs::read(file.expect("a file").path()).expect("its bytes");
        bytes.windows(MARK.len()).any(|part| part == MARK.as_bytes())
    };
    assert_eq!(files.map(holds).filter(|held| *held).count(), 0, "nor does one that is left over");
}
