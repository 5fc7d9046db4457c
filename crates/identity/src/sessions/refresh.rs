//! The next tokens. Every refresh token buys them once; one that comes back later than a lost
//! answer explains is in two hands, and as nobody knows which is the thief's, the session ends.

use super::{
    Auth,
    login::remember,
    model::{Client, INVALID_REFRESH_TOKEN, Refresh, Stored, Tokens, Turn},
    store,
};
use crate::{secrets::RefreshToken, tenants};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, TenantId};
use guanxi_storage::Tx;

impl Auth {
    /// Buys the next tokens with a refresh token. Asked again within half a minute, the answer has
    /// the same refresh token.
    ///
    /// # Errors
    /// `invalid_refresh_token`.
    pub async fn refresh(&self, wish: Refresh, client: impl Into<Client>) -> Result<Tokens> {
        let refused = || INVALID_REFRESH_TOKEN.problem();
        let token = RefreshToken::parse(wish.refresh_token.expose()).map_err(|_| refused())?;
        let (tenant, digest) = (TenantId::from(token.tenant()), token.digest().to_hex());
        // Made-up tokens must not queue for the writer.
        let known = async |tx: &mut Tx| store::token(tx, &digest).await;
        self.db.read(tenant, known).await?.ok_or_else(refused)?;
        let (client, now) = (client.into(), self.now());
        // A refusal is no error in there, since what it has found out has to be kept.
        let turn = async |tx: &mut Tx| turn_over(tx, &token, &client, now).await;
        let (session, next) = self.db.write(tenant, turn).await?.ok_or_else(refused)?;
        self.tokens(tenant, &session, &next)
    }
}

/// The session and the successor of the token, if it is to have one.
async fn turn_over(
    tx: &mut Tx,
    token: &RefreshToken,
    client: &Client,
    now: DateTime<Utc>,
) -> Result<Option<(Stored, RefreshToken)>> {
    let digest = token.digest().to_hex();
    let found = (store::token(tx, &digest).await?, tenants::load(tx).await?);
    let (Some(spent), Some(tenant)) = found else { return Ok(None) };
    let (mut session, next) = (spent.session, token.successor(&tenant.settings.seal));
    match session.turn(spent.used_at, now) {
        Turn::Over => Ok(None),
        Turn::Repeat => Ok(Some((session, next))),
        Turn::Rotate => {
            store::spend_token(tx, &digest, session.id, now).await?;
            store::issue_token(tx, &next.digest().to_hex(), session.id, now).await?;
            session.last_used_at = now;
            Ok(Some((session, next)))
        }
        Turn::Reused => {
            let user = session.user_id;
            tracing::warn!(session = %session.id, "a spent refresh token came back; the session ends");
            store::end_one(tx, user, session.id, now).await?;
            let ctx = tenant.context(user, now, client.request_id.clone());
            remember(tx, &ctx, user, "refresh_reused").await?;
            Ok(None)
        }
    }
}
