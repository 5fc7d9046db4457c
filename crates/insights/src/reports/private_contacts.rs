//! How many of the contacts that consultants know privately they have brought into the customer base.

use super::prospects::{column, example_id, people, was_there};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, report::reach};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{Ctx, Result, problem::Texts};
use guanxi_marketing::rate::Rate;
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct PrivateContacts;

/// The contacts of a consultant's own.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PrivateContactRow {
    /// The consultant; `null` for those of nobody.
    #[schema(required)]
    pub consultant_id: Option<Uuid>,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub consultant: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: PrivateContactFigures,
}

/// How many contacts were private, and are the company's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PrivateContactFigures {
    /// How many contacts of their own there are and were.
    pub contacts: i64,
    /// How many of them were brought into the base.
    pub converted: i64,
    /// How many are private still.
    pub private: i64,
    /// `converted` of `contacts`.
    pub conversion: Rate,
}

static DEFINITION: Definition = Definition {
    name: "private-contacts",
    version: 2,
    title: Texts { en: "Private contacts brought into the base", zh: "私有客户转入基盘" },
    about: Texts {
        en: "By consultant how many contacts of their own there are and were, and how many of these belonged to the \
             company at `as_of`. Who looks after whom is told as it is now.",
        zh: "按销售顾问统计截至 as_of 其私有客户总数、已转入基盘数与转入率,归属按当前状态统计。",
    },
    reads: &[&PARTY],
    needs: &["owner_id", "is_private", "contributed_by"],
    rests_on: &[],
    parameters: &[],
    columns: &[
        column("consultant_id", "Consultant id", "销售顾问标识", What::Key),
        column("consultant", "Consultant", "销售顾问", What::Label),
        column("contacts", "Own contacts", "私有客户总数", What::Count),
        column("converted", "Brought in", "已转入数", What::Count),
        column("private", "Private still", "仍为私有数", What::Count),
        column("conversion", "Brought in of all", "转入率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["consultant"],
        values: &["contacts", "converted"],
        otherwise: &[],
    },
};

impl PrivateContactFigures {
    fn of(contacts: i64, converted: i64) -> Self {
        let conversion = Rate::new(converted, contacts);
        Self { contacts, converted, private: contacts - converted, conversion }
    }
}

impl Report for PrivateContacts {
    type Row = PrivateContactRow;
    type Totals = PrivateContactFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        type Found = (Option<Uuid>, i64, i64);
        let mut sql = Sql::new(
            "SELECT COALESCE(t.contributed_by, t.owner_id), COUNT(*), COUNT(CASE WHEN t.contributed_at <= ",
        );
        sql.bind(asked.as_of)
            .push(" THEN 1 END) FROM parties t WHERE t.tenant_id = $1 AND t.created_at <= ");
        sql.bind(asked.as_of).push(" AND ");
        was_there(&mut sql, "t.deleted_at", asked);
        sql.push(" AND (t.is_private = TRUE OR t.contributed_by IS NOT NULL) AND ");
        scope::within(&mut sql, &PARTY, &reach(ctx, &DEFINITION), ctx.actor.user);
        sql.push(
            " GROUP BY COALESCE(t.contributed_by, t.owner_id)
             ORDER BY COALESCE(t.contributed_by, t.owner_id) NULLS LAST",
        );
        let found = tx.all::<Found>(sql).await?;
        let consultants: Vec<Uuid> = found.iter().filter_map(|one| one.0).collect();
        let names = people(tx, ctx, asked, consultants).await?;
        let totals = PrivateContactFigures::of(
            found.iter().map(|one| one.1).sum(),
            found.iter().map(|one| one.2).sum(),
        );
        let row = |(consultant_id, contacts, converted): Found| PrivateContactRow {
            consultant_id,
            consultant: consultant_id.and_then(|id| names.get(&id).cloned()),
            figures: PrivateContactFigures::of(contacts, converted),
        };
        Ok(Made { rows: found.into_iter().map(row).collect(), totals })
    }

    fn example() -> Made<Self> {
        let totals = PrivateContactFigures::of(20, 15);
        let consultant = Some("陈静".to_owned());
        let row =
            PrivateContactRow { consultant_id: Some(example_id()), consultant, figures: totals };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_33_conversion_is_what_was_brought_in_of_all() {
        let figures = PrivateContactFigures::of(20, 15);
        assert_eq!((figures.private, figures.conversion), (5, Rate::new(15, 20)));
    }
}
