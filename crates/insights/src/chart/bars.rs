//! Horizontal bars: names on the left, as many lines high as they need, and figures behind the bars.

use super::{
    Chart,
    scale::Scale,
    svg::{Anchor, COLOURS, Drawing, GRID, INK, PALE},
    text::{lines, width},
};

pub(super) const TITLE: f64 = 17.0;
pub(super) const TEXT: f64 = 13.0;
pub(super) const MARGIN: f64 = 16.0;
/// From one line of text to the next, in sizes of its letters.
pub(super) const LEADING: f64 = 1.35;
const BAR: f64 = 16.0;
const GAP: f64 = 12.0;
/// The widest that names may be, of the whole.
const NAMES: f64 = 0.36;

/// Title, subtitle and legend; where they end.
pub(super) fn head(drawing: &mut Drawing, chart: &Chart, wide: f64) -> f64 {
    let mut y = MARGIN;
    for (text, size, colour) in [(&chart.title, TITLE, INK), (&chart.subtitle, TEXT, PALE)] {
        for line in lines(text, size, wide - 2.0 * MARGIN) {
            y += size * LEADING;
            drawing.text((MARGIN, y - size * 0.3), Anchor::Start, size, colour, &line);
        }
    }
    y += 6.0;
    if chart.series.len() < 2 {
        return y;
    }
    let mut x = MARGIN;
    y += TEXT * LEADING;
    for (at, name) in chart.series.iter().enumerate() {
        let needed = 18.0 + width(name, TEXT) + 18.0;
        if x > MARGIN && x + needed > wide - MARGIN {
            (x, y) = (MARGIN, y + TEXT * LEADING);
        }
        drawing.bar((x, y - 10.0), (12.0, 12.0), COLOURS[at % COLOURS.len()], name);
        drawing.text((x + 18.0, y), Anchor::Start, TEXT, INK, name);
        x += needed;
    }
    y + 8.0
}

/// What is said below the figures; where it ends.
pub(super) fn foot(drawing: &mut Drawing, chart: &Chart, wide: f64, mut y: f64) -> f64 {
    if let Some(note) = &chart.note {
        for line in lines(note, TEXT, wide - 2.0 * MARGIN) {
            y += TEXT * LEADING;
            drawing.text((MARGIN, y), Anchor::Start, TEXT, PALE, &line);
        }
    }
    y + MARGIN
}

pub(super) fn draw(chart: &Chart, wide: f64) -> String {
    let mut drawing = Drawing::new(wide);
    let top = head(&mut drawing, chart, wide);
    if chart.rows.is_empty() {
        let end = foot(&mut drawing, chart, wide, top);
        return drawing.finish(end, &chart.title);
    }
    let names: Vec<Vec<String>> =
        chart.rows.iter().map(|row| lines(&row.name, TEXT, wide * NAMES)).collect();
    let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0, f64::max);
    let names_wide = widest(&mut names.iter().flatten().map(|line| width(line, TEXT)));
    let values = || chart.rows.iter().flat_map(|row| row.values.iter().flatten());
    let figures_wide = widest(&mut values().map(|value| width(&value.text, TEXT)));
    let left = MARGIN + names_wide + 10.0;
    let right = (wide - MARGIN - figures_wide - 8.0).max(left + 20.0);
    let longest = widest(
        &mut Scale::over(values().map(|value| value.number), 5.0)
            .marks()
            .iter()
            .map(|mark| width(&mark.1, TEXT)),
    );
    let steps = ((right - left) / (longest + 24.0)).floor().clamp(1.0, 8.0);
    let scale = Scale::over(values().map(|value| value.number), steps);
    let x = |value: f64| left + scale.at(value) * (right - left);
    let heights: Vec<f64> = names
        .iter()
        .map(|lines| {
            let text = lines.len() as f64 * TEXT * LEADING;
            f64::max(text, chart.series.len() as f64 * BAR) + GAP
        })
        .collect();
    let bottom = top + heights.iter().sum::<f64>();
    marks(&mut drawing, &scale, &x, (top, bottom), wide);
    let mut y = top;
    for ((row, lines), height) in chart.rows.iter().zip(&names).zip(&heights) {
        let middle = y + height / 2.0;
        let first = middle - lines.len() as f64 * TEXT * LEADING / 2.0 + TEXT;
        for (at, line) in lines.iter().enumerate() {
            let place = (left - 10.0, first + at as f64 * TEXT * LEADING);
            drawing.text(place, Anchor::End, TEXT, INK, line);
        }
        let upper = middle - row.values.len() as f64 * BAR / 2.0;
        for (at, value) in row.values.iter().enumerate() {
            let Some(value) = value else { continue };
            let (from, to) = (x(value.number.min(0.0)), x(value.number.max(0.0)));
            let place = (from, upper + at as f64 * BAR + 1.0);
            let about = format!("{}: {}", row.name, value.text);
            let colour = COLOURS[at % COLOURS.len()];
            drawing.bar(place, ((to - from).max(1.0), BAR - 2.0), colour, &about);
            drawing.text((to + 5.0, place.1 + BAR - 4.5), Anchor::Start, TEXT, INK, &value.text);
        }
        y += height;
    }
    let mut y = bottom + TEXT * LEADING;
    for line in lines(&chart.axis, TEXT, wide - 2.0 * MARGIN) {
        y += TEXT * LEADING;
        let place = (((left + right) / 2.0).min(wide - MARGIN - width(&line, TEXT) / 2.0), y);
        drawing.text(place, Anchor::Middle, TEXT, PALE, &line);
    }
    let end = foot(&mut drawing, chart, wide, y);
    drawing.finish(end, &chart.title)
}

/// The lines behind the bars, with their texts below.
fn marks(
    drawing: &mut Drawing,
    scale: &Scale,
    x: &dyn Fn(f64) -> f64,
    (top, bottom): (f64, f64),
    wide: f64,
) {
    let mut free = 0.0;
    for (value, text) in scale.marks() {
        drawing.line((x(value), top), (x(value), bottom), GRID);
        let half = width(&text, TEXT) / 2.0;
        let place = x(value).min(wide - MARGIN / 2.0 - half);
        if place - half > free {
            drawing.text((place, bottom + TEXT * LEADING), Anchor::Middle, TEXT, PALE, &text);
            free = place + half + 6.0;
        }
    }
}
