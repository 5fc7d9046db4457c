//! Of which measure each figure of the reports on sales is: targets, opportunities, contracts, and what is owed.

use super::{Figure, opportunities};
use guanxi_sales::measures as sales;

/// The figures of each of these reports.
pub(super) static FIGURES: &[(&str, &[Figure])] = &[
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
        "competitor-comparison",
        &[
            ("own_score", &opportunities::OWN_SCORE),
            ("competitor_score", &opportunities::COMPETITOR_SCORE),
            ("difference", &opportunities::SCORE_DIFFERENCE),
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
        "opportunities-by-origin",
        &[
            ("count", &opportunities::ALL_COUNT),
            ("won", &sales::WON_COUNT),
            ("amount", &opportunities::ALL_AMOUNT),
            ("won_amount", &opportunities::WON_VALUE),
        ],
    ),
    ("pivot", &[("count", &opportunities::CELL_COUNT), ("amount", &opportunities::CELL_AMOUNT)]),
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
];
