//! What customers of each segment have said in interviews, the most frequent first: motives, obstacles and all else
//! that answers are brought under.

use super::{
    prospects::{column, parameter, require_fields},
    research::{FROM, STUDY, TO, held, places},
};
use crate::{
    Asked, Definition, Made, Plot, Report, Takes, What,
    definition::Shape,
    labels::{Labels, labels},
    report::reach,
};
use guanxi_kernel::{
    Action, Ctx, Id, Language, Result, Word as _, problem::Texts, ratio::Ratio, scalar::Scalar,
};
use guanxi_marketing::{
    research_answers::RESEARCH_ANSWER,
    research_codes::{RESEARCH_CODE, ResearchCodeId, ResearchTopic},
    research_interviews::RESEARCH_INTERVIEW,
    segments::{SEGMENT, SegmentId},
};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ResearchFindings;

/// What some of a segment have said.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ResearchFindingsRow {
    /// The segment of the interviews; `null` for those of none.
    #[schema(required)]
    pub segment_id: Option<SegmentId>,
    /// What it is called; `null` for interviews of none, and for who does not see it.
    #[schema(required)]
    pub segment: Option<String>,
    /// The topic.
    pub topic: ResearchTopic,
    /// What that is called.
    pub topic_name: &'static str,
    /// The code.
    pub research_code_id: ResearchCodeId,
    /// Its code.
    pub code: String,
    /// What it is called; `null` for who does not see it.
    #[schema(required)]
    pub code_name: Option<String>,
    /// The place within segment and topic: equal ones share it, and as many are left out.
    pub rank: i64,
    /// In how many interviews it was said.
    pub interviews: i64,
    /// Of how many with the segment.
    pub of_interviews: i64,
    /// `interviews` of `of_interviews`.
    pub share: Ratio,
}

/// What goes over all of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct ResearchFindingsTotals {
    /// How many interviews were held.
    pub interviews: i64,
}

/// Rows at most.
const MOST: i64 = 2_000;

const TOPIC: &str = "topic";

static DEFINITION: Definition = Definition {
    name: "research-findings",
    version: 1,
    title: Texts { en: "Findings of interviews", zh: "调研发现排名" },
    about: Texts {
        en: "What was said in completed interviews that were held on the days that are asked for, up to `as_of`, by the \
             segment of the interview, the topic and the code of the answers: in how many interviews, of all with that \
             segment, the most frequent first. With `topic=obstacles` it ranks what keeps customers from buying. An \
             interview counts once for a code, however often it is said. Answers are told as they are coded now; the \
             2,000 most frequent rows.",
        zh: "截至 as_of、在所选日期内完成的访谈,按客户群、主题和编码统计提及的访谈数及其占该客户群访谈的比例,从多到少排列;topic=obstacles 时即为购买障碍排名。同一访谈对同一编码只计一次,编码以当前为准,最多 2000 行。",
    },
    reads: &[&RESEARCH_ANSWER, &RESEARCH_INTERVIEW],
    needs: &["topic", "research_code_id"],
    rests_on: &[],
    parameters: &[
        STUDY,
        parameter(
            TOPIC,
            Takes::Many(<ResearchTopic as Scalar>::TYPE),
            Texts { en: "Only these topics.", zh: "仅这些主题。" },
        ),
        FROM,
        TO,
    ],
    columns: &[
        column("segment_id", "Segment id", "客户群标识", What::Key),
        column("segment", "Segment", "客户群", What::Label),
        column("topic", "Topic", "主题", What::Key),
        column("topic_name", "Topic name", "主题名称", What::Label),
        column("research_code_id", "Code id", "编码标识", What::Key),
        column("code", "Code", "编码", What::Key),
        column("code_name", "Code name", "编码名称", What::Label),
        column("rank", "Rank", "名次", What::Count),
        column("interviews", "Interviews", "提及访谈数", What::Count),
        column("of_interviews", "Of interviews", "访谈总数", What::Count),
        column("share", "Share", "占比", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["segment", "code_name"],
        values: &["interviews"],
        otherwise: &[],
    },
};

/// In how many interviews of a segment something was said on a topic.
type Found = (Option<SegmentId>, ResearchTopic, ResearchCodeId, String, i64);

/// What segments and codes are called.
#[derive(Debug, Default)]
struct Names {
    segments: Labels,
    codes: Labels,
}

/// The rows, and how many interviews there were.
fn told(
    mut found: Vec<Found>,
    held: &BTreeMap<Option<SegmentId>, i64>,
    names: &Names,
    language: Language,
) -> Made<ResearchFindings> {
    // Interviews of no segment come last.
    let order = |one: &Found| (one.0.is_none(), one.0, one.1, Reverse(one.4), one.3.clone());
    found.sort_by_key(order);
    let mut rows = Vec::with_capacity(found.len());
    for group in found.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)) {
        let figures: Vec<i64> = group.iter().map(|one| one.4).collect();
        for ((segment_id, topic, code_id, code, said), rank) in group.iter().zip(places(&figures)) {
            let of_interviews = held.get(segment_id).copied().unwrap_or(*said).max(*said);
            rows.push(ResearchFindingsRow {
                segment_id: *segment_id,
                segment: segment_id.and_then(|id| names.segments.get(&id.uuid()).cloned()),
                topic: *topic,
                topic_name: topic.label(language),
                research_code_id: *code_id,
                code: code.clone(),
                code_name: names.codes.get(&code_id.uuid()).cloned(),
                rank,
                interviews: *said,
                of_interviews,
                share: Ratio::new(*said, of_interviews),
            });
        }
    }
    Made { rows, totals: ResearchFindingsTotals { interviews: held.values().sum() } }
}

/// What was said.
async fn said(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<Vec<Found>> {
    let mut sql = Sql::new(
        "SELECT i.segment_id, t.topic, c.id, c.code, COUNT(DISTINCT i.id) FROM research_answers t
         JOIN research_interviews i ON i.tenant_id = t.tenant_id AND i.id = t.research_interview_id
         JOIN research_codes c ON c.tenant_id = t.tenant_id AND c.id = t.research_code_id
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ",
    );
    held(&mut sql, asked, "i")?;
    let topics: Vec<ResearchTopic> = asked.words(TOPIC);
    if !topics.is_empty() {
        sql.push(" AND t.topic IN ").bind_all(topics);
    }
    sql.push(" AND ");
    scope::within(&mut sql, &RESEARCH_ANSWER, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(
        " GROUP BY i.segment_id, t.topic, c.id, c.code
         ORDER BY COUNT(DISTINCT i.id) DESC, c.id, i.segment_id NULLS LAST LIMIT ",
    );
    sql.bind(MOST);
    tx.all(sql).await
}

/// How many interviews were held with each segment.
async fn interviews(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
) -> Result<BTreeMap<Option<SegmentId>, i64>> {
    let mut sql = Sql::new(
        "SELECT t.segment_id, COUNT(*) FROM research_interviews t WHERE t.tenant_id = $1 AND ",
    );
    held(&mut sql, asked, "t")?;
    sql.push(" AND ");
    let seen = ctx.reach(RESEARCH_INTERVIEW.plural, Action::Read);
    scope::within(&mut sql, &RESEARCH_INTERVIEW, &seen, ctx.actor.user);
    sql.push(" GROUP BY t.segment_id");
    let rows = tx.all::<(Option<SegmentId>, i64)>(sql).await?;
    Ok(rows.into_iter().collect())
}

impl Report for ResearchFindings {
    type Row = ResearchFindingsRow;
    type Totals = ResearchFindingsTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &RESEARCH_INTERVIEW, &["segment_id"])?;
        let found = said(tx, ctx, asked).await?;
        let held = interviews(tx, ctx, asked).await?;
        let of_segments: Vec<Uuid> = found.iter().filter_map(|one| one.0).map(Id::uuid).collect();
        let of_codes: Vec<Uuid> = found.iter().map(|one| one.2.uuid()).collect();
        let names = Names {
            segments: labels(tx, ctx, asked, &SEGMENT, of_segments).await?,
            codes: labels(tx, ctx, asked, &RESEARCH_CODE, of_codes).await?,
        };
        Ok(told(found, &held, &names, ctx.language))
    }

    fn example() -> Made<Self> {
        let code = |number: u128| ResearchCodeId::from(Uuid::from_u128(number));
        let name = |(number, name): (u128, &str)| (Uuid::from_u128(number), name.to_owned());
        let names = Names {
            segments: Labels::new(),
            codes: [(1, "Bound by a contract"), (2, "Price")].map(name).into_iter().collect(),
        };
        let found = vec![
            (None, ResearchTopic::Obstacles, code(1), "lock_in".to_owned(), 5),
            (None, ResearchTopic::Obstacles, code(2), "price".to_owned(), 3),
        ];
        told(found, &BTreeMap::from([(None, 8)]), &names, Language::En)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_106_obstacles_are_ranked_within_each_segment() {
        let segment = |number: u128| Some(SegmentId::from(Uuid::from_u128(number)));
        let code = |number: u128| ResearchCodeId::from(Uuid::from_u128(number));
        let one = |segment, number, code_text: &str, said| {
            (segment, ResearchTopic::Obstacles, code(number), code_text.to_owned(), said)
        };
        let found = vec![
            one(None, 1, "price", 9),
            one(segment(1), 2, "lock_in", 2),
            one(segment(1), 1, "price", 4),
            one(segment(2), 1, "price", 1),
            one(segment(1), 3, "effort", 2),
        ];
        let held = BTreeMap::from([(segment(1), 8), (segment(2), 2), (None, 9)]);
        let made = told(found, &held, &Names::default(), Language::En);
        let ranked: Vec<_> = made.rows.iter().map(|row| (row.code.as_str(), row.rank)).collect();
        let expected = [("price", 1), ("effort", 2), ("lock_in", 2), ("price", 1), ("price", 1)];
        assert_eq!(ranked, expected);
        assert_eq!((made.rows[0].share, made.totals.interviews), (Ratio::new(4, 8), 19));
    }
}
