//! The rules of a save, and what becomes of bookings when their contract ends.

use super::{
    model::{RESOURCE_BOOKING, ResourceBooking},
    store,
};
use crate::{
    bookable_resources::{self, BookableResource, over_allocated, taken_days},
    contracts::{Contract, ContractId},
    problems::{NOT_EFFECTIVE, RESOURCE_NOT_AVAILABLE, TOO_MANY_BOOKINGS},
};
use chrono::{Days, NaiveDate};
use guanxi_customers::{
    engine::{refer, standing},
    problems::IMMUTABLE,
};
use guanxi_identity::work_calendars::default_calendar;
use guanxi_kernel::{
    Ctx, Id, Result, Word as _,
    problem::{OUT_OF_RANGE, REQUIRED},
};
use guanxi_sales::rules::{refuse, today};
use guanxi_storage::{Kind, Resource, Tx, changing::rewrite_many, resource};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Days that a booking goes over at most, behind its first one.
const LONGEST: Days = Days::new(365);

/// Bookings of a contract at most.
const MOST: i64 = 500;

impl Resource for ResourceBooking {
    fn kind() -> &'static Kind {
        &RESOURCE_BOOKING
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if let Some(before) = before {
            self.stay(before)?;
        }
        if standing(before).is_some_and(|before| before.taken() == self.taken()) {
            return Ok(());
        }
        self.check_time()?;
        let id = self.check_contract(tx, ctx).await?;
        if standing(before).is_none() && store::others(tx, id, self.meta.id).await? >= MOST {
            return Err(TOO_MANY_BOOKINGS.with("limit", MOST));
        }
        bookable_resources::lock(tx, self.input.bookable_resource_id).await?;
        let of: BookableResource =
            refer(tx, ctx, self.input.bookable_resource_id.uuid(), "/bookable_resource_id").await?;
        let days = if of.input.active { self.days_of(tx, ctx, &of).await? } else { Vec::new() };
        if days.is_empty() {
            return Err(RESOURCE_NOT_AVAILABLE.at("/bookable_resource_id"));
        }
        self.count(i64::try_from(days.len()).unwrap_or(i64::MAX));
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let held = |one: &Self| (one.taken(), one.meta.deleted_at.is_some());
        if before.is_some_and(|before| held(before) == held(self)) {
            return Ok(());
        }
        let mut days = Vec::new();
        if self.meta.deleted_at.is_none() {
            let id = self.input.bookable_resource_id.uuid();
            let of: BookableResource = resource::load(tx, &ctx.on_behalf(), id).await?;
            days = self.days_of(tx, ctx, &of).await?;
        }
        store::keep_days(tx, self, &days).await
    }

    fn concerns(&self) -> Vec<Uuid> {
        let contract = self.input.contract_id.map(Id::uuid);
        contract.into_iter().chain([self.input.bookable_resource_id.uuid()]).collect()
    }

    fn example() -> Json {
        json!({
            "contract_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "bookable_resource_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "starts_on": "2026-05-04",
            "ends_on": "2026-05-15",
            "minutes_per_day": 240,
            "note": "现场安装调试。"
        })
    }
}

impl ResourceBooking {
    fn stay(&self, before: &Self) -> Result<()> {
        let (now, had) = (&self.input, &before.input);
        if now.contract_id != had.contract_id {
            return Err(IMMUTABLE.at("/contract_id"));
        }
        match now.bookable_resource_id == had.bookable_resource_id {
            true => Ok(()),
            false => Err(IMMUTABLE.at("/bookable_resource_id")),
        }
    }

    fn check_time(&self) -> Result<()> {
        let (from, until) = (self.input.starts_on, self.input.ends_on);
        let last = from.checked_add_days(LONGEST).unwrap_or(from);
        match from <= until && until <= last {
            true => Ok(()),
            false => {
                let expected = format!("{from} to {last}");
                Err(refuse(&OUT_OF_RANGE, "/ends_on", ("expected", &expected)))
            }
        }
    }

    /// The contract, if work is done on it.
    async fn check_contract(&self, tx: &mut Tx, ctx: &Ctx) -> Result<ContractId> {
        const PLACE: &str = "/contract_id";
        let id = self.input.contract_id.ok_or_else(|| REQUIRED.at(PLACE))?;
        let contract: Contract = refer(tx, ctx, id.uuid(), PLACE).await?;
        match contract.stage.is_effective() {
            true => Ok(id),
            false => Err(NOT_EFFECTIVE.with("stage", contract.stage.word())),
        }
    }

    /// The days on which it takes its resource.
    ///
    /// # Errors
    /// `over_allocated`.
    async fn days_of(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        of: &BookableResource,
    ) -> Result<Vec<NaiveDate>> {
        let (from, until, minutes) = self.taken();
        let calendar = default_calendar(tx, ctx).await?;
        let there = of.input.availability();
        let booked =
            bookable_resources::booked(tx, of.meta.id, (from, until), self.meta.id).await?;
        let on = |day| there.on(day, calendar.as_ref());
        taken_days((from, until), minutes, on, &booked).map_err(|day| over_allocated(day, minutes))
    }

    fn count(&mut self, days: i64) {
        self.days = days;
        self.booked_minutes = days * self.input.minutes_per_day;
    }
}

/// Frees what a contract that has ended has taken, from today on. What was taken before stays.
///
/// # Errors
/// Those of the store.
pub(crate) async fn release(tx: &mut Tx, ctx: &Ctx, of: ContractId) -> Result<()> {
    let day = today(ctx);
    let ids: Vec<Uuid> = store::to_come(tx, of, day).await?.into_iter().map(Id::uuid).collect();
    if ids.is_empty() {
        return Ok(());
    }
    store::free(tx, of, day).await?;
    let left = store::left(tx, of).await?;
    let left: BTreeMap<Uuid, (i64, i64)> =
        left.into_iter().map(|(id, days, minutes)| (id.uuid(), (days, minutes))).collect();
    let end = |one: &mut ResourceBooking| {
        one.released_on = Some(day);
        (one.days, one.booked_minutes) = left.get(&one.meta.id.uuid()).copied().unwrap_or_default();
        Ok(())
    };
    rewrite_many(tx, ctx, &ids, "released", end).await.map(drop)
}
