//! How many customers were asked for a referral, what came of it, and why others recommend nobody.

use super::prospects::{column, parameter};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, asked::bad, definition::Shape,
    report::reach,
};
use guanxi_customers::referrals::{REFERRAL, REFERRAL_REQUEST, ReferralAnswer, ReferralRefusal};
use guanxi_kernel::{
    Ctx, Language, Result, Share, Word as _,
    problem::{INTERNAL, OUT_OF_RANGE, Texts},
    scalar::Type,
    split::SplitError,
};
use guanxi_marketing::rate::Rate;
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};
use utoipa::ToSchema;

/// The report.
pub struct ReferralDifficulties;

/// Those who have refused for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReferralDifficultyRow {
    /// Why they recommend nobody.
    pub reason: ReferralRefusal,
    /// What that is called.
    pub reason_name: &'static str,
    /// How many have said so.
    pub refusals: i64,
    /// That, of all who have refused; the shares of all rows are 1 together.
    pub share: Share,
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReferralDifficultyTotals {
    /// How often customers were asked.
    pub asked: i64,
    /// How often somebody was recommended.
    pub given: i64,
    /// How often they refused.
    pub refused: i64,
    /// How often they have not answered.
    pub unanswered: i64,
    /// How many of those recommended were contacted.
    pub contacted: i64,
    /// How many of these have bought.
    pub won: i64,
    /// `given` of `asked`.
    pub given_rate: Rate,
    /// `won` of `given`.
    pub won_rate: Rate,
}

const FROM: Parameter = parameter(
    "from",
    Takes::One(Type::Date),
    Texts { en: "The first day of asking; any when absent.", zh: "请求首日,缺省不限。" },
);

const TO: Parameter = parameter(
    "to",
    Takes::One(Type::Date),
    Texts {
        en: "The last day of asking; that of `as_of` when absent.",
        zh: "请求末日,默认为统计当日。",
    },
);

static DEFINITION: Definition = Definition {
    name: "referral-difficulties",
    version: 1,
    title: Texts { en: "Difficulties with referrals", zh: "基盘推介困难点" },
    about: Texts {
        en: "Customers who were asked for a referral on the days that are asked for: how often they recommended \
             somebody, refused or have not answered, how many of those recommended were contacted and have bought by \
             `as_of`, and why others refused, the most frequent reason first. Shares are rounded by the largest \
             remainder, so that they add up to exactly 1. Requests are told as they are now.",
        zh: "在所选日期内向客户请求推介的次数:已推介、拒绝、未答复,以及截至 as_of 已联系和成交的数量;拒绝原因按次数从多到少排列,占比按最大余数法取整,合计恰为 1。",
    },
    reads: &[&REFERRAL_REQUEST, &REFERRAL],
    needs: &["asked_on", "answer", "refusal", "referral_id"],
    rests_on: &[],
    parameters: &[FROM, TO],
    columns: &[
        column("reason", "Reason", "原因", What::Key),
        column("reason_name", "Reason", "原因名称", What::Label),
        column("refusals", "Refusals", "拒绝次数", What::Count),
        column("share", "Share", "占比", What::Share),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["reason_name"],
        values: &["refusals"],
        otherwise: &[],
    },
};

/// Requests with one answer and one reason.
type Found = (ReferralAnswer, Option<ReferralRefusal>, i64, i64, i64);

async fn requests(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<Vec<Found>> {
    let from = asked.date(FROM.name);
    let to = asked.date(TO.name).unwrap_or(asked.today).min(asked.today);
    if from.is_some_and(|from| from > to) {
        return Err(bad(OUT_OF_RANGE.parameter(TO.name).with("expected", "not before from")));
    }
    let mut sql =
        Sql::new("SELECT t.answer, t.refusal, COUNT(*), COUNT(CASE WHEN r.contacted_at <= ");
    sql.bind(asked.as_of).push(" THEN 1 END), COUNT(CASE WHEN r.status = 'won' AND r.ended_at <= ");
    sql.bind(asked.as_of).push(
        " THEN 1 END) FROM referral_requests t
         LEFT JOIN referrals r ON r.tenant_id = t.tenant_id AND r.id = t.referral_id
             AND r.deleted_at IS NULL
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.asked_on <= ",
    );
    sql.bind(to);
    if let Some(from) = from {
        sql.push(" AND t.asked_on >= ").bind(from);
    }
    sql.push(" AND ");
    scope::within(&mut sql, &REFERRAL_REQUEST, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(" GROUP BY t.answer, t.refusal");
    tx.all(sql).await
}

/// What requests come to.
fn told(
    found: &[Found],
    language: Language,
) -> Result<(Vec<ReferralDifficultyRow>, ReferralDifficultyTotals)> {
    let of = |answer: ReferralAnswer| -> i64 {
        found.iter().filter(|one| one.0 == answer).map(|one| one.2).sum()
    };
    let (given, refused) = (of(ReferralAnswer::Given), of(ReferralAnswer::Refused));
    let unanswered = of(ReferralAnswer::None);
    let asked = given + refused + unanswered;
    let won: i64 = found.iter().map(|one| one.4).sum();
    let totals = ReferralDifficultyTotals {
        asked,
        given,
        refused,
        unanswered,
        contacted: found.iter().map(|one| one.3).sum(),
        won,
        given_rate: Rate::new(given, asked),
        won_rate: Rate::new(won, given),
    };
    let mut counts: BTreeMap<ReferralRefusal, i64> = BTreeMap::new();
    for (reason, number) in found.iter().filter_map(|one| Some((one.1?, one.2))) {
        *counts.entry(reason).or_default() += number;
    }
    let mut counts: Vec<(ReferralRefusal, i64)> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(reason, number)| (Reverse(*number), reason.word()));
    if counts.is_empty() {
        return Ok((Vec::new(), totals));
    }
    let weights: Vec<i64> = counts.iter().map(|(_, number)| *number).collect();
    let ours = |error: SplitError| INTERNAL.problem().because(error);
    let shares = Share::of_weights(&weights).map_err(ours)?;
    let row = |((reason, refusals), share): ((ReferralRefusal, i64), Share)| {
        ReferralDifficultyRow { reason, reason_name: reason.label(language), refusals, share }
    };
    Ok((counts.into_iter().zip(shares).map(row).collect(), totals))
}

impl Report for ReferralDifficulties {
    type Row = ReferralDifficultyRow;
    type Totals = ReferralDifficultyTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let found = requests(tx, ctx, asked).await?;
        let (rows, totals) = told(&found, ctx.language)?;
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let row = ReferralDifficultyRow {
            reason: ReferralRefusal::KnowsNobody,
            reason_name: "Knows nobody who fits",
            refusals: 4,
            share: Share::ONE,
        };
        let totals = ReferralDifficultyTotals {
            asked: 20,
            given: 12,
            refused: 4,
            unanswered: 4,
            contacted: 9,
            won: 3,
            given_rate: Rate::new(12, 20),
            won_rate: Rate::new(3, 12),
        };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_65_shares_of_reasons_are_one_together() {
        let refused = |reason, number| (ReferralAnswer::Refused, Some(reason), number, 0, 0);
        let found = [
            (ReferralAnswer::Given, None, 5, 3, 1),
            (ReferralAnswer::None, None, 2, 0, 0),
            refused(ReferralRefusal::FearsBlame, 1),
            refused(ReferralRefusal::KnowsNobody, 1),
            refused(ReferralRefusal::NoIncentive, 1),
        ];
        let (rows, totals) = told(&found, Language::En).unwrap();
        let shares: Vec<String> = rows.iter().map(|row| row.share.to_string()).collect();
        assert_eq!(shares, ["0.3334", "0.3333", "0.3333"]);
        assert!(Share::make_one(rows.iter().map(|row| row.share)));
        assert_eq!((totals.asked, totals.given, totals.refused), (10, 5, 3));
        assert_eq!((totals.unanswered, totals.contacted, totals.won), (2, 3, 1));
        assert!(told(&[], Language::En).unwrap().0.is_empty());
    }
}
