//! Who comes into which arm: by chance that can be repeated, and exactly as the shares say.
//!
//! Contacts are dealt out in the order of a digest of seed and id, each to the arm that lacks most of its
//! share of all. So the split is exact at any time, the same contacts are divided alike whatever order they
//! come in, and nobody moves. Price: who comes later is divided by what is lacking then.

use guanxi_kernel::{Share, split::allocate};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The arm of each of these contacts, by its place, when so many are in each arm already.
///
/// Contacts are put in the order of a digest of the seed and their ids, so whatever order they come in,
/// the same contacts are divided alike; then each arm gets as many as it lacks of its share of all, by
/// the largest remainder.
pub(super) fn divide(
    seed: &str,
    shares: &[Share],
    already: &[i64],
    mut contacts: Vec<Uuid>,
) -> Vec<(Uuid, usize)> {
    contacts.sort_unstable_by_key(|id| digest(seed, *id));
    contacts.dedup();
    let new = i64::try_from(contacts.len()).unwrap_or(i64::MAX);
    let mut lacking = lacking(shares, already, new);
    let mut arm = 0;
    let mut divided = Vec::with_capacity(contacts.len());
    for id in contacts {
        while arm + 1 < lacking.len() && lacking[arm] == 0 {
            arm += 1;
        }
        lacking[arm] -= 1;
        divided.push((id, arm));
    }
    divided
}

fn digest(seed: &str, id: Uuid) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update((seed.len() as u64).to_le_bytes());
    hash.update(seed);
    hash.update(id.as_bytes());
    hash.finalize().into()
}

/// How many of the new ones each arm gets.
fn lacking(shares: &[Share], already: &[i64], new: i64) -> Vec<i64> {
    let weights: Vec<i64> = shares.iter().map(|share| share.ten_thousandths()).collect();
    let all = already.iter().sum::<i64>() + new;
    let whole = allocate(all, &weights).unwrap_or_else(|_| vec![0; shares.len()]);
    let mut lacking: Vec<i64> =
        whole.iter().zip(already).map(|(whole, have)| (whole - have).max(0)).collect();
    // An arm that has more than its share already leaves the others less.
    while lacking.iter().sum::<i64>() > new {
        match lacking.iter_mut().max() {
            Some(most) => *most -= 1,
            None => break,
        }
    }
    lacking
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(range: std::ops::Range<u128>) -> Vec<Uuid> {
        range.map(Uuid::from_u128).collect()
    }

    fn share(text: &str) -> Share {
        text.parse().unwrap()
    }

    fn counts(divided: &[(Uuid, usize)], arms: usize) -> Vec<i64> {
        let count = |arm| divided.iter().filter(|(_, one)| *one == arm).count() as i64;
        (0..arms).map(count).collect()
    }

    #[test]
    fn x_78_a_split_is_exact_and_does_not_depend_on_the_order() {
        let shares = [share("0.5"), share("0.3"), share("0.2")];
        let one = divide("seed", &shares, &[0, 0, 0], ids(0..1001));
        assert_eq!(counts(&one, 3), [501, 300, 200]);
        let mut turned = ids(0..1001);
        turned.reverse();
        assert_eq!(divide("seed", &shares, &[0, 0, 0], turned), one);
        assert_ne!(divide("another", &shares, &[0, 0, 0], ids(0..1001)), one);
    }

    #[test]
    fn x_78_those_who_come_later_fill_up() {
        let shares = [share("0.5"), share("0.5")];
        let mut have = vec![0, 0];
        for some in 0..7_u128 {
            let divided = divide("s", &shares, &have, ids(some * 3..some * 3 + 3));
            for (have, new) in have.iter_mut().zip(counts(&divided, 2)) {
                *have += new;
            }
            assert!((have[0] - have[1]).abs() <= 1, "{have:?}");
        }
        assert_eq!(have.iter().sum::<i64>(), 21);
    }
}
