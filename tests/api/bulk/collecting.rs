//! Data of customers come in by channels: they are cleaned before, and other systems are read step by step.

use super::{commit, counts, set, succeeded, upload};
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    d_86_rows_are_cleaned_and_nothing_is_written_until_the_commit,
    x_81_rows_about_customers_of_colleagues_are_listed_and_not_written,
    x_82_x_83_x_84_other_systems_are_read_step_by_step,
];

async fn preview(world: &World, import: &str) -> Answer {
    world.admin.act(format!("/v1/imports/{import}/preview")).await
}

async fn d_86_rows_are_cleaned_and_nothing_is_written_until_the_commit(world: &World) {
    let admin = &world.admin;
    let known = json!({ "kind": "person", "name": "李强",
        "phones": [{ "kind": "mobile", "number": "13900139000" }] });
    let known = admin.post("/v1/parties", known).await.expect(201).id();
    let file = "name,kind,phones,addresses\n\
        \" 王伟 \",个人,138 0013 8000,\"[{\"\"kind\"\":\"\"home\"\",\"\"city\"\":\"\" 上海市 \"\"}]\"\n\
        李强,person,+86 139-0013-9000,\n\
        张三,person,call me,\n";
    let import = upload(admin, "parties", file).await.expect(201).id();
    let cleaned = preview(world, &import).await.expect(200);
    let [first, second, third] = &cleaned.data()[..] else { panic!("{}", cleaned.text) };
    let record = &first["record"];
    assert_eq!((&record["name"], &record["kind"]), (&json!("王伟"), &json!("person")));
    assert_eq!(record["phones"][0]["number"], "+8613800138000");
    let address = &record["addresses"][0];
    assert_eq!((&address["city"], &address["country"]), (&json!("上海市"), &json!("CN")));
    assert!(record.get("id").is_none() && first["problem"].is_null(), "{record}");
    assert_eq!(first["duplicates"], json!([]));
    assert_eq!(second["duplicates"][0]["id"], json!(known));
    assert_eq!(second["record"]["phones"][0]["number"], "+8613900139000");
    assert_eq!((&third["row"], &third["record"]), (&json!(4), &Json::Null));
    assert_eq!(third["problem"]["errors"][0]["pointer"], "/phones/0/number");
    let all = admin.get("/v1/parties?count=exact").await.expect(200);
    assert_eq!(all.json["total"], 1, "nothing is written");
    // The rows that may be there already are left out, refused, or made all the same.
    set(admin, &import, json!({ "on_duplicate": "refuse" })).await.expect(200);
    let refused = preview(world, &import).await.expect(200);
    assert_eq!(refused.data()[1]["problem"]["code"], "possible_duplicate");
    let job = commit(world, &import).await;
    succeeded(&job);
    assert_eq!(counts(&job), [1, 0, 0, 2]);
    let (ann, _) = world.person(&[("imports", "read", "all")], None).await;
    ann.act(format!("/v1/imports/{import}/preview")).await.refused(403, "forbidden");
    let stranger = world.stranger().await;
    stranger.act(format!("/v1/imports/{import}/preview")).await.refused(404, "not_found");
}

async fn x_81_rows_about_customers_of_colleagues_are_listed_and_not_written(world: &World) {
    let rights = [
        ("parties", "read", "all"),
        ("parties", "create", "own"),
        ("parties", "update", "own"),
        ("imports", "any", "own"),
        ("jobs", "any", "own"),
    ];
    let (rep, _) = world.person(&rights, None).await;
    let (colleague, _) = world.person(&rights, None).await;
    for (owner, code) in [(&rep, "C-1"), (&colleague, "C-2")] {
        let body = json!({ "kind": "organisation", "name": code, "code": code, "tier": "C" });
        owner.post("/v1/parties", body).await.expect(201);
    }
    let file = "name,code,tier\nC-1,C-1,A\nC-2,C-2,A\nC-3,C-3,B\n";
    let import = upload(&rep, "parties", file).await.expect(201).id();
    let rules = json!({ "defaults": { "kind": "organisation" }, "match_on": ["code"],
        "on_match": "update" });
    set(&rep, &import, rules).await.expect(200);
    let shown = rep.act(format!("/v1/imports/{import}/preview")).await.expect(200);
    assert_eq!(shown.each("row"), [2, 3, 4]);
    let job = rep.act(format!("/v1/imports/{import}/commit")).await.expect(202);
    world.work().await;
    let job = rep.get(format!("/v1/jobs/{}", job.id())).await.expect(200);
    succeeded(&job);
    assert_eq!(counts(&job), [1, 1, 0, 1], "{}", job.text);
    let listed = rep.get(format!("/v1/jobs/{}/problems", job.id())).await.expect(200);
    assert_eq!(listed.each("row"), [3]);
    assert_eq!(listed.data()[0]["problem"]["code"], "forbidden");
    let kept = world.admin.get("/v1/parties?sort=name").await.expect(200);
    assert_eq!(kept.each("code"), ["C-1", "C-2", "C-3"]);
    assert_eq!(kept.each("tier"), ["A", "C", "B"], "who owns a customer decides");
}

/// What other systems have: the source of the base, the resource, and the lines of two files that overlap.
const SYSTEMS: [(&str, &str, [&str; 2]); 3] = [
    (
        "service",
        "service-requests",
        [
            "external_id,party,kind,channel,title\nS-1,C-1,repair,phone,空调不制冷\nS-2,C-1,question,phone,保养周期\n",
            "external_id,party,kind,channel,title\nS-2,C-1,question,phone,保养周期\nS-3,C-1,complaint,phone,等待过久\n",
        ],
    ),
    (
        "operations",
        "orders",
        [
            "source,reference,party,placed_at,sku,quantity,unit_price\n\
                erp,O-1,C-1,2025-12-01,A,1,100\nerp,O-2,C-1,2025-12-02,A,1,100\n",
            "source,reference,party,placed_at,sku,quantity,unit_price\n\
                erp,O-2,C-1,2025-12-02,A,1,100\nerp,O-3,C-1,2025-12-03,A,2,100\n",
        ],
    ),
    (
        "marketing",
        "parties",
        [
            "external_id,name,kind,code\nL-1,甲公司,organisation,L-1\nL-2,乙公司,organisation,L-2\n",
            "external_id,name,kind,code\nL-2,乙公司,organisation,L-2\nL-3,丙公司,organisation,L-3\n",
        ],
    ),
];

async fn x_82_x_83_x_84_other_systems_are_read_step_by_step(world: &World) {
    let admin = &world.admin;
    let customer = json!({ "kind": "organisation", "name": "宏图软件", "code": "C-1",
        "roles": ["customer"] });
    admin.post("/v1/parties", customer).await.expect(201);
    for (source, resource, files) in SYSTEMS {
        let channel = json!({ "name": resource, "base_source": source });
        let channel = admin.post("/v1/collection-channels", channel).await.expect(201).id();
        let path = format!("/v1/collection-channels/{channel}");
        for (at, file) in files.into_iter().enumerate() {
            let import = upload(admin, resource, file).await.expect(201).id();
            let position = format!("{resource}-{at}");
            let mut patch = json!({ "collection_channel_id": channel, "position": position });
            if resource != "orders" {
                patch["source"] = json!("other");
                patch["match_on"] = json!(["external_id"]);
            }
            set(admin, &import, patch).await.expect(200);
            let job = commit(world, &import).await;
            succeeded(&job);
            let expected = if at == 0 { [2, 0, 0, 0] } else { [1, 0, 1, 0] };
            assert_eq!(counts(&job), expected, "{resource} {at}: {}", job.text);
            let shown = admin.get(&path).await.expect(200);
            assert_eq!(shown.json["position"], position, "where the next file begins");
        }
        let shown = admin.get(&path).await.expect(200);
        let told = ["accepted", "known", "rejected"].map(|name| shown.json[name].clone());
        assert_eq!(told, [json!(3), json!(1), json!(0)], "{resource}");
    }
    let lonely = upload(admin, "parties", "name,kind\nX,person\n").await.expect(201).id();
    set(admin, &lonely, json!({ "position": "7" })).await.refused(422, "required");
}
