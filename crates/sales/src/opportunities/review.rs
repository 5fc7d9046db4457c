//! The task to look at a suspended opportunity again, on the day that was named.

use super::{
    life::OpportunityStatus,
    model::{OPPORTUNITY, Opportunity},
};
use crate::rules::{last_second, line};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{Ctx, Language, Line, Result, Text, UserId};
use guanxi_storage::Tx;
use guanxi_workflow::{
    people,
    tasks::{self, Wanted},
};

/// The rule that calls for it.
const RULE: &str = "opportunity_review";

/// What calls for a review: the day, who has to do it, of what, and since when it is suspended.
fn called_for(one: &Opportunity) -> Option<(NaiveDate, Option<UserId>, &Line<200>, DateTime<Utc>)> {
    let suspended = one.status == OpportunityStatus::Suspended && one.meta.deleted_at.is_none();
    let day = one.review_on.filter(|_| suspended)?;
    Some((day, one.input.owner_id, &one.input.name, one.stage_entered_at))
}

/// Sees to it that there is the task as long as it is called for, for the controller, due at the end of
/// the day. One that was done is not called for again for the same day of the same suspension.
///
/// # Errors
/// Those of the store.
pub(super) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &Opportunity,
    before: Option<&Opportunity>,
) -> Result<()> {
    let (had, wants) = (before.and_then(called_for), called_for(after));
    let subject = after.meta.id.uuid();
    let Some((day, owner, name, since)) = wants else {
        if had.is_some() {
            let why = Some(Text::literal("The opportunity is not suspended any more."));
            tasks::settle(tx, ctx, RULE, subject, why).await?;
        }
        return Ok(());
    };
    if had == wants {
        return Ok(());
    }
    let title = match ctx.language {
        Language::En => format!("Review: {}", &**name),
        Language::Zh => format!("复核:{}", &**name),
    };
    let wanted = Wanted {
        rule: RULE,
        subject: (&OPPORTUNITY, subject),
        title: line(&title)?,
        kind: Line::literal("review"),
        owner: able(tx, owner, ctx.actor.user).await?,
        due_at: Some(last_second(ctx, day)),
        occasion: Some(format!("{day} {}", since.timestamp_micros())),
    };
    tasks::ensure(tx, ctx, wanted).await.map(drop)
}

/// The controller; whoever acts, if that one has left.
async fn able(tx: &mut Tx, owner: Option<UserId>, actor: UserId) -> Result<UserId> {
    match owner {
        Some(owner) if people::is_active(tx, owner).await? => Ok(owner),
        _ => Ok(actor),
    }
}
