//! The rules of saving a definition, and the one that applies.

use super::{APPROVAL_DEFINITION, ApprovalDefinition, store};
use crate::documents::{self, Document};
use guanxi_kernel::{
    Ctx, Problem, Result,
    problem::{INTERNAL, UNKNOWN_REFERENCE, UNKNOWN_VALUE},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    filter::facts::{self, Facts},
    resource,
};
use serde_json::{Value as Json, json};

impl Resource for ApprovalDefinition {
    fn kind() -> &'static Kind {
        &APPROVAL_DEFINITION
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let mut findings = self.input.findings();
        match documents::named(&self.input.document) {
            Some(document) => {
                let facts = document.all_facts();
                let condition = self.input.condition.as_deref();
                let checked = condition.map(|text| facts::check(text, &facts, "/condition"));
                findings.extend(checked.and_then(Result::err));
            }
            None => {
                let known: Vec<&str> = documents::all().iter().map(|one| one.code).collect();
                let finding = UNKNOWN_VALUE.field("/document");
                findings.push(finding.with("expected", format!("one of {}", known.join(", "))));
            }
        }
        Problem::collect(findings)?;
        if before.is_some_and(|before| before.input.levels == self.input.levels) {
            return Ok(());
        }
        for (at, level) in self.input.levels.iter().enumerate() {
            for (number, approver) in level.approvers.iter().enumerate() {
                let Some((kind, id, member)) = approver.named() else { continue };
                if !resource::visible(tx, ctx, kind, id).await? {
                    let place = format!("/levels/{at}/approvers/{number}/{member}");
                    return Err(UNKNOWN_REFERENCE.at(place));
                }
            }
        }
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "大额申请 / large requests",
            "document": "request",
            "condition": "amount > 100000 OR urgent = true",
            "priority": 10,
            "active": true,
            "allow_self": false,
            "levels": [{
                "mode": "any",
                "approvers": [{ "kind": "manager_of_owner", "levels_up": 1 }],
                "timeout_hours": 16,
                "on_timeout": "escalate",
            }],
        })
    }
}

/// Whether an active definition for that type says when somebody must agree.
///
/// # Errors
/// Those of the store.
pub async fn is_ruled(tx: &mut Tx, document: &str) -> Result<bool> {
    Ok(!store::active(tx, document).await?.is_empty())
}

/// The definition that applies to these facts: of the active ones for the type the first that fits.
///
/// # Errors
/// `internal` for a stored condition that the facts of today do not fit any more.
pub(crate) async fn fitting(
    tx: &mut Tx,
    ctx: &Ctx,
    document: &Document,
    facts: &Facts,
) -> Result<Option<ApprovalDefinition>> {
    let declared = document.all_facts();
    for (id, condition) in store::active(tx, document.code).await? {
        let fits = match condition {
            Some(text) => facts::check(&text, &declared, "")
                .map_err(|_| INTERNAL.problem().because("a stored condition cannot be read"))?
                .holds(facts, ctx),
            None => true,
        };
        if fits {
            return resource::load(tx, &ctx.on_behalf(), id).await.map(Some);
        }
    }
    Ok(None)
}
