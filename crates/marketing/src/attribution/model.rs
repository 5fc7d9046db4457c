//! The path of touches to something, and what each of them has of it. Nothing here needs a store.

use crate::{media::MediumId, source_codes::SourceCodeId};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guanxi_customers::rules::next_day;
use guanxi_kernel::{Ctx, Share};

guanxi_kernel::words! {
    /// To which touches something is credited.
    pub enum AttributionModel {
        /// All of it to the first.
        First = "first" ("First touch", "首次接触"),
        /// All of it to the last.
        Last = "last" ("Last touch", "末次接触"),
        /// To each the same.
        Linear = "linear" ("Linear", "平均分摊"),
    }
}

/// Somebody was reached by a source code, or has answered to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TouchPoint {
    /// When for the first time.
    pub touched_at: DateTime<Utc>,
    /// The source code.
    pub source_code_id: SourceCodeId,
    /// Its medium.
    pub medium_id: MediumId,
}

impl AttributionModel {
    /// How much each of so many touches counts.
    pub fn weights(self, touches: usize) -> Vec<i64> {
        let counts = |at: usize| match self {
            Self::First => at == 0,
            Self::Last => at + 1 == touches,
            Self::Linear => true,
        };
        (0..touches).map(|at| i64::from(counts(at))).collect()
    }

    /// What each of so many touches has of the whole: together exactly one, by the largest remainder. Without
    /// touches there are no shares.
    pub fn shares(self, touches: usize) -> Vec<Share> {
        Share::of_weights(&self.weights(touches)).unwrap_or_default()
    }
}

/// The last instant of a business day, as fine as the stores keep it.
pub fn end_of_day(ctx: &Ctx, day: NaiveDate) -> DateTime<Utc> {
    next_day(ctx, day) - TimeDelta::microseconds(1)
}

/// The touches up to an instant, the first first, and behind them the one by which it has happened, unless that
/// is the last of them already.
pub fn path(
    touches: &[TouchPoint],
    own: Option<TouchPoint>,
    until: DateTime<Utc>,
) -> Vec<TouchPoint> {
    let before = touches.iter().filter(|one| one.touched_at <= until);
    let mut path: Vec<TouchPoint> = before.copied().collect();
    path.sort_by_key(|one| (one.touched_at, one.source_code_id));
    if let Some(own) = own
        && path.last().is_none_or(|last| last.source_code_id != own.source_code_id)
    {
        path.push(own);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Word as _;
    use uuid::Uuid;

    fn point(hour: i64, code: u128) -> TouchPoint {
        let id = Uuid::from_u128(code);
        TouchPoint {
            touched_at: DateTime::UNIX_EPOCH + TimeDelta::hours(hour),
            source_code_id: id.into(),
            medium_id: id.into(),
        }
    }

    fn texts(model: AttributionModel, touches: usize) -> Vec<i64> {
        model.shares(touches).into_iter().map(Share::ten_thousandths).collect()
    }

    #[test]
    fn x_04_shares_are_exactly_one_by_every_model() {
        assert_eq!(texts(AttributionModel::First, 3), [10_000, 0, 0]);
        assert_eq!(texts(AttributionModel::Last, 3), [0, 0, 10_000]);
        assert_eq!(texts(AttributionModel::Linear, 3), [3_334, 3_333, 3_333]);
        for model in AttributionModel::ALL {
            for touches in 1..200 {
                assert!(Share::make_one(model.shares(touches)), "{model} of {touches}");
            }
            assert!(model.shares(0).is_empty());
        }
    }

    #[test]
    fn x_04_a_path_ends_with_what_it_has_happened_by() {
        let (web, mail, call) = (point(1, 1), point(2, 2), point(9, 3));
        let until = DateTime::UNIX_EPOCH + TimeDelta::hours(5);
        assert_eq!(path(&[call, mail, web], None, until), [web, mail]);
        assert_eq!(path(&[mail, web], Some(point(5, 3)), until), [web, mail, point(5, 3)]);
        // The last touch and the answer to it are one.
        assert_eq!(path(&[mail, web], Some(point(5, 2)), until), [web, mail]);
        // Another one between them makes them two.
        let last = path(&[mail, web], Some(point(5, 1)), until);
        assert_eq!(last, [web, mail, point(5, 1)]);
        assert!(path(&[], None, until).is_empty());
    }
}
