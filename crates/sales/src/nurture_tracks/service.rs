//! The rules of a save.

use super::{NURTURE_TRACK, NurtureTrack, NurtureTrackId};
use crate::problems::CONTENT_OF_OTHER_MEDIUM;
use guanxi_customers::rules::repeated;
use guanxi_kernel::{
    Ctx, Id, Problem, Result,
    problem::{IN_USE, REQUIRED},
};
use guanxi_marketing::content_items::ContentItemId;
use guanxi_storage::{Kind, Resource, Sql, Tx, sql};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Resource for NurtureTrack {
    fn kind() -> &'static Kind {
        &NURTURE_TRACK
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let input = &self.input;
        let mut findings = repeated(&input.content_item_ids, "/content_item_ids", |id| *id);
        findings.extend(repeated(&input.exits, "/exits", |exit| *exit));
        Problem::collect(findings)?;
        if input.content_item_ids.is_empty() {
            return Err(REQUIRED.at("/content_item_ids"));
        }
        let same = before.is_some_and(|before| {
            before.input.medium_id == input.medium_id
                && before.input.content_item_ids == input.content_item_ids
        });
        if same {
            return Ok(());
        }
        let other = self.of_other_medium(tx).await?;
        match self.input.content_item_ids.iter().position(|id| other.contains(id)) {
            Some(at) => Err(CONTENT_OF_OTHER_MEDIUM.at(format!("/content_item_ids/{at}"))),
            None => Ok(()),
        }
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if is_running(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        let content = self.input.content_item_ids.iter().copied().map(Id::uuid);
        content.chain([self.input.medium_id.uuid()]).collect()
    }

    fn example() -> Json {
        json!({
            "name": "制造业季度培育",
            "medium_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "content_item_ids": ["01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77"],
            "interval_days": 30,
            "exits": ["answered", "in_sale", "handed_to_field"],
            "longest_days": 365,
            "active": true
        })
    }
}

impl NurtureTrack {
    /// The content that is told by another medium only.
    async fn of_other_medium(&self, tx: &mut Tx) -> Result<BTreeSet<ContentItemId>> {
        let mut sql = Sql::new(
            "SELECT id FROM content_items WHERE tenant_id = $1 AND medium_id IS NOT NULL
                 AND medium_id <> ",
        );
        sql.bind(self.input.medium_id).push(" AND id IN ");
        sql.bind_all(self.input.content_item_ids.iter().copied());
        Ok(tx.all::<(ContentItemId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
    }
}

/// Whether somebody is on the track.
async fn is_running(tx: &mut Tx, id: NurtureTrackId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM nurture_enrolments
         WHERE tenant_id = $1 AND nurture_track_id = $2 AND status = 'running'
             AND deleted_at IS NULL LIMIT 1",
        id
    );
    tx.exists(sql).await
}
