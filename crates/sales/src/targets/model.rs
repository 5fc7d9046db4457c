//! A target as a row. How it is divided lies beside it, in `versions.rs`.

use super::parts::{TargetProposal, TargetRound};
use crate::products::{Product, ProductId};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{
    parties::{Party, PartyId},
    regions::{Region, RegionId},
};
use guanxi_identity::{org_units::OrgUnit, teams::Team, users::User};
use guanxi_kernel::{
    Currency, Id, Money, OrgUnitId, Quantity, TeamId, Text, UserId, Word as _,
    attainment::Figure,
    period::{Period, Unit},
    problem::Texts,
};
use guanxi_storage::{Kind, Meta, Record, Visibility, kind::Succession};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What a target counts.
    pub enum TargetMetric {
        /// What won opportunities bring.
        Amount = "amount" ("Won amount", "成交额"),
        /// What is left of that behind the cost, as accepted quotes know it.
        Margin = "margin" ("Margin", "毛利"),
        /// What customers have paid.
        Receipts = "receipts" ("Receipts", "回款额"),
        /// How many opportunities are won.
        Count = "count" ("Won opportunities", "成交数"),
    }
}

guanxi_kernel::words! {
    /// Whose target it is.
    pub enum TargetLevel {
        /// Of the whole company.
        Company = "company" ("Company", "公司"),
        /// Of an org unit with all below it.
        Unit = "unit" ("Org unit", "部门"),
        /// Of a team.
        Team = "team" ("Team", "团队"),
        /// Of a sales representative.
        Rep = "rep" ("Sales representative", "销售代表"),
        /// Of a dealer, through whom others buy.
        Channel = "channel" ("Channel dealer", "渠道经销商"),
    }
}

guanxi_kernel::words! {
    /// How far the talks about a target have come.
    #[derive(Default)]
    pub enum TargetStatus {
        /// Named by whoever sets it.
        #[default]
        Proposed = "proposed" ("Proposed", "已提出"),
        /// Another figure was named against it.
        Countered = "countered" ("Countered", "协商中"),
        /// Both sides agree.
        Agreed = "agreed" ("Agreed", "已达成一致"),
        /// Set without the other side agreeing.
        Imposed = "imposed" ("Imposed", "强制下达"),
    }
}

guanxi_kernel::words! {
    /// What is done with a target.
    pub enum TargetMove {
        /// Over months, quarters or halves.
        Split = "split" ("Split over periods", "按期间分解"),
        /// Over units, people, products, regions or dealers.
        Allocate = "allocate" ("Allocate", "按维度分配"),
        /// Parts up or down.
        Adjust = "adjust" ("Adjust", "调整"),
        /// Another figure, over what is still open.
        Reallocate = "reallocate" ("Re-allocate", "重新分配"),
        /// A target of its own for each part.
        HandDown = "hand-down" ("Hand down", "下达分解"),
        /// From history by a model.
        Propose = "propose" ("Propose from history", "按模型建议"),
        /// Another figure against it.
        Counter = "counter" ("Counter", "还价"),
        /// Take the last figure.
        Agree = "agree" ("Agree", "同意"),
        /// Set it all the same.
        Impose = "impose" ("Impose", "强制下达"),
    }
}

guanxi_kernel::words! {
    /// Along what a target is divided.
    pub enum Dimension {
        /// Months.
        Month = "month" ("Month", "月"),
        /// Fiscal quarters.
        Quarter = "quarter" ("Quarter", "季度"),
        /// Fiscal half-years.
        Half = "half" ("Half-year", "半年"),
        /// Org units.
        Unit = "unit" ("Org unit", "部门"),
        /// Teams.
        Team = "team" ("Team", "团队"),
        /// Sales representatives.
        Rep = "rep" ("Sales representative", "销售代表"),
        /// Products.
        Product = "product" ("Product", "产品"),
        /// Regions of sales.
        Region = "region" ("Region", "地区"),
        /// Parties with the role `dealer`.
        Channel = "channel" ("Channel dealer", "渠道经销商"),
    }
}

impl Dimension {
    /// The length of its members, if these are periods.
    pub(super) const fn unit(self) -> Option<Unit> {
        match self {
            Self::Month => Some(Unit::Month),
            Self::Quarter => Some(Unit::Quarter),
            Self::Half => Some(Unit::Half),
            _ => None,
        }
    }
}

/// Names a target.
pub type TargetId = Id<Target>;

type TargetMeta = Meta<Target>;

/// What callers write of a target. Everything but `owner_id`, `risk_coefficient` and `note` is set when
/// it is made; the figure changes by verbs, with a reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct TargetInput {
    /// What it counts.
    #[field(zh = "指标口径", filter)]
    pub metric: TargetMetric,
    /// Whose it is.
    #[field(zh = "指标层级", filter)]
    pub level: TargetLevel,
    /// The org unit, of one of the level `unit`.
    #[serde(default)]
    #[field(zh = "部门", filter, to = OrgUnit)]
    pub org_unit_id: Option<OrgUnitId>,
    /// The team, of one of the level `team`.
    #[serde(default)]
    #[field(zh = "团队", filter, to = Team)]
    pub team_id: Option<TeamId>,
    /// The sales representative, of one of the level `rep`.
    #[serde(default)]
    #[field(zh = "销售代表", filter, to = User)]
    pub rep_id: Option<UserId>,
    /// The dealer, of one of the level `channel`.
    #[serde(default)]
    #[field(zh = "渠道经销商", filter, to = Party)]
    pub dealer_id: Option<PartyId>,
    /// The whole period that it is for: `2026`, `2026-H1`, `2026-Q3` or `2026-07`.
    #[field(zh = "期间", filter)]
    pub period: Period,
    /// The figure, of a metric that is an amount.
    #[serde(default)]
    #[validate(custom(function = "guanxi_customers::rules::not_negative"))]
    #[field(zh = "指标金额", money)]
    pub amount: Option<Money>,
    /// The figure, of a metric that is a count.
    #[serde(default)]
    #[validate(range(min = 0, max = 1_000_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    #[field(zh = "指标数量")]
    pub quantity: Option<i64>,
    /// Only opportunities that are mainly about this product count.
    #[serde(default)]
    #[field(zh = "产品", filter, to = Product)]
    pub product_id: Option<ProductId>,
    /// Only opportunities of parties in this region of sales count.
    #[serde(default)]
    #[field(zh = "地区", filter, to = Region)]
    pub region_id: Option<RegionId>,
    /// The target that it is a part of: of the same metric and currency, in a period that holds its own.
    #[serde(default)]
    #[field(zh = "上级指标", filter, to = Target)]
    pub parent_id: Option<TargetId>,
    /// How much more than this target those below it must come to together, such as `1.1`; 1 when
    /// absent, and then nothing is refused.
    #[serde(default)]
    #[field(zh = "风险系数")]
    pub risk_coefficient: Option<Quantity>,
    /// Who answers for it: the representative, the manager of the unit, the user who looks after the
    /// dealer, else the acting user, when absent. The target of a representative is always theirs.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// What somebody is to reach in a period.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Target {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = TargetMeta)]
    pub meta: Meta<Target>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: TargetInput,
    /// How far the talks have come. Only what is agreed or imposed counts in reports.
    #[field(zh = "协商状态", filter)]
    pub status: TargetStatus,
    /// The figures that were named so far, the first first.
    #[schema(max_items = 50)]
    #[field(zh = "协商记录", json)]
    pub rounds: Vec<TargetRound>,
    /// Since when it counts.
    #[field(zh = "生效时间", filter)]
    pub decided_at: Option<DateTime<Utc>>,
    /// The number of its latest version.
    #[field(zh = "指标版次")]
    pub revision: i64,
    /// Along what it is divided, in the order in which that was done.
    #[schema(max_items = 8)]
    #[field(zh = "分解维度", json)]
    pub dimensions: Vec<Dimension>,
    /// Along what those below its parent that are like it divide the parent; absent without a parent.
    #[field(zh = "分解方式", filter)]
    pub branch: Option<Branch>,
    /// What a model proposed from history, with the factors behind it; the last time it was asked.
    #[field(zh = "模型建议", json)]
    pub proposal: Option<TargetProposal>,
    /// The first day of its period.
    #[field(zh = "开始日期", filter)]
    pub starts_on: NaiveDate,
    /// The last day of its period.
    #[field(zh = "结束日期", filter)]
    pub ends_on: NaiveDate,
    /// What makes two targets the same one.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) subject_key: String,
    /// The figure in minor units or pieces.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) units: i64,
}

guanxi_kernel::words! {
    /// How a target differs from its parent.
    pub enum Branch {
        /// By a shorter period.
        Period = "period" ("Shorter period", "期间"),
        /// By the org unit.
        Unit = "unit" ("Org unit", "部门"),
        /// By the team.
        Team = "team" ("Team", "团队"),
        /// By the sales representative.
        Rep = "rep" ("Sales representative", "销售代表"),
        /// By the product.
        Product = "product" ("Product", "产品"),
        /// By the region.
        Region = "region" ("Region", "地区"),
        /// By the dealer.
        Channel = "channel" ("Channel dealer", "渠道经销商"),
    }
}

/// The resource of targets. Whose a target is says itself, so nobody inherits it with other records.
pub static TARGET: Kind = Kind::new::<Target>(
    "target",
    "targets",
    "targets",
    Visibility::Owner,
    Texts { en: "Target", zh: "销售指标" },
)
.succeeded(Succession::Never)
.also(&[
    "split",
    "allocated",
    "adjusted",
    "reallocated",
    "proposal_made",
    "countered",
    "agreed",
    "imposed",
]);

impl TargetStatus {
    /// Whether it counts in reports.
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Agreed | Self::Imposed)
    }
}

impl Target {
    /// The figure in minor units or pieces.
    pub const fn units(&self) -> i64 {
        self.units
    }

    /// Its currency, of a metric that is an amount.
    pub fn currency(&self) -> Option<Currency> {
        self.input.amount.map(Money::currency)
    }

    /// So many units as a figure of it.
    pub fn figure_of(&self, units: i64) -> Figure {
        match self.currency() {
            Some(currency) => Figure::Amount(Money::new(units, currency)),
            None => Figure::Count(units),
        }
    }

    /// The figure of it.
    pub fn figure(&self) -> Figure {
        self.figure_of(self.units)
    }

    /// Gives it another figure.
    pub(super) fn set_units(&mut self, units: i64) {
        self.units = units;
        match self.currency() {
            Some(currency) => self.input.amount = Some(Money::new(units, currency)),
            None => self.input.quantity = Some(units),
        }
    }

    /// Whom or what it is of, if that is not the company.
    pub fn subject(&self) -> Option<Uuid> {
        let input = &self.input;
        match input.level {
            TargetLevel::Company => None,
            TargetLevel::Unit => input.org_unit_id.map(Id::uuid),
            TargetLevel::Team => input.team_id.map(Id::uuid),
            TargetLevel::Rep => input.rep_id.map(Id::uuid),
            TargetLevel::Channel => input.dealer_id.map(Id::uuid),
        }
    }

    /// What makes it the same target, in that period.
    pub fn key_in(&self, period: Period) -> String {
        let of = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        let input = &self.input;
        format!(
            "{}|{}|{}|{}|{}|{period}",
            input.metric.word(),
            input.level.word(),
            of(self.subject()),
            of(input.product_id.map(Id::uuid)),
            of(input.region_id.map(Id::uuid)),
        )
    }

    /// How it differs from its parent.
    pub(super) fn branch_of(&self, parent: &Self) -> Option<Branch> {
        let (own, above) = (&self.input, &parent.input);
        if own.period != above.period {
            Some(Branch::Period)
        } else if own.level != above.level || self.subject() != parent.subject() {
            match own.level {
                TargetLevel::Company => None,
                TargetLevel::Unit => Some(Branch::Unit),
                TargetLevel::Team => Some(Branch::Team),
                TargetLevel::Rep => Some(Branch::Rep),
                TargetLevel::Channel => Some(Branch::Channel),
            }
        } else if own.product_id != above.product_id {
            Some(Branch::Product)
        } else if own.region_id != above.region_id {
            Some(Branch::Region)
        } else {
            None
        }
    }
}
