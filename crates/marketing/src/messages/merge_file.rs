//! The file by which a mail house prints and posts a message: one row for each recipient and source code.

use super::{
    audience::{Found, Walk, require_codes},
    model::{Message, MessageId},
    preview::medium_of,
    store::Reader,
    wording::{Addressee, values, write},
};
use crate::{
    campaigns::Campaign,
    mail::Mailer,
    media::{MediumId, MediumKind},
    problems::NOT_POSTED,
};
use guanxi_customers::{
    contact_points::{Address, AddressKind},
    parties::PARTY,
};
use guanxi_kernel::{Action, Ctx, Result, Word as _, actor::forbidden};
use guanxi_storage::{Tx, resource};
use guanxi_tabular::{Column, Format, WriteOptions, Writer};
use serde_json::{Value as Json, json};

/// The columns of the file.
const COLUMNS: [&str; 14] = [
    "party_id",
    "contact_id",
    "name",
    "party",
    "country",
    "region",
    "city",
    "district",
    "street",
    "postal_code",
    "source_code",
    "subject",
    "text",
    "html",
];

/// Which of several addresses a letter goes to: the first kind that there is.
const KINDS: [AddressKind; 5] = [
    AddressKind::Office,
    AddressKind::Home,
    AddressKind::Registered,
    AddressKind::Billing,
    AddressKind::Shipping,
];

/// The address that a letter goes to: one that a postman can find.
pub(super) fn postal(addresses: &[Address]) -> Option<&Address> {
    let found = |address: &&Address| {
        address.street.is_some() && (address.city.is_some() || address.region.is_some())
    };
    KINDS.iter().find_map(|kind| addresses.iter().filter(found).find(|one| one.kind == *kind))
}

/// The file, as CSV: those whom a preview by that medium would count as recipients. Nothing is kept; what the
/// mail house sends it tells as touches.
///
/// # Errors
/// `not_found`; `forbidden` without the right to export all parties; `not_posted` for a medium that is no direct
/// mail; `unknown_reference`, `medium_not_of_campaign`, `uncoded_recipients`, `audience_too_large`.
pub async fn merge_file(
    tx: &mut Tx,
    ctx: &Ctx,
    mailer: &Mailer,
    id: MessageId,
    medium_id: MediumId,
) -> Result<Vec<u8>> {
    let message: Message = resource::load(tx, ctx, id.uuid()).await?;
    // Addresses of everybody leave the house: who may see some of them only must not have them so.
    if !ctx.reach(PARTY.plural, Action::Export).all {
        return Err(forbidden(PARTY.plural, Action::Export));
    }
    let (campaign, medium) = medium_of(tx, ctx, &message, medium_id).await?;
    if medium.input.kind != MediumKind::DirectMail {
        return Err(NOT_POSTED.with("kind", medium.input.kind.word()));
    }
    let columns = COLUMNS.map(|name| Column { name: name.to_owned(), label: name.to_owned() });
    let options = WriteOptions::default();
    let mut file = Writer::new(Format::Csv, Vec::new(), &columns, &options)?;
    let mut walk = Walk::of(tx, ctx, (&message, medium.input.kind), mailer.most_members()).await?;
    let mut uncoded = 0;
    while let Some(page) = walk.next(tx).await? {
        for Found { reader, .. } in page.iter().filter(|one| one.excluded.is_none()) {
            uncoded += i64::from(reader.source_code_id.is_none());
            file.write(&row(reader, (&campaign, &message), medium_id)?)?;
        }
    }
    require_codes(uncoded)?;
    file.finish()
}

/// What the file says of a recipient.
fn row(
    reader: &Reader,
    (campaign, message): (&Campaign, &Message),
    medium_id: MediumId,
) -> Result<[Json; COLUMNS.len()]> {
    let to = Addressee {
        party: &reader.party_name,
        contact: reader.contact_name.as_deref(),
        source_code: reader.source_code.as_deref(),
        campaign: &campaign.input.name,
        // Nobody clicks on paper.
        unsubscribe_url: "",
    };
    let values = values(&message.input.offer, &to);
    let written = write(message.input.wording(medium_id), &values)?;
    let at = postal(&reader.party_addresses).map(|address| json!(address));
    let part = |name: &str| at.as_ref().map_or(Json::Null, |at| at[name].clone());
    Ok([
        json!(reader.party_id),
        json!(reader.contact_id),
        json!(reader.contact_name.as_ref().unwrap_or(&reader.party_name)),
        json!(reader.party_name),
        part("country"),
        part("region"),
        part("city"),
        part("district"),
        part("street"),
        part("postal_code"),
        json!(reader.source_code),
        json!(written.subject),
        json!(written.text),
        json!(written.html),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_30_a_letter_goes_to_an_address_that_can_be_found() {
        let address = |kind: &str, street: Option<&str>| -> Address {
            serde_json::from_value(json!({ "kind": kind, "city": "上海", "street": street }))
                .unwrap()
        };
        assert_eq!(postal(&[]), None);
        assert_eq!(postal(&[address("office", None)]), None);
        let all =
            [address("billing", Some("a")), address("home", Some("b")), address("office", None)];
        assert_eq!(postal(&all), Some(&all[1]));
    }
}
