//! From where the customers of the base came, and which parties have named them.

use super::{
    prospects::{column, example_id, was_there},
    rfm::LIMIT,
};
use crate::{
    Asked, Definition, Made, Plot, Report, What, definition::Shape, labels::labels, report::reach,
};
use guanxi_customers::{
    customer_sources::{BaseSource, CUSTOMER_SOURCE},
    parties::PARTY,
};
use guanxi_kernel::{Ctx, Result, Word as _, problem::Texts, ratio::Ratio};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CustomerSources;

/// Who came from one source, by one party where it names one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerSourceRow {
    /// The source.
    pub base_source: BaseSource,
    /// What it is called.
    pub base_source_name: &'static str,
    /// The affiliated company or supplier that has named them.
    #[schema(required)]
    pub referring_party_id: Option<Uuid>,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub referring_party: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: CustomerSourceFigures,
}

/// How many came, and are customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerSourceFigures {
    /// How many parties came.
    pub parties: i64,
    /// How many of them are customers now.
    pub customers: i64,
    /// `customers` of `parties`.
    pub share: Ratio,
}

static DEFINITION: Definition = Definition {
    name: "customer-sources",
    version: 2,
    title: Texts { en: "Sources of the customer base", zh: "基盘客户来源" },
    about: Texts {
        en: "How many parties are in the base from each source, those from affiliated companies and suppliers by the \
             party that has named them, and how many of them are customers. A party that is there from several \
             sources counts for each of them, and once in the totals. Who is a customer is told as it is now.",
        zh: "按基盘来源统计客户数;“关系企业与配套厂商”按推荐方分列,并给出其中现为客户的数量。多来源客户在各来源各计一次,合计只计一次。是否为客户按当前状态。",
    },
    reads: &[&CUSTOMER_SOURCE, &PARTY],
    needs: &["base_source", "referring_party_id"],
    rests_on: &[],
    parameters: &[LIMIT],
    columns: &[
        column("base_source", "Source", "基盘来源代码", What::Key),
        column("base_source_name", "Source name", "基盘来源", What::Label),
        column("referring_party_id", "Referring party id", "推荐方标识", What::Key),
        column("referring_party", "Referring party", "推荐方", What::Label),
        column("parties", "Parties", "客户数", What::Count),
        column("customers", "Customers", "现为客户数", What::Count),
        column("share", "Share of customers", "客户占比", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["base_source_name", "referring_party"],
        values: &["parties", "customers"],
        otherwise: &[],
    },
};

impl CustomerSourceFigures {
    fn of(parties: i64, customers: i64) -> Self {
        Self { parties, customers, share: Ratio::new(customers, parties) }
    }
}

/// Adds the parties that came, and those among them that are customers, then the sources `t` in reach.
fn counted(sql: &mut Sql, ctx: &Ctx, asked: &Asked) {
    sql.push(
        "COUNT(DISTINCT t.party_id), COUNT(DISTINCT CASE WHEN EXISTS (SELECT 1 FROM record_terms x
             WHERE x.tenant_id = $1 AND x.record_id = t.party_id AND x.kind = 'party' AND x.field = 'role'
                 AND x.term = 'customer') THEN t.party_id END)
         FROM customer_sources t WHERE t.tenant_id = $1 AND t.created_at <= ",
    );
    sql.bind(asked.as_of).push(" AND ");
    was_there(sql, "t.deleted_at", asked);
    sql.push(" AND ");
    scope::within(sql, &CUSTOMER_SOURCE, &reach(ctx, &DEFINITION), ctx.actor.user);
}

impl Report for CustomerSources {
    type Row = CustomerSourceRow;
    type Totals = CustomerSourceFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        type Found = (BaseSource, Option<Uuid>, i64, i64);
        let mut sql = Sql::new("SELECT t.base_source, t.referring_party_id, ");
        counted(&mut sql, ctx, asked);
        sql.push(
            " GROUP BY t.base_source, t.referring_party_id
             ORDER BY 3 DESC, t.base_source, t.referring_party_id NULLS LAST LIMIT ",
        );
        sql.bind(asked.whole(LIMIT.name).unwrap_or(1_000));
        let found = tx.all::<Found>(sql).await?;
        let mut sql = Sql::new("SELECT ");
        counted(&mut sql, ctx, asked);
        let (parties, customers) = tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default();
        let named: Vec<Uuid> = found.iter().filter_map(|one| one.1).collect();
        let names = labels(tx, ctx, asked, &PARTY, named).await?;
        let row = |(base_source, party, parties, customers): Found| CustomerSourceRow {
            base_source,
            base_source_name: base_source.label(ctx.language),
            referring_party_id: party,
            referring_party: party.and_then(|id| names.get(&id).cloned()),
            figures: CustomerSourceFigures::of(parties, customers),
        };
        let totals = CustomerSourceFigures::of(parties, customers);
        Ok(Made { rows: found.into_iter().map(row).collect(), totals })
    }

    fn example() -> Made<Self> {
        let totals = CustomerSourceFigures::of(40, 10);
        let row = CustomerSourceRow {
            base_source: BaseSource::Affiliate,
            base_source_name: "Affiliated companies and suppliers",
            referring_party_id: Some(example_id()),
            referring_party: Some("上海宏图软件有限公司".to_owned()),
            figures: totals,
        };
        Made { rows: vec![row], totals }
    }
}
