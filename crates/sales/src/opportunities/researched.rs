//! Who is what in the decision, as interviews have found out.

use super::{
    model::{Opportunity, OpportunityId},
    parts::{DecisionRole, OpportunityContact},
    rules::not_on,
};
use crate::problems::NO_RESEARCHED_ROLES;
use guanxi_customers::contacts::ContactId;
use guanxi_kernel::{Action, Ctx, Result, problem::REQUIRED};
use guanxi_marketing::{research_answers::roles_of, research_studies::ResearchStudyId};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Contacts of one opportunity.
const MOST: usize = 50;

/// Takes the roles that interviews have found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({})))]
pub struct TakeResearchedRoles {
    /// Only what this study has found out; all studies when absent.
    #[serde(default)]
    pub research_study_id: Option<ResearchStudyId>,
}

/// Writes what the contacts of its party are in the decision, as completed interviews with the party say, into an
/// opportunity. Who stands there already gets the role and keeps the attitude.
///
/// # Errors
/// `required` for one without a party; `no_researched_roles` if nothing was found out that the caller sees;
/// `out_of_range` beyond 50 contacts; `forbidden` without the right to read answers; and as any change.
pub async fn take_researched_roles(
    tx: &mut Tx,
    ctx: &Ctx,
    id: OpportunityId,
    wish: &TakeResearchedRoles,
) -> Result<Shown<Opportunity>> {
    resource::require::<Opportunity>(ctx, Action::Update)?;
    let opportunity: Opportunity = resource::load(tx, ctx, id.uuid()).await?;
    let party = opportunity.input.party_id.ok_or_else(|| REQUIRED.at("/party_id"))?;
    let roles = roles_of(tx, ctx, party, wish.research_study_id).await?;
    if roles.is_empty() {
        return Err(NO_RESEARCHED_ROLES.problem());
    }
    let ctx = &Ctx { source: "research".into(), ..ctx.clone() };
    let take = |one: &mut Opportunity| {
        put(&mut one.input.contacts, &roles);
        match one.input.contacts.len() <= MOST {
            true => Ok(()),
            false => Err(not_on("/contacts", "at most 50 contacts")),
        }
    };
    resource::change(tx, ctx, id.uuid(), "updated", take).await
}

fn put(contacts: &mut Vec<OpportunityContact>, roles: &[(ContactId, DecisionRole)]) {
    for (contact_id, role) in roles.iter().copied() {
        match contacts.iter_mut().find(|one| one.contact_id == contact_id) {
            Some(known) => known.role = role,
            None => contacts.push(OpportunityContact { contact_id, role, attitude: None }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn x_105_who_stands_there_keeps_the_attitude() {
        let contact = |number: u128| ContactId::from(Uuid::from_u128(number));
        let known = |number, role, attitude| OpportunityContact {
            contact_id: contact(number),
            role,
            attitude,
        };
        let mut contacts = vec![known(1, DecisionRole::User, Some(2))];
        let roles =
            [(contact(1), DecisionRole::DecisionMaker), (contact(2), DecisionRole::Gatekeeper)];
        put(&mut contacts, &roles);
        let expected = [
            known(1, DecisionRole::DecisionMaker, Some(2)),
            known(2, DecisionRole::Gatekeeper, None),
        ];
        assert_eq!(contacts, expected);
    }
}
