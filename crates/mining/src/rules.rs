//! Leaves as rules that people read: what the splits above a leaf ask, merged column by column.
//!
//! Every row satisfies the rule of exactly one leaf, of those that a tree was grown from and of any
//! others: a value that no training row had is none of the texts that were split off, and a missing
//! one goes where the splits say.
//!
//! Price: a rule may say "or missing".

use crate::{
    demand::{Condition, Demand},
    error::Result,
    figure::{quotient, text},
    table::Table,
    tree::{Node, Outcome, Side, Split, Tree},
};
use guanxi_kernel::Language;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

/// A leaf with its rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Leaf {
    /// The id of the node.
    pub id: u32,
    /// What all of its rows have in common: at most one condition for each column, in the order in
    /// which the columns are first asked about. None if the root is a leaf.
    pub conditions: Vec<Condition>,
    /// Training rows.
    pub support: u64,
    /// What their labels come to.
    pub outcome: Outcome,
    /// The probability by that of all rows, or the mean by that of all; rounded half-even to four
    /// decimals, and null if that of all is zero.
    #[serde(with = "text::optional")]
    #[schema(value_type = Option<String>)]
    pub lift: Option<Decimal>,
}

impl Leaf {
    /// Whether a row of a table satisfies the rule; `LacksColumn` if the table has not all columns.
    pub fn holds(&self, table: &Table, row: usize) -> Result<bool> {
        for condition in &self.conditions {
            if !condition.demand.holds(&table.cell(row, &condition.column)?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The rule as people read it; empty if the root is a leaf.
    pub fn text(&self, language: Language) -> String {
        let join = match language {
            Language::En => " and ",
            Language::Zh => " 且 ",
        };
        let texts: Vec<String> =
            self.conditions.iter().map(|condition| condition.text(language)).collect();
        texts.join(join)
    }
}

impl Tree {
    /// The leaves with their rules: those of the highest probability or mean first, of equal ones those
    /// with more rows, then by id.
    pub fn leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        self.collect(self.root(), Vec::new(), &mut leaves);
        leaves.sort_by(|one, other| {
            let by_outcome = compare(other, one);
            by_outcome.then(other.support.cmp(&one.support)).then(one.id.cmp(&other.id))
        });
        leaves
    }

    fn collect(&self, node: &Node, conditions: Vec<Condition>, leaves: &mut Vec<Leaf>) {
        let Some(split) = &node.split else {
            leaves.push(self.told(node, conditions));
            return;
        };
        for (side, child) in [(Side::Yes, split.yes), (Side::No, split.no)] {
            let conditions = self.with(conditions.clone(), split, side);
            self.collect(&self.nodes()[child as usize], conditions, leaves);
        }
    }

    /// Conditions and one side of a split, merged.
    fn with(&self, mut conditions: Vec<Condition>, split: &Split, side: Side) -> Vec<Condition> {
        match conditions.iter_mut().find(|condition| condition.column == split.column) {
            Some(condition) => {
                condition.demand = condition.demand.clone().narrowed(&split.test, side);
            }
            None => {
                let (kind, missing) = self.asked(&split.column);
                let demand = Demand::first(kind, &split.test, side, !missing);
                conditions.push(Condition { column: split.column.clone(), demand });
            }
        }
        conditions
    }

    fn told(&self, node: &Node, conditions: Vec<Condition>) -> Leaf {
        let lift = match (node.outcome, self.root().outcome) {
            (Outcome::Binary { positives, .. }, Outcome::Binary { positives: all, .. }) => {
                let part = Decimal::from(positives) * Decimal::from(self.root().rows);
                quotient(part, Decimal::from(all) * Decimal::from(node.rows))
            }
            (Outcome::Numeric { mean, .. }, Outcome::Numeric { mean: all, .. }) => {
                quotient(mean, all)
            }
            _ => None,
        };
        Leaf { id: node.id, conditions, support: node.rows, outcome: node.outcome, lift }
    }
}

/// By exact probability, or by mean.
fn compare(one: &Leaf, other: &Leaf) -> std::cmp::Ordering {
    match (one.outcome, other.outcome) {
        (Outcome::Binary { positives, .. }, Outcome::Binary { positives: others, .. }) => {
            let cross = |positives: u64, rows: u64| u128::from(positives) * u128::from(rows);
            cross(positives, other.support).cmp(&cross(others, one.support))
        }
        (Outcome::Numeric { mean, .. }, Outcome::Numeric { mean: others, .. }) => mean.cmp(&others),
        _ => std::cmp::Ordering::Equal,
    }
}
