//! Readings, services and transfers.

use super::{
    Asset, AssetId, AssetTransfer, MeterReading, ReadMeter, RecordService, TransferAsset,
    readings::{Log, Told},
    store::{self, ReadingRow},
};
use crate::{problems::READING_CONTRADICTS, rules::today};
use chrono::NaiveDate;
use guanxi_kernel::{Action, Ctx, Result, Text, problem::OUT_OF_RANGE};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use uuid::Uuid;

/// Readings of an asset at most: one a day for 13 years.
const MOST: usize = 5_000;

/// The readings of an asset that the caller may see, in the order in which they were told.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn readings_of(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<Vec<MeterReading>> {
    resource::load::<Asset>(tx, ctx, id).await?;
    let rows = store::readings(tx, id).await?;
    let log = Log::of(&rows.iter().map(ReadingRow::told).collect::<Vec<_>>());
    let shown = |(at, row): (usize, ReadingRow)| MeterReading {
        read_on: row.read_on,
        value: row.value,
        correction: row.correction,
        counts: log.counts(at),
        note: row.note,
        recorded_by: row.recorded_by,
        recorded_at: row.recorded_at,
    };
    Ok(rows.into_iter().enumerate().map(shown).collect())
}

/// Adds a reading of the meter.
///
/// # Errors
/// `reading_contradicts` unless it is a correction; `out_of_range` for a day to come; and as any change.
pub async fn read_meter(
    tx: &mut Tx,
    ctx: &Ctx,
    id: AssetId,
    wish: ReadMeter,
) -> Result<Shown<Asset>> {
    resource::require::<Asset>(ctx, Action::Update)?;
    let read_on = past(ctx, wish.read_on, "/read_on")?;
    let told = Told { read_on, value: wish.value, correction: wish.correction };
    let read = |_: &mut Asset| Ok(());
    told_with(tx, ctx, id, ("read", "/value"), Some((told, wish.note)), read).await
}

/// It was serviced: the next service is counted from that, and what was planned for this one is over.
///
/// # Errors
/// `reading_contradicts`; `out_of_range` for a day to come or before the last service; and as any change.
pub async fn record_service(
    tx: &mut Tx,
    ctx: &Ctx,
    id: AssetId,
    wish: RecordService,
) -> Result<Shown<Asset>> {
    resource::require::<Asset>(ctx, Action::Update)?;
    let on = past(ctx, wish.serviced_on, "/serviced_on")?;
    let told = wish.reading.map(|value| Told { read_on: on, value, correction: false });
    let reading = wish.reading;
    let serviced = |asset: &mut Asset| {
        if asset.input.last_service_on.is_some_and(|last| last > on) {
            let expected = "the day of the last service or later";
            return Err(OUT_OF_RANGE.at("/serviced_on").with("expected", expected));
        }
        asset.input.last_service_on = Some(on);
        asset.input.last_service_reading = reading;
        Ok(())
    };
    let told = told.map(|told| (told, None));
    told_with(tx, ctx, id, ("serviced", "/reading"), told, serviced).await
}

/// It belongs to another party now; its readings and what was done to it stay with it.
///
/// # Errors
/// `transfer_to_self`; `unknown_reference` for a party that the caller does not see; and as any change.
pub async fn transfer(
    tx: &mut Tx,
    ctx: &Ctx,
    id: AssetId,
    wish: TransferAsset,
) -> Result<Shown<Asset>> {
    resource::require::<Asset>(ctx, Action::Update)?;
    let transferred_on = past(ctx, wish.transferred_on, "/transferred_on")?;
    let (recorded_by, recorded_at) = (ctx.actor.user, ctx.now);
    resource::change(tx, ctx, id.uuid(), "transferred", |asset: &mut Asset| {
        asset.transfer(AssetTransfer {
            from_party_id: asset.input.party_id,
            to_party_id: wish.party_id,
            transferred_on,
            note: wish.note,
            recorded_by,
            recorded_at,
        })
    })
    .await
}

/// Changes an asset together with a reading that is told.
async fn told_with(
    tx: &mut Tx,
    ctx: &Ctx,
    id: AssetId,
    (verb, place): (&'static str, &'static str),
    told: Option<(Told, Option<Text<1000>>)>,
    change: impl FnOnce(&mut Asset) -> Result<()> + Send,
) -> Result<Shown<Asset>> {
    let Some((told, note)) = told else {
        return resource::change(tx, ctx, id.uuid(), verb, change).await;
    };
    let rows = store::readings(tx, id.uuid()).await?;
    let number = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let shown = resource::change(tx, ctx, id.uuid(), verb, |asset: &mut Asset| {
        if rows.len() >= MOST {
            let expected = format!("at most {MOST} readings of an asset");
            return Err(OUT_OF_RANGE.at(place).with("expected", expected));
        }
        let mut log = Log::of(&rows.iter().map(ReadingRow::told).collect::<Vec<_>>());
        log.add(told).map_err(|old| {
            let problem = READING_CONTRADICTS.at(place).with("value", old.value);
            problem.with("read_on", old.read_on.to_string())
        })?;
        asset.take(log.usage(), number + 1);
        change(asset)
    })
    .await?;
    let row = ReadingRow {
        read_on: told.read_on,
        value: told.value,
        correction: told.correction,
        note,
        recorded_by: ctx.actor.user,
        recorded_at: ctx.now,
    };
    store::add_reading(tx, id, number, &row).await?;
    Ok(shown)
}

/// The day that was told, or today; not one to come.
fn past(ctx: &Ctx, day: Option<NaiveDate>, place: &'static str) -> Result<NaiveDate> {
    let today = today(ctx);
    match day {
        Some(day) if day > today => {
            Err(OUT_OF_RANGE.at(place).with("expected", "today or earlier"))
        }
        day => Ok(day.unwrap_or(today)),
    }
}
