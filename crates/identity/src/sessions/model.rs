//! What is sent to sign in, what is answered, and how long it lasts. Pure.

use crate::secrets::{PasswordError, PasswordRefusal, Secret};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Line, Problem, SessionId, UserId, problem::INTERNAL};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{self, KnownFormat, SchemaFormat},
};
use validator::Validate;

/// No session is longer.
pub(super) const LONGEST: TimeDelta = TimeDelta::days(30);
/// A session that is not used for so long is over.
pub(super) const IDLE: TimeDelta = TimeDelta::days(7);
/// So long a spent refresh token buys the same tokens again: the answer may have been lost.
const GRACE: TimeDelta = TimeDelta::seconds(30);

guanxi_kernel::problems! {
    /// Tenant, address or password is wrong, or the account must wait. Nobody is told which.
    INVALID_CREDENTIALS = Unauthenticated "invalid_credentials"
        ("Not signed in", "The e-mail address or the password is wrong, or there were too many failures; wait before you try again.")
        ("登录失败", "邮箱或密码错误,或失败次数过多,请稍后再试。");
    /// The password was made up by the program and has had its time.
    PASSWORD_EXPIRED = Unauthenticated "password_expired"
        ("Password expired", "The password was made up for a short time, which is over. Have a new one sent to you, or ask an administrator; an operator makes another one with `guanxi user reset-password`.")
        ("密码已过期", "该密码为系统生成的临时密码,现已过期。请通过邮件重置密码或联系管理员;运维方可使用 `guanxi user reset-password` 重新生成。");
    /// The refresh token is unknown, spent, or of a session that is over.
    INVALID_REFRESH_TOKEN = Unauthenticated "invalid_refresh_token"
        ("Signed out", "The refresh token does not work any more; sign in again.")
        ("会话已结束", "刷新令牌已失效,请重新登录。");
    /// No credentials, or none that count.
    UNAUTHENTICATED = Unauthenticated "unauthenticated"
        ("Not signed in", "Send an access token (Authorization: Bearer …) or an API key (X-Api-Key).")
        ("未登录", "请提供访问令牌(Authorization: Bearer …)或 API 密钥(X-Api-Key)。");
    /// The token or key was good and its time is over.
    TOKEN_EXPIRED = Unauthenticated "token_expired"
        ("Expired", "The access token or key has expired; get a new one.")
        ("凭证已过期", "访问令牌或密钥已过期,请重新获取。");
    /// A web page uses a key that was not made for it.
    ORIGIN_NOT_ALLOWED = Forbidden "origin_not_allowed"
        ("Origin not allowed", "The API key does not allow requests from web pages of this origin.")
        ("来源不被允许", "该 API 密钥不允许来自此网页来源的请求。");
    /// Only somebody who has signed in can do this, and no program with a key.
    SESSION_REQUIRED = Forbidden "session_required"
        ("Sign in first", "Only somebody who has signed in can do this; an API key cannot.")
        ("需要登录", "只有登录的用户才能执行此操作,API 密钥不能。");
    /// The password breaks the rule for new ones.
    WEAK_PASSWORD = Invalid "weak_password"
        ("Weak password", "A password has 12 to 128 characters, is not a common one and does not contain your name, address or company ({reason}).")
        ("密码强度不足", "密码须为 12 至 128 个字符,不能是常见密码,也不能包含您的姓名、邮箱或公司名称({reason})。");
    /// The current password is wrong, or the account must wait.
    WRONG_PASSWORD = Invalid "wrong_password"
        ("Wrong password", "The current password is wrong, or there were too many failures; wait before you try again.")
        ("密码错误", "当前密码错误,或失败次数过多,请稍后再试。");
    /// One's own password is changed with the current one.
    CURRENT_PASSWORD_REQUIRED = Forbidden "current_password_required"
        ("Current password required", "Change your own password with the current one.")
        ("需要当前密码", "修改本人密码需要提供当前密码。");
    /// Too many passwords are being checked.
    BUSY = Unavailable "too_many_logins"
        ("Too many logins", "Too many people are signing in just now; try again.")
        ("登录繁忙", "当前登录人数过多,请稍后重试。");
}

/// Signs in.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "tenant": "main", "email": "wang.wei@example.com", "password": "a long walk to Suzhou" })))]
pub struct Login {
    /// The short name of the company; `main` if absent.
    pub tenant: Option<Line<63>>,
    /// The e-mail address.
    #[schema(value_type = String, format = Email, max_length = 254)]
    pub email: Line<254>,
    /// The password.
    pub password: Secret,
    /// A code of the authenticator app or a recovery code, if the account has a second factor.
    #[serde(default)]
    pub code: Option<Secret>,
}

/// Buys the next tokens.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "refresh_token": "gxr_01932c075a3e7c419d1f6b2f0a4e8c77_X5rU9PwJRvusikFRArIt87zcZlQWnAvYqjWXQDkDUQg" })))]
pub struct Refresh {
    /// The refresh token; afterwards the one in the answer takes its place.
    pub refresh_token: Secret,
}

/// Changes one's own password.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "current_password": "a long walk to Suzhou", "new_password": "a longer walk to Hangzhou" })))]
pub struct ChangePassword {
    /// The password until now.
    pub current_password: Secret,
    /// The password from now on: 12 to 128 characters, not a common one.
    pub new_password: Secret,
    /// Whether the other sessions end, on all other devices.
    #[serde(default)]
    pub sign_out_everywhere: bool,
}

/// From where somebody signs in: for the list of sessions and for the audit trail.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// Found again in events.
    pub request_id: Arc<str>,
    /// What the device says it is.
    pub user_agent: Option<String>,
}

impl From<Option<String>> for Client {
    fn from(user_agent: Option<String>) -> Self {
        Self { user_agent, ..Self::default() }
    }
}

impl Client {
    /// The user agent as it is stored: short, and without what a screen would choke on.
    pub(super) fn device(&self) -> Option<String> {
        let text = self.user_agent.as_deref()?;
        let text: String = text.chars().filter(|c| !c.is_control()).take(300).collect();
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

/// Proof of having signed in.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tokens {
    /// For `Authorization: Bearer …`, for a few minutes.
    pub access_token: String,
    /// How the access token is shown.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds for which the access token is good.
    pub expires_in: i64,
    /// Buys the next tokens, once.
    pub refresh_token: String,
    /// Seconds within which the refresh token must be used.
    pub refresh_expires_in: i64,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(***)")
    }
}

/// A session of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Session {
    /// Names the session.
    pub id: SessionId,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When its tokens were last renewed.
    pub last_used_at: DateTime<Utc>,
    /// When it ends if nobody ends it.
    pub expires_at: DateTime<Utc>,
    /// What the device said it is.
    pub user_agent: Option<String>,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The sessions of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionList {
    /// The latest first.
    pub data: Vec<Session>,
}

/// A session as it is stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Stored {
    pub(super) id: SessionId,
    pub(super) user_id: UserId,
    pub(super) created_at: DateTime<Utc>,
    pub(super) last_used_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) ended_at: Option<DateTime<Utc>>,
    pub(super) user_agent: Option<String>,
}

/// What becomes of a refresh token that is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It buys the next one.
    Rotate,
    /// It has, just now; the same again.
    Repeat,
    /// It has, a while ago: somebody else has it too.
    Reused,
    /// The session is over.
    Over,
}

impl Stored {
    /// Until when the session lives if it is not used any more.
    pub(super) fn ends_at(&self) -> DateTime<Utc> {
        self.expires_at.min(self.last_used_at + IDLE)
    }

    /// Whether it has ended by itself or by somebody.
    pub(super) fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_some() || now >= self.ends_at()
    }

    /// What becomes of a token of this session that was used at `used_at`, if it was.
    pub(super) fn turn(&self, used_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Turn {
        match used_at {
            _ if self.is_over(now) => Turn::Over,
            None => Turn::Rotate,
            Some(used_at) if now - used_at <= GRACE => Turn::Repeat,
            Some(_) => Turn::Reused,
        }
    }

    /// The session as its user sees it.
    pub(super) fn show(self, current: Option<SessionId>) -> Session {
        let expires_at = self.ends_at();
        let Self { id, created_at, last_used_at, user_agent, .. } = self;
        let current = current == Some(id);
        Session { id, created_at, last_used_at, expires_at, user_agent, current }
    }
}

/// The refusal of a new password that the member at `pointer` holds.
pub(super) fn weak(refusal: PasswordRefusal, pointer: &str) -> Problem {
    let reason = match refusal {
        PasswordRefusal::TooShort => "too_short",
        PasswordRefusal::TooLong => "too_long",
        PasswordRefusal::Context => "personal",
        PasswordRefusal::Common => "common",
    };
    weak_because(reason, pointer)
}

/// The refusal of a new password that is the present one.
pub(super) fn unchanged(pointer: &str) -> Problem {
    weak_because("unchanged", pointer)
}

fn weak_because(reason: &'static str, pointer: &str) -> Problem {
    let finding = WEAK_PASSWORD.field(pointer).with("reason", reason);
    WEAK_PASSWORD.with("reason", reason).and(finding)
}

/// Why no password could be checked or hashed, to callers.
pub(super) fn unchecked(error: PasswordError) -> Problem {
    match error {
        PasswordError::Busy => BUSY.problem().retry_after(1),
        other => INTERNAL.problem().because(other),
    }
}

/// As the API document shows it; here, since the secrets know nothing of documents.
impl PartialSchema for Secret {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        openapi::ObjectBuilder::new()
            .schema_type(openapi::schema::Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .write_only(true)
            .into()
    }
}

impl ToSchema for Secret {
    fn name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NOW;
    use uuid::Uuid;

    fn session(age: TimeDelta, unused: TimeDelta) -> Stored {
        Stored {
            id: Uuid::nil().into(),
            user_id: Uuid::nil().into(),
            created_at: NOW - age,
            last_used_at: NOW - unused,
            expires_at: NOW - age + LONGEST,
            ended_at: None,
            user_agent: None,
        }
    }

    #[test]
    fn a_session_ends_by_itself_when_it_is_old_or_idle() {
        let (days, second) = (TimeDelta::days, TimeDelta::seconds(1));
        let table = [
            (days(0), days(0), false),
            (days(7) - second, days(7) - second, false),
            (days(7), days(7), true),
            (days(30) - second, days(1), false),
            (days(30), days(1), true),
        ];
        for (age, unused, over) in table {
            let session = session(age, unused);
            assert_eq!(session.is_over(NOW), over, "{age} {unused}");
            let turn = if over { Turn::Over } else { Turn::Rotate };
            assert_eq!(session.turn(None, NOW), turn);
        }
        let ended = Stored { ended_at: Some(NOW), ..session(days(0), days(0)) };
        assert!(ended.is_over(NOW));
    }

    #[test]
    fn a_spent_token_is_a_retry_at_first_and_a_theft_later() {
        let session = session(TimeDelta::days(1), TimeDelta::zero());
        let table = [(0, Turn::Repeat), (30, Turn::Repeat), (31, Turn::Reused)];
        for (seconds, turn) in table {
            assert_eq!(session.turn(Some(NOW - TimeDelta::seconds(seconds)), NOW), turn);
        }
    }

    #[test]
    fn the_name_of_a_device_is_cut_to_size() {
        let device = |text: &str| Client::from(Some(text.to_owned())).device();
        assert_eq!(device(" a\u{7}b\n"), Some("ab".to_owned()));
        assert_eq!(device(" \n "), None);
        assert_eq!(device(&"x".repeat(999)).map(|text| text.len()), Some(300));
        assert_eq!(Client::default().device(), None);
    }

    #[test]
    fn tokens_are_not_printed() {
        let secret = || "secret".to_owned();
        let (access_token, refresh_token, token_type) = (secret(), secret(), "Bearer");
        let (expires_in, refresh_expires_in) = (1, 1);
        let tokens =
            Tokens { access_token, token_type, expires_in, refresh_token, refresh_expires_in };
        assert!(!format!("{tokens:?}").contains("secret"));
    }
}
