//! The rules of saving a care contact, its verbs, and what ends it by itself.

use super::{
    AttemptCareContact, CARE_CONTACT, CareContact, CareContactId, CareContactInput,
    CareContactStatus, RecordCareVisit, SkipCareContact, store,
    telling::{self, RULE},
};
use crate::{
    activities::{Activity, ActivityInput, ActivityKind, CompleteActivity},
    asset_incidents::AssetIncidentId,
    assets::Asset,
    care_plans::{self, CarePlanId},
    contacts::Contact,
    engine::{check_new_owner, refer, standing},
    parties::Party,
    problems::{CARE_CONTACT_STATE, IMMUTABLE, OF_OTHER_PARTY},
    rules::{last_second, line, today},
};
use guanxi_kernel::{
    Action, Ctx, Id, Line, Problem, Result, Text, Word as _,
    problem::{FieldError, INTERNAL},
};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Shown, Verb},
};
use guanxi_workflow::tasks;
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for CareContact {
    fn kind() -> &'static Kind {
        &CARE_CONTACT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.input.owner_id.get_or_insert(ctx.actor.user);
        self.input.due_at.get_or_insert_with(|| last_second(ctx, today(ctx)));
        match before {
            Some(before) => self.stays(before)?,
            None => self.status = CareContactStatus::Open,
        }
        self.input.settle(before.map(|before| &before.input), ctx.now)?;
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        self.check_party(tx, ctx, before).await
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let told = |one: &Self| {
            let input = &one.input;
            (one.status, input.owner_id, input.due_at, input.subject.clone())
        };
        if self.status == CareContactStatus::Open && before.map(told) != Some(told(self)) {
            telling::ensure(tx, ctx, self).await?;
        }
        Ok(())
    }

    /// Its open task changes hands by itself, like any other.
    async fn changed_hands(_: &[(Self, Self)], _: &mut Tx, _: &Ctx) -> Result<()> {
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        let asset = self.input.asset_id.map(Id::uuid);
        let contact = self.input.contact_id.map(Id::uuid);
        let incident = self.asset_incident_id.map(Id::uuid);
        let party = Some(self.input.party_id.uuid());
        [party, asset, contact, incident].into_iter().flatten().collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name, open: bool| match open {
            true => Verb::open(name, Action::Update),
            false => Verb::closed(name, Action::Update, &CARE_CONTACT_STATE),
        };
        let open = ["update", "attempt", "skip"].map(|name| verb(name, self.is_open()));
        open.into_iter().chain([verb("visit", self.is_awaited())]).collect()
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "purpose": "invitation",
            "subject": "邀请到店检修刹车系统",
            "due_at": "2027-03-31T09:00:00Z",
            "slots": ["2027-04-03T01:00:00Z", "2027-04-04T06:00:00Z"],
            "note": "客户反映刹车有异响。"
        })
    }
}

impl CareContact {
    /// What a change leaves as it is.
    fn stays(&self, before: &Self) -> Result<()> {
        let (then, now) = (&before.input, &self.input);
        let moved = [
            ("/party_id", then.party_id != now.party_id),
            ("/asset_id", then.asset_id != now.asset_id),
            ("/purpose", then.purpose != now.purpose),
        ];
        let moved = moved.into_iter().filter(|(_, moved)| *moved);
        Problem::collect(moved.map(|(at, _)| IMMUTABLE.field(at)).collect())?;
        if then == now { Ok(()) } else { before.open() }
    }

    /// Its asset and its contact are those of the party, and it is of the stage in which the asset is.
    async fn check_party(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let mut findings: Vec<FieldError> = Vec::new();
        if let (Some(asset), None) = (self.input.asset_id, before) {
            let asset = refer::<Asset>(tx, ctx, asset.uuid(), "/asset_id").await?;
            let other = asset.input.party_id != self.input.party_id;
            findings.extend(other.then(|| OF_OTHER_PARTY.field("/asset_id")));
            if self.care_plan_id.is_none() {
                self.care_plan_id = care_plans::stage_of(tx, ctx, &asset).await?;
            }
        }
        let had = standing(before).and_then(|before| before.input.contact_id);
        if let Some(contact) = self.input.contact_id.filter(|contact| had != Some(*contact)) {
            let contact = refer::<Contact>(tx, ctx, contact.uuid(), "/contact_id").await?;
            let other = contact.input.party_id != self.input.party_id;
            findings.extend(other.then(|| OF_OTHER_PARTY.field("/contact_id")));
        }
        Problem::collect(findings)
    }
}

/// It was tried. What has reached somebody is an activity that was done, and what is not tried again ends the
/// contact and its task.
///
/// # Errors
/// `care_contact_state`; `out_of_range`, `unknown_value` for what does not go together; and as any change.
pub async fn attempt(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CareContactId,
    wish: AttemptCareContact,
) -> Result<Shown<CareContact>> {
    let (by, told) = ((ctx.now, ctx.actor.user), wish.clone());
    let shown = resource::change(tx, ctx, id.uuid(), "attempted", |one: &mut CareContact| {
        one.attempt(&told, by)
    })
    .await?;
    if shown.record.status == CareContactStatus::Done {
        tasks::fulfil_next(tx, ctx, &[RULE.to_owned()], id.uuid(), wish.note.clone()).await?;
    }
    if wish.result.is_reached() {
        tell_activity(tx, ctx, &shown.record, wish).await?;
    }
    Ok(shown)
}

/// Somebody was spoken to: that is an activity, of whoever did so.
async fn tell_activity(
    tx: &mut Tx,
    ctx: &Ctx,
    one: &CareContact,
    wish: AttemptCareContact,
) -> Result<()> {
    let input = ActivityInput {
        kind: wish.kind.unwrap_or(ActivityKind::Call),
        subject: one.input.subject.clone(),
        party_id: Some(one.input.party_id),
        about_type: Some(line(CARE_CONTACT.name)?),
        about_id: Some(one.meta.id.uuid()),
        owner_id: Some(ctx.actor.user),
        starts_at: ctx.now,
        duration_minutes: None,
        contact_ids: one.input.contact_id.into_iter().collect(),
        user_ids: Vec::new(),
        location: None,
        note: None,
    };
    let result = match wish.note {
        Some(note) => note,
        None => {
            let label = wish.result.label(ctx.language);
            Text::new(label).map_err(|error| INTERNAL.problem().because(error))?
        }
    };
    let mut activity = Activity::assemble(Meta::new(ctx), input);
    let done =
        CompleteActivity { result, next_step: None, next_step_on: None, actual_minutes: None };
    activity.complete(ctx.now, done)?;
    resource::insert(tx, &ctx.on_behalf(), activity, "created").await.map(drop)
}

/// It is not made, and there is no task of it any more.
///
/// # Errors
/// `care_contact_state`, and as any change.
pub async fn skip(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CareContactId,
    wish: SkipCareContact,
) -> Result<Shown<CareContact>> {
    let (by, reason) = ((ctx.now, ctx.actor.user), wish.reason.clone());
    let shown = resource::change(tx, ctx, id.uuid(), "skipped", |one: &mut CareContact| {
        one.close(CareContactStatus::Skipped, Some(reason), by)
    })
    .await?;
    tasks::settle(tx, ctx, RULE, id.uuid(), Some(wish.reason)).await?;
    Ok(shown)
}

/// Whom was invited came, or did not.
///
/// # Errors
/// `care_contact_state`, `out_of_range`, and as any change.
pub async fn visit(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CareContactId,
    wish: RecordCareVisit,
) -> Result<Shown<CareContact>> {
    let now = ctx.now;
    resource::change(tx, ctx, id.uuid(), "visited", |one: &mut CareContact| one.visit(&wish, now))
        .await
}

/// What of a plan has called for a contact after an incident.
pub(crate) struct PlannedCare {
    pub(crate) care_plan_id: CarePlanId,
    pub(crate) step: Line<100>,
    pub(crate) asset_incident_id: AssetIncidentId,
}

/// Makes a contact that a plan calls for after an incident, with its task; nothing while one of the step about the
/// asset is open. No right on care contacts is needed.
///
/// # Errors
/// Those of the store.
pub(crate) async fn open_planned(
    tx: &mut Tx,
    ctx: &Ctx,
    input: CareContactInput,
    planned: PlannedCare,
) -> Result<()> {
    if let Some(asset) = input.asset_id
        && store::has_open(tx, planned.care_plan_id, &planned.step, asset).await?
    {
        return Ok(());
    }
    let mut contact = CareContact::assemble(Meta::new(ctx), input);
    contact.care_plan_id = Some(planned.care_plan_id);
    contact.step = Some(planned.step);
    contact.occasion = Some(planned.asset_incident_id.to_string());
    contact.asset_incident_id = Some(planned.asset_incident_id);
    resource::insert(tx, &ctx.on_behalf(), contact, "created").await.map(drop)
}

/// Ends what plans have called for about an asset that has another owner now, or is not used any more.
///
/// # Errors
/// Those of the store.
pub(crate) async fn follow_asset(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &Asset,
    after: &Asset,
) -> Result<()> {
    if !before.care_is_over(after) {
        return Ok(());
    }
    for id in store::open_of_asset(tx, after.meta.id).await? {
        supersede(tx, ctx, id, "The asset has another owner, or is not used any more.").await?;
    }
    Ok(())
}

/// A customer has another owner: what the one of before still has to do for it is up to them, and so are the tasks.
///
/// # Errors
/// Those of the store.
pub(crate) async fn follow_party(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &Party,
    after: &Party,
) -> Result<()> {
    let (Some(from), Some(to)) = (before.input.owner_id, after.input.owner_id) else {
        return Ok(());
    };
    if from == to {
        return Ok(());
    }
    for id in store::open_of_owner(tx, after.meta.id, from).await? {
        let give = |one: &mut CareContact| {
            one.input.owner_id = Some(to);
            Ok(())
        };
        resource::change(tx, &ctx.on_behalf(), id.uuid(), "updated", give).await?;
    }
    Ok(())
}

/// Ends a contact, and its task, because nothing calls for it any more.
///
/// # Errors
/// Those of the store.
pub(crate) async fn supersede(tx: &mut Tx, ctx: &Ctx, id: CareContactId, why: &str) -> Result<()> {
    let (by, reason) = ((ctx.now, ctx.actor.user), Text::new(why).ok());
    let told = reason.clone();
    let end = |one: &mut CareContact| one.close(CareContactStatus::Superseded, told, by);
    resource::change(tx, &ctx.on_behalf(), id.uuid(), "superseded", end).await?;
    tasks::settle(tx, ctx, RULE, id.uuid(), reason).await.map(drop)
}
