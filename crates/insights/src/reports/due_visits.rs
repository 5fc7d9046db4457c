//! Which customers are to be visited, as the policies of their tiers say.

use super::{
    intervals::{instant, intervals},
    prospects::column,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels, report::reach,
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use guanxi_customers::{
    activities::ACTIVITY,
    parties::PARTY,
    service_policies::{SERVICE_POLICY, due},
};
use guanxi_identity::{users::USER, work_calendars::default_calendar};
use guanxi_kernel::{
    Calendar, Ctx, Result,
    period::{business_date, start_of_day},
    problem::Texts,
    scalar::Type,
};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct DueVisits;

/// A party that is to be visited.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DueVisitRow {
    /// The party.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// Its tier, whose policy says how often it is visited.
    pub tier: String,
    /// Who looks after it; `null` if nobody does.
    #[schema(required)]
    pub owner_id: Option<Uuid>,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub owner: Option<String>,
    /// The day of the last activity with it that was done; `null` if there was none.
    #[schema(required)]
    pub last_contact_on: Option<NaiveDate>,
    /// The day on which the next visit is due.
    pub next_visit_on: NaiveDate,
    /// How many days that is over; 0 if it is not.
    pub overdue_days: i64,
}

/// What goes over all of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DueVisitTotals {
    /// How many there are.
    pub parties: i64,
}

/// Rows at most.
const MOST: i64 = 1_000;

static DEFINITION: Definition = Definition {
    name: "due-visits",
    version: 1,
    title: Texts { en: "Visits that are due", zh: "应拜访客户" },
    about: Texts {
        en: "Parties whose tier has a service policy and whose next visit is due by a day: so many days after \
             the last activity with them that was done, or after they were entered, on a working day. This is \
             the `next_visit_on` of the party; it is worked out when it is asked for, so that a new contact, \
             another tier or another policy changes it at once. What is longest due comes first; there are \
             at most 1,000 rows, and the total goes over all. Parties, activities and policies are as they are \
             now.",
        zh: "等级设有服务策略、且下次拜访日不晚于指定日期的客户:最近一次已完成活动(从未联系的自录入之日)加间隔天数,顺延至工作日。按到期先后排列,最多1000行,合计包含全部。",
    },
    reads: &[&PARTY, &ACTIVITY, &SERVICE_POLICY],
    needs: &["tier"],
    rests_on: &[("owner_id", &["owner_id", "owner"])],
    parameters: &[Parameter {
        name: "due_by",
        takes: Takes::One(Type::Date),
        default: None,
        required: false,
        field: None,
        about: Texts {
            en: "The day by which they are due; the day of `as_of` when absent.",
            zh: "截止日期,默认为统计当日。",
        },
    }],
    columns: &[
        column("party_id", "Party id", "客户标识", What::Key),
        column("party", "Party", "客户", What::Label),
        column("tier", "Tier", "客户层级", What::Key),
        column("owner_id", "Owner id", "负责人标识", What::Key),
        column("owner", "Owner", "负责人", What::Label),
        column("last_contact_on", "Last contact", "最近联系", What::Date),
        column("next_visit_on", "Next visit", "下次拜访", What::Date),
        column("overdue_days", "Days overdue", "逾期天数", What::Count),
    ],
    plot: Plot { shape: Shape::Bars, names: &["party"], values: &["overdue_days"], otherwise: &[] },
};

/// The last day up to that one on which the company works: what falls on a day off moves behind it.
fn last_working_day(by: NaiveDate, calendar: Option<&Calendar>) -> Option<NaiveDate> {
    match calendar {
        None => Some(by),
        Some(calendar) => calendar.add_working_days(by.checked_add_days(Days::new(1))?, -1),
    }
}

/// Before which instant the last contact was of those whose visit is due by the end of a day on which
/// the company works, when one is due after so many days.
fn contact_before(ctx: &Ctx, by: NaiveDate, days: i64) -> Option<DateTime<Utc>> {
    let last = by.checked_sub_days(Days::new(u64::try_from(days).ok()?))?;
    Some(start_of_day(last.checked_add_days(Days::new(1))?, ctx.settings.time_zone))
}

/// Adds the parties that are to be visited as a table `x` of the party, its tier and owner, after how
/// many days, when it was entered, before which instant the last contact must have been, and when it
/// was.
fn to_visit(sql: &mut Sql, ctx: &Ctx, asked: &Asked, before: &[(i64, DateTime<Utc>)]) {
    sql.push("(SELECT t.id, t.tier, t.owner_id, s.every_days, t.created_at, ");
    instant(sql, "s.every_days", before, DateTime::UNIX_EPOCH);
    sql.push(
        " AS before, (SELECT a.starts_at FROM activities a WHERE a.tenant_id = $1
                 AND a.party_id = t.id AND a.status = 'done' AND a.deleted_at IS NULL
                 AND a.starts_at <= ",
    );
    sql.bind(asked.as_of).push(
        " ORDER BY a.starts_at DESC LIMIT 1) AS last
             FROM service_policies s
             JOIN parties t ON t.tenant_id = s.tenant_id AND t.tier = s.tier
                 AND t.deleted_at IS NULL AND t.created_at <= ",
    );
    sql.bind(asked.as_of).push(" WHERE s.tenant_id = $1 AND s.deleted_at IS NULL AND ");
    scope::covers(sql, "t.owner_id", &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(") x WHERE COALESCE(x.last, x.created_at) < x.before");
}

type Found = (Uuid, String, Option<Uuid>, i64, DateTime<Utc>, Option<DateTime<Utc>>);

impl Report for DueVisits {
    type Row = DueVisitRow;
    type Totals = DueVisitTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.date("due_by").unwrap_or(asked.today);
        asked.understand("due_by", &by);
        let calendar = default_calendar(tx, ctx).await?;
        let last = last_working_day(by, calendar.as_ref());
        let intervals = intervals(tx, "every_days").await?;
        let before = |days| Some((days, contact_before(ctx, last?, days)?));
        let before: Vec<_> = intervals.into_iter().filter_map(before).collect();
        if before.is_empty() {
            return Ok(Made { rows: Vec::new(), totals: DueVisitTotals { parties: 0 } });
        }
        let mut sql =
            Sql::new("SELECT x.id, x.tier, x.owner_id, x.every_days, x.created_at, x.last FROM ");
        to_visit(&mut sql, ctx, asked, &before);
        sql.push(" ORDER BY ");
        tx.seconds_between(&mut sql, "COALESCE(x.last, x.created_at)", "x.before");
        sql.push(" DESC, x.id LIMIT ").bind(MOST);
        let found = tx.all::<Found>(sql).await?;
        let mut sql = Sql::new("SELECT COUNT(*) FROM ");
        to_visit(&mut sql, ctx, asked, &before);
        let (parties,) = tx.optional::<(i64,)>(sql).await?.unwrap_or_default();
        let names = labels(tx, ctx, asked, &PARTY, found.iter().map(|one| one.0)).await?;
        let owners = labels(tx, ctx, asked, &USER, found.iter().filter_map(|one| one.2)).await?;
        let day = |at| business_date(at, ctx.settings.time_zone);
        let row = |(party_id, tier, owner_id, every, entered, last): Found| {
            let contact = day(last.unwrap_or(entered));
            let next_visit_on = due(contact, every, calendar.as_ref()).unwrap_or(contact);
            DueVisitRow {
                party_id,
                party: names.get(&party_id).cloned(),
                tier,
                owner_id,
                owner: owner_id.and_then(|id| owners.get(&id)).cloned(),
                last_contact_on: last.map(day),
                next_visit_on,
                overdue_days: (asked.today - next_visit_on).num_days().max(0),
            }
        };
        let rows = found.into_iter().map(row).collect();
        Ok(Made { rows, totals: DueVisitTotals { parties } })
    }

    fn example() -> Made<Self> {
        let id = Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77);
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default();
        let row = DueVisitRow {
            party_id: id,
            party: Some("上海宏图软件有限公司".to_owned()),
            tier: "A".to_owned(),
            owner_id: Some(id),
            owner: Some("王伟".to_owned()),
            last_contact_on: Some(day(1, 15)),
            next_visit_on: day(1, 30),
            overdue_days: 4,
        };
        Made { rows: vec![row], totals: DueVisitTotals { parties: 1 } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_identity::work_calendars::WorkCalendar;
    use guanxi_kernel::input;
    use guanxi_storage::{Resource as _, kind::Parts};

    #[test]
    fn s_31_what_falls_on_a_day_off_is_not_due_before_it() {
        let input: <WorkCalendar as Parts>::Input = input::read(WorkCalendar::example()).unwrap();
        let calendar = input.calendar("UTC".parse().unwrap());
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (by, expected) in [
            ("2026-01-02", "2026-01-02"),
            ("2026-01-03", "2026-01-02"),
            ("2026-01-04", "2026-01-02"),
            ("2026-01-05", "2026-01-05"),
            ("2026-10-10", "2026-10-10"),
        ] {
            let last = last_working_day(day(by), Some(&calendar)).unwrap();
            assert_eq!(last, day(expected), "{by}");
            // Whatever day it falls on, both agree whether it is due by then.
            for before in 0..10 {
                let raw = day(by) - Days::new(before);
                let moved = due(raw - Days::new(7), 7, Some(&calendar)).unwrap();
                assert_eq!(moved <= day(by), raw <= last, "{raw} by {by}");
            }
        }
        assert_eq!(last_working_day(day("2026-01-03"), None), Some(day("2026-01-03")));
    }
}
