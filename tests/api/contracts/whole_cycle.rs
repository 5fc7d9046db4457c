//! One customer from the first answer to a campaign to the next order, by three people of different rights and
//! one other system; and every figure on the way is that of the next.

use crate::sales::{
    Funnel, decide,
    field_handovers::{act, hand, in_force, ripe},
    party, rule, summary,
    targets::target,
    yuan,
};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![k_01_one_customer_from_the_campaign_to_the_next_order];

type Grants = &'static [(&'static str, &'static str, &'static str)];

/// Runs campaigns, takes answers, and hands over who is ripe.
const MARKETING: Grants = &[
    ("media", "any", "all"),
    ("source-codes", "any", "all"),
    ("campaigns", "any", "all"),
    ("campaign-expenses", "any", "all"),
    ("responses", "any", "all"),
    ("leads", "any", "all"),
    ("field-handovers", "any", "all"),
    ("parties", "read", "all"),
    ("opportunities", "read", "all"),
    ("contracts", "read", "all"),
];

/// Sells, and writes contracts that others sign.
const SALES: Grants = &[
    ("leads", "any", "own"),
    ("field-handovers", "any", "own"),
    ("qualification-standards", "read", "all"),
    ("parties", "read", "all"),
    ("parties", "update", "all"),
    ("opportunities", "any", "own"),
    ("quotes", "any", "own"),
    ("approvals", "any", "own"),
    ("contracts", "read", "own"),
    ("contracts", "create", "own"),
];

/// Agrees, signs, lets other systems in, and looks after what was sold.
const OFFICE: Grants = &[
    ("parties", "read", "all"),
    ("opportunities", "read", "all"),
    ("quotes", "read", "all"),
    ("approvals", "any", "own"),
    ("contracts", "any", "all"),
    ("execution-links", "any", "all"),
    ("receipts", "any", "all"),
    ("orders", "any", "all"),
    ("order-batches", "any", "all"),
    ("assets", "any", "all"),
    ("service-requests", "any", "all"),
    ("api-keys", "any", "own"),
];

/// Everybody who takes part.
struct Cast {
    marketing: Client,
    sales: Client,
    sales_id: String,
    office: Client,
    office_id: String,
    /// The other system, by a key of the office that may do less than the office.
    erp: Client,
}

impl Cast {
    async fn new(world: &World) -> Self {
        let (marketing, _) = world.person(MARKETING, None).await;
        let (sales, sales_id) = world.person(SALES, None).await;
        let (office, office_id) = world.person(OFFICE, None).await;
        let scope =
            |resource: &str, action: &str| json!({ "resource": resource, "action": action });
        let scopes = [
            scope("parties", "read"),
            scope("contracts", "read"),
            scope("execution-links", "any"),
            scope("receipts", "any"),
            scope("orders", "any"),
            scope("order-batches", "any"),
        ];
        let key = json!({ "name": "ERP", "scopes": scopes });
        let key = office.post("/v1/api-keys", key).await.expect(201);
        let erp = world.anonymous().with_key(key.json["key"].as_str().expect("the key"));
        Self { marketing, sales, sales_id, office, office_id, erp }
    }
}

/// A campaign that runs and has cost 2,000.00, with a source code.
async fn campaign(marketing: &Client) -> String {
    let template = json!({ "template": "standard" });
    marketing.post("/v1/media/from-template", template).await.expect(200);
    let body = json!({ "name": "春季推广", "starts_on": "2026-01-01", "ends_on": "2026-06-30",
        "currency": "CNY", "objectives": [{ "metric": "contracts", "target": 1 }],
        "budget_lines": [{ "name": "邮寄", "planned": yuan("2000.00") }] });
    let id = marketing.post("/v1/campaigns", body).await.expect(201).id();
    for verb in ["submit", "start"] {
        marketing.act(format!("/v1/campaigns/{id}/{verb}")).await.expect(200);
    }
    let expense = json!({ "budget_line": 1, "amount": yuan("2000.00") });
    let path = format!("/v1/campaigns/{id}/campaign-expenses");
    marketing.post(path, expense).await.expect(201);
    let code = json!({ "medium": "D", "test_group": "B", "list": "02", "month": 8, "year": 2026,
        "campaign_id": id });
    marketing.post("/v1/source-codes", code).await.expect(201);
    id
}

/// The customer answers by the code, becomes a prospect, and is handed over; the answer and the hand-over.
async fn handed_over(cast: &Cast, customer: &str) -> (Answer, Answer) {
    let marketing = &cast.marketing;
    let answer = json!({ "source_code": "DB02086", "party_id": customer, "channel": "call" });
    let answer = marketing.post("/v1/responses", answer).await.expect(201);
    let lead = marketing.act(format!("/v1/responses/{}/lead", answer.id())).await.expect(201);
    assert_eq!(lead.json["party_id"], customer);
    let wish = json!({ "to": cast.sales_id, "answers": { "ripe": true } });
    let handover = hand(marketing, &lead, wish).await.expect(201);
    act(&cast.sales, &handover, "accept", json!({})).await.expect(200);
    (answer, handover)
}

/// The lead becomes an opportunity, whose quote somebody else agrees to and the customer accepts; its path.
async fn offered(world: &World, cast: &Cast, handover: &Answer, customer: &str) -> String {
    let sales = &cast.sales;
    let pipeline = Funnel::new(&world.admin).await.id;
    let lead = handover.json["lead_id"].as_str().expect("a lead").to_owned();
    let wish = json!({ "opportunity": { "pipeline_id": pipeline, "amount": yuan("9000.00") } });
    let lead = sales.post(format!("/v1/leads/{lead}/convert"), wish).await.expect(200);
    assert_eq!(lead.json["party_id"], customer);
    let about = format!(
        "/v1/opportunities/{}",
        lead.json["opportunity_id"].as_str().expect("an opportunity")
    );
    rule(world, "quote", "", &[&cast.office_id]).await;
    let product = super::product(world, "100.00").await;
    let lines = json!({ "lines": [{ "product_id": product, "quantity": "100" }] });
    let below = format!("{about}/quotes");
    cast.marketing.post(&below, lines.clone()).await.refused(403, "forbidden");
    cast.office.post(&below, lines.clone()).await.refused(403, "forbidden");
    let quote = sales.post(&below, lines).await.expect(201);
    assert_eq!((&quote.json["net"], &quote.json["gross"]), (&yuan("10000.00"), &yuan("11300.00")));
    let quote = format!("/v1/quotes/{}", quote.id());
    let asked = sales.act(format!("{quote}/submit")).await.expect(200);
    sales.act(format!("{quote}/send")).await.refused(409, "approval_required");
    decide(&cast.office, "approve", &asked.json["approval_id"]).await.expect(200);
    for verb in ["send", "accept"] {
        sales.act(format!("{quote}/{verb}")).await.expect(200);
    }
    let now = sales.get(&about).await.expect(200);
    assert_eq!((&now.json["amount"], &now.json["party_id"]), (&yuan("10000.00"), &json!(customer)));
    about
}

/// The contract of the opportunity, written by sales and signed by the office, with two payments.
async fn signed(cast: &Cast, about: &str, customer: &str) -> Answer {
    let plan = json!([
        { "name": "预付款", "due_on": "2026-01-01", "amount": yuan("3390.00") },
        { "name": "验收款", "due_on": "2026-02-28", "amount": yuan("7910.00") },
    ]);
    let body = json!({ "name": "宏图采购合同", "payment_plan": plan });
    let below = format!("{about}/contracts");
    let sales = &cast.sales;
    sales.post(&below, body.clone()).await.refused(422, "not_a_customer");
    sales.act(format!("/v1/parties/{customer}/roles/customer")).await.expect(200);
    let made = sales.post(&below, body).await.expect(201);
    let own = super::own(&made);
    cast.office.act(format!("{own}/submit")).await.expect(200);
    let sign = format!("{own}/sign");
    let learnt = summary(&["service"], json!({}));
    for other in [&cast.marketing, sales, &cast.erp] {
        other.post(&sign, learnt.clone()).await.refused(403, "forbidden");
    }
    let signed = cast.office.post(&sign, learnt).await.expect(200);
    assert_eq!(
        (&signed.json["party_id"], &signed.json["net"]),
        (&json!(customer), &yuan("10000.00"))
    );
    assert_eq!(sales.get(about).await.expect(200).json["status"], "won");
    signed
}

/// The other system buys, does and ships what was agreed on, and tells what was paid.
async fn delivered_and_paid(cast: &Cast, contract: &Answer) {
    let own = super::own(contract);
    let links = [
        json!({ "kind": "purchase", "reference": "PO-1", "status": "completed",
            "amount": yuan("4000.00") }),
        json!({ "kind": "stock", "reference": "OUT-1", "status": "completed",
            "shipped": [{ "line": 1, "quantity": "100" }] }),
        json!({ "kind": "project", "reference": "PRJ-1", "status": "completed", "percent": "1" }),
    ];
    for link in links {
        let path = format!("{own}/execution-links");
        cast.sales.post(&path, link.clone()).await.refused(403, "forbidden");
        cast.erp.post(&path, link).await.expect(201);
    }
    for (line, amount) in [(1, "3390.00"), (2, "7910.00")] {
        let receipt = json!({ "number": format!("ICBC-{line}"), "amount": yuan(amount) });
        let receipt = cast.erp.post(format!("{own}/receipts"), receipt).await.expect(201);
        assert_eq!(receipt.json["matches"], json!([{ "line": line, "amount": yuan(amount) }]));
        assert_eq!(receipt.json["party_id"], contract.json["party_id"]);
    }
    let closed = cast.office.act(format!("{own}/close")).await.expect(200);
    let shown = ["stage", "percent", "cost", "received", "outstanding"];
    assert_eq!(
        shown.map(|member| closed.json[member].clone()),
        [json!("closed"), json!("1.0000"), yuan("4000.00"), yuan("11300.00"), yuan("0.00")]
    );
}

/// The office looks after what was sold, and the customer buys again.
async fn cared_for(cast: &Cast, customer: &str) {
    let office = &cast.office;
    let asset = json!({ "party_id": customer, "kind": "vehicle", "name": "朗逸" });
    cast.marketing.post("/v1/assets", asset.clone()).await.refused(403, "forbidden");
    let asset = office.post("/v1/assets", asset).await.expect(201);
    let request = json!({ "party_id": customer, "asset_id": asset.id(), "title": "空调不制冷",
        "kind": "repair", "channel": "phone" });
    let request = office.post("/v1/service-requests", request).await.expect(201);
    let path = format!("/v1/service-requests/{}", request.id());
    office.act(format!("{path}/accept")).await.expect(200);
    let solution = json!({ "resolution": "更换压缩机" });
    office.post(format!("{path}/resolve"), solution).await.expect(200);
    let order = json!({ "source": "shop", "reference": "1", "party_id": customer,
        "placed_at": "2026-01-01T00:00:00Z", "currency": "CNY",
        "lines": [{ "sku": "A", "quantity": "1", "unit_price": "500" }] });
    cast.sales.post("/v1/orders", order.clone()).await.refused(403, "forbidden");
    let order = cast.erp.post("/v1/orders", order).await.expect(201);
    for one in [&asset, &request, &order] {
        assert_eq!(one.json["party_id"], customer);
    }
}

/// What a report tells of all, and its only row.
async fn only(client: &Client, report: &str) -> Json {
    let told = client.get(format!("/v1/reports/{report}")).await.expect(200);
    let [row] = told.data().as_slice() else { panic!("one row of {report}: {}", told.text) };
    row.clone()
}

/// The return of the campaign, what the representative has reached, what was signed, and what the customer is
/// worth are made of the same contract.
async fn figures_agree(world: &World, cast: &Cast, campaign: &str, customer: &str) {
    let path = format!("/v1/campaigns/{campaign}/outcome");
    let outcome = cast.marketing.get(path).await.expect(200).json["outcome"].clone();
    let counts = ["responses", "leads", "opportunities", "contracts"];
    assert_eq!(counts.map(|member| outcome[member].clone()), [1, 1, 1, 1].map(Json::from));
    assert_eq!(
        ["opportunity_amount", "contract_amount", "actual_cost"].map(|one| outcome[one].clone()),
        ["10000.00", "10000.00", "2000.00"].map(yuan)
    );
    // What the contract leaves above what was bought for it, less the campaign, by the campaign.
    assert_eq!(outcome["returns"]["margin"], yuan("6000.00"));
    assert_eq!(outcome["returns"]["roi"]["value"], "2.0000");
    let admin = &world.admin;
    let ranked = only(admin, "campaign-ranking?by=contract_amount").await;
    assert_eq!(
        (&ranked["campaign_id"], &ranked["contract_amount"]),
        (&json!(campaign), &outcome["contract_amount"])
    );
    for (by, member, who) in [
        ("owner", "owner_id", Some(cast.sales_id.as_str())),
        ("party", "party_id", Some(customer)),
        ("unit", "org_unit_id", None),
        ("team", "team_id", None),
    ] {
        let row = only(admin, &format!("contract-results?by={by}")).await;
        assert!(who.is_none_or(|who| row[member] == who), "{row}");
        assert_eq!((&row["contracts"], &row["amount"]), (&json!(1), &outcome["contract_amount"]));
    }
    let reached = async |metric: &str, amount: &str| {
        let members = json!({ "metric": metric, "level": "rep", "rep_id": cast.sales_id,
            "amount": yuan(amount) });
        let target = target(admin, members).await;
        let path = format!("/v1/targets/{}/attainment", target.id());
        let told = admin.get(path).await.expect(200).json;
        (told["actual"].clone(), told["attainment"]["value"].clone())
    };
    assert_eq!(reached("amount", "20000.00").await, (yuan("10000.00"), json!("0.5000")));
    assert_eq!(reached("receipts", "22600.00").await, (yuan("11300.00"), json!("0.5000")));
    let worth = only(admin, "customer-contribution").await;
    assert_eq!(worth["party_id"], customer);
    // The contract and the next order, less what the contract has cost.
    assert_eq!(
        ["revenue", "direct_cost", "contribution"].map(|member| worth[member].clone()),
        ["10500.00", "4000.00", "6500.00"].map(yuan)
    );
    let bought = only(admin, "rfm").await;
    assert_eq!(
        (&bought["party_id"], &bought["frequency"], &bought["monetary"]),
        (&json!(customer), &json!(2), &worth["revenue"])
    );
    let owed = admin.get("/v1/reports/receivables-aging").await.expect(200);
    assert_eq!(owed.data().len(), 0, "{}", owed.text);
}

/// Of two more contracts one is amended and the other cancelled in the next month: all reports tell each movement in
/// its month, and January stays what it was.
async fn figures_move_together(world: &World, cast: &Cast, customer: &str) {
    let admin = &world.admin;
    let of_them = json!({ "party_id": customer, "owner_id": cast.sales_id });
    let kept = super::signed(world, "5", of_them.clone()).await;
    let gone = super::signed(world, "3", of_them).await;
    world.pass(TimeDelta::days(31)).await;
    let mut line = kept.json["lines"][0].clone();
    line["quantity"] = json!("7");
    let more = json!({ "name": "增购", "lines": [line] });
    let below = format!("{}/contract-amendments", super::own(&kept));
    let more =
        format!("/v1/contract-amendments/{}", admin.post(below, more).await.expect(201).id());
    admin.act(format!("{more}/submit")).await.expect(200);
    admin.post(format!("{more}/sign"), json!({})).await.expect(200);
    super::act(admin, &gone, "cancel").await.expect(200);
    // What was signed in January, and what customers have bought with the order of that month.
    let then = "as_of=2026-01-31T00:00:00Z";
    let january = "from=2026-01-01&to=2026-01-31";
    for (results, worth, count, amount, revenue) in [
        (then, then, 3, "10800.00", "11300.00"),
        (january, january, 3, "10800.00", "11300.00"),
        ("from=2026-02-01", "from=2026-02-01&to=2026-02-01", -1, "-100.00", "-100.00"),
        ("from=2026-01-01", "from=2026-01-01", 2, "10700.00", "11200.00"),
    ] {
        for by in ["owner", "unit", "team", "party", "campaign"] {
            let told = admin.get(format!("/v1/reports/contract-results?by={by}&{results}")).await;
            let totals = told.expect(200).json["totals"].clone();
            let found = (&totals["contracts"], &totals["amount"]);
            assert_eq!(found, (&json!(count), &yuan(amount)), "{by} {results}");
        }
        let worth = only(admin, &format!("customer-contribution?{worth}")).await;
        assert_eq!(worth["revenue"], yuan(revenue), "{worth}");
    }
    for (query, frequency, monetary) in
        [(format!("rfm?{then}"), 4, "11300.00"), ("rfm".to_owned(), 3, "11200.00")]
    {
        let bought = only(admin, &query).await;
        let found = (&bought["frequency"], &bought["monetary"]);
        assert_eq!(found, (&json!(frequency), &yuan(monetary)), "{query}");
    }
}

async fn k_01_one_customer_from_the_campaign_to_the_next_order(world: &World) {
    let cast = Cast::new(world).await;
    let customer = party(&world.admin, "宏图软件", &["prospect"]).await;
    in_force(world, ripe()).await;
    let plan = json!({ "name": "x", "starts_on": "2026-01-01", "ends_on": "2026-01-02" });
    for other in [&cast.sales, &cast.office] {
        other.post("/v1/campaigns", plan.clone()).await.refused(403, "forbidden");
    }
    let campaign = campaign(&cast.marketing).await;
    let (answer, handover) = handed_over(&cast, &customer).await;
    let about = offered(world, &cast, &handover, &customer).await;
    let contract = signed(&cast, &about, &customer).await;
    let bought = json!({ "qualified": true, "contact_result": "ordered", "bought": true,
        "purchase": { "product": "GTX 工作站", "date": "2026-01-01", "price": yuan("11300.00") } });
    act(&cast.sales, &handover, "follow-up", bought).await.expect(200);
    let answer = cast.marketing.get(format!("/v1/responses/{}", answer.id())).await.expect(200);
    assert_eq!(
        (&answer.json["sales_result"], &answer.json["party_id"]),
        (&json!("bought"), &json!(customer))
    );
    delivered_and_paid(&cast, &contract).await;
    cared_for(&cast, &customer).await;
    figures_agree(world, &cast, &campaign, &customer).await;
    // Marketing, sales, contract and care of one customer, in one order.
    let path = format!("/v1/parties/{customer}/timeline?sort=sequence&limit=200");
    let told = world.admin.get(path).await.expect(200).each("kind");
    let story = [
        "party.created",
        "response.created",
        "lead.created",
        "opportunity.created",
        "quote.created",
        "contract.created",
        "contract.signed",
        "receipt.created",
        "asset.created",
        "service_request.created",
        "order_batch.created",
    ];
    let first = |kind: &str| told.iter().position(|one| one == kind);
    let places = story.map(|kind| first(kind).unwrap_or_else(|| panic!("{kind} in {told:?}")));
    assert!(places.is_sorted(), "{places:?} {told:?}");
    let party = world.admin.get(format!("/v1/parties/{customer}")).await.expect(200);
    assert_eq!(party.json["roles"], json!(["customer"]));
    figures_move_together(world, &cast, &customer).await;
}
