//! What ends a track for a prospect.

use super::NurtureTrackInput;
use guanxi_kernel::Word as _;

guanxi_kernel::words! {
    /// What a track can end by, besides a lead that is closed and content that has all been told. Of
    /// several that hold the first is the reason.
    pub enum NurtureExit {
        /// Field sales has them.
        HandedToField = "handed_to_field" ("Handed to field sales", "已移交现场销售"),
        /// They are about to buy, or have bought, by the stage of their decision.
        InSale = "in_sale" ("About to buy", "进入售中"),
        /// They have answered to a campaign since they are on the track.
        Answered = "answered" ("Has answered", "已回应"),
    }
}

guanxi_kernel::words! {
    /// Why somebody is on a track no more.
    pub enum NurtureExitReason {
        /// The lead is lost, has become a party or is gone.
        Closed = "closed" ("The lead is closed", "意向客户已关闭"),
        /// Field sales has them.
        HandedToField = "handed_to_field" ("Handed to field sales", "已移交现场销售"),
        /// They are about to buy, or have bought.
        InSale = "in_sale" ("About to buy", "进入售中"),
        /// They have answered.
        Answered = "answered" ("Has answered", "已回应"),
        /// They were on it for as long as it lasts.
        TooLong = "too_long" ("Longest time is over", "已达最长期限"),
        /// All content was told.
        Finished = "finished" ("All content told", "内容已全部发送"),
        /// Somebody has taken them off.
        ByHand = "by_hand" ("Taken off by hand", "人工移出"),
    }
}

impl NurtureExit {
    fn reason(self) -> NurtureExitReason {
        match self {
            Self::HandedToField => NurtureExitReason::HandedToField,
            Self::InSale => NurtureExitReason::InSale,
            Self::Answered => NurtureExitReason::Answered,
        }
    }
}

/// How it stands with a prospect on a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProspectNow {
    /// Whether the lead is open.
    pub(crate) open: bool,
    /// What holds of them, whether or not the track asks for it.
    pub(crate) holds: Vec<NurtureExit>,
    /// Days since they are on it.
    pub(crate) days: i64,
}

impl NurtureTrackInput {
    /// Why a prospect leaves the track before more is told.
    pub(crate) fn exit(&self, now: &ProspectNow) -> Option<NurtureExitReason> {
        if !now.open {
            return Some(NurtureExitReason::Closed);
        }
        let mut exits = NurtureExit::ALL.iter().copied();
        let first = exits.find(|exit| self.exits.contains(exit) && now.holds.contains(exit));
        let over = self.longest_days.is_some_and(|days| now.days > days);
        first.map(NurtureExit::reason).or(over.then_some(NurtureExitReason::TooLong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nurture_tracks::NurtureTrack;
    use guanxi_storage::Resource as _;
    use serde_json::json;

    fn track(more: serde_json::Value) -> NurtureTrackInput {
        let mut body = NurtureTrack::example();
        guanxi_kernel::input::merge(&mut body, more);
        guanxi_kernel::input::read(body).unwrap()
    }

    #[test]
    fn x_111_a_track_ends_by_its_rules_and_always_with_the_lead() {
        let quiet = ProspectNow { open: true, holds: Vec::new(), days: 90 };
        let all = track(json!({ "exits": ["answered", "in_sale", "handed_to_field"],
            "longest_days": 90 }));
        assert_eq!(all.exit(&quiet), None, "the 90th day is part of it");
        let busy = ProspectNow { holds: NurtureExit::ALL.to_vec(), days: 91, ..quiet.clone() };
        assert_eq!(all.exit(&busy), Some(NurtureExitReason::HandedToField));
        let none = track(json!({ "exits": [], "longest_days": null }));
        assert_eq!(none.exit(&busy), None);
        let closed = ProspectNow { open: false, ..busy.clone() };
        assert_eq!(none.exit(&closed), Some(NurtureExitReason::Closed));
        let some = track(json!({ "exits": ["answered"], "longest_days": 90 }));
        assert_eq!(some.exit(&busy), Some(NurtureExitReason::Answered));
        let long = ProspectNow { days: 91, ..quiet };
        assert_eq!(some.exit(&long), Some(NurtureExitReason::TooLong));
    }
}
