//! The same of the reports on work: visits, tasks, what is recorded, rollouts, trainings, and how resources are used.

use super::{Figure, prospects, work};

/// The figures of each of these reports.
pub(super) static FIGURES: &[(&str, &[Figure])] = &[
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
        "data-contributions",
        &[
            ("edits", &work::DATA_EDITS),
            ("records", &work::EDITED_RECORDS),
            ("passing", &work::EDITED_PASSING),
            ("quality", &work::EDITED_QUALITY),
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
    ("data-growth", &[("created", &work::RECORDS_CREATED), ("records", &work::RECORDS_HELD)]),
    (
        "data-standards",
        &[
            ("records", &work::STANDARD_RECORDS),
            ("values", &work::STANDARD_VALUES),
            ("missing", &work::STANDARD_MISSING),
            ("stale", &work::STANDARD_STALE),
            ("foreign", &work::STANDARD_FOREIGN),
            ("violations", &work::STANDARD_VIOLATIONS),
        ],
    ),
    ("due-visits", &[("overdue_days", &work::OVERDUE_DAYS)]),
    ("neglected", &[("days", &work::UNTOUCHED_DAYS), ("interval_days", &work::NEGLECT_DAYS)]),
    ("overdue-visits", &[("overdue_days", &work::OVERDUE_DAYS)]),
    (
        "prospect-contact-status",
        &[("contacts", &work::CONTACTS), ("contacts_by_day", &work::CONTACTS)],
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
        "resource-utilisation",
        &[
            ("available_minutes", &work::AVAILABLE_MINUTES),
            ("booked_minutes", &work::BOOKED_MINUTES),
            ("utilisation", &work::RESOURCE_UTILISATION),
        ],
    ),
    (
        "rollout-steps",
        &[
            ("done", &work::ROLLOUT_STEPS_DONE),
            ("minutes", &work::ROLLOUT_STEP_MINUTES),
            ("mean_minutes", &work::ROLLOUT_STEP_MEAN),
            ("in_time", &work::ROLLOUT_STEPS_IN_TIME),
            ("backlog", &work::ROLLOUT_BACKLOG),
            ("overdue", &work::ROLLOUT_STEPS_OVERDUE),
        ],
    ),
    (
        "root-causes",
        &[
            ("causes", &work::ROOT_CAUSES),
            ("share", &work::ROOT_CAUSE_SHARE),
            ("cumulative_share", &work::ROOT_CAUSE_CUMULATIVE),
        ],
    ),
    (
        "training-results",
        &[
            ("due", &work::TRAININGS_DUE),
            ("passed", &work::TRAININGS_PASSED),
            ("pass_rate", &work::TRAINING_PASS_RATE),
        ],
    ),
];
