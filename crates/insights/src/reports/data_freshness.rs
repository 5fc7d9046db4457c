//! How many customers had their data verified recently enough.

use super::prospects::{column, example_id, parameter, people};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape, report::reach,
};
use chrono::TimeDelta;
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{Ctx, Result, problem::Texts, ratio::Ratio};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct DataFreshness;

/// The customers whom somebody looks after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DataFreshnessRow {
    /// Who does; `null` for those of nobody.
    #[schema(required)]
    pub owner_id: Option<Uuid>,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub owner: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: DataFreshnessFigures,
}

/// How fresh the data of customers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct DataFreshnessFigures {
    /// How many customers there are.
    pub customers: i64,
    /// What is known of how many was verified within the days.
    pub verified: i64,
    /// Of how many it was not: longer ago, or never.
    pub stale: i64,
    /// `verified` of `customers`.
    pub freshness: Ratio,
}

const DAYS: Parameter = Parameter {
    default: Some("365"),
    ..parameter(
        "days",
        Takes::Whole(1, 3_650),
        Texts {
            en: "After how many days what was verified is stale.",
            zh: "超过多少天未核实视为陈旧。",
        },
    )
};

static DEFINITION: Definition = Definition {
    name: "data-freshness",
    version: 1,
    title: Texts { en: "Freshness of customer data", zh: "客户资料新鲜度" },
    about: Texts {
        en: "Customers by who looks after them: of how many what is known was verified by a stocktake within the days \
             before `as_of`, and of how many longer ago or never. Customers, and when they were verified last, are \
             told as they are now.",
        zh: "按负责人统计客户:在 as_of 之前所设天数内经盘点核实的数量,以及超期或从未核实的数量;新鲜度 = 期内核实 ÷ 全部客户。",
    },
    reads: &[&PARTY],
    needs: &["owner_id", "roles", "verified_at"],
    rests_on: &[],
    parameters: &[DAYS],
    columns: &[
        column("owner_id", "Owner id", "负责人标识", What::Key),
        column("owner", "Owner", "负责人", What::Label),
        column("customers", "Customers", "客户数", What::Count),
        column("verified", "Verified", "期内核实数", What::Count),
        column("stale", "Stale", "陈旧数", What::Count),
        column("freshness", "Freshness", "新鲜度", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["owner"],
        values: &["customers", "verified"],
        otherwise: &[],
    },
};

impl DataFreshnessFigures {
    fn of(customers: i64, verified: i64) -> Self {
        let freshness = Ratio::new(verified, customers);
        Self { customers, verified, stale: customers - verified, freshness }
    }
}

impl Report for DataFreshness {
    type Row = DataFreshnessRow;
    type Totals = DataFreshnessFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let days = asked.whole(DAYS.name).unwrap_or(365);
        let mut sql = Sql::new("SELECT t.owner_id, COUNT(*), COUNT(CASE WHEN t.verified_at >= ");
        sql.bind(asked.as_of - TimeDelta::days(days)).push(
            " THEN 1 END) FROM parties t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
                 AND EXISTS (SELECT 1 FROM record_terms x WHERE x.tenant_id = $1 AND x.record_id = t.id
                     AND x.kind = 'party' AND x.field = 'role' AND x.term = 'customer') AND ",
        );
        scope::within(&mut sql, &PARTY, &reach(ctx, &DEFINITION), ctx.actor.user);
        sql.push(" GROUP BY t.owner_id ORDER BY t.owner_id NULLS LAST");
        let found = tx.all::<(Option<Uuid>, i64, i64)>(sql).await?;
        let owners: Vec<Uuid> = found.iter().filter_map(|(owner, ..)| *owner).collect();
        let names = people(tx, ctx, asked, owners).await?;
        let totals = DataFreshnessFigures::of(
            found.iter().map(|one| one.1).sum(),
            found.iter().map(|one| one.2).sum(),
        );
        let row = |(owner_id, customers, verified): (Option<Uuid>, i64, i64)| DataFreshnessRow {
            owner_id,
            owner: owner_id.and_then(|id| names.get(&id).cloned()),
            figures: DataFreshnessFigures::of(customers, verified),
        };
        Ok(Made { rows: found.into_iter().map(row).collect(), totals })
    }

    fn example() -> Made<Self> {
        let totals = DataFreshnessFigures::of(100, 90);
        let owner = Some("陈静".to_owned());
        let row = DataFreshnessRow { owner_id: Some(example_id()), owner, figures: totals };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_34_freshness_is_what_was_verified_of_all() {
        let figures = DataFreshnessFigures::of(100, 90);
        assert_eq!((figures.stale, figures.freshness), (10, Ratio::new(90, 100)));
        assert_eq!(DataFreshnessFigures::of(0, 0).freshness.value(), None);
    }
}
