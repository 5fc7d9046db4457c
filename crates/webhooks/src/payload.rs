//! What a message says: `{type, timestamp, data}`, as Standard Webhooks 1.0.0 has it.

use crate::dispatch::Told;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;

/// Bytes of a message at most; a record that would make it longer has to be fetched.
const MOST: usize = 20_000;

/// What is sent to an endpoint.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebhookMessage {
    /// What happened, e.g. `party.created`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    pub timestamp: DateTime<Utc>,
    /// To which record.
    pub data: WebhookData,
}

/// The record that something happened to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebhookData {
    /// The record.
    pub id: Uuid,
    /// Its kind, e.g. `party`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The version that was made.
    pub version: i64,
    /// Counts what happens to this record: a message with a lower number than one that has come
    /// before is old.
    pub sequence: i64,
    /// The place of the event in the order of all commits, as in `/v1/events`.
    pub position: i64,
    /// Of endpoints with `payload: full`: the record as it was when the message was made; `null` if
    /// it is deleted, or too long for a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub record: Option<Json>,
}

/// The message of an event. `record` is there for endpoints that want the record too.
pub(crate) fn body(event: &Told, record: Option<Json>) -> String {
    let mut message = WebhookMessage {
        kind: event.kind.clone(),
        timestamp: event.occurred_at,
        data: WebhookData {
            id: event.subject_id,
            kind: event.subject_type.clone(),
            version: event.version,
            sequence: event.version,
            position: event.position,
            record,
        },
    };
    let text = serde_json::to_string(&message).unwrap_or_default();
    if text.len() <= MOST {
        return text;
    }
    message.data.record = Some(Json::Null);
    serde_json::to_string(&message).unwrap_or_default()
}

/// The message of a test, which is about no event but about the endpoint itself.
pub(crate) fn test_body(endpoint: Uuid, version: i64, now: DateTime<Utc>) -> String {
    let event = Told {
        position: 0,
        occurred_at: now,
        kind: "webhook.test".to_owned(),
        subject_type: crate::ENDPOINT.name.to_owned(),
        subject_id: endpoint,
        version,
    };
    body(&event, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_record_that_is_too_long_is_left_to_be_fetched() {
        let event = Told {
            position: 7,
            occurred_at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
            kind: "party.updated".into(),
            subject_type: "party".into(),
            subject_id: Uuid::nil(),
            version: 3,
        };
        let read = |record| serde_json::from_str::<Json>(&body(&event, record)).unwrap();
        let thin = read(None);
        assert_eq!(
            thin,
            json!({ "type": "party.updated", "timestamp": "2023-11-14T22:13:20Z", "data": {
                "id": Uuid::nil(), "type": "party", "version": 3, "sequence": 3, "position": 7 } })
        );
        assert_eq!(read(Some(json!({ "name": "A" })))["data"]["record"]["name"], "A");
        let long = json!({ "note": "x".repeat(MOST) });
        assert_eq!(read(Some(long))["data"].get("record"), Some(&Json::Null));
    }
}
