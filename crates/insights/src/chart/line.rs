//! Lines over rows in their order, such as months.

use super::{
    Chart,
    bars::{LEADING, MARGIN, TEXT, foot, head},
    scale::Scale,
    svg::{Anchor, COLOURS, Drawing, GRID, INK, PALE},
    text::{lines, width},
};

/// How high the field is, of how wide it is; and at least, in pixels.
const HIGH: (f64, f64) = (0.42, 180.0);

pub(super) fn draw(chart: &Chart, wide: f64) -> String {
    let mut drawing = Drawing::new(wide);
    let mut top = head(&mut drawing, chart, wide);
    if chart.rows.is_empty() {
        let end = foot(&mut drawing, chart, wide, top);
        return drawing.finish(end, &chart.title);
    }
    for line in lines(&chart.axis, TEXT, wide - 2.0 * MARGIN) {
        top += TEXT * LEADING;
        drawing.text((MARGIN, top), Anchor::Start, TEXT, PALE, &line);
    }
    top += 14.0;
    let values = chart.rows.iter().flat_map(|row| row.values.iter().flatten());
    let scale = Scale::over(values.map(|value| value.number), 5.0);
    let marks = scale.marks();
    let left = MARGIN + marks.iter().map(|mark| width(&mark.1, TEXT)).fold(0.0, f64::max) + 8.0;
    let right = wide - MARGIN;
    let bottom = top + f64::max(wide * HIGH.0, HIGH.1);
    let y = |value: f64| bottom - scale.at(value) * (bottom - top);
    for (value, text) in &marks {
        drawing.line((left, y(*value)), (right, y(*value)), GRID);
        let place = (left - 8.0, y(*value) + TEXT * 0.35);
        drawing.text(place, Anchor::End, TEXT, PALE, text);
    }
    let each = (right - left) / chart.rows.len() as f64;
    let x = |at: usize| left + (at as f64 + 0.5) * each;
    for (series, _) in chart.series.iter().enumerate() {
        let colour = COLOURS[series % COLOURS.len()];
        let place = |(at, row): (usize, &super::Row)| {
            row.values[series].as_ref().map(|value| (x(at), y(value.number)))
        };
        let points: Vec<(f64, f64)> = chart.rows.iter().enumerate().filter_map(place).collect();
        drawing.path(&points, colour);
        for (at, row) in chart.rows.iter().enumerate() {
            if let Some(value) = &row.values[series] {
                let about = format!("{}: {}", row.name, value.text);
                drawing.point((x(at), y(value.number)), colour, &about);
            }
        }
    }
    let end = names(&mut drawing, chart, &x, each, bottom);
    let end = foot(&mut drawing, chart, wide, end);
    drawing.finish(end, &chart.title)
}

/// The names below the field: as many as find room beside each other.
fn names(
    drawing: &mut Drawing,
    chart: &Chart,
    x: &dyn Fn(usize) -> f64,
    each: f64,
    bottom: f64,
) -> f64 {
    let widest = chart.rows.iter().map(|row| width(&row.name, TEXT)).fold(0.0, f64::max);
    let every = (widest.min(120.0) + 10.0).max(1.0) / each;
    let every = if every <= 1.0 { 1 } else { every.ceil() as usize };
    let room = each * every as f64 - 10.0;
    let mut end = bottom;
    for (at, row) in chart.rows.iter().enumerate().step_by(every) {
        let mut y = bottom + 4.0;
        for line in lines(&row.name, TEXT, room.max(TEXT * 2.0)) {
            y += TEXT * LEADING;
            drawing.text((x(at), y), Anchor::Middle, TEXT, INK, &line);
        }
        end = f64::max(end, y);
    }
    end
}
