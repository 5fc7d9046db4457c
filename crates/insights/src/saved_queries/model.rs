//! A saved query as a row, and whose it is.

use guanxi_bulk::exports::{ExportInput, filter_schema};
use guanxi_identity::{teams::Team, users::User};
use guanxi_kernel::{Id, Line, TeamId, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use guanxi_tabular::Format;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use validator::Validate;

/// Names a saved query.
pub type SavedQueryId = Id<SavedQuery>;

type SavedQueryMeta = Meta<SavedQuery>;

/// What callers write of a saved query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct SavedQueryInput {
    /// What it is called.
    #[field(zh = "名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// The list that it is about, e.g. `parties`.
    #[field(zh = "资源", filter)]
    pub resource: Line<60>,
    /// The filter, as in a search of the list: text or JSON.
    #[serde(default)]
    #[schema(schema_with = filter_schema)]
    #[field(zh = "筛选表达式", json)]
    pub filter: Option<Json>,
    /// The other filters of the list, as in its address: the parameter and its value.
    #[serde(default)]
    #[schema(value_type = Object)]
    #[field(zh = "筛选参数", json)]
    pub filters: BTreeMap<String, String>,
    /// Any part of a name or code.
    #[serde(default)]
    #[field(zh = "搜索词")]
    pub q: Option<Line<200>>,
    /// The order, as in a search of the list; the newest first when empty.
    #[serde(default)]
    #[validate(length(max = 3))]
    #[schema(max_items = 3)]
    #[field(zh = "排序", json)]
    pub sort: Vec<Line<60>>,
    /// The fields of each record, in this order; all when empty.
    #[serde(default)]
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    #[field(zh = "字段", json)]
    pub fields: Vec<Line<60>>,
    /// Whose it is, and nobody else's: the acting user when neither this nor a team is named.
    #[serde(default)]
    #[field(zh = "所有人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The team that has it together: its members see and change it as if it were theirs. Naming one takes
    /// it from its owner, and naming an owner takes it from the team.
    #[serde(default)]
    #[field(zh = "共享团队", filter, to = Team)]
    pub team_id: Option<TeamId>,
    /// What it is for.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<2000>>,
}

/// A question that is asked again.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct SavedQuery {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = SavedQueryMeta)]
    pub meta: Meta<SavedQuery>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: SavedQueryInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) name_folded: String,
}

/// Teams as pools of one: who may draw from a query that a team has.
pub(super) const TEAMS: &str = "saved_query_teams";

/// The resource of saved queries.
pub static SAVED_QUERY: Kind = Kind::new::<SavedQuery>(
    "saved_query",
    "saved-queries",
    "saved_queries",
    Visibility::Pooled { column: "team_id", members: TEAMS },
    Texts { en: "Saved query", zh: "已存查询" },
)
.searched(&["name"])
.known_by(&["name"])
.succeeded(Succession::Never);

impl SavedQueryInput {
    /// The same question as an export asks it.
    pub(super) fn question(&self, format: Format, bom: bool) -> ExportInput {
        ExportInput {
            resource: self.resource.clone(),
            format,
            filter: self.filter.clone(),
            filters: self.filters.clone(),
            q: self.q.clone(),
            sort: self.sort.clone(),
            fields: self.fields.clone(),
            include_deleted: false,
            bom,
        }
    }

    /// Decides whose it is, who was whose before: a team's once one is named, somebody's own once somebody
    /// is, and never nobody's.
    pub(super) fn settle_holder(&mut self, before: Option<&Self>, acting: UserId) {
        let had = before.and_then(|before| before.team_id);
        match (self.team_id, self.owner_id) {
            (Some(team), Some(_)) if had == Some(team) => self.team_id = None,
            (Some(_), _) => self.owner_id = None,
            (None, None) => self.owner_id = Some(acting),
            (None, Some(_)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::input;
    use serde_json::json;
    use uuid::Uuid;

    #[test]
    fn d_88_a_query_is_somebodys_own_or_a_teams() {
        let [me, other, team] = [1, 2, 3].map(Uuid::from_u128);
        let holders =
            |input: &SavedQueryInput| (input.owner_id.map(Id::uuid), input.team_id.map(Id::uuid));
        let body = json!({ "name": "A", "resource": "parties" });
        let mut query: SavedQueryInput = input::read(body).unwrap();
        query.settle_holder(None, me.into());
        assert_eq!(holders(&query), (Some(me), None));
        let own = query.clone();
        query.team_id = Some(team.into());
        query.settle_holder(Some(&own), me.into());
        assert_eq!(holders(&query), (None, Some(team)));
        let shared = query.clone();
        query.settle_holder(Some(&shared), me.into());
        assert_eq!(holders(&query), (None, Some(team)), "another change");
        query.owner_id = Some(other.into());
        query.settle_holder(Some(&shared), me.into());
        assert_eq!(holders(&query), (Some(other), None));
        let mut given_up = SavedQueryInput { team_id: None, ..shared.clone() };
        given_up.settle_holder(Some(&shared), me.into());
        assert_eq!(holders(&given_up), (Some(me), None));
    }
}
