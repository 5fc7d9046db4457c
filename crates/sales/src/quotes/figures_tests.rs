//! Lines and totals, worked out by hand and at random.

use super::*;
use proptest::{collection::vec, prelude::*};
use serde_json::json;

fn money(text: &str, currency: &str) -> Money {
    Money::parse(text, currency.parse().unwrap()).unwrap()
}

fn line(quantity: &str, price: &str, currency: &str, more: &serde_json::Value) -> QuoteLine {
    let mut line = json!({ "product_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
        "quantity": quantity, "unit_price": { "amount": price, "currency": currency } });
    guanxi_kernel::input::merge(&mut line, more.clone());
    serde_json::from_value(line).unwrap()
}

fn whole(share: &str, amount: Option<Money>) -> Discount {
    Discount { share: share.parse().unwrap(), amount }
}

fn cost(unit: &str, line: &QuoteLine) -> Option<Cost> {
    let unit = money(unit, "CNY");
    let whole = unit.of_line(line.quantity, Share::ZERO).unwrap();
    Some(Cost { listed: unit, unit, whole })
}

/// Net, tax and gross as text.
fn shown(totals: &Totals) -> [String; 3] {
    [totals.net, totals.tax, totals.gross].map(Money::amount)
}

#[test]
fn s_17_lines_discounts_and_tax_come_to_exact_totals() {
    let taxed = json!({ "discount": "0.1", "tax_rate": "0.13" });
    let off = json!({ "discount_amount": { "amount": "5.00", "currency": "CNY" },
        "tax_rate": "0.06" });
    let mut lines = [line("3", "99.99", "CNY", &taxed), line("1", "100.00", "CNY", &off)];
    // 299.97 less a tenth is 269.973, so 269.97; 95.00. A tenth of 364.97 is 36.497: 328.473 stay,
    // so 328.47, and 36.50 is split by 269.97 and 95.00: 26.9992 and 9.5008.
    let discount = whole("0.1", None);
    let (totals, _) = reckon(Currency::CNY, &mut lines, discount, &[None, None]).unwrap();
    assert_eq!(lines[0].net, Some(money("242.97", "CNY")));
    assert_eq!(lines[1].net, Some(money("85.50", "CNY")));
    // 31.5861 and 5.13.
    assert_eq!(lines[0].tax, Some(money("31.59", "CNY")));
    assert_eq!(lines[1].tax, Some(money("5.13", "CNY")));
    assert_eq!(shown(&totals), ["328.47", "36.72", "365.19"]);
    assert_eq!(
        (totals.list_total.amount(), totals.discount_total.amount()),
        ("399.97".into(), "71.50".into())
    );
    assert_eq!(totals.discount_rate.to_string(), "0.1788");
    assert_eq!((totals.cost, totals.margin, totals.below_cost), (None, None, false));
}

#[test]
fn s_17_halves_go_to_the_even_unit() {
    let taxed = json!({ "tax_rate": "0.05" });
    // 2.5 and 3.5 of a unit; 0.10 of 2.00 is exact, 0.05 of 0.10 is half a unit.
    let mut lines =
        [line("0.5", "0.05", "CNY", &json!({})), line("0.5", "0.07", "CNY", &json!({}))];
    let (totals, _) = reckon(Currency::CNY, &mut lines, whole("0", None), &[]).unwrap();
    assert_eq!(shown(&totals), ["0.06", "0.00", "0.06"]);
    let mut lines = [line("1", "0.10", "CNY", &taxed), line("1", "0.30", "CNY", &taxed)];
    let (totals, _) = reckon(Currency::CNY, &mut lines, whole("0", None), &[]).unwrap();
    assert_eq!(shown(&totals), ["0.40", "0.02", "0.42"], "0.005 is 0.00 and 0.015 is 0.02");
}

#[test]
fn m_09_what_brings_less_than_it_costs_is_marked() {
    let mut lines = [line("2", "80.00", "CNY", &json!({})), line("1", "100.00", "CNY", &json!({}))];
    let costs = [cost("90.00", &lines[0]), cost("60.00", &lines[1])];
    let (totals, by_line) = reckon(Currency::CNY, &mut lines, whole("0", None), &costs).unwrap();
    assert_eq!((lines[0].below_cost, lines[1].below_cost), (Some(true), Some(false)));
    assert_eq!(by_line[0].margin, Some(money("-20.00", "CNY")));
    assert_eq!(by_line[0].margin_rate.unwrap().to_string(), "-0.1250");
    assert!(totals.below_cost, "one line is enough");
    assert_eq!(totals.margin, Some(money("20.00", "CNY")));
    // A discount on the whole reaches a line that is dear enough by itself.
    let mut one = [line("1", "100.00", "CNY", &json!({}))];
    let dear = [cost("95.00", &one[0])];
    let (totals, _) = reckon(Currency::CNY, &mut one, whole("0.0501", None), &dear).unwrap();
    assert!(totals.below_cost && one[0].below_cost == Some(true));
    let (totals, _) = reckon(Currency::CNY, &mut one, whole("0.05", None), &dear).unwrap();
    assert!(!totals.below_cost, "at cost is not below it");
    // Less than a unit of money is still less.
    let mut tiny = [line("0.001", "0.05", "CNY", &json!({}))];
    let dear = [cost("0.06", &tiny[0])];
    let (totals, _) = reckon(Currency::CNY, &mut tiny, whole("0", None), &dear).unwrap();
    assert!(totals.below_cost);
}

#[test]
fn what_does_not_fit_is_refused_where_it_stands() {
    let place = |mut lines: Vec<QuoteLine>, discount: Discount| {
        let refused = reckon(Currency::CNY, &mut lines, discount, &[]).unwrap_err();
        (refused.code().code, format!("{:?}", refused.errors()[0].place))
    };
    let much = json!({ "discount_amount": { "amount": "10.01", "currency": "CNY" } });
    let (code, at) = place(vec![line("1", "10.00", "CNY", &much)], whole("0", None));
    assert!(code == "out_of_range" && at.contains("/lines/0/discount_amount"), "{at}");
    let all = whole("0.5", Some(money("5.01", "CNY")));
    let (code, at) = place(vec![line("1", "10.00", "CNY", &json!({}))], all);
    assert!(code == "out_of_range" && at.contains("/discount_amount"), "{at}");
    let (code, at) = place(vec![line("1", "10.00", "USD", &json!({}))], whole("0", None));
    assert!(code == "currency_mismatch" && at.contains("/lines/0/unit_price"), "{at}");
    let (code, _) =
        place(vec![line("999999999999", "9999999999", "CNY", &json!({}))], whole("0", None));
    assert_eq!(code, "out_of_range");
}

/// Hundredths of a unit of quantity, minor units, ten-thousandths of discount and of tax.
type Drawn = (u32, u32, u16, u16);

fn drawn(currency: Currency, (quantity, minor, discount, tax): Drawn) -> QuoteLine {
    let (quantity, share) =
        (quantity.max(1), |one: u16| format!("{}.{:04}", one / 10_000, one % 10_000));
    let price = Money::new(i64::from(minor), currency);
    let more = json!({ "discount": share(discount), "tax_rate": share(tax) });
    line(
        &format!("{}.{:02}", quantity / 100, quantity % 100),
        &price.amount(),
        currency.code(),
        &more,
    )
}

proptest! {
    #[test]
    fn s_17_lines_sum_to_the_totals(
        rows in vec((0_u32..100_000, 0_u32..10_000_000, 0_u16..=10_000, 0_u16..=10_000), 1..20),
        currency in prop::sample::select(vec!["JPY", "CNY", "KWD"]),
        share in 0_u16..=10_000,
        off in 0_i64..1_000_000,
    ) {
        let currency: Currency = currency.parse().unwrap();
        let mut lines: Vec<QuoteLine> = rows.iter().map(|row| drawn(currency, *row)).collect();
        let amount = Some(Money::new(off, currency));
        let text = format!("{}.{:04}", share / 10_000, share % 10_000);
        let mut reckoned = reckon(currency, &mut lines, whole(&text, amount), &[]);
        if reckoned.is_err() {
            // There was not so much to take off.
            reckoned = reckon(currency, &mut lines, whole(&text, None), &[]);
        }
        let (totals, _) = reckoned.unwrap();
        let sum = |member: fn(&QuoteLine) -> Option<Money>| -> i64 {
            lines.iter().map(|line| member(line).unwrap().minor()).sum()
        };
        prop_assert_eq!(sum(|line| line.net), totals.net.minor());
        prop_assert_eq!(sum(|line| line.tax), totals.tax.minor());
        prop_assert_eq!(sum(|line| line.gross), totals.gross.minor());
        prop_assert_eq!(totals.net.minor() + totals.tax.minor(), totals.gross.minor());
        prop_assert_eq!(totals.list_total.minor() - totals.discount_total.minor(), totals.net.minor());
        prop_assert!(lines.iter().all(|line| line.net.unwrap().minor() >= 0));
        prop_assert!(totals.discount_rate.ten_thousandths() <= 10_000);
    }
}
