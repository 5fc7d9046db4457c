//! Orders that other systems and files tell of.

use super::{party, with};
use crate::bulk::{commit, counts, done, set, succeeded, upload};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    c_05_the_same_order_told_again_is_one_order,
    c_05_two_at_once_make_one_order,
    what_comes_back_is_an_order_below_zero,
    many_orders_are_one_batch_and_go_with_it,
    a_file_of_lines_becomes_orders,
    an_order_in_two_files_is_one_order,
    c_05_an_order_whose_rows_are_apart_is_completed_by_the_rows_put_right,
    c_05_a_time_that_clocks_skip_or_show_twice_is_one_instant,
    orders_are_seen_with_their_customers,
    what_is_wrong_with_an_order_is_named,
];

#[expect(clippy::needless_pass_by_value, reason = "lines are written where they are needed")]
fn order(reference: &str, party: &str, lines: Json) -> Json {
    json!({ "source": "shop", "reference": reference, "party_id": party,
        "placed_at": "2025-12-30T02:00:00Z", "currency": "CNY", "lines": lines })
}

fn line(sku: &str, quantity: &str, price: &str) -> Json {
    json!({ "sku": sku, "quantity": quantity, "unit_price": price })
}

async fn customer(client: &Client, code: &str) -> String {
    party(client, json!({ "code": code, "roles": ["customer"] })).await.id()
}

async fn tell(client: &Client, body: &Json) -> Answer {
    client.post("/v1/orders", body.clone()).await
}

async fn how_many(client: &Client, query: &str) -> Json {
    let list = client.get(format!("/v1/orders?count=exact&limit=1{query}")).await.expect(200);
    list.json["total"].clone()
}

async fn c_05_the_same_order_told_again_is_one_order(world: &World) {
    let buyer = customer(&world.admin, "K-1").await;
    let lines = json!([line("A", "6", "2.55"), line("B", "1", "0.001")]);
    let body = order("536365", &buyer, lines);
    let made = tell(&world.admin, &body).await.expect(201);
    assert_eq!(made.json["net"], json!({ "amount": "15.30", "currency": "CNY" }));
    assert_eq!((&made.json["placed_on"], &made.json["lines"]), (&json!("2025-12-30"), &json!(2)));
    // The same again, whatever the order of its lines, is the one that is there.
    let turned = with(
        body.clone(),
        json!({ "lines": [line("B", "1", "0.001"), line("A", "6.0", "2.5500")] }),
    );
    let again = tell(&world.admin, &turned).await.expect(200);
    assert_eq!(again.id(), made.id());
    for other in [
        json!({ "lines": [line("A", "7", "2.55"), line("B", "1", "0.001")] }),
        json!({ "lines": [line("A", "6", "2.55")] }),
        json!({ "party_id": null }),
        json!({ "currency": "USD" }),
        json!({ "placed_at": "2025-12-30T03:00:00Z" }),
    ] {
        tell(&world.admin, &with(body.clone(), other)).await.refused(409, "order_differs");
    }
    // Another system may use the same name.
    tell(&world.admin, &with(body, json!({ "source": "till" }))).await.expect(201);
    assert_eq!(how_many(&world.admin, "").await, 2);
    let lines = world.admin.get(format!("/v1/orders/{}/lines", made.id())).await.expect(200);
    let amounts: Vec<Json> = lines.each("amount");
    assert_eq!(
        (amounts, &lines.json["currency"]),
        (vec![json!("15.3000"), json!("0.0010")], &json!("CNY"))
    );
    world
        .admin
        .get(format!("/v1/orders/{}/lines?limit=1", made.id()))
        .await
        .refused(400, "unknown_parameter");
    let one = world.admin.get(format!("/v1/orders/{}", made.id())).await.expect(200);
    assert_eq!(one.json["actions"], json!([]));
    let found = world.admin.post("/v1/orders/search", json!({})).await.expect(200);
    assert!(found.each("id").contains(&json!(made.id())));
    // The customer's timeline shows it.
    let past = world.admin.get(format!("/v1/parties/{buyer}/timeline")).await.expect(200);
    assert!(past.each("kind").contains(&json!("order_batch.created")), "{}", past.text);
}

async fn c_05_two_at_once_make_one_order(world: &World) {
    let buyer = customer(&world.admin, "K-1").await;
    let body = order("1", &buyer, json!([line("A", "1", "5")]));
    let told = futures_util::future::join_all((0..8).map(|_| tell(&world.admin, &body))).await;
    let made = told.iter().filter(|answer| answer.status == 201).count();
    assert_eq!((made, how_many(&world.admin, "").await), (1, json!(1)));
    assert!(told.iter().all(|answer| matches!(answer.status, 200 | 201 | 409 | 503)));
}

async fn what_comes_back_is_an_order_below_zero(world: &World) {
    let buyer = customer(&world.admin, "K-1").await;
    tell(&world.admin, &order("1", &buyer, json!([line("A", "3", "10")]))).await.expect(201);
    let back = order("C1", &buyer, json!([line("A", "-1", "10")]));
    let back = tell(&world.admin, &back).await.expect(201);
    assert_eq!(back.json["net"]["amount"], "-10.00");
    let below = world.admin.get("/v1/orders?net_below=0CNY").await;
    assert_eq!(below.expect(200).each("reference"), [json!("C1")]);
    let rfm = world.admin.get("/v1/reports/rfm").await.expect(200);
    assert_eq!(
        (&rfm.data()[0]["frequency"], &rfm.data()[0]["monetary"]["amount"]),
        (&json!(1), &json!("20.00"))
    );
    let bought = world.admin.get("/v1/reports/rfm?returns=ignore").await.expect(200);
    assert_eq!(bought.data()[0]["monetary_exact"], "30.0000");
}

async fn many_orders_are_one_batch_and_go_with_it(world: &World) {
    let buyer = customer(&world.admin, "K-1").await;
    let there = order("1", &buyer, json!([line("A", "1", "10")]));
    tell(&world.admin, &there).await.expect(201);
    let stranger = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    let wish = json!({ "note": "三月", "orders": [
        there,
        order("2", &buyer, json!([line("A", "2", "10"), line("B", "1", "1")])),
        order("2", &buyer, json!([line("A", "2", "10")])),
        order("3", stranger, json!([line("A", "1", "10")])),
        order("1", &buyer, json!([line("A", "9", "10")])),
        with(order("4", &buyer, json!([line("A", "1", "10")])), json!({ "party_id": null })),
    ] });
    let placed = world.admin.post("/v1/order-batches", wish.clone()).await.expect(200);
    let results = placed.json["results"].as_array().expect("results");
    let told: Vec<(&Json, &Json, &Json)> =
        results.iter().map(|one| (&one["status"], &one["code"], &one["pointer"])).collect();
    let (none, refused) = (Json::Null, json!("refused"));
    let (created, unchanged) = (json!("created"), json!("unchanged"));
    assert_eq!(
        told,
        [
            (&unchanged, &none, &none),
            (&created, &none, &none),
            (&refused, &json!("repeated"), &json!("/orders/2/reference")),
            (&refused, &json!("unknown_reference"), &json!("/orders/3/party_id")),
            (&refused, &json!("repeated"), &json!("/orders/4/reference")),
            (&created, &none, &none),
        ]
    );
    let batch = &placed.json["batch"];
    assert_eq!(
        (&batch["orders"], &batch["lines"], &batch["note"]),
        (&json!(2), &json!(3), &json!("三月"))
    );
    assert_eq!(batch["party_ids"], json!([buyer]));
    let id = batch["id"].as_str().expect("an id");
    given::read_in_every_way(&world.admin, "order-batches", id).await;
    assert_eq!(how_many(&world.admin, &format!("&batch_id={id}")).await, 2);
    // Nothing new makes no batch.
    let again = world.admin.post("/v1/order-batches", wish).await.expect(200);
    assert_eq!(again.json["batch"], Json::Null);
    let path = format!("/v1/order-batches/{id}");
    world.admin.delete(&path).if_match(1).await.expect(204);
    assert_eq!(how_many(&world.admin, "").await, 1);
    let gone = world.admin.act(format!("{path}/restore")).if_match(2).await.expect(200);
    assert_eq!((gone.version(), how_many(&world.admin, "").await), (3, json!(3)));
}

const FILE: &str = "\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID
1,A,LANTERN,6,2010-12-01 08:26:00,2.55,K-1
1,B,\"HEART, WHITE\",\"1,000\",2010-12-01 08:26:00,0.001,K-1
2,A,LANTERN,1,2010-12-01 09:00:00,2.55,
3,A,LANTERN,1,2010-12-01 09:01:00,2.55,K-1
3,A,LANTERN,many,2010-12-01 09:01:00,2.55,K-1
C1,A,LANTERN,-1,2010-12-02,2.55,K-1
1,A,LANTERN,1,2010-12-01 08:27:00,2.55,K-1
4,A,LANTERN,1,2010-12-03 09:01:00,2.55,K-9
";

async fn import_orders(world: &World, file: &str) -> (Answer, String) {
    let made = upload(&world.admin, "orders", file).await.expect(201);
    let columns = [
        ("InvoiceNo", "reference"),
        ("StockCode", "sku"),
        ("Description", "name"),
        ("Quantity", "quantity"),
        ("InvoiceDate", "placed_at"),
        ("UnitPrice", "unit_price"),
        ("CustomerID", "party"),
    ];
    let mapping: Vec<Json> =
        columns.map(|(column, field)| json!({ "column": column, "field": field })).to_vec();
    let wish = json!({ "mapping": mapping, "defaults": { "source": "shop", "currency": "GBP" } });
    set(&world.admin, &made.id(), wish).await.expect(200);
    (commit(world, &made.id()).await, made.id())
}

async fn a_file_of_lines_becomes_orders(world: &World) {
    let buyer = party(&world.admin, json!({ "code": "K-1", "roles": ["prospect"] })).await.id();
    let roles = async || {
        let found = world.admin.get(format!("/v1/parties/{buyer}")).await.expect(200);
        found.json["roles"].clone()
    };
    let made = upload(&world.admin, "orders", FILE).await.expect(201);
    let wish =
        json!({ "mapping": [{ "column": "InvoiceNo", "field": "reference" }], "defaults": {} });
    set(&world.admin, &made.id(), wish).await.expect(200);
    let check = world.admin.act(format!("/v1/imports/{}/check", made.id())).await.expect(202);
    assert_eq!(
        counts(&done(world, &check.id()).await),
        [0, 0, 0, 8],
        "what is needed is not there"
    );
    let (job, _) = import_orders(world, FILE).await;
    succeeded(&job);
    // One row of order 3 cannot be read, and nobody has the number K-9.
    assert_eq!(counts(&job), [5, 0, 0, 3]);
    let problems = world.admin.get(format!("/v1/jobs/{}/problems", job.id())).await.expect(200);
    let of = |row: u64| {
        let found = problems.data().iter().find(|one| one["row"] == row).expect("a problem");
        found["problem"]["errors"][0]["pointer"].clone()
    };
    assert_eq!((of(6), of(9)), (json!("/quantity"), json!("/party_id")));
    let code = |row: u64| {
        problems
            .data()
            .iter()
            .any(|one| one["row"] == row && one["problem"]["code"] == "order_incomplete")
    };
    assert!(code(5), "{}", problems.text);
    let orders = world.admin.get("/v1/orders?sort=placed_on&limit=10").await.expect(200);
    let found: Vec<(Json, Json, Json)> = orders
        .data()
        .iter()
        .map(|one| (one["reference"].clone(), one["net"]["amount"].clone(), one["lines"].clone()))
        .collect();
    for expected in [("1", "18.85", 3), ("2", "2.55", 1), ("C1", "-2.55", 1)] {
        let (reference, net, lines) = expected;
        assert!(found.contains(&(json!(reference), json!(net), json!(lines))), "{found:?}");
    }
    assert_eq!(found.len(), 3);
    let first = orders.data().iter().find(|one| one["reference"] == "1").expect("it");
    assert_eq!(first["placed_at"], "2010-12-01T00:26:00Z", "as clocks in Shanghai show it");
    let lines = format!("/v1/orders/{}/lines", first["id"].as_str().expect("an id"));
    let lines = world.admin.get(lines).await.expect(200);
    assert_eq!(lines.each("quantity"), [json!("6"), json!("1000"), json!("1")]);
    // It goes as it came, and who is a customer by it is a prospect again.
    assert_eq!(roles().await, json!(["customer"]));
    let undo = world.admin.act(format!("/v1/jobs/{}/undo", job.id())).await.expect(202);
    succeeded(&done(world, &undo.id()).await);
    assert_eq!((how_many(&world.admin, "").await, roles().await), (json!(0), json!(["prospect"])));
    let (again, _) = import_orders(world, FILE).await;
    assert_eq!((counts(&again), roles().await), ([5, 0, 0, 3], json!(["customer"])));
}

async fn an_order_in_two_files_is_one_order(world: &World) {
    let buyer = customer(&world.admin, "K-1").await;
    let whole = FILE.lines().filter(|line| !line.starts_with('3') && !line.starts_with('4'));
    let whole = whole.collect::<Vec<_>>().join("\n");
    let (job, _) = import_orders(world, &whole).await;
    assert_eq!(counts(&job), [5, 0, 0, 0]);
    let (again, _) = import_orders(world, &whole).await;
    assert_eq!(counts(&again), [0, 0, 5, 0], "the same file adds nothing");
    assert_eq!(how_many(&world.admin, "").await, 3);
    let changed = whole.replace("LANTERN,6,", "LANTERN,5,");
    let (other, _) = import_orders(world, &changed).await;
    assert_eq!(counts(&other), [0, 0, 2, 3], "three rows of one order that says something else");
    // A request tells the whole of it, a file tells lines.
    let told = json!({ "source": "shop", "reference": "C1", "party_id": buyer, "currency": "GBP",
        "placed_at": "2010-12-01T16:00:00Z",
        "lines": [with(line("A", "-1", "2.55"), json!({ "name": "LANTERN" }))] });
    tell(&world.admin, &told).await.expect(200);
}

async fn c_05_an_order_whose_rows_are_apart_is_completed_by_the_rows_put_right(world: &World) {
    customer(&world.admin, "K-1").await;
    let header = FILE.lines().next().expect("a header");
    let row = |order: &str, sku: &str, quantity: &str| {
        format!("{order},{sku},LANTERN,{quantity},2010-12-01 08:26:00,2.55,K-1")
    };
    // So many rows of another order stand in between that the rest of order 1 is in another step.
    let between = vec![row("2", "B", "1"); 4_999];
    let file = |rows: &[String]| format!("{header}\n{}\n", rows.join("\n"));
    let mut rows = vec![row("1", "A", "6")];
    rows.extend(between);
    rows.extend([row("1", "A", "many"), row("1", "B", "1")]);
    let (job, _) = import_orders(world, &file(&rows)).await;
    succeeded(&job);
    assert_eq!(counts(&job), [5_000, 0, 0, 2]);
    let first = async || {
        let found = world.admin.get("/v1/orders?reference=1").await.expect(200);
        (found.data()[0]["lines"].clone(), found.data()[0]["net"]["amount"].clone())
    };
    assert_eq!(first().await, (json!(1), json!("15.30")));
    // Two rows were refused, so there are not three to come.
    let [one, two] = [row("1", "A", "5"), row("1", "B", "1")];
    let three = [one.clone(), two.clone(), row("1", "C", "1")];
    let (job, _) = import_orders(world, &file(&three)).await;
    assert_eq!(counts(&job), [0, 0, 0, 3]);
    let (job, _) = import_orders(world, &file(&[row("1", "A", "6"), one.clone()])).await;
    assert_eq!(counts(&job), [1, 0, 1, 0], "one of them is there, and one was put right");
    let (job, _) = import_orders(world, &file(std::slice::from_ref(&two))).await;
    assert_eq!(counts(&job), [1, 0, 0, 0]);
    assert_eq!(first().await, (json!(3), json!("30.60")));
    let (job, _) = import_orders(world, &file(&[one, two])).await;
    assert_eq!(counts(&job), [0, 0, 2, 0]);
    let (job, _) = import_orders(world, &file(&[row("1", "C", "1")])).await;
    assert_eq!(counts(&job), [0, 0, 0, 1], "it is whole");
    assert_eq!(first().await, (json!(3), json!("30.60")));
}

async fn c_05_a_time_that_clocks_skip_or_show_twice_is_one_instant(world: &World) {
    let zone = json!({ "time_zone": "America/New_York" });
    world.admin.patch("/v1/tenant", zone).await.expect(200);
    let file = "\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID
skipped,A,LANTERN,1,2025-03-09 02:30:00,2.55,
twice,A,LANTERN,1,2025-11-02 01:30:00,2.55,
day,A,LANTERN,1,2025-03-10,2.55,
";
    let (job, _) = import_orders(world, file).await;
    assert_eq!(counts(&job), [3, 0, 0, 0]);
    for (reference, placed_at, placed_on) in [
        // Clocks go from two to three, and in autumn from two to one.
        ("skipped", "2025-03-09T07:00:00Z", "2025-03-09"),
        ("twice", "2025-11-02T05:30:00Z", "2025-11-02"),
        ("day", "2025-03-10T04:00:00Z", "2025-03-10"),
    ] {
        let found = world.admin.get(format!("/v1/orders?reference={reference}")).await.expect(200);
        let one = &found.data()[0];
        assert_eq!((&one["placed_at"], &one["placed_on"]), (&json!(placed_at), &json!(placed_on)));
    }
}

async fn orders_are_seen_with_their_customers(world: &World) {
    let grants = [("any", "any", "own")];
    let (ann, _) = world.person(&grants, None).await;
    let (ben, _) = world.person(&grants, None).await;
    let buyer = customer(&ann, "K-1").await;
    let body = order("1", &buyer, json!([line("A", "1", "10")]));
    tell(&ben, &body).await.refused(422, "unknown_reference");
    // The shop tells of it in its own name.
    let made = tell(&world.admin, &body).await.expect(201).id();
    let path = format!("/v1/orders/{made}");
    ann.get(&path).await.expect(200);
    ben.get(&path).await.refused(404, "not_found");
    ben.get(format!("{path}/lines")).await.refused(404, "not_found");
    let rfm = async |client: &Client| {
        let rfm = client.get("/v1/reports/rfm").await.expect(200);
        rfm.json["totals"]["customers"].clone()
    };
    assert_eq!((rfm(&ann).await, rfm(&ben).await), (json!(1), json!(0)));
    let (reader, _) = world.person(&[("any", "read", "all")], None).await;
    tell(&reader, &body).await.refused(403, "forbidden");
    reader.get(&path).await.expect(200);
    let stranger = world.stranger().await;
    stranger.get(&path).await.refused(404, "not_found");
}

async fn what_is_wrong_with_an_order_is_named(world: &World) {
    let buyer = customer(&world.admin, "K-1").await;
    let with_line = |line: Json| order("1", &buyer, json!([line]));
    for (body, place, code) in [
        (with_line(json!({ "quantity": "1", "unit_price": "1" })), "/lines/0/sku", "required"),
        (with_line(line("A", "1.0000001", "1")), "/lines/0/quantity", "invalid_format"),
        (with_line(line("A", "1", "1e3")), "/lines/0/unit_price", "invalid_format"),
        (with_line(line("A", "999999999", "999999999")), "/lines/0/quantity", "out_of_range"),
        (order("1", &buyer, json!([])), "/lines", "too_short"),
        (
            with(with_line(line("A", "1", "1")), json!({ "currency": "XXX" })),
            "/currency",
            "unknown_value",
        ),
        (
            with(with_line(line("A", "1", "1")), json!({ "placed_at": "1850-01-01T00:00:00Z" })),
            "/placed_at",
            "out_of_range",
        ),
    ] {
        let refused = tell(&world.admin, &body).await.expect(422);
        assert_eq!(refused.findings(), [(place.to_owned(), code.to_owned())], "{}", refused.text);
    }
    assert_eq!(how_many(&world.admin, "").await, 0);
    // A dry run says what would be.
    let dry =
        world.admin.post("/v1/orders", with_line(line("A", "1", "1"))).header("prefer", "dry-run");
    dry.await.expect(201);
    assert_eq!(how_many(&world.admin, "").await, 0);
}
