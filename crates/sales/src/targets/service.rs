//! The rules of a save that need the store.

use super::{
    model::{TARGET, Target, TargetLevel, TargetMetric, TargetMove, TargetStatus},
    parts::TargetRound,
    store,
    table::Table,
    versions::{self, Told},
};
use crate::{
    problems::{
        CURRENCY_MISMATCH, NOT_A_DEALER, OTHER_LEVEL, OUTSIDE_PARENT, TARGET_MOVE_NOT_ALLOWED,
        UNDER_RISK_COVER, USE_ADJUST,
    },
    rules::{refuse, today},
};
use guanxi_customers::{
    engine::{check_new_owner, refer, standing},
    parties::{Party, PartyRole},
    problems::IMMUTABLE,
};
use guanxi_kernel::{
    Action, Ctx, Id, Money, Result, Word as _,
    allocation::cover,
    problem::{DUPLICATE, IN_USE, INVALID_FORMAT, OUT_OF_RANGE, REQUIRED},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Target {
    fn kind() -> &'static Kind {
        &TARGET
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            Some(before) => self.stays(before)?,
            None => self.begin(tx, ctx).await?,
        }
        self.answer_for(tx, ctx, before).await?;
        self.derive_keys();
        if standing(before).is_none()
            && store::is_there(tx, &self.subject_key, self.meta.id).await?
        {
            return Err(DUPLICATE.at("/period"));
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            Some(before) => self.keeps_cover(tx, ctx, before).await,
            None => Self::all_saved(std::slice::from_ref(self), tx, ctx).await,
        }
    }

    async fn all_saved(records: &[Self], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let first: Vec<_> =
            records.iter().map(|one| (one.meta.id, 1, Table::of(one.units))).collect();
        versions::append(tx, ctx, &Told::first(ctx), &first).await
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        match store::below(tx, self.meta.id).await?.is_empty() {
            true => Ok(()),
            false => Err(IN_USE.problem()),
        }
    }

    fn derive_keys(&mut self) {
        self.subject_key = self.key_in(self.input.period);
    }

    fn concerns(&self) -> Vec<Uuid> {
        let parent = self.input.parent_id.map(Id::uuid);
        parent.into_iter().chain(self.input.dealer_id.map(Id::uuid)).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |one: &TargetMove| {
            let talks = matches!(one, TargetMove::Counter | TargetMove::Agree | TargetMove::Impose);
            let closed = (talks && self.status.is_decided()).then_some(&TARGET_MOVE_NOT_ALLOWED);
            Verb { name: one.word(), needs: Action::Update, closed }
        };
        let update = Verb::open("update", Action::Update);
        let delete = Verb::open("delete", Action::Delete);
        [update].into_iter().chain(TargetMove::ALL.iter().map(verb)).chain([delete]).collect()
    }

    fn example() -> Json {
        json!({
            "metric": "amount",
            "level": "company",
            "period": "2026",
            "amount": { "amount": "12000000.00", "currency": "CNY" },
            "risk_coefficient": "1.1",
            "note": "年度销售指标。"
        })
    }
}

impl Target {
    /// What is written once stays as it was written; the figure only changes with a version.
    fn stays(&mut self, before: &Self) -> Result<()> {
        let (input, had) = (&mut self.input, &before.input);
        let same = [
            ("/metric", input.metric == had.metric),
            ("/level", input.level == had.level),
            ("/org_unit_id", input.org_unit_id == had.org_unit_id),
            ("/team_id", input.team_id == had.team_id),
            ("/rep_id", input.rep_id == had.rep_id),
            // A merge of parties writes past this.
            ("/dealer_id", input.dealer_id == had.dealer_id),
            ("/period", input.period == had.period),
            ("/product_id", input.product_id == had.product_id),
            ("/region_id", input.region_id == had.region_id),
            ("/parent_id", input.parent_id == had.parent_id),
        ];
        if let Some((place, _)) = same.iter().find(|(_, same)| !same) {
            return Err(IMMUTABLE.at(*place));
        }
        if self.revision == before.revision {
            for (place, same) in [
                ("/amount", input.amount == had.amount),
                ("/quantity", input.quantity == had.quantity),
            ] {
                if !same {
                    return Err(USE_ADJUST.at(place));
                }
            }
        }
        Ok(())
    }

    /// A new one.
    async fn begin(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let input = &self.input;
        let (wanted, other) = match input.metric {
            TargetMetric::Count => {
                (("/quantity", input.quantity), ("/amount", input.amount.is_some()))
            }
            _ => (
                ("/amount", input.amount.map(Money::minor)),
                ("/quantity", input.quantity.is_some()),
            ),
        };
        self.units = wanted.1.ok_or_else(|| REQUIRED.at(wanted.0))?;
        if other.1 {
            return Err(OTHER_LEVEL.at(other.0));
        }
        let subjects = [
            (TargetLevel::Unit, "/org_unit_id", input.org_unit_id.is_some()),
            (TargetLevel::Team, "/team_id", input.team_id.is_some()),
            (TargetLevel::Rep, "/rep_id", input.rep_id.is_some()),
            (TargetLevel::Channel, "/dealer_id", input.dealer_id.is_some()),
        ];
        for (level, place, there) in subjects {
            match (level == input.level, there) {
                (true, false) => return Err(REQUIRED.at(place)),
                (false, true) => return Err(OTHER_LEVEL.at(place)),
                _ => {}
            }
        }
        if input.period.unit().is_none() {
            let expected = "a whole period such as 2026-Q3";
            return Err(refuse(&INVALID_FORMAT, "/period", ("expected", expected)));
        }
        let days = input.period.range(ctx.settings.fiscal, today(ctx));
        self.starts_on = days.start;
        self.ends_on = days.end.pred_opt().unwrap_or(days.end);
        if let Some(dealer) = self.input.dealer_id {
            let party = refer::<Party>(tx, ctx, dealer.uuid(), "/dealer_id").await?;
            if !party.input.roles.contains(&PartyRole::Dealer) {
                return Err(NOT_A_DEALER.at("/dealer_id"));
            }
        }
        self.revision = self.revision.max(1);
        if self.rounds.is_empty() {
            self.rounds.push(TargetRound {
                figure: self.figure().into(),
                argument: None,
                author_id: ctx.actor.user,
                at: ctx.now,
            });
        }
        self.fit_parent(tx, ctx).await
    }

    /// It is a part of its parent.
    async fn fit_parent(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        const PLACE: &str = "/parent_id";
        let Some(id) = self.input.parent_id else { return Ok(()) };
        let parent: Self = refer(tx, ctx, id.uuid(), PLACE).await?;
        if parent.currency() != self.currency() {
            let expected = parent.currency().map_or("none", |currency| currency.code());
            return Err(refuse(&CURRENCY_MISMATCH, "/amount", ("expected", expected)));
        }
        let within = parent.starts_on <= self.starts_on && self.ends_on <= parent.ends_on;
        self.branch = self.branch_of(&parent);
        let fits = within && parent.input.metric == self.input.metric && self.branch.is_some();
        if fits { Ok(()) } else { Err(OUTSIDE_PARENT.at(PLACE)) }
    }

    /// Who answers for it.
    async fn answer_for(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let input = &self.input;
        let owner = match (input.level, input.rep_id, input.owner_id) {
            (TargetLevel::Rep, Some(rep), None) => rep,
            (TargetLevel::Rep, Some(rep), Some(owner)) if rep != owner => {
                return Err(OTHER_LEVEL.at("/owner_id"));
            }
            (_, _, Some(owner)) => owner,
            (TargetLevel::Unit, _, None) => match input.org_unit_id {
                Some(unit) => store::manager(tx, unit).await?.unwrap_or(ctx.actor.user),
                None => ctx.actor.user,
            },
            (TargetLevel::Channel, _, None) => match input.dealer_id {
                Some(dealer) => {
                    let party: Party = refer(tx, ctx, dealer.uuid(), "/dealer_id").await?;
                    party.input.owner_id.unwrap_or(ctx.actor.user)
                }
                None => ctx.actor.user,
            },
            _ => ctx.actor.user,
        };
        self.input.owner_id = Some(owner);
        check_new_owner(tx, ctx, Some(owner), before.and_then(|one| one.input.owner_id)).await
    }

    /// A figure that is lowered, or a target that goes, must leave its parent the cover that the risk
    /// of that asks for, if there was so much before.
    async fn keeps_cover(&self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        let live = |one: &Self| if one.meta.deleted_at.is_none() { one.units } else { 0 };
        let less = live(before).saturating_sub(live(self));
        let Some(id) = self.input.parent_id.filter(|_| less > 0) else { return Ok(()) };
        let parent: Self = match resource::load(tx, &ctx.on_behalf(), id.uuid()).await {
            Err(problem) if problem.is(&guanxi_kernel::problem::NOT_FOUND) => return Ok(()),
            found => found?,
        };
        let Some(coefficient) = parent.input.risk_coefficient else { return Ok(()) };
        let below = store::below(tx, id).await?;
        let held = below.iter().find(|(branch, ..)| *branch == self.branch).map_or(0, |row| row.1);
        let of = |held: i64| {
            cover(parent.units, &[held], coefficient.to_decimal())
                .map_err(|_| OUT_OF_RANGE.with("expected", "smaller figures"))
        };
        let now = of(held)?;
        if !now.is_met() && of(held.saturating_add(less))?.is_met() {
            return Err(under_cover(&parent, now.required, held));
        }
        Ok(())
    }

    /// Refuses to go on with talks that have ended.
    ///
    /// # Errors
    /// `target_move_not_allowed`.
    pub(super) fn require_open(&self) -> Result<()> {
        match self.status {
            TargetStatus::Proposed | TargetStatus::Countered => Ok(()),
            status => Err(TARGET_MOVE_NOT_ALLOWED.with("status", status.word())),
        }
    }
}

/// The refusal of too little below a target.
pub(super) fn under_cover(parent: &Target, required: i64, held: i64) -> guanxi_kernel::Problem {
    let shown = |units| match parent.figure_of(units) {
        guanxi_kernel::attainment::Figure::Amount(money) => money.amount(),
        guanxi_kernel::attainment::Figure::Count(count) => count.to_string(),
    };
    UNDER_RISK_COVER.with("required", shown(required)).with("held", shown(held))
}
