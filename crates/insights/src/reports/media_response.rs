//! What came back through which medium, list, test group or source code.

use super::prospects::{column, parameter};
use crate::{
    Asked, Column, Definition, Made, Parameter, Plot, Report, Takes, What,
    asked::bad,
    definition::Shape,
    labels::{Labels, labels},
};
use guanxi_kernel::{
    Ctx, Language, Result,
    problem::{Texts, UNKNOWN_VALUE},
    scalar::{Scalar, Type},
};
use guanxi_marketing::{
    media::{MEDIUM, MediumId},
    rate::{Rate, RateDifference},
    source_codes::{SOURCE_CODE, SourceCodeId},
    touches::{Counts, of_codes},
};
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// The report.
pub struct MediaResponse;

/// Source codes that are looked at at most, the newest.
const MOST: i64 = 20_000;

guanxi_kernel::words! {
    /// What answers are told apart by.
    pub enum MediaResponseBy {
        /// The medium.
        Medium = "medium" ("Medium", "媒介"),
        /// The list of customers.
        List = "list" ("Customer list", "客户名单"),
        /// The test group.
        TestGroup = "test_group" ("Test group", "测试组"),
        /// The source code.
        SourceCode = "source_code" ("Source code", "源代码"),
    }
}

impl MediaResponseBy {
    /// What groups by it, as `key` and `name`: of the source code `s` or the medium `m`.
    pub(super) const fn columns(self) -> &'static str {
        match self {
            Self::Medium => "m.code AS key, m.name AS name",
            Self::List => "s.list AS key, s.list AS name",
            Self::TestGroup => "s.test_group AS key, s.test_group AS name",
            Self::SourceCode => "s.code AS key, s.code AS name",
        }
    }

    /// What names none of them.
    pub(super) const fn nameless(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Medium, Language::En) => "No medium",
            (Self::Medium, Language::Zh) => "无媒介",
            (_, Language::En) => "No source code",
            (_, Language::Zh) => "无源代码",
        }
    }
}

/// What rows are told apart by.
pub(super) const fn told_apart_by(about: Texts) -> Parameter {
    let takes = Takes::One(<MediaResponseBy as Scalar>::TYPE);
    Parameter { default: Some("medium"), ..parameter("by", takes, about) }
}

/// The campaign that is told of.
pub(super) const OF_CAMPAIGN: Parameter = Parameter {
    field: Some("campaign_id"),
    ..parameter(
        "campaign_id",
        Takes::One(Type::Id),
        Texts { en: "Of this campaign only.", zh: "仅该市场活动。" },
    )
};

/// The letters of the medium, the list, the test group or the source code.
pub(super) const KEY: Column = column("key", "Key", "标识", What::Key);

/// What that is called.
pub(super) const NAME: Column = column("name", "Name", "名称", What::Label);

/// What came back through one of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediaResponseRow {
    /// The letters of the medium, the list, the test group or the source code.
    pub key: String,
    /// What the medium is called; otherwise the same.
    pub name: String,
    /// How many source codes it has.
    pub codes: i64,
    /// What came back.
    #[serde(flatten)]
    pub figures: MediaResponseFigures,
    /// How far its rates differ from those of the row that `versus` names, as far as both have one; nothing of that
    /// row itself, or where none is named.
    #[schema(max_items = 7)]
    pub versus: Vec<MediaResponseVersus>,
}

/// How far a rate differs from that of another row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediaResponseVersus {
    /// The rate, by the name of its column.
    pub rate: &'static str,
    /// How far.
    #[serde(flatten)]
    pub by: RateDifference,
}

/// What came back. Of each source code a person counts once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediaResponseFigures {
    /// People whom it has reached: by arrivals, else by what was sent or held out, else by who is addressed.
    pub contacts: i64,
    /// People to whom something was sent.
    pub sent: i64,
    /// People at whom it has arrived.
    pub delivered: i64,
    /// People who have opened it.
    pub opened: i64,
    /// People who have followed something in it.
    pub clicked: i64,
    /// People who came to the site.
    pub visited: i64,
    /// Answers.
    pub responses: i64,
    /// People who have answered.
    pub responders: i64,
    /// People who have bought.
    pub buyers: i64,
    /// Arrivals by what was sent.
    pub delivery_rate: Rate,
    /// Opened by arrivals.
    pub open_rate: Rate,
    /// Followed by opened.
    pub click_rate: Rate,
    /// Came to the site by reached.
    pub visit_rate: Rate,
    /// Answered by reached.
    pub response_rate: Rate,
    /// Bought by answered.
    pub conversion_rate: Rate,
    /// Bought by reached.
    pub buyers_of_contacts: Rate,
}

impl MediaResponseFigures {
    /// How far the rates differ from those of others.
    fn against(&self, other: &Self) -> Vec<MediaResponseVersus> {
        let rates = [
            ("delivery_rate", self.delivery_rate, other.delivery_rate),
            ("open_rate", self.open_rate, other.open_rate),
            ("click_rate", self.click_rate, other.click_rate),
            ("visit_rate", self.visit_rate, other.visit_rate),
            ("response_rate", self.response_rate, other.response_rate),
            ("conversion_rate", self.conversion_rate, other.conversion_rate),
            ("buyers_of_contacts", self.buyers_of_contacts, other.buyers_of_contacts),
        ];
        let differ = |(rate, one, other): (&'static str, Rate, Rate)| {
            Some(MediaResponseVersus { rate, by: one.against(other)? })
        };
        rates.into_iter().filter_map(differ).collect()
    }
}

static DEFINITION: Definition = Definition {
    name: "media-response",
    version: 3,
    title: Texts { en: "Response by medium", zh: "媒介反馈分析" },
    about: Texts {
        en: "Whom media, lists, test groups or source codes have reached, who has answered and who has bought, of what \
             had come in by `as_of`. Of each source code a person counts once; one who was addressed by two codes \
             counts for both. Rates come with the interval that holds the true one in 95 of 100 such samples, and with \
             the difference to those of the row that `versus` names, its interval and how likely it is by chance. That \
             is right of rows that have nobody in common. Only the newest 20,000 source codes are looked at.",
        zh: "按媒介、名单、测试组或源代码统计触达、反馈与购买人数及比率(以 `as_of` 时已收到的数据为准);同一源代码下每人只计一次。比率附 95% 置信区间;`versus` 指定对照行时,给出各比率之差、其置信区间与 p 值。",
    },
    reads: &[&SOURCE_CODE],
    needs: &["medium", "list", "test_group", "code"],
    rests_on: &[],
    parameters: &[
        told_apart_by(Texts { en: "What answers are told apart by.", zh: "统计维度。" }),
        OF_CAMPAIGN,
        parameter(
            "versus",
            Takes::One(Type::Text),
            Texts {
                en: "The key of the row that the others are compared with, e.g. the list of those to whom on purpose \
                     nothing was sent.",
                zh: "作为对照的行的标识,如故意未发送的对照名单。",
            },
        ),
    ],
    columns: &[
        KEY,
        NAME,
        column("codes", "Source codes", "源代码数", What::Count),
        column("contacts", "Reached", "触达人数", What::Count),
        column("sent", "Sent", "发送人数", What::Count),
        column("delivered", "Delivered", "到达人数", What::Count),
        column("opened", "Opened", "打开人数", What::Count),
        column("clicked", "Clicked", "点击人数", What::Count),
        column("visited", "Visited", "访问人数", What::Count),
        column("responses", "Responses", "反馈数", What::Count),
        column("responders", "Responders", "反馈人数", What::Count),
        column("buyers", "Buyers", "购买人数", What::Count),
        column("delivery_rate", "Delivery rate", "到达率", What::Ratio),
        column("open_rate", "Open rate", "打开率", What::Ratio),
        column("click_rate", "Click rate", "点击率", What::Ratio),
        column("visit_rate", "Visit rate", "访问率", What::Ratio),
        column("response_rate", "Response rate", "反馈率", What::Ratio),
        column("conversion_rate", "Conversion rate", "转换率", What::Ratio),
        column("buyers_of_contacts", "Buyers of reached", "触达购买率", What::Ratio),
        column("versus", "Compared", "对照比较", What::Parts),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name"],
        values: &["contacts", "responders", "buyers"],
        otherwise: &["codes"],
    },
};

/// Sums over codes.
#[derive(Default)]
struct Sum {
    name: String,
    codes: i64,
    contacts: i64,
    counts: Counts,
}

impl Sum {
    fn add(&mut self, one: Counts) {
        self.codes += 1;
        self.contacts += one.contacts();
        let sum = &mut self.counts;
        sum.sent += one.sent;
        sum.delivered += one.delivered;
        sum.opened += one.opened;
        sum.clicked += one.clicked;
        sum.visited += one.visited;
        sum.responses += one.responses;
        sum.responders += one.responders;
        sum.buyers += one.buyers;
    }

    fn figures(&self) -> MediaResponseFigures {
        let (of, contacts) = (self.counts, self.contacts);
        MediaResponseFigures {
            contacts,
            sent: of.sent,
            delivered: of.delivered,
            opened: of.opened,
            clicked: of.clicked,
            visited: of.visited,
            responses: of.responses,
            responders: of.responders,
            buyers: of.buyers,
            delivery_rate: Rate::new(of.delivered, of.sent),
            open_rate: Rate::new(of.opened, of.delivered),
            click_rate: Rate::new(of.clicked, of.opened),
            visit_rate: Rate::new(of.visited, contacts),
            response_rate: Rate::new(of.responders, contacts),
            conversion_rate: Rate::new(of.buyers, of.responders),
            buyers_of_contacts: Rate::new(of.buyers, contacts),
        }
    }
}

/// A code, its medium with what that is called now, its list and its test group.
type Row = (SourceCodeId, String, MediumId, String, String, String, String);

/// The codes that are looked at, the newest first.
async fn codes(tx: &mut Tx, asked: &Asked) -> Result<Vec<Row>> {
    let mut sql = Sql::new(
        "SELECT c.id, c.code, c.medium_id, c.medium, m.name, c.list, c.test_group FROM source_codes c
         JOIN media m ON m.tenant_id = c.tenant_id AND m.id = c.medium_id
         WHERE c.tenant_id = $1 AND ",
    );
    match asked.past() {
        None => sql.push("c.deleted_at IS NULL"),
        Some(past) => {
            sql.push("(c.deleted_at IS NULL OR c.deleted_at > ").bind(past.known_at);
            sql.push(") AND c.created_at <= ").bind(past.as_of.min(past.known_at))
        }
    };
    if let Some(campaign) = asked.id("campaign_id") {
        sql.push(" AND c.campaign_id = ").bind(campaign);
    }
    sql.push(" ORDER BY c.created_at DESC, c.id DESC LIMIT ").bind(MOST);
    tx.all(sql).await
}

/// The rows, each compared with the one that is named.
///
/// # Errors
/// `bad_parameter` if no row has that key.
fn rows(sums: BTreeMap<String, Sum>, versus: Option<&str>) -> Result<Vec<MediaResponseRow>> {
    let other = match versus {
        None => None,
        Some(key) => {
            let unknown =
                || bad(UNKNOWN_VALUE.parameter("versus").with("expected", "a key of a row"));
            Some((key, sums.get(key).ok_or_else(unknown)?.figures()))
        }
    };
    let row = |(key, sum): (String, Sum)| {
        let (figures, codes) = (sum.figures(), sum.codes);
        let other = other.as_ref().filter(|(named, _)| *named != key);
        let versus = other.map(|(_, other)| figures.against(other)).unwrap_or_default();
        MediaResponseRow { key, name: sum.name, codes, figures, versus }
    };
    Ok(sums.into_iter().map(row).collect())
}

impl Report for MediaResponse {
    type Row = MediaResponseRow;
    type Totals = MediaResponseFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.word("by").unwrap_or(MediaResponseBy::Medium);
        let codes = codes(tx, asked).await?;
        let ids: Vec<SourceCodeId> = codes.iter().map(|row| row.0).collect();
        let counts = of_codes(tx, &ids, asked.past()).await?;
        // A new name does not rewrite the past.
        let names = match by {
            MediaResponseBy::Medium if !asked.live => {
                let media: BTreeSet<_> = codes.iter().map(|row| row.2.uuid()).collect();
                labels(tx, ctx, asked, &MEDIUM, media).await?
            }
            _ => Labels::new(),
        };
        let (mut sums, mut total) = (BTreeMap::<String, Sum>::new(), Sum::default());
        for (id, code, medium_id, medium, name, list, test_group) in codes {
            let (key, name) = match by {
                MediaResponseBy::Medium => {
                    (medium, names.get(&medium_id.uuid()).cloned().unwrap_or(name))
                }
                MediaResponseBy::List => (list.clone(), list),
                MediaResponseBy::TestGroup => (test_group.clone(), test_group),
                // Two that are the same, ten years apart, are told apart by nothing else.
                MediaResponseBy::SourceCode => (code.clone(), code),
            };
            let one = counts.get(&id).copied().unwrap_or_default();
            let sum = sums.entry(key).or_default();
            sum.name = name;
            sum.add(one);
            total.add(one);
        }
        Ok(Made { rows: rows(sums, asked.text("versus"))?, totals: total.figures() })
    }

    fn example() -> Made<Self> {
        let mut sum = Sum { name: "E-mail".to_owned(), ..Sum::default() };
        let (sent, delivered, responses, responders) = (1_050, 1_000, 32, 30);
        let (opened, clicked, buyers) = (270, 54, 9);
        let counts = Counts { sent, delivered, opened, clicked, ..Counts::default() };
        sum.add(Counts { responses, responders, buyers, ..counts });
        let figures = sum.figures();
        let mut other = Sum::default();
        other.add(Counts { delivered: 1_000, opened: 250, responders: 15, ..Counts::default() });
        let versus = figures.against(&other.figures());
        let (key, totals) = ("D".to_owned(), figures.clone());
        let row = MediaResponseRow { key, name: sum.name, codes: 1, figures, versus };
        Made { rows: vec![row], totals }
    }
}
