//! The files of callers go along with a tenant, and arrive as they were or are named.

use super::{ADMINISTRATOR, PASSWORD, Program, transfer::program};
use guanxi_tests::{Answer, Client, Engine, given};
use std::{fs, path::PathBuf};

const PDF: &[u8] = b"%PDF-1.7\n% a contract\n";

async fn attach(client: &Client, party: &str, name: &str, file: &[u8]) -> Answer {
    let path = format!("/v1/attachments?parent_type=party&parent_id={party}&name={name}");
    client.request("POST", &path).raw("application/octet-stream", file).await.expect(201)
}

async fn content(client: &Client, attachment: &Answer) -> Answer {
    client.get(format!("/v1/attachments/{}/content", attachment.id())).await
}

fn files(program: &Program) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for tenant in fs::read_dir(program.folder.path().join("data/files")).into_iter().flatten() {
        let tenant = tenant.expect("a tenant").path();
        found.extend(fs::read_dir(tenant).expect("files").map(|file| file.expect("a file").path()));
    }
    found
}

#[actix_web::test]
async fn z_17_attachments_move_with_their_tenant_and_back() {
    let (small, first) = program(Engine::Sqlite).await.expect("a folder");
    let Some((large, second)) = program(Engine::Postgres).await else { return };
    let (again, third) = program(Engine::Sqlite).await.expect("a folder");
    let server = small.serve();
    let admin = server.sign_in("main", ADMINISTRATOR, PASSWORD).await;
    let party = given::party(&admin, "Hongtu").await.id();
    let contract = attach(&admin, &party, "a.pdf", PDF).await;
    let large_file = [PDF, &vec![b' '; 6 << 20]].concat();
    let long = attach(&admin, &party, "long.pdf", &large_file).await;
    let deleted = attach(&admin, &party, "deleted.pdf", b"%PDF-1.4").await;
    admin.delete(format!("/v1/attachments/{}", deleted.id())).await.expect(204);
    server.stop();
    let mut from = &small;
    for to in [&large, &again] {
        let file = from.folder.path().join("main.gz");
        let path = file.to_str().expect("a path");
        let said = from.run(&["tenant", "export", "main", path]).expect(0).out;
        assert!(said.contains("3 files of callers"), "{said}");
        from.run(&["tenant", "export", "main", path]).expect(1);
        let said = to.run(&["tenant", "import", path]).expect(0).out;
        assert!(said.contains("3 files of callers"), "{said}");
        let server = to.serve();
        let admin = server.sign_in("main", ADMINISTRATOR, PASSWORD).await;
        assert_eq!(content(&admin, &contract).await.expect(200).text.as_bytes(), PDF);
        assert_eq!(content(&admin, &long).await.expect(200).text.len(), large_file.len());
        admin.act(format!("/v1/attachments/{}/restore", deleted.id())).await.expect(200);
        assert_eq!(content(&admin, &deleted).await.expect(200).text, "%PDF-1.4");
        admin.delete(format!("/v1/attachments/{}", deleted.id())).await.expect(204);
        server.stop();
        from = to;
    }
    for store in [first, second, third] {
        store.remove().await;
    }
}

#[actix_web::test]
async fn z_17_a_missing_or_changed_file_is_named_before_anything_is_written() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (from, first) = program(Engine::Sqlite).await.expect("a folder");
        let Some((to, second)) = program(engine).await else { continue };
        let server = from.serve();
        let admin = server.sign_in("main", ADMINISTRATOR, PASSWORD).await;
        let party = given::party(&admin, "Hongtu").await.id();
        let good = attach(&admin, &party, "good.pdf", PDF).await;
        let gone = attach(&admin, &party, "gone.pdf", PDF).await;
        let other = attach(&admin, &party, "other.pdf", PDF).await;
        server.stop();
        let file = from.folder.path().join("main.gz");
        let path = file.to_str().expect("a path");
        from.run(&["tenant", "export", "main", path]).expect(0);
        let folder = from.folder.path().join("main.gz.files");
        fs::remove_file(folder.join(gone.id())).expect("a file");
        fs::write(folder.join(other.id()), "%PDF-1.7 of somebody else").expect("a file");
        let refused = to.run(&["tenant", "import", path]).expect(1).err;
        let names = |text: &str, attachment: &Answer| text.contains(&attachment.id());
        assert!(names(&refused, &gone) && refused.contains("(gone.pdf) is missing"), "{refused}");
        assert!(names(&refused, &other) && refused.contains("SHA-256"), "{refused}");
        assert!(!names(&refused, &good), "{refused}");
        assert!(files(&to).is_empty());
        to.run(&["verify"]).expect(1);

        let args = ["tenant", "import", path, "--without-missing-files"];
        let said = to.run(&args).expect(3).out;
        assert!(said.contains("1 files of callers") && names(&said, &gone), "{said}");
        assert_eq!(files(&to).len(), 1);
        let server = to.serve();
        let admin = server.sign_in("main", ADMINISTRATOR, PASSWORD).await;
        assert_eq!(content(&admin, &good).await.expect(200).text.as_bytes(), PDF);
        for lost in [&gone, &other] {
            content(&admin, lost).await.refused(410, "file_gone");
        }
        server.stop();
        // It is there now, and what is there stays.
        to.run(&args).expect(1);
        assert_eq!(files(&to).len(), 1);

        // What is missing at the source is said there already.
        let lost = files(&from).into_iter().find(|file| file.ends_with(good.id())).expect("it");
        fs::remove_file(lost).expect("a file");
        let path = from.folder.path().join("again.gz");
        let said = from.run(&["tenant", "export", "main", path.to_str().expect("a path")]);
        assert!(said.expect(3).out.contains("(good.pdf) is missing"));
        for store in [first, second] {
            store.remove().await;
        }
    }
}
