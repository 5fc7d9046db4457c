//! Opportunities: what they are made of.

use super::{Funnel, party, path, summary, with};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    s_05_a_timeline_shows_every_step,
    s_06_a_campaign_must_be_named,
    s_07_what_a_rep_enters_is_the_reps,
    s_10_splits_make_exactly_one,
    s_25_competitors_are_parties_with_that_role,
    s_45_what_a_stage_says_is_taken_over,
    k_11_contacts_have_roles_in_the_decision,
    k_11_roles_follow_a_merged_contact,
    lines_come_to_the_amount,
    an_amount_is_in_the_currency_of_the_pipeline,
    numbers_are_unique_and_made_up,
    lists_are_ordered_by_amount_and_expected_end,
];

fn finding(answer: &Answer) -> (String, String) {
    answer.findings().into_iter().next().unwrap_or_else(|| panic!("a finding: {}", answer.text))
}

fn at(place: &str, code: &str) -> (String, String) {
    (place.to_owned(), code.to_owned())
}

fn yuan(amount: &str) -> Json {
    json!({ "amount": amount, "currency": "CNY" })
}

async fn s_05_a_timeline_shows_every_step(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let made = funnel.opportunity(&world.admin, json!({ "party_id": customer })).await;
    assert_eq!(
        (&made.json["stage_id"], &made.json["status"]),
        (&json!(funnel.stage("tracking")), &json!("open"))
    );
    assert_eq!(
        (&made.json["engaged_on"], &made.json["days_in_stage"]),
        (&json!("2026-01-01"), &json!(0))
    );
    let own = path(&made);
    let act = |verb: &str, body: Json| world.admin.post(format!("{own}/{verb}"), body);
    act("move", json!({ "stage_id": funnel.stage("bidding") })).await.expect(200);
    act("suspend", json!({ "reason": "Later", "review_on": "2026-02-01" })).await.expect(200);
    world.admin.act(format!("{own}/reactivate")).await.expect(200);
    world.admin.patch(&own, json!({ "next_action": "Call" })).await.expect(200);
    let won = act("win", summary(&["product"], json!({}))).await.expect(200);
    assert_eq!(won.json["actions"], json!(["update", "transfer", "addendum", "delete"]));
    let verbs = ["created", "moved", "suspended", "reactivated", "updated", "won"];
    for subject in [own, format!("/v1/parties/{customer}")] {
        let timeline = world
            .admin
            .get(format!("{subject}/timeline?sort=sequence&subject_type=opportunity"))
            .await
            .expect(200);
        assert_eq!(timeline.each("kind"), verbs.map(|verb| format!("opportunity.{verb}")));
    }
}

async fn s_06_a_campaign_must_be_named(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let body = json!({ "name": "A", "pipeline_id": funnel.id, "origin": "campaign" });
    let refused =
        world.admin.post("/v1/opportunities", body.clone()).await.refused(422, "required");
    assert_eq!(finding(&refused), at("/campaign_id", "required"));
    let campaign = crate::marketing::campaign(world, json!({})).await.id();
    let body = with(body, json!({ "campaign_id": campaign }));
    let made = world.admin.post("/v1/opportunities", body).await.expect(201);
    let found = world.admin.get(format!("/v1/opportunities?campaign_id={campaign}")).await;
    assert_eq!(found.expect(200).each("id"), [json!(made.id())]);
}

async fn s_07_what_a_rep_enters_is_the_reps(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let me = world.admin.get("/v1/me").await.expect(200).id();
    let (_, other) = world.person(&[("any", "any", "own")], None).await;
    let made =
        funnel.opportunity(&world.admin, json!({ "origin": "self", "owner_id": other })).await;
    assert_eq!(made.json["owner_id"], json!(me));
    let referred = json!({ "origin": "referral", "owner_id": other });
    assert_eq!(funnel.opportunity(&world.admin, referred).await.json["owner_id"], json!(other));
    let found = world.admin.get("/v1/opportunities?origin=self,campaign").await.expect(200);
    assert_eq!(found.each("id"), [json!(made.id())]);
}

async fn s_10_splits_make_exactly_one(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let (_, ann) = world.person(&[("any", "any", "own")], None).await;
    let (_, ben) = world.person(&[("any", "any", "own")], None).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let with_splits = |splits: [(&str, &str); 2]| {
        let one = |(user, split): (&str, &str)| json!({ "user_id": user, "role": "presales", "split": split });
        world.admin.patch(path(&made), json!({ "collaborators": splits.map(one) }))
    };
    for (one, other) in [("0.5", "0.4999"), ("0.6", "0.6"), ("0", "0")] {
        let refused =
            with_splits([(&ann, one), (&ben, other)]).await.refused(422, "split_not_whole");
        assert_eq!(finding(&refused), at("/collaborators", "split_not_whole"));
    }
    let twice = with_splits([(&ann, "0.5"), (&ann, "0.5")]).await.refused(422, "validation_failed");
    assert_eq!(finding(&twice), at("/collaborators/1", "repeated"));
    let nobody = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70";
    let unknown = with_splits([(nobody, "0.5"), (&ben, "0.5")]).await;
    assert_eq!(finding(&unknown.refused(422, "unknown_reference")).0, "/collaborators");
    let split = with_splits([(&ann, "0.3333"), (&ben, "0.6667")]).await.expect(200);
    assert_eq!(split.json["collaborators"][1]["split"], "0.6667");
    let found = world.admin.get(format!("/v1/opportunities?user_id={ben}")).await.expect(200);
    assert_eq!(found.each("id"), [json!(made.id())]);
}

async fn s_25_competitors_are_parties_with_that_role(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let rival = party(&world.admin, "Rival", &["competitor"]).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let made = funnel.opportunity(&world.admin, json!({ "competitor_ids": [rival] })).await;
    let wrong =
        world.admin.patch(path(&made), json!({ "competitor_ids": [rival, customer] })).await;
    assert_eq!(finding(&wrong.refused(422, "not_a_competitor")).0, "/competitor_ids");
    let twice = world.admin.patch(path(&made), json!({ "competitor_ids": [rival, rival] })).await;
    assert_eq!(finding(&twice.expect(422)), at("/competitor_ids/1", "repeated"));
    let found = world.admin.get(format!("/v1/opportunities?competitor_id={rival}")).await;
    assert_eq!(found.expect(200).each("id"), [json!(made.id())]);
    // One that has lost the role since is no reason against other changes.
    world.admin.delete(format!("/v1/parties/{rival}/roles/competitor")).await.expect(200);
    world.admin.patch(path(&made), json!({ "next_action": "Call" })).await.expect(200);
}

async fn s_45_what_a_stage_says_is_taken_over(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let shown = |answer: &Answer| (answer.json["probability"].clone(), answer.json["tier"].clone());
    assert_eq!(shown(&made), (json!("0.1000"), json!("potential")));
    let signing = json!({ "stage_id": funnel.stage("signing") });
    let moved = world.admin.post(format!("{}/move", path(&made)), signing).await.expect(200);
    assert_eq!(shown(&moved), (json!("0.9000"), json!("about_to_close")));
    let own = world.admin.patch(path(&made), json!({ "probability_override": "0.75" })).await;
    assert_eq!(shown(&own.expect(200)), (json!("0.7500"), json!("about_to_close")));
    let again = world.admin.patch(path(&made), json!({ "probability_override": null })).await;
    assert_eq!(shown(&again.expect(200)).0, "0.9000");
    let lost = world
        .admin
        .post(format!("{}/lose", path(&made)), summary(&["price"], json!({})))
        .await
        .expect(200);
    assert_eq!(shown(&lost), (json!("0.0000"), Json::Null));
    let found = world.admin.get("/v1/opportunities?tier=about_to_close").await.expect(200);
    assert!(found.data().is_empty());
}

async fn k_11_contacts_have_roles_in_the_decision(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let ann = given::contact(&world.admin, &customer, "Ann").await.id();
    let made =
        funnel.opportunity(&world.admin, json!({ "stage_id": funnel.stage("negotiation") })).await;
    assert_eq!(made.json["lacks_decision_maker"], true);
    let flagged = || world.admin.get("/v1/opportunities?lacks_decision_maker=true");
    assert_eq!(flagged().await.expect(200).each("id"), [json!(made.id())]);
    let role = |role: &str, attitude: i64| {
        let contact = json!({ "contact_id": ann, "role": role, "attitude": attitude });
        world.admin.patch(path(&made), json!({ "contacts": [contact] }))
    };
    let wrong = role("decision_maker", 3).await.refused(422, "validation_failed");
    assert_eq!(finding(&wrong), at("/contacts/0/attitude", "out_of_range"));
    for (kind, lacks) in [("approver", true), ("gatekeeper", true), ("decision_maker", false)] {
        let now = role(kind, -2).await.expect(200);
        assert_eq!(now.json["lacks_decision_maker"], lacks, "{kind}");
    }
    assert!(flagged().await.expect(200).data().is_empty());
    let found = world.admin.get(format!("/v1/opportunities?contact_id={ann}")).await.expect(200);
    assert_eq!(found.each("id"), [json!(made.id())]);
}

async fn k_11_roles_follow_a_merged_contact(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let ann = given::contact(&world.admin, &customer, "Ann").await.id();
    let anne = given::contact(&world.admin, &customer, "Anne Miller").await.id();
    let roles = json!([{ "contact_id": anne, "role": "champion" }]);
    let made = funnel.opportunity(&world.admin, json!({ "contacts": roles })).await;
    let wish = json!({ "record_type": "contact", "survivor_id": ann, "merged_id": anne });
    let merged = world.admin.post("/v1/merges", wish).key("merge").await.expect(201);
    let now = world.admin.get(path(&made)).await.expect(200);
    assert_eq!(now.json["contacts"][0]["contact_id"], json!(ann));
    let found = world.admin.get(format!("/v1/opportunities?contact_id={ann}")).await.expect(200);
    assert_eq!(found.data().len(), 1);
    world.admin.act(format!("/v1/merges/{}/undo", merged.id())).await.expect(200);
    let again = world.admin.get(path(&made)).await.expect(200);
    assert_eq!(again.json["contacts"][0]["contact_id"], json!(anne));
}

async fn lines_come_to_the_amount(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let product = given::record(&world.admin, "products").await;
    let line = |quantity: &str, price: &str, discount: &str| json!({ "product_id": product.id(), "quantity": quantity, "unit_price": yuan(price), "discount": discount });
    let lines = json!([line("0.5", "0.05", "0"), line("3", "10.10", "0.1")]);
    let made =
        funnel.opportunity(&world.admin, json!({ "lines": lines, "amount": yuan("1.00") })).await;
    // 0.025 is 0.02, of two nearest the even one; 30.30 less a tenth is 27.27.
    assert_eq!(made.json["amount"], yuan("27.29"));
    assert_eq!(made.json["lines"][0]["name"], product.json["name"], "as the product was called");
    world
        .admin
        .patch(format!("/v1/products/{}", product.id()), json!({ "name": "Renamed" }))
        .await
        .expect(200);
    let kept = world.admin.patch(path(&made), json!({ "next_action": "Call" })).await.expect(200);
    assert_eq!(kept.json["lines"][0]["name"], product.json["name"]);
    let mixed = json!([
        line("1", "1.00", "0"),
        with(line("1", "1.00", "0"), json!({ "unit_price": { "currency": "USD" } }))
    ]);
    let refused = world.admin.patch(path(&made), json!({ "lines": mixed })).await;
    assert_eq!(finding(&refused.refused(422, "currency_mismatch")).0, "/lines/1/unit_price");
    let none = json!([{ "product_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70", "quantity": "1", "unit_price": yuan("1.00") }]);
    let refused = world.admin.patch(path(&made), json!({ "lines": none })).await;
    assert_eq!(finding(&refused.refused(422, "unknown_reference")).0, "/lines/0/product_id");
    let plain =
        world.admin.patch(path(&made), json!({ "lines": [], "amount": yuan("5.00") })).await;
    assert_eq!(plain.expect(200).json["amount"], yuan("5.00"));
}

async fn an_amount_is_in_the_currency_of_the_pipeline(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let own = format!("/v1/pipelines/{}", funnel.id);
    world.admin.patch(own, json!({ "currency": "CNY" })).await.expect(200);
    let dollars = json!({ "amount": { "amount": "1.00", "currency": "USD" } });
    let body = with(json!({ "name": "A", "pipeline_id": funnel.id }), dollars.clone());
    let refused =
        world.admin.post("/v1/opportunities", body).await.refused(422, "currency_mismatch");
    assert_eq!(finding(&refused).0, "/amount");
    let made = funnel.opportunity(&world.admin, json!({ "amount": yuan("1.00") })).await;
    world.admin.patch(path(&made), dollars).await.refused(422, "currency_mismatch");
}

async fn numbers_are_unique_and_made_up(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let number = made.json["number"].as_str().expect("a number").to_owned();
    assert!(number.starts_with("O-20260101-") && number.len() == 19, "{number}");
    let body = json!({ "name": "B", "pipeline_id": funnel.id, "number": number });
    let taken = world.admin.post("/v1/opportunities", body).await.refused(409, "duplicate");
    assert_eq!(finding(&taken).0, "/number");
    let kept = world.admin.patch(path(&made), json!({ "number": null, "note": "A" })).await;
    assert_eq!(kept.expect(200).json["number"], json!(number));
    let found = world.admin.get(format!("/v1/opportunities?number={number}")).await.expect(200);
    assert_eq!(found.each("id"), [json!(made.id())]);
}

async fn lists_are_ordered_by_amount_and_expected_end(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    for (name, amount, end) in [
        ("a", Some("2.00"), Some("2026-03-01")),
        ("b", None, None),
        ("c", Some("10.00"), Some("2026-02-01")),
    ] {
        let members = json!({ "name": name, "amount": amount.map(yuan), "expected_close_on": end });
        funnel.opportunity(&world.admin, members).await;
    }
    for (sort, expected) in [
        ("amount", ["b", "a", "c"]),
        ("-amount", ["c", "a", "b"]),
        ("expected_close_on", ["c", "a", "b"]),
        ("stage_entered_at,name", ["a", "b", "c"]),
    ] {
        let mut names = Vec::new();
        let mut next = Some(format!("/v1/opportunities?limit=2&sort={sort}"));
        while let Some(path) = next {
            let page = world.admin.get(&path).await.expect(200);
            names.extend(page.each("name"));
            let cursor = page.json["next_cursor"].as_str();
            next = cursor
                .map(|cursor| format!("/v1/opportunities?limit=2&sort={sort}&cursor={cursor}"));
        }
        assert_eq!(names, expected, "{sort}");
    }
    for (narrowed, expected) in [
        ("amount_min=2.00%20CNY&sort=-amount", vec!["c", "a"]),
        ("amount_min=2&amount_below=10CNY", vec!["a"]),
        ("filter=amount%3E=2CNY&sort=amount", vec!["a", "c"]),
        ("amount_currency=null", vec!["b"]),
    ] {
        let page = world.admin.get(format!("/v1/opportunities?{narrowed}")).await.expect(200);
        assert_eq!(page.each("name"), expected, "{narrowed}");
    }
    let soon = "/v1/opportunities?expected_close_before=2026-02-15";
    assert_eq!(world.admin.get(soon).await.expect(200).each("name"), ["c"]);
}
