//! The best split of a node.
//!
//! Every split has two sides. A number is at most a threshold half-way between two neighbouring values
//! of the node, or above it; a category is one value, or any other; a value is missing, or known. Where
//! a threshold divides a node with missing values, these go to the side where they gain more.
//!
//! Of equal gains the first split stays: that of the first column; of a number missing before any
//! threshold, the lowest threshold, missing values with the lower side; of a category missing, then the
//! first value in the order of its bytes. So there is no chance in a tree.
//!
//! One value against all others is how trees over a column for each value split, too. Subsets of
//! values would gain more at once, but take long to read: "job is one of seven".

use crate::{
    column::{Column, Known, MISSING},
    measure::{Measure, Tally},
    sample::Sample,
};

/// A split by codes of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Codes up to the first one against those from the second one on.
    AtMost { below: u32, above: u32, missing_below: bool },
    /// Missing against known.
    Missing,
    /// One code against all others.
    Is(u32),
}

impl Cut {
    /// Whether a code is on the first side.
    pub(crate) fn first(self, code: u32) -> bool {
        match self {
            Self::AtMost { missing_below, .. } if code == MISSING => missing_below,
            Self::AtMost { below, .. } => code <= below,
            Self::Missing => code == MISSING,
            Self::Is(value) => code == value,
        }
    }
}

/// The best split so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Best {
    pub(crate) column: usize,
    pub(crate) cut: Cut,
    /// Times the rows of the node.
    pub(crate) gain: f64,
}

/// Looks for the best split of one node.
#[derive(Debug)]
pub(crate) struct Search<'a> {
    sample: &'a Sample,
    measure: &'a Measure,
    least: i64,
    all: Tally,
    best: Option<Best>,
}

impl<'a> Search<'a> {
    /// Among rows that come to `all`; both sides of a split have at least `least` of them.
    pub(crate) fn new(sample: &'a Sample, measure: &'a Measure, least: i64, all: Tally) -> Self {
        Self { sample, measure, least, all, best: None }
    }

    pub(crate) fn best(self) -> Option<Best> {
        self.best
    }

    /// Considers all splits by a column; `rows` are those of the node in the order of its codes.
    pub(crate) fn column(&mut self, at: usize, column: &Column, rows: &[u32]) {
        match column.known {
            Known::Numeric { .. } => self.thresholds(at, column, rows),
            Known::Categorical(_) => self.categories(at, column, rows),
        }
    }

    fn thresholds(&mut self, at: usize, column: &Column, rows: &[u32]) {
        let lacking = rows.partition_point(|row| column.codes[*row as usize] == MISSING);
        let missing = self.sample.tally(&rows[..lacking]);
        let known = self.all - missing;
        if missing.rows > 0 {
            self.consider(at, Cut::Missing, missing);
        }
        let (mut below, mut previous) = (Tally::default(), MISSING);
        for (code, group) in groups(self.sample, column, &rows[lacking..]) {
            if previous != MISSING {
                let cut =
                    |missing_below| Cut::AtMost { below: previous, above: code, missing_below };
                if missing.rows == 0 {
                    // Whoever lacks the value later goes with the many.
                    let above = known - below;
                    self.consider(at, cut(below.rows >= above.rows), below);
                } else {
                    let mut with_missing = below;
                    with_missing += missing;
                    self.consider(at, cut(true), with_missing);
                    self.consider(at, cut(false), below);
                }
            }
            below += group;
            previous = code;
        }
    }

    fn categories(&mut self, at: usize, column: &Column, rows: &[u32]) {
        for (code, group) in groups(self.sample, column, rows) {
            let cut = if code == MISSING { Cut::Missing } else { Cut::Is(code) };
            self.consider(at, cut, group);
        }
    }

    /// Keeps a split whose first side comes to `first`, if it is better than the best so far.
    fn consider(&mut self, column: usize, cut: Cut, first: Tally) {
        let second = self.all - first;
        if first.rows < self.least || second.rows < self.least {
            return;
        }
        let gain = self.measure.gain(first, second);
        let least = self.best.map_or(self.measure.nothing(self.all.rows), |best| best.gain);
        if gain > least {
            self.best = Some(Best { column, cut, gain });
        }
    }
}

/// The rows of each code, from rows in the order of their codes.
pub(crate) fn groups<'a>(
    sample: &'a Sample,
    column: &'a Column,
    rows: &'a [u32],
) -> impl Iterator<Item = (u32, Tally)> + 'a {
    let code = move |row: &u32| column.codes[*row as usize];
    rows.chunk_by(move |one, other| code(one) == code(other))
        .map(move |group| (code(&group[0]), sample.tally(group)))
}
