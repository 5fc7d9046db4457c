//! Titles that name the record that they are about.

use guanxi_kernel::Line;
use serde_json::Value as Json;

/// The title with the members of the record in it: `{name}` stands for the member `name`. What there is
/// no room for is cut off.
pub(crate) fn fill(template: &Line<200>, record: &Json) -> Line<200> {
    let (mut title, mut rest) = (String::new(), &**template);
    while let Some((before, after)) = rest.split_once('{') {
        title.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        match &record[name] {
            Json::String(text) => title.push_str(text),
            Json::Null => {}
            other => title.push_str(&other.to_string()),
        }
        rest = behind;
    }
    title.push_str(rest);
    let cut: String = title.chars().take(200).collect();
    Line::new(&cut).unwrap_or_else(|_| template.clone())
}
