//! The rules of a save.

use super::{
    availability::Day,
    model::{BOOKABLE_RESOURCE, BookableResource, BookableResourceKind},
    store,
};
use crate::problems::OVER_ALLOCATED;
use guanxi_customers::engine::standing;
use guanxi_kernel::{
    Ctx, Problem, Result,
    problem::{DUPLICATE, IN_USE, OUT_OF_RANGE},
    text::sort_key,
};
use guanxi_sales::rules::{refuse, today};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for BookableResource {
    fn kind() -> &'static Kind {
        &BOOKABLE_RESOURCE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.derive_keys();
        self.check_days()?;
        self.check_user(tx).await?;
        let minutes = self.input.minutes_per_day;
        let less = |before: &Self| minutes < before.input.minutes_per_day;
        if !standing(before).is_some_and(less) {
            return Ok(());
        }
        // What is booked already must have room.
        match store::first_above(tx, self.meta.id, today(ctx), minutes).await? {
            Some((day, booked)) => Err(over_allocated(Day { day, available: minutes, booked }, 0)),
            None => Ok(()),
        }
    }

    async fn deletable(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        match store::first_above(tx, self.meta.id, today(ctx), 0).await? {
            Some(_) => Err(IN_USE.problem()),
            None => Ok(()),
        }
    }

    fn derive_keys(&mut self) {
        self.name_folded = sort_key(&self.input.name);
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&*self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "安装工程师 王伟",
            "kind": "person",
            "minutes_per_day": 480,
            "available_from": "2026-01-01",
            "note": "持电工证。"
        })
    }
}

/// The refusal of more than there is on a day.
pub(crate) fn over_allocated(day: Day, wanted: i64) -> Problem {
    let refused = OVER_ALLOCATED.at("/minutes_per_day").with("day", day.day.to_string());
    let refused = refused.with("available", day.available).with("booked", day.booked);
    refused.with("wanted", wanted)
}

impl BookableResource {
    fn check_days(&self) -> Result<()> {
        match (self.input.available_from, self.input.available_until) {
            (Some(from), Some(until)) if until < from => {
                let expected = ("expected", "not before available_from");
                Err(refuse(&OUT_OF_RANGE, "/available_until", expected))
            }
            _ => Ok(()),
        }
    }

    /// Only a person is a user, and each user is one resource.
    async fn check_user(&self, tx: &mut Tx) -> Result<()> {
        let Some(user) = self.input.user_id else { return Ok(()) };
        if self.input.kind != BookableResourceKind::Person {
            return Err(refuse(&OUT_OF_RANGE, "/user_id", ("expected", "only of a person")));
        }
        match store::has_user(tx, user, self.meta.id).await? {
            true => Err(DUPLICATE.at("/user_id")),
            false => Ok(()),
        }
    }
}
