//! Which rule comes first.

use super::ContentRuleId;
use crate::{
    content_items::ContentItemId, decision_stages::DecisionStageName, segments::SegmentId,
};
use chrono::{DateTime, Utc};
use std::cmp::Reverse;

/// By what rules are ordered, the first that differs decides: as answers say it.
pub(super) const ORDER: [&str; 4] = ["priority", "conditions", "created_at", "id"];

/// A rule that may fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Candidate {
    pub(super) id: ContentRuleId,
    pub(super) content_item_id: ContentItemId,
    pub(super) segment_id: Option<SegmentId>,
    pub(super) stage: Option<DecisionStageName>,
    pub(super) priority: i64,
    pub(super) created_at: DateTime<Utc>,
}

impl Candidate {
    /// Its place among others: the smallest decides.
    fn place(&self) -> (Reverse<i64>, Reverse<usize>, DateTime<Utc>, ContentRuleId) {
        let conditions = usize::from(self.segment_id.is_some()) + usize::from(self.stage.is_some());
        (Reverse(self.priority), Reverse(conditions), self.created_at, self.id)
    }
}

/// The rules, the first to be asked first.
pub(super) fn ordered(mut rules: Vec<Candidate>) -> Vec<Candidate> {
    rules.sort_unstable_by_key(Candidate::place);
    rules
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use uuid::Uuid;

    fn rule(id: u128, priority: i64, segment: bool, stage: bool, second: i64) -> Candidate {
        Candidate {
            id: Uuid::from_u128(id).into(),
            content_item_id: Uuid::from_u128(9).into(),
            segment_id: segment.then(|| Uuid::from_u128(8).into()),
            stage: stage.then_some(DecisionStageName::PreSale),
            priority,
            created_at: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(second),
        }
    }

    #[test]
    fn x_24_priority_then_conditions_then_age_then_id_decide() {
        let rules = vec![
            rule(1, 0, true, true, 0),
            rule(2, 5, false, false, 0),
            rule(3, 5, true, false, 7),
            rule(4, 5, false, true, 6),
            rule(6, 5, true, true, 9),
            rule(5, 5, true, true, 9),
        ];
        let there = ordered(rules.clone());
        let mut turned = rules;
        turned.reverse();
        assert_eq!(ordered(turned), there, "the order in which they come does not matter");
        let ids: Vec<u128> = there.iter().map(|one| one.id.uuid().as_u128()).collect();
        assert_eq!(ids, [5, 6, 4, 3, 2, 1]);
    }
}
