//! z_18: amounts are converted by the rate of their business date, and stay as they are.

use super::{Ground, both};
use chrono::NaiveDate;
use guanxi_kernel::{ExchangeRate, Money, money::Converted};
use guanxi_storage::{error::NO_RATE, rates};

both![z_18_a_rate_belongs_to_its_business_date, z_18_an_inverse_rate_serves, z_18_without_a_rate];

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).expect("a day")
}

fn money(text: &str) -> Money {
    let (amount, currency) = text.split_once(' ').expect("an amount and a currency");
    Money::parse(amount, currency.parse().expect("a currency")).expect("an amount")
}

async fn save(ground: &Ground, pair: [&str; 2], rate: &str, on: NaiveDate) -> bool {
    let [from, to] = pair.map(|code| code.parse().expect("a currency"));
    let rate = ExchangeRate { from, to, rate: rate.parse().expect("a rate"), on };
    let Ground { db, ctx, .. } = ground;
    db.write(ctx.tenant, async |tx| rates::save(tx, ctx, &rate).await).await.unwrap()
}

async fn convert(
    ground: &Ground,
    amount: &str,
    to: &str,
    on: NaiveDate,
) -> guanxi_kernel::Result<Converted> {
    let (amount, to) = (money(amount), to.parse().expect("a currency"));
    ground.db.read(ground.ctx.tenant, async |tx| rates::convert(tx, amount, to, on).await).await
}

async fn z_18_a_rate_belongs_to_its_business_date(ground: &Ground) {
    assert!(save(ground, ["USD", "CNY"], "7.10", day(3, 1)).await);
    let old = convert(ground, "100.00 USD", "CNY", day(3, 15)).await.unwrap();
    assert_eq!((old.amount, old.on, old.inverse), (money("710.00 CNY"), day(3, 1), false));
    // A later rate, and one that comes too late for its day.
    assert!(save(ground, ["USD", "CNY"], "7.30", day(4, 1)).await);
    assert!(!save(ground, ["USD", "CNY"], "9.99", day(3, 1)).await);
    assert_eq!(convert(ground, "100.00 USD", "CNY", day(3, 15)).await.unwrap(), old);
    assert_eq!(convert(ground, "100.00 USD", "CNY", day(3, 31)).await.unwrap(), old);
    let new = convert(ground, "100.00 USD", "CNY", day(4, 1)).await.unwrap();
    assert_eq!((new.amount, new.rate.to_string().as_str()), (money("730.00 CNY"), "7.30"));
    // Exact on both stores: twelve decimals, an amount of yen without any.
    assert!(save(ground, ["JPY", "CNY"], "0.047619047619", day(1, 1)).await);
    let exact = convert(ground, "100000000 JPY", "CNY", day(1, 1)).await.unwrap();
    assert_eq!(exact.amount, money("4761904.76 CNY"));
}

async fn z_18_an_inverse_rate_serves(ground: &Ground) {
    save(ground, ["USD", "CNY"], "7.10", day(3, 1)).await;
    let back = convert(ground, "710.00 CNY", "USD", day(3, 1)).await.unwrap();
    assert_eq!((back.amount, back.inverse), (money("100.00 USD"), true));
    save(ground, ["CNY", "USD"], "0.15", day(2, 1)).await;
    let direct = convert(ground, "710.00 CNY", "USD", day(3, 1)).await.unwrap();
    assert_eq!((direct.amount, direct.on, direct.inverse), (money("106.50 USD"), day(2, 1), false));
    let same = convert(ground, "1.00 CNY", "CNY", day(1, 1)).await.unwrap();
    assert_eq!(same.amount, money("1.00 CNY"));
}

async fn z_18_without_a_rate(ground: &Ground) {
    save(ground, ["USD", "CNY"], "7.10", day(3, 1)).await;
    for (amount, on) in [("1.00 USD", day(2, 28)), ("1.00 EUR", day(3, 1))] {
        let missing = convert(ground, amount, "CNY", on).await.unwrap_err();
        assert!(missing.is(&NO_RATE));
        assert_eq!(missing.params()["on"], on.to_string());
    }
    // What is no rate is not taken in: it could never be replaced.
    let zero = ExchangeRate {
        from: "EUR".parse().unwrap(),
        to: "CNY".parse().unwrap(),
        rate: "0".parse().unwrap(),
        on: day(1, 1),
    };
    let Ground { db, ctx, .. } = ground;
    db.write(ctx.tenant, async |tx| rates::save(tx, ctx, &zero).await).await.unwrap_err();
    let stranger = uuid::Uuid::from_u128(77).into();
    let (amount, to) = (money("1.00 USD"), "CNY".parse().unwrap());
    let elsewhere =
        async |tx: &mut guanxi_storage::Tx| rates::convert(tx, amount, to, day(3, 1)).await;
    assert!(ground.db.read(stranger, elsewhere).await.unwrap_err().is(&NO_RATE));
}
