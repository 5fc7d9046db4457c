//! A filter held against facts in memory: the conditions of rules, in the language of lists.
//!
//! The facts of a document type are declared by its [`Fact`]s. [`check`] holds an expression against
//! them once, when a rule is saved; [`Rule::holds`] then answers for the facts of one document, and
//! cannot fail. As in lists, each comparison is true or false: an absent fact is different from every
//! value.

use super::{Comparison, Filter, Operand, Operator, Part, Spot, parse};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guanxi_kernel::{
    Ctx,
    period::business_date,
    problem::{FieldError, INVALID_FORMAT, Place, Texts, UNKNOWN_FIELD, UNKNOWN_VALUE},
};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};
use std::cmp::Ordering;
use uuid::Uuid;

guanxi_kernel::words! {
    /// What a fact is.
    pub enum FactType {
        /// Text.
        Text = "text" ("Text", "文本"),
        /// A whole number.
        Integer = "integer" ("Whole number", "整数"),
        /// A number with decimals, exact: amounts, percentages, ratios.
        Decimal = "decimal" ("Decimal number", "小数"),
        /// True or false.
        Boolean = "boolean" ("Yes or no", "是否"),
        /// A business day.
        Date = "date" ("Date", "日期"),
        /// An instant.
        Instant = "instant" ("Instant", "时刻"),
        /// The id of a record.
        Id = "id" ("Reference", "引用"),
    }
}

/// A fact that conditions may name.
#[derive(Debug, Clone, Copy)]
pub struct Fact {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: FactType,
    /// What it is called.
    pub label: Texts,
}

/// The facts of one document, by their names.
pub type Facts = Map<String, Json>;

/// A value that can be compared with others of its type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Text(String),
    Number(Decimal),
    Boolean(bool),
    Date(NaiveDate),
    Instant(DateTime<Utc>),
    Id(Uuid),
}

impl FactType {
    /// What a value of the type looks like, for people.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "a whole number",
            Self::Decimal => "a decimal number such as 100000.00",
            Self::Boolean => "true or false",
            Self::Date => "a date such as 2026-03-31",
            Self::Instant => "an instant such as 2026-03-31T09:30:00Z",
            Self::Id => "a UUID",
        }
    }

    fn ordered(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Date | Self::Instant)
    }

    fn read(self, text: &str) -> Option<Value> {
        match self {
            Self::Text => Some(Value::Text(text.to_owned())),
            Self::Integer => text.parse::<i64>().ok().map(|number| Value::Number(number.into())),
            Self::Decimal => Decimal::from_str_exact(text).ok().map(Value::Number),
            Self::Boolean => text.parse().ok().map(Value::Boolean),
            Self::Date => text.parse().ok().map(Value::Date),
            Self::Instant => {
                let instant = DateTime::parse_from_rfc3339(text).ok()?;
                Some(Value::Instant(instant.to_utc()))
            }
            Self::Id => text.parse().ok().map(Value::Id),
        }
    }

    /// The value of a member; `None` if it is none of this type.
    fn read_json(self, json: &Json) -> Option<Value> {
        match (self, json) {
            (Self::Boolean, Json::Bool(value)) => Some(Value::Boolean(*value)),
            (Self::Integer | Self::Decimal, Json::Number(number)) => self.read(&number.to_string()),
            (Self::Integer | Self::Boolean, _) => None,
            (_, Json::String(text)) => self.read(text),
            _ => None,
        }
    }
}

/// Refuses facts that are not declared, or of another type than declared.
///
/// # Errors
/// Every finding, below `pointer`.
pub fn check_facts(facts: &Facts, declared: &[Fact], pointer: &str) -> Vec<FieldError> {
    let mut findings = Vec::new();
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_null()) {
        let place = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        match declared.iter().find(|fact| fact.name == name) {
            None => findings.push(UNKNOWN_FIELD.field(place)),
            Some(fact) if fact.kind.read_json(value).is_none() => {
                let finding = INVALID_FORMAT.field(place);
                findings.push(finding.with("expected", fact.kind.expected()));
            }
            Some(_) => {}
        }
    }
    findings
}

/// A condition whose names are facts and whose values are of their types.
#[derive(Debug, Clone)]
pub struct Rule(Node);

#[derive(Debug, Clone)]
enum Node {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Test { name: &'static str, kind: FactType, operator: Operator, operand: Operand },
}

/// Reads a condition and holds it against the facts that it may name.
///
/// # Errors
/// The first finding, at `pointer`: what cannot be read, a name that is no fact, an operator or a
/// value that does not fit its type.
pub fn check(text: &str, declared: &[Fact], pointer: &str) -> Result<Rule, FieldError> {
    let checked = parse::parse(text).and_then(|located| {
        let mut spots = located.spots.iter();
        node(&located.filter, declared, &mut spots)
    });
    let here = |finding| FieldError { place: Place::Pointer(pointer.to_owned()), ..finding };
    checked.map(Rule).map_err(here)
}

fn node(
    filter: &Filter,
    declared: &[Fact],
    spots: &mut std::slice::Iter<'_, Spot>,
) -> Result<Node, FieldError> {
    let mut each = |parts: &[Filter]| -> Result<Vec<Node>, FieldError> {
        parts.iter().map(|part| node(part, declared, spots)).collect()
    };
    match filter {
        Filter::All(parts) => each(parts).map(Node::All),
        Filter::Any(parts) => each(parts).map(Node::Any),
        Filter::Not(inner) => Ok(Node::Not(Box::new(node(inner, declared, spots)?))),
        Filter::Is(said) => {
            let Some(spot) = spots.next() else { unreachable!("every comparison has its place") };
            test(said, declared, spot)
        }
    }
}

fn test(said: &Comparison, declared: &[Fact], spot: &Spot) -> Result<Node, FieldError> {
    let fact = declared.iter().find(|fact| fact.name == said.field).ok_or_else(|| {
        let names: Vec<&str> = declared.iter().map(|fact| fact.name).collect();
        spot.refuse(Part::Field, &UNKNOWN_VALUE, format!("one of {}", names.join(", ")))
    })?;
    let equality = matches!(said.operator, Operator::Equal | Operator::NotEqual | Operator::Has);
    let fits = match &said.operand {
        Operand::Anything => said.operator == Operator::Has,
        _ => equality || fact.kind.ordered(),
    };
    if !fits {
        return Err(spot.refuse(Part::Operator, &UNKNOWN_VALUE, "= or !=, or : before *"));
    }
    let understood = match &said.operand {
        Operand::Text(text) => fact.kind.read(text).is_some(),
        Operand::Null => equality,
        Operand::Anything => true,
        Operand::Now | Operand::DaysAgo(_) => {
            matches!(fact.kind, FactType::Date | FactType::Instant)
        }
        Operand::Me => fact.kind == FactType::Id,
        Operand::OneOf(_) => false,
    };
    if !understood {
        return Err(spot.refuse(Part::Operand, &INVALID_FORMAT, fact.kind.expected()));
    }
    let (operator, operand) = (said.operator, said.operand.clone());
    Ok(Node::Test { name: fact.name, kind: fact.kind, operator, operand })
}

impl Rule {
    /// Whether it is true of these facts, for the acting user, now.
    pub fn holds(&self, facts: &Facts, ctx: &Ctx) -> bool {
        self.0.holds(facts, ctx)
    }
}

impl Node {
    fn holds(&self, facts: &Facts, ctx: &Ctx) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(facts, ctx)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(facts, ctx)),
            Self::Not(inner) => !inner.holds(facts, ctx),
            Self::Test { name, kind, operator, operand } => {
                let fact = facts.get(*name).and_then(|fact| kind.read_json(fact));
                let equal = match operand {
                    Operand::Anything => return fact.is_some(),
                    Operand::Null => fact.is_none().then_some(Ordering::Equal),
                    operand => fact.zip(value(*kind, operand, ctx)).map(|(a, b)| a.cmp(&b)),
                };
                compares(*operator, equal)
            }
        }
    }
}

/// Whether two values that stand so to each other, if both are there, fit the operator.
fn compares(operator: Operator, order: Option<Ordering>) -> bool {
    match operator {
        Operator::Equal | Operator::Has => order == Some(Ordering::Equal),
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Less => order == Some(Ordering::Less),
        Operator::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Operator::More => order == Some(Ordering::Greater),
        Operator::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

fn value(kind: FactType, operand: &Operand, ctx: &Ctx) -> Option<Value> {
    let at = |days: i64| {
        let instant = ctx.now.checked_sub_signed(TimeDelta::days(days))?;
        Some(match kind {
            FactType::Date => {
                let today = business_date(ctx.now, ctx.settings.time_zone);
                Value::Date(today.checked_sub_signed(TimeDelta::days(days))?)
            }
            _ => Value::Instant(instant),
        })
    };
    match operand {
        Operand::Text(text) => kind.read(text),
        Operand::Now => at(0),
        Operand::DaysAgo(days) => at(*days),
        Operand::Me => Some(Value::Id(ctx.actor.user.uuid())),
        Operand::Null | Operand::Anything | Operand::OneOf(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::{Actor, Currency, Language, ctx::Settings, period::Fiscal};
    use serde_json::json;
    use std::sync::Arc;

    const fn fact(name: &'static str, kind: FactType) -> Fact {
        Fact { name, kind, label: Texts { en: "A fact", zh: "事实" } }
    }

    const FACTS: &[Fact] = &[
        fact("amount", FactType::Decimal),
        fact("days", FactType::Integer),
        fact("kind", FactType::Text),
        fact("urgent", FactType::Boolean),
        fact("on", FactType::Date),
        fact("at", FactType::Instant),
        fact("owner_id", FactType::Id),
    ];

    fn ctx() -> Ctx {
        let user = Uuid::from_u128(7).into();
        let settings = Settings {
            time_zone: "Asia/Shanghai".parse().unwrap(),
            currency: Currency::CNY,
            country: "CN".into(),
            fiscal: Fiscal::default(),
            preferences: guanxi_kernel::preferences::Preferences::default(),
            seal: Vec::new(),
        };
        Ctx {
            tenant: Uuid::nil().into(),
            settings: Arc::new(settings),
            actor: Arc::new(Actor::system(user)),
            now: "2026-01-01T20:00:00Z".parse().unwrap(),
            request_id: "test".into(),
            source: "test".into(),
            language: Language::En,
            seen: guanxi_kernel::ctx::Seen::Unsaid,
            accept_duplicates: false,
        }
    }

    fn holds(text: &str, facts: Json) -> bool {
        let Json::Object(facts) = facts else { panic!("facts") };
        assert_eq!(check_facts(&facts, FACTS, "/facts"), []);
        check(text, FACTS, "/when").unwrap().holds(&facts, &ctx())
    }

    #[test]
    fn s_22_a_bound_is_above_it_only() {
        let rule = "days > 90 OR amount > 100000";
        for (days, amount, expected) in [
            (89, "99999", false),
            (90, "100000.00", false),
            (91, "1", true),
            (1, "100000.01", true),
            (0, "-100001", false),
        ] {
            let facts = json!({ "days": days, "amount": amount });
            assert_eq!(holds(rule, facts), expected, "{days} {amount}");
        }
    }

    #[test]
    fn decimals_are_compared_as_numbers() {
        assert!(holds("amount = 100.0", json!({ "amount": "100.00" })));
        assert!(holds("amount < 9.5", json!({ "amount": "9.49999999999999999999" })));
        assert!(holds("amount >= 10", json!({ "amount": 10 })));
    }

    #[test]
    fn what_is_absent_is_different_from_every_value() {
        for (rule, expected) in [
            ("amount > 1", false),
            ("amount < 1", false),
            ("NOT amount > 1", true),
            ("amount != 1", true),
            ("amount = null", true),
            ("amount : *", false),
            ("kind = a", false),
        ] {
            assert_eq!(holds(rule, json!({ "amount": null })), expected, "{rule}");
        }
    }

    #[test]
    fn every_type_has_its_values() {
        let facts = json!({
            "kind": "new", "urgent": true, "on": "2026-01-02", "at": "2026-01-01T19:00:00+00:00",
            "owner_id": Uuid::from_u128(7).to_string(),
        });
        for rule in [
            "kind = new AND urgent = true",
            "kind : new",
            // It is the second of January in Shanghai.
            "on = now() AND on > days_ago(1)",
            "at < now() AND at > days_ago(1)",
            "owner_id = me()",
            "NOT (kind = old OR urgent = false)",
        ] {
            assert!(holds(rule, facts.clone()), "{rule}");
        }
    }

    #[test]
    fn a_wrong_condition_is_named_at_its_byte() {
        for (rule, offset) in [
            ("amount > many", 9),
            ("nothing = 1", 0),
            ("kind > a", 5),
            ("amount >", 8),
            ("days = 1.5", 7),
            ("urgent = yes", 9),
            ("kind = now()", 7),
            ("amount < null", 9),
        ] {
            let finding = check(rule, FACTS, "/when").unwrap_err();
            assert_eq!(finding.place, Place::Pointer("/when".into()));
            assert_eq!(finding.params["offset"], offset, "{rule}");
        }
    }

    #[test]
    fn facts_are_declared_and_of_their_type() {
        let facts = json!({ "amount": true, "days": "1", "x/y": 1, "kind": "a", "urgent": null });
        let Json::Object(facts) = facts else { panic!("facts") };
        let places: Vec<_> =
            check_facts(&facts, FACTS, "/facts").into_iter().map(|one| one.place).collect();
        let expected = ["/facts/amount", "/facts/days", "/facts/x~1y"];
        assert_eq!(places, expected.map(|place| Place::Pointer(place.to_owned())));
    }
}
