//! A list becomes a file: formats, round trips, rights, killed workers, expiry.

use super::{counts, done, set, succeeded, upload};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, contract, given, json};
use std::{collections::BTreeSet, fmt::Write as _, time::Duration};

both_stores![
    z_13_a_list_becomes_a_file_in_every_format,
    z_13_what_is_exported_can_be_imported_again,
    z_13_cells_are_never_formulas,
    s_41_exporting_is_a_right_of_its_own,
    s_41_an_export_shows_what_its_user_may_see_when_it_runs,
    s_41_every_export_is_an_event_that_auditors_find,
    z_05_a_file_is_for_who_asked_for_it_and_ends,
    z_13_a_killed_worker_leaves_no_half_file,
    z_13_an_export_is_cancelled,
    z_07_what_the_list_refuses_the_export_refuses,
    z_13_every_list_can_be_exported,
    z_13_a_download_goes_on_where_it_was_cut_off,
];

/// A file as it arrived.
struct Fetched {
    status: u16,
    headers: reqwest::header::HeaderMap,
    bytes: Vec<u8>,
}

impl Fetched {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("UTF-8")
    }

    fn lines(&self) -> Vec<Json> {
        self.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}

/// Fetches a file with one more header.
async fn fetch(world: &World, client: &Client, path: &str, header: (&str, &str)) -> Fetched {
    let (name, credentials) = client.credentials().expect("a token");
    let request = reqwest::Client::new().get(format!("{}{path}", world.base));
    let answer = request.header(name, credentials).header(header.0, header.1).send().await;
    let answer = answer.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    contract::check("GET", path, status, None, &Json::Null);
    Fetched { status, headers, bytes: answer.bytes().await.expect("a body").to_vec() }
}

/// Asks for an export and does the work; the job.
async fn export(world: &World, client: &Client, wish: Json) -> Answer {
    let asked = client.post("/v1/exports", wish).await.expect(202);
    assert_eq!(asked.header("location"), Some(format!("/v1/jobs/{}", asked.id()).as_str()));
    world.work().await;
    client.get(format!("/v1/jobs/{}", asked.id())).await.expect(200)
}

fn file_of(job: &Answer) -> String {
    succeeded(job);
    job.json["result"]["file"].as_str().expect("a file").to_owned()
}

/// The file of a list.
async fn exported(world: &World, client: &Client, wish: Json) -> Fetched {
    let job = export(world, client, wish).await;
    let file = fetch(world, client, &file_of(&job), ("accept", "*/*")).await;
    assert_eq!(file.status, 200);
    file
}

/// Many parties.
async fn many(world: &World, count: usize) {
    let mut file = String::from("name,kind,code\n");
    for number in 0..count {
        writeln!(file, "Party {number},organisation,N-{number}").expect("a text");
    }
    let import = upload(&world.admin, "parties", file).await.expect(201);
    super::commit(world, &import.id()).await;
}

fn hongtu() -> Json {
    json!({
        "kind": "organisation", "name": "上海宏图软件有限公司", "code": "C-1", "tier": "A",
        "roles": ["customer", "supplier"], "tags": ["重要; 老客户", "b"], "founded_year": 1999,
        "annual_revenue": { "amount": "1234.50", "currency": "USD" },
        "phones": [{ "kind": "work", "number": "+862168881234" }],
        "emails": [{ "kind": "work", "address": "info@hongtu.example.com" }],
        "external_ids": [{ "source": "erp", "id": "4711" }],
    })
}

async fn z_13_a_list_becomes_a_file_in_every_format(world: &World) {
    world.admin.post("/v1/parties", hongtu()).await.expect(201);
    many(world, 650).await;
    let listed =
        world.admin.get("/v1/parties?code=C-1&name=上海宏图软件有限公司").await.expect(200);
    let wish = json!({ "resource": "parties", "format": "ndjson" });
    let job = export(world, &world.admin, wish).await;
    let result = &job.json["result"];
    assert_eq!((&result["rows"], &job.json["done"]), (&json!(651), &json!(651)));
    let file = fetch(world, &world.admin, &file_of(&job), ("accept", "*/*")).await;
    assert_eq!(file.header("content-type"), "application/x-ndjson");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    let named = file.header("content-disposition");
    assert!(
        named.starts_with("attachment; filename=\"parties-20260101T000000Z.ndjson\""),
        "{named}"
    );
    assert_eq!(file.header("content-length"), file.bytes.len().to_string());
    assert_eq!(result["size_bytes"], json!(file.bytes.len()));
    let lines = file.lines();
    assert!(lines.contains(&listed.data()[0]), "a line is what the list shows");
    let ids: BTreeSet<&str> =
        lines.iter().map(|line| line["id"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), 651, "each once");

    let wish = json!({ "resource": "parties", "format": "csv", "filters": { "tag": "b" },
        "fields": ["name", "code", "roles", "annual_revenue", "founded_year", "tags"], "bom": true });
    let file = exported(world, &world.admin, wish).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let expected = "\u{feff}name,code,roles,annual_revenue,founded_year,tags\r\n\
        上海宏图软件有限公司,C-1,customer; supplier,1234.50 USD,1999,\"[\"\"重要; 老客户\"\",\"\"b\"\"]\"\r\n";
    assert_eq!(file.text(), expected);

    let wish = json!({ "resource": "parties", "format": "xlsx", "q": "宏图" });
    let file = exported(world, &world.admin, wish).await;
    assert!(file.header("content-type").ends_with("spreadsheetml.sheet"));
    let again = upload(&world.admin, "parties", file.bytes).await.expect(201);
    assert_eq!(
        (&again.json["layout"]["format"], &again.json["layout"]["rows"]),
        (&json!("xlsx"), &json!(1))
    );
    let sorted = json!({ "resource": "parties", "format": "ndjson", "sort": ["-name"],
        "filter": { "and": [{ "field": "code", "op": "in", "value": ["N-2", "N-3"] }] }, "fields": ["code"] });
    let file = exported(world, &world.admin, sorted).await;
    assert_eq!(file.text(), "{\"code\":\"N-3\"}\n{\"code\":\"N-2\"}\n");
    let nothing =
        json!({ "resource": "parties", "format": "csv", "q": "nobody", "fields": ["name"] });
    assert_eq!(exported(world, &world.admin, nothing).await.text(), "name\r\n");
}

async fn z_13_what_is_exported_can_be_imported_again(world: &World) {
    let mut odd = json!({ "kind": "person", "name": "-王伟", "note": "=1+1\nsecond, \"line\"",
        "tags": ["+a", "[1]"], "phones": [{ "kind": "mobile", "number": "+8613800138000" }] });
    odd["short_name"] = json!("'=quoted");
    world.admin.post("/v1/parties", hongtu()).await.expect(201);
    world.admin.post("/v1/parties", odd).await.expect(201);
    let known = |client: &Client| client.get("/v1/parties?sort=name");
    let own = |record: &Json| {
        let mut record = record.clone();
        let members = record.as_object_mut().expect("a record");
        let other =
            ["id", "version", "created_at", "updated_at", "created_by", "owner_id", "actions"];
        members.retain(|name, _| !other.contains(&name.as_str()));
        record
    };
    let before: Vec<Json> = known(&world.admin).await.expect(200).data().iter().map(own).collect();
    for format in ["ndjson", "csv", "xlsx"] {
        let wish = json!({ "resource": "parties", "format": format });
        let file = exported(world, &world.admin, wish).await;
        let other = world.stranger().await;
        let import = upload(&other, "parties", file.bytes).await.expect(201);
        // Their users are not the other company's.
        let mut mapping = import.json["mapping"].clone();
        for one in mapping.as_array_mut().expect("a mapping") {
            if one["column"] == "owner_id" {
                one["field"] = Json::Null;
            }
        }
        set(&other, &import.id(), json!({ "mapping": mapping })).await.expect(200);
        let job = other.act(format!("/v1/imports/{}/commit", import.id())).await.expect(202);
        world.work().await;
        let job = other.get(format!("/v1/jobs/{}", job.id())).await.expect(200);
        let wrong = other.get(format!("/v1/jobs/{}/problems", job.id())).await.expect(200);
        assert_eq!(counts(&job), [2, 0, 0, 0], "{format}: {}", wrong.text);
        let after: Vec<Json> = known(&other).await.expect(200).data().iter().map(own).collect();
        assert_eq!(after, before, "{format}");
    }
}

async fn z_13_cells_are_never_formulas(world: &World) {
    let harmful = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠a"];
    for name in harmful {
        world
            .admin
            .post("/v1/parties", json!({ "kind": "person", "name": name }))
            .await
            .expect(201);
    }
    let phone = json!([{ "kind": "mobile", "number": "+8613800138000" }]);
    let phone = json!({ "kind": "person", "name": "Phone", "phones": phone, "note": "\t=1" });
    world.admin.post("/v1/parties", phone).await.expect(201);
    let wish = json!({ "resource": "parties", "format": "csv", "fields": ["name", "note"] });
    let file = exported(world, &world.admin, wish.clone()).await;
    for cell in file.text().split(['\n', ',']).map(|cell| cell.trim_matches(['"', '\r'])) {
        assert!(!cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t']), "{cell:?}");
    }
    for name in harmful {
        assert!(file.text().contains(&format!("'{name}")), "{name}");
    }
    let wish = json!({ "resource": "parties", "format": "xlsx", "fields": ["name"] });
    let file = exported(world, &world.admin, wish).await;
    let import = upload(&world.admin, "parties", file.bytes).await.expect(201);
    let shown: Vec<&Json> = import.json["sample"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| &row["values"][0])
        .collect();
    for name in harmful {
        assert!(shown.contains(&&json!(name)), "a workbook holds it as text: {shown:?}");
    }
}

const OWN: [(&str, &str, &str); 4] = [
    ("exports", "any", "own"),
    ("jobs", "any", "own"),
    ("parties", "read", "own"),
    ("parties", "create", "own"),
];

async fn s_41_exporting_is_a_right_of_its_own(world: &World) {
    let wish = json!({ "resource": "parties", "format": "csv" });
    let (reader, _) = world.person(&OWN, None).await;
    reader.post("/v1/exports", wish.clone()).await.refused(403, "forbidden");
    let (ann, id) = world.person(&[&OWN[..], &[("parties", "export", "own")]].concat(), None).await;
    let explained = format!("/v1/access/explain?user_id={id}&resource=parties&action=export");
    assert_eq!(world.admin.get(explained).await.expect(200).json["allowed"], true);
    exported(world, &ann, wish.clone()).await;
    // Neither what it may read everywhere nor directory data.
    ann.post("/v1/exports", json!({ "resource": "contacts", "format": "csv" }))
        .await
        .refused(403, "forbidden");
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    rep.get("/v1/users").await.expect(200);
    let users = json!({ "resource": "users", "format": "csv" });
    rep.post("/v1/exports", users.clone()).await.refused(403, "forbidden");
    exported(world, &world.admin, users).await;
    let (none, _) = world.person(&[("parties", "any", "all")], None).await;
    none.post("/v1/exports", wish.clone()).await.refused(403, "forbidden");
    // A right that is taken away is missing when the job runs, and when the file is asked for.
    let had = export(world, &ann, wish.clone()).await;
    let waiting = ann.post("/v1/exports", wish).await.expect(202);
    let role =
        world.admin.get(format!("/v1/users/{id}")).await.expect(200).json["role_ids"][0].clone();
    let grants: Vec<Json> = OWN
        .iter()
        .map(|(resource, action, scope)| json!({ "resource": resource, "action": action, "scope": scope }))
        .collect();
    let path = format!("/v1/roles/{}", role.as_str().expect("a role"));
    world.admin.patch(path, json!({ "grants": grants })).await.expect(200);
    world.work().await;
    let job = ann.get(format!("/v1/jobs/{}", waiting.id())).await.expect(200);
    assert_eq!(
        (&job.json["status"], &job.json["problem"]["code"]),
        (&json!("failed"), &json!("forbidden"))
    );
    ann.get(file_of(&had)).await.refused(403, "forbidden");
}

async fn s_41_an_export_shows_what_its_user_may_see_when_it_runs(world: &World) {
    let (ann, _) = world.person(&[("any", "any", "own")], None).await;
    let (ben, _) = world.person(&[("any", "any", "own")], None).await;
    given::party(&ann, "Hers").await;
    let given_away = given::party(&ann, "Given away").await;
    given::party(&ben, "His").await;
    let wish = json!({ "resource": "parties", "format": "ndjson", "fields": ["name"] });
    let asked = ann.post("/v1/exports", wish.clone()).await.expect(202);
    let owner = ben.get("/v1/me").await.expect(200).id();
    let path = format!("/v1/parties/{}", given_away.id());
    world.admin.patch(path, json!({ "owner_id": owner })).await.expect(200);
    world.work().await;
    let job = ann.get(format!("/v1/jobs/{}", asked.id())).await.expect(200);
    let file = fetch(world, &ann, &file_of(&job), ("accept", "*/*")).await;
    assert_eq!(file.text(), "{\"name\":\"Hers\"}\n");
    // Whoever sees more than they may take away takes away what they may.
    let (eve, _) = world
        .person(
            &[
                &OWN[..2],
                &[
                    ("parties", "read", "all"),
                    ("parties", "create", "own"),
                    ("parties", "export", "own"),
                ],
            ]
            .concat(),
            None,
        )
        .await;
    given::party(&eve, "Eve's").await;
    assert_eq!(exported(world, &eve, wish).await.text(), "{\"name\":\"Eve's\"}\n");
    assert_eq!(eve.get("/v1/parties").await.expect(200).data().len(), 4);
}

async fn s_41_every_export_is_an_event_that_auditors_find(world: &World) {
    let (ann, id) = world.person(&[("any", "any", "own")], None).await;
    given::party(&ann, "Hers").await;
    let wish = json!({ "resource": "parties", "format": "csv", "filter": "tier = null" });
    let job = export(world, &ann, wish).await;
    world.caught_up().await;
    let subject = job.json["subject_id"].as_str().expect("an export");
    let events = world.admin.get(format!("/v1/events?subject_id={subject}")).await.expect(200);
    let mut kinds: Vec<Json> = events.each("kind");
    kinds.sort_by_key(ToString::to_string);
    assert_eq!(kinds, ["export.created", "export.finished"]);
    for event in events.data() {
        assert_eq!(
            (&event["user_id"], &event["after"]["filter"]),
            (&json!(id), &json!("tier = null"))
        );
    }
    let finished = events.data().iter().find(|event| event["kind"] == "export.finished");
    let after = &finished.expect("an event")["after"];
    assert_eq!((&after["rows"], &after["resource"]), (&json!(1), &json!("parties")));
    let told = ann.get(format!("/v1/exports/{subject}/timeline")).await.expect(200);
    assert_eq!(told.data().len(), 2);
    let listed = ann.get("/v1/exports?resource=parties&format=csv").await.expect(200);
    assert_eq!(listed.each("rows"), [json!(1)]);
    let found = ann.post("/v1/exports/search", json!({ "filter": "resource = contacts" })).await;
    assert!(found.expect(200).data().is_empty());
}

async fn z_05_a_file_is_for_who_asked_for_it_and_ends(world: &World) {
    let (ann, _) = world.person(&[("any", "any", "own")], None).await;
    let (ben, _) = world.person(&[("any", "any", "own")], None).await;
    let job = export(world, &ann, json!({ "resource": "parties", "format": "csv" })).await;
    let path = file_of(&job);
    ann.get(&path).await.expect(200);
    ben.get(&path).await.refused(404, "not_found");
    world.stranger().await.get(&path).await.refused(404, "not_found");
    world.anonymous().get(&path).await.refused(401, "unauthenticated");
    world.admin.get(&path).await.expect(200);
    let export = path.trim_end_matches("/file").to_owned();
    let kept =
        || std::fs::read_dir(world.files().join(tenant_folder(world))).expect("files").count();
    let before = kept();
    let deleted =
        self::export(world, &ann, json!({ "resource": "parties", "format": "csv" })).await;
    let gone = file_of(&deleted);
    ann.delete(gone.trim_end_matches("/file")).await.expect(204);
    ann.get(&gone).await.refused(404, "not_found");
    world.app.worker().tidy().await.expect("tidied");
    assert_eq!(kept(), before, "the file of what was deleted is gone");
    ann.get(&path).await.expect(200);
    world.clock.advance(TimeDelta::days(7));
    let admin = world.sign_in(guanxi_tests::world::ADMINISTRATOR).await;
    admin.get(&path).await.refused(410, "file_gone");
    world.app.worker().tidy().await.expect("tidied");
    assert_eq!(kept(), before - 1);
    admin.get(&path).await.refused(410, "file_gone");
    assert_eq!(admin.get(&export).await.expect(200).json["rows"], 0, "that it was, stays");
}

/// The folder of the only tenant that has files.
fn tenant_folder(world: &World) -> std::ffi::OsString {
    let mut folders = std::fs::read_dir(world.files()).expect("a folder");
    folders.next().expect("a tenant").expect("an entry").file_name()
}

async fn z_13_a_killed_worker_leaves_no_half_file(world: &World) {
    many(world, 2_600).await;
    let wish = json!({ "resource": "parties", "format": "csv" });
    let asked = world.admin.post("/v1/exports", wish).await.expect(202);
    let export = format!("/v1/exports/{}", asked.json["subject_id"].as_str().expect("an export"));
    world.admin.get(format!("{export}/file")).await.refused(409, "no_file_yet");
    for patience in [20, 40, 80, 160] {
        let worker = world.app.worker();
        let _ = tokio::time::timeout(Duration::from_millis(patience), worker.work()).await;
        let there = world.admin.get(&export).await.expect(200);
        let file = world.admin.get(format!("{export}/file")).await;
        assert_eq!(file.status == 200, !there.json["rows"].is_null(), "whole or not there");
        world.clock.advance(TimeDelta::seconds(61));
    }
    let job = done(world, &asked.id()).await;
    succeeded(&job);
    assert_eq!(job.json["result"]["rows"], 2_600);
    let file = fetch(world, &world.admin, &file_of(&job), ("accept", "*/*")).await;
    assert_eq!(file.text().lines().count(), 2_601, "none twice, none lost");
    let kept = std::fs::read_dir(world.files().join(tenant_folder(world))).expect("files").count();
    assert_eq!(kept, 2, "the file of the import and that of the export");
}

async fn z_13_an_export_is_cancelled(world: &World) {
    many(world, 2_600).await;
    let wish = json!({ "resource": "parties", "format": "ndjson" });
    let asked = world.admin.post("/v1/exports", wish.clone()).await.expect(202);
    world.admin.act(format!("/v1/jobs/{}/cancel", asked.id())).await.expect(200);
    assert_eq!(world.work().await, 0);
    let running = world.admin.post("/v1/exports", wish).await.expect(202);
    let (path, worker) = (format!("/v1/jobs/{}", running.id()), world.app.worker());
    let cancel = async {
        loop {
            let job = world.admin.get(&path).await.expect(200);
            if job.json["done"].as_i64() > Some(0) {
                assert_eq!(job.json["total"], 2_600, "how far it has come can be told");
                return world.admin.act(format!("{path}/cancel")).await.expect(200);
            }
        }
    };
    let (_, worked) = futures_util::future::join(cancel, worker.work()).await;
    assert!(worked.expect("a worker"));
    assert_eq!(world.admin.get(&path).await.expect(200).json["status"], "cancelled");
    let export = running.json["subject_id"].as_str().expect("an export");
    world.admin.get(format!("/v1/exports/{export}/file")).await.refused(409, "no_file_yet");
    world.admin.act(format!("{path}/undo")).await.refused(409, "nothing_to_undo");
}

async fn z_07_what_the_list_refuses_the_export_refuses(world: &World) {
    let ask = |wish: Json| world.admin.post("/v1/exports", wish);
    for (wish, place, code) in [
        (json!({ "resource": "dragons", "format": "csv" }), "/resource", "unknown_value"),
        (json!({ "resource": "parties", "format": "pdf" }), "/format", "unknown_value"),
        (
            json!({ "resource": "parties", "format": "csv", "filter": "colour = red" }),
            "/filter",
            "bad_filter",
        ),
        (
            json!({ "resource": "parties", "format": "csv", "sort": ["note"] }),
            "/sort",
            "unknown_value",
        ),
        (
            json!({ "resource": "parties", "format": "csv", "fields": ["name", "owner"] }),
            "/fields/1",
            "unknown_field",
        ),
        (
            json!({ "resource": "users", "format": "csv", "fields": ["password_hash"] }),
            "/fields",
            "unknown_value",
        ),
        (
            json!({ "resource": "parties", "format": "csv", "filters": { "colour": "red" } }),
            "/filters/colour",
            "unknown_parameter",
        ),
        (
            json!({ "resource": "parties", "format": "csv", "filters": { "limit": "3" } }),
            "/filters/limit",
            "unknown_parameter",
        ),
        (
            json!({ "resource": "parties", "format": "csv", "filters": { "kind": "dragon" } }),
            "/filters/kind",
            "unknown_value",
        ),
        (json!({ "resource": "parties", "format": "csv", "limit": 3 }), "/limit", "unknown_field"),
    ] {
        let refused = ask(wish.clone()).await.refused(422, "validation_failed");
        assert_eq!(refused.findings(), [(place.to_owned(), code.to_owned())], "{wish}");
    }
    let wish = json!({ "resource": "parties", "format": "csv" });
    let tried = ask(wish.clone()).header("prefer", "dry-run").await.expect(202);
    world.admin.get(format!("/v1/jobs/{}", tried.id())).await.refused(404, "not_found");
    let twice =
        [ask(wish.clone()).key("k").await.expect(202), ask(wish).key("k").await.expect(202)];
    assert_eq!(twice[0].id(), twice[1].id());
}

async fn z_13_every_list_can_be_exported(world: &World) {
    let lists: Vec<&str> = guanxi_http::resources::SERVED
        .iter()
        .filter(|served| served.operations.contains(&guanxi_http::resources::Operation::List))
        .map(|served| served.kind.plural)
        .collect();
    for served in
        guanxi_http::resources::SERVED.iter().filter(|served| lists.contains(&served.kind.plural))
    {
        if served.operations.contains(&guanxi_http::resources::Operation::Restore) {
            given::record(&world.admin, served.kind.plural).await;
        }
    }
    for plural in lists {
        for format in ["ndjson", "csv", "xlsx"] {
            let wish = json!({ "resource": plural, "format": format, "sort": ["created_at"] });
            let file = exported(world, &world.admin, wish).await;
            assert!(!file.bytes.is_empty() || format == "ndjson", "{plural} {format}");
            if format == "csv" {
                assert!(
                    file.text().starts_with("id,version,created_at,"),
                    "{plural}: {}",
                    file.text()
                );
            }
        }
    }
}

async fn z_13_a_download_goes_on_where_it_was_cut_off(world: &World) {
    given::party(&world.admin, "One").await;
    let job = export(world, &world.admin, json!({ "resource": "parties", "format": "csv" })).await;
    let path = file_of(&job);
    let whole = fetch(world, &world.admin, &path, ("accept-encoding", "gzip")).await;
    assert_eq!((whole.header("accept-ranges"), whole.header("content-encoding")), ("bytes", ""));
    let tag = whole.header("etag").to_owned();
    let rest = fetch(world, &world.admin, &path, ("range", "bytes=5-")).await;
    assert_eq!((rest.status, &rest.bytes[..]), (206, &whole.bytes[5..]));
    let place = format!("bytes 5-{}/{}", whole.bytes.len() - 1, whole.bytes.len());
    assert_eq!(rest.header("content-range"), place);
    let beyond = fetch(world, &world.admin, &path, ("range", "bytes=999999-")).await;
    assert_eq!((beyond.status, beyond.bytes.len()), (200, whole.bytes.len()));
    assert_eq!(fetch(world, &world.admin, &path, ("if-none-match", &tag)).await.status, 304);
}
