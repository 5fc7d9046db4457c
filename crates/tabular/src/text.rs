//! A text file as a window of UTF-8 that moves forward, whatever its encoding.

use crate::Encoding;
use encoding_rs::{Decoder, DecoderResult};
use memchr::memchr2;
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

const CHUNK: usize = 64 << 10;
/// Never part of UTF-8: stands for what could not be decoded, so that the row around it fails.
const UNDECODED: u8 = 0xff;
const BOM: &[u8] = "\u{feff}".as_bytes();

/// The part of the file that is in memory. A reader looks at the window, asks for more while a row
/// is incomplete, and consumes the row.
pub(crate) struct Text {
    file: File,
    /// None for UTF-8, whose bytes are taken as they are and checked row by row.
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    buffer: Vec<u8>,
    start: usize,
    begun: bool,
    ended: bool,
}

impl Text {
    pub(crate) fn open(path: &Path, encoding: Encoding) -> io::Result<Self> {
        let decoder = (encoding != Encoding::Utf8).then(|| encoding.decoder());
        let file = File::open(path)?;
        let (raw, buffer) = (Vec::new(), Vec::new());
        Ok(Self { file, decoder, raw, buffer, start: 0, begun: false, ended: false })
    }

    /// What is there and not consumed.
    pub(crate) fn window(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Whether nothing comes after the window.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    pub(crate) fn consume(&mut self, bytes: usize) {
        self.start += bytes;
    }

    /// Reads at least as much again as the window holds, so that looking at a row anew each time
    /// costs no more than twice its length.
    pub(crate) fn more(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let wanted = CHUNK.max(self.buffer.len());
        match self.decoder {
            None => self.ended = fill(&mut self.file, &mut self.buffer, wanted)? == 0,
            Some(_) => self.decode(wanted)?,
        }
        if !self.begun && (self.buffer.len() >= BOM.len() || self.ended) {
            self.begun = true;
            if self.buffer.starts_with(BOM) {
                self.start = BOM.len();
            }
        }
        Ok(())
    }

    fn decode(&mut self, wanted: usize) -> io::Result<()> {
        self.raw.clear();
        let last = fill(&mut self.file, &mut self.raw, wanted)? == 0;
        if let Some(decoder) = &mut self.decoder {
            decode(decoder, &self.raw, last, &mut self.buffer);
        }
        self.ended = last;
        Ok(())
    }

    /// Consumes up to and with the first line end at or after `from`, keeping nothing of it, and
    /// tells how many line ends were passed.
    pub(crate) fn skip_line(&mut self, from: usize) -> io::Result<u64> {
        let lines = line_ends(&self.window()[..from]);
        self.consume(from);
        loop {
            match line_end(self.window(), self.ended) {
                LineEnd::At { after, .. } => {
                    self.consume(after);
                    return Ok(lines + 1);
                }
                LineEnd::None if self.ended => {
                    self.consume(self.window().len());
                    return Ok(lines);
                }
                LineEnd::None => self.consume(self.window().len()),
                LineEnd::Unsure => {}
            }
            self.more()?;
        }
    }
}

/// Appends up to `wanted` bytes; zero is the end of the file.
fn fill(file: &mut File, to: &mut Vec<u8>, wanted: usize) -> io::Result<usize> {
    let wanted = u64::try_from(wanted).unwrap_or(u64::MAX);
    file.by_ref().take(wanted).read_to_end(to)
}

/// Appends `raw` as UTF-8, with a mark for each place that is no character.
pub(crate) fn decode(decoder: &mut Decoder, raw: &[u8], last: bool, to: &mut Vec<u8>) {
    let mut read = 0;
    loop {
        let rest = &raw[read..];
        let room = decoder.max_utf8_buffer_length_without_replacement(rest.len());
        let length = to.len();
        to.resize(length + room.unwrap_or(rest.len()).max(16), 0);
        let (result, used, made) =
            decoder.decode_to_utf8_without_replacement(rest, &mut to[length..], last);
        to.truncate(length + made);
        read += used;
        match result {
            DecoderResult::InputEmpty => return,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => to.push(UNDECODED),
        }
    }
}

/// Where a line ends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LineEnd {
    /// The text of the line ends before `at`, the next line begins at `after`.
    At { at: usize, after: usize },
    /// A CR stands last, and an LF may follow.
    Unsure,
    /// No line end.
    None,
}

/// The first line end: LF, CR LF or CR alone.
pub(crate) fn line_end(text: &[u8], ended: bool) -> LineEnd {
    let Some(at) = memchr2(b'\n', b'\r', text) else { return LineEnd::None };
    match (text[at], text.get(at + 1)) {
        (b'\n', _) => LineEnd::At { at, after: at + 1 },
        (_, Some(b'\n')) => LineEnd::At { at, after: at + 2 },
        (_, None) if !ended => LineEnd::Unsure,
        _ => LineEnd::At { at, after: at + 1 },
    }
}

/// Line ends in a text, a CR LF counted once.
pub(crate) fn line_ends(text: &[u8]) -> u64 {
    let (mut rest, mut count) = (text, 0);
    while let LineEnd::At { after, .. } = line_end(rest, true) {
        count += 1;
        rest = &rest[after..];
    }
    count
}

/// What the bytes of a row say.
///
/// # Errors
/// `undecodable_row`.
pub(crate) fn utf8(bytes: &[u8]) -> guanxi_kernel::Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| crate::problems::UNDECODABLE.problem())
}

/// Opens a file and reads its first piece.
pub(crate) fn begin(path: &Path, encoding: Encoding) -> io::Result<Text> {
    let mut text = Text::open(path, encoding)?;
    while !text.ended && text.window().len() < CHUNK {
        text.more()?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_three_ways() {
        assert_eq!(line_ends(b"a\nb\r\nc\rd"), 3);
        assert_eq!(line_end(b"a\r", false), LineEnd::Unsure);
        assert_eq!(line_end(b"a\r", true), LineEnd::At { at: 1, after: 2 });
        assert_eq!(line_end(b"a\r\nb", false), LineEnd::At { at: 1, after: 3 });
    }

    #[test]
    fn what_is_no_character_is_marked_and_the_rest_is_read() {
        let mut decoder = Encoding::Gb18030.decoder();
        let mut text = Vec::new();
        decode(&mut decoder, b"\xd5\xc5\xff,\xc8\xfd", true, &mut text);
        assert_eq!(text, ["张".as_bytes(), b"\xff,", "三".as_bytes()].concat());
    }
}
