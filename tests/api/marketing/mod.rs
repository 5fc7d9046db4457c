//! Marketing, as its callers know it.

mod attribution;
mod budgets;
mod calendar;
mod campaigns;
mod carts;
mod codes;
mod contact_preferences;
mod content;
mod evaluations;
mod events;
mod experiments;
mod grades;
mod health_checks;
mod hold_outs;
mod latency;
mod mail_servers;
mod many;
mod media_trend;
mod members;
mod merged_people;
mod messages;
mod mining;
mod money;
mod offers;
mod past;
mod plans;
mod profiles;
mod programmes;
mod public_data;
mod recency;
mod reports;
mod research;
mod research_use;
mod sales_results;
mod segment_goals;
mod segments;
pub(crate) mod sending;
mod templates;
mod touch_sources;
mod touches;
mod undelivered;
mod walk_ins;
mod web_experience;

use crate::{
    contracts,
    sales::{with, yuan},
};
use guanxi_tests::{Answer, Json, World, json};

/// The body of a campaign of the first half of the year with an objective and a budget, with these members.
fn body(members: Json) -> Json {
    let objectives = json!([{ "metric": "responders", "target": 100 }]);
    let lines = json!([{ "name": "展台", "planned": { "amount": "100.00", "currency": "CNY" } }]);
    let body = json!({ "name": "春季推广", "starts_on": "2026-01-01", "ends_on": "2026-06-30",
        "currency": "CNY", "objectives": objectives, "budget_lines": lines });
    with(body, members)
}

/// A campaign with these members.
pub(crate) async fn campaign(world: &World, members: Json) -> Answer {
    world.admin.post("/v1/campaigns", body(members)).await.expect(201)
}

fn own(campaign: &Answer) -> String {
    format!("/v1/campaigns/{}", campaign.id())
}

async fn act(world: &World, campaign: &Answer, verb: &str) -> Answer {
    let path = format!("{}/{verb}", own(campaign));
    match verb {
        "cancel" => world.admin.post(path, json!({ "reason": "展会取消" })).await,
        _ => world.admin.act(path).await,
    }
}

/// A campaign that runs, with these members.
async fn running(world: &World, members: Json) -> Answer {
    let made = campaign(world, members).await;
    for verb in ["submit", "start"] {
        act(world, &made, verb).await.expect(200);
    }
    made
}

/// The media that come with the program.
async fn media(world: &World) {
    let wish = json!({ "template": "standard" });
    world.admin.post("/v1/media/from-template", wish).await.expect(200);
}

/// A source code of August 2026 in medium D and test group B.
async fn code(world: &World, list: &str, members: Json) -> Answer {
    let body = json!({ "medium": "D", "test_group": "B", "list": list, "month": 8, "year": 2026 });
    world.admin.post("/v1/source-codes", with(body, members)).await.expect(201)
}

/// A contract over so many hundreds that the customer has signed.
async fn signed_by(world: &World, party: &str, hundreds: &str) {
    let product = contracts::product(world, "100.00").await;
    let body = json!({ "name": "采购合同", "party_id": party, "currency": "CNY", "lines": [
        { "product_id": product, "quantity": hundreds, "unit_price": yuan("100.00"), "tax_rate": "0" }] });
    let contract = world.admin.post("/v1/contracts", body).await.expect(201);
    contracts::sign(world, contract).await;
}
