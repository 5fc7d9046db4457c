//! Who is not written to, and why: without a store.

use crate::consents::Leave;

guanxi_kernel::words! {
    /// Why somebody is not written to. Of several reasons the first here counts.
    pub enum ExclusionReason {
        /// They have it, or it is on its way to them.
        AlreadySent = "already_sent" ("Already sent", "已发送过"),
        /// They are in the control arm of the message or of its campaign, to compare.
        ControlGroup = "control_group" ("Control group", "对照组"),
        /// They want it by another medium in which it is said, or by none of these.
        OtherMedium = "other_medium" ("Another medium", "偏好其他媒介"),
        /// No address is known, or not the one any more for which it was meant.
        NoAddress = "no_address" ("No address", "无可用地址"),
        /// Another member has the same address.
        SameAddress = "same_address" ("Same address", "地址重复"),
        /// They want no more of it.
        OptedOut = "opted_out" ("Opted out", "已退订"),
        /// They have not agreed to be written to.
        NoConsent = "no_consent" ("No consent", "未同意"),
        /// They were written to as often as they want to be.
        FrequencyCap = "frequency_cap" ("Frequency cap", "超出频次上限"),
    }
}

/// What is known of somebody before they are written to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged {
    pub(crate) has_it: bool,
    pub(crate) control: bool,
    /// Whether they want it by this medium.
    pub(crate) medium: bool,
    pub(crate) address: bool,
    pub(crate) address_taken: bool,
    pub(crate) leave: Leave,
    /// Messages in the period of the bound of their consent.
    pub(crate) lately: i64,
    /// Whether they have as many messages as they want, whatever these were for.
    pub(crate) full: bool,
}

impl Judged {
    /// Why they are not written to; `None` if they are.
    pub(crate) fn excluded(&self) -> Option<ExclusionReason> {
        let capped = matches!(self.leave, Leave::Granted(Some((most, _))) if self.lately >= most);
        let reasons = [
            (self.has_it, ExclusionReason::AlreadySent),
            (self.control, ExclusionReason::ControlGroup),
            (!self.medium, ExclusionReason::OtherMedium),
            (!self.address, ExclusionReason::NoAddress),
            (self.address_taken, ExclusionReason::SameAddress),
            (self.leave == Leave::Withdrawn, ExclusionReason::OptedOut),
            (self.leave == Leave::Unsaid, ExclusionReason::NoConsent),
            (capped || self.full, ExclusionReason::FrequencyCap),
        ];
        reasons.into_iter().find(|(so, _)| *so).map(|(_, reason)| reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Word as _;

    const GOOD: Judged = Judged {
        has_it: false,
        control: false,
        medium: true,
        address: true,
        address_taken: false,
        leave: Leave::Granted(Some((2, 7))),
        lately: 1,
        full: false,
    };

    #[test]
    fn x_18_of_several_reasons_the_first_counts() {
        type Worsen = fn(&mut Judged);
        assert_eq!(GOOD.excluded(), None);
        let worse: [(ExclusionReason, Worsen); 8] = [
            (ExclusionReason::FrequencyCap, |one| one.lately = 2),
            (ExclusionReason::NoConsent, |one| one.leave = Leave::Unsaid),
            (ExclusionReason::OptedOut, |one| one.leave = Leave::Withdrawn),
            (ExclusionReason::SameAddress, |one| one.address_taken = true),
            (ExclusionReason::NoAddress, |one| one.address = false),
            (ExclusionReason::OtherMedium, |one| one.medium = false),
            (ExclusionReason::ControlGroup, |one| one.control = true),
            (ExclusionReason::AlreadySent, |one| one.has_it = true),
        ];
        assert_eq!(worse.len(), ExclusionReason::ALL.len());
        let mut known = GOOD;
        for (reason, worsen) in worse {
            worsen(&mut known);
            assert_eq!(known.excluded(), Some(reason));
        }
    }

    #[test]
    fn x_23_the_third_at_cap_two_is_held() {
        for (lately, expected) in [(0, None), (1, None), (2, Some(ExclusionReason::FrequencyCap))] {
            assert_eq!(Judged { lately, ..GOOD }.excluded(), expected);
        }
        let free = Judged { leave: Leave::Granted(None), lately: 1_000, ..GOOD };
        assert_eq!(free.excluded(), None);
        let full = Judged { full: true, ..free };
        assert_eq!(full.excluded(), Some(ExclusionReason::FrequencyCap));
    }
}
