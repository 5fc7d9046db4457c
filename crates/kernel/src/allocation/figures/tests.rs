use super::*;
use crate::allocation::{Rebalance, adjust};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

fn decimals(texts: &[&str]) -> Vec<Decimal> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn equal(count: usize) -> Vec<Decimal> {
    vec![Decimal::ONE; count]
}

#[test]
fn s_63_products_by_regions_reconcile_both_ways() {
    let products = decimals(&["0.5", "0.3", "0.2"]);
    let regions = decimals(&["0.35", "0.33", "0.32"]);
    let table = Figures::spread(12_000_000, &[products.clone(), regions.clone()]).unwrap();
    assert_eq!(table.along(0).unwrap(), [6_000_000, 3_600_000, 2_400_000]);
    assert_eq!(table.along(1).unwrap(), [4_200_000, 3_960_000, 3_840_000]);
    assert_eq!(table.at(&[1, 2]), Some(1_152_000));
    let turned = Figures::spread(12_000_000, &[regions, products]).unwrap();
    assert_eq!(turned.over(&[1, 0]).unwrap(), table);
}

#[test]
fn s_63_what_does_not_divide_reconciles_too() {
    // Each region alone would give its odd units to the first products: 4, 4, 2.
    let table = Figures::spread(10, &[equal(2), equal(3)]).unwrap();
    assert_eq!(table.cells(), [2, 2, 1, 2, 1, 2]);
    assert_eq!((table.along(0), table.along(1)), (Some(vec![5, 5]), Some(vec![4, 3, 3])));
}

#[test]
fn a_negative_total_is_the_opposite_and_nothing_is_nothing() {
    let axes = [equal(3), decimals(&["0.7", "0.2", "0.1"])];
    let (plus, minus) =
        (Figures::spread(1_001, &axes).unwrap(), Figures::spread(-1_001, &axes).unwrap());
    assert!(plus.cells().iter().zip(minus.cells()).all(|(one, other)| *one == -other));
    assert_eq!(Figures::spread(0, &axes).unwrap().cells(), [0; 9]);
    let least = Figures::spread(i64::MIN, &axes).unwrap();
    assert_eq!(least.along(0), Some(allocate(i64::MIN, &axes[0]).unwrap()));
}

#[test]
fn from_the_top_down_weights_may_differ_from_branch_to_branch() {
    let table = Figures::spread_by(1_000, vec![2, 2], &mut |way| match way {
        [] => decimals(&["3", "1"]),
        [0] => decimals(&["1", "2"]),
        _ => decimals(&["0", "1"]),
    });
    assert_eq!(table.unwrap().cells(), [250, 500, 0, 250]);
    let wrong = Figures::spread_by(1_000, vec![2, 2], &mut |_| equal(3));
    assert_eq!(wrong, Err(AllocationError::Shape));
    let none = Figures::spread_by(1_000, vec![2], &mut |_| decimals(&["0", "0"]));
    assert_eq!(none, Err(AllocationError::Split(SplitError::NoBasis)));
    let nothing = Figures::spread_by(0, vec![2], &mut |_| Vec::new());
    assert_eq!(nothing.unwrap().cells(), [0, 0]);
}

#[test]
fn new_sums_along_an_axis_keep_the_proportions_within() {
    let table = Figures::new(vec![2, 3], vec![300, 200, 100, 60, 30, 10]).unwrap();
    let rescaled = table.rescaled(0, &[630, 70]).unwrap();
    assert_eq!(rescaled.cells(), [315, 210, 105, 42, 21, 7]);
    let by_product = table.rescaled(1, &[0, 230, 110]).unwrap();
    assert_eq!(by_product.along(1), Some(vec![0, 230, 110]));
    assert_eq!(table.rescaled(0, &[700]), Err(AllocationError::Shape));
    assert_eq!(table.rescaled(2, &[700]), Err(AllocationError::Shape));
    assert_eq!(table.rescaled(0, &[701, -1]), Err(AllocationError::NegativePart));
    let empty = Figures::new(vec![2], vec![0, 5]).unwrap();
    assert_eq!(empty.rescaled(0, &[1, 4]), Err(AllocationError::Split(SplitError::NoBasis)));
}

#[test]
fn what_is_no_table_is_refused() {
    let one = [Decimal::ONE];
    assert_eq!(Figures::spread(1, &[]), Err(AllocationError::Shape));
    assert_eq!(
        Figures::spread(1, &[one.to_vec(), Vec::new()]),
        Err(AllocationError::Split(SplitError::NoBasis))
    );
    assert_eq!(Figures::of_margins(&[vec![1], Vec::new()]), Err(AllocationError::Shape));
    assert_eq!(Figures::spread(1, &vec![one.to_vec(); 9]), Err(AllocationError::TooMany));
    assert_eq!(Figures::spread(1, &vec![equal(2_000); 2]), Err(AllocationError::TooMany));
    assert_eq!(Figures::of_margins(&[vec![1, 2], vec![2]]), Err(AllocationError::UnequalMargins));
    assert_eq!(Figures::of_margins(&[vec![-1, 2], vec![1]]), Err(AllocationError::NegativePart));
    assert_eq!(Figures::new(vec![2], vec![1]), Err(AllocationError::Shape));
    assert_eq!(
        Figures::new(vec![2], vec![i64::MAX, 1]),
        Err(AllocationError::Split(SplitError::OutOfRange))
    );
    let table = Figures::new(vec![2], vec![1, 2]).unwrap();
    assert_eq!((table.at(&[2]), table.at(&[0, 0]), table.along(1)), (None, None, None));
    assert_eq!((table.over(&[]), table.over(&[0, 0])), (None, None));
}

/// A company's year over months, products and representatives, as large as it is asked for.
#[test]
fn s_52_a_large_tree_reconciles_on_every_axis() {
    let weights = |count: u32| (1..=count).map(|n| Decimal::from(n * 7 % 31 + 1)).collect();
    let axes: [Vec<Decimal>; 3] = [weights(12), weights(50), weights(200)];
    let total = 1_234_567_890_123;
    let table = Figures::spread(total, &axes).unwrap();
    assert_eq!((table.cells().len(), table.total()), (120_000, total));
    for (axis, weights) in axes.iter().enumerate() {
        assert_eq!(table.along(axis), Some(allocate(total, weights).unwrap()));
    }
}

fn axes() -> impl Strategy<Value = Vec<Vec<Decimal>>> {
    let weights = vec(0_u32..40, 1..7)
        .prop_filter("a weight above zero", |weights| weights.iter().any(|&one| one > 0));
    vec(weights.prop_map(|weights| weights.into_iter().map(Decimal::from).collect()), 1..5)
}

/// The members of the axes at a place.
fn members(sizes: &[usize], mut place: usize) -> Vec<usize> {
    let mut members: Vec<usize> = sizes
        .iter()
        .rev()
        .map(|size| {
            let member = place % size;
            place /= size;
            member
        })
        .collect();
    members.reverse();
    members
}

proptest! {
    #[test]
    fn the_sums_along_every_axis_are_those_of_its_own_split(
        total in prop_oneof![any::<i64>(), -500_i64..500], axes in axes()
    ) {
        let table = Figures::spread(total, &axes).unwrap();
        prop_assert_eq!(table.total(), total);
        for (axis, weights) in axes.iter().enumerate() {
            prop_assert_eq!(table.along(axis).unwrap(), allocate(total, weights).unwrap());
        }
        prop_assert!(table.cells().iter().all(|&cell| cell == 0 || (cell < 0) == (total < 0)));
    }

    #[test]
    fn a_figure_is_within_a_few_units_of_its_share(total in 0_i64..1_000_000, axes in axes()) {
        let table = Figures::spread(total, &axes).unwrap();
        for (place, &cell) in table.cells().iter().enumerate() {
            let of = members(table.sizes(), place);
            let share = of.iter().zip(&axes).fold(1.0, |share, (&member, weights)| {
                let all: u32 = weights.iter().map(|one| u32::try_from(*one).unwrap()).sum();
                share * f64::from(u32::try_from(weights[member]).unwrap()) / f64::from(all)
            });
            let off = (cell as f64 - total as f64 * share).abs();
            prop_assert!(off < 1.0 + axes.len() as f64, "{off} at {of:?}");
        }
    }

    #[test]
    fn any_tree_of_splits_and_adjustments_adds_up_on_every_axis(
        total in 0_i64..10_000_000, axes in axes(),
        steps in vec((any::<Index>(), any::<Index>(), -100_i64..100, any::<bool>()), 0..6)
    ) {
        let mut table = Figures::spread(total, &axes).unwrap();
        let mut total = total;
        for (axis, member, percent, others) in steps {
            let axis = axis.index(axes.len());
            let sums = table.along(axis).unwrap();
            let change = [(member.index(sums.len()), Decimal::new(percent, 2))];
            let rebalance = if others { Rebalance::Others } else { Rebalance::None };
            let Ok(adjusted) = adjust(&sums, &change, rebalance) else { continue };
            table = table.rescaled(axis, &adjusted.parts).unwrap();
            total += adjusted.difference;
            prop_assert_eq!(table.along(axis).unwrap(), adjusted.parts);
            for axis in 0..axes.len() {
                prop_assert_eq!(table.along(axis).unwrap().iter().sum::<i64>(), total);
            }
        }
        prop_assert_eq!(table.total(), total);
        // The same sums again, whatever was inside.
        let margins: Vec<_> = (0..axes.len()).map(|axis| table.along(axis).unwrap()).collect();
        let again = Figures::of_margins(&margins).unwrap();
        for (axis, sums) in margins.into_iter().enumerate() {
            prop_assert_eq!(again.along(axis).unwrap(), sums);
        }
        let all: Vec<usize> = (0..axes.len()).collect();
        prop_assert_eq!(again.over(&all).unwrap(), again);
    }

    #[test]
    fn every_figure_is_the_sum_of_those_below(total: i64, seed in vec(1_u32..50, 1..9)) {
        let sizes = vec![3, 2, 4];
        let weight = |way: &[usize], at: usize| {
            let place = way.iter().fold(at, |sum, one| 3 * sum + one + 1);
            Decimal::from(seed[place % seed.len()])
        };
        let table = Figures::spread_by(total, sizes.clone(), &mut |way| {
            (0..sizes[way.len()]).map(|at| weight(way, at)).collect()
        }).unwrap();
        prop_assert_eq!(table.total(), total);
        let tops: Vec<Decimal> = (0..3).map(|at| weight(&[], at)).collect();
        let tops = allocate(total, &tops).unwrap();
        prop_assert_eq!(table.along(0).unwrap(), tops.clone());
        let middle = table.over(&[0, 1]).unwrap();
        for (top, part) in tops.into_iter().enumerate() {
            let weights: Vec<Decimal> = (0..2).map(|at| weight(&[top], at)).collect();
            let below = [middle.at(&[top, 0]).unwrap(), middle.at(&[top, 1]).unwrap()];
            prop_assert_eq!(&below[..], &allocate(part, &weights).unwrap()[..]);
        }
    }
}
