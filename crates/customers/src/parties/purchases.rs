//! Prospects who have bought, and what others want done then: crates to the right know what that ends.

use super::{Party, PartyId, PartyRole};
use futures_util::future::BoxFuture;
use guanxi_kernel::{Ctx, Id, Result};
use guanxi_storage::{Tx, changing::rewrite_many};
use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};
use uuid::Uuid;

/// What follows when these prospects have bought, in the same transaction and with all rights.
pub type Bought = for<'a> fn(&'a mut Tx, &'a Ctx, &'a [PartyId]) -> BoxFuture<'a, Result<()>>;

static BOUGHT: RwLock<BTreeMap<&'static str, Bought>> = RwLock::new(BTreeMap::new());

/// Says what follows, under a name; the same name again is no harm.
pub fn on_purchase(name: &'static str, bought: Bought) {
    BOUGHT.write().unwrap_or_else(PoisonError::into_inner).insert(name, bought);
}

/// A party has bought by something that is no order, e.g. a contract that was signed: a prospect is a customer by it as
/// by an order, and any other stays what it is.
///
/// # Errors
/// Those of the store, and of whoever is told.
pub async fn has_bought(tx: &mut Tx, ctx: &Ctx, party: PartyId) -> Result<()> {
    match rewrite_many::<Party>(tx, ctx, &[party.uuid()], "role_given", buy).await? {
        0 => Ok(()),
        _ => tell(tx, &ctx.on_behalf(), &[party]).await,
    }
}

/// Prospects have bought: they are customers from now on, with their ids and their past, and whoever waits for that is
/// told. No right on parties is needed.
///
/// # Errors
/// Those of the store, and of whoever is told.
pub(crate) async fn have_bought(tx: &mut Tx, ctx: &Ctx, parties: &[PartyId]) -> Result<()> {
    if parties.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = parties.iter().copied().map(Id::uuid).collect();
    rewrite_many::<Party>(tx, ctx, &ids, "role_given", buy).await?;
    tell(tx, &ctx.on_behalf(), parties).await
}

/// Who is no prospect stays what it is.
fn buy(party: &mut Party) -> Result<()> {
    if party.input.roles.contains(&PartyRole::Prospect) {
        party.give(PartyRole::Customer);
        party.withdraw(PartyRole::Prospect);
    }
    Ok(())
}

/// Calls those who wait for it.
///
/// # Errors
/// Theirs.
async fn tell(tx: &mut Tx, ctx: &Ctx, parties: &[PartyId]) -> Result<()> {
    let all: Vec<Bought> =
        BOUGHT.read().unwrap_or_else(PoisonError::into_inner).values().copied().collect();
    for bought in all {
        bought(tx, ctx, parties).await?;
    }
    Ok(())
}
