//! The schema, step by step. A step never changes once it has landed; a new one takes the next
//! number, whether both stores share it or only one needs it.

use crate::{db, error::Error, sqlite, transfer::renumber};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqlSafeStr as _,
    SqliteConnection,
    migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator},
    postgres::PgConnectOptions,
};
use std::{collections::BTreeMap, path::Path, str::FromStr as _};

/// A step that both stores take.
macro_rules! shared {
    ($number:literal, $name:literal) => {
        ($number, $name, include_str!(concat!("../../../migrations/", $name, ".sql")))
    };
}

/// A step of its own for each store, under one number; behind a shared step of that number, what the
/// store adds to it.
macro_rules! own {
    ($store:literal, $number:literal, $name:literal) => {
        ($number, $name, include_str!(concat!("../../../migrations/", $store, "/", $name, ".sql")))
    };
}

type Step = (i64, &'static str, &'static str);

/// Steps in the words that both stores share.
pub const SHARED: &[Step] = &[
    shared!(1, "0001_foundation"),
    shared!(3, "0003_customers"),
    shared!(5, "0005_memory"),
    shared!(6, "0006_extra"),
    shared!(7, "0007_jobs"),
    shared!(8, "0008_webhooks"),
    shared!(9, "0009_reference"),
    shared!(11, "0011_duplicates"),
    shared!(12, "0012_search"),
    shared!(13, "0013_custom_fields"),
    shared!(14, "0014_attachments"),
    shared!(15, "0015_exports"),
    shared!(18, "0018_workflow"),
    shared!(19, "0019_sales"),
    shared!(22, "0022_leads"),
    shared!(23, "0023_quotes"),
    shared!(24, "0024_handovers"),
    shared!(25, "0025_custom_objects"),
    shared!(26, "0026_preferences"),
    shared!(27, "0027_regions"),
    shared!(28, "0028_service_policies"),
    shared!(29, "0029_sealing"),
    shared!(30, "0030_sharing_and_amounts"),
    shared!(31, "0031_targets"),
    shared!(32, "0032_commission_plans"),
    shared!(33, "0033_playbooks"),
    shared!(34, "0034_prospect_tables"),
    shared!(35, "0035_contracts"),
    shared!(36, "0036_contract_documents"),
    shared!(37, "0037_opportunity_paths"),
    shared!(38, "0038_receipts_of_representatives"),
    shared!(39, "0039_segments_and_mining"),
    shared!(40, "0040_campaigns"),
    shared!(41, "0041_campaign_results"),
    shared!(42, "0042_touches"),
    shared!(43, "0043_contacts_by_day"),
    shared!(44, "0044_orders"),
    shared!(45, "0045_retention_cases"),
    shared!(46, "0046_closed_loop"),
    shared!(47, "0047_messages"),
    shared!(48, "0048_assets_and_reminders"),
    shared!(49, "0049_contract_amendments"),
    shared!(50, "0050_forms_and_carts"),
    shared!(51, "0051_marketing_plans"),
    shared!(52, "0052_privacy"),
    shared!(53, "0053_profiles_and_best_fit"),
    shared!(54, "0054_campaign_steps_and_evaluations"),
    shared!(55, "0055_media"),
    shared!(56, "0056_bookable_resources"),
    shared!(57, "0057_reminders_and_stocktakes"),
    shared!(58, "0058_care"),
    shared!(59, "0059_bulk"),
    shared!(60, "0060_upgrades_and_satisfaction"),
    shared!(61, "0061_replacement_and_resources"),
    shared!(62, "0062_workflows"),
    shared!(63, "0063_kpis"),
    shared!(64, "0064_life_cycles_and_customer_owners"),
    shared!(65, "0065_programmes"),
    shared!(66, "0066_invitations"),
    shared!(67, "0067_rollouts"),
    shared!(68, "0068_research"),
    shared!(69, "0069_phone_calls"),
    shared!(70, "0070_care_plans"),
    shared!(71, "0071_events_and_offers"),
    shared!(72, "0072_customer_base"),
    shared!(73, "0073_actions"),
    shared!(74, "0074_positionings_queries_and_standards"),
    shared!(75, "0075_content_and_nurture"),
    shared!(76, "0076_second_factors_and_dunning"),
    shared!(77, "0077_tidying"),
    shared!(79, "0079_accounts"),
    shared!(80, "0080_following_merges"),
    shared!(81, "0081_discounts_and_decisions"),
    shared!(82, "0082_purchases_by_customer"),
    shared!(83, "0083_renewals_rewards_and_reads"),
    shared!(84, "0084_watched_media"),
    shared!(85, "0085_job_attempts"),
    shared!(86, "0086_spent_quotas"),
    shared!(87, "0087_letters_come_back"),
    shared!(88, "0088_answers_and_handovers"),
    shared!(89, "0089_recorded_movements"),
    shared!(90, "0090_order_gaps"),
];
/// Steps of SQLite alone.
pub const SQLITE: &[Step] = &[
    own!("sqlite", 2, "0002_terms"),
    own!("sqlite", 17, "0017_custom_terms"),
    own!("sqlite", 21, "0021_texts"),
    own!("sqlite", 30, "0030_sharing_and_amounts"),
    own!("sqlite", 49, "0049_contract_amendments"),
    own!("sqlite", 88, "0088_answers_and_handovers"),
];
/// Steps of PostgreSQL alone.
pub const POSTGRES: &[Step] = &[
    own!("postgres", 2, "0002_terms"),
    own!("postgres", 4, "0004_customer_order"),
    own!("postgres", 10, "0010_calendar_order"),
    own!("postgres", 16, "0016_pinyin_order"),
    own!("postgres", 17, "0017_custom_terms"),
    own!("postgres", 20, "0020_sales_order"),
    own!("postgres", 21, "0021_texts"),
    own!("postgres", 22, "0022_leads"),
    own!("postgres", 25, "0025_custom_objects"),
    own!("postgres", 27, "0027_regions"),
    own!("postgres", 30, "0030_sharing_and_amounts"),
    own!("postgres", 35, "0035_contracts"),
    own!("postgres", 36, "0036_contract_documents"),
    own!("postgres", 40, "0040_campaigns"),
    own!("postgres", 49, "0049_contract_amendments"),
    own!("postgres", 51, "0051_marketing_plans"),
    own!("postgres", 56, "0056_bookable_resources"),
    own!("postgres", 59, "0059_bulk"),
    own!("postgres", 74, "0074_positionings_queries_and_standards"),
    own!("postgres", 78, "0078_shorter_wait"),
    own!("postgres", 88, "0088_answers_and_handovers"),
];

/// How far the schema of a store is, and how far this program would bring it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The newest step that the store has taken; 0 if there is no schema yet.
    pub taken: i64,
    /// The newest step that this program knows for such a store.
    pub known: i64,
}

/// Looks at the schema of a store and changes nothing; a file that is missing stays so.
///
/// # Errors
/// When the store cannot be reached in time or the address is not understood.
pub async fn standing(options: &db::Options) -> Result<Standing, Error> {
    let look = async {
        let (own, taken) = match db::sqlite_file(&options.url)? {
            Some(file) if file.exists() => (SQLITE, taken_of_file(&file).await?),
            Some(_) => (SQLITE, 0),
            None => (POSTGRES, taken_of_server(&options.url).await?),
        };
        let known = SHARED.iter().chain(own).map(|(number, _, _)| *number).max();
        Ok(Standing { taken, known: known.unwrap_or(0) })
    };
    tokio::time::timeout(options.limits.acquire, look).await.map_err(|_| Error::PoolTimedOut)?
}

async fn taken_of_file(file: &Path) -> Result<i64, Error> {
    let options = sqlite::options(file).create_if_missing(false).pragma("query_only", "on");
    let mut connection = options.connect().await?;
    let is_there = "SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'";
    let tables: i64 = sqlx::query_scalar(is_there).fetch_one(&mut connection).await?;
    let taken = match tables {
        0 => 0,
        _ => sqlx::query_scalar(TAKEN).fetch_one(&mut connection).await?,
    };
    connection.close().await?;
    Ok(taken)
}

async fn taken_of_server(url: &str) -> Result<i64, Error> {
    let mut connection = PgConnectOptions::from_str(url)?.connect().await?;
    let is_there = "SELECT COUNT(*) FROM pg_tables
         WHERE schemaname = current_schema() AND tablename = '_sqlx_migrations'";
    let tables: i64 = sqlx::query_scalar(is_there).fetch_one(&mut connection).await?;
    let taken = match tables {
        0 => 0,
        _ => sqlx::query_scalar(TAKEN).fetch_one(&mut connection).await?,
    };
    connection.close().await?;
    Ok(taken)
}

const TAKEN: &str = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success = TRUE";

/// All steps in one transaction, which other processes wait for. It needs a connection of its own.
pub(crate) async fn sqlite(mut connection: SqliteConnection) -> Result<(), Error> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    run(SQLITE, &mut *tx).await?;
    tx.commit().await?;
    // The planner knows how selective an index is only after this.
    sqlx::query("PRAGMA optimize = 0x10002").execute(&mut connection).await?;
    connection.close().await
}

/// Each step in a transaction of its own, all under a lock that other nodes wait for. It needs a
/// connection of its own, because the lock of a step that failed ends with it.
pub(crate) async fn postgres(mut connection: PgConnection) -> Result<(), Error> {
    let done = async {
        run(POSTGRES, &mut connection).await?;
        renumber::renumber(&mut connection).await.map(drop)
    };
    let done = done.await;
    done.and(connection.close().await)
}

#[expect(clippy::disallowed_methods, reason = "the text is put together from files of the source")]
async fn run<C: Migrate>(own: &[Step], connection: &mut C) -> Result<(), Error> {
    let mut steps: BTreeMap<i64, (&'static str, String)> = BTreeMap::new();
    for (number, name, text) in SHARED.iter().chain(own) {
        steps.entry(*number).or_insert_with(|| (name, String::new())).1.push_str(text);
    }
    let steps = steps.into_iter().map(|(number, (name, text))| {
        let text = AssertSqlSafe(text).into_sql_str();
        Migration::new(number, name.into(), MigrationType::Simple, text, false)
    });
    let migrator = Migrator::with_migrations(steps.collect());
    migrator.run_direct(None, connection, false).await.map_err(explain)
}

fn explain(error: MigrateError) -> Error {
    let text = match &error {
        MigrateError::VersionMissing(step) => format!(
            "the store has step {step}, which this program does not know: a newer version has \
             brought the schema up to date; start that one, or a newer one still"
        ),
        MigrateError::VersionMismatch(step) => {
            format!("step {step} of the schema is not the one that the store has taken")
        }
        _ => return error.into(),
    };
    Error::Configuration(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_step_on_one_number_line() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        for (folder, steps) in [("", SHARED), ("/sqlite", SQLITE), ("/postgres", POSTGRES)] {
            let files = std::fs::read_dir(format!("{root}{folder}")).unwrap();
            let names = files.filter_map(|f| f.unwrap().file_name().into_string().ok());
            let mut names: Vec<_> =
                names.filter_map(|n| n.strip_suffix(".sql").map(str::to_owned)).collect();
            names.sort();
            assert_eq!(names, steps.iter().map(|s| s.1.to_owned()).collect::<Vec<_>>());
        }
        let all = SHARED.iter().chain(SQLITE).chain(POSTGRES);
        assert!(all.clone().all(|step| step.1.starts_with(&format!("{:04}_", step.0))));
        let numbers: std::collections::BTreeSet<i64> = all.map(|step| step.0).collect();
        assert!(numbers.into_iter().eq(1..=90), "no gap; say here how many there are");
        for (number, name, _) in SQLITE.iter().chain(POSTGRES) {
            let shared = SHARED.iter().find(|shared| shared.0 == *number);
            assert!(shared.is_none_or(|shared| shared.1 == *name), "one step has one name");
        }
    }
}
