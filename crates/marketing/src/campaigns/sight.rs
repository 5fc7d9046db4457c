//! Which figures of campaigns a caller may see.

use super::model::CAMPAIGN;
use guanxi_kernel::{Action, Ctx};

/// Which figures a caller may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// What was spent.
    pub cost: bool,
    /// What opportunities may bring.
    pub opportunities: bool,
    /// What contracts come to.
    pub contracts: bool,
    /// What is left of that.
    pub margin: bool,
}

impl Sight {
    /// That of a caller. Whoever may read a campaign sees what it came to, also of records of others; but
    /// no amounts that their rights hide of every such record.
    pub fn of(ctx: &Ctx) -> Self {
        let sees = |resource: &str, fields: &[&str]| {
            let hidden = ctx.actor.withheld(resource).hidden;
            let reads = !ctx.reach(resource, Action::Read).is_nothing();
            reads && fields.iter().all(|field| !hidden.contains(*field))
        };
        Self {
            cost: sees(CAMPAIGN.plural, &["spent"]),
            opportunities: sees("opportunities", &["amount"]),
            contracts: sees("contracts", &["net"]),
            margin: sees("contracts", &["net", "cost"]),
        }
    }
}
