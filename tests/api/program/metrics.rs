//! `/metrics` against the list of metrics: what is shown is on the list, what is on the list is shown,
//! counted and documented.

use super::Program;
use crate::architecture::{root, sources};
use guanxi_http::telemetry::{METRICS, Metric};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// What the text says of each metric: its kind, its meaning, and the names of its labels.
type Shown = BTreeMap<String, (String, String, BTreeSet<String>)>;

fn shown(text: &str) -> Shown {
    let mut shown = Shown::new();
    for line in text.lines() {
        let words = |rest: &str| {
            rest.split_once(' ').map(|(name, rest)| (name.to_owned(), rest.to_owned()))
        };
        if let Some((name, meaning)) = line.strip_prefix("# HELP ").and_then(words) {
            shown.entry(name).or_default().1 = meaning;
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(words) {
            shown.entry(name).or_default().0 = kind;
        } else if let Some((sample, _)) = line.rsplit_once(' ') {
            let (name, labels) = sample.split_once('{').unwrap_or((sample, ""));
            // A histogram is told in three parts.
            let parts = ["_bucket", "_sum", "_count"];
            let whole = parts.iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name);
            let entry = shown.entry(whole.to_owned()).or_default();
            // No value holds a quote or a comma.
            let names =
                labels.split("=\"").filter_map(|before| before.rsplit([',', '"', '{']).next());
            let names = names.filter(|name| !name.is_empty() && *name != "}" && *name != "le");
            entry.2.extend(names.map(str::to_owned));
        }
    }
    shown
}

fn listed() -> Shown {
    let told = |metric: &Metric| {
        let labels = metric.labels.iter().map(|label| label.name.to_owned()).collect();
        (metric.kind.word().to_owned(), metric.meaning.to_owned(), labels)
    };
    METRICS.iter().map(|metric| (metric.name.to_owned(), told(metric))).collect()
}

programs![every_metric_is_on_the_list_and_shown];

async fn every_metric_is_on_the_list_and_shown(program: &Program) {
    let server = program.serve();
    server.admin().await.get("/v1/parties").await.expect(200);
    let text = server.anonymous().get("/metrics").await.expect(200).text;
    assert_eq!(shown(&text), listed(), "{text}");
    for value in METRICS.iter().flat_map(|metric| metric.labels).flat_map(|label| label.values) {
        assert!(text.contains(&format!("=\"{value}\"")), "{value} is not shown from the start");
    }
    assert!(text.contains("guanxi_request_seconds_bucket{"), "{text}");
    server.stop();
}

#[test]
fn what_is_counted_is_on_the_list_and_the_other_way_round() {
    let mut counted = BTreeSet::new();
    for (_, text) in sources(&["crates"]) {
        for count in ["counter!(\"", "gauge!(\"", "histogram!(\""] {
            let names = text.split(count).skip(1).filter_map(|rest| rest.split('"').next());
            counted.extend(names.map(str::to_owned));
        }
    }
    let listed: BTreeSet<String> = METRICS.iter().map(|metric| metric.name.to_owned()).collect();
    assert_eq!(counted, listed);
}

#[test]
fn the_readme_has_every_metric() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let rows = |line: &&str| line.starts_with("| `guanxi_");
    let written: Vec<&str> = readme.lines().filter(rows).collect();
    let listed: Vec<String> = METRICS.iter().map(row).collect();
    assert_eq!(written, listed, "the table of metrics in README.md");
}

fn row(metric: &Metric) -> String {
    let labels = metric.labels.iter().map(|label| match label.values {
        [] => format!("`{}`", label.name),
        values => format!("`{}`: {}", label.name, values.join(", ")),
    });
    let labels = labels.collect::<Vec<_>>().join(", ");
    let unit = metric.unit.as_str();
    let (name, kind, meaning) = (metric.name, metric.kind.word(), metric.meaning);
    format!("| `{name}` | {kind} | {unit} | {labels} | {meaning} |")
}

#[test]
fn the_text_of_prometheus_is_read() {
    let text = "# HELP a_seconds How long\n# TYPE a_seconds histogram\n\
                a_seconds_bucket{route=\"/v1/x/{id}\",status=\"200\",le=\"0.1\"} 1\n\
                a_seconds_sum{route=\"/v1/x/{id}\",status=\"200\"} 0.1\n\n# TYPE b_total counter\nb_total 0\n";
    let labels = ["route", "status"].map(str::to_owned).into();
    let expected = Shown::from([
        ("a_seconds".to_owned(), ("histogram".to_owned(), "How long".to_owned(), labels)),
        ("b_total".to_owned(), ("counter".to_owned(), String::new(), BTreeSet::new())),
    ]);
    assert_eq!(shown(text), expected);
}
