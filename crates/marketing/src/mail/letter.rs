//! A message as a mail: encoded, and with what mail programs need to let people unsubscribe; a letter about
//! an account as one.

use crate::message_deliveries::Claimed;
use guanxi_identity::sessions::letters::Letter;
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};

/// The mail, byte for byte.
///
/// # Errors
/// Says what cannot be said in a mail.
pub(super) fn letter(from: &Mailbox, to: &Address, of: &Claimed) -> Result<Vec<u8>, String> {
    let written = &of.written;
    let builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(written.subject.clone())
        // The same at every try, so that one who gets it twice can tell.
        .message_id(Some(format!("<{}@{}>", of.id, from.email.domain())));
    let text = written.text.clone();
    let builder = builder
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("List-Unsubscribe"),
            format!("<{}>", of.unsubscribe_url),
        ))
        // RFC 8058: one click in the mail program is enough.
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("List-Unsubscribe-Post"),
            "List-Unsubscribe=One-Click".to_owned(),
        ));
    let made = match &written.html {
        Some(html) => builder.multipart(MultiPart::alternative_plain_html(text, html.clone())),
        None => builder.singlepart(SinglePart::plain(text)),
    };
    made.map(|mail| mail.formatted()).map_err(|error| error.to_string())
}

/// The mail about an account, byte for byte.
///
/// # Errors
/// Says what cannot be said in a mail.
pub(super) fn account_letter(from: &Mailbox, to: &Address, of: &Letter) -> Result<Vec<u8>, String> {
    let builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(of.subject.clone())
        .message_id(Some(format!("<{}@{}>", of.id, from.email.domain())))
        // RFC 3834: nobody's holiday answers it.
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    let made = builder.singlepart(SinglePart::plain(of.text.clone()));
    made.map(|mail| mail.formatted()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::WrittenMessage;
    use uuid::Uuid;

    #[test]
    fn a_mail_is_plain_characters_and_can_be_unsubscribed() {
        let claimed = Claimed {
            id: Uuid::nil().into(),
            claim: Uuid::nil(),
            to: "li.na@example.com".to_owned(),
            written: WrittenMessage {
                subject: "春季邀请".to_owned(),
                text: "您好".to_owned(),
                html: Some("<p>您好</p>".to_owned()),
            },
            unsubscribe_url: "https://a.cn/u/abc".to_owned(),
        };
        let from: Mailbox = "Guanxi <news@example.com>".parse().unwrap();
        let bytes = letter(&from, &claimed.to.parse().unwrap(), &claimed).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.is_ascii(), "{text}");
        for line in [
            "To: li.na@example.com",
            "List-Unsubscribe: <https://a.cn/u/abc>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Message-ID: <00000000-0000-0000-0000-000000000000@example.com>",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(text.contains("multipart/alternative"), "{text}");
    }

    #[test]
    fn a_letter_about_an_account_answers_nobody_and_is_no_advertisement() {
        let of = Letter {
            id: Uuid::nil(),
            created_at: chrono::DateTime::UNIX_EPOCH,
            claim: Uuid::nil(),
            to: "li.na@example.com".to_owned(),
            subject: "Choose a new password / 设置新密码".to_owned(),
            text: "设置新密码".to_owned(),
        };
        let from: Mailbox = "Guanxi <news@example.com>".parse().unwrap();
        let bytes = account_letter(&from, &of.to.parse().unwrap(), &of).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.is_ascii(), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated"), "{text}");
        assert!(!text.contains("List-Unsubscribe"), "{text}");
    }
}
