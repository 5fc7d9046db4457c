//! A customer source. Pure.

use crate::parties::{Party, PartyId};
use guanxi_bulk::collection_channels::{BaseSource, CollectionChannel, CollectionChannelId};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Id, Problem, Result, Text, UserId,
    problem::{FieldError, OUT_OF_RANGE, REQUIRED, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a customer source.
pub type CustomerSourceId = Id<CustomerSource>;

type CustomerSourceMeta = Meta<CustomerSource>;

/// What callers write of a customer source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CustomerSourceInput {
    /// The customer. It is set when the source is made.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// From where it is in the base; a customer has one of each. It is set when the source is made.
    #[field(zh = "基盘来源", filter)]
    pub base_source: BaseSource,
    /// The affiliated company or supplier that has named it: of `affiliate`, and only of that.
    #[serde(default)]
    #[field(zh = "推荐方", filter, to = Party)]
    pub referring_party_id: Option<PartyId>,
    /// The employee whose friend or relative, or whose own contact, it is: of `employee_relation` and `consultant`,
    /// and only of these. It gives them no right to the customer.
    #[serde(default)]
    #[field(zh = "员工", filter, to = User)]
    pub employee_id: Option<UserId>,
    /// The channel by which it was collected.
    #[serde(default)]
    #[field(zh = "收集渠道", filter, to = CollectionChannel)]
    pub collection_channel_id: Option<CollectionChannelId>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// From where a customer is in the base.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CustomerSource {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CustomerSourceMeta)]
    pub meta: Meta<CustomerSource>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CustomerSourceInput,
}

/// The resource of customer sources.
pub static CUSTOMER_SOURCE: Kind = Kind::new::<CustomerSource>(
    "customer_source",
    "customer-sources",
    "customer_sources",
    Visibility::Parent { column: "party_id", table: "parties", shared: None },
    Texts { en: "Customer source", zh: "客户来源" },
);

impl CustomerSourceInput {
    /// One that names nobody but the channel.
    pub(super) fn of_channel(
        party: PartyId,
        base_source: BaseSource,
        channel: CollectionChannelId,
    ) -> Self {
        Self {
            party_id: party,
            base_source,
            referring_party_id: None,
            employee_id: None,
            collection_channel_id: Some(channel),
            note: None,
        }
    }

    /// Refuses a source that names whom it need not, or does not name whom it must.
    ///
    /// # Errors
    /// `validation_failed` with both.
    pub(super) fn settle(&self) -> Result<()> {
        let named = |place: &'static str, wanted: bool, is: bool| -> Option<FieldError> {
            match (wanted, is) {
                (true, false) => Some(REQUIRED.field(place)),
                (false, true) => {
                    let expected = format!("null for {}", self.base_source);
                    Some(OUT_OF_RANGE.field(place).with("expected", expected))
                }
                _ => None,
            }
        };
        let source = self.base_source;
        let party =
            named("/referring_party_id", source.names_party(), self.referring_party_id.is_some());
        let employee = named("/employee_id", source.names_employee(), self.employee_id.is_some());
        Problem::collect(party.into_iter().chain(employee).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::input;
    use serde_json::{Value as Json, json};

    #[test]
    fn d_30_d_31_a_source_names_whom_it_must_and_nobody_else() {
        let id = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
        let wrong = |source: &str, party: Json, employee: Json| {
            let body = json!({ "party_id": id, "base_source": source, "referring_party_id": party,
                "employee_id": employee });
            let input: CustomerSourceInput = input::read(body).unwrap();
            input.settle().err().map_or(0, |problem| problem.errors().len())
        };
        assert_eq!(wrong("affiliate", json!(id), Json::Null), 0);
        assert_eq!(wrong("employee_relation", Json::Null, json!(id)), 0);
        assert_eq!(wrong("sales", Json::Null, Json::Null), 0);
        assert_eq!(wrong("affiliate", Json::Null, json!(id)), 2);
        assert_eq!(wrong("consultant", Json::Null, Json::Null), 1);
        assert_eq!(wrong("after_sales", json!(id), json!(id)), 2);
    }
}
