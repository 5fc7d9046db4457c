//! Random filters over random things: what the store finds is what the filter means.

use super::{Colour, Ground, Thing, ThingInput, ground, instant, thing, things};
use crate::store::Engine;
use chrono::Days;
use guanxi_kernel::{Line, UserId, Word as _, text::fold};
use guanxi_storage::{
    custom::Fields,
    filter::{Comparison, Filter, Operand, Operator, parse},
    list::ListQuery,
    search,
};
use proptest::{collection::vec, prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

both![an_expression_finds_what_it_means];

async fn an_expression_finds_what_it_means(ground: &Ground) {
    const CASES: usize = 40;
    let mut runner = TestRunner::deterministic();
    let mut found = 0;
    for _ in 0..CASES {
        let case = (many_things(), vec(filters(), 12));
        let (things, filters) = case.new_tree(&mut runner).unwrap().current();
        ground.fill(&things).await;
        let all = ground.list(&ground.ctx, &[]).await.unwrap().data;
        for filter in filters {
            let fits = all.iter().filter(|shown| means(&filter, &shown.record, ground));
            let expected: BTreeSet<Uuid> = fits.map(|shown| shown.record.meta.id.uuid()).collect();
            found += usize::from(!expected.is_empty() && expected.len() < all.len());
            let text = filter.to_string();
            assert_eq!(parse::parse(&text).unwrap().filter, filter, "{text}");
            let pairs = [("filter".to_owned(), text.clone())];
            let as_text =
                ListQuery::parse(&super::THING, &ground.ctx, &Fields::default(), &pairs).unwrap();
            let body = json!({ "filter": as_json(&filter), "count": "exact" });
            let as_json =
                search::read(&super::THING, &ground.ctx, &Fields::default(), body.clone()).unwrap();
            for (query, said) in [(as_text, text), (as_json, body.to_string())] {
                let page = ground.page(&ground.ctx, &query).await.unwrap();
                let ids = page.data.iter().map(|shown| shown.record.meta.id.uuid());
                assert_eq!(ids.collect::<BTreeSet<_>>(), expected, "{said}");
                assert!(page.total.is_none_or(|total| total.total == expected.len() as i64));
            }
        }
    }
    assert!(found > CASES * 3, "only {found} filters told things apart");
}

/// Things that differ in whether they have a share, an owner and tags, too.
fn many_things() -> impl Strategy<Value = Vec<ThingInput>> {
    let more = (prop::option::of(-1..2_i64), prop::option::of(people()), vec(tags(), 0..3));
    (things(), vec(more, 25)).prop_map(|(mut things, more)| {
        for (thing, (share, owner, tags)) in things.iter_mut().zip(more) {
            (thing.share, thing.owner_id) = (share, owner);
            let tags: BTreeSet<&str> = tags.into_iter().collect();
            thing.tags = tags.into_iter().map(|tag| Line::new(tag).unwrap()).collect();
        }
        things
    })
}

fn people() -> impl Strategy<Value = UserId> {
    prop::sample::select(vec![Uuid::from_u128(2), Uuid::from_u128(9)]).prop_map(Into::into)
}

fn tags() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["vip", "华东", "a \"b\"", "*"])
}

const EQUAL: &[Operator] = &[Operator::Equal, Operator::NotEqual];
const ORDERED: &[Operator] = &[
    Operator::Equal,
    Operator::NotEqual,
    Operator::Less,
    Operator::AtMost,
    Operator::More,
    Operator::AtLeast,
    Operator::Has,
];
const HAS: &[Operator] = &[Operator::Equal, Operator::NotEqual, Operator::Has];

/// A comparison of this field with one of these operators.
fn on(
    field: &'static str,
    operators: &'static [Operator],
    operand: impl Strategy<Value = Operand> + 'static,
) -> BoxedStrategy<Filter> {
    (prop::sample::select(operators), operand)
        .prop_map(move |(operator, operand)| {
            Filter::Is(Comparison { field: field.to_owned(), operator, operand })
        })
        .boxed()
}

fn text(value: impl Into<String>) -> Operand {
    Operand::Text(value.into())
}

fn shown<T: ToString>(values: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Operand> {
    values.prop_map(|value| text(value.to_string())).boxed()
}

fn comparison() -> impl Strategy<Value = Filter> {
    let day = || shown((0..3_u64).prop_map(|day| thing("x").made_on + Days::new(day)));
    let moment = (0..3_i64).prop_map(|micros| text(instant(micros).to_rfc3339()));
    let ago = (-2..2_i64).prop_map(Operand::DaysAgo);
    let person = prop_oneof![shown(people()), Just(Operand::Me)];
    let anything = ["name", "share", "owner_id", "tag", "flag"].map(|field| {
        let operator = Operator::Has;
        Filter::Is(Comparison { field: field.to_owned(), operator, operand: Operand::Anything })
    });
    prop_oneof![
        on("name", EQUAL, shown("[ab上é]{1,2}")),
        on("number", ORDERED, shown(-2..3_i64)),
        on("colour", HAS, shown(prop::sample::select(Colour::WORDS))),
        on("flag", HAS, shown(any::<bool>())),
        on("made_on", ORDERED, prop_oneof![day(), ago.clone(), Just(Operand::Now)]),
        on("seen_at", ORDERED, prop_oneof![moment, ago, Just(Operand::Now)]),
        on("share", ORDERED, shown(-2..3_i64)),
        on("share", EQUAL, Just(Operand::Null)),
        on("tag", HAS, tags().prop_map(|tag| text(tag.to_uppercase()))),
        on("owner_id", HAS, prop_oneof![person, Just(Operand::Null)]),
        prop::sample::select(anything.to_vec()),
    ]
}

fn filters() -> impl Strategy<Value = Filter> {
    comparison().prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Filter::All),
            vec(inner.clone(), 2..4).prop_map(Filter::Any),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

fn as_json(filter: &Filter) -> Json {
    match filter {
        Filter::All(parts) => json!({ "and": parts.iter().map(as_json).collect::<Vec<_>>() }),
        Filter::Any(parts) => json!({ "or": parts.iter().map(as_json).collect::<Vec<_>>() }),
        Filter::Not(inner) => json!({ "not": as_json(inner) }),
        Filter::Is(Comparison { field, operator, operand }) => {
            let value = match operand {
                Operand::Text(text) => json!(text),
                Operand::Null => Json::Null,
                Operand::Anything => json!("*"),
                Operand::Now => json!({ "call": "now" }),
                Operand::Me => json!({ "call": "me" }),
                Operand::DaysAgo(days) => json!({ "call": "days_ago", "days": days }),
                Operand::OneOf(_) => unreachable!("only JSON says it"),
            };
            // Behind `:` the text "*" is any value; `=` says the same of a list and means the text.
            let star = *operator == Operator::Has && *operand == text("*");
            let sign = if star { "=" } else { operator.sign() };
            json!({ "field": field, "op": sign, "value": value })
        }
    }
}

/// What the filter says of a thing, without any store.
fn means(filter: &Filter, thing: &Thing, ground: &Ground) -> bool {
    match filter {
        Filter::All(parts) => parts.iter().all(|part| means(part, thing, ground)),
        Filter::Any(parts) => parts.iter().any(|part| means(part, thing, ground)),
        Filter::Not(inner) => !means(inner, thing, ground),
        Filter::Is(Comparison { field, operator, operand }) => {
            let (input, now) = (&thing.input, ground.ctx.now);
            let ago = |days: i64| now - chrono::TimeDelta::days(days);
            let said = match operand {
                Operand::Text(said) => said.clone(),
                Operand::Me => ground.ctx.actor.user.to_string(),
                _ => String::new(),
            };
            let number =
                |has: Option<i64>| holds(*operator, operand, has, || said.parse().unwrap());
            let equal = |has: Option<String>| holds(*operator, operand, has, || said.clone());
            match field.as_str() {
                "name" => equal(Some(input.name.to_string())),
                "number" => number(Some(input.number)),
                "colour" => equal(Some(input.colour.to_string())),
                "flag" => equal(Some(input.flag.to_string())),
                "share" => number(input.share),
                "owner_id" => equal(input.owner_id.map(|id| id.to_string())),
                // Shanghai is ahead of UTC: at midnight UTC it is eight in the morning there.
                "made_on" => holds(*operator, operand, Some(input.made_on), || match operand {
                    Operand::DaysAgo(days) => ago(*days).date_naive(),
                    Operand::Now => now.date_naive(),
                    _ => said.parse().unwrap(),
                }),
                "seen_at" => holds(*operator, operand, Some(input.seen_at), || match operand {
                    Operand::DaysAgo(days) => ago(*days),
                    Operand::Now => now,
                    _ => said.parse().unwrap(),
                }),
                _ => {
                    let has = input.tags.iter().any(|tag| fold(tag) == fold(&said));
                    match operand {
                        Operand::Anything => !input.tags.is_empty(),
                        _ => has != (*operator == Operator::NotEqual),
                    }
                }
            }
        }
    }
}

/// One comparison: what is absent is different from every value, and neither less nor more.
fn holds<T: PartialOrd>(
    operator: Operator,
    operand: &Operand,
    has: Option<T>,
    said: impl FnOnce() -> T,
) -> bool {
    let equal = operator != Operator::NotEqual;
    match (operand, has) {
        (Operand::Anything, has) => has.is_some(),
        (Operand::Null, has) => has.is_none() == equal,
        (_, None) => !equal,
        (_, Some(has)) => match operator {
            Operator::Equal | Operator::Has => has == said(),
            Operator::NotEqual => has != said(),
            Operator::Less => has < said(),
            Operator::AtMost => has <= said(),
            Operator::More => has > said(),
            Operator::AtLeast => has >= said(),
        },
    }
}
