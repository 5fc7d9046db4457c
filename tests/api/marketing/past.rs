//! What reports tell of an instant stays, whatever comes in later.

use super::{act, code, media, own, running};
use crate::{
    contracts,
    sales::{Funnel, yuan},
};
use chrono::TimeDelta;
use guanxi_tests::{Answer, World, both_stores, json};

both_stores![z_20_x_34_m_37_what_comes_in_later_is_not_in_the_past];

/// The questions, and how the figure of their totals is called that all that comes in later changes.
const ASKED: [(&str, &str); 5] = [
    ("media-response?by=medium", "responses"),
    ("media-response?by=source_code", "buyers"),
    ("media-response?by=list&versus=02", "sent"),
    ("campaign-ranking?by=contract_amount", "contract_amount"),
    ("campaign-ranking?by=opportunity_amount", "opportunity_amount"),
];

/// One of everything that a campaign brings, under names that end so; the answer.
async fn brings(
    world: &World,
    (campaign, code): (&Answer, &Answer),
    funnel: &Funnel,
    ending: &str,
) -> Answer {
    let of = json!({ "campaign_id": campaign.id(), "source_code_id": code.id() });
    let touch = |kind: &str| {
        json!({ "event_id": format!("{kind}-{ending}"), "kind": kind, "source_code": code.json["code"],
            "recipient": format!("{ending}@example.com"), "occurred_at": "2026-01-01T00:00:00Z" })
    };
    let touches = ["sent", "delivered", "opened", "bought"].map(touch);
    let batch = json!({ "source": "mailer", "touches": touches });
    world.admin.post("/v1/touches", batch).await.expect(201);
    let answer = json!({ "campaign_id": campaign.id(), "source_code": code.json["code"],
        "channel": "email", "email": format!("{ending}@example.com") });
    let answer = world.admin.post("/v1/responses", answer).await.expect(201);
    let expense = json!({ "amount": yuan("10.00") });
    world.admin.post(format!("{}/campaign-expenses", own(campaign)), expense).await.expect(201);
    let members = json!({ "campaign_id": campaign.id(), "amount": yuan("500.00") });
    funnel.opportunity(&world.admin, members).await;
    contracts::signed(world, "2", of).await;
    answer
}

async fn z_20_x_34_m_37_what_comes_in_later_is_not_in_the_past(world: &World) {
    media(world).await;
    let campaign = running(world, json!({})).await;
    let made = code(world, "02", json!({ "campaign_id": campaign.id() })).await;
    let funnel = Funnel::new(&world.admin).await;
    let answer = brings(world, (&campaign, &made), &funnel, "first").await;
    let gone = contracts::signed(world, "3", json!({ "campaign_id": campaign.id() })).await;
    let report =
        async |query: &str| world.admin.get(format!("/v1/reports/{query}")).await.expect(200);
    let mut live = Vec::new();
    for (query, _) in ASKED {
        live.push(report(query).await);
    }
    assert_eq!(live[0].json["totals"]["buyers"], 2, "one by name, and the party of the contract");
    assert_eq!(live[3].json["totals"]["contract_amount"], yuan("500.00"));
    world.pass(TimeDelta::days(40)).await;
    brings(world, (&campaign, &made), &funnel, "second").await;
    let new = running(world, json!({})).await;
    let of_new = code(world, "04", json!({ "campaign_id": new.id() })).await;
    brings(world, (&new, &of_new), &funnel, "third").await;
    let other = json!({ "campaign_id": campaign.id(), "medium": "E" });
    let other = code(world, "03", other).await;
    brings(world, (&campaign, &other), &funnel, "fourth").await;
    world.admin.delete(format!("/v1/responses/{}", answer.id())).await.expect(204);
    contracts::act(&world.admin, &gone, "cancel").await.expect(200);
    act(world, &campaign, "finish").await.expect(200);
    let medium = made.json["medium_id"].as_str().expect("a medium");
    let renamed = json!({ "name": "新名称" });
    world.admin.patch(format!("/v1/media/{medium}"), renamed.clone()).await.expect(200);
    world.admin.patch(own(&campaign), renamed).await.expect(200);
    for ((query, figure), live) in ASKED.iter().zip(live) {
        let then = report(&format!("{query}&as_of=2026-01-01T00:00:00Z")).await;
        for part in ["data", "totals", "hash"] {
            assert_eq!(then.json[part], live.json[part], "{query}");
        }
        // As it was then, as far as it is known today: what was told late of then counts.
        let known = world.clock.now().format("%Y-%m-%dT%H:%M:%SZ");
        let late = format!("{query}&as_of=2026-01-01T00:00:00Z&known_at={known}");
        let late = report(&late).await;
        let now = report(query).await;
        assert_ne!(now.json["totals"][*figure], live.json["totals"][*figure], "{query}");
        if *figure == "sent" {
            let sent = |of: &Answer| of.json["totals"]["sent"].clone();
            assert_eq!((sent(&live), sent(&late), sent(&now)), (json!(1), json!(2), json!(4)));
        }
    }
    let unknown = world.admin.get("/v1/reports/media-response?versus=nothing").await;
    let refused = unknown.refused(400, "bad_parameter");
    assert_eq!(refused.json["errors"][0]["parameter"], "versus");
}
