//! The words that say how a table is written down.

guanxi_kernel::words! {
    /// How a file holds a table.
    pub enum Format {
        /// Lines of delimited cells (RFC 4180, with other delimiters too).
        Csv = "csv" ("CSV", "CSV 文件"),
        /// A workbook (ECMA-376), of which one sheet is read.
        Xlsx = "xlsx" ("Excel workbook", "Excel 工作簿"),
        /// One JSON object per line.
        Ndjson = "ndjson" ("NDJSON", "NDJSON 文件"),
    }
}

guanxi_kernel::words! {
    /// How characters are bytes.
    pub enum Encoding {
        /// UTF-8.
        Utf8 = "utf-8" ("UTF-8", "UTF-8"),
        /// UTF-16, low byte first: "Unicode text" of Excel.
        Utf16le = "utf-16le" ("UTF-16 (little-endian)", "UTF-16(小端)"),
        /// UTF-16, high byte first.
        Utf16be = "utf-16be" ("UTF-16 (big-endian)", "UTF-16(大端)"),
        /// GB 18030, which contains GBK and GB 2312: what a Chinese Excel saves as CSV.
        Gb18030 = "gb18030" ("GB 18030", "GB 18030"),
    }
}

guanxi_kernel::words! {
    /// What stands between the cells of a CSV line.
    pub enum Delimiter {
        /// `,`
        Comma = "comma" ("Comma", "逗号"),
        /// `;`, where the comma is a decimal mark.
        Semicolon = "semicolon" ("Semicolon", "分号"),
        /// A tab.
        Tab = "tab" ("Tab", "制表符"),
        /// `|`
        Pipe = "pipe" ("Pipe", "竖线"),
    }
}

impl Delimiter {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

impl Encoding {
    pub(crate) fn decoder(self) -> encoding_rs::Decoder {
        let encoding = match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Utf16le => encoding_rs::UTF_16LE,
            Self::Utf16be => encoding_rs::UTF_16BE,
            Self::Gb18030 => encoding_rs::GB18030,
        };
        encoding.new_decoder_without_bom_handling()
    }
}
