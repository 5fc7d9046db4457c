//! The rules of schemes that need the store.

use super::{
    SOURCE_CODE_SCHEME, SourceCodeScheme, SourceCodeSchemeId,
    scheme::{self, STANDARD},
    store::{self, SchemeEdition},
};
use guanxi_kernel::{Ctx, Result, problem::IN_USE};
use guanxi_storage::{Kind, Resource, Tx, resource};
use serde_json::{Value as Json, json};

impl Resource for SourceCodeScheme {
    fn kind() -> &'static Kind {
        &SOURCE_CODE_SCHEME
    }

    async fn settle(&mut self, _: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        scheme::check(&self.input.parts)?;
        self.edition = match before {
            None => 1,
            Some(before) if before.input.parts == self.input.parts => before.edition,
            Some(before) => before.edition + 1,
        };
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            Some(before) if before.edition == self.edition => Ok(()),
            _ => store::add_edition(tx, ctx, self).await,
        }
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({ "name": "七位源代码", "parts": STANDARD, "active": true })
    }
}

/// What a scheme ever said, the first edition first.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn editions(
    tx: &mut Tx,
    ctx: &Ctx,
    id: SourceCodeSchemeId,
) -> Result<Vec<SchemeEdition>> {
    resource::load::<SourceCodeScheme>(tx, ctx, id.uuid()).await?;
    store::editions(tx, id).await
}
