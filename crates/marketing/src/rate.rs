//! Rates of people: how many of those who could have done it, and how far chance may carry that.

use crate::experiments::RateInterval;
use guanxi_kernel::ratio::Ratio;
use guanxi_mining::Proportion;
use serde::Serialize;
use utoipa::ToSchema;

/// How many have done something of those who could, with the interval of the rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Rate {
    /// The one by the other.
    #[serde(flatten)]
    pub ratio: Ratio,
    /// The interval of the rate (Wilson); `null` of nobody, and where the one are no part of the other, e.g. buyers who
    /// have not answered.
    #[schema(required)]
    pub interval: Option<RateInterval>,
}

impl Rate {
    /// So many of so many.
    pub fn new(done: i64, could: i64) -> Self {
        let counts = u64::try_from(done).ok().zip(u64::try_from(could).ok());
        let sample = counts.filter(|(done, could)| done <= could);
        let interval = sample.and_then(|(answers, asked)| Proportion { answers, asked }.interval());
        Self { ratio: Ratio::new(done, could), interval: interval.map(RateInterval::from) }
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
            let RateInterval { from, to } = rate.interval.unwrap();
            to.parse::<f64>().unwrap() - from.parse::<f64>().unwrap()
        };
        assert!(wide(Rate::new(300, 10_000)) < wide(Rate::new(30, 1_000)));
        assert_eq!(Rate::new(0, 0).interval, None);
        assert_eq!(Rate::new(3, 2).interval, None, "no part of them");
    }
}
