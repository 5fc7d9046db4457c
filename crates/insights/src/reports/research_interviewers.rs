//! Who holds the interviews of research, and how many of them field sales does.

use super::{
    prospects::column,
    research::{FROM, STUDY, TO, held},
};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, report::reach};
use guanxi_kernel::{Ctx, Language, Result, Word as _, problem::Texts, ratio::Ratio};
use guanxi_marketing::{programmes::ProgrammeTeamRole, research_interviews::RESEARCH_INTERVIEW};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::cmp::Reverse;
use utoipa::ToSchema;

/// The report.
pub struct ResearchInterviewers;

/// The interviews that were held for one part of the company.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ResearchInterviewersRow {
    /// For what part of the company somebody has interviewed.
    pub interviewer_role: ProgrammeTeamRole,
    /// What that is called.
    pub interviewer_role_name: &'static str,
    /// How many interviews were held.
    pub interviews: i64,
    /// How many parties were interviewed.
    pub parties: i64,
    /// Those interviews, of all.
    pub share: Ratio,
}

/// What goes over all interviews.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct ResearchInterviewersTotals {
    /// How many interviews were held.
    pub interviews: i64,
    /// How many of them by field sales.
    pub field_sales: i64,
    /// `field_sales` of `interviews`.
    pub field_sales_share: Ratio,
}

static DEFINITION: Definition = Definition {
    name: "research-interviewers",
    version: 1,
    title: Texts { en: "Who interviews", zh: "访谈人角色统计" },
    about: Texts {
        en: "Completed interviews that were held on the days that are asked for, up to `as_of`, by the part of the \
             company for which somebody has interviewed, the most first; and how many of all field sales has held. \
             Interviews are told as they are now.",
        zh: "截至 as_of、在所选日期内完成的访谈,按访谈人角色统计,从多到少排列,并给出现场销售所占比例。访谈以当前内容为准。",
    },
    reads: &[&RESEARCH_INTERVIEW],
    needs: &["interviewer_role", "held_on"],
    rests_on: &[],
    parameters: &[STUDY, FROM, TO],
    columns: &[
        column("interviewer_role", "Interviewer", "访谈人角色", What::Key),
        column("interviewer_role_name", "Interviewer name", "访谈人角色名称", What::Label),
        column("interviews", "Interviews", "访谈数", What::Count),
        column("parties", "Parties", "受访客户数", What::Count),
        column("share", "Share", "占比", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["interviewer_role_name"],
        values: &["interviews"],
        otherwise: &[],
    },
};

/// Interviews for one part of the company, and with how many parties.
type Found = (ProgrammeTeamRole, i64, i64);

fn told(mut found: Vec<Found>, language: Language) -> Made<ResearchInterviewers> {
    found.sort_unstable_by_key(|one| (Reverse(one.1), one.0));
    let interviews: i64 = found.iter().map(|one| one.1).sum();
    let of_sales = found.iter().filter(|one| one.0 == ProgrammeTeamRole::FieldSales);
    let field_sales: i64 = of_sales.map(|one| one.1).sum();
    let row = |(role, held, parties): Found| ResearchInterviewersRow {
        interviewer_role: role,
        interviewer_role_name: role.label(language),
        interviews: held,
        parties,
        share: Ratio::new(held, interviews),
    };
    let field_sales_share = Ratio::new(field_sales, interviews);
    Made {
        rows: found.into_iter().map(row).collect(),
        totals: ResearchInterviewersTotals { interviews, field_sales, field_sales_share },
    }
}

impl Report for ResearchInterviewers {
    type Row = ResearchInterviewersRow;
    type Totals = ResearchInterviewersTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let mut sql = Sql::new(
            "SELECT t.interviewer_role, COUNT(*), COUNT(DISTINCT t.party_id)
             FROM research_interviews t WHERE t.tenant_id = $1 AND ",
        );
        held(&mut sql, asked, "t")?;
        sql.push(" AND ");
        scope::within(&mut sql, &RESEARCH_INTERVIEW, &reach(ctx, &DEFINITION), ctx.actor.user);
        sql.push(" GROUP BY t.interviewer_role");
        let found = tx.all::<Found>(sql).await?;
        Ok(told(found, ctx.language))
    }

    fn example() -> Made<Self> {
        let found =
            vec![(ProgrammeTeamRole::FieldSales, 12, 11), (ProgrammeTeamRole::CallCentre, 8, 8)];
        told(found, Language::En)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_36_the_share_of_field_sales_is_told() {
        let found =
            vec![(ProgrammeTeamRole::Marketing, 3, 3), (ProgrammeTeamRole::FieldSales, 9, 8)];
        let made = told(found, Language::En);
        assert_eq!(made.totals.field_sales_share, Ratio::new(9, 12));
        assert_eq!(made.rows[0].interviewer_role, ProgrammeTeamRole::FieldSales);
        let none = told(Vec::new(), Language::En);
        assert_eq!((none.rows.len(), none.totals.interviews), (0, 0));
    }
}
