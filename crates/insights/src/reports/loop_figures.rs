//! What became of hand-overs to field sales, counted: with a result or held, how fast, and past which limit.
//! Pure.

use super::hours::median_hours;
use chrono::{DateTime, Utc};
use guanxi_marketing::{rate::Rate, sales_results::SalesResult};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

guanxi_kernel::words! {
    /// What a hand-over waits for.
    pub enum LoopWaitsFor {
        /// Whether field sales accepts the lead.
        Answer = "answer" ("An answer", "待接收"),
        /// What it comes to.
        Result = "result" ("A result", "待结果"),
    }
}

/// What became of leads. All that were handed over have a result or are held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct LoopClosureFigures {
    /// How many were handed over.
    pub handed: i64,
    /// How many of them field sales has accepted.
    pub accepted: i64,
    /// How many it has refused.
    pub refused: i64,
    /// How many it has given back.
    pub returned: i64,
    /// How many have bought.
    pub bought: i64,
    /// How many have not.
    pub not_bought: i64,
    /// How many wait for an answer.
    pub open: i64,
    /// How many were accepted and have no result.
    pub in_work: i64,
    /// How many have a result: refused, given back, bought or not.
    pub with_result: i64,
    /// How many of the others are past their limit.
    pub past_limit: i64,
}

/// What follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LoopClosureRates {
    /// With a result, of all that were handed over.
    pub loop_closure: Rate,
    /// Accepted, of all that were handed over.
    pub acceptance_rate: Rate,
    /// The median of the hours until one was accepted; `null` if none was.
    #[schema(required)]
    pub hours_to_accept: Option<String>,
    /// The median of the hours until there was a result; `null` if there was none.
    #[schema(required)]
    pub hours_to_result: Option<String>,
}

/// A hand-over: whose it is, and what was when.
#[derive(Debug, Clone)]
pub(super) struct One {
    pub(super) id: Uuid,
    pub(super) lead_id: Uuid,
    pub(super) owner_id: Uuid,
    pub(super) unit_id: Option<Uuid>,
    pub(super) handed_at: DateTime<Utc>,
    pub(super) accepted_at: Option<DateTime<Utc>>,
    pub(super) ended_at: Option<DateTime<Utc>>,
    pub(super) result: Option<SalesResult>,
    /// By when there is to be what it waits for.
    pub(super) due_at: DateTime<Utc>,
}

/// The same as the store tells it; the limit is that of what it waits for at the instant.
pub(super) type Found = (
    Uuid,
    Uuid,
    Uuid,
    Option<Uuid>,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Option<SalesResult>,
    DateTime<Utc>,
);

impl One {
    /// As it was at an instant.
    pub(super) fn at(found: Found, at: DateTime<Utc>) -> Self {
        let (id, lead_id, owner_id, unit_id, handed_at, accepted_at, ended_at, result, due_at) =
            found;
        let ended_at = ended_at.filter(|ended| *ended <= at);
        let accepted_at = accepted_at.filter(|accepted| *accepted <= at);
        let result = result.filter(|_| ended_at.is_some());
        Self { id, lead_id, owner_id, unit_id, handed_at, accepted_at, ended_at, result, due_at }
    }

    /// What it waits for and by when that was to be there, if that is past.
    pub(super) fn past(&self, at: DateTime<Utc>) -> Option<(LoopWaitsFor, DateTime<Utc>)> {
        let waits_for = match self.accepted_at {
            None => LoopWaitsFor::Answer,
            Some(_) => LoopWaitsFor::Result,
        };
        let past = self.ended_at.is_none() && self.due_at < at;
        past.then_some((waits_for, self.due_at))
    }
}

/// Hand-overs together.
#[derive(Debug, Default)]
pub(super) struct Sum {
    pub(super) figures: LoopClosureFigures,
    to_accept: Vec<i64>,
    to_result: Vec<i64>,
}

impl Sum {
    pub(super) fn add(&mut self, one: &One, at: DateTime<Utc>) {
        let figures = &mut self.figures;
        figures.handed += 1;
        if let Some(accepted) = one.accepted_at {
            figures.accepted += 1;
            self.to_accept.push((accepted - one.handed_at).num_seconds());
        }
        if let Some(ended) = one.ended_at {
            figures.with_result += 1;
            self.to_result.push((ended - one.handed_at).num_seconds());
        }
        let place = match (one.result, one.accepted_at) {
            (Some(SalesResult::Bought), _) => &mut figures.bought,
            (Some(SalesResult::NotBought), _) => &mut figures.not_bought,
            (Some(SalesResult::Returned), _) => &mut figures.returned,
            (Some(SalesResult::Refused), _) => &mut figures.refused,
            (None, Some(_)) => &mut figures.in_work,
            (None, None) => &mut figures.open,
        };
        *place += 1;
        figures.past_limit += i64::from(one.past(at).is_some());
    }

    pub(super) fn rates(&mut self) -> LoopClosureRates {
        let LoopClosureFigures { handed, accepted, with_result, .. } = self.figures;
        self.to_accept.sort_unstable();
        self.to_result.sort_unstable();
        LoopClosureRates {
            loop_closure: Rate::new(with_result, handed),
            acceptance_rate: Rate::new(accepted, handed),
            hours_to_accept: median_hours(&self.to_accept),
            hours_to_result: median_hours(&self.to_result),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::prospects::example_id;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(hour * 3_600, 0).unwrap()
    }

    /// As the store tells it at an hour.
    fn one(accepted: Option<i64>, ended: Option<(i64, SalesResult)>, now: i64) -> One {
        let id = example_id();
        let due = if accepted.is_some_and(|accepted| accepted <= now) { 100 } else { 24 };
        let (at_end, result) = (ended.map(|(hour, _)| at(hour)), ended.map(|(_, result)| result));
        let found = (id, id, id, None, at(0), accepted.map(at), at_end, result, at(due));
        One::at(found, at(now))
    }

    fn summed(now: i64) -> Sum {
        let mut sum = Sum::default();
        let all = [
            one(Some(2), Some((50, SalesResult::Bought)), now),
            one(Some(4), Some((60, SalesResult::Returned)), now),
            one(None, Some((10, SalesResult::Refused)), now),
            one(Some(9), None, now),
            one(None, None, now),
        ];
        for one in all {
            sum.add(&one, at(now));
        }
        sum
    }

    #[test]
    fn x_43_x_72_what_was_handed_over_has_a_result_or_is_held() {
        for now in [0, 1, 5, 30, 55, 101] {
            let of = summed(now).figures;
            assert_eq!(of.handed, of.with_result + of.open + of.in_work, "{now}");
            let ended = of.refused + of.returned + of.bought + of.not_bought;
            assert_eq!(of.with_result, ended, "{now}");
        }
        let mut later = summed(101);
        assert_eq!((later.figures.past_limit, later.figures.accepted), (2, 3));
        let rates = later.rates();
        assert_eq!(rates.loop_closure, Rate::new(3, 5));
        assert_eq!(rates.hours_to_accept.as_deref(), Some("4.00"));
        assert_eq!(rates.hours_to_result.as_deref(), Some("50.00"));
        assert_eq!(summed(30).figures.past_limit, 1);
    }
}
