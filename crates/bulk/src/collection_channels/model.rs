//! A collection channel. Pure.

use guanxi_kernel::{Id, Line, Text, problem::Texts, ratio::Ratio};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// From where a customer is in the base.
    pub enum BaseSource {
        /// Files of sales.
        Sales = "sales" ("Sales files", "销售客户资料"),
        /// Files of after-sales service.
        AfterSales = "after_sales" ("After-sales files", "售后客户资料"),
        /// Records of customer service.
        Service = "service" ("Customer service", "客户服务数据"),
        /// Systems of production, orders and deliveries.
        Operations = "operations" ("Production and operations", "生产运营数据"),
        /// Lists and answers of marketing.
        Marketing = "marketing" ("Marketing", "市场部数据"),
        /// A form on a page.
        Form = "form" ("Form", "表单"),
        /// An affiliated company or a supplier has named it.
        Affiliate = "affiliate" ("Affiliated companies and suppliers", "关系企业与配套厂商"),
        /// A friend or relative of an employee.
        EmployeeRelation = "employee_relation" ("Friends and family of employees", "员工亲友关系"),
        /// A customer has recommended it; the referral says who.
        Referral = "referral" ("Referral by customers", "客户转介绍"),
        /// A consultant has brought it in.
        Consultant = "consultant" ("Own contact of a consultant", "销售顾问自有客户"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

impl BaseSource {
    /// Whether such a customer names the party that has named it.
    pub fn names_party(self) -> bool {
        self == Self::Affiliate
    }

    /// Whether such a customer names an employee.
    pub fn names_employee(self) -> bool {
        matches!(self, Self::EmployeeRelation | Self::Consultant)
    }
}

/// Names a collection channel.
pub type CollectionChannelId = Id<CollectionChannel>;

type CollectionChannelMeta = Meta<CollectionChannel>;

/// What callers write of a collection channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CollectionChannelInput {
    /// What it is called.
    #[field(zh = "名称", filter)]
    pub name: Line<200>,
    /// From where whoever comes through it is in the base: a source that names neither a party nor an employee.
    #[field(zh = "基盘来源", filter)]
    pub base_source: BaseSource,
    /// How far the other system has been read, in the words of whoever reads it, e.g. the cursor or the time of its
    /// last record. An import that says its position moves it when all of its rows were read.
    #[serde(default)]
    #[field(zh = "读取位置")]
    pub position: Option<Line<400>>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// A way by which data of customers come in.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CollectionChannel {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CollectionChannelMeta)]
    pub meta: Meta<CollectionChannel>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CollectionChannelInput,
    /// How many rows and submissions have come through it: the sum of the next three.
    #[field(computed)]
    pub collected: Option<i64>,
    /// How many of them made or changed a record.
    #[field(computed)]
    pub accepted: Option<i64>,
    /// How many were there already.
    #[field(computed)]
    pub known: Option<i64>,
    /// How many were refused.
    #[field(computed)]
    pub rejected: Option<i64>,
    /// `accepted` of `collected`.
    #[field(computed)]
    pub acceptance: Option<Ratio>,
}

/// The resource of collection channels.
pub static COLLECTION_CHANNEL: Kind = Kind::new::<CollectionChannel>(
    "collection_channel",
    "collection-channels",
    "collection_channels",
    Visibility::Tenant,
    Texts { en: "Collection channel", zh: "收集渠道" },
)
.searched(&["name"])
.known_by(&["name"])
.also(&["advanced"]);

/// How much has come through a channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// What made or changed a record.
    pub accepted: i64,
    /// What was there already.
    pub known: i64,
    /// What was refused.
    pub rejected: i64,
}

impl Collected {
    /// All of it.
    pub fn total(self) -> i64 {
        self.accepted + self.known + self.rejected
    }
}

impl CollectionChannel {
    /// Shows what has come through it.
    pub(super) fn tell(&mut self, counts: Collected) {
        self.collected = Some(counts.total());
        (self.accepted, self.known) = (Some(counts.accepted), Some(counts.known));
        self.rejected = Some(counts.rejected);
        self.acceptance = Some(Ratio::new(counts.accepted, counts.total()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Word;

    #[test]
    fn d_84_what_was_collected_is_accepted_known_or_rejected() {
        let counts = Collected { accepted: 7, known: 2, rejected: 1 };
        assert_eq!(counts.total(), 10);
        assert_eq!(Collected::default().total(), 0);
    }

    #[test]
    fn d_30_d_31_only_some_sources_name_somebody() {
        let named = |names: fn(BaseSource) -> bool| {
            let named = BaseSource::ALL.iter().copied().filter(|one| names(*one));
            named.map(Word::word).collect::<Vec<_>>()
        };
        assert_eq!(named(BaseSource::names_party), ["affiliate"]);
        assert_eq!(named(BaseSource::names_employee), ["employee_relation", "consultant"]);
    }
}
