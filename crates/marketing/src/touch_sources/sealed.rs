//! The secrets of a source. They are stored sealed, each for its source.

use super::{TOUCH_SOURCE, TouchSourceId};
use guanxi_kernel::{Problem, Result};
use guanxi_outbound::WebhookSecret;
use guanxi_storage::{
    Record,
    error::corrupt,
    vault::{Place, Sealer, is_unreadable, key_of},
};
use std::fmt;

/// What is stored and never shown.
#[derive(Clone, Default, Record)]
pub(crate) struct Sealed {
    #[field(hidden)]
    pub(super) secret: String,
    #[field(hidden)]
    pub(super) previous_secret: Option<String>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

fn place(source: TouchSourceId) -> Place<'static> {
    Place { kind: TOUCH_SOURCE.name, record: source.uuid(), member: "secret" }
}

impl Sealed {
    /// Of a new source with that secret.
    pub(super) fn new(sealer: &Sealer, id: TouchSourceId, secret: &WebhookSecret) -> Result<Self> {
        Ok(Self { secret: sealer.seal(place(id), &secret.reveal())?, previous_secret: None })
    }

    /// Takes another secret, beside the one that is there.
    pub(super) fn replace(
        &mut self,
        sealer: &Sealer,
        id: TouchSourceId,
        secret: &WebhookSecret,
    ) -> Result<()> {
        let new = sealer.seal(place(id), &secret.reveal())?;
        self.previous_secret = Some(std::mem::replace(&mut self.secret, new));
        Ok(())
    }

    /// Reads the secret back, and the one before if it still `overlaps` and can be read.
    ///
    /// # Errors
    /// `sealing_key_missing`, `seal_refused`; `internal` when what is stored is no secret.
    pub(super) fn open(
        &self,
        sealer: &Sealer,
        id: TouchSourceId,
        overlaps: bool,
    ) -> Result<Vec<WebhookSecret>> {
        let open = |text: &String| {
            let text = sealer.open(place(id), text)?;
            WebhookSecret::parse(&text).map_err(|_| corrupt("a stored secret is none"))
        };
        let mut secrets = vec![open(&self.secret)?];
        match self.previous_secret.as_ref().filter(|_| overlaps).map(open) {
            Some(Err(problem)) if is_unreadable(&problem) => {}
            previous => secrets.extend(previous.transpose()?),
        }
        Ok(secrets)
    }

    /// The same sealed with the key that seals now, unless all of it is already.
    ///
    /// # Errors
    /// `sealing_key_missing`, `seal_refused`.
    pub(super) fn renewed(&self, sealer: &Sealer, id: TouchSourceId) -> Result<Option<Self>> {
        let mut new = self.clone();
        let mut changed = false;
        let mut renew = |text: &mut String| {
            if let Some(sealed) = sealer.renew(place(id), text)? {
                *text = sealed;
                changed = true;
            }
            Ok::<(), Problem>(())
        };
        renew(&mut new.secret)?;
        if let Some(previous) = &mut new.previous_secret {
            // One that cannot be read verifies nothing, and is no reason to stop the other.
            renew(previous).or_else(|problem| match is_unreadable(&problem) {
                true => Ok(()),
                false => Err(problem),
            })?;
        }
        Ok(changed.then_some(new))
    }

    /// The ids of the keys that any of it is sealed with.
    pub(super) fn keys(&self) -> impl Iterator<Item = String> {
        let texts = [Some(&self.secret), self.previous_secret.as_ref()].into_iter().flatten();
        texts.filter_map(|text| key_of(text)).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_not_printed() {
        let sealed = Sealed { secret: "canary".into(), ..Sealed::default() };
        assert_eq!(format!("{sealed:?}"), "***");
    }
}
