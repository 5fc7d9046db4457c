//! What the writer wrote, the reader reads. CSV loses types, outer blanks and nothing else: what
//! the guard against formulas puts in front is taken off again; XLSX loses outer blanks and two code points that XML
//! cannot hold; NDJSON loses nothing.

use crate::common::{file, read};
use guanxi_tabular::{Column, Format, Limits, WriteOptions, Writer};
use proptest::prelude::*;
use serde_json::{Value, json};

fn columns() -> Vec<Column> {
    let column = |name: &str, label: &str| Column { name: name.into(), label: label.into() };
    vec![column("name", "名称"), column("amount", "=金额"), column("active", "有效")]
}

fn written(format: Format, rows: &[Vec<Value>], options: &WriteOptions) -> Vec<u8> {
    let mut writer = Writer::new(format, Vec::new(), &columns(), options).expect("a writer");
    rows.iter().for_each(|row| writer.write(row).expect("written"));
    writer.finish().expect("finished")
}

fn read_back(content: &[u8]) -> (Vec<String>, Vec<Vec<Value>>) {
    let file = file(content);
    let (layout, rows) = read(file.path(), &Limits::default()).expect("a table");
    (layout.header, rows.into_iter().map(|row| row.values.expect("a good row")).collect())
}

fn trimmed(text: &str) -> Value {
    match text.trim() {
        "" => Value::Null,
        text => Value::from(text),
    }
}

/// Any text but NUL, which no store keeps and the reader refuses.
fn any_text() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| text.replace('\0', ""))
}

fn any_row() -> impl Strategy<Value = Vec<Value>> {
    let text = prop_oneof![any_text(), "[-+=@'\",;\r\n\t _x0D张]{0,12}".prop_map(String::from)];
    // Not null, so that the row is not blank.
    (text, -999_999_999_999_999_i64..=999_999_999_999_999, any::<bool>())
        .prop_map(|(text, number, truth)| vec![json!(text), json!(number), json!(truth)])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn ndjson_comes_back_as_it_was(rows in prop::collection::vec(any_row(), 1..8)) {
        let content = written(Format::Ndjson, &rows, &WriteOptions::default());
        prop_assert_eq!(read_back(&content).1, rows);
    }

    #[test]
    fn csv_comes_back_as_text(rows in prop::collection::vec(any_row(), 1..8), bom: bool) {
        let options = WriteOptions { bom, raw: false, labels: false };
        let flat = |row: &Vec<Value>| -> Vec<Value> {
            let name = trimmed(row[0].as_str().unwrap());
            vec![name, json!(row[1].to_string()), json!(row[2].to_string())]
        };
        let expected: Vec<_> = rows.iter().map(flat).collect();
        let content = written(Format::Csv, &rows, &options);
        prop_assert_eq!(content.starts_with("\u{feff}".as_bytes()), bom);
        let mut back = read_back(&content).1;
        // Behind the mark blanks are inner ones.
        back.iter_mut().for_each(|row| row[0] = row[0].as_str().map_or(Value::Null, trimmed));
        prop_assert_eq!(back, expected);
    }

    #[test]
    fn workbooks_come_back_with_their_types(rows in prop::collection::vec(any_row(), 1..8)) {
        let trim = |row: &Vec<Value>| -> Vec<Value> {
            let name = row[0].as_str().unwrap().replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
            vec![trimmed(&name), row[1].clone(), row[2].clone()]
        };
        let expected: Vec<_> = rows.iter().map(trim).collect();
        let content = written(Format::Xlsx, &rows, &WriteOptions::default());
        prop_assert_eq!(read_back(&content).1, expected);
    }
}

#[test]
fn decimals_money_lists_and_null_are_flat_in_csv_and_xlsx() {
    let money = json!({"amount": "-1234.50", "currency": "CNY"});
    let rows = vec![
        vec![money, json!(0.1), json!(["a", "b"])],
        vec![json!(null), json!(1234567890123456789_i64), json!({"x": [1]})],
    ];
    let (_, csv) = read_back(&written(Format::Csv, &rows, &WriteOptions::default()));
    assert_eq!(csv[0], [json!("-1234.50 CNY"), json!("0.1"), json!("a; b")]);
    assert_eq!(csv[1], [json!(null), json!("1234567890123456789"), json!("{\"x\":[1]}")]);
    let (_, xlsx) = read_back(&written(Format::Xlsx, &rows, &WriteOptions::default()));
    assert_eq!(xlsx[0], [json!("-1234.50 CNY"), json!(0.1), json!("a; b")]);
    assert_eq!(xlsx[1], csv[1]);
    let (_, ndjson) = read_back(&written(Format::Ndjson, &rows, &WriteOptions::default()));
    assert_eq!(ndjson, rows);
}

#[test]
fn csv_is_made_by_the_letter_of_rfc_4180_and_guarded_against_formulas() {
    let rows = vec![vec![json!("=1+1"), json!("-12.50"), json!("a \"b\", c")]];
    let options = WriteOptions { labels: true, ..WriteOptions::default() };
    let text = String::from_utf8(written(Format::Csv, &rows, &options)).unwrap();
    assert_eq!(text, "名称,'=金额,有效\r\n'=1+1,'-12.50,\"a \"\"b\"\", c\"\r\n");
    let raw = WriteOptions { raw: true, ..options };
    let text = String::from_utf8(written(Format::Csv, &rows, &raw)).unwrap();
    assert!(text.starts_with("名称,=金额,有效\r\n=1+1,"), "{text}");
}

#[test]
fn workbooks_hold_texts_and_no_formulas() {
    let rows = vec![vec![json!("=HYPERLINK(\"http://x\")"), json!("+1"), json!(null)]];
    let content =
        written(Format::Xlsx, &rows, &WriteOptions { labels: true, ..WriteOptions::default() });
    let (header, back) = read_back(&content);
    assert_eq!(header, ["名称", "=金额", "有效"]);
    assert_eq!(back, rows);
    let long = vec![json!("长".repeat(32_768)), json!(null), json!(null)];
    let mut writer =
        Writer::new(Format::Xlsx, Vec::new(), &columns(), &WriteOptions::default()).unwrap();
    assert_eq!(writer.write(&long).unwrap_err().code().code, "too_large_for_xlsx");
    assert_eq!(writer.write(&rows[0][..2]).unwrap_err().code().code, "internal");
}
