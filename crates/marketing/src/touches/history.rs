//! All touches of somebody, by whatever medium and whoever has made them, in one history.

use super::{TOUCH_BATCH, model::TouchKind};
use crate::{
    attribution::end_of_day,
    campaigns::CampaignId,
    media::{MediumId, ReplyChannel},
    message_deliveries::MESSAGE_DELIVERY,
    programmes::{Programme, ProgrammeId},
    responses::RESPONSE,
    source_codes::SourceCodeId,
};
use chrono::{DateTime, Utc};
use guanxi_customers::{
    activities::{ACTIVITY, ActivityKind},
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
};
use guanxi_kernel::{Action, Ctx, Result, UserId, Word as _, period::start_of_day};
use guanxi_storage::{Kind, Sql, Tx, resource, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Touches that are told at once, the newest.
const MOST: i64 = 200;

guanxi_kernel::words! {
    /// Where a touch is known from.
    pub enum TouchOrigin {
        /// A machine has sent or seen something.
        Machine = "machine" ("Machine", "系统"),
        /// They were sent a message.
        Message = "message" ("Message", "消息"),
        /// They have answered to a campaign.
        Response = "response" ("Response", "反馈"),
        /// Somebody has met, called or written to them.
        Activity = "activity" ("Activity", "销售活动"),
    }
}

/// Somebody was touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TouchHistoryEntry {
    /// When.
    pub touched_at: DateTime<Utc>,
    /// Where that is known from.
    pub origin: TouchOrigin,
    /// What has happened: a kind of touch, the channel of a response, or a kind of activity.
    pub what: String,
    /// The same for people, in the language of the caller.
    pub label: String,
    /// The response, activity or delivery; null for what machines tell.
    #[schema(required)]
    pub record_id: Option<Uuid>,
    /// The campaign.
    #[schema(required)]
    pub campaign_id: Option<CampaignId>,
    /// The source code.
    #[schema(required)]
    pub source_code_id: Option<SourceCodeId>,
    /// Its medium.
    #[schema(required)]
    pub medium_id: Option<MediumId>,
    /// Who has done it; null for machines.
    #[schema(required)]
    pub user_id: Option<UserId>,
}

/// The touches of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TouchHistory {
    /// The newest first, 200 at most; what you may not see is left out.
    #[schema(max_items = 200)]
    pub data: Vec<TouchHistoryEntry>,
    /// Whether there are older ones: ask again with `before`.
    pub has_more: bool,
}

/// What of a history is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AskedTouches {
    /// Only what has happened before this instant.
    pub before: Option<DateTime<Utc>>,
    /// Only what belongs to the campaigns of a programme, and activities in its days.
    pub programme: Option<ProgrammeId>,
}

/// Whose touches.
#[derive(Debug, Clone, Copy)]
enum Whose {
    Party(PartyId),
    Contact(ContactId),
}

#[derive(Debug, Clone, sqlx::FromRow)]
struct Row {
    touched_at: DateTime<Utc>,
    origin: TouchOrigin,
    what: String,
    record_id: Option<Uuid>,
    campaign_id: Option<CampaignId>,
    source_code_id: Option<SourceCodeId>,
    user_id: Option<UserId>,
    medium_id: Option<MediumId>,
}

/// The parts of a history as one statement.
struct Parts<'a> {
    sql: Sql,
    ctx: &'a Ctx,
    any: bool,
}

impl Parts<'_> {
    /// Begins another part, of records of that kind, if the caller may read any.
    fn begin(&mut self, kind: &'static Kind, select: &'static str) -> bool {
        let may = !self.ctx.reach(kind.plural, Action::Read).is_nothing();
        if may {
            self.sql.push(if self.any { " UNION ALL " } else { "" }).push(select);
            self.any = true;
        }
        may
    }

    /// Adds that the record `t` of a kind is one that the caller may see.
    fn within(&mut self, kind: &'static Kind) {
        let reach = self.ctx.reach(kind.plural, Action::Read);
        self.sql.push(" AND ");
        scope::within(&mut self.sql, kind, &reach, self.ctx.actor.user);
    }

    /// Adds that the record `t` belongs to a campaign of the programme.
    fn of(&mut self, programme: Option<&Programme>) {
        if let Some(programme) = programme {
            self.sql.push(
                " AND t.campaign_id IN (SELECT p.campaign_id FROM programme_campaigns p
                     WHERE p.tenant_id = $1 AND p.programme_id = ",
            );
            self.sql.bind(programme.meta.id).push(")");
        }
    }

    /// What machines have told of a party, but for what messages tell themselves.
    fn machines(&mut self, party: PartyId, programme: Option<&Programme>) {
        let select =
            "SELECT t.occurred_at AS touched_at, CAST('machine' AS TEXT) AS origin, t.kind AS what,
                 CAST(NULL AS UUID) AS record_id, t.campaign_id, t.source_code_id,
                 CAST(NULL AS UUID) AS user_id
             FROM touches t WHERE t.tenant_id = $1 AND t.kind <> 'held_out'
                 AND NOT (t.source = 'guanxi' AND t.kind = 'sent') AND t.party_id = ";
        if self.begin(&TOUCH_BATCH, select) {
            self.sql.bind(party);
            self.of(programme);
        }
    }

    fn messages(&mut self, whose: Whose, programme: Option<&Programme>) {
        let select = "SELECT t.sent_at AS touched_at, CAST('message' AS TEXT) AS origin,
                 CAST('sent' AS TEXT) AS what, t.id AS record_id, t.campaign_id, t.source_code_id,
                 t.created_by AS user_id
             FROM message_deliveries t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
                 AND t.status = 'sent' AND t.sent_at IS NOT NULL AND ";
        if self.begin(&MESSAGE_DELIVERY, select) {
            self.column(whose);
            self.of(programme);
            self.within(&MESSAGE_DELIVERY);
        }
    }

    fn responses(&mut self, whose: Whose, programme: Option<&Programme>) {
        let select = "SELECT t.responded_at AS touched_at, CAST('response' AS TEXT) AS origin,
                 t.channel AS what, t.id AS record_id, t.campaign_id, t.source_code_id,
                 t.created_by AS user_id
             FROM responses t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ";
        if self.begin(&RESPONSE, select) {
            self.column(whose);
            self.of(programme);
            self.within(&RESPONSE);
        }
    }

    fn activities(&mut self, whose: Whose, programme: Option<&Programme>) {
        let select = "SELECT t.starts_at AS touched_at, CAST('activity' AS TEXT) AS origin,
                 t.kind AS what, t.id AS record_id, CAST(NULL AS UUID) AS campaign_id,
                 CAST(NULL AS UUID) AS source_code_id, t.owner_id AS user_id
             FROM activities t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
                 AND t.status = 'done' AND ";
        if !self.begin(&ACTIVITY, select) {
            return;
        }
        match whose {
            Whose::Party(party) => self.sql.push("t.party_id = ").bind(party),
            Whose::Contact(contact) => {
                self.sql.push(
                    "t.id IN (SELECT x.record_id FROM record_terms x WHERE x.tenant_id = $1
                         AND x.kind = 'activity' AND x.field = 'contact_id' AND x.term = ",
                );
                self.sql.bind(contact.to_string()).push(")")
            }
        };
        if let Some(programme) = programme {
            let begins = start_of_day(programme.input.starts_on, self.ctx.settings.time_zone);
            let ends = end_of_day(self.ctx, programme.input.ends_on);
            self.sql.push(" AND t.starts_at >= ").bind(begins);
            self.sql.push(" AND t.starts_at <= ").bind(ends);
        }
        self.within(&ACTIVITY);
    }

    fn column(&mut self, whose: Whose) {
        match whose {
            Whose::Party(party) => self.sql.push("t.party_id = ").bind(party),
            Whose::Contact(contact) => self.sql.push("t.contact_id = ").bind(contact),
        };
    }
}

/// What people call that.
fn label(ctx: &Ctx, origin: TouchOrigin, what: &str) -> String {
    let known = match origin {
        TouchOrigin::Machine | TouchOrigin::Message => {
            TouchKind::from_word(what).map(|one| one.label(ctx.language))
        }
        TouchOrigin::Response => ReplyChannel::from_word(what).map(|one| one.label(ctx.language)),
        TouchOrigin::Activity => ActivityKind::from_word(what).map(|one| one.label(ctx.language)),
    };
    known.unwrap_or(what).to_owned()
}

async fn history(
    tx: &mut Tx,
    ctx: &Ctx,
    whose: Whose,
    asked: AskedTouches,
) -> Result<TouchHistory> {
    let programme: Option<Programme> = match asked.programme {
        Some(id) => Some(resource::load(tx, ctx, id.uuid()).await?),
        None => None,
    };
    let begin =
        "SELECT x.touched_at, x.origin, x.what, x.record_id, x.campaign_id, x.source_code_id,
             x.user_id, s.medium_id FROM (";
    let mut parts = Parts { sql: Sql::new(begin), ctx, any: false };
    let programme = programme.as_ref();
    if let Whose::Party(party) = whose {
        parts.machines(party, programme);
    }
    parts.messages(whose, programme);
    parts.responses(whose, programme);
    parts.activities(whose, programme);
    if !parts.any {
        return Ok(TouchHistory { data: Vec::new(), has_more: false });
    }
    let mut sql = parts.sql;
    sql.push(") x LEFT JOIN source_codes s ON s.tenant_id = $1 AND s.id = x.source_code_id WHERE ");
    match asked.before {
        Some(before) => sql.push("x.touched_at < ").bind(before),
        None => sql.push("TRUE"),
    };
    sql.push(" ORDER BY x.touched_at DESC, x.origin, x.what LIMIT ").bind(MOST + 1);
    let rows = tx.all::<Row>(sql).await?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let has_more = rows.len() > most;
    let entry = |row: Row| TouchHistoryEntry {
        touched_at: row.touched_at,
        origin: row.origin,
        label: label(ctx, row.origin, &row.what),
        what: row.what,
        record_id: row.record_id,
        campaign_id: row.campaign_id,
        source_code_id: row.source_code_id,
        medium_id: row.medium_id,
        user_id: row.user_id,
    };
    let data = rows.into_iter().take(most).map(entry).collect();
    Ok(TouchHistory { data, has_more })
}

/// The touches of a party and of all its people: what machines have told, messages that were sent, answers, and
/// activities that were done.
///
/// # Errors
/// `not_found`, `forbidden`; those of the store.
pub async fn of_party(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PartyId,
    asked: AskedTouches,
) -> Result<TouchHistory> {
    resource::load::<Party>(tx, ctx, id.uuid()).await?;
    history(tx, ctx, Whose::Party(id), asked).await
}

/// The touches of a contact: messages that were sent to them, their answers, and activities in which they took part.
/// What machines tell names parties only.
///
/// # Errors
/// As [`of_party`].
pub async fn of_contact(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ContactId,
    asked: AskedTouches,
) -> Result<TouchHistory> {
    resource::load::<Contact>(tx, ctx, id.uuid()).await?;
    history(tx, ctx, Whose::Contact(id), asked).await
}
