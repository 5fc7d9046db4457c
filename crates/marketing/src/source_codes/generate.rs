//! The codes of all media × test groups × lists.

use super::{
    SourceCode, SourceCodeInput,
    service::{active, scheme, taken},
    store,
};
use crate::{campaigns::CampaignId, media, source_code_schemes::SourceCodeSchemeId};
use guanxi_customers::rules::repeated;
use guanxi_kernel::{
    Action, Ctx, Line, Problem, Result, Text,
    problem::{OUT_OF_RANGE, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Meta, Tx, bulk, kind::Parts as _, resource};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Codes that are made at once at most.
const MOST: usize = 10_000;

/// Codes that are named in a refusal at most.
const NAMED: usize = 20;

/// Makes a code for each medium, test group and list together: the full product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "media": ["D", "E"], "test_groups": ["A", "B"], "lists": ["01", "02"],
    "month": 8, "year": 2027 })))]
pub struct GenerateSourceCodes {
    /// The letters of the media, each once.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    pub media: Vec<Line<4>>,
    /// The test groups, each once.
    #[validate(length(min = 1, max = 1000))]
    #[schema(min_items = 1, max_items = 1000)]
    pub test_groups: Vec<Line<4>>,
    /// The lists of customers, each once.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_items = 1, max_items = 10000)]
    pub lists: Vec<Line<4>>,
    /// The month.
    #[validate(range(min = 1, max = 12))]
    #[schema(minimum = 1, maximum = 12)]
    pub month: i64,
    /// The year, with all its digits.
    #[validate(range(min = 1900, max = 2200))]
    #[schema(minimum = 1900, maximum = 2200)]
    pub year: i64,
    /// The scheme; as of a single code when absent.
    #[serde(default)]
    pub scheme_id: Option<SourceCodeSchemeId>,
    /// The campaign that answers with these codes belong to.
    #[serde(default)]
    pub campaign_id: Option<CampaignId>,
    /// What they are for.
    #[serde(default)]
    pub note: Option<Text<1000>>,
}

/// The codes that were made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceCodesGenerated {
    /// How many.
    pub count: usize,
    /// Each of them, in the order of media, test groups and lists.
    pub codes: Vec<String>,
}

impl GenerateSourceCodes {
    /// How many codes it asks for.
    fn size(&self) -> Option<usize> {
        let pairs = self.media.len().checked_mul(self.test_groups.len())?;
        pairs.checked_mul(self.lists.len()).filter(|size| *size <= MOST)
    }

    /// Every code that it asks for, in the order of media, test groups and lists.
    fn product(&self) -> Vec<SourceCodeInput> {
        let mut product = Vec::new();
        for medium in &self.media {
            for test_group in &self.test_groups {
                for list in &self.lists {
                    product.push(SourceCodeInput {
                        medium: medium.clone(),
                        test_group: test_group.clone(),
                        list: list.clone(),
                        month: self.month,
                        year: self.year,
                        scheme_id: self.scheme_id,
                        campaign_id: self.campaign_id,
                        note: self.note.clone(),
                        active: true,
                    });
                }
            }
        }
        product
    }
}

/// Makes a code for each medium, test group and list together, all of them or none.
///
/// # Errors
/// `forbidden`; `repeated`; `out_of_range` for more than 10,000 at once; `unknown_medium`;
/// `invalid_format` for what does not fit the scheme; `source_code_taken` with those that are in use.
pub async fn generate(
    tx: &mut Tx,
    ctx: &Ctx,
    wish: &GenerateSourceCodes,
) -> Result<SourceCodesGenerated> {
    resource::require::<SourceCode>(ctx, Action::Create)?;
    let upper = |line: &Line<4>| line.to_ascii_uppercase();
    let mut findings = repeated(&wish.media, "/media", upper);
    findings.extend(repeated(&wish.test_groups, "/test_groups", upper));
    findings.extend(repeated(&wish.lists, "/lists", upper));
    Problem::collect(findings)?;
    if wish.size().is_none() {
        let most = format!("media × test groups × lists of {MOST} at most");
        return Err(OUT_OF_RANGE.at("/lists").with("expected", most));
    }
    if let Some(campaign) = wish.campaign_id
        && !resource::visible(tx, ctx, &crate::campaigns::CAMPAIGN, campaign.uuid()).await?
    {
        return Err(UNKNOWN_REFERENCE.at("/campaign_id"));
    }
    let scheme = scheme(tx, wish.scheme_id).await?;
    let known = media::by_code(tx, wish.media.iter().map(upper)).await?;
    let mut records = Vec::new();
    for input in wish.product() {
        let mut one = SourceCode::assemble(Meta::new(ctx), input);
        let medium = active(&known, &one.input.parts().medium)?;
        one.spell(&scheme, medium)?;
        tx.learn(crate::media::MEDIUM.name, medium.uuid());
        records.push(one);
    }
    let codes: Vec<String> = records.iter().map(|one| one.code.clone()).collect();
    let clashes = store::in_use(tx, codes.iter().cloned(), NAMED).await?;
    if !clashes.is_empty() {
        return Err(taken(&clashes));
    }
    bulk::insert_many(tx, ctx, records).await?;
    Ok(SourceCodesGenerated { count: codes.len(), codes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source_code_schemes::{STANDARD, encode};
    use guanxi_kernel::input;
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn x_91_the_product_is_full_and_nothing_is_there_twice() {
        let wish = json!({ "media": ["D", "E", "F"], "test_groups": ["A", "B"],
            "lists": ["01", "02", "03", "04"], "month": 8, "year": 2027 });
        let wish: GenerateSourceCodes = input::read(wish).unwrap();
        assert_eq!(wish.size(), Some(24));
        let product = wish.product();
        let codes = product.iter().map(|one| encode(STANDARD, &one.parts()).unwrap());
        let codes: Vec<String> = codes.collect();
        assert_eq!((codes[0].as_str(), codes[23].as_str()), ("DA01087", "FB04087"));
        let distinct: BTreeSet<&String> = codes.iter().collect();
        assert_eq!(distinct.len(), 24);
    }
}
