//! The fields that tenants define.

mod documents;
mod fields;
mod imports;
mod lists;
mod objects;
mod values;

use guanxi_tests::{Answer, Client, Json, json};

/// Tries to make a party that carries this.
async fn party(client: &Client, name: &str, custom: Json) -> Answer {
    let body = json!({ "kind": "organisation", "name": name, "custom": custom });
    client.post("/v1/parties", body).await
}

/// The one finding of a refusal.
#[track_caller]
fn finding(answer: &Answer) -> (String, String) {
    let findings = answer.findings();
    assert_eq!(findings.len(), 1, "{}", answer.text);
    findings.into_iter().next().expect("a finding")
}

/// The names of the records of a page.
fn names(answer: &Answer) -> Vec<&str> {
    answer.data().iter().map(|record| record["name"].as_str().expect("a name")).collect()
}
