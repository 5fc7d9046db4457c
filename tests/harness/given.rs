//! Records for tests that do not care what is in them.

use crate::{Answer, Client, Json, document, json};
use guanxi_http::resources::SERVED;
use std::sync::atomic::{AtomicU64, Ordering};

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A party with this name.
pub async fn party(client: &Client, name: &str) -> Answer {
    let body = json!({ "kind": "organisation", "name": name });
    client.post("/v1/parties", body).await.expect(201)
}

/// A contact with this name at a party.
pub async fn contact(client: &Client, party_id: &str, name: &str) -> Answer {
    client.post("/v1/contacts", json!({ "party_id": party_id, "name": name })).await.expect(201)
}

/// What stands behind `/v1/` where that is not the name of the resource.
fn path(plural: &str) -> &str {
    SERVED.iter().find(|served| served.kind.plural == plural).map_or(plural, |one| one.kind.path)
}

/// A body that makes a record of the resource: the example of the document, with references that
/// exist and names that nobody has yet.
pub async fn body(client: &Client, plural: &str) -> Json {
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    let item = document::piece(&document::of_path(&format!("/v1/{}", path(plural))));
    let operation = &item.expect("a path of the document")["post"];
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let schema = document::resolved(schema).expect("a schema of the document");
    let mut body = schema["examples"][0].clone();
    let fresh = |name: &str| format!("{name} {number}");
    match plural {
        "users" => {
            body["email"] = json!(format!("somebody{number}@example.com"));
            remove(&mut body, &["org_unit_id", "role_ids"]);
        }
        "roles" => body["name"] = json!(fresh("Role")),
        "custom-fields" => body["name"] = json!(format!("field_{number}")),
        "playbooks" => body["code"] = json!(format!("playbook_{number}")),
        "playbook-runs" => {
            let playbook = Box::pin(record(client, "playbooks")).await.id();
            let publish = format!("/v1/playbooks/{playbook}/publish");
            client.act(publish).await.expect(200);
            body["playbook_id"] = json!(playbook);
            body["about_id"] = json!(made(client, "leads").await);
        }
        "regions" => body["code"] = json!(format!("R{number}")),
        "service-policies" => body["tier"] = json!(format!("T{number}")),
        "visit-plans" => {
            let me = client.get("/v1/me").await.expect(200).id();
            let me = client.get(format!("/v1/users/{me}")).await.expect(200);
            body["role_id"] = me.json["role_ids"][0].clone();
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
        }
        "custom-objects" => body["name"] = json!(format!("object_{number}")),
        "custom-records" => {
            let object = Box::pin(record(client, "custom-objects")).await;
            body["object"] = object.json["name"].clone();
            remove(&mut body, &["party_id"]);
        }
        "teams" => remove(&mut body, &["members"]),
        "org-units" => remove(&mut body, &["parent_id", "manager_id"]),
        "parties" => {
            remove(&mut body, &["parent_id", "owner_id"]);
            body["code"] = json!(format!("C{number}"));
            nobody_yet(&mut body, number);
        }
        "approval-delegations" => {
            remove(&mut body, &["owner_id"]);
            let user = json!({ "email": format!("stand-in{number}@example.com"), "name": "Ann" });
            body["to_user_id"] =
                client.post("/v1/users", user).await.expect(201).json["id"].clone();
        }
        "tasks" => {
            body["subject_id"] = json!(party(client, &fresh("Party")).await.id());
        }
        "rollouts" => remove(&mut body, &["template", "members"]),
        "rollout-steps" => {
            remove(&mut body, &["owner_id", "inspection", "responsibilities"]);
            body["rollout_id"] = json!(made(client, "rollouts").await);
        }
        "training-records" => {
            let me = client.get("/v1/me").await.expect(200).id();
            let rollout = json!({ "name": fresh("Rollout"),
                "members": [{ "user_id": me, "role": "data entry" }],
                "trainings": [{ "code": "data_entry", "name": "Data entry" }] });
            body["rollout_id"] =
                client.post("/v1/rollouts", rollout).await.expect(201).json["id"].clone();
            body["user_id"] = json!(me);
        }
        "root-causes" => {
            let late = json!({ "title": fresh("Task"), "due_at": "2025-12-01T09:00:00Z" });
            body["subject_id"] =
                client.post("/v1/tasks", late).await.expect(201).json["id"].clone();
        }
        "media" => body["code"] = json!(format!("{:X}", 4_096 + number)),
        "source-codes" => {
            medium_d(client).await;
            let letter = char::from(b'A' + u8::try_from(number % 26).expect("a letter"));
            body["test_group"] = json!(letter.to_string());
            body["list"] = json!(format!("{:02}", number % 100));
        }
        "campaigns" => body["number"] = json!(format!("M{number}")),
        "mining-profiles" => {
            let party = json!({ "kind": "organisation", "name": fresh("Party"), "tier": "key",
                "roles": ["customer"] });
            client.post("/v1/parties", party).await.expect(201);
            let rule = json!({ "field": "tier", "op": "=", "value": "key" });
            let segment = json!({ "name": fresh("Segment"), "rule": rule });
            body["segment_id"] = json!(client.post("/v1/segments", segment).await.expect(201).id());
        }
        "campaign-members" => {
            body["campaign_id"] = json!(made(client, "campaigns").await);
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
        }
        "campaign-expenses" => {
            body["campaign_id"] = json!(made(client, "campaigns").await);
            remove(&mut body, &["spent_on"]);
        }
        "campaign-results" => {
            let id = made(client, "campaigns").await;
            for verb in ["submit", "start"] {
                client.act(format!("/v1/campaigns/{id}/{verb}")).await.expect(200);
            }
            body["campaign_id"] = json!(id);
        }
        "programmes" => {
            remove(&mut body, &["segment_id", "campaigns", "team"]);
        }
        "programme-milestones" => body["programme_id"] = json!(made(client, "programmes").await),
        "web-task-runs" => body["began_at"] = json!("2025-12-31T01:00:00Z"),
        "content-rules" => body["content_item_id"] = json!(made(client, "content-items").await),
        "nurture-tracks" => {
            body["medium_id"] = json!(made(client, "media").await);
            body["content_item_ids"] = json!([made(client, "content-items").await]);
        }
        "nurture-enrolments" => {
            body["lead_id"] = json!(made(client, "leads").await);
            body["nurture_track_id"] = json!(made(client, "nurture-tracks").await);
        }
        "credit-rules" => {
            // Each of a day of its own, since rules do not overlap.
            let (year, rest) = (2001 + number / 336, number % 336);
            let day = json!(format!("{year}-{:02}-{:02}", rest / 28 + 1, rest % 28 + 1));
            (body["valid_from"], body["valid_until"]) = (day.clone(), day);
        }
        "decision-stages" => body["party_id"] = json!(party(client, &fresh("Party")).await.id()),
        "campaign-risks" => body["campaign_id"] = json!(made(client, "campaigns").await),
        "walk-ins" => {
            body["campaign_id"] = json!(made(client, "campaigns").await);
            remove(&mut body, &["came_at"]);
        }
        "offers" => body["code"] = json!(format!("OFFER{number}")),
        "offer-redemptions" => {
            let customer =
                json!({ "kind": "organisation", "name": fresh("Party"), "roles": ["customer"] });
            body["party_id"] =
                client.post("/v1/parties", customer).await.expect(201).json["id"].clone();
            body["offer_id"] = json!(made(client, "offers").await);
        }
        "health-checks" => {
            let mut campaign = Box::pin(self::body(client, "campaigns")).await;
            let items = body["findings"].as_array().expect("findings").iter();
            campaign["check_items"] =
                items.map(|one| json!({ "code": one["item"], "name": one["item"] })).collect();
            body["campaign_id"] =
                client.post("/v1/campaigns", campaign).await.expect(201).json["id"].clone();
            body["asset_id"] = json!(made(client, "assets").await);
            remove(&mut body, &["checked_at"]);
        }
        "consents" | "contact-preferences" => {
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
        }
        "research-codes" => body["code"] = json!(format!("code_{number}")),
        "research-studies" => {
            remove(&mut body, &["quotas"]);
            let item = json!({ "code": "obstacles", "name": "Obstacles", "kind": "text" });
            let step = json!({ "code": "obstacles", "name": "Obstacles", "items": [item] });
            let guide = json!({ "code": format!("guide_{number}"), "name": "Guide",
                "purpose": "interview", "steps": [step] });
            let guide = client.post("/v1/playbooks", guide).await.expect(201).id();
            client.act(format!("/v1/playbooks/{guide}/publish")).await.expect(200);
            body["playbook_id"] = json!(guide);
        }
        "research-interviews" => {
            let study = made(client, "research-studies").await;
            client.act(format!("/v1/research-studies/{study}/start")).await.expect(200);
            body["research_study_id"] = json!(study);
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
            remove(&mut body, &["contact_id"]);
        }
        "research-answers" => {
            body["research_interview_id"] = json!(made(client, "research-interviews").await);
            remove(&mut body, &["research_code_id"]);
        }
        "messages" => body["campaign_id"] = json!(made(client, "campaigns").await),
        "rival-activities" => {
            let rival =
                json!({ "kind": "organisation", "name": fresh("Party"), "roles": ["competitor"] });
            body["party_id"] =
                client.post("/v1/parties", rival).await.expect(201).json["id"].clone();
        }
        "positionings" => {
            let rival =
                json!({ "kind": "organisation", "name": fresh("Party"), "roles": ["competitor"] });
            body["competitor_id"] =
                client.post("/v1/parties", rival).await.expect(201).json["id"].clone();
            body["product_id"] = json!(made(client, "products").await);
        }
        "responses" => {
            body["campaign_id"] = json!(made(client, "campaigns").await);
            body["phone"] = json!(format!("+86137{:08}", 10_000_000 + number));
            remove(&mut body, &["responded_at"]);
        }
        "products" => body["code"] = json!(format!("P{number}")),
        "price-book-entries" => {
            body["price_book_id"] = json!(made(client, "price-books").await);
            body["product_id"] = json!(made(client, "products").await);
        }
        "pipeline-stages" => body["pipeline_id"] = json!(made(client, "pipelines").await),
        "opportunities" => {
            body["number"] = json!(format!("O{number}"));
            body["pipeline_id"] = json!(pipeline(client, &fresh("Pipeline")).await.id());
        }
        "quotes" => {
            remove(&mut body, &["price_book_id"]);
            body["number"] = json!(format!("Q{number}"));
            body["opportunity_id"] = json!(made(client, "opportunities").await);
            body["lines"][0]["product_id"] = json!(made(client, "products").await);
        }
        "contracts" => {
            let customer =
                json!({ "kind": "organisation", "name": fresh("Party"), "roles": ["customer"] });
            body["party_id"] =
                client.post("/v1/parties", customer).await.expect(201).json["id"].clone();
            body["number"] = json!(format!("C{number}"));
            body["lines"][0]["product_id"] = json!(made(client, "products").await);
        }
        "contract-documents" => {
            body["contract_id"] = json!(made(client, "contracts").await);
            body["template_id"] = json!(made(client, "contract-templates").await);
        }
        "contract-amendments" => {
            body["contract_id"] = json!(signed(client).await);
            body["number"] = json!(format!("A{number}"));
            remove(&mut body, &["lines", "payment_plan"]);
        }
        "receipts" => {
            body["contract_id"] = json!(signed(client).await);
            body["number"] = json!(format!("R{number}"));
            remove(&mut body, &["received_on", "matches"]);
        }
        "resource-bookings" => {
            body["contract_id"] = json!(signed(client).await);
            body["bookable_resource_id"] = json!(made(client, "bookable-resources").await);
        }
        "lead-levels" => {
            body["code"] = json!(format!("L{number}"));
            remove(&mut body, &["position"]);
        }
        "leads" => nobody_yet(&mut body, number),
        "capture-forms" => {
            body["campaign_id"] = json!(made(client, "campaigns").await);
            body["lead_owner_id"] = json!(client.get("/v1/me").await.expect(200).id());
        }
        "touch-sources" => body["source"] = json!(format!("mailer-{number}")),
        "targets" => {
            body["level"] = json!("unit");
            body["org_unit_id"] = json!(made(client, "org-units").await);
        }
        "webhook-endpoints" => body["url"] = json!("http://127.0.0.1:9/nobody"),
        "departments" => {
            remove(&mut body, &["parent_id"]);
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
        }
        "contacts" => {
            remove(&mut body, &["department_id", "is_primary"]);
            nobody_yet(&mut body, number);
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
        }
        "contact-relations" => {
            let party = party(client, &fresh("Party")).await.id();
            body["from_id"] = json!(contact(client, &party, "Ann").await.id());
            body["to_id"] = json!(contact(client, &party, "Ben").await.id());
        }
        "assets" => {
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
            body["serial"] = json!(format!("LSVAM4187C{number:07}"));
        }
        "asset-incidents" => body["asset_id"] = json!(made(client, "assets").await),
        "care-plans" => {
            // No month is in two stages.
            let from = i64::try_from(number * 6 % 594).expect("a number");
            (body["from_months"], body["until_months"]) = (json!(from), json!(from + 6));
            body["active"] = json!(false);
        }
        "care-contacts" => {
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
            remove(&mut body, &["due_at", "slots"]);
        }
        "needs" => {
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
            body["need_type_id"] = json!(made(client, "need-types").await);
        }
        "service-levels" => {
            let (priority, kind) = free_level(client, number).await;
            (body["priority"], body["kind"]) = (json!(priority), json!(kind));
        }
        "service-requests" => body["party_id"] = json!(party(client, &fresh("Party")).await.id()),
        "service-transfers" => {
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
        }
        "collection-channels" => body["name"] = json!(fresh("Channel")),
        "customer-sources" => {
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
            body["referring_party_id"] = json!(party(client, &fresh("Party")).await.id());
        }
        "switching-risks" => {
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
            remove(&mut body, &["assessed_on"]);
        }
        "referral-requests" => {
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
            remove(&mut body, &["asked_on"]);
        }
        "referrals" => {
            body["referrer_party_id"] = json!(party(client, &fresh("Party")).await.id());
            body["referred_party_id"] = json!(party(client, &fresh("Party")).await.id());
        }
        "field-standards" => {
            let name = format!("standard_{number}");
            field(client, &name, "text", json!({})).await;
            body["field"] = json!(format!("custom.{name}"));
        }
        "kpis" => body["code"] = json!(format!("kpi_{number}")),
        "score-cards" => body["lines"][0]["kpi_id"] = json!(made(client, "kpis").await),
        "kpi-rules" => body["kpi_id"] = json!(made(client, "kpis").await),
        "life-cycle-cells" => {
            let (value_class, phase) = free_cell(client, number).await;
            (body["value_class"], body["phase"]) = (json!(value_class), json!(phase));
        }
        "retention-cases" => body["party_id"] = json!(party(client, &fresh("Party")).await.id()),
        "phone-calls" => body["party_id"] = json!(party(client, &fresh("Party")).await.id()),
        "promises" => body["phone_call_id"] = json!(made(client, "phone-calls").await),
        "phone-representatives" => {
            let user = json!({ "email": format!("phone{number}@example.com"), "name": "Chen" });
            body["user_id"] = client.post("/v1/users", user).await.expect(201).json["id"].clone();
        }
        "activities" => {
            remove(&mut body, &["contact_ids", "user_ids", "owner_id"]);
            body["party_id"] = json!(party(client, &fresh("Party")).await.id());
        }
        _ => {}
    }
    body
}

/// The id of a record of the resource.
async fn made(client: &Client, plural: &str) -> String {
    Box::pin(record(client, plural)).await.id()
}

/// A priority and a kind of requests for which there is no service level yet.
async fn free_level(client: &Client, number: u64) -> (&'static str, &'static str) {
    const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];
    const KINDS: [&str; 7] =
        ["question", "complaint", "repair", "service", "return", "accident", "other"];
    let taken = client.get("/v1/service-levels?limit=200").await.expect(200);
    let is_free = |(priority, kind): &(&str, &str)| {
        taken.data().iter().all(|one| one["priority"] != *priority || one["kind"] != *kind)
    };
    let all = KINDS.into_iter().flat_map(|kind| PRIORITIES.map(|priority| (priority, kind)));
    let first = usize::try_from(number).expect("a number") % (PRIORITIES.len() * KINDS.len());
    let mut turned = all.clone().skip(first).chain(all);
    turned.find(is_free).expect("a level that is free")
}

/// A class and a phase of customers of which nothing is said yet.
async fn free_cell(client: &Client, number: u64) -> (&'static str, &'static str) {
    const CLASSES: [&str; 4] = ["high", "medium", "low", "none"];
    const PHASES: [&str; 6] = ["prospect", "new", "growth", "mature", "decline", "lost"];
    let taken = client.get("/v1/life-cycle-cells?limit=200").await.expect(200);
    let is_free = |(class, phase): &(&str, &str)| {
        taken.data().iter().all(|one| one["value_class"] != *class || one["phase"] != *phase)
    };
    let all = PHASES.into_iter().flat_map(|phase| CLASSES.map(|class| (class, phase)));
    let first = usize::try_from(number).expect("a number") % (CLASSES.len() * PHASES.len());
    let mut turned = all.clone().skip(first).chain(all);
    turned.find(is_free).expect("a cell that is free")
}

/// Sees to it that there is the medium D.
async fn medium_d(client: &Client) {
    if client.get("/v1/media?code=D").await.expect(200).data().is_empty() {
        let medium = json!({ "code": "D", "name": "E-mail", "kind": "email" });
        client.post("/v1/media", medium).await.expect(201);
    }
}

/// The id of a contract that is signed.
async fn signed(client: &Client) -> String {
    let id = made(client, "contracts").await;
    client.act(format!("/v1/contracts/{id}/submit")).await.expect(200);
    client.post(format!("/v1/contracts/{id}/sign"), json!({})).await.expect(200);
    id
}

/// A pipeline of this name with the stages tracking, bidding, negotiation, signing, won and lost.
pub async fn pipeline(client: &Client, name: &str) -> Answer {
    let wish = json!({ "template": "project_sale", "name": name });
    client.post("/v1/pipelines/from-template", wish).await.expect(201)
}

/// A field of the tenant on parties, of that name and kind, with what else is said of it.
pub async fn field(client: &Client, name: &str, kind: &str, more: Json) -> Answer {
    define(client, "parties", name, kind, more).await.expect(201)
}

/// Tries to make a field of the tenant.
pub async fn define(client: &Client, resource: &str, name: &str, kind: &str, more: Json) -> Answer {
    let label = json!({ "en": format!("The {name}"), "zh-CN": format!("字段{name}") });
    let mut body = json!({ "resource": resource, "name": name, "label": label, "kind": kind,
        "purpose": "To know the customer" });
    guanxi_kernel::input::merge(&mut body, more);
    client.post("/v1/custom-fields", body).await
}

/// Choices of a field, whose labels are the words in capitals and behind `选`.
pub fn choices(words: &[&str]) -> Json {
    let label = |word: &str| json!({ "en": word.to_uppercase(), "zh-CN": format!("选{word}") });
    words.iter().map(|word| json!({ "word": word, "label": label(word) })).collect()
}

/// A record of the resource.
pub async fn record(client: &Client, plural: &str) -> Answer {
    let body = body(client, plural).await;
    let all = format!("/v1/{}", path(plural));
    if plural == "order-batches" {
        // What became of each order is told with it.
        let told = client.post(&all, body).await.expect(200);
        let id = told.json["batch"]["id"].as_str().expect("an id");
        return client.get(format!("{all}/{id}")).await.expect(200);
    }
    client.post(all, body).await.expect(201)
}

/// Holds the ways to read a record against each other: by itself, in the list and a search of its
/// resource, and where it and its values came from.
///
/// # Panics
/// When one of them does not show it.
pub async fn read_in_every_way(client: &Client, plural: &str, id: &str) {
    let all = format!("/v1/{plural}");
    let one = client.get(format!("{all}/{id}")).await.expect(200);
    let list = client.get(&all).await.expect(200);
    let found = client.post(format!("{all}/search"), json!({})).await.expect(200);
    for page in [list, found] {
        assert!(page.each("id").contains(&json!(id)), "{}", page.text);
    }
    let past = client.get(format!("{all}/{id}/timeline")).await.expect(200);
    assert!(past.each("subject_id").contains(&json!(id)), "{}", past.text);
    let origins = client.get(format!("{all}/{id}/provenance")).await.expect(200);
    assert!(origins.json.to_string().contains("version"), "{}", origins.text);
    assert_eq!(one.id(), id);
}

/// A name, a phone number and an address that nobody has yet, so that it is no duplicate.
fn nobody_yet(body: &mut Json, number: u64) {
    body["name"] = json!(format!("{} {number}", body["name"].as_str().expect("a name")));
    body["phones"][0]["number"] = json!(format!("+86138{:08}", 10_000_000 + number));
    body["emails"][0]["address"] = json!(format!("somebody{number}@example.com"));
}

fn remove(body: &mut Json, members: &[&str]) {
    if let Json::Object(object) = body {
        object.retain(|name, _| !members.contains(&name.as_str()));
    }
}
