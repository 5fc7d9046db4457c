//! What managers say about activities.

use super::{activity, statuses};
use guanxi_tests::{Client, Json, World, both_stores, json};

both_stores![s_50_a_note_is_seen_up_the_hierarchy_only, s_50_the_rep_acknowledges_once,];

/// A rep, who manages nobody, under a manager under a director; and a peer. All may do everything with
/// everything, and none of that matters here.
struct People {
    director: Client,
    manager: Client,
    rep: Client,
    rep_id: String,
    peer: Client,
}

async fn people(world: &World) -> People {
    let unit = async |name: &str, parent: Option<&str>, manager: &str| {
        let body = json!({ "name": name, "kind": "department", "parent_id": parent,
            "manager_id": manager });
        world.admin.post("/v1/org-units", body).await.expect(201).id()
    };
    let all = &[("any", "any", "all")];
    let (director, director_id) = world.person(all, None).await;
    let (manager, manager_id) = world.person(all, None).await;
    let top = unit("销售部", None, &director_id).await;
    let east = unit("华东组", Some(&top), &manager_id).await;
    for id in [&manager_id] {
        let place = json!({ "org_unit_id": east });
        world.admin.patch(format!("/v1/users/{id}"), place).await.expect(200);
    }
    let (rep, rep_id) = world.person(all, Some(&east)).await;
    let (peer, _) = world.person(all, Some(&east)).await;
    People { director, manager, rep, rep_id, peer }
}

fn text() -> Json {
    json!({ "text": "先问预算再报价" })
}

async fn s_50_a_note_is_seen_up_the_hierarchy_only(world: &World) {
    let people = people(world).await;
    let visit = activity(&people.rep, json!({})).await.id();
    let notes = format!("/v1/activities/{visit}/coaching-notes");
    let none = people.rep.get(&notes).await.expect(200);
    assert!(none.data().is_empty());
    let note = people.manager.post(&notes, text()).await.expect(201).json;
    assert_eq!((&note["rep_id"], &note["text"]), (&json!(people.rep_id), &text()["text"]));
    for one in [&people.rep, &people.manager, &people.director] {
        assert_eq!(one.get(&notes).await.expect(200).data(), &vec![note.clone()]);
    }
    let acknowledge = format!("{notes}/{}/acknowledge", note["id"].as_str().expect("an id"));
    // Whoever may read the activity, and every record there is, still sees no note.
    for other in [&people.peer, &world.admin] {
        other.get(format!("/v1/activities/{visit}")).await.expect(200);
        other.get(&notes).await.refused(404, "not_found");
        other.post(&notes, text()).await.refused(404, "not_found");
        other.post(&acknowledge, json!({})).await.refused(404, "not_found");
        assert!(other.get("/v1/me/coaching-notes").await.expect(200).data().is_empty());
        for place in [format!("/v1/activities/{visit}/timeline"), "/v1/notifications".to_owned()] {
            let told = other.get(place).await.expect(200);
            assert!(
                !told.text.contains("预算") && !told.text.contains("coaching"),
                "{}",
                told.text
            );
        }
    }
    people.rep.post(&notes, text()).await.refused(403, "forbidden");
    people.manager.post(&acknowledge, json!({})).await.refused(403, "forbidden");
    // The manager's own activities are the director's affair.
    let own = activity(&people.manager, json!({})).await.id();
    let own = format!("/v1/activities/{own}/coaching-notes");
    people.director.post(&own, text()).await.expect(201);
    people.manager.get(&own).await.expect(200);
    people.rep.get(&own).await.refused(404, "not_found");
    // What was said to one stays with them when another goes on.
    let given = json!({ "owner_id": world.admin.get("/v1/me").await.expect(200).id() });
    people.rep.patch(format!("/v1/activities/{visit}"), given).await.expect(200);
    assert!(world.admin.get(&notes).await.expect(200).data().is_empty());
    assert_eq!(people.rep.get(&notes).await.expect(200).data(), &vec![note]);
}

async fn s_50_the_rep_acknowledges_once(world: &World) {
    let people = people(world).await;
    let visit = activity(&people.rep, json!({})).await.id();
    let notes = format!("/v1/activities/{visit}/coaching-notes");
    let note = people.manager.post(&notes, text()).await.expect(201).json;
    let waiting = async || people.rep.get("/v1/me/coaching-notes").await.expect(200).data().clone();
    assert_eq!(waiting().await, std::slice::from_ref(&note));
    let acknowledge = format!("{notes}/{}/acknowledge", note["id"].as_str().expect("an id"));
    world.clock.advance(chrono::TimeDelta::minutes(1));
    let answer = || async { people.rep.post(&acknowledge, json!({ "comment": "明白" })).await };
    let (one, other) = futures_util::join!(answer(), answer());
    assert_eq!(statuses([&one, &other]), [200, 409], "two at once");
    people.rep.post(&acknowledge, json!({})).await.refused(409, "note_acknowledged");
    let seen = people.director.get(&notes).await.expect(200).data()[0].clone();
    assert_eq!(
        (&seen["acknowledged_at"], &seen["acknowledgement"]),
        (&json!("2026-01-01T00:01:00Z"), &json!("明白"))
    );
    assert!(waiting().await.is_empty());
    let none = format!("{notes}/01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70/acknowledge");
    people.rep.post(none, json!({})).await.refused(404, "not_found");
}
