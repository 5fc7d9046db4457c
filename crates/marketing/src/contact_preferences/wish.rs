//! What a person and their party want together. Pure.

use super::{model::ContactWay, store::Preference};
use crate::{consents::WEEK, media::MediumKind};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_customers::contacts::ContactId;
use std::collections::BTreeSet;

/// How somebody wants to be written to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// The dearest first; any will do if there is none.
    pub(crate) media: Vec<MediumKind>,
    /// Where any will do, the one that comes first, if it is said in that.
    pub(crate) first: Option<MediumKind>,
    /// Messages and days, if there is a bound.
    pub(crate) bound: Option<(i64, i64)>,
}

/// What the preferences come to, the newest first: their own come before those of the party, the order, the way of
/// contact and the bound each for itself.
pub(crate) fn wish_of(own: &[&Preference], partys: &[&Preference]) -> Wish {
    let mut all = own.iter().chain(partys);
    let way = all.clone().find_map(|one| one.contact_way);
    let ordered = all.clone().find(|one| !one.media.0.is_empty());
    let bound = |one: &&Preference| Some((one.max_messages?, one.period_days.unwrap_or(WEEK)));
    Wish {
        media: ordered.map(|one| one.media.0.clone()).unwrap_or_default(),
        first: way.map(ContactWay::medium),
        bound: all.find_map(bound),
    }
}

/// How somebody wants to be spoken to: their own word comes before that of their party. The newest first.
pub(super) fn way_of(all: &[Preference], contact: Option<ContactId>) -> Option<ContactWay> {
    let said = |own: bool| {
        let mut of_them = all.iter().filter(|one| one.contact_id.is_some() == own);
        of_them.find_map(|one| one.contact_way)
    };
    contact.and_then(|_| said(true)).or_else(|| said(false))
}

impl Wish {
    /// Whether they say nothing of media.
    pub(crate) fn is_silent(&self) -> bool {
        self.media.is_empty() && self.first.is_none()
    }

    /// By which of the media in which something is said they want it: the first of theirs among these; if any will
    /// do, that of their way of contact among these, else `asked`. `None` if it is said in none of theirs.
    pub(crate) fn pick(
        &self,
        said: &BTreeSet<MediumKind>,
        asked: MediumKind,
    ) -> Option<MediumKind> {
        if self.media.is_empty() {
            return Some(self.first.filter(|first| said.contains(first)).unwrap_or(asked));
        }
        self.media.iter().copied().find(|one| *one == asked || said.contains(one))
    }

    /// Whether they were written to as often as they want to be, in the period that ends now.
    pub(crate) fn is_full(&self, written: &[DateTime<Utc>], now: DateTime<Utc>) -> bool {
        let Some((most, days)) = self.bound else { return false };
        let since = now - TimeDelta::days(days);
        let count = written.iter().filter(|at| **at > since).count();
        i64::try_from(count).unwrap_or(i64::MAX) >= most
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MediumKind::{CallCentre, DirectMail, Email};
    use sqlx::types::Json;
    use uuid::Uuid;

    fn preference(media: &[MediumKind], bound: Option<(i64, Option<i64>)>) -> Preference {
        Preference {
            party_id: Uuid::nil().into(),
            contact_id: None,
            media: Json(media.to_vec()),
            max_messages: bound.map(|(most, _)| most),
            period_days: bound.and_then(|(_, days)| days),
            contact_way: None,
        }
    }

    #[test]
    fn x_23_the_first_medium_of_the_order_in_which_it_is_said_is_picked() {
        let said = BTreeSet::from([Email, DirectMail]);
        let wish = |media: &[MediumKind]| Wish { media: media.to_vec(), ..Wish::default() };
        let table: [(&[MediumKind], MediumKind, Option<MediumKind>); 5] = [
            (&[], Email, Some(Email)),
            (&[DirectMail, Email], Email, Some(DirectMail)),
            (&[CallCentre, Email, DirectMail], Email, Some(Email)),
            (&[CallCentre], Email, None),
            (&[CallCentre, Email], CallCentre, Some(CallCentre)),
        ];
        for (order, asked, picked) in table {
            assert_eq!(wish(order).pick(&said, asked), picked, "{order:?}");
        }
    }

    #[test]
    fn x_23_the_own_wish_comes_before_that_of_the_party() {
        let own = preference(&[DirectMail], None);
        let partys = preference(&[Email], Some((2, None)));
        let both = wish_of(&[&own], &[&partys]);
        assert_eq!(both, Wish { media: vec![DirectMail], first: None, bound: Some((2, 7)) });
        assert_eq!(wish_of(&[], &[]), Wish::default());
    }

    #[test]
    fn x_108_the_way_of_contact_comes_first_where_any_medium_will_do() {
        let said = BTreeSet::from([Email, DirectMail]);
        let way = |way| Preference { contact_way: Some(way), ..preference(&[], None) };
        let (post, phone) = (way(ContactWay::Post), way(ContactWay::Phone));
        assert_eq!(wish_of(&[&post], &[&phone]).pick(&said, Email), Some(DirectMail));
        // It is no refusal of others.
        assert_eq!(wish_of(&[&phone], &[]).pick(&said, Email), Some(Email));
        let ordered = Preference { media: Json(vec![Email]), ..way(ContactWay::Post) };
        assert_eq!(wish_of(&[&ordered], &[]).pick(&said, Email), Some(Email));
    }

    #[test]
    fn x_23_the_third_in_a_week_at_cap_two_is_too_much() {
        let wish = Wish { bound: Some((2, 7)), ..Wish::default() };
        let at = |days| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(days);
        assert!(!wish.is_full(&[at(0)], at(3)));
        assert!(wish.is_full(&[at(0), at(1)], at(3)));
        assert!(!wish.is_full(&[at(0), at(1)], at(7)), "the first is a week ago");
        assert!(!Wish::default().is_full(&[at(0), at(1), at(2)], at(3)));
    }
}
