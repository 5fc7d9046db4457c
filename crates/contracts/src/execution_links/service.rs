//! The rules of a save, and how another system tells of its work.

use super::{
    figures,
    model::{EXECUTION_LINK, ExecutionLink, ExecutionLinkInput, LinkKind},
    store,
};
use crate::{
    contracts::{self, Contract},
    problems::{NOT_EFFECTIVE, NOT_OF_THIS_LINK, OVER_DELIVERY, TOO_MANY_LINKS},
};
use chrono::TimeDelta;
use guanxi_customers::{
    engine::refer,
    rules::{repeated, whole_micros},
};
use guanxi_kernel::{
    Action, Ctx, Id, Problem, Quantity, Result, Word as _,
    problem::{INTERNAL, OUT_OF_RANGE, REQUIRED},
};
use guanxi_sales::{problems::CURRENCY_MISMATCH, rules::refuse};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Shown, Verb},
};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Links of a contract at most.
const MOST: usize = 500;

/// How far the clocks of another system and of the program may differ.
const CLOCKS: TimeDelta = TimeDelta::minutes(5);

impl Resource for ExecutionLink {
    fn kind() -> &'static Kind {
        &EXECUTION_LINK
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        // The same again is right whatever has become of the contract.
        if before.is_some_and(|before| before.input == self.input) {
            return Ok(());
        }
        const PLACE: &str = "/contract_id";
        let id = self.input.contract_id.ok_or_else(|| REQUIRED.at(PLACE))?.uuid();
        let contract: Contract = refer(tx, ctx, id, PLACE).await?;
        if !contract.stage.is_effective() {
            return Err(NOT_EFFECTIVE.with("stage", contract.stage.word()));
        }
        self.check_instant(ctx)?;
        self.check_members()?;
        self.check_amount(&contract)?;
        self.check_shipped(tx, &contract).await
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, _: Option<&Self>) -> Result<()> {
        let Some(id) = self.input.contract_id else { return Ok(()) };
        let contract: Contract = resource::load(tx, &ctx.on_behalf(), id.uuid()).await?;
        let links: Vec<ExecutionLinkInput> =
            store::of_contract(tx, id).await?.into_iter().map(|(_, link)| link).collect();
        if links.len() > MOST {
            return Err(TOO_MANY_LINKS.with("limit", MOST));
        }
        let currency = contract.input.currency.unwrap_or(ctx.settings.currency);
        let ordered: Vec<Quantity> =
            contract.input.lines.iter().map(|line| line.quantity).collect();
        let progress = figures::come_to(currency, &ordered, &links);
        let progress = progress
            .map_err(|_| refuse(&OUT_OF_RANGE, "/amount", ("expected", "less in total")))?;
        contracts::progress(tx, ctx, id, progress).await
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.contract_id.map(Id::uuid).into_iter().collect()
    }

    /// Another system tells again what has changed.
    fn verbs(&self) -> Vec<Verb> {
        Vec::new()
    }

    fn example() -> Json {
        json!({
            "kind": "project",
            "reference": "PRJ-2026-017",
            "status": "in_progress",
            "percent": "0.4000",
            "amount": { "amount": "40000.00", "currency": "CNY" },
            "as_of": "2025-12-31T09:00:00Z"
        })
    }
}

/// Notes what another system tells of its part of a contract: a new link, or what has become of the one of
/// that kind and name; whether it is new. What it knew before what it has told already changes nothing.
///
/// # Errors
/// `forbidden`; `not_effective` unless the contract is in force; `over_delivery`; `currency_mismatch`;
/// `not_of_this_link` for a member that such a link does not have; `out_of_range` for a line that the
/// contract does not have, and for an instant more than five minutes ahead; `repeated` for a line that is named twice;
/// `too_many_links`.
pub async fn tell(
    tx: &mut Tx,
    ctx: &Ctx,
    told: ExecutionLinkInput,
) -> Result<(Shown<ExecutionLink>, bool)> {
    resource::require::<ExecutionLink>(ctx, Action::Create)?;
    let contract = told.contract_id.ok_or_else(|| REQUIRED.at("/contract_id"))?;
    let told = ExecutionLinkInput { as_of: told.as_of.map(whole_micros), ..told };
    let Some(id) = store::named(tx, contract, told.kind, &told.reference).await? else {
        let told = ExecutionLinkInput { as_of: told.as_of.or(Some(ctx.now)), ..told };
        let link = ExecutionLink::assemble(Meta::new(ctx), told);
        return resource::insert(tx, ctx, link, "created").await.map(|shown| (shown, true));
    };
    let take = |link: &mut ExecutionLink| {
        let known = link.input.as_of;
        let late = told.as_of.is_some_and(|at| known.is_some_and(|known| at < known));
        let same = ExecutionLinkInput { as_of: told.as_of.or(known), ..told.clone() };
        if late || same == link.input {
            return Ok(());
        }
        link.input = ExecutionLinkInput { as_of: told.as_of.or(Some(ctx.now)), ..told };
        Ok(())
    };
    let shown = resource::change(tx, ctx, id.uuid(), "updated", take).await?;
    Ok((shown, false))
}

impl ExecutionLink {
    /// Nobody knows what is to come: all that is told until then would be passed over.
    fn check_instant(&self, ctx: &Ctx) -> Result<()> {
        match self.input.as_of {
            Some(at) if at > ctx.now + CLOCKS => {
                Err(refuse(&OUT_OF_RANGE, "/as_of", ("expected", "now or earlier")))
            }
            _ => Ok(()),
        }
    }

    /// A link says only what such a link can say.
    fn check_members(&self) -> Result<()> {
        let input = &self.input;
        let members = [
            ("percent", input.percent.is_some(), &[LinkKind::Project][..]),
            ("amount", input.amount.is_some(), &[LinkKind::Project, LinkKind::Purchase]),
            ("shipped", !input.shipped.is_empty(), &[LinkKind::Stock]),
        ];
        for (name, there, kinds) in members {
            if there && !kinds.contains(&input.kind) {
                let place = format!("/{name}");
                return Err(refuse(&NOT_OF_THIS_LINK, place, ("kind", input.kind.word())));
            }
        }
        Problem::collect(repeated(&input.shipped, "/shipped", |part| part.line))
    }

    fn check_amount(&self, contract: &Contract) -> Result<()> {
        match (self.input.amount, contract.input.currency) {
            (Some(amount), Some(currency)) if amount.currency() != currency => {
                Err(refuse(&CURRENCY_MISMATCH, "/amount", ("expected", currency.code())))
            }
            _ => Ok(()),
        }
    }

    /// No line is shipped that is not there, nor more of one than was ordered, unless that is allowed.
    /// What goes down is never too much.
    async fn check_shipped(&self, tx: &mut Tx, contract: &Contract) -> Result<()> {
        if self.input.shipped.is_empty() {
            return Ok(());
        }
        let lines = &contract.input.lines;
        for (at, part) in self.input.shipped.iter().enumerate() {
            let known =
                usize::try_from(part.line).is_ok_and(|line| (1..=lines.len()).contains(&line));
            if !known {
                let expected = format!("1 to {}", lines.len());
                let place = format!("/shipped/{at}/line");
                return Err(refuse(&OUT_OF_RANGE, place, ("expected", &expected)));
            }
        }
        let links = store::of_contract(tx, contract.meta.id).await?;
        let (own, others): (Vec<_>, Vec<_>) =
            links.into_iter().partition(|(id, _)| *id == self.meta.id);
        let of = |links: &[(_, ExecutionLinkInput)]| {
            figures::shipped(links.iter().map(|(_, link)| link))
        };
        let (had, others) = (of(&own), of(&others));
        let most: Decimal = Decimal::from(1_000_000_000_000_i64);
        for (line, new) in figures::shipped([&self.input]) {
            let sum = others.get(&line).copied().unwrap_or_default() + new;
            if sum >= most {
                return Err(refuse(&OUT_OF_RANGE, "/shipped", ("expected", "less in total")));
            }
            let grows = new > had.get(&line).copied().unwrap_or_default();
            let at = usize::try_from(line - 1).map_err(|_| INTERNAL.problem())?;
            let ordered = lines[at].quantity;
            if grows && !contract.input.over_delivery && sum > ordered.to_decimal() {
                let refused = OVER_DELIVERY.with("line", line);
                return Err(refused
                    .with("ordered", ordered.to_string())
                    .with("shipped", sum.normalize().to_string()));
            }
        }
        Ok(())
    }
}
