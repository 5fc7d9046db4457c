//! The rules of a save that need the store.

use super::{
    life::{ProgrammeMove, ProgrammeState},
    model::{PROGRAMME, Programme, ProgrammeId, ProgrammeInput},
    parts::without_objective,
    readiness::open,
    store,
};
use crate::{
    campaigns::Campaign,
    problems::{
        CAMPAIGN_OF_OTHER_PROGRAMME, NO_FIELD_SALES, PROGRAMME_NOT_READY, PROGRAMME_STATE,
        UNBALANCED_OBJECTIVES,
    },
    segments,
};
use guanxi_customers::engine::{check_new_owner, standing, visible};
use guanxi_identity::users::check_owner;
use guanxi_kernel::{
    Action, Ctx, Id, Result, Word,
    preferences::ProgrammeRules,
    problem::{CYCLE, REQUIRED, UNKNOWN_REFERENCE},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    filter::condition::Ids,
    resource::{self, Verb},
};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Resource for Programme {
    fn kind() -> &'static Kind {
        &PROGRAMME
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let had = before.map(|before| &before.input);
        self.input.currency = self.input.currency.or(had.and_then(|had| had.currency));
        self.input.currency.get_or_insert(ctx.settings.currency);
        let owner = had.and_then(|had| had.owner_id);
        self.input.owner_id = self.input.owner_id.or(owner).or(Some(ctx.actor.user));
        check_new_owner(tx, ctx, self.input.owner_id, owner).await?;
        self.input.check()?;
        if self.input.previous_id == Some(self.meta.id) {
            return Err(CYCLE.at("/previous_id"));
        }
        self.check_team(tx, ctx, before).await?;
        self.check_campaigns(tx, ctx, before).await?;
        match before {
            Some(before) if before.state != self.state => {
                self.enter(ctx)?;
                self.state_entered_at = ctx.now;
            }
            Some(before) => {
                let owner_id = self.input.owner_id;
                let same = ProgrammeInput { owner_id, ..before.input.clone() } == self.input;
                if !same && !before.state.is_open() {
                    return Err(before.state.refusal());
                }
            }
            None => self.state_entered_at = ctx.now,
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let live = |one: &Self| match one.meta.deleted_at {
            None => one.input.campaigns.clone(),
            Some(_) => Vec::new(),
        };
        let (now, had) = (live(self), before.map(live).unwrap_or_default());
        if now == had {
            return Ok(());
        }
        if !had.is_empty() {
            store::unlink(tx, self.meta.id).await?;
        }
        store::link(tx, self.meta.id, &now).await
    }

    async fn deletable(&self, _: &mut Tx, _: &Ctx) -> Result<()> {
        match self.state {
            ProgrammeState::Draft => Ok(()),
            other => Err(other.refusal()),
        }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        let campaigns = self.input.campaign_ids().map(Id::uuid);
        campaigns.chain(self.input.previous_id.map(Id::uuid)).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name, needs, open: bool| Verb {
            name,
            needs,
            closed: (!open).then_some(&PROGRAMME_STATE),
        };
        let possible = |one: ProgrammeMove| self.state.moves().any(|possible| possible == one);
        let moves = ProgrammeMove::ALL;
        let moves = moves.iter().map(|one| verb(one.word(), Action::Update, possible(*one)));
        let open = self.state.is_open();
        let others = [
            verb("address", Action::Update, open),
            verb("delete", Action::Delete, self.state == ProgrammeState::Draft),
        ];
        [verb("update", Action::Update, open)].into_iter().chain(moves).chain(others).collect()
    }

    fn example() -> Json {
        json!({
            "name": "2026 年工作站立体营销",
            "segment_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "starts_on": "2026-04-01",
            "ends_on": "2026-09-30",
            "currency": "CNY",
            "campaigns": [
                { "campaign_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78", "stage": "prospect" }
            ],
            "team": [
                { "user_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c79", "role": "field_sales" }
            ],
            "objectives": [
                { "metric": "revenue", "target": "2000000" },
                { "metric": "retention", "target": "0.8" }
            ],
            "readiness": [
                { "cause": "no_research", "state": "ready", "note": "三月已访谈二十家客户。" }
            ],
            "note": "市场、呼叫中心与现场销售共同执行。"
        })
    }
}

/// What the company wants of programmes.
pub(super) fn rules(ctx: &Ctx) -> ProgrammeRules {
    ctx.settings.preferences.programmes.unwrap_or_default()
}

impl Programme {
    /// What another state wants.
    fn enter(&self, ctx: &Ctx) -> Result<()> {
        let rules = rules(ctx);
        match self.state {
            ProgrammeState::Submitted => {
                if self.input.segment_id.is_none() {
                    return Err(REQUIRED.at("/segment_id"));
                }
                if self.input.campaigns.is_empty() {
                    return Err(REQUIRED.at("/campaigns"));
                }
                let without: Vec<&str> =
                    without_objective(&self.input.objectives).into_iter().map(Word::word).collect();
                if !without.is_empty() {
                    return Err(UNBALANCED_OBJECTIVES.at("/objectives").with("without", without));
                }
                if rules.field_sales_required && !self.input.has_field_sales() {
                    return Err(NO_FIELD_SALES.at("/team"));
                }
                Ok(())
            }
            ProgrammeState::Running if rules.readiness_required => {
                let causes: Vec<&str> =
                    open(&self.input.readiness).into_iter().map(Word::word).collect();
                match causes.is_empty() {
                    true => Ok(()),
                    false => Err(PROGRAMME_NOT_READY.with("causes", causes)),
                }
            }
            _ => Ok(()),
        }
    }

    /// Those whom a save brings in must be there and active.
    async fn check_team(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let known: BTreeSet<_> = before
            .into_iter()
            .flat_map(|before| before.input.team.iter().map(|one| one.user_id))
            .collect();
        for (at, one) in self.input.team.iter().enumerate() {
            if !known.contains(&one.user_id) {
                check_owner(tx, ctx, one.user_id, &format!("/team/{at}/user_id")).await?;
            }
        }
        Ok(())
    }

    /// Campaigns that a save brings in must be there, and of no other programme.
    async fn check_campaigns(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let known: BTreeSet<_> =
            standing(before).into_iter().flat_map(|before| before.input.campaign_ids()).collect();
        let new: Vec<_> = self.input.campaign_ids().filter(|id| !known.contains(id)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let seen = visible::<Campaign>(tx, ctx, new.iter().map(|id| id.uuid())).await?;
        let taken = store::of_others(tx, self.meta.id, &new).await?;
        for (at, id) in self.input.campaign_ids().enumerate() {
            let place = || format!("/campaigns/{at}/campaign_id");
            if new.contains(&id) && !seen.contains(&id.uuid()) {
                return Err(UNKNOWN_REFERENCE.at(place()));
            }
            if taken.contains(&id) {
                return Err(CAMPAIGN_OF_OTHER_PROGRAMME.at(place()));
            }
        }
        Ok(())
    }

    /// What selects the ids of those on its list: whoever may read the programme is told figures of them.
    ///
    /// # Errors
    /// `not_found` once the list is gone; `validation_failed` for a rule that names what is not there any more.
    pub(super) async fn contacts(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Option<Ids>> {
        let Some(segment) = self.input.segment_id else { return Ok(None) };
        let (ids, _) = segments::members(tx, &ctx.on_behalf(), segment).await?;
        Ok(Some(ids))
    }
}

/// What selects the ids of those on the list of a programme, for figures of them; none while it has no list.
///
/// # Errors
/// `not_found`, `forbidden`; those of the rule of the list.
pub async fn contacts_of(tx: &mut Tx, ctx: &Ctx, id: ProgrammeId) -> Result<Option<Ids>> {
    let programme: Programme = resource::load(tx, ctx, id.uuid()).await?;
    programme.contacts(tx, ctx).await
}
