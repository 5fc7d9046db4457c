//! How many insurances of assets end, and how many of these are renewed.

use super::{
    prospects::{column, example_id, parameter, people, require_fields, was_there},
    satisfaction_gaps::USUAL,
};
use crate::{Asked, Definition, Made, Plot, Report, Takes, What, definition::Shape, report::reach};
use guanxi_customers::{assets::ASSET, parties::PARTY};
use guanxi_kernel::{Ctx, Result, problem::Texts, scalar::Type};
use guanxi_marketing::rate::Rate;
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct InsuranceRenewals;

/// The insurances of the customers of somebody.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InsuranceRenewalRow {
    /// Who looks after the customers; `null` for those of nobody.
    #[schema(required)]
    pub owner_id: Option<Uuid>,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub owner: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: RenewalFigures,
}

/// How many insurances end, and what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct RenewalFigures {
    /// How many end on these days.
    pub expiring: i64,
    /// How many of them are renewed.
    pub renewed: i64,
    /// How many are not, and have ended.
    pub lapsed: i64,
    /// `renewed` of `expiring`.
    pub renewal_rate: Rate,
}

static DEFINITION: Definition = Definition {
    name: "insurance-renewals",
    version: 1,
    title: Texts { en: "Renewal of insurances", zh: "续保率" },
    about: Texts {
        en: "Insurances of assets whose last day is one of those that are asked for, by who looks after the customer: how \
             many there are, how many were renewed by `as_of` (the asset was insured 28 days longer or more), how \
             many have ended and were not, and which part was renewed. What is not renewed counts for assets in use \
             only. Corrected days, owners and what is in use are told as they are now.",
        zh: "按客户负责人统计到期日在所选日期内的保险:到期数、截至 as_of 已续保数(到期日延后 28 天及以上)、已脱保数与续保率(已续保 ÷ 到期)。未续保者仅计在用资产;更正后的日期、归属与在用状态按当前。",
    },
    reads: &[&ASSET, &PARTY],
    needs: &["party_id", "active", "insured_until"],
    rests_on: &[],
    parameters: &[
        parameter(
            "from",
            Takes::One(Type::Date),
            Texts { en: "The first day; 364 days before the last when absent.", zh: "首日。" },
        ),
        parameter(
            "to",
            Takes::One(Type::Date),
            Texts { en: "The last day; that of `as_of` when absent.", zh: "末日。" },
        ),
    ],
    columns: &[
        column("owner_id", "Owner id", "负责人标识", What::Key),
        column("owner", "Owner", "负责人", What::Label),
        column("expiring", "Expiring", "到期数", What::Count),
        column("renewed", "Renewed", "已续保数", What::Count),
        column("lapsed", "Lapsed", "脱保数", What::Count),
        column("renewal_rate", "Renewal rate", "续保率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["owner"],
        values: &["expiring", "renewed"],
        otherwise: &[],
    },
};

impl RenewalFigures {
    fn of(expiring: i64, renewed: i64, lapsed: i64) -> Self {
        Self { expiring, renewed, lapsed, renewal_rate: Rate::new(renewed, expiring) }
    }
}

type Found = (Option<Uuid>, i64, i64, i64);

async fn found(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<Found>> {
    let (from, to) = asked.days(USUAL)?;
    let mut sql = Sql::new("SELECT p.owner_id, COUNT(*), COUNT(CASE WHEN i.renewed_at <= ");
    sql.bind(asked.as_of);
    sql.push(" THEN 1 END), COUNT(CASE WHEN i.insured_until < ").bind(asked.today);
    sql.push(" AND (i.renewed_at IS NULL OR i.renewed_at > ").bind(asked.as_of);
    sql.push(
        ") THEN 1 END)
         FROM asset_insurances i JOIN assets t ON t.tenant_id = i.tenant_id AND t.id = i.asset_id
             JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.party_id
         WHERE i.tenant_id = $1 AND t.tenant_id = $1 AND i.insured_until >= ",
    );
    sql.bind(from).push(" AND i.insured_until <= ").bind(to);
    sql.push(" AND i.noted_at <= ").bind(asked.as_of);
    sql.push(" AND (t.active = TRUE OR i.renewed_at <= ").bind(asked.as_of).push(") AND ");
    was_there(&mut sql, "t.deleted_at", asked);
    sql.push(" AND ");
    scope::within(&mut sql, &ASSET, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(" GROUP BY p.owner_id ORDER BY p.owner_id NULLS LAST");
    tx.all(sql).await
}

impl Report for InsuranceRenewals {
    type Row = InsuranceRenewalRow;
    type Totals = RenewalFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &PARTY, &["owner_id"])?;
        let found = found(tx, ctx, asked).await?;
        let names = people(tx, ctx, asked, found.iter().filter_map(|one| one.0)).await?;
        let sum = |of: fn(&Found) -> i64| found.iter().map(of).sum::<i64>();
        let totals = RenewalFigures::of(sum(|one| one.1), sum(|one| one.2), sum(|one| one.3));
        let row = |(owner_id, expiring, renewed, lapsed): Found| InsuranceRenewalRow {
            owner_id,
            owner: owner_id.and_then(|id| names.get(&id).cloned()),
            figures: RenewalFigures::of(expiring, renewed, lapsed),
        };
        Ok(Made { rows: found.into_iter().map(row).collect(), totals })
    }

    fn example() -> Made<Self> {
        let totals = RenewalFigures::of(40, 28, 6);
        let owner = Some("陈静".to_owned());
        let row = InsuranceRenewalRow { owner_id: Some(example_id()), owner, figures: totals };
        Made { rows: vec![row], totals }
    }
}
