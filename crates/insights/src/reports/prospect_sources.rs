//! Where leads came from, and what became of them.

use super::prospects::{CONSULTANT, FROM, TO, Time, column, require_fields, stood};
use crate::{
    Asked, Definition, Made, Plot, Report, What, definition::Shape, report::reach,
    target_lists::Counted,
};
use guanxi_kernel::{Ctx, Language, Result, Word as _, problem::Texts};
use guanxi_marketing::rate::Rate;
use guanxi_sales::leads::{LEAD, LeadSource};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ProspectSources;

/// What came from one source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProspectSourceRow {
    /// The source; `other` is unknown too.
    pub source: LeadSource,
    /// What it is called.
    pub source_name: &'static str,
    /// How many leads came from it.
    pub count: i64,
    /// How many of them were won.
    pub won: i64,
    /// How many of them were lost.
    pub lost: i64,
    /// Which part was won.
    pub rate: Rate,
}

/// What came from all sources.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProspectSourceTotals {
    /// How many leads came.
    pub count: i64,
    /// How many of them were won.
    pub won: i64,
    /// How many of them were lost.
    pub lost: i64,
    /// Which part was won.
    pub rate: Rate,
}

static DEFINITION: Definition = Definition {
    name: "prospect-sources",
    version: 1,
    title: Texts { en: "Sources of prospects", zh: "客户来源分析" },
    about: Texts {
        en: "By source: the leads that were made within a time, how many of them were won, that is converted, and \
             lost by the instant of the report. What is unknown is a row of its own (`other`), so the rows add up \
             to the total. Sources and owners are as they are now; deleted leads do not count.",
        zh: "按来源统计期间新建的意向客户数、截至统计时点的成交(转化)与战败数及成交率。未知来源单列(其他),各来源合计等于总数。",
    },
    reads: &[&LEAD],
    needs: &["source", "status"],
    rests_on: &[],
    parameters: &[FROM, TO, CONSULTANT],
    columns: &[
        column("source", "Source", "来源", What::Key),
        column("source_name", "Source", "来源", What::Label),
        column("count", "Leads", "意向客户数", What::Count),
        column("won", "Won", "成交数", What::Count),
        column("lost", "Lost", "战败数", What::Count),
        column("rate", "Rate", "成交率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["source_name"],
        values: &["count", "won"],
        otherwise: &[],
    },
};

/// Adds the leads `t` that are told of, as they stood (`s`).
fn leads(sql: &mut Sql, ctx: &Ctx, asked: &mut Asked) -> Result<()> {
    let time = Time::asked(ctx, asked)?;
    sql.push(
        " FROM leads t JOIN lead_spans s ON s.tenant_id = t.tenant_id AND s.lead_id = t.id AND ",
    );
    stood(sql, "s.from_at", "s.until_at", asked.as_of);
    sql.push(" WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ");
    time.contains(sql, "t.created_at");
    if let Some(consultant) = asked.id("consultant_id") {
        sql.push(" AND t.owner_id = ").bind(consultant);
    }
    sql.push(" AND ");
    scope::within(sql, &LEAD, &reach(ctx, &DEFINITION), ctx.actor.user);
    Ok(())
}

impl Report for ProspectSources {
    type Row = ProspectSourceRow;
    type Totals = ProspectSourceTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let mut sql = Sql::new("SELECT t.source, s.state, COUNT(*)");
        leads(&mut sql, ctx, asked)?;
        sql.push(" GROUP BY t.source, s.state");
        let mut figures: BTreeMap<LeadSource, [i64; 3]> = BTreeMap::new();
        figures.insert(LeadSource::Other, [0; 3]);
        for (source, state, count) in tx.all::<(LeadSource, String, i64)>(sql).await? {
            let of = figures.entry(source).or_default();
            of[0] += count;
            match state.as_str() {
                "won" => of[1] += count,
                "lost" => of[2] += count,
                _ => {}
            }
        }
        let row = |(source, [count, won, lost]): (LeadSource, [i64; 3])| ProspectSourceRow {
            source,
            source_name: source.label(ctx.language),
            count,
            won,
            lost,
            rate: Rate::new(won, count),
        };
        let rows: Vec<ProspectSourceRow> = figures.into_iter().map(row).collect();
        let sum = |part: fn(&ProspectSourceRow) -> i64| rows.iter().map(part).sum::<i64>();
        let (count, won, lost) = (sum(|row| row.count), sum(|row| row.won), sum(|row| row.lost));
        let totals = ProspectSourceTotals { count, won, lost, rate: Rate::new(won, count) };
        Ok(Made { rows, totals })
    }

    async fn counted(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Option<Vec<Counted>>> {
        require_fields(ctx, &LEAD, &["party_id"])?;
        let mut sql = Sql::new("SELECT t.source, s.state, t.party_id");
        leads(&mut sql, ctx, asked)?;
        sql.push(" ORDER BY t.source, t.created_at, t.id");
        let record = |(source, state, party): (LeadSource, String, Option<Uuid>)| {
            let result = match state.as_str() {
                "won" => Some("won"),
                "lost" => Some("lost"),
                _ => None,
            };
            let columns = ["count"].into_iter().chain(result).collect();
            Counted { party, row: vec![("source", source.to_string())], columns }
        };
        let found = tx.all::<(LeadSource, String, Option<Uuid>)>(sql).await?;
        Ok(Some(found.into_iter().map(record).collect()))
    }

    fn example() -> Made<Self> {
        let source = LeadSource::WalkIn;
        let rate = Rate::new(2, 10);
        let source_name = source.label(Language::Zh);
        let row = ProspectSourceRow { source, source_name, count: 10, won: 2, lost: 1, rate };
        Made { rows: vec![row], totals: ProspectSourceTotals { count: 10, won: 2, lost: 1, rate } }
    }
}
