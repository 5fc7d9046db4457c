//! Records of one resource below a record of another: listed and made under its path.
//!
//! A pair is one line in [`NESTED`]; both endpoints are those of the inner resource, narrowed to the
//! outer record. The member that names it is called as the id in the path.

use crate::{
    body::Body,
    call::Call,
    document,
    problem::ApiError,
    resources::{id_name, list_of},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, http::Method, web};
use guanxi_contracts::{
    contract_amendments::CONTRACT_AMENDMENT, contract_documents::CONTRACT_DOCUMENT,
    contracts::CONTRACT, execution_links::EXECUTION_LINK, receipts::RECEIPT,
    resource_bookings::RESOURCE_BOOKING,
};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{Action, Ctx, Result, problem::UNKNOWN_VALUE};
use guanxi_marketing::{
    campaign_expenses::CAMPAIGN_EXPENSE, campaign_members::CAMPAIGN_MEMBER,
    campaign_results::CAMPAIGN_RESULT, campaign_risks::CAMPAIGN_RISK, campaigns::CAMPAIGN,
    health_checks::HEALTH_CHECK, marketing_plans::MARKETING_PLAN, messages::MESSAGE,
    offer_redemptions::OFFER_REDEMPTION, offers::OFFER, programme_milestones::PROGRAMME_MILESTONE,
    programmes::PROGRAMME, research_answers::RESEARCH_ANSWER,
    research_interviews::RESEARCH_INTERVIEW, research_studies::RESEARCH_STUDY, responses::RESPONSE,
    source_codes::SOURCE_CODE, walk_ins::WALK_IN,
};
use guanxi_sales::{opportunities::OPPORTUNITY, quotes::QUOTE};
use guanxi_storage::{Kind, Tx, resource};
use guanxi_workflow::{
    rollout_steps::ROLLOUT_STEP, rollouts::ROLLOUT, training_records::TRAINING_RECORD,
};
use serde_json::Value as Json;
use uuid::Uuid;

/// A resource below another.
#[derive(Debug, Clone, Copy)]
pub struct Nested {
    outer: &'static Kind,
    inner: &'static Kind,
    /// Whether records are made under that path by the shared endpoint too.
    makes: bool,
}

const fn both(outer: &'static Kind, inner: &'static Kind) -> Nested {
    Nested { outer, inner, makes: true }
}

/// All of them.
pub static NESTED: &[Nested] = &[
    both(&ROLLOUT, &ROLLOUT_STEP),
    both(&ROLLOUT, &TRAINING_RECORD),
    both(&MARKETING_PLAN, &CAMPAIGN),
    both(&PROGRAMME, &PROGRAMME_MILESTONE),
    both(&RESEARCH_STUDY, &RESEARCH_INTERVIEW),
    both(&RESEARCH_INTERVIEW, &RESEARCH_ANSWER),
    both(&CAMPAIGN, &CAMPAIGN_MEMBER),
    both(&CAMPAIGN, &CAMPAIGN_EXPENSE),
    both(&CAMPAIGN, &CAMPAIGN_RESULT),
    both(&CAMPAIGN, &CAMPAIGN_RISK),
    both(&CAMPAIGN, &RESPONSE),
    both(&CAMPAIGN, &MESSAGE),
    both(&CAMPAIGN, &SOURCE_CODE),
    both(&CAMPAIGN, &WALK_IN),
    both(&CAMPAIGN, &HEALTH_CHECK),
    both(&OFFER, &OFFER_REDEMPTION),
    both(&OPPORTUNITY, &QUOTE),
    both(&OPPORTUNITY, &CONTRACT),
    both(&PARTY, &CONTRACT),
    both(&CONTRACT, &RECEIPT),
    both(&CONTRACT, &CONTRACT_AMENDMENT),
    both(&CONTRACT, &CONTRACT_DOCUMENT),
    both(&CONTRACT, &RESOURCE_BOOKING),
    // Other systems tell of theirs in a way of its own.
    Nested { outer: &CONTRACT, inner: &EXECUTION_LINK, makes: false },
];

impl Nested {
    /// Documents its endpoints.
    pub fn describe(self, document: &mut document::Builder) {
        document.nested(self.outer, self.inner, self.makes);
    }
}

/// Registers the endpoints.
pub(crate) fn routes(config: &mut Routes) {
    for nested in NESTED.iter().copied() {
        let path = path(nested.outer, nested.inner);
        config.route(&Method::GET, &path, web::route().to(move |call| list(nested, call)));
        if !nested.makes {
            continue;
        }
        let create = web::route().to(move |call, body| create(nested, call, body));
        config.route(&Method::POST, &path, create);
    }
}

/// The path of both.
pub fn path(outer: &Kind, inner: &Kind) -> String {
    let id = id_name(outer).unwrap_or_default();
    format!("/v1/{}/{{{id}}}/{}", outer.path, inner.plural)
}

fn outer_of(kind: &Kind, call: &Call) -> Result<(String, Uuid)> {
    let name = id_name(kind).unwrap_or_default();
    let id = call.id(&name)?;
    Ok((name, id))
}

async fn list(nested: Nested, call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, nested.inner, Action::Read)?;
    let (name, id) = outer_of(nested.outer, &call)?;
    call.read(async |tx, ctx| require(tx, ctx, nested.outer, id).await).await?;
    list_of(nested.inner, &call, Some((&name, id))).await
}

/// Refuses what the caller does not see.
async fn require(tx: &mut Tx, ctx: &Ctx, kind: &'static Kind, id: Uuid) -> Result<()> {
    (kind.operations.version)(tx, ctx, id).await.map(drop)
}

async fn create(nested: Nested, call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let operations = &nested.inner.operations;
    resource::require_on(&call.ctx, nested.inner, Action::Create)?;
    let (name, id) = outer_of(nested.outer, &call)?;
    let mut whole = body.0.clone();
    if let Json::Object(members) = &mut whole {
        let named = members.insert(name.clone(), id.to_string().into()).unwrap_or_default();
        if !named.is_null() && named != members[&name] {
            let refused = UNKNOWN_VALUE.at(format!("/{name}"));
            return Err(refused.with("expected", "the id in the path").into());
        }
    }
    let read = (operations.read)(&call.ctx, whole)?;
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        require(tx, ctx, nested.outer, id).await?;
        let sheet = (operations.create)(tx, ctx, &read, None).await?;
        Ok(Done::made(nested.inner, sheet))
    };
    Ok(call.write(Some(&body), made).await?)
}
