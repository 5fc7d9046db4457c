//! The rules of a save, and what competitors do while a campaign runs.

use super::{RIVAL_ACTIVITY, RivalActivity, RivalActivityId};
use crate::campaigns::{Campaign, RivalActivityMeanwhile};
use chrono::NaiveDate;
use guanxi_customers::{
    engine::{refer, standing},
    parties::{Party, PartyId, PartyRole},
    problems::LACKS_ROLE,
    rules::refuse,
};
use guanxi_kernel::{Action, Ctx, Result, Word as _, problem::OUT_OF_RANGE};
use guanxi_storage::{Kind, Resource, Sql, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Activities that are shown beside a campaign at most.
const MOST: i64 = 200;

impl Resource for RivalActivity {
    fn kind() -> &'static Kind {
        &RIVAL_ACTIVITY
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if self.input.ends_on < self.input.starts_on {
            let expected = ("expected", "not before starts_on");
            return Err(refuse(&OUT_OF_RANGE, "/ends_on", expected));
        }
        let same =
            standing(before).is_some_and(|before| before.input.party_id == self.input.party_id);
        if same {
            return Ok(());
        }
        let party: Party = refer(tx, ctx, self.input.party_id.uuid(), "/party_id").await?;
        let lacks = |_| LACKS_ROLE.at("/party_id").with("role", PartyRole::Competitor.word());
        party.require_role(PartyRole::Competitor).map_err(lacks)
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.means]
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.party_id.uuid()]
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "starts_on": "2026-04-10",
            "ends_on": "2026-04-20",
            "means": "降价促销",
            "note": "全线八折。"
        })
    }
}

/// What competitors do on the days of a campaign and in one of its regions; those of everywhere count in
/// every region, and everything counts for a campaign of everywhere. Only for those who may read it.
///
/// # Errors
/// Those of the store.
pub(crate) async fn meanwhile(
    tx: &mut Tx,
    ctx: &Ctx,
    campaign: &Campaign,
) -> Result<Vec<RivalActivityMeanwhile>> {
    type Row = (RivalActivityId, PartyId, String, NaiveDate, NaiveDate);
    if ctx.reach(RIVAL_ACTIVITY.plural, Action::Read).is_nothing() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(
        "SELECT id, party_id, means, starts_on, ends_on FROM rival_activities
         WHERE tenant_id = $1 AND deleted_at IS NULL AND starts_on <= ",
    );
    sql.bind(campaign.input.ends_on).push(" AND ends_on >= ").bind(campaign.input.starts_on);
    if !campaign.input.region_ids.is_empty() {
        sql.push(" AND (region_id IS NULL OR region_id IN ");
        sql.bind_all(campaign.input.region_ids.iter().copied()).push(")");
    }
    sql.push(" ORDER BY starts_on, id LIMIT ").bind(MOST);
    let shown = |(rival_activity_id, party_id, means, starts_on, ends_on): Row| {
        RivalActivityMeanwhile { rival_activity_id, party_id, means, starts_on, ends_on }
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().map(shown).collect())
}
