//! Templates of contracts, and what they come to.

use super::{contract, own, place};
use crate::sales::yuan;
use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![
    c_13_a_template_is_filled_and_keeps_its_version,
    c_13_a_missing_variable_is_named,
    c_13_a_template_says_only_what_is_there,
];

fn template(body: &str) -> Json {
    json!({ "name": "采购合同", "fields": [
            { "name": "delivery_place", "label": "交货地点" },
            { "name": "warranty", "label": "质保期", "required": false, "default": "三年" }],
        "clauses": [
            { "title": "标的", "body": "{% for line in lines %}{{ line.description }} × {{ line.quantity }};{% endfor %}" },
            { "title": "价款", "body": body }] })
}

async fn c_13_a_template_is_filled_and_keeps_its_version(world: &World) {
    let whole = template(
        "合同 {{ contract.number }} 总价 {{ contract.gross }},{{ customer.name }} 于 {{ delivery_place }},质保{{ warranty }}。",
    );
    let made = world.admin.post("/v1/contract-templates", whole).await.expect(201);
    let one = contract(world, "2", json!({ "number": "HT-1" })).await;
    let below = format!("{}/contract-documents", own(&one));
    let wish = json!({ "template_id": made.id(), "variables": { "delivery_place": "<上海>" } });
    let document = world.admin.post(&below, wish.clone()).await.expect(201);
    let said = "合同 HT-1 总价 200.00 CNY,宏图软件 于 <上海>,质保三年。";
    let clauses =
        json!([{ "title": "标的", "text": "GTX 工作站 × 2;" }, { "title": "价款", "text": said }]);
    assert_eq!(document.json["clauses"], clauses);
    let versions = |of: &Json| (of["template_version"].clone(), of["contract_version"].clone());
    assert_eq!(versions(&document.json), (json!(1), json!(1)));
    let path = format!("/v1/contract-documents/{}", document.id());
    let text = world.admin.get(format!("{path}/content")).await.expect(200);
    assert_eq!(text.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(text.text, format!("采购合同\n\n1. 标的\nGTX 工作站 × 2;\n\n2. 价款\n{said}\n"));
    let html =
        async |kind: &str| world.admin.get(format!("{path}/content")).header("accept", kind).await;
    let page = html("text/html").await.expect(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.text.contains("&lt;上海&gt;") && !page.text.contains("<上海>"), "{}", page.text);
    html("image/png").await.expect(406);
    // What is written stays, whatever becomes of template and contract; the next one says of what it is made.
    let path_of_template = format!("/v1/contract-templates/{}", made.id());
    let other = json!({ "clauses": [{ "title": "总价", "body": "{{ contract.gross }}" }] });
    world.admin.patch(&path_of_template, other).await.expect(200);
    world.admin.patch(own(&one), json!({ "discount": "0.5" })).await.expect(200);
    let next = world.admin.post(&below, wish).await.expect(201);
    assert_eq!(next.json["clauses"], json!([{ "title": "总价", "text": "100.00 CNY" }]));
    assert_eq!(versions(&next.json), (json!(2), json!(2)));
    assert_eq!(world.admin.get(&path).await.expect(200).json["clauses"], clauses);
    let told = world.admin.get(format!("{}/timeline", own(&one))).await.expect(200).each("kind");
    assert!(told.contains(&json!("contract_document.created")), "{told:?}");
    assert_eq!((&next.json["title"], &one.json["gross"]), (&json!("采购合同"), &yuan("200.00")));
    let written = world.admin.get(&below).await.expect(200).each("id");
    assert!(written.len() == 2 && written.contains(&json!(next.id())), "{written:?}");
    given::read_in_every_way(&world.admin, "contract-documents", &document.id()).await;
    // Who does not see the contract sees none of its documents.
    let (other, _) = world.person(&[("any", "any", "own")], None).await;
    other.get(&path).await.refused(404, "not_found");
    other.get(format!("{path}/content")).await.refused(404, "not_found");
    let changed = json!({ "variables": { "delivery_place": "北京" } });
    world.admin.patch(&path, changed).await.refused(422, "immutable");
    world.admin.delete(&path).await.expect(405);
}

async fn c_13_a_missing_variable_is_named(world: &World) {
    let whole = template("{{ delivery_place }}");
    let made = world.admin.post("/v1/contract-templates", whole).await.expect(201);
    let one = contract(world, "2", json!({})).await;
    let fill = async |variables: Json| {
        let wish = json!({ "template_id": made.id(), "variables": variables });
        world.admin.post(format!("{}/contract-documents", own(&one)), wish).await
    };
    for variables in [json!({}), json!({ "warranty": "一年" }), json!({ "delivery_place": "  " })]
    {
        let refused = fill(variables).await.refused(422, "missing_variable");
        assert_eq!(refused.json["params"]["variable"], "delivery_place");
        assert_eq!(place(&refused), "/variables/delivery_place");
    }
    let refused = fill(json!({ "delivery_place": "上海", "colour": "red" })).await;
    assert_eq!(place(&refused.refused(422, "unknown_variable")), "/variables/colour");
    let long = fill(json!({ "delivery_place": "长".repeat(1_001) })).await;
    assert_eq!(place(&long.refused(422, "out_of_range")), "/variables/delivery_place");
    fill(json!({ "delivery_place": "上海" })).await.expect(201);
    let path = format!("/v1/contract-templates/{}", made.id());
    world.admin.patch(path, json!({ "active": false })).await.expect(200);
    let refused = fill(json!({ "delivery_place": "上海" })).await;
    assert_eq!(place(&refused.refused(422, "template_inactive")), "/template_id");
}

async fn c_13_a_template_says_only_what_is_there(world: &World) {
    for (body, code) in [
        ("{{ contract.colour }}", "unknown_variable"),
        ("{{ other }}", "unknown_variable"),
        ("{% for line in lines %}{{ line.colour }}{% endfor %}", "unknown_variable"),
        ("{{ delivery_place", "template_syntax"),
        ("{{ delivery_place * 9 }}", "template_syntax"),
        ("{% set x = 1 %}", "template_syntax"),
    ] {
        let refused = world.admin.post("/v1/contract-templates", template(body)).await;
        assert_eq!(place(&refused.refused(422, code)), "/clauses/1/body", "{body}");
    }
    for (name, code) in [
        ("contract", "repeated"),
        ("lines", "repeated"),
        ("Place", "invalid_format"),
        ("地点", "invalid_format"),
    ] {
        let mut whole = template("x");
        whole["fields"][0]["name"] = json!(name);
        let refused = world.admin.post("/v1/contract-templates", whole).await;
        assert_eq!(place(&refused.refused(422, code)), "/fields/0/name", "{name}");
    }
    let mut twice = template("x");
    twice["fields"][1]["name"] = json!("delivery_place");
    world.admin.post("/v1/contract-templates", twice).await.expect(422);
    // Only those who may change what is everybody's.
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    rep.post("/v1/contract-templates", template("x")).await.refused(403, "forbidden");
    assert!(rep.get("/v1/contract-templates").await.expect(200).data().is_empty());
}
