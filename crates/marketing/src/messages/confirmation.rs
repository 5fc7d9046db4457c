//! What was shown before sending, and that it still holds: without a store.

use super::model::MessageId;
use crate::{
    campaign_members::CampaignMemberId,
    problems::{CONFIRMATION_EXPIRED, CONFIRMATION_UNKNOWN, PREVIEW_OUTDATED},
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Problem, Result, TenantId};
use guanxi_storage::cursor;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// How long a confirmation is good.
pub(super) const GOOD_FOR: TimeDelta = TimeDelta::minutes(15);

/// What a preview has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shown {
    pub(super) medium: Uuid,
    /// The version of the message.
    pub(super) version: i64,
    pub(super) recipients: i64,
    /// Who these are, and at which address each: as many others are not the same.
    pub(super) people: String,
    /// Of each reason how many, in the order of the reasons.
    pub(super) excluded: Vec<i64>,
}

/// A digest of who gets a message, one after the other.
#[derive(Default)]
pub(super) struct Roll(Sha256);

impl Roll {
    /// Adds one.
    pub(super) fn add(&mut self, member: CampaignMemberId, address: Option<&str>) {
        let address = address.unwrap_or_default();
        self.0.update(member.uuid().as_bytes());
        self.0.update(address.len().to_be_bytes());
        self.0.update(address);
    }

    /// What it comes to so far.
    pub(super) fn digest(&self) -> String {
        self.0.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn print(tenant: TenantId, message: MessageId) -> String {
    cursor::fingerprint(&["message confirmation", &tenant.to_string(), &message.to_string()])
}

/// The confirmation, which nobody without the key can make.
pub(super) fn seal(
    key: &[u8],
    (tenant, message): (TenantId, MessageId),
    shown: &Shown,
    until: DateTime<Utc>,
) -> String {
    cursor::seal(key, &print(tenant, message), &(shown, until.timestamp()))
}

/// Reads a confirmation.
///
/// # Errors
/// `confirmation_unknown` if it was made for another message, or by nobody here; `confirmation_expired`.
pub(super) fn open(
    key: &[u8],
    (tenant, message): (TenantId, MessageId),
    confirmation: &str,
    now: DateTime<Utc>,
) -> Result<Shown> {
    let unknown = |_: Problem| CONFIRMATION_UNKNOWN.at("/confirmation");
    let (shown, until): (Shown, i64) =
        cursor::open(key, &print(tenant, message), confirmation).map_err(unknown)?;
    match now.timestamp() > until {
        true => Err(CONFIRMATION_EXPIRED.problem()),
        false => Ok(shown),
    }
}

impl Shown {
    /// Refuses to send what is not any more what was shown.
    ///
    /// # Errors
    /// `preview_outdated`.
    pub(super) fn require_same(&self, now: &Self) -> Result<()> {
        match self == now {
            true => Ok(()),
            false => Err(PREVIEW_OUTDATED.problem()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn of(number: u128) -> (TenantId, MessageId) {
        (Uuid::from_u128(1).into(), Uuid::from_u128(number).into())
    }

    #[test]
    fn x_18_a_confirmation_is_good_for_one_message_one_content_and_a_while() {
        let shown = Shown {
            medium: Uuid::nil(),
            version: 3,
            recipients: 900,
            people: Roll::default().digest(),
            excluded: vec![0, 100],
        };
        let sealed = seal(b"key", of(7), &shown, NOW + GOOD_FOR);
        assert_eq!(open(b"key", of(7), &sealed, NOW + GOOD_FOR).unwrap(), shown);
        let late = open(b"key", of(7), &sealed, NOW + GOOD_FOR + TimeDelta::seconds(1));
        assert!(late.unwrap_err().is(&CONFIRMATION_EXPIRED));
        for (key, message) in [(&b"key"[..], 8), (b"other", 7)] {
            let refused = open(key, of(message), &sealed, NOW).unwrap_err();
            assert!(refused.is(&CONFIRMATION_UNKNOWN));
        }
        shown.require_same(&shown.clone()).unwrap();
        for other in [
            Shown { version: 4, ..shown.clone() },
            Shown { recipients: 899, ..shown.clone() },
            Shown { people: String::new(), ..shown.clone() },
            Shown { excluded: vec![1, 99], ..shown.clone() },
        ] {
            assert!(shown.require_same(&other).unwrap_err().is(&PREVIEW_OUTDATED));
        }
    }

    #[test]
    fn x_18_other_people_or_other_addresses_are_another_roll() {
        let roll = |people: &[(u128, Option<&str>)]| {
            let mut roll = Roll::default();
            for (member, address) in people {
                roll.add(Uuid::from_u128(*member).into(), *address);
            }
            roll.digest()
        };
        let all = [(1, Some("a@a.cn")), (2, Some("b@a.cn"))];
        assert_eq!(roll(&all), roll(&all));
        for other in [
            vec![all[0]],
            vec![all[0], (3, Some("b@a.cn"))],
            vec![all[0], (2, Some("c@a.cn"))],
            vec![all[0], (2, None)],
        ] {
            assert_ne!(roll(&all), roll(&other), "{other:?}");
        }
    }
}
