//! The rules of a save.

use super::{
    model::{CONTRACT_DOCUMENT, ContractDocument, WrittenClause},
    values,
};
use crate::{
    contract_templates::ContractTemplate,
    contracts::{Contract, require_sight},
    problems::TEMPLATE_INACTIVE,
};
use guanxi_customers::{
    engine::refer,
    language::render,
    parties::Party,
    problems::{IMMUTABLE, MISSING_VARIABLE, UNKNOWN_VARIABLE},
};
use guanxi_kernel::{
    Action, Ctx, Id, Result,
    problem::{OUT_OF_RANGE, REQUIRED},
};
use guanxi_sales::rules::refuse;
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Characters that a field is filled with at most.
const LONGEST: usize = 1_000;

/// Bytes that all clauses come to at most.
const MOST: usize = 1_000_000;

impl Resource for ContractDocument {
    fn kind() -> &'static Kind {
        &CONTRACT_DOCUMENT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => self.begin(tx, ctx).await,
            Some(before) => self.stay(before),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.contract_id.map(Id::uuid).into_iter().collect()
    }

    /// Another one is made instead.
    fn verbs(&self) -> Vec<Verb> {
        vec![Verb::open("update", Action::Update)]
    }

    fn example() -> Json {
        json!({
            "contract_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "template_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "variables": { "delivery_place": "上海市浦东新区" }
        })
    }
}

impl ContractDocument {
    /// What it says is final; only fields of the tenant change.
    fn stay(&self, before: &Self) -> Result<()> {
        let (now, had) = (&self.input, &before.input);
        let members = [
            ("/contract_id", now.contract_id == had.contract_id),
            ("/template_id", now.template_id == had.template_id),
            ("/variables", now.variables == had.variables),
        ];
        match members.into_iter().find(|(_, same)| !same) {
            Some((place, _)) => Err(IMMUTABLE.at(place)),
            None => Ok(()),
        }
    }

    /// Writes it: every clause of the template with the values of the contract and what was filled in.
    async fn begin(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        const PLACE: &str = "/contract_id";
        let id = self.input.contract_id.ok_or_else(|| REQUIRED.at(PLACE))?.uuid();
        let contract: Contract = refer(tx, ctx, id, PLACE).await?;
        // What it says can be read by all who see the contract, and clauses may say all that is offered.
        require_sight(ctx, values::FIELDS)?;
        let template = self.input.template_id.uuid();
        // Directory data may be named by everybody.
        let template: ContractTemplate =
            refer(tx, &ctx.on_behalf(), template, "/template_id").await?;
        if !template.input.active {
            return Err(TEMPLATE_INACTIVE.at("/template_id"));
        }
        let party = contract.input.party_id.ok_or_else(|| REQUIRED.at(PLACE))?;
        // Whoever sees the contract is told with whom it is.
        let customer: Party = resource::load(tx, &ctx.on_behalf(), party.uuid()).await?;
        let mut values = values::of(&contract, &customer);
        self.fill(&template, &mut values)?;
        let mut whole = 0;
        for (at, clause) in template.input.clauses.iter().enumerate() {
            let text = render(&clause.body, &format!("/clauses/{at}"), &values)?;
            whole += text.len();
            if whole > MOST {
                let expected = format!("at most {MOST} bytes");
                return Err(refuse(&OUT_OF_RANGE, "/template_id", ("expected", &expected)));
            }
            self.clauses.push(WrittenClause { title: clause.title.to_string(), text });
        }
        self.title = template.input.name.to_string();
        self.template_version = template.meta.version;
        self.contract_version = contract.meta.version;
        Ok(())
    }

    /// Adds what was filled in, and what stands for what was not.
    fn fill(&self, template: &ContractTemplate, values: &mut Json) -> Result<()> {
        let given = &self.input.variables;
        for (name, value) in given {
            let place = || format!("/variables/{name}");
            if !template.input.fields.iter().any(|field| *field.name == **name) {
                return Err(refuse(&UNKNOWN_VARIABLE, place(), ("variable", name)));
            }
            if value.chars().count() > LONGEST || value.contains('\0') {
                let expected = format!("at most {LONGEST} characters");
                return Err(refuse(&OUT_OF_RANGE, place(), ("expected", &expected)));
            }
        }
        for field in &template.input.fields {
            let name = &*field.name;
            let filled =
                given.get(name).map(String::as_str).filter(|value| !value.trim().is_empty());
            if filled.is_none() && field.required {
                return Err(refuse(
                    &MISSING_VARIABLE,
                    format!("/variables/{name}"),
                    ("variable", name),
                ));
            }
            let value = filled.or(field.default.as_deref()).unwrap_or_default();
            values[name] = json!(value);
        }
        Ok(())
    }
}
