//! What lies beside records: rows of tables that are no records, found by the record that they are of, with what a
//! person is told of them and what they lose when the person is erased.
//!
//! Every column of such a table that holds a text or structured data is decided about here, if only by a reason why
//! it stays; a test holds these lists against the schema of both stores. The columns of records need no list: what
//! they are is known by their kind. The tables of crates to the right are named as data, as measures do.

use super::{service::Belongings, store::in_parts};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{Result, scalar::Type};
use guanxi_storage::{Cells, Error, Sql, Tx, erasing::ERASED};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Ids that one statement names.
const AT_ONCE: usize = 200;

/// Rows beside records.
struct Beside {
    table: &'static str,
    /// What one of them is called in what a person is told.
    name: &'static str,
    /// The kind of the records that they are of.
    kind: &'static str,
    /// The column that names that record.
    of: &'static str,
    /// The other columns that a person is told of.
    told: &'static [(&'static str, Type)],
    /// Takes the texts out, up to the ids; none where it is done in a way of its own. `$2` stands for a text.
    wipe: Option<&'static str>,
}

const BESIDE: &[Beside] = &[
    Beside {
        table: "asset_readings",
        name: "asset_reading",
        kind: "asset",
        of: "asset_id",
        told: &[
            ("number", Type::Integer),
            ("read_on", Type::Date),
            ("value", Type::Integer),
            ("note", Type::Text),
            ("recorded_by", Type::Id),
            ("recorded_at", Type::Instant),
        ],
        wipe: Some(
            "UPDATE asset_readings SET note = $2 WHERE tenant_id = $1 AND note <> $2 AND asset_id IN ",
        ),
    },
    Beside {
        table: "coaching_notes",
        name: "coaching_note",
        kind: "activity",
        of: "activity_id",
        told: &[
            ("author_id", Type::Id),
            ("rep_id", Type::Id),
            ("text", Type::Text),
            ("created_at", Type::Instant),
            ("acknowledgement", Type::Text),
            ("acknowledged_at", Type::Instant),
        ],
        wipe: Some(
            "UPDATE coaching_notes SET text = $2,
                 acknowledgement = CASE WHEN acknowledgement IS NULL THEN NULL ELSE $2 END
             WHERE tenant_id = $1 AND (text <> $2 OR acknowledgement <> $2) AND activity_id IN ",
        ),
    },
    Beside {
        table: "form_submissions",
        name: "form_submission",
        kind: "response",
        of: "response_id",
        told: &[
            ("form_id", Type::Id),
            // Made by the page, so that a form that is sent twice counts once.
            ("submission_id", Type::Text),
            ("consent_medium", Type::Text),
            ("consent_purpose", Type::Text),
            ("consent_proof", Type::Text),
            ("received_at", Type::Instant),
        ],
        // From where it was sent is a digest, which could be found out by trying.
        wipe: Some(
            "UPDATE form_submissions SET sender = response_id,
                 consent_proof = CASE WHEN consent_proof IS NULL THEN NULL ELSE $2 END
             WHERE tenant_id = $1 AND sender <> response_id AND response_id IN ",
        ),
    },
    Beside {
        table: "lead_assignments",
        name: "lead_assignment",
        kind: "lead",
        of: "lead_id",
        told: &[
            ("kind", Type::Text),
            ("from_id", Type::Id),
            ("to_id", Type::Id),
            ("reason", Type::Text),
            ("assigned_at", Type::Instant),
        ],
        wipe: Some(
            "UPDATE lead_assignments SET reason = $2 WHERE tenant_id = $1 AND reason <> $2 AND lead_id IN ",
        ),
    },
    Beside {
        table: "lead_level_changes",
        name: "lead_level_change",
        kind: "lead",
        of: "lead_id",
        told: &[
            ("from_id", Type::Id),
            ("to_id", Type::Id),
            ("reason", Type::Text),
            ("changed_at", Type::Instant),
        ],
        wipe: Some(
            "UPDATE lead_level_changes SET reason = $2 WHERE tenant_id = $1 AND reason <> $2 AND lead_id IN ",
        ),
    },
    Beside {
        table: "opportunity_transfers",
        name: "opportunity_transfer",
        kind: "opportunity",
        of: "opportunity_id",
        told: &[
            ("from_id", Type::Id),
            ("to_id", Type::Id),
            ("reason", Type::Text),
            ("transferred_at", Type::Instant),
        ],
        wipe: Some(
            "UPDATE opportunity_transfers SET reason = $2
             WHERE tenant_id = $1 AND reason <> $2 AND opportunity_id IN ",
        ),
    },
    Beside {
        table: "order_lines",
        name: "order_line",
        kind: "order",
        of: "order_id",
        // Quantities are in millionths, prices in ten-thousandths.
        told: &[
            ("line", Type::Integer),
            // The code of an article, by which figures tell what is bought: it stays.
            ("sku", Type::Text),
            ("name", Type::Text),
            ("quantity_steps", Type::Integer),
            ("unit_price_steps", Type::Integer),
            ("amount_steps", Type::Integer),
        ],
        // A line has a code or a name. That of an article is known from the orders of others.
        wipe: Some(
            "UPDATE order_lines SET name = CASE WHEN sku IS NULL THEN $2 END
             WHERE tenant_id = $1 AND name <> $2 AND order_id IN ",
        ),
    },
    Beside {
        table: "stocktake_lines",
        name: "stocktake_line",
        kind: "party",
        of: "party_id",
        told: &[
            ("stocktake_id", Type::Id),
            ("result", Type::Text),
            ("note", Type::Text),
            ("checked_at", Type::Instant),
            ("checked_by", Type::Id),
        ],
        wipe: Some(
            "UPDATE stocktake_lines SET note = $2 WHERE tenant_id = $1 AND note <> $2 AND party_id IN ",
        ),
    },
    Beside {
        table: "task_carries",
        name: "task_carry",
        kind: "task",
        of: "task_id",
        told: &[
            ("due_at", Type::Instant),
            ("new_due_at", Type::Instant),
            ("reason", Type::Text),
            ("carried_at", Type::Instant),
        ],
        wipe: Some(
            "UPDATE task_carries SET reason = $2 WHERE tenant_id = $1 AND reason <> $2 AND task_id IN ",
        ),
    },
    Beside {
        table: "touches",
        name: "touch",
        kind: "party",
        of: "party_id",
        told: &[
            // The machine that has told of it, and what it calls it.
            ("source", Type::Text),
            ("event_id", Type::Text),
            ("kind", Type::Text),
            ("source_code_id", Type::Id),
            ("campaign_id", Type::Id),
            ("recipient", Type::Text),
            ("occurred_at", Type::Instant),
            ("received_at", Type::Instant),
        ],
        // Each recipient gets a name that nobody has: see `store::hide_recipients`.
        wipe: None,
    },
];

/// Texts and structured data in tables that are no records, beyond [`BESIDE`], and what becomes of them.
const ELSEWHERE: &[(&str, &[&str], &str)] = &[
    ("account_letters", &["kind", "address"], "of users"),
    ("account_tokens", &["digest", "kind", "address"], "of users"),
    ("campaign_evaluations", &["figures", "parts"], "figures over many"),
    ("campaign_links", &["subject_type"], "names a kind"),
    ("campaign_outcomes", &["figures"], "figures over many"),
    ("care_plannings", &["progress"], "counts and an id"),
    ("contract_dues", &["currency"], "a code"),
    ("contract_movements", &["kind", "currency"], "words"),
    ("credentials", &["password_hash"], "of users"),
    ("custom_terms", &["resource", "field", "term"], "follows its record, whose values go"),
    ("decision_stage_spans", &["stage"], "a word"),
    ("dunnings", &["currency"], "a code"),
    ("event_chain", &["hash", "forgotten"], "digests, salted or of what was forgotten"),
    ("event_heads", &["hash"], "a digest of digests"),
    (
        "events",
        &[
            "request_id",
            "subject_type",
            "kind",
            "before",
            "after",
            "source",
            "changed",
            "holders_before",
            "holders_after",
        ],
        "the record before and after is forgotten; the rest names kinds, fields, users and requests",
    ),
    ("exchange_rates", &["base", "quote", "rate"], "of nobody"),
    ("experiment_outcomes", &["metric"], "a code"),
    ("external_ids", &["kind", "source", "external_id"], "follows its record, which loses all"),
    ("feed_views", &["digest", "kinds"], "names kinds"),
    ("field_reads", &["request_id", "resource", "fields"], "names fields"),
    (
        "idempotency_keys",
        &["operation", "key", "fingerprint", "etag", "location", "body"],
        "the body is emptied; the rest names operations and records, and ends after a week",
    ),
    ("index_progress", &["kind"], "names a kind"),
    (
        "job_problems",
        &["problem"],
        "says what was expected where; repeats names of members, and the number of an order, which it keeps too",
    ),
    ("lead_pool_members", &["kind"], "a word"),
    ("lead_spans", &["state", "was_state"], "words"),
    ("life_cycle_figures", &["phase"], "a word"),
    ("life_cycle_walks", &["progress"], "counts and an id"),
    ("login_failures", &["account"], "of users"),
    (
        "marketing_plan_allocations",
        &["allocated_over", "allocated_by", "currency", "parts", "reason"],
        "of a plan, which is of nobody",
    ),
    ("mining_dataset_parts", &["content"], "see `Among`"),
    ("mining_trees", &["content"], "conditions that many fulfil"),
    ("opportunity_paths", &["visits"], "stages and days"),
    ("opportunity_spans", &["status", "amount_currency", "probability"], "words and figures"),
    (
        "order_gaps",
        &["source", "reference", "origin"],
        "the number of an order, which the order keeps too, and the work that refused rows of it",
    ),
    ("playbook_editions", &["steps"], "what is asked, not what is answered"),
    ("programme_campaigns", &["stage"], "a word"),
    ("prospect_table_lines", &["origin", "final_state", "final_contacts"], "words and counts"),
    ("record_terms", &["kind", "field", "term"], "follows its record, whose texts go"),
    ("recovery_codes", &["digest"], "of users"),
    ("refresh_tokens", &["digest"], "of users"),
    ("reminder_plannings", &["progress"], "counts and an id"),
    ("saved_query_teams", &["kind"], "a word"),
    ("second_factors", &["secret"], "of users"),
    ("sessions", &["user_agent"], "of users"),
    ("source_code_scheme_editions", &["parts"], "of nobody"),
    ("spent_quotas", &["spent"], "users, and addresses that have called in the last minutes"),
    ("target_cells", &["figures"], "figures over many"),
    ("target_versions", &["verb", "reason", "note", "axes"], "of a target, which is of users"),
    ("task_rule_runs", &["cursor"], "when a record was made or changed, and its id"),
    ("trash", &["kind"], "names a kind"),
    ("workflow_editions", &["trigger_kind", "definition"], "of nobody"),
    ("workflow_passes", &["cursor"], "when a record was made, and its id"),
];

/// The columns, by their tables, of which it is decided what becomes of them when a person is erased.
pub fn decided() -> BTreeSet<(&'static str, &'static str)> {
    let beside = BESIDE.iter().flat_map(|one| {
        let texts = one.told.iter().filter(|(_, kind)| matches!(kind, Type::Text));
        texts.map(move |(column, _)| (one.table, *column))
    });
    let elsewhere = ELSEWHERE
        .iter()
        .flat_map(|(table, columns, _)| columns.iter().map(move |column| (*table, *column)));
    beside.chain(elsewhere).collect()
}

/// Takes the texts out; the rows of each table.
pub(super) async fn wipe(tx: &mut Tx, all: &Belongings) -> Result<Vec<(&'static str, u64)>> {
    let mut counts = Vec::new();
    for one in BESIDE {
        let Some(wipe) = one.wipe else { continue };
        for some in all.get(one.kind).map(|ids| in_parts(ids, AT_ONCE)).unwrap_or_default() {
            let mut update = Sql::fixed(wipe, vec![ERASED.into()]);
            update.bind_all(some);
            counts.push((one.table, tx.execute(update).await?));
        }
    }
    Ok(counts)
}

/// A line for each row beside these records.
pub(super) async fn told(tx: &mut Tx, all: &Belongings) -> Result<Vec<Json>> {
    let mut lines = Vec::new();
    for one in BESIDE {
        for some in all.get(one.kind).map(|ids| in_parts(ids, AT_ONCE)).unwrap_or_default() {
            let mut select = Sql::new("SELECT ");
            select.push(one.of);
            for &(column, _) in one.told {
                select.push(", ").push(column);
            }
            select.push(" FROM ").push(one.table).push(" WHERE tenant_id = $1 AND ").push(one.of);
            select.push(" IN ").bind_all(some).push(" ORDER BY 1, 2");
            lines.extend(tx.cells(select, |cells| row(one, cells)).await?);
        }
    }
    Ok(lines)
}

/// The line of a row.
fn row(one: &Beside, cells: &mut Cells<'_>) -> std::result::Result<Json, Error> {
    let mut row = Map::new();
    row.insert(one.of.to_owned(), json!(cells.next::<Uuid>()?));
    for &(column, kind) in one.told {
        row.insert(column.to_owned(), cell(cells, kind)?);
    }
    Ok(json!({ "type": one.name, "record": row }))
}

/// The next cell as JSON.
fn cell(cells: &mut Cells<'_>, kind: Type) -> std::result::Result<Json, Error> {
    Ok(match kind {
        Type::Integer => json!(cells.next::<Option<i64>>()?),
        Type::Boolean => json!(cells.next::<Option<bool>>()?),
        Type::Date => json!(cells.next::<Option<NaiveDate>>()?),
        Type::Instant => json!(cells.next::<Option<DateTime<Utc>>>()?),
        Type::Id => json!(cells.next::<Option<Uuid>>()?),
        _ => json!(cells.next::<Option<String>>()?),
    })
}
