//! What whoever is to call somebody is told of how they want to be spoken to.

use super::{store, wish::way_of};
use crate::consents::People;
use guanxi_customers::{contacts::ContactId, parties::PartyId};
use guanxi_kernel::{Ctx, Result, Text, Word as _, problem::Texts};
use guanxi_storage::Tx;

/// The line of the note.
const WAY: Texts = Texts { en: "Preferred way of contact: ", zh: "偏好的联系方式:" };

/// The note of a task to call somebody: what stands in it anyway, and how they want to be spoken to, if they or their
/// party have said so.
///
/// # Errors
/// Those of the store.
pub(crate) async fn told_to_call(
    tx: &mut Tx,
    ctx: &Ctx,
    (party, contact): (Option<PartyId>, Option<ContactId>),
    note: Option<Text<4000>>,
) -> Result<Option<Text<4000>>> {
    let people =
        People { parties: party.into_iter().collect(), contacts: contact.into_iter().collect() };
    let found = store::preferences(tx, &people).await?;
    let Some(way) = way_of(&found, contact) else { return Ok(note) };
    let said = format!("{}{}", WAY.get(ctx.language), way.label(ctx.language));
    let whole = match &note {
        Some(note) => format!("{}\n{said}", &**note),
        None => said,
    };
    // A note that is full already stays as it is.
    Ok(Text::new(&whole).ok().or(note))
}
