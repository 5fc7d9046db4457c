//! What the stores can refuse, as problems with a code.

use guanxi_kernel::{
    Code, Problem,
    problem::{DUPLICATE, INTERNAL},
};
use sqlx::migrate::MigrateError;

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
    /// A cursor of the change feed from too long ago.
    SYNC_EXPIRED = Gone "sync_cursor_expired"
        ("Cursor expired", "The cursor is too old to continue from; start again without one.")
        ("游标已过期", "该游标过旧,无法继续;请去掉游标重新同步。");
    /// A query parameter that the list does not know.
    UNKNOWN_PARAMETER = Malformed "unknown_parameter"
        ("Unknown parameter", "There is no such query parameter here.")
        ("未知参数", "不存在此查询参数。");
    /// A query parameter whose value cannot be used.
    BAD_PARAMETER = Malformed "bad_parameter"
        ("Bad parameter", "A query parameter is invalid; see errors.")
        ("参数无效", "查询参数无效,详见 errors。");
    /// A filter that cannot be read, or names what is not there.
    BAD_FILTER = Malformed "bad_filter"
        ("Bad filter", "At byte {offset} of the filter: expected {expected}.")
        ("筛选条件无效", "筛选条件第 {offset} 字节处应为 {expected}。");
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
    /// A value for a field of the tenant that is not used any more.
    FIELD_INACTIVE = Invalid "field_inactive"
        ("Field not in use", "The field takes no new values; those that are there stay.")
        ("字段已停用", "该字段已停用,不再接受新值,已有的值保留。");
    /// A field that the caller sees and may not write.
    FORBIDDEN_FIELD = Forbidden "forbidden_field"
        ("Field cannot be written", "Your rights let you see the field and not write it.")
        ("字段不可写", "您可查看该字段,但无权修改。");
    /// The record has become part of another one.
    MERGED_INTO = NotFound "merged_into"
        ("Merged into another record", "The record is part of {survivor_id} now.")
        ("已合并到其他记录", "该记录已并入 {survivor_id}。");
    /// A secret was sealed with a key that is not here.
    SEALING_KEY_MISSING = Conflict "sealing_key_missing"
        ("Sealing key is missing", "A secret was sealed with the key {key}, which is not here: put its file into the folder of keys, or replace what was sealed.")
        ("缺少封存密钥", "某项机密由密钥 {key} 封存,而此处没有该密钥:请将其文件放入密钥目录,或替换被封存的内容。");
    /// A sealed secret of another record, or one that somebody has altered.
    SEAL_REFUSED = Conflict "seal_refused"
        ("Not the secret of this record", "What is sealed here was sealed for another record, or was altered since; replace it.")
        ("封存内容与记录不符", "此处的封存内容属于其他记录,或已被改动;请替换。");
    /// No exchange rate is known for the date.
    NO_RATE = Invalid "no_exchange_rate"
        ("No exchange rate", "No rate from {from} to {to} is known on or before {on}.")
        ("缺少汇率", "没有 {on} 当日或之前从 {from} 到 {to} 的汇率。");
    /// Another rate is kept for the day, and figures may rest on it.
    RATE_KEPT = Conflict "exchange_rate_kept"
        ("Another rate is kept", "The rate from {from} to {to} on {on} is kept with another value, and stays.")
        ("汇率已存在", "{on} 从 {from} 到 {to} 的汇率已按另一数值保存,不可更改。");
    /// The converted amount has too many digits.
    CONVERSION_OVERFLOW = Invalid "conversion_overflow"
        ("Too large to convert", "In {to} the amount would be too large.")
        ("金额过大,无法换算", "换算为 {to} 后金额过大。");
}

/// What a store says whatever it was asked: the transaction is lost, and the same work may be done later. All
/// else that is declared here refuses what was asked, and would do so again; so each of these is named.
pub static OF_STORE: &[&Code] = &[&UNAVAILABLE, &CONTENTION, &STATEMENT_TIMEOUT, &STORAGE_FULL];

/// Sorts a driver's error into the catalogue. The cause goes to the log only.
pub fn problem(error: Error) -> Problem {
    let code = match &error {
        Error::Database(refusal) => match refusal.code().as_deref() {
            // PostgreSQL: serialization failure, deadlock, lock timeout.
            Some("40001" | "40P01" | "55P03") => &CONTENTION,
            _ if busy(&error) => &CONTENTION,
            _ if lost(&error) => &UNAVAILABLE,
            // PostgreSQL: cancelled statement. SQLite: interrupted.
            Some("57014" | "9") => &STATEMENT_TIMEOUT,
            // PostgreSQL: disk full. SQLite: full.
            Some("53100" | "13") => &STORAGE_FULL,
            // PostgreSQL: too many connections, read-only standby.
            Some("53300" | "25006") => &UNAVAILABLE,
            _ if refusal.is_unique_violation() => &DUPLICATE,
            _ if refusal.is_foreign_key_violation() => &BROKEN_REFERENCE,
            _ => &INTERNAL,
        },
        Error::PoolTimedOut | Error::PoolClosed => &UNAVAILABLE,
        other if lost(other) => &UNAVAILABLE,
        _ => &INTERNAL,
    };
    let problem = code.problem().because(error);
    if code.kind == guanxi_kernel::Kind::Unavailable { problem.retry_after(1) } else { problem }
}

/// As [`problem`], of what is said before a connection or a transaction is there. A proxy that has no server
/// to pass on to closes what it has accepted, which the driver takes for an odd answer; and a standby
/// says that it knows no serializable transactions, until it is the primary.
pub(crate) fn unreached(error: Error) -> Problem {
    let passing = match &error {
        Error::Protocol(_) => true,
        Error::Database(refusal) => refusal.code().as_deref() == Some("0A000"),
        _ => false,
    };
    if passing { UNAVAILABLE.problem().because(error).retry_after(1) } else { problem(error) }
}

/// Whether PostgreSQL let a statement wait for a lock as long as it may wait, or work as long as it may.
pub(crate) fn took_too_long(problem: &Problem) -> bool {
    let cause = std::error::Error::source(problem).and_then(|cause| cause.downcast_ref::<Error>());
    let refusal = cause.and_then(Error::as_database_error);
    let code = refusal.and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("55P03" | "57014"))
}

/// Whether the connection is gone and another one may do better.
pub(crate) fn lost(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::Tls(_) | Error::WorkerCrashed => true,
        Error::Database(refusal) => refusal.code().is_some_and(|code| {
            // PostgreSQL: shutting down, crashed, starting, idle for too long.
            code.starts_with("08")
                || matches!(&*code, "57P01" | "57P02" | "57P03" | "57P05" | "25P03")
        }),
        _ => false,
    }
}

/// Whether a server that could not be opened, or whose schema could not be looked at, may be there in a
/// while: it is starting, restarting, not the primary yet, or cannot be reached.
pub fn may_come(error: &Error) -> bool {
    match error {
        // Certificates do not mend themselves.
        Error::Tls(_) => false,
        // As [`unreached`] says, the latter may be a proxy without a server.
        Error::PoolTimedOut | Error::Protocol(_) => true,
        // PostgreSQL: too many connections, read-only standby.
        Error::Database(refusal)
            if matches!(refusal.code().as_deref(), Some("53300" | "25006")) =>
        {
            true
        }
        Error::Migrate(refusal) => match &**refusal {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
                may_come(error)
            }
            _ => false,
        },
        other => lost(other),
    }
}

/// Whether SQLite was kept waiting by another process: `SQLITE_BUSY` and its extended codes.
fn busy(error: &Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| matches!(&*code, "5" | "261" | "517" | "773"))
}

/// A stored value that the code cannot read: ours to mend, never the caller's fault.
pub fn corrupt(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    INTERNAL.problem().because(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::error::{DatabaseError, ErrorKind};
    use std::{borrow::Cow, error, fmt};

    /// A refusal as either driver reports it.
    #[derive(Debug)]
    struct Refusal(&'static str);

    impl fmt::Display for Refusal {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl error::Error for Refusal {}

    impl DatabaseError for Refusal {
        fn message(&self) -> &str {
            self.0
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn error::Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn error::Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn error::Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            match self.0 {
                "23505" | "2067" => ErrorKind::UniqueViolation,
                "23503" | "787" => ErrorKind::ForeignKeyViolation,
                _ => ErrorKind::Other,
            }
        }
    }

    /// What the driver makes of a proxy that has no server.
    fn odd_answer() -> Error {
        Error::Protocol("unexpected response from SSLRequest: 0x00".to_owned())
    }

    #[test]
    fn each_refusal_is_what_a_caller_can_do_about_it() {
        let table: [(&Code, &[&'static str]); 7] = [
            (&CONTENTION, &["40001", "40P01", "55P03", "5", "261", "517", "773"]),
            (&STATEMENT_TIMEOUT, &["57014", "9"]),
            (&STORAGE_FULL, &["53100", "13"]),
            (
                &UNAVAILABLE,
                &["08006", "08003", "57P01", "57P02", "57P03", "57P05", "25P03", "53300", "25006"],
            ),
            (&DUPLICATE, &["23505", "2067"]),
            (&BROKEN_REFERENCE, &["23503", "787"]),
            (&INTERNAL, &["42601", "22021", "25P02", "1", "8", "11"]),
        ];
        for (expected, codes) in table {
            for code in codes {
                let found = problem(Error::Database(Box::new(Refusal(code))));
                assert_eq!(found.code().code, expected.code, "{code}");
                assert_eq!(
                    found.wait().is_some(),
                    expected.kind == guanxi_kernel::Kind::Unavailable,
                    "{code}"
                );
            }
        }
        for (code, long) in [("55P03", true), ("57014", true), ("40001", false), ("9", false)] {
            assert_eq!(took_too_long(&problem(Error::Database(Box::new(Refusal(code))))), long);
        }
        assert!(!took_too_long(&problem(Error::PoolTimedOut)));
        let broken = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        for error in
            [Error::Io(broken), Error::PoolTimedOut, Error::PoolClosed, Error::WorkerCrashed]
        {
            assert!(problem(error).is(&UNAVAILABLE));
        }
        assert!(problem(Error::RowNotFound).is(&INTERNAL));
    }

    #[test]
    fn who_starts_waits_for_what_may_come_and_for_nothing_else() {
        let refusal = |code| Error::Database(Box::new(Refusal(code)));
        let io = |kind| Error::Io(std::io::Error::from(kind));
        // No password, no such database, no right, no syntax.
        for never in ["28P01", "3D000", "42501", "42601"] {
            assert!(!may_come(&refusal(never)), "{never}");
        }
        for code in ["57P03", "57P01", "08006", "53300", "25006"] {
            assert!(may_come(&refusal(code)), "{code}");
            let step = MigrateError::ExecuteMigration(refusal(code), 7);
            assert!(may_come(&Error::Migrate(Box::new(step))), "{code}");
        }
        assert!(may_come(&io(std::io::ErrorKind::ConnectionRefused)));
        assert!(may_come(&Error::PoolTimedOut) && may_come(&odd_answer()));
        assert!(!may_come(&Error::Tls("unknown issuer".into())));
        assert!(!may_come(&Error::Configuration("a newer version".into())));
        assert!(!may_come(&Error::Migrate(Box::new(MigrateError::VersionMissing(9)))));
    }

    #[test]
    fn who_is_not_the_primary_yet_is_unavailable_and_not_broken() {
        let errors: [fn() -> Error; 2] =
            [odd_answer, || Error::Database(Box::new(Refusal("0A000")))];
        for error in errors {
            let found = unreached(error());
            assert!(found.is(&UNAVAILABLE) && found.wait().is_some(), "{found:?}");
            // Of a statement the same words say that it is wrong.
            assert!(problem(error()).is(&INTERNAL));
        }
        assert!(unreached(Error::Database(Box::new(Refusal("40001")))).is(&CONTENTION));
    }
}
