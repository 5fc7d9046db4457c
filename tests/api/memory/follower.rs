//! A client that keeps a copy of what it may see, by the change feed alone.

use guanxi_tests::{Client, Json, World};
use std::collections::BTreeMap;

/// The kinds of the copy, with the lists that show the same.
pub(super) const KINDS: &[(&str, &str)] = &[
    ("party", "parties"),
    ("department", "departments"),
    ("contact", "contacts"),
    ("contact_relation", "contact-relations"),
    ("activity", "activities"),
];

/// The records by kind and id.
pub(super) type Records = BTreeMap<(String, String), Json>;

/// A copy and where it stands.
pub(super) struct Follower {
    pub(super) client: Client,
    pub(super) copy: Records,
    cursor: Option<String>,
    limit: usize,
}

impl Follower {
    /// An empty copy, filled in pages of so many changes.
    pub(super) fn new(client: Client, limit: usize) -> Self {
        Self { client, copy: Records::new(), cursor: None, limit }
    }

    /// Follows the feed to its present end; how many changes that took.
    pub(super) async fn follow(&mut self) -> usize {
        let types: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
        let mut changes = 0;
        for _ in 0..1_000 {
            let since = self.cursor.as_ref().map(|cursor| format!("&since={cursor}"));
            let (types, limit) = (types.join(","), self.limit);
            let path =
                format!("/v1/changes?types={types}&limit={limit}{}", since.unwrap_or_default());
            let page = self.client.get(path).await.expect(200);
            changes += page.data().len();
            page.data().iter().for_each(|change| self.apply(change));
            self.cursor = page.json["next_cursor"].as_str().map(str::to_owned);
            if page.json["has_more"] == false {
                return changes;
            }
        }
        panic!("the feed has no end");
    }

    fn apply(&mut self, change: &Json) {
        let text = |name: &str| change[name].as_str().expect(name).to_owned();
        let key = (text("type"), text("id"));
        match change["op"].as_str() {
            Some("upsert") => {
                assert_eq!(change["data"]["id"], change["id"]);
                assert_eq!(change["data"]["version"], change["version"]);
                self.copy.insert(key, change["data"].clone());
            }
            Some("delete") => {
                assert!(change["data"].is_null() && change["reason"].is_string());
                self.copy.remove(&key);
            }
            other => panic!("{other:?}"),
        }
    }

    /// What a full read gives now.
    pub(super) async fn read(&self) -> Records {
        let mut records = Records::new();
        for (kind, plural) in KINDS {
            let mut cursor = String::new();
            loop {
                let page = self.client.get(format!("/v1/{plural}?limit=200{cursor}")).await;
                for record in page.expect(200).data() {
                    let mut record = record.clone();
                    record.as_object_mut().expect("a record").remove("actions");
                    let id = record["id"].as_str().expect("an id").to_owned();
                    records.insert(((*kind).to_owned(), id), record);
                }
                let path = format!("/v1/{plural}?limit=200{cursor}");
                let next = self.client.get(path).await.json["next_cursor"].clone();
                match next.as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
        }
        records
    }

    /// Follows, and compares the copy with a full read.
    pub(super) async fn check(&mut self, world: &World, what: &str) {
        world.caught_up().await;
        self.follow().await;
        let read = self.read().await;
        let names = |records: &Records| -> Vec<String> {
            let name = |((kind, _), record): (&(String, String), &Json)| {
                let name = record["name"].as_str().or(record["subject"].as_str()).unwrap_or("?");
                format!("{kind} {name} v{}", record["version"])
            };
            records.iter().map(name).collect()
        };
        assert_eq!(names(&self.copy), names(&read), "{what}");
        assert_eq!(self.copy, read, "{what}");
    }
}
