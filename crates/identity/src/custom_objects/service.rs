//! The rules of objects that need the store.

use super::{CUSTOM_OBJECT, CustomObject, OBJECT_FIXED};
use crate::custom_fields::{is_snake, snake};
use guanxi_kernel::{
    Ctx, Problem, Result,
    problem::{DUPLICATE, UNKNOWN_VALUE},
};
use guanxi_storage::{Kind, Resource, Sql, Tx, sql};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

impl Resource for CustomObject {
    fn kind() -> &'static Kind {
        &CUSTOM_OBJECT
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        if !is_snake(&self.input.name) {
            return Problem::collect(vec![snake("/name")]);
        }
        match before {
            Some(before) if before.input.name != self.input.name => Err(OBJECT_FIXED.at("/name")),
            Some(_) => Ok(()),
            None => self.check_new(tx).await,
        }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name, &self.input.label.en, &self.input.label.zh]
    }

    fn example() -> Json {
        json!({
            "name": "vehicle",
            "label": { "en": "Vehicle", "zh-CN": "车辆" },
            "purpose": "售后服务与保养提醒",
        })
    }
}

impl CustomObject {
    async fn check_new(&self, tx: &mut Tx) -> Result<()> {
        let same = sql!(
            "SELECT CAST(1 AS BIGINT) FROM custom_objects WHERE tenant_id = $1 AND name = $2",
            self.input.name.to_string()
        );
        if tx.exists(same).await? { Err(DUPLICATE.at("/name")) } else { Ok(()) }
    }
}

/// Refuses to make a record of an object that is not there or not in use.
///
/// # Errors
/// `unknown_value` at `/object`.
pub async fn require_active(tx: &mut Tx, name: &str) -> Result<()> {
    let there = sql!(
        "SELECT CAST(1 AS BIGINT) FROM custom_objects
         WHERE tenant_id = $1 AND name = $2 AND active AND deleted_at IS NULL",
        name
    );
    match tx.exists(there).await? {
        true => Ok(()),
        false => Err(UNKNOWN_VALUE.at("/object")),
    }
}

/// Which of these names no object has.
pub(crate) async fn unknown_of(tx: &mut Tx, names: &[&str]) -> Result<BTreeSet<String>> {
    let mut sql = Sql::new(
        "SELECT name FROM custom_objects WHERE tenant_id = $1 AND deleted_at IS NULL AND name IN ",
    );
    sql.bind_all(names.iter().copied());
    let known: Vec<(String,)> = tx.all(sql).await?;
    let mut unknown: BTreeSet<String> = names.iter().map(ToString::to_string).collect();
    for (name,) in known {
        unknown.remove(&name);
    }
    Ok(unknown)
}
