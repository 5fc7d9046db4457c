//! What a follow-up of field sales must answer: whether the lead meets the standard, what the contact
//! came to, what comes next, and, once that is known, what was bought or why nothing was. Pure.

use super::{
    model::FieldHandover,
    parts::{ContactResult, FieldPurchase, NotBoughtReason},
};
use chrono::NaiveDate;
use guanxi_customers::rules::{likely_date, not_negative, repeated};
use guanxi_kernel::{
    Line, Money, Problem, Result, Text,
    problem::{FieldError, OUT_OF_RANGE, REQUIRED, UNKNOWN_VALUE},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// What was bought, as far as it is said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WishedPurchase {
    /// What; needed.
    #[serde(default)]
    pub product: Option<Line<200>>,
    /// On which business day, today or earlier; needed.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub date: Option<NaiveDate>,
    /// For how much; needed.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    pub price: Option<Money>,
}

/// What came of a contact of field sales with a lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "qualified": true, "contact_result": "interested",
    "next_step": "上门演示", "next_step_on": "2026-03-12" })))]
pub struct FollowUpFieldHandover {
    /// Whether the lead meets the standard; needed the first time.
    #[serde(default)]
    pub qualified: Option<bool>,
    /// The keys of the criteria that it does not meet; needed if it does not.
    #[serde(default)]
    #[validate(length(max = 30))]
    #[schema(max_items = 30)]
    pub failed_criteria: Vec<Line<40>>,
    /// What the contact came to; needed.
    #[serde(default)]
    pub contact_result: Option<ContactResult>,
    /// What is done next; needed as long as it is not known whether the lead buys.
    #[serde(default)]
    pub next_step: Option<Text<1000>>,
    /// On which day; needed with that.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub next_step_on: Option<NaiveDate>,
    /// Whether the lead has bought, once that is known: it closes the hand-over.
    #[serde(default)]
    pub bought: Option<bool>,
    /// What it has bought; needed if it has.
    #[serde(default)]
    #[validate(nested)]
    pub purchase: Option<WishedPurchase>,
    /// Why it has not bought; needed if it has not.
    #[serde(default)]
    pub reason: Option<NotBoughtReason>,
    /// When it is taken up again; needed if it has not bought.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub revisit_on: Option<NaiveDate>,
}

/// What a follow-up is held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Against<'a> {
    /// Whether it is the first of the hand-over.
    pub(super) first: bool,
    /// The keys of the criteria of the standard.
    pub(super) criteria: &'a [Line<40>],
    /// The business day.
    pub(super) today: NaiveDate,
}

impl FollowUpFieldHandover {
    /// Refuses what is not a whole answer.
    ///
    /// # Errors
    /// `validation_failed` with all that is missing or does not fit.
    pub(super) fn check(&self, against: Against<'_>) -> Result<()> {
        let mut findings = self.about_standard(against);
        if self.contact_result.is_none() {
            findings.push(REQUIRED.field("/contact_result"));
        }
        match self.bought {
            None => findings.extend(self.about_next(against.today)),
            Some(true) => findings.extend(self.about_purchase(against.today)),
            Some(false) => findings.extend(self.about_not_bought(against.today)),
        }
        findings.extend(self.out_of_place());
        Problem::collect(findings)
    }

    fn about_standard(&self, against: Against<'_>) -> Vec<FieldError> {
        const PLACE: &str = "/failed_criteria";
        let mut findings = repeated(&self.failed_criteria, PLACE, ToString::to_string);
        if against.first && self.qualified.is_none() {
            findings.push(REQUIRED.field("/qualified"));
        }
        match (self.qualified, self.failed_criteria.is_empty()) {
            (Some(false), true) => findings.push(REQUIRED.field(PLACE)),
            (Some(true) | None, false) => {
                let expected = "only with qualified false";
                findings.push(OUT_OF_RANGE.field(PLACE).with("expected", expected));
            }
            _ => {}
        }
        let keys: Vec<&str> = against.criteria.iter().map(|key| &**key).collect();
        for (at, key) in self.failed_criteria.iter().enumerate() {
            if !against.criteria.contains(key) {
                let finding = UNKNOWN_VALUE.field(format!("{PLACE}/{at}"));
                findings.push(finding.with("expected", keys.join(", ")));
            }
        }
        findings
    }

    fn about_next(&self, today: NaiveDate) -> Vec<FieldError> {
        let step = self.next_step.is_none().then(|| REQUIRED.field("/next_step"));
        step.into_iter().chain(to_come(self.next_step_on, "/next_step_on", today)).collect()
    }

    fn about_purchase(&self, today: NaiveDate) -> Vec<FieldError> {
        let Some(purchase) = &self.purchase else { return vec![REQUIRED.field("/purchase")] };
        let missing = [
            ("/purchase/product", purchase.product.is_none()),
            ("/purchase/date", purchase.date.is_none()),
            ("/purchase/price", purchase.price.is_none()),
        ];
        let missing = missing.into_iter().filter(|(_, missing)| *missing);
        let mut findings: Vec<FieldError> = missing.map(|(at, _)| REQUIRED.field(at)).collect();
        if purchase.date.is_some_and(|date| date > today) {
            let finding = OUT_OF_RANGE.field("/purchase/date");
            findings.push(finding.with("expected", "today or earlier"));
        }
        findings
    }

    fn about_not_bought(&self, today: NaiveDate) -> Vec<FieldError> {
        let reason = self.reason.is_none().then(|| REQUIRED.field("/reason"));
        reason.into_iter().chain(to_come(self.revisit_on, "/revisit_on", today)).collect()
    }

    /// What says something of another outcome.
    fn out_of_place(&self) -> Vec<FieldError> {
        let strange = [
            ("/purchase", self.purchase.is_some() && self.bought != Some(true), "bought true"),
            ("/reason", self.reason.is_some() && self.bought != Some(false), "bought false"),
            (
                "/revisit_on",
                self.revisit_on.is_some() && self.bought != Some(false),
                "bought false",
            ),
        ];
        let strange = strange.into_iter().filter(|(_, strange, _)| *strange);
        let refused = |(at, _, with): (&str, bool, &str)| {
            OUT_OF_RANGE.field(at).with("expected", format!("only with {with}"))
        };
        strange.map(refused).collect()
    }

    /// Writes it down in a hand-over. It was checked.
    pub(super) fn enter(self, into: &mut FieldHandover) {
        into.follow_ups += 1;
        if let Some(qualified) = self.qualified {
            (into.qualified, into.failed_criteria) = (Some(qualified), self.failed_criteria);
        }
        into.contact_result = self.contact_result;
        (into.next_step, into.next_step_on) = (self.next_step, self.next_step_on);
        into.bought = self.bought;
        into.purchase = self.purchase.and_then(|one| {
            let WishedPurchase { product, date, price } = one;
            Some(FieldPurchase { product: product?, date: date?, price: price? })
        });
        into.not_bought_reason = self.reason;
        into.revisit_on = self.revisit_on;
    }
}

/// A day that must be there, and today or later.
fn to_come(day: Option<NaiveDate>, place: &'static str, today: NaiveDate) -> Option<FieldError> {
    match day {
        None => Some(REQUIRED.field(place)),
        Some(day) if day < today => {
            Some(OUT_OF_RANGE.field(place).with("expected", "today or later"))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::problem::Place;
    use serde_json::{Value as Json, json};

    fn refused(wish: Json, first: bool) -> Vec<String> {
        let wish: FollowUpFieldHandover = serde_json::from_value(wish).unwrap();
        let criteria = [Line::new("budget").unwrap()];
        let today = NaiveDate::from_ymd_opt(2026, 3, 10).unwrap();
        let against = Against { first, criteria: &criteria, today };
        let Err(problem) = wish.check(against) else { return Vec::new() };
        let place = |finding: &FieldError| match &finding.place {
            Place::Pointer(place) | Place::Parameter(place) => place.clone(),
        };
        problem.errors().iter().map(place).collect()
    }

    #[test]
    fn x_46_x_47_x_48_the_first_follow_up_answers_every_question() {
        let all = ["/qualified", "/contact_result", "/next_step", "/next_step_on"];
        assert_eq!(refused(json!({}), true), all);
        assert_eq!(refused(json!({}), false), all[1..]);
        let whole = json!({ "qualified": false, "failed_criteria": ["budget"],
            "contact_result": "later", "next_step": "致电", "next_step_on": "2026-03-10" });
        assert!(refused(whole.clone(), true).is_empty());
        let mut vague = whole.clone();
        vague["failed_criteria"] = json!([]);
        assert_eq!(refused(vague, true), ["/failed_criteria"]);
        let mut strange = whole.clone();
        strange["failed_criteria"] = json!(["budget", "size"]);
        assert_eq!(refused(strange, true), ["/failed_criteria/1"]);
        let mut late = whole;
        late["next_step_on"] = json!("2026-03-09");
        assert_eq!(refused(late, true), ["/next_step_on"]);
    }

    #[test]
    fn x_49_x_50_what_was_bought_or_why_nothing_was_is_said_whole() {
        let wish = |more: Json| {
            let mut wish = json!({ "qualified": true, "contact_result": "ordered" });
            guanxi_kernel::input::merge(&mut wish, more);
            refused(wish, true)
        };
        assert_eq!(wish(json!({ "bought": true })), ["/purchase"]);
        let some = json!({ "bought": true, "purchase": { "product": "GTX" } });
        assert_eq!(wish(some), ["/purchase/date", "/purchase/price"]);
        let price = json!({ "amount": "1.00", "currency": "CNY" });
        let early = json!({ "bought": true,
            "purchase": { "product": "GTX", "date": "2026-03-11", "price": price.clone() } });
        assert_eq!(wish(early), ["/purchase/date"]);
        let whole = json!({ "bought": true,
            "purchase": { "product": "GTX", "date": "2026-03-10", "price": price } });
        assert!(wish(whole).is_empty());
        assert_eq!(wish(json!({ "bought": false })), ["/reason", "/revisit_on"]);
        let whole = json!({ "bought": false, "reason": "price", "revisit_on": "2026-06-01" });
        assert!(wish(whole).is_empty());
        let mixed = json!({ "bought": true, "reason": "price" });
        assert_eq!(wish(mixed), ["/purchase", "/reason"]);
    }
}
