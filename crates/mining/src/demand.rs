//! Conditions of rules: what the splits above a leaf demand of one column, merged.

use crate::{
    figure::text,
    table::{Cell, FeatureKind},
    tree::{Side, Test},
};
use guanxi_kernel::Language;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use utoipa::ToSchema;

guanxi_kernel::words! {
    /// What a condition says of rows without a value.
    pub enum Absence {
        /// They do not satisfy it.
        Excluded = "excluded" ("Without a value: no", "无值者不符合"),
        /// They satisfy it.
        Included = "included" ("Without a value: yes", "无值者符合"),
        /// They satisfy it, but there were none of them when the tree was grown.
        Unseen = "unseen" ("Without a value: yes, but there were none", "无值者符合,但训练时没有"),
    }
}

/// What a condition asks of the value of its column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Demand {
    /// A number above the one bound and at most the other, as far as there are bounds.
    Between {
        /// What it is above.
        #[serde(with = "text::optional")]
        #[schema(value_type = Option<String>)]
        above: Option<Decimal>,
        /// What it is at most.
        #[serde(with = "text::optional")]
        #[schema(value_type = Option<String>)]
        at_most: Option<Decimal>,
        /// What of rows without a number.
        missing: Absence,
    },
    /// This text.
    Is {
        /// The text.
        value: String,
    },
    /// None of these texts.
    IsNot {
        /// The texts, in the order of the splits; none where only missing values are excluded.
        values: Vec<String>,
        /// What of rows without a text.
        missing: Absence,
    },
    /// No value.
    Missing,
}

/// A condition of a rule: what it demands of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// What its value has to be.
    pub demand: Demand,
}

impl Demand {
    /// Whether a value satisfies it.
    pub fn holds(&self, cell: &Cell) -> bool {
        match (self, cell) {
            (Self::Between { missing, .. } | Self::IsNot { missing, .. }, Cell::Missing) => {
                *missing != Absence::Excluded
            }
            (Self::Missing, cell) => *cell == Cell::Missing,
            (Self::Between { above, at_most, .. }, Cell::Number(number)) => {
                above.is_none_or(|bound| *number > bound)
                    && at_most.is_none_or(|bound| *number <= bound)
            }
            (Self::Is { value }, Cell::Text(text)) => value == text,
            (Self::IsNot { values, .. }, Cell::Text(text)) => !values.contains(text),
            _ => false,
        }
    }

    /// The demand of the first split by a column of this kind on one side; `unseen` if no training
    /// row was without a value.
    pub(crate) fn first(kind: FeatureKind, test: &Test, side: Side, unseen: bool) -> Self {
        let missing = if unseen { Absence::Unseen } else { Absence::Included };
        let start = match kind {
            FeatureKind::Numeric => Self::Between { above: None, at_most: None, missing },
            FeatureKind::Categorical => Self::IsNot { values: Vec::new(), missing },
        };
        start.narrowed(test, side)
    }

    /// The demand of both itself and one side of a split.
    pub(crate) fn narrowed(self, test: &Test, side: Side) -> Self {
        let yes = side == Side::Yes;
        match (self, test) {
            (
                Self::Between { above, at_most, missing },
                Test::AtMost { threshold, missing: goes },
            ) => {
                let missing = if *goes == side { missing } else { Absence::Excluded };
                // Deeper thresholds lie within the bounds.
                if yes {
                    Self::Between { above, at_most: Some(*threshold), missing }
                } else {
                    Self::Between { above: Some(*threshold), at_most, missing }
                }
            }
            (_, Test::Missing) if yes => Self::Missing,
            (Self::Between { above, at_most, .. }, Test::Missing) => {
                Self::Between { above, at_most, missing: Absence::Excluded }
            }
            (Self::IsNot { .. }, Test::Is { value }) if yes => Self::Is { value: value.clone() },
            (Self::IsNot { mut values, missing }, Test::Is { value }) => {
                values.push(value.clone());
                Self::IsNot { values, missing }
            }
            (Self::IsNot { values, .. }, Test::Missing) => {
                Self::IsNot { values, missing: Absence::Excluded }
            }
            // All values are known to be missing, or not to be numbers.
            (demand, _) => demand,
        }
    }
}

impl Condition {
    /// The condition as people read it, such as `age > 19.5 and ≤ 29.5` or `job = sales`.
    pub fn text(&self, language: Language) -> String {
        let (and, or, none_of, missing, known) = match language {
            Language::En => (" and ", " or missing", " is none of ", " is missing", " is known"),
            Language::Zh => (" 且 ", "或无值", " 不属于 ", " 无值", " 有值"),
        };
        let mut text = self.column.clone();
        let absence = match &self.demand {
            Demand::Between { above: None, at_most: None, .. } => {
                text.push_str(known);
                return text;
            }
            Demand::Between { above, at_most, missing } => {
                let bounds =
                    [above.map(|one| format!("> {one}")), at_most.map(|one| format!("≤ {one}"))];
                let bounds: Vec<String> = bounds.into_iter().flatten().collect();
                text.push(' ');
                text.push_str(&bounds.join(and));
                *missing
            }
            Demand::Is { value } => {
                // Writing to a text does not fail.
                _ = write!(text, " = {value}");
                Absence::Excluded
            }
            Demand::IsNot { values, missing } => {
                match values.as_slice() {
                    [] => {
                        text.push_str(known);
                        return text;
                    }
                    [one] => _ = write!(text, " ≠ {one}"),
                    several => _ = write!(text, "{none_of}{}", several.join(", ")),
                }
                *missing
            }
            Demand::Missing => {
                text.push_str(missing);
                Absence::Excluded
            }
        };
        if absence == Absence::Included {
            text.push_str(or);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMERIC: FeatureKind = FeatureKind::Numeric;

    fn at_most(threshold: i64, missing: Side) -> Test {
        Test::AtMost { threshold: Decimal::from(threshold), missing }
    }

    fn text(demand: Demand) -> (String, String) {
        let condition = Condition { column: "age".to_owned(), demand };
        (condition.text(Language::En), condition.text(Language::Zh))
    }

    #[test]
    fn m_19_conditions_of_a_column_are_merged() {
        let demand = Demand::first(NUMERIC, &at_most(60, Side::Yes), Side::Yes, true)
            .narrowed(&at_most(20, Side::No), Side::No)
            .narrowed(&at_most(30, Side::Yes), Side::Yes);
        let (above, at_most) = (Some(Decimal::from(20)), Some(Decimal::from(30)));
        assert_eq!(demand, Demand::Between { above, at_most, missing: Absence::Unseen });
        for (number, holds) in [(20, false), (21, true), (30, true), (31, false)] {
            assert_eq!(demand.holds(&Cell::Number(Decimal::from(number))), holds, "{number}");
        }
        assert!(demand.holds(&Cell::Missing) && !demand.holds(&Cell::Text("25".to_owned())));
        assert_eq!(text(demand), ("age > 20 and ≤ 30".to_owned(), "age > 20 且 ≤ 30".to_owned()));
    }

    #[test]
    fn missing_values_are_excluded_by_the_other_side() {
        let demand = Demand::first(NUMERIC, &at_most(60, Side::No), Side::No, false);
        assert_eq!(text(demand.clone()).0, "age > 60 or missing");
        let known = demand.narrowed(&Test::Missing, Side::No);
        assert_eq!(text(known.clone()).0, "age > 60");
        assert!(!known.holds(&Cell::Missing));
        let none = Demand::first(NUMERIC, &Test::Missing, Side::Yes, false);
        assert_eq!(text(none).1, "age 无值");
        let known = Demand::first(NUMERIC, &Test::Missing, Side::No, false);
        assert_eq!(text(known.clone()).0, "age is known");
        let old = known.narrowed(&at_most(60, Side::Yes), Side::No);
        assert_eq!(text(old.clone()).0, "age > 60");
        assert!(old.holds(&Cell::Number(Decimal::from(61))) && !old.holds(&Cell::Missing));
    }

    #[test]
    fn texts_are_one_or_none_of_several() {
        let is = |value: &str| Test::Is { value: value.to_owned() };
        let rest = Demand::first(FeatureKind::Categorical, &is("a"), Side::No, false)
            .narrowed(&is("b"), Side::No);
        assert!(rest.holds(&Cell::Missing) && rest.holds(&Cell::Text("never seen".to_owned())));
        assert!(!rest.holds(&Cell::Text("b".to_owned())));
        assert_eq!(text(rest.clone()).0, "age is none of a, b or missing");
        let one = rest.narrowed(&is("c"), Side::Yes);
        assert_eq!((text(one.clone()).0, one.holds(&Cell::Missing)), ("age = c".to_owned(), false));
    }
}
