//! Who is told in time that something is due.

use super::{party, with};
use crate::sales::{again, days_pass};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json, rate};

both_stores![
    d_39_a_service_is_reminded_of_once_and_resets_it,
    d_40_insurance_is_reminded_of_60_30_and_7_days_before_until_it_is_renewed,
    d_40_what_is_renewed_of_what_ends_is_told,
    d_41_a_leap_day_is_remembered_on_the_28th_and_once_a_year,
    d_39_planning_goes_over_all_pages_and_twice_is_once,
    d_39_only_what_the_caller_may_plan_for_is_planned,
    d_39_reminders_are_planned_by_themselves_on_each_day,
    d_52_lunar_birthdays_have_the_right_day_and_persons_have_one_too,
    d_51_each_customer_is_greeted_once_on_a_festival,
    d_50_the_use_of_a_new_car_is_asked_about_3_7_and_30_days_later,
    d_41_a_letter_of_thanks_goes_some_days_behind_the_delivery,
];

/// A rule of that kind and of these days.
async fn rule(client: &Client, kind: &str, days: &[i64]) -> String {
    let body = json!({ "name": "提醒", "kind": kind, "days_before": days });
    client.post("/v1/reminder-rules", body).await.expect(201).id()
}

/// A car of a new customer, with these members besides.
async fn car(client: &Client, members: Json) -> String {
    let customer = party(client, json!({ "roles": ["customer"] })).await.id();
    let body = json!({ "party_id": customer, "kind": "vehicle", "name": "朗逸" });
    client.post("/v1/assets", with(body, members)).await.expect(201).id()
}

/// Plans through a day; how many reminders are new or have moved.
async fn plan(world: &World, client: &Client, through: &str) -> i64 {
    let job = client.post("/v1/reminders/plan", json!({ "through": through })).await.expect(202);
    world.work().await;
    let job = client.get(format!("/v1/jobs/{}", job.id())).await.expect(200);
    assert_eq!(job.json["status"], "succeeded", "{}", job.text);
    job.json["result"]["planned"].as_i64().expect("a number")
}

/// The reminders that there are, the earliest first.
async fn all(client: &Client) -> Answer {
    client.get("/v1/reminders?sort=remind_on").await.expect(200)
}

async fn tell(world: &World) {
    while world.app.workflow().work().await.expect("a pass") > 0 {}
}

fn path(reminder: &Json, rest: &str) -> String {
    format!("/v1/reminders/{}{rest}", reminder["id"].as_str().expect("an id"))
}

async fn d_39_a_service_is_reminded_of_once_and_resets_it(world: &World) {
    let admin = &world.admin;
    rule(admin, "maintenance", &[14]).await;
    let due = json!({ "service_every_months": 6, "last_service_on": "2025-07-10" });
    let asset = car(admin, due).await;
    assert_eq!(plan(world, admin, "2026-01-31").await, 1);
    assert_eq!(plan(world, admin, "2026-01-31").await, 0, "twice is once");
    let one = all(admin).await.data()[0].clone();
    assert_eq!(
        (&one["occasion_on"], &one["remind_on"], &one["status"], &one["asset_id"]),
        (&json!("2026-01-10"), &json!("2025-12-27"), &json!("planned"), &json!(asset))
    );
    tell(world).await;
    let open = format!("/v1/tasks?rule=reminder&subject_id={}", one["id"].as_str().expect("an id"));
    let task = admin.get(&open).await.expect(200).data()[0].clone();
    assert_eq!(
        (&task["status"], &task["kind"], &task["due_at"], &task["owner_id"]),
        (&json!("open"), &json!("call"), &json!("2026-01-10T15:59:59Z"), &one["owner_id"])
    );
    assert_eq!(admin.get(path(&one, "")).await.expect(200).json["status"], "told");
    admin.post(format!("/v1/assets/{asset}/service"), json!({})).await.expect(200);
    let over = admin.get(path(&one, "")).await.expect(200);
    assert_eq!(over.json["status"], "superseded");
    assert_eq!(over.json["actions"], json!([]));
    assert_eq!(admin.get(&open).await.expect(200).data()[0]["status"], "cancelled");
    admin.post(path(&one, "/complete"), json!({})).await.refused(409, "reminder_closed");
    // The next cycle has its own, which moves with its day.
    assert_eq!(plan(world, admin, "2026-12-31").await, 1);
    let asset_path = format!("/v1/assets/{asset}");
    admin.patch(&asset_path, json!({ "service_every_months": 3 })).await.expect(200);
    assert_eq!(plan(world, admin, "2026-12-31").await, 1, "it has moved");
    assert_eq!(all(admin).await.each("remind_on"), [json!("2025-12-27"), json!("2026-03-18")]);
    // Whoever does the task has followed the reminder.
    days_pass(world, 80).await;
    tell(world).await;
    let admin = &again(world).await;
    let next = all(admin).await.data()[1].clone();
    let open =
        format!("/v1/tasks?rule=reminder&subject_id={}", next["id"].as_str().expect("an id"));
    let task = admin.get(&open).await.expect(200).data()[0]["id"].clone();
    let done = format!("/v1/tasks/{}/complete", task.as_str().expect("an id"));
    admin.post(done, json!({ "result": "已预约进店" })).await.expect(200);
    let next = admin.get(path(&next, "")).await.expect(200);
    assert_eq!(
        (&next.json["status"], &next.json["reason"]),
        (&json!("done"), &json!("已预约进店"))
    );
}

async fn d_40_insurance_is_reminded_of_60_30_and_7_days_before_until_it_is_renewed(world: &World) {
    let admin = &world.admin;
    rule(admin, "insurance", &[7, 60, 30]).await;
    let asset = car(admin, json!({ "insured_until": "2026-03-15" })).await;
    car(admin, json!({ "insured_until": "2026-03-15", "active": false })).await;
    assert_eq!(plan(world, admin, "2026-01-31").await, 1);
    assert_eq!(plan(world, admin, "2026-03-31").await, 2);
    let days = [json!("2026-01-14"), json!("2026-02-13"), json!("2026-03-08")];
    let planned = all(admin).await;
    assert_eq!(planned.each("remind_on"), days);
    let done = admin.post(path(&planned.data()[0], "/complete"), json!({})).await.expect(200);
    assert_eq!((&done.json["status"], &done.json["version"]), (&json!("done"), &json!(2)));
    let renewed = json!({ "insured_until": "2027-03-15" });
    admin.patch(format!("/v1/assets/{asset}"), renewed).await.expect(200);
    let statuses = [json!("done"), json!("superseded"), json!("superseded")];
    assert_eq!(all(admin).await.each("status"), statuses);
    let open = admin.get("/v1/reminders?status=planned&kind=insurance").await.expect(200);
    assert!(open.data().is_empty());
    assert_eq!(plan(world, admin, "2026-12-31").await, 0, "the next is in a year");
    let kind = json!({ "kind": "birthday" });
    let rule = format!("/v1/reminder-rules/{}", done.json["rule_id"].as_str().expect("an id"));
    admin.patch(rule, kind).await.refused(422, "immutable");
    given::read_in_every_way(
        admin,
        "reminder-rules",
        done.json["rule_id"].as_str().expect("an id"),
    )
    .await;
    given::read_in_every_way(admin, "reminders", &done.id()).await;
    let past = json!({ "through": "2025-12-31" });
    admin.post("/v1/reminders/plan", past).await.refused(422, "out_of_range");
    let far = json!({ "through": "2027-01-02" });
    admin.post("/v1/reminders/plan", far).await.refused(422, "out_of_range");
}

async fn d_40_what_is_renewed_of_what_ends_is_told(world: &World) {
    let admin = &world.admin;
    let ends = json!({ "insured_until": "2026-03-15" });
    let mut cars = Vec::new();
    for _ in 0..5 {
        cars.push(car(admin, ends.clone()).await);
    }
    car(admin, json!({ "insured_until": "2026-04-01" })).await;
    let path = |at: usize| format!("/v1/assets/{}", cars[at]);
    let set = async |client: &Client, at: usize, until: Json| {
        client.patch(path(at), json!({ "insured_until": until })).await.expect(200);
    };
    // One is renewed, one was written down wrongly, one is taken for renewed by mistake, one is in use no more,
    // and of the last nobody knows it any longer.
    set(admin, 1, json!("2026-03-14")).await;
    set(admin, 2, json!("2027-03-15")).await;
    set(admin, 2, json!("2026-03-15")).await;
    admin.patch(path(3), json!({ "active": false })).await.expect(200);
    set(admin, 4, Json::Null).await;
    world.pass(chrono::TimeDelta::days(1)).await;
    set(&world.admin, 0, json!("2027-03-15")).await;
    let march = "/v1/reports/insurance-renewals?from=2026-03-01&to=2026-03-31";
    let said = |report: &Answer| {
        let totals = &report.json["totals"];
        let rate = totals["renewal_rate"].clone();
        (["expiring", "renewed", "lapsed"].map(|one| totals[one].clone()), rate)
    };
    let told = world.admin.get(march).await.expect(200);
    let expected = [json!(4), json!(1), json!(0)];
    assert_eq!(said(&told), (expected, rate("0.2500", 1, 4)));
    let me = world.admin.get("/v1/me").await.expect(200).id();
    assert_eq!((told.each("owner_id"), told.each("expiring")), (vec![json!(me)], vec![json!(4)]));
    let before = world.admin.get(format!("{march}&as_of=2026-01-01T12:00:00Z")).await.expect(200);
    assert_eq!(said(&before), ([json!(4), json!(0), json!(0)], rate("0.0000", 0, 4)));
    // Whose last day is past without a renewal has lapsed, until somebody renews it after all.
    world.pass(chrono::TimeDelta::days(80)).await;
    set(&world.admin, 1, json!("2027-03-14")).await;
    let late = world.admin.get(march).await.expect(200);
    let expected = [json!(4), json!(2), json!(2)];
    assert_eq!(said(&late), (expected, rate("0.5000", 2, 4)));
    let none = "/v1/reports/insurance-renewals?from=2026-05-01&to=2026-05-31";
    let none = world.admin.get(none).await.expect(200);
    assert_eq!(none.json["totals"]["renewal_rate"]["value"], Json::Null);
    let (ann, _) = world.person(&[("any", "any", "own")], None).await;
    assert_eq!(ann.get(march).await.expect(200).json["totals"]["expiring"], 0);
}

async fn d_41_a_leap_day_is_remembered_on_the_28th_and_once_a_year(world: &World) {
    let admin = &world.admin;
    rule(admin, "birthday", &[3]).await;
    let customer = party(admin, json!({ "roles": ["customer"] })).await.id();
    let body = json!({ "party_id": customer, "name": "李娜", "born_on": "2000-02-29" });
    let contact = admin.post("/v1/contacts", body).await.expect(201).id();
    let path_of = format!("/v1/contacts/{contact}");
    let unborn = json!({ "born_on": "2026-01-02" });
    admin.patch(&path_of, unborn).await.refused(422, "out_of_range");
    assert_eq!(plan(world, admin, "2026-06-30").await, 1);
    assert_eq!(plan(world, admin, "2026-06-30").await, 0);
    let one = all(admin).await.data()[0].clone();
    assert_eq!(
        (&one["occasion_on"], &one["remind_on"], &one["contact_id"], &one["about"]),
        (&json!("2026-02-28"), &json!("2026-02-25"), &json!(contact), &json!("李娜"))
    );
    // One that was written down wrongly is the same birthday.
    admin.patch(&path_of, json!({ "born_on": "2000-03-01" })).await.expect(200);
    assert_eq!(plan(world, admin, "2026-06-30").await, 1);
    assert_eq!(all(admin).await.each("occasion_on"), [json!("2026-03-01")]);
    let skip = json!({ "reason": "客户不愿被打扰" });
    let skipped = admin.post(path(&one, "/skip"), skip.clone()).await.expect(200);
    assert_eq!(
        (&skipped.json["status"], &skipped.json["reason"]),
        (&json!("skipped"), &skip["reason"])
    );
    admin.post(path(&one, "/skip"), skip).await.refused(409, "reminder_closed");
    assert_eq!(plan(world, admin, "2026-06-30").await, 0, "what was decided stays");
    let timeline = admin.get(format!("{path_of}/timeline")).await.expect(200);
    assert!(timeline.each("kind").contains(&json!("reminder.skipped")), "{}", timeline.text);
}

async fn d_39_planning_goes_over_all_pages_and_twice_is_once(world: &World) {
    const BATCHES: usize = 6;
    const EACH: usize = 175;
    let admin = &world.admin;
    rule(admin, "insurance", &[30]).await;
    let customer = party(admin, json!({ "roles": ["customer"] })).await.id();
    for _ in 0..BATCHES {
        let data = json!({ "party_id": customer, "kind": "vehicle", "name": "朗逸",
            "insured_until": "2026-03-15" });
        let items = vec![json!({ "op": "create", "data": data }); EACH];
        let body = json!({ "mode": "atomic", "items": items });
        let key = format!("batch-{}", world.next());
        let request = admin.request("POST", "/v1/assets/batch").json(&body).key(key);
        request.await.expect(200);
    }
    let every = i64::try_from(BATCHES * EACH).expect("a number");
    assert_eq!(plan(world, admin, "2026-02-28").await, every);
    assert_eq!(plan(world, admin, "2026-02-28").await, 0);
    let counted = admin.get("/v1/reminders?count=exact&limit=1").await.expect(200);
    assert_eq!(counted.json["total"], every);
}

async fn d_39_only_what_the_caller_may_plan_for_is_planned(world: &World) {
    rule(&world.admin, "insurance", &[30]).await;
    let (ann, ann_id) = world.person(&[("any", "any", "own")], None).await;
    let insured = json!({ "insured_until": "2026-02-10" });
    let hers = car(&ann, insured.clone()).await;
    car(&world.admin, insured).await;
    assert_eq!(plan(world, &ann, "2026-01-31").await, 1);
    let found = all(&ann).await;
    assert_eq!(
        (&found.data()[0]["asset_id"], &found.data()[0]["owner_id"]),
        (&json!(hers), &json!(ann_id))
    );
    let (reader, _) = world.person(&[("reminders", "read", "all")], None).await;
    reader.post("/v1/reminders/plan", json!({})).await.refused(403, "forbidden");
    assert_eq!(plan(world, &world.admin, "2026-01-31").await, 1);
    assert_eq!(all(&ann).await.data().len(), 1, "the other is not hers");
}

async fn d_39_reminders_are_planned_by_themselves_on_each_day(world: &World) {
    let admin = &world.admin;
    car(admin, json!({ "insured_until": "2026-02-20" })).await;
    tell(world).await;
    assert!(all(admin).await.data().is_empty(), "no rule wants it");
    rule(admin, "insurance", &[30]).await;
    tell(world).await;
    assert_eq!(all(admin).await.each("remind_on"), [json!("2026-01-21")]);
    // What is new is planned on the next day, and so is what comes into the month ahead.
    car(admin, json!({ "insured_until": "2026-02-25" })).await;
    car(admin, json!({ "insured_until": "2026-03-03" })).await;
    tell(world).await;
    assert_eq!(all(admin).await.data().len(), 1);
    days_pass(world, 1).await;
    tell(world).await;
    let admin = &again(world).await;
    let planned = all(admin).await;
    let days = [json!("2026-01-21"), json!("2026-01-26"), json!("2026-02-01")];
    assert_eq!(planned.each("remind_on"), days);
    assert_eq!(planned.each("version"), [json!(1), json!(1), json!(1)], "nothing has moved");
    // Nobody has to ask for it on the day itself either.
    days_pass(world, 20).await;
    tell(world).await;
    let admin = &again(world).await;
    assert_eq!(all(admin).await.each("status")[0], "told");
}

async fn d_52_lunar_birthdays_have_the_right_day_and_persons_have_one_too(world: &World) {
    let admin = &world.admin;
    rule(admin, "birthday", &[3]).await;
    // The 30th of the twelfth month, which has 29 days this time.
    let person = json!({ "name": "王芳", "kind": "person", "born_on": "1990-01-26",
        "lunar_birthday": true });
    let person = party(admin, person).await.id();
    // The seventh of the leap eighth month of 1995.
    let contact = json!({ "party_id": person, "name": "李娜", "born_on": "1995-09-01",
        "lunar_birthday": true });
    let contact = admin.post("/v1/contacts", contact).await.expect(201).id();
    assert_eq!(plan(world, admin, "2026-12-31").await, 2);
    assert_eq!(plan(world, admin, "2026-12-31").await, 0);
    let planned = all(admin).await;
    assert_eq!(planned.each("occasion_on"), [json!("2026-02-16"), json!("2026-09-17")]);
    assert_eq!(planned.each("contact_id"), [Json::Null, json!(contact)]);
    assert_eq!(planned.each("about"), [json!("王芳"), json!("李娜")]);
    // By the solar calendar it is the birthday of the same year, on another day.
    let solar = json!({ "lunar_birthday": false });
    admin.patch(format!("/v1/contacts/{contact}"), solar).await.expect(200);
    assert_eq!(plan(world, admin, "2026-12-31").await, 1);
    let moved = all(admin).await;
    assert_eq!(moved.each("occasion_on"), [json!("2026-02-16"), json!("2026-09-01")]);
    let founded = json!({ "kind": "organisation", "name": "宏图", "born_on": "1990-01-26" });
    admin.post("/v1/parties", founded).await.refused(422, "born_organisation");
    let unborn = json!({ "kind": "person", "name": "未来", "born_on": "2026-01-02" });
    admin.post("/v1/parties", unborn).await.refused(422, "out_of_range");
}

async fn d_51_each_customer_is_greeted_once_on_a_festival(world: &World) {
    let admin = &world.admin;
    for (name, role) in [("甲", "customer"), ("乙", "customer"), ("丙", "prospect")] {
        party(admin, json!({ "name": name, "roles": [role] })).await;
    }
    let greeting = json!({ "name": "春节祝福", "kind": "festival",
        "festival": "spring_festival", "days_before": [7] });
    let made = admin.post("/v1/reminder-rules", greeting.clone()).await.expect(201);
    let rules = "/v1/reminder-rules";
    admin.post(rules, greeting.clone()).await.refused(409, "duplicate");
    let change = json!({ "festival": "christmas" });
    let path = format!("{rules}/{}", made.id());
    admin.patch(path, change).await.refused(422, "immutable");
    admin.post(rules, with(greeting.clone(), json!({ "days_before": [7, 1] }))).await.expect(422);
    admin.post(rules, with(greeting.clone(), json!({ "festival": null }))).await.expect(422);
    admin.post(rules, with(greeting, json!({ "kind": "birthday" }))).await.expect(422);
    assert_eq!(plan(world, admin, "2026-02-09").await, 0, "it is told on the tenth");
    assert_eq!(plan(world, admin, "2026-02-10").await, 2);
    assert_eq!(plan(world, admin, "2026-12-31").await, 0);
    let planned = all(admin).await;
    assert_eq!(planned.each("occasion_on"), [json!("2026-02-17"), json!("2026-02-17")]);
    days_pass(world, 40).await;
    tell(world).await;
    let admin = &again(world).await;
    let tasks = admin.get("/v1/tasks?rule=reminder").await.expect(200);
    assert_eq!(tasks.data().len(), 2);
    let title = tasks.data()[0]["title"].as_str().expect("a title").to_owned();
    assert!(title.contains("2026-02-17"), "{title}");
}

async fn d_50_the_use_of_a_new_car_is_asked_about_3_7_and_30_days_later(world: &World) {
    let admin = &world.admin;
    let days = json!({ "name": "新车关怀", "kind": "new_use", "days_before": [3] });
    admin.post("/v1/reminder-rules", days).await.refused(422, "validation_failed");
    rule(admin, "new_use", &[-30, -3, -7]).await;
    let asset = car(admin, json!({ "bought_on": "2025-12-31" })).await;
    car(admin, json!({ "bought_on": "2025-11-01" })).await;
    assert_eq!(plan(world, admin, "2026-02-28").await, 3);
    assert_eq!(plan(world, admin, "2026-02-28").await, 0, "twice is once");
    let planned = all(admin).await;
    assert_eq!(
        planned.each("remind_on"),
        [json!("2026-01-03"), json!("2026-01-07"), json!("2026-01-30")]
    );
    let occasion = json!("2025-12-31");
    assert_eq!(planned.each("occasion_on"), [occasion.clone(), occasion.clone(), occasion]);
    days_pass(world, 3).await;
    tell(world).await;
    let admin = &again(world).await;
    let first = all(admin).await.data()[0].clone();
    let open =
        format!("/v1/tasks?rule=reminder&subject_id={}", first["id"].as_str().expect("an id"));
    let task = admin.get(open).await.expect(200).data()[0].clone();
    assert_eq!(
        (&first["status"], &task["due_at"]),
        (&json!("told"), &json!("2026-01-04T15:59:59Z"))
    );
    // Nobody is asked about a car that is not used any more.
    let unused = json!({ "active": false });
    admin.patch(format!("/v1/assets/{asset}"), unused).await.expect(200);
    assert_eq!(
        all(admin).await.each("status"),
        [json!("superseded"), json!("superseded"), json!("superseded")]
    );
}

async fn d_41_a_letter_of_thanks_goes_some_days_behind_the_delivery(world: &World) {
    let admin = &world.admin;
    let early = json!({ "name": "感谢信", "kind": "thank_you", "days_before": [3] });
    admin.post("/v1/reminder-rules", early).await.refused(422, "validation_failed");
    rule(admin, "thank_you", &[-3]).await;
    // Of a car that is delivered now, and of one that was long ago.
    let asset = car(admin, json!({})).await;
    car(admin, json!({ "bought_on": "2025-11-01" })).await;
    let owned = admin.get(format!("/v1/assets/{asset}")).await.expect(200);
    let handed = json!({ "party_id": owned.json["party_id"], "asset_id": asset });
    admin.post("/v1/service-transfers", handed).await.expect(201);
    assert_eq!(plan(world, admin, "2026-02-28").await, 1);
    assert_eq!(plan(world, admin, "2026-02-28").await, 0, "twice is once");
    let one = all(admin).await.data()[0].clone();
    assert_eq!(
        (&one["kind"], &one["occasion_on"], &one["remind_on"], &one["asset_id"]),
        (&json!("thank_you"), &json!("2026-01-01"), &json!("2026-01-04"), &json!(asset))
    );
    // It was delivered a day earlier.
    let earlier = json!({ "bought_on": "2025-12-31" });
    admin.patch(format!("/v1/assets/{asset}"), earlier).await.expect(200);
    assert_eq!(plan(world, admin, "2026-02-28").await, 1);
    assert_eq!(all(admin).await.each("status"), [json!("planned"), json!("superseded")]);
    days_pass(world, 2).await;
    tell(world).await;
    let admin = &again(world).await;
    let first = all(admin).await.data()[0].clone();
    let open =
        format!("/v1/tasks?rule=reminder&subject_id={}", first["id"].as_str().expect("an id"));
    let task = admin.get(open).await.expect(200).data()[0].clone();
    assert_eq!(
        (&first["remind_on"], &first["status"], &task["due_at"]),
        (&json!("2026-01-03"), &json!("told"), &json!("2026-01-03T15:59:59Z"))
    );
}
