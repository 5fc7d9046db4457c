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
    /// When.
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

/// A source code by which somebody was reached once or more, or to which they have answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reached {
    /// The first time.
    pub(super) first: TouchPoint,
    /// When for the last time.
    pub(super) last_at: DateTime<Utc>,
}

/// The last touch up to an instant, as far as first and last times tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LastTouch {
    /// This one, if there is any.
    Known(Option<TouchPoint>),
    /// Some code came again later: the events between have to be looked at.
    Unknown,
}

/// The last touch of all up to an instant. Where one code alone has touched somebody, it is that whenever.
pub(super) fn last_touch(touches: &[Reached], until: DateTime<Utc>) -> LastTouch {
    let before = touches.iter().filter(|one| one.first.touched_at <= until);
    if before.clone().count() > 1 && before.clone().any(|one| one.last_at > until) {
        return LastTouch::Unknown;
    }
    let key = |one: &&Reached| (one.last_at, one.first.touched_at, one.first.source_code_id);
    let last = before.max_by_key(key);
    LastTouch::Known(last.map(|one| TouchPoint { touched_at: one.last_at, ..one.first }))
}

/// The last instant of a business day, as fine as the stores keep it.
pub fn end_of_day(ctx: &Ctx, day: NaiveDate) -> DateTime<Utc> {
    next_day(ctx, day) - TimeDelta::microseconds(1)
}

/// The touches up to an instant, each code at its first time and the first first; behind them the last of all: the
/// one by which it has happened, else the one that came last, unless that code stands there already.
pub(super) fn path(
    touches: &[Reached],
    last: Option<TouchPoint>,
    until: DateTime<Utc>,
) -> Vec<TouchPoint> {
    let firsts = touches.iter().map(|one| one.first);
    let mut path: Vec<TouchPoint> = firsts.filter(|one| one.touched_at <= until).collect();
    path.sort_by_key(|one| (one.touched_at, one.source_code_id));
    if let Some(last) = last
        && path.last().is_none_or(|end| end.source_code_id != last.source_code_id)
    {
        path.push(last);
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

    /// A code that touched at the first and at the last of these hours.
    fn reached(code: u128, first: i64, last: i64) -> Reached {
        Reached { first: point(first, code), last_at: point(last, code).touched_at }
    }

    fn hour(hour: i64) -> DateTime<Utc> {
        point(hour, 0).touched_at
    }

    #[test]
    fn x_04_a_path_ends_with_what_it_has_happened_by() {
        let (web, mail, call) = (reached(1, 1, 1), reached(2, 2, 2), reached(3, 9, 9));
        let until = hour(5);
        assert_eq!(path(&[call, mail, web], None, until), [web.first, mail.first]);
        let called = path(&[mail, web], Some(point(5, 3)), until);
        assert_eq!(called, [web.first, mail.first, point(5, 3)]);
        // The last touch and the answer to it are one.
        assert_eq!(path(&[mail, web], Some(point(5, 2)), until), [web.first, mail.first]);
        // Another one between them makes them two.
        let last = path(&[mail, web], Some(point(5, 1)), until);
        assert_eq!(last, [web.first, mail.first, point(5, 1)]);
        assert!(path(&[], None, until).is_empty());
    }

    #[test]
    fn x_04_the_last_touch_is_the_last_event_and_not_the_last_new_code() {
        let (mail, web) = (reached(1, 1, 10), reached(2, 5, 5));
        let last = last_touch(&[mail, web], hour(11));
        assert_eq!(last, LastTouch::Known(Some(point(10, 1))));
        // Of what came again later too, first and last times do not tell.
        assert_eq!(last_touch(&[mail, web], hour(7)), LastTouch::Unknown);
        // Before the others began there was one alone; before that, nothing.
        assert!(matches!(last_touch(&[mail, web], hour(3)), LastTouch::Known(Some(_))));
        assert_eq!(last_touch(&[mail, web], hour(0)), LastTouch::Known(None));
        let whole = path(&[mail, web], Some(point(10, 1)), hour(11));
        assert_eq!(whole, [mail.first, web.first, point(10, 1)]);
        // Of two at one instant it is the one that has begun there.
        let known = last_touch(&[reached(9, 1, 5), web], hour(6));
        assert_eq!(known, LastTouch::Known(Some(web.first)));
    }
}
