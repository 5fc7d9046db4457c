//! `/v1/auth`, `/v1/me`, and what users and keys have beyond the shared endpoints.

use crate::{
    body::Body,
    call::{Anonymous, Call},
    envelope,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, delete, get, http::header, post, put};
use guanxi_identity::{
    api_keys::{self, ApiKey, ApiKeyInput, NewApiKey},
    sessions::{
        self, ChangePassword, Client, Login, Refresh, SessionList, Tokens,
        mailbox::{AskPasswordReset, ChangeEmail, ConfirmEmail, ResetPassword},
        second_factor::{
            self as factors, ConfirmSecondFactor, DisableSecondFactor, RecoveryCodes,
            RenewRecoveryCodes, SecondFactor, SecondFactorSecret, StartSecondFactor,
        },
    },
    users::{self, SetPassword, User},
};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_storage::{Tx, resource};

pub(crate) fn routes(config: &mut Routes) {
    config.service(login).service(refresh).service(logout).service(logout_everywhere);
    config.service(me).service(change_password).service(list_sessions).service(end_session);
    config.service(ask_password_reset).service(reset_password);
    config.service(change_email).service(confirm_email);
    config.service(create_key).service(set_password);
    config.service(second_factor).service(start_second_factor).service(confirm_second_factor);
    config.service(renew_recovery_codes).service(disable_second_factor);
    config.service(user_second_factor).service(reset_second_factor);
}

/// Sign in
///
/// Answers with an access token for `Authorization: Bearer …` and a refresh token for the next one.
/// A wrong password, an unknown address and an account that must wait answer alike. Where the account has
/// a second factor, the right password without `code` answers `second_factor_code_required`; send both then.
#[utoipa::path(tag = "auth", operation_id = "auth_login", request_body = Login,
    responses((status = 200, description = "Signed in.", body = Tokens)))]
#[post("/v1/auth/login")]
async fn login(call: Anonymous, body: Body) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(call.state.auth.login(body.read()?, client(&call)).await?))
}

/// Get the next tokens
///
/// Each refresh token is used once. One that comes back later than a network retry would ends the session.
#[utoipa::path(tag = "auth", operation_id = "auth_refresh", request_body = Refresh,
    responses((status = 200, description = "Still signed in.", body = Tokens)))]
#[post("/v1/auth/refresh")]
async fn refresh(call: Anonymous, body: Body) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(call.state.auth.refresh(body.read()?, client(&call)).await?))
}

fn client(call: &Anonymous) -> Client {
    let agent =
        call.request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Client {
        request_id: envelope::request_id_of(&call.request),
        user_agent: agent.map(str::to_owned),
    }
}

/// Ask for a new password
///
/// A letter brings a token by which one is chosen within 30 minutes. The answer is the same, and takes as long,
/// whether there is such an account or not; more than three letters in an hour are not sent.
#[utoipa::path(tag = "auth", operation_id = "auth_ask_password_reset", request_body = AskPasswordReset,
    responses((status = 202, description = "If there is such an account, a letter is on its way."),
        (status = 409, description = "There is no mail server.", body = ProblemBody)))]
#[post("/v1/auth/password-reset")]
async fn ask_password_reset(call: Anonymous, body: Body) -> Result<HttpResponse, ApiError> {
    let wish: AskPasswordReset = body.read()?;
    call.state.mailer.require()?;
    call.state.auth.ask_password_reset(wish).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Choose a new password
///
/// Takes the token of a letter, once. Ends all sessions of the user; a second factor stays and is asked for at
/// the next sign-in.
#[utoipa::path(tag = "auth", operation_id = "auth_reset_password", request_body = ResetPassword,
    responses((status = 204, description = "Changed; sign in with it.")))]
#[post("/v1/auth/password-reset/confirm")]
async fn reset_password(call: Anonymous, body: Body) -> Result<HttpResponse, ApiError> {
    call.state.auth.reset_password(body.read()?, client(&call)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign out here
///
/// Ends the session of the access token.
#[utoipa::path(tag = "auth", operation_id = "auth_logout", responses((status = 204, description = "Signed out.")))]
#[post("/v1/auth/logout")]
async fn logout(call: Call) -> Result<HttpResponse, ApiError> {
    let ended =
        async |tx: &mut Tx, ctx: &Ctx| sessions::logout(tx, ctx).await.map(|()| Done::nothing());
    Ok(call.write(None, ended).await?)
}

/// Sign out everywhere
///
/// Ends all sessions of the caller, on every device.
#[utoipa::path(tag = "auth", operation_id = "auth_logout_everywhere",
    responses((status = 204, description = "Signed out everywhere.")))]
#[post("/v1/auth/logout-everywhere")]
async fn logout_everywhere(call: Call) -> Result<HttpResponse, ApiError> {
    let ended = async |tx: &mut Tx, ctx: &Ctx| {
        sessions::logout_everywhere(tx, ctx).await.map(|()| Done::nothing())
    };
    Ok(call.write(None, ended).await?)
}

/// Get the caller
///
/// The user in whose name the request is made.
#[utoipa::path(tag = "me", operation_id = "me_get", responses((status = 200, description = "You.", body = User)))]
#[get("/v1/me")]
async fn me(call: Call) -> Result<HttpResponse, ApiError> {
    let shown = call.read(async |tx, ctx| users::me(tx, ctx).await).await?;
    Ok(call.version(shown.record.meta.version, &shown))
}

/// Change the caller's password
///
/// Needs the current one, and ends the other sessions if asked to.
#[utoipa::path(tag = "me", operation_id = "me_change_password", request_body = ChangePassword,
    responses((status = 204, description = "Changed.")))]
#[put("/v1/me/password")]
async fn change_password(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    call.state.auth.change_password(&call.ctx, body.read()?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Change the caller's e-mail address
///
/// Needs the current password. A letter to the new address brings a token to confirm it with, within 30 minutes;
/// the address before is told when that is done. Without a mail server it is done at once.
#[utoipa::path(tag = "me", operation_id = "me_change_email", request_body = ChangeEmail,
    responses((status = 202, description = "A letter is on its way to the new address."),
        (status = 204, description = "Changed: no letter can be sent.")))]
#[put("/v1/me/email")]
async fn change_email(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let by_mail = call.state.mailer.is_ready();
    Ok(match call.state.auth.change_email(&call.ctx, body.read()?, by_mail).await? {
        true => HttpResponse::NoContent().finish(),
        false => HttpResponse::Accepted().finish(),
    })
}

/// Confirm the caller's new e-mail address
///
/// Takes the token that the letter to it has brought. From now on the caller signs in with that address.
#[utoipa::path(tag = "me", operation_id = "me_confirm_email", request_body = ConfirmEmail,
    responses((status = 204, description = "Changed.")))]
#[put("/v1/me/email/confirmation")]
async fn confirm_email(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    call.state.auth.confirm_email(&call.ctx, body.read()?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the caller's sessions
///
/// The devices on which the caller is signed in, the latest first.
#[utoipa::path(tag = "me", operation_id = "me_list_sessions",
    responses((status = 200, description = "Live sessions.", body = SessionList)))]
#[get("/v1/me/sessions")]
async fn list_sessions(call: Call) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(call.state.auth.sessions(&call.ctx).await?))
}

/// End one of the caller's sessions
///
/// Signs that device out.
#[utoipa::path(tag = "me", operation_id = "me_end_session",
    params(("session_id" = String, Path, description = "The id of the session.", format = Uuid)),
    responses((status = 204, description = "Ended.")))]
#[delete("/v1/me/sessions/{session_id}")]
async fn end_session(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("session_id")?;
    let ended = async |tx: &mut Tx, ctx: &Ctx| {
        sessions::end_session(tx, ctx, id.into()).await.map(|()| Done::nothing())
    };
    Ok(call.write(None, ended).await?)
}

/// Create an API key
///
/// The answer holds the key, this once. It acts in the name of the caller, with the caller's rights
/// narrowed to its scopes. A retry with the same `Idempotency-Key` is answered without the key, which is
/// nowhere kept.
#[utoipa::path(tag = "api-keys", operation_id = "api_keys_create", request_body = ApiKeyInput,
    responses((status = 201, description = "Made.", body = NewApiKey)))]
#[post("/v1/api-keys")]
async fn create_key(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    // Who may not make one is not told what is wrong with it.
    resource::require::<ApiKey>(&call.ctx, Action::Create)?;
    let input: ApiKeyInput = body.read()?;
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        let made = api_keys::create_key(tx, ctx, input.clone()).await?;
        Ok(Done::created(&made.api_key.record, &made.api_key).once(&made))
    };
    Ok(call.write(Some(&body), made).await?)
}

/// Set a user's password
///
/// For administrators. Ends all sessions of the user.
#[utoipa::path(tag = "users", operation_id = "users_set_password", request_body = SetPassword,
    params(("user_id" = String, Path, description = "The id of the user.", format = Uuid)),
    responses((status = 204, description = "Set.")))]
#[put("/v1/users/{user_id}/password")]
async fn set_password(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    // With a key a plain digest of the password would be kept, and it can be set twice as well as once.
    let call = Call { idempotency_key: None, ..call };
    let user = call.id("user_id")?;
    let next = call.state.auth.next_password(&call.ctx, user.into(), body.read()?).await?;
    let set = async |tx: &mut Tx, ctx: &Ctx| next.set(tx, ctx).await.map(|()| Done::nothing());
    Ok(call.write(Some(&body), set).await?)
}

/// Get the caller's second factor
///
/// Whether signing in takes a code of an authenticator app, whether it has to, and how many recovery
/// codes are left.
#[utoipa::path(tag = "auth", operation_id = "auth_second_factor_get",
    responses((status = 200, description = "How it stands.", body = SecondFactor)))]
#[get("/v1/auth/second-factor")]
async fn second_factor(call: Call) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(call.state.auth.second_factor(&call.ctx).await?))
}

/// Begin to set up a second factor
///
/// Needs the password. The answer holds a secret for an authenticator app, this once; nothing changes until
/// it is confirmed with a code. A secret that was not confirmed yet is replaced.
#[utoipa::path(tag = "auth", operation_id = "auth_second_factor_start", request_body = StartSecondFactor,
    responses((status = 200, description = "The secret.", body = SecondFactorSecret)))]
#[put("/v1/auth/second-factor")]
async fn start_second_factor(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let wish: StartSecondFactor = body.read()?;
    Ok(HttpResponse::Ok().json(call.state.auth.start_second_factor(&call.ctx, wish).await?))
}

/// Confirm the second factor
///
/// Takes the code that the app shows. From now on signing in takes one. The answer holds ten recovery codes,
/// this once; each opens the account one time in place of the app.
#[utoipa::path(tag = "auth", operation_id = "auth_second_factor_confirm", request_body = ConfirmSecondFactor,
    responses((status = 200, description = "It is set up; the recovery codes.", body = RecoveryCodes)))]
#[post("/v1/auth/second-factor/confirm")]
async fn confirm_second_factor(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let wish: ConfirmSecondFactor = body.read()?;
    Ok(HttpResponse::Ok().json(call.state.auth.confirm_second_factor(&call.ctx, wish).await?))
}

/// Replace the recovery codes
///
/// Needs the password and a code. The codes before do not work any more; the new ones are shown this once.
#[utoipa::path(tag = "auth", operation_id = "auth_second_factor_renew_recovery_codes",
    request_body = RenewRecoveryCodes,
    responses((status = 200, description = "The new recovery codes.", body = RecoveryCodes)))]
#[post("/v1/auth/second-factor/recovery-codes")]
async fn renew_recovery_codes(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let wish: RenewRecoveryCodes = body.read()?;
    Ok(HttpResponse::Ok().json(call.state.auth.renew_recovery_codes(&call.ctx, wish).await?))
}

/// Turn the second factor off
///
/// Needs the password and a code, which may be a recovery code. Where a role requires a second factor,
/// nothing but setting up the next one is possible then.
#[utoipa::path(tag = "auth", operation_id = "auth_second_factor_disable", request_body = DisableSecondFactor,
    responses((status = 204, description = "Turned off.")))]
#[post("/v1/auth/second-factor/disable")]
async fn disable_second_factor(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    call.state.auth.disable_second_factor(&call.ctx, body.read()?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Get a user's second factor
///
/// For administrators: whether there is one, and whether a role of the user requires it.
#[utoipa::path(tag = "users", operation_id = "users_second_factor_get",
    params(("user_id" = String, Path, description = "The id of the user.", format = Uuid)),
    responses((status = 200, description = "How it stands.", body = SecondFactor)))]
#[get("/v1/users/{user_id}/second-factor")]
async fn user_second_factor(call: Call) -> Result<HttpResponse, ApiError> {
    let user = call.id("user_id")?;
    Ok(HttpResponse::Ok().json(call.state.auth.second_factor_of(&call.ctx, user.into()).await?))
}

/// Take a user's second factor away
///
/// For administrators, when somebody has lost both the app and the recovery codes. Ends all sessions of the user.
#[utoipa::path(tag = "users", operation_id = "users_reset_second_factor",
    params(("user_id" = String, Path, description = "The id of the user.", format = Uuid)),
    responses((status = 204, description = "Taken away.")))]
#[delete("/v1/users/{user_id}/second-factor")]
async fn reset_second_factor(call: Call) -> Result<HttpResponse, ApiError> {
    let user = call.id("user_id")?;
    let reset = async |tx: &mut Tx, ctx: &Ctx| {
        factors::reset(tx, ctx, user.into()).await.map(|()| Done::nothing())
    };
    Ok(call.write(None, reset).await?)
}
