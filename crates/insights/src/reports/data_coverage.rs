//! How much is known of the leads, by consultant or by source.

use super::prospects::{column, people, require_fields};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape, report::reach,
};
use guanxi_kernel::{
    Ctx, Result, Word as _,
    problem::Texts,
    ratio::Ratio,
    scalar::{Scalar, Type},
};
use guanxi_sales::leads::{LEAD, LeadSource};
use guanxi_storage::{Sql, Tx, scope};
use guanxi_workflow::playbooks::{
    PlaybookId, PlaybookItem, PlaybookStep, Sheet, editions_of, latest_card,
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct DataCoverage;

guanxi_kernel::words! {
    /// By what leads are told apart.
    pub enum CoverageBy {
        /// Who has them.
        Consultant = "consultant" ("Consultant", "销售顾问"),
        /// Where they came from.
        Source = "source" ("Source", "来源"),
    }
}

/// How much is known of some leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Coverage {
    /// How many leads there are.
    pub leads: i64,
    /// How many of them have all that their card requires.
    pub complete: i64,
    /// Which part that is.
    pub coverage: Ratio,
    /// Weight that is filled in over all weight of their cards.
    pub completeness: Ratio,
}

/// The same of one consultant or source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CoverageRow {
    /// The consultant or the source; `none` for leads without an owner.
    pub key: String,
    /// What that is called; `null` for whoever may not see it.
    #[schema(required)]
    pub name: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: Coverage,
}

static DEFINITION: Definition = Definition {
    name: "data-coverage",
    version: 1,
    title: Texts { en: "Coverage of customer data", zh: "客户资料完整度" },
    about: Texts {
        en: "By consultant or source, once leads have a card: how many leads there are, how many of them have all that their card requires \
             (coverage), and the weight of what is filled in over all weight of their cards (completeness: how well \
             consultants know their customers). Each lead is judged by the edition that its card began with, \
             those without an answer by the present one. Leads and cards are as they are now; lost and converted \
             leads count too.",
        zh: "按销售顾问或来源统计:意向客户数、信息卡必填项齐全的数量及比例(覆盖率),以及已填权重占全部权重的比例(完整度)。按各卡的模板版次计算。",
    },
    reads: &[&LEAD],
    needs: &["owner_id", "source"],
    rests_on: &[],
    parameters: &[Parameter {
        name: "by",
        takes: Takes::One(<CoverageBy as Scalar>::TYPE),
        default: Some("consultant"),
        required: false,
        field: None,
        about: Texts { en: "By what leads are told apart.", zh: "统计维度。" },
    }],
    columns: &[
        column("key", "Key", "标识", What::Key),
        column("name", "Name", "名称", What::Label),
        column("leads", "Leads", "意向客户数", What::Count),
        column("complete", "Complete cards", "信息卡完整数", What::Count),
        column("coverage", "Coverage", "覆盖率", What::Ratio),
        column("completeness", "Completeness", "完整度", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name"],
        values: &["coverage", "completeness"],
        otherwise: &[],
    },
};

/// Adds that the field of the lead `t` that fills in an item holds something.
fn filled(sql: &mut Sql, item: &PlaybookItem) {
    let field = item.field.as_deref().and_then(|name| LEAD.field(name));
    let Some((field, column)) = field.and_then(|field| Some((field, *field.columns.first()?)))
    else {
        sql.push("FALSE");
        return;
    };
    sql.push("(t.").push(column).push(" IS NOT NULL");
    if matches!(field.kind, Type::Json) && field.columns.len() == 1 {
        sql.push(" AND CAST(t.").push(column).push(" AS TEXT) NOT IN ('[]', '{}', '\"\"', 'null')");
    }
    sql.push(")");
}

type Found = (Option<String>, i64, i64, i64);

/// The leads that are judged by one edition: key, how many, how many complete, how much weight is filled in.
async fn counted(
    tx: &mut Tx,
    ctx: &Ctx,
    by: CoverageBy,
    (card, latest): (PlaybookId, i64),
    (edition, steps): (i64, &[PlaybookStep]),
) -> Result<Vec<Found>> {
    let bound: Vec<&PlaybookItem> =
        Sheet(steps).items().filter(|item| item.field.is_some()).collect();
    let own = Sheet(steps).items().filter(|item| item.field.is_none() && item.required).count();
    let mut sql = Sql::new(
        "SELECT x.key, COUNT(*), CAST(SUM(x.complete) AS BIGINT), CAST(SUM(x.weight) AS BIGINT) FROM (SELECT ",
    );
    sql.push(match by {
        CoverageBy::Consultant => "t.owner_id",
        CoverageBy::Source => "t.source",
    });
    sql.push(" AS key, CASE WHEN COALESCE(r.unanswered, ");
    sql.bind(i64::try_from(own).unwrap_or(i64::MAX)).push(") = 0");
    for item in bound.iter().filter(|item| item.required) {
        sql.push(" AND ");
        filled(&mut sql, item);
    }
    sql.push(" THEN 1 ELSE 0 END AS complete, COALESCE(r.answered_weight, 0)");
    for item in bound.iter().filter(|item| item.weight > 0) {
        sql.push(" + CASE WHEN ");
        filled(&mut sql, item);
        sql.push(" THEN ").bind(item.weight).push(" ELSE 0 END");
    }
    sql.push(
        " AS weight FROM leads t LEFT JOIN playbook_runs r ON r.tenant_id = t.tenant_id
             AND r.about_id = t.id AND r.single AND r.deleted_at IS NULL AND r.playbook_id = ",
    );
    sql.bind(card)
        .push(" WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND COALESCE(r.edition, ");
    sql.bind(latest).push(") = ").bind(edition).push(" AND ");
    scope::within(&mut sql, &LEAD, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(") x GROUP BY x.key");
    match by {
        CoverageBy::Source => tx.all(sql).await,
        CoverageBy::Consultant => {
            let named = |(key, leads, complete, weight): (Option<Uuid>, i64, i64, i64)| {
                (key.map(|key| key.to_string()), leads, complete, weight)
            };
            Ok(tx.all(sql).await?.into_iter().map(named).collect())
        }
    }
}

/// Adds figures up: leads, complete ones, filled weight, all weight.
fn coverage([leads, complete, filled, weight]: [i64; 4]) -> Coverage {
    let coverage = Ratio::new(complete, leads);
    Coverage { leads, complete, coverage, completeness: Ratio::new(filled, weight) }
}

impl Report for DataCoverage {
    type Row = CoverageRow;
    type Totals = Coverage;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.word("by").unwrap_or(CoverageBy::Consultant);
        let Some((card, latest, _)) = latest_card(tx, LEAD.name).await? else {
            return Ok(Made { rows: Vec::new(), totals: coverage([0; 4]) });
        };
        let mut figures: BTreeMap<String, [i64; 4]> = BTreeMap::new();
        for (edition, steps) in editions_of(tx, card).await? {
            let fields: Vec<&str> =
                Sheet(&steps).items().filter_map(|item| item.field.as_deref()).collect();
            require_fields(ctx, &LEAD, &fields)?;
            let all: i64 = Sheet(&steps).items().map(|item| item.weight).sum();
            for (key, leads, complete, filled) in
                counted(tx, ctx, by, (card, latest), (edition, &steps)).await?
            {
                let of = figures.entry(key.unwrap_or_else(|| "none".to_owned())).or_default();
                let more = [leads, complete, filled, leads * all];
                of.iter_mut().zip(more).for_each(|(one, more)| *one += more);
            }
        }
        let ids = figures.keys().filter_map(|key| key.parse::<Uuid>().ok());
        let names = people(tx, ctx, asked, ids).await?;
        let mut whole = [0; 4];
        let mut rows = Vec::with_capacity(figures.len());
        for (key, figures) in figures {
            whole.iter_mut().zip(figures).for_each(|(one, more)| *one += more);
            let user = key.parse::<Uuid>().ok();
            let source = LeadSource::from_word(&key).filter(|_| by == CoverageBy::Source);
            let name = user.and_then(|id| names.get(&id).cloned());
            let name = name.or(source.map(|source| source.label(ctx.language).to_owned()));
            rows.push(CoverageRow { key, name, figures: coverage(figures) });
        }
        Ok(Made { rows, totals: coverage(whole) })
    }

    fn example() -> Made<Self> {
        let figures = coverage([10, 6, 80, 100]);
        let key = super::prospects::example_id().to_string();
        let row = CoverageRow { key, name: Some("王伟".to_owned()), figures: figures.clone() };
        Made { rows: vec![row], totals: figures }
    }
}
