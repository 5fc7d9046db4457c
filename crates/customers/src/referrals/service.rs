//! The rules of saving a referral, and its moves.

use super::{
    LoseReferral, REFERRAL, Referral, ReferralId, ReferralProgramme, ReferralStatus, ReverseReward,
    RewardStage, RewardStatus,
    model::ALL,
    store::{self, Standing},
};
use crate::{
    customer_sources::{self, BaseSource},
    engine::{check_new_owner, first_fit, refer, standing},
    parties::{Party, PartyId, PartyRole},
    problems::{ALREADY_CUSTOMER, IMMUTABLE, REFERRAL_STATE, SELF_REFERRAL},
    rules::line,
};
use chrono::TimeDelta;
use guanxi_kernel::{
    Action, Ctx, Language, Line, Money, Result, Text, UserId, Word as _, problem::DUPLICATE,
};
use guanxi_storage::{
    Kind, Resource, Tx,
    merging::rewrite,
    resource::{self, Shown, Verb},
};
use guanxi_workflow::tasks::{self, Wanted};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// The rule of the tasks that let referrers know what came of it.
const OUTCOME: &str = "referral_outcome";

/// How soon they are to know.
const TOLD_WITHIN: TimeDelta = TimeDelta::days(7);

impl Resource for Referral {
    fn kind() -> &'static Kind {
        &REFERRAL
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_none() {
            self.input.owner_id.get_or_insert(ctx.actor.user);
        }
        if let Some(before) = before {
            self.stays(before)?;
        }
        if standing(before).is_none() {
            self.check_new(tx, ctx).await?;
        }
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await
    }

    /// Whom was recommended is in the base by that, and whoever has recommended it is told what came of it.
    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_none() {
            let party = self.input.referred_party_id;
            customer_sources::brought_in(tx, ctx, party, (BaseSource::Referral, None)).await?;
        }
        match before.is_some_and(|before| self.has_ended_since(before)) {
            true => self.have_told(tx, ctx).await,
            false => Ok(()),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.referrer_party_id.uuid(), self.input.referred_party_id.uuid()]
    }

    fn verbs(&self) -> Vec<Verb> {
        let moved = |name: &'static str| match self.allows(name) {
            true => Verb::open(name, Action::Update),
            false => Verb::closed(name, Action::Update, &REFERRAL_STATE),
        };
        let update = [Verb::open("update", Action::Update)];
        let ends = [Verb::open("delete", Action::Delete)];
        update.into_iter().chain(ALL.map(moved)).chain(ends).collect()
    }

    fn example() -> Json {
        json!({
            "referrer_party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "referred_party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78",
            "reward": { "amount": "500.00", "currency": "CNY" },
            "note": "老客户推荐同事看车。"
        })
    }
}

impl Referral {
    /// What a change leaves as it is: both parties, and what was owed once it is.
    fn stays(&self, before: &Self) -> Result<()> {
        if self.input.referrer_party_id != before.input.referrer_party_id {
            return Err(IMMUTABLE.at("/referrer_party_id"));
        }
        if self.input.referred_party_id != before.input.referred_party_id {
            return Err(IMMUTABLE.at("/referred_party_id"));
        }
        let due = !before.rewards.is_empty();
        if due && self.input.referral_programme_id != before.input.referral_programme_id {
            return Err(IMMUTABLE.at("/referral_programme_id"));
        }
        if before.status == ReferralStatus::Won && self.input.reward != before.input.reward {
            return Err(IMMUTABLE.at("/reward"));
        }
        Ok(())
    }

    /// Whether it was won or lost by a change.
    fn has_ended_since(&self, before: &Self) -> bool {
        matches!(self.status, ReferralStatus::Won | ReferralStatus::Lost)
            && self.status != before.status
    }

    /// Has whoever follows it tell the referrer what came of it: a task, where somebody can have it.
    async fn have_told(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let users: Vec<UserId> = self.input.owner_id.into_iter().chain([ctx.actor.user]).collect();
        let Some(owner) = first_fit(tx, ctx, &users).await? else { return Ok(()) };
        let outcome = self.status.label(ctx.language);
        let title = match ctx.language {
            Language::En => format!("Tell the referrer: {outcome}"),
            Language::Zh => format!("向介绍人反馈结果:{outcome}"),
        };
        let wanted = Wanted {
            rule: OUTCOME,
            subject: (&REFERRAL, self.meta.id.uuid()),
            title: line(&title)?,
            kind: Line::literal("call"),
            owner,
            due_at: Some(ctx.now + TOLD_WITHIN),
            occasion: Some(self.status.word().to_owned()),
        };
        tasks::ensure(tx, ctx, wanted).await.map(drop)
    }

    async fn check_new(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let referred = self.input.referred_party_id;
        if self.input.referrer_party_id == referred {
            return Err(SELF_REFERRAL.at("/referred_party_id"));
        }
        let party = refer::<Party>(tx, ctx, referred.uuid(), "/referred_party_id").await?;
        let bought = self.status == ReferralStatus::Won || self.reward_status != RewardStatus::None;
        if !bought && party.input.roles.contains(&PartyRole::Customer) {
            return Err(ALREADY_CUSTOMER.problem());
        }
        if store::has_referral(tx, referred, self.meta.id).await? {
            return Err(DUPLICATE.at("/referred_party_id"));
        }
        Ok(())
    }
}

/// Deletes what stands in the way of two parties becoming one: a referral of one by the other, and of two
/// referrals the one that has come less far.
///
/// # Errors
/// Those of the store.
pub(crate) async fn make_room(
    tx: &mut Tx,
    ctx: &Ctx,
    ours: PartyId,
    theirs: PartyId,
) -> Result<()> {
    let all = store::of_both(tx, ours, theirs).await?;
    let (between, others): (Vec<Standing>, Vec<Standing>) =
        all.into_iter().partition(|one| [ours, theirs].contains(&one.referrer_party_id));
    let mut goes: Vec<ReferralId> = between.into_iter().map(|one| one.id).collect();
    if let [first, second] = others.as_slice() {
        let second_stays = second.progress() > first.progress();
        goes.push(if second_stays { first.id } else { second.id });
    }
    for id in goes {
        rewrite::<Referral>(tx, ctx, id.uuid(), "deleted", |one| {
            one.meta.deleted_at = Some(ctx.now);
            Ok(())
        })
        .await?;
    }
    Ok(())
}

impl Standing {
    /// How far it has come: what is paid or owed counts most, what was lost least.
    fn progress(&self) -> (u8, u8) {
        let reward = match self.reward_status {
            RewardStatus::Paid => 2,
            RewardStatus::Due => 1,
            RewardStatus::None | RewardStatus::Reversed => 0,
        };
        let status = match self.status {
            ReferralStatus::Won => 3,
            ReferralStatus::Contacted => 2,
            ReferralStatus::Open => 1,
            ReferralStatus::Lost => 0,
        };
        (reward, status)
    }
}

/// Whom was recommended agrees to be contacted.
///
/// # Errors
/// `referral_state`, and as any change.
pub async fn consent(tx: &mut Tx, ctx: &Ctx, id: ReferralId) -> Result<Shown<Referral>> {
    let (now, by) = (ctx.now, ctx.actor.user);
    let reward = reward_for(tx, ctx, id, RewardStage::Consented).await?;
    let consent = |one: &mut Referral| one.consent(now, by, reward);
    resource::change(tx, ctx, id.uuid(), "consented", consent).await
}

/// Somebody has spoken with it.
///
/// # Errors
/// `consent_required`, `referral_state`, and as any change.
pub async fn contact(tx: &mut Tx, ctx: &Ctx, id: ReferralId) -> Result<Shown<Referral>> {
    let now = ctx.now;
    let reward = reward_for(tx, ctx, id, RewardStage::Contacted).await?;
    let contact = |one: &mut Referral| one.contact(now, reward);
    resource::change(tx, ctx, id.uuid(), "contacted", contact).await
}

/// It has bought.
///
/// # Errors
/// `referral_state`, and as any change.
pub async fn win(tx: &mut Tx, ctx: &Ctx, id: ReferralId) -> Result<Shown<Referral>> {
    let now = ctx.now;
    let reward = reward_for(tx, ctx, id, RewardStage::Won).await?;
    resource::change(tx, ctx, id.uuid(), "won", |one: &mut Referral| one.win(now, reward)).await
}

/// What the referrer gets once a referral comes to a stage: what it says itself for the purchase, else what its
/// programme says now, whoever may read that.
async fn reward_for(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ReferralId,
    stage: RewardStage,
) -> Result<Option<Money>> {
    let referral = resource::load::<Referral>(tx, ctx, id.uuid()).await?;
    let own = referral.input.reward.filter(|_| stage == RewardStage::Won);
    let Some(programme) = referral.input.referral_programme_id.filter(|_| own.is_none()) else {
        return Ok(own);
    };
    let system = ctx.on_behalf();
    let programme =
        resource::get_even_deleted::<ReferralProgramme>(tx, &system, programme.uuid()).await?;
    Ok(programme.record.input.reward_for(stage))
}

/// It does not buy.
///
/// # Errors
/// `referral_state`, and as any change.
pub async fn lose(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ReferralId,
    wish: LoseReferral,
) -> Result<Shown<Referral>> {
    let now = ctx.now;
    let lose = |one: &mut Referral| one.lose(wish.reason, now);
    resource::change(tx, ctx, id.uuid(), "lost", lose).await
}

/// The referrer has what is due.
///
/// # Errors
/// `referral_state`, and as any change.
pub async fn pay(tx: &mut Tx, ctx: &Ctx, id: ReferralId) -> Result<Shown<Referral>> {
    let now = ctx.now;
    resource::change(tx, ctx, id.uuid(), "reward_paid", |one: &mut Referral| one.pay(now)).await
}

/// What was earned by the purchase is not owed any more: the deal was cancelled.
///
/// # Errors
/// `referral_state`, and as any change.
pub async fn reverse(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ReferralId,
    wish: ReverseReward,
) -> Result<Shown<Referral>> {
    let reverse = |one: &mut Referral| one.reverse(wish.reason);
    resource::change(tx, ctx, id.uuid(), "reward_reversed", reverse).await
}

/// Whom was recommended has given up its last contract: what the referrer has earned by the purchase is not owed any
/// more, whoever may change the referral, unless there are orders too.
///
/// # Errors
/// Those of the store.
pub async fn deal_cancelled(
    tx: &mut Tx,
    ctx: &Ctx,
    party: PartyId,
    reason: Text<1000>,
) -> Result<()> {
    let Some(id) = store::rewarded(tx, party).await? else { return Ok(()) };
    let reverse = |one: &mut Referral| match one.has_earned() {
        true => one.reverse(reason),
        false => Ok(()),
    };
    let system = ctx.on_behalf();
    resource::change(tx, &system, id.uuid(), "reward_reversed", reverse).await.map(drop)
}
