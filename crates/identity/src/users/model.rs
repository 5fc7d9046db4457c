//! A user.

use crate::{org_units::OrgUnit, roles::Role, secrets::Secret};
use chrono::NaiveDate;
use guanxi_kernel::{
    Line, OrgUnitId, RoleId,
    id::kinds,
    problem::{FieldError, INVALID_FORMAT, OUT_OF_RANGE, REPEATED, Texts},
    text,
    text::fold,
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use validator::{Validate, ValidateEmail as _};

guanxi_kernel::problems! {
    /// The user cannot own new records.
    INACTIVE_OWNER = Invalid "inactive_owner"
        ("Inactive owner", "The user is disabled, or past the end of their time in sales, and cannot own records.")
        ("负责人不可用", "该用户已停用或销售任期已结束,不能再负责记录。");
    /// One's own address is changed with the current password.
    OWN_EMAIL = Forbidden "own_email"
        ("Your own address", "Change your own e-mail address at /v1/me/email, with your current password.")
        ("本人的邮箱", "请通过 /v1/me/email 并提供当前密码修改本人邮箱。");
    /// Nobody would be left who may do everything.
    LAST_ADMINISTRATOR = Conflict "last_administrator"
        ("Last administrator", "At least one active user must hold a role with all rights.")
        ("最后一位管理员", "必须至少保留一位拥有全部权限的在用用户。");
}

guanxi_kernel::words! {
    /// Whether a user can sign in.
    #[derive(Default)]
    pub enum UserStatus {
        /// Can sign in and own records.
        #[default]
        Active = "active" ("Active", "在用"),
        /// Can do neither; sessions have ended and keys do not work.
        Disabled = "disabled" ("Disabled", "停用"),
    }
}

/// What callers write of a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct UserInput {
    /// The e-mail address, by which the user signs in. Kept in lower case; no two users have the same.
    #[field(zh = "邮箱", filter)]
    #[schema(value_type = String, format = Email, max_length = 254, example = "wang.wei@example.com")]
    pub email: Line<254>,
    /// The name.
    #[field(zh = "姓名", filter, sort = "name_folded")]
    pub name: Line<100>,
    /// The unit of the organisation that the user belongs to. Its managers, and those above, see
    /// the records of the user.
    #[field(zh = "所属组织", filter, to = OrgUnit)]
    pub org_unit_id: Option<OrgUnitId>,
    /// The roles.
    #[serde(default)]
    #[field(zh = "角色", json, terms = "role_id", to = Role)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub role_ids: Vec<RoleId>,
    /// Whether the user can sign in.
    #[serde(default)]
    #[field(zh = "状态", filter)]
    pub status: UserStatus,
    /// What the user sells, where and until when.
    #[serde(default)]
    #[field(zh = "销售档案", json)]
    #[validate(nested)]
    pub sales_profile: SalesProfile,
}

/// A user as a sales person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SalesProfile {
    /// The level, in the words of the company.
    pub level: Option<Line<40>>,
    /// The region.
    pub region: Option<Line<80>>,
    /// The products or product lines.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub products: Vec<Line<80>>,
    /// The first day in sales.
    pub starts_on: Option<NaiveDate>,
    /// The last day in sales; afterwards the user cannot own new records.
    pub ends_on: Option<NaiveDate>,
}

/// A password for another user.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "password": "a long walk to Suzhou" })))]
pub struct SetPassword {
    /// The password from now on: 12 to 128 characters, not a common one.
    pub password: Secret,
}

/// A person who can sign in.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct User {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = UserMeta)]
    pub meta: Meta<kinds::User>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: UserInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub name_folded: String,
}

/// For the derive of the schema, which stumbles over the parameter.
type UserMeta = Meta<kinds::User>;

/// The resource.
pub static USER: Kind = Kind::new::<User>(
    "user",
    "users",
    "users",
    Visibility::Tenant,
    Texts { en: "User", zh: "用户" },
)
.searched(&["name", "email"])
.known_by(&["email", "name"])
.also(&[
    "signed_in",
    "sign_in_failed",
    "refresh_reused",
    "password_changed",
    "password_set",
    "password_reset_asked",
    "password_reset",
    "email_change_asked",
    "email_changed",
    "second_factor_started",
    "second_factor_enabled",
    "second_factor_disabled",
    "second_factor_reset",
    "second_factor_guessed",
    "recovery_code_used",
    "recovery_codes_renewed",
]);

/// The address as it is kept.
///
/// # Errors
/// The finding about what is none.
pub(crate) fn address(typed: &str) -> std::result::Result<Line<254>, FieldError> {
    match Line::<254>::new(&fold(typed)) {
        Ok(email) if (&*email).validate_email() => Ok(email),
        _ => Err(INVALID_FORMAT.field("/email").with("expected", "an e-mail address")),
    }
}

impl SalesProfile {
    /// Whether somebody with this profile can own new records on `today`.
    pub fn can_own_on(&self, today: NaiveDate) -> bool {
        self.ends_on.is_none_or(|last| today <= last)
    }
}

impl User {
    /// Whether the user can sign in.
    pub fn is_active(&self) -> bool {
        self.meta.deleted_at.is_none() && self.input.status == UserStatus::Active
    }

    /// Brings what was written into the form in which it is kept, and says what is wrong with it.
    pub(super) fn normalise(&mut self) -> Vec<FieldError> {
        self.name_folded = text::sort_key(&self.input.name);
        let mut findings = Vec::new();
        match address(&self.input.email) {
            Ok(email) => self.input.email = email,
            Err(finding) => findings.push(finding),
        }
        let roles = &self.input.role_ids;
        if roles.iter().collect::<BTreeSet<_>>().len() < roles.len() {
            findings.push(REPEATED.field("/role_ids"));
        }
        let profile = &self.input.sales_profile;
        if profile.starts_on.zip(profile.ends_on).is_some_and(|(first, last)| last < first) {
            let finding = OUT_OF_RANGE.field("/sales_profile/ends_on");
            findings.push(finding.with("expected", "starts_on or later"));
        }
        findings
    }

    /// The roles that count for the user now.
    pub(super) fn live_roles(&self) -> BTreeSet<RoleId> {
        let live = if self.is_active() { &self.input.role_ids[..] } else { &[] };
        live.iter().copied().collect()
    }

    /// The roles that the user has and `before` had not; a deleted user had none.
    pub(super) fn added_roles(&self, before: Option<&Self>) -> BTreeSet<RoleId> {
        let before = before.filter(|before| before.meta.deleted_at.is_none());
        let had = |role: &RoleId| before.is_some_and(|before| before.input.role_ids.contains(role));
        self.input.role_ids.iter().copied().filter(|role| !had(role)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::problem::Place;
    use guanxi_storage::kind::Parts as _;
    use serde_json::{Value, json};

    fn user(mut input: Value) -> User {
        input["name"] = "Wang Wei".into();
        let input = guanxi_kernel::input::read(input).unwrap();
        User::assemble(Meta::new(&testing::nobody()), input)
    }

    #[test]
    fn the_email_is_kept_in_lower_case() {
        let mut user = user(json!({ "email": "Wang.Wei@Example.COM" }));
        assert!(user.normalise().is_empty());
        assert_eq!((&*user.input.email, &*user.name_folded), ("wang.wei@example.com", "wang wei"));
    }

    #[test]
    fn every_wrong_member_is_named() {
        let role = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
        let mut user = user(json!({
            "email": "nobody",
            "role_ids": [role, role],
            "sales_profile": { "starts_on": "2026-02-01", "ends_on": "2026-01-31" },
        }));
        let places: Vec<_> = user.normalise().into_iter().map(|finding| finding.place).collect();
        let pointers = ["/email", "/role_ids", "/sales_profile/ends_on"];
        assert_eq!(places, pointers.map(|pointer| Place::Pointer(pointer.into())));
    }

    #[test]
    fn the_last_day_in_sales_still_counts() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let profile = SalesProfile { ends_on: Some(day("2026-03-31")), ..SalesProfile::default() };
        assert!(profile.can_own_on(day("2026-03-31")));
        assert!(!profile.can_own_on(day("2026-04-01")));
        assert!(SalesProfile::default().can_own_on(day("2999-01-01")));
    }

    #[test]
    fn the_input_is_written_as_it_is_read() {
        let user = user(json!({ "email": "a@b.cn" }));
        let written = serde_json::to_value(&user.input).unwrap();
        let read: UserInput = guanxi_kernel::input::read(written).unwrap();
        assert_eq!(read, user.input);
    }
}
