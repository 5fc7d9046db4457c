//! Identifiers: UUIDv7 on the wire and in the stores, typed by what they name in the code.

use chrono::{DateTime, Utc};
use sea_query::{Nullable, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, hash, marker::PhantomData, str::FromStr};
use utoipa::{PartialSchema, ToSchema, openapi};
use uuid::Uuid;

/// The identifier of a `K`. Passing the id of a team where a user is meant does not compile.
///
/// `K` is only a name: no value of it is ever stored here.
pub struct Id<K: ?Sized>(Uuid, PhantomData<fn() -> K>);

/// The kinds of record that the vocabulary itself has to name.
pub mod kinds {
    /// A company that uses Guanxi; nothing of one tenant is ever seen by another.
    pub enum Tenant {}
    /// A person or program that can sign in.
    pub enum User {}
    /// A node of the organisation tree.
    pub enum OrgUnit {}
    /// A group of users across org units.
    pub enum Team {}
    /// A named set of rights.
    pub enum Role {}
    /// One signed-in device.
    pub enum Session {}
    /// A key for programs.
    pub enum ApiKey {}
}

/// Names a tenant.
pub type TenantId = Id<kinds::Tenant>;
/// Names a user.
pub type UserId = Id<kinds::User>;
/// Names an org unit.
pub type OrgUnitId = Id<kinds::OrgUnit>;
/// Names a team.
pub type TeamId = Id<kinds::Team>;
/// Names a role.
pub type RoleId = Id<kinds::Role>;
/// Names a session.
pub type SessionId = Id<kinds::Session>;
/// Names an API key.
pub type ApiKeyId = Id<kinds::ApiKey>;

impl<K: ?Sized> Id<K> {
    /// A new id whose prefix is `now`, so that ids made later sort later (to the millisecond).
    pub fn new(now: DateTime<Utc>) -> Self {
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        let at = uuid::Timestamp::from_unix(uuid::NoContext, seconds, now.timestamp_subsec_nanos());
        Self::from(Uuid::new_v7(at))
    }

    /// The bare identifier, for places that hold ids of several kinds.
    pub fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K: ?Sized> From<Uuid> for Id<K> {
    fn from(id: Uuid) -> Self {
        Self(id, PhantomData)
    }
}

impl<K: ?Sized> FromStr for Id<K> {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::try_parse(text).map(Self::from)
    }
}

impl<K: ?Sized> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: ?Sized> Copy for Id<K> {}

impl<K: ?Sized> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K: ?Sized> Eq for Id<K> {}

impl<K: ?Sized> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: ?Sized> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<K: ?Sized> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: ?Sized> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<K: ?Sized> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<K: ?Sized> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de, K: ?Sized> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(|_| serde::de::Error::custom("invalid_format: an id is a UUID"))
    }
}

impl<K: ?Sized> From<Id<K>> for Value {
    fn from(id: Id<K>) -> Self {
        id.0.into()
    }
}

impl<K: ?Sized> Nullable for Id<K> {
    fn null() -> Value {
        Uuid::null()
    }
}

impl<K: ?Sized, DB: sqlx::Database> sqlx::Type<DB> for Id<K>
where
    Uuid: sqlx::Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        Uuid::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        Uuid::compatible(ty)
    }
}

impl<'r, K: ?Sized, DB: sqlx::Database> sqlx::Decode<'r, DB> for Id<K>
where
    Uuid: sqlx::Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        Uuid::decode(value).map(Self::from)
    }
}

impl<K: ?Sized> PartialSchema for Id<K> {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        openapi::ObjectBuilder::new()
            .schema_type(openapi::schema::Type::String)
            .format(Some(openapi::SchemaFormat::KnownFormat(openapi::KnownFormat::Uuid)))
            .description(Some("A UUIDv7, made by the server."))
            .examples([serde_json::json!("01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77")])
            .into()
    }
}

impl<K: ?Sized> ToSchema for Id<K> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_text_on_the_wire_and_sorts_by_age() {
        let early = UserId::new(DateTime::from_timestamp_millis(1_700_000_000_000).unwrap());
        let late = UserId::new(DateTime::from_timestamp_millis(1_700_000_000_001).unwrap());
        assert!(early < late);
        let wire = serde_json::to_string(&early).unwrap();
        assert_eq!(wire, format!("\"{early}\""));
        assert_eq!(serde_json::from_str::<UserId>(&wire).unwrap(), early);
        assert!(serde_json::from_str::<UserId>("\"1\"").is_err());
    }
}
