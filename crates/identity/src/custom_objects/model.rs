//! An object of the tenant.

use guanxi_kernel::{Id, Line, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility, custom::FieldLabel};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::problems! {
    /// The name of an object would change.
    OBJECT_FIXED = Invalid "object_fixed"
        ("Cannot be changed", "The name of an object stays; make another object.")
        ("不可更改", "对象名称不可更改,请新建对象。");
    /// A tenant has as many objects as it can.
    TOO_MANY_OBJECTS = Conflict "too_many_objects"
        ("Too many objects", "A company has at most {most} objects of its own, deleted ones included.")
        ("对象过多", "每家公司最多 {most} 个自定义对象(含已删除)。");
}

/// Names an object.
pub type CustomObjectId = Id<CustomObject>;

type CustomObjectMeta = Meta<CustomObject>;

/// What callers write of an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CustomObjectInput {
    /// Its name: small letters, digits and `_`. No two have the same, deleted ones included. It
    /// stays.
    #[field(zh = "对象名", filter)]
    pub name: Line<40>,
    /// What it is called.
    #[field(zh = "标签", json)]
    pub label: FieldLabel,
    /// What the company keeps such records for.
    #[field(zh = "用途")]
    pub purpose: Text<400>,
    /// Its place among the objects.
    #[serde(default)]
    #[field(zh = "顺序", sort)]
    #[validate(range(min = 0, max = 10_000))]
    #[schema(minimum = 0, maximum = 10_000)]
    pub position: i64,
    /// Whether records of it can be made; those that are there stay.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub active: bool,
}

/// A kind of records that a tenant has defined.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CustomObject {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CustomObjectMeta)]
    pub meta: Meta<CustomObject>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CustomObjectInput,
}

/// The resource.
pub static CUSTOM_OBJECT: Kind = Kind::new::<CustomObject>(
    "custom_object",
    "custom-objects",
    "custom_objects",
    Visibility::Tenant,
    Texts { en: "Custom object", zh: "自定义对象" },
)
.searched(&["name", "label"])
.known_by(&["name"]);
