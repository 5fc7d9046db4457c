//! When the next visit of a party is due.

use super::{PARTY, Party, PartyId, store};
use crate::{
    activities::tells_when,
    service_policies::{cycles, due},
};
use guanxi_identity::work_calendars::default_calendar;
use guanxi_kernel::{Ctx, Result, period::business_date};
use guanxi_storage::Tx;
use std::collections::BTreeMap;

/// Fills in when the next visits are due. Whoever sees no tiers, or not when activities
/// began, is told nothing.
///
/// # Errors
/// Those of the store.
pub(super) async fn present(records: &mut [Party], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    let told = tells_when(ctx) && !ctx.actor.withheld(PARTY.plural).hidden.contains("tier");
    let tiers = records.iter().filter_map(|one| one.input.tier.clone()).collect();
    let cycles = if told { cycles(tx, &tiers).await? } else { BTreeMap::new() };
    let every = |one: &Party| one.input.tier.as_ref().and_then(|tier| cycles.get(tier)).copied();
    let owed = records.iter().filter(|one| every(one).is_some());
    let owed: Vec<PartyId> = owed.map(|one| one.meta.id).collect();
    if owed.is_empty() {
        return Ok(());
    }
    let last = store::last_contacts(tx, &owed, ctx.now).await?;
    let calendar = default_calendar(tx, ctx).await?;
    for one in records {
        let contact = last.get(&one.meta.id).copied().unwrap_or(one.meta.created_at);
        let contact = business_date(contact, ctx.settings.time_zone);
        one.next_visit_on = every(one).and_then(|days| due(contact, days, calendar.as_ref()));
    }
    Ok(())
}
