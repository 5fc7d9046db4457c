//! From which stage of their decision to which one people have gone.

use super::prospects::{FROM, TO, column, parameter};
use crate::{Asked, Definition, Made, Plot, Report, Takes, What, definition::Shape, report::reach};
use chrono::{DateTime, Datelike as _, Utc};
use guanxi_kernel::{Ctx, Result, Word as _, period::start_of_day, problem::Texts, scalar::Type};
use guanxi_marketing::{
    attribution::end_of_day,
    decision_stages::{DECISION_STAGE, DecisionStageName},
    programmes::contacts_of,
    rate::Rate,
};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;

/// The report.
pub struct DecisionTransitions;

/// What has become of those who were in a stage at the beginning.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DecisionTransitionsRow {
    /// The stage in which they were.
    pub stage: String,
    /// What it is called.
    pub name: String,
    /// How many were: the sum of all that follows.
    pub start: i64,
    /// How many of them are prospects at the end.
    pub prospect: i64,
    /// How many are in the stage before a sale.
    pub pre_sale: i64,
    /// How many are in a sale.
    pub in_sale: i64,
    /// How many are in growth and retention.
    pub growth_and_retention: i64,
    /// How many are in no stage any more.
    pub gone: i64,
}

/// What goes over all stages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DecisionTransitionsTotals {
    /// How many were in any stage at the beginning.
    pub start: i64,
    /// How many of them are in a later stage at the end.
    pub forward: i64,
    /// How many are in an earlier one.
    pub back: i64,
    /// How many are in the same.
    pub stayed: i64,
    /// How many are in none.
    pub gone: i64,
    /// `forward` of `start`.
    pub forward_rate: Rate,
}

static DEFINITION: Definition = Definition {
    name: "decision-transitions",
    version: 1,
    title: Texts { en: "Moves between decision stages", zh: "决策阶段转移表" },
    about: Texts {
        en: "Of those who were in each stage of their decision when the first day began: in which they are at the end of \
             the last day. Every row sums to how many there were. With a programme only those who are on its list now.",
        zh: "按期初所处决策阶段统计期末去向,每行合计等于期初人数。指定方案时仅统计其当前名单中的客户。",
    },
    reads: &[&DECISION_STAGE],
    needs: &["stage"],
    rests_on: &[],
    parameters: &[
        FROM,
        TO,
        parameter(
            "programme_id",
            Takes::One(Type::Id),
            Texts {
                en: "Only those on the list of this programme.", zh: "仅该方案名单中的客户。"
            },
        ),
    ],
    columns: &[
        column("stage", "Stage code", "阶段标识", What::Key),
        column("name", "Stage at the beginning", "期初阶段", What::Label),
        column("start", "At the beginning", "期初人数", What::Count),
        column("prospect", "Prospect", "潜在客户", What::Count),
        column("pre_sale", "Pre-sale", "售前", What::Count),
        column("in_sale", "In sale", "售中", What::Count),
        column("growth_and_retention", "Growth and retention", "成长与保持", What::Count),
        column("gone", "In none", "已移除", What::Count),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name"],
        values: &["prospect", "pre_sale", "in_sale", "growth_and_retention", "gone"],
        otherwise: &["start"],
    },
};

/// A stage at the beginning, one at the end if there is any, and how many went that way.
type Moved = (DecisionStageName, Option<DecisionStageName>, i64);

/// The rows and totals of moves.
fn made(ctx: &Ctx, moves: &[Moved]) -> Made<DecisionTransitions> {
    let count = |from: DecisionStageName, to: Option<DecisionStageName>| -> i64 {
        moves.iter().filter(|one| (one.0, one.1) == (from, to)).map(|one| one.2).sum()
    };
    let row = |from: &DecisionStageName| {
        let to = |stage: DecisionStageName| count(*from, Some(stage));
        let (prospect, pre_sale) =
            (to(DecisionStageName::Prospect), to(DecisionStageName::PreSale));
        let in_sale = to(DecisionStageName::InSale);
        let growth_and_retention = to(DecisionStageName::GrowthAndRetention);
        let gone = count(*from, None);
        DecisionTransitionsRow {
            stage: from.word().to_owned(),
            name: from.label(ctx.language).to_owned(),
            start: prospect + pre_sale + in_sale + growth_and_retention + gone,
            prospect,
            pre_sale,
            in_sale,
            growth_and_retention,
            gone,
        }
    };
    let sum = |went: fn(&Moved) -> bool| -> i64 {
        moves.iter().filter(|one| went(one)).map(|one| one.2).sum()
    };
    let forward = sum(|(from, to, _)| to.is_some_and(|to| to > *from));
    let start = sum(|_| true);
    let totals = DecisionTransitionsTotals {
        start,
        forward,
        back: sum(|(from, to, _)| to.is_some_and(|to| to < *from)),
        stayed: sum(|(from, to, _)| *to == Some(*from)),
        gone: sum(|(_, to, _)| to.is_none()),
        forward_rate: Rate::new(forward, start),
    };
    Made { rows: DecisionStageName::ALL.iter().map(row).collect(), totals }
}

/// The instants at which the first day begins and the last one ends.
fn time(ctx: &Ctx, asked: &mut Asked) -> Result<(DateTime<Utc>, DateTime<Utc>)> {
    let (from, to) = asked.time(|to| to.with_day(1))?;
    let ends = end_of_day(ctx, to).min(asked.as_of);
    Ok((start_of_day(from, ctx.settings.time_zone), ends))
}

/// Adds that a span lasted at an instant.
fn lasted(sql: &mut Sql, span: [&'static str; 2], at: DateTime<Utc>) {
    let [entered, left] = span;
    sql.push(entered).push(" <= ").bind(at).push(" AND (").push(left).push(" IS NULL OR ");
    sql.push(left).push(" > ").bind(at).push(")");
}

impl Report for DecisionTransitions {
    type Row = DecisionTransitionsRow;
    type Totals = DecisionTransitionsTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let (begins, ends) = time(ctx, asked)?;
        let contacts = match asked.id("programme_id") {
            Some(id) => contacts_of(tx, ctx, id.into()).await?,
            None => None,
        };
        let mut sql = Sql::new(
            "SELECT a.stage, b.stage, COUNT(*) FROM decision_stages t
             JOIN decision_stage_spans a ON a.tenant_id = t.tenant_id AND a.decision_stage_id = t.id
                 AND ",
        );
        lasted(&mut sql, ["a.entered_at", "a.left_at"], begins);
        sql.push(
            " LEFT JOIN decision_stage_spans b ON b.tenant_id = t.tenant_id AND b.decision_stage_id = t.id
                 AND ",
        );
        lasted(&mut sql, ["b.entered_at", "b.left_at"], ends);
        sql.push(" WHERE t.tenant_id = $1 AND ");
        scope::within(&mut sql, &DECISION_STAGE, &reach(ctx, &DEFINITION), ctx.actor.user);
        if let Some(contacts) = contacts {
            sql.push(" AND t.party_id IN (");
            contacts.write(&mut sql);
            sql.push(")");
        }
        sql.push(" GROUP BY a.stage, b.stage");
        Ok(made(ctx, &tx.all::<Moved>(sql).await?))
    }

    fn example() -> Made<Self> {
        let row = DecisionTransitionsRow {
            stage: DecisionStageName::Prospect.word().to_owned(),
            name: "Prospect".to_owned(),
            start: 10,
            prospect: 6,
            pre_sale: 3,
            in_sale: 0,
            growth_and_retention: 0,
            gone: 1,
        };
        let totals = DecisionTransitionsTotals {
            start: 10,
            forward: 3,
            back: 0,
            stayed: 6,
            gone: 1,
            forward_rate: Rate::new(3, 10),
        };
        Made { rows: vec![row], totals }
    }
}
