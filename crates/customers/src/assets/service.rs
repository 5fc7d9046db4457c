//! The rules of saving an asset.

use super::{ASSET, Asset, AssetInput, insurance, store};
use crate::{care_contacts, engine::standing, problems::IMMUTABLE, reminders, rules::today};
use chrono::NaiveDate;
use guanxi_kernel::{
    Action, Ctx, Line, Result,
    problem::{DUPLICATE, INTERNAL, OUT_OF_RANGE},
};
use guanxi_storage::{Kind, Resource, Tx, resource::Verb};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// That no asset has the serial number of this new one.
const SERIAL_IS_FREE: &str = "asset_serial_is_free";

impl Resource for Asset {
    fn kind() -> &'static Kind {
        &ASSET
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if let Some(before) = before {
            // Only a transfer changes whose it is.
            let given = before.transfers.len() != self.transfers.len();
            if !given && before.input.party_id != self.input.party_id {
                return Err(IMMUTABLE.at("/party_id"));
            }
        }
        self.input.serial = self.input.serial.as_ref().map(capitals).transpose()?;
        self.check_days(today(ctx), before)?;
        self.check_serial(tx, standing(before)).await?;
        let usual = ctx.settings.preferences.vehicle_service.unwrap_or_default();
        self.settle_service(usual);
        Ok(())
    }

    async fn foresee(records: &[Self], tx: &mut Tx) -> Result<()> {
        let serials = records.iter().filter_map(|asset| asset.input.serial.as_ref());
        let serials = serials.map(capitals).collect::<Result<BTreeSet<_>>>()?;
        let taken = store::taken_serials(tx, &serials).await?;
        for asset in records {
            if let Some(serial) = &asset.input.serial
                && !taken.contains(&capitals(serial)?)
            {
                tx.learn(SERIAL_IS_FREE, asset.meta.id.uuid());
            }
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        insurance::follow(tx, ctx, before, self).await?;
        match before {
            Some(before) => {
                reminders::follow_asset(tx, ctx, before, self).await?;
                care_contacts::follow_asset(tx, ctx, before, self).await
            }
            None => Ok(()),
        }
    }

    async fn present(records: &mut [Self], _: &mut Tx, _: &Ctx) -> Result<()> {
        for asset in records {
            asset.distance_a_day = asset.shown_average();
        }
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        let AssetInput { name, serial, plate, .. } = &self.input;
        [Some(&**name), serial.as_deref(), plate.as_deref()].into_iter().flatten().collect()
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.party_id.uuid()]
    }

    fn verbs(&self) -> Vec<Verb> {
        let change = ["update", "read", "service", "transfer"];
        let change = change.into_iter().map(|name| Verb::open(name, Action::Update));
        change.chain([Verb::open("delete", Action::Delete)]).collect()
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "kind": "vehicle",
            "name": "朗逸 1.5L",
            "serial": "LSVAM4187C2184841",
            "plate": "沪A·12345",
            "product": "Lavida 1.5L 2025",
            "bought_on": "2025-06-18",
            "insurer": "平安财险",
            "policy_number": "PA-2025-778812",
            "insured_until": "2026-06-17",
            "financed_until": "2028-06-17",
            "service_every_months": 6,
            "service_every_distance": 5000,
            "last_service_on": "2025-12-20",
            "last_service_reading": 7800,
            "note": "家用,每周往返苏州。"
        })
    }
}

impl Asset {
    /// What has happened has not happened tomorrow.
    fn check_days(&self, today: NaiveDate, before: Option<&Self>) -> Result<()> {
        type Day = fn(&Asset) -> Option<NaiveDate>;
        let days: [(&str, Day); 3] = [
            ("/bought_on", |asset| asset.input.bought_on),
            ("/built_on", |asset| asset.input.built_on),
            ("/last_service_on", |asset| asset.input.last_service_on),
        ];
        for (place, day) in days {
            let new = before.and_then(day) != day(self);
            if new && day(self).is_some_and(|day| day > today) {
                return Err(OUT_OF_RANGE.at(place).with("expected", "today or earlier"));
            }
        }
        Ok(())
    }

    async fn check_serial(&self, tx: &mut Tx, before: Option<&Self>) -> Result<()> {
        let Some(serial) = &self.input.serial else { return Ok(()) };
        let unchanged = before.is_some_and(|before| before.input.serial.as_ref() == Some(serial));
        let free = unchanged || tx.knows(SERIAL_IS_FREE, self.meta.id.uuid());
        if !free && store::has_serial(tx, serial, self.meta.id).await? {
            return Err(DUPLICATE.at("/serial"));
        }
        Ok(())
    }
}

/// Serial numbers are the same in small letters.
fn capitals(serial: &Line<60>) -> Result<Line<60>> {
    Line::new(&serial.to_ascii_uppercase()).map_err(|error| INTERNAL.problem().because(error))
}
