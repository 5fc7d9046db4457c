//! What must be there before a step is done.

use super::{model::RolloutStep, store};
use crate::{
    rollouts::{self, Rollout},
    training_records,
};
use guanxi_kernel::{Result, UserId};
use guanxi_storage::Tx;
use std::collections::BTreeSet;

guanxi_kernel::words! {
    /// What must be there before a step is done.
    pub enum RolloutNeed {
        /// Members of at least two departments.
        WorkGroup = "work_group" ("Members of two departments", "跨部门成员"),
        /// Every member has passed every training item, and there are both.
        Training = "training" ("All members trained", "全员培训合格"),
        /// A goal with its number and its day.
        Goals = "goals" ("Goals", "目标"),
        /// The product is chosen.
        ProductChoice = "product_choice" ("Product chosen", "产品已选定"),
        /// Every step has a department that answers for it.
        Responsibilities = "responsibilities" ("Responsibilities settled", "职责已明确"),
        /// It is said what came of the step, or where that is.
        Evidence = "evidence" ("Evidence", "完成依据"),
    }
}

/// What stands of a roll-out and a step of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Standing {
    departments: i64,
    trained: bool,
    goals: bool,
    product: bool,
    settled: bool,
    evidence: bool,
}

impl Standing {
    fn meets(self, need: RolloutNeed) -> bool {
        match need {
            RolloutNeed::WorkGroup => self.departments >= 2,
            RolloutNeed::Training => self.trained,
            RolloutNeed::Goals => self.goals,
            RolloutNeed::ProductChoice => self.product,
            RolloutNeed::Responsibilities => self.settled,
            RolloutNeed::Evidence => self.evidence,
        }
    }
}

/// Whether everybody has passed everything, of which there is some.
fn all_trained(users: &[UserId], items: &[String], passed: &BTreeSet<(UserId, String)>) -> bool {
    let pair = |user: &UserId, item: &String| passed.contains(&(*user, item.clone()));
    let some = !users.is_empty() && !items.is_empty();
    some && users.iter().all(|user| items.iter().all(|item| pair(user, item)))
}

/// What is lacking before the step can be done; nothing is asked of the store that the step does not need.
///
/// # Errors
/// Those of the store.
pub(super) async fn lacking(
    tx: &mut Tx,
    rollout: &Rollout,
    step: &RolloutStep,
) -> Result<Vec<RolloutNeed>> {
    let needs = |need| step.input.needs.contains(&need);
    let (group, training, settled) = (
        needs(RolloutNeed::WorkGroup),
        needs(RolloutNeed::Training),
        needs(RolloutNeed::Responsibilities),
    );
    let mut standing = Standing {
        goals: !rollout.input.goals.is_empty(),
        product: rollout.choice.is_some(),
        evidence: step.input.evidence.is_some(),
        ..Standing::default()
    };
    let users: Vec<UserId> = rollout.input.user_ids().collect();
    if group {
        standing.departments = rollouts::departments(tx, &users).await?;
    }
    if training {
        let items: Vec<String> =
            rollout.input.trainings.iter().map(|one| one.code.to_string()).collect();
        let passed = training_records::passed_in(tx, rollout.meta.id).await?;
        standing.trained = all_trained(&users, &items, &passed);
    }
    if settled {
        let steps = store::lines(tx, rollout.meta.id).await?;
        standing.settled = steps.iter().all(|step| step.accountable().is_some());
    }
    Ok(step.input.needs.iter().copied().filter(|need| !standing.meets(*need)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Word as _;
    use uuid::Uuid;

    #[test]
    fn x_118_everybody_has_passed_everything() {
        let user = |n| UserId::from(Uuid::from_u128(n));
        let passed: BTreeSet<(UserId, String)> = [(user(1), "a"), (user(1), "b"), (user(2), "a")]
            .map(|(user, item)| (user, item.to_owned()))
            .into();
        let items =
            |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        assert!(all_trained(&[user(1)], &items(&["a", "b"]), &passed));
        assert!(all_trained(&[user(1), user(2)], &items(&["a"]), &passed));
        assert!(!all_trained(&[user(1), user(2)], &items(&["a", "b"]), &passed));
        assert!(!all_trained(&[], &items(&["a"]), &passed));
        assert!(!all_trained(&[user(1)], &[], &passed));
    }

    #[test]
    fn x_117_nothing_meets_no_need() {
        let whole = Standing {
            departments: 2,
            trained: true,
            goals: true,
            product: true,
            settled: true,
            evidence: true,
        };
        for need in RolloutNeed::ALL {
            assert!(!Standing::default().meets(*need) && whole.meets(*need), "{need}");
        }
        assert!(!Standing { departments: 1, ..whole }.meets(RolloutNeed::WorkGroup));
    }
}
