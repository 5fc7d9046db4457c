//! What comes with a hand-over, and what is seen of it afterwards.

use super::{REP, all, company, lines, names, of};
use crate::sales::{
    days_pass, party, path,
    quotes::{act, line, product, quote},
    summary, yuan,
};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json, world::ADMINISTRATOR};

both_stores![
    s_41_leaving_deletes_nothing,
    d_24_leads_are_handed_over_with_what_was_done,
    d_47_customers_are_looked_after_by_the_successor,
    approvals_and_tasks_go_to_the_successor,
    s_42_contracts_and_cards_are_in_the_inventory,
    s_47_customers_are_watched_for_ninety_days,
];

async fn s_41_leaving_deletes_nothing(world: &World) {
    let company = company(world).await;
    company.customer("宏图").await;
    company.visit(json!({})).await;
    let count = async || {
        let mut counts = Vec::new();
        for kind in ["parties", "opportunities", "activities", "tasks", "users"] {
            let all = world.admin.get(format!("/v1/{kind}?count=exact")).await.expect(200);
            counts.push(all.json["total"].clone());
        }
        counts
    };
    let before = count().await;
    let begun = company.begin().await;
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    company.boss.act(of(&begun, "complete")).await.expect(200);
    world.admin.patch(company.user(), json!({ "status": "disabled" })).await.expect(200);
    assert_eq!(count().await, before);
    assert!(world.admin.get("/v1/trash").await.expect(200).data().is_empty());
}

async fn d_24_leads_are_handed_over_with_what_was_done(world: &World) {
    let company = company(world).await;
    let leaver = &company.leaver.0;
    let lead = json!({ "kind": "person", "name": "王伟" });
    let lead = leaver.post("/v1/leads", lead).await.expect(201).id();
    let call = json!({ "kind": "call", "subject": "回访", "about_type": "lead", "about_id": lead,
        "starts_at": "2026-01-01T00:00:00Z" });
    let call = leaver.post("/v1/activities", call).await.expect(201).id();
    let done = json!({ "result": "有意向" });
    leaver.post(format!("/v1/activities/{call}/complete"), done).await.expect(200);
    let begun = company.begin().await;
    assert_eq!(names(&lines(&company.boss, &begun).await), ["lead 王伟"]);
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    company.boss.act(of(&begun, "complete")).await.expect(200);
    let heir = &company.heir.0;
    let now = heir.get(format!("/v1/leads/{lead}")).await.expect(200);
    assert_eq!(
        (&now.json["owner_id"], &now.json["assignment"], &now.json["last_contact_at"]),
        (&json!(company.heir.1), &json!("transferred"), &json!("2026-01-01T00:00:00Z"))
    );
    let past = heir.get(format!("/v1/leads/{lead}/assignments")).await.expect(200);
    assert_eq!(past.data().last().expect("one")["reason"], "Resignation");
}

async fn d_47_customers_are_looked_after_by_the_successor(world: &World) {
    let company = company(world).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let (leaver, heir) = (&company.leaver.1, &company.heir.1);
    let path = format!("/v1/parties/{customer}/owners");
    for duty in ["sales", "service"] {
        let wish = json!({ "duty": duty, "user_id": leaver });
        world.admin.post(&path, wish).await.expect(200);
    }
    let off = || world.admin.patch(company.user(), json!({ "status": "disabled" }));
    let refused = off().await.refused(409, "handover_incomplete");
    assert_eq!(refused.json["params"]["forgotten"], 2, "{}", refused.text);
    let begun = company.begin().await;
    let found = lines(&company.boss, &begun).await;
    assert_eq!(names(&found), ["customer_owner 宏图", "customer_owner 宏图"]);
    assert!(found.iter().all(|line| line["party_id"] == json!(customer)));
    // One of them is somebody else's before it changes hands.
    let (_, third) = world.person(REP, None).await;
    let wish = json!({ "duty": "service", "user_id": third });
    world.admin.post(&path, wish).await.expect(200);
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    world.pass(chrono::TimeDelta::days(1)).await;
    world.admin.act(of(&begun, "complete")).await.expect(200);
    let list = format!("/v1/customer-owners?limit=200&party_id={customer}");
    let all = world.admin.get(list).await.expect(200).data().clone();
    let mut open: Vec<_> = all
        .iter()
        .filter(|one| one["held_until"].is_null())
        .map(|one| (one["duty"].clone(), one["user_id"].clone(), one["is_primary"].clone()))
        .collect();
    open.sort_by_key(|(duty, ..)| duty.to_string());
    assert_eq!(
        open,
        [
            (json!("sales"), json!(heir), json!(true)),
            (json!("service"), json!(third), json!(false))
        ]
    );
    let ended = |one: &&Json| one["user_id"] == json!(leaver) && one["duty"] == "sales";
    let before = all.iter().find(ended).expect("who it was");
    let since = all.iter().find(|one| one["user_id"] == json!(heir)).expect("who follows");
    assert_eq!(before["held_until"], since["held_from"], "nobody in between");
    assert_eq!(off().await.expect(200).json["status"], "disabled");
}

async fn approvals_and_tasks_go_to_the_successor(world: &World) {
    let company = company(world).await;
    let (party, _) = company.customer("宏图").await;
    let levels = json!([{ "approvers": [{ "kind": "user", "user_id": company.leaver.1 }] }]);
    let definition = json!({ "name": "General", "document": "request", "levels": levels });
    world.admin.post("/v1/approval-definitions", definition).await.expect(201);
    let asked = json!({ "document": "request", "subject_type": "party", "subject_id": party, "title": "样品费" });
    let asked = world.admin.post("/v1/approvals", asked).await.expect(201);
    assert_eq!(asked.json["waiting_for"], json!([company.leaver.1]));
    let begun = company.begin().await;
    assert_eq!(
        names(&lines(&company.boss, &begun).await),
        ["approval 样品费", "opportunity 宏图", "party 宏图"]
    );
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    company.boss.act(of(&begun, "complete")).await.expect(200);
    let now = world.admin.get(format!("/v1/approvals/{}", asked.id())).await.expect(200);
    assert_eq!(now.json["waiting_for"], json!([company.heir.1]));
    let decide = format!("/v1/approvals/{}/approve", asked.id());
    company.leaver.0.post(&decide, json!({})).await.refused(403, "not_an_approver");
    company.heir.0.post(&decide, json!({})).await.expect(200);
}

async fn s_42_contracts_and_cards_are_in_the_inventory(world: &World) {
    let company = company(world).await;
    let (party, _) = company.customer("宏图").await;
    let (admin, leaver) = (&world.admin, &company.leaver.1);
    let product = product(world, Some("100.00"), None).await;
    let contract = json!({ "name": "采购合同", "party_id": party, "currency": "CNY",
        "owner_id": leaver, "lines": [{ "product_id": product, "quantity": "1",
        "unit_price": yuan("100.00"), "tax_rate": "0" }] });
    let contract = admin.post("/v1/contracts", contract).await.expect(201).id();
    let items = json!([{ "code": "need", "name": "Need", "kind": "text" }]);
    let card = json!({ "code": "card", "name": "客户卡", "purpose": "card", "about_type": "party",
        "steps": [{ "code": "all", "name": "All", "items": items }] });
    let card = admin.post("/v1/playbooks", card).await.expect(201).id();
    admin.act(format!("/v1/playbooks/{card}/publish")).await.expect(200);
    let card = json!({ "playbook_id": card, "about_type": "party", "about_id": party,
        "owner_id": leaver, "answers": {} });
    let card = admin.post("/v1/playbook-runs", card).await.expect(201).id();
    let begun = company.begin().await;
    let found = lines(&company.boss, &begun).await;
    for (kind, id) in [("contract", &contract), ("playbook_run", &card)] {
        let line = found.iter().find(|line| line["record_type"] == kind).expect(kind);
        assert_eq!(line["record_id"], json!(id), "{kind}");
        assert_eq!(line["party_id"], json!(party), "{kind}");
    }
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    company.boss.act(of(&begun, "complete")).await.expect(200);
    for (kind, id) in [("contracts", &contract), ("playbook-runs", &card)] {
        let now = admin.get(format!("/v1/{kind}/{id}")).await.expect(200);
        assert_eq!(now.json["owner_id"], json!(company.heir.1), "{kind}");
    }
}

async fn s_47_customers_are_watched_for_ninety_days(world: &World) {
    let company = company(world).await;
    let (customer, one) = company.customer("宏图").await;
    let (quiet, _) = company.customer("远景").await;
    for day in ["2025-12-02", "2025-12-12", "2025-12-22"] {
        company.visit(json!({ "party_id": quiet, "starts_at": format!("{day}T01:00:00Z") })).await;
    }
    // What is usual: half of a tenth, of two quotes to somebody else.
    let product = product(world, Some("100.00"), None).await;
    let offer = async |client: &Client, about: &Answer, discount: &str| {
        let line = line(&product, "1", json!({ "discount": discount }));
        let made = quote(client, about, json!({ "lines": [line] })).await;
        act(client, &made, "send").await.expect(200)
    };
    let other = company.funnel.opportunity(&world.admin, json!({})).await;
    for discount in ["0.1", "0"] {
        offer(&world.admin, &other, discount).await;
    }
    let begun = company.begin().await;
    let early = company.boss.get(of(&begun, "watch")).await.expect(200);
    assert_eq!(early.json["from"], Json::Null);
    assert_eq!(early.json["discount_norm"]["value"], Json::Null);
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    company.boss.act(of(&begun, "complete")).await.expect(200);
    days_pass(world, 60).await;
    let admin = world.sign_in(ADMINISTRATOR).await;
    let steep = offer(&admin, &one, "0.2").await;
    // As much as is usual, and more for somebody who was not handed over.
    offer(&admin, &one, "0.05").await;
    offer(&admin, &other, "0.9").await;
    admin.post(format!("{}/lose", path(&one)), summary(&["price"], json!({}))).await.expect(200);
    let found = admin.get(of(&begun, "watch")).await.expect(200);
    assert_eq!(found.json["until"], "2026-04-01T00:00:00Z");
    let norm = json!({ "value": "0.0500", "numerator": "0.1000", "denominator": "2" });
    assert_eq!(found.json["discount_norm"], norm);
    let discounts = json!([{ "quote_id": steep.id(), "number": steep.json["number"],
        "opportunity_id": one.id(), "party_id": customer, "owner_id": company.heir.1,
        "discount_rate": "0.2000", "net": yuan("80.00"), "sent_at": "2026-03-02T00:00:00Z" }]);
    assert_eq!(found.json["discounts"], discounts);
    let lost = &found.json["lost_deals"];
    assert_eq!(
        (&lost[0]["opportunity_id"], &lost[0]["closed_on"]),
        (&json!(one.id()), &json!("2026-03-02"))
    );
    assert_eq!((&lost[0]["party_id"], lost.as_array().map(Vec::len)), (&json!(customer), Some(1)));
    let drop = json!([{ "party_id": quiet, "name": "远景", "before": 3, "after": 0,
        "last_contact_at": "2025-12-22T01:00:00Z" }]);
    assert_eq!(found.json["activity_drops"], drop);
    days_pass(world, 60).await;
    let admin = world.sign_in(ADMINISTRATOR).await;
    let late = company.funnel.opportunity(&admin, json!({ "party_id": customer })).await;
    admin.post(format!("{}/lose", path(&late)), summary(&["price"], json!({}))).await.expect(200);
    let found = admin.get(of(&begun, "watch")).await.expect(200);
    assert_eq!(found.json["lost_deals"].as_array().map(Vec::len), Some(1), "within 90 days");
}
