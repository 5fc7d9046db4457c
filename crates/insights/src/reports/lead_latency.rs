//! How fast sales speaks to those who have answered a campaign, and to whom nobody has spoken in time.
//!
//! Somebody is spoken to when an activity about their lead, or with their party, has begun and was done
//! since. Of several answers of one person to a campaign the first counts. The time for it is that of the
//! campaign's follow-up, in plain hours. Price: two look-ups in the activities for each answer, of the last
//! 20,000.

use super::{
    hours::{median_hours, p90_hours},
    prospects::{column, day, example_id, parameter, require_fields},
    rfm::count,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape, report::ask,
};
use chrono::{DateTime, Days, TimeDelta, Utc};
use guanxi_customers::activities::ACTIVITY;
use guanxi_kernel::{Ctx, Result, period::start_of_day, problem::Texts, scalar::Type};
use guanxi_marketing::{
    campaigns::{CAMPAIGN, CampaignFollowUp},
    responses::RESPONSE,
};
use guanxi_storage::{Sql, Tx, expansion::Json};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct LeadLatency;

/// Answers that are looked at, the last ones.
const MOST: i64 = 20_000;
/// Overdue prospects that are listed at most.
const LISTED: usize = 1_000;

/// How fast sales spoke to those who have answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeadLatencyFigures {
    /// Who has answered.
    pub prospects: i64,
    /// To whom sales has spoken since.
    pub contacted: i64,
    /// To whom in time.
    pub in_time: i64,
    /// To whom nobody has spoken yet, though the time is over.
    pub overdue: i64,
    /// The median of the hours from the answer to the first contact, with two decimals; `null` if there was
    /// none.
    #[schema(required)]
    pub median_hours: Option<String>,
    /// The hours within which nine of ten were spoken to, of those who were: the value at that rank.
    #[schema(required)]
    pub p90_hours: Option<String>,
}

/// The same of a campaign.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadLatencyRow {
    /// The campaign.
    pub campaign_id: Uuid,
    /// What it is called.
    pub campaign: String,
    /// The figures.
    #[serde(flatten)]
    pub figures: LeadLatencyFigures,
}

/// Somebody to whom nobody has spoken in time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OverdueProspect {
    /// The answer.
    pub response_id: Uuid,
    /// The campaign.
    pub campaign_id: Uuid,
    /// The lead that it became, if it has.
    #[schema(required)]
    pub lead_id: Option<Uuid>,
    /// When the answer came.
    pub responded_at: DateTime<Utc>,
    /// By when sales was to speak to them.
    pub due_at: DateTime<Utc>,
}

/// All campaigns together.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadLatencyTotals {
    /// The figures.
    #[serde(flatten)]
    pub figures: LeadLatencyFigures,
    /// Those to whom nobody has spoken in time, the longest first; at most 1,000.
    #[schema(max_items = 1000)]
    pub overdue_prospects: Vec<OverdueProspect>,
}

static DEFINITION: Definition = Definition {
    name: "lead-latency",
    version: 1,
    title: Texts { en: "Time to the first sales contact", zh: "首次销售接触时长" },
    about: Texts {
        en: "For everybody who has answered a campaign, by their first answer to it: the hours until sales spoke to \
             them, which is the beginning of the first activity about the lead, or with the party, that was done \
             since the answer. Median and 90th percentile are of those who were spoken to; of an even number the \
             median is half the sum of the two in the middle, the percentile is the value at the rank of nine \
             tenths, rounded up. The time is that of the follow-up of the campaign, else `sla_hours`; whoever has \
             waited longer without a contact is overdue. Hours go on by night. The last 20,000 answers are looked \
             at.",
        zh: "按活动统计首次反馈至首次销售接触(反馈后首个已完成的相关活动)的中位与90分位小时数;时限取活动跟进要求,否则取 sla_hours,超时未接触者列为逾期。",
    },
    reads: &[&CAMPAIGN, &RESPONSE, &ACTIVITY],
    needs: &["name", "follow_up"],
    rests_on: &[],
    parameters: &[
        parameter(
            "campaign_id",
            Takes::One(Type::Id),
            Texts { en: "Only answers to this campaign.", zh: "仅统计该活动。" },
        ),
        day("from", "The first day on which answers came; any when absent.", "反馈首日,缺省不限。"),
        day("to", "The last day; that of `as_of` when absent.", "反馈末日,默认为统计当日。"),
        Parameter {
            name: "sla_hours",
            takes: Takes::Whole(1, 2_160),
            default: Some("24"),
            required: false,
            field: None,
            about: Texts {
                en: "Within how many hours sales is to speak to them, where the campaign does not say.",
                zh: "活动未规定时的接触时限(小时)。",
            },
        },
    ],
    columns: &[
        column("campaign_id", "Campaign id", "活动标识", What::Key),
        column("campaign", "Campaign", "市场活动", What::Label),
        column("prospects", "Answered", "反馈人数", What::Count),
        column("contacted", "Spoken to", "已接触", What::Count),
        column("in_time", "In time", "按时接触", What::Count),
        column("overdue", "Overdue", "逾期未接触", What::Count),
        column("median_hours", "Median", "中位时长(小时)", What::Hours),
        column("p90_hours", "90th percentile", "90分位时长(小时)", What::Hours),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["campaign"],
        values: &["median_hours", "p90_hours"],
        otherwise: &[],
    },
};

/// Somebody who has answered.
#[derive(Debug, Clone)]
struct One {
    response: Uuid,
    campaign: Uuid,
    lead: Option<Uuid>,
    responded_at: DateTime<Utc>,
    contacted_at: Option<DateTime<Utc>>,
    due_at: DateTime<Utc>,
}

/// The answer, its campaign and what that says, the lead, when it came, and when somebody spoke about the
/// lead and with the party.
type Found = (
    Uuid,
    Uuid,
    String,
    Option<Json<Option<CampaignFollowUp>>>,
    Option<Uuid>,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

/// Everybody who is asked about, and what their campaigns are called.
async fn answered(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
) -> Result<(Vec<One>, BTreeMap<Uuid, String>)> {
    let mut sql =
        Sql::new("SELECT r.id, r.campaign_id, c.name, c.follow_up, r.lead_id, r.responded_at");
    // A lead and the party that it became have one id.
    for whose in ["a.about_id = r.lead_id", "a.party_id = COALESCE(r.party_id, r.lead_id)"] {
        sql.push(
            ", (SELECT MIN(a.starts_at) FROM activities a WHERE a.tenant_id = r.tenant_id AND ",
        );
        sql.push(whose).push(
            " AND a.status = 'done' AND a.deleted_at IS NULL AND a.starts_at >= r.responded_at
                 AND a.closed_at <= ",
        );
        sql.bind(asked.as_of).push(")");
    }
    sql.push(
        " FROM responses r JOIN campaigns c ON c.tenant_id = r.tenant_id AND c.id = r.campaign_id
             AND c.deleted_at IS NULL
         WHERE r.tenant_id = $1 AND r.deleted_at IS NULL AND r.first = TRUE AND r.responded_at <= ",
    );
    sql.bind(asked.as_of);
    if let Some(campaign) = asked.id("campaign_id") {
        sql.push(" AND r.campaign_id = ").bind(campaign);
    }
    let ((from, to), zone) = (asked.bounds()?, ctx.settings.time_zone);
    if let Some(from) = from {
        sql.push(" AND r.responded_at >= ").bind(start_of_day(from, zone));
    }
    if let Some(end) = to.and_then(|to| to.checked_add_days(Days::new(1))) {
        sql.push(" AND r.responded_at < ").bind(start_of_day(end, zone));
    }
    sql.push(" ORDER BY r.responded_at DESC, r.id DESC LIMIT ").bind(MOST);
    let usual = asked.whole("sla_hours").unwrap_or(24);
    let (mut all, mut names) = (Vec::new(), BTreeMap::new());
    for (response, campaign, name, policy, lead, responded_at, about, with) in
        tx.all::<Found>(sql).await?
    {
        let hours = policy.and_then(|policy| policy.0).map_or(usual, |policy| policy.within_hours);
        let contacted_at = [about, with].into_iter().flatten().min();
        let due_at = responded_at + TimeDelta::hours(hours);
        names.entry(campaign).or_insert(name);
        all.push(One { response, campaign, lead, responded_at, contacted_at, due_at });
    }
    Ok((all, names))
}

impl One {
    fn is_overdue(&self, at: DateTime<Utc>) -> bool {
        self.contacted_at.is_none() && self.due_at < at
    }
}

fn figures<'a>(of: impl Iterator<Item = &'a One> + Clone, at: DateTime<Utc>) -> LeadLatencyFigures {
    let contacted = of.clone().filter_map(|one| Some((one, one.contacted_at?)));
    let in_time = contacted.clone().filter(|(one, at)| *at <= one.due_at).count();
    let mut waits: Vec<i64> =
        contacted.map(|(one, at)| (at - one.responded_at).num_seconds()).collect();
    waits.sort_unstable();
    LeadLatencyFigures {
        prospects: count(of.clone().count()),
        contacted: count(waits.len()),
        in_time: count(in_time),
        overdue: count(of.filter(|one| one.is_overdue(at)).count()),
        median_hours: median_hours(&waits),
        p90_hours: p90_hours(&waits),
    }
}

/// How many have waited too long for a contact by now, of all campaigns.
///
/// # Errors
/// As the report.
pub(crate) async fn overdue_now(tx: &mut Tx, ctx: &Ctx) -> Result<i64> {
    let asked = ask(tx, ctx, &DEFINITION, &[]).await?;
    require_fields(ctx, &ACTIVITY, &FIELDS)?;
    let (all, _) = answered(tx, ctx, &asked).await?;
    Ok(count(all.iter().filter(|one| one.is_overdue(asked.as_of)).count()))
}

/// The fields of activities without which nothing can be told.
const FIELDS: [&str; 4] = ["status", "starts_at", "about_id", "party_id"];

impl Report for LeadLatency {
    type Row = LeadLatencyRow;
    type Totals = LeadLatencyTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &ACTIVITY, &FIELDS)?;
        let (all, names) = answered(tx, ctx, asked).await?;
        let at = asked.as_of;
        let mut groups: BTreeMap<Uuid, Vec<&One>> = BTreeMap::new();
        for one in &all {
            groups.entry(one.campaign).or_default().push(one);
        }
        let row = |(campaign_id, of): (Uuid, Vec<&One>)| LeadLatencyRow {
            campaign_id,
            campaign: names.get(&campaign_id).cloned().unwrap_or_default(),
            figures: figures(of.iter().copied(), at),
        };
        let rows = groups.into_iter().map(row).collect();
        let mut overdue: Vec<&One> = all.iter().filter(|one| one.is_overdue(at)).collect();
        overdue.sort_unstable_by_key(|one| (one.due_at, one.response));
        overdue.truncate(LISTED);
        let told = |one: &One| OverdueProspect {
            response_id: one.response,
            campaign_id: one.campaign,
            lead_id: one.lead,
            responded_at: one.responded_at,
            due_at: one.due_at,
        };
        let overdue_prospects = overdue.into_iter().map(told).collect();
        let totals = LeadLatencyTotals { figures: figures(all.iter(), at), overdue_prospects };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let at = DateTime::<Utc>::from_timestamp(1_767_225_600, 0).unwrap_or_default();
        let figures = LeadLatencyFigures {
            prospects: 12,
            contacted: 10,
            in_time: 8,
            overdue: 1,
            median_hours: Some("4.50".to_owned()),
            p90_hours: Some("26.00".to_owned()),
        };
        let overdue = OverdueProspect {
            response_id: example_id(),
            campaign_id: example_id(),
            lead_id: None,
            responded_at: at,
            due_at: at + TimeDelta::hours(24),
        };
        let row = LeadLatencyRow {
            campaign_id: example_id(),
            campaign: "春季推广".to_owned(),
            figures: figures.clone(),
        };
        let totals = LeadLatencyTotals { figures, overdue_prospects: vec![overdue] };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(waits: &[Option<i64>]) -> LeadLatencyFigures {
        let came = DateTime::<Utc>::from_timestamp(0, 0).unwrap();
        let one = |hours: &Option<i64>| One {
            response: Uuid::nil(),
            campaign: Uuid::nil(),
            lead: None,
            responded_at: came,
            contacted_at: hours.map(|hours| came + TimeDelta::hours(hours)),
            due_at: came + TimeDelta::hours(24),
        };
        let all: Vec<One> = waits.iter().map(one).collect();
        figures(all.iter(), came + TimeDelta::hours(25))
    }

    #[test]
    fn m_40_median_and_ninetieth_percentile_of_those_who_were_spoken_to() {
        let ten: Vec<Option<i64>> = (1..=10).map(Some).chain([None]).collect();
        let found = told(&ten);
        assert_eq!((found.prospects, found.contacted, found.overdue), (11, 10, 1));
        assert_eq!(found.median_hours.as_deref(), Some("5.50"));
        assert_eq!(found.p90_hours.as_deref(), Some("9.00"));
        let late = told(&[Some(24), Some(30), Some(1)]);
        assert_eq!((late.contacted, late.in_time, late.overdue), (3, 2, 0));
        assert_eq!(late.median_hours.as_deref(), Some("24.00"));
        assert_eq!(late.p90_hours.as_deref(), Some("30.00"));
        let nobody = told(&[None]);
        assert_eq!((nobody.median_hours, nobody.p90_hours), (None, None));
    }
}
