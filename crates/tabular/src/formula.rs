//! Texts in CSV that a spreadsheet program would compute (OWASP, "CSV Injection").
//!
//! The mark is the apostrophe that spreadsheet programs themselves know as "this is text". It is put
//! before every text that is a formula or that reading would take for a marked one, so taking it
//! off gives back exactly what was written.

use std::borrow::Cow;

/// What begins a formula in one spreadsheet program or another; the wide ones in East Asia.
const BEGINNINGS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// The text as a cell that is never computed.
pub fn guard(text: Cow<'_, str>) -> Cow<'_, str> {
    if needs_mark(&text) { Cow::Owned(format!("'{text}")) } else { text }
}

/// The text of a cell without the mark.
pub(crate) fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| needs_mark(text)).unwrap_or(cell)
}

/// Apostrophes and blanks in front do not count: readers trim, and take a mark off.
fn needs_mark(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c == '\'' || c.is_whitespace());
    let front = &text[..text.len() - rest.len()];
    !rest.is_empty() && (front.contains(['\t', '\r', '\n']) || rest.starts_with(BEGINNINGS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_marked_is_what_it_was_without_the_mark() {
        let harmful = [
            "=1+1",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1",
            "＋1",
            "－1",
            "＠a",
            " =1",
            "\u{3000}=1",
            "-",
            "-12.50",
            "+8613800138000",
            "'=1",
            "''+1",
        ];
        for text in harmful {
            let cell = guard(text.into());
            assert_eq!(cell, format!("'{text}"));
            assert_eq!(unguard(&cell), text);
        }
        for text in ["a=b", "", "1-2", "'", "'tis", "''", "12"] {
            assert_eq!(guard(text.into()), text);
            assert_eq!(unguard(text), text);
        }
    }
}
