//! What a tenant may decide for itself, with what holds as long as it does not.

use crate::Line;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

crate::words! {
    /// What becomes of a new record that is certainly there already.
    #[derive(Default)]
    pub enum DuplicatesOnEntry {
        /// It is refused with the records that it may be, unless the caller accepts that.
        #[default]
        Refuse = "refuse" ("Refuse it", "拒绝"),
        /// It is made; a search for duplicates finds both.
        Accept = "accept" ("Make it", "仍然新建"),
    }
}

/// What a tenant has decided. What a patch does not name stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Preferences {
    /// What becomes of a new record that is certainly there already.
    pub duplicates_on_entry: DuplicatesOnEntry,
    /// Why targets are adjusted, beside `market`, `environment`, `cost` and `policy`, which are always
    /// there.
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub adjustment_reasons: Vec<Line<40>>,
}
