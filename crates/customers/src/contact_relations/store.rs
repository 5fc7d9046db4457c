//! Relations in the store. Nothing is decided here.

use super::{ContactRelationId, RelationKind, RelationView};
use crate::{contacts::ContactId, parties::PartyId};
use guanxi_kernel::{Line, Result, Text};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeSet;

/// The party of a contact.
pub(super) async fn party_of(tx: &mut Tx, contact: ContactId) -> Result<Option<PartyId>> {
    let sql = sql!("SELECT party_id FROM contacts WHERE tenant_id = $1 AND id = $2", contact);
    Ok(tx.optional::<(PartyId,)>(sql).await?.map(|(party,)| party))
}

/// Whether a live relation other than `except` says the same.
pub(super) async fn exists(
    tx: &mut Tx,
    (from, kind, to): (ContactId, RelationKind, ContactId),
    except: ContactRelationId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM contact_relations
         WHERE tenant_id = $1 AND from_id = $2 AND to_id = $3 AND kind = $4 AND id <> $5
             AND deleted_at IS NULL LIMIT 1",
        from,
        to,
        kind,
        except
    );
    tx.exists(sql).await
}

/// Whether a live relation other than `except` lets the contact report to anybody.
pub(super) async fn has_superior(
    tx: &mut Tx,
    contact: ContactId,
    except: ContactRelationId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM contact_relations
         WHERE tenant_id = $1 AND from_id = $2 AND kind = 'reports_to' AND id <> $3
             AND deleted_at IS NULL LIMIT 1",
        contact,
        except
    );
    tx.exists(sql).await
}

/// `contact` and those above it by relations other than `except`, nearest first, `most` at most.
pub(super) async fn above(
    tx: &mut Tx,
    contact: ContactId,
    except: ContactRelationId,
    most: usize,
) -> Result<Vec<ContactId>> {
    let sql = sql!(
        "WITH RECURSIVE above (id, level) AS (
             SELECT c.id, CAST(1 AS BIGINT) FROM contacts c WHERE c.tenant_id = $1 AND c.id = $2
             UNION ALL
             SELECT r.to_id, a.level + 1 FROM above a
             JOIN contact_relations r ON r.tenant_id = $1 AND r.from_id = a.id
                 AND r.kind = 'reports_to' AND r.id <> $3 AND r.deleted_at IS NULL
             WHERE a.level < $4)
         SELECT id FROM above ORDER BY level",
        contact,
        except,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    let rows = tx.all::<(ContactId,)>(sql).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The live relations of these contacts, at either end, as far as a party that is not deleted has them.
pub(super) async fn of(tx: &mut Tx, contacts: &[ContactId]) -> Result<Vec<ContactRelationId>> {
    const AT_ONCE: usize = 200;
    let mut found = BTreeSet::new();
    for some in contacts.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT r.id FROM contact_relations r
             JOIN parties p ON p.tenant_id = r.tenant_id AND p.id = r.party_id AND p.deleted_at IS NULL
             WHERE r.tenant_id = $1 AND (r.from_id IN ",
        );
        sql.bind_all(some.iter().copied()).push(" OR r.to_id IN ");
        sql.bind_all(some.iter().copied()).push(") AND r.deleted_at IS NULL");
        let rows = tx.all::<(ContactRelationId,)>(sql).await?;
        found.extend(rows.into_iter().map(|(id,)| id));
    }
    Ok(found.into_iter().collect())
}

/// The live relations of a contact with live contacts, told from its side, `most` at most.
pub(super) async fn views(
    tx: &mut Tx,
    contact: ContactId,
    most: usize,
) -> Result<Vec<RelationView>> {
    type Row =
        (ContactRelationId, RelationKind, ContactId, ContactId, Line<200>, Option<Text<1000>>);
    let sql = sql!(
        "SELECT r.id, r.kind, r.from_id, c.id, c.name, r.note FROM contact_relations r
         JOIN contacts c ON c.tenant_id = r.tenant_id AND c.deleted_at IS NULL
             AND c.id = CASE WHEN r.from_id = $2 THEN r.to_id ELSE r.from_id END
         WHERE r.tenant_id = $1 AND (r.from_id = $2 OR r.to_id = $2) AND r.deleted_at IS NULL
         ORDER BY c.name_folded, r.id LIMIT $3",
        contact,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    let view = |(relation_id, kind, from, contact_id, name, note): Row| {
        let kind = if from == contact { kind } else { kind.inverse() };
        RelationView { relation_id, kind, contact_id, name, note }
    };
    Ok(tx.all(sql).await?.into_iter().map(view).collect())
}

/// The live relations of `theirs` that could not be relations of `ours` instead: between the two, what
/// `ours` has already with the same contact, and a second superior.
pub(super) async fn in_the_way(
    tx: &mut Tx,
    ours: ContactId,
    theirs: ContactId,
) -> Result<Vec<ContactRelationId>> {
    let sql = sql!(
        "SELECT r.id FROM contact_relations r
         WHERE r.tenant_id = $1 AND r.deleted_at IS NULL AND (r.from_id = $3 OR r.to_id = $3)
             AND (r.from_id = $2 OR r.to_id = $2 OR EXISTS (
                 SELECT 1 FROM contact_relations o
                 WHERE o.tenant_id = $1 AND o.deleted_at IS NULL AND o.kind = r.kind
                     AND ((r.from_id = $3 AND o.from_id = $2
                              AND (o.to_id = r.to_id OR r.kind = 'reports_to'))
                         OR (r.to_id = $3 AND o.to_id = $2 AND o.from_id = r.from_id)
                         OR (r.kind IN ('friend', 'rival') AND (
                             (r.from_id = $3 AND o.to_id = $2 AND o.from_id = r.to_id)
                             OR (r.to_id = $3 AND o.from_id = $2 AND o.to_id = r.from_id))))))
         ORDER BY r.id",
        ours,
        theirs
    );
    let rows = tx.all::<(ContactRelationId,)>(sql).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The live relations of a contact that lie in the other direction than they are stored in.
pub(super) async fn turned(tx: &mut Tx, contact: ContactId) -> Result<Vec<ContactRelationId>> {
    let sql = sql!(
        "SELECT r.id FROM contact_relations r
         WHERE r.tenant_id = $1 AND (r.from_id = $2 OR r.to_id = $2) AND r.from_id > r.to_id
             AND r.kind IN ('friend', 'rival') AND r.deleted_at IS NULL ORDER BY r.id",
        contact
    );
    let rows = tx.all::<(ContactRelationId,)>(sql).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
