//! What a tenant may decide for itself, with what holds as long as it does not.

use crate::{Line, Money, Text, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

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

crate::words! {
    /// What a tenant can do without. What is left works as before.
    pub enum Module {
        /// Whom to address, through which media, and what came of it.
        Marketing = "marketing" ("Marketing", "市场营销"),
        /// From the lead to the quote, with targets and commission.
        Sales = "sales" ("Sales", "销售"),
        /// From the signature to the last payment.
        Contracts = "contracts" ("Contracts", "合同"),
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
    /// The modules that it does without: their paths answer `module_disabled`. What is in them stays, and
    /// is told of in the feed as before.
    #[validate(length(max = 3))]
    #[schema(max_items = 3)]
    pub disabled_modules: Vec<Module>,
    /// What becomes of carts that are left; after an hour they are abandoned, and nobody is called, when
    /// nothing is said.
    #[validate(nested)]
    pub abandoned_carts: Option<CartRules>,
    /// The steps on the way to an order in web shops, the first one first, each once: by the words in which the
    /// shops tell of them.
    #[validate(length(max = 20), custom(function = "each_once"))]
    #[schema(max_items = 20)]
    pub order_path: Vec<Line<60>>,
    /// Within how many days after a delivery the service department accepts the file of the customer. Where nothing
    /// is said nobody is late, and contracts that are implemented make no service transfers. It holds for what is
    /// delivered from then on.
    #[validate(range(min = 1, max = 365))]
    #[schema(minimum = 1, maximum = 365)]
    pub transfer_within_days: Option<i64>,
    /// Whether whoever looks after a customer in service is its primary owner once service has accepted its file;
    /// otherwise who has sold it stays so.
    pub service_becomes_primary: bool,
    /// What programmes need; nothing when nothing is said.
    #[validate(nested)]
    pub programmes: Option<ProgrammeRules>,
}

/// What programmes over several media need.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct ProgrammeRules {
    /// Whether somebody of field sales works in a programme before it is submitted.
    pub field_sales_required: bool,
    /// Whether no item of its checklist is open before it starts.
    pub readiness_required: bool,
}

fn each_once(steps: &[Line<60>]) -> Result<(), ValidationError> {
    let again = |(at, step): (usize, &Line<60>)| steps[..at].contains(step);
    if steps.iter().enumerate().any(again) {
        return Err(ValidationError::new("repeated").with_message("each once".into()));
    }
    Ok(())
}

/// What becomes of carts that are left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartRules {
    /// After how many minutes without anything a cart is abandoned. It holds for what is told from then on.
    #[validate(range(min = 5, max = 43_200))]
    #[schema(minimum = 5, maximum = 43_200)]
    pub idle_minutes: i64,
    /// The calls about them; nobody is called when absent.
    #[serde(default)]
    #[validate(nested)]
    pub call: Option<CartCalls>,
}

/// The calls about carts that are left, to customers who are known and have a work phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartCalls {
    /// What a cart is worth at least that somebody is called about; carts in other currencies are not.
    pub min_value: Money,
    /// Within how many minutes.
    #[validate(range(min = 1, max = 10_080))]
    #[schema(minimum = 1, maximum = 10_080)]
    pub within_minutes: i64,
    /// Who calls.
    pub owner_id: UserId,
    /// What they must know before they do, e.g. what they may offer and may not say; it stands on the task.
    pub briefing: Text<2000>,
}
