//! The rules of a save.

use super::{CREDIT_RULE, CreditRule, CreditRuleId};
use crate::{
    problems::{CREDIT_RULES_OVERLAP, SHARES_NOT_WHOLE},
    rules::check_validity,
};
use guanxi_customers::rules::repeated;
use guanxi_kernel::{Ctx, Problem, Result, Share};
use guanxi_storage::{Kind, Resource, Sql, Tx};
use serde_json::{Value as Json, json};

impl Resource for CreditRule {
    fn kind() -> &'static Kind {
        &CREDIT_RULE
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, _: Option<&Self>) -> Result<()> {
        let input = &self.input;
        check_validity(Some(input.valid_from), input.valid_until)?;
        Problem::collect(repeated(&input.shares, "/shares", |one| one.department))?;
        if !Share::make_one(input.shares.iter().map(|one| one.share)) {
            return Err(SHARES_NOT_WHOLE.at("/shares"));
        }
        match self.overlapping(tx).await? {
            Some(other) => Err(CREDIT_RULES_OVERLAP.with("credit_rule_id", other.to_string())),
            None => Ok(()),
        }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "2026 三方分享",
            "basis": "amount",
            "shares": [
                { "department": "call_centre", "share": "0.3000" },
                { "department": "web", "share": "0.2000" },
                { "department": "field", "share": "0.5000" }
            ],
            "valid_from": "2026-01-01",
            "valid_until": "2026-12-31"
        })
    }
}

impl CreditRule {
    /// Another rule of the basis that holds on one of its days.
    async fn overlapping(&self, tx: &mut Tx) -> Result<Option<CreditRuleId>> {
        let input = &self.input;
        let mut sql = Sql::new(
            "SELECT id FROM credit_rules WHERE tenant_id = $1 AND deleted_at IS NULL AND basis = ",
        );
        sql.bind(input.basis).push(" AND id <> ").bind(self.meta.id);
        sql.push(" AND (valid_until IS NULL OR valid_until >= ").bind(input.valid_from).push(")");
        if let Some(last) = input.valid_until {
            sql.push(" AND valid_from <= ").bind(last);
        }
        sql.push(" ORDER BY valid_from, id LIMIT 1");
        Ok(tx.optional::<(CreditRuleId,)>(sql).await?.map(|(id,)| id))
    }
}
