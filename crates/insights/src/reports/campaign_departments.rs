//! What the campaigns of each department have come to.

use super::prospects::{column, parameter};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    exchange::currency, labels::labels,
};
use guanxi_identity::org_units::ORG_UNIT;
use guanxi_kernel::{
    Ctx, Currency, Money, Result, Word as _,
    problem::Texts,
    scalar::{Scalar, Type},
};
use guanxi_marketing::{
    campaigns::{CAMPAIGN, CampaignId, CampaignPurpose, Figures, Sight, of_campaigns},
    rate::Rate,
};
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CampaignDepartments;

/// Campaigns that are told of, the last that have begun.
const MOST: i64 = 5_000;

/// The campaigns that a department drives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignDepartmentRow {
    /// The department; `null` for campaigns that none drives.
    #[schema(required)]
    pub org_unit_id: Option<Uuid>,
    /// What it is called.
    #[schema(required)]
    pub org_unit_name: Option<String>,
    /// Its campaigns and what they have come to.
    #[serde(flatten)]
    pub figures: CampaignDepartmentFigures,
}

/// Campaigns and what they have come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignDepartmentFigures {
    /// How many campaigns.
    pub campaigns: i64,
    /// Their members, once for each campaign.
    pub members: i64,
    /// Members who have registered or came.
    pub registered: i64,
    /// Members who came.
    pub attended: i64,
    /// `attended` of `members`.
    pub attendance_rate: Rate,
    /// `attended` of `registered`.
    pub attendance_of_registered: Rate,
    /// People who have answered, once for each campaign.
    pub responders: i64,
    /// What was spent; null for whoever may not see that.
    #[schema(required)]
    pub cost: Option<Money>,
}

static DEFINITION: Definition = Definition {
    name: "campaign-departments",
    version: 2,
    title: Texts { en: "Campaigns by department", zh: "各部门市场活动统计" },
    about: Texts {
        en: "The campaigns that each department drives and that have begun, those for customers who are to stay unless another \
             purpose is asked for: how many people were invited, have registered, came and have answered, and what was \
             spent. At most 5,000 campaigns, the last that have begun. Figures are those of now; amounts in other \
             currencies are converted by the rate of the day of `as_of`.",
        zh: "按主导部门统计已启动的市场活动(默认目的为保有客户):邀请、报名、出席、反馈人数与费用;最多 5,000 个活动,外币按 as_of 当日汇率折算。",
    },
    reads: &[&CAMPAIGN],
    needs: &["purpose", "org_unit_id", "state", "starts_on"],
    rests_on: &[("spent", &["cost"])],
    parameters: &[
        Parameter {
            default: Some("retention"),
            ..parameter(
                "purpose",
                Takes::One(<CampaignPurpose as Scalar>::TYPE),
                Texts { en: "What the campaigns are for.", zh: "活动目的。" },
            )
        },
        parameter(
            "from",
            Takes::One(Type::Date),
            Texts {
                en: "Those that begin on this day or later; any when absent.",
                zh: "开始日期不早于,缺省不限。",
            },
        ),
        parameter(
            "to",
            Takes::One(Type::Date),
            Texts {
                en: "Those that begin on this day or before; any when absent.",
                zh: "开始日期不晚于,缺省不限。",
            },
        ),
    ],
    columns: &[
        column("org_unit_id", "Department", "部门标识", What::Key),
        column("org_unit_name", "Department", "部门", What::Label),
        column("campaigns", "Campaigns", "活动数", What::Count),
        column("members", "Invited", "邀请人数", What::Count),
        column("registered", "Registered", "报名人数", What::Count),
        column("attended", "Came", "出席人数", What::Count),
        column("attendance_rate", "Came of invited", "邀请出席率", What::Ratio),
        column("attendance_of_registered", "Came of registered", "报名出席率", What::Ratio),
        column("responders", "Responders", "反馈人数", What::Count),
        column("cost", "Cost", "实际费用", What::Money),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["org_unit_name"],
        values: &["members", "registered", "attended"],
        otherwise: &["campaigns"],
    },
};

/// Sums over campaigns.
#[derive(Default)]
struct Sum {
    campaigns: i64,
    members: i64,
    registered: i64,
    attended: i64,
    responders: i64,
    costs: Vec<Money>,
}

impl Sum {
    fn add(&mut self, one: &Figures) {
        self.campaigns += 1;
        self.members += one.members;
        self.registered += one.registered;
        self.attended += one.attended;
        self.responders += one.responders;
        self.costs.push(one.cost);
    }

    fn figures(&self, cost: Option<Money>) -> CampaignDepartmentFigures {
        CampaignDepartmentFigures {
            campaigns: self.campaigns,
            members: self.members,
            registered: self.registered,
            attended: self.attended,
            attendance_rate: Rate::new(self.attended, self.members),
            attendance_of_registered: Rate::new(self.attended, self.registered),
            responders: self.responders,
            cost,
        }
    }
}

/// A campaign with its department and its currency.
type Begun = (CampaignId, Option<Uuid>, String);

async fn begun(tx: &mut Tx, asked: &Asked) -> Result<Vec<Begun>> {
    let purpose = asked.word("purpose").unwrap_or(CampaignPurpose::Retention);
    let mut sql = Sql::new(
        "SELECT id, org_unit_id, currency FROM campaigns
         WHERE tenant_id = $1 AND deleted_at IS NULL AND state IN ('running', 'paused', 'finished')
             AND purpose = ",
    );
    sql.bind(purpose.word());
    if let Some(from) = asked.date("from") {
        sql.push(" AND starts_on >= ").bind(from);
    }
    if let Some(to) = asked.date("to") {
        sql.push(" AND starts_on <= ").bind(to);
    }
    sql.push(" ORDER BY starts_on DESC, id LIMIT ").bind(MOST);
    tx.all(sql).await
}

impl Report for CampaignDepartments {
    type Row = CampaignDepartmentRow;
    type Totals = CampaignDepartmentFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let begun = begun(tx, asked).await?;
        let wanted = asked.exchange.currency();
        for (.., code) in &begun {
            // Rates are named in the answer.
            let zero = Money::zero(currency(code)?);
            asked.exchange.convert(tx, zero, asked.today, asked.known_at).await?;
        }
        let ids: Vec<(CampaignId, Currency)> = begun.iter().map(|(id, ..)| (*id, wanted)).collect();
        let found = of_campaigns(tx, &ids, asked.today).await?;
        let (mut sums, mut all) = (BTreeMap::<Option<Uuid>, Sum>::new(), Sum::default());
        for (id, unit, _) in &begun {
            let Some(one) = found.get(id) else { continue };
            sums.entry(*unit).or_default().add(one);
            all.add(one);
        }
        let names = labels(tx, ctx, asked, &ORG_UNIT, sums.keys().copied().flatten()).await?;
        let sees = Sight::of(ctx).cost;
        let mut rows = Vec::with_capacity(sums.len());
        for (org_unit_id, sum) in sums {
            let cost =
                if sees { Some(asked.exchange.sum(sum.costs.iter().copied())?) } else { None };
            rows.push(CampaignDepartmentRow {
                org_unit_id,
                org_unit_name: org_unit_id.and_then(|id| names.get(&id).cloned()),
                figures: sum.figures(cost),
            });
        }
        rows.sort_by(|one, other| one.org_unit_name.cmp(&other.org_unit_name));
        let cost = if sees { Some(asked.exchange.sum(all.costs.iter().copied())?) } else { None };
        Ok(Made { rows, totals: all.figures(cost) })
    }

    fn example() -> Made<Self> {
        let (members, registered, attended) = (200, 60, 45);
        let sum =
            Sum { campaigns: 2, members, registered, attended, responders: 80, costs: vec![] };
        let figures = sum.figures(Some(Money::new(1_200_000, Currency::CNY)));
        let row = CampaignDepartmentRow {
            org_unit_id: Some(Uuid::nil()),
            org_unit_name: Some("售后部".to_owned()),
            figures: figures.clone(),
        };
        Made { rows: vec![row], totals: figures }
    }
}
