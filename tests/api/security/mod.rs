//! What somebody with bad intentions would try, on every operation of the document and on every store.

mod accounts;
mod assignment;
mod canaries;
mod inventory;
mod limits;
mod mailbox;
mod matrix;
mod oracle;
mod second_factor;
mod tenants;

use crate::openapi::{NOTHING, OWN, PUBLIC, example, operations, path_of};
use futures_util::{StreamExt as _, stream};
use guanxi_http::resources::{Operation, SERVED, Served, id_name, only_reads};
use guanxi_tests::{Answer, Client, Json, Request, World, given, json};
use std::collections::BTreeMap;

/// Requests that are under way at once: enough to keep the server busy, few enough for its connections.
const AT_ONCE: usize = 6;

/// The ids of records by the names that paths have for them, e.g. `party_id`.
type Ids = BTreeMap<String, String>;

/// An operation of the document, with a body that it takes.
struct Endpoint {
    method: String,
    template: String,
    id: String,
    body: Option<Json>,
}

impl Endpoint {
    /// All that want credentials.
    fn closed() -> impl Iterator<Item = Self> {
        Self::all().filter(|one| !PUBLIC.contains(&&*one.id))
    }

    /// All that want rights besides.
    fn guarded() -> impl Iterator<Item = Self> {
        Self::closed().filter(|one| !OWN.contains(&&*one.id))
    }

    fn all() -> impl Iterator<Item = Self> {
        operations().into_iter().map(|(method, template, operation)| {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            let mut body = operation.get("requestBody").map(|_| example(&operation));
            if let Some(Json::Object(members)) = &mut body {
                // The path says it already.
                members.retain(|name, _| !template.contains(&format!("{{{name}}}")));
            }
            if id.ends_with("_erase") {
                body = Some(json!({ "reason": "requested", "confirm": NOTHING }));
            }
            Self { method, template, id, body }
        })
    }

    /// The names of the ids in its path.
    fn places(&self) -> impl Iterator<Item = &str> {
        let parts = self.template.split('/');
        parts
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .filter(|name| name.ends_with("_id") && *name != "external_id")
    }

    /// Whether its path names records, each of which is among these.
    fn is_filled(&self, ids: &Ids) -> bool {
        let mut places = self.places().peekable();
        places.peek().is_some() && places.all(|name| ids.contains_key(name))
    }

    /// Whether it writes nothing, whatever its method.
    fn only_reads(&self) -> bool {
        only_reads(&self.method, &self.template)
    }

    /// The request, in the name of somebody.
    fn asked(&self, client: &Client, ids: &Ids, key: u64) -> Request {
        let path = path_of(&self.template, ids);
        let request = client.request(&self.method, path).header("if-match", "*");
        let request = request.key(format!("key-{key}"));
        match &self.body {
            Some(body) => request.json(body),
            None => request,
        }
    }
}

/// Asks each of these once, some at a time; the answers in the same order.
async fn ask(requests: Vec<Request>) -> Vec<Answer> {
    stream::iter(requests).map(IntoFuture::into_future).buffered(AT_ONCE).collect().await
}

/// Asks all of these operations as somebody.
async fn ask_all(world: &World, client: &Client, ids: &Ids, all: &[Endpoint]) -> Vec<Answer> {
    ask(all.iter().map(|one| one.asked(client, ids, world.next())).collect()).await
}

fn has(served: &Served, operation: Operation) -> bool {
    served.operations.contains(&operation)
}

/// The resources whose records callers make.
fn makeable() -> impl Iterator<Item = &'static Served> {
    SERVED.iter().filter(|served| {
        // Others are made of files and by jobs.
        let others = ["imports", "exports", "mining-datasets", "mining-models"];
        let told = !others.contains(&served.kind.plural);
        has(served, Operation::Create) || (has(served, Operation::Delete) && told)
    })
}

/// A record of each of them; their ids.
async fn records(client: &Client) -> Ids {
    let mut ids = Ids::new();
    for served in makeable() {
        let made = given::record(client, served.kind.plural).await.id();
        ids.insert(id_name(served.kind).expect("a name"), made);
    }
    ids
}

/// Fails with everything that was found, which is more of a help than the first of it.
#[track_caller]
fn nothing_of(found: &[String]) {
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}
