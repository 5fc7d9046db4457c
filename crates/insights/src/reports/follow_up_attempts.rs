//! How long it takes from when something calls for a follow-up until somebody first tries.

use super::{
    loop_closure::{FIRST, LAST, on_days},
    prospects::{column, example_id},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    definition::Shape,
    labels::{Labels, labels},
    report::reach,
};
use guanxi_identity::users::USER;
use guanxi_kernel::{Ctx, Result, problem::Texts, ratio::Ratio, scalar::Scalar as _};
use guanxi_marketing::rate::Rate;
use guanxi_storage::{Sql, Tx, scope};
use guanxi_workflow::tasks::TASK;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct FollowUpAttempts;

guanxi_kernel::words! {
    /// What follow-ups are told apart by.
    pub enum FollowUpAttemptsBy {
        /// What sort of task it is, in a word of the company.
        Kind = "kind" ("Kind", "待办类别"),
        /// Who has to do it.
        Owner = "owner" ("Owner", "负责人"),
        /// The rule that has called for it; none for tasks of workflows.
        Rule = "rule" ("Rule", "规则"),
    }
}

/// What became of follow-ups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FollowUpAttemptFigures {
    /// How many were called for.
    pub follow_ups: i64,
    /// How many somebody has tried to do.
    pub attempted: i64,
    /// `attempted` of `follow_ups`.
    pub attempted_rate: Rate,
    /// The seconds from when they were called for until the first attempt, over `attempted`.
    pub mean_seconds: Ratio,
}

/// What became of the follow-ups of a kind, owner or rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FollowUpAttemptRow {
    /// The kind, the id of the owner, or the rule; `null` for tasks of workflows by rule.
    #[schema(required)]
    pub key: Option<String>,
    /// What that is called; `null` for whoever may not see it.
    #[schema(required)]
    pub name: Option<String>,
    /// What became of them.
    #[serde(flatten)]
    pub figures: FollowUpAttemptFigures,
}

static DEFINITION: Definition = Definition {
    name: "follow-up-attempts",
    version: 1,
    title: Texts { en: "Time to the first attempt", zh: "触发至首次跟进时长" },
    about: Texts {
        en: "Tasks that rules and workflows have called for on the days that are asked for, as it was at `as_of`: how \
             many somebody has tried to do, and how long it took on average from when the task was made until then. The \
             first attempt is the first call that was made for the task, else its completion. By kind of task, owner or \
             rule, as they are now. Nights count.",
        zh: "在所选日期内由规则或工作流触发的待办,截至 as_of 的已尝试数,以及自触发至首次尝试(首次为其拨打的电话,否则为完成时间)的平均秒数;可按待办类别、负责人或规则分组。",
    },
    reads: &[&TASK],
    needs: &["kind", "owner_id", "rule", "source", "attempted_at"],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "by",
            takes: Takes::One(FollowUpAttemptsBy::TYPE),
            default: Some("kind"),
            required: false,
            field: None,
            about: Texts { en: "What follow-ups are told apart by.", zh: "统计维度。" },
        },
        FIRST,
        LAST,
    ],
    columns: &[
        column("key", "Key", "标识", What::Key),
        column("name", "Name", "名称", What::Label),
        column("follow_ups", "Called for", "触发数", What::Count),
        column("attempted", "Attempted", "已尝试", What::Count),
        column("attempted_rate", "Attempted", "尝试率", What::Ratio),
        column("mean_seconds", "Seconds to the first attempt", "至首次尝试平均秒数", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name"],
        values: &["follow_ups", "attempted"],
        otherwise: &[],
    },
};

/// What is counted of follow-ups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    follow_ups: i64,
    attempted: i64,
    seconds: i64,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.follow_ups += other.follow_ups;
        self.attempted += other.attempted;
        self.seconds += other.seconds;
    }

    fn figures(self) -> FollowUpAttemptFigures {
        FollowUpAttemptFigures {
            follow_ups: self.follow_ups,
            attempted: self.attempted,
            attempted_rate: Rate::new(self.attempted, self.follow_ups),
            mean_seconds: Ratio::new(self.seconds, self.attempted),
        }
    }
}

/// The key of a group, and what its follow-ups come to.
type Found<K> = (Option<K>, i64, i64, i64);

fn read<K: ToString>((key, follow_ups, attempted, seconds): Found<K>) -> (Option<String>, Sum) {
    (key.map(|key| key.to_string()), Sum { follow_ups, attempted, seconds })
}

/// The follow-ups that are told of, group by group.
fn grouped(tx: &Tx, ctx: &Ctx, asked: &Asked, column: &'static str) -> Result<Sql> {
    let mut sql = Sql::new("SELECT ");
    sql.push(column).push(", COUNT(*), COUNT(CASE WHEN t.attempted_at <= ").bind(asked.as_of);
    sql.push(" THEN 1 END), CAST(COALESCE(SUM(CASE WHEN t.attempted_at <= ").bind(asked.as_of);
    // A call that was noted late may have begun before the task was made.
    sql.push(" AND t.attempted_at > t.created_at THEN ");
    tx.seconds_between(&mut sql, "t.created_at", "t.attempted_at");
    sql.push(
        " END), 0) AS BIGINT) FROM tasks t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.source <> 'manual' AND ",
    );
    on_days(&mut sql, ctx, asked, "t.created_at")?;
    sql.push(" AND ");
    scope::within(&mut sql, &TASK, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(" GROUP BY ").push(column);
    Ok(sql)
}

impl Report for FollowUpAttempts {
    type Row = FollowUpAttemptRow;
    type Totals = FollowUpAttemptFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.word("by").unwrap_or(FollowUpAttemptsBy::Kind);
        let mut names = Labels::new();
        let mut sums: Vec<(Option<String>, Sum)> = match by {
            FollowUpAttemptsBy::Kind | FollowUpAttemptsBy::Rule => {
                let column = if by == FollowUpAttemptsBy::Kind { "t.kind" } else { "t.rule" };
                let sql = grouped(tx, ctx, asked, column)?;
                tx.all::<Found<String>>(sql).await?.into_iter().map(read).collect()
            }
            FollowUpAttemptsBy::Owner => {
                let sql = grouped(tx, ctx, asked, "t.owner_id")?;
                let found = tx.all::<Found<Uuid>>(sql).await?;
                let owners: Vec<Uuid> = found.iter().filter_map(|one| one.0).collect();
                names = labels(tx, ctx, asked, &USER, owners).await?;
                found.into_iter().map(read).collect()
            }
        };
        sums.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut whole = Sum::default();
        for (_, sum) in &sums {
            whole.add(*sum);
        }
        let row = |(key, sum): (Option<String>, Sum)| {
            let name = match by {
                FollowUpAttemptsBy::Owner => {
                    let id = key.as_ref().and_then(|key| Uuid::try_parse(key).ok());
                    id.and_then(|id| names.get(&id).cloned())
                }
                // A kind or rule is called what it is.
                FollowUpAttemptsBy::Kind | FollowUpAttemptsBy::Rule => key.clone(),
            };
            FollowUpAttemptRow { key, name, figures: sum.figures() }
        };
        let rows = sums.into_iter().map(row).collect();
        Ok(Made { rows, totals: whole.figures() })
    }

    fn example() -> Made<Self> {
        let sum = Sum { follow_ups: 12, attempted: 10, seconds: 18_000 };
        let row = FollowUpAttemptRow {
            key: Some(example_id().to_string()),
            name: Some("陈静".to_owned()),
            figures: sum.figures(),
        };
        Made { rows: vec![row], totals: sum.figures() }
    }
}
