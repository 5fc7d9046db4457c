//! What an opportunity must be by itself, and what is worked out from itself.

use super::{
    closing::CloseReason,
    life::OpportunityStatus,
    model::{Opportunity, OpportunityInput},
    parts::{DecisionRole, OpportunityOrigin, total},
};
use crate::{
    problems::{OPPORTUNITY_TERMINATED, SPLIT_NOT_WHOLE, SUMMARY_FINAL},
    rules::{refuse, today},
    stages::Step,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guanxi_customers::rules::repeated;
use guanxi_kernel::{
    Ctx, Currency, Money, Problem, Result, Share, UserId,
    period::start_of_day,
    problem::{OUT_OF_RANGE, REQUIRED},
    text::sort_key,
};
use guanxi_marketing::campaigns::{CampaignWeight, links::Linked};

/// Whole units that an amount must stay below, so that the sum over any number of opportunities that a
/// company can have is a number of 64 bits.
const TOO_MUCH: i64 = 1_000_000_000_000;

/// How long the summary of a closing can be changed.
const SUMMARY_HOURS: i64 = 24;

/// What the history of an opportunity keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tracked {
    place: Place,
    amount: Option<(i64, Currency)>,
    owner: Option<UserId>,
    expected: Option<NaiveDate>,
    probability: Share,
}

/// Where an opportunity stands.
type Place =
    (Option<crate::pipelines::PipelineId>, Option<crate::stages::StageId>, OpportunityStatus);

/// The finding that a day is out of its range.
pub(super) fn not_on(pointer: &str, expected: &str) -> Problem {
    refuse(&OUT_OF_RANGE, pointer, ("expected", expected))
}

/// When something happened of which only the day is known: now if that is today, else as the day
/// began, but behind `after`.
pub(super) fn moment(ctx: &Ctx, day: NaiveDate, after: Option<DateTime<Utc>>) -> DateTime<Utc> {
    if day >= today(ctx) {
        return ctx.now;
    }
    let begun = start_of_day(day, ctx.settings.time_zone);
    after.map_or(begun, |after| begun.max(after + TimeDelta::microseconds(1)))
}

impl OpportunityInput {
    /// Checks what was written and works out the amount, on a business day.
    ///
    /// # Errors
    /// Names what is there twice; `split_not_whole`, `required`, `out_of_range`,
    /// `currency_mismatch`.
    pub(super) fn check(&mut self, today: NaiveDate) -> Result<()> {
        let mut findings = repeated(&self.competitor_ids, "/competitor_ids", |id| *id);
        findings.extend(repeated(&self.contacts, "/contacts", |one| one.contact_id));
        findings.extend(repeated(&self.collaborators, "/collaborators", |one| one.user_id));
        if let Some(summary) = &self.closing_summary {
            let reasons = "/closing_summary/reasons";
            findings.extend(repeated(&summary.reasons, reasons, |reason| *reason));
        }
        Problem::collect(findings)?;
        let splits = self.collaborators.iter().map(|one| one.split);
        if !self.collaborators.is_empty() && !Share::make_one(splits) {
            return Err(SPLIT_NOT_WHOLE.at("/collaborators"));
        }
        CampaignWeight::check_all(&self.campaign_weights, "/campaign_weights")?;
        if self.origin == OpportunityOrigin::Campaign && self.campaign_id.is_none() {
            return Err(REQUIRED.at("/campaign_id"));
        }
        let engaged = *self.engaged_on.get_or_insert(self.closed_on.unwrap_or(today));
        if engaged > today {
            return Err(not_on("/engaged_on", "today or earlier"));
        }
        if self.closed_on.is_some_and(|closed| closed > today || closed < engaged) {
            return Err(not_on("/closed_on", "from engaged_on to today"));
        }
        if let Some(total) = total(&self.lines)? {
            self.amount = Some(total);
        }
        let much =
            |amount: Money| amount.minor() / 10_i64.pow(amount.currency().exponent()) >= TOO_MUCH;
        if self.amount.is_some_and(much) {
            return Err(not_on("/amount", "below 1 000 000 000 000"));
        }
        Ok(())
    }
}

impl Opportunity {
    /// What it says of the campaigns that it comes from.
    pub(super) fn linked(&self) -> Linked {
        let input = &self.input;
        let alive = self.meta.deleted_at.is_none();
        Linked::new(self.meta.id.uuid(), input.campaign_id, &input.campaign_weights, alive)
    }

    /// Refuses to write what is terminated.
    ///
    /// # Errors
    /// `opportunity_terminated`.
    pub(super) fn require_alive(&self, after: &Self) -> Result<()> {
        let written = |one: &Self| (one.input.clone(), one.meta.extra.clone(), one.meta.deleted_at);
        if self.status == OpportunityStatus::Terminated && written(self) != written(after) {
            return Err(OPPORTUNITY_TERMINATED.problem());
        }
        Ok(())
    }

    /// Refuses to change a summary that is final.
    ///
    /// # Errors
    /// `summary_final`.
    pub(super) fn require_summary_open(&self, after: &Self, now: DateTime<Utc>) -> Result<()> {
        let limit = TimeDelta::hours(SUMMARY_HOURS);
        let is_final = self.closed_at.is_some_and(|closed| now - closed >= limit);
        if is_final && self.input.closing_summary != after.input.closing_summary {
            return Err(SUMMARY_FINAL.with("hours", SUMMARY_HOURS));
        }
        Ok(())
    }

    /// Stands in that stage from `at` on, with what the stage says of it.
    pub(crate) fn enter(&mut self, step: &Step, at: DateTime<Utc>) {
        self.input.pipeline_id = Some(step.pipeline);
        self.input.stage_id = Some(step.stage);
        self.judge(step);
        (self.stage_entered_at, self.span_from) = (at, at);
    }

    /// Takes over what the stage says: how likely it is won, and the class of customers.
    pub(super) fn judge(&mut self, step: &Step) {
        let written = self.input.probability_override;
        (self.probability, self.tier) = match self.status {
            OpportunityStatus::Open | OpportunityStatus::Suspended => {
                (written.unwrap_or(step.probability), step.tier)
            }
            OpportunityStatus::Won => (Share::ONE, None),
            OpportunityStatus::Lost | OpportunityStatus::Terminated => (Share::ZERO, None),
        };
        let works = self.status == OpportunityStatus::Open;
        self.visits_per_week = if works { step.visits_per_week } else { 0 };
        let decides = |role| role == DecisionRole::DecisionMaker;
        let known = self.input.contacts.iter().any(|contact| decides(contact.role));
        self.lacks_decision_maker = step.needs_decision_maker && !known && !self.status.is_closed();
    }

    /// Whether anything that its stage judges by differs.
    pub(super) fn judged_alike(&self, before: &Self) -> bool {
        self.input.probability_override == before.input.probability_override
            && self.input.contacts == before.input.contacts
    }

    /// The pipeline, the stage and the state.
    pub(super) fn place(&self) -> Place {
        (self.input.pipeline_id, self.input.stage_id, self.status)
    }

    /// What its history keeps.
    pub(super) fn tracked(&self) -> Tracked {
        Tracked {
            place: self.place(),
            amount: self.input.amount.map(|amount| (amount.minor(), amount.currency())),
            owner: self.input.owner_id,
            expected: self.input.expected_close_on,
            probability: self.probability,
        }
    }

    /// The reasons of its end, once it has ended.
    pub(super) fn reasons(&self) -> Vec<CloseReason> {
        let summary = self.input.closing_summary.as_ref().filter(|_| self.status.is_closed());
        summary.map(|summary| summary.reasons.clone()).unwrap_or_default()
    }

    /// What lists are ordered by.
    pub(super) fn order(&mut self) {
        self.name_folded = sort_key(&self.input.name);
        self.close_key = self.input.expected_close_on.unwrap_or(NO_DAY);
        self.amount_key = self.input.amount.map_or(0, guanxi_kernel::Money::minor);
    }
}

/// Behind every day that people write: 9999-12-31.
pub(crate) const NO_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};
