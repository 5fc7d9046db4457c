//! The rules of a save that need the store.

use super::{
    card, duplicates, field,
    life::{LeadMove, LeadStatus},
    loss,
    model::{LEAD, Lead},
    parts::LeadAssignmentKind,
    recycle, rules, spans, store, visits,
};
use crate::{
    lead_levels,
    problems::{
        LEAD_IN_POOL, LEAD_LEVEL_INACTIVE, NOT_A_COMPETITOR, POOL_CAPACITY_REACHED,
        USE_CHANGE_LEVEL, USE_TRANSFER,
    },
};
use guanxi_customers::{
    activities::{Activity, last_done},
    engine::{check_new_owner, refer},
    parties::{Party, PartyRole},
};
use guanxi_kernel::{Action, Ctx, Id, Result, Text, Word as _, problem::UNKNOWN_REFERENCE};
use guanxi_marketing::source_codes;
use guanxi_storage::{Kind, Resource, Tx, resource::Verb};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// So many levels further a change is a jump.
const JUMP: usize = 2;

impl Resource for Lead {
    fn kind() -> &'static Kind {
        &LEAD
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if let Some(before) = before {
            before.require_writable(self, ctx)?;
        }
        self.match_code(tx, before).await?;
        self.input.settle(&ctx.settings.country)?;
        match before {
            None => self.begin(ctx),
            Some(before) => self.go_on(tx, ctx, before).await?,
        }
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        self.check_level(tx, ctx, before).await?;
        self.check_capacity(tx, before).await?;
        self.settle_loss();
        self.settle_field()?;
        self.check_competitor(tx, ctx, before).await?;
        self.order();
        match before {
            None => duplicates::refuse(tx, ctx, self).await,
            Some(_) => Ok(()),
        }
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.map_or(0, |before| before.assignments) < self.assignments {
            store::add_assignment(tx, ctx, self, before).await?;
        }
        if before.map_or(0, |before| before.level_changes) < self.level_changes {
            store::add_level_change(tx, ctx, self, before).await?;
        }
        spans::follow(tx, ctx, self, before).await?;
        loss::follow(tx, ctx, self, before).await?;
        field::follow(tx, ctx, self, before).await?;
        recycle::follow(tx, ctx, self, before).await
    }

    fn change_hands(&mut self, ctx: &Ctx, why: &str) -> &'static str {
        let kind = LeadAssignmentKind::Transferred;
        self.assign(ctx, self.input.owner_id, kind, Text::new(why).ok());
        "transferred"
    }

    async fn deletable(&self, _: &mut Tx, ctx: &Ctx) -> Result<()> {
        if self.status == LeadStatus::Converted {
            return Err(self.is_converted());
        }
        self.require_taken(ctx)?;
        match self.kept() {
            Some(why) => Err(why.problem()),
            None => Ok(()),
        }
    }

    fn derive_keys(&mut self) {
        self.order();
    }

    async fn present(records: &mut [Self], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        visits::present(records, tx, ctx).await
    }

    fn searchable(&self) -> Vec<&str> {
        [&*self.input.name].into_iter().chain(self.input.company_name.as_deref()).collect()
    }

    fn concerns(&self) -> Vec<Uuid> {
        let party = self.input.party_id.map(Id::uuid);
        let contact = self.contact_id.map(Id::uuid);
        let campaign = self.input.campaign_id.map(Id::uuid);
        let opportunity = self.opportunity_id.map(Id::uuid);
        party.into_iter().chain(contact).chain(opportunity).chain(campaign).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let place = self.place();
        let why = self.status.refuses();
        let verb = |name, needs, open: bool| Verb { name, needs, closed: (!open).then_some(why) };
        let alive = self.status != LeadStatus::Converted;
        let moves = LeadMove::ALL.iter().map(|one| {
            let mut verb = verb(one.word(), Action::Update, place.moves().any(|open| open == *one));
            verb.closed = verb.closed.or(self.barred(*one));
            verb
        });
        let update = verb("update", Action::Update, alive);
        let mut delete = verb("delete", Action::Delete, alive);
        delete.closed = delete.closed.or(self.kept());
        [update].into_iter().chain(moves).chain([delete]).collect()
    }

    fn verbs_for(&self, ctx: &Ctx) -> Vec<Verb> {
        let pooled = self.input.owner_id.is_none() && !rules::reaches_pools(ctx);
        let mut verbs = self.verbs();
        for verb in verbs.iter_mut().filter(|verb| pooled && verb.name != "claim") {
            verb.closed = verb.closed.or(Some(&LEAD_IN_POOL));
        }
        verbs
    }

    fn example() -> Json {
        json!({
            "kind": "person",
            "name": "陈静",
            "company_name": "杭州云帆科技有限公司",
            "job_title": "采购经理",
            "phones": [{ "kind": "mobile", "number": "+8613900139000" }],
            "emails": [{ "kind": "work", "address": "chen.jing@yunfan.example.com" }],
            "addresses": [{ "kind": "office", "country": "CN", "region": "浙江省", "city": "杭州市",
                "district": "西湖区", "street": "文三路 90 号", "postal_code": "310012" }],
            "source": "exhibition",
            "source_code": "CeBIT-2026-A3",
            "grade": "good",
            "product_ids": [],
            "budget": { "amount": "120000.00", "currency": "CNY" },
            "expected_purchase_on": "2026-06-30",
            "next_visit_on": "2026-03-12",
            "note": "对 GTX 工作站感兴趣,等预算批复。"
        })
    }
}

impl Lead {
    /// Which source code its code is, if it is one that is in use; that says of which campaign it is.
    async fn match_code(&mut self, tx: &mut Tx, before: Option<&Self>) -> Result<()> {
        if before.is_some_and(|before| before.input.source_code == self.input.source_code) {
            return Ok(());
        }
        let found = match &self.input.source_code {
            Some(code) => source_codes::matched(tx, code).await?,
            None => None,
        };
        self.source_code_id = found.map(|found| found.id);
        self.input.campaign_id =
            self.input.campaign_id.or_else(|| found.and_then(|found| found.campaign));
        Ok(())
    }

    /// A new one: whose it is, and its first level.
    fn begin(&mut self, ctx: &Ctx) {
        if self.input.pool_id.is_none() {
            self.input.owner_id.get_or_insert(ctx.actor.user);
        }
        if let Some(owner) = self.input.owner_id {
            self.assign(ctx, Some(owner), super::LeadAssignmentKind::Created, None);
        }
        if self.input.level_id.is_some() {
            (self.level_changed_at, self.level_changes) = (Some(ctx.now), 1);
        }
    }

    /// One that was there: what only verbs change, and what a change of the level says of itself.
    async fn go_on(&mut self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        let (own, had) = (self.input.owner_id, before.input.owner_id);
        if own != had && self.assignments == before.assignments {
            return Err(USE_TRANSFER.at("/owner_id"));
        }
        if self.level_changes > before.level_changes {
            return self.judge_level(tx, ctx, before).await;
        }
        if self.input.level_id != before.input.level_id {
            return Err(USE_CHANGE_LEVEL.at("/level_id"));
        }
        Ok(())
    }

    /// Whether the change of the level is a reasonable one.
    async fn judge_level(&mut self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        let id = self.meta.id.uuid();
        if let Some(activity) = self.level_activity_id {
            let evidence: Activity = refer(tx, ctx, activity, "/activity_id").await?;
            if evidence.input.about_id != Some(id) {
                return Err(UNKNOWN_REFERENCE.at("/activity_id"));
            }
        }
        let (Some(from), Some(to)) = (before.input.level_id, self.input.level_id) else {
            self.questionable = false;
            return Ok(());
        };
        let order = lead_levels::order(tx).await?;
        let rank = |level| order.iter().position(|one| *one == level);
        let jumps = rank(from).zip(rank(to)).is_some_and(|(from, to)| from.abs_diff(to) >= JUMP);
        let since = before.level_changed_at.unwrap_or(before.meta.created_at);
        let last = last_done(tx, &[id]).await?;
        let met = last.get(&id).is_some_and(|(at, _)| *at >= since);
        self.questionable = jumps || !met;
        Ok(())
    }

    /// A level that is newly given is in use, and a lead rises to some only with its card.
    async fn check_level(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(level) = self.input.level_id else { return Ok(()) };
        let had = before.and_then(|before| before.input.level_id);
        if had == Some(level) {
            return Ok(());
        }
        let given = lead_levels::given(tx, level).await?;
        let given = given.ok_or_else(|| UNKNOWN_REFERENCE.at("/level_id"))?;
        if !given.active {
            return Err(LEAD_LEVEL_INACTIVE.at("/level_id"));
        }
        if !given.card_required {
            return Ok(());
        }
        let had = match had {
            Some(had) => lead_levels::given(tx, had).await?.and_then(|had| had.position),
            None => None,
        };
        // The most hopeful level has the first place.
        if had.is_some_and(|had| given.position.is_some_and(|now| now >= had)) {
            return Ok(());
        }
        card::require(tx, ctx, self).await
    }

    /// Nobody holds more leads of a pool than it allows, however they come to them.
    async fn check_capacity(&self, tx: &mut Tx, before: Option<&Self>) -> Result<()> {
        let Some((pool, owner)) = self.held() else { return Ok(()) };
        if before.and_then(Self::held) == Some((pool, owner)) {
            return Ok(());
        }
        let limits = store::limits(tx, pool).await?;
        let limits = limits.ok_or_else(|| UNKNOWN_REFERENCE.at("/pool_id"))?;
        let Some(capacity) = limits.capacity else { return Ok(()) };
        let held = store::held(tx, pool, owner, self.meta.id).await?;
        if held >= capacity {
            return Err(POOL_CAPACITY_REACHED.with("capacity", capacity).with("held", held));
        }
        Ok(())
    }

    /// Who won instead is a competitor.
    async fn check_competitor(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let named = |one: &Self| {
            let waits = one.pending_loss.as_ref().and_then(|loss| loss.competitor_id);
            one.competitor_id.or(waits)
        };
        let Some(id) = named(self) else { return Ok(()) };
        if before.and_then(named) == Some(id) {
            return Ok(());
        }
        let party: Party = refer(tx, ctx, id.uuid(), "/competitor_id").await?;
        let fits = party.require_role(PartyRole::Competitor);
        fits.map_err(|_| NOT_A_COMPETITOR.at("/competitor_id"))
    }
}
