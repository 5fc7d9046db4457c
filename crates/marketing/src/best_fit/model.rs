//! Who fits a product, as it is answered.

use crate::{mining_models::MiningModelId, mining_profiles::ProfileReason};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::Share;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

guanxi_kernel::words! {
    /// By what customers are scored for a product.
    pub enum FitMethod {
        /// The newest tree whose dataset has the product as its label, by the scores that it has given.
        DecisionTree = "decision_tree" ("Decision tree", "决策树"),
        /// What those who have bought it have in common against all customers.
        SharedAttributes = "shared_attributes" ("Shared attributes", "共同特征"),
    }
}

/// A customer who fits.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BestFit {
    /// The customer.
    pub party_id: PartyId,
    /// By a tree the probability; by shared attributes the sum of log₂ of the lifts. With four decimals.
    pub score: String,
    /// The probability, by a tree.
    #[schema(required)]
    pub probability: Option<Share>,
    /// What gave the score, in your language: the rule of the leaf, or the attributes that add or take most.
    pub rule: String,
    /// The leaf, by a tree.
    #[schema(required)]
    pub leaf_id: Option<u32>,
    /// The attributes one by one, at most five; none by a tree.
    #[schema(max_items = 5)]
    pub reasons: Vec<ProfileReason>,
}

/// Customers who have not bought a product, by how well they fit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BestFitCustomers {
    /// The product.
    pub product_id: Uuid,
    /// By what they are scored.
    pub method: FitMethod,
    /// The model, by a tree.
    #[schema(required)]
    pub model_id: Option<MiningModelId>,
    /// How many of the customers that you may see have bought it; they are not listed.
    pub buyers: u64,
    /// The highest score first, of equal ones in the order of the ids. Nobody where nobody has bought it and no
    /// tree tells of it.
    pub data: Vec<BestFit>,
}
