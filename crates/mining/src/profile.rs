//! What some rows have in common against all of them, and who else is like them.
//!
//! Of each value, or range of numbers, a profile tells how frequent it is inside and in the base, and
//! the lift, inside ÷ base. A row is the more alike the more its values are typical: its score is the
//! sum of log₂ of these lifts, column by column, in bits. That is the naive Bayes classifier without
//! its constant (P. Domingos, M. Pazzani, "On the Optimality of the Simple Bayesian Classifier under
//! Zero-One Loss", Machine Learning 29, 1997): with independent columns a row with one bit more is
//! twice as likely to be one of them. As nothing is impossible because it was not seen yet, each lift is
//! taken of counts with one row more for each value (Laplace's rule of succession).

use crate::{
    column::{Column, Known},
    demand::{Absence, Condition, Demand},
    error::{MiningError, Result},
    figure::{decimal, quotient, rounded, text},
    measure::log2,
    table::{Cell, Table, even},
};
use guanxi_kernel::ratio::Ratio;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use utoipa::ToSchema;

/// Numbers of more different values than this are told in ranges.
const MOST_NUMBERS: usize = 10;
/// How many ranges there are then: fifths of the base.
const RANGES: u64 = 5;

/// How frequent a value is inside and in the base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Trait {
    /// The value, or range of numbers.
    pub condition: Condition,
    /// Rows inside that have it, of all rows inside.
    pub inside: Ratio,
    /// Rows that have it, of all rows.
    pub base: Ratio,
    /// The one by the other, rounded half-even to four decimals; null if nobody is inside.
    #[serde(with = "text::optional")]
    #[schema(value_type = Option<String>)]
    pub lift: Option<Decimal>,
    /// What it adds to the score of a row that has it, in bits with four decimals.
    #[serde(with = "text")]
    #[schema(value_type = String)]
    pub bits: Decimal,
}

/// What some rows have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Profile {
    /// Rows inside.
    pub members: u64,
    /// All rows.
    pub base: u64,
    /// What is told of them: for each column in order its values, missing ones first.
    pub traits: Vec<Trait>,
}

/// How alike a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likeness {
    /// The row.
    pub row: usize,
    /// The sum of the bits of its values; a value that the base has not adds none.
    pub bits: Decimal,
}

impl Profile {
    /// The profile of the rows that are inside, against all rows of a table.
    ///
    /// Numbers of more than ten different values are told in ranges, of which each holds a fifth of the
    /// base as nearly as equal numbers allow.
    ///
    /// # Errors
    /// `UnevenRows` unless `inside` says so of every row; `Empty` if the table has none.
    pub fn new(table: &Table, inside: &[bool]) -> Result<Self> {
        even("inside", inside.len(), table.rows())?;
        if table.rows() == 0 {
            return Err(MiningError::Empty);
        }
        let members = inside.iter().filter(|one| **one).count() as u64;
        let base = table.rows() as u64;
        let mut traits = Vec::new();
        for column in table.columns() {
            let parts = parts(column, inside);
            let ways = parts.len() as f64;
            for (demand, within, all) in parts {
                let share = |count: u64, of: u64| (count as f64 + 1.0) / (of as f64 + ways);
                let bits = log2(share(within, members) / share(all, base));
                let up = Decimal::from(within) * Decimal::from(base);
                traits.push(Trait {
                    condition: Condition { column: column.name.clone(), demand },
                    inside: Ratio::new(within, members),
                    base: Ratio::new(all, base),
                    lift: quotient(up, Decimal::from(members) * Decimal::from(all)),
                    bits: rounded(bits, 4),
                });
            }
        }
        Ok(Self { members, base, traits })
    }

    /// The rows of a table by how alike they are, the most alike first, of equal ones in the order of
    /// the table.
    ///
    /// # Errors
    /// `LacksColumn` with the name of a column of the profile that the table has not.
    pub fn alike(&self, table: &Table) -> Result<Vec<Likeness>> {
        let mut sums = vec![Decimal::ZERO; table.rows()];
        for traits in self.columns() {
            let name = &traits[0].condition.column;
            let lacks = || MiningError::LacksColumn(name.clone());
            let column = table.column(name).ok_or_else(lacks)?;
            // Each value is compared once, not each row.
            let bits: Vec<Decimal> = (0..column.width() as u32)
                .map(|code| bits_of(traits, &column.value(code)))
                .collect();
            for (sum, code) in sums.iter_mut().zip(&column.codes) {
                *sum += bits[*code as usize];
            }
        }
        let mut rows: Vec<Likeness> =
            sums.into_iter().enumerate().map(|(row, bits)| Likeness { row, bits }).collect();
        rows.sort_by_key(|one| Reverse(one.bits));
        Ok(rows)
    }

    /// Why a row of a table is as alike as it is: those of its traits that add or take something, the strongest
    /// first, of equal ones in the order of the profile.
    ///
    /// # Errors
    /// `LacksColumn` with the name of a column of the profile that the table has not, also beyond its last row.
    pub fn reasons(&self, table: &Table, row: usize) -> Result<Vec<&Trait>> {
        let mut found = Vec::new();
        for traits in self.columns() {
            let cell = table.cell(row, &traits[0].condition.column)?;
            found.extend(traits.iter().find(|one| one.condition.demand.holds(&cell)));
        }
        found.retain(|one| !one.bits.is_zero());
        found.sort_by_key(|one| Reverse(one.bits.abs()));
        Ok(found)
    }

    /// The traits, column by column.
    fn columns(&self) -> impl Iterator<Item = &[Trait]> {
        self.traits.chunk_by(|one, other| one.condition.column == other.condition.column)
    }
}

/// The bits of the trait that a value has.
fn bits_of(traits: &[Trait], cell: &Cell) -> Decimal {
    let found = traits.iter().find(|one| one.condition.demand.holds(cell));
    found.map(|one| one.bits).unwrap_or_default()
}

/// The values or ranges of a column, with the rows inside and all rows that have them.
fn parts(column: &Column, inside: &[bool]) -> Vec<(Demand, u64, u64)> {
    let all = column.counts();
    let mut within = vec![0_u64; all.len()];
    for (code, inside) in column.codes.iter().zip(inside) {
        within[*code as usize] += u64::from(*inside);
    }
    let mut parts = Vec::new();
    if all[0] > 0 {
        parts.push((Demand::Missing, within[0], all[0]));
    }
    match &column.known {
        Known::Categorical(texts) => {
            for (at, value) in (1..).zip(texts) {
                parts.push((Demand::Is { value: value.clone() }, within[at], all[at]));
            }
        }
        Known::Numeric { scale, units } => {
            let mut above = None;
            for (from, to) in ranges(&all) {
                // Half-way to the next number, and without an end after the last.
                let next = units.get(to).map(|next| decimal((units[to - 1] + next) * 5, scale + 1));
                let missing = Absence::Excluded;
                let demand = Demand::Between { above, at_most: next, missing };
                let sum = |counts: &[u64]| counts[from..=to].iter().sum();
                parts.push((demand, sum(&within), sum(&all)));
                above = next;
            }
        }
    }
    parts
}

/// The first and last code of each range of numbers.
fn ranges(counts: &[u64]) -> Vec<(usize, usize)> {
    let values = counts.len() - 1;
    if values <= MOST_NUMBERS {
        return (1..=values).map(|code| (code, code)).collect();
    }
    let all: u64 = counts[1..].iter().sum();
    let (mut ranges, mut from, mut sum, mut fifth) = (Vec::new(), 1, 0, 1);
    for (code, count) in counts.iter().enumerate().skip(1) {
        sum += count;
        if sum * RANGES >= all * fifth || code == values {
            ranges.push((from, code));
            from = code + 1;
            // A number that fills several fifths ends them all.
            fifth = sum * RANGES / all + 1;
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Values;
    use guanxi_kernel::Language;

    fn texts(values: &[&str]) -> Values {
        let value = |value: &&str| (!value.is_empty()).then(|| (*value).to_owned());
        Values::Categorical(values.iter().map(value).collect())
    }

    fn jobs() -> Table {
        let job = texts(&["sales", "sales", "sales", "clerk", "clerk", "", "sales", "clerk"]);
        Table::new(vec![("job".to_owned(), job)]).unwrap()
    }

    #[test]
    fn m_15_a_profile_tells_what_members_have_in_common() {
        let inside = [true, true, true, true, false, false, false, false];
        let profile = Profile::new(&jobs(), &inside).unwrap();
        assert_eq!((profile.members, profile.base), (4, 8));
        let shown: Vec<_> = profile
            .traits
            .iter()
            .map(|one| (one.condition.text(Language::En), one.inside, one.base, one.lift))
            .collect();
        let lift = |number, places| Some(Decimal::new(number, places));
        assert_eq!(
            shown,
            [
                ("job is missing".to_owned(), Ratio::new(0, 4), Ratio::new(1, 8), lift(0, 0)),
                ("job = clerk".to_owned(), Ratio::new(1, 4), Ratio::new(3, 8), lift(6_667, 4)),
                ("job = sales".to_owned(), Ratio::new(3, 4), Ratio::new(4, 8), lift(15, 1)),
            ]
        );
        // log₂ of (3 + 1) ÷ (4 + 3) ÷ ((4 + 1) ÷ (8 + 3)).
        assert_eq!(profile.traits[2].bits, Decimal::new(3_301, 4));
    }

    #[test]
    fn m_15_prospects_come_in_the_order_of_their_likeness() {
        let inside = [true, true, true, true, false, false, false, false];
        let profile = Profile::new(&jobs(), &inside).unwrap();
        let others = texts(&["clerk", "sales", "", "never seen", "sales"]);
        let others = Table::new(vec![("job".to_owned(), others)]).unwrap();
        let alike = profile.alike(&others).unwrap();
        assert_eq!(alike.iter().map(|one| one.row).collect::<Vec<_>>(), [1, 4, 3, 0, 2]);
        let other = Table::new(vec![("age".to_owned(), Values::Numeric(vec![]))]).unwrap();
        assert_eq!(profile.alike(&other), Err(MiningError::LacksColumn("job".to_owned())));
    }

    #[test]
    fn m_15_the_strongest_traits_of_a_row_are_its_reasons() {
        let ages = [20, 20, 20, 20, 50, 50, 50, 50].map(|age| Some(Decimal::from(age)));
        let job = texts(&["sales", "sales", "sales", "clerk", "clerk", "clerk", "sales", "clerk"]);
        let table = Table::new(vec![
            ("job".to_owned(), job),
            ("age".to_owned(), Values::Numeric(ages.to_vec())),
        ])
        .unwrap();
        let inside = [true, true, true, true, false, false, false, false];
        let profile = Profile::new(&table, &inside).unwrap();
        let told = |row: usize| -> Vec<(String, bool)> {
            let reasons = profile.reasons(&table, row).unwrap();
            let one = |one: &&Trait| (one.condition.text(Language::En), one.bits > Decimal::ZERO);
            reasons.iter().map(one).collect()
        };
        // Everybody inside is young, and only most of them sell.
        assert_eq!(told(0), [("age ≤ 35".to_owned(), true), ("job = sales".to_owned(), true)]);
        assert_eq!(told(7), [("age > 35".to_owned(), false), ("job = clerk".to_owned(), false)]);
        let kept = serde_json::to_string(&profile).unwrap();
        assert_eq!(serde_json::from_str::<Profile>(&kept).unwrap(), profile);
    }

    #[test]
    fn many_numbers_are_told_in_fifths() {
        let ages = (0..100).map(|age| Some(Decimal::from(age))).collect();
        let table = Table::new(vec![("age".to_owned(), Values::Numeric(ages))]).unwrap();
        let profile = Profile::new(&table, &[true; 100]).unwrap();
        let shown: Vec<_> =
            profile.traits.iter().map(|one| one.condition.text(Language::En)).collect();
        assert_eq!(
            shown,
            [
                "age ≤ 19.5",
                "age > 19.5 and ≤ 39.5",
                "age > 39.5 and ≤ 59.5",
                "age > 59.5 and ≤ 79.5",
                "age > 79.5",
            ]
        );
        assert!(profile.traits.iter().all(|one| one.base == Ratio::new(20, 100)));
        // One number of most rows makes one range.
        assert_eq!(ranges(&[0, 1, 90, 1, 1, 1, 1, 1, 1, 1, 1, 1]), [(1, 2), (3, 11)]);
    }
}
