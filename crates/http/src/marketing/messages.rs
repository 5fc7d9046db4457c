//! Sending messages: what it would come to, the sending itself, and who wants no more of it.

use crate::{
    body::Body,
    call::{Anonymous, Call, OpenCall},
    envelope,
    parameters::{missing, unknown},
    problem::{ApiError, ProblemBody},
    resources::bad,
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, http::header, post, web::Path};
use guanxi_kernel::{Action, Ctx, Result, problem::INVALID_FORMAT};
use guanxi_marketing::{
    message_deliveries::{self, MESSAGE_DELIVERY, MessageDelivery, SettleMessageDelivery},
    messages::{
        self, MESSAGE, Message, MessagePreview, MessageProgress, PauseMessage, PreviewMessage,
        SendMessage,
    },
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use uuid::Uuid;

pub(super) fn routes(config: &mut Routes) {
    config.service(preview).service(send).service(pause).service(resume).service(progress);
    config.service(merge_file).service(settle_delivery);
    config.service(unsubscribe_page).service(unsubscribe);
}

/// The message after a move.
fn done(moved: Result<Shown<Message>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Preview the sending of a message
///
/// How many members of the campaign would get it by that medium, who would not and why, what it would cost, how many
/// would unsubscribe by what happened so far, and how it reads. The confirmation sends exactly that to exactly these
/// people at these addresses, for 15 minutes. Refused for a campaign of more than 100,000 members, or of more than the
/// operator says (`mail.max_members`). Nothing is kept.
#[utoipa::path(tag = "messages", operation_id = "messages_preview", request_body = PreviewMessage,
    params(("message_id" = String, Path, description = "The id of the message.", format = Uuid)),
    responses((status = 200, description = "What it would come to.", body = MessagePreview),
        (status = 422, description = "There is no such medium, the campaign does not use it, or it has too many members.", body = ProblemBody)))]
#[post("/v1/messages/{message_id}/preview")]
async fn preview(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MESSAGE, Action::Update)?;
    let (id, wish) = (call.id("message_id")?, body.read::<PreviewMessage>()?);
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    let mailer = &call.state.mailer;
    let read =
        async |tx: &mut Tx, ctx: &Ctx| messages::preview(tx, ctx, mailer, id.into(), &wish).await;
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Send a message
///
/// To exactly those whom the preview has shown, one delivery for each; the program hands the letters to the mail
/// server by itself from then on, and looks again at the consent of each of them before it does. Needs an
/// `Idempotency-Key`. Each of them has a source code, by which answers are followed. Sent again later, it goes to
/// members who did not get it.
#[utoipa::path(tag = "messages", operation_id = "messages_send", request_body = SendMessage,
    params(("message_id" = String, Path, description = "The id of the message.", format = Uuid)),
    responses((status = 200, description = "The message, which is being sent now.", body = Message),
        (status = 409, description = "What was shown has changed or is too old, the campaign does not run, the message is on its way already, or there is no mail server.", body = ProblemBody),
        (status = 422, description = "No preview of it has given that confirmation, recipients have no source code, or the campaign has too many members.", body = ProblemBody)))]
#[post("/v1/messages/{message_id}/send")]
async fn send(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MESSAGE, Action::Update)?;
    call.require_idempotency_key()?;
    let (id, wish) = (call.id("message_id")?, body.read::<SendMessage>()?);
    let mailer = &call.state.mailer;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(messages::send(tx, ctx, mailer, id.into(), &wish).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Pause the sending of a message
///
/// With the reason. Letters that are being handed over still go; the others wait.
#[utoipa::path(tag = "messages", operation_id = "messages_pause", request_body = PauseMessage,
    params(("message_id" = String, Path, description = "The id of the message.", format = Uuid)),
    responses((status = 200, description = "The message now.", body = Message),
        (status = 409, description = "It is not being sent.", body = ProblemBody)))]
#[post("/v1/messages/{message_id}/pause")]
async fn pause(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("message_id")?, body.read::<PauseMessage>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(messages::pause(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Go on with the sending of a message
///
/// What waits is sent.
#[utoipa::path(tag = "messages", operation_id = "messages_resume",
    params(("message_id" = String, Path, description = "The id of the message.", format = Uuid)),
    responses((status = 200, description = "The message now.", body = Message),
        (status = 409, description = "It is not paused.", body = ProblemBody)))]
#[post("/v1/messages/{message_id}/resume")]
async fn resume(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("message_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(messages::resume(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Read how far the sending of a message has come
///
/// Each member of the campaign whom it was to reach counts once. `uncertain` are those to whom it was handed over
/// without an answer: it may have arrived, so it is not sent again by itself. What its provider tells of it settles
/// it, or people do.
#[utoipa::path(tag = "messages", operation_id = "messages_progress",
    params(("message_id" = String, Path, description = "The id of the message.", format = Uuid)),
    responses((status = 200, description = "How many are how far.", body = MessageProgress)))]
#[get("/v1/messages/{message_id}/progress")]
async fn progress(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("message_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| messages::progress(tx, ctx, id.into()).await;
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Make the file for a mail house
///
/// Of a medium of direct mail, as CSV: one row for each recipient and source code, with the address and all texts
/// filled in. Whom it has is decided as in a preview. It needs the right to export all parties.
#[utoipa::path(tag = "messages", operation_id = "messages_merge_file",
    params(("message_id" = String, Path, description = "The id of the message.", format = Uuid),
        ("medium_id" = String, Query, description = "The medium.", format = Uuid)),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"),
        (status = 409, description = "The medium is no direct mail.", body = ProblemBody),
        (status = 422, description = "There is no such medium, the campaign does not use it, recipients have no source code, or the campaign has too many members.", body = ProblemBody)))]
#[get("/v1/messages/{message_id}/merge-file")]
async fn merge_file(call: OpenCall) -> Result<HttpResponse, ApiError> {
    let OpenCall(call) = call;
    resource::require_on(&call.ctx, &MESSAGE, Action::Read)?;
    let id = call.id("message_id")?;
    call.accepts(&["text/csv"])?;
    let mut medium: Option<Uuid> = None;
    for (name, value) in call.query() {
        match name.as_str() {
            "medium_id" => {
                let wrong = || INVALID_FORMAT.parameter("medium_id").with("expected", "an id");
                medium = Some(value.parse().map_err(|_| bad(wrong()))?);
            }
            _ => return Err(unknown(&name).into()),
        }
    }
    let medium = medium.ok_or_else(|| missing("medium_id"))?;
    let mailer = &call.state.mailer;
    let read = async |tx: &mut Tx, ctx: &Ctx| {
        messages::merge_file(tx, ctx, mailer, id.into(), medium.into()).await
    };
    let file = call.read(read).await?;
    Ok(HttpResponse::Ok().content_type("text/csv; charset=utf-8").body(file))
}

/// Settle an uncertain delivery
///
/// The letter was handed to the mail server and no answer came, so nobody here knows whether it has arrived. `sent`:
/// it counts as sent when it was handed over. `resend`: it waits for its turn once more, and the consent is looked at
/// again before it goes; that can be said once, and again only if it is uncertain again. Needs the right to change
/// deliveries and the message.
#[utoipa::path(tag = "message-deliveries", operation_id = "message_deliveries_settle", request_body = SettleMessageDelivery,
    params(("message_delivery_id" = String, Path, description = "The id of the message delivery.", format = Uuid)),
    responses((status = 200, description = "The delivery now.", body = MessageDelivery),
        (status = 409, description = "It is not uncertain, the campaign does not run, or there is no mail server.", body = ProblemBody)))]
#[post("/v1/message-deliveries/{message_delivery_id}/settle")]
async fn settle_delivery(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MESSAGE_DELIVERY, Action::Update)?;
    resource::require_on(&call.ctx, &MESSAGE, Action::Update)?;
    let (id, wish) = (call.id("message_delivery_id")?, body.read::<SettleMessageDelivery>()?);
    let mailer = &call.state.mailer;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let settled = message_deliveries::settle_by_hand(tx, ctx, mailer, id.into(), &wish).await;
        settled.map(|shown| Done::record(&shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Looking at a link must not follow it: mail programs do so before anybody has clicked.
const PAGE: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>Unsubscribe · 退订</title></head>\
    <body><form method=\"post\"><p>You will get no more of these e-mails. · 您将不再收到此类邮件。</p>\
    <button>Unsubscribe · 退订</button></form></body></html>";

const DONE: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>Unsubscribed · 已退订</title></head>\
    <body><p>You are unsubscribed. · 您已退订。</p></body></html>";

fn page(text: &'static str) -> HttpResponse {
    let policy = "default-src 'none'; form-action 'self'";
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .content_type("text/html; charset=utf-8")
        .body(text)
}

/// Ask before unsubscribing
///
/// The page behind the link in a letter, with a button that sends it. Anybody who has the link may.
#[utoipa::path(tag = "messages", operation_id = "unsubscribe_page",
    params(("token" = String, Path, description = "The token of the letter.")),
    responses((status = 200, description = "A page for people.", body = String, content_type = "text/html")))]
#[get("/v1/unsubscribe/{token}")]
async fn unsubscribe_page(call: Anonymous, token: Path<String>) -> Result<HttpResponse, ApiError> {
    let (state, request) = (&call.state, envelope::request_id_of(&call.request));
    messages::is_unsubscribable(&state.db, &token, state.clock.now(), request).await?;
    Ok(page(PAGE))
}

/// Unsubscribe
///
/// Withdraws the consent of whoever got the letter, for what it was sent for. Mail programs do it with one click
/// (RFC 8058), and again is no harm. Anybody who has the link may.
#[utoipa::path(tag = "messages", operation_id = "unsubscribe_post",
    params(("token" = String, Path, description = "The token of the letter.")),
    responses((status = 200, description = "A page for people.", body = String, content_type = "text/html")))]
#[post("/v1/unsubscribe/{token}")]
async fn unsubscribe(call: Anonymous, token: Path<String>) -> Result<HttpResponse, ApiError> {
    let (state, request) = (&call.state, envelope::request_id_of(&call.request));
    messages::unsubscribe(&state.db, &token, state.clock.now(), request).await?;
    Ok(page(DONE))
}
