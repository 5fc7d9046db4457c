//! A track.

use super::exits::NurtureExit;
use guanxi_kernel::{Id, Line, Text, problem::Texts};
use guanxi_marketing::{
    content_items::{ContentItem, ContentItemId},
    media::{Medium, MediumId},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a track.
pub type NurtureTrackId = Id<NurtureTrack>;

type NurtureTrackMeta = Meta<NurtureTrack>;

/// What callers write of a track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct NurtureTrackInput {
    /// What it is called.
    #[field(zh = "培育路径名称", filter)]
    pub name: Line<200>,
    /// The medium by which prospects are told.
    #[field(zh = "媒介", filter, to = Medium)]
    pub medium_id: MediumId,
    /// What they are told, one after the other, each once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "内容", json, terms = "content_item_id", to = ContentItem)]
    pub content_item_ids: Vec<ContentItemId>,
    /// Days from one to the next.
    #[validate(range(min = 1, max = 365))]
    #[schema(minimum = 1, maximum = 365)]
    #[field(zh = "间隔天数")]
    pub interval_days: i64,
    /// What ends it for a prospect, each once. A lead that is closed always does.
    #[serde(default)]
    #[validate(length(max = 3))]
    #[schema(max_items = 3)]
    #[field(zh = "退出规则", json)]
    pub exits: Vec<NurtureExit>,
    /// For how many days a prospect is on it at most.
    #[serde(default)]
    #[validate(range(min = 1, max = 3_650))]
    #[schema(minimum = 1, maximum = 3_650)]
    #[field(zh = "最长天数")]
    pub longest_days: Option<i64>,
    /// Whether prospects are put on it.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub active: bool,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// How prospects are kept in mind.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct NurtureTrack {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = NurtureTrackMeta)]
    pub meta: Meta<NurtureTrack>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: NurtureTrackInput,
}

/// The resource of tracks.
pub static NURTURE_TRACK: Kind = Kind::new::<NurtureTrack>(
    "nurture_track",
    "nurture-tracks",
    "nurture_tracks",
    Visibility::Tenant,
    Texts { en: "Nurture track", zh: "培育路径" },
)
.searched(&["name"])
.known_by(&["name"]);
