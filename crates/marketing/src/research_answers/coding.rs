//! Which codings a topic takes. Pure.

use super::model::ResearchAnswerInput;
use crate::research_codes::ResearchTopic;
use guanxi_customers::rules::repeated;
use guanxi_kernel::{
    Word as _,
    problem::{FieldError, INVALID, REQUIRED},
};

/// What an answer is coded as, beside its topic.
type Coding<'a> = (&'static str, bool, &'a [ResearchTopic]);

impl ResearchAnswerInput {
    fn codings(&self) -> [Coding<'static>; 6] {
        use ResearchTopic::{Awareness, ContactWay, DecisionProcess, Media};
        [
            ("/information_source", self.information_source.is_some(), &[Awareness, Media]),
            ("/decision_role", self.decision_role.is_some(), &[DecisionProcess]),
            ("/media", !self.media.is_empty(), &[Media]),
            ("/max_messages", self.max_messages.is_some(), &[Media]),
            ("/period_days", self.period_days.is_some(), &[Media]),
            ("/contact_way", self.contact_way.is_some(), &[ContactWay]),
        ]
    }

    /// Whether it says more than what it is about.
    pub(super) fn is_coded(&self) -> bool {
        self.research_code_id.is_some() || self.codings().iter().any(|(_, said, _)| *said)
    }

    /// Whether both are coded in the same way.
    pub(super) fn is_coded_as(&self, other: &Self) -> bool {
        let text = self.text.clone();
        let question_code = self.question_code.clone();
        Self { text, question_code, ..other.clone() } == *self
    }

    /// What is wrong with the codings by themselves, for an answer on that topic.
    pub(super) fn findings(&self, topic: ResearchTopic) -> Vec<FieldError> {
        let mut found = repeated(&self.media, "/media", |one| *one);
        for (place, said, topics) in self.codings() {
            if said && !topics.contains(&topic) {
                let words: Vec<&str> = topics.iter().map(|one| one.word()).collect();
                let expected = format!("an answer on {}", words.join(" or "));
                found.push(INVALID.field(place).with("expected", expected));
            }
        }
        if self.period_days.is_some() && self.max_messages.is_none() {
            found.push(REQUIRED.field("/max_messages"));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::{input, problem::Place};
    use serde_json::{Value as Json, json};

    fn answer(members: Json) -> ResearchAnswerInput {
        let mut body = json!({ "research_interview_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "text": "价格太高" });
        input::merge(&mut body, members);
        input::read(body).unwrap()
    }

    #[test]
    fn x_103_a_coding_belongs_to_a_topic() {
        let places = |members: Json, topic: ResearchTopic| {
            let place = |finding: FieldError| match finding.place {
                Place::Pointer(place) | Place::Parameter(place) => place,
            };
            answer(members).findings(topic).into_iter().map(place).collect::<Vec<_>>()
        };
        let role = json!({ "decision_role": "approver" });
        assert_eq!(places(role.clone(), ResearchTopic::DecisionProcess), [""; 0]);
        assert_eq!(places(role, ResearchTopic::Obstacles), ["/decision_role"]);
        let source = json!({ "information_source": "exhibition" });
        assert_eq!(places(source.clone(), ResearchTopic::Awareness), [""; 0]);
        assert_eq!(places(source, ResearchTopic::Motives), ["/information_source"]);
        let media = json!({ "media": ["email", "email"], "period_days": 7 });
        assert_eq!(places(media, ResearchTopic::Media), ["/media/1", "/max_messages"]);
    }

    #[test]
    fn x_103_words_are_no_coding() {
        let (one, other) = (answer(json!({})), answer(json!({ "text": "预算不足" })));
        assert!(!one.is_coded() && one.is_coded_as(&other));
        let coded = answer(json!({ "topic": "contact_way", "contact_way": "phone" }));
        assert!(coded.is_coded() && !coded.is_coded_as(&one));
    }
}
