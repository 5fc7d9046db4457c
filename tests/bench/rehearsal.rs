//! Each operation a few times, before anything is measured: to capture its answer, which ceiling a
//! repeats, and to see which statements the program says for it, which must be those of ceiling b.

use crate::{
    Outcome,
    client::{Answer, Connection},
    data::Dice,
    machine::Folders,
    operations::{Operation, Wish},
    program::Program,
    statements::Direct,
    store::Store,
};
use serde_json::Value as Json;
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// Makes the program log each statement that it says.
pub(crate) const LOG_LEVEL: &str = "warn,sqlx::query=debug";

/// How often each operation is asked for.
const TRIES: u64 = 9;

/// Time for the log to be written.
const SETTLE: Duration = Duration::from_millis(50);

/// What was learnt of an operation.
#[derive(Debug)]
pub(crate) struct Rehearsed {
    pub(crate) operation: Operation,
    pub(crate) answer: Answer,
    /// How many statements it takes.
    pub(crate) statements: usize,
    /// Why ceiling b is not comparable, if it is not.
    pub(crate) difference: Option<String>,
}

/// Starts the program, which logs its statements, and signs in, so that there is a session.
pub(crate) async fn start(folders: &Folders, store: &Store) -> Outcome<(Program, String)> {
    let program = Program::start(folders, store, LOG_LEVEL).await?;
    let token = program.sign_in().await?;
    Ok((program, token))
}

/// Rehearses every operation.
pub(crate) async fn rehearse(
    program: &Program,
    token: &str,
    direct: &Direct,
    ids: &Arc<[Uuid]>,
) -> Outcome<Vec<Rehearsed>> {
    let mut connection = Connection::open(program.address).await?;
    // The first request of a caller also looks up the rights, which are then known.
    ask(&mut connection, &Wish::Get(ids[0]), token).await?;
    let mut rehearsed = Vec::new();
    for operation in Operation::ALL {
        let mut tries = Vec::new();
        for seed in 0..TRIES {
            let wish = operation.draw(&mut Dice::new(seed), ids);
            tries.push(one(operation, program, &mut connection, &wish, token, direct).await?);
        }
        rehearsed.extend(summary(tries));
    }
    Ok(rehearsed)
}

/// The answer of middling length; and the statements are right if they were once, because the
/// program's own upkeep may say something in between.
fn summary(mut tries: Vec<Rehearsed>) -> Option<Rehearsed> {
    tries.sort_by_key(|one| one.difference.is_some());
    let first = tries.first()?;
    let (statements, difference) = (first.statements, first.difference.clone());
    tries.sort_by_key(|one| one.answer.body.len());
    let middling = tries.swap_remove(tries.len() / 2);
    Some(Rehearsed { statements, difference, ..middling })
}

async fn one(
    operation: Operation,
    program: &Program,
    connection: &mut Connection,
    wish: &Wish,
    token: &str,
    direct: &Direct,
) -> Outcome<Rehearsed> {
    tokio::time::sleep(SETTLE).await;
    let before = program.log().lines().count();
    let answer = ask(connection, wish, token).await?;
    tokio::time::sleep(SETTLE).await;
    let said: Vec<String> = program.log().lines().skip(before).filter_map(statement).collect();
    // A create cannot be said twice with one key and one code.
    let again = match wish {
        Wish::Create(..) => operation.draw(&mut Dice::new(0), &[]),
        other => other.clone(),
    };
    let copies: Vec<String> = direct.texts(&again).await?.into_iter().map(plain).collect();
    let difference = difference(&said, &copies);
    Ok(Rehearsed { operation, answer, statements: said.len(), difference })
}

async fn ask(connection: &mut Connection, wish: &Wish, token: &str) -> Outcome<Answer> {
    let mut request = Vec::new();
    wish.write(token, &mut request)?;
    let answer = connection.fetch(&request).await?;
    if !(200..300).contains(&answer.status) {
        return Err(format!("{wish:?} was answered with {}: {}", answer.status, answer.body).into());
    }
    Ok(answer)
}

/// The statement that a line of the log tells of; none for what only begins or ends a transaction.
fn statement(line: &str) -> Option<String> {
    let line: Json = serde_json::from_str(line).ok()?;
    let text = ["db.statement", "summary"].iter().filter_map(|name| line.get(name)?.as_str());
    let text = plain(text.into_iter().find(|text| !text.is_empty())?);
    let ends = ["BEGIN", "COMMIT", "ROLLBACK"];
    (!ends.iter().any(|word| text.starts_with(word))).then_some(text)
}

/// A statement without what differs from one to the next: blanks, numbers of placeholders, and how
/// many rows are inserted.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut out = String::new();
    let mut place = false;
    for letter in words.join(" ").chars() {
        place = letter == '$' || (place && letter.is_ascii_digit());
        if !place {
            out.push(letter);
        } else if letter == '$' {
            out.push('?');
        }
    }
    let tuple =
        out.split_once(" VALUES ").and_then(|(_, values)| Some(&values[..=values.find(')')?]));
    match tuple {
        Some(tuple) => out.replace(&format!(", {tuple}"), ""),
        None => out,
    }
}

fn difference(said: &[String], copies: &[String]) -> Option<String> {
    if said == copies {
        return None;
    }
    let missing: Vec<&String> = said.iter().filter(|text| !copies.contains(text)).collect();
    let extra: Vec<&String> = copies.iter().filter(|text| !said.contains(text)).collect();
    if missing.is_empty() && extra.is_empty() {
        let begin = |texts: &[String]| -> Vec<String> {
            texts.iter().map(|text| text.chars().take(60).collect()).collect()
        };
        let (said, copies) = (begin(said), begin(copies));
        return Some(format!("the order is {said:#?}\nwhere statements.rs has {copies:#?}"));
    }
    Some(format!("the program says {missing:#?}\nwhere statements.rs says {extra:#?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_differ_by_their_words_only() {
        assert_eq!(plain("SELECT a\n  FROM t WHERE x = $12"), "SELECT a FROM t WHERE x = ?");
        let inserted =
            "INSERT INTO t (a, b) VALUES ($1, $2), ($1, $3), ($1, $44) ON CONFLICT DO NOTHING";
        assert_eq!(plain(inserted), "INSERT INTO t (a, b) VALUES (?, ?) ON CONFLICT DO NOTHING");
    }

    #[test]
    fn a_line_of_the_log_holds_a_statement() {
        let line = r#"{"level":"DEBUG","summary":"SELECT a FROM t …","db.statement":"\n\nSELECT a FROM t WHERE b\n"}"#;
        assert_eq!(statement(line).as_deref(), Some("SELECT a FROM t WHERE b"));
        assert_eq!(
            statement(r#"{"summary":"SELECT 1","db.statement":""}"#).as_deref(),
            Some("SELECT 1")
        );
        assert_eq!(statement(r#"{"summary":"BEGIN IMMEDIATE","db.statement":""}"#), None);
    }
}
