//! The state machine of approvals.

use super::*;
use crate::{definitions::Approver, testing};
use guanxi_kernel::input;
use guanxi_storage::Resource as _;

fn user(number: u128) -> UserId {
    Uuid::from_u128(number).into()
}

/// Asked by 1 about something of 2; a seat for each list of users, and so many levels.
fn pending(mode: LevelMode, seats: &[&[u128]], levels: usize) -> Approval {
    let mut approval: Approval = testing::record(input::read(Approval::example()).unwrap());
    let approver =
        Approver { kind: ApproverKind::HeadOfUnit, user_id: None, role_id: None, levels_up: None };
    let level = ApprovalLevel {
        mode,
        approvers: vec![approver],
        timeout_hours: None,
        on_timeout: crate::definitions::OnTimeout::Remind,
    };
    (approval.requested_by, approval.owner_id) = (Some(user(1)), Some(user(2)));
    approval.levels = vec![level; levels];
    let seat = |users: &&[u128]| Seat {
        kind: ApproverKind::User,
        user_ids: users.iter().map(|number| user(*number)).collect(),
        approved: false,
    };
    approval.begin(1, seats.iter().map(seat).collect(), None);
    approval.wait_for([]);
    approval
}

fn decision(verdict: ApprovalVerdict, by: u128, on_behalf_of: Option<u128>) -> ApprovalDecision {
    ApprovalDecision {
        level: 1,
        verdict,
        by: Some(user(by)),
        on_behalf_of: on_behalf_of.map(user),
        comment: None,
        at: DateTime::UNIX_EPOCH,
    }
}

fn approved(by: u128) -> ApprovalDecision {
    decision(ApprovalVerdict::Approved, by, None)
}

#[test]
fn any_one_entry_is_enough_and_all_are_needed() {
    let mut any = pending(LevelMode::Any, &[&[5], &[6, 7]], 1);
    assert_eq!(any.decide(approved(7)), Outcome::Over);
    assert_eq!((any.status, any.closed_at), (ApprovalStatus::Approved, Some(DateTime::UNIX_EPOCH)));
    let mut all = pending(LevelMode::All, &[&[5], &[6, 7]], 2);
    assert_eq!(all.decide(approved(6)), Outcome::Open);
    assert_eq!(all.awaited(), BTreeSet::from([user(5)]));
    assert_eq!(all.decide(approved(5)), Outcome::NextLevel);
    assert_eq!(all.status, ApprovalStatus::Pending);
}

#[test]
fn one_no_is_enough() {
    let mut all = pending(LevelMode::All, &[&[5], &[6]], 2);
    assert_eq!(all.decide(approved(5)), Outcome::Open);
    assert_eq!(all.decide(decision(ApprovalVerdict::Rejected, 6, None)), Outcome::Over);
    assert_eq!(all.status, ApprovalStatus::Rejected);
    assert!(all.waiting_for.is_empty() && all.due_at.is_none());
    assert_eq!(all.involved_ids, [1, 2, 5, 6].map(user));
}

#[test]
fn who_is_not_asked_does_not_decide() {
    let mut one = pending(LevelMode::All, &[&[1, 5], &[6]], 1);
    let code = |found: Result<Option<UserId>>| found.map_err(|problem| problem.code().code);
    assert_eq!(code(one.hand(user(5), &[])), Ok(None));
    assert_eq!(code(one.hand(user(9), &[])), Err("not_an_approver"));
    assert_eq!(code(one.hand(user(9), &[user(8), user(6)])), Ok(Some(user(6))));
    assert_eq!(code(one.hand(user(1), &[user(6)])), Err("own_approval"));
    assert_eq!(code(one.hand(user(2), &[user(6)])), Err("own_approval"));
    one.allow_self = true;
    assert_eq!(code(one.hand(user(1), &[])), Ok(None));
    assert_eq!(one.decide(approved(5)), Outcome::Open);
    assert_eq!(code(one.hand(user(5), &[])), Err("approval_decided"));
    assert_eq!(one.decide(decision(ApprovalVerdict::Approved, 9, Some(6))), Outcome::Over);
    assert_eq!(code(one.hand(user(6), &[])), Err("approval_decided"));
}

#[test]
fn who_stands_in_is_waited_for_unless_barred() {
    let mut one = pending(LevelMode::Any, &[&[5]], 1);
    one.wait_for([user(8), user(1)]);
    assert_eq!(one.waiting_for, [user(5), user(8)]);
    assert_eq!(one.involved_ids, [1, 2, 5, 8].map(user));
    one.wait_for([]);
    assert_eq!(one.waiting_for, [user(5)]);
    assert_eq!(one.involved_ids, [1, 2, 5, 8].map(user), "who has seen it goes on seeing it");
}

#[test]
fn seats_of_those_who_have_left_go_to_others_where_they_count() {
    let (left, stays, admin) = (true, false, [user(9)]);
    let seats = |one: &Approval| -> Vec<(ApproverKind, Vec<UserId>)> {
        one.seats.iter().map(|seat| (seat.kind, seat.user_ids.clone())).collect()
    };
    let mut any = pending(LevelMode::Any, &[&[5], &[6]], 1);
    assert!(!any.replace(&[left, stays], &admin), "the other one is enough");
    assert!(any.replace(&[left, left], &admin));
    assert_eq!(any.escalation, Some(EscalationReason::ApproversLeft));
    assert_eq!(any.awaited(), BTreeSet::from(admin));
    let mut all = pending(LevelMode::All, &[&[5], &[6]], 1);
    assert_eq!(all.decide(approved(5)), Outcome::Open);
    assert!(!all.replace(&[left, stays], &admin), "their say is said");
    assert!(all.replace(&[left, left], &admin));
    let expected =
        [(ApproverKind::User, vec![user(5)]), (ApproverKind::Administrators, vec![user(9)])];
    assert_eq!(seats(&all), expected);
}

#[test]
fn a_decision_may_say_which_level_it_means() {
    let mut one = pending(LevelMode::Any, &[&[5]], 2);
    let code = |found: Result<()>| found.map_err(|problem| problem.code().code);
    assert_eq!((code(one.require_level(None)), code(one.require_level(Some(1)))), (Ok(()), Ok(())));
    assert_eq!(code(one.require_level(Some(2))), Err("approval_level_not_current"));
    one.status = ApprovalStatus::Approved;
    assert_eq!(code(one.require_level(Some(1))), Err("approval_decided"));
}

#[test]
fn what_is_over_stays_over() {
    for status in ApprovalStatus::ALL {
        let mut one = pending(LevelMode::Any, &[&[5]], 1);
        one.status = *status;
        let expected = if *status == ApprovalStatus::Pending { 3 } else { 0 };
        assert_eq!(status.moves().count(), expected);
        assert_eq!(one.withdraw(DateTime::UNIX_EPOCH).is_ok(), expected == 3);
    }
}
