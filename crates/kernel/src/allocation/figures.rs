//! A total over the product of several axes, such as period × unit × representative × product.
//!
//! # Which sums are exact
//!
//! The figures are whole, so each sum of them along an axis is exact by itself; the question is
//! whether it is the *right* one. [`Figures::spread`] promises that the sums along every single axis
//! are what the total split over that axis alone comes to. The members of the first axis get their
//! figures from that split. Each of them in turn shares its figure out along each other axis, in
//! proportion to what the members there still have to get. By the largest remainder nobody then gets
//! more than that, and the last member takes exactly what is left, so nothing is over or missing at the
//! end of any axis. Within a member the same is done with the remaining axes. So also the sums over the
//! first axis and any other are largest remainders, namely of what was left when they were made.
//!
//! The sums over two later axes are not promised: a table with prescribed sums along all pairs of
//! three axes need not exist in whole numbers. They still add up, and a figure is within a few units
//! of its exact share. The order of the axes is the order of priority; it never changes the sums along
//! single axes.

use super::{AllocationError, Result, sum};
use crate::split::{SplitError, allocate, proportional, signed};
use rust_decimal::Decimal;

/// Most figures in one table.
pub const MOST_FIGURES: usize = 2_000_000;

/// Most axes of one table.
pub const MOST_AXES: usize = 8;

/// Whole units over one or more axes; the last axis varies fastest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    sizes: Vec<usize>,
    cells: Vec<i64>,
}

impl Figures {
    /// A table of these figures, row by row; none of them negative.
    ///
    /// Refused as `Shape`, `TooMany`, `NegativePart`, or `OutOfRange` if their sum is.
    pub fn new(sizes: Vec<usize>, cells: Vec<i64>) -> Result<Self> {
        if count(&sizes)? != cells.len() {
            return Err(AllocationError::Shape);
        }
        sum(&cells)?;
        Ok(Self { sizes, cells })
    }

    /// The total over axes with one weight for each member: total × the shares of the members.
    ///
    /// The sums along each axis are those of [`allocate`] over that axis alone. A negative total is
    /// spread as its opposite. Refused as [`allocate`] refuses the weights of an axis, and as `Shape`
    /// or `TooMany`.
    pub fn spread(total: i64, axes: &[Vec<Decimal>]) -> Result<Self> {
        let margins: std::result::Result<Vec<_>, SplitError> =
            axes.iter().map(|weights| allocate(total, weights)).collect();
        Self::of_margins(&margins?)
    }

    /// The figures whose sums along each axis are given, in proportion to them.
    ///
    /// Refused as `UnequalMargins` unless all axes sum to the same, as `NegativePart` if positive and
    /// negative figures mix, and as `Shape` or `TooMany`.
    pub fn of_margins(margins: &[Vec<i64>]) -> Result<Self> {
        let sizes: Vec<usize> = margins.iter().map(Vec::len).collect();
        let count = count(&sizes)?;
        let negative = margins.iter().flatten().any(|&part| part < 0);
        if negative && margins.iter().flatten().any(|&part| part > 0) {
            return Err(AllocationError::NegativePart);
        }
        let margins: Vec<Vec<u64>> = margins
            .iter()
            .map(|axis| axis.iter().map(|part| part.unsigned_abs()).collect())
            .collect();
        let mut totals = margins.iter().map(|axis| axis.iter().map(|&part| u128::from(part)).sum());
        let total: u128 = totals.next().unwrap_or_default();
        if totals.any(|other: u128| other != total) {
            return Err(AllocationError::UnequalMargins);
        }
        // What fits the total fits every figure and every sum of figures.
        signed(u64::try_from(total).map_err(|_| SplitError::OutOfRange)?, negative)?;
        let mut cells = Vec::with_capacity(count);
        fill(&margins, &mut cells);
        let cells: std::result::Result<Vec<i64>, SplitError> =
            cells.into_iter().map(|cell| signed(cell, negative)).collect();
        Ok(Self { sizes, cells: cells? })
    }

    /// The total from the top down, by weights that may differ from branch to branch: `weights` is
    /// asked for each figure but the last ones, named by the members on the way to it, and answers one
    /// weight for each member of the next axis.
    ///
    /// Every figure is exactly the sum of those below it. The sums along any axis but the first follow
    /// from the weights and are those of no single split. What is zero is zero all the way down,
    /// without any weights. Refused as `Shape`, `TooMany` and as [`allocate`].
    pub fn spread_by(
        total: i64,
        sizes: Vec<usize>,
        weights: &mut dyn FnMut(&[usize]) -> Vec<Decimal>,
    ) -> Result<Self> {
        let mut cells = Vec::with_capacity(count(&sizes)?);
        let mut way = Vec::with_capacity(sizes.len());
        descend(total, &sizes, &mut way, weights, &mut cells)?;
        Ok(Self { sizes, cells })
    }

    /// How many members each axis has.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The figures row by row; the last axis varies fastest.
    pub fn cells(&self) -> &[i64] {
        &self.cells
    }

    /// The figure at these members, one for each axis.
    pub fn at(&self, members: &[usize]) -> Option<i64> {
        if members.len() != self.sizes.len() {
            return None;
        }
        let place = members.iter().zip(&self.sizes).try_fold(0, |place, (&member, &size)| {
            (member < size).then_some(place * size + member)
        })?;
        self.cells.get(place).copied()
    }

    /// The sum of all figures.
    pub fn total(&self) -> i64 {
        self.cells.iter().sum()
    }

    /// The sums along one axis, a figure for each of its members; `None` if there is no such axis.
    pub fn along(&self, axis: usize) -> Option<Vec<i64>> {
        self.over(&[axis]).map(|sums| sums.cells)
    }

    /// The sums over some of the axes, in the order in which they are named; `None` if an axis is not
    /// there or named twice.
    pub fn over(&self, axes: &[usize]) -> Option<Self> {
        let twice = axes.iter().enumerate().any(|(at, axis)| axes[..at].contains(axis));
        let sizes: Option<Vec<usize>> =
            axes.iter().map(|&axis| self.sizes.get(axis).copied()).collect();
        let sizes = sizes.filter(|_| !twice && !axes.is_empty())?;
        let strides: Vec<usize> = axes.iter().map(|&axis| self.stride(axis)).collect();
        let mut cells = vec![0; sizes.iter().product()];
        for (place, cell) in self.cells.iter().enumerate() {
            let to = strides
                .iter()
                .zip(&sizes)
                .fold(0, |to, (stride, size)| to * size + place / stride % size);
            cells[to] += cell;
        }
        Some(Self { sizes, cells })
    }

    /// The same figures with new sums along one axis: what each member of it holds is shared out in
    /// the proportion of its figures so far, and they add up to its new sum exactly.
    ///
    /// The sums along the other axes follow. To keep those instead, and the total, make the table
    /// anew with [`Figures::of_margins`]. Refused as `Shape`, as `NegativePart` if there is a figure
    /// below zero, and as `NoBasis` if a member is to get something and holds nothing so far.
    pub fn rescaled(&self, axis: usize, sums: &[i64]) -> Result<Self> {
        if self.sizes.get(axis) != Some(&sums.len()) {
            return Err(AllocationError::Shape);
        }
        sum(&self.cells)?;
        sum(sums)?;
        let (stride, size) = (self.stride(axis), sums.len());
        let mut cells = vec![0; self.cells.len()];
        for (member, &sum) in sums.iter().enumerate().filter(|(_, sum)| **sum != 0) {
            let places = (0..cells.len()).filter(|place| place / stride % size == member);
            let held: Vec<i64> = places.clone().map(|place| self.cells[place]).collect();
            for (place, part) in places.zip(allocate(sum, &held)?) {
                cells[place] = part;
            }
        }
        Ok(Self { sizes: self.sizes.clone(), cells })
    }

    /// How far apart two neighbours on an axis lie.
    fn stride(&self, axis: usize) -> usize {
        self.sizes[axis + 1..].iter().product()
    }
}

/// How many figures such a table has.
fn count(sizes: &[usize]) -> Result<usize> {
    if sizes.is_empty() || sizes.contains(&0) {
        return Err(AllocationError::Shape);
    }
    let count = sizes.iter().try_fold(1_usize, |count, &size| count.checked_mul(size));
    match count {
        Some(count) if count <= MOST_FIGURES && sizes.len() <= MOST_AXES => Ok(count),
        _ => Err(AllocationError::TooMany),
    }
}

/// The figures with these sums along the axes, all of the same total.
fn fill(margins: &[Vec<u64>], cells: &mut Vec<u64>) {
    let Some((first, others)) = margins.split_first() else { return };
    if others.is_empty() {
        return cells.extend(first);
    }
    let mut left = others.to_vec();
    for &part in first {
        let slice: Vec<Vec<u64>> = left.iter_mut().map(|axis| take(part, axis)).collect();
        fill(&slice, cells);
    }
}

/// Takes a part out of what is left along an axis, from each member in proportion.
fn take(part: u64, left: &mut [u64]) -> Vec<u64> {
    let weights: Vec<u128> = left.iter().map(|&one| u128::from(one)).collect();
    let taken = proportional(part, &weights);
    for (left, taken) in left.iter_mut().zip(&taken) {
        *left -= taken;
    }
    taken
}

fn descend(
    part: i64,
    sizes: &[usize],
    way: &mut Vec<usize>,
    weights: &mut dyn FnMut(&[usize]) -> Vec<Decimal>,
    cells: &mut Vec<i64>,
) -> Result<()> {
    let Some(&size) = sizes.get(way.len()) else {
        cells.push(part);
        return Ok(());
    };
    let parts = if part == 0 {
        vec![0; size]
    } else {
        allocate(part, &weights(way)).map_err(AllocationError::Split)?
    };
    if parts.len() != size {
        return Err(AllocationError::Shape);
    }
    for (member, part) in parts.into_iter().enumerate() {
        way.push(member);
        descend(part, sizes, way, weights, cells)?;
        way.pop();
    }
    Ok(())
}

#[cfg(test)]
mod tests;
