//! The elements of a chart. Every text that comes from records is escaped here.

use std::fmt::Write as _;

/// Fonts with Chinese letters first, as systems have them; nothing is fetched.
const FONTS: &str = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',\
    'WenQuanYi Zen Hei','Noto Sans','Segoe UI',Arial,sans-serif";

/// Colours that are told apart without seeing colours, too.
pub(super) const COLOURS: [&str; 4] = ["#1f5fa8", "#e08b1e", "#4f9a94", "#8c4a78"];
/// The colour of texts.
pub(super) const INK: &str = "#222222";
/// The colour of lesser texts.
pub(super) const PALE: &str = "#555555";
/// The colour of the lines behind the figures.
pub(super) const GRID: &str = "#dddddd";

/// A drawing in the making.
pub(super) struct Drawing {
    width: f64,
    body: String,
}

/// To which side of its place a text goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Drawing {
    pub(super) fn new(width: f64) -> Self {
        Self { width, body: String::new() }
    }

    /// One line of text; `y` is where its letters stand.
    pub(super) fn text(
        &mut self,
        (x, y): (f64, f64),
        anchor: Anchor,
        size: f64,
        fill: &str,
        text: &str,
    ) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escape(text);
        self.element(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"{fill}\">{text}</text>"
        ));
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: &str) {
        self.element(format_args!(
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\"/>",
            from.0, from.1, to.0, to.1
        ));
    }

    /// A bar; `about` is told when it is pointed at.
    pub(super) fn bar(
        &mut self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        colour: &str,
        about: &str,
    ) {
        let about = escape(about);
        self.element(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{colour}\"><title>{about}</title></rect>"
        ));
    }

    /// A line through points.
    pub(super) fn path(&mut self, points: &[(f64, f64)], colour: &str) {
        let mut text = String::new();
        for (x, y) in points {
            // Writing to a text does not fail.
            let _ = write!(text, "{x:.1},{y:.1} ");
        }
        let text = text.trim_end();
        self.element(format_args!(
            "<polyline points=\"{text}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
        ));
    }

    /// A point of a line; `about` is told when it is pointed at.
    pub(super) fn point(&mut self, (x, y): (f64, f64), colour: &str, about: &str) {
        let about = escape(about);
        self.element(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"><title>{about}</title></circle>"
        ));
    }

    fn element(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a text does not fail.
        let _ = writeln!(self.body, "{element}");
    }

    /// The drawing, so high, called by its title.
    pub(super) fn finish(self, height: f64, title: &str) -> String {
        let (width, title, body) = (self.width, escape(title), self.body);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" font-family=\"{FONTS}\">\n\
             <title>{title}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{body}</svg>\n"
        )
    }
}

/// A text in XML 1.0, which has no control characters.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn texts_of_strangers_stay_texts() {
        let said = escape("</text><script>\"'&\u{0}\u{ffff}王");
        assert_eq!(said, "&lt;/text&gt;&lt;script&gt;&quot;&#39;&amp;  王");
    }
}
