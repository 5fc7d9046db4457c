//! Lists: filters, order, pages, search, sparse fields, expansion.

use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    pages_cover_a_list_once_while_it_changes,
    a_cursor_belongs_to_its_query,
    parameters_are_checked,
    filters_narrow_and_combine,
    order_is_as_asked_in_any_direction,
    search_finds_any_part_of_a_name,
    fields_and_references_are_as_wanted,
];

async fn page_through(world: &World, query: &str) -> Vec<Json> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let more = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = world.admin.get(format!("/v1/parties?{query}{more}")).await.expect(200);
        all.extend(page.data().clone());
        cursor = page.json["next_cursor"].as_str().map(str::to_owned);
        assert_eq!(page.json["has_more"], json!(cursor.is_some()));
        if cursor.is_none() {
            return all;
        }
        // Others go on working: new records and changes of what was seen do not disturb the pages.
        given::party(&world.admin, "Newcomer").await;
    }
}

async fn named(world: &World, names: &[&str]) {
    for name in names {
        given::party(&world.admin, name).await;
        world.clock.advance(chrono::TimeDelta::seconds(1));
    }
}

async fn pages_cover_a_list_once_while_it_changes(world: &World) {
    named(world, &["a", "b", "c", "d", "e", "f", "g"]).await;
    for sort in
        ["name", "-name", "created_at", "-created_at", "name,-created_at", "-updated_at,name"]
    {
        let seen = page_through(world, &format!("limit=2&sort={sort}")).await;
        let mut names: Vec<_> = seen
            .iter()
            .map(|p| p["name"].as_str().unwrap_or("").to_owned())
            .filter(|n| n != "Newcomer")
            .collect();
        names.sort();
        assert_eq!(names, ["a", "b", "c", "d", "e", "f", "g"], "{sort}");
    }
    assert!(
        world.admin.get("/v1/parties?limit=200").await.expect(200).json["next_cursor"].is_null()
    );
}

async fn a_cursor_belongs_to_its_query(world: &World) {
    named(world, &["a", "b", "c"]).await;
    let page = world.admin.get("/v1/parties?limit=1&sort=name").await.expect(200);
    let cursor = page.json["next_cursor"].as_str().expect("more").to_owned();
    let with =
        |query: &str, cursor: &str| world.admin.get(format!("/v1/parties?{query}&cursor={cursor}"));
    with("sort=name&limit=2", &cursor).await.expect(200);
    with("sort=-name", &cursor).await.refused(400, "bad_cursor");
    with("sort=name&kind=person", &cursor).await.refused(400, "bad_cursor");
    with("sort=name", &cursor[1..]).await.refused(400, "bad_cursor");
    with("sort=name", "x").await.refused(400, "bad_cursor");
    let (somebody, _) = world.person(&[("parties", "read", "all")], None).await;
    somebody.get(format!("/v1/parties?sort=name&cursor={cursor}")).await.refused(400, "bad_cursor");
    world
        .admin
        .get(format!("/v1/users?sort=name&cursor={cursor}"))
        .await
        .refused(400, "bad_cursor");
    assert!(cursor.len() <= 512);
}

async fn parameters_are_checked(world: &World) {
    let ask = |query: &str| world.admin.get(format!("/v1/parties?{query}"));
    for query in ["limit=0", "limit=201", "limit=-1", "limit=1e3", "limit=", "limit=%2B5"] {
        let refused = ask(query).await.refused(400, "bad_parameter");
        assert_eq!(refused.findings(), [("limit".into(), "out_of_range".into())], "{query}");
    }
    ask("nothing=1").await.refused(400, "unknown_parameter");
    ask("kind=person&kind=person").await.refused(400, "repeated_parameter");
    let all = ask("kind=x&owner_id=y&sort=note&expand=z&fields=w&created_after=v&employees_min=u&include_deleted=t").await;
    assert_eq!(all.clone().refused(400, "bad_parameter").findings().len(), 8, "{}", all.text);
    for query in
        ["q=", "sort=name,name,name,name", "role=nobody", "created_after=2026-01-01", "owner_id=,"]
    {
        ask(query).await.refused(400, "bad_parameter");
    }
    for query in ["name=%00", "q=%00", "industry=a%00b"] {
        ask(query).await.refused(400, "bad_parameter");
    }
    // A text is as long as the document says, as a parameter and within a filter.
    for query in ["name=", "filter=name%3D", "annual_revenue_currency="] {
        let of = |letters| ask(&format!("{query}{}", "x".repeat(letters)));
        of(400).await.expect(200);
        of(401).await.refused(400, "bad_parameter");
    }
    let filter = json!({ "field": "name", "op": "=", "value": "x".repeat(401) });
    let search = world.admin.post("/v1/parties/search", json!({ "filter": filter })).await;
    search.refused(422, "validation_failed");
    // Whatever the endpoint, no parameter stands twice.
    let party = given::party(&world.admin, "A").await.id();
    for path in [
        "/v1/changes?wait=0&wait=0".to_owned(),
        format!("/v1/parties/{party}?explain=actions&explain=actions"),
        format!("/v1/parties/{party}/timeline?limit=1&limit=1"),
    ] {
        world.admin.get(&path).await.refused(400, "repeated_parameter");
    }
    let kind = "x".repeat(81);
    let timeline = format!("/v1/parties/{party}/timeline?kind={kind}");
    world.admin.get(&timeline).await.refused(400, "bad_parameter");
}

async fn filters_narrow_and_combine(world: &World) {
    let make = async |body: Json| world.admin.post("/v1/parties", body).await.expect(201);
    let parent = make(json!({ "kind": "organisation", "name": "Parent", "roles": ["customer"], "industry": "retail", "employees": 10 })).await;
    world.clock.advance(chrono::TimeDelta::minutes(5));
    make(json!({
        "kind": "organisation", "name": "Child", "roles": ["customer", "supplier"], "industry": "retail", "employees": 100,
        "parent_id": parent.id(), "tags": ["vip"], "emails": [{ "kind": "work", "address": "Sales@Child.example" }],
        "phones": [{ "kind": "work", "number": "010-65529988" }],
    }))
    .await;
    make(json!({ "kind": "person", "name": "Person", "roles": ["prospect"] })).await;
    let names = async |query: &str| {
        let page = world.admin.get(format!("/v1/parties?sort=name&{query}")).await.expect(200);
        page.each("name")
            .iter()
            .map(|n| n.as_str().unwrap_or("").to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let cases = [
        ("kind=person", "Person"),
        ("kind=person,organisation", "Child Parent Person"),
        ("role=customer", "Child Parent"),
        ("role=supplier,prospect", "Child Person"),
        ("role=customer&employees_min=50", "Child"),
        ("employees_below=50", "Parent"),
        ("employees=100", "Child"),
        ("parent_id=null", "Parent Person"),
        ("industry=null", "Person"),
        ("industry=retail", "Child Parent"),
        ("tag=vip", "Child"),
        ("tag=VIP", "Child"),
        ("email=sales%40child.example", "Child"),
        ("phone=%2B861065529988", "Child"),
        ("created_after=2026-01-01T00:05:00Z", "Child Person"),
        ("created_before=2026-01-01T00:05:00Z", "Parent"),
        ("updated_after=2027-01-01T00:00:00Z", ""),
    ];
    for (query, expected) in cases {
        assert_eq!(names(query).await, expected, "{query}");
    }
    assert_eq!(names(&format!("parent_id={}", parent.id())).await, "Child");
    assert_eq!(names(&format!("parent_id=null,{}", parent.id())).await, "Child Parent Person");
}

async fn order_is_as_asked_in_any_direction(world: &World) {
    named(world, &["Öl", "zebra", "Apfel", "北京", "ａｂｃ", "apfel"]).await;
    let names = |page: &Answer| page.each("name");
    let up = names(&world.admin.get("/v1/parties?sort=name").await.expect(200));
    assert_eq!(
        up,
        ["ａｂｃ", "Apfel", "apfel", "zebra", "Öl", "北京"].map(Json::from),
        "folded, then by bytes, on both stores"
    );
    let mut down = names(&world.admin.get("/v1/parties?sort=-name").await.expect(200));
    down.reverse();
    assert_eq!(down, up);
    let newest = names(&world.admin.get("/v1/parties").await.expect(200));
    assert_eq!(newest[0], "apfel", "the newest first when nothing is said");
}

async fn search_finds_any_part_of_a_name(world: &World) {
    named(world, &["上海软件有限公司", "ＡＣＭＥ Corporation", "王伟"]).await;
    let found = async |q: &str| {
        world.admin.get(format!("/v1/parties?q={q}")).await.expect(200).each("name")
    };
    for (q, name) in [
        ("软件", "上海软件有限公司"),
        ("公司", "上海软件有限公司"),
        ("acme", "ＡＣＭＥ Corporation"),
        ("ORPOR", "ＡＣＭＥ Corporation"),
        ("me%20co", "ＡＣＭＥ Corporation"),
        ("王", "王伟"),
    ] {
        assert_eq!(found(q).await, [Json::from(name)], "{q}");
    }
    assert!(found("软体").await.is_empty());
    assert!(found("%25").await.is_empty(), "a sign that is special elsewhere is none here");
    let path = format!(
        "/v1/parties/{}",
        world.admin.get("/v1/parties?q=acme").await.expect(200).data()[0]["id"]
            .as_str()
            .expect("an id")
    );
    world.admin.patch(&path, json!({ "name": "Renamed" })).await.expect(200);
    assert!(found("acme").await.is_empty());
    assert_eq!(found("name").await, [Json::from("Renamed")]);
}

async fn fields_and_references_are_as_wanted(world: &World) {
    let parent = given::party(&world.admin, "Parent").await.id();
    for name in ["A", "B"] {
        let body = json!({ "kind": "organisation", "name": name, "parent_id": parent });
        world.admin.post("/v1/parties", body).await.expect(201);
    }
    let page = world
        .admin
        .get("/v1/parties?sort=name&expand=parent,owner&fields=name,parent.name,owner.email")
        .await
        .expect(200);
    let a = json!({ "name": "A", "parent": { "name": "Parent" }, "owner": { "email": world::ADMINISTRATOR } });
    assert_eq!(page.data()[0], a);
    assert_eq!(page.data()[2]["parent"], Json::Null);
    let one = world.admin.get(format!("/v1/parties/{parent}?fields=id,actions")).await.expect(200);
    assert_eq!(one.json, json!({ "id": parent, "actions": ["update", "delete"] }));
    // Whoever may not see the owner gets null for them, and the party all the same.
    let (somebody, _) = world.person(&[("parties", "read", "all")], None).await;
    let page = somebody.get("/v1/parties?expand=owner").await.expect(200);
    assert_eq!(page.each("owner"), [Json::Null, Json::Null, Json::Null]);
    use guanxi_tests::world;
}
