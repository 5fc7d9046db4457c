//! XML as events of bounded size. A document type, and with it every entity of the file's own
//! making, is refused.

use super::{damaged, package::Part, suspicious};
use guanxi_kernel::{Problem, Result};
use quick_xml::{
    Error, Reader, XmlVersion,
    escape::unescape,
    events::{BytesStart, Event},
};
use std::{
    borrow::Cow,
    io::{self, BufRead, BufReader, Read},
};

/// Bytes of one tag or one piece of text.
const EVENT: usize = 1 << 20;
/// Elements within elements; a sheet needs six.
const DEPTH: usize = 64;

/// What stands next in the XML.
pub(super) enum Node<'a> {
    /// A start tag; a tag that is empty is followed by its end.
    Start(BytesStart<'a>),
    /// An end tag.
    End,
    /// Text, unescaped. One text may come in pieces.
    Text(Cow<'a, str>),
    /// A comment or an instruction.
    Other,
    /// Nothing, and everything that was opened is closed.
    Eof,
}

/// The events of a part.
pub(super) struct Xml {
    reader: Reader<Bounded<BufReader<Part>>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl Xml {
    pub(super) fn new(part: BufReader<Part>) -> Self {
        let mut reader = Reader::from_reader(Bounded { inner: part, allowed: EVENT });
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0 }
    }

    /// # Errors
    /// `unreadable_file`, `suspicious_archive`.
    pub(super) fn next(&mut self) -> Result<Node<'_>> {
        self.buffer.clear();
        self.reader.get_mut().allowed = EVENT;
        let event = self.reader.read_event_into(&mut self.buffer).map_err(broken)?;
        Ok(match event {
            Event::Start(tag) | Event::Empty(tag) => {
                self.depth += 1;
                if self.depth > DEPTH {
                    return Err(suspicious("too many elements within elements"));
                }
                Node::Start(tag)
            }
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Node::End
            }
            Event::Text(text) => Node::Text(text.xml10_content().map_err(damaged)?),
            Event::CData(text) => Node::Text(text.xml10_content().map_err(damaged)?),
            Event::GeneralRef(name) => {
                let name = name.decode().map_err(damaged)?;
                let text = unescape(&format!("&{name};")).map_err(damaged)?.into_owned();
                Node::Text(Cow::Owned(text))
            }
            Event::DocType(_) => return Err(suspicious("a document type")),
            Event::Eof if self.depth > 0 => return Err(damaged("XML that is cut off")),
            Event::Eof => Node::Eof,
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => Node::Other,
        })
    }

    /// Reads up to the end of the element whose start was the last event.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub(super) fn skip(&mut self) -> Result<()> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }
}

/// An attribute by its local name; one with a prefix only if `prefixed`.
///
/// # Errors
/// `unreadable_file`.
pub(super) fn attribute(tag: &BytesStart, name: &str, prefixed: bool) -> Result<Option<String>> {
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(damaged)?;
        let key = attribute.key;
        if key.local_name().as_ref() == name.as_bytes() && key.prefix().is_some() == prefixed {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(damaged)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// What the parser reports: a failure of the part beneath it keeps its code.
fn broken(error: Error) -> Problem {
    let known = match &error {
        Error::Io(io) => io.get_ref().and_then(|inner| inner.downcast_ref::<Problem>()),
        _ => None,
    };
    match known.map(Problem::code) {
        Some(code) => code.problem().because(error),
        None => damaged(error),
    }
}

/// Gives only so many bytes until it is allowed more.
struct Bounded<R> {
    inner: R,
    allowed: usize,
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(to)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.allowed == 0 {
            return Err(io::Error::other(suspicious("one tag or text without end")));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.allowed = self.allowed.saturating_sub(bytes);
        self.inner.consume(bytes);
    }
}
