//! The records that rows name as people do.

use super::{mapping::Body, run::Mapped};
use crate::problems::AMBIGUOUS;
use guanxi_kernel::{Ctx, Problem, Result, problem::UNKNOWN_REFERENCE};
use guanxi_storage::{Kind, Tx, resource::named_by};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Names that one statement looks up.
const NAMES_AT_ONCE: usize = 200;

/// The records that people name, looked up once for all rows.
#[derive(Default)]
pub(super) struct Names(BTreeMap<(&'static str, String), Vec<Uuid>>);

impl Names {
    /// Looks up what the rows of a step name, in few statements.
    pub(super) async fn foresee<'r>(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        rows: impl IntoIterator<Item = &'r Mapped>,
    ) -> Result<()> {
        let mut wanted: BTreeMap<&'static str, (&'static Kind, BTreeSet<String>)> = BTreeMap::new();
        let bodies = rows.into_iter().filter_map(|(_, body)| body.as_ref().ok());
        let named = bodies.flat_map(|body| &body.named);
        for (_, target, name) in named.filter(|(_, _, name)| name.parse::<Uuid>().is_err()) {
            let texts = &mut wanted.entry(target.name).or_insert((*target, BTreeSet::new())).1;
            texts.insert(name.clone());
        }
        for (target, mut names) in wanted.into_values() {
            for field in target.known_by.iter().filter_map(|field| target.field(field)) {
                let texts: Vec<String> = names.iter().cloned().collect();
                for some in texts.chunks(NAMES_AT_ONCE) {
                    let some: BTreeSet<String> = some.iter().cloned().collect();
                    for (id, text) in named_by(tx, ctx, target, field, &some).await? {
                        names.remove(&text);
                        self.0.entry((target.name, text)).or_default().push(id);
                    }
                }
            }
        }
        Ok(())
    }

    /// The body with ids for names.
    pub(super) async fn resolve(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        body: &Body,
    ) -> Result<Result<Json, Problem>> {
        let mut members = body.members.clone();
        for (member, target, name) in &body.named {
            let ids = self.find(tx, ctx, target, name).await?;
            match ids[..] {
                [id] => drop(members.insert((*member).to_owned(), json!(id))),
                [] => return Ok(Err(UNKNOWN_REFERENCE.at(format!("/{member}")))),
                _ => return Ok(Err(AMBIGUOUS.at(format!("/{member}")))),
            }
        }
        Ok(Ok(Json::Object(members)))
    }

    async fn find(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        target: &'static Kind,
        name: &str,
    ) -> Result<Vec<Uuid>> {
        if let Ok(id) = name.parse::<Uuid>() {
            return Ok(vec![id]);
        }
        let key = (target.name, name.to_owned());
        if let Some(known) = self.0.get(&key) {
            return Ok(known.clone());
        }
        let mut ids = Vec::new();
        for field in target.known_by.iter().filter_map(|field| target.field(field)) {
            let texts = BTreeSet::from([name.to_owned()]);
            ids = named_by(tx, ctx, target, field, &texts)
                .await?
                .into_iter()
                .map(|(id, _)| id)
                .collect();
            if !ids.is_empty() {
                break;
            }
        }
        self.0.insert(key, ids.clone());
        Ok(ids)
    }
}
