//! The rules of a save, and the moves.

use super::{
    RESEARCH_STUDY, ResearchStudy, ResearchStudyId, ResearchStudyInput, ResearchStudyMove,
    ResearchStudyState, store,
};
use crate::{
    problems::RESEARCH_STUDY_STATE,
    segments::{Segment, SegmentId},
};
use guanxi_customers::{
    engine::{check_new_owner, visible},
    problems::IMMUTABLE,
    rules::repeated,
};
use guanxi_kernel::{
    Action, Ctx, Problem, Result, Word as _,
    problem::{IN_USE, INVALID, NOT_FOUND, UNKNOWN_REFERENCE},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Shown, Verb},
};
use guanxi_workflow::{
    playbooks::{Playbook, PlaybookId, PlaybookPurpose, PlaybookStatus},
    problems::PLAYBOOK_NOT_PUBLISHED,
};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

const GUIDE: &str = "/playbook_id";

impl Resource for ResearchStudy {
    fn kind() -> &'static Kind {
        &RESEARCH_STUDY
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let had = before.and_then(|before| before.input.owner_id);
        self.input.owner_id = self.input.owner_id.or(had).or(Some(ctx.actor.user));
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        Problem::collect(repeated(&self.input.quotas, "/quotas", |one| one.segment_id))?;
        match before {
            None => self.state_entered_at = ctx.now,
            Some(before) => self.go_on(ctx, before)?,
        }
        let starts = before.is_some_and(|before| before.state == ResearchStudyState::Draft)
            && self.state == ResearchStudyState::Running;
        let new = before.is_none_or(|one| one.input.playbook_id != self.input.playbook_id);
        if new || starts {
            let guide = guide(tx, ctx, self.input.playbook_id).await?;
            if guide.input.purpose != PlaybookPurpose::Interview {
                let finding = INVALID.field(GUIDE).with("expected", "a playbook for interviews");
                return Problem::collect(vec![finding]);
            }
            if starts && guide.status != PlaybookStatus::Published {
                return Err(PLAYBOOK_NOT_PUBLISHED.at(GUIDE));
            }
        }
        self.check_segments(tx, ctx, before).await
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        match store::has_interviews(tx, self.meta.id).await? {
            true => Err(IN_USE.problem()),
            false => Ok(()),
        }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        let segments = self.input.quotas.iter().map(|one| one.segment_id.uuid());
        segments.chain([self.input.playbook_id.uuid()]).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name, open: bool| Verb {
            name,
            needs: Action::Update,
            closed: (!open).then_some(&RESEARCH_STUDY_STATE),
        };
        let possible = |one: ResearchStudyMove| self.state.moves().any(|open| open == one);
        let moves = ResearchStudyMove::ALL.iter().map(|one| verb(one.word(), possible(*one)));
        let update = verb("update", self.state != ResearchStudyState::Closed);
        [update].into_iter().chain(moves).chain([Verb::open("delete", Action::Delete)]).collect()
    }

    fn example() -> Json {
        json!({
            "name": "工作站用户深入访谈",
            "aim": "了解制造业客户更换工作站的动机与障碍。",
            "playbook_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "quotas": [
                { "segment_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78", "interviews": 12 }
            ],
            "note": "每次访谈约四十分钟。"
        })
    }
}

impl ResearchStudy {
    /// One that was there: what is asked stays once it has started, and closed it stays as it is.
    fn go_on(&mut self, ctx: &Ctx, before: &Self) -> Result<()> {
        if before.state != self.state {
            self.state_entered_at = ctx.now;
            return Ok(());
        }
        let owner_id = self.input.owner_id;
        let same = ResearchStudyInput { owner_id, ..before.input.clone() } == self.input;
        if !same && before.state == ResearchStudyState::Closed {
            return Err(before.state.refusal());
        }
        let other = before.input.playbook_id != self.input.playbook_id;
        if other && before.state != ResearchStudyState::Draft {
            return Err(IMMUTABLE.at(GUIDE));
        }
        Ok(())
    }

    /// Segments that a save brings in must be there.
    async fn check_segments(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let known: BTreeSet<_> = before
            .into_iter()
            .flat_map(|before| before.input.quotas.iter().map(|one| one.segment_id))
            .collect();
        let all: Vec<SegmentId> = self.input.quotas.iter().map(|one| one.segment_id).collect();
        let new: Vec<Uuid> =
            all.iter().filter(|id| !known.contains(*id)).map(|id| id.uuid()).collect();
        if new.is_empty() {
            return Ok(());
        }
        let seen = visible::<Segment>(tx, ctx, new.iter().copied()).await?;
        let is_unseen = |id: &SegmentId| new.contains(&id.uuid()) && !seen.contains(&id.uuid());
        let unseen = all.iter().enumerate().find(|(_, id)| is_unseen(id));
        match unseen {
            Some((at, _)) => Err(UNKNOWN_REFERENCE.at(format!("/quotas/{at}/segment_id"))),
            None => Ok(()),
        }
    }
}

/// What is asked, whoever may see it.
///
/// # Errors
/// `unknown_reference` if it is not there.
pub(crate) async fn guide(tx: &mut Tx, ctx: &Ctx, id: PlaybookId) -> Result<Playbook> {
    match resource::load::<Playbook>(tx, &ctx.on_behalf(), id.uuid()).await {
        Err(problem) if problem.is(&NOT_FOUND) => Err(UNKNOWN_REFERENCE.at(GUIDE)),
        found => found,
    }
}

async fn go(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ResearchStudyId,
    how: ResearchStudyMove,
    verb: &'static str,
) -> Result<Shown<ResearchStudy>> {
    let step = |one: &mut ResearchStudy| {
        one.state = one.state.after(how)?;
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), verb, step).await
}

/// Starts a study: people can be interviewed.
///
/// # Errors
/// `research_study_state`; `playbook_not_published`; and as any change.
pub async fn start(tx: &mut Tx, ctx: &Ctx, id: ResearchStudyId) -> Result<Shown<ResearchStudy>> {
    go(tx, ctx, id, ResearchStudyMove::Start, "started").await
}

/// Ends a study. Interviews that are planned can still be completed, and answers coded.
///
/// # Errors
/// `research_study_state`; and as any change.
pub async fn close(tx: &mut Tx, ctx: &Ctx, id: ResearchStudyId) -> Result<Shown<ResearchStudy>> {
    go(tx, ctx, id, ResearchStudyMove::Close, "closed").await
}

/// Lets a study that was ended go on.
///
/// # Errors
/// As [`close`].
pub async fn reopen(tx: &mut Tx, ctx: &Ctx, id: ResearchStudyId) -> Result<Shown<ResearchStudy>> {
    go(tx, ctx, id, ResearchStudyMove::Reopen, "reopened").await
}
