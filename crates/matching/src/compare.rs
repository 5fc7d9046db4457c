//! The evidence about two profiles, reason by reason, and its sum.

use crate::{
    addresses, names,
    normalise::Prepared,
    similarity::of_slips,
    weights::{self, Weight},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

guanxi_kernel::words! {
    /// What of two profiles was compared.
    pub enum ComparedField {
        /// Organisation or person.
        Kind = "kind" ("Kind", "类型"),
        /// An identifier.
        Code = "code" ("Code", "编号"),
        /// The whole name.
        Name = "name" ("Name", "名称"),
        /// The given name.
        GivenName = "given_name" ("Given name", "名"),
        /// The family name.
        FamilyName = "family_name" ("Family name", "姓"),
        /// The branch of an organisation.
        Branch = "branch" ("Branch", "分支机构"),
        /// A phone number.
        Phone = "phone" ("Phone", "电话"),
        /// An e-mail address.
        Email = "email" ("E-mail", "邮箱"),
        /// The birth date.
        BirthDate = "birth_date" ("Birth date", "出生日期"),
        /// The street.
        Street = "street" ("Street", "街道"),
        /// The house number.
        HouseNumber = "house_number" ("House number", "门牌号"),
        /// The district or building.
        District = "district" ("District", "区"),
        /// The city.
        City = "city" ("City", "城市"),
        /// The province or state.
        Region = "region" ("Region", "省份"),
        /// The postal code.
        PostalCode = "postal_code" ("Postal code", "邮政编码"),
        /// What a household or an office has in common.
        Shared = "shared" ("Shared phone or address", "共用电话或地址"),
    }
}

guanxi_kernel::words! {
    /// How two values agree.
    pub enum Agreement {
        /// They are the same.
        Equal = "equal" ("Equal", "相同"),
        /// They may be two spellings of the same.
        Similar = "similar" ("Similar", "相似"),
        /// They agree with one another's neighbour, e.g. given with family name.
        Swapped = "swapped" ("Swapped", "互换"),
        /// They are not the same.
        Different = "different" ("Different", "不同"),
    }
}

guanxi_kernel::words! {
    /// What the evidence says.
    #[derive(Default)]
    pub enum Verdict {
        /// The same, beyond reasonable doubt.
        Certain = "certain" ("Certain", "确定"),
        /// Probably the same; somebody should look.
        Likely = "likely" ("Likely", "可能"),
        /// Not the same, or nothing says so.
        #[default]
        No = "no" ("No", "否"),
    }
}

/// One piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// What was compared.
    pub field: ComparedField,
    /// How the two agree.
    pub agreement: Agreement,
    /// How alike the two are, 0 to 100.
    #[schema(maximum = 100)]
    pub similarity: u8,
    /// What that says: positive for, negative against their being the same.
    pub points: i32,
}

/// What the comparison of two profiles came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Comparison {
    /// The points, cut to 0 to 100. Two profiles that say exactly the same have 100 however little
    /// they say.
    #[schema(maximum = 100)]
    pub score: u8,
    /// The sum of the points of the reasons.
    pub points: i32,
    /// The evidence.
    pub reasons: Vec<Evidence>,
}

/// From how many points on a verdict is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// Points from which two are the same.
    pub certain: i32,
    /// Points from which somebody should look.
    pub likely: i32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { certain: weights::CERTAIN, likely: weights::LIKELY }
    }
}

impl Comparison {
    /// What the evidence says. Profiles that say the same but very little are likely, never certain:
    /// two people may both be called 王伟.
    pub fn verdict(&self, thresholds: &Thresholds) -> Verdict {
        if self.points >= thresholds.certain {
            Verdict::Certain
        } else if self.points >= thresholds.likely || self.score == 100 {
            Verdict::Likely
        } else {
            Verdict::No
        }
    }
}

impl Evidence {
    pub(crate) fn of(field: ComparedField, weight: &Weight, similarity: u8) -> Self {
        let agreement = match similarity {
            100 => Agreement::Equal,
            s if s >= weight.floor => Agreement::Similar,
            _ => Agreement::Different,
        };
        Self { field, agreement, similarity, points: weight.at(similarity) }
    }

    /// The same where the value was found in the neighbour's place.
    pub(crate) fn swapped(self) -> Self {
        match self.agreement {
            Agreement::Different => self,
            _ => Self { agreement: Agreement::Swapped, ..self },
        }
    }
}

/// The points of several reasons.
pub(crate) fn sum(reasons: &[Evidence]) -> i32 {
    reasons.iter().map(|reason| reason.points).sum()
}

/// Adds up what speaks for and against two profiles being the same. The order of the two is no
/// matter, and what only one of them has is no evidence.
pub fn compare(left: &Prepared, right: &Prepared) -> Comparison {
    // In one order always, so that ties between equally good explanations end the same way.
    let (one, other) = if left <= right { (left, right) } else { (right, left) };
    complete(one, other, own_evidence(one, other))
}

/// The same for two in ascending order, or nothing if it is clear before their addresses are
/// compared that the points stay below `least`.
pub(crate) fn compare_if(one: &Prepared, other: &Prepared, least: i32) -> Option<Comparison> {
    let own = own_evidence(one, other);
    let in_reach = sum(&own) + weights::MOST_OF_ADDRESS >= least || one == other;
    in_reach.then(|| complete(one, other, own))
}

/// All evidence but that of the addresses.
fn own_evidence(one: &Prepared, other: &Prepared) -> Vec<Evidence> {
    let mut reasons = Vec::with_capacity(12);
    if one.kind != other.kind {
        reasons.push(Evidence::of(ComparedField::Kind, &weights::KIND, 0));
    }
    names::compare(one, other, &mut reasons);
    for (field, weight, of_one, of_other) in [
        (ComparedField::Code, &weights::CODE, &one.codes, &other.codes),
        (ComparedField::Email, &weights::EMAIL, &one.emails, &other.emails),
        (ComparedField::Phone, &weights::PHONE, &one.phones, &other.phones),
    ] {
        reasons.extend(in_common(field, weight, of_one, of_other));
    }
    reasons.extend(birth_dates(&one.birth, &other.birth));
    reasons
}

fn complete(one: &Prepared, other: &Prepared, mut reasons: Vec<Evidence>) -> Comparison {
    addresses::compare(one, other, &mut reasons);
    let shared = only_shared(&reasons);
    reasons.extend(shared);
    let points = sum(&reasons);
    let score = if one == other { 100 } else { u8::try_from(points.clamp(0, 100)).unwrap_or(0) };
    Comparison { score, points, reasons }
}

/// Whether two sorted sets have something in common; nothing if either is empty.
fn in_common(
    field: ComparedField,
    weight: &Weight,
    one: &[Box<str>],
    other: &[Box<str>],
) -> Option<Evidence> {
    if one.is_empty() || other.is_empty() {
        return None;
    }
    let common = one.iter().any(|value| other.binary_search(value).is_ok());
    Some(Evidence::of(field, weight, if common { 100 } else { 0 }))
}

/// Nothing if either is missing, or is only the year or month of the other.
fn birth_dates(one: &str, other: &str) -> Option<Evidence> {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let vague = short != long && short.len() <= "YYYYMM".len() && long.starts_with(short);
    let known = !short.is_empty() && !vague;
    known.then(|| Evidence::of(ComparedField::BirthDate, &weights::BIRTH, of_slips(one, other)))
}

/// The correction where names differ and all that agrees is what a household or an office shares.
fn only_shared(reasons: &[Evidence]) -> Option<Evidence> {
    let other_name = reasons.iter().any(|reason| {
        matches!(reason.field, ComparedField::Name | ComparedField::GivenName) && reason.points < 0
    });
    let agrees = |fields: &[ComparedField]| {
        reasons.iter().any(|r| r.points > 0 && fields.contains(&r.field))
    };
    let own = agrees(&[ComparedField::Code, ComparedField::Email, ComparedField::BirthDate]);
    let common = agrees(&[ComparedField::Phone, ComparedField::Street]);
    (other_name && common && !own).then_some(Evidence {
        field: ComparedField::Shared,
        agreement: Agreement::Equal,
        similarity: 100,
        points: weights::SHARED.points,
    })
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
