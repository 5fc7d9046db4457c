//! Who is invited to campaigns, and who came.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `service.rs` | the rules of a save: places, nobody twice |
//! | `virality.rs` | how many members bring others along |
//! | `select.rs` | customers chosen by level and volume of sales |

mod model;
mod select;
mod service;
mod store;
mod virality;

pub use model::{
    CAMPAIGN_MEMBER, CampaignMember, CampaignMemberId, CampaignMemberInput, CampaignMemberStatus,
};
pub use select::{CampaignMembersSelected, SelectCampaignMembers, select};
pub(crate) use select::{add, seen};
pub(crate) use store::{code_of, member_of};
pub use virality::{CampaignVirality, InvitedGeneration, virality};
