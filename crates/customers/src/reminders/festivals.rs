//! Festivals, and on which day of a year they are.
//!
//! There is one rule of a festival, by a unique index, and so one greeting of a customer. Price: all
//! customers are greeted on the same day before, by whoever looks after them or by one user.

use chrono::{Datelike as _, NaiveDate};
use guanxi_kernel::lunar::{in_year, new_year};

guanxi_kernel::words! {
    /// A festival on which customers are greeted; of those of the lunar calendar from 1900 to 2100.
    pub enum Festival {
        /// 1 January.
        NewYear = "new_year" ("New Year's Day", "元旦"),
        /// The last day of the lunar year.
        NewYearsEve = "lunar_new_years_eve" ("Lunar New Year's Eve", "除夕"),
        /// The first day of the lunar year.
        Spring = "spring_festival" ("Spring Festival", "春节"),
        /// The 15th of the first lunar month.
        Lantern = "lantern_festival" ("Lantern Festival", "元宵节"),
        /// 8 March.
        Women = "womens_day" ("Women's Day", "妇女节"),
        /// 1 May.
        Labour = "labour_day" ("Labour Day", "劳动节"),
        /// The fifth of the fifth lunar month.
        DragonBoat = "dragon_boat_festival" ("Dragon Boat Festival", "端午节"),
        /// The seventh of the seventh lunar month.
        DoubleSeventh = "double_seventh_festival" ("Double Seventh Festival", "七夕"),
        /// The 15th of the eighth lunar month.
        MidAutumn = "mid_autumn_festival" ("Mid-Autumn Festival", "中秋节"),
        /// 1 October.
        National = "national_day" ("National Day", "国庆节"),
        /// The ninth of the ninth lunar month.
        DoubleNinth = "double_ninth_festival" ("Double Ninth Festival", "重阳节"),
        /// 25 December.
        Christmas = "christmas" ("Christmas", "圣诞节"),
    }
}

impl Festival {
    /// Its day in the solar or lunar year of that number.
    fn in_year(self, year: i32) -> Option<NaiveDate> {
        let solar = |month, day| NaiveDate::from_ymd_opt(year, month, day);
        match self {
            Self::NewYear => solar(1, 1),
            Self::Women => solar(3, 8),
            Self::Labour => solar(5, 1),
            Self::National => solar(10, 1),
            Self::Christmas => solar(12, 25),
            // A month without a 30th ends on the 29th.
            Self::NewYearsEve => in_year(year, 12, 30),
            Self::Spring => new_year(year),
            Self::Lantern => in_year(year, 1, 15),
            Self::DragonBoat => in_year(year, 5, 5),
            Self::DoubleSeventh => in_year(year, 7, 7),
            Self::MidAutumn => in_year(year, 8, 15),
            Self::DoubleNinth => in_year(year, 9, 9),
        }
    }

    /// The first one on or after a day, and the number of its year.
    pub(super) fn next(self, from: NaiveDate) -> Option<(NaiveDate, i32)> {
        // The lunar year that begins in a solar year ends in the next one.
        let years = from.year() - 1..=from.year() + 1;
        years.filter_map(|year| Some((self.in_year(year)?, year))).find(|(day, _)| *day >= from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_51_festivals_of_the_lunar_calendar_move_and_others_do_not() {
        for (festival, from, day, year) in [
            (Festival::Spring, "2026-01-01", "2026-02-17", 2026),
            (Festival::Spring, "2026-02-18", "2027-02-06", 2027),
            (Festival::NewYearsEve, "2026-01-01", "2026-02-16", 2025),
            (Festival::NewYearsEve, "2026-02-17", "2027-02-05", 2026),
            (Festival::MidAutumn, "2025-10-06", "2025-10-06", 2025),
            (Festival::DragonBoat, "2026-01-01", "2026-06-19", 2026),
            (Festival::Christmas, "2026-12-26", "2027-12-25", 2027),
            (Festival::NewYear, "2026-01-01", "2026-01-01", 2026),
        ] {
            let (from, day) = (from.parse().unwrap(), day.parse().unwrap());
            assert_eq!(festival.next(from), Some((day, year)), "{festival} from {from}");
        }
        assert_eq!(Festival::Spring.next("2101-01-29".parse().unwrap()), None);
    }
}
