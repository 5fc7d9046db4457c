//! A file becomes records: encodings, mapping, keys, refusals, undo.

use super::{commit, counts, done, set, succeeded, upload};
use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![
    z_12_a_file_is_looked_into_mapped_tried_and_committed,
    z_12_the_same_import_twice_adds_nothing,
    z_12_rows_change_records_by_their_keys,
    d_87_an_import_is_undone_updates_included,
    d_85_paper_cards_are_entered_with_row_errors,
    records_are_named_as_people_name_them,
    z_12_encodings_and_formats_are_told_from_the_content,
    an_import_is_refused_what_its_user_may_not_do,
    a_refused_row_leaves_nothing,
    hostile_files_are_refused,
    what_cannot_be_mapped_is_named,
];

const CARDS: &str = "客户名称,客户编号,电话,等级,员工人数\n\
    上海宏图软件有限公司,C-1,021-68881234,A,\"1,200\"\n\
    北京长城贸易公司,C-2,,B,35\n";

const DEFAULTS: &str = r#"{ "kind": "organisation", "roles": ["prospect"] }"#;

fn defaults() -> Json {
    serde_json::from_str(DEFAULTS).expect("JSON")
}

const CARD: &str = "BEGIN:VCARD\nVERSION:4.0\nFN:陈静\nORG:杭州云帆科技有限公司;采购部\n\
    TITLE:采购经理\nTEL:13900139000\nEND:VCARD\n";

const MAIL: &str = "From: 王伟 <wang@example.com>\nDate: Thu, 1 Jan 2026 08:00:00 +0800\n\
    Subject: 询价\n\n您好\n-- \n手机:13800138000\n";

/// Each value says that it came by the file.
async fn people_come_by_card_and_by_mail(world: &World) {
    for (file, said) in [
        (CARD, ["陈静", "杭州云帆科技有限公司", "采购经理", "+8613900139000"]),
        (MAIL, ["王伟", "", "", "+8613800138000"]),
    ] {
        let import = upload(&world.admin, "leads", file).await.expect(201);
        let tenant = std::fs::read_dir(world.files()).expect("a folder").next();
        let kept = tenant.expect("a tenant").expect("its folder").path().join(import.id());
        let size = std::fs::metadata(kept).expect("what is kept").len();
        assert_eq!(import.json["size_bytes"], json!(size));
        let job = commit(world, &import.id()).await;
        assert_eq!(counts(&job), [1, 0, 0, 0], "{}", job.text);
        let found = world.admin.get(format!("/v1/leads?name={}", said[0])).await.expect(200);
        let lead = &found.data()[0];
        let told = ["name", "company_name", "job_title"]
            .map(|name| lead[name].as_str().unwrap_or_default().to_owned());
        assert_eq!(told, said[..3], "{}", found.text);
        assert_eq!(lead["phones"][0]["number"], said[3]);
        let path = format!("/v1/leads/{}/provenance", lead["id"].as_str().expect("an id"));
        let origins = world.admin.get(path).await.expect(200);
        let source = json!(format!("import:{}", job.id()));
        let name = origins.data().iter().find(|origin| origin["field"] == "name").expect("one");
        assert_eq!(name["source"], source);
    }
}

async fn parties(world: &World) -> Vec<Json> {
    world.admin.get("/v1/parties?sort=name&limit=200").await.expect(200).data().clone()
}

async fn z_12_a_file_is_looked_into_mapped_tried_and_committed(world: &World) {
    let import = upload(&world.admin, "parties", CARDS).await.expect(201);
    assert_eq!(
        (&import.json["layout"]["rows"], &import.json["layout"]["format"]),
        (&json!(2), &json!("csv"))
    );
    let fields: Vec<&Json> =
        import.json["mapping"].as_array().expect("a mapping").iter().map(|m| &m["field"]).collect();
    assert_eq!(fields[1..], ["code", "phones", "tier", "employees"], "by the labels of the fields");
    assert_eq!(import.json["sample"][0]["values"][1], "C-1");
    let mut mapping = import.json["mapping"].clone();
    mapping[0]["field"] = json!("name");
    let path = format!("/v1/imports/{}", import.id());
    set(&world.admin, &import.id(), json!({ "mapping": mapping, "defaults": defaults() }))
        .await
        .expect(200);

    let tried = world.admin.act(format!("{path}/check")).await.expect(202);
    assert_eq!(tried.header("location"), Some(format!("/v1/jobs/{}", tried.id()).as_str()));
    assert_eq!(tried.json["status"], "queued");
    let tried = done(world, &tried.id()).await;
    succeeded(&tried);
    assert_eq!(counts(&tried), [2, 0, 0, 0]);
    assert!(parties(world).await.is_empty(), "a check writes nothing");

    let job = commit(world, &import.id()).await;
    succeeded(&job);
    assert_eq!(
        (counts(&job), &job.json["done"], &job.json["total"]),
        ([2, 0, 0, 0], &json!(2), &json!(2))
    );
    let made = parties(world).await;
    let hongtu = made.iter().find(|party| party["code"] == "C-1").expect("a party");
    assert_eq!((&hongtu["employees"], &hongtu["roles"]), (&json!(1200), &json!(["prospect"])));
    assert_eq!(hongtu["phones"][0]["number"], "+862168881234");
    assert!(!world.admin.get("/v1/parties?q=宏图").await.expect(200).data().is_empty());
    let origins = world
        .admin
        .get(format!("/v1/parties/{}/provenance", hongtu["id"].as_str().expect("an id")))
        .await;
    let source = format!("import:{}", job.id());
    assert!(origins.expect(200).data().iter().all(|origin| origin["source"] == source));
    people_come_by_card_and_by_mail(world).await;
    world.admin.act(format!("{path}/commit")).await.refused(409, "import_committed");
    set(&world.admin, &import.id(), json!({ "defaults": { "tier": "A" } }))
        .await
        .refused(409, "import_committed");
}

async fn z_12_the_same_import_twice_adds_nothing(world: &World) {
    for (round, expected) in [(1, [2, 0, 0, 0]), (2, [0, 0, 2, 0])] {
        let import =
            upload(&world.admin, "parties", CARDS.replace("客户名称", "name")).await.expect(201);
        let patch = json!({ "defaults": defaults(), "match_on": ["code"] });
        set(&world.admin, &import.id(), patch).await.expect(200);
        assert_eq!(counts(&commit(world, &import.id()).await), expected, "round {round}");
    }
    assert_eq!(parties(world).await.len(), 2);
    // The same upload under the same key is one import.
    let send = || async {
        let path = "/v1/imports?resource=parties";
        world
            .admin
            .request("POST", path)
            .raw("application/octet-stream", CARDS)
            .key("u")
            .await
            .expect(201)
    };
    assert_eq!(send().await.id(), send().await.id());
    let twice = world.admin.act(format!("/v1/imports/{}/commit", send().await.id()));
    assert_eq!(twice.key("c").await.expect(202).status, 202);
}

async fn z_12_rows_change_records_by_their_keys(world: &World) {
    let mut known = json!({ "kind": "organisation", "name": "Known", "code": "C-1", "tier": "C", "region": "华东" });
    known["emails"] = json!([{ "kind": "work", "address": "info@known.example.com" }]);
    let known = world.admin.post("/v1/parties", known).await.expect(201).id();
    let file = "name,code,email,tier\nKnown,C-1,,A\nNew,C-9,new@x.example.com,B\nNew again,C-9,,C\n,C-7,,\n";
    let import = upload(&world.admin, "parties", file).await.expect(201);
    let patch = json!({ "defaults": { "kind": "organisation" }, "match_on": ["code"], "on_match": "update" });
    set(&world.admin, &import.id(), patch).await.expect(200);
    let job = commit(world, &import.id()).await;
    succeeded(&job);
    assert_eq!(counts(&job), [1, 2, 0, 1], "rows of one key in one file are one record");
    let changed = world.admin.get(format!("/v1/parties/{known}")).await.expect(200);
    assert_eq!((&changed.json["tier"], &changed.json["region"]), (&json!("A"), &json!("华东")));
    let wrong = world.admin.get(format!("/v1/jobs/{}/problems", job.id())).await.expect(200);
    assert_eq!(
        (wrong.data().len(), &wrong.data()[0]["row"]),
        (1, &json!(5)),
        "the line of the file"
    );
    assert_eq!(wrong.data()[0]["problem"]["errors"][0]["pointer"], "/name");
    // By entries of lists.
    let file = "name,emails,tier\nNew,info@known.example.com,Z\n";
    let import = upload(&world.admin, "parties", file).await.expect(201);
    let patch = json!({ "defaults": { "kind": "organisation" }, "match_on": ["email"], "on_match": "skip" });
    set(&world.admin, &import.id(), patch).await.expect(200);
    assert_eq!(counts(&commit(world, &import.id()).await), [0, 0, 1, 0]);
}

async fn d_87_an_import_is_undone_updates_included(world: &World) {
    let known = json!({ "kind": "organisation", "name": "Known", "code": "C-1", "tier": "C" });
    let known = world.admin.post("/v1/parties", known).await.expect(201).id();
    let file = "name,code,tier\nKnown,C-1,A\nNew,C-2,A\nTouched,C-3,A\n";
    let import = upload(&world.admin, "parties", file).await.expect(201);
    let patch = json!({ "defaults": { "kind": "organisation" }, "match_on": ["code"], "on_match": "update" });
    set(&world.admin, &import.id(), patch).await.expect(200);
    let job = commit(world, &import.id()).await;
    assert_eq!(counts(&job), [2, 1, 0, 0]);
    let touched = world.admin.get("/v1/parties?code=C-3").await.expect(200).data()[0]["id"].clone();
    let touched = touched.as_str().expect("an id");
    world
        .admin
        .patch(format!("/v1/parties/{touched}"), json!({ "region": "华北" }))
        .await
        .expect(200);
    let undo = world.admin.act(format!("/v1/jobs/{}/undo", job.id())).await.expect(202);
    let undo = done(world, &undo.id()).await;
    succeeded(&undo);
    assert_eq!(undo.json["result"], json!({ "undone": 2, "left": 1 }));
    let left = world.admin.get(format!("/v1/jobs/{}/problems", undo.id())).await.expect(200);
    assert_eq!(
        (&left.data()[0]["record_id"], &left.data()[0]["problem"]["code"]),
        (&json!(touched), &json!("changed_since"))
    );
    assert_eq!(world.admin.get(format!("/v1/parties/{known}")).await.expect(200).json["tier"], "C");
    let names: Vec<Json> = parties(world).await.iter().map(|party| party["name"].clone()).collect();
    assert_eq!(names, ["Known", "Touched"]);
    world.admin.act(format!("/v1/jobs/{}/undo", undo.id())).await.refused(409, "nothing_to_undo");
}

async fn d_85_paper_cards_are_entered_with_row_errors(world: &World) {
    let file = "name,phones,founded_year,kind\nA,13800138000,1999,组织\nB,call me,1999,组织\nC,,-5,组织\nD,,,dragon\n";
    let import = upload(&world.admin, "parties", file).await.expect(201);
    let job = commit(world, &import.id()).await;
    assert_eq!(counts(&job), [1, 0, 0, 3]);
    let path = format!("/v1/jobs/{}/problems", job.id());
    let wrong = world.admin.get(&path).await.expect(200);
    let places: Vec<_> =
        wrong.data().iter().map(|p| p["problem"]["errors"][0]["pointer"].clone()).collect();
    assert_eq!(places, ["/phones/0/number", "/founded_year", "/kind"]);
    let page = world.admin.get(format!("{path}?limit=2")).await.expect(200);
    let next = page.json["next_cursor"].as_str().expect("a cursor");
    let rest = world.admin.get(format!("{path}?limit=2&cursor={next}")).await.expect(200);
    assert_eq!((rest.data().len(), &rest.json["has_more"]), (1, &json!(false)));
    let file = reqwest::Client::new()
        .get(format!("{}{path}", world.base))
        .header("authorization", world.admin.credentials().expect("a token").1)
        .header("accept", "text/csv")
        .send()
        .await
        .expect("a file");
    assert_eq!(file.headers()["content-type"], "text/csv; charset=utf-8");
    let text = file.text().await.expect("text");
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.contains("/founded_year: out_of_range"), "{text}");
    let (ann, _) = world.person(&[("jobs", "read", "own")], None).await;
    ann.get(&path).await.refused(404, "not_found");
}

async fn records_are_named_as_people_name_them(world: &World) {
    let party = json!({ "kind": "organisation", "name": "Hongtu", "code": "C-1" });
    let party = world.admin.post("/v1/parties", party).await.expect(201).id();
    given::party(&world.admin, "Twin").await;
    given::party(&world.admin, "Twin").await;
    let file = format!("name,party\nWang,C-1\nLi,Hongtu\nZhang,{party}\nZhao,Twin\nQian,Nobody\n");
    let import = upload(&world.admin, "contacts", file).await.expect(201);
    let job = commit(world, &import.id()).await;
    assert_eq!(counts(&job), [3, 0, 0, 2]);
    let wrong = world.admin.get(format!("/v1/jobs/{}/problems", job.id())).await.expect(200);
    let codes: Vec<_> =
        wrong.data().iter().map(|p| p["problem"]["errors"][0]["code"].clone()).collect();
    assert_eq!(codes, ["ambiguous", "unknown_reference"]);
    let file = "name,external_id\nA,1\nB,2\n";
    let import = upload(&world.admin, "parties", file).await.expect(201);
    let patch = json!({ "defaults": { "kind": "person" }, "match_on": ["external_id"], "on_match": "update" });
    set(&world.admin, &import.id(), patch.clone()).await.refused(422, "required");
    let mut patch = patch;
    patch["source"] = json!("erp");
    set(&world.admin, &import.id(), patch).await.expect(200);
    assert_eq!(counts(&commit(world, &import.id()).await), [2, 0, 0, 0]);
    let found = world.admin.get("/v1/parties?external_id=erp:2").await.expect(200);
    assert_eq!(found.each("name"), [json!("B")]);
}

async fn z_12_encodings_and_formats_are_told_from_the_content(world: &World) {
    let text = "name;kind\n王伟;person\n";
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    // 王伟 in GB18030.
    let gb = [b"name;kind\n".as_slice(), &[0xcd, 0xf5, 0xce, 0xb0], b";person\n"].concat();
    let ndjson =
        b"{\"name\":\"\xe7\x8e\x8b\xe4\xbc\x9f\",\"kind\":\"person\",\"tags\":[\"a\",\"b\"]}\n"
            .to_vec();
    for (file, format, encoding) in [
        (text.as_bytes().to_vec(), "csv", "utf_8"),
        (utf16, "csv", "utf_16le"),
        (gb, "csv", "gb18030"),
        (ndjson, "ndjson", "utf_8"),
    ] {
        let import = upload(&world.admin, "parties", file).await.expect(201);
        let layout = &import.json["layout"];
        let plain = |text: &Json| text.as_str().unwrap_or("").replace(['-', '_'], "");
        assert_eq!(
            (plain(&layout["format"]), plain(&layout["encoding"])),
            (format.to_owned(), encoding.replace('_', ""))
        );
        assert_eq!(counts(&commit(world, &import.id()).await), [1, 0, 0, 0], "{format} {encoding}");
    }
    assert!(parties(world).await.iter().all(|party| party["name"] == "王伟"));
    assert_eq!(world.admin.get("/v1/parties?tag=b").await.expect(200).data().len(), 1);
}

async fn an_import_is_refused_what_its_user_may_not_do(world: &World) {
    let (ann, _) = world
        .person(
            &[("parties", "any", "own"), ("imports", "any", "own"), ("jobs", "any", "own")],
            None,
        )
        .await;
    upload(&ann, "contacts", CARDS).await.refused(403, "forbidden");
    let (ben, _) = world.person(&[("parties", "any", "own")], None).await;
    upload(&ben, "parties", CARDS).await.refused(403, "forbidden");
    let mine = upload(&ann, "parties", "name,kind\nMine,person\n").await.expect(201);
    let job = ann.act(format!("/v1/imports/{}/commit", mine.id())).await.expect(202);
    world.work().await;
    let job = ann.get(format!("/v1/jobs/{}", job.id())).await.expect(200);
    assert_eq!(counts(&job), [1, 0, 0, 0]);
    assert_eq!(ann.get("/v1/parties").await.expect(200).each("name"), [json!("Mine")]);
    world
        .stranger()
        .await
        .get(format!("/v1/imports/{}", mine.id()))
        .await
        .refused(404, "not_found");
    // Rights are those of the moment of the work.
    let other = upload(&ann, "parties", "name,kind\nOther,person\n").await.expect(201);
    let job = ann.act(format!("/v1/imports/{}/commit", other.id())).await.expect(202);
    let role = world
        .admin
        .get(format!("/v1/users?id={}", ann.get("/v1/me").await.id()))
        .await
        .data()[0]["role_ids"][0]
        .clone();
    let grants = json!({ "grants": [{ "resource": "jobs", "action": "any", "scope": "own" }] });
    world
        .admin
        .patch(format!("/v1/roles/{}", role.as_str().expect("a role")), grants)
        .await
        .expect(200);
    world.work().await;
    let job = ann.get(format!("/v1/jobs/{}", job.id())).await.expect(200);
    assert_eq!(
        (&job.json["status"], &job.json["problem"]["code"]),
        (&json!("failed"), &json!("forbidden"))
    );
}

/// What is found out only when the record stands already is taken back whole, and the rows around it
/// stay.
async fn a_refused_row_leaves_nothing(world: &World) {
    let own = [("parties", "any", "own"), ("imports", "any", "own"), ("jobs", "any", "own")];
    let (ann, _) = world.person(&own, None).await;
    let (_, ben) = world.person(&[], None).await;
    let me = ann.get("/v1/me").await.id();
    let file = format!(
        "name,kind,owner_id\nBefore,person,{me}\nNot mine,person,{ben}\nBehind,person,{me}\n"
    );
    let import = upload(&ann, "parties", file).await.expect(201);
    let job = ann.act(format!("/v1/imports/{}/commit", import.id())).await.expect(202);
    world.work().await;
    let job = ann.get(format!("/v1/jobs/{}", job.id())).await.expect(200);
    succeeded(&job);
    assert_eq!(counts(&job), [2, 0, 0, 1], "{}", job.text);
    let wrong = ann.get(format!("/v1/jobs/{}/problems", job.id())).await.expect(200);
    assert_eq!(
        (&wrong.data()[0]["row"], &wrong.data()[0]["problem"]["code"]),
        (&json!(3), &json!("forbidden"))
    );
    let there = parties(world).await;
    let names: Vec<&Json> = there.iter().map(|party| &party["name"]).collect();
    assert_eq!(names, [&json!("Before"), &json!("Behind")]);

    let known = json!({ "kind": "person", "name": "Known", "external_ids": [{ "source": "erp", "id": "7" }] });
    world.admin.post("/v1/parties", known).await.expect(201);
    let file = "name,kind,external_id\nFirst,person,6\nTaken,person,7\nLast,person,8\n";
    let import = upload(&world.admin, "parties", file).await.expect(201);
    set(&world.admin, &import.id(), json!({ "source": "erp" })).await.expect(200);
    let job = commit(world, &import.id()).await;
    assert_eq!(counts(&job), [2, 0, 0, 1], "{}", job.text);
    let there = parties(world).await;
    assert!(there.iter().all(|party| party["name"] != "Taken"), "{there:?}");
    world.caught_up().await;
    let events = world.admin.get("/v1/events?subject_type=party&limit=200").await.expect(200);
    let made = events.data().iter().filter(|event| event["kind"] == "party.created").count();
    assert_eq!(made, there.len(), "each record with its event, and no other");
}

async fn hostile_files_are_refused(world: &World) {
    for (file, code) in [
        (Vec::new(), "empty_file"),
        (b"PK\x03\x04 not a workbook".to_vec(), "unreadable_file"),
        (vec![b','; 100_000], "too_many_columns"),
    ] {
        let refused = upload(&world.admin, "parties", file).await;
        assert_eq!(
            (refused.status, refused.json["code"].as_str()),
            (422, Some(code)),
            "{}",
            refused.text
        );
    }
    let unwanted = upload(&world.admin, "parties", CARDS).await.expect(201).id();
    let path = format!("/v1/imports/{unwanted}");
    world.admin.get(&path).await.expect(200);
    assert_eq!(world.admin.get(format!("{path}/timeline")).await.expect(200).data().len(), 1);
    world.admin.delete(&path).await.expect(204);
    upload(&world.admin, "dragons", CARDS).await.refused(400, "bad_parameter");
    world
        .admin
        .request("POST", "/v1/imports")
        .raw("text/csv", CARDS)
        .await
        .refused(400, "bad_parameter");
    let file = "name,kind\n=1+1,person\n\"a\nb\",person\n";
    let import = upload(&world.admin, "parties", file).await.expect(201);
    let job = commit(world, &import.id()).await;
    assert_eq!(counts(&job), [1, 0, 0, 1], "a formula is text, and a name is one line");
}

async fn what_cannot_be_mapped_is_named(world: &World) {
    let import = upload(&world.admin, "parties", CARDS).await.expect(201);
    let wrong = json!({
        "mapping": [{ "column": "客户名称", "field": "colour" }, { "column": "none", "field": "name" }],
        "defaults": { "size": 1 }, "match_on": ["note"] });
    let refused = set(&world.admin, &import.id(), wrong).await.refused(422, "validation_failed");
    let places: Vec<String> = refused.findings().into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["/mapping/0/field", "/mapping/1/column", "/defaults/size", "/match_on/0"]);
    set(&world.admin, &import.id(), json!({ "resource": "contacts" }))
        .await
        .refused(422, "unknown_value");
    let values: serde_json::Map<String, Json> =
        (0..1_001).map(|at| (at.to_string(), json!("x"))).collect();
    let wrong = json!({ "mapping": [{ "column": "客户名称", "field": "name", "values": values }] });
    let refused = set(&world.admin, &import.id(), wrong).await.refused(422, "validation_failed");
    assert_eq!(refused.findings()[0], ("/mapping/0/values".to_owned(), "out_of_range".to_owned()));
}
