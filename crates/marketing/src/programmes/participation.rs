//! Which departments have dealt with those on the list of a programme.

use super::{
    model::{Programme, ProgrammeId},
    store,
};
use crate::attribution::end_of_day;
use guanxi_kernel::{Ctx, OrgUnitId, Result, period::start_of_day, ratio::Ratio};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use utoipa::ToSchema;

/// What a department has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DepartmentParticipation {
    /// The org unit; null for users in none.
    #[schema(required)]
    pub org_unit_id: Option<OrgUnitId>,
    /// What it is called.
    #[schema(required)]
    pub name: Option<String>,
    /// All touches: the sum of the next three.
    pub touches: i64,
    /// Activities with those on the list that were done in its days.
    pub activities: i64,
    /// Answers to its campaigns that were taken.
    pub responses: i64,
    /// Messages of its campaigns that were sent, by whoever has made them.
    pub messages: i64,
    /// How many users that were.
    pub people: i64,
    /// With how many parties.
    pub parties: i64,
    /// `touches` of those of all departments.
    pub share: Ratio,
}

/// Who takes part in a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProgrammeParticipation {
    /// All touches.
    pub touches: i64,
    /// Each department that has any, the one with most first.
    pub departments: Vec<DepartmentParticipation>,
}

/// The touches of a programme by the departments of who has made them, as these are now.
///
/// # Errors
/// `not_found`, `forbidden`; those of the rule of the list.
pub async fn participation(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ProgrammeId,
) -> Result<ProgrammeParticipation> {
    let programme: Programme = resource::load(tx, ctx, id.uuid()).await?;
    let contacts = programme.contacts(tx, ctx).await?;
    let begins = start_of_day(programme.input.starts_on, ctx.settings.time_zone);
    let ends = end_of_day(ctx, programme.input.ends_on);
    let done = store::done_by(tx, id, contacts.as_ref(), (begins, ends)).await?;
    let touches_of = |one: &store::Done| one.activities + one.responses + one.messages;
    let touches: i64 = done.iter().map(touches_of).sum();
    let department = |one: store::Done| {
        let own = touches_of(&one);
        DepartmentParticipation {
            org_unit_id: one.org_unit_id,
            name: one.name,
            touches: own,
            activities: one.activities,
            responses: one.responses,
            messages: one.messages,
            people: one.people,
            parties: one.parties,
            share: Ratio::new(own, touches),
        }
    };
    let mut departments: Vec<DepartmentParticipation> = done.into_iter().map(department).collect();
    departments.sort_by_key(|one| (std::cmp::Reverse(one.touches), one.org_unit_id));
    Ok(ProgrammeParticipation { touches, departments })
}
