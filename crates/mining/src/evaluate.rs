//! How well probabilities tell what became of rows: of others than those that a tree was grown from.

use crate::{
    error::{MiningError, Result},
    figure::{half_even, quotient, text},
    score::{Chance, band_of, empty_bands},
};
use guanxi_kernel::{Share, ratio::Ratio};
use rust_decimal::Decimal;
use serde::Serialize;
use std::cmp::Reverse;
use utoipa::ToSchema;

/// A probability that was told, and whether it happened.
pub type Told = (Chance, bool);

/// The area under the ROC curve: of all pairs of a row where it happened and one where it did not, the
/// share in which the former was told the greater probability; equal ones count half.
///
/// That is the statistic of H. B. Mann and D. R. Whitney, as J. A. Hanley and B. J. McNeil show ("The
/// Meaning and Use of the Area under a ROC Curve", Radiology 143, 1982). 0.5 is chance, 1 is perfect;
/// without rows of both kinds the denominator is 0.
pub fn auc(told: &[Told]) -> Ratio {
    // Twice the pairs won, so that halves are whole.
    let (mut twice, mut losers) = (0_u128, 0_u128);
    let mut winners = 0_u128;
    for tied in by_chance(told).iter().rev() {
        let (yes, no) = (u128::from(tied.positives), u128::from(tied.rows - tied.positives));
        twice += yes * (2 * losers + no);
        losers += no;
        winners += yes;
    }
    // At most a quarter of a million squared.
    let decimal = |count: u128| Decimal::from(u64::try_from(count).unwrap_or(u64::MAX));
    Ratio::new(half_even(decimal(twice) / Decimal::TWO, 1), decimal(winners * losers))
}

/// The share of rows of which the likelier was told: yes above one half.
pub fn accuracy(told: &[Told]) -> Ratio {
    let right = told.iter().filter(|(chance, happened)| {
        let (positives, rows) = chance.fraction();
        (2 * positives > rows) == *happened
    });
    Ratio::new(right.count() as u64, told.len() as u64)
}

/// Some of the rows, in the order of their probabilities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Slice {
    /// How many rows.
    pub rows: u64,
    /// Of how many of them it happened. Rows of the same probability that lie in two slices are taken
    /// pro rata, so that their order does not matter; with six decimals.
    #[serde(with = "text")]
    #[schema(value_type = String)]
    pub positives: Decimal,
    /// These by the rows.
    #[serde(with = "text::optional")]
    #[schema(value_type = Option<String>)]
    pub rate: Option<Decimal>,
    /// The rate by that of all rows.
    #[serde(with = "text::optional")]
    #[schema(value_type = Option<String>)]
    pub lift: Option<Decimal>,
    /// Of all that happened, the share in this slice and those before it.
    #[serde(with = "text::optional")]
    #[schema(value_type = Option<String>)]
    pub gain: Option<Decimal>,
}

/// Rows in slices of equal size, the most probable first: ten make deciles, of which the first has the
/// top-decile lift.
///
/// The first i of s slices have n·i ÷ s rows, rounded half-even. `InvalidEdges` for no slice or more
/// than 100.
pub fn slices(told: &[Told], slices: u32) -> Result<Vec<Slice>> {
    if !(1..=100).contains(&slices) {
        return Err(MiningError::InvalidEdges);
    }
    let groups = by_chance(told);
    let (n, all) =
        (told.len() as u64, Decimal::from(groups.iter().map(|one| one.positives).sum::<u64>()));
    let cut = |slice: u32| -> u64 {
        let (down, rest) =
            (n * u64::from(slice) / u64::from(slices), n * u64::from(slice) % u64::from(slices));
        let (rest, whole) = (2 * rest, u64::from(slices));
        down + u64::from(rest > whole || (rest == whole && down % 2 == 1))
    };
    let mut told = Vec::new();
    let (mut before, mut until) = (Decimal::ZERO, 0);
    for slice in 1..=slices {
        let (from, to) = (until, cut(slice));
        let reached = positives_of_first(&groups, to);
        let (rows, positives) = (to - from, reached - before);
        (before, until) = (reached, to);
        let count = Decimal::from(rows);
        told.push(Slice {
            rows,
            positives: half_even(positives, 6),
            rate: quotient(positives, count),
            lift: quotient(positives * Decimal::from(n), count * all),
            gain: quotient(reached, all),
        });
    }
    Ok(told)
}

/// Of how many of the most probable rows it happened, those of the last probability pro rata.
fn positives_of_first(groups: &[Group], rows: u64) -> Decimal {
    let (mut left, mut sum) = (rows, Decimal::ZERO);
    for group in groups {
        let taken = left.min(group.rows);
        sum += Decimal::from(group.positives) * Decimal::from(taken) / Decimal::from(group.rows);
        left -= taken;
    }
    sum
}

/// What was told and what happened, in a band of probabilities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Calibration {
    /// The probability from which on a row is in the band.
    pub from: Share,
    /// The probability from which on it is no longer; that of the last band is 1, which is in it.
    pub below: Share,
    /// The mean probability that was told; null without rows.
    #[serde(with = "text::optional")]
    #[schema(value_type = Option<String>)]
    pub told: Option<Decimal>,
    /// Of how many of how many rows it happened.
    pub happened: Ratio,
}

/// Whether what is told happens as often as it is told, band by band; refused as
/// [`Scores::bands`](crate::Scores::bands).
pub fn calibration(told: &[Told], edges: &[Share]) -> Result<Vec<Calibration>> {
    let mut bands: Vec<_> = empty_bands(edges)?.into_iter().map(|band| (band, 0_u64)).collect();
    for group in by_chance(told) {
        let (band, positives) = &mut bands[band_of(edges, group.chance)];
        band.members += group.rows;
        band.expected += group.chance.decimal() * Decimal::from(group.rows);
        *positives += group.positives;
    }
    let told = bands.into_iter().map(|(band, positives)| Calibration {
        from: band.from,
        below: band.below,
        told: quotient(band.expected, Decimal::from(band.members)),
        happened: Ratio::new(positives, band.members),
    });
    Ok(told.collect())
}

/// Rows of one probability.
struct Group {
    chance: Chance,
    rows: u64,
    positives: u64,
}

/// The rows by probability, the greatest first.
fn by_chance(told: &[Told]) -> Vec<Group> {
    let mut sorted: Vec<&Told> = told.iter().collect();
    sorted.sort_by_key(|one| Reverse(one.0));
    let group = |tied: &[&Told]| Group {
        chance: tied[0].0,
        rows: tied.len() as u64,
        positives: tied.iter().filter(|one| one.1).count() as u64,
    };
    sorted.chunk_by(|one, other| one.0 == other.0).map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    fn told(rows: &[(u64, u64, bool)]) -> Vec<Told> {
        rows.iter().map(|(up, down, yes)| (Chance::new(*up, *down).unwrap(), *yes)).collect()
    }

    fn share(text: &str) -> Share {
        text.parse().unwrap()
    }

    #[test]
    fn pairs_are_won_lost_or_tied() {
        // 0.9 beats both noes, 0.5 beats one and ties with the other.
        let rows = told(&[(9, 10, true), (1, 2, true), (5, 10, false), (1, 10, false)]);
        assert_eq!(auc(&rows), Ratio::new(Decimal::new(35, 1), 4));
        assert_eq!(accuracy(&rows), Ratio::new(3, 4));
        assert_eq!(auc(&rows[..2]).value(), None);
    }

    #[test]
    fn ties_across_the_edge_of_a_slice_are_taken_pro_rata() {
        let rows = told(&[
            (9, 10, true),
            (1, 2, true),
            (1, 2, false),
            (1, 2, false),
            (1, 10, false),
            (1, 10, false),
        ]);
        let halves = slices(&rows, 2).unwrap();
        // One surely, and two of three of which one happened.
        assert_eq!(halves[0].positives, Decimal::new(1_666_667, 6));
        assert_eq!((halves[0].rows, halves[0].rate), (3, Some(Decimal::new(5_556, 4))));
        assert_eq!(halves[0].lift, Some(Decimal::new(16_667, 4)));
        assert_eq!(
            (halves[0].gain, halves[1].gain),
            (Some(Decimal::new(8_333, 4)), Some(Decimal::ONE))
        );
        assert_eq!(slices(&rows, 0), Err(MiningError::InvalidEdges));
        assert_eq!(slices(&[], 1).unwrap()[0].rate, None);
    }

    #[test]
    fn m_21_bands_are_compared_with_what_happened() {
        let rows = told(&[(19, 20, true), (1, 1, false), (1, 20, false), (0, 1, false)]);
        let bands = calibration(&rows, &[share("0.05"), share("0.5"), share("0.95")]).unwrap();
        let shown: Vec<_> = bands.iter().map(|band| (band.told, band.happened)).collect();
        let told = |number: i64, places| Some(Decimal::new(number, places));
        assert_eq!(
            shown,
            [
                (told(0, 0), Ratio::new(0, 1)),
                (told(5, 2), Ratio::new(0, 1)),
                (None, Ratio::new(0, 0)),
                (told(975, 3), Ratio::new(1, 2)),
            ]
        );
        for edges in [["0.5", "0.5"], ["0", "0.5"], ["0.5", "1"]] {
            assert_eq!(calibration(&rows, &edges.map(share)), Err(MiningError::InvalidEdges));
        }
    }

    proptest! {
        #[test]
        fn the_area_is_what_counting_all_pairs_says(rows in vec((0_u64..6, any::<bool>()), 0..40)) {
            let rows: Vec<Told> =
                rows.into_iter().map(|(up, yes)| (Chance::new(up, 6).unwrap(), yes)).collect();
            let (mut halves, mut pairs) = (0_u64, 0_u64);
            for one in rows.iter().filter(|row| row.1) {
                for other in rows.iter().filter(|row| !row.1) {
                    pairs += 1;
                    halves += match one.0.cmp(&other.0) {
                        std::cmp::Ordering::Greater => 2,
                        std::cmp::Ordering::Equal => 1,
                        std::cmp::Ordering::Less => 0,
                    };
                }
            }
            prop_assert_eq!(auc(&rows), Ratio::new(Decimal::from(halves) / Decimal::TWO, pairs));
        }

        #[test]
        fn slices_hold_every_row_once(
            rows in vec((0_u64..6, any::<bool>()), 0..60), count in 1_u32..12
        ) {
            let rows: Vec<Told> =
                rows.into_iter().map(|(up, yes)| (Chance::new(up, 6).unwrap(), yes)).collect();
            let slices = slices(&rows, count).unwrap();
            prop_assert_eq!(slices.iter().map(|one| one.rows).sum::<u64>(), rows.len() as u64);
            let happened = rows.iter().filter(|row| row.1).count();
            let off = slices.iter().map(|one| one.positives).sum::<Decimal>() - Decimal::from(happened);
            prop_assert!(off.abs() <= Decimal::new(12, 6));
        }
    }
}
