//! Rates of people: how many of those who could have done it, and how far chance may carry that.

use crate::experiments::RateInterval;
use guanxi_kernel::ratio::Ratio;
use guanxi_mining::{Proportion, fixed};
use rust_decimal::Decimal;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// So many of so many: the shape of every rate that is told of people and of what they do.
///
/// On the wire it is a ratio and its interval. Equal means equal figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "Wire")]
pub struct Rate {
    done: i64,
    could: i64,
}

/// How many have done something of those who could, with the interval of the rate.
#[derive(Serialize, ToSchema)]
#[schema(as = Rate)]
struct Wire {
    /// The one by the other.
    #[serde(flatten)]
    ratio: Ratio,
    /// The interval of the rate (Wilson); `null` of nobody, and where the one are no part of the other, e.g. buyers who
    /// have not answered.
    #[schema(required)]
    interval: Option<RateInterval>,
}

/// How far one rate differs from another, and how likely that is by chance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RateDifference {
    /// The one less the other, with six decimals.
    pub difference: String,
    /// Its interval (Wald).
    pub interval: RateInterval,
    /// The difference by the other rate, with six decimals; `null` where that is 0.
    #[schema(required)]
    pub uplift: Option<String>,
    /// How likely such a difference is by chance alone (two-proportion z-test, pooled, two-sided), in scientific
    /// notation with six significant digits; `null` where nobody or everybody has done it in both.
    #[schema(required)]
    pub p_value: Option<String>,
}

impl Rate {
    /// So many of so many.
    pub const fn new(done: i64, could: i64) -> Self {
        Self { done, could }
    }

    /// The one by the other.
    pub fn ratio(self) -> Ratio {
        Ratio::new(self.done, self.could)
    }

    /// The quotient, as that of the ratio.
    pub fn value(self) -> Option<Decimal> {
        self.ratio().value()
    }

    /// How far it differs from another, of other people; nothing where one of them has no interval.
    pub fn against(self, other: Self) -> Option<RateDifference> {
        let found = self.proportion()?.against(other.proportion()?)?;
        Some(RateDifference {
            difference: fixed(found.difference),
            interval: found.interval.into(),
            uplift: found.relative.map(fixed),
            p_value: found.p_value.map(|p| format!("{p:.5e}")),
        })
    }

    fn interval(self) -> Option<RateInterval> {
        self.proportion()?.interval().map(RateInterval::from)
    }

    /// The same for statistics, where the one are a part of the other.
    fn proportion(self) -> Option<Proportion> {
        let counts = u64::try_from(self.done).ok().zip(u64::try_from(self.could).ok());
        let (answers, asked) = counts.filter(|(done, could)| done <= could)?;
        Some(Proportion { answers, asked })
    }
}

impl From<Rate> for Wire {
    fn from(rate: Rate) -> Self {
        Self { ratio: rate.ratio(), interval: rate.interval() }
    }
}

impl PartialSchema for Rate {
    fn schema() -> RefOr<Schema> {
        Wire::schema()
    }
}

impl ToSchema for Rate {
    fn name() -> Cow<'static, str> {
        Wire::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Wire::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{json, to_value};

    #[test]
    fn x_12_a_rate_has_its_figures_and_its_interval() {
        let expected = json!({ "value": "0.0300", "numerator": "30", "denominator": "1000",
            "interval": { "from": "0.021094", "to": "0.042503" } });
        assert_eq!(to_value(Rate::new(30, 1_000)).unwrap(), expected);
        // More are surer.
        let wide = |rate: Rate| {
            let RateInterval { from, to } = rate.interval().unwrap();
            to.parse::<f64>().unwrap() - from.parse::<f64>().unwrap()
        };
        assert!(wide(Rate::new(300, 10_000)) < wide(Rate::new(30, 1_000)));
        assert_eq!(Rate::new(0, 0).interval(), None);
        assert_eq!(Rate::new(3, 2).interval(), None, "no part of them");
        assert_eq!(Rate::name(), "Rate");
    }

    #[test]
    fn x_12_a_difference_has_its_interval_and_how_likely_it_is_by_chance() {
        let found = to_value(Rate::new(140, 1_000).against(Rate::new(100, 1_000))).unwrap();
        assert_eq!(
            (&found["difference"], &found["uplift"]),
            (&json!("0.040000"), &json!("0.400000"))
        );
        let (from, to) = (&found["interval"]["from"], &found["interval"]["to"]);
        assert_eq!((from, to), (&json!("0.011570"), &json!("0.068430")));
        assert_eq!(found["p_value"], "5.91585e-3");
        assert_eq!(Rate::new(1, 10).against(Rate::new(0, 0)), None);
        assert_eq!(Rate::new(3, 2).against(Rate::new(1, 10)), None, "no part of them");
        let none = Rate::new(0, 10).against(Rate::new(0, 20)).unwrap();
        assert_eq!((none.uplift, none.p_value), (None, None));
    }
}
