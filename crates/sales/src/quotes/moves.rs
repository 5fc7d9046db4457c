//! What changes the state of a quote.

use super::{
    consent::APPROVAL_OF_QUOTES,
    life::{QuoteMove, QuoteStatus},
    model::{Quote, QuoteId},
    store,
};
use crate::{
    opportunities::OpportunityId,
    rules::{Lacking, approval_required, refuse, today},
};
use futures_util::future::BoxFuture;
use guanxi_kernel::{Action, Ctx, Result, Text, problem::OUT_OF_RANGE};
use guanxi_storage::{
    Meta, Tx,
    kind::Parts as _,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Not wanted by the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "客户选择了更低的报价" })))]
pub struct DeclineQuote {
    /// Why.
    pub reason: Text<1000>,
}

/// Hands a quote in: it waits for the approval that rules want, or is approved at once.
///
/// # Errors
/// `quote_move_not_allowed`, `move_not_allowed` for an opportunity that is not open; `out_of_range`
/// if its time is over; `approval_required` for one below cost that no definition covers;
/// `no_approver`; and as any change.
pub async fn submit(tx: &mut Tx, ctx: &Ctx, id: QuoteId) -> Result<Shown<Quote>> {
    resource::change(tx, ctx, id.uuid(), "submitted", |one: &mut Quote| {
        one.go(ctx, QuoteMove::Submit)?;
        one.require_time(ctx)
    })
    .await
}

/// Notes that a quote was sent to the customer.
///
/// # Errors
/// `approval_required` as long as somebody has to agree; else as [`submit`].
pub async fn send(tx: &mut Tx, ctx: &Ctx, id: QuoteId) -> Result<Shown<Quote>> {
    resource::change(tx, ctx, id.uuid(), "sent", |one: &mut Quote| {
        if one.status_on(today(ctx)) == QuoteStatus::PendingApproval {
            let approval = one.approval_id.map(|id| id.to_string());
            let waits = approval_required(&APPROVAL_OF_QUOTES, Lacking::Pending);
            return Err(waits.with("approval_id", approval));
        }
        one.go(ctx, QuoteMove::Send)?;
        one.sent_at = Some(ctx.now);
        one.require_time(ctx)
    })
    .await
}

/// Notes that the customer accepts a quote: its lines become those of the opportunity, which is not
/// closed by that.
///
/// # Errors
/// `quote_move_not_allowed`; `quote_accepted` if another one of the opportunity is; and as any change.
pub async fn accept(tx: &mut Tx, ctx: &Ctx, id: QuoteId) -> Result<Shown<Quote>> {
    close(tx, ctx, id, (QuoteMove::Accept, "accepted"), None).await
}

/// Notes that the customer does not want a quote.
///
/// # Errors
/// `quote_move_not_allowed`; and as any change.
pub async fn decline(
    tx: &mut Tx,
    ctx: &Ctx,
    id: QuoteId,
    wish: DeclineQuote,
) -> Result<Shown<Quote>> {
    close(tx, ctx, id, (QuoteMove::Decline, "declined"), Some(wish.reason)).await
}

/// Takes a quote back.
///
/// # Errors
/// `quote_move_not_allowed`; and as any change.
pub async fn withdraw(tx: &mut Tx, ctx: &Ctx, id: QuoteId) -> Result<Shown<Quote>> {
    close(tx, ctx, id, (QuoteMove::Withdraw, "withdrawn"), None).await
}

async fn close(
    tx: &mut Tx,
    ctx: &Ctx,
    id: QuoteId,
    (wanted, verb): (QuoteMove, &'static str),
    reason: Option<Text<1000>>,
) -> Result<Shown<Quote>> {
    resource::change(tx, ctx, id.uuid(), verb, |one: &mut Quote| {
        one.go(ctx, wanted)?;
        (one.closed_at, one.reason) = (Some(ctx.now), reason);
        Ok(())
    })
    .await
}

/// Makes the next revision of a quote, a draft; the one before stays as it was and is superseded.
///
/// # Errors
/// `quote_move_not_allowed`; `forbidden` without the right to make quotes; and as any change.
pub async fn revise(tx: &mut Tx, ctx: &Ctx, id: QuoteId) -> Result<Shown<Quote>> {
    resource::require::<Quote>(ctx, Action::Create)?;
    let now: Quote = resource::load(tx, ctx, id.uuid()).await?;
    close(tx, ctx, id, (QuoteMove::Revise, "superseded"), now.reason.clone()).await?;
    let mut next = Quote::assemble(Meta::new(ctx), now.input);
    (next.revision, next.previous_id) = (now.revision + 1, Some(id));
    resource::insert(tx, ctx, next, "created").await
}

/// The accepted quote of an opportunity, if it has one, whoever may see it.
///
/// # Errors
/// Those of the store.
pub async fn accepted(tx: &mut Tx, ctx: &Ctx, of: OpportunityId) -> Result<Option<Quote>> {
    match store::accepted(tx, of).await? {
        Some(id) => resource::load(tx, &ctx.on_behalf(), id.uuid()).await.map(Some),
        None => Ok(None),
    }
}

/// Takes those quotes of an opportunity back that wait for an approval: it was lost or given up.
///
/// # Errors
/// Those of the store.
pub(crate) fn give_up<'a>(
    tx: &'a mut Tx,
    ctx: &'a Ctx,
    of: OpportunityId,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let system = ctx.on_behalf();
        for id in store::waiting(tx, of).await? {
            withdraw(tx, &system, id).await?;
        }
        Ok(())
    })
}

impl Quote {
    /// Moves it on from its state of today.
    fn go(&mut self, ctx: &Ctx, wanted: QuoteMove) -> Result<()> {
        self.status = self.status_on(today(ctx)).after(wanted)?;
        Ok(())
    }

    /// Refuses to go on with one whose time is over.
    fn require_time(&self, ctx: &Ctx) -> Result<()> {
        match self.input.valid_until {
            Some(last) if last < today(ctx) => {
                Err(refuse(&OUT_OF_RANGE, "/valid_until", ("expected", "today or later")))
            }
            _ => Ok(()),
        }
    }
}
