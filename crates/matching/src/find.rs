//! All pairs of the same among many profiles.
//!
//! Profiles that share a key are compared, each pair once. A key that very many hold, such as the
//! phone number of a switchboard or a frequent word, would make that quadratic. Of such a block each
//! is compared with the few that follow it in the order of names only (the sorted neighbourhood
//! method of M. A. Hernández and S. J. Stolfo, SIGMOD 1995); pairs further apart are still compared if
//! they share any rarer key, and [`Skipped`] says how many were left out at most. So time is bounded
//! by records × [`MOST_KEYS`](crate::MOST_KEYS) × 60, and memory by records × keys.

use crate::{
    blocks::Blocks,
    compare::{Comparison, Thresholds, Verdict, compare_if},
    normalise::Prepared,
};

/// How many profiles are worked on between two reports of progress.
const STEP: usize = 500;

/// Two profiles that are probably the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The position of the first.
    pub left: usize,
    /// The position of the second; greater.
    pub right: usize,
    /// Why.
    pub comparison: Comparison,
    /// Certain or likely.
    pub verdict: Verdict,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The pairs, by position.
    pub pairs: Vec<Pair>,
    /// How many pairs were compared.
    pub compared: u64,
    /// What was not compared.
    pub skipped: Skipped,
}

/// What a search left out because too many profiles share a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Keys of which not all holders were compared with one another.
    pub keys: usize,
    /// Pairs of those holders that were not compared because of this key; at most, since some were
    /// because of another.
    pub pairs: u64,
}

/// Finds the pairs that are certain or likely.
pub fn find(profiles: &[Prepared], thresholds: &Thresholds) -> Vec<Pair> {
    find_with(profiles, thresholds, &mut |_, _| true).map(|found| found.pairs).unwrap_or_default()
}

/// The same, telling `progress` how many of how many profiles are done. Nothing, if `progress`
/// answers `false`: then the search ends at once.
pub fn find_with(
    profiles: &[Prepared],
    thresholds: &Thresholds,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Option<Found> {
    let mut by_rank: Vec<u32> = (0..u32::try_from(profiles.len()).unwrap_or(u32::MAX)).collect();
    by_rank.sort_by(|a, b| profiles[*a as usize].cmp(&profiles[*b as usize]));
    let blocks = Blocks::new(profiles, &by_rank);
    let mut pairs = Vec::new();
    let mut compared = 0;
    let mut candidates = Vec::new();
    for (rank, index) in by_rank.iter().enumerate() {
        if rank % STEP == 0 && !progress(rank, profiles.len()) {
            return None;
        }
        let one = *index as usize;
        blocks.candidates(rank, &mut candidates);
        compared += candidates.len() as u64;
        for candidate in &candidates {
            let other = by_rank[*candidate as usize] as usize;
            let least = thresholds.likely.min(thresholds.certain);
            let Some(comparison) = compare_if(&profiles[one], &profiles[other], least) else {
                continue;
            };
            let verdict = comparison.verdict(thresholds);
            if verdict != Verdict::No {
                let (left, right) = (one.min(other), one.max(other));
                pairs.push(Pair { left, right, comparison, verdict });
            }
        }
    }
    pairs.sort_unstable_by_key(|pair| (pair.left, pair.right));
    progress(profiles.len(), profiles.len());
    let skipped = Skipped { keys: blocks.oversized, pairs: blocks.left_out };
    Some(Found { pairs, compared, skipped })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Profile, ProfileKind,
        blocks::{LARGEST, WINDOW},
        prepare,
    };

    fn persons(count: usize, phone: &str) -> Vec<Prepared> {
        let person = |n: usize| {
            let name = format!("{} {n:04}", if n.is_multiple_of(2) { "Anna" } else { "Bert" });
            let mut profile = Profile::new(ProfileKind::Person, [name]);
            profile.phones = vec![phone.to_owned()];
            prepare(&profile)
        };
        (0..count).map(person).collect()
    }

    #[test]
    fn each_candidate_pair_is_compared_once() {
        let all = persons(20, "+8613800138000");
        let found = find_with(&all, &Thresholds::default(), &mut |_, _| true).unwrap();
        assert_eq!((found.compared, found.skipped), (190, Skipped::default()));
    }

    #[test]
    fn the_work_for_a_key_that_all_hold_is_bounded_and_counted() {
        let count = 1000;
        let all = persons(count, "+8613800138000");
        let found = find_with(&all, &Thresholds::default(), &mut |_, _| true).unwrap();
        assert!(found.compared <= (count * (WINDOW + LARGEST)) as u64, "{}", found.compared);
        let within = count * WINDOW - WINDOW * (WINDOW + 1) / 2;
        let phone = (count * (count - 1) / 2 - within) as u64;
        assert!(found.skipped.keys >= 1 && found.skipped.pairs >= phone, "{:?}", found.skipped);
    }

    #[test]
    fn the_same_record_many_times_over_is_one_cluster() {
        let mut all = persons(1, "+8613800138000");
        all.resize(500, all[0].clone());
        let pairs = find(&all, &Thresholds::default());
        assert_eq!(crate::clusters(&pairs), [(0..500).collect::<Vec<_>>()]);
    }

    #[test]
    fn progress_is_told_and_a_search_can_be_stopped() {
        let all = persons(1200, "+8613800138000");
        let mut seen = Vec::new();
        find_with(&all, &Thresholds::default(), &mut |done, total| {
            seen.push((done, total));
            true
        });
        assert_eq!(seen, [(0, 1200), (500, 1200), (1000, 1200), (1200, 1200)]);
        let stopped = find_with(&all, &Thresholds::default(), &mut |done, _| done < 500);
        assert_eq!(stopped, None);
    }

    #[test]
    fn the_order_of_the_profiles_is_no_matter() {
        let mut all = persons(100, "+8613800138000");
        all.extend(persons(30, "+8613800138001"));
        let pairs = |all: &[Prepared]| find(all, &Thresholds::default());
        let straight = pairs(&all);
        all.reverse();
        let turned = pairs(&all);
        assert_eq!(straight.len(), turned.len());
        let last = all.len() - 1;
        assert!(straight.iter().all(|p| {
            turned.iter().any(|t| {
                (last - t.right, last - t.left) == (p.left, p.right) && t.comparison == p.comparison
            })
        }));
    }
}
