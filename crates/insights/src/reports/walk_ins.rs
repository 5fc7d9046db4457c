//! How many people came by themselves, by campaign, source code or medium.

use super::prospects::{FROM, TO, Time, column, parameter};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape, report::reach,
};
use guanxi_kernel::{
    Ctx, Language, Result,
    problem::Texts,
    ratio::Ratio,
    scalar::{Scalar, Type},
};
use guanxi_marketing::walk_ins::WALK_IN;
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;

/// The report.
pub struct WalkIns;

guanxi_kernel::words! {
    /// What people who came by are told apart by.
    pub enum WalkInsBy {
        /// The campaign.
        Campaign = "campaign" ("Campaign", "市场活动"),
        /// The source code that brought them.
        SourceCode = "source_code" ("Source code", "源代码"),
        /// The medium of that.
        Medium = "medium" ("Medium", "媒介"),
    }
}

/// People who came by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WalkInRow {
    /// The number of the campaign, the source code, or the letters of the medium; `null` for those whom no code has
    /// brought.
    #[schema(required)]
    pub key: Option<String>,
    /// What that is called.
    pub name: String,
    /// How many people came.
    pub people: i64,
    /// Customers among them who are known, each once.
    pub customers: i64,
    /// `people` of all of the time.
    pub people_share: Ratio,
}

/// All of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct WalkInTotals {
    /// How many people came.
    pub people: i64,
}

/// Rows that are told, those with the most people.
const MOST: i64 = 500;

static DEFINITION: Definition = Definition {
    name: "walk-ins",
    version: 1,
    title: Texts { en: "Walk-ins", zh: "到店客流统计" },
    about: Texts {
        en: "How many people came by themselves on the days that are asked for, by campaign, by the source code that brought \
             them, or by the medium of that; the most first, at most 500 rows. Counts are those of now.",
        zh: "所选日期内的到店客流人数,按市场活动、源代码或媒介统计,人数多者在前,最多 500 行。",
    },
    reads: &[&WALK_IN],
    needs: &["campaign_id", "source_code", "came_at", "people", "party_id"],
    rests_on: &[],
    parameters: &[
        FROM,
        TO,
        Parameter {
            default: Some("source_code"),
            ..parameter(
                "by",
                Takes::One(<WalkInsBy as Scalar>::TYPE),
                Texts { en: "What they are told apart by.", zh: "统计维度。" },
            )
        },
        parameter(
            "campaign_id",
            Takes::One(Type::Id),
            Texts { en: "Of this campaign only.", zh: "仅该市场活动。" },
        ),
    ],
    columns: &[
        column("key", "Key", "标识", What::Key),
        column("name", "Name", "名称", What::Label),
        column("people", "People", "人数", What::Count),
        column("customers", "Known customers", "已识别客户数", What::Count),
        column("people_share", "Share", "占比", What::Ratio),
    ],
    plot: Plot { shape: Shape::Bars, names: &["name"], values: &["people"], otherwise: &[] },
};

/// A key and a name with the people, and the customers among them.
type Found = (Option<String>, Option<String>, i64, i64);

async fn found(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<Found>> {
    let time = Time::asked(ctx, asked)?;
    let by = asked.word("by").unwrap_or(WalkInsBy::SourceCode);
    let mut sql = Sql::new("SELECT x.key, x.name, CAST(SUM(x.people) AS BIGINT) AS people, ");
    sql.push("COUNT(DISTINCT x.party_id) FROM (SELECT t.people, t.party_id, ");
    sql.push(match by {
        WalkInsBy::Campaign => {
            "c.number AS key, c.name AS name FROM walk_ins t
             JOIN campaigns c ON c.tenant_id = t.tenant_id AND c.id = t.campaign_id"
        }
        WalkInsBy::SourceCode => "t.source_code AS key, t.source_code AS name FROM walk_ins t",
        WalkInsBy::Medium => {
            "m.code AS key, m.name AS name FROM walk_ins t
             LEFT JOIN media m ON m.tenant_id = t.tenant_id AND m.id = t.medium_id"
        }
    });
    sql.push(" WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ");
    time.contains(&mut sql, "t.came_at");
    if let Some(campaign) = asked.id("campaign_id") {
        sql.push(" AND t.campaign_id = ").bind(campaign);
    }
    sql.push(" AND ");
    scope::within(&mut sql, &WALK_IN, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(") x GROUP BY x.key, x.name ORDER BY people DESC, x.key NULLS LAST LIMIT ").bind(MOST);
    tx.all(sql).await
}

/// The rows, and all of them together.
fn told(found: Vec<Found>, language: Language) -> (Vec<WalkInRow>, WalkInTotals) {
    let all: i64 = found.iter().map(|one| one.2).sum();
    let nameless = match language {
        Language::En => "No source code",
        Language::Zh => "无源代码",
    };
    let row = |(key, name, people, customers): Found| WalkInRow {
        key,
        name: name.unwrap_or_else(|| nameless.to_owned()),
        people,
        customers,
        people_share: Ratio::new(people, all),
    };
    (found.into_iter().map(row).collect(), WalkInTotals { people: all })
}

impl Report for WalkIns {
    type Row = WalkInRow;
    type Totals = WalkInTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let found = found(tx, ctx, asked).await?;
        let (rows, totals) = told(found, ctx.language);
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let code = Some("GA01046".to_owned());
        let (rows, totals) = told(vec![(code.clone(), code, 48, 5)], Language::En);
        Made { rows, totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_58_people_are_told_by_what_brought_them() {
        let code = |text: &str| Some(text.to_owned());
        let found = vec![(code("GA01046"), code("GA01046"), 30, 2), (None, None, 10, 0)];
        let (rows, totals) = told(found, Language::Zh);
        assert_eq!((totals.people, rows[1].name.as_str()), (40, "无源代码"));
        assert_eq!(rows[0].people_share, Ratio::new(30, 40));
    }
}
