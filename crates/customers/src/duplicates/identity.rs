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

    /// As it is compared by somebody who sees those fields.
    fn prepared(&self, sees: &dyn Fn(&str) -> bool) -> Prepared {
        prepare(&masked(self.profile(), sees))
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
        let reached = (&*self.input.phones, &*self.input.emails, &*self.input.addresses);
        described(kind, names.into_iter().flatten(), reached)
    }

    fn title(&self) -> &str {
        &self.input.name
    }
}

impl Identity for Contact {
    const TYPE: RecordType = RecordType::Contact;

    fn profile(&self) -> Profile {
        let reached = (&*self.input.phones, &*self.input.emails, &[] as &[Address]);
        described(ProfileKind::Person, [&*self.input.name], reached)
    }

    fn title(&self) -> &str {
        &self.input.name
    }
}

/// What tells who somebody is: names, and how to reach them.
pub fn described<'a>(
    kind: ProfileKind,
    names: impl IntoIterator<Item = &'a str>,
    (phones, emails, addresses): (&[Phone], &[Email], &[Address]),
) -> Profile {
    let mut profile = Profile::new(kind, names);
    profile.phones = phones.iter().map(|phone| phone.number.to_string()).collect();
    profile.emails = emails.iter().map(Entry::term).collect();
    profile.addresses = addresses.iter().map(address).collect();
    profile
}

/// The same without the fields that somebody does not see.
pub(super) fn masked(mut profile: Profile, sees: &dyn Fn(&str) -> bool) -> Profile {
    profile.names.retain(|_| sees("name"));
    profile.phones.retain(|_| sees("phones"));
    profile.emails.retain(|_| sees("emails"));
    profile.addresses.retain(|_| sees("addresses"));
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
