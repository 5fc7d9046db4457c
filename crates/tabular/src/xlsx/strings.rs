//! The texts that cells name by number. The first 16 MiB are kept in memory, more go to a temporary
//! file, so that the memory for a workbook is bounded whatever it says.

use super::{
    damaged, failed,
    package::Part,
    xml::{Node, Xml},
};
use crate::{Limits, problems::TOO_MANY_STRINGS};
use guanxi_kernel::Result;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use tempfile::SpooledTempFile;

const IN_MEMORY: usize = 16 << 20;

/// Shared strings.
pub(super) struct Strings {
    texts: SpooledTempFile,
    ends: Vec<u32>,
}

impl Default for Strings {
    fn default() -> Self {
        Self { texts: SpooledTempFile::new(IN_MEMORY), ends: Vec::new() }
    }
}

impl Strings {
    /// Reads the part. Of a text that is longer than a cell may be, only so much is kept that the
    /// cell is refused.
    ///
    /// # Errors
    /// `too_many_strings`, `suspicious_archive`, `unreadable_file`.
    pub(super) fn read(part: BufReader<Part>, limits: &Limits) -> Result<Self> {
        let mut xml = Xml::new(part);
        let mut ends = Vec::new();
        let mut texts = BufWriter::new(SpooledTempFile::new(IN_MEMORY));
        let (mut end, mut text) = (0_usize, String::new());
        loop {
            let item = match xml.next()? {
                Node::Start(tag) => tag.local_name().as_ref() == b"si",
                Node::Eof => break,
                Node::End | Node::Text(_) | Node::Other => false,
            };
            if !item {
                continue;
            }
            if ends.len() == limits.shared_strings {
                return Err(TOO_MANY_STRINGS.with("limit", limits.shared_strings));
            }
            text.clear();
            read_runs(&mut xml, &mut text, limits.cell_characters)?;
            let text = unescape(&text);
            texts.write_all(text.as_bytes()).map_err(failed)?;
            end += text.len();
            ends.push(u32::try_from(end).map_err(damaged)?);
        }
        let texts = texts.into_inner().map_err(|error| failed(error.into_error()))?;
        Ok(Self { texts, ends })
    }

    /// The text of a number.
    ///
    /// # Errors
    /// `unreadable_file` for a number that has none.
    pub(super) fn get(&mut self, number: usize) -> Result<String> {
        let end = *self.ends.get(number).ok_or_else(|| damaged("a text that is not there"))?;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        let mut text = vec![0; (end - start) as usize];
        self.texts.seek(SeekFrom::Start(u64::from(start))).map_err(failed)?;
        self.texts.read_exact(&mut text).map_err(failed)?;
        String::from_utf8(text).map_err(damaged)
    }
}

/// Appends the text of an item up to its end: the runs without their looks and without the signs
/// that tell how they are pronounced. Stops keeping text soon after `characters`.
pub(super) fn read_runs(xml: &mut Xml, text: &mut String, characters: usize) -> Result<()> {
    let (mut depth, mut inside) = (1, None);
    while depth > 0 {
        match xml.next()? {
            Node::Start(tag) if tag.local_name().as_ref() == b"rPh" => xml.skip()?,
            Node::Start(tag) => {
                depth += 1;
                if tag.local_name().as_ref() == b"t" {
                    inside = Some(depth);
                }
            }
            Node::End => {
                inside = inside.filter(|level| *level < depth);
                depth -= 1;
            }
            // Four bytes a character, and one more character to be too long.
            Node::Text(piece) if inside.is_some() && text.len() <= characters.saturating_mul(4) => {
                text.push_str(&piece);
            }
            Node::Text(_) | Node::Other => {}
            Node::Eof => return Err(damaged("a text that is cut off")),
        }
    }
    Ok(())
}

/// Undoes `_x000D_`, by which workbooks say characters that XML cannot (ECMA-376 part 1, 22.9.2.19).
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let digits = rest.get(at + 2..at + 6).filter(|_| rest[at..].get(6..7) == Some("_"));
        let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code.and_then(char::from_u32) {
            Some(character) => {
                plain.push_str(&rest[..at]);
                plain.push(character);
                rest = &rest[at + 7..];
            }
            None => {
                plain.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn characters_that_xml_cannot_say_come_back() {
        assert_eq!(unescape("a_x000D_b_x005F_x000D_"), "a\rb_x000D_");
        assert_eq!(unescape("_x_x00_xZZZZ__xD800_张_x"), "_x_x00_xZZZZ__xD800_张_x");
    }
}
