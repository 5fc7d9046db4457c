//! `/v1/access/explain`: who may do what, and why.

use crate::{
    call::Call,
    parameters::{missing, unknown},
    problem::ApiError,
    resources::{KINDS, bad, id},
    routing::Routes,
};
use actix_web::{HttpResponse, get};
use guanxi_identity::rights::{self, Explanation, Wish};
use guanxi_kernel::{Action, Result, Word as _, actor::PART, problem::UNKNOWN_VALUE};
use guanxi_storage::Kind;

pub(crate) fn routes(config: &mut Routes) {
    config.service(explain);
}

/// Explain a right
///
/// Whether a user may do something to a resource or to one record, with every right that was looked
/// at, what it reaches, and the one that decides. About yourself it counts what the key takes away
/// that you ask with. About others it needs the right to read `users` with scope `all`, and tells
/// only of records that you may read yourself. It speaks of rights alone: the state of a record can
/// still stand in the way.
#[utoipa::path(tag = "access", operation_id = "access_explain",
    params(
        ("user_id" = Option<uuid::Uuid>, Query, description = "Whose right; yours when absent."),
        ("resource" = String, Query, description = "The plural name, e.g. `parties`; of one of your own objects alone `custom-records:vehicle`."),
        ("action" = String, Query, description = "`read`, `create`, `update`, `delete` or `export`."),
        ("record_id" = Option<uuid::Uuid>, Query, description = "One record; not with `create`.")),
    responses((status = 200, description = "The answer.", body = Explanation)))]
#[get("/v1/access/explain")]
async fn explain(call: Call) -> Result<HttpResponse, ApiError> {
    let wish = wish(&call)?;
    let explained = call.read(async |tx, ctx| rights::explain(tx, ctx, wish.clone()).await).await?;
    Ok(HttpResponse::Ok().json(explained))
}

fn wish(call: &Call) -> Result<Wish> {
    let (mut user, mut kind, mut action, mut record) = (call.ctx.actor.user, None, None, None);
    let mut part = None;
    for (name, value) in call.query() {
        let expected =
            |expected: String| bad(UNKNOWN_VALUE.parameter(&name).with("expected", expected));
        match name.as_str() {
            "user_id" => user = id(&name, &value)?.into(),
            "record_id" => record = Some(id(&name, &value)?),
            "resource" => {
                let known = || KINDS.iter().map(|kind| kind.plural).collect::<Vec<_>>().join(", ");
                let (whole, of) = match value.split_once(PART) {
                    Some((whole, of)) => (whole, Some(of.to_owned())),
                    None => (value.as_str(), None),
                };
                let found = KINDS.iter().copied().find(|kind| kind.plural == whole);
                let fits = |kind: &&'static Kind| of.is_none() || kind.parts.is_some();
                kind = Some(found.filter(fits).ok_or_else(|| expected(known()))?);
                part = of;
            }
            "action" => {
                let found = Action::from_word(&value).filter(|action| *action != Action::Any);
                let known = || "read, create, update, delete, export".to_owned();
                action = Some(found.ok_or_else(|| expected(known()))?);
            }
            _ => return Err(unknown(&name)),
        }
    }
    let kind = kind.ok_or_else(|| missing("resource"))?;
    let action = action.ok_or_else(|| missing("action"))?;
    if record.is_some() && action == Action::Create {
        let expected = "no record_id with create";
        return Err(bad(UNKNOWN_VALUE.parameter("record_id").with("expected", expected)));
    }
    Ok(Wish { user, kind, part, action, record })
}
