//! A store of full size: what was imported is copied inside PostgreSQL, because millions of rows would take an
//! hour to import.
//!
//! A copy has every column of its original but for what tells records apart: ids, numbers, the words by which
//! a number is found, and times, which lie before those of the originals as if the copies had been imported
//! first. So ids are in the order of time still, and what belongs to a record is copied with it. Names come
//! again in each copy, as those that are made up here do anyhow.
//!
//! Each copy of a party has an event with a position in the chain, which the feed reads. What these events
//! say is what those of the originals say, and their digests are made up: `guanxi verify` would find the chain
//! altered. Such a store is good for nothing but being measured, and is taken away behind the run.

use crate::{
    Outcome, load,
    store::{Store, say_on},
};
use serde::Serialize;
use sqlx::{Connection as _, PgConnection};
use std::time::Instant;

/// How often each record is there in the end.
const TIMES: u64 = 50;

/// Orders of each customer.
const ORDERS_EACH: u64 = 5;

/// What is imported, each numbered from 1 on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Originals {
    /// As many parties as assets.
    pub(crate) customers: u64,
    /// Orders, each of one line.
    pub(crate) orders: u64,
}

impl Originals {
    /// Those that make so many customers with their copies, or a few more.
    pub(crate) fn of(rows: u64) -> Self {
        let customers = rows.div_ceil(TIMES);
        Self { customers, orders: ORDERS_EACH * customers }
    }

    /// Customers in the end, and assets.
    pub(crate) fn all_customers(self) -> u64 {
        TIMES * self.customers
    }
}

/// Rows of a table that were made by copying.
#[derive(Debug, Serialize)]
pub(crate) struct Copied {
    pub(crate) table: &'static str,
    pub(crate) rows: u64,
    /// With the time that its indexes took.
    pub(crate) seconds: f64,
}

/// The tables with the rows that are copied, those that others refer to first.
const TABLES: [(&str, &str); 9] = [
    ("parties", "SELECT o.* FROM parties o ORDER BY o.id"),
    (
        "record_terms",
        "SELECT o.* FROM record_terms o WHERE o.kind IN ('party', 'order', 'asset')
         ORDER BY o.kind, o.field, o.term, o.record_id",
    ),
    (
        "record_texts",
        "SELECT o.*, p.code FROM record_texts o
         LEFT JOIN parties p ON p.tenant_id = o.tenant_id AND p.id = o.record_id
         WHERE o.kind IN ('party', 'order', 'asset') ORDER BY o.kind, o.record_id",
    ),
    ("orders", "SELECT o.* FROM orders o ORDER BY o.id"),
    ("order_lines", "SELECT o.* FROM order_lines o ORDER BY o.order_id, o.line"),
    ("assets", "SELECT o.* FROM assets o ORDER BY o.id"),
    ("activities", "SELECT o.* FROM activities o ORDER BY o.id"),
    ("campaign_members", "SELECT o.* FROM campaign_members o ORDER BY o.id"),
    ("asset_readings", "SELECT o.* FROM asset_readings o ORDER BY o.asset_id, o.number"),
];

/// The same of the events of parties, each `at` its place among them.
const EVENT_TABLES: [(&str, &str); 3] = [
    (
        "events",
        "SELECT o.*, row_number() OVER (ORDER BY o.txid, o.seq) AS at FROM events o
         WHERE o.subject_type = 'party' ORDER BY o.txid, o.seq",
    ),
    (
        "event_links",
        "SELECT o.*, e.at FROM event_links o
         JOIN events_originals e ON e.tenant_id = o.tenant_id AND e.seq = o.seq ORDER BY e.at",
    ),
    (
        "event_chain",
        "SELECT o.*, e.at FROM event_chain o
         JOIN events_originals e ON e.tenant_id = o.tenant_id AND e.seq = o.seq ORDER BY e.at",
    ),
];

/// A crash would cost the run and no more. Indexes are made without helpers, which need more shared memory
/// than containers have by themselves.
const SETTINGS: &str = "SET synchronous_commit = off; SET maintenance_work_mem = '512MB';
     SET max_parallel_maintenance_workers = 0";

/// What is worked out of the values of an original, for the connection only. `SPAN` are the milliseconds
/// from one copy to the next. A word of the index of texts begins with ten characters for its tenant and
/// kind, and has a private character for a hyphen.
const FUNCTIONS: &str = "
    CREATE FUNCTION pg_temp.copied(id UUID, k BIGINT) RETURNS UUID LANGUAGE SQL IMMUTABLE AS $$
        SELECT CAST(lpad(to_hex(CAST(CAST('x' || substr(replace(CAST(id AS TEXT), '-', ''), 1, 12)
            AS BIT(48)) AS BIGINT) - k * SPAN), 12, '0')
            || substr(replace(CAST(id AS TEXT), '-', ''), 13) AS UUID) $$;
    CREATE FUNCTION pg_temp.earlier(moment TIMESTAMPTZ, k BIGINT) RETURNS TIMESTAMPTZ
        LANGUAGE SQL STABLE AS $$ SELECT moment - k * SPAN * INTERVAL '1 millisecond' $$;
    CREATE FUNCTION pg_temp.numbered(name TEXT, steps BIGINT) RETURNS TEXT LANGUAGE SQL IMMUTABLE AS $$
        SELECT left(name, 2) || lpad(CAST(CAST(substr(name, 3) AS BIGINT) + steps AS TEXT),
            greatest(length(name) - 2, length(CAST(CAST(substr(name, 3) AS BIGINT) + steps AS TEXT))),
            '0') $$;
    CREATE FUNCTION pg_temp.ends(space TEXT, name TEXT) RETURNS TEXT[] LANGUAGE SQL IMMUTABLE AS $$
        SELECT ARRAY(SELECT space || translate(lower(substr(name, n)), '-', chr(57389))
            FROM generate_series(1, length(name)) n) $$;
    CREATE FUNCTION pg_temp.found_by(words TSVECTOR, old TEXT, new TEXT) RETURNS TSVECTOR
        LANGUAGE SQL IMMUTABLE AS $$
        SELECT ts_delete(words, pg_temp.ends(space, old)) || array_to_tsvector(pg_temp.ends(space, new))
        FROM left((tsvector_to_array(words))[1], 10) space $$";

/// Milliseconds since the first party was made, and a second.
const SPAN: &str =
    "SELECT CAST(EXTRACT(EPOCH FROM now() - MIN(created_at)) * 1000 AS BIGINT) + 1000 FROM parties";

/// The indexes of a table that are no constraints, each with the statement that makes it.
const INDEXES: &str =
    "SELECT CAST(CAST(i.indexrelid AS regclass) AS TEXT), pg_get_indexdef(i.indexrelid)
     FROM pg_index i WHERE i.indrelid = CAST(CAST($1 AS TEXT) AS regclass)
         AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
     ORDER BY 1";

/// The end of the chain, the number of the next event, the events that are copied and the links of these.
const HEAD: &str = "SELECT h.position, h.txid, nextval('event_seq'),
         (SELECT COUNT(*) FROM events_originals), (SELECT COUNT(*) FROM event_chain_originals)
     FROM event_heads h WHERE h.tenant_id = (SELECT tenant_id FROM events_originals LIMIT 1)";

/// Where the events of copies go.
#[derive(Debug, Clone, Copy)]
struct Behind {
    position: i64,
    txid: i64,
    seq: i64,
    /// Events of one copy of all.
    each: i64,
}

/// Copies customers, what they have bought and own, and the events of the first until all are there as often
/// as they should be. All events must be sealed.
pub(crate) async fn multiply(store: &Store, originals: Originals) -> Outcome<Vec<Copied>> {
    let mut connection = PgConnection::connect(&store.url).await?;
    say_on(&mut connection, SETTINGS.to_owned()).await?;
    let (span,): (i64,) = sqlx::query_as(SPAN).fetch_one(&mut connection).await?;
    say_on(&mut connection, FUNCTIONS.replace("SPAN", &span.to_string())).await?;
    for (table, rows) in TABLES.into_iter().chain(EVENT_TABLES) {
        let keep = format!("CREATE TEMPORARY TABLE {table}_originals AS {rows}");
        say_on(&mut connection, keep).await?;
    }
    let mut copied = Vec::new();
    for (table, _) in TABLES {
        let differs = |column: &str, k| differs(table, column, k, originals);
        copied.push(fill(&mut connection, table, differs).await?);
    }
    let (position, txid, seq, each, links): (i64, i64, i64, i64, i64) =
        sqlx::query_as(HEAD).fetch_one(&mut connection).await?;
    if each == 0 || each != links {
        return Err(format!("of {each} events {links} are sealed").into());
    }
    let behind = Behind { position, txid, seq, each };
    for (table, _) in EVENT_TABLES {
        let differs = |column: &str, k| differs_in_event(column, k, behind);
        copied.push(fill(&mut connection, table, differs).await?);
    }
    let last = seq + i64::try_from(TIMES - 1)? * each;
    let head = format!(
        "SELECT setval('event_seq', {last});
         UPDATE event_heads h SET position = c.position, seq = c.seq, hash = c.hash
         FROM event_chain c WHERE c.tenant_id = h.tenant_id AND c.seq = {last}"
    );
    say_on(&mut connection, head).await?;
    connection.close().await?;
    Ok(copied)
}

/// Adds the copies of a table one after the other, so that each is written in the order of its ids, and makes
/// its indexes anew behind them, which takes less time than to extend them.
async fn fill(
    connection: &mut PgConnection,
    table: &'static str,
    differs: impl Fn(&str, u64) -> Option<String>,
) -> Outcome<Copied> {
    let started = Instant::now();
    let indexes: Vec<(String, String)> =
        sqlx::query_as(INDEXES).bind(table).fetch_all(&mut *connection).await?;
    for (index, _) in &indexes {
        say_on(connection, format!("DROP INDEX {index}")).await?;
    }
    let mut rows = 0;
    for k in 1..TIMES {
        let from = format!("{table}_originals o");
        rows += copy(connection, table, &from, |column| differs(column, k)).await?;
    }
    for (_, made) in indexes {
        say_on(connection, made).await?;
    }
    let seconds = load::tenths(started.elapsed().as_secs_f64());
    println!("copied: {rows} rows of {table} in {seconds:.1} s");
    Ok(Copied { table, rows, seconds })
}

/// What stands in a column of a record's copy, if not what stands in that of the original `o`.
fn differs(table: &str, column: &str, k: u64, originals: Originals) -> Option<String> {
    let Originals { customers, orders } = originals;
    let code = format!("pg_temp.numbered(o.code, {k} * {customers})");
    Some(match (table, column) {
        (_, "id" | "parent_id" | "party_id" | "order_id" | "asset_id" | "record_id") => {
            format!("pg_temp.copied(o.{column}, {k})")
        }
        (_, "created_at" | "updated_at") => format!("pg_temp.earlier(o.{column}, {k})"),
        ("parties", "code") => code,
        ("parties", "website") => format!("replace(o.website, lower(o.code), lower({code}))"),
        ("record_texts", "words") => {
            format!(
                "CASE WHEN o.code IS NULL THEN o.words
                     ELSE pg_temp.found_by(o.words, o.code, {code}) END"
            )
        }
        ("orders", "reference") => format!("pg_temp.numbered(o.reference, {k} * {orders})"),
        ("orders", "placed_at") => format!("o.placed_at - {k} * INTERVAL '1 day'"),
        ("orders", "placed_on") => format!("o.placed_on - {k}"),
        _ => return None,
    })
}

/// The same of an event's copy, of its links and its place in the chain.
fn differs_in_event(column: &str, k: u64, behind: Behind) -> Option<String> {
    let Behind { position, txid, seq, each } = behind;
    Some(match column {
        "seq" => format!("{seq} + ({k} - 1) * {each} + o.at"),
        "position" => format!("{position} + ({k} - 1) * {each} + o.at"),
        // That of the last sealed one, so that these are sealed too.
        "txid" => format!("CAST({txid} AS BIGINT)"),
        "hash" => format!("md5(o.hash || {k}) || md5({k} || o.hash)"),
        "subject_id" | "record_id" => format!("pg_temp.copied(o.{column}, {k})"),
        "occurred_at" => format!("pg_temp.earlier(o.{column}, {k})"),
        _ => return None,
    })
}

/// Copies rows `o` of `table` as they are but for the columns for which there is another expression; how many
/// there were. New columns are copied without being named here.
pub(crate) async fn copy(
    connection: &mut PgConnection,
    table: &str,
    from: &str,
    differs: impl Fn(&str) -> Option<String>,
) -> Outcome<u64> {
    let columns: Vec<(String,)> = sqlx::query_as(
        "SELECT CAST(column_name AS TEXT) FROM information_schema.columns
         WHERE table_name = $1 AND table_schema = current_schema() ORDER BY ordinal_position",
    )
    .bind(table)
    .fetch_all(&mut *connection)
    .await?;
    let columns: Vec<String> = columns.into_iter().map(|(name,)| name).collect();
    let copied = columns.iter().map(|name| differs(name).unwrap_or_else(|| format!("o.{name}")));
    let copied = copied.collect::<Vec<_>>().join(", ");
    let text = format!("INSERT INTO {table} ({}) SELECT {copied} FROM {from}", columns.join(", "));
    say_on(connection, text).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_customers_as_were_asked_for() {
        let [exact, more] = [1_000_000, 1_000_001].map(Originals::of);
        assert_eq!(
            (exact.customers, exact.orders, exact.all_customers()),
            (20_000, 100_000, 1_000_000)
        );
        assert_eq!(more.all_customers(), 1_000_050);
    }

    #[test]
    fn only_what_tells_records_apart_differs() {
        let of = |table, column| differs(table, column, 3, Originals::of(1_000));
        assert_eq!(of("orders", "party_id").unwrap(), "pg_temp.copied(o.party_id, 3)");
        assert_eq!(of("parties", "code").unwrap(), "pg_temp.numbered(o.code, 3 * 20)");
        assert_eq!(of("orders", "reference").unwrap(), "pg_temp.numbered(o.reference, 3 * 100)");
        assert_eq!((of("orders", "batch_id"), of("parties", "owner_id")), (None, None));
    }
}
