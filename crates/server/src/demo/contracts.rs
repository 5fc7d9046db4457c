//! Campaigns, contracts, payment plans and receipts of the demonstration.
//!
//! The data tells of none of them, so they follow from it by rule, and its sums stay what they are: each
//! deal that was won in the last month becomes a contract that was signed on the day of closing, with the
//! agent, the account, the product and the value of the deal. It comes from the campaign of that month for the
//! series of its product. Two fifths are due and paid on that day, the rest 45 days later; what was due by the
//! end of January is paid. The deals of all months would take minutes.

use super::make;
use crate::Outcome;
use chrono::{Days, NaiveDate};
use guanxi_contracts::{
    contracts::{self, Contract, ContractId, SignContract},
    receipts::Receipt,
};
use guanxi_kernel::{Ctx, Money, Result, ctx::Seen, input, problem::INTERNAL};
use guanxi_marketing::{
    campaign_expenses::CampaignExpense,
    campaigns::{self, Campaign, CampaignId},
};
use guanxi_storage::{Db, Draft, Resource, Tx, bulk, sql};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The last month of the data, and the last day up to which customers have paid.
const FIRST_DAY: &str = "2017-12-01";
const LAST_DAY: &str = "2017-12-31";
const PAID_UNTIL: &str = "2018-01-31";

/// Days after the signature on which the rest is due.
const LATER: Days = Days::new(45);

/// What is planned and spent for each campaign, in minor units.
const PLANNED: i64 = 1_000_000;
const SPENT: i64 = 950_000;

/// Deals that become contracts in one transaction.
const AT_ONCE: usize = 100;

/// A won opportunity.
#[derive(Debug, Clone)]
struct Deal {
    id: Uuid,
    number: String,
    name: String,
    party_id: Uuid,
    owner_id: Uuid,
    product_id: Uuid,
    series: String,
    amount_minor: i64,
    closed_on: NaiveDate,
}

/// A part of what is paid: its line, its day, and how much.
type Part = (i64, NaiveDate, Money);

impl Deal {
    /// What is due on the day of signing, and what later.
    fn plan(&self, ctx: &Ctx) -> [Part; 2] {
        let money = |minor| Money::new(minor, ctx.settings.currency);
        let (now, later) = halves(self.amount_minor);
        let due_on = self.closed_on.checked_add_days(LATER).unwrap_or(self.closed_on);
        [(1, self.closed_on, money(now)), (2, due_on, money(later))]
    }

    fn contract(&self, ctx: &Ctx, campaign: Option<CampaignId>) -> Json {
        let price = Money::new(self.amount_minor, ctx.settings.currency);
        let plan = self.plan(ctx);
        let names = ["On signing", "After delivery"];
        let due = |((_, due_on, amount), name): (&Part, &str)| json!({ "name": name, "due_on": due_on, "amount": amount });
        let due: Vec<Json> = plan.iter().zip(names).map(due).collect();
        json!({ "name": self.name, "number": format!("C-{}", self.number), "party_id": self.party_id,
            "opportunity_id": self.id, "campaign_id": campaign, "owner_id": self.owner_id,
            "lines": [{ "product_id": self.product_id, "quantity": "1", "unit_price": price, "tax_rate": "0" }],
            "payment_plan": due, "starts_on": self.closed_on })
    }

    fn receipt(&self, contract: Uuid, (line, day, amount): Part) -> Json {
        json!({ "contract_id": contract, "number": format!("R-{}-{line}", self.number), "received_on": day,
            "amount": amount, "matches": [{ "line": line, "amount": amount }], "method": "bank_transfer" })
    }
}

/// Two fifths of an amount, and the rest of it.
fn halves(minor: i64) -> (i64, i64) {
    let now = minor * 2 / 5;
    (now, minor - now)
}

fn day(text: &str) -> Result<NaiveDate> {
    text.parse::<NaiveDate>().map_err(|error| INTERNAL.problem().because(error))
}

fn draft<R: Resource>(written: Json) -> Result<Draft<R>> {
    input::read(written).map(Draft::new)
}

/// Makes all of it; how many contracts.
pub(super) async fn sign_won(db: &Db, ctx: &Ctx) -> Outcome<usize> {
    let ctx = &Ctx { seen: Seen::Any, ..ctx.clone() };
    let campaigns = db.write(ctx.tenant, async |tx| begin(tx, ctx).await).await?;
    let deals = db.read(ctx.tenant, async |tx| won(tx).await).await?;
    for some in deals.chunks(AT_ONCE) {
        db.write(ctx.tenant, async |tx| sign(tx, ctx, &campaigns, some).await).await?;
    }
    db.write(ctx.tenant, async |tx| finish(tx, ctx, &campaigns).await).await?;
    Ok(deals.len())
}

/// A campaign for each series of products, with what it has cost.
async fn begin(tx: &mut Tx, ctx: &Ctx) -> Result<BTreeMap<String, CampaignId>> {
    let products = sql!(
        "SELECT category, id FROM products
         WHERE tenant_id = $1 AND deleted_at IS NULL AND category IS NOT NULL ORDER BY category, code"
    );
    let mut series: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    for (name, product) in tx.all::<(String, Uuid)>(products).await? {
        series.entry(name).or_default().push(product);
    }
    let money = |minor| Money::new(minor, ctx.settings.currency);
    let mut campaigns = BTreeMap::new();
    for (name, products) in series {
        let campaign = json!({ "name": format!("{name} for the new year"), "number": format!("M-{name}"),
            "kind": "mailing", "starts_on": FIRST_DAY, "ends_on": LAST_DAY, "product_ids": products,
            "objectives": [{ "metric": "contracts", "target": 150 }],
            "budget_lines": [{ "name": "Mailing", "planned": money(PLANNED) }] });
        let id: CampaignId = make::<Campaign>(tx, ctx, campaign).await?.into();
        campaigns::submit(tx, ctx, id).await?;
        campaigns::start(tx, ctx, id).await?;
        let expense = json!({ "campaign_id": id, "budget_line": 1, "spent_on": FIRST_DAY, "amount": money(SPENT) });
        make::<CampaignExpense>(tx, ctx, expense).await?;
        campaigns.insert(name, id);
    }
    Ok(campaigns)
}

/// Ends the campaigns: what they have come to by now is kept.
async fn finish(tx: &mut Tx, ctx: &Ctx, campaigns: &BTreeMap<String, CampaignId>) -> Result<()> {
    for id in campaigns.values() {
        campaigns::finish(tx, ctx, *id).await?;
    }
    Ok(())
}

/// A won opportunity as a row, in the order of the members of [`Deal`].
type Row = (Uuid, String, String, Uuid, Uuid, Uuid, String, i64, NaiveDate);

/// What was won in the last month, in the order of its days.
async fn won(tx: &mut Tx) -> Result<Vec<Deal>> {
    let sql = sql!(
        "SELECT o.id, o.number, o.name, o.party_id, o.owner_id, o.product_id, p.category, o.amount_minor, o.closed_on
         FROM opportunities o JOIN products p ON p.tenant_id = o.tenant_id AND p.id = o.product_id
         WHERE o.tenant_id = $1 AND o.deleted_at IS NULL AND o.status = 'won' AND o.closed_on >= $2
         ORDER BY o.closed_on, o.number",
        day(FIRST_DAY)?
    );
    let rows = tx.all::<Row>(sql).await?;
    let deal = |(
        id,
        number,
        name,
        party_id,
        owner_id,
        product_id,
        series,
        amount_minor,
        closed_on,
    ): Row| Deal {
        id,
        number,
        name,
        party_id,
        owner_id,
        product_id,
        series,
        amount_minor,
        closed_on,
    };
    Ok(rows.into_iter().map(deal).collect())
}

/// Makes contracts of deals, signs them, and enters what was paid.
async fn sign(
    tx: &mut Tx,
    ctx: &Ctx,
    campaigns: &BTreeMap<String, CampaignId>,
    deals: &[Deal],
) -> Result<()> {
    let mut drafts = Vec::with_capacity(deals.len());
    for deal in deals {
        drafts.push(draft(deal.contract(ctx, campaigns.get(&deal.series).copied()))?);
    }
    let made = bulk::create_many::<Contract>(tx, ctx, drafts).await?;
    let made = made.into_iter().collect::<Result<Vec<Uuid>>>()?;
    for (id, deal) in made.iter().zip(deals) {
        let id = ContractId::from(*id);
        contracts::submit(tx, ctx, id).await?;
        let wish = SignContract { signed_on: Some(deal.closed_on), closing_summary: None };
        contracts::sign(tx, ctx, id, wish).await?;
    }
    let until = day(PAID_UNTIL)?;
    for at in 0..2 {
        let mut drafts = Vec::with_capacity(deals.len());
        for (id, deal) in made.iter().zip(deals) {
            let part = deal.plan(ctx)[at];
            if part.1 <= until {
                drafts.push(draft(deal.receipt(*id, part))?);
            }
        }
        let paid = bulk::create_many::<Receipt>(tx, ctx, drafts).await?;
        paid.into_iter().collect::<Result<Vec<Uuid>>>()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_whole() {
        for (minor, expected) in [(100, (40, 60)), (101, (40, 61)), (4, (1, 3)), (0, (0, 0))] {
            assert_eq!(halves(minor), expected);
        }
    }

    #[test]
    fn the_days_are_days() {
        assert!([FIRST_DAY, LAST_DAY, PAID_UNTIL].iter().all(|text| day(text).is_ok()));
    }
}
