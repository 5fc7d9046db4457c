use super::*;
use crate::{Currency, Money, money::MoneyError};
use Figure::{Amount, Count};
use serde_json::to_value;

fn yuan(minor: i64) -> Figure {
    Amount(Money::new(minor, Currency::CNY))
}

fn shown(ratio: Ratio) -> serde_json::Value {
    to_value(ratio).unwrap()["value"].clone()
}

#[test]
fn s_72_attainment_comes_with_what_remains() {
    let of = attainment(yuan(90_000), yuan(120_000)).unwrap();
    assert_eq!((shown(of.ratio), of.remaining), ("0.7500".into(), yuan(30_000)));
    assert_eq!(to_value(of.ratio).unwrap()["numerator"], "900.00", "in major units");
    assert_eq!(attainment(Count(13), Count(12)).unwrap().remaining, Count(-1));
    assert_eq!(attainment(Count(1), Count(0)).unwrap().ratio.value(), None);
    let dollars = Amount(Money::new(1, "USD".parse().unwrap()));
    assert!(matches!(
        attainment(yuan(1), dollars),
        Err(AttainmentError::Money(MoneyError::CurrencyMismatch(..)))
    ));
    assert_eq!(attainment(yuan(1), Count(1)), Err(AttainmentError::Mixed));
    assert_eq!(attainment(Count(-2), Count(i64::MAX)), Err(AttainmentError::OutOfRange));
}

#[test]
fn s_71_and_s_73_growth_is_over_the_earlier_figure() {
    let of = |this, last| shown(growth(Count(this), Count(last)).unwrap());
    assert_eq!(of(1_200, 1_000), "0.2000");
    assert_eq!((of(900, 800), of(700, 800)), ("0.1250".into(), "-0.1250".into()));
    assert!(of(900, 0).is_null(), "over nothing there is no growth, and not none");
}

#[test]
fn s_72_the_share_of_the_period_that_has_passed() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let june = DateRange { start: day("2026-06-01"), end: day("2026-07-01") };
    let at = |today| shown(elapsed(june, day(today)));
    assert_eq!(at("2026-05-31"), "0.0000");
    assert_eq!((at("2026-06-01"), at("2026-06-15")), ("0.0333".into(), "0.5000".into()));
    assert_eq!((at("2026-06-30"), at("2026-12-31")), ("1.0000".into(), "1.0000".into()));
    assert_eq!(elapsed(june, NaiveDate::MAX), Ratio::new(30, 30));
}

#[test]
fn s_62_a_projection_goes_on_as_before() {
    let quarter = Ratio::new(25, 100);
    let of = projection(Count(300), Count(1_000), quarter).unwrap().unwrap();
    assert_eq!((of.projected, of.adjustment), (Count(1_200), Count(200)));
    assert_eq!(shown(of.change), "0.2000");
    let third = projection(yuan(100), yuan(299), Ratio::new(1, 3)).unwrap().unwrap();
    assert_eq!((third.projected, third.adjustment), (yuan(300), yuan(1)));
    assert_eq!(projection(Count(300), Count(1_000), Ratio::new(0, 30)), Ok(None));
    let far = projection(Count(i64::MAX), Count(1), quarter);
    assert_eq!(far, Err(AttainmentError::OutOfRange));
}
