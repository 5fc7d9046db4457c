//! What can stand in the way of mining.

/// Why a table, a tree or a score is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MiningError {
    /// A sample without any row, or a table without any column.
    #[error("there is nothing to learn from")]
    Empty,
    /// More rows, columns, or rows times columns than are held.
    #[error("the table is too large: {rows} rows with {columns} columns")]
    TooLarge {
        /// Rows of the table.
        rows: usize,
        /// Columns of it.
        columns: usize,
    },
    /// A categorical column with more different values than a tree could be read with.
    #[error("the column {column} has more than {most} different values")]
    TooManyValues {
        /// The column.
        column: String,
        /// The most it may have.
        most: usize,
    },
    /// Two columns of the same name.
    #[error("the column {0} is there twice")]
    DuplicateColumn(String),
    /// A column, or the label, that is longer or shorter than the table.
    #[error("{name} has {held} rows and the table has {needed}")]
    UnevenRows {
        /// The column, or `label`.
        name: String,
        /// Its rows.
        held: usize,
        /// Rows of the table.
        needed: usize,
    },
    /// A number with too many digits.
    #[error("a number of {0} has too many digits")]
    OutOfRange(String),
    /// A row, or a table of rows, without a column that is asked for.
    #[error("the column {0} is missing")]
    LacksColumn(String),
    /// A text where numbers are, or a number where texts are.
    #[error("the column {0} is of the other kind")]
    WrongKind(String),
    /// A depth of zero or beyond the most.
    #[error("a tree has between 1 and {most} levels")]
    InvalidDepth {
        /// The most.
        most: u32,
    },
    /// A leaf of no rows at all.
    #[error("a leaf has at least one row")]
    InvalidLeaf,
    /// Probabilities of a label of amounts, or amounts of a label of yes and no.
    #[error("the label is of the other kind")]
    WrongLabel,
    /// Edges that do not rise, a share of nothing, or too many of them.
    #[error("edges rise from above 0 to below the whole")]
    InvalidEdges,
    /// A tree that was not grown here.
    #[error("the nodes are no tree")]
    InvalidTree,
}

/// What every function here answers.
pub(crate) type Result<T, E = MiningError> = std::result::Result<T, E>;
