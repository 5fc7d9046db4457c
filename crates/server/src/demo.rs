//! `guanxi demo`: a tenant made from the CRM Sales Opportunities data, so that there is something
//! to look at. Where the data comes from is told in `demo/NOTICE.md`.
//!
//! What is known to be wrong in it is mended by the rules below, in sight; nothing else is changed
//! or made up, but for what a system needs and the data does not have: e-mail addresses, and who
//! owns which account (dealt out to the agents in turn). The opportunities come in as a file of
//! another system would, by an import that can be looked at afterwards ([`deals`]). What the data does not tell
//! of, such as [`contracts`], follows from it by rules that are told there.

mod contracts;
mod deals;
mod targets;

use crate::{Outcome, commands, config::Config};
use guanxi_customers::parties::Party;
use guanxi_identity::{bootstrap, org_units::OrgUnit, secrets::Secret, users::User};
use guanxi_kernel::{Clock, Ctx, Result, input};
use guanxi_storage::{Resource, Tx, resource};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const ACCOUNTS: &str = include_str!("../demo/accounts.csv");
const TEAMS: &str = include_str!("../demo/sales_teams.csv");
const TENANT: &str = "demo";
const ADMINISTRATOR: &str = "admin@demo.example";

/// Words that are spelt wrong in the data, and how they are spelt.
const MENDED: &[(&str, &str)] = &[("technolgy", "technology"), ("Philipines", "Philippines")];

/// The countries of the data by their codes.
const COUNTRIES: &[(&str, &str)] = &[
    ("Belgium", "BE"),
    ("Brazil", "BR"),
    ("China", "CN"),
    ("Germany", "DE"),
    ("Italy", "IT"),
    ("Japan", "JP"),
    ("Jordan", "JO"),
    ("Kenya", "KE"),
    ("Korea", "KR"),
    ("Norway", "NO"),
    ("Panama", "PA"),
    ("Philippines", "PH"),
    ("Poland", "PL"),
    ("Romania", "RO"),
    ("United States", "US"),
];

#[derive(Debug, Deserialize)]
struct Account {
    account: String,
    sector: String,
    year_established: i64,
    /// Millions of US dollars.
    revenue: String,
    employees: i64,
    office_location: String,
    subsidiary_of: String,
}

#[derive(Debug, Deserialize)]
struct Agent {
    sales_agent: String,
    manager: String,
    regional_office: String,
}

pub(crate) async fn demo(config: &Config) -> Outcome {
    let db = commands::open(config).await?;
    let clock = Clock::System;
    let made = bootstrap::create_tenant(
        &db,
        &commands::passwords()?,
        &clock,
        bootstrap::NewTenant {
            slug: TENANT,
            name: "Demo (CRM Sales Opportunities)",
            time_zone: "America/New_York",
            currency: "USD",
            country: "US",
            email: ADMINISTRATOR,
            password: config.admin.password.clone(),
        },
    )
    .await?;
    let Some(made) = made else {
        return Err("there is a tenant `demo` already; nothing was changed".into());
    };
    let ctx = commands::acting_as(&db, &clock, TENANT, ADMINISTRATOR).await?;
    let (accounts, agents) = (read::<Account>(ACCOUNTS)?, read::<Agent>(TEAMS)?);
    let products = deals::products()?;
    let work = async |tx: &mut Tx| {
        let counts = fill(tx, &ctx, &accounts, &agents).await?;
        deals::prepare(tx, &ctx, &products).await?;
        Ok(counts)
    };
    let counts = db.write(ctx.tenant, work).await?;
    let (deals, of) = deals::import(config, &db, &ctx).await?;
    // What the import has brought is known from now on.
    let ctx = commands::acting_as(&db, &clock, TENANT, ADMINISTRATOR).await?;
    let set = db.write(ctx.tenant, async |tx| targets::set(tx, &ctx).await).await?;
    let signed = contracts::sign_won(&db, &ctx).await?;
    let made_up = |password: &Secret| format!("{} (good for an hour)", password.expose());
    let password = made.password.as_ref().map_or("as configured".to_owned(), made_up);
    commands::print(&format!(
        "Tenant {TENANT}: {} org units, {} users, {} parties, {deals} of {of} opportunities, {set} targets, {signed} contracts.\nSign in as {ADMINISTRATOR}, password: {password}\n",
        counts.0, counts.1, counts.2
    ))?;
    db.close().await;
    Ok(())
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Outcome<Vec<T>> {
    Ok(csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>()?)
}

async fn fill(
    tx: &mut Tx,
    ctx: &Ctx,
    accounts: &[Account],
    agents: &[Agent],
) -> Result<(usize, usize, usize)> {
    let roles = bootstrap::role_ids(tx).await?;
    let role = |name: &str| roles.get(name).copied();
    // The one that every tenant begins with, and its administrator in it.
    let company = resource::load::<User>(tx, ctx, ctx.actor.user.uuid()).await?.input.org_unit_id;
    let (mut offices, mut managers, mut people) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for agent in agents {
        if !offices.contains_key(&agent.regional_office) {
            let office =
                json!({ "name": agent.regional_office, "kind": "office", "parent_id": company });
            offices.insert(agent.regional_office.clone(), make::<OrgUnit>(tx, ctx, office).await?);
        }
        if !managers.contains_key(&agent.manager) {
            let manager = make::<User>(
                tx,
                ctx,
                person(
                    &agent.manager,
                    offices[&agent.regional_office],
                    role(bootstrap::SALES_MANAGER),
                ),
            )
            .await?;
            let unit = json!({
                "name": format!("Team of {}", agent.manager), "kind": "department",
                "parent_id": offices[&agent.regional_office], "manager_id": manager,
            });
            managers.insert(agent.manager.clone(), make::<OrgUnit>(tx, ctx, unit).await?);
        }
        let unit = managers[&agent.manager];
        people.push(
            make::<User>(tx, ctx, person(&agent.sales_agent, unit, role(bootstrap::SALES_REP)))
                .await?,
        );
    }
    let mut parties: BTreeMap<&str, Uuid> = BTreeMap::new();
    // Parents first: no subsidiary in the data has subsidiaries of its own below it in the file order.
    let (parents, children): (Vec<_>, Vec<_>) =
        accounts.iter().partition(|account| account.subsidiary_of.is_empty());
    for (at, account) in parents.into_iter().chain(children).enumerate() {
        let parent = parties.get(account.subsidiary_of.as_str()).copied();
        let owner = people.get(at % people.len().max(1)).copied();
        parties
            .insert(&account.account, make::<Party>(tx, ctx, party(account, parent, owner)).await?);
    }
    Ok((1 + offices.len() + managers.len(), people.len() + managers.len(), parties.len()))
}

async fn make<R: Resource>(tx: &mut Tx, ctx: &Ctx, input: Json) -> Result<Uuid> {
    let made = resource::create::<R>(tx, ctx, input::read(input)?).await?;
    Ok(made.record.meta().id.uuid())
}

fn person(name: &str, unit: Uuid, role: Option<Uuid>) -> Json {
    let address = name.to_lowercase().replace(' ', ".");
    let roles: Vec<Uuid> = role.into_iter().collect();
    json!({ "name": name, "email": format!("{address}@demo.example"), "org_unit_id": unit, "role_ids": roles })
}

fn party(account: &Account, parent: Option<Uuid>, owner: Option<Uuid>) -> Json {
    let country = mend(&account.office_location);
    let code = COUNTRIES.iter().find(|(name, _)| *name == country).map(|(_, code)| *code);
    json!({
        "kind": "organisation", "name": account.account, "roles": ["customer"],
        "industry": mend(&account.sector), "region": country,
        "founded_year": account.year_established, "employees": account.employees,
        "annual_revenue": { "amount": dollars(&account.revenue), "currency": "USD" },
        "addresses": code.map(|code| vec![json!({ "kind": "office", "country": code })]).unwrap_or_default(),
        "parent_id": parent, "owner_id": owner,
    })
}

fn mend(text: &str) -> &str {
    MENDED.iter().find(|(wrong, _)| *wrong == text).map_or(text, |(_, right)| right)
}

/// Millions with decimals as dollars and cents, exactly: `1100.04` becomes `1100040000.00`.
fn dollars(millions: &str) -> String {
    let (whole, decimals) = millions.split_once('.').unwrap_or((millions, ""));
    format!("{}.00", format!("{whole}{decimals:0<6}").trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_what_it_is_said_to_be_and_its_dirt_is_mended() {
        let (accounts, agents) =
            (read::<Account>(ACCOUNTS).unwrap(), read::<Agent>(TEAMS).unwrap());
        assert_eq!((accounts.len(), agents.len()), (85, 35));
        assert!(
            accounts
                .iter()
                .all(|a| COUNTRIES.iter().any(|(name, _)| *name == mend(&a.office_location)))
        );
        assert!(!accounts.iter().any(|a| mend(&a.sector) == "technolgy"));
        let top: Vec<_> =
            accounts.iter().filter(|a| a.subsidiary_of.is_empty()).map(|a| &a.account).collect();
        assert!(
            accounts.iter().all(|a| a.subsidiary_of.is_empty() || top.contains(&&a.subsidiary_of))
        );
    }

    #[test]
    fn millions_become_dollars_exactly() {
        assert_eq!(dollars("1100.04"), "1100040000.00");
        assert_eq!(dollars("4618"), "4618000000.00");
        assert_eq!(dollars("4.54"), "4540000.00");
    }
}
