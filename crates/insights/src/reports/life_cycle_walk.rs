//! Placing customers in the cells of value and life cycle: a chore that tells the walk of
//! [`guanxi_customers::life_cycles`] what they have bought, by the rules of the report `value-lifecycle`. Only on the
//! last day of a month it waits for its end, while the report tells of that day as if it were over.

use super::{
    purchases,
    value_lifecycle::{ValueLifecycle, year},
};
use crate::{Asked, Report as _};
use guanxi_customers::{
    life_cycles::{self, Figure, Walk},
    value::{LifeCycle, LifeCyclePhase, Limits},
};
use guanxi_kernel::{Ctx, Result, period::business_date};
use guanxi_storage::Tx;
use guanxi_workflow::chores::Chore;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What the workflow does about life cycles.
pub(crate) static WALK: Chore = Chore {
    name: "life_cycles",
    due: |tx, now, most| Box::pin(life_cycles::due(tx, now, most)),
    step: |tx, ctx, _| Box::pin(step(tx, ctx)),
    put_off: |tx, _, to| Box::pin(life_cycles::put_off(tx, to)),
};

/// Does a step of a walk, if it is time still; whether it was. `ctx` has all rights.
async fn step(tx: &mut Tx, ctx: &Ctx) -> Result<bool> {
    let Some(walk) = Walk::due(tx, ctx).await? else { return Ok(false) };
    let Some((page, parties)) = walk.page(tx).await? else {
        walk.step(tx, ctx).await?;
        return Ok(true);
    };
    let definition = ValueLifecycle::definition();
    let mut asked = Asked::read(definition, ctx, &[], BTreeSet::new())?;
    (asked.as_of, asked.known_at) = (walk.as_of, walk.as_of);
    (asked.today, asked.live) = (business_date(walk.as_of, ctx.settings.time_zone), false);
    let monthly = purchases::by_month_of(tx, ctx, definition, &mut asked, page).await?;
    let limits = Limits::of(&ctx.settings.preferences);
    let mut bought: BTreeMap<Uuid, (LifeCyclePhase, i128)> = BTreeMap::new();
    for one in &monthly {
        let life = LifeCycle { months: &one.sums, bought: &one.bought, ended: false };
        bought.insert(one.id, (life.phase(&limits).0, year(one)));
    }
    let figure = |(party, may_buy): &(Uuid, bool)| {
        let nothing = may_buy.then_some((LifeCyclePhase::Prospect, 0));
        let (phase, year) = bought.get(party).copied().or(nothing)?;
        Some(Figure { party: *party, phase, year })
    };
    let figures: Vec<Figure> = parties.iter().filter_map(figure).collect();
    walk.keep(tx, page, &figures).await?;
    Ok(true)
}
