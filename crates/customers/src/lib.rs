//! The customer base.
