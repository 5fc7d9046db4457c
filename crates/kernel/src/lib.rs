//! The vocabulary of Guanxi: what every crate speaks of, and nothing that reads or writes.
//!
//! | module | holds |
//! | --- | --- |
//! | [`id`] | typed UUIDv7 identifiers |
//! | [`word`] | closed vocabularies: the enum values of the API, with their labels |
//! | [`mod@canonical`] | JSON in one spelling, to be digested |
//! | [`text`] | bounded text that cannot hold what a store or a screen would choke on |
//! | [`phone`] | phone numbers in E.164 |
//! | [`pinyin`] | how Chinese characters are read |
//! | [`simplified`] | traditional characters by their simplified ones |
//! | [`money`], [`decimal`], [`ratio`], [`split`], [`period`] | exact figures and the fiscal calendar |
//! | [`measure`] | what figures mean |
//! | [`moves`] | state machines: from which state which move leads where |
//! | [`fine`] | prices and amounts finer than a currency, quantities that come back |
//! | [`allocation`], [`attainment`] | figures divided on several axes; how far targets are met |
//! | [`calendar`] | working days and hours of a week, holidays and make-up days |
//! | [`lunar`] | the lunar calendar of China, year by year |
//! | [`input`] | reading what callers send, with every finding |
//! | [`scalar`] | the types of single fields, as data |
//! | [`problem`] | what can go wrong: stable codes, texts in two languages |
//! | [`preferences`] | what a tenant may decide for itself |
//! | [`actor`], [`ctx`], [`clock`] | who acts, with what rights, and when |

pub mod actor;
pub mod allocation;
pub mod attainment;
pub mod calendar;
pub mod canonical;
pub mod clock;
pub mod ctx;
pub mod decimal;
pub mod fine;
pub mod id;
pub mod input;
pub mod lunar;
pub mod measure;
pub mod money;
pub mod moves;
pub mod period;
pub mod phone;
pub mod pinyin;
pub mod preferences;
pub mod problem;
mod rate;
pub mod ratio;
pub mod scalar;
pub mod simplified;
pub mod split;
pub mod text;
pub mod word;

pub use actor::{Action, Actor, Barrier, Reach, Scope};
pub use calendar::Calendar;
pub use canonical::canonical;
pub use clock::Clock;
pub use ctx::{Ctx, Language};
pub use decimal::{Proportion, Quantity, Share, Weight};
pub use fine::{FineAmount, SignedQuantity};
pub use id::{ApiKeyId, Id, OrgUnitId, RoleId, SessionId, TeamId, TenantId, UserId};
pub use money::{Currency, ExchangeRate, Money};
pub use problem::{Code, Kind, Problem, Result};
pub use text::{Line, Text};
pub use word::Word;

/// What the macros of this crate expand to needs these at any call site.
#[doc(hidden)]
pub mod expansion {
    pub use {sea_query, serde, sqlx, utoipa};
}
