//! Which of the touches of a customer led to its contract.

use super::model::{Contract, ContractId};
use guanxi_customers::rules::today;
use guanxi_kernel::{Ctx, Result};
use guanxi_marketing::attribution::{self, Attribution, end_of_day};
use guanxi_storage::{Tx, resource};

/// The attribution of a contract: by the touches of its party up to the day of the signature, or today while it is
/// not signed, and the source code that it names.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn attribution(tx: &mut Tx, ctx: &Ctx, id: ContractId) -> Result<Attribution> {
    let contract: Contract = resource::load(tx, ctx, id.uuid()).await?;
    let day = contract.signed_on.unwrap_or_else(|| today(ctx));
    let at = end_of_day(ctx, day);
    attribution::of(tx, contract.input.party_id, contract.input.source_code_id, at).await
}
