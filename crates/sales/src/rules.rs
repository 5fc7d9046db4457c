//! Rules that several aggregates share, here and in the crates to the right.

use crate::problems::APPROVAL_REQUIRED;
use chrono::NaiveDate;
use guanxi_kernel::{
    Code, Ctx, Line, Money, Problem, Result, Word as _,
    period::business_date,
    problem::{INTERNAL, OUT_OF_RANGE, Texts},
};
use guanxi_storage::{
    Tx,
    filter::facts::{Fact, FactType},
    rates,
};
use guanxi_workflow::documents::Document;
use uuid::Uuid;

guanxi_kernel::words! {
    /// Why something that needs an approval has none.
    pub enum Lacking {
        /// Nobody was asked yet.
        NotAsked = "not_asked" ("Not asked for", "尚未提交审批"),
        /// It waits for a decision.
        Pending = "pending" ("Pending", "审批中"),
        /// No definition says who would have to agree.
        NoDefinition = "no_definition" ("No definition covers it", "没有适用的审批流程"),
    }
}

/// The refusal of what needs an approval of that type.
pub fn approval_required(document: &Document, why: Lacking) -> Problem {
    APPROVAL_REQUIRED.with("document", document.code).with("why", why.word())
}

/// A fact that conditions can speak of.
pub const fn fact(name: &'static str, kind: FactType, en: &'static str, zh: &'static str) -> Fact {
    Fact { name, kind, label: Texts { en, zh } }
}

/// The business day of a request.
pub fn today(ctx: &Ctx) -> NaiveDate {
    business_date(ctx.now, ctx.settings.time_zone)
}

/// An amount in the currency of the tenant, as conditions compare it.
///
/// # Errors
/// `no_exchange_rate`.
pub async fn own_currency(tx: &mut Tx, ctx: &Ctx, amount: Money) -> Result<String> {
    let converted = rates::convert(tx, amount, ctx.settings.currency, today(ctx)).await?;
    Ok(converted.amount.amount())
}

/// As much of a text as a line holds.
///
/// # Errors
/// `internal` for a text of which nothing is left.
pub fn line<const MAX: usize>(text: &str) -> Result<Line<MAX>> {
    let whole: String = text.chars().take(MAX).collect();
    Line::new(&whole).map_err(|error| INTERNAL.problem().because(error))
}

/// A number that nobody else makes up: a letter, the day, and letters from the random end of the id.
///
/// # Errors
/// None that a letter could cause.
pub fn made_up_number(letter: char, ctx: &Ctx, id: Uuid) -> Result<Line<40>> {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let random = id.as_u128();
    let one = |at: u32| char::from(LETTERS[(random >> (5 * at)) as usize & 31]);
    let end: String = (0..8).map(one).collect();
    line(&format!("{letter}-{}-{end}", today(ctx).format("%Y%m%d")))
}

/// The refusal of the member at `pointer`, whose text speaks of one value.
pub fn refuse(
    code: &'static Code,
    pointer: impl Into<String>,
    (name, value): (&'static str, &str),
) -> Problem {
    code.at(pointer).with(name, value)
}

/// The last day of what is valid is not before its first.
///
/// # Errors
/// `out_of_range` at `/valid_until`.
pub(crate) fn check_validity(from: Option<NaiveDate>, until: Option<NaiveDate>) -> Result<()> {
    match (from, until) {
        (Some(from), Some(until)) if until < from => {
            Err(refuse(&OUT_OF_RANGE, "/valid_until", ("expected", "not before valid_from")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_before_it_begins() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day);
        assert!(check_validity(day(1), day(1)).is_ok() && check_validity(day(2), None).is_ok());
        assert!(check_validity(day(2), day(1)).unwrap_err().is(&OUT_OF_RANGE));
    }
}
