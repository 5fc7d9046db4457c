//! Customers by what they have bought and the phase of their life: counts and amounts of each cell.

use super::{
    customer_flow::{LOST_AFTER, months_until_lost},
    prospects::{column, example_id},
    purchases::{self, Buyer, Monthly, Pages},
    rfm::count,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    definition::Shape,
    labels::{Labels, labels},
    report::reach,
    target_lists::Counted,
};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{
    life_cycles::{self, LIFE_CYCLE_CELL},
    orders::ORDER,
    parties::PARTY,
    value::{ClassLimits, LifeCycle, LifeCyclePhase, Limits, ValueClass, ends_month},
};
use guanxi_kernel::{
    Action, Ctx, Currency, Money, Result, Word as _, preferences::LifeCycleRules, problem::Texts,
};
use guanxi_storage::{Sql, Tx, scope};
use guanxi_workflow::playbooks::{PLAYBOOK, PlaybookId};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ValueLifecycle;

/// The playbooks of the cells that have one.
type Playbooks = BTreeMap<(ValueClass, LifeCyclePhase), PlaybookId>;

/// The customers of one class and one phase.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ValueLifecycleRow {
    /// The class.
    pub value_class: ValueClass,
    /// What it is called.
    pub value_class_name: &'static str,
    /// The phase.
    pub phase: LifeCyclePhase,
    /// What it is called.
    pub phase_name: &'static str,
    /// How many customers.
    pub customers: i64,
    /// What they have bought in the last twelve months of the calendar, less what came back.
    pub amount: Money,
    /// The playbook that is started for whoever moves into the cell now; `null` where there is none, and for whoever
    /// may not see cells.
    #[schema(required)]
    pub playbook_id: Option<Uuid>,
    /// What it is called.
    #[schema(required)]
    pub playbook: Option<String>,
}

/// The customers of a phase.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhaseTotal {
    /// The phase.
    pub phase: LifeCyclePhase,
    /// What it is called.
    pub phase_name: &'static str,
    /// How many customers.
    pub customers: i64,
    /// What they have bought in the last twelve months of the calendar, less what came back.
    pub amount: Money,
}

/// What goes over all customers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ValueLifecycleTotals {
    /// All customers: who has bought, and who has the role of a customer or a prospect.
    pub customers: i64,
    /// What they have bought in the last twelve months of the calendar, less what came back.
    pub amount: Money,
    /// The customers by phase, each in exactly one.
    pub phases: Vec<PhaseTotal>,
    /// Where phases begin and end, as the company has said or as it was asked.
    pub limits: LifeCycleRules,
}

static DEFINITION: Definition = Definition {
    name: "value-lifecycle",
    version: 4,
    title: Texts {
        en: "Value and life cycle of customers", zh: "客户价值与生命周期矩阵"
    },
    about: Texts {
        en: "Every customer in the one phase of its life in which it is on the day of `as_of`, by the class of what it \
             has bought in the last twelve months of the calendar. It is new for `new_for` months, of which that of \
             the first purchase is the first; then what six months up to one came to is held against the six before: \
             from 1.10 times on it is in growth, up to 0.80 in decline, within a tenth mature, and between that the \
             phase of the month before goes on; `life_cycle` of the preferences of the company says other limits, and \
             `limits` those that hold. A month is judged once it has ended, so on any day but its last the phase of \
             the month before goes on; only who buys for the first time, or again after being lost, is in another at \
             once. Who has let `lost_after` months of the calendar end without a purchase is lost, as in \
             `customer-flow`. Who has not bought yet is a prospect: parties that have the role of a \
             customer or a prospect now. High are the greatest that make 80 per cent together, then medium up to 95, \
             then low; equal amounts are of one class. Cells that nobody is in and that have no playbook are left out; all \
             sum to the totals. The playbook of a cell is that of now. Purchases are those of the report `rfm`, \
             less what came back.",
        zh: "每位客户按所处生命周期阶段(潜在、导入、成长、成熟、衰退、流失,任一时点恰有其一)与近十二个月购买额的价值等级交叉统计客户数与金额,合计等于全部客户;同额客户同级,并列出各单元现行的作业模板。各月于月末评定,当月未结束前沿用上月阶段,仅首次购买与流失后再购即时反映。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT],
    needs: &["owner_id", "roles"],
    rests_on: &[],
    parameters: &[
        LOST_AFTER,
        Parameter {
            name: "new_for",
            takes: Takes::Whole(1, 60),
            default: None,
            required: false,
            field: None,
            about: Texts {
                en: "For how many months after the first purchase a customer is new; what the company says of that \
                     in `life_cycle` of its preferences when absent.",
                zh: "首次购买后多少个月内视为导入期,默认按公司设置(life_cycle)。",
            },
        },
    ],
    columns: &[
        column("value_class", "Class", "价值等级", What::Key),
        column("value_class_name", "Class name", "价值等级名称", What::Label),
        column("phase", "Phase", "阶段", What::Key),
        column("phase_name", "Phase name", "阶段名称", What::Label),
        column("customers", "Customers", "客户数", What::Count),
        column("amount", "Amount", "金额", What::Money),
        column("playbook_id", "Playbook id", "作业模板标识", What::Key),
        column("playbook", "Playbook", "作业模板", What::Label),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["value_class_name", "phase_name"],
        values: &["customers"],
        otherwise: &[],
    },
};

/// A customer in a cell.
struct Placed {
    party: Uuid,
    class: ValueClass,
    phase: LifeCyclePhase,
    amount: i128,
}

/// What a customer has bought in the last twelve months.
pub(super) fn year(of: &Monthly) -> i128 {
    of.sums.iter().rev().take(12).sum()
}

/// The customers that have bought something, in the order of their codes.
async fn placed(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked, limits: &Limits) -> Result<Vec<Placed>> {
    let buyers = purchases::buyers(tx, ctx, &DEFINITION, asked, (None, None)).await?;
    let (class, phase) = (ValueClass::None, LifeCyclePhase::Prospect);
    let new = |buyer: Buyer| Placed { party: buyer.id, class, phase, amount: 0 };
    let mut all: Vec<Placed> = buyers.into_iter().map(new).collect();
    let ended = ends_month(asked.today);
    for page in Pages::of(all.iter().map(|one| one.party)).each() {
        for (place, of) in purchases::by_month_on(tx, ctx, &DEFINITION, asked, page).await? {
            let life = LifeCycle { months: &of.sums, bought: &of.bought, ended };
            all[place].phase = life.phase(limits).0;
            all[place].amount = year(&of);
        }
    }
    let classes = ClassLimits::of(all.iter().map(|one| one.amount));
    for one in &mut all {
        one.class = classes.class(one.amount);
    }
    Ok(all)
}

/// The playbooks of the cells, and what they are called, as far as the caller may see that.
async fn playbooks(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<(Playbooks, Labels)> {
    if ctx.reach(LIFE_CYCLE_CELL.plural, Action::Read).is_nothing() {
        return Ok((Playbooks::new(), Labels::new()));
    }
    let found = life_cycles::playbooks(tx).await?;
    let ids: Vec<Uuid> = found.values().map(|id| id.uuid()).collect();
    let names = match ctx.reach(PLAYBOOK.plural, Action::Read).is_nothing() {
        true => Labels::new(),
        false => labels(tx, ctx, asked, &PLAYBOOK, ids).await?,
    };
    Ok((found, names))
}

/// How many parties with the role of a customer or a prospect have not bought anything.
async fn prospects(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*)");
    without_purchase(&mut sql, ctx, asked);
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

/// Adds these parties `p`, behind what is selected of them.
fn without_purchase(sql: &mut Sql, ctx: &Ctx, asked: &Asked) {
    sql.push(" FROM parties p WHERE p.tenant_id = $1 AND p.created_at <= ");
    sql.bind(asked.known_at).push(" AND (p.deleted_at IS NULL OR p.deleted_at > ");
    sql.bind(asked.known_at).push(
        ") AND p.id IN (SELECT x.record_id FROM record_terms x WHERE x.tenant_id = $1
             AND x.kind = 'party' AND x.field = 'role' AND x.term IN ('customer', 'prospect'))
         AND p.id NOT IN (SELECT t.party_id FROM orders t WHERE t.tenant_id = $1
             AND t.party_id IS NOT NULL AND t.bought_steps > 0 AND t.placed_at <= ",
    );
    sql.bind(asked.as_of).push(" AND t.created_at <= ").bind(asked.known_at);
    sql.push(" AND (t.deleted_at IS NULL OR t.deleted_at > ").bind(asked.known_at);
    sql.push(
        ")) AND p.id NOT IN (SELECT t.party_id FROM contract_movements t WHERE t.tenant_id = $1
             AND t.kind = 'signed' AND t.net_minor > 0 AND t.moved_on <= ",
    );
    sql.bind(asked.today).push(" AND t.recorded_at <= ").bind(asked.known_at);
    sql.push(
        " AND NOT EXISTS (SELECT 1 FROM contract_movements u WHERE u.tenant_id = t.tenant_id
             AND u.contract_id = t.contract_id AND u.kind = 'cancelled' AND u.moved_on <= ",
    );
    sql.bind(asked.today).push(" AND u.recorded_at <= ").bind(asked.known_at).push(")) AND ");
    scope::covers(sql, "p.owner_id", &reach(ctx, &DEFINITION), ctx.actor.user);
}

/// The limits of phases, as they were asked or as the company has said.
fn limits(ctx: &Ctx, asked: &mut Asked) -> Limits {
    let usual = Limits::of(&ctx.settings.preferences);
    let given = asked.whole("new_for").and_then(|months| u32::try_from(months).ok());
    let new_months = given.unwrap_or(usual.new_months);
    asked.understand("new_for", &new_months);
    Limits { new_months, lost_months: months_until_lost(ctx, asked), ..usual }
}

/// The same as they are told.
fn told(ctx: &Ctx, limits: &Limits) -> LifeCycleRules {
    LifeCycleRules {
        new_months: limits.new_months.into(),
        lost_months: limits.lost_months.into(),
        ..ctx.settings.preferences.life_cycle.unwrap_or_default()
    }
}

impl Report for ValueLifecycle {
    type Row = ValueLifecycleRow;
    type Totals = ValueLifecycleTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let limits = limits(ctx, asked);
        let all = placed(tx, ctx, asked, &limits).await?;
        let prospects = prospects(tx, ctx, asked).await?;
        let (playbooks, names) = playbooks(tx, ctx, asked).await?;
        let of = |class: Option<ValueClass>, phase: LifeCyclePhase| {
            let fits =
                |one: &&Placed| one.phase == phase && class.is_none_or(|class| class == one.class);
            let (mut customers, mut steps) = (0, 0);
            for one in all.iter().filter(fits) {
                customers += 1;
                steps += one.amount;
            }
            let theirs = class.is_none_or(|class| class == ValueClass::None);
            if phase == LifeCyclePhase::Prospect && theirs {
                customers += prospects;
            }
            (customers, steps)
        };
        let mut rows = Vec::new();
        for class in ValueClass::ALL.iter().copied() {
            for phase in LifeCyclePhase::ALL.iter().copied() {
                let (customers, steps) = of(Some(class), phase);
                let playbook_id = playbooks.get(&(class, phase)).map(|id| id.uuid());
                if customers > 0 || playbook_id.is_some() {
                    rows.push(ValueLifecycleRow {
                        value_class: class,
                        value_class_name: class.label(ctx.language),
                        phase,
                        phase_name: phase.label(ctx.language),
                        customers,
                        amount: purchases::money(asked, steps)?,
                        playbook_id,
                        playbook: playbook_id.and_then(|id| names.get(&id).cloned()),
                    });
                }
            }
        }
        let mut phases = Vec::new();
        for phase in LifeCyclePhase::ALL.iter().copied() {
            let (customers, steps) = of(None, phase);
            let (phase_name, amount) = (phase.label(ctx.language), purchases::money(asked, steps)?);
            phases.push(PhaseTotal { phase, phase_name, customers, amount });
        }
        let totals = ValueLifecycleTotals {
            customers: count(all.len()) + prospects,
            amount: purchases::money(asked, all.iter().map(|one| one.amount).sum())?,
            phases,
            limits: told(ctx, &limits),
        };
        Ok(Made { rows, totals })
    }

    async fn counted(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Option<Vec<Counted>>> {
        let limits = limits(ctx, asked);
        let placed = placed(tx, ctx, asked, &limits).await?;
        let mut sql = Sql::new("SELECT p.id");
        without_purchase(&mut sql, ctx, asked);
        sql.push(" ORDER BY p.id");
        let prospects = tx.all::<(Uuid,)>(sql).await?;
        let record = |id: Uuid, class: ValueClass, phase: LifeCyclePhase| Counted {
            party: Some(id),
            row: vec![("value_class", class.to_string()), ("phase", phase.to_string())],
            columns: vec!["customers"],
        };
        let customers = placed.iter().map(|one| record(one.party, one.class, one.phase));
        let others =
            prospects.iter().map(|(id,)| record(*id, ValueClass::None, LifeCyclePhase::Prospect));
        Ok(Some(customers.chain(others).collect()))
    }

    fn example() -> Made<Self> {
        let amount = Money::new(10_000_000, Currency::CNY);
        let row = ValueLifecycleRow {
            value_class: ValueClass::High,
            value_class_name: "High",
            phase: LifeCyclePhase::Growth,
            phase_name: "Growth",
            customers: 3,
            amount,
            playbook_id: Some(example_id()),
            playbook: Some("成长客户跟进".to_owned()),
        };
        let phase = PhaseTotal { phase: row.phase, phase_name: "Growth", customers: 3, amount };
        let limits = LifeCycleRules::default();
        let totals = ValueLifecycleTotals { customers: 3, amount, phases: vec![phase], limits };
        Made { rows: vec![row], totals }
    }
}
