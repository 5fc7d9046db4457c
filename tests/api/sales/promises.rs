//! What customers are promised on the phone, by which media it is kept, and what is late.

use super::{again, days_pass, party, with};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    x_66_x_67_a_promise_is_kept_when_all_of_it_was_sent_in_time,
    x_66_x_67_what_is_late_is_listed_and_lowers_the_rate,
    a_promise_belongs_to_its_call_and_stays_as_it_was_made,
    x_66_a_promise_that_is_deleted_is_nobodys_task,
];

const ALL: &str = "/v1/promises";

async fn call(client: &Client, name: &str) -> Answer {
    let customer = party(client, name, &["customer"]).await;
    let body = json!({ "direction": "in", "subject": "咨询工作站", "party_id": customer });
    client.post("/v1/phone-calls", body).await.expect(201)
}

async fn promise(client: &Client, call: &Answer, media: &[&str]) -> Answer {
    let body = json!({ "phone_call_id": call.id(), "subject": "寄送型录", "media": media,
        "promised_for": "2026-01-05" });
    client.post(ALL, body).await.expect(201)
}

fn own(promise: &Answer, rest: &str) -> String {
    format!("{ALL}/{}{rest}", promise.id())
}

async fn send(client: &Client, promise: &Answer, medium: &str) -> Answer {
    client.post(own(promise, "/fulfil"), json!({ "medium": medium })).await
}

async fn x_66_x_67_a_promise_is_kept_when_all_of_it_was_sent_in_time(world: &World) {
    let admin = &world.admin;
    let call = call(admin, "宏图").await;
    let one = promise(admin, &call, &["email", "post"]).await;
    given::read_in_every_way(admin, "promises", &one.id()).await;
    assert_eq!(
        (&one.json["party_id"], &one.json["owner_id"], &one.json["due_on"]),
        (&call.json["party_id"], &call.json["owner_id"], &json!("2026-01-05"))
    );
    let task = admin.get("/v1/tasks?status=open").await.expect(200);
    assert_eq!(task.each("due_at"), [json!("2026-01-05T15:59:59Z")]);
    assert_eq!(send(admin, &one, "fax").await.expect(422).findings()[0].0, "/medium");
    let sent = send(admin, &one, "email").await.expect(200);
    assert_eq!(
        (&sent.json["status"], &sent.json["open_media"]),
        (&json!("open"), &json!(["post"]))
    );
    let item = &sent.json["fulfilments"][0];
    assert_eq!((&item["medium"], &item["sent_on"]), (&json!("email"), &json!("2026-01-01")));
    send(admin, &one, "email").await.expect(422);
    let waiting = admin.get(format!("{ALL}?open_medium=post")).await.expect(200);
    assert_eq!(waiting.each("id"), [json!(one.id())]);
    let tomorrow = json!({ "medium": "post", "sent_on": "2026-01-02" });
    let early = admin.post(own(&one, "/fulfil"), tomorrow).await.expect(422);
    assert_eq!(early.findings()[0].0, "/sent_on");
    let kept = send(admin, &one, "post").await.expect(200);
    assert_eq!(
        (&kept.json["status"], &kept.json["due_on"], &kept.json["closed_at"]),
        (&json!("kept"), &Json::Null, &json!("2026-01-01T00:00:00Z"))
    );
    assert!(admin.get("/v1/tasks?status=open").await.expect(200).data().is_empty());
    let kinds = admin.get(own(&one, "/timeline")).await.expect(200).each("kind");
    assert!(kinds.contains(&json!("promise.kept")), "{kinds:?}");
    send(admin, &one, "post").await.refused(409, "promise_closed");
    let why = json!({ "reason": "样册已停印" });
    admin.post(own(&one, "/break"), why).await.refused(409, "promise_closed");
}

async fn x_66_x_67_what_is_late_is_listed_and_lowers_the_rate(world: &World) {
    let call = call(&world.admin, "宏图").await;
    let mut all = Vec::new();
    for media in [&["email"][..], &["fax"], &["post", "email"], &["phone"], &["post"]] {
        all.push(promise(&world.admin, &call, media).await);
    }
    let [in_time, late, half, broken, open] = &all[..] else { panic!("five promises") };
    send(&world.admin, in_time, "email").await.expect(200);
    send(&world.admin, half, "email").await.expect(200);
    let why = json!({ "reason": "客户改主意" });
    let given_up = world.admin.post(own(broken, "/break"), why).await.expect(200);
    assert_eq!(
        (&given_up.json["status"], &given_up.json["broken_reason"]),
        (&json!("broken"), &json!("客户改主意"))
    );
    let later = json!({ "promised_for": "2026-02-01" });
    world.admin.patch(own(open, ""), later).await.expect(200);
    let report = "/v1/reports/promises";
    let before = world.admin.get(report).await.expect(200);
    assert_eq!(before.json["totals"]["kept_rate"]["value"], "0.5000");
    days_pass(world, 6).await;
    let admin = again(world).await;
    let overdue = admin.get(format!("{ALL}?overdue=true")).await.expect(200).each("id");
    assert_eq!(overdue.len(), 2);
    assert!([late, half].iter().all(|one| overdue.contains(&json!(one.id()))), "{overdue:?}");
    let post = admin.get(format!("{ALL}?overdue=true&open_medium=post")).await.expect(200);
    assert_eq!(post.each("id"), [json!(half.id())]);
    let found = admin.get(report).await.expect(200);
    let totals = &found.json["totals"];
    let said = ["promises", "kept", "broken", "overdue", "open"].map(|one| totals[one].clone());
    assert_eq!(said, [5, 1, 1, 2, 1].map(|number| json!(number)));
    assert_eq!(totals["kept_rate"]["value"], "0.2500");
    let row = |medium: &str| {
        let found = found.data().iter().find(|row| row["medium"] == medium).expect("a row");
        ["items", "sent", "in_time", "overdue"].map(|one| found[one].clone())
    };
    assert_eq!(row("email"), [2, 2, 2, 0].map(|number| json!(number)));
    assert_eq!(row("post"), [2, 0, 0, 1].map(|number| json!(number)));
    // Sent at last, and broken all the same.
    let sent = send(&admin, late, "fax").await.expect(200);
    assert_eq!(
        (&sent.json["status"], &sent.json["fulfilments"][0]["sent_on"]),
        (&json!("broken"), &json!("2026-01-07"))
    );
    let days = format!("{report}?from=2026-02-01&to=2026-02-01");
    assert_eq!(admin.get(days).await.expect(200).json["totals"]["promises"], 1);
    let turned = format!("{report}?from=2026-02-02&to=2026-02-01");
    admin.get(turned).await.refused(400, "bad_parameter");
}

async fn a_promise_belongs_to_its_call_and_stays_as_it_was_made(world: &World) {
    let admin = &world.admin;
    let (first, second) = (call(admin, "宏图").await, call(admin, "远景").await);
    let one = promise(admin, &first, &["email"]).await;
    for change in [json!({ "phone_call_id": second.id() }), json!({ "media": ["fax"] })] {
        let code = admin.patch(own(&one, ""), change).await.expect(422);
        assert_eq!(code.findings()[0].1, "immutable");
    }
    let twice = json!({ "phone_call_id": first.id(), "subject": "A", "media": ["fax", "fax"],
        "promised_for": "2026-01-05" });
    assert_eq!(admin.post(ALL, twice.clone()).await.expect(422).findings()[0].0, "/media/1");
    let none = with(twice, json!({ "media": [] }));
    admin.post(ALL, none).await.refused(422, "validation_failed");
    send(admin, &one, "email").await.expect(200);
    let late = admin.patch(own(&one, ""), json!({ "subject": "别的" })).await;
    late.refused(409, "promise_closed");
    let (reader, _) = world.person(&[("promises", "read", "all")], None).await;
    send(&reader, &one, "email").await.refused(403, "forbidden");
    let stranger = world.stranger().await;
    send(&stranger, &one, "email").await.refused(404, "not_found");
}

async fn x_66_a_promise_that_is_deleted_is_nobodys_task(world: &World) {
    let admin = &world.admin;
    let call = call(admin, "宏图").await;
    let one = promise(admin, &call, &["email"]).await;
    let tasks = async |status: &str| {
        admin.get(format!("/v1/tasks?rule=promise&status={status}")).await.expect(200)
    };
    assert_eq!(tasks("open").await.data().len(), 1);
    admin.delete(own(&one, "")).await.expect(204);
    assert!(tasks("open").await.data().is_empty());
    assert_eq!(tasks("cancelled").await.each("result"), ["The promise was deleted."]);
    // Restored, it is to be kept again.
    admin.act(own(&one, "/restore")).await.expect(200);
    assert_eq!(tasks("open").await.each("due_at"), ["2026-01-05T15:59:59Z"]);
    // What was kept is done, whatever becomes of it.
    send(admin, &one, "email").await.expect(200);
    admin.delete(own(&one, "")).await.expect(204);
    admin.act(own(&one, "/restore")).await.expect(200);
    assert!(tasks("open").await.data().is_empty());
    assert_eq!(tasks("done").await.data().len(), 1);
}
