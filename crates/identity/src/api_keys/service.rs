//! Making an API key, and the rules of changing one.

use super::{API_KEY, ApiKey, ApiKeyInput, Made, NewApiKey};
use crate::{rights, secrets};
use guanxi_kernel::{Action, Ctx, Problem, Result, problem::INTERNAL};
use guanxi_storage::{Kind, Meta, Resource, Tx, kind::Parts as _, resource};
use serde_json::{Value as Json, json};

/// Makes a key for the caller. The answer holds the key itself; it must not be kept anywhere.
///
/// # Errors
/// `forbidden`, also for whoever acts by a key; `validation_failed`.
pub async fn create_key(tx: &mut Tx, ctx: &Ctx, input: ApiKeyInput) -> Result<NewApiKey> {
    ctx.require(API_KEY.plural, Action::Create)?;
    let key = secrets::ApiKey::generate();
    let mut api_key = ApiKey::assemble(Meta::new(ctx), input);
    api_key.made = Made::of(ctx.actor.user, &key);
    let shown = resource::insert(tx, ctx, api_key, "created").await?;
    Ok(NewApiKey { key: key.reveal(), api_key: shown })
}

impl Resource for ApiKey {
    fn kind() -> &'static Kind {
        &API_KEY
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if self.made.digest.is_empty() {
            return Err(INTERNAL.problem().because("keys are made by create_key only"));
        }
        Problem::collect(self.normalise(ctx.now, before))?;
        let had = before.map_or(&[][..], |before| &before.input.scopes);
        let new = self.input.scopes.iter().enumerate().filter(|(_, scope)| !had.contains(scope));
        let new = new.map(|(at, scope)| (format!("/scopes/{at}/resource"), &*scope.resource));
        Problem::collect(rights::unknown_parts(tx, new).await?)
    }

    async fn saved(&self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        // What a key may do is kept in caches together with its owner's rights.
        match before {
            Some(before) if before.input.scopes != self.input.scopes => rights::changed(tx).await,
            _ => Ok(()),
        }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "ERP",
            "scopes": [{ "resource": "parties", "action": "read" }],
            "allowed_origins": ["https://app.example.com"],
        })
    }
}
