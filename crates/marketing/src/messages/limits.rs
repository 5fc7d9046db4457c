//! Bounces and complaints that are too many: then the rest is not sent before somebody has looked. The rule
//! needs no store.

use super::{
    model::{Message, MessageId, MessageState},
    store,
};
use crate::message_deliveries::MessageDeliveryId;
use guanxi_kernel::{Ctx, Result, Share, Text, problem::INTERNAL, ratio::Ratio};
use guanxi_storage::{Tx, resource};
use std::collections::BTreeSet;

/// Letters before which a share says nothing.
const ENOUGH: i64 = 100;

/// What came of the letters of a message, each of which is to another member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Echo {
    pub(super) sent: i64,
    pub(super) delivered: i64,
    pub(super) bounced: i64,
    pub(super) complained: i64,
}

/// How much of it is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) bounces: Share,
    pub(super) complaints: Share,
}

impl Echo {
    /// Says which limit was passed, if one was: bounces by what was sent, complaints by what has arrived, or
    /// by what was sent where nobody tells what has arrived.
    pub(super) fn too_much(&self, limits: &Limits) -> Option<String> {
        let arrived = if self.delivered > 0 { self.delivered } else { self.sent };
        let rates = [
            ("Complaints", self.complained, arrived, limits.complaints),
            ("Bounces", self.bounced, self.sent, limits.bounces),
        ];
        let passed = rates.into_iter().find(|(_, some, all, limit)| {
            let (some, all) = (i128::from(*some), i128::from(*all));
            all >= i128::from(ENOUGH) && some * 10_000 > all * i128::from(limit.ten_thousandths())
        });
        passed.map(|(what, some, all, limit)| {
            let rate = Ratio::new(some, all).value().unwrap_or_default();
            format!("{what} are {rate:.4} ({some} of {all}), above the limit of {limit}.")
        })
    }
}

/// Pauses the messages on their way of which these deliveries are, where too much came back. A message answers
/// for its own letters only, whatever else was sent under its source codes.
///
/// # Errors
/// Those of the store.
pub(crate) async fn pause_above_limits(
    tx: &mut Tx,
    ctx: &Ctx,
    deliveries: BTreeSet<MessageDeliveryId>,
) -> Result<()> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let ctx = ctx.on_behalf();
    let messages: Vec<MessageId> = store::on_their_way(tx, deliveries).await?;
    for id in messages {
        let message: Message = resource::load(tx, &ctx, id.uuid()).await?;
        let echo = store::echo(tx, id).await?;
        let Some(why) = echo.too_much(&message.input.limits()) else { continue };
        let why: Text<1000> = Text::new(&why).map_err(|why| INTERNAL.problem().because(why))?;
        resource::change(tx, &ctx, id.uuid(), "paused", |one: &mut Message| {
            (one.state, one.reason) = (MessageState::Paused, Some(why));
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        bounces: Share::of_ten_thousandths(500),
        complaints: Share::of_ten_thousandths(10),
    };

    #[test]
    fn x_14_complaints_are_held_against_what_has_arrived() {
        let mut echo = Echo { sent: 2_000, delivered: 1_000, bounced: 0, complained: 1 };
        assert_eq!(echo.too_much(&LIMITS), None, "exactly the limit");
        echo.complained = 2;
        let why = echo.too_much(&LIMITS).unwrap();
        assert_eq!(why, "Complaints are 0.0020 (2 of 1000), above the limit of 0.0010.");
        echo.delivered = 0;
        assert_eq!(echo.too_much(&LIMITS), None, "of all that was sent it is less");
    }

    #[test]
    fn a_few_letters_say_nothing() {
        let mut echo = Echo { sent: 99, delivered: 0, bounced: 50, complained: 50 };
        assert_eq!(echo.too_much(&LIMITS), None);
        echo = Echo { sent: 100, bounced: 6, ..Echo::default() };
        let why = echo.too_much(&LIMITS).unwrap();
        assert!(why.starts_with("Bounces are 0.0600 (6 of 100)"), "{why}");
        echo.bounced = 5;
        assert_eq!(echo.too_much(&LIMITS), None);
    }
}
