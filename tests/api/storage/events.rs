//! Events: numbered, kept with their change, shown in the timelines of those they concern.

use super::{Ground, both, instant};
use futures_util::future::join_all;
use guanxi_customers::parties::Party;
use guanxi_kernel::{
    Action, Actor, Ctx, Reach, Result,
    actor::Grant,
    problem::{FORBIDDEN, Texts},
};
use guanxi_storage::{
    Kind, Tx, Visibility,
    erasing::Form,
    error::BAD_CURSOR,
    events::{
        self, Event,
        timeline::{self, TimelineItem, TimelineQuery},
    },
    kind::Shape,
    operations::Operations,
    sql,
};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, sync::LazyLock};
use uuid::Uuid;

both![
    a_timeline_is_paged_in_both_directions,
    a_timeline_is_narrowed,
    a_timeline_shows_only_what_may_be_seen,
    an_event_goes_with_its_change,
    numbers_are_not_shared,
    nothing_before_is_nothing,
];

static THING: Kind = kind("thing", "things", Visibility::Tenant);
static OWNED: Kind = kind("owned", "owneds", Visibility::Owner);

const fn kind(name: &'static str, plural: &'static str, visibility: Visibility) -> Kind {
    Kind {
        name,
        plural,
        path: plural,
        tag: plural,
        // Any table with tenant_id, id, owner_id and deleted_at.
        table: "api_keys",
        visibility,
        label: Texts { en: "Thing", zh: "东西" },
        verbs: &[],
        shape: LazyLock::new(|| Shape {
            fields: Vec::new(),
            columns: "",
            insert: "",
            insert_many: "",
            update: "",
        }),
        form: LazyLock::new(Form::of::<Party>),
        load: |_, _, _| Box::pin(async { Ok(Vec::new()) }),
        load_deleted: |_, _, _| Box::pin(async { Ok(Vec::new()) }),
        // Nothing here does any of them.
        operations: Operations::of::<Party>(),
        index: |_, _| Box::pin(async { Ok(None) }),
        searched: &[],
        known_by: &[],
        with_parent: false,
        about: Vec::new,
        shows_what_is_about: false,
        parents: Vec::new,
        succession: guanxi_storage::Succession::Never,
        parts: None,
        late_by: None,
        kept_from: None,
        unnamed: None,
    }
}

fn subject(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn event(kind: &'static Kind, id: Uuid, version: i64) -> Event {
    let before = (version > 1).then(|| json!({ "n": version - 1, "version": version - 1 }));
    let verb = if version == 1 { "created" } else { "updated" };
    let after = json!({ "n": version, "version": version, "note": null });
    Event {
        subject: kind,
        subject_id: id,
        verb,
        version,
        before,
        after,
        concerns: vec![subject(100), id],
    }
}

async fn tell(ground: &Ground, ctx: &Ctx, kind: &'static Kind, id: u128, version: i64) {
    let told = ground.db.write(ctx.tenant, async |tx| {
        events::record(tx, ctx, event(kind, subject(id), version)).await
    });
    told.await.unwrap();
}

async fn page(
    ground: &Ground,
    ctx: &Ctx,
    record: u128,
    query: &TimelineQuery,
) -> Result<(Vec<TimelineItem>, Option<String>)> {
    let kinds: [&'static Kind; 2] = [&THING, &OWNED];
    ground
        .db
        .read(ctx.tenant, async |tx| {
            timeline::timeline(tx, ctx, &kinds, subject(record), query).await
        })
        .await
}

async fn versions(ground: &Ground, query: TimelineQuery) -> Vec<i64> {
    let query = TimelineQuery { limit: 50, ..query };
    let (items, _) = page(ground, &ground.ctx, 100, &query).await.unwrap();
    items.iter().map(|item| item.version).collect()
}

async fn a_timeline_is_paged_in_both_directions(ground: &Ground) {
    for version in 1..=7 {
        tell(ground, &ground.ctx, &THING, 1, version).await;
        tell(ground, &ground.ctx, &THING, 2, version).await;
    }
    for ascending in [false, true] {
        let mut query = TimelineQuery { ascending, limit: 3, ..TimelineQuery::default() };
        let mut seen = Vec::new();
        loop {
            let (items, next) = page(ground, &ground.ctx, 1, &query).await.unwrap();
            seen.extend(items.iter().map(|item| item.version));
            query.cursor = next;
            if query.cursor.is_none() {
                break;
            }
        }
        let mut expected: Vec<i64> = (1..=7).collect();
        if !ascending {
            expected.reverse();
        }
        assert_eq!(seen, expected);
    }
    let first = TimelineQuery { limit: 3, ..TimelineQuery::default() };
    let (_, cursor) = page(ground, &ground.ctx, 1, &first).await.unwrap();
    let elsewhere =
        page(ground, &ground.ctx, 2, &TimelineQuery { cursor: cursor.clone(), ..first.clone() })
            .await;
    assert!(elsewhere.unwrap_err().is(&BAD_CURSOR));
    let turned =
        page(ground, &ground.ctx, 1, &TimelineQuery { cursor, ascending: true, ..first }).await;
    assert!(turned.unwrap_err().is(&BAD_CURSOR));
}

async fn a_timeline_is_narrowed(ground: &Ground) {
    for version in 1..=4 {
        let then = Ctx { now: instant(version * 60), ..ground.ctx.clone() };
        tell(ground, &then, &THING, 1, version).await;
    }
    let newer = Ctx {
        now: instant(600),
        actor: Actor::system(subject(9).into()).into(),
        ..ground.ctx.clone()
    };
    tell(ground, &newer, &OWNED, 2, 5).await;
    let none = TimelineQuery::default;
    assert_eq!(versions(ground, none()).await, [5, 4, 3, 2, 1]);
    assert_eq!(
        versions(ground, TimelineQuery { subject_types: vec!["thing".into()], ..none() }).await,
        [4, 3, 2, 1]
    );
    let kinds = vec!["thing.created".into(), "owned.updated".into()];
    assert_eq!(versions(ground, TimelineQuery { kinds, ..none() }).await, [5, 1]);
    assert_eq!(
        versions(ground, TimelineQuery { user_id: Some(subject(9).into()), ..none() }).await,
        [5]
    );
    let (after, before) = (Some(instant(120)), Some(instant(240)));
    assert_eq!(versions(ground, TimelineQuery { after, before, ..none() }).await, [3, 2]);
    assert_eq!(
        versions(ground, TimelineQuery { kinds: vec!["none".into()], ..none() }).await,
        [0; 0]
    );
}

/// Each kind by its own right, and each record of a narrower right by its owner.
async fn a_timeline_shows_only_what_may_be_seen(ground: &Ground) {
    let (me, other) = (Uuid::from_u128(2), Uuid::from_u128(3));
    ground
        .db
        .write(ground.ctx.tenant, async |tx| {
            users(tx, &[me, other]).await?;
            for (id, owner) in [(21, me), (22, other)] {
                key(tx, subject(id), owner).await?;
            }
            Ok(())
        })
        .await
        .unwrap();
    tell(ground, &ground.ctx, &THING, 1, 1).await;
    tell(ground, &ground.ctx, &OWNED, 21, 2).await;
    tell(ground, &ground.ctx, &OWNED, 22, 3).await;
    let seen = async |grants: Vec<(&str, Reach)>| {
        let grant = |(resource, reach): (&str, Reach)| Grant::new(resource, Action::Read, reach);
        let mut actor = Actor::system(me.into());
        actor.grants = grants.into_iter().map(grant).collect();
        let ctx = Ctx { actor: actor.into(), ..ground.ctx.clone() };
        let (items, _) =
            page(ground, &ctx, 100, &TimelineQuery { limit: 9, ..TimelineQuery::default() })
                .await
                .unwrap();
        items.iter().map(|item| item.version).collect::<Vec<_>>()
    };
    let own = || Reach { own: true, ..Reach::default() };
    assert_eq!(seen(vec![]).await, [0; 0]);
    assert_eq!(seen(vec![("things", Reach::all())]).await, [1]);
    assert_eq!(seen(vec![("owneds", Reach::all())]).await, [3, 2]);
    assert_eq!(seen(vec![("things", Reach::all()), ("owneds", own())]).await, [2, 1]);
}

async fn users(tx: &mut Tx, ids: &[Uuid]) -> Result<()> {
    for id in ids {
        let text = id.to_string();
        let insert = sql!(
            "INSERT INTO users (tenant_id, id, version, created_at, updated_at, created_by, email, name,
                 name_folded, role_ids, status, sales_profile)
             VALUES ($1, $2, 1, $3, $3, $2, $4, $4, $4, $5, 'active', $5)",
            *id,
            instant(0),
            text,
            json!([])
        );
        tx.execute(insert).await?;
    }
    Ok(())
}

async fn key(tx: &mut Tx, id: Uuid, owner: Uuid) -> Result<()> {
    let insert = sql!(
        "INSERT INTO api_keys (tenant_id, id, version, created_at, updated_at, created_by, owner_id, name,
             name_folded, scopes, allowed_origins, prefix, digest)
         VALUES ($1, $2, 1, $3, $3, $4, $4, 'k', 'k', $5, $5, $6, 'd')",
        id,
        instant(0),
        owner,
        json!([]),
        id.to_string()
    );
    tx.execute(insert).await.map(drop)
}

async fn an_event_goes_with_its_change(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    let undone = db.write(ctx.tenant, async |tx| {
        events::record(tx, ctx, event(&THING, subject(1), 1)).await?;
        Err::<(), _>(FORBIDDEN.problem())
    });
    undone.await.unwrap_err();
    for table in [
        sql!("SELECT seq FROM events WHERE tenant_id = $1"),
        sql!("SELECT seq FROM event_links WHERE tenant_id = $1"),
    ] {
        assert_eq!(
            db.read(ctx.tenant, async |tx| tx.all::<(i64,)>(table).await).await.unwrap(),
            []
        );
    }
}

async fn numbers_are_not_shared(ground: &Ground) {
    join_all((1..=16).map(|id| tell(ground, &ground.ctx, &THING, id, 1))).await;
    let all = sql!("SELECT seq, txid FROM events WHERE tenant_id = $1 ORDER BY seq");
    let all = ground
        .db
        .read(ground.ctx.tenant, async |tx| tx.all::<(i64, i64)>(all).await)
        .await
        .unwrap();
    assert_eq!(all.iter().map(|event| event.0).collect::<BTreeSet<_>>().len(), 16);
    assert_eq!(all.iter().map(|event| event.1).collect::<BTreeSet<_>>().len(), 16);
    assert_eq!(versions(ground, TimelineQuery::default()).await.len(), 16);
}

/// No record before is no JSON at all; a member that is `null` is one.
async fn nothing_before_is_nothing(ground: &Ground) {
    tell(ground, &ground.ctx, &THING, 1, 1).await;
    tell(ground, &ground.ctx, &THING, 1, 2).await;
    let absent = sql!("SELECT version FROM events WHERE tenant_id = $1 AND before IS NULL");
    let absent =
        ground.db.read(ground.ctx.tenant, async |tx| tx.all::<(i64,)>(absent).await).await.unwrap();
    assert_eq!(absent, [(1,)]);
    let query = TimelineQuery { limit: 9, ..TimelineQuery::default() };
    let (items, _) = page(ground, &ground.ctx, 1, &query).await.unwrap();
    let change = |item: &TimelineItem| {
        item.changes
            .iter()
            .map(|c| (c.field.clone(), c.from.clone(), c.to.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(change(&items[0]), [("n".to_owned(), json!(1), json!(2))]);
    assert_eq!(change(&items[1]), [("n".to_owned(), Json::Null, json!(1))]);
}
