//! What an amendment does to a contract that is in force.

use super::{
    dues::{self, check_plan},
    model::{Contract, ContractId},
    parts::{ContractLine, PaymentDue, ShippedLine},
};
use crate::problems::{BELOW_WHAT_IS_DONE, NOT_EFFECTIVE};
use chrono::NaiveDate;
use guanxi_kernel::{
    Ctx, Money, Result, Share, Word as _,
    problem::{INTERNAL, OUT_OF_RANGE, REQUIRED},
};
use guanxi_sales::rules::refuse;
use guanxi_storage::{Tx, resource};

/// What a contract says that an amendment can change.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Terms {
    pub(crate) discount: (Share, Option<Money>),
    pub(crate) lines: Vec<ContractLine>,
    pub(crate) payment_plan: Vec<PaymentDue>,
    pub(crate) time: (Option<NaiveDate>, Option<NaiveDate>),
}

impl Terms {
    /// Refuses a payment plan that is not all of what the contract comes to with tax.
    ///
    /// # Errors
    /// `plan_not_whole`.
    pub(crate) fn check_whole(&self, gross: Option<Money>) -> Result<()> {
        let gross = gross.ok_or_else(|| REQUIRED.at("/lines"))?;
        check_plan(gross, &self.payment_plan, true)
    }
}

/// Makes of a contract what both have signed: one change of it.
///
/// # Errors
/// `not_effective`; `out_of_range` for a day before the last signature; `plan_not_whole`;
/// `below_what_is_done`.
pub(crate) async fn amend(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ContractId,
    terms: Terms,
    day: NaiveDate,
) -> Result<()> {
    let take = |one: &mut Contract| {
        if !one.stage.is_effective() {
            return Err(NOT_EFFECTIVE.with("stage", one.stage.word()));
        }
        if one.amended_on.or(one.signed_on).is_some_and(|last| day < last) {
            let last = "not before the last signature";
            return Err(refuse(&OUT_OF_RANGE, "/signed_on", ("expected", last)));
        }
        (one.amendments, one.amended_on) = (one.amendments + 1, Some(day));
        one.take_terms(terms);
        Ok(())
    };
    resource::change(tx, &ctx.on_behalf(), id.uuid(), "amended", take).await.map(drop)
}

impl Contract {
    /// Says what an amendment says.
    pub(crate) fn take_terms(&mut self, terms: Terms) {
        let input = &mut self.input;
        (input.discount, input.discount_amount) = terms.discount;
        (input.lines, input.payment_plan) = (terms.lines, terms.payment_plan);
        (input.starts_on, input.ends_on) = terms.time;
    }

    /// Works out what it comes to with new terms, and carries over what was shipped and paid. Only the
    /// `last` word needs a whole payment plan.
    ///
    /// # Errors
    /// As a new contract; `plan_not_whole`; `below_what_is_done`.
    pub(crate) async fn follow_terms(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        before: &Self,
        last: bool,
    ) -> Result<()> {
        self.check_dates()?;
        self.reckon(tx, ctx).await?;
        self.shipped = still_shipped(self, before)?;
        let (Some(gross), Some(day)) = (self.gross, self.signed_on) else {
            return Err(INTERNAL.problem().because("a contract in force without amount or day"));
        };
        if last {
            check_plan(gross, &self.input.payment_plan, true)?;
        }
        let lines = dues::receivables(gross, &self.input.payment_plan, day);
        self.receivables = dues::carried(lines, &before.receivables)?;
        Ok(())
    }
}

/// What was shipped, against new lines.
fn still_shipped(now: &Contract, before: &Contract) -> Result<Vec<ShippedLine>> {
    let place = |line: i64| usize::try_from(line - 1).ok();
    let product = |of: &Contract, line: i64| {
        place(line).and_then(|at| of.input.lines.get(at)).map(|one| one.product_id)
    };
    let mut carried = Vec::with_capacity(before.shipped.len());
    for had in before.shipped.iter().filter(|had| !had.shipped.to_decimal().is_zero()) {
        let refused = || {
            let at = format!("/lines/{}", had.line - 1);
            refuse(&BELOW_WHAT_IS_DONE, &at, ("done", &had.shipped.to_string()))
        };
        if product(now, had.line) != product(before, had.line) {
            return Err(refused());
        }
        let line = place(had.line).and_then(|at| now.input.lines.get(at)).ok_or_else(refused)?;
        let fits = line.quantity.to_decimal() >= had.shipped.to_decimal();
        if !fits && !now.input.over_delivery {
            return Err(refused());
        }
        carried.push(ShippedLine { ordered: line.quantity, ..had.clone() });
    }
    Ok(carried)
}
