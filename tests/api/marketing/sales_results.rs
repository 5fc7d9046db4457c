//! What field sales came to appears where the lead came from.

use super::{code, media, own, running};
use crate::sales::{
    field_handovers::{act, hand, in_force, ripe},
    party, with,
};
use guanxi_tests::{Json, World, both_stores, json};

both_stores![x_44_a_result_is_shown_where_the_lead_came_from];

async fn x_44_a_result_is_shown_where_the_lead_came_from(world: &World) {
    let admin = &world.admin;
    media(world).await;
    in_force(world, ripe()).await;
    let made = running(world, json!({})).await;
    let code = code(world, "02", json!({ "campaign_id": made.id() })).await;
    let customer = party(admin, "宏图", &["customer"]).await;
    let member = format!("{}/campaign-members", own(&made));
    let member = admin.post(&member, json!({ "party_id": customer })).await.expect(201);
    let answer = json!({ "source_code": "DB02086", "party_id": customer, "channel": "call" });
    let answer = admin.post("/v1/responses", answer).await.expect(201);
    assert_eq!(answer.json["member_id"], json!(member.id()));
    let lead = admin.act(format!("/v1/responses/{}/lead", answer.id())).await.expect(201);
    let (rep, rep_id) = world.person(&[("any", "any", "own")], None).await;
    let shown = async || -> [Json; 3] {
        let member = admin.get(format!("/v1/campaign-members/{}", member.id())).await.expect(200);
        let answer = admin.get(format!("/v1/responses/{}", answer.id())).await.expect(200);
        let code = admin.get(format!("/v1/source-codes/{}", code.id())).await.expect(200);
        [
            member.json["sales_result"].clone(),
            answer.json["sales_result"].clone(),
            code.json["sales_results"].clone(),
        ]
    };
    assert_eq!(shown().await, [json!(null), json!(null), json!([])]);
    let wish = json!({ "to": rep_id, "answers": { "ripe": true } });
    let first = hand(admin, &lead, wish.clone()).await.expect(201);
    assert_eq!(
        (&first.json["campaign_id"], &first.json["source_code_id"]),
        (&json!(made.id()), &json!(code.id()))
    );
    act(&rep, &first, "refuse", json!({ "reason": "未成熟" })).await.expect(200);
    let count = |result: &str| json!({ "result": result, "count": 1 });
    assert_eq!(shown().await, [json!("refused"), json!("refused"), json!([count("refused")])]);
    let second = hand(admin, &lead, wish).await.expect(201);
    act(&rep, &second, "accept", json!({})).await.expect(200);
    let told = json!({ "qualified": true, "contact_result": "later", "bought": false });
    let told = with(told, json!({ "reason": "postponed", "revisit_on": "2026-06-01" }));
    act(&rep, &second, "follow-up", told).await.expect(200);
    let counts = json!([count("not_bought"), count("refused")]);
    assert_eq!(shown().await, [json!("not_bought"), json!("not_bought"), counts]);
    let listed = admin.get("/v1/responses?sales_result=not_bought").await.expect(200);
    assert_eq!(listed.each("id"), [json!(answer.id())]);
    let members = admin.get("/v1/campaign-members?sales_result=not_bought").await.expect(200);
    assert_eq!(members.each("id"), [json!(member.id())]);
}
