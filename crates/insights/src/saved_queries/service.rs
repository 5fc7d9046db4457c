//! The rules of saving a query.

use super::model::{SAVED_QUERY, SavedQuery};
use guanxi_bulk::exports;
use guanxi_customers::engine::{check_new_owner, standing};
use guanxi_kernel::{Ctx, Id, Result, text};
use guanxi_storage::{Kind, Resource, Tx, sql};
use guanxi_tabular::Format;
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for SavedQuery {
    fn kind() -> &'static Kind {
        &SAVED_QUERY
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.derive_keys();
        self.input.settle_holder(before.map(|before| &before.input), ctx.actor.user);
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        // The format is no matter of the question.
        let asks = |one: &Self| one.input.question(Format::Csv, false);
        let question = asks(self);
        if standing(before).map(asks).as_ref() == Some(&question) {
            return Ok(());
        }
        exports::question(tx, ctx, &question).await.map(drop)
    }

    async fn saved(&self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let had = before.and_then(|before| before.input.team_id);
        let Some(team) = self.input.team_id.filter(|team| had != Some(*team)) else {
            return Ok(());
        };
        let insert = sql!(
            "INSERT INTO saved_query_teams (tenant_id, pool_id, member_id, kind)
             VALUES ($1, $2, $2, 'team') ON CONFLICT DO NOTHING",
            team
        );
        tx.execute(insert).await.map(drop)
    }

    fn derive_keys(&mut self) {
        self.name_folded = text::sort_key(&self.input.name);
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.team_id.map(Id::uuid).into_iter().collect()
    }

    fn example() -> Json {
        json!({
            "name": "华东重点客户",
            "resource": "parties",
            "filter": "tier = A AND created_at >= days_ago(365)",
            "filters": { "role": "customer" },
            "sort": ["name"],
            "fields": ["name", "tier", "industry", "owner_id"],
            "note": "每月例会前更新",
        })
    }
}
