//! Which product a roll-out is for: chosen among those that the same playbook was filled in about, whose weighted
//! items make the score. What was compared stays with the choice, whatever is filled in afterwards.

use super::{
    model::{Rollout, RolloutId},
    store::{self, Judged},
};
use crate::{
    playbook_runs::{PLAYBOOK_RUN, PlaybookRun, PlaybookRunId, RunStatus},
    playbooks::{self, Edition, PlaybookId, Sheet},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Action, Ctx, Result, Text, UserId,
    problem::{FORBIDDEN, INVALID, NOT_FOUND, UNKNOWN_REFERENCE},
    ratio::Ratio,
};
use guanxi_storage::{
    Tx,
    expansion::Json,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, collections::BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Filled-in playbooks that are compared at most.
const MOST: i64 = 200;

/// Products that are kept with a choice at most.
const KEPT: usize = 50;

/// Chooses a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "playbook_run_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
    "reason": "适合电话与网站销售,毛利较高" })))]
pub struct ChooseProduct {
    /// The completed playbook about the product, e.g. made of the template `product_choice`.
    pub playbook_run_id: PlaybookRunId,
    /// Why that one.
    #[serde(default)]
    pub reason: Option<Text<1000>>,
}

/// A product with what it was judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductScore {
    /// The filled-in playbook.
    pub playbook_run_id: PlaybookRunId,
    /// The product.
    pub product_id: Uuid,
    /// Weighted points over the most that there are.
    pub score: Ratio,
}

/// The product that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductChoice {
    /// The filled-in playbook.
    pub playbook_run_id: PlaybookRunId,
    /// The product.
    pub product_id: Uuid,
    /// Weighted points over the most that there are, when it was chosen.
    pub score: Ratio,
    /// All products that the same playbook was filled in about, this one too, the best first: of each the latest;
    /// fifty at most.
    pub compared: Vec<ProductScore>,
    /// Why that one.
    #[schema(required)]
    pub reason: Option<Text<1000>>,
    /// When.
    pub chosen_at: DateTime<Utc>,
    /// By whom.
    pub chosen_by: UserId,
}

/// Notes which product a roll-out is for, with the scores that it and the others have now. Another choice takes
/// the place of an earlier one.
///
/// # Errors
/// `rollout_state`; `unknown_reference` for a playbook that the caller does not see; `invalid` for one that is not
/// completed or about no product; and as any change.
pub async fn choose_product(
    tx: &mut Tx,
    ctx: &Ctx,
    id: RolloutId,
    wish: ChooseProduct,
) -> Result<Shown<Rollout>> {
    const PLACE: &str = "/playbook_run_id";
    resource::require::<Rollout>(ctx, Action::Update)?;
    let rollout: Rollout = resource::load(tx, ctx, id.uuid()).await?;
    if !rollout.state.is_open() {
        return Err(rollout.state.refusal());
    }
    let found = resource::load::<PlaybookRun>(tx, ctx, wish.playbook_run_id.uuid()).await;
    let run = found.map_err(|problem| {
        let hidden = problem.is(&NOT_FOUND) || problem.is(&FORBIDDEN);
        if hidden { UNKNOWN_REFERENCE.at(PLACE) } else { problem }
    })?;
    let product = run.input.product_id.filter(|_| run.status == RunStatus::Completed);
    let Some(product_id) = product else {
        return Err(INVALID.at(PLACE).with("expected", "A completed playbook about a product"));
    };
    let reach = ctx.reach(PLAYBOOK_RUN.plural, Action::Read);
    let playbook = run.input.playbook_id;
    let judged = store::judged(tx, ctx, playbook.uuid(), &reach, MOST).await?;
    let own: Judged = (run.meta.id, run.edition, product_id, Json(run.input.answers));
    let compared = compare(tx, playbook, own, judged).await?;
    let chosen = compared.iter().find(|one| one.product_id == product_id).copied();
    let Some(chosen) = chosen else { return Err(INVALID.at(PLACE)) };
    let choice = ProductChoice {
        playbook_run_id: chosen.playbook_run_id,
        product_id,
        score: chosen.score,
        compared: with_chosen(compared, chosen),
        reason: wish.reason,
        chosen_at: ctx.now,
        chosen_by: ctx.actor.user,
    };
    resource::change(tx, ctx, id.uuid(), "product_chosen", |one: &mut Rollout| {
        one.choice = Some(choice);
        Ok(())
    })
    .await
}

/// One score for each product, the best first: that of `own` for its product, else the latest.
async fn compare(
    tx: &mut Tx,
    playbook: PlaybookId,
    own: Judged,
    judged: Vec<Judged>,
) -> Result<Vec<ProductScore>> {
    let mut seen = BTreeSet::new();
    let all = std::iter::once(own).chain(judged);
    let each: Vec<Judged> = all.filter(|(_, _, product, _)| seen.insert(*product)).collect();
    let wanted: Vec<Edition> = each.iter().map(|one| (playbook, one.1)).collect();
    let editions = playbooks::steps(tx, wanted).await?;
    let score = |(run, edition, product_id, answers): Judged| {
        let steps = editions.get(&(playbook, edition))?;
        let score = Sheet(steps).score(&answers.0);
        Some(ProductScore { playbook_run_id: run, product_id, score })
    };
    let mut scores: Vec<ProductScore> = each.into_iter().filter_map(score).collect();
    scores.sort_by_key(|one| (Reverse(one.score.value()), one.product_id));
    Ok(scores)
}

/// As many as are kept, the chosen one among them.
fn with_chosen(mut compared: Vec<ProductScore>, chosen: ProductScore) -> Vec<ProductScore> {
    compared.truncate(KEPT);
    if let (false, Some(last)) = (compared.contains(&chosen), compared.last_mut()) {
        *last = chosen;
    }
    compared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_121_what_was_chosen_is_among_what_was_compared() {
        let one = |n: u128| ProductScore {
            playbook_run_id: Uuid::from_u128(n).into(),
            product_id: Uuid::from_u128(n),
            score: Ratio::new(1, 2),
        };
        let all: Vec<ProductScore> = (0..60).map(one).collect();
        let kept = with_chosen(all.clone(), one(55));
        assert_eq!((kept.len(), kept.last()), (KEPT, Some(&one(55))));
        let kept = with_chosen(all, one(3));
        assert_eq!((kept.len(), kept[3], kept[49]), (KEPT, one(3), one(49)));
    }
}
