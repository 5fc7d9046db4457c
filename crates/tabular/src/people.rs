//! Business cards and mails as tables: a vCard (RFC 6350, RFC 2426 and 2.1) is a row of whom it is of, a mail
//! (RFC 5322) a row of whoever has sent it.
//!
//! Of a mail its sender, its subject and the phone numbers below the dashes of the signature in its first plain text
//! are taken, not what else it says.
//!
//! A library reads fields, encodings and charsets. It takes the square of the length of a field as time and goes as
//! deep into mails in mails as there are any, so it is given short heads and one text. Price: a mail in a mail is not
//! looked into. A file costs as much as it is long, whatever is in it, and no control character comes into a row.

use mail_parser::{
    HeaderName, MessageParser, MimeHeaders,
    decoders::{charsets::map::charset_decoder, quoted_printable::quoted_printable_decode},
};
use serde::Serialize;
use std::{collections::BTreeMap, iter};

/// The fields of the head of a mail that are read, and how many bytes of each.
const READ: [&str; 6] =
    ["from", "date", "message-id", "subject", "content-type", "content-transfer-encoding"];
const FIELD_BYTES: usize = 2 << 10;

/// How many parts of a mail, those that have parts themselves included, are looked at for a text.
const PARTS: usize = 32;

const QUOTED: &str = "QUOTED-PRINTABLE";

/// Somebody, under the names of the fields that imports have.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Person {
    kind: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    company_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    job_title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    phones: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    emails: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
}

/// The rows of a file of vCards, or of a mail, as lines of JSON; nothing if it is neither, or no UTF-8.
pub fn as_rows(file: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file)).ok()?;
    let start = text.trim_start();
    let card = "BEGIN:VCARD";
    let mut rows = String::new();
    match start.get(..card.len()) {
        Some(first) if first.eq_ignore_ascii_case(card) => cards(start, &mut rows),
        _ => sender(start)?.put(&mut rows),
    }
    Some(rows)
}

impl Person {
    /// Adds its row. Only a person works somewhere.
    fn put(mut self, rows: &mut String) {
        if self.kind == "organisation" {
            self.company_name.clear();
            self.job_title.clear();
        }
        if let Ok(row) = serde_json::to_string(&self) {
            rows.push_str(&row);
            rows.push('\n');
        }
    }
}

/// A text without control characters and blanks around it.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ").trim().to_owned()
}

/// Adds one more to a list in a cell.
fn add(cell: &mut String, one: &str) {
    if !cell.is_empty() && !one.is_empty() {
        cell.push(';');
    }
    cell.push_str(one);
}

/// Logical lines: what begins with a blank goes on with the line before, without the blank if `tight`.
fn unfolded(text: &str, tight: bool) -> impl Iterator<Item = String> {
    let mut lines = text.lines().peekable();
    iter::from_fn(move || {
        let mut whole = lines.next()?.to_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with([' ', '\t'])) {
            whole.push_str(if tight { &more[1..] } else { more });
        }
        Some(whole)
    })
}

/// Adds the rows of the cards.
fn cards(text: &str, rows: &mut String) {
    let mut one: Option<Person> = None;
    // A line with its soft line ends, and whether it may have any.
    let (mut whole, mut quoted) = (String::new(), false);
    for line in unfolded(text, true) {
        if whole.is_empty() {
            quoted = head_of(&line).0.contains(QUOTED);
        }
        whole.push_str(&line);
        if quoted && whole.ends_with('=') {
            whole.pop();
            continue;
        }
        let (head, value) = head_of(&whole);
        match (property(&head), &mut one) {
            ("BEGIN", one) => *one = Some(Person { kind: "person", ..Person::default() }),
            ("END", one) => {
                if let Some(one) = one.take() {
                    one.put(rows);
                }
            }
            (name, Some(one)) => tell(one, name, &said(&head, value)),
            (_, None) => {}
        }
        whole.clear();
    }
}

/// What stands before the value of a property, in capitals, and the value.
fn head_of(line: &str) -> (String, &str) {
    let (head, value) = line.split_once(':').unwrap_or((line, ""));
    (head.to_ascii_uppercase(), value)
}

/// The name of a property, without its group and its parameters.
fn property(head: &str) -> &str {
    let name = head.split(';').next().unwrap_or_default();
    name.rsplit('.').next().unwrap_or_default()
}

/// The value of a property, as its parameters say that it is written down.
fn said(head: &str, value: &str) -> String {
    let bytes = head.contains(QUOTED).then(|| quoted_printable_decode(value.as_bytes())).flatten();
    let Some(bytes) = bytes else { return value.to_owned() };
    let charset = head.split(';').find_map(|one| one.strip_prefix("CHARSET="));
    match charset.and_then(|charset| charset_decoder(charset.as_bytes())) {
        Some(decode) => decode(&bytes),
        None => String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// The parts of a value between its semicolons.
fn parts(value: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => part.push(' '),
                Some(escaped) => part.push(escaped),
                None => {}
            },
            ';' => parts.push(std::mem::take(&mut part)),
            other => part.push(if other.is_control() { ' ' } else { other }),
        }
    }
    parts.push(part);
    parts.into_iter().map(|part| part.trim().to_owned()).collect()
}

/// Takes over what a property says.
fn tell(one: &mut Person, name: &str, value: &str) {
    let parts = parts(value);
    let first = || parts.first().cloned().unwrap_or_default();
    match name {
        "FN" => one.name = parts.join(" "),
        "N" if one.name.is_empty() => one.name = called(&parts),
        "KIND" if value.trim().eq_ignore_ascii_case("org") => one.kind = "organisation",
        "ORG" => one.company_name = first(),
        "TITLE" => one.job_title = first(),
        "TEL" => add(&mut one.phones, first().trim_start_matches("tel:")),
        "EMAIL" => add(&mut one.emails, &first()),
        "NOTE" => one.note = parts.join("; "),
        _ => {}
    }
}

/// The name of which a card tells the parts: the family name first where it is written in characters.
fn called(parts: &[String]) -> String {
    let part = |at: usize| parts.get(at).map(String::as_str).unwrap_or_default();
    let (family, given) = (part(0), part(1));
    let together = family.chars().any(|one| ('\u{4e00}'..='\u{9fff}').contains(&one));
    let name = if together { format!("{family}{given}") } else { format!("{given} {family}") };
    name.trim().to_owned()
}

/// The head of a mail or of a part of one, and what is below.
fn halves(text: &str) -> Option<(&str, &str)> {
    text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n"))
}

/// The fields of a head that are read, the first of each name; nothing if a line of it is no field.
fn short(head: &str) -> Option<String> {
    let mut fields = BTreeMap::new();
    for line in unfolded(head, false) {
        let (name, value) = line.split_once(':')?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        if let Some(known) = READ.into_iter().find(|known| name.eq_ignore_ascii_case(known)) {
            let value = value.trim();
            let start = &value[..value.floor_char_boundary(FIELD_BYTES)];
            fields.entry(known).or_insert_with(|| format!("{known}: {start}\n"));
        }
    }
    Some(fields.into_values().collect())
}

/// Whoever has sent a mail; nothing if the text is none.
fn sender(text: &str) -> Option<Person> {
    let (head, body) = halves(text)?;
    let head = short(head)?;
    let read = MessageParser::new().parse_headers(&head)?;
    read.header(HeaderName::Date).or(read.header(HeaderName::MessageId))?;
    let from = read.from()?.first()?;
    let mut left = PARTS;
    let name = plain(from.name().unwrap_or_default());
    let address = plain(from.address().unwrap_or_default());
    Some(Person {
        kind: "person",
        name: if name.is_empty() { address.clone() } else { name },
        phones: phones(&head, body, &mut left).unwrap_or_default(),
        emails: address,
        note: plain(read.subject().unwrap_or_default()),
        ..Person::default()
    })
}

/// The phone numbers below the first plain text of a mail or of a part of one; nothing if there is none among as many
/// parts as are left to look at.
fn phones(head: &str, body: &str, left: &mut usize) -> Option<String> {
    *left = left.checked_sub(1)?;
    let parser = MessageParser::new();
    let read = parser.parse_headers(head);
    match read.as_ref().and_then(MimeHeaders::content_type) {
        Some(kind) if kind.ctype() == "multipart" => {
            let boundary = format!("--{}", kind.attribute("boundary")?);
            body.split(&boundary).skip(1).find_map(|part| {
                let (head, body) = halves(part)?;
                // What is left of the line of the boundary is no field.
                let fields = head.split_once('\n').map_or("", |(_, fields)| fields);
                phones(&short(fields)?, body, left)
            })
        }
        Some(kind) if (kind.ctype(), kind.subtype()) != ("text", Some("plain")) => None,
        _ => {
            let whole = format!("{head}\n{body}");
            let mail = parser.parse(&whole)?;
            mail.body_text(0).map(|text| signed(&text))
        }
    }
}

/// What stands before phone numbers in signatures.
const CALLED: [&str; 7] = ["tel", "phone", "mobile", "cell", "电话", "手机", "联系电话"];

/// The phone numbers below the dashes of a signature.
fn signed(text: &str) -> String {
    let mut phones = String::new();
    for line in text.lines().skip_while(|line| line.trim_end() != "--").skip(1) {
        let Some((label, number)) = line.split_once([':', '\u{ff1a}']) else { continue };
        if CALLED.contains(&label.trim().to_lowercase().as_str()) {
            add(&mut phones, &plain(number));
        }
    }
    phones
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn rows(file: &str) -> Vec<Value> {
        let rows = as_rows(file.as_bytes()).unwrap();
        rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn k_12_a_card_is_a_row() {
        let file = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:陈;静;;;\r\nFN:陈静\r\nORG:杭州云帆科技有限\r\n 公司;采购部\r\n\
            TITLE:采购经理\r\nitem1.TEL;TYPE=CELL:139 0013 9000\r\nTEL;VALUE=uri:tel:+865718888\r\n\
            EMAIL;TYPE=WORK:chen@example.com\r\nNOTE:展会\\, A3\r\nEND:VCARD\r\n\
            BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=\r\n=E4=BC=9F\r\nEND:VCARD\r\n";
        assert_eq!(
            rows(file),
            [
                json!({ "kind": "person", "name": "陈静", "company_name": "杭州云帆科技有限公司",
                    "job_title": "采购经理", "phones": "139 0013 9000;+865718888",
                    "emails": "chen@example.com", "note": "展会, A3" }),
                json!({ "kind": "person", "name": "王伟" }),
            ]
        );
    }

    #[test]
    fn k_12_a_mail_is_a_row_of_its_sender() {
        let file = "From: =?utf-8?B?546L?= =?UTF-8?Q?=E4=BC=9F?= <wang@example.com>\r\n\
            Date: Thu, 1 Jan 2026 08:00:00 +0800\r\nSubject: =?gb18030?B?0a+82w==?=\r\n RX-7\r\n\r\n\
            您好\r\n-- \r\n王伟\r\n手机\u{ff1a}13800138000\r\n";
        assert_eq!(
            rows(file),
            [json!({ "kind": "person", "name": "王伟", "phones": "13800138000",
                "emails": "wang@example.com", "note": "询价 RX-7" })]
        );
        let bare = "From: a@b.cn\nMessage-ID: <1@b.cn>\n\n";
        assert_eq!(rows(bare), [json!({ "kind": "person", "name": "a@b.cn", "emails": "a@b.cn" })]);
        let parts = "From: \"Li, Na\" <a@b.cn>\r\nDate: 1\r\nContent-Type: multipart/mixed; boundary=\"=_a\"\r\n\
            \r\n--=_a\r\nContent-Type: multipart/alternative;\r\n boundary=b\r\n\r\n--b\r\n\
            Content-Type: text/html\r\n\r\n<p>--\r\n--b\r\nContent-Type: text/plain; charset=gb18030\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nxPq6ww0KLS0gDQrK1rv6OjEzODAwMTM4MDAwDQo=\r\n--b--\r\n--=_a--\r\n";
        let told = rows(parts).remove(0);
        assert_eq!((&told["name"], &told["phones"]), (&json!("Li, Na"), &json!("13800138000")));
    }

    #[test]
    fn k_12_hostile_files_cost_little_and_say_nothing() {
        let card = "END:VCARD\nFN:nobody\nBEGIN:VCARD\nKIND:org\nORG:Acme\n\
            FN;ENCODING=QUOTED-PRINTABLE:A=0D=0ATEL:1=00=\n";
        let card = format!("BEGIN:VCARD\n{card}{}\nEND:VCARD\nEND:VCARD\n", "=\n".repeat(200_000));
        let acme = json!({ "kind": "organisation", "name": "A  TEL:1" });
        assert_eq!(rows(&card), [json!({ "kind": "person" }), acme]);
        let mail = format!(
            "From: =?utf-8?Q?A=0D=0ABcc:b?= <a\0@b.cn>\nDate: 1\nSubject: {}\n{}\n",
            "=?a?b? ".repeat(200_000),
            "x:\n y\n".repeat(200_000)
        );
        let told = rows(&mail).remove(0);
        assert_eq!((&told["name"], &told["emails"]), (&json!("A  Bcc:b"), &json!("a @b.cn")));
        assert!(told["note"].as_str().unwrap().len() <= FIELD_BYTES);
        let mails = "Content-Type: message/rfc822\n\n".repeat(100_000);
        let parts = |at: u32| format!("Content-Type: multipart/a; boundary={at:05}\n\n--{at:05}\n");
        for deep in [mails, (0..10_000).map(parts).collect()] {
            let told = rows(&format!("From: a@b.cn\nDate: 1\n{deep}")).remove(0);
            assert_eq!((&told["name"], &told["phones"]), (&json!("a@b.cn"), &Value::Null));
        }
    }

    #[test]
    fn what_is_neither_stays_as_it_is() {
        for file in ["name,phones\n王伟,138\n\n", "{\"name\": \"A\"}\n\n", "From: x\n\ny", ""] {
            assert_eq!(as_rows(file.as_bytes()), None, "{file}");
        }
        assert_eq!(as_rows(b"\xff\xfe"), None);
    }
}
