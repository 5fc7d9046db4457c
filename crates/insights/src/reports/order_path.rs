//! At which step of the way to an order people leave web shops.

use super::{
    loop_closure::{FIRST, LAST, on_days},
    prospects::column,
};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, report::reach};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Ctx, Line, Result,
    problem::{INTERNAL, Texts},
};
use guanxi_marketing::{
    carts::{CART, CartStep},
    rate::Rate,
};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;

/// The report.
pub struct OrderPath;

/// What became of carts at one step.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderPathRow {
    /// The step.
    pub step: String,
    /// What it is called.
    pub name: String,
    /// Its place on the way, counted from 1.
    pub place: i64,
    /// How many carts have come so far.
    pub entered: i64,
    /// How many of them were abandoned there.
    pub left: i64,
    /// `left` of `entered`.
    pub drop_off: Rate,
    /// Whether no other step has a greater drop-off; of several the first.
    pub greatest: bool,
}

/// What goes over all steps.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderPathTotals {
    /// How many carts have come to the first step or further.
    pub entered: i64,
    /// How many of them were abandoned on the way.
    pub left: i64,
    /// `left` of `entered`.
    pub drop_off: Rate,
    /// How many of them were bought.
    pub completed: i64,
    /// The step with the greatest drop-off; `null` where nobody has left.
    #[schema(required)]
    pub greatest_step: Option<String>,
    /// Its drop-off; without a value where nobody has left.
    pub greatest_drop_off: Rate,
}

static DEFINITION: Definition = Definition {
    name: "order-path",
    version: 1,
    title: Texts { en: "Drop-off on the way to an order", zh: "下单流程流失分析" },
    about: Texts {
        en: "The steps of `order_path` in the preferences of the company, and the carts that were begun on the days that \
             are asked for, as it was at `as_of`: how many have come to each step, and how many were abandoned there, \
             which is the furthest step that they have come to. Whoever was at a later step, or has bought, has come \
             through those before, whether the shop has told each or not. The step with the greatest drop-off is marked.",
        zh: "按公司偏好中的 order_path 步骤,统计期间内开始的购物车:到达各步骤的数量、在该步骤放弃的数量及流失率(放弃 ÷ 到达),并标出流失率最高的步骤。",
    },
    reads: &[&CART],
    needs: &["started_at", "steps", "completed_at", "abandoned_at"],
    rests_on: &[],
    parameters: &[FIRST, LAST],
    columns: &[
        column("step", "Step", "步骤", What::Key),
        column("name", "Name", "名称", What::Label),
        column("place", "Place", "序号", What::Count),
        column("entered", "Entered", "到达数", What::Count),
        column("left", "Left", "流失数", What::Count),
        column("drop_off", "Drop-off", "流失率", What::Ratio),
        column("greatest", "Greatest drop-off", "流失最高", What::Flag),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name"],
        values: &["entered", "left"],
        otherwise: &[],
    },
};

/// How far a cart has come, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct One {
    /// The furthest step, counted from 0; none if it was at none of them.
    furthest: Option<usize>,
    completed: bool,
    abandoned: bool,
}

/// The rows and what goes over them, for these steps and carts.
fn drops(path: &[Line<60>], carts: &[One]) -> (Vec<OrderPathRow>, OrderPathTotals) {
    let last = path.len().checked_sub(1);
    let (mut entered, mut left) = (vec![0_i64; path.len()], vec![0_i64; path.len()]);
    let mut completed = 0;
    for cart in carts {
        let furthest = if cart.completed { last } else { cart.furthest };
        let Some(furthest) = furthest.filter(|at| *at < path.len()) else { continue };
        completed += i64::from(cart.completed);
        entered[..=furthest].iter_mut().for_each(|count| *count += 1);
        left[furthest] += i64::from(cart.abandoned && !cart.completed);
    }
    let greater = |one: usize, other: usize| {
        i128::from(left[one]) * i128::from(entered[other])
            > i128::from(left[other]) * i128::from(entered[one])
    };
    let some = (0..path.len()).filter(|at| left[*at] > 0);
    let greatest = some.reduce(|best, at| if greater(at, best) { at } else { best });
    let row = |(at, step): (usize, &Line<60>)| OrderPathRow {
        step: step.to_string(),
        name: step.to_string(),
        place: i64::try_from(at + 1).unwrap_or(i64::MAX),
        entered: entered[at],
        left: left[at],
        drop_off: Rate::new(left[at], entered[at]),
        greatest: greatest == Some(at),
    };
    let rows = path.iter().enumerate().map(row).collect();
    let (whole, gone) = (entered.first().copied().unwrap_or(0), left.iter().sum::<i64>());
    let at = greatest.map_or((0, 0), |at| (left[at], entered[at]));
    let totals = OrderPathTotals {
        entered: whole,
        left: gone,
        drop_off: Rate::new(gone, whole),
        completed,
        greatest_step: greatest.map(|at| path[at].to_string()),
        greatest_drop_off: Rate::new(at.0, at.1),
    };
    (rows, totals)
}

type Found = (String, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// The carts that are told of, as they were at the instant.
async fn carts(tx: &mut Tx, ctx: &Ctx, asked: &Asked, path: &[Line<60>]) -> Result<Vec<One>> {
    let mut sql = Sql::new(
        "SELECT CAST(t.steps AS TEXT), t.completed_at, COALESCE(t.abandoned_at, t.abandons_at)
         FROM carts t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ",
    );
    on_days(&mut sql, ctx, asked, "t.started_at")?;
    sql.push(" AND ");
    scope::within(&mut sql, &CART, &reach(ctx, &DEFINITION), ctx.actor.user);
    let by_then = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at <= asked.as_of);
    let mut all = Vec::new();
    for (steps, bought, left) in tx.all::<Found>(sql).await? {
        let steps: Vec<CartStep> =
            serde_json::from_str(&steps).map_err(|error| INTERNAL.problem().because(error))?;
        let come = steps.iter().filter(|one| one.entered_at <= asked.as_of);
        let places = come.filter_map(|one| path.iter().position(|step| *step == one.step));
        let (completed, abandoned) = (by_then(bought), by_then(left));
        all.push(One { furthest: places.max(), completed, abandoned });
    }
    Ok(all)
}

impl Report for OrderPath {
    type Row = OrderPathRow;
    type Totals = OrderPathTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let path = &ctx.settings.preferences.order_path;
        let all = carts(tx, ctx, asked, path).await?;
        let (rows, totals) = drops(path, &all);
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let path: Vec<Line<60>> = ["cart", "address", "payment"].iter().map(step).collect();
        let left_at =
            |furthest| One { furthest: Some(furthest), completed: false, abandoned: true };
        let bought = One { furthest: None, completed: true, abandoned: false };
        let (rows, totals) = drops(&path, &[left_at(0), left_at(2), bought, bought]);
        Made { rows, totals }
    }
}

/// A step of the example.
fn step(word: &&str) -> Line<60> {
    Line::new(word).unwrap_or_else(|_| unreachable!("it is a line"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> Vec<Line<60>> {
        ["cart", "address", "payment"].iter().map(step).collect()
    }

    fn some(count: usize, furthest: Option<usize>, completed: bool, abandoned: bool) -> Vec<One> {
        vec![One { furthest, completed, abandoned }; count]
    }

    #[test]
    fn x_57_half_of_those_who_come_to_the_last_step_leave_there() {
        let carts = [
            some(20, Some(0), false, true),
            some(40, Some(2), false, true),
            some(40, None, true, false),
        ]
        .concat();
        let (rows, totals) = drops(&path(), &carts);
        let counts: Vec<_> = rows.iter().map(|row| (row.entered, row.left)).collect();
        assert_eq!(counts, [(100, 20), (80, 0), (80, 40)]);
        assert_eq!(
            rows[2].drop_off.value().map(|value| format!("{value:.4}")),
            Some("0.5000".into())
        );
        let marked: Vec<_> = rows.iter().map(|row| row.greatest).collect();
        assert_eq!(marked, [false, false, true]);
        assert_eq!(totals.greatest_step.as_deref(), Some("payment"));
        assert_eq!(totals.greatest_drop_off, Rate::new(40, 80));
        assert_eq!((totals.entered, totals.left, totals.completed), (100, 60, 40));
    }

    #[test]
    fn x_51_a_cart_on_its_way_has_left_nowhere() {
        let carts = [
            some(1, Some(1), false, false),
            some(1, None, false, true),
            some(1, Some(1), true, true),
        ]
        .concat();
        let (rows, totals) = drops(&path(), &carts);
        let counts: Vec<_> = rows.iter().map(|row| (row.entered, row.left)).collect();
        assert_eq!(counts, [(2, 0), (2, 0), (1, 0)]);
        assert_eq!(totals.greatest_step, None);
        assert_eq!(totals.greatest_drop_off.value(), None);
        assert!(drops(&[], &carts).0.is_empty());
    }
}
