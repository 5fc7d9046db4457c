//! Where customers and prospects look for information, by what they say in interviews and when they answer to
//! campaigns.

use super::{
    prospects::{column, parameter},
    research::{FROM, STUDY, TO, held, places},
};
use crate::{
    Asked, Definition, Made, Plot, Report, Takes, What, asked::bad, definition::Shape,
    report::reach,
};
use guanxi_kernel::{
    Action, Ctx, Language, Problem, Result, Word as _,
    period::start_of_day,
    problem::{NOT_FOUND, OUT_OF_RANGE, Texts, UNKNOWN_VALUE},
    ratio::Ratio,
    scalar::Type,
};
use guanxi_marketing::{
    research_answers::{InformationSource, RESEARCH_ANSWER},
    responses::RESPONSE,
    segments::{self, Segment, SegmentId},
};
use guanxi_storage::{Sql, Tx, filter::condition::Ids, resource, scope};
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct InformationSources;

/// A place where some of a segment look.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct InformationSourcesRow {
    /// The segment; `null` for everybody.
    #[schema(required)]
    pub segment_id: Option<SegmentId>,
    /// What it is called; `null` for everybody.
    #[schema(required)]
    pub segment: Option<String>,
    /// Where they look.
    pub information_source: InformationSource,
    /// What that is called.
    pub information_source_name: &'static str,
    /// The place within the segment: equal ones share it, and as many are left out.
    pub rank: i64,
    /// In how many interviews they say so.
    pub interviews: i64,
    /// In how many answers to campaigns.
    pub responses: i64,
    /// Both together.
    pub mentions: i64,
    /// That, of all mentions of the segment.
    pub share: Ratio,
}

/// What goes over all of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct InformationSourcesTotals {
    /// How many rows there are.
    pub rows: i64,
}

/// Segments that one question compares.
const MOST: usize = 10;

pub(super) const SEGMENTS: &str = "segment_id";

static DEFINITION: Definition = Definition {
    name: "information-sources",
    version: 1,
    title: Texts { en: "Where people look for information", zh: "信息来源排名" },
    about: Texts {
        en: "Where people look for information, the most frequent first, for each segment that is asked for, else for \
             everybody: by completed interviews, and by answers to campaigns on the days that are asked for, up to \
             `as_of`. An interview counts once for a source. Members of segments are those of now; answers of people \
             who are no party yet are told of everybody only, and where a study is asked for there are none.",
        zh: "截至 as_of,按所选客户群(缺省为全部)统计信息来源的提及次数,来自已完成的访谈和活动反馈,从多到少排列。同一访谈对同一来源只计一次;客户群成员以当前为准,未成为客户的反馈人只计入全部;指定调研时不含活动反馈。",
    },
    reads: &[&RESEARCH_ANSWER, &RESPONSE],
    needs: &["information_source"],
    rests_on: &[],
    parameters: &[
        parameter(
            SEGMENTS,
            Takes::Many(Type::Id),
            Texts { en: "These segments, ten at most.", zh: "这些客户群,最多十个。" },
        ),
        STUDY,
        FROM,
        TO,
    ],
    columns: &[
        column("segment_id", "Segment id", "客户群标识", What::Key),
        column("segment", "Segment", "客户群", What::Label),
        column("information_source", "Source", "信息来源", What::Key),
        column("information_source_name", "Source name", "信息来源名称", What::Label),
        column("rank", "Rank", "名次", What::Count),
        column("interviews", "Interviews", "访谈提及数", What::Count),
        column("responses", "Responses", "反馈提及数", What::Count),
        column("mentions", "Mentions", "提及合计", What::Count),
        column("share", "Share", "占比", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["segment", "information_source_name"],
        values: &["mentions"],
        otherwise: &[],
    },
};

/// Those who are asked about.
struct Group {
    segment: Option<(SegmentId, String)>,
    members: Option<Ids>,
}

/// Interviews and responses that name each source.
type Mentions = BTreeMap<InformationSource, (i64, i64)>;

fn ranked(
    segment: Option<&(SegmentId, String)>,
    mentions: &Mentions,
    language: Language,
) -> Vec<InformationSourcesRow> {
    let mut all: Vec<(InformationSource, i64, i64)> =
        mentions.iter().map(|(source, (said, answered))| (*source, *said, *answered)).collect();
    all.sort_by_key(|(source, said, answered)| (Reverse(said + answered), *source));
    let figures: Vec<i64> = all.iter().map(|(_, said, answered)| said + answered).collect();
    let whole: i64 = figures.iter().sum();
    let row = |((source, interviews, responses), rank): ((InformationSource, i64, i64), i64)| {
        let mentions = interviews + responses;
        InformationSourcesRow {
            segment_id: segment.map(|(id, _)| *id),
            segment: segment.map(|(_, name)| name.clone()),
            information_source: source,
            information_source_name: source.label(language),
            rank,
            interviews,
            responses,
            mentions,
            share: Ratio::new(mentions, whole),
        }
    };
    all.into_iter().zip(places(&figures)).map(row).collect()
}

/// The segments that are asked for, or everybody.
async fn groups(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<Vec<Group>> {
    let wanted: Vec<Uuid> = asked.all(SEGMENTS).filter_map(|id| id.parse().ok()).collect();
    if wanted.len() > MOST {
        let finding = OUT_OF_RANGE.parameter(SEGMENTS).with("expected", "ten at most");
        return Err(bad(finding));
    }
    if wanted.is_empty() {
        return Ok(vec![Group { segment: None, members: None }]);
    }
    let mut groups = Vec::with_capacity(wanted.len());
    for id in wanted {
        let segment: Segment = resource::load(tx, ctx, id).await.map_err(unseen)?;
        let (members, _) = segments::members(tx, ctx, id.into()).await?;
        let segment = Some((segment.meta.id, segment.input.name.to_string()));
        groups.push(Group { segment, members: Some(members) });
    }
    Ok(groups)
}

/// What is said of a segment that the caller does not see.
pub(super) fn unseen(problem: Problem) -> Problem {
    match problem.is(&NOT_FOUND) {
        true => bad(UNKNOWN_VALUE.parameter(SEGMENTS).with("expected", "segments that are there")),
        false => problem,
    }
}

/// Adds the condition that the party is one of those.
fn among(sql: &mut Sql, party: &'static str, group: &Group) {
    if let Some(members) = &group.members {
        sql.push(" AND ").push(party).push(" IN (");
        members.write(sql);
        sql.push(")");
    }
}

/// A source, and how often it was named.
type Named = (InformationSource, i64);

async fn said(tx: &mut Tx, ctx: &Ctx, asked: &Asked, group: &Group) -> Result<Vec<Named>> {
    let mut sql = Sql::new(
        "SELECT t.information_source, COUNT(DISTINCT i.id) FROM research_answers t
         JOIN research_interviews i ON i.tenant_id = t.tenant_id AND i.id = t.research_interview_id
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.information_source IS NOT NULL AND ",
    );
    held(&mut sql, asked, "i")?;
    among(&mut sql, "i.party_id", group);
    sql.push(" AND ");
    scope::within(&mut sql, &RESEARCH_ANSWER, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(" GROUP BY t.information_source");
    tx.all(sql).await
}

async fn answered(tx: &mut Tx, ctx: &Ctx, asked: &Asked, group: &Group) -> Result<Vec<Named>> {
    let hidden = ctx.actor.withheld(RESPONSE.plural).hidden;
    if asked.id(STUDY.name).is_some() || hidden.contains("information_source") {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(
        "SELECT t.information_source, COUNT(*) FROM responses t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.information_source IS NOT NULL
             AND t.responded_at <= ",
    );
    sql.bind(asked.as_of);
    let zone = ctx.settings.time_zone;
    if let Some(from) = asked.date(FROM.name) {
        sql.push(" AND t.responded_at >= ").bind(start_of_day(from, zone));
    }
    if let Some(next) = asked.date(TO.name).and_then(|to| to.succ_opt()) {
        sql.push(" AND t.responded_at < ").bind(start_of_day(next, zone));
    }
    among(&mut sql, "t.party_id", group);
    sql.push(" AND ");
    let seen = ctx.reach(RESPONSE.plural, Action::Read);
    scope::within(&mut sql, &RESPONSE, &seen, ctx.actor.user);
    sql.push(" GROUP BY t.information_source");
    tx.all(sql).await
}

impl Report for InformationSources {
    type Row = InformationSourcesRow;
    type Totals = InformationSourcesTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let mut rows = Vec::new();
        for group in groups(tx, ctx, asked).await? {
            let mut mentions = Mentions::new();
            for (source, count) in said(tx, ctx, asked, &group).await? {
                mentions.entry(source).or_default().0 += count;
            }
            for (source, count) in answered(tx, ctx, asked, &group).await? {
                mentions.entry(source).or_default().1 += count;
            }
            rows.extend(ranked(group.segment.as_ref(), &mentions, ctx.language));
        }
        let totals =
            InformationSourcesTotals { rows: i64::try_from(rows.len()).unwrap_or(i64::MAX) };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let mentions = Mentions::from([
            (InformationSource::SearchEngine, (6, 21)),
            (InformationSource::Exhibition, (4, 3)),
        ]);
        let rows = ranked(None, &mentions, Language::En);
        let totals = InformationSourcesTotals { rows: 2 };
        Made { rows, totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_20_sources_are_ranked_by_all_mentions() {
        let mentions = Mentions::from([
            (InformationSource::Website, (1, 2)),
            (InformationSource::Exhibition, (3, 0)),
            (InformationSource::Colleagues, (2, 4)),
        ]);
        let rows = ranked(None, &mentions, Language::En);
        let said: Vec<_> = rows.iter().map(|row| (row.information_source, row.rank)).collect();
        let expected = [
            (InformationSource::Colleagues, 1),
            (InformationSource::Website, 2),
            (InformationSource::Exhibition, 2),
        ];
        assert_eq!(said, expected);
        assert_eq!((rows[0].mentions, rows[0].share), (6, Ratio::new(6, 12)));
    }
}
