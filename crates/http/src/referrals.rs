//! The moves of referrals.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_customers::referrals::{
    self, DescribedFriend, FriendCheck, LoseReferral, Referral, ReferralProgramme, ReverseReward,
};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};

pub(crate) fn routes(config: &mut Routes) {
    config.service(consent).service(contact).service(win);
    config.service(lose).service(pay).service(reverse).service(check);
}

/// The referral after a move.
fn done(moved: Result<Shown<Referral>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Note that whom was recommended agrees to be contacted
///
/// Before that nobody contacts it.
#[utoipa::path(tag = "referrals", operation_id = "referrals_consent",
    params(("referral_id" = String, Path, description = "The id of the referral.", format = Uuid)),
    responses((status = 200, description = "The referral now.", body = Referral),
        (status = 409, description = "It is in a state that does not allow it.", body = ProblemBody)))]
#[post("/v1/referrals/{referral_id}/consent")]
async fn consent(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("referral_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(referrals::consent(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Note that whom was recommended was contacted
///
/// Only after it has agreed.
#[utoipa::path(tag = "referrals", operation_id = "referrals_contact",
    params(("referral_id" = String, Path, description = "The id of the referral.", format = Uuid)),
    responses((status = 200, description = "The referral now.", body = Referral),
        (status = 409, description = "It has not agreed to be contacted, or was contacted before.", body = ProblemBody)))]
#[post("/v1/referrals/{referral_id}/contact")]
async fn contact(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("referral_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(referrals::contact(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Note that whom was recommended has bought
///
/// The reward for that is due, once: what the referral says, else what its programme says.
#[utoipa::path(tag = "referrals", operation_id = "referrals_win",
    params(("referral_id" = String, Path, description = "The id of the referral.", format = Uuid)),
    responses((status = 200, description = "The referral now.", body = Referral),
        (status = 409, description = "It is in a state that does not allow it.", body = ProblemBody)))]
#[post("/v1/referrals/{referral_id}/win")]
async fn win(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("referral_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(referrals::win(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Note that whom was recommended does not buy
///
/// With the reason.
#[utoipa::path(tag = "referrals", operation_id = "referrals_lose", request_body = LoseReferral,
    params(("referral_id" = String, Path, description = "The id of the referral.", format = Uuid)),
    responses((status = 200, description = "The referral now.", body = Referral),
        (status = 409, description = "It is in a state that does not allow it.", body = ProblemBody)))]
#[post("/v1/referrals/{referral_id}/lose")]
async fn lose(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("referral_id")?, body.read::<LoseReferral>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(referrals::lose(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Note that the referrer has the reward
///
/// All that is due; only while something is.
#[utoipa::path(tag = "referrals", operation_id = "referrals_pay",
    params(("referral_id" = String, Path, description = "The id of the referral.", format = Uuid)),
    responses((status = 200, description = "The referral now.", body = Referral),
        (status = 409, description = "It is in a state that does not allow it.", body = ProblemBody)))]
#[post("/v1/referrals/{referral_id}/pay")]
async fn pay(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("referral_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(referrals::pay(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Take the reward of a referral back
///
/// The deal was cancelled: what was earned by the purchase is not owed any more, also if it was paid. When a contract is
/// cancelled that is done by itself, unless the customer has bought something else. Of a referral that has earned nothing
/// by a purchase, all is taken back.
#[utoipa::path(tag = "referrals", operation_id = "referrals_reverse", request_body = ReverseReward,
    params(("referral_id" = String, Path, description = "The id of the referral.", format = Uuid)),
    responses((status = 200, description = "The referral now.", body = Referral),
        (status = 409, description = "It is in a state that does not allow it.", body = ProblemBody)))]
#[post("/v1/referrals/{referral_id}/reverse")]
async fn reverse(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("referral_id")?, body.read::<ReverseReward>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(referrals::reverse(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Check a friend against a referral programme
///
/// Whether somebody whom a customer describes is one whom the programme looks for, and which criteria they do not
/// fulfil. Nothing is kept.
#[utoipa::path(tag = "referral-programmes", operation_id = "referral_programmes_check", request_body = DescribedFriend,
    params(("referral_programme_id" = String, Path, description = "The id of the programme.", format = Uuid)),
    responses((status = 200, description = "Whether they fit.", body = FriendCheck),
        (status = 422, description = "The description is not understood, or there is no rate for the budget.", body = ProblemBody)))]
#[post("/v1/referral-programmes/{referral_programme_id}/check")]
async fn check(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<ReferralProgramme>(&call.ctx, Action::Read)?;
    let (id, friend) = (call.id("referral_programme_id")?, body.read::<DescribedFriend>()?);
    let read =
        async |tx: &mut Tx, ctx: &Ctx| referrals::check_friend(tx, ctx, id.into(), &friend).await;
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}
