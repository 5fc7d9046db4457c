//! A person is forgotten: nowhere in the store and in no file is there anything left.

use super::{attachments::PDF, attachments::attach, commit, upload};
use crate::webhooks::receiver::Receiver;
use guanxi_tests::{Answer, Client, Engine, Json, World, both_stores, given, json, rows};

both_stores![
    z_22_nothing_is_left_of_a_person_who_was_erased,
    z_22_figures_and_contracts_stay_without_the_person,
    z_22_a_contact_is_erased_and_the_party_stays,
    z_22_a_lead_is_erased,
    z_22_what_tells_of_many_forgets_the_one,
    z_22_erasing_is_a_right_of_its_own,
    z_22_what_stands_in_the_way_is_named,
    z_22_what_was_forgotten_cannot_be_altered_unseen,
    z_22_a_person_is_told_all_that_is_stored,
];

/// Stands in every text that is written of the person, in small letters as indexes have it and as a word would.
pub(super) const MARK: &str = "zqkfx";

/// Members of examples that people write freely.
const FREE: [&str; 10] = [
    "name",
    "short_name",
    "subject",
    "title",
    "description",
    "note",
    "location",
    "company_name",
    "job_title",
    "proof",
];

/// A person who came with a file; the id of the party.
pub(super) async fn imported(world: &World) -> String {
    let file = format!("name,kind,note\n{MARK} Anna,person,{MARK} likes chess\n");
    let import = upload(&world.admin, "parties", file).await.expect(201);
    let job = commit(world, &import.id()).await;
    assert_eq!(job.json["result"]["created"], 1, "{}", job.text);
    let found = world.admin.get("/v1/parties?kind=person").await.expect(200);
    found.data()[0]["id"].as_str().expect("an id").to_owned()
}

/// A record of the person, with the mark in all of its texts.
async fn marked(world: &World, plural: &str, members: Json) -> Answer {
    let mut body = given::body(&world.admin, plural).await;
    for name in FREE {
        if body[name].is_string() {
            body[name] = json!(format!("{MARK} {name}"));
        }
    }
    guanxi_kernel::input::merge(&mut body, members);
    if body["phones"].is_array() {
        body["emails"] = json!([{ "kind": "work", "address": format!("{MARK}@example.com") }]);
        body["phones"] = json!([]);
    }
    let path = format!("/v1/{plural}");
    world
        .admin
        .post(&path, body)
        .header("prefer", "accept-duplicates")
        .key(plural)
        .await
        .expect(201)
}

/// Writes all that can be written of the person, in several places and files.
async fn written(world: &World, party: &str) {
    given::field(&world.admin, "hobby", "text", json!({})).await;
    let change = json!({ "roles": ["customer"], "short_name": MARK, "code": format!("{MARK}-1"),
        "website": format!("https://{MARK}.example.com/"), "tags": [MARK],
        "emails": [{ "kind": "work", "address": format!("{MARK}@example.com") }],
        "external_ids": [{ "source": "erp", "id": MARK }], "custom": { "hobby": MARK } });
    world.admin.patch(format!("/v1/parties/{party}"), change).key("change").await.expect(200);
    let of_party = json!({ "party_id": party });
    let contact = marked(world, "contacts", of_party.clone()).await.id();
    for plural in ["activities", "assets", "consents", "service-requests", "retention-cases"] {
        marked(world, plural, of_party.clone()).await;
    }
    marked(world, "leads", of_party).await;
    let task = json!({ "subject_type": "party", "subject_id": party });
    marked(world, "tasks", task).await;
    let name = format!("{MARK}.pdf");
    let file = [PDF, MARK.as_bytes()].concat();
    attach(&world.admin, ("party", party), &name, file.clone()).await.expect(201);
    attach(&world.admin, ("contact", &contact), &name, file).await.expect(201);
}

/// Writes of the person what calls, care, research and campaigns keep of them, and lets them tell of others: the
/// note about one, and the lead that it became.
async fn written_elsewhere(world: &World, party: &str) -> [String; 2] {
    for plural in [
        "phone-calls",
        "care-contacts",
        "needs",
        "research-interviews",
        "walk-ins",
        "offer-redemptions",
    ] {
        marked(world, plural, json!({ "party_id": party })).await;
    }
    let signs = json!({ "party_id": party, "evidence": [{ "description": MARK }] });
    marked(world, "switching-risks", signs).await;
    marked(world, "customer-sources", json!({ "referring_party_id": party })).await;
    let told = json!({ "kind": "person", "name": "Zhou Min", "wanted": "A car",
        "informant": format!("{MARK} Anna"), "informant_party_id": party });
    let note = world.admin.post("/v1/intelligence-notes", told).await.expect(201).id();
    let convert = world.admin.act(format!("/v1/intelligence-notes/{note}/convert"));
    let convert = convert.header("prefer", "accept-duplicates").await.expect(200);
    let lead = convert.json["lead_id"].as_str().expect("a lead");
    [format!("/v1/intelligence-notes/{note}"), format!("/v1/leads/{lead}")]
}

/// Has files of the lists that the person is in.
async fn exported(world: &World) -> Vec<String> {
    let mut files = Vec::new();
    for list in ["parties", "contacts"] {
        let wish = json!({ "resource": list, "format": "ndjson" });
        let job = world.admin.post("/v1/exports", wish).await.expect(202).id();
        world.work().await;
        let job = world.admin.get(format!("/v1/jobs/{job}")).await.expect(200);
        files.push(job.json["result"]["file"].as_str().expect("a file").to_owned());
    }
    files
}

/// The files of callers that hold the mark.
fn files_with_mark(world: &World) -> usize {
    let holds = |file: std::io::Result<std::fs::DirEntry>| {
        let bytes = std::fs::read(file.expect("a file").path()).expect("its bytes");
        bytes.windows(MARK.len()).any(|part| part == MARK.as_bytes())
    };
    let tenants = std::fs::read_dir(world.files()).expect("a folder");
    let files = |tenant: std::io::Result<std::fs::DirEntry>| {
        std::fs::read_dir(tenant.expect("a tenant").path()).expect("files")
    };
    tenants.flat_map(files).map(holds).filter(|held| *held).count()
}

pub(super) async fn erase(client: &Client, plural: &str, id: &str) -> Answer {
    let wish = json!({ "reason": "requested", "confirm": id });
    client.post(format!("/v1/{plural}/{id}/erase"), wish).await
}

async fn z_22_nothing_is_left_of_a_person_who_was_erased(world: &World) {
    let receiver = Receiver::willing().await;
    let endpoint = json!({ "name": "ERP", "url": receiver.url(), "payload": "full",
        "event_types": ["party.updated", "contact.created", "lead.created"] });
    world.admin.post("/v1/webhook-endpoints", endpoint).await.expect(201);
    let party = imported(world).await;
    written(world, &party).await;
    let others = written_elsewhere(world, &party).await;
    assert!(world.send_webhooks().await >= 3);
    let files = exported(world).await;
    world.caught_up().await;
    let before = rows::holding(world, MARK).await;
    let planted = [
        "parties",
        "contacts",
        "activities",
        "leads",
        "tasks",
        "assets",
        "consents",
        "attachments",
        "events",
        "idempotency_keys",
        "webhook_deliveries",
        "imports",
        "external_ids",
        "custom_terms",
        "phone_calls",
        "care_contacts",
        "needs",
        "research_interviews",
        "walk_ins",
        "offer_redemptions",
        "switching_risks",
        "customer_sources",
        "intelligence_notes",
    ];
    assert!(planted.iter().all(|table| before.contains(*table)), "{before:?}");
    assert!(files_with_mark(world) >= 4, "two exports, two attachments, and what was imported");

    let receipt = erase(&world.admin, "parties", &party).await.expect(201);
    if let Engine::Sqlite = world.engine {
        let log = format!("{}-wal", world.url.trim_start_matches("sqlite:"));
        let log = std::fs::metadata(log).map_or(0, |file| file.len());
        assert_eq!(log, 0, "pages as they were before");
    }
    assert_eq!(rows::holding(world, MARK).await, std::collections::BTreeSet::new());
    assert_eq!(files_with_mark(world), 0);
    assert!(!receipt.text.contains(MARK));
    assert!(receipt.json["files"].as_i64() >= Some(4), "{}", receipt.text);
    for table in ["parties", "contacts", "activities", "leads", "attachments", "imports"] {
        assert!(receipt.json["tables"][table].as_i64() >= Some(1), "{table}: {}", receipt.text);
    }
    for path in others {
        let kept = world.admin.get(path).await.expect(200).json;
        assert_eq!((&kept["name"], &kept["informant"]), (&json!("Zhou Min"), &Json::Null));
        assert_eq!(kept["informant_party_id"], json!(party));
    }
    let path = format!("/v1/erasures/{}", receipt.id());
    assert_eq!(world.admin.get(&path).await.expect(200).json["digest"], receipt.json["digest"]);
    assert_eq!(receipt.header("location"), Some(path.as_str()));
    given::read_in_every_way(&world.admin, "erasures", &receipt.id()).await;
    for file in files {
        world.admin.get(file).await.refused(410, "file_gone");
    }
    world.caught_up().await;
    let chain = world.admin.get("/v1/events/verification").await.expect(200);
    assert!(chain.json["broken"].is_null(), "{}", chain.text);
    assert_eq!(chain.json["forgotten"], receipt.json["events"]);
    assert_eq!(chain.json["checked"], chain.json["head"]);
    let told = world.admin.get("/v1/events?kind=party.erased").await.expect(200);
    assert_eq!(told.each("subject_id"), [json!(party)]);
    assert_eq!(told.data()[0]["after"]["name"], "erased");
    // Nothing is left to erase; what is written afterwards is something.
    erase(&world.admin, "parties", &party).await.refused(409, "already_erased");
    let again = json!({ "note": format!("{MARK} was here") });
    world.admin.patch(format!("/v1/parties/{party}"), again).await.expect(200);
    erase(&world.admin, "parties", &party).await.expect(201);
    assert_eq!(rows::holding(world, MARK).await, std::collections::BTreeSet::new());
}

async fn z_22_figures_and_contracts_stay_without_the_person(world: &World) {
    let party = imported(world).await;
    written(world, &party).await;
    let order = json!({ "source": "shop", "reference": "4711", "party_id": party,
        "placed_at": "2025-12-31T04:00:00Z",
        "lines": [{ "sku": "A", "quantity": "2", "unit_price": "50" }] });
    world.admin.post("/v1/orders", order).await.expect(201);
    let counts = async || {
        let mut counts = Vec::new();
        for plural in ["parties", "contacts", "activities", "leads", "assets", "orders"] {
            let path = format!("/v1/{plural}?count=exact&limit=1");
            counts.push(world.admin.get(path).await.expect(200).json["total"].clone());
        }
        let report = world.admin.get("/v1/reports/rfm").await.expect(200).json;
        (counts, report["data"][0]["monetary"].clone(), report["data"][0]["frequency"].clone())
    };
    let before = counts().await;
    erase(&world.admin, "parties", &party).await.expect(201);
    assert_eq!(counts().await, before);
    let left = world.admin.get(format!("/v1/parties/{party}")).await.expect(200);
    assert_eq!((&left.json["name"], &left.json["note"]), (&json!("erased"), &json!("erased")));
    assert_eq!((&left.json["code"], &left.json["emails"]), (&Json::Null, &json!([])));
    assert_eq!(left.json["roles"], json!(["customer"]), "what it was to the company is no secret");
    let order = world.admin.get(format!("/v1/orders?party_id={party}")).await.expect(200);
    assert_eq!(order.data()[0]["reference"], "4711");
}

async fn z_22_a_contact_is_erased_and_the_party_stays(world: &World) {
    let party = given::party(&world.admin, "Hongtu").await.id();
    let contact = marked(world, "contacts", json!({ "party_id": party, "born_on": "1980-02-29" }));
    let contact = contact.await.id();
    let other = given::contact(&world.admin, &party, "Ben").await.id();
    let activity = json!({ "party_id": party, "contact_ids": [contact] });
    let activity = marked(world, "activities", activity).await.id();
    erase(&world.admin, "contacts", &contact).await.expect(201);
    assert_eq!(rows::holding(world, MARK).await, std::collections::BTreeSet::new());
    let left = world.admin.get(format!("/v1/contacts/{contact}")).await.expect(200);
    assert_eq!((&left.json["name"], &left.json["born_on"]), (&json!("erased"), &Json::Null));
    let past = world.admin.get(format!("/v1/activities/{activity}")).await.expect(200);
    assert_eq!((&past.json["subject"], &past.json["party_id"]), (&json!("erased"), &json!(party)));
    for (path, name) in [("parties", &party), ("contacts", &other)] {
        let kept = world.admin.get(format!("/v1/{path}/{name}")).await.expect(200);
        assert!(kept.json["name"] != "erased", "{}", kept.text);
    }
    erase(&world.admin, "contacts", &contact).await.refused(409, "already_erased");
}

async fn z_22_a_lead_is_erased(world: &World) {
    let lead = marked(world, "leads", json!({ "kind": "person" })).await.id();
    let export = world.admin.act(format!("/v1/leads/{lead}/subject-export")).await.expect(202);
    world.work().await;
    let job = world.admin.get(format!("/v1/jobs/{}", export.id())).await.expect(200);
    assert!(job.json["result"]["rows"].as_i64() >= Some(2), "the lead and its event: {}", job.text);
    erase(&world.admin, "leads", &lead).await.expect(201);
    assert_eq!(rows::holding(world, MARK).await, std::collections::BTreeSet::new());
    assert_eq!(files_with_mark(world), 0);
    let left = world.admin.get(format!("/v1/leads/{lead}")).await.expect(200);
    let source = &left.json["source"];
    assert_eq!((&left.json["name"], source), (&json!("erased"), &json!("exhibition")));
    erase(&world.admin, "leads", &lead).await.refused(409, "already_erased");
}

/// A dataset over a field that people write freely.
async fn dataset(world: &World) -> Answer {
    let wish = json!({ "name": "Hobbies", "population": "customers",
        "features": ["custom.hobby", "custom.age"],
        "label": { "rule": { "field": "custom.age", "op": ">=", "value": 30 } } });
    let job = world.admin.post("/v1/mining/datasets", wish).await.expect(202);
    world.work().await;
    let id = job.json["subject_id"].as_str().expect("a dataset").to_owned();
    world.admin.get(format!("/v1/mining/datasets/{id}")).await.expect(200)
}

async fn z_22_what_tells_of_many_forgets_the_one(world: &World) {
    let admin = &world.admin;
    given::field(admin, "hobby", "text", json!({})).await;
    given::field(admin, "age", "integer", json!({})).await;
    let party = imported(world).await;
    let change = json!({ "roles": ["customer"], "custom": { "hobby": MARK, "age": 40 } });
    admin.patch(format!("/v1/parties/{party}"), change).await.expect(200);
    for (name, age) in [("Ben", 20), ("Cora", 50)] {
        let other = json!({ "kind": "person", "name": name, "roles": ["customer"],
            "custom": { "hobby": "chess", "age": age } });
        admin.post("/v1/parties", other).await.expect(201);
    }
    let made = dataset(world).await;
    let of = |made: &Answer| format!("/v1/mining/datasets/{}", made.id());
    assert_eq!((&made.json["row_count"], &made.json["positives"]), (&json!(3), &json!(2)));
    assert_eq!(made.json["erased_rows"], 0);
    assert!(made.json["feature_stats"].to_string().contains(MARK), "{}", made.text);
    let orders = json!({ "note": format!("{MARK} called"), "orders": [{ "source": "shop",
        "reference": "4711", "party_id": party, "placed_at": "2025-12-31T04:00:00Z",
        "lines": [{ "sku": "A", "quantity": "2", "unit_price": "50" }] }] });
    let batch =
        admin.post("/v1/order-batches", orders).await.expect(200).json["batch"]["id"].clone();
    let stocktake = admin.post("/v1/stocktakes", json!({ "name": "All" })).await.expect(201).id();
    let line = json!({ "party_id": party, "result": "corrected", "note": format!("{MARK} moved") });
    let checked = format!("/v1/stocktakes/{stocktake}/check");
    admin.post(checked, json!({ "lines": [line] })).await.expect(200);
    let note = json!({ "kind": "person", "name": "Dora", "wanted": "SUV 2.0T",
        "informant": format!("{MARK} Anna"), "informant_party_id": party });
    let note = admin.post("/v1/intelligence-notes", note).await.expect(201).id();
    let note = format!("/v1/intelligence-notes/{note}");
    let lead = admin.act(format!("{note}/convert")).await.expect(200).json["lead_id"].clone();
    world.caught_up().await;
    let before = rows::holding(world, MARK).await;
    for table in [
        "mining_dataset_parts",
        "mining_datasets",
        "order_batches",
        "stocktake_lines",
        "intelligence_notes",
        "leads",
    ] {
        assert!(before.contains(table), "{table}: {before:?}");
    }

    let receipt = erase(admin, "parties", &party).await.expect(201);
    assert_eq!(rows::holding(world, MARK).await, std::collections::BTreeSet::new());
    for table in
        ["mining_dataset_parts", "order_batches", "stocktake_lines", "intelligence_notes", "leads"]
    {
        assert_eq!(receipt.json["tables"][table], 1, "{table}: {}", receipt.text);
    }
    let lead = format!("/v1/leads/{}", lead.as_str().expect("a lead"));
    for path in [note, lead] {
        let other = admin.get(path).await.expect(200);
        assert_eq!((&other.json["name"], &other.json["informant"]), (&json!("Dora"), &Json::Null));
    }
    let left = admin.get(of(&made)).await.expect(200);
    assert_eq!((&left.json["name"], &left.json["erased_rows"]), (&json!("Hobbies"), &json!(1)));
    assert_eq!((&left.json["row_count"], &left.json["positives"]), (&json!(3), &json!(2)));
    assert_ne!(left.json["digest"], made.json["digest"]);
    let stats = left.json["feature_stats"].as_array().expect("statistics");
    assert_eq!((&stats[0]["known"], &stats[0]["missing"]), (&json!(2), &json!(1)));
    assert_eq!((&stats[1]["least"], &stats[1]["greatest"]), (&json!("20"), &json!("50")));
    // Others learn what it says now, not what is forgotten.
    let told = admin.get("/v1/events?kind=mining_dataset.updated").await.expect(200);
    assert_eq!(told.data()[0]["after"]["name"], "Hobbies");
    let batch = batch.as_str().expect("a batch");
    let batch = admin.get(format!("/v1/order-batches/{batch}")).await.expect(200);
    assert_eq!((&batch.json["note"], &batch.json["orders"]), (&json!("erased"), &json!(1)));
    world.caught_up().await;
    let chain = admin.get("/v1/events/verification").await.expect(200);
    assert!(chain.json["broken"].is_null(), "{}", chain.text);
    erase(admin, "parties", &party).await.refused(409, "already_erased");
    assert_eq!(admin.get(of(&made)).await.expect(200).json["erased_rows"], 1);
}

async fn z_22_erasing_is_a_right_of_its_own(world: &World) {
    let party = imported(world).await;
    let path = format!("/v1/parties/{party}/erase");
    let everything = &[("parties", "any", "all"), ("contacts", "any", "all")];
    let (ann, _) = world.person(everything, None).await;
    erase(&ann, "parties", &party).await.refused(403, "forbidden");
    // The right is asked for before the body is judged, and a narrow one is none.
    ann.post(&path, json!({ "reason": 7 })).await.refused(403, "forbidden");
    let narrow = &[("parties", "any", "all"), ("erasures", "create", "own")];
    let (ben, _) = world.person(narrow, None).await;
    erase(&ben, "parties", &party).await.refused(403, "forbidden");
    // Whom one does not see, one does not erase.
    let blind = &[("parties", "any", "own"), ("erasures", "any", "all")];
    let (cora, _) = world.person(blind, None).await;
    erase(&cora, "parties", &party).await.refused(404, "not_found");
    erase(&world.stranger().await, "parties", &party).await.refused(404, "not_found");
    let nobody = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70";
    erase(&world.admin, "contacts", nobody).await.refused(404, "not_found");
    let wrong = json!({ "reason": "requested", "confirm": nobody });
    let refused = world.admin.post(&path, wrong).await.refused(422, "not_confirmed");
    assert_eq!(refused.findings(), [("/confirm".to_owned(), "not_confirmed".to_owned())]);
    let kept = world.admin.get(format!("/v1/parties/{party}")).await.expect(200);
    assert!(kept.text.contains(MARK));
    assert!(world.admin.get("/v1/erasures").await.expect(200).data().is_empty());
    // Nobody makes or changes a receipt.
    world.admin.post("/v1/erasures", json!({})).await.refused(405, "method_not_allowed");
}

async fn z_22_what_stands_in_the_way_is_named(world: &World) {
    let party = imported(world).await;
    let roles = json!({ "roles": ["customer"] });
    world.admin.patch(format!("/v1/parties/{party}"), roles).await.expect(200);
    let company = given::party(&world.admin, "Hongtu").await.id();
    erase(&world.admin, "parties", &company).await.refused(409, "not_a_person");
    let mut contract = given::body(&world.admin, "contracts").await;
    contract["party_id"] = json!(party);
    let contract = world.admin.post("/v1/contracts", contract).await.expect(201).id();
    let refused = erase(&world.admin, "parties", &party).await;
    let refused = refused.refused(409, "erasure_contracts_open");
    assert!(refused.text.contains(&contract), "{}", refused.text);
    let why = json!({ "reason": "over" });
    world.admin.post(format!("/v1/contracts/{contract}/cancel"), why).await.expect(200);
    let wish = json!({ "resource": "parties", "format": "csv" });
    let job = world.admin.post("/v1/exports", wish).await.expect(202).id();
    let refused = erase(&world.admin, "parties", &party).await;
    let refused = refused.refused(409, "erasure_jobs_running");
    assert!(refused.text.contains(&job), "{}", refused.text);
    assert!(rows::holding(world, MARK).await.contains("parties"), "nothing was half done");
    world.work().await;
    erase(&world.admin, "parties", &party).await.expect(201);
    let kept = world.admin.get(format!("/v1/contracts/{contract}")).await.expect(200);
    assert_eq!(kept.json["party_id"], json!(party));
}

async fn z_22_what_was_forgotten_cannot_be_altered_unseen(world: &World) {
    let party = imported(world).await;
    world.caught_up().await;
    erase(&world.admin, "parties", &party).await.expect(201);
    world.caught_up().await;
    let sound = world.admin.get("/v1/events/verification").await.expect(200);
    assert!(sound.json["broken"].is_null() && sound.json["forgotten"].as_i64() > Some(0));
    rows::say(
        world,
        "UPDATE events SET request_id = 'forged'
         WHERE seq = (SELECT MIN(seq) FROM event_chain WHERE forgotten IS NOT NULL)",
    )
    .await;
    let found = world.admin.get("/v1/events/verification").await.expect(200);
    assert_eq!(found.json["broken"]["how"], "altered");
}

async fn z_22_a_person_is_told_all_that_is_stored(world: &World) {
    let party = imported(world).await;
    let friend = given::party(&world.admin, "老客户").await.id();
    let referral =
        json!({ "referrer_party_id": friend, "referred_party_id": party, "anonymous": true });
    world.admin.post("/v1/referrals", referral).await.expect(201);
    written(world, &party).await;
    let path = format!("/v1/parties/{party}/subject-export");
    let (ann, _) = world.person(&[("parties", "any", "all")], None).await;
    ann.act(&path).await.refused(403, "forbidden");
    world.stranger().await.act(&path).await.refused(404, "not_found");
    let asked = world.admin.act(&path).await.expect(202);
    erase(&world.admin, "parties", &party).await.refused(409, "erasure_jobs_running");
    world.work().await;
    let job = world.admin.get(format!("/v1/jobs/{}", asked.id())).await.expect(200);
    assert_eq!(job.json["status"], "succeeded", "{}", job.text);
    let file = job.json["result"]["file"].as_str().expect("a file").to_owned();
    let told = world.admin.get(&file).await.expect(200).text;
    let lines: Vec<Json> =
        told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
    assert_eq!(of("referral"), 1);
    assert!(!told.contains(&friend), "who has recommended them stays unknown");
    for kind in ["party", "contact", "activity", "asset", "consent", "lead", "task"] {
        assert_eq!(of(kind), 1, "{kind}");
    }
    assert_eq!((of("attachment"), of("file")), (2, 2));
    assert!(of("event") > 8, "each was made, and the party was changed");
    assert_eq!(job.json["result"]["rows"], json!(lines.len()));
    let contact = lines.iter().find(|line| line["type"] == "contact").expect("a contact");
    let contact = contact["record"]["id"].as_str().expect("an id");
    world.admin.act(format!("/v1/contacts/{contact}/subject-export")).await.expect(202);
    world.work().await;
    erase(&world.admin, "parties", &party).await.expect(201);
    world.admin.get(&file).await.refused(410, "file_gone");
    assert_eq!(files_with_mark(world), 0);
}
