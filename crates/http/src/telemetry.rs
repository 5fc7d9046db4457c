//! What `/metrics` shows: every metric of the program, whichever crate counts it, and the recorder that
//! keeps them.
//!
//! The list is what README.md documents; tests hold it against both, and against the code that counts.

use metrics::Unit;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// A number that only rises, from zero at each start.
    Counter,
    /// How many values were at most as large as each of [`BUCKETS`], their sum and their number.
    Histogram,
}

impl MetricKind {
    /// The word that Prometheus has for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Histogram => "histogram",
        }
    }
}

/// What tells apart the numbers under one name.
#[derive(Debug, Clone, Copy)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// All values that it can have; empty if they follow from requests.
    pub values: &'static [&'static str],
}

/// A metric.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: MetricKind,
    /// What is counted or measured.
    pub unit: Unit,
    /// What tells its numbers apart.
    pub labels: &'static [Label],
    /// What it means, for whoever looks at it.
    pub meaning: &'static str,
}

/// The method, the route as the API document writes it (`-` where no route fits), and the status of
/// the answer.
const OF_A_REQUEST: &[Label] = &[
    Label { name: "method", values: &[] },
    Label { name: "route", values: &[] },
    Label { name: "status", values: &[] },
];

/// The background work of a server.
const WORKS: &[&str] = &[
    "dispatching",
    "indexing",
    "jobs",
    "limits",
    "mail",
    "maintenance",
    "sealing",
    "secrets",
    "webhooks",
    "workflow",
];

/// Every metric, by name.
pub static METRICS: &[Metric] = &[
    Metric {
        name: "guanxi_background_panics_total",
        kind: MetricKind::Counter,
        unit: Unit::Count,
        labels: &[Label { name: "work", values: WORKS }],
        meaning: "Background work that panicked and goes on; each is a defect of the program",
    },
    Metric {
        name: "guanxi_mails_total",
        kind: MetricKind::Counter,
        unit: Unit::Count,
        labels: &[Label { name: "result", values: &["sent", "refused", "not_now", "uncertain"] }],
        meaning: "Letters handed to the mail server, by what it said",
    },
    Metric {
        name: "guanxi_panics_total",
        kind: MetricKind::Counter,
        unit: Unit::Count,
        labels: &[],
        meaning: "Requests whose handler panicked; each is a defect of the program",
    },
    Metric {
        name: "guanxi_request_seconds",
        kind: MetricKind::Histogram,
        unit: Unit::Seconds,
        labels: OF_A_REQUEST,
        meaning: "Time from the head of a request to the head of its answer",
    },
    Metric {
        name: "guanxi_requests_total",
        kind: MetricKind::Counter,
        unit: Unit::Count,
        labels: OF_A_REQUEST,
        meaning: "Answered requests",
    },
    Metric {
        name: "guanxi_spans_total",
        kind: MetricKind::Counter,
        unit: Unit::Count,
        labels: &[Label { name: "result", values: &["sent", "failed", "dropped"] }],
        meaning: "Spans of requests for the collector of traces",
    },
    Metric {
        name: "guanxi_store_replica_reads_total",
        kind: MetricKind::Counter,
        unit: Unit::Count,
        labels: &[Label { name: "result", values: &["served", "behind", "unusable", "cut_off"] }],
        meaning: "Reports of a store with a replica: served by it, or by the primary for that reason",
    },
    Metric {
        name: "guanxi_store_retries_total",
        kind: MetricKind::Counter,
        unit: Unit::Count,
        labels: &[],
        meaning: "Transactions done again because another one got in between",
    },
    Metric {
        name: "guanxi_store_shared_commits_total",
        kind: MetricKind::Counter,
        unit: Unit::Count,
        labels: &[],
        meaning: "Writes to the embedded store that were committed together with another one",
    },
    Metric {
        name: "guanxi_webhook_attempts_total",
        kind: MetricKind::Counter,
        unit: Unit::Count,
        labels: &[Label { name: "result", values: &["delivered", "failed"] }],
        meaning: "Attempts to deliver a webhook",
    },
];

/// The upper bounds of histograms, in seconds: from a read out of memory to the longest request. True
/// histograms, not quantiles, because those of several nodes cannot be added up.
pub const BUCKETS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Records from now on what the program counts. Once for a process. Whoever holds the handle runs its
/// upkeep from time to time, also where nobody asks for `/metrics`: until then each value is kept.
///
/// # Errors
/// When there is a recorder already.
pub fn record() -> Result<PrometheusHandle, BuildError> {
    let mut builder = PrometheusBuilder::new();
    for metric in METRICS.iter().filter(|metric| metric.kind == MetricKind::Histogram) {
        let name = Matcher::Full(metric.name.to_owned());
        builder = builder.set_buckets_for_metric(name, BUCKETS)?;
    }
    let handle = builder.install_recorder()?;
    METRICS.iter().for_each(Metric::announce);
    handle.run_upkeep();
    Ok(handle)
}

impl Metric {
    /// Describes it, and shows as zero what has not happened yet: a number that appears with its first
    /// one has no rise that an alert could see.
    fn announce(&self) {
        match self.kind {
            MetricKind::Counter => metrics::describe_counter!(self.name, self.unit, self.meaning),
            MetricKind::Histogram => {
                metrics::describe_histogram!(self.name, self.unit, self.meaning);
            }
        }
        match (self.kind, self.labels) {
            (MetricKind::Counter, []) => metrics::counter!(self.name).increment(0),
            (MetricKind::Counter, [label]) => {
                for value in label.values {
                    let labels = [(label.name, *value)];
                    metrics::counter!(self.name, &labels).increment(0);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_conventions_of_prometheus() {
        assert!(METRICS.is_sorted_by_key(|metric| metric.name));
        for metric in METRICS {
            let end = match (metric.kind, metric.unit) {
                (MetricKind::Counter, _) => "_total",
                (MetricKind::Histogram, Unit::Seconds) => "_seconds",
                (MetricKind::Histogram, _) => unreachable!("no other unit is in use"),
            };
            assert!(metric.name.starts_with("guanxi_") && metric.name.ends_with(end), "{metric:?}");
        }
        assert!(BUCKETS.is_sorted());
    }
}
