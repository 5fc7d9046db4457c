//! The same of the reports on customers: who they are and what they are worth, what to offer them, how satisfied they
//! are, how they are cared for, and what they take.

use super::{Figure, actions, customer_base, customers, opportunities};

/// The figures of each of these reports.
pub(super) static FIGURES: &[(&str, &[Figure])] = &[
    (
        "cross-sell",
        &[
            ("together", &customer_base::BOUGHT_TOGETHER),
            ("support", &customer_base::BASKET_SUPPORT),
            ("confidence", &customer_base::BASKET_CONFIDENCE),
            ("lift", &customer_base::BASKET_LIFT),
        ],
    ),
    (
        "up-selling",
        &[
            ("age_months", &customer_base::OWNED_MONTHS),
            ("from_months", &customer_base::UPGRADE_MONTHS),
        ],
    ),
    (
        "whitespace",
        &[
            ("penetration", &customer_base::PRODUCT_PENETRATION),
            ("list_price", &customer_base::LIST_PRICE),
            ("expected_amount", &customer_base::WHITESPACE_AMOUNT),
        ],
    ),
    (
        "next-needs",
        &[
            ("days_bought", &customer_base::DAYS_BOUGHT),
            ("mean_interval", &customer_base::PURCHASE_INTERVAL),
            ("spread", &customer_base::PURCHASE_INTERVAL_SPREAD),
            ("overdue_days", &customer_base::NEED_OVERDUE),
        ],
    ),
    (
        "satisfaction",
        &[
            ("responses", &customer_base::SURVEY_RESPONSES),
            ("index", &customer_base::SATISFACTION),
            ("change", &customer_base::SATISFACTION_CHANGE),
        ],
    ),
    (
        "satisfaction-gaps",
        &[
            ("expecting", &customer_base::EXPECTING_RESPONSES),
            ("expectation", &customer_base::EXPECTATION),
            ("responses", &customer_base::SURVEY_RESPONSES),
            ("satisfaction", &customer_base::SATISFACTION),
            ("gap", &customer_base::SATISFACTION_GAP),
        ],
    ),
    (
        "frequency-satisfaction",
        &[
            ("customers", &customers::CUSTOMERS),
            ("responding", &customer_base::RESPONDING_CUSTOMERS),
            ("low", &customer_base::LOW_SATISFACTION),
            ("middle", &customer_base::MIDDLE_SATISFACTION),
            ("high", &customer_base::HIGH_SATISFACTION),
            ("satisfaction", &customer_base::SATISFACTION),
        ],
    ),
    (
        "growth-balance",
        &[
            ("revenue", &customers::PURCHASED),
            ("expenses", &customer_base::MARKETING_EXPENSES),
            ("expense_ratio", &customer_base::MARKETING_EXPENSE_RATIO),
            ("customers", &customers::FLOW_CLOSING),
            ("base_growth", &customer_base::CUSTOMER_GROWTH),
            ("retention", &customers::RETENTION),
            ("responses", &customer_base::SURVEY_RESPONSES),
            ("satisfaction", &customer_base::SATISFACTION),
        ],
    ),
    (
        "data-quality",
        &[
            ("records", &customer_base::QUALITY_RECORDS),
            ("passing", &customer_base::QUALITY_PASSING),
            ("score", &customer_base::QUALITY_SCORE),
            ("failing", &customer_base::QUALITY_FAILING),
        ],
    ),
    (
        "replacement-candidates",
        &[
            ("age_months", &customer_base::ASSET_AGE),
            ("reading", &customer_base::ASSET_READING),
            ("score", &customer_base::REPLACEMENT_SCORE),
        ],
    ),
    (
        "retained-customers",
        &[
            ("months", &customer_base::DELIVERY_AGE),
            ("overdue_days", &customer_base::CARE_OVERDUE_DAYS),
        ],
    ),
    (
        "insurance-renewals",
        &[
            ("expiring", &customer_base::INSURANCES_EXPIRING),
            ("renewed", &customer_base::INSURANCES_RENEWED),
            ("lapsed", &customer_base::INSURANCES_LAPSED),
            ("renewal_rate", &customer_base::RENEWAL_RATE),
        ],
    ),
    (
        "response-by-recency",
        &[
            ("addressed", &customer_base::ADDRESSED),
            ("responded", &customer_base::ADDRESSED_RESPONDED),
            ("response_rate", &customer_base::ADDRESSED_RESPONSE_RATE),
        ],
    ),
    (
        "resource-use",
        &[
            ("parties", &customers::CUSTOMERS),
            ("allowed_minutes", &customer_base::ALLOWED_MINUTES),
            ("used_minutes", &customer_base::SERVED_MINUTES),
            ("time_use", &customer_base::TIME_USE),
            ("allowed", &customer_base::ALLOWED_AMOUNT),
            ("used", &customers::COST_TO_SERVE),
            ("money_use", &customer_base::MONEY_USE),
            ("parties_over", &customer_base::PARTIES_OVER),
        ],
    ),
    (
        "care-contacts",
        &[
            ("contacts", &customer_base::CARE_CONTACTS),
            ("care", &customer_base::CARE),
            ("invitations", &customer_base::CARE_INVITATIONS),
            ("care_share", &customer_base::CARE_SHARE),
            ("attempts", &customer_base::CARE_ATTEMPTS),
            ("understood", &customer_base::CARE_UNDERSTOOD),
            ("effective_rate", &customer_base::EFFECTIVE_CONTACT_RATE),
            ("satisfaction", &customer_base::CARE_SATISFACTION),
            ("accepted", &customer_base::SLOTS_ACCEPTED),
            ("shows", &customer_base::INVITED_SHOWS),
            ("no_shows", &customer_base::INVITED_NO_SHOWS),
            ("show_rate", &customer_base::SHOW_RATE),
            ("repair_orders", &customer_base::INVITED_REPAIR_ORDERS),
            ("repair_rate", &customer_base::REPAIR_RATE),
        ],
    ),
    (
        "needs",
        &[
            ("needs", &customer_base::NEEDS_TOLD),
            ("open", &customer_base::NEEDS_OPEN),
            ("adopted", &customer_base::NEEDS_ADOPTED),
            ("declined", &customer_base::NEEDS_DECLINED),
            ("adoption_rate", &customer_base::ADOPTION_RATE),
        ],
    ),
    (
        "campaign-effect",
        &[
            ("customers", &customers::CUSTOMERS),
            ("active_before", &actions::EFFECT_ACTIVE),
            ("retained", &actions::EFFECT_RETAINED),
            ("retention", &actions::EFFECT_RETENTION),
            ("buyers", &actions::EFFECT_BUYERS),
            ("repeaters", &actions::EFFECT_REPEATERS),
            ("repeat_rate", &actions::EFFECT_REPEAT_RATE),
            ("amount_before", &actions::EFFECT_BEFORE),
            ("amount", &customers::PURCHASED),
            ("change", &actions::EFFECT_CHANGE),
            ("amount_per_customer", &actions::EFFECT_PER_CUSTOMER),
        ],
    ),
    (
        "value-groups",
        &[
            ("customers", &customers::CUSTOMERS),
            ("share", &actions::GROUP_SHARE),
            ("amount", &customers::PURCHASED),
            ("mean_amount", &actions::GROUP_MEAN),
            ("spread", &actions::GROUP_SPREAD),
            ("stability", &actions::GROUP_STABILITY),
        ],
    ),
    (
        "potential-grades",
        &[
            ("customers", &customers::CUSTOMERS),
            ("converted", &actions::GRADE_CONVERTED),
            ("conversion", &actions::GRADE_CONVERSION),
        ],
    ),
    (
        "base-policy-compliance",
        &[
            ("customers", &customers::CUSTOMERS),
            ("passing", &customers::POLICY_PASSING),
            ("failing", &customers::POLICY_FAILING),
            ("share", &customers::POLICY_SHARE),
        ],
    ),
    (
        "customer-sources",
        &[
            ("parties", &customers::SOURCED_PARTIES),
            ("customers", &customers::SOURCED_CUSTOMERS),
            ("share", &customers::SOURCED_SHARE),
        ],
    ),
    (
        "private-contacts",
        &[
            ("contacts", &customers::OWN_CONTACTS),
            ("converted", &customers::CONTACTS_CONVERTED),
            ("private", &customers::CONTACTS_PRIVATE),
            ("conversion", &customers::CONTACT_CONVERSION),
        ],
    ),
    (
        "channel-modes",
        &[
            ("purchases", &customers::PURCHASES),
            ("amount", &customers::PURCHASED),
            ("share", &customers::CHANNEL_PURCHASE_SHARE),
        ],
    ),
    (
        "data-freshness",
        &[
            ("customers", &customers::CUSTOMERS),
            ("verified", &customers::VERIFIED_CUSTOMERS),
            ("stale", &customers::STALE_CUSTOMERS),
            ("freshness", &customers::FRESHNESS),
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
            ("revenue", &customers::PURCHASED),
            ("gross_margin", &customers::PURCHASE_MARGIN),
            ("order_count", &customers::PURCHASES),
            ("growth", &customers::PURCHASE_GROWTH),
            ("receivables", &opportunities::OUTSTANDING),
            ("referrals", &customers::RECOMMENDED),
            ("cost_to_serve", &customers::COST_TO_SERVE),
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
            ("purchase_count", &customers::PURCHASES),
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
        "referral-difficulties",
        &[
            ("refusals", &customers::REFERRAL_REFUSALS),
            ("share", &customers::REFERRAL_REFUSAL_SHARE),
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
    (
        "service-transfers",
        &[
            ("delivered", &customers::SERVICE_DELIVERIES),
            ("accepted", &customers::TRANSFERS_ACCEPTED),
            ("overdue", &customers::TRANSFERS_OVERDUE),
            ("in_time", &customers::TRANSFERS_IN_TIME),
            ("median_hours", &customers::TRANSFER_HOURS),
            ("p90_hours", &customers::TRANSFER_HOURS_P90),
        ],
    ),
    (
        "attrition-after-departure",
        &[
            ("handed_over", &customers::DEPARTED_CUSTOMERS),
            ("kept", &customers::DEPARTED_KEPT),
            ("lost", &customers::DEPARTED_LOST),
            ("attrition", &customers::DEPARTED_ATTRITION),
            ("amount_lost", &customers::DEPARTED_AMOUNT),
            ("complete", &customers::DEPARTED_CUSTOMERS),
            ("complete_lost", &customers::DEPARTED_LOST),
            ("incomplete", &customers::DEPARTED_CUSTOMERS),
            ("incomplete_lost", &customers::DEPARTED_LOST),
            ("pending", &customers::DEPARTED_PENDING),
        ],
    ),
    (
        "margin-goals",
        &[
            ("goal", &customers::MARGIN_GOAL),
            ("before", &customers::MARGIN_BEFORE),
            ("after", &customers::MARGIN_AFTER),
        ],
    ),
    ("value-lifecycle", &[("customers", &customers::CUSTOMERS), ("amount", &customers::PURCHASED)]),
];
