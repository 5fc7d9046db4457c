//! A real test by e-mail: 64,000 customers in three arms.

#![expect(clippy::print_stdout, reason = "tells how long it took, or that it skips")]

use super::{media, running};
use guanxi_tests::{Json, World, both_stores, json};
use std::{collections::BTreeMap, io::Read as _, path::Path, time::Instant};

/// The arms, with their list, and how they are called in the file.
const ARMS: [(&str, &str); 3] =
    [("Mens E-Mail", "01"), ("Womens E-Mail", "02"), ("No E-Mail", "00")];

/// Events that are told at once.
const AT_ONCE: usize = 1_500;

both_stores![x_78_x_12_arms_of_a_real_test_have_the_known_rates];

/// The cells of a line. One that is quoted may have a comma.
fn cells(line: &str) -> Vec<&str> {
    let mut quoted = false;
    let ends = |at: char| {
        quoted ^= at == '"';
        at == ',' && !quoted
    };
    line.split(ends).map(|cell| cell.trim_matches('"')).collect()
}

fn table(folder: &Path) -> Vec<(String, bool, bool)> {
    let file = std::fs::read(folder.join("hillstrom.csv.gz")).expect("the file");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*file).read_to_string(&mut text).expect("text");
    let mut lines = text.lines();
    let head = cells(lines.next().expect("a header"));
    let at = |name: &str| head.iter().position(|column| *column == name).expect("a column");
    let (arm, visit, bought) = (at("segment"), at("visit"), at("conversion"));
    let row = |line: &str| {
        let cells = cells(line);
        (cells[arm].to_owned(), cells[visit] == "1", cells[bought] == "1")
    };
    lines.map(row).collect()
}

async fn x_78_x_12_arms_of_a_real_test_have_the_known_rates(world: &World) {
    let Some(folder) = std::env::var_os("GUANXI_TESTDATA") else {
        return println!("skipped: GUANXI_TESTDATA does not name the folder of the public data");
    };
    let folder = Path::new(&folder).join("hillstrom_email");
    let golden = std::fs::read_to_string(folder.join("golden.json")).expect("the golden figures");
    let golden: Json = serde_json::from_str(&golden).expect("JSON");
    media(world).await;
    let campaign = running(world, json!({ "name": "Hillstrom" })).await;
    let mut codes = BTreeMap::new();
    for (arm, list) in ARMS {
        let made = super::code(world, list, json!({ "campaign_id": campaign.id() })).await;
        codes.insert(arm, (made.id(), made.json["code"].as_str().expect("a code").to_owned()));
    }
    let mut touches = Vec::new();
    for (at, (arm, visit, bought)) in table(&folder).into_iter().enumerate() {
        let first = if arm == "No E-Mail" { "held_out" } else { "sent" };
        let code = &codes[arm.as_str()].1;
        for kind in [(first, true), ("visited", visit), ("bought", bought)] {
            if let (kind, true) = kind {
                touches.push(
                    json!({ "event_id": format!("{kind}{at}"), "kind": kind, "source_code": code,
                    "recipient": format!("{at}"), "occurred_at": "2008-03-20T00:00:00Z" }),
                );
            }
        }
    }
    let (begun, total) = (Instant::now(), touches.len());
    for some in touches.chunks(AT_ONCE) {
        let batch = json!({ "source": "hillstrom", "touches": some });
        world.admin.post("/v1/touches", batch).await.expect(201);
    }
    println!("{total} touches in {:?}", begun.elapsed());
    let near = |shown: &Json, expected: &Json| {
        let shown: f64 = shown["value"].as_str().expect("a value").parse().expect("a number");
        (shown - expected.as_f64().expect("a number")).abs() <= 0.000_05
    };
    for (arm, (id, _)) in &codes {
        let rates = world.admin.get(format!("/v1/source-codes/{id}/rates")).await.expect(200).json;
        let expected = &golden["arms"][arm];
        assert_eq!(rates["contacts"], expected["customers"], "{arm}");
        assert!(near(&rates["visit_rate"], &expected["visit_rate"]), "{arm}: {rates}");
        assert!(near(&rates["buyers_of_contacts"], &expected["conversion_rate"]), "{arm}: {rates}");
        let exact = (&rates["visit_rate"]["numerator"], &rates["buyers_of_contacts"]["numerator"]);
        let whole = |figure: &Json| json!(figure.to_string());
        assert_eq!(exact, (&whole(&expected["visits"]), &whole(&expected["conversions"])), "{arm}");
    }
    let path = format!("/v1/reports/media-response?by=list&campaign_id={}", campaign.id());
    let report = world.admin.get(path).await.expect(200);
    assert_eq!(report.each("key"), ["00", "01", "02"]);
    let totals = &report.json["totals"];
    assert_eq!(totals["contacts"], golden["total"]["customers"]);
    assert!(near(&totals["visit_rate"], &golden["total"]["visit_rate"]), "{totals}");
    // What the mails have added is the difference to those who got none.
    let rate = |list: &str, rate: &str| -> f64 {
        let row = report.data().iter().find(|row| row["key"] == list).expect("a row");
        let figure = |part: &str| -> f64 {
            row[rate][part].as_str().expect("a figure").parse().expect("a number")
        };
        figure("numerator") / figure("denominator")
    };
    for (list, versus) in [("01", "mens_vs_none"), ("02", "womens_vs_none")] {
        for (shown, name) in [("visit_rate", "visit"), ("buyers_of_contacts", "conversion")] {
            let lift = rate(list, shown) - rate("00", shown);
            let expected = golden[versus][name]["lift_absolute"].as_f64().expect("a lift");
            assert!((lift - expected).abs() < 1e-9, "{versus} {name}");
        }
    }
}
