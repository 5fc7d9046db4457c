//! How many of those who work in a roll-out have passed what they were to learn.

use super::prospects::{column, example_id, parameter, people, require_fields};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, asked::bad, definition::Shape,
    labels::labels, report::reach,
};
use guanxi_identity::org_units::ORG_UNIT;
use guanxi_kernel::{
    Ctx, Language, Result,
    problem::{NOT_FOUND, Texts, UNKNOWN_REFERENCE},
    scalar::{Scalar, Type},
};
use guanxi_marketing::rate::Rate;
use guanxi_storage::{Sql, Tx, resource, scope};
use guanxi_workflow::{
    rollouts::{ROLLOUT, Rollout},
    training_records::TRAINING_RECORD,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct TrainingResults;

guanxi_kernel::words! {
    /// By what training is told apart.
    pub enum TrainingGroup {
        /// The org unit that a member is in.
        Department = "department" ("Department", "部门"),
        /// What a member does in the roll-out.
        Role = "role" ("Role", "角色"),
        /// The training item.
        Item = "item" ("Training item", "培训项目"),
        /// The member.
        Member = "member" ("Member", "成员"),
    }
}

/// How much was to be passed and was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    due: i64,
    passed: i64,
}

/// A group.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrainingResultRow {
    /// The id of the department or the member, the role, or the code of the item; `null` for members in no
    /// department.
    #[schema(required)]
    pub key: Option<String>,
    /// What that is called; `null` for whoever may not see it.
    #[schema(required)]
    pub name: Option<String>,
    /// How many items its members are to pass, each counted for each member.
    pub due: i64,
    /// How many of these were passed.
    pub passed: i64,
    /// Passed over due.
    pub pass_rate: Rate,
}

/// What goes over all groups.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrainingResultTotals {
    /// How many items are to be passed, each counted for each member.
    pub due: i64,
    /// How many of these were passed.
    pub passed: i64,
    /// Passed over due.
    pub pass_rate: Rate,
}

static DEFINITION: Definition = Definition {
    name: "training-results",
    version: 1,
    title: Texts { en: "Training results", zh: "培训合格率" },
    about: Texts {
        en: "Of a roll-out, by department, role, item or member: how many training items its members are to pass, each \
             counted for each member, how many of these they have passed in any attempt, and the rate. Members, \
             items and departments are as they are now.",
        zh: "按部门、角色、培训项目或成员统计一个实施项目的应培训项次(成员×项目)、合格项次及合格率;多次考核只要一次合格即计。",
    },
    reads: &[&TRAINING_RECORD, &ROLLOUT],
    needs: &["rollout_id", "user_id", "item", "passed"],
    rests_on: &[],
    parameters: &[
        Parameter {
            required: true,
            ..parameter(
                "rollout_id",
                Takes::One(Type::Id),
                Texts { en: "The roll-out.", zh: "实施项目。" },
            )
        },
        Parameter {
            default: Some("department"),
            ..parameter(
                "by",
                Takes::One(<TrainingGroup as Scalar>::TYPE),
                Texts { en: "By what it is told apart.", zh: "统计维度。" },
            )
        },
    ],
    columns: &[
        column("key", "Key", "标识", What::Key),
        column("name", "Name", "名称", What::Label),
        column("due", "Due", "应培训项次", What::Count),
        column("passed", "Passed", "合格项次", What::Count),
        column("pass_rate", "Pass rate", "合格率", What::Ratio),
    ],
    plot: Plot { shape: Shape::Bars, names: &["name"], values: &["due", "passed"], otherwise: &[] },
};

/// Counts each item for each member in the group that `of` puts the pair in.
fn tally<K: Ord>(
    members: &[(Uuid, String)],
    items: &[String],
    passed: &BTreeSet<(Uuid, String)>,
    of: impl Fn(&(Uuid, String), &str) -> K,
) -> BTreeMap<K, Tally> {
    let mut groups: BTreeMap<K, Tally> = BTreeMap::new();
    for member in members {
        for item in items {
            let group = groups.entry(of(member, item)).or_default();
            group.due += 1;
            group.passed += i64::from(passed.contains(&(member.0, item.clone())));
        }
    }
    groups
}

/// Who has passed which item, as far as the caller may see that.
async fn passed(tx: &mut Tx, ctx: &Ctx, rollout: Uuid) -> Result<BTreeSet<(Uuid, String)>> {
    let mut sql = Sql::new(
        "SELECT DISTINCT t.user_id, t.item FROM training_records t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.passed AND t.rollout_id = ",
    );
    sql.bind(rollout).push(" AND ");
    scope::within(&mut sql, &TRAINING_RECORD, &reach(ctx, &DEFINITION), ctx.actor.user);
    Ok(tx.all::<(Uuid, String)>(sql).await?.into_iter().collect())
}

/// The department of each of these users who is in one.
async fn departments(tx: &mut Tx, users: &[(Uuid, String)]) -> Result<BTreeMap<Uuid, Uuid>> {
    let mut sql = Sql::new(
        "SELECT id, org_unit_id FROM users WHERE tenant_id = $1 AND org_unit_id IS NOT NULL AND id IN ",
    );
    sql.bind_all(users.iter().map(|(user, _)| *user));
    Ok(tx.all::<(Uuid, Uuid)>(sql).await?.into_iter().collect())
}

impl Report for TrainingResults {
    type Row = TrainingResultRow;
    type Totals = TrainingResultTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &ROLLOUT, &["members", "trainings"])?;
        let id = asked.id("rollout_id").unwrap_or_default();
        let found = resource::load::<Rollout>(tx, ctx, id).await;
        let rollout = found.map_err(|problem| match problem.is(&NOT_FOUND) {
            true => bad(UNKNOWN_REFERENCE.parameter("rollout_id")),
            false => problem,
        })?;
        let passed = passed(tx, ctx, id).await?;
        let members = rollout.input.members.iter();
        let members: Vec<(Uuid, String)> =
            members.map(|one| (one.user_id.uuid(), one.role.to_string())).collect();
        let trainings = &rollout.input.trainings;
        let items: Vec<String> = trainings.iter().map(|one| one.code.to_string()).collect();
        let by = asked.word("by").unwrap_or(TrainingGroup::Department);
        let (groups, names): (BTreeMap<Option<String>, Tally>, BTreeMap<String, String>) = match by
        {
            TrainingGroup::Department => {
                let of = departments(tx, &members).await?;
                let names = labels(tx, ctx, asked, &ORG_UNIT, of.values().copied()).await?;
                let group =
                    |member: &(Uuid, String), _: &str| of.get(&member.0).map(Uuid::to_string);
                (tally(&members, &items, &passed, group), by_text(names))
            }
            TrainingGroup::Member => {
                let names = people(tx, ctx, asked, members.iter().map(|one| one.0)).await?;
                let group = |member: &(Uuid, String), _: &str| Some(member.0.to_string());
                (tally(&members, &items, &passed, group), by_text(names))
            }
            TrainingGroup::Role => {
                let names = members.iter().map(|(_, role)| (role.clone(), role.clone())).collect();
                let group = |member: &(Uuid, String), _: &str| Some(member.1.clone());
                (tally(&members, &items, &passed, group), names)
            }
            TrainingGroup::Item => {
                let zh = ctx.language == Language::Zh;
                let names = trainings.iter().map(|one| {
                    let name = one.name_zh.as_ref().filter(|_| zh).unwrap_or(&one.name);
                    (one.code.to_string(), name.to_string())
                });
                let group = |_: &(Uuid, String), item: &str| Some(item.to_owned());
                (tally(&members, &items, &passed, group), names.collect())
            }
        };
        let mut whole = Tally::default();
        let mut rows = Vec::with_capacity(groups.len());
        for (key, Tally { due, passed }) in groups {
            whole = Tally { due: whole.due + due, passed: whole.passed + passed };
            let name = key.as_ref().and_then(|key| names.get(key).cloned());
            rows.push(TrainingResultRow {
                key,
                name,
                due,
                passed,
                pass_rate: Rate::new(passed, due),
            });
        }
        Ok(Made { rows, totals: totals(whole) })
    }

    fn example() -> Made<Self> {
        let row = TrainingResultRow {
            key: Some(example_id().to_string()),
            name: Some("呼叫中心".to_owned()),
            due: 10,
            passed: 8,
            pass_rate: Rate::new(8, 10),
        };
        Made { rows: vec![row], totals: totals(Tally { due: 10, passed: 8 }) }
    }
}

fn by_text(names: BTreeMap<Uuid, String>) -> BTreeMap<String, String> {
    names.into_iter().map(|(id, name)| (id.to_string(), name)).collect()
}

fn totals(of: Tally) -> TrainingResultTotals {
    TrainingResultTotals { due: of.due, passed: of.passed, pass_rate: Rate::new(of.passed, of.due) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_118_each_item_counts_for_each_member() {
        let user = Uuid::from_u128;
        let members = [(user(1), "sales".to_owned()), (user(2), "sales".to_owned())];
        let items = ["a".to_owned(), "b".to_owned()];
        let passed: BTreeSet<(Uuid, String)> =
            [(user(1), "a".to_owned()), (user(1), "b".to_owned()), (user(2), "a".to_owned())]
                .into();
        let by_role = tally(&members, &items, &passed, |member, _| member.1.clone());
        assert_eq!(by_role["sales"], Tally { due: 4, passed: 3 });
        let by_item = tally(&members, &items, &passed, |_, item| item.to_owned());
        assert_eq!(by_item["b"], Tally { due: 2, passed: 1 });
        assert!(tally(&[], &items, &passed, |_, item| item.to_owned()).is_empty());
    }
}
