//! Who gets a call that takes skills.

use super::{
    PHONE_CALL, PhoneCall, PhoneCallId,
    moves::ROUTE,
    store::{self, Candidate},
};
use crate::problems::NO_SKILLED_REPRESENTATIVE;
use guanxi_kernel::{Action, Ctx, Line, Result, UserId, actor::forbidden, text::fold};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};

/// Gives a call that rings to the representative who knows all that it takes, has the fewest calls under way and
/// has waited longest for one.
///
/// # Errors
/// `phone_call_state`; `no_skilled_representative`; and as any change.
pub async fn route(tx: &mut Tx, ctx: &Ctx, id: PhoneCallId) -> Result<Shown<PhoneCall>> {
    resource::require::<PhoneCall>(ctx, Action::Update)?;
    let call: PhoneCall = resource::load(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &PHONE_CALL, Action::Update, id.uuid()).await? {
        return Err(forbidden(PHONE_CALL.plural, Action::Update));
    }
    call.require(ROUTE)?;
    let all = store::candidates(tx, id).await?;
    let found = pick(&all, &call.input.skills).ok_or_else(|| {
        let skills: Vec<&str> = call.input.skills.iter().map(|skill| &**skill).collect();
        NO_SKILLED_REPRESENTATIVE.with("skills", skills)
    })?;
    let give = |one: &mut PhoneCall| {
        one.require(ROUTE)?;
        one.input.owner_id = Some(found);
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), "routed", give).await
}

/// The one of these who gets a call that takes these skills.
fn pick(all: &[Candidate], needed: &[Line<60>]) -> Option<UserId> {
    let has = |one: &Candidate, skill: &Line<60>| {
        one.skills.0.iter().any(|known| fold(known) == fold(skill))
    };
    let fit = all.iter().filter(|one| needed.iter().all(|skill| has(one, skill)));
    fit.min_by_key(|one| (one.under_way, one.last_call_at, one.user_id)).map(|one| one.user_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};
    use guanxi_storage::expansion::Json;
    use uuid::Uuid;

    fn user(number: u128) -> UserId {
        UserId::from(Uuid::from_u128(number))
    }

    fn one(number: u128, skills: &[&str], under_way: i64, last: Option<i64>) -> Candidate {
        Candidate {
            user_id: user(number),
            skills: Json(skills.iter().map(|skill| Line::new(skill).unwrap()).collect()),
            under_way,
            last_call_at: last.and_then(|at| DateTime::<Utc>::from_timestamp(at, 0)),
        }
    }

    #[test]
    fn x_69_a_call_goes_to_who_has_the_skills_and_the_least_to_do() {
        let all = [
            one(1, &["English"], 0, None),
            one(2, &["english", "工作站"], 1, Some(10)),
            one(3, &["English", "工作站"], 1, Some(5)),
            one(4, &["工作站"], 0, Some(1)),
        ];
        let skills = |words: &[&str]| -> Vec<Line<60>> {
            words.iter().map(|word| Line::new(word).unwrap()).collect()
        };
        assert_eq!(pick(&all, &skills(&["English", "工作站"])), Some(user(3)), "waits longest");
        assert_eq!(pick(&all, &skills(&["工作站"])), Some(user(4)), "has nothing to do");
        assert_eq!(pick(&all, &[]), Some(user(1)), "never had a call");
        assert_eq!(pick(&all, &skills(&["日本語"])), None);
    }
}
