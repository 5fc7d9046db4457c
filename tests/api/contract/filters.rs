//! `filter=`: what it finds, what it refuses and where, and that it shows nobody more than they
//! may see.

use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json, world::ADMINISTRATOR};

both_stores![
    comparisons_combine_as_they_say,
    what_is_absent_differs_from_every_value,
    amounts_are_compared_in_their_currency,
    days_and_people_are_those_of_the_caller,
    a_refusal_names_the_byte,
    what_a_filter_holds_is_never_sql,
    a_filter_shows_nobody_more,
    a_cursor_belongs_to_its_filter,
];

/// The list of parties under this filter, which is encoded as a client would do it.
async fn ask(client: &Client, filter: &str, more: &str) -> Answer {
    let encoded: String = filter.bytes().map(|byte| format!("%{byte:02X}")).collect();
    client.get(format!("/v1/parties?filter={encoded}{more}")).await
}

async fn names(client: &Client, filter: &str) -> String {
    let page = ask(client, filter, "&sort=name").await.expect(200);
    let names = page.each("name");
    names.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" ")
}

async fn three_parties(world: &World) -> [String; 3] {
    let make = async |body: Json| world.admin.post("/v1/parties", body).await.expect(201).id();
    let parent = make(json!({ "kind": "organisation", "name": "Parent", "roles": ["customer"],
        "industry": "retail", "employees": 10, "tier": "A" }))
    .await;
    world.clock.advance(chrono::TimeDelta::minutes(5));
    let child = make(json!({ "kind": "organisation", "name": "Child", "roles": ["customer", "supplier"],
        "industry": "food & drink", "employees": 100, "parent_id": parent, "tags": ["VIP", "华东 1"],
        "emails": [{ "kind": "work", "address": "Sales@Child.example" }],
        "phones": [{ "kind": "work", "number": "010-65529988" }] }))
    .await;
    let person = make(json!({ "kind": "person", "name": "Person", "roles": ["prospect"] })).await;
    [parent, child, person]
}

async fn comparisons_combine_as_they_say(world: &World) {
    let [parent, child, person] = three_parties(world).await;
    for (filter, expected) in [
        ("kind = person", "Person"),
        ("kind:person", "Person"),
        ("kind != person", "Child Parent"),
        ("-kind=person AND employees>=100", "Child"),
        ("employees < 100", "Parent"),
        ("employees <= 100 AND employees > 10", "Child"),
        ("role:customer", "Child Parent"),
        ("role = customer AND NOT role:supplier", "Parent"),
        ("role:supplier OR role:prospect", "Child Person"),
        ("role != customer", "Person"),
        ("tag:vip", "Child"),
        ("tag = \"ＶＩＰ\"", "Child"),
        ("tag:\"华东 1\"", "Child"),
        ("NOT tag:*", "Parent Person"),
        ("phone:+861065529988", "Child"),
        ("email:sales@child.example", "Child"),
        ("industry = \"food & drink\" OR name = Person", "Child Person"),
        ("name = child", ""),
        ("created_at >= 2026-01-01T00:05:00Z", "Child Person"),
        ("created_at < \"2026-01-01T08:05:00+08:00\"", "Parent"),
        ("created_at = 2026-01-01T00:00:00Z", "Parent"),
        // OR first, then AND.
        ("kind = person OR kind = organisation AND role:customer", "Child Parent"),
        ("kind = person OR (kind = organisation AND role:supplier)", "Child Person"),
        ("NOT (role:customer OR kind = person)", ""),
        ("NOT (role:customer AND employees < 100)", "Child Person"),
    ] {
        assert_eq!(names(&world.admin, filter).await, expected, "{filter}");
    }
    let both = format!("id = {child} OR id = {person}");
    assert_eq!(names(&world.admin, &both).await, "Child Person");
    assert_eq!(names(&world.admin, &format!("parent_id:{parent}")).await, "Child");
    let page = ask(&world.admin, "role:customer", "&kind=organisation&q=par&employees_min=5").await;
    assert_eq!(page.expect(200).each("name"), ["Parent"], "with the other filters");
}

async fn amounts_are_compared_in_their_currency(world: &World) {
    let amounts = [
        ("A", "1000.00", "CNY"),
        ("B", "1000.01", "CNY"),
        ("C", "1000", "JPY"),
        ("D", "2000.00", "USD"),
    ];
    for (name, amount, currency) in amounts {
        let body = json!({ "kind": "organisation", "name": name, "roles": ["customer"],
            "annual_revenue": { "amount": amount, "currency": currency } });
        world.admin.post("/v1/parties", body).await.expect(201);
    }
    given::party(&world.admin, "E").await;
    for (filter, expected) in [
        ("annual_revenue >= \"1000.00 CNY\"", "A B"),
        ("annual_revenue > 1000CNY", "B"),
        ("annual_revenue > 1000", "B"),
        ("annual_revenue < 1000.01CNY", "A"),
        ("annual_revenue <= '1000 JPY'", "C"),
        ("annual_revenue = 2000USD OR annual_revenue:1000JPY", "C D"),
        ("annual_revenue != 1000CNY", "B C D E"),
        ("NOT annual_revenue >= 1000CNY", "C D E"),
        ("annual_revenue.currency = USD", "D"),
        ("annual_revenue.currency != CNY", "C D E"),
        ("annual_revenue:*", "A B C D"),
        ("annual_revenue = null", "E"),
    ] {
        assert_eq!(names(&world.admin, filter).await, expected, "{filter}");
    }
    for (filter, offset) in [
        ("annual_revenue > 1.001CNY", 17),
        ("annual_revenue > 5XXX", 17),
        ("annual_revenue > much", 17),
        ("annual_revenue > now()", 17),
        ("annual_revenue.amount = 1", 0),
    ] {
        let refused = ask(&world.admin, filter, "").await.refused(400, "bad_parameter");
        let found = &refused.json["errors"][0];
        assert_eq!(found["params"]["offset"], offset, "{filter}: {:#}", refused.json);
    }
    let listed = async |query: &str| {
        let page = world.admin.get(format!("/v1/parties?sort=name&{query}")).await.expect(200);
        page.each("name")
    };
    assert_eq!(listed("annual_revenue_min=1000.01%20CNY").await, ["B"]);
    assert_eq!(listed("annual_revenue_min=1000&annual_revenue_below=1000.01CNY").await, ["A"]);
    assert_eq!(listed("annual_revenue_currency=USD").await, ["D"]);
    assert_eq!(listed("annual_revenue_currency=null").await, ["E"]);
    world.admin.get("/v1/parties?annual_revenue_min=x").await.refused(400, "bad_parameter");
    for (op, value, expected) in [
        ("in", json!(["1000 JPY", "2000 USD"]), vec!["C", "D"]),
        (">=", json!(1000.01), vec!["B"]),
        ("!=", Json::Null, vec!["A", "B", "C", "D"]),
    ] {
        let body = json!({ "sort": ["name"],
            "filter": { "field": "annual_revenue", "op": op, "value": value } });
        let found = world.admin.post("/v1/parties/search", body).await.expect(200);
        assert_eq!(found.each("name"), expected, "{op}");
    }
}

async fn what_is_absent_differs_from_every_value(world: &World) {
    let [parent, ..] = three_parties(world).await;
    let everybody = "Child Parent Person";
    for (filter, expected) in [
        ("tier = A", "Parent"),
        ("tier != A", "Child Person"),
        ("NOT tier = A", "Child Person"),
        ("NOT (tier != A)", "Parent"),
        ("tier = null", "Child Person"),
        ("tier != null", "Parent"),
        ("tier:*", "Parent"),
        ("NOT tier:*", "Child Person"),
        ("kind:*", everybody),
        ("-kind:*", ""),
        ("employees < 50", "Parent"),
        ("NOT employees < 50", "Child Person"),
        ("employees < 50 OR employees >= 50", "Child Parent"),
        ("tier = \"null\"", ""),
    ] {
        assert_eq!(names(&world.admin, filter).await, expected, "{filter}");
    }
    let others = format!("parent_id != {parent}");
    assert_eq!(names(&world.admin, &others).await, "Parent Person");
}

async fn days_and_people_are_those_of_the_caller(world: &World) {
    let grants =
        [("parties", "any", "own"), ("parties", "read", "all"), ("activities", "read", "all")];
    let (_, id) = world.person(&grants, None).await;
    let user = world.admin.get(format!("/v1/users/{id}")).await.expect(200);
    given::party(&world.admin, "Old").await;
    world.clock.advance(chrono::TimeDelta::days(3));
    // Tokens are gone by now.
    let admin = world.sign_in(ADMINISTRATOR).await;
    let seller = world.sign_in(user.json["email"].as_str().expect("an address")).await;
    given::party(&seller, "New").await;
    for (filter, admins, sellers) in [
        ("owner_id = me()", "Old", "New"),
        ("owner_id != me()", "New", "Old"),
        ("created_by:me()", "Old", "New"),
        ("created_at >= days_ago(2)", "New", "New"),
        ("created_at < days_ago(2)", "Old", "Old"),
        ("created_at >= days_ago(3)", "New Old", "New Old"),
        ("created_at <= now() AND created_at > days_ago(1)", "New", "New"),
        ("created_at > days_ago(-1)", "", ""),
    ] {
        assert_eq!(names(&admin, filter).await, admins, "{filter}");
        assert_eq!(names(&seller, filter).await, sellers, "{filter}");
    }
    let visit = json!({ "kind": "visit", "subject": "x", "starts_at": "2026-01-05T01:30:00Z", "user_ids": [id] });
    admin.post("/v1/activities", visit).await.expect(201);
    let taken_part = async |client: &Client| {
        client.get("/v1/activities?filter=user_id:me()").await.expect(200).data().len()
    };
    assert_eq!((taken_part(&admin).await, taken_part(&seller).await), (0, 1));
}

async fn a_refusal_names_the_byte(world: &World) {
    let fields = "one of id, created_at, updated_at, created_by, external_id, kind, name, code, role, industry, region, sales_region_id, \
        tier, owner_id, parent_id, employees, annual_revenue, phone, email, tag, \
        is_private, verified_at, contributed_by, annual_revenue.currency";
    for (filter, offset, expected) in [
        ("", 0, "a field"),
        ("name = 软件 kind = person", 14, "AND, OR or the end"),
        ("kind = person AND nothing = 1", 18, fields),
        ("note = x", 0, fields),
        ("roles:customer", 0, fields),
        ("tenant_id = x", 0, fields),
        ("deleted_at = null", 0, fields),
        ("annual_revenue.minor > 5", 0, fields),
        ("name_folded = x", 0, fields),
        ("name: 软件", 4, "one of = != or :* (q finds parts of texts)"),
        ("name > a", 5, "one of = != or :* (q finds parts of texts)"),
        ("role < customer", 5, "one of = != :"),
        ("kind = company", 7, "one of organisation, person"),
        ("role:nobody", 5, "one of customer, prospect, competitor, supplier, dealer, partner"),
        ("employees = many", 12, "a whole number"),
        ("employees = 1.5", 12, "a whole number"),
        ("created_at > 2026-01-01", 13, "an instant such as 2026-03-31T09:30:00Z"),
        ("owner_id = x", 11, "a UUID"),
        ("owner_id = now()", 11, "a UUID"),
        ("name = me()", 7, "a text of 1 to 400 characters"),
        ("kind = null", 7, "a value; this field is never absent"),
        ("role = null", 7, "a value; this field is never absent"),
        ("tier = *", 5, ": before *"),
        ("name = \"a\u{0}b\"", 7, "a text of 1 to 400 characters"),
        ("name = x OR", 11, "a field"),
        ("((((((name = x))))))", 5, "at most 5 open parentheses"),
    ] {
        let refused = ask(&world.admin, filter, "").await.refused(400, "bad_parameter");
        let finding = &refused.json["errors"][0];
        assert_eq!(finding["parameter"], "filter", "{filter}");
        assert_eq!(finding["code"], "bad_filter", "{filter}");
        assert_eq!(
            finding["params"],
            json!({ "offset": offset, "expected": expected }),
            "{filter}"
        );
    }
    let many = vec!["name=x"; 31].join(" AND ");
    ask(&world.admin, &many, "").await.refused(400, "bad_parameter");
    let zh = world.admin.get("/v1/parties?filter=a").header("accept-language", "zh").await;
    let detail = zh.json["errors"][0]["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("第 1 字节"), "{detail}");
    // Nothing of what was sent comes back.
    let canary = ask(&world.admin, "kind = canary AND canary = 1", "").await;
    assert!(!canary.refused(400, "bad_parameter").text.contains("canary\""));
}

async fn what_a_filter_holds_is_never_sql(world: &World) {
    given::party(&world.admin, "A").await;
    let attacks = [
        "' OR '1'='1",
        "x' OR 1=1 --",
        "'; DROP TABLE parties; --",
        "\" OR \"\"=\"",
        "') OR ('1'='1",
        "1); DELETE FROM parties WHERE (1=1",
        "$1",
        "?1",
        "t.name",
        "\\'; SELECT pg_sleep(9); --",
        "%",
        "_",
        "A\u{2019} OR 1=1",
        "/* */ OR TRUE",
        "null) OR (TRUE",
        "x'||(SELECT secret FROM tokens)||'",
    ];
    for attack in attacks {
        let quoted = attack.replace('\\', "\\\\").replace('"', "\\\"");
        for filter in [
            format!("name = \"{quoted}\""),
            format!("code = \"{quoted}\""),
            format!("tag:\"{quoted}\""),
            format!("tier = \"{quoted}\" OR industry = \"{quoted}\""),
        ] {
            assert_eq!(names(&world.admin, &filter).await, "", "{filter}");
        }
        for filter in [
            format!("kind = \"{quoted}\""),
            format!("email:\"{quoted}\""),
            format!("owner_id = \"{quoted}\""),
            format!("employees = \"{quoted}\""),
            format!("{attack} = 1"),
            format!("name = {attack} = 1"),
            format!("name\" = \"{quoted}\""),
            format!("name {attack} x"),
        ] {
            ask(&world.admin, &filter, "").await.refused(400, "bad_parameter");
        }
        let body = json!({ "filter": { "field": attack, "op": "=", "value": attack } });
        world.admin.post("/v1/parties/search", body).await.refused(422, "validation_failed");
        let body = json!({ "filter": { "field": "name", "op": attack, "value": attack } });
        world.admin.post("/v1/parties/search", body).await.refused(422, "validation_failed");
        let body = json!({ "filter": { "field": "name", "op": "in", "value": [attack, "B"] } });
        let found = world.admin.post("/v1/parties/search", body).await.expect(200);
        assert!(found.data().is_empty(), "{attack}");
    }
    assert_eq!(names(&world.admin, "name:*").await, "A", "nothing has happened to it");
}

async fn a_filter_shows_nobody_more(world: &World) {
    let secret = given::party(&world.admin, "Secret").await.id();
    let deleted = given::party(&world.admin, "Deleted").await.id();
    world.admin.delete(format!("/v1/parties/{deleted}")).await.expect(204);
    let (seller, _) = world.person(&[("parties", "any", "own")], None).await;
    given::party(&seller, "Mine").await;
    for filter in [
        "name:*".to_owned(),
        "NOT name = Mine OR name = Mine".to_owned(),
        format!("id = {secret} OR name = Mine OR id = {deleted}"),
        "owner_id != me() OR owner_id = me()".to_owned(),
        "-(name = nothing)".to_owned(),
    ] {
        let page = ask(&seller, &filter, "&count=exact").await.expect(200);
        assert_eq!(
            (page.each("name"), &page.json["total"]),
            (vec![json!("Mine")], &json!(1)),
            "{filter}"
        );
        let body = json!({ "filter": filter, "count": "estimated" });
        let found = seller.post("/v1/parties/search", body).await.expect(200);
        assert_eq!((found.each("name"), &found.json["total"]), (vec![json!("Mine")], &json!(1)));
    }
    // Whether it is there cannot be asked either.
    let one = format!("id = {secret}");
    let (hers, none) = (
        ask(&seller, &one, "&count=exact").await.expect(200),
        ask(&seller, "id = 01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70", "&count=exact").await.expect(200),
    );
    assert_eq!((&hers.json["total"], &hers.json), (&json!(0), &none.json));
    let body = json!({ "include_deleted": true });
    let (reader, _) = world.person(&[("parties", "read", "all")], None).await;
    reader.post("/v1/parties/search", body).await.refused(403, "forbidden");
}

async fn a_cursor_belongs_to_its_filter(world: &World) {
    for name in ["a", "b", "c"] {
        given::party(&world.admin, name).await;
    }
    let filter = "kind = organisation AND created_at <= now()";
    let page = ask(&world.admin, filter, "&limit=2&sort=name").await.expect(200);
    let cursor = page.json["next_cursor"].as_str().expect("more").to_owned();
    let next = |filter: &str, cursor: &str| {
        let more = format!("&limit=2&sort=name&cursor={cursor}");
        let (filter, client) = (filter.to_owned(), world.admin.clone());
        async move { ask(&client, &filter, &more).await }
    };
    // The time of the filter has moved on; the filter is the same.
    world.clock.advance(chrono::TimeDelta::minutes(1));
    assert_eq!(next(filter, &cursor).await.expect(200).each("name"), ["c"]);
    next("kind = organisation", &cursor).await.refused(400, "bad_cursor");
    next(&format!("{filter} AND name != b"), &cursor).await.refused(400, "bad_cursor");
    let plain = world.admin.get(format!("/v1/parties?limit=2&sort=name&cursor={cursor}")).await;
    plain.refused(400, "bad_cursor");
    for at in [0, cursor.len() / 2, cursor.len() - 1] {
        let mut forged = cursor.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).expect("ASCII");
        next(filter, &forged).await.refused(400, "bad_cursor");
    }
}
