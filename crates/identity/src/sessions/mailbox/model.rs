//! What is sent to choose a new password and to have another address. Pure.

use crate::secrets::Secret;
use guanxi_kernel::Line;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::problems! {
    /// The token is unknown, spent, of another purpose or another user, or its time is over.
    INVALID_ACCOUNT_TOKEN = Invalid "invalid_account_token"
        ("Token does not work", "The token is unknown, was used before, or is older than 30 minutes; ask for another letter.")
        ("令牌无效", "令牌不存在、已被使用或已超过 30 分钟,请重新申请邮件。");
    /// Too many letters to one address, or of one user.
    TOO_MANY_LETTERS = TooMany "too_many_letters"
        ("Too many letters", "Several letters were sent in the last hour; look for them, or try again later.")
        ("邮件过多", "最近一小时内已发送多封邮件,请先查收,或稍后再试。");
}

/// Asks for a new password in place of one that was forgotten.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "tenant": "main", "email": "wang.wei@example.com" })))]
pub struct AskPasswordReset {
    /// The short name of the company; `main` if absent.
    pub tenant: Option<Line<63>>,
    /// The e-mail address of the account.
    #[schema(value_type = String, format = Email, max_length = 254)]
    pub email: Line<254>,
}

/// Chooses a new password with the token of a letter.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "token": "gxa_01932c075a3e7c419d1f6b2f0a4e8c77_X5rU9PwJRvusikFRArIt87zcZlQWnAvYqjWXQDkDUQg", "new_password": "a longer walk to Hangzhou" })))]
pub struct ResetPassword {
    /// The token that the letter has brought.
    pub token: Secret,
    /// The password from now on: 12 to 128 characters, not a common one.
    pub new_password: Secret,
}

/// Gives oneself another e-mail address.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "email": "wang.wei@example.cn", "current_password": "a long walk to Suzhou" })))]
pub struct ChangeEmail {
    /// The address from then on.
    #[schema(value_type = String, format = Email, max_length = 254)]
    pub email: Line<254>,
    /// The password.
    pub current_password: Secret,
    /// Whether the other sessions end, on all other devices, at once.
    #[serde(default)]
    pub sign_out_everywhere: bool,
}

/// Shows that the new address is one's own.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "token": "gxa_01932c075a3e7c419d1f6b2f0a4e8c77_X5rU9PwJRvusikFRArIt87zcZlQWnAvYqjWXQDkDUQg" })))]
pub struct ConfirmEmail {
    /// The token that the letter to the new address has brought.
    pub token: Secret,
}
