//! Roles in the store, beyond what every resource has. Nothing is decided here.

use guanxi_kernel::{Result, RoleId};
use guanxi_storage::{Tx, sql};

/// Whether another role has the folded name.
pub(super) async fn name_is_taken(tx: &mut Tx, folded: &str, except: RoleId) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM roles
         WHERE tenant_id = $1 AND name_folded = $2 AND id <> $3 AND deleted_at IS NULL",
        folded,
        except
    );
    tx.exists(select).await
}

/// Whether a user or a member of a team has the role.
pub(super) async fn is_used(tx: &mut Tx, role: RoleId) -> Result<bool> {
    let by_users = sql!(
        "SELECT CAST(1 AS BIGINT) FROM record_terms x
         JOIN users u ON u.tenant_id = x.tenant_id AND u.id = x.record_id
         WHERE x.tenant_id = $1 AND x.kind = 'user' AND x.field = 'role_id' AND x.term = $2
             AND u.deleted_at IS NULL LIMIT 1",
        role.to_string()
    );
    let by_members = sql!(
        "SELECT CAST(1 AS BIGINT) FROM team_members WHERE tenant_id = $1 AND role_id = $2 LIMIT 1",
        role
    );
    Ok(tx.exists(by_users).await? || tx.exists(by_members).await?)
}
