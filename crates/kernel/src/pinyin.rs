//! How Chinese characters are read, in Latin letters: for search, for order, for comparison.
//!
//! Many characters have more than one reading. Which one a word takes is known here for family
//! names and for words that names of companies and places are made of; search also tries the
//! others, so that either finds the name.
//!
//! Which reading is the likeliest is a table, since a segmenter would be larger than what it mends. How
//! many readings a search keeps is decided where terms are made.

use ::pinyin::ToPinyin as _;
use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

/// A character as it is read, or a run of other letters and digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'a> {
    /// What is written.
    pub written: &'a str,
    /// Where it begins in the text, in bytes.
    pub at: usize,
    /// Its readings with the number of the tone behind them, e.g. `wang2`, the likeliest first;
    /// empty for what is not Chinese.
    pub readings: Vec<Cow<'static, str>>,
}

impl Piece<'_> {
    /// Whether it is a Chinese character.
    pub fn is_han(&self) -> bool {
        !self.readings.is_empty()
    }
}

/// Readings of one character at most.
const MOST: usize = 3;

/// Family names that are read differently from the same characters elsewhere, at the start of the
/// name of a person.
const SURNAMES: &[(&str, &str)] = &[
    ("万俟", "mo4 qi2"),
    ("尉迟", "yu4 chi2"),
    ("澹台", "tan2 tai2"),
    ("长孙", "zhang3 sun1"),
    ("单于", "chan2 yu2"),
    ("单", "shan4"),
    ("解", "xie4"),
    ("仇", "qiu2"),
    ("区", "ou1"),
    ("查", "zha1"),
    ("朴", "piao2"),
    ("曾", "zeng1"),
    ("翟", "zhai2"),
    ("盖", "ge3"),
    ("任", "ren2"),
    ("华", "hua4"),
    ("覃", "qin2"),
    ("乐", "yue4"),
    ("召", "shao4"),
    ("缪", "miao4"),
    ("员", "yun4"),
    ("折", "she2"),
    ("种", "chong2"),
    ("秘", "bi4"),
    ("佴", "nai4"),
    ("祭", "zhai4"),
    ("过", "guo1"),
    ("燕", "yan1"),
    ("应", "ying1"),
    ("洗", "xian3"),
];

/// Words in which a character does not have its likeliest reading.
const WORDS: &[(&str, &str)] = &[
    ("银行", "yin2 hang2"),
    ("商行", "shang1 hang2"),
    ("分行", "fen1 hang2"),
    ("支行", "zhi1 hang2"),
    ("洋行", "yang2 hang2"),
    ("车行", "che1 hang2"),
    ("行业", "hang2 ye4"),
    ("行情", "hang2 qing2"),
    ("重庆", "chong2 qing4"),
    ("重新", "chong2 xin1"),
    ("成长", "cheng2 zhang3"),
    ("厦门", "xia4 men2"),
    ("音乐", "yin1 yue4"),
    ("乐器", "yue4 qi4"),
    ("乐团", "yue4 tuan2"),
    ("乐清", "yue4 qing1"),
    ("蚌埠", "beng4 bu4"),
    ("六安", "lu4 an1"),
    ("番禺", "pan1 yu2"),
    ("单县", "shan4 xian4"),
    ("会计", "kuai4 ji4"),
    ("会稽", "kuai4 ji1"),
    ("西藏", "xi1 zang4"),
    ("藏药", "zang4 yao4"),
    ("宝藏", "bao3 zang4"),
    ("人参", "ren2 shen1"),
    ("参茸", "shen1 rong2"),
    ("海参", "hai3 shen1"),
    ("空调", "kong1 tiao2"),
    ("调味", "tiao2 wei4"),
    ("弹簧", "tan2 huang2"),
    ("弹性", "tan2 xing4"),
    ("柏林", "bo2 lin2"),
    ("东阿", "dong1 e1"),
    ("阿胶", "e1 jiao1"),
    ("台州", "tai1 zhou1"),
    ("丽水", "li2 shui3"),
    ("铅山", "yan2 shan1"),
    ("涡阳", "guo1 yang2"),
    ("大埔", "da4 bu4"),
    ("还原", "huan2 yuan2"),
    ("生还", "sheng1 huan2"),
    ("便宜", "pian2 yi2"),
    ("校准", "jiao4 zhun3"),
    ("提防", "di1 fang2"),
    ("率先", "shuai4 xian1"),
];

/// Characters with more than one reading in names, the likeliest first.
const OTHERS: &[(char, &str)] = &[
    ('行', "xing2 hang2"),
    ('长', "chang2 zhang3"),
    ('重', "zhong4 chong2"),
    ('乐', "le4 yue4"),
    ('单', "dan1 shan4 chan2"),
    ('解', "jie3 xie4"),
    ('仇', "chou2 qiu2"),
    ('区', "qu1 ou1"),
    ('查', "cha2 zha1"),
    ('朴', "pu3 piao2"),
    ('曾', "ceng2 zeng1"),
    ('翟', "di2 zhai2"),
    ('盖', "gai4 ge3"),
    ('覃', "tan2 qin2"),
    ('召', "zhao4 shao4"),
    ('缪', "mou2 miao4"),
    ('员', "yuan2 yun4"),
    ('折', "zhe2 she2"),
    ('种', "zhong3 chong2"),
    ('秘', "mi4 bi4"),
    ('佴', "er4 nai4"),
    ('祭', "ji4 zhai4"),
    ('宓', "mi4 fu2"),
    ('郇', "xun2 huan2"),
    ('冼', "xian3"),
    ('牟', "mou2 mu4"),
    ('隗', "kui2 wei3"),
    ('吕', "lv3 lu3"),
    ('尉', "wei4 yu4"),
    ('澹', "dan4 tan2"),
    ('贾', "jia3 gu3"),
    ('车', "che1 ju1"),
    ('率', "lv4 shuai4"),
    ('角', "jiao3 jue2"),
    ('系', "xi4 ji4"),
    ('都', "du1 dou1"),
    ('调', "diao4 tiao2"),
    ('传', "chuan2 zhuan4"),
    ('弹', "dan4 tan2"),
    ('会', "hui4 kuai4"),
    ('降', "jiang4 xiang2"),
    ('藏', "cang2 zang4"),
    ('朝', "chao2 zhao1"),
    ('参', "can1 shen1"),
    ('还', "hai2 huan2"),
    ('便', "bian4 pian2"),
    ('泊', "bo2 po1"),
    ('奇', "qi2 ji1"),
    ('塞', "sai4 se4"),
    ('省', "sheng3 xing3"),
    ('什', "shen2 shi2"),
    ('盛', "sheng4 cheng2"),
    ('属', "shu3 zhu3"),
    ('宿', "su4 xiu4"),
    ('提', "ti2 di1"),
    ('厦', "sha4 xia4"),
    ('校', "xiao4 jiao4"),
    ('血', "xue4 xie3"),
    ('晟', "sheng4 cheng2"),
    ('阿', "a1 e1"),
    ('柏', "bai3 bo2"),
    ('薄', "bo2 bao2"),
    ('佛', "fo2 fu2"),
    ('勒', "le4 lei1"),
    ('模', "mo2 mu2"),
    ('番', "fan1 pan1"),
    ('蚌', "bang4 beng4"),
    ('六', "liu4 lu4"),
    ('莞', "guan3 wan3"),
    ('涡', "wo1 guo1"),
    ('堡', "bao3 bu3 pu4"),
    ('埔', "pu3 bu4"),
    ('谷', "gu3 yu4"),
    ('圩', "wei2 xu1"),
    ('蛤', "ha2 ge2"),
    ('卡', "ka3 qia3"),
    ('给', "gei3 ji3"),
    ('劲', "jin4 jing4"),
    ('壳', "ke2 qiao4"),
    ('露', "lu4 lou4"),
    ('脉', "mai4 mo4"),
    ('娜', "na4 nuo2"),
    ('弄', "nong4 long4"),
    ('屏', "ping2 bing3"),
    ('茄', "qie2 jia1"),
    ('轧', "ya4 zha2"),
    ('仔', "zi3 zai3"),
    ('着', "zhuo2 zhe5"),
    ('得', "de2 dei3"),
    ('的', "de5 di2"),
    ('了', "le5 liao3"),
    ('没', "mei2 mo4"),
    ('乘', "cheng2 sheng4"),
    ('澄', "cheng2 deng4"),
    ('畜', "chu4 xu4"),
    ('伽', "jia1 qie2 ga1"),
    ('巷', "xiang4 hang4"),
    ('纤', "xian1 qian4"),
    ('削', "xue1 xiao1"),
    ('似', "si4 shi4"),
    ('拓', "tuo4 ta4"),
    ('殷', "yin1 yan1"),
    ('约', "yue1 yao1"),
    ('钥', "yao4 yue4"),
    ('度', "du4 duo2"),
    ('粘', "nian2 zhan1"),
    ('铅', "qian1 yan2"),
    ('逄', "pang2"),
];

static OTHER: LazyLock<HashMap<char, &'static str>> =
    LazyLock::new(|| OTHERS.iter().copied().collect());

/// The pieces of `text`; what is neither letter nor digit is left out.
///
/// The start of the name of a `person` is read as a family name; elsewhere that reading comes last.
pub fn pieces(text: &str, person: bool) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    // Readings that a word has laid down for the characters that follow.
    let mut laid: Vec<&'static str> = Vec::new();
    for (at, c) in text.char_indices() {
        let (rest, end) = (&text[at..], at + c.len_utf8());
        if laid.is_empty()
            && let Some((_, readings)) = WORDS.iter().find(|(word, _)| rest.starts_with(word))
        {
            laid = readings.split(' ').rev().collect();
        }
        let mut likely = laid.pop();
        let mut family = None;
        if pieces.is_empty()
            && let Some((_, readings)) = SURNAMES.iter().find(|(name, _)| rest.starts_with(name))
        {
            let mut readings = readings.split(' ').rev();
            family = readings.next_back();
            if person {
                laid = readings.collect();
                likely = family;
            }
        }
        let readings = readings(c, likely, family);
        match pieces.last_mut() {
            _ if !readings.is_empty() => {
                pieces.push(Piece { written: &text[at..end], at, readings });
            }
            _ if !c.is_alphanumeric() => {}
            Some(run) if !run.is_han() && run.at + run.written.len() == at => {
                run.written = &text[run.at..end];
            }
            _ => pieces.push(Piece { written: &text[at..end], at, readings }),
        }
    }
    pieces
}

/// The readings of a character: the one that its word has laid down, then its own, then the one that
/// it has in a family name.
fn readings(
    c: char,
    likely: Option<&'static str>,
    family: Option<&'static str>,
) -> Vec<Cow<'static, str>> {
    let known = OTHER.get(&c).copied();
    let usual = match known {
        Some(_) => None,
        None => c.to_pinyin().map(::pinyin::Pinyin::with_tone_num_end),
    };
    if known.is_none() && usual.is_none() {
        return Vec::new();
    }
    let own = known.into_iter().flat_map(|all| all.split(' ')).chain(usual);
    let mut readings: Vec<Cow<'static, str>> = Vec::new();
    for reading in likely.into_iter().chain(own).chain(family) {
        // Tones aside: nobody types them.
        if readings.iter().all(|other| plain(other) != plain(reading)) && readings.len() < MOST {
            readings.push(typed(reading));
        }
    }
    readings
}

/// Whether two characters have a reading in common, tones aside.
pub fn share(one: char, other: char) -> bool {
    let other = readings(other, None, None);
    let known = |reading: &Cow<'_, str>| other.iter().any(|other| plain(other) == plain(reading));
    readings(one, None, None).iter().any(known)
}

/// `ü` as it is typed.
fn typed(reading: &'static str) -> Cow<'static, str> {
    match reading.contains('ü') {
        true => reading.replace('ü', "v").into(),
        false => reading.into(),
    }
}

/// A reading without its tone.
pub fn plain(reading: &str) -> &str {
    reading.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// How the name of a person is read, without tones and blanks; other letters stay. `ü` is `u` here,
/// as in passports.
pub fn latin(text: &str) -> String {
    let mut read = String::new();
    for piece in pieces(text, true) {
        match piece.readings.first() {
            Some(reading) => read.push_str(&plain(reading).replace('v', "u")),
            None => read.push_str(piece.written),
        }
    }
    read
}

/// Characters of a name that decide its place in the order by pinyin.
const SORT_KEY: usize = 24;

/// The text by which a name is put in the order of pinyin: syllable, tone, character, one after the
/// other, as in a dictionary. Latin names stand among them by their letters.
///
/// `folded` is the name as [`fold`](crate::text::fold) gives it.
pub fn sort_key(folded: &str, person: bool) -> String {
    let mut key = String::new();
    let short: String = folded.chars().take(SORT_KEY).collect();
    let mut end = 0;
    for piece in pieces(&short, person) {
        // Blanks and signs keep their place.
        key.push_str(&short[end..piece.at]);
        end = piece.at + piece.written.len();
        key.extend(piece.readings.first().map(Cow::as_ref));
        key.push_str(piece.written);
    }
    key.push_str(&short[end..]);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str, person: bool) -> String {
        let pieces = pieces(text, person);
        let read = pieces.iter().map(|piece| piece.readings.first().map_or(piece.written, |r| r));
        read.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_and_family_names_decide_the_reading() {
        assert_eq!(first("中国工商银行", false), "zhong1 guo2 gong1 shang1 yin2 hang2");
        assert_eq!(first("重庆长安", false), "chong2 qing4 chang2 an1");
        assert_eq!(first("单田芳", true), "shan4 tian2 fang1");
        assert_eq!(first("单田芳", false), "dan1 tian2 fang1");
        assert_eq!(first("长孙无忌", true), "zhang3 sun1 wu2 ji4");
        assert_eq!(first("TCL科技(集团)", false), "TCL ke1 ji4 ji2 tuan2");
        assert_eq!(latin("吕布"), "lubu");
    }

    #[test]
    fn a_character_has_few_readings_and_each_once() {
        let all = |text: &str| {
            let pieces = pieces(text, false);
            pieces[0].readings.iter().map(|r| plain(r).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(all("曾"), ["ceng", "zeng"]);
        assert_eq!(all("行"), ["xing", "hang"]);
        assert_eq!(all("单"), ["dan", "shan", "chan"]);
        assert_eq!(all("吕"), ["lv", "lu"]);
        assert_eq!(all("任"), ["ren"]);
        assert_eq!(all("A股"), Vec::<String>::new());
        for (c, readings) in OTHERS {
            assert!(readings.split(' ').count() <= MOST, "{c}");
        }
    }

    #[test]
    fn characters_share_a_reading_or_do_not() {
        assert!(share('張', '张') && share('長', '长') && share('銀', '银'));
        assert!(!share('乾', '干') && !share('a', 'a'));
    }

    #[test]
    fn the_order_is_that_of_a_dictionary() {
        let sorted = ["阿里", "王伟", "王五", "汪伟", "西安", "先生", "abc", "重庆", "中国"];
        let mut by_key = sorted.map(|name| (sort_key(name, false), name));
        by_key.sort();
        let order = by_key.map(|(_, name)| name);
        // abc < a… : `a1` comes before `ab`.
        let expected = ["阿里", "abc", "重庆", "汪伟", "王伟", "王五", "西安", "先生", "中国"];
        assert_eq!(order, expected);
    }
}
