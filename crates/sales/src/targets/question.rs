//! What counts, as SQL: the opportunities that were won in a window of business days, or the receipts of
//! one.
//!
//! Receipts lie in tables of the crate of contracts. They are never changed, so what was paid by an
//! instant is what was entered until then with a day that had come.

use super::{
    actuals::{Moment, Scope},
    model::TargetMetric,
};
use guanxi_kernel::period::DateRange;
use guanxi_storage::Sql;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Users that a statement names; of more it reads all.
const MOST_USERS: usize = 500;

/// Whether somebody shares what an opportunity brings.
pub(super) const SHARED: &str = "EXISTS (SELECT 1 FROM opportunity_people y WHERE y.tenant_id = o.tenant_id AND y.record_id = o.id)";

/// What is asked for. The opportunity is `o`, its party `p`.
pub(super) struct Question<'a> {
    pub(super) scope: &'a Scope,
    pub(super) window: DateRange,
    pub(super) moment: &'a Moment,
}

impl Question<'_> {
    fn margin(&self) -> bool {
        self.scope.metric == TargetMetric::Margin
    }

    fn receipts(&self) -> bool {
        self.scope.metric == TargetMetric::Receipts
    }

    /// What is counted.
    pub(super) fn id(&self) -> &'static str {
        if self.receipts() { "r.id" } else { "o.id" }
    }

    /// Whose it is.
    pub(super) fn owner(&self) -> &'static str {
        match (self.receipts(), self.moment.live) {
            (true, _) => "r.rep_id",
            (false, true) => "o.owner_id",
            (false, false) => "s.owner_id",
        }
    }

    /// Who buys.
    pub(super) fn party(&self) -> &'static str {
        if self.receipts() { "r.party_id" } else { "o.party_id" }
    }

    /// The day on which it counts.
    pub(super) fn day(&self) -> &'static str {
        if self.receipts() { "r.received_on" } else { "o.closed_on" }
    }

    /// What it brings.
    pub(super) fn minor(&self) -> &'static str {
        match (self.scope.metric, self.moment.live) {
            (TargetMetric::Receipts, _) => {
                "CASE WHEN r.kind = 'refund' THEN -r.amount_minor ELSE r.amount_minor END"
            }
            (TargetMetric::Margin, _) => "q.margin_minor",
            (_, true) => "o.amount_minor",
            (_, false) => "s.amount_minor",
        }
    }

    /// In which currency.
    pub(super) fn currency(&self) -> &'static str {
        match (self.scope.metric, self.moment.live) {
            (TargetMetric::Receipts, _) => "r.amount_currency",
            (TargetMetric::Margin, _) => "q.margin_currency",
            (_, true) => "o.amount_currency",
            (_, false) => "s.amount_currency",
        }
    }

    /// Adds where it stands and what narrows it.
    pub(super) fn from(&self, sql: &mut Sql) {
        match self.receipts() {
            true => self.among_receipts(sql),
            false => self.among_opportunities(sql),
        }
        if let Some(product) = self.scope.product {
            sql.push(" AND o.product_id = ").bind(product);
        }
        if let Some(region) = self.scope.region {
            sql.push(" AND p.sales_region_id = ").bind(region);
        }
        if let Some(party) = self.scope.party {
            sql.push(" AND ").push(self.party()).push(" = ").bind(party);
        }
    }

    fn among_receipts(&self, sql: &mut Sql) {
        sql.push(
            " FROM receipts r JOIN contracts c ON c.tenant_id = r.tenant_id AND c.id = r.contract_id
             LEFT JOIN opportunities o ON o.tenant_id = c.tenant_id AND o.id = c.opportunity_id
             LEFT JOIN parties p ON p.tenant_id = r.tenant_id AND p.id = r.party_id
             WHERE r.tenant_id = $1 AND r.deleted_at IS NULL AND r.received_on >= ",
        );
        sql.bind(self.window.start).push(" AND r.received_on < ").bind(self.window.end);
        if !self.moment.live {
            sql.push(" AND r.received_on <= ").bind(self.moment.day);
            sql.push(" AND r.created_at <= ").bind(self.moment.known_at);
        }
    }

    fn among_opportunities(&self, sql: &mut Sql) {
        sql.push(if self.moment.live {
            " FROM opportunities o"
        } else {
            " FROM opportunities o JOIN opportunity_spans s ON s.tenant_id = o.tenant_id AND s.opportunity_id = o.id"
        });
        sql.push(" LEFT JOIN parties p ON p.tenant_id = o.tenant_id AND p.id = o.party_id");
        if self.margin() {
            sql.push(
                " LEFT JOIN quotes q ON q.tenant_id = o.tenant_id AND q.opportunity_id = o.id
                     AND q.status = 'accepted' AND q.deleted_at IS NULL",
            );
        }
        sql.push(" WHERE o.tenant_id = $1 AND o.closed_on >= ").bind(self.window.start);
        sql.push(" AND o.closed_on < ").bind(self.window.end);
        if self.moment.live {
            sql.push(" AND o.deleted_at IS NULL AND o.status = 'won'");
            return;
        }
        let (at, known) = (self.moment.as_of, self.moment.known_at);
        sql.push(" AND s.status = 'won' AND s.entered_at <= ").bind(at);
        sql.push(" AND s.recorded_at <= ").bind(known);
        sql.push(" AND (s.left_at IS NULL OR s.left_at > ").bind(at);
        sql.push(" OR s.left_recorded_at > ").bind(known).push(")");
    }

    /// The users whom a statement can name.
    pub(super) fn named(&self) -> Option<&BTreeSet<Uuid>> {
        self.scope.users.as_ref().filter(|users| users.len() <= MOST_USERS)
    }

    /// Whether what is somebody's counts.
    pub(super) fn counts(&self, user: Uuid) -> bool {
        self.scope.users.as_ref().is_none_or(|users| users.contains(&user))
    }
}
