//! Notifications, beyond the shared endpoints.

use crate::{call::Call, problem::ApiError, respond::Done, routing::Routes};
use actix_web::{HttpResponse, post};
use guanxi_kernel::Ctx;
use guanxi_storage::Tx;
use guanxi_workflow::notifications::{self, Notification, NotificationId, ReadAll};

pub(crate) fn routes(config: &mut Routes) {
    config.service(read_all).service(read_one);
}

/// Read all notifications
///
/// Marks what you have not read as read, up to 200 at once; `has_more` says whether to ask again.
#[utoipa::path(tag = "notifications", operation_id = "notifications_read_all",
    responses((status = 200, description = "How many there were.", body = ReadAll)))]
#[post("/v1/notifications/read-all")]
async fn read_all(call: Call) -> Result<HttpResponse, ApiError> {
    let read = async |tx: &mut Tx, ctx: &Ctx| {
        notifications::read_all(tx, ctx).await.map(|read| Done::ok(&read))
    };
    Ok(call.write(None, read).await?)
}

/// Read a notification
///
/// Marks it as read; again changes nothing.
#[utoipa::path(tag = "notifications", operation_id = "notifications_read",
    params(("notification_id" = String, Path, description = "The id of the notification.", format = Uuid)),
    responses((status = 200, description = "The notification now.", body = Notification)))]
#[post("/v1/notifications/{notification_id}/read")]
async fn read_one(call: Call) -> Result<HttpResponse, ApiError> {
    let id = NotificationId::from(call.id("notification_id")?);
    let read = async |tx: &mut Tx, ctx: &Ctx| {
        notifications::read(tx, ctx, id).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, read).await?)
}
