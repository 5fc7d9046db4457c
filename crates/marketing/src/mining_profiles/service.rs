//! Making a profile, and finding who is alike.

use super::{
    known::{Attributes, Known, aside},
    model::{
        FindLookalikes, Lookalike, Lookalikes, MINING_PROFILE, MiningProfile, MiningProfileId,
        MiningProfileInput,
    },
    reason::{ProfileReason, points, reasons},
};
use crate::{
    mining_datasets::{Parties, minable},
    problems::NOT_MINABLE,
    segments::{self, Members},
};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{
    Action, Ctx, Problem, Result,
    problem::{INTERNAL, NOT_FOUND, UNKNOWN_REFERENCE},
};
use guanxi_mining::Profile;
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Traits of a profile at most.
const MOST_TRAITS: usize = 5_000;

impl Resource for MiningProfile {
    fn kind() -> &'static Kind {
        &MINING_PROFILE
    }

    fn searchable(&self) -> Vec<&str> {
        self.input.name.iter().map(|name| &**name).collect()
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.segment_id.uuid()]
    }

    /// What was found is never changed.
    fn verbs(&self) -> Vec<Verb> {
        vec![Verb::open("delete", Action::Delete)]
    }

    fn example() -> Json {
        json!({
            "segment_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "name": "重点客户画像",
            "features": ["industry", "region", "employees", "contracts.count"],
        })
    }
}

/// Works out what the members of a segment have in common against everybody of the population whom the caller
/// may see, as a record that is not kept yet.
///
/// # Errors
/// `forbidden` without the right to make profiles, or to read segments and parties; `unknown_reference` for the
/// segment; `validation_failed` for a feature; `not_minable` if nobody is a member or there are too many.
pub async fn learn(tx: &mut Tx, ctx: &Ctx, mut input: MiningProfileInput) -> Result<MiningProfile> {
    resource::require::<MiningProfile>(ctx, Action::Create)?;
    ctx.require(PARTY.plural, Action::Read)?;
    let hide = |problem: Problem| match problem.is(&NOT_FOUND) {
        true => UNKNOWN_REFERENCE.at("/segment_id"),
        false => problem,
    };
    let (segment, members) = segments::load(tx, ctx, input.segment_id).await.map_err(hide)?;
    let population = *input.population.get_or_insert(segment.input.population);
    input.name.get_or_insert(segment.input.name);
    let attributes = match input.features.is_empty() {
        true => Attributes::usual(tx, ctx, true).await?,
        false => Attributes::named(tx, ctx, &input.features).await?,
    };
    let inside = Parties { population, members: &members }.ids(tx, ctx).await?;
    if inside.is_empty() {
        return Err(NOT_MINABLE.with("why", "the segment has no member among them"));
    }
    let everybody = Members::Everybody;
    let base = Parties { population, members: &everybody }.ids(tx, ctx).await?;
    let known = Known::read(tx, ctx, &base, &attributes).await?;
    let mut record = MiningProfile::assemble(Meta::new(ctx), input);
    record.owner_id = Some(ctx.actor.user);
    (record.columns, record.left_out) = (known.columns.clone(), known.left_out.clone());
    let profile = aside(move || {
        let inside: BTreeSet<Uuid> = inside.into_iter().collect();
        let (ids, table) = known.into_table()?;
        let inside: Vec<bool> = ids.iter().map(|id| inside.contains(id)).collect();
        Profile::new(&table, &inside).map_err(minable)
    })
    .await?;
    if profile.traits.len() > MOST_TRAITS {
        let why = format!("{} values in all; name fewer features", profile.traits.len());
        return Err(NOT_MINABLE.with("why", why));
    }
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    (record.members, record.base) = (whole(profile.members), whole(profile.base));
    record.digest = Some(digest(&profile)?);
    record.traits = profile.traits;
    Ok(record)
}

fn digest(profile: &Profile) -> Result<String> {
    let traits =
        serde_json::to_vec(&profile.traits).map_err(|error| INTERNAL.problem().because(error))?;
    Ok(Sha256::digest(traits).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Keeps a profile that was worked out.
///
/// # Errors
/// Those of [`learn`], if the rights to it or the segment are gone meanwhile.
pub async fn keep(tx: &mut Tx, ctx: &Ctx, profile: MiningProfile) -> Result<Shown<MiningProfile>> {
    resource::require::<MiningProfile>(ctx, Action::Create)?;
    resource::insert(tx, ctx, profile, "created").await
}

/// Who is like the members of a profile: parties of a population that the caller may see, without those who are
/// members now.
///
/// # Errors
/// `not_found`, `forbidden`; `lacks_column` if a feature of the profile is not there any more; `not_minable` for
/// too many parties.
pub async fn lookalikes(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MiningProfileId,
    wish: &FindLookalikes,
) -> Result<Lookalikes> {
    let record: MiningProfile = resource::load(tx, ctx, id.uuid()).await?;
    ctx.require(PARTY.plural, Action::Read)?;
    let among = match wish.segment_id {
        Some(segment) => segments::load(tx, ctx, segment).await?.1,
        None => Members::Everybody,
    };
    let own = match segments::load(tx, ctx, record.input.segment_id).await {
        Ok((_, members)) => {
            let population = wish.population;
            Parties { population, members: &members }.ids(tx, ctx).await?
        }
        // Of a segment that is gone nobody is a member.
        Err(problem) if problem.is(&NOT_FOUND) => Vec::new(),
        Err(problem) => return Err(problem),
    };
    let mut ids = Parties { population: wish.population, members: &among }.ids(tx, ctx).await?;
    let own: BTreeSet<Uuid> = own.into_iter().collect();
    ids.retain(|id| !own.contains(id));
    let looked_at = ids.len() as u64;
    if ids.is_empty() {
        return Ok(Lookalikes { profile_id: id, looked_at, data: Vec::new() });
    }
    let attributes = Attributes::again(tx, ctx, &record.columns).await?;
    let known = Known::read(tx, ctx, &ids, &attributes).await?;
    let limit = usize::try_from(wish.limit).unwrap_or_default();
    let language = ctx.language;
    let data = aside(move || {
        let (ids, table) = known.into_table()?;
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        let (members, base) = (count(record.members), count(record.base));
        let profile = Profile { members, base, traits: record.traits };
        let alike = profile.alike(&table).map_err(minable)?;
        let one = |alike: &guanxi_mining::Likeness| {
            let told = reasons(&profile, &table, alike.row)?;
            Ok(Lookalike {
                party_id: ids[alike.row].into(),
                score: points(alike.bits),
                reasons: told.iter().map(|one| ProfileReason::of(one, language)).collect(),
            })
        };
        alike.iter().take(limit).map(one).collect::<Result<Vec<_>>>()
    })
    .await?;
    Ok(Lookalikes { profile_id: id, looked_at, data })
}
