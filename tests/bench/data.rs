//! The records that the store is filled with: the same in every run, with names in Chinese and
//! Latin script, each with a few neighbours that begin alike.

use crate::Outcome;
use serde_json::{Value as Json, json};
use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
};

const CITIES: &[&str] = &[
    "上海", "北京", "深圳", "广州", "杭州", "苏州", "南京", "成都", "武汉", "重庆", "天津", "青岛",
    "宁波", "无锡", "厦门", "长沙", "西安", "郑州", "合肥", "大连",
];
const FIRST: &[&str] = &[
    "宏", "鼎", "华", "金", "瑞", "恒", "中", "天", "东", "新", "远", "正", "安", "博", "嘉", "汇",
    "凯", "盛", "泰", "德", "信", "利", "科", "创", "光", "海", "云", "星", "龙", "联",
];
const SECOND: &[&str] = &[
    "图", "盛", "达", "源", "丰", "通", "和", "润", "辉", "诚", "捷", "悦", "伟", "隆", "康", "兴",
    "昌", "美", "讯", "腾", "茂", "力", "明", "方", "航", "能", "思", "奥", "森", "邦",
];
const TRADES: &[(&str, &str)] = &[
    ("软件", "软件和信息技术服务业"),
    ("机械", "通用设备制造业"),
    ("电子", "电子设备制造业"),
    ("贸易", "批发业"),
    ("物流", "道路运输业"),
    ("医药", "医药制造业"),
    ("食品", "食品制造业"),
    ("建材", "非金属矿物制品业"),
    ("汽车零部件", "汽车制造业"),
    ("新能源", "电力生产业"),
];
const FORMS: &[&str] = &["有限公司", "股份有限公司", "集团有限公司", "有限责任公司"];
#[rustfmt::skip]
const LATIN_FIRST: &[&str] = &[
    "Northwind", "Bluestone", "Arcadia", "Meridian", "Halcyon", "Juniper", "Sterling", "Cascade", "Orion", "Vanguard",
    "Lakeside", "Summit", "Harbour", "Redwood", "Silverline", "Ironbridge", "Brightwater", "Foxglove", "Granite",
    "Kestrel", "Larkspur", "Monarch", "Nimbus", "Oakridge", "Pinnacle", "Quarry", "Riverton", "Saffron", "Tamarack",
    "Wexford",
];
#[rustfmt::skip]
const LATIN_SECOND: &[&str] = &[
    "Systems", "Textiles", "Foods", "Logistics", "Robotics", "Chemicals", "Optics", "Trading", "Motors", "Energy",
    "Plastics", "Software", "Tools", "Papers", "Metals", "Instruments", "Marine", "Packaging", "Furniture", "Medical",
    "Networks", "Ceramics", "Farms", "Printing", "Ventures", "Partners", "Dynamics", "Materials", "Brands", "Works",
];
/// Three make a word that few companies share: nearly equal names would be found as duplicates by the
/// million, and that is no store that anybody has.
#[rustfmt::skip]
pub(crate) const SYLLABLES: &[&str] = &[
    "ba", "cor", "del", "fen", "gal", "hul", "jas", "kem", "lor", "mar", "nev", "oss", "pil", "quo", "ris", "sut",
    "tam", "urb", "vel", "wex", "yar", "zun", "bri", "clo", "dra", "eph", "fli", "gro", "hev", "ilk",
];
const LATIN_FORMS: &[&str] = &["Ltd", "Inc.", "GmbH", "Co.", "Pte. Ltd.", "S.A.S."];
const REGIONS: &[&str] = &["华东", "华南", "华北", "华中", "西南", "西北", "东北", "海外"];

/// The words that lists are filtered by, with how many of a hundred parties have them.
const TIERS: &[(&str, u64)] = &[("key", 5), ("major", 15), ("standard", 40), ("small", 40)];
const ROLES: &[(&str, u64)] = &[
    ("customer", 45),
    ("prospect", 35),
    ("partner", 8),
    ("supplier", 6),
    ("dealer", 4),
    ("competitor", 2),
];

/// Numbers that look random and are the same in every run (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let at = self.next() % from.len() as u64;
        from[usize::try_from(at).unwrap_or(0)]
    }

    fn weighted(&mut self, from: &[(&'static str, u64)]) -> &'static str {
        let mut left = self.below(from.iter().map(|(_, weight)| weight).sum());
        for (word, weight) in from {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return word,
            }
        }
        from[0].0
    }

    pub(crate) fn tier(&mut self) -> &'static str {
        self.pick(TIERS).0
    }

    pub(crate) fn role(&mut self) -> &'static str {
        self.pick(ROLES).0
    }

    /// What somebody types who looks for a party: mostly the distinctive part of a name, which a
    /// few dozen have, at times only a city, which thousands have.
    pub(crate) fn search(&mut self) -> String {
        match self.below(10) {
            0 => self.pick(CITIES).to_owned(),
            1..=3 => {
                format!("{} {}", self.pick(LATIN_FIRST).to_lowercase(), self.pick(LATIN_SECOND))
            }
            _ => format!("{}{}", self.pick(FIRST), self.pick(SECOND)),
        }
    }

    /// The same as somebody types it who writes pinyin: the first characters of a name.
    pub(crate) fn pinyin(&mut self) -> String {
        let name = [self.pick(FIRST), self.pick(SECOND), self.pick(TRADES).0].concat();
        guanxi_kernel::pinyin::latin(&name.chars().take(3).collect::<String>())
    }
}

/// A party.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) short_name: String,
    pub(crate) code: String,
    roles: Vec<&'static str>,
    industry: &'static str,
    region: &'static str,
    tier: &'static str,
    website: String,
    founded_year: u64,
    employees: u64,
    revenue: u64,
    tags: Vec<&'static str>,
    note: String,
}

impl Row {
    /// The party with that number, which is also in its code.
    fn numbered(number: u64) -> Self {
        Self::with_code(&mut Dice::new(number), format!("C-{number:07}"))
    }

    /// A party as `dice` fall.
    pub(crate) fn with_code(dice: &mut Dice, code: String) -> Self {
        let (mut name, short_name, industry) =
            if dice.below(10) < 6 { chinese(dice) } else { latin(dice) };
        let mut roles = vec![dice.weighted(ROLES)];
        if roles[0] == "competitor" {
            // No two competitors have one name.
            name = format!("{name} {code}");
        }
        if dice.below(10) == 0 && roles[0] != "partner" {
            roles.push("partner");
        }
        Self {
            website: format!("https://www.{}.example.com", code.to_lowercase()),
            note: format!("由展会获得。Number {} in the order of contact.", dice.below(100_000)),
            roles,
            industry,
            region: dice.pick(REGIONS),
            tier: dice.weighted(TIERS),
            founded_year: 1950 + dice.below(75),
            employees: 1 + dice.below(5_000),
            revenue: 10_000 * (1 + dice.below(90_000)),
            tags: if dice.below(4) == 0 { vec!["VIP", "SaaS"] } else { vec!["展会"] },
            name,
            short_name,
            code,
        }
    }

    /// As a caller of the API writes it.
    pub(crate) fn json(&self) -> Json {
        json!({
            "kind": "organisation",
            "name": self.name,
            "short_name": self.short_name,
            "code": self.code,
            "roles": self.roles,
            "industry": self.industry,
            "region": self.region,
            "tier": self.tier,
            "website": self.website,
            "founded_year": self.founded_year,
            "employees": self.employees,
            "annual_revenue": { "amount": format!("{}.00", self.revenue), "currency": "CNY" },
            "tags": self.tags,
            "note": self.note,
        })
    }

    /// As a line of the file; no value has a comma or a quote.
    fn line(&self) -> String {
        let Self {
            name,
            short_name,
            code,
            industry,
            region,
            tier,
            website,
            founded_year,
            employees,
            ..
        } = self;
        let (roles, tags, note) = (self.roles.join(";"), self.tags.join(";"), &self.note);
        format!(
            "organisation,{name},{short_name},{code},{roles},{industry},{region},{tier},{website},{founded_year},\
             {employees},{}.00 CNY,{tags},{note}",
            self.revenue
        )
    }
}

const HEADER: &str = "kind,name,short_name,code,roles,industry,region,tier,website,founded_year,employees,\
                      annual_revenue,tags,note";

fn chinese(dice: &mut Dice) -> (String, String, &'static str) {
    let (word, industry) = dice.pick(TRADES);
    let core = [dice.pick(CITIES), dice.pick(FIRST), dice.pick(SECOND), word].concat();
    (format!("{core}{}", dice.pick(FORMS)), core, industry)
}

fn latin(dice: &mut Dice) -> (String, String, &'static str) {
    let (first, second) = (dice.pick(LATIN_FIRST), dice.pick(LATIN_SECOND));
    let (_, industry) = dice.pick(TRADES);
    let word = [dice.pick(SYLLABLES), dice.pick(SYLLABLES), dice.pick(SYLLABLES)].concat();
    let core = format!("{first} {second} {word}");
    (format!("{core} {}", dice.pick(LATIN_FORMS)), core, industry)
}

/// Writes a CSV file of so many parties.
pub(crate) fn write_csv(file: &Path, rows: u64) -> Outcome {
    let mut out = BufWriter::new(File::create(file)?);
    writeln!(out, "{HEADER}")?;
    for number in 1..=rows {
        writeln!(out, "{}", Row::numbered(number).line())?;
    }
    out.flush()?;
    Ok(())
}
