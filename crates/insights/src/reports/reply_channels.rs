//! By which channels people have answered: each by itself, and all together.

use super::{
    loop_closure::{FIRST, LAST, on_days},
    prospects::{column, parameter},
};
use crate::{Asked, Definition, Made, Plot, Report, Takes, What, definition::Shape, report::reach};
use guanxi_kernel::{Ctx, Language, Result, Word as _, problem::Texts, ratio::Ratio, scalar::Type};
use guanxi_marketing::{media::ReplyChannel, responses::RESPONSE};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The report.
pub struct ReplyChannels;

/// What came back by a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReplyChannelRow {
    /// The channel.
    pub channel: ReplyChannel,
    /// What it is called.
    pub name: String,
    /// Answers by it.
    pub responses: i64,
    /// `responses` of all answers.
    pub share: Ratio,
    /// People who have answered by it, each once.
    pub responders: i64,
}

/// What came back by all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReplyChannelTotals {
    /// All answers: the sum of those by each channel.
    pub responses: i64,
    /// People who have answered, each once, also those who did so by several channels.
    pub responders: i64,
}

static DEFINITION: Definition = Definition {
    name: "reply-channels",
    version: 1,
    title: Texts { en: "Answers by reply channel", zh: "反馈渠道统计" },
    about: Texts {
        en: "How many answers came on the days that are asked for by each of the reply channels, and how many people gave \
             them, up to `as_of`. Answers by channel make up all answers; who has answered by two channels counts for \
             both and once in the totals. Figures are those of now.",
        zh: "截至 as_of,按反馈渠道统计所选日期内的反馈条数与反馈人数。各渠道反馈数之和等于合计;经两个渠道反馈的人在各渠道均计入,合计只计一次。",
    },
    reads: &[&RESPONSE],
    needs: &["campaign_id", "channel", "responded_at"],
    rests_on: &[],
    parameters: &[
        FIRST,
        LAST,
        parameter(
            "campaign_id",
            Takes::One(Type::Id),
            Texts { en: "To this campaign only.", zh: "仅该市场活动。" },
        ),
    ],
    columns: &[
        column("channel", "Channel code", "渠道标识", What::Key),
        column("name", "Channel", "反馈渠道", What::Label),
        column("responses", "Responses", "反馈数", What::Count),
        column("share", "Share", "占比", What::Ratio),
        column("responders", "Responders", "反馈人数", What::Count),
    ],
    plot: Plot { shape: Shape::Bars, names: &["name"], values: &["responses"], otherwise: &[] },
};

/// Answers and the people who gave them.
type Counts = (i64, i64);

fn among(sql: &mut Sql, ctx: &Ctx, asked: &Asked) -> Result<()> {
    sql.push(" FROM responses t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ");
    on_days(sql, ctx, asked, "t.responded_at")?;
    if let Some(campaign) = asked.id("campaign_id") {
        sql.push(" AND t.campaign_id = ").bind(campaign);
    }
    sql.push(" AND ");
    scope::within(sql, &RESPONSE, &reach(ctx, &DEFINITION), ctx.actor.user);
    Ok(())
}

/// The rows of all channels, also of those by which nobody has answered.
fn rows(
    found: &BTreeMap<String, Counts>,
    whole: Counts,
    language: Language,
) -> (Vec<ReplyChannelRow>, ReplyChannelTotals) {
    let (all, people) = whole;
    let row = |channel: &ReplyChannel| {
        let (responses, responders) = found.get(channel.word()).copied().unwrap_or_default();
        ReplyChannelRow {
            channel: *channel,
            name: channel.label(language).to_owned(),
            responses,
            share: Ratio::new(responses, all),
            responders,
        }
    };
    let totals = ReplyChannelTotals { responses: all, responders: people };
    (ReplyChannel::ALL.iter().map(row).collect(), totals)
}

impl Report for ReplyChannels {
    type Row = ReplyChannelRow;
    type Totals = ReplyChannelTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let mut each = Sql::new("SELECT t.channel, COUNT(*), COUNT(DISTINCT t.responder)");
        among(&mut each, ctx, asked)?;
        each.push(" GROUP BY t.channel");
        let each = tx.all::<(String, i64, i64)>(each).await?.into_iter();
        let found = each.map(|(channel, responses, people)| (channel, (responses, people)));
        let found: BTreeMap<String, Counts> = found.collect();
        let mut whole = Sql::new("SELECT COUNT(*), COUNT(DISTINCT t.responder)");
        among(&mut whole, ctx, asked)?;
        let whole = tx.optional::<Counts>(whole).await?.unwrap_or_default();
        let (rows, totals) = rows(&found, whole, ctx.language);
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let found = [("call", (18, 17)), ("website", (14, 14))];
        let found = found.map(|(channel, counts)| (channel.to_owned(), counts));
        let (rows, totals) = rows(&BTreeMap::from(found), (32, 30), Language::En);
        Made { rows, totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_92_the_five_channels_make_up_all_answers() {
        let Made { rows, totals } = ReplyChannels::example();
        assert_eq!(rows.len(), 5);
        assert_eq!(rows.iter().map(|row| row.responses).sum::<i64>(), totals.responses);
        // One person has answered by both.
        assert_eq!(rows.iter().map(|row| row.responders).sum::<i64>(), totals.responders + 1);
        let call = rows.iter().find(|row| row.channel == ReplyChannel::Call).unwrap();
        assert_eq!(call.share, Ratio::new(18, 32));
    }
}
