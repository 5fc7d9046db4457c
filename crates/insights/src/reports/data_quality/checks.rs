//! What is held against the records of the customer base, as data.

use crate::Asked;
use chrono::{Datelike as _, TimeDelta};
use guanxi_customers::{contacts::CONTACT, parties::PARTY};
use guanxi_kernel::problem::Texts;
use guanxi_storage::{Kind, Sql};

guanxi_kernel::words! {
    /// In which way records are good or not.
    pub enum QualityDimension {
        /// Whether it is there.
        Completeness = "completeness" ("Completeness", "完整性"),
        /// Whether it can be so.
        Validity = "validity" ("Validity", "有效性"),
        /// Whether it is there once.
        Uniqueness = "uniqueness" ("Uniqueness", "唯一性"),
        /// Whether it is of lately.
        Freshness = "freshness" ("Freshness", "时效性"),
    }
}

guanxi_kernel::words! {
    /// Which records are held against something.
    pub enum QualityOf {
        /// Parties.
        Party = "party" ("Parties", "客户"),
        /// Contacts.
        Contact = "contact" ("Contacts", "联系人"),
    }
}

impl QualityOf {
    /// Their resource.
    pub(super) fn kind(self) -> &'static Kind {
        match self {
            Self::Party => &PARTY,
            Self::Contact => &CONTACT,
        }
    }
}

/// What a record must satisfy.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// That condition.
    Holds(&'static str),
    /// The day in that column has come.
    HasCome(&'static str),
    /// The year in that column has come.
    YearHasCome(&'static str),
    /// One of these instants is not too long ago.
    Lately(&'static [&'static str]),
}

/// Something that is held against each record.
pub(super) struct Check {
    /// Its name.
    pub(super) name: &'static str,
    /// What it is called.
    pub(super) label: Texts,
    /// Which records.
    pub(super) of: QualityOf,
    /// In which way it is good or not.
    pub(super) dimension: QualityDimension,
    /// In which order such data are filled in, 1 first; where it is a matter of that.
    pub(super) priority: Option<i64>,
    /// Which records can fail it; all of them without.
    pub(super) among: Option<&'static str>,
    /// What they must satisfy.
    pub(super) rule: Rule,
}

impl Rule {
    /// Adds it as a condition on the record `t`.
    pub(super) fn write(self, sql: &mut Sql, asked: &Asked, days: i64) {
        match self {
            Self::Holds(condition) => sql.push("(").push(condition).push(")"),
            Self::HasCome(column) => sql.push(column).push(" <= ").bind(asked.today),
            Self::YearHasCome(column) => {
                sql.push(column).push(" <= ").bind(i64::from(asked.today.year()))
            }
            Self::Lately(columns) => {
                for (at, column) in columns.iter().copied().enumerate() {
                    sql.push(if at == 0 { "(" } else { " OR " }).push(column).push(" >= ");
                    sql.bind(asked.as_of - TimeDelta::days(days));
                }
                sql.push(")")
            }
        };
    }
}

const fn party(name: &'static str, label: Texts, dimension: QualityDimension, rule: Rule) -> Check {
    Check { name, label, of: QualityOf::Party, dimension, priority: None, among: None, rule }
}

const fn contact(
    name: &'static str,
    label: Texts,
    dimension: QualityDimension,
    rule: Rule,
) -> Check {
    Check { name, label, of: QualityOf::Contact, dimension, priority: None, among: None, rule }
}

const REACHABLE: &str = "CAST(t.phones AS TEXT) <> '[]' OR CAST(t.emails AS TEXT) <> '[]'";

use QualityDimension::{Completeness, Freshness, Uniqueness, Validity};

/// All of them. Data are filled in in the order of their priorities: by whom a customer is known and who looks
/// after it, how it is reached, whom one speaks with, where it is, and what sort it is.
pub(super) static CHECKS: &[Check] = &[
    Check {
        priority: Some(1),
        ..party(
            "code",
            Texts { en: "Has a number", zh: "有客户编号" },
            Completeness,
            Rule::Holds("t.code IS NOT NULL"),
        )
    },
    Check {
        priority: Some(1),
        ..party(
            "owner",
            Texts { en: "Has somebody who looks after it", zh: "有负责人" },
            Completeness,
            Rule::Holds("t.owner_id IS NOT NULL"),
        )
    },
    Check {
        priority: Some(2),
        ..party(
            "reachable",
            Texts { en: "Has a phone number or an e-mail address", zh: "有电话或邮箱" },
            Completeness,
            Rule::Holds(REACHABLE),
        )
    },
    Check {
        priority: Some(3),
        ..contact(
            "contact_reachable",
            Texts {
                en: "Contact has a phone number or an e-mail address",
                zh: "联系人有电话或邮箱",
            },
            Completeness,
            Rule::Holds(REACHABLE),
        )
    },
    Check {
        priority: Some(3),
        ..contact(
            "contact_job_title",
            Texts { en: "Contact has a job title", zh: "联系人有职务" },
            Completeness,
            Rule::Holds("t.job_title IS NOT NULL"),
        )
    },
    Check {
        priority: Some(4),
        ..party(
            "address",
            Texts { en: "Has an address", zh: "有地址" },
            Completeness,
            Rule::Holds("CAST(t.addresses AS TEXT) <> '[]'"),
        )
    },
    Check {
        priority: Some(5),
        ..party(
            "industry",
            Texts { en: "Has a trade", zh: "有行业" },
            Completeness,
            Rule::Holds("t.industry IS NOT NULL"),
        )
    },
    Check {
        priority: Some(5),
        ..party(
            "tier",
            Texts { en: "Has a tier", zh: "有等级" },
            Completeness,
            Rule::Holds("t.tier IS NOT NULL"),
        )
    },
    Check {
        among: Some("t.owner_id IS NOT NULL"),
        ..party(
            "owner_active",
            Texts { en: "Whoever looks after it is still there", zh: "负责人在职" },
            Validity,
            Rule::Holds(
                "EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = t.tenant_id AND u.id = t.owner_id
                     AND u.deleted_at IS NULL AND u.status = 'active')",
            ),
        )
    },
    Check {
        among: Some(
            "t.tier IS NOT NULL AND EXISTS (SELECT 1 FROM service_policies s
                 WHERE s.tenant_id = t.tenant_id AND s.deleted_at IS NULL)",
        ),
        ..party(
            "tier_known",
            Texts { en: "Tier has a service policy", zh: "等级有服务策略" },
            Validity,
            Rule::Holds(
                "EXISTS (SELECT 1 FROM service_policies s WHERE s.tenant_id = t.tenant_id
                     AND s.tier = t.tier AND s.deleted_at IS NULL)",
            ),
        )
    },
    Check {
        among: Some("t.founded_year IS NOT NULL"),
        ..party(
            "founded",
            Texts { en: "Was founded already", zh: "成立年份已到" },
            Validity,
            Rule::YearHasCome("t.founded_year"),
        )
    },
    Check {
        among: Some("t.born_on IS NOT NULL"),
        ..party(
            "born",
            Texts { en: "Was born already", zh: "出生日期已到" },
            Validity,
            Rule::HasCome("t.born_on"),
        )
    },
    Check {
        among: Some("t.born_on IS NOT NULL"),
        ..contact(
            "contact_born",
            Texts { en: "Contact was born already", zh: "联系人出生日期已到" },
            Validity,
            Rule::HasCome("t.born_on"),
        )
    },
    party(
        "name",
        Texts { en: "No other has the name", zh: "名称不重复" },
        Uniqueness,
        Rule::Holds(
            "t.name_folded NOT IN (SELECT q.name_folded FROM parties q WHERE q.tenant_id = $1
                 AND q.deleted_at IS NULL GROUP BY q.name_folded HAVING COUNT(*) > 1)",
        ),
    ),
    party(
        "phone",
        Texts { en: "No other has a phone number of it", zh: "电话不重复" },
        Uniqueness,
        Rule::Holds(
            "t.id NOT IN (SELECT x.record_id FROM record_terms x WHERE x.tenant_id = $1
                 AND x.kind = 'party' AND x.field = 'phone' AND x.term IN (SELECT y.term
                     FROM record_terms y JOIN parties q ON q.tenant_id = y.tenant_id
                         AND q.id = y.record_id AND q.deleted_at IS NULL
                     WHERE y.tenant_id = $1 AND y.kind = 'party' AND y.field = 'phone'
                     GROUP BY y.term HAVING COUNT(*) > 1))",
        ),
    ),
    party(
        "email",
        Texts { en: "No other has an e-mail address of it", zh: "邮箱不重复" },
        Uniqueness,
        Rule::Holds(
            "t.id NOT IN (SELECT x.record_id FROM record_terms x WHERE x.tenant_id = $1
                 AND x.kind = 'party' AND x.field = 'email' AND x.term IN (SELECT y.term
                     FROM record_terms y JOIN parties q ON q.tenant_id = y.tenant_id
                         AND q.id = y.record_id AND q.deleted_at IS NULL
                     WHERE y.tenant_id = $1 AND y.kind = 'party' AND y.field = 'email'
                     GROUP BY y.term HAVING COUNT(*) > 1))",
        ),
    ),
    contact(
        "contact_phone",
        Texts { en: "No other contact has a phone number of it", zh: "联系人电话不重复" },
        Uniqueness,
        Rule::Holds(
            "t.id NOT IN (SELECT x.record_id FROM record_terms x WHERE x.tenant_id = $1
                 AND x.kind = 'contact' AND x.field = 'phone' AND x.term IN (SELECT y.term
                     FROM record_terms y JOIN contacts q ON q.tenant_id = y.tenant_id
                         AND q.id = y.record_id AND q.deleted_at IS NULL
                     WHERE y.tenant_id = $1 AND y.kind = 'contact' AND y.field = 'phone'
                     GROUP BY y.term HAVING COUNT(*) > 1))",
        ),
    ),
    party(
        "recent",
        Texts { en: "Was changed or verified lately", zh: "近期更新或核实" },
        Freshness,
        Rule::Lately(&["t.updated_at", "t.verified_at"]),
    ),
    contact(
        "contact_recent",
        Texts { en: "Contact was changed lately", zh: "联系人近期更新" },
        Freshness,
        Rule::Lately(&["t.updated_at"]),
    ),
];

/// The fields of parties that they speak of.
pub(in crate::reports) const PARTY_FIELDS: &[&str] = &[
    "owner_id",
    "name",
    "code",
    "phones",
    "emails",
    "addresses",
    "industry",
    "tier",
    "founded_year",
    "born_on",
    "verified_at",
];

/// Those of contacts.
pub(in crate::reports) const CONTACT_FIELDS: &[&str] =
    &["phones", "emails", "job_title", "born_on"];
