//! What kind of file this is, told from its content: the name is what a stranger typed.

use crate::{
    Delimiter, Encoding, Format,
    csv::{Cells, Scan, scan},
    problems::{EMPTY_FILE, UNKNOWN_ENCODING, UNSUPPORTED_FORMAT},
    read::unreadable,
    text::{begin, decode},
};
use guanxi_kernel::{Result, Word};
use std::{fs::File, io::Read, path::Path};

const SAMPLE: usize = 64 << 10;

/// How files begin that people mistake for tables: the workbooks of old Excel (and all with a
/// password), PDF, gzip, RAR, 7z, PNG, JPEG.
const FOREIGN: &[&[u8]] = &[
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"%PDF-",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf\x27\x1c",
    b"\x89PNG",
    b"\xff\xd8\xff",
];

fn sample(path: &Path) -> Result<Vec<u8>> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(SAMPLE as u64).read_to_end(&mut start).map_err(unreadable)?;
    Ok(start)
}

/// Whether it is a ZIP archive, which only a workbook may be.
///
/// # Errors
/// `empty_file`, `unsupported_format`.
pub(crate) fn is_archive(path: &Path) -> Result<bool> {
    let start = sample(path)?;
    if start.is_empty() {
        return Err(EMPTY_FILE.problem());
    }
    if FOREIGN.iter().any(|magic| start.starts_with(magic)) {
        return Err(UNSUPPORTED_FORMAT.problem());
    }
    Ok(start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06"))
}

/// The encoding: by its mark; else UTF-16 by its pattern of zeros; else UTF-8 if the whole file is
/// that; else GB 18030 if the whole file is that.
///
/// # Errors
/// `unknown_encoding`.
pub(crate) fn encoding(path: &Path) -> Result<Encoding> {
    let start = sample(path)?;
    let marks: [(&[u8], Encoding); 3] = [
        (b"\xef\xbb\xbf", Encoding::Utf8),
        (b"\xff\xfe", Encoding::Utf16le),
        (b"\xfe\xff", Encoding::Utf16be),
    ];
    if let Some((_, encoding)) = marks.iter().find(|(mark, _)| start.starts_with(mark)) {
        return Ok(*encoding);
    }
    if let Some(encoding) = utf16(&start) {
        return Ok(encoding);
    }
    let zeros = start.contains(&0);
    for (encoding, possible) in [(Encoding::Utf8, true), (Encoding::Gb18030, !zeros)] {
        if possible && decodes(path, encoding)? {
            return Ok(encoding);
        }
    }
    Err(UNKNOWN_ENCODING.problem())
}

/// UTF-16 without a mark. In it, delimiters and line ends are a zero and an ASCII byte, while
/// nothing is two zeros; zeros that stray through UTF-8 look otherwise.
fn utf16(start: &[u8]) -> Option<Encoding> {
    let zeros = start.iter().filter(|byte| **byte == 0).count();
    let utf8 = std::str::from_utf8(start).is_ok();
    if zeros == 0 || start.len() < 4 || (utf8 && zeros * 4 < start.len()) {
        return None;
    }
    let [little, big] = [u16::from_le_bytes, u16::from_be_bytes]
        .map(|read| ascii(start.chunks_exact(2).map(|pair| read([pair[0], pair[1]]))));
    let (encoding, share) = match (little?, big?) {
        (little, big) if little > big => (Encoding::Utf16le, little),
        (_, big) => (Encoding::Utf16be, big),
    };
    let mut text = Vec::new();
    decode(&mut encoding.decoder(), start, false, &mut text);
    // Names in Chinese have few ASCII characters between them, yet never none.
    (share * 128 >= start.len() && std::str::from_utf8(&text).is_ok()).then_some(encoding)
}

/// How many of the units are ASCII; none if one is zero.
fn ascii(units: impl Iterator<Item = u16>) -> Option<usize> {
    let mut count = 0;
    for unit in units {
        match unit {
            0 => return None,
            1..128 => count += 1,
            _ => {}
        }
    }
    Some(count)
}

/// Whether every byte of the file is part of a character.
fn decodes(path: &Path, encoding: Encoding) -> Result<bool> {
    let mut file = File::open(path).map_err(unreadable)?;
    let mut decoder = encoding.decoder();
    let mut raw = vec![0; SAMPLE];
    let mut text = Vec::new();
    loop {
        let length = file.read(&mut raw).map_err(unreadable)?;
        text.clear();
        decode(&mut decoder, &raw[..length], length == 0, &mut text);
        if std::str::from_utf8(&text).is_err() {
            return Ok(false);
        }
        if length == 0 {
            return Ok(true);
        }
    }
}

/// Whether the first line with content begins a JSON object.
///
/// # Errors
/// `unsupported_format` for an array of objects, `empty_file`.
pub(crate) fn format(path: &Path, encoding: Encoding) -> Result<Format> {
    let text = begin(path, encoding).map_err(unreadable)?;
    let start = text.window().trim_ascii_start();
    if start.is_empty() && text.ended() {
        return Err(EMPTY_FILE.problem());
    }
    let after = |opening: &[u8]| start.strip_prefix(opening).map(<[u8]>::trim_ascii_start);
    if after(b"{").is_some_and(|rest| matches!(rest.first(), Some(b'"' | b'}'))) {
        return Ok(Format::Ndjson);
    }
    if after(b"[").is_some_and(|rest| rest.first() == Some(&b'{')) {
        return Err(UNSUPPORTED_FORMAT.problem());
    }
    Ok(Format::Csv)
}

/// The delimiter that gives the header most cells; of equals, the one that the next rows agree with
/// most often.
pub(crate) fn delimiter(path: &Path, encoding: Encoding) -> Result<Delimiter> {
    let text = begin(path, encoding).map_err(unreadable)?;
    let scores = Delimiter::ALL.iter().map(|candidate| {
        let widths = widths(text.window(), text.ended(), candidate.byte());
        let header = widths.first().copied().unwrap_or(0);
        (header, widths.iter().filter(|width| **width == header).count())
    });
    let best = Delimiter::ALL.iter().zip(scores).rev().max_by_key(|(_, score)| *score);
    Ok(best.map_or(Delimiter::Comma, |(delimiter, _)| *delimiter))
}

/// How many cells the first rows have.
fn widths(mut text: &[u8], ended: bool, delimiter: u8) -> Vec<usize> {
    let mut widths = Vec::new();
    let mut cells = Cells::default();
    while widths.len() < 20 && !text.is_empty() {
        match scan(text, ended, delimiter, usize::MAX, &mut cells) {
            Scan::Row(length) => text = &text[length..],
            // The first row may be longer than what is looked at.
            Scan::More | Scan::Flawed { .. } if widths.is_empty() => text = &[],
            Scan::More | Scan::Flawed { .. } => break,
        }
        if !cells.blank() {
            widths.push(cells.len());
        }
    }
    widths
}
