//! What somebody says in an interview becomes their preference.

use super::{
    model::{ContactPreference, ContactPreferenceInput, ContactWay},
    store,
};
use crate::media::MediumKind;
use guanxi_customers::{contacts::ContactId, parties::PartyId};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Meta, Tx, kind::Parts as _, resource};

/// What was said; what is empty was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Learnt {
    pub(crate) media: Vec<MediumKind>,
    pub(crate) max_messages: Option<i64>,
    pub(crate) period_days: Option<i64>,
    pub(crate) contact_way: Option<ContactWay>,
}

impl Learnt {
    /// Whether nothing was said.
    pub(crate) fn is_empty(&self) -> bool {
        self.media.is_empty() && self.max_messages.is_none() && self.contact_way.is_none()
    }

    /// Takes the place of what was said before, as far as something was said.
    fn put(&self, into: &mut ContactPreferenceInput) {
        if !self.media.is_empty() {
            into.media.clone_from(&self.media);
        }
        if self.max_messages.is_some() {
            (into.max_messages, into.period_days) = (self.max_messages, self.period_days);
        }
        into.contact_way = self.contact_way.or(into.contact_way);
    }
}

/// Keeps what somebody has said, as their preference or in it. `system` has all rights and says from where it is.
///
/// # Errors
/// Those of the store.
pub(crate) async fn learn(
    tx: &mut Tx,
    system: &Ctx,
    (party_id, contact_id): (PartyId, Option<ContactId>),
    learnt: &Learnt,
) -> Result<()> {
    let known = store::of_person(tx, party_id, contact_id).await?;
    if let Some(id) = known {
        let put = |one: &mut ContactPreference| {
            learnt.put(&mut one.input);
            Ok(())
        };
        return resource::change(tx, system, id.uuid(), "updated", put).await.map(drop);
    }
    let mut input = ContactPreferenceInput {
        party_id,
        contact_id,
        media: Vec::new(),
        max_messages: None,
        period_days: None,
        contact_way: None,
    };
    learnt.put(&mut input);
    let preference = ContactPreference::assemble(Meta::new(system), input);
    resource::insert(tx, system, preference, "created").await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn x_107_what_was_not_said_stays() {
        let mut input = ContactPreferenceInput {
            party_id: Uuid::nil().into(),
            contact_id: None,
            media: vec![MediumKind::Email],
            max_messages: Some(4),
            period_days: Some(30),
            contact_way: Some(ContactWay::Phone),
        };
        let said = Learnt {
            media: vec![MediumKind::DirectMail, MediumKind::Email],
            max_messages: None,
            period_days: None,
            contact_way: None,
        };
        said.put(&mut input);
        assert_eq!(input.media, [MediumKind::DirectMail, MediumKind::Email]);
        assert_eq!((input.max_messages, input.contact_way), (Some(4), Some(ContactWay::Phone)));
        // A bound is of a period: one without says the usual one.
        let bound = Learnt { media: Vec::new(), max_messages: Some(2), ..said };
        bound.put(&mut input);
        assert_eq!((input.max_messages, input.period_days), (Some(2), None));
    }
}
