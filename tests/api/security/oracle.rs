//! Who sees which record: a model of units, teams, roles and owners against every way in which records
//! are told of. The companies are made by chance, and are the same in every run.

use super::ask;
use crate::{
    contracts::product,
    customers::visibility::{Cast, Dice, Model, PARTIES, PLURALS, USERS},
    sales::yuan,
};
use guanxi_tests::{Answer, Client, Json, Request, World, both_stores, json};
use std::collections::BTreeSet;

both_stores![sec_13_every_way_to_records_shows_what_the_model_says];

/// What each role may do besides reading: as far as it reads parties, or with what is one's own.
const ALSO: &[(&str, &str, Option<usize>)] = &[
    ("contracts", "read", Some(0)),
    ("parties", "export", Some(0)),
    ("exports", "any", None),
    ("jobs", "any", None),
];

/// The names of kinds and of the members that say which record it is.
const KINDS: [(&str, &str); 3] = [("party", "name"), ("contact", "name"), ("activity", "subject")];

/// Companies that are tried.
const ROUNDS: usize = 24;

/// The records by their numbers, as those of the cast.
struct Ground {
    cast: Cast,
    contacts: Vec<String>,
    contracts: Vec<String>,
}

impl Ground {
    async fn new(world: &World) -> Self {
        let cast = Cast::engage(world, ALSO).await;
        let page = world.admin.get("/v1/contacts?sort=name").await.expect(200);
        let contacts: Vec<String> = texts(&page, "id");
        assert_eq!(texts(&page, "name"), (0..PARTIES).map(|n| n.to_string()).collect::<Vec<_>>());
        let (product, mut contracts) = (product(world, "100.00").await, Vec::new());
        for (number, party) in cast.parties.iter().enumerate() {
            let role = format!("/v1/parties/{party}/roles/customer");
            world.admin.act(role).await.expect(200);
            let body = json!({ "name": number.to_string(), "party_id": party, "currency": "CNY", "lines": [
                { "product_id": product, "quantity": "1", "unit_price": yuan("1.00"), "tax_rate": "0" }] });
            contracts.push(world.admin.post("/v1/contracts", body).await.expect(201).id());
        }
        Self { cast, contacts, contracts }
    }

    async fn play(&self, world: &World, model: &Model) {
        self.cast.play(world, model).await;
        // A contract always has an owner, and so has a visit.
        for (contract, owner) in self.contracts.iter().zip(&model.visitors) {
            let owner = json!({ "owner_id": self.cast.users[*owner].1 });
            world.admin.patch(format!("/v1/contracts/{contract}"), owner).await.expect(200);
        }
    }

    /// The ids of parties, contacts or activities.
    fn ids(&self, resource: usize) -> &[String] {
        [&self.cast.parties, &self.contacts, &self.cast.visits][resource]
    }

    /// All that is asked as one user; of each resource one record is asked for by itself.
    fn questions(&self, client: &Client, one: [usize; 3]) -> Vec<Request> {
        let mut asked = Vec::new();
        for (resource, plural) in PLURALS.iter().enumerate() {
            let (number, id) = (one[resource], &self.ids(resource)[one[resource]]);
            let all = format!("/v1/{plural}");
            let body = json!({ "filter": "created_at <= now()", "count": "exact" });
            asked.extend([
                client.get(format!("{all}?limit=200&count=exact")),
                client.post(format!("{all}/search"), body),
                client.get(format!("{all}?q={number}")),
                client.get(format!("{all}?filter=id = {id}&count=exact")),
                client.get(format!("{all}/{id}")),
                client.get(format!("{all}/{id}/timeline")),
            ]);
        }
        let types = KINDS.map(|(kind, _)| kind).join(",");
        asked.extend([
            client.get(format!("/v1/search?q={}&types={types}&limit=50", one[0])),
            client.get(format!("/v1/changes?types={types},contract&limit=500")),
            client.get("/v1/reports/contracts-by-stage"),
        ]);
        asked
    }
}

/// One member of each item of a page, as text.
fn texts(page: &Answer, member: &str) -> Vec<String> {
    let text = |one: &Json| one.as_str().unwrap_or_default().to_owned();
    page.each(member).iter().map(text).collect()
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

fn numbers(seen: &[usize]) -> Vec<String> {
    seen.iter().map(ToString::to_string).collect()
}

/// Kinds and ids of the items of a page.
fn named(page: &Answer) -> BTreeSet<(String, String)> {
    texts(page, "type").into_iter().zip(texts(page, "id")).collect()
}

/// The tuples of company, user, record and question that these answers decided.
fn judged(
    ground: &Ground,
    model: &Model,
    user: usize,
    one: [usize; 3],
    all: Vec<Answer>,
    case: &str,
) -> usize {
    let seen: Option<Vec<Vec<usize>>> = (0..3).map(|resource| model.sees(user, resource)).collect();
    let Some(seen) = seen else {
        for answer in &all {
            assert_eq!(answer.status, 403, "{case}: {}", answer.text);
        }
        return all.len();
    };
    let mut answers = all.into_iter();
    let mut next = || answers.next().expect("an answer");
    let (mut tuples, mut visible) = (0, BTreeSet::new());
    for (resource, seen) in seen.iter().enumerate() {
        let (ids, (kind, member)) = (ground.ids(resource), KINDS[resource]);
        let (number, count) = (one[resource], json!(seen.len()));
        let sees = seen.contains(&number);
        let own: BTreeSet<String> = seen.iter().map(|record| ids[*record].clone()).collect();
        for _ in ["list", "search"] {
            let page = next().expect(200);
            assert_eq!(sorted(texts(&page, member)), numbers(seen), "{case} {kind}");
            assert_eq!(page.json["total"], count, "{case} {kind}: a count tells of others");
        }
        let found: BTreeSet<String> = texts(&next().expect(200), "id").into_iter().collect();
        assert!(found.is_subset(&own), "{case} {kind}: q={number}");
        assert_eq!(found.contains(&ids[number]), sees, "{case} {kind}: q={number}");
        let total = next().expect(200).json["total"].clone();
        assert_eq!(total, json!(usize::from(sees)), "{case} {kind}: a filter");
        for what in ["a record", "a timeline"] {
            let status = if sees { 200 } else { 404 };
            assert_eq!(next().status, status, "{case} {kind} {number}: {what}");
        }
        tuples += 3 * PARTIES + 5;
        visible.extend(own.into_iter().map(|id| (kind.to_owned(), id)));
    }
    let found = named(&next().expect(200));
    assert!(found.is_subset(&visible), "{case}: a search of everything shows {found:?}");
    for (resource, (kind, _)) in KINDS.iter().enumerate() {
        let hit = ((*kind).to_owned(), ground.ids(resource)[one[0]].clone());
        let sees = seen[resource].contains(&one[0]);
        assert_eq!(found.contains(&hit), sees, "{case}: a search of everything, {kind}");
    }
    let contracts = (0..PARTIES).filter(|at| model.reaches(user, 0, Some(model.visitors[*at])));
    let contracts: Vec<usize> = contracts.collect();
    visible
        .extend(contracts.iter().map(|at| ("contract".to_owned(), ground.contracts[*at].clone())));
    let feed = next().expect(200);
    assert_eq!(feed.json["has_more"], false, "{case}");
    let told = feed.data().iter().filter(|change| change["op"] == "upsert");
    let text = |one: &Json| one.as_str().unwrap_or_default().to_owned();
    let told: BTreeSet<_> = told.map(|one| (text(&one["type"]), text(&one["id"]))).collect();
    assert_eq!(told, visible, "{case}: the feed");
    let report = next().expect(200);
    assert_eq!(report.json["totals"]["count"], json!(contracts.len()), "{case}: a report");
    tuples + 7 * PARTIES + 1
}

/// What the file of an export shows to somebody.
async fn exported(world: &World, client: &Client) -> Vec<String> {
    let wish = json!({ "resource": "parties", "format": "csv", "fields": ["name"] });
    let job = client.post("/v1/exports", wish).await.expect(202).id();
    world.work().await;
    let job = client.get(format!("/v1/jobs/{job}")).await.expect(200);
    let file =
        job.json["result"]["file"].as_str().unwrap_or_else(|| panic!("a file: {}", job.text));
    let file = client.get(file).await.expect(200);
    let cell = |line: &str| line.trim_matches(['"', '\r', '\u{feff}']).to_owned();
    sorted(file.text.lines().skip(1).map(cell).collect())
}

/// Take the owner of the parent out of how far a right reaches, or a count from before rights, and the
/// first rounds say so.
async fn sec_13_every_way_to_records_shows_what_the_model_says(world: &World) {
    let ground = Ground::new(world).await;
    let (mut dice, mut tuples) = (Dice(13), 0);
    for round in 0..ROUNDS {
        let model = Model::any(&mut dice);
        ground.play(world, &model).await;
        for (user, (client, _)) in ground.cast.users.iter().enumerate() {
            let one = [0; 3].map(|_: usize| dice.roll(PARTIES));
            let answers = ask(ground.questions(client, one)).await;
            let case = format!("round {round}, user {user}: {model:?}");
            tuples += judged(&ground, &model, user, one, answers, &case);
        }
        let user = dice.roll(USERS);
        if let Some(seen) = model.sees(user, 0) {
            let file = exported(world, &ground.cast.users[user].0).await;
            assert_eq!(file, numbers(&seen), "round {round}, user {user}, an export: {model:?}");
            tuples += PARTIES;
        }
    }
    assert!(tuples > 10_000, "{tuples} tuples");
}
