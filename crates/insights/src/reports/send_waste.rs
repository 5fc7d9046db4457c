//! What was spent on sending to people who could not, or should not, be sent it.
//!
//! Each send in vain has one reason, the first of four. Its cost is its part of what was spent on its
//! source code, to the last cent, and only without expenses the unit cost of the medium, so spend and waste
//! are of the same money. Price: what is sent without a source code is not looked at.

use super::prospects::column;
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    definition::Shape,
    exchange::{currency, rounded},
};
use guanxi_kernel::{
    Ctx, Currency, Money, Result, Word as _,
    problem::{INTERNAL, Texts},
    ratio::Ratio,
    scalar::{Scalar, Type},
    split::allocate,
};
use guanxi_marketing::{
    campaigns::CAMPAIGN,
    source_codes::{SOURCE_CODE, SourceCodeId},
};
use guanxi_storage::{Sql, Tx};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The report.
pub struct SendWaste;

/// Source codes that are looked at at most, the newest.
const MOST: i64 = 20_000;

/// Source codes that one statement asks for.
const AT_ONCE: usize = 500;

guanxi_kernel::words! {
    /// Why something was sent in vain, in the order in which reasons are looked for: a send has the first of them
    /// that it has.
    pub enum WasteReason {
        /// It came back.
        Bounced = "bounced" ("Bounced", "退信"),
        /// They had said before that they want no such thing.
        OptedOut = "opted_out" ("Opted out", "已退订"),
        /// They had been sent the same before.
        Duplicate = "duplicate" ("Duplicate", "重复发送"),
        /// They had bought before the campaign began.
        ExistingBuyer = "existing_buyer" ("Existing buyer", "已购客户"),
    }
}

/// What was sent in vain for one reason.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SendWasteRow {
    /// The reason.
    pub reason: String,
    /// What it is called.
    pub name: String,
    /// How many sends have it and none that comes before it.
    pub sends: i64,
    /// What they have cost.
    pub amount: Money,
    /// `amount` of all that was spent on sends.
    pub share: Ratio,
}

/// What goes over all reasons.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SendWasteTotals {
    /// All sends.
    pub sends: i64,
    /// Sends of source codes of which nobody knows what they cost: they are in no amount.
    pub sends_without_cost: i64,
    /// What was spent on all others.
    pub spend: Money,
    /// Sends in vain.
    pub wasted_sends: i64,
    /// What they have cost.
    pub waste: Money,
    /// `waste` of `spend`.
    pub waste_share: Ratio,
}

static DEFINITION: Definition = Definition {
    name: "send-waste",
    version: 1,
    title: Texts { en: "Waste of sends", zh: "发送浪费分析" },
    about: Texts {
        en: "What was spent on sends that came back; to people who had opted out of the medium before, by an \
             unsubscription or a withdrawn consent and with no consent granted; that were the same again by the same \
             source code; or to people who had bought, by an order or a contract, before the first day of the \
             campaign. Each send counts once, by the first of these reasons. A source code has cost what its expenses \
             come to, divided over its sends to the last cent; where none name it, the unit cost of its medium for \
             each. Say `reasons` without `existing_buyer` for campaigns that are meant for customers. Figures are \
             those of now, of the newest 20,000 source codes; other currencies are converted by the rate of the day of \
             `as_of`.",
        zh: "按原因统计无效发送及其费用:退信、发送前已退订该媒介、同一源代码重复发送、活动开始前已购买。每次发送只按首个符合的原因计一次。源代码费用取归属它的支出并精确分摊到各次发送;无支出时按媒介单位成本计。仅统计最近 20,000 个源代码,外币按统计当日汇率折算。",
    },
    reads: &[&CAMPAIGN, &SOURCE_CODE],
    needs: &["spent"],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "reasons",
            takes: Takes::Many(<WasteReason as Scalar>::TYPE),
            default: None,
            required: false,
            field: None,
            about: Texts {
                en: "Only these reasons count; all of them when absent.",
                zh: "仅统计这些原因,默认全部。",
            },
        },
        Parameter {
            name: "campaign_id",
            takes: Takes::One(Type::Id),
            default: None,
            required: false,
            field: None,
            about: Texts { en: "Of this campaign only.", zh: "仅该市场活动。" },
        },
    ],
    columns: &[
        column("reason", "Reason code", "原因标识", What::Key),
        column("name", "Reason", "原因", What::Label),
        column("sends", "Sends", "发送次数", What::Count),
        column("amount", "Waste", "浪费金额", What::Money),
        column("share", "Share of spend", "占发送费用", What::Ratio),
    ],
    plot: Plot { shape: Shape::Bars, names: &["name"], values: &["amount"], otherwise: &["sends"] },
};

/// A source code, and what one send by its medium costs.
type Code = (SourceCodeId, Option<i64>, Option<String>);

/// Sends of a source code by their reason, those in order under `None`.
type Sends = BTreeMap<Option<WasteReason>, i64>;

/// What opts somebody out, by touches of the same source code for those without a name. Of a send to a contact the
/// words of that contact and of its party count, not those of others there; of one that names the party alone all do.
const OPTED_OUT: &str = " EXISTS (SELECT 1 FROM touches u WHERE u.tenant_id = t.tenant_id
        AND u.source_code_id = t.source_code_id AND u.kind IN ('unsubscribed', 'complained')
        AND u.recipient = t.recipient AND u.occurred_at < t.occurred_at)
    OR (t.party_id IS NOT NULL
        AND (EXISTS (SELECT 1 FROM touches u
                JOIN source_codes v ON v.tenant_id = u.tenant_id AND v.id = u.source_code_id
                WHERE u.tenant_id = t.tenant_id AND u.party_id = t.party_id
                    AND (u.recipient = t.recipient OR u.recipient LIKE 'party:%'
                        OR t.recipient NOT LIKE 'contact:%')
                    AND u.occurred_at < t.occurred_at AND u.kind IN ('unsubscribed', 'complained')
                    AND v.medium_id = t.medium_id)
            OR EXISTS (SELECT 1 FROM consents n WHERE n.tenant_id = t.tenant_id
                AND n.party_id = t.party_id AND n.deleted_at IS NULL AND n.medium = t.medium_kind
                AND (n.contact_id IS NULL OR n.person = t.recipient OR t.recipient NOT LIKE 'contact:%')
                AND n.state = 'withdrawn' AND n.said_at <= t.occurred_at))
        AND NOT EXISTS (SELECT 1 FROM consents n WHERE n.tenant_id = t.tenant_id
            AND n.party_id = t.party_id AND n.deleted_at IS NULL AND n.medium = t.medium_kind
            AND (n.contact_id IS NULL OR n.person = t.recipient OR t.recipient NOT LIKE 'contact:%')
            AND n.state = 'granted' AND n.said_at <= t.occurred_at))";

/// What has somebody bought before the campaign began.
const BOUGHT: &str = " t.party_id IS NOT NULL AND t.starts_on IS NOT NULL
    AND (EXISTS (SELECT 1 FROM contracts b WHERE b.tenant_id = t.tenant_id AND b.party_id = t.party_id
            AND b.deleted_at IS NULL AND b.stage <> 'cancelled' AND b.signed_on < t.starts_on)
        OR EXISTS (SELECT 1 FROM orders b WHERE b.tenant_id = t.tenant_id AND b.party_id = t.party_id
            AND b.deleted_at IS NULL AND b.bought_steps > 0 AND b.placed_on < t.starts_on))";

impl WasteReason {
    /// What says that the send `t` has it.
    fn condition(self) -> &'static str {
        match self {
            Self::Bounced => {
                " EXISTS (SELECT 1 FROM touches b WHERE b.tenant_id = t.tenant_id
                    AND b.source_code_id = t.source_code_id AND b.kind = 'bounced'
                    AND b.recipient = t.recipient)"
            }
            Self::OptedOut => OPTED_OUT,
            Self::Duplicate => " t.place > 1",
            Self::ExistingBuyer => BOUGHT,
        }
    }
}

/// The reasons that count, in their order.
fn reasons(asked: &Asked) -> Vec<WasteReason> {
    let named = asked.words::<WasteReason>("reasons");
    let all = WasteReason::ALL.iter().copied();
    all.filter(|one| named.is_empty() || named.contains(one)).collect()
}

/// The source codes that are looked at.
async fn codes(tx: &mut Tx, asked: &Asked) -> Result<Vec<Code>> {
    let mut sql = Sql::new(
        "SELECT c.id, m.unit_cost_minor, m.unit_cost_currency FROM source_codes c
         JOIN media m ON m.tenant_id = c.tenant_id AND m.id = c.medium_id
         WHERE c.tenant_id = $1 AND c.deleted_at IS NULL",
    );
    if let Some(campaign) = asked.id("campaign_id") {
        sql.push(" AND c.campaign_id = ").bind(campaign);
    }
    sql.push(" ORDER BY c.created_at DESC, c.id DESC LIMIT ").bind(MOST);
    tx.all(sql).await
}

/// The sends of these source codes, each by the first of the reasons that it has.
async fn sends(
    tx: &mut Tx,
    ids: &[SourceCodeId],
    reasons: &[WasteReason],
) -> Result<BTreeMap<SourceCodeId, Sends>> {
    let mut sql =
        Sql::new("SELECT x.source_code_id, x.reason, COUNT(*) FROM (SELECT t.source_code_id, CASE");
    for reason in WasteReason::ALL.iter().filter(|one| reasons.contains(one)) {
        sql.push(" WHEN").push(reason.condition()).push(" THEN ").bind(reason.word());
    }
    sql.push(
        " END AS reason
         FROM (SELECT s.tenant_id, s.source_code_id, s.recipient, s.party_id, s.occurred_at, c.medium_id,
                 m.kind AS medium_kind, k.starts_on,
                 ROW_NUMBER() OVER (PARTITION BY s.source, s.source_code_id, s.recipient
                     ORDER BY s.occurred_at, s.event_id) AS place
             FROM touches s
             JOIN source_codes c ON c.tenant_id = s.tenant_id AND c.id = s.source_code_id
             JOIN media m ON m.tenant_id = c.tenant_id AND m.id = c.medium_id
             LEFT JOIN campaigns k ON k.tenant_id = s.tenant_id AND k.id = s.campaign_id
             WHERE s.tenant_id = $1 AND s.kind = 'sent' AND s.source_code_id IN ",
    );
    sql.bind_all(ids.iter().copied()).push(") t) x GROUP BY x.source_code_id, x.reason");
    let mut found: BTreeMap<SourceCodeId, Sends> = BTreeMap::new();
    for (id, reason, count) in tx.all::<(SourceCodeId, Option<String>, i64)>(sql).await? {
        let reason = reason.and_then(|word| WasteReason::from_word(&word));
        *found.entry(id).or_default().entry(reason).or_default() += count;
    }
    Ok(found)
}

/// What expenses that name these source codes come to, where any do.
async fn spent(
    tx: &mut Tx,
    asked: &mut Asked,
    ids: &[SourceCodeId],
) -> Result<BTreeMap<SourceCodeId, Money>> {
    let mut sql = Sql::new(
        "SELECT source_code_id, amount_currency, CAST(SUM(amount_minor) AS BIGINT)
         FROM campaign_expenses WHERE tenant_id = $1 AND deleted_at IS NULL AND source_code_id IN ",
    );
    sql.bind_all(ids.iter().copied()).push(" GROUP BY source_code_id, amount_currency");
    let mut found = BTreeMap::new();
    for (id, code, minor) in tx.all::<(SourceCodeId, String, i64)>(sql).await? {
        let given = Money::new(minor, currency(&code)?);
        let (day, known) = (asked.today, asked.known_at);
        let amount = asked.exchange.convert(tx, given, day, known).await?;
        let before = found.get(&id).copied().unwrap_or(asked.exchange.zero());
        found.insert(id, asked.exchange.sum([before, amount])?);
    }
    Ok(found)
}

/// What so many sends by a medium cost.
async fn by_unit(
    tx: &mut Tx,
    asked: &mut Asked,
    (_, minor, code): &Code,
    count: i64,
) -> Result<Option<Money>> {
    let (Some(minor), Some(code)) = (minor, code) else { return Ok(None) };
    let given = rounded(Decimal::from(*minor) * Decimal::from(count), currency(code)?)?;
    let (day, known) = (asked.today, asked.known_at);
    asked.exchange.convert(tx, given, day, known).await.map(Some)
}

/// Divides what a source code has cost over its sends by their reasons, to the last minor unit.
fn divide(cost: Money, sends: &Sends) -> Result<Vec<(Option<WasteReason>, Money)>> {
    let counts: Vec<i64> = sends.values().copied().collect();
    let parts = allocate(cost.minor(), &counts);
    let parts = parts.map_err(|error| INTERNAL.problem().because(error))?;
    let amounts = parts.into_iter().map(|minor| Money::new(minor, cost.currency()));
    Ok(sends.keys().copied().zip(amounts).collect())
}

/// Sums over source codes.
struct Sums {
    sends: Sends,
    without_cost: i64,
    amounts: BTreeMap<Option<WasteReason>, Money>,
}

impl Sums {
    fn add(&mut self, asked: &Asked, sends: &Sends, cost: Option<Money>) -> Result<()> {
        for (reason, count) in sends {
            *self.sends.entry(*reason).or_default() += count;
        }
        let Some(cost) = cost else {
            self.without_cost += sends.values().sum::<i64>();
            return Ok(());
        };
        for (reason, amount) in divide(cost, sends)? {
            let before = self.amounts.entry(reason).or_insert(asked.exchange.zero());
            *before = asked.exchange.sum([*before, amount])?;
        }
        Ok(())
    }

    /// The rows of these reasons, and the totals.
    fn made(&self, ctx: &Ctx, asked: &Asked, reasons: &[WasteReason]) -> Result<Made<SendWaste>> {
        let zero = asked.exchange.zero();
        let amount = |reason: WasteReason| self.amounts.get(&Some(reason)).copied().unwrap_or(zero);
        let count = |reason: WasteReason| self.sends.get(&Some(reason)).copied().unwrap_or(0);
        let spend = asked.exchange.sum(self.amounts.values().copied())?;
        let share = |part: Money| Ratio::new(part.to_decimal(), spend.to_decimal());
        let row = |reason: WasteReason| SendWasteRow {
            reason: reason.word().to_owned(),
            name: reason.label(ctx.language).to_owned(),
            sends: count(reason),
            amount: amount(reason),
            share: share(amount(reason)),
        };
        let waste = asked.exchange.sum(reasons.iter().map(|reason| amount(*reason)))?;
        let totals = SendWasteTotals {
            sends: self.sends.values().sum(),
            sends_without_cost: self.without_cost,
            spend,
            wasted_sends: reasons.iter().map(|reason| count(*reason)).sum(),
            waste,
            waste_share: share(waste),
        };
        Ok(Made { rows: reasons.iter().copied().map(row).collect(), totals })
    }
}

impl Report for SendWaste {
    type Row = SendWasteRow;
    type Totals = SendWasteTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let reasons = reasons(asked);
        let codes = codes(tx, asked).await?;
        let mut sums = Sums { sends: Sends::new(), without_cost: 0, amounts: BTreeMap::new() };
        for some in codes.chunks(AT_ONCE) {
            let ids: Vec<SourceCodeId> = some.iter().map(|code| code.0).collect();
            let sends = sends(tx, &ids, &reasons).await?;
            let spent = spent(tx, asked, &ids).await?;
            for code in some {
                let Some(sends) = sends.get(&code.0) else { continue };
                let cost = match spent.get(&code.0) {
                    Some(cost) => Some(*cost),
                    None => by_unit(tx, asked, code, sends.values().sum()).await?,
                };
                sums.add(asked, sends, cost)?;
            }
        }
        sums.made(ctx, asked, &reasons)
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let (waste, spend) = (yuan(1_000), yuan(10_000));
        let row = SendWasteRow {
            reason: WasteReason::Bounced.word().to_owned(),
            name: "Bounced".to_owned(),
            sends: 10,
            amount: waste,
            share: Ratio::new(waste.to_decimal(), spend.to_decimal()),
        };
        let totals = SendWasteTotals {
            sends: 100,
            sends_without_cost: 0,
            spend,
            wasted_sends: 10,
            waste,
            waste_share: row.share,
        };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_11_what_a_code_has_cost_is_divided_over_its_sends_exactly() {
        let sends: Sends = [
            (None, 4),
            (Some(WasteReason::Bounced), 1),
            (Some(WasteReason::OptedOut), 1),
            (Some(WasteReason::ExistingBuyer), 1),
        ]
        .into();
        let parts = divide(Money::new(10_000, Currency::CNY), &sends).unwrap();
        let minor: Vec<i64> = parts.iter().map(|(_, amount)| amount.minor()).collect();
        assert_eq!(minor.iter().sum::<i64>(), 10_000);
        assert_eq!(minor, [5_714, 1_429, 1_429, 1_428]);
    }
}
