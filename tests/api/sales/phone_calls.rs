//! Calls in and out: what came of them, what has to follow, who gets them, and what they add up to.

use super::{again, party, with};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    x_65_a_call_of_a_customer_is_a_case_of_three_steps_in_order,
    x_65_doing_the_task_of_a_step_is_doing_the_step,
    x_65_nothing_has_to_follow_a_call_that_is_deleted,
    x_66_x_48_a_call_is_closed_with_need_outcome_and_next_step,
    x_31_calls_in_and_out_are_counted_by_result_and_source_code,
    x_69_calls_go_to_representatives_with_the_skills,
    x_69_each_representative_has_figures,
    a_call_is_of_one_customer_and_its_state_decides,
];

const ALL: &str = "/v1/phone-calls";

async fn call(client: &Client, members: Json) -> Answer {
    let body = json!({ "direction": "in", "subject": "咨询工作站" });
    client.post(ALL, with(body, members)).await.expect(201)
}

fn own(call: &Answer, rest: &str) -> String {
    format!("{ALL}/{}{rest}", call.id())
}

/// What a call is closed with.
fn closing(result: &str) -> Json {
    json!({ "result": result, "need": "二十台工作站", "outcome": "发送报价", "next_step": "致电确认",
        "next_step_on": "2026-01-05" })
}

/// Answers a call and closes it with this result.
async fn speak(client: &Client, call: &Answer, result: &str) -> Answer {
    client.act(own(call, "/answer")).await.expect(200);
    client.post(own(call, "/close"), closing(result)).await.expect(200)
}

async fn open_tasks(client: &Client) -> Vec<Json> {
    client.get("/v1/tasks?status=open&sort=created_at").await.expect(200).data().clone()
}

async fn x_65_a_call_of_a_customer_is_a_case_of_three_steps_in_order(world: &World) {
    let admin = &world.admin;
    let rules = json!({ "reply_within_minutes": 120, "follow_up_within_minutes": 2880 });
    admin.patch("/v1/tenant", json!({ "preferences": { "calls": rules } })).await.expect(200);
    let customer = party(admin, "宏图", &["customer"]).await;
    let one = call(admin, json!({ "party_id": customer, "phone": "021 6888 1234" })).await;
    assert_eq!(one.json["phone"], "+862168881234");
    given::read_in_every_way(admin, "phone-calls", &one.id()).await;
    let steps = json!(["answer", "mail_reply", "phone_follow_up"]);
    assert_eq!((&one.json["missing_steps"], &one.json["step_due_at"]), (&steps, &Json::Null));
    admin.post(own(&one, "/reply"), json!({})).await.refused(409, "phone_call_state");
    admin.act(own(&one, "/answer")).await.expect(200);
    world.pass(TimeDelta::minutes(5)).await;
    let closed = admin.post(own(&one, "/close"), closing("interested")).await.expect(200);
    assert_eq!(closed.json["answered_at"], "2026-01-01T00:00:00Z");
    assert_eq!(
        (&closed.json["reply_due_at"], &closed.json["follow_up_due_at"]),
        (&json!("2026-01-01T02:05:00Z"), &json!("2026-01-03T00:05:00Z"))
    );
    assert_eq!(closed.json["missing_steps"], json!(["mail_reply", "phone_follow_up"]));
    assert_eq!(closed.json["talk_seconds"], 300);
    let open = open_tasks(admin).await;
    let said: Vec<(&Json, &Json)> = open.iter().map(|one| (&one["kind"], &one["due_at"])).collect();
    assert_eq!(said.len(), 2, "{open:?}");
    assert!(said.contains(&(&json!("mail"), &json!("2026-01-01T02:05:00Z"))), "{said:?}");
    assert!(said.contains(&(&json!("call"), &json!("2026-01-03T00:05:00Z"))), "{said:?}");
    // Whose next step is late is found by the step and its time.
    let late = format!("{ALL}?missing_step=mail_reply&step_due_before=2026-01-01T02:06:00Z");
    assert_eq!(admin.get(&late).await.expect(200).each("id"), [json!(one.id())]);
    admin.post(own(&one, "/follow-up"), json!({})).await.refused(409, "phone_call_state");
    let note = json!({ "note": "已发送型录" });
    let replied = admin.post(own(&one, "/reply"), note).await.expect(200);
    assert_eq!(replied.json["replied_at"], "2026-01-01T00:05:00Z");
    assert_eq!(replied.json["missing_steps"], json!(["phone_follow_up"]));
    assert!(admin.get(&late).await.expect(200).data().is_empty());
    assert_eq!(open_tasks(admin).await.len(), 1, "the task to reply is done");
    let whole = admin.post(own(&one, "/follow-up"), json!({})).await.expect(200);
    assert_eq!(
        (&whole.json["missing_steps"], &whole.json["step_due_at"]),
        (&json!([]), &Json::Null)
    );
    assert!(open_tasks(admin).await.is_empty());
    let kinds = admin.get(own(&one, "/timeline")).await.expect(200).each("kind");
    for verb in ["answered", "closed", "replied", "followed_up"] {
        assert!(kinds.contains(&json!(format!("phone_call.{verb}"))), "{kinds:?}");
    }
    // Nobody has answered: all of it is missing.
    let missed = call(admin, json!({ "party_id": customer })).await;
    let missed = admin.post(own(&missed, "/miss"), json!({ "result": "hung_up" })).await;
    assert_eq!(missed.expect(200).json["missing_steps"], steps);
    let lacking = admin.get(format!("{ALL}?missing_step=answer")).await.expect(200);
    assert_eq!(lacking.each("status"), [json!("missed")]);
    // What the company has begun has no such steps.
    let out = call(admin, json!({ "party_id": customer, "direction": "out" })).await;
    assert_eq!(speak(admin, &out, "sold").await.json["missing_steps"], json!([]));
    assert!(open_tasks(admin).await.is_empty());
}

async fn x_65_doing_the_task_of_a_step_is_doing_the_step(world: &World) {
    let admin = &world.admin;
    let one = call(admin, json!({})).await;
    speak(admin, &one, "informed").await;
    let open = open_tasks(admin).await;
    let task = |kind: &str| {
        let found = open.iter().find(|task| task["kind"] == kind).expect("a task");
        format!("/v1/tasks/{}/complete", found["id"].as_str().expect("an id"))
    };
    // The steps have an order, whoever takes them.
    admin.post(task("call"), json!({})).await.refused(409, "phone_call_state");
    admin.post(task("mail"), json!({ "result": "已回复" })).await.expect(200);
    let read = admin.get(own(&one, "")).await.expect(200).json;
    assert_eq!(
        (&read["reply_note"], &read["missing_steps"]),
        (&json!("已回复"), &json!(["phone_follow_up"]))
    );
    admin.post(task("call"), json!({})).await.expect(200);
    assert_eq!(admin.get(own(&one, "")).await.expect(200).json["missing_steps"], json!([]));
    // A task that was opened again by mistake can be done again, also when the call is gone.
    let reopen = task("call").replace("/complete", "/reopen");
    admin.act(&reopen).await.expect(200);
    admin.post(task("call"), json!({})).await.expect(200);
    admin.act(&reopen).await.expect(200);
    admin.delete(own(&one, "")).await.expect(204);
    admin.post(task("call"), json!({})).await.refused(409, "task_closed");
    admin.act(&reopen).await.expect(200);
    admin.post(task("call"), json!({})).await.expect(200);
}

async fn x_65_nothing_has_to_follow_a_call_that_is_deleted(world: &World) {
    let admin = &world.admin;
    let one = call(admin, json!({})).await;
    speak(admin, &one, "informed").await;
    admin.post(own(&one, "/reply"), json!({})).await.expect(200);
    assert_eq!(open_tasks(admin).await.len(), 1);
    admin.delete(own(&one, "")).await.expect(204);
    assert!(open_tasks(admin).await.is_empty());
    let closed = admin.get("/v1/tasks?status=cancelled").await.expect(200);
    assert_eq!(closed.each("result"), ["The call was deleted."]);
    // Restored, it has to; what was done is.
    admin.act(own(&one, "/restore")).await.expect(200);
    let open = open_tasks(admin).await;
    assert_eq!(open.iter().map(|task| &task["kind"]).collect::<Vec<_>>(), ["call"]);
    assert_eq!(open[0]["due_at"], admin.get(own(&one, "")).await.expect(200).json["step_due_at"]);
}

async fn x_66_x_48_a_call_is_closed_with_need_outcome_and_next_step(world: &World) {
    let admin = &world.admin;
    let one = call(admin, json!({ "direction": "out" })).await;
    admin.post(own(&one, "/close"), closing("sold")).await.refused(409, "phone_call_state");
    admin.act(own(&one, "/answer")).await.expect(200);
    let bare = admin.post(own(&one, "/close"), json!({ "result": "sold" })).await;
    let places: Vec<String> = bare
        .refused(422, "validation_failed")
        .findings()
        .into_iter()
        .map(|(place, _)| place)
        .collect();
    for place in ["/need", "/outcome", "/next_step", "/next_step_on"] {
        assert!(places.contains(&place.to_owned()), "{places:?}");
    }
    let past = with(closing("sold"), json!({ "next_step_on": "2025-12-31" }));
    let past = admin.post(own(&one, "/close"), past).await;
    assert_eq!(past.expect(422).findings()[0].1, "out_of_range");
    let silent = admin.post(own(&one, "/close"), closing("busy")).await;
    assert_eq!(silent.expect(422).findings()[0].0, "/result");
    let timed = with(closing("sold"), json!({ "talk_seconds": 42 }));
    let closed = admin.post(own(&one, "/close"), timed).await.expect(200);
    assert_eq!(
        (&closed.json["need"], &closed.json["talk_seconds"], &closed.json["next_step_on"]),
        (&json!("二十台工作站"), &json!(42), &json!("2026-01-05"))
    );
    let due = admin.get(format!("{ALL}?next_step_before=2026-01-06")).await.expect(200);
    assert_eq!(due.each("id"), [json!(one.id())]);
}

async fn x_31_calls_in_and_out_are_counted_by_result_and_source_code(world: &World) {
    let admin = &world.admin;
    admin.post("/v1/media/from-template", json!({ "template": "standard" })).await.expect(200);
    let code = json!({ "medium": "D", "test_group": "B", "list": "02", "month": 8, "year": 2026 });
    let code = admin.post("/v1/source-codes", code).await.expect(201);
    let named = json!({ "source_code": "db02086" });
    let first = call(admin, named.clone()).await;
    assert_eq!(first.json["source_code_id"], json!(code.id()));
    assert_eq!(first.json["medium_id"], code.json["medium_id"]);
    let second = call(admin, named).await;
    let out = call(admin, json!({ "direction": "out" })).await;
    admin
        .post(ALL, json!({ "direction": "in", "subject": "A", "source_code": "XX" }))
        .await
        .expect(422);
    speak(admin, &first, "sold").await;
    admin.post(own(&second, "/miss"), json!({ "result": "hung_up" })).await.expect(200);
    admin.post(own(&out, "/miss"), json!({ "result": "busy" })).await.expect(200);
    let report =
        async |by: &str| admin.get(format!("/v1/reports/phone-calls?by={by}")).await.expect(200);
    let by_direction = report("direction").await;
    assert_eq!(by_direction.each("key"), ["in", "out"]);
    assert_eq!(by_direction.each("calls"), [2, 1]);
    assert_eq!(by_direction.data()[0]["answered_share"]["value"], "0.5000");
    let by_result = report("result").await;
    assert_eq!(by_result.each("key"), ["busy", "hung_up", "sold"]);
    let by_code = report("source_code").await;
    let row = by_code.data().iter().find(|row| row["name"] == "DB02086").expect("a row");
    assert_eq!((&row["calls"], &row["sold"]), (&json!(2), &json!(1)));
    let by_medium = report("medium").await;
    let medium = by_medium.data().iter().find(|row| row["key"] == code.json["medium_id"]);
    assert_eq!(medium.expect("a row")["incoming"], 2);
    assert_eq!(report("campaign").await.json["totals"]["calls"], 3);
    let none = admin.get("/v1/reports/phone-calls?to=2025-12-31").await.expect(200);
    assert_eq!((none.data().len(), &none.json["totals"]["calls"]), (0, &json!(0)));
    let found = admin.get(format!("{ALL}?result=sold&direction=in")).await.expect(200);
    assert_eq!(found.each("id"), [json!(first.id())]);
}

async fn x_69_calls_go_to_representatives_with_the_skills(world: &World) {
    let admin = &world.admin;
    let mut people = Vec::new();
    for skills in [json!(["English"]), json!(["english", "工作站"])] {
        let (_, id) = world.person(&[("phone-calls", "any", "own")], None).await;
        let body = json!({ "user_id": id, "skills": skills });
        let made = admin.post("/v1/phone-representatives", body.clone()).await.expect(201);
        given::read_in_every_way(admin, "phone-representatives", &made.id()).await;
        admin.post("/v1/phone-representatives", body).await.refused(409, "duplicate");
        people.push((id, made));
    }
    let both = json!({ "skills": ["工作站", "English"] });
    let routed = admin.act(own(&call(admin, both).await, "/route")).await.expect(200);
    assert_eq!(routed.json["owner_id"], json!(people[1].0));
    // Of those who know it, who has less to do.
    let english = json!({ "skills": ["English"] });
    let next = call(admin, english.clone()).await;
    let next = admin.act(own(&next, "/route")).await.expect(200);
    assert_eq!(next.json["owner_id"], json!(people[0].0));
    let strange = call(admin, json!({ "skills": ["日本語"] })).await;
    let nobody = admin.act(own(&strange, "/route")).await.refused(409, "no_skilled_representative");
    assert_eq!(nobody.json["params"]["skills"], json!(["日本語"]));
    // Who takes no calls gets none.
    for (_, made) in &people {
        let path = format!("/v1/phone-representatives/{}", made.id());
        admin.patch(path, json!({ "active": false })).await.expect(200);
    }
    let last = call(admin, english).await;
    admin.act(own(&last, "/route")).await.refused(409, "no_skilled_representative");
    admin.act(own(&last, "/answer")).await.expect(200);
    admin.act(own(&last, "/route")).await.refused(409, "phone_call_state");
    let known = admin.get("/v1/phone-representatives?skill=ENGLISH").await.expect(200);
    assert_eq!(known.data().len(), 2);
    let moved = json!({ "user_id": people[0].0 });
    let path = format!("/v1/phone-representatives/{}", people[1].1.id());
    assert_eq!(admin.patch(path, moved).await.expect(422).findings()[0].0, "/user_id");
}

async fn x_69_each_representative_has_figures(world: &World) {
    let grants = [("phone-calls", "any", "own"), ("tasks", "any", "own")];
    let (rep, id) = world.person(&grants, None).await;
    for result in ["sold", "interested"] {
        let one = call(&rep, json!({ "direction": "out" })).await;
        rep.act(own(&one, "/answer")).await.expect(200);
        let timed = with(closing(result), json!({ "talk_seconds": 90 }));
        rep.post(own(&one, "/close"), timed).await.expect(200);
        let score = json!({ "score": if result == "sold" { 90 } else { 70 } });
        rep.post(own(&one, "/rate"), score.clone()).await.refused(403, "own_phone_call");
        let rated = world.admin.post(own(&one, "/rate"), score).await.expect(200);
        assert_eq!(rated.json["rated_at"], "2026-01-01T00:00:00Z");
    }
    for _ in 0..2 {
        let one = call(&rep, json!({ "direction": "out" })).await;
        rep.post(own(&one, "/miss"), json!({ "result": "no_answer" })).await.expect(200);
        world
            .admin
            .post(own(&one, "/rate"), json!({ "score": 1 }))
            .await
            .refused(409, "phone_call_state");
    }
    call(&world.admin, json!({})).await;
    let report = world.admin.get("/v1/reports/phone-calls").await.expect(200);
    let row = report.data().iter().find(|row| row["key"] == json!(id)).expect("a row");
    assert_eq!((&row["name"], &row["calls"]), (&json!("Person"), &json!(4)));
    let said = ["answered_share", "conversion", "mean_talk_seconds", "quality_score"];
    let said = said.map(|member| row[member]["value"].clone());
    assert_eq!(said, [json!("0.5000"), json!("0.5000"), json!("90.0000"), json!("80.0000")]);
    // A representative is told of their own.
    let own_report = rep.get("/v1/reports/phone-calls").await.expect(200);
    assert_eq!((own_report.data().len(), &own_report.json["totals"]["calls"]), (1, &json!(4)));
}

async fn a_call_is_of_one_customer_and_its_state_decides(world: &World) {
    let admin = &world.admin;
    let customer = party(admin, "宏图", &["customer"]).await;
    let other = party(admin, "远景", &["customer"]).await;
    let contact = given::contact(admin, &customer, "李娜").await.id();
    let one = call(admin, json!({ "contact_id": contact })).await;
    assert_eq!(one.json["party_id"], json!(customer));
    let mixed = json!({ "direction": "in", "subject": "A", "contact_id": contact,
        "party_id": other });
    assert_eq!(admin.post(ALL, mixed).await.expect(422).findings()[0].0, "/contact_id");
    let strange = json!({ "direction": "in", "subject": "A", "phone": "call me" });
    assert_eq!(admin.post(ALL, strange).await.expect(422).findings()[0].0, "/phone");
    let turned = admin.patch(own(&one, ""), json!({ "direction": "out" })).await;
    assert_eq!(turned.expect(422).findings()[0].0, "/direction");
    admin.patch(own(&one, ""), json!({ "subject": "询价" })).await.expect(200);
    speak(admin, &one, "informed").await;
    let late = admin.patch(own(&one, ""), json!({ "subject": "别的" })).await;
    late.refused(409, "phone_call_state");
    admin.delete(own(&one, "")).await.expect(204);
    admin.act(own(&one, "/restore")).await.expect(200);
    // Whoever sees neither the call nor its customer is told nothing.
    let (rep, _) = world.person(&[("phone-calls", "any", "own")], None).await;
    rep.get(own(&one, "")).await.refused(404, "not_found");
    rep.act(own(&one, "/answer")).await.refused(404, "not_found");
    let (reader, _) = world.person(&[("phone-calls", "read", "all")], None).await;
    reader.get(own(&one, "")).await.expect(200);
    reader.act(own(&one, "/answer")).await.refused(403, "forbidden");
    let stranger = world.stranger().await;
    stranger.get(own(&one, "")).await.refused(404, "not_found");
    world.pass(TimeDelta::minutes(1)).await;
    again(world).await.get(own(&one, "")).await.expect(200);
}
