//! Whether the customer base is kept by the rules that the company has set, rule by rule.
//!
//! The rules stand in the preferences of the tenant (`base_policy`); what they ask for is counted in one statement.

use super::prospects::column;
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, report::reach};
use chrono::TimeDelta;
use guanxi_customers::{activities::ACTIVITY, parties::PARTY, stocktakes::STOCKTAKE};
use guanxi_kernel::{
    Ctx, Result, Share, Word as _, preferences::BasePolicy, problem::Texts, ratio::Ratio,
};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;

/// The report.
pub struct BasePolicyCompliance;

guanxi_kernel::words! {
    /// A rule by which a customer base is kept.
    pub enum BaseRule {
        /// Each customer has an owner who can act.
        Ownership = "ownership" ("Ownership", "归属"),
        /// What is known of each customer was verified lately.
        Freshness = "freshness" ("Freshness", "资料新鲜度"),
        /// Each customer was checked in a stocktake lately.
        Stocktake = "stocktake" ("Stocktake", "盘点"),
        /// Somebody was in touch with each customer lately.
        CareCycle = "care_cycle" ("Care cycle", "关怀周期"),
    }
}

/// A rule, and whether it is kept.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BasePolicyComplianceRow {
    /// The rule.
    pub rule: BaseRule,
    /// What it is called.
    pub rule_name: &'static str,
    /// Within how many days; `null` for a rule without a time.
    #[schema(required)]
    pub within_days: Option<i64>,
    /// How many customers it is held against.
    pub customers: i64,
    /// How many satisfy it.
    pub passing: i64,
    /// How many do not.
    pub failing: i64,
    /// `passing` of `customers`.
    pub share: Ratio,
    /// Whether they are as many as the policy wants.
    pub passed: bool,
}

/// What goes over all rules.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BasePolicyComplianceTotals {
    /// How many rules the policy has.
    pub rules: i64,
    /// How many of them are kept.
    pub kept: i64,
    /// For how many of the customers a rule holds at least.
    pub least_share: Share,
}

static DEFINITION: Definition = Definition {
    name: "base-policy-compliance",
    version: 1,
    title: Texts { en: "Compliance with the base policy", zh: "基盘管理原则符合度" },
    about: Texts {
        en: "Each rule of the base policy in the preferences of the tenant: how many customers satisfy it at `as_of`, \
             and whether these are at least the share that the policy wants. Ownership: the owner is an active user. \
             Freshness: verified within the days. Stocktake: checked in a stocktake within the days, whatever came of \
             it. Care cycle: an activity with the customer began within the days and is done. Private contacts are no \
             customers of the base. Customers and their owners are told as they are now.",
        zh: "逐条核对租户偏好设置中的基盘管理原则(base_policy):归属、资料新鲜度、盘点、关怀周期,给出符合与不符合的客户数及是否达标;私有客户不计入。",
    },
    reads: &[&PARTY, &ACTIVITY, &STOCKTAKE],
    needs: &["owner_id", "roles", "verified_at", "is_private"],
    rests_on: &[],
    parameters: &[],
    columns: &[
        column("rule", "Rule", "规则代码", What::Key),
        column("rule_name", "Rule name", "规则", What::Label),
        column("within_days", "Within days", "期限(天)", What::Key),
        column("customers", "Customers", "客户数", What::Count),
        column("passing", "Passing", "符合数", What::Count),
        column("failing", "Failing", "不符合数", What::Count),
        column("share", "Share", "符合率", What::Ratio),
        column("passed", "Passed", "是否达标", What::Flag),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["rule_name"],
        values: &["passing", "failing"],
        otherwise: &[],
    },
};

/// Whether so many of the customers are at least that share; of none all are.
fn reaches(passing: i64, customers: i64, least: Share) -> bool {
    const WHOLE: i128 = 10_000;
    i128::from(passing) * WHOLE >= i128::from(customers) * i128::from(least.ten_thousandths())
}

/// The rules of a policy, each with its days.
fn rules(policy: &BasePolicy) -> Vec<(BaseRule, Option<i64>)> {
    let timed = [
        (BaseRule::Freshness, policy.verified_within_days),
        (BaseRule::Stocktake, policy.stocktake_within_days),
        (BaseRule::CareCycle, policy.contact_within_days),
    ];
    let owned = policy.owner_required.then_some((BaseRule::Ownership, None));
    owned.into_iter().chain(timed.into_iter().filter(|(_, days)| days.is_some())).collect()
}

/// Adds the condition that the customer `t` satisfies a rule.
fn satisfies(sql: &mut Sql, asked: &Asked, rule: BaseRule, days: Option<i64>) {
    let since = asked.as_of - TimeDelta::days(days.unwrap_or_default());
    match rule {
        BaseRule::Ownership => {
            sql.push(
                "EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = $1 AND u.id = t.owner_id
                     AND u.status = 'active' AND u.deleted_at IS NULL)",
            );
        }
        BaseRule::Freshness => {
            sql.push("t.verified_at >= ").bind(since);
        }
        BaseRule::Stocktake => {
            sql.push(
                "EXISTS (SELECT 1 FROM stocktake_lines l WHERE l.tenant_id = $1 AND l.party_id = t.id
                     AND l.checked_at <= ",
            );
            sql.bind(asked.as_of).push(" AND l.checked_at >= ").bind(since).push(")");
        }
        BaseRule::CareCycle => {
            sql.push(
                "EXISTS (SELECT 1 FROM activities a WHERE a.tenant_id = $1 AND a.party_id = t.id
                     AND a.status = 'done' AND a.deleted_at IS NULL AND a.starts_at <= ",
            );
            sql.bind(asked.as_of).push(" AND a.starts_at >= ").bind(since).push(")");
        }
    }
}

/// How many customers there are, and how many satisfy each rule of all in their order.
async fn counts(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    wanted: &[(BaseRule, Option<i64>)],
) -> Result<(i64, Vec<i64>)> {
    type Found = (i64, i64, i64, i64, i64);
    let mut sql = Sql::new("SELECT COUNT(*)");
    for rule in BaseRule::ALL.iter().copied() {
        sql.push(", COUNT(CASE WHEN ");
        match wanted.iter().find(|(one, _)| *one == rule) {
            Some((_, days)) => satisfies(&mut sql, asked, rule, *days),
            None => drop(sql.push("FALSE")),
        }
        sql.push(" THEN 1 END)");
    }
    sql.push(
        " FROM parties t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.is_private = FALSE
             AND EXISTS (SELECT 1 FROM record_terms x WHERE x.tenant_id = $1 AND x.record_id = t.id
                 AND x.kind = 'party' AND x.field = 'role' AND x.term = 'customer') AND ",
    );
    scope::within(&mut sql, &PARTY, &reach(ctx, &DEFINITION), ctx.actor.user);
    let (customers, owned, fresh, checked, cared) =
        tx.optional::<Found>(sql).await?.unwrap_or_default();
    Ok((customers, vec![owned, fresh, checked, cared]))
}

impl Report for BasePolicyCompliance {
    type Row = BasePolicyComplianceRow;
    type Totals = BasePolicyComplianceTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let policy = ctx.settings.preferences.base_policy.unwrap_or_default();
        let (wanted, least) = (rules(&policy), policy.least_share.unwrap_or(Share::ONE));
        let (customers, passing) = counts(tx, ctx, asked, &wanted).await?;
        let passes = |rule: BaseRule| {
            BaseRule::ALL
                .iter()
                .zip(&passing)
                .find(|(one, _)| **one == rule)
                .map_or(0, |one| *one.1)
        };
        let row = |(rule, within_days): &(BaseRule, Option<i64>)| {
            let passing = passes(*rule);
            BasePolicyComplianceRow {
                rule: *rule,
                rule_name: rule.label(ctx.language),
                within_days: *within_days,
                customers,
                passing,
                failing: customers - passing,
                share: Ratio::new(passing, customers),
                passed: reaches(passing, customers, least),
            }
        };
        let rows: Vec<BasePolicyComplianceRow> = wanted.iter().map(row).collect();
        let kept = rows.iter().filter(|row| row.passed).count();
        let totals = BasePolicyComplianceTotals {
            rules: super::rfm::count(rows.len()),
            kept: super::rfm::count(kept),
            least_share: least,
        };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let row = BasePolicyComplianceRow {
            rule: BaseRule::Freshness,
            rule_name: "Freshness",
            within_days: Some(365),
            customers: 100,
            passing: 96,
            failing: 4,
            share: Ratio::new(96, 100),
            passed: true,
        };
        let least_share = Share::of_ten_thousandths(9_500);
        Made {
            rows: vec![row],
            totals: BasePolicyComplianceTotals { rules: 1, kept: 1, least_share },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_38_a_rule_is_kept_by_at_least_the_share_that_is_wanted() {
        let least = Share::of_ten_thousandths(9_500);
        assert!(reaches(95, 100, least) && !reaches(94, 100, least));
        assert!(!reaches(99, 100, Share::ONE) && reaches(0, 0, Share::ONE));
    }

    #[test]
    fn d_38_a_policy_has_the_rules_that_were_set() {
        assert!(rules(&BasePolicy::default()).is_empty());
        let policy = BasePolicy {
            owner_required: true,
            contact_within_days: Some(90),
            ..BasePolicy::default()
        };
        let set = [(BaseRule::Ownership, None), (BaseRule::CareCycle, Some(90))];
        assert_eq!(rules(&policy), set);
    }
}
