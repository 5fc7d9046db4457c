//! An asset, and what is worked out of its own fields.

use super::{next_service::Cycle, readings::Usage};
use crate::{
    parties::{Party, PartyId},
    problems::TRANSFER_TO_SELF,
    reminders::ReminderKind,
    rules::likely_date,
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{
    Id, Line, Result, Text, UserId,
    preferences::VehicleService,
    problem::{OUT_OF_RANGE, Texts},
    ratio::Ratio,
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What an asset is.
    pub enum AssetKind {
        /// It drives.
        Vehicle = "vehicle" ("Vehicle", "车辆"),
        /// It works, as an excavator does.
        Machine = "machine" ("Machine", "机械设备"),
        /// It is carried or installed, as a computer is.
        Device = "device" ("Device", "仪器装置"),
        /// A building, or a part of one.
        Property = "property" ("Property", "房产"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

guanxi_kernel::words! {
    /// What the meter of an asset counts.
    #[derive(Default)]
    pub enum MeterUnit {
        /// Kilometres.
        #[default]
        Kilometre = "km" ("Kilometres", "公里"),
        /// Miles.
        Mile = "mi" ("Miles", "英里"),
        /// Hours of work.
        Hour = "h" ("Hours", "小时"),
    }
}

guanxi_kernel::words! {
    /// What makes a service due.
    pub enum ServiceBy {
        /// So much time has passed.
        Time = "time" ("Time", "时间"),
        /// It has run so far.
        Distance = "distance" ("Distance", "里程"),
    }
}

/// Names an asset.
pub type AssetId = Id<Asset>;

type AssetMeta = Meta<Asset>;

/// What callers write of an asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct AssetInput {
    /// Whose it is; another owner gets it by a transfer.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// What it is.
    #[field(zh = "类型", filter)]
    pub kind: AssetKind,
    /// What people call it.
    #[field(zh = "名称", filter)]
    pub name: Line<200>,
    /// Its serial number, of a vehicle the VIN; no two assets have the same. Kept in capitals.
    #[serde(default)]
    #[field(zh = "序列号/车架号", filter)]
    pub serial: Option<Line<60>>,
    /// The plate that it drives under.
    #[serde(default)]
    #[field(zh = "车牌号", filter)]
    pub plate: Option<Line<20>>,
    /// What was sold, e.g. the model.
    #[serde(default)]
    #[field(zh = "产品型号")]
    pub product: Option<Line<200>>,
    /// On which day it was bought; without a service before, the next one is counted from it.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "购买日期", filter)]
    pub bought_on: Option<NaiveDate>,
    /// On which day it was new: built, or first registered. Its age is counted from it, else from `bought_on`.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "出厂/首次登记日期", filter)]
    pub built_on: Option<NaiveDate>,
    /// Whether its owner uses it still; else nobody is reminded of anything.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    #[field(zh = "在用", filter)]
    pub active: bool,
    /// Who insures it.
    #[serde(default)]
    #[field(zh = "保险公司")]
    pub insurer: Option<Line<100>>,
    /// The number of the policy.
    #[serde(default)]
    #[field(zh = "保单号")]
    pub policy_number: Option<Line<60>>,
    /// The last day on which it is insured.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "保险到期日", filter)]
    pub insured_until: Option<NaiveDate>,
    /// The last day on which it is financed; its owner may want another one then.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "金融到期日", filter)]
    pub financed_until: Option<NaiveDate>,
    /// What its meter counts.
    #[serde(default)]
    #[field(zh = "计量单位")]
    pub meter_unit: MeterUnit,
    /// After how many months the next service follows. For a vehicle that says neither this nor
    /// `service_every_distance` the `vehicle_service` of the preferences holds.
    #[serde(default)]
    #[validate(range(min = 1, max = 240))]
    #[schema(minimum = 1, maximum = 240)]
    #[field(zh = "保养间隔(月)")]
    pub service_every_months: Option<i64>,
    /// After how much on its meter the next service follows.
    #[serde(default)]
    #[validate(range(min = 1, max = 1_000_000))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    #[field(zh = "保养间隔(里程)")]
    pub service_every_distance: Option<i64>,
    /// On which day it was last serviced.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "上次保养日期")]
    pub last_service_on: Option<NaiveDate>,
    /// What its meter showed then.
    #[serde(default)]
    #[validate(range(min = 0, max = 100_000_000))]
    #[schema(minimum = 0, maximum = 100_000_000)]
    #[field(zh = "上次保养读数")]
    pub last_service_reading: Option<i64>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// An asset went from one party to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssetTransfer {
    /// Whose it was.
    pub from_party_id: PartyId,
    /// Whose it became.
    pub to_party_id: PartyId,
    /// On which business day.
    pub transferred_on: NaiveDate,
    /// What is to be known of it.
    pub note: Option<Text<1000>>,
    /// Who has told it.
    pub recorded_by: UserId,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

/// A thing that a customer owns.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Asset {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = AssetMeta)]
    pub meta: Meta<Asset>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: AssetInput,
    /// What its meter shows, by the latest reading that counts.
    #[field(zh = "当前读数")]
    pub reading: Option<i64>,
    /// On which day that was read.
    #[field(zh = "读数日期")]
    pub read_on: Option<NaiveDate>,
    /// How many readings were told, also those that do not count any more.
    #[field(zh = "读数次数")]
    pub readings: i64,
    /// How far it runs in a day: from the first reading that counts to the last, by the days between.
    #[field(computed)]
    pub distance_a_day: Option<Ratio>,
    /// The day of the next service: by time or by distance, whichever is first. By distance it is the
    /// day on which the meter will show `next_service_reading` if it goes on running as far in a day.
    #[field(zh = "下次保养日期", filter)]
    pub next_service_on: Option<NaiveDate>,
    /// What makes that service due.
    #[field(zh = "下次保养依据")]
    pub next_service_by: Option<ServiceBy>,
    /// With which reading the next service is due.
    #[field(zh = "下次保养读数")]
    pub next_service_reading: Option<i64>,
    /// Between whom it has changed hands, the first time first.
    #[schema(max_items = 100)]
    #[field(zh = "过户记录", json)]
    pub transfers: Vec<AssetTransfer>,
    /// How far it has run between the first reading that counts and the last.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) driven: i64,
    /// In how many days.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) driven_days: i64,
    /// What the next service is counted from: by this, services of one cycle are told from the next.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) service_cycle: Option<NaiveDate>,
}

/// The resource of assets.
pub static ASSET: Kind = Kind::new::<Asset>(
    "asset",
    "assets",
    "assets",
    Visibility::Parent { column: "party_id", table: "parties", shared: None },
    Texts { en: "Asset", zh: "客户资产" },
)
.searched(&["name", "serial", "plate"])
.known_by(&["serial", "plate"])
.also(&["read", "serviced", "transferred"]);

/// Transfers of an asset at most.
const MOST_TRANSFERS: usize = 100;

impl Asset {
    /// How far it has run, as far as readings say it.
    pub(super) fn usage(&self) -> Option<Usage> {
        let (reading, read_on) = self.reading.zip(self.read_on)?;
        Some(Usage { reading, read_on, driven: self.driven, days: self.driven_days })
    }

    /// Takes over what the readings come to now.
    pub(super) fn take(&mut self, usage: Option<Usage>, told: i64) {
        self.readings = told;
        (self.reading, self.read_on) = (usage.map(|one| one.reading), usage.map(|one| one.read_on));
        self.driven = usage.map_or(0, |one| one.driven);
        self.driven_days = usage.map_or(0, |one| one.days);
    }

    /// After how many months and how much on its meter it is serviced. What is usual holds for vehicles that say
    /// neither, and its kilometres only where the meter counts these.
    fn service_interval(&self, usual: VehicleService) -> (Option<i64>, Option<i64>) {
        let input = &self.input;
        let own = (input.service_every_months, input.service_every_distance);
        if own != (None, None) || input.kind != AssetKind::Vehicle {
            return own;
        }
        let some = |number: i64| (number > 0).then_some(number);
        let counted = input.meter_unit == MeterUnit::Kilometre;
        (some(usual.every_months), some(usual.every_distance).filter(|_| counted))
    }

    /// Works out when the next service is.
    pub(super) fn settle_service(&mut self, usual: VehicleService) {
        let (months, distance) = self.service_interval(usual);
        let input = &self.input;
        // What was never serviced counts from when it was new.
        let since_reading = match input.last_service_on {
            Some(_) => input.last_service_reading,
            None => input.last_service_reading.or(input.bought_on.map(|_| 0)),
        };
        let cycle = Cycle {
            since: input.last_service_on.or(input.bought_on),
            since_reading,
            months,
            distance,
        };
        let next = cycle.next(self.usage());
        self.next_service_on = next.map(|(day, _)| day);
        self.next_service_by = next.map(|(_, by)| by);
        self.next_service_reading = cycle.reading();
        self.service_cycle = cycle.since.filter(|_| next.is_some());
    }

    /// Gives it to another party.
    ///
    /// # Errors
    /// `transfer_to_self`; `out_of_range` after too many.
    pub(super) fn transfer(&mut self, transfer: AssetTransfer) -> Result<()> {
        if transfer.from_party_id == transfer.to_party_id {
            return Err(TRANSFER_TO_SELF.at("/party_id"));
        }
        if self.transfers.len() >= MOST_TRANSFERS {
            let expected = format!("at most {MOST_TRANSFERS} transfers of an asset");
            return Err(OUT_OF_RANGE.at("/party_id").with("expected", expected));
        }
        self.input.party_id = transfer.to_party_id;
        self.transfers.push(transfer);
        Ok(())
    }

    /// Whether it is in other hands after a change. A merge of its party is none, nor is parting the two again.
    fn is_given(&self, after: &Self) -> bool {
        self.transfers.len() != after.transfers.len()
    }

    /// Whether somebody is reminded of it.
    fn is_live(&self) -> bool {
        self.input.active && self.meta.deleted_at.is_none()
    }

    /// Whether care that was planned for it before a change is of no use after it.
    pub(crate) fn care_is_over(&self, after: &Self) -> bool {
        self.is_given(after) || (self.is_live() && !after.is_live())
    }

    /// Of what nobody is to be reminded any more, as it is now after a change.
    pub(crate) fn occasions_over(&self, after: &Self) -> Vec<ReminderKind> {
        let serviced = self.service_cycle != after.service_cycle;
        let renewed = self.input.insured_until != after.input.insured_until;
        let bought = self.input.bought_on != after.input.bought_on;
        let all = self.is_given(after) || (self.is_live() && !after.is_live());
        let over = [
            (ReminderKind::Maintenance, all || serviced),
            (ReminderKind::Insurance, all || renewed),
            (ReminderKind::NewUse, all || bought),
            (ReminderKind::ThankYou, all || bought),
        ];
        over.into_iter().filter(|(_, over)| *over).map(|(kind, _)| kind).collect()
    }

    /// How far it runs in a day, as it is shown.
    pub(super) fn shown_average(&self) -> Option<Ratio> {
        (self.driven_days > 0).then(|| Ratio::new(self.driven, self.driven_days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;
    use serde_json::json;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn asset(more: serde_json::Value) -> Asset {
        let mut whole = Asset::example();
        input::merge(&mut whole, more);
        let mut asset: Asset = testing::record(input::read(whole).unwrap());
        asset.settle_service(VehicleService::default());
        asset
    }

    #[test]
    fn d_39_what_was_never_serviced_counts_from_when_it_was_new() {
        let never = json!({ "bought_on": "2026-01-31", "last_service_on": null,
            "last_service_reading": null, "service_every_months": 1, "service_every_distance": 5000 });
        let mut one = asset(never);
        assert_eq!(one.next_service_on, Some(day("2026-02-28")));
        assert_eq!(one.next_service_by, Some(ServiceBy::Time));
        assert_eq!(one.next_service_reading, Some(5_000));
        let usage = Usage { reading: 4_900, read_on: day("2026-02-10"), driven: 4_900, days: 10 };
        one.take(Some(usage), 2);
        one.settle_service(VehicleService::default());
        assert_eq!(one.next_service_by, Some(ServiceBy::Distance));
        assert_eq!(one.next_service_on, Some(day("2026-02-11")));
        assert_eq!(one.service_cycle, Some(day("2026-01-31")));
    }

    #[test]
    fn d_39_six_months_or_5_000_km_hold_for_a_vehicle_that_says_neither() {
        let silent = json!({ "bought_on": "2026-01-10", "last_service_on": null,
            "last_service_reading": null, "service_every_months": null,
            "service_every_distance": null });
        let next = |one: &Asset| (one.next_service_on, one.next_service_reading);
        let mut one = asset(silent.clone());
        assert_eq!(next(&one), (Some(day("2026-07-10")), Some(5_000)));
        // A hundred kilometres a day.
        let usage = Usage { reading: 1_000, read_on: day("2026-01-20"), driven: 1_000, days: 10 };
        one.take(Some(usage), 2);
        one.settle_service(VehicleService::default());
        assert_eq!(one.next_service_on, Some(day("2026-03-01")));
        assert_eq!(one.next_service_by, Some(ServiceBy::Distance));
        one.settle_service(VehicleService { every_months: 3, every_distance: 0 });
        assert_eq!(next(&one), (Some(day("2026-04-10")), None));
        let with = |more: serde_json::Value| {
            let mut body = silent.clone();
            input::merge(&mut body, more);
            asset(body)
        };
        let own = with(json!({ "service_every_months": 12 }));
        assert_eq!(next(&own), (Some(day("2027-01-10")), None));
        assert_eq!(next(&with(json!({ "meter_unit": "h" }))), (Some(day("2026-07-10")), None));
        assert_eq!(next(&with(json!({ "kind": "machine" }))), (None, None));
    }

    #[test]
    fn nothing_is_given_to_whom_it_belongs() {
        let mut one = asset(json!({}));
        let from = one.input.party_id;
        let to = |party| AssetTransfer {
            from_party_id: from,
            to_party_id: party,
            transferred_on: day("2026-03-01"),
            note: None,
            recorded_by: uuid::Uuid::nil().into(),
            recorded_at: DateTime::UNIX_EPOCH,
        };
        assert!(one.transfer(to(from)).unwrap_err().is(&TRANSFER_TO_SELF));
        let other = uuid::Uuid::nil().into();
        one.transfer(to(other)).unwrap();
        assert_eq!((one.input.party_id, one.transfers.len()), (other, 1));
    }
}
