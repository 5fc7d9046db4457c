//! Ceiling b: the statements of each operation, straight on the store. What they take cannot be
//! saved without changing what is stored or how it is asked for.
//!
//! The texts are copies, so that the engine's own work is not measured with them; the rehearsal
//! fails when the program says anything else.

use crate::{
    Outcome,
    data::{Dice, Row},
    load::{CONNECTIONS, Figures, Watch, Worker, measure},
    operations::{Operation, PAGE, Wish},
    run::Bench,
    store::{Engine, Store},
    talk::{Pools, Talk, Who, got_in_between},
};
use chrono::{DateTime, Utc};
use guanxi_customers::parties::{PARTY, Party, PartyId, PartyInput};
use guanxi_kernel::{Clock, Line, input, text::fold};
use guanxi_matching::{MOST_LOOKUPS, Profile, ProfileKind, lookups, prepare};
use guanxi_storage::{
    Meta, Record as _, Resource as _,
    kind::Parts as _,
    record::json,
    terms::{SEARCH, Term},
    texts,
};
use sea_query::Value;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use uuid::Uuid;

/// How often a change is tried when others get in between, as in the program.
const TRIES: u32 = 20;

/// The longest pause between two, in milliseconds, but for the spread: as the program does.
const LONGEST_PAUSE: u64 = 128;

/// Parts of the name of a new party that others are looked for by, at most.
const MOST_PARTS: usize = MOST_LOOKUPS;

/// Others that are compared with a new party for each part of its name.
const CANDIDATES: i64 = 100;

/// Tiers of the parties of one page at most.
const MOST_TIERS: usize = 8;

/// Terms of one party at most.
const MOST_TERMS: usize = 200;

const CLAIM: &str = "INSERT INTO idempotency_keys
         (tenant_id, principal_id, operation, key, fingerprint, status, body, created_at)
     VALUES ($1, $2, $3, $4, $5, 0, '', $6)
     ON CONFLICT (tenant_id, principal_id, operation, key) DO NOTHING";
const KEEP: &str = "UPDATE idempotency_keys SET status = $5, etag = $6, location = $7, body = $8
     WHERE tenant_id = $1 AND principal_id = $2 AND operation = $3 AND key = $4";
const HAS_CODE: &str = "SELECT CAST(1 AS BIGINT) FROM parties
     WHERE tenant_id = $1 AND code = $2 AND id <> $3 AND deleted_at IS NULL LIMIT 1";
const OWNER: &str = "SELECT status, sales_profile FROM users
     WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL";
const VISIBLE: &str = "SELECT CAST(1 AS BIGINT) FROM users t
     WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.id = $2 AND TRUE";
const EVENT: &str =
    "INSERT INTO events (tenant_id, seq, txid, occurred_at, user_id, api_key_id, request_id,
         source, subject_type, subject_id, kind, version, changed, holders_before,
         holders_after, before, after, salt)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
const LINK: &str = "INSERT INTO event_links (tenant_id, record_id, seq) VALUES ($1, $2, $3)";
/// The members that a new party has, as its event names them.
const CHANGED: &str = ",addresses,annual_revenue,code,created_at,created_by,emails,employees,id,industry,kind,name,owner_id,phones,region,roles,short_name,tags,tier,";
/// What every request asks first: whether the caller's session lives.
const SESSION: &str = "SELECT t.access_version, t.version AS tenant_version
     FROM sessions s JOIN tenants t ON t.tenant_id = s.tenant_id AND t.id = s.tenant_id
     WHERE s.tenant_id = $1 AND s.id = $2 AND s.user_id = $3
         AND s.ended_at IS NULL AND s.expires_at > $4";

/// Whether the fields of the tenant are still those that this node keeps.
const STAMP: &str = "SELECT stamp FROM custom_field_stamps WHERE tenant_id = $1";

const FOUND_IN_SQLITE: &str = "SELECT x.record_id FROM record_texts_words w
     CROSS JOIN record_texts x ON x.doc = w.rowid
     WHERE w.record_texts_words MATCH '\"' || $2 || '\"*' AND x.tenant_id = $1 AND x.kind = $3";
const FOUND_IN_POSTGRES: &str = "SELECT y.record_id FROM unnest(ARRAY(SELECT x.record_id FROM record_texts x
     WHERE x.words @@ CAST('''' || $2 || ''':*' AS tsquery) AND x.tenant_id = $1 AND x.kind = $3)) AS y (record_id)";
const SOME_IN_POSTGRES: &str = "SELECT x.record_id FROM record_texts x
     WHERE x.words @@ CAST('''' || $2 || ''':*' AS tsquery) AND x.tenant_id = $1 AND x.kind = $3";
const DOC: &str = "INSERT INTO record_texts (tenant_id, kind, record_id) VALUES ($1, $2, $3)
     ON CONFLICT (tenant_id, kind, record_id) DO UPDATE SET kind = excluded.kind
     RETURNING record_id, doc";
const WORDS: &str = "INSERT OR REPLACE INTO record_texts_words (rowid, words) VALUES ($2, $3)";
const TEXT: &str = "INSERT INTO record_texts (tenant_id, kind, record_id, words)
     VALUES ($1, $2, $3, CAST($4 AS tsvector))
     ON CONFLICT (tenant_id, kind, record_id) DO UPDATE SET words = excluded.words";

/// The texts that are made of the columns of a party, once.
#[derive(Debug)]
struct Texts {
    get: &'static str,
    by_tier: &'static str,
    by_role: &'static str,
    search: &'static str,
    /// By the number of terms.
    terms: Vec<&'static str>,
    /// By the number of parts of the name.
    candidates: Vec<&'static str>,
    /// By the number of tiers.
    policies: Vec<&'static str>,
    engine: Engine,
}

impl Texts {
    fn new(engine: Engine) -> Self {
        let columns = PARTY.shape.columns;
        let select = |extra: &str, condition: &str| {
            let text = format!(
                "SELECT {columns}{extra} FROM parties t WHERE t.tenant_id = $1 AND {condition}"
            );
            &*text.leak()
        };
        Self {
            get: select("", "t.id = $2 AND TRUE AND t.deleted_at IS NULL"),
            by_tier: select(
                ", t.name_folded",
                "TRUE AND t.deleted_at IS NULL AND (t.tier IN ($2)) \
                 ORDER BY t.name_folded, t.id LIMIT $3",
            ),
            by_role: select(
                ", t.updated_at",
                "TRUE AND t.deleted_at IS NULL AND (SELECT x.record_id FROM record_terms x \
                 WHERE x.tenant_id = $1 AND x.record_id = t.id \
                 AND x.kind = $2 AND x.field = $3 AND x.term IN ($4) LIMIT 1) IS NOT NULL \
                 ORDER BY t.updated_at DESC, t.id DESC LIMIT $5",
            ),
            search: select(
                ", t.created_at",
                &format!(
                    "TRUE AND t.deleted_at IS NULL AND t.id IN ({}) \
                 ORDER BY t.created_at DESC, t.id DESC LIMIT $4",
                    match engine {
                        Engine::Sqlite => FOUND_IN_SQLITE,
                        Engine::Postgres => FOUND_IN_POSTGRES,
                    }
                ),
            ),
            terms: (0..=MOST_TERMS).map(terms_text).collect(),
            policies: (0..=MOST_TIERS).map(policies_text).collect(),
            candidates: (0..=MOST_PARTS).map(|parts| candidates_text(engine, parts)).collect(),
            engine,
        }
    }
}

/// Parties whose names have one of so many parts, some of each.
fn candidates_text(engine: Engine, parts: usize) -> &'static str {
    let (found, order) = match engine {
        Engine::Sqlite => (FOUND_IN_SQLITE, " ORDER BY w.rowid DESC"),
        Engine::Postgres => (SOME_IN_POSTGRES, ""),
    };
    let part = |at: usize| {
        let number = |of: usize| format!("${}", 3 * at + of);
        let found = found.replace("$2", "#").replace("$3", &number(3)).replace('#', &number(2));
        let most = number(4);
        format!("SELECT record_id FROM ({found}{order} LIMIT {most}) y")
    };
    let parts: Vec<String> = (0..parts).map(part).collect();
    format!(
        "SELECT {} FROM parties t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.id IN ({}) AND TRUE",
        PARTY.shape.columns,
        parts.join(" UNION ")
    )
    .leak()
}

fn terms_text(count: usize) -> &'static str {
    let tuple = |at: usize| {
        format!("($1, ${}, ${}, ${}, ${})", 4 * at + 2, 4 * at + 3, 4 * at + 4, 4 * at + 5)
    };
    let tuples: Vec<String> = (0..count).map(tuple).collect();
    format!(
        "INSERT INTO record_terms (tenant_id, kind, field, term, record_id) VALUES {} ON CONFLICT DO NOTHING",
        tuples.join(", ")
    )
    .leak()
}

/// How often parties of so many tiers are to be visited.
fn policies_text(tiers: usize) -> &'static str {
    let places: Vec<String> = (0..tiers).map(|at| format!("${}", at + 2)).collect();
    format!(
        "SELECT tier, every_days FROM service_policies WHERE tenant_id = $1 AND tier IN ({}) AND deleted_at IS NULL",
        places.join(", ")
    )
    .leak()
}

/// A statement's values; the tenant comes first by itself.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$(Value::from($value)),*] };
}

/// The store as ceiling b uses it. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Direct(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pools: Pools,
    texts: Texts,
    who: Who,
    template: Party,
}

impl Direct {
    /// Opens the store in the name of the last one who signed in.
    pub(crate) async fn open(store: &Store) -> Outcome<Self> {
        let pools = Pools::open(store).await?;
        let who = pools.last_session().await?;
        let template = template(who.user_id)?;
        Ok(Self(Arc::new(Shared { pools, texts: Texts::new(store.engine), who, template })))
    }

    /// The ids of all parties, in their order.
    pub(crate) async fn ids(&self) -> Outcome<Arc<[Uuid]>> {
        Ok(self.0.pools.parties(self.0.who.tenant_id).await?.into())
    }

    /// What the store is, in its own words.
    pub(crate) async fn describe(&self) -> Outcome<String> {
        Ok(self.0.pools.describe().await?)
    }

    pub(crate) async fn close(&self) {
        self.0.pools.close().await;
    }

    /// Measures the ceiling of `operation`.
    pub(crate) async fn measure(
        &self,
        bench: &Bench<'_>,
        operation: Operation,
        ids: &Arc<[Uuid]>,
    ) -> Outcome<Figures> {
        self.measure_saying(bench, operation, ids, false).await
    }

    /// Measures the statement alone that finds what `operation` asks for.
    pub(crate) async fn alone(
        &self,
        bench: &Bench<'_>,
        operation: Operation,
        ids: &Arc<[Uuid]>,
    ) -> Outcome<Figures> {
        self.measure_saying(bench, operation, ids, true).await
    }

    async fn measure_saying(
        &self,
        bench: &Bench<'_>,
        operation: Operation,
        ids: &Arc<[Uuid]>,
        alone: bool,
    ) -> Outcome<Figures> {
        let worker = |seed| Saying {
            direct: self.clone(),
            operation,
            ids: ids.clone(),
            dice: Dice::new(seed),
            alone,
        };
        let workers = (0..CONNECTIONS as u64).map(worker).collect();
        let watch = Watch { server: None, store: bench.store };
        measure(workers, bench.working, bench.plan.time, watch).await
    }

    /// Says the statements of `wish` once; their texts.
    pub(crate) async fn texts(&self, wish: &Wish) -> Outcome<Vec<&'static str>> {
        Ok(self.say(wish).await?)
    }

    async fn say(&self, wish: &Wish) -> sqlx::Result<Vec<&'static str>> {
        let mut session = self.0.pools.reading(self.0.who.tenant_id).await?;
        session
            .rows(SESSION, values![self.0.who.id, self.0.who.user_id, Clock::System.now()])
            .await?;
        let mut said = session.end();
        said.extend(match wish {
            Wish::Create(..) | Wish::Patch(..) => self.change(wish).await?,
            _ => self.look(wish).await?,
        });
        Ok(said)
    }

    /// The statement that finds what is asked for, and its values behind the tenant.
    fn finding(&self, wish: &Wish) -> Option<(&'static str, Vec<Value>)> {
        let said = &self.0.texts;
        let page = PAGE + 1;
        Some(match wish {
            Wish::Get(id) | Wish::Patch(id, _) => (said.get, values![*id]),
            Wish::ByTier(tier) => (said.by_tier, values![*tier, page]),
            Wish::ByRole(role) => (said.by_role, values![PARTY.name, "role", *role, page]),
            Wish::Search(words) => {
                let beginning = texts::word(self.0.who.tenant_id.into(), PARTY.name, &fold(words));
                (said.search, values![beginning, PARTY.name, page])
            }
            Wish::Create(..) => return None,
        })
    }

    /// The same with all values as texts, if it is one that another program may say.
    pub(crate) fn spelt(&self, wish: &Wish) -> Option<(&'static str, Vec<String>)> {
        let said = &self.0.texts;
        let (tenant, page) = (self.0.who.tenant_id.to_string(), (PAGE + 1).to_string());
        Some(match wish {
            Wish::Get(id) => (said.get, vec![tenant, id.to_string()]),
            Wish::ByTier(tier) => (said.by_tier, vec![tenant, (*tier).to_owned(), page]),
            Wish::ByRole(role) => {
                let [kind, field] = [PARTY.name, "role"].map(str::to_owned);
                (said.by_role, vec![tenant, kind, field, (*role).to_owned(), page])
            }
            _ => return None,
        })
    }

    /// Says nothing but the statement that finds what is asked for.
    async fn find(&self, wish: &Wish) -> sqlx::Result<()> {
        let Some((text, values)) = self.finding(wish) else { return Ok(()) };
        let mut talk = self.0.pools.reading(self.0.who.tenant_id).await?;
        talk.rows(text, values).await.map(drop)
    }

    async fn look(&self, wish: &Wish) -> sqlx::Result<Vec<&'static str>> {
        let Some((text, values)) = self.finding(wish) else { return Ok(Vec::new()) };
        let mut talk = self.0.pools.reading(self.0.who.tenant_id).await?;
        if !matches!(wish, Wish::Get(_)) {
            talk.rows(STAMP, Vec::new()).await?;
        }
        let tiers = talk.tiers(text, values).await?;
        self.policies(&mut talk, tiers.iter().map(String::as_str)).await?;
        Ok(talk.end())
    }

    /// Asks how often parties of these tiers are to be visited, which their next visits follow from.
    async fn policies(
        &self,
        talk: &mut Talk,
        tiers: impl Iterator<Item = &str>,
    ) -> sqlx::Result<()> {
        let tiers: Vec<Value> = tiers.map(Value::from).collect();
        match self.0.texts.policies.get(tiers.len()) {
            Some(text) if !tiers.is_empty() => talk.rows(text, tiers).await.map(drop),
            _ => Ok(()),
        }
    }

    /// A change in one transaction, tried again as the program does.
    async fn change(&self, wish: &Wish) -> sqlx::Result<Vec<&'static str>> {
        let mut attempt = 1;
        loop {
            let mut talk = self.0.pools.writing(self.0.who.tenant_id).await?;
            let done = match wish {
                Wish::Create(key, row) => self.create(&mut talk, *key, row).await,
                Wish::Patch(id, employees) => self.patch(&mut talk, *id, *employees).await,
                _ => Ok(()),
            };
            let done = match done {
                Ok(()) => talk.commit().await,
                Err(error) => talk.rollback().await.and(Err(error)),
            };
            match done {
                Err(error) if got_in_between(&error) && attempt < TRIES => pause(attempt).await,
                done => return done,
            }
            attempt += 1;
        }
    }

    async fn create(&self, talk: &mut Talk, key: Uuid, row: &Row) -> sqlx::Result<()> {
        let now = Clock::System.now();
        let party = self.party(row, now)?;
        let (user, id) = (self.0.who.user_id, party.meta.id.uuid());
        let operation = "POST /v1/parties";
        let fingerprint = "0123456789012345678901234567890123456789012";
        let claim = values![user, operation, key.to_string(), fingerprint, now];
        talk.run(CLAIM, claim).await?;
        talk.rows(HAS_CODE, values![row.code.clone(), id]).await?;
        talk.rows(OWNER, values![user]).await?;
        talk.rows(STAMP, Vec::new()).await?;
        self.candidates(talk, row).await?;
        talk.rows(VISIBLE, values![user]).await?;
        let mut values = Vec::new();
        party.write(&mut values);
        talk.run(PARTY.shape.insert, values).await?;
        self.terms(talk, &party).await?;
        let body = self.event(talk, None, &party, now).await?;
        self.policies(talk, party.input.tier.as_deref().into_iter()).await?;
        let location = format!("/v1/parties/{id}");
        let keep = values![user, operation, key.to_string(), 201_i64, "\"1\"", location, body];
        talk.run(KEEP, keep).await.map(drop)
    }

    /// The parties that a new one is compared with.
    async fn candidates(&self, talk: &mut Talk, row: &Row) -> sqlx::Result<()> {
        let profile = Profile::new(ProfileKind::Organisation, [&*row.name, &*row.short_name]);
        let parts = lookups(&prepare(&profile));
        let Some(text) = self.0.texts.candidates.get(parts.len()) else { return Ok(()) };
        let tenant = self.0.who.tenant_id.into();
        let values = parts.iter().flat_map(|part| {
            values![texts::word(tenant, PARTY.name, part), PARTY.name, CANDIDATES]
        });
        talk.rows(text, values.collect()).await.map(drop)
    }

    fn party(&self, row: &Row, now: DateTime<Utc>) -> sqlx::Result<Party> {
        let mut party = self.0.template.clone();
        party.meta.id = PartyId::new(now);
        (party.meta.created_at, party.meta.updated_at) = (now, now);
        party.name_folded = fold(&row.name);
        party.input.name = Line::new(&row.name).map_err(sqlx::Error::decode)?;
        party.input.short_name = Some(Line::new(&row.short_name).map_err(sqlx::Error::decode)?);
        party.input.code = Some(Line::new(&row.code).map_err(sqlx::Error::decode)?);
        Ok(party)
    }

    async fn terms(&self, talk: &mut Talk, party: &Party) -> sqlx::Result<()> {
        let (searched, terms): (BTreeSet<Term>, BTreeSet<Term>) =
            party.all_terms().into_iter().partition(|term| term.field == SEARCH);
        let Some(text) = self.0.texts.terms.get(terms.len()) else { return Ok(()) };
        let id = party.meta.id.uuid();
        let values =
            terms.into_iter().flat_map(|Term { field, term }| values![PARTY.name, field, term, id]);
        talk.run(text, values.collect()).await?;
        let tenant = self.0.who.tenant_id.into();
        let word = |term: &Term| texts::word(tenant, PARTY.name, &term.term);
        let words: Vec<String> = searched.iter().map(word).collect();
        match self.0.texts.engine {
            Engine::Sqlite => {
                let doc = talk.doc(DOC, values![PARTY.name, id]).await?;
                talk.run(WORDS, values![doc, words.join(" ")]).await.map(drop)
            }
            Engine::Postgres => {
                let words = format!("'{}'", words.join("' '"));
                talk.run(TEXT, values![PARTY.name, id, words]).await.map(drop)
            }
        }
    }

    async fn patch(&self, talk: &mut Talk, id: Uuid, employees: u64) -> sqlx::Result<()> {
        talk.rows(STAMP, Vec::new()).await?;
        let Some(before) = talk.party(self.0.texts.get, values![id]).await? else { return Ok(()) };
        let (now, read) = (Clock::System.now(), before.meta.version);
        let mut after = before.clone();
        after.input.employees = i64::try_from(employees).ok();
        (after.meta.version, after.meta.updated_at) = (read + 1, now);
        let mut values = Vec::new();
        after.write(&mut values);
        values.push(read.into());
        talk.run(PARTY.shape.update, values).await?;
        self.event(talk, Some(&before), &after, now).await?;
        self.policies(talk, after.input.tier.as_deref().into_iter()).await
    }

    /// Records what happened; the record afterwards, as it is answered with.
    async fn event(
        &self,
        talk: &mut Talk,
        before: Option<&Party>,
        after: &Party,
        now: DateTime<Utc>,
    ) -> sqlx::Result<String> {
        let (seq, txid) = talk.next_event().await?;
        let (id, user) = (after.meta.id.uuid(), self.0.who.user_id);
        let kind = if before.is_some() { "party.updated" } else { "party.created" };
        let request = Uuid::new_v4().to_string();
        let (key, version) = (Value::Uuid(None), after.meta.version);
        let changed = if before.is_some() { ",employees," } else { CHANGED };
        let holders = json(&[user]);
        let held_before = before.map_or(Value::Json(None), |_| holders.clone());
        let before = before.map_or(Value::Json(None), json);
        let document = serde_json::to_string(after).unwrap_or_default();
        let after = json(after);
        let values = values![
            seq,
            txid,
            now,
            user,
            key,
            request,
            "api",
            PARTY.name,
            id,
            kind,
            version,
            changed,
            held_before,
            holders,
            before,
            after,
            Uuid::new_v4()
        ];
        talk.run(EVENT, values).await?;
        talk.run(LINK, values![id, seq]).await?;
        Ok(document)
    }
}

/// A party like those that are created, but for what each has of its own.
fn template(user: Uuid) -> Outcome<Party> {
    let row = Row::with_code(&mut Dice::new(0), "N-0".to_owned());
    let mut input: PartyInput = input::read(row.json())?;
    input.owner_id = Some(user.into());
    let now = Clock::System.now();
    let meta = Meta {
        id: PartyId::new(now),
        version: 1,
        created_at: now,
        updated_at: now,
        created_by: user.into(),
        deleted_at: None,
        extra: guanxi_storage::Extra::default(),
    };
    Ok(Party::assemble(meta, input))
}

async fn pause(attempt: u32) {
    let pause = (1 << attempt.min(16)).min(LONGEST_PAUSE);
    let spread = u64::from(Uuid::new_v4().as_bytes()[0]) % pause;
    tokio::time::sleep(Duration::from_millis(pause + spread)).await;
}

/// Says the statements of one operation after the other.
struct Saying {
    direct: Direct,
    operation: Operation,
    ids: Arc<[Uuid]>,
    dice: Dice,
    /// Whether only the statement is said that finds what is asked for.
    alone: bool,
}

impl Worker for Saying {
    async fn once(&mut self) -> Outcome<u16> {
        let wish = self.operation.draw(&mut self.dice, &self.ids);
        let said = if self.alone {
            self.direct.find(&wish).await
        } else {
            self.direct.say(&wish).await.map(drop)
        };
        match said {
            Ok(()) => Ok(200),
            // What the program answers with then.
            Err(error) if got_in_between(&error) => Ok(503),
            Err(error) => Err(error.into()),
        }
    }
}
