//! The rules of a save.

use super::model::{CONTRACT_TEMPLATE, ContractTemplate};
use crate::contract_documents::sample;
use guanxi_customers::{language, rules::repeated};
use guanxi_kernel::{
    Ctx, Problem, Result,
    problem::{INVALID_FORMAT, REPEATED},
    text::sort_key,
};
use guanxi_sales::rules::refuse;
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for ContractTemplate {
    fn kind() -> &'static Kind {
        &CONTRACT_TEMPLATE
    }

    async fn settle(&mut self, _: &mut Tx, _: &Ctx, _: Option<&Self>) -> Result<()> {
        self.derive_keys();
        self.check_fields()?;
        let mut known = sample();
        for field in &self.input.fields {
            known[&*field.name] = json!("…");
        }
        for (at, clause) in self.input.clauses.iter().enumerate() {
            language::check(&clause.body, &format!("/clauses/{at}/body"), &known)?;
        }
        Ok(())
    }

    fn derive_keys(&mut self) {
        self.name_folded = sort_key(&self.input.name);
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&*self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "设备采购合同",
            "description": "用于设备类采购。",
            "fields": [
                { "name": "delivery_place", "label": "交货地点" },
                { "name": "warranty", "label": "质保期", "required": false, "default": "三年" }
            ],
            "clauses": [
                { "title": "标的",
                  "body": "{{ customer.name }}向本公司采购:{% for line in lines %}{{ line.description }} × {{ line.quantity }};{% endfor %}" },
                { "title": "价款", "body": "合同 {{ contract.number }} 含税总价 {{ contract.gross }}。" },
                { "title": "交付", "body": "于 {{ delivery_place }} 交付,质保{{ warranty }}。" }
            ]
        })
    }
}

impl ContractTemplate {
    /// Names are words, each once, and none that a contract has already.
    fn check_fields(&self) -> Result<()> {
        Problem::collect(repeated(&self.input.fields, "/fields", |field| field.name.clone()))?;
        let taken = sample();
        for (at, field) in self.input.fields.iter().enumerate() {
            let place = || format!("/fields/{at}/name");
            let letters = |sign: char| matches!(sign, 'a'..='z' | '0'..='9' | '_');
            let good = field.name.starts_with(|sign: char| sign.is_ascii_lowercase())
                && field.name.chars().all(letters);
            if !good {
                let expected = "small letters, digits and _, a letter first";
                return Err(refuse(&INVALID_FORMAT, place(), ("expected", expected)));
            }
            if taken.get(&*field.name).is_some() || &*field.name == "loop" {
                return Err(REPEATED.at(place()));
            }
        }
        Ok(())
    }
}
