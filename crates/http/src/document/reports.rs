//! The operations of reports, from their definitions.

use super::{
    Builder,
    parameters::{parameter, scalar, words},
    reference,
};
use chrono::{DateTime, Utc};
use guanxi_insights::{
    Answer, Asked, Parameter, Report, Takes,
    asked::{Form, WIDTHS},
    definition::ReportColumn,
};
use guanxi_kernel::{
    Currency, ExchangeRate, Language, Word as _, measure::MeasureRef, period::Period,
    problem::Texts,
};
use serde_json::{Value as Json, json};
use utoipa::PartialSchema as _;

impl Builder {
    /// Adds a report.
    pub fn report<R: Report>(&mut self) {
        let definition = R::definition();
        self.schema::<R::Row>();
        self.schema::<R::Totals>();
        self.schema::<ReportColumn>();
        self.schema::<MeasureRef>();
        self.schema::<ExchangeRate>();
        let row = <R::Row as utoipa::ToSchema>::name();
        let totals = <R::Totals as utoipa::ToSchema>::name();
        let name = format!("{}Report", camel(definition.name));
        let mut schema = schema(definition.about, &row, &totals);
        let at = DateTime::<Utc>::from_timestamp(1_767_225_600, 0).unwrap_or_default();
        let asked = Asked::sample(definition, at, Currency::CNY);
        if let Ok(answer) = Answer::of::<R>(&asked, Language::Zh, &R::example()) {
            schema["examples"] = json!([answer.told(at)]);
        }
        self.schemas.insert(name.clone(), schema);
        let mut parameters: Vec<Json> = definition.asked().map(own).collect();
        parameters.extend(shared());
        let described = json!({
            "operationId": format!("reports_{}", definition.name.replace('-', "_")),
            "tags": ["reports"],
            "summary": definition.title.en,
            "description": definition.about.en,
            "parameters": parameters,
            "responses": { "200": {
                "description": "The figures, as JSON, as a table or as a chart.",
                "content": {
                    "application/json": { "schema": reference(&name) },
                    "text/csv": { "schema": { "type": "string" } },
                    "image/svg+xml": { "schema": { "type": "string" } },
                },
            }, "422": { "description": "No exchange rate is known." } },
        });
        let item = self.paths.entry(definition.path()).or_insert_with(|| json!({}));
        item["get"] = described;
    }
}

fn camel(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(word).collect()
}

fn schema(about: Texts, row: &str, totals: &str) -> Json {
    let instant = json!({ "type": "string", "format": "date-time" });
    json!({
        "type": "object",
        "description": about.en,
        "required": ["report", "definition_version", "title", "as_of", "known_at", "generated_at",
            "currency", "exchange_rates", "parameters", "columns", "data", "totals", "hash"],
        "properties": {
            "report": { "type": "string", "description": "The name of the report." },
            "definition_version": { "type": "integer", "format": "int32", "minimum": 1,
                "description": "Raised whenever the same question may get other figures." },
            "title": { "type": "string", "description": "What it is called, in the language of the caller." },
            "as_of": instant, "known_at": instant,
            "generated_at": { "type": "string", "format": "date-time",
                "description": "When it was made; neither the hash nor `ETag` changes with it." },
            "currency": reference("Currency"),
            "exchange_rates": { "type": "array", "items": reference("ExchangeRate"),
                "description": "The rates by which amounts came into the currency." },
            "parameters": { "type": "object", "additionalProperties": true,
                "description": "The parameters as they were understood." },
            "columns": { "type": "array", "items": reference("ReportColumn"),
                "description": "What the members of the rows are." },
            "data": { "type": "array", "items": reference(row), "description": "The rows." },
            "totals": reference(totals),
            "hash": { "type": "string", "pattern": "^[0-9a-f]{64}$", "description":
                "SHA-256 of the question, all figures and their keys, without labels and whatever the \
                 order of the rows: the same figures have the same." },
        },
    })
}

fn own(one: &Parameter) -> Json {
    let decimal = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let mut described = match one.takes {
        Takes::One(kind) => parameter(one.name, one.about.en, &scalar(kind)),
        Takes::Many(kind) => words(one.name, one.about.en, &scalar(kind)),
        Takes::Whole(least, most) => {
            let whole =
                json!({ "type": "integer", "format": "int64", "minimum": least, "maximum": most });
            parameter(one.name, one.about.en, &whole)
        }
        Takes::Amount => {
            parameter(one.name, one.about.en, &decimal(r"^[0-9]{1,16}(\.[0-9]{1,4})?$"))
        }
        Takes::Month => {
            let month = json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$" });
            parameter(one.name, one.about.en, &month)
        }
        Takes::Period => parameter(one.name, one.about.en, &json!(Period::schema())),
        Takes::Share => parameter(one.name, one.about.en, &decimal(r"^[01](\.[0-9]{1,18})?$")),
        Takes::Factor => {
            parameter(one.name, one.about.en, &decimal(r"^[0-9]{1,4}(\.[0-9]{1,15})?$"))
        }
    };
    described["required"] = one.required.into();
    described
}

fn shared() -> Vec<Json> {
    let instant = json!({ "type": "string", "format": "date-time" });
    let (least, most, usual) = WIDTHS;
    let width = json!({ "type": "integer", "minimum": least, "maximum": most, "default": usual });
    vec![
        parameter(
            "as_of",
            "The instant that is told of; now when absent. Never one that has not come.",
            &instant,
        ),
        parameter(
            "known_at",
            "As far as it was known at this instant; `as_of` when absent. What was told \
            later, such as records that were imported with their past, shows from then on.",
            &instant,
        ),
        parameter(
            "currency",
            "The currency of all amounts; that of the tenant when absent.",
            &json!({ "type": "string", "pattern": "^[A-Z]{3}$" }),
        ),
        parameter(
            "format",
            "The form, instead of what `Accept` says.",
            &json!({ "type": "string", "enum": Form::WORDS }),
        ),
        parameter("width", "The width of a chart in pixels.", &width),
    ]
}
