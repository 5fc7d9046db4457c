//! What a campaign has changed in its customers, against those whom its experiment left alone.
//!
//! Customers are compared as they were assigned, whatever became of them afterwards: whoever was to be addressed counts
//! as treated, so that what is told is not of those alone who could be reached. Price: who was never written to makes
//! the difference smaller.
//!
//! | file | holds |
//! | --- | --- |
//! | `sums.rs` | what the customers of a group come to together, and what two groups differ in, without a store |

mod sums;

use self::sums::{Bought, Sums, difference, uplift};
use super::{
    prospects::{column, example_id},
    purchases,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, asked::bad, definition::Shape,
    exchange::rounded_major, report::reach, target_lists::Counted,
};
use chrono::{Days, NaiveDate};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{orders::ORDER, parties::PARTY};
use guanxi_kernel::{
    Ctx, Currency, Money, Result, Word as _,
    problem::{NOT_FOUND, Texts, UNKNOWN_REFERENCE},
    ratio::Ratio,
    scalar::Type,
};
use guanxi_marketing::{
    campaigns::{CAMPAIGN, Campaign, CampaignPurpose, growth_over_control},
    experiments::{EXPERIMENT, Experiment},
    rate::Rate,
};
use guanxi_sales::leads::LEAD;
use guanxi_storage::{Sql, Tx, resource, scope};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CampaignEffect;

guanxi_kernel::words! {
    /// Customers that are compared.
    pub enum EffectGroup {
        /// Whom the campaign is for.
        Treated = "treated" ("Treated", "触达组"),
        /// Whom its experiment leaves alone.
        HoldOut = "hold_out" ("Hold-out", "对照组"),
    }
}

/// What the customers of a group have bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignEffectRow {
    /// The group.
    pub group: EffectGroup,
    /// What it is called.
    pub group_name: &'static str,
    /// How many customers.
    pub customers: i64,
    /// Of them: who had bought in the time before.
    pub active_before: i64,
    /// Of those: who has bought in the time too.
    pub retained: i64,
    /// `retained` of `active_before`.
    pub retention: Rate,
    /// Customers who have bought in the time.
    pub buyers: i64,
    /// Of them: who has bought more than once.
    pub repeaters: i64,
    /// `repeaters` of `buyers`.
    pub repeat_rate: Rate,
    /// What was bought before, in a time of the same length, less what came back.
    pub amount_before: Money,
    /// What was bought in the time, less what came back.
    pub amount: Money,
    /// `amount` by `amount_before`.
    pub change: Ratio,
    /// `amount` for each customer of the group; `null` of nobody.
    #[schema(required)]
    pub amount_per_customer: Option<Money>,
}

/// What the groups differ in, and what came of the campaign besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignEffectTotals {
    /// The campaign.
    pub campaign_id: Uuid,
    /// What it is to do with customers.
    #[schema(required)]
    pub purpose: Option<CampaignPurpose>,
    /// The first day of the time.
    pub from: NaiveDate,
    /// The last day of it.
    pub until: NaiveDate,
    /// The first day of the time before that amounts are compared with.
    pub before_from: NaiveDate,
    /// Leads that came from the campaign.
    pub leads: i64,
    /// Of them: of nobody who had bought before the campaign began.
    pub new_prospects: i64,
    /// Retention of the treated less that of the hold-out, with four decimals.
    #[schema(required, value_type = Option<String>, pattern = r"^-?[0-9]+\.[0-9]{4}$")]
    pub retention_difference: Option<String>,
    /// The same of the repeat rates.
    #[schema(required, value_type = Option<String>, pattern = r"^-?[0-9]+\.[0-9]{4}$")]
    pub repeat_difference: Option<String>,
    /// The amount per customer of the treated less that of the hold-out.
    #[schema(required)]
    pub incremental_per_customer: Option<Money>,
    /// The same for all who were treated.
    #[schema(required)]
    pub incremental: Option<Money>,
    /// The amount per customer of the treated more than that of the hold-out, by the latter; both figures times the
    /// customers of the other group. Without a value where the hold-out has bought nothing.
    pub uplift: Ratio,
    /// (After by before − 1) of the treated less the same of the hold-out, with four decimals.
    #[schema(required, value_type = Option<String>, pattern = r"^-?[0-9]+\.[0-9]{4}$")]
    pub lift: Option<String>,
}

static DEFINITION: Definition = Definition {
    name: "campaign-effect",
    version: 2,
    title: Texts { en: "Effect of a campaign", zh: "市场活动效果" },
    about: Texts {
        en: "What the customers of a campaign have bought from its first day to its last, against those whom its \
             experiment left alone: the control is the hold-out, all other arms are treated. Without an experiment the \
             members are the treated, and nobody is held out. Retention is who had bought in the `active_days` before \
             and has bought in the time, of those who had; the repeat rate is who has bought more than once in the time, \
             of those who have bought. Amounts are compared with the time of the same length before. What is incremental \
             is the amount per customer of the treated less that of the hold-out, and that times the number of the \
             treated; the uplift is that difference by the amount per customer of the hold-out; the lift is the growth of \
             the one less that of the other. New prospects are leads of the campaign but for those of parties that had bought before it began, whoever holds them. Groups are narrowed to customers \
             whom you may see. Purchases are those of the report `rfm`.",
        zh: "比较市场活动期间触达组与对照组(对照试验的对照分组)客户的保有率、复购率、购买金额与人均金额:增量 = 触达组人均 − 对照组人均,增幅 = 增量 ÷ 对照组人均,提升 = 触达组增长 − 对照组增长;新意向客户为活动带来的、此前未购买过的意向客户。购买口径同 rfm 报表。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT, &CAMPAIGN, &EXPERIMENT, &LEAD],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "campaign_id",
            takes: Takes::One(Type::Id),
            default: None,
            required: true,
            field: None,
            about: Texts { en: "The campaign.", zh: "市场活动。" },
        },
        Parameter {
            name: "active_days",
            takes: Takes::Whole(1, 3_660),
            default: Some("365"),
            required: false,
            field: None,
            about: Texts {
                en: "Within how many days before the campaign somebody must have bought to be retained.",
                zh: "活动前多少天内购买过的客户计入保有率。",
            },
        },
    ],
    columns: &[
        column("group", "Group", "分组", What::Key),
        column("group_name", "Group", "分组", What::Label),
        column("customers", "Customers", "客户数", What::Count),
        column("active_before", "Active before", "此前活跃", What::Count),
        column("retained", "Retained", "保有", What::Count),
        column("retention", "Retention", "保有率", What::Ratio),
        column("buyers", "Buyers", "购买客户数", What::Count),
        column("repeaters", "Repeat buyers", "复购客户数", What::Count),
        column("repeat_rate", "Repeat rate", "复购率", What::Ratio),
        column("amount_before", "Amount before", "此前金额", What::Money),
        column("amount", "Amount", "金额", What::Money),
        column("change", "After by before", "前后比", What::Ratio),
        column("amount_per_customer", "Amount per customer", "人均金额", What::Money),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["group_name"],
        values: &["amount_per_customer"],
        otherwise: &[],
    },
};

/// The time that is told of.
#[derive(Debug, Clone, Copy)]
struct Time {
    from: NaiveDate,
    until: NaiveDate,
    before_from: NaiveDate,
    active_from: NaiveDate,
}

impl Time {
    fn of(campaign: &Campaign, asked: &Asked) -> Self {
        // What happened later was not known on the day of the report.
        let by_then = |day: &NaiveDate| *day <= asked.today;
        let from = campaign.started_on.filter(by_then).unwrap_or(campaign.input.starts_on);
        let end = campaign.finished_on.filter(by_then).unwrap_or(campaign.input.ends_on);
        let until = end.min(asked.today).max(from);
        let ago = |days: i64| {
            let days = u64::try_from(days).unwrap_or(0);
            from.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
        };
        let active_days = asked.whole("active_days").unwrap_or(365);
        let before_from = ago((until - from).num_days() + 1);
        Self { from, until, before_from, active_from: ago(active_days) }
    }

    /// The day before the first.
    fn eve(&self) -> NaiveDate {
        self.from.pred_opt().unwrap_or(self.from)
    }
}

/// A campaign with the customers of its groups, and what each has bought.
struct Told {
    campaign: Campaign,
    time: Time,
    customers: BTreeMap<Uuid, (EffectGroup, Bought)>,
}

async fn told(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Told> {
    let gone = || bad(UNKNOWN_REFERENCE.parameter("campaign_id"));
    let id = asked.id("campaign_id").ok_or_else(gone)?;
    let campaign: Campaign = resource::load(tx, ctx, id)
        .await
        .map_err(|problem| if problem.is(&NOT_FOUND) { gone() } else { problem })?;
    let time = Time::of(&campaign, asked);
    let groups = groups(tx, ctx, asked, &campaign).await?;
    let mut customers: BTreeMap<Uuid, (EffectGroup, Bought)> =
        groups.into_iter().map(|(id, group)| (id, (group, Bought::default()))).collect();
    let during = (Some(time.from), Some(time.until));
    for buyer in purchases::everybody(tx, ctx, &DEFINITION, asked, during).await? {
        if let Some((_, one)) = customers.get_mut(&buyer.id) {
            (one.purchases, one.amount) = (buyer.purchases, buyer.left());
        }
    }
    let before = (Some(time.before_from), Some(time.eve()));
    for buyer in purchases::everybody(tx, ctx, &DEFINITION, asked, before).await? {
        if let Some((_, one)) = customers.get_mut(&buyer.id) {
            one.before = buyer.left();
        }
    }
    let active = (Some(time.active_from), Some(time.eve()));
    for buyer in purchases::buyers(tx, ctx, &DEFINITION, asked, active).await? {
        if let Some((_, one)) = customers.get_mut(&buyer.id) {
            one.was_active = true;
        }
    }
    Ok(Told { campaign, time, customers })
}

/// The customers of each group, of those that the caller may see.
async fn groups(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    campaign: &Campaign,
) -> Result<BTreeMap<Uuid, EffectGroup>> {
    let mut sql = Sql::new("SELECT DISTINCT p.id, ");
    match campaign.input.experiment_id {
        Some(id) => {
            let experiment: Experiment =
                resource::get_even_deleted(tx, &ctx.on_behalf(), id.uuid()).await?.record;
            sql.push("CAST(CASE WHEN m.arm = ").bind(experiment.control());
            sql.push(
                " THEN 1 ELSE 0 END AS BIGINT) FROM experiment_assignments m
                     JOIN parties p ON p.tenant_id = m.tenant_id AND p.id = m.party_id
                     WHERE m.tenant_id = $1 AND m.experiment_id = ",
            );
            sql.bind(id);
            // Before a merge was known it was the merged one who took part.
            sql.push(
                " AND (m.brought_by IS NULL OR EXISTS (SELECT 1 FROM merges g
                     WHERE g.tenant_id = m.tenant_id AND g.id = m.brought_by AND g.created_at <= ",
            );
            sql.bind(asked.known_at).push("))");
            for instant in [asked.as_of, asked.known_at] {
                sql.push(" AND m.assigned_at <= ").bind(instant);
            }
        }
        None => {
            sql.push(
                "CAST(0 AS BIGINT) FROM campaign_members m
                     JOIN parties p ON p.tenant_id = m.tenant_id AND p.id = m.party_id
                     WHERE m.tenant_id = $1 AND m.campaign_id = ",
            );
            sql.bind(campaign.meta.id);
            for instant in [asked.as_of, asked.known_at] {
                sql.push(" AND m.created_at <= ").bind(instant);
            }
            sql.push(" AND (m.deleted_at IS NULL OR m.deleted_at > ").bind(asked.known_at);
            sql.push(")");
        }
    }
    sql.push(" AND p.tenant_id = $1 AND (p.deleted_at IS NULL OR p.deleted_at > ");
    sql.bind(asked.known_at).push(") AND ");
    scope::covers(&mut sql, "p.owner_id", &reach(ctx, &DEFINITION), ctx.actor.user);
    let group = |(id, held_out): (Uuid, i64)| {
        (id, if held_out == 1 { EffectGroup::HoldOut } else { EffectGroup::Treated })
    };
    Ok(tx.all::<(Uuid, i64)>(sql).await?.into_iter().map(group).collect())
}

/// How many leads came from a campaign, and how many of them are of nobody who had bought before it began.
async fn leads(
    tx: &mut Tx,
    asked: &Asked,
    campaign: &Campaign,
    from: NaiveDate,
) -> Result<(i64, i64)> {
    let was_known = |sql: &mut Sql| {
        sql.push(" AND t.created_at <= ").bind(asked.known_at);
        sql.push(" AND (t.deleted_at IS NULL OR t.deleted_at > ").bind(asked.known_at).push(")");
    };
    let mut sql = Sql::new(
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN
             EXISTS (SELECT 1 FROM orders t WHERE t.tenant_id = l.tenant_id AND t.party_id = l.party_id
                 AND t.bought_steps > 0 AND t.placed_on < ",
    );
    sql.bind(from);
    was_known(&mut sql);
    sql.push(
        ") OR EXISTS (SELECT 1 FROM contracts t WHERE t.tenant_id = l.tenant_id
                 AND t.party_id = l.party_id AND t.net_minor > 0
                 AND t.stage <> 'cancelled' AND t.signed_on < ",
    );
    sql.bind(from);
    was_known(&mut sql);
    sql.push(
        ") THEN 0 ELSE 1 END), 0) AS BIGINT) FROM leads l WHERE l.tenant_id = $1 AND l.campaign_id = ",
    );
    sql.bind(campaign.meta.id);
    for instant in [asked.as_of, asked.known_at] {
        sql.push(" AND l.created_at <= ").bind(instant);
    }
    sql.push(" AND (l.deleted_at IS NULL OR l.deleted_at > ").bind(asked.known_at).push(")");
    Ok(tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default())
}

fn row(ctx: &Ctx, asked: &Asked, group: EffectGroup, sums: &Sums) -> Result<CampaignEffectRow> {
    let (before, after) = sums.amounts();
    let currency = asked.exchange.currency();
    Ok(CampaignEffectRow {
        group,
        group_name: group.label(ctx.language),
        customers: sums.customers,
        active_before: sums.active,
        retained: sums.retained,
        retention: sums.retention(),
        buyers: sums.buyers,
        repeaters: sums.repeaters,
        repeat_rate: sums.repeat_rate(),
        amount_before: purchases::money(asked, sums.before)?,
        amount: purchases::money(asked, sums.amount)?,
        change: Ratio::new(after, before),
        amount_per_customer: sums
            .per_customer()
            .map(|one| rounded_major(one, currency))
            .transpose()?,
    })
}

impl Report for CampaignEffect {
    type Row = CampaignEffectRow;
    type Totals = CampaignEffectTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let Told { campaign, time, customers } = told(tx, ctx, asked).await?;
        let of = |group: EffectGroup| {
            Sums::of(customers.values().filter(|(own, _)| *own == group).map(|(_, one)| one))
        };
        let (treated, hold_out) = (of(EffectGroup::Treated), of(EffectGroup::HoldOut));
        let (leads, new_prospects) = leads(tx, asked, &campaign, time.from).await?;
        let gained = treated.per_customer().zip(hold_out.per_customer());
        let gained = gained.and_then(|(one, other)| one.checked_sub(other));
        // From the sums, so that nothing is lost by a mean that goes on for ever.
        let whole = hold_out.per_customer().and_then(|other| {
            treated.amounts().1.checked_sub(other.checked_mul(Decimal::from(treated.customers))?)
        });
        let currency = asked.exchange.currency();
        let told =
            |major: Option<Decimal>| major.map(|major| rounded_major(major, currency)).transpose();
        let totals = CampaignEffectTotals {
            campaign_id: campaign.meta.id.uuid(),
            purpose: campaign.input.purpose,
            from: time.from,
            until: time.until,
            before_from: time.before_from,
            leads,
            new_prospects,
            retention_difference: difference(treated.retention(), hold_out.retention()),
            repeat_difference: difference(treated.repeat_rate(), hold_out.repeat_rate()),
            incremental_per_customer: told(gained)?,
            incremental: told(whole.filter(|_| treated.customers > 0))?,
            uplift: uplift(&treated, &hold_out),
            lift: growth_over_control(treated.amounts(), hold_out.amounts()),
        };
        let rows = vec![
            row(ctx, asked, EffectGroup::Treated, &treated)?,
            row(ctx, asked, EffectGroup::HoldOut, &hold_out)?,
        ];
        Ok(Made { rows, totals })
    }

    async fn counted(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Option<Vec<Counted>>> {
        let record = |(id, (group, one)): (Uuid, (EffectGroup, Bought))| Counted {
            party: Some(id),
            row: vec![("group", group.to_string())],
            columns: one.columns(),
        };
        Ok(Some(told(tx, ctx, asked).await?.customers.into_iter().map(record).collect()))
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default();
        let row = CampaignEffectRow {
            group: EffectGroup::Treated,
            group_name: EffectGroup::Treated.label(guanxi_kernel::Language::Zh),
            customers: 90,
            active_before: 60,
            retained: 45,
            retention: Rate::new(45, 60),
            buyers: 50,
            repeaters: 20,
            repeat_rate: Rate::new(20, 50),
            amount_before: yuan(10_000_000),
            amount: yuan(13_000_000),
            change: Ratio::new(130_000, 100_000),
            amount_per_customer: Some(yuan(144_444)),
        };
        let totals = CampaignEffectTotals {
            campaign_id: example_id(),
            purpose: Some(CampaignPurpose::Repurchase),
            from: day(4, 1),
            until: day(6, 30),
            before_from: day(1, 1),
            leads: 12,
            new_prospects: 9,
            retention_difference: Some("0.1500".to_owned()),
            repeat_difference: Some("0.0500".to_owned()),
            incremental_per_customer: Some(yuan(24_444)),
            incremental: Some(yuan(2_200_000)),
            uplift: Ratio::new(22_000, 108_000),
            lift: Some("0.2000".to_owned()),
        };
        Made { rows: vec![row], totals }
    }
}
