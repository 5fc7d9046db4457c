//! The rules of saving an intelligence note, and the lead that it becomes.

use super::{INTELLIGENCE_NOTE, IntelligenceNote, IntelligenceNoteId};
use crate::{leads::Lead, problems::NOTE_CONVERTED};
use guanxi_customers::engine::check_new_owner;
use guanxi_kernel::{Action, Ctx, Id, Result, actor::forbidden, ctx::Seen};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for IntelligenceNote {
    fn kind() -> &'static Kind {
        &INTELLIGENCE_NOTE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => drop(self.input.owner_id.get_or_insert(ctx.actor.user)),
            Some(before) if before.input != self.input => before.open()?,
            Some(_) => {}
        }
        self.input.settle(&ctx.settings.country)?;
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        let informant = self.input.informant_party_id.map(Id::uuid);
        informant.into_iter().chain(self.lead_id.map(Id::uuid)).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name| match self.lead_id {
            None => Verb::open(name, Action::Update),
            Some(_) => Verb::closed(name, Action::Update, &NOTE_CONVERTED),
        };
        let ends = [Verb::open("delete", Action::Delete)];
        ["update", "convert"].map(verb).into_iter().chain(ends).collect()
    }

    fn example() -> Json {
        json!({
            "kind": "person",
            "name": "周敏",
            "phones": [{ "kind": "mobile", "number": "+8613700137001" }],
            "emails": [],
            "wanted": "SUV 2.0T,白色",
            "expected_purchase_on": "2026-03-01",
            "informant": "修理厂李师傅",
            "note": "现有车辆已开八年。"
        })
    }
}

/// Makes a lead of a note, with who has told of it.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`; `note_converted`; `possible_duplicate` unless the caller accepts it; and
/// as making a lead.
pub async fn convert(
    tx: &mut Tx,
    ctx: &Ctx,
    id: IntelligenceNoteId,
) -> Result<Shown<IntelligenceNote>> {
    let note: IntelligenceNote = resource::load(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &INTELLIGENCE_NOTE, Action::Update, id.uuid()).await? {
        return Err(forbidden(INTELLIGENCE_NOTE.plural, Action::Update));
    }
    ctx.expect_version(note.meta.version)?;
    note.open()?;
    resource::require::<Lead>(ctx, Action::Create)?;
    // The version that the caller has seen is that of the note.
    let others = &Ctx { seen: Seen::Unsaid, ..ctx.clone() };
    let mut lead = Lead::assemble(Meta::new(others), note.input.lead());
    lead.informant.clone_from(&note.input.informant);
    lead.informant_party_id = note.input.informant_party_id;
    let lead = resource::insert(tx, others, lead, "created").await?.record.meta.id;
    let now = ctx.now;
    let became = |one: &mut IntelligenceNote| {
        (one.lead_id, one.converted_at) = (Some(lead), Some(now));
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), "converted", became).await
}
