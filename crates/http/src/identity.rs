//! `/v1/auth`, `/v1/me`, and what users and keys have beyond the shared endpoints.

use crate::{
    body::Body,
    call::{Anonymous, Call},
    envelope,
    problem::ApiError,
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, delete, get, http::header, post, put};
use guanxi_identity::{
    api_keys::{self, ApiKey, ApiKeyInput, NewApiKey},
    sessions::{ChangePassword, Client, Login, Refresh, SessionList, Tokens},
    users::{self, SetPassword, User},
};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_storage::{Tx, resource};

pub(crate) fn routes(config: &mut Routes) {
    config.service(login).service(refresh).service(logout).service(logout_everywhere);
    config.service(me).service(change_password).service(list_sessions).service(end_session);
    config.service(create_key).service(set_password);
}

/// Sign in
///
/// Answers with an access token for `Authorization: Bearer …` and a refresh token for the next one.
/// A wrong password, an unknown address and an account that must wait answer alike.
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

/// Sign out here
///
/// Ends the session of the access token.
#[utoipa::path(tag = "auth", operation_id = "auth_logout", responses((status = 204, description = "Signed out.")))]
#[post("/v1/auth/logout")]
async fn logout(call: Call) -> Result<HttpResponse, ApiError> {
    call.state.auth.logout(&call.ctx).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign out everywhere
///
/// Ends all sessions of the caller, on every device.
#[utoipa::path(tag = "auth", operation_id = "auth_logout_everywhere",
    responses((status = 204, description = "Signed out everywhere.")))]
#[post("/v1/auth/logout-everywhere")]
async fn logout_everywhere(call: Call) -> Result<HttpResponse, ApiError> {
    call.state.auth.logout_everywhere(&call.ctx).await?;
    Ok(HttpResponse::NoContent().finish())
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
    call.state.auth.end_session(&call.ctx, call.id("session_id")?.into()).await?;
    Ok(HttpResponse::NoContent().finish())
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
    let user = call.id("user_id")?;
    call.state.auth.set_password(&call.ctx, user.into(), body.read()?).await?;
    Ok(HttpResponse::NoContent().finish())
}
