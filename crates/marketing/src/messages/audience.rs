//! Whom a message goes to, and who is left out.

use super::{
    exclusion::{ExclusionReason, Judged},
    merge_file::postal,
    model::Message,
    store::{self, Reader},
};
use crate::{
    campaigns::CampaignId,
    consents::{Leave, People, Word, person, word_of, words},
    experiments::{Experiment, ExperimentId},
    media::MediumKind,
    message_deliveries::MessageDeliveryStatus,
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_customers::{contacts::ContactId, parties::PartyId};
use guanxi_kernel::{Ctx, Result, problem::REQUIRED};
use guanxi_storage::{Tx, resource};
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
}

/// How often a person was written to in the period of their bound, which ends now.
pub(crate) fn lately(leave: Leave, written: &[DateTime<Utc>], now: DateTime<Utc>) -> i64 {
    let Leave::Granted(Some((_, days))) = leave else { return 0 };
    let since = now - TimeDelta::days(days);
    let count = written.iter().filter(|at| **at > since).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The control arm of an experiment, counted from 0.
pub(super) async fn control_arm(
    tx: &mut Tx,
    ctx: &Ctx,
    id: Option<ExperimentId>,
) -> Result<Option<(ExperimentId, i64)>> {
    let Some(id) = id else { return Ok(None) };
    // Whoever named it was allowed to; who is in it counts for everybody.
    let experiment: Experiment = resource::load(tx, &ctx.on_behalf(), id.uuid()).await?;
    let at = experiment.input.arms.iter().position(|arm| arm.control);
    Ok(at.and_then(|at| i64::try_from(at).ok()).map(|arm| (id, arm)))
}

/// Looks at every member of the campaign of a message, page by page, and hands each over to `each`.
pub(super) async fn walk(
    tx: &mut Tx,
    ctx: &Ctx,
    message: &Message,
    medium: MediumKind,
    mut each: impl FnMut(Found),
) -> Result<()> {
    let campaign = campaign_of(message)?;
    let control = control_arm(tx, ctx, message.input.experiment_id).await?;
    let mut taken = store::taken(tx, message.meta.id).await?;
    let mut after = None;
    loop {
        let page = store::readers(tx, (message.meta.id, campaign), after, AT_ONCE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.member_id);
        let people = People {
            parties: page.iter().map(|reader| reader.party_id).collect(),
            contacts: page.iter().filter_map(|reader| reader.contact_id).collect(),
        };
        let purpose = &*message.input.purpose;
        let words = words(tx, medium, purpose, &people).await?;
        let written = match words.iter().any(|word| word.max_messages.is_some()) {
            true => {
                let people: BTreeSet<String> = page.iter().map(Reader::person).collect();
                store::written_to(tx, purpose, people, ctx.now - LONGEST).await?
            }
            false => Vec::new(),
        };
        let controls = match control {
            Some(arm) => {
                let parties = page.iter().map(|reader| reader.party_id).collect();
                store::in_arm(tx, arm, parties).await?
            }
            None => BTreeSet::new(),
        };
        let (said, written) = (Said::of(words), by_person(written));
        for reader in page {
            let who = reader.person();
            let leave = reader.leave(said.about(&reader));
            let (address, reached) = reader.reached_by(medium);
            let times = written.get(&who).map(Vec::as_slice).unwrap_or_default();
            let known = Judged {
                has_it: reader.delivery_status.is_some_and(MessageDeliveryStatus::has_it),
                control: controls.contains(&reader.party_id),
                address: reached,
                address_taken: address.as_ref().is_some_and(|address| taken.contains(address)),
                leave,
                lately: lately(leave, times, ctx.now),
            };
            let excluded = known.excluded();
            if excluded.is_none() {
                taken.extend(address.clone());
            }
            each(Found { reader, address, excluded });
        }
    }
}

/// The campaign that a message belongs to.
pub(super) fn campaign_of(message: &Message) -> Result<CampaignId> {
    message.input.campaign_id.ok_or_else(|| REQUIRED.at("/campaign_id"))
}

/// Words by whom they are about: each is looked at for few members only.
#[derive(Default)]
struct Said {
    of_contacts: BTreeMap<ContactId, Vec<Word>>,
    of_parties: BTreeMap<PartyId, Vec<Word>>,
}

impl Said {
    fn of(words: Vec<Word>) -> Self {
        let mut said = Self::default();
        for word in words {
            match word.contact_id {
                Some(contact) => said.of_contacts.entry(contact).or_default().push(word),
                None => said.of_parties.entry(word.party_id).or_default().push(word),
            }
        }
        said
    }

    fn about(&self, reader: &Reader) -> impl Iterator<Item = &Word> + Clone {
        let own = reader.contact_id.and_then(|contact| self.of_contacts.get(&contact));
        own.into_iter().chain(self.of_parties.get(&reader.party_id)).flatten()
    }
}

fn by_person(written: Vec<(String, DateTime<Utc>)>) -> BTreeMap<String, Vec<DateTime<Utc>>> {
    let mut of: BTreeMap<String, Vec<DateTime<Utc>>> = BTreeMap::new();
    for (person, at) in written {
        of.entry(person).or_default().push(at);
    }
    of
}
