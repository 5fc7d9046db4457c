use super::*;
use crate::{PostalAddress, Profile, ProfileKind, prepare};
use proptest::prelude::*;

fn person(name: &str) -> Profile {
    Profile::new(ProfileKind::Person, [name])
}

fn company(name: &str) -> Profile {
    Profile::new(ProfileKind::Organisation, [name])
}

fn with(mut profile: Profile, phone: &str, birth_date: &str) -> Profile {
    profile.phones = vec![phone.into()];
    profile.birth_date = (!birth_date.is_empty()).then(|| birth_date.into());
    profile
}

fn at(mut profile: Profile, street: &str) -> Profile {
    profile.addresses = vec![PostalAddress {
        region: Some("NSW".into()),
        city: Some("Sydney".into()),
        street: Some(street.into()),
        postal_code: Some("2000".into()),
        ..Default::default()
    }];
    profile
}

fn compared(one: &Profile, other: &Profile) -> Comparison {
    compare(&prepare(one), &prepare(other))
}

fn verdict(one: &Profile, other: &Profile) -> Verdict {
    compared(one, other).verdict(&Thresholds::default())
}

/// The reasons as a person reads them.
fn told(comparison: &Comparison) -> Vec<String> {
    let line =
        |r: &Evidence| format!("{} {} {} {:+}", r.field, r.agreement, r.similarity, r.points);
    comparison.reasons.iter().map(line).collect()
}

const MOBILE: &str = "+8613800138000";
const OTHER_MOBILE: &str = "+8613900139000";

#[test]
fn spellings_of_a_chinese_name_agree_and_its_reading_is_worth_less() {
    let points = |one: &str, other: &str| compared(&person(one), &person(other)).points;
    let equal = points("王伟", "王 伟");
    let read = points("王伟", "ｗａｎｇ ｗｅｉ");
    assert!(0 < read && read < equal, "{read} {equal}");
    assert_eq!(read, points("王伟", "Wei Wang"));
    assert!((1..equal).contains(&points("王伟", "王玮")), "another character, read the same");
    assert!(points("王伟", "李娜") < 0 && points("王伟", "王建国") < 0);
    assert!(points("王伟", "Li Na") < 0);
}

#[test]
fn a_common_name_is_not_enough_and_with_the_mobile_it_is() {
    let one = with(person("王伟"), MOBILE, "1980-02-29");
    assert_eq!(verdict(&one, &with(person("王伟"), OTHER_MOBILE, "1991-07-12")), Verdict::No);
    assert_eq!(verdict(&person("王伟"), &with(person("王伟"), MOBILE, "")), Verdict::No);
    let same = with(person("王 伟"), MOBILE, "");
    assert_eq!(verdict(&one, &same), Verdict::Certain);
    assert_eq!(told(&compared(&one, &same)), ["name equal 100 +34", "phone equal 100 +42"]);
    let twin = compared(&person("王伟"), &person("王伟"));
    assert_eq!((twin.score, twin.points), (100, 34));
    assert_eq!(twin.verdict(&Thresholds::default()), Verdict::Likely);
}

#[test]
fn relatives_are_not_the_same() {
    let named = |given: &str| {
        let mut profile = at(Profile::new(ProfileKind::Person, [""; 0]), "12 High Street");
        profile.given_name = Some(given.into());
        profile.family_name = Some("Smith".into());
        profile
    };
    let (father, son) = (named("Robert"), named("William"));
    let comparison = compared(&father, &son);
    assert_eq!(comparison.verdict(&Thresholds::default()), Verdict::No);
    assert!(told(&comparison).contains(&"shared equal 100 -25".to_owned()));
    assert_eq!(verdict(&father, &named("Robrt")), Verdict::Certain);
    // Nor with the phone of the household.
    let (father, son) = (with(father, MOBILE, "1950-01-02"), with(son, MOBILE, "1980-03-04"));
    assert_ne!(verdict(&father, &son), Verdict::Certain);
    assert_eq!(
        verdict(&with(person("王建国"), MOBILE, ""), &with(person("王小明"), MOBILE, "")),
        Verdict::No
    );
}

#[test]
fn what_was_swapped_is_found() {
    let named = |given: &str, family: &str, birth: &str| {
        let mut profile = Profile::new(ProfileKind::Person, [""; 0]);
        profile.given_name = Some(given.into());
        profile.family_name = Some(family.into());
        profile.birth_date = Some(birth.into());
        profile
    };
    let one = named("India", "Rees", "1940-03-18");
    assert_eq!(
        told(&compared(&one, &named("rees", "india", "1940-03-81"))),
        ["given_name swapped 100 +19", "family_name swapped 100 +20", "birth_date similar 88 +17"]
    );
    assert_eq!(
        compared(&one, &named("India", "Rees", "1940")).reasons.len(),
        2,
        "a year is no date"
    );
    let place = |street: &str, district: &str| {
        let mut profile = person("Rees");
        let some = |text: &str| Some(text.to_owned());
        let (street, district) = (some(street), some(district));
        profile.addresses = vec![PostalAddress { street, district, ..Default::default() }];
        profile
    };
    let (one, other) =
        (place("60 Eugenia Street", "Birrabilla"), place("Birrabilla", "60 Eugenia St."));
    let reasons = told(&compared(&one, &other));
    assert!(reasons.contains(&"street swapped 100 +16".to_owned()), "{reasons:?}");
}

#[test]
fn companies_are_found_under_every_spelling_and_branches_are_told_apart() {
    let names =
        ["上海宏图软件有限公司", "宏图软件（上海）有限公司", "上海宏图软件有限公司北京分公司"];
    let [one, turned, branch] = names.map(company);
    let similar = compared(&one, &turned);
    assert_eq!(told(&similar), ["name swapped 97 +51"]);
    assert_eq!(similar.verdict(&Thresholds::default()), Verdict::Likely);
    let apart = compared(&one, &branch);
    assert_eq!(told(&apart), ["name equal 100 +56", "branch different 0 -26"]);
    assert_eq!(apart.verdict(&Thresholds::default()), Verdict::No);
    assert_eq!(verdict(&company("北京宏图软件有限公司"), &one), Verdict::No);
    assert_eq!(
        verdict(&company("Acme Trading Co., Ltd."), &company("The ACME Trading Company")),
        Verdict::Likely
    );
    let (one, other) = (with(one, MOBILE, ""), with(turned, MOBILE, ""));
    assert_eq!(verdict(&one, &other), Verdict::Certain);
}

#[test]
fn an_office_in_common_does_not_make_one_company_of_two() {
    let one = at(with(company("Blue Moon Trading"), MOBILE, ""), "12 High Street");
    let other = at(with(company("Zenith Software"), MOBILE, ""), "12 High Street");
    assert_eq!(verdict(&one, &other), Verdict::No);
}

#[test]
fn who_shares_an_identifier_is_the_same() {
    let coded = |name: &str| {
        let mut profile = company(name);
        profile.codes = vec!["91310000MA1FL-0A12X".into()];
        profile
    };
    assert_eq!(verdict(&coded("Acme"), &coded("Acme Limited")), Verdict::Certain);
    assert_ne!(verdict(&coded("Acme"), &coded("Zenith")), Verdict::No);
}

fn profiles() -> impl Strategy<Value = Profile> {
    let text = |choices: &'static [&'static str]| {
        prop::sample::select(choices).prop_map(|text| (!text.is_empty()).then(|| text.to_owned()))
    };
    let name = || {
        prop::sample::select(
            &["王伟", "Wang Wei", "Anna Smith", "smith ana", "Acme 上海", "Acme Ltd", "x"][..],
        )
    };
    let kind = prop::sample::select(&[ProfileKind::Person, ProfileKind::Organisation][..]);
    let lists = || prop::collection::vec("[12]", 0..3);
    let names = prop::collection::vec(name().prop_map(str::to_owned), 0..3);
    let place = || {
        (
            text(&["", "1 elm st", "2 Elm Street", "oak rd"]),
            text(&["", "elm", "oak road"]),
            text(&["", "sydney", "sidney"]),
        )
    };
    let places = prop::collection::vec(place(), 0..3);
    let parts = (
        text(&["", "anna", "smith", "伟"]),
        text(&["", "smith", "smyth", "王"]),
        text(&["", "19800229", "19800228", "1980"]),
    );
    (kind, names, parts, (lists(), lists(), lists()), places).prop_map(
        |(kind, names, (given_name, family_name, birth_date), (phones, emails, codes), places)| {
            Profile {
                given_name,
                family_name,
                birth_date,
                phones,
                emails,
                codes,
                addresses: places
                    .into_iter()
                    .map(|(street, district, city)| PostalAddress {
                        street,
                        district,
                        city,
                        ..Default::default()
                    })
                    .collect(),
                ..Profile::new(kind, names)
            }
        },
    )
}

proptest! {
    #[test]
    fn the_order_of_two_is_no_matter_and_the_sum_is_that_of_the_reasons(a in profiles(), b in profiles()) {
        let comparison = compared(&a, &b);
        prop_assert_eq!(&comparison, &compared(&b, &a));
        prop_assert_eq!(comparison.points, comparison.reasons.iter().map(|r| r.points).sum::<i32>());
        let expected = if prepare(&a) == prepare(&b) { 100 } else { comparison.points.clamp(0, 100) };
        prop_assert_eq!(i32::from(comparison.score), expected);
    }

    #[test]
    fn what_is_left_out_early_is_neither_certain_nor_likely(a in profiles(), b in profiles()) {
        let (a, b) = (prepare(&a), prepare(&b));
        let (one, other) = if a <= b { (&a, &b) } else { (&b, &a) };
        let whole = compare(one, other);
        match compare_if(one, other, Thresholds::default().likely) {
            Some(comparison) => prop_assert_eq!(comparison, whole),
            None => prop_assert_eq!(whole.verdict(&Thresholds::default()), Verdict::No),
        }
    }

    #[test]
    fn who_is_compared_with_itself_has_100_and_nothing_against_it(a in profiles()) {
        let comparison = compared(&a, &a);
        prop_assert_eq!(comparison.score, 100);
        prop_assert!(comparison.reasons.iter().all(|reason| reason.points >= 0), "{:?}", comparison);
    }
}
