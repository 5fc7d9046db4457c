//! A policy of service and the rules that need nothing but itself.

use crate::rules::not_negative;
use chrono::{Days, NaiveDate};
use guanxi_kernel::{Calendar, Id, Line, Money, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// The period in which visits are counted.
    #[derive(Default)]
    pub enum VisitPeriod {
        /// 30 days.
        #[default]
        Month = "month" ("Month", "月"),
        /// 91 days.
        Quarter = "quarter" ("Quarter", "季度"),
        /// 365 days.
        Year = "year" ("Year", "年"),
    }
}

impl VisitPeriod {
    /// How many days it has.
    pub fn days(self) -> i64 {
        match self {
            Self::Month => 30,
            Self::Quarter => 91,
            Self::Year => 365,
        }
    }
}

/// Names a policy of service.
pub type ServicePolicyId = Id<ServicePolicy>;

type ServicePolicyMeta = Meta<ServicePolicy>;

/// What callers write of a policy of service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ServicePolicyInput {
    /// The tier of the parties that it is for, as they have it; no two policies have the same.
    #[field(zh = "客户等级", filter)]
    pub tier: Line<40>,
    /// What it is called.
    #[field(zh = "名称")]
    pub name: Line<100>,
    /// How often such a party is visited in a period.
    #[validate(range(min = 1, max = 365))]
    #[schema(minimum = 1, maximum = 365)]
    #[field(zh = "拜访次数")]
    pub visits: i64,
    /// The period.
    #[field(zh = "周期")]
    pub period: VisitPeriod,
    /// After how many days without contact such a party counts as neglected.
    #[validate(range(min = 1, max = 3650))]
    #[schema(minimum = 1, maximum = 3650)]
    #[field(zh = "视为忽视的天数")]
    pub neglected_after_days: i64,
    /// From how many posts (roles) of the company somebody should be in touch with such a party.
    #[serde(default)]
    #[validate(range(min = 1, max = 50))]
    #[schema(minimum = 1, maximum = 50)]
    #[field(zh = "最少接触岗位数")]
    pub minimum_roles: Option<i64>,
    /// Within how many minutes of working time a service request of such a party is answered; as the service
    /// level says when absent. Where both say it the shorter time counts.
    #[serde(default)]
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000)]
    #[field(zh = "服务请求响应时限(分钟)")]
    pub response_minutes: Option<i64>,
    /// How many hours such a party may take in a period; as many as it likes when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 10_000))]
    #[schema(minimum = 1, maximum = 10_000)]
    #[field(zh = "周期工时预算(小时)")]
    pub budget_hours: Option<i64>,
    /// How much may be spent on such a party in a period; as much as it takes when absent.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "周期费用预算", money)]
    pub budget: Option<Money>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// What customers of a tier are owed.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ServicePolicy {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ServicePolicyMeta)]
    pub meta: Meta<ServicePolicy>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ServicePolicyInput,
    /// How many days after a contact the next visit is due: the days of the period by the visits, at
    /// least one. A month has 30 days here, a quarter 91, a year 365.
    #[field(zh = "间隔天数")]
    pub every_days: i64,
}

/// The resource of policies of service.
pub static SERVICE_POLICY: Kind = Kind::new::<ServicePolicy>(
    "service_policy",
    "service-policies",
    "service_policies",
    Visibility::Tenant,
    Texts { en: "Service policy", zh: "服务策略" },
)
.searched(&["name", "tier"])
.known_by(&["tier"]);

impl ServicePolicyInput {
    /// How many days after a contact the next visit is due.
    pub(super) fn every_days(&self) -> i64 {
        (self.period.days() / self.visits.max(1)).max(1)
    }
}

/// The day on which a visit is due so many days after a contact: that day, or the next on which the
/// company works. `None` beyond all calendars.
pub fn due(contact: NaiveDate, every_days: i64, calendar: Option<&Calendar>) -> Option<NaiveDate> {
    let day = contact.checked_add_days(Days::new(u64::try_from(every_days).ok()?))?;
    Some(calendar.and_then(|calendar| calendar.on_or_after(day)).unwrap_or(day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_identity::work_calendars::WorkCalendar;
    use guanxi_kernel::input;
    use guanxi_storage::{Resource as _, kind::Parts};
    use serde_json::json;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn s_31_visits_share_the_days_of_their_period() {
        for (visits, period, every) in [
            (1, "month", 30),
            (2, "month", 15),
            (4, "month", 7),
            (1, "quarter", 91),
            (3, "quarter", 30),
            (12, "year", 30),
            (365, "month", 1),
        ] {
            let policy = json!({ "tier": "A", "name": "A", "visits": visits, "period": period,
                "neglected_after_days": 30 });
            let policy: ServicePolicyInput = input::read(policy).unwrap();
            assert_eq!(policy.every_days(), every, "{visits} each {period}");
        }
    }

    #[test]
    fn s_31_visits_are_due_on_working_days() {
        let input: <WorkCalendar as Parts>::Input = input::read(WorkCalendar::example()).unwrap();
        let calendar = input.calendar(chrono_tz::Tz::UTC);
        // The third of January 2026 is a Saturday.
        assert_eq!(due(day("2025-12-19"), 15, None), Some(day("2026-01-03")));
        assert_eq!(due(day("2025-12-19"), 15, Some(&calendar)), Some(day("2026-01-05")));
        assert_eq!(due(day("2025-12-18"), 15, Some(&calendar)), Some(day("2026-01-02")));
        assert_eq!(due(NaiveDate::MAX, 1, None), None);
    }
}
