//! How the company or a product compares with a competitor, attribute by attribute, and how often it wins
//! against it.

use super::{
    facts::{CLOSED_AFTER, CLOSED_BEFORE, Facts},
    prospects::{column, example_id, parameter, require_fields},
    standing::DECIDED,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, asked::bad, definition::Shape,
    labels::labels,
};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{
    Ctx, Result,
    problem::{INTERNAL, Texts, UNKNOWN_REFERENCE},
    scalar::Type,
};
use guanxi_marketing::{rate::Rate, segments::SEGMENT};
use guanxi_sales::{
    opportunities::OPPORTUNITY,
    positionings::{AttributeScore, POSITIONING},
    products::PRODUCT,
};
use guanxi_storage::{Kind, Sql, Tx};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CompetitorComparison;

/// Positionings that are read: one for each segment, the first of them.
const MOST: i64 = 100;

/// How the two do in one respect, for one segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CompetitorComparisonRow {
    /// The positioning that says so.
    pub positioning_id: Uuid,
    /// For whom; `null` for everybody.
    #[schema(required)]
    pub segment_id: Option<Uuid>,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub segment: Option<String>,
    /// In which respect.
    pub attribute: String,
    /// How well the company does, from 0 to 10.
    pub own_score: i64,
    /// How well the competitor does, from 0 to 10.
    pub competitor_score: i64,
    /// `own_score − competitor_score`: below 0 where the competitor is better.
    pub difference: i64,
}

/// How often the company wins against the competitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CompetitorComparisonTotals {
    /// Opportunities that named the competitor and were won.
    pub won: i64,
    /// Opportunities that were lost to it.
    pub lost: i64,
    /// `won` of `won` and `lost`; without value where there are none.
    pub win_rate: Rate,
}

const COMPETITOR: Parameter = Parameter {
    required: true,
    field: Some("competitor_ids"),
    ..parameter(
        "competitor_id",
        Takes::One(Type::Id),
        Texts { en: "The competitor: a party.", zh: "竞争对手。" },
    )
};

const OF_PRODUCT: Parameter = Parameter {
    field: Some("product_id"),
    ..parameter(
        "product_id",
        Takes::One(Type::Id),
        Texts {
            en: "What is compared, and what the opportunities are mainly about; the company itself, and all \
                 opportunities, when absent.",
            zh: "比较的产品及商机的主要产品;缺省为企业自身与全部商机。",
        },
    )
};

static DEFINITION: Definition = Definition {
    name: "competitor-comparison",
    version: 1,
    title: Texts { en: "Comparison with a competitor", zh: "竞争对手比较" },
    about: Texts {
        en: "The scores of the positionings of a product, or of the company itself, beside a competitor, attribute by \
             attribute and segment by segment, as they are now. The totals tell how often the company wins against \
             it: of the opportunities that had ended at the instant, those that named it as a competitor and were \
             won, by these and those that were lost to it. What was lost to somebody else counts for nobody. Whom \
             an opportunity names, and its product, are as they are now.",
        zh: "按属性与客户群列出产品(或企业自身)相对某竞争对手的评分(当前值)。合计为截至统计时点的赢率:提及该对手的赢单 ÷(该赢单 + 输给该对手的单),输给他人的不计;所提对手与产品取当前值。",
    },
    reads: &[&OPPORTUNITY, &POSITIONING],
    needs: &["status", "owner_id", "competitor_ids", "closing_summary"],
    rests_on: &[],
    parameters: &[COMPETITOR, OF_PRODUCT, CLOSED_AFTER, CLOSED_BEFORE],
    columns: &[
        column("positioning_id", "Positioning id", "定位标识", What::Key),
        column("segment_id", "Segment id", "客户群标识", What::Key),
        column("segment", "Segment", "客户群", What::Label),
        column("attribute", "Attribute", "属性", What::Key),
        column("own_score", "Own score", "我方评分", What::Count),
        column("competitor_score", "Competitor's score", "对手评分", What::Count),
        column("difference", "Difference", "差值", What::Count),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["segment", "attribute"],
        values: &["own_score", "competitor_score"],
        otherwise: &[],
    },
};

impl CompetitorComparisonTotals {
    fn of(won: i64, lost: i64) -> Self {
        Self { won, lost, win_rate: Rate::new(won, won + lost) }
    }
}

/// The record that a parameter names.
///
/// # Errors
/// `bad_parameter` for one that the caller does not see.
async fn seen(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    name: &'static str,
    id: Option<Uuid>,
) -> Result<Option<Uuid>> {
    let Some(id) = id else { return Ok(None) };
    let found = (kind.load)(tx, ctx, &[id]).await?;
    if found.is_empty() { Err(bad(UNKNOWN_REFERENCE.parameter(name))) } else { Ok(Some(id)) }
}

/// The scores beside a competitor, those for everybody first.
async fn scores(
    tx: &mut Tx,
    competitor: Uuid,
    product: Option<Uuid>,
) -> Result<Vec<CompetitorComparisonRow>> {
    let mut sql = Sql::new(
        "SELECT t.id, t.segment_id, CAST(t.scores AS TEXT) FROM positionings t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.competitor_id = ",
    );
    sql.bind(competitor).push(" AND t.product_id");
    match product {
        Some(product) => sql.push(" = ").bind(product),
        None => sql.push(" IS NULL"),
    };
    sql.push(" ORDER BY t.segment_id NULLS FIRST, t.created_at, t.id LIMIT ").bind(MOST);
    let mut rows = Vec::new();
    for (positioning_id, segment_id, said) in tx.all::<(Uuid, Option<Uuid>, String)>(sql).await? {
        let said: Vec<AttributeScore> =
            serde_json::from_str(&said).map_err(|error| INTERNAL.problem().because(error))?;
        rows.extend(said.into_iter().map(|one| CompetitorComparisonRow {
            positioning_id,
            segment_id,
            segment: None,
            attribute: one.attribute.to_string(),
            own_score: one.own_score,
            competitor_score: one.competitor_score,
            difference: one.own_score - one.competitor_score,
        }));
    }
    Ok(rows)
}

/// Adds that the opportunity `d` names the competitor in that index of entries.
fn names(sql: &mut Sql, index: &'static str, competitor: Uuid) {
    sql.push("d.opportunity_id IN (SELECT x.record_id FROM record_terms x WHERE x.tenant_id = $1");
    sql.push(" AND x.kind = 'opportunity' AND x.field = ").bind(index);
    sql.push(" AND x.term = ").bind(competitor.to_string()).push(")");
}

/// How many opportunities were won against the competitor, and lost to it.
async fn decided(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    competitor: Uuid,
    product: Option<Uuid>,
) -> Result<CompetitorComparisonTotals> {
    let facts = Facts { ctx, definition: &DEFINITION, asked, statuses: DECIDED };
    let mut sql = Sql::new(
        "SELECT COUNT(CASE WHEN d.status = 'won' THEN 1 END), \
         COUNT(CASE WHEN d.status = 'lost' THEN 1 END) FROM ",
    );
    facts.table(&mut sql, "o.product_id");
    sql.push(" WHERE ((d.status = 'won' AND ");
    names(&mut sql, "competitor_id", competitor);
    sql.push(") OR (d.status = 'lost' AND ");
    names(&mut sql, "winner_competitor_id", competitor);
    sql.push("))");
    if let Some(product) = product {
        sql.push(" AND d.product_id = ").bind(product);
    }
    let (won, lost) = tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default();
    Ok(CompetitorComparisonTotals::of(won, lost))
}

impl Report for CompetitorComparison {
    type Row = CompetitorComparisonRow;
    type Totals = CompetitorComparisonTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &POSITIONING, &["product_id", "competitor_id", "scores"])?;
        let unknown = || bad(UNKNOWN_REFERENCE.parameter(COMPETITOR.name));
        let competitor = asked.id(COMPETITOR.name);
        let competitor = seen(tx, ctx, &PARTY, COMPETITOR.name, competitor).await?;
        let competitor = competitor.ok_or_else(unknown)?;
        let product = asked.id(OF_PRODUCT.name);
        let product = seen(tx, ctx, &PRODUCT, OF_PRODUCT.name, product).await?;
        let mut rows = scores(tx, competitor, product).await?;
        let segments = rows.iter().filter_map(|row| row.segment_id);
        let names = labels(tx, ctx, asked, &SEGMENT, segments).await?;
        for row in &mut rows {
            row.segment = row.segment_id.and_then(|id| names.get(&id).cloned());
        }
        let totals = decided(tx, ctx, asked, competitor, product).await?;
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let row = CompetitorComparisonRow {
            positioning_id: example_id(),
            segment_id: None,
            segment: None,
            attribute: "price".to_owned(),
            own_score: 5,
            competitor_score: 8,
            difference: -3,
        };
        Made { rows: vec![row], totals: CompetitorComparisonTotals::of(3, 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m_08_three_won_against_them_and_one_lost_to_them_are_three_quarters() {
        let totals = CompetitorComparisonTotals::of(3, 1);
        assert_eq!(totals.win_rate.value().map(|rate| rate.to_string()), Some("0.75".to_owned()));
        assert_eq!(CompetitorComparisonTotals::of(0, 0).win_rate.value(), None);
    }
}
