//! Phone numbers: read as people write them, kept in E.164 (`+8613800138000`).

use phonenumber::{Mode, country};

/// Reads `text` as a number of `region` (ISO 3166, e.g. `CN`) unless it starts with `+`.
///
/// `None` when it is no number that could exist there. Full-width digits are read too.
pub fn e164(text: &str, region: &str) -> Option<String> {
    let text = crate::text::fold(text);
    let number = phonenumber::parse(region.parse::<country::Id>().ok(), text).ok()?;
    phonenumber::is_valid(&number).then(|| number.format().mode(Mode::E164).to_string())
}

/// Reads the tables of all countries, which takes a moment the first time; a server does it before
/// its first request, and not in the middle of somebody's transaction.
pub fn prepare() {
    e164("+8613800138000", "CN");
}

#[cfg(test)]
mod tests {
    use super::e164;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let same = Some("+8613800138000".to_owned());
        for text in ["13800138000", "138 0013 8000", "+86 138-0013-8000", "１３８００１３８０００"]
        {
            assert_eq!(e164(text, "CN"), same, "{text}");
        }
        assert_eq!(e164("(010) 6552 9988", "CN").as_deref(), Some("+861065529988"));
        assert_eq!(e164("+1 650-253-0000", "CN").as_deref(), Some("+16502530000"));
        assert_eq!(e164("12", "CN"), None);
        assert_eq!(e164("call me", "CN"), None);
    }
}
