//! Signing in and out, on a store.

use super::*;
use crate::{
    api_keys::{ApiKey, ApiKeyInput, create_key},
    rights::FORBIDDEN_GRANT,
    testing::{ADMIN, House, PASSWORD, on_both, refusal},
    users::User,
};
use chrono::TimeDelta;
use guanxi_kernel::{Action, Ctx, Result, SessionId, UserId, input, problem::FORBIDDEN};
use guanxi_storage::{Tx, resource};
use serde_json::json;

const SECOND: TimeDelta = TimeDelta::seconds(1);

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    on_both(async |house: &House| {
        let disabled = house.user("gone", json!({ "status": "disabled" })).await;
        let silent = json!({ "name": "Silent", "email": "silent@example.com" });
        house.make::<User>(&house.system(), silent).await.unwrap();
        house.other_tenant("other").await;
        let wrong = [
            (None, ADMIN, "vier Hunde im Keller"),
            (None, "nobody@example.com", PASSWORD),
            (None, "gone@example.com", PASSWORD),
            (None, "silent@example.com", PASSWORD),
            (Some("other"), ADMIN, PASSWORD),
            (Some("nowhere"), ADMIN, PASSWORD),
        ];
        for (tenant, email, password) in wrong {
            let tried = house.login_to(tenant, email, password).await;
            assert_eq!(refusal(tried), "invalid_credentials", "{tenant:?} {email}");
        }
        assert!(house.login(" Admin@Example.COM", PASSWORD).await.is_ok());
        assert!(house.login_to(Some("main"), ADMIN, PASSWORD).await.is_ok());
        assert!(house.login_to(Some("other"), ADMIN, "drei Katzen im Keller").await.is_ok());
        let events = house.events(disabled.uuid()).await;
        assert_eq!(events, ["user.created", "user.password_set", "user.sign_in_failed"]);
        let events = house.events(house.tenant.founder.uuid()).await;
        let expected = ["user.created", "user.sign_in_failed", "user.signed_in", "user.signed_in"];
        assert_eq!(events, expected);
    })
    .await;
}

#[tokio::test]
async fn who_fails_five_times_must_wait_also_with_the_right_password() {
    on_both(async |house: &House| {
        for _ in 0..5 {
            assert!(house.login(ADMIN, "wrong").await.is_err());
        }
        assert_eq!(refusal(house.login(ADMIN, PASSWORD).await), "invalid_credentials");
        house.pass(SECOND);
        assert!(house.login(ADMIN, PASSWORD).await.is_ok());
        // Success has cleared the count.
        for _ in 0..4 {
            assert!(house.login(ADMIN, "wrong").await.is_err());
        }
        assert!(house.login(ADMIN, PASSWORD).await.is_ok());
        // Trying while one must wait does not make the wait longer.
        for _ in 0..20 {
            assert!(house.login(ADMIN, "wrong").await.is_err());
        }
        house.pass(SECOND);
        assert!(house.login(ADMIN, PASSWORD).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn an_access_token_lives_ten_minutes_and_not_longer_than_its_session() {
    on_both(async |house: &House| {
        let tokens = house.login(ADMIN, PASSWORD).await.unwrap();
        assert_eq!((tokens.token_type, tokens.expires_in), ("Bearer", 600));
        assert_eq!(tokens.refresh_expires_in, TimeDelta::days(7).num_seconds());
        let ctx = house.ctx(&tokens).await.unwrap();
        assert_eq!((ctx.tenant, ctx.actor.user), (house.tenant.id, house.tenant.founder));
        assert!(ctx.reach("anything", Action::Delete).all);
        assert_eq!(refusal(house.auth.by_access_token("nonsense").await), "unauthenticated");
        house.pass(TimeDelta::minutes(11));
        assert_eq!(refusal(house.ctx(&tokens).await), "token_expired");
        let tokens = house.login(ADMIN, PASSWORD).await.unwrap();
        let ctx = house.ctx(&tokens).await.unwrap();
        house.db.write(ctx.tenant, async |tx| logout(tx, &ctx).await).await.unwrap();
        assert_eq!(refusal(house.ctx(&tokens).await), "unauthenticated");
        assert_eq!(refusal(house.refresh(&tokens.refresh_token).await), "invalid_refresh_token");
    })
    .await;
}

#[tokio::test]
async fn a_user_sees_and_ends_their_sessions() {
    on_both(async |house: &House| {
        house.user("li", json!({})).await;
        let (mine, other) = (house.signed_in("li").await, house.signed_in("li").await);
        let stranger = house.login(ADMIN, PASSWORD).await.unwrap();
        let stranger = house.ctx(&stranger).await.unwrap();
        let list = house.auth.sessions(&mine).await.unwrap().data;
        let current: Vec<_> = list.iter().filter(|session| session.current).collect();
        assert_eq!((list.len(), current.len()), (2, 1));
        assert_eq!(Some(current[0].id), mine.actor.session);
        assert_eq!(current[0].user_agent.as_deref(), Some("test"));
        let theirs = stranger.actor.session.unwrap();
        let end = async |id: SessionId| {
            house.db.write(mine.tenant, async |tx| end_session(tx, &mine, id).await).await
        };
        assert_eq!(refusal(end(theirs).await), "not_found");
        let id = other.actor.session.unwrap();
        end(id).await.unwrap();
        assert_eq!(refusal(end(id).await), "not_found");
        assert_eq!(house.auth.sessions(&mine).await.unwrap().data.len(), 1);
        let leave = async |tx: &mut Tx| logout_everywhere(tx, &mine).await;
        house.db.write(mine.tenant, leave).await.unwrap();
        assert!(house.auth.sessions(&mine).await.unwrap().data.is_empty());
        assert_eq!(house.auth.sessions(&stranger).await.unwrap().data.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_is_used_once_but_for_a_retry() {
    on_both(async |house: &House| {
        let first = house.login(ADMIN, PASSWORD).await.unwrap();
        let second = house.refresh(&first.refresh_token).await.unwrap();
        assert_ne!(second.refresh_token, first.refresh_token);
        assert!(house.ctx(&second).await.is_ok());
        house.pass(SECOND * 30);
        let again = house.refresh(&first.refresh_token).await.unwrap();
        assert_eq!(again.refresh_token, second.refresh_token);
        let third = house.refresh(&again.refresh_token).await.unwrap();
        // Now the first comes back: the session ends, for whoever holds it.
        house.pass(SECOND);
        assert_eq!(refusal(house.refresh(&first.refresh_token).await), "invalid_refresh_token");
        assert_eq!(refusal(house.refresh(&third.refresh_token).await), "invalid_refresh_token");
        assert_eq!(refusal(house.ctx(&third).await), "unauthenticated");
        let events = house.events(house.tenant.founder.uuid()).await;
        assert_eq!(events.last().unwrap(), "user.refresh_reused");
        let forged = crate::secrets::RefreshToken::generate(house.tenant.id.uuid()).reveal();
        for token in [forged.as_str(), "", "gxr_"] {
            assert_eq!(refusal(house.refresh(token).await), "invalid_refresh_token");
        }
    })
    .await;
}

#[tokio::test]
async fn both_of_two_refreshes_at_once_get_the_same_token() {
    on_both(async |house: &House| {
        let first = house.login(ADMIN, PASSWORD).await.unwrap().refresh_token;
        let (one, other) = tokio::join!(house.refresh(&first), house.refresh(&first));
        assert_eq!(one.unwrap().refresh_token, other.unwrap().refresh_token);
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_a_week_unused_and_after_a_month_in_any_case() {
    on_both(async |house: &House| {
        let mut tokens = house.login(ADMIN, PASSWORD).await.unwrap();
        let idle = house.login(ADMIN, PASSWORD).await.unwrap();
        for day in 1..30 {
            house.pass(TimeDelta::days(1));
            tokens = house.refresh(&tokens.refresh_token).await.unwrap();
            if day == 7 {
                let late = house.refresh(&idle.refresh_token).await;
                assert_eq!(refusal(late), "invalid_refresh_token");
            }
        }
        assert_eq!(tokens.refresh_expires_in, TimeDelta::days(1).num_seconds());
        house.pass(TimeDelta::days(1));
        assert_eq!(refusal(house.ctx(&tokens).await), "token_expired");
        assert_eq!(refusal(house.refresh(&tokens.refresh_token).await), "invalid_refresh_token");
    })
    .await;
}

#[tokio::test]
async fn what_is_long_over_is_forgotten() {
    on_both(async |house: &House| {
        let tokens = house.login(ADMIN, PASSWORD).await.unwrap();
        house.login(ADMIN, "wrong").await.unwrap_err();
        house.login_to(Some("nowhere"), ADMIN, "wrong").await.unwrap_err();
        let left = async || {
            let count = async |tx: &mut Tx| {
                tx.all_untenanted::<(i64,)>(guanxi_storage::sql!(
                    "SELECT COUNT(*) FROM sessions UNION ALL SELECT COUNT(*) FROM refresh_tokens
                     UNION ALL SELECT COUNT(*) FROM login_failures"
                ))
                .await
            };
            let rows = house.db.read(house.tenant.id, count).await.unwrap();
            rows.into_iter().map(|row| row.0).collect::<Vec<_>>()
        };
        house.auth.maintain().await.unwrap();
        assert_eq!(left().await, [1, 1, 2]);
        house.pass(TimeDelta::days(1));
        house.refresh(&tokens.refresh_token).await.unwrap();
        house.auth.maintain().await.unwrap();
        assert_eq!(left().await, [1, 2, 0]);
        house.pass(TimeDelta::days(15));
        house.auth.maintain().await.unwrap();
        assert_eq!(left().await, [0, 0, 0]);
    })
    .await;
}

#[tokio::test]
async fn one_changes_ones_own_password_with_the_current_one() {
    on_both(async |house: &House| {
        house.user("li", json!({})).await;
        let (ctx, other) = (house.signed_in("li").await, house.signed_in("li").await);
        let change = async |current: &str, new: &str, everywhere: bool| {
            let wish = ChangePassword {
                current_password: current.into(),
                new_password: new.into(),
                sign_out_everywhere: everywhere,
            };
            house.auth.change_password(&ctx, wish).await
        };
        let sessions = async || house.auth.sessions(&ctx).await.unwrap().data.len();
        let new = "fünf Möwen am Hafen";
        assert_eq!(refusal(change(PASSWORD, "short", false).await), "weak_password /new_password");
        let personal = "li@example.com am Hafen";
        assert_eq!(refusal(change(PASSWORD, personal, false).await), "weak_password /new_password");
        assert_eq!(refusal(change("wrong", new, false).await), "wrong_password /current_password");
        change(PASSWORD, new, false).await.unwrap();
        assert_eq!(sessions().await, 2);
        assert!(house.login("li@example.com", PASSWORD).await.is_err());
        change(new, PASSWORD, true).await.unwrap();
        assert_eq!(sessions().await, 1);
        assert!(
            house.auth.sessions(&other).await.unwrap().data[0].id == ctx.actor.session.unwrap()
        );
        // Guessing it with a stolen access token is counted like guessing at the door.
        for _ in 0..5 {
            assert!(change("wrong", new, false).await.is_err());
        }
        assert_eq!(refusal(change(PASSWORD, new, false).await), "wrong_password /current_password");
        assert!(house.login("li@example.com", PASSWORD).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn only_whoever_could_do_as_much_sets_anothers_password() {
    on_both(async |house: &House| {
        let grants = json!([
            { "resource": "users", "action": "any", "scope": "all" },
            { "resource": "parties", "action": "any", "scope": "own" },
        ]);
        let desk = json!({ "name": "desk", "grants": grants });
        let desk = house.make::<crate::roles::Role>(&house.system(), desk).await.unwrap();
        house.user("desk", json!({ "role_ids": [desk.record.meta.id] })).await;
        let rep = house.user("rep", json!({})).await;
        let tokens = house.login("rep@example.com", PASSWORD).await.unwrap();
        let ctx = house.signed_in("desk").await;
        let set = async |ctx: &Ctx, user: UserId, password: &str| {
            house.set_password(ctx, user, password).await
        };
        let new = "fünf Möwen am Hafen";
        let admin = house.tenant.founder;
        assert_eq!(refusal(set(&ctx, admin, new).await), FORBIDDEN_GRANT.code);
        assert_eq!(refusal(set(&ctx, rep, "short").await), "weak_password /password");
        set(&ctx, rep, new).await.unwrap();
        assert_eq!(refusal(house.ctx(&tokens).await), "unauthenticated");
        assert!(house.login("rep@example.com", new).await.is_ok());
        let own = set(&ctx, ctx.actor.user, new).await;
        assert_eq!(refusal(own), "current_password_required");
        let rep_ctx = house.login("rep@example.com", new).await.unwrap();
        let rep_ctx = house.ctx(&rep_ctx).await.unwrap();
        assert_eq!(refusal(set(&rep_ctx, admin, new).await), FORBIDDEN.code);
        // Nor can an administrator be put to sleep, given a password and woken up.
        let two = json!({ "role_ids": [house.role("administrator").await] });
        let second = house.user("second", two).await;
        let asleep = json!({ "status": "disabled" });
        house.patch::<User>(&ctx, second.uuid(), asleep).await.unwrap();
        assert_eq!(refusal(set(&ctx, second, new).await), FORBIDDEN_GRANT.code);
    })
    .await;
}

async fn key(
    house: &House,
    ctx: &Ctx,
    input: serde_json::Value,
) -> Result<crate::api_keys::NewApiKey> {
    let input: ApiKeyInput = input::read(input)?;
    let make = async |tx: &mut Tx| create_key(tx, ctx, input.clone()).await;
    house.db.write(ctx.tenant, make).await
}

#[tokio::test]
async fn a_key_acts_for_its_owner_within_its_scopes() {
    on_both(async |house: &House| {
        let rep = house.role("sales_rep").await;
        let user = house.user("li", json!({ "role_ids": [rep] })).await;
        let ctx = house.signed_in("li").await;
        let input = json!({
            "name": "ERP",
            "scopes": [{ "resource": "any", "action": "read" }, { "resource": "parties", "action": "create" }],
            "allowed_origins": ["https://app.example.com"],
            "expires_at": house.clock.now() + TimeDelta::days(1),
        });
        assert!(!house.auth.allowed_origin("https://app.example.com").await);
        let made = key(house, &ctx, input).await.unwrap();
        let id = made.api_key.record.meta.id.uuid();
        let present = async |origin| house.auth.by_api_key(&made.key, origin).await;
        let by_key = house.request(present(None).await.unwrap());
        assert_eq!((by_key.actor.user, by_key.actor.session), (user, None));
        assert_eq!(by_key.actor.principal(), id);
        assert!(by_key.reach("parties", Action::Create).own);
        assert!(by_key.reach("parties", Action::Update).is_nothing());
        // Not for accounts, whatever its scopes.
        assert_eq!(refusal(key(house, &by_key, json!({ "name": "x" })).await), "forbidden");
        assert_eq!(refusal(house.auth.sessions(&by_key).await), "session_required");
        // Pages are known by their origin; after half a minute also beforehand.
        assert!(present(Some("https://app.example.com")).await.is_ok());
        assert_eq!(refusal(present(Some("https://evil.example")).await), "origin_not_allowed");
        assert!(!house.auth.allowed_origin("https://app.example.com").await);
        house.pass(SECOND * 30);
        assert!(house.auth.allowed_origin("https://app.example.com").await);
        assert!(!house.auth.allowed_origin("https://evil.example").await);
        // A change counts with the next request.
        let less = json!({ "scopes": [] });
        house.patch::<ApiKey>(&ctx, id, less).await.unwrap();
        let by_key = house.request(present(None).await.unwrap());
        assert!(by_key.reach("parties", Action::Read).is_nothing());
        let other = crate::secrets::ApiKey::generate().reveal();
        for wrong in ["", other.as_str(), &format!("{}A", &made.key[..made.key.len() - 1])] {
            if wrong != made.key {
                assert_eq!(refusal(house.auth.by_api_key(wrong, None).await), "unauthenticated");
            }
        }
        house.pass(TimeDelta::days(1));
        assert_eq!(refusal(present(None).await), "token_expired");
    })
    .await;
}

#[tokio::test]
async fn a_key_dies_with_its_record_or_its_owner() {
    on_both(async |house: &House| {
        let user = house.user("li", json!({ "role_ids": [house.role("sales_rep").await] })).await;
        let ctx = house.signed_in("li").await;
        let (one, two) = (
            key(house, &ctx, json!({ "name": "one" })).await.unwrap(),
            key(house, &ctx, json!({ "name": "two" })).await.unwrap(),
        );
        let works = async |key: &str| house.auth.by_api_key(key, None).await.is_ok();
        assert!(works(&one.key).await && works(&two.key).await);
        house.delete::<ApiKey>(&ctx, one.api_key.record.meta.id.uuid()).await.unwrap();
        assert!(!works(&one.key).await && works(&two.key).await);
        let disabled = json!({ "status": "disabled" });
        house.patch::<User>(&house.system(), user.uuid(), disabled).await.unwrap();
        assert!(!works(&two.key).await);
        let shown = async |tx: &mut Tx| {
            let id = two.api_key.record.meta.id.uuid();
            resource::get::<ApiKey>(tx, &house.system(), id).await
        };
        let shown = house.db.read(house.tenant.id, shown).await.unwrap().record;
        assert_eq!(shown.made.owner_id, user);
        assert!(!serde_json::to_string(&shown).unwrap().contains(&shown.made.digest));
    })
    .await;
}
