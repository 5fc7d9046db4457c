//! A new lead is held against the leads, the parties and the contacts that are there.

use super::{
    life::LeadStatus,
    model::{LEAD, Lead},
};
use guanxi_customers::{
    duplicates::{Alike, alike, certainly_known, described},
    parties::PartyKind,
};
use guanxi_kernel::{Action, Ctx, Result, problem::POSSIBLE_DUPLICATE};
use guanxi_matching::{Profile, ProfileKind, Verdict};
use guanxi_storage::Tx;
use serde_json::{Value as Json, json};

/// Refuses a lead that is certainly there already, as a lead, a party or a contact that the caller may
/// see, unless the caller accepts that. A lead about a party that is named is not held against parties.
///
/// # Errors
/// `possible_duplicate` with the matches among its parameters.
pub(super) async fn refuse(tx: &mut Tx, ctx: &Ctx, new: &Lead) -> Result<()> {
    if ctx.accept_duplicates {
        return Ok(());
    }
    let profile = profile(new);
    let mut matches: Vec<Json> = Vec::new();
    if !ctx.reach(LEAD.plural, Action::Read).is_nothing() {
        let found = alike::<Lead>(tx, ctx, &profile, self::profile).await?;
        // What has become a party is found as that.
        let counts = |one: &Alike<Lead>| {
            one.verdict == Verdict::Certain && one.record.status != LeadStatus::Converted
        };
        matches.extend(found.into_iter().filter(counts).map(|one| told(&one)));
    }
    if new.input.party_id.is_none() {
        let known = certainly_known(tx, ctx, &profile).await?;
        matches.extend(known.into_iter().map(|one| json!(one)));
    }
    match matches.len() {
        0 => Ok(()),
        count => Err(POSSIBLE_DUPLICATE.with("count", count).with("matches", matches)),
    }
}

fn told(one: &Alike<Lead>) -> Json {
    let title = if one.named { &*one.record.input.name } else { "" };
    json!({
        "type": LEAD.name,
        "id": one.record.meta.id,
        "title": title,
        "score": one.comparison.score,
        "verdict": one.verdict,
        "reasons": one.comparison.reasons,
    })
}

fn profile(lead: &Lead) -> Profile {
    let kind = match lead.input.kind {
        PartyKind::Organisation => ProfileKind::Organisation,
        PartyKind::Person => ProfileKind::Person,
    };
    let reached = (&*lead.input.phones, &*lead.input.emails, &*lead.input.addresses);
    described(kind, [&*lead.input.name], reached)
}
