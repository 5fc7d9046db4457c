//! The moves of assets, and the readings of their meters.

use crate::{
    body::Body,
    call::Call,
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_customers::assets::{
    self, Asset, MeterReading, ReadMeter, RecordService, TransferAsset,
};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Tx, resource::Shown};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(read).service(record_service).service(transfer).service(readings);
}

/// The asset after a move.
fn done(moved: Result<Shown<Asset>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Tell what the meter of an asset shows
///
/// Readings are a log. One that is lower than an earlier one, or higher than a later one, is refused unless it
/// is a correction: that takes back the readings that contradict it. How far the asset runs in a day, and when
/// its next service is, follow from those that count.
#[utoipa::path(tag = "assets", operation_id = "assets_read", request_body = ReadMeter,
    params(("asset_id" = String, Path, description = "The id of the asset.", format = Uuid)),
    responses((status = 200, description = "The asset now.", body = Asset),
        (status = 422, description = "It contradicts another reading.", body = ProblemBody)))]
#[post("/v1/assets/{asset_id}/read")]
async fn read(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("asset_id")?, body.read::<ReadMeter>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(assets::read_meter(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Note that an asset was serviced
///
/// The next service is counted from that, and reminders of this one are over.
#[utoipa::path(tag = "assets", operation_id = "assets_service", request_body = RecordService,
    params(("asset_id" = String, Path, description = "The id of the asset.", format = Uuid)),
    responses((status = 200, description = "The asset now.", body = Asset),
        (status = 422, description = "The day is to come, or the reading contradicts another one.", body = ProblemBody)))]
#[post("/v1/assets/{asset_id}/service")]
async fn record_service(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("asset_id")?, body.read::<RecordService>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(assets::record_service(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Give an asset to another party
///
/// Its readings and its history stay with it; reminders of the former owner are over.
#[utoipa::path(tag = "assets", operation_id = "assets_transfer", request_body = TransferAsset,
    params(("asset_id" = String, Path, description = "The id of the asset.", format = Uuid)),
    responses((status = 200, description = "The asset now.", body = Asset),
        (status = 422, description = "The caller does not see that party, or it owns the asset.", body = ProblemBody)))]
#[post("/v1/assets/{asset_id}/transfer")]
async fn transfer(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("asset_id")?, body.read::<TransferAsset>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(assets::transfer(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// The readings of a meter.
#[derive(Debug, Serialize, ToSchema)]
struct MeterReadings {
    /// The readings, in the order in which they were told.
    data: Vec<MeterReading>,
}

/// List the readings of an asset
///
/// All of them, 5,000 at most, in the order in which they were told; also those that a correction has taken back.
#[utoipa::path(tag = "assets", operation_id = "assets_list_readings",
    params(("asset_id" = String, Path, description = "The id of the asset.", format = Uuid)),
    responses((status = 200, description = "The readings.", body = MeterReadings)))]
#[get("/v1/assets/{asset_id}/readings")]
async fn readings(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("asset_id")?;
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    let data = call.read(async |tx, ctx| assets::readings_of(tx, ctx, id).await).await?;
    Ok(HttpResponse::Ok().json(MeterReadings { data }))
}
