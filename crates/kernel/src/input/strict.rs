//! JSON as serde reads it, but for one thing: a struct is an object.
//!
//! serde also takes a list for a struct, as its members in their order. So `[]` would be a command of which
//! nothing is required, and `["7.00", "CNY"]` an amount, against what the document says. Price: flattened
//! members and enums with data are read by way of serde's own, which still takes lists for structs in them.

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, Error as _, MapAccess, SeqAccess, Unexpected, Visitor,
        value::BorrowedStrDeserializer,
    },
    forward_to_deserialize_any,
};
use serde_json::{Error, Map, Value, map};
use std::slice;

/// A value in which every struct is an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strict<'de>(pub(super) &'de Value);

impl<'de> Deserializer<'de> for Strict<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => visit_items(items, visitor),
            Value::Object(members) => visit_members(members, visitor),
            scalar => scalar.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.0.is_array() {
            return Err(Error::invalid_type(Unexpected::Seq, &visitor));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

fn visit_items<'de, V: Visitor<'de>>(items: &'de [Value], visitor: V) -> Result<V::Value, Error> {
    let mut rest = Items(items.iter());
    let read = visitor.visit_seq(&mut rest)?;
    match rest.0.len() {
        0 => Ok(read),
        _ => Err(Error::invalid_length(items.len(), &"fewer items")),
    }
}

fn visit_members<'de, V: Visitor<'de>>(
    members: &'de Map<String, Value>,
    visitor: V,
) -> Result<V::Value, Error> {
    let mut rest = Members { rest: members.iter(), value: None };
    let read = visitor.visit_map(&mut rest)?;
    match rest.rest.len() {
        0 => Ok(read),
        _ => Err(Error::invalid_length(members.len(), &"fewer members")),
    }
}

struct Items<'de>(slice::Iter<'de, Value>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|item| seed.deserialize(Strict(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Members<'de> {
    rest: map::Iter<'de>,
    /// That of the member whose name was read last.
    value: Option<&'de Value>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.rest.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(Strict(value)),
            None => Err(Error::custom("a value before its name")),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Pair {
        one: i64,
        #[serde(default)]
        other: Option<String>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Wish {
        pair: Option<Pair>,
        pairs: Vec<Pair>,
        by_name: BTreeMap<String, Pair>,
        share: Option<f64>,
        both: Option<(i64, bool)>,
        any: Value,
    }

    #[test]
    fn what_is_right_is_read_as_serde_reads_it() {
        let pair = json!({ "one": -1, "other": "x" });
        for value in [
            json!({}),
            json!({ "pair": null, "pairs": [], "any": [{ "a": [1, null] }] }),
            json!({ "pair": pair, "pairs": [pair, { "one": 2 }], "by_name": { "a": pair } }),
            json!({ "share": 0.5, "both": [1, true], "any": { "b": "c" } }),
        ] {
            let read = Wish::deserialize(Strict(&value)).unwrap();
            assert_eq!(read, Wish::deserialize(&value).unwrap(), "{value}");
        }
    }

    #[test]
    fn a_list_is_no_struct() {
        for value in [
            json!([]),
            json!([null, []]),
            json!({ "pair": [1, "x"] }),
            json!({ "pairs": [[1, "x"]] }),
            json!({ "by_name": { "a": [1, "x"] } }),
        ] {
            assert!(Wish::deserialize(&value).is_ok(), "serde takes {value}");
            let refused = Wish::deserialize(Strict(&value)).unwrap_err().to_string();
            assert!(refused.starts_with("invalid type: sequence, expected struct"), "{refused}");
        }
    }

    #[test]
    fn what_serde_refuses_is_refused() {
        for value in [
            json!("x"),
            json!({ "pair": 7 }),
            json!({ "pair": {} }),
            json!({ "pairs": {} }),
            json!({ "both": [1, true, 2] }),
            json!({ "share": "0.5" }),
            json!({ "other": 1 }),
        ] {
            assert!(Wish::deserialize(Strict(&value)).is_err(), "{value}");
        }
    }
}
