use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

fn axis(dimension: Dimension, count: usize) -> Axis {
    Axis { dimension, members: (0..count).map(|at| at.to_string()).collect() }
}

fn even(count: usize) -> Vec<Decimal> {
    vec![Decimal::ONE; count]
}

fn divided(table: &Table, dimension: Dimension, weights: &[i64]) -> Table {
    let all: Vec<Decimal> = weights.iter().copied().map(Decimal::from).collect();
    table.extended(axis(dimension, weights.len()), false, &|_| all.clone()).unwrap()
}

#[test]
fn s_63_a_new_axis_leaves_the_others_as_they_are() {
    let months = divided(&Table::of(12_000_001), Dimension::Month, &[1; 12]);
    let products = divided(&months, Dimension::Product, &[5, 3, 2]);
    let both = divided(&products, Dimension::Region, &[35, 33, 32]);
    assert_eq!(both.along(Dimension::Month), months.along(Dimension::Month));
    assert_eq!(both.over(&[Dimension::Month, Dimension::Product]), Some(products.clone()));
    let split = |weights: &[i64]| allocate(12_000_001, weights).unwrap();
    assert_eq!(both.along(Dimension::Product).unwrap(), split(&[5, 3, 2]));
    assert_eq!(both.along(Dimension::Region).unwrap(), split(&[35, 33, 32]));
    assert_eq!(both.without(Dimension::Region), products);
    assert_eq!(both.figure(), 12_000_001);
}

#[test]
fn s_55_quarters_become_months_and_stay_what_they_were() {
    let quarters = divided(&Table::of(1_001), Dimension::Quarter, &[1, 2, 3, 4]);
    let both = divided(&quarters, Dimension::Rep, &[1, 1, 1]);
    let months = both.refined(axis(Dimension::Month, 12), &even(12)).unwrap();
    let sums = months.along(Dimension::Month).unwrap();
    let by_quarter: Vec<i64> = sums.chunks(3).map(|three| three.iter().sum()).collect();
    assert_eq!(Some(by_quarter), quarters.along(Dimension::Quarter));
    assert_eq!(months.along(Dimension::Rep), both.along(Dimension::Rep));
    assert_eq!(
        quarters.refined(axis(Dimension::Month, 12), &even(11)),
        Err(AllocationError::Shape)
    );
}

#[test]
fn s_69_each_period_has_weights_of_its_own() {
    let months = divided(&Table::of(3_000), Dimension::Month, &[1, 1, 1]);
    let weights = |month: Option<usize>| match month {
        Some(0) => vec![Decimal::from(30), Decimal::from(15)],
        _ => vec![Decimal::from(30), Decimal::from(30)],
    };
    let reps = months.extended(axis(Dimension::Rep, 2), true, &weights).unwrap();
    assert_eq!(reps.cells(), [667, 333, 500, 500, 500, 500]);
    assert_eq!(reps.along(Dimension::Month), months.along(Dimension::Month));
}

#[test]
fn s_65_adjusting_moves_the_others_or_the_total() {
    let products = divided(&Table::of(1_000), Dimension::Product, &[60, 30, 10]);
    let up = [(0, Decimal::new(5, 2))];
    let adjusted = |how| products.adjusted(Dimension::Product, &up, how, &[]).unwrap();
    assert_eq!(adjusted(Rebalance::Others).cells(), [630, 278, 92]);
    assert_eq!(adjusted(Rebalance::None).cells(), [630, 300, 100]);
}

#[test]
fn s_75_closed_months_stay_whatever_happens() {
    let months = divided(&Table::of(1_200), Dimension::Month, &[1; 12]);
    let table = divided(&months, Dimension::Rep, &[3, 1]);
    let closed: Vec<bool> = (0..12).map(|at| at < 3).collect();
    let shut = |table: &Table| table.along(Dimension::Month).unwrap()[..3].to_vec();
    let more = table.reallocated(1_500, None, &closed).unwrap();
    assert_eq!((more.figure(), shut(&more)), (1_500, vec![100; 3]));
    assert_eq!(table.reallocated(299, None, &closed), Err(AllocationError::BelowClosed(300)));
    assert_eq!(table.reallocated(301, None, &[true; 12]), Err(AllocationError::BelowClosed(1_200)));
    assert_eq!(table.reallocated(1_201, None, &[true; 12]), Err(AllocationError::NothingOpen));
    let down = |by| {
        let change = [(0, Decimal::new(by, 2))];
        table.adjusted(Dimension::Rep, &change, Rebalance::Others, &closed)
    };
    let less = down(-50).unwrap();
    assert_eq!(less.along(Dimension::Rep).unwrap(), [450, 750]);
    assert_eq!(shut(&less), vec![100; 3]);
    assert_eq!(down(-80), Err(AllocationError::BelowClosed(225)));
    let march = [(2, Decimal::new(5, 2))];
    let refused = table.adjusted(Dimension::Month, &march, Rebalance::Others, &closed);
    assert_eq!(refused, Err(AllocationError::NothingOpen));
    let april = [(3, Decimal::new(80, 2))];
    let moved = table.adjusted(Dimension::Month, &april, Rebalance::Others, &closed).unwrap();
    assert_eq!((shut(&moved), moved.figure()), (vec![100; 3], 1_200));
}

#[test]
fn s_57_parts_take_along_what_they_are_divided_into() {
    let products = divided(&Table::of(1_000), Dimension::Product, &[2, 1]);
    let table = divided(&products, Dimension::Rep, &[3, 1]);
    let parts = table.parts(Dimension::Rep, &[825, 0]).unwrap();
    assert_eq!(parts[0].along(Dimension::Product).unwrap(), [550, 275]);
    assert_eq!((parts[1].figure(), parts[1].axes().len()), (0, 1));
    let alone = products.parts(Dimension::Product, &[7, 8]).unwrap();
    assert_eq!((alone[0].cells(), alone[1].cells()), (&[7][..], &[8][..]));
    assert_eq!(table.parts(Dimension::Rep, &[1]), Err(AllocationError::Shape));
}

#[test]
fn a_table_is_bounded() {
    let many = divided(&Table::of(9), Dimension::Product, &[1; 500]);
    let more = many.extended(axis(Dimension::Rep, 501), false, &|_| even(501));
    assert_eq!(more, Err(AllocationError::TooMany));
    assert_eq!(Table::read(vec![axis(Dimension::Rep, 2)], vec![1]), None);
}

/// A year of a company over months, products and representatives, in the time of a request.
#[test]
fn s_52_a_large_table_is_made_and_adjusted() {
    let months = divided(&Table::of(1_234_567_890_123), Dimension::Month, &[1; 12]);
    let weights: Vec<i64> = (1..=200).map(|n| n * 7 % 31 + 1).collect();
    let table =
        divided(&divided(&months, Dimension::Product, &weights[..50]), Dimension::Rep, &weights);
    assert_eq!(table.cells().len(), 120_000);
    let change = [(17, Decimal::new(-10, 2))];
    let closed = [true, true, false, false, false, false, false, false, false, false, false, false];
    let adjusted = table.adjusted(Dimension::Rep, &change, Rebalance::Others, &closed).unwrap();
    assert_eq!(adjusted.figure(), 1_234_567_890_123);
}

const DIMENSIONS: [Dimension; 4] =
    [Dimension::Month, Dimension::Product, Dimension::Rep, Dimension::Region];

proptest! {
    #[test]
    fn whatever_is_done_adds_up_on_every_axis(
        total in 0_i64..10_000_000, sizes in vec(1_usize..6, 1..4), shut in 0_usize..4,
        steps in vec((any::<Index>(), any::<Index>(), -100_i64..150, 0_u8..3), 0..8)
    ) {
        let mut table = Table::of(total);
        for (at, size) in sizes.iter().enumerate() {
            let weights: Vec<i64> = (1..=*size as i64).map(|n| n * 7 % 5 + 1).collect();
            table = divided(&table, DIMENSIONS[at], &weights);
        }
        let closed: Vec<bool> = (0..sizes[0]).map(|at| at < shut).collect();
        let mut figure = total;
        for (axis, member, percent, what) in steps {
            let dimension = DIMENSIONS[axis.index(sizes.len())];
            let before = table.along(Dimension::Month).unwrap();
            let change = [(member.index(table.axis(dimension).unwrap().members.len()),
                Decimal::new(percent, 2))];
            let next = match what {
                0 => table.adjusted(dimension, &change, Rebalance::Others, &closed),
                1 => table.adjusted(dimension, &change, Rebalance::None, &closed),
                _ => table.reallocated(figure + percent * 100, None, &closed),
            };
            let Ok(next) = next else { continue };
            if what == 0 { prop_assert_eq!(next.figure(), figure); }
            if what == 2 { prop_assert_eq!(next.figure(), figure + percent * 100); }
            table = next;
            figure = table.figure();
            for (at, _) in sizes.iter().enumerate() {
                let sums = table.along(DIMENSIONS[at]).unwrap();
                prop_assert_eq!(sums.iter().sum::<i64>(), figure);
            }
            let after = table.along(Dimension::Month).unwrap();
            for (month, over) in closed.iter().enumerate() {
                if *over { prop_assert_eq!(before[month], after[month]); }
            }
        }
    }
}
