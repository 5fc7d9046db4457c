//! What is filled in: steps with typed, weighted items, and what answers to them come to.

use crate::problems::{ANSWERED_BY_RECORD, STEP_NOT_OPEN};
use guanxi_kernel::{
    Line, Result, Text,
    problem::{
        FieldError, INVALID, INVALID_FORMAT, OUT_OF_RANGE, REPEATED, REQUIRED, UNKNOWN_FIELD,
        UNKNOWN_VALUE,
    },
    ratio::Ratio,
    scalar::Type,
};
use guanxi_storage::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::{cmp::Ordering, collections::BTreeSet};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What the answer to an item is.
    pub enum PlaybookItemKind {
        /// A text of up to 2,000 characters.
        Text = "text" ("Text", "文本"),
        /// A decimal, as text, e.g. `"12.50"`.
        Number = "number" ("Number", "数字"),
        /// A day.
        Date = "date" ("Date", "日期"),
        /// The code of one of the choices.
        Choice = "choice" ("Choice", "单选"),
        /// True or false.
        YesNo = "yes_no" ("Yes or no", "是否"),
        /// A whole number of points from 0 to the most there are.
        Score = "score" ("Score", "评分"),
    }
}

guanxi_kernel::words! {
    /// What the points of an item in a survey measure.
    pub enum SurveyMeasure {
        /// How much the customer had expected.
        Expectation = "expectation" ("Expectation", "期望"),
        /// How satisfied the customer is.
        Satisfaction = "satisfaction" ("Satisfaction", "满意度"),
    }
}

/// One of several answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaybookChoice {
    /// Its code; no two choices of an item have the same.
    pub code: Line<40>,
    /// What it is called.
    pub name: Line<100>,
    /// What it is called in Chinese.
    #[serde(default)]
    pub name_zh: Option<Line<100>>,
    /// How many points it is worth, where the item is scored; 0 when absent.
    #[serde(default)]
    #[validate(range(min = 0, max = 1_000))]
    #[schema(minimum = 0, maximum = 1_000)]
    pub score: Option<i64>,
}

/// Something to fill in or to check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaybookItem {
    /// Its code, the name of its answer; no two items of a playbook have the same.
    pub code: Line<40>,
    /// What is asked.
    pub name: Line<200>,
    /// What is asked, in Chinese.
    #[serde(default)]
    pub name_zh: Option<Line<200>>,
    /// What the answer is.
    pub kind: PlaybookItemKind,
    /// Whether nothing is complete without it.
    #[serde(default)]
    pub required: bool,
    /// How much it counts; nothing with 0.
    #[serde(default = "one")]
    #[validate(range(min = 0, max = 1_000))]
    #[schema(minimum = 0, maximum = 1_000, default = 1)]
    pub weight: i64,
    /// The field of the record that fills it in, e.g. `phones`: then the record answers, whatever is in
    /// the field, and nobody writes it twice. Needs `about_type`.
    #[serde(default)]
    pub field: Option<Line<60>>,
    /// What can be chosen, with `choice`.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    pub choices: Vec<PlaybookChoice>,
    /// The most points, with `score` (then needed) or with `yes_no`, where yes earns all of them.
    #[serde(default)]
    #[validate(range(min = 1, max = 1_000))]
    #[schema(minimum = 1, maximum = 1_000)]
    pub max_score: Option<i64>,
    /// What its points measure, in a survey.
    #[serde(default)]
    pub measures: Option<SurveyMeasure>,
    /// What to mind.
    #[serde(default)]
    pub help: Option<Text<400>>,
}

/// Items that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaybookStep {
    /// Its code; no two steps have the same.
    pub code: Line<40>,
    /// What it is called.
    pub name: Line<100>,
    /// What it is called in Chinese.
    #[serde(default)]
    pub name_zh: Option<Line<100>>,
    /// Whether it begins only when all that is required in the steps before it is filled in.
    #[serde(default)]
    pub in_order: bool,
    /// Its items, in order.
    #[validate(length(min = 1, max = 100), nested)]
    #[schema(min_items = 1, max_items = 100)]
    pub items: Vec<PlaybookItem>,
}

/// Items of a playbook at most.
const MOST: usize = 300;

/// Characters of a text at most.
const LONGEST: usize = 2_000;

fn one() -> i64 {
    1
}

/// Answers by the codes of their items.
pub type Answers = Map<String, Json>;

impl PlaybookItem {
    fn expects(&self) -> String {
        match self.kind {
            PlaybookItemKind::Text => format!("a text of at most {LONGEST} characters"),
            PlaybookItemKind::Number => "a decimal such as 12.50".to_owned(),
            PlaybookItemKind::Date => Type::Date.expected(),
            PlaybookItemKind::Choice => {
                let codes: Vec<&str> = self.choices.iter().map(|one| &*one.code).collect();
                format!("one of {}", codes.join(", "))
            }
            PlaybookItemKind::YesNo => "true or false".to_owned(),
            PlaybookItemKind::Score => format!("0 to {}", self.max_score.unwrap_or_default()),
        }
    }

    /// An answer in the one form that is kept.
    fn settle(&self, answer: &Json, pointer: &str) -> Result<Json, FieldError> {
        let wrong = |code: &'static guanxi_kernel::Code| {
            code.field(pointer).with("expected", self.expects())
        };
        let format = || wrong(&INVALID_FORMAT);
        match self.kind {
            PlaybookItemKind::Text => {
                let text = answer.as_str().and_then(|text| Text::<LONGEST>::new(text).ok());
                text.map(|text| text.to_string().into()).ok_or_else(format)
            }
            PlaybookItemKind::Number => {
                let text = match answer {
                    Json::Number(number) => number.to_string(),
                    Json::String(text) => text.clone(),
                    _ => return Err(format()),
                };
                let digits = text.strip_prefix('-').unwrap_or(&text);
                let plain = digits.len() <= 24
                    && digits.split('.').count() <= 2
                    && digits.split('.').all(|part| {
                        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
                    });
                if plain { Ok(text.into()) } else { Err(format()) }
            }
            PlaybookItemKind::Date => {
                let day = answer.as_str().filter(|text| Type::Date.parse(text).is_some());
                day.map(Json::from).ok_or_else(format)
            }
            PlaybookItemKind::Choice => {
                let known = |code: &&str| self.choices.iter().any(|one| &*one.code == *code);
                answer.as_str().filter(known).map(Json::from).ok_or_else(|| wrong(&UNKNOWN_VALUE))
            }
            PlaybookItemKind::YesNo => answer.as_bool().map(Json::from).ok_or_else(format),
            PlaybookItemKind::Score => {
                let points = answer.as_i64().ok_or_else(format)?;
                let most = self.max_score.unwrap_or_default();
                if (0..=most).contains(&points) {
                    Ok(points.into())
                } else {
                    Err(wrong(&OUT_OF_RANGE))
                }
            }
        }
    }

    /// The most points that it can earn, if it is scored.
    fn most_points(&self) -> Option<i64> {
        match self.kind {
            PlaybookItemKind::Choice => {
                self.choices.iter().filter_map(|one| one.score).max().filter(|most| *most > 0)
            }
            PlaybookItemKind::YesNo | PlaybookItemKind::Score => self.max_score,
            _ => None,
        }
    }

    /// The points that an answer earns.
    fn points(&self, answer: &Json) -> i64 {
        match self.kind {
            PlaybookItemKind::Choice => {
                let chosen = self.choices.iter().find(|one| Some(&*one.code) == answer.as_str());
                chosen.and_then(|one| one.score).unwrap_or_default()
            }
            PlaybookItemKind::YesNo if *answer == Json::Bool(true) => {
                self.max_score.unwrap_or_default()
            }
            PlaybookItemKind::Score => answer.as_i64().unwrap_or_default(),
            _ => 0,
        }
    }

    /// What is wrong with it by itself.
    fn findings(&self, place: &str, about: Option<&Kind>) -> Vec<FieldError> {
        let mut findings = Vec::new();
        let has_choices = !self.choices.is_empty();
        match (self.kind == PlaybookItemKind::Choice, has_choices) {
            (true, false) => findings.push(REQUIRED.field(format!("{place}/choices"))),
            (false, true) => findings.push(misplaced(format!("{place}/choices"))),
            _ => {}
        }
        let mut seen = BTreeSet::new();
        for (at, choice) in self.choices.iter().enumerate() {
            if !seen.insert(&*choice.code) {
                findings.push(REPEATED.field(format!("{place}/choices/{at}/code")));
            }
        }
        let scored = matches!(self.kind, PlaybookItemKind::Score | PlaybookItemKind::YesNo);
        if self.kind == PlaybookItemKind::Score && self.max_score.is_none() {
            findings.push(REQUIRED.field(format!("{place}/max_score")));
        }
        if !scored && self.max_score.is_some() {
            findings.push(misplaced(format!("{place}/max_score")));
        }
        if self.measures.is_some() && self.most_points().is_none() {
            findings.push(misplaced(format!("{place}/measures")));
        }
        if let Some(field) = &self.field {
            let pointer = format!("{place}/field");
            match about {
                None => findings.push(REQUIRED.field("/about_type")),
                Some(kind) if kind.field(field).is_none_or(|one| one.columns.is_empty()) => {
                    findings.push(UNKNOWN_VALUE.field(pointer).with("expected", "a stored field"));
                }
                Some(_) if self.most_points().is_some() => findings.push(misplaced(pointer)),
                Some(_) => {}
            }
        }
        findings
    }
}

fn misplaced(pointer: String) -> FieldError {
    INVALID.field(pointer).with("expected", "This kind of item has no such member")
}

/// Whether there is something in a field of a record.
pub(crate) fn is_filled(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(entries) => !entries.is_empty(),
        Json::Object(members) => !members.is_empty(),
        Json::Bool(_) | Json::Number(_) => true,
    }
}

/// The steps of one edition, as what is filled in is judged by them.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a>(pub &'a [PlaybookStep]);

impl<'a> Sheet<'a> {
    /// Its items in order.
    pub fn items(self) -> impl Iterator<Item = &'a PlaybookItem> {
        self.0.iter().flat_map(|step| &step.items)
    }

    /// What is wrong with the steps by themselves, for records of that kind.
    pub(super) fn findings(self, about: Option<&Kind>) -> Vec<FieldError> {
        let mut findings = Vec::new();
        let (mut steps, mut items) = (BTreeSet::new(), BTreeSet::new());
        for (at, step) in self.0.iter().enumerate() {
            if !steps.insert(&*step.code) {
                findings.push(REPEATED.field(format!("/steps/{at}/code")));
            }
            for (number, item) in step.items.iter().enumerate() {
                let place = format!("/steps/{at}/items/{number}");
                if !items.insert(&*item.code) {
                    findings.push(REPEATED.field(format!("{place}/code")));
                }
                findings.extend(item.findings(&place, about));
            }
        }
        if self.items().count() > MOST {
            let expected = format!("at most {MOST} items");
            findings.push(OUT_OF_RANGE.field("/steps").with("expected", expected));
        }
        findings
    }

    /// Brings answers into the one form that is kept; `null` is no answer. What is wrong with them.
    pub(crate) fn settle(
        self,
        answers: &mut Answers,
        before: &Answers,
        record: Option<&Json>,
    ) -> Vec<FieldError> {
        answers.retain(|_, answer| !answer.is_null());
        let mut findings = Vec::new();
        for (code, answer) in answers.iter_mut() {
            let pointer = format!("/answers/{code}");
            let Some(item) = self.items().find(|item| &*item.code == code) else {
                findings.push(UNKNOWN_FIELD.field(pointer));
                continue;
            };
            if let Some(field) = &item.field {
                findings.push(ANSWERED_BY_RECORD.field(pointer).with("field", &**field));
                continue;
            }
            match item.settle(answer, &pointer) {
                Ok(settled) => *answer = settled,
                Err(finding) => findings.push(finding),
            }
        }
        if findings.is_empty() {
            findings = self.out_of_order(answers, before, record);
        }
        findings
    }

    /// New answers in a step that has not begun.
    fn out_of_order(
        self,
        answers: &Answers,
        before: &Answers,
        record: Option<&Json>,
    ) -> Vec<FieldError> {
        let mut findings = Vec::new();
        let mut lacking: Option<&str> = None;
        for step in self.0 {
            for item in &step.items {
                let changed = answers.get(&*item.code) != before.get(&*item.code)
                    && answers.contains_key(&*item.code);
                if let (true, true, Some(lacking)) = (step.in_order, changed, lacking) {
                    let finding = STEP_NOT_OPEN.field(format!("/answers/{}", item.code));
                    findings.push(finding.with("step", &*step.code).with("lacking", lacking));
                }
            }
            let missing =
                step.items.iter().find(|item| item.required && !self.fills(item, answers, record));
            lacking = lacking.or(missing.map(|item| &*item.code));
        }
        findings
    }

    fn fills(self, item: &PlaybookItem, answers: &Answers, record: Option<&Json>) -> bool {
        match &item.field {
            Some(field) => record.is_some_and(|record| is_filled(&record[&**field])),
            None => answers.contains_key(&*item.code),
        }
    }

    /// The required items that are not filled in.
    pub fn missing(self, answers: &Answers, record: Option<&Json>) -> Vec<&'a PlaybookItem> {
        let lacks = |item: &&PlaybookItem| item.required && !self.fills(item, answers, record);
        self.items().filter(lacks).collect()
    }

    /// Filled weight over all weight.
    pub fn completeness(self, answers: &Answers, record: Option<&Json>) -> Ratio {
        let filled = self.items().filter(|item| self.fills(item, answers, record));
        let weight = |items: &mut dyn Iterator<Item = &PlaybookItem>| -> i64 {
            items.map(|item| item.weight).sum()
        };
        Ratio::new(weight(&mut filled.into_iter()), weight(&mut self.items()))
    }

    /// Weighted points over the most that there are; what is not answered earns none.
    pub fn score(self, answers: &Answers) -> Ratio {
        let (points, most) = self.points(answers);
        Ratio::new(points, most)
    }

    /// The weighted points, and the most that there are; what is not answered earns none.
    pub(crate) fn points(self, answers: &Answers) -> (i64, i64) {
        let (mut points, mut most) = (0, 0);
        for item in self.items() {
            let Some(best) = item.most_points() else { continue };
            most += item.weight * best;
            let answer = answers.get(&*item.code);
            points += item.weight * answer.map_or(0, |answer| item.points(answer));
        }
        (points, most)
    }

    /// The weighted points, and the most that there are, of the items that measure this and were answered.
    fn earned(self, answers: &Answers, what: SurveyMeasure) -> (i64, i64) {
        let (mut points, mut most) = (0, 0);
        for item in self.items().filter(|item| item.measures == Some(what)) {
            if let (Some(best), Some(answer)) = (item.most_points(), answers.get(&*item.code)) {
                most += item.weight * best;
                points += item.weight * item.points(answer);
            }
        }
        (points, most)
    }

    /// How much of what an item of a survey measures there is; nothing if no such item was answered.
    pub(crate) fn measured(self, answers: &Answers, what: SurveyMeasure) -> Option<Ratio> {
        let (points, most) = self.earned(answers, what);
        (most > 0).then(|| Ratio::new(points, most))
    }

    /// The same as an index from 0 to 100 in hundredths, rounded half-even: what statements over many
    /// responses add up.
    pub(crate) fn index(self, answers: &Answers, what: SurveyMeasure) -> Option<i64> {
        let (points, most) = self.earned(answers, what);
        let (whole, rest) =
            ((points * 10_000).checked_div(most)?, (points * 10_000).checked_rem(most)?);
        let up = match (2 * rest).cmp(&most) {
            Ordering::Less => 0,
            Ordering::Equal => whole % 2,
            Ordering::Greater => 1,
        };
        Some(whole + up)
    }

    /// The weight of what was answered here and not by the record, and how many such items are required
    /// and missing: what statements over many runs add up.
    pub(crate) fn kept(self, answers: &Answers) -> (i64, i64) {
        let own = |item: &&PlaybookItem| item.field.is_none();
        let answered = self.items().filter(own).filter(|item| answers.contains_key(&*item.code));
        let lacking = self
            .items()
            .filter(own)
            .filter(|item| item.required && !answers.contains_key(&*item.code))
            .count();
        (answered.map(|item| item.weight).sum(), i64::try_from(lacking).unwrap_or(i64::MAX))
    }
}
