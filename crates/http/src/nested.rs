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
};
use actix_web::{HttpResponse, web};
use guanxi_kernel::{Action, Ctx, Result, problem::UNKNOWN_VALUE};
use guanxi_sales::{opportunities::Opportunity, quotes::Quote};
use guanxi_storage::{Draft, Kind, Resource, Tx, resource};
use serde_json::Value as Json;
use std::sync::LazyLock;
use uuid::Uuid;

/// A resource below another.
pub struct Nested {
    route: fn(&mut web::ServiceConfig),
    /// Documents both endpoints.
    pub describe: fn(&mut document::Builder),
}

fn nest<Outer: Resource, Inner: Resource>() -> Nested {
    Nested {
        route: |config| {
            let path = path(Outer::kind(), Inner::kind());
            config.route(&path, web::get().to(list::<Outer, Inner>));
            config.route(&path, web::post().to(create::<Outer, Inner>));
        },
        describe: |document| document.nested(Outer::kind(), Inner::kind()),
    }
}

/// All of them.
pub static NESTED: LazyLock<Vec<Nested>> = LazyLock::new(|| vec![nest::<Opportunity, Quote>()]);

/// Registers the endpoints.
pub fn routes(config: &mut web::ServiceConfig) {
    for nested in NESTED.iter() {
        (nested.route)(config);
    }
}

/// The path of both.
pub fn path(outer: &Kind, inner: &Kind) -> String {
    let id = id_name(outer).unwrap_or_default();
    format!("/v1/{}/{{{id}}}/{}", outer.plural, inner.plural)
}

fn outer_of(kind: &Kind, call: &Call) -> Result<(String, Uuid)> {
    let name = id_name(kind).unwrap_or_default();
    let id = call.id(&name)?;
    Ok((name, id))
}

async fn list<Outer: Resource, Inner: Resource>(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require::<Inner>(&call.ctx, Action::Read)?;
    let (name, id) = outer_of(Outer::kind(), &call)?;
    call.read(async |tx, ctx| resource::load::<Outer>(tx, ctx, id).await.map(drop)).await?;
    list_of::<Inner>(&call, Some((&name, id))).await
}

async fn create<Outer: Resource, Inner: Resource>(
    call: Call,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    resource::require::<Inner>(&call.ctx, Action::Create)?;
    let (name, id) = outer_of(Outer::kind(), &call)?;
    let mut whole = body.0.clone();
    if let Json::Object(members) = &mut whole {
        let named = members.insert(name.clone(), id.to_string().into()).unwrap_or_default();
        if !named.is_null() && named != members[&name] {
            let finding = UNKNOWN_VALUE.field(format!("/{name}"));
            let expected = finding.with("expected", "the id in the path");
            return Err(UNKNOWN_VALUE.problem().and(expected).into());
        }
    }
    let draft: Draft<Inner> = Draft::read(&call.ctx, whole)?;
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        resource::load::<Outer>(tx, ctx, id).await?;
        let shown = resource::create_draft::<Inner>(tx, ctx, draft.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), made).await?)
}
