//! The question: which instants, which currency, which parameters.

use crate::definition::{Definition, Parameter, Takes, Window};
use crate::exchange::Exchange;
use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use guanxi_kernel::{
    Ctx, Currency, Money, Problem, Result, Word,
    period::{Period, business_date},
    problem::{FieldError, INVALID_FORMAT, OUT_OF_RANGE, REQUIRED, UNKNOWN_VALUE},
    scalar::Type,
};
use guanxi_marketing::past::Past;
use guanxi_storage::error::{BAD_PARAMETER, REPEATED_PARAMETER, UNKNOWN_PARAMETER};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The narrowest and the widest chart, and the usual one, in pixels.
pub const WIDTHS: (u32, u32, u32) = (300, 2400, 800);

/// The names of the parameters that every report has.
pub const SHARED: [&str; 5] = ["as_of", "known_at", "currency", "format", "width"];

/// What was asked of a report.
#[derive(Debug)]
pub struct Asked {
    /// What is told was so at this instant.
    pub as_of: DateTime<Utc>,
    /// As far as it was known at this one.
    pub known_at: DateTime<Utc>,
    /// The business day of `as_of`.
    pub today: NaiveDate,
    /// Whether it is about now, as it is known now.
    pub live: bool,
    /// The currency of all amounts, and how they came into it.
    pub exchange: Exchange,
    /// Whether its days are those of a period.
    pub of_period: bool,
    values: BTreeMap<&'static str, Vec<String>>,
    hidden: BTreeSet<String>,
}

guanxi_kernel::words! {
    /// The form of an answer.
    pub enum Form {
        /// Figures with all that is known of them.
        Json = "json" ("JSON", "JSON"),
        /// The rows as a table.
        Csv = "csv" ("CSV", "CSV"),
        /// The rows as a chart.
        Svg = "svg" ("SVG", "SVG"),
    }
}

/// How the answer is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Presentation {
    /// The form, if it is said in the query.
    pub form: Option<Form>,
    /// The width of a chart in pixels.
    pub width: u32,
}

/// The refusal of a parameter.
pub fn bad(finding: FieldError) -> Problem {
    BAD_PARAMETER.problem().and(finding)
}

fn expected(finding: FieldError, what: impl Into<Json>) -> FieldError {
    finding.with("expected", what)
}

impl Presentation {
    /// Reads `format` and `width`.
    ///
    /// # Errors
    /// `bad_parameter`.
    pub fn read(pairs: &[(String, String)]) -> Result<Self> {
        let mut this = Self { form: None, width: WIDTHS.2 };
        for (name, value) in pairs {
            match name.as_str() {
                "format" => {
                    let words = Form::WORDS.join(", ");
                    let unknown = || bad(expected(UNKNOWN_VALUE.parameter("format"), words));
                    this.form = Some(Form::from_word(value).ok_or_else(unknown)?);
                }
                "width" => {
                    let wide = whole(value, WIDTHS.0.into(), WIDTHS.1.into());
                    let range = format!("{} to {}", WIDTHS.0, WIDTHS.1);
                    let wrong = || bad(expected(OUT_OF_RANGE.parameter("width"), range));
                    this.width = wide.and_then(|wide| wide.try_into().ok()).ok_or_else(wrong)?;
                }
                _ => {}
            }
        }
        Ok(this)
    }
}

impl Asked {
    /// Reads the question from a query; `hidden` are the fields that the caller may not see.
    ///
    /// # Errors
    /// `unknown_parameter`, `repeated_parameter`, `bad_parameter` with every finding.
    pub fn read(
        definition: &'static Definition,
        ctx: &Ctx,
        pairs: &[(String, String)],
        hidden: BTreeSet<String>,
    ) -> Result<Self> {
        let now = DateTime::from_timestamp_micros(ctx.now.timestamp_micros()).unwrap_or(ctx.now);
        let mut this = Self {
            as_of: now,
            known_at: now,
            today: business_date(now, ctx.settings.time_zone),
            live: true,
            exchange: Exchange::into(ctx.settings.currency),
            of_period: false,
            values: BTreeMap::new(),
            hidden,
        };
        let known = |name: &str| {
            let own = definition.asked().any(|one| one.name == name && this.offers(one));
            own || SHARED.contains(&name)
        };
        for (at, (name, _)) in pairs.iter().enumerate() {
            if !known(name) {
                return Err(UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name)));
            }
            if pairs[..at].iter().any(|(earlier, _)| earlier == name) {
                return Err(REPEATED_PARAMETER.problem().and(REPEATED_PARAMETER.parameter(name)));
            }
        }
        let given = |name: &str| {
            let found = pairs.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str())
        };
        let mut findings = Vec::new();
        if let Err(finding) = this.place(ctx, given("as_of"), given("known_at"), now) {
            findings.push(finding);
        }
        if let Some(value) = given("currency") {
            match value.parse::<Currency>() {
                Ok(currency) => this.exchange = Exchange::into(currency),
                Err(_) => findings.push(expected(
                    UNKNOWN_VALUE.parameter("currency"),
                    "an ISO 4217 code such as CNY",
                )),
            }
        }
        for one in definition.parameters {
            match given(one.name).or(one.default) {
                Some(value) => match this.values_of(one, value) {
                    Ok(values) => drop(this.values.insert(one.name, values)),
                    Err(finding) => findings.push(finding),
                },
                None if one.required => findings.push(REQUIRED.parameter(one.name)),
                None => {}
            }
        }
        if let Some((window, text)) = definition.window().zip(given(Window::NAME)) {
            let also = window.days().into_iter().any(|name| given(name).is_some());
            if let Err(finding) = this.take_period(ctx, window, (text, also)) {
                findings.push(finding);
            }
        }
        if findings.is_empty() {
            return Ok(this);
        }
        Err(findings.into_iter().fold(BAD_PARAMETER.problem(), Problem::and))
    }

    /// A question about that instant with nothing else said, for examples.
    pub fn sample(definition: &'static Definition, at: DateTime<Utc>, currency: Currency) -> Self {
        let defaults = definition.parameters.iter();
        let defaults = defaults.filter_map(|one| Some((one.name, vec![one.default?.to_owned()])));
        Self {
            as_of: at,
            known_at: at,
            today: at.date_naive(),
            live: true,
            exchange: Exchange::into(currency),
            of_period: false,
            values: defaults.collect(),
            hidden: BTreeSet::new(),
        }
    }

    /// The instants that are asked about, where they are past.
    pub fn past(&self) -> Option<Past> {
        let Self { as_of, known_at, today, live, .. } = *self;
        (!live).then_some(Past { as_of, known_at, day: today })
    }

    fn place(
        &mut self,
        ctx: &Ctx,
        as_of: Option<&str>,
        known_at: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), FieldError> {
        let read = |name: &'static str, value: Option<&str>, absent| match value {
            None => Ok(absent),
            Some(value) => instant(name, value, now),
        };
        self.as_of = read("as_of", as_of, now)?;
        self.known_at = read("known_at", known_at, self.as_of)?;
        self.today = business_date(self.as_of, ctx.settings.time_zone);
        self.live = self.as_of == now && self.known_at == now;
        Ok(())
    }

    /// Takes the days of a period, by the calendar of the tenant, as those of a window.
    fn take_period(
        &mut self,
        ctx: &Ctx,
        window: &Window,
        (text, also_days): (&str, bool),
    ) -> Result<(), FieldError> {
        let wrong = || expected(INVALID_FORMAT.parameter(Window::NAME), window.expected());
        let period: Period = text.parse().map_err(|_| wrong())?;
        if also_days {
            return Err(wrong());
        }
        let range = period.range(ctx.settings.fiscal, self.today);
        let last = if window.open { Some(range.end) } else { range.end.pred_opt() };
        self.understand(window.first, &range.start);
        self.understand(window.last, &last.unwrap_or(range.end));
        self.of_period = true;
        Ok(())
    }

    fn offers(&self, parameter: &Parameter) -> bool {
        parameter.field.is_none_or(|field| !self.hides(field))
    }

    /// Whether the caller may not see that field of the first resource.
    pub fn hides(&self, field: &str) -> bool {
        self.hidden.contains(field)
    }

    /// Refuses the value of a parameter that would tell of a field that the caller may not see.
    ///
    /// # Errors
    /// `bad_parameter`.
    pub fn refuse_hidden(&self, name: &'static str, field: &str) -> Result<()> {
        if !self.hides(field) {
            return Ok(());
        }
        Err(bad(expected(UNKNOWN_VALUE.parameter(name), "what your rights let you see")))
    }

    fn values_of(&self, one: &Parameter, value: &str) -> Result<Vec<String>, FieldError> {
        let wrong = |finding: FieldError| expected(finding, one.takes.expected());
        let format = || wrong(INVALID_FORMAT.parameter(one.name));
        let range = || wrong(OUT_OF_RANGE.parameter(one.name));
        match one.takes {
            Takes::One(kind) => Ok(vec![spelt(kind, value).ok_or_else(|| refused(one, kind))?]),
            Takes::Many(kind) => {
                let each = value.split(',').map(|part| spelt(kind, part));
                let each: Option<Vec<String>> = each.collect();
                let each = each.ok_or_else(|| refused(one, kind))?;
                let distinct: BTreeSet<&String> = each.iter().collect();
                if distinct.len() == each.len() { Ok(each) } else { Err(format()) }
            }
            Takes::Whole(least, most) => {
                Ok(vec![whole(value, least, most).ok_or_else(range)?.to_string()])
            }
            Takes::Month => {
                let first = first_of(value).ok_or_else(format)?;
                if first <= self.today { Ok(vec![value.to_owned()]) } else { Err(range()) }
            }
            Takes::Period => {
                value.parse::<Period>().map_err(|_| format())?;
                Ok(vec![value.to_owned()])
            }
            Takes::Amount => {
                let money = Money::parse(value, self.exchange.currency()).map_err(|_| format())?;
                if money.minor() > 0 { Ok(vec![money.amount()]) } else { Err(range()) }
            }
            Takes::Share | Takes::Factor => {
                let most = match one.takes {
                    Takes::Share => Decimal::ONE,
                    _ => Decimal::ONE_THOUSAND,
                };
                let number = decimal(value).ok_or_else(format)?;
                if number > Decimal::ZERO && number <= most {
                    Ok(vec![number.normalize().to_string()])
                } else {
                    Err(range())
                }
            }
        }
    }

    fn first(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.first().map(String::as_str)
    }

    /// Everything that was given, as it was written.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.get(name).into_iter().flatten().map(String::as_str)
    }

    /// The id that was given.
    pub fn id(&self, name: &str) -> Option<Uuid> {
        self.first(name)?.parse().ok()
    }

    /// The whole number that was given.
    pub fn whole(&self, name: &str) -> Option<i64> {
        self.first(name)?.parse().ok()
    }

    /// The day that was given.
    pub fn date(&self, name: &str) -> Option<NaiveDate> {
        self.first(name)?.parse().ok()
    }

    /// The first and the last day of a time, `from` and `to`, as far as they were given.
    ///
    /// # Errors
    /// `bad_parameter` for one that ends before it begins.
    pub fn bounds(&self) -> Result<(Option<NaiveDate>, Option<NaiveDate>)> {
        let (from, to) = (self.date("from"), self.date("to"));
        match from.zip(to).is_some_and(|(from, to)| from > to) {
            true => Err(bad(expected(OUT_OF_RANGE.parameter("to"), "not before from"))),
            false => Ok((from, to)),
        }
    }

    /// The first and the last day of a time, `from` and `to`: that of `as_of` when no last one was given, and
    /// no first one where it begins by itself.
    ///
    /// # Errors
    /// As [`Asked::bounds`].
    pub fn time(
        &mut self,
        begins: impl FnOnce(NaiveDate) -> Option<NaiveDate>,
    ) -> Result<(NaiveDate, NaiveDate)> {
        let to = self.date("to").unwrap_or(self.today);
        let from = self.date("from").or_else(|| begins(to)).unwrap_or(to);
        self.understand("from", &from);
        self.understand("to", &to);
        self.bounds().map(|_| (from, to))
    }

    /// The same, which begins so many days before its end.
    ///
    /// # Errors
    /// As [`Asked::bounds`].
    pub fn days(&mut self, usual: u64) -> Result<(NaiveDate, NaiveDate)> {
        self.time(|to| to.checked_sub_days(Days::new(usual)))
    }

    /// The text that was given.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.first(name)
    }

    /// The first day of the month that was given; of that of `as_of` when none was.
    pub fn month(&mut self, name: &'static str) -> NaiveDate {
        let given = self.first(name).and_then(first_of);
        let first = given.unwrap_or_else(|| self.today.with_day(1).unwrap_or(self.today));
        self.understand(name, &first.format("%Y-%m"));
        first
    }

    /// The word that was given.
    pub fn word<W: Word>(&self, name: &str) -> Option<W> {
        W::from_word(self.first(name)?)
    }

    /// The words that were given, in the order in which they were.
    pub fn words<W: Word>(&self, name: &str) -> Vec<W> {
        let given = self.values.get(name).into_iter().flatten();
        given.filter_map(|word| W::from_word(word)).collect()
    }

    /// The amount that was given.
    pub fn money(&self, name: &str) -> Option<Money> {
        Money::parse(self.first(name)?, self.exchange.currency()).ok()
    }

    /// The share or the factor that was given.
    pub fn share(&self, name: &str) -> Option<Decimal> {
        self.first(name)?.parse().ok()
    }

    /// Notes what a parameter was understood as that was not given.
    pub fn understand(&mut self, name: &'static str, value: &impl ToString) {
        self.values.insert(name, vec![value.to_string()]);
    }

    /// The parameters as they were understood: all that the report has, those that are not given
    /// and have no default as `null`.
    pub fn parameters(&self, definition: &Definition) -> Json {
        let shown = |one: &Parameter| {
            let values = self.values.get(one.name).map(Vec::as_slice).unwrap_or_default();
            let value = match (one.takes, values) {
                (_, []) => Json::Null,
                (Takes::Many(_), values) => values.into(),
                (Takes::Whole(..) | Takes::One(Type::Integer), [one, ..]) => {
                    one.parse::<i64>().map_or(Json::Null, Json::from)
                }
                (_, [one, ..]) => one.as_str().into(),
            };
            (one.name.to_owned(), value)
        };
        let offered = definition.parameters.iter().filter(|one| self.offers(one));
        Json::Object(offered.map(shown).collect::<Map<_, _>>())
    }
}

fn refused(one: &Parameter, kind: Type) -> FieldError {
    let code = if matches!(kind, Type::Word(_)) { &UNKNOWN_VALUE } else { &INVALID_FORMAT };
    expected(code.parameter(one.name), one.takes.expected())
}

/// The first day of a month that is written `YYYY-MM`.
fn first_of(text: &str) -> Option<NaiveDate> {
    let plain = text.len() == 7 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let first = if plain { format!("{text}-01").parse::<NaiveDate>().ok() } else { None };
    first.filter(|first| first.year() >= 1900)
}

/// A value of a type in the one spelling that it has here.
fn spelt(kind: Type, text: &str) -> Option<String> {
    kind.parse(text)?;
    Some(match kind {
        Type::Id => text.parse::<Uuid>().ok()?.to_string(),
        _ => text.to_owned(),
    })
}

fn instant(
    name: &'static str,
    value: &str,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, FieldError> {
    let read = Type::Instant.parse(value).and_then(|_| DateTime::parse_from_rfc3339(value).ok());
    let wrong = || expected(INVALID_FORMAT.parameter(name), Type::Instant.expected());
    let read = read.ok_or_else(wrong)?.with_timezone(&Utc);
    // As fine as the stores keep instants.
    let read = DateTime::from_timestamp_micros(read.timestamp_micros()).unwrap_or(read);
    if read <= now && read.year() >= 1900 {
        return Ok(read);
    }
    Err(expected(OUT_OF_RANGE.parameter(name), "an instant that has come, from 1900 on"))
}

fn whole(value: &str, least: i64, most: i64) -> Option<i64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let number = if plain { value.parse().ok() } else { None };
    number.filter(|number| (least..=most).contains(number))
}

/// A plain decimal of at most 20 characters.
fn decimal(value: &str) -> Option<Decimal> {
    let plain = value.len() <= 20 && value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain { value.parse().ok() } else { None }
}
