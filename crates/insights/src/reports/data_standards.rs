//! What breaks the standards of the data dictionary, source by source, and whether there are as many values as
//! are expected.

use super::prospects::{column, example_id, parameter, people, require_fields};
use crate::{
    Asked, Definition, Made, Plot, Report, Takes, What,
    definition::Shape,
    field_standards::{FIELD_STANDARD, Held, held, kind_of},
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{
    Action, Ctx, Result,
    problem::{INTERNAL, Texts},
    ratio::Ratio,
    scalar::Type,
    text::fold,
};
use guanxi_storage::{Figures, Kind, Sql, Tx, custom, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct DataStandards;

/// Standards that are looked at, and sources of each that are told apart.
const MOST: (i64, i64) = (200, 200);

/// The records of one source, held against a standard.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DataStandardsRow {
    /// The standard.
    pub field_standard_id: Uuid,
    /// The list whose records they are.
    pub resource: String,
    /// The field.
    pub field: String,
    /// Who answers for it.
    #[schema(required)]
    pub owner_id: Option<Uuid>,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub owner: Option<String>,
    /// Through what the records were made: `api`, `import`, `capture_form`, the name of another system; `other`
    /// for what the program did by itself, and `unknown` where nothing tells.
    pub source: String,
    /// The figures.
    #[serde(flatten)]
    pub figures: DataStandardsFigures,
}

/// How many records keep a standard and how many do not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DataStandardsFigures {
    /// How many records there are.
    pub records: i64,
    /// How many of them have a value.
    pub values: i64,
    /// How many have none and should.
    pub missing: i64,
    /// How many have one that is too old.
    pub stale: i64,
    /// How many came from a source that may not tell it.
    pub foreign: i64,
    /// `missing + stale + foreign`: a record can break a standard more than once.
    pub violations: i64,
}

/// How many values of a field there are of those that are expected.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FieldVolume {
    /// The standard.
    pub field_standard_id: Uuid,
    /// How many records have a value.
    pub values: i64,
    /// How many are expected to.
    #[schema(required)]
    pub expected_values: Option<i64>,
    /// `values` of `expected_values`; `null` if nothing is expected.
    #[schema(required)]
    pub fulfilment: Option<Ratio>,
}

/// What goes over all standards.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DataStandardsTotals {
    /// How often standards are broken.
    pub violations: i64,
    /// The values of each field.
    #[schema(max_items = 200)]
    pub fields: Vec<FieldVolume>,
}

static DEFINITION: Definition = Definition {
    name: "data-standards",
    version: 1,
    title: Texts { en: "Violations of data standards", zh: "数据标准违规" },
    about: Texts {
        en: "The records that you may see, held against the standards of the data dictionary, by the source through \
             which they were made: how many lack a value that must be there, have one that is too old at the \
             instant (its record was not changed for longer), or came from a source that may not tell it. The \
             totals tell how many values there are of those that are expected. Fields and lists that you may not see \
             are left out. Records and standards are as they are now; the first 200 standards are told of.",
        zh: "按数据来源检查记录是否符合字段标准:必填缺失、超过时效、来源不符。合计给出各字段实际数量与预期数量。仅含可见记录与字段(当前值)。",
    },
    reads: &[&FIELD_STANDARD],
    needs: &["resource", "field"],
    rests_on: &[],
    parameters: &[parameter(
        "resource",
        Takes::One(Type::Text),
        Texts { en: "Only standards of that list; all when absent.", zh: "仅统计该资源。" },
    )],
    columns: &[
        column("field_standard_id", "Standard id", "标准标识", What::Key),
        column("resource", "Resource", "资源", What::Key),
        column("field", "Field", "字段", What::Key),
        column("owner_id", "Owner id", "责任人标识", What::Key),
        column("owner", "Owner", "责任人", What::Label),
        column("source", "Source", "来源", What::Key),
        column("records", "Records", "记录数", What::Count),
        column("values", "Values", "有值数", What::Count),
        column("missing", "Missing", "缺失数", What::Count),
        column("stale", "Stale", "过期数", What::Count),
        column("foreign", "Other sources", "来源不符数", What::Count),
        column("violations", "Violations", "违规数", What::Count),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["resource", "field", "source"],
        values: &["missing", "stale", "foreign"],
        otherwise: &[],
    },
};

/// A standard as far as records are held against it.
struct Standard {
    id: Uuid,
    resource: String,
    field: String,
    owner: Option<Uuid>,
    must_be_there: bool,
    max_age_days: Option<i64>,
    expected: Option<i64>,
    sources: Vec<String>,
}

/// The standards, by resource and field.
async fn standards(tx: &mut Tx, resource: Option<&str>) -> Result<Vec<Standard>> {
    type Row = (Uuid, String, String, Option<Uuid>, bool, Option<i64>, Option<i64>, String);
    let mut sql = Sql::new(
        "SELECT t.id, t.resource, t.field, t.owner_id, t.must_be_there, t.max_age_days,
             t.expected_values, CAST(t.sources AS TEXT)
         FROM field_standards t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL",
    );
    if let Some(resource) = resource {
        sql.push(" AND t.resource = ").bind(resource);
    }
    sql.push(" ORDER BY t.resource, t.field, t.id LIMIT ").bind(MOST.0);
    let mut found = Vec::new();
    for (id, resource, field, owner, must_be_there, max_age_days, expected, said) in
        tx.all::<Row>(sql).await?
    {
        let sources: Vec<String> =
            serde_json::from_str(&said).map_err(|error| INTERNAL.problem().because(error))?;
        let sources = sources.iter().map(|source| fold(source)).collect();
        found.push(Standard {
            id,
            resource,
            field,
            owner,
            must_be_there,
            max_age_days,
            expected,
            sources,
        });
    }
    Ok(found)
}

/// A standard with its field, as it lies in the store.
type Measured<'a> = (&'a Standard, Held);

/// The records of one source: how many there are, and for each field how many have a value and one that is too old.
struct Source {
    name: String,
    records: i64,
    fields: Vec<(i64, i64)>,
}

impl Source {
    fn of(Figures { of: name, numbers }: Figures) -> Self {
        let at = |at: usize| numbers.get(at).copied().unwrap_or_default();
        let fields = (1..numbers.len()).step_by(2).map(|has| (at(has), at(has + 1))).collect();
        Self { name, records: at(0), fields }
    }
}

/// The records of a kind by their sources, which are read once for all fields.
async fn by_source(
    tx: &mut Tx,
    ctx: &Ctx,
    as_of: DateTime<Utc>,
    kind: &'static Kind,
    measured: &[Measured<'_>],
) -> Result<Vec<Source>> {
    let mut sql = Sql::new("SELECT t.made_through, COUNT(*)");
    for (standard, field) in measured {
        sql.push(", COUNT(CASE WHEN ");
        field.write(&mut sql, kind);
        sql.push(" THEN 1 END), ");
        let age = standard.max_age_days.map(TimeDelta::days);
        match age.and_then(|age| as_of.checked_sub_signed(age)) {
            Some(since) => {
                sql.push("COUNT(CASE WHEN t.updated_at < ").bind(since).push(" AND ");
                field.write(&mut sql, kind);
                sql.push(" THEN 1 END)");
            }
            None => {
                sql.push("CAST(0 AS BIGINT)");
            }
        }
    }
    sql.push(
        " FROM (SELECT r.*, CASE WHEN r.event_source IS NULL THEN 'unknown' \
         WHEN r.event_source LIKE 'import:%' THEN 'import' \
         WHEN r.event_source LIKE 'upsert:%' THEN SUBSTR(r.event_source, 8) \
         WHEN r.event_source LIKE '%:%' THEN 'other' ELSE r.event_source END AS made_through FROM (SELECT t.*, ",
    );
    // A sign-in is an event of the same version of a user: only the first event tells who has made it.
    sql.push("(SELECT e.source FROM events e WHERE e.tenant_id = $1 AND e.subject_id = t.id");
    sql.push(" AND e.version = 1 AND e.subject_type = ").bind(kind.name);
    sql.push(" ORDER BY e.txid, e.seq LIMIT 1) AS event_source FROM ").push(kind.table);
    sql.push(" t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ");
    let reach = ctx.reach(kind.plural, Action::Read);
    scope::within(&mut sql, kind, &reach, ctx.actor.user);
    sql.push(") r) t GROUP BY t.made_through ORDER BY t.made_through LIMIT ").bind(MOST.1);
    Ok(tx.all::<Figures>(sql).await?.into_iter().map(Source::of).collect())
}

impl DataStandardsFigures {
    fn of(standard: &Standard, source: &str, (records, values, old): (i64, i64, i64)) -> Self {
        let missing = if standard.must_be_there { records - values } else { 0 };
        let fits = standard.sources.is_empty() || standard.sources.contains(&fold(source));
        let foreign = if fits { 0 } else { records };
        let violations = missing + old + foreign;
        Self { records, values, missing, stale: old, foreign, violations }
    }
}

impl FieldVolume {
    fn of(field_standard_id: Uuid, values: i64, expected_values: Option<i64>) -> Self {
        let fulfilment = expected_values.map(|expected| Ratio::new(values, expected));
        Self { field_standard_id, values, expected_values, fulfilment }
    }
}

impl Report for DataStandards {
    type Row = DataStandardsRow;
    type Totals = DataStandardsTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let seen = ["owner_id", "must_be_there", "max_age_days", "expected_values", "sources"];
        require_fields(ctx, &FIELD_STANDARD, &seen)?;
        let all = standards(tx, asked.text("resource")).await?;
        let names = people(tx, ctx, asked, all.iter().filter_map(|one| one.owner)).await?;
        let (mut rows, mut fields) = (Vec::new(), Vec::new());
        let readable = |kind: &&'static Kind| !ctx.reach(kind.plural, Action::Read).is_nothing();
        for of_kind in all.chunk_by(|one, next| one.resource == next.resource) {
            let Some(kind) = kind_of(&of_kind[0].resource).filter(readable) else { continue };
            let custom = custom::fields(tx, ctx, kind).await?;
            let measured: Vec<Measured<'_>> = of_kind
                .iter()
                .filter_map(|one| Some((one, held(kind, &custom, &one.field)?)))
                .collect();
            if measured.is_empty() {
                continue;
            }
            let sources = by_source(tx, ctx, asked.as_of, kind, &measured).await?;
            for (at, (one, _)) in measured.iter().enumerate() {
                let mut values = 0;
                for source in &sources {
                    let (has, old) = source.fields.get(at).copied().unwrap_or_default();
                    values += has;
                    let counts = (source.records, has, old);
                    rows.push(DataStandardsRow {
                        field_standard_id: one.id,
                        resource: one.resource.clone(),
                        field: one.field.clone(),
                        owner_id: one.owner,
                        owner: one.owner.and_then(|id| names.get(&id).cloned()),
                        source: source.name.clone(),
                        figures: DataStandardsFigures::of(one, &source.name, counts),
                    });
                }
                fields.push(FieldVolume::of(one.id, values, one.expected));
            }
        }
        let violations = rows.iter().map(|row| row.figures.violations).sum();
        Ok(Made { rows, totals: DataStandardsTotals { violations, fields } })
    }

    fn example() -> Made<Self> {
        let figures = DataStandardsFigures {
            records: 100,
            values: 90,
            missing: 10,
            stale: 5,
            foreign: 0,
            violations: 15,
        };
        let row = DataStandardsRow {
            field_standard_id: example_id(),
            resource: "parties".to_owned(),
            field: "industry".to_owned(),
            owner_id: Some(example_id()),
            owner: Some("陈静".to_owned()),
            source: "import".to_owned(),
            figures,
        };
        let fields = vec![FieldVolume::of(example_id(), 90, Some(120))];
        Made { rows: vec![row], totals: DataStandardsTotals { violations: 15, fields } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_122_a_record_can_break_a_standard_more_than_once() {
        let standard = Standard {
            id: Uuid::nil(),
            resource: "parties".to_owned(),
            field: "industry".to_owned(),
            owner: None,
            must_be_there: true,
            max_age_days: Some(30),
            expected: Some(120),
            sources: vec!["erp".to_owned()],
        };
        let of = |source| DataStandardsFigures::of(&standard, source, (100, 90, 5));
        assert_eq!((of("ERP").violations, of("ERP").foreign), (15, 0));
        assert_eq!((of("import").violations, of("import").foreign), (115, 100));
        let free = Standard { must_be_there: false, sources: vec![], ..standard };
        assert_eq!(DataStandardsFigures::of(&free, "import", (100, 90, 5)).violations, 5);
    }

    #[test]
    fn d_91_ninety_of_a_hundred_and_twenty_are_three_quarters() {
        let volume = FieldVolume::of(Uuid::nil(), 90, Some(120));
        assert_eq!(volume.fulfilment, Some(Ratio::new(90, 120)));
        assert_eq!(FieldVolume::of(Uuid::nil(), 90, None).fulfilment, None);
    }
}
