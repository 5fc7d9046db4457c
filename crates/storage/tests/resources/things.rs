//! The resource and its tests.

use crate::store::{self, Engine, Store};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use guanxi_kernel::{
    Action, Actor, Ctx, Language, Line, Reach, Result, UserId,
    actor::Grant,
    ctx::{Seen, Settings},
    period::Fiscal,
    problem::{FORBIDDEN, NOT_FOUND, Texts},
};
use guanxi_storage::{
    Db, Kind, Meta, Options, Record, Resource, Tx, Visibility,
    custom::Fields,
    list::ListQuery,
    resource::{self, Page},
    sql,
    terms::{SEARCH, Term},
};
use proptest::{collection::vec, prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use std::{collections::BTreeSet, sync::Arc};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// A colour.
    pub enum Colour {
        /// Red.
        Red = "red" ("Red", "红"),
        /// Green.
        Green = "green" ("Green", "绿"),
    }
}

/// What callers write of a thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
struct ThingInput {
    #[field(zh = "名", filter, sort)]
    name: Line<200>,
    #[field(zh = "数", filter, sort)]
    number: i64,
    #[field(zh = "色", filter, sort)]
    colour: Colour,
    #[field(zh = "旗", filter, sort)]
    flag: bool,
    #[field(zh = "日", filter, sort)]
    made_on: NaiveDate,
    #[field(zh = "时", filter, sort)]
    seen_at: DateTime<Utc>,
    #[field(zh = "份", filter)]
    share: Option<i64>,
    #[serde(default)]
    #[field(zh = "签", json, terms = "tag")]
    tags: Vec<Line<50>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[field(zh = "主", filter)]
    owner_id: Option<UserId>,
    #[serde(default)]
    #[field(zh = "附", json)]
    extra: Option<Json>,
}

/// A thing.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
struct Thing {
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ThingMeta)]
    meta: Meta<Key>,
    #[serde(flatten)]
    #[field(flatten)]
    input: ThingInput,
}

enum Key {}
type ThingMeta = Meta<Key>;

static THING: Kind = Kind::new::<Thing>(
    "thing",
    "things",
    "things",
    Visibility::Owner,
    Texts { en: "Thing", zh: "东西" },
);

impl Resource for Thing {
    fn kind() -> &'static Kind {
        &THING
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        Json::Null
    }
}

const CREATE: &str = "CREATE TABLE things (
    tenant_id UUID NOT NULL, id UUID NOT NULL, version BIGINT NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL, created_by UUID NOT NULL, deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL, custom JSONB NOT NULL,
    name TEXT NOT NULL, number BIGINT NOT NULL, colour TEXT NOT NULL, flag BOOLEAN NOT NULL,
    made_on DATE NOT NULL, seen_at TIMESTAMPTZ NOT NULL, share BIGINT, tags JSONB NOT NULL, owner_id UUID,
    extra JSONB NOT NULL, PRIMARY KEY (tenant_id, id))";

struct Ground {
    db: Db,
    ctx: Ctx,
}

async fn ground(engine: Engine) -> Option<(Ground, Store)> {
    let store = store::fresh(engine).await?;
    match engine {
        Engine::Sqlite => {
            let mut to = SqliteConnection::connect(&store.url).await.unwrap();
            to.execute(CREATE).await.unwrap();
        }
        Engine::Postgres => {
            let mut to = PgConnection::connect(&store.url).await.unwrap();
            to.execute(CREATE).await.unwrap();
        }
    }
    let db = Db::open(&Options::new(store.url.clone())).await.unwrap();
    Some((Ground { db, ctx: context() }, store))
}

/// Runs each of these tests on both stores.
macro_rules! both {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            use super::Engine;

            async fn on(engine: Engine) {
                let Some((ground, store)) = super::ground(engine).await else { return };
                super::$name(&ground).await;
                ground.db.close().await;
                store.remove().await;
            }

            #[tokio::test]
            async fn sqlite() {
                on(Engine::Sqlite).await;
            }

            #[tokio::test]
            async fn postgres() {
                on(Engine::Postgres).await;
            }
        }
    )*};
}

mod filters;

both![
    pages_hold_every_record_once_in_order,
    an_instant_is_kept_in_microseconds,
    a_record_without_an_owner_is_nobodys_own,
    filters_find_what_they_say,
    deleted_records_are_listed_for_those_who_may_delete,
    the_index_holds_exactly_the_terms_of_the_record,
    json_null_is_no_sql_null,
    a_stale_version_changes_nothing,
];

fn context() -> Ctx {
    let settings = Settings {
        time_zone: "Asia/Shanghai".parse().unwrap(),
        currency: "CNY".parse().unwrap(),
        country: "CN".to_owned(),
        fiscal: Fiscal::default(),
        preferences: guanxi_kernel::preferences::Preferences::default(),
        seal: vec![7; 32],
    };
    Ctx {
        tenant: Uuid::from_u128(1).into(),
        settings: Arc::new(settings),
        actor: Arc::new(Actor::system(Uuid::from_u128(2).into())),
        now: instant(0),
        request_id: "test".into(),
        source: guanxi_kernel::ctx::API,
        language: Language::En,
        seen: Seen::Any,
        accept_duplicates: false,
    }
}

fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_767_225_600_000_000 + micros).unwrap()
}

fn thing(name: &str) -> ThingInput {
    ThingInput {
        name: Line::new(name).unwrap(),
        number: 0,
        colour: Colour::Red,
        flag: false,
        made_on: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
        seen_at: instant(0),
        share: None,
        tags: Vec::new(),
        owner_id: None,
        extra: None,
    }
}

/// An actor with these rights on things.
fn actor(ctx: &Ctx, grants: &[(Action, Reach)]) -> Ctx {
    let grant = |(action, reach): &(Action, Reach)| Grant::new("things", *action, reach.clone());
    let mut actor = Actor::clone(&ctx.actor);
    actor.grants = grants.iter().map(grant).collect();
    Ctx { actor: Arc::new(actor), ..ctx.clone() }
}

fn own() -> Reach {
    Reach { own: true, ..Reach::default() }
}

impl Ground {
    async fn make(&self, input: ThingInput) -> Thing {
        let made =
            async |tx: &mut Tx| resource::create::<Thing>(tx, &self.ctx, input.clone()).await;
        self.db.write(self.ctx.tenant, made).await.unwrap().record
    }

    async fn list(&self, ctx: &Ctx, pairs: &[(&str, &str)]) -> Result<Page<Thing>> {
        let pairs: Vec<_> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let query = ListQuery::parse(&THING, ctx, &Fields::default(), &pairs)?;
        self.page(ctx, &query).await
    }

    async fn page(&self, ctx: &Ctx, query: &ListQuery) -> Result<Page<Thing>> {
        self.db.read(ctx.tenant, async |tx| resource::list::<Thing>(tx, ctx, query).await).await
    }

    /// These things and no others.
    async fn fill(&self, things: &[ThingInput]) {
        let fill = async |tx: &mut Tx| {
            tx.execute(sql!("DELETE FROM record_terms WHERE tenant_id = $1")).await?;
            tx.execute(sql!("DELETE FROM record_texts WHERE tenant_id = $1")).await?;
            tx.execute(sql!("DELETE FROM things WHERE tenant_id = $1")).await?;
            for thing in things {
                resource::create::<Thing>(tx, &self.ctx, thing.clone()).await?;
            }
            Ok(())
        };
        self.db.write(self.ctx.tenant, fill).await.unwrap();
    }

    async fn names(&self, pairs: &[(&str, &str)]) -> String {
        let page = self.list(&self.ctx, &[pairs, &[("sort", "name")]].concat()).await.unwrap();
        page.data
            .iter()
            .map(|shown| shown.record.input.name.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Every page, one after the other.
    async fn walk(&self, sort: &str, limit: usize) -> Vec<Thing> {
        let (mut all, mut cursor) = (Vec::new(), None::<String>);
        let limit = limit.to_string();
        loop {
            let mut pairs = vec![("sort", sort), ("limit", &limit)];
            pairs.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page = self.list(&self.ctx, &pairs).await.unwrap();
            all.extend(page.data.into_iter().map(|shown| shown.record));
            assert!(all.len() < 1000, "the pages never end");
            cursor = page.next;
            if cursor.is_none() {
                return all;
            }
        }
    }
}

/// Few different values, so that many records are equal in what they are ordered by.
fn things() -> impl Strategy<Value = Vec<ThingInput>> {
    let parts = ("[ab上é]{1,2}", -1..2_i64, any::<bool>(), any::<bool>(), 0..3_u64, 0..3_i64);
    let thing = parts.prop_map(|(name, number, red, flag, day, micro)| {
        let mut thing = thing(&name);
        (thing.number, thing.flag) = (number, flag);
        thing.colour = if red { Colour::Red } else { Colour::Green };
        thing.made_on = thing.made_on + Days::new(day);
        // Closer together than a microsecond, too.
        thing.seen_at += TimeDelta::nanoseconds(micro * 600);
        thing
    });
    vec(thing, 0..25)
}

fn sorts() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec![
        "name",
        "number",
        "colour",
        "flag",
        "made_on",
        "seen_at",
        "created_at",
    ]);
    let one = (field, any::<bool>())
        .prop_map(|(name, down)| format!("{}{name}", if down { "-" } else { "" }));
    vec(one, 1..4).prop_map(|fields| fields.join(","))
}

/// How two things compare in that order; the id decides in the direction of the last field.
fn compare(sort: &str, one: &Thing, other: &Thing) -> std::cmp::Ordering {
    let mut order = std::cmp::Ordering::Equal;
    let mut down = false;
    for field in sort.split(',') {
        down = field.starts_with('-');
        let (a, b) = (&one.input, &other.input);
        let by = match field.trim_start_matches('-') {
            "name" => a.name.cmp(&b.name),
            "number" => a.number.cmp(&b.number),
            "colour" => a.colour.to_string().cmp(&b.colour.to_string()),
            "flag" => a.flag.cmp(&b.flag),
            "made_on" => a.made_on.cmp(&b.made_on),
            "seen_at" => a.seen_at.cmp(&b.seen_at),
            _ => one.meta.created_at.cmp(&other.meta.created_at),
        };
        order = order.then(if down { by.reverse() } else { by });
    }
    let by = one.meta.id.uuid().cmp(&other.meta.id.uuid());
    order.then(if down { by.reverse() } else { by })
}

async fn pages_hold_every_record_once_in_order(ground: &Ground) {
    const CASES: usize = 40;
    let mut runner = TestRunner::deterministic();
    for _ in 0..CASES {
        let case = (things(), vec(sorts(), 4), 1..9_usize);
        let (things, sorts, limit) = case.new_tree(&mut runner).unwrap().current();
        ground.fill(&things).await;
        for sort in sorts {
            let found = ground.walk(&sort, limit).await;
            let ids: BTreeSet<Uuid> = found.iter().map(|thing| thing.meta.id.uuid()).collect();
            assert_eq!(
                (ids.len(), found.len()),
                (things.len(), things.len()),
                "sort={sort} limit={limit}"
            );
            assert!(
                found.is_sorted_by(|a, b| compare(&sort, a, b).is_lt()),
                "sort={sort} limit={limit}"
            );
        }
    }
}

async fn an_instant_is_kept_in_microseconds(ground: &Ground) {
    for nanos in [0, 100, 999, 1000, 1001] {
        let seen_at = instant(0) + TimeDelta::nanoseconds(nanos);
        ground.make(ThingInput { seen_at, ..thing("n") }).await;
    }
    for sort in ["seen_at", "-seen_at"] {
        assert_eq!(ground.walk(sort, 1).await.len(), 5, "{sort}");
    }
    let kept = ground.walk("seen_at", 9).await;
    assert!(kept.iter().all(|thing| thing.input.seen_at.timestamp_subsec_nanos() % 1000 == 0));
    let from = instant(1).to_rfc3339();
    assert_eq!(ground.list(&ground.ctx, &[("seen_after", &from)]).await.unwrap().data.len(), 2);
}

/// Whoever may see all and change their own sees the others too, and must not fail on them.
async fn a_record_without_an_owner_is_nobodys_own(ground: &Ground) {
    let me = ground.ctx.actor.user;
    ground.make(thing("nobody's")).await;
    ground.make(ThingInput { owner_id: Some(me), ..thing("mine") }).await;
    ground.make(ThingInput { owner_id: Some(Uuid::from_u128(9).into()), ..thing("theirs") }).await;
    let rights = [(Action::Read, Reach::all()), (Action::Update, own()), (Action::Delete, own())];
    let ctx = actor(&ground.ctx, &rights);
    let page = ground.list(&ctx, &[("sort", "name")]).await.unwrap();
    let seen: Vec<_> =
        page.data.iter().map(|shown| (&*shown.record.input.name, shown.actions.len())).collect();
    assert_eq!(seen, [("mine", 2), ("nobody's", 0), ("theirs", 0)]);
    for shown in &page.data {
        let id = shown.record.meta.id.uuid();
        let one = ground
            .db
            .read(ctx.tenant, async |tx| resource::get::<Thing>(tx, &ctx, id).await)
            .await
            .unwrap();
        assert_eq!(one.actions, shown.actions);
        let change = json!({ "number": 7 });
        let changed = ground
            .db
            .write(ctx.tenant, async |tx| resource::patch::<Thing>(tx, &ctx, id, &change).await);
        assert_eq!(changed.await.is_ok(), &*shown.record.input.name == "mine");
    }
    // What is given away is not one's own any more.
    let mine = page.data[0].record.meta.id.uuid();
    let gift = json!({ "owner_id": Uuid::from_u128(9) });
    let given = ground
        .db
        .write(ctx.tenant, async |tx| resource::patch::<Thing>(tx, &ctx, mine, &gift).await)
        .await;
    assert_eq!(given.unwrap().actions, [""; 0]);
    let back = json!({ "owner_id": me });
    let all = &ground.ctx;
    ground
        .db
        .write(ctx.tenant, async |tx| resource::patch::<Thing>(tx, all, mine, &back).await)
        .await
        .unwrap();
    // Whoever sees only their own sees only that one.
    let ctx = actor(&ground.ctx, &[(Action::Read, own())]);
    assert_eq!(ground.list(&ctx, &[]).await.unwrap().data.len(), 1);
    let nobodys = page.data[1].record.meta.id.uuid();
    let hidden = ground
        .db
        .read(ctx.tenant, async |tx| resource::get::<Thing>(tx, &ctx, nobodys).await)
        .await;
    assert!(hidden.unwrap_err().is(&NOT_FOUND));
}

async fn filters_find_what_they_say(ground: &Ground) {
    let tags = |tags: &[&str]| tags.iter().map(|tag| Line::new(tag).unwrap()).collect();
    let me = Some(ground.ctx.actor.user);
    ground
        .make(ThingInput {
            number: 1, tags: tags(&["VIP", "华东"]), share: Some(5), ..thing("a")
        })
        .await;
    ground.make(ThingInput { number: 2, colour: Colour::Green, owner_id: me, ..thing("b") }).await;
    ground
        .make(ThingInput {
            number: 3,
            tags: tags(&["ｖｉｐ"]),
            flag: true,
            share: Some(6),
            ..thing("c")
        })
        .await;
    let id = ground.list(&ground.ctx, &[("name", "b")]).await.unwrap().data[0]
        .record
        .meta
        .id
        .to_string();
    let mine = me.map(|user| user.to_string()).unwrap();
    let either = format!("null,{mine}");
    let many = vec!["1"; 50].join(",");
    for (pairs, expected) in [
        (vec![("number", "1,3")], "a c"),
        (vec![("number", &*many)], "a"),
        (vec![("number_min", "2")], "b c"),
        (vec![("number_below", "2")], "a"),
        (vec![("colour", "green")], "b"),
        (vec![("colour", "green,red"), ("flag", "true")], "c"),
        (vec![("id", &*id)], "b"),
        (vec![("share", "null")], "b"),
        (vec![("share", "null,6")], "b c"),
        (vec![("share", "5,6")], "a c"),
        (vec![("owner_id", "null")], "a c"),
        (vec![("owner_id", &*mine)], "b"),
        (vec![("owner_id", &*either)], "a b c"),
        (vec![("tag", "vip")], "a c"),
        (vec![("tag", "ＶＩＰ"), ("share", "6")], "c"),
        (vec![("tag", "nothing")], ""),
        (vec![("q", "B")], "b"),
        (vec![("made_on", "2026-01-01")], "a b c"),
        (vec![("made_after", "2026-01-02")], ""),
        (vec![("made_before", "2026-01-02"), ("q", "a")], "a"),
    ] {
        assert_eq!(ground.names(&pairs).await, expected, "{pairs:?}");
    }
    // Nothing in a query reaches the store as SQL, and nothing makes it fail.
    for text in ["'; DROP TABLE things; --", "%", "_", "\\", "$1", "\u{10ffff}", "null"] {
        for name in ["q", "name", "tag"] {
            assert_eq!(ground.names(&[(name, text)]).await, "", "{name}={text}");
        }
    }
}

async fn deleted_records_are_listed_for_those_who_may_delete(ground: &Ground) {
    for name in ["a", "b", "c"] {
        ground.make(thing(name)).await;
    }
    let b = ground.list(&ground.ctx, &[("name", "b")]).await.unwrap().data[0].record.meta.id.uuid();
    let Ground { db, ctx, .. } = ground;
    db.write(ctx.tenant, async |tx| resource::delete::<Thing>(tx, ctx, b).await).await.unwrap();
    assert_eq!(ground.names(&[]).await, "a c");
    assert_eq!(ground.names(&[("include_deleted", "false")]).await, "a c");
    assert_eq!(ground.names(&[("include_deleted", "true")]).await, "a b c");
    assert_eq!(ground.names(&[("q", "b")]).await, "");
    let reader = actor(ctx, &[(Action::Read, Reach::all())]);
    let refused = ground.list(&reader, &[("include_deleted", "true")]).await.unwrap_err();
    assert!(refused.is(&FORBIDDEN));
    let page = ground.list(ctx, &[("include_deleted", "true"), ("name", "b")]).await.unwrap();
    assert_eq!(page.data[0].actions, ["restore"]);
    db.write(ctx.tenant, async |tx| resource::restore::<Thing>(tx, ctx, b).await).await.unwrap();
    assert_eq!(ground.names(&[]).await, "a b c");
}

async fn the_index_holds_exactly_the_terms_of_the_record(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    let made = ground.make(thing("上海软件有限公司")).await;
    let id = made.meta.id.uuid();
    let long = "很长的名字".repeat(40);
    let mut searched = BTreeSet::new();
    for change in [
        json!({ "tags": ["VIP", "华东", "vip"] }),
        json!({ "tags": ["华东"], "name": "上海 软件" }),
        json!({ "name": "aaaa" }),
        json!({ "name": long, "tags": [] }),
        json!({ "number": 4 }),
        json!({ "name": "ＡＢＣ　abc" }),
    ] {
        db.write(ctx.tenant, async |tx| resource::patch::<Thing>(tx, ctx, id, &change).await)
            .await
            .unwrap();
        let now = db
            .read(ctx.tenant, async |tx| resource::load::<Thing>(tx, ctx, id).await)
            .await
            .unwrap();
        let (texts, entries): (BTreeSet<Term>, BTreeSet<Term>) =
            now.all_terms().into_iter().partition(|term| term.field == SEARCH);
        let expected: BTreeSet<(String, String)> =
            entries.into_iter().map(|Term { field, term }| (field.to_owned(), term)).collect();
        for Term { term, .. } in texts.difference(&searched).chain(searched.difference(&texts)) {
            let there = texts.iter().any(|text| text.term.starts_with(term));
            let found = ground.list(ctx, &[("q", term)]).await.unwrap().data;
            assert_eq!(found.iter().any(|one| one.record.meta.id == now.meta.id), there, "{term}");
        }
        searched = texts;
        let select = sql!(
            "SELECT field, term FROM record_terms WHERE tenant_id = $1 AND kind = 'thing' AND record_id = $2",
            id
        );
        let kept =
            db.read(ctx.tenant, async |tx| tx.all::<(String, String)>(select).await).await.unwrap();
        assert_eq!(kept.len(), expected.len());
        assert_eq!(BTreeSet::from_iter(kept), expected, "{change}");
    }
}

async fn json_null_is_no_sql_null(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    for (name, extra) in
        [("a", None), ("b", Some(Json::Null)), ("c", Some(json!({ "x": [null, 1.5, "é\"'"] })))]
    {
        let made = ground.make(ThingInput { extra: extra.clone(), ..thing(name) }).await;
        let id = made.meta.id.uuid();
        let read = db
            .read(ctx.tenant, async |tx| resource::load::<Thing>(tx, ctx, id).await)
            .await
            .unwrap();
        assert_eq!(read.input.extra, extra.filter(|extra| !extra.is_null()));
    }
}

async fn a_stale_version_changes_nothing(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    let id = ground.make(thing("a")).await.meta.id.uuid();
    let change = async |seen: Seen, number: i64| {
        let ctx = Ctx { seen, ..ctx.clone() };
        let patch = json!({ "number": number });
        db.write(ctx.tenant, async |tx| resource::patch::<Thing>(tx, &ctx, id, &patch).await).await
    };
    assert_eq!(change(Seen::Versions(vec![1]), 5).await.unwrap().record.meta.version, 2);
    let stale = change(Seen::Versions(vec![1]), 6).await.unwrap_err();
    assert_eq!((stale.code().code, stale.current_version()), ("stale_version", Some(2)));
    assert_eq!(
        change(Seen::Versions(vec![2]), 5).await.unwrap().record.meta.version,
        2,
        "nothing to change"
    );
    assert_eq!(change(Seen::Versions(vec![1, 2]), 6).await.unwrap().record.meta.version, 3);
}
