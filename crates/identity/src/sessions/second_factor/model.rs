//! What is sent and answered about the second factor. Pure.

use crate::{
    secrets::{OpaqueError, Secret, TotpSecret, WrongCodes},
    users::USER,
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{
    error::corrupt,
    vault::{Place, Sealer},
};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::problems! {
    /// The password is right and the account has a second factor.
    SECOND_FACTOR_CODE_REQUIRED = Unauthenticated "second_factor_code_required"
        ("Code required", "Sign in with the password and a code of your authenticator app, or a recovery code, in `code`.")
        ("需要验证码", "请在 code 中同时提供身份验证器的验证码或恢复码后重新登录。");
    /// The password is right and the code is not, or was used before.
    WRONG_SECOND_FACTOR = Unauthenticated "wrong_second_factor"
        ("Wrong code", "The code is wrong or was used before; wait for the next one.")
        ("验证码错误", "验证码错误或已被使用,请等待下一个验证码。");
    /// The password is right, and after so many wrong codes none is looked at for a while.
    TOO_MANY_WRONG_CODES = Unauthenticated "too_many_wrong_codes"
        ("Too many wrong codes", "There were so many wrong codes that none is looked at for up to a day. Sign in with a recovery code, or have an administrator take the second factor away.")
        ("验证码错误次数过多", "验证码错误次数过多,最长一天内不再受理。请使用恢复码登录,或联系管理员重置双重验证。");
    /// The code is wrong or was used before, or the account must wait.
    WRONG_SECOND_FACTOR_CODE = Invalid "wrong_second_factor_code"
        ("Wrong code", "The code is wrong or was used before, or there were too many failures; wait before you try again.")
        ("验证码错误", "验证码错误或已被使用,或失败次数过多,请稍后再试。");
    /// A role of the caller requires a second factor, and there is none yet.
    SECOND_FACTOR_REQUIRED = Forbidden "second_factor_required"
        ("Second factor required", "A role of yours requires a second factor. Set one up at /v1/auth/second-factor first.")
        ("需要双重验证", "您的角色要求双重验证,请先在 /v1/auth/second-factor 完成设置。");
    /// There is one already.
    SECOND_FACTOR_ACTIVE = Conflict "second_factor_active"
        ("Second factor is set up", "You have a second factor already; turn it off before you set up another one.")
        ("双重验证已启用", "双重验证已启用,如需更换请先停用。");
    /// There is none, or none that waits to be confirmed.
    SECOND_FACTOR_INACTIVE = Conflict "second_factor_inactive"
        ("No second factor", "There is no second factor with which this could be done.")
        ("未启用双重验证", "当前没有可用于此操作的双重验证。");
    /// One's own second factor is turned off with the password and a code.
    OWN_SECOND_FACTOR = Forbidden "own_second_factor"
        ("Your own second factor", "Turn your own second factor off with your password and a code.")
        ("本人的双重验证", "停用本人的双重验证需要密码和验证码。");
}

/// How the second factor of a user stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SecondFactor {
    /// Whether signing in takes a code.
    pub enabled: bool,
    /// Since when.
    pub enabled_at: Option<DateTime<Utc>>,
    /// Whether a secret waits to be confirmed with a code.
    pub pending: bool,
    /// Whether a role of the user requires it.
    pub required: bool,
    /// How many recovery codes were not used yet.
    pub recovery_codes_left: i64,
}

/// Begins to set up a second factor.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "current_password": "a long walk to Suzhou" })))]
pub struct StartSecondFactor {
    /// The password.
    pub current_password: Secret,
}

/// What an authenticator app needs. It is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SecondFactorSecret {
    /// The secret in base32, to be typed into an app.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    pub secret: String,
    /// The same with whose it is, for a QR code.
    #[schema(
        example = "otpauth://totp/Guanxi:wang.wei%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Guanxi&algorithm=SHA1&digits=6&period=30"
    )]
    pub otpauth_uri: String,
}

impl fmt::Debug for SecondFactorSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecondFactorSecret(***)")
    }
}

/// Shows that the app has the secret.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "code": "287082" })))]
pub struct ConfirmSecondFactor {
    /// The code that the app shows.
    pub code: Secret,
    /// Whether the other sessions end, on all other devices.
    #[serde(default)]
    pub sign_out_everywhere: bool,
}

/// Replaces all recovery codes.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "current_password": "a long walk to Suzhou", "code": "287082" })))]
pub struct RenewRecoveryCodes {
    /// The password.
    pub current_password: Secret,
    /// A code that the app shows, or a recovery code.
    pub code: Secret,
}

/// Turns the second factor off.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "current_password": "a long walk to Suzhou", "code": "287082" })))]
pub struct DisableSecondFactor {
    /// The password.
    pub current_password: Secret,
    /// A code that the app shows, or a recovery code.
    pub code: Secret,
    /// Whether the other sessions end, on all other devices.
    #[serde(default)]
    pub sign_out_everywhere: bool,
}

/// Codes that each open the account once in place of a code of the app. They are shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// The codes.
    #[schema(max_items = 10)]
    pub recovery_codes: Vec<String>,
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCodes(***)")
    }
}

/// A second factor as it is stored.
#[derive(Clone, sqlx::FromRow)]
pub(super) struct Stored {
    /// The secret, sealed.
    pub(super) secret: String,
    /// Since when signing in takes it; not before it was confirmed.
    pub(super) confirmed_at: Option<DateTime<Utc>>,
    /// The last step a code of which was used.
    pub(super) last_step: i64,
    /// Wrong codes since the last right one.
    pub(super) wrong_codes: i64,
    /// When the last of them was.
    pub(super) wrong_at: Option<DateTime<Utc>>,
}

/// Where the secret of a user is sealed for.
pub(super) fn place(user: UserId) -> Place<'static> {
    Place { kind: USER.name, record: user.uuid(), member: "second_factor" }
}

impl Stored {
    /// The wrong codes since the last right one.
    pub(super) fn wrong(&self) -> WrongCodes {
        WrongCodes { count: self.wrong_codes, last_at: self.wrong_at }
    }

    /// Reads the secret back.
    ///
    /// # Errors
    /// `sealing_key_missing`, `seal_refused`; `internal` when what is stored is no secret.
    pub(super) fn open(&self, sealer: &Sealer, user: UserId) -> Result<TotpSecret> {
        let text = Secret::from(sealer.open(place(user), &self.secret)?);
        let none = |_: OpaqueError| corrupt("a stored second factor is none");
        TotpSecret::parse(text.expose()).map_err(none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_printed() {
        let (secret, otpauth_uri) = ("canary".to_owned(), "canary".to_owned());
        let shown = format!("{:?}", SecondFactorSecret { secret, otpauth_uri });
        let codes = RecoveryCodes { recovery_codes: vec!["canary".to_owned()] };
        assert!(!format!("{shown} {codes:?}").contains("canary"));
    }
}
