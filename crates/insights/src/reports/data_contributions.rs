//! Who has worked on the data of customers in a time, and how good the records are that they have left behind.
//!
//! Events have no index by time. A record that was changed in the time was not changed last before it, so the
//! records come from their index by `updated_at`, and the events of each from that by subject. Price: a time long
//! ago reads every record that was changed since.

use super::{
    data_quality::{CONTACT_FIELDS, PARTY_FIELDS, QualityOf, passes},
    prospects::{FROM, TO, Time, column, example_id, parameter, people, require_fields, sees},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    definition::Shape,
    labels::{Labels, labels},
};
use guanxi_customers::{contacts::CONTACT, parties::PARTY};
use guanxi_identity::{roles::ROLE, users::USER};
use guanxi_kernel::{Action, Ctx, Result, problem::Texts, ratio::Ratio, scalar::Scalar as _};
use guanxi_storage::{Kind, Sql, Tx, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct DataContributions;

guanxi_kernel::words! {
    /// By what the work on data is told apart.
    pub enum DataContributionsBy {
        /// The roles of whoever has done it.
        Role = "role" ("Role", "角色"),
        /// Who has done it.
        User = "user" ("User", "用户"),
    }
}

/// The work of a role or a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DataContributionRow {
    /// The role or the user; `null` for users who have no role, or whose roles the caller may not see.
    #[schema(required)]
    pub key: Option<Uuid>,
    /// What that is called; `null` for whoever may not see it.
    #[schema(required)]
    pub name: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: DataContributionFigures,
}

/// How much was changed, and how good it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct DataContributionFigures {
    /// How many members of records were changed, each as often as it was.
    pub edits: i64,
    /// How many records were changed last in the time by them.
    pub records: i64,
    /// How many of these pass every check of the report `data-quality`.
    pub passing: i64,
    /// `passing` of `records`, from 0 to 1; without value where there are none.
    pub quality: Ratio,
}

const BY: Parameter = Parameter {
    default: Some("role"),
    ..parameter(
        "by",
        Takes::One(DataContributionsBy::TYPE),
        Texts { en: "By what the work is told apart.", zh: "统计维度。" },
    )
};

/// After how many days what was changed is not of lately, as `data-quality` has it by itself.
const FRESH_DAYS: i64 = 365;

static DEFINITION: Definition = Definition {
    name: "data-contributions",
    version: 1,
    title: Texts { en: "Work on customer data", zh: "客户数据建设贡献" },
    about: Texts {
        en: "How many members of parties and contacts that you may see were changed on these days, up to `as_of`, by the \
             role of whoever has changed them or by user, and how many of the records whose last change of the time was \
             theirs pass every check of the report `data-quality` with its usual 365 days. What a record had when it \
             was made is no change, and changes of fields that you may not see do not count. Whoever has several \
             roles counts in each, and once in the totals. Records and roles are as they are now; what was deleted \
             since counts for nothing.",
        zh: "按修改人角色或用户统计所选日期内(截至 as_of)可见客户与联系人的字段修改次数,以及期内最后修改人为其的记录中通过 data-quality 全部检查的数量与比例。新建时的取值不计;一人多角色时各角色分别计入,合计只计一次;记录与角色取当前值。",
    },
    reads: &[&PARTY, &CONTACT],
    needs: PARTY_FIELDS,
    rests_on: &[],
    parameters: &[BY, FROM, TO],
    columns: &[
        column("key", "Key", "标识", What::Key),
        column("name", "Name", "名称", What::Label),
        column("edits", "Edits", "字段修改数", What::Count),
        column("records", "Records", "最后修改记录数", What::Count),
        column("passing", "Passing", "合格数", What::Count),
        column("quality", "Quality", "质量", What::Ratio),
    ],
    plot: Plot { shape: Shape::Bars, names: &["name"], values: &["edits"], otherwise: &[] },
};

/// What is counted of somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    edits: i64,
    records: i64,
    passing: i64,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.edits += other.edits;
        self.records += other.records;
        self.passing += other.passing;
    }

    fn figures(self) -> DataContributionFigures {
        let Self { edits, records, passing } = self;
        DataContributionFigures { edits, records, passing, quality: Ratio::new(passing, records) }
    }
}

/// Adds the names of the members that an event `e` has changed, each between commas, without those that the
/// caller may not see.
fn members(sql: &mut Sql, ctx: &Ctx, kind: &Kind) {
    let hidden = ctx.actor.withheld(kind.plural).hidden;
    for _ in &hidden {
        sql.push("REPLACE(");
    }
    sql.push("e.changed");
    for field in &hidden {
        sql.push(", ").bind(format!(",{field},")).push(", ',')");
    }
}

/// What each user has done to the records of a kind.
async fn done(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    time: &Time,
    (kind, of): (&'static Kind, QualityOf),
) -> Result<Vec<(Uuid, i64, i64, i64)>> {
    let mut sql = Sql::new(
        "SELECT w.user_id,
             CAST(SUM(LENGTH(w.members) - LENGTH(REPLACE(w.members, ',', '')) - 1) AS BIGINT),
             COUNT(CASE WHEN w.place = 1 THEN 1 END), COUNT(CASE WHEN w.place = 1 AND ",
    );
    passes(&mut sql, asked, of, FRESH_DAYS);
    sql.push(
        " THEN 1 END) FROM (SELECT v.user_id, v.subject_id, v.members, ROW_NUMBER() OVER (
                 PARTITION BY v.subject_id ORDER BY v.version DESC, v.seq DESC) AS place
             FROM (SELECT e.user_id, e.subject_id, e.version, e.seq, ",
    );
    members(&mut sql, ctx, kind);
    sql.push(" AS members FROM ").push(kind.table);
    sql.push(
        " t JOIN events e ON e.tenant_id = t.tenant_id AND e.subject_id = t.id AND e.version > 1
                 AND e.subject_type = ",
    );
    sql.bind(kind.name).push(" WHERE t.tenant_id = $1 AND t.deleted_at IS NULL");
    sql.push(" AND t.updated_at >= ").bind(time.begins).push(" AND ");
    time.contains(&mut sql, "e.occurred_at");
    sql.push(" AND e.occurred_at <= ").bind(asked.as_of).push(" AND ");
    let reach = ctx.reach(kind.plural, Action::Read);
    scope::within(&mut sql, kind, &reach, ctx.actor.user);
    sql.push(") v WHERE v.members <> ',') w JOIN ").push(kind.table);
    sql.push(" t ON t.tenant_id = $1 AND t.id = w.subject_id GROUP BY w.user_id");
    tx.all(sql).await
}

/// Users that are looked up at once.
const AT_ONCE: usize = 200;

/// The roles of users, those of deleted ones too, as far as the caller may see them.
///
/// # Errors
/// Those of the store.
pub(super) async fn roles_of(
    tx: &mut Tx,
    ctx: &Ctx,
    users: &[Uuid],
) -> Result<BTreeMap<Uuid, Vec<Uuid>>> {
    let mut found = BTreeMap::new();
    if !sees(ctx, &USER, "role_ids") {
        return Ok(found);
    }
    for load in [USER.load, USER.load_deleted] {
        for some in users.chunks(AT_ONCE) {
            for (id, user) in load(tx, ctx, some).await? {
                let roles = user["role_ids"].as_array().into_iter().flatten();
                let roles = roles.filter_map(|role| role.as_str()?.parse::<Uuid>().ok());
                found.insert(id, roles.collect());
            }
        }
    }
    Ok(found)
}

/// What users have done, by their roles: in each of several, and in none for those without.
fn by_role(
    users: &BTreeMap<Uuid, Sum>,
    roles: &BTreeMap<Uuid, Vec<Uuid>>,
) -> BTreeMap<Option<Uuid>, Sum> {
    let mut sums: BTreeMap<Option<Uuid>, Sum> = BTreeMap::new();
    for (user, sum) in users {
        let of = roles.get(user).map(Vec::as_slice).unwrap_or_default();
        for role in of {
            sums.entry(Some(*role)).or_default().add(*sum);
        }
        if of.is_empty() {
            sums.entry(None).or_default().add(*sum);
        }
    }
    sums
}

impl Report for DataContributions {
    type Row = DataContributionRow;
    type Totals = DataContributionFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &CONTACT, CONTACT_FIELDS)?;
        let by = asked.word(BY.name).unwrap_or(DataContributionsBy::Role);
        let time = Time::asked(ctx, asked)?;
        let (mut users, mut whole) = (BTreeMap::<Uuid, Sum>::new(), Sum::default());
        for of in [(&PARTY, QualityOf::Party), (&CONTACT, QualityOf::Contact)] {
            for (user, edits, records, passing) in done(tx, ctx, asked, &time, of).await? {
                let sum = Sum { edits, records, passing };
                users.entry(user).or_default().add(sum);
                whole.add(sum);
            }
        }
        let ids: Vec<Uuid> = users.keys().copied().collect();
        let (sums, names): (BTreeMap<Option<Uuid>, Sum>, Labels) = match by {
            DataContributionsBy::User => {
                let names = people(tx, ctx, asked, ids).await?;
                (users.into_iter().map(|(user, sum)| (Some(user), sum)).collect(), names)
            }
            DataContributionsBy::Role => {
                let sums = by_role(&users, &roles_of(tx, ctx, &ids).await?);
                let roles: Vec<Uuid> = sums.keys().flatten().copied().collect();
                (sums, labels(tx, ctx, asked, &ROLE, roles).await?)
            }
        };
        let row = |(key, sum): (Option<Uuid>, Sum)| DataContributionRow {
            key,
            name: key.and_then(|id| names.get(&id).cloned()),
            figures: sum.figures(),
        };
        Ok(Made { rows: sums.into_iter().map(row).collect(), totals: whole.figures() })
    }

    fn example() -> Made<Self> {
        let totals = Sum { edits: 120, records: 40, passing: 30 }.figures();
        let name = Some("销售顾问".to_owned());
        let row = DataContributionRow { key: Some(example_id()), name, figures: totals };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_39_whoever_has_two_roles_counts_in_each() {
        let [one, two, three] = [1, 2, 3].map(Uuid::from_u128);
        let [sales, service] = [8, 9].map(Uuid::from_u128);
        let sum = |edits, records, passing| Sum { edits, records, passing };
        let users =
            BTreeMap::from([(one, sum(6, 3, 2)), (two, sum(2, 1, 1)), (three, sum(1, 0, 0))]);
        let roles = BTreeMap::from([(one, vec![sales]), (two, vec![sales, service])]);
        let sums = by_role(&users, &roles);
        assert_eq!(sums[&Some(sales)], sum(8, 4, 3));
        assert_eq!(sums[&Some(service)], sum(2, 1, 1));
        assert_eq!(sums[&None], sum(1, 0, 0));
        assert_eq!(sums[&Some(sales)].figures().quality, Ratio::new(3, 4));
        assert_eq!(sums[&None].figures().quality.value(), None);
    }
}
