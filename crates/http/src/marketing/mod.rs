//! What marketing has beyond the shared endpoints.

use crate::routing::Routes;

mod campaigns;
mod carts;
mod codes;
mod content;
mod evaluations;
mod experiments;
mod messages;
mod mining;
mod plans;
mod profiles;
mod programmes;
mod research;
mod results;
mod segments;
mod templates;
mod touch_sources;

pub(crate) fn routes(config: &mut Routes) {
    codes::routes(config);
    plans::routes(config);
    programmes::routes(config);
    research::routes(config);
    templates::routes(config);
    campaigns::routes(config);
    results::routes(config);
    evaluations::routes(config);
    segments::routes(config);
    mining::routes(config);
    profiles::routes(config);
    experiments::routes(config);
    messages::routes(config);
    content::routes(config);
    carts::routes(config);
    touch_sources::routes(config);
}

/// A page of the members of a segment, as the document describes it.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "the list of parties answers; this is what it looks like")]
pub(crate) struct SegmentMemberList {
    /// The parties.
    data: Vec<guanxi_customers::parties::Party>,
    /// Whether another page follows.
    has_more: bool,
    /// Continues behind this page.
    #[schema(required)]
    next_cursor: Option<String>,
    /// How many there are on all pages; with `count`.
    #[schema(nullable = false)]
    total: Option<i64>,
    /// Whether there are so many, or at least so many.
    #[schema(nullable = false)]
    total_kind: Option<guanxi_storage::count::Counting>,
}
