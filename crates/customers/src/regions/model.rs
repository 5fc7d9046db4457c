//! A region and the rules that need nothing but itself.

use crate::rules::likely_date;
use chrono::NaiveDate;
use guanxi_kernel::{
    Id, Line, Result,
    problem::{OUT_OF_RANGE, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a region.
pub type RegionId = Id<Region>;

type RegionMeta = Meta<Region>;

/// What callers write of a region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct RegionInput {
    /// Its code; no two regions have the same.
    #[field(zh = "区域编码", filter)]
    pub code: Line<40>,
    /// What it is called. Reports about the past call it as it was called then.
    #[field(zh = "区域名称", filter, sort = "name_folded")]
    pub name: Line<100>,
    /// The region that it is a part of.
    #[serde(default)]
    #[field(zh = "上级区域", filter, to = Region)]
    pub parent_id: Option<RegionId>,
    /// The first day on which records can be given it.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "生效日期")]
    pub valid_from: Option<NaiveDate>,
    /// The last day on which records can be given it; those that have it keep it.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "失效日期")]
    pub valid_until: Option<NaiveDate>,
}

/// A region of sales.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Region {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = RegionMeta)]
    pub meta: Meta<Region>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: RegionInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) name_folded: String,
}

/// The resource of regions.
pub static REGION: Kind = Kind::new::<Region>(
    "region",
    "regions",
    "regions",
    Visibility::Tenant,
    Texts { en: "Region", zh: "区域" },
)
.searched(&["name", "code"])
.known_by(&["code", "name"]);

impl RegionInput {
    /// Refuses a last day before the first.
    ///
    /// # Errors
    /// `out_of_range` at `/valid_until`.
    pub(super) fn check(&self) -> Result<()> {
        match (self.valid_from, self.valid_until) {
            (Some(from), Some(until)) if until < from => {
                Err(OUT_OF_RANGE.at("/valid_until").with("expected", "not before valid_from"))
            }
            _ => Ok(()),
        }
    }

    /// Whether records can be given it on that day.
    pub(super) fn is_in_effect(&self, on: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= on)
            && self.valid_until.is_none_or(|until| on <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_in_effect_from_its_first_day_to_its_last() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut region = RegionInput {
            code: Line::new("E").unwrap(),
            name: Line::new("华东").unwrap(),
            parent_id: None,
            valid_from: Some(day("2026-01-01")),
            valid_until: Some(day("2026-12-31")),
        };
        assert!(region.check().is_ok());
        for (on, expected) in [
            ("2025-12-31", false),
            ("2026-01-01", true),
            ("2026-12-31", true),
            ("2027-01-01", false),
        ] {
            assert_eq!(region.is_in_effect(day(on)), expected, "{on}");
        }
        (region.valid_from, region.valid_until) = (None, None);
        assert!(region.is_in_effect(day("1999-01-01")));
        (region.valid_from, region.valid_until) =
            (Some(day("2026-02-01")), Some(day("2026-01-31")));
        assert!(region.check().unwrap_err().is(&OUT_OF_RANGE));
    }
}
