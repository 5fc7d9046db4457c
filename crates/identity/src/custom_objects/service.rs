//! The rules of objects that need the store.

use super::{CUSTOM_OBJECT, CustomObject, OBJECT_FIXED, TOO_MANY_OBJECTS};
use crate::custom_fields::{is_snake, snake};
use guanxi_kernel::{
    Ctx, Line, Problem, Result,
    problem::{DUPLICATE, FieldError, UNKNOWN_VALUE},
};
use guanxi_storage::{Kind, Resource, Sql, Tx, sql};
use serde_json::{Value as Json, json};

/// Objects of a tenant at most, deleted ones included.
const MOST: i64 = 200;

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
        if tx.exists(same).await? {
            return Err(DUPLICATE.at("/name"));
        }
        let all = sql!("SELECT COUNT(*) FROM custom_objects WHERE tenant_id = $1");
        match tx.optional::<(i64,)>(all).await? {
            Some((count,)) if count >= MOST => Err(TOO_MANY_OBJECTS.with("most", MOST)),
            _ => Ok(()),
        }
    }
}

/// Refuses to make a record of an object that is not there or not in use.
///
/// # Errors
/// `unknown_value` at `/object`, with those that are.
pub async fn require_active(tx: &mut Tx, name: &str) -> Result<()> {
    let in_use = sql!(
        "SELECT name FROM custom_objects
         WHERE tenant_id = $1 AND active AND deleted_at IS NULL ORDER BY position, name"
    );
    let in_use = names(tx, in_use).await?;
    match in_use.iter().any(|known| known == name) {
        true => Ok(()),
        false => Err(UNKNOWN_VALUE.at("/object").with("expected", one_of(&in_use))),
    }
}

/// The findings about those of these names, in a list at `pointer`, that no object has.
pub(crate) async fn unknown_of(
    tx: &mut Tx,
    wanted: &[Line<40>],
    pointer: &str,
) -> Result<Vec<FieldError>> {
    let there = sql!(
        "SELECT name FROM custom_objects
         WHERE tenant_id = $1 AND deleted_at IS NULL ORDER BY position, name"
    );
    let there = names(tx, there).await?;
    let unknown =
        wanted.iter().enumerate().filter(|(_, name)| !there.iter().any(|t| **t == ***name));
    let finding =
        |(at, _)| UNKNOWN_VALUE.field(format!("{pointer}/{at}")).with("expected", one_of(&there));
    Ok(unknown.map(finding).collect())
}

async fn names(tx: &mut Tx, sql: Sql) -> Result<Vec<String>> {
    Ok(tx.all::<(String,)>(sql).await?.into_iter().map(|(name,)| name).collect())
}

fn one_of(names: &[String]) -> String {
    match names {
        [] => "an object that POST /v1/custom-objects has made".to_owned(),
        names => format!("one of {}", names.join(", ")),
    }
}
