//! What was attached to a record at an instant that is over.

use super::{ATTACHMENT, AttachmentInput, service::readable};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Tx, cursor, events::history};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Attachments that one statement looks at.
const AT_ONCE: i64 = 200;

/// Statements that a page takes at most; one that holds fewer than it could is followed by another.
const MOST: usize = 10;

/// What was attached to a record at that instant, the newest first, as it was then; and the cursor of
/// the next page, if there may be more. Whoever may read the record now may see its past.
///
/// # Errors
/// `forbidden`, `not_found`, `bad_parameter` as for the list of now; `bad_cursor`.
pub async fn list_as_of(
    tx: &mut Tx,
    ctx: &Ctx,
    of: &AttachmentInput,
    at: DateTime<Utc>,
    (limit, cursor): (usize, Option<&str>),
) -> Result<(Vec<Json>, Option<String>)> {
    let kind = readable(tx, ctx, of).await?;
    let (tenant, principal) = (ctx.tenant.to_string(), ctx.actor.principal().to_string());
    let (parent, instant) = (of.parent_id.to_string(), at.to_rfc3339());
    let query = ["attachments", &tenant, &principal, kind.name, &parent, &instant];
    let fingerprint = cursor::fingerprint(&query);
    let mut before: Option<Uuid> = match cursor {
        Some(cursor) => Some(cursor::open(&ctx.settings.seal, &fingerprint, cursor)?),
        None => None,
    };
    let next = |before: Option<Uuid>| {
        before.map(|before| cursor::seal(&ctx.settings.seal, &fingerprint, &before))
    };
    let mut data = Vec::new();
    for _ in 0..MOST {
        let of = (kind, of.parent_id);
        let page = (before, AT_ONCE);
        let (found, ids) = history::attached_as_of(tx, ctx, &ATTACHMENT, of, at, page).await?;
        for (id, mut then) in found {
            if data.len() == limit {
                return Ok((data, next(before)));
            }
            // Nothing can be done to the past.
            then["actions"] = json!([]);
            data.push(then);
            before = Some(id);
        }
        if i64::try_from(ids.len()).is_ok_and(|looked_at| looked_at < AT_ONCE) {
            return Ok((data, None));
        }
        before = ids.last().copied();
    }
    Ok((data, next(before)))
}
