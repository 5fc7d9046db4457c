//! What all reports have in common: forms, parameters, rights, hashes.

use super::{
    customers::{buys, customer},
    report, yuan,
};
use crate::sales::{Funnel, again};
use guanxi_tests::{Answer, World, both_stores, given, json};

both_stores![
    reports_tell_what_they_are,
    l_6_a_report_is_json_or_a_table_or_a_chart,
    what_is_no_question_is_refused,
    s_23_a_report_shows_what_its_reader_may_see,
    fields_that_are_hidden_are_in_no_figure,
    a_reader_who_has_an_answer_is_not_sent_it_again,
    z_20_every_report_says_when_it_was_made_and_is_the_same_again,
    z_21_a_new_name_does_not_rewrite_the_past,
];

/// A funnel with one opportunity whose name and stage would be formulas and markup.
async fn one(world: &World) -> Funnel {
    let funnel = Funnel::new(&world.admin).await;
    let harm = json!({ "name": "=1+1", "name_zh": "<项目>&投标" });
    let stage = format!("/v1/pipeline-stages/{}", funnel.stage("bidding"));
    world.admin.patch(stage, harm).await.expect(200);
    let members = json!({ "stage_id": funnel.stage("bidding"), "amount": yuan("1234.50") });
    funnel.opportunity(&world.admin, members).await;
    funnel
}

/// Records for reports to tell of.
const TOLD: [&str; 7] =
    ["leads", "contracts", "assets", "care-contacts", "needs", "referrals", "walk-ins"];

async fn z_20_every_report_says_when_it_was_made_and_is_the_same_again(world: &World) {
    let funnel = one(world).await;
    let admin = &world.admin;
    let main = format!("/v1/pipelines/{}", funnel.id);
    admin.patch(main, json!({ "is_default": true })).await.expect(200);
    for plural in TOLD {
        given::record(admin, plural).await;
    }
    let buyer = customer(admin, "K-1").await;
    buys(world, &buyer, "2025-12-01", "100", json!({ "line": {}, "order": {} })).await;
    let list = admin.get("/v1/reports").await.expect(200);
    let mut first = Vec::new();
    for one in list.data() {
        let path = one["path"].as_str().expect("a path").to_owned();
        let answer = admin.get(&path).await;
        if answer.status == 400 {
            // It has to be told what it is about.
            answer.refused(400, "bad_parameter");
            continue;
        }
        let answer = answer.expect(200);
        let said = [&answer.json["generated_at"], &answer.json["definition_version"]];
        assert_eq!(said, [&json!("2026-01-01T00:00:00Z"), &one["definition_version"]], "{path}");
        first.push((path, answer));
    }
    assert!(first.len() > 80, "{} of {}", first.len(), list.data().len());
    world.pass(chrono::TimeDelta::days(40)).await;
    for (path, answer) in first {
        let asked = format!("{path}?as_of=2026-01-01T00:00:00Z");
        let later = world.admin.get(&asked).await.expect(200);
        assert_eq!(later.json["generated_at"], "2026-02-10T00:00:00Z");
        assert_eq!(later.json["hash"], answer.json["hash"], "{path}: {}", later.text);
        let tag = later.header("etag").expect("a tag").to_owned();
        world.clock.advance(chrono::TimeDelta::seconds(1));
        world.admin.get(&asked).header("if-none-match", tag).await.expect(304);
        world.clock.advance(chrono::TimeDelta::seconds(-1));
    }
}

async fn z_21_a_new_name_does_not_rewrite_the_past(world: &World) {
    let funnel = one(world).await;
    let admin = &world.admin;
    world.clock.advance(chrono::TimeDelta::minutes(2));
    let before = world.clock.now();
    world.clock.advance(chrono::TimeDelta::minutes(2));
    let stage = format!("/v1/pipeline-stages/{}", funnel.stage("bidding"));
    admin.patch(stage, json!({ "name": "Tendering" })).await.expect(200);
    let now = report(admin, &format!("funnel?pipeline_id={}", funnel.id)).await;
    assert_eq!(now.each("stage"), [json!("Tendering")]);
    let at = before.format("%Y-%m-%dT%H:%M:%SZ");
    let past = report(admin, &format!("funnel?pipeline_id={}&as_of={at}", funnel.id)).await;
    assert_eq!(past.each("stage"), [json!("=1+1")]);
}

async fn reports_tell_what_they_are(world: &World) {
    let list = world.admin.get("/v1/reports").await.expect(200);
    let funnel = list.data().iter().find(|one| one["name"] == "funnel").expect("the funnel");
    assert_eq!(
        (&funnel["title"], &funnel["path"]),
        (&json!("Sales funnel"), &json!("/v1/reports/funnel"))
    );
    assert_eq!(funnel["columns"][4]["unit"], "CNY");
    let zh = world.admin.get("/v1/reports").header("accept-language", "zh-CN").await.expect(200);
    assert!(zh.each("title").contains(&json!("销售漏斗")));
    world.admin.get("/v1/reports?q=1").await.refused(400, "unknown_parameter");
    world.admin.get("/v1/reports/nothing").await.refused(404, "unknown_path");
    let (nobody, _) = world.person(&[("media", "read", "all")], None).await;
    nobody.get("/v1/reports").await.refused(403, "forbidden");
    for name in list.each("name") {
        let path = format!("/v1/reports/{}", name.as_str().expect("a name"));
        nobody.get(path).await.refused(403, "forbidden");
    }
}

async fn l_6_a_report_is_json_or_a_table_or_a_chart(world: &World) {
    let funnel = one(world).await;
    let path = format!("/v1/reports/funnel?pipeline_id={}", funnel.id);
    let admin = &world.admin;
    let table = admin.get(&path).header("accept", "text/csv").await.expect(200);
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
    let stage = funnel.stage("bidding");
    let lines = format!(
        "\u{feff}stage_id,stage,count,without_amount,amount,amount_currency,weighted_amount,weighted_amount_currency\r\n\
         {stage},'=1+1,1,0,1234.50,CNY,493.80,CNY\r\n"
    );
    assert_eq!(table.text, lines);
    let chart = admin.get(format!("{path}&format=svg&width=600")).header("accept-language", "zh");
    let chart = chart.await.expect(200);
    assert_eq!(chart.header("content-type"), Some("image/svg+xml"));
    assert!(
        chart
            .header("content-security-policy")
            .is_some_and(|csp| csp.contains("default-src 'none'"))
    );
    for part in ["width=\"600\"", "销售漏斗", "&lt;项目&gt;&amp;投标", "1,234.50", "金额 (CNY)"]
    {
        assert!(chart.text.contains(part), "{part}: {}", chart.text);
    }
    assert!(!chart.text.contains("<项目>") && !chart.text.contains("<script"));
    admin.get(&path).header("accept", "text/html").await.refused(406, "not_acceptable");
    let named = admin.get(format!("{path}&format=json")).header("accept", "text/html").await;
    assert_eq!(named.expect(200).json["report"], "funnel");
}

async fn what_is_no_question_is_refused(world: &World) {
    let funnel = one(world).await;
    let path = format!("/v1/reports/funnel?pipeline_id={}", funnel.id);
    let admin = &world.admin;
    let wrong: &[(&str, &str)] = &[
        ("as_of=2026-01-01T00:00:01Z", "out_of_range"),
        ("as_of=yesterday", "invalid_format"),
        ("known_at=2027-01-01T00:00:00Z", "out_of_range"),
        ("currency=XXX", "unknown_value"),
        ("width=299", "out_of_range"),
        ("format=pdf", "unknown_value"),
    ];
    for (parameter, code) in wrong {
        let refused = admin.get(format!("{path}&{parameter}")).await.refused(400, "bad_parameter");
        let name = parameter.split('=').next().expect("a name").to_owned();
        assert_eq!(refused.findings(), [(name, (*code).to_owned())], "{parameter}");
    }
    admin.get(format!("{path}&stage=1")).await.refused(400, "unknown_parameter");
    admin
        .get(format!("{path}&as_of=2025-01-01T00:00:00Z&as_of=2025-01-01T00:00:00Z"))
        .await
        .refused(400, "repeated_parameter");
    let none = "/v1/reports/funnel?pipeline_id=01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    let refused = admin.get(none).await.refused(400, "bad_parameter");
    assert_eq!(refused.findings(), [("pipeline_id".into(), "unknown_reference".into())]);
    // Without one it is the default pipeline, if there is one.
    let unsaid = admin.get("/v1/reports/funnel").await.refused(400, "bad_parameter");
    assert_eq!(unsaid.findings(), [("pipeline_id".into(), "required".into())]);
    let main = format!("/v1/pipelines/{}", funnel.id);
    admin.patch(main, json!({ "is_default": true })).await.expect(200);
    let found = report(admin, "funnel").await;
    assert_eq!(found.json["parameters"], json!({ "pipeline_id": funnel.id }));
    // Another tenant has neither the pipeline nor its figures.
    let stranger = world.stranger().await;
    stranger.get(&path).await.refused(400, "bad_parameter");
}

async fn s_23_a_report_shows_what_its_reader_may_see(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let unit = json!({ "name": "East", "kind": "department" });
    let unit = admin.post("/v1/org-units", unit).await.expect(201).id();
    let grants = |scope| {
        [
            ("opportunities", "read", scope),
            ("pipelines", "read", "all"),
            ("pipeline-stages", "read", "all"),
        ]
    };
    let (rep, rep_id) = world.person(&grants("own"), Some(&unit)).await;
    let (manager, manager_id) = world.person(&grants("subtree"), None).await;
    let path = format!("/v1/org-units/{unit}");
    admin.patch(path, json!({ "manager_id": manager_id })).await.expect(200);
    let made =
        funnel.opportunity(admin, json!({ "amount": yuan("1.00"), "owner_id": rep_id })).await;
    funnel.opportunity(admin, json!({ "amount": yuan("10.00") })).await;
    let asked = format!("funnel?pipeline_id={}", funnel.id);
    let amount = |answer: &Answer| answer.json["totals"]["amount"]["amount"].clone();
    assert_eq!(amount(&report(admin, &asked).await), "11.00");
    assert_eq!(amount(&report(&rep, &asked).await), "1.00");
    assert_eq!(amount(&report(&manager, &asked).await), "1.00");
    // Whose it was counts at the instant.
    world.clock.advance(chrono::TimeDelta::hours(1));
    let admin = again(world).await;
    let me = admin.get("/v1/me").await.expect(200).id();
    let wish = json!({ "to": me, "reason": "调岗" });
    admin.post(format!("/v1/opportunities/{}/transfer", made.id()), wish).await.expect(200);
    let rep =
        world.sign_in(&format!("person{}@example.com", email_of(&admin, &rep_id).await)).await;
    assert_eq!(amount(&report(&rep, &asked).await), "0.00");
    let then = format!("{asked}&as_of=2026-01-01T00:00:00Z");
    assert_eq!(amount(&report(&rep, &then).await), "1.00");
}

/// The number in the address of a person of the world.
async fn email_of(admin: &guanxi_tests::Client, id: &str) -> String {
    let user = admin.get(format!("/v1/users/{id}")).await.expect(200);
    let email = user.json["email"].as_str().expect("an address");
    email.trim_start_matches("person").trim_end_matches("@example.com").to_owned()
}

async fn fields_that_are_hidden_are_in_no_figure(world: &World) {
    let funnel = one(world).await;
    let asked = format!("/v1/reports/funnel?pipeline_id={}", funnel.id);
    let reader = |hidden: &'static str| async move {
        let grants = json!([
            { "resource": "opportunities", "action": "read", "scope": "all", "hidden_fields": [hidden] },
            { "resource": "pipelines", "action": "read", "scope": "all" },
        ]);
        let role = json!({ "name": format!("without {hidden}"), "grants": grants });
        let role = world.admin.post("/v1/roles", role).await.expect(201).id();
        let (_, id) = world.person(&[], None).await;
        let path = format!("/v1/users/{id}");
        world.admin.patch(path, json!({ "role_ids": [role] })).await.expect(200);
        world.sign_in(&format!("person{}@example.com", email_of(&world.admin, &id).await)).await
    };
    let without_amount = reader("amount").await.masked();
    let found = without_amount.get(&asked).await.expect(200);
    assert_eq!(found.json["totals"], json!({ "count": 1 }));
    let members: Vec<&String> = found.data()[0].as_object().expect("a row").keys().collect();
    assert_eq!(members, ["count", "stage", "stage_id"]);
    assert_eq!(found.data()[0]["stage"], json!(null), "who may not read stages learns no name");
    let table = without_amount.get(format!("{asked}&format=csv")).await.expect(200);
    assert!(
        table.text.starts_with("\u{feff}stage_id,stage,count\r\n") && !table.text.contains("1234")
    );
    let chart = without_amount.get(format!("{asked}&format=svg")).await.expect(200);
    assert!(!chart.text.contains("1,234"));
    reader("stage_id").await.get(&asked).await.refused(403, "forbidden");
}

async fn a_reader_who_has_an_answer_is_not_sent_it_again(world: &World) {
    let funnel = one(world).await;
    let admin = &world.admin;
    let path = format!("/v1/reports/funnel?pipeline_id={}", funnel.id);
    let first = admin.get(&path).await.expect(200);
    let tag = first.header("etag").expect("a tag").to_owned();
    assert_eq!(admin.get(&path).await.header("etag"), Some(&*tag));
    let held = admin.get(&path).header("if-none-match", &tag).await;
    assert_eq!((held.status, held.text.as_str()), (304, ""));
    let chart = admin.get(format!("{path}&format=svg")).header("if-none-match", &tag).await;
    assert_eq!(chart.status, 200, "another form is another answer");
    funnel.opportunity(admin, json!({ "amount": yuan("1.00") })).await;
    admin.get(&path).header("if-none-match", &tag).await.expect(200);
}
