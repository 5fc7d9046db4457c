//! The archive of a workbook. Its directory is read strictly and never trusted: a part gives what
//! the directory says or fails.
//!
//! Stricter than the format: one archive per file, nothing before or after it, no ZIP64 (files are
//! too small to need it), stored or deflated entries, local headers that agree with the directory.
//! So no two readers can see two different workbooks.

use super::{damaged, failed, suspicious};
use crate::{Limits, read::unreadable};
use flate2::{Crc, bufread::DeflateDecoder};
use guanxi_kernel::Result;
use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom, Take},
    path::{Path, PathBuf},
};

/// The end of the directory: its fixed part, and the longest comment after it.
const END: usize = 22;
const COMMENT: usize = 0xffff;
const ENTRY: usize = 46;
const LOCAL: usize = 30;
/// More than a thousand entries of any spreadsheet program need.
const DIRECTORY_BYTES: usize = 1 << 20;
/// Smaller entries may be compressed as well as they like.
const HARMLESS: u64 = 1 << 20;
/// What is an archive itself has no place in a table.
const NESTED: &[&str] = &[
    ".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".tar", ".jar", ".xlsx", ".xlsm", ".docx",
];

/// The parts of a workbook by name, in lower case.
pub(super) struct Package {
    path: PathBuf,
    entries: HashMap<String, Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    name: Vec<u8>,
    method: u16,
    crc: u32,
    compressed: u64,
    size: u64,
    offset: u64,
}

impl Package {
    /// Reads and checks the directory.
    ///
    /// # Errors
    /// `suspicious_archive`, `unreadable_file`.
    pub(super) fn open(path: &Path, limits: &Limits) -> Result<Self> {
        let mut file = File::open(path).map_err(unreadable)?;
        let directory = directory(&mut file, limits)?;
        let mut entries = HashMap::new();
        let (mut rest, mut total) = (directory.as_slice(), 0);
        while !rest.is_empty() {
            let (entry, attributes, after) = parse_entry(rest)?;
            rest = after;
            let name = check_entry(&entry, attributes, limits)?;
            total += entry.size;
            if total > limits.uncompressed_bytes {
                return Err(suspicious("inflates to too much"));
            }
            if entries.len() == limits.zip_entries {
                return Err(suspicious("too many entries"));
            }
            if entries.insert(name, entry).is_some() {
                return Err(suspicious("two entries of one name"));
            }
        }
        Ok(Self { path: path.to_owned(), entries })
    }

    /// The part called `name`, to be read once; none if there is none.
    ///
    /// # Errors
    /// `suspicious_archive`, `unreadable_file`.
    pub(super) fn part(&self, name: &str) -> Result<Option<BufReader<Part>>> {
        let Some(entry) = self.entries.get(&name.to_lowercase()) else { return Ok(None) };
        let mut file = File::open(&self.path).map_err(unreadable)?;
        file.seek(SeekFrom::Start(entry.offset)).map_err(failed)?;
        let mut local = [0; LOCAL];
        file.read_exact(&mut local).map_err(failed)?;
        let mut name = vec![0; usize::from(u16_at(&local, 26)?)];
        file.read_exact(&mut name).map_err(failed)?;
        let agrees = local.starts_with(b"PK\x03\x04")
            && name == entry.name
            && u16_at(&local, 8)? == entry.method
            && u16_at(&local, 6)? & 1 == 0;
        if !agrees {
            return Err(suspicious("a local header that contradicts the directory"));
        }
        let extra = i64::from(u16_at(&local, 28)?);
        file.seek(SeekFrom::Current(extra)).map_err(failed)?;
        let raw = BufReader::new(file.take(entry.compressed));
        let data = match entry.method {
            0 => Data::Stored(raw),
            _ => Data::Deflated(DeflateDecoder::new(raw)),
        };
        let part = Part { data, left: entry.size, crc: Crc::new(), expected: entry.crc };
        Ok(Some(BufReader::with_capacity(64 << 10, part)))
    }
}

/// The bytes of the directory, whose place is told by the end of the file.
fn directory(file: &mut File, limits: &Limits) -> Result<Vec<u8>> {
    let length = file.metadata().map_err(unreadable)?.len();
    let tail_length = length.min((END + COMMENT) as u64);
    file.seek(SeekFrom::Start(length - tail_length)).map_err(failed)?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).map_err(failed)?;
    let at = memchr::memmem::rfind(&tail, b"PK\x05\x06").ok_or_else(|| damaged("no directory"))?;
    let end = &tail[at..];
    let (entries, on_disk) = (u16_at(end, 10)?, u16_at(end, 8)?);
    let (size, start) = (u32_at(end, 12)?, u64::from(u32_at(end, 16)?));
    if end.len() != END + usize::from(u16_at(end, 20)?) || entries != on_disk {
        return Err(damaged("bytes after the end of the directory, or more than one disk"));
    }
    let position = length - tail_length + at as u64;
    if start + u64::from(size) != position {
        return Err(suspicious("a directory that does not end where it should"));
    }
    if usize::from(entries) > limits.zip_entries || size as usize > DIRECTORY_BYTES {
        return Err(suspicious("too many entries"));
    }
    let mut directory = vec![0; size as usize];
    file.seek(SeekFrom::Start(start)).map_err(failed)?;
    file.read_exact(&mut directory).map_err(failed)?;
    Ok(directory)
}

/// The first entry of the directory, its external attributes, and what follows it.
fn parse_entry(bytes: &[u8]) -> Result<(Entry, u32, &[u8])> {
    if !bytes.starts_with(b"PK\x01\x02") {
        return Err(damaged("no entry where one should be"));
    }
    let (name, extra, comment) = (u16_at(bytes, 28)?, u16_at(bytes, 30)?, u16_at(bytes, 32)?);
    let length = ENTRY + usize::from(name) + usize::from(extra) + usize::from(comment);
    let (whole, after) =
        bytes.split_at_checked(length).ok_or_else(|| damaged("an entry that is cut off"))?;
    if u16_at(whole, 8)? & 1 == 1 {
        return Err(suspicious("an encrypted entry"));
    }
    let entry = Entry {
        name: whole[ENTRY..ENTRY + usize::from(name)].to_vec(),
        method: u16_at(whole, 10)?,
        crc: u32_at(whole, 16)?,
        compressed: u64::from(u32_at(whole, 20)?),
        size: u64::from(u32_at(whole, 24)?),
        offset: u64::from(u32_at(whole, 42)?),
    };
    // The upper half of the attributes is the mode if Unix made the entry.
    let mode = if whole[5] == 3 { u32_at(whole, 38)? >> 16 } else { 0 };
    Ok((entry, mode, after))
}

/// The name by which a harmless entry is found.
fn check_entry(entry: &Entry, mode: u32, limits: &Limits) -> Result<String> {
    let name = str::from_utf8(&entry.name).map_err(|_| suspicious("a name that is no text"))?;
    let name = name.replace('\\', "/").to_lowercase();
    let outside = name.starts_with('/') || name.contains([':', '\0']);
    if outside || name.split('/').any(|step| step == "..") {
        return Err(suspicious("a name that leads outside"));
    }
    if mode & 0o170_000 == 0o120_000 {
        return Err(suspicious("a symbolic link"));
    }
    if NESTED.iter().any(|ending| name.ends_with(ending)) {
        return Err(suspicious("an archive in the archive"));
    }
    if !matches!(entry.method, 0 | 8) || (entry.method == 0 && entry.compressed != entry.size) {
        return Err(suspicious("a method that spreadsheet programs do not use"));
    }
    let ratio = limits.compression_ratio;
    if entry.size > HARMLESS && entry.size > entry.compressed.saturating_mul(ratio) {
        return Err(suspicious("compressed too well"));
    }
    Ok(name)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16> {
    let bytes = bytes.get(at..at + 2).and_then(|two| two.try_into().ok());
    bytes.map(u16::from_le_bytes).ok_or_else(|| damaged("an archive that is cut off"))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32> {
    let bytes = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    bytes.map(u32::from_le_bytes).ok_or_else(|| damaged("an archive that is cut off"))
}

enum Data {
    Stored(BufReader<Take<File>>),
    Deflated(DeflateDecoder<BufReader<Take<File>>>),
}

/// A part as it is inflated: as many bytes as the directory says, with its check sum, or an error.
pub(super) struct Part {
    data: Data,
    left: u64,
    crc: Crc,
    expected: u32,
}

impl Read for Part {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let length = match &mut self.data {
            Data::Stored(data) => data.read(to)?,
            Data::Deflated(data) => data.read(to)?,
        };
        self.left = self
            .left
            .checked_sub(length as u64)
            .ok_or_else(|| io::Error::other(suspicious("inflates to more than it says")))?;
        self.crc.update(&to[..length]);
        if length == 0 && !to.is_empty() && (self.left > 0 || self.crc.sum() != self.expected) {
            return Err(io::Error::other(damaged("not what was compressed")));
        }
        Ok(length)
    }
}
