//! Changes, slopes and flags. Pure.

use guanxi_kernel::ratio::Ratio;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

guanxi_kernel::words! {
    /// Where a figure goes.
    pub enum MediaTrendDirection {
        /// It is greater in each month than in the one before.
        Rising = "rising" ("Rising", "上升"),
        /// It is less in each month than in the one before.
        Declining = "declining" ("Declining", "下降"),
    }
}

/// Where a figure goes over months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MediaTrendOf {
    /// By how much it grows each month, on the straight line through the values shown; without a value if one of
    /// the months has none.
    pub slope: Ratio,
    /// Where it goes; `null` if neither holds, or one of the months has no value.
    #[schema(required)]
    pub flag: Option<MediaTrendDirection>,
}

fn none() -> Ratio {
    Ratio::new(0, 0)
}

/// By which share of one ratio another one is more: `now ÷ before − 1`, of the figures and not of the values shown.
/// Without a value where one of them has none, or the one before is zero.
pub(super) fn change(before: Ratio, now: Ratio) -> Ratio {
    if before.denominator().is_zero() || now.denominator().is_zero() {
        return none();
    }
    let after = now.numerator().checked_mul(before.denominator());
    let earlier = before.numerator().checked_mul(now.denominator());
    let more = after
        .zip(earlier)
        .and_then(|(after, earlier)| Some(Ratio::new(after.checked_sub(earlier)?, earlier)));
    more.unwrap_or_else(none)
}

/// Where a figure goes over months, the first first.
pub(super) fn trend_of(months: &[Ratio]) -> MediaTrendOf {
    let values: Option<Vec<Decimal>> = months.iter().map(Ratio::value).collect();
    let Some(values) = values.filter(|values| values.len() > 1) else {
        return MediaTrendOf { slope: none(), flag: None };
    };
    let each =
        |so: fn(&Decimal, &Decimal) -> bool| values.windows(2).all(|two| so(&two[0], &two[1]));
    let flag = if each(|before, now| now > before) {
        Some(MediaTrendDirection::Rising)
    } else if each(|before, now| now < before) {
        Some(MediaTrendDirection::Declining)
    } else {
        None
    };
    MediaTrendOf { slope: slope(&values).unwrap_or_else(none), flag }
}

/// The slope of the straight line through values at 0, 1, 2, …: `(n Σxy − Σx Σy) ÷ (n Σx² − (Σx)²)`.
fn slope(values: &[Decimal]) -> Option<Ratio> {
    let count = Decimal::from(values.len());
    let (mut sums, mut squares) = ((Decimal::ZERO, Decimal::ZERO), Decimal::ZERO);
    let mut products = Decimal::ZERO;
    for (at, value) in values.iter().enumerate() {
        let at = Decimal::from(at);
        sums = (sums.0 + at, sums.1.checked_add(*value)?);
        squares += at * at;
        products = products.checked_add(at.checked_mul(*value)?)?;
    }
    let above = count.checked_mul(products)?.checked_sub(sums.0.checked_mul(sums.1)?)?;
    Some(Ratio::new(above.normalize(), count * squares - sums.0 * sums.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(figures: &[(i64, i64)]) -> MediaTrendOf {
        let ratios: Vec<Ratio> = figures.iter().map(|(n, d)| Ratio::new(*n, *d)).collect();
        trend_of(&ratios)
    }

    fn shown(ratio: Ratio) -> Option<String> {
        ratio.value().map(|value| format!("{value:.4}"))
    }

    #[test]
    fn x_02_a_figure_is_flagged_that_goes_one_way_in_every_month() {
        let falling = of(&[(5, 100), (4, 100), (3, 100)]);
        assert_eq!(falling.flag, Some(MediaTrendDirection::Declining));
        assert_eq!(shown(falling.slope), Some("-0.0100".to_owned()));
        let rising = of(&[(3, 100), (4, 100), (5, 100)]);
        assert_eq!(rising.flag, Some(MediaTrendDirection::Rising));
        for figures in [&[(3, 100), (3, 100)][..], &[(5, 100), (4, 100), (5, 100)], &[(5, 100)]] {
            assert_eq!(of(figures).flag, None, "{figures:?}");
        }
        let gap = of(&[(5, 100), (0, 0), (3, 100)]);
        assert_eq!((gap.flag, gap.slope.value()), (None, None));
    }

    #[test]
    fn x_125_a_change_is_of_the_figures() {
        let (one, more) = (Ratio::new(100, 100), Ratio::new(110, 100));
        assert_eq!(shown(change(one, more)), Some("0.1000".to_owned()));
        assert_eq!(shown(change(more, one)), Some("-0.0909".to_owned()));
        for (before, now) in
            [(Ratio::new(0, 5), one), (Ratio::new(1, 0), one), (one, Ratio::new(1, 0))]
        {
            assert_eq!(change(before, now).value(), None);
        }
    }
}
