//! The kinds of letters, and what they say. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Language, UserId, Word as _};
use uuid::Uuid;

/// So long a token works, and so long after it was asked for it is brought.
pub(super) const TOKEN_LASTS: TimeDelta = TimeDelta::minutes(30);
/// So long what has happened is worth telling.
const NEWS_LASTS: TimeDelta = TimeDelta::days(1);
/// What a letter waits between two tries at least.
const SHORTEST: TimeDelta = TimeDelta::minutes(1);
/// What it waits at most.
const LONGEST: TimeDelta = TimeDelta::hours(1);

guanxi_kernel::words! {
    /// What a letter is about. The labels are its subject.
    pub(crate) enum LetterKind {
        /// Brings what a new password is chosen with.
        PasswordReset = "password_reset" ("Choose a new password", "设置新密码"),
        /// Brings what shows that an address is one's own.
        EmailConfirmation = "email_confirmation" ("Confirm your e-mail address", "确认您的邮箱地址"),
        /// There is another password.
        PasswordChanged = "password_changed" ("Your password was changed", "您的密码已更改"),
        /// Goes to the address before.
        EmailChanged = "email_changed" ("Your e-mail address was changed", "您的邮箱地址已更改"),
        /// Somebody who knows the password guesses at codes.
        CodesGuessed = "codes_guessed" ("Somebody knows your password", "您的密码可能已泄露"),
    }
}

/// A letter that one try has for itself, ready to be handed over.
#[derive(Clone)]
pub struct Letter {
    /// Names the letter; the same at every try.
    pub id: Uuid,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// The try that has it.
    pub claim: Uuid,
    /// The address.
    pub to: String,
    /// What it is about, in a line.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// What there was to do.
pub enum Next {
    /// Nothing is due.
    Nothing,
    /// A letter is not sent: it had its time, or nobody is there.
    Passed,
    /// This one is to be sent.
    Claimed(Box<Letter>),
}

/// A letter as it was noted.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Due {
    pub(super) id: Uuid,
    pub(super) kind: LetterKind,
    pub(super) address: String,
    pub(super) user_id: Option<UserId>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) claim: Option<Uuid>,
}

impl Due {
    /// Whether it is too late for it.
    pub(super) fn is_stale(&self, now: DateTime<Utc>) -> bool {
        let lasts = if self.kind.brings_token() { TOKEN_LASTS } else { NEWS_LASTS };
        now - self.created_at >= lasts
    }
}

/// How long a letter of that age waits that the mail server could not take: half of its age, so that one that brings a
/// token is tried nine times within its time.
pub(super) fn pause(age: TimeDelta) -> TimeDelta {
    (age / 2).clamp(SHORTEST, LONGEST)
}

/// What a letter speaks of.
pub(super) struct About<'a> {
    pub(super) company: &'a str,
    pub(super) account: &'a str,
    /// What is to be opened or typed, if it brings that.
    pub(super) key: &'a str,
}

/// What is to be opened, or typed where the operator has named no page.
pub(super) fn key(page: Option<&str>, kind: LetterKind, token: &str) -> String {
    match page {
        // Behind the `#`, so that no server on the way is told.
        Some(page) => format!("{page}#{kind}={token}"),
        None => token.to_owned(),
    }
}

impl LetterKind {
    /// Whether it brings a token.
    pub(super) fn brings_token(self) -> bool {
        matches!(self, Self::PasswordReset | Self::EmailConfirmation)
    }

    /// The subject: nobody knows the language of the reader.
    pub(super) fn subject(self) -> String {
        format!("{} / {}", self.label(Language::En), self.label(Language::Zh))
    }

    /// What it says, once in each language.
    pub(super) fn text(self, about: &About<'_>) -> String {
        let About { company, account, key } = about;
        let (en, zh) = match self {
            Self::PasswordReset => (
                format!(
                    "Somebody has asked for a new password for {account} at {company}. If it was you, \
                     choose one within 30 minutes, with this:\n\n{key}\n\nIf it was not you, do \
                     nothing: the password stays as it is."
                ),
                format!(
                    "有人请求为 {company} 的账号 {account} 设置新密码。如果是您本人,请在 30 分钟内使用以下内容设置:\
                     \n\n{key}\n\n如果不是您本人,无需任何操作,密码保持不变。"
                ),
            ),
            Self::EmailConfirmation => (
                format!(
                    "{account} at {company} is to have this address from now on. If you want that, \
                     confirm it within 30 minutes while you are signed in, with this:\n\n{key}\n\nIf \
                     you do not know of it, do nothing: nothing is changed."
                ),
                format!(
                    "{company} 的账号 {account} 将改用此邮箱。如果是您本人操作,请在 30 分钟内登录后使用以下内容确认:\
                     \n\n{key}\n\n如果您不知情,无需任何操作,一切保持不变。"
                ),
            ),
            Self::PasswordChanged => (
                format!(
                    "The password of {account} at {company} was changed. If it was not you, choose a \
                     new one at once and tell an administrator."
                ),
                format!(
                    "{company} 的账号 {account} 的密码已更改。如果不是您本人操作,请立即设置新密码并联系管理员。"
                ),
            ),
            Self::EmailChanged => (
                format!(
                    "Your account at {company} has another e-mail address now; nothing is sent to this \
                     one any more. If it was not you, tell an administrator at once."
                ),
                format!(
                    "您在 {company} 的账号已改用其他邮箱,今后不再向此邮箱发送邮件。如果不是您本人操作,请立即联系管理员。"
                ),
            ),
            Self::CodesGuessed => (
                format!(
                    "Somebody who knows the password of {account} at {company} has tried many wrong \
                     codes of the second factor, and did not come in. If it was not you, choose a new \
                     password at once. If you cannot sign in meanwhile, use a recovery code."
                ),
                format!(
                    "有人掌握 {company} 的账号 {account} 的密码,并多次输入错误验证码,未能登录。如果不是您本人,\
                     请立即设置新密码。期间如无法登录,请使用恢复码。"
                ),
            ),
        };
        format!("{en}\n\n{zh}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NOW;

    #[test]
    fn a_letter_says_what_it_is_about_in_both_languages() {
        let about = About { company: "Acme", account: "li@example.com", key: "gxa_1" };
        for kind in LetterKind::ALL.iter().copied() {
            let text = kind.text(&about);
            assert_eq!(text.matches("Acme").count(), 2, "{text}");
            let keys = if kind.brings_token() { 2 } else { 0 };
            assert_eq!(text.matches("\n\ngxa_1\n\n").count(), keys, "{text}");
            assert!(kind.subject().contains(" / "), "{}", kind.subject());
        }
    }

    #[test]
    fn a_token_stands_behind_the_address_of_a_page() {
        let kind = LetterKind::PasswordReset;
        let page = Some("https://crm.example.com/account");
        let link = "https://crm.example.com/account#password_reset=gxa_1";
        assert_eq!(key(page, kind, "gxa_1"), link);
        assert_eq!(key(None, kind, "gxa_1"), "gxa_1");
    }

    #[test]
    fn pauses_grow_with_the_age_of_a_letter() {
        let minutes = |age| pause(TimeDelta::minutes(age)).num_minutes();
        assert_eq!([0, 1, 8, 60, 600].map(minutes), [1, 1, 4, 30, 60]);
    }

    #[test]
    fn what_brings_a_token_is_too_late_sooner_than_news() {
        let due = |kind: LetterKind, minutes: i64| Due {
            id: Uuid::nil(),
            kind,
            address: String::new(),
            user_id: None,
            created_at: NOW - TimeDelta::minutes(minutes),
            claim: None,
        };
        let (asked, told) = (LetterKind::PasswordReset, LetterKind::PasswordChanged);
        assert!(!due(asked, 29).is_stale(NOW) && due(asked, 30).is_stale(NOW));
        assert!(!due(told, 1_439).is_stale(NOW) && due(told, 1_440).is_stale(NOW));
    }
}
