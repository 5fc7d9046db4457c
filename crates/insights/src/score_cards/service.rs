//! The rules of saving a score card.

use super::{SCORE_CARD, ScoreCard};
use crate::{
    kpis::{KPI, KpiId},
    problems::WEIGHTS_NOT_ONE,
};
use guanxi_kernel::{
    Ctx, OrgUnitId, Problem, Result, Share,
    problem::{INVALID, REPEATED, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Resource for ScoreCard {
    fn kind() -> &'static Kind {
        &SCORE_CARD
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_some_and(|before| before.input == self.input) {
            return Ok(());
        }
        let ids: Vec<Uuid> =
            self.input.lines.iter().map(|line| line.kpi_id).map(KpiId::uuid).collect();
        let known: BTreeMap<Uuid, Json> =
            (KPI.load)(tx, &ctx.on_behalf(), &ids).await?.into_iter().collect();
        let (mut findings, mut seen) = (Vec::new(), BTreeSet::new());
        for (at, line) in self.input.lines.iter_mut().enumerate() {
            let place = format!("/lines/{at}/kpi_id");
            let Some(kpi) = known.get(&line.kpi_id.uuid()) else {
                findings.push(UNKNOWN_REFERENCE.field(place));
                continue;
            };
            if !seen.insert(line.kpi_id) {
                findings.push(REPEATED.field(place));
                continue;
            }
            let own = || kpi["weight"].as_str().and_then(|weight| weight.parse().ok());
            line.weight = line.weight.or_else(own);
            let judges = |unit: &OrgUnitId| {
                let all = kpi["org_unit_ids"].as_array();
                all.is_some_and(|all| all.contains(&json!(unit)))
            };
            if self.input.org_unit_id.is_some_and(|unit| !judges(&unit)) {
                let expected = "A key figure that the department is judged by";
                findings.push(INVALID.field(place).with("expected", expected));
            }
        }
        Problem::collect(findings)?;
        let weights: Vec<Share> =
            self.input.lines.iter().map(|line| line.weight.unwrap_or_default()).collect();
        if Share::make_one(weights.iter().copied()) {
            return Ok(());
        }
        let sum: i64 = weights.iter().map(|weight| weight.ten_thousandths()).sum();
        let sum = format!("{}.{:04}", sum / 10_000, sum % 10_000);
        Problem::collect(vec![WEIGHTS_NOT_ONE.field("/lines").with("sum", sum)])
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "销售部一季度 / sales, first quarter",
            "lines": [
                { "kpi_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77", "weight": "1.0000" },
            ],
        })
    }
}
