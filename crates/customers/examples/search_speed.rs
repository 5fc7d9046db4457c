//! How large the index of searchable texts is and how fast it answers, on an empty store:
//! `search_speed STORE-URL FILE-WITH-NAMES`, each name on a line.

#![expect(clippy::print_stdout, reason = "a program for people")]

use guanxi_customers::parties::{PARTY, Party};
use guanxi_identity::{
    bootstrap,
    secrets::{Cost, Passwords, Secret},
};
use guanxi_kernel::{Clock, Ctx, pinyin, text::fold};
use guanxi_storage::{
    Db, Draft, Options, bulk, custom::Fields, everywhere, list::ListQuery, resource, terms,
};
use serde_json::json;
use std::{error::Error, time::Instant};

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Questions of each kind.
const QUESTIONS: usize = 2_000;

#[tokio::main]
async fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("search_speed STORE-URL FILE-WITH-NAMES".into());
    };
    let names: Vec<String> = std::fs::read_to_string(file)?.lines().map(str::to_owned).collect();
    let db = Db::open(&Options::new(url)).await?;
    db.migrate().await?;
    let (clock, password) = (Clock::System, Secret::from("a password for nobody".to_owned()));
    let passwords = Passwords::new(Cost::WEAK)?;
    let email = "admin@example.com";
    bootstrap::first_administrator(&db, &passwords, &clock, Some(email), Some(password)).await?;
    let ctx = bootstrap::acting_as(&db, &clock, bootstrap::MAIN, email).await?;
    fill(&db, &Ctx { accept_duplicates: true, ..ctx.clone() }, &names).await?;
    let read = |text: &str, from: usize| -> String {
        let folded = fold(text);
        let pieces = pinyin::pieces(&folded, false);
        let plain = |piece: &pinyin::Piece<'_>| match piece.readings.first() {
            Some(reading) => pinyin::plain(reading).to_owned(),
            None => piece.written.to_owned(),
        };
        pieces.iter().skip(from.min(pieces.len() / 2)).take(3).map(plain).collect()
    };
    let middle = |text: &str| text.chars().skip(text.chars().count() / 3).take(3).collect();
    ask(&db, &ctx, "three syllables from the start", &names, |name| read(name, 0)).await?;
    ask(&db, &ctx, "three syllables from the middle", &names, |name| read(name, 2)).await?;
    ask(&db, &ctx, "three characters from the middle", &names, middle).await?;
    db.close().await;
    Ok(())
}

async fn fill(db: &Db, ctx: &Ctx, names: &[String]) -> Outcome {
    let begun = Instant::now();
    for some in names.chunks(500) {
        let made = db.write(ctx.tenant, async |tx| {
            let draft =
                |name| Draft::<Party>::read(ctx, json!({ "kind": "organisation", "name": name }));
            let drafts = some.iter().map(draft).collect::<Result<_, _>>()?;
            bulk::create_many(tx, ctx, drafts).await
        });
        made.await?.into_iter().collect::<Result<Vec<_>, _>>()?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let letters: usize = names.iter().map(|name| fold(name).replace(' ', "").chars().count()).sum();
    println!("{} names with {letters} characters in {seconds:.1} s", names.len());
    Ok(())
}

async fn ask(
    db: &Db,
    ctx: &Ctx,
    what: &str,
    names: &[String],
    question: impl Fn(&str) -> String,
) -> Outcome {
    let (mut lists, mut searches, mut found) = (Vec::new(), Vec::new(), 0);
    for at in 0..QUESTIONS {
        let asked = question(&names[at * 7_919 % names.len()]);
        let pairs = [("q".to_owned(), asked.clone())];
        let query = ListQuery::parse(&PARTY, ctx, &Fields::default(), &pairs)?;
        let begun = Instant::now();
        let page = db.read(ctx.tenant, async |tx| resource::list::<Party>(tx, ctx, &query).await);
        found += page.await?.data.len();
        lists.push(begun.elapsed().as_secs_f64() * 1e3);
        let (asked, begun) = (terms::asked(&asked), Instant::now());
        let hits = db
            .read(ctx.tenant, async |tx| everywhere::search(tx, ctx, &[&PARTY], &asked, 20).await);
        found += hits.await?.hits.len();
        searches.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    for (of, mut times) in [("list", lists), ("search", searches)] {
        times.sort_by(f64::total_cmp);
        let part = |part: usize| times[times.len() * part / 100];
        println!(
            "{what}, {of}: p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms",
            part(50),
            part(95),
            part(99)
        );
    }
    println!("{found} records were found");
    Ok(())
}
