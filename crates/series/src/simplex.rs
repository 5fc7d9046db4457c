//! The least value of a function of a few variables from 0 to 1, without its derivatives.
//!
//! The downhill simplex method of J. A. Nelder and R. Mead, "A Simplex Method for Function
//! Minimization", The Computer Journal 7 (1965), with its usual coefficients; a point beyond the bounds
//! is moved to them. Nothing is random, so the same function has the same result everywhere.

/// Most steps of one search.
const STEPS: usize = 400;

/// The first simplex reaches so far from where the search begins.
const REACH: f64 = 0.1;

/// A point and its value.
type Corner<const N: usize> = ([f64; N], f64);

/// Where a function is least, as far as can be seen from `start`, and its value there. The search ends
/// when its corners differ by less than `precision` as a part of the value.
pub(crate) fn minimise<const N: usize>(
    start: [f64; N],
    precision: f64,
    value: &dyn Fn(&[f64; N]) -> f64,
) -> Corner<N> {
    let corner = |point: [f64; N]| (point, value(&point));
    let mut corners: Vec<Corner<N>> = vec![corner(start)];
    for axis in 0..N {
        let mut point = start;
        point[axis] += if point[axis] > 0.5 { -REACH } else { REACH };
        corners.push(corner(point));
    }
    for _ in 0..STEPS {
        corners.sort_by(|one, other| one.1.total_cmp(&other.1));
        if corners[N].1 - corners[0].1 <= precision * corners[0].1.abs() {
            break;
        }
        step(&mut corners, &corner);
    }
    corners.sort_by(|one, other| one.1.total_cmp(&other.1));
    corners[0]
}

/// Replaces the worst corner of a sorted simplex, or draws all corners towards the best.
fn step<const N: usize>(corners: &mut [Corner<N>], corner: &dyn Fn([f64; N]) -> Corner<N>) {
    let (best, worst) = (corners[0], corners[N]);
    let mut centre = [0.0; N];
    for (point, _) in &corners[..N] {
        for (sum, one) in centre.iter_mut().zip(point) {
            *sum += one / N as f64;
        }
    }
    // From the centre, so many times the way to the worst corner.
    let along = |times: f64| corner(between(&centre, &worst.0, times));
    let reflected = along(-1.0);
    let replaced = if reflected.1 < best.1 {
        let expanded = along(-2.0);
        Some(if expanded.1 < reflected.1 { expanded } else { reflected })
    } else if reflected.1 < corners[N - 1].1 {
        Some(reflected)
    } else {
        let contracted = along(if reflected.1 < worst.1 { -0.5 } else { 0.5 });
        Some(contracted).filter(|contracted| contracted.1 < reflected.1.min(worst.1))
    };
    match replaced {
        Some(replaced) => corners[N] = replaced,
        None => {
            for other in &mut corners[1..] {
                *other = corner(between(&best.0, &other.0, 0.5));
            }
        }
    }
}

/// From one point so many times the way to another, within the bounds.
fn between<const N: usize>(from: &[f64; N], to: &[f64; N], times: f64) -> [f64; N] {
    std::array::from_fn(|axis| (from[axis] + times * (to[axis] - from[axis])).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bottom_of_a_curved_valley_is_found() {
        // H. H. Rosenbrock's function, moved so that its least value is at (0.6, 0.6).
        let valley = |[x, y]: &[f64; 2]| {
            let (x, y) = (x + 0.4, y + 0.4);
            (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
        };
        let ([x, y], least) = minimise([0.05, 0.9], 1e-9, &valley);
        assert!((x - 0.6).abs() < 1e-3 && (y - 0.6).abs() < 1e-3, "{x} {y}");
        assert!(least < 1e-6);
    }

    #[test]
    fn a_bound_can_be_the_least() {
        let slope = |[x, y, z]: &[f64; 3]| x + (y - 2.0).powi(2) + (z - 0.3).abs();
        let ([x, y, z], _) = minimise([0.5, 0.5, 0.5], 1e-9, &slope);
        assert!(x < 1e-6 && y > 1.0 - 1e-6 && (z - 0.3).abs() < 1e-6, "{x} {y} {z}");
    }

    #[test]
    fn what_is_infinite_is_avoided() {
        let cliff = |[x]: &[f64; 1]| if *x > 0.7 { f64::INFINITY } else { -x };
        let ([x], _) = minimise([0.3], 1e-9, &cliff);
        assert!((x - 0.7).abs() < 1e-3, "{x}");
    }
}
