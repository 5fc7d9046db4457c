//! On which topics customers have spoken in interviews, and how much of it is coded.

use super::{
    prospects::column,
    research::{FROM, STUDY, TO, held},
};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, report::reach};
use guanxi_kernel::{Action, Ctx, Language, Result, Word as _, problem::Texts, ratio::Ratio};
use guanxi_marketing::{
    research_answers::RESEARCH_ANSWER, research_codes::ResearchTopic,
    research_interviews::RESEARCH_INTERVIEW,
};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;

/// The report.
pub struct ResearchTopics;

/// The answers on a topic.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ResearchTopicsRow {
    /// The topic.
    pub topic: ResearchTopic,
    /// What it is called.
    pub topic_name: &'static str,
    /// How many answers there are.
    pub answers: i64,
    /// How many of them are coded.
    pub coded: i64,
    /// In how many interviews they were given.
    pub interviews: i64,
    /// Those answers, of all.
    pub share: Ratio,
}

/// What goes over all topics.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct ResearchTopicsTotals {
    /// How many answers there are.
    pub answers: i64,
    /// How many of them are coded.
    pub coded: i64,
    /// How many interviews were held.
    pub interviews: i64,
}

static DEFINITION: Definition = Definition {
    name: "research-topics",
    version: 1,
    title: Texts { en: "Topics of interviews", zh: "调研主题统计" },
    about: Texts {
        en: "The answers of completed interviews that were held on the days that are asked for, up to `as_of`, by \
             topic: each answer is of one. All topics are told, also those on which nobody has spoken. Answers are \
             told as they are coded now.",
        zh: "截至 as_of、在所选日期内完成的访谈,按主题统计回答数量,每条回答只属于一个主题,无回答的主题也列出。编码以当前为准。",
    },
    reads: &[&RESEARCH_ANSWER, &RESEARCH_INTERVIEW],
    needs: &["topic"],
    rests_on: &[],
    parameters: &[STUDY, FROM, TO],
    columns: &[
        column("topic", "Topic", "主题", What::Key),
        column("topic_name", "Topic name", "主题名称", What::Label),
        column("answers", "Answers", "回答数", What::Count),
        column("coded", "Coded", "已编码", What::Count),
        column("interviews", "Interviews", "访谈数", What::Count),
        column("share", "Share", "占比", What::Ratio),
    ],
    plot: Plot { shape: Shape::Bars, names: &["topic_name"], values: &["answers"], otherwise: &[] },
};

/// Answers on one topic, coded ones, and interviews.
type Found = (ResearchTopic, i64, i64, i64);

fn told(found: &[Found], language: Language, interviews: i64) -> Made<ResearchTopics> {
    let answers: i64 = found.iter().map(|one| one.1).sum();
    let row = |topic: &ResearchTopic| {
        let known = found.iter().find(|one| one.0 == *topic);
        let (of_topic, coded, interviews) = known.map_or((0, 0, 0), |one| (one.1, one.2, one.3));
        ResearchTopicsRow {
            topic: *topic,
            topic_name: topic.label(language),
            answers: of_topic,
            coded,
            interviews,
            share: Ratio::new(of_topic, answers),
        }
    };
    let coded: i64 = found.iter().map(|one| one.2).sum();
    Made {
        rows: ResearchTopic::ALL.iter().map(row).collect(),
        totals: ResearchTopicsTotals { answers, coded, interviews },
    }
}

impl Report for ResearchTopics {
    type Row = ResearchTopicsRow;
    type Totals = ResearchTopicsTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let mut sql = Sql::new(
            "SELECT t.topic, COUNT(*), COUNT(t.coded_at), COUNT(DISTINCT i.id)
             FROM research_answers t
             JOIN research_interviews i ON i.tenant_id = t.tenant_id AND i.id = t.research_interview_id
             WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ",
        );
        held(&mut sql, asked, "i")?;
        sql.push(" AND ");
        scope::within(&mut sql, &RESEARCH_ANSWER, &reach(ctx, &DEFINITION), ctx.actor.user);
        sql.push(" GROUP BY t.topic");
        let found = tx.all::<Found>(sql).await?;
        let mut sql =
            Sql::new("SELECT COUNT(*) FROM research_interviews t WHERE t.tenant_id = $1 AND ");
        held(&mut sql, asked, "t")?;
        sql.push(" AND ");
        let seen = ctx.reach(RESEARCH_INTERVIEW.plural, Action::Read);
        scope::within(&mut sql, &RESEARCH_INTERVIEW, &seen, ctx.actor.user);
        let interviews = tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count);
        Ok(told(&found, ctx.language, interviews))
    }

    fn example() -> Made<Self> {
        let found = [(ResearchTopic::Motives, 12, 10, 6), (ResearchTopic::Obstacles, 8, 8, 5)];
        told(&found, Language::En, 6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_103_all_six_topics_are_told() {
        let made = told(&[(ResearchTopic::Obstacles, 3, 2, 2)], Language::En, 4);
        let answers: Vec<i64> = made.rows.iter().map(|row| row.answers).collect();
        assert_eq!(answers, [0, 0, 0, 3, 0, 0]);
        assert_eq!(made.rows[3].share, Ratio::new(3, 3));
        assert_eq!((made.totals.answers, made.totals.coded, made.totals.interviews), (3, 2, 4));
    }
}
