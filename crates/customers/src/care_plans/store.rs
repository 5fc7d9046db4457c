//! Care plans in the store, and what their walk reads and writes. Nothing is decided here.

use super::{
    CarePlanId, CarePlanInput, CareStep, CareTrigger,
    planning::{Plan, Planned},
    stages::Ages,
};
use crate::{
    assets::{AssetId, AssetKind, AssetTransfer},
    care_contacts::CareContactId,
    parties::PartyId,
    rules::line,
};
use chrono::NaiveDate;
use guanxi_kernel::{Ctx, Line, Result, UserId};
use guanxi_storage::{Sql, Tx, expansion::Json, sql, sql::rows_at_once};
use guanxi_workflow::walks::Walks;
use uuid::Uuid;

/// When the next step of the walk is.
pub(super) const WALKS: Walks = Walks("care_plannings");

#[derive(Debug, sqlx::FromRow)]
struct PlanRow {
    id: CarePlanId,
    name: Line<100>,
    trigger: CareTrigger,
    asset_kind: Option<AssetKind>,
    from_months: i64,
    until_months: Option<i64>,
    from_age_months: i64,
    until_age_months: Option<i64>,
    steps: Json<Vec<CareStep>>,
}

/// The plans in use, in the order of their making, `most` at most.
pub(super) async fn plans(tx: &mut Tx, most: usize) -> Result<Vec<Plan>> {
    let sql = sql!(
        "SELECT id, name, trigger, asset_kind, from_months, until_months, from_age_months, until_age_months,
             steps
         FROM care_plans WHERE tenant_id = $1 AND active = TRUE AND deleted_at IS NULL
         ORDER BY created_at, id LIMIT $2",
        count(most)
    );
    let plan = |row: PlanRow| Plan {
        id: row.id,
        input: CarePlanInput {
            name: row.name,
            trigger: row.trigger,
            asset_kind: row.asset_kind,
            from_months: row.from_months,
            until_months: row.until_months,
            from_age_months: row.from_age_months,
            until_age_months: row.until_age_months,
            steps: row.steps.0,
            active: true,
            note: None,
        },
    };
    Ok(tx.all::<PlanRow>(sql).await?.into_iter().map(plan).collect())
}

/// An asset that is used, and who looks after its owner.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct AssetRow {
    pub(super) id: AssetId,
    pub(super) party_id: PartyId,
    pub(super) owner_id: Option<UserId>,
    pub(super) kind: AssetKind,
    bought_on: Option<NaiveDate>,
    built_on: Option<NaiveDate>,
    transfers: Json<Vec<AssetTransfer>>,
}

impl AssetRow {
    /// The days that its stages are counted from.
    pub(super) fn ages(&self) -> Option<Ages> {
        let given_on = self.transfers.0.last().map(|transfer| transfer.transferred_on);
        Ages::of(self.bought_on, self.built_on, given_on)
    }
}

/// The next assets behind `after` that are used, in the order of their ids.
pub(super) async fn assets(tx: &mut Tx, after: Option<Uuid>, most: usize) -> Result<Vec<AssetRow>> {
    let mut sql = Sql::new(
        "SELECT a.id, a.party_id, t.owner_id, a.kind, a.bought_on, a.built_on, a.transfers
         FROM assets a JOIN parties t ON t.tenant_id = $1 AND t.id = a.party_id
         WHERE a.tenant_id = $1 AND a.active = TRUE AND a.deleted_at IS NULL AND t.deleted_at IS NULL",
    );
    if let Some(after) = after {
        sql.push(" AND a.id > ").bind(after);
    }
    sql.push(" ORDER BY a.id LIMIT ").bind(count(most));
    tx.all(sql).await
}

/// A contact that a stage has called for and that is still to be made.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct OpenRow {
    pub(super) id: CareContactId,
    pub(super) asset_id: AssetId,
    pub(super) care_plan_id: CarePlanId,
    pub(super) step: Line<100>,
}

/// Those of the assets behind the first and up to the last of these; those of deleted parties wait.
pub(super) async fn open_between(
    tx: &mut Tx,
    after: Option<Uuid>,
    last: Option<Uuid>,
) -> Result<Vec<OpenRow>> {
    let mut sql = Sql::new(
        "SELECT c.id, c.asset_id, c.care_plan_id, c.step FROM care_contacts c
         WHERE c.tenant_id = $1 AND c.status IN ('planned', 'open') AND c.step IS NOT NULL
             AND c.asset_incident_id IS NULL AND EXISTS (SELECT 1 FROM parties p
                 WHERE p.tenant_id = $1 AND p.id = c.party_id AND p.deleted_at IS NULL)",
    );
    if let Some(after) = after {
        sql.push(" AND c.asset_id > ").bind(after);
    }
    if let Some(last) = last {
        sql.push(" AND c.asset_id <= ").bind(last);
    }
    sql.push(" ORDER BY c.asset_id, c.id");
    tx.all(sql).await
}

fn count(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// Values of a contact that is planned.
const VALUES: usize = 16;

/// Plans these contacts: one that is there for its day, or while another of the step is open, stays as it is.
pub(super) async fn keep(tx: &mut Tx, ctx: &Ctx, planned: &[Planned<'_>]) -> Result<()> {
    for some in planned.chunks(rows_at_once(VALUES)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO care_contacts (tenant_id, id, version, created_at, updated_at, created_by, party_id,
                 asset_id, purpose, subject, task_kind, owner_id, due_at, care_plan_id, step, occasion, tell_at,
                 status) VALUES ",
        );
        for (at, one) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(CareContactId::new(ctx.now)).push(", 1, ").bind(ctx.now);
            sql.push(", ").bind(ctx.now).push(", ").bind(ctx.actor.user);
            sql.push(", ").bind(one.party).push(", ").bind(one.asset);
            sql.push(", ").bind(one.step.purpose).push(", ").bind(line::<200>(&one.step.name)?);
            sql.push(", ").bind(one.step.task_kind.clone()).push(", ").bind(one.owner);
            sql.push(", ").bind(one.due_at).push(", ").bind(one.plan);
            sql.push(", ").bind(one.step.name.clone()).push(", ").bind(one.occasion.clone());
            sql.push(", ").bind(one.tell_at).push(", 'planned')");
        }
        sql.push(" ON CONFLICT DO NOTHING");
        tx.execute(sql).await?;
    }
    Ok(())
}
