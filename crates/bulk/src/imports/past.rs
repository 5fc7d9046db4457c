//! What a check remembers of the rows before a step.
//!
//! Nothing of a step stays, so the rows before it that it would meet in a commit are written once more in its
//! rehearsal: those with a key, a name in another system, a code or a name that a row of the step has or names.
//! The rows lie in a file, and in memory is only where those of each key are. Price: of a key that many rows
//! have the first and the last are written, of a record that is made of several rows those that follow the first;
//! and what is alike without sharing any of these is not met.

use super::{keys::Keys, mapping::Body, reader::key_of, run::Mapped};
use crate::{files::local, table::Grouped};
use guanxi_kernel::{Problem, Result};
use guanxi_storage::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs::File,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{BufRead as _, BufReader, Seek as _, SeekFrom, Write as _},
};

/// Keys that are remembered at most: some 40 MB. Rows behind are tried by themselves.
const MOST_KEYS: usize = 1_000_000;

/// Rows that are written once more for one step at most.
const MOST_ROWS: usize = 5_000;

/// The rows so far.
pub(super) struct Past<'a> {
    keys: Keys<'a>,
    grouped: Option<Grouped>,
    /// A line for each row, in their order.
    file: File,
    /// Where the next line begins.
    end: u64,
    /// Where the first and the last row with a key are; of the key its digest.
    places: HashMap<u64, (u64, u64)>,
    /// The references of rows by name.
    references: Vec<(&'static str, &'static Kind)>,
}

/// A row as the file has it.
#[derive(Serialize, Deserialize)]
struct Line {
    number: u64,
    members: Map<String, Json>,
    /// Which reference it is, and the name.
    named: Vec<(usize, String)>,
}

impl<'a> Past<'a> {
    /// No rows yet.
    ///
    /// # Errors
    /// `storage_full`; `internal` when there can be no file.
    pub(super) fn new(keys: Keys<'a>, grouped: Option<Grouped>) -> Result<Self> {
        let file = tempfile::tempfile().map_err(local)?;
        let (places, references) = (HashMap::new(), Vec::new());
        Ok(Self { keys, grouped, file, end: 0, places, references })
    }

    /// Remembers rows.
    ///
    /// # Errors
    /// `storage_full`; `internal` when they cannot be written.
    pub(super) fn remember(&mut self, rows: &[Mapped]) -> Result<()> {
        let mut lines = Vec::new();
        for row in rows {
            let (number, Ok(body)) = row else { continue };
            if self.places.len() >= MOST_KEYS {
                break;
            }
            let place = self.end + lines.len() as u64;
            for key in self.has(row) {
                let known = self.places.entry(key).and_modify(|(_, last)| *last = place);
                known.or_insert((place, place));
            }
            let named = body.named.iter().map(|&(member, kind, ref name)| {
                let at = self.reference(member, kind);
                (at, name.clone())
            });
            let named = named.collect();
            let line = Line { number: *number, members: body.members.clone(), named };
            serde_json::to_writer(&mut lines, &line).map_err(unwritten)?;
            lines.push(b'\n');
        }
        self.file.seek(SeekFrom::Start(self.end)).map_err(local)?;
        self.file.write_all(&lines).map_err(local)?;
        self.end += lines.len() as u64;
        Ok(())
    }

    /// The rows remembered that these would meet, and that those would meet in turn, in their order.
    ///
    /// # Errors
    /// `internal` when they cannot be read.
    pub(super) fn before(&self, rows: &[Mapped]) -> Result<Vec<Mapped>> {
        let mut found: BTreeMap<u64, Mapped> = BTreeMap::new();
        let mut wanted: Vec<u64> = rows.iter().flat_map(|row| self.meets(row)).collect();
        let mut asked = HashSet::new();
        while let Some(key) = wanted.pop().filter(|_| found.len() < MOST_ROWS) {
            let Some(&(first, last)) = self.places.get(&key) else { continue };
            if !asked.insert(key) {
                continue;
            }
            // All rows that follow each other make one record, where several do.
            let end = if self.grouped.is_some() { last } else { first };
            for (from, to) in [(first, end), (last, last)] {
                for (place, row) in self.read(key, from, to)? {
                    wanted.extend(self.meets(&row));
                    found.insert(place, row);
                }
            }
        }
        Ok(found.into_values().collect())
    }

    /// The keys by which others meet a row.
    fn has(&self, row: &Mapped) -> Vec<u64> {
        let Ok(body) = &row.1 else { return Vec::new() };
        if let Some(grouped) = &self.grouped {
            return key_of(grouped, &row.1).map(|key| digest("", &key)).into_iter().collect();
        }
        let members = Json::Object(body.members.clone());
        let keys = self.keys.of(&members);
        let keys = keys.iter().map(|(field, text)| digest(field, text));
        let elsewhere = members["external_ids"].as_array().into_iter().flatten();
        let elsewhere = elsewhere.map(|id| digest("external_ids", &id.to_string()));
        let known = self.keys.known_as(body).map(|text| digest("", &text));
        keys.chain(elsewhere).chain(known).collect()
    }

    /// The keys of those that a row meets: its own, and those of records that it names.
    fn meets(&self, row: &Mapped) -> Vec<u64> {
        let mut keys = self.has(row);
        if let Ok(body) = &row.1 {
            keys.extend(self.keys.named(body).map(|name| digest("", &name)));
        }
        keys
    }

    /// The rows with the key that follow each other from one place to another at most, each with its place.
    fn read(&self, key: u64, first: u64, last: u64) -> Result<Vec<(u64, Mapped)>> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(first)).map_err(local)?;
        let (mut lines, mut place, mut rows) = (BufReader::new(file), first, Vec::new());
        while place <= last && rows.len() < MOST_ROWS {
            let mut text = String::new();
            let size = lines.read_line(&mut text).map_err(local)?;
            if size == 0 {
                break;
            }
            let line: Line = serde_json::from_str(&text).map_err(unwritten)?;
            let named = line.named.into_iter().filter_map(|(at, name)| {
                let (member, kind) = self.references.get(at)?;
                Some((*member, *kind, name))
            });
            let body = Body { members: line.members, named: named.collect() };
            let row = (line.number, Ok(body));
            if !self.has(&row).contains(&key) {
                break;
            }
            rows.push((place, row));
            place += size as u64;
        }
        Ok(rows)
    }

    /// The place of a reference among those that rows have.
    fn reference(&mut self, member: &'static str, kind: &'static Kind) -> usize {
        let known = self.references.iter().position(|(known, _)| *known == member);
        known.unwrap_or_else(|| {
            self.references.push((member, kind));
            self.references.len() - 1
        })
    }
}

fn digest(of: &str, text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (of, text).hash(&mut hasher);
    hasher.finish()
}

fn unwritten(error: serde_json::Error) -> Problem {
    local(error.into())
}
