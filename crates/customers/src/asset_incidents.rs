//! Asset incidents: accidents, and claims on the insurance, that are told of what customers own. Each calls for the
//! care that the plan for it names, in the hours that it sets.

use crate::{
    assets::{Asset, AssetId},
    care_plans::{self, CareTrigger},
    engine::{check_new_owner, refer},
    parties::{Party, PartyId},
    problems::IMMUTABLE,
    rules::{likely_instant, whole_micros},
};
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Ctx, Id, Line, Result, Text, UserId,
    problem::{OUT_OF_RANGE, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Resource, Succession, Tx, Visibility, resource};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What has happened to an asset.
    pub enum IncidentKind {
        /// It had an accident.
        Accident = "accident" ("Accident", "出险事故"),
        /// Its insurance has to pay.
        InsuranceClaim = "insurance_claim" ("Insurance claim", "保险理赔"),
    }
}

impl IncidentKind {
    /// What it sets off.
    fn trigger(self) -> CareTrigger {
        match self {
            Self::Accident => CareTrigger::Accident,
            Self::InsuranceClaim => CareTrigger::InsuranceClaim,
        }
    }
}

/// Names an incident.
pub type AssetIncidentId = Id<AssetIncident>;

type AssetIncidentMeta = Meta<AssetIncident>;

/// What callers write of an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct AssetIncidentInput {
    /// The asset. It is set when the incident is told.
    #[field(zh = "资产", filter, to = Asset)]
    pub asset_id: AssetId,
    /// What has happened. It is set when the incident is told.
    #[field(zh = "事件类型", filter)]
    pub kind: IncidentKind,
    /// When; now when a new incident says nothing.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "发生时间", filter, sort)]
    pub occurred_at: Option<DateTime<Utc>>,
    /// Who has told it; the acting user when a new incident names nobody.
    #[serde(default)]
    #[field(zh = "登记人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The number of the case, e.g. at the insurer.
    #[serde(default)]
    #[field(zh = "报案号")]
    pub reference: Option<Line<60>>,
    /// What is known of it.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// Something has happened to an asset.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct AssetIncident {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = AssetIncidentMeta)]
    pub meta: Meta<AssetIncident>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: AssetIncidentInput,
    /// Whose asset it was then.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
}

/// The resource of incidents.
pub static ASSET_INCIDENT: Kind = Kind::new::<AssetIncident>(
    "asset_incident",
    "asset-incidents",
    "asset_incidents",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Asset incident", zh: "资产出险事件" },
)
.succeeded(Succession::Never);

impl Resource for AssetIncident {
    fn kind() -> &'static Kind {
        &ASSET_INCIDENT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if let Some(before) = before {
            if before.input.asset_id != self.input.asset_id {
                return Err(IMMUTABLE.at("/asset_id"));
            }
            if before.input.kind != self.input.kind {
                return Err(IMMUTABLE.at("/kind"));
            }
        } else {
            self.input.owner_id.get_or_insert(ctx.actor.user);
            let asset = refer::<Asset>(tx, ctx, self.input.asset_id.uuid(), "/asset_id").await?;
            self.party_id = Some(asset.input.party_id);
        }
        let known = before.and_then(|before| before.input.occurred_at);
        let occurred = whole_micros(self.input.occurred_at.or(known).unwrap_or(ctx.now));
        if occurred > ctx.now {
            return Err(OUT_OF_RANGE.at("/occurred_at").with("expected", "now or earlier"));
        }
        self.input.occurred_at = Some(occurred);
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_some() {
            return Ok(());
        }
        let system = ctx.on_behalf();
        let asset = resource::load::<Asset>(tx, &system, self.input.asset_id.uuid()).await?;
        let party = resource::load::<Party>(tx, &system, asset.input.party_id.uuid()).await?;
        // Whoever looks after the customer, else who has told it.
        let owners = [party.input.owner_id, self.input.owner_id];
        let owners: Vec<UserId> = owners.into_iter().flatten().collect();
        let told = (self, self.input.kind.trigger());
        care_plans::after_incident(tx, &system, told, &asset, &owners).await
    }

    fn concerns(&self) -> Vec<Uuid> {
        let party = self.party_id.map(Id::uuid);
        [Some(self.input.asset_id.uuid()), party].into_iter().flatten().collect()
    }

    fn example() -> Json {
        json!({
            "asset_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "kind": "accident",
            "occurred_at": "2025-12-31T10:20:00Z",
            "reference": "PA-CLAIM-20251231-0042",
            "note": "追尾,人员无恙,车辆已拖至本店。"
        })
    }
}
