//! What of a record tells who it is.

use crate::{
    contact_points::{Address, Email, Phone},
    contacts::Contact,
    parties::{Party, PartyKind},
};
use guanxi_kernel::scalar::Entry;
use guanxi_matching::{PostalAddress, Prepared, Profile, ProfileKind, prepare};
use guanxi_storage::Resource;

guanxi_kernel::words! {
    /// The records that can be the same.
    #[derive(Default)]
    pub enum RecordType {
        /// Parties.
        #[default]
        Party = "party" ("Party", "客户/业务对象"),
        /// Contacts.
        Contact = "contact" ("Contact", "联系人"),
    }
}

/// A record of which there should be one for each company or person.
pub(crate) trait Identity: Resource {
    const TYPE: RecordType;

    fn profile(&self) -> Profile;

    /// What people call it.
    fn title(&self) -> &str;

    fn phones(&self) -> &[Phone];

    fn emails(&self) -> &[Email];

    /// As it is compared by somebody who sees those fields.
    fn prepared(&self, sees: &dyn Fn(&str) -> bool) -> Prepared {
        let mut profile = self.profile();
        profile.names.retain(|_| sees("name"));
        profile.phones.retain(|_| sees("phones"));
        profile.emails.retain(|_| sees("emails"));
        profile.addresses.retain(|_| sees("addresses"));
        prepare(&profile)
    }
}

impl Identity for Party {
    const TYPE: RecordType = RecordType::Party;

    fn profile(&self) -> Profile {
        let kind = match self.input.kind {
            PartyKind::Organisation => ProfileKind::Organisation,
            PartyKind::Person => ProfileKind::Person,
        };
        let names = [Some(&*self.input.name), self.input.short_name.as_deref()];
        Profile {
            addresses: self.input.addresses.iter().map(address).collect(),
            ..profile(kind, names, &self.input.phones, &self.input.emails)
        }
    }

    fn title(&self) -> &str {
        &self.input.name
    }

    fn phones(&self) -> &[Phone] {
        &self.input.phones
    }

    fn emails(&self) -> &[Email] {
        &self.input.emails
    }
}

impl Identity for Contact {
    const TYPE: RecordType = RecordType::Contact;

    fn profile(&self) -> Profile {
        let names = [Some(&*self.input.name), None];
        profile(ProfileKind::Person, names, &self.input.phones, &self.input.emails)
    }

    fn title(&self) -> &str {
        &self.input.name
    }

    fn phones(&self) -> &[Phone] {
        &self.input.phones
    }

    fn emails(&self) -> &[Email] {
        &self.input.emails
    }
}

fn profile(
    kind: ProfileKind,
    names: [Option<&str>; 2],
    phones: &[Phone],
    emails: &[Email],
) -> Profile {
    let mut profile = Profile::new(kind, names.into_iter().flatten());
    profile.phones = phones.iter().map(|phone| phone.number.to_string()).collect();
    profile.emails = emails.iter().map(Entry::term).collect();
    profile
}

fn address(address: &Address) -> PostalAddress {
    let text = |part: Option<&str>| part.map(str::to_owned);
    PostalAddress {
        region: text(address.region.as_deref()),
        city: text(address.city.as_deref()),
        district: text(address.district.as_deref()),
        street: text(address.street.as_deref()),
        postal_code: text(address.postal_code.as_deref()),
    }
}
