//! The rules of a save.

use super::{RESEARCH_CODE, ResearchCode, store};
use guanxi_customers::{engine::standing, problems::IMMUTABLE};
use guanxi_kernel::{
    Ctx, Result,
    problem::{DUPLICATE, IN_USE},
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for ResearchCode {
    fn kind() -> &'static Kind {
        &RESEARCH_CODE
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        if let Some(before) = before {
            let (now, had) = (&self.input, &before.input);
            let members = [("/topic", now.topic == had.topic), ("/code", now.code == had.code)];
            if let Some((place, _)) = members.into_iter().find(|(_, same)| !same) {
                return Err(IMMUTABLE.at(place));
            }
        }
        if standing(before).is_some() {
            return Ok(());
        }
        match store::is_taken(tx, self.input.topic, &self.input.code, self.meta.id).await? {
            true => Err(DUPLICATE.at("/code")),
            false => Ok(()),
        }
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.code, &self.input.name]
    }

    fn example() -> Json {
        json!({
            "topic": "obstacles",
            "code": "lock_in",
            "name": "Bound by a contract",
            "name_zh": "受合同约束",
            "active": true,
            "definition": "现有供应商的合同尚未到期。"
        })
    }
}
