//! Files for the tests.

use flate2::{Compress, Compression, Crc, FlushCompress};
use guanxi_kernel::Result;
use guanxi_tabular::{Layout, Limits, Row, examine, open};
use serde_json::Value;
use std::{io::Write, path::Path};
use tempfile::NamedTempFile;

/// A file with `content`.
pub(crate) fn file(content: impl AsRef<[u8]>) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a temporary file");
    file.write_all(content.as_ref()).expect("written");
    file
}

/// The layout and all rows.
pub(crate) fn read(path: &Path, limits: &Limits) -> Result<(Layout, Vec<Row>)> {
    let layout = examine(path, limits)?;
    let rows: Vec<Row> = open(path, &layout, limits)?.collect();
    assert_eq!(rows.len() as u64, layout.rows, "as many rows as were counted");
    Ok((layout, rows))
}

/// The layout and the rows, of which none may be an error.
pub(crate) fn table(content: impl AsRef<[u8]>) -> (Layout, Vec<Vec<Value>>) {
    let file = file(content);
    let (layout, rows) = read(file.path(), &Limits::default()).expect("a table");
    (layout, rows.into_iter().map(|row| row.values.expect("a good row")).collect())
}

/// The code with which a file is refused.
pub(crate) fn refused(content: impl AsRef<[u8]>) -> &'static str {
    refused_within(content, &Limits::default())
}

pub(crate) fn refused_within(content: impl AsRef<[u8]>, limits: &Limits) -> &'static str {
    let file = file(content);
    read(file.path(), limits).expect_err("refused").code().code
}

/// The numbers of the rows with what they say: `ok`, or a code.
pub(crate) fn outcomes(rows: &[Row]) -> Vec<(u64, &'static str)> {
    let outcome = |row: &Row| row.values.as_ref().map_or_else(|why| why.code().code, |_| "ok");
    rows.iter().map(|row| (row.number, outcome(row))).collect()
}

/// An entry of an archive, which may lie about itself.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) local_name: String,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) crc: u32,
    pub(crate) size: u32,
    pub(crate) data: Vec<u8>,
    pub(crate) mode: u32,
}

/// A deflated entry.
pub(crate) fn entry(name: &str, content: impl AsRef<[u8]>) -> Entry {
    let content = content.as_ref();
    let mut crc = Crc::new();
    crc.update(content);
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), Compression::fast());
    deflate.write_all(content).expect("deflated");
    Entry {
        name: name.to_owned(),
        local_name: name.to_owned(),
        method: 8,
        flags: 0,
        crc: crc.sum(),
        size: content.len() as u32,
        data: deflate.finish().expect("deflated"),
        mode: 0,
    }
}

/// An entry that inflates to `block` again and again, made without inflating it.
pub(crate) fn repeated(name: &str, before: &[u8], block: &[u8], times: u32) -> Entry {
    let mut deflate = Compress::new(Compression::best(), false);
    let mut blocks = |content: &[u8]| {
        let mut data = Vec::with_capacity(content.len() + 1024);
        deflate.compress_vec(content, &mut data, FlushCompress::Full).expect("deflated");
        data
    };
    let (mut data, again) = (blocks(before), blocks(block));
    (0..times).for_each(|_| data.extend_from_slice(&again));
    let size = (before.len() as u64 + block.len() as u64 * u64::from(times)) as u32;
    Entry { data, size, ..entry(name, "") }
}

/// The archive of some entries.
pub(crate) fn zip(entries: &[Entry]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let offset = file.len() as u32;
        let common = |name: &str| {
            let mut bytes = Vec::new();
            for half in [20, entry.flags, entry.method, 0, 0] {
                bytes.extend(half.to_le_bytes());
            }
            for word in [entry.crc, entry.data.len() as u32, entry.size] {
                bytes.extend(word.to_le_bytes());
            }
            bytes.extend((name.len() as u16).to_le_bytes());
            bytes.extend(0_u16.to_le_bytes());
            bytes
        };
        file.extend(b"PK\x03\x04");
        file.extend(common(&entry.local_name));
        file.extend(entry.local_name.as_bytes());
        file.extend(&entry.data);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(common(&entry.name));
        directory.extend([0; 6]);
        directory.extend((entry.mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.name.as_bytes());
    }
    let (start, size, count) = (file.len() as u32, directory.len() as u32, entries.len() as u16);
    file.extend(directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    file.extend([size.to_le_bytes(), start.to_le_bytes()].concat());
    file.extend(0_u16.to_le_bytes());
    file
}

const KINDS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The parts of a workbook but its sheets: `<sheet …/>` elements with the ids `r1`, `r2`, … of
/// `sheet1.xml`, `sheet2.xml`, …
pub(crate) fn parts(sheets: &str) -> Vec<Entry> {
    let relation = |id: &str, kind: &str, target: &str| {
        format!(r#"<Relationship Id="{id}" Type="{KINDS}/{kind}" Target="{target}"/>"#)
    };
    let root = relation("a", "officeDocument", "xl/workbook.xml");
    let beside = [
        relation("r1", "worksheet", "worksheets/sheet1.xml"),
        relation("r2", "worksheet", "/xl/worksheets/sheet2.xml"),
        relation("s", "sharedStrings", "sharedStrings.xml"),
        relation("t", "styles", "styles.xml"),
    ];
    let all = |relations: &str| format!("<Relationships>{relations}</Relationships>");
    vec![
        entry("_rels/.rels", all(&root)),
        entry(
            "xl/workbook.xml",
            format!(r#"<workbook xmlns:r="{KINDS}"><sheets>{sheets}</sheets></workbook>"#),
        ),
        entry("xl/_rels/workbook.xml.rels", all(&beside.concat())),
    ]
}

/// A workbook with one sheet of `rows`, and perhaps shared strings and styles.
pub(crate) fn workbook(rows: &str, more: Vec<Entry>) -> Vec<u8> {
    let mut entries = parts(r#"<sheet name="Sheet1" sheetId="1" r:id="r1"/>"#);
    entries.push(entry("xl/worksheets/sheet1.xml", sheet(rows)));
    entries.extend(more);
    zip(&entries)
}

/// A sheet with `rows`.
pub(crate) fn sheet(rows: &str) -> String {
    format!("<?xml version=\"1.0\"?><worksheet><sheetData>{rows}</sheetData></worksheet>")
}
