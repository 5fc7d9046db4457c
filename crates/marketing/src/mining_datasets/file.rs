//! The rows of a file as a dataset: a column whose values are all numbers is one of numbers.

use super::{
    build::{check_size, going, label},
    content::{Part, kept},
    model::{DatasetColumn, MiningDataset},
    rows::AT_ONCE,
    store,
};
use guanxi_bulk::worker::Run;
use guanxi_kernel::{Ctx, Result, problem::INTERNAL};
use guanxi_mining::{Cell, FeatureKind};
use guanxi_storage::Tx;
use guanxi_tabular::{Layout, Limits};
use rust_decimal::Decimal;
use serde_json::Value as Json;

/// How the table lies in the file.
pub(super) fn layout(dataset: &MiningDataset) -> Result<Layout> {
    serde_json::from_value(dataset.layout.clone())
        .map_err(|error| INTERNAL.problem().because(error))
}

/// Keeps the rows of the file, and forgets the file; what its columns are.
pub(super) async fn build(run: &Run<'_>, dataset: &MiningDataset) -> Result<Vec<DatasetColumn>> {
    let (id, layout) = (dataset.meta.id.uuid(), layout(dataset)?);
    let copy = run.fetch(id).await?;
    let wanted: Vec<String> = dataset.input.features.iter().map(ToString::to_string).collect();
    check_size(usize::try_from(layout.rows).unwrap_or(usize::MAX), wanted.len())?;
    let target = dataset.input.label.value.as_ref().map(ToString::to_string).unwrap_or_default();
    let names: Vec<String> = wanted.iter().cloned().chain([target]).collect();
    let path = copy.path().to_owned();
    let table = layout.clone();
    let read = tokio::task::spawn_blocking(move || columns(&path, &table, &names));
    let mut columns = read.await.map_err(|error| INTERNAL.problem().because(error))??;
    let learnt = columns.pop().unwrap_or_default();
    let kinds: Vec<FeatureKind> = columns.iter().map(|values| kind(values)).collect();
    let positive = dataset.input.label.positive.as_deref();
    let total = i64::try_from(learnt.len()).ok();
    for (place, from) in (0..learnt.len()).step_by(AT_ONCE).enumerate() {
        let rows = from..learnt.len().min(from + AT_ONCE);
        let done = rows.end;
        let mut part = Part::new(columns.len());
        for row in rows {
            let value = match positive {
                Some(_) => text(learnt[row].as_deref()),
                None => number(learnt[row].as_deref()),
            };
            let Some(label) = label(value, positive) else { continue };
            let cells = columns.iter().zip(&kinds);
            let cells = cells.map(|(values, kind)| kept(cell(*kind, values[row].as_deref())));
            part.push(None, label, cells.collect());
        }
        let step = async |tx: &mut Tx, _: &Ctx| {
            store::keep(tx, id, place, &part).await?;
            Ok(going(done, total))
        };
        run.commit(step).await?;
    }
    let named = wanted.into_iter().zip(kinds);
    Ok(named.map(|(name, kind)| DatasetColumn { name, kind, nature: None }).collect())
}

/// The values of these columns as texts, whatever the file has them as.
fn columns(
    path: &std::path::Path,
    layout: &Layout,
    names: &[String],
) -> Result<Vec<Vec<Option<String>>>> {
    let places = names.iter().map(|name| {
        let place = layout.header.iter().position(|column| column == name);
        place.ok_or_else(|| INTERNAL.problem().because("the file has lost a column"))
    });
    let places: Vec<usize> = places.collect::<Result<_>>()?;
    let mut columns = vec![Vec::new(); names.len()];
    for row in guanxi_tabular::open(path, layout, &Limits::default())? {
        let mut values = row.values?;
        for (column, place) in columns.iter_mut().zip(&places) {
            column.push(match values.get_mut(*place).map(Json::take) {
                None | Some(Json::Null) => None,
                Some(Json::String(text)) => Some(text),
                Some(other) => Some(other.to_string()),
            });
        }
    }
    Ok(columns)
}

/// Numbers if all values are, and there is one.
fn kind(values: &[Option<String>]) -> FeatureKind {
    let mut known = values.iter().flatten().peekable();
    let some = known.peek().is_some();
    match some && known.all(|value| value.parse::<Decimal>().is_ok()) {
        true => FeatureKind::Numeric,
        false => FeatureKind::Categorical,
    }
}

fn text(value: Option<&str>) -> Cell {
    value.map_or(Cell::Missing, |value| Cell::Text(value.to_owned()))
}

fn cell(kind: FeatureKind, value: Option<&str>) -> Cell {
    match kind {
        FeatureKind::Numeric => number(value),
        FeatureKind::Categorical => text(value),
    }
}

fn number(value: Option<&str>) -> Cell {
    let number = value.and_then(|value| value.parse::<Decimal>().ok());
    number.map_or(Cell::Missing, Cell::Number)
}
