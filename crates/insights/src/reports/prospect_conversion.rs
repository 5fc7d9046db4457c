//! How many of the leads carried over and of the new ones are won in a month.

use super::prospects::{CONSULTANT, Hands, MONTH, Month, column, example_id, people, stood_before};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape};
use guanxi_kernel::{Ctx, Result, problem::Texts};
use guanxi_marketing::rate::Rate;
use guanxi_sales::leads::LEAD;
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ProspectConversion;

/// What was won of what somebody held.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConversionOfProspects {
    /// How many leads were open when the month began.
    pub carried: i64,
    /// How many of them were won in it.
    pub carried_won: i64,
    /// Which part that is.
    pub carried_conversion: Rate,
    /// How many leads came in the month.
    pub new: i64,
    /// How many of them were won in it.
    pub new_won: i64,
    /// Which part that is.
    pub new_conversion: Rate,
    /// Which part of all of them was won.
    pub conversion: Rate,
}

/// The same of one consultant.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProspectConversionRow {
    /// The consultant.
    pub consultant_id: Uuid,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub consultant: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: ConversionOfProspects,
}

static DEFINITION: Definition = Definition {
    name: "prospect-conversion",
    version: 1,
    title: Texts {
        en: "Conversion of carried-over and of new prospects",
        zh: "上月留存与本月新增意向客户成交比例",
    },
    about: Texts {
        en: "By consultant: the leads that were open in their hands when the month began, those that came into \
             their hands in it (made, taken over, claimed or taken up again), and how many of each they won, \
             that is converted, within the month. The totals count each lead once, whoever had it: a lead that \
             changed hands is new to who got it and carried over in the totals.",
        zh: "按销售顾问统计月初留存与本月新增(新建、接收、领取或重新跟进)的意向客户,以及各自在当月成交(转化)的数量与比例。合计中每个意向客户只计一次。",
    },
    reads: &[&LEAD],
    needs: &["owner_id", "status"],
    rests_on: &[],
    parameters: &[MONTH, CONSULTANT],
    columns: &[
        column("consultant_id", "Consultant id", "销售顾问标识", What::Key),
        column("consultant", "Consultant", "销售顾问", What::Label),
        column("carried", "Carried over", "上月留存", What::Count),
        column("carried_won", "Won of these", "留存成交", What::Count),
        column("carried_conversion", "Conversion of carried over", "留存成交率", What::Ratio),
        column("new", "New", "本月新增", What::Count),
        column("new_won", "Won of these", "新增成交", What::Count),
        column("new_conversion", "Conversion of new", "新增成交率", What::Ratio),
        column("conversion", "Conversion", "总成交率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["consultant"],
        values: &["carried_conversion", "new_conversion"],
        otherwise: &[],
    },
};

impl ConversionOfProspects {
    /// Of these numbers: carried over, won of them, new, won of them.
    pub fn of(carried: i64, carried_won: i64, new: i64, new_won: i64) -> Self {
        Self {
            carried,
            carried_won,
            carried_conversion: Rate::new(carried_won, carried),
            new,
            new_won,
            new_conversion: Rate::new(new_won, new),
            conversion: Rate::new(carried_won + new_won, carried + new),
        }
    }
}

/// Whether a lead counts for each of those who had it, or once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Each {
    Consultant,
    Lead,
}

/// Adds 1 where the lead of `s` was won in the month, by who has the span or by anybody.
fn won(sql: &mut Sql, month: &Month, asked: &Asked, hands: &Hands, each: Each) {
    sql.push(
        "CASE WHEN EXISTS (SELECT 1 FROM lead_spans w WHERE w.tenant_id = $1
             AND w.lead_id = s.lead_id AND w.state = 'won' AND w.was_state = 'open' AND ",
    );
    match each {
        Each::Consultant => drop(sql.push("w.was_owner_id = s.owner_id")),
        Each::Lead => hands.hold(sql, "w.was_owner_id"),
    }
    sql.push(" AND ");
    month.contains(sql, "w.from_at", asked);
    sql.push(") THEN 1 ELSE 0 END AS won");
}

/// Adds that a lead was carried over as the span `c`.
fn carried(sql: &mut Sql, month: &Month, hands: &Hands, each: Each) {
    sql.push(
        "EXISTS (SELECT 1 FROM lead_spans c WHERE c.tenant_id = $1 AND c.lead_id = n.lead_id
             AND c.state = 'open' AND ",
    );
    match each {
        Each::Consultant => drop(sql.push("c.owner_id = n.owner_id")),
        Each::Lead => hands.hold(sql, "c.owner_id"),
    }
    sql.push(" AND ");
    stood_before(sql, "c.from_at", "c.until_at", month.begins());
    sql.push(")");
}

type Found = (Option<Uuid>, String, i64, i64);

async fn counted(
    tx: &mut Tx,
    month: &Month,
    asked: &Asked,
    hands: &Hands,
    each: Each,
) -> Result<Vec<Found>> {
    let mut sql =
        Sql::new("SELECT x.owner_id, x.origin, COUNT(*), CAST(SUM(x.won) AS BIGINT) FROM (SELECT ");
    sql.push(match each {
        Each::Consultant => "s.owner_id",
        Each::Lead => "CAST(NULL AS UUID) AS owner_id",
    });
    sql.push(", 'carried' AS origin, ");
    won(&mut sql, month, asked, hands, each);
    sql.push(" FROM lead_spans s WHERE s.tenant_id = $1 AND ");
    hands.are(&mut sql);
    sql.push(" AND ");
    stood_before(&mut sql, "s.from_at", "s.until_at", month.begins());
    sql.push(" UNION ALL SELECT s.owner_id, 'new', ");
    won(&mut sql, month, asked, hands, each);
    sql.push(" FROM (SELECT DISTINCT ").push(match each {
        Each::Consultant => "n.owner_id",
        Each::Lead => "CAST(NULL AS UUID) AS owner_id",
    });
    sql.push(", n.lead_id FROM (SELECT s.owner_id, s.lead_id FROM lead_spans s WHERE s.tenant_id = $1 AND ");
    hands.are(&mut sql);
    sql.push(" AND (s.was_state <> 'open' OR s.was_owner_id IS NULL OR s.was_owner_id <> s.owner_id) AND ");
    month.contains(&mut sql, "s.from_at", asked);
    sql.push(") n WHERE NOT ");
    carried(&mut sql, month, hands, each);
    sql.push(") s) x GROUP BY x.owner_id, x.origin ORDER BY x.owner_id");
    tx.all(sql).await
}

/// Adds what was found up, by owner.
fn by_owner(found: Vec<Found>) -> BTreeMap<Option<Uuid>, ConversionOfProspects> {
    let mut figures: BTreeMap<Option<Uuid>, [i64; 4]> = BTreeMap::new();
    for (owner, origin, count, won) in found {
        let of = figures.entry(owner).or_default();
        let at = if origin == "carried" { 0 } else { 2 };
        of[at] += count;
        of[at + 1] += won;
    }
    let made = |[carried, carried_won, new, new_won]: [i64; 4]| {
        ConversionOfProspects::of(carried, carried_won, new, new_won)
    };
    figures.into_iter().map(|(owner, figures)| (owner, made(figures))).collect()
}

impl Report for ProspectConversion {
    type Row = ProspectConversionRow;
    type Totals = ConversionOfProspects;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let month = Month::asked(ctx, asked);
        let hands = Hands::asked(ctx, &DEFINITION, asked);
        let rows = by_owner(counted(tx, &month, asked, &hands, Each::Consultant).await?);
        let totals = by_owner(counted(tx, &month, asked, &hands, Each::Lead).await?);
        let totals = totals.into_values().next();
        let names = people(tx, ctx, asked, rows.keys().copied().flatten()).await?;
        let row = |(owner, figures): (Option<Uuid>, ConversionOfProspects)| {
            let consultant_id = owner?;
            let consultant = names.get(&consultant_id).cloned();
            Some(ProspectConversionRow { consultant_id, consultant, figures })
        };
        Ok(Made {
            rows: rows.into_iter().filter_map(row).collect(),
            totals: totals.unwrap_or_else(|| ConversionOfProspects::of(0, 0, 0, 0)),
        })
    }

    fn example() -> Made<Self> {
        let figures = ConversionOfProspects::of(40, 8, 25, 10);
        let row = ProspectConversionRow {
            consultant_id: example_id(),
            consultant: Some("王伟".to_owned()),
            figures: figures.clone(),
        };
        Made { rows: vec![row], totals: figures }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn d_14_carried_over_against_new() {
        let figures = serde_json::to_value(ConversionOfProspects::of(40, 8, 25, 10)).unwrap();
        let value = |name: &str| figures[name]["value"].clone();
        let found = ["carried_conversion", "new_conversion", "conversion"].map(value);
        assert_eq!(found, [json!("0.2000"), json!("0.4000"), json!("0.2769")]);
        assert_eq!(figures["conversion"]["numerator"], "18");
        assert_eq!(figures["conversion"]["denominator"], "65");
        let none = serde_json::to_value(ConversionOfProspects::of(0, 0, 1, 0)).unwrap();
        assert_eq!(none["carried_conversion"]["value"], json!(null));
    }
}
