//! A rule as one predicate over parties.

use crate::{
    measures::{Beside, MOST, Span},
    mining_models::MiningModel,
    population::Population,
    research_codes,
};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{
    Action, Ctx, Problem, Result,
    problem::{FieldError, OUT_OF_RANGE, UNKNOWN_VALUE},
};
use guanxi_storage::{
    Resource as _, Sql, Tx, custom,
    filter::{condition::Predicate, json},
    resource, scope,
};
use serde_json::Value as Json;
use utoipa::openapi::{OneOfBuilder, Ref, Schema, schema::Object, schema::Type};

/// The document describes filters once, beside the searches.
pub fn rule_schema() -> Schema {
    let null = Object::with_type(Type::Null);
    OneOfBuilder::new().item(Ref::from_schema_name("Filter")).item(null).into()
}

/// A rule that was held against what there is, ready to be part of statements.
#[derive(Debug, Clone)]
pub struct Rule {
    beside: Option<Beside>,
    predicate: Predicate,
}

impl Rule {
    /// Reads a rule that stands at `pointer` of a body. What it says of time is of this instant.
    ///
    /// # Errors
    /// `validation_failed` with the place in the rule: what is not understood, and a name that is
    /// neither a field nor a measure nor a score that the caller may read, with those that are.
    pub async fn read(tx: &mut Tx, ctx: &Ctx, rule: &Json, pointer: &str) -> Result<Self> {
        Self::read_within(tx, ctx, rule, pointer, Span::until(ctx.now)).await
    }

    /// The same, where measures count what lies in that span.
    ///
    /// # Errors
    /// As [`Rule::read`].
    pub async fn read_within(
        tx: &mut Tx,
        ctx: &Ctx,
        rule: &Json,
        pointer: &str,
        span: Span,
    ) -> Result<Self> {
        let fields = custom::fields(tx, ctx, &PARTY).await?;
        let located = json::read(rule, pointer).map_err(refusal)?;
        let beside = Beside::new(&located.filter, ctx, span).map_err(|_| {
            let expected = format!("at most {MOST} different measures and scores");
            refusal(OUT_OF_RANGE.field(pointer).with("expected", expected))
        })?;
        for (name, model) in beside.models() {
            let visible = !ctx.reach(MiningModel::kind().plural, Action::Read).is_nothing()
                && resource::visible(tx, ctx, MiningModel::kind(), model).await?;
            if !visible {
                let expected = "scores of a model that is there";
                let finding = UNKNOWN_VALUE.field(pointer).with("expected", expected);
                return Err(refusal(finding.with("field", name)));
            }
        }
        for (name, topic, code) in beside.codes() {
            if !research_codes::has_code(tx, topic, code).await? {
                let expected = "a code of research that is there";
                let finding = UNKNOWN_VALUE.field(pointer).with("expected", expected);
                return Err(refusal(finding.with("field", name)));
            }
        }
        let named = beside.clone();
        let predicate = Predicate::new(&located, &PARTY, &fields, ctx, named.fields());
        let beside = (!beside.is_empty()).then_some(beside);
        Ok(Self { beside, predicate: predicate.map_err(refusal)? })
    }

    /// Adds `FROM parties t`, with whatever the rule needs beside it, and the condition.
    pub fn write(&self, sql: &mut Sql) {
        match &self.beside {
            Some(beside) => beside.write(sql),
            None => {
                sql.push("parties t");
            }
        }
        sql.push(" WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ");
        self.predicate.write(sql);
    }
}

fn refusal(finding: FieldError) -> Problem {
    match Problem::collect(vec![finding]) {
        Err(problem) => problem,
        Ok(()) => unreachable!("there is a finding"),
    }
}

/// Adds the conditions that the party `t` is of the population and that the caller may see it.
pub(super) fn reached(sql: &mut Sql, ctx: &Ctx, population: Population) -> Result<()> {
    let reach = ctx.require(PARTY.plural, Action::Read)?;
    sql.push(" AND ");
    population.write(sql);
    sql.push(" AND ");
    scope::within(sql, &PARTY, &reach, ctx.actor.user);
    Ok(())
}
