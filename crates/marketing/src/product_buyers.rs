//! Who has bought a product: by orders with its code, signed contracts and opportunities that were won.
//!
//! The tables belong to other crates, as those of [`measures`](crate::measures) do; what is read of them are
//! columns that they promise to keep.

use crate::measures::Span;
use guanxi_kernel::{
    Action, Ctx, Problem, Result,
    period::business_date,
    problem::{NOT_FOUND, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What tells who has bought a product, and what is needed to name one.
const READS: [&str; 4] = ["products", "orders", "contracts", "opportunities"];

/// A product that customers buy.
#[derive(Debug, Clone)]
pub struct SoldProduct {
    id: Uuid,
    code: String,
}

impl SoldProduct {
    /// The product of that id, for whoever may read what tells who has bought it.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub async fn load(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<Self> {
        for resource in READS {
            ctx.require(resource, Action::Read)?;
        }
        let sql = sql!(
            "SELECT code FROM products WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
            id
        );
        let found = tx.optional::<(String,)>(sql).await?;
        let (code,) = found.ok_or_else(|| NOT_FOUND.problem())?;
        Ok(Self { id, code })
    }

    /// The product that the member at `pointer` names.
    ///
    /// # Errors
    /// `forbidden`, `unknown_reference`.
    pub(crate) async fn refer(
        tx: &mut Tx,
        ctx: &Ctx,
        id: Uuid,
        pointer: &'static str,
    ) -> Result<Self> {
        let hide = |problem: Problem| match problem.is(&NOT_FOUND) {
            true => UNKNOWN_REFERENCE.at(pointer),
            false => problem,
        };
        Self::load(tx, ctx, id).await.map_err(hide)
    }

    /// Its id.
    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    /// Adds a statement of the parties that have bought it within the span, whoever may see them. What came
    /// back was bought too.
    pub(crate) fn write(&self, sql: &mut Sql, ctx: &Ctx, span: Span) {
        let day = |at| business_date(at, ctx.settings.time_zone);
        sql.push(
            "SELECT o.party_id FROM order_lines l
             JOIN orders o ON o.tenant_id = l.tenant_id AND o.id = l.order_id
             WHERE l.tenant_id = $1 AND l.quantity_steps > 0 AND o.deleted_at IS NULL
                 AND o.party_id IS NOT NULL AND l.sku = ",
        );
        sql.bind(self.code.clone()).push(" AND o.placed_at <= ").bind(span.until);
        if let Some(after) = span.after {
            sql.push(" AND o.placed_at > ").bind(after);
        }
        sql.push(
            " UNION SELECT c.party_id FROM contracts c WHERE c.tenant_id = $1
                 AND c.deleted_at IS NULL AND c.stage <> 'cancelled' AND c.signed_on <= ",
        );
        sql.bind(day(span.until));
        if let Some(after) = span.after {
            sql.push(" AND c.signed_on > ").bind(day(after));
        }
        // An id is written in lines as it is everywhere, and is no part of anything else.
        sql.push(" AND CAST(c.lines AS TEXT) LIKE ").bind(format!("%{}%", self.id));
        sql.push(
            " UNION SELECT w.party_id FROM opportunities w WHERE w.tenant_id = $1
                 AND w.deleted_at IS NULL AND w.status = 'won' AND w.party_id IS NOT NULL
                 AND w.closed_on <= ",
        );
        sql.bind(day(span.until));
        if let Some(after) = span.after {
            sql.push(" AND w.closed_on > ").bind(day(after));
        }
        sql.push(" AND (w.product_id = ").bind(self.id);
        sql.push(" OR CAST(w.lines AS TEXT) LIKE ").bind(format!("%{}%", self.id)).push(")");
    }

    /// The parties that have bought it within the span.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn buyers(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        span: Span,
    ) -> Result<BTreeSet<Uuid>> {
        let mut sql = Sql::new("");
        self.write(&mut sql, ctx, span);
        Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect())
    }
}
