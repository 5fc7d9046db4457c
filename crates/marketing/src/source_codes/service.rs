//! The rules of a save.

use super::{SOURCE_CODE, SourceCode, store};
use crate::{
    media::{self, MediumId},
    problems::{SOURCE_CODE_TAKEN, UNKNOWN_MEDIUM},
    sales_results,
    source_code_schemes::{self, InForce, encode},
};
use guanxi_customers::{
    engine::standing,
    problems::IMMUTABLE,
    rules::{line, refuse},
};
use guanxi_kernel::{
    Ctx, Id, Problem, Result,
    problem::{IN_USE, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for SourceCode {
    fn kind() -> &'static Kind {
        &SOURCE_CODE
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            // Those of a product are worked out together.
            None if !self.code.is_empty() => return Ok(()),
            None => {
                let scheme = scheme(tx, self.input.scheme_id).await?;
                let medium = self.input.parts().medium;
                let known = media::by_code(tx, [medium.clone()]).await?;
                self.spell(&scheme, active(&known, &medium)?)?;
            }
            Some(before) => self.stay(before)?,
        }
        let stood = standing(before).is_some_and(|before| before.input.active);
        if self.input.active && !stood && store::is_taken(tx, &self.code, self.meta.id).await? {
            return Err(taken(std::slice::from_ref(&self.code)));
        }
        Ok(())
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    async fn present(records: &mut [Self], tx: &mut Tx, _: &Ctx) -> Result<()> {
        let counts = sales_results::of_codes(tx, records.iter().map(|one| one.meta.id)).await?;
        for one in records {
            one.sales_results = counts.get(&one.meta.id).cloned().unwrap_or_default();
        }
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.code]
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.campaign_id.map(Id::uuid).into_iter().collect()
    }

    fn example() -> Json {
        json!({
            "medium": "D",
            "test_group": "B",
            "list": "02",
            "month": 8,
            "year": 2007,
            "note": "八月电子邮件,测试组 B,名单 02。",
            "active": true
        })
    }
}

/// The scheme that was named, or the one that is used where none was.
pub(super) async fn scheme(
    tx: &mut Tx,
    named: Option<source_code_schemes::SourceCodeSchemeId>,
) -> Result<InForce> {
    match named {
        None => source_code_schemes::in_force(tx).await,
        Some(id) => {
            let found = source_code_schemes::named(tx, id).await?;
            found.ok_or_else(|| UNKNOWN_REFERENCE.at("/scheme_id"))
        }
    }
}

/// The medium of that code, if it is in use.
pub(super) fn active(
    known: &std::collections::BTreeMap<String, (MediumId, bool)>,
    medium: &str,
) -> Result<MediumId> {
    let found = known.get(medium).filter(|(_, active)| *active);
    found.map(|(id, _)| *id).ok_or_else(|| refuse(&UNKNOWN_MEDIUM, "/medium", ("medium", medium)))
}

/// The refusal of codes that are in use.
pub(super) fn taken(codes: &[String]) -> Problem {
    SOURCE_CODE_TAKEN.with("codes", codes)
}

impl SourceCode {
    /// Works out the code of a new one.
    pub(super) fn spell(&mut self, scheme: &InForce, medium: MediumId) -> Result<()> {
        let parts = self.input.parts();
        self.code = encode(&scheme.parts, &parts)?;
        self.input.medium = line(&parts.medium)?;
        self.input.test_group = line(&parts.test_group)?;
        self.input.list = line(&parts.list)?;
        (self.input.scheme_id, self.edition) = (scheme.id, scheme.edition);
        self.medium_id = Some(medium);
        Ok(())
    }

    /// What it is made of stays; so does its campaign once somebody is addressed by it.
    fn stay(&self, before: &Self) -> Result<()> {
        let (now, had) = (&self.input, &before.input);
        let bound = before.assigned > 0 && had.campaign_id.is_some();
        let members = [
            ("/medium", now.medium == had.medium),
            ("/test_group", now.test_group == had.test_group),
            ("/list", now.list == had.list),
            ("/month", now.month == had.month),
            ("/year", now.year == had.year),
            ("/scheme_id", now.scheme_id == had.scheme_id),
            ("/campaign_id", !bound || now.campaign_id == had.campaign_id),
        ];
        match members.into_iter().find(|(_, same)| !same) {
            Some((place, _)) => Err(IMMUTABLE.at(place)),
            None => Ok(()),
        }
    }
}
