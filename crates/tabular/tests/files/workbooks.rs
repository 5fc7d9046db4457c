//! Workbooks of strangers: what is read of honest ones, and how hostile ones are refused.

use crate::common::{
    Entry, entry, file, outcomes, parts, read, refused, refused_within, repeated, sheet, table,
    workbook, zip,
};
use guanxi_tabular::{Choice, Limits, Sheet, examine, examine_as, open};
use proptest::prelude::*;
use serde_json::json;
use std::time::{Duration, Instant};

const HEADER: &str = r#"<row r="2"><c r="A2" t="inlineStr"><is><t>name</t></is></c><c r="B2" t="inlineStr"><is><t>when</t></is></c></row>"#;

/// The workbook around an entry for `xl/worksheets/sheet1.xml`.
fn around(sheet: Entry) -> Vec<Entry> {
    let mut entries = parts(r#"<sheet name="Sheet1" sheetId="1" r:id="r1"/>"#);
    entries.push(sheet);
    entries
}

#[test]
fn cells_of_every_type_are_read() {
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy/m/d h:mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;
    let strings = r#"<sst><si><t> 张三 </t></si><si><r><t>李</t></r><rPh><t>Li</t></rPh><r><t xml:space="preserve">四_x000D_&amp;&#x4E94;</t></r></si></sst>"#;
    let rows = format!(
        "{HEADER}{}",
        r#"<row r="4"><c r="A4" t="s"><v>0</v></c><c r="B4" s="1"><v>46053</v></c></row>
        <row r="5"><c r="A5" t="s"><v>1</v></c><c r="B5" s="2"><v>46053.5</v></c></row>
        <row r="6"><c r="A6"/><c r="B6"><f>1+1</f><v>2</v></c></row>
        <row r="7"><c r="A7" t="str"><f>A1&amp;""</f><v>text</v></c><c r="B7" t="b"><v>1</v></c></row>
        <row r="8"><c r="A8" t="e"><v>#N/A</v></c><c r="B8"><v>1.50</v></c></row>
        <row r="9"><c r="A9"><f>NOW()</f></c></row>
        <row><c><v>7</v></c><c t="inlineStr"><is><t>x</t></is></c></row>"#,
    );
    let more = vec![entry("xl/styles.xml", styles), entry("xl/sharedStrings.xml", strings)];
    let file = file(workbook(&rows, more));
    let (layout, rows) = read(file.path(), &Limits::default()).unwrap();
    assert_eq!(layout.header, ["name", "when"]);
    let expected = [
        (4, json!(["张三", "2026-01-31"])),
        (5, json!(["李四\r&五", "2026-01-31T12:00:00"])),
        (6, json!([null, 2])),
        (7, json!(["text", true])),
        (8, json!(["#N/A", 1.5])),
        (10, json!([7, "x"])),
    ];
    let found: Vec<_> =
        rows.into_iter().map(|row| (row.number, json!(row.values.unwrap()))).collect();
    assert_eq!(found, expected);
}

#[test]
fn bad_cells_are_errors_of_their_row() {
    let rows = format!(
        "{HEADER}{}",
        r#"<row r="3"><c r="A3"><v>one</v></c></row><row r="4"><c r="A4" t="s"><v>9</v></c></row>
        <row r="5"><c r="C5"><v>1</v></c></row><row r="6"><c r="ZZZ6"><v>1</v></c></row>
        <row r="7"><c r="A7"><v>1</v></c></row>"#,
    );
    let file = file(workbook(&rows, Vec::new()));
    let (_, rows) = read(file.path(), &Limits::default()).unwrap();
    let expected = [
        (3, "unreadable_cell"),
        (4, "unreadable_cell"),
        (5, "wrong_cell_count"),
        (6, "too_many_columns"),
        (7, "ok"),
    ];
    assert_eq!(outcomes(&rows), expected);
    let layout = examine(file.path(), &Limits::default()).unwrap();
    let last = open(file.path(), &layout, &Limits::default()).unwrap().nth(4).unwrap();
    assert_eq!((last.number, last.values.unwrap()), (7, vec![json!(1), json!(null)]));
}

#[test]
fn the_first_visible_sheet_is_read_unless_another_is_chosen() {
    let mut entries = parts(
        r#"<sheet name="secret" sheetId="1" state="hidden" r:id="r1"/><sheet name="客户" sheetId="2" r:id="r2"/>"#,
    );
    let row = |text: &str| sheet(&format!("<row><c t=\"str\"><v>{text}</v></c></row>"));
    entries.push(entry("xl/worksheets/sheet1.xml", row("one")));
    entries.push(entry("xl/worksheets/sheet2.xml", row("two")));
    let file = file(zip(&entries));
    let limits = Limits::default();
    let layout = examine(file.path(), &limits).unwrap();
    assert_eq!((layout.sheet.as_deref(), &layout.header[0]), (Some("客户"), &"two".to_owned()));
    assert_eq!(layout.sheets[0], Sheet { name: "secret".into(), visible: false });
    let choose = |name: &str| {
        let choice = Choice { sheet: Some(name.into()), ..Choice::default() };
        examine_as(file.path(), &choice, &limits)
    };
    assert_eq!(choose("secret").unwrap().header, ["one"]);
    assert_eq!(choose("none").unwrap_err().code().code, "no_such_sheet");
}

#[test]
fn hostile_sheet_names_are_names() {
    let name = r"=cmd|' /C calc'!A0 ../../etc/passwd &lt;script&gt; &quot;";
    let sheets = format!(r#"<sheet name="{name}" sheetId="1" r:id="r1"/>"#);
    let mut entries = parts(&sheets);
    entries.push(entry("xl/worksheets/sheet1.xml", sheet(HEADER)));
    let (layout, _) = table(zip(&entries));
    let expected = "=cmd|' /C calc'!A0 ../../etc/passwd <script> \"";
    assert_eq!(layout.sheet.as_deref(), Some(expected));
    let long = format!(r#"<sheet name="{}" r:id="r1"/>"#, "x".repeat(300));
    assert_eq!(refused(zip(&parts(&long))), "suspicious_archive");
    assert_eq!(refused(zip(&parts(""))), "unreadable_file");
}

#[test]
fn document_types_and_their_entities_are_refused() {
    let doctypes = [
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>",
    ];
    for doctype in doctypes {
        let rows = "<row><c t=\"str\"><v>&e;</v></c></row>";
        let content = format!("{doctype}{}", sheet(rows));
        let hostile = zip(&around(entry("xl/worksheets/sheet1.xml", content)));
        assert_eq!(refused(hostile), "suspicious_archive");
    }
    let unknown = workbook("<row><c t=\"str\"><v>&e;</v></c></row>", Vec::new());
    assert_eq!(refused(unknown), "unreadable_file");
}

#[test]
fn names_that_lead_outside_links_and_archives_are_refused() {
    let names = [
        "../evil.xml",
        "/etc/passwd",
        "xl/../../x",
        "..\\x",
        "C:\\x",
        "x.zip",
        "xl/embeddings/a.xlsx",
    ];
    for name in names {
        let hostile = workbook(HEADER, vec![entry(name, "x")]);
        assert_eq!(refused(hostile), "suspicious_archive", "{name}");
    }
    let link = Entry { mode: 0o120_777, ..entry("link", "/etc/passwd") };
    assert_eq!(refused(workbook(HEADER, vec![link])), "suspicious_archive");
    let secret = Entry { flags: 1, ..entry("secret", "x") };
    assert_eq!(refused(workbook(HEADER, vec![secret])), "suspicious_archive");
    let twice = vec![entry("a", "1"), entry("A", "2")];
    assert_eq!(refused(workbook(HEADER, twice)), "suspicious_archive");
    let smuggled =
        Entry { local_name: "xl/worksheets/sheet2.xml".into(), ..entry("xl/styles.xml", "<a/>") };
    assert_eq!(refused(workbook(HEADER, vec![smuggled])), "suspicious_archive");
    let many = (0..1001).map(|at| entry(&at.to_string(), "")).collect();
    assert_eq!(refused(workbook(HEADER, many)), "suspicious_archive");
}

/// A sheet of 4 GiB that deflates to a few megabytes, whose directory may say otherwise.
#[test]
fn sheets_that_inflate_beyond_all_bounds_are_refused_at_once() {
    let row = "<row><c><v>1</v></c></row>";
    let block = row.repeat((64 << 10) / row.len());
    let before = b"<worksheet><sheetData>";
    let bomb = repeated("xl/worksheets/sheet1.xml", before, block.as_bytes(), 65_500);
    let lying = zip(&around(Entry { size: 300 << 10, ..bomb.clone() }));
    let honest = zip(&around(bomb));
    let part = entry("part", noise());
    let total = (0..300).map(|at| Entry {
        local_name: at.to_string(),
        name: at.to_string(),
        ..part.clone()
    });
    let total = workbook(HEADER, total.collect());
    for hostile in [honest, lying, total] {
        assert!(hostile.len() < 50 << 20);
        let file = file(hostile);
        let started = Instant::now();
        let problem = examine(file.path(), &Limits::default()).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        assert_eq!(problem.code().code, "suspicious_archive");
    }
}

/// A mebibyte that deflates to about a hundredth, which is not suspicious by itself.
fn noise() -> Vec<u8> {
    let line = |at: u32| format!("{:032x}{}", at.wrapping_mul(2_654_435_761), " ".repeat(992));
    (0..1024).flat_map(|at| line(at).into_bytes()).collect()
}

#[test]
fn texts_and_elements_without_end_are_refused() {
    let long = format!("<row><c t=\"str\"><v>{}", "x".repeat(3 << 20));
    assert_eq!(refused(stored(&sheet(&long))), "suspicious_archive");
    let attribute = format!("<row x=\"{}", "x".repeat(3 << 20));
    assert_eq!(refused(stored(&sheet(&attribute))), "suspicious_archive");
    let deep = format!("<row>{}", "<a>".repeat(1000));
    assert_eq!(refused(stored(&sheet(&deep))), "suspicious_archive");
}

/// The workbook around a sheet that is not compressed.
fn stored(sheet: &str) -> Vec<u8> {
    let data = sheet.as_bytes().to_vec();
    zip(&around(Entry { method: 0, data, ..entry("xl/worksheets/sheet1.xml", sheet) }))
}

#[test]
fn more_shared_strings_than_are_kept_are_refused() {
    let strings = format!("<sst>{}</sst>", "<si><t>a</t></si>".repeat(1001));
    let more = vec![entry("xl/sharedStrings.xml", strings)];
    let limits = Limits { shared_strings: 1000, ..Limits::default() };
    assert_eq!(refused_within(workbook(HEADER, more), &limits), "too_many_strings");
}

#[test]
fn shared_strings_beyond_memory_are_read_from_disk() {
    let text = |at: usize| format!("{at}{}", "长文本".repeat(300));
    let strings: String = (0..8000).map(|at| format!("<si><t>{}</t></si>", text(at))).collect();
    let rows: String =
        (0..8000).map(|at| format!("<row><c t=\"s\"><v>{}</v></c></row>", 7999 - at)).collect();
    let rows = format!("<row><c t=\"str\"><v>text</v></c></row>{rows}");
    let more =
        vec![Entry { method: 8, ..entry("xl/sharedStrings.xml", format!("<sst>{strings}</sst>")) }];
    let limits = Limits { compression_ratio: 2000, ..Limits::default() };
    let file = file(workbook(&rows, more));
    let (_, rows) = read(file.path(), &limits).unwrap();
    assert_eq!(rows[0].values.as_ref().unwrap(), &[json!(text(7999))]);
    assert_eq!(rows[7999].values.as_ref().unwrap(), &[json!(text(0))]);
}

#[test]
fn damaged_workbooks_are_refused() {
    let good = workbook(&HEADER.repeat(50), Vec::new());
    for length in [4, 30, good.len() / 2, good.len() - 1] {
        let code = refused(&good[..length]);
        assert!(matches!(code, "unreadable_file" | "suspicious_archive"), "{length}: {code}");
    }
    let wrong = Entry { crc: 1, ..entry("xl/worksheets/sheet1.xml", sheet(HEADER)) };
    assert_eq!(refused(zip(&around(wrong))), "unreadable_file");
    let open = "<worksheet><sheetData><row><c><v>1</v></c></row>";
    assert_eq!(refused(zip(&around(entry("xl/worksheets/sheet1.xml", open)))), "unreadable_file");
    assert_eq!(refused(zip(&[entry("a.txt", "x")])), "unreadable_file");
    assert_eq!(refused(workbook("", Vec::new())), "empty_file");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)) {
        let mut content = workbook(&HEADER.repeat(3), vec![entry("xl/sharedStrings.xml", "<sst/>")]);
        for (at, byte) in changes {
            let at = at.index(content.len());
            content[at] = byte;
        }
        let file = file(content);
        let _ = read(file.path(), &Limits::default());
    }

    #[test]
    fn changed_xml_never_panics(text in "[<>/&;a-c=\"' rstv0-9]{0,100}") {
        let file = file(workbook(&format!("{HEADER}{text}"), Vec::new()));
        let _ = read(file.path(), &Limits::default());
    }
}
