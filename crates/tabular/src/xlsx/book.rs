//! The workbook: its sheets and where their parts are.

use super::{
    damaged,
    package::Package,
    sheet::SheetRows,
    strings::Strings,
    styles::{Show, read_styles},
    suspicious,
    xml::{Node, Xml, attribute},
};
use crate::{Limits, Sheet, problems::NO_SUCH_SHEET};
use guanxi_kernel::Result;
use std::{collections::HashMap, path::Path};

/// Excel allows 31.
const SHEET_NAME: usize = 255;

/// A workbook whose directory and list of sheets have been read.
pub(crate) struct Book {
    package: Package,
    sheets: Vec<(Sheet, String)>,
    strings: Option<String>,
    styles: Option<String>,
    /// Whether dates count from 1904.
    epoch_1904: bool,
}

/// A pointer from one part to another.
struct Relation {
    /// The last step of the URI that names the kind.
    kind: String,
    target: String,
}

impl Book {
    /// # Errors
    /// `suspicious_archive`, `unreadable_file`.
    pub(crate) fn open(path: &Path, limits: &Limits) -> Result<Self> {
        let package = Package::open(path, limits)?;
        let root = relations(&package, "_rels/.rels", "", limits)?;
        let main = root.into_values().find(|relation| relation.kind == "officeDocument");
        let main = main.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target);
        let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
        let beside = format!("{folder}/_rels/{file}.rels");
        let relations = relations(&package, beside.trim_start_matches('/'), folder, limits)?;
        let target = |kind: &str| {
            let mut found = relations.values().filter(|relation| relation.kind == kind);
            found.next().map(|relation| relation.target.clone())
        };
        let (strings, styles) = (target("sharedStrings"), target("styles"));
        let mut book = Self { package, sheets: Vec::new(), strings, styles, epoch_1904: false };
        book.read_sheets(&main, &relations, limits)?;
        Ok(book)
    }

    fn read_sheets(
        &mut self,
        main: &str,
        relations: &HashMap<String, Relation>,
        limits: &Limits,
    ) -> Result<()> {
        let part = self.package.part(main)?.ok_or_else(|| damaged("no workbook"))?;
        let mut xml = Xml::new(part);
        loop {
            match xml.next()? {
                Node::Start(tag) => match tag.local_name().as_ref() {
                    b"workbookPr" => {
                        let date = attribute(&tag, "date1904", false)?;
                        self.epoch_1904 = date.is_some_and(|date| truth(&date));
                    }
                    b"sheet" => {
                        let name = attribute(&tag, "name", false)?.unwrap_or_default();
                        let state = attribute(&tag, "state", false)?;
                        let visible = state.is_none_or(|state| state == "visible");
                        let id = attribute(&tag, "id", true)?.unwrap_or_default();
                        if name.chars().count() > SHEET_NAME
                            || self.sheets.len() == limits.zip_entries
                        {
                            return Err(suspicious("sheets beyond any use"));
                        }
                        let relation = relations.get(&id);
                        // What is no sheet of cells (a chart) has nothing to read.
                        if let Some(relation) = relation.filter(|r| r.kind == "worksheet") {
                            let sheet = Sheet { name, visible };
                            self.sheets.push((sheet, relation.target.clone()));
                        }
                    }
                    _ => {}
                },
                Node::Eof => return Ok(()),
                Node::End | Node::Text(_) | Node::Other => {}
            }
        }
    }

    /// All sheets of cells.
    pub(crate) fn sheets(&self) -> Vec<Sheet> {
        self.sheets.iter().map(|(sheet, _)| sheet.clone()).collect()
    }

    /// The name of the sheet wanted, or of the first that people see.
    ///
    /// # Errors
    /// `no_such_sheet`; `unreadable_file` for a workbook without any.
    pub(crate) fn choose(&self, wanted: Option<&str>) -> Result<String> {
        let mut sheets = self.sheets.iter().map(|(sheet, _)| sheet);
        match wanted {
            Some(name) if sheets.any(|sheet| sheet.name == name) => Ok(name.to_owned()),
            Some(name) => Err(NO_SUCH_SHEET.with("sheet", name)),
            None => {
                let first = self.sheets.first().map(|(sheet, _)| sheet);
                let chosen = sheets.find(|sheet| sheet.visible).or(first);
                chosen.map(|sheet| sheet.name.clone()).ok_or_else(|| damaged("no sheets"))
            }
        }
    }

    /// The rows of a sheet.
    ///
    /// # Errors
    /// `suspicious_archive`, `unreadable_file`, `too_many_strings`.
    pub(crate) fn rows(&self, sheet: &str, limits: &Limits) -> Result<SheetRows> {
        let part = self.sheets.iter().find(|(known, _)| known.name == sheet);
        let part = part.map_or(Ok(None), |(_, part)| self.package.part(part))?;
        let xml = Xml::new(part.ok_or_else(|| damaged("a sheet without its part"))?);
        let strings = match self.strings.as_deref().map(|name| self.package.part(name)) {
            Some(part) => part?.map_or(Ok(Strings::default()), |part| Strings::read(part, limits)),
            None => Ok(Strings::default()),
        }?;
        let styles: Vec<Show> = match self.styles.as_deref().map(|name| self.package.part(name)) {
            Some(part) => part?.map_or(Ok(Vec::new()), read_styles),
            None => Ok(Vec::new()),
        }?;
        Ok(SheetRows::new(xml, strings, styles, self.epoch_1904, limits))
    }
}

/// A boolean of XML Schema.
pub(super) fn truth(text: &str) -> bool {
    matches!(text.trim(), "1" | "true" | "on")
}

/// What a part points to, by id; targets outside of the archive are left out, nobody follows them.
fn relations(
    package: &Package,
    name: &str,
    folder: &str,
    limits: &Limits,
) -> Result<HashMap<String, Relation>> {
    let mut found = HashMap::new();
    let Some(part) = package.part(name)? else { return Ok(found) };
    let mut xml = Xml::new(part);
    loop {
        match xml.next()? {
            Node::Start(tag) if tag.local_name().as_ref() == b"Relationship" => {
                let get = |name| attribute(&tag, name, false);
                if get("TargetMode")?.is_some_and(|mode| mode == "External") {
                    continue;
                }
                if found.len() > limits.zip_entries {
                    return Err(suspicious("more relations than parts"));
                }
                let (kind, target) = (get("Type")?, get("Target")?);
                let kind = kind.unwrap_or_default();
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                let target = resolve(folder, &target.unwrap_or_default());
                if target.len() > SHEET_NAME || kind.len() > SHEET_NAME {
                    return Err(suspicious("a relation beyond any use"));
                }
                found.insert(get("Id")?.unwrap_or_default(), Relation { kind, target });
            }
            Node::Eof => return Ok(found),
            Node::Start(_) | Node::End | Node::Text(_) | Node::Other => {}
        }
    }
}

/// The name of the part that `target` means when it is said in `folder`.
fn resolve(folder: &str, target: &str) -> String {
    let (base, target) = match target.strip_prefix('/') {
        Some(absolute) => ("", absolute),
        None => (folder, target),
    };
    let mut steps: Vec<&str> = base.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            // One step too many leads to the root: a name that the archive does not have.
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn targets_stay_in_the_archive() {
        assert_eq!(resolve("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve("xl", "/xl/styles.xml"), "xl/styles.xml");
        assert_eq!(resolve("xl", "../../../etc/passwd"), "etc/passwd");
    }
}
