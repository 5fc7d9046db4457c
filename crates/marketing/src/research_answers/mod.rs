//! What is said in interviews, and what it stands for: one topic each, a code, and what can be used elsewhere.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `coding.rs` | which codings a topic takes; pure |
//! | `service.rs` | the rules of a save |
//! | `wishes.rs` | what becomes a preference of the person |
//! | `roles.rs` | what people are in the decision of a party |
//! | `store.rs` | the SQL |
//!
//! Words stand once the interview is completed; codes can be given and changed as long as the answer is there. Two
//! who code one answer at once have read the same version, so the second is refused (412) and looks again.
//!
//! What is said of media and ways of contact becomes a preference of the person when the interview is completed, or
//! when it is coded after that. The last word counts, whoever has it: a preference says by its provenance
//! (`research:` and the answer) from where it is. Price: an interview that is completed late overwrites what the
//! person has said elsewhere meanwhile.

mod coding;
mod model;
mod roles;
mod service;
mod store;
mod wishes;

pub use model::{
    InformationSource, RESEARCH_ANSWER, ResearchAnswer, ResearchAnswerId, ResearchAnswerInput,
};
pub use roles::roles_of;
pub(crate) use wishes::{forget, prefer};
