//! Contracts that come from opportunities, and the ways to one contract.

use super::{act, own, place, product, verbs};
use crate::sales::{Funnel, party, path, summary, with, yuan};
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    c_12_a_contract_takes_the_lines_of_the_accepted_quote,
    c_12_signing_wins_the_opportunity_or_neither_happens,
    c_11_every_way_leads_to_the_same_contract,
];

/// An opportunity with a customer, and its accepted quote.
pub(crate) async fn accepted(world: &World, members: Json) -> (Answer, Answer) {
    let funnel = Funnel::new(&world.admin).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let about = with(json!({ "party_id": customer }), members);
    let made = funnel.opportunity(&world.admin, about).await;
    let one = product(world, "120.00").await;
    let lines = json!([
        { "product_id": one, "quantity": "3", "unit_price": yuan("99.99"), "discount": "0.1" },
        { "product_id": one, "quantity": "1.5", "tax_rate": "0.06", "description": "安装" },
    ]);
    let body = json!({ "lines": lines, "discount": "0.05", "discount_amount": yuan("0.07") });
    let quote = world.admin.post(format!("{}/quotes", path(&made)), body).await.expect(201);
    world.admin.act(format!("/v1/quotes/{}/send", quote.id())).await.expect(200);
    let quote = world.admin.act(format!("/v1/quotes/{}/accept", quote.id())).await.expect(200);
    (made, quote)
}

/// A contract that takes all but its name from where it comes from.
fn named() -> Json {
    json!({ "name": "合同" })
}

async fn c_12_a_contract_takes_the_lines_of_the_accepted_quote(world: &World) {
    let campaign = crate::marketing::campaign(world, json!({})).await.id();
    let (about, quote) = accepted(world, json!({ "campaign_id": campaign })).await;
    let below = format!("{}/contracts", path(&about));
    let made = world.admin.post(&below, named()).await.expect(201);
    for member in [
        "list_total",
        "discount_total",
        "net",
        "tax",
        "gross",
        "discount_rate",
        "currency",
        "discount",
        "discount_amount",
    ] {
        assert_eq!(made.json[member], quote.json[member], "{member}");
    }
    for member in [
        "product_id",
        "description",
        "quantity",
        "unit_price",
        "discount",
        "discount_amount",
        "tax_rate",
        "net",
        "tax",
        "gross",
    ] {
        for at in 0..2 {
            assert_eq!(
                made.json["lines"][at][member], quote.json["lines"][at][member],
                "{at} {member}"
            );
        }
    }
    let told = ["quote_id", "opportunity_id", "party_id", "name", "campaign_id", "stage"]
        .map(|member| made.json[member].clone());
    let expected = [
        quote.json["id"].clone(),
        json!(about.id()),
        about.json["party_id"].clone(),
        json!("合同"),
        json!(campaign),
        json!("draft"),
    ];
    assert_eq!(told, expected);
    // One quote becomes one contract, until that is cancelled.
    let again = world.admin.post(&below, named()).await.refused(409, "quote_contracted");
    assert_eq!(again.json["params"]["contract_id"], json!(made.id()));
    act(&world.admin, &made, "cancel").await.expect(200);
    let next = world.admin.post(&below, json!({ "name": "补签" })).await.expect(201);
    assert_eq!(next.json["name"], "补签");
    // Two at once: one.
    act(&world.admin, &next, "cancel").await.expect(200);
    let (one, two) = tokio::join!(async { world.admin.post(&below, named()).await }, async {
        world.admin.post(&below, named()).await
    });
    let mut states = [one.status, two.status];
    states.sort_unstable();
    assert_eq!(states, [201, 409], "{} {}", one.text, two.text);
    // Without an accepted quote lines are named; the party is that of the opportunity.
    let funnel = Funnel::new(&world.admin).await;
    let bare =
        funnel.opportunity(&world.admin, json!({ "party_id": about.json["party_id"] })).await;
    let below = format!("{}/contracts", path(&bare));
    world.admin.post(&below, named()).await.refused(409, "no_accepted_quote");
    let lines = json!({ "name": "合同", "lines": [{ "product_id": quote.json["lines"][0]["product_id"], "quantity": "1" }] });
    let own = world.admin.post(&below, lines.clone()).await.expect(201);
    assert_eq!(own.json["quote_id"], Json::Null);
    let other = party(&world.admin, "别家", &["customer"]).await;
    let refused = world.admin.post(&below, with(lines.clone(), json!({ "party_id": other }))).await;
    assert_eq!(place(&refused.refused(422, "party_of_other_opportunity")), "/party_id");
    let prospect = party(&world.admin, "潜在", &["supplier"]).await;
    let early = funnel.opportunity(&world.admin, json!({ "party_id": prospect })).await;
    let refused = world.admin.post(format!("{}/contracts", path(&early)), lines.clone()).await;
    refused.refused(422, "not_a_customer");
    let lost = format!("{}/lose", path(&bare));
    world.admin.post(lost, summary(&["price"], json!({}))).await.expect(200);
    world.admin.post(&below, lines).await.refused(409, "move_not_allowed");
}

async fn c_12_signing_wins_the_opportunity_or_neither_happens(world: &World) {
    let (about, _) = accepted(world, json!({})).await;
    let made = world.admin.post(format!("{}/contracts", path(&about)), named()).await.expect(201);
    act(&world.admin, &made, "submit").await.expect(200);
    let sign_it = format!("{}/sign", own(&made));
    let refused = world.admin.post(&sign_it, json!({})).await;
    refused.refused(422, "closing_summary_required");
    let states = async || {
        let contract = world.admin.get(own(&made)).await.expect(200).json;
        let opportunity = world.admin.get(path(&about)).await.expect(200).json;
        (contract["stage"].clone(), opportunity["status"].clone())
    };
    assert_eq!(states().await, (json!("approved"), json!("open")));
    let signed = world.admin.post(&sign_it, summary(&["price"], json!({}))).await.expect(200);
    assert_eq!(signed.json["outstanding"], signed.json["gross"]);
    assert_eq!(states().await, (json!("signed"), json!("won")));
    let won = world.admin.get(path(&about)).await.expect(200);
    assert_eq!(won.json["closing_summary"]["reasons"], json!(["price"]));
    // The timeline of the opportunity tells of both.
    let told = world.admin.get(format!("{}/timeline?limit=200", path(&about))).await.expect(200);
    let kinds = told.each("kind");
    assert!(
        ["contract.signed", "opportunity.won"].iter().all(|kind| kinds.contains(&json!(kind))),
        "{kinds:?}"
    );
    assert_eq!(verbs(world, &made).await, ["created", "submitted", "signed"]);
    // Cancelling takes back what is owed; what was won stays so.
    act(&world.admin, &made, "cancel").await.expect(200);
    assert_eq!(states().await, (json!("cancelled"), json!("won")));
    // A won opportunity can have another contract, and one that was given up cannot.
    let (lost, _) = accepted(world, json!({})).await;
    let made = world.admin.post(format!("{}/contracts", path(&lost)), named()).await.expect(201);
    act(&world.admin, &made, "submit").await.expect(200);
    let lose = format!("{}/lose", path(&lost));
    world.admin.post(lose, summary(&["price"], json!({}))).await.expect(200);
    let refused =
        world.admin.post(format!("{}/sign", own(&made)), summary(&["price"], json!({}))).await;
    refused.refused(409, "move_not_allowed");
}

async fn c_11_every_way_leads_to_the_same_contract(world: &World) {
    let campaign = crate::marketing::campaign(world, json!({})).await.id();
    let (about, _) = accepted(world, json!({ "campaign_id": campaign })).await;
    let first = world.admin.post(format!("{}/contracts", path(&about)), named()).await.expect(201);
    super::contract(world, "1", json!({})).await;
    act(&world.admin, &first, "submit").await.expect(200);
    let first = world
        .admin
        .post(format!("{}/sign", own(&first)), summary(&["price"], json!({})))
        .await
        .expect(200);
    let link = json!({ "kind": "project", "reference": "PRJ-1", "status": "in_progress" });
    world.admin.post(format!("{}/execution-links", own(&first)), link).await.expect(201);
    let whole = world.admin.get(own(&first)).await.expect(200);
    let tag = whole.header("etag").expect("a tag").to_owned();
    let text = |member: &str| first.json[member].as_str().expect(member).to_owned();
    let ways = [
        format!("/v1/parties/{}/contracts", text("party_id")),
        format!("{}/contracts", path(&about)),
        format!("/v1/contracts?party_id={}", text("party_id")),
        format!("/v1/contracts?opportunity_id={}", about.id()),
        format!("/v1/contracts?campaign_id={campaign}"),
        format!(
            "/v1/contracts?product_id={}",
            first.json["lines"][0]["product_id"].as_str().expect("a product")
        ),
        "/v1/contracts?project_reference=PRJ-1".to_owned(),
        format!("/v1/contracts?quote_id={}", text("quote_id")),
        format!("/v1/contracts?number={}", text("number")),
        "/v1/contracts?stage=implementing".to_owned(),
    ];
    for way in ways {
        let found = world.admin.get(&way).await.expect(200);
        assert_eq!(found.data().len(), 1, "{way}");
        assert_eq!(found.data()[0], whole.json, "{way}");
        assert_eq!(format!("\"{}\"", found.data()[0]["version"]), tag, "{way}");
    }
    let unchanged = world.admin.get(own(&first)).header("if-none-match", &tag).await;
    unchanged.expect(304);
    let none = world.admin.get("/v1/contracts?project_reference=PRJ-2").await.expect(200);
    assert!(none.data().is_empty());
}
