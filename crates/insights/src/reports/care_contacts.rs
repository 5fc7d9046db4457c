//! How many care contacts were made in each stage and by whom, for which purpose, and what came of them.

use super::{
    prospects::{column, example_id, parameter, people},
    satisfaction_gaps::USUAL,
};
use crate::{
    Asked, Definition, Made, Plot, Report, Takes, What, definition::Shape, labels::labels,
    report::reach,
};
use chrono::Days;
use guanxi_customers::{care_contacts::CARE_CONTACT, care_plans::CARE_PLAN};
use guanxi_kernel::{
    Ctx, Result, period::start_of_day, problem::Texts, ratio::Ratio, scalar::Type,
};
use guanxi_marketing::rate::Rate;
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CareContacts;

/// The contacts that somebody has made in a stage.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CareContactRow {
    /// The care plan of the stage; `null` for contacts in none.
    #[schema(required)]
    pub care_plan_id: Option<Uuid>,
    /// What the stage is called; `null` for whoever may not see it.
    #[schema(required)]
    pub care_plan: Option<String>,
    /// Who has made them; `null` for those of nobody.
    #[schema(required)]
    pub owner_id: Option<Uuid>,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub owner: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: CareFigures,
}

/// How many contacts there were, and what came of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CareFigures {
    /// How many contacts were tried.
    pub contacts: i64,
    /// How many of them were for care.
    pub care: i64,
    /// How many were invitations.
    pub invitations: i64,
    /// `care` of `contacts`.
    pub care_share: Ratio,
    /// How often they were tried.
    pub attempts: i64,
    /// How many of them have reached somebody who has understood.
    pub understood: i64,
    /// `understood` of `attempts`.
    pub effective_rate: Rate,
    /// The mean of how content customers were, from 1 to 5.
    pub satisfaction: Ratio,
    /// In how many invitations a slot was accepted.
    pub accepted: i64,
    /// How many of these have come.
    pub shows: i64,
    /// How many have not.
    pub no_shows: i64,
    /// `shows` of `shows` and `no_shows`.
    pub show_rate: Rate,
    /// How many of those who have come have a repair order.
    pub repair_orders: i64,
    /// `repair_orders` of `shows`.
    pub repair_rate: Rate,
}

static DEFINITION: Definition = Definition {
    name: "care-contacts",
    version: 1,
    title: Texts { en: "Care contacts", zh: "维系联系" },
    about: Texts {
        en: "Care contacts that were tried last on the days of a time, by the stage of the asset and by who makes \
             them: how many are for care and how many are invitations, how often they were tried and in how many \
             somebody was reached and has understood, how content customers were, and how many of those who are \
             invited have accepted a slot, have come or not, and have a repair order. A contact whose task was \
             closed without a code counts as tried once. Contacts are told as they are now; those in no stage \
             have no plan.",
        zh: "统计期内最近一次联系的维系记录,按保有阶段(维系计划)与负责人统计:关怀与招揽数及占比、联系次数与有效沟通率(已联系并理解 ÷ 联系次数)、满意度,以及招揽的预约、到店、爽约与转维修工单数。未填结果而直接完成待办者计一次联系。",
    },
    reads: &[&CARE_CONTACT],
    needs: &[
        "owner_id",
        "purpose",
        "care_plan_id",
        "attempts",
        "result",
        "satisfaction",
        "contacted_at",
        "accepted_slot",
        "showed",
        "repair_order",
    ],
    rests_on: &[],
    parameters: &[
        parameter(
            "from",
            Takes::One(Type::Date),
            Texts { en: "The first day; 364 days before the last when absent.", zh: "首日。" },
        ),
        parameter(
            "to",
            Takes::One(Type::Date),
            Texts { en: "The last day; that of `as_of` when absent.", zh: "末日。" },
        ),
    ],
    columns: &[
        column("care_plan_id", "Plan id", "维系计划标识", What::Key),
        column("care_plan", "Stage", "保有阶段", What::Label),
        column("owner_id", "Owner id", "负责人标识", What::Key),
        column("owner", "Owner", "负责人", What::Label),
        column("contacts", "Contacts", "联系数", What::Count),
        column("care", "Care", "关怀数", What::Count),
        column("invitations", "Invitations", "招揽数", What::Count),
        column("care_share", "Share of care", "关怀占比", What::Ratio),
        column("attempts", "Attempts", "联系次数", What::Count),
        column("understood", "Reached and understood", "有效沟通数", What::Count),
        column("effective_rate", "Effective contacts", "有效沟通率", What::Ratio),
        column("satisfaction", "Satisfaction", "满意度", What::Ratio),
        column("accepted", "Slots accepted", "预约数", What::Count),
        column("shows", "Shows", "到店数", What::Count),
        column("no_shows", "No-shows", "爽约数", What::Count),
        column("show_rate", "Show rate", "到店率", What::Ratio),
        column("repair_orders", "Repair orders", "维修工单数", What::Count),
        column("repair_rate", "Conversion to repair order", "转工单率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["care_plan", "owner"],
        values: &["care", "invitations"],
        otherwise: &[],
    },
};

/// Sums over contacts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sums {
    contacts: i64,
    care: i64,
    attempts: i64,
    understood: i64,
    rated: i64,
    ratings: i64,
    accepted: i64,
    shows: i64,
    no_shows: i64,
    repair_orders: i64,
}

impl Sums {
    fn and(self, other: &Self) -> Self {
        Self {
            contacts: self.contacts + other.contacts,
            care: self.care + other.care,
            attempts: self.attempts + other.attempts,
            understood: self.understood + other.understood,
            rated: self.rated + other.rated,
            ratings: self.ratings + other.ratings,
            accepted: self.accepted + other.accepted,
            shows: self.shows + other.shows,
            no_shows: self.no_shows + other.no_shows,
            repair_orders: self.repair_orders + other.repair_orders,
        }
    }

    fn figures(self) -> CareFigures {
        CareFigures {
            contacts: self.contacts,
            care: self.care,
            invitations: self.contacts - self.care,
            care_share: Ratio::new(self.care, self.contacts),
            attempts: self.attempts,
            understood: self.understood,
            effective_rate: Rate::new(self.understood, self.attempts),
            satisfaction: Ratio::new(self.ratings, self.rated),
            accepted: self.accepted,
            shows: self.shows,
            no_shows: self.no_shows,
            show_rate: Rate::new(self.shows, self.shows + self.no_shows),
            repair_orders: self.repair_orders,
            repair_rate: Rate::new(self.repair_orders, self.shows),
        }
    }
}

/// Whose contacts in which stage, and what they sum up to.
type Group = ((Option<Uuid>, Option<Uuid>), Sums);

async fn groups(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<Group>> {
    type Found =
        (Option<Uuid>, Option<Uuid>, i64, i64, i64, i64, i64, Option<i64>, i64, i64, i64, i64);
    let ((from, to), zone) = (asked.days(USUAL)?, ctx.settings.time_zone);
    let end = to.checked_add_days(Days::new(1)).unwrap_or(to);
    let mut sql = Sql::new(
        "SELECT t.care_plan_id, t.owner_id, COUNT(*), COUNT(CASE WHEN t.purpose = 'care' THEN 1 END),
             CAST(SUM(t.attempts) AS BIGINT), COUNT(CASE WHEN t.result = 'understood' THEN 1 END),
             COUNT(t.satisfaction), CAST(SUM(t.satisfaction) AS BIGINT), COUNT(t.accepted_slot),
             COUNT(CASE WHEN t.showed = TRUE THEN 1 END), COUNT(CASE WHEN t.showed = FALSE THEN 1 END),
             COUNT(t.repair_order)
         FROM care_contacts t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.contacted_at >= ",
    );
    sql.bind(start_of_day(from, zone)).push(" AND t.contacted_at < ");
    sql.bind(start_of_day(end, zone)).push(" AND t.contacted_at <= ").bind(asked.as_of);
    sql.push(" AND ");
    scope::within(&mut sql, &CARE_CONTACT, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(" GROUP BY t.care_plan_id, t.owner_id");
    let group = |found: Found| {
        let (plan, owner, contacts, care, attempts, understood, rated, ratings, ..) = found;
        let (.., accepted, shows, no_shows, repair_orders) = found;
        let ratings = ratings.unwrap_or_default();
        let sums = Sums {
            contacts,
            care,
            attempts,
            understood,
            rated,
            ratings,
            accepted,
            shows,
            no_shows,
            repair_orders,
        };
        ((plan, owner), sums)
    };
    let mut groups: Vec<Group> = tx.all::<Found>(sql).await?.into_iter().map(group).collect();
    groups.sort_unstable_by_key(|(key, _)| *key);
    Ok(groups)
}

impl Report for CareContacts {
    type Row = CareContactRow;
    type Totals = CareFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let groups = groups(tx, ctx, asked).await?;
        let owners: Vec<Uuid> = groups.iter().filter_map(|((_, owner), _)| *owner).collect();
        let plans: Vec<Uuid> = groups.iter().filter_map(|((plan, _), _)| *plan).collect();
        let owners = people(tx, ctx, asked, owners).await?;
        let plans = labels(tx, ctx, asked, &CARE_PLAN, plans).await?;
        let whole = groups.iter().fold(Sums::default(), |whole, (_, sums)| whole.and(sums));
        let row = |((care_plan_id, owner_id), sums): Group| CareContactRow {
            care_plan_id,
            care_plan: care_plan_id.and_then(|id| plans.get(&id).cloned()),
            owner_id,
            owner: owner_id.and_then(|id| owners.get(&id).cloned()),
            figures: sums.figures(),
        };
        let rows = groups.into_iter().map(row).collect();
        Ok(Made { rows, totals: whole.figures() })
    }

    fn example() -> Made<Self> {
        let figures = sample().figures();
        let row = CareContactRow {
            care_plan_id: Some(example_id()),
            care_plan: Some("新车磨合期".to_owned()),
            owner_id: Some(example_id()),
            owner: Some("陈静".to_owned()),
            figures,
        };
        Made { rows: vec![row], totals: figures }
    }
}

/// What may come of ten contacts.
fn sample() -> Sums {
    Sums {
        contacts: 10,
        care: 6,
        attempts: 16,
        understood: 8,
        rated: 4,
        ratings: 18,
        accepted: 3,
        shows: 2,
        no_shows: 1,
        repair_orders: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_37_d_56_d_74_rates_are_of_their_own_whole() {
        let figures = sample().figures();
        let value = |ratio: Ratio| ratio.value().map(|value| format!("{value:.4}"));
        assert_eq!(value(figures.care_share).as_deref(), Some("0.6000"));
        assert_eq!(figures.invitations, 4);
        assert_eq!(value(figures.effective_rate.ratio()).as_deref(), Some("0.5000"));
        assert_eq!(value(figures.satisfaction).as_deref(), Some("4.5000"));
        assert_eq!(value(figures.show_rate.ratio()).as_deref(), Some("0.6667"));
        assert_eq!(value(figures.repair_rate.ratio()).as_deref(), Some("0.5000"));
        assert_eq!(Sums::default().figures().care_share.value(), None);
        assert_eq!(sample().and(&sample()).attempts, 32);
    }
}
