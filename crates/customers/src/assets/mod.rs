//! Assets: vehicles, machines and other things that customers own, how far they have run, and when their
//! next service is.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the asset as a resource |
//! | `wishes.rs` | what its verbs ask for and show |
//! | `readings.rs` | which readings of a meter fit together; pure |
//! | `next_service.rs` | when the next service is; pure |
//! | `insurance.rs` | which ends of insurance are renewals |
//! | `replacement.rs` | whose owner may want another one; pure |
//! | `service.rs` | the rules of a save |
//! | `verbs.rs` | readings, services and transfers |
//! | `store.rs` | the SQL |

mod insurance;
mod model;
mod next_service;
mod readings;
mod replacement;
mod service;
mod store;
mod verbs;
mod wishes;

pub use model::{
    ASSET, Asset, AssetId, AssetInput, AssetKind, AssetTransfer, MeterUnit, ServiceBy,
};
pub use replacement::{Replacement, ReplacementLimits, ReplacementReason};
pub use verbs::{read_meter, readings_of, record_service, transfer};
pub use wishes::{MeterReading, ReadMeter, RecordService, TransferAsset};
