//! Which files are taken: by the end of their name, and only if their first bytes say the same.
//!
//! The list is closed. What a browser or a system would run (pages, vector images, scripts,
//! programs, archives, which can hold any of them) is not on it.

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentType {
    /// The ends of names, in small letters.
    extensions: &'static [&'static str],
    /// The media type.
    pub media_type: &'static str,
    sign: Sign,
}

/// How a kind of file begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// With one of these.
    Start(&'static [&'static [u8]]),
    /// With these bytes at that place.
    At(usize, &'static [&'static [u8]]),
    /// `RIFF`, a length, then this.
    Riff(&'static [u8]),
    /// An archive whose first entry has a name that begins like one of these.
    Zip(&'static [&'static [u8]]),
    /// An archive whose first entry is `mimetype` and says this.
    OpenDocument(&'static [u8]),
    /// Characters, and nothing that a browser would take for a page.
    Text,
}

/// Bytes that are looked at.
pub const HEAD: usize = 8 * 1024;

/// A compound file: what Office wrote before 2007, and WPS Office writes.
const COMPOUND: Sign = Sign::Start(&[b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]);

macro_rules! kinds {
    ($($extensions:expr, $media_type:literal, $sign:expr;)*) => {
        &[$(ContentType { extensions: &$extensions, media_type: $media_type, sign: $sign },)*]
    };
}

const KINDS: &[ContentType] = kinds![
    ["pdf"], "application/pdf", Sign::Start(&[b"%PDF-"]);
    ["png"], "image/png", Sign::Start(&[b"\x89PNG\r\n\x1a\n"]);
    ["jpg", "jpeg"], "image/jpeg", Sign::Start(&[b"\xff\xd8\xff"]);
    ["gif"], "image/gif", Sign::Start(&[b"GIF87a", b"GIF89a"]);
    ["webp"], "image/webp", Sign::Riff(b"WEBP");
    ["bmp"], "image/bmp", Sign::Start(&[b"BM"]);
    ["tif", "tiff"], "image/tiff", Sign::Start(&[b"II*\0", b"MM\0*"]);
    ["heic"], "image/heic", Sign::At(4, &[b"ftypheic", b"ftypheix", b"ftypmif1"]);
    ["docx"], "application/vnd.openxmlformats-officedocument.wordprocessingml.document", office(b"word/");
    ["xlsx"], "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", office(b"xl/");
    ["pptx"], "application/vnd.openxmlformats-officedocument.presentationml.presentation", office(b"ppt/");
    ["odt"], "application/vnd.oasis.opendocument.text", Sign::OpenDocument(b"application/vnd.oasis.opendocument.text");
    ["ods"], "application/vnd.oasis.opendocument.spreadsheet", Sign::OpenDocument(b"application/vnd.oasis.opendocument.spreadsheet");
    ["odp"], "application/vnd.oasis.opendocument.presentation", Sign::OpenDocument(b"application/vnd.oasis.opendocument.presentation");
    ["ofd"], "application/ofd", Sign::Zip(&[b"OFD.xml", b"Doc_"]);
    ["doc"], "application/msword", COMPOUND;
    ["xls"], "application/vnd.ms-excel", COMPOUND;
    ["ppt"], "application/vnd.ms-powerpoint", COMPOUND;
    ["msg"], "application/vnd.ms-outlook", COMPOUND;
    ["wps"], "application/wps-office.wps", COMPOUND;
    ["et"], "application/wps-office.et", COMPOUND;
    ["dps"], "application/wps-office.dps", COMPOUND;
    ["txt"], "text/plain", Sign::Text;
    ["csv"], "text/csv", Sign::Text;
    ["mp3"], "audio/mpeg", Sign::Start(&[b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"]);
    ["wav"], "audio/wav", Sign::Riff(b"WAVE");
    ["amr"], "audio/amr", Sign::Start(&[b"#!AMR"]);
    ["m4a"], "audio/mp4", Sign::At(4, &[b"ftypM4A", b"ftypmp42", b"ftypisom"]);
    ["mp4"], "video/mp4", Sign::At(4, &[b"ftypisom", b"ftypiso2", b"ftypmp41", b"ftypmp42", b"ftypavc1"]);
];

/// What a document of Office begins with, wherever its writer begins.
const fn office(part: &'static [u8]) -> Sign {
    match part {
        b"word/" => {
            Sign::Zip(&[b"[Content_Types].xml", b"_rels/", b"docProps/", b"customXml/", b"word/"])
        }
        b"xl/" => {
            Sign::Zip(&[b"[Content_Types].xml", b"_rels/", b"docProps/", b"customXml/", b"xl/"])
        }
        _ => Sign::Zip(&[b"[Content_Types].xml", b"_rels/", b"docProps/", b"customXml/", b"ppt/"]),
    }
}

/// The kind of file that both the name and the first bytes speak of; none if it is not taken.
pub fn recognise(name: &str, head: &[u8]) -> Option<&'static ContentType> {
    let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
    let kind = KINDS.iter().find(|kind| kind.extensions.contains(&extension.as_str()))?;
    kind.sign.fits(head).then_some(kind)
}

/// The ends of names that are taken.
pub fn extensions() -> String {
    KINDS.iter().flat_map(|kind| kind.extensions).copied().collect::<Vec<_>>().join(", ")
}

impl Sign {
    fn fits(self, head: &[u8]) -> bool {
        let one =
            |head: &[u8], starts: &[&[u8]]| starts.iter().any(|start| head.starts_with(start));
        match self {
            Self::Start(starts) => one(head, starts),
            Self::At(place, starts) => one(head.get(place..).unwrap_or_default(), starts),
            Self::Riff(form) => {
                head.starts_with(b"RIFF") && one(head.get(8..).unwrap_or_default(), &[form])
            }
            Self::Zip(names) => entry(head).is_some_and(|(name, _)| one(name, names)),
            Self::OpenDocument(says) => entry(head)
                .is_some_and(|(name, content)| name == b"mimetype" && content.starts_with(says)),
            Self::Text => is_text(head),
        }
    }
}

/// The name of the first entry of an archive, and what follows it (APPNOTE 6.3.10, 4.3.7).
fn entry(head: &[u8]) -> Option<(&[u8], &[u8])> {
    if !head.starts_with(b"PK\x03\x04") {
        return None;
    }
    let length =
        |at: usize| Some(usize::from(u16::from_le_bytes([*head.get(at)?, *head.get(at + 1)?])));
    let (name, extra) = (length(26)?, length(28)?);
    Some((head.get(30..30 + name)?, head.get(30 + name + extra..)?))
}

/// Characters in UTF-8, UTF-16 or GB 18030, that do not begin like something to be run or shown.
fn is_text(head: &[u8]) -> bool {
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let narrow: Vec<u8> = head.iter().copied().filter(|byte| !wide || *byte != 0).collect();
    let marks: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
    let text = marks.iter().find_map(|mark| narrow.strip_prefix(*mark)).unwrap_or(&narrow);
    let text = text.trim_ascii_start();
    let runs: [&[u8]; 5] = [b"<", b"#!", b"MZ", b"%!", b"%PDF"];
    !text.contains(&0) && !runs.iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip(name: &str, content: &str) -> Vec<u8> {
        let mut head = b"PK\x03\x04".to_vec();
        head.resize(26, 0);
        head.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        head.extend([0, 0]);
        head.extend(name.bytes().chain(content.bytes()));
        head
    }

    fn media_type(name: &str, head: &[u8]) -> Option<&'static str> {
        recognise(name, head).map(|kind| kind.media_type)
    }

    #[test]
    fn name_and_content_must_say_the_same() {
        assert_eq!(media_type("合同.PDF", b"%PDF-1.7\n"), Some("application/pdf"));
        assert_eq!(media_type("a.pdf", b"\x89PNG\r\n\x1a\n"), None);
        assert_eq!(media_type("a.png", b"\x89PNG\r\n\x1a\n"), Some("image/png"));
        assert_eq!(media_type("a.webp", b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(media_type("a.wav", b"RIFF\0\0\0\0WEBPVP8 "), None);
        assert_eq!(media_type("a.mp4", b"\0\0\0\x18ftypisom"), Some("video/mp4"));
        let docx = zip("[Content_Types].xml", "<");
        assert!(media_type("a.docx", &docx).unwrap().ends_with("wordprocessingml.document"));
        assert_eq!(media_type("a.jar", &docx), None);
        assert_eq!(media_type("a.docx", &zip("META-INF/MANIFEST.MF", "")), None);
        assert_eq!(media_type("a.xlsx", &zip("word/document.xml", "")), None);
        let odt = zip("mimetype", "application/vnd.oasis.opendocument.text");
        assert_eq!(media_type("a.odt", &odt), Some("application/vnd.oasis.opendocument.text"));
        assert_eq!(media_type("a.ods", &odt), None);
        assert_eq!(media_type("a.ofd", &zip("OFD.xml", "")), Some("application/ofd"));
    }

    #[test]
    fn what_is_run_or_shown_by_a_browser_is_not_taken() {
        let texts: [&[u8]; 6] =
            [b"<html>", b"\xef\xbb\xbf \n<svg>", b"#!/bin/sh", b"MZ\x90\0", b"a\0b", b"%PDF-1"];
        for head in texts {
            assert_eq!(media_type("a.txt", head), None, "{head:?}");
        }
        let wide: Vec<u8> = "\u{feff}<html>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(media_type("a.txt", &wide), None);
        for name in ["a.html", "a.svg", "a.exe", "a.zip", "a.js", "a", ".pdf.exe", "a.pdf."] {
            assert_eq!(media_type(name, b"%PDF-1.7"), None, "{name}");
        }
        for head in [b"".as_slice(), b"PK\x03\x04", b"RIFF", b"\0\0"] {
            assert!(
                ["a.docx", "a.wav", "a.mp4", "a.pdf"].iter().all(|n| recognise(n, head).is_none())
            );
        }
        assert_eq!(media_type("a.txt", "王伟,a < b".as_bytes()), Some("text/plain"));
    }
}
