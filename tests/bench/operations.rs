//! What is asked for, drawn the same way for the program and for the ceilings.

use crate::{
    Outcome,
    data::{Dice, Row},
};
use std::io::Write as _;
use uuid::Uuid;

/// Records on a page.
pub(crate) const PAGE: i64 = 50;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Get,
    ByTier,
    ByRole,
    Search,
    Create,
    Patch,
}

impl Operation {
    /// Reads first, so that they find the store as it was filled.
    pub(crate) const ALL: [Self; 6] =
        [Self::Get, Self::ByTier, Self::ByRole, Self::Search, Self::Create, Self::Patch];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "party by id",
            Self::ByTier => "list tier, by name",
            Self::ByRole => "list role, by change",
            Self::Search => "search q",
            Self::Create => "create",
            Self::Patch => "patch",
        }
    }

    /// The name of its files.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::ByTier => "list-tier",
            Self::ByRole => "list-role",
            Self::Search => "search",
            Self::Create => "create",
            Self::Patch => "patch",
        }
    }

    /// One request of this kind.
    pub(crate) fn draw(self, dice: &mut Dice, ids: &[Uuid]) -> Wish {
        match self {
            Self::Get => Wish::Get(dice.pick(ids)),
            Self::ByTier => Wish::ByTier(dice.tier()),
            Self::ByRole => Wish::ByRole(dice.role()),
            Self::Search => Wish::Search(dice.search()),
            Self::Create => {
                let key = Uuid::new_v4();
                // As long as a customer number, because each of its letters is indexed.
                let code = format!("N-{:010x}", key.as_u128() & 0xff_ffff_ffff);
                Wish::Create(key, Box::new(Row::with_code(dice, code)))
            }
            Self::Patch => Wish::Patch(dice.pick(ids), dice.below(100_000_000)),
        }
    }
}

/// One request, not yet in the words of anybody.
#[derive(Debug, Clone)]
pub(crate) enum Wish {
    Get(Uuid),
    ByTier(&'static str),
    ByRole(&'static str),
    Search(String),
    /// With its idempotency key.
    Create(Uuid, Box<Row>),
    /// With the new number of employees.
    Patch(Uuid, u64),
}

impl Wish {
    /// Writes it as an HTTP request in the name of whoever has `token`.
    pub(crate) fn write(&self, token: &str, out: &mut Vec<u8>) -> Outcome {
        out.clear();
        match self {
            Self::Get(id) => write!(out, "GET /v1/parties/{id}")?,
            Self::ByTier(tier) => {
                write!(out, "GET /v1/parties?tier={tier}&sort=name&limit={PAGE}")?;
            }
            Self::ByRole(role) => {
                write!(out, "GET /v1/parties?role={role}&sort=-updated_at&limit={PAGE}")?;
            }
            Self::Search(text) => write!(out, "GET /v1/parties?q={}&limit={PAGE}", encode(text))?,
            Self::Create(..) => write!(out, "POST /v1/parties")?,
            Self::Patch(id, _) => write!(out, "PATCH /v1/parties/{id}")?,
        }
        write!(
            out,
            " HTTP/1.1\r\nhost: bench\r\naccept: application/json\r\nauthorization: Bearer {token}\r\n"
        )?;
        let body = match self {
            Self::Create(key, row) => {
                write!(out, "idempotency-key: {key}\r\n")?;
                Some(row.json().to_string())
            }
            Self::Patch(_, employees) => {
                write!(out, "if-match: *\r\n")?;
                Some(format!("{{\"employees\":{employees}}}"))
            }
            _ => None,
        };
        match body {
            Some(body) => write_body(&body, out)?,
            None => write!(out, "\r\n")?,
        }
        Ok(())
    }
}

/// Writes the last headers and the body.
pub(crate) fn write_body(body: &str, out: &mut Vec<u8>) -> Outcome {
    write!(out, "content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())?;
    Ok(())
}

/// A text as part of an address.
pub(crate) fn encode(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}
