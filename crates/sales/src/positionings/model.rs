//! A positioning and the rules that need nothing but itself.

use crate::products::{Product, ProductId};
use guanxi_customers::{
    parties::{Party, PartyId},
    rules::repeated,
};
use guanxi_kernel::{
    Id, Line, Problem, Result, Text,
    problem::{INVALID, REQUIRED, Texts},
    text::fold,
};
use guanxi_marketing::segments::{Segment, SegmentId};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What is positioned.
    pub enum PositioningSubject {
        /// The company itself.
        Company = "company" ("Company", "企业"),
        /// One of its products.
        Product = "product" ("Product", "产品"),
    }
}

/// Names a positioning.
pub type PositioningId = Id<Positioning>;

type PositioningMeta = Meta<Positioning>;

/// How well the company and a competitor do in one respect, from 0 to 10.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeScore {
    /// In which respect: price, service, time of delivery …
    pub attribute: Line<60>,
    /// How well the company does.
    #[validate(range(min = 0, max = 10))]
    #[schema(minimum = 0, maximum = 10)]
    pub own_score: i64,
    /// How well the competitor does.
    #[validate(range(min = 0, max = 10))]
    #[schema(minimum = 0, maximum = 10)]
    pub competitor_score: i64,
}

/// What callers write of a positioning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct PositioningInput {
    /// What is positioned.
    #[field(zh = "定位对象", filter)]
    pub subject: PositioningSubject,
    /// The product, if it is one.
    #[serde(default)]
    #[field(zh = "产品", filter, to = Product)]
    pub product_id: Option<ProductId>,
    /// For whom; for everybody when absent.
    #[serde(default)]
    #[field(zh = "客户群", filter, to = Segment)]
    pub segment_id: Option<SegmentId>,
    /// Beside whom: a party with the role competitor; beside nobody in particular when absent.
    #[serde(default)]
    #[field(zh = "竞争对手", filter, to = Party)]
    pub competitor_id: Option<PartyId>,
    /// What it is and for whom, and why they take it rather than another, in a sentence.
    #[serde(default)]
    #[field(zh = "定位陈述")]
    pub statement: Option<Text<1000>>,
    /// What it is good at, each once.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "优势", json)]
    pub strengths: Vec<Line<200>>,
    /// What it is weak at, each once.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "劣势", json)]
    pub weaknesses: Vec<Line<200>>,
    /// How well it and what the competitor has do, each attribute once; needs the competitor.
    #[serde(default)]
    #[validate(length(max = 30), nested)]
    #[schema(max_items = 30)]
    #[field(zh = "属性评分", json)]
    pub scores: Vec<AttributeScore>,
}

/// What the company or a product is to a part of the market, beside a competitor.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Positioning {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = PositioningMeta)]
    pub meta: Meta<Positioning>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: PositioningInput,
}

/// The resource of positionings.
pub static POSITIONING: Kind = Kind::new::<Positioning>(
    "positioning",
    "positionings",
    "positionings",
    Visibility::Tenant,
    Texts { en: "Positioning", zh: "市场定位" },
)
.tagged("positioning");

impl PositioningInput {
    /// What a positioning must be by itself.
    ///
    /// # Errors
    /// Names each strength, weakness and attribute that is there twice, whatever the case and the width;
    /// `required` at `/product_id` for a product, and at `/competitor_id` for scores beside nobody; `invalid`
    /// for a product beside the company itself.
    pub(super) fn check(&self) -> Result<()> {
        let mut findings = repeated(&self.strengths, "/strengths", |one| fold(one));
        findings.extend(repeated(&self.weaknesses, "/weaknesses", |one| fold(one)));
        findings.extend(repeated(&self.scores, "/scores", |one| fold(&one.attribute)));
        match (self.subject, self.product_id) {
            (PositioningSubject::Product, None) => findings.push(REQUIRED.field("/product_id")),
            (PositioningSubject::Company, Some(_)) => {
                let finding = INVALID.field("/product_id");
                findings
                    .push(finding.with("expected", "No product where the company is positioned"));
            }
            _ => {}
        }
        if !self.scores.is_empty() && self.competitor_id.is_none() {
            findings.push(REQUIRED.field("/competitor_id"));
        }
        Problem::collect(findings)
    }

    /// What there is one positioning of.
    pub(super) fn place(&self) -> (Option<ProductId>, Option<SegmentId>, Option<PartyId>) {
        (self.product_id, self.segment_id, self.competitor_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::{input, problem::Place};
    use serde_json::{Value as Json, json};

    /// A positioning of the company with these members.
    fn read(more: Json) -> Result<PositioningInput> {
        let mut body = json!({ "subject": "company" });
        input::merge(&mut body, more);
        input::read(body)
    }

    fn places(more: Json) -> Vec<(Place, &'static str)> {
        let refused = read(more).unwrap().check().unwrap_err();
        refused.errors().iter().map(|one| (one.place.clone(), one.code.code)).collect()
    }

    fn at(pointer: &str, code: &'static str) -> (Place, &'static str) {
        (Place::Pointer(pointer.to_owned()), code)
    }

    #[test]
    fn m_06_nothing_is_said_twice_and_scores_are_beside_somebody() {
        let twice = json!({ "strengths": ["Fast", "ＦＡＳＴ"], "weaknesses": ["dear", "Dear"] });
        assert_eq!(
            places(twice),
            [at("/strengths/1", "repeated"), at("/weaknesses/1", "repeated")]
        );
        let one = json!({ "attribute": "price", "own_score": 10, "competitor_score": 0 });
        assert_eq!(
            places(json!({ "scores": [one, one] })),
            [at("/scores/1", "repeated"), at("/competitor_id", "required")]
        );
        assert!(read(json!({})).unwrap().check().is_ok());
        let more = json!({ "attribute": "price", "own_score": 11, "competitor_score": -1 });
        let refused = read(json!({ "scores": [more] })).unwrap_err();
        assert_eq!(refused.errors().len(), 2, "{refused}");
    }

    #[test]
    fn m_06_a_product_is_named_where_one_is_positioned() {
        let product = json!({ "subject": "product" });
        assert_eq!(places(product.clone()), [at("/product_id", "required")]);
        let id = json!({ "product_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" });
        assert_eq!(places(id.clone()), [at("/product_id", "invalid")]);
        let mut both = product;
        input::merge(&mut both, id);
        assert!(read(both).unwrap().check().is_ok());
    }
}
