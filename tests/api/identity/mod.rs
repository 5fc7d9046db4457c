//! Who may come in, and what they may see and do then.

mod access;
mod api_keys;
mod field_rights;
mod org_units;
mod roles;
mod sessions;
mod teams;
mod tenant;
mod users;
mod work_calendars;

use guanxi_tests::{Answer, Client, Json, World, json, world::PASSWORD};

/// Tries to sign in to tenant `main`.
async fn login(world: &World, email: &str, password: &str) -> Answer {
    world.anonymous().post("/v1/auth/login", json!({ "email": email, "password": password })).await
}

/// A user of tenant `main` who can sign in, signed in once.
struct Somebody {
    id: String,
    email: String,
    client: Client,
}

impl Somebody {
    /// With these grants, in this org unit.
    async fn new(world: &World, grants: &[(&str, &str, &str)], org_unit: Option<&str>) -> Self {
        let (client, id) = world.person(grants, org_unit).await;
        let email =
            client.get("/v1/me").await.expect(200).json["email"].as_str().map(str::to_owned);
        Self { id, email: email.expect("an address"), client }
    }

    /// Where the user is.
    fn path(&self) -> String {
        format!("/v1/users/{}", self.id)
    }
}

/// The tokens of a new session.
struct Tokens {
    access: String,
    refresh: String,
}

impl Tokens {
    async fn new(world: &World, email: &str) -> Self {
        Self::of(&login(world, email, PASSWORD).await.expect(200))
    }

    fn of(answer: &Answer) -> Self {
        let token = |name: &str| answer.json[name].as_str().expect("a token").to_owned();
        Self { access: token("access_token"), refresh: token("refresh_token") }
    }

    fn client(&self, world: &World) -> Client {
        world.anonymous().with_token(&self.access)
    }
}

async fn refresh(world: &World, token: &str) -> Answer {
    world.anonymous().post("/v1/auth/refresh", json!({ "refresh_token": token })).await
}

/// A party of this owner; its id.
async fn party_of(world: &World, owner: &str, name: &str) -> String {
    let body = json!({ "kind": "organisation", "name": name, "owner_id": owner });
    world.admin.post("/v1/parties", body).await.expect(201).id()
}

/// The names of the parties that somebody sees, in the order of the alphabet.
async fn seen(client: &Client) -> Vec<Json> {
    client.get("/v1/parties?sort=name&limit=200").await.expect(200).each("name")
}

/// An org unit; its id.
async fn unit(world: &World, name: &str, parent: Option<&str>, manager: Option<&str>) -> String {
    let body =
        json!({ "name": name, "kind": "department", "parent_id": parent, "manager_id": manager });
    world.admin.post("/v1/org-units", body).await.expect(201).id()
}

/// The id of one of the roles that every tenant begins with.
async fn role_named(world: &World, name: &str) -> String {
    let found = world.admin.get(format!("/v1/roles?name={name}")).await.expect(200);
    found.data()[0]["id"].as_str().expect("an id").to_owned()
}
