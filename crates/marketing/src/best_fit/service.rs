//! By what customers are scored for a product.

use super::model::{BestFit, BestFitCustomers, FitMethod};
use crate::{
    measures::Span,
    mining_datasets::{Parties, minable},
    mining_models::{self, Score},
    mining_profiles::{Attributes, Known, ProfileReason, aside, points, reasons},
    population::Population,
    product_buyers::SoldProduct,
    segments::Members,
};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{Action, Ctx, Language, Result};
use guanxi_mining::{Likeness, Profile};
use guanxi_storage::Tx;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The customers whom the caller may see and who have not bought a product, the best first, so many at most.
///
/// By the newest model whose label is the product, if the caller may see one that has scored; otherwise by what
/// the buyers among these customers are, as look-alikes of a profile are found. What customers did is left out
/// of that: buyers have bought, and so would tell of themselves only.
///
/// # Errors
/// `not_found`; `forbidden` without the rights to read parties, products, orders, contracts and opportunities;
/// `not_minable` for too many customers.
pub async fn customers(
    tx: &mut Tx,
    ctx: &Ctx,
    product: Uuid,
    limit: u32,
) -> Result<BestFitCustomers> {
    ctx.require(PARTY.plural, Action::Read)?;
    let product = SoldProduct::load(tx, ctx, product).await?;
    let population = Population::Customers;
    let bought = product.buyers(tx, ctx, Span::until(ctx.now)).await?;
    let everybody = Members::Everybody;
    let ids = Parties { population, members: &everybody }.ids(tx, ctx).await?;
    let buyers = ids.iter().filter(|id| bought.contains(*id)).count() as u64;
    let scored =
        mining_models::without_buyers(tx, ctx, &product, population, i64::from(limit)).await?;
    let (method, model_id, data) = match scored {
        Some((model, scores)) => {
            let data = scores.into_iter().map(of_leaf).collect();
            (FitMethod::DecisionTree, Some(model), data)
        }
        None => {
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let data = match buyers {
                0 => Vec::new(),
                _ => by_attributes(tx, ctx, &ids, bought, limit).await?,
            };
            (FitMethod::SharedAttributes, None, data)
        }
    };
    Ok(BestFitCustomers { product_id: product.id(), method, model_id, buyers, data })
}

fn of_leaf(score: Score) -> BestFit {
    BestFit {
        party_id: score.party_id,
        score: score.probability.unwrap_or_default().to_string(),
        probability: score.probability,
        rule: score.rule,
        leaf_id: Some(score.leaf_id),
        reasons: Vec::new(),
    }
}

/// Those of these customers who have not bought it, by what buyers have in common against all of them.
async fn by_attributes(
    tx: &mut Tx,
    ctx: &Ctx,
    ids: &[Uuid],
    bought: BTreeSet<Uuid>,
    limit: usize,
) -> Result<Vec<BestFit>> {
    let attributes = Attributes::usual(tx, ctx, false).await?;
    let known = Known::read(tx, ctx, ids, &attributes).await?;
    let language = ctx.language;
    let work = move || {
        let (ids, table) = known.into_table()?;
        let inside: Vec<bool> = ids.iter().map(|id| bought.contains(id)).collect();
        let profile = Profile::new(&table, &inside).map_err(minable)?;
        let alike = profile.alike(&table).map_err(minable)?;
        let others = alike.iter().filter(|one| !inside[one.row]).take(limit);
        let fit = |one: &Likeness| {
            let told = reasons(&profile, &table, one.row)?;
            let reasons = told.iter().map(|one| ProfileReason::of(one, language)).collect();
            Ok(of_reasons(ids[one.row], points(one.bits), reasons, language))
        };
        others.map(fit).collect::<Result<Vec<_>>>()
    };
    aside(work).await
}

fn of_reasons(
    party: Uuid,
    score: String,
    reasons: Vec<ProfileReason>,
    language: Language,
) -> BestFit {
    let join = match language {
        Language::En => " and ",
        Language::Zh => " 且 ",
    };
    let rules: Vec<&str> = reasons.iter().map(|one| one.rule.as_str()).collect();
    let rule = rules.join(join);
    BestFit { party_id: party.into(), score, probability: None, rule, leaf_id: None, reasons }
}
