//! Which readings of a meter fit together. They are a log: none is changed, and a correction takes back
//! those that contradict it.
//!
//! Which of them count is worked out from all, 5,000 at most. The asset keeps what they come to, so that
//! the day of its next service is a column which lists and reminders can ask for. Price: telling a reading
//! reads the log of the asset.

use chrono::NaiveDate;

/// A reading as it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) read_on: NaiveDate,
    pub(super) value: i64,
    pub(super) correction: bool,
}

/// What the readings come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usage {
    /// The latest reading.
    pub(super) reading: i64,
    /// On which day that was.
    pub(super) read_on: NaiveDate,
    /// How far it has run from the first to the latest.
    pub(super) driven: i64,
    /// In how many days.
    pub(super) days: i64,
}

impl Usage {
    /// In how many days it runs so far, each that is begun counted; `None` if it was not seen running.
    pub(super) fn days_for(&self, distance: i64) -> Option<u64> {
        if self.driven <= 0 || self.days <= 0 {
            return None;
        }
        let (distance, days, driven) =
            (i128::from(distance), i128::from(self.days), i128::from(self.driven));
        u64::try_from((distance * days + driven - 1) / driven).ok()
    }
}

/// The readings that count, in the order of their days, each with its place in the log.
#[derive(Debug, Default)]
pub(super) struct Log {
    kept: Vec<(Told, usize)>,
    told: usize,
}

impl Log {
    /// Of readings that were told in this order, each of which fitted when it was.
    pub(super) fn of(told: &[Told]) -> Self {
        let mut log = Self::default();
        for one in told {
            log.keep(*one);
        }
        log
    }

    /// Adds a reading.
    ///
    /// # Errors
    /// The reading that it contradicts, unless it is a correction.
    pub(super) fn add(&mut self, new: Told) -> Result<(), Told> {
        let contradicted = self.kept.iter().find(|(old, _)| contradict(old, &new));
        if let (Some((old, _)), false) = (contradicted, new.correction) {
            return Err(*old);
        }
        self.keep(new);
        Ok(())
    }

    fn keep(&mut self, new: Told) {
        self.kept.retain(|(old, _)| !contradict(old, &new));
        let behind = |old: &Told| (old.read_on, old.value) <= (new.read_on, new.value);
        let place = self.kept.partition_point(|(old, _)| behind(old));
        self.kept.insert(place, (new, self.told));
        self.told += 1;
    }

    /// Whether the reading at a place in the log counts.
    pub(super) fn counts(&self, at: usize) -> bool {
        self.kept.iter().any(|(_, place)| *place == at)
    }

    /// What they come to; nothing without a reading.
    pub(super) fn usage(&self) -> Option<Usage> {
        let ((first, _), (last, _)) = self.kept.first().zip(self.kept.last())?;
        Some(Usage {
            reading: last.value,
            read_on: last.read_on,
            driven: last.value - first.value,
            days: (last.read_on - first.read_on).num_days(),
        })
    }
}

/// Whether the meter would run backwards between the two.
fn contradict(old: &Told, new: &Told) -> bool {
    if old.read_on <= new.read_on { old.value > new.value } else { old.value < new.value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(day: u32, value: i64) -> Told {
        let read_on = NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
        Told { read_on, value, correction: false }
    }

    fn correction(day: u32, value: i64) -> Told {
        Told { correction: true, ..told(day, value) }
    }

    #[test]
    fn d_39_a_meter_does_not_run_backwards() {
        let mut log = Log::default();
        assert_eq!(log.usage(), None);
        log.add(told(1, 1_000)).unwrap();
        log.add(told(11, 1_500)).unwrap();
        assert_eq!(log.add(told(12, 1_499)), Err(told(11, 1_500)));
        assert_eq!(log.add(told(5, 1_600)), Err(told(11, 1_500)), "told late, and too high");
        assert_eq!(log.add(told(5, 900)), Err(told(1, 1_000)));
        log.add(told(5, 1_200)).unwrap();
        log.add(told(11, 1_500)).unwrap();
        let usage = log.usage().unwrap();
        assert_eq!((usage.reading, usage.driven, usage.days), (1_500, 500, 10));
        assert_eq!((usage.days_for(100), usage.days_for(101)), (Some(2), Some(3)));
    }

    #[test]
    fn a_correction_takes_back_what_contradicts_it() {
        let all = [told(1, 1_000), told(11, 15_000), correction(12, 1_550), told(21, 2_000)];
        let log = Log::of(&all);
        let counts: Vec<bool> = (0..all.len()).map(|at| log.counts(at)).collect();
        assert_eq!(counts, [true, false, true, true]);
        let usage = log.usage().unwrap();
        assert_eq!((usage.reading, usage.driven, usage.days), (2_000, 1_000, 20));
        // A new meter begins anew.
        let log = Log::of(&[told(1, 90_000), correction(2, 0), told(4, 60)]);
        let usage = log.usage().unwrap();
        assert_eq!((usage.reading, usage.driven, usage.days), (60, 60, 2));
    }
}
