//! The resources as data: complete, and what it says is what the API does.

use guanxi_http::resources::{Operation, SERVED};
use guanxi_kernel::scalar::Type;
use guanxi_tests::{Json, World, both_stores, json};
use std::collections::BTreeSet;

both_stores![
    every_resource_and_field_has_its_labels,
    what_the_schema_says_is_what_lists_and_creates_do,
    the_schema_is_asked_for_again_with_its_tag,
];

async fn schemas(world: &World) -> Vec<Json> {
    world.admin.get("/v1/schema").await.expect(200).data().clone()
}

fn fields(schema: &Json) -> &Vec<Json> {
    schema["fields"].as_array().expect("fields")
}

/// The labels of every word below, and whether they are there in both languages.
fn words_are_labelled(schema: &Json) {
    for word in schema["words"].as_array().into_iter().flatten() {
        let label = &word["label"];
        assert!(label["en"].as_str().is_some_and(|text| !text.is_empty()), "{word}");
        let chinese = |text: &str| !text.is_ascii();
        assert!(label["zh-CN"].as_str().is_some_and(chinese), "{word}");
    }
    words_in(&schema["items"]);
    schema["members"].as_array().into_iter().flatten().for_each(words_are_labelled);
}

fn words_in(items: &Json) {
    if items.is_object() {
        words_are_labelled(items);
    }
}

async fn every_resource_and_field_has_its_labels(world: &World) {
    let all = schemas(world).await;
    assert_eq!(all.len(), SERVED.len());
    for (served, schema) in SERVED.iter().zip(&all) {
        let kind = served.kind;
        let label = json!({ "en": kind.label.en, "zh-CN": kind.label.zh });
        assert_eq!((&schema["resource"], &schema["label"]), (&json!(kind.plural), &label));
        let known: Vec<_> = kind.shape.fields.iter().filter(|field| !field.hidden).collect();
        assert_eq!(fields(schema).len(), known.len(), "{}", kind.plural);
        for (field, shown) in known.into_iter().zip(fields(schema)) {
            let place = format!("{} {}", kind.plural, field.name);
            let label = json!({ "en": field.en(), "zh-CN": field.zh });
            assert_eq!((&shown["name"], &shown["label"]), (&json!(field.name), &label), "{place}");
            assert!(shown["description"].as_str().is_some_and(|text| !text.is_empty()), "{place}");
            assert_eq!(shown["nullable"], field.nullable, "{place}");
            let expected = match field.kind {
                Type::Text => "text",
                Type::Integer => "integer",
                Type::Boolean => "boolean",
                Type::Date => "date",
                Type::Instant => "instant",
                Type::Id => "id",
                Type::Word(_) => "word",
                Type::Money => "money",
                Type::Json if shown["type"] == "list" => "list",
                Type::Json if shown["type"] == "any" => "any",
                Type::Json => "object",
            };
            assert_eq!(shown["type"], expected, "{place}");
            words_are_labelled(shown);
            let alone = format!("/v1/schema/{}", kind.plural);
            assert_eq!(&world.admin.get(alone).await.expect(200).json, schema);
        }
        let operations = schema["operations"].as_array().expect("operations").len();
        assert!(operations >= served.operations.len(), "{}", kind.plural);
    }
    let party = &world.admin.get("/v1/schema/parties").await.expect(200).json;
    let of =
        |name: &str| fields(party).iter().find(|field| field["name"] == name).expect("a field");
    let kinds = json!([
        { "word": "organisation", "label": { "en": "Organisation", "zh-CN": "组织" } },
        { "word": "person", "label": { "en": "Person", "zh-CN": "个人" } },
    ]);
    assert_eq!(of("kind")["words"], kinds);
    assert_eq!(
        (&of("owner_id")["references"], &of("name")["max_length"]),
        (&json!("users"), &json!(200))
    );
    let phone = &of("phones")["items"]["members"];
    let names: BTreeSet<_> =
        phone.as_array().expect("members").iter().map(|m| m["name"].to_string()).collect();
    assert_eq!(names, ["\"kind\"", "\"number\""].map(str::to_owned).into());
    let verbs = "created updated deleted restored role_given role_withdrawn merged absorbed parted \
        erased verified converted_to_base";
    let events: Vec<String> = verbs.split(' ').map(|verb| format!("party.{verb}")).collect();
    assert_eq!(party["events"], json!(events));
    world.admin.get("/v1/schema/party").await.refused(404, "not_found");
}

async fn what_the_schema_says_is_what_lists_and_creates_do(world: &World) {
    let all = schemas(world).await;
    for (served, schema) in SERVED.iter().zip(&all) {
        let (plural, list) = (served.kind.plural, served.operations.contains(&Operation::List));
        let path = format!("/v1/{}", served.kind.path);
        for field in fields(schema) {
            let name = field["name"].as_str().expect("a name");
            if list {
                let sorted = world.admin.get(format!("{path}?sort={name}")).await.status;
                assert_eq!(sorted == 200, field["sortable"] == true, "{plural} {name}");
                let filter = field["filter"].as_str().unwrap_or(name);
                let found = world.admin.get(format!("{path}?filter={filter}:*")).await.status;
                assert_eq!(found == 200, field["filter"].is_string(), "{plural} {name}");
            }
        }
        if !served.operations.contains(&Operation::Create) {
            continue;
        }
        let refused = world.admin.post(&path, json!({})).await.refused(422, "validation_failed");
        let said: BTreeSet<String> =
            refused.findings().into_iter().map(|(place, _)| place).collect();
        let marked = |mark: &str| -> BTreeSet<String> {
            let marked = fields(schema).iter().filter(|field| field[mark] == true);
            marked.map(|field| format!("/{}", field["name"].as_str().expect("a name"))).collect()
        };
        assert_eq!(said, marked("required"), "{plural}");
        for place in marked("read_only") {
            let body = json!({ place.trim_start_matches('/'): null });
            let refused = world.admin.post(&path, body).await.refused(422, "validation_failed");
            assert!(
                refused.findings().contains(&(place.clone(), "unknown_field".into())),
                "{plural}{place}"
            );
        }
    }
}

async fn the_schema_is_asked_for_again_with_its_tag(world: &World) {
    let (powerless, _) = world.person(&[], None).await;
    for path in ["/v1/schema", "/v1/schema/users"] {
        let first = powerless.get(path).await.expect(200);
        let tag = first.header("etag").expect("a tag").to_owned();
        assert_eq!(first.header("cache-control"), Some("private, max-age=300"));
        let again = powerless.get(path).header("if-none-match", &tag).await.expect(304);
        assert_eq!((again.text.as_str(), again.header("etag")), ("", Some(tag.as_str())));
        let list = format!("\"other\", {tag}");
        powerless.get(path).header("if-none-match", list).await.expect(304);
        powerless.get(path).header("if-none-match", "\"other\"").await.expect(200);
        world.anonymous().get(path).await.refused(401, "unauthenticated");
    }
}
