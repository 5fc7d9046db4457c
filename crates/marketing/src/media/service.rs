//! The rules of media that need the store.

use super::{MEDIUM, Medium, store};
use crate::campaigns::CAMPAIGN;
use guanxi_customers::{
    engine::standing,
    problems::IMMUTABLE,
    rules::{refuse, repeated},
};
use guanxi_identity::users::check_owner;
use guanxi_kernel::{
    Action, Ctx, Line, Problem, Result,
    actor::forbidden,
    problem::{DUPLICATE, IN_USE, INVALID_FORMAT},
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

/// Refuses whoever may not read what E:R is worked out from.
fn require_figures(ctx: &Ctx) -> Result<()> {
    for plural in [CAMPAIGN.plural, "contracts"] {
        if !ctx.require(plural, Action::Read)?.all {
            return Err(forbidden(plural, Action::Read));
        }
    }
    match ctx.actor.withheld(CAMPAIGN.plural).hidden.contains("spent") {
        true => Err(forbidden(CAMPAIGN.plural, Action::Read)),
        false => Ok(()),
    }
}

impl Resource for Medium {
    fn kind() -> &'static Kind {
        &MEDIUM
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let watched_by = before.and_then(|before| before.input.watched_by_id);
        if let Some(user) = self.input.watched_by_id.filter(|user| watched_by != Some(*user)) {
            require_figures(ctx)?;
            check_owner(tx, ctx, user, "/watched_by_id").await?;
        }
        Problem::collect(repeated(&self.input.reply_channels, "/reply_channels", |one| *one))?;
        let plain = self.input.code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let code = Line::new(&self.input.code.to_ascii_uppercase()).ok().filter(|_| plain);
        let expected = ("expected", "1 to 4 letters or digits");
        self.input.code = code.ok_or_else(|| refuse(&INVALID_FORMAT, "/code", expected))?;
        let code = &self.input.code;
        let same = standing(before).is_some_and(|before| before.input.code == *code);
        if same {
            return Ok(());
        }
        if store::has_code(tx, code, self.meta.id).await? {
            return Err(DUPLICATE.at("/code"));
        }
        // Codes that name it would say something else.
        let other = before.is_some_and(|before| before.input.code != *code);
        if other && store::is_used(tx, self.meta.id).await? {
            return Err(IMMUTABLE.at("/code"));
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let is_watched = |one: &Self| one.input.watched_by_id.is_some();
        if is_watched(self) || before.is_some_and(is_watched) {
            store::look(tx, self.meta.id, ctx.now).await?;
        }
        Ok(())
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.code, &self.input.name]
    }

    fn example() -> Json {
        json!({
            "code": "D",
            "name": "E-mail",
            "name_zh": "电子邮件",
            "kind": "email",
            "unit_cost": { "amount": "0.05", "currency": "CNY" },
            "reply_channels": ["email", "website", "call"],
            "active": true
        })
    }
}
