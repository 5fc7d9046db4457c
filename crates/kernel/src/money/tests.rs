//! Currencies, the wire form of amounts, sums, and conversions.

use super::{exchange::scaled, *};
use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{from_value, json, to_value};
use std::cmp::Ordering;
use utoipa::{PartialSchema as _, ToSchema as _};

fn money(text: &str) -> Money {
    let (amount, currency) = text.split_once(' ').unwrap();
    Money::parse(amount, currency.parse().unwrap()).unwrap()
}

fn rate(from: &str, to: &str, rate: &str, day: u32) -> ExchangeRate {
    let on = NaiveDate::from_ymd_opt(2025, 7, day).unwrap();
    let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
    ExchangeRate { from, to, rate: rate.parse().unwrap(), on }
}

#[test]
fn currencies_have_a_code_and_a_minor_unit() {
    for (code, exponent) in [("CNY", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)] {
        let currency: Currency = code.parse().unwrap();
        assert_eq!((currency.to_string().as_str(), currency.exponent()), (code, exponent));
    }
    for code in ["XXX", "XTS", "XAU", "XDR", "XAD", "AAA", "cny", "CNY ", ""] {
        assert_eq!(code.parse::<Currency>(), Err(MoneyError::UnknownCurrency), "{code}");
    }
    // The wire form declares at most four decimals.
    assert!(Currency::all().count() > 150 && Currency::all().all(|one| one.exponent() <= 4));
}

#[test]
fn z_18_the_wire_form_keeps_the_currency_and_its_decimals() {
    let cases = [
        ("1234.5", "CNY", "1234.50"),
        ("-0.05", "CNY", "-0.05"),
        ("-0", "CNY", "0.00"),
        ("007", "JPY", "7"),
        ("9999999999999999.99", "CNY", "9999999999999999.99"),
    ];
    for (sent, currency, kept) in cases {
        let read: Money = from_value(json!({"amount": sent, "currency": currency})).unwrap();
        assert_eq!(to_value(read).unwrap(), json!({"amount": kept, "currency": currency}));
    }
}

#[test]
fn what_is_not_an_amount_is_refused_with_a_code() {
    let refusals = [
        (json!("1.234"), "CNY", "invalid_format: an amount in CNY has at most 2 decimals"),
        (json!("10000000000000000"), "JPY", "out_of_range: the amount is too large"),
        (json!("9999999999999999"), "CLF", "out_of_range: the amount is too large"),
        (json!(12.5), "CNY", "invalid_format: expected a string"),
        (json!("1"), "XXX", "unknown_value: a currency is an ISO 4217 code such as \"CNY\""),
    ];
    let shapeless = ["", "-", "+1", " 1", "1 ", "1.", ".5", "1e3", "1,000", "--1", "１", "1.-5"];
    let plain = "invalid_format: an amount is a decimal string such as \"1234.50\"";
    let shapeless = shapeless.into_iter().map(|amount| (json!(amount), "CNY", plain));
    for (amount, currency, said) in refusals.into_iter().chain(shapeless) {
        let sent = json!({"amount": amount, "currency": currency});
        assert_eq!(from_value::<Money>(sent).unwrap_err().to_string(), said);
    }
    let extra = json!({"amount": "1", "currency": "CNY", "tax": "0"});
    assert!(from_value::<Money>(extra).is_err());
}

#[test]
fn the_schema_says_what_is_read() {
    let schema = to_value(Money::schema()).unwrap();
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["required"], json!(["amount", "currency"]));
    let amount = &schema["properties"]["amount"];
    assert_eq!(amount["pattern"], json!(r"^-?[0-9]{1,16}(\.[0-9]{1,4})?$"));
    assert_eq!(Money::name(), "Money");
    let mut parts = Vec::new();
    Money::schemas(&mut parts);
    assert_eq!(parts[0].0, "Currency");
    let currency = to_value(Currency::schema()).unwrap();
    assert_eq!((&currency["type"], &currency["example"]), (&json!("string"), &json!("CNY")));
}

#[test]
fn arithmetic_stays_in_one_currency_and_in_range() {
    let (a, b) = (money("10.05 CNY"), money("0.10 CNY"));
    assert_eq!(a.checked_add(b), Ok(money("10.15 CNY")));
    assert_eq!(b.checked_sub(a), Ok(money("-9.95 CNY")));
    assert_eq!(a.checked_neg().and_then(|one| one.checked_mul(3)), Ok(money("-30.15 CNY")));
    assert_eq!(Money::sum(Currency::CNY, [a, b, b]), Ok(money("10.25 CNY")));
    assert_eq!((a.compare(b), a.compare(money("1 USD"))), (Some(Ordering::Greater), None));
    let mixed = Err(MoneyError::CurrencyMismatch(Currency::CNY, "USD".parse().unwrap()));
    assert_eq!(a.checked_add(money("1 USD")), mixed);
    let most = money("9999999999999999.99 CNY");
    assert_eq!(most.checked_add(money("0.01 CNY")), Err(MoneyError::Overflow));
    let least = Money::new(i64::MIN, "CLF".parse().unwrap());
    assert_eq!(least.checked_neg(), Err(MoneyError::Overflow));
    assert_eq!(least.to_string(), "-922337203685477.5808 CLF");
}

#[test]
fn z_18_conversion_rounds_half_even_at_the_target() {
    let convert = |one: ExchangeRate, amount| one.convert(money(amount)).map(Money::amount);
    assert_eq!(convert(rate("USD", "CNY", "7.1234", 1), "100 USD"), Ok("712.34".into()));
    assert_eq!(convert(rate("USD", "JPY", "150.5", 1), "1 USD"), Ok("150".into()));
    assert_eq!(convert(rate("USD", "JPY", "151.5", 1), "1 USD"), Ok("152".into()));
    assert_eq!(convert(rate("USD", "JPY", "150.5", 1), "-1 USD"), Ok("-150".into()));
    assert_eq!(convert(rate("JPY", "KWD", "0.0021", 1), "1000 JPY"), Ok("2.100".into()));
    assert_eq!(convert(rate("USD", "CNY", "0", 1), "1 USD"), Err(MoneyError::InvalidRate));
    let fine = rate("USD", "CNY", "7.1234567890123", 1);
    assert_eq!(convert(fine, "1 USD"), Err(MoneyError::InvalidRate));
    assert!(convert(rate("USD", "CNY", "7", 1), "1 EUR").is_err());
    // The most decimals on the largest amounts, forth and back, between 0 and 4 decimals.
    let cent = rate("CLF", "JPY", "0.010000000001", 1);
    assert_eq!(convert(cent, "922337203685477.5807 CLF"), Ok("9223372037777".into()));
    let back = cent.convert_back(money("9223372037777 JPY")).map(Money::amount);
    assert_eq!(back, Ok("922337203685466.2796".into()));
    let largest = money("922337203685477.5807 CLF");
    assert_eq!(scaled(largest, Currency::CNY, i128::MAX, 1), Err(MoneyError::Overflow));
}

#[test]
fn z_18_the_rate_is_that_of_the_business_date() {
    let rates = [
        rate("USD", "CNY", "7.2", 9),
        rate("USD", "CNY", "7.1", 5),
        rate("EUR", "CNY", "8", 5),
        rate("CNY", "EUR", "0.12", 3),
    ];
    let used = |from: &str, to: &str, day| {
        let on = NaiveDate::from_ymd_opt(2025, 7, day).unwrap();
        rate_for(&rates, from.parse().unwrap(), to.parse().unwrap(), on)
    };
    let then = |rate, inverse| Some(AppliedRate { rate, inverse });
    assert_eq!(used("USD", "CNY", 8), then(rates[1], false));
    assert_eq!(used("USD", "CNY", 9), then(rates[0], false));
    assert_eq!(used("CNY", "USD", 20), then(rates[0], true));
    assert_eq!(used("CNY", "EUR", 9), then(rates[3], false), "the pair itself comes first");
    assert_eq!(used("USD", "CNY", 4), None);
    assert_eq!(used("USD", "EUR", 9), None);
    let same = used("USD", "USD", 4).unwrap().convert(money("3 USD")).unwrap();
    assert_eq!((same.amount, same.rate), (money("3 USD"), Decimal::ONE));
    let back = used("CNY", "USD", 6).unwrap().convert(money("100 CNY")).unwrap();
    let shown = json!({"amount": {"amount": "14.08", "currency": "USD"}, "rate": "7.1",
        "on": "2025-07-05", "inverse": true});
    assert_eq!(to_value(back).unwrap(), shown);
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(minor: i64, pick: prop::sample::Index) {
        let all: Vec<_> = Currency::all().collect();
        let minor = minor % 10_i64.pow(16);
        let money = Money::new(minor, all[pick.index(all.len())]);
        prop_assert_eq!(Money::parse(&money.amount(), money.currency()), Ok(money));
        let wire = to_value(money).unwrap();
        prop_assert_eq!(from_value::<Money>(wire).unwrap(), money);
    }

    #[test]
    fn a_conversion_is_off_by_half_a_unit_at_most(
        minor in -1_000_000_000_000_i64..1_000_000_000_000, units in 1_i64..1_000_000_000
    ) {
        let one = ExchangeRate { rate: Decimal::new(units, 6), ..rate("USD", "CNY", "1", 1) };
        let got = one.convert(Money::new(minor, one.from)).unwrap().to_decimal();
        let off = got - Decimal::new(minor, 2) * one.rate;
        prop_assert!(off.abs() <= Decimal::new(5, 3));
    }

    #[test]
    fn at_an_exact_rate_the_way_back_is_the_way_there(
        minor in -1_000_000_000_000_i64..1_000_000_000_000, units in 1_i64..1_000_000
    ) {
        let one = ExchangeRate { rate: units.into(), ..rate("USD", "CNY", "1", 1) };
        let there = one.convert(Money::new(minor, one.from)).unwrap();
        prop_assert_eq!(one.convert_back(there), Ok(Money::new(minor, one.from)));
    }
}
