//! A definition, and the rules that need nothing but itself.

use guanxi_identity::{roles::Role, users::User};
use guanxi_kernel::{
    Id, Line, RoleId, UserId,
    problem::{FieldError, INVALID, REQUIRED, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Resource, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// Whose approval a level needs.
    #[derive(Default)]
    pub enum LevelMode {
        /// That of any one entry.
        #[default]
        Any = "any" ("Any one", "任一人"),
        /// That of every entry.
        All = "all" ("All", "全部"),
    }
}

guanxi_kernel::words! {
    /// How an entry names who decides.
    pub enum ApproverKind {
        /// One user.
        User = "user" ("User", "指定用户"),
        /// Whoever has a role; one of them is enough.
        Role = "role" ("Role", "角色"),
        /// Who stands above the owner of the record.
        ManagerOfOwner = "manager_of_owner" ("Manager of the owner", "负责人的上级"),
        /// Who manages the owner's unit.
        HeadOfUnit = "head_of_unit" ("Head of the owner's unit", "负责人所在组织的主管"),
        /// Whoever may do everything; one of them is enough. They also take the place of approvers who
        /// have all left.
        Administrators = "administrators" ("Administrators", "系统管理员"),
    }
}

guanxi_kernel::words! {
    /// What happens when a level takes too long.
    #[derive(Default)]
    pub enum OnTimeout {
        /// They are reminded, and have the same time again.
        #[default]
        Remind = "remind" ("Remind", "提醒"),
        /// Who stands above each of them decides instead.
        Escalate = "escalate" ("Escalate", "升级给上级"),
        /// The level counts as approved.
        Approve = "approve" ("Approve", "自动同意"),
        /// The request counts as rejected.
        Reject = "reject" ("Reject", "自动拒绝"),
    }
}

/// Names a definition.
pub type ApprovalDefinitionId = Id<ApprovalDefinition>;

type ApprovalDefinitionMeta = Meta<ApprovalDefinition>;

/// Who decides, as one entry of a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approver {
    /// How the entry names them.
    pub kind: ApproverKind,
    /// The user, with `user`.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// The role, with `role`.
    #[serde(default)]
    pub role_id: Option<RoleId>,
    /// How many managers up, with `manager_of_owner`: 1 is the nearest, and the default. Where there
    /// are not so many, the topmost.
    #[serde(default)]
    #[validate(range(min = 1, max = 20))]
    #[schema(minimum = 1, maximum = 20)]
    pub levels_up: Option<i64>,
}

/// Those who are asked at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalLevel {
    /// Whose approval it needs.
    #[serde(default)]
    pub mode: LevelMode,
    /// Who decides.
    #[validate(length(min = 1, max = 20), nested)]
    #[schema(min_items = 1, max_items = 20)]
    pub approvers: Vec<Approver>,
    /// The time they have, in hours: worked ones if the company has a default work calendar. No limit
    /// when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 8_760))]
    #[schema(minimum = 1, maximum = 8_760)]
    pub timeout_hours: Option<i64>,
    /// What happens then.
    #[serde(default)]
    pub on_timeout: OnTimeout,
}

/// What callers write of a definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ApprovalDefinitionInput {
    /// The name.
    #[field(zh = "名称", filter)]
    pub name: Line<100>,
    /// The type of documents that it is for, one of `GET /v1/approval-documents`.
    #[field(zh = "单据类型", filter)]
    pub document: Line<60>,
    /// When it applies, in the language of `filter=`, over the facts of the type: e.g.
    /// `amount > 100000 OR discount >= 0.2`. Always when absent.
    #[serde(default)]
    #[field(zh = "适用条件")]
    pub condition: Option<Line<1024>>,
    /// Of several that apply the one with the smallest number counts, then the oldest.
    #[serde(default)]
    #[field(zh = "优先级", filter)]
    #[validate(range(min = 0, max = 1_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub priority: i64,
    /// Whether it counts. Requests that are under way go on by what it said when they were asked.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    #[schema(default = true)]
    pub active: bool,
    /// Whether who asks, or owns the record, may decide if they are among the approvers.
    #[serde(default)]
    #[field(zh = "允许自批")]
    pub allow_self: bool,
    /// The levels; each begins when the one before it is passed.
    #[field(zh = "审批级次", json)]
    #[validate(length(min = 1, max = 10), nested)]
    #[schema(min_items = 1, max_items = 10)]
    pub levels: Vec<ApprovalLevel>,
}

/// When which approvers are asked.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ApprovalDefinition {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ApprovalDefinitionMeta)]
    pub meta: Meta<ApprovalDefinition>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ApprovalDefinitionInput,
}

/// The resource of definitions.
pub static APPROVAL_DEFINITION: Kind = Kind::new::<ApprovalDefinition>(
    "approval_definition",
    "approval-definitions",
    "approval_definitions",
    Visibility::Tenant,
    Texts { en: "Approval definition", zh: "审批流程" },
)
.searched(&["name"]);

impl Approver {
    /// What is wrong with it by itself: an entry names what its kind needs, and nothing else.
    fn findings(&self, place: &str) -> Vec<FieldError> {
        let members = [
            ("user_id", ApproverKind::User, self.user_id.is_some()),
            ("role_id", ApproverKind::Role, self.role_id.is_some()),
        ];
        let mut findings = Vec::new();
        for (member, kind, there) in members {
            let pointer = format!("{place}/{member}");
            match (kind == self.kind, there) {
                (true, false) => findings.push(REQUIRED.field(pointer)),
                (false, true) => findings.push(misplaced(pointer)),
                _ => {}
            }
        }
        if self.levels_up.is_some() && self.kind != ApproverKind::ManagerOfOwner {
            findings.push(misplaced(format!("{place}/levels_up")));
        }
        findings
    }

    /// The record that it names.
    pub(super) fn named(&self) -> Option<(&'static Kind, Uuid, &'static str)> {
        let user = self.user_id.map(|id| (User::kind(), id.uuid(), "user_id"));
        user.or(self.role_id.map(|id| (Role::kind(), id.uuid(), "role_id")))
    }
}

fn misplaced(pointer: String) -> FieldError {
    INVALID.field(pointer).with("expected", "This kind of approver has no such member")
}

impl ApprovalDefinitionInput {
    /// What is wrong with its levels as far as it shows by themselves.
    pub(super) fn findings(&self) -> Vec<FieldError> {
        let place =
            |(level, approver): (usize, usize)| format!("/levels/{level}/approvers/{approver}");
        let levels = self.levels.iter().enumerate();
        let approvers = levels.flat_map(|(level, one)| {
            one.approvers.iter().enumerate().map(move |(at, approver)| ((level, at), approver))
        });
        approvers.flat_map(|(at, approver)| approver.findings(&place(at))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::{input, problem::Place};
    use serde_json::json;

    #[test]
    fn an_entry_names_what_its_kind_needs() {
        let id = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
        let read: ApprovalDefinitionInput = input::read(json!({
            "name": "A", "document": "request", "levels": [
                { "approvers": [{ "kind": "manager_of_owner", "levels_up": 2 }] },
                { "approvers": [
                    { "kind": "user" },
                    { "kind": "role", "user_id": id },
                    { "kind": "head_of_unit", "levels_up": 1 },
                    { "kind": "user", "user_id": id },
                ] },
            ],
        }))
        .unwrap();
        let places: Vec<Place> = read.findings().into_iter().map(|one| one.place).collect();
        let expected = ["0/user_id", "1/user_id", "1/role_id", "2/levels_up"];
        let expected = expected.map(|end| Place::Pointer(format!("/levels/1/approvers/{end}")));
        assert_eq!(places, expected);
    }

    #[test]
    fn a_level_has_approvers_and_a_definition_levels() {
        for levels in [json!([]), json!([{ "approvers": [] }])] {
            let body = json!({ "name": "A", "document": "request", "levels": levels });
            assert!(input::read::<ApprovalDefinitionInput>(body).is_err());
        }
    }
}
