//! Which profiles share a key. Everything is told by rank: the place of a profile in the order of
//! names, so that neighbours in a block have similar names.

use crate::{keys::keys, normalise::Prepared};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Up to this many holders of a key are compared all with all.
pub(crate) const LARGEST: usize = 60;
/// In a larger block each is compared with so many that follow it in the order of names.
pub(crate) const WINDOW: usize = 8;

/// The blocks, stored one after the other.
pub(crate) struct Blocks {
    /// The ranks of the holders, block after block, ascending in each.
    holders: Vec<u32>,
    /// For each holder, up to where those stand that it is compared with.
    until: Vec<u32>,
    /// For each rank, where its places among the holders begin in `places`.
    first: Vec<u32>,
    places: Vec<u32>,
    /// Keys held by more than `LARGEST`.
    pub(crate) oversized: usize,
    /// Pairs of such keys that the window leaves out, a pair once for each key.
    pub(crate) left_out: u64,
}

impl Blocks {
    /// The blocks of `profiles` put in the order of `by_rank`.
    pub(crate) fn new(profiles: &[Prepared], by_rank: &[u32]) -> Self {
        let mut held: Vec<(u64, u32)> = Vec::with_capacity(profiles.len() * 8);
        for (rank, index) in (0..).zip(by_rank) {
            // A hash instead of the text: two keys with one hash only make a few candidates more.
            held.extend(keys(&profiles[*index as usize]).iter().map(|key| (hash(key), rank)));
        }
        held.sort_unstable();
        held.dedup();
        let mut blocks = Self {
            holders: Vec::with_capacity(held.len()),
            until: Vec::with_capacity(held.len()),
            first: vec![0; by_rank.len() + 1],
            places: Vec::new(),
            oversized: 0,
            left_out: 0,
        };
        for block in held.chunk_by(|a, b| a.0 == b.0).filter(|block| block.len() > 1) {
            blocks.push(block);
        }
        blocks.index();
        blocks
    }

    fn push(&mut self, block: &[(u64, u32)]) {
        let end = self.holders.len() + block.len();
        let window = if block.len() > LARGEST { WINDOW } else { LARGEST };
        if block.len() > LARGEST {
            self.oversized += 1;
            let beyond = (block.len() - 1 - WINDOW) as u64;
            self.left_out += beyond * (beyond + 1) / 2;
        }
        for (_, rank) in block {
            let next = self.holders.len() + 1;
            self.holders.push(*rank);
            self.until.push(u32::try_from((next + window).min(end)).unwrap_or(u32::MAX));
        }
    }

    /// A counting sort of the holders by rank.
    fn index(&mut self) {
        for rank in &self.holders {
            self.first[*rank as usize + 1] += 1;
        }
        for rank in 1..self.first.len() {
            self.first[rank] += self.first[rank - 1];
        }
        let mut next = self.first.clone();
        self.places = vec![0; self.holders.len()];
        for (place, rank) in (0..).zip(&self.holders) {
            let slot = &mut next[*rank as usize];
            self.places[*slot as usize] = place;
            *slot += 1;
        }
    }

    /// Fills `candidates` with the ranks that `rank` is to be compared with: each once, all greater.
    pub(crate) fn candidates(&self, rank: usize, candidates: &mut Vec<u32>) {
        candidates.clear();
        let places = &self.places[self.first[rank] as usize..self.first[rank + 1] as usize];
        for place in places {
            let from = *place as usize;
            candidates.extend(&self.holders[from + 1..self.until[from] as usize]);
        }
        candidates.sort_unstable();
        candidates.dedup();
    }
}

fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
