//! Which lines of a payment plan an amount pays. Exact: the parts are always the whole.

use super::model::ReceiptMatch;
use crate::{
    contracts::Receivable,
    problems::{MATCHES_NOT_WHOLE, OVER_PAYMENT},
};
use guanxi_customers::rules::repeated;
use guanxi_kernel::{
    Money, Problem, Result,
    money::MoneyError,
    problem::{INTERNAL, OUT_OF_RANGE},
};
use guanxi_sales::{problems::CURRENCY_MISMATCH, rules::refuse};

/// What is due first is paid first.
///
/// # Errors
/// `over_payment` for more than is open.
pub(super) fn oldest_first(amount: Money, lines: &[Receivable]) -> Result<Vec<ReceiptMatch>> {
    let mut lines: Vec<&Receivable> = lines.iter().filter(|line| line.open.minor() > 0).collect();
    lines.sort_by_key(|line| (line.due_on, line.line));
    let mut rest = amount.minor();
    let mut matches = Vec::new();
    for line in lines {
        let part = rest.min(line.open.minor());
        if part > 0 {
            let amount = Money::new(part, amount.currency());
            matches.push(ReceiptMatch { line: line.line, amount });
            rest -= part;
        }
    }
    match rest {
        0 => Ok(matches),
        _ => Err(over(amount.minor() - rest, amount)),
    }
}

fn over(open: i64, amount: Money) -> Problem {
    let open = Money::new(open, amount.currency());
    refuse(&OVER_PAYMENT, "/amount", ("open", &open.to_string()))
}

/// Holds the parts that a caller has named against the amount and against what is open.
///
/// # Errors
/// `repeated`, `out_of_range` for a line that is not there, `currency_mismatch`, `over_payment` at the
/// part; `matches_not_whole`.
pub(super) fn check(amount: Money, lines: &[Receivable], matches: &[ReceiptMatch]) -> Result<()> {
    Problem::collect(repeated(matches, "/matches", |part| part.line))?;
    let mut sum = Money::zero(amount.currency());
    for (at, part) in matches.iter().enumerate() {
        let place = |member: &str| format!("/matches/{at}/{member}");
        sum = sum.checked_add(part.amount).map_err(|error| match error {
            MoneyError::CurrencyMismatch(..) => {
                let expected = ("expected", amount.currency().code());
                refuse(&CURRENCY_MISMATCH, place("amount"), expected)
            }
            _ => refuse(&OUT_OF_RANGE, place("amount"), ("expected", "less in total")),
        })?;
        let line = lines.iter().find(|line| line.line == part.line);
        let expected = format!("1 to {}", lines.len());
        let line =
            line.ok_or_else(|| refuse(&OUT_OF_RANGE, place("line"), ("expected", &expected)))?;
        if part.amount.minor() > line.open.minor() {
            let open = line.open.to_string();
            return Err(refuse(&OVER_PAYMENT, place("amount"), ("open", &open)));
        }
    }
    match sum == amount {
        true => Ok(()),
        false => Err(refuse(&MATCHES_NOT_WHOLE, "/matches", ("expected", &amount.to_string()))),
    }
}

/// Takes an amount from what a receipt has paid and earlier refunds have left, the last line first.
///
/// # Errors
/// `internal` for more than that; whoever calls it has looked.
pub(super) fn back(
    amount: Money,
    paid: &[ReceiptMatch],
    earlier: &[ReceiptMatch],
) -> Result<Vec<ReceiptMatch>> {
    let mut rest = amount.minor();
    let mut matches = Vec::new();
    for part in paid.iter().rev() {
        let gone = earlier.iter().filter(|one| one.line == part.line).map(|one| one.amount.minor());
        let left = part.amount.minor() - gone.sum::<i64>();
        let taken = rest.min(left);
        if taken > 0 {
            let amount = Money::new(taken, amount.currency());
            matches.push(ReceiptMatch { line: part.line, amount });
            rest -= taken;
        }
    }
    match rest {
        0 => Ok(matches),
        _ => Err(INTERNAL.problem().because("more is paid back than was paid")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use guanxi_kernel::{Currency, problem::REPEATED};

    fn yuan(minor: i64) -> Money {
        Money::new(minor, Currency::CNY)
    }

    /// Line 2 is due before line 1.
    fn lines() -> Vec<Receivable> {
        let line = |line, day, open| Receivable {
            line,
            name: None,
            due_on: NaiveDate::from_ymd_opt(2026, 3, day).unwrap(),
            amount: yuan(1_000),
            paid: yuan(1_000 - open),
            open: yuan(open),
        };
        vec![line(1, 20, 1_000), line(2, 10, 400), line(3, 30, 0)]
    }

    fn parts(parts: &[(i64, i64)]) -> Vec<ReceiptMatch> {
        parts
            .iter()
            .map(|(line, minor)| ReceiptMatch { line: *line, amount: yuan(*minor) })
            .collect()
    }

    #[test]
    fn c_14_what_is_due_first_is_paid_first() {
        for (amount, expected) in [
            (399, &[(2, 399)][..]),
            (400, &[(2, 400)]),
            (401, &[(2, 400), (1, 1)]),
            (1_400, &[(2, 400), (1, 1_000)]),
        ] {
            assert_eq!(oldest_first(yuan(amount), &lines()).unwrap(), parts(expected), "{amount}");
        }
        let refused = oldest_first(yuan(1_401), &lines()).unwrap_err();
        assert!(refused.is(&OVER_PAYMENT));
        assert_eq!(refused.params()["open"], "14.00 CNY");
    }

    #[test]
    fn c_14_named_lines_are_held_against_what_is_open() {
        let check = |amount, named: &[(i64, i64)]| check(yuan(amount), &lines(), &parts(named));
        assert!(check(500, &[(1, 100), (2, 400)]).is_ok());
        assert!(check(500, &[(1, 100), (2, 399)]).unwrap_err().is(&MATCHES_NOT_WHOLE));
        assert!(check(501, &[(1, 100), (2, 401)]).unwrap_err().is(&OVER_PAYMENT));
        assert!(check(1, &[(3, 1)]).unwrap_err().is(&OVER_PAYMENT));
        assert!(check(1, &[(4, 1)]).unwrap_err().is(&OUT_OF_RANGE));
        assert!(check(2, &[(1, 1), (1, 1)]).unwrap_err().errors()[0].code == &REPEATED);
    }

    #[test]
    fn c_14_a_refund_goes_back_the_way_the_money_came() {
        let paid = parts(&[(2, 400), (1, 600)]);
        assert_eq!(back(yuan(100), &paid, &[]).unwrap(), parts(&[(1, 100)]));
        assert_eq!(back(yuan(700), &paid, &[]).unwrap(), parts(&[(1, 600), (2, 100)]));
        let earlier = parts(&[(1, 600), (2, 100)]);
        assert_eq!(back(yuan(300), &paid, &earlier).unwrap(), parts(&[(2, 300)]));
        assert!(back(yuan(301), &paid, &earlier).unwrap_err().is(&INTERNAL));
    }
}
