//! What is known of many parties, as a table.

use crate::{
    measures::Span,
    mining_datasets::{
        AT_ONCE, DatasetColumn, Feature, FeatureNature, known, minable, read_rows, unknown_feature,
    },
    problems::{LACKS_COLUMN, NOT_MINABLE},
};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{
    Ctx, Line, Problem, Result,
    problem::{INTERNAL, REPEATED},
};
use guanxi_mining::{Cell, FeatureKind, Table, Values};
use guanxi_storage::{Tx, custom};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Parties that are looked at for one answer at most.
const MOST_PARTIES: usize = 100_000;

/// Different values of a text that nobody has named at most.
const MOST_VALUES: usize = 50;

/// What parties did, of what is looked at when nothing is named.
const BEHAVIOUR: [&str; 4] =
    ["contracts.count", "contracts.net", "contracts.last_on", "visits.count"];

/// What is looked at.
pub(crate) struct Attributes {
    names: Vec<String>,
    features: Vec<Feature>,
    /// Whether somebody has named them.
    chosen: bool,
}

impl Attributes {
    /// Those of these names, which stand in `/features` of a body.
    ///
    /// # Errors
    /// `validation_failed` with every name that is not known or is there twice.
    pub(crate) async fn named(tx: &mut Tx, ctx: &Ctx, names: &[Line<100>]) -> Result<Self> {
        let fields = custom::fields(tx, ctx, &PARTY).await?;
        let mut this = Self { names: Vec::new(), features: Vec::new(), chosen: true };
        let mut findings = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let place = format!("/features/{at}");
            let name: &str = name;
            if this.names.iter().any(|one| one == name) {
                findings.push(REPEATED.field(place));
                continue;
            }
            match Feature::read(name, &fields, ctx) {
                Some(feature) => {
                    this.names.push(name.to_owned());
                    this.features.push(feature);
                }
                None => findings.push(unknown_feature(&place, &fields, ctx)),
            }
        }
        Problem::collect(findings)?;
        Ok(this)
    }

    /// What the caller may read of what parties are; of what they did too, if that is wanted.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn usual(tx: &mut Tx, ctx: &Ctx, with_behaviour: bool) -> Result<Self> {
        let fields = custom::fields(tx, ctx, &PARTY).await?;
        let wanted = |name: &str, nature: FeatureNature| match nature {
            FeatureNature::Static => true,
            FeatureNature::Dynamic => with_behaviour && BEHAVIOUR.contains(&name),
        };
        let all = known(&fields, ctx).into_iter();
        let names = all.filter(|one| wanted(&one.name, one.nature)).map(|one| one.name);
        let read = |name: String| Some((Feature::read(&name, &fields, ctx)?, name));
        let (features, names) = names.filter_map(read).unzip();
        Ok(Self { names, features, chosen: false })
    }

    /// The columns of a profile, as they are read now.
    ///
    /// # Errors
    /// `lacks_column` with the name of one that is not there any more, or is of another kind.
    pub(crate) async fn again(tx: &mut Tx, ctx: &Ctx, columns: &[DatasetColumn]) -> Result<Self> {
        let fields = custom::fields(tx, ctx, &PARTY).await?;
        let mut this = Self { names: Vec::new(), features: Vec::new(), chosen: true };
        for column in columns {
            let feature = Feature::read(&column.name, &fields, ctx);
            let feature = feature.filter(|one| one.kind() == column.kind);
            let lacks = || LACKS_COLUMN.with("column", column.name.clone());
            this.features.push(feature.ok_or_else(lacks)?);
            this.names.push(column.name.clone());
        }
        Ok(this)
    }
}

/// Parties with what is known of them.
pub(crate) struct Known {
    /// The parties, in the order of their ids.
    pub(crate) ids: Vec<Uuid>,
    /// What is told of them.
    pub(crate) columns: Vec<DatasetColumn>,
    /// Texts with too many values to be told.
    pub(crate) left_out: Vec<String>,
    values: Vec<(String, Values)>,
}

impl Known {
    /// Reads what is known of these parties now, whose ids are in order.
    ///
    /// # Errors
    /// `not_minable` for too many of them, and those of the store.
    pub(crate) async fn read(
        tx: &mut Tx,
        ctx: &Ctx,
        ids: &[Uuid],
        attributes: &Attributes,
    ) -> Result<Self> {
        if ids.len() > MOST_PARTIES {
            let why = format!("{} parties, and {MOST_PARTIES} are looked at at most", ids.len());
            return Err(NOT_MINABLE.with("why", why));
        }
        let features = &attributes.features;
        let mut values: Vec<Values> = features
            .iter()
            .map(|feature| match feature.kind() {
                FeatureKind::Numeric => Values::Numeric(Vec::new()),
                FeatureKind::Categorical => Values::Categorical(Vec::new()),
            })
            .collect();
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE) {
            let rows = read_rows(tx, ctx, some, features, Span::until(ctx.now)).await?;
            for row in &rows.rows {
                found.push(row.id);
                for (at, feature) in features.iter().enumerate() {
                    push(&mut values[at], rows.cell(row, at, feature, ctx, ctx.now));
                }
            }
        }
        let mut this = Self { ids: found, columns: vec![], left_out: vec![], values: vec![] };
        for ((name, feature), values) in attributes.names.iter().zip(features).zip(values) {
            if !attributes.chosen && has_many(&values) {
                this.left_out.push(name.clone());
                continue;
            }
            let (kind, nature) = (feature.kind(), Some(feature.nature()));
            this.columns.push(DatasetColumn { name: name.clone(), kind, nature });
            this.values.push((name.clone(), values));
        }
        Ok(this)
    }

    /// The parties and the table of them.
    ///
    /// # Errors
    /// `not_minable` for what no table can hold.
    pub(crate) fn into_table(self) -> Result<(Vec<Uuid>, Table)> {
        Ok((self.ids, Table::new(self.values).map_err(minable)?))
    }
}

fn push(values: &mut Values, cell: Cell) {
    match (values, cell) {
        (Values::Numeric(values), Cell::Number(number)) => values.push(Some(number)),
        (Values::Numeric(values), _) => values.push(None),
        (Values::Categorical(values), Cell::Text(text)) => values.push(Some(text)),
        (Values::Categorical(values), _) => values.push(None),
    }
}

/// Whether a text has more different values than would tell anybody anything.
fn has_many(values: &Values) -> bool {
    let Values::Categorical(values) = values else { return false };
    let mut different = BTreeSet::new();
    values.iter().flatten().any(|value| different.insert(value) && different.len() > MOST_VALUES)
}

/// Does work that takes a while on a thread of its own.
///
/// # Errors
/// Those of the work.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.map_err(|error| INTERNAL.problem().because(error))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_many_values_are_left_out() {
        let texts = |different: usize| {
            Values::Categorical((0..200).map(|at| Some((at % different).to_string())).collect())
        };
        assert!(!has_many(&texts(50)));
        assert!(has_many(&texts(51)));
        assert!(!has_many(&Values::Numeric(vec![None; 200])));
    }

    #[test]
    fn a_cell_of_the_other_kind_is_missing() {
        let mut numbers = Values::Numeric(Vec::new());
        push(&mut numbers, Cell::Text("10".to_owned()));
        assert_eq!(numbers, Values::Numeric(vec![None]));
    }
}
