//! What only this crate can refuse: first whole files, then single rows, then what cannot be written.

guanxi_kernel::problems! {
    /// Nothing in it, or nothing but blanks.
    EMPTY_FILE = Invalid "empty_file"
        ("Empty file", "The file holds no table: there is not even a header.")
        ("文件为空", "文件中没有表格,连表头也没有。");
    /// More bytes than are read.
    FILE_TOO_LARGE = Invalid "file_too_large"
        ("File too large", "The file may have at most {limit} bytes; split it.")
        ("文件过大", "文件最多 {limit} 字节,请拆分后再导入。");
    /// Known to be something else than a table.
    UNSUPPORTED_FORMAT = Invalid "unsupported_format"
        ("Format not supported", "Expected CSV, XLSX without a password, or NDJSON; save the file as one of these.")
        ("不支持的格式", "应为 CSV、未加密的 XLSX 或 NDJSON,请另存为其中一种。");
    /// No encoding that is known here.
    UNKNOWN_ENCODING = Invalid "unknown_encoding"
        ("Unknown encoding", "The characters of the file cannot be read; save it as UTF-8.")
        ("编码无法识别", "无法识别文件的字符编码,请另存为 UTF-8。");
    /// Damaged.
    UNREADABLE_FILE = Invalid "unreadable_file"
        ("File cannot be read", "The file is damaged or incomplete; save it again and upload the new one.")
        ("文件无法读取", "文件已损坏或不完整,请重新保存后上传。");
    /// The names of the columns cannot be read.
    UNREADABLE_HEADER = Invalid "unreadable_header"
        ("Header cannot be read", "The first line with content must hold the names of the columns; it cannot be read.")
        ("表头无法读取", "首个非空行应为列名,但无法读取。");
    /// Built to harm whoever opens it, or so odd that nobody can tell.
    SUSPICIOUS_ARCHIVE = Invalid "suspicious_archive"
        ("Suspicious archive", "The workbook is not built like those of a spreadsheet program and is not opened.")
        ("可疑的压缩包", "该工作簿的结构异常,不予打开。");
    /// More columns than are read.
    TOO_MANY_COLUMNS = Invalid "too_many_columns"
        ("Too many columns", "A table may have at most {limit} columns.")
        ("列数过多", "表格最多{limit}列。");
    /// More rows than are read.
    TOO_MANY_ROWS = Invalid "too_many_rows"
        ("Too many rows", "A table may have at most {limit} rows; split the file.")
        ("行数过多", "表格最多{limit}行,请拆分文件。");
    /// More shared texts than are kept.
    TOO_MANY_STRINGS = Invalid "too_many_strings"
        ("Too many texts", "A workbook may hold at most {limit} different texts; save the sheet as CSV instead.")
        ("文本过多", "工作簿最多包含{limit}个不同文本,请改存为 CSV。");
    /// A header that nobody can mean.
    COLUMN_NAME_TOO_LONG = Invalid "column_name_too_long"
        ("Column name too long", "The name of column {column} has more than {limit} characters; is the first line the header?")
        ("列名过长", "第{column}列的列名超过{limit}个字符,首行是否为表头?");
    /// A name that the workbook does not know.
    NO_SUCH_SHEET = Invalid "no_such_sheet"
        ("No such sheet", "The workbook has no sheet {sheet}.")
        ("工作表不存在", "工作簿中没有工作表 {sheet}。");

    /// More or fewer cells than the header.
    WRONG_CELL_COUNT = Invalid "wrong_cell_count"
        ("Wrong number of cells", "The header has {expected} columns, this row {found}.")
        ("单元格数量不符", "表头有{expected}列,此行有{found}列。");
    /// A quote that is not closed, or text after one that is.
    BROKEN_QUOTING = Invalid "broken_quoting"
        ("Broken quoting", "A quoted cell must end with a quote before the next delimiter; a quote inside is doubled.")
        ("引号错误", "带引号的单元格应在分隔符前以引号结束,内部引号须双写。");
    /// A cell with more text than is read.
    CELL_TOO_LONG = Invalid "cell_too_long"
        ("Cell too long", "The cell in column {column} has more than {limit} characters.")
        ("单元格过长", "第{column}列的单元格超过{limit}个字符。");
    /// A row with more text than is read.
    ROW_TOO_LONG = Invalid "row_too_long"
        ("Row too long", "A row may have at most {limit} bytes.")
        ("行过长", "一行最多 {limit} 字节。");
    /// Bytes that are no characters in the encoding of the file.
    UNDECODABLE = Invalid "undecodable_row"
        ("Unreadable characters", "The row holds bytes that are no characters in the encoding of the file.")
        ("字符无法读取", "此行包含在文件编码中无效的字节。");
    /// U+0000, which no store keeps.
    NUL_CHARACTER = Invalid "nul_character"
        ("NUL character", "The row holds a NUL character.")
        ("包含空字符", "此行包含 NUL 字符。");
    /// Not JSON.
    MALFORMED_JSON = Invalid "malformed_json_row"
        ("Malformed JSON", "The line is no JSON object.")
        ("JSON 格式错误", "此行不是有效的 JSON 对象。");
    /// JSON of another type.
    NOT_AN_OBJECT = Invalid "not_an_object"
        ("Not an object", "Every line must be a JSON object.")
        ("不是对象", "每一行都应为 JSON 对象。");
    /// A cell whose content contradicts its type.
    UNREADABLE_CELL = Invalid "unreadable_cell"
        ("Cell cannot be read", "The cell in column {column} cannot be read.")
        ("单元格无法读取", "第{column}列的单元格无法读取。");

    /// More than a sheet can hold.
    TOO_LARGE_FOR_XLSX = Invalid "too_large_for_xlsx"
        ("Too large for a workbook", "A sheet holds at most 1048575 rows, 16384 columns and 32767 characters in a cell; export as CSV instead.")
        ("超出工作簿容量", "工作表最多 1048575 行、16384 列,每个单元格最多 32767 个字符,请改为导出 CSV。");
}
