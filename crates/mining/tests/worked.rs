//! The worked numbers of target mining, and what is refused.

use guanxi_kernel::{Language, Share};
use guanxi_mining::{
    Cell, Chance, Criterion, Demand, Feature, FeatureKind, Label, MiningError, Outcome, Sample,
    Settings, Side, Table, TableBuilder, Test, Tree, Values,
};
use rust_decimal::Decimal;

/// Numbers that look like chance and are always the same (D. E. Knuth's constants).
struct Numbers(u64);

impl Numbers {
    /// From 0 to below a number.
    fn below(&mut self, most: u64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % most).expect("a small number")
    }
}

fn settings(criterion: Criterion, max_depth: u32, min_leaf: u32) -> Settings {
    Settings { criterion, max_depth, min_leaf }
}

fn texts(values: &[&str]) -> Values {
    let value = |value: &&str| (!value.is_empty()).then(|| (*value).to_owned());
    Values::Categorical(values.iter().map(value).collect())
}

fn numbers(values: &[Option<i64>]) -> Values {
    Values::Numeric(values.iter().map(|value| value.map(Decimal::from)).collect())
}

fn table(columns: Vec<(&str, Values)>) -> Table {
    let named = columns.into_iter().map(|(name, values)| (name.to_owned(), values));
    Table::new(named.collect()).expect("a table")
}

fn share(text: &str) -> Share {
    text.parse().expect("a share")
}

/// 60,000 customers of whom those from 20 to 30, in sales, with bills from 150 to 200 and incomes from
/// 3,000 to 5,000 use a service nine times in ten, and all others once in twenty.
fn customers() -> (Sample, Vec<bool>) {
    let feature = |name: &str, kind| Feature { name: name.to_owned(), kind };
    let mut builder = TableBuilder::new(vec![
        feature("age", FeatureKind::Numeric),
        feature("marital", FeatureKind::Categorical),
        feature("job", FeatureKind::Categorical),
        feature("bill", FeatureKind::Numeric),
        feature("income", FeatureKind::Numeric),
    ]);
    let mut chance = Numbers(7);
    let (mut label, mut in_rule) = (Vec::new(), Vec::new());
    let mut seen = [0_u32; 2];
    for _ in 0..60_000 {
        let (age, bill, income) =
            (16 + chance.below(30), 10_000 + chance.below(15_000), 1_000 + chance.below(6_000));
        let job = ["clerk", "sales", "teacher", "worker"][chance.below(4) as usize];
        let marital = ["married", "single"][chance.below(2) as usize];
        let rule = (20..=30).contains(&age)
            && job == "sales"
            && (15_000..=20_000).contains(&bill)
            && (3_000..=5_000).contains(&income);
        let count = &mut seen[usize::from(rule)];
        *count += 1;
        label.push(if rule { *count % 10 != 0 } else { *count % 20 == 0 });
        in_rule.push(rule);
        let cell = |name: &str| {
            Some(match name {
                "age" => Cell::Number(Decimal::from(age)),
                "bill" => Cell::Number(Decimal::new(bill, 2)),
                "income" => Cell::Number(Decimal::from(income)),
                "job" => Cell::Text(job.to_owned()),
                _ => Cell::Text(marital.to_owned()),
            })
        };
        builder.push(cell).expect("a row");
    }
    (
        Sample::new(builder.finish().expect("a table"), Label::Binary(label)).expect("a sample"),
        in_rule,
    )
}

#[test]
fn m_22_the_worked_rule_is_found() {
    let (sample, in_rule) = customers();
    let tree = Tree::grow(&sample, settings(Criterion::Entropy, 7, 100)).unwrap();
    let leaves = tree.leaves();
    let leaf = &leaves[0];
    println!("{:?}: {}", leaf.outcome, leaf.text(Language::En));
    let Outcome::Binary { positives, probability } = leaf.outcome else { panic!("yes or no") };
    assert!((share("0.88")..=share("0.92")).contains(&probability), "{probability}");
    let mut columns: Vec<&str> = leaf.conditions.iter().map(|one| one.column.as_str()).collect();
    columns.sort_unstable();
    assert_eq!(columns, ["age", "bill", "income", "job"]);
    for condition in &leaf.conditions {
        let (low, high, slack) = match condition.column.as_str() {
            "age" => (20, 30, Decimal::ONE),
            "bill" => (150, 200, Decimal::ONE),
            "income" => (3_000, 5_000, Decimal::from(40)),
            _ => {
                assert_eq!(condition.demand, Demand::Is { value: "sales".to_owned() });
                continue;
            }
        };
        let Demand::Between { above: Some(above), at_most: Some(at_most), .. } = condition.demand
        else {
            panic!("both bounds: {condition:?}");
        };
        assert!((above - Decimal::from(low)).abs() <= slack, "{condition:?}");
        assert!((at_most - Decimal::from(high)).abs() <= slack, "{condition:?}");
    }
    // Whom to call: the members of such leaves who do not use the service yet.
    let scores = tree.score(sample.table()).unwrap();
    let chances = scores.chances().unwrap();
    let likely = Chance::new(88, 100).unwrap();
    let targets = chances
        .iter()
        .enumerate()
        .filter(|(row, chance)| **chance >= likely && sample.happened(*row) == Some(false));
    assert_eq!(targets.count() as u64, leaf.support - positives);
    let rule = in_rule.iter().filter(|one| **one).count() as u64;
    assert!(leaf.support.abs_diff(rule) <= rule / 20, "{} of {rule}", leaf.support);
}

#[test]
fn m_17_a_small_tree_is_what_one_draws_by_hand() {
    let sample = Sample::new(
        table(vec![
            ("age", numbers(&[Some(20), Some(25), Some(30), Some(41), Some(50), Some(60)])),
            ("job", texts(&["a", "b", "b", "a", "b", "a"])),
        ]),
        Label::Binary(vec![true, true, true, false, false, true]),
    )
    .unwrap();
    let tree = Tree::grow(&sample, settings(Criterion::Gini, 2, 1)).unwrap();
    let root = tree.root();
    let split = root.split.as_ref().unwrap();
    let test = Test::AtMost { threshold: Decimal::new(355, 1), missing: Side::Yes };
    assert_eq!((split.column.as_str(), &split.test), ("age", &test));
    // 4 of 6, then 3 of 3 and 1 of 3: 4/9 − (0 + 4/9) ÷ 2.
    assert_eq!(split.gain, Decimal::new(222_222, 6));
    assert_eq!(root.outcome, Outcome::Binary { positives: 4, probability: share("0.6667") });
    let told: Vec<_> =
        tree.leaves().iter().map(|leaf| (leaf.text(Language::Zh), leaf.lift)).collect();
    let lift = |number, places| Some(Decimal::new(number, places));
    assert_eq!(
        told,
        [
            ("age ≤ 35.5".to_owned(), lift(15, 1)),
            ("age > 55".to_owned(), lift(15, 1)),
            ("age > 35.5 且 ≤ 55".to_owned(), lift(0, 0)),
        ]
    );
    let json = serde_json::to_value(&tree).unwrap();
    assert_eq!(json["nodes"][0]["split"]["test"]["threshold"], "35.5");
    assert_eq!(json["nodes"][1]["outcome"]["probability"], "1.0000");
}

#[test]
fn m_18_a_tree_of_amounts_tells_means_and_deviations() {
    let sample = Sample::new(
        table(vec![("plan", texts(&["gold", "gold", "basic", "basic", "basic", ""]))]),
        Label::Numeric(
            ["100.5", "99.5", "10", "12", "14", "0"].map(|y| y.parse().unwrap()).to_vec(),
        ),
    )
    .unwrap();
    let tree = Tree::grow(&sample, settings(Criterion::Variance, 3, 1)).unwrap();
    let told: Vec<_> = tree
        .leaves()
        .iter()
        .map(|leaf| {
            let Outcome::Numeric { mean, deviation, .. } = leaf.outcome else { panic!("amounts") };
            (leaf.text(Language::En), leaf.support, mean.to_string(), deviation.to_string())
        })
        .collect();
    let leaf = |rule: &str, support, mean: &str, deviation: &str| {
        (rule.to_owned(), support, mean.to_owned(), deviation.to_owned())
    };
    assert_eq!(
        told,
        [
            leaf("plan = gold", 2, "100", "0.5"),
            leaf("plan ≠ gold", 3, "12", "1.632993"),
            leaf("plan is missing", 1, "0", "0"),
        ]
    );
    // Two gold, one basic, and one of a plan that nobody had.
    let segment = table(vec![("plan", texts(&["gold", "basic", "gold", "silver"]))]);
    let volume = tree.score(&segment).unwrap().expected_volume().unwrap();
    assert_eq!(volume, Decimal::from(100 + 12 + 100 + 12));
    let scores = tree.score(&segment).unwrap();
    assert_eq!(scores.chances(), Err(MiningError::WrongLabel));
    assert_eq!(scores.leaf(0).map(|leaf| leaf.rows), Some(2));
}

#[test]
fn m_20_a_row_without_a_column_is_refused_by_name() {
    let sample = Sample::new(
        table(vec![
            ("age", numbers(&[Some(20), Some(30), None, None])),
            ("job", texts(&["a", "a", "b", "b"])),
        ]),
        Label::Binary(vec![true, false, false, false]),
    )
    .unwrap();
    let tree = Tree::grow(&sample, settings(Criterion::Entropy, 1, 1)).unwrap();
    let names: Vec<&str> = tree.asks().iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["age"]);
    let lacks = MiningError::LacksColumn("age".to_owned());
    assert_eq!(lacks.to_string(), "the column age is missing");
    let others = table(vec![("job", texts(&["a"]))]);
    assert_eq!(tree.score(&others).map(|_| ()), Err(lacks));
    let wrong = table(vec![("age", texts(&["20"]))]);
    assert_eq!(tree.score(&wrong).map(|_| ()), Err(MiningError::WrongKind("age".to_owned())));
    // Nobody asks for the job.
    let others = table(vec![("age", numbers(&[Some(1), None, Some(25), Some(26)]))]);
    let chances = tree.score(&others).unwrap().chances().unwrap();
    let told: Vec<(u64, u64)> = chances.iter().map(|chance| chance.fraction()).collect();
    assert_eq!(told, [(1, 1), (0, 3), (1, 1), (0, 3)]);
}

#[test]
fn m_21_bands_have_their_lower_edge() {
    let column: Vec<Option<i64>> = (0..40).map(Some).collect();
    // 1 of 20 below 20, 19 of 20 from there on.
    let label = (0..40).map(|row| if row < 20 { row == 0 } else { row != 20 }).collect();
    let sample = Sample::new(table(vec![("x", numbers(&column))]), Label::Binary(label)).unwrap();
    let tree = Tree::grow(&sample, settings(Criterion::Gini, 1, 20)).unwrap();
    let scores = tree.score(sample.table()).unwrap();
    let bands = scores.bands(&["0.05", "0.5", "0.95"].map(share)).unwrap();
    let members: Vec<u64> = bands.iter().map(|band| band.members).collect();
    assert_eq!(members, [0, 20, 0, 20]);
    assert_eq!((bands[1].expected, bands[3].expected), (Decimal::ONE, Decimal::from(19)));
    assert_eq!(scores.expected_volume(), Err(MiningError::WrongLabel));
    assert_eq!(scores.bands(&["0.5", "0.05"].map(share)), Err(MiningError::InvalidEdges));
    assert_eq!(scores.bands(&[]).unwrap().len(), 1);
}

#[test]
fn what_no_tree_can_be_grown_from_is_refused() {
    let of = |label| Sample::new(table(vec![("x", numbers(&[Some(1), Some(2)]))]), label).unwrap();
    let binary = of(Label::Binary(vec![true, false]));
    let amounts = of(Label::Numeric(vec![Decimal::ONE, Decimal::TWO]));
    let refused = |sample, settings| Tree::grow(sample, settings).unwrap_err();
    let wrong = MiningError::WrongLabel;
    assert_eq!(refused(&binary, settings(Criterion::Variance, 1, 1)), wrong);
    assert_eq!(refused(&amounts, settings(Criterion::Gini, 1, 1)), wrong);
    for depth in [0, 13] {
        let settings = settings(Criterion::Gini, depth, 1);
        assert_eq!(refused(&binary, settings), MiningError::InvalidDepth { most: 12 });
    }
    assert_eq!(refused(&binary, settings(Criterion::Gini, 1, 0)), MiningError::InvalidLeaf);
    let leaf = Tree::grow(&binary, settings(Criterion::Gini, 1, 2)).unwrap();
    assert_eq!((leaf.nodes().len(), leaf.leaves()[0].text(Language::En)), (1, String::new()));
}

#[test]
fn a_tree_that_was_not_grown_is_not_read() {
    let sample = Sample::new(
        table(vec![("x", numbers(&[Some(1), Some(2), Some(3)]))]),
        Label::Binary(vec![true, false, true]),
    )
    .unwrap();
    let tree = Tree::grow(&sample, settings(Criterion::Gini, 2, 1)).unwrap();
    let json = serde_json::to_value(&tree).unwrap();
    assert_eq!(serde_json::from_value::<Tree>(json.clone()).unwrap(), tree);
    // A circle, nodes that nobody leads to, columns that are not there or of the other kind.
    for (pointer, value) in [
        ("/nodes/0/split/no", serde_json::json!(0)),
        ("/nodes/0/split/yes", serde_json::json!(9)),
        ("/nodes/0/split/yes", serde_json::json!(2)),
        ("/nodes/0/split/column", serde_json::json!("y")),
        ("/features/0/kind", serde_json::json!("categorical")),
        ("/nodes/1/id", serde_json::json!(7)),
        ("/settings/criterion", serde_json::json!("variance")),
        ("/settings/max_depth", serde_json::json!(99)),
        ("/missing", serde_json::json!([])),
        ("/nodes", serde_json::json!([])),
    ] {
        let mut broken = json.clone();
        *broken.pointer_mut(pointer).expect(pointer) = value;
        assert!(serde_json::from_value::<Tree>(broken).is_err(), "{pointer}");
    }
}
