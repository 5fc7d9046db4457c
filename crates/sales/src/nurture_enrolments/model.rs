//! A prospect on a track.

use crate::{
    leads::{Lead, LeadId},
    nurture_tracks::{NurtureExitReason, NurtureTrack, NurtureTrackId, NurtureTrackInput},
    problems::NURTURE_LEFT,
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Result, UserId, problem::Texts};
use guanxi_marketing::content_items::{ContentItem, ContentItemId};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// Whether a prospect is on the track.
    #[derive(Default)]
    pub enum NurtureStatus {
        /// They are.
        #[default]
        Running = "running" ("Running", "进行中"),
        /// They are no more.
        Left = "left" ("Left", "已退出"),
    }
}

/// Names a prospect on a track.
pub type NurtureEnrolmentId = Id<NurtureEnrolment>;

type NurtureEnrolmentMeta = Meta<NurtureEnrolment>;

/// What callers write of a prospect on a track. Lead and track stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct NurtureEnrolmentInput {
    /// The lead, an open one that field sales does not have and that is on no other track.
    #[field(zh = "意向客户", filter, to = Lead)]
    pub lead_id: LeadId,
    /// The track.
    #[field(zh = "培育路径", filter, to = NurtureTrack)]
    pub nurture_track_id: NurtureTrackId,
    /// Who tells them; the acting user when a new one names none.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
}

/// A prospect on a track.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct NurtureEnrolment {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = NurtureEnrolmentMeta)]
    pub meta: Meta<NurtureEnrolment>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: NurtureEnrolmentInput,
    /// Whether they are on it.
    #[field(zh = "状态", filter)]
    pub status: NurtureStatus,
    /// The day on which they were put on it.
    #[field(zh = "开始日期")]
    pub begun_on: NaiveDate,
    /// How many contents they were told.
    #[field(zh = "已发送内容数")]
    pub told: i64,
    /// What they were told last.
    #[field(zh = "最近内容", to = ContentItem)]
    pub last_content_item_id: Option<ContentItemId>,
    /// When.
    #[field(zh = "最近发送时间")]
    pub last_told_at: Option<DateTime<Utc>>,
    /// What they are told next; none once they have left.
    #[field(zh = "下一内容", to = ContentItem)]
    pub next_content_item_id: Option<ContentItemId>,
    /// The day on which that is due.
    #[field(zh = "下次日期", filter)]
    pub due_on: Option<NaiveDate>,
    /// When they have left.
    #[field(zh = "退出时间")]
    pub left_at: Option<DateTime<Utc>>,
    /// Why.
    #[field(zh = "退出原因", filter)]
    pub exit_reason: Option<NurtureExitReason>,
}

/// The resource of prospects on tracks.
pub static NURTURE_ENROLMENT: Kind = Kind::new::<NurtureEnrolment>(
    "nurture_enrolment",
    "nurture-enrolments",
    "nurture_enrolments",
    Visibility::Owner,
    Texts { en: "Prospect on a nurture track", zh: "培育中的意向客户" },
)
.succeeded(Succession::While(&["running"]))
.also(&["told", "left"]);

impl NurtureEnrolment {
    /// Refuses what is for those who are on the track.
    ///
    /// # Errors
    /// `nurture_left`.
    pub(super) fn require_running(&self) -> Result<()> {
        match self.status {
            NurtureStatus::Running => Ok(()),
            NurtureStatus::Left => Err(NURTURE_LEFT.problem()),
        }
    }

    /// They are on the track no more.
    pub(super) fn leave(&mut self, now: DateTime<Utc>, why: NurtureExitReason) {
        self.status = NurtureStatus::Left;
        (self.left_at, self.exit_reason) = (Some(now), Some(why));
        (self.due_on, self.next_content_item_id) = (None, None);
    }

    /// They were told the next content of the track; with the last one they leave.
    pub(super) fn tell(&mut self, track: &NurtureTrackInput, now: DateTime<Utc>, day: NaiveDate) {
        // A track may have changed meanwhile: what was said to be next is told, unless it is on it no more.
        let place = |next: ContentItemId| {
            track.content_item_ids.iter().position(|content| *content == next)
        };
        let told = usize::try_from(self.told).unwrap_or(usize::MAX);
        let at = self.next_content_item_id.and_then(place).unwrap_or(told);
        if let Some(content) = track.content_item_ids.get(at) {
            (self.last_content_item_id, self.last_told_at) = (Some(*content), Some(now));
            self.told += 1;
        }
        match track.content_item_ids.get(at.saturating_add(1)) {
            Some(next) => {
                let days = u64::try_from(track.interval_days).unwrap_or_default();
                self.due_on = day.checked_add_days(Days::new(days));
                self.next_content_item_id = Some(*next);
            }
            None => self.leave(now, NurtureExitReason::Finished),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_storage::{Resource as _, kind::Parts as _};
    use serde_json::json;
    use uuid::Uuid;

    #[test]
    fn x_111_contents_follow_each_other_by_the_interval_until_the_last_one() {
        let content = [1, 2].map(Uuid::from_u128);
        let mut body = NurtureTrack::example();
        let more = json!({ "content_item_ids": content, "interval_days": 30 });
        guanxi_kernel::input::merge(&mut body, more);
        let track: NurtureTrackInput = guanxi_kernel::input::read(body).unwrap();
        let input = NurtureEnrolmentInput {
            lead_id: Uuid::from_u128(3).into(),
            nurture_track_id: Uuid::from_u128(4).into(),
            owner_id: None,
        };
        let mut one = NurtureEnrolment::assemble(Meta::blank(), input);
        let (now, day) = (DateTime::UNIX_EPOCH, |day| NaiveDate::from_ymd_opt(2026, 2, day));
        one.tell(&track, now, day(10).unwrap());
        assert_eq!((one.told, one.status), (1, NurtureStatus::Running));
        assert_eq!(one.due_on, NaiveDate::from_ymd_opt(2026, 3, 12));
        assert_eq!(one.next_content_item_id, Some(content[1].into()));
        one.tell(&track, now, day(11).unwrap());
        assert_eq!((one.told, one.status), (2, NurtureStatus::Left));
        assert_eq!(one.last_content_item_id, Some(content[1].into()));
        assert_eq!((one.exit_reason, one.due_on), (Some(NurtureExitReason::Finished), None));
        assert!(one.require_running().is_err());
        // Whatever came before it meanwhile, what was next is told.
        let first = [Uuid::from_u128(5), content[0], content[1]].map(ContentItemId::from);
        let longer = NurtureTrackInput { content_item_ids: first.to_vec(), ..track };
        let mut one = NurtureEnrolment::assemble(Meta::blank(), one.input);
        one.next_content_item_id = Some(content[0].into());
        one.tell(&longer, now, day(10).unwrap());
        assert_eq!(one.last_content_item_id, Some(content[0].into()));
        assert_eq!(one.next_content_item_id, Some(content[1].into()));
    }
}
