//! Operations that write many rows.

use super::{Ground, Wish, breakable_stores};
use crate::{
    contracts::opportunities::accepted,
    sales::{
        Funnel,
        handovers::{all, company, of},
        path,
    },
};
use guanxi_tests::{World, given, json};

breakable_stores![
    e_08_a_record_is_made,
    e_08_a_batch_is_written,
    e_08_a_lead_is_converted,
    e_08_two_parties_become_one,
    e_08_a_hand_over_is_completed,
    e_08_an_accepted_quote_becomes_a_contract,
    e_08_a_person_is_erased,
];

/// The last steps of what ends with its commit.
const LAST: usize = 4;

/// A party that may look like the others.
async fn party(world: &World) -> String {
    let body = given::body(&world.admin, "parties").await;
    let made = world.admin.post("/v1/parties", body).header("prefer", "accept-duplicates");
    made.await.expect(201).id()
}

async fn e_08_a_record_is_made(ground: &Ground<'_>) {
    let wish = async |world: &World| {
        let body = given::body(&world.admin, "parties").await;
        Wish::new(world, "/v1/parties", Some(body), 201)
    };
    ground.at_each_step(LAST, wish).await;
}

async fn e_08_a_batch_is_written(ground: &Ground<'_>) {
    let wish = async |world: &World| {
        let (changed, gone) = (party(world).await, party(world).await);
        let made = given::body(&world.admin, "parties").await;
        let items = json!([
            { "op": "create", "data": made },
            { "op": "update", "id": changed, "if_match": 1, "data": { "note": "changed" } },
            { "op": "delete", "id": gone, "if_match": 1 },
        ]);
        Wish::new(world, "/v1/parties/batch", Some(json!({ "items": items })), 200)
    };
    ground.at_each_step(LAST, wish).await;
}

async fn e_08_a_lead_is_converted(ground: &Ground<'_>) {
    if ground.spares() {
        return;
    }
    let funnel = Funnel::new(&ground.world.admin).await;
    let wish = async |world: &World| {
        let lead = given::record(&world.admin, "leads").await.id();
        let body = json!({ "opportunity": { "pipeline_id": funnel.id } });
        Wish::new(world, format!("/v1/leads/{lead}/convert"), Some(body), 200)
    };
    ground.at_each_step(LAST, wish).await;
}

async fn e_08_two_parties_become_one(ground: &Ground<'_>) {
    if ground.spares() {
        return;
    }
    let wish = async |world: &World| {
        let (survivor, merged) = (party(world).await, party(world).await);
        given::contact(&world.admin, &merged, "Ann").await;
        let body = json!({ "record_type": "party", "survivor_id": survivor, "merged_id": merged });
        Wish::new(world, "/v1/merges", Some(body), 201)
    };
    ground.at_each_step(LAST, wish).await;
}

async fn e_08_a_hand_over_is_completed(ground: &Ground<'_>) {
    if ground.spares() {
        return;
    }
    let wish = async |world: &World| {
        let company = company(world).await;
        company.customer("宏图").await;
        let begun = company.begin().await;
        world.admin.post(of(&begun, "tick"), all()).await.expect(200);
        Wish::new(world, of(&begun, "complete"), None, 200)
    };
    ground.at_each_step(LAST, wish).await;
}

async fn e_08_an_accepted_quote_becomes_a_contract(ground: &Ground<'_>) {
    if ground.spares() {
        return;
    }
    let wish = async |world: &World| {
        let (about, _) = accepted(world, json!({})).await;
        let below = format!("{}/contracts", path(&about));
        Wish::new(world, below, Some(json!({ "name": "合同" })), 201)
    };
    ground.at_each_step(LAST, wish).await;
}

/// Behind the commit files of the person are removed, and it is looked for others that are due.
async fn e_08_a_person_is_erased(ground: &Ground<'_>) {
    if ground.spares() {
        return;
    }
    let wish = async |world: &World| {
        let person = json!({ "kind": "person", "name": "Ann" });
        let person = world.admin.post("/v1/parties", person);
        let person = person.header("prefer", "accept-duplicates").await.expect(201).id();
        given::contact(&world.admin, &person, "Ben").await;
        let body = json!({ "reason": "requested", "confirm": person });
        Wish::new(world, format!("/v1/parties/{person}/erase"), Some(body), 201)
    };
    ground.at_each_step(20, wish).await;
}
