//! The rules of a save, and counting what comes through a channel.

use super::{COLLECTION_CHANNEL, Collected, CollectionChannel, CollectionChannelId, store};
use crate::jobs::by_itself;
use guanxi_kernel::{
    Ctx, Line, Result,
    period::business_date,
    problem::{NOT_FOUND, OUT_OF_RANGE},
};
use guanxi_storage::{Kind, Resource, Tx, resource};
use serde_json::{Value as Json, json};

impl Resource for CollectionChannel {
    fn kind() -> &'static Kind {
        &COLLECTION_CHANNEL
    }

    async fn settle(&mut self, _: &mut Tx, _: &Ctx, _: Option<&Self>) -> Result<()> {
        let source = self.input.base_source;
        match source.names_party() || source.names_employee() {
            true => {
                let expected = "a source that names neither a party nor an employee";
                Err(OUT_OF_RANGE.at("/base_source").with("expected", expected))
            }
            false => Ok(()),
        }
    }

    async fn present(records: &mut [Self], tx: &mut Tx, _: &Ctx) -> Result<()> {
        let ids: Vec<CollectionChannelId> = records.iter().map(|one| one.meta.id).collect();
        let counts = store::counts(tx, &ids).await?;
        for one in records {
            one.tell(counts.get(&one.meta.id).copied().unwrap_or_default());
        }
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({ "name": "售后维修档案", "base_source": "after_sales", "note": "每月由服务部导出。" })
    }
}

/// Counts what has come through a channel, on the business day of the request. No right on channels is needed.
///
/// # Errors
/// Those of the store.
pub async fn count(
    tx: &mut Tx,
    ctx: &Ctx,
    channel: CollectionChannelId,
    counts: Collected,
) -> Result<()> {
    if counts.total() == 0 {
        return Ok(());
    }
    let day = business_date(ctx.now, ctx.settings.time_zone);
    store::add(tx, channel, day, counts).await
}

/// The other system of a channel has been read so far. No right on channels is needed; one that is gone is no matter.
///
/// # Errors
/// Those of the store.
pub async fn advance(
    tx: &mut Tx,
    ctx: &Ctx,
    channel: CollectionChannelId,
    position: Line<400>,
) -> Result<()> {
    let go = |one: &mut CollectionChannel| {
        one.input.position = Some(position);
        Ok(())
    };
    match resource::change(tx, &by_itself(ctx), channel.uuid(), "advanced", go).await {
        Err(problem) if problem.is(&NOT_FOUND) => Ok(()),
        done => done.map(drop),
    }
}
