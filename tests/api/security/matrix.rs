//! Every operation of the document against callers who lack something: a good token, rights, a scope,
//! the right to write, the right to read, the right to that very resource.

use super::{Endpoint, Ids, ask_all, inventory::headers, makeable, nothing_of, records};
use chrono::TimeDelta;
use guanxi_http::resources::{Operation, SERVED, rights};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    sec_07_no_operation_answers_without_a_good_token,
    sec_14_without_rights_every_operation_is_refused,
    sec_14_whoever_may_only_read_changes_nothing,
    sec_14_without_the_right_to_read_nothing_is_read,
    sec_16_without_the_right_to_a_resource_nothing_below_its_path_is_open,
];

const ALL: &[(&str, &str, &str)] = &[("any", "any", "all")];

/// The status and the code of an answer.
fn said(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.json["code"].as_str().unwrap_or_default())
}

fn token(client: &Client) -> String {
    let (_, value) = client.credentials().expect("a token");
    value.trim_start_matches("Bearer ").to_owned()
}

async fn sec_07_no_operation_answers_without_a_good_token(world: &World) {
    let (late, _) = world.person(ALL, None).await;
    world.pass(TimeDelta::minutes(11)).await;
    let ((ann, _), (ben, _)) = (world.person(ALL, None).await, world.person(ALL, None).await);
    // What Ann's token says, under the signature of Ben's: all is of the server, and nothing fits.
    let (claims, signature) = (token(&ann), token(&ben));
    let (claims, _) = claims.rsplit_once('.').expect("three parts");
    let (_, signature) = signature.rsplit_once('.').expect("three parts");
    let forged = world.anonymous().with_token(&format!("{claims}.{signature}"));
    let all: Vec<Endpoint> = Endpoint::closed().collect();
    assert!(all.len() > 1_000, "{} operations", all.len());
    let mut found = Vec::new();
    let callers = [
        (world.anonymous(), "unauthenticated"),
        (forged, "unauthenticated"),
        (late, "token_expired"),
    ];
    for (caller, code) in callers {
        for (one, answer) in all.iter().zip(ask_all(world, &caller, &Ids::new(), &all).await) {
            if said(&answer) != (401, code) {
                found.push(format!("{}: {:?}, not {code}", one.id, said(&answer)));
            }
            headers(&one.id, &answer, &mut found);
        }
    }
    nothing_of(&found);
    for good in [ann, ben] {
        good.get("/v1/me").await.expect(200);
    }
}

/// Refused alike whether the record is there or not, so nobody learns that.
async fn sec_14_without_rights_every_operation_is_refused(world: &World) {
    let ids = records(&world.admin).await;
    let (powerless, _) = world.person(&[], None).await;
    let key = world.admin.post("/v1/api-keys", json!({ "name": "ERP", "scopes": [] })).await;
    let key = key.expect(201).json["key"].as_str().expect("the key").to_owned();
    let program = world.anonymous().with_key(&key);
    let all: Vec<Endpoint> = Endpoint::guarded().collect();
    let mut found = Vec::new();
    for (name, caller) in [("no rights", &powerless), ("a key without scopes", &program)] {
        for (one, answer) in all.iter().zip(ask_all(world, caller, &ids, &all).await) {
            let known = matches!(said(&answer), (403, "forbidden" | "session_required"));
            if !known {
                found.push(format!("{} with {name}: {:?}", one.id, said(&answer)));
            }
        }
    }
    nothing_of(&found);
}

/// What is decided by who somebody is rather than by rights, or needs no right to write; what they answer
/// to somebody who may only read.
const OTHERWISE: &[(&str, u16)] = &[
    // It asks for the record first, and none was named.
    ("attachments_create", 400),
    // For whoever leads the owner of the visit, and for the owner.
    ("coaching_notes_create", 404),
    ("coaching_notes_acknowledge", 404),
    // Works out and keeps nothing.
    ("marketing_plans_preview_allocation", 422),
];

async fn sec_14_whoever_may_only_read_changes_nothing(world: &World) {
    let ids = records(&world.admin).await;
    let (reader, id) = world.person(&[("any", "read", "all")], None).await;
    let all: Vec<Endpoint> = Endpoint::guarded().filter(|one| !one.only_reads()).collect();
    assert!(all.len() > 400, "{} operations write", all.len());
    let mut found = Vec::new();
    for (one, answer) in all.iter().zip(ask_all(world, &reader, &ids, &all).await) {
        let otherwise = OTHERWISE.iter().find(|(id, _)| *id == one.id).map(|(_, status)| *status);
        // Of a record that is not there nobody is told that they may not change it.
        let hidden = one.places().next().is_some() && !one.is_filled(&ids);
        let right = match answer.status {
            403 => otherwise.is_none(),
            404 => hidden || otherwise == Some(404),
            // A preview may come to something.
            200 | 422 => otherwise == Some(422),
            status => otherwise == Some(status),
        };
        if !right {
            found.push(format!("{}: {:?}", one.id, said(&answer)));
        }
    }
    nothing_of(&found);
    // Nor does the log know of anything that they have done.
    world.caught_up().await;
    let events = world.admin.get(format!("/v1/events?user_id={id}&limit=200")).await.expect(200);
    assert_eq!(events.each("kind"), [json!("user.signed_in")]);
}

async fn sec_14_without_the_right_to_read_nothing_is_read(world: &World) {
    let ids = records(&world.admin).await;
    let grants = ["create", "update", "delete", "export"].map(|action| ("any", action, "all"));
    let (writer, _) = world.person(&grants, None).await;
    let all: Vec<Endpoint> = Endpoint::guarded().filter(|one| one.method == "GET").collect();
    let mut found = Vec::new();
    for (one, answer) in all.iter().zip(ask_all(world, &writer, &ids, &all).await) {
        if said(&answer) != (403, "forbidden") {
            found.push(format!("{}: {:?}", one.id, said(&answer)));
        }
    }
    nothing_of(&found);
}

/// What stands below the path of a resource and goes by the right to another one.
const ELSEWHERE: &[&str] = &[
    // Telling a batch is making orders.
    "order_batches_place",
    // A right of its own, on everybody; who is not seen is not there.
    "parties_erase",
    "contacts_erase",
    "leads_erase",
    "parties_subject_export",
    "contacts_subject_export",
    "leads_subject_export",
];

/// One person whose role loses one resource after the other, and has each again: what a role is taken is
/// gone with the next request, and only that.
async fn sec_16_without_the_right_to_a_resource_nothing_below_its_path_is_open(world: &World) {
    let ids = records(&world.admin).await;
    let role = world.role(&[("parties", "read", "own")]).await;
    let (person, id) = world.person(&[], None).await;
    let given = json!({ "role_ids": [role] });
    world.admin.patch(format!("/v1/users/{id}"), given).await.expect(200);
    let grants = |without: &str| -> Json {
        let others = rights().filter(|resource| *resource != without);
        let grant =
            |resource: &str| json!({ "resource": resource, "action": "any", "scope": "all" });
        json!({ "grants": others.map(grant).collect::<Vec<_>>() })
    };
    let every: Vec<Endpoint> = Endpoint::guarded().collect();
    let (mut found, mut tried) = (Vec::new(), 0);
    let with_rights = SERVED.iter().map(|served| served.kind).filter(|kind| !kind.with_parent);
    for kind in with_rights {
        let own = format!("/v1/{}", if kind.name == "tenant" { kind.name } else { kind.path });
        let below = |one: &&Endpoint| {
            let rest = one.template.strip_prefix(&own);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let change = grants(kind.plural);
        world.admin.patch(format!("/v1/roles/{role}"), change).await.expect(200);
        let all: Vec<_> = every.iter().filter(below).collect();
        assert!(!all.is_empty(), "{own} has no operations");
        let requests = all.iter().map(|one| one.asked(&person, &ids, world.next())).collect();
        for (one, answer) in all.iter().zip(super::ask(requests).await) {
            tried += 1;
            let elsewhere = ELSEWHERE.contains(&&*one.id) && answer.status < 500;
            if answer.status != 403 && !elsewhere {
                found.push(format!("{} without {}: {:?}", one.id, kind.plural, said(&answer)));
            }
        }
    }
    nothing_of(&found);
    assert!(tried > 900, "{tried} operations");
    world.admin.patch(format!("/v1/roles/{role}"), grants("")).await.expect(200);
    let listed = makeable().filter(|served| served.operations.contains(&Operation::List));
    for served in listed {
        person.get(format!("/v1/{}", served.kind.path)).await.expect(200);
    }
}
