//! What campaigns say to their members, and to whom.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `offer.rs` | what is offered, in every medium the same; pure |
//! | `wording.rs` | what its places are filled in with |
//! | `exclusion.rs` | who is not written to, and why; pure |
//! | `audience.rs` | every member of the campaign, looked at |
//! | `preview.rs` | what sending would come to |
//! | `confirmation.rs` | that what is sent is what was shown |
//! | `release.rs` | handing it over to be sent, and how far that has come |
//! | `limits.rs` | bounces and complaints that are too many |
//! | `merge_file.rs` | the file by which a mail house prints and posts it |
//! | `unsubscribe.rs` | the word of somebody who wants no more of it |
//! | `service.rs` | the rules of a save |

mod audience;
mod confirmation;
mod exclusion;
mod limits;
mod merge_file;
mod model;
mod offer;
mod preview;
mod release;
mod service;
mod store;
mod unsubscribe;
mod wording;

pub(crate) use audience::{Past, bound_since, said_in};
pub use exclusion::ExclusionReason;
pub(crate) use exclusion::Judged;
pub(crate) use limits::pause_above_limits;
pub use merge_file::merge_file;
pub use model::{
    MESSAGE, Message, MessageId, MessageInput, MessageState, MessageVariant, PreviewMessage,
    SendMessage,
};
pub use offer::MessageOffer;
pub use preview::{MessageExample, MessageExclusion, MessageMedium, MessagePreview, preview};
pub use release::{MessageProgress, PauseMessage, pause, progress, resume, send};
pub(crate) use release::{finish, send_again};
pub(crate) use store::{Reader, Sheet, reader, sheet, written_to};
pub(crate) use unsubscribe::token as unsubscribe_token;
pub use unsubscribe::{known as is_unsubscribable, unsubscribe};
pub use wording::WrittenMessage;
pub(crate) use wording::{Addressee, values, write};
