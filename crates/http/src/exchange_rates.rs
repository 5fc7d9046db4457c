//! `/v1/exchange-rates`: rates by business date, and conversions by them.

use crate::{
    body::Body,
    call::Call,
    parameters::{YEARS, currency, date, missing, unknown},
    problem::ApiError,
    resources::{ListBody, bad},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use chrono::{Datelike as _, NaiveDate};
use guanxi_kernel::{
    Action, Ctx, Currency, ExchangeRate, Money, Problem, Result,
    money::{Converted, MoneyError},
    period::business_date,
    problem::{FieldError, INVALID, INVALID_FORMAT, OUT_OF_RANGE},
};
use guanxi_storage::{
    Tx, list,
    rates::{self, EXCHANGE_RATES, KeptRate, RatesQuery},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

pub(crate) fn routes(config: &mut Routes) {
    config.service(list_rates).service(keep_rates).service(convert);
}

/// A page of exchange rates.
#[derive(Debug, Serialize, ToSchema)]
struct ExchangeRateList {
    /// The rates, the latest days first.
    data: Vec<KeptRate>,
    /// Whether another page follows.
    has_more: bool,
    /// Continues behind this page.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List exchange rates
///
/// The latest business days first, then by currency.
#[utoipa::path(tag = "exchange-rates", operation_id = "exchange_rates_list",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items on a page, 50 when absent."),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before."),
        ("base" = Option<Currency>, Query, description = "Only rates from this currency."),
        ("quote" = Option<Currency>, Query, description = "Only rates to this currency."),
        ("valid_on" = Option<NaiveDate>, Query, description = "Only rates of this day."),
        ("valid_after" = Option<NaiveDate>, Query, description = "Only rates of this day or later."),
        ("valid_before" = Option<NaiveDate>, Query, description = "Only rates of days before.")),
    responses((status = 200, description = "A page.", body = ExchangeRateList)))]
#[get("/v1/exchange-rates")]
async fn list_rates(call: Call) -> Result<HttpResponse, ApiError> {
    call.ctx.require(EXCHANGE_RATES, Action::Read)?;
    let mut query = RatesQuery { limit: list::DEFAULT_LIMIT, ..RatesQuery::default() };
    for (name, value) in call.query() {
        match name.as_str() {
            "limit" => query.limit = list::limit(&value).map_err(bad)?,
            "cursor" => query.cursor = Some(value),
            "base" => query.base = Some(currency(&name, &value)?),
            "quote" => query.quote = Some(currency(&name, &value)?),
            "valid_on" => query.on = Some(date(&name, &value)?),
            "valid_after" => query.after = Some(date(&name, &value)?),
            "valid_before" => query.before = Some(date(&name, &value)?),
            _ => return Err(unknown(&name).into()),
        }
    }
    let (data, next) = call.read(async |tx, ctx| rates::list(tx, ctx, &query).await).await?;
    Ok(HttpResponse::Ok().json(ListBody::new(data, next)))
}

/// Rates to be kept.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "rates": [
    { "base": "USD", "quote": "CNY", "rate": "7.1", "valid_on": "2026-03-02" },
    { "base": "EUR", "quote": "CNY", "rate": "7.75", "valid_on": "2026-03-02" },
] }))]
struct ExchangeRatesInput {
    /// The rates, of any currencies and days.
    #[validate(length(min = 1, max = 500))]
    #[schema(min_items = 1, max_items = 500)]
    rates: Vec<ExchangeRate>,
}

/// What became of rates that were sent.
#[derive(Debug, Serialize, ToSchema)]
struct KeptRates {
    /// The rates as they are kept, in the order in which they were sent.
    data: Vec<KeptRate>,
    /// How many of them are new; the others were there already.
    created: usize,
}

/// Keep exchange rates
///
/// One or many, all of them or none. A rate that is kept stays, since figures may rest on it: the same
/// again changes nothing, another value for the same day is refused. Needs the right with scope `all`.
#[utoipa::path(tag = "exchange-rates", operation_id = "exchange_rates_keep", request_body = ExchangeRatesInput,
    responses((status = 200, description = "They are kept.", body = KeptRates)))]
#[post("/v1/exchange-rates")]
async fn keep_rates(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    rates::require_create(&call.ctx)?;
    let input: ExchangeRatesInput = body.read()?;
    Problem::collect(input.rates.iter().enumerate().flat_map(findings).collect())?;
    let keep = async |tx: &mut Tx, ctx: &Ctx| {
        let mut kept = KeptRates { data: Vec::new(), created: 0 };
        for (at, rate) in input.rates.iter().enumerate() {
            let place = format!("/rates/{at}");
            let (rate, new) =
                rates::keep(tx, ctx, rate).await.map_err(|problem| problem.under(&place))?;
            kept.created += usize::from(new);
            kept.data.push(rate);
        }
        Ok(Done::ok(&kept))
    };
    Ok(call.write(Some(&body), keep).await?)
}

fn findings((at, rate): (usize, &ExchangeRate)) -> Vec<FieldError> {
    let place = format!("/rates/{at}");
    let mut findings = Vec::new();
    if rate.from == rate.to {
        let expected = "A rate is between two currencies";
        findings.push(INVALID.field(format!("{place}/quote")).with("expected", expected));
    }
    if !YEARS.contains(&rate.on.year()) {
        let expected = format!("the years {} to {}", YEARS.start, YEARS.end - 1);
        findings.push(OUT_OF_RANGE.field(format!("{place}/valid_on")).with("expected", expected));
    }
    findings
}

guanxi_kernel::words! {
    /// How a stored rate was used.
    enum Direction {
        /// The amount was multiplied by it.
        Direct = "direct" ("Multiplied", "相乘"),
        /// It is the rate of the opposite pair, and the amount was divided by it.
        Inverse = "inverse" ("Divided", "相除"),
    }
}

/// A converted amount and how it came about.
#[derive(Debug, Serialize, ToSchema)]
struct Conversion {
    /// The amount that was given.
    given: Money,
    /// The same in the other currency.
    amount: Money,
    /// The business date that was asked for.
    on: NaiveDate,
    /// The rate as it is kept; 1 within one currency.
    #[schema(pattern = r"^[0-9]+(\.[0-9]+)?$", example = "7.1")]
    rate: String,
    /// The business date of that rate: the latest on or before `on`.
    rate_on: NaiveDate,
    /// How it was used.
    direction: Direction,
}

/// Convert an amount
///
/// By the latest rate on or before the business date, of the pair itself or else of the opposite one;
/// rounded half-even to the minor unit. Rates stay, so the same question has the same answer for ever,
/// unless a rate for a day in between comes in late.
#[utoipa::path(tag = "exchange-rates", operation_id = "exchange_rates_convert",
    params(
        ("amount" = String, Query, description = "A decimal such as `1234.50`.", pattern = r"^-?[0-9]{1,16}(\.[0-9]{1,4})?$"),
        ("from" = Currency, Query, description = "The currency of the amount."),
        ("to" = Currency, Query, description = "The currency that is wanted."),
        ("on" = Option<NaiveDate>, Query, description = "The business date; today in the tenant's zone when absent.")),
    responses((status = 200, description = "The amount.", body = Conversion),
        (status = 422, description = "No rate is known.")))]
#[get("/v1/exchange-rates/convert")]
async fn convert(call: Call) -> Result<HttpResponse, ApiError> {
    call.ctx.require(EXCHANGE_RATES, Action::Read)?;
    let Wanted { given, to, on } = wanted(&call)?;
    let converted = call.read(async |tx, _| rates::convert(tx, given, to, on).await).await?;
    let Converted { amount, rate, on: rate_on, inverse } = converted;
    let direction = if inverse { Direction::Inverse } else { Direction::Direct };
    let rate = rate.normalize().to_string();
    Ok(HttpResponse::Ok().json(Conversion { given, amount, on, rate, rate_on, direction }))
}

struct Wanted {
    given: Money,
    to: Currency,
    on: NaiveDate,
}

fn wanted(call: &Call) -> Result<Wanted> {
    let (mut amount, mut from, mut to, mut on) = (None, None, None, None);
    for (name, value) in call.query() {
        match name.as_str() {
            "amount" => amount = Some(value),
            "from" => from = Some(currency(&name, &value)?),
            "to" => to = Some(currency(&name, &value)?),
            "on" => on = Some(date(&name, &value)?),
            _ => return Err(unknown(&name)),
        }
    }
    let from = from.ok_or_else(|| missing("from"))?;
    let to = to.ok_or_else(|| missing("to"))?;
    let amount = amount.ok_or_else(|| missing("amount"))?;
    let given = Money::parse(&amount, from).map_err(|error| {
        let code = if error == MoneyError::Overflow { &OUT_OF_RANGE } else { &INVALID_FORMAT };
        bad(code.parameter("amount").with("expected", error.to_string()))
    })?;
    let today = || business_date(call.ctx.now, call.ctx.settings.time_zone);
    Ok(Wanted { given, to, on: on.unwrap_or_else(today) })
}
