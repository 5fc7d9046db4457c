//! What customers have bought month by month.

use super::{Kind, converted};
use crate::{Asked, Definition};
use chrono::{Datelike as _, Months, NaiveDate};
use guanxi_customers::{life_cycles::Page, value::months_between};
use guanxi_kernel::{Ctx, Result, problem::INTERNAL};
use guanxi_storage::Tx;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a customer has bought month by month, less what came back.
#[derive(Debug, Clone)]
pub(in super::super) struct Monthly {
    /// The customer.
    pub(in super::super) id: Uuid,
    /// The first day of the first month in which something was bought.
    pub(in super::super) from: NaiveDate,
    /// What each month from that one to that of the report came to, without a gap.
    pub(in super::super) sums: Vec<i128>,
    /// Whether something was bought in each of them.
    pub(in super::super) bought: Vec<bool>,
    /// How often something was bought.
    pub(in super::super) purchases: i64,
}

/// A customer, and its place in the order in which it was given.
pub(in super::super) type Place = (Uuid, usize);

/// Customers by their ids, to look at their months page by page: those of a million at once would be
/// gigabytes.
pub(in super::super) struct Pages(Vec<Place>);

impl Pages {
    /// Customers that are looked at together.
    const SIZE: usize = 10_000;

    /// Those of some customers, each of whom is given once.
    pub(in super::super) fn of(customers: impl IntoIterator<Item = Uuid>) -> Self {
        let mut all: Vec<Place> = customers.into_iter().zip(0..).collect();
        all.sort_unstable();
        Self(all)
    }

    /// The pages.
    pub(in super::super) fn each(&self) -> impl Iterator<Item = &[Place]> {
        self.0.chunks(Self::SIZE)
    }
}

/// Purchases of those on a page who have bought something, by months of the calendar, each with its place.
/// What came back before the first purchase is left out.
///
/// # Errors
/// As [`buyers`](super::buyers).
pub(in super::super) async fn by_month_on(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
    customers: &[Place],
) -> Result<Vec<(usize, Monthly)>> {
    let Some(((first, _), (last, _))) = customers.first().zip(customers.last()) else {
        return Ok(Vec::new());
    };
    let after = first.as_u128().checked_sub(1).map(Uuid::from_u128);
    let page = Page { after, last: Some(*last) };
    let placed = |of: Monthly| {
        let at = customers.binary_search_by_key(&of.id, |(id, _)| *id).ok()?;
        Some((customers[at].1, of))
    };
    let found = by_month_of(tx, ctx, definition, asked, page).await?;
    Ok(found.into_iter().filter_map(placed).collect())
}

/// The same of the customers of a page of ids, in the order of these.
///
/// # Errors
/// As [`buyers`](super::buyers).
pub(in super::super) async fn by_month_of(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
    page: Page,
) -> Result<Vec<Monthly>> {
    type Own = (Uuid, String, i64, i64);
    type Foreign = (Uuid, String, NaiveDate, i64, i64);
    /// The number of purchases and their steps, by how many months ago.
    type Ages = BTreeMap<u32, (i64, i128)>;
    let mut all: BTreeMap<Uuid, Ages> = BTreeMap::new();
    let mut add = |id, age, purchases, steps| {
        let month = all.entry(id).or_default().entry(age).or_default();
        month.0 += purchases;
        month.1 += steps;
    };
    for from in [Kind::Orders, Kind::Contracts] {
        for (id, month, purchases, sum) in
            tx.all::<Own>(from.by_month(ctx, definition, asked, (page, true))).await?
        {
            let day = format!("{month}-01")
                .parse::<NaiveDate>()
                .map_err(|e| INTERNAL.problem().because(e))?;
            let steps = from.steps(asked.exchange.money(sum));
            add(id, months_between(day, asked.today), purchases, steps);
        }
        for (id, money, day, purchases, sum) in
            tx.all::<Foreign>(from.by_month(ctx, definition, asked, (page, false))).await?
        {
            let steps = converted(tx, asked, from, (sum, &money), day).await?;
            add(id, months_between(day, asked.today), purchases, steps);
        }
    }
    let monthly = |(id, ages): (Uuid, Ages)| {
        let purchases = ages.values().map(|month| month.0).sum::<i64>();
        // A contract that was cancelled since has brought something all the same.
        let begins = |(_, month): &(&u32, &(i64, i128))| month.0 > 0 || month.1 > 0;
        let first = ages.iter().rev().find(begins).map(|(age, _)| *age);
        let first = first.filter(|_| purchases > 0)?;
        let month = |age: u32| ages.get(&age).copied().unwrap_or_default();
        let start = asked.today.with_day(1)?.checked_sub_months(Months::new(first))?;
        Some(Monthly {
            id,
            from: start,
            sums: (0..=first).rev().map(|age| month(age).1).collect(),
            bought: (0..=first).rev().map(|age| month(age).0 > 0).collect(),
            purchases,
        })
    };
    Ok(all.into_iter().filter_map(monthly).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_on_pages_keep_their_places() {
        let given: Vec<Uuid> = (0..25_000_u128).rev().map(Uuid::from_u128).collect();
        let pages = Pages::of(given.iter().copied());
        assert!(pages.each().map(<[Place]>::len).eq([10_000, 10_000, 5_000]));
        let all: Vec<Place> = pages.each().flatten().copied().collect();
        assert!(all.is_sorted() && all.iter().all(|(id, place)| given[*place] == *id));
    }
}
