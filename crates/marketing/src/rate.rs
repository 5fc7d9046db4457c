//! Rates of people: how many of those who could have done it, and how far chance may carry that.

use crate::experiments::RateInterval;
use guanxi_kernel::ratio::Ratio;
use guanxi_mining::Proportion;
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

    fn interval(self) -> Option<RateInterval> {
        let counts = u64::try_from(self.done).ok().zip(u64::try_from(self.could).ok());
        let (answers, asked) = counts.filter(|(done, could)| done <= could)?;
        Proportion { answers, asked }.interval().map(RateInterval::from)
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
}
