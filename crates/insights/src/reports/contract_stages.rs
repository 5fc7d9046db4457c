//! How many contracts are in each stage, and what they come to.

use super::prospects::column;
use crate::{
    Asked, Definition, Made, Plot, Report, What, definition::Shape, exchange::currency,
    report::reach,
};
use guanxi_contracts::contracts::{CONTRACT, ContractStage};
use guanxi_kernel::{Ctx, Currency, Money, Result, Word as _, problem::Texts};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The report.
pub struct ContractsByStage;

/// The contracts in a stage.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContractStageRow {
    /// The stage.
    pub stage: ContractStage,
    /// What it is called.
    pub stage_name: &'static str,
    /// How many there are.
    pub count: i64,
    /// What they come to without tax.
    pub net: Money,
    /// What they come to with tax.
    pub gross: Money,
    /// What is still to be paid on them.
    pub outstanding: Money,
}

/// All contracts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContractStageTotals {
    /// How many there are.
    pub count: i64,
    /// What they come to without tax.
    pub net: Money,
    /// What they come to with tax.
    pub gross: Money,
    /// What is still to be paid on them.
    pub outstanding: Money,
}

static DEFINITION: Definition = Definition {
    name: "contracts-by-stage",
    version: 1,
    title: Texts { en: "Contracts by stage", zh: "合同阶段分析" },
    about: Texts {
        en: "How many contracts there are in each stage, what they come to and what is still to be paid on them: \
             the same as the list of contracts of that stage, as they are now. Stages without contracts are \
             left out. Amounts in other currencies are converted by the rate of the day of `as_of`.",
        zh: "各阶段合同的数量、金额与未收金额,与按阶段筛选的合同列表一致(按当前状态统计)。",
    },
    reads: &[&CONTRACT],
    needs: &["stage", "owner_id"],
    rests_on: &[("net", &["net"]), ("gross", &["gross"]), ("outstanding", &["outstanding"])],
    parameters: &[],
    columns: &[
        column("stage", "Stage", "阶段", What::Key),
        column("stage_name", "Stage", "阶段", What::Label),
        column("count", "Contracts", "合同数", What::Count),
        column("net", "Amount without tax", "不含税金额", What::Money),
        column("gross", "Amount with tax", "含税金额", What::Money),
        column("outstanding", "Outstanding", "未收金额", What::Money),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["stage_name"],
        values: &["gross", "outstanding"],
        otherwise: &["count"],
    },
};

type Group = (String, String, i64, i64, i64, i64);

impl Report for ContractsByStage {
    type Row = ContractStageRow;
    type Totals = ContractStageTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let mut sql = Sql::new(
            "SELECT t.stage, t.currency, COUNT(*), CAST(COALESCE(SUM(t.net_minor), 0) AS BIGINT),
                 CAST(COALESCE(SUM(t.gross_minor), 0) AS BIGINT),
                 CAST(COALESCE(SUM(t.outstanding_minor), 0) AS BIGINT)
             FROM contracts t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ",
        );
        scope::covers(&mut sql, "t.owner_id", &reach(ctx, &DEFINITION), ctx.actor.user);
        sql.push(" GROUP BY t.stage, t.currency ORDER BY t.stage, t.currency");
        let groups = tx.all::<Group>(sql).await?;
        let zero = asked.exchange.zero();
        let mut rows: BTreeMap<ContractStage, ContractStageRow> = BTreeMap::new();
        for (word, code, count, net, gross, outstanding) in groups {
            let stage = ContractStage::from_word(&word).unwrap_or_default();
            let given = currency(&code)?;
            let row = rows.entry(stage).or_insert_with(|| ContractStageRow {
                stage,
                stage_name: stage.label(ctx.language),
                count: 0,
                net: zero,
                gross: zero,
                outstanding: zero,
            });
            row.count += count;
            let sums =
                [(&mut row.net, net), (&mut row.gross, gross), (&mut row.outstanding, outstanding)];
            for (sum, minor) in sums {
                let (today, known) = (asked.today, asked.known_at);
                let amount =
                    asked.exchange.convert(tx, Money::new(minor, given), today, known).await?;
                *sum = asked.exchange.sum([*sum, amount])?;
            }
        }
        let rows: Vec<ContractStageRow> = rows.into_values().collect();
        let totals = ContractStageTotals {
            count: rows.iter().map(|row| row.count).sum(),
            net: asked.exchange.sum(rows.iter().map(|row| row.net))?,
            gross: asked.exchange.sum(rows.iter().map(|row| row.gross))?,
            outstanding: asked.exchange.sum(rows.iter().map(|row| row.outstanding))?,
        };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let (count, net) = (3, yuan(30_000_000));
        let (gross, outstanding) = (yuan(33_900_000), yuan(12_000_000));
        let stage = ContractStage::Implementing;
        let row =
            ContractStageRow { stage, stage_name: "实施中", count, net, gross, outstanding };
        let totals = ContractStageTotals { count, net, gross, outstanding };
        Made { rows: vec![row], totals }
    }
}
