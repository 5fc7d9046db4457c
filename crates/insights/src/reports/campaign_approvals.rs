//! What people of each role have decided about campaigns, and how often they had something to say to it.
//!
//! Decisions are kept in their approvals, as JSON. Price: each approval of a campaign that has changed since the time
//! begins is read.

use super::{
    data_contributions::roles_of,
    prospects::{FROM, TO, Time, column, example_id, require_fields},
    rfm::count,
};
use crate::{
    Asked, Definition, Made, Plot, Report, What, definition::Shape, labels::labels, report::reach,
};
use guanxi_identity::roles::ROLE;
use guanxi_kernel::{Action, Ctx, Result, problem::Texts};
use guanxi_marketing::campaigns::{APPROVAL_OF_CAMPAIGNS, CAMPAIGN};
use guanxi_storage::{Sql, Tx, error::corrupt, scope};
use guanxi_workflow::approvals::{APPROVAL, ApprovalDecision, ApprovalVerdict};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CampaignApprovals;

/// What the people of a role have decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignApprovalRow {
    /// The role; `null` for users who have no role, or whose roles the caller may not see.
    #[schema(required)]
    pub role_id: Option<Uuid>,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub role: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: CampaignApprovalFigures,
}

/// How much was decided and said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignApprovalFigures {
    /// About how many campaigns they have decided.
    pub campaigns: i64,
    /// How many decisions there are.
    pub decisions: i64,
    /// How many of them agree.
    pub approved: i64,
    /// How many do not.
    pub rejected: i64,
    /// How many say something to it.
    pub comments: i64,
}

static DEFINITION: Definition = Definition {
    name: "campaign-approvals",
    version: 1,
    title: Texts {
        en: "Decisions about campaigns by role", zh: "市场活动审批与意见(按角色)"
    },
    about: Texts {
        en: "What was decided on these days, up to `as_of`, about campaigns that you may see, in approvals that you \
             may see, by the role of whoever has decided: about how many campaigns, how often they agreed or did \
             not, and how many comments they have left; so it shows how far each role of sales has a say in the \
             plans. Whoever has several roles counts in each, and once in the totals. Roles are as they are now; a \
             level whose time was over was decided by nobody, and does not count.",
        zh: "所选日期内(截至 as_of)可见的市场活动及其审批,按审批人角色统计活动数、同意与拒绝次数及意见条数,反映各销售角色对活动策划的参与。一人多角色时各角色分别计入,合计只计一次;角色取当前值,超时自动处理的级次不计。",
    },
    reads: &[&CAMPAIGN, &APPROVAL],
    needs: &["state"],
    rests_on: &[],
    parameters: &[FROM, TO],
    columns: &[
        column("role_id", "Role id", "角色标识", What::Key),
        column("role", "Role", "角色", What::Label),
        column("campaigns", "Campaigns", "活动数", What::Count),
        column("decisions", "Decisions", "审批次数", What::Count),
        column("approved", "Approved", "同意", What::Count),
        column("rejected", "Rejected", "拒绝", What::Count),
        column("comments", "Comments", "意见数", What::Count),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["role"],
        values: &["approved", "rejected", "comments"],
        otherwise: &[],
    },
};

/// What is counted of somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Sum {
    campaigns: BTreeSet<Uuid>,
    approved: i64,
    rejected: i64,
    comments: i64,
}

impl Sum {
    fn decided(&mut self, campaign: Uuid, decision: &ApprovalDecision) {
        self.campaigns.insert(campaign);
        match decision.verdict {
            ApprovalVerdict::Approved => self.approved += 1,
            ApprovalVerdict::Rejected => self.rejected += 1,
        }
        self.comments += i64::from(decision.comment.is_some());
    }

    fn add(&mut self, other: &Self) {
        self.campaigns.extend(&other.campaigns);
        self.approved += other.approved;
        self.rejected += other.rejected;
        self.comments += other.comments;
    }

    fn figures(&self) -> CampaignApprovalFigures {
        CampaignApprovalFigures {
            campaigns: count(self.campaigns.len()),
            decisions: self.approved + self.rejected,
            approved: self.approved,
            rejected: self.rejected,
            comments: self.comments,
        }
    }
}

/// What each user has decided in the time.
async fn decided(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    time: &Time,
) -> Result<BTreeMap<Uuid, Sum>> {
    let known = asked.as_of.min(asked.known_at);
    let mut sql = Sql::new(
        "SELECT t.subject_id, CAST(t.decisions AS TEXT) FROM approvals t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.updated_at >= ",
    );
    sql.bind(time.begins).push(" AND t.created_at <= ").bind(known).push(" AND t.document = ");
    sql.bind(APPROVAL_OF_CAMPAIGNS.code).push(" AND ");
    scope::within(&mut sql, &APPROVAL, &ctx.reach(APPROVAL.plural, Action::Read), ctx.actor.user);
    sql.push(
        " AND t.subject_id IN (SELECT t.id FROM campaigns t
             WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ",
    );
    scope::within(&mut sql, &CAMPAIGN, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(")");
    let mut users: BTreeMap<Uuid, Sum> = BTreeMap::new();
    tx.each(sql, |(campaign, decisions): (Uuid, String)| {
        let decisions: Vec<ApprovalDecision> = serde_json::from_str(&decisions).map_err(corrupt)?;
        for one in decisions.iter().filter(|one| time.holds(one.at) && one.at <= known) {
            if let Some(user) = one.by {
                users.entry(user.uuid()).or_default().decided(campaign, one);
            }
        }
        Ok(())
    })
    .await?;
    Ok(users)
}

/// What users have decided, by their roles: in each of several, and in none for those without.
fn by_role(
    users: &BTreeMap<Uuid, Sum>,
    roles: &BTreeMap<Uuid, Vec<Uuid>>,
) -> BTreeMap<Option<Uuid>, Sum> {
    let mut sums: BTreeMap<Option<Uuid>, Sum> = BTreeMap::new();
    for (user, sum) in users {
        let of = roles.get(user).filter(|of| !of.is_empty());
        let of = of.map_or_else(|| vec![None], |of| of.iter().copied().map(Some).collect());
        for role in of {
            sums.entry(role).or_default().add(sum);
        }
    }
    sums
}

impl Report for CampaignApprovals {
    type Row = CampaignApprovalRow;
    type Totals = CampaignApprovalFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &APPROVAL, &["document", "subject_id", "decisions"])?;
        let time = Time::asked(ctx, asked)?;
        let users = decided(tx, ctx, asked, &time).await?;
        let mut whole = Sum::default();
        users.values().for_each(|sum| whole.add(sum));
        let ids: Vec<Uuid> = users.keys().copied().collect();
        let sums = by_role(&users, &roles_of(tx, ctx, &ids).await?);
        let roles: Vec<Uuid> = sums.keys().flatten().copied().collect();
        let names = labels(tx, ctx, asked, &ROLE, roles).await?;
        let row = |(role_id, sum): (&Option<Uuid>, &Sum)| CampaignApprovalRow {
            role_id: *role_id,
            role: role_id.and_then(|id| names.get(&id).cloned()),
            figures: sum.figures(),
        };
        Ok(Made { rows: sums.iter().map(row).collect(), totals: whole.figures() })
    }

    fn example() -> Made<Self> {
        let totals = CampaignApprovalFigures {
            campaigns: 6,
            decisions: 8,
            approved: 7,
            rejected: 1,
            comments: 5,
        };
        let role = Some("现场销售".to_owned());
        let row =
            CampaignApprovalRow { role_id: Some(example_id()), role, figures: totals.clone() };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_38_a_campaign_counts_once_for_each_role_that_has_decided() {
        let [one, two, three] = [1, 2, 3].map(Uuid::from_u128);
        let [sales, service] = [8, 9].map(Uuid::from_u128);
        let sum = |campaigns: &[u128], approved, rejected, comments| Sum {
            campaigns: campaigns.iter().copied().map(Uuid::from_u128).collect(),
            approved,
            rejected,
            comments,
        };
        let users = BTreeMap::from([
            (one, sum(&[1, 2], 2, 0, 1)),
            (two, sum(&[2, 3], 1, 1, 2)),
            (three, sum(&[3], 1, 0, 0)),
        ]);
        let roles = BTreeMap::from([(one, vec![sales]), (two, vec![sales, service])]);
        let sums = by_role(&users, &roles);
        assert_eq!(sums[&Some(sales)], sum(&[1, 2, 3], 3, 1, 3));
        assert_eq!(sums[&Some(service)], sum(&[2, 3], 1, 1, 2));
        assert_eq!(sums[&None], sum(&[3], 1, 0, 0));
        let told = sums[&Some(sales)].figures();
        assert_eq!((told.campaigns, told.decisions, told.comments), (3, 4, 3));
    }
}
