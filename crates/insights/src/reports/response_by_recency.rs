//! Whether those who have bought lately answer more often.

use super::{
    prospects::{column, parameter, require_fields},
    purchases::Kind,
    rfm::count,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, asked::bad, definition::Shape,
};
use chrono::NaiveDate;
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{orders::ORDER, parties::PARTY, value::whole_months};
use guanxi_kernel::{
    Action, Ctx, Language, Result,
    problem::{OUT_OF_RANGE, Texts},
    scalar::Type,
};
use guanxi_marketing::{campaign_members::CAMPAIGN_MEMBER, campaigns::CAMPAIGN, rate::Rate};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ResponseByRecency;

/// Those whose last purchase was as many months before they were addressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResponseByRecencyRow {
    /// From how many whole months on; `null` for those who had bought nothing.
    #[schema(required)]
    pub from_months: Option<i64>,
    /// Before how many; `null` where there is no end.
    #[schema(required)]
    pub before_months: Option<i64>,
    /// What that is called.
    pub label: String,
    /// How many were addressed, once for each campaign.
    pub addressed: i64,
    /// How many of them answered.
    pub responded: i64,
    /// `responded` of `addressed`.
    pub response_rate: Rate,
}

/// What goes over all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResponseByRecencyTotals {
    /// How many campaigns are told of.
    pub campaigns: i64,
    /// How many were addressed, once for each campaign.
    pub addressed: i64,
    /// How many of them answered.
    pub responded: i64,
    /// `responded` of `addressed`.
    pub response_rate: Rate,
}

/// Campaigns that are told of, those that ended last.
const MOST: i64 = 500;

/// Classes at most.
const CLASSES: usize = 20;

static DEFINITION: Definition = Definition {
    name: "response-by-recency",
    version: 3,
    title: Texts {
        en: "Response by recency of purchase", zh: "按最近消费统计促销反应率"
    },
    about: Texts {
        en: "How many of those whom finished campaigns have addressed have answered, by how many whole months their last \
             purchase lay before the campaign began. Each party counts once for each campaign, also with several \
             contacts, and has answered if one of them has. Purchases are orders of which something was bought, and \
             signed contracts, whoever may see them; those who had bought nothing are a class of their own. At most \
             500 campaigns, those that ended last. Campaigns and their members are as they are now.",
        zh: "已结束活动的成员按活动开始时距最近一次购买的整月数分组,统计触达数、反馈数与反应率;从未购买者单列。",
    },
    reads: &[&CAMPAIGN, &CAMPAIGN_MEMBER, &PARTY, &ORDER, &CONTRACT],
    needs: &["state", "starts_on"],
    rests_on: &[],
    parameters: &[
        Parameter {
            default: Some("3,6,12,24"),
            ..parameter(
                "limits",
                Takes::Many(Type::Integer),
                Texts {
                    en: "Where classes end, in months, the lowest first; at most 20.",
                    zh: "分组界限(月,升序,最多20个)。",
                },
            )
        },
        parameter(
            "campaign_id",
            Takes::One(Type::Id),
            Texts { en: "Only that campaign.", zh: "仅统计该活动。" },
        ),
    ],
    columns: &[
        column("from_months", "From months", "起始月数", What::Key),
        column("before_months", "Before months", "截止月数", What::Key),
        column("label", "Months since the last purchase", "距最近购买月数", What::Label),
        column("addressed", "Addressed", "触达数", What::Count),
        column("responded", "Answered", "反馈数", What::Count),
        column("response_rate", "Response rate", "反应率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["label"],
        values: &["response_rate"],
        otherwise: &[],
    },
};

/// The limits of the classes.
fn limits(asked: &Asked) -> Result<Vec<i64>> {
    let limits: Vec<i64> = asked.all("limits").filter_map(|text| text.parse().ok()).collect();
    let fits = limits.first().is_some_and(|first| *first > 0)
        && limits.is_sorted()
        && limits.len() <= CLASSES;
    if fits {
        return Ok(limits);
    }
    let expected = "at most 20 numbers above 0, the lowest first";
    Err(bad(OUT_OF_RANGE.parameter("limits").with("expected", expected)))
}

/// Members of a campaign that began on a day and who have bought last on another, or on none: how many there
/// are, and how many have answered.
#[derive(Debug, Clone, Copy)]
struct Group {
    began: NaiveDate,
    last: Option<NaiveDate>,
    addressed: i64,
    responded: i64,
}

/// Adds the last day before the campaign began on which the party of the row `m` has bought something.
fn last_before(sql: &mut Sql, from: Kind, asked: &Asked) {
    match from {
        Kind::Orders => sql.push(
            "(SELECT MAX(t.placed_on) FROM orders t
                 WHERE t.tenant_id = m.tenant_id AND t.party_id = m.party_id AND t.bought_steps > 0
                     AND t.placed_on < m.began AND t.deleted_at IS NULL AND t.created_at <= ",
        ),
        // What was taken back by then is none.
        Kind::Contracts => sql
            .push(
                "(SELECT MAX(t.moved_on) FROM contract_movements t
                 WHERE t.tenant_id = m.tenant_id AND t.party_id = m.party_id AND t.kind = 'signed'
                     AND t.net_minor > 0 AND t.moved_on < m.began AND NOT EXISTS (
                         SELECT 1 FROM contract_movements u
                         WHERE u.tenant_id = t.tenant_id AND u.contract_id = t.contract_id
                             AND u.kind = 'cancelled' AND u.moved_on < m.began AND u.recorded_at <= ",
            )
            .bind(asked.known_at)
            .push(") AND t.recorded_at <= "),
    };
    sql.bind(asked.known_at).push(")");
}

async fn members(tx: &mut Tx, ctx: &Ctx, asked: &Asked, campaigns: &[Uuid]) -> Result<Vec<Group>> {
    type Found = (NaiveDate, Option<NaiveDate>, Option<NaiveDate>, i64, i64);
    let mut all = Vec::new();
    for some in campaigns.chunks(100) {
        let mut sql = Sql::new(
            "SELECT x.began, x.ordered_on, x.signed_on, COUNT(*), CAST(SUM(x.responded) AS BIGINT)
                 FROM (SELECT m.began, m.responded, ",
        );
        last_before(&mut sql, Kind::Orders, asked);
        sql.push(" AS ordered_on, ");
        last_before(&mut sql, Kind::Contracts, asked);
        sql.push(
            " AS signed_on FROM (SELECT t.tenant_id, t.campaign_id, t.party_id,
                     COALESCE(c.started_on, c.starts_on) AS began,
                     MAX(CASE WHEN t.responded_at <= ",
        );
        sql.bind(asked.as_of).push(
            " THEN 1 ELSE 0 END) AS responded FROM campaign_members t
                 JOIN campaigns c ON c.tenant_id = t.tenant_id AND c.id = t.campaign_id
                 WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.campaign_id IN ",
        );
        sql.bind_all(some.iter().copied()).push(" AND ");
        let reach = ctx.reach(CAMPAIGN_MEMBER.plural, Action::Read);
        scope::within(&mut sql, &CAMPAIGN_MEMBER, &reach, ctx.actor.user);
        sql.push(
            " GROUP BY t.tenant_id, t.campaign_id, t.party_id, c.started_on, c.starts_on) m) x
                 GROUP BY x.began, x.ordered_on, x.signed_on",
        );
        for (began, ordered, signed, addressed, responded) in tx.all::<Found>(sql).await? {
            all.push(Group { began, last: ordered.max(signed), addressed, responded });
        }
    }
    Ok(all)
}

/// The finished campaigns that are told of.
async fn campaigns(tx: &mut Tx, asked: &Asked) -> Result<Vec<Uuid>> {
    let mut sql = Sql::new(
        "SELECT t.id FROM campaigns t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
             AND t.state = 'finished' AND t.state_entered_at <= ",
    );
    sql.bind(asked.as_of);
    if let Some(one) = asked.id("campaign_id") {
        sql.push(" AND t.id = ").bind(one);
    }
    sql.push(" ORDER BY t.state_entered_at DESC, t.id LIMIT ").bind(MOST);
    Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|row| row.0).collect())
}

/// The classes by the limits, the latest first, those who had bought nothing last.
fn classes(groups: &[Group], limits: &[i64], language: Language) -> Vec<ResponseByRecencyRow> {
    let reached = |months: i64| limits.iter().filter(|limit| months >= **limit).count();
    let place = |group: &Group| match group.last {
        Some(last) => reached(whole_months(last, group.began)),
        None => limits.len() + 1,
    };
    let row = |class: usize| {
        let of: Vec<&Group> = groups.iter().filter(|group| place(group) == class).collect();
        let from = match class.checked_sub(1) {
            None => Some(0),
            Some(before) => limits.get(before).copied(),
        };
        let before = limits.get(class).copied();
        let label = match (from, before, language) {
            (None, _, Language::En) => "never".to_owned(),
            (None, _, Language::Zh) => "从未购买".to_owned(),
            (Some(from), None, Language::En) => format!("{from} or more"),
            (Some(from), None, Language::Zh) => format!("{from}及以上"),
            (Some(from), Some(before), _) => format!("{from}–{}", before - 1),
        };
        let addressed: i64 = of.iter().map(|group| group.addressed).sum();
        let responded: i64 = of.iter().map(|group| group.responded).sum();
        let response_rate = Rate::new(responded, addressed);
        let (from_months, before_months) = (from, before);
        ResponseByRecencyRow {
            from_months,
            before_months,
            label,
            addressed,
            responded,
            response_rate,
        }
    };
    (0..limits.len() + 2).map(row).collect()
}

fn totals(rows: &[ResponseByRecencyRow], campaigns: usize) -> ResponseByRecencyTotals {
    let addressed: i64 = rows.iter().map(|row| row.addressed).sum();
    let responded: i64 = rows.iter().map(|row| row.responded).sum();
    ResponseByRecencyTotals {
        campaigns: count(campaigns),
        addressed,
        responded,
        response_rate: Rate::new(responded, addressed),
    }
}

impl Report for ResponseByRecency {
    type Row = ResponseByRecencyRow;
    type Totals = ResponseByRecencyTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &CAMPAIGN_MEMBER, &["party_id", "responded_at"])?;
        let limits = limits(asked)?;
        let campaigns = campaigns(tx, asked).await?;
        let groups = members(tx, ctx, asked, &campaigns).await?;
        let rows = classes(&groups, &limits, ctx.language);
        let totals = totals(&rows, campaigns.len());
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day);
        let began = day(3, 1).unwrap_or_default();
        let group = Group { began, last: day(2, 1), addressed: 100, responded: 25 };
        let mut rows = classes(&[group], &[3, 6, 12, 24], Language::Zh);
        let totals = totals(&rows, 1);
        rows.truncate(1);
        Made { rows, totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_67_each_member_is_in_one_class() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let group = |last: &str, addressed, responded| Group {
            began: day("2026-03-01").unwrap(),
            last: day(last),
            addressed,
            responded,
        };
        let groups = [
            group("2026-02-28", 10, 5),
            group("2025-12-02", 10, 3),
            // Three whole months.
            group("2025-12-01", 10, 2),
            group("2020-01-01", 10, 1),
            group("", 10, 0),
        ];
        let rows = classes(&groups, &[3, 12], Language::En);
        let told: Vec<_> =
            rows.iter().map(|row| (row.label.as_str(), row.addressed, row.responded)).collect();
        assert_eq!(
            told,
            [("0–2", 20, 8), ("3–11", 10, 2), ("12 or more", 10, 1), ("never", 10, 0)]
        );
        assert_eq!(rows[0].response_rate.value(), Some(rust_decimal::Decimal::new(4, 1)));
        assert_eq!((rows[3].from_months, rows[3].before_months), (None, None));
        let totals = totals(&rows, 2);
        assert_eq!((totals.campaigns, totals.addressed, totals.responded), (2, 50, 11));
    }
}
