//! Who is held out to compare is not addressed, also where they were chosen before.

use super::{
    messages::{email, message, preview, willing},
    own, running,
    sending::{by_mail, deliveries, send, send_due},
};
use guanxi_tests::{Answer, Json, World, json, mail_server::MailServer};

by_mail![
    x_61_a_member_who_comes_into_the_control_is_sent_nothing,
    x_78_so_is_who_comes_into_the_control_of_the_message,
];

/// An experiment of halves.
async fn halves(world: &World) -> String {
    let body = json!({ "name": "邮件对比", "seed": "s-1", "arms": [
        { "name": "none", "share": "0.5000", "control": true }, { "name": "mail", "share": "0.5000" }] });
    world.admin.post("/v1/experiments", body).await.expect(201).id()
}

async fn assign(world: &World, experiment: &str, parties: [&String; 2]) {
    let path = format!("/v1/experiments/{experiment}/assign");
    world.admin.post(path, json!({ "party_ids": parties })).await.expect(200);
}

/// Sends a message of the campaign to two, of whom one is held out after it was handed over: the address to which
/// nothing is sent, and the party there.
async fn sent_to_one(
    world: &World,
    server: &MailServer,
    experiment: &str,
    (campaign, members): (Json, Json),
) -> (Answer, String) {
    let campaign = running(world, campaign).await;
    email(world).await;
    let one = willing(world, &campaign, "a@example.com").await;
    let two = willing(world, &campaign, "b@example.com").await;
    let made = message(world, &campaign, members.clone()).await;
    send(world, &made).await.expect(200);
    assign(world, experiment, [&one.party, &two.party]).await;
    assert_eq!(send_due(world).await, 1);
    assert_eq!(server.letters().len(), 1);
    let sent = server.addresses().remove(0);
    let held = if sent == "a@example.com" { "b@example.com" } else { "a@example.com" };
    let delivery = deliveries(world, &made).await[held].clone();
    assert_eq!(
        (&delivery["status"], &delivery["reason"]),
        (&json!("excluded"), &json!("control_group"))
    );
    let next = message(world, &campaign, members).await;
    assert_eq!(preview(world, &next).await.expect(200).json["recipients"], 1);
    (campaign, delivery["party_id"].as_str().expect("an id").to_owned())
}

async fn x_61_a_member_who_comes_into_the_control_is_sent_nothing(
    world: &World,
    server: &MailServer,
) {
    let experiment = halves(world).await;
    let of = (json!({ "experiment_id": experiment }), json!({}));
    let (campaign, held) = sent_to_one(world, server, &experiment, of).await;
    // They are a member still, which says why nothing comes.
    let all = format!("{}/campaign-members", own(&campaign));
    let members = world.admin.get(&all).await.expect(200);
    assert_eq!(members.data().len(), 2);
    for member in members.data() {
        let is_held = member["party_id"] == json!(held);
        let expected = if is_held { json!("control_group") } else { Json::Null };
        assert_eq!(member["excluded"], expected, "{member:#}");
    }
    // Whoever does not see the party is not told in which arm it is.
    let rights = [("campaigns", "read", "all"), ("campaign-members", "read", "all")];
    let (clerk, _) = world.person(&rights, None).await;
    assert_eq!(clerk.get(&all).await.expect(200).each("excluded"), [Json::Null, Json::Null]);
}

async fn x_78_so_is_who_comes_into_the_control_of_the_message(world: &World, server: &MailServer) {
    let experiment = halves(world).await;
    let of = (json!({}), json!({ "experiment_id": experiment }));
    let (campaign, _) = sent_to_one(world, server, &experiment, of).await;
    // The campaign itself leaves nobody alone.
    let members = world.admin.get(format!("{}/campaign-members", own(&campaign))).await;
    assert_eq!(members.expect(200).each("excluded"), [Json::Null, Json::Null]);
}
