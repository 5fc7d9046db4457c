//! What each agreement and disagreement is worth, in points.
//!
//! Points are three times the binary logarithm of m by u, rounded (Fellegi and Sunter 1969, weights
//! after eq. 16): `m` is how often the thing is seen in two records of the same, `u` how often in two
//! records of different ones. Three points are a factor of two in the odds. `m` and `u` are figures of judgement
//! about customer data in general, with their reason; nothing is learnt from the data compared.
//!
//! Fields of an address and names depend on one another. So `u` of a finer field is that among
//! neighbours, which is much larger than among strangers: an address that agrees in all its parts is
//! worth what a household is worth, not the product of its parts.

use Evidence as E;

/// What one observation is worth and the figures it comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence {
    pub(crate) points: i32,
    /// The share of pairs of the same that show it.
    #[cfg_attr(not(test), expect(dead_code, reason = "the source of the points; a test compares"))]
    m: f64,
    /// The share of pairs of different ones that show it.
    #[cfg_attr(not(test), expect(dead_code, reason = "the source of the points; a test compares"))]
    u: f64,
}

impl Evidence {
    const fn new(points: i32, m: f64, u: f64) -> Self {
        Self { points, m, u }
    }
}

/// The points of a field by how alike its two values are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weight {
    /// The values are equal.
    pub(crate) equal: Evidence,
    /// The values are just similar: `floor` of 100. In between, points grow evenly (Winkler 1990).
    pub(crate) similar: Evidence,
    /// From here on values are similar.
    pub(crate) floor: u8,
    /// The values are not even similar.
    pub(crate) different: Evidence,
}

impl Weight {
    /// The points for a similarity of 0 to 100.
    pub(crate) fn at(&self, similarity: u8) -> i32 {
        if similarity < self.floor {
            return self.different.points;
        }
        let (above, span) = (i32::from(similarity - self.floor), i32::from(100 - self.floor));
        self.similar.points + (self.equal.points - self.similar.points) * above / span.max(1)
    }
}

const fn weight(equal: Evidence, similar: Evidence, floor: u8, different: Evidence) -> Weight {
    Weight { equal, similar, floor, different }
}

/// Two share a tax number by a typing error only; but a record may carry several schemes' numbers.
pub(crate) const CODE: Weight =
    weight(E::new(75, 0.9, 2.7e-8), E::new(75, 0.9, 2.7e-8), 100, E::new(-4, 0.4, 1.0));
/// Mailboxes are personal or of a small office; people have several and change them.
pub(crate) const EMAIL: Weight =
    weight(E::new(46, 0.5, 1.2e-5), E::new(46, 0.5, 1.2e-5), 100, E::new(-3, 0.5, 1.0));
/// A number is shared by a household or an office; people have several and change them.
pub(crate) const PHONE: Weight =
    weight(E::new(42, 0.5, 3.0e-5), E::new(42, 0.5, 3.0e-5), 100, E::new(-4, 0.4, 1.0));
/// One of some 15,000 days, popular years counted; one slip reaches some 40 of them. One date in ten is
/// a placeholder, a guess or somebody else's.
pub(crate) const BIRTH: Weight =
    weight(E::new(41, 0.85, 6.5e-5), E::new(16, 0.11, 0.0027), 87, E::new(-10, 0.1, 1.0));

/// Common given names are had by one in a hundred.
pub(crate) const GIVEN: Weight =
    weight(E::new(19, 0.8, 0.01), E::new(6, 0.12, 0.03), 82, E::new(-13, 0.05, 0.95));
/// Family names change with marriage, which given names do not.
pub(crate) const FAMILY: Weight =
    weight(E::new(20, 0.8, 0.008), E::new(6, 0.12, 0.03), 82, E::new(-10, 0.1, 0.95));
/// Common full names, such as 王伟, are had by one in a few thousand.
pub(crate) const PERSON: Weight =
    weight(E::new(34, 0.8, 3.1e-4), E::new(13, 0.15, 0.0075), 78, E::new(-15, 0.03, 0.95));
/// A company must not take the name of another of its trade and place, so full names are all but
/// unique; but many names share the words of a trade.
pub(crate) const ORGANISATION: Weight =
    weight(E::new(56, 0.7, 1.7e-6), E::new(14, 0.1, 0.004), 72, E::new(-20, 0.01, 1.0));
/// One branch is not another, nor the organisation itself, though people mix them up.
pub(crate) const BRANCH: Weight =
    weight(E::new(3, 0.9, 0.45), E::new(0, 0.05, 0.05), 90, E::new(-26, 0.0025, 1.0));
/// A one-man business is both, seldom in the same data.
pub(crate) const KIND: Weight =
    weight(E::new(0, 1.0, 1.0), E::new(0, 1.0, 1.0), 100, E::new(-20, 0.01, 1.0));

/// Of those in the same town, one in fifty lives in the street with that name.
pub(crate) const STREET: Weight =
    weight(E::new(16, 0.8, 0.02), E::new(5, 0.15, 0.05), 70, E::new(-6, 0.25, 0.98));
/// Of those in the street, one in five has the same or a missing number: buildings hold many.
pub(crate) const NUMBER: Weight =
    weight(E::new(6, 0.8, 0.2), E::new(1, 0.1, 0.08), 60, E::new(-4, 0.3, 0.8));
/// Buildings and districts are written in many ways, or not at all.
pub(crate) const DISTRICT: Weight =
    weight(E::new(8, 0.7, 0.11), E::new(3, 0.12, 0.06), 75, E::new(-2, 0.6, 0.95));
/// Customers come from one city in six or so, where a company sells.
pub(crate) const CITY: Weight =
    weight(E::new(8, 0.9, 0.14), E::new(3, 0.12, 0.06), 80, E::new(-4, 0.35, 0.9));
/// The same for a region; who has moved mostly stays in it.
pub(crate) const REGION: Weight =
    weight(E::new(3, 0.9, 0.45), E::new(1, 0.1, 0.08), 85, E::new(-4, 0.2, 0.5));
/// Given the city, one in ten.
pub(crate) const POSTAL_CODE: Weight =
    weight(E::new(9, 0.8, 0.1), E::new(4, 0.1, 0.04), 75, E::new(-5, 0.3, 0.95));

/// What an address can say at most.
pub(crate) const MOST_OF_ADDRESS: i32 = STREET.equal.points
    + NUMBER.equal.points
    + DISTRICT.equal.points
    + CITY.equal.points
    + REGION.equal.points
    + POSTAL_CODE.equal.points;

/// Other people of a household, other companies of an office: where names differ, a phone number
/// and an address in common say that two belong together, not that they are one. So it is taken back
/// in part: of all pairs that look like this, one in 320 is one and the same.
pub(crate) const SHARED: Evidence = E::new(-25, 0.0031, 1.0);

/// Before anything is compared, a record among 65,536 is the same as another given one with the odds
/// of 1 : 65,536. These points make them even.
pub(crate) const LIKELY: i32 = 48;
/// Eight doublings above even: 256 : 1.
pub(crate) const CERTAIN: i32 = 72;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_follow_from_the_figures() {
        let weights = [
            CODE,
            EMAIL,
            PHONE,
            BIRTH,
            GIVEN,
            FAMILY,
            PERSON,
            ORGANISATION,
            BRANCH,
            KIND,
            STREET,
            NUMBER,
            DISTRICT,
            CITY,
            REGION,
            POSTAL_CODE,
        ];
        let all = weights.iter().flat_map(|w| [w.equal, w.similar, w.different]).chain([SHARED]);
        let wrong: Vec<_> = all
            .filter(|e| ((e.m / e.u).log2() * 3.0 - f64::from(e.points)).abs() > 0.55)
            .map(|e| (e, (e.m / e.u).log2() * 3.0))
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn points_grow_with_the_similarity() {
        let at: Vec<i32> = [0, 81, 82, 91, 99, 100].map(|s| GIVEN.at(s)).to_vec();
        assert_eq!(at, [-13, -13, 6, 12, 18, 19]);
        assert_eq!((PHONE.at(99), PHONE.at(100)), (-4, 42));
    }
}
