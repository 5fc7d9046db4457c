//! Whom a message goes to, and who is left out.

use super::{
    exclusion::{ExclusionReason, Judged},
    merge_file::postal,
    model::Message,
    store::{self, Place, Reader, WrittenTo},
};
use crate::{
    campaigns::CampaignId,
    consents::{Leave, People, Word, person, word_of, words},
    contact_preferences::{Preference, Wish, preferences, wish_of},
    experiments::HoldOuts,
    media::{MediumId, MediumKind, kinds_of},
    message_deliveries::MessageDeliveryStatus,
    problems::{AUDIENCE_TOO_LARGE, UNCODED_RECIPIENTS},
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_customers::{contacts::ContactId, parties::PartyId};
use guanxi_kernel::{Ctx, Result, problem::REQUIRED};
use guanxi_storage::Tx;
use std::collections::{BTreeMap, BTreeSet};

/// Members that are looked at together.
const AT_ONCE: i64 = 500;

/// The longest period of a bound.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// A member, with what was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) reader: Reader,
    pub(super) address: Option<String>,
    /// By which of the media in which the message is said they want it.
    pub(super) wanted: Option<MediumKind>,
    pub(super) excluded: Option<ExclusionReason>,
}

impl Reader {
    /// The contact or the party, as one text.
    pub(crate) fn person(&self) -> String {
        person(self.party_id, self.contact_id)
    }

    /// All whose words count for them.
    pub(crate) fn people(&self) -> People {
        People { parties: [self.party_id].into(), contacts: self.contact_id.into_iter().collect() }
    }

    /// Every e-mail address that is theirs now: of the contact if one is meant.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &str> {
        let emails = match (self.contact_id, &self.contact_emails) {
            (None, _) => Some(&self.party_emails.0),
            (Some(_), Some(emails)) => Some(&emails.0),
            (Some(_), None) => None,
        };
        emails.into_iter().flatten().map(|email| email.address.as_ref())
    }

    /// The address in a medium, and whether they can be reached there; of media in which the program knows of
    /// no addresses everybody can.
    fn reached_by(&self, medium: MediumKind) -> (Option<String>, bool) {
        match medium {
            MediumKind::Email => {
                let address = self.addresses().next().map(str::to_owned);
                let known = address.is_some();
                (address, known)
            }
            MediumKind::DirectMail => (None, postal(&self.party_addresses).is_some()),
            _ => (None, true),
        }
    }

    /// What they may be sent, by the words of themselves and of their party.
    pub(crate) fn leave<'w>(&self, words: impl Iterator<Item = &'w Word> + Clone) -> Leave {
        let own = words
            .clone()
            .filter(|word| self.contact_id.is_some() && word.contact_id == self.contact_id);
        let partys =
            words.filter(|word| word.contact_id.is_none() && word.party_id == self.party_id);
        word_of(&own.collect::<Vec<_>>(), &partys.collect::<Vec<_>>())
    }

    /// How they want to be written to, by the preferences of themselves and of their party.
    pub(crate) fn wish<'p>(
        &self,
        preferences: impl Iterator<Item = &'p Preference> + Clone,
    ) -> Wish {
        let own = preferences
            .clone()
            .filter(|one| self.contact_id.is_some() && one.contact_id == self.contact_id);
        let partys =
            preferences.filter(|one| one.contact_id.is_none() && one.party_id == self.party_id);
        wish_of(&own.collect::<Vec<_>>(), &partys.collect::<Vec<_>>())
    }
}

/// What a person was written, in time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Past {
    /// For the purpose of the message.
    for_purpose: Vec<DateTime<Utc>>,
    /// For whatever purpose.
    pub(crate) all: Vec<DateTime<Utc>>,
}

impl Past {
    /// Takes one more into account.
    pub(crate) fn add(&mut self, written: &WrittenTo, purpose: &str) {
        self.all.push(written.claimed_at);
        if written.purpose == purpose {
            self.for_purpose.push(written.claimed_at);
        }
    }

    /// How often they were written to for the purpose, in the period of the bound of their consent, which ends
    /// now.
    pub(crate) fn lately(&self, leave: Leave, now: DateTime<Utc>) -> i64 {
        let Leave::Granted(Some((_, days))) = leave else { return 0 };
        let since = now - TimeDelta::days(days);
        let count = self.for_purpose.iter().filter(|at| **at > since).count();
        i64::try_from(count).unwrap_or(i64::MAX)
    }
}

/// Since when it matters how often somebody was written to, if it does.
pub(crate) fn bound_since(leave: Leave, wish: &Wish, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let of_consent = match leave {
        Leave::Granted(bound) => bound.map(|(_, days)| days),
        Leave::Withdrawn | Leave::Unsaid => None,
    };
    let of_wish = wish.bound.map(|(_, days)| days);
    let days = of_consent.into_iter().chain(of_wish).max()?;
    Some(now - TimeDelta::days(days))
}

/// The sorts of media in which a message is said: those of its variants and those of its campaign, which have the
/// text of the message; e-mail where the campaign names none.
///
/// # Errors
/// Those of the store.
pub(crate) async fn said_in(
    tx: &mut Tx,
    variants: Vec<MediumId>,
    of_campaign: &[MediumId],
) -> Result<BTreeSet<MediumKind>> {
    if of_campaign.is_empty() {
        let mut said = kinds_of(tx, variants).await?;
        said.insert(MediumKind::Email);
        return Ok(said);
    }
    // What is said in a medium that the campaign does not use is said to nobody.
    kinds_of(tx, of_campaign.to_vec()).await
}

/// Every member of the campaign of a message, looked at page by page, so that no more than a page of them is held.
pub(super) struct Walk<'a> {
    ctx: &'a Ctx,
    message: &'a Message,
    campaign: CampaignId,
    medium: MediumKind,
    said: BTreeSet<MediumKind>,
    held_out: HoldOuts,
    taken: BTreeSet<String>,
    after: Option<Place>,
}

impl<'a> Walk<'a> {
    /// Begins before the first member.
    ///
    /// # Errors
    /// `audience_too_large` for a campaign with more than `most` members; those of the store.
    pub(super) async fn of(
        tx: &mut Tx,
        ctx: &'a Ctx,
        (message, medium): (&'a Message, MediumKind),
        most: i64,
    ) -> Result<Self> {
        let campaign = campaign_of(message)?;
        if store::has_more_members(tx, campaign, most).await? {
            return Err(AUDIENCE_TOO_LARGE.with("limit", most));
        }
        let (of_campaign, experiment) = store::media_and_experiment_of(tx, campaign).await?;
        let experiments = message.input.experiment_id.into_iter().chain(experiment);
        let held_out = HoldOuts::of(tx, ctx, experiments).await?;
        let taken = store::taken(tx, message.meta.id).await?;
        let variants = message.input.variants.iter().map(|variant| variant.medium_id).collect();
        let said = said_in(tx, variants, &of_campaign).await?;
        Ok(Self { ctx, message, campaign, medium, said, held_out, taken, after: None })
    }

    /// The next members, with what was found of them; none behind the last.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<Found>>> {
        let (medium, now) = (self.medium, self.ctx.now);
        let of = (self.message.meta.id, self.campaign);
        let page = store::readers(tx, of, self.after, AT_ONCE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        self.after = Some(last.place());
        let people = People {
            parties: page.iter().map(|reader| reader.party_id).collect(),
            contacts: page.iter().filter_map(|reader| reader.contact_id).collect(),
        };
        let purpose = &*self.message.input.purpose;
        let words = words(tx, medium, purpose, &people).await?;
        let preferences = preferences(tx, &people).await?;
        let bound = words.iter().any(|word| word.max_messages.is_some())
            || preferences.iter().any(|one| one.max_messages.is_some());
        let written = match bound {
            true => {
                let people: BTreeSet<String> = page.iter().map(Reader::person).collect();
                store::written_to(tx, people, now - LONGEST).await?
            }
            false => Vec::new(),
        };
        let controls = self.held_out.among(tx, &people.parties).await?;
        let (words, wishes) = (ByPerson::of(words), ByPerson::of(preferences));
        let (past, nothing) = (by_person(written, purpose), Past::default());
        let mut found = Vec::with_capacity(page.len());
        for reader in page {
            let leave = reader.leave(words.about(&reader));
            let wish = reader.wish(wishes.about(&reader));
            let wanted = wish.pick(&self.said, medium);
            let (address, reached) = reader.reached_by(medium);
            let past = past.get(&reader.person()).unwrap_or(&nothing);
            let known = Judged {
                has_it: reader.delivery_status.is_some_and(MessageDeliveryStatus::has_it),
                control: controls.contains(&reader.party_id),
                medium: wanted == Some(medium),
                address: reached,
                address_taken: address.as_ref().is_some_and(|address| self.taken.contains(address)),
                leave,
                lately: past.lately(leave, now),
                full: wish.is_full(&past.all, now),
            };
            let excluded = known.excluded();
            if excluded.is_none() {
                self.taken.extend(address.clone());
            }
            found.push(Found { reader, address, wanted, excluded });
        }
        Ok(Some(found))
    }
}

/// Refuses to address anybody without a source code, of so many: what comes back from them could not be followed.
///
/// # Errors
/// `uncoded_recipients`.
pub(super) fn require_codes(uncoded: i64) -> Result<()> {
    match uncoded {
        0 => Ok(()),
        recipients => Err(UNCODED_RECIPIENTS.with("recipients", recipients)),
    }
}

/// The campaign that a message belongs to.
pub(super) fn campaign_of(message: &Message) -> Result<CampaignId> {
    message.input.campaign_id.ok_or_else(|| REQUIRED.at("/campaign_id"))
}

/// What somebody has said, of a contact or of a party as such.
trait OfSomebody {
    fn party(&self) -> PartyId;
    fn contact(&self) -> Option<ContactId>;
}

impl OfSomebody for Word {
    fn party(&self) -> PartyId {
        self.party_id
    }

    fn contact(&self) -> Option<ContactId> {
        self.contact_id
    }
}

impl OfSomebody for Preference {
    fn party(&self) -> PartyId {
        self.party_id
    }

    fn contact(&self) -> Option<ContactId> {
        self.contact_id
    }
}

/// What people have said, by whom it is of: each is looked at for few members only.
struct ByPerson<T> {
    of_contacts: BTreeMap<ContactId, Vec<T>>,
    of_parties: BTreeMap<PartyId, Vec<T>>,
}

impl<T: OfSomebody> ByPerson<T> {
    fn of(said: Vec<T>) -> Self {
        let mut all = Self { of_contacts: BTreeMap::new(), of_parties: BTreeMap::new() };
        for one in said {
            match one.contact() {
                Some(contact) => all.of_contacts.entry(contact).or_default().push(one),
                None => all.of_parties.entry(one.party()).or_default().push(one),
            }
        }
        all
    }

    fn about(&self, reader: &Reader) -> impl Iterator<Item = &T> + Clone {
        let own = reader.contact_id.and_then(|contact| self.of_contacts.get(&contact));
        own.into_iter().chain(self.of_parties.get(&reader.party_id)).flatten()
    }
}

fn by_person(written: Vec<WrittenTo>, purpose: &str) -> BTreeMap<String, Past> {
    let mut of: BTreeMap<String, Past> = BTreeMap::new();
    for one in written {
        of.entry(one.person.clone()).or_default().add(&one, purpose);
    }
    of
}
