//! Walks over all records of a company, step by step. A row of a table says when the next step is, in whose name,
//! and how far the walk has come; a [`Chore`](crate::chores::Chore) does the steps.

use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Sql, Tx, expansion::Json};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// The table of a walk, `(tenant_id, user_id, due_at, progress)` with one row for each tenant that has it.
#[derive(Debug, Clone, Copy)]
pub struct Walks(pub &'static str);

impl Walks {
    /// It begins then, from the beginning, in the name of that user.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn begin(self, tx: &mut Tx, user: UserId, at: DateTime<Utc>) -> Result<()> {
        let mut sql = Sql::new("INSERT INTO ");
        sql.push(self.0).push(" (tenant_id, user_id, due_at, progress) VALUES ($1, ").bind(user);
        sql.push(", ").bind(at).push(", ").bind(serde_json::json!({}));
        sql.push(
            ") ON CONFLICT (tenant_id) DO UPDATE SET user_id = excluded.user_id,
                 due_at = excluded.due_at, progress = excluded.progress",
        );
        tx.execute(sql).await.map(drop)
    }

    /// The tenant, if it is time for a step; see [`DueNow`](crate::chores::DueNow).
    ///
    /// # Errors
    /// Those of the store.
    pub async fn due(
        self,
        tx: &mut Tx,
        now: DateTime<Utc>,
        most: i64,
    ) -> Result<Vec<(Uuid, UserId)>> {
        let mut sql = Sql::new("SELECT tenant_id, user_id FROM ");
        sql.push(self.0).push(" WHERE tenant_id = $1 AND due_at <= ").bind(now);
        sql.push(" LIMIT ").bind(most);
        tx.all(sql).await
    }

    /// When the next step is, and how far the walk has come; nobody else goes on with it meanwhile.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn progress<P>(self, tx: &mut Tx) -> Result<Option<(DateTime<Utc>, P)>>
    where
        P: DeserializeOwned + Send + Unpin + 'static,
    {
        let mut sql = Sql::new("SELECT due_at, progress FROM ");
        sql.push(self.0).push(" WHERE tenant_id = $1").push(tx.for_update());
        let found = tx.optional::<(DateTime<Utc>, Json<P>)>(sql).await?;
        Ok(found.map(|(due_at, progress)| (due_at, progress.0)))
    }

    /// It goes on then, from there.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn go_on(
        self,
        tx: &mut Tx,
        at: DateTime<Utc>,
        progress: impl Serialize,
    ) -> Result<()> {
        let progress = serde_json::to_value(progress).unwrap_or_default();
        let mut sql = Sql::new("UPDATE ");
        sql.push(self.0).push(" SET due_at = ").bind(at).push(", progress = ").bind(progress);
        sql.push(" WHERE tenant_id = $1");
        tx.execute(sql).await.map(drop)
    }

    /// It waits until then.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn wait(self, tx: &mut Tx, until: DateTime<Utc>) -> Result<()> {
        let mut sql = Sql::new("UPDATE ");
        sql.push(self.0).push(" SET due_at = ").bind(until).push(" WHERE tenant_id = $1");
        tx.execute(sql).await.map(drop)
    }
}
