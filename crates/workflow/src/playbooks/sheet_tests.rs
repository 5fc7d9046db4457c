//! Answers and what they come to, with the worked numbers.

use super::{Answers, PlaybookStep, Sheet};
use guanxi_kernel::{
    input,
    problem::{FieldError, Place},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use validator::Validate;

#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
struct Steps {
    #[validate(nested)]
    steps: Vec<PlaybookStep>,
}

fn steps(items: Json) -> Vec<PlaybookStep> {
    let mut body = json!({ "steps": [{ "code": "a", "name": "A" }] });
    body["steps"][0]["items"] = items;
    input::read::<Steps>(body).unwrap().steps
}

fn answers(answers: Json) -> Answers {
    serde_json::from_value(answers).unwrap()
}

fn codes(findings: &[FieldError]) -> Vec<(&str, &'static str)> {
    let place = |finding: &FieldError| match &finding.place {
        Place::Pointer(at) | Place::Parameter(at) => at.clone().leak() as &str,
    };
    findings.iter().map(|one| (place(one), one.code.code)).collect()
}

#[test]
fn d_23_eight_of_ten_equal_weights_are_0_8000() {
    let items: Vec<Json> = (0..10)
        .map(|at| json!({ "code": format!("i{at}"), "name": "I", "kind": "text" }))
        .collect();
    let steps = steps(items.into());
    let filled: Answers = (0..8).map(|at| (format!("i{at}"), json!("x"))).collect();
    let ratio = Sheet(&steps).completeness(&filled, None);
    assert_eq!(
        serde_json::to_value(ratio).unwrap(),
        json!({ "value": "0.8000", "numerator": "8", "denominator": "10" })
    );
    let none = steps_of_no_weight();
    assert_eq!(Sheet(&none).completeness(&filled, None).value(), None);
    assert_eq!(Sheet(&none).score(&filled).value(), None);
}

fn steps_of_no_weight() -> Vec<PlaybookStep> {
    steps(json!([{ "code": "i0", "name": "I", "kind": "text", "weight": 0 }]))
}

#[test]
fn points_are_weighted() {
    let steps = steps(json!([
        { "code": "s", "name": "S", "kind": "score", "max_score": 10, "weight": 2 },
        { "code": "y", "name": "Y", "kind": "yes_no", "max_score": 5 },
        { "code": "c", "name": "C", "kind": "choice", "choices": [
            { "code": "good", "name": "Good", "score": 4 }, { "code": "bad", "name": "Bad" }] },
        { "code": "t", "name": "T", "kind": "text" },
    ]));
    let score = |given: Json| Sheet(&steps).score(&answers(given));
    let all = score(json!({ "s": 8, "y": true, "c": "good", "t": "x" }));
    assert_eq!((all.numerator(), all.denominator()), (25.into(), 29.into()));
    assert_eq!(score(json!({ "y": false, "c": "bad" })).numerator(), 0.into());
}

#[test]
fn d_76_k_26_a_response_has_an_index_of_what_was_answered() {
    let steps = steps(json!([
        { "code": "e", "name": "E", "kind": "score", "max_score": 10, "measures": "expectation" },
        { "code": "s", "name": "S", "kind": "score", "max_score": 5, "weight": 2,
            "measures": "satisfaction" },
        { "code": "y", "name": "Y", "kind": "yes_no", "max_score": 5, "measures": "satisfaction" },
        { "code": "o", "name": "O", "kind": "score", "max_score": 9 },
    ]));
    let index = |given: Json, what| Sheet(&steps).index(&answers(given), what);
    use super::SurveyMeasure::{Expectation, Satisfaction};
    let all = json!({ "e": 8, "s": 4, "y": true, "o": 1 });
    assert_eq!(index(all.clone(), Expectation), Some(8_000));
    // 2 × 4 + 5 of 2 × 5 + 5.
    assert_eq!(index(all, Satisfaction), Some(8_667));
    // What is not answered says nothing, and is not 0.
    assert_eq!(index(json!({ "s": 4 }), Satisfaction), Some(8_000));
    assert_eq!(index(json!({ "s": 4 }), Expectation), None);
}

#[test]
fn answers_fit_their_items() {
    let steps = steps(json!([
        { "code": "t", "name": "T", "kind": "text" },
        { "code": "n", "name": "N", "kind": "number" },
        { "code": "d", "name": "D", "kind": "date" },
        { "code": "c", "name": "C", "kind": "choice", "choices": [{ "code": "a", "name": "A" }] },
        { "code": "y", "name": "Y", "kind": "yes_no" },
        { "code": "s", "name": "S", "kind": "score", "max_score": 5 },
        { "code": "f", "name": "F", "kind": "text", "field": "name" },
    ]));
    let mut good = answers(json!({ "t": " x ", "n": 3, "d": "2026-02-28", "c": "a", "y": false,
        "s": 5, "f": null }));
    assert_eq!(Sheet(&steps).settle(&mut good, &Answers::new(), None), []);
    let kept = json!({ "t": "x", "n": "3", "d": "2026-02-28", "c": "a", "y": false, "s": 5 });
    assert_eq!(Json::Object(good), kept);
    let mut bad = answers(json!({ "t": "", "n": "1.", "d": "2026-02-30", "c": "b", "y": "yes",
        "s": 6, "f": "x", "z": 1 }));
    let findings = Sheet(&steps).settle(&mut bad, &Answers::new(), None);
    let mut found = codes(&findings);
    found.sort_unstable();
    let expected = [
        ("/answers/c", "unknown_value"),
        ("/answers/d", "invalid_format"),
        ("/answers/f", "answered_by_record"),
        ("/answers/n", "invalid_format"),
        ("/answers/s", "out_of_range"),
        ("/answers/t", "invalid_format"),
        ("/answers/y", "invalid_format"),
        ("/answers/z", "unknown_field"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_step_in_order_waits_for_those_before_it() {
    let body = json!({ "steps": [
        { "code": "a", "name": "A", "items": [
            { "code": "one", "name": "1", "kind": "text", "required": true }] },
        { "code": "b", "name": "B", "in_order": true, "items": [
            { "code": "two", "name": "2", "kind": "text" }] },
    ] });
    let steps = input::read::<Steps>(body).unwrap().steps;
    let settle = |given: Json, before: Json| {
        Sheet(&steps).settle(&mut answers(given), &answers(before), None)
    };
    let early = settle(json!({ "two": "x" }), json!({}));
    assert_eq!(codes(&early), [("/answers/two", "step_not_open")]);
    assert_eq!(settle(json!({ "one": "x", "two": "x" }), json!({})), []);
    assert_eq!(settle(json!({ "two": "x" }), json!({ "one": "x", "two": "x" })), []);
    let missing = Sheet(&steps).missing(&Answers::new(), None);
    assert_eq!(missing.iter().map(|item| &*item.code).collect::<Vec<_>>(), ["one"]);
}

#[test]
fn what_is_wrong_with_steps_is_found() {
    let steps = steps(json!([
        { "code": "a", "name": "A", "kind": "choice" },
        { "code": "a", "name": "A", "kind": "score" },
        { "code": "b", "name": "B", "kind": "text", "max_score": 3 },
        { "code": "c", "name": "C", "kind": "text", "field": "name" },
        { "code": "d", "name": "D", "kind": "text", "measures": "satisfaction" },
    ]));
    let findings = Sheet(&steps).findings(None);
    let expected = [
        ("/steps/0/items/0/choices", "required"),
        ("/steps/0/items/1/code", "repeated"),
        ("/steps/0/items/1/max_score", "required"),
        ("/steps/0/items/2/max_score", "invalid"),
        ("/about_type", "required"),
        ("/steps/0/items/4/measures", "invalid"),
    ];
    assert_eq!(codes(&findings), expected);
}
