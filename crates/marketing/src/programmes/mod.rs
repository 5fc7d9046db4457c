//! Programmes: several campaigns over several media on one list of contacts, from first interest to keeping a
//! customer.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs`, `parts.rs` | the record and its parts |
//! | `life.rs` | states and moves as data |
//! | `service.rs` | the rules of a save that need the store |
//! | `moves.rs` | what changes its state |
//! | `readiness.rs` | why programmes fail, item by item |
//! | `addressing.rs` | everybody on the list becomes a member of its campaigns |
//! | `funnel.rs` | how many are in each stage, and what that has cost |
//! | `participation.rs` | which departments have dealt with those on the list |
//! | `value.rs` | profit, retention and growth |
//! | `store.rs` | the SQL |
//!
//! A programme names its campaigns and its list, and campaigns know nothing of it; a table with one row for
//! each campaign keeps two programmes from counting the same money. Its figures are those of campaigns, of
//! whoever is on the list when it is asked. The checklist and the team stand in the programme, since the
//! rules of the company look at them there. Price: whoever may read a programme is told how many are on its
//! list, also if they do not see that.

mod addressing;
mod funnel;
mod life;
mod model;
mod moves;
mod participation;
mod parts;
mod readiness;
mod service;
mod store;
mod value;

pub use addressing::{AddressedCampaign, ProgrammeAddressed, address};
pub use funnel::{ProgrammeFunnel, ProgrammeStep, funnel};
pub use life::{MOVES, ProgrammeMove, ProgrammeState};
pub use model::{PROGRAMME, Programme, ProgrammeId, ProgrammeInput};
pub use moves::{cancel, finish, start, submit};
pub use participation::{DepartmentParticipation, ProgrammeParticipation, participation};
pub use parts::{
    ProgrammeCampaign, ProgrammeHorizon, ProgrammeMetric, ProgrammeObjective, ProgrammeTeamMember,
    ProgrammeTeamRole,
};
pub use readiness::{
    ProgrammeReadiness, ReadinessCause, ReadinessItem, ReadinessLine, ReadinessState, readiness,
};
pub use service::contacts_of;
pub use value::{CustomerRetention, ProgrammeValue, value};
