//! The stages and states of an opportunity as people read them: one interval after the other.

use super::{
    life::OpportunityStatus,
    model::{OPPORTUNITY, Opportunity, OpportunityId},
    spans::{self, Span},
};
use crate::{pipelines::PipelineId, stages::StageId};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Ctx, Result, UserId, actor::forbidden};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A time in one stage and one state.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StageInterval {
    /// The pipeline; absent for whoever may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pipeline_id: Option<PipelineId>,
    /// The stage; absent for whoever may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stage_id: Option<StageId>,
    /// The state: time that is `suspended` is no time of work in the stage; absent for whoever may not
    /// see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<OpportunityStatus>,
    /// From when.
    pub entered_at: DateTime<Utc>,
    /// To when; absent for what lasts.
    pub left_at: Option<DateTime<Utc>>,
    /// How many whole seconds, until now for what lasts.
    pub seconds: i64,
    /// When it was told that this began.
    pub recorded_at: DateTime<Utc>,
    /// Who told it.
    pub actor: UserId,
}

/// The life of an opportunity so far, without gap or overlap.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StageHistory {
    /// The intervals, the first first.
    pub data: Vec<StageInterval>,
}

/// The stages and states that an opportunity has been in.
///
/// # Errors
/// `not_found`; `forbidden`, also for whoever may not see since when it is in its stage.
pub async fn stage_history(tx: &mut Tx, ctx: &Ctx, id: OpportunityId) -> Result<StageHistory> {
    resource::load::<Opportunity>(tx, ctx, id.uuid()).await?;
    let hidden = ctx.actor.withheld(OPPORTUNITY.plural).hidden;
    if hidden.contains("stage_entered_at") {
        return Err(forbidden(OPPORTUNITY.plural, Action::Read));
    }
    Ok(StageHistory { data: intervals(spans::of(tx, id).await?, &hidden, ctx.now) })
}

/// Spans of one stage and state in a row are one interval, as far as these are shown: whoever may not
/// see the stage is not told when it was another one. Spans that lasted no time at all are left
/// out, as long as another one is left.
fn intervals(
    spans: Vec<Span>,
    hidden: &BTreeSet<String>,
    now: DateTime<Utc>,
) -> Vec<StageInterval> {
    let shows = |field: &str| !hidden.contains(field);
    let (pipeline, stage, status) = (shows("pipeline_id"), shows("stage_id"), shows("status"));
    let mut intervals: Vec<StageInterval> = Vec::new();
    let momentary = |span: &Span| span.left_at == Some(span.entered_at);
    for span in spans.into_iter().filter(|span| !momentary(span)) {
        let place = (
            pipeline.then_some(span.pipeline),
            stage.then_some(span.stage),
            status.then_some(span.status),
        );
        let last = intervals.last_mut().filter(|last| {
            (last.pipeline_id, last.stage_id, last.status) == place
                && last.left_at == Some(span.entered_at)
        });
        match last {
            Some(last) => last.left_at = span.left_at,
            None => intervals.push(StageInterval {
                pipeline_id: place.0,
                stage_id: place.1,
                status: place.2,
                entered_at: span.entered_at,
                left_at: span.left_at,
                seconds: 0,
                recorded_at: span.recorded_at,
                actor: span.actor,
            }),
        }
    }
    for one in &mut intervals {
        one.seconds = (one.left_at.unwrap_or(now) - one.entered_at).num_seconds();
    }
    intervals
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use guanxi_kernel::{Id, Word as _};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    /// A life: in which stage and state for how many seconds each time, the last for good.
    fn life(steps: &[(u8, usize, i64)]) -> Vec<Span> {
        let mut now = 0;
        let mut spans: Vec<Span> = Vec::new();
        for (stage, status, seconds) in steps {
            if let Some(last) = spans.last_mut() {
                last.left_at = Some(at(now));
            }
            spans.push(Span {
                pipeline: Id::from(Uuid::nil()),
                stage: Id::from(Uuid::from_u128(u128::from(*stage))),
                status: OpportunityStatus::ALL[*status],
                entered_at: at(now),
                left_at: None,
                recorded_at: at(now),
                actor: Id::from(Uuid::nil()),
            });
            now += seconds;
        }
        spans
    }

    proptest! {
        #[test]
        fn s_14_intervals_never_overlap_and_cover_the_life(
            steps in prop::collection::vec((0_u8..3, 0_usize..2, 0_i64..5), 1..20),
            more in 0_i64..100,
        ) {
            let spans = life(&steps);
            let begun = spans[0].entered_at;
            let now = spans.last().map_or(begun, |last| last.entered_at) + TimeDelta::seconds(more);
            let found = intervals(spans.clone(), &BTreeSet::new(), now);
            prop_assert_eq!(found[0].entered_at, begun);
            prop_assert_eq!(found.last().and_then(|last| last.left_at), None);
            for pair in found.windows(2) {
                prop_assert_eq!(pair[0].left_at, Some(pair[1].entered_at));
                let place = |one: &StageInterval| (one.stage_id, one.status);
                prop_assert_ne!(place(&pair[0]), place(&pair[1]));
            }
            let total: i64 = found.iter().map(|one| one.seconds).sum();
            prop_assert_eq!(total, (now - begun).num_seconds());
            let hidden = ["pipeline_id", "stage_id", "status"].map(str::to_owned).into();
            let blind = intervals(spans, &hidden, now);
            prop_assert_eq!((blind.len(), blind[0].seconds), (1, total));
        }
    }
}
