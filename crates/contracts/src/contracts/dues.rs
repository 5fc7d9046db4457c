//! What is to be paid by when, and what is late.

use super::{
    life::ContractStage,
    model::Contract,
    parts::{PaymentDue, Receivable},
};
use crate::problems::{BELOW_WHAT_IS_DONE, PLAN_NOT_WHOLE};
use chrono::NaiveDate;
use guanxi_kernel::{
    Currency, Money, Result,
    money::MoneyError,
    problem::{INTERNAL, OUT_OF_RANGE},
};
use guanxi_sales::{problems::CURRENCY_MISMATCH, rules::refuse};

/// What the lines of a payment plan come to.
///
/// # Errors
/// `currency_mismatch` or `out_of_range`, at the line.
fn planned(currency: Currency, plan: &[PaymentDue]) -> Result<Money> {
    let mut sum = Money::zero(currency);
    for (at, due) in plan.iter().enumerate() {
        let place = format!("/payment_plan/{at}/amount");
        sum = sum.checked_add(due.amount).map_err(|error| match error {
            MoneyError::CurrencyMismatch(..) => {
                refuse(&CURRENCY_MISMATCH, &place, ("expected", currency.code()))
            }
            _ => refuse(&OUT_OF_RANGE, &place, ("expected", "less in total")),
        })?;
    }
    Ok(sum)
}

/// Refuses amounts in another currency, and a plan that is not the whole if it has to be.
///
/// # Errors
/// Those of [`planned`]; `plan_not_whole`.
pub(super) fn check_plan(gross: Money, plan: &[PaymentDue], whole: bool) -> Result<()> {
    let sum = planned(gross.currency(), plan)?;
    if whole && !plan.is_empty() && sum != gross {
        let refused = refuse(&PLAN_NOT_WHOLE, "/payment_plan", ("expected", &gross.to_string()));
        return Err(refused.with("found", sum.to_string()));
    }
    Ok(())
}

/// What is to be paid once it is signed: the plan, else the whole on that day.
pub(super) fn receivables(
    gross: Money,
    plan: &[PaymentDue],
    signed_on: NaiveDate,
) -> Vec<Receivable> {
    let zero = Money::zero(gross.currency());
    let whole = [PaymentDue { name: None, due_on: signed_on, amount: gross }];
    let plan = if plan.is_empty() { &whole[..] } else { plan };
    let one = |(line, due): (i64, &PaymentDue)| Receivable {
        line,
        name: due.name.clone(),
        due_on: due.due_on,
        amount: due.amount,
        paid: zero,
        open: due.amount,
    };
    (1..).zip(plan).map(one).collect()
}

/// The lines of a new plan with what was paid on those before.
///
/// # Errors
/// `below_what_is_done` for a line on which more was paid, or that is not there any more.
pub(super) fn carried(
    mut lines: Vec<Receivable>,
    before: &[Receivable],
) -> Result<Vec<Receivable>> {
    for had in before.iter().filter(|had| had.paid.minor() > 0) {
        let fits =
            |due: &&mut Receivable| due.line == had.line && due.amount.minor() >= had.paid.minor();
        let Some(due) = lines.iter_mut().find(fits) else {
            let at = format!("/payment_plan/{}", had.line - 1);
            return Err(refuse(&BELOW_WHAT_IS_DONE, &at, ("done", &had.paid.to_string())));
        };
        due.paid = had.paid;
        let open = due.amount.checked_sub(had.paid);
        due.open = open.map_err(|error| INTERNAL.problem().because(error))?;
    }
    Ok(lines)
}

/// How much of what is open is past its day.
///
/// # Errors
/// None that lines of one currency within the bounds of money could cause.
pub(super) fn overdue(currency: Currency, lines: &[Receivable], today: NaiveDate) -> Result<Money> {
    let late = lines.iter().filter(|line| line.due_on < today).map(|line| line.open);
    Money::sum(currency, late).map_err(|error| INTERNAL.problem().because(error))
}

/// The first day on which something is due that is not paid.
fn next_due(lines: &[Receivable]) -> Option<NaiveDate> {
    lines.iter().filter(|line| line.open.minor() > 0).map(|line| line.due_on).min()
}

impl Contract {
    /// Pays so much on these lines, or takes it back.
    ///
    /// # Errors
    /// `internal` for a line that is not there, or more than is open or paid.
    pub(crate) fn settle_lines(&mut self, parts: &[(i64, Money)]) -> Result<()> {
        for (line, amount) in parts {
            let wrong = || INTERNAL.problem().because("a line of the plan that is not there");
            let due = self.receivables.iter_mut().find(|due| due.line == *line);
            let due = due.ok_or_else(wrong)?;
            let bounds = |error| INTERNAL.problem().because(error);
            due.paid = due.paid.checked_add(*amount).map_err(bounds)?;
            due.open = due.amount.checked_sub(due.paid).map_err(bounds)?;
            if due.open.minor() < 0 || due.paid.minor() < 0 {
                return Err(INTERNAL.problem().because("more than is open or paid"));
            }
        }
        self.sum_up()
    }

    /// Works out what is received, what is outstanding, and what is next.
    ///
    /// # Errors
    /// None that lines of one currency within the bounds of money could cause.
    pub(super) fn sum_up(&mut self) -> Result<()> {
        if let Some(currency) = self.input.currency {
            let sum = |amounts: &mut dyn Iterator<Item = Money>| {
                Money::sum(currency, amounts).map_err(|error| INTERNAL.problem().because(error))
            };
            let owed = self.stage.is_owed();
            self.received = Some(sum(&mut self.receivables.iter().map(|line| line.paid))?);
            let open = self.receivables.iter().filter(|_| owed).map(|line| line.open);
            self.outstanding = Some(sum(&mut { open })?);
        }
        self.next_due_on = match self.stage.is_owed() {
            true => next_due(&self.receivables),
            false => None,
        };
        let undone = self.input.milestones.iter().filter(|one| one.done_on.is_none());
        let ended = self.stage.has_ended();
        self.next_milestone_on = undone.map(|one| one.due_on).filter(|_| !ended).min();
        self.next_action_on =
            [self.next_due_on, self.next_milestone_on].into_iter().flatten().min();
        Ok(())
    }

    /// Whether something can be owed on it.
    pub(super) fn begins_to_be_owed(&self, before: ContractStage) -> bool {
        self.stage.is_owed() && !before.is_owed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yuan(minor: i64) -> Money {
        Money::new(minor, Currency::CNY)
    }

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    fn due(on: u32, minor: i64) -> PaymentDue {
        PaymentDue { name: None, due_on: day(on), amount: yuan(minor) }
    }

    #[test]
    fn c_14_a_plan_is_the_whole_to_the_last_cent() {
        let whole = [due(1, 3_333), due(2, 3_333), due(3, 3_334)];
        assert!(check_plan(yuan(10_000), &whole, true).is_ok());
        let refused = check_plan(yuan(10_001), &whole, true).unwrap_err();
        assert!(refused.is(&PLAN_NOT_WHOLE));
        assert_eq!(refused.params()["found"], "100.00 CNY");
        assert!(check_plan(yuan(10_001), &whole, false).is_ok());
        assert!(check_plan(yuan(10_001), &[], true).is_ok());
        let dollars = Money::new(1, "USD".parse().unwrap());
        let mixed = [PaymentDue { amount: dollars, ..due(1, 1) }];
        assert!(check_plan(yuan(1), &mixed, false).unwrap_err().is(&CURRENCY_MISMATCH));
    }

    #[test]
    fn what_was_paid_stays_where_it_was_paid() {
        let mut before = receivables(yuan(900), &[due(10, 300), due(20, 600)], day(1));
        (before[0].paid, before[0].open) = (yuan(200), yuan(100));
        let plan = |first| receivables(yuan(first + 800), &[due(12, first), due(25, 800)], day(1));
        let lines = carried(plan(200), &before).unwrap();
        let open: Vec<i64> = lines.iter().map(|line| line.open.minor()).collect();
        assert_eq!((lines[0].paid, open), (yuan(200), vec![0, 800]));
        let refused = carried(plan(199), &before).unwrap_err();
        assert!(refused.is(&BELOW_WHAT_IS_DONE));
        (before[1].paid, before[1].open) = (yuan(1), yuan(599));
        assert!(carried(receivables(yuan(900), &[], day(1)), &before).is_err());
    }

    #[test]
    fn c_14_overdue_is_what_is_open_past_its_day() {
        let mut lines = receivables(yuan(900), &[due(10, 300), due(20, 600)], day(1));
        let late =
            |lines: &[Receivable], on| overdue(Currency::CNY, lines, day(on)).unwrap().minor();
        assert_eq!([10, 11, 20, 21].map(|on| late(&lines, on)), [0, 300, 300, 900]);
        assert_eq!(next_due(&lines), Some(day(10)));
        lines[0].open = yuan(0);
        assert_eq!((late(&lines, 21), next_due(&lines)), (600, Some(day(20))));
        // Without a plan all of it is due at once.
        let lines = receivables(yuan(900), &[], day(5));
        assert_eq!((lines[0].line, lines[0].due_on, lines[0].open), (1, day(5), yuan(900)));
    }
}
