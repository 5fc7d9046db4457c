//! The rules of regions that need the store.

use super::{REGION, Region, RegionId, store};
use crate::{
    engine::{refer, standing},
    problems::NOT_IN_EFFECT,
    rules::{MAX_LEVELS, place},
};
use guanxi_kernel::{Ctx, Result, period::business_date, problem::IN_USE, text};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for Region {
    fn kind() -> &'static Kind {
        &REGION
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        self.derive_keys();
        self.input.check()?;
        let Some(parent) = self.input.parent_id else { return Ok(()) };
        if standing(before).is_some_and(|before| before.input.parent_id == Some(parent)) {
            return Ok(());
        }
        let above = store::above(tx, parent, MAX_LEVELS).await?;
        place(&self.meta.id, &above, 1, "/parent_id")
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn derive_keys(&mut self) {
        self.name_folded = text::sort_key(&self.input.name);
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name, &self.input.code]
    }

    fn example() -> Json {
        json!({ "code": "EAST", "name": "华东 East", "valid_from": "2026-01-01" })
    }
}

/// Refuses to give a record a region that is not in effect today.
///
/// # Errors
/// `unknown_reference`, `not_in_effect` at `pointer`.
pub(crate) async fn check_in_effect(
    tx: &mut Tx,
    ctx: &Ctx,
    region: RegionId,
    pointer: &'static str,
) -> Result<()> {
    let region: Region = refer(tx, ctx, region.uuid(), pointer).await?;
    let today = business_date(ctx.now, ctx.settings.time_zone);
    match region.input.is_in_effect(today) {
        true => Ok(()),
        false => Err(NOT_IN_EFFECT.at(pointer)),
    }
}
