//! A real test by e-mail: 64,000 customers in three arms.

#![expect(clippy::print_stdout, reason = "tells how long it took, or that it skips")]

use super::{media, running};
use guanxi_tests::{Answer, Json, World, both_stores, json};
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
    let report = world.admin.get(&path).await.expect(200);
    assert_eq!(report.each("key"), ["00", "01", "02"]);
    assert_eq!(report.each("versus"), [json!([]), json!([]), json!([])]);
    let totals = &report.json["totals"];
    assert_eq!(totals["contacts"], golden["total"]["customers"]);
    let rates = [("visit_rate", "visit"), ("buyers_of_contacts", "conversion")];
    let whole = (totals, &golden["total"]);
    let arms = ARMS.iter().map(|(arm, list)| (row(&report, list), &golden["arms"][*arm]));
    for (shown, expected) in arms.chain([whole]) {
        for (rate, name) in rates {
            assert!(near(&shown[rate], &expected[format!("{name}_rate")]), "{name}: {shown}");
            let interval = &shown[rate]["interval"];
            let wilson = &expected[format!("{name}_rate_wilson_95")];
            assert_ends(interval, wilson);
        }
    }
    // What a mail has added is the difference to those who got none, or another.
    for (versus, others) in [
        ("00", vec![("01", "mens_vs_none"), ("02", "womens_vs_none")]),
        ("02", vec![("01", "mens_vs_womens")]),
    ] {
        let report = world.admin.get(format!("{path}&versus={versus}")).await.expect(200);
        assert_eq!(row(&report, versus)["versus"], json!([]));
        for (list, name) in others {
            let compared = row(&report, list)["versus"].as_array().expect("comparisons");
            for (rate, figure) in rates {
                let expected = &golden[name][figure];
                let found = compared.iter().find(|one| one["rate"] == rate).expect("a comparison");
                assert_close(&found["difference"], &expected["lift_absolute"]);
                assert_close(&found["uplift"], &expected["lift_relative"]);
                assert_ends(&found["interval"], &expected["ci95_wald_unpooled"]);
                let (p, known) = (number(&found["p_value"]), &expected["p_two_sided"]);
                let known = known.as_f64().expect("a number");
                assert!((p / known - 1.0).abs() <= 5e-6, "{name} {figure}: {p} {known}");
            }
        }
    }
}

/// The row of a list.
#[track_caller]
fn row<'a>(report: &'a Answer, list: &str) -> &'a Json {
    report.data().iter().find(|row| row["key"] == list).expect("a row")
}

#[track_caller]
fn number(shown: &Json) -> f64 {
    shown.as_str().expect("a figure").parse().expect("a number")
}

/// As near as six decimals tell.
#[track_caller]
fn assert_close(shown: &Json, expected: &Json) {
    let expected = expected.as_f64().expect("a number");
    assert!((number(shown) - expected).abs() <= 5.000_1e-7, "{shown} {expected}");
}

/// Both ends of an interval.
#[track_caller]
fn assert_ends(shown: &Json, expected: &Json) {
    assert_close(&shown["from"], &expected[0]);
    assert_close(&shown["to"], &expected[1]);
}
