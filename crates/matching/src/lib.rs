//! Who is who: which parties and contacts are the same, and why. Pure: nothing is read or written.
//!
//! A [`Profile`] is what is known of somebody; [`prepare()`] brings it once into the form in which it
//! is compared. Two profiles that share one of their [`keys()`] are candidates; [`compare()`] adds up
//! what speaks for and against their being the same, with a [`Evidence`] for every point.
//!
//! | module | holds |
//! | --- | --- |
//! | `profile` | what is compared, as callers write it |
//! | `normalise`, `organisation` | one form for what people write in many |
//! | `similarity` | how alike two spellings are, 0 to 100 |
//! | `weights` | what each agreement and disagreement is worth, and from which figures |
//! | `compare`, `names`, `addresses` | the sum of the evidence about two profiles |
//! | `keys` | short texts that candidates share |
//! | `find`, `blocks` | all pairs among many profiles |
//! | `cluster` | who goes together |
//!
//! The sum of evidence is the model of I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage",
//! Journal of the American Statistical Association 64 (1969), with similarities between agreement
//! and disagreement after W. E. Winkler, "String Comparator Metrics and Enhanced Decision Rules in the
//! Fellegi–Sunter Model of Record Linkage" (1990).
//!
//! A learnt model would fit the data of one tenant a little better and could tell nobody why. Names alone
//! say little, and households share phones and addresses; both stand in the table of weights as such.

mod addresses;
mod blocks;
mod cluster;
mod compare;
mod find;
mod keys;
mod names;
mod normalise;
mod organisation;
mod profile;
mod similarity;
mod weights;

pub use cluster::clusters;
pub use compare::{Agreement, ComparedField, Comparison, Evidence, Thresholds, Verdict, compare};
pub use find::{Found, Pair, Skipped, find, find_with};
pub use keys::{MOST_KEYS, MOST_LOOKUPS, keys, lookups};
pub use normalise::{Prepared, prepare};
pub use profile::{PostalAddress, Profile, ProfileKind};
