//! The same of the reports on what to offer customers, how satisfied they are, and what they take.

use super::{customer_base, customers, figures::Figure};

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
];
