//! The roll-outs that come with the program, as data. Their codes are the same in every language.

use super::Rollout;
use crate::rollout_steps::RolloutNeed::{
    self, Evidence, Goals, ProductChoice, Responsibilities, Training, WorkGroup,
};
use guanxi_kernel::{Action, Ctx, Language, Result, Word as _};
use guanxi_storage::resource;
use serde::Serialize;
use utoipa::ToSchema;

guanxi_kernel::words! {
    /// A roll-out that comes with the program.
    pub enum RolloutTemplate {
        /// From the decision to build a customer base to its use, in six steps.
        DataProgramme = "data_programme" ("Building the customer base", "客户数据库建设"),
        /// One-to-one marketing over several media is brought into a company.
        OneToOneRollout = "one_to_one_rollout"
            ("Roll-out of one-to-one marketing", "一对一营销实施"),
    }
}

/// A step of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct RolloutTemplateStep {
    /// Its code.
    pub code: &'static str,
    /// What it is called in English.
    pub name: &'static str,
    /// What it is called in Chinese.
    pub name_zh: &'static str,
    /// What must be there before it is done.
    pub needs: &'static [RolloutNeed],
}

const fn step(
    code: &'static str,
    name: &'static str,
    name_zh: &'static str,
    needs: &'static [RolloutNeed],
) -> RolloutTemplateStep {
    RolloutTemplateStep { code, name, name_zh, needs }
}

const DATA_PROGRAMME: &[RolloutTemplateStep] = &[
    step("decision", "Decide to build the customer base", "企业决定建立客户数据库", &[Evidence]),
    step(
        "collection",
        "Collect data from all channels",
        "从各个渠道进行客户资料的收集",
        &[Evidence],
    ),
    step("cards", "Fill in the customer cards", "填写客户资料卡", &[Evidence]),
    step("screening", "Sort and screen the data", "资料的整理及筛选", &[Evidence]),
    step("base", "The customer base takes form", "客户数据信息库的形成", &[Evidence]),
    step("use", "Use the customer base", "灵活使用客户数据库的信息", &[Evidence]),
];

const ONE_TO_ONE: &[RolloutTemplateStep] = &[
    step(
        "work_group",
        "Set up a work group across departments",
        "建立跨部门的工作组",
        &[WorkGroup, Evidence],
    ),
    step("training", "Train the members", "培训", &[Training, Evidence]),
    step("goals", "Set clear goals", "明确目标", &[Goals, Evidence]),
    step(
        "rules",
        "Make rules of the game from which all gain",
        "制定游戏规则,让大家收益",
        &[Evidence],
    ),
    step("product", "Choose the product with care", "慎重选择产品", &[ProductChoice, Evidence]),
    step(
        "data_flow",
        "Set standards of data and design how data flow",
        "建立数据库规范,设计数据流程",
        &[Evidence],
    ),
    step("work_flow", "Design the work flow", "设计工作流程", &[Evidence]),
    step(
        "responsibilities",
        "Settle who is responsible for what",
        "明确现场销售、电话中心和网站交易部门的职责",
        &[Responsibilities, Evidence],
    ),
];

impl RolloutTemplate {
    /// Its steps, in order.
    pub fn steps(self) -> &'static [RolloutTemplateStep] {
        match self {
            Self::DataProgramme => DATA_PROGRAMME,
            Self::OneToOneRollout => ONE_TO_ONE,
        }
    }

    /// What must be there before its step of that code is done.
    pub(crate) fn needs(self, code: &str) -> &'static [RolloutNeed] {
        let step = self.steps().iter().find(|step| step.code == code);
        step.map(|step| step.needs).unwrap_or_default()
    }

    /// Whether one of its steps has that code.
    pub(crate) fn has(self, code: &str) -> bool {
        self.steps().iter().any(|step| step.code == code)
    }
}

/// A roll-out that comes with the program, as callers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RolloutTemplateDefinition {
    /// Its code: `template` of a roll-out.
    pub code: RolloutTemplate,
    /// What it is called in English.
    pub name: &'static str,
    /// What it is called in Chinese.
    pub name_zh: &'static str,
    /// Its steps, in order.
    pub steps: &'static [RolloutTemplateStep],
}

/// The roll-outs that come with the program.
///
/// # Errors
/// `forbidden` without the right to read roll-outs.
pub fn templates(ctx: &Ctx) -> Result<Vec<RolloutTemplateDefinition>> {
    resource::require::<Rollout>(ctx, Action::Read)?;
    let shown = |code: &RolloutTemplate| RolloutTemplateDefinition {
        code: *code,
        name: code.label(Language::En),
        name_zh: code.label(Language::Zh),
        steps: code.steps(),
    };
    Ok(RolloutTemplate::ALL.iter().map(shown).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn d_83_x_117_the_steps_are_the_named_ones_in_order() {
        let codes = |one: RolloutTemplate| -> Vec<&str> {
            one.steps().iter().map(|step| step.code).collect()
        };
        let data = ["decision", "collection", "cards", "screening", "base", "use"];
        assert_eq!(codes(RolloutTemplate::DataProgramme), data);
        let one_to_one = codes(RolloutTemplate::OneToOneRollout);
        let named = "work_group training goals rules product data_flow work_flow responsibilities";
        assert_eq!(one_to_one, named.split(' ').collect::<Vec<_>>());
        for template in RolloutTemplate::ALL {
            let distinct: BTreeSet<&str> = codes(*template).into_iter().collect();
            assert_eq!(distinct.len(), template.steps().len());
            assert!(template.steps().iter().all(|step| step.needs.contains(&Evidence)));
        }
    }
}
