//! What can go wrong: one type, a closed catalogue of codes, texts for people in two languages.
//!
//! A [`Code`] is declared once, in the `problems!` table of the crate that raises it. A
//! [`Problem`] is one occurrence: a code, the values its text speaks of, and the places in the
//! request that are meant. Which HTTP status belongs to a [`Kind`] is known to the HTTP crate only.
//!
//! There is no enum of errors for each aggregate: use cases compose without conversions, and `/v1/problems`
//! is the same catalogue.

use crate::Language;
use serde_json::Value;
use std::{collections::BTreeMap, error::Error, fmt};

/// What every use case answers.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// The family of a failure: what a caller can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request cannot be read.
    Malformed,
    /// Nobody knows who asks.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// There is no such thing, as far as the caller may know.
    NotFound,
    /// The thing exists and cannot be used this way.
    MethodNotAllowed,
    /// No representation that the caller accepts.
    NotAcceptable,
    /// The body did not arrive in time.
    Timeout,
    /// The state of things forbids it now.
    Conflict,
    /// It was there once and is not kept any more.
    Gone,
    /// Somebody has changed it meanwhile.
    Stale,
    /// The body is too large.
    TooLarge,
    /// The body is of a type or encoding that is not read here.
    UnsupportedMedia,
    /// The request is readable and breaks a rule.
    Invalid,
    /// The caller must say which version it has seen.
    PreconditionRequired,
    /// Too many requests.
    TooMany,
    /// Our fault.
    Internal,
    /// Not now; try again.
    Unavailable,
    /// The store has no room left.
    StorageFull,
}

/// A text in each language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts {
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

impl Texts {
    /// The text in `language`.
    pub fn get(&self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Zh => self.zh,
        }
    }
}

/// An entry of the catalogue; its `code` never changes meaning.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The stable snake_case word that programs branch on.
    pub code: &'static str,
    /// The family.
    pub kind: Kind,
    /// Short, the same for every occurrence.
    pub title: Texts,
    /// About one occurrence; `{name}` stands for a parameter.
    pub detail: Texts,
}

/// Declares codes and `PROBLEMS`, the list of them.
///
/// ```
/// guanxi_kernel::problems! {
///     /// The kettle is empty.
///     EMPTY = Conflict "kettle_empty"
///         ("Kettle empty", "Fill it with {litres} litres first.")
///         ("水壶是空的", "请先加入{litres}升水。");
/// }
/// let problem = EMPTY.with("litres", 2);
/// assert_eq!(problem.detail(guanxi_kernel::Language::En), "Fill it with 2 litres first.");
/// ```
#[macro_export]
macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $kind:ident $code:literal
        ($title_en:literal, $detail_en:literal) ($title_zh:literal, $detail_zh:literal);)*) => {
        $($(#[$doc])*
        pub static $name: $crate::Code = $crate::Code {
            code: $code,
            kind: $crate::Kind::$kind,
            title: $crate::problem::Texts { en: $title_en, zh: $title_zh },
            detail: $crate::problem::Texts { en: $detail_en, zh: $detail_zh },
        };)*

        /// The codes declared here.
        pub static PROBLEMS: &[&$crate::Code] = &[$(&$name),*];
    };
}

impl Code {
    /// One occurrence.
    pub fn problem(&'static self) -> Problem {
        self.into()
    }

    /// One occurrence whose text names `value`.
    pub fn with(&'static self, name: &'static str, value: impl Into<Value>) -> Problem {
        self.problem().with(name, value)
    }

    /// One occurrence about the member at `pointer` of the body (RFC 6901, e.g. `/owner_id`).
    pub fn at(&'static self, pointer: impl Into<String>) -> Problem {
        self.problem().and(self.field(pointer))
    }

    /// A finding about the member at `pointer`, to be collected in one problem with others.
    pub fn field(&'static self, pointer: impl Into<String>) -> FieldError {
        FieldError { place: Place::Pointer(pointer.into()), code: self, params: Params::new() }
    }

    /// A finding about a query parameter.
    pub fn parameter(&'static self, name: impl Into<String>) -> FieldError {
        FieldError { place: Place::Parameter(name.into()), code: self, params: Params::new() }
    }
}

/// The values that a text speaks of.
pub type Params = BTreeMap<&'static str, Value>;

/// Where in the request something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A JSON pointer into the body.
    Pointer(String),
    /// A query parameter.
    Parameter(String),
}

/// One finding about one place of the request. It never repeats the value found there.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldError {
    /// The place.
    pub place: Place,
    /// What is wrong with it.
    pub code: &'static Code,
    /// The bounds that were broken, the words that would have been right.
    pub params: Params,
}

impl FieldError {
    /// Adds a value that the text speaks of.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.params.insert(name, value.into());
        self
    }

    /// The text for people.
    pub fn detail(&self, language: Language) -> String {
        fill(self.code.detail.get(language), &self.params)
    }
}

/// One occurrence of a failure.
#[derive(Debug)]
pub struct Problem(Box<Occurrence>);

#[derive(Debug)]
struct Occurrence {
    code: &'static Code,
    params: Params,
    errors: Vec<FieldError>,
    retry_after: Option<u64>,
    current_version: Option<i64>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Problem {
    /// Adds a value that the text speaks of, and the same text of a finding.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        let (code, value) = (self.0.code, value.into());
        for finding in self.0.errors.iter_mut().filter(|finding| finding.code == code) {
            finding.params.entry(name).or_insert_with(|| value.clone());
        }
        self.0.params.insert(name, value);
        self
    }

    /// Adds a finding about one place of the request.
    #[must_use]
    pub fn and(mut self, error: FieldError) -> Self {
        self.0.errors.push(error);
        self
    }

    /// The same about a part of the request that stands at `prefix`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        for error in &mut self.0.errors {
            if let Place::Pointer(pointer) = &mut error.place {
                *pointer = format!("{prefix}{pointer}");
            }
        }
        if self.0.errors.is_empty() {
            let finding = FieldError { params: self.0.params.clone(), ..self.0.code.field(prefix) };
            self.0.errors.push(finding);
        }
        self
    }

    /// Tells after how many seconds to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Tells which version is the current one.
    #[must_use]
    pub fn at_version(mut self, version: i64) -> Self {
        self.0.current_version = Some(version);
        self
    }

    /// Keeps the cause for the log; callers never see it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same once more, without its cause: where one refusal is told in several places.
    #[must_use]
    pub fn again(&self) -> Self {
        let one = &self.0;
        Self(Box::new(Occurrence {
            code: one.code,
            params: one.params.clone(),
            errors: one.errors.clone(),
            retry_after: one.retry_after,
            current_version: one.current_version,
            source: None,
        }))
    }

    /// The catalogue entry.
    pub fn code(&self) -> &'static Code {
        self.0.code
    }

    /// Whether this is an occurrence of `code`.
    pub fn is(&self, code: &'static Code) -> bool {
        std::ptr::eq(self.0.code, code)
    }

    /// The findings about places of the request.
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// The values that the text speaks of.
    pub fn params(&self) -> &Params {
        &self.0.params
    }

    /// The text for people.
    pub fn detail(&self, language: Language) -> String {
        fill(self.0.code.detail.get(language), &self.0.params)
    }

    /// Seconds to wait before another try.
    pub fn wait(&self) -> Option<u64> {
        self.0.retry_after
    }

    /// The version that a stale request should have named.
    pub fn current_version(&self) -> Option<i64> {
        self.0.current_version
    }

    /// All of `findings` in one problem, or nothing if there are none.
    ///
    /// # Errors
    /// `validation_failed` with every finding.
    pub fn collect(findings: Vec<FieldError>) -> Result<()> {
        if findings.is_empty() {
            return Ok(());
        }
        let mut problem = VALIDATION_FAILED.with("count", findings.len());
        problem.0.errors = findings;
        Err(problem)
    }
}

impl From<&'static Code> for Problem {
    fn from(code: &'static Code) -> Self {
        Self(Box::new(Occurrence {
            code,
            params: Params::new(),
            errors: Vec::new(),
            retry_after: None,
            current_version: None,
            source: None,
        }))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.code, self.detail(Language::En))?;
        for error in &self.0.errors {
            let (Place::Pointer(place) | Place::Parameter(place)) = &error.place;
            write!(f, " [{place}: {}]", error.detail(Language::En))?;
        }
        Ok(())
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

fn fill(template: &str, params: &Params) -> String {
    params.iter().fold(template.to_owned(), |text, (name, value)| {
        let shown = match value {
            Value::String(text) => text.clone(),
            Value::Array(items) => {
                let words =
                    items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_owned));
                words.collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        };
        text.replace(&format!("{{{name}}}"), &shown)
    })
}

problems! {
    /// Rules of single fields are broken; every finding is listed.
    VALIDATION_FAILED = Invalid "validation_failed"
        ("Validation failed", "Invalid fields: {count}; see errors.")
        ("校验失败", "有{count}个字段不符合要求,详见 errors。");
    /// Not there, or not visible to the caller.
    NOT_FOUND = NotFound "not_found"
        ("Not found", "There is no such record, or you may not see it.")
        ("未找到", "该记录不存在,或您无权查看。");
    /// No right for the action.
    FORBIDDEN = Forbidden "forbidden"
        ("Forbidden", "You lack the right to {action} {resource}.")
        ("没有权限", "您没有对 {resource} 执行 {action} 的权限。");
    /// Changed by somebody else since it was read.
    STALE = Stale "stale_version"
        ("Changed meanwhile", "The record has changed since you read it; read it again and repeat your change.")
        ("记录已变更", "您读取之后记录已被修改,请重新读取后再提交。");
    /// Something unforeseen.
    INTERNAL = Internal "internal"
        ("Internal error", "Something went wrong on our side. Quote the request id when you report it.")
        ("内部错误", "服务器内部出错,反馈时请提供请求编号。");
    /// A required member is missing.
    REQUIRED = Invalid "required"
        ("Required", "This field is required.")
        ("必填", "此字段必填。");
    /// A member that the schema does not know.
    UNKNOWN_FIELD = Invalid "unknown_field"
        ("Unknown field", "There is no such field.")
        ("未知字段", "不存在此字段。");
    /// Of another JSON type than the schema says.
    INVALID_TYPE = Invalid "invalid_type"
        ("Wrong type", "Expected {expected}.")
        ("类型错误", "应为 {expected}。");
    /// The right type in the wrong form.
    INVALID_FORMAT = Invalid "invalid_format"
        ("Wrong format", "Expected {expected}.")
        ("格式错误", "格式应为 {expected}。");
    /// Shorter than allowed.
    TOO_SHORT = Invalid "too_short"
        ("Too short", "Expected {expected}.")
        ("过短", "要求 {expected}。");
    /// Longer than allowed.
    TOO_LONG = Invalid "too_long"
        ("Too long", "Expected {expected}.")
        ("过长", "要求 {expected}。");
    /// Control or direction characters.
    INVALID_CHARACTERS = Invalid "invalid_characters"
        ("Characters not allowed", "Expected {expected}.")
        ("包含不允许的字符", "要求 {expected}。");
    /// A number or date outside its bounds.
    OUT_OF_RANGE = Invalid "out_of_range"
        ("Out of range", "Expected {expected}.")
        ("超出范围", "要求 {expected}。");
    /// Not a word of the vocabulary.
    UNKNOWN_VALUE = Invalid "unknown_value"
        ("Unknown value", "Expected {expected}.")
        ("未知取值", "应为 {expected}。");
    /// Breaks a rule that needs more than one field.
    INVALID = Invalid "invalid"
        ("Invalid", "{expected}.")
        ("无效", "{expected}。");
    /// The record that a field names does not exist or is not visible to the caller.
    UNKNOWN_REFERENCE = Invalid "unknown_reference"
        ("Unknown reference", "The field names a record that does not exist or that you may not see.")
        ("引用不存在", "该字段引用的记录不存在,或您无权查看。");
    /// The same thing twice in one list.
    REPEATED = Invalid "repeated"
        ("Repeated", "The list names the same thing twice.")
        ("重复", "列表中有重复项。");
    /// A tree would contain itself.
    CYCLE = Invalid "cycle"
        ("Cycle", "A record cannot be placed below itself.")
        ("形成循环", "记录不能成为自身的下级。");
    /// A value that must be unique is taken.
    DUPLICATE = Conflict "duplicate"
        ("Already exists", "Another record already has this value.")
        ("已存在", "已有记录使用了该值。");
    /// A new record that is there already.
    POSSIBLE_DUPLICATE = Conflict "possible_duplicate"
        ("Possible duplicate", "It seems to be there already, {count} times; params.matches says which and why. Change that record, or repeat the request with Prefer: accept-duplicates.")
        ("疑似重复", "可能已存在 {count} 条相同的记录,详见 params.matches。请修改现有记录,或带 Prefer: accept-duplicates 重新提交。");
    /// Others still point to it.
    IN_USE = Conflict "in_use"
        ("In use", "Other records still refer to it.")
        ("正在使用", "仍有其他记录引用它。");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_speaks_both_languages_and_lists_places() {
        let problem = FORBIDDEN.with("action", "delete").with("resource", "parties");
        assert_eq!(problem.detail(Language::En), "You lack the right to delete parties.");
        assert!(problem.detail(Language::Zh).contains("parties"));
        let findings = vec![REQUIRED.field("/name"), UNKNOWN_REFERENCE.field("/owner_id")];
        let problem = Problem::collect(findings).unwrap_err();
        assert_eq!(problem.errors().len(), 2);
        assert_eq!(problem.code().code, "validation_failed");
        assert!(Problem::collect(Vec::new()).is_ok());
    }
}
