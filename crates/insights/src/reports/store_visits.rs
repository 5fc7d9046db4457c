//! How many of those to whom a notice was sent came to the shop in the days after it.

use super::prospects::{column, parameter};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape, report::reach,
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_customers::activities::ACTIVITY;
use guanxi_kernel::{Ctx, Result, problem::Texts, scalar::Type};
use guanxi_marketing::{
    rate::Rate,
    source_codes::{SOURCE_CODE, SourceCodeId},
    walk_ins::WALK_IN,
};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct StoreVisits;

/// Notices that are told of, the newest.
const MOST: i64 = 200;

/// Notices that one statement looks at.
const AT_ONCE: usize = 20;

/// A notice, and who came after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoreVisitRow {
    /// The source code under which it was sent.
    pub source_code_id: Uuid,
    /// What that is.
    pub source_code: String,
    /// The campaign of the code, if it has one.
    #[schema(required)]
    pub campaign_name: Option<String>,
    /// Customers to whom something was sent under it, each once.
    pub notified: i64,
    /// Those of them who came within the days after it was sent to them first.
    pub visited: i64,
    /// `visited` of `notified`.
    pub store_visit_rate: Rate,
}

/// All notices together. Somebody who got two counts for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoreVisitTotals {
    /// Customers to whom something was sent, once for each notice.
    pub notified: i64,
    /// Those who came.
    pub visited: i64,
    /// `visited` of `notified`.
    pub store_visit_rate: Rate,
}

static DEFINITION: Definition = Definition {
    name: "store-visits",
    version: 1,
    title: Texts { en: "Visits after notices", zh: "通知后到店率" },
    about: Texts {
        en: "How many of the customers to whom something was sent under a source code came to the shop within so many days \
             after it was sent to them first: as a reception that was done, or as a walk-in that names them, whoever may \
             see these. Somebody who got two notices counts for both. At most 200 notices, the newest source codes first; \
             codes under which nothing was sent to known customers are left out.",
        zh: "按源代码(每次通知)统计:收到通知的客户中,自首次发送起若干天内到店(已完成的接待,或登记了客户的到店客流)的比例;同一客户收到两次通知则各计一次,最多 200 个最新源代码。",
    },
    reads: &[&SOURCE_CODE, &ACTIVITY, &WALK_IN],
    needs: &["code", "campaign_id"],
    rests_on: &[],
    parameters: &[
        Parameter {
            default: Some("14"),
            ..parameter(
                "days",
                Takes::Whole(1, 366),
                Texts { en: "Within how many days.", zh: "通知后多少天内。" },
            )
        },
        parameter(
            "campaign_id",
            Takes::One(Type::Id),
            Texts { en: "Of this campaign only.", zh: "仅该市场活动。" },
        ),
    ],
    columns: &[
        column("source_code_id", "Source code", "源代码标识", What::Key),
        column("source_code", "Source code", "源代码", What::Label),
        column("campaign_name", "Campaign", "市场活动", What::Label),
        column("notified", "Notified", "通知人数", What::Count),
        column("visited", "Came", "到店人数", What::Count),
        column("store_visit_rate", "Store-visit rate", "到店率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["source_code"],
        values: &["notified", "visited"],
        otherwise: &[],
    },
};

/// Source codes with what they are and the names of their campaigns.
type Notice = (SourceCodeId, String, Option<String>);

async fn notices(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<Vec<Notice>> {
    let mut sql = Sql::new(
        "SELECT t.id, t.code, c.name FROM source_codes t
         LEFT JOIN campaigns c ON c.tenant_id = t.tenant_id AND c.id = t.campaign_id
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL",
    );
    if let Some(campaign) = asked.id("campaign_id") {
        sql.push(" AND t.campaign_id = ").bind(campaign);
    }
    sql.push(" AND ");
    scope::within(&mut sql, &SOURCE_CODE, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(" ORDER BY t.created_at DESC, t.id DESC LIMIT ").bind(MOST);
    tx.all(sql).await
}

/// How many customers were notified under each of these codes.
async fn notified(
    tx: &mut Tx,
    asked: &Asked,
    ids: &[SourceCodeId],
) -> Result<Vec<(SourceCodeId, i64)>> {
    let mut sql = Sql::new(
        "SELECT source_code_id, COUNT(DISTINCT party_id) FROM touches
         WHERE tenant_id = $1 AND kind = 'sent' AND party_id IS NOT NULL AND occurred_at <= ",
    );
    sql.bind(asked.as_of).push(" AND source_code_id IN ").bind_all(ids.iter().copied());
    sql.push(" GROUP BY source_code_id");
    tx.all(sql).await
}

/// When something was first sent to somebody under a code, and when they came next, received or by themselves.
type Came = (SourceCodeId, DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Those of the notified who came at any time after it.
async fn came(tx: &mut Tx, asked: &Asked, ids: &[SourceCodeId]) -> Result<Vec<Came>> {
    let mut sql = Sql::new(
        "SELECT x.source_code_id, x.sent_at, x.received_at, x.came_at FROM (
             SELECT n.source_code_id, n.sent_at,
                 (SELECT MIN(a.starts_at) FROM activities a
                  WHERE a.tenant_id = n.tenant_id AND a.party_id = n.party_id AND a.status = 'done'
                      AND a.kind = 'reception' AND a.deleted_at IS NULL
                      AND a.starts_at >= n.sent_at AND a.starts_at <= ",
    );
    sql.bind(asked.as_of).push(
        ") AS received_at,
                 (SELECT MIN(w.came_at) FROM walk_ins w
                  WHERE w.tenant_id = n.tenant_id AND w.party_id = n.party_id
                      AND w.deleted_at IS NULL AND w.came_at >= n.sent_at AND w.came_at <= ",
    );
    sql.bind(asked.as_of).push(
        ") AS came_at
             FROM (SELECT tenant_id, source_code_id, party_id, MIN(occurred_at) AS sent_at FROM touches
                 WHERE tenant_id = $1 AND kind = 'sent' AND party_id IS NOT NULL AND occurred_at <= ",
    );
    sql.bind(asked.as_of).push(" AND source_code_id IN ").bind_all(ids.iter().copied());
    sql.push(
        " GROUP BY tenant_id, source_code_id, party_id) n) x
         WHERE x.received_at IS NOT NULL OR x.came_at IS NOT NULL",
    );
    tx.all(sql).await
}

/// How many of those who came did so in time.
fn in_time(came: &[Came], within: TimeDelta) -> BTreeMap<SourceCodeId, i64> {
    let mut counts = BTreeMap::new();
    for (id, sent, received, walked) in came {
        let first = received.iter().chain(walked).min();
        if first.is_some_and(|first| *first <= *sent + within) {
            *counts.entry(*id).or_default() += 1;
        }
    }
    counts
}

fn totals(rows: &[StoreVisitRow]) -> StoreVisitTotals {
    let notified = rows.iter().map(|row| row.notified).sum();
    let visited = rows.iter().map(|row| row.visited).sum();
    StoreVisitTotals { notified, visited, store_visit_rate: Rate::new(visited, notified) }
}

impl Report for StoreVisits {
    type Row = StoreVisitRow;
    type Totals = StoreVisitTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let within = TimeDelta::days(asked.whole("days").unwrap_or(14));
        let notices = notices(tx, ctx, asked).await?;
        let (mut told, mut visits) = (BTreeMap::new(), BTreeMap::new());
        for some in notices.chunks(AT_ONCE) {
            let ids: Vec<SourceCodeId> = some.iter().map(|notice| notice.0).collect();
            told.extend(notified(tx, asked, &ids).await?);
            visits.extend(in_time(&came(tx, asked, &ids).await?, within));
        }
        let row = |(id, source_code, campaign_name): Notice| {
            let notified = *told.get(&id)?;
            let visited = visits.get(&id).copied().unwrap_or_default();
            Some(StoreVisitRow {
                source_code_id: id.uuid(),
                source_code,
                campaign_name,
                notified,
                visited,
                store_visit_rate: Rate::new(visited, notified),
            })
        };
        let rows: Vec<StoreVisitRow> = notices.into_iter().filter_map(row).collect();
        let totals = totals(&rows);
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let row = StoreVisitRow {
            source_code_id: Uuid::nil(),
            source_code: "DB02086".to_owned(),
            campaign_name: Some("爱车养护课堂".to_owned()),
            notified: 200,
            visited: 30,
            store_visit_rate: Rate::new(30, 200),
        };
        let rows = vec![row];
        let totals = totals(&rows);
        Made { rows, totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_43_who_comes_in_time_counts_once() {
        let sent = DateTime::UNIX_EPOCH;
        let after = |days| Some(sent + TimeDelta::days(days));
        let id = SourceCodeId::from(Uuid::nil());
        let came = [
            (id, sent, after(14), None),
            (id, sent, after(20), after(3)),
            (id, sent, after(15), after(40)),
            (id, sent, None, after(15)),
        ];
        assert_eq!(in_time(&came, TimeDelta::days(14)).get(&id), Some(&2));
        assert_eq!(in_time(&came, TimeDelta::days(15)).get(&id), Some(&4));
        assert!(in_time(&came[2..], TimeDelta::days(14)).is_empty());
    }
}
