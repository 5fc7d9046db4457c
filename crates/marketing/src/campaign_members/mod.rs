//! Who is invited to campaigns, and who came.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `service.rs` | the rules of a save: places, nobody twice |
//! | `seats.rs` | who gets a seat, and who moves up |
//! | `virality.rs` | how many members bring others along |
//! | `select.rs` | customers chosen by segment, level and volume of sales |

mod model;
mod seats;
mod select;
mod service;
mod store;
mod virality;

pub use model::{
    CAMPAIGN_MEMBER, CampaignMember, CampaignMemberId, CampaignMemberInput, CampaignMemberStatus,
};
pub(crate) use seats::move_up;
pub use select::{CampaignMembersSelected, SelectCampaignMembers, select};
pub(crate) use select::{add, not_kept_out, seen};
pub(crate) use service::make_room;
pub(crate) use store::{code_of, member_of, seated_and_waiting};
pub use virality::{CampaignVirality, InvitedGeneration, virality};
