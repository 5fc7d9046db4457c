//! The HTTP face of Guanxi: thin on purpose. It turns requests into calls of use cases and their
//! results into answers; it knows status codes and headers, and neither rules nor SQL.
//!
//! | module | does |
//! | --- | --- |
//! | [`app`] | puts the server together: routes, middleware, limits |
//! | [`bulk`] | imports, jobs; `exports`, `attachments`; `upload` and `download` for files |
//! | [`call`] | an authenticated request: who asks, in which words, under which conditions |
//! | [`batch`] | many writes in one request, upsert by another system's name, sync of offline clients |
//! | [`body`] | request bodies: type, encoding, size, time, then JSON |
//! | [`respond`] | the one path of reads and the one path of writes (idempotency, dry run, `ETag`) |
//! | [`changes`] | the change feed, by poll, long poll and server-sent events; all events |
//! | `rehearsals` | which writes can be tried with `Prefer: dry-run`, and which refuse it |
//! | `field_reads` | who was shown fields that the company watches |
//! | `work_calendars`, `exchange_rates`, `everywhere`, `access`, `schema` | endpoints of their own; `parameters` reads their queries |
//! | `reports` | every report as JSON, CSV and SVG, and the list of reports |
//! | [`resources`] | the endpoints that every resource gets, and the list of resources |
//! | [`problem`] | problems as `application/problem+json`; the only place with failure statuses |
//! | [`document`] | the OpenAPI document, made from routes, types and the data of resources |
//! | [`envelope`] | what is done around every request: id, headers, CORS, metrics, log, panics |
//! | [`limits`] | rate limits |
//! | [`telemetry`] | the list of all metrics, and who keeps them |
//! | [`traces`] | a span for each request |

pub mod app;
pub mod batch;
pub mod body;
pub mod bulk;
pub mod call;
pub mod changes;
pub mod document;
mod duplicates;
pub mod envelope;
pub mod forwarded;
pub mod limits;
mod modules;
pub mod nested;
pub mod options;
pub mod problem;
pub mod resources;
pub mod respond;
pub mod telemetry;
pub mod traces;

mod access;
mod approvals;
mod assets;
mod attachments;
mod capture_forms;
mod care_contacts;
mod cart_calls;
mod coaching;
mod contract_amendments;
mod contracts;
mod credit_rules;
mod customer_owners;
mod customers;
mod dashboards;
mod download;
mod erasures;
mod everywhere;
mod exchange_rates;
mod exports;
mod field_handovers;
mod field_reads;
mod handovers;
mod identity;
mod intelligence_notes;
mod kpis;
mod leads;
mod marketing;
mod notifications;
mod nurture_enrolments;
mod opportunities;
mod orders;
mod parameters;
mod phone_calls;
mod pipelines;
mod platform;
mod playbooks;
mod promises;
mod prospect_tables;
mod qualification_standards;
mod quotes;
mod referrals;
mod rehearsals;
mod reminders;
mod reports;
mod retention_cases;
mod rollouts;
mod routing;
mod saved_queries;
mod schema;
mod service_holds;
mod service_requests;
mod service_transfers;
mod stocktakes;
mod targets;
mod tasks;
mod tenants;
mod upload;
mod webhooks;
mod work_calendars;
mod workflows;

pub use app::{App, register, serve};
pub use options::Options;

/// The version of the contract, in `X-Api-Version` and in the document.
pub const API_VERSION: &str = env!("CARGO_PKG_VERSION");
