//! The movements of contracts in the store, each by what it is grouped by. Nothing is decided here.

use super::{ContractResultsBy, DEFINITION};
use crate::{Asked, report::reach};
use chrono::NaiveDate;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Sql, Tx, scope};
use uuid::Uuid;

/// The first and the last day.
pub(super) type Span = (NaiveDate, NaiveDate);

/// Key, kind, currency, day of the rate, count, minor units.
pub(super) type Found = (Option<Uuid>, Option<String>, String, String, Option<NaiveDate>, i64, i64);

/// A movement of a contract that several campaigns have brought, and one of these: the contract, its
/// amendment, kind, currency, day, minor units, the campaign and its weight.
pub(super) type Shared = (Uuid, i64, String, String, NaiveDate, i64, Uuid, i64);

/// The campaigns that a contract comes from in part.
const IN_PART: &str =
    " JOIN campaign_links l ON l.tenant_id = m.tenant_id AND l.subject_type = 'contract'
             AND l.subject_id = m.contract_id AND l.weight > 0 AND l.weight < 10000";

impl ContractResultsBy {
    /// What is selected for it; both stores write a day alike.
    fn selected(self) -> &'static str {
        match self {
            Self::Owner => "m.owner_id AS who, CAST(NULL AS TEXT) AS month",
            Self::Unit => {
                "(SELECT u.org_unit_id FROM users u WHERE u.tenant_id = m.tenant_id AND u.id = m.owner_id) AS who, \
                 CAST(NULL AS TEXT) AS month"
            }
            Self::Team => "g.team_id AS who, CAST(NULL AS TEXT) AS month",
            Self::Campaign => {
                "(SELECT l.campaign_id FROM campaign_links l WHERE l.tenant_id = m.tenant_id \
                     AND l.subject_type = 'contract' AND l.subject_id = m.contract_id AND l.weight = 10000 \
                     ORDER BY l.place LIMIT 1) AS who, \
                 CAST(NULL AS TEXT) AS month"
            }
            Self::Party => "m.party_id AS who, CAST(NULL AS TEXT) AS month",
            Self::Month => {
                "CAST(NULL AS UUID) AS who, substr(CAST(m.moved_on AS TEXT), 1, 7) AS month"
            }
        }
    }

    /// What is joined for it.
    fn joined(self) -> &'static str {
        match self {
            Self::Team => {
                " LEFT JOIN team_members g ON g.tenant_id = m.tenant_id AND g.user_id = m.owner_id"
            }
            _ => "",
        }
    }
}

/// Adds the movements `m` of a period that the caller may see, as they were known, with what is joined to them.
fn moved(sql: &mut Sql, ctx: &Ctx, asked: &Asked, joined: &'static str, (from, to): Span) {
    sql.push(
        " FROM contract_movements m
         JOIN contracts t ON t.tenant_id = m.tenant_id AND t.id = m.contract_id",
    );
    sql.push(joined).push(" WHERE m.tenant_id = $1 AND m.moved_on >= ").bind(from);
    sql.push(" AND m.moved_on <= ").bind(to).push(" AND m.recorded_at <= ").bind(asked.known_at);
    sql.push(" AND ");
    scope::covers(sql, "t.owner_id", &reach(ctx, &DEFINITION), ctx.actor.user);
}

/// The movements of a period; by campaign without those of contracts that several have brought. Where nothing is
/// converted the day of the rate does not matter.
pub(super) async fn of_period(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    by: ContractResultsBy,
    span: Span,
) -> Result<Vec<Found>> {
    let own = asked.exchange.currency();
    let mut sql = Sql::new("SELECT x.who, x.month, x.kind, x.currency, x.rate_on, COUNT(*), ");
    sql.push("CAST(SUM(x.net_minor) AS BIGINT) FROM (SELECT ").push(by.selected());
    sql.push(", m.kind, m.currency, m.net_minor, CASE WHEN m.currency <> ").bind(own);
    sql.push(" THEN m.moved_on END AS rate_on");
    moved(&mut sql, ctx, asked, by.joined(), span);
    if by == ContractResultsBy::Campaign {
        sql.push(
            " AND NOT EXISTS (SELECT 1 FROM campaign_links l WHERE l.tenant_id = m.tenant_id
                 AND l.subject_type = 'contract' AND l.subject_id = m.contract_id
                 AND l.weight > 0 AND l.weight < 10000)",
        );
    }
    sql.push(") x GROUP BY x.who, x.month, x.kind, x.currency, x.rate_on");
    tx.all(sql).await
}

/// Those of contracts that several campaigns have brought, campaign by campaign.
pub(super) async fn shared(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    span: Span,
) -> Result<Vec<Shared>> {
    let mut sql = Sql::new(
        "SELECT m.contract_id, m.amendment, m.kind, m.currency, m.moved_on, m.net_minor, l.campaign_id,
             l.weight",
    );
    moved(&mut sql, ctx, asked, IN_PART, span);
    sql.push(" ORDER BY m.contract_id, m.kind, m.amendment, l.place");
    tx.all(sql).await
}
