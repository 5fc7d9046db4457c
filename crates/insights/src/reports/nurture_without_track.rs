//! Which prospects are in nurture and on no track.

use super::prospects::{CONSULTANT, column, example_id, people};
use crate::{
    Asked, Definition, Made, Plot, Report, What, definition::Shape, labels::labels, report::reach,
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{Ctx, Result, problem::Texts};
use guanxi_sales::{leads::LEAD, nurture_enrolments::NURTURE_ENROLMENT};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct NurtureWithoutTrack;

/// A lead that is in nurture and on no track.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NurtureWithoutTrackRow {
    /// The lead.
    pub lead_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub lead: Option<String>,
    /// Its owner; `null` if it lies in a pool.
    #[schema(required)]
    pub consultant_id: Option<Uuid>,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub consultant: Option<String>,
    /// The day on which it is taken up again.
    #[schema(required)]
    pub next_visit_on: Option<NaiveDate>,
    /// Whole days since it is in nurture.
    pub days: i64,
}

/// What goes over all of them.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct NurtureWithoutTrackTotals {
    /// How many leads are in nurture.
    pub nurtured: i64,
    /// How many of them are on no track.
    pub without_track: i64,
}

/// Rows at most.
const MOST: i64 = 1_000;

static DEFINITION: Definition = Definition {
    name: "nurture-without-track",
    version: 1,
    title: Texts {
        en: "Prospects in nurture without a track", zh: "未加入培育路径的培育客户"
    },
    about: Texts {
        en: "Open leads that are in nurture, because field sales has given them back or they have not bought, and \
             that run on no nurture track: nobody tells them anything until their next day. Those who wait longest \
             come first; there are at most 1,000 rows, and the totals go over all. Leads without an owner are told \
             to whoever may read all leads. Leads and tracks are as they are now.",
        zh: "处于培育状态(现场销售退回或未成交)、但未加入任何培育路径的意向客户。按等待时间由久到近排列,最多1000行,合计包含全部。",
    },
    reads: &[&LEAD, &NURTURE_ENROLMENT],
    needs: &["owner_id", "status", "nurtured_since", "next_visit_on"],
    rests_on: &[],
    parameters: &[CONSULTANT],
    columns: &[
        column("lead_id", "Lead id", "意向客户标识", What::Key),
        column("lead", "Lead", "意向客户", What::Label),
        column("consultant_id", "Consultant id", "销售顾问标识", What::Key),
        column("consultant", "Consultant", "销售顾问", What::Label),
        column("next_visit_on", "Next visit", "预定访问日期", What::Date),
        column("days", "Days in nurture", "培育天数", What::Count),
    ],
    plot: Plot { shape: Shape::Bars, names: &["lead"], values: &["days"], otherwise: &[] },
};

/// Adds the leads `t` in nurture that the question is about.
fn nurtured(sql: &mut Sql, ctx: &Ctx, asked: &Asked) {
    sql.push(
        " FROM leads t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
             AND t.nurtured_since IS NOT NULL AND t.nurtured_since <= ",
    );
    sql.bind(asked.as_of);
    sql.push(" AND t.status IN ('new', 'working', 'qualified') AND ");
    scope::covers(sql, "t.owner_id", &reach(ctx, &DEFINITION), ctx.actor.user);
    if let Some(only) = asked.id("consultant_id") {
        sql.push(" AND t.owner_id = ").bind(only);
    }
}

/// On a track or not.
const ON_A_TRACK: &str = "EXISTS (SELECT 1 FROM nurture_enrolments e WHERE e.tenant_id = $1
     AND e.lead_id = t.id AND e.status = 'running' AND e.deleted_at IS NULL)";

type Found = (Uuid, Option<Uuid>, Option<NaiveDate>, DateTime<Utc>);

impl Report for NurtureWithoutTrack {
    type Row = NurtureWithoutTrackRow;
    type Totals = NurtureWithoutTrackTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let mut sql = Sql::new(
            "SELECT COUNT(*), CAST(COALESCE(SUM(x.free), 0) AS BIGINT) FROM (SELECT CASE WHEN ",
        );
        sql.push(ON_A_TRACK).push(" THEN 0 ELSE 1 END AS free");
        nurtured(&mut sql, ctx, asked);
        sql.push(") x");
        let (all, without_track) = tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default();
        let mut sql = Sql::new("SELECT t.id, t.owner_id, t.next_visit_on, t.nurtured_since");
        nurtured(&mut sql, ctx, asked);
        sql.push(" AND NOT ").push(ON_A_TRACK);
        sql.push(" ORDER BY t.nurtured_since, t.id LIMIT ").bind(MOST);
        let found = tx.all::<Found>(sql).await?;
        let leads = labels(tx, ctx, asked, &LEAD, found.iter().map(|one| one.0)).await?;
        let names = people(tx, ctx, asked, found.iter().filter_map(|one| one.1)).await?;
        let row = |(lead_id, consultant_id, next_visit_on, since): Found| NurtureWithoutTrackRow {
            lead_id,
            lead: leads.get(&lead_id).cloned(),
            consultant_id,
            consultant: consultant_id.and_then(|id| names.get(&id)).cloned(),
            next_visit_on,
            days: (asked.as_of - since).num_days(),
        };
        let rows = found.into_iter().map(row).collect();
        let totals = NurtureWithoutTrackTotals { nurtured: all, without_track };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let row = NurtureWithoutTrackRow {
            lead_id: example_id(),
            lead: Some("陈静".to_owned()),
            consultant_id: Some(example_id()),
            consultant: Some("王伟".to_owned()),
            next_visit_on: NaiveDate::from_ymd_opt(2026, 7, 1),
            days: 42,
        };
        let totals = NurtureWithoutTrackTotals { nurtured: 12, without_track: 1 };
        Made { rows: vec![row], totals }
    }
}
