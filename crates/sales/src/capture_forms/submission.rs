//! What is sent by a form, and whether the form asks for it. Pure.

use super::model::{CaptureField, CaptureForm, CaptureFormInput};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Line, Text, Word as _,
    problem::{FieldError, REQUIRED, UNKNOWN_FIELD},
};
use guanxi_marketing::{
    media::ReplyChannel,
    research_answers::InformationSource,
    responses::{Captured, ResponseInput},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// What somebody sends by a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "submission_id": "7f1c2c52-8b1e-4a57-9a53-0c3c35d7f0a1", "name": "李娜",
    "phone": "13700137000", "consent": true, "utm_source": "newsletter" })))]
pub struct SubmitForm {
    /// What the page calls this submission; the same again is passed over.
    pub submission_id: Line<100>,
    /// What they are called.
    #[serde(default)]
    pub name: Option<Line<200>>,
    /// Their phone number.
    #[serde(default)]
    pub phone: Option<Line<40>>,
    /// Their e-mail address.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Email, max_length = 254)]
    pub email: Option<Line<254>>,
    /// What they want to say.
    #[serde(default)]
    pub note: Option<Text<4000>>,
    /// The code that they were addressed by.
    #[serde(default)]
    pub source_code: Option<Line<60>>,
    /// Where they look for information.
    #[serde(default)]
    pub information_source: Option<InformationSource>,
    /// Whether they agree to what the form says.
    #[serde(default)]
    pub consent: bool,
    /// A field that the page hides from people: what has something in it was filled in by a machine, and is
    /// thrown away without a word.
    #[serde(default)]
    pub website: Option<Line<200>>,
    /// The page from which they came.
    #[serde(default)]
    pub referrer: Option<Line<500>>,
    /// `utm_source` of the link by which they came.
    #[serde(default)]
    pub utm_source: Option<Line<100>>,
    /// `utm_medium` of that.
    #[serde(default)]
    pub utm_medium: Option<Line<100>>,
    /// `utm_campaign` of that.
    #[serde(default)]
    pub utm_campaign: Option<Line<100>>,
}

/// That a submission has arrived; the same whoever sent it and whatever becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FormReceipt {
    /// What the page calls it.
    pub submission_id: Line<100>,
}

impl SubmitForm {
    /// Whether a machine has filled it in.
    pub(super) fn is_of_a_machine(&self) -> bool {
        self.website.is_some()
    }

    fn has(&self, field: CaptureField) -> bool {
        match field {
            CaptureField::Name => self.name.is_some(),
            CaptureField::Phone => self.phone.is_some(),
            CaptureField::Email => self.email.is_some(),
            CaptureField::Note => self.note.is_some(),
            CaptureField::SourceCode => self.source_code.is_some(),
            CaptureField::InformationSource => self.information_source.is_some(),
        }
    }

    /// By which form it came, and from where.
    pub(super) fn captured(&self, form: &CaptureForm) -> Captured {
        Captured {
            form: form.meta.id.uuid(),
            referrer: self.referrer.clone(),
            utm: [self.utm_source.clone(), self.utm_medium.clone(), self.utm_campaign.clone()],
        }
    }
}

impl CaptureFormInput {
    /// What is missing of a submission, and what the form does not ask for.
    pub(super) fn unfit(&self, sent: &SubmitForm) -> Vec<FieldError> {
        let mut found = Vec::new();
        for field in CaptureField::ALL.iter().copied() {
            let asked = self.fields.iter().find(|one| one.field == field);
            let place = || format!("/{}", field.word());
            match (asked, sent.has(field)) {
                (None, true) => found.push(UNKNOWN_FIELD.field(place())),
                (Some(asked), false) if asked.required => found.push(REQUIRED.field(place())),
                _ => {}
            }
        }
        match &self.consent {
            None if sent.consent => found.push(UNKNOWN_FIELD.field("/consent")),
            Some(asked) if asked.required && !sent.consent => {
                found.push(REQUIRED.field("/consent"));
            }
            _ => {}
        }
        found
    }

    /// The answer to the campaign that a submission is.
    pub(super) fn answer(&self, sent: &SubmitForm, at: DateTime<Utc>) -> ResponseInput {
        ResponseInput {
            campaign_id: Some(self.campaign_id),
            source_code: sent.source_code.clone().or_else(|| self.source_code.clone()),
            party_id: None,
            contact_id: None,
            name: sent.name.clone(),
            phone: sent.phone.clone(),
            email: sent.email.clone(),
            channel: ReplyChannel::Website,
            responded_at: Some(at),
            note: sent.note.clone(),
            information_source: sent.information_source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    #[test]
    fn m_48_what_is_missing_and_what_was_not_asked_for_is_named() {
        let form = json!({ "name": "Form", "campaign_id": Uuid::nil(), "lead_owner_id": Uuid::nil(),
            "fields": [{ "field": "email", "required": true }, { "field": "name" }],
            "consent": { "text": "I agree.", "purpose": "news", "medium": "email", "required": true } });
        let form: CaptureFormInput = serde_json::from_value(form).unwrap();
        let found = |sent| {
            let sent: SubmitForm = serde_json::from_value(sent).unwrap();
            form.unfit(&sent).into_iter().map(|one| one.code.code).collect::<Vec<_>>()
        };
        let whole = json!({ "submission_id": "1", "email": "a@example.com", "consent": true });
        assert_eq!(found(whole), [""; 0]);
        let unfit = json!({ "submission_id": "1", "phone": "13700137000" });
        assert_eq!(found(unfit), ["unknown_field", "required", "required"]);
    }
}
