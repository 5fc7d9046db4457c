//! The steps of a campaign: those that its template had when it was made, and when it came into each. Nothing here
//! needs a store.
//!
//! A campaign carries the steps and the indicators of its template as they were when it was made, with the
//! version of the template, so what it goes through and is judged by does not change under it. Steps lead
//! forward only, and one wants what those before it want, so nothing is left out by skipping. What must be
//! said before a campaign is handed in is still what the template says then. Price: a better template does
//! not reach campaigns that are under way.

use super::{life::CampaignState, model::Campaign};
use crate::{
    campaign_templates::{CampaignField, CampaignTemplateStep},
    problems::STEP_NOT_AHEAD,
};
use chrono::{DateTime, Utc};
use guanxi_customers::rules::refuse;
use guanxi_kernel::{
    Line, Problem, Result, UserId,
    problem::{REQUIRED, UNKNOWN_VALUE},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

guanxi_kernel::words! {
    /// What has become of a step.
    #[derive(Default)]
    pub enum CampaignStepState {
        /// Not entered yet.
        #[default]
        Waiting = "waiting" ("Waiting", "未开始"),
        /// Worked on.
        Current = "current" ("Current", "进行中"),
        /// Left for a later one, or by the end of the campaign.
        Done = "done" ("Done", "已完成"),
        /// A later one was entered instead, or the campaign has ended.
        Skipped = "skipped" ("Skipped", "已跳过"),
    }
}

/// A step of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignStep {
    /// What it is called.
    pub name: Line<60>,
    /// What the campaign must say before it enters it.
    pub required: Vec<CampaignField>,
    /// What has become of it.
    pub state: CampaignStepState,
    /// When it was entered.
    #[schema(required)]
    pub entered_at: Option<DateTime<Utc>>,
    /// By whom.
    #[schema(required)]
    pub entered_by: Option<UserId>,
    /// When it was left.
    #[schema(required)]
    pub left_at: Option<DateTime<Utc>>,
}

impl CampaignStep {
    /// A step of a template, not entered yet.
    pub(crate) fn of(step: &CampaignTemplateStep) -> Self {
        Self {
            name: step.name.clone(),
            required: step.required.clone(),
            state: CampaignStepState::Waiting,
            entered_at: None,
            entered_by: None,
            left_at: None,
        }
    }

    /// It is left for another one.
    fn pass(&mut self, at: DateTime<Utc>) {
        match self.state {
            CampaignStepState::Waiting => self.state = CampaignStepState::Skipped,
            CampaignStepState::Current => {
                (self.state, self.left_at) = (CampaignStepState::Done, Some(at));
            }
            CampaignStepState::Done | CampaignStepState::Skipped => {}
        }
    }
}

impl Campaign {
    /// Where the steps begin that can be entered; behind the last where there are none.
    fn first_ahead(&self) -> usize {
        let ended = matches!(self.state, CampaignState::Finished | CampaignState::Cancelled);
        let entered = |step: &CampaignStep| step.state == CampaignStepState::Current;
        match self.steps.iter().position(entered) {
            _ if ended => self.steps.len(),
            Some(current) => current + 1,
            None => 0,
        }
    }

    /// The names of the steps that can be entered now.
    pub(super) fn steps_ahead(&self) -> Vec<&str> {
        self.steps.iter().skip(self.first_ahead()).map(|step| &*step.name).collect()
    }

    /// Enters the next step, or a later one by its name; those between are skipped.
    ///
    /// # Errors
    /// `step_not_ahead` with the steps that can be entered; `unknown_value` at `/step`; `validation_failed` with
    /// `required` at each member that the step, or one before it, wants and the campaign does not say.
    pub(super) fn advance(
        &mut self,
        wanted: Option<&Line<60>>,
        (at, by): (DateTime<Utc>, UserId),
    ) -> Result<()> {
        let next = self.first_ahead();
        let to = match wanted {
            Some(name) if !self.steps.is_empty() => {
                let found = self.steps.iter().position(|step| step.name == *name);
                found.ok_or_else(|| {
                    let names: Vec<&str> = self.steps.iter().map(|step| &*step.name).collect();
                    refuse(&UNKNOWN_VALUE, "/step", ("expected", &names.join(", ")))
                })?
            }
            _ => next,
        };
        if to < next || to >= self.steps.len() {
            return Err(STEP_NOT_AHEAD.with("allowed", self.steps_ahead()));
        }
        self.check_filled(to)?;
        for step in self.steps.iter_mut().take(to) {
            step.pass(at);
        }
        let entered = &mut self.steps[to];
        entered.state = CampaignStepState::Current;
        (entered.entered_at, entered.entered_by) = (Some(at), Some(by));
        self.step = Some(entered.name.clone());
        Ok(())
    }

    /// Whatever the steps until this one want, each member once.
    fn check_filled(&self, to: usize) -> Result<()> {
        let mut told = BTreeSet::new();
        let mut missing = Vec::new();
        for step in self.steps.iter().take(to + 1) {
            for field in &step.required {
                if !field.is_filled(self) && told.insert(*field) {
                    let finding = REQUIRED.field(format!("/{field}"));
                    missing.push(finding.with("step", step.name.to_string()));
                }
            }
        }
        Problem::collect(missing)
    }

    /// The campaign has ended: the current step is done, and none is entered any more.
    pub(super) fn leave_steps(&mut self, at: DateTime<Utc>) {
        for step in &mut self.steps {
            step.pass(at);
        }
        self.step = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaigns::CampaignInput;
    use guanxi_kernel::problem::Place;
    use guanxi_storage::{Meta, kind::Parts as _};
    use serde_json::json;
    use uuid::Uuid;

    fn name(text: &str) -> Line<60> {
        Line::new(text).unwrap()
    }

    /// A campaign with the steps 策划 (wants the kind), 筹备 (the kind and a note) and 执行 (places).
    fn campaign() -> Campaign {
        let input = json!({ "name": "展会", "starts_on": "2026-01-01", "ends_on": "2026-01-05" });
        let input: CampaignInput = serde_json::from_value(input).unwrap();
        let mut one = Campaign::assemble(Meta::blank(), input);
        let step = |(text, required): (&str, &[CampaignField])| {
            let required = required.to_vec();
            CampaignStep::of(&CampaignTemplateStep { name: name(text), required })
        };
        let steps: [(&str, &[CampaignField]); 3] = [
            ("策划", &[CampaignField::Kind]),
            ("筹备", &[CampaignField::Kind, CampaignField::Note]),
            ("执行", &[CampaignField::MaxInvitees]),
        ];
        one.steps = steps.into_iter().map(step).collect();
        one
    }

    fn at(hour: i64) -> (DateTime<Utc>, UserId) {
        (DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(hour), Uuid::nil().into())
    }

    fn missing(refused: &Problem) -> Vec<String> {
        let place = |one: &guanxi_kernel::problem::FieldError| match &one.place {
            Place::Pointer(place) | Place::Parameter(place) => place.clone(),
        };
        refused.errors().iter().map(place).collect()
    }

    fn states(of: &Campaign) -> Vec<CampaignStepState> {
        of.steps.iter().map(|step| step.state).collect()
    }

    #[test]
    fn m_42_a_step_wants_what_it_and_those_before_it_want() {
        use CampaignStepState::{Current, Done, Skipped, Waiting};
        let mut one = campaign();
        assert_eq!(missing(&one.advance(None, at(1)).unwrap_err()), ["/kind"]);
        let last = name("执行");
        let refused = one.advance(Some(&last), at(1)).unwrap_err();
        assert_eq!(missing(&refused), ["/kind", "/note", "/max_invitees"]);
        one.input.kind = Some(name("exhibition"));
        one.advance(None, at(1)).unwrap();
        assert_eq!(states(&one), [Current, Waiting, Waiting]);
        assert_eq!(one.steps_ahead(), ["筹备", "执行"]);
        (one.input.note, one.input.max_invitees) =
            (guanxi_kernel::Text::new("三号馆").ok(), Some(200));
        one.advance(Some(&last), at(3)).unwrap();
        assert_eq!(states(&one), [Done, Skipped, Current]);
        assert_eq!((one.steps[0].entered_at, one.steps[0].left_at), (Some(at(1).0), Some(at(3).0)));
        assert_eq!((one.steps[1].entered_at, one.step.clone()), (None, Some(last)));
    }

    #[test]
    fn m_42_steps_lead_forward_until_the_campaign_ends() {
        let mut one = campaign();
        one.steps.iter_mut().for_each(|step| step.required.clear());
        one.advance(Some(&name("筹备")), at(1)).unwrap();
        let back = one.advance(Some(&name("策划")), at(2)).unwrap_err();
        assert!(back.is(&STEP_NOT_AHEAD));
        assert_eq!(back.params()["allowed"], json!(["执行"]));
        assert!(one.advance(Some(&name("验收")), at(2)).unwrap_err().is(&UNKNOWN_VALUE));
        one.advance(None, at(2)).unwrap();
        assert!(one.advance(None, at(3)).unwrap_err().is(&STEP_NOT_AHEAD));
        one.leave_steps(at(4).0);
        let done = [CampaignStepState::Skipped, CampaignStepState::Done, CampaignStepState::Done];
        assert_eq!((states(&one), one.step), (done.to_vec(), None));
        assert_eq!(one.steps[2].left_at, Some(at(4).0));
        let mut given_up = campaign();
        given_up.state = CampaignState::Cancelled;
        assert!(given_up.advance(None, at(1)).unwrap_err().is(&STEP_NOT_AHEAD));
        let mut without = Campaign { steps: Vec::new(), ..campaign() };
        assert!(without.advance(Some(&name("策划")), at(1)).unwrap_err().is(&STEP_NOT_AHEAD));
    }
}
