//! The rules of a save.

use super::{
    RESEARCH_INTERVIEW, ResearchInterview, ResearchInterviewInput, ResearchInterviewMove,
    ResearchInterviewState, store,
};
use crate::{
    problems::{
        CONTACT_OF_OTHER_PARTY, NOT_IN_SEGMENT, RESEARCH_INTERVIEW_STATE, RESEARCH_QUOTA_FULL,
    },
    research_studies::{ResearchStudy, ResearchStudyState, guide},
    segments::{self, Segment, SegmentId},
};
use chrono::NaiveDate;
use guanxi_customers::{
    contacts::Contact,
    engine::{check_new_owner, refer},
    parties::Party,
    problems::IMMUTABLE,
    rules::{refuse, today, whole_micros},
};
use guanxi_kernel::{
    Action, Ctx, Id, Problem, Result, Word as _,
    problem::{INVALID, NOT_FOUND, OUT_OF_RANGE, REQUIRED, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Resource, Tx, resource::Verb};
use serde_json::{Value as Json, json};
use uuid::Uuid;

const STUDY: &str = "/research_study_id";
const SEGMENT: &str = "/segment_id";

impl Resource for ResearchInterview {
    fn kind() -> &'static Kind {
        &RESEARCH_INTERVIEW
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.input.planned_at = self.input.planned_at.map(whole_micros);
        self.check_days(today(ctx))?;
        let had = before.and_then(|before| before.input.owner_id);
        self.input.owner_id = self.input.owner_id.or(had).or(Some(ctx.actor.user));
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        match before {
            None => self.begin(tx, ctx).await?,
            Some(before) => {
                self.stay(before)?;
                self.keep_agreed(tx, before).await?;
            }
        }
        if self.takes_a_place() && before.is_none_or(|before| !before.takes_a_place()) {
            self.find_place(tx, ctx).await?;
        }
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        let study = self.input.research_study_id.map(Id::uuid);
        let contact = self.input.contact_id.map(Id::uuid);
        study.into_iter().chain(contact).chain([self.input.party_id.uuid()]).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let possible = |one: ResearchInterviewMove| self.state.moves().any(|open| open == one);
        let moved = |one: &ResearchInterviewMove| Verb {
            name: one.word(),
            needs: Action::Update,
            closed: (!possible(*one)).then_some(&RESEARCH_INTERVIEW_STATE),
        };
        let moves = ResearchInterviewMove::ALL.iter().map(moved);
        let update = Verb::open("update", Action::Update);
        [update].into_iter().chain(moves).chain([Verb::open("delete", Action::Delete)]).collect()
    }

    fn example() -> Json {
        json!({
            "research_study_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78",
            "contact_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c79",
            "interviewer_role": "field_sales",
            "planned_at": "2026-01-01T02:00:00Z",
            "agreed_on": "2026-01-01",
            "note": "在客户处访谈。"
        })
    }
}

impl ResearchInterview {
    /// A new one: for a study that is running, with somebody whom the caller sees, by what is asked now.
    async fn begin(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let study = self.study(tx, ctx).await?;
        if study.state != ResearchStudyState::Running {
            return Err(study.state.refusal());
        }
        let party: Party = refer(tx, ctx, self.input.party_id.uuid(), "/party_id").await?;
        if let Some(contact) = self.input.contact_id {
            let contact: Contact = refer(tx, ctx, contact.uuid(), "/contact_id").await?;
            if contact.input.party_id != party.meta.id {
                return Err(CONTACT_OF_OTHER_PARTY.at("/contact_id"));
            }
        }
        let guide = guide(tx, ctx, study.input.playbook_id).await?;
        (self.playbook_id, self.guide_edition) = (Some(guide.meta.id), guide.edition);
        self.check_segment(tx, ctx, &study).await
    }

    /// What was said or held was not to-morrow.
    fn check_days(&self, today: NaiveDate) -> Result<()> {
        let days = [("/agreed_on", self.input.agreed_on), ("/held_on", self.input.held_on)];
        match days.into_iter().find(|(_, day)| day.is_some_and(|day| day > today)) {
            Some((place, _)) => Err(refuse(&OUT_OF_RANGE, place, ("expected", "today or earlier"))),
            None => Ok(()),
        }
    }

    /// One that was there: with whom it is stays, and what is over stays as it is.
    fn stay(&self, before: &Self) -> Result<()> {
        let (now, had) = (&self.input, &before.input);
        let members = [
            (STUDY, now.research_study_id == had.research_study_id),
            ("/party_id", now.party_id == had.party_id),
            ("/contact_id", now.contact_id == had.contact_id),
            (SEGMENT, now.segment_id == had.segment_id),
        ];
        if let Some((place, _)) = members.into_iter().find(|(_, same)| !same) {
            return Err(IMMUTABLE.at(place));
        }
        let (owner_id, note) = (now.owner_id, now.note.clone());
        let same = ResearchInterviewInput { owner_id, note, ..had.clone() } == *now;
        let is_over = before.state != ResearchInterviewState::Planned;
        if !same && is_over && self.state == before.state {
            return Err(before.state.refusal());
        }
        Ok(())
    }

    /// As long as something is written down the person agrees to that; who does not any more takes it back.
    async fn keep_agreed(&self, tx: &mut Tx, before: &Self) -> Result<()> {
        let gone = before.input.agreed_on.is_some() && self.input.agreed_on.is_none();
        let taken_back = self.state == ResearchInterviewState::Withdrawn;
        if gone && !taken_back && store::has_answers(tx, self.meta.id).await? {
            return Err(REQUIRED.at("/agreed_on"));
        }
        Ok(())
    }

    /// Its study, whoever may see it.
    async fn study(&self, tx: &mut Tx, ctx: &Ctx) -> Result<ResearchStudy> {
        let id = self.input.research_study_id.ok_or_else(|| REQUIRED.at(STUDY))?;
        refer(tx, &ctx.on_behalf(), id.uuid(), STUDY).await
    }

    /// The segment is one of the study, where that has quotas, and the party is a member of it. Whoever interviews
    /// need not see the segments of the study.
    async fn check_segment(&self, tx: &mut Tx, ctx: &Ctx, study: &ResearchStudy) -> Result<()> {
        let of_study = !study.input.quotas.is_empty();
        let Some(segment) = self.input.segment_id else {
            return if of_study { Err(REQUIRED.at(SEGMENT)) } else { Ok(()) };
        };
        if of_study && study.input.quota(Some(segment)).is_none() {
            let finding = INVALID.field(SEGMENT).with("expected", "a segment of the quotas");
            return Problem::collect(vec![finding]);
        }
        if !of_study {
            refer::<Segment>(tx, ctx, segment.uuid(), SEGMENT).await?;
        }
        match self.is_member(tx, ctx, segment).await? {
            true => Ok(()),
            false => Err(NOT_IN_SEGMENT.at(SEGMENT)),
        }
    }

    async fn is_member(&self, tx: &mut Tx, ctx: &Ctx, segment: SegmentId) -> Result<bool> {
        let loaded = segments::load(tx, &ctx.on_behalf(), segment).await;
        let (segment, members) = loaded.map_err(|problem| match problem.is(&NOT_FOUND) {
            true => UNKNOWN_REFERENCE.at(SEGMENT),
            false => problem,
        })?;
        let population = segment.input.population;
        store::is_member(tx, &members, population, self.input.party_id).await
    }

    /// Refuses one more than the quota of its segment.
    async fn find_place(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let study = self.study(tx, ctx).await?;
        let Some(limit) = study.input.quota(self.input.segment_id) else { return Ok(()) };
        let taken = store::taken(tx, study.meta.id, self.input.segment_id, self.meta.id).await?;
        if taken < limit { Ok(()) } else { Err(RESEARCH_QUOTA_FULL.with("limit", limit)) }
    }
}
