//! Which leads are on a table, and which must be: what was open when the month began, and what came since.

use super::{
    PROSPECT_TABLE, ProspectOrigin, ProspectTable, ProspectTableId, ProspectTableInput,
    ProspectTableMove, store,
};
use crate::{lead_levels::LeadLevelId, leads::LeadId, rules::today};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use guanxi_identity::users::check_owner;
use guanxi_kernel::{
    Action, Ctx, Line, Result, UserId,
    actor::forbidden,
    problem::{INVALID_FORMAT, OUT_OF_RANGE, UNKNOWN_REFERENCE},
};
use guanxi_storage::{
    Meta, Tx,
    kind::Parts as _,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use validator::Validate;

/// Opens the table of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "month": "2026-01" })))]
pub struct OpenProspectTable {
    /// The month, `YYYY-MM`, not later than the one of today.
    #[schema(value_type = String, max_length = 7, pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub month: Line<7>,
    /// Whose prospects; the acting user's when absent.
    #[serde(default)]
    pub consultant_id: Option<UserId>,
    /// Whether all that was open when the month began is registered at once; without that, the consultant
    /// takes stock by hand, and the review finds what is missing.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    pub carry_over: bool,
}

/// Registers leads on a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({})))]
pub struct AddProspects {
    /// The leads, which belong on it; all that are missing when absent.
    #[serde(default)]
    #[validate(length(min = 1, max = 1_000))]
    #[schema(min_items = 1, max_items = 1_000)]
    pub lead_ids: Option<Vec<LeadId>>,
}

/// A lead on a table.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProspectLine {
    /// The lead.
    pub lead_id: LeadId,
    /// How it came onto the table.
    pub origin: ProspectOrigin,
    /// The level with which it did.
    #[schema(required)]
    pub level_id: Option<LeadLevelId>,
    /// When it was registered.
    pub added_at: DateTime<Utc>,
}

/// What is missing on a table.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProspectTableCheck {
    /// How many leads are on it.
    pub lines: i64,
    /// How many of these are missing that were open when the month began.
    pub missing_from_carry_over: i64,
    /// Which ones, a thousand at most.
    pub carry_over_lead_ids: Vec<LeadId>,
    /// How many of these are missing that came since.
    pub missing_new: i64,
    /// Which ones, a thousand at most.
    pub new_lead_ids: Vec<LeadId>,
}

/// Leads that one answer names.
const SHOWN: usize = 1_000;

/// A lead that belongs on a table, with its level then.
pub(super) type Belongs = (LeadId, Option<LeadLevelId>);

/// What belongs on a table and is not on it.
pub(super) struct Missing {
    pub(super) carried: Vec<Belongs>,
    pub(super) new: Vec<Belongs>,
}

/// What belongs on a table and is not on it.
pub(super) async fn missing(tx: &mut Tx, ctx: &Ctx, table: &ProspectTable) -> Result<Missing> {
    let consultant = table.consultant_id.unwrap_or(ctx.actor.user);
    let carried = store::carried_over(tx, ctx, consultant, table.month).await?;
    let came = store::came(tx, ctx, consultant, table.month).await?;
    let there: BTreeSet<LeadId> =
        store::lines(tx, table.meta.id, None).await?.into_iter().map(|line| line.lead_id).collect();
    let known: BTreeSet<LeadId> = carried.iter().map(|one| one.0).collect();
    let lacks = |one: &Belongs| !there.contains(&one.0);
    let new = came.into_iter().filter(|one| lacks(one) && !known.contains(&one.0)).collect();
    Ok(Missing { carried: carried.into_iter().filter(lacks).collect(), new })
}

/// The first day of a month that is written `YYYY-MM`.
fn month(ctx: &Ctx, written: &str) -> Result<NaiveDate> {
    let first = format!("{written}-01").parse::<NaiveDate>().ok();
    let first = first.filter(|first| first.year() >= 1900 && written.len() == 7);
    let first = first.ok_or_else(|| INVALID_FORMAT.at("/month").with("expected", "YYYY-MM"))?;
    if first > today(ctx) {
        let finding = OUT_OF_RANGE.field("/month").with("expected", "a month that has begun");
        guanxi_kernel::Problem::collect(vec![finding])?;
    }
    Ok(first)
}

/// Opens the table of a consultant for a month, with what was open when it began. Again it adds nothing
/// that is there.
///
/// # Errors
/// `forbidden` for a consultant whom the right to make tables does not reach; `out_of_range` for a month
/// that has not begun; `prospect_table_closed`.
pub async fn open(tx: &mut Tx, ctx: &Ctx, wish: OpenProspectTable) -> Result<Shown<ProspectTable>> {
    resource::require::<ProspectTable>(ctx, Action::Create)?;
    let month = month(ctx, &wish.month)?;
    let consultant = wish.consultant_id.unwrap_or(ctx.actor.user);
    let id = match store::find(tx, consultant, month).await? {
        Some(id) => id,
        None => {
            check_owner(tx, ctx, consultant, "/consultant_id").await?;
            let mut table =
                ProspectTable::assemble(Meta::new(ctx), ProspectTableInput { note: None });
            table.month = month;
            (table.consultant_id, table.owner_id) = (Some(consultant), Some(consultant));
            let made = resource::insert(tx, ctx, table, "opened").await?;
            made.record.meta.id
        }
    };
    let table = resource::load::<ProspectTable>(tx, ctx, id.uuid()).await?;
    let carried = match wish.carry_over {
        true => missing(tx, ctx, &table).await?.carried,
        false => Vec::new(),
    };
    if carried.is_empty() {
        return resource::get::<ProspectTable>(tx, ctx, id.uuid()).await;
    }
    register(tx, ctx, &table, carried, Vec::new()).await
}

/// Registers leads on a table; all that are missing if none are named.
///
/// # Errors
/// `forbidden` for others than who fills it in; `unknown_reference` for a lead that does not belong on it;
/// `prospect_table_closed`, `prospect_table_move_not_allowed`; and as any change.
pub async fn add(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ProspectTableId,
    wish: AddProspects,
) -> Result<Shown<ProspectTable>> {
    let table = resource::load::<ProspectTable>(tx, ctx, id.uuid()).await?;
    table.require_own(ctx)?;
    table.status.after(ProspectTableMove::Add)?;
    let Missing { mut carried, mut new } = missing(tx, ctx, &table).await?;
    if let Some(wanted) = wish.lead_ids {
        let lines = store::lines(tx, id, None).await?;
        let there: BTreeSet<LeadId> = lines.iter().map(|line| line.lead_id).collect();
        let lacking: BTreeSet<LeadId> = carried.iter().chain(&new).map(|one| one.0).collect();
        for (at, lead) in wanted.iter().enumerate() {
            if !lacking.contains(lead) && !there.contains(lead) {
                return Err(UNKNOWN_REFERENCE.at(format!("/lead_ids/{at}")));
            }
        }
        let wanted: BTreeSet<LeadId> = wanted.into_iter().collect();
        carried.retain(|one| wanted.contains(&one.0));
        new.retain(|one| wanted.contains(&one.0));
    }
    if carried.is_empty() && new.is_empty() {
        return resource::get::<ProspectTable>(tx, ctx, id.uuid()).await;
    }
    register(tx, ctx, &table, carried, new).await
}

/// Puts leads onto a table.
async fn register(
    tx: &mut Tx,
    ctx: &Ctx,
    table: &ProspectTable,
    carried: Vec<Belongs>,
    new: Vec<Belongs>,
) -> Result<Shown<ProspectTable>> {
    let added = carried.len() + new.len();
    let id = table.meta.id;
    let shown = resource::change(tx, ctx, id.uuid(), "added", |one: &mut ProspectTable| {
        one.status.after(ProspectTableMove::Add)?;
        one.lines += i64::try_from(added).unwrap_or_default();
        Ok(())
    })
    .await?;
    store::add(tx, ctx, id, ProspectOrigin::CarriedOver, &carried).await?;
    store::add(tx, ctx, id, ProspectOrigin::New, &new).await?;
    Ok(shown)
}

/// The leads on a table, in the order of their ids; a thousand at most, behind one of them.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn lines(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ProspectTableId,
    after: Option<LeadId>,
) -> Result<Vec<ProspectLine>> {
    resource::load::<ProspectTable>(tx, ctx, id.uuid()).await?;
    let lines = store::lines(tx, id, after).await?;
    Ok(lines.into_iter().take(SHOWN).collect())
}

/// What is missing on a table.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn check(tx: &mut Tx, ctx: &Ctx, id: ProspectTableId) -> Result<ProspectTableCheck> {
    ctx.require(PROSPECT_TABLE.plural, Action::Read)?;
    let table = resource::load::<ProspectTable>(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &PROSPECT_TABLE, Action::Read, id.uuid()).await? {
        return Err(forbidden(PROSPECT_TABLE.plural, Action::Read));
    }
    let Missing { carried, new } = missing(tx, ctx, &table).await?;
    let number = |list: &[Belongs]| i64::try_from(list.len()).unwrap_or(i64::MAX);
    let ids = |list: &[Belongs]| list.iter().take(SHOWN).map(|one| one.0).collect();
    Ok(ProspectTableCheck {
        lines: table.lines,
        missing_from_carry_over: number(&carried),
        carry_over_lead_ids: ids(&carried),
        missing_new: number(&new),
        new_lead_ids: ids(&new),
    })
}
