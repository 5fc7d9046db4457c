//! Whether customers are visited as often as the stages of their opportunities expect.

use super::{
    facts::{ONE_PIPELINE, also_reads},
    standing::{ANY, Standing},
};
use crate::{
    Asked, Column, Definition, Made, Parameter, Plot, Report, Takes, What,
    definition::Shape,
    labels::{Labels, labels},
};
use guanxi_customers::activities::ACTIVITY;
use guanxi_identity::users::USER;
use guanxi_kernel::{Ctx, Result, problem::Texts, ratio::Ratio, scalar::Scalar};
use guanxi_sales::{opportunities::OPPORTUNITY, stages::STAGE};
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CadenceCompliance;

guanxi_kernel::words! {
    /// By what visits are counted.
    pub enum CountedBy {
        /// Each opportunity.
        Opportunity = "opportunity" ("Opportunity", "商机"),
        /// Who controlled them.
        Rep = "rep" ("Sales representative", "销售代表"),
        /// The stage in which they were expected.
        Stage = "stage" ("Stage", "阶段"),
    }
}

/// How often customers were visited.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CadenceRow {
    /// The opportunity, user or stage.
    pub key: Uuid,
    /// What that is called; `null` for whoever may not see it.
    #[schema(required)]
    pub name: Option<String>,
    /// How often.
    #[serde(flatten)]
    pub figures: CadenceFigures,
}

/// Visits that were expected, and that were done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CadenceFigures {
    /// Full weeks in stages that expect visits.
    pub weeks: i64,
    /// Visits that were expected in them.
    pub required: i64,
    /// Visits that were done in them.
    pub done: i64,
    /// Done, of required.
    pub compliance: Ratio,
}

impl CadenceFigures {
    fn new(weeks: i64, required: i64, done: i64) -> Self {
        Self { weeks, required, done, compliance: Ratio::new(done, required) }
    }
}

/// Rows at most.
const MOST: i64 = 1_000;

/// The seconds of a week.
const WEEK: i64 = 7 * 86_400;

static DEFINITION: Definition = Definition {
    name: "cadence-compliance",
    version: 1,
    title: Texts { en: "Compliance with the cadence of visits", zh: "拜访频度达成" },
    about: Texts {
        en: "Visits about opportunities that were done, by those that their stages expect, in full weeks from the \
             entry into the stage on. A time in a stage ends when the opportunity leaves it, is suspended or \
             ends; what is less than a week does not count. Of one that changed hands in its stage all goes to \
             who controlled it last. How many visits a stage expects, and which visits there are, is as it is \
             now. The lowest compliance comes first; there are at most 1,000 rows, and the totals go over all.",
        zh: "商机在要求拜访的阶段内,自进入之日起每满一周应完成的拜访与实际完成的拜访;不足一周不计。达成率由低到高排列,最多1000行,合计包含全部。",
    },
    reads: &[&OPPORTUNITY, &ACTIVITY],
    needs: &["stage_id", "status", "owner_id"],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "by",
            takes: Takes::One(<CountedBy as Scalar>::TYPE),
            default: Some("opportunity"),
            required: false,
            field: None,
            about: Texts { en: "By what visits are counted.", zh: "统计维度。" },
        },
        ONE_PIPELINE,
    ],
    columns: &[
        Column { name: "key", label: Texts { en: "Key", zh: "标识" }, what: What::Key },
        Column { name: "name", label: Texts { en: "Name", zh: "名称" }, what: What::Label },
        Column { name: "weeks", label: Texts { en: "Weeks", zh: "周数" }, what: What::Count },
        Column {
            name: "required",
            label: Texts { en: "Required", zh: "应拜访" },
            what: What::Count,
        },
        Column { name: "done", label: Texts { en: "Done", zh: "已拜访" }, what: What::Count },
        Column {
            name: "compliance",
            label: Texts { en: "Compliance", zh: "达成率" },
            what: What::Ratio,
        },
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name"],
        values: &["required", "done"],
        otherwise: &[],
    },
};

/// Adds the times in stages as a table `z` of the opportunity, the stage, the last span, when they
/// began, the full weeks, and the visits that each week expects.
fn times(tx: &Tx, sql: &mut Sql, ctx: &Ctx, asked: &Asked) {
    let (at, known) = (asked.as_of, asked.known_at);
    sql.push(
        "(SELECT y.opportunity_id, y.stage_id, MAX(y.seq) AS seq, MIN(y.entered_at) AS entered_at,
             MAX(y.expected) AS expected, CAST(SUM(",
    );
    tx.seconds_between(sql, "y.entered_at", "y.until");
    sql.push(") AS BIGINT) / ").bind(WEEK).push(
        " AS weeks FROM (SELECT s.opportunity_id, s.stage_id, s.seq, s.entered_at,
             g.visits_per_week AS expected,
             s.seq - ROW_NUMBER() OVER (PARTITION BY s.opportunity_id, s.stage_id ORDER BY s.seq)
                 AS interval_number,
             CASE WHEN s.left_at IS NULL OR s.left_at > ",
    );
    sql.bind(at).push(" OR s.left_recorded_at > ").bind(known).push(" THEN ").bind(at);
    sql.push(
        " ELSE s.left_at END AS until
         FROM opportunity_spans s
         JOIN pipeline_stages g ON g.tenant_id = s.tenant_id AND g.id = s.stage_id
             AND g.visits_per_week > 0
         WHERE s.tenant_id = $1 AND s.status = 'open' AND s.entered_at <= ",
    );
    sql.bind(at).push(" AND s.recorded_at <= ").bind(known);
    let pipeline = asked.id(ONE_PIPELINE.name);
    if let Some(pipeline) = pipeline {
        sql.push(" AND s.pipeline_id = ").bind(pipeline);
    }
    sql.push(" AND ");
    Standing::new(ctx, &DEFINITION, asked, pipeline, ANY).contains(sql, "s.opportunity_id");
    sql.push(") y GROUP BY y.opportunity_id, y.stage_id, y.interval_number) z");
}

/// Adds the number of visits about the opportunity that were done in the full weeks.
fn visits(tx: &Tx, sql: &mut Sql) {
    sql.push(
        "(SELECT COUNT(*) FROM activities a WHERE a.tenant_id = $1
             AND a.about_id = z.opportunity_id AND a.about_type = 'opportunity'
             AND a.kind = 'visit' AND a.status = 'done' AND a.deleted_at IS NULL
             AND a.starts_at >= z.entered_at AND ",
    );
    tx.seconds_between(sql, "z.entered_at", "a.starts_at");
    sql.push(" < z.weeks * ").bind(WEEK).push(")");
}

/// The figures by a key, or of all of them.
async fn figures(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    by: Option<CountedBy>,
) -> Result<Vec<(Uuid, CadenceFigures)>> {
    let key = match by {
        None => "CAST(NULL AS UUID)",
        Some(CountedBy::Opportunity) => "w.opportunity_id",
        Some(CountedBy::Rep) => "w.owner_id",
        Some(CountedBy::Stage) => "w.stage_id",
    };
    let mut sql = Sql::new("SELECT ");
    sql.push(key).push(
        " AS key, CAST(COALESCE(SUM(w.weeks), 0) AS BIGINT) AS weeks,
         CAST(COALESCE(SUM(w.weeks * w.expected), 0) AS BIGINT) AS required,
         CAST(COALESCE(SUM(w.done), 0) AS BIGINT) AS done
         FROM (SELECT z.opportunity_id, z.stage_id, o.owner_id,
             CAST(z.weeks AS BIGINT) AS weeks, z.expected, ",
    );
    visits(tx, &mut sql);
    sql.push(" AS done FROM ");
    times(tx, &mut sql, ctx, asked);
    sql.push(
        " JOIN opportunity_spans o ON o.tenant_id = $1 AND o.opportunity_id = z.opportunity_id
             AND o.seq = z.seq
         WHERE z.weeks >= 1) w",
    );
    if by.is_some() {
        sql.push(" GROUP BY ").push(key);
        sql.push(" ORDER BY 10000 * CAST(SUM(w.done) AS BIGINT) / CAST(SUM(w.weeks * w.expected) AS BIGINT)");
        sql.push(", key LIMIT ").bind(MOST);
    }
    let rows = tx.all::<(Option<Uuid>, i64, i64, i64)>(sql).await?;
    let figures = |(key, weeks, required, done): (Option<Uuid>, i64, i64, i64)| {
        (key.unwrap_or_default(), CadenceFigures::new(weeks, required, done))
    };
    Ok(rows.into_iter().map(figures).collect())
}

async fn names(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    by: CountedBy,
    keys: Vec<Uuid>,
) -> Result<Labels> {
    let kind = match by {
        CountedBy::Opportunity => &OPPORTUNITY,
        CountedBy::Rep => &USER,
        CountedBy::Stage => &STAGE,
    };
    labels(tx, ctx, asked, kind, keys).await
}

impl Report for CadenceCompliance {
    type Row = CadenceRow;
    type Totals = CadenceFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.word("by").unwrap_or(CountedBy::Opportunity);
        match by {
            CountedBy::Opportunity => {}
            CountedBy::Rep => also_reads(ctx, USER.plural)?,
            CountedBy::Stage => also_reads(ctx, STAGE.plural)?,
        }
        let found = figures(tx, ctx, asked, Some(by)).await?;
        let names = names(tx, ctx, asked, by, found.iter().map(|(key, _)| *key).collect()).await?;
        let row = |(key, figures)| CadenceRow { key, name: names.get(&key).cloned(), figures };
        let rows = found.into_iter().map(row).collect();
        let all = figures(tx, ctx, asked, None).await?.into_iter().next();
        let totals = all.map_or_else(|| CadenceFigures::new(0, 0, 0), |(_, figures)| figures);
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let figures = CadenceFigures::new(4, 8, 6);
        let key = Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77);
        let row =
            CadenceRow {
                key, name: Some("宏图软件采购".to_owned()), figures: figures.clone()
            };
        Made { rows: vec![row], totals: figures }
    }
}
