//! A short tour by the generated Rust client: signed in, parties made, listed and changed, and failures told apart by
//! their code. ./rust-client compiles it as a program of the client's crate and runs it against a server.

use guanxi_client::{Client, Error, ResponseValue, types};
use std::collections::BTreeSet;

type Answer<T> = Result<ResponseValue<T>, Error<types::ProblemBody>>;
type Tried<T> = Result<T, Box<dyn std::error::Error>>;

/// What was asked for, or the failure in its own words.
fn done<T>(answer: Answer<T>) -> Tried<T> {
    match answer {
        Ok(value) => Ok(value.into_inner()),
        Err(Error::ErrorResponse(problem)) => {
            let problem = problem.into_inner();
            Err(format!("{} {}: {}", problem.status, problem.code, problem.detail).into())
        }
        Err(other) => Err(other.into()),
    }
}

/// The failure, which is the one that was expected.
fn refused<T>(code: &str, answer: Answer<T>) -> Tried<types::ProblemBody> {
    match answer {
        Err(Error::ErrorResponse(problem)) => {
            let problem = problem.into_inner();
            same(problem.code.as_str(), code, &problem.detail)?;
            Ok(problem)
        }
        Err(other) => Err(other.into()),
        Ok(_) => Err(format!("{code} was expected, and it was done").into()),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(found: T, expected: T, of: &str) -> Tried<()> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{of}: {found:?} instead of {expected:?}").into())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Tried<()> {
    let set = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let base = set("BASE")?;

    // Signed in, by the second try.
    let anonymous = Client::new(&base);
    let wish = |password: String| -> Tried<_> {
        let login = types::Login::builder().tenant(set("TENANT")?).email(set("EMAIL")?);
        Ok(login.password(password))
    };
    let wrong = anonymous.auth_login().body(wish("not that one".to_owned())?).send().await;
    refused("invalid_credentials", wrong)?;
    let tokens = done(anonymous.auth_login().body(wish(set("PASSWORD")?)?).send().await)?;
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("authorization", format!("Bearer {}", tokens.access_token).parse()?);
    let http = reqwest::Client::builder().default_headers(headers).build()?;
    let client = Client::new_with_client(&base, http);

    // Made once under one key; no other has its code.
    let organisation = |name: &str, code: &str| {
        types::PartyInput::builder()
            .kind(types::PartyKind::Organisation)
            .name(name)
            .code(code.to_owned())
    };
    let make = || {
        let body = organisation("上海软件有限公司", "RS-1");
        client.parties_create().idempotency_key("tour-rs-party").body(body).send()
    };
    let party = done(make().await)?;
    same(done(make().await)?.id, party.id, "the party of the retry")?;
    let other = organisation("杭州云帆科技有限公司", "RS-1");
    let taken = refused("duplicate", client.parties_create().body(other).send().await)?;
    same(i64::from(taken.status), 409, "the status of a code that is taken")?;
    for (name, code) in [("北京长城贸易公司", "RS-2"), ("Acme Corporation", "RS-3")] {
        done(client.parties_create().body(organisation(name, code)).send().await)?;
    }

    // A change names the version that it was made on.
    let change = || {
        let body = types::PartyPatch::builder().tier("key".to_owned());
        let seen = format!("\"{}\"", party.version);
        client.parties_update().party_id(party.id).if_match(seen).body(body).send()
    };
    same(done(change().await)?.tier.as_deref(), Some("key"), "what was changed")?;
    let stale = refused("stale_version", change().await)?;
    same(i64::from(stale.status), 412, "the status of a change of what has changed")?;

    // A list page by page: everything once.
    let (mut seen, mut listed, mut pages, mut cursor) = (BTreeSet::new(), 0, 0, None);
    let total = loop {
        let page = client.parties_list().kind("organisation").sort("-created_at").limit(2_i64);
        let page = page.count(types::PartiesListCount::Exact);
        let page = match cursor {
            Some(cursor) => page.cursor(cursor),
            None => page,
        };
        let page: types::PartyList = done(page.send().await)?;
        seen.extend(page.data.iter().map(|one| one.id));
        listed += page.data.len();
        pages += 1;
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => break page.total,
        }
    };
    same(seen.len(), listed, "parties that were listed twice")?;
    same(i64::try_from(seen.len())?, total.unwrap_or_default(), "parties on all pages")?;
    same(seen.contains(&party.id), true, "the first party is among them")?;
    println!("the tour in Rust: {pages} pages of {listed} parties");
    Ok(())
}
