//! Planning reminders: page by page over the assets, the contacts, the persons and the customers. It goes on
//! at the page that it had come to, and what it plans twice is there once. A job does so when somebody asks
//! for it, and `daily.rs` by itself.

use super::{
    REMINDER, REMINDER_RULE, ReminderKind, ReminderRuleId,
    occasions::{birthday, reminders},
    rules::MOST_DAYS,
    store::{self, AssetRow, Born, Rule, Window, Windows},
};
use crate::{
    assets::AssetId,
    contacts::ContactId,
    parties::PartyId,
    problems::TOO_MANY_RECORDS,
    rules::{likely_date, today},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use futures_util::future::LocalBoxFuture;
use guanxi_bulk::{
    jobs::{self, Job, JobKind, Progress},
    worker::Run,
};
use guanxi_kernel::{
    Action, Ctx, Line, Result, UserId,
    period::start_of_day,
    problem::{INTERNAL, OUT_OF_RANGE},
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Records that one step looks at.
const PAGE: usize = 1_000;

/// Rules that are planned by at most.
const MOST_RULES: usize = 100;

/// How far ahead reminders are planned when nobody says it.
const USUAL_DAYS: u64 = 30;

/// What was to be asked about something new longer ago than this is not asked any more.
const LATE_DAYS: u64 = 7;

/// A service that was missed longer ago than this reminds nobody any more.
const MISSED_DAYS: u64 = 365;

/// How far ahead reminders are planned at most.
const FARTHEST_DAYS: u64 = 365;

/// How far ahead reminders are planned.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "through": "2026-04-30" })))]
pub struct PlanReminders {
    /// The last day on which somebody is told, at most a year ahead; 30 days from now when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub through: Option<NaiveDate>,
}

/// The days of a run, which are those of the day on which it was asked for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Span {
    today: NaiveDate,
    through: NaiveDate,
}

impl Span {
    /// From today as far as is planned when nobody says it.
    pub(super) fn usual(ctx: &Ctx) -> Self {
        let today = today(ctx);
        Self { today, through: later(today, USUAL_DAYS) }
    }
}

fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

/// What a run goes over, in this order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    /// Services, insurances, and what is new.
    #[default]
    Assets,
    /// Birthdays of contacts.
    Contacts,
    /// Birthdays of parties.
    Persons,
    /// Festivals.
    Customers,
    Done,
}

impl Phase {
    fn next(self) -> Self {
        match self {
            Self::Assets => Self::Contacts,
            Self::Contacts => Self::Persons,
            Self::Persons => Self::Customers,
            Self::Customers | Self::Done => Self::Done,
        }
    }
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// What it goes over now.
    phase: Phase,
    /// The last record of that which was looked at.
    after: Option<Uuid>,
    /// How many records somebody may have had to be reminded of.
    looked_at: i64,
    /// How many reminders are new or have moved.
    planned: i64,
}

/// A reminder as it is planned.
pub(super) struct Planned {
    pub(super) rule: ReminderRuleId,
    pub(super) party: PartyId,
    pub(super) asset: Option<AssetId>,
    pub(super) contact: Option<ContactId>,
    pub(super) subject: Uuid,
    pub(super) kind: ReminderKind,
    pub(super) about: Line<200>,
    pub(super) owner: Option<UserId>,
    pub(super) occasion: String,
    pub(super) occasion_on: NaiveDate,
    pub(super) days_before: i64,
    pub(super) remind_on: NaiveDate,
    pub(super) due_at: DateTime<Utc>,
}

/// Asks for a run.
///
/// # Errors
/// `forbidden` without the right to make reminders; `out_of_range` for a day that is past or too far ahead.
pub async fn plan(tx: &mut Tx, ctx: &Ctx, wish: &PlanReminders) -> Result<Shown<Job>> {
    resource::require_on(ctx, &REMINDER, Action::Create)?;
    let usual = Span::usual(ctx);
    let (today, farthest) = (usual.today, later(usual.today, FARTHEST_DAYS));
    let through = wish.through.unwrap_or(usual.through);
    if through < today || through > farthest {
        let expected = format!("{today} to {farthest}");
        return Err(OUT_OF_RANGE.at("/through").with("expected", expected));
    }
    let task = json!({ "span": Span { today, through } });
    jobs::enqueue(tx, ctx, JobKind::ReminderPlanning, None, None, task).await
}

/// The work of a run.
pub fn run<'a>(run: &'a Run<'a>, job: &'a Job) -> LocalBoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let span = serde_json::from_value(job.task["span"].clone());
        let span: Span = span.map_err(|error| INTERNAL.problem().because(error))?;
        let plans = run.read(async |tx, _| Plans::load(tx, span).await).await?;
        let mut state: State = serde_json::from_value(job.state.clone()).unwrap_or_default();
        while !state.is_done() {
            let step = async |tx: &mut Tx, ctx: &Ctx| {
                plans.step(tx, ctx, state).await.and_then(State::progress)
            };
            let progress = run.commit(step).await?;
            state = serde_json::from_value(progress.state)
                .map_err(|error| INTERNAL.problem().because(error))?;
        }
        Ok(())
    })
}

impl State {
    /// Whether everything was looked at.
    pub(super) fn is_done(&self) -> bool {
        self.phase == Phase::Done
    }

    fn progress(self) -> Result<Progress> {
        let state =
            serde_json::to_value(self).map_err(|error| INTERNAL.problem().because(error))?;
        let result = json!({ "records": self.looked_at, "planned": self.planned });
        Ok(Progress { done: self.looked_at, total: None, state, result })
    }

    /// Behind a page of so many records.
    fn behind(self, last: Option<Uuid>, looked_at: usize, planned: u64) -> Self {
        let full = looked_at == PAGE;
        Self {
            phase: if full { self.phase } else { self.phase.next() },
            after: last.filter(|_| full),
            looked_at: self.looked_at + i64::try_from(looked_at).unwrap_or(i64::MAX),
            planned: self.planned + i64::try_from(planned).unwrap_or(i64::MAX),
        }
    }
}

/// What a run plans by.
pub(super) struct Plans {
    rules: Vec<Rule>,
    span: Span,
}

impl Plans {
    /// Whoever may plan reminders has it done by all rules.
    ///
    /// # Errors
    /// `too_many_records` for more rules than are planned by.
    pub(super) async fn load(tx: &mut Tx, span: Span) -> Result<Self> {
        let most = i64::try_from(MOST_RULES + 1).unwrap_or(i64::MAX);
        let rules = store::rules(tx, most).await?;
        if rules.len() > MOST_RULES {
            let problem = TOO_MANY_RECORDS.with("limit", MOST_RULES);
            return Err(problem.with("resource", REMINDER_RULE.plural));
        }
        Ok(Self { rules, span })
    }

    fn of(&self, kind: ReminderKind) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.kind == kind)
    }

    /// The days on which something has to be for a reminder of that kind to be told within the span.
    fn window(&self, kind: ReminderKind, past: u64) -> Option<Window> {
        let longest = self.of(kind).flat_map(|rule| rule.days_before.iter().copied()).max()?;
        let longest = u64::try_from(longest.clamp(0, MOST_DAYS)).ok()?;
        Some(Window {
            from: self.span.today.checked_sub_days(Days::new(past))?,
            until: self.span.through.checked_add_days(Days::new(longest))?,
        })
    }

    /// How long ago something was bought at most for a reminder of that kind to be told still.
    fn longest_behind(&self, kind: ReminderKind) -> u64 {
        let days = self.of(kind).flat_map(|rule| rule.days_before.iter());
        days.map(|days| days.unsigned_abs()).max().unwrap_or_default() + LATE_DAYS
    }

    /// Plans for the next page of records.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn step(&self, tx: &mut Tx, ctx: &Ctx, state: State) -> Result<State> {
        match state.phase {
            Phase::Assets => self.assets(tx, ctx, state).await,
            Phase::Contacts | Phase::Persons => self.born(tx, ctx, state).await,
            Phase::Customers => self.customers(tx, ctx, state).await,
            Phase::Done => Ok(state),
        }
    }

    async fn assets(&self, tx: &mut Tx, ctx: &Ctx, state: State) -> Result<State> {
        let service = self.window(ReminderKind::Maintenance, MISSED_DAYS);
        let insurance = self.window(ReminderKind::Insurance, 0);
        let behind = |kind| self.window(kind, self.longest_behind(kind));
        let (new_use, thanks) = (behind(ReminderKind::NewUse), behind(ReminderKind::ThankYou));
        let windows = Windows { service, insurance, new_use, thanks };
        if [service, insurance, new_use, thanks].iter().all(Option::is_none) {
            return Ok(state.behind(None, 0, 0));
        }
        let page = store::assets(tx, ctx, state.after, windows, PAGE).await?;
        let mut planned = Vec::new();
        for asset in &page {
            self.of_asset(ctx, asset, windows, &mut planned);
        }
        let kept = store::keep(tx, ctx, &planned).await?;
        Ok(state.behind(page.last().map(|asset| asset.id.uuid()), page.len(), kept))
    }

    fn of_asset(
        &self,
        ctx: &Ctx,
        asset: &AssetRow,
        Windows { service, insurance, new_use, thanks }: Windows,
        planned: &mut Vec<Planned>,
    ) {
        let within = |day: Option<NaiveDate>, window: Option<Window>| {
            let (day, window) = day.zip(window)?;
            (window.from..=window.until).contains(&day).then_some(day)
        };
        let about = About {
            party: asset.party_id,
            asset: Some(asset.id),
            contact: None,
            subject: asset.id.uuid(),
            name: &asset.name,
            owner: asset.owner_id,
        };
        if let Some(day) = within(asset.next_service_on, service) {
            // The day moves with every reading; what it is counted from stays until the service.
            let since = asset.service_cycle.map_or_else(String::new, |day| day.to_string());
            self.plan(ctx, ReminderKind::Maintenance, &about, (day, since), planned);
        }
        if let Some(day) = within(asset.insured_until, insurance) {
            self.plan(ctx, ReminderKind::Insurance, &about, (day, day.to_string()), planned);
        }
        for (kind, window) in [(ReminderKind::NewUse, new_use), (ReminderKind::ThankYou, thanks)] {
            if let Some(day) = within(asset.bought_on, window) {
                self.plan(ctx, kind, &about, (day, day.to_string()), planned);
            }
        }
    }

    /// Birthdays of contacts, or of parties that are persons.
    async fn born(&self, tx: &mut Tx, ctx: &Ctx, state: State) -> Result<State> {
        if self.of(ReminderKind::Birthday).next().is_none() {
            return Ok(state.behind(None, 0, 0));
        }
        let page = match state.phase {
            Phase::Contacts => store::contacts(tx, ctx, state.after, PAGE).await?,
            _ => store::persons(tx, ctx, state.after, PAGE).await?,
        };
        let mut planned = Vec::new();
        for one in &page {
            self.birthday_of(ctx, one, &mut planned);
        }
        let kept = store::keep(tx, ctx, &planned).await?;
        Ok(state.behind(page.last().map(|one| one.id), page.len(), kept))
    }

    fn birthday_of(&self, ctx: &Ctx, one: &Born, planned: &mut Vec<Planned>) {
        let next = birthday(one.born_on, one.lunar_birthday, self.span.today);
        let Some((day, year)) = next else { return };
        let about = About {
            party: one.party_id,
            asset: None,
            contact: one.contact_id,
            subject: one.id,
            name: &one.name,
            owner: one.owner_id,
        };
        // One that was written down wrongly, or by the other calendar, is the birthday of that year too.
        self.plan(ctx, ReminderKind::Birthday, &about, (day, year.to_string()), planned);
    }

    /// The rules of festivals that somebody is told of within the span, each with its day and its name in
    /// the year.
    fn festivals(&self) -> Vec<(&Rule, NaiveDate, String)> {
        let near = |rule: &Rule| {
            let festival = rule.festival?;
            let (day, year) = festival.next(self.span.today)?;
            let Span { today, through } = self.span;
            let told = !reminders(day, &rule.days_before, today, through).is_empty();
            told.then(|| (day, format!("{festival}-{year}")))
        };
        let of = self.of(ReminderKind::Festival);
        of.filter_map(|rule| near(rule).map(|(day, occasion)| (rule, day, occasion))).collect()
    }

    async fn customers(&self, tx: &mut Tx, ctx: &Ctx, state: State) -> Result<State> {
        let festivals = self.festivals();
        if festivals.is_empty() {
            return Ok(state.behind(None, 0, 0));
        }
        let page = store::customers(tx, ctx, state.after, PAGE).await?;
        let mut planned = Vec::new();
        for one in &page {
            let about = About {
                party: one.id,
                asset: None,
                contact: None,
                subject: one.id.uuid(),
                name: &one.name,
                owner: one.owner_id,
            };
            for (rule, day, occasion) in &festivals {
                self.plan_by(ctx, rule, &about, (*day, occasion.as_str()), &mut planned);
            }
        }
        let kept = store::keep(tx, ctx, &planned).await?;
        Ok(state.behind(page.last().map(|one| one.id.uuid()), page.len(), kept))
    }

    /// Adds the reminders of an occasion by all rules of its kind.
    fn plan(
        &self,
        ctx: &Ctx,
        kind: ReminderKind,
        about: &About<'_>,
        (occasion_on, occasion): (NaiveDate, String),
        planned: &mut Vec<Planned>,
    ) {
        for rule in self.of(kind) {
            self.plan_by(ctx, rule, about, (occasion_on, occasion.as_str()), planned);
        }
    }

    /// The same by one rule.
    fn plan_by(
        &self,
        ctx: &Ctx,
        rule: &Rule,
        about: &About<'_>,
        (occasion_on, occasion): (NaiveDate, &str),
        planned: &mut Vec<Planned>,
    ) {
        let Span { today, through } = self.span;
        for (days_before, remind_on) in reminders(occasion_on, &rule.days_before, today, through) {
            planned.push(Planned {
                rule: rule.id,
                party: about.party,
                asset: about.asset,
                contact: about.contact,
                subject: about.subject,
                kind: rule.kind,
                about: about.name.clone(),
                owner: rule.user_id.or(about.owner),
                occasion: occasion.to_owned(),
                occasion_on,
                days_before,
                remind_on,
                due_at: start_of_day(remind_on, ctx.settings.time_zone),
            });
        }
    }
}

/// Whom and what a reminder is about.
struct About<'a> {
    party: PartyId,
    asset: Option<AssetId>,
    contact: Option<ContactId>,
    subject: Uuid,
    name: &'a Line<200>,
    owner: Option<UserId>,
}
