//! How records are shown: which fields, what is expanded, and as they were at an instant.

use super::query::{bad, instant, words};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Result, problem::UNKNOWN_VALUE};
use guanxi_storage::{
    Kind, Tx,
    custom::{self, Fields},
    error::UNKNOWN_PARAMETER,
    events::history,
    field_reads::Shown,
    list,
    operations::Sheet,
};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How a single record is shown.
#[derive(Debug, Default)]
pub struct View {
    pub(super) fields: Option<Vec<String>>,
    expand: Vec<String>,
    explain: bool,
    pub(super) as_of: Option<DateTime<Utc>>,
}

impl View {
    /// Reads `fields`, `expand` and `explain`.
    ///
    /// # Errors
    /// `unknown_parameter`, `bad_parameter`.
    pub fn parse(kind: &'static Kind, pairs: &[(String, String)]) -> Result<Self> {
        let (mut view, all) = (Self::default(), Fields::default());
        for (name, value) in pairs {
            match name.as_str() {
                "fields" => {
                    view.fields = Some(words(name, value, &list::showable(kind, &all), true)?);
                }
                "expand" => view.expand = words(name, value, &list::expandable(kind, &all), false)?,
                "as_of" => view.as_of = Some(instant(name, value)?),
                "explain" if value == "actions" => view.explain = true,
                "explain" => {
                    return Err(bad(UNKNOWN_VALUE
                        .parameter("explain")
                        .with("expected", "actions")));
                }
                _ => {
                    return Err(UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name)));
                }
            }
        }
        if view.as_of.is_some() && (view.explain || !view.expand.is_empty()) {
            // What else there is belongs to the present.
            let with = if view.explain { "explain" } else { "expand" };
            return Err(bad(UNKNOWN_VALUE.parameter(with).with("expected", "no as_of beside it")));
        }
        Ok(view)
    }

    /// Refuses what the caller does not see, and members of `custom` that are no fields.
    async fn check(&self, tx: &mut Tx, ctx: &Ctx, kind: &'static Kind) -> Result<()> {
        let custom = custom::fields(tx, ctx, kind).await?;
        words("expand", &self.expand.join(","), &list::expandable(kind, &custom), false)
            .map_or_else(
                |refused| if self.expand.is_empty() { Ok(()) } else { Err(refused) },
                |_| Ok(()),
            )?;
        let Some(paths) = &self.fields else { return Ok(()) };
        words("fields", &paths.join(","), &list::showable(kind, &custom), true)?;
        list::check_paths(&custom, paths.iter().map(String::as_str)).map_err(bad)
    }

    /// The record as it was then; whoever may see it now, deleted or not, may see its past.
    pub(super) async fn show_then(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        kind: &'static Kind,
        id: Uuid,
        at: DateTime<Utc>,
    ) -> Result<Json> {
        self.check(tx, ctx, kind).await?;
        (kind.operations.get_even_deleted)(tx, ctx, id).await?;
        let mut then = history::as_of(tx, ctx, kind, id, at).await?;
        // Nothing can be done to the past.
        then["actions"] = json!([]);
        Ok(self.fields.as_ref().map_or_else(|| then.clone(), |fields| pick(&then, fields)))
    }

    pub(super) async fn show(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        kind: &'static Kind,
        sheet: &Sheet,
    ) -> Result<Option<Shaped>> {
        if self.fields.is_none() && self.expand.is_empty() && !self.explain {
            return Ok(None);
        }
        self.check(tx, ctx, kind).await?;
        let record = vec![sheet.value()];
        let mut shaped = shape(tx, ctx, kind, record, &self.fields, &self.expand).await?;
        if let (true, [Json::Object(members)]) = (self.explain, shaped.records.as_mut_slice()) {
            members.insert("refused_actions".into(), json!(sheet.refused));
        }
        Ok(Some(shaped))
    }
}

/// Records as they are shown.
pub(super) struct Shaped {
    /// The records.
    pub(super) records: Vec<Json>,
    /// What is shown within them.
    pub(super) within: Vec<Shown>,
}

/// The records with their references expanded (one query for each kind of record, however long the
/// list is), reduced to the members that are wanted.
pub(super) async fn shape(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    mut shaped: Vec<Json>,
    fields: &Option<Vec<String>>,
    expand: &[String],
) -> Result<Shaped> {
    let mut within = Vec::new();
    for name in expand {
        let member = format!("{name}_id");
        let Some(target) = kind.field(&member).and_then(|field| field.target) else { continue };
        let id_of = |record: &Json| record.get(&member)?.as_str()?.parse::<Uuid>().ok();
        let mut ids: Vec<Uuid> = shaped.iter().filter_map(id_of).collect();
        ids.sort_unstable();
        ids.dedup();
        let found: BTreeMap<Uuid, Json> =
            (target().load)(tx, ctx, &ids).await?.into_iter().collect();
        for record in &mut shaped {
            let one = id_of(record).and_then(|id| found.get(&id)).cloned().unwrap_or_default();
            if let Json::Object(members) = record {
                members.insert(name.clone(), one);
            }
        }
        let members = fields.as_deref().and_then(|fields| members_of(name, fields));
        within.push(Shown { kind: target(), members, records: found.into_keys().collect() });
    }
    if let Some(fields) = fields {
        shaped = shaped.iter().map(|record| pick(record, fields)).collect();
    }
    Ok(Shaped { records: shaped, within })
}

/// The members of what is shown as `name` that the dotted paths name; `None` for all.
fn members_of(name: &str, paths: &[String]) -> Option<Vec<String>> {
    if paths.iter().any(|path| path == name) {
        return None;
    }
    let below = paths.iter().filter_map(|path| path.strip_prefix(name)?.strip_prefix('.'));
    Some(below.map(str::to_owned).collect())
}

/// Only the members that the dotted paths name.
fn pick(record: &Json, paths: &[String]) -> Json {
    let mut picked = Map::new();
    for path in paths {
        let (top, rest) =
            path.split_once('.').map_or((path.as_str(), None), |(top, rest)| (top, Some(rest)));
        let Some(value) = record.get(top) else { continue };
        match (rest, value) {
            (Some(rest), Json::Object(_)) => {
                let inner = pick(value, &[rest.to_owned()]);
                let place = picked.entry(top.to_owned()).or_insert_with(|| json!({}));
                guanxi_kernel::input::merge(place, inner);
            }
            _ => {
                picked.insert(top.to_owned(), value.clone());
            }
        }
    }
    Json::Object(picked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picking_follows_dotted_paths() {
        let record =
            json!({ "id": 1, "name": "a", "owner": { "id": 2, "name": "b", "email": "c" } });
        let picked =
            pick(&record, &["id".into(), "owner.name".into(), "owner.id".into(), "none".into()]);
        assert_eq!(picked, json!({ "id": 1, "owner": { "name": "b", "id": 2 } }));
    }

    #[test]
    fn what_is_shown_within_a_record_is_what_paths_name_of_it() {
        let of_owner = |paths: &[&str]| {
            let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
            members_of("owner", &paths)
        };
        assert_eq!(of_owner(&["id", "owner"]), None);
        assert_eq!(of_owner(&["owner.email", "owner"]), None);
        assert_eq!(of_owner(&["owner.email", "owner_id"]), Some(vec!["email".to_owned()]));
        assert_eq!(of_owner(&["name"]), Some(Vec::new()));
    }
}
