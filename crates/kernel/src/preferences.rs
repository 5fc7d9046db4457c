//! What a tenant may decide for itself, with what holds as long as it does not.
//!
//! They are a member of the tenant and part of every context. A limit that the program could have fixed
//! becomes a field here. What belongs to one vertical stands here too, since the tenant, the document and every
//! context know its type. Price: a struct here for each vertical that asks its tenants something.

use crate::{Line, Money, RoleId, Share, Text, UserId};
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

crate::words! {
    /// By how many steps of trade what is sold comes to the customer.
    pub enum ChannelMode {
        /// The company sells to the customer itself.
        Direct = "direct" ("Direct", "直销"),
        /// By one step, e.g. a dealer.
        OneLevel = "one_level" ("One level", "一级分销"),
        /// By two steps, e.g. a wholesaler and a dealer.
        TwoLevel = "two_level" ("Two levels", "二级分销"),
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
    /// By how many steps the company sells: that of each order and contract that does not say it.
    pub channel_mode: Option<ChannelMode>,
    /// From how many purchases on the value of a customer is certain enough; 3 when nothing is said. With fewer its
    /// `value_confidence` is `low`.
    #[validate(range(min = 1, max = 1_000))]
    #[schema(minimum = 1, maximum = 1_000)]
    pub confident_purchases: Option<i64>,
    /// The rules by which the customer base is kept, which `base-policy-compliance` holds it against; none when nothing
    /// is said.
    #[validate(nested)]
    pub base_policy: Option<BasePolicy>,
    /// The code of the training item that a user must have passed, in whichever roll-out, before they import
    /// files. Nobody is barred when nothing is said.
    pub import_training: Option<Line<40>>,
    /// By when what follows a call of a customer is done; within a day and three days when nothing is said.
    #[validate(nested)]
    pub calls: Option<CallRules>,
    /// How customers are pressed for what is late on contracts; nobody is when nothing is said, and `{}` means the
    /// usual levels, after 1, 15 and 30 days.
    #[validate(nested)]
    pub dunning: Option<DunningRules>,
    /// The role, e.g. that of field sales, without which nobody changes how customers are followed: pipelines in use
    /// with their stages, and levels of leads in use. Others prepare what is not in use, and whoever has the role puts
    /// it to use. Rights alone decide when nothing is said.
    pub tracking_role_id: Option<RoleId>,
    /// Where the phases of a customer's life begin and end; the usual limits hold when nothing is said.
    #[validate(nested)]
    pub life_cycle: Option<LifeCycleRules>,
    /// After how long and how far vehicles are serviced that say neither themselves; after 6 months or 5,000 kilometres,
    /// whichever is first, when nothing is said. It holds for a vehicle from its next change on.
    #[validate(nested)]
    pub vehicle_service: Option<VehicleService>,
    /// The fields of which it is kept who was shown them (`/v1/field-reads`), by resource and name, e.g.
    /// `contacts.phones` or `parties.custom.id_number`, each once. Nobody is watched when nothing is said.
    #[validate(length(max = 50), custom(function = "each_once"))]
    #[schema(max_items = 50)]
    pub watched_fields: Vec<Line<60>>,
}

/// Where the phases of a customer's life begin and end. Each month is judged, once it has ended, by what the six up to
/// it came to against the six before; growth counts before decline, and decline before maturity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LifeCycleRules {
    /// From how much more on it is growth.
    pub growth_by: Share,
    /// From how much less on it is decline.
    pub decline_by: Share,
    /// Up to how much more or less it is maturity. Where none of them is reached the phase of the month before goes
    /// on.
    pub mature_within: Share,
    /// For how many months, from that of the first purchase on, a customer is new.
    #[validate(range(min = 1, max = 60))]
    #[schema(minimum = 1, maximum = 60)]
    pub new_months: i64,
    /// After how many months of the calendar without a purchase a customer is lost.
    #[validate(range(min = 1, max = 120))]
    #[schema(minimum = 1, maximum = 120)]
    pub lost_months: i64,
}

impl Default for LifeCycleRules {
    /// A tenth more, a fifth less, and a tenth either way; new for six months, lost after twelve.
    fn default() -> Self {
        Self {
            growth_by: Share::of_ten_thousandths(1_000),
            decline_by: Share::of_ten_thousandths(2_000),
            mature_within: Share::of_ten_thousandths(1_000),
            new_months: 6,
            lost_months: 12,
        }
    }
}

/// The rules by which a customer base is kept.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct BasePolicy {
    /// Whether each customer has an owner who can act.
    pub owner_required: bool,
    /// Within how many days what is known of each customer was verified.
    #[validate(range(min = 1, max = 3_650))]
    #[schema(minimum = 1, maximum = 3_650)]
    pub verified_within_days: Option<i64>,
    /// Within how many days each customer was checked in a stocktake, whatever came of it.
    #[validate(range(min = 1, max = 3_650))]
    #[schema(minimum = 1, maximum = 3_650)]
    pub stocktake_within_days: Option<i64>,
    /// Within how many days somebody was in touch with each customer.
    #[validate(range(min = 1, max = 3_650))]
    #[schema(minimum = 1, maximum = 3_650)]
    pub contact_within_days: Option<i64>,
    /// For how many of the customers a rule holds at least; for all of them when nothing is said.
    pub least_share: Option<Share>,
}

/// From one service of a vehicle to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VehicleService {
    /// After how many months; 0 for no matter how long.
    #[validate(range(min = 0, max = 240))]
    #[schema(minimum = 0, maximum = 240)]
    pub every_months: i64,
    /// After how many kilometres; 0 for no matter how far.
    #[validate(range(min = 0, max = 1_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub every_distance: i64,
}

impl Default for VehicleService {
    fn default() -> Self {
        Self { every_months: 6, every_distance: 5_000 }
    }
}

/// By when what follows a call of a customer is done. It holds for calls that are closed from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallRules {
    /// Within how many minutes of its end it is answered by mail.
    #[validate(range(min = 1, max = 43_200))]
    #[schema(minimum = 1, maximum = 43_200)]
    pub reply_within_minutes: i64,
    /// Within how many minutes of its end somebody calls back.
    #[validate(range(min = 1, max = 43_200))]
    #[schema(minimum = 1, maximum = 43_200)]
    pub follow_up_within_minutes: i64,
}

/// How customers are pressed for what is late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DunningRules {
    /// The levels, each after more days than the one before.
    #[validate(length(min = 1, max = 10), nested, custom(function = "ever_later"))]
    #[schema(min_items = 1, max_items = 10)]
    pub levels: Vec<DunningLevel>,
}

/// One level of pressing for what is late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DunningLevel {
    /// After how many days behind the last day of a payment it is reached.
    #[validate(range(min = 1, max = 365))]
    #[schema(minimum = 1, maximum = 365)]
    pub days_overdue: i64,
    /// Within how many days whoever looks after the contract has to do it.
    #[serde(default = "three")]
    #[validate(range(min = 0, max = 90))]
    #[schema(minimum = 0, maximum = 90, default = 3)]
    pub within_days: i64,
    /// What sort of task it becomes, in a word of the company, e.g. `dunning` or `legal_letter`.
    #[serde(default = "dunning")]
    #[schema(default = "dunning")]
    pub task_kind: Line<60>,
}

fn three() -> i64 {
    3
}

fn dunning() -> Line<60> {
    Line::literal("dunning")
}

impl Default for DunningRules {
    fn default() -> Self {
        let level = |days_overdue| DunningLevel {
            days_overdue,
            within_days: three(),
            task_kind: dunning(),
        };
        Self { levels: [1, 15, 30].map(level).into() }
    }
}

fn ever_later(levels: &[DunningLevel]) -> Result<(), ValidationError> {
    if levels.windows(2).any(|two| two[1].days_overdue <= two[0].days_overdue) {
        let expected = "days_overdue greater from level to level";
        return Err(ValidationError::new("out_of_range").with_message(expected.into()));
    }
    Ok(())
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
