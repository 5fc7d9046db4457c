//! What is compared, as callers write it.

guanxi_kernel::words! {
    /// What a profile describes.
    pub enum ProfileKind {
        /// A company, an authority, an association.
        Organisation = "organisation" ("Organisation", "组织"),
        /// A human being.
        Person = "person" ("Person", "个人"),
    }
}

/// What is known of somebody. Anything may be missing, misspelt or in the wrong place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Organisation or person.
    pub kind: ProfileKind,
    /// Every name that is used: full, short, former.
    pub names: Vec<String>,
    /// The given name, where it is known apart.
    pub given_name: Option<String>,
    /// The family name, where it is known apart.
    pub family_name: Option<String>,
    /// Phone numbers in E.164, e.g. `+8613800138000`.
    pub phones: Vec<String>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Identifiers such as a customer number or a tax number. Who shares one is the same.
    pub codes: Vec<String>,
    /// The birth date, year first, e.g. `1980-02-29`; it need not exist in the calendar.
    pub birth_date: Option<String>,
    /// Where it is to be found.
    pub addresses: Vec<PostalAddress>,
}

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostalAddress {
    /// Province or state.
    pub region: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// A part of the city, or the building.
    pub district: Option<String>,
    /// Street and house number.
    pub street: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
}

impl Profile {
    /// A profile of which nothing but its names is known.
    pub fn new<N: Into<String>>(kind: ProfileKind, names: impl IntoIterator<Item = N>) -> Self {
        Self {
            kind,
            names: names.into_iter().map(Into::into).collect(),
            given_name: None,
            family_name: None,
            phones: Vec::new(),
            emails: Vec::new(),
            codes: Vec::new(),
            birth_date: None,
            addresses: Vec::new(),
        }
    }
}
