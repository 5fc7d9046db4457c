//! How many calls came and were made, what they came to, and how well they were done.

use super::{
    loop_closure::{FIRST, LAST, on_days},
    prospects::column,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    definition::Shape,
    labels::{Labels, labels},
    report::reach,
};
use guanxi_identity::users::USER;
use guanxi_kernel::{
    Ctx, Language, Result, Word as _, problem::Texts, ratio::Ratio, scalar::Scalar as _,
};
use guanxi_marketing::{campaigns::CAMPAIGN, media::MEDIUM, rate::Rate, source_codes::SOURCE_CODE};
use guanxi_sales::phone_calls::{CallDirection, CallResult, PHONE_CALL};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct PhoneCalls;

guanxi_kernel::words! {
    /// What calls are told apart by.
    pub enum PhoneCallsBy {
        /// Who has them.
        Representative = "representative" ("Representative", "坐席"),
        /// In or out.
        Direction = "direction" ("Direction", "呼叫方向"),
        /// What they have come to.
        Result = "result" ("Result", "结果代码"),
        /// The source code.
        SourceCode = "source_code" ("Source code", "源代码"),
        /// The medium of the source code.
        Medium = "medium" ("Medium", "媒介"),
        /// The campaign of the source code.
        Campaign = "campaign" ("Campaign", "市场活动"),
    }
}

impl PhoneCallsBy {
    /// The column that says it.
    const fn column(self) -> &'static str {
        match self {
            Self::Representative => "t.owner_id",
            Self::Direction => "t.direction",
            Self::Result => "t.result",
            Self::SourceCode => "t.source_code_id",
            Self::Medium => "t.medium_id",
            Self::Campaign => "t.campaign_id",
        }
    }
}

/// What calls come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhoneCallFigures {
    /// How many there were.
    pub calls: i64,
    /// How many came in.
    pub incoming: i64,
    /// How many went out.
    pub outgoing: i64,
    /// How many were answered.
    pub answered: i64,
    /// `answered` of `calls`.
    pub answered_share: Rate,
    /// How many have led to a sale.
    pub sold: i64,
    /// `sold` of `answered`.
    pub conversion: Rate,
    /// The seconds that were spoken, over the calls of which that is known: how long one takes on average.
    pub mean_talk_seconds: Ratio,
    /// How many were judged.
    pub rated: i64,
    /// The points of those from 0 to 100, over `rated`: how well they were done on average.
    pub quality_score: Ratio,
}

/// What the calls of a representative, direction, result, source code, medium or campaign come to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhoneCallRow {
    /// The id or the word; `null` for calls without one.
    #[schema(required)]
    pub key: Option<String>,
    /// What that is called; `null` for whoever may not see it.
    #[schema(required)]
    pub name: Option<String>,
    /// What they come to.
    #[serde(flatten)]
    pub figures: PhoneCallFigures,
}

static DEFINITION: Definition = Definition {
    name: "phone-calls",
    version: 1,
    title: Texts { en: "Phone calls", zh: "电话统计" },
    about: Texts {
        en: "Calls that began on the days that are asked for, as it was at `as_of`: how many came in and went out, were \
             answered and led to a sale, how long they took on average, and how well they were done as somebody else has \
             judged. By representative, direction, result code, or the source code, medium or campaign by which people \
             came. What a call is about and whose it is are told as they are now.",
        zh: "按开始日期统计截至 as_of 的电话:呼入、呼出、接通率、成交转化率、平均通话时长和质检得分;可按坐席、方向、结果代码、源代码、媒介或市场活动分组。",
    },
    reads: &[&PHONE_CALL],
    needs: &[
        "started_at",
        "direction",
        "owner_id",
        "result",
        "source_code_id",
        "medium_id",
        "campaign_id",
        "answered_at",
        "ended_at",
        "talk_seconds",
        "quality_score",
    ],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "by",
            takes: Takes::One(PhoneCallsBy::TYPE),
            default: Some("representative"),
            required: false,
            field: None,
            about: Texts { en: "What calls are told apart by.", zh: "统计维度。" },
        },
        FIRST,
        LAST,
    ],
    columns: &[
        column("key", "Key", "标识", What::Key),
        column("name", "Name", "名称", What::Label),
        column("calls", "Calls", "电话数", What::Count),
        column("incoming", "Incoming", "呼入数", What::Count),
        column("outgoing", "Outgoing", "呼出数", What::Count),
        column("answered", "Answered", "接通数", What::Count),
        column("answered_share", "Answered share", "接通率", What::Ratio),
        column("sold", "Sold", "成交数", What::Count),
        column("conversion", "Conversion", "转化率", What::Ratio),
        column("mean_talk_seconds", "Seconds spoken on average", "平均通话秒数", What::Ratio),
        column("rated", "Judged", "质检数", What::Count),
        column("quality_score", "Quality score", "质检平均分", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name"],
        values: &["calls", "answered"],
        otherwise: &[],
    },
};

/// What is counted of calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    calls: i64,
    incoming: i64,
    answered: i64,
    sold: i64,
    timed: i64,
    seconds: i64,
    rated: i64,
    points: i64,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.incoming += other.incoming;
        self.answered += other.answered;
        self.sold += other.sold;
        self.timed += other.timed;
        self.seconds += other.seconds;
        self.rated += other.rated;
        self.points += other.points;
    }

    fn figures(self) -> PhoneCallFigures {
        PhoneCallFigures {
            calls: self.calls,
            incoming: self.incoming,
            outgoing: self.calls - self.incoming,
            answered: self.answered,
            answered_share: Rate::new(self.answered, self.calls),
            sold: self.sold,
            conversion: Rate::new(self.sold, self.answered),
            mean_talk_seconds: Ratio::new(self.seconds, self.timed),
            rated: self.rated,
            quality_score: Ratio::new(self.points, self.rated),
        }
    }
}

/// The key of a group, and what its calls come to.
type Found<K> = (Option<K>, i64, i64, i64, i64, i64, i64, i64, i64);

fn read<K: ToString>(found: Found<K>) -> (Option<String>, Sum) {
    let (key, calls, incoming, answered, sold, timed, seconds, rated, points) = found;
    let sum = Sum { calls, incoming, answered, sold, timed, seconds, rated, points };
    (key.map(|key| key.to_string()), sum)
}

/// The calls that are told of, group by group.
fn grouped(ctx: &Ctx, asked: &Asked, by: PhoneCallsBy) -> Result<Sql> {
    let mut sql = Sql::new("SELECT ");
    match by {
        // A call that was not over then had come to nothing yet.
        PhoneCallsBy::Result => {
            sql.push("CASE WHEN t.ended_at <= ").bind(asked.as_of).push(" THEN t.result END");
        }
        _ => {
            sql.push(by.column());
        }
    }
    sql.push(", COUNT(*), COUNT(CASE WHEN t.direction = 'in' THEN 1 END)");
    sql.push(", COUNT(CASE WHEN t.answered_at <= ").bind(asked.as_of).push(" THEN 1 END)");
    sql.push(", COUNT(CASE WHEN t.result = 'sold' AND t.ended_at <= ").bind(asked.as_of);
    sql.push(" THEN 1 END), COUNT(CASE WHEN t.ended_at <= ").bind(asked.as_of);
    sql.push(" THEN t.talk_seconds END), CAST(COALESCE(SUM(CASE WHEN t.ended_at <= ");
    sql.bind(asked.as_of).push(" THEN t.talk_seconds END), 0) AS BIGINT)");
    sql.push(", COUNT(CASE WHEN t.rated_at <= ").bind(asked.as_of).push(" THEN 1 END)");
    sql.push(", CAST(COALESCE(SUM(CASE WHEN t.rated_at <= ").bind(asked.as_of);
    sql.push(
        " THEN t.quality_score END), 0) AS BIGINT) FROM phone_calls t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ",
    );
    on_days(&mut sql, ctx, asked, "t.started_at")?;
    sql.push(" AND ");
    scope::within(&mut sql, &PHONE_CALL, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(" GROUP BY 1");
    Ok(sql)
}

/// Records that are looked up at once.
const AT_ONCE: usize = 200;

/// What users, source codes, media or campaigns are called, as far as the caller may see them.
async fn names(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    by: PhoneCallsBy,
    ids: Vec<Uuid>,
) -> Result<Labels> {
    match by {
        PhoneCallsBy::Direction | PhoneCallsBy::Result => Ok(Labels::new()),
        PhoneCallsBy::Representative => labels(tx, ctx, asked, &USER, ids).await,
        PhoneCallsBy::Medium => labels(tx, ctx, asked, &MEDIUM, ids).await,
        PhoneCallsBy::Campaign => labels(tx, ctx, asked, &CAMPAIGN, ids).await,
        PhoneCallsBy::SourceCode => {
            let mut found = Labels::new();
            for some in ids.chunks(AT_ONCE) {
                for (id, code) in (SOURCE_CODE.load)(tx, ctx, some).await? {
                    found.extend(code["code"].as_str().map(|code| (id, code.to_owned())));
                }
            }
            Ok(found)
        }
    }
}

/// What a word is called.
fn word(by: PhoneCallsBy, key: &str, language: Language) -> Option<String> {
    let label = match by {
        PhoneCallsBy::Direction => CallDirection::from_word(key)?.label(language),
        PhoneCallsBy::Result => CallResult::from_word(key)?.label(language),
        _ => return None,
    };
    Some(label.to_owned())
}

impl Report for PhoneCalls {
    type Row = PhoneCallRow;
    type Totals = PhoneCallFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.word("by").unwrap_or(PhoneCallsBy::Representative);
        let sql = grouped(ctx, asked, by)?;
        let mut sums: Vec<(Option<String>, Sum)> = match by {
            PhoneCallsBy::Direction | PhoneCallsBy::Result => {
                tx.all::<Found<String>>(sql).await?.into_iter().map(read).collect()
            }
            _ => tx.all::<Found<Uuid>>(sql).await?.into_iter().map(read).collect(),
        };
        sums.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let id = |key: &Option<String>| key.as_ref().and_then(|key| Uuid::try_parse(key).ok());
        let ids: Vec<Uuid> = sums.iter().filter_map(|(key, _)| id(key)).collect();
        let names = names(tx, ctx, asked, by, ids).await?;
        let mut whole = Sum::default();
        for (_, sum) in &sums {
            whole.add(*sum);
        }
        let row = |(key, sum): (Option<String>, Sum)| {
            let named = id(&key).and_then(|id| names.get(&id).cloned());
            let name = named.or_else(|| word(by, key.as_deref()?, ctx.language));
            PhoneCallRow { key, name, figures: sum.figures() }
        };
        let rows = sums.into_iter().map(row).collect();
        Ok(Made { rows, totals: whole.figures() })
    }

    fn example() -> Made<Self> {
        let sum = Sum {
            calls: 40,
            incoming: 15,
            answered: 30,
            sold: 6,
            timed: 30,
            seconds: 5_400,
            rated: 4,
            points: 340,
        };
        let row = PhoneCallRow {
            key: Some(super::prospects::example_id().to_string()),
            name: Some("陈静".to_owned()),
            figures: sum.figures(),
        };
        Made { rows: vec![row], totals: sum.figures() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_69_what_is_not_known_of_a_call_counts_nowhere() {
        let one = Sum { calls: 1, answered: 1, timed: 1, seconds: 90, ..Sum::default() };
        let mut sum = Sum { calls: 3, incoming: 2, answered: 1, sold: 1, ..Sum::default() };
        sum.add(one);
        let found = sum.figures();
        assert_eq!((found.calls, found.outgoing), (4, 2));
        assert_eq!(found.answered_share, Rate::new(2, 4));
        assert_eq!(found.conversion, Rate::new(1, 2));
        assert_eq!(found.mean_talk_seconds, Ratio::new(90, 1));
        assert_eq!(found.quality_score.value(), None, "nobody has judged");
    }
}
