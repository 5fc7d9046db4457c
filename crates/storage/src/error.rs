//! What the stores can refuse, as problems with a code.

use guanxi_kernel::{
    Problem,
    problem::{DUPLICATE, INTERNAL},
};

/// What a driver reports.
pub type Error = sqlx::Error;

guanxi_kernel::problems! {
    /// The store cannot be reached or is being restarted.
    UNAVAILABLE = Unavailable "store_unavailable"
        ("Store unavailable", "The store cannot be reached just now; try again.")
        ("存储暂不可用", "暂时无法访问存储,请稍后重试。");
    /// Too many writers wanted the same records; the handle has retried already.
    CONTENTION = Unavailable "contention"
        ("Too much contention", "Others are changing the same records; try again.")
        ("并发冲突过多", "其他请求正在修改相同的记录,请稍后重试。");
    /// The statement took longer than it may.
    STATEMENT_TIMEOUT = Unavailable "statement_timeout"
        ("Statement timed out", "The query took too long; narrow it with a filter.")
        ("查询超时", "查询时间过长,请用筛选条件缩小范围。");
    /// No room left on the disk of the store.
    STORAGE_FULL = StorageFull "storage_full"
        ("Storage full", "The store has no room left; nothing was written. Reading still works.")
        ("存储空间已满", "存储空间不足,数据未写入;读取不受影响。");
    /// A row points to one that is not there.
    BROKEN_REFERENCE = Conflict "broken_reference"
        ("Reference conflict", "The change would leave a record pointing to one that is not there.")
        ("引用冲突", "该修改会使记录指向不存在的对象。");
    /// A cursor that was not made for this query of this caller.
    BAD_CURSOR = Malformed "bad_cursor"
        ("Bad cursor", "The cursor was not made by this query; start again without one.")
        ("游标无效", "该游标不属于此查询,请去掉游标重新开始。");
    /// A query parameter that the list does not know.
    UNKNOWN_PARAMETER = Malformed "unknown_parameter"
        ("Unknown parameter", "There is no such query parameter here.")
        ("未知参数", "不存在此查询参数。");
    /// A query parameter whose value cannot be used.
    BAD_PARAMETER = Malformed "bad_parameter"
        ("Bad parameter", "A query parameter is invalid; see errors.")
        ("参数无效", "查询参数无效,详见 errors。");
    /// A parameter that may stand only once.
    REPEATED_PARAMETER = Malformed "repeated_parameter"
        ("Repeated parameter", "The parameter may be given only once.")
        ("参数重复", "该参数只能出现一次。");
    /// The same idempotency key with another request.
    KEY_REUSED = Invalid "idempotency_key_reused"
        ("Idempotency key reused", "The key was used before with another request.")
        ("幂等键被重复使用", "该幂等键已用于另一个不同的请求。");
    /// The first request with this key has not ended yet.
    KEY_IN_PROGRESS = Conflict "idempotency_in_progress"
        ("Still in progress", "The first request with this key has not ended yet; try again.")
        ("处理中", "使用该幂等键的首个请求尚未结束,请稍后重试。");
    /// No exchange rate is known for the date.
    NO_RATE = Invalid "no_exchange_rate"
        ("No exchange rate", "No rate from {from} to {to} is known on or before {on}.")
        ("缺少汇率", "没有 {on} 当日或之前从 {from} 到 {to} 的汇率。");
}

/// Sorts a driver's error into the catalogue. The cause goes to the log only.
pub fn problem(error: Error) -> Problem {
    let code = match &error {
        Error::Database(refusal) => match refusal.code().as_deref() {
            // PostgreSQL: serialization failure, deadlock, lock timeout. SQLite: busy.
            Some("40001" | "40P01" | "55P03" | "5" | "261" | "517") => &CONTENTION,
            // PostgreSQL: cancelled statement. SQLite: interrupted.
            Some("57014" | "9") => &STATEMENT_TIMEOUT,
            // PostgreSQL: disk full. SQLite: full.
            Some("53100" | "13") => &STORAGE_FULL,
            // PostgreSQL: shutting down, crashed, starting, too many connections, read-only standby.
            Some("57P01" | "57P02" | "57P03" | "53300" | "25006") => &UNAVAILABLE,
            Some(code) if code.starts_with("08") => &UNAVAILABLE,
            _ if refusal.is_unique_violation() => &DUPLICATE,
            _ if refusal.is_foreign_key_violation() => &BROKEN_REFERENCE,
            _ => &INTERNAL,
        },
        Error::Io(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed | Error::Tls(_) => {
            &UNAVAILABLE
        }
        _ => &INTERNAL,
    };
    let problem = code.problem().because(error);
    if code.kind == guanxi_kernel::Kind::Unavailable { problem.retry_after(1) } else { problem }
}

/// A stored value that the code cannot read: ours to mend, never the caller's fault.
pub fn corrupt(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    INTERNAL.problem().because(error)
}
