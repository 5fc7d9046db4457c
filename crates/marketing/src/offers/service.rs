//! The rules of a save.

use super::{OFFER, Offer, store};
use guanxi_customers::{
    problems::IMMUTABLE,
    rules::{line, refuse, repeated},
};
use guanxi_kernel::{
    Ctx, Id, Problem, Result,
    problem::{DUPLICATE, IN_USE, OUT_OF_RANGE, REQUIRED},
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Offer {
    fn kind() -> &'static Kind {
        &OFFER
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let input = &mut self.input;
        input.code = line(&input.code.to_uppercase())?;
        let mut findings = repeated(&input.tiers, "/tiers", ToString::to_string);
        findings.extend(repeated(&input.roles, "/roles", |role| *role));
        Problem::collect(findings)?;
        if input.valid_until < input.valid_from {
            let expected = ("expected", "not before valid_from");
            return Err(refuse(&OUT_OF_RANGE, "/valid_until", expected));
        }
        if input.members_only && input.campaign_id.is_none() {
            return Err(REQUIRED.at("/campaign_id"));
        }
        if before.is_some_and(|before| before.input.per != input.per) {
            return Err(IMMUTABLE.at("/per"));
        }
        match store::has_code(tx, &self.input.code, self.meta.id).await? {
            true => Err(DUPLICATE.at("/code")),
            false => Ok(()),
        }
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        let found = store::redemptions(tx, std::slice::from_ref(self)).await?;
        if found.is_empty() { Ok(()) } else { Err(IN_USE.problem()) }
    }

    async fn present(records: &mut [Self], tx: &mut Tx, _: &Ctx) -> Result<()> {
        let found = store::redemptions(tx, records).await?;
        for one in records {
            one.redemptions = found.get(&one.meta.id).copied().unwrap_or_default();
        }
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.code, &self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.campaign_id.map(Id::uuid).into_iter().collect()
    }

    fn example() -> Json {
        json!({
            "code": "SPRING10",
            "name": "春季保养九折",
            "text": "保养工时九折,送玻璃水一瓶。",
            "valid_from": "2026-01-01",
            "valid_until": "2026-12-31",
            "roles": ["customer"],
            "per": "party",
            "times": 1,
            "max_redemptions": 500
        })
    }
}
