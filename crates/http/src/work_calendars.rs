//! What work calendars have beyond the shared endpoints.

use crate::{
    call::Call,
    parameters::{date, instant, missing, unknown, whole},
    problem::ApiError,
    resources::bad,
    routing::Routes,
};
use actix_web::{HttpResponse, get};
use chrono::TimeDelta;
use guanxi_identity::work_calendars::{self, Computed, Question, WorkCalendar};
use guanxi_kernel::{Action, Result, problem::OUT_OF_RANGE};
use guanxi_storage::resource;

/// Working days that can be added at once.
const MOST_DAYS: i32 = 10_000;
/// Minutes that can be added at once: about four years of office hours.
const MOST_MINUTES: u32 = 500_000;
/// The longest time that is counted.
const LONGEST: TimeDelta = TimeDelta::days(3_660);

pub(crate) fn routes(config: &mut Routes) {
    config.service(compute);
}

/// Compute with a work calendar
///
/// The arithmetic by which due dates are set, for programs that must come to the same. With `date`:
/// whether it is worked, where it goes as a due date, the working day after it, and with `days` the
/// date so many working days later. With `from`: the minutes worked `until` then, and when `minutes`
/// have been worked. What was not asked is `null`.
#[utoipa::path(tag = "work-calendars", operation_id = "work_calendars_compute",
    params(("work_calendar_id" = String, Path, description = "The id of the work calendar.", format = Uuid),
        ("date" = Option<chrono::NaiveDate>, Query, description = "A date on the wall of the calendar's zone."),
        ("days" = Option<i32>, Query, minimum = -10000, maximum = 10000, description = "Working days after `date`; before it if negative."),
        ("from" = Option<chrono::DateTime<chrono::Utc>>, Query, description = "An instant to count from."),
        ("until" = Option<chrono::DateTime<chrono::Utc>>, Query, description = "An instant to count to, at most ten years away."),
        ("minutes" = Option<u32>, Query, maximum = 500000, description = "Working minutes after `from`.")),
    responses((status = 200, description = "The answers.", body = Computed),
        (status = 422, description = "No answer within a century.")))]
#[get("/v1/work-calendars/{work_calendar_id}/compute")]
async fn compute(call: Call) -> Result<HttpResponse, ApiError> {
    // Who may not read them is not told what is wrong with the question.
    resource::require::<WorkCalendar>(&call.ctx, Action::Read)?;
    let (id, asked) = (call.id("work_calendar_id")?, question(&call)?);
    let answer =
        call.read(async |tx, ctx| work_calendars::compute(tx, ctx, id, asked).await).await?;
    Ok(HttpResponse::Ok().json(answer))
}

fn question(call: &Call) -> Result<Question> {
    let mut asked = Question::default();
    for (name, value) in call.query() {
        match name.as_str() {
            "date" => asked.date = Some(date(&name, &value)?),
            "days" => asked.days = Some(whole(&name, &value, -MOST_DAYS..=MOST_DAYS)?),
            "from" => asked.from = Some(instant(&name, &value)?),
            "until" => asked.until = Some(instant(&name, &value)?),
            "minutes" => asked.minutes = Some(whole(&name, &value, 0..=MOST_MINUTES)?),
            _ => return Err(unknown(&name)),
        }
    }
    let counts = asked.until.is_some() || asked.minutes.is_some();
    if asked.from.is_none() && counts {
        return Err(missing("from"));
    }
    if asked.date.is_none() && (asked.days.is_some() || !counts) {
        return Err(missing("date"));
    }
    let length = asked.from.zip(asked.until).map(|(from, until)| (until - from).abs());
    if length.is_some_and(|length| length > LONGEST) {
        let expected = format!("at most {} days from `from`", LONGEST.num_days());
        return Err(bad(OUT_OF_RANGE.parameter("until").with("expected", expected)));
    }
    Ok(asked)
}
