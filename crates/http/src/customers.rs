//! What the customer base has beyond the shared endpoints.

use crate::{
    body::Body,
    call::Call,
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    resources::bad,
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, delete, get, post};
use guanxi_customers::{
    activities::{self, Activity, AddExpense, CancelActivity, CompleteActivity},
    contact_relations::{self, RelationView},
    parties::{self, OrgChart, Party, PartyRole},
    service_policies::{ContactCoverage, coverage},
};
use guanxi_kernel::{
    Ctx, Result, Word as _,
    problem::{NOT_FOUND, OUT_OF_RANGE},
};
use guanxi_storage::Tx;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(contact_coverage).service(org_chart).service(give_role).service(withdraw_role);
    config.service(relations).service(convert_to_base);
    config.service(complete).service(cancel).service(reopen).service(add_expense);
}

/// Read a party's own organisation
///
/// Its departments as a tree, the contacts in each, and the contacts in none.
#[utoipa::path(tag = "parties", operation_id = "parties_org_chart",
    params(("party_id" = String, Path, description = "The id of the party.", format = Uuid)),
    responses((status = 200, description = "The tree.", body = OrgChart)))]
#[get("/v1/parties/{party_id}/org-chart")]
async fn org_chart(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("party_id")?;
    let chart = call.read(async |tx, ctx| parties::org_chart(tx, ctx, id.into()).await).await?;
    Ok(HttpResponse::Ok().json(chart))
}

/// Read from how many posts a party is in touch with you
///
/// The roles of those who own activities about the party that were done within the last days: those
/// that you name, else the period of the service policy of its tier, else 91. `below_minimum` says
/// whether they are fewer than that policy wants.
#[utoipa::path(tag = "parties", operation_id = "parties_contact_coverage",
    params(("party_id" = String, Path, description = "The id of the party.", format = Uuid),
        ("days" = Option<i64>, Query, minimum = 1, maximum = 3650, description = "Over how many days, up to now.")),
    responses((status = 200, description = "The roles.", body = ContactCoverage)))]
#[get("/v1/parties/{party_id}/contact-coverage")]
async fn contact_coverage(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("party_id")?;
    let mut days = None;
    for (name, value) in call.query() {
        match name.as_str() {
            "days" => days = Some(some_days(&value)?),
            _ => return Err(unknown(&name).into()),
        }
    }
    let found = async |tx: &mut Tx, ctx: &Ctx| coverage(tx, ctx, id.into(), days).await;
    Ok(HttpResponse::Ok().json(call.read(found).await?))
}

fn some_days(value: &str) -> Result<i64> {
    let plain = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    let days = if plain { value.parse().ok() } else { None };
    days.filter(|days| (1..=3650).contains(days))
        .ok_or_else(|| bad(OUT_OF_RANGE.parameter("days").with("expected", "1 to 3650")))
}

/// Give a party a role
///
/// It keeps its id and its past; giving a role that it has changes nothing.
#[utoipa::path(tag = "parties", operation_id = "parties_give_role",
    params(("party_id" = String, Path, description = "The id of the party.", format = Uuid),
        ("role" = PartyRole, Path, description = "The role.")),
    responses((status = 200, description = "The party now.", body = Party)))]
#[post("/v1/parties/{party_id}/roles/{role}")]
async fn give_role(call: Call) -> Result<HttpResponse, ApiError> {
    let (id, role) = (call.id("party_id")?, role(&call)?);
    let given = async |tx: &mut Tx, ctx: &Ctx| {
        parties::give_role(tx, ctx, id.into(), role).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, given).await?)
}

/// Withdraw a role from a party
///
/// Withdrawing a role that it does not have changes nothing.
#[utoipa::path(tag = "parties", operation_id = "parties_withdraw_role",
    params(("party_id" = String, Path, description = "The id of the party.", format = Uuid),
        ("role" = PartyRole, Path, description = "The role.")),
    responses((status = 200, description = "The party now.", body = Party)))]
#[delete("/v1/parties/{party_id}/roles/{role}")]
async fn withdraw_role(call: Call) -> Result<HttpResponse, ApiError> {
    let (id, role) = (call.id("party_id")?, role(&call)?);
    let withdrawn = async |tx: &mut Tx, ctx: &Ctx| {
        parties::withdraw_role(tx, ctx, id.into(), role).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, withdrawn).await?)
}

/// Make a private contact one of the customer base
///
/// It belongs to the company from now on, and is in the base from `consultant` with its owner as the employee. The owner
/// goes on looking after it, and neither deletes it nor has it in an export.
#[utoipa::path(tag = "parties", operation_id = "parties_convert_to_base",
    params(("party_id" = String, Path, description = "The id of the party.", format = Uuid)),
    responses((status = 200, description = "The party now.", body = Party),
        (status = 409, description = "It is no private contact.", body = ProblemBody)))]
#[post("/v1/parties/{party_id}/convert-to-base")]
async fn convert_to_base(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("party_id")?;
    let converted = async |tx: &mut Tx, ctx: &Ctx| {
        parties::convert_to_base(tx, ctx, id.into()).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, converted).await?)
}

fn role(call: &Call) -> Result<PartyRole> {
    let role = call.request.match_info().get("role").and_then(PartyRole::from_word);
    role.ok_or_else(|| NOT_FOUND.problem())
}

/// The relations of a contact.
#[derive(Debug, Serialize, ToSchema)]
struct RelationList {
    /// Each as seen from the contact.
    data: Vec<RelationView>,
}

/// List a contact's relations
///
/// Each as seen from the contact: what is stored once from A to B is shown at both, with the
/// inverse kind at B.
#[utoipa::path(tag = "contacts", operation_id = "contacts_relations",
    params(("contact_id" = String, Path, description = "The id of the contact.", format = Uuid)),
    responses((status = 200, description = "The relations.", body = RelationList)))]
#[get("/v1/contacts/{contact_id}/relations")]
async fn relations(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("contact_id")?;
    let data = call
        .read(async |tx, ctx| contact_relations::relations_of(tx, ctx, id.into()).await)
        .await?;
    Ok(HttpResponse::Ok().json(RelationList { data }))
}

/// Complete an activity
///
/// Needs its result; may name the next step.
#[utoipa::path(tag = "activities", operation_id = "activities_complete", request_body = CompleteActivity,
    params(("activity_id" = String, Path, description = "The id of the activity.", format = Uuid)),
    responses((status = 200, description = "The activity now.", body = Activity)))]
#[post("/v1/activities/{activity_id}/complete")]
async fn complete(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("activity_id")?, body.read::<CompleteActivity>()?);
    let completed = async |tx: &mut Tx, ctx: &Ctx| {
        activities::complete(tx, ctx, id.into(), wish.clone())
            .await
            .map(|shown| Done::record(&shown))
    };
    Ok(call.write(Some(&body), completed).await?)
}

/// Cancel an activity
///
/// It stays in the timeline, with the reason.
#[utoipa::path(tag = "activities", operation_id = "activities_cancel", request_body = CancelActivity,
    params(("activity_id" = String, Path, description = "The id of the activity.", format = Uuid)),
    responses((status = 200, description = "The activity now.", body = Activity)))]
#[post("/v1/activities/{activity_id}/cancel")]
async fn cancel(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("activity_id")?, body.read::<CancelActivity>()?);
    let cancelled = async |tx: &mut Tx, ctx: &Ctx| {
        activities::cancel(tx, ctx, id.into(), wish.clone()).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(Some(&body), cancelled).await?)
}

/// Reopen a closed activity
///
/// It is planned again.
#[utoipa::path(tag = "activities", operation_id = "activities_reopen",
    params(("activity_id" = String, Path, description = "The id of the activity.", format = Uuid)),
    responses((status = 200, description = "The activity now.", body = Activity)))]
#[post("/v1/activities/{activity_id}/reopen")]
async fn reopen(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("activity_id")?;
    let reopened = async |tx: &mut Tx, ctx: &Ctx| {
        activities::reopen(tx, ctx, id.into()).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, reopened).await?)
}

/// Add an expense to an activity
///
/// Money that was spent on it, also after it was closed. An activity that is about an opportunity
/// counts in its cost.
#[utoipa::path(tag = "activities", operation_id = "activities_add_expense", request_body = AddExpense,
    params(("activity_id" = String, Path, description = "The id of the activity.", format = Uuid)),
    responses((status = 200, description = "The activity now.", body = Activity)))]
#[post("/v1/activities/{activity_id}/expenses")]
async fn add_expense(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("activity_id")?, body.read::<AddExpense>()?);
    let added = async |tx: &mut Tx, ctx: &Ctx| {
        activities::add_expense(tx, ctx, id.into(), wish.clone())
            .await
            .map(|shown| Done::record(&shown))
    };
    Ok(call.write(Some(&body), added).await?)
}
