//! A work calendar.

use chrono::NaiveDate;
use chrono_tz::Tz;
use guanxi_kernel::{
    Calendar, Id, Line,
    calendar::Hours,
    problem::{FieldError, INVALID, REPEATED, REQUIRED, Texts, UNKNOWN_VALUE},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::problems! {
    /// A calendar in which nothing is ever worked, or not within reach of the question.
    NO_WORKING_DAY = Invalid "no_working_day"
        ("No working day", "The calendar has no working day that could be the answer.")
        ("没有工作日", "该工作日历中没有可作为结果的工作日。");
}

/// Names a work calendar.
pub type WorkCalendarId = Id<WorkCalendar>;

/// Stretches of work in a day at most.
const STRETCHES: u64 = 8;

/// The hours of each weekday, in order; none on a day that is free.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WorkWeek {
    /// On Mondays.
    #[validate(length(max = STRETCHES))]
    #[schema(max_items = 8)]
    pub monday: Vec<Hours>,
    /// On Tuesdays.
    #[validate(length(max = STRETCHES))]
    #[schema(max_items = 8)]
    pub tuesday: Vec<Hours>,
    /// On Wednesdays.
    #[validate(length(max = STRETCHES))]
    #[schema(max_items = 8)]
    pub wednesday: Vec<Hours>,
    /// On Thursdays.
    #[validate(length(max = STRETCHES))]
    #[schema(max_items = 8)]
    pub thursday: Vec<Hours>,
    /// On Fridays.
    #[validate(length(max = STRETCHES))]
    #[schema(max_items = 8)]
    pub friday: Vec<Hours>,
    /// On Saturdays.
    #[validate(length(max = STRETCHES))]
    #[schema(max_items = 8)]
    pub saturday: Vec<Hours>,
    /// On Sundays.
    #[validate(length(max = STRETCHES))]
    #[schema(max_items = 8)]
    pub sunday: Vec<Hours>,
}

impl WorkWeek {
    /// The days with their names, Monday first.
    fn days(&self) -> [(&'static str, &Vec<Hours>); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }

    /// The hours of the first weekday that has any.
    fn usual(&self) -> Option<&Vec<Hours>> {
        self.days().into_iter().map(|(_, hours)| hours).find(|hours| !hours.is_empty())
    }
}

/// A date on which nothing is worked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The date.
    pub date: NaiveDate,
    /// What it is called.
    pub name: Line<80>,
}

/// A date that is worked whatever its weekday, e.g. a weekend day that makes up for a holiday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtraDay {
    /// The date.
    pub date: NaiveDate,
    /// What it is called.
    pub name: Line<80>,
    /// Its hours, in order; those of the first weekday that is worked when absent.
    #[serde(default)]
    #[validate(length(max = STRETCHES))]
    #[schema(max_items = 8)]
    pub hours: Vec<Hours>,
}

/// What callers write of a work calendar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct WorkCalendarInput {
    /// The name.
    #[field(zh = "名称", filter, sort = "name_folded")]
    pub name: Line<100>,
    /// The hours of each weekday.
    #[field(zh = "每周工作时间", json)]
    #[validate(nested)]
    pub week: WorkWeek,
    /// The dates on which nothing is worked, each once.
    #[serde(default)]
    #[field(zh = "节假日", json)]
    #[validate(length(max = 1000))]
    #[schema(max_items = 1000)]
    pub holidays: Vec<Holiday>,
    /// The dates that are worked whatever their weekday, each once and none a holiday.
    #[serde(default)]
    #[field(zh = "调休工作日", json)]
    #[validate(length(max = 1000), nested)]
    #[schema(max_items = 1000)]
    pub extra_days: Vec<ExtraDay>,
    /// The zone of its days and hours, by its IANA name; that of the tenant when absent.
    #[field(zh = "时区")]
    #[schema(value_type = Option<String>, max_length = 64, example = "Asia/Shanghai")]
    pub time_zone: Option<Line<64>>,
    /// Whether it counts where no calendar is named; at most one does.
    #[serde(default)]
    #[field(zh = "默认", filter)]
    pub is_default: bool,
}

/// When the company works.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct WorkCalendar {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = WorkCalendarMeta)]
    pub meta: Meta<WorkCalendar>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: WorkCalendarInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub name_folded: String,
}

/// For the derive of the schema, which stumbles over the parameter.
type WorkCalendarMeta = Meta<WorkCalendar>;

/// The resource.
pub static WORK_CALENDAR: Kind = Kind::new::<WorkCalendar>(
    "work_calendar",
    "work-calendars",
    "work_calendars",
    Visibility::Tenant,
    Texts { en: "Work calendar", zh: "工作日历" },
)
.searched(&["name"]);

impl WorkCalendarInput {
    /// What is wrong with it as far as it shows by itself.
    pub(super) fn findings(&self) -> Vec<FieldError> {
        let mut findings = Vec::new();
        for (name, hours) in self.week.days() {
            check_hours(hours, &format!("/week/{name}"), &mut findings);
        }
        let mut seen = BTreeSet::new();
        for (at, holiday) in self.holidays.iter().enumerate() {
            if !seen.insert(holiday.date) {
                findings.push(REPEATED.field(format!("/holidays/{at}/date")));
            }
        }
        for (at, extra) in self.extra_days.iter().enumerate() {
            let place = format!("/extra_days/{at}");
            check_hours(&extra.hours, &format!("{place}/hours"), &mut findings);
            if !seen.insert(extra.date) {
                findings.push(REPEATED.field(format!("{place}/date")));
            }
            if extra.hours.is_empty() && self.week.usual().is_none() {
                findings.push(REQUIRED.field(format!("{place}/hours")));
            }
        }
        if self.zone().is_some_and(|zone| zone.is_none()) {
            let expected = "an IANA time zone such as Asia/Shanghai";
            findings.push(UNKNOWN_VALUE.field("/time_zone").with("expected", expected));
        }
        if findings.is_empty() && !self.calendar(Tz::UTC).works() {
            findings.push(NO_WORKING_DAY.field("/week"));
        }
        findings
    }

    /// The zone that is written, and whether there is such a zone.
    fn zone(&self) -> Option<Option<Tz>> {
        self.time_zone.as_ref().map(|name| name.parse().ok())
    }

    /// The calendar to count in; `zone` is that of the tenant.
    pub fn calendar(&self, zone: Tz) -> Calendar {
        let usual = self.week.usual().cloned().unwrap_or_default();
        let mut exceptions = BTreeMap::new();
        exceptions.extend(self.holidays.iter().map(|holiday| (holiday.date, Vec::new())));
        exceptions.extend(self.extra_days.iter().map(|extra| {
            let hours = if extra.hours.is_empty() { &usual } else { &extra.hours };
            (extra.date, hours.clone())
        }));
        Calendar {
            week: self.week.days().map(|(_, hours)| hours.clone()),
            exceptions,
            zone: self.zone().flatten().unwrap_or(zone),
        }
    }
}

fn check_hours(hours: &[Hours], place: &str, findings: &mut Vec<FieldError>) {
    if let Some(at) = Hours::fault(hours) {
        let expected = "Hours end after they begin, stand in order and do not overlap";
        findings.push(INVALID.field(format!("{place}/{at}")).with("expected", expected));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::{input, problem::Place};
    use serde_json::{Value as Json, json};

    fn places(written: Json) -> Vec<String> {
        let calendar: WorkCalendarInput = input::read(written).unwrap();
        let place = |finding: FieldError| match finding.place {
            Place::Pointer(place) | Place::Parameter(place) => place,
        };
        calendar.findings().into_iter().map(place).collect()
    }

    #[test]
    fn what_is_wrong_is_named_where_it_stands() {
        let nine = json!([{ "from": "09:00", "until": "17:00" }]);
        let over =
            json!([{ "from": "09:00", "until": "12:00" }, { "from": "11:00", "until": "13:00" }]);
        let new_year = json!({ "date": "2026-01-01", "name": "元旦" });
        assert!(places(json!({ "name": "A", "week": { "monday": nine } })).is_empty());
        let wrong = json!({
            "name": "A", "week": { "monday": nine, "sunday": over },
            "holidays": [new_year, new_year],
            "extra_days": [new_year, { "date": "2026-01-04", "name": "B", "hours": over }],
            "time_zone": "Mars/Olympus",
        });
        let expected = [
            "/week/sunday/1",
            "/holidays/1/date",
            "/extra_days/0/date",
            "/extra_days/1/hours/1",
            "/time_zone",
        ];
        assert_eq!(places(wrong), expected);
    }

    #[test]
    fn a_calendar_works_at_some_time() {
        assert_eq!(places(json!({ "name": "A", "week": {} })), ["/week"]);
        let bare = json!({ "date": "2026-01-04", "name": "A" });
        let lone = json!({ "name": "A", "week": {}, "extra_days": [bare] });
        assert_eq!(places(lone), ["/extra_days/0/hours"]);
        let hours = json!([{ "from": "22:00", "until": "24:00" }]);
        let fair = json!({ "date": "2026-01-04", "name": "A", "hours": hours });
        assert!(places(json!({ "name": "A", "week": {}, "extra_days": [fair] })).is_empty());
    }
}
