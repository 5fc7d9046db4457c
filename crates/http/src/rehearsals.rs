//! Which writes can be tried with `Prefer: dry-run`.
//!
//! A write that cannot refuses the preference: who asks for a rehearsal must not get the real thing. Those are
//! guesses at passwords, codes and tokens, since each guess is counted; secrets, which are out when they are
//! shown; what is sent to others; and what comes from the public, which has nothing to rehearse.

use crate::{problem::DRY_RUN_REFUSED, resources::only_reads, routing};
use actix_web::HttpRequest;
use guanxi_kernel::Result;

/// The writes that are done or not done, by method and path.
const FINAL: &[(&str, &str)] = &[
    ("POST", "/v1/auth/login"),
    ("POST", "/v1/auth/password-reset"),
    ("POST", "/v1/auth/password-reset/confirm"),
    ("POST", "/v1/auth/refresh"),
    ("PUT", "/v1/auth/second-factor"),
    ("POST", "/v1/auth/second-factor/confirm"),
    ("POST", "/v1/auth/second-factor/disable"),
    ("POST", "/v1/auth/second-factor/recovery-codes"),
    ("POST", "/v1/forms/{key}"),
    ("PUT", "/v1/me/email"),
    ("PUT", "/v1/me/email/confirmation"),
    ("PUT", "/v1/me/password"),
    ("POST", "/v1/touch-events/{key}"),
    ("POST", "/v1/unsubscribe/{token}"),
    ("POST", "/v1/webhook-endpoints/{webhook_endpoint_id}/test"),
];

/// Whether an operation is a write that does the same without keeping it, if that is preferred.
pub(crate) fn can_be_tried(method: &str, template: &str) -> bool {
    !only_reads(method, template) && !FINAL.contains(&(method, template))
}

/// Refuses to rehearse what can only be done.
///
/// # Errors
/// `dry_run_refused`.
pub(crate) fn require(request: &HttpRequest) -> Result<()> {
    let template = routing::template(request).unwrap_or_default();
    match FINAL.contains(&(request.method().as_str(), template)) {
        true => Err(DRY_RUN_REFUSED.problem()),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::METHODS;

    #[test]
    fn what_cannot_be_tried_is_there() {
        for (method, path) in FINAL {
            let known = METHODS.iter().find(|(known, _)| known == path);
            let (_, methods) = known.unwrap_or_else(|| panic!("{path}"));
            assert!(methods.iter().any(|known| known.as_str() == *method), "{method} {path}");
            assert!(!can_be_tried(method, path), "{method} {path}");
        }
        assert!(can_be_tried("PUT", "/v1/users/{user_id}/password"));
        assert!(can_be_tried("DELETE", "/v1/parties/{party_id}"));
        assert!(!can_be_tried("GET", "/v1/parties/{party_id}"));
    }
}
