//! Who goes together.

use crate::{compare::Verdict, find::Pair};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// Groups the profiles of `pairs`: every profile in at most one group, groups of two or more, in
/// ascending order.
///
/// Certain pairs always go together, with all that goes with either. Likely pairs, strongest first,
/// join two groups only if more than half of all pairs between the groups were found. So A, B and C
/// do not become one because B looks a little like both (single linkage would chain them; this is
/// its usual remedy, linkage by the average of the pairs).
pub fn clusters(pairs: &[Pair]) -> Vec<Vec<usize>> {
    let mut order: Vec<&Pair> = pairs.iter().collect();
    order
        .sort_by_key(|pair| (pair.verdict, Reverse(pair.comparison.points), pair.left, pair.right));
    let found: BTreeSet<(usize, usize)> =
        pairs.iter().map(|pair| (pair.left, pair.right)).collect();
    let mut groups = Groups::default();
    for pair in order {
        let (one, other) = (groups.of(pair.left), groups.of(pair.right));
        if one != other && (pair.verdict == Verdict::Certain || groups.close(one, other, &found)) {
            groups.join(one, other);
        }
    }
    let mut groups: Vec<Vec<usize>> =
        groups.members.into_values().filter(|members| members.len() > 1).collect();
    groups.iter_mut().for_each(|members| members.sort_unstable());
    groups.sort_unstable();
    groups
}

/// Disjoint sets; the smaller joins the larger.
#[derive(Default)]
struct Groups {
    group: BTreeMap<usize, usize>,
    members: BTreeMap<usize, Vec<usize>>,
}

impl Groups {
    fn of(&mut self, profile: usize) -> usize {
        let group = *self.group.entry(profile).or_insert(profile);
        self.members.entry(group).or_insert_with(|| vec![profile]);
        group
    }

    fn close(&self, one: usize, other: usize, found: &BTreeSet<(usize, usize)>) -> bool {
        let (one, other) = (&self.members[&one], &self.members[&other]);
        let linked = one
            .iter()
            .flat_map(|a| other.iter().map(move |b| (*a.min(b), *a.max(b))))
            .filter(|pair| found.contains(pair))
            .count();
        linked * 2 > one.len() * other.len()
    }

    fn join(&mut self, one: usize, other: usize) {
        let larger = self.members[&one].len() >= self.members[&other].len();
        let (into, from) = if larger { (one, other) } else { (other, one) };
        let moved = self.members.remove(&from).unwrap_or_default();
        for profile in &moved {
            self.group.insert(*profile, into);
        }
        self.members.entry(into).or_default().extend(moved);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Comparison;

    fn pair(left: usize, right: usize, verdict: Verdict) -> Pair {
        let comparison = Comparison { score: 60, points: 60, reasons: Vec::new() };
        Pair { left, right, comparison, verdict }
    }

    #[test]
    fn certain_pairs_go_together_however_long_the_chain() {
        let pairs: Vec<Pair> = (0..5).map(|n| pair(n, n + 1, Verdict::Certain)).collect();
        assert_eq!(clusters(&pairs), [[0, 1, 2, 3, 4, 5]]);
        assert_eq!(clusters(&[]), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn likely_pairs_do_not_chain() {
        let likely = Verdict::Likely;
        let chain: Vec<Pair> = (0..3).map(|n| pair(n, n + 1, likely)).collect();
        assert_eq!(clusters(&chain), [[0, 1], [2, 3]]);
        let closed = [pair(0, 1, likely), pair(1, 2, likely), pair(0, 2, likely)];
        assert_eq!(clusters(&closed), [[0, 1, 2]]);
        let mut group = vec![pair(0, 1, Verdict::Certain), pair(1, 2, likely)];
        assert_eq!(clusters(&group), [[0, 1]]);
        group.push(pair(0, 2, likely));
        assert_eq!(clusters(&group), [[0, 1, 2]]);
    }
}
