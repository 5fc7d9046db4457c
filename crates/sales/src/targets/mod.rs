//! Targets: what somebody is to reach in a period, divided so that it adds up along every dimension.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs`, `parts.rs` | the record and what it is made of |
//! | `table.rs` | a figure divided along several axes, without a store |
//! | `versions.rs`, `store.rs` | SQL |
//! | `service.rs` | the rules of a save |
//! | `changing.rs` | adjustments and re-allocations; every change is a version |
//! | `dividing.rs` | over periods, people, products, regions and dealers |
//! | `handing.rs` | a target of its own for each part, and the cover of a risk |
//! | `talks.rs` | figures against figures, until it counts |
//! | `actuals.rs`, `question.rs` | what was reached |
//! | `reaching.rs`, `reading.rs` | how far it is met, where it leads, what it was |
//! | `outlines.rs` | many targets at once, for reports |
//! | `proposing.rs` | what models propose from history |
//!
//! A target is one record, whatever it is divided into: its parts are the cells of a table beside it, one
//! table for each version. What somebody answers for themselves is handed down as a target of its own.

pub mod actuals;
mod changing;
mod dividing;
mod handing;
mod model;
pub mod outlines;
mod parts;
mod proposing;
mod question;
mod reaching;
mod reading;
mod service;
mod store;
mod table;
mod talks;
mod versions;

pub use changing::{AdjustTarget, Adjustment, REASONS, ReallocateTarget, adjust, reallocate};
pub use dividing::{
    AllocateTarget, AllocationMember, Basis, Leave, SplitBy, SplitTarget, allocate, split,
};
pub use handing::{
    HandDownTarget, HandedFigure, TargetBranch, TargetCover, TargetsHandedDown, cover_below,
    hand_down,
};
pub use model::{
    Branch, Dimension, TARGET, Target, TargetId, TargetInput, TargetLevel, TargetMetric,
    TargetMove, TargetStatus,
};
pub use parts::{
    BackTest, FactorKind, PastFigure, TargetAxis, TargetChangeReason, TargetFactor,
    TargetFactorStep, TargetFigure, TargetPart, TargetProposal, TargetRound, TargetVersion,
};
pub use proposing::{HistoryUnit, ModelKind, ProposalModel, ProposeTarget, propose};
pub use reaching::{
    GapOpportunity, Measured, PartAttainment, PastAttainment, TargetAttainment, TargetGapPlan,
    TargetProjection, TargetSanity, attainment, past_attainment, plan, projection, reached, sanity,
};
pub use reading::{TargetBreakdown, TargetCell, breakdown, history};
pub use talks::{CounterTarget, ImposeTarget, agree, counter, impose};
