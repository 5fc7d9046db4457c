//! Whose cards nobody else has looked at for too long.

use super::prospects::{CONSULTANT, Hands, column, example_id, people};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels,
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Ctx, Result, problem::Texts};
use guanxi_sales::leads::LEAD;
use guanxi_storage::{Sql, Tx};
use guanxi_workflow::{
    playbook_runs::PLAYBOOK_RUN,
    playbooks::{PlaybookId, latest_card},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct UnreviewedCards;

/// A card that nobody else has looked at.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnreviewedCardRow {
    /// The lead.
    pub lead_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub lead: Option<String>,
    /// Its owner.
    pub consultant_id: Uuid,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub consultant: Option<String>,
    /// The card.
    pub playbook_run_id: Uuid,
    /// When it was reviewed last; `null` if it never was.
    #[schema(required)]
    pub reviewed_at: Option<DateTime<Utc>>,
    /// How many days ago that was, or it was made.
    pub days: i64,
}

/// What goes over all of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnreviewedCardTotals {
    /// How many there are.
    pub cards: i64,
    /// Within how many days cards are to be reviewed; `null` if nothing says so.
    #[schema(required)]
    pub review_days: Option<i64>,
}

/// Rows at most.
const MOST: i64 = 1_000;

static DEFINITION: Definition = Definition {
    name: "unreviewed-cards",
    version: 1,
    title: Texts { en: "Cards that are to be reviewed", zh: "待检核客户信息卡" },
    about: Texts {
        en: "Cards of open leads that nobody but who fills them in has looked at for longer than the playbook of the \
             card says (`review_days`), or `days`: the longest first, at most 1,000 rows; the total goes over \
             all. Cards are as they are now.",
        zh: "超过规定天数未由他人检核的意向客户信息卡,久者在前,最多1000行,合计包含全部。",
    },
    reads: &[&LEAD, &PLAYBOOK_RUN],
    needs: &["owner_id", "status"],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "days",
            takes: Takes::Whole(1, 3_650),
            default: None,
            required: false,
            field: None,
            about: Texts {
                en: "Instead of what the playbook says.", zh: "天数,默认取模板设置。"
            },
        },
        CONSULTANT,
    ],
    columns: &[
        column("lead_id", "Lead id", "意向客户标识", What::Key),
        column("lead", "Lead", "意向客户", What::Label),
        column("consultant_id", "Consultant id", "销售顾问标识", What::Key),
        column("consultant", "Consultant", "销售顾问", What::Label),
        column("playbook_run_id", "Card id", "信息卡标识", What::Key),
        column("reviewed_at", "Reviewed", "检核时间", What::Key),
        column("days", "Days", "未检核天数", What::Count),
    ],
    plot: Plot { shape: Shape::Bars, names: &["lead"], values: &["days"], otherwise: &[] },
};

/// Adds the cards that are told of.
fn cards(sql: &mut Sql, hands: &Hands, card: PlaybookId, before: DateTime<Utc>) {
    sql.push(
        " FROM playbook_runs r JOIN leads t ON t.tenant_id = r.tenant_id AND t.id = r.about_id
             AND t.deleted_at IS NULL AND t.status IN ('new', 'working', 'qualified')
         WHERE r.tenant_id = $1 AND r.deleted_at IS NULL AND r.playbook_id = ",
    );
    sql.bind(card).push(" AND COALESCE(r.reviewed_at, r.created_at) < ").bind(before);
    sql.push(" AND ");
    hands.hold(sql, "t.owner_id");
}

type Found = (Uuid, Uuid, Uuid, Option<DateTime<Utc>>, DateTime<Utc>);

impl Report for UnreviewedCards {
    type Row = UnreviewedCardRow;
    type Totals = UnreviewedCardTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let none =
            Made { rows: Vec::new(), totals: UnreviewedCardTotals { cards: 0, review_days: None } };
        let Some((card, _, days)) = latest_card(tx, LEAD.name).await? else { return Ok(none) };
        let Some(days) = asked.whole("days").or(days) else { return Ok(none) };
        asked.understand("days", &days);
        let before = asked.as_of - TimeDelta::days(days);
        let hands = Hands::asked(ctx, &DEFINITION, asked);
        let mut sql = Sql::new("SELECT t.id, t.owner_id, r.id, r.reviewed_at, r.created_at");
        cards(&mut sql, &hands, card, before);
        sql.push(" ORDER BY COALESCE(r.reviewed_at, r.created_at), r.id LIMIT ").bind(MOST);
        let found = tx.all::<Found>(sql).await?;
        let mut sql = Sql::new("SELECT COUNT(*)");
        cards(&mut sql, &hands, card, before);
        let (number,) = tx.optional::<(i64,)>(sql).await?.unwrap_or_default();
        let leads = labels(tx, ctx, asked, &LEAD, found.iter().map(|one| one.0)).await?;
        let names = people(tx, ctx, asked, found.iter().map(|one| one.1)).await?;
        let row = |(lead_id, consultant_id, run, reviewed_at, made): Found| UnreviewedCardRow {
            lead_id,
            lead: leads.get(&lead_id).cloned(),
            consultant_id,
            consultant: names.get(&consultant_id).cloned(),
            playbook_run_id: run,
            reviewed_at,
            days: (asked.as_of - reviewed_at.unwrap_or(made)).num_days(),
        };
        let rows = found.into_iter().map(row).collect();
        Ok(Made { rows, totals: UnreviewedCardTotals { cards: number, review_days: Some(days) } })
    }

    fn example() -> Made<Self> {
        let row = UnreviewedCardRow {
            lead_id: example_id(),
            lead: Some("陈静".to_owned()),
            consultant_id: example_id(),
            consultant: Some("王伟".to_owned()),
            playbook_run_id: example_id(),
            reviewed_at: None,
            days: 45,
        };
        Made { rows: vec![row], totals: UnreviewedCardTotals { cards: 1, review_days: Some(30) } }
    }
}
