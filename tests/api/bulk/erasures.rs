//! A person is forgotten: nowhere in the store and in no file is there anything left.

use super::{attachments::PDF, attachments::attach, commit, upload};
use crate::webhooks::receiver::Receiver;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json, rows};

both_stores![
    z_22_nothing_is_left_of_a_person_who_was_erased,
    z_22_figures_and_contracts_stay_without_the_person,
    z_22_a_contact_is_erased_and_the_party_stays,
    z_22_a_lead_is_erased,
    z_22_erasing_is_a_right_of_its_own,
    z_22_what_stands_in_the_way_is_named,
    z_22_what_was_forgotten_cannot_be_altered_unseen,
    z_22_a_person_is_told_all_that_is_stored,
];

/// Stands in every text that is written of the person, in small letters as indexes have it.
const MARK: &str = "zq7kfx";

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
async fn imported(world: &World) -> String {
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

async fn erase(client: &Client, plural: &str, id: &str) -> Answer {
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
    ];
    assert!(planted.iter().all(|table| before.contains(*table)), "{before:?}");
    assert!(files_with_mark(world) >= 4, "two exports, two attachments, and what was imported");

    let receipt = erase(&world.admin, "parties", &party).await.expect(201);
    assert_eq!(rows::holding(world, MARK).await, std::collections::BTreeSet::new());
    assert_eq!(files_with_mark(world), 0);
    assert!(!receipt.text.contains(MARK));
    assert!(receipt.json["files"].as_i64() >= Some(4), "{}", receipt.text);
    for table in ["parties", "contacts", "activities", "leads", "attachments", "imports"] {
        assert!(receipt.json["tables"][table].as_i64() >= Some(1), "{table}: {}", receipt.text);
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
