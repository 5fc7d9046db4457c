//! What of an endpoint is never shown: its secrets and the values of its headers. They are stored
//! sealed, each for its endpoint and its place there.

use super::{ENDPOINT, EndpointId, HeaderText, PausedReason, model::HIDDEN};
use guanxi_kernel::{
    Problem, Result,
    problem::{FieldError, REQUIRED},
};
use guanxi_outbound::{ExtraHeaders, WebhookSecret, problems::finding};
use guanxi_storage::{
    Record,
    error::{SEALING_KEY_MISSING, corrupt},
    vault::{Place, Sealer, is_unreadable, key_of},
};
use std::{collections::BTreeMap, fmt};

/// What is stored and never shown.
#[derive(Clone, Default, Record)]
pub(crate) struct Sealed {
    #[field(hidden)]
    pub(super) secret: String,
    #[field(hidden)]
    pub(super) previous_secret: Option<String>,
    #[field(hidden, json)]
    pub(super) header_values: BTreeMap<String, String>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// What messages to an endpoint are signed and sent with.
pub(crate) struct Opened {
    pub(crate) secrets: Vec<WebhookSecret>,
    pub(crate) headers: ExtraHeaders,
}

fn secret(endpoint: EndpointId) -> Place<'static> {
    Place { kind: ENDPOINT.name, record: endpoint.uuid(), member: "secret" }
}

/// The place of the value of a header; no name of a header can be that of another member.
fn header<'a>(endpoint: EndpointId, name: &'a str) -> Place<'a> {
    Place { kind: "webhook_endpoint_header", record: endpoint.uuid(), member: name }
}

impl Sealed {
    /// Of a new endpoint with that secret.
    pub(super) fn new(sealer: &Sealer, id: EndpointId, text: &WebhookSecret) -> Result<Self> {
        Ok(Self { secret: sealer.seal(secret(id), &text.reveal())?, ..Self::default() })
    }

    /// Takes another secret, beside the one that is there.
    pub(super) fn replace(
        &mut self,
        sealer: &Sealer,
        id: EndpointId,
        text: &WebhookSecret,
    ) -> Result<()> {
        let new = sealer.seal(secret(id), &text.reveal())?;
        self.previous_secret = Some(std::mem::replace(&mut self.secret, new));
        Ok(())
    }

    /// Reads all of it back. The secret before counts if it still `overlaps`, and can be read.
    ///
    /// # Errors
    /// `sealing_key_missing`, `seal_refused`; `internal` when what is stored is no secret.
    pub(crate) fn open(&self, sealer: &Sealer, id: EndpointId, overlaps: bool) -> Result<Opened> {
        let open = |text: &String| {
            let text = sealer.open(secret(id), text)?;
            WebhookSecret::parse(&text).map_err(|_| corrupt("a stored secret is none"))
        };
        let mut secrets = vec![open(&self.secret)?];
        match self.previous_secret.as_ref().filter(|_| overlaps).map(open) {
            Some(Err(problem)) if is_unreadable(&problem) => {}
            previous => secrets.extend(previous.transpose()?),
        }
        let value = |(name, text): (&String, &String)| {
            Ok((name.clone(), sealer.open(header(id, name), text)?))
        };
        let values = self.header_values.iter().map(value).collect::<Result<_>>()?;
        Ok(Opened { secrets, headers: ExtraHeaders::read(&values, "/headers")? })
    }

    /// Takes the values of headers out of what was written, and leaves what is shown instead.
    /// Whether there are others than `held` now.
    pub(super) fn take_headers(
        &mut self,
        sealer: &Sealer,
        id: EndpointId,
        written: &mut BTreeMap<String, HeaderText>,
        held: &BTreeMap<String, String>,
        findings: &mut Vec<FieldError>,
    ) -> Result<bool> {
        let (mut values, mut judged) = (BTreeMap::new(), BTreeMap::new());
        for (name, text) in written {
            let held = held.get(name);
            let value = match (std::mem::replace(text, HeaderText::Kept), held) {
                (HeaderText::New(value), held) => {
                    let unchanged = held.filter(|held| {
                        sealer.open(header(id, name), held).is_ok_and(|held| held == value)
                    });
                    let sealed = match unchanged {
                        Some(held) => held.clone(),
                        None => sealer.seal(header(id, name), &value)?,
                    };
                    judged.insert(name.clone(), value);
                    sealed
                }
                (HeaderText::Kept, Some(held)) => {
                    // It was judged when it came.
                    judged.insert(name.clone(), HIDDEN.to_owned());
                    held.clone()
                }
                (HeaderText::Kept, None) => {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    findings.push(REQUIRED.field(format!("/headers/{name}")));
                    continue;
                }
            };
            values.insert(name.clone(), value);
        }
        if let Err(problem) = ExtraHeaders::read(&judged, "/headers") {
            match problem.errors() {
                [] => findings.push(finding(&problem, "/headers")),
                errors => findings.extend(errors.iter().cloned()),
            }
        }
        let changed = values != *held;
        self.header_values = values;
        Ok(changed)
    }

    /// The same sealed with the key that seals now, unless all of it is already.
    ///
    /// # Errors
    /// `sealing_key_missing`, `seal_refused`.
    pub(crate) fn renewed(&self, sealer: &Sealer, id: EndpointId) -> Result<Option<Self>> {
        let mut new = self.clone();
        let mut changed = false;
        let mut renew = |place: Place<'_>, text: &mut String| {
            if let Some(sealed) = sealer.renew(place, text)? {
                *text = sealed;
                changed = true;
            }
            Ok::<(), Problem>(())
        };
        renew(secret(id), &mut new.secret)?;
        if let Some(previous) = &mut new.previous_secret {
            // One that cannot be read signs nothing, and is no reason to stop the other.
            renew(secret(id), previous).or_else(|problem| match is_unreadable(&problem) {
                true => Ok(()),
                false => Err(problem),
            })?;
        }
        for (name, text) in &mut new.header_values {
            renew(header(id, name), text)?;
        }
        Ok(changed.then_some(new))
    }

    /// The ids of the keys that any of it is sealed with.
    pub(crate) fn keys(&self) -> impl Iterator<Item = String> {
        let texts = [Some(&self.secret), self.previous_secret.as_ref()].into_iter().flatten();
        texts.chain(self.header_values.values()).filter_map(|text| key_of(text)).map(str::to_owned)
    }
}

impl PausedReason {
    /// Why an endpoint whose secrets cannot be read is paused; none if the problem is another one.
    pub(crate) fn of(problem: &Problem) -> Option<Self> {
        let missing = problem.is(&SEALING_KEY_MISSING);
        is_unreadable(problem).then_some(if missing { Self::KeyMissing } else { Self::Unreadable })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_not_printed() {
        let sealed = Sealed { secret: "canary".into(), ..Sealed::default() };
        assert_eq!(format!("{sealed:?}"), HIDDEN);
    }
}
