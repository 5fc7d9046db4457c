//! The least sum of squares of functions of many variables.
//!
//! The method of K. Levenberg, "A Method for the Solution of Certain Non-linear Problems in Least
//! Squares", Quarterly of Applied Mathematics 2 (1944), with D. W. Marquardt's scaling (1963) and
//! derivatives by differences. Some variables stay from 0 to 1: a step beyond is cut to the bound, and
//! a variable that is there and wants to go further is left out of the step.

/// Most steps of one search.
const STEPS: usize = 60;

/// Most times a step is shortened.
const SHORTENED: usize = 10;

/// A search ends when a step lowers the sum by less than this part.
const PRECISION: f64 = 1e-8;

/// Of a variable, by how much it is moved to see what that changes.
const DIFFERENCE: f64 = 1e-6;

/// Where the squares of `residuals` sum to the least, as far as can be seen from `start`, and that
/// sum. The first `bounded` variables stay from 0 to 1. Residuals that are not finite are never
/// accepted.
pub(crate) fn descend(
    start: Vec<f64>,
    bounded: usize,
    residuals: &dyn Fn(&[f64]) -> Vec<f64>,
) -> (Vec<f64>, f64) {
    let mut point = start;
    let mut at_point = residuals(&point);
    let mut damping = 1e-3;
    for _ in 0..STEPS {
        let before = squares(&at_point);
        let slopes = slopes(&point, &at_point, bounded, residuals);
        let better = (0..SHORTENED).find_map(|_| {
            let step = step(&slopes, &at_point, damping);
            let mut next: Vec<f64> = point.iter().zip(&step).map(|(one, by)| one + by).collect();
            next[..bounded].iter_mut().for_each(|one| *one = one.clamp(0.0, 1.0));
            let at_next = residuals(&next);
            let lower = squares(&at_next) < before;
            damping *= if lower { 0.1 } else { 10.0 };
            lower.then_some((next, at_next))
        });
        let Some((next, at_next)) = better else { break };
        (point, at_point) = (next, at_next);
        if before - squares(&at_point) <= PRECISION * before {
            break;
        }
    }
    let least = squares(&at_point);
    (point, least)
}

fn squares(residuals: &[f64]) -> f64 {
    residuals.iter().map(|one| one * one).sum()
}

/// For each variable, by how much each residual changes with it; zeros for one that is left out.
fn slopes(
    point: &[f64],
    at_point: &[f64],
    bounded: usize,
    residuals: &dyn Fn(&[f64]) -> Vec<f64>,
) -> Vec<Vec<f64>> {
    let slope = |variable: usize| -> Vec<f64> {
        let (mut moved, from) = (point.to_vec(), point[variable]);
        let inwards = if variable < bounded && from > 0.5 { -1.0 } else { 1.0 };
        let by = inwards * DIFFERENCE * from.abs().max(DIFFERENCE.sqrt());
        moved[variable] += by;
        let slope: Vec<f64> = residuals(&moved)
            .iter()
            .zip(at_point)
            .map(|(after, before)| (after - before) / by)
            .collect();
        let uphill = product(&slope, at_point);
        let out = (from <= 0.0 && uphill > 0.0) || (from >= 1.0 && uphill < 0.0);
        if variable < bounded && out { vec![0.0; slope.len()] } else { slope }
    };
    (0..point.len()).map(slope).collect()
}

fn product(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// The step that would be right if the residuals were straight, shortened by the damping.
fn step(slopes: &[Vec<f64>], residuals: &[f64], damping: f64) -> Vec<f64> {
    let mut matrix: Vec<Vec<f64>> =
        slopes.iter().map(|one| slopes.iter().map(|other| product(one, other)).collect()).collect();
    for (at, row) in matrix.iter_mut().enumerate() {
        // A variable that is left out keeps its place by a pivot of its own.
        row[at] += if row[at] > 0.0 { damping * row[at] } else { 1.0 };
    }
    let right: Vec<f64> = slopes.iter().map(|slope| -product(slope, residuals)).collect();
    solve(matrix, right)
}

/// The solution of a symmetric positive definite system, by elimination.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    for pivot in 0..right.len() {
        let (done, below) = matrix.split_at_mut(pivot + 1);
        let row = &done[pivot];
        for (at, other) in below.iter_mut().enumerate() {
            let factor = other[pivot] / row[pivot];
            for (one, by) in other[pivot..].iter_mut().zip(&row[pivot..]) {
                *one -= factor * by;
            }
            right[pivot + 1 + at] -= factor * right[pivot];
        }
    }
    for at in (0..right.len()).rev() {
        let (head, known) = right.split_at_mut(at + 1);
        let rest: f64 = matrix[at][at + 1..].iter().zip(known).map(|(a, b)| a * *b).sum();
        head[at] = (head[at] - rest) / matrix[at][at];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved() {
        let matrix = vec![vec![4.0, 2.0, 0.6], vec![2.0, 5.0, 1.0], vec![0.6, 1.0, 3.0]];
        let solution = solve(matrix, vec![9.8, 15.0, 11.6]);
        for (one, expected) in solution.iter().zip([1.0, 2.0, 3.0]) {
            assert!((one - expected).abs() < 1e-12, "{solution:?}");
        }
    }

    #[test]
    fn a_curve_is_fitted_to_points() {
        let points: Vec<(f64, f64)> =
            (0..20).map(f64::from).map(|x| (x, 3.0 / (1.0 + 0.5 * x) + 2.0)).collect();
        let off = |p: &[f64]| {
            points.iter().map(|(x, y)| y - p[0] / (1.0 + p[1] * x) - p[2]).collect::<Vec<f64>>()
        };
        let (fitted, least) = descend(vec![1.0, 0.2, 1.0], 0, &off);
        assert!(least < 1e-12);
        for (one, expected) in fitted.iter().zip([3.0, 0.5, 2.0]) {
            assert!((one - expected).abs() < 1e-4, "{fitted:?}");
        }
    }

    #[test]
    fn what_is_best_already_stays() {
        let off = |p: &[f64]| vec![p[0] - 1.0, p[1] + 2.0];
        assert_eq!(descend(vec![1.0, -2.0], 0, &off), (vec![1.0, -2.0], 0.0));
        let wall = |p: &[f64]| vec![if p[0] < 1.0 { f64::NAN } else { p[0] }];
        assert!(descend(vec![1.5], 0, &wall).0[0] >= 1.0);
    }

    #[test]
    fn bounds_hold_and_the_others_go_on() {
        // Without bounds the least is at (2, -1, 5).
        let off = |p: &[f64]| vec![p[0] - 2.0, p[1] + 1.0, p[2] - 5.0 + (p[0] - 2.0)];
        let (point, _) = descend(vec![0.5, 0.5, 0.0], 2, &off);
        assert_eq!(point[..2], [1.0, 0.0]);
        assert!((point[2] - 6.0).abs() < 1e-6, "{point:?}");
    }
}
