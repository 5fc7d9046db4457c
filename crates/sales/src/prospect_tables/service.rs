//! The rules of saving a table.

use super::{PROSPECT_TABLE, ProspectTable, ProspectTableMove, ProspectTableStatus};
use guanxi_kernel::{Action, Ctx, Result, Word as _, actor::forbidden};
use guanxi_storage::{Kind, Resource, Tx, resource::Verb};
use serde_json::{Value as Json, json};

impl Resource for ProspectTable {
    fn kind() -> &'static Kind {
        &PROSPECT_TABLE
    }

    async fn settle(&mut self, _: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(before) = before.filter(|before| before.status == ProspectTableStatus::Closed)
        else {
            return Ok(());
        };
        let written = |one: &Self| {
            (one.input.clone(), one.meta.extra.clone(), one.meta.deleted_at, one.status)
        };
        if written(self) == written(before) { Ok(()) } else { Err(before.status.refusal()) }
    }

    fn verbs(&self) -> Vec<Verb> {
        let why = self.status.refuses();
        let verb =
            |name, open: bool| Verb { name, needs: Action::Update, closed: (!open).then_some(why) };
        let moves = ProspectTableMove::ALL.iter();
        let moves = moves.map(|one| verb(one.word(), self.status.moves().any(|open| open == *one)));
        let update = verb("update", self.status != ProspectTableStatus::Closed);
        [update].into_iter().chain(moves).collect()
    }

    fn example() -> Json {
        json!({ "note": "春节后集中回访" })
    }
}

impl ProspectTable {
    /// Refuses whoever does not fill it in.
    ///
    /// # Errors
    /// `forbidden`.
    pub(super) fn require_own(&self, ctx: &Ctx) -> Result<()> {
        match self.owner_id == Some(ctx.actor.user) {
            true => Ok(()),
            false => Err(forbidden(PROSPECT_TABLE.plural, Action::Update)),
        }
    }

    /// Whether it is the caller's own work.
    pub(super) fn is_by(&self, ctx: &Ctx) -> bool {
        let user = Some(ctx.actor.user);
        [self.owner_id, self.consultant_id, self.submitted_by].contains(&user)
    }
}
