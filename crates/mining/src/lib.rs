//! Decision trees that one can read: what tells who will, and how much. Pure: nothing is read or
//! written.
//!
//! A [`Sample`] is a [`Table`] with what became of each row. [`Tree::grow()`] asks of it one question
//! after the other, each the one that tells most; [`Tree::leaves()`] tells the rule of every leaf, and
//! [`Tree::score()`] finds the leaves of others. A tree of yes and no tells how likely it is, a tree of
//! amounts how much is to be expected. No random numbers, no functions whose last digits differ between
//! machines, and every tie has a rule: the same sample has the same tree, to the byte.
//!
//! | module | holds |
//! | --- | --- |
//! | `table`, `column`, `builder`, `statistics` | rows and columns, and what the columns hold |
//! | `sample` | a table with its label, and its digest |
//! | `measure` | entropy, Gini impurity, variance, and what a split gains |
//! | `attributes` | what each column alone tells: information gain, gain ratio |
//! | `split`, `grow` | the best split of a node, and the tree of them |
//! | `tree` | a tree as it is kept |
//! | `rules`, `demand` | leaves as rules for people |
//! | `score` | the leaves of others, bands of probability, expected volume |
//! | `evaluate` | area under the ROC curve, accuracy, lift, calibration |
//! | `profile` | what some have in common, and who is like them |
//! | `proportions` | rates with intervals, and whether two of them differ by more than chance |
//! | `concentration` | how much of the whole the greatest few make |
//! | `association` | what is bought together |
//! | `correlation` | whether two figures go together |
//! | `figure` | exact figures to whole numbers and back |
//!
//! Trees are grown here and not by `linfa-trees` or `smartcore`: these take matrices of floats, without
//! categories or missing values, and answer with a class or a figure, where the leaf, its rule and its
//! counts are wanted. On public data the leaves are those of scikit-learn. Price: a tree needs more levels
//! where many values belong together, and there are no forests and no boosting, whose reasons nobody could
//! tell a caller.

mod association;
mod attributes;
mod builder;
mod column;
mod concentration;
mod correlation;
mod demand;
mod error;
mod evaluate;
mod figure;
mod grow;
mod measure;
mod profile;
mod proportions;
mod rules;
mod sample;
mod score;
mod split;
mod statistics;
mod table;
mod tree;

pub use association::Association;
pub use attributes::{Attribute, Threshold, attributes};
pub use builder::TableBuilder;
pub use concentration::{Concentration, Reach, Top};
pub use correlation::correlation;
pub use demand::{Absence, Condition, Demand};
pub use error::MiningError;
pub use evaluate::{Calibration, Slice, Told, accuracy, auc, calibration, slices};
pub use profile::{Likeness, Profile, Trait};
pub use proportions::{Difference, Interval, Proportion, Z_95, fixed, two_sided};
pub use rules::Leaf;
pub use sample::{Label, Sample};
pub use score::{Band, Chance, MOST_EDGES, Scores};
pub use statistics::{FeatureStatistics, Frequency};
pub use table::{
    Cell, Feature, FeatureKind, MOST_CATEGORIES, MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Table, Values,
};
pub use tree::{Criterion, MOST_DEPTH, Node, Outcome, Settings, Side, Split, Test, Tree};
