//! Search by pinyin, order by pinyin, search over all kinds, and the index behind them.

#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use guanxi_customers::parties::{PARTY, Party};
use guanxi_http::resources::SERVED;
use guanxi_kernel::pinyin;
use guanxi_storage::{Draft, Kind, Sql, bulk, reindex, sql, texts};
use guanxi_tests::{Client, Engine, Json, World, both_stores, given, json};
use std::time::Duration;

both_stores![
    z_19_a_name_is_found_by_its_pinyin,
    z_19_a_name_is_found_by_initials_from_any_character_on,
    z_19_simplified_and_traditional_characters_find_each_other,
    z_19_listed_companies_are_found_by_pinyin_and_by_any_middle_part,
    z_19_lists_are_ordered_by_pinyin,
    z_19_records_of_an_older_program_are_indexed_again,
    one_search_finds_all_kinds_the_best_hits_first,
    nobody_finds_what_they_may_not_see,
    searches_go_through_their_indexes,
];

async fn found(client: &Client, q: &str) -> Vec<Json> {
    client.get(format!("/v1/parties?limit=200&sort=name&q={q}")).await.expect(200).each("name")
}

async fn person(world: &World, name: &str) {
    world.admin.post("/v1/parties", json!({ "kind": "person", "name": name })).await.expect(201);
}

async fn z_19_a_name_is_found_by_initials_from_any_character_on(world: &World) {
    for name in ["上海宏润建设集团股份有限公司", "上海建工", "宏大爆破有限公司"]
    {
        person(world, name).await;
    }
    for q in ["hrj", "HRJ", "rjsjt", "shhr", "h%20r%20j"] {
        assert_eq!(found(&world.admin, q).await, ["上海宏润建设集团股份有限公司"], "{q}");
    }
    assert_eq!(found(&world.admin, "hdbp").await, ["宏大爆破有限公司"]);
    assert_eq!(found(&world.admin, "js").await, ["上海宏润建设集团股份有限公司"]);
    let hits = world.admin.get("/v1/search?q=hrj").await.expect(200);
    assert_eq!(hits.data()[0]["title"], "上海宏润建设集团股份有限公司", "{}", hits.text);
}

async fn z_19_simplified_and_traditional_characters_find_each_other(world: &World) {
    for name in ["張偉", "东方银行", "臺灣積體電路"] {
        person(world, name).await;
    }
    for (q, name) in [
        ("张伟", "張偉"),
        ("張偉", "張偉"),
        ("伟", "張偉"),
        ("zhangwei", "張偉"),
        ("東方銀行", "东方银行"),
        ("方銀", "东方银行"),
        ("台湾积体", "臺灣積體電路"),
        ("積體", "臺灣積體電路"),
        ("jtdl", "臺灣積體電路"),
    ] {
        assert_eq!(found(&world.admin, q).await, [name], "{q}");
    }
    for (q, title) in [("张伟", "張偉"), ("東方銀行", "东方银行")] {
        let hits = world.admin.get(format!("/v1/search?q={q}")).await.expect(200);
        let hit = &hits.data()[0];
        assert_eq!((&hit["title"], &hit["match"]), (&json!(title), &json!("exact")), "{q}");
        assert_eq!(hit["member"], "name");
    }
    // The name stays as it was written.
    let person = world.admin.get("/v1/parties?q=張偉").await.expect(200);
    assert_eq!(person.data()[0]["name"], "張偉");
}

async fn z_19_a_name_is_found_by_its_pinyin(world: &World) {
    for name in ["王伟", "单田芳", "重庆长安汽车", "ＴＣＬ科技", "中国石化", "Wayne"]
    {
        person(world, name).await;
    }
    for (q, name) in [
        ("wangwei", "王伟"),
        ("wang%20wei", "王伟"),
        ("w%C3%A1ng%20w%C4%9Bi", "王伟"),
        ("WangW", "王伟"),
        ("ww", "王伟"),
        ("wei", "王伟"),
        ("shantian", "单田芳"),
        ("dantian", "单田芳"),
        ("chongqingchang", "重庆长安汽车"),
        ("zhongqingzhangan", "重庆长安汽车"),
        ("anqiche", "重庆长安汽车"),
        ("cqcaqc", "重庆长安汽车"),
        ("tclkeji", "ＴＣＬ科技"),
        ("tcl", "ＴＣＬ科技"),
        ("%EF%BD%94cl", "ＴＣＬ科技"),
        ("zhongguoshihua", "中国石化"),
        ("guoshi", "中国石化"),
    ] {
        assert_eq!(found(&world.admin, q).await, [Json::from(name)], "{q}");
    }
    assert!(found(&world.admin, "angwei").await.is_empty(), "a syllable is not torn apart");
    let search = json!({ "q": "wáng wěi" });
    let posted = world.admin.post("/v1/parties/search", search).await.expect(200);
    assert_eq!(posted.each("name"), ["王伟"]);
    // A changed name is found by its new reading only.
    let id = world.admin.get("/v1/parties?q=wangwei").await.data()[0]["id"].clone();
    let path = format!("/v1/parties/{}", id.as_str().expect("an id"));
    world.admin.patch(path, json!({ "name": "李娜" })).await.expect(200);
    assert!(found(&world.admin, "wangwei").await.is_empty());
    assert_eq!(found(&world.admin, "lina").await, ["李娜"]);
    assert_eq!(found(&world.admin, "linuo").await, ["李娜"]);
    let too_long = "a".repeat(49);
    world.admin.get(format!("/v1/parties?q={too_long}")).await.refused(400, "bad_parameter");
}

/// The short names of listed companies.
fn listed() -> Option<Vec<String>> {
    let Some(folder) = std::env::var_os("GUANXI_TESTDATA") else {
        println!("skipped: GUANXI_TESTDATA does not name the folder of the public data");
        return None;
    };
    let file = std::path::Path::new(&folder).join("zh_names/listed_companies_short.csv");
    let text = std::fs::read_to_string(file).expect("the names");
    let name = |line: &str| line.split(',').nth(1).map(|name| name.trim_matches('"').to_owned());
    Some(text.lines().skip(1).filter_map(name).filter(|name| !name.is_empty()).collect())
}

async fn z_19_listed_companies_are_found_by_pinyin_and_by_any_middle_part(world: &World) {
    let Some(names) = listed() else { return };
    assert_eq!(names.len(), 7_825);
    let ctx = world.ctx().await;
    for some in names.chunks(500) {
        let made = world.db.write(ctx.tenant, async |tx| {
            let drafts = some.iter().map(|name| {
                Draft::<Party>::read(&ctx, json!({ "kind": "organisation", "name": name }))
            });
            bulk::create_many(tx, &ctx, drafts.collect::<Result<_, _>>()?).await
        });
        assert!(made.await.expect("parties").iter().all(Result::is_ok));
    }
    // As a job does that writes as much.
    world.db.refresh_statistics().await;
    // All names by the index, a sample of them over HTTP.
    let finds = async |q: &str, name: &str| {
        let wanted = texts::Wanted::new(ctx.tenant, "party", [q]);
        let rows: Vec<(String,)> = world
            .db
            .read(ctx.tenant, async |tx| {
                let mut sql =
                    Sql::new("SELECT p.name FROM parties p WHERE p.tenant_id = $1 AND p.id IN (");
                wanted.find(&mut sql, None);
                sql.push(")");
                tx.all(sql).await
            })
            .await
            .expect("rows");
        rows.iter().any(|(found,)| found == name)
    };
    let mut checked = 0;
    for (at, name) in names.iter().enumerate() {
        let folded = guanxi_kernel::text::fold(name);
        let pieces = pinyin::pieces(&folded, false);
        let read = |from: usize, second: bool| {
            let one = |piece: &pinyin::Piece<'_>| match piece.readings.as_slice() {
                [_, other, ..] if second => pinyin::plain(other).to_owned(),
                [reading, ..] => pinyin::plain(reading).to_owned(),
                [] => piece.written.to_owned(),
            };
            pieces[from..].iter().map(one).collect::<String>()
        };
        let middle = folded.chars().count() / 2;
        let middle: String = folded.chars().skip(middle).collect();
        if !middle.starts_with(' ') {
            assert!(finds(&middle, name).await, "{middle} {name}");
        }
        if pieces.iter().all(|piece| !piece.is_han()) {
            continue;
        }
        let ambiguous = pieces.iter().filter(|piece| piece.readings.len() > 1).count();
        assert!(finds(&read(0, false), name).await, "{} {name}", read(0, false));
        if ambiguous == 1 {
            assert!(finds(&read(0, true), name).await, "{} {name}", read(0, true));
        }
        let half = pieces.len() / 2;
        if pieces[half].is_han() {
            assert!(finds(&read(half, false), name).await, "{} {name}", read(half, false));
        }
        if at % 100 == 0 {
            let there = found(&world.admin, &read(0, false)).await;
            assert!(there.contains(&json!(name)), "{} {name}", read(0, false));
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}

async fn z_19_lists_are_ordered_by_pinyin(world: &World) {
    let party = given::party(&world.admin, "阿里巴巴").await.id();
    for name in ["重庆啤酒", "中国石化", "招商银行", "Apple", "北京银行", "长城汽车", "单县药业"]
    {
        given::party(&world.admin, name).await;
    }
    let path = |sort: &str| format!("/v1/parties?sort={sort}&limit=3");
    let mut up = Vec::new();
    let mut next = path("name:pinyin");
    loop {
        let page = world.admin.get(&next).await.expect(200);
        up.extend(page.each("name"));
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        next = format!("{}&cursor={cursor}", path("name:pinyin"));
    }
    let expected = [
        "阿里巴巴",
        "Apple",
        "北京银行",
        "长城汽车",
        "重庆啤酒",
        "单县药业",
        "招商银行",
        "中国石化",
    ];
    assert_eq!(up, expected);
    let down = world.admin.get("/v1/parties?sort=-name:pinyin,created_at").await.expect(200);
    assert_eq!(down.each("name"), expected.iter().rev().copied().collect::<Vec<_>>());
    for name in ["仇英", "张伟", "曾国藩", "单田芳", "Anna", "安娜"] {
        given::contact(&world.admin, &party, name).await;
    }
    let people = world.admin.post("/v1/contacts/search", json!({ "sort": ["name:pinyin"] })).await;
    let expected = ["安娜", "Anna", "仇英", "单田芳", "曾国藩", "张伟"];
    assert_eq!(people.expect(200).each("name"), expected, "family names have their own reading");
    world.admin.get("/v1/users?sort=name:pinyin").await.refused(400, "bad_parameter");
}

fn kinds() -> Vec<&'static Kind> {
    SERVED.iter().map(|served| served.kind).collect()
}

async fn z_19_records_of_an_older_program_are_indexed_again(world: &World) {
    for number in 0..450 {
        if number % 150 == 0 {
            person(world, &format!("王伟 {number}")).await;
        } else {
            person(world, &format!("nobody {number}")).await;
        }
    }
    let index = async || reindex::run(&world.db, &kinds(), Duration::ZERO).await.expect("an index");
    // As an older program leaves it.
    let tenant = world.ctx().await.tenant;
    let old = world.db.write(tenant, async |tx| {
        tx.execute(sql!("DELETE FROM index_progress WHERE tenant_id = $1")).await?;
        tx.execute(sql!("UPDATE parties SET name_pinyin = '' WHERE tenant_id = $1")).await?;
        tx.execute(sql!("DELETE FROM record_texts WHERE tenant_id = $1")).await?;
        tx.execute(sql!("DELETE FROM record_terms WHERE tenant_id = $1 AND field = '^q'")).await
    });
    old.await.expect("an old index");
    assert!(found(&world.admin, "wangwei").await.is_empty());
    let version = world.admin.get("/v1/parties?name=王伟%20300").await.data()[0]["version"].clone();
    assert!(index().await > 3, "in several steps");
    assert_eq!(found(&world.admin, "wangwei").await.len(), 3);
    assert_eq!(found(&world.admin, "ww").await.len(), 3);
    let hits = world.admin.get("/v1/search?q=王伟").await.expect(200);
    assert_eq!(hits.each("match"), ["prefix", "prefix", "prefix"]);
    let sorted = world.admin.get("/v1/parties?sort=-name:pinyin&limit=1").await.expect(200);
    assert_eq!(sorted.each("name"), ["王伟 300"]);
    assert_eq!(sorted.each("version"), [version], "indexing is no change");
    assert_eq!(index().await, 0, "once");
}

async fn one_search_finds_all_kinds_the_best_hits_first(world: &World) {
    let party = given::party(&world.admin, "宏图软件有限公司").await.id();
    given::party(&world.admin, "上海宏图贸易有限公司").await;
    given::party(&world.admin, "宏图").await;
    given::contact(&world.admin, &party, "李宏图").await;
    let gone = given::party(&world.admin, "宏图甲").await.id();
    world.admin.delete(format!("/v1/parties/{gone}")).await.expect(204);
    let visit = json!({ "kind": "visit", "subject": "宏图的拜访", "party_id": party, "starts_at": "2026-01-05T09:00:00Z" });
    world.admin.post("/v1/activities", visit).await.expect(201);
    let ask = async |query: &str| world.admin.get(format!("/v1/search?{query}")).await.expect(200);
    for q in ["宏图", "hongtu", "hong%20t%C3%BA"] {
        let hits = ask(&format!("q={q}")).await;
        let line = |hit: &Json| {
            let text = |member: &str| hit[member].as_str().unwrap_or("-").to_owned();
            format!("{} {} {} {}", text("match"), text("type"), text("title"), text("member"))
        };
        let mut lines: Vec<_> = hits.data().iter().map(line).collect();
        assert_eq!(lines[0], "exact party 宏图 name", "{q}");
        lines[1..3].sort();
        lines[3..].sort();
        let expected = [
            "prefix activity 宏图的拜访 subject",
            "prefix party 宏图软件有限公司 name",
            "middle contact 李宏图 name",
            "middle party 上海宏图贸易有限公司 name",
        ];
        assert_eq!(lines[1..], expected, "{q}");
        assert_eq!(hits.json["has_more"], json!(false));
    }
    let hit = ask("q=李宏&types=contact,user").await;
    let href = hit.data()[0]["href"].as_str().expect("a path").to_owned();
    assert_eq!(world.admin.get(href).await.expect(200).json["name"], json!("李宏图"));
    let few = ask("q=宏图&limit=2").await;
    assert_eq!((few.data().len(), &few.json["has_more"]), (2, &json!(true)));
    assert!(ask("q=nowhere").await.data().is_empty());
    let refused = |query: &str| world.admin.get(format!("/v1/search{query}"));
    refused("").await.refused(400, "bad_parameter");
    refused("?q=").await.refused(400, "bad_parameter");
    refused("?q=a&types=nothing").await.refused(400, "bad_parameter");
    refused("?q=a&limit=51").await.refused(400, "bad_parameter");
    refused("?q=a&cursor=x").await.refused(400, "unknown_parameter");
    world.anonymous().get("/v1/search?q=a").await.expect(401);
}

async fn nobody_finds_what_they_may_not_see(world: &World) {
    given::party(&world.admin, "宏图软件").await;
    let (seller, _) =
        world.person(&[("parties", "any", "own"), ("contacts", "read", "own")], None).await;
    let own = given::party(&seller, "宏图贸易").await.id();
    // Many before it, so that what they may see is not among the first candidates that are looked at.
    for number in 0..120 {
        given::party(&world.admin, &format!("宏图 {number}")).await;
    }
    let hits = seller.get("/v1/search?q=hongtu").await.expect(200);
    assert_eq!(hits.each("id"), [json!(own)]);
    let (nobody, _) = world.person(&[], None).await;
    nobody.get("/v1/search?q=hongtu").await.refused(403, "forbidden");
    let stranger = world.stranger().await;
    assert!(stranger.get("/v1/search?q=hongtu").await.expect(200).data().is_empty());
}

/// What the store would do, a line each.
#[expect(clippy::disallowed_methods, reason = "statements of this file only")]
async fn plan(world: &World, statement: &str) -> String {
    let tenant = world.ctx().await.tenant.uuid();
    if world.engine == Engine::Sqlite {
        let mut to = <sqlx::SqliteConnection as sqlx::Connection>::connect(&world.url)
            .await
            .expect("an answer of the store");
        let text = format!("EXPLAIN QUERY PLAN {statement}");
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(text))
            .bind(tenant)
            .fetch_all(&mut to)
            .await
            .expect("an answer of the store");
        return rows.into_iter().map(|row| row.3 + "\n").collect();
    }
    let mut to = <sqlx::PgConnection as sqlx::Connection>::connect(&world.url)
        .await
        .expect("an answer of the store");
    // A table of a few rows is read whole otherwise.
    sqlx::query("SET enable_seqscan = off").execute(&mut to).await.expect("an answer of the store");
    let text = format!("EXPLAIN {}", statement.replace("$1", &format!("'{tenant}'")));
    let rows: Vec<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(text))
        .fetch_all(&mut to)
        .await
        .expect("an answer of the store");
    rows.into_iter().map(|row| row.0 + "\n").collect()
}

async fn searches_go_through_their_indexes(world: &World) {
    for number in 0..20 {
        let id = given::party(&world.admin, &format!("宏图 {number}")).await.id();
        if number % 2 == 0 {
            world.admin.delete(format!("/v1/parties/{id}")).await.expect(204);
        }
    }
    for (statement, index) in [
        (
            "SELECT kind, field, term, record_id FROM record_terms WHERE tenant_id = $1 AND kind = 'party'
                 AND field = '^q' AND term >= 'a' AND term < 'b' ORDER BY term, record_id LIMIT 400",
            ["record_terms_pkey", "PRIMARY KEY"],
        ),
        (
            "SELECT kind, record_id FROM trash WHERE tenant_id = $1 AND kind = 'party'
                 AND (deleted_at, record_id) < ('2030-01-01', '01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77')
                 ORDER BY deleted_at DESC, record_id DESC LIMIT 200",
            ["trash_deleted_idx", "trash_deleted_idx"],
        ),
        (
            "SELECT t.id FROM parties t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
                 ORDER BY t.name_pinyin, t.id LIMIT 51",
            ["parties_pinyin_idx", "parties_pinyin_idx"],
        ),
        (
            "SELECT t.id FROM contacts t WHERE t.tenant_id = $1 ORDER BY t.name_pinyin, t.id LIMIT 51",
            ["contacts_pinyin_idx", "contacts_pinyin_idx"],
        ),
    ] {
        let plan = plan(world, statement).await;
        assert!(index.iter().any(|index| plan.contains(index)), "{plan}");
        assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
    assert_eq!(PARTY.table, "parties");
}
