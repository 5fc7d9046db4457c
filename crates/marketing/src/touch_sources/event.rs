//! What a provider tells. Pure.

use crate::{message_deliveries::MessageDeliveryId, touches::TouchKind};
use chrono::{DateTime, Utc};
use guanxi_customers::rules::likely_instant;
use guanxi_kernel::Line;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What a provider can say of what it has sent.
    pub enum ProviderEventKind {
        /// It has sent it.
        Sent = "sent" ("Sent", "已发送"),
        /// It has arrived.
        Delivered = "delivered" ("Delivered", "已到达"),
        /// It was opened.
        Opened = "opened" ("Opened", "已打开"),
        /// Something in it was followed.
        Clicked = "clicked" ("Clicked", "已点击"),
        /// It came back.
        Bounced = "bounced" ("Bounced", "退信"),
        /// They complain.
        Complained = "complained" ("Complained", "投诉"),
    }
}

impl From<ProviderEventKind> for TouchKind {
    fn from(kind: ProviderEventKind) -> Self {
        match kind {
            ProviderEventKind::Sent => Self::Sent,
            ProviderEventKind::Delivered => Self::Delivered,
            ProviderEventKind::Opened => Self::Opened,
            ProviderEventKind::Clicked => Self::Clicked,
            ProviderEventKind::Bounced => Self::Bounced,
            ProviderEventKind::Complained => Self::Complained,
        }
    }
}

/// Something that a provider has seen of what it has sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderEvent {
    /// By what the provider knows the event: the same again is passed over.
    pub event_id: Line<100>,
    /// What has happened.
    pub kind: ProviderEventKind,
    /// The `Message-ID` of the letter, by which the program knows what it was; better than the address.
    #[serde(default)]
    pub internet_message_id: Option<Line<300>>,
    /// The address or number that it was sent to; needed without a `Message-ID` of the program.
    #[serde(default)]
    pub recipient: Option<Line<254>>,
    /// The source code; needed for what the program has not sent itself.
    #[serde(default)]
    pub source_code: Option<Line<60>>,
    /// When.
    #[validate(custom(function = "likely_instant"))]
    pub occurred_at: DateTime<Utc>,
}

/// Tells events of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "events": [
    { "event_id": "e-1", "kind": "bounced", "recipient": "li.na@example.com",
      "internet_message_id": "<01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77@example.com>",
      "occurred_at": "2026-04-02T08:00:00Z" }] })))]
pub struct TakeProviderEvents {
    /// What it has seen, in any order.
    #[validate(length(min = 1, max = 500), nested)]
    #[schema(min_items = 1, max_items = 500)]
    pub events: Vec<ProviderEvent>,
}

impl ProviderEvent {
    /// The delivery that the `Message-ID` names, if the program has written it.
    pub(super) fn delivery(&self) -> Option<MessageDeliveryId> {
        let text = self.internet_message_id.as_ref()?;
        let (id, _) = text.trim_start_matches('<').split_once('@')?;
        Uuid::try_parse(id).ok().map(MessageDeliveryId::from)
    }

    /// The address as deliveries keep it.
    pub(super) fn address(&self) -> Option<String> {
        self.recipient.as_ref().map(|recipient| recipient.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: Option<&str>) -> ProviderEvent {
        ProviderEvent {
            event_id: Line::new("e").unwrap(),
            kind: ProviderEventKind::Bounced,
            internet_message_id: id.map(|id| Line::new(id).unwrap()),
            recipient: Some(Line::new("Li.Na@Example.com").unwrap()),
            source_code: None,
            occurred_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn x_14_a_message_id_of_the_program_names_a_delivery() {
        let id = Uuid::from_u128(7);
        for text in [format!("<{id}@example.com>"), format!("{id}@example.com")] {
            assert_eq!(event(Some(&text)).delivery(), Some(id.into()), "{text}");
        }
        for text in ["<abc@example.com>", "nonsense"] {
            assert_eq!(event(Some(text)).delivery(), None, "{text}");
        }
        assert_eq!(event(None).delivery(), None);
        assert_eq!(event(None).address().as_deref(), Some("li.na@example.com"));
    }
}
