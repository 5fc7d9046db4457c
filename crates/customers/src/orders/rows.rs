//! Rows of a file, each a line of an order.
//!
//! A file may tell of an order in several places, so it goes on with an order that it has begun; lines that
//! are among those of an order of another file are there already. Rows of one order that follow each other
//! are in one step of the job, and if one of them cannot be read all of the order that is in that step is left out.
//!
//! Rows of one order that are far apart are in several steps, so some may be in when others are refused. How many
//! were is kept (`order_gaps`): a file that is put right, or one of the refused rows alone, completes the order with
//! as many lines and no more, while any other order of that name still says something else. Price: what completes an
//! order goes with the file that has begun it when that is undone, not with the one that completed it; a row put right
//! that is the same as one that is in is taken for it unless both are told together; and a file that nobody puts right
//! leaves a small row for each such order.

use super::{
    ORDER, OrderLineInput,
    lines::OrderLine,
    service::{Name, Taken, Told, have_refused, take},
};
use crate::{
    parties::{Party, PartyId},
    problems::{ORDER_DIFFERS, ORDER_INCOMPLETE},
    rules::{likely_instant, whole_micros},
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use futures_util::future::LocalBoxFuture;
use guanxi_bulk::table::{Group, Grouped, Outcome, Table};
use guanxi_kernel::{
    Ctx, Currency, FineAmount, Line, Problem, Result, SignedQuantity, input,
    period::first_instant,
    preferences::ChannelMode,
    problem::{FieldError, INTERNAL, INVALID_FORMAT, OUT_OF_RANGE},
};
use guanxi_storage::{Record, Tx};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, str::FromStr};
use utoipa::ToSchema;
use validator::Validate;

/// A row of a file: a line, and what it shares with the other lines of its order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct OrderRow {
    /// The system in which the order was made.
    #[field(zh = "来源系统")]
    pub source: Line<40>,
    /// What the order is called there.
    #[field(zh = "外部单号")]
    pub reference: Line<100>,
    /// Who has bought.
    #[serde(default)]
    #[field(zh = "客户", to = Party)]
    pub party_id: Option<PartyId>,
    /// When: an instant, or a day with or without a time as the clocks of the company show it. Of rows
    /// that differ the first counts.
    #[field(zh = "下单时间")]
    pub placed_at: Line<40>,
    /// The currency; that of the tenant when absent.
    #[serde(default)]
    #[field(zh = "币种")]
    pub currency: Option<Currency>,
    /// By how many steps it was sold; that of the company when absent. Of rows that differ the first counts.
    #[serde(default)]
    #[field(zh = "渠道模式")]
    pub channel_mode: Option<ChannelMode>,
    /// The code of the product.
    #[serde(default)]
    #[field(zh = "产品编码")]
    pub sku: Option<Line<100>>,
    /// What it is called.
    #[serde(default)]
    #[field(zh = "产品名称")]
    pub name: Option<Line<400>>,
    /// How many; below zero what came back.
    #[field(zh = "数量")]
    pub quantity: Line<40>,
    /// What one costs the customer.
    #[field(zh = "单价")]
    pub unit_price: Line<40>,
    /// What the line comes to; price times quantity when absent.
    #[serde(default)]
    #[field(zh = "金额")]
    pub amount: Option<Line<40>>,
    /// What one has cost the company.
    #[serde(default)]
    #[field(zh = "单位成本")]
    pub unit_cost: Option<Line<40>>,
}

/// How files become orders.
pub fn table() -> Table {
    let mut fields = Vec::new();
    OrderRow::fields(&mut fields);
    Table::of_groups(&ORDER, fields, Grouped { key: &["source", "reference"], write })
}

/// A figure as it stands in a cell, perhaps with commas between thousands.
fn figure<T: FromStr>(text: &str, place: &'static str) -> Result<T, FieldError> {
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | ' ')).collect();
    let wrong = |_| INVALID_FORMAT.field(place).with("expected", "a decimal such as -2.55");
    plain.parse().map_err(wrong)
}

/// An instant as it stands in a cell.
fn instant(ctx: &Ctx, text: &str) -> Option<DateTime<Utc>> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(whole_micros(instant.to_utc()));
    }
    let text = text.replace('/', "-").replace('T', " ");
    let shown = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
    let day = || NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
    let shown = shown.or_else(|| Some(day()?.and_time(NaiveTime::MIN)))?;
    Some(whole_micros(first_instant(shown, ctx.settings.time_zone)))
}

impl OrderRow {
    fn placed_at(&self, ctx: &Ctx) -> Result<DateTime<Utc>> {
        const PLACE: &str = "/placed_at";
        let expected =
            "an instant such as 2026-03-31T09:26:00+08:00, or a day with or without a time";
        let instant = instant(ctx, &self.placed_at)
            .ok_or_else(|| INVALID_FORMAT.at(PLACE).with("expected", expected))?;
        likely_instant(&instant)
            .map_err(|_| OUT_OF_RANGE.at(PLACE).with("expected", "a year from 1900 to 2200"))?;
        Ok(instant)
    }

    fn line(&self) -> Result<OrderLine> {
        let mut findings = Vec::new();
        let quantity = figure::<SignedQuantity>(&self.quantity, "/quantity");
        let quantity = quantity.map_err(|finding| findings.push(finding)).ok();
        let mut amount = |text: Option<&Line<40>>, place| {
            let read = text.map(|text| figure::<FineAmount>(text, place)).transpose();
            read.map_err(|finding| findings.push(finding)).ok().flatten()
        };
        let unit_price = amount(Some(&self.unit_price), "/unit_price");
        let whole = amount(self.amount.as_ref(), "/amount");
        let unit_cost = amount(self.unit_cost.as_ref(), "/unit_cost");
        Problem::collect(findings)?;
        let (Some(quantity), Some(unit_price)) = (quantity, unit_price) else {
            return Err(INTERNAL.problem());
        };
        let (sku, name) = (self.sku.clone(), self.name.clone());
        OrderLineInput { sku, name, quantity, unit_price, amount: whole, unit_cost }.settled("")
    }
}

/// What the rows of an order come to: the order, or what has become of each of them.
fn order(ctx: &Ctx, group: Group) -> Result<Told, Vec<Outcome>> {
    let mut told: Option<Told> = None;
    let mut outcomes: Vec<Option<Problem>> = Vec::with_capacity(group.rows.len());
    let mut reference = String::new();
    for row in group.rows {
        let read = row.map_err(|problem| problem.again()).and_then(|body| {
            let row: OrderRow = input::read(body)?;
            reference = row.reference.to_string();
            let (placed_at, line) = (row.placed_at(ctx)?, row.line()?);
            Ok((row, placed_at, line))
        });
        outcomes.push(match read {
            Err(problem) => Some(problem),
            Ok((row, placed_at, line)) => {
                let currency = row.currency.unwrap_or(ctx.settings.currency);
                let order = told.get_or_insert_with(|| Told {
                    source: row.source,
                    reference: row.reference,
                    party_id: row.party_id,
                    placed_at,
                    currency,
                    channel_mode: row.channel_mode,
                    lines: Vec::new(),
                });
                let same = order.party_id == row.party_id && order.currency == currency;
                order.lines.push(line);
                (!same).then(|| ORDER_DIFFERS.with("reference", reference.clone()))
            }
        });
    }
    match told {
        Some(told) if outcomes.iter().all(Option::is_none) => Ok(told),
        _ => {
            let left_out = || ORDER_INCOMPLETE.with("reference", reference.clone());
            let failed = |one: Option<Problem>| Outcome::Failed(one.unwrap_or_else(left_out));
            Err(outcomes.into_iter().map(failed).collect())
        }
    }
}

/// Takes in the orders of a step of a file; what has become of each row.
fn write<'a>(
    tx: &'a mut Tx,
    ctx: &'a Ctx,
    groups: Vec<Group>,
) -> LocalBoxFuture<'a, Result<Vec<Vec<Outcome>>>> {
    Box::pin(async move {
        let sizes: Vec<usize> = groups.iter().map(|group| group.rows.len()).collect();
        let names: Vec<Option<Name>> = groups.iter().map(name).collect();
        let (mut told, mut failed) = (Vec::new(), Vec::new());
        for group in groups {
            match order(ctx, group) {
                Ok(one) => {
                    told.push(one);
                    failed.push(None);
                }
                Err(outcomes) => failed.push(Some(outcomes)),
            }
        }
        let (taken, _) = take(tx, ctx, told, None).await?;
        let mut taken = taken.into_iter();
        let mut rows = Vec::with_capacity(sizes.len());
        let mut refused: BTreeMap<Name, i64> = BTreeMap::new();
        for ((size, name), failed) in sizes.into_iter().zip(names).zip(failed) {
            let outcomes = match failed {
                Some(outcomes) => outcomes,
                None => rows_of(size, taken.next().as_ref()),
            };
            if let (Some(Outcome::Failed(_)), Some(name)) = (outcomes.first(), name) {
                // One is refused with all others.
                *refused.entry(name).or_default() += i64::try_from(size).unwrap_or(i64::MAX);
            }
            rows.push(outcomes);
        }
        have_refused(tx, ctx, refused).await?;
        Ok(rows)
    })
}

/// The order that rows tell of, as far as one of them can be read.
fn name(group: &Group) -> Option<Name> {
    let [source, reference] = group.key.as_slice() else { return None };
    let source = Line::<40>::new(source.as_str()?).ok()?;
    let reference = Line::<100>::new(reference.as_str()?).ok()?;
    Some((source.to_string(), reference.to_string()))
}

/// What has become of each of so many rows of an order.
fn rows_of(size: usize, taken: Option<&Result<Taken>>) -> Vec<Outcome> {
    let each = |at: usize| match taken {
        Some(Ok(Taken::Created(_))) => Outcome::Created,
        Some(Ok(Taken::Completed(_, lines))) if at < *lines => Outcome::Created,
        Some(Ok(Taken::Completed(..))) => Outcome::Unchanged,
        Some(Ok(Taken::Unchanged(_))) => Outcome::Unchanged,
        Some(Err(problem)) => Outcome::Failed(problem.again()),
        None => Outcome::Failed(INTERNAL.problem()),
    };
    (0..size).map(each).collect()
}
