//! What somebody does by what they can read at an address: choosing a new password without the old one,
//! and giving themselves another address.
//!
//! A forgotten password: whoever asks is answered alike whatever there is, and a letter brings a token
//! for half an hour (see `letters`). It chooses a password and nothing else: sessions end, the second factor
//! stays and is asked for at the next sign-in. So an open mailbox alone does not let anybody in there.
//!
//! Another address takes the current password, and a token that was sent to it, shown by the same user
//! while signed in: whoever gets it by a slip of the pen gains nothing. The address before is told.
//! Without a mail server nothing can be proven or sent, so the password is enough.
//!
//! | file | holds |
//! | --- | --- |
//! | `model` | what is sent |
//! | `reset` | the forgotten password |
//! | `moving` | another address |

mod model;
mod moving;
mod reset;

pub use model::{
    AskPasswordReset, ChangeEmail, ConfirmEmail, INVALID_ACCOUNT_TOKEN, PROBLEMS, ResetPassword,
    TOO_MANY_LETTERS,
};
