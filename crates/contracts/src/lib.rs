//! Contracts: from the first draft to the last payment.
//!
//! | folder | holds |
//! | --- | --- |
//! | [`contracts`] | what a customer and the company agree on, how far it has come, and what is still to be paid |
//! | [`contract_amendments`] | what both parties change of a contract that is in force |
//! | [`contract_templates`] | clauses with places to be filled |
//! | [`contract_documents`] | what templates came to for contracts |
//! | [`execution_links`] | what other systems do to carry a contract out: projects, purchases, deliveries |
//! | [`receipts`] | what customers have paid on contracts, and what was paid back |
//! | [`dunnings`] | pressing for what is late, level by level |
//! | [`bookable_resources`] | the people and the equipment that work on contracts |
//! | [`resource_bookings`] | for which contract they are taken on which days |

pub mod bookable_resources;
pub mod contract_amendments;
pub mod contract_documents;
pub mod contract_templates;
pub mod contracts;
pub mod dunnings;
pub mod execution_links;
pub mod problems;
pub mod receipts;
pub mod resource_bookings;

use guanxi_customers::merges::{self, Follow};
use guanxi_workflow::{chores, documents};

pub use problems::PROBLEMS;

/// Makes known what needs an approval here, what is done because time has passed, and what follows merges. Again is no
/// harm.
pub fn register() {
    documents::register(&contracts::APPROVAL_OF_CONTRACTS);
    documents::register(&contract_amendments::APPROVAL_OF_AMENDMENTS);
    chores::register(&dunnings::PLANNING);
    let movements = Follow {
        merged: |tx, _, two| Box::pin(contracts::follow(tx, two, two.merged)),
        parted: |tx, _, two| Box::pin(contracts::follow(tx, two, two.survivor)),
    };
    merges::follow("contract_movements", movements);
}
