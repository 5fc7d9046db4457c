//! The states of a service request, and its clock. Pure.

use super::{ServiceRequest, ServiceRequestStatus, clock::Clock};
use crate::problems::SERVICE_REQUEST_STATE;
use ServiceRequestStatus::{Accepted, Closed, New, Resolved, Waiting};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, Text, Word as _};

/// What changes the state of a request, by its name in paths.
pub(super) const ACCEPT: &str = "accept";
pub(super) const SUSPEND: &str = "suspend";
pub(super) const RESUME: &str = "resume";
pub(super) const RESOLVE: &str = "resolve";
pub(super) const CLOSE: &str = "close";
pub(super) const REOPEN: &str = "reopen";

/// The state machine: from where each move leads where. What is not here is not possible.
const MOVES: &[(ServiceRequestStatus, &str, ServiceRequestStatus)] = &[
    (New, ACCEPT, Accepted),
    // Some are answered by their solution.
    (New, RESOLVE, Resolved),
    (Accepted, SUSPEND, Waiting),
    (Accepted, RESOLVE, Resolved),
    (Waiting, RESUME, Accepted),
    (Waiting, RESOLVE, Resolved),
    (Resolved, CLOSE, Closed),
    (Resolved, REOPEN, Accepted),
    (Closed, REOPEN, Accepted),
];

/// All moves, in the order in which they are shown.
pub(super) const ALL: [&str; 6] = [ACCEPT, SUSPEND, RESUME, RESOLVE, CLOSE, REOPEN];

impl ServiceRequestStatus {
    /// Whether a move is possible from here.
    pub(super) fn allows(self, wanted: &str) -> bool {
        MOVES.iter().any(|(from, name, _)| *from == self && *name == wanted)
    }

    fn after(self, wanted: &str) -> Result<Self> {
        let found = MOVES.iter().find(|(from, name, _)| *from == self && *name == wanted);
        found.map(|(.., to)| *to).ok_or_else(|| {
            let allowed: Vec<&str> = ALL.into_iter().filter(|name| self.allows(name)).collect();
            SERVICE_REQUEST_STATE.with("status", self.word()).with("allowed", allowed)
        })
    }
}

impl ServiceRequest {
    /// Sets both times by a service level and by how soon customers of the tier are answered, the shorter of
    /// the two, or by none: when the request is new, and when another level counts. What was answered already
    /// keeps the time in which it had to be.
    pub(super) fn promise(
        &mut self,
        level: Option<(i64, i64)>,
        of_tier: Option<i64>,
        clock: Clock<'_>,
    ) {
        self.allowed_minutes = level.map(|(_, resolution)| resolution);
        if self.accepted_at.is_none() {
            let from = self.received_at();
            let response = level.map(|(response, _)| response).into_iter().chain(of_tier).min();
            self.response_due_at = response.map(|minutes| clock.after(from, minutes));
        }
        self.settle_due(clock);
    }

    /// When it has come.
    pub(super) fn received_at(&self) -> DateTime<Utc> {
        self.input.received_at.unwrap_or(self.meta.created_at)
    }

    fn settle_due(&mut self, clock: Clock<'_>) {
        let due = |(from, allowed)| clock.after(from, allowed - self.worked_minutes);
        self.resolution_due_at = self.clock_from.zip(self.allowed_minutes).map(due);
    }

    /// Marks what is late at an instant, and says when it is to be looked at next.
    pub(super) fn mark(&mut self, now: DateTime<Utc>) {
        let late = |due: Option<DateTime<Utc>>, at: DateTime<Utc>| due.is_some_and(|due| at > due);
        self.response_late |= late(self.response_due_at, self.accepted_at.unwrap_or(now));
        self.resolution_late |= late(self.resolution_due_at, self.resolved_at.unwrap_or(now));
        let answer =
            self.response_due_at.filter(|_| self.accepted_at.is_none() && !self.response_late);
        let running = self.clock_from.is_some() && !self.resolution_late;
        let solution = self.resolution_due_at.filter(|_| running);
        self.breach_at = answer.into_iter().chain(solution).min();
    }

    /// Whether it is late by now and nobody has marked it yet.
    pub(super) fn becomes_late(&self, now: DateTime<Utc>) -> bool {
        self.breach_at.is_some_and(|at| at < now)
    }

    /// Somebody works on it.
    ///
    /// # Errors
    /// `service_request_state`.
    pub(super) fn accept(&mut self, now: DateTime<Utc>, clock: Clock<'_>) -> Result<()> {
        self.status = self.status.after(ACCEPT)?;
        self.answered(now, clock);
        Ok(())
    }

    fn answered(&mut self, now: DateTime<Utc>, clock: Clock<'_>) {
        if self.accepted_at.is_none() {
            self.accepted_at = Some(now);
            self.response_minutes = Some(clock.minutes(self.received_at(), now));
        }
    }

    /// It waits for the customer.
    ///
    /// # Errors
    /// `service_request_state`.
    pub(super) fn suspend(
        &mut self,
        waiting_for: Text<1000>,
        now: DateTime<Utc>,
        clock: Clock<'_>,
    ) -> Result<()> {
        self.status = self.status.after(SUSPEND)?;
        self.mark(now);
        self.stop(now, clock);
        self.resolution_due_at = None;
        self.waiting_for = Some(waiting_for);
        Ok(())
    }

    /// It does not wait any more.
    ///
    /// # Errors
    /// `service_request_state`.
    pub(super) fn resume(&mut self, now: DateTime<Utc>, clock: Clock<'_>) -> Result<()> {
        self.status = self.status.after(RESUME)?;
        self.start(now, clock);
        Ok(())
    }

    /// There is a solution.
    ///
    /// # Errors
    /// `service_request_state`.
    pub(super) fn resolve(
        &mut self,
        resolution: Text<4000>,
        now: DateTime<Utc>,
        clock: Clock<'_>,
    ) -> Result<()> {
        self.status = self.status.after(RESOLVE)?;
        self.answered(now, clock);
        self.resolved_at = Some(now);
        self.mark(now);
        self.stop(now, clock);
        self.resolution_minutes = Some(self.worked_minutes);
        self.resolution = Some(resolution);
        Ok(())
    }

    /// The customer is content.
    ///
    /// # Errors
    /// `service_request_state`.
    pub(super) fn close(&mut self, satisfaction: Option<i64>, now: DateTime<Utc>) -> Result<()> {
        self.status = self.status.after(CLOSE)?;
        (self.satisfaction, self.closed_at) = (satisfaction, Some(now));
        Ok(())
    }

    /// The solution was none: its clock goes on.
    ///
    /// # Errors
    /// `service_request_state`.
    pub(super) fn reopen(
        &mut self,
        reason: Text<1000>,
        now: DateTime<Utc>,
        clock: Clock<'_>,
    ) -> Result<()> {
        self.status = self.status.after(REOPEN)?;
        (self.resolved_at, self.resolution_minutes) = (None, None);
        (self.closed_at, self.satisfaction) = (None, None);
        self.reopened += 1;
        self.reopen_reason = Some(reason);
        self.start(now, clock);
        Ok(())
    }

    fn start(&mut self, now: DateTime<Utc>, clock: Clock<'_>) {
        self.clock_from = Some(now);
        self.settle_due(clock);
    }

    fn stop(&mut self, now: DateTime<Utc>, clock: Clock<'_>) {
        if let Some(from) = self.clock_from.take() {
            self.worked_minutes += clock.minutes(from, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use chrono::TimeDelta;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;

    const CLOCK: Clock<'static> = Clock(None);

    fn minute(after: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(after)
    }

    fn text<const MAX: usize>(text: &str) -> Text<MAX> {
        Text::new(text).unwrap()
    }

    /// To be answered within 30 minutes, and resolved within 240.
    fn request() -> ServiceRequest {
        let input = input::read(ServiceRequest::example()).unwrap();
        let mut one: ServiceRequest = testing::record(input);
        one.input.received_at = Some(minute(0));
        one.clock_from = one.input.received_at;
        one.promise(Some((30, 240)), None, CLOCK);
        one.mark(minute(0));
        one
    }

    #[test]
    fn k_02_the_clock_stands_still_while_the_customer_is_waited_for() {
        let mut one = request();
        assert_eq!((one.response_due_at, one.breach_at), (Some(minute(30)), Some(minute(30))));
        one.accept(minute(30), CLOCK).unwrap();
        one.mark(minute(30));
        assert_eq!((one.response_late, one.response_minutes), (false, Some(30)));
        assert_eq!(one.breach_at, Some(minute(240)));
        one.suspend(text("照片"), minute(100), CLOCK).unwrap();
        one.mark(minute(5_000));
        assert_eq!((one.resolution_due_at, one.breach_at), (None, None));
        one.resume(minute(5_000), CLOCK).unwrap();
        assert_eq!(one.resolution_due_at, Some(minute(5_140)));
        one.resolve(text("换件"), minute(5_140), CLOCK).unwrap();
        assert_eq!((one.resolution_late, one.resolution_minutes), (false, Some(240)));
        one.close(Some(5), minute(6_000)).unwrap();
        // What is left of its time is nothing.
        one.reopen(text("异响"), minute(9_000), CLOCK).unwrap();
        assert_eq!((one.reopened, one.resolution_due_at), (1, Some(minute(9_000))));
        one.resolve(text("再换件"), minute(9_010), CLOCK).unwrap();
        assert_eq!((one.resolution_late, one.resolution_minutes), (true, Some(250)));
    }

    #[test]
    fn k_02_what_is_late_is_marked_and_stays_so() {
        let mut one = request();
        one.mark(minute(31));
        assert_eq!((one.response_late, one.breach_at), (true, Some(minute(240))));
        one.mark(minute(241));
        assert_eq!((one.resolution_late, one.breach_at), (true, None));
        // Another level does not make it undone.
        one.promise(Some((1_000, 10_000)), None, CLOCK);
        one.resolve(text("远程指导"), minute(300), CLOCK).unwrap();
        assert!(one.response_late && one.resolution_late);
        assert_eq!(one.accepted_at, Some(minute(300)), "it was answered by its solution");
        let mut free = request();
        free.promise(None, None, CLOCK);
        free.mark(minute(1_000_000));
        assert!(!free.response_late && !free.resolution_late && free.breach_at.is_none());
    }

    #[test]
    fn s_32_the_shorter_of_two_promises_counts() {
        let due = |level, of_tier| {
            let mut one = request();
            one.promise(level, of_tier, CLOCK);
            one.response_due_at
        };
        assert_eq!(due(Some((30, 240)), Some(60)), Some(minute(30)));
        assert_eq!(due(Some((30, 240)), Some(10)), Some(minute(10)));
        assert_eq!(due(None, Some(60)), Some(minute(60)));
        assert_eq!(due(None, None), None);
        // A tier says nothing of the solution.
        let mut one = request();
        one.promise(None, Some(60), CLOCK);
        assert_eq!((one.resolution_due_at, one.allowed_minutes), (None, None));
    }

    #[test]
    fn k_02_each_state_allows_its_moves_alone() {
        let moves = |status: ServiceRequestStatus| {
            ALL.into_iter().filter(|name| status.allows(name)).collect::<Vec<_>>()
        };
        assert_eq!(moves(New), [ACCEPT, RESOLVE]);
        assert_eq!(moves(Accepted), [SUSPEND, RESOLVE]);
        assert_eq!(moves(Waiting), [RESUME, RESOLVE]);
        assert_eq!(moves(Resolved), [CLOSE, REOPEN]);
        assert_eq!(moves(Closed), [REOPEN]);
        let mut one = request();
        assert!(one.close(None, minute(1)).unwrap_err().is(&SERVICE_REQUEST_STATE));
        assert!(one.resume(minute(1), CLOCK).unwrap_err().is(&SERVICE_REQUEST_STATE));
    }
}
