//! `guanxi import`: files through the same import as over the API.

use super::{ADMINISTRATOR, Ended, Program};
use guanxi_tests::{given, json};
use std::path::Path;

programs![
    good_rows_are_made_and_refused_ones_are_named_by_their_lines,
    every_kind_of_column_is_read,
    columns_are_mapped_left_out_and_filled_in,
    a_dry_run_says_what_would_be_made_and_keeps_nothing,
    contacts_name_their_party_by_code_or_name,
    a_file_that_cannot_be_read_is_refused_as_a_whole,
    thousands_of_chinese_names_are_imported_and_found_by_any_part,
];

fn import(program: &Program, file: &str, kind: &str, more: &[&str]) -> Ended {
    let arguments = [&["import", file, "--as", kind, "--user", ADMINISTRATOR], more].concat();
    program.run(&arguments)
}

async fn good_rows_are_made_and_refused_ones_are_named_by_their_lines(program: &Program) {
    let server = program.serve();
    let rows = "kind,name,code,note\n\
                organisation,A,C1,\n\
                organisation,,C2,\n\
                organisation,B,C3,\"two\nlines\"\n\
                spaceship,C,C4,\n\
                organisation,D,C1,\n\
                person,E,C6,\n";
    program.write("rows.csv", rows);
    let ended = import(program, "rows.csv", "parties", &[]).expect(3);
    assert!(ended.out.contains("3 made, 3 refused"), "{}", ended.out);
    let refused: Vec<&str> =
        ended.out.lines().filter_map(|line| line.strip_prefix("row ")?.split(':').next()).collect();
    assert_eq!(refused, ["3", "6", "7"], "{}", ended.out);
    for place in ["/name", "/kind", "/code"] {
        assert!(ended.out.contains(place), "{place}: {}", ended.out);
    }
    let admin = server.admin().await;
    let made = admin.get("/v1/parties?sort=name").await.expect(200);
    assert_eq!(made.each("name"), ["A", "B", "E"]);
    assert_eq!(made.data()[1]["note"], "two\nlines");
    let me = admin.get("/v1/me").await.expect(200).id();
    assert!(made.each("owner_id").iter().all(|owner| *owner == me.as_str()));
    let first = made.data()[0]["id"].as_str().expect("an id");
    let timeline = admin.get(format!("/v1/parties/{first}/timeline")).await.expect(200);
    assert_eq!(timeline.each("kind"), ["party.created"]);
}

async fn every_kind_of_column_is_read(program: &Program) {
    let server = program.serve();
    // As a spreadsheet writes it: with a mark at the beginning and labels of the language.
    let rows = "\u{feff}类型,名称,employees,annual_revenue,roles,tags,phone,emails,website\r\n\
                organisation,上海宏图软件有限公司,320,85000000.00 CNY,customer;partner,VIP; SaaS,\
                021 6888 1234;13800138000,Sales@Hongtu.example.com,https://hongtu.example.com\r\n\
                organisation,B,many,12 parsecs,customer;emperor,,123,nobody,\r\n";
    program.write("rows.csv", rows);
    let ended = import(program, "rows.csv", "parties", &[]).expect(3);
    assert!(ended.out.contains("1 made, 1 refused"), "{}", ended.out);
    let party = server.admin().await.get("/v1/parties").await.expect(200).data()[0].clone();
    assert_eq!(
        (&party["name"], &party["employees"]),
        (&json!("上海宏图软件有限公司"), &json!(320))
    );
    assert_eq!(party["annual_revenue"], json!({ "amount": "85000000.00", "currency": "CNY" }));
    assert_eq!(
        (&party["roles"], &party["tags"]),
        (&json!(["customer", "partner"]), &json!(["VIP", "SaaS"]))
    );
    assert_eq!(party["phones"][0]["number"], "+862168881234");
    assert_eq!(party["phones"][1]["number"], "+8613800138000");
    assert_eq!(party["emails"][0]["address"], "sales@hongtu.example.com");
}

async fn columns_are_mapped_left_out_and_filled_in(program: &Program) {
    let server = program.serve();
    program.write("rows.csv", "id,company,secret,industry\n7,A,x,retail\n8,B,x,\n");
    let bare = import(program, "rows.csv", "parties", &[]).expect(1);
    assert!(bare.err.contains("\"id\"") && bare.err.contains("--map"), "{}", bare.err);
    let mapped = ["--map", "id=code", "--map", "company=name", "--map", "secret=-"];
    let set = ["--set", "kind=organisation", "--set", "industry=unknown", "--set", "role=prospect"];
    let ended = import(program, "rows.csv", "parties", &[&mapped[..], &set].concat()).expect(0);
    assert!(ended.out.contains("2 made, 0 refused"), "{}", ended.out);
    let made = server.admin().await.get("/v1/parties?sort=name").await.expect(200);
    assert_eq!(
        (made.each("code"), made.each("name")),
        (vec![json!("7"), json!("8")], vec![json!("A"), json!("B")])
    );
    assert_eq!(made.each("industry"), ["retail", "unknown"], "what a row says wins");
    assert_eq!(made.data()[0]["roles"], json!(["prospect"]));
    for wrong in [
        ["--map", "company"],
        ["--map", "company=spaceship"],
        ["--set", "spaceship=1"],
        ["--set", "kind"],
    ] {
        import(program, "rows.csv", "parties", &[&mapped[..], &wrong].concat()).expect(1);
    }
    assert_eq!(server.admin().await.get("/v1/parties").await.expect(200).data().len(), 2);
}

async fn a_dry_run_says_what_would_be_made_and_keeps_nothing(program: &Program) {
    let server = program.serve();
    program.write("rows.csv", "kind,name,code\norganisation,A,C1\norganisation,,C2\n");
    let ended = import(program, "rows.csv", "parties", &["--dry-run"]).expect(3);
    assert!(
        ended.out.contains("row 3") && ended.out.contains("1 would be made, 1 refused"),
        "{}",
        ended.out
    );
    let admin = server.admin().await;
    assert!(admin.get("/v1/parties").await.expect(200).data().is_empty());
    import(program, "rows.csv", "parties", &[]).expect(3);
    assert_eq!(admin.get("/v1/parties").await.expect(200).each("name"), ["A"]);
}

async fn contacts_name_their_party_by_code_or_name(program: &Program) {
    let server = program.serve();
    let admin = server.admin().await;
    let hongtu = json!({ "kind": "organisation", "name": "上海宏图软件有限公司", "code": "C1" });
    let hongtu = admin.post("/v1/parties", hongtu).await.expect(201).id();
    let acme = given::party(&admin, "Acme").await.id();
    program.write(
        "rows.csv",
        "party,姓名,职务,phones\nC1,王伟,采购总监,13800138000\nAcme,Ann,,\nNobody,Ben,,\n",
    );
    let ended = import(program, "rows.csv", "contacts", &[]).expect(3);
    assert!(
        ended.out.contains("row 4") && ended.out.contains("2 made, 1 refused"),
        "{}",
        ended.out
    );
    let contacts = admin.get("/v1/contacts?sort=name").await.expect(200);
    assert_eq!(contacts.each("party_id"), [json!(acme), json!(hongtu)]);
    assert_eq!(
        (&contacts.data()[1]["name"], &contacts.data()[1]["job_title"]),
        (&json!("王伟"), &json!("采购总监"))
    );
    assert_eq!(contacts.data()[1]["phones"][0]["number"], "+8613800138000");
}

async fn a_file_that_cannot_be_read_is_refused_as_a_whole(program: &Program) {
    let server = program.serve();
    program.write("broken.xlsx", "PK\u{3}\u{4} no workbook");
    import(program, "broken.xlsx", "parties", &[]).expect(1);
    let missing = import(program, "missing.csv", "parties", &[]).expect(1);
    assert!(missing.err.contains("missing.csv"), "{}", missing.err);
    assert!(server.admin().await.get("/v1/parties").await.expect(200).data().is_empty());
    program.write("rows.csv", "kind,name\norganisation,A\n");
    let nobody = ["import", "rows.csv", "--as", "parties", "--user", "nobody@example.com"];
    program.run(&nobody).expect(1);
    import(program, "rows.csv", "spaceships", &[]).expect(2);
}

async fn thousands_of_chinese_names_are_imported_and_found_by_any_part(program: &Program) {
    let Some(folder) = std::env::var_os("GUANXI_TESTDATA") else {
        return println!("skipped: GUANXI_TESTDATA does not name the folder of the test data");
    };
    let file = Path::new(&folder).join("zh_names/listed_companies_short.csv");
    let server = program.serve();
    let arguments = [
        ["--map", "id=code"],
        ["--map", "name_cn=name"],
        ["--map", "stock_code=-"],
        ["--map", "source=tags"],
        ["--set", "kind=organisation"],
    ];
    let ended =
        import(program, file.to_str().expect("a path"), "parties", arguments.as_flattened())
            .expect(0);
    assert!(ended.out.contains("7825 made, 0 refused"), "{}", ended.out);
    let admin = server.admin().await;
    let text = std::fs::read_to_string(&file).expect("the file");
    let names = text.lines().skip(1).step_by(261).filter_map(|line| line.split(',').nth(1));
    let mut tried = 0;
    for name in
        names.filter(|name| name.chars().count() >= 4 && name.chars().all(|c| c > '\u{3000}'))
    {
        let middle: String = name.chars().skip(1).take(2).collect();
        let found = admin.get(format!("/v1/parties?limit=200&q={middle}")).await.expect(200);
        assert!(found.each("name").contains(&json!(name)), "{middle} of {name}");
        tried += 1;
    }
    assert!(tried >= 10, "{tried} names tried");
}
