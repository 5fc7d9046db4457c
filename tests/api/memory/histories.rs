//! Random histories: after each of them a copy that followed the feed is what a full read gives.

use super::follower::Follower;
use guanxi_tests::{Client, World, both_stores, json};

both_stores![z_14_a_copy_that_follows_the_feed_is_what_a_full_read_gives];

/// Steps of a history. More of them, and another seed, by the environment.
const STEPS: u64 = 90;

struct Dice(u64);

impl Dice {
    /// Below `sides` (xorshift64*).
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).expect("31 bits") % sides
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

/// What there is to play with.
struct Ground<'a> {
    admin: &'a Client,
    users: Vec<String>,
    units: Vec<String>,
    teams: Vec<String>,
    roles: Vec<String>,
    parties: Vec<String>,
    contacts: Vec<String>,
    activities: Vec<String>,
}

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

async fn z_14_a_copy_that_follows_the_feed_is_what_a_full_read_gives(world: &World) {
    let seed = number("GUANXI_TEST_SEED", 20_261_122);
    let mut dice = Dice(seed);
    let mut units = Vec::new();
    for name in ["Company", "East", "West"] {
        let body = json!({ "name": name, "kind": "department", "parent_id": units.first() });
        units.push(world.admin.post("/v1/org-units", body).await.expect(201).id());
    }
    let mut followers = Vec::new();
    let mut users = Vec::new();
    let mut roles = Vec::new();
    for (scope, unit) in [("own", 1), ("team", 2), ("subtree", 1), ("all", 0)] {
        let (client, id) = world.person(&[("any", "any", scope)], Some(&units[unit])).await;
        let user = world.admin.get(format!("/v1/users/{id}")).await.expect(200);
        roles.push(user.json["role_ids"][0].as_str().expect("a role").to_owned());
        followers.push(Follower::new(client, 1 + dice.roll(6)));
        users.push(id);
    }
    let body = json!({ "name": "T", "members": [{ "user_id": users[1] }] });
    let teams = vec![world.admin.post("/v1/teams", body).await.expect(201).id()];
    let mut ground = Ground {
        admin: &world.admin,
        users,
        units,
        teams,
        roles,
        parties: Vec::new(),
        contacts: Vec::new(),
        activities: Vec::new(),
    };
    for step in 0..number("GUANXI_TEST_STEPS", STEPS) {
        let did = ground.step(&mut dice).await;
        // Followers look at different times, so they skip different things.
        for (at, follower) in followers.iter_mut().enumerate() {
            if dice.roll(4) == 0 {
                follower
                    .check(world, &format!("seed {seed}, step {step}, follower {at}: {did}"))
                    .await;
            }
        }
    }
    for (at, follower) in followers.iter_mut().enumerate() {
        follower.check(world, &format!("seed {seed}, at the end, follower {at}")).await;
    }
}

impl Ground<'_> {
    async fn step(&mut self, dice: &mut Dice) -> &'static str {
        let owner = dice.pick(&self.users).clone();
        let some = |dice: &mut Dice, ids: &[String]| {
            if ids.is_empty() { None } else { Some(dice.pick(ids).clone()) }
        };
        let (party, other) = (some(dice, &self.parties), some(dice, &self.parties));
        let contact = some(dice, &self.contacts);
        let activity = some(dice, &self.activities);
        // Refusals (a deleted record, a parent that is gone) are part of history.
        match (dice.roll(14), party) {
            (0 | 1, _) | (_, None) => {
                let body = json!({ "kind": "organisation", "name": "P", "owner_id": owner });
                self.parties.push(self.admin.post("/v1/parties", body).await.expect(201).id());
                "a party"
            }
            (2, Some(party)) => {
                let body = json!({ "party_id": party, "name": "C" });
                let made = self.admin.post("/v1/contacts", body).await;
                self.contacts.extend((made.status == 201).then(|| made.id()));
                "a contact"
            }
            (3, Some(party)) => {
                let party = if dice.roll(3) == 0 { None } else { Some(party) };
                let body = json!({ "kind": "call", "subject": "A", "party_id": party,
                    "owner_id": owner, "starts_at": "2026-01-01T02:00:00Z" });
                let made = self.admin.post("/v1/activities", body).await;
                self.activities.extend((made.status == 201).then(|| made.id()));
                "an activity"
            }
            (4 | 5, Some(party)) => {
                let owner = if dice.roll(4) == 0 { None } else { Some(owner) };
                self.change("parties", &party, json!({ "owner_id": owner })).await;
                "another owner"
            }
            (6, Some(party)) => {
                self.admin.delete(format!("/v1/parties/{party}")).await;
                "a party deleted"
            }
            (7, Some(party)) => {
                self.admin.act(format!("/v1/parties/{party}/restore")).await;
                "a party restored"
            }
            (8, Some(_)) => {
                if let (Some(contact), Some(other)) = (contact, other) {
                    match dice.roll(3) {
                        0 => drop(self.admin.delete(format!("/v1/contacts/{contact}")).await),
                        1 => drop(self.admin.act(format!("/v1/contacts/{contact}/restore")).await),
                        _ => self.change("contacts", &contact, json!({ "party_id": other })).await,
                    }
                }
                "a contact changed"
            }
            (9, Some(party)) => {
                if let Some(activity) = activity {
                    let body = match dice.roll(3) {
                        0 => json!({ "party_id": null }),
                        1 => json!({ "party_id": party }),
                        _ => json!({ "owner_id": owner }),
                    };
                    self.change("activities", &activity, body).await;
                }
                "an activity moved"
            }
            (10, Some(_)) => {
                let unit = dice.pick(&self.units).clone();
                self.change("users", &owner, json!({ "org_unit_id": unit })).await;
                "a user moved"
            }
            (11, Some(_)) => {
                let unit = dice.pick(&self.units).clone();
                self.change("org-units", &unit, json!({ "manager_id": owner })).await;
                "another manager"
            }
            (12, Some(_)) => {
                let members: Vec<_> = self.users.iter().filter(|_| dice.roll(2) == 0).collect();
                let members: Vec<_> = members.iter().map(|id| json!({ "user_id": id })).collect();
                let team = self.teams[0].clone();
                self.change("teams", &team, json!({ "members": members })).await;
                "other team members"
            }
            (_, Some(_)) => {
                let role = dice.pick(&self.roles).clone();
                let scope = *dice.pick(&["own", "team", "subtree", "all"]);
                let resource = *dice.pick(&["any", "any", "parties", "contacts"]);
                let grants = json!([{ "resource": resource, "action": "any", "scope": scope },
                    { "resource": "any", "action": "read", "scope": "own" }]);
                self.change("roles", &role, json!({ "grants": grants })).await;
                "other rights"
            }
        }
    }

    async fn change(&self, plural: &str, id: &str, body: guanxi_tests::Json) {
        self.admin.patch(format!("/v1/{plural}/{id}"), body).await;
    }
}
