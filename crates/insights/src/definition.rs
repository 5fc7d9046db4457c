//! A report as data. What is served, documented and drawn of it is made from this.

use crate::measures;
use guanxi_kernel::{
    Ctx, Currency, Language,
    measure::{Measure, MeasureRef},
    problem::Texts,
    scalar::Type,
};
use guanxi_storage::Kind;
use serde::Serialize;
use utoipa::ToSchema;

guanxi_kernel::words! {
    /// What the values of a column are.
    pub enum What {
        /// What the row is about, for programs: an id, a word, a month.
        Key = "key" ("Key", "键"),
        /// What that is called, in the language of the caller.
        Label = "label" ("Label", "名称"),
        /// How many there are.
        Count = "count" ("Count", "数量"),
        /// An amount.
        Money = "money" ("Amount", "金额"),
        /// A ratio with its two figures.
        Ratio = "ratio" ("Ratio", "比率"),
        /// A number of hours with two decimals.
        Hours = "hours" ("Hours", "小时"),
        /// A share of a whole.
        Share = "share" ("Share", "占比"),
        /// A number of days, as a mean with its two figures.
        Days = "days" ("Days", "天数"),
        /// A day.
        Date = "date" ("Date", "日期"),
        /// A number for each day of a month.
        EachDay = "each_day" ("Each day", "逐日"),
        /// Whether something is so.
        Flag = "flag" ("Yes or no", "是否"),
        /// Where the records behind the row are listed.
        Link = "link" ("Link", "链接"),
        /// What the row was worked out from, part by part; as JSON in a table.
        Parts = "parts" ("Parts", "组成"),
    }
}

/// A column of a report.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The member of the row.
    pub name: &'static str,
    /// What people call it.
    pub label: Texts,
    /// What it holds.
    pub what: What,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// One value of a type.
    One(Type),
    /// One value of a type, or several separated by commas, each once.
    Many(Type),
    /// A whole number from the first to the last of these.
    Whole(i64, i64),
    /// A month that has begun, `YYYY-MM`.
    Month,
    /// A period such as `2026-H1` or `ytd`.
    Period,
    /// An amount above zero, in the currency of the report.
    Amount,
    /// A share of a whole: above 0, at most 1.
    Share,
    /// How many times something is another: above 0, at most 1,000.
    Factor,
}

/// A parameter of a report, beside those that every report has.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What is taken when it is not given, if that is always the same.
    pub default: Option<&'static str>,
    /// Whether it must be given.
    pub required: bool,
    /// The field of the first resource that its use would tell something of.
    pub field: Option<&'static str>,
    /// What it is for.
    pub about: Texts,
}

/// The days of a report, which a period can name instead.
#[derive(Debug)]
pub struct Window {
    /// The parameter of the first day.
    pub first: &'static str,
    /// That of the last one.
    pub last: &'static str,
    /// Whether that is the day behind it.
    pub open: bool,
    /// The parameter that names both.
    named: Parameter,
}

impl Window {
    /// The name of the parameter that names a period.
    pub const NAME: &'static str = "period";

    const fn new(
        days: (&'static str, &'static str),
        open: bool,
        field: Option<&'static str>,
    ) -> Self {
        let about = Texts {
            en: "A period instead of its days, by the fiscal calendar: `2026`, `2026-H1`, `2026-Q1` or `2026-03`, or \
                 one up to the day of `as_of`: `mtd`, `qtd`, `htd` or `ytd`.",
            zh: "以期间代替起止日期(按财年):2026、2026-H1、2026-Q1、2026-03,或本月、本季、本半年、本年至今 mtd、qtd、htd、ytd。",
        };
        let named = Parameter {
            name: Self::NAME,
            takes: Takes::Period,
            default: None,
            required: false,
            field,
            about,
        };
        Self { first: days.0, last: days.1, open, named }
    }

    /// Its two parameters.
    pub const fn days(&self) -> [&'static str; 2] {
        [self.first, self.last]
    }

    /// What names a period of it, for people.
    pub fn expected(&self) -> String {
        format!("{}, without {} and {}", Takes::Period.expected(), self.first, self.last)
    }
}

/// The windows that reports have.
static WINDOWS: [Window; 3] = [
    Window::new(("from", "to"), false, None),
    Window::new(("closed_after", "closed_before"), true, Some("closed_on")),
    Window::new(("entered_after", "entered_before"), true, None),
];

guanxi_kernel::words! {
    /// How rows are drawn.
    pub enum Shape {
        /// Horizontal bars, one group of them for each row.
        Bars = "bars" ("Bars", "条形图"),
        /// Lines over the rows in their order.
        Line = "line" ("Line", "折线图"),
    }
}

/// The chart of a report.
#[derive(Debug, Clone, Copy)]
pub struct Plot {
    /// How it is drawn.
    pub shape: Shape,
    /// The columns that name a row.
    pub names: &'static [&'static str],
    /// The columns that are drawn, all of one unit.
    pub values: &'static [&'static str],
    /// What is drawn for a caller who may see none of these.
    pub otherwise: &'static [&'static str],
}

/// A report.
pub struct Definition {
    /// The last part of its path.
    pub name: &'static str,
    /// Raised whenever the same question may get other figures.
    pub version: u32,
    /// What people call it.
    pub title: Texts,
    /// What it tells, and how it is worked out.
    pub about: Texts,
    /// The resources that it tells of. Each must be readable; rows are in the reach of the first.
    pub reads: &'static [&'static Kind],
    /// The fields of the first resource without which it says nothing.
    pub needs: &'static [&'static str],
    /// Members of its answer that rest on fields of the first resource: whoever may not see the
    /// field does not see them.
    pub rests_on: &'static [(&'static str, &'static [&'static str])],
    /// Its own parameters.
    pub parameters: &'static [Parameter],
    /// Its columns.
    pub columns: &'static [Column],
    /// Its chart.
    pub plot: Plot,
}

/// A column as callers see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportColumn {
    /// The member of each row.
    pub name: &'static str,
    /// What it is called, in the language of the caller.
    pub label: &'static str,
    /// What it holds.
    pub what: What,
    /// The unit: a currency, `d` for days or `h` for hours; absent for plain numbers and texts.
    #[schema(required)]
    pub unit: Option<&'static str>,
    /// The measure that its figures are of, by its name and version; absent where there are none.
    #[schema(required)]
    pub measure: Option<MeasureRef>,
}

/// A parameter as callers see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportParameter {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in the language of the caller.
    pub description: &'static str,
    /// What it takes, for people.
    pub takes: String,
    /// Whether it must be given.
    pub required: bool,
    /// What is taken when it is not given, if that is always the same.
    #[schema(required)]
    pub default: Option<&'static str>,
}

/// A report as callers see it before they ask for it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportDefinition {
    /// Its name.
    pub name: &'static str,
    /// Where it is.
    pub path: String,
    /// Raised whenever the same question may get other figures.
    pub definition_version: u32,
    /// What it is called, in the language of the caller.
    pub title: &'static str,
    /// What it tells.
    pub description: &'static str,
    /// Its own parameters, beside `as_of`, `known_at`, `currency`, `format` and `width`.
    pub parameters: Vec<ReportParameter>,
    /// Its columns, with the currency of the tenant where they are amounts.
    pub columns: Vec<ReportColumn>,
}

impl What {
    /// The unit of what is held.
    fn unit(self, currency: Currency) -> Option<&'static str> {
        match self {
            Self::Money => Some(currency.code()),
            Self::Days => Some("d"),
            Self::Hours => Some("h"),
            _ => None,
        }
    }
}

impl Column {
    /// As callers see it in a report.
    pub fn shown(
        &self,
        report: &Definition,
        language: Language,
        currency: Currency,
    ) -> ReportColumn {
        ReportColumn {
            name: self.name,
            label: self.label.get(language),
            what: self.what,
            unit: self.what.unit(currency),
            measure: measures::of(report.name, self.name).map(Measure::named),
        }
    }
}

impl Takes {
    /// What a value looks like, for people.
    pub fn expected(self) -> String {
        match self {
            Self::One(kind) => kind.expected(),
            Self::Many(kind) => {
                format!("{}, or several of them separated by commas", kind.expected())
            }
            Self::Whole(least, most) => format!("{least} to {most}"),
            Self::Month => "a month such as 2026-03".to_owned(),
            Self::Period => "a period such as 2026-H1, 2026-03 or ytd".to_owned(),
            Self::Amount => "a decimal above 0, such as 600000.00".to_owned(),
            Self::Share => "a decimal above 0 and at most 1, such as 0.80".to_owned(),
            Self::Factor => "a decimal above 0 and at most 1000, such as 1.2".to_owned(),
        }
    }
}

impl Definition {
    /// As callers see it.
    pub fn shown(&self, ctx: &Ctx) -> ReportDefinition {
        let (language, currency) = (ctx.language, ctx.settings.currency);
        let parameter = |one: &Parameter| ReportParameter {
            name: one.name,
            description: one.about.get(language),
            takes: one.takes.expected(),
            required: one.required,
            default: one.default,
        };
        ReportDefinition {
            name: self.name,
            path: self.path(),
            definition_version: self.version,
            title: self.title.get(language),
            description: self.about.get(language),
            parameters: self.asked().map(parameter).collect(),
            columns: self.columns.iter().map(|one| one.shown(self, language, currency)).collect(),
        }
    }

    /// Where it is served.
    pub fn path(&self) -> String {
        format!("/v1/reports/{}", self.name)
    }

    /// The days that a period can name, if it has such.
    pub fn window(&self) -> Option<&'static Window> {
        let has = |name: &str| self.parameters.iter().any(|one| one.name == name);
        WINDOWS.iter().find(|window| window.days().into_iter().all(has))
    }

    /// All that can be asked of it alone: its parameters, and a period instead of its days.
    pub fn asked(&self) -> impl Iterator<Item = &'static Parameter> {
        self.parameters.iter().chain(self.window().map(|window| &window.named))
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The members that hold labels, which are no part of what the hash vouches for.
    pub fn labels(&self) -> impl Iterator<Item = &'static str> {
        let told = self.columns.iter().filter(|one| matches!(one.what, What::Label | What::Link));
        told.map(|column| column.name)
    }
}
