//! Asking for a dataset.

use super::{
    features::{Feature, known},
    model::{
        DatasetColumn, DatasetLabel, DatasetOrigin, MINING_DATASET, MiningDataset,
        MiningDatasetInput,
    },
};
use crate::{
    measures::{ABOUT_NAMES, Span},
    product_buyers::SoldProduct,
    segments::{self, Members, Rule},
};
use chrono::{DateTime, Utc};
use guanxi_bulk::jobs::{self, Job, JobKind};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{
    Action, Ctx, Line, Problem, Result,
    problem::{FieldError, INVALID, OUT_OF_RANGE, REPEATED, REQUIRED, UNKNOWN_VALUE},
};
use guanxi_mining::FeatureKind;
use guanxi_storage::{
    Kind, Meta, Resource, Sql, Tx,
    custom::{self, Fields},
    error::BAD_PARAMETER,
    kind::Parts as _,
    resource::{self, Shown, Verb},
};
use guanxi_tabular::{Layout, Limits};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, path::Path};
use uuid::Uuid;

impl Resource for MiningDataset {
    fn kind() -> &'static Kind {
        &MINING_DATASET
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    /// A snapshot is never changed.
    fn verbs(&self) -> Vec<Verb> {
        vec![Verb::open("delete", Action::Delete)]
    }

    fn example() -> Json {
        json!({
            "name": "2026年第一季度复购",
            "population": "customers",
            "as_of": "2025-12-31T16:00:00Z",
            "features": ["industry", "employees", "contracts.count", "contracts.last_on", "visits.count_90d"],
            "label": { "rule": { "field": "contracts.count", "op": ">=", "value": 1 } },
        })
    }
}

impl DatasetLabel {
    /// Whether yes and no are learnt.
    pub(super) fn is_binary(&self) -> bool {
        self.rule.as_ref().is_some_and(|rule| !rule.is_null())
            || self.product_id.is_some()
            || self.positive.is_some()
    }
}

/// How the label of a party is found.
#[expect(clippy::large_enum_variant, reason = "there is one of it for a dataset")]
pub(crate) enum Learnt {
    /// Whether a rule holds.
    Rule(Rule),
    /// Whether a product was bought.
    Product(SoldProduct),
    /// The value of a feature; with the one that means yes.
    Value(Box<Feature>, Option<String>),
}

impl Learnt {
    /// The parties of whom the rule holds, or that have bought the product within the span; none where a value
    /// is learnt, which is read with the features.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn holding(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        span: Span,
    ) -> Result<BTreeSet<Uuid>> {
        match self {
            Self::Rule(rule) => {
                let mut sql = Sql::new("SELECT t.id FROM ");
                rule.write(&mut sql);
                Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect())
            }
            Self::Product(product) => product.buyers(tx, ctx, span).await,
            Self::Value(..) => Ok(BTreeSet::new()),
        }
    }
}

/// A dataset of records as it is to be built.
pub(crate) struct Plan {
    pub(crate) members: Members,
    pub(crate) features: Vec<Feature>,
    pub(crate) columns: Vec<DatasetColumn>,
    pub(crate) learnt: Learnt,
    /// Until when what they did counts.
    pub(crate) as_of: DateTime<Utc>,
    /// What the label looks at.
    pub(crate) after: Span,
}

impl Plan {
    /// Holds what was asked for against what there is; `now` is when it was asked.
    ///
    /// # Errors
    /// `validation_failed` with every finding; `not_found` for the segment.
    pub(crate) async fn read(
        tx: &mut Tx,
        ctx: &Ctx,
        input: &MiningDatasetInput,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let fields = custom::fields(tx, ctx, &PARTY).await?;
        let mut findings = Vec::new();
        if input.as_of.is_some_and(|as_of| as_of > now) {
            findings.push(OUT_OF_RANGE.field("/as_of").with("expected", "now or earlier"));
        }
        let (mut features, mut columns): (Vec<Feature>, Vec<DatasetColumn>) = Default::default();
        for (at, name) in input.features.iter().enumerate() {
            let place = format!("/features/{at}");
            if columns.iter().any(|column| *column.name == **name) {
                findings.push(REPEATED.field(place));
                continue;
            }
            match Feature::read(name, &fields, ctx) {
                Some(feature) => {
                    columns.push(DatasetColumn {
                        name: name.to_string(),
                        kind: feature.kind(),
                        nature: Some(feature.nature()),
                    });
                    features.push(feature);
                }
                None => findings.push(unknown(&place, &fields, ctx)),
            }
        }
        findings.extend(value_of(&input.label, &fields, ctx).err());
        findings.extend(one_label(&input.label));
        Problem::collect(findings)?;
        let members = match input.segment_id {
            Some(segment) => segments::load(tx, ctx, segment).await?.1,
            None => Members::Everybody,
        };
        let after = Span { after: input.as_of, until: now };
        let learnt = Self::learnt(tx, ctx, input, after).await?;
        let as_of = input.as_of.unwrap_or(now);
        Ok(Self { members, features, columns, learnt, as_of, after })
    }

    /// What is learnt, of what lies in that span.
    ///
    /// # Errors
    /// `validation_failed` if it names what is not there any more.
    pub(crate) async fn learnt(
        tx: &mut Tx,
        ctx: &Ctx,
        input: &MiningDatasetInput,
        span: Span,
    ) -> Result<Learnt> {
        let label = &input.label;
        if let Some(rule) = label.rule.as_ref().filter(|rule| !rule.is_null()) {
            return Ok(Learnt::Rule(Rule::read_within(tx, ctx, rule, "/label/rule", span).await?));
        }
        if let Some(product) = label.product_id {
            let product = SoldProduct::refer(tx, ctx, product, "/label/product_id").await?;
            return Ok(Learnt::Product(product));
        }
        let fields = custom::fields(tx, ctx, &PARTY).await?;
        match value_of(label, &fields, ctx) {
            Ok(Some(feature)) => {
                let positive = label.positive.as_ref().map(ToString::to_string);
                Ok(Learnt::Value(Box::new(feature), positive))
            }
            Ok(None) => Err(REQUIRED.at("/label")),
            Err(finding) => {
                Err(Problem::collect(vec![finding]).err().unwrap_or_else(|| REQUIRED.at("/label")))
            }
        }
    }
}

/// The feature whose value is learnt, if it is one.
fn value_of(
    label: &DatasetLabel,
    fields: &Fields,
    ctx: &Ctx,
) -> Result<Option<Feature>, FieldError> {
    let Some(name) = label.value.as_deref() else { return Ok(None) };
    let feature = Feature::read(name, fields, ctx);
    let feature = feature.ok_or_else(|| unknown("/label/value", fields, ctx))?;
    if label.positive.is_none() && feature.kind() == FeatureKind::Categorical {
        return Err(REQUIRED.field("/label/positive"));
    }
    Ok(Some(feature))
}

/// The refusal of the name of a feature at a place of a body, with those that there are.
pub(crate) fn unknown(place: &str, fields: &Fields, ctx: &Ctx) -> FieldError {
    let names: Vec<String> = known(fields, ctx).into_iter().map(|one| one.name).collect();
    let expected = format!("one of {}; {ABOUT_NAMES}", names.join(", "));
    UNKNOWN_VALUE.field(place).with("expected", expected)
}

/// A label is a rule, a product or a value.
fn one_label(label: &DatasetLabel) -> Option<FieldError> {
    let rule = label.rule.as_ref().is_some_and(|rule| !rule.is_null());
    let beside = |pointer: &str, what: &str| {
        Some(INVALID.field(pointer).with("expected", format!("nothing beside {what}")))
    };
    let one = match (rule, label.product_id) {
        (true, Some(_)) => return beside("/label/product_id", "a rule"),
        (true, None) => "a rule",
        (false, Some(_)) => "a product",
        (false, None) if label.value.is_none() => {
            let expected = "a rule, a product, or the name of a value";
            return Some(REQUIRED.field("/label").with("expected", expected));
        }
        (false, None) => return None,
    };
    match (&label.value, &label.positive) {
        (Some(_), _) => beside("/label/value", one),
        (None, Some(_)) => beside("/label/positive", one),
        (None, None) => None,
    }
}

/// Asks for a dataset of customers and prospects that the caller may see.
///
/// # Errors
/// `forbidden` without the right to make datasets or to read parties; `validation_failed`.
pub async fn start(tx: &mut Tx, ctx: &Ctx, mut input: MiningDatasetInput) -> Result<Shown<Job>> {
    resource::require::<MiningDataset>(ctx, Action::Create)?;
    ctx.require(PARTY.plural, Action::Read)?;
    if input.label.rule.as_ref().is_some_and(Json::is_null) {
        input.label.rule = None;
    }
    let plan = Plan::read(tx, ctx, &input, ctx.now).await?;
    let mut dataset = MiningDataset::assemble(Meta::new(ctx), input);
    dataset.columns = plan.columns;
    enqueue(tx, ctx, dataset, None).await
}

async fn enqueue(
    tx: &mut Tx,
    ctx: &Ctx,
    mut dataset: MiningDataset,
    total: Option<i64>,
) -> Result<Shown<Job>> {
    let id = dataset.meta.id.uuid();
    let task = json!({ "asked_at": ctx.now });
    let job = jobs::enqueue(tx, ctx, JobKind::MiningDataset, Some(id), total, task).await?;
    (dataset.owner_id, dataset.job_id) = (Some(ctx.actor.user), Some(job.record.meta.id.uuid()));
    resource::insert(tx, ctx, dataset, "created").await?;
    Ok(job)
}

/// A file that has arrived, to become a dataset.
pub struct FromFile<'a> {
    /// What the dataset is called.
    pub name: &'a str,
    /// The name of the file, for people.
    pub file_name: &'a str,
    /// Where it lies now.
    pub path: &'a Path,
    /// The column that is learnt.
    pub label: &'a str,
    /// The value of it that means yes; absent where an amount is learnt.
    pub positive: Option<&'a str>,
    /// Columns that are left out, such as what is only known afterwards.
    pub drop: &'a [String],
}

impl FromFile<'_> {
    /// The dataset that the file is to become; blocks while it looks into the file.
    ///
    /// # Errors
    /// What the file is refused for; `bad_parameter` for a column that it has not.
    pub fn examine(&self, ctx: &Ctx) -> Result<MiningDataset> {
        let layout = guanxi_tabular::examine(self.path, &Limits::default())?;
        let refuse = |name: &'static str| {
            let expected = format!("one of {}", layout.header.join(", "));
            BAD_PARAMETER.problem().and(UNKNOWN_VALUE.parameter(name).with("expected", expected))
        };
        let has = |name: &str| layout.header.iter().any(|column| column == name);
        if !has(self.label) {
            return Err(refuse("label"));
        }
        if self.drop.iter().any(|name| !has(name)) {
            return Err(refuse("drop"));
        }
        let left = |name: &&String| **name != self.label && !self.drop.contains(*name);
        let columns: Vec<&String> = layout.header.iter().filter(left).collect();
        if columns.is_empty() || columns.len() > guanxi_mining::MOST_COLUMNS {
            return Err(refuse("drop"));
        }
        let line = |text: &str, name: &'static str| {
            Line::new(text).map_err(|_| {
                BAD_PARAMETER
                    .problem()
                    .and(OUT_OF_RANGE.parameter(name).with("expected", "1 to 100 characters"))
            })
        };
        let features = columns.iter().map(|column| line(column, "drop")).collect::<Result<_>>()?;
        let named = |text: &str, name: &'static str| {
            Line::new(text).map_err(|_| {
                BAD_PARAMETER
                    .problem()
                    .and(OUT_OF_RANGE.parameter(name).with("expected", "1 to 200 characters"))
            })
        };
        let input = MiningDatasetInput {
            name: named(self.name, "name")?,
            population: crate::population::Population::All,
            segment_id: None,
            as_of: None,
            features,
            label: DatasetLabel {
                rule: None,
                product_id: None,
                value: Some(line(self.label, "label")?),
                positive: self.positive.map(|positive| named(positive, "positive")).transpose()?,
            },
        };
        let mut dataset = MiningDataset::assemble(Meta::new(ctx), input);
        dataset.origin = DatasetOrigin::File;
        dataset.file_name = Some(self.file_name.to_owned());
        dataset.layout = json!(layout);
        Ok(dataset)
    }
}

/// Asks for a dataset of a file, which is kept under the id of the dataset already.
///
/// # Errors
/// `forbidden` without the right to make datasets.
pub async fn start_from_file(tx: &mut Tx, ctx: &Ctx, dataset: MiningDataset) -> Result<Shown<Job>> {
    resource::require::<MiningDataset>(ctx, Action::Create)?;
    let layout: Layout = super::file::layout(&dataset)?;
    enqueue(tx, ctx, dataset, i64::try_from(layout.rows).ok()).await
}
