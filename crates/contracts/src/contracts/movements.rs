//! What a contract counts for, and from which day on: what was signed, what amendments made of it, and what
//! a cancellation took back. No day or amount of that is ever changed, so a figure of the past stays what it was.
//!
//! Each movement is on its day and for whoever owned the contract when it was signed, so a cancellation in
//! March does not change what was reported for January. Lines of payment plans have days from and until
//! which they hold, so the ageing of receivables of a past day stays too. Both say when they were recorded, so
//! what was known at an instant stays also where somebody signs with a day of the past.
//!
//! With whom a movement is follows merges, as the contract does. Price: that is the one thing of it that changes.

use super::{life::ContractStage, model::Contract, store};
use chrono::NaiveDate;
use guanxi_customers::{merges::Pair, parties::PARTY};
use guanxi_kernel::{
    Ctx, Money, Result,
    problem::{INTERNAL, REQUIRED},
};
use guanxi_sales::rules::today;
use guanxi_storage::Tx;
use uuid::Uuid;

guanxi_kernel::words! {
    /// Why a contract counts for more or less.
    pub enum ContractMovement {
        /// It was signed.
        Signed = "signed" ("Signed", "签订"),
        /// An amendment was signed.
        Amended = "amended" ("Amended", "变更"),
        /// It was cancelled after it was signed.
        Cancelled = "cancelled" ("Cancelled", "取消"),
    }
}

/// How much a contract counts for more from a day on, below zero for less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Movement {
    pub(super) kind: ContractMovement,
    pub(super) day: NaiveDate,
    pub(super) contracts: i64,
    pub(super) net: Money,
}

impl Contract {
    /// What a save made it count for more or less.
    ///
    /// # Errors
    /// None that a contract which was reckoned could cause.
    pub(super) fn moved(&self, ctx: &Ctx, before: &Self) -> Result<Option<Movement>> {
        let wrong = |error| INTERNAL.problem().because(error);
        let net = |of: &Self| of.net.ok_or_else(|| REQUIRED.at("/lines"));
        let (kind, day, contracts, net) = if self.begins_to_be_owed(before.stage) {
            (ContractMovement::Signed, self.signed_on, 1, net(self)?)
        } else if self.is_amended(before) {
            let change = net(self)?.checked_sub(net(before)?).map_err(wrong)?;
            (ContractMovement::Amended, self.amended_on, 0, change)
        } else if before.stage.is_owed() && self.stage == ContractStage::Cancelled {
            let back = net(self)?.checked_neg().map_err(wrong)?;
            (ContractMovement::Cancelled, Some(today(ctx)), -1, back)
        } else {
            return Ok(None);
        };
        Ok(day.map(|day| Movement { kind, day, contracts, net }))
    }

    /// Whether an amendment was signed.
    pub(super) fn is_amended(&self, before: &Self) -> bool {
        self.amendments > before.amendments
    }
}

/// Movements follow two parties that have become one, or were parted: `named` is whom they may still name, though
/// their contracts do not any more.
///
/// # Errors
/// Those of the store.
pub(crate) async fn follow(tx: &mut Tx, pair: Pair, named: Uuid) -> Result<()> {
    if std::ptr::eq(pair.kind, &PARTY) { store::name_party(tx, named).await } else { Ok(()) }
}
