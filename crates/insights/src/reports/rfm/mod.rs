//! How lately, how often and for how much each customer has bought.
//!
//! Fifths are those of `NTILE`, and the caller says what equal figures get. By themselves they get the
//! better one, so that no two customers with the same figure differ; `ties=apart` goes by code and id and
//! makes fifths of one size, which is what other programs do.
//!
//! | file | holds |
//! | --- | --- |
//! | `scores.rs` | the scores of customers, and which figures have them |

mod scores;

pub use self::scores::RecencyIn;
pub(super) use self::scores::{Scores, scored};

use self::scores::{RECENCY_IN, days, segment_of, thresholds};
use super::{
    prospects::{column, example_id},
    purchases::{self, Buyer},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels, target_lists::Counted,
};
use chrono::{Days, Months, NaiveDate};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{
    orders::ORDER,
    parties::PARTY,
    value::{RfmSegment, Ties, whole_months},
};
use guanxi_kernel::{
    Ctx, Currency, FineAmount, Money, Result, Word as _,
    problem::Texts,
    ratio::Ratio,
    scalar::{Scalar as _, Type},
};
use guanxi_storage::Tx;
use rust_decimal::Decimal;
use serde::Serialize;
use std::cmp::Reverse;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct Rfm;

guanxi_kernel::words! {
    /// What becomes of what came back.
    #[derive(Default)]
    pub enum Returns {
        /// It lowers what a customer has bought.
        #[default]
        Reduce = "reduce" ("They reduce the amount", "冲减金额"),
        /// Only what was bought counts.
        Ignore = "ignore" ("They are left out", "不计退货"),
    }
}

impl Returns {
    /// What the parameter `returns` says.
    pub(super) fn of(asked: &Asked) -> Self {
        asked.word("returns").unwrap_or_default()
    }

    /// What a customer has bought.
    pub(super) fn amount(self, buyer: &Buyer) -> i128 {
        match self {
            Self::Reduce => buyer.left(),
            Self::Ignore => buyer.bought.into(),
        }
    }
}

/// A customer's purchases, with scores from 1 to 5.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RfmRow {
    /// The customer.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// Its number.
    #[schema(required)]
    pub code: Option<String>,
    /// The day of the last purchase.
    pub last_purchase_on: NaiveDate,
    /// Days since then.
    pub recency_days: i64,
    /// Whole months since then.
    pub months_since_last: i64,
    /// How many purchases there were.
    pub frequency: i64,
    /// What they came to.
    pub monetary: Money,
    /// The same with four decimals, as it is ordered by.
    pub monetary_exact: FineAmount,
    /// 5 for the latest.
    pub r: i64,
    /// 5 for the most.
    pub f: i64,
    /// 5 for the highest.
    pub m: i64,
    /// The three together, such as `545`.
    pub cell: String,
    /// What recency and frequency say together.
    pub segment: RfmSegment,
    /// What that is called.
    pub segment_name: &'static str,
}

/// Which figures of a measure have a score.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RfmThreshold {
    /// `r`, `f` or `m`.
    pub measure: &'static str,
    /// The score.
    pub score: i64,
    /// The least figure that has it: days or months, purchases, or an amount; `null` if none has.
    #[schema(required)]
    pub least: Option<String>,
    /// The greatest.
    #[schema(required)]
    pub greatest: Option<String>,
    /// How many customers have it.
    pub customers: i64,
}

/// The customers of a segment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RfmSegmentTotal {
    /// The segment.
    pub segment: RfmSegment,
    /// What it is called.
    pub segment_name: &'static str,
    /// How many customers are in it.
    pub customers: i64,
    /// What they have bought.
    pub monetary: Money,
    /// The same with four decimals.
    pub monetary_exact: FineAmount,
    /// Their mean of days since the last purchase.
    pub mean_recency_days: Ratio,
    /// Their mean of purchases.
    pub mean_frequency: Ratio,
}

/// What goes over all customers, whatever rows are shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RfmTotals {
    /// How many customers have bought.
    pub customers: i64,
    /// How many purchases there were.
    pub purchases: i64,
    /// What they came to.
    pub monetary: Money,
    /// The same with four decimals.
    pub monetary_exact: FineAmount,
    /// Which figures have which scores.
    pub thresholds: Vec<RfmThreshold>,
    /// The customers by segment; those that nobody is in are left out.
    pub segments: Vec<RfmSegmentTotal>,
}

pub(super) const RETURNS: Parameter = Parameter {
    name: "returns",
    takes: Takes::One(Returns::TYPE),
    default: Some("reduce"),
    required: false,
    field: None,
    about: Texts {
        en: "Whether what came back reduces the amounts.", zh: "退货是否冲减金额。"
    },
};

pub(super) const MONTHS: Parameter = Parameter {
    name: "months",
    takes: Takes::Whole(1, 1_200),
    default: None,
    required: false,
    field: None,
    about: Texts {
        en: "Only purchases of the last so many months count; all when absent.",
        zh: "仅统计最近若干个月的购买,默认全部。",
    },
};

pub(super) const LIMIT: Parameter = Parameter {
    name: "limit",
    takes: Takes::Whole(1, 10_000),
    default: Some("1000"),
    required: false,
    field: None,
    about: Texts {
        en: "How many rows are shown at most; the totals go over all.",
        zh: "最多显示的行数,合计始终覆盖全部客户。",
    },
};

const fn limits(name: &'static str, en: &'static str, zh: &'static str) -> Parameter {
    Parameter {
        name,
        takes: Takes::Many(Type::Integer),
        default: None,
        required: false,
        field: None,
        about: Texts { en, zh },
    }
}

static DEFINITION: Definition = Definition {
    name: "rfm",
    version: 2,
    title: Texts { en: "Recency, frequency and monetary value", zh: "RFM 客户价值" },
    about: Texts {
        en: "How long ago each customer has bought last, how often and for how much, each with a score from 1 to 5 \
             (5 is the best), and the segment that recency and frequency make. Purchases are orders of which \
             something was bought, and contracts that are signed and not cancelled, without tax, on their business \
             days; amounts in other currencies are converted by the rate of that day. Scores are fifths of all \
             customers, ordered by the figure and then by code and id, the worst fifths holding one more where \
             they do not divide evenly (as NTILE in SQL); `ties` says what equal figures get at a border. With \
             four `…_limits` a score is one more for each limit that is reached; for recency, that is not passed. \
             Rows begin with the highest amount. Amendments and cancellations of contracts change the amount on their \
             own days, as in the report `contract-results`.",
        zh: "每位客户最近一次购买距今多久、购买次数与金额,各按 1–5 分评分(5 为最佳),并由 R、F 得出客户分组。购买包括有购买行的订单与已签订且未取消的合同(不含税)。评分按五等分(同 SQL NTILE),`ties` 规定同值的处理,也可用四个固定界限评分。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[
        MONTHS,
        RETURNS,
        Parameter {
            name: "ties",
            takes: Takes::One(Ties::TYPE),
            default: Some("better"),
            required: false,
            field: None,
            about: Texts {
                en: "What customers with equal figures get where two scores meet.",
                zh: "同值客户跨越分界时的处理。",
            },
        },
        RECENCY_IN,
        limits(
            "recency_limits",
            "Four numbers of days or months, the lowest first: up to the first the score is 5.",
            "四个天数或月数界限(升序),不超过第一个为 5 分。",
        ),
        limits(
            "frequency_limits",
            "Four numbers of purchases, the lowest first: from the last on the score is 5.",
            "四个次数界限(升序),达到最后一个为 5 分。",
        ),
        limits(
            "monetary_limits",
            "Four whole amounts in the currency of the report, the lowest first.",
            "四个金额界限(升序,报表币种整数)。",
        ),
        Parameter {
            name: "segment",
            takes: Takes::One(RfmSegment::TYPE),
            default: None,
            required: false,
            field: None,
            about: Texts { en: "Rows of one segment only.", zh: "仅显示该分组的行。" },
        },
        CUSTOMER_ID,
        LIMIT,
    ],
    columns: &[
        column("party_id", "Customer id", "客户标识", What::Key),
        column("party", "Customer", "客户", What::Label),
        column("code", "Customer number", "客户编号", What::Key),
        column("last_purchase_on", "Last purchase", "最近购买日期", What::Date),
        column("recency_days", "Days since the last purchase", "距今天数", What::Count),
        column("months_since_last", "Months since the last purchase", "距今月数", What::Count),
        column("frequency", "Purchases", "购买次数", What::Count),
        column("monetary", "Amount", "购买金额", What::Money),
        column("monetary_exact", "Exact amount", "精确金额", What::Count),
        column("r", "R", "R", What::Count),
        column("f", "F", "F", What::Count),
        column("m", "M", "M", What::Count),
        column("cell", "RFM", "RFM", What::Key),
        column("segment", "Segment", "分组", What::Key),
        column("segment_name", "Segment name", "分组名称", What::Label),
    ],
    plot: Plot { shape: Shape::Bars, names: &["party"], values: &["monetary"], otherwise: &[] },
};

/// Rows are narrowed to it when all is worked out, since what is told of one may rest on all.
pub(super) const CUSTOMER_ID: Parameter = Parameter {
    name: "party_id",
    takes: Takes::One(Type::Id),
    default: None,
    required: false,
    field: None,
    about: Texts { en: "The row of one customer only.", zh: "仅显示该客户的行。" },
};

/// The first day of the last so many months; none where all count.
pub(super) fn window(asked: &Asked) -> Option<NaiveDate> {
    let months = u32::try_from(asked.whole("months")?).ok()?;
    asked.today.checked_sub_months(Months::new(months))?.checked_add_days(Days::new(1))
}

/// Steps as they are shown.
pub(super) fn exact(steps: i128) -> FineAmount {
    let most = i128::from(i64::MAX);
    FineAmount::of_steps(i64::try_from(steps.clamp(-most, most)).unwrap_or(i64::MAX))
}

/// A number of things, which is never so great.
pub(super) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn segments(
    ctx: &Ctx,
    asked: &Asked,
    buyers: &[Buyer],
    scored: &[Scores],
) -> Result<Vec<RfmSegmentTotal>> {
    let returns = Returns::of(asked);
    let mut all = Vec::new();
    for segment in RfmSegment::ALL.iter().copied() {
        let (mut customers, mut steps, mut since, mut purchases) = (0, 0, 0, 0);
        for (buyer, scores) in buyers.iter().zip(scored) {
            if segment_of(scores) == segment {
                customers += 1;
                steps += returns.amount(buyer);
                since += days(asked, buyer);
                purchases += buyer.purchases;
            }
        }
        if customers == 0 {
            continue;
        }
        all.push(RfmSegmentTotal {
            segment,
            segment_name: segment.label(ctx.language),
            customers,
            monetary: purchases::money(asked, steps)?,
            monetary_exact: exact(steps),
            mean_recency_days: Ratio::new(since, customers),
            mean_frequency: Ratio::new(purchases, customers),
        });
    }
    Ok(all)
}

/// The places of the customers that are asked for, those of the highest amounts first.
fn asked_for(asked: &Asked, buyers: &[Buyer], scored: &[Scores]) -> Vec<usize> {
    let (only, one) = (asked.word::<RfmSegment>("segment"), asked.id("party_id"));
    let returns = Returns::of(asked);
    let is_asked_for = |at: &usize| {
        only.is_none_or(|only| only == segment_of(&scored[*at]))
            && one.is_none_or(|one| one == buyers[*at].id)
    };
    let mut shown: Vec<usize> = (0..buyers.len()).filter(is_asked_for).collect();
    shown.sort_by_key(|at| Reverse(returns.amount(&buyers[*at])));
    shown
}

impl Report for Rfm {
    type Row = RfmRow;
    type Totals = RfmTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let time = (window(asked), None);
        let buyers = purchases::buyers(tx, ctx, &DEFINITION, asked, time).await?;
        let scored = scored(asked, &buyers)?;
        let returns = Returns::of(asked);
        let steps: i128 = buyers.iter().map(|buyer| returns.amount(buyer)).sum();
        let totals = RfmTotals {
            customers: count(buyers.len()),
            purchases: buyers.iter().map(|buyer| buyer.purchases).sum(),
            monetary: purchases::money(asked, steps)?,
            monetary_exact: exact(steps),
            thresholds: thresholds(asked, &buyers, &scored),
            segments: segments(ctx, asked, &buyers, &scored)?,
        };
        let mut shown = asked_for(asked, &buyers, &scored);
        shown.truncate(usize::try_from(asked.whole("limit").unwrap_or(1_000)).unwrap_or(1_000));
        let ids: Vec<Uuid> = shown.iter().map(|at| buyers[*at].id).collect();
        let mut codes = purchases::codes(tx, &ids).await?;
        let names = labels(tx, ctx, asked, &PARTY, ids).await?;
        let mut rows = Vec::with_capacity(shown.len());
        for at in &shown {
            let (buyer, [r, f, m]) = (&buyers[*at], scored[*at]);
            let (segment, amount) = (segment_of(&scored[*at]), returns.amount(buyer));
            rows.push(RfmRow {
                party_id: buyer.id,
                party: names.get(&buyer.id).cloned(),
                code: codes.remove(&buyer.id),
                last_purchase_on: buyer.last_on,
                recency_days: days(asked, buyer),
                months_since_last: whole_months(buyer.last_on, asked.today),
                frequency: buyer.purchases,
                monetary: purchases::money(asked, amount)?,
                monetary_exact: exact(amount),
                r: r.into(),
                f: f.into(),
                m: m.into(),
                cell: format!("{r}{f}{m}"),
                segment,
                segment_name: segment.label(ctx.language),
            });
        }
        Ok(Made { rows, totals })
    }

    async fn counted(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Option<Vec<Counted>>> {
        let time = (window(asked), None);
        let buyers = purchases::buyers(tx, ctx, &DEFINITION, asked, time).await?;
        let scored = scored(asked, &buyers)?;
        let record = |at: usize| {
            let (id, [r, f, m]) = (buyers[at].id, scored[at]);
            Counted {
                party: Some(id),
                row: vec![
                    ("party_id", id.to_string()),
                    ("r", r.to_string()),
                    ("f", f.to_string()),
                    ("m", m.to_string()),
                    ("cell", format!("{r}{f}{m}")),
                    ("segment", segment_of(&scored[at]).to_string()),
                ],
                columns: Vec::new(),
            }
        };
        Ok(Some(asked_for(asked, &buyers, &scored).into_iter().map(record).collect()))
    }

    fn example() -> Made<Self> {
        let monetary = Money::new(431_000, Currency::CNY);
        let row = RfmRow {
            party_id: example_id(),
            party: Some("上海宏图软件有限公司".to_owned()),
            code: Some("C-2026-0001".to_owned()),
            last_purchase_on: NaiveDate::from_ymd_opt(2026, 3, 29).unwrap_or_default(),
            recency_days: 2,
            months_since_last: 0,
            frequency: 7,
            monetary,
            monetary_exact: monetary.into(),
            r: 5,
            f: 5,
            m: 5,
            cell: "555".to_owned(),
            segment: RfmSegment::Champion,
            segment_name: "Champions",
        };
        let threshold = RfmThreshold {
            measure: "r",
            score: 5,
            least: Some("2".to_owned()),
            greatest: Some("2".to_owned()),
            customers: 1,
        };
        let segment = RfmSegmentTotal {
            segment: row.segment,
            segment_name: row.segment_name,
            customers: 1,
            monetary,
            monetary_exact: monetary.into(),
            mean_recency_days: Ratio::new(Decimal::TWO, 1),
            mean_frequency: Ratio::new(7, 1),
        };
        let totals = RfmTotals {
            customers: 1,
            purchases: 7,
            monetary,
            monetary_exact: monetary.into(),
            thresholds: vec![threshold],
            segments: vec![segment],
        };
        Made { rows: vec![row], totals }
    }
}
