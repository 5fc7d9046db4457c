//! Media, schemes and source codes.

use super::{campaign, code, media, own, running};
use crate::sales::{party, with};
use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![
    x_26_x_32_media_have_letters_and_channels,
    x_88_a_source_code_is_written,
    x_89_a_source_code_is_read,
    x_90_what_was_meant_is_suggested,
    x_91_codes_of_the_whole_product,
    x_91_schemes_have_editions,
    x_87_members_are_addressed_by_codes,
];

async fn x_26_x_32_media_have_letters_and_channels(world: &World) {
    media(world).await;
    let d = world.admin.get("/v1/media?code=D").await.expect(200);
    assert_eq!((d.each("kind"), d.each("name")), (vec![json!("email")], vec![json!("E-mail")]));
    let all = world.admin.get("/v1/media?reply_channel=coupon").await.expect(200);
    assert_eq!(all.data().len(), 3);
    let wish = json!({ "template": "standard" });
    world.admin.post("/v1/media/from-template", wish).await.refused(409, "duplicate");
    let again = json!({ "code": "d", "name": "Mails", "kind": "email" });
    world.admin.post("/v1/media", again).await.refused(409, "duplicate");
    let used = d.data()[0]["id"].as_str().expect("an id").to_owned();
    code(world, "02", json!({})).await;
    let path = format!("/v1/media/{used}");
    world.admin.patch(&path, json!({ "code": "X" })).await.refused(422, "immutable");
    world.admin.delete(&path).await.refused(409, "in_use");
    given::read_in_every_way(&world.admin, "media", &used).await;
}

async fn x_88_a_source_code_is_written(world: &World) {
    media(world).await;
    let body = json!({ "medium": "D", "test_group": "B", "list": "02", "month": 8, "year": 2007 });
    let made = world.admin.post("/v1/source-codes", body.clone()).await.expect(201);
    assert_eq!(made.json["code"], "DB02087");
    for (members, place) in [
        (json!({ "month": 13 }), "/month"),
        (json!({ "list": "100" }), "/list"),
        (json!({ "test_group": "BB" }), "/test_group"),
        (json!({ "medium": "Z" }), "/medium"),
    ] {
        let refused = world.admin.post("/v1/source-codes", with(body.clone(), members)).await;
        assert_eq!((refused.status, refused.findings()[0].0.as_str()), (422, place));
    }
    // The same in ten years, as long as that of now is in use.
    let later = with(body.clone(), json!({ "year": 2017 }));
    let refused = world.admin.post("/v1/source-codes", later.clone()).await;
    assert_eq!(
        refused.refused(409, "source_code_taken").json["params"]["codes"],
        json!(["DB02087"])
    );
    let path = format!("/v1/source-codes/{}", made.id());
    world.admin.patch(&path, json!({ "active": false })).await.expect(200);
    world.admin.post("/v1/source-codes", later).await.expect(201);
    world.admin.patch(&path, json!({ "active": true })).await.refused(409, "source_code_taken");
    world.admin.patch(&path, json!({ "list": "03" })).await.refused(422, "immutable");
    given::read_in_every_way(&world.admin, "source-codes", &made.id()).await;
}

async fn x_89_a_source_code_is_read(world: &World) {
    media(world).await;
    let read =
        async |query: &str| world.admin.get(format!("/v1/source-codes/decode?{query}")).await;
    for code in ["DB02087", "db02087"] {
        let found = read(&format!("code={code}&as_of=2008-01-01")).await.expect(200).json;
        let parts = ["medium", "test_group", "list", "month", "year"].map(|part| &found[part]);
        assert_eq!(parts, [&json!("D"), &json!("B"), &json!("02"), &json!(8), &json!(2007)]);
        assert_eq!(found["source_code_id"], json!(null));
    }
    assert_eq!(read("code=DB02087").await.expect(200).json["year"], 2017);
    read("code=ZB02087").await.refused(422, "unknown_medium");
    read("code=DB0208").await.refused(422, "not_a_source_code");
    read("as_of=2008-01-01").await.refused(400, "bad_parameter");
    // What was written down counts.
    let made = code(world, "02", json!({})).await;
    let found = read("code=db02086").await.expect(200).json;
    assert_eq!((&found["source_code_id"], &found["year"]), (&json!(made.id()), &json!(2026)));
}

async fn x_90_what_was_meant_is_suggested(world: &World) {
    media(world).await;
    let campaign = campaign(world, json!({})).await;
    let known = code(world, "02", json!({ "campaign_id": campaign.id() })).await;
    code(world, "03", json!({})).await;
    let read = world.admin.get("/v1/source-codes/decode?code=DB07086").await.expect(200);
    assert_eq!(read.json["suggestions"], json!(["DB02086", "DB03086"]));
    let answer = json!({ "source_code": "DBO2086", "phone": "13800138000", "channel": "call" });
    let refused = world.admin.post("/v1/responses", answer).await;
    let refused = refused.refused(422, "unknown_source_code");
    assert_eq!(refused.findings()[0].0, "/source_code");
    assert_eq!(refused.json["params"]["suggestions"], json!(["DB02086"]));
    // Written by a prospect it says of which campaign they are.
    let lead = json!({ "kind": "person", "name": "李娜", "source_code": "db02086" });
    let lead = world.admin.post("/v1/leads", lead).await.expect(201);
    let said = (&lead.json["campaign_id"], &lead.json["source_code_id"]);
    assert_eq!(said, (&json!(campaign.id()), &json!(known.id())));
}

async fn x_91_codes_of_the_whole_product(world: &World) {
    media(world).await;
    let wish = json!({ "media": ["D", "E"], "test_groups": ["A", "B", "C"], "lists": ["01", "02"],
        "month": 8, "year": 2026 });
    let made = world.admin.post("/v1/source-codes/generate", wish.clone()).await.expect(201);
    assert_eq!(made.json["count"], 12);
    assert_eq!(
        (&made.json["codes"][0], &made.json["codes"][11]),
        (&json!("DA01086"), &json!("EC02086"))
    );
    let listed = world.admin.get("/v1/source-codes?count=exact").await.expect(200);
    assert_eq!(listed.json["total"], 12);
    let more = with(wish.clone(), json!({ "lists": ["02", "03"] }));
    let refused = world.admin.post("/v1/source-codes/generate", more).await;
    let clashes = refused.refused(409, "source_code_taken").json["params"]["codes"].clone();
    assert_eq!(clashes.as_array().map(Vec::len), Some(6));
    for (members, code) in [
        (json!({ "media": ["D", "d"] }), "validation_failed"),
        (json!({ "media": ["Z"] }), "unknown_medium"),
        (json!({ "lists": ["100"] }), "invalid_format"),
    ] {
        let refused =
            world.admin.post("/v1/source-codes/generate", with(wish.clone(), members)).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (422, Some(code)));
    }
    let lists: Vec<String> = (0..100).map(|list| format!("{list:02}")).collect();
    let groups: Vec<String> = ('A'..='Z').map(String::from).collect();
    let much = json!({ "lists": lists, "test_groups": groups, "media": ["A", "B", "C", "F"] });
    let refused = world.admin.post("/v1/source-codes/generate", with(wish, much)).await;
    refused.refused(422, "out_of_range");
}

async fn x_91_schemes_have_editions(world: &World) {
    media(world).await;
    let part = |kind: &str, length: u8, alphabet: &str| json!({ "kind": kind, "length": length, "alphabet": alphabet });
    let parts = json!([
        part("year", 4, "digits"),
        part("month", 2, "digits"),
        part("medium", 1, "letters"),
        part("test_group", 1, "alphanumeric"),
        part("list", 3, "alphanumeric")
    ]);
    let body = json!({ "name": "长码", "parts": parts });
    let scheme = world.admin.post("/v1/source-code-schemes", body.clone()).await.expect(201);
    let long = code(world, "A07", json!({ "test_group": "1" })).await;
    assert_eq!((&long.json["code"], &long.json["edition"]), (&json!("202608D1A07"), &json!(1)));
    let mut other = parts.clone();
    other[4]["length"] = json!(2);
    let path = format!("/v1/source-code-schemes/{}", scheme.id());
    world.admin.patch(&path, json!({ "parts": other })).await.expect(200);
    let short = code(world, "A7", json!({ "test_group": "1" })).await;
    assert_eq!((&short.json["code"], &short.json["edition"]), (&json!("202608D1A7"), &json!(2)));
    let editions = world.admin.get(format!("{path}/editions")).await.expect(200);
    assert_eq!(editions.each("edition"), [json!(1), json!(2)]);
    assert_eq!(editions.each("parts"), [parts.clone(), other]);
    // A code of the first edition that nobody has written down is still read.
    let read = world.admin.get("/v1/source-codes/decode?code=202501DXB01").await.expect(200);
    assert_eq!((&read.json["edition"], &read.json["year"]), (&json!(1), &json!(2025)));
    let mut twice = parts;
    twice[0] = part("month", 2, "digits");
    let refused =
        world.admin.post("/v1/source-code-schemes", with(body, json!({ "parts": twice }))).await;
    refused.refused(422, "scheme_incomplete");
    world.admin.delete(&path).await.refused(409, "in_use");
    given::read_in_every_way(&world.admin, "source-code-schemes", &scheme.id()).await;
}

async fn x_87_members_are_addressed_by_codes(world: &World) {
    media(world).await;
    let campaign = running(world, json!({})).await;
    let path = format!("/v1/campaigns/{}", campaign.id());
    let mut members: Vec<(String, String)> = Vec::new();
    for number in 0..5 {
        let customer = party(&world.admin, &format!("客户{number}"), &["customer"]).await;
        let member = json!({ "party_id": customer });
        let made = world.admin.post(format!("{path}/campaign-members"), member).await.expect(201);
        members.push((made.id(), customer));
    }
    let assign = async |ids: Json| {
        let wish = json!({ "source_code_ids": ids });
        world.admin.post(format!("{path}/assign-source-codes"), wish).await
    };
    assign(json!([])).await.refused(422, "no_source_code");
    let other = code(world, "09", json!({})).await;
    assign(json!([other.id()])).await.refused(422, "code_of_other_campaign");
    let of = json!({ "campaign_id": campaign.id() });
    let one = code(world, "01", of).await;
    let body = json!({ "medium": "D", "test_group": "B", "list": "02", "month": 8, "year": 2026 });
    let below = format!("{}/source-codes", own(&campaign));
    let two = world.admin.post(&below, body).await.expect(201);
    assert_eq!(
        world.admin.get(format!("{below}?sort=code")).await.expect(200).each("code"),
        ["DB01086", "DB02086"]
    );
    let done = assign(json!([one.id(), two.id()])).await.expect(200);
    assert_eq!(done.json["assigned"], 5);
    let counts: Vec<&Json> =
        done.json["codes"].as_array().expect("codes").iter().map(|one| &one["members"]).collect();
    assert_eq!(counts, [&json!(3), &json!(2)]);
    assert_eq!(assign(json!([one.id(), two.id()])).await.expect(200).json["assigned"], 0);
    let shown = world.admin.get(format!("/v1/campaign-members/{}", members[1].0)).await.expect(200);
    let theirs = [&one, &two].into_iter().find(|code| shown.json["source_code_id"] == code.id());
    let theirs = theirs.expect("one of both");
    let now = world.admin.get(format!("/v1/source-codes/{}", one.id())).await.expect(200);
    assert_eq!(now.json["assigned"], 3);
    // Who answers without a code has answered by theirs.
    let answer =
        json!({ "campaign_id": campaign.id(), "party_id": members[1].1, "channel": "fax" });
    let answer = world.admin.post("/v1/responses", answer).await.expect(201);
    assert_eq!(
        (&answer.json["source_code"], &answer.json["member_id"]),
        (&theirs.json["code"], &json!(members[1].0))
    );
    world.admin.delete(format!("/v1/source-codes/{}", one.id())).await.refused(409, "in_use");
}
