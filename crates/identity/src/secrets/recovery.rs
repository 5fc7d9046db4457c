//! Codes for who has lost their authenticator: 120 random bits, in four groups of six characters.
//! As nobody can guess one, a plain digest is stored, as of other tokens.

use super::{
    opaque::{Digest, ID_ALPHABET, OpaqueError},
    wipe,
};
use std::fmt;

/// Characters of a code, five bits each.
const LENGTH: usize = 24;
/// Characters of a group.
const GROUP: usize = 6;

/// Opens an account once in place of a code by the clock.
#[derive(Clone)]
pub struct RecoveryCode([u8; LENGTH]);

impl RecoveryCode {
    /// A new one.
    pub fn generate() -> Self {
        let bytes: [u8; LENGTH] = rand::random();
        Self(bytes.map(|byte| ID_ALPHABET[usize::from(byte & 31)]))
    }

    /// Reads what somebody has typed: upper case, spaces and hyphens make no difference.
    ///
    /// # Errors
    /// For what is no such code.
    pub fn parse(typed: &str) -> Result<Self, OpaqueError> {
        let mut code = [0; LENGTH];
        let mut places = code.iter_mut();
        for byte in typed.bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
            let byte = byte.to_ascii_lowercase();
            if !ID_ALPHABET.contains(&byte) {
                return Err(OpaqueError);
            }
            *places.next().ok_or(OpaqueError)? = byte;
        }
        if places.next().is_some() {
            return Err(OpaqueError);
        }
        Ok(Self(code))
    }

    /// What to store, or to compare with what was stored.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.reveal())
    }

    /// The code itself, for the one answer that hands it out.
    pub fn reveal(&self) -> String {
        let group = |group: &[u8]| group.iter().copied().map(char::from).collect::<String>();
        self.0.chunks(GROUP).map(group).collect::<Vec<_>>().join("-")
    }
}

impl Drop for RecoveryCode {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = RecoveryCode::generate();
        let text = code.reveal();
        assert_eq!((text.len(), text.matches('-').count()), (LENGTH + 3, 3));
        for typed in [text.clone(), text.to_uppercase(), text.replace('-', " "), format!(" {text}")]
        {
            assert_eq!(RecoveryCode::parse(&typed).unwrap().digest(), code.digest(), "{typed}");
        }
        for broken in ["", "123456", &text[1..], &format!("{text}0"), &text.replace('-', "l")] {
            assert!(RecoveryCode::parse(broken).is_err(), "{broken}");
        }
        assert_ne!(code.digest(), RecoveryCode::generate().digest());
        assert_eq!(format!("{code:?}"), "***");
    }
}
