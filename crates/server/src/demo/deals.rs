//! The products, the pipeline and the opportunities of the demonstration.
//!
//! The opportunities are imported as anybody would: a file, a mapping that says which column goes
//! where and what is meant by the product that is spelt in two ways, and a job. Import and job stay
//! there to be looked at. Two things are added to the published rows: what the opportunity is called,
//! and, while it is open and has no value, the list price of its product.

use super::{make, read};
use crate::{Outcome, config::Config, import};
use guanxi_bulk::{Files, imports::Import, jobs::JobStatus};
use guanxi_kernel::{Ctx, Line, Result, ctx::Seen};
use guanxi_sales::{pipelines::Pipeline, products::Product, stages::Stage};
use guanxi_storage::{Db, Tx, custom, resource};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{collections::BTreeMap, io::Write as _};

const PRODUCTS: &str = include_str!("../../demo/products.csv");
const PIPELINE: &str = include_str!("../../demo/sales_pipeline.csv");

/// The stages of the data, with what they are and the probabilities that a forecast begins with,
/// which are ours.
const STAGES: [(&str, &str, &str); 4] = [
    ("Prospecting", "open", "0.1"),
    ("Engaging", "open", "0.5"),
    ("Won", "won", "1"),
    ("Lost", "lost", "0"),
];

/// Which column is which field.
const COLUMNS: [(&str, &str); 9] = [
    ("opportunity_id", "number"),
    ("sales_agent", "owner"),
    ("product", "product"),
    ("account", "party"),
    ("deal_stage", "stage"),
    ("engage_date", "engaged_on"),
    ("close_date", "closed_on"),
    ("close_value", "amount"),
    ("name", "name"),
];

/// What is meant by a product that is not in the list of products.
const MEANT: (&str, &str) = ("GTXPro", "GTX Pro");

#[derive(Debug, Deserialize)]
pub(super) struct Offer {
    product: String,
    series: String,
    sales_price: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct Deal {
    opportunity_id: String,
    sales_agent: String,
    product: String,
    account: String,
    deal_stage: String,
    engage_date: String,
    close_date: String,
    close_value: String,
    #[serde(default)]
    name: String,
}

/// The products of the data.
pub(super) fn products() -> Outcome<Vec<Offer>> {
    read(PRODUCTS)
}

/// Makes the products, and the pipeline with its stages.
pub(super) async fn prepare(tx: &mut Tx, ctx: &Ctx, products: &[Offer]) -> Result<()> {
    for row in products {
        let price = json!({ "amount": format!("{}.00", row.sales_price), "currency": "USD" });
        let product = json!({ "code": row.product, "name": row.product, "category": row.series,
            "list_price": price });
        make::<Product>(tx, ctx, product).await?;
    }
    let pipeline = make::<Pipeline>(tx, ctx, json!({ "name": "B2B", "currency": "USD" })).await?;
    for (name, kind, probability) in STAGES {
        let stage = json!({ "pipeline_id": pipeline, "code": name.to_lowercase(), "name": name,
            "kind": kind, "probability": probability });
        make::<Stage>(tx, ctx, stage).await?;
    }
    let used = json!({ "active": true, "is_default": true });
    let ctx = &Ctx { seen: Seen::Any, ..ctx.clone() };
    resource::patch::<Pipeline>(tx, ctx, pipeline, &used).await.map(drop)
}

/// Imports the opportunities; how many were made, of how many.
pub(super) async fn import(config: &Config, db: &Db, ctx: &Ctx) -> Outcome<(i64, usize)> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("sales_pipeline.csv");
    let rows = deals()?;
    let mut text = csv::Writer::from_writer(Vec::new());
    rows.iter().try_for_each(|deal| text.serialize(deal))?;
    std::fs::File::create(&file)?.write_all(&text.into_inner()?)?;
    let fields = db.read(ctx.tenant, async |tx| custom::definitions(tx).await).await?;
    let mut import = import::examine(ctx, &fields, "opportunities", &file)?;
    map(&mut import)?;
    let files = Files::in_folder(&config.files.folder)
        .map_err(|error| format!("{}: {error}", config.files.folder.display()))?;
    let job = import::work(db, ctx, files, &import, &file, false).await?;
    match job.status {
        JobStatus::Succeeded => Ok((job.result["created"].as_i64().unwrap_or(0), rows.len())),
        _ => Err(format!("the opportunities were not imported: see job {}", job.meta.id).into()),
    }
}

fn map(import: &mut Import) -> Outcome {
    for mapping in &mut import.input.mapping {
        let field = COLUMNS.iter().find(|(column, _)| *column == &*mapping.column);
        mapping.field = field.map(|(_, field)| Line::new(field)).transpose()?;
        if &*mapping.column == "product" {
            mapping.values = BTreeMap::from([(Line::new(MEANT.0)?, Line::new(MEANT.1)?)]);
        }
    }
    // Nobody wrote down why these were won and lost.
    let unknown = "Not told in the data";
    let summary = json!({ "reasons": ["other"], "lessons": unknown, "process_review": unknown });
    import.input.defaults.insert("closing_summary".to_owned(), summary);
    Ok(())
}

/// The published rows with a name, and with a value where they have none yet.
fn deals() -> Outcome<Vec<Deal>> {
    let products = products()?;
    let mut deals = read::<Deal>(PIPELINE)?;
    for deal in &mut deals {
        let product = if deal.product == MEANT.0 { MEANT.1 } else { &deal.product };
        deal.name = match deal.account.as_str() {
            "" => product.to_owned(),
            account => format!("{product} for {account}"),
        };
        let priced = products.iter().find(|row| row.product == product);
        if let (true, Some(priced)) = (deal.close_value.is_empty(), priced) {
            deal.close_value.clone_from(&priced.sales_price);
        }
    }
    Ok(deals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_names_a_product_of_the_list_and_has_a_value() {
        let (products, deals) = (products().unwrap(), deals().unwrap());
        assert_eq!((products.len(), deals.len()), (7, 8_800));
        assert!(deals.iter().all(|deal| !deal.close_value.is_empty()));
        let known = |name: &str| products.iter().any(|row| row.product == name);
        assert!(deals.iter().all(|deal| deal.product == MEANT.0 || known(&deal.product)));
        assert_eq!(deals.iter().filter(|deal| deal.account.is_empty()).count(), 1_425);
    }

    #[test]
    fn every_column_has_its_place() {
        let header = PIPELINE.lines().next().unwrap();
        let added = COLUMNS.iter().filter(|(column, _)| !header.contains(column));
        assert_eq!(added.map(|(column, _)| *column).collect::<Vec<_>>(), ["name"]);
        assert_eq!(header.trim_end().split(',').count() + 1, COLUMNS.len());
    }
}
