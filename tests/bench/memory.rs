//! Ceiling a: the very same bytes, answered from memory by the same web server with the same
//! settings and as many threads. What is above it cannot be reached by any program behind it.

use crate::{
    Outcome,
    client::Answer,
    load::{self, Figures, Watch},
    operations::Operation,
    process::{self, Process},
    program,
    run::Bench,
};
use actix_web::{App, HttpResponse, HttpServer, http::StatusCode, web};
use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::Command,
    sync::Arc,
    time::Duration,
};
use tokio::runtime::Handle;
use uuid::Uuid;

/// The hidden subcommand: answers whatever is asked with what `file` holds.
pub(crate) fn answer(file: &Path, port: u16, workers: usize) -> Outcome {
    let answer: Answer = serde_json::from_slice(&std::fs::read(file)?)?;
    let status = StatusCode::from_u16(answer.status)?;
    let body = web::Bytes::from(answer.body);
    // Those that the web server writes itself.
    let own = ["date", "content-length", "connection", "transfer-encoding"];
    let kept = answer
        .headers
        .into_iter()
        .filter(|(name, _)| !own.contains(&name.to_ascii_lowercase().as_str()));
    let prepared = Arc::new((status, kept.collect::<Vec<_>>(), body));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let server = HttpServer::new(move || {
        let prepared = prepared.clone();
        let handler = move |_: web::Bytes| std::future::ready(respond(&prepared));
        App::new()
            .route("/ready", web::get().to(HttpResponse::Ok))
            .default_service(web::to(handler))
    });
    let server = server
        .workers(workers)
        .client_request_timeout(Duration::from_secs(5))
        .client_disconnect_timeout(Duration::from_secs(5))
        .keep_alive(Duration::from_secs(75))
        .max_connections(10_000)
        .listen(listener)?;
    Ok(actix_web::rt::System::new().block_on(server.run())?)
}

fn respond(
    (status, headers, body): &(StatusCode, Vec<(String, String)>, web::Bytes),
) -> HttpResponse {
    let mut response = HttpResponse::build(*status);
    for (name, value) in headers {
        response.insert_header((name.as_str(), value.as_str()));
    }
    response.body(body.clone())
}

/// Measures the ceiling of `operation`, of which `captured` is an answer.
pub(crate) async fn measure(
    bench: &Bench<'_>,
    operation: Operation,
    ids: &Arc<[Uuid]>,
    captured: &Answer,
    token: &str,
) -> Outcome<Figures> {
    let file = bench.store.file("answer.json");
    std::fs::write(&file, serde_json::to_vec(captured)?)?;
    let address: SocketAddr = process::free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg("answer")
        .arg(&file)
        .args([address.port().to_string(), bench.plan.workers.to_string()]);
    let mut process = Process::start(&mut command, "bench answer")?;
    process.answers(address, "/ready", process::GLANCE).await?;
    let workers = program::asking(address, operation, ids, token, load::CONNECTIONS).await?;
    let watch = Watch { server: Some(process.id()), store: bench.store };
    let figures = load::measure(workers, &Handle::current(), bench.plan.time, watch).await?;
    process.stop().await?;
    Ok(figures)
}
