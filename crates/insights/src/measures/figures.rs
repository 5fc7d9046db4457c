//! Of which measure each figure of a report is. A column that holds figures without a line here fails the
//! tests of the reports.

use super::{customers, marketing, opportunities, prospects, work};
use guanxi_kernel::measure::Measure;
use guanxi_sales::measures as sales;

/// A column with its measure.
pub type Figure = (&'static str, &'static Measure);

/// The figures of each report.
pub static FIGURES: &[(&str, &[Figure])] = &[
    (
        "attainment",
        &[
            ("target", &sales::TARGET),
            ("actual", &sales::REACHED),
            ("target_count", &sales::TARGET),
            ("actual_count", &sales::REACHED),
            ("attainment", &sales::ATTAINMENT),
            ("rank", &sales::ATTAINMENT_RANK),
            ("percentile", &sales::ATTAINMENT_PERCENTILE),
            ("unattributed", &sales::UNATTRIBUTED),
            ("unattributed_count", &sales::UNATTRIBUTED),
        ],
    ),
    (
        "cadence-compliance",
        &[
            ("weeks", &work::CADENCE_WEEKS),
            ("required", &work::VISITS_REQUIRED),
            ("done", &work::VISITS_DONE),
            ("compliance", &work::CADENCE_COMPLIANCE),
        ],
    ),
    (
        "cart-abandonment",
        &[
            ("started", &marketing::CARTS_STARTED),
            ("completed", &marketing::CARTS_COMPLETED),
            ("abandoned", &marketing::CARTS_ABANDONED),
            ("recovered", &marketing::CARTS_RECOVERED),
            ("abandonment_rate", &marketing::CART_ABANDONMENT_RATE),
            ("recovery_rate", &marketing::CART_RECOVERY_RATE),
            ("abandoned_value", &marketing::ABANDONED_CART_VALUE),
            ("recovered_value", &marketing::RECOVERED_CART_VALUE),
        ],
    ),
    (
        "contract-results",
        &[
            ("signed", &opportunities::CONTRACTS_SIGNED),
            ("signed_amount", &opportunities::SIGNED_AMOUNT),
            ("amended", &opportunities::AMENDMENTS_SIGNED),
            ("amended_amount", &opportunities::AMENDED_AMOUNT),
            ("cancelled", &opportunities::CONTRACTS_CANCELLED),
            ("cancelled_amount", &opportunities::CANCELLED_AMOUNT),
            ("contracts", &opportunities::CONTRACT_RESULT_COUNT),
            ("amount", &opportunities::CONTRACT_RESULT),
        ],
    ),
    (
        "contracts-by-stage",
        &[
            ("count", &opportunities::CONTRACT_COUNT),
            ("net", &opportunities::CONTRACT_NET),
            ("gross", &opportunities::CONTRACT_GROSS),
            ("outstanding", &opportunities::OUTSTANDING),
        ],
    ),
    (
        "daily-business",
        &[
            ("visitors", &work::VISITORS),
            ("new_prospects", &prospects::NEW_PROSPECTS),
            ("follow_ups", &work::FOLLOW_UPS),
            ("test_drives", &work::TEST_DRIVES),
            ("orders", &prospects::PROSPECTS_WON),
            ("deliveries", &work::DELIVERIES),
            ("lost", &prospects::PROSPECTS_LOST),
            ("restated", &work::RESTATED),
        ],
    ),
    (
        "daily-clearance",
        &[
            ("due", &work::TASKS_DUE),
            ("done", &work::TASKS_DONE),
            ("carried", &work::TASKS_CARRIED),
            ("unexplained", &work::TASKS_UNEXPLAINED),
            ("left", &work::TASKS_LEFT),
            ("clearance", &work::CLEARANCE),
        ],
    ),
    (
        "data-coverage",
        &[
            ("leads", &work::CARD_LEADS),
            ("complete", &work::COMPLETE_CARDS),
            ("coverage", &work::CARD_COVERAGE),
            ("completeness", &work::COMPLETENESS),
        ],
    ),
    ("due-visits", &[("overdue_days", &work::OVERDUE_DAYS)]),
    (
        "forecast",
        &[
            ("count", &opportunities::OPEN_COUNT),
            ("amount", &opportunities::OPEN_AMOUNT),
            ("expected_amount", &opportunities::EXPECTED_AMOUNT),
        ],
    ),
    (
        "funnel",
        &[
            ("count", &opportunities::OPEN_COUNT),
            ("without_amount", &opportunities::OPEN_WITHOUT_AMOUNT),
            ("amount", &opportunities::OPEN_AMOUNT),
            ("weighted_amount", &opportunities::WEIGHTED_AMOUNT),
        ],
    ),
    (
        "loop-closure",
        &[
            ("handed", &prospects::HANDED_OVER),
            ("accepted", &prospects::HANDOVERS_ACCEPTED),
            ("refused", &prospects::HANDOVERS_REFUSED),
            ("returned", &prospects::HANDOVERS_RETURNED),
            ("bought", &prospects::HANDOVERS_BOUGHT),
            ("not_bought", &prospects::HANDOVERS_NOT_BOUGHT),
            ("open", &prospects::HANDOVERS_OPEN),
            ("in_work", &prospects::HANDOVERS_IN_WORK),
            ("with_result", &prospects::HANDOVERS_WITH_RESULT),
            ("past_limit", &prospects::HANDOVERS_PAST_LIMIT),
            ("loop_closure", &prospects::LOOP_CLOSURE),
            ("acceptance_rate", &prospects::ACCEPTANCE_RATE),
            ("hours_to_accept", &prospects::HOURS_TO_ACCEPT),
            ("hours_to_result", &prospects::HOURS_TO_RESULT),
        ],
    ),
    ("lost-prospects", &[("days_open", &prospects::DAYS_OPEN)]),
    ("missing-updates", &[("holding", &prospects::HOLDING)]),
    ("neglected", &[("days", &work::UNTOUCHED_DAYS), ("interval_days", &work::NEGLECT_DAYS)]),
    (
        "not-bought-reasons",
        &[
            ("cases", &prospects::HANDOVERS_NOT_BOUGHT),
            ("share", &prospects::NOT_BOUGHT_SHARE),
            ("cumulative", &prospects::NOT_BOUGHT_CUMULATIVE),
        ],
    ),
    (
        "opportunities-by-origin",
        &[
            ("count", &opportunities::ALL_COUNT),
            ("won", &sales::WON_COUNT),
            ("amount", &opportunities::ALL_AMOUNT),
            ("won_amount", &opportunities::WON_VALUE),
        ],
    ),
    ("overdue-visits", &[("overdue_days", &work::OVERDUE_DAYS)]),
    (
        "prospect-contact-status",
        &[("contacts", &work::CONTACTS), ("contacts_by_day", &work::CONTACTS)],
    ),
    (
        "prospect-conversion",
        &[
            ("carried", &prospects::CARRIED),
            ("carried_won", &prospects::CARRIED_WON),
            ("carried_conversion", &prospects::CARRIED_CONVERSION),
            ("new", &prospects::CAME),
            ("new_won", &prospects::CAME_WON),
            ("new_conversion", &prospects::CAME_CONVERSION),
            ("conversion", &prospects::PROSPECT_CONVERSION),
        ],
    ),
    (
        "prospect-holding",
        &[
            ("new", &prospects::NEW_PROSPECTS),
            ("received", &prospects::PROSPECTS_RECEIVED),
            ("returned", &prospects::PROSPECTS_RETURNED),
            ("won", &prospects::PROSPECTS_WON),
            ("lost", &prospects::PROSPECTS_LOST),
            ("given", &prospects::PROSPECTS_GIVEN),
            ("deleted", &prospects::PROSPECTS_DELETED),
            ("holding", &prospects::HOLDING),
        ],
    ),
    (
        "prospect-sources",
        &[
            ("count", &prospects::MADE),
            ("won", &prospects::MADE_WON),
            ("lost", &prospects::MADE_LOST),
            ("rate", &prospects::MADE_CONVERSION),
        ],
    ),
    (
        "ranking",
        &[
            ("won", &sales::WON_COUNT),
            ("lost", &opportunities::LOST_COUNT),
            ("win_rate", &opportunities::WIN_RATE),
            ("won_revenue", &opportunities::WON_VALUE),
            ("mean_won_value", &opportunities::MEAN_WON_VALUE),
            ("mean_days_to_close", &opportunities::DAYS_TO_CLOSE),
            ("mean_days_won", &opportunities::DAYS_TO_WIN),
            ("mean_days_lost", &opportunities::DAYS_TO_LOSE),
        ],
    ),
    (
        "receivables-aging",
        &[
            ("outstanding", &opportunities::OUTSTANDING),
            ("not_due", &opportunities::NOT_DUE),
            ("days_0_30", &opportunities::AGED_0_30),
            ("days_31_60", &opportunities::AGED_31_60),
            ("days_61_90", &opportunities::AGED_61_90),
            ("days_over_90", &opportunities::AGED_OVER_90),
            ("overdue", &opportunities::OVERDUE),
        ],
    ),
    (
        "stage-conversion",
        &[
            ("entered", &opportunities::STAGE_ENTERED),
            ("moved_on", &opportunities::STAGE_MOVED_ON),
            ("dropped", &opportunities::STAGE_DROPPED),
            ("still_open", &opportunities::STAGE_STILL_OPEN),
            ("conversion", &opportunities::STAGE_CONVERSION),
        ],
    ),
    (
        "stage-duration",
        &[
            ("completed", &opportunities::STAGE_COMPLETED),
            ("mean_days", &opportunities::STAGE_DAYS),
            ("open", &opportunities::STAGE_OPEN),
            ("open_mean_days", &opportunities::STAGE_OPEN_DAYS),
        ],
    ),
    (
        "sufficiency",
        &[
            ("target", &opportunities::TO_WIN),
            ("win_rate", &opportunities::HELD_WIN_RATE),
            ("required", &opportunities::REQUIRED_AMOUNT),
            ("held", &opportunities::OPEN_AMOUNT),
            ("gap", &opportunities::AMOUNT_GAP),
            ("required_customers", &opportunities::REQUIRED_CUSTOMERS),
            ("held_customers", &opportunities::HELD_CUSTOMERS),
            ("customers_gap", &opportunities::CUSTOMERS_GAP),
        ],
    ),
    (
        "tier-contribution",
        &[
            ("count", &opportunities::OPEN_COUNT),
            ("amount", &opportunities::OPEN_AMOUNT),
            ("expected_amount", &opportunities::EXPECTED_AMOUNT),
        ],
    ),
    (
        "time-allocation",
        &[
            ("planned_minutes", &work::PLANNED_MINUTES),
            ("planned_hours", &work::PLANNED_HOURS),
            ("planned_share", &work::PLANNED_SHARE),
            ("actual_minutes", &work::ACTUAL_MINUTES),
            ("actual_hours", &work::ACTUAL_HOURS),
            ("actual_share", &work::ACTUAL_SHARE),
        ],
    ),
    ("unplanned-visits", &[("overdue_days", &work::OVERDUE_DAYS)]),
    ("unreviewed-cards", &[("days", &work::REVIEW_AGE)]),
    (
        "win-loss",
        &[
            ("won", &sales::WON_COUNT),
            ("lost", &opportunities::LOST_COUNT),
            ("terminated", &opportunities::TERMINATED_COUNT),
            ("win_rate", &opportunities::WIN_RATE),
            ("won_amount", &opportunities::WON_VALUE),
            ("lost_amount", &opportunities::LOST_VALUE),
            ("terminated_amount", &opportunities::TERMINATED_VALUE),
        ],
    ),
    (
        "campaign-calendar",
        &[
            ("campaigns", &marketing::CAMPAIGNS_RUNNING),
            ("starting", &marketing::CAMPAIGNS_STARTING),
            ("budget", &marketing::CAMPAIGN_BUDGET),
            ("cost", &marketing::CAMPAIGN_COST),
        ],
    ),
    (
        "campaign-ranking",
        &[
            ("opportunities", &marketing::CAMPAIGN_OPPORTUNITIES),
            ("opportunity_amount", &marketing::CAMPAIGN_OPPORTUNITY_AMOUNT),
            ("contracts", &marketing::CAMPAIGN_CONTRACTS),
            ("contract_amount", &marketing::CAMPAIGN_CONTRACT_AMOUNT),
            ("cost", &marketing::CAMPAIGN_COST),
            ("roi", &marketing::ROI),
            ("expense_to_revenue", &marketing::EXPENSE_TO_REVENUE),
        ],
    ),
    (
        "concentration",
        &[
            ("customers", &customers::CUSTOMERS),
            ("revenue", &customers::SIGNED),
            ("of_whole", &customers::SIGNED_SHARE),
        ],
    ),
    (
        "customer-contribution",
        &[
            ("revenue", &customers::PURCHASED),
            ("direct_cost", &customers::DIRECT_COST),
            ("cost_to_serve", &customers::COST_TO_SERVE),
            ("contribution", &customers::CONTRIBUTION),
            ("return_on_effort", &customers::RETURN_ON_EFFORT),
        ],
    ),
    (
        "customer-deciles",
        &[
            ("customers", &customers::CUSTOMERS),
            ("amount", &customers::PURCHASED),
            ("share", &customers::SHARE_OF_PURCHASES),
            ("cumulative", &customers::CUMULATIVE_SHARE),
            ("times_next", &customers::TIMES_NEXT),
        ],
    ),
    (
        "customer-flow",
        &[
            ("opening", &customers::FLOW_OPENING),
            ("new", &customers::FLOW_NEW),
            ("returned", &customers::FLOW_RETURNED),
            ("lost", &customers::FLOW_LOST),
            ("closing", &customers::FLOW_CLOSING),
            ("retention", &customers::RETENTION),
        ],
    ),
    (
        "customer-ranking",
        &[
            ("rank", &customers::CUSTOMER_RANK),
            ("revenue", &customers::SIGNED),
            ("order_count", &customers::SIGNED_COUNT),
            ("growth", &customers::SIGNED_GROWTH),
            ("score", &customers::COMPOSITE_SCORE),
        ],
    ),
    (
        "customer-value",
        &[
            ("value", &customers::COMPOSITE_VALUE),
            ("purchases", &customers::WEIGHED_PURCHASES),
            ("costs", &customers::WEIGHED_COSTS),
            ("volatility", &customers::VOLATILITY),
            ("best_amount", &customers::BEST_YEAR),
            ("last_amount", &customers::LAST_YEAR),
        ],
    ),
    (
        "decline-reasons",
        &[
            ("cases", &customers::DECLINE_CASES),
            ("amount", &customers::DECLINE_AMOUNT),
            ("kept", &customers::KEPT),
        ],
    ),
    (
        "media-response",
        &[
            ("codes", &marketing::SOURCE_CODES),
            ("contacts", &marketing::REACHED_CONTACTS),
            ("sent", &marketing::SENT),
            ("delivered", &marketing::DELIVERED),
            ("opened", &marketing::OPENED),
            ("clicked", &marketing::CLICKED),
            ("visited", &marketing::VISITED),
            ("responses", &marketing::RESPONSES),
            ("responders", &marketing::RESPONDERS),
            ("buyers", &marketing::BUYERS),
            ("delivery_rate", &marketing::DELIVERY_RATE),
            ("open_rate", &marketing::OPEN_RATE),
            ("click_rate", &marketing::CLICK_RATE),
            ("visit_rate", &marketing::VISIT_RATE),
            ("response_rate", &marketing::RESPONSE_RATE),
            ("conversion_rate", &marketing::CONVERSION_RATE),
            ("buyers_of_contacts", &marketing::BUYERS_OF_CONTACTS),
        ],
    ),
    (
        "purchase-recency",
        &[
            ("customers", &customers::CUSTOMERS),
            ("frequency", &customers::PURCHASES),
            ("amount", &customers::PURCHASED),
        ],
    ),
    (
        "rfm",
        &[
            ("recency_days", &customers::PURCHASE_AGE),
            ("months_since_last", &customers::PURCHASE_AGE_MONTHS),
            ("frequency", &customers::PURCHASES),
            ("monetary", &customers::PURCHASED),
            ("monetary_exact", &customers::PURCHASED_EXACTLY),
            ("r", &customers::RECENCY_SCORE),
            ("f", &customers::FREQUENCY_SCORE),
            ("m", &customers::MONETARY_SCORE),
        ],
    ),
    (
        "service-levels",
        &[
            ("requests", &customers::SERVICE_REQUESTS),
            ("answered", &customers::REQUESTS_ANSWERED),
            ("response_in_time", &customers::RESPONSE_IN_TIME),
            ("median_response_minutes", &customers::RESPONSE_MINUTES),
            ("resolved", &customers::REQUESTS_RESOLVED),
            ("resolution_in_time", &customers::RESOLUTION_IN_TIME),
            ("median_resolution_minutes", &customers::RESOLUTION_MINUTES),
        ],
    ),
    ("value-lifecycle", &[("customers", &customers::CUSTOMERS), ("amount", &customers::PURCHASED)]),
];
