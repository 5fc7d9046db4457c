//! Who takes phone calls, and what they know: by that calls are given to them.

mod model;
mod service;
mod store;

pub use model::{
    PHONE_REPRESENTATIVE, PhoneRepresentative, PhoneRepresentativeId, PhoneRepresentativeInput,
};
