//! The rules of a save, and another key.

use super::model::{CAPTURE_FORM, CaptureForm, CaptureFormId, CaptureFormInput, new_key};
use guanxi_customers::engine::{refer, standing};
use guanxi_identity::users::check_owner;
use guanxi_kernel::{Action, Ctx, Problem, Result, Word as _};
use guanxi_marketing::{
    campaigns::Campaign,
    media::ReplyChannel,
    problems::{CHANNEL_NOT_OFFERED, CODE_OF_OTHER_CAMPAIGN},
    source_codes,
};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for CaptureForm {
    fn kind() -> &'static Kind {
        &CAPTURE_FORM
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if self.form_key.is_empty() {
            self.form_key = new_key(ctx.tenant);
        }
        let had = standing(before).map(|before| &before.input);
        if had == Some(&self.input) {
            return Ok(());
        }
        Problem::collect(self.input.findings())?;
        if had.map(|had| had.campaign_id) != Some(self.input.campaign_id) {
            self.check_channel(tx, ctx).await?;
        }
        // A code that was put out of use since is no reason against other changes.
        let coded = |one: &CaptureFormInput| (one.campaign_id, one.source_code.clone());
        if had.map(coded) != Some(coded(&self.input)) {
            self.check_code(tx).await?;
        }
        match self.input.lead_owner_id {
            Some(owner) if had.and_then(|had| had.lead_owner_id) != Some(owner) => {
                check_owner(tx, ctx, owner, "/lead_owner_id").await
            }
            _ => Ok(()),
        }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.campaign_id.uuid()]
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![
            Verb::open("update", Action::Update),
            Verb::open("rotate_key", Action::Update),
            Verb::open("delete", Action::Delete),
        ]
    }

    fn example() -> Json {
        json!({
            "name": "官网试用申请",
            "campaign_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "fields": [{ "field": "name" }, { "field": "phone", "required": true }, { "field": "note" }],
            "consent": { "text": "我同意接收产品资讯邮件。", "purpose": "newsletter", "medium": "email" },
            "allowed_origins": ["https://www.example.com"],
            "per_minute": 60,
            "per_minute_and_address": 5,
            "lead_owner_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78"
        })
    }
}

impl CaptureForm {
    /// Whether the campaign takes answers from pages.
    async fn check_channel(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        const PLACE: &str = "/campaign_id";
        let campaign: Campaign = refer(tx, ctx, self.input.campaign_id.uuid(), PLACE).await?;
        let offered = &campaign.input.reply_channels;
        if offered.is_empty() || offered.contains(&ReplyChannel::Website) {
            return Ok(());
        }
        let words: Vec<&str> = offered.iter().map(|one| one.word()).collect();
        Err(CHANNEL_NOT_OFFERED.at(PLACE).with("offered", words))
    }

    /// Whether its code is one of its campaign, or of none.
    async fn check_code(&self, tx: &mut Tx) -> Result<()> {
        let Some(code) = &self.input.source_code else { return Ok(()) };
        let found = source_codes::captured(tx, code, "/source_code").await?;
        match found.campaign {
            Some(campaign) if campaign != self.input.campaign_id => {
                Err(CODE_OF_OTHER_CAMPAIGN.at("/source_code"))
            }
            _ => Ok(()),
        }
    }
}

/// Gives a form another key; nothing is taken by the one before from now on.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`.
pub async fn rotate_key(tx: &mut Tx, ctx: &Ctx, id: CaptureFormId) -> Result<Shown<CaptureForm>> {
    let rotate = |one: &mut CaptureForm| {
        one.form_key = new_key(ctx.tenant);
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), "key_rotated", rotate).await
}
