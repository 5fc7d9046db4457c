//! The same of the reports on prospects, and on what the call centre and field sales hand to each other.

use super::{Figure, prospects};

/// The figures of each of these reports.
pub(super) static FIGURES: &[(&str, &[Figure])] = &[
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
    (
        "not-bought-reasons",
        &[
            ("cases", &prospects::HANDOVERS_NOT_BOUGHT),
            ("share", &prospects::NOT_BOUGHT_SHARE),
            ("cumulative", &prospects::NOT_BOUGHT_CUMULATIVE),
        ],
    ),
    ("nurture-without-track", &[("days", &prospects::NURTURE_DAYS)]),
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
];
