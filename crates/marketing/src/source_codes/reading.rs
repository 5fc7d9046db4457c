//! What a code stands for, and what somebody may have meant.

use super::{
    SourceCode, SourceCodeId,
    alike::at_distance_one,
    store::{self, Known},
};
use crate::{
    campaigns::CampaignId,
    media::{self, MediumId},
    problems::{NOT_A_SOURCE_CODE, UNKNOWN_MEDIUM, UNKNOWN_SOURCE_CODE},
    source_code_schemes::{self, Decoded, InForce, SourceCodeSchemeId, decode},
};
use chrono::{Datelike as _, NaiveDate};
use guanxi_kernel::{Action, Ctx, Problem, Result};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use utoipa::ToSchema;

/// Suggestions at most.
const MOST: usize = 20;

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceCodeReading {
    /// The code, in capitals.
    pub code: String,
    /// The letters of the medium.
    pub medium: String,
    /// The medium.
    pub medium_id: MediumId,
    /// The test group.
    pub test_group: String,
    /// The list of customers.
    pub list: String,
    /// The month.
    pub month: i64,
    /// The year: as it was written down, or the latest that ends like that and is not after `as_of`.
    pub year: i64,
    /// The scheme by which it was read; none for the one that comes with the program.
    #[schema(required)]
    pub scheme_id: Option<SourceCodeSchemeId>,
    /// The edition of that scheme.
    pub edition: i64,
    /// The source code, if it was written down.
    #[schema(required)]
    pub source_code_id: Option<SourceCodeId>,
    /// Its campaign.
    #[schema(required)]
    pub campaign_id: Option<CampaignId>,
    /// If it was not written down: codes in use that differ by one character.
    #[schema(max_items = 20)]
    pub suggestions: Vec<String>,
}

/// What a source code that somebody has used says of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matched {
    /// The code.
    pub id: SourceCodeId,
    /// Its campaign.
    pub campaign: Option<CampaignId>,
    /// Its medium.
    pub medium: MediumId,
}

fn spelt(code: &str) -> String {
    code.trim().to_ascii_uppercase()
}

/// Reads a code as of a day. What was written down counts first: of several that are the same, in ten
/// years, the latest that is not after the day.
///
/// # Errors
/// `forbidden` without the right to read source codes; `not_a_source_code`; `unknown_medium`.
pub async fn read(
    tx: &mut Tx,
    ctx: &Ctx,
    code: &str,
    as_of: NaiveDate,
) -> Result<SourceCodeReading> {
    resource::require::<SourceCode>(ctx, Action::Read)?;
    let code = spelt(code);
    let year = i64::from(as_of.year());
    let known = store::known(tx, &code).await?;
    let then = known.iter().filter(|one| one.year <= year).max_by_key(|one| one.year);
    if let Some(found) = then {
        return Ok(of_known(found));
    }
    let (scheme, decoded) = by_any_scheme(tx, &code).await?;
    let parts = decoded.not_after(year);
    let media = media::by_code(tx, [parts.medium.clone()]).await?;
    let medium = media.get(&parts.medium).map(|(id, _)| *id);
    let medium_id = medium.ok_or_else(|| UNKNOWN_MEDIUM.with("medium", parts.medium.clone()))?;
    Ok(SourceCodeReading {
        suggestions: suggestions(tx, &code).await?,
        code,
        medium: parts.medium,
        medium_id,
        test_group: parts.test_group,
        list: parts.list,
        month: parts.month,
        year: parts.year,
        scheme_id: scheme.id,
        edition: scheme.edition,
        source_code_id: None,
        campaign_id: None,
    })
}

async fn by_any_scheme(tx: &mut Tx, code: &str) -> Result<(InForce, Decoded)> {
    for scheme in source_code_schemes::all(tx).await? {
        if let Ok(decoded) = decode(&scheme.parts, code) {
            return Ok((scheme, decoded));
        }
    }
    Err(NOT_A_SOURCE_CODE.problem())
}

fn of_known(known: &Known) -> SourceCodeReading {
    SourceCodeReading {
        code: known.code.clone(),
        medium: known.medium.clone(),
        medium_id: known.medium_id,
        test_group: known.test_group.clone(),
        list: known.list.clone(),
        month: known.month,
        year: known.year,
        scheme_id: known.scheme_id,
        edition: known.edition,
        source_code_id: Some(known.id),
        campaign_id: known.campaign_id,
        suggestions: Vec::new(),
    }
}

/// Codes in use that differ from a text by one character, in their order.
async fn suggestions(tx: &mut Tx, code: &str) -> Result<Vec<String>> {
    store::in_use(tx, at_distance_one(code), MOST).await
}

/// The code in use that a text is, if there is one.
///
/// # Errors
/// Those of the store.
pub async fn matched(tx: &mut Tx, code: &str) -> Result<Option<Matched>> {
    let known = store::known(tx, &spelt(code)).await?;
    let found = known.into_iter().find(|one| one.active);
    Ok(found.map(|one| Matched { id: one.id, campaign: one.campaign_id, medium: one.medium_id }))
}

/// The code in use that a customer has written or said.
///
/// # Errors
/// `unknown_source_code` at `pointer`, with the codes in use that differ by one character.
pub async fn captured(tx: &mut Tx, code: &str, pointer: &str) -> Result<Matched> {
    match matched(tx, code).await? {
        Some(found) => Ok(found),
        None => Err(unknown(pointer, suggestions(tx, &spelt(code)).await?)),
    }
}

fn unknown(pointer: &str, suggestions: Vec<String>) -> Problem {
    UNKNOWN_SOURCE_CODE.at(pointer).with("suggestions", suggestions)
}
