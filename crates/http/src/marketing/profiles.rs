//! What members of segments have in common, who is like them, and who fits a product.

use crate::{
    body::Body,
    call::Call,
    parameters::{unknown, whole},
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_marketing::{
    best_fit::{self, BestFitCustomers},
    mining_profiles::{
        self, FindLookalikes, Lookalikes, MINING_PROFILE, MiningProfile, MiningProfileId,
        MiningProfileInput,
    },
};
use guanxi_sales::products::PRODUCT;
use guanxi_storage::{Tx, resource};

pub(crate) fn routes(config: &mut Routes) {
    config.service(create).service(lookalikes).service(best_fit_customers);
}

/// Work out a profile
///
/// What the members of a segment have in common: for each value of each feature how frequent it is among the members
/// and in the base, which is everybody of the population whom you may see, and the lift, inside ÷ base. It is kept as it
/// was found; a new one of the same data has the same digest. At most 100,000 parties are looked at.
#[utoipa::path(tag = "mining-profiles", operation_id = "mining_profiles_create", request_body = MiningProfileInput,
    responses((status = 201, description = "The profile.", body = MiningProfile),
        (status = 422, description = "A feature is not known, or nobody is a member.", body = ProblemBody)))]
#[post("/v1/mining/profiles")]
async fn create(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MINING_PROFILE, Action::Create)?;
    resource::require_on(&call.ctx, &PARTY, Action::Read)?;
    let input: MiningProfileInput = body.read()?;
    // Everybody is read before anything is written, so that no other write waits for it.
    let learn = async |tx: &mut Tx, ctx: &Ctx| mining_profiles::learn(tx, ctx, input).await;
    let profile = call.read(learn).await?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = mining_profiles::keep(tx, ctx, profile.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Find look-alikes
///
/// Scores those of a population, prospects when none is named, by the lifts of a profile, and answers with the highest
/// scores and what gave them. Those who are members of its segment now are left out. Nothing is kept.
#[utoipa::path(tag = "mining-profiles", operation_id = "mining_profiles_lookalikes", request_body = FindLookalikes,
    params(("mining_profile_id" = String, Path, description = "The id of the profile.", format = Uuid)),
    responses((status = 200, description = "Who is like them.", body = Lookalikes),
        (status = 422, description = "A feature of the profile is not there any more.", body = ProblemBody)))]
#[post("/v1/mining/profiles/{mining_profile_id}/lookalikes")]
async fn lookalikes(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MINING_PROFILE, Action::Read)?;
    resource::require_on(&call.ctx, &PARTY, Action::Read)?;
    let id: MiningProfileId = call.id("mining_profile_id")?.into();
    let wish: FindLookalikes = body.read()?;
    let find = async |tx: &mut Tx, ctx: &Ctx| mining_profiles::lookalikes(tx, ctx, id, &wish).await;
    Ok(HttpResponse::Ok().json(call.read(find).await?))
}

/// Customers at most, and how many there are when nothing is said.
const LIMITS: (u32, u32) = (200, 50);

/// List the customers whom a product fits best
///
/// Customers that have not bought it, by orders with its code, signed contracts or opportunities that were won, the
/// highest score first, each with the rule that gave the score. By the newest decision tree whose dataset has the product
/// as its label and that has scored; otherwise by what the customers who have bought it are, held against all customers.
/// Which of the two it was is said.
#[utoipa::path(tag = "products", operation_id = "products_best_fit_customers",
    params(("product_id" = String, Path, description = "The id of the product.", format = Uuid),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "How many at most, 50 when absent.")),
    responses((status = 200, description = "The customers.", body = BestFitCustomers),
        (status = 422, description = "There are too many customers to look at.", body = ProblemBody)))]
#[get("/v1/products/{product_id}/best-fit-customers")]
async fn best_fit_customers(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &PRODUCT, Action::Read)?;
    resource::require_on(&call.ctx, &PARTY, Action::Read)?;
    let id = call.id("product_id")?;
    let mut limit = LIMITS.1;
    for (name, value) in call.query() {
        match name.as_str() {
            "limit" => limit = whole("limit", &value, 1..=LIMITS.0)?,
            _ => return Err(unknown(&name).into()),
        }
    }
    let find = async |tx: &mut Tx, ctx: &Ctx| best_fit::customers(tx, ctx, id, limit).await;
    Ok(HttpResponse::Ok().json(call.read(find).await?))
}
