//! What each consultant has done on a day.
//!
//! An activity counts on the day on which it began. A late entry is told by when it was closed: with
//! `as_of` at the end of that day the report is as it was, and later it says how many entries came since.

use super::prospects::{
    CONSULTANT, Hands, column, example_id, parameter, people, require_fields, was_there,
};
use crate::{Asked, Definition, Made, Plot, Report, Takes, What, definition::Shape, report::ask};
use chrono::{DateTime, Days, Utc};
use guanxi_customers::activities::ACTIVITY;
use guanxi_kernel::{
    Ctx, Result,
    period::{DateRange, start_of_day},
    problem::Texts,
    scalar::Type,
};
use guanxi_sales::leads::LEAD;
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use std::{collections::BTreeMap, ops::Range};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct DailyBusiness;

/// What happened on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DayOfBusiness {
    /// Who came into the showroom: activities `reception`.
    pub visitors: i64,
    /// Leads that nobody had before.
    pub new_prospects: i64,
    /// Other contacts with leads.
    pub follow_ups: i64,
    /// Test drives.
    pub test_drives: i64,
    /// Leads that became customers.
    pub orders: i64,
    /// What was handed over.
    pub deliveries: i64,
    /// Leads that were lost.
    pub lost: i64,
    /// How many of these were entered after the day was over: so far an earlier report had other figures.
    pub restated: i64,
}

/// The same of one consultant.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DailyBusinessRow {
    /// The consultant.
    pub consultant_id: Uuid,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub consultant: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: DayOfBusiness,
}

static DEFINITION: Definition = Definition {
    name: "daily-business",
    version: 2,
    title: Texts { en: "Daily business report", zh: "营业日报表" },
    about: Texts {
        en: "What happened on a day of the company's time zone, by consultant: visitors (activities `reception`), \
             new prospects (leads that came to them and that nobody had), follow-ups (other activities about leads, \
             but for test drives and deliveries), test drives, orders (leads that were converted), deliveries and \
             lost leads. Activities count once they are done, on the day on which they began, for whoever did \
             them. What was entered only after the day was over counts too and is told as `restated`: with \
             `as_of` at the end of the day the report is as it was then.",
        zh: "按销售顾问统计当日(公司时区)来店、新增意向客户、跟进、试驾、订单(转化)、交车与战败。活动以完成且开始于当日计。隔日补录的计入当日,并在“补录”中注明;as_of 取当日结束时即为当时的日报。",
    },
    reads: &[&LEAD, &ACTIVITY],
    needs: &["owner_id", "status"],
    rests_on: &[],
    parameters: &[
        parameter(
            "date",
            Takes::One(Type::Date),
            Texts {
                en: "The day; that of `as_of` when absent.", zh: "日期,默认为统计当日。"
            },
        ),
        parameter(
            "unit",
            Takes::One(Type::Id),
            Texts {
                en: "Only users of that unit and of those below it.",
                zh: "仅统计该组织及其下级的用户。",
            },
        ),
        CONSULTANT,
    ],
    columns: &[
        column("consultant_id", "Consultant id", "销售顾问标识", What::Key),
        column("consultant", "Consultant", "销售顾问", What::Label),
        column("visitors", "Visitors", "来店", What::Count),
        column("new_prospects", "New prospects", "新增意向客户", What::Count),
        column("follow_ups", "Follow-ups", "跟进", What::Count),
        column("test_drives", "Test drives", "试乘试驾", What::Count),
        column("orders", "Orders", "订单", What::Count),
        column("deliveries", "Deliveries", "交车", What::Count),
        column("lost", "Lost", "战败", What::Count),
        column("restated", "Entered later", "补录", What::Count),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["consultant"],
        values: &["visitors", "new_prospects", "follow_ups", "orders"],
        otherwise: &[],
    },
};

/// Adds that the user in a column is of the unit that is asked for.
fn of_unit(sql: &mut Sql, asked: &Asked, owner: &'static str) {
    let Some(unit) = asked.id("unit") else { return };
    sql.push(" AND ").push(owner);
    sql.push(
        " IN (SELECT v.id FROM users v JOIN org_unit_tree o ON o.tenant_id = v.tenant_id
             AND o.unit_id = v.org_unit_id WHERE v.tenant_id = $1 AND o.above_id = ",
    );
    sql.bind(unit).push(")");
}

type Done = (Uuid, i64, i64, i64, i64, i64);

async fn done(
    tx: &mut Tx,
    asked: &Asked,
    hands: &Hands,
    day: &Range<DateTime<Utc>>,
) -> Result<Vec<Done>> {
    let mut sql = Sql::new(
        "SELECT x.owner_id, CAST(SUM(x.reception) AS BIGINT), CAST(SUM(x.drive) AS BIGINT),
             CAST(SUM(x.delivery) AS BIGINT), COUNT(*), CAST(SUM(x.late) AS BIGINT)
         FROM (SELECT a.owner_id, CASE WHEN a.kind = 'reception' THEN 1 ELSE 0 END AS reception,
                 CASE WHEN a.kind = 'test_drive' THEN 1 ELSE 0 END AS drive,
                 CASE WHEN a.kind = 'delivery' THEN 1 ELSE 0 END AS delivery,
                 CASE WHEN a.closed_at >= ",
    );
    sql.bind(day.end).push(
        " THEN 1 ELSE 0 END AS late FROM activities a
         WHERE a.tenant_id = $1 AND a.status = 'done' AND a.starts_at >= ",
    );
    sql.bind(day.start).push(" AND a.starts_at < ").bind(day.end);
    sql.push(" AND a.closed_at <= ").bind(asked.as_of).push(" AND ");
    was_there(&mut sql, "a.deleted_at", asked);
    sql.push(
        " AND (a.about_type = 'lead' OR a.kind IN ('reception', 'test_drive', 'delivery')) AND ",
    );
    hands.hold(&mut sql, "a.owner_id");
    of_unit(&mut sql, asked, "a.owner_id");
    sql.push(") x GROUP BY x.owner_id");
    tx.all(sql).await
}

type Moved = (Uuid, i64, i64, i64);

async fn moved(
    tx: &mut Tx,
    asked: &Asked,
    hands: &Hands,
    day: &Range<DateTime<Utc>>,
) -> Result<Vec<Moved>> {
    let mut sql = Sql::new(
        "SELECT x.owner_id, CAST(SUM(x.new) AS BIGINT), CAST(SUM(x.won) AS BIGINT),
             CAST(SUM(x.lost) AS BIGINT)
         FROM (SELECT CASE WHEN s.state = 'open' THEN s.owner_id ELSE s.was_owner_id END AS owner_id,
                 CASE WHEN s.state = 'open' THEN 1 ELSE 0 END AS new,
                 CASE WHEN s.state = 'won' THEN 1 ELSE 0 END AS won,
                 CASE WHEN s.state = 'lost' THEN 1 ELSE 0 END AS lost
             FROM lead_spans s WHERE s.tenant_id = $1 AND s.from_at >= ",
    );
    sql.bind(day.start).push(" AND s.from_at < ").bind(day.end);
    sql.push(" AND s.from_at <= ").bind(asked.as_of).push(
        " AND (s.state = 'open' AND s.owner_id IS NOT NULL AND s.was_owner_id IS NULL
             OR s.state IN ('won', 'lost') AND s.was_state = 'open')) x WHERE ",
    );
    hands.hold(&mut sql, "x.owner_id");
    of_unit(&mut sql, asked, "x.owner_id");
    sql.push(" GROUP BY x.owner_id");
    tx.all(sql).await
}

impl DayOfBusiness {
    fn join(&mut self, other: &Self) {
        self.visitors += other.visitors;
        self.new_prospects += other.new_prospects;
        self.follow_ups += other.follow_ups;
        self.test_drives += other.test_drives;
        self.orders += other.orders;
        self.deliveries += other.deliveries;
        self.lost += other.lost;
        self.restated += other.restated;
    }
}

/// What each consultant has done on these days.
///
/// # Errors
/// As the report.
pub(crate) async fn by_user(
    tx: &mut Tx,
    ctx: &Ctx,
    days: DateRange,
) -> Result<BTreeMap<Uuid, DayOfBusiness>> {
    let asked = ask(tx, ctx, &DEFINITION, &[]).await?;
    require_fields(ctx, &ACTIVITY, &ACTIVITY_FIELDS)?;
    figures(tx, ctx, &asked, &days.instants(ctx.settings.time_zone)).await
}

/// The fields of activities without which nothing can be told.
const ACTIVITY_FIELDS: [&str; 5] = ["kind", "status", "starts_at", "owner_id", "about_type"];

async fn figures(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    time: &Range<DateTime<Utc>>,
) -> Result<BTreeMap<Uuid, DayOfBusiness>> {
    let hands = Hands::asked(ctx, &DEFINITION, asked);
    let mut figures: BTreeMap<Uuid, DayOfBusiness> = BTreeMap::new();
    for (owner, receptions, drives, deliveries, all, late) in done(tx, asked, &hands, time).await? {
        let of = figures.entry(owner).or_default();
        (of.visitors, of.test_drives, of.deliveries) = (receptions, drives, deliveries);
        of.follow_ups = all - receptions - drives - deliveries;
        of.restated = late;
    }
    for (owner, new, won, lost) in moved(tx, asked, &hands, time).await? {
        let of = figures.entry(owner).or_default();
        (of.new_prospects, of.orders, of.lost) = (new, won, lost);
    }
    Ok(figures)
}

impl Report for DailyBusiness {
    type Row = DailyBusinessRow;
    type Totals = DayOfBusiness;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &ACTIVITY, &ACTIVITY_FIELDS)?;
        let date = asked.date("date").unwrap_or(asked.today);
        asked.understand("date", &date);
        let zone = ctx.settings.time_zone;
        let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
        let day = start_of_day(date, zone)..start_of_day(next, zone);
        let figures = figures(tx, ctx, asked, &day).await?;
        let names = people(tx, ctx, asked, figures.keys().copied()).await?;
        let mut totals = DayOfBusiness::default();
        let mut rows = Vec::with_capacity(figures.len());
        for (consultant_id, figures) in figures {
            totals.join(&figures);
            let consultant = names.get(&consultant_id).cloned();
            rows.push(DailyBusinessRow { consultant_id, consultant, figures });
        }
        rows.sort_by(|one, other| {
            (&one.consultant, one.consultant_id).cmp(&(&other.consultant, other.consultant_id))
        });
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let figures = DayOfBusiness {
            visitors: 6,
            new_prospects: 3,
            follow_ups: 8,
            test_drives: 2,
            orders: 1,
            deliveries: 1,
            lost: 1,
            restated: 0,
        };
        let row = DailyBusinessRow {
            consultant_id: example_id(),
            consultant: Some("王伟".to_owned()),
            figures: figures.clone(),
        };
        Made { rows: vec![row], totals: figures }
    }
}
