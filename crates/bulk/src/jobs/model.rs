//! A job as callers see it, and what only its worker sees.

use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{ApiKeyId, Id, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// How a job stands.
    #[derive(Default)]
    pub enum JobStatus {
        /// It waits for a worker.
        #[default]
        Queued = "queued" ("Queued", "排队中"),
        /// A worker has it.
        Running = "running" ("Running", "进行中"),
        /// It is done; single rows may have failed, see its problems.
        Succeeded = "succeeded" ("Succeeded", "已完成"),
        /// It could not go on; what was committed stays.
        Failed = "failed" ("Failed", "失败"),
        /// It was stopped; what was committed stays.
        Cancelled = "cancelled" ("Cancelled", "已取消"),
    }
}

guanxi_kernel::words! {
    /// What a job does.
    pub enum JobKind {
        /// Makes records of the rows of a file.
        Import = "import" ("Import", "导入"),
        /// Says what an import would do.
        ImportCheck = "import_check" ("Check of an import", "导入检查"),
        /// Writes the records of a list into a file.
        Export = "export" ("Export", "导出"),
        /// Writes all that is stored of a person into a file.
        SubjectExport = "subject_export" ("Export of a person", "导出个人信息"),
        /// Takes back what another job has written.
        Undo = "undo" ("Undo", "撤销"),
        /// Looks for records that are the same.
        DuplicateSearch = "duplicate_search" ("Search for duplicates", "查重"),
        /// Builds a dataset to learn from.
        MiningDataset = "mining_dataset" ("Mining dataset", "生成挖掘数据集"),
        /// Trains a model.
        MiningTraining = "mining_training" ("Training of a model", "训练模型"),
        /// Scores customers and prospects with a model.
        MiningScoring = "mining_scoring" ("Scoring", "客户评分"),
        /// Plans reminders.
        ReminderPlanning = "reminder_planning" ("Planning of reminders", "提醒计划"),
    }
}

/// Names a job.
pub type JobId = Id<Job>;
type JobMeta = Meta<Job>;

/// What a job is asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct JobInput {
    /// What it does.
    #[field(zh = "类型", filter)]
    pub kind: JobKind,
    /// What it does it to, e.g. the import.
    #[field(zh = "对象", filter)]
    pub subject_id: Option<Uuid>,
    /// Who has asked for it; it has the rights of this user.
    #[field(zh = "发起人", filter, to = User)]
    pub owner_id: UserId,
}

/// Work that goes on by itself.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Job {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = JobMeta)]
    pub meta: Meta<Job>,
    /// What it is asked to do.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: JobInput,
    /// How it stands.
    #[field(zh = "状态", filter)]
    pub status: JobStatus,
    /// How much is done, in the unit of `total`.
    #[field(zh = "已完成")]
    pub done: i64,
    /// How much there is to do; `null` when nobody knows.
    #[field(zh = "总数")]
    pub total: Option<i64>,
    /// What came of it so far; of an import `read`, `created`, `updated`, `skipped` and `failed`, of a
    /// search for duplicates `records`, `certain`, `likely`, `new` and `not_compared`, of a
    /// planning of reminders `records` and `planned`, of an export `rows`, and when it is done `size_bytes`, `file` (where it is) and `expires_at`.
    #[field(zh = "结果", json)]
    #[schema(value_type = Object)]
    pub result: Json,
    /// Why it failed.
    #[field(zh = "失败原因", json)]
    #[schema(value_type = Option<Object>)]
    pub problem: Option<Json>,
    /// When a worker first took it.
    #[field(zh = "开始时间")]
    pub started_at: Option<DateTime<Utc>>,
    /// When it was over.
    #[field(zh = "结束时间")]
    pub finished_at: Option<DateTime<Utc>>,
    /// What the work needs to know.
    #[serde(skip)]
    #[field(hidden, json)]
    pub task: Json,
    /// Where it goes on.
    #[serde(skip)]
    #[field(hidden, json)]
    pub state: Json,
    /// The key that has asked for it.
    #[serde(skip)]
    #[field(hidden)]
    pub api_key_id: Option<ApiKeyId>,
    /// Whether it is to stop.
    #[serde(skip)]
    #[field(hidden)]
    pub cancel_asked: bool,
    /// The worker that has it.
    #[serde(skip)]
    #[field(hidden)]
    pub lease_by: Option<String>,
    /// Until when no other worker takes it.
    #[serde(skip)]
    #[field(hidden)]
    pub lease_until: Option<DateTime<Utc>>,
    /// How often workers have taken it since it came further than ever before.
    #[serde(skip)]
    #[field(hidden)]
    pub attempts: i64,
    /// How far it has come at most; work that begins anew comes less far for a while.
    #[serde(skip)]
    #[field(hidden)]
    pub furthest: i64,
}

/// The resource of jobs.
pub static JOB: Kind =
    Kind::new::<Job>("job", "jobs", "jobs", Visibility::Owner, Texts { en: "Job", zh: "任务" })
        .succeeded(Succession::Never)
        .also(&["queued", "cancelled", "finished"]);
