//! The rules of saving a key figure.

use super::{KPI, Kpi, formula::Formula, store};
use crate::problems::BAD_FORMULA;
use guanxi_identity::users::check_owner;
use guanxi_kernel::{
    Ctx, OrgUnitId, Problem, Result,
    problem::{DUPLICATE, IN_USE, INVALID, OUT_OF_RANGE, REPEATED},
};
use guanxi_storage::{Kind, Resource, Tx};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Resource for Kpi {
    fn kind() -> &'static Kind {
        &KPI
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.input.owner_id.get_or_insert(ctx.actor.user);
        let mut findings = Vec::new();
        match Formula::read(&self.input.formula) {
            Ok(formula) => {
                let names = formula.measures.iter().map(|one| one.name.to_owned());
                self.measures = names.collect();
                self.unit = formula.unit.into();
                if self.measures.is_empty() {
                    let finding = INVALID.field("/formula");
                    findings.push(finding.with("expected", "At least one measure"));
                }
            }
            Err(wrong) => {
                let finding = BAD_FORMULA.field("/formula").with("offset", wrong.offset);
                findings.push(finding.with("expected", wrong.expected));
            }
        }
        if self.input.target().is_some_and(|target| target <= Decimal::ZERO) {
            findings.push(OUT_OF_RANGE.field("/target").with("expected", "above 0"));
        }
        let units: BTreeSet<Uuid> =
            self.input.org_unit_ids.iter().copied().map(OrgUnitId::uuid).collect();
        if units.len() < self.input.org_unit_ids.len() {
            findings.push(REPEATED.field("/org_unit_ids"));
        }
        Problem::collect(findings)?;
        let had = before.map(|before| &before.input.org_unit_ids);
        if had != Some(&self.input.org_unit_ids) && store::are_nested(tx, &units).await? {
            let finding = INVALID.field("/org_unit_ids");
            let expected = "No department below another one of them";
            Problem::collect(vec![finding.with("expected", expected)])?;
        }
        let standing = before.filter(|before| before.meta.deleted_at.is_none());
        let code = &self.input.code;
        if standing.is_none_or(|before| before.input.code != *code)
            && store::has_code(tx, code, self.meta.id).await?
        {
            return Err(DUPLICATE.at("/code"));
        }
        let had = before.and_then(|before| before.input.owner_id);
        if let Some(owner) = self.input.owner_id.filter(|owner| had != Some(*owner)) {
            check_owner(tx, ctx, owner, "/owner_id").await?;
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
            "code": "loop_closure",
            "name": "Leads with a result",
            "name_zh": "移交闭环率",
            "formula": "handovers_with_result / handed_over",
            "org_unit_ids": [],
            "target": "0.9000",
            "better": "higher",
            "weight": "0.4000",
        })
    }
}
