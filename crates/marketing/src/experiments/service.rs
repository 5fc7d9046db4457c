//! The rules of a save, and the life of an experiment.

use super::{
    model::{
        AssignContacts, EXPERIMENT, Experiment, ExperimentId, ExperimentResult, ExperimentStatus,
        RecordOutcomes, RecordedOutcomes,
    },
    result as told, split, store,
};
use crate::{
    mining_datasets::Parties,
    population::Population,
    problems::{EXPERIMENT_ENDED, EXPERIMENT_STARTED, NOT_ASSIGNED},
    segments,
};
use guanxi_customers::{
    engine::{check_new_owner, standing, visible},
    parties::{Party, PartyId},
};
use guanxi_kernel::{
    Action, Ctx, Line, Problem, Result, Share,
    problem::{FieldError, INTERNAL, INVALID, OUT_OF_RANGE, REPEATED, REQUIRED, UNKNOWN_REFERENCE},
};
use guanxi_mining::Proportion;
use guanxi_storage::{
    Kind, Resource, Sql, Tx,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Contacts that are assigned at once at most.
const MOST: usize = 200_000;

impl Resource for Experiment {
    fn kind() -> &'static Kind {
        &EXPERIMENT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_none() {
            self.input.owner_id.get_or_insert(ctx.actor.user);
        }
        let had = standing(before).and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        Problem::collect(self.findings())?;
        if self.input.seed.is_none() {
            let seed = self.meta.id.to_string();
            let seed = Line::new(&seed).map_err(|error| INTERNAL.problem().because(error))?;
            self.input.seed = Some(seed);
        }
        let Some(before) = before else { return Ok(()) };
        let same = before.input.seed == self.input.seed && before.input.arms == self.input.arms;
        match before.status {
            ExperimentStatus::Ended if self.status == ExperimentStatus::Ended && !same => {
                Err(EXPERIMENT_ENDED.problem())
            }
            _ if !same && !before.assigned.is_empty() => Err(EXPERIMENT_STARTED.problem()),
            _ => Ok(()),
        }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn verbs(&self) -> Vec<Verb> {
        let running = |name| match self.status {
            ExperimentStatus::Running => Verb::open(name, Action::Update),
            ExperimentStatus::Ended => Verb::closed(name, Action::Update, &EXPERIMENT_ENDED),
        };
        vec![
            Verb::open("update", Action::Update),
            Verb::open("delete", Action::Delete),
            running("assign"),
            running("end"),
        ]
    }

    fn example() -> Json {
        json!({
            "name": "邮件主题对比",
            "seed": "2026-03",
            "arms": [
                { "name": "不发邮件", "share": "0.2000", "control": true },
                { "name": "主题甲", "share": "0.4000" },
                { "name": "主题乙", "share": "0.4000" },
            ],
        })
    }
}

impl Experiment {
    fn findings(&self) -> Vec<FieldError> {
        let arms = &self.input.arms;
        let mut findings = Vec::new();
        for (at, arm) in arms.iter().enumerate() {
            if arms[..at].iter().any(|other| other.name == arm.name) {
                findings.push(REPEATED.field(format!("/arms/{at}/name")));
            }
            if arm.share == Share::ZERO {
                let expected = "a share above 0";
                findings.push(
                    OUT_OF_RANGE.field(format!("/arms/{at}/share")).with("expected", expected),
                );
            }
        }
        if !Share::make_one(arms.iter().map(|arm| arm.share)) {
            findings.push(INVALID.field("/arms").with("expected", "shares that sum to exactly 1"));
        }
        if arms.iter().filter(|arm| arm.control).count() != 1 {
            findings.push(INVALID.field("/arms").with("expected", "exactly one control"));
        }
        findings
    }

    fn is_running(&self) -> Result<()> {
        match self.status {
            ExperimentStatus::Running => Ok(()),
            ExperimentStatus::Ended => Err(EXPERIMENT_ENDED.problem()),
        }
    }
}

/// Brings contacts into the arms. Those who are in one stay there.
///
/// # Errors
/// `not_found`, `forbidden`; `experiment_ended`; `unknown_reference` for a party that the caller does
/// not see; `out_of_range` for more than 200,000 at once.
pub async fn assign(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ExperimentId,
    wish: &AssignContacts,
) -> Result<Shown<Experiment>> {
    let experiment: Experiment = resource::load(tx, ctx, id.uuid()).await?;
    experiment.is_running()?;
    let contacts = whom(tx, ctx, wish).await?;
    let known = store::assigned(tx, id).await?;
    let new: Vec<Uuid> = contacts.into_iter().filter(|id| !known.contains_key(id)).collect();
    let arms = &experiment.input.arms;
    let mut counts: Vec<i64> = (0..arms.len())
        .map(|arm| known.values().filter(|one| **one == arm).count() as i64)
        .collect();
    let shares: Vec<Share> = arms.iter().map(|arm| arm.share).collect();
    let seed = experiment.input.seed.as_deref().unwrap_or_default();
    let divided = split::divide(seed, &shares, &counts, new);
    divided.iter().for_each(|(_, arm)| counts[*arm] += 1);
    store::keep(tx, id, ctx.now, &divided).await?;
    let named: BTreeMap<String, i64> =
        arms.iter().map(|arm| arm.name.to_string()).zip(counts).collect();
    let assigned = |experiment: &mut Experiment| {
        experiment.assigned = named.clone();
        Ok(())
    };
    resource::change::<Experiment>(tx, ctx, id.uuid(), "assigned", assigned).await
}

async fn whom(tx: &mut Tx, ctx: &Ctx, wish: &AssignContacts) -> Result<Vec<Uuid>> {
    let contacts: Vec<Uuid> = match (wish.segment_id, wish.party_ids.as_slice()) {
        (None, []) => return Err(REQUIRED.at("/party_ids")),
        (Some(_), [_, ..]) => {
            let expected = "nothing beside a segment";
            return Err(INVALID.at("/party_ids").with("expected", expected));
        }
        (None, ids) => {
            let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
            let seen = visible::<Party>(tx, ctx, ids.iter().copied()).await?;
            let unseen = ids.iter().position(|id| !seen.contains(id));
            if let Some(at) = unseen {
                return Err(UNKNOWN_REFERENCE.at(format!("/party_ids/{at}")));
            }
            ids
        }
        (Some(segment), []) => {
            let (segment, members) = segments::load(tx, ctx, segment).await?;
            let population: Population = segment.input.population;
            Parties { population, members: &members }.ids(tx, ctx).await?
        }
    };
    if contacts.len() > MOST {
        let expected = format!("at most {MOST} contacts at once");
        return Err(OUT_OF_RANGE.at("/segment_id").with("expected", expected));
    }
    Ok(contacts)
}

/// Records what contacts have done; each counts once.
///
/// # Errors
/// `not_found`, `forbidden`; `experiment_ended`; `not_assigned` at the contact.
pub async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ExperimentId,
    wish: &RecordOutcomes,
) -> Result<RecordedOutcomes> {
    resource::require::<Experiment>(ctx, Action::Update)?;
    let experiment: Experiment = resource::load(tx, ctx, id.uuid()).await?;
    experiment.is_running()?;
    let parties: BTreeSet<Uuid> = wish.outcomes.iter().map(|one| one.party_id.uuid()).collect();
    let known = store::assigned_among(tx, id, &parties).await?;
    let missing = wish.outcomes.iter().position(|one| !known.contains(&one.party_id.uuid()));
    if let Some(at) = missing {
        return Err(NOT_ASSIGNED.at(format!("/outcomes/{at}/party_id")));
    }
    let recorded = store::record(tx, id, ctx.now, &wish.outcomes).await?;
    Ok(RecordedOutcomes { recorded, known: wish.outcomes.len() as u64 - recorded })
}

/// Ends an experiment.
///
/// # Errors
/// `not_found`, `forbidden`, `experiment_ended`.
pub async fn end(tx: &mut Tx, ctx: &Ctx, id: ExperimentId) -> Result<Shown<Experiment>> {
    let end = |experiment: &mut Experiment| {
        experiment.is_running()?;
        experiment.status = ExperimentStatus::Ended;
        experiment.ended_at = Some(ctx.now);
        Ok(())
    };
    resource::change::<Experiment>(tx, ctx, id.uuid(), "ended", end).await
}

/// What an experiment came to in a metric.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn result(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ExperimentId,
    metric: &str,
) -> Result<ExperimentResult> {
    let experiment: Experiment = resource::load(tx, ctx, id.uuid()).await?;
    let arms = &experiment.input.arms;
    let mut counts = vec![Proportion { answers: 0, asked: 0 }; arms.len()];
    for (arm, asked, answers) in store::counts(tx, id, metric).await? {
        if let Some(count) = usize::try_from(arm).ok().and_then(|arm| counts.get_mut(arm)) {
            count.asked = asked.unsigned_abs();
            count.answers = answers.unsigned_abs();
        }
    }
    Ok(told::of(metric, arms, &counts, ctx.now))
}

/// The contacts whom an experiment keeps out for comparison: those of its control.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HoldOut {
    experiment: ExperimentId,
    arm: i64,
}

impl HoldOut {
    /// Adds that the party in a column is one of them.
    pub(crate) fn has(&self, sql: &mut Sql, party: &'static str) {
        sql.push(
            "EXISTS (SELECT 1 FROM experiment_assignments e WHERE e.tenant_id = $1 AND e.party_id = ",
        );
        sql.push(party).push(" AND e.experiment_id = ").bind(self.experiment);
        sql.push(" AND e.arm = ").bind(self.arm).push(")");
    }

    /// Whether that party is one of them.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn has_party(&self, tx: &mut Tx, party: Uuid) -> Result<bool> {
        let mut sql =
            Sql::new("SELECT CAST(1 AS BIGINT) FROM parties t WHERE t.tenant_id = $1 AND t.id = ");
        sql.bind(party).push(" AND ");
        self.has(&mut sql, "t.id");
        tx.exists(sql).await
    }
}

/// The contacts whom several experiments keep out.
#[derive(Debug, Clone, Default)]
pub(crate) struct HoldOuts(Vec<HoldOut>);

impl HoldOuts {
    /// Those of these experiments.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn of(
        tx: &mut Tx,
        ctx: &Ctx,
        experiments: impl Iterator<Item = ExperimentId>,
    ) -> Result<Self> {
        let experiments: BTreeSet<ExperimentId> = experiments.collect();
        let mut all = Vec::with_capacity(experiments.len());
        for id in experiments {
            all.push(hold_out(tx, ctx, id).await?);
        }
        Ok(Self(all))
    }

    /// Which of these parties one of them keeps out.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn among(
        &self,
        tx: &mut Tx,
        parties: &BTreeSet<PartyId>,
    ) -> Result<BTreeSet<PartyId>> {
        let mut kept_out = BTreeSet::new();
        for one in &self.0 {
            kept_out.extend(store::in_arm(tx, (one.experiment, one.arm), parties).await?);
        }
        Ok(kept_out)
    }
}

/// Whom an experiment keeps out, also if it is deleted by now. Whether the caller may read it is not asked.
///
/// # Errors
/// `not_found`.
pub(crate) async fn hold_out(tx: &mut Tx, ctx: &Ctx, id: ExperimentId) -> Result<HoldOut> {
    let system = ctx.on_behalf();
    let experiment: Experiment = resource::get_even_deleted(tx, &system, id.uuid()).await?.record;
    Ok(HoldOut { experiment: id, arm: experiment.control() })
}
