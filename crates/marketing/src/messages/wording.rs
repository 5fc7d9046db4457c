//! What the places of a message are filled in with.

use super::{
    model::{MessageInput, Wording},
    offer::MessageOffer,
};
use guanxi_customers::language::{check, render, render_html};
use guanxi_kernel::Result;
use serde::Serialize;
use serde_json::{Value as Json, json};
use utoipa::ToSchema;

/// Whom a message is filled in for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addressee<'a> {
    pub(crate) party: &'a str,
    pub(crate) contact: Option<&'a str>,
    pub(crate) source_code: Option<&'a str>,
    pub(crate) campaign: &'a str,
    pub(crate) unsubscribe_url: &'a str,
}

/// A message as one person reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WrittenMessage {
    /// The subject, in one line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML, if the message has any.
    #[schema(required)]
    pub html: Option<String>,
}

/// Every name that a message can have a place for; what is not there is an empty text, so that conditions
/// can ask for it.
pub(crate) fn values(offer: &MessageOffer, to: &Addressee<'_>) -> Json {
    json!({
        "recipient": { "name": to.contact.unwrap_or(to.party) },
        "party": { "name": to.party },
        "contact": { "name": to.contact.unwrap_or_default() },
        "campaign": { "name": to.campaign },
        "source_code": to.source_code.unwrap_or_default(),
        "offer": {
            "text": &*offer.text,
            "price": offer.price.map(|price| price.to_string()).unwrap_or_default(),
            "valid_until": offer.valid_until.map(|day| day.to_string()).unwrap_or_default(),
        },
        "unsubscribe_url": to.unsubscribe_url,
    })
}

/// Fills a message in.
///
/// # Errors
/// `missing_variable`; `template_syntax` for what gets too long.
pub(crate) fn write(wording: Wording<'_>, values: &Json) -> Result<WrittenMessage> {
    let subject = render(wording.subject, "/subject", values)?;
    Ok(WrittenMessage {
        // A name is one line; what stands for one in a header must be, too.
        subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
        text: render(wording.text, "/text", values)?,
        html: wording.html.map(|html| render_html(html, "/html", values)).transpose()?,
    })
}

impl MessageInput {
    /// Refuses texts that could not be filled in for somebody.
    ///
    /// # Errors
    /// `template_syntax`, `unknown_variable` at the text.
    pub(super) fn check_wording(&self) -> Result<()> {
        let sample = Addressee {
            party: "…",
            contact: Some("…"),
            source_code: Some("…"),
            campaign: "…",
            unsubscribe_url: "…",
        };
        let known = values(&self.offer, &sample);
        check(&self.subject, "/subject", &known)?;
        check(&self.text, "/text", &known)?;
        if let Some(html) = &self.html {
            check(html, "/html", &known)?;
        }
        for (at, variant) in self.variants.iter().enumerate() {
            let place = |member: &str| format!("/variants/{at}/{member}");
            if let Some(subject) = &variant.subject {
                check(subject, &place("subject"), &known)?;
            }
            check(&variant.text, &place("text"), &known)?;
            if let Some(html) = &variant.html {
                check(html, &place("html"), &known)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Text;

    fn offer() -> MessageOffer {
        MessageOffer { text: Text::new("九折").unwrap(), price: None, valid_until: None }
    }

    #[test]
    fn places_are_filled_in_and_what_is_missing_is_empty() {
        let to = Addressee {
            party: "宏图 & Co",
            contact: None,
            source_code: Some("DB02086"),
            campaign: "春季",
            unsubscribe_url: "https://crm.example.com/u",
        };
        let wording = Wording {
            subject: "{{ recipient.name }}:{{ offer.text }}",
            text: "{% if contact.name %}{{ contact.name }}{% else %}您好{% endif %} {{ source_code }}",
            html: Some("<p>{{ party.name }}</p>"),
        };
        let written = write(wording, &values(&offer(), &to)).unwrap();
        assert_eq!(written.subject, "宏图 & Co:九折");
        assert_eq!(written.text, "您好 DB02086");
        assert_eq!(written.html.as_deref(), Some("<p>宏图 &amp; Co</p>"));
    }

    #[test]
    fn a_subject_stays_one_line() {
        let to = Addressee {
            party: "A\r\nBcc: everybody@example.com",
            contact: None,
            source_code: None,
            campaign: "",
            unsubscribe_url: "",
        };
        let wording = Wording { subject: "{{ party.name }}", text: "x", html: None };
        let written = write(wording, &values(&offer(), &to)).unwrap();
        assert_eq!(written.subject, "A Bcc: everybody@example.com");
    }
}
