//! Targets of the demonstration, from its own history: the last quarter of the data is to bring what the
//! quarter before it brought, divided among products, teams and agents by what each of them brought then, with a
//! target of its own for each of them.

use super::make;
use guanxi_kernel::{
    Ctx, Money, Problem, Result, Text, ctx::Seen, period::Period, problem::INTERNAL,
};
use guanxi_sales::targets::{
    self, AllocateTarget, AllocationMember, Basis, Dimension, HandDownTarget, ImposeTarget,
    SplitBy, SplitTarget, Target, TargetChangeReason, TargetId,
    actuals::{Moment, Scope, total},
};
use guanxi_storage::{Tx, resource, sql};
use serde_json::json;
use uuid::Uuid;

/// The quarter that the targets are for, and the last instant of the one before.
const QUARTER: &str = "2017-Q4";
const BEFORE: &str = "2017-10-01T03:59:59Z";

fn ours(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    INTERNAL.problem().because(error)
}

/// Makes the targets; how many.
pub(super) async fn set(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let ctx = &Ctx { seen: Seen::Any, ..ctx.clone() };
    let quarter: Period = QUARTER.parse().map_err(ours)?;
    let nothing = Money::zero(ctx.settings.currency);
    let company =
        json!({ "metric": "amount", "level": "company", "period": QUARTER, "amount": nothing });
    let company: TargetId = make::<Target>(tx, ctx, company).await?.into();
    let target: Target = resource::load(tx, ctx, company.uuid()).await?;
    let scope = Scope::of(tx, &target).await?;
    let before = quarter.previous().unwrap_or(quarter);
    let window = before.range(ctx.settings.fiscal, target.starts_on);
    let reached = total(tx, ctx, &scope, window, &Moment::now(ctx)).await?;
    let figure = ImposeTarget {
        amount: Some(Money::new(reached, ctx.settings.currency)),
        quantity: None,
        argument: Text::new("As much as the quarter before").map_err(ours)?,
    };
    targets::impose(tx, ctx, company, figure).await?;
    let months =
        SplitTarget { by: SplitBy::Month, weights: None, change: TargetChangeReason::default() };
    targets::split(tx, ctx, company, months).await?;
    let products = products(tx).await?;
    allocate(tx, ctx, company, Dimension::Product, products).await?;
    let teams = sql!(
        "SELECT id FROM org_units WHERE tenant_id = $1 AND kind = 'department' AND deleted_at IS NULL ORDER BY id"
    );
    let teams: Vec<(Uuid,)> = tx.all(teams).await?;
    let teams: Vec<Uuid> = teams.into_iter().map(|(id,)| id).collect();
    allocate(tx, ctx, company, Dimension::Unit, teams.clone()).await?;
    let units = hand_down(tx, ctx, company, Dimension::Unit).await?;
    let by_product = hand_down(tx, ctx, company, Dimension::Product).await?;
    let mut count = 1 + units.len() + by_product.len();
    for (unit, team) in units.into_iter().zip(teams) {
        let agents = sql!(
            "SELECT id FROM users WHERE tenant_id = $1 AND org_unit_id = $2 ORDER BY id",
            team
        );
        let agents: Vec<(Uuid,)> = tx.all(agents).await?;
        allocate(tx, ctx, unit, Dimension::Rep, agents.into_iter().map(|(id,)| id).collect())
            .await?;
        count += hand_down(tx, ctx, unit, Dimension::Rep).await?.len();
    }
    Ok(count)
}

async fn products(tx: &mut Tx) -> Result<Vec<Uuid>> {
    let all =
        sql!("SELECT id FROM products WHERE tenant_id = $1 AND deleted_at IS NULL ORDER BY id");
    Ok(tx.all::<(Uuid,)>(all).await?.into_iter().map(|(id,)| id).collect())
}

async fn allocate(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    dimension: Dimension,
    members: Vec<Uuid>,
) -> Result<()> {
    let member = |id| AllocationMember { id, share: None, leave: Vec::new() };
    let wish = AllocateTarget {
        dimension,
        members: members.into_iter().map(member).collect(),
        basis: Some(Basis::Qtd),
        as_of: Some(BEFORE.parse().map_err(ours)?),
        confirm_copy: true,
        change: TargetChangeReason::default(),
    };
    targets::allocate(tx, ctx, id, wish).await.map(drop)
}

/// Hands a target down and lets the new ones count.
async fn hand_down(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    dimension: Dimension,
) -> Result<Vec<TargetId>> {
    let wish = HandDownTarget { dimension, figures: Vec::new() };
    let made = targets::hand_down(tx, ctx, id, wish).await?.data;
    for id in &made {
        let argument = Text::new("By what each brought in the quarter before");
        let argument = argument.map_err(ours)?;
        let wish = ImposeTarget { amount: None, quantity: None, argument };
        targets::impose(tx, ctx, *id, wish).await?;
    }
    Ok(made)
}
