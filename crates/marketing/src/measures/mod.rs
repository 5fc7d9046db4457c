//! Measures: what parties did, as figures that rules of segments and features of models can name.
//!
//! | file | holds |
//! | --- | --- |
//! | `mod.rs` | which measures there are, and their names |
//! | `beside.rs` | parties with some of them, and what else rules can name, as columns |
//! | `statement.rs` | one of them for many parties |
//!
//! A measure counts what lies in a span of time and nothing after it, by the business days and instants
//! of what is counted. The tables belong to other crates; what is read of them are columns that they
//! promise to keep.
//!
//! A measure tells of all dealings with a party that the caller sees, if they may read such records at all;
//! narrower scopes are not asked for each of them. Deleted records count for no past instant either.

mod beside;
mod statement;

pub use beside::{Beside, MOST};
pub use statement::{Found, Span};

use guanxi_kernel::{Action, Ctx, Currency, Language, problem::Texts, scalar::Type};

/// What a measure comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// How many; 0 without any.
    Count,
    /// How much in one currency; 0 without any.
    Amount,
    /// A business day, if there is one.
    Day,
    /// An instant, if there is one.
    Instant,
}

/// What is counted, and when it was.
#[derive(Debug)]
struct Source {
    /// The resources whose rights to read it takes.
    resources: &'static [&'static str],
    /// From its table as `x` to its conditions; of each table where there are several.
    from: &'static [&'static str],
    /// The column that says when it was.
    when: &'static str,
    /// Whether that is a business day; else an instant.
    by_day: bool,
}

/// A figure about a party, by name.
#[derive(Debug)]
pub struct Measure {
    /// The name, e.g. `contracts.count`.
    pub name: &'static str,
    /// What it is called.
    pub label: Texts,
    /// What it comes to.
    pub figure: Figure,
    source: &'static Source,
    /// The aggregate over the rows `x`.
    value: &'static str,
    /// The currency of its amount.
    currency: &'static str,
}

static DONE: Source = Source {
    resources: &["activities"],
    from: &[" FROM activities x WHERE x.tenant_id = $1 AND x.deleted_at IS NULL \
           AND x.party_id IS NOT NULL AND x.status = 'done'"],
    when: "x.starts_at",
    by_day: false,
};
static VISITS: Source = Source {
    resources: &["activities"],
    from: &[" FROM activities x WHERE x.tenant_id = $1 AND x.deleted_at IS NULL \
           AND x.party_id IS NOT NULL AND x.status = 'done' AND x.kind = 'visit'"],
    when: "x.starts_at",
    by_day: false,
};
static CALLS: Source = Source {
    resources: &["activities"],
    from: &[" FROM activities x WHERE x.tenant_id = $1 AND x.deleted_at IS NULL \
           AND x.party_id IS NOT NULL AND x.status = 'done' AND x.kind = 'call'"],
    when: "x.starts_at",
    by_day: false,
};
static SERVICES: Source = Source {
    resources: &["activities"],
    from: &[" FROM activities x WHERE x.tenant_id = $1 AND x.deleted_at IS NULL \
           AND x.party_id IS NOT NULL AND x.status = 'done' AND x.kind = 'service'"],
    when: "x.starts_at",
    by_day: false,
};
static BEGUN: Source = Source {
    resources: &["opportunities"],
    from: &[" FROM opportunities x WHERE x.tenant_id = $1 AND x.deleted_at IS NULL \
           AND x.party_id IS NOT NULL"],
    when: "x.engaged_on",
    by_day: true,
};
static WON: Source = Source {
    resources: &["opportunities"],
    from: &[" FROM opportunities x WHERE x.tenant_id = $1 AND x.deleted_at IS NULL \
           AND x.party_id IS NOT NULL AND x.status = 'won'"],
    when: "x.closed_on",
    by_day: true,
};
static LOST: Source = Source {
    resources: &["opportunities"],
    from: &[" FROM opportunities x WHERE x.tenant_id = $1 AND x.deleted_at IS NULL \
           AND x.party_id IS NOT NULL AND x.status = 'lost'"],
    when: "x.closed_on",
    by_day: true,
};
static SIGNED: Source = Source {
    resources: &["contracts"],
    from: &[" FROM contracts x WHERE x.tenant_id = $1 AND x.deleted_at IS NULL \
           AND x.stage <> 'cancelled'"],
    when: "x.signed_on",
    by_day: true,
};
static PAID: Source = Source {
    resources: &["receipts"],
    from: &[" FROM receipts x WHERE x.tenant_id = $1 AND x.deleted_at IS NULL \
           AND x.party_id IS NOT NULL"],
    when: "x.received_on",
    by_day: true,
};
/// Both sorts of purchases: orders of which something was bought, and signed contracts, as in the report `rfm`.
static BOUGHT: Source = Source {
    resources: &["orders", "contracts"],
    from: &[
        " FROM (SELECT o.party_id, o.placed_on AS bought_on FROM orders o \
             WHERE o.tenant_id = $1 AND o.deleted_at IS NULL AND o.party_id IS NOT NULL \
                 AND o.bought_steps > 0) x WHERE TRUE",
        " FROM (SELECT c.party_id, c.signed_on AS bought_on FROM contracts c \
             WHERE c.tenant_id = $1 AND c.deleted_at IS NULL AND c.stage <> 'cancelled' \
                 AND c.net_minor > 0) x WHERE TRUE",
    ],
    when: "x.bought_on",
    by_day: true,
};
/// The same, with what came back.
static TURNED_OVER: Source = Source {
    resources: &["orders", "contracts"],
    from: &[
        " FROM (SELECT o.party_id, o.placed_on AS bought_on, o.net_minor, o.net_currency \
             FROM orders o \
             WHERE o.tenant_id = $1 AND o.deleted_at IS NULL AND o.party_id IS NOT NULL) x \
         WHERE TRUE",
        " FROM (SELECT c.party_id, c.signed_on AS bought_on, c.net_minor, c.net_currency \
             FROM contracts c \
             WHERE c.tenant_id = $1 AND c.deleted_at IS NULL AND c.stage <> 'cancelled') x \
         WHERE TRUE",
    ],
    when: "x.bought_on",
    by_day: true,
};

const COUNT: &str = "COUNT(*)";
const NONE: &str = "";

const fn measure(
    name: &'static str,
    label: (&'static str, &'static str),
    figure: Figure,
    source: &'static Source,
    value: &'static str,
    currency: &'static str,
) -> Measure {
    Measure { name, label: Texts { en: label.0, zh: label.1 }, figure, source, value, currency }
}

/// All of them.
pub static MEASURES: &[Measure] = &[
    measure("activities.count", ("Activities done", "活动次数"), Figure::Count, &DONE, COUNT, NONE),
    measure(
        "activities.last_at",
        ("Last activity", "最近活动时间"),
        Figure::Instant,
        &DONE,
        "MAX(x.starts_at)",
        NONE,
    ),
    measure("visits.count", ("Visits", "拜访次数"), Figure::Count, &VISITS, COUNT, NONE),
    measure("calls.count", ("Calls", "电话次数"), Figure::Count, &CALLS, COUNT, NONE),
    measure("services.count", ("Services", "服务次数"), Figure::Count, &SERVICES, COUNT, NONE),
    measure("opportunities.count", ("Opportunities", "商机数"), Figure::Count, &BEGUN, COUNT, NONE),
    measure(
        "opportunities.last_on",
        ("Last opportunity", "最近商机日期"),
        Figure::Day,
        &BEGUN,
        "MAX(x.engaged_on)",
        NONE,
    ),
    measure("opportunities.won", ("Opportunities won", "赢单数"), Figure::Count, &WON, COUNT, NONE),
    measure(
        "opportunities.lost",
        ("Opportunities lost", "丢单数"),
        Figure::Count,
        &LOST,
        COUNT,
        NONE,
    ),
    measure(
        "opportunities.won_amount",
        ("Amount won", "赢单金额"),
        Figure::Amount,
        &WON,
        "SUM(x.amount_minor)",
        "x.amount_currency",
    ),
    measure("contracts.count", ("Contracts signed", "合同数"), Figure::Count, &SIGNED, COUNT, NONE),
    measure(
        "contracts.net",
        ("Contracted net amount", "合同净额"),
        Figure::Amount,
        &SIGNED,
        "SUM(x.net_minor)",
        "x.net_currency",
    ),
    measure(
        "contracts.first_on",
        ("First purchase", "首次购买日期"),
        Figure::Day,
        &SIGNED,
        "MIN(x.signed_on)",
        NONE,
    ),
    measure(
        "contracts.last_on",
        ("Last purchase", "最近购买日期"),
        Figure::Day,
        &SIGNED,
        "MAX(x.signed_on)",
        NONE,
    ),
    measure(
        "purchases.count",
        ("Orders and contracts", "购买频次"),
        Figure::Count,
        &BOUGHT,
        COUNT,
        NONE,
    ),
    measure(
        "purchases.net",
        ("Net amount of orders and contracts, less what came back", "购买净额"),
        Figure::Amount,
        &TURNED_OVER,
        "SUM(x.net_minor)",
        "x.net_currency",
    ),
    measure(
        "purchases.first_on",
        ("First order or contract", "首次下单或签约日期"),
        Figure::Day,
        &BOUGHT,
        "MIN(x.bought_on)",
        NONE,
    ),
    measure(
        "purchases.last_on",
        ("Last order or contract", "最近下单或签约日期"),
        Figure::Day,
        &BOUGHT,
        "MAX(x.bought_on)",
        NONE,
    ),
    measure(
        "receipts.amount",
        ("Amount paid", "已付金额"),
        Figure::Amount,
        &PAID,
        "SUM(CASE WHEN x.kind = 'refund' THEN -x.amount_minor ELSE x.amount_minor END)",
        "x.amount_currency",
    ),
    measure(
        "receipts.last_on",
        ("Last payment", "最近付款日期"),
        Figure::Day,
        &PAID,
        "MAX(x.received_on)",
        NONE,
    ),
];

/// The longest window, ten years.
const MOST_DAYS: i64 = 3_660;

/// What people may write: names, and what can stand behind them.
pub const ABOUT_NAMES: &str = "`_90d` behind the name of a count or an amount makes it that of the last 90 \
     days (1 to 3660), and `.USD` behind an amount that of another currency than your company's";

/// A measure as it was named: with its window and its currency.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    /// The measure.
    pub measure: &'static Measure,
    days: Option<i64>,
    currency: Currency,
}

impl Measure {
    /// Its name for people.
    pub fn called(&self, language: Language) -> &'static str {
        self.label.get(language)
    }

    /// Whether the caller may read what it counts at all: the figure is of the whole company's dealings
    /// with a party that the caller sees.
    fn is_open_to(&self, ctx: &Ctx) -> bool {
        let open = |resource: &&str| !ctx.reach(resource, Action::Read).is_nothing();
        self.source.resources.iter().all(open)
    }

    /// The aggregate over those of several tables.
    fn together(&self) -> &'static str {
        match self.value {
            value if value.starts_with("MIN(") => "MIN(",
            value if value.starts_with("MAX(") => "MAX(",
            // Of counts and sums.
            _ => "SUM(",
        }
    }

    fn kind(&self) -> Type {
        match self.figure {
            Figure::Count => Type::Integer,
            Figure::Amount => Type::Money,
            Figure::Day => Type::Date,
            Figure::Instant => Type::Instant,
        }
    }

    /// Whether a party without any has none, instead of 0.
    fn is_nullable(&self) -> bool {
        matches!(self.figure, Figure::Day | Figure::Instant)
    }
}

/// Those that the caller may name.
pub fn open_to(ctx: &Ctx) -> impl Iterator<Item = &'static Measure> {
    MEASURES.iter().filter(|measure| measure.is_open_to(ctx))
}

impl Named {
    /// Reads a name such as `contracts.net_365d.USD`; `None` if it is no measure that the caller may
    /// read.
    pub fn read(name: &str, ctx: &Ctx) -> Option<Self> {
        let plain = |name: &str| open_to(ctx).find(|measure| measure.name == name);
        let own = ctx.settings.currency;
        let (stem, currency) = match plain(name) {
            Some(measure) => return Some(Self { measure, days: None, currency: own }),
            None => match name.rsplit_once('.') {
                Some((stem, code))
                    if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) =>
                {
                    (stem, Some(code.parse::<Currency>().ok()?))
                }
                _ => (name, None),
            },
        };
        let (stem, days) = match stem.strip_suffix('d').and_then(|stem| stem.rsplit_once('_')) {
            Some((stem, days)) if days.bytes().all(|b| b.is_ascii_digit()) => {
                let days = days.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
                (stem, Some(days?))
            }
            _ => (stem, None),
        };
        let measure = plain(stem)?;
        let fits = (days.is_none() || !measure.is_nullable())
            && (currency.is_none() || measure.figure == Figure::Amount);
        fits.then_some(Self { measure, days, currency: currency.unwrap_or(own) })
    }

    /// The currency that its amount is in.
    pub fn currency(&self) -> Currency {
        self.currency
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_measure_has_a_name_of_its_own() {
        let names: BTreeSet<_> = MEASURES.iter().map(|one| one.name).collect();
        assert_eq!(names.len(), MEASURES.len());
        for one in MEASURES {
            assert_eq!(one.currency.is_empty(), one.figure != Figure::Amount, "{}", one.name);
        }
    }
}
