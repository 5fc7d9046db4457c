//! What a file may cost before it is refused.

/// Upper bounds; everything that reading keeps in memory is below one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Rows below the header.
    pub rows: u64,
    /// Columns.
    pub columns: usize,
    /// Characters in one cell; a longer one is an error of its row.
    pub cell_characters: usize,
    /// Bytes of one row, in UTF-8; a longer one is an error of its row. Bounds what an unclosed
    /// quote can swallow and what one JSON line can grow to.
    pub row_bytes: usize,
    /// Characters in the name of a column.
    pub name_characters: usize,
    /// Entries of a workbook's archive.
    pub zip_entries: usize,
    /// Bytes of all entries of the archive, inflated.
    pub uncompressed_bytes: u64,
    /// Inflated bytes per compressed byte of an entry. Entries below 1 MiB are not judged.
    pub compression_ratio: u64,
    /// Texts that a workbook keeps once and names by number.
    pub shared_strings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 50 << 20,
            rows: 1_000_000,
            columns: 1_000,
            cell_characters: 32_767,
            row_bytes: 1 << 20,
            name_characters: 255,
            zip_entries: 1_000,
            uncompressed_bytes: 200 << 20,
            compression_ratio: 100,
            shared_strings: 1_000_000,
        }
    }
}
