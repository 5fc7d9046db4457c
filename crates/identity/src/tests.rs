//! Users, units, roles and teams together, on a store.

use crate::{
    bootstrap::{self, NewTenant},
    org_units::OrgUnit,
    roles::Role,
    sessions::ChangePassword,
    teams::Team,
    tenants::Tenant,
    testing::{ADMIN, House, PASSWORD, on_both, refusal},
    users::{User, check_owner},
};
use chrono::TimeDelta;
use guanxi_kernel::{Action, Ctx, OrgUnitId, Reach, Result, TeamId, UserId};
use guanxi_storage::{Tx, sql};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

async fn role(house: &House, name: &str, grants: &[(&str, &str, &str)]) -> Uuid {
    let grant = |(resource, action, scope): &(&str, &str, &str)| json!({ "resource": resource, "action": action, "scope": scope });
    let grants: Vec<Json> = grants.iter().map(grant).collect();
    let role = json!({ "name": name, "grants": grants });
    house.make::<Role>(&house.system(), role).await.unwrap().record.meta.id.uuid()
}

async fn unit(
    house: &House,
    name: &str,
    parent: Option<OrgUnitId>,
    manager: Option<UserId>,
) -> OrgUnitId {
    let unit =
        json!({ "name": name, "kind": "department", "parent_id": parent, "manager_id": manager });
    house.make::<OrgUnit>(&house.system(), unit).await.unwrap().record.meta.id
}

/// What the user of that name reaches, as the next request knows it.
async fn reach(house: &House, ctx: &Ctx, resource: &str, action: Action) -> Reach {
    let caller = async |tx: &mut Tx| crate::rights::of_user(tx, ctx.actor.user).await;
    let grants = house.db.read(ctx.tenant, caller).await.unwrap();
    guanxi_kernel::Actor { grants, ..(*ctx.actor).clone() }.reach(resource, action)
}

async fn tree(house: &House) -> BTreeSet<(OrgUnitId, OrgUnitId)> {
    let select = async |tx: &mut Tx| {
        tx.all(sql!("SELECT above_id, unit_id FROM org_unit_tree WHERE tenant_id = $1")).await
    };
    let rows: Vec<(OrgUnitId, OrgUnitId)> = house.db.read(house.tenant.id, select).await.unwrap();
    rows.into_iter().collect()
}

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    on_both(async |house: &House| {
        let first = async |email| {
            let (db, passwords) = (&house.db, &house.passwords);
            bootstrap::first_administrator(db, passwords, &house.clock, email, None).await
        };
        assert!(first(Some("second@example.com")).await.unwrap().is_none());
        let known = [bootstrap::ADMINISTRATOR, bootstrap::SALES_MANAGER, bootstrap::SALES_REP];
        for name in known {
            house.role(name).await;
        }
        let add = async |email: &str, role: &str| {
            let (db, passwords, roles) = (&house.db, &house.passwords, [role.to_owned()]);
            let clock = &house.clock;
            bootstrap::create_user(db, passwords, clock, "main", email, "王伟", &roles, None).await
        };
        let password = add("Wang@Example.com", "sales_rep").await.unwrap().unwrap();
        assert!(house.login("wang@example.com", password.expose()).await.is_ok());
        let ctx = bootstrap::acting_as(&house.db, &house.clock, "main", "WANG@example.com")
            .await
            .unwrap();
        assert_ne!(ctx.actor.user, house.tenant.founder);
        let unknown = add("x@example.com", "nothing").await;
        assert_eq!(refusal(unknown), "unknown_reference /role_ids/0");
    })
    .await;
}

#[tokio::test]
async fn sec_04_a_password_that_was_made_up_has_its_time() {
    on_both(async |house: &House| {
        let (db, passwords, clock) = (&house.db, &house.passwords, &house.clock);
        let wish = NewTenant {
            slug: "acme",
            name: "Acme",
            time_zone: "UTC",
            currency: "EUR",
            country: "DE",
            email: ADMIN,
            password: None,
        };
        let made = bootstrap::create_tenant(db, passwords, clock, wish).await.unwrap().unwrap();
        let password = made.password.unwrap();
        let login = async |password: &str| house.login_to(Some("acme"), ADMIN, password).await;
        house.pass(TimeDelta::minutes(59));
        let tokens = login(password.expose()).await.unwrap();
        let ctx = house.ctx(&tokens).await.unwrap();
        house.pass(TimeDelta::minutes(1));
        assert_eq!(refusal(login(password.expose()).await), "password_expired");
        assert_eq!(refusal(login("wrong").await), "invalid_credentials");
        // Whoever is in may still choose their own, which has no end.
        let own = "fünf Möwen am Hafen";
        let wish = ChangePassword {
            current_password: password,
            new_password: own.into(),
            sign_out_everywhere: false,
        };
        house.auth.change_password(&ctx, wish).await.unwrap();
        house.pass(TimeDelta::days(300));
        assert!(login(own).await.is_ok());
        // The command line makes another for whoever comes too late, and is named to them.
        let outdated = async || bootstrap::with_outdated_password(db, clock).await.unwrap();
        assert_eq!(outdated().await, None);
        let main = async |email: &str, password| {
            bootstrap::reset_password(db, passwords, clock, "main", email, password).await
        };
        let made = main(ADMIN, None).await.unwrap().unwrap();
        assert!(house.login(ADMIN, made.expose()).await.is_ok());
        house.pass(TimeDelta::days(1));
        assert_eq!(refusal(house.login(ADMIN, made.expose()).await), "password_expired");
        assert_eq!(outdated().await.as_deref(), Some(ADMIN));
        assert!(main(ADMIN, Some(PASSWORD.into())).await.unwrap().is_none());
        assert_eq!(outdated().await, None);
        assert!(house.login(ADMIN, PASSWORD).await.is_ok());
        assert_eq!(refusal(main("nobody@example.com", None).await), "not_found");
    })
    .await;
}

#[tokio::test]
async fn the_tenants_settings_count_with_the_next_request() {
    on_both(async |house: &House| {
        let tokens = house.login(ADMIN, PASSWORD).await.unwrap();
        let ctx = house.ctx(&tokens).await.unwrap();
        let id = ctx.tenant.uuid();
        let change = json!({ "currency": "eur", "fiscal_first_month": 4 });
        house.patch::<Tenant>(&ctx, id, change).await.unwrap();
        let settings = house.ctx(&tokens).await.unwrap().settings;
        assert_eq!((settings.currency.code(), settings.fiscal.first_month()), ("EUR", 4));
        assert_eq!(settings.seal, ctx.settings.seal);
        let wrong = house.patch::<Tenant>(&ctx, id, json!({ "time_zone": "Mars" })).await;
        assert_eq!(refusal(wrong), "validation_failed /time_zone");
        assert_eq!(refusal(house.delete::<Tenant>(&ctx, id).await), "in_use");
        let unknown = house.patch::<Tenant>(&ctx, id, json!({ "slug": "x", "seal": "00" })).await;
        assert!(refusal(unknown).starts_with("validation_failed"));
    })
    .await;
}

#[tokio::test]
async fn an_address_belongs_to_one_user() {
    on_both(async |house: &House| {
        let first = house.user("li", json!({})).await.uuid();
        let ctx = house.system();
        let again = json!({ "name": "Li", "email": "LI@example.com" });
        let taken = house.make::<User>(&ctx, again.clone()).await;
        assert_eq!(refusal(taken), "duplicate /email");
        house.delete::<User>(&ctx, first).await.unwrap();
        let second = house.make::<User>(&ctx, again).await.unwrap().record.meta.id.uuid();
        assert_eq!(refusal(house.restore::<User>(&ctx, first).await), "duplicate /email");
        house.delete::<User>(&ctx, second).await.unwrap();
        house.restore::<User>(&ctx, first).await.unwrap();
        let nowhere = json!({ "org_unit_id": Uuid::new_v4() });
        let nowhere = house.patch::<User>(&ctx, first, nowhere).await;
        assert_eq!(refusal(nowhere), "unknown_reference /org_unit_id");
        let nothing = json!({ "role_ids": [Uuid::new_v4()] });
        let nothing = house.patch::<User>(&ctx, first, nothing).await;
        assert_eq!(refusal(nothing), "unknown_reference /role_ids");
    })
    .await;
}

#[tokio::test]
async fn who_is_disabled_or_past_their_time_owns_nothing_new() {
    on_both(async |house: &House| {
        // By the calendar of the tenant, which is not that of the server.
        let today = guanxi_kernel::period::business_date(
            house.clock.now(),
            house.tenant.settings.time_zone,
        );
        let until = |day| json!({ "sales_profile": { "ends_on": day } });
        let last_day = house.user("last", until(Some(today))).await;
        let past = house.user("past", until(today.pred_opt())).await;
        let disabled = house.user("gone", json!({ "status": "disabled" })).await;
        let deleted = house.user("deleted", json!({})).await;
        house.delete::<User>(&house.system(), deleted.uuid()).await.unwrap();
        let ctx = house.system();
        let check = async |user: UserId| {
            let check = async |tx: &mut Tx| check_owner(tx, &ctx, user, "/owner_id").await;
            refusal(house.db.read(ctx.tenant, check).await)
        };
        assert_eq!(check(last_day).await, "nothing");
        assert_eq!(check(past).await, "inactive_owner /owner_id");
        assert_eq!(check(disabled).await, "inactive_owner /owner_id");
        assert_eq!(check(deleted).await, "unknown_reference /owner_id");
        assert_eq!(check(Uuid::new_v4().into()).await, "unknown_reference /owner_id");
    })
    .await;
}

#[tokio::test]
async fn rights_change_with_the_next_request() {
    on_both(async |house: &House| {
        let user = house.user("li", json!({})).await.uuid();
        let tokens = house.login("li@example.com", PASSWORD).await.unwrap();
        let may = async || -> Result<Reach> {
            Ok(house.ctx(&tokens).await?.reach("parties", Action::Read))
        };
        assert!(may().await.unwrap().is_nothing());
        let reader = role(house, "reader", &[("parties", "read", "own")]).await;
        let ctx = house.system();
        house.patch::<User>(&ctx, user, json!({ "role_ids": [reader] })).await.unwrap();
        assert!(may().await.unwrap().own);
        let all = json!({ "grants": [{ "resource": "any", "action": "any", "scope": "all" }] });
        house.patch::<Role>(&ctx, reader, all).await.unwrap();
        assert!(may().await.unwrap().all);
        assert_eq!(refusal(house.delete::<Role>(&ctx, reader).await), "in_use");
        house.patch::<User>(&ctx, user, json!({ "role_ids": [] })).await.unwrap();
        assert!(may().await.unwrap().is_nothing());
        house.delete::<Role>(&ctx, reader).await.unwrap();
        house.patch::<User>(&ctx, user, json!({ "status": "disabled" })).await.unwrap();
        assert_eq!(refusal(may().await), "unauthenticated");
        // Waking somebody up does not bring their sessions back.
        house.patch::<User>(&ctx, user, json!({ "status": "active" })).await.unwrap();
        assert_eq!(refusal(may().await), "unauthenticated");
        assert!(house.login("li@example.com", PASSWORD).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_stays() {
    on_both(async |house: &House| {
        let (ctx, admin) = (house.system(), house.tenant.founder.uuid());
        let administrator = house.role("administrator").await;
        let ways = [json!({ "status": "disabled" }), json!({ "role_ids": [] })];
        for way in &ways {
            let tried = house.patch::<User>(&ctx, admin, way.clone()).await;
            assert_eq!(refusal(tried), "last_administrator", "{way}");
        }
        assert_eq!(refusal(house.delete::<User>(&ctx, admin).await), "last_administrator");
        let less = json!({ "grants": [] });
        let less = house.patch::<Role>(&ctx, administrator, less).await;
        assert_eq!(refusal(less), "last_administrator");
        // A disabled one does not count.
        let two = json!({ "role_ids": [administrator], "status": "disabled" });
        let second = house.user("second", two).await.uuid();
        assert_eq!(refusal(house.delete::<User>(&ctx, admin).await), "last_administrator");
        house.patch::<User>(&ctx, second, json!({ "status": "active" })).await.unwrap();
        house.delete::<User>(&ctx, admin).await.unwrap();
        assert_eq!(refusal(house.delete::<User>(&ctx, second).await), "last_administrator");
    })
    .await;
}

#[tokio::test]
async fn nobody_gives_away_what_they_do_not_hold() {
    on_both(async |house: &House| {
        let directory = [
            ("users", "any", "all"),
            ("roles", "any", "all"),
            ("teams", "any", "all"),
            ("parties", "any", "own"),
        ];
        let clerk = role(house, "clerk", &directory).await;
        let small = role(house, "small", &[("parties", "read", "own")]).await;
        let large = role(house, "large", &[("parties", "read", "all")]).await;
        let user = house.user("clerk", json!({ "role_ids": [clerk] })).await;
        let (ctx, system) = (house.signed_in("clerk").await, house.system());
        let li = json!({ "name": "Li", "email": "li@example.com", "role_ids": [large] });
        assert_eq!(refusal(house.make::<User>(&ctx, li).await), "forbidden_grant");
        let own = json!({ "role_ids": [clerk, large] });
        assert_eq!(refusal(house.patch::<User>(&ctx, user.uuid(), own).await), "forbidden_grant");
        let li = json!({ "name": "Li", "email": "li@example.com", "role_ids": [small] });
        let li = house.make::<User>(&ctx, li).await.unwrap().record.meta.id;
        // What others gave stays, and may be taken away.
        let both = json!({ "role_ids": [small, large] });
        house.patch::<User>(&system, li.uuid(), both).await.unwrap();
        house.patch::<User>(&ctx, li.uuid(), json!({ "name": "Li Na" })).await.unwrap();
        house.patch::<User>(&ctx, li.uuid(), json!({ "role_ids": [large] })).await.unwrap();
        // Bringing somebody back gives them their roles again.
        house.delete::<User>(&ctx, li.uuid()).await.unwrap();
        assert_eq!(refusal(house.restore::<User>(&ctx, li.uuid()).await), "forbidden_grant");
        house.restore::<User>(&system, li.uuid()).await.unwrap();

        let team = |role| json!({ "name": "T", "members": [{ "user_id": li, "role_id": role }] });
        assert_eq!(refusal(house.make::<Team>(&ctx, team(large)).await), "forbidden_grant");
        house.make::<Team>(&ctx, team(small)).await.unwrap();

        let more = json!({ "grants": [{ "resource": "parties", "action": "delete", "scope": "team" }] });
        assert_eq!(refusal(house.patch::<Role>(&ctx, small, more).await), "forbidden_grant");
        let admin = house.role("administrator").await;
        let renamed = json!({ "name": "boss" });
        house.patch::<Role>(&ctx, admin, renamed).await.unwrap();
        let new = json!({ "name": "new", "grants": [{ "resource": "any", "action": "any", "scope": "all" }] });
        assert_eq!(refusal(house.make::<Role>(&ctx, new).await), "forbidden_grant");
        let same = json!({ "name": "ＳＭＡＬＬ", "grants": [] });
        assert_eq!(refusal(house.make::<Role>(&ctx, same).await), "duplicate /name");
    })
    .await;
}

#[tokio::test]
async fn rights_on_ones_own_records_do_not_change_the_directory() {
    on_both(async |house: &House| {
        let manager = house.role("sales_manager").await;
        let user = house.user("li", json!({ "role_ids": [manager] })).await;
        unit(house, "East", None, Some(user)).await;
        let ctx = house.signed_in("li").await;
        let found =
            async |tx: &mut Tx| guanxi_storage::resource::get::<User>(tx, &ctx, user.uuid()).await;
        let shown = house.db.read(ctx.tenant, found).await.unwrap();
        assert!(shown.actions.is_empty(), "seen and not changed");
        let change = house.patch::<User>(&ctx, user.uuid(), json!({ "name": "x" })).await;
        assert_eq!(refusal(change), "forbidden");
        let made = json!({ "name": "x", "email": "x@example.com" });
        assert_eq!(refusal(house.make::<User>(&ctx, made).await), "forbidden");
        assert_eq!(refusal(house.delete::<User>(&ctx, user.uuid()).await), "forbidden");
        let tenant = json!({ "name": "x" });
        let tenant = house.patch::<Tenant>(&ctx, ctx.tenant.uuid(), tenant).await;
        assert_eq!(refusal(tenant), "forbidden");
        let me = async |tx: &mut Tx| crate::users::me(tx, &ctx).await;
        let me = house.db.read(ctx.tenant, me).await.unwrap();
        assert!(me.record.meta.id == user && me.actions.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_unit_moves_with_everything_below_it() {
    on_both(async |house: &House| {
        let ctx = house.system();
        let company = *tree(house).await.first().map(|(above, _)| above).unwrap();
        let east = unit(house, "East", Some(company), None).await;
        let west = unit(house, "West", Some(company), None).await;
        let city = unit(house, "City", Some(east), None).await;
        let shop = unit(house, "Shop", Some(city), None).await;
        let below = async |above: OrgUnitId| -> BTreeSet<OrgUnitId> {
            let tree = tree(house).await;
            tree.into_iter().filter(|row| row.0 == above).map(|row| row.1).collect()
        };
        assert_eq!(below(company).await, BTreeSet::from([company, east, west, city, shop]));
        assert_eq!(below(east).await, BTreeSet::from([east, city, shop]));
        let to = async |unit: OrgUnitId, parent: Option<OrgUnitId>| {
            let patch = json!({ "parent_id": parent });
            house.patch::<OrgUnit>(&ctx, unit.uuid(), patch).await
        };
        to(city, Some(west)).await.unwrap();
        assert_eq!(below(east).await, BTreeSet::from([east]));
        assert_eq!(below(west).await, BTreeSet::from([west, city, shop]));
        assert_eq!(below(company).await.len(), 5);
        for below in [west, city, shop] {
            assert_eq!(refusal(to(west, Some(below)).await), "cycle /parent_id");
        }
        to(west, None).await.unwrap();
        assert_eq!(below(company).await, BTreeSet::from([company, east]));
        assert_eq!(tree(house).await.len(), 2 + 1 + 3 + 2 + 1);
        to(west, Some(east)).await.unwrap();
        assert_eq!(below(company).await.len(), 5);
        // What is not empty stays.
        let busy = house.delete::<OrgUnit>(&ctx, city.uuid()).await;
        assert_eq!(refusal(busy), "in_use");
        let user = house.user("li", json!({ "org_unit_id": shop })).await.uuid();
        assert_eq!(refusal(house.delete::<OrgUnit>(&ctx, shop.uuid()).await), "in_use");
        house.patch::<User>(&ctx, user, json!({ "org_unit_id": null })).await.unwrap();
        house.delete::<OrgUnit>(&ctx, shop.uuid()).await.unwrap();
        house.delete::<OrgUnit>(&ctx, city.uuid()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn who_manages_a_unit_reaches_it_at_once() {
    on_both(async |house: &House| {
        let manager = house.role("sales_manager").await;
        let user = house.user("li", json!({ "role_ids": [manager] })).await;
        let tokens = house.login("li@example.com", PASSWORD).await.unwrap();
        let units =
            async || house.ctx(&tokens).await.unwrap().reach("parties", Action::Update).units;
        assert!(units().await.is_empty());
        let east = unit(house, "East", None, Some(user)).await;
        assert_eq!(units().await, BTreeSet::from([east]));
        let ctx = house.system();
        house.delete::<OrgUnit>(&ctx, east.uuid()).await.unwrap();
        assert!(units().await.is_empty());
        house.restore::<OrgUnit>(&ctx, east.uuid()).await.unwrap();
        assert_eq!(units().await, BTreeSet::from([east]));
        let other = json!({ "manager_id": null });
        house.patch::<OrgUnit>(&ctx, east.uuid(), other).await.unwrap();
        assert!(units().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_member_has_the_rights_of_the_role_in_that_team_while_they_are_one() {
    on_both(async |house: &House| {
        let reader = role(house, "reader", &[("parties", "read", "team")]).await;
        let (li, wang) = (house.user("li", json!({})).await, house.user("wang", json!({})).await);
        let system = house.system();
        let member = |user: UserId, role: Option<Uuid>| json!({ "user_id": user, "role_id": role });
        let team = async |name: &str, members: Vec<Json>| -> Result<TeamId> {
            let team = json!({ "name": name, "members": members });
            Ok(house.make::<Team>(&system, team).await?.record.meta.id)
        };
        let both = vec![member(li, Some(reader)), member(wang, None)];
        let (first, second) =
            (team("A", both).await.unwrap(), team("B", vec![member(li, None)]).await.unwrap());
        let ctx = house.signed_in("li").await;
        let teams = async || reach(house, &ctx, "parties", Action::Read).await.teams;
        assert_eq!(teams().await, BTreeSet::from([first]), "not the team without the role");
        assert!(
            reach(house, &house.signed_in("wang").await, "parties", Action::Read)
                .await
                .is_nothing()
        );
        assert_eq!(refusal(house.delete::<Role>(&system, reader).await), "in_use");
        let left = json!({ "members": [member(wang, None)] });
        house.patch::<Team>(&system, first.uuid(), left).await.unwrap();
        assert!(teams().await.is_empty());
        let more = json!({ "members": [member(li, Some(reader))] });
        house.patch::<Team>(&system, second.uuid(), more).await.unwrap();
        assert_eq!(teams().await, BTreeSet::from([second]));
        house.delete::<Team>(&system, second.uuid()).await.unwrap();
        assert!(teams().await.is_empty());
        house.restore::<Team>(&system, second.uuid()).await.unwrap();
        assert_eq!(teams().await, BTreeSet::from([second]));
        let nobody = team("C", vec![member(li, None), member(Uuid::new_v4().into(), None)]).await;
        assert_eq!(refusal(nobody), "unknown_reference /members/1/user_id");
        let nothing = team("C", vec![member(li, Some(Uuid::new_v4()))]).await;
        assert_eq!(refusal(nothing), "unknown_reference /members/0/role_id");
        let twice = team("C", vec![member(li, None), member(li, Some(reader))]).await;
        assert_eq!(refusal(twice), "validation_failed /members/1/user_id");
        house.pass(TimeDelta::seconds(1));
    })
    .await;
}
