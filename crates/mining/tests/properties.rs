//! What holds for every sample.

use guanxi_mining::{
    Concentration, Criterion, Label, Outcome, Sample, Settings, Table, Tree, Values, attributes,
};
use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;

/// A row: a number, a text, another number, each of which may be missing, and a label.
type Row = (Option<i64>, Option<u8>, Option<i64>, i64);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let number = || proptest::option::weighted(0.8, -20_i64..20);
    let text = proptest::option::weighted(0.8, 0_u8..5);
    vec((number(), text, number(), -50_i64..50), 1..80)
}

fn table(rows: &[Row]) -> Table {
    let text = |code: u8| char::from(b'a' + code).to_string();
    let half = |number: i64| Decimal::new(number * 5, 1);
    Table::new(vec![
        (
            "x".to_owned(),
            Values::Numeric(rows.iter().map(|row| row.0.map(Decimal::from)).collect()),
        ),
        ("t".to_owned(), Values::Categorical(rows.iter().map(|row| row.1.map(text)).collect())),
        ("z".to_owned(), Values::Numeric(rows.iter().map(|row| row.2.map(half)).collect())),
    ])
    .expect("a table")
}

fn sample(rows: &[Row], criterion: Criterion) -> Sample {
    let label = if criterion == Criterion::Variance {
        Label::Numeric(rows.iter().map(|row| Decimal::new(row.3, 1)).collect())
    } else {
        Label::Binary(rows.iter().map(|row| row.3 > 10).collect())
    };
    Sample::new(table(rows), label).expect("a sample")
}

fn criterion() -> impl Strategy<Value = Criterion> {
    prop_oneof![Just(Criterion::Entropy), Just(Criterion::Gini), Just(Criterion::Variance)]
}

proptest! {
    // A failure is shown with its input, not kept in a file.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn m_19_every_row_satisfies_the_rule_of_one_leaf(
        rows in rows(), others in rows(), criterion in criterion(), max_depth in 1_u32..6,
        min_leaf in 1_u32..6
    ) {
        let sample = sample(&rows, criterion);
        let tree = Tree::grow(&sample, Settings { criterion, max_depth, min_leaf }).unwrap();
        let leaves = tree.leaves();
        prop_assert_eq!(leaves.iter().map(|leaf| leaf.support).sum::<u64>(), rows.len() as u64);
        for table in [sample.table(), &table(&others)] {
            let scores = tree.score(table).unwrap();
            for (row, id) in scores.leaves().iter().enumerate() {
                let holds = |leaf: &&guanxi_mining::Leaf| leaf.holds(table, row).unwrap();
                let holding: Vec<u32> = leaves.iter().filter(holds).map(|leaf| leaf.id).collect();
                prop_assert_eq!(holding, vec![*id]);
            }
        }
        let counts = tree.score(sample.table()).unwrap().counts();
        for leaf in &leaves {
            prop_assert!(counts.contains(&(leaf.id, leaf.support)), "trained as it is scored");
            prop_assert!(leaf.support >= u64::from(min_leaf) || leaves.len() == 1);
        }
    }

    #[test]
    fn m_17_a_tree_is_the_same_whatever_the_order_of_its_rows(
        rows in rows(), criterion in criterion(), turn in 0_usize..80
    ) {
        let settings = Settings { criterion, max_depth: 5, min_leaf: 2 };
        let once = Tree::grow(&sample(&rows, criterion), settings).unwrap();
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        turned.reverse();
        let other = Tree::grow(&sample(&turned, criterion), settings).unwrap();
        let bytes = serde_json::to_string(&once).unwrap();
        prop_assert_eq!(&bytes, &serde_json::to_string(&other).unwrap());
        prop_assert_eq!(once, serde_json::from_str::<Tree>(&bytes).unwrap());
    }

    #[test]
    fn no_split_loses_and_parts_add_up(rows in rows(), criterion in criterion()) {
        let settings = Settings { criterion, max_depth: 6, min_leaf: 1 };
        let tree = Tree::grow(&sample(&rows, criterion), settings).unwrap();
        for node in tree.nodes() {
            let Some(split) = &node.split else { continue };
            prop_assert!(split.gain >= Decimal::ZERO);
            let [yes, no] = [split.yes, split.no].map(|child| &tree.nodes()[child as usize]);
            prop_assert_eq!(yes.rows + no.rows, node.rows);
            match (node.outcome, yes.outcome, no.outcome) {
                (
                    Outcome::Binary { positives: all, .. },
                    Outcome::Binary { positives: some, .. },
                    Outcome::Binary { positives: others, .. },
                ) => prop_assert_eq!(all, some + others),
                (
                    Outcome::Numeric { sum: all, .. },
                    Outcome::Numeric { sum: some, .. },
                    Outcome::Numeric { sum: others, .. },
                ) => prop_assert_eq!(all, some + others),
                _ => prop_assert!(false, "outcomes of one kind"),
            }
        }
    }

    #[test]
    fn m_21_bands_hold_everybody_once(
        rows in rows(), others in rows(), edges in vec(1_u16..10_000, 0..6)
    ) {
        let settings = Settings { criterion: Criterion::Gini, max_depth: 4, min_leaf: 1 };
        let tree = Tree::grow(&sample(&rows, Criterion::Gini), settings).unwrap();
        let table = table(&others);
        let mut edges = edges;
        edges.sort_unstable();
        edges.dedup();
        let edges: Vec<_> =
            edges.into_iter().map(guanxi_kernel::Share::of_ten_thousandths).collect();
        let bands = tree.score(&table).unwrap().bands(&edges).unwrap();
        prop_assert_eq!(bands.len(), edges.len() + 1);
        prop_assert_eq!(bands.iter().map(|band| band.members).sum::<u64>(), others.len() as u64);
    }

    #[test]
    fn columns_alone_never_tell_less_than_nothing(rows in rows()) {
        for one in attributes(&sample(&rows, Criterion::Entropy)).unwrap() {
            prop_assert!(one.information_gain >= Decimal::ZERO);
            prop_assert!(one.information_gain <= Decimal::ONE);
            prop_assert!(one.gini_decrease >= Decimal::ZERO);
            // The rounding of both is within the last of fourteen decimals.
            let slack = Decimal::new(1, 12);
            prop_assert!(one.gain_ratio.is_none_or(|ratio| ratio <= Decimal::ONE + slack));
        }
    }

    #[test]
    fn m_13_shares_of_the_whole_rise(amounts in vec(0_i64..1_000_000, 1..60)) {
        let share = guanxi_kernel::Share::of_ten_thousandths;
        let of = Concentration::new(amounts);
        let tops: Vec<_> = (0..=10).map(|tenth| of.top(share(tenth * 1_000)).of_whole).collect();
        prop_assert!(tops.is_sorted_by_key(guanxi_kernel::ratio::Ratio::numerator));
        prop_assert_eq!(tops[10].numerator(), Decimal::try_from_i128_with_scale(of.whole(), 0).unwrap());
    }
}
