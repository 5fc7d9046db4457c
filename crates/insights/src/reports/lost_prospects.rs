//! Which leads were lost, why, and to whom.

use super::prospects::{CONSULTANT, FROM, Hands, TO, Time, column, example_id, people, sees};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, labels::labels};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{Action, Ctx, Result, period::business_date, problem::Texts};
use guanxi_sales::leads::LEAD;
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct LostProspects;

/// A lead that was lost.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LostProspectRow {
    /// The lead.
    pub lead_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub lead: Option<String>,
    /// Who had it.
    pub consultant_id: Uuid,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub consultant: Option<String>,
    /// The day on which it was lost.
    pub lost_on: NaiveDate,
    /// Why; `null` if it was taken up again since.
    #[schema(required)]
    pub reason: Option<String>,
    /// The competitor that it was lost to.
    #[schema(required)]
    pub competitor_id: Option<Uuid>,
    /// What that is called; `null` for whoever may not see it.
    #[schema(required)]
    pub competitor: Option<String>,
    /// What it has bought there.
    #[schema(required)]
    pub model_bought: Option<String>,
    /// For how many days it was open.
    pub days_open: i64,
    /// Whether it was taken up again since.
    pub reopened: bool,
}

/// What goes over all of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LostProspectTotals {
    /// How often a lead was lost.
    pub lost: i64,
}

/// Rows at most.
const MOST: i64 = 1_000;

static DEFINITION: Definition = Definition {
    name: "lost-prospects",
    version: 1,
    title: Texts { en: "Lost prospects", zh: "战败意向客户" },
    about: Texts {
        en: "The leads that were lost within a time, the last first: who had them, why, to whom and for what. What was \
             taken up again since is told as such, without the reason. At most 1,000 rows; the total goes over \
             all.",
        zh: "期间战败的意向客户:销售顾问、原因、竞争对手与所购车型;之后重新跟进的予以注明。最多1000行,合计包含全部。",
    },
    reads: &[&LEAD],
    needs: &["owner_id", "status"],
    rests_on: &[
        ("status_reason", &["reason"]),
        ("competitor_id", &["competitor_id", "competitor"]),
        ("model_bought", &["model_bought"]),
    ],
    parameters: &[FROM, TO, CONSULTANT],
    columns: &[
        column("lead_id", "Lead id", "意向客户标识", What::Key),
        column("lead", "Lead", "意向客户", What::Label),
        column("consultant_id", "Consultant id", "销售顾问标识", What::Key),
        column("consultant", "Consultant", "销售顾问", What::Label),
        column("lost_on", "Lost on", "战败日期", What::Date),
        column("reason", "Reason", "战败原因", What::Key),
        column("competitor_id", "Competitor id", "竞争对手标识", What::Key),
        column("competitor", "Competitor", "竞争对手", What::Label),
        column("model_bought", "Model bought", "所购车型", What::Key),
        column("days_open", "Days open", "跟进天数", What::Count),
        column("reopened", "Taken up again", "已重新跟进", What::Flag),
    ],
    plot: Plot { shape: Shape::Bars, names: &["lead"], values: &["days_open"], otherwise: &[] },
};

type Found = (
    Uuid,
    Uuid,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    DateTime<Utc>,
    Option<String>,
    Option<Uuid>,
    Option<String>,
);

/// Adds the losses that are told of, as `s`.
fn losses(sql: &mut Sql, asked: &Asked, hands: &Hands, time: &Time) {
    sql.push(
        " FROM lead_spans s JOIN leads t ON t.tenant_id = s.tenant_id AND t.id = s.lead_id
         WHERE s.tenant_id = $1 AND s.state = 'lost' AND ",
    );
    time.contains(sql, "s.from_at");
    sql.push(" AND s.from_at <= ").bind(asked.as_of).push(" AND ");
    hands.were(sql);
}

impl Report for LostProspects {
    type Row = LostProspectRow;
    type Totals = LostProspectTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let time = Time::asked(ctx, asked)?;
        let hands = Hands::asked(ctx, &DEFINITION, asked);
        let mut sql = Sql::new(
            "SELECT s.lead_id, s.was_owner_id, s.from_at, s.until_at, t.created_at, t.status_reason,
                 t.competitor_id, t.model_bought",
        );
        losses(&mut sql, asked, &hands, &time);
        sql.push(" ORDER BY s.from_at DESC, s.lead_id, s.seq DESC LIMIT ").bind(MOST);
        let found = tx.all::<Found>(sql).await?;
        let mut sql = Sql::new("SELECT COUNT(*)");
        losses(&mut sql, asked, &hands, &time);
        let (lost,) = tx.optional::<(i64,)>(sql).await?.unwrap_or_default();
        let leads = labels(tx, ctx, asked, &LEAD, found.iter().map(|one| one.0)).await?;
        let names = people(tx, ctx, asked, found.iter().map(|one| one.1)).await?;
        let rivals = match ctx.reach(PARTY.plural, Action::Read).is_nothing()
            || !sees(ctx, &LEAD, "competitor_id")
        {
            true => Default::default(),
            false => labels(tx, ctx, asked, &PARTY, found.iter().filter_map(|one| one.6)).await?,
        };
        let row = |one: Found| {
            let (lead_id, consultant_id, at, until, created, reason, competitor_id, model) = one;
            let reopened = until.is_some_and(|until| until <= asked.as_of);
            let still = until.is_none();
            LostProspectRow {
                lead_id,
                lead: leads.get(&lead_id).cloned(),
                consultant_id,
                consultant: names.get(&consultant_id).cloned(),
                lost_on: business_date(at, ctx.settings.time_zone),
                reason: reason.filter(|_| still),
                competitor_id: competitor_id.filter(|_| still),
                competitor: competitor_id.filter(|_| still).and_then(|id| rivals.get(&id)).cloned(),
                model_bought: model.filter(|_| still),
                days_open: (at - created).num_days(),
                reopened,
            }
        };
        let rows = found.into_iter().map(row).collect();
        Ok(Made { rows, totals: LostProspectTotals { lost } })
    }

    fn example() -> Made<Self> {
        let row = LostProspectRow {
            lead_id: example_id(),
            lead: Some("陈静".to_owned()),
            consultant_id: example_id(),
            consultant: Some("王伟".to_owned()),
            lost_on: NaiveDate::from_ymd_opt(2026, 3, 12).unwrap_or_default(),
            reason: Some("价格".to_owned()),
            competitor_id: None,
            competitor: None,
            model_bought: Some("RX-7".to_owned()),
            days_open: 21,
            reopened: false,
        };
        Made { rows: vec![row], totals: LostProspectTotals { lost: 1 } }
    }
}
