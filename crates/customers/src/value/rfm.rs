//! Recency, frequency and monetary value (J. R. Bult and T. Wansbeek, "Optimal Selection for Direct Mail",
//! 1995; A. M. Hughes, "Strategic Database Marketing", 1994): five classes of each, and segments of two.

use chrono::{Datelike as _, NaiveDate};

guanxi_kernel::words! {
    /// What becomes of customers with the same figure where classes meet.
    #[derive(Default)]
    pub enum Ties {
        /// All of them get the better class.
        #[default]
        Better = "better" ("The better class for all", "同值取较高分"),
        /// All of them get the class of the first: one more than five times those before them over all.
        Lower = "lower" ("The lower class for all", "同值取较低分"),
        /// The order of their codes, then of their ids, decides, so that classes are of one size.
        Apart = "apart" ("By their codes", "按客户编号区分"),
    }
}

guanxi_kernel::words! {
    /// What recency and frequency say of customers together.
    pub enum RfmSegment {
        /// Bought just now, and most often.
        Champion = "champion" ("Champions", "重要价值客户"),
        /// Buy often.
        Loyal = "loyal" ("Loyal", "忠诚客户"),
        /// Bought lately, and more than once.
        PotentialLoyalist = "potential_loyalist" ("Potential loyalists", "潜力客户"),
        /// Bought for the first time just now.
        New = "new" ("New", "新客户"),
        /// Bought seldom, and not long ago.
        Promising = "promising" ("Promising", "有望客户"),
        /// Neither lately nor often.
        NeedAttention = "need_attention" ("Need attention", "需关注客户"),
        /// Bought seldom, and are about to leave off.
        AboutToSleep = "about_to_sleep" ("About to sleep", "即将休眠客户"),
        /// Bought often, long ago.
        AtRisk = "at_risk" ("At risk", "流失风险客户"),
        /// Bought most often, long ago.
        CantLose = "cant_lose" ("Cannot lose", "重点挽留客户"),
        /// Bought seldom, long ago.
        Hibernating = "hibernating" ("Hibernating", "休眠客户"),
    }
}

impl RfmSegment {
    /// That of a recency and a frequency, each from 1 to 5. Every pair has exactly one.
    pub const fn of(recency: i64, frequency: i64) -> Self {
        match (recency, frequency) {
            (..=2, ..=2) => Self::Hibernating,
            (..=2, 3..=4) => Self::AtRisk,
            (..=2, _) => Self::CantLose,
            (3, ..=2) => Self::AboutToSleep,
            (3, 3) => Self::NeedAttention,
            (3 | 4, 4..) => Self::Loyal,
            (4, ..=1) => Self::Promising,
            (5.., ..=1) => Self::New,
            (4.., 2..=3) => Self::PotentialLoyalist,
            (5.., _) => Self::Champion,
        }
    }
}

/// Classes.
const CLASSES: usize = 5;

/// The class of each of so many, from 1 for the worst fifth to 5 for the best, by figures that are the greater
/// the better. Of equal figures those that stand first come first.
///
/// Where the number is no multiple of five the worst classes hold one more, as SQL's `NTILE` has it. The figure
/// of a place is asked for whenever it is compared, so that nothing is kept of a million of them but places and
/// classes.
pub fn quintiles<K: Ord>(count: usize, figure: impl Fn(usize) -> K, ties: Ties) -> Vec<u8> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|at| figure(*at));
    let mut classes = vec![0; count];
    let mut from = 0;
    while from < count {
        let first = figure(order[from]);
        let until = from + order[from..].iter().take_while(|at| figure(**at) == first).count();
        for place in from..until {
            classes[order[place]] = match ties {
                Ties::Apart => tile(place, count),
                Ties::Better => tile(until - 1, count),
                Ties::Lower => class(CLASSES * from / count),
            };
        }
        from = until;
    }
    classes
}

/// The class of the one at this place, counted from 0, of so many.
fn tile(place: usize, count: usize) -> u8 {
    let (size, more) = (count / CLASSES, count % CLASSES);
    let larger = more * (size + 1);
    class(if place < larger { place / (size + 1) } else { more + (place - larger) / size.max(1) })
}

/// The class that has so many worse ones.
fn class(worse: usize) -> u8 {
    u8::try_from(worse + 1).unwrap_or(u8::MAX)
}

/// The class by four limits, the lowest first: one more for each that the figure reaches.
pub fn score_by_limits<K: PartialOrd>(figure: &K, limits: &[K]) -> u8 {
    class(limits.iter().filter(|limit| figure >= limit).count())
}

/// How many whole months lie between two days; zero where the second is earlier.
pub fn whole_months(from: NaiveDate, to: NaiveDate) -> i64 {
    let month = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
    let last_of = |day: NaiveDate| day.succ_opt().is_none_or(|next| next.month() != day.month());
    // The end of a short month is a whole month after the end of a longer one.
    let short = to.day() < from.day() && !last_of(to);
    (month(to) - month(from) - i64::from(short)).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fifths<K: Ord>(figures: &[K], ties: Ties) -> Vec<u8> {
        quintiles(figures.len(), |at| &figures[at], ties)
    }

    #[test]
    fn d_66_classes_are_of_one_size_unless_figures_are_the_same() {
        let figures: Vec<i64> = (1..=12).collect();
        assert_eq!(fifths(&figures, Ties::Apart), [1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5]);
        let same = [1, 1, 1, 1, 1, 1, 1, 2, 3, 4];
        assert_eq!(fifths(&same, Ties::Apart), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
        assert_eq!(fifths(&same, Ties::Better), [4, 4, 4, 4, 4, 4, 4, 4, 5, 5]);
        assert_eq!(fifths(&same, Ties::Lower), [1, 1, 1, 1, 1, 1, 1, 4, 5, 5]);
        assert_eq!(fifths(&[7, 7], Ties::Better), [2, 2]);
        assert_eq!(fifths::<i64>(&[], Ties::Apart), Vec::<u8>::new());
        // The place in the list decides between equal figures.
        assert_eq!(fifths(&[3, 1, 3, 1, 2], Ties::Apart), [4, 1, 5, 2, 3]);
    }

    #[test]
    fn d_66_fixed_limits_count_what_is_reached() {
        let limits = [2, 4, 8, 16];
        let scores = [0, 2, 3, 4, 15, 16, 99].map(|figure| score_by_limits(&figure, &limits));
        assert_eq!(scores, [1, 2, 2, 3, 4, 5, 5]);
    }

    #[test]
    fn every_pair_has_one_segment() {
        let named = |recency| [1, 2, 3, 4, 5].map(|frequency| RfmSegment::of(recency, frequency));
        use RfmSegment::*;
        assert_eq!(named(1), [Hibernating, Hibernating, AtRisk, AtRisk, CantLose]);
        assert_eq!(named(2), named(1));
        assert_eq!(named(3), [AboutToSleep, AboutToSleep, NeedAttention, Loyal, Loyal]);
        assert_eq!(named(4), [Promising, PotentialLoyalist, PotentialLoyalist, Loyal, Loyal]);
        assert_eq!(named(5), [New, PotentialLoyalist, PotentialLoyalist, Champion, Champion]);
    }

    #[test]
    fn months_are_whole_at_the_same_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let of = |from, to| whole_months(day(from), day(to));
        assert_eq!((of("2026-01-15", "2026-02-14"), of("2026-01-15", "2026-02-15")), (0, 1));
        assert_eq!((of("2025-01-31", "2025-02-28"), of("2025-01-31", "2025-02-27")), (1, 0));
        assert_eq!((of("2024-02-29", "2026-02-28"), of("2026-02-01", "2026-01-01")), (24, 0));
    }
}
