//! Scoring: the leaf of every row of a table, and what that says of all of them.

use crate::{
    column::{Column, Known, MISSING},
    error::{MiningError, Result},
    figure::{half_even, text},
    grow::share,
    table::{FeatureKind, Table},
    tree::{Node, Outcome, Side, Test, Tree},
};
use guanxi_kernel::Share;
use rust_decimal::Decimal;
use serde::Serialize;
use std::cmp::Ordering;
use utoipa::ToSchema;

/// Most edges of bands.
pub const MOST_EDGES: usize = 100;

/// How likely something is: so many of so many rows. Compared as the exact fraction.
#[derive(Debug, Clone, Copy)]
pub struct Chance {
    positives: u64,
    rows: u64,
}

impl Chance {
    /// So many of so many rows; `None` of none, or of fewer.
    pub fn new(positives: u64, rows: u64) -> Option<Self> {
        (rows > 0 && positives <= rows).then_some(Self { positives, rows })
    }

    /// As a share with four decimals, rounded half-even.
    pub fn share(self) -> Share {
        share(self.positives, self.rows)
    }

    /// As a fraction: so many, of so many.
    pub fn fraction(self) -> (u64, u64) {
        (self.positives, self.rows)
    }

    /// The quotient with 28 digits.
    pub(crate) fn decimal(self) -> Decimal {
        Decimal::from(self.positives) / Decimal::from(self.rows)
    }

    /// Whether it is that of an edge or more.
    pub fn reaches(self, edge: Share) -> bool {
        let edge = edge.ten_thousandths().unsigned_abs();
        u128::from(self.positives) * 10_000 >= u128::from(edge) * u128::from(self.rows)
    }
}

impl Ord for Chance {
    fn cmp(&self, other: &Self) -> Ordering {
        let cross = |one: u64, other: u64| u128::from(one) * u128::from(other);
        cross(self.positives, other.rows).cmp(&cross(other.positives, self.rows))
    }
}

impl PartialOrd for Chance {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Chance {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Chance {}

/// Members of a population between two probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Band {
    /// The probability from which on a member is in the band.
    pub from: Share,
    /// The probability from which on it is no longer; that of the last band is 1, which is in it.
    pub below: Share,
    /// Members.
    pub members: u64,
    /// How many of them are to be expected: the sum of their probabilities, with four decimals.
    #[serde(with = "text")]
    #[schema(value_type = String)]
    pub expected: Decimal,
}

/// The leaves of the rows of a table.
#[derive(Debug, Clone)]
pub struct Scores<'a> {
    tree: &'a Tree,
    leaves: Vec<u32>,
}

impl Tree {
    /// Finds the leaf of every row.
    ///
    /// # Errors
    /// `LacksColumn` with the first column that a split asks about and the table has not; columns that
    /// no split asks about need not be there. `WrongKind` if it is of the other kind.
    pub fn score<'a>(&'a self, table: &Table) -> Result<Scores<'a>> {
        let steps: Vec<Option<Step<'_>>> =
            self.nodes().iter().map(|node| Step::of(node, table)).collect::<Result<_>>()?;
        let leaf = |row: usize| {
            let mut at = 0;
            while let Some(step) = &steps[at as usize] {
                at = step.next(row);
            }
            at
        };
        Ok(Scores { tree: self, leaves: (0..table.rows()).map(leaf).collect() })
    }
}

/// A split, asked in the codes of the table at hand.
struct Step<'a> {
    codes: &'a [u32],
    question: Question,
    yes: u32,
    no: u32,
}

/// What a code has to be.
enum Question {
    /// At most this; a missing value goes to this side.
    AtMost(u32, Side),
    /// Exactly this, or nothing that there is.
    Is(Option<u32>),
}

impl<'a> Step<'a> {
    fn of(node: &Node, table: &'a Table) -> Result<Option<Self>> {
        let Some(split) = &node.split else { return Ok(None) };
        let lacks = || MiningError::LacksColumn(split.column.clone());
        let column = table.column(&split.column).ok_or_else(lacks)?;
        let question = Question::of(&split.test, column)
            .ok_or_else(|| MiningError::WrongKind(split.column.clone()))?;
        Ok(Some(Self { codes: &column.codes, question, yes: split.yes, no: split.no }))
    }

    fn next(&self, row: usize) -> u32 {
        let code = self.codes[row];
        let yes = match self.question {
            Question::AtMost(_, missing) if code == MISSING => missing == Side::Yes,
            Question::AtMost(most, _) => code <= most,
            Question::Is(value) => value == Some(code),
        };
        if yes { self.yes } else { self.no }
    }
}

impl Question {
    /// Nothing if the column is of the other kind.
    fn of(test: &Test, column: &Column) -> Option<Self> {
        match (test, &column.known) {
            (Test::AtMost { threshold, missing }, Known::Numeric { scale, units }) => {
                let below =
                    units.partition_point(|units| Decimal::new(*units, *scale) <= *threshold);
                // The codes of known values begin with 1.
                Some(Self::AtMost(below as u32, *missing))
            }
            (Test::Is { value }, Known::Categorical(texts)) => {
                let code = texts.binary_search(value).ok().map(|at| at as u32 + 1);
                Some(Self::Is(code))
            }
            (Test::Missing, _) => Some(Self::Is(Some(MISSING))),
            _ => None,
        }
    }
}

impl<'a> Scores<'a> {
    /// The ids of the leaves, one for each row.
    pub fn leaves(&self) -> &[u32] {
        &self.leaves
    }

    /// The leaf of a row.
    pub fn leaf(&self, row: usize) -> Option<&'a Node> {
        self.leaves.get(row).and_then(|id| self.tree.leaf(*id))
    }

    /// How likely it is for every row; `WrongLabel` if the tree tells amounts.
    pub fn chances(&self) -> Result<Vec<Chance>> {
        let chances: Option<Vec<Chance>> = self.leaves.iter().map(|id| self.chance(*id)).collect();
        chances.ok_or(MiningError::WrongLabel)
    }

    fn chance(&self, id: u32) -> Option<Chance> {
        self.tree.chance(id)
    }

    /// How many rows each leaf has, by id; leaves without rows are left out.
    pub fn counts(&self) -> Vec<(u32, u64)> {
        let mut counts = vec![0; self.tree.nodes().len()];
        self.leaves.iter().for_each(|id| counts[*id as usize] += 1);
        (0..).zip(counts).filter(|(_, count)| *count > 0).collect()
    }

    /// Members by probability, in bands whose edges belong to the upper one. All bands together hold
    /// every row once.
    ///
    /// # Errors
    /// `InvalidEdges` unless they rise from above 0 to below 1, or beyond [`MOST_EDGES`];
    /// `WrongLabel` if the tree tells amounts.
    pub fn bands(&self, edges: &[Share]) -> Result<Vec<Band>> {
        self.tree.bands_of(&self.counts(), edges)
    }

    /// What all rows together are expected to come to: the sum of the means of their leaves, as these
    /// are told. `WrongLabel` if the tree tells yes and no.
    pub fn expected_volume(&self) -> Result<Decimal> {
        self.tree.expected_volume_of(&self.counts())
    }
}

impl Tree {
    /// How likely it is in a leaf; `None` if the tree tells amounts, or has no such leaf.
    pub fn chance(&self, leaf: u32) -> Option<Chance> {
        let node = self.leaf(leaf)?;
        match node.outcome {
            Outcome::Binary { positives, .. } => Chance::new(positives, node.rows),
            Outcome::Numeric { .. } => None,
        }
    }

    /// As [`Scores::bands`], of so many members in each leaf.
    ///
    /// # Errors
    /// The same; `WrongLabel` also for a leaf that is none.
    pub fn bands_of(&self, counts: &[(u32, u64)], edges: &[Share]) -> Result<Vec<Band>> {
        let mut bands = empty_bands(edges)?;
        for (id, members) in counts {
            let chance = self.chance(*id).ok_or(MiningError::WrongLabel)?;
            let band = &mut bands[band_of(edges, chance)];
            band.members += members;
            band.expected += chance.decimal() * Decimal::from(*members);
        }
        for band in &mut bands {
            band.expected = half_even(band.expected, 4);
        }
        Ok(bands)
    }

    /// As [`Scores::expected_volume`], of so many members in each leaf.
    ///
    /// # Errors
    /// `WrongLabel`, also for a leaf that is none.
    pub fn expected_volume_of(&self, counts: &[(u32, u64)]) -> Result<Decimal> {
        let mut sum = Decimal::ZERO;
        for (id, rows) in counts {
            let Some(Outcome::Numeric { mean, .. }) = self.leaf(*id).map(|leaf| leaf.outcome)
            else {
                return Err(MiningError::WrongLabel);
            };
            sum += mean * Decimal::from(*rows);
        }
        Ok(sum)
    }
}

/// Which band a probability is in.
pub(crate) fn band_of(edges: &[Share], chance: Chance) -> usize {
    edges.partition_point(|edge| chance.reaches(*edge))
}

/// Bands between 0, the edges and 1.
pub(crate) fn empty_bands(edges: &[Share]) -> Result<Vec<Band>> {
    let mut bounds = vec![Share::ZERO];
    bounds.extend(edges);
    bounds.push(Share::ONE);
    if edges.len() > MOST_EDGES || !bounds.is_sorted_by(|one, other| one < other) {
        return Err(MiningError::InvalidEdges);
    }
    let band = |pair: &[Share]| Band {
        from: pair[0],
        below: pair[1],
        members: 0,
        expected: Decimal::ZERO,
    };
    Ok(bounds.windows(2).map(band).collect())
}

impl Tree {
    /// Whether a column is asked about by any split, and of which kind it has to be.
    pub fn asks(&self) -> Vec<(&str, FeatureKind)> {
        let asked = |name: &str| {
            self.nodes().iter().flat_map(|node| &node.split).any(|split| split.column == name)
        };
        let features = self.features().iter().filter(|feature| asked(&feature.name));
        features.map(|feature| (feature.name.as_str(), feature.kind)).collect()
    }
}
