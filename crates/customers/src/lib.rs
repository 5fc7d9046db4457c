//! The customer base: who a company deals with, how they are organised, and what was done with them.
//!
//! | folder | holds |
//! | --- | --- |
//! | [`parties`] | organisations and persons in any role: customer, competitor, supplier … |
//! | [`departments`] | the organisation of a party, as a tree |
//! | [`contacts`] | the people of a party |
//! | [`contact_relations`] | who reports to, influences, likes or rivals whom |
//! | [`duplicates`] | who is there already, and who is there twice |
//! | [`merges`] | two records become one, and are parted again |
//! | [`activities`] | visits, calls, meetings and the like, with their results |
//! | [`coaching`] | what managers say about activities |
//! | [`service_policies`] | how often customers of a tier are visited, and by how many posts |
//! | [`visit_plans`] | visits at intervals by somebody of a role |
//! | [`regions`] | regions of sales, which reports share |
//! | [`retention_cases`] | customers that leave off, and what may be spent to keep them |
//! | [`custom_records`] | records of the kinds that the company defines |
//! | [`life_cycles`] | in which cell of value and phase each customer is, and what follows from that |
//! | [`assets`] | things that customers own, their meters and their services |
//! | [`asset_incidents`] | accidents and claims that are told of these |
//! | [`care_plans`] | what is done for customers in each stage of owning something, and after an accident |
//! | [`care_contacts`] | customers are cared for and invited, and what came of it |
//! | [`needs`] | what customers say that they would want, by a taxonomy |
//! | [`reminders`] | who is told in time of services, insurances and birthdays |
//! | [`service_requests`] | what customers ask for after the sale, by when, and whether in time |
//! | [`service_transfers`] | files of customers that go to service after a delivery |
//! | [`customer_owners`] | who looks after a customer in sales and in service, and who is the primary |
//! | [`customer_sources`] | from where each customer is in the base |
//! | [`switching_risks`] | how likely customers go to somebody else, with the evidence |
//! | [`service_holds`] | customers that get no new service requests, and why |
//! | [`referrals`] | who has recommended whom, who was asked to, and whom they may |
//! | [`stocktakes`] | the data of customers are checked against reality |
//! | [`orders`] | what customers have bought, as other systems and files tell it |
//! | [`value`] | what customers are worth: scores, half-lives, phases; rules without a store |
//! | [`today`] | what is due for somebody today |
//! | [`language`] | texts with places to fill, strict; for the crates to the right |
//!
//! Each of them is a resource, so reading, listing, creating, changing, deleting and restoring come
//! from the storage crate. A folder adds what only its resource knows: `model.rs` the types and the
//! rules that need no store, `service.rs` the rules that do and further use cases, `store.rs` the
//! SQL.

pub mod activities;
pub mod asset_incidents;
pub mod assets;
pub mod care_contacts;
pub mod care_plans;
pub mod coaching;
pub mod contact_points;
pub mod contact_relations;
pub mod contacts;
pub mod custom_records;
pub mod customer_owners;
pub mod customer_sources;
pub mod departments;
pub mod duplicates;
pub mod engine;
pub mod language;
pub mod life_cycles;
pub mod merges;
pub mod needs;
pub mod orders;
pub mod parties;
pub mod problems;
pub mod referrals;
pub mod regions;
pub mod reminders;
pub mod retention_cases;
pub mod rules;
pub mod service_holds;
pub mod service_policies;
pub mod service_requests;
pub mod service_transfers;
pub mod stocktakes;
pub mod switching_risks;
#[cfg(test)]
mod testing;
pub mod today;
pub mod value;
pub mod visit_plans;

use guanxi_storage::Kind;

pub use problems::PROBLEMS;

/// Says what follows in this crate when something was done elsewhere, or when it is time.
pub fn register() {
    visit_plans::register();
    reminders::register();
    care_contacts::register();
    guanxi_workflow::chores::register(&service_requests::BREACHES);
    guanxi_workflow::documents::register(&service_holds::APPROVAL_OF_SERVICE_HOLDS);
}

/// The resources of this crate.
pub fn kinds() -> Vec<&'static Kind> {
    vec![
        &parties::PARTY,
        &departments::DEPARTMENT,
        &contacts::CONTACT,
        &contact_relations::CONTACT_RELATION,
        &activities::ACTIVITY,
        &custom_records::CUSTOM_RECORD,
        &regions::REGION,
        &service_policies::SERVICE_POLICY,
        &visit_plans::VISIT_PLAN,
        &duplicates::DUPLICATE_PAIR,
        &merges::MERGE,
        &retention_cases::RETENTION_CASE,
        &life_cycles::LIFE_CYCLE_CELL,
        &life_cycles::LIFE_CYCLE_ENTRY,
        &assets::ASSET,
        &asset_incidents::ASSET_INCIDENT,
        &care_plans::CARE_PLAN,
        &care_contacts::CARE_CONTACT,
        &needs::NEED_TYPE,
        &needs::NEED,
        &reminders::REMINDER_RULE,
        &reminders::REMINDER,
        &service_requests::SERVICE_LEVEL,
        &service_requests::SERVICE_REQUEST,
        &service_holds::SERVICE_HOLD,
        &service_transfers::SERVICE_TRANSFER,
        &customer_owners::CUSTOMER_OWNER,
        &customer_sources::CUSTOMER_SOURCE,
        &switching_risks::SWITCHING_RISK,
        &referrals::REFERRAL,
        &referrals::REFERRAL_REQUEST,
        &referrals::REFERRAL_PROGRAMME,
        &stocktakes::STOCKTAKE,
        &orders::ORDER,
        &orders::ORDER_BATCH,
    ]
}

#[cfg(test)]
mod tests {
    use crate::testing;
    use guanxi_kernel::input;
    use guanxi_storage::Resource;
    use std::collections::BTreeSet;

    /// The example can be read, and a record that was written is read back as it was: what a merge
    /// patch relies on.
    fn example_is_read_back<R: Resource>()
    where
        R::Input: PartialEq + std::fmt::Debug,
    {
        let input: R::Input = input::read(R::example()).unwrap();
        let again = input::read(serde_json::to_value(&input).unwrap()).unwrap();
        assert_eq!(input, again);
    }

    #[test]
    fn examples_are_valid_and_inputs_are_read_back_as_written() {
        example_is_read_back::<crate::parties::Party>();
        example_is_read_back::<crate::departments::Department>();
        example_is_read_back::<crate::contacts::Contact>();
        example_is_read_back::<crate::contact_relations::ContactRelation>();
        example_is_read_back::<crate::activities::Activity>();
        example_is_read_back::<crate::custom_records::CustomRecord>();
        example_is_read_back::<crate::regions::Region>();
        example_is_read_back::<crate::service_policies::ServicePolicy>();
        example_is_read_back::<crate::visit_plans::VisitPlan>();
        example_is_read_back::<crate::duplicates::Duplicate>();
        example_is_read_back::<crate::merges::Merge>();
        example_is_read_back::<crate::retention_cases::RetentionCase>();
        example_is_read_back::<crate::life_cycles::LifeCycleCell>();
        example_is_read_back::<crate::life_cycles::LifeCycleEntry>();
        example_is_read_back::<crate::customer_owners::CustomerOwner>();
        example_is_read_back::<crate::customer_sources::CustomerSource>();
        example_is_read_back::<crate::switching_risks::SwitchingRisk>();
        example_is_read_back::<crate::assets::Asset>();
        example_is_read_back::<crate::asset_incidents::AssetIncident>();
        example_is_read_back::<crate::care_plans::CarePlan>();
        example_is_read_back::<crate::care_contacts::CareContact>();
        example_is_read_back::<crate::needs::NeedType>();
        example_is_read_back::<crate::needs::Need>();
        example_is_read_back::<crate::reminders::ReminderRule>();
        example_is_read_back::<crate::reminders::Reminder>();
        example_is_read_back::<crate::service_requests::ServiceLevel>();
        example_is_read_back::<crate::service_requests::ServiceRequest>();
        example_is_read_back::<crate::service_holds::ServiceHold>();
        example_is_read_back::<crate::service_transfers::ServiceTransfer>();
        example_is_read_back::<crate::referrals::Referral>();
        example_is_read_back::<crate::referrals::ReferralRequest>();
        example_is_read_back::<crate::referrals::ReferralProgramme>();
        example_is_read_back::<crate::stocktakes::Stocktake>();
        example_is_read_back::<crate::orders::Order>();
        example_is_read_back::<crate::orders::OrderBatch>();
    }

    #[test]
    fn what_is_stored_is_what_is_described() {
        fn columns_match_values<R: Resource>() {
            let input: R::Input = input::read(R::example()).unwrap();
            let mut values = Vec::new();
            testing::record::<R>(input).write(&mut values);
            let columns: usize =
                R::kind().shape.fields.iter().map(|field| field.columns.len()).sum();
            assert_eq!(values.len(), columns);
        }
        columns_match_values::<crate::parties::Party>();
        columns_match_values::<crate::departments::Department>();
        columns_match_values::<crate::contacts::Contact>();
        columns_match_values::<crate::contact_relations::ContactRelation>();
        columns_match_values::<crate::activities::Activity>();
        columns_match_values::<crate::regions::Region>();
        columns_match_values::<crate::service_policies::ServicePolicy>();
        columns_match_values::<crate::visit_plans::VisitPlan>();
        columns_match_values::<crate::custom_records::CustomRecord>();
        columns_match_values::<crate::retention_cases::RetentionCase>();
        columns_match_values::<crate::life_cycles::LifeCycleCell>();
        columns_match_values::<crate::life_cycles::LifeCycleEntry>();
        columns_match_values::<crate::customer_owners::CustomerOwner>();
        columns_match_values::<crate::customer_sources::CustomerSource>();
        columns_match_values::<crate::switching_risks::SwitchingRisk>();
        columns_match_values::<crate::assets::Asset>();
        columns_match_values::<crate::asset_incidents::AssetIncident>();
        columns_match_values::<crate::care_plans::CarePlan>();
        columns_match_values::<crate::care_contacts::CareContact>();
        columns_match_values::<crate::needs::NeedType>();
        columns_match_values::<crate::needs::Need>();
        columns_match_values::<crate::reminders::ReminderRule>();
        columns_match_values::<crate::reminders::Reminder>();
        columns_match_values::<crate::service_requests::ServiceLevel>();
        columns_match_values::<crate::service_requests::ServiceRequest>();
        columns_match_values::<crate::service_holds::ServiceHold>();
        columns_match_values::<crate::service_transfers::ServiceTransfer>();
        columns_match_values::<crate::referrals::Referral>();
        columns_match_values::<crate::referrals::ReferralRequest>();
        columns_match_values::<crate::referrals::ReferralProgramme>();
        columns_match_values::<crate::stocktakes::Stocktake>();
        columns_match_values::<crate::orders::Order>();
        columns_match_values::<crate::orders::OrderBatch>();
    }

    #[test]
    fn names_of_resources_and_codes_are_unique() {
        let kinds = crate::kinds();
        let names: BTreeSet<_> = kinds.iter().flat_map(|kind| [kind.name, kind.plural]).collect();
        assert_eq!(names.len(), 2 * kinds.len());
        let codes: BTreeSet<_> = crate::PROBLEMS.iter().map(|problem| problem.code).collect();
        assert_eq!(codes.len(), crate::PROBLEMS.len());
    }
}
