//! The rules of saving a field.

use super::{
    CUSTOM_FIELD, CustomField, CustomFieldInput, FIELD_FIXED, FIELD_IN_USE, TOO_MANY_FIELDS,
};
use crate::custom_objects::unknown_of;
use guanxi_kernel::{
    Ctx, Problem, Result,
    problem::{DUPLICATE, FieldError, INVALID},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    custom::{self, carrier, has_values},
    sql,
};
use serde_json::{Value as Json, json};

impl Resource for CustomField {
    fn kind() -> &'static Kind {
        &CUSTOM_FIELD
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        Problem::collect(self.input.findings())?;
        Problem::collect(self.input.name_findings())?;
        self.check_objects(tx, before).await?;
        match before {
            None => self.check_new(tx).await,
            Some(before) => self.check_change(tx, &before.input).await,
        }
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, _: Option<&Self>) -> Result<()> {
        custom::changed(tx, ctx).await
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name, &self.input.label.en, &self.input.label.zh]
    }

    fn example() -> Json {
        json!({
            "resource": "parties",
            "name": "credit_rating",
            "label": { "en": "Credit rating", "zh-CN": "信用评级" },
            "kind": "choice",
            "purpose": "决定付款方式",
            "choices": [
                { "word": "high", "label": { "en": "High", "zh-CN": "高" } },
                { "word": "low", "label": { "en": "Low", "zh-CN": "低" } },
            ],
        })
    }
}

impl CustomFieldInput {
    /// A name that the records have already would be read as theirs.
    fn name_findings(&self) -> Vec<FieldError> {
        let kind = carrier(&self.resource);
        let taken = kind.and_then(|kind| kind.field(&self.name)).is_some();
        let expected = "a name that the resource has no field of";
        if taken { vec![INVALID.field("/name").with("expected", expected)] } else { Vec::new() }
    }
}

impl CustomField {
    /// The objects that it newly names must be there.
    async fn check_objects(&self, tx: &mut Tx, before: Option<&Self>) -> Result<()> {
        let objects = &self.input.objects;
        if objects.is_empty() || before.is_some_and(|before| before.input.objects == *objects) {
            return Ok(());
        }
        Problem::collect(unknown_of(tx, objects, "/objects").await?)
    }

    async fn check_new(&self, tx: &mut Tx) -> Result<()> {
        let count = sql!(
            "SELECT COUNT(*), COUNT(CASE WHEN name = $3 THEN 1 END) FROM custom_fields
             WHERE tenant_id = $1 AND resource = $2",
            self.input.resource.to_string(),
            self.input.name.to_string()
        );
        let (all, same): (i64, i64) = tx.optional(count).await?.unwrap_or_default();
        if same > 0 {
            return Err(DUPLICATE.at("/name"));
        }
        let most = custom::MOST;
        if usize::try_from(all).is_ok_and(|all| all >= most) {
            return Err(TOO_MANY_FIELDS.with("most", most));
        }
        Ok(())
    }

    async fn check_change(&self, tx: &mut Tx, before: &CustomFieldInput) -> Result<()> {
        let fixed = [
            ("/resource", self.input.resource == before.resource),
            ("/name", self.input.name == before.name),
        ];
        let fixed = fixed.iter().filter(|(_, same)| !same);
        Problem::collect(fixed.map(|(place, _)| FIELD_FIXED.field(*place)).collect())?;
        let (resource, name) = (&*self.input.resource, &*self.input.name);
        let retyped = [
            ("/kind", self.input.kind == before.kind),
            ("/target", self.input.target == before.target),
        ];
        for (place, _) in retyped.into_iter().filter(|(_, same)| !same) {
            if has_values(tx, resource, name, None).await? {
                return Err(FIELD_IN_USE.at(place));
            }
        }
        for gone in before.choices.iter().map(|choice| &*choice.word) {
            let kept = self.input.choices.iter().any(|choice| &*choice.word == gone);
            if !kept && has_values(tx, resource, name, Some(gone)).await? {
                return Err(FIELD_IN_USE.at("/choices"));
            }
        }
        Ok(())
    }
}
