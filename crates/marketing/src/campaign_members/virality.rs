//! How many members bring others along.

use super::store;
use crate::campaigns::{Campaign, CampaignId};
use crate::rate::Rate;
use guanxi_kernel::{Ctx, Result, ratio::Ratio};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use utoipa::ToSchema;

/// Generations that are told of at most.
const MOST: i64 = 50;

/// Members who are equally far from those whom the company has invited itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct InvitedGeneration {
    /// How far: 0 for those whom the company has invited.
    pub generation: i64,
    /// How many there are.
    pub members: i64,
    /// How many of them have answered, or want or wanted to come.
    pub accepted: i64,
    /// How many they have invited in turn.
    pub invites: i64,
    /// `accepted` of the next generation by `accepted` of this one.
    pub coefficient: Ratio,
}

/// How a campaign spreads by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignVirality {
    /// How many were invited by members.
    pub invites: i64,
    /// Invites by those who have accepted, the last generation left out: it has not had its turn.
    pub invites_per_member: Ratio,
    /// Invited by members and accepted, by invites.
    pub acceptance: Rate,
    /// The viral coefficient: invites per member × acceptance. Above 1 it spreads by itself.
    pub coefficient: Ratio,
    /// Generation by generation.
    #[schema(max_items = 51)]
    pub generations: Vec<InvitedGeneration>,
}

/// What generations come to: each with its members and those of them who have accepted.
fn spread(counts: &[(i64, i64, i64)]) -> CampaignVirality {
    let at = |generation: i64| {
        let found = counts.iter().find(|one| one.0 == generation);
        found.map_or((0, 0), |one| (one.1, one.2))
    };
    let generation = |(generation, members, accepted): &(i64, i64, i64)| {
        let (invites, next) = at(generation + 1);
        InvitedGeneration {
            generation: *generation,
            members: *members,
            accepted: *accepted,
            invites,
            coefficient: Ratio::new(next, *accepted),
        }
    };
    let generations: Vec<InvitedGeneration> = counts.iter().map(generation).collect();
    let later = generations.iter().filter(|one| one.generation > 0);
    let (invites, accepted) =
        later.fold((0, 0), |sum, one| (sum.0 + one.members, sum.1 + one.accepted));
    let last = generations.last().map_or(0, |one| one.generation);
    let inviting: i64 =
        generations.iter().filter(|one| one.generation < last).map(|one| one.accepted).sum();
    CampaignVirality {
        invites,
        invites_per_member: Ratio::new(invites, inviting),
        acceptance: Rate::new(accepted, invites),
        coefficient: Ratio::new(accepted, inviting),
        generations,
    }
}

/// How many members of a campaign bring others along: by the chain of who has invited whom.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn virality(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<CampaignVirality> {
    resource::load::<Campaign>(tx, ctx, id.uuid()).await?;
    Ok(spread(&store::generations(tx, id, MOST).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(ratio: Ratio) -> Option<String> {
        ratio.value().map(|value| format!("{value:.4}"))
    }

    #[test]
    fn x_56_three_invites_of_which_four_tenths_accept_are_one_point_two() {
        let found = spread(&[(0, 15, 10), (1, 30, 12)]);
        assert_eq!(shown(found.invites_per_member).as_deref(), Some("3.0000"));
        assert_eq!(shown(found.acceptance.ratio()).as_deref(), Some("0.4000"));
        assert_eq!(shown(found.coefficient).as_deref(), Some("1.2000"));
        assert_eq!((found.invites, found.generations[0].invites), (30, 30));
        // Those who were invited have not had their turn.
        assert_eq!(shown(found.generations[1].coefficient).as_deref(), Some("0.0000"));
    }

    #[test]
    fn x_56_where_nobody_invites_there_is_no_coefficient() {
        assert_eq!(shown(spread(&[(0, 5, 5)]).coefficient), None);
        assert!(spread(&[]).generations.is_empty());
    }
}
