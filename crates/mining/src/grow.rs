//! Growing a tree (L. Breiman and others, "Classification and Regression Trees", 1984), from the root
//! down and as far as the settings let it.
//!
//! Every column is sorted once. A node is a range of each sorted column; a split divides all of these
//! ranges and leaves their order, as in M. Mehta, R. Agrawal, J. Rissanen, "SLIQ: A Fast Scalable
//! Classifier for Data Mining" (1996). So a level looks at each cell twice, and a tree takes rows ×
//! columns × (logarithm of rows for sorting + levels), and 8 bytes for each cell.

use crate::{
    column::{Column, Known},
    error::{MiningError, Result},
    figure::{decimal, half_even, rounded},
    measure::{Measure, Tally},
    sample::Sample,
    split::{Best, Cut, Search},
    tree::{Criterion, Node, Outcome, PLACES, Settings, Side, Split, Test, Tree},
};
use guanxi_kernel::Share;
use rust_decimal::Decimal;
use std::ops::Range;

impl Tree {
    /// Grows a tree that tells the label of a sample from its columns.
    ///
    /// The same sample has the same tree, whatever the machine and the order of its rows.
    ///
    /// # Errors
    /// `InvalidDepth`, `InvalidLeaf`, or `WrongLabel` where entropy or Gini meet amounts, or variance
    /// meets yes and no.
    pub fn grow(sample: &Sample, settings: Settings) -> Result<Self> {
        settings.check()?;
        let measure = match (settings.criterion, sample.scale()) {
            (Criterion::Entropy, None) => Measure::entropy(sample.table().rows()),
            (Criterion::Gini, None) => Measure::Gini,
            (Criterion::Variance, Some(_)) => Measure::Variance,
            _ => return Err(MiningError::WrongLabel),
        };
        let columns = sample.table().columns();
        let rows = sample.table().rows();
        let mut grower = Grower {
            sample,
            measure: &measure,
            settings,
            orders: columns.iter().map(Column::order).collect(),
            first: vec![false; rows],
            spare: Vec::with_capacity(rows),
            nodes: Vec::new(),
        };
        grower.node(0..rows, 0);
        let missing = columns.iter().map(|column| column.codes.contains(&0)).collect();
        Ok(Self::of(settings, sample.table().features(), missing, grower.nodes))
    }
}

struct Grower<'a> {
    sample: &'a Sample,
    measure: &'a Measure,
    settings: Settings,
    /// For each column the rows in the order of its codes, node by node.
    orders: Vec<Vec<u32>>,
    /// For each row whether it goes to the first side of the split at hand.
    first: Vec<bool>,
    spare: Vec<u32>,
    nodes: Vec<Node>,
}

impl Grower<'_> {
    /// Grows a node and what is below it; answers its place.
    fn node(&mut self, range: Range<usize>, depth: u32) -> u32 {
        let rows = &self.orders[0][range.clone()];
        let all = self.sample.tally(rows);
        // A tree of the greatest depth has 8,191 nodes.
        let id = self.nodes.len() as u32;
        let outcome = outcome(self.sample, rows, all);
        self.nodes.push(Node { id, depth, rows: all.rows as u64, outcome, split: None });
        let least = i64::from(self.settings.min_leaf);
        if depth == self.settings.max_depth || all.rows < 2 * least {
            return id;
        }
        let mut search = Search::new(self.sample, self.measure, least, all);
        for (at, (column, order)) in
            self.sample.table().columns().iter().zip(&self.orders).enumerate()
        {
            search.column(at, column, &order[range.clone()]);
        }
        let Some(best) = search.best() else { return id };
        let middle = self.divide(range.clone(), &best);
        let yes = self.node(range.start..middle, depth + 1);
        let no = self.node(middle..range.end, depth + 1);
        let column = &self.sample.table().columns()[best.column];
        self.nodes[id as usize].split = Some(Split {
            column: column.name.clone(),
            test: test(column, best.cut),
            gain: self.gain(best.gain, all),
            yes,
            no,
        });
        id
    }

    /// Brings the rows of the first side before those of the second, in every column.
    fn divide(&mut self, range: Range<usize>, best: &Best) -> usize {
        let codes = &self.sample.table().columns()[best.column].codes;
        let mut count = 0;
        for row in &self.orders[0][range.clone()] {
            let first = best.cut.first(codes[*row as usize]);
            self.first[*row as usize] = first;
            count += usize::from(first);
        }
        for order in &mut self.orders {
            let rows = &mut order[range.clone()];
            self.spare.clear();
            let mut next = 0;
            for at in 0..rows.len() {
                let row = rows[at];
                if self.first[row as usize] {
                    rows[next] = row;
                    next += 1;
                } else {
                    self.spare.push(row);
                }
            }
            rows[next..].copy_from_slice(&self.spare);
        }
        range.start + count
    }

    /// The gain of a row of the node, in bits or in squares of the amount.
    fn gain(&self, gain: f64, all: Tally) -> Decimal {
        let unit = unit(self.sample);
        rounded(gain / all.rows as f64 / (unit * unit), PLACES)
    }
}

/// The test that a cut of codes stands for.
fn test(column: &Column, cut: Cut) -> Test {
    match (cut, &column.known) {
        (Cut::AtMost { below, above, missing_below }, Known::Numeric { scale, units }) => {
            let unit = |code: u32| units[code as usize - 1];
            // (a + b) ÷ 2 with one decimal more; 17 digits times ten fit.
            let middle = (unit(below) + unit(above)) * 5;
            let missing = if missing_below { Side::Yes } else { Side::No };
            Test::AtMost { threshold: decimal(middle, scale + 1), missing }
        }
        (Cut::Is(code), Known::Categorical(texts)) => {
            Test::Is { value: texts[code as usize - 1].clone() }
        }
        _ => Test::Missing,
    }
}

/// What the labels of rows come to.
fn outcome(sample: &Sample, rows: &[u32], all: Tally) -> Outcome {
    let count = Decimal::from(all.rows);
    if sample.scale().is_none() {
        let positives = all.sum as u64;
        return Outcome::Binary { positives, probability: share(positives, all.rows as u64) };
    }
    let square = |row: &u32| i128::from(sample.units()[*row as usize]).pow(2);
    let squares: i128 = rows.iter().map(square).sum();
    // n·Σy² − (Σy)², whole and never below zero.
    let spread = i128::from(all.rows) * squares - i128::from(all.sum).pow(2);
    let deviation = (spread as f64).sqrt() / all.rows as f64;
    Outcome::Numeric {
        sum: sample.amount(all.sum),
        mean: half_even(sample.amount(all.sum) / count, PLACES),
        deviation: rounded(deviation / unit(sample), PLACES),
    }
}

/// How many units one is: a power of ten up to 10⁹, whose square is exact as well.
fn unit(sample: &Sample) -> f64 {
    (0..sample.scale().unwrap_or_default()).fold(1.0, |unit, _| unit * 10.0)
}

/// A count of a count above zero as a share, rounded half-even.
pub(crate) fn share(part: u64, whole: u64) -> Share {
    let (parts, whole) = (u128::from(part) * 10_000, u128::from(whole));
    let (down, rest) = (parts / whole, parts % whole * 2);
    let up = rest > whole || (rest == whole && down % 2 == 1);
    Share::of_ten_thousandths(u16::try_from(down + u128::from(up)).unwrap_or(u16::MAX))
}
