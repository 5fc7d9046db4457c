//! A figure divided along several axes, without a store. Whatever is done to it, its sums along every
//! axis come to the figure, to the last unit.
//!
//! A new axis is laid against all cells that are there as if they were one axis. So what was divided
//! before stays as it is, cell by cell, and the new axis gets the sums of its own split.
//!
//! Twelve months by fifty products by two hundred representatives are 120,000 figures. As records each
//! would have an event, index terms and a version, and no statement could keep their sums together; so a
//! target is one record with this table beside it, and `If-Match` decides between two managers. Adjusting
//! and re-allocating rescale cells. Price: a cell is read by `breakdown`, not listed or filtered.

use super::model::Dimension;
use guanxi_kernel::{
    allocation::{
        AllocationError, Figures, Rebalance, Result, adjust as adjusted, reallocate as shared_out,
    },
    split::{SplitError, allocate},
};
use rust_decimal::Decimal;
use std::iter::repeat_n;

/// Most cells of one table.
pub(super) const MOST_CELLS: usize = 250_000;

/// One way in which a figure is divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) dimension: Dimension,
    /// Periods by their names, anything else by its id; in their order.
    pub(super) members: Vec<String>,
}

/// A figure divided along axes, the last one varying fastest; without any it is one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    axes: Vec<Axis>,
    cells: Vec<i64>,
}

/// The weights of the members of a new axis within the member of the periods at that place, or within
/// everything where there are no periods or they are all alike.
pub(super) type Weights<'a> = &'a dyn Fn(Option<usize>) -> Vec<Decimal>;

impl Table {
    /// A figure that is not divided.
    pub(super) fn of(figure: i64) -> Self {
        Self { axes: Vec::new(), cells: vec![figure] }
    }

    /// A table of cells as they are kept; `None` if they do not fit the axes.
    pub(super) fn read(axes: Vec<Axis>, cells: Vec<i64>) -> Option<Self> {
        let this = Self { axes, cells };
        (this.cells.len() == this.sizes().iter().product::<usize>()).then_some(this)
    }

    pub(super) fn axes(&self) -> &[Axis] {
        &self.axes
    }

    pub(super) fn cells(&self) -> &[i64] {
        &self.cells
    }

    pub(super) fn figure(&self) -> i64 {
        self.cells.iter().sum()
    }

    fn sizes(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.members.len()).collect()
    }

    pub(super) fn place_of(&self, dimension: Dimension) -> Option<usize> {
        self.axes.iter().position(|axis| axis.dimension == dimension)
    }

    pub(super) fn axis(&self, dimension: Dimension) -> Option<&Axis> {
        self.axes.iter().find(|axis| axis.dimension == dimension)
    }

    /// The axis of periods, if it is divided by one.
    pub(super) fn periods(&self) -> Option<&Axis> {
        self.axes.iter().find(|axis| axis.dimension.unit().is_some())
    }

    /// The sums along one axis.
    pub(super) fn along(&self, dimension: Dimension) -> Option<Vec<i64>> {
        let at = self.place_of(dimension)?;
        let mut sums = vec![0; self.axes[at].members.len()];
        for (place, cell) in self.cells.iter().enumerate() {
            sums[self.member(place, at)] += cell;
        }
        Some(sums)
    }

    /// The sums over some axes, as a table of these.
    pub(super) fn over(&self, dimensions: &[Dimension]) -> Option<Self> {
        let places: Option<Vec<usize>> = dimensions.iter().map(|one| self.place_of(*one)).collect();
        let places = places?;
        let axes: Vec<Axis> = places.iter().map(|at| self.axes[*at].clone()).collect();
        let mut cells = vec![0; axes.iter().map(|axis| axis.members.len()).product()];
        for (place, cell) in self.cells.iter().enumerate() {
            let to = places
                .iter()
                .fold(0, |to, at| to * self.axes[*at].members.len() + self.member(place, *at));
            cells[to] += cell;
        }
        Some(Self { axes, cells })
    }

    /// The same without an axis.
    pub(super) fn without(&self, dimension: Dimension) -> Self {
        let left: Vec<Dimension> =
            self.axes.iter().map(|axis| axis.dimension).filter(|one| *one != dimension).collect();
        self.over(&left).unwrap_or_else(|| self.clone())
    }

    /// The member of an axis to which a cell belongs.
    fn member(&self, place: usize, axis: usize) -> usize {
        let stride: usize = self.axes[axis + 1..].iter().map(|one| one.members.len()).product();
        place / stride % self.axes[axis].members.len()
    }

    /// The cells of each member of an axis by their places; all of them without an axis.
    fn slices(&self, axis: Option<usize>) -> Vec<Vec<usize>> {
        let Some(axis) = axis else { return vec![(0..self.cells.len()).collect()] };
        let mut slices = vec![Vec::new(); self.axes[axis].members.len()];
        for place in 0..self.cells.len() {
            slices[self.member(place, axis)].push(place);
        }
        slices
    }

    /// Divides every cell further, along a new axis.
    ///
    /// With weights that differ from period to period each period is divided by its own. Refused as
    /// `TooMany`, `NegativePart`, or as a split by these weights.
    pub(super) fn extended(
        &self,
        axis: Axis,
        by_period: bool,
        weights: Weights<'_>,
    ) -> Result<Self> {
        let size = axis.members.len();
        self.check_size(size)?;
        let periods = self.axes.iter().position(|one| one.dimension.unit().is_some());
        let periods = periods.filter(|_| by_period);
        let mut cells = vec![0; self.cells.len() * size];
        for (at, slice) in self.slices(periods).iter().enumerate() {
            let held: Vec<i64> = slice.iter().map(|place| self.cells[*place]).collect();
            let figures = crossed(&held, &weights(periods.map(|_| at)))?;
            for (row, place) in slice.iter().enumerate() {
                cells[place * size..(place + 1) * size]
                    .copy_from_slice(&figures[row * size..(row + 1) * size]);
            }
        }
        let axes = self.axes.iter().cloned().chain([axis]).collect();
        Ok(Self { axes, cells })
    }

    /// Divides every period into shorter ones, equally many each; the weights are those of all the
    /// shorter ones.
    pub(super) fn refined(&self, finer: Axis, weights: &[Decimal]) -> Result<Self> {
        let Some(at) = self.axes.iter().position(|one| one.dimension.unit().is_some()) else {
            return self.extended(finer, false, &|_| weights.to_vec());
        };
        let (count, size) = (self.axes[at].members.len(), finer.members.len());
        if weights.len() != size || size % count != 0 {
            return Err(AllocationError::Shape);
        }
        let within = size / count;
        self.check_size(within)?;
        let rest = self.without(self.axes[at].dimension);
        let mut cells = vec![0; self.cells.len() * within];
        for (member, slice) in self.slices(Some(at)).iter().enumerate() {
            let held: Vec<i64> = slice.iter().map(|place| self.cells[*place]).collect();
            let figures = crossed(&held, &weights[member * within..(member + 1) * within])?;
            for (row, part) in figures.chunks(within).enumerate() {
                let from = row * size + member * within;
                cells[from..from + within].copy_from_slice(part);
            }
        }
        Ok(Self { axes: rest.axes.into_iter().chain([finer]).collect(), cells })
    }

    fn check_size(&self, times: usize) -> Result<()> {
        let fits = self.cells.len().checked_mul(times).is_some_and(|cells| cells <= MOST_CELLS);
        if times == 0 {
            Err(AllocationError::Shape)
        } else if fits {
            Ok(())
        } else {
            Err(AllocationError::TooMany)
        }
    }

    /// Which cells lie in periods that are over.
    fn over_already(&self, closed: &[bool]) -> Vec<bool> {
        match self.axes.iter().position(|one| one.dimension.unit().is_some()) {
            Some(at) => (0..self.cells.len())
                .map(|place| closed.get(self.member(place, at)).copied().unwrap_or_default())
                .collect(),
            None => vec![false; self.cells.len()],
        }
    }

    /// Adjusts members of an axis up or down. `closed` says of each period whether it is over: what
    /// lies there stays as it is, so the others take all of it.
    ///
    /// Refused as the kernel refuses an adjustment; as `NothingOpen` for a period that is over itself,
    /// as `BelowClosed` for a member that holds more already.
    pub(super) fn adjusted(
        &self,
        dimension: Dimension,
        changes: &[(usize, Decimal)],
        rebalance: Rebalance,
        closed: &[bool],
    ) -> Result<Self> {
        let (at, sums) =
            self.place_of(dimension).zip(self.along(dimension)).ok_or(AllocationError::Shape)?;
        let shut = |member: usize| closed.get(member).copied().unwrap_or_default();
        if dimension.unit().is_some() {
            if changes.iter().any(|(member, _)| shut(*member)) {
                return Err(AllocationError::NothingOpen);
            }
            // Those that are over are no part of what is adjusted.
            let open: Vec<usize> = (0..sums.len()).filter(|member| !shut(*member)).collect();
            let held: Vec<i64> = open.iter().map(|member| sums[*member]).collect();
            let changes: Option<Vec<(usize, Decimal)>> = changes
                .iter()
                .map(|(member, by)| Some((open.iter().position(|one| one == member)?, *by)))
                .collect();
            let parts = adjusted(&held, &changes.ok_or(AllocationError::Shape)?, rebalance)?.parts;
            let mut sums = sums;
            for (member, part) in open.into_iter().zip(parts) {
                sums[member] = part;
            }
            return self.with_sums(at, &sums, &vec![false; self.cells.len()]);
        }
        let parts = adjusted(&sums, changes, rebalance)?.parts;
        self.with_sums(at, &parts, &self.over_already(closed))
    }

    /// The same with these sums along an axis, in proportion within each member; what is kept stays.
    fn with_sums(&self, axis: usize, sums: &[i64], kept: &[bool]) -> Result<Self> {
        let mut cells = self.cells.clone();
        for (slice, &sum) in self.slices(Some(axis)).iter().zip(sums) {
            let (fixed, open): (Vec<usize>, Vec<usize>) =
                slice.iter().partition(|place| kept[**place]);
            let held: i64 = fixed.iter().map(|place| self.cells[*place]).sum();
            if sum < held {
                return Err(AllocationError::BelowClosed(held));
            }
            if open.is_empty() && sum > held {
                return Err(AllocationError::NothingOpen);
            }
            let weights: Vec<i64> = open.iter().map(|place| self.cells[*place]).collect();
            for (place, part) in open.into_iter().zip(proportional(sum - held, &weights)?) {
                cells[place] = part;
            }
        }
        Ok(Self { axes: self.axes.clone(), cells })
    }

    /// The same for another figure: periods that are over stay as they are, and the rest goes to those
    /// that are open, by these weights or as they stand to one another.
    ///
    /// Refused as `BelowClosed`, as `NothingOpen`, as `Shape` for other than one weight for each open
    /// period.
    pub(super) fn reallocated(
        &self,
        figure: i64,
        weights: Option<&[Decimal]>,
        closed: &[bool],
    ) -> Result<Self> {
        let Some(at) = self.axes.iter().position(|one| one.dimension.unit().is_some()) else {
            if weights.is_some() {
                return Err(AllocationError::Shape);
            }
            let cells = proportional(figure, &self.cells)?;
            return Ok(Self { axes: self.axes.clone(), cells });
        };
        let sums = self.along(self.axes[at].dimension).unwrap_or_default();
        let is_closed = |member: usize| closed.get(member).copied().unwrap_or_default();
        let open = (0..sums.len()).filter(|member| !is_closed(*member));
        let open: Vec<usize> = open.collect();
        let given: Vec<Decimal> = match weights {
            Some(weights) if weights.len() != open.len() => return Err(AllocationError::Shape),
            Some(weights) => weights.to_vec(),
            None if open.iter().all(|member| sums[*member] == 0) => vec![Decimal::ONE; open.len()],
            None => open.iter().map(|member| Decimal::from(sums[*member])).collect(),
        };
        let mut all: Vec<Option<Decimal>> = vec![None; sums.len()];
        for (member, weight) in open.into_iter().zip(given) {
            all[member] = Some(weight);
        }
        let parts = shared_out(&sums, &all, figure)?;
        self.with_sums(at, &parts, &vec![false; self.cells.len()])
    }

    /// What falls to each member of an axis, without that axis, brought to these figures.
    pub(super) fn parts(&self, dimension: Dimension, figures: &[i64]) -> Result<Vec<Self>> {
        let at = self.place_of(dimension).ok_or(AllocationError::Shape)?;
        let slices = self.slices(Some(at));
        if slices.len() != figures.len() {
            return Err(AllocationError::Shape);
        }
        let rest = self.axes.iter().filter(|axis| axis.dimension != dimension);
        let axes: Vec<Axis> = rest.cloned().collect();
        let part = |(places, figure): (&Vec<usize>, &i64)| {
            let held: Vec<i64> = places.iter().map(|place| self.cells[*place]).collect();
            Ok(Self { axes: axes.clone(), cells: proportional(*figure, &held)? })
        };
        slices.iter().zip(figures).map(part).collect()
    }
}

/// Cells laid against the members of a new axis, row by row: the cells stay, and the members get what
/// the sum of all comes to by their weights.
fn crossed(cells: &[i64], weights: &[Decimal]) -> Result<Vec<i64>> {
    let total: i64 = cells.iter().sum();
    let margin = if total == 0 { vec![0; weights.len()] } else { allocate(total, weights)? };
    Ok(Figures::of_margins(&[cells.to_vec(), margin])?.cells().to_vec())
}

/// A figure in proportion to what was held; evenly where nothing was.
fn proportional(figure: i64, held: &[i64]) -> Result<Vec<i64>> {
    match allocate(figure, held) {
        Err(SplitError::NoBasis) if figure == 0 => Ok(vec![0; held.len()]),
        Err(SplitError::NoBasis) => {
            let even: Vec<i64> = repeat_n(1, held.len()).collect();
            Ok(allocate(figure, &even)?)
        }
        parts => Ok(parts?),
    }
}

#[cfg(test)]
mod tests;
