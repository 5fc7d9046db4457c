//! Who owns a vehicle that is in use, since when, and which contact with them is due or overdue.

use super::prospects::{column, example_id};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels, report::reach,
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{
    assets::{ASSET, AssetTransfer},
    care_contacts::CARE_CONTACT,
    parties::PARTY,
    value::whole_months,
};
use guanxi_kernel::{
    Ctx, Result,
    period::{business_date, start_of_day},
    problem::Texts,
};
use guanxi_storage::{Sql, Tx, expansion::Json, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct RetainedCustomers;

/// A vehicle in use, and the next contact about it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RetainedRow {
    /// The customer, who is retained by it.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// The vehicle.
    pub asset_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub asset: Option<String>,
    /// The day on which it was delivered to the customer; `null` where nobody has said so.
    #[schema(required)]
    pub delivered_on: Option<NaiveDate>,
    /// Whole months since then.
    #[schema(required)]
    pub months: Option<i64>,
    /// The day by which the open contact about it that is due first is to be made; `null` without one.
    #[schema(required)]
    pub contact_due_on: Option<NaiveDate>,
    /// How many days that is over; 0 while it is not.
    pub overdue_days: i64,
}

/// What goes over all of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RetainedTotals {
    /// How many customers own a vehicle that is in use.
    pub retained: i64,
    /// How many vehicles that are.
    pub vehicles: i64,
    /// About how many of these a contact is overdue.
    pub overdue: i64,
}

static DEFINITION: Definition = Definition {
    name: "retained-customers",
    version: 1,
    title: Texts { en: "Retained customers", zh: "保有客户" },
    about: Texts {
        en: "Customers who own a vehicle that is in use, vehicle by vehicle: how many whole months ago it was \
             delivered to them, by which care plans go, and by when the first of the open care contacts about it \
             is to be made. Those with the longest overdue contact come first, those without a contact last. \
             The totals go over all, whatever rows are shown. Vehicles and contacts are as they are now.",
        zh: "拥有在用车辆的保有客户,逐车列出交付后整月数(维系计划依据)及最早到期的未完成关怀联系,逾期最久者在前,合计包含全部。",
    },
    reads: &[&ASSET, &PARTY, &CARE_CONTACT],
    needs: &["party_id", "active", "kind", "bought_on", "transfers"],
    rests_on: &[],
    parameters: &[Parameter {
        name: "limit",
        takes: Takes::Whole(1, 10_000),
        default: Some("1000"),
        required: false,
        field: None,
        about: Texts { en: "How many rows at most.", zh: "最多行数。" },
    }],
    columns: &[
        column("party_id", "Customer id", "客户标识", What::Key),
        column("party", "Customer", "客户", What::Label),
        column("asset_id", "Vehicle id", "车辆标识", What::Key),
        column("asset", "Vehicle", "车辆", What::Label),
        column("delivered_on", "Delivered on", "交付日期", What::Date),
        column("months", "Months since then", "交付后月数", What::Count),
        column("contact_due_on", "Next contact due", "下次联系截止日", What::Date),
        column("overdue_days", "Days overdue", "逾期天数", What::Count),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["party", "asset"],
        values: &["overdue_days"],
        otherwise: &[],
    },
};

/// Adds the vehicles that are in use as a table `x` of the vehicle, its owner, when it was bought, in whose hands it
/// was, and by when the first open contact about it is to be made.
fn vehicles(sql: &mut Sql, ctx: &Ctx) {
    sql.push(
        "(SELECT t.id, t.party_id, t.bought_on, t.transfers, (SELECT c.due_at FROM care_contacts c
             WHERE c.tenant_id = $1 AND c.asset_id = t.id AND c.status = 'open' AND c.deleted_at IS NULL
             ORDER BY c.due_at LIMIT 1) AS due_at
         FROM assets t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.active = TRUE
             AND t.kind = 'vehicle' AND ",
    );
    scope::within(sql, &ASSET, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(") x");
}

type Found = (Uuid, Uuid, Option<NaiveDate>, Json<Vec<AssetTransfer>>, Option<DateTime<Utc>>);

async fn totals(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<RetainedTotals> {
    let mut sql =
        Sql::new("SELECT COUNT(DISTINCT x.party_id), COUNT(*), COUNT(CASE WHEN x.due_at < ");
    sql.bind(start_of_day(asked.today, ctx.settings.time_zone)).push(" THEN 1 END) FROM ");
    vehicles(&mut sql, ctx);
    let found = tx.optional::<(i64, i64, i64)>(sql).await?;
    let (retained, vehicles, overdue) = found.unwrap_or_default();
    Ok(RetainedTotals { retained, vehicles, overdue })
}

impl Report for RetainedCustomers {
    type Row = RetainedRow;
    type Totals = RetainedTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let mut sql = Sql::new("SELECT x.id, x.party_id, x.bought_on, x.transfers, x.due_at FROM ");
        vehicles(&mut sql, ctx);
        sql.push(" ORDER BY x.due_at ASC NULLS LAST, x.id LIMIT ");
        sql.bind(asked.whole("limit").unwrap_or(1_000));
        let found = tx.all::<Found>(sql).await?;
        let totals = totals(tx, ctx, asked).await?;
        let assets = labels(tx, ctx, asked, &ASSET, found.iter().map(|one| one.0)).await?;
        let parties = labels(tx, ctx, asked, &PARTY, found.iter().map(|one| one.1)).await?;
        let row = |(asset_id, party_id, bought_on, transfers, due_at): Found| {
            let given_on = transfers.0.last().map(|transfer| transfer.transferred_on);
            let delivered_on = given_on.or(bought_on);
            let due_on = due_at.map(|due_at| business_date(due_at, ctx.settings.time_zone));
            RetainedRow {
                party_id,
                party: parties.get(&party_id).cloned(),
                asset_id,
                asset: assets.get(&asset_id).cloned(),
                delivered_on,
                months: delivered_on.map(|day| whole_months(day, asked.today)),
                contact_due_on: due_on,
                overdue_days: due_on.map_or(0, |day| (asked.today - day).num_days().max(0)),
            }
        };
        Ok(Made { rows: found.into_iter().map(row).collect(), totals })
    }

    fn example() -> Made<Self> {
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day);
        let row = RetainedRow {
            party_id: example_id(),
            party: Some("王伟".to_owned()),
            asset_id: example_id(),
            asset: Some("朗逸".to_owned()),
            delivered_on: day(1, 15),
            months: Some(3),
            contact_due_on: day(4, 22),
            overdue_days: 2,
        };
        Made { rows: vec![row], totals: RetainedTotals { retained: 1, vehicles: 1, overdue: 1 } }
    }
}
