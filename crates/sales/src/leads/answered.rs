//! Whoever answers to a campaign is a prospect: one that is there already, or a new one.

use super::{
    model::{LEAD, Lead, LeadId, LeadInput},
    parts::LeadSource,
};
use crate::lead_pools::LeadPoolId;
use guanxi_customers::{
    contact_points::{Email, EmailAddress, EmailKind, Phone, PhoneKind},
    parties::{Party, PartyKind},
    rules::line,
};
use guanxi_kernel::{Action, Ctx, Line, Result, UserId, text::fold};
use guanxi_marketing::responses::{self, Response, ResponseId};
use guanxi_storage::{
    Sql, Tx,
    resource::{self, Shown},
};

/// The open lead that somebody who has answered to a campaign is, or a new one with campaign and source code
/// of the answer; whether it is new. Again it is the same one.
///
/// # Errors
/// `not_found`, `forbidden`; and as making a lead.
pub async fn of_response(tx: &mut Tx, ctx: &Ctx, id: ResponseId) -> Result<(Shown<Lead>, bool)> {
    of_response_to(tx, ctx, id, LeadPlace::default()).await
}

/// To whom a new lead goes, or into which pool; to whoever makes it when neither is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeadPlace {
    /// The owner.
    pub owner_id: Option<UserId>,
    /// The pool.
    pub pool_id: Option<LeadPoolId>,
}

/// The same, and a new lead goes there. One that is there stays where it is.
///
/// # Errors
/// As [`of_response`].
pub async fn of_response_to(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ResponseId,
    to: LeadPlace,
) -> Result<(Shown<Lead>, bool)> {
    resource::require::<Lead>(ctx, Action::Create)?;
    let response: Response = resource::load(tx, ctx, id.uuid()).await?;
    if let Some(lead) = response.lead_id {
        return Ok((resource::get(tx, ctx, lead).await?, false));
    }
    let (shown, new) = match known(tx, ctx, &response).await? {
        Some(lead) => (resource::get(tx, ctx, lead.uuid()).await?, false),
        None => {
            let input = prospect(tx, ctx, &response, to).await?;
            // Somebody has answered; who they may be besides is decided later.
            let ctx = Ctx { accept_duplicates: true, ..ctx.clone() };
            (resource::create::<Lead>(tx, &ctx, input).await?, true)
        }
    };
    responses::became(tx, ctx, id, shown.record.meta.id.uuid()).await?;
    Ok((shown, new))
}

/// The open lead of that party, or with that phone number or address, if there is one that the caller sees.
async fn known(tx: &mut Tx, ctx: &Ctx, of: &Response) -> Result<Option<LeadId>> {
    let mut sql = Sql::new(
        "SELECT l.id FROM leads l WHERE l.tenant_id = $1 AND l.deleted_at IS NULL
             AND l.status IN ('new', 'working', 'qualified') AND ",
    );
    match of.input.party_id {
        Some(party) => drop(sql.push("l.party_id = ").bind(party)),
        None => {
            sql.push(
                "l.id IN (SELECT x.record_id FROM record_terms x WHERE x.tenant_id = $1
                     AND x.kind = 'lead' AND (",
            );
            let points =
                [("phone", of.input.phone.as_deref()), ("email", of.input.email.as_deref())];
            let mut before = "";
            for (field, text) in points {
                let Some(text) = text else { continue };
                sql.push(before).push("(x.field = ").bind(field).push(" AND x.term = ");
                sql.bind(fold(text)).push(")");
                before = " OR ";
            }
            sql.push(if before.is_empty() { "FALSE))" } else { "))" });
        }
    }
    sql.push(" ORDER BY l.id LIMIT 10");
    for (id,) in tx.all::<(LeadId,)>(sql).await? {
        if resource::visible(tx, ctx, &LEAD, id.uuid()).await? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// What an answer says of a new prospect.
async fn prospect(tx: &mut Tx, ctx: &Ctx, of: &Response, to: LeadPlace) -> Result<LeadInput> {
    let answer = &of.input;
    let (kind, called): (PartyKind, Option<Line<200>>) = match answer.party_id {
        Some(id) => {
            // Whoever sees the answer is told who has answered.
            let party: Party = resource::load(tx, &ctx.on_behalf(), id.uuid()).await?;
            tx.learn("party", id.uuid());
            (party.input.kind, Some(party.input.name))
        }
        None => (PartyKind::Person, None),
    };
    let point = answer.phone.as_deref().or(answer.email.as_deref()).unwrap_or("?");
    let name = match called.or_else(|| answer.name.clone()) {
        Some(name) => name,
        None => line(point)?,
    };
    let phone = |number: &Line<40>| Phone { kind: PhoneKind::Mobile, number: number.clone() };
    let address = answer.email.clone().and_then(|email| EmailAddress::try_from(email).ok());
    let email = |address| Email { kind: EmailKind::Personal, address };
    Ok(LeadInput {
        kind,
        name,
        company_name: None,
        job_title: None,
        phones: answer.phone.iter().map(phone).collect(),
        emails: address.map(email).into_iter().collect(),
        addresses: Vec::new(),
        source: LeadSource::Campaign,
        source_code: answer.source_code.clone(),
        campaign_id: answer.campaign_id,
        level_id: None,
        grade: None,
        owner_id: to.owner_id,
        pool_id: to.pool_id,
        party_id: answer.party_id,
        product_ids: Vec::new(),
        budget: None,
        expected_purchase_on: None,
        next_visit_on: None,
        note: answer.note.clone(),
    })
}
