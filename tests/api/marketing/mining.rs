//! Datasets, models, and what they say of customers and prospects.

use crate::{
    bulk::{commit, counts, done, set, succeeded, upload},
    sales::{party, with},
};
use flate2::read::GzDecoder;
use guanxi_tests::{Answer, Json, World, both_stores, given, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io::Read as _,
    path::Path,
};

both_stores![
    m_10_a_dataset_is_a_snapshot_that_never_changes,
    x_74_features_know_nothing_of_what_came_later,
    m_16_m_19_m_22_the_worked_rule_is_found_and_extracted,
    m_18_amounts_are_expected_as_the_means_of_leaves,
    m_17_a_public_campaign_tells_what_others_found_in_it,
    what_cannot_be_mined_is_said,
];

/// Asks for a job and does it; the job and what it was about.
pub(super) async fn made(world: &World, path: &str, body: Json) -> (Answer, String) {
    let job = world.admin.post(path, body).await.expect(202);
    let subject = job.json["subject_id"].as_str().expect("a subject").to_owned();
    (done(world, &job.id()).await, subject)
}

pub(super) async fn dataset(world: &World, body: Json) -> Answer {
    let (job, id) = made(world, "/v1/mining/datasets", body).await;
    succeeded(&job);
    world.admin.get(format!("/v1/mining/datasets/{id}")).await.expect(200)
}

pub(super) async fn model(world: &World, dataset: &str, members: Json) -> Answer {
    let body = json!({ "name": "模型", "dataset_id": dataset, "kind": "classification_tree" });
    let (job, id) = made(world, "/v1/mining/models", with(body, members)).await;
    succeeded(&job);
    world.admin.get(format!("/v1/mining/models/{id}")).await.expect(200)
}

pub(super) fn own(model: &Answer) -> String {
    format!("/v1/mining/models/{}", model.id())
}

/// A file as a dataset.
async fn from_file(world: &World, query: &str, file: impl Into<Vec<u8>>) -> Answer {
    let path = format!("/v1/mining/datasets/from-file?{query}");
    let job = world.admin.request("POST", path).raw("application/octet-stream", file).await;
    let job = job.expect(202);
    let id = job.json["subject_id"].as_str().expect("a subject").to_owned();
    succeeded(&done(world, &job.id()).await);
    world.admin.get(format!("/v1/mining/datasets/{id}")).await.expect(200)
}

/// Reads a dataset or a model in every way but those of what callers change.
pub(super) async fn read_in_every_way(world: &World, path: &str, id: &str) {
    let listed = world.admin.get(path).await.expect(200);
    let found = world.admin.post(format!("{path}/search"), json!({})).await.expect(200);
    for page in [listed, found] {
        assert!(page.each("id").contains(&json!(id)));
    }
    for end in ["timeline", "provenance"] {
        world.admin.get(format!("{path}/{id}/{end}")).await.expect(200);
    }
}

async fn m_10_a_dataset_is_a_snapshot_that_never_changes(world: &World) {
    given::field(&world.admin, "age", "integer", json!({})).await;
    let mut ids = Vec::new();
    for number in 0..6 {
        let body = json!({ "kind": "person", "name": format!("顾客{number}"), "roles": ["customer"],
            "industry": if number < 4 { json!("零售") } else { Json::Null }, "custom": { "age": 20 + number } });
        ids.push(world.admin.post("/v1/parties", body).await.expect(201).id());
    }
    party(&world.admin, "潜在客户", &["prospect"]).await;
    let known = world.admin.get("/v1/mining/features").await.expect(200);
    let nature = |name: &str| {
        known.data().iter().find(|one| one["name"] == name).expect(name)["nature"].clone()
    };
    assert_eq!((nature("industry"), nature("custom.age")), (json!("static"), json!("static")));
    assert_eq!(nature("contracts.count"), "dynamic");
    let wish = json!({ "name": "快照", "population": "customers",
        "features": ["industry", "custom.age", "visits.count", "contracts.last_on"],
        "label": { "rule": { "field": "custom.age", "op": ">=", "value": 23 } } });
    let one = dataset(world, wish.clone()).await;
    read_in_every_way(world, "/v1/mining/datasets", &one.id()).await;
    assert_eq!((&one.json["row_count"], &one.json["positives"]), (&json!(6), &json!(3)));
    let stats = one.json["feature_stats"].as_array().expect("statistics").clone();
    assert_eq!((&stats[0]["known"], &stats[0]["missing"]), (&json!(4), &json!(2)));
    assert_eq!((&stats[1]["least"], &stats[1]["greatest"]), (&json!("20"), &json!("25")));
    assert_eq!(stats[2]["greatest"], "0", "nobody was visited");
    assert_eq!(stats[3]["missing"], 6, "nobody has bought");
    // Whatever becomes of the records, the snapshot stays; a new one is another.
    let path = format!("/v1/parties/{}", ids[0]);
    world.admin.patch(&path, json!({ "custom": { "age": 60 } })).await.expect(200);
    let same = world.admin.get(format!("/v1/mining/datasets/{}", one.id())).await.expect(200);
    assert_eq!(same.json["digest"], one.json["digest"]);
    let later = dataset(world, wish).await;
    assert_eq!((&later.json["row_count"], &later.json["positives"]), (&json!(6), &json!(4)));
    assert_ne!(later.json["digest"], one.json["digest"]);
    world.admin.patch(format!("/v1/mining/datasets/{}", one.id()), json!({})).await.expect(405);
    world.admin.delete(format!("/v1/mining/datasets/{}", later.id())).await.expect(204);
    let stranger = world.stranger().await;
    stranger.get(format!("/v1/mining/datasets/{}", one.id())).await.refused(404, "not_found");
}

async fn x_74_features_know_nothing_of_what_came_later(world: &World) {
    let (early, late) = (
        party(&world.admin, "早", &["customer"]).await,
        party(&world.admin, "晚", &["customer"]).await,
    );
    for (party, day) in [(&early, "2025-06-01"), (&early, "2025-12-01"), (&late, "2025-12-02")] {
        visit(world, party, day).await;
    }
    super::signed_by(world, &early, "1").await;
    let wish = |as_of: Json| {
        json!({ "name": "回看", "population": "customers", "as_of": as_of,
            "features": ["visits.count", "activities.last_at", "contracts.count"],
            "label": { "rule": { "field": "visits.count", "op": ">=", "value": 1 } } })
    };
    let then = dataset(world, wish(json!("2025-09-01T00:00:00Z"))).await;
    let stats = then.json["feature_stats"].clone();
    assert_eq!((&stats[0]["least"], &stats[0]["greatest"]), (&json!("0"), &json!("1")));
    assert_eq!((&stats[1]["greatest"], &stats[1]["missing"]), (&json!("91"), &json!(1)));
    assert_eq!(stats[2]["greatest"], "0", "the contract was signed later");
    assert_eq!(then.json["positives"], 2, "both were visited afterwards");
    let now = dataset(world, wish(Json::Null)).await;
    let stats = now.json["feature_stats"].clone();
    assert_eq!((&stats[0]["greatest"], &stats[2]["greatest"]), (&json!("2"), &json!("1")));
    let future = world.admin.post("/v1/mining/datasets", wish(json!("2026-09-01T00:00:00Z"))).await;
    assert_eq!(future.expect(422).findings(), [("/as_of".into(), "out_of_range".into())]);
}

async fn visit(world: &World, party: &str, day: &str) {
    let body = json!({ "kind": "visit", "subject": "拜访", "party_id": party,
        "starts_at": format!("{day}T02:00:00Z") });
    let one = world.admin.post("/v1/activities", body).await.expect(201).id();
    let done = json!({ "result": "谈得不错" });
    world.admin.post(format!("/v1/activities/{one}/complete"), done).await.expect(200);
}

/// Numbers that look like chance and are always the same (D. E. Knuth's constants).
struct Numbers(u64);

impl Numbers {
    fn of(&mut self, range: std::ops::RangeInclusive<u64>) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        range.start() + (self.0 >> 33) % (range.end() - range.start() + 1)
    }
}

/// A file of 400 customers from 20 to 30, in sales, with bills from 150 to 200 and incomes from 3,000 to
/// 5,000, of whom 360 use a service; and of 560 who miss one of these each, of whom 28 do.
fn subscribers() -> String {
    let mut chance = Numbers(7);
    let mut file = "name,age,job,bill,income,uses\n".to_owned();
    let mut row = |name: usize, age: u64, job: &str, bill: u64, income: u64, uses: bool| {
        let _ = writeln!(file, "用户{name},{age},{job},{bill},{income},{uses}");
    };
    for number in 0..400 {
        let (age, bill, income) =
            (chance.of(20..=30), chance.of(150..=200), chance.of(3000..=5000));
        row(number, age, "sales", bill, income, number % 10 != 0);
    }
    for number in 400..960 {
        let (mut age, mut bill) = (chance.of(20..=30), chance.of(150..=200));
        let (mut income, mut job) = (chance.of(3000..=5000), "sales");
        match number % 7 {
            0 => age = chance.of(16..=19),
            1 => age = chance.of(31..=45),
            2 => bill = chance.of(100..=145),
            3 => bill = chance.of(205..=250),
            4 => income = chance.of(1000..=2900),
            5 => income = chance.of(5100..=7000),
            _ => job = ["clerk", "teacher"][usize::from(chance.of(0..=1) == 1)],
        }
        row(number, age, job, bill, income, number % 20 == 13);
    }
    file
}

/// Holds the scores of everybody against the leaves: one for each customer, as likely as its leaf says.
async fn every_customer_is_in_one_leaf(world: &World, one: &Answer, leaves: &Answer) {
    let first = format!("{}/scores?limit=200", own(one));
    let (mut members, mut path) = (BTreeMap::<String, BTreeSet<String>>::new(), first.clone());
    let mut told = 0;
    loop {
        let page = world.admin.get(&path).await.expect(200);
        for score in page.data() {
            let leaf = leaves.data().iter().find(|leaf| leaf["leaf_id"] == score["leaf_id"]);
            let leaf = leaf.expect("a leaf");
            assert_eq!(
                (&score["rule"], &score["probability"]),
                (&leaf["rule"], &leaf["probability"]["value"])
            );
            let party = score["party_id"].as_str().expect("an id").to_owned();
            members.entry(score["leaf_id"].to_string()).or_default().insert(party);
            told += 1;
        }
        let Some(next) = page.json["next_cursor"].as_str() else { break };
        path = format!("{first}&cursor={next}");
    }
    assert_eq!(told, 960, "one for each");
    let everybody: BTreeSet<&String> = members.values().flatten().collect();
    assert_eq!(everybody.len(), 960, "nobody is in two");
    // They are the rows of the training, so as many fall into a leaf as have made it.
    for leaf in leaves.data() {
        let own = members.get(&leaf["leaf_id"].to_string()).map_or(0, BTreeSet::len);
        assert_eq!(json!(own), leaf["support"], "{leaf}");
    }
}

async fn m_16_m_19_m_22_the_worked_rule_is_found_and_extracted(world: &World) {
    for (name, kind) in [
        ("age", "integer"),
        ("job", "text"),
        ("bill", "number"),
        ("income", "integer"),
        ("uses", "boolean"),
    ] {
        given::field(&world.admin, name, kind, json!({})).await;
    }
    let import = upload(&world.admin, "parties", subscribers()).await.expect(201);
    let mapping: Vec<Json> = ["name", "age", "job", "bill", "income", "uses"]
        .iter()
        .map(|column| {
            let field =
                if *column == "name" { "name".to_owned() } else { format!("custom.{column}") };
            json!({ "column": column, "field": field })
        })
        .collect();
    let patch =
        json!({ "mapping": mapping, "defaults": { "kind": "person", "roles": ["customer"] } });
    set(&world.admin, &import.id(), patch).await.expect(200);
    assert_eq!(counts(&commit(world, &import.id()).await), [960, 0, 0, 0]);
    let data = dataset(
        world,
        json!({ "name": "增值业务", "population": "customers",
        "features": ["custom.age", "custom.job", "custom.bill", "custom.income"],
        "label": { "value": "custom.uses", "positive": "true" } }),
    )
    .await;
    assert_eq!((&data.json["row_count"], &data.json["positives"]), (&json!(960), &json!(388)));
    let settings = json!({ "max_depth": 7, "min_leaf": 20 });
    let one = model(world, &data.id(), settings.clone()).await;
    let again = model(world, &data.id(), settings).await;
    assert_eq!(one.json["digest"], again.json["digest"], "the same bytes");
    read_in_every_way(world, "/v1/mining/models", &one.id()).await;
    // One leaf is the rule.
    let leaves = world.admin.get(format!("{}/leaves", own(&one))).await.expect(200);
    let supports = leaves.each("support");
    assert_eq!(supports.iter().filter_map(Json::as_u64).sum::<u64>(), 960);
    let best = &leaves.data()[0];
    assert_eq!(
        best["probability"],
        json!({ "value": "0.9000", "numerator": "360", "denominator": "400" })
    );
    let mut columns: Vec<&str> = best["conditions"]
        .as_array()
        .expect("conditions")
        .iter()
        .filter_map(|one| one["column"].as_str())
        .collect();
    columns.sort_unstable();
    assert_eq!(columns, ["custom.age", "custom.bill", "custom.income", "custom.job"]);
    assert!(
        best["rule"].as_str().is_some_and(|rule| rule.contains("custom.job = sales")),
        "{best}"
    );
    let tree = world.admin.get(format!("{}/tree", own(&one))).await.expect(200);
    assert_eq!(
        (&tree.json["nodes"][0]["rows"], &tree.json["digest"]),
        (&json!(960), &one.json["digest"])
    );
    // Everybody gets one score; the same again changes nothing.
    let score = async || {
        let (job, _) =
            made(world, &format!("{}/score", own(&one)), json!({ "population": "all" })).await;
        succeeded(&job);
        job.json["result"]["scored"].clone()
    };
    assert_eq!(score().await, 960);
    let scores = format!("{}/scores?limit=200", own(&one));
    let first = world.admin.get(&scores).await.expect(200);
    assert_eq!(
        (&first.data()[0]["probability"], &first.json["has_more"]),
        (&json!("0.9000"), &json!(true))
    );
    world.clock.advance(chrono::TimeDelta::minutes(1));
    score().await;
    let second = world.admin.get(&scores).await.expect(200);
    assert_eq!(second.data(), first.data(), "what was said keeps its date");
    every_customer_is_in_one_leaf(world, &one, &leaves).await;
    let bands =
        world.admin.get(format!("{}/bands?edges=0.05,0.5,0.95", own(&one))).await.expect(200);
    let members: Vec<u64> = bands.each("members").iter().filter_map(Json::as_u64).collect();
    assert_eq!(
        (members.iter().sum::<u64>(), &bands.json["members"], members[2]),
        (960, &json!(960), 400)
    );
    for wrong in ["", "?edges=0.5,0.1", "?edges=0", "?edges=a"] {
        world.admin.get(format!("{}/bands{wrong}", own(&one))).await.refused(400, "bad_parameter");
    }
    // Those who do not use it yet are the ones to call.
    let wish = json!({ "name": "九成可能", "min_probability": "0.9000" });
    let list = world.admin.post(format!("{}/extract", own(&one)), wish.clone()).await.expect(201);
    assert_eq!((&list.json["kind"], &list.json["size"]), (&json!("list"), &json!(40)));
    let members = format!("/v1/segments/{}/members?limit=200", list.id());
    let members = world.admin.get(members).await.expect(200);
    assert_eq!(members.data().len(), 40);
    assert!(members.data().iter().all(|one| one["custom"]["uses"] == false));
    let all = with(wish, json!({ "with_those_who_have_it": true }));
    let all = world.admin.post(format!("{}/extract", own(&one)), all).await.expect(201);
    assert_eq!(all.json["size"], 400);
    let patch = json!({ "rule": { "field": "name", "op": "=", "value": "x" } });
    let path = format!("/v1/segments/{}", list.id());
    world.admin.patch(path, patch).await.refused(409, "segment_is_a_list");
    // Scores are names of rules too.
    let name = format!("scores.{}.basis_points", one.id());
    let rule = json!({ "rule": { "field": name, "op": ">=", "value": 9000 } });
    let tried = world.admin.post("/v1/segments/preview", rule).await.expect(200);
    assert_eq!(tried.json["count"], 400);
    let told = world.admin.get(format!("{}/evaluation?edges=0.5", own(&one))).await.expect(200);
    let calibration = &told.json["calibration"][1];
    assert_eq!(
        (&calibration["told"], &calibration["happened"]["value"]),
        (&json!("0.9"), &json!("0.9000")),
        "{calibration}"
    );
    let refused = world.admin.get(format!("{}/expected-volume", own(&one))).await;
    refused.refused(409, "other_kind_of_model");
    // A field that is gone is named.
    let fields = world.admin.get("/v1/custom-fields").await.expect(200);
    let job = fields.data().iter().find(|one| one["name"] == "job").expect("the field");
    let path = format!("/v1/custom-fields/{}", job["id"].as_str().expect("an id"));
    world.admin.delete(path).await.expect(204);
    let (failed, _) = made(world, &format!("{}/score", own(&one)), json!({})).await;
    assert_eq!(
        (&failed.json["status"], &failed.json["problem"]["code"]),
        (&json!("failed"), &json!("lacks_column"))
    );
}

async fn m_18_amounts_are_expected_as_the_means_of_leaves(world: &World) {
    given::field(&world.admin, "minutes", "integer", json!({})).await;
    for number in 0..12 {
        let (tier, minutes) = if number < 8 { ("A", 100 + number % 2 * 20) } else { ("B", 30) };
        let body = json!({ "kind": "person", "name": format!("用户{number}"), "roles": ["customer"],
            "tier": tier, "custom": { "minutes": minutes } });
        world.admin.post("/v1/parties", body).await.expect(201);
    }
    let data = dataset(
        world,
        json!({ "name": "通话量", "features": ["tier", "employees"],
        "label": { "value": "custom.minutes" } }),
    )
    .await;
    assert_eq!((&data.json["row_count"], &data.json["positives"]), (&json!(12), &Json::Null));
    let wish = json!({ "name": "X", "dataset_id": data.id(), "kind": "classification_tree" });
    let refused = world.admin.post("/v1/mining/models", wish).await.expect(422);
    assert_eq!(refused.findings(), [("/kind".into(), "unknown_value".into())]);
    let one = model(world, &data.id(), json!({ "kind": "regression_tree", "min_leaf": 2 })).await;
    let leaves = world.admin.get(format!("{}/leaves", own(&one))).await.expect(200);
    let told: Vec<(Json, Json, Json)> = leaves
        .data()
        .iter()
        .map(|leaf| {
            (
                leaf["support"].clone(),
                leaf["outcome"]["mean"].clone(),
                leaf["outcome"]["deviation"].clone(),
            )
        })
        .collect();
    assert_eq!(told, [(json!(8), json!("110"), json!("10")), (json!(4), json!("30"), json!("0"))]);
    let (job, _) = made(world, &format!("{}/score", own(&one)), json!({})).await;
    succeeded(&job);
    let volume = format!("{}/expected-volume", own(&one));
    let whole = world.admin.get(&volume).await.expect(200);
    assert_eq!(
        (&whole.json["members"], &whole.json["expected"]),
        (&json!(12), &json!("1000.000000"))
    );
    let rule = json!({ "name": "A", "rule": { "field": "tier", "op": "=", "value": "A" } });
    let segment = world.admin.post("/v1/segments", rule).await.expect(201).id();
    let part = world.admin.get(format!("{volume}?segment_id={segment}")).await.expect(200);
    assert_eq!((&part.json["members"], &part.json["expected"]), (&json!(8), &json!("880.000000")));
    let score = world.admin.get(format!("{}/scores?limit=1", own(&one))).await.expect(200).data()
        [0]
    .clone();
    assert_eq!((&score["expected"], &score["probability"]), (&json!("110.000000"), &Json::Null));
    world
        .admin
        .get(format!("{}/bands?edges=0.5", own(&one)))
        .await
        .refused(409, "other_kind_of_model");
}

/// What a leaf demands of the value of a column.
enum Demand {
    /// Above the one, at most the other.
    Between(f64, f64),
    Is(String),
    IsNot(Vec<String>),
}

impl Demand {
    fn of(json: &Json) -> Self {
        let bound = |name: &str, none: f64| -> f64 {
            json[name].as_str().map_or(none, |text| text.parse().expect("a number"))
        };
        let text = |json: &Json| json.as_str().expect("a text").to_owned();
        match json["kind"].as_str() {
            Some("between") => {
                Self::Between(bound("above", f64::NEG_INFINITY), bound("at_most", f64::INFINITY))
            }
            Some("is") => Self::Is(text(&json["value"])),
            Some("is_not") => {
                let values = json["values"].as_array().expect("values");
                Self::IsNot(values.iter().map(text).collect())
            }
            _ => panic!("no row is without a value: {json}"),
        }
    }

    fn holds(&self, (number, text): (f64, &str)) -> bool {
        match self {
            Self::Between(above, at_most) => number > *above && number <= *at_most,
            Self::Is(value) => value == text,
            Self::IsNot(values) => values.iter().all(|value| value != text),
        }
    }
}

/// How many rows of the training and of the test satisfy the conditions of each leaf, in their order: each row
/// those of exactly one.
fn by_leaf(leaves: &Answer, file: &str) -> Vec<[u64; 2]> {
    let mut lines = file.lines();
    let header = lines.next().expect("a header").split(';').map(|name| name.trim_matches('"'));
    let header: Vec<&str> = header.collect();
    let demand = |one: &Json| {
        let at = header.iter().position(|name| one["column"] == *name).expect("a column");
        (at, Demand::of(&one["demand"]))
    };
    let rules = leaves.data().iter().map(|leaf| -> Vec<(usize, Demand)> {
        leaf["conditions"].as_array().expect("conditions").iter().map(demand).collect()
    });
    let rules: Vec<Vec<(usize, Demand)>> = rules.collect();
    let mut found = vec![[0; 2]; rules.len()];
    for (row, line) in lines.enumerate() {
        let values = line.split(';').map(|cell| cell.trim_matches('"'));
        let values: Vec<(f64, &str)> =
            values.map(|text| (text.parse().unwrap_or(f64::NAN), text)).collect();
        let holds = |rule: &[(usize, Demand)]| rule.iter().all(|(at, one)| one.holds(values[*at]));
        let mut own = rules.iter().enumerate().filter(|(_, rule)| holds(rule));
        let (leaf, _) = own.next().expect("a leaf");
        assert!(own.next().is_none(), "in two leaves: {line}");
        found[leaf][usize::from(row % 10 >= 7)] += 1;
    }
    found
}

async fn m_17_a_public_campaign_tells_what_others_found_in_it(world: &World) {
    let Some(folder) = std::env::var_os("GUANXI_TESTDATA") else { return };
    let folder = Path::new(&folder).join("bank_marketing");
    let known = std::fs::read_to_string(folder.join("golden.json")).expect("the golden figures");
    let known: Json = serde_json::from_str(&known).expect("JSON");
    let known = &known["target_mining_without_duration"];
    let file = std::fs::File::open(folder.join("bank-full.csv.gz")).expect("the data");
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).expect("text");
    // Seven rows of ten teach, three tell how well.
    let mut lines = text.lines();
    let header = lines.next().expect("a header");
    let (mut training, mut test) = (format!("{header}\n"), format!("{header}\n"));
    for (row, line) in lines.enumerate() {
        let part = if row % 10 >= 7 { &mut test } else { &mut training };
        part.push_str(line);
        part.push('\n');
    }
    let query = "name=bank&label=y&positive=yes&drop=duration";
    let training = from_file(world, query, training).await;
    let test = from_file(world, query, test).await;
    assert_eq!(
        (
            &training.json["row_count"],
            &training.json["positives"],
            &test.json["row_count"],
            &test.json["positives"]
        ),
        (
            &known["train_rows"],
            &known["train_positives"],
            &known["test_rows"],
            &known["test_positives"]
        )
    );
    let settings = json!({ "max_depth": 5, "min_leaf": 100 });
    let one = model(world, &training.id(), settings.clone()).await;
    assert_eq!(one.json["leaves"], known["tree_entropy"]["leaves"]);
    let again = model(world, &training.id(), settings).await;
    assert_eq!(one.json["digest"], again.json["digest"], "the same bytes");
    let told = world
        .admin
        .get(format!("{}/evaluation?dataset_id={}", own(&one), test.id()))
        .await
        .expect(200);
    let number =
        |json: &Json| json.as_str().and_then(|text| text.parse::<f64>().ok()).expect("a number");
    let area = number(&told.json["auc"]["value"]);
    let lift = number(&told.json["deciles"][0]["lift"]);
    let golden = &known["tree_entropy"];
    assert!((area - golden["auc"].as_f64().expect("AUC")).abs() <= 0.01, "{area}");
    let best = golden["lift_top_decile"]["lift"].as_f64().expect("lift");
    assert!((lift - best).abs() <= 0.15, "{lift} {best}");
    let leaves = world.admin.get(format!("{}/leaves", own(&one))).await.expect(200);
    let found = by_leaf(&leaves, &text);
    let mut ours: Vec<[u64; 3]> = Vec::new();
    for (leaf, [training, test]) in leaves.data().iter().zip(found) {
        assert_eq!(json!(training), leaf["support"], "{leaf}");
        ours.push([number(&leaf["probability"]["numerator"]) as u64, training, test]);
    }
    let theirs = golden["all_leaves"].as_array().expect("leaves").iter().map(|leaf| {
        ["responders", "support", "test_support"].map(|name| leaf[name].as_u64().expect("a count"))
    });
    let mut theirs: Vec<[u64; 3]> = theirs.collect();
    ours.sort_unstable();
    theirs.sort_unstable();
    assert_eq!(ours, theirs);
    // Of the whole file, what each column alone tells.
    let whole = from_file(world, query, text).await;
    let model = model(world, &whole.id(), json!({ "max_depth": 1, "min_leaf": 100 })).await;
    let attributes = model.json["attributes"].as_array().expect("attributes");
    let told =
        |name: &String| attributes.iter().find(|one| one["name"] == *name).expect("a column");
    let close = |shown: &Json, known: &Json| {
        let (shown, known) = (number(shown), known.as_f64().expect("a number"));
        assert!((shown - known).abs() <= 1e-9, "{shown} {known}");
    };
    let texts = known["root_gain"]["multiway_gain"].as_object().expect("texts");
    for (name, known) in texts {
        assert_eq!(told(name)["values"], known["values"], "{name}");
        for figure in ["information_gain", "split_information", "gain_ratio", "gini_decrease"] {
            close(&told(name)[figure], &known[figure]);
        }
    }
    let numbers = known["root_gain"]["binary_numeric_gain"].as_object().expect("numbers");
    for (name, known) in numbers {
        let threshold = &told(name)["threshold"];
        close(&told(name)["information_gain"], &known["information_gain"]);
        close(&threshold["at"], &known["threshold"]);
        assert_eq!(threshold["rows"], known["rows_le"], "{name}");
        assert_eq!(threshold["positives"], known["responders_le"], "{name}");
    }
    assert_eq!(attributes.len(), texts.len() + numbers.len());
    // Its columns are not those of customers.
    let refused = world.admin.post(format!("{}/score", own(&one)), json!({})).await;
    refused.refused(409, "no_model_of_records");
}

async fn what_cannot_be_mined_is_said(world: &World) {
    party(&world.admin, "甲", &["customer"]).await;
    let rule = json!({ "rule": { "field": "visits.count", "op": ">=", "value": 1 } });
    let post = async |features: Json, label: Json| {
        let wish = json!({ "name": "X", "features": features, "label": label });
        world.admin.post("/v1/mining/datasets", wish).await
    };
    for (features, label, place) in [
        (json!(["colour"]), rule.clone(), "/features/0"),
        (json!(["tier", "tier"]), rule.clone(), "/features/1"),
        (json!(["tier"]), json!({}), "/label"),
        (json!(["tier"]), json!({ "value": "colour" }), "/label/value"),
        (json!(["tier"]), json!({ "value": "tier" }), "/label/positive"),
        (
            json!(["tier"]),
            json!({ "rule": { "field": "x", "op": "=", "value": 1 } }),
            "/label/rule/field",
        ),
        (json!([]), rule.clone(), "/features"),
    ] {
        let refused = post(features, label).await.refused(422, "validation_failed");
        assert_eq!(refused.findings()[0].0, place);
    }
    let file = "a,b,y\n1,x,yes\n2,y,no\n,z,yes\n";
    let path = "/v1/mining/datasets/from-file";
    for query in
        ["", "?name=X", "?name=X&label=z", "?name=X&label=y&drop=q", "?name=X&label=y&drop=a,b"]
    {
        let wrong = world.admin.request("POST", format!("{path}{query}"));
        wrong.raw("application/octet-stream", file).await.refused(400, "bad_parameter");
    }
    let small = from_file(world, "name=X&label=y&positive=yes", file).await;
    assert_eq!(
        small.json["columns"],
        json!([{ "name": "a", "kind": "numeric", "nature": null }, { "name": "b", "kind": "categorical", "nature": null }])
    );
    let one = model(world, &small.id(), json!({ "min_leaf": 1 })).await;
    let other = from_file(world, "name=Y&label=y&positive=yes", "c,y\n1,yes\n2,no\n").await;
    let refused =
        world.admin.get(format!("{}/evaluation?dataset_id={}", own(&one), other.id())).await;
    let refused = refused.refused(422, "lacks_column");
    assert!(refused.json["params"]["column"].is_string());
    // Not built yet, and not trained yet.
    let waiting = post(json!(["tier"]), rule).await.expect(202);
    let subject = waiting.json["subject_id"].clone();
    let wish = json!({ "name": "X", "dataset_id": subject, "kind": "classification_tree" });
    world.admin.post("/v1/mining/models", wish.clone()).await.refused(409, "dataset_not_ready");
    succeeded(&done(world, &waiting.id()).await);
    let training = world.admin.post("/v1/mining/models", wish.clone()).await.expect(202);
    let untrained =
        format!("/v1/mining/models/{}", training.json["subject_id"].as_str().expect("an id"));
    for end in ["tree", "leaves", "scores"] {
        world.admin.get(format!("{untrained}/{end}")).await.refused(409, "model_not_ready");
    }
    world.admin.post(format!("{untrained}/score"), json!({})).await.refused(409, "model_not_ready");
    let gini = with(wish, json!({ "criterion": "variance" }));
    let refused = world.admin.post("/v1/mining/models", gini).await.expect(422);
    assert_eq!(refused.findings(), [("/criterion".into(), "unknown_value".into())]);
    world.work().await;
    world.admin.delete(&untrained).await.expect(204);
    let stranger = world.stranger().await;
    stranger.get(format!("{}/tree", own(&one))).await.refused(404, "not_found");
}
