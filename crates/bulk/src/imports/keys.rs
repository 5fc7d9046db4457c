//! By what a row is known to be a record that is there, and which rows wait for others.

use super::{
    mapping::Body,
    run::{Mapped, Ready},
};
use guanxi_kernel::{Ctx, Line, Result, phone::e164, text::fold};
use guanxi_storage::{
    Field, Kind, Tx,
    custom::Fields,
    resource::{named_by, named_by_custom},
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A field to match on, and a value that a row has for it.
pub(super) type Key = (String, String);

/// What the keys of rows are.
#[derive(Clone, Copy)]
pub(super) struct Keys<'a> {
    pub(super) kind: &'static Kind,
    pub(super) fields: &'a Fields,
    pub(super) match_on: &'a [Line<100>],
    /// Of which phone numbers without a prefix are.
    pub(super) country: &'a str,
}

impl Keys<'_> {
    /// The keys of a row: each field to match on, with each value that the row has for it.
    pub(super) fn of(&self, body: &Json) -> Vec<Key> {
        let mut keys = Vec::new();
        for name in self.match_on {
            let name: &str = name;
            if let Some(field) = self.fields.by_path(name) {
                let terms = field.terms_of(&body["custom"][&field.name]);
                keys.extend(terms.into_iter().map(|term| (name.to_owned(), term)));
                continue;
            }
            let Some(field) = key_field(self.kind, name) else { continue };
            let value = &body[field.name];
            let texts = match (field.terms, value) {
                (Some(index), Json::Array(entries)) => {
                    let text = |entry: &Json| {
                        if let Some(number) = entry["number"].as_str() {
                            // As it is kept, however the file writes it.
                            return (index.term)(&e164(number, self.country)?);
                        }
                        let plain = ["address", "id"].iter().find_map(|m| entry[*m].as_str());
                        let plain = plain.or(entry.as_str())?;
                        let plain = match entry["source"].as_str() {
                            Some(source) => format!("{source}:{plain}"),
                            None => plain.to_owned(),
                        };
                        (index.term)(&plain)
                    };
                    entries.iter().filter_map(text).collect()
                }
                (None, Json::String(text)) => vec![text.clone()],
                _ => Vec::new(),
            };
            keys.extend(texts.into_iter().map(|text| (name.to_owned(), text)));
        }
        keys
    }

    /// The texts by which others name the record that a row makes, folded.
    pub(super) fn known_as(&self, body: &Body) -> impl Iterator<Item = String> {
        let known = self.kind.known_by.iter();
        known
            .filter_map(move |field| body.members.get(*field)?.as_str())
            .map(|text| fold(text.trim()))
    }

    /// The records of the same resource that a row names, folded.
    pub(super) fn named(&self, body: &Body) -> impl Iterator<Item = String> {
        let own = body.named.iter().filter(move |(_, target, _)| target.name == self.kind.name);
        own.map(|(_, _, name)| fold(name))
    }

    /// The rows that can be written now, and those that wait for them: whoever names a record that a row
    /// before may make or change, and whoever has a key of one that waits, so that rows of one key keep
    /// their order. The first row of all never waits.
    pub(super) fn in_turn<'m>(&self, rows: Vec<&'m Mapped>) -> (Vec<&'m Mapped>, Vec<&'m Mapped>) {
        let names =
            |row: &&Mapped| row.1.as_ref().is_ok_and(|body| self.named(body).next().is_some());
        if !rows.iter().any(names) {
            return (rows, Vec::new());
        }
        let (mut now, mut later) = (Vec::new(), Vec::new());
        let (mut known, mut held) = (BTreeSet::new(), BTreeSet::new());
        for row in rows {
            let Ok(body) = &row.1 else {
                now.push(row);
                continue;
            };
            let keys = self.of(&Json::Object(body.members.clone()));
            let waits = self.named(body).any(|name| known.contains(&name))
                || keys.iter().any(|key| held.contains(key));
            known.extend(self.known_as(body));
            if waits {
                held.extend(keys);
                later.push(row);
            } else {
                now.push(row);
            }
        }
        (now, later)
    }

    /// The rows whose keys no row before them has, and the others.
    pub(super) fn apart(&self, rows: Vec<Ready>) -> (Vec<Ready>, Vec<Ready>) {
        let mut seen = BTreeSet::new();
        rows.into_iter().partition(|(_, body)| {
            let keys = self.of(body);
            let new = keys.iter().all(|key| !seen.contains(key));
            seen.extend(keys);
            new
        })
    }

    /// The records that the keys of the rows name, as far as the caller may see them.
    pub(super) async fn matches(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        rows: &[Ready],
    ) -> Result<BTreeMap<Key, BTreeSet<Uuid>>> {
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, text) in rows.iter().flat_map(|(_, body)| self.of(body)) {
            wanted.entry(name).or_default().insert(text);
        }
        let mut found: BTreeMap<Key, BTreeSet<Uuid>> = BTreeMap::new();
        for (name, texts) in wanted {
            let kind = self.kind;
            let known = match (self.fields.by_path(&name), key_field(kind, &name)) {
                (Some(field), _) => named_by_custom(tx, ctx, kind, field, &texts).await?,
                (None, Some(field)) => named_by(tx, ctx, kind, field, &texts).await?,
                (None, None) => continue,
            };
            for (id, text) in known {
                found.entry((name.clone(), text)).or_default().insert(id);
            }
        }
        Ok(found)
    }
}

/// The field that a key names: by its name, or by the parameter of its list.
fn key_field(kind: &'static Kind, name: &str) -> Option<&'static Field> {
    let by_parameter = |field: &&Field| field.terms.is_some_and(|index| index.parameter == name);
    kind.field(name).or_else(|| kind.shape.fields.iter().find(by_parameter))
}
