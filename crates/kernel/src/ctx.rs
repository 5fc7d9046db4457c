//! One request, or one piece of the program's own work: who acts, where, when and in which words.

use crate::{
    Action, Actor, Currency, Reach, Result, TenantId,
    period::Fiscal,
    preferences::Preferences,
    problem::{Problem, STALE},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::{borrow::Cow, sync::Arc};

/// A language that people are answered in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Language {
    /// The tag for `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }
}

/// The settings of a tenant that rules depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The zone of its business days.
    pub time_zone: Tz,
    /// The currency its figures are summed in.
    pub currency: Currency,
    /// The country (ISO 3166) that phone numbers without a prefix belong to.
    pub country: String,
    /// Its fiscal calendar.
    pub fiscal: Fiscal,
    /// What it has decided for itself.
    pub preferences: Preferences,
    /// Seals what is handed to callers and must come back unchanged, such as cursors.
    pub seal: Vec<u8>,
}

/// Who acts and when; passed to every use case.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// The tenant that everything happens in.
    pub tenant: TenantId,
    /// Its settings.
    pub settings: Arc<Settings>,
    /// Who acts.
    pub actor: Arc<Actor>,
    /// The instant of the request: every time written by it is this one.
    pub now: DateTime<Utc>,
    /// Found again in answers, logs and events.
    pub request_id: Arc<str>,
    /// Through what it came: `api`, `import:` with the import, … Kept with every event, so that each
    /// value can say where it came from.
    pub source: Cow<'static, str>,
    /// The language of texts for people.
    pub language: Language,
    /// What the caller has seen of the record it wants to change (`If-Match`).
    pub seen: Seen,
    /// Whether to make a record although there seems to be one of the same already.
    pub accept_duplicates: bool,
}

/// Which version of a record the caller has seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Seen {
    /// The caller does not say; only the program itself may do so.
    #[default]
    Unsaid,
    /// Any version will do (`If-Match: *`).
    Any,
    /// One of these.
    Versions(Vec<i64>),
}

/// What comes through the API and says nothing else.
pub const API: Cow<'static, str> = Cow::Borrowed("api");

/// What the program does by itself: the command line, the first administrator.
pub const PROGRAM: Cow<'static, str> = Cow::Borrowed("program");

impl Ctx {
    /// The reach of a right that the actor must have; the first line of a use case.
    ///
    /// # Errors
    /// `forbidden` without the right.
    pub fn require(&self, resource: &'static str, action: Action) -> Result<Reach> {
        self.actor.require(resource, action)
    }

    /// The reach of a right; nothing without it.
    pub fn reach(&self, resource: &str, action: Action) -> Reach {
        self.actor.reach(resource, action)
    }

    /// The context of what follows by itself from a change that the caller was allowed to make: done
    /// in the caller's name, but not held to rights on, or versions of, records that were not asked
    /// for.
    #[must_use]
    pub fn on_behalf(&self) -> Self {
        let everything = Actor::system(self.actor.user).grants;
        let actor = Actor { grants: everything, limits: None, ..Actor::clone(&self.actor) };
        Self { actor: Arc::new(actor), seen: Seen::Unsaid, ..self.clone() }
    }

    /// Refuses to change what the caller has not seen.
    ///
    /// # Errors
    /// `stale_version` with the current version.
    pub fn expect_version(&self, current: i64) -> Result<()> {
        match &self.seen {
            Seen::Versions(seen) if !seen.contains(&current) => Err(stale(current)),
            _ => Ok(()),
        }
    }
}

/// The refusal of a change made on an older version than `current`.
pub fn stale(current: i64) -> Problem {
    STALE.problem().at_version(current)
}
