//! Which cells are dates: their number has a format with days or hours in it.

use super::{
    package::Part,
    suspicious,
    xml::{Node, Xml, attribute},
};
use guanxi_kernel::Result;
use std::{collections::HashMap, io::BufReader};

/// More than Excel keeps.
const STYLES: usize = 65_536;

/// What a number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    Number,
    Date,
    DateTime,
    Time,
}

/// What the number of a cell with style 0, 1, … stands for.
///
/// # Errors
/// `suspicious_archive`, `unreadable_file`.
pub(super) fn read_styles(part: BufReader<Part>) -> Result<Vec<Show>> {
    let mut xml = Xml::new(part);
    let mut formats = HashMap::new();
    let mut styles = Vec::new();
    let mut in_cells = false;
    loop {
        if formats.len() > STYLES || styles.len() > STYLES {
            return Err(suspicious("more styles than anybody can tell apart"));
        }
        match xml.next()? {
            Node::Start(tag) => {
                let number = |name| -> Result<Option<u32>> {
                    Ok(attribute(&tag, name, false)?.and_then(|id| id.parse().ok()))
                };
                match tag.local_name().as_ref() {
                    b"numFmt" => {
                        let code = attribute(&tag, "formatCode", false)?.unwrap_or_default();
                        if let Some(id) = number("numFmtId")? {
                            formats.insert(id, custom(&code));
                        }
                    }
                    b"cellXfs" => in_cells = true,
                    // These stand before or after the styles of cells, and hold styles too.
                    b"cellStyleXfs" | b"cellStyles" | b"dxfs" => in_cells = false,
                    b"xf" if in_cells => {
                        let id = number("numFmtId")?.unwrap_or(0);
                        styles.push(formats.get(&id).copied().unwrap_or_else(|| built_in(id)));
                    }
                    _ => {}
                }
            }
            Node::Eof => return Ok(styles),
            Node::End | Node::Text(_) | Node::Other => {}
        }
    }
}

/// The formats that every workbook has (ECMA-376 part 1, 18.8.30), those of Chinese Excel included.
fn built_in(id: u32) -> Show {
    match id {
        14..=17 | 27..=31 | 36 | 50..=54 | 57 | 58 => Show::Date,
        18..=21 | 32..=35 | 45 | 47 | 55 | 56 => Show::Time,
        22 => Show::DateTime,
        _ => Show::Number,
    }
}

/// What a format code shows. Text in quotes, escaped characters and colours show nothing; hours in
/// brackets are a duration, which is a number of days.
fn custom(code: &str) -> Show {
    let (mut days, mut hours, mut months) = (false, false, false);
    let first = code.split(';').next().unwrap_or_default();
    let mut characters = first.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => characters.by_ref().take_while(|c| *c != '"').for_each(drop),
            '\\' | '_' | '*' => drop(characters.next()),
            '[' => {
                let inside: String = characters.by_ref().take_while(|c| *c != ']').collect();
                let all = |letter: char| {
                    !inside.is_empty() && inside.chars().all(|c| c.eq_ignore_ascii_case(&letter))
                };
                if all('h') || all('m') || all('s') {
                    return Show::Number;
                }
            }
            'y' | 'Y' | 'd' | 'D' => days = true,
            'h' | 'H' | 's' | 'S' => hours = true,
            'm' | 'M' => months = true,
            _ => {}
        }
    }
    match (days, hours, months) {
        (true, true, _) => Show::DateTime,
        (true, false, _) | (false, false, true) => Show::Date,
        (false, true, _) => Show::Time,
        (false, false, false) => Show::Number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_tell_dates_from_numbers() {
        let table = [
            ("yyyy-mm-dd", Show::Date),
            ("yyyy\"年\"m\"月\"d\"日\";@", Show::Date),
            ("[$-804]yyyy/m/d h:mm", Show::DateTime),
            ("h:mm AM/PM", Show::Time),
            ("mmm", Show::Date),
            ("[h]:mm", Show::Number),
            ("#,##0.00\" days\"", Show::Number),
            ("[Red]0.00\\d", Show::Number),
            ("General", Show::Number),
            ("0.00E+00", Show::Number),
        ];
        for (code, show) in table {
            assert_eq!(custom(code), show, "{code}");
        }
        assert_eq!(built_in(14), Show::Date);
        assert_eq!(built_in(0), Show::Number);
    }
}
