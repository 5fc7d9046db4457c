//! The rules of parties that need the store, and what can be done with parties besides the shared
//! use cases.

use super::{
    PARTY, Party, PartyId, PartyInput, PartyKind, PartyRole, org_chart::OrgChart, store, visits,
};
use crate::{
    care_contacts,
    contacts::{self, CONTACT},
    customer_sources::{self, BaseSource},
    departments::{self, DEPARTMENT},
    duplicates::refuse_duplicate,
    engine::{check_new_owner, refer, standing},
    merges::{self, refuse_restore},
    problems::{BORN_ORGANISATION, NOT_PRIVATE, TOO_MANY_RECORDS},
    regions::check_in_effect,
    rules::{MAX_LEVELS, place, today},
};
use guanxi_bulk::problems::COMPANY_PROPERTY;
use guanxi_kernel::{
    Action, Ctx, Id, Result, pinyin,
    problem::{DUPLICATE, IN_USE, NOT_FOUND, OUT_OF_RANGE},
    text::{self, fold},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    merging::rewrite,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// How many departments, and how many contacts, an org chart shows.
const CHART_LIMIT: usize = 5_000;

/// That no party has the code of this new one.
const CODE_IS_FREE: &str = "party_code_is_free";

/// That no live party names this one as the party above it.
const HAS_NO_SUBSIDIARIES: &str = "party_has_no_subsidiaries";

/// That no other competitor is called as this new one.
const COMPETITOR_NAME_IS_FREE: &str = "competitor_name_is_free";

/// That another competitor is, be it one that is made together with it.
const COMPETITOR_NAME_IS_TAKEN: &str = "competitor_name_is_taken";

/// That no live opportunity names this party as a competitor.
const IS_NOBODYS_COMPETITOR: &str = "party_is_nobodys_competitor";

impl Resource for Party {
    fn kind() -> &'static Kind {
        &PARTY
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        refuse_restore(tx, before).await?;
        self.input.settle(&ctx.settings.country)?;
        self.check_born(ctx)?;
        if let Some(before) = before {
            self.stays_where_it_is(before)?;
        }
        self.derive_keys();
        if before.is_none() {
            self.input.owner_id.get_or_insert(ctx.actor.user);
        }
        self.check_code(tx, standing(before)).await?;
        self.check_competitor(tx, standing(before)).await?;
        self.check_parent(tx, ctx, standing(before)).await?;
        let region = |party: &Self| party.input.sales_region_id;
        match region(self) {
            Some(new) if before.and_then(region) != Some(new) => {
                check_in_effect(tx, ctx, new, "/sales_region_id").await?;
            }
            _ => {}
        }
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        if before.is_none() { refuse_duplicate(tx, ctx, self).await } else { Ok(()) }
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match standing(before) {
            Some(before) => care_contacts::follow_party(tx, ctx, before, self).await,
            None => Ok(()),
        }
    }

    /// What its owner leaves undone for it changes hands by itself.
    async fn changed_hands(_: &[(Self, Self)], _: &mut Tx, _: &Ctx) -> Result<()> {
        Ok(())
    }

    async fn foresee(records: &[Self], tx: &mut Tx) -> Result<()> {
        let codes = records.iter().filter_map(|party| party.input.code.clone()).collect();
        let taken = store::taken_codes(tx, &codes).await?;
        for party in records {
            if party.input.code.as_ref().is_some_and(|code| !taken.contains(code)) {
                tx.learn(CODE_IS_FREE, party.meta.id.uuid());
            }
        }
        let competitors: Vec<&Self> =
            records.iter().filter(|party| party.is_competitor()).collect();
        let names = competitors.iter().map(|party| text::sort_key(&party.input.name)).collect();
        let mut taken = store::taken_by_competitors(tx, &names).await?;
        for party in competitors {
            // Of two that are made together the first is not stored yet when the second is judged.
            if taken.insert(fold(&party.input.name)) {
                tx.learn(COMPETITOR_NAME_IS_FREE, party.meta.id.uuid());
            } else {
                tx.learn(COMPETITOR_NAME_IS_TAKEN, party.meta.id.uuid());
            }
        }
        Ok(())
    }

    async fn deletable(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        if self.contributed_by == Some(ctx.actor.user) {
            return Err(COMPANY_PROPERTY.with("count", 1));
        }
        let id = self.meta.id;
        let has_none = tx.knows(HAS_NO_SUBSIDIARIES, id.uuid());
        let is_none = tx.knows(IS_NOBODYS_COMPETITOR, id.uuid());
        if !has_none && store::has_subsidiaries(tx, id).await? {
            return Err(IN_USE.problem());
        }
        if is_none || store::competing(tx, &[id]).await?.is_empty() {
            Ok(())
        } else {
            Err(IN_USE.problem())
        }
    }

    async fn foresee_deletion(records: &[&Self], tx: &mut Tx) -> Result<()> {
        let ids: Vec<PartyId> = records.iter().map(|party| party.meta.id).collect();
        let above = store::with_subsidiaries(tx, &ids).await?;
        for id in ids.iter().filter(|id| !above.contains(id)) {
            tx.learn(HAS_NO_SUBSIDIARIES, id.uuid());
        }
        let competing = store::competing(tx, &ids).await?;
        for id in ids.iter().filter(|id| !competing.contains(id)) {
            tx.learn(IS_NOBODYS_COMPETITOR, id.uuid());
        }
        Ok(())
    }

    fn derive_keys(&mut self) {
        let person = self.input.kind == PartyKind::Person;
        self.name_folded = text::sort_key(&self.input.name);
        self.name_pinyin = pinyin::sort_key(&self.name_folded, person);
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![
            Verb::open("update", Action::Update),
            match self.input.is_private {
                true => Verb::open("convert-to-base", Action::Update),
                false => Verb::closed("convert-to-base", Action::Update, &NOT_PRIVATE),
            },
            Verb::open("delete", Action::Delete),
        ]
    }

    fn verbs_for(&self, ctx: &Ctx) -> Vec<Verb> {
        let mut verbs = self.verbs();
        let own = self.contributed_by == Some(ctx.actor.user);
        for verb in verbs.iter_mut().filter(|verb| own && verb.name == "delete") {
            verb.closed = Some(&COMPANY_PROPERTY);
        }
        verbs
    }

    async fn present(records: &mut [Self], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        visits::present(records, tx, ctx).await
    }

    async fn survivor(tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>> {
        merges::survivor(tx, id).await
    }

    fn searchable(&self) -> Vec<&str> {
        let PartyInput { name, short_name, code, .. } = &self.input;
        [Some(&**name), short_name.as_deref(), code.as_deref()].into_iter().flatten().collect()
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.parent_id.map(Id::uuid).into_iter().collect()
    }

    fn example() -> Json {
        json!({
            "kind": "organisation",
            "name": "上海宏图软件有限公司",
            "short_name": "Hongtu Software",
            "code": "C-2026-0001",
            "roles": ["customer", "partner"],
            "industry": "软件和信息技术服务业",
            "region": "华东",
            "tier": "A",
            "website": "https://hongtu.example.com",
            "founded_year": 2008,
            "employees": 320,
            "annual_revenue": { "amount": "85000000.00", "currency": "CNY" },
            "addresses": [{
                "kind": "registered",
                "country": "CN",
                "region": "上海市",
                "city": "上海市",
                "district": "浦东新区",
                "street": "张江路 88 号 3 号楼 501 室",
                "postal_code": "201203"
            }],
            "phones": [{ "kind": "work", "number": "+862168881234" }],
            "emails": [{ "kind": "work", "address": "sales@hongtu.example.com" }],
            "tags": ["VIP", "SaaS"],
            "note": "由展会获得;与 Acme Corporation 有长期合作。"
        })
    }
}

impl Party {
    async fn check_code(&self, tx: &mut Tx, before: Option<&Self>) -> Result<()> {
        let Some(code) = &self.input.code else { return Ok(()) };
        let unchanged = before.is_some_and(|before| before.input.code.as_ref() == Some(code));
        let free = unchanged || tx.knows(CODE_IS_FREE, self.meta.id.uuid());
        if !free && store::has_code(tx, code, self.meta.id).await? {
            return Err(DUPLICATE.at("/code"));
        }
        Ok(())
    }

    /// Competitors are looked up by their names, so each of them has one of its own, whatever the case and
    /// the width. A merge makes one of two that there were before.
    async fn check_competitor(&self, tx: &mut Tx, before: Option<&Self>) -> Result<()> {
        let called = |party: &Self| party.is_competitor().then(|| fold(&party.input.name));
        let Some(name) = called(self).filter(|name| before.and_then(called).as_ref() != Some(name))
        else {
            return Ok(());
        };
        let id = self.meta.id;
        if tx.knows(COMPETITOR_NAME_IS_FREE, id.uuid()) {
            return Ok(());
        }
        if tx.knows(COMPETITOR_NAME_IS_TAKEN, id.uuid())
            || store::has_competitor(tx, &self.name_folded, &name, id).await?
        {
            return Err(DUPLICATE.at("/name"));
        }
        Ok(())
    }

    /// Persons are born, on a day that is past.
    fn check_born(&self, ctx: &Ctx) -> Result<()> {
        let Some(day) = self.input.born_on else { return Ok(()) };
        if self.input.kind != PartyKind::Person {
            return Err(BORN_ORGANISATION.at("/born_on"));
        }
        if day > today(ctx) {
            return Err(OUT_OF_RANGE.at("/born_on").with("expected", "today or earlier"));
        }
        Ok(())
    }

    async fn check_parent(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(parent) = self.input.parent_id else { return Ok(()) };
        if before.is_some_and(|before| before.input.parent_id == Some(parent)) {
            return Ok(());
        }
        let above = store::above(tx, parent, MAX_LEVELS).await?;
        if let Err(refusal) = place(&self.meta.id, &above, 1, "/parent_id") {
            // Whoever does not see the other is not told where it stands.
            refer::<Self>(tx, ctx, parent.uuid(), "/parent_id").await?;
            return Err(refusal);
        }
        Ok(())
    }
}

/// Gives a party a role; one that it has already changes nothing.
///
/// # Errors
/// As any change of a party.
pub async fn give_role(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PartyId,
    role: PartyRole,
) -> Result<Shown<Party>> {
    let give = |party: &mut Party| {
        party.give(role);
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), "role_given", give).await
}

/// Takes a role from a party; one that it does not have changes nothing.
///
/// # Errors
/// As any change of a party.
pub async fn withdraw_role(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PartyId,
    role: PartyRole,
) -> Result<Shown<Party>> {
    let withdraw = |party: &mut Party| {
        party.withdraw(role);
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), "role_withdrawn", withdraw).await
}

/// A contact of its owner's own becomes one of the customer base: property of the company, with its owner as the
/// consultant by whom it is in the base.
///
/// # Errors
/// `not_private`, and as any change of a party.
pub async fn convert_to_base(tx: &mut Tx, ctx: &Ctx, id: PartyId) -> Result<Shown<Party>> {
    let now = ctx.now;
    let convert = |party: &mut Party| party.convert_to_base(now);
    let shown = resource::change(tx, ctx, id.uuid(), "converted_to_base", convert).await?;
    if let Some(consultant) = shown.record.contributed_by {
        let from = (BaseSource::Consultant, Some(consultant));
        customer_sources::brought_in(tx, ctx, id, from).await?;
    }
    Ok(shown)
}

/// Of two parties that become one the first belongs to the company if the second does, and says who has brought in
/// either of them.
///
/// # Errors
/// Those of the store.
pub(crate) async fn make_room(tx: &mut Tx, ctx: &Ctx, ours: &Party, theirs: &Party) -> Result<()> {
    let (is_private, contributed_by) = (ours.input.is_private, ours.contributed_by);
    let owned = is_private && !theirs.input.is_private;
    let credited = contributed_by.is_none() && theirs.contributed_by.is_some();
    if !owned && !credited {
        return Ok(());
    }
    let own = |party: &mut Party| {
        party.input.is_private &= theirs.input.is_private;
        if credited {
            party.contributed_by = theirs.contributed_by;
            party.contributed_at = theirs.contributed_at;
        }
        Ok(())
    };
    rewrite::<Party>(tx, ctx, ours.meta.id.uuid(), "updated", own).await.map(drop)
}

/// Of two parties that part again the first was brought in by nobody, if that was so before the change by which it came
/// to name whoever has brought in the second.
///
/// # Errors
/// Those of the store.
pub(crate) async fn give_credit_back(
    tx: &mut Tx,
    ctx: &Ctx,
    ours: Uuid,
    (before, after): (&Json, &Json),
) -> Result<()> {
    if !before["contributed_by"].is_null() || after["contributed_by"].is_null() {
        return Ok(());
    }
    let since = before["contributed_at"].as_str().and_then(|since| since.parse().ok());
    let part = |party: &mut Party| {
        if json!(party.contributed_by) == after["contributed_by"] {
            (party.contributed_by, party.contributed_at) = (None, since);
        }
        Ok(())
    };
    rewrite::<Party>(tx, ctx, ours, "parted", part).await.map(drop)
}

/// What is known of a party is so, as of now. No right on parties is needed; one that is gone is no matter.
///
/// # Errors
/// Those of the store.
pub(crate) async fn verify(tx: &mut Tx, ctx: &Ctx, id: PartyId) -> Result<()> {
    let verify = |party: &mut Party| {
        party.verified_at = Some(ctx.now);
        Ok(())
    };
    match resource::change(tx, &ctx.on_behalf(), id.uuid(), "verified", verify).await {
        Err(problem) if problem.is(&NOT_FOUND) => Ok(()),
        done => done.map(drop),
    }
}

/// The departments of a party as a tree, with their contacts, and the contacts without one.
///
/// # Errors
/// `not_found`; `forbidden` without the right to read parties, departments and contacts;
/// `too_many_records` for a party with more than 5,000 departments or contacts.
pub async fn org_chart(tx: &mut Tx, ctx: &Ctx, id: PartyId) -> Result<OrgChart> {
    let party = resource::load::<Party>(tx, ctx, id.uuid()).await?;
    ctx.require(DEPARTMENT.plural, Action::Read)?;
    ctx.require(CONTACT.plural, Action::Read)?;
    let departments = departments::of_party(tx, id, CHART_LIMIT + 1).await?;
    let departments = seen(tx, ctx, &DEPARTMENT, departments, |row| row.0.uuid()).await?;
    let contacts = contacts::of_party(tx, id, CHART_LIMIT + 1).await?;
    let mut contacts = seen(tx, ctx, &CONTACT, contacts, |row| row.1.id.uuid()).await?;
    let hidden = ctx.actor.withheld(CONTACT.plural).hidden;
    for (department, contact) in &mut contacts {
        department.take_if(|_| hidden.contains("department_id"));
        contact.job_title.take_if(|_| hidden.contains("job_title"));
        contact.is_primary &= !hidden.contains("is_primary");
    }
    Ok(OrgChart::nest(party.meta.id, departments, contacts))
}

/// The rows, if the caller may see them and they are not too many.
///
/// The records of one party are seen all or none, since they belong to its owner: to ask for one of
/// them is to ask for all.
async fn seen<T>(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    rows: Vec<T>,
    id: impl Fn(&T) -> Uuid,
) -> Result<Vec<T>> {
    let Some(first) = rows.first().map(id) else { return Ok(rows) };
    if !resource::may(tx, ctx, kind, Action::Read, first).await? {
        return Ok(Vec::new());
    }
    if rows.len() > CHART_LIMIT {
        return Err(TOO_MANY_RECORDS.with("limit", CHART_LIMIT).with("resource", kind.plural));
    }
    Ok(rows)
}
