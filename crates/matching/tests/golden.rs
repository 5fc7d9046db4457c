//! Against public data with known duplicates: precision, recall and F1 of the default thresholds.
//!
//! `GUANXI_TESTDATA` names the folder of the data.

#![expect(clippy::print_stdout, reason = "the figures are the result")]

use csv::StringRecord;
use guanxi_matching::{
    PostalAddress, Prepared, Profile, ProfileKind, Thresholds, find_with, prepare,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

type Pairs = BTreeSet<(usize, usize)>;

fn data(set: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("GUANXI_TESTDATA") else {
        println!("skipped: GUANXI_TESTDATA does not name the folder of the public data");
        return None;
    };
    Some(Path::new(&folder).join(set))
}

fn rows(file: &Path) -> Vec<StringRecord> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file).expect("the data");
    reader.records().map(|row| row.expect("a row")).collect()
}

fn some(text: &str) -> Option<String> {
    // The restaurants have a blank before the quotation mark, so the marks are part of the text.
    let text = text.trim_matches(['"', ' ']);
    (!text.is_empty()).then(|| text.to_owned())
}

/// rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state,
/// date_of_birth; what follows is not looked at.
fn person(row: &StringRecord) -> Profile {
    let mut profile = Profile::new(ProfileKind::Person, [""; 0]);
    profile.given_name = some(&row[1]);
    profile.family_name = some(&row[2]);
    profile.birth_date = some(&row[9]);
    profile.addresses = vec![PostalAddress {
        street: some(&format!("{} {}", &row[3], &row[4])),
        district: some(&row[5]),
        city: some(&row[6]),
        postal_code: some(&row[7]),
        region: some(&row[8]),
    }];
    profile
}

/// name, address, city; what follows is not looked at.
fn restaurant(row: &StringRecord) -> Profile {
    let mut profile = Profile::new(ProfileKind::Organisation, some(&row[0]));
    profile.addresses =
        vec![PostalAddress { street: some(&row[1]), city: some(&row[2]), ..Default::default() }];
    profile
}

struct Quality {
    precision: f64,
    recall: f64,
    f1: f64,
}

fn measure(set: &str, profiles: &[Profile], gold: &Pairs) -> Quality {
    let prepared: Vec<Prepared> = profiles.iter().map(prepare).collect();
    let result = find_with(&prepared, &Thresholds::default(), &mut |_, _| true).expect("no stop");
    let found: Pairs = result.pairs.iter().map(|pair| (pair.left, pair.right)).collect();
    let right = found.intersection(gold).count() as f64;
    let precision = right / found.len() as f64;
    let recall = right / gold.len() as f64;
    let f1 = 2.0 * precision * recall / (precision + recall);
    println!(
        "{set}: {} found of {}, precision {precision:.4}, recall {recall:.4}, F1 {f1:.4}, {} compared, {:?}",
        found.len(),
        gold.len(),
        result.compared,
        result.skipped
    );
    Quality { precision, recall, f1 }
}

fn febrl(number: u8) -> Option<Quality> {
    let folder = data("febrl_dedupe")?;
    let rows_of_set = rows(&folder.join(format!("dataset{number}.csv")));
    let at: BTreeMap<&str, usize> =
        rows_of_set.iter().enumerate().map(|(index, row)| (&row[0], index)).collect();
    let gold = rows(&folder.join(format!("gold_pairs{number}.csv")))
        .iter()
        .map(|row| (at[&row[0]], at[&row[1]]))
        .map(|(one, other)| (one.min(other), one.max(other)))
        .collect();
    let profiles: Vec<Profile> = rows_of_set.iter().map(person).collect();
    Some(measure(&format!("febrl {number}"), &profiles, &gold))
}

// What a fixed rule reaches on the same data: so many of the fields equal or with a Jaro–Winkler
// similarity of 0.85 at least.
const BASELINE_FEBRL_1: f64 = 0.981_670_061_1;
const BASELINE_FEBRL_2: f64 = 0.969_664_715_3;
const BASELINE_RESTAURANTS: f64 = 0.895_238_095_2;

#[test]
fn persons_of_febrl_1_are_found() {
    let Some(quality) = febrl(1) else { return };
    assert!(quality.f1 > BASELINE_FEBRL_1);
    assert!(quality.f1 >= 0.985);
    assert!(quality.precision >= 0.99 && quality.recall >= 0.97);
}

#[test]
fn persons_of_febrl_2_are_found() {
    let Some(quality) = febrl(2) else { return };
    assert!(quality.f1 > BASELINE_FEBRL_2);
    assert!(quality.f1 >= 0.985);
    assert!(quality.precision >= 0.99 && quality.recall >= 0.97);
}

#[test]
fn restaurants_are_found() {
    let Some(folder) = data("restaurants_dedupe") else { return };
    let profiles: Vec<Profile> =
        rows(&folder.join("restaurant-nophone-training.csv")).iter().map(restaurant).collect();
    let gold = rows(&folder.join("gold_pairs.csv"))
        .iter()
        .map(|row| (row[0].parse().expect("a row"), row[1].parse().expect("a row")))
        .collect();
    let quality = measure("restaurants", &profiles, &gold);
    assert!(quality.f1 > BASELINE_RESTAURANTS);
    assert!(quality.f1 >= 0.95);
    assert!(quality.precision >= 0.95 && quality.recall >= 0.95);
}
