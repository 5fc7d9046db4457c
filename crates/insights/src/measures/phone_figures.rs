//! The same of the reports on phone calls, and on what is promised and noted there.

use super::{Figure, marketing, work};

/// The figures of each of these reports.
pub(super) static FIGURES: &[(&str, &[Figure])] = &[
    (
        "cart-reasons",
        &[
            ("carts", &marketing::CARTS_WITH_REASON),
            ("share", &marketing::CART_REASON_SHARE),
            ("recovered", &marketing::REASON_CARTS_RECOVERED),
            ("recovery_rate", &marketing::REASON_RECOVERY_RATE),
            ("answered", &marketing::PRICE_QUESTIONS_ANSWERED),
            ("mean_answer_minutes", &marketing::PRICE_ANSWER_MINUTES),
        ],
    ),
    (
        "phone-calls",
        &[
            ("calls", &work::PHONE_CALLS),
            ("incoming", &work::INCOMING_CALLS),
            ("outgoing", &work::OUTGOING_CALLS),
            ("answered", &work::ANSWERED_CALLS),
            ("answered_share", &work::ANSWERED_CALL_SHARE),
            ("sold", &work::SALES_BY_PHONE),
            ("conversion", &work::CALL_CONVERSION),
            ("mean_talk_seconds", &work::MEAN_TALK_SECONDS),
            ("rated", &work::RATED_CALLS),
            ("quality_score", &work::CALL_QUALITY),
        ],
    ),
    (
        "promises",
        &[
            ("items", &work::PROMISED_ITEMS),
            ("sent", &work::SENT_ITEMS),
            ("in_time", &work::ITEMS_IN_TIME),
            ("overdue", &work::ITEMS_OVERDUE),
            ("in_time_rate", &work::ITEMS_IN_TIME_RATE),
        ],
    ),
    (
        "follow-up-attempts",
        &[
            ("follow_ups", &work::FOLLOW_UPS_CALLED_FOR),
            ("attempted", &work::FOLLOW_UPS_ATTEMPTED),
            ("attempted_rate", &work::FOLLOW_UP_ATTEMPT_RATE),
            ("mean_seconds", &work::SECONDS_TO_ATTEMPT),
        ],
    ),
];
