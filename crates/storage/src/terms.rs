//! The index of what a single column cannot hold: entries of lists, and the texts that `q` finds.
//!
//! One table, `record_terms (tenant, resource, field, term, record)`, serves every resource: a
//! filter on a list (`role=customer`) is an equality in it, and a text that begins with something is a
//! range. What has something anywhere in a text is found by [`texts`], because every suffix of a
//! searchable text is a term: `q=软件` so finds 上海软件有限公司 by its middle, on both stores. Chinese
//! is also a term by its pinyin from every character on (`ruanjian…`), and by its initials
//! (`shrjyxgs`, `rjyxgs`) from every character on that is not of the legal form at its end. Traditional
//! characters are indexed, and asked for, as their simplified ones.
//!
//! Pinyin so needs no other question. A name is read by all readings that its characters have in names,
//! eight at most and the likeliest first; which those are is known to `guanxi_kernel::pinyin`. Price:
//! the name of a company has 34 terms instead of 9.

use crate::{Sql, Tx, texts};
use guanxi_derive::boxed;
use guanxi_kernel::{
    Result, pinyin,
    pinyin::Piece,
    scalar::{Entry, Type},
    simplified,
    text::fold,
};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

/// The field name under which searchable texts are indexed.
pub const SEARCH: &str = "q";

/// The field name under which searchable texts are indexed from their beginning only.
pub const START: &str = "^q";

/// How many characters of a suffix are kept, and so how long a search may be.
pub const LONGEST: usize = 48;

/// A term of a record: the query parameter that finds it, and its folded text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// The query parameter.
    pub field: &'static str,
    /// The text.
    pub term: String,
}

/// What a list needs to know of the index.
#[derive(Debug, Clone, Copy)]
pub struct Index {
    /// The query parameter.
    pub parameter: &'static str,
    /// The type of an entry.
    pub kind: Type,
    /// See [`Entry::RARE`].
    pub rare: bool,
    /// See [`Entry::term_of`].
    pub term: fn(&str) -> Option<String>,
}

impl Index {
    /// The index of a list of type `L`.
    pub fn of<L: List>(parameter: &'static str) -> Self {
        Self { parameter, kind: L::Entry::TYPE, rare: L::Entry::RARE, term: L::Entry::term_of }
    }
}

/// A list of entries.
pub trait List {
    /// Their type.
    type Entry: Entry;
    /// The entries.
    fn entries(&self) -> &[Self::Entry];
}

impl<E: Entry> List for Vec<E> {
    type Entry = E;

    fn entries(&self) -> &[E] {
        self
    }
}

/// One entry or none.
impl<E: Entry> List for Option<E> {
    type Entry = E;

    fn entries(&self) -> &[E] {
        self.as_slice()
    }
}

/// Adds the terms of a list.
pub fn collect<L: List>(list: &L, field: &'static str, out: &mut Vec<Term>) {
    out.extend(list.entries().iter().map(|entry| Term { field, term: entry.term() }));
}

/// Adds the terms by which `q` finds any middle part of `text`, also by its pinyin.
pub fn searchable(text: &str, out: &mut Vec<Term>) {
    let folded = fold(text);
    let written = simplified::text(&folded);
    let cut = |text: &str| text.chars().take(LONGEST).collect::<String>();
    out.push(Term { field: START, term: cut(&written) });
    for (start, first) in written.char_indices() {
        if !first.is_whitespace() {
            out.push(Term { field: SEARCH, term: cut(&written[start..]) });
        }
    }
    // Simplified as far as that does not change how it is read: 乾 is not 干 in a name.
    let alike = |c: char| match simplified::character(c) {
        simple if simple == c || pinyin::share(c, simple) => simple,
        _ => c,
    };
    read_aloud(&folded.chars().map(alike).collect::<String>(), out);
}

/// Readings of a text that are terms at most, those with the fewest unlikely syllables first.
const READINGS: usize = 8;

/// The same of the initials that begin within a text, and the characters within which they begin: a
/// name that is longer is no name.
const INITIALS: (usize, usize) = (2, 24);

/// How names of companies end. Nobody looks for one by initials that begin there, since every other
/// name has them too.
const LEGAL_FORMS: &[&str] =
    &["股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "集团公司", "分公司", "公司"];

/// The characters of the legal form at the end of a text.
fn legal_form(text: &str) -> usize {
    let form = LEGAL_FORMS.iter().find(|form| text.ends_with(**form));
    form.map_or(0, |form| form.chars().count())
}

/// Adds the pinyin of a text and its initials from every character on.
fn read_aloud(folded: &str, out: &mut Vec<Term>) {
    let pieces = pinyin::pieces(folded, false);
    if !pieces.iter().any(Piece::is_han) {
        return;
    }
    // From the end to the beginning: each piece in front of what was made of those behind it.
    let (mut whole, mut initials) = (vec![(0, String::new())], vec![(0, String::new())]);
    let (mut chinese, form) = (false, legal_form(folded));
    for (at, piece) in pieces.iter().enumerate().rev() {
        whole = in_front(piece, &whole, false);
        initials = in_front(piece, &initials, true);
        chinese |= piece.is_han();
        if chinese {
            let fields: &[_] = if at == 0 { &[SEARCH, START] } else { &[SEARCH] };
            for field in fields {
                let term = |(_, term): &(usize, String)| Term { field, term: term.clone() };
                out.extend(whole.iter().map(term));
            }
            // One letter finds too much, and the last character is found by its syllable.
            let behind = pieces.len() - at;
            let most = match at {
                0 => READINGS,
                _ if at < INITIALS.1 && behind > form => INITIALS.0,
                _ => 0,
            };
            if behind > 1 {
                let term = |(_, term): &(usize, String)| Term { field: SEARCH, term: term.clone() };
                out.extend(initials.iter().take(most).map(term));
            }
        }
    }
}

/// The readings of a text, each with the number of its unlikely syllables, with another piece in front.
fn in_front(piece: &Piece<'_>, rest: &[(usize, String)], initial: bool) -> Vec<(usize, String)> {
    let mut readings = Vec::new();
    let letters = if initial && piece.is_han() { 1 } else { LONGEST };
    let own = piece.readings.iter().map(|reading| pinyin::plain(reading));
    let written = (!piece.is_han()).then_some(piece.written);
    for (unlikely, own) in own.chain(written).enumerate() {
        let whole = rest.iter().map(|(others, rest)| {
            let own = own.chars().take(letters);
            (others + unlikely.min(1), own.chain(rest.chars()).take(LONGEST).collect())
        });
        readings.extend(whole);
    }
    readings.sort();
    let mut known = BTreeSet::new();
    readings.retain(|(_, text): &(usize, String)| known.insert(text.clone()));
    readings.truncate(READINGS);
    readings
}

/// What a search may mean by `text`: it itself, folded and simplified, the same in traditional
/// characters, as records were indexed before, and the pinyin that it is when tones, blanks and
/// apostrophes are left out.
pub fn asked(text: &str) -> Vec<String> {
    let folded = fold(text);
    let written = simplified::text(&folded);
    let mut typed = String::new();
    for c in folded.nfd() {
        match c {
            '\u{308}' if typed.ends_with('u') => {
                typed.pop();
                typed.push('v');
            }
            '\u{300}'..='\u{36f}' | ' ' | '\'' | '\u{2019}' | '-' => {}
            other => typed.push(other),
        }
    }
    // No syllable ends with an l.
    let typed = typed.replace("lyu", "lv");
    let is_pinyin = !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let other = (is_pinyin && typed != folded).then_some(typed);
    let before = (written != folded).then_some(folded);
    [written].into_iter().chain(before).chain(other).collect()
}

/// Brings the terms of a record from `before` to `after`; only the difference is written.
#[boxed]
pub(crate) async fn save(
    tx: &mut Tx,
    kind: &'static str,
    record: Uuid,
    before: Vec<Term>,
    after: Vec<Term>,
) -> Result<()> {
    let ((before, texts_before), (after, texts)) = (apart(before), apart(after));
    for gone in before.difference(&after) {
        let sql = crate::sql!(
            "DELETE FROM record_terms
             WHERE tenant_id = $1 AND kind = $2 AND field = $3 AND term = $4 AND record_id = $5",
            kind,
            gone.field,
            gone.term.clone(),
            record
        );
        tx.execute(sql).await?;
    }
    let new = after.into_iter().filter(|term| !before.contains(term));
    rows(tx, kind, new.map(|term| (record, term)).collect()).await?;
    if texts == texts_before {
        return Ok(());
    }
    texts::put(tx, kind, BTreeMap::from([(record, texts)])).await
}

/// Indexes records, each with all its terms; entries that are there already stay.
#[boxed]
pub(crate) async fn insert(
    tx: &mut Tx,
    kind: &'static str,
    records: Vec<(Uuid, Vec<Term>)>,
) -> Result<()> {
    let (mut entries, mut found) = (Vec::new(), BTreeMap::new());
    for (id, terms) in records {
        let (own, texts) = apart(terms);
        entries.extend(own.into_iter().map(|term| (id, term)));
        if !texts.is_empty() {
            found.insert(id, texts);
        }
    }
    rows(tx, kind, entries).await?;
    texts::put(tx, kind, found).await
}

/// The terms that are rows of their own, and those that `q` looks for.
fn apart(terms: Vec<Term>) -> (BTreeSet<Term>, BTreeSet<String>) {
    let (texts, rows): (Vec<Term>, Vec<Term>) =
        terms.into_iter().partition(|term| term.field == SEARCH);
    let texts = texts.into_iter().map(|term| term.term).collect();
    (rows.into_iter().collect(), longest(texts))
}

/// Without those that another one begins with: whoever looks for the beginning of a term finds the
/// record by the longer one. A short name so costs nothing where the name begins with it.
fn longest(texts: BTreeSet<String>) -> BTreeSet<String> {
    let mut kept: Vec<String> = Vec::with_capacity(texts.len());
    // In their order whatever begins with a text stands behind it, before anything else.
    for text in texts {
        match kept.last_mut() {
            Some(last) if text.starts_with(last.as_str()) => *last = text,
            _ => kept.push(text),
        }
    }
    kept.into_iter().collect()
}

async fn rows(tx: &mut Tx, kind: &'static str, mut terms: Vec<(Uuid, Term)>) -> Result<()> {
    const AT_ONCE: usize = crate::sql::rows_at_once(4);
    // In the order of the index, so that neighbours are written together.
    terms.sort_by(|(id, one), (other_id, other)| (one, id).cmp(&(other, other_id)));
    let empty = Sql::of_rows(
        tx,
        "INSERT INTO record_terms (tenant_id, kind, field, term, record_id) VALUES ",
    );
    let statements = terms.chunks(AT_ONCE).map(|batch| {
        let mut sql = empty.clone();
        for (at, (record, term)) in batch.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(kind).push(", ").bind(term.field).push(", ");
            sql.bind(term.term.clone()).push(", ").bind(*record).push(")");
        }
        sql.push(" ON CONFLICT DO NOTHING");
        sql
    });
    tx.execute_each(statements).await
}

/// The smallest text above every text that starts with `prefix`, in byte order.
pub(crate) fn after_prefix(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_middle_part_is_the_start_of_a_term() {
        let mut terms = Vec::new();
        searchable("上海软件 ＡＢ", &mut terms);
        let mut texts: Vec<_> = terms.iter().filter(|t| t.field == SEARCH).collect();
        texts.retain(|t| !t.term.is_ascii());
        let texts: Vec<_> = texts.iter().map(|t| t.term.as_str()).collect();
        assert_eq!(texts, ["上海软件 ab", "海软件 ab", "软件 ab", "件 ab"]);
        assert!(texts.iter().any(|t| t.starts_with(&fold("软件"))));
        assert!(
            "软件 ab" < after_prefix("软件").as_str() && "软体" > after_prefix("软件").as_str()
        );
    }

    #[test]
    fn a_short_name_costs_nothing_where_the_name_begins_with_it() {
        let terms = |texts: &[&str]| {
            let mut terms = Vec::new();
            texts.iter().for_each(|text| searchable(text, &mut terms));
            apart(terms).1
        };
        let (name, short) = ("上海宏图软件有限公司", "上海宏图软件");
        assert_eq!(terms(&[name, short]), terms(&[name]));
        assert_eq!(terms(&["宏图", name]), terms(&[name]));
        assert!(terms(&[name, "宏图集团"]).len() > terms(&[name]).len());
        for typed in ["海宏图", "ruanjian", "htrj"] {
            assert!(terms(&[name, short]).iter().any(|term| term.starts_with(typed)), "{typed}");
        }
    }

    fn of(text: &str, field: &str) -> BTreeSet<String> {
        let mut terms = Vec::new();
        searchable(text, &mut terms);
        terms.into_iter().filter(|term| term.field == field).map(|term| term.term).collect()
    }

    fn finds(asked_for: &str, text: &str) -> bool {
        let terms = of(text, SEARCH);
        asked(asked_for).iter().any(|asked| terms.iter().any(|term| term.starts_with(asked)))
    }

    #[test]
    fn a_name_is_found_by_its_pinyin_however_it_is_typed() {
        let typed =
            ["wangwei", "Wang Wei", "wáng wěi", "wang'wei", "ｗａｎｇ", "ww", "wangw", "wei"];
        assert!(typed.iter().all(|typed| finds(typed, "王伟")));
        assert_eq!(of("王伟", SEARCH).len(), 5);
        assert_eq!(of("王伟", START).len(), 2);
        for (typed, text) in [
            ("zhongshihua", "中石化上海分公司"),
            ("shihua", "中石化"),
            ("tclkeji", "TCL科技"),
            ("tcl keji", "TCL科技"),
            ("zgsh", "中国石化"),
            ("lvbu", "吕布"),
            ("lǚ bù", "吕布"),
            ("lyubu", "吕布"),
            ("lubu", "吕布"),
            ("ouyang", "欧阳锋"),
        ] {
            assert!(finds(typed, text), "{typed} {text}");
        }
        assert!(!finds("angwei", "王伟"), "a syllable is not torn apart");
    }

    #[test]
    fn initials_find_a_name_from_any_character_on() {
        let name = "上海宏润建设集团股份有限公司";
        for typed in ["shhrjs", "hrj", "HRJS", "rjsjt", "jsjtgf", "h r j"] {
            assert!(finds(typed, name), "{typed}");
        }
        assert!(!finds("gfyxgs", name), "every other name has these");
        for (typed, text) in [("xy", "欧阳晓云"), ("yxy", "欧阳晓云"), ("tclkj", "TCL科技")]
        {
            assert!(finds(typed, text), "{typed} {text}");
        }
        assert!(finds("zqh", "长乐重庆行") || finds("cqh", "长乐重庆行"));
    }

    #[test]
    fn simplified_and_traditional_characters_find_each_other() {
        for (typed, text) in [
            ("張偉", "张伟"),
            ("张伟", "張偉"),
            ("張偉", "張偉"),
            ("台积", "臺積電"),
            ("積體", "台湾积体电路"),
            ("zhangwei", "張偉"),
            ("yinhang", "東方銀行"),
            ("dfyh", "東方銀行"),
            ("fyh", "東方銀行"),
            ("qianlong", "乾隆"),
            ("乾隆", "乾隆"),
        ] {
            assert!(finds(typed, text), "{typed} {text}");
        }
        assert_eq!(of("張偉", SEARCH), of("张伟", SEARCH), "and cost no more");
        assert!(asked("張偉").len() == 2 && asked("张伟").len() == 1);
    }

    /// Half as many again would be too many.
    #[test]
    fn initials_cost_few_terms() {
        let Ok(data) = std::env::var("GUANXI_TESTDATA") else {
            return eprintln!("skipped: GUANXI_TESTDATA is not set");
        };
        let file = format!("{data}/zh_names/company_fullname_keyword.txt");
        let text = std::fs::read_to_string(file).unwrap();
        let names: Vec<&str> = text.lines().filter_map(|l| l.split_whitespace().next()).collect();
        let within = |name: &str| {
            let form = legal_form(&fold(name));
            let pieces = pinyin::pieces(name, false).len();
            pieces.min(INITIALS.1).saturating_sub(form.max(1)).saturating_sub(1)
        };
        let all: usize = names.iter().map(|name| of(name, SEARCH).len()).sum();
        let added: usize = names.iter().map(|name| within(name)).sum();
        let each = |count: usize| count as f64 / names.len() as f64;
        eprintln!(
            "{} names: {:.1} terms each, {:.1} of initials within",
            names.len(),
            each(all),
            each(added)
        );
        assert!(names.len() > 400 && all * 2 < (all - added) * 3, "{all} {added}");
    }

    #[test]
    fn either_reading_finds_a_name() {
        for (text, readings) in [
            ("重庆", &["chongqing", "zhongqing"][..]),
            ("长乐银行", &["changle", "zhangle", "changyue", "yinhang", "leyinxing"]),
            ("单田芳", &["shantianfang", "dantianfang"]),
            ("仇英", &["qiuying", "chouying"]),
            ("解缙", &["xiejin", "jiejin"]),
            ("曾国藩", &["zengguofan", "cengguofan"]),
        ] {
            assert!(readings.iter().all(|reading| finds(reading, text)), "{text}");
        }
    }

    #[test]
    fn the_terms_of_a_text_are_bounded() {
        // All of it ambiguous, and longer than a term.
        let long = "长行乐重单朝调传".repeat(25);
        let most = long.chars().count() * (1 + READINGS) + 4 * READINGS + 1;
        let most = most + INITIALS.0 * INITIALS.1;
        let all = of(&long, SEARCH).len() + of(&long, START).len();
        assert!(all <= most, "{all} {most}");
        let usual = "上海宏图软件科技有限公司";
        // As many initials as there are characters before the legal form.
        assert_eq!((of(usual, SEARCH).len(), of(usual, START).len()), (12 + 12 + 8, 2));
    }
}
