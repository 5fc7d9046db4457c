//! How much of the quotas of a study is reached.

use super::{
    ResearchQuota, ResearchStudy, ResearchStudyId,
    store::{self, Counted},
};
use crate::{research_interviews::ResearchInterviewState, segments::SegmentId};
use guanxi_kernel::{Ctx, Result, ratio::Ratio};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use utoipa::ToSchema;

/// How much of a quota is reached.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct ResearchQuotaProgress {
    /// The segment.
    pub segment_id: SegmentId,
    /// How many interviews there are to be.
    pub wanted: i64,
    /// How many are planned.
    pub planned: i64,
    /// How many are completed.
    pub completed: i64,
    /// How many can still be planned.
    pub left: i64,
    /// `completed` of `wanted`.
    pub progress: Ratio,
}

/// How far a study has come.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ResearchProgress {
    /// The study.
    pub research_study_id: ResearchStudyId,
    /// How many interviews are planned.
    pub planned: i64,
    /// How many are completed.
    pub completed: i64,
    /// How many were cancelled.
    pub cancelled: i64,
    /// How many people have taken back that they agree.
    pub withdrawn: i64,
    /// Each quota, in the order of the study.
    pub quotas: Vec<ResearchQuotaProgress>,
    /// Whether all of them are reached; of a study without quotas never.
    pub reached: bool,
}

/// How far a study has come. Whoever sees the study is told how many interviews there are, whoever has them.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn progress(tx: &mut Tx, ctx: &Ctx, id: ResearchStudyId) -> Result<ResearchProgress> {
    let study: ResearchStudy = resource::load(tx, ctx, id.uuid()).await?;
    let counts = store::counts(tx, id).await?;
    Ok(told(id, &study.input.quotas, &counts))
}

fn told(id: ResearchStudyId, quotas: &[ResearchQuota], counts: &[Counted]) -> ResearchProgress {
    use ResearchInterviewState::{Cancelled, Completed, Planned, Withdrawn};
    let all = |state: ResearchInterviewState| -> i64 {
        counts.iter().filter(|one| one.1 == state).map(|one| one.2).sum()
    };
    let quota = |quota: &ResearchQuota| {
        let of = |state: ResearchInterviewState| -> i64 {
            let meant = |one: &&Counted| (one.0, one.1) == (Some(quota.segment_id), state);
            counts.iter().filter(meant).map(|one| one.2).sum()
        };
        let (planned, completed) = (of(Planned), of(Completed));
        ResearchQuotaProgress {
            segment_id: quota.segment_id,
            wanted: quota.interviews,
            planned,
            completed,
            left: (quota.interviews - planned - completed).max(0),
            progress: Ratio::new(completed, quota.interviews),
        }
    };
    let quotas: Vec<_> = quotas.iter().map(quota).collect();
    ResearchProgress {
        research_study_id: id,
        planned: all(Planned),
        completed: all(Completed),
        cancelled: all(Cancelled),
        withdrawn: all(Withdrawn),
        reached: !quotas.is_empty() && quotas.iter().all(|one| one.completed >= one.wanted),
        quotas,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn x_102_a_quota_is_taken_by_what_is_planned_and_reached_by_what_is_completed() {
        use ResearchInterviewState::{Cancelled, Completed, Planned};
        let segment = |number: u128| SegmentId::from(Uuid::from_u128(number));
        let quotas = [(1, 3), (2, 1)]
            .map(|(number, interviews)| ResearchQuota { segment_id: segment(number), interviews });
        let counts = [
            (Some(segment(1)), Completed, 1),
            (Some(segment(1)), Planned, 1),
            (Some(segment(1)), Cancelled, 4),
            (Some(segment(2)), Completed, 1),
            (None, Completed, 5),
        ];
        let found = told(Uuid::nil().into(), &quotas, &counts);
        let left: Vec<_> = found.quotas.iter().map(|one| (one.left, one.progress)).collect();
        assert_eq!(left, [(1, Ratio::new(1, 3)), (0, Ratio::new(1, 1))]);
        assert_eq!((found.completed, found.planned, found.cancelled), (7, 1, 4));
        assert!(!found.reached);
        assert!(told(Uuid::nil().into(), &quotas[1..], &counts).reached);
        assert!(!told(Uuid::nil().into(), &[], &counts).reached);
    }
}
