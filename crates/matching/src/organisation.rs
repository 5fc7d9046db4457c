//! Names of organisations: what is the name, and what only says what sort of body it is.

use crate::normalise::{Name, has_han, named, words};

/// Legal forms and words for a group, as they stand at the end of a name in Latin letters
/// (ISO 20275 lists them by country). Full stops are gone before: `S.A.` arrives as `s a`.
const LEGAL_FORMS: &[&str] = &[
    "ab",
    "ag",
    "as",
    "asa",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "eg",
    "ev",
    "gmbh",
    "group",
    "holding",
    "holdings",
    "inc",
    "incorporated",
    "kg",
    "kgaa",
    "kk",
    "llc",
    "llp",
    "limited",
    "lp",
    "ltd",
    "ltda",
    "mbh",
    "nv",
    "ohg",
    "oy",
    "oyj",
    "plc",
    "private",
    "pte",
    "pty",
    "sa",
    "sab",
    "sarl",
    "sas",
    "sdn",
    "bhd",
    "se",
    "spa",
    "srl",
    "ug",
];

/// Words that are left out and put in at will.
const FILLERS: &[&str] = &["the", "and", "und", "et", "y"];

/// Legal forms in Chinese, longest first (Company Law of the People's Republic of China, art. 7:
/// a name must carry 有限责任公司, 有限公司, 股份有限公司 or 股份公司), with the forms of groups.
const CHINESE_FORMS: &[&str] = &[
    "集团股份有限公司",
    "集团有限责任公司",
    "股份有限公司",
    "有限责任公司",
    "集团有限公司",
    "集团总公司",
    "集团公司",
    "股份公司",
    "有限公司",
    "总公司",
    "有限責任公司",
    "集團有限公司",
    "集團",
    "集团",
    "公司",
];

/// Parts of an organisation that are told apart from it. They stand behind the legal form.
const BRANCHES: &[&str] = &[
    "分公司",
    "子公司",
    "支公司",
    "分店",
    "分行",
    "支行",
    "分厂",
    "分部",
    "分院",
    "办事处",
    "营业部",
    "事业部",
    "代表处",
];

/// The name of an organisation, given its plain text.
pub(crate) fn name(text: &str) -> Name {
    if has_han(text) { chinese(text) } else { latin(text) }
}

fn latin(text: &str) -> Name {
    let all: Vec<String> = joined_initials(words(text).collect());
    let mut kept: Vec<String> =
        all.iter().filter(|word| !FILLERS.contains(&word.as_str())).cloned().collect();
    while kept.len() > 1 && kept.last().is_some_and(|last| LEGAL_FORMS.contains(&last.as_str())) {
        kept.pop();
    }
    if kept.is_empty() {
        kept = all;
    }
    named(kept, String::new())
}

/// Single letters in a row as one word, so that `S.A.` and `SA`, `I.B.M.` and `IBM` are the same.
fn joined_initials(words: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::with_capacity(words.len());
    let mut after_letter = false;
    for word in words {
        let letter = word.len() == 1;
        match joined.last_mut() {
            Some(last) if letter && after_letter => last.push_str(&word),
            _ => joined.push(word),
        }
        after_letter = letter;
    }
    joined
}

fn chinese(text: &str) -> Name {
    let whole: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let form = CHINESE_FORMS.iter().find_map(|form| {
        // The word for a branch ends in the same characters as that for a company.
        let at = whole.find(form)?;
        let is_branch = BRANCHES.iter().any(|branch| {
            whole[at..].starts_with("公司") && whole[..at + "公司".len()].ends_with(branch)
        });
        (at > 0 && !is_branch).then_some((at, at + form.len()))
    });
    let Some((from, to)) = form else {
        return named(vec![whole], String::new());
    };
    let (core, rest) = (&whole[..from], &whole[to..]);
    match BRANCHES.iter().find(|branch| rest.ends_with(*branch)) {
        Some(_) => named(vec![core.to_owned()], rest.to_owned()),
        None => named(vec![format!("{core}{rest}")], String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String) {
        let name = name(&guanxi_kernel::text::fold(text));
        (name.words.join(" "), name.branch.into())
    }

    #[test]
    fn legal_forms_are_no_part_of_the_name() {
        for (written, core) in [
            ("Acme Trading Co., Ltd.", "acme trading"),
            ("The ACME Trading Company", "acme trading"),
            ("Müller GmbH & Co. KG", "müller"),
            ("Peugeot S.A.", "peugeot"),
            ("I.B.M. Corporation", "ibm"),
            ("Group", "group"),
            ("上海宏图软件有限公司", "上海宏图软件"),
            ("宏图软件（上海）有限公司", "宏图软件上海"),
            ("华为投资控股有限公司", "华为投资控股"),
            ("万科集团", "万科"),
            ("公司", "公司"),
        ] {
            assert_eq!(parts(written), (core.into(), String::new()), "{written}");
        }
    }

    #[test]
    fn a_branch_is_told_apart() {
        let branch = ("上海宏图软件".to_owned(), "北京分公司".to_owned());
        assert_eq!(parts("上海宏图软件有限公司北京分公司"), branch);
        assert_eq!(parts("上海宏图软件有限公司（北京分公司）"), branch);
        assert_eq!(parts("宏图软件北京分公司").0, "宏图软件北京分公司");
    }
}
