//! The attribution of one answer, or of anything else that a party has done by a source code.

use super::{
    model::{AttributionModel, LastTouch, TouchPoint, last_touch, path},
    store,
};
use crate::{
    media::MediumId,
    responses::{Response, ResponseId},
    source_codes::SourceCodeId,
};
use chrono::{DateTime, Utc};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{Ctx, Result, Share};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A touch, and what it has of what it led to by each model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttributedTouch {
    /// When for the first time; of the last of all that stands behind others, when that was.
    pub touched_at: DateTime<Utc>,
    /// The source code.
    pub source_code_id: SourceCodeId,
    /// The same as people write it.
    pub source_code: String,
    /// Its medium.
    pub medium_id: MediumId,
    /// The letters of the medium.
    pub medium: String,
    /// What the medium is called.
    pub medium_name: String,
    /// Its share where all is credited to the first touch.
    pub first: Share,
    /// Its share where all is credited to the last touch.
    pub last: Share,
    /// Its share where each touch is credited with the same.
    pub linear: Share,
}

/// The touches that led to something. By each model their shares are together exactly 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Attribution {
    /// Whose touches they are; null where nobody knows who it was.
    #[schema(required)]
    pub party_id: Option<PartyId>,
    /// The touches, the first first; none where nothing says by what it came.
    pub touches: Vec<AttributedTouch>,
}

/// Something that a party has done, or somebody whom nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    /// Whose touches led to it.
    pub party: Option<PartyId>,
    /// The source code that it names.
    pub own: Option<SourceCodeId>,
    /// When it has happened.
    pub at: DateTime<Utc>,
}

/// The touches that led to each of these, in their order: by first times, and the last of all at the end. The
/// right to see what they led to must have been required.
///
/// # Errors
/// Those of the store.
pub async fn paths(tx: &mut Tx, of: &[Conversion]) -> Result<Vec<Vec<TouchPoint>>> {
    let parties: BTreeSet<PartyId> = of.iter().filter_map(|one| one.party).collect();
    let parties: Vec<PartyId> = parties.into_iter().collect();
    let touched = store::touches_of(tx, &parties).await?;
    let touches = |party: Option<PartyId>| {
        party.and_then(|party| touched.get(&party)).map(Vec::as_slice).unwrap_or_default()
    };
    let codes: BTreeSet<SourceCodeId> = of.iter().filter_map(|one| one.own).collect();
    let media = store::media_of_codes(tx, &codes).await?;
    let (mut lasts, mut unknown) = (Vec::with_capacity(of.len()), Vec::new());
    for (place, one) in of.iter().enumerate() {
        let own = one.own.and_then(|source_code_id| {
            let medium_id = *media.get(&source_code_id)?;
            Some(TouchPoint { touched_at: one.at, source_code_id, medium_id })
        });
        lasts.push(match (own, last_touch(touches(one.party), one.at), one.party) {
            (Some(own), ..) => Some(own),
            (None, LastTouch::Known(last), _) => last,
            (None, LastTouch::Unknown, party) => {
                unknown.extend(party.map(|party| (place, party, one.at)));
                None
            }
        });
    }
    for (place, last) in store::last_touches(tx, &unknown).await? {
        if let Some(known) = lasts.get_mut(place) {
            *known = Some(last);
        }
    }
    let path =
        |(one, last): (&Conversion, Option<TouchPoint>)| path(touches(one.party), last, one.at);
    Ok(of.iter().zip(lasts).map(path).collect())
}

/// The attribution of an answer: by the touches of the same party before it, and the source code that it names.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn of_response(tx: &mut Tx, ctx: &Ctx, id: ResponseId) -> Result<Attribution> {
    let response: Response = resource::load(tx, ctx, id.uuid()).await?;
    let at = response.input.responded_at.unwrap_or(response.meta.created_at);
    of(tx, response.input.party_id, response.source_code_id, at).await
}

/// The attribution of what a party has done at an instant, by a source code if one is known. The right to see
/// that must have been required.
///
/// # Errors
/// Those of the store.
pub async fn of(
    tx: &mut Tx,
    party: Option<PartyId>,
    own: Option<SourceCodeId>,
    at: DateTime<Utc>,
) -> Result<Attribution> {
    let path = paths(tx, &[Conversion { party, own, at }]).await?.pop().unwrap_or_default();
    let called = store::called(tx, &path.iter().map(|one| one.source_code_id).collect()).await?;
    let shares = |model: AttributionModel| model.shares(path.len());
    let first = shares(AttributionModel::First);
    let last = shares(AttributionModel::Last);
    let linear = shares(AttributionModel::Linear);
    let of_models = first.into_iter().zip(last).zip(linear);
    let touches = path.iter().zip(of_models).filter_map(|(one, ((first, last), linear))| {
        let called = called.get(&one.source_code_id)?.clone();
        Some(AttributedTouch {
            touched_at: one.touched_at,
            source_code_id: one.source_code_id,
            source_code: called.code,
            medium_id: one.medium_id,
            medium: called.medium,
            medium_name: called.medium_name,
            first,
            last,
            linear,
        })
    });
    Ok(Attribution { party_id: party, touches: touches.collect() })
}
