//! Measures reading and writing: `measure (write|read) (csv|xlsx|ndjson) ROWS FILE`, or
//! `measure examine FILE`. Prints rows per second and the peak of the resident memory.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

use guanxi_kernel::{Result, Word, problem::INTERNAL};
use guanxi_tabular::{Column, Format, Limits, WriteOptions, Writer, examine, open};
use serde_json::{Value, json};
use std::{env, fs, path::Path, time::Instant};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let before = memory("VmRSS:");
    let started = Instant::now();
    let rows = match words.as_slice() {
        ["write", format, rows, file] => write(format, rows.parse().unwrap_or(0), Path::new(file))?,
        ["read", file] => read(Path::new(file))?,
        ["examine", file] => match examine(Path::new(file), &Limits::default()) {
            Ok(layout) => layout.rows,
            Err(problem) => {
                println!("{problem}");
                0
            }
        },
        _ => {
            return Err(INTERNAL
                .problem()
                .because("write FORMAT ROWS FILE, read FILE, examine FILE"));
        }
    };
    let seconds = started.elapsed().as_secs_f64();
    let (peak, speed) = (memory("VmHWM:"), rows as f64 / seconds);
    println!("{words:?}: {seconds:.2} s, {speed:.0} rows/s, RSS {before} -> {peak} kB at most");
    Ok(())
}

fn write(format: &str, rows: u64, file: &Path) -> Result<u64> {
    let names =
        ["name", "tax_id", "phone", "city", "owner", "amount", "count", "active", "on", "note"];
    let column = |name: &&str| Column { name: (*name).into(), label: (*name).into() };
    let columns: Vec<Column> = names.iter().map(column).collect();
    let format = Format::from_word(format).ok_or_else(|| INTERNAL.problem())?;
    let sink = fs::File::create(file).map_err(|error| INTERNAL.problem().because(error))?;
    let mut writer = Writer::new(format, sink, &columns, &WriteOptions::default())?;
    for at in 0..rows {
        writer.write(&row(at))?;
    }
    writer.finish()?;
    Ok(rows)
}

fn row(at: u64) -> [Value; 10] {
    [
        json!(format!("上海第{at}贸易有限公司")),
        json!(format!("91310000{:010}", at * 7919)),
        json!(format!("+86138{:08}", at * 31 % 100_000_000)),
        json!("Shanghai"),
        json!(format!("owner-{}", at % 50)),
        json!({"amount": format!("{}.50", at * 13), "currency": "CNY"}),
        json!(at),
        json!(at.is_multiple_of(3)),
        json!("2026-01-31"),
        json!(format!("called on day {}, wants \"{}\" more", at % 31, at % 7)),
    ]
}

fn read(file: &Path) -> Result<u64> {
    let limits = Limits::default();
    let started = Instant::now();
    let layout = examine(file, &limits)?;
    println!("examined in {:.2} s", started.elapsed().as_secs_f64());
    let started = Instant::now();
    open(file, &layout, &limits)?.nth(layout.rows as usize / 2);
    println!("skipped half in {:.2} s", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let mut rows = 0;
    for row in open(file, &layout, &limits)? {
        row.values?;
        rows += 1;
    }
    println!("read alone in {:.2} s", started.elapsed().as_secs_f64());
    Ok(rows)
}

/// Kibibytes, as Linux tells them.
fn memory(line: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|known| known.strip_prefix(line));
    found.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
