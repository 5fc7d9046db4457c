//! `guanxi demo`: what is in the demonstration, and that it is made once.

use super::{Ended, PASSWORD, Program, Server};
use guanxi_tests::{Client, Json, json};

programs![
    the_demonstration_is_complete,
    what_is_misspelt_in_the_data_is_mended,
    a_manager_sees_exactly_what_the_team_owns,
    a_second_run_changes_nothing,
];

const ADMINISTRATOR: &str = "admin@demo.example";

fn demo(program: &Program) -> Ended {
    program.run_with(&["demo"], &[("GUANXI_ADMIN_PASSWORD", PASSWORD)])
}

async fn made(program: &Program) -> (Server, Client) {
    let ended = demo(program).expect(0);
    assert!(ended.out.contains("10 org units, 41 users, 85 parties"), "{}", ended.out);
    assert!(!ended.out.contains(PASSWORD), "{}", ended.out);
    let server = program.serve();
    let admin = server.sign_in("demo", ADMINISTRATOR, PASSWORD).await;
    (server, admin)
}

async fn all(client: &Client, path: &str) -> Vec<Json> {
    let page = client.get(path).await.expect(200);
    assert_eq!(page.json["has_more"], false);
    page.data().clone()
}

async fn the_demonstration_is_complete(program: &Program) {
    let (_server, admin) = made(program).await;
    assert_eq!(all(&admin, "/v1/org-units?limit=200").await.len(), 10);
    // With the administrator.
    assert_eq!(all(&admin, "/v1/users?limit=200").await.len(), 42);
    let parties = all(&admin, "/v1/parties?limit=200").await;
    assert_eq!(parties.len(), 85);
    assert_eq!(parties.iter().filter(|party| party["parent_id"].is_string()).count(), 15);
    assert!(
        parties
            .iter()
            .all(|party| party["owner_id"].is_string() && party["roles"] == json!(["customer"]))
    );
    let child = all(&admin, "/v1/parties?name=Bluth+Company").await;
    let top = all(&admin, "/v1/parties?name=Acme+Corporation").await;
    assert_eq!(child[0]["parent_id"], top[0]["id"]);
    assert_eq!(top[0]["annual_revenue"], json!({ "amount": "1100040000.00", "currency": "USD" }));
    assert_eq!((&top[0]["founded_year"], &top[0]["employees"]), (&json!(1996), &json!(2822)));
}

async fn what_is_misspelt_in_the_data_is_mended(program: &Program) {
    let (_server, admin) = made(program).await;
    let parties = all(&admin, "/v1/parties?limit=200").await;
    let count =
        |member: &str, word: &str| parties.iter().filter(|party| party[member] == word).count();
    assert_eq!((count("industry", "technolgy"), count("region", "Philipines")), (0, 0));
    assert_eq!((count("industry", "technology"), count("region", "Philippines")), (12, 1));
}

async fn a_manager_sees_exactly_what_the_team_owns(program: &Program) {
    let (server, admin) = made(program).await;
    let manager = all(&admin, "/v1/users?q=Cara+Losch").await.remove(0);
    let path = format!("/v1/users/{}/password", manager["id"].as_str().expect("an id"));
    admin.request("PUT", path).json(&json!({ "password": PASSWORD })).await.expect(204);
    let cara = server.sign_in("demo", "cara.losch@demo.example", PASSWORD).await;
    let unit = all(&admin, "/v1/org-units?q=Team+of+Cara+Losch").await.remove(0);
    assert_eq!(unit["manager_id"], manager["id"]);
    let team =
        all(&admin, &format!("/v1/users?org_unit_id={}", unit["id"].as_str().expect("an id")))
            .await;
    assert_eq!(team.len(), 6);
    let mut owned = Vec::new();
    for member in &team {
        let theirs = format!("/v1/parties?owner_id={}", member["id"].as_str().expect("an id"));
        owned.extend(all(&admin, &theirs).await.into_iter().map(|party| party["name"].to_string()));
    }
    let mut seen: Vec<String> = all(&cara, "/v1/parties?limit=200")
        .await
        .iter()
        .map(|party| party["name"].to_string())
        .collect();
    owned.sort();
    seen.sort();
    assert!((12..=18).contains(&seen.len()), "{seen:?}");
    assert_eq!(seen, owned);
}

async fn a_second_run_changes_nothing(program: &Program) {
    let (_server, admin) = made(program).await;
    let again = demo(program).expect(1);
    assert!(again.err.contains("nothing was changed"), "{}", again.err);
    assert_eq!(all(&admin, "/v1/parties?limit=200").await.len(), 85);
}
