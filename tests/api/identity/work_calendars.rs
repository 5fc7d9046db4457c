//! Work calendars: one default, rules of hours and dates, and the arithmetic over HTTP (Z-11).

use guanxi_identity::work_calendars;
use guanxi_storage::Tx;
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    z_11_due_dates_and_deadlines_follow_the_calendar,
    z_11_the_default_calendar_shifts_due_dates,
    z_11_minutes_are_counted_in_the_zone_of_the_calendar,
    a_tenant_has_one_default_calendar,
    what_is_wrong_with_a_calendar_is_named,
    what_is_wrong_with_a_question_is_named,
    seeing_a_calendar_needs_the_right,
];

const ALL: &str = "/v1/work-calendars";

/// Monday to Friday, nine to six with a break.
fn office() -> Json {
    let day = json!([
        { "from": "09:00", "until": "12:00" },
        { "from": "13:00", "until": "18:00" },
    ]);
    json!({ "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day })
}

/// The Spring Festival of 2026 in mainland China with its make-up Saturdays.
fn spring_festival() -> Json {
    let holidays: Vec<Json> =
        (15..=23).map(|day| json!({ "date": format!("2026-02-{day}"), "name": "春节" })).collect();
    let made_up = |day: u32| json!({ "date": format!("2026-02-{day}"), "name": "春节调休" });
    json!({
        "name": "中国大陆", "week": office(), "holidays": holidays,
        "extra_days": [made_up(14), made_up(28)],
    })
}

async fn calendar(world: &World, body: Json) -> String {
    world.admin.post(ALL, body).await.expect(201).id()
}

async fn compute(world: &World, id: &str, query: &str) -> Answer {
    world.admin.get(format!("{ALL}/{id}/compute?{query}")).await
}

async fn z_11_due_dates_and_deadlines_follow_the_calendar(world: &World) {
    let id = calendar(world, spring_festival()).await;
    let answer = compute(world, &id, "date=2026-02-15").await.expect(200);
    let expected = json!({
        "time_zone": "Asia/Shanghai", "is_working_day": false, "due_date": "2026-02-24",
        "next_working_day": "2026-02-24", "add_working_days": null,
        "working_minutes_between": null, "add_working_minutes": null,
    });
    assert_eq!(answer.json, expected);
    for (date, days, due, later) in [
        ("2026-02-14", 1, "2026-02-14", "2026-02-24"),
        ("2026-02-13", 2, "2026-02-13", "2026-02-24"),
        ("2026-02-24", -1, "2026-02-24", "2026-02-14"),
        ("2026-03-01", 0, "2026-03-02", "2026-03-02"),
    ] {
        let answer = compute(world, &id, &format!("date={date}&days={days}")).await.expect(200);
        let found = (&answer.json["due_date"], &answer.json["add_working_days"]);
        assert_eq!(found, (&json!(due), &json!(later)), "{date} {days}");
    }
    // Saturday 14 February 17:00 in Shanghai, an hour before the holiday.
    let query = "from=2026-02-14T09:00:00Z&until=2026-02-24T01:10:00Z&minutes=61";
    let answer = compute(world, &id, query).await.expect(200);
    assert_eq!(answer.json["working_minutes_between"], 70);
    assert_eq!(answer.json["add_working_minutes"], "2026-02-24T01:01:00Z");
    assert_eq!(answer.json["is_working_day"], Json::Null);
    // A holiday more moves the answer with the next question.
    let mut longer = spring_festival()["holidays"].clone();
    let more = json!({ "date": "2026-02-24", "name": "公司年假" });
    longer.as_array_mut().expect("holidays").push(more);
    let path = format!("{ALL}/{id}");
    world.admin.patch(path, json!({ "holidays": longer })).await.expect(200);
    let answer = compute(world, &id, "date=2026-02-15").await.expect(200);
    assert_eq!(answer.json["due_date"], "2026-02-25");
}

async fn z_11_the_default_calendar_shifts_due_dates(world: &World) {
    let ctx = world.ctx().await;
    let due = async |date: &str| {
        let date = date.parse().expect("a date");
        let due = async |tx: &mut Tx| work_calendars::due_date(tx, &ctx, date).await;
        world.db.read(ctx.tenant, due).await.expect("a due date").to_string()
    };
    assert_eq!(due("2026-02-15").await, "2026-02-15");
    let mut body = spring_festival();
    calendar(world, body.clone()).await;
    assert_eq!(due("2026-02-15").await, "2026-02-15");
    body["is_default"] = json!(true);
    let id = calendar(world, body).await;
    assert_eq!(due("2026-02-15").await, "2026-02-24");
    assert_eq!(due("2026-02-28").await, "2026-02-28");
    world.admin.delete(format!("{ALL}/{id}")).await.expect(204);
    assert_eq!(due("2026-02-15").await, "2026-02-15");
}

async fn z_11_minutes_are_counted_in_the_zone_of_the_calendar(world: &World) {
    let night = json!([{ "from": "00:00", "until": "24:00" }]);
    let body =
        json!({ "name": "Berlin", "week": { "sunday": night }, "time_zone": "Europe/Berlin" });
    let id = calendar(world, body).await;
    // The Sunday on which clocks are put forward has 23 hours, the one in October 25.
    for (around, hours) in [
        ("2026-03-28/2026-03-31", 23),
        ("2026-10-24/2026-10-27", 25),
        ("2026-06-06/2026-06-09", 24),
    ] {
        let (from, until) = around.split_once('/').expect("two days");
        let query = format!("from={from}T12:00:00Z&until={until}T12:00:00Z");
        let answer = compute(world, &id, &query).await.expect(200);
        assert_eq!(answer.json["working_minutes_between"], hours * 60, "{around}");
    }
    // Without a zone of its own the calendar follows the tenant.
    let tenants = calendar(world, json!({ "name": "A", "week": { "sunday": night } })).await;
    let zone = async || {
        compute(world, &tenants, "date=2026-03-01").await.expect(200).json["time_zone"].clone()
    };
    assert_eq!(zone().await, "Asia/Shanghai");
    world.admin.patch("/v1/tenant", json!({ "time_zone": "America/Sao_Paulo" })).await.expect(200);
    assert_eq!(zone().await, "America/Sao_Paulo");
}

async fn a_tenant_has_one_default_calendar(world: &World) {
    let body = |name: &str| json!({ "name": name, "week": office(), "is_default": true });
    let first = calendar(world, body("A")).await;
    let refused = world.admin.post(ALL, body("B")).await.refused(409, "duplicate");
    assert_eq!(refused.findings(), [("/is_default".into(), "duplicate".into())]);
    let mut plain = body("B");
    plain["is_default"] = json!(false);
    let second = format!("{ALL}/{}", calendar(world, plain).await);
    let wish = json!({ "is_default": true });
    world.admin.patch(&second, wish.clone()).await.refused(409, "duplicate");
    world.admin.delete(format!("{ALL}/{first}")).await.expect(204);
    world.admin.patch(&second, wish.clone()).await.expect(200);
    world.admin.act(format!("{ALL}/{first}/restore")).await.refused(409, "duplicate");
    world.admin.patch(&second, json!({ "is_default": false })).await.expect(200);
    world.admin.act(format!("{ALL}/{first}/restore")).await.expect(200);
    let found = world.admin.get(format!("{ALL}?is_default=true")).await.expect(200);
    assert_eq!(found.each("id"), [json!(first)]);
    // Another tenant has its own.
    world.stranger().await.post(ALL, body("A")).await.expect(201);
    // Of two at once, one is the default.
    world.admin.patch(format!("{ALL}/{first}"), json!({ "is_default": false })).await.expect(200);
    let tries = (0..4).map(|_| async { world.admin.post(ALL, body("C")).await.status });
    let mut statuses = futures_util::future::join_all(tries).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
}

async fn what_is_wrong_with_a_calendar_is_named(world: &World) {
    let over =
        json!([{ "from": "09:00", "until": "12:00" }, { "from": "11:00", "until": "13:00" }]);
    let day = json!({ "date": "2026-01-01", "name": "元旦" });
    let late = json!([{ "from": "09:00", "until": "24:01" }]);
    let nine = json!({ "from": "09:00", "until": "10:00" });
    for (body, place, code) in [
        (json!({ "name": "A", "week": {} }), "/week", "no_working_day"),
        (json!({ "name": "A", "week": { "monday": over } }), "/week/monday/1", "invalid"),
        (
            json!({ "name": "A", "week": { "monday": late } }),
            "/week/monday/0/until",
            "invalid_format",
        ),
        (json!({ "name": "A", "week": { "montag": [] } }), "/week/montag", "unknown_field"),
        (json!({ "name": "A", "week": { "monday": vec![nine; 9] } }), "/week/monday", "too_long"),
        (
            json!({ "name": "A", "week": office(), "holidays": [day, day] }),
            "/holidays/1/date",
            "repeated",
        ),
        (
            json!({ "name": "A", "week": office(), "holidays": [day], "extra_days": [day] }),
            "/extra_days/0/date",
            "repeated",
        ),
        (
            json!({ "name": "A", "week": office(), "time_zone": "Mars/Olympus" }),
            "/time_zone",
            "unknown_value",
        ),
    ] {
        let refused = world.admin.post(ALL, body).await.refused(422, "validation_failed");
        assert_eq!(refused.findings(), [(place.into(), code.into())]);
    }
}

async fn what_is_wrong_with_a_question_is_named(world: &World) {
    let hours = json!([{ "from": "09:00", "until": "17:00" }]);
    let once = json!({ "date": "2020-01-01", "name": "A", "hours": hours });
    let id = calendar(world, json!({ "name": "A", "week": {}, "extra_days": [once] })).await;
    for query in ["date=2026-01-01", "from=2026-01-01T00:00:00Z&minutes=1"] {
        compute(world, &id, query).await.refused(422, "no_working_day");
    }
    for (query, parameter, code) in [
        ("", "date", "required"),
        ("days=1", "date", "required"),
        ("from=2026-01-01T00:00:00Z", "date", "required"),
        ("until=2026-01-01T00:00:00Z", "from", "required"),
        ("minutes=1", "from", "required"),
        ("date=2026-01-01&days=10001", "days", "out_of_range"),
        ("date=3000-01-01", "date", "out_of_range"),
        ("from=2026-01-01T00:00:00Z&minutes=-1", "minutes", "out_of_range"),
        ("from=2026-01-01T00:00:00Z&until=2036-02-01T00:00:00Z", "until", "out_of_range"),
    ] {
        let refused = compute(world, &id, query).await.refused(400, "bad_parameter");
        assert_eq!(refused.findings(), [(parameter.into(), code.into())], "{query}");
    }
    compute(world, &id, "date=2026-01-01&day=1").await.refused(400, "unknown_parameter");
}

async fn seeing_a_calendar_needs_the_right(world: &World) {
    let id = calendar(world, spring_festival()).await;
    let path = format!("{ALL}/{id}/compute?date=2026-02-15");
    let (reader, _) = world.person(&[("work-calendars", "read", "own")], None).await;
    let (other, _) = world.person(&[("parties", "any", "all")], None).await;
    reader.get(&path).await.expect(200);
    reader.patch(format!("{ALL}/{id}"), json!({ "name": "B" })).await.refused(403, "forbidden");
    other.get(&path).await.refused(403, "forbidden");
    world.stranger().await.get(&path).await.refused(404, "not_found");
    world.admin.delete(format!("{ALL}/{id}")).await.expect(204);
    world.admin.get(&path).await.refused(404, "not_found");
}
