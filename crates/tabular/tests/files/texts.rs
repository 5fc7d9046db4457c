//! CSV and NDJSON files of strangers.

use crate::common::{file, outcomes, read, refused, refused_within, table};
use guanxi_kernel::Word;
use guanxi_tabular::{Choice, Delimiter, Encoding, Format, Limits, examine, examine_as, open};
use proptest::prelude::*;
use serde_json::json;

const NAMES: &str = "客户名称,电话\n上海一二三贸易有限公司,021-6552 9988\n张三丰,13800138000\n";

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn chinese_names_are_read_in_every_encoding() {
    let gb18030 = encoding_rs::GB18030.encode(NAMES).0.into_owned();
    let marked = |text: &str| format!("\u{feff}{text}");
    let files = [
        (NAMES.into(), Encoding::Utf8),
        (marked(NAMES).into_bytes(), Encoding::Utf8),
        (gb18030, Encoding::Gb18030),
        (utf16(&marked(NAMES), u16::to_le_bytes), Encoding::Utf16le),
        (utf16(&marked(NAMES), u16::to_be_bytes), Encoding::Utf16be),
        (utf16(NAMES, u16::to_le_bytes), Encoding::Utf16le),
        (utf16(NAMES, u16::to_be_bytes), Encoding::Utf16be),
    ];
    for (content, encoding) in files {
        let (layout, rows) = table(content);
        assert_eq!(layout.encoding, Some(encoding));
        assert_eq!(layout.header, ["客户名称", "电话"], "{encoding}");
        assert_eq!(rows[0], [json!("上海一二三贸易有限公司"), json!("021-6552 9988")]);
        assert_eq!(rows.len(), 2);
    }
    let objects = utf16("{\"名称\":\"张三\"}\n", u16::to_le_bytes);
    assert_eq!(table(objects).1, [[json!("张三")]]);
}

#[test]
fn bytes_that_are_no_characters_spoil_their_row_only() {
    let marked = file(b"\xef\xbb\xbfa,b\n1,\xff\n2,3\n");
    let (_, rows) = read(marked.path(), &Limits::default()).unwrap();
    assert_eq!(outcomes(&rows), [(2, "undecodable_row"), (3, "ok")]);
    assert_eq!(refused(b"a,b\n1,\xff\n"), "unknown_encoding");
    let spoilt = file(b"a,b\n1,\xff\n2,3\n");
    let choice = Choice { encoding: Some(Encoding::Gb18030), ..Choice::default() };
    let layout = examine_as(spoilt.path(), &choice, &Limits::default()).unwrap();
    let rows: Vec<_> = open(spoilt.path(), &layout, &Limits::default()).unwrap().collect();
    assert_eq!(outcomes(&rows), [(2, "undecodable_row"), (3, "ok")]);
}

#[test]
fn delimiters_and_line_ends_are_told_from_the_content() {
    let delimiters = [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "pipe")];
    for (delimiter, word) in delimiters {
        for end in ["\n", "\r\n", "\r"] {
            let lines = ["name,price", "\"a, b; c\td|e\",1", "", "f,2"].join(end);
            let content = lines.replace("name,price", &format!("name{delimiter}price"));
            let content = content.replace("\",1", &format!("\"{delimiter}1"));
            let file = file(content.replace("f,2", &format!("f{delimiter}2")));
            let (layout, rows) = read(file.path(), &Limits::default()).unwrap();
            assert_eq!(layout.delimiter, Delimiter::from_word(word));
            assert_eq!(rows[0].values.as_ref().unwrap()[0], json!("a, b; c\td|e"));
            assert_eq!(outcomes(&rows), [(2, "ok"), (4, "ok")], "{word} {end:?}");
        }
    }
}

#[test]
fn rows_that_cannot_be_read_do_not_stop_the_next_ones() {
    let content = "a,b\n1,2\n1\n1,2,3\n\"x\"y,2\n\"two\nlines\",2\n3,4\n5,\"open\n6,7\n";
    let file = file(content);
    let (layout, rows) = read(file.path(), &Limits::default()).unwrap();
    assert_eq!(layout.rows, 8);
    let expected = [
        (2, "ok"),
        (3, "wrong_cell_count"),
        (4, "wrong_cell_count"),
        (5, "broken_quoting"),
        (6, "ok"),
        (8, "ok"),
        (9, "broken_quoting"),
        (10, "ok"),
    ];
    assert_eq!(outcomes(&rows), expected);
}

#[test]
fn skipping_goes_to_the_same_row_as_reading() {
    let lines: String = (0..2000).map(|at| format!("{at},\"x\n{at}\"\n")).collect();
    let objects: String = (0..2000).map(|at| format!("{{\"id\":{at}}}\n\n")).collect();
    for content in [format!("id,text\n{lines}"), objects] {
        let file = file(content);
        let layout = examine(file.path(), &Limits::default()).unwrap();
        let rows = || open(file.path(), &layout, &Limits::default()).unwrap();
        let all: Vec<_> = rows().map(|row| (row.number, row.values.unwrap())).collect();
        let late: Vec<_> = rows().skip(1500).map(|row| (row.number, row.values.unwrap())).collect();
        assert_eq!(late, all[1500..]);
        assert!(rows().nth(2000).is_none());
    }
}

#[test]
fn objects_are_rows_whatever_their_order() {
    let content = concat!(
        "{\"b\":1,\"a\":\" x \"}\r\n",
        "\r\n",
        "{\"c\":{\"d\":[1,null]},\"a\":null}\n",
        "{\"a\":1\n",
        "[{\"a\":1}]\n",
        "{\"a\":2} {\"a\":3}\n",
        "{\"a\":\"\\u0000\"}\n",
        "  {\"a\":true}",
    );
    let file = file(content);
    let (layout, rows) = read(file.path(), &Limits::default()).unwrap();
    assert_eq!((layout.format, layout.rows), (Format::Ndjson, 7));
    assert_eq!(layout.header, ["b", "a", "c"]);
    assert_eq!(rows[0].values.as_ref().unwrap(), &[json!(1), json!(" x "), json!(null)]);
    assert_eq!(rows[1].values.as_ref().unwrap()[2], json!({"d": [1, null]}));
    let expected = [
        (1, "ok"),
        (3, "ok"),
        (4, "malformed_json_row"),
        (5, "not_an_object"),
        (6, "malformed_json_row"),
        (7, "nul_character"),
        (8, "ok"),
    ];
    assert_eq!(outcomes(&rows), expected);
}

#[test]
fn what_is_no_table_is_refused() {
    assert_eq!(refused(""), "empty_file");
    assert_eq!(refused("\u{feff} \n\n\r\n"), "empty_file");
    assert_eq!(refused("%PDF-1.7"), "unsupported_format");
    assert_eq!(refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "unsupported_format");
    assert_eq!(refused("[\n {\"a\": 1}]"), "unsupported_format");
    assert_eq!(refused("\"a\"b,c\n1,2"), "unreadable_header");
    assert_eq!(refused("{}\n{}"), "unreadable_header");
    let limits = Limits { file_bytes: 3, ..Limits::default() };
    assert_eq!(refused_within("a,b\n", &limits), "file_too_large");
    let limits = Limits { rows: 1, ..Limits::default() };
    assert_eq!(refused_within("a,b\n1,2\n3,4\n", &limits), "too_many_rows");
}

#[test]
fn a_million_columns_are_refused() {
    assert_eq!(refused("a,".repeat(1_000_000)), "too_many_columns");
    let file = file(format!("a,b\n{}\n1,2\n", "x,".repeat(1_000_000)));
    let (_, rows) = read(file.path(), &Limits::default()).unwrap();
    assert_eq!(outcomes(&rows), [(2, "too_many_columns"), (3, "ok")]);
    let many: String = (0..1001).map(|at| format!("{{\"k{at}\":1}}\n")).collect();
    assert_eq!(refused(many), "too_many_columns");
}

#[test]
fn a_quote_that_is_never_closed_swallows_nothing() {
    let lines = "1,2\n".repeat(1_000_000);
    let file = file(format!("a,b\n\"x,2\n{lines}"));
    let limits = Limits { rows: 2_000_000, ..Limits::default() };
    let layout = examine(file.path(), &limits).unwrap();
    assert_eq!(layout.rows, 1_000_001);
    let mut rows = open(file.path(), &layout, &limits).unwrap();
    assert!(rows.next().unwrap().values.unwrap_err().code().code == "broken_quoting");
    assert_eq!(rows.next().unwrap().number, 3);
}

#[test]
fn long_cells_and_rows_are_errors_of_their_row() {
    let long = "长".repeat(32_768);
    let content = format!("a,b\n1,{long}\n\"{long}\n,\",2\n1,{}\n3,4\n", "x".repeat(3 << 20));
    let lines = file(content);
    let (_, rows) = read(lines.path(), &Limits::default()).unwrap();
    let expected = [(2, "cell_too_long"), (3, "cell_too_long"), (5, "row_too_long"), (6, "ok")];
    assert_eq!(outcomes(&rows), expected);
    let line =
        format!("{{\"a\":1}}\n{{\"a\":\"{long}\"}}\n{{\"a\":\"{}\"}}\n", "x".repeat(2 << 20));
    let (_, rows) = read(file(line).path(), &Limits::default()).unwrap();
    assert_eq!(outcomes(&rows), [(1, "ok"), (2, "cell_too_long"), (3, "row_too_long")]);
}

#[test]
fn nul_bytes_are_errors_of_their_row() {
    let file = file("a,b\n1,\0x\n2,3\n");
    let (layout, rows) = read(file.path(), &Limits::default()).unwrap();
    assert_eq!(layout.encoding, Some(Encoding::Utf8));
    assert_eq!(outcomes(&rows), [(2, "nul_character"), (3, "ok")]);
}

#[test]
fn blanks_are_null_and_texts_are_trimmed() {
    let (_, rows) = table("a,b,c\n  x\u{3000}, \"\" ,\n,,\n");
    assert_eq!(
        rows,
        [[json!("x"), json!(null), json!(null)], [json!(null), json!(null), json!(null)]]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let file = file(bytes);
        let _ = read(file.path(), &Limits::default());
    }

    #[test]
    fn random_lines_never_panic(text in "[a\",;|\t\r\n\u{0}{}:张 \u{feff}]{0,200}") {
        let file = file(text);
        let limits = Limits { columns: 5, cell_characters: 10, row_bytes: 60, ..Limits::default() };
        let _ = read(file.path(), &limits);
    }
}
