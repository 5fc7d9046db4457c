//! The rules of a save.

use super::{RESEARCH_ANSWER, ResearchAnswer, ResearchAnswerInput, store, wishes};
use crate::{
    problems::{CONTACT_OF_OTHER_PARTY, RESEARCH_INTERVIEW_FULL, RESEARCH_NOT_AGREED},
    research_codes::{ResearchCode, ResearchCodeId, ResearchTopic},
    research_interviews::ResearchInterview,
};
use guanxi_customers::{
    contacts::Contact,
    engine::{refer, standing},
    problems::IMMUTABLE,
};
use guanxi_kernel::{
    Ctx, Id, Problem, Result, Word as _,
    problem::{INVALID, REQUIRED, UNKNOWN_VALUE},
};
use guanxi_storage::{Kind, Resource, Tx};
use guanxi_workflow::playbooks;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Answers of one interview.
const MOST: i64 = 300;

const INTERVIEW: &str = "/research_interview_id";
const CODE: &str = "/research_code_id";

impl Resource for ResearchAnswer {
    fn kind() -> &'static Kind {
        &RESEARCH_ANSWER
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let interview = self.interview(tx, ctx, before).await?;
        self.check_words(tx, &interview, before).await?;
        let topic = self.topic(tx, &interview).await?;
        self.input.topic = Some(topic);
        Problem::collect(self.input.findings(topic))?;
        let had = standing(before).map(|before| &before.input);
        self.check_code(tx, ctx, topic, had.map(|had| (had.topic, had.research_code_id))).await?;
        let about = had.and_then(|had| had.contact_id);
        if let Some(contact) = self.input.contact_id.filter(|contact| about != Some(*contact)) {
            let contact: Contact = refer(tx, ctx, contact.uuid(), "/contact_id").await?;
            if contact.input.party_id != interview.input.party_id {
                return Err(CONTACT_OF_OTHER_PARTY.at("/contact_id"));
            }
        }
        let known = self.input.contact_id.or(interview.input.contact_id);
        if self.input.decision_role.is_some() && known.is_none() {
            return Err(REQUIRED.at("/contact_id"));
        }
        let recoded = before.is_none_or(|before| !before.input.is_coded_as(&self.input));
        if recoded {
            let coded = self.input.is_coded().then_some((ctx.actor.user, ctx.now));
            (self.coded_by, self.coded_at) = coded.unzip();
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        wishes::follow(self, tx, ctx, before).await
    }

    fn concerns(&self) -> Vec<Uuid> {
        let interview = self.input.research_interview_id.map(Id::uuid);
        let contact = self.input.contact_id.map(Id::uuid);
        let code = self.input.research_code_id.map(Id::uuid);
        interview.into_iter().chain(contact).chain(code).collect()
    }

    fn example() -> Json {
        json!({
            "research_interview_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "question_code": "obstacles",
            "text": "与现有供应商的合同明年六月才到期。",
            "topic": "obstacles",
            "research_code_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78"
        })
    }
}

impl ResearchAnswer {
    /// The interview in which it was said. Whoever sees an answer codes it; for a new one they see the interview.
    async fn interview(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        before: Option<&Self>,
    ) -> Result<ResearchInterview> {
        let id = self.input.research_interview_id.ok_or_else(|| REQUIRED.at(INTERVIEW))?;
        let Some(before) = before else {
            return refer(tx, ctx, id.uuid(), INTERVIEW).await;
        };
        if before.input.research_interview_id != Some(id) {
            return Err(IMMUTABLE.at(INTERVIEW));
        }
        refer(tx, &ctx.on_behalf(), id.uuid(), INTERVIEW).await
    }

    /// What was said is written down while the interview is open, with whoever agrees to that.
    async fn check_words(
        &self,
        tx: &mut Tx,
        interview: &ResearchInterview,
        before: Option<&Self>,
    ) -> Result<()> {
        let (now, had) = (&self.input, standing(before).map(|before| &before.input));
        let same = |had: &ResearchAnswerInput| {
            had.text == now.text && had.question_code == now.question_code
        };
        if had.is_some_and(same) {
            return Ok(());
        }
        interview.state.require_planned()?;
        if interview.input.agreed_on.is_none() {
            return Err(RESEARCH_NOT_AGREED.problem());
        }
        if had.is_none() && store::count(tx, interview.meta.id).await? >= MOST {
            return Err(RESEARCH_INTERVIEW_FULL.with("limit", MOST));
        }
        Ok(())
    }

    /// What it is about. The question, if there is one, is in the guide.
    async fn topic(&self, tx: &mut Tx, interview: &ResearchInterview) -> Result<ResearchTopic> {
        let mut of_section = None;
        if let (Some(code), Some(guide)) = (&self.input.question_code, interview.playbook_id) {
            let edition = (guide, interview.guide_edition);
            let steps = playbooks::steps(tx, [edition]).await?.remove(&edition).unwrap_or_default();
            let section =
                steps.iter().find(|step| step.items.iter().any(|item| item.code == *code));
            let expected = "the code of a question of the guide";
            let finding = UNKNOWN_VALUE.field("/question_code").with("expected", expected);
            Problem::collect(section.is_none().then_some(finding).into_iter().collect())?;
            of_section = section.and_then(|step| ResearchTopic::from_word(&step.code));
        }
        self.input.topic.or(of_section).ok_or_else(|| REQUIRED.at("/topic"))
    }

    /// A code that a save brings in is of the topic, and in use.
    async fn check_code(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        topic: ResearchTopic,
        had: Option<(Option<ResearchTopic>, Option<ResearchCodeId>)>,
    ) -> Result<()> {
        let Some(id) = self.input.research_code_id else { return Ok(()) };
        if had == Some((Some(topic), Some(id))) {
            return Ok(());
        }
        let code: ResearchCode = refer(tx, &ctx.on_behalf(), id.uuid(), CODE).await?;
        let expected = if code.input.topic != topic {
            "a code of the topic"
        } else if code.input.active {
            return Ok(());
        } else {
            "a code that is in use"
        };
        Problem::collect(vec![INVALID.field(CODE).with("expected", expected)])
    }
}
