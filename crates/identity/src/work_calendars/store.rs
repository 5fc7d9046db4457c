//! Work calendars in the store, beyond what every resource has.

use super::{WorkCalendarId, WorkCalendarInput};
use guanxi_kernel::Result;
use guanxi_storage::{Tx, error::corrupt, sql};
use serde_json::{Value, json};
use sqlx::types::Json;

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    week: Json<Value>,
    holidays: Json<Value>,
    extra_days: Json<Value>,
    time_zone: Option<String>,
}

/// Whether another calendar is the default.
pub(super) async fn other_default(tx: &mut Tx, except: WorkCalendarId) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM work_calendars
         WHERE tenant_id = $1 AND is_default AND deleted_at IS NULL AND id <> $2",
        except
    );
    tx.exists(select).await
}

/// The default calendar, if there is one.
pub(super) async fn default(tx: &mut Tx) -> Result<Option<WorkCalendarInput>> {
    let select = sql!(
        "SELECT name, week, holidays, extra_days, time_zone FROM work_calendars
         WHERE tenant_id = $1 AND is_default AND deleted_at IS NULL"
    );
    let row: Option<Row> = tx.optional(select).await?;
    row.map(Row::read).transpose()
}

impl Row {
    fn read(self) -> Result<WorkCalendarInput> {
        let (week, holidays, extra_days) = (self.week.0, self.holidays.0, self.extra_days.0);
        serde_json::from_value(json!({
            "name": self.name, "week": week, "holidays": holidays, "extra_days": extra_days,
            "time_zone": self.time_zone, "is_default": true,
        }))
        .map_err(corrupt)
    }
}
