//! Opportunities in the store. Nothing is decided here.

use super::model::{OPPORTUNITY, Opportunity, OpportunityId};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Ctx, Line, Result, Text, UserId, actor::forbidden};
use guanxi_storage::{Sql, Tx, resource, sql, sql::rows_at_once};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Whether a live opportunity other than `except` has the number.
pub(super) async fn has_number(
    tx: &mut Tx,
    number: &Line<40>,
    except: OpportunityId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM opportunities
         WHERE tenant_id = $1 AND number = $2 AND id <> $3 AND deleted_at IS NULL LIMIT 1",
        number.clone(),
        except
    );
    tx.exists(sql).await
}

/// Those of these numbers that live opportunities have.
pub(super) async fn taken_numbers(
    tx: &mut Tx,
    numbers: &BTreeSet<Line<40>>,
) -> Result<BTreeSet<Line<40>>> {
    let mut taken = BTreeSet::new();
    for some in numbers.iter().collect::<Vec<_>>().chunks(rows_at_once(1)) {
        let mut sql =
            Sql::new("SELECT number FROM opportunities WHERE tenant_id = $1 AND number IN ");
        sql.bind_all(some.iter().map(|number| (*number).clone())).push(" AND deleted_at IS NULL");
        taken.extend(tx.all::<(Line<40>,)>(sql).await?.into_iter().map(|(number,)| number));
    }
    Ok(taken)
}

/// Lets the collaborators of opportunities see these.
pub(super) async fn add_people(tx: &mut Tx, of: &[Opportunity]) -> Result<()> {
    let pairs = of.iter().flat_map(|one| {
        one.input.collaborators.iter().map(|collaborator| (one.meta.id, collaborator.user_id))
    });
    for some in pairs.collect::<Vec<_>>().chunks(rows_at_once(3)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO opportunity_people (tenant_id, record_id, user_id) VALUES ",
        );
        for (at, (record, user)) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(*record).push(", ").bind(*user).push(")");
        }
        tx.execute(sql).await?;
    }
    Ok(())
}

/// The opposite, for one.
pub(super) async fn remove_people(tx: &mut Tx, of: OpportunityId) -> Result<()> {
    let sql = sql!("DELETE FROM opportunity_people WHERE tenant_id = $1 AND record_id = $2", of);
    tx.execute(sql).await.map(drop)
}

/// An opportunity was given to another controller.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OpportunityTransfer {
    /// Who had it; absent for whoever may not see the controller.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub from: Option<UserId>,
    /// Who got it; absent for whoever may not see the controller.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub to: Option<UserId>,
    /// Why; absent for whoever may not see the reason of the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<Text<1000>>,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: UserId,
}

/// Keeps that opportunities were given to other controllers, each before and after.
pub(super) async fn add_transfers(
    tx: &mut Tx,
    ctx: &Ctx,
    given: &[(Opportunity, Opportunity)],
) -> Result<()> {
    for batch in given.chunks(rows_at_once(7)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO opportunity_transfers
                 (tenant_id, opportunity_id, seq, from_id, to_id, reason, transferred_at, actor)
             VALUES ",
        );
        for (at, (before, after)) in batch.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant().push(", ");
            sql.bind(after.meta.id).push(", ").bind(after.transfers).push(", ");
            sql.bind(before.input.owner_id).push(", ").bind(after.input.owner_id).push(", ");
            sql.bind(after.transfer_reason.clone()).push(", ");
            sql.bind(ctx.now).push(", ").bind(ctx.actor.user).push(")");
        }
        tx.execute(sql).await?;
    }
    Ok(())
}

/// Who had an opportunity before, the first change first.
///
/// # Errors
/// `not_found`; `forbidden`, also for whoever may not see how often it was given away.
pub async fn transfers(
    tx: &mut Tx,
    ctx: &Ctx,
    id: OpportunityId,
) -> Result<Vec<OpportunityTransfer>> {
    resource::load::<Opportunity>(tx, ctx, id.uuid()).await?;
    let hidden = ctx.actor.withheld(OPPORTUNITY.plural).hidden;
    if hidden.contains("transfers") {
        return Err(forbidden(OPPORTUNITY.plural, Action::Read));
    }
    let shows = |field: &str| !hidden.contains(field);
    let (owner, why) = (shows("owner_id"), shows("transfer_reason"));
    type Row = (UserId, UserId, Text<1000>, DateTime<Utc>, UserId);
    let sql = sql!(
        "SELECT from_id, to_id, reason, transferred_at, actor FROM opportunity_transfers
         WHERE tenant_id = $1 AND opportunity_id = $2 ORDER BY seq",
        id
    );
    let transfer = |(from, to, reason, at, actor): Row| OpportunityTransfer {
        from: owner.then_some(from),
        to: owner.then_some(to),
        reason: why.then_some(reason),
        at,
        actor,
    };
    Ok(tx.all(sql).await?.into_iter().map(transfer).collect())
}
