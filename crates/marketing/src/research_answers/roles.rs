//! What people are in the decision of a party, as they or their colleagues have said.

use super::{RESEARCH_ANSWER, store};
use crate::research_studies::ResearchStudyId;
use guanxi_customers::{
    contacts::{ContactId, DecisionRole},
    parties::PartyId,
};
use guanxi_kernel::{Action, Ctx, Result, actor::forbidden};
use guanxi_storage::Tx;
use std::collections::BTreeSet;

/// The role of each contact of the party by the newest answer that the caller sees, in completed interviews of all
/// studies or of that one.
///
/// # Errors
/// `forbidden` without the right to read answers and what they say of roles.
pub async fn roles_of(
    tx: &mut Tx,
    ctx: &Ctx,
    party: PartyId,
    study: Option<ResearchStudyId>,
) -> Result<Vec<(ContactId, DecisionRole)>> {
    let reach = ctx.require(RESEARCH_ANSWER.plural, Action::Read)?;
    if ctx.actor.withheld(RESEARCH_ANSWER.plural).hidden.contains("decision_role") {
        return Err(forbidden(RESEARCH_ANSWER.plural, Action::Read));
    }
    Ok(newest(store::roles(tx, ctx, &reach, party, study).await?))
}

/// The first of each contact.
fn newest(all: Vec<(ContactId, DecisionRole)>) -> Vec<(ContactId, DecisionRole)> {
    let mut known = BTreeSet::new();
    all.into_iter().filter(|(contact, _)| known.insert(*contact)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn x_105_the_newest_word_on_a_contact_counts() {
        let contact = |number: u128| ContactId::from(Uuid::from_u128(number));
        let all = vec![
            (contact(1), DecisionRole::Approver),
            (contact(2), DecisionRole::User),
            (contact(1), DecisionRole::DecisionMaker),
        ];
        let expected = [(contact(1), DecisionRole::Approver), (contact(2), DecisionRole::User)];
        assert_eq!(newest(all), expected);
    }
}
