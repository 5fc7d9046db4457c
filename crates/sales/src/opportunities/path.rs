//! The stages that opportunities went through, in their order, and how long they were worked on in
//! each: what a span knows of those before it.
//!
//! Many opportunities go the same way, so a way is kept once and named by what it is made of. How many
//! of a million opportunities went on from each stage is then a count by way.
//!
//! From the spans alone that took half a minute for a million opportunities. Price: four indexes more, and
//! when somebody entered a stage is not known by it: conversions by cohort read the spans. A test holds
//! both to the same figures.

use super::life::OpportunityStatus;
use crate::stages::StageId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, problem::INTERNAL};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// What an opportunity in a stage was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standpoint {
    /// Open, or suspended for a while.
    #[serde(rename = "w")]
    Worked,
    /// Won.
    #[serde(rename = "+")]
    Won,
    /// Lost or given up.
    #[serde(rename = "-")]
    Dropped,
}

impl From<OpportunityStatus> for Standpoint {
    fn from(status: OpportunityStatus) -> Self {
        match status {
            OpportunityStatus::Open | OpportunityStatus::Suspended => Self::Worked,
            OpportunityStatus::Won => Self::Won,
            OpportunityStatus::Lost | OpportunityStatus::Terminated => Self::Dropped,
        }
    }
}

/// A stage, and what the opportunity was in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit(pub StageId, pub Standpoint);

/// The visits before a span, the first one first. Of one that was made more than twice, the first and
/// the last are there, which is all that is asked of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path(Vec<Visit>);

impl Path {
    /// Reads a way as it is kept.
    ///
    /// # Errors
    /// `internal` if it is nothing such.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map(Self).map_err(|error| INTERNAL.problem().because(error))
    }

    /// As it is kept.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// Names it by what it is made of; the nil id is nothing before.
    pub(super) fn id(&self) -> Uuid {
        if self.0.is_empty() {
            return Uuid::nil();
        }
        let digest: [u8; 32] = Sha256::digest(self.text()).into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// The visits, the first one first.
    pub fn visits(&self) -> &[Visit] {
        &self.0
    }

    fn and(&self, visit: Visit) -> Self {
        let mut visits = self.0.clone();
        let mut made = (0..visits.len()).filter(|at| visits[*at] == visit);
        if let (Some(_), Some(middle)) = (made.next(), made.next()) {
            visits.remove(middle);
        }
        visits.push(visit);
        Self(visits)
    }
}

/// What a span knows of those before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Trace {
    /// The way to it.
    pub(super) path: Path,
    /// Seconds of work before it in the stay that it goes on with; none if it begins one.
    pub(super) worked: Option<i64>,
}

/// A span that has ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ended {
    pub(super) trace: Trace,
    pub(super) stage: StageId,
    pub(super) status: OpportunityStatus,
    pub(super) entered_at: DateTime<Utc>,
    pub(super) left_at: DateTime<Utc>,
}

impl Ended {
    fn visit(&self) -> Visit {
        Visit(self.stage, self.status.into())
    }

    /// What lasts no time at all is no visit and no stay.
    fn lasted(&self) -> bool {
        self.left_at > self.entered_at
    }

    /// Seconds of work in the stay until its end, each instant cut to whole ones; time in which it was
    /// suspended is none. Nothing of what was no stay.
    fn worked(&self) -> Option<i64> {
        let worked = self.status == OpportunityStatus::Open;
        let span = if worked { self.left_at.timestamp() - self.entered_at.timestamp() } else { 0 };
        match (self.visit().1, self.trace.worked, self.lasted()) {
            (Standpoint::Worked, before, true) => Some(before.unwrap_or(0) + span),
            (Standpoint::Worked, before, false) => before,
            _ => None,
        }
    }

    /// What the span after it, which is this visit, knows; and the seconds of the stay if it is over.
    pub(super) fn handed_on(&self, to: Visit) -> (Trace, Option<i64>) {
        let from = self.visit();
        if from == to {
            return (Trace { path: self.trace.path.clone(), worked: self.worked() }, None);
        }
        let path = if self.lasted() { self.trace.path.and(from) } else { self.trace.path.clone() };
        (Trace { path, worked: None }, self.worked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OpportunityStatus::{Lost, Open, Suspended, Won};
    use chrono::TimeDelta;

    fn stage(number: u128) -> StageId {
        StageId::from(Uuid::from_u128(number))
    }

    /// What the last of these spans knows, and the stays that were over before it.
    fn go(spans: &[(u128, OpportunityStatus, i64)]) -> (Trace, Vec<i64>) {
        let (mut trace, mut at, mut stays) = (Trace::default(), DateTime::UNIX_EPOCH, Vec::new());
        for pair in spans.windows(2) {
            let [(number, status, seconds), (next, then, _)] = [pair[0], pair[1]];
            let left_at = at + TimeDelta::seconds(seconds);
            let span = Ended { trace, stage: stage(number), status, entered_at: at, left_at };
            let (handed, stay) = span.handed_on(Visit(stage(next), then.into()));
            stays.extend(stay);
            (trace, at) = (handed, left_at);
        }
        (trace, stays)
    }

    fn stages(path: &Path) -> Vec<u128> {
        path.visits().iter().map(|Visit(stage, _)| stage.uuid().as_u128()).collect()
    }

    #[test]
    fn a_stay_goes_on_while_it_is_suspended_and_counts_the_work() {
        let (trace, stays) =
            go(&[(1, Open, 10), (1, Suspended, 100), (1, Open, 5), (2, Open, 7), (1, Open, 0)]);
        assert_eq!((stages(&trace.path), stays), (vec![1, 2], vec![15, 7]));
        let (trace, stays) = go(&[(1, Open, 10), (1, Open, 20), (1, Open, 0)]);
        assert_eq!((trace.worked, stages(&trace.path), stays), (Some(30), vec![], vec![]));
    }

    #[test]
    fn what_takes_no_time_is_no_visit() {
        let (trace, stays) = go(&[(1, Open, 10), (2, Open, 0), (3, Won, 9), (1, Open, 0)]);
        assert_eq!((stages(&trace.path), stays), (vec![1, 3], vec![10]));
        let (trace, stays) = go(&[(1, Open, 0), (1, Open, 4), (1, Lost, 1)]);
        assert_eq!((stages(&trace.path), stays), (vec![1], vec![4]));
    }

    #[test]
    fn a_way_is_bounded_and_named_by_what_it_is_made_of() {
        let mut spans = Vec::new();
        for _ in 0..50 {
            spans.extend([(1, Open, 1), (2, Open, 1), (3, Lost, 1)]);
        }
        spans.push((4, Open, 0));
        let (trace, _) = go(&spans);
        assert_eq!(stages(&trace.path), [1, 2, 3, 1, 2, 3]);
        let read = Path::read(&trace.path.text()).unwrap();
        assert_eq!((&read, read.id()), (&trace.path, trace.path.id()));
        assert_ne!(read.id(), read.and(Visit(stage(9), Standpoint::Worked)).id());
        assert_eq!(Path::default().id(), Uuid::nil());
    }
}
