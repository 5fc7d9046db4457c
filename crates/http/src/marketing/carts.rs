//! Carts that web shops tell of.

use crate::{
    body::Body, call::Call, parameters::unknown, problem::ApiError, respond::Done, routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_kernel::{Action, Ctx};
use guanxi_marketing::carts::{self, CART, CartsTold, TellCarts};
use guanxi_storage::{Tx, resource};

pub(super) fn routes(config: &mut Routes) {
    config.service(tell);
}

/// Tell of carts
///
/// A shop tells each cart whole, as often as it likes: what is known already changes nothing, what is older is passed
/// over, and a cart that was bought stays as it is. A cart that rests for the minutes of `abandoned_carts` in the
/// preferences of the tenant (60 when nothing is said) is abandoned; it is recovered when it is bought later. Each that
/// cannot be taken says why not.
#[utoipa::path(tag = "carts", operation_id = "carts_tell", request_body = TellCarts,
    responses((status = 200, description = "What has become of each cart.", body = CartsTold)))]
#[post("/v1/carts/tell")]
async fn tell(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CART, Action::Create)?;
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    let wish = body.read::<TellCarts>()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        carts::tell(tx, ctx, &wish).await.map(|told| Done::ok(&told))
    };
    Ok(call.write(Some(&body), work).await?)
}
