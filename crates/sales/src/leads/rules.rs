//! What a lead must be by itself, and what is worked out from itself.

use super::{
    life::{LeadMove, LeadStatus, Place},
    model::{LEAD, Lead, LeadInput},
    parts::{LeadAssignmentKind, LeadSource},
};
use crate::{
    lead_pools::LeadPoolId,
    opportunities::NO_DAY,
    problems::{LEAD_CONVERTED, LEAD_IN_POOL, ONLY_OF_PERSONS},
};
use guanxi_customers::{
    contact_points::{settle_addresses, settle_emails, settle_phones},
    parties::PartyKind,
    rules::repeated,
};
use guanxi_kernel::{
    Action, Ctx, Problem, Result, Text, UserId, problem::REQUIRED, text::sort_key,
};

impl LeadInput {
    /// Brings what was written into the one form that is kept, for a tenant of `country`.
    ///
    /// # Errors
    /// Names each phone number that is none, each entry of a list that is there twice, what only a
    /// person has, and a missing campaign.
    pub(super) fn settle(&mut self, country: &str) -> Result<()> {
        let mut findings = repeated(&self.product_ids, "/product_ids", |id| *id);
        settle_addresses(&mut self.addresses, country);
        settle_phones(&mut self.phones, country, &mut findings);
        settle_emails(&self.emails, &mut findings);
        if self.kind == PartyKind::Organisation {
            let of_persons = [
                ("/company_name", self.company_name.is_some()),
                ("/job_title", self.job_title.is_some()),
            ];
            let there = of_persons.into_iter().filter(|(_, there)| *there);
            findings.extend(there.map(|(at, _)| ONLY_OF_PERSONS.field(at)));
        }
        if self.source == LeadSource::Campaign && self.campaign_id.is_none() {
            findings.push(REQUIRED.field("/campaign_id"));
        }
        Problem::collect(findings)
    }
}

impl Lead {
    /// Where it stands.
    pub(super) fn place(&self) -> Place {
        Place { status: self.status, owned: self.input.owner_id.is_some() }
    }

    /// Moves it on.
    ///
    /// # Errors
    /// `lead_converted`, `move_not_allowed`.
    pub(super) fn go(&mut self, wanted: LeadMove) -> Result<()> {
        self.status = self.place().after(wanted)?;
        Ok(())
    }

    /// Gives it to somebody, or to nobody.
    pub(super) fn assign(
        &mut self,
        ctx: &Ctx,
        to: Option<UserId>,
        how: LeadAssignmentKind,
        reason: Option<Text<1000>>,
    ) {
        self.input.owner_id = to;
        self.assigned_at = to.map(|_| ctx.now);
        self.assignments += 1;
        (self.assignment, self.assignment_reason) = (how, reason);
    }

    /// The pool and the person who holds it of that pool, as long as it is open.
    pub(super) fn held(&self) -> Option<(LeadPoolId, UserId)> {
        let open = self.status.is_open() && self.meta.deleted_at.is_none();
        self.input.pool_id.zip(self.input.owner_id).filter(|_| open)
    }

    /// Refuses to write what has ended as a party, and to change what lies in a pool without taking
    /// it; only a right to all leads reaches into pools.
    ///
    /// # Errors
    /// `lead_converted`, `lead_in_pool`.
    pub(super) fn require_writable(&self, after: &Self, ctx: &Ctx) -> Result<()> {
        let written = |one: &Self| (one.input.clone(), one.meta.extra.clone(), one.meta.deleted_at);
        if written(self) == written(after) {
            return Ok(());
        }
        if self.status == LeadStatus::Converted {
            return Err(self.is_converted());
        }
        if self.assignments == after.assignments { self.require_taken(ctx) } else { Ok(()) }
    }

    /// The refusal of what has become a party.
    pub(super) fn is_converted(&self) -> Problem {
        let none: [&str; 0] = [];
        LEAD_CONVERTED.with("status", "converted").with("allowed", none.as_slice())
    }

    /// Refuses to touch what lies in a pool.
    ///
    /// # Errors
    /// `lead_in_pool`.
    pub(super) fn require_taken(&self, ctx: &Ctx) -> Result<()> {
        let pooled = self.input.owner_id.is_none() && !reaches_pools(ctx);
        if pooled { Err(LEAD_IN_POOL.problem()) } else { Ok(()) }
    }

    /// What lists are ordered by.
    pub(super) fn order(&mut self) {
        self.name_folded = sort_key(&self.input.name);
        self.visit_key = self.input.next_visit_on.unwrap_or(NO_DAY);
    }
}

/// Whether the caller may change what lies in pools without taking it.
pub(super) fn reaches_pools(ctx: &Ctx) -> bool {
    ctx.reach(LEAD.plural, Action::Update).all
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::{input, problem::Place};
    use serde_json::{Value as Json, json};

    fn findings(more: Json) -> Vec<(String, &'static str)> {
        let mut body = json!({ "kind": "organisation", "name": "宏图" });
        input::merge(&mut body, more);
        let mut read: LeadInput = input::read(body).unwrap();
        let Err(problem) = read.settle("CN") else { return Vec::new() };
        let place = |place: &Place| match place {
            Place::Pointer(at) | Place::Parameter(at) => at.clone(),
        };
        problem.errors().iter().map(|one| (place(&one.place), one.code.code)).collect()
    }

    #[test]
    fn only_a_person_works_somewhere() {
        let there = json!({ "company_name": "宏图", "job_title": "CTO" });
        let at = |place: &str| (place.to_owned(), "only_of_persons");
        assert_eq!(findings(there.clone()), [at("/company_name"), at("/job_title")]);
        let mut person = there;
        person["kind"] = json!("person");
        assert_eq!(findings(person), []);
    }

    #[test]
    fn a_campaign_is_named_and_a_product_once() {
        let campaign = ("/campaign_id".to_owned(), "required");
        assert_eq!(findings(json!({ "source": "campaign" })), [campaign]);
        let id = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
        let twice = json!({ "product_ids": [id, id], "source": "campaign", "campaign_id": id });
        assert_eq!(findings(twice), [("/product_ids/1".to_owned(), "repeated")]);
    }
}
