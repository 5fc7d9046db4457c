//! `count=exact|estimated`: how many there are, for those who ask.

use guanxi_storage::{Sql, Tx};
use guanxi_tests::{World, both_stores, given, json};
use uuid::Uuid;

both_stores![a_total_is_that_of_all_pages, above_its_bound_an_estimate_says_so];

async fn a_total_is_that_of_all_pages(world: &World) {
    for name in ["a", "b", "c", "d", "e"] {
        given::party(&world.admin, name).await;
    }
    let gone = given::party(&world.admin, "gone").await.id();
    world.admin.delete(format!("/v1/parties/{gone}")).await.expect(204);
    let plain = world.admin.get("/v1/parties?limit=2").await.expect(200);
    assert!(plain.json.get("total").is_none() && plain.json.get("total_kind").is_none());
    for (query, expected) in [
        ("", 5),
        ("&filter=name%20!=%20c", 4),
        ("&name=a", 1),
        ("&q=b", 1),
        ("&kind=person", 0),
        ("&include_deleted=true", 6),
        ("&fields=name", 5),
    ] {
        for counting in ["exact", "estimated"] {
            let (mut seen, mut more) = (0, String::new());
            loop {
                let path = format!("/v1/parties?limit=2&count={counting}{query}{more}");
                let page = world.admin.get(path).await.expect(200);
                // Few enough to be counted, so an estimate is exact too; on every page the same.
                assert_eq!(page.json["total"], json!(expected), "{query}");
                assert_eq!(page.json["total_kind"], "exact", "{query}");
                seen += page.data().len();
                let Some(cursor) = page.json["next_cursor"].as_str() else { break };
                more = format!("&cursor={cursor}");
            }
            assert_eq!(seen, expected, "{query}");
        }
    }
    // A cursor made without asking for the total serves with it, too.
    let cursor = plain.json["next_cursor"].as_str().expect("more");
    let next = world.admin.get(format!("/v1/parties?limit=2&count=exact&cursor={cursor}")).await;
    assert_eq!(next.expect(200).json["total"], 5);
    world.admin.get("/v1/parties?count=yes").await.refused(400, "bad_parameter");
    let timeline = format!("/v1/parties/{gone}/timeline?count=exact");
    world.admin.get(timeline).await.refused(400, "unknown_parameter");
}

async fn above_its_bound_an_estimate_says_so(world: &World) {
    let one = given::party(&world.admin, "A").await.id();
    let ctx = world.ctx().await;
    let one: Uuid = one.parse().expect("an id");
    let ids: Vec<Uuid> = (1..=10_019).map(Uuid::from_u128).collect();
    let copy = async |tx: &mut Tx| {
        for ids in ids.chunks(500) {
            let mut sql = Sql::new(
                "INSERT INTO parties (tenant_id, id, version, created_at, updated_at, created_by, kind, name, \
                     name_folded, roles, addresses, phones, emails, tags) \
                 SELECT p.tenant_id, n.column1, 1, p.created_at, p.updated_at, p.created_by, p.kind, p.name, \
                     p.name_folded, p.roles, p.addresses, p.phones, p.emails, p.tags FROM parties p, (VALUES ",
            );
            for (at, id) in ids.iter().enumerate() {
                sql.push(if at == 0 { "(" } else { ", (" }).bind(*id).push(")");
            }
            sql.push(") n WHERE p.tenant_id = $1 AND p.id = ").bind(one);
            tx.execute(sql).await?;
        }
        Ok(())
    };
    world.db.write(ctx.tenant, copy).await.expect("many parties");
    for (query, total, kind) in [
        ("count=exact", 10_020, "exact"),
        ("count=estimated", 10_000, "estimated"),
        ("count=exact&filter=owner_id=null", 10_019, "exact"),
        ("count=estimated&filter=owner_id=me()", 1, "exact"),
    ] {
        let page = world.admin.get(format!("/v1/parties?{query}")).await.expect(200);
        assert_eq!(
            (&page.json["total"], &page.json["total_kind"]),
            (&json!(total), &json!(kind)),
            "{query}"
        );
    }
}
