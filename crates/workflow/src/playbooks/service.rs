//! The rules of saving a playbook.

use super::{
    PLAYBOOK, Playbook, PlaybookItem, PlaybookMove, PlaybookPurpose, PlaybookStatus, Sheet,
    SurveyMeasure, store,
};
use crate::{
    problems::{CARD_EXISTS, PLAYBOOK_FIXED, PLAYBOOK_MOVE_NOT_ALLOWED},
    subjects,
};
use guanxi_kernel::{
    Action, Ctx, Problem, Result, Word as _,
    problem::{DUPLICATE, FieldError, IN_USE, INVALID, REQUIRED, UNKNOWN_VALUE},
};
use guanxi_storage::{Kind, Resource, Tx, resource::Verb};
use serde_json::{Value as Json, json};

impl Resource for Playbook {
    fn kind() -> &'static Kind {
        &PLAYBOOK
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        self.check_steps()?;
        let standing = before.filter(|before| before.meta.deleted_at.is_none());
        let code = &self.input.code;
        if standing.is_none_or(|before| before.input.code != *code)
            && store::has_code(tx, code, self.meta.id).await?
        {
            return Err(DUPLICATE.at("/code"));
        }
        if let Some(before) = before {
            self.check_fixed(before)?;
            self.changed = match self.edition > before.edition {
                true => false,
                false => {
                    before.changed || self.edition > 0 && self.input.steps != before.input.steps
                }
            };
        }
        if self.is_card()
            && let Some(about) = &self.input.about_type
            && store::other_card(tx, about, self.meta.id).await?
        {
            return Err(CARD_EXISTS.with("about_type", &**about));
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if self.edition > before.map_or(0, |before| before.edition) {
            store::add_edition(tx, ctx, self).await?;
        }
        Ok(())
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.code, &self.input.name]
    }

    fn verbs(&self) -> Vec<Verb> {
        let moves = PlaybookMove::ALL.iter().map(|one| {
            let open = self.status.moves().any(|open| open == *one);
            let closed = (!open).then_some(&PLAYBOOK_MOVE_NOT_ALLOWED);
            Verb { name: one.word(), needs: Action::Update, closed }
        });
        let update = Verb::open("update", Action::Update);
        let delete = Verb::open("delete", Action::Delete);
        [update].into_iter().chain(moves).chain([delete]).collect()
    }

    fn example() -> Json {
        json!({
            "code": "delivery_check",
            "name": "Delivery check",
            "name_zh": "交车检查表",
            "purpose": "checklist",
            "about_type": "lead",
            "review_days": 30,
            "steps": [{
                "code": "car",
                "name": "The car",
                "name_zh": "车辆",
                "in_order": false,
                "items": [
                    { "code": "name", "name": "Customer", "name_zh": "客户姓名", "kind": "text",
                      "required": true, "weight": 1, "field": "name", "choices": [] },
                    { "code": "clean", "name": "Car is clean", "name_zh": "车辆清洁",
                      "kind": "yes_no", "required": true, "weight": 2, "max_score": 1,
                      "choices": [] },
                    { "code": "paint", "name": "Paint", "name_zh": "漆面", "kind": "choice",
                      "required": false, "weight": 1, "choices": [
                        { "code": "good", "name": "Good", "name_zh": "良好", "score": 2 },
                        { "code": "fair", "name": "Fair", "name_zh": "一般", "score": 1 }] }
                ]
            }]
        })
    }
}

impl Playbook {
    /// Whether records have it as their card now.
    fn is_card(&self) -> bool {
        self.input.purpose == PlaybookPurpose::Card
            && self.status == PlaybookStatus::Published
            && self.meta.deleted_at.is_none()
    }

    /// Its steps make sense for the records that it is about.
    fn check_steps(&self) -> Result<()> {
        let mut findings = Vec::new();
        let about = self.input.about_type.as_deref();
        let kind = about.and_then(|name| subjects::kinds().find(|kind| kind.name == name));
        match (about, kind) {
            (Some(_), None) => {
                let known: Vec<&str> = subjects::kinds().map(|kind| kind.name).collect();
                let expected = format!("one of {}", known.join(", "));
                findings.push(UNKNOWN_VALUE.field("/about_type").with("expected", expected));
            }
            (None, _) if self.input.purpose == PlaybookPurpose::Card => {
                findings.push(REQUIRED.field("/about_type"));
            }
            _ => findings.extend(Sheet(&self.input.steps).findings(kind)),
        }
        findings.extend(self.measures_wrongly());
        Problem::collect(findings)
    }

    /// A survey asks how satisfied somebody is, and nothing else measures that.
    fn measures_wrongly(&self) -> Option<FieldError> {
        let measure = |item: &PlaybookItem| item.measures;
        let asked: Vec<SurveyMeasure> =
            Sheet(&self.input.steps).items().filter_map(measure).collect();
        let satisfaction = asked.contains(&SurveyMeasure::Satisfaction);
        match self.input.purpose {
            PlaybookPurpose::Survey if !satisfaction => {
                let expected = "an item whose `measures` is satisfaction";
                Some(REQUIRED.field("/steps").with("expected", expected))
            }
            PlaybookPurpose::Survey => None,
            _ if asked.is_empty() => None,
            _ => Some(INVALID.field("/purpose").with("expected", "survey, for what it measures")),
        }
    }

    /// What was published says of which records it is and what for.
    fn check_fixed(&self, before: &Self) -> Result<()> {
        if before.edition == 0 {
            return Ok(());
        }
        let members = [
            ("/purpose", self.input.purpose != before.input.purpose),
            ("/about_type", self.input.about_type != before.input.about_type),
        ];
        let changed = members.into_iter().filter(|(_, changed)| *changed);
        Problem::collect(changed.map(|(at, _)| PLAYBOOK_FIXED.field(at)).collect())
    }
}
