//! The playbooks that come with the program, as data. Their codes are the same in every language.

use super::{
    Playbook, PlaybookInput, PlaybookPurpose, PlaybookStep, SurveyMeasure, moves::publish,
};
use guanxi_kernel::{Action, Ctx, Language, Line, Result, Word as _, input, problem::INTERNAL};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// A playbook that comes with the program.
    pub enum PlaybookTemplateCode {
        /// What is known of a prospect of a dealership.
        CustomerCard = "customer_card" ("Customer information card", "客户信息卡"),
        /// How a consultant works with prospects, looked at by the supervisor.
        ProspectReview = "prospect_review" ("Review of prospects", "意向客户检核表"),
        /// How well a dealership does its marketing.
        MarketingCapability = "marketing_capability"
            ("Marketing capability assessment", "市场营销能力自我评估表"),
        /// What a customer had expected, and how satisfied it is.
        CustomerSatisfaction = "customer_satisfaction"
            ("Customer satisfaction survey", "客户满意度调查表"),
        /// What customers are asked in a depth interview: its sections are the six topics of research.
        DepthInterview = "depth_interview" ("Depth interview guide", "深入访谈提纲"),
        /// How well a product fits a roll-out: filled in for each, the scores are compared.
        ProductChoice = "product_choice" ("Product choice scorecard", "产品选择评分表"),
    }
}

/// An item as a template has it: code, names, kind, whether it is required, the field that fills it in
/// or what can be chosen.
type Row = (&'static str, &'static str, &'static str, &'static str, bool, Filled);

/// What answers an item of a template.
enum Filled {
    /// Whoever fills it in.
    People,
    /// A field of the record.
    Field(&'static str),
    /// One of these: code, names.
    Choices(&'static [(&'static str, &'static str, &'static str)]),
    /// Points up to that.
    Points(i64),
    /// From 0 to 10 points that count so much.
    Weighted(i64),
    /// From 0 to 10 points that measure something.
    Measured(SurveyMeasure),
}

use Filled::{Choices, Field, Measured, People, Points, Weighted};
use SurveyMeasure::{Expectation, Satisfaction};

/// A step of a template: code, names, items.
type Step = (&'static str, &'static str, &'static str, &'static [Row]);

const GENDERS: &[(&str, &str, &str)] = &[("male", "Male", "男"), ("female", "Female", "女")];
const PAYMENTS: &[(&str, &str, &str)] =
    &[("cash", "Cash", "全款"), ("loan", "Loan", "按揭"), ("trade_in", "Trade-in", "置换")];

const CUSTOMER_CARD: &[Step] = &[
    (
        "identity",
        "Identity and contacts",
        "身份与联系方式",
        &[
            ("name", "Name", "姓名", "text", true, Field("name")),
            ("phones", "Phone numbers", "电话", "text", true, Field("phones")),
            ("addresses", "Addresses", "地址", "text", false, Field("addresses")),
            ("gender", "Gender", "性别", "choice", false, Choices(GENDERS)),
            ("birthday", "Birthday", "生日", "date", false, People),
        ],
    ),
    (
        "background",
        "Family or company",
        "家庭或单位",
        &[
            ("company_name", "Company", "工作单位", "text", false, Field("company_name")),
            ("job_title", "Job title", "职务", "text", false, Field("job_title")),
            ("family", "Family", "家庭情况", "text", false, People),
            ("hobbies", "Hobbies", "兴趣爱好", "text", false, People),
        ],
    ),
    (
        "current_car",
        "Current car",
        "现有车辆",
        &[
            ("current_model", "Model", "现有车型", "text", false, People),
            ("current_plate", "Plate number", "车牌号", "text", false, People),
            ("bought_on", "Bought on", "购车日期", "date", false, People),
            ("mileage_km", "Mileage in km", "行驶里程(公里)", "number", false, People),
        ],
    ),
    (
        "wish",
        "Wish",
        "购车意向",
        &[
            ("wanted_model", "Wanted model", "意向车型", "text", true, People),
            ("budget", "Budget", "购车预算", "text", true, Field("budget")),
            (
                "expected_purchase_on",
                "Expected purchase",
                "预计购车日期",
                "date",
                false,
                Field("expected_purchase_on"),
            ),
            ("payment", "Way of payment", "付款方式", "choice", false, Choices(PAYMENTS)),
            ("rival_model", "Model of a competitor", "竞品车型", "text", false, People),
        ],
    ),
    (
        "origin",
        "Source and level",
        "来源与级别",
        &[
            ("source", "Source", "信息来源", "text", true, Field("source")),
            ("level_id", "Level", "意向级别", "text", false, Field("level_id")),
        ],
    ),
];

const PROSPECT_REVIEW: &[Step] = &[(
    "work",
    "Work with prospects",
    "意向客户促进工作",
    &[
        ("stocktake", "Stocktake is complete", "月初盘点完整", "yes_no", true, Points(1)),
        ("daily", "Updated daily", "每日更新", "yes_no", true, Points(1)),
        ("levels", "Level changes are reasonable", "级别变化合理", "score", true, Points(5)),
        ("cycles", "Cycles of visits are kept", "访问周期执行", "score", true, Points(5)),
        ("sources", "Sources are analysed", "客户来源分析", "score", false, Points(5)),
        ("remark", "Remark", "检核意见", "text", false, People),
    ],
)];

const MARKETING_CAPABILITY: &[Step] = &[
    (
        "planning",
        "Planning",
        "营销计划",
        &[
            ("market_study", "Market is studied", "市场调研", "score", true, Points(5)),
            ("annual_plan", "There is a plan for the year", "年度计划", "score", true, Points(5)),
        ],
    ),
    (
        "execution",
        "Execution",
        "活动执行",
        &[
            ("activities", "Activities are carried out", "活动执行", "score", true, Points(5)),
            ("leads", "Leads are followed up", "线索跟进", "score", true, Points(5)),
            ("customer_base", "Customer base is used", "基盘运用", "score", true, Points(5)),
        ],
    ),
    (
        "evaluation",
        "Evaluation",
        "效果评估",
        &[
            ("results", "Results are measured", "效果评估", "score", true, Points(5)),
            ("improvement", "What was learnt is used", "持续改进", "score", false, Points(5)),
            ("plan", "What will be improved", "改善计划", "text", false, People),
        ],
    ),
];

const CUSTOMER_SATISFACTION: &[Step] = &[
    (
        "before",
        "What was expected",
        "期望",
        &[("expected", "Expectation of it all", "总体期望", "score", true, Measured(Expectation))],
    ),
    (
        "after",
        "How it was",
        "满意度",
        &[
            ("product", "Product", "产品质量", "score", true, Measured(Satisfaction)),
            ("delivery", "Delivery", "交付及时性", "score", false, Measured(Satisfaction)),
            ("service", "Service", "售后服务", "score", false, Measured(Satisfaction)),
            ("people", "People", "人员态度", "score", false, Measured(Satisfaction)),
        ],
    ),
    (
        "words",
        "In words",
        "意见",
        &[
            ("better", "What should be better", "改进建议", "text", false, People),
            ("again", "Would buy again", "是否愿意再次购买", "yes_no", false, People),
        ],
    ),
];

const DEPTH_INTERVIEW: &[Step] = &[
    (
        "awareness",
        "Awareness of the company",
        "对公司的认识和了解",
        &[
            ("known", "What they know of us", "对本公司的了解", "text", true, People),
            ("sources", "Where they look for information", "从何处寻找信息", "text", false, People),
        ],
    ),
    (
        "motives",
        "Business problems and motives",
        "业务问题和购买动机",
        &[
            ("problems", "Which problems they have", "面临的业务问题", "text", true, People),
            ("reasons", "Why they would buy", "购买动机", "text", false, People),
        ],
    ),
    (
        "decision_process",
        "Decision process, roles and duties",
        "决策过程、角色和责任",
        &[
            ("process", "How it is decided", "决策过程", "text", true, People),
            ("roles", "Who decides what", "角色和责任", "text", false, People),
        ],
    ),
    (
        "obstacles",
        "Obstacles to buying or switching",
        "购买或转向的障碍",
        &[("obstacles", "What keeps them from it", "购买或转向的障碍", "text", true, People)],
    ),
    (
        "media",
        "Media, their order and frequency",
        "媒介倾向、次序和联系频率",
        &[
            (
                "media",
                "Which media they accept, in which order",
                "接受的媒介和次序",
                "text",
                true,
                People,
            ),
            ("frequency", "How often", "联系频率", "text", false, People),
        ],
    ),
    (
        "contact_way",
        "Preferred way of contact",
        "联系方式的偏好",
        &[("contact_way", "How they want to be contacted", "偏好的联系方式", "text", true, People)],
    ),
];

const PRODUCT_CHOICE: &[Step] = &[
    (
        "market",
        "Market",
        "市场",
        &[
            ("demand", "Customers need it", "客户需求", "score", true, Weighted(3)),
            ("competition", "It stands out from others", "竞争优势", "score", true, Weighted(2)),
        ],
    ),
    (
        "channels",
        "Channels",
        "渠道",
        &[
            ("phone", "It sells by phone", "适合电话销售", "score", true, Weighted(2)),
            ("web", "It sells on the web", "适合网站销售", "score", true, Weighted(2)),
            ("field", "Field sales stand behind it", "现场销售支持", "score", true, Weighted(1)),
        ],
    ),
    (
        "business",
        "Business",
        "经营",
        &[
            ("margin", "Margin", "毛利", "score", true, Weighted(3)),
            ("delivery", "Delivery and service", "交付与服务", "score", true, Weighted(2)),
            ("remark", "Remark", "备注", "text", false, People),
        ],
    ),
];

/// A playbook that comes with the program.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlaybookTemplate {
    /// Its code, which the playbook made of it has too.
    pub code: PlaybookTemplateCode,
    /// What it is called in English.
    pub name: &'static str,
    /// What it is called in Chinese.
    pub name_zh: &'static str,
    /// What it is for.
    pub purpose: PlaybookPurpose,
    /// The kind of records that it is about.
    pub about_type: Option<Line<60>>,
    /// Its steps.
    pub steps: Vec<PlaybookStep>,
}

/// Makes a playbook of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "template": "customer_card" })))]
pub struct PlaybookFromTemplate {
    /// The template.
    pub template: PlaybookTemplateCode,
}

fn item((code, name, name_zh, kind, required, from): &Row) -> Json {
    let mut item = json!({ "code": code, "name": name, "name_zh": name_zh, "kind": kind,
        "required": required });
    match from {
        People => {}
        Field(field) => item["field"] = json!(field),
        Points(most) => item["max_score"] = json!(most),
        Weighted(weight) => {
            item["max_score"] = json!(10);
            item["weight"] = json!(weight);
        }
        Measured(what) => {
            item["max_score"] = json!(10);
            item["measures"] = json!(what);
        }
        Choices(choices) => {
            let choice = |(code, name, name_zh): &(&str, &str, &str)| json!({ "code": code, "name": name, "name_zh": name_zh });
            item["choices"] = choices.iter().map(choice).collect();
        }
    }
    item
}

fn written(code: PlaybookTemplateCode) -> Result<PlaybookInput> {
    let (purpose, about, days, steps) = match code {
        PlaybookTemplateCode::CustomerCard => {
            (PlaybookPurpose::Card, Some("lead"), Some(30), CUSTOMER_CARD)
        }
        PlaybookTemplateCode::ProspectReview => {
            (PlaybookPurpose::Review, None, None, PROSPECT_REVIEW)
        }
        PlaybookTemplateCode::MarketingCapability => {
            (PlaybookPurpose::Assessment, None, None, MARKETING_CAPABILITY)
        }
        PlaybookTemplateCode::CustomerSatisfaction => {
            (PlaybookPurpose::Survey, Some("party"), None, CUSTOMER_SATISFACTION)
        }
        PlaybookTemplateCode::DepthInterview => {
            (PlaybookPurpose::Interview, None, None, DEPTH_INTERVIEW)
        }
        PlaybookTemplateCode::ProductChoice => {
            (PlaybookPurpose::Assessment, None, None, PRODUCT_CHOICE)
        }
    };
    let step = |(code, name, name_zh, items): &Step| {
        let items: Vec<Json> = items.iter().map(item).collect();
        json!({ "code": code, "name": name, "name_zh": name_zh, "items": items })
    };
    let steps: Vec<Json> = steps.iter().map(step).collect();
    let body = json!({ "code": code.word(), "name": code.label(Language::En),
        "name_zh": code.label(Language::Zh), "purpose": purpose, "about_type": about,
        "review_days": days, "steps": steps });
    input::read(body).map_err(|problem| INTERNAL.problem().because(problem))
}

/// The playbooks that come with the program.
///
/// # Errors
/// `forbidden` without the right to read playbooks.
pub fn templates(ctx: &Ctx) -> Result<Vec<PlaybookTemplate>> {
    resource::require::<Playbook>(ctx, Action::Read)?;
    let template = |code: &PlaybookTemplateCode| {
        let written = written(*code)?;
        Ok(PlaybookTemplate {
            code: *code,
            name: code.label(Language::En),
            name_zh: code.label(Language::Zh),
            purpose: written.purpose,
            about_type: written.about_type,
            steps: written.steps,
        })
    };
    PlaybookTemplateCode::ALL.iter().map(template).collect()
}

/// Makes and publishes the playbook of a template.
///
/// # Errors
/// `forbidden` without the right to make and change playbooks; `duplicate` if there is one with its code;
/// `card_exists`.
pub async fn from_template(
    tx: &mut Tx,
    ctx: &Ctx,
    wish: &PlaybookFromTemplate,
) -> Result<Shown<Playbook>> {
    resource::require::<Playbook>(ctx, Action::Create)?;
    let made = resource::create::<Playbook>(tx, ctx, written(wish.template)?).await?;
    publish(tx, ctx, made.record.meta.id).await
}

#[cfg(test)]
mod tests {
    use super::{super::Sheet, *};

    #[test]
    fn d_18_the_card_has_all_that_is_known_of_a_prospect() {
        let card = written(PlaybookTemplateCode::CustomerCard).unwrap();
        let steps: Vec<&str> = card.steps.iter().map(|step| &*step.code).collect();
        assert_eq!(steps, ["identity", "background", "current_car", "wish", "origin"]);
        let bound = Sheet(&card.steps).items().filter(|item| item.field.is_some()).count();
        assert_eq!(bound, 9);
        assert_eq!(Sheet(&card.steps).items().count(), 20);
    }

    #[test]
    fn x_121_the_items_of_the_scorecard_count_differently() {
        let card = written(PlaybookTemplateCode::ProductChoice).unwrap();
        let weights: Vec<i64> = Sheet(&card.steps).items().map(|item| item.weight).collect();
        assert_eq!(weights, [3, 2, 2, 2, 1, 3, 2, 1]);
    }

    #[test]
    fn every_template_can_be_read() {
        for code in PlaybookTemplateCode::ALL {
            assert!(!written(*code).unwrap().steps.is_empty(), "{code}");
        }
    }
}
