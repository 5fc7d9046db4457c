//! Files that belong to records: rights of the parent, types, names, and files without a record.

use chrono::{SecondsFormat, TimeDelta};
use guanxi_tests::{Answer, Client, World, both_stores, given, json};

both_stores![
    z_17_a_file_is_attached_shown_downloaded_deleted_and_restored,
    z_17_attachments_have_the_rights_of_their_parent,
    z_17_a_file_is_what_its_name_says,
    z_17_names_lead_nowhere,
    z_17_files_are_bounded,
    z_17_no_file_is_left_without_a_record,
    z_17_the_timeline_of_the_parent_tells_of_its_attachments,
    z_17_the_list_of_a_parent_has_pages,
    z_17_a_list_is_shown_as_it_was,
];

pub(crate) const PDF: &[u8] = b"%PDF-1.7\n% a contract\n";

/// Attaches a file; `name` stands in the address as it is.
pub(crate) async fn attach(
    client: &Client,
    parent: (&str, &str),
    name: &str,
    file: impl Into<Vec<u8>>,
) -> Answer {
    let (kind, id) = parent;
    let path = format!("/v1/attachments?parent_type={kind}&parent_id={id}&name={name}");
    client.request("POST", path).raw("application/octet-stream", file).await
}

fn kept(world: &World) -> usize {
    let tenants = std::fs::read_dir(world.files()).expect("a folder");
    tenants
        .map(|tenant| std::fs::read_dir(tenant.expect("a tenant").path()).expect("files").count())
        .sum()
}

async fn z_17_a_file_is_attached_shown_downloaded_deleted_and_restored(world: &World) {
    let party = given::party(&world.admin, "Hongtu").await.id();
    let made = attach(&world.admin, ("party", &party), "合同.pdf", PDF).await.expect(201);
    let path = format!("/v1/attachments/{}", made.id());
    assert_eq!(made.header("location"), Some(path.as_str()));
    let known = [
        ("name", json!("合同.pdf")),
        ("content_type", json!("application/pdf")),
        ("size_bytes", json!(PDF.len())),
        ("parent_type", json!("party")),
        ("parent_id", json!(party)),
    ];
    for (member, value) in known {
        assert_eq!(made.json[member], value);
    }
    let digest = made.json["sha256"].as_str().expect("a digest").to_owned();
    assert_eq!(digest.len(), 64);
    let read = world.admin.get(&path).await.expect(200);
    assert_eq!((&read.json, read.header("etag")), (&made.json, Some("\"1\"")));
    assert_eq!(read.json["actions"], json!(["delete"]));
    let content = world.admin.get(format!("{path}/content")).await.expect(200);
    assert_eq!(content.text.as_bytes(), PDF);
    assert_eq!(content.header("content-type"), Some("application/pdf"));
    assert_eq!(content.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(content.header("etag"), Some(format!("\"{digest}\"").as_str()));
    let named = content.header("content-disposition").expect("a name");
    assert!(named.starts_with("attachment; "), "{named}");
    assert!(named.ends_with("filename*=UTF-8''%E5%90%88%E5%90%8C.pdf"), "{named}");
    let part = world.admin.get(format!("{path}/content")).header("range", "bytes=1-3");
    assert_eq!(part.await.expect(206).text, "PDF");
    let held =
        world.admin.get(format!("{path}/content")).header("if-none-match", format!("\"{digest}\""));
    held.await.expect(304);

    let list = format!("/v1/attachments?parent_type=party&parent_id={party}");
    assert_eq!(world.admin.get(&list).await.expect(200).data(), std::slice::from_ref(&read.json));
    world.admin.request("DELETE", &path).await.refused(428, "if_match_required");
    world.admin.request("DELETE", &path).if_match(7).await.refused(412, "stale_version");
    world.admin.delete(&path).await.expect(204);
    for gone in [path.clone(), format!("{path}/content")] {
        world.admin.get(gone).await.refused(404, "not_found");
    }
    assert!(world.admin.get(&list).await.expect(200).data().is_empty());
    let deleted = world.admin.get(format!("{list}&include_deleted=true")).await.expect(200);
    assert_eq!(deleted.data()[0]["actions"], json!(["restore"]));
    let restored = world.admin.act(format!("{path}/restore")).await.expect(200);
    assert_eq!(restored.version(), 3);
    world.admin.act(format!("{path}/restore")).await.refused(404, "not_found");
    assert_eq!(world.admin.get(format!("{path}/content")).await.expect(200).text.as_bytes(), PDF);
}

async fn z_17_attachments_have_the_rights_of_their_parent(world: &World) {
    let (ann, _) =
        world.person(&[("parties", "any", "own"), ("contacts", "any", "own")], None).await;
    let (reader, _) = world.person(&[("parties", "read", "all")], None).await;
    let (ben, _) = world.person(&[("any", "any", "own")], None).await;
    let party = given::party(&ann, "Hers").await.id();
    let contact = given::contact(&ann, &party, "Wang").await.id();
    let made = attach(&ann, ("party", &party), "a.pdf", PDF).await.expect(201);
    let path = format!("/v1/attachments/{}", made.id());
    let list = format!("/v1/attachments?parent_type=party&parent_id={party}");
    // Who may read the record.
    assert_eq!(reader.get(&path).await.expect(200).json["actions"], json!([]));
    assert_eq!(reader.get(&list).await.expect(200).data().len(), 1);
    reader.get(format!("{path}/content")).await.expect(200);
    attach(&reader, ("party", &party), "b.pdf", PDF).await.refused(403, "forbidden");
    reader.delete(&path).if_match(1).await.refused(403, "forbidden");
    reader.get(format!("{list}&include_deleted=true")).await.refused(403, "forbidden");
    // Who may not.
    for stranger in [&ben, &world.stranger().await] {
        for hidden in [&path, &list, &format!("{path}/content")] {
            stranger.get(hidden).await.refused(404, "not_found");
        }
        attach(stranger, ("party", &party), "b.pdf", PDF).await.refused(404, "not_found");
        stranger.delete(&path).if_match(1).await.refused(404, "not_found");
        stranger.act(format!("{path}/restore")).await.refused(404, "not_found");
    }
    // To a contact belong the rights on contacts.
    let other = attach(&ann, ("contact", &contact), "a.pdf", PDF).await.expect(201);
    let other = format!("/v1/attachments/{}", other.id());
    reader.get(&other).await.refused(403, "forbidden");
    ann.delete(&other).await.expect(204);
    reader.act(format!("{other}/restore")).await.refused(403, "forbidden");
    ann.act(format!("{other}/restore")).await.expect(200);
    // What belongs to a deleted record is not seen before it is restored.
    ann.delete(format!("/v1/parties/{party}")).await.expect(204);
    ann.get(&path).await.refused(404, "not_found");
    ann.act(format!("/v1/parties/{party}/restore")).await.expect(200);
    ann.get(&path).await.expect(200);
    let dragon = attach(&ann, ("dragon", &party), "a.pdf", PDF).await;
    dragon.refused(400, "bad_parameter");
    attach(&ann, ("contact", &party), "a.pdf", PDF).await.refused(404, "not_found");
    world.anonymous().get(&path).await.refused(401, "unauthenticated");
}

async fn z_17_a_file_is_what_its_name_says(world: &World) {
    let party = given::party(&world.admin, "Hongtu").await.id();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".as_slice();
    let refused: [(&str, &[u8]); 10] = [
        ("a.html", b"<html><script>alert(1)</script></html>"),
        ("a.svg", svg),
        ("a.png", svg),
        ("a.txt", b"\n <!DOCTYPE html><script>"),
        ("a.exe", b"MZ\x90\x00"),
        ("a.pdf", b"MZ\x90\x00"),
        ("a.pdf.exe", PDF),
        ("a.txt", b"#!/bin/sh\nrm -rf /"),
        ("a", PDF),
        ("a.pdf", b""),
    ];
    for (name, file) in refused {
        attach(&world.admin, ("party", &party), name, file).await.refused(422, "file_type_refused");
    }
    assert_eq!(kept(world), 0);
    let text = "客户,电话\n王伟,+86".as_bytes();
    let taken: [(&str, &[u8], &str); 3] = [
        ("a.PNG", b"\x89PNG\r\n\x1a\n\0", "image/png"),
        ("a.csv", text, "text/csv"),
        ("a.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
    ];
    for (name, file, content_type) in taken {
        let made = attach(&world.admin, ("party", &party), name, file).await.expect(201);
        assert_eq!(made.json["content_type"], content_type);
    }
}

async fn z_17_names_lead_nowhere(world: &World) {
    let party = given::party(&world.admin, "Hongtu").await.id();
    let long = format!("{}.pdf", "x".repeat(300));
    for name in ["a%0D%0Ab.pdf", "a%00.pdf", "%E2%80%AEfdp.exe.pdf", &long, "", "%20", "a/"] {
        attach(&world.admin, ("party", &party), name, PDF).await.refused(400, "bad_parameter");
    }
    for (name, cleaned) in [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:%5CUsers%5Cann%5C%E5%90%88%E5%90%8C.pdf", "合同.pdf"),
        ("a%22;%20x=%27.pdf", "a\"; x='.pdf"),
    ] {
        let made = attach(&world.admin, ("party", &party), name, PDF).await.expect(201);
        assert_eq!(made.json["name"], cleaned);
        let content =
            world.admin.get(format!("/v1/attachments/{}/content", made.id())).await.expect(200);
        let named = content.header("content-disposition").expect("a name");
        assert_eq!(named.matches('"').count(), 2, "{named}");
    }
    let there = world.admin.request("POST", "/v1/attachments?parent_type=party&name=a.pdf");
    there.raw("application/pdf", PDF).await.refused(400, "bad_parameter");
    let unknown = format!("/v1/attachments?parent_type=party&parent_id={party}&colour=red");
    world.admin.get(unknown).await.refused(400, "unknown_parameter");
}

async fn z_17_files_are_bounded(world: &World) {
    let party = given::party(&world.admin, "Hongtu").await.id();
    let most = usize::try_from(guanxi_http::Options::default().attachment_bytes).expect("a size");
    let mut file = PDF.to_vec();
    file.resize(most, b' ');
    let made = attach(&world.admin, ("party", &party), "a.pdf", file.clone()).await.expect(201);
    assert_eq!(made.json["size_bytes"], most);
    file.push(b' ');
    attach(&world.admin, ("party", &party), "a.pdf", file).await.refused(413, "body_too_large");
    assert_eq!(kept(world), 1);
}

async fn z_17_no_file_is_left_without_a_record(world: &World) {
    let party = given::party(&world.admin, "Hongtu").await.id();
    let path = format!("/v1/attachments?parent_type=party&parent_id={party}&name=a.pdf");
    let send = || world.admin.request("POST", &path).raw("application/pdf", PDF);
    // The same under the same key is one attachment with one file.
    assert_eq!(send().key("k").await.expect(201).id(), send().key("k").await.expect(201).id());
    assert_eq!(kept(world), 1);
    send().header("prefer", "dry-run").await.expect(201);
    assert_eq!(kept(world), 1);
    // A crash between the file and its record.
    let (db, files, ctx) = (&world.db, world.app.worker(), world.ctx().await);
    let lost = "019b76da-a800-7594-bc53-587c9447a98d".parse().expect("an id");
    guanxi_bulk::attachments::announce(db, ctx.tenant, lost, ctx.now).await.expect("announced");
    let file = std::fs::File::open("/proc/self/cmdline").expect("a file");
    files.files().keep(ctx.tenant, lost, file).await.expect("kept");
    assert_eq!(kept(world), 2);
    world.app.worker().tidy().await.expect("tidied");
    assert_eq!(kept(world), 2, "it may be on its way");
    world.clock.advance(TimeDelta::minutes(61));
    world.app.worker().tidy().await.expect("tidied");
    assert_eq!(kept(world), 1);
}

async fn z_17_the_timeline_of_the_parent_tells_of_its_attachments(world: &World) {
    let (ann, _) = world.person(&[("parties", "any", "own")], None).await;
    let party = given::party(&ann, "Hers").await.id();
    let made = attach(&ann, ("party", &party), "a.pdf", PDF).await.expect(201);
    ann.delete(format!("/v1/attachments/{}", made.id())).await.expect(204);
    let told =
        |filter: &str| ann.get(format!("/v1/parties/{party}/timeline?sort=sequence{filter}"));
    let kinds = told("").await.expect(200).each("kind");
    assert_eq!(kinds, ["party.created", "attachment.created", "attachment.deleted"]);
    assert_eq!(told("&subject_type=attachment").await.expect(200).data().len(), 2);
    world.caught_up().await;
    let events = world.admin.get(format!("/v1/events?subject_id={}", made.id())).await.expect(200);
    assert_eq!(events.data().len(), 2);
}

async fn z_17_the_list_of_a_parent_has_pages(world: &World) {
    let party = given::party(&world.admin, "Hongtu").await.id();
    let other = given::party(&world.admin, "Other").await.id();
    for number in 0..5 {
        world.clock.advance(TimeDelta::seconds(1));
        attach(&world.admin, ("party", &party), &format!("{number}.pdf"), PDF).await.expect(201);
    }
    attach(&world.admin, ("party", &other), "other.pdf", PDF).await.expect(201);
    let list = format!("/v1/attachments?parent_type=party&parent_id={party}&limit=3");
    let page = world.admin.get(&list).await.expect(200);
    assert_eq!(page.each("name"), ["4.pdf", "3.pdf", "2.pdf"]);
    let next = page.json["next_cursor"].as_str().expect("a cursor");
    let rest = world.admin.get(format!("{list}&cursor={next}")).await.expect(200);
    assert_eq!(
        (rest.each("name"), &rest.json["has_more"]),
        (vec![json!("1.pdf"), json!("0.pdf")], &json!(false))
    );
    world.admin.get("/v1/attachments").await.refused(400, "bad_parameter");
}

async fn z_17_a_list_is_shown_as_it_was(world: &World) {
    let (ann, _) = world.person(&[("parties", "any", "own")], None).await;
    let party = given::party(&ann, "Hongtu").await.id();
    let (mut ids, mut instants) = (Vec::new(), Vec::new());
    for number in 0..5 {
        instants.push(world.clock.now().to_rfc3339_opts(SecondsFormat::Secs, true));
        world.clock.advance(TimeDelta::minutes(1));
        let name = format!("{number}.pdf");
        ids.push(attach(&ann, ("party", &party), &name, PDF).await.expect(201).id());
    }
    instants.push(world.clock.now().to_rfc3339_opts(SecondsFormat::Secs, true));
    world.clock.advance(TimeDelta::minutes(1));
    for id in &ids[..2] {
        ann.delete(format!("/v1/attachments/{id}")).await.expect(204);
    }
    let list = format!("/v1/attachments?parent_type=party&parent_id={party}");
    let names = |answer: &Answer| answer.each("name");
    for (count, instant) in instants.iter().enumerate() {
        let page = ann.get(format!("{list}&as_of={instant}")).await.expect(200);
        let then: Vec<_> = (0..count).rev().map(|number| json!(format!("{number}.pdf"))).collect();
        assert_eq!(names(&page), then, "{instant}");
        assert!(page.data().iter().all(|one| one["actions"] == json!([]) && one["version"] == 1));
    }
    assert_eq!(names(&ann.get(&list).await.expect(200)).len(), 3);
    // In pages, each instant with cursors of its own.
    let (mut cursor, mut found) = (String::new(), Vec::new());
    let last = &instants[5];
    loop {
        let path = format!("{list}&limit=2&as_of={last}{cursor}");
        let page = ann.get(path).await.expect(200);
        found.extend(page.each("id"));
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let all: Vec<_> = ids.iter().rev().map(|id| json!(id)).collect();
    assert_eq!(found, all);
    let other = format!("{list}&as_of={}{cursor}", instants[4]);
    ann.get(other).await.refused(400, "bad_cursor");
    for wrong in ["as_of=yesterday", &format!("as_of={last}&include_deleted=true")] {
        ann.get(format!("{list}&{wrong}")).await.refused(400, "bad_parameter");
    }
    // The rights are those of now.
    let (ben, _) = world.person(&[("parties", "any", "own")], None).await;
    ben.get(format!("{list}&as_of={last}")).await.refused(404, "not_found");
}
