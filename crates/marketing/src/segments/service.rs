//! The rules of a save, and whom a segment has.

use super::{
    model::{PreviewSegment, SEGMENT, Segment, SegmentId, SegmentKind, SegmentPreview},
    rule::Rule,
    store,
};
use crate::problems::SEGMENT_IS_A_LIST;
use guanxi_customers::engine::{check_new_owner, standing};
use guanxi_kernel::{Action, Ctx, Result, problem::REQUIRED};
use guanxi_storage::{Kind, Resource, Sql, Tx, filter::condition::Ids, resource};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Segment {
    fn kind() -> &'static Kind {
        &SEGMENT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_none() {
            self.input.owner_id.get_or_insert(ctx.actor.user);
        }
        let had = standing(before).and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        let rule = self.input.rule.take().filter(|rule| !rule.is_null());
        self.input.rule = rule;
        match (self.kind, &self.input.rule) {
            (SegmentKind::List, Some(_)) => Err(SEGMENT_IS_A_LIST.problem()),
            (SegmentKind::List, None) => {
                let asked = before.is_some_and(|b| b.input.population != self.input.population);
                if asked { Err(SEGMENT_IS_A_LIST.problem()) } else { Ok(()) }
            }
            (SegmentKind::Rule, None) => Err(REQUIRED.at("/rule")),
            (SegmentKind::Rule, Some(rule)) => Rule::read(tx, ctx, rule, "/rule").await.map(drop),
        }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.model_id.into_iter().collect()
    }

    fn example() -> Json {
        json!({
            "name": "久未联系的制造业大客户",
            "population": "customers",
            "rule": { "and": [
                { "field": "industry", "op": "=", "value": "制造业" },
                { "or": [
                    { "field": "contracts.net_365d", "op": ">=", "value": "100000.00 CNY" },
                    { "field": "employees", "op": ">=", "value": 500 },
                ] },
                { "not": { "field": "activities.last_at", "op": ">=", "value": { "call": "days_ago", "days": 90 } } },
            ] },
            "note": "每季度回访一次",
        })
    }
}

/// Whom a rule would have, without keeping it.
///
/// # Errors
/// `forbidden` without the right to read segments and parties; `validation_failed` with the place in
/// the rule.
pub async fn preview(tx: &mut Tx, ctx: &Ctx, wish: &PreviewSegment) -> Result<SegmentPreview> {
    resource::require::<Segment>(ctx, Action::Read)?;
    let rule = Rule::read(tx, ctx, &wish.rule, "/rule").await?;
    store::count(tx, ctx, wish.population, &Members::Rule(rule)).await
}

/// Whom a segment has now.
///
/// # Errors
/// As [`preview`]; `not_found`.
pub async fn preview_saved(tx: &mut Tx, ctx: &Ctx, id: SegmentId) -> Result<SegmentPreview> {
    let (segment, members) = load(tx, ctx, id).await?;
    store::count(tx, ctx, segment.input.population, &members).await
}

/// What makes somebody a member, as statements say it.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one of it for a question")]
pub(crate) enum Members {
    /// Those who fit.
    Rule(Rule),
    /// Those of the list.
    List(Uuid),
    /// Everybody.
    Everybody,
}

impl Members {
    /// Adds what follows `FROM`: the parties `t` that are members.
    pub(crate) fn write(&self, sql: &mut Sql) {
        match self {
            Self::Rule(rule) => rule.write(sql),
            Self::List(segment) => {
                sql.push(
                    "parties t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.id IN \
                     (SELECT l.party_id FROM segment_members l WHERE l.tenant_id = $1 AND l.segment_id = ",
                );
                sql.bind(*segment).push(")");
            }
            Self::Everybody => {
                sql.push("parties t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL");
            }
        }
    }
}

/// A segment that the caller may see, and what makes somebody its member.
///
/// # Errors
/// `not_found`, `forbidden`; `validation_failed` if the rule names what the caller may not read, or
/// what is not there any more.
pub(crate) async fn load(tx: &mut Tx, ctx: &Ctx, id: SegmentId) -> Result<(Segment, Members)> {
    let segment: Segment = resource::load(tx, ctx, id.uuid()).await?;
    let members = match (segment.kind, &segment.input.rule) {
        (SegmentKind::Rule, Some(rule)) => Members::Rule(Rule::read(tx, ctx, rule, "/rule").await?),
        _ => Members::List(id.uuid()),
    };
    Ok((segment, members))
}

/// The ids of the members, for a list of parties, and what tells this list from others.
///
/// # Errors
/// `not_found`, `forbidden`; those of its rule.
pub async fn members(tx: &mut Tx, ctx: &Ctx, id: SegmentId) -> Result<(Ids, String)> {
    let (segment, members) = load(tx, ctx, id).await?;
    let population = segment.input.population;
    let said = format!("segment {id} {}", segment.meta.version);
    let ids = Ids::new(move |sql| {
        sql.push("SELECT t.id FROM ");
        members.write(sql);
        sql.push(" AND ");
        population.write(sql);
    });
    Ok((ids, said))
}
