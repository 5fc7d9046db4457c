//! Two dimensions crossed: in a report (M-43), and of whatever has been saved as a query (D-88).

use super::{report, row, yuan};
use crate::sales::{Funnel, path, summary, with};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    m_43_rows_columns_and_the_whole_reconcile,
    m_43_a_pivot_is_of_what_its_reader_may_see,
    d_88_a_saved_query_is_a_list_a_count_and_a_pivot,
    d_88_a_saved_query_becomes_a_segment_and_a_file,
    d_88_it_is_asked_with_the_rights_of_whoever_asks,
    d_88_what_a_list_refuses_is_not_saved,
];

async fn win(client: &Client, made: &Answer) {
    client.post(format!("{}/win", path(made)), summary(&["product"], json!({}))).await.expect(200);
}

/// Minor units of an amount in yuan.
fn fen(amount: &Json) -> i64 {
    let text = amount["amount"].as_str().expect("an amount").replace('.', "");
    text.parse().expect("a number")
}

/// Holds the sums of a table of amounts against each other.
fn reconciles(found: &Answer) {
    let totals = &found.json["totals"];
    let sum = |rows: &[Json]| rows.iter().map(|one| fen(&one["amount"])).sum::<i64>();
    let count =
        |rows: &[Json]| rows.iter().map(|one| one["count"].as_i64().expect("a count")).sum::<i64>();
    let all = [&totals["rows"], &totals["cols"], &found.json["data"]];
    for rows in all.map(|rows| rows.as_array().expect("rows")) {
        assert_eq!(sum(rows), fen(&totals["amount"]), "{}", found.text);
        assert_eq!(count(rows), totals["count"], "{}", found.text);
    }
    for (totals, member) in [(&totals["rows"], "row"), (&totals["cols"], "col")] {
        for total in totals.as_array().expect("totals") {
            let cells = found.data().iter().filter(|cell| cell[member] == total[member]);
            let cells: Vec<Json> = cells.cloned().collect();
            assert_eq!(sum(&cells), fen(&total["amount"]), "{total}");
        }
    }
}

async fn m_43_rows_columns_and_the_whole_reconcile(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let (one, two) =
        (given::record(admin, "products").await, given::record(admin, "products").await);
    let customer = json!({ "kind": "organisation", "name": "宏图", "industry": "软件" });
    let customer = admin.post("/v1/parties", customer).await.expect(201).id();
    let mut made = Vec::new();
    for (product, origin, amount) in [
        (Some(one.id()), "self", "10.00"),
        (Some(one.id()), "referral", "20.01"),
        (Some(two.id()), "self", "5.00"),
        (Some(two.id()), "self", "0.99"),
        (None, "inbound", "1.00"),
    ] {
        let members = json!({ "product_id": product, "origin": origin, "amount": yuan(amount),
            "party_id": customer });
        made.push(funnel.opportunity(admin, members).await);
    }
    let asked = "pivot?rows=product&cols=origin&measure=all_amount";
    let found = report(admin, asked).await;
    reconciles(&found);
    let totals = &found.json["totals"];
    assert_eq!((&totals["amount"], &totals["count"]), (&yuan("37.00"), &json!(5)));
    let cell = |product: &Json, origin: &str| {
        let fits = |cell: &&Json| cell["row"] == *product && cell["col"] == origin;
        found.data().iter().find(fits).expect("a cell").clone()
    };
    let both = cell(&json!(two.id()), "self");
    assert_eq!((&both["amount"], &both["count"]), (&yuan("5.99"), &json!(2)));
    assert_eq!(
        (&both["row_name"], &both["col_name"]),
        (&two.json["name"], &json!("Own prospecting"))
    );
    assert_eq!(cell(&json!(null), "inbound")["row_name"], json!(null));
    let rows = totals["rows"].as_array().expect("rows");
    let of_one = rows.iter().find(|total| total["row"] == one.id()).expect("a row");
    assert_eq!(of_one["amount"], yuan("30.01"));
    // Counted only, and of the customer.
    let counted = report(admin, "pivot?rows=industry&cols=status").await;
    assert_eq!(counted.json["parameters"]["measure"], "all_count");
    let only = row(&counted, "row", "软件");
    assert_eq!(
        (&only["col"], &only["col_name"], &only["count"], &only["amount"]),
        (&json!("open"), &json!("Open"), &json!(5), &json!(null))
    );
    // Then as now: what is won later is no part of what was so before.
    world.pass(TimeDelta::days(1)).await;
    win(&world.admin, &made[0]).await;
    let won = "pivot?rows=origin&cols=closed_month&measure=won_value";
    let now = report(&world.admin, won).await;
    reconciles(&now);
    assert_eq!(
        (&now.json["totals"]["amount"], now.each("col")),
        (&yuan("10.00"), vec![json!("2026-01")])
    );
    let then = report(&world.admin, &format!("{won}&as_of=2026-01-01T01:00:00Z")).await;
    assert_eq!((then.data().len(), &then.json["totals"]["count"]), (0, &json!(0)));
    let open = report(&world.admin, "pivot?rows=product&cols=owner&measure=open_amount").await;
    reconciles(&open);
    assert_eq!(open.json["totals"]["amount"], yuan("27.00"));
    let lost = report(&world.admin, "pivot?rows=product&cols=campaign&measure=lost_value").await;
    assert!(lost.data().is_empty());
    for (query, finding) in [
        ("rows=product", ("cols", "required")),
        ("rows=colour&cols=origin", ("rows", "unknown_value")),
        ("rows=product&cols=origin&measure=weight", ("measure", "unknown_value")),
    ] {
        let refused = world.admin.get(format!("/v1/reports/pivot?{query}")).await;
        let refused = refused.refused(400, "bad_parameter");
        assert_eq!(refused.findings(), [(finding.0.to_owned(), finding.1.to_owned())], "{query}");
    }
}

async fn m_43_a_pivot_is_of_what_its_reader_may_see(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let grants = [("opportunities", "read", "own"), ("parties", "read", "own")];
    let (rep, rep_id) = world.person(&grants, None).await;
    let industry = async |name: &str, industry: &str, owner: Option<&str>| {
        let body = json!({ "kind": "organisation", "name": name, "industry": industry });
        let body = match owner {
            Some(owner) => with(body, json!({ "owner_id": owner })),
            None => body,
        };
        admin.post("/v1/parties", body).await.expect(201).id()
    };
    let theirs = industry("蓝石", "机械", None).await;
    let own = industry("宏图", "软件", Some(&*rep_id)).await;
    for (party, owner) in [(&theirs, Some(&rep_id)), (&own, Some(&rep_id)), (&theirs, None)] {
        let mut members = json!({ "party_id": party, "amount": yuan("1.00") });
        if let Some(owner) = owner {
            members["owner_id"] = json!(owner);
        }
        funnel.opportunity(admin, members).await;
    }
    let asked = "/v1/reports/pivot?rows=industry&cols=status&measure=open_amount";
    let all = admin.get(asked).await.expect(200);
    assert_eq!(all.json["totals"]["amount"], yuan("3.00"));
    assert_eq!(row(&all, "row", "机械")["count"], 2);
    // Of a customer that the reader does not see nothing is told, and the total is that of their own.
    let seen = rep.get(asked).await.expect(200);
    reconciles(&seen);
    assert_eq!(seen.json["totals"]["amount"], yuan("2.00"));
    assert_eq!(row(&seen, "row", "软件")["count"], 1);
    assert_eq!(row(&seen, "row", Json::Null)["count"], 1);
    let (narrow, _) = world.person(&[("opportunities", "read", "all")], None).await;
    narrow.get(asked).await.refused(403, "forbidden");
    let plain = "/v1/reports/pivot?rows=origin&cols=status";
    assert_eq!(narrow.get(plain).await.expect(200).json["totals"]["count"], 3);
    let (nobody, _) = world.person(&[("products", "read", "all")], None).await;
    nobody.get(plain).await.refused(403, "forbidden");
}

/// Three customers and a prospect, two of them in tier A.
async fn customers(client: &Client) {
    for (name, more) in [
        (
            "宏图",
            json!({ "tier": "A", "industry": "软件", "roles": ["customer"],
            "employees": 10, "annual_revenue": yuan("100.00") }),
        ),
        (
            "蓝石",
            json!({ "tier": "A", "industry": "机械", "roles": ["customer"],
            "employees": 5, "annual_revenue": { "amount": "50.00", "currency": "USD" } }),
        ),
        ("北风", json!({ "tier": "B", "industry": "软件", "roles": ["customer"], "employees": 1 })),
        ("湖畔", json!({ "tier": "A", "roles": ["prospect"] })),
    ] {
        let body = json!({ "kind": "organisation", "name": name });
        client.post("/v1/parties", with(body, more)).await.expect(201);
    }
}

/// Customers of tier A.
async fn saved(client: &Client, more: Json) -> Answer {
    let body = json!({ "name": "A 类客户", "resource": "parties", "filter": "tier = A",
        "filters": { "role": "customer" }, "sort": ["name"], "fields": ["id", "name"] });
    client.post("/v1/saved-queries", with(body, more)).await
}

fn own(query: &Answer, rest: &str) -> String {
    format!("/v1/saved-queries/{}{rest}", query.id())
}

async fn d_88_a_saved_query_is_a_list_a_count_and_a_pivot(world: &World) {
    let admin = &world.admin;
    customers(admin).await;
    let query = saved(admin, json!({})).await.expect(201);
    given::read_in_every_way(admin, "saved-queries", &query.id()).await;
    let me = admin.get("/v1/me").await.expect(200).id();
    assert_eq!((&query.json["owner_id"], &query.json["team_id"]), (&json!(me), &json!(null)));
    let found = admin.get(own(&query, "/records?count=exact")).await.expect(200);
    assert_eq!((found.data().len(), &found.json["total"]), (2, &json!(2)));
    let members: Vec<&String> = found.data()[0].as_object().expect("a record").keys().collect();
    assert_eq!(members, ["id", "name"]);
    let first = admin.get(own(&query, "/records?limit=1")).await.expect(200);
    let cursor = first.json["next_cursor"].as_str().expect("a cursor");
    let second = own(&query, &format!("/records?limit=1&cursor={cursor}"));
    let second = admin.get(second).await.expect(200);
    assert_eq!(
        (second.data(), &second.json["has_more"]),
        (&found.data()[1..].to_vec(), &json!(false))
    );
    let counted = admin.get(own(&query, "/count")).await.expect(200);
    assert_eq!(counted.json, json!({ "total": 2, "total_kind": "exact" }));
    let table = own(&query, "/pivot?rows=industry&cols=tier&sum=annual_revenue");
    let table = admin.get(table).await.expect(200);
    let total = &table.json["total"];
    assert_eq!((&total["count"], &total["sum"]), (&json!(2), &json!(null)));
    let dollars = json!({ "amount": "50.00", "currency": "USD" });
    assert_eq!(total["amounts"], json!([yuan("100.00"), dollars]));
    let rows = table.json["row_totals"].as_array().expect("rows");
    let of = |industry: &str| rows.iter().find(|one| one["row"] == industry).expect("a row");
    assert_eq!(of("机械")["amounts"], json!([dollars]));
    assert_eq!(of("软件")["row_name"], "软件");
    assert_eq!(table.json["col_totals"].as_array().map(Vec::len), Some(1));
    let people = own(&query, "/pivot?rows=kind&cols=owner_id&sum=employees");
    let people = admin.get(people).await.expect(200);
    let cells = people.json["cells"].as_array().expect("cells");
    assert_eq!((cells.len(), &cells[0]["sum"], &cells[0]["count"]), (1, &json!(15), &json!(2)));
    assert_eq!(cells[0]["row_name"], "Organisation");
    assert!(cells[0]["col_name"].is_string(), "{}", people.text);
    // What is hidden by the rights on something else, as the cost of a quote is, is summed for nobody.
    let quotes = json!({ "name": "报价", "resource": "quotes" });
    let quotes = admin.post("/v1/saved-queries", quotes).await.expect(201);
    let crossed =
        |sum: &str| own(&quotes, &format!("/pivot?rows=status&cols=below_cost&sum={sum}"));
    admin.get(crossed("gross")).await.expect(200);
    for sum in ["cost", "margin", "version"] {
        admin.get(crossed(sum)).await.refused(400, "bad_parameter");
    }
    // Changed, it is another question.
    admin
        .patch(own(&query, ""), json!({ "filters": { "role": null }, "filter": null }))
        .await
        .expect(200);
    assert_eq!(admin.get(own(&query, "/count")).await.expect(200).json["total"], 4);
    for (asked, code) in [
        ("/records?limit=0", "bad_parameter"),
        ("/records?count=many", "bad_parameter"),
        ("/records?tier=B", "unknown_parameter"),
        ("/records?cursor=x", "bad_cursor"),
        ("/count?limit=1", "unknown_parameter"),
        ("/pivot?rows=tier", "bad_parameter"),
        ("/pivot?rows=note&cols=tier", "bad_parameter"),
        ("/pivot?rows=tier&cols=industry&sum=name", "bad_parameter"),
        ("/pivot?rows=tier&cols=industry&as_of=x", "unknown_parameter"),
    ] {
        admin.get(own(&query, asked)).await.refused(400, code);
    }
}

async fn d_88_a_saved_query_becomes_a_segment_and_a_file(world: &World) {
    let admin = &world.admin;
    customers(admin).await;
    let query = saved(admin, json!({})).await.expect(201);
    let wish = json!({ "name": "A 类客户 2026-01", "population": "customers" });
    let segment = admin.post(own(&query, "/segment"), wish).await.expect(201);
    assert_eq!((&segment.json["kind"], &segment.json["size"]), (&json!("list"), &json!(2)));
    let members = format!("/v1/segments/{}/members?sort=name", segment.id());
    assert_eq!(admin.get(members).await.expect(200).data().len(), 2);
    // Those that records name, each once.
    let party = admin.get("/v1/parties?filter=tier = A AND role:prospect").await.expect(200);
    let party = party.data()[0]["id"].clone();
    for subject in ["拜访", "电话"] {
        let visit = json!({ "kind": "visit", "subject": subject, "party_id": party,
            "starts_at": "2026-01-05T01:30:00Z" });
        admin.post("/v1/activities", visit).await.expect(201);
    }
    let visits = json!({ "name": "拜访", "resource": "activities", "filter": "kind = visit" });
    let visits = admin.post("/v1/saved-queries", visits).await.expect(201);
    let made = admin.post(own(&visits, "/segment"), json!({ "name": "拜访过" })).await.expect(201);
    assert_eq!(made.json["size"], 1);
    let products = json!({ "name": "产品", "resource": "products" });
    let products = admin.post("/v1/saved-queries", products).await.expect(201);
    let none = admin.post(own(&products, "/segment"), json!({ "name": "无" })).await;
    none.refused(422, "no_parties");
    let asked = admin.post(own(&query, "/export"), json!({ "format": "csv" })).await.expect(202);
    world.work().await;
    let job = admin.get(format!("/v1/jobs/{}", asked.id())).await.expect(200);
    assert_eq!(
        (&job.json["status"], &job.json["result"]["rows"]),
        (&json!("succeeded"), &json!(2))
    );
    admin.post(own(&query, "/export"), json!({ "format": "pdf" })).await.expect(422);
}

async fn d_88_it_is_asked_with_the_rights_of_whoever_asks(world: &World) {
    let admin = &world.admin;
    customers(admin).await;
    let rights = [("any", "any", "own")];
    let ((member, member_id), (other, _)) =
        (world.person(&rights, None).await, world.person(&rights, None).await);
    let team = json!({ "name": "KA", "members": [{ "user_id": member_id, "role_id": null }] });
    let team = admin.post("/v1/teams", team).await.expect(201).id();
    let query = saved(admin, json!({})).await.expect(201);
    // It is nobody else's.
    for client in [&member, &other] {
        client.get(own(&query, "")).await.refused(404, "not_found");
        client.get(own(&query, "/records")).await.refused(404, "not_found");
        client
            .post(own(&query, "/segment"), json!({ "name": "x" }))
            .await
            .refused(404, "not_found");
    }
    let shared = admin.patch(own(&query, ""), json!({ "team_id": team })).await.expect(200);
    assert_eq!((&shared.json["owner_id"], &shared.json["team_id"]), (&json!(null), &json!(team)));
    // The member asks the question, and finds what is theirs.
    assert_eq!(member.get("/v1/saved-queries").await.expect(200).each("id"), [json!(query.id())]);
    assert_eq!(member.get(own(&query, "/count")).await.expect(200).json["total"], 0);
    let body =
        json!({ "kind": "organisation", "name": "海蓝", "tier": "A", "roles": ["customer"] });
    member.post("/v1/parties", body).await.expect(201);
    assert_eq!(member.get(own(&query, "/records")).await.expect(200).each("name"), ["海蓝"]);
    assert_eq!(member.get(own(&query, "/count")).await.expect(200).json["total"], 1);
    assert_eq!(admin.get(own(&query, "/count")).await.expect(200).json["total"], 3);
    let table = member.get(own(&query, "/pivot?rows=tier&cols=kind")).await.expect(200);
    assert_eq!(table.json["total"]["count"], 1);
    member.patch(own(&query, ""), json!({ "note": "每周" })).await.expect(200);
    other.get(own(&query, "")).await.refused(404, "not_found");
    // Whoever may not read the list asks nothing, though they see the query.
    let (narrow, _) = world.person(&[("saved-queries", "read", "all")], None).await;
    narrow.get(own(&query, "")).await.expect(200);
    for rest in ["/records", "/count", "/pivot?rows=tier&cols=kind"] {
        narrow.get(own(&query, rest)).await.refused(403, "forbidden");
    }
    // Leaving the team takes effect at once, and so does taking the query back.
    let empty = json!({ "members": [] });
    admin.patch(format!("/v1/teams/{team}"), empty).await.expect(200);
    let gone = world.sign_in(&email(admin, &member_id).await).await;
    gone.get(own(&query, "")).await.refused(404, "not_found");
    let me = admin.get("/v1/me").await.expect(200).id();
    let back = admin.patch(own(&query, ""), json!({ "owner_id": me })).await.expect(200);
    assert_eq!((&back.json["owner_id"], &back.json["team_id"]), (&json!(me), &json!(null)));
    let stranger = world.stranger().await;
    stranger.get(own(&query, "/records")).await.refused(404, "not_found");
}

/// By what somebody signs in.
async fn email(admin: &Client, id: &str) -> String {
    let user = admin.get(format!("/v1/users/{id}")).await.expect(200);
    user.json["email"].as_str().expect("an address").to_owned()
}

async fn d_88_what_a_list_refuses_is_not_saved(world: &World) {
    let admin = &world.admin;
    for (more, place, code) in [
        (json!({ "resource": "dragons" }), "/resource", "unknown_value"),
        (json!({ "filter": "colour = red" }), "/filter", "bad_filter"),
        (json!({ "filters": { "colour": "red" } }), "/filters/colour", "unknown_parameter"),
        (json!({ "sort": ["note"] }), "/sort", "unknown_value"),
        (json!({ "fields": ["colour"] }), "/fields", "unknown_value"),
    ] {
        let refused = saved(admin, more).await.refused(422, "validation_failed");
        assert_eq!(refused.findings(), [(place.to_owned(), code.to_owned())]);
    }
    // Whoever may not read the list can call the query otherwise, and ask nothing else by it.
    given::field(admin, "colour", "text", json!({})).await;
    let query = saved(admin, json!({ "filter": "custom.colour = red" })).await.expect(201);
    admin.get(own(&query, "/count")).await.expect(200);
    let (writer, _) = world.person(&[("saved-queries", "any", "all")], None).await;
    writer.patch(own(&query, ""), json!({ "name": "红色" })).await.expect(200);
    writer.patch(own(&query, ""), json!({ "filter": "tier = B" })).await.refused(403, "forbidden");
}
