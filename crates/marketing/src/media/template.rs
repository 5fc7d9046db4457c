//! The media that come with the program. Their codes are the same in every language.

use super::{Medium, MediumInput, MediumKind, ReplyChannel, model::WATCHED_MONTHS};
use guanxi_kernel::{Action, Ctx, Line, Result, problem::INTERNAL};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// Tables of media that come with the program.
    pub enum MediaTemplateCode {
        /// Eight media, A to H; D is e-mail.
        Standard = "standard" ("Standard", "标准媒介表"),
    }
}

/// Makes the media of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "template": "standard" })))]
pub struct MediaFromTemplate {
    /// The template.
    pub template: MediaTemplateCode,
}

/// A medium as a template has it: code, name, name in Chinese, what it is, how people answer.
type Row = (&'static str, &'static str, &'static str, MediumKind, &'static [ReplyChannel]);

const STANDARD: &[Row] = {
    use MediumKind::{
        CallCentre, Community, DirectMail, DirectResponse, Email, FieldSales, PublicRelations,
        Website,
    };
    use ReplyChannel::{Call, Coupon, Email as Mail, Fax, Website as Web};
    &[
        ("A", "Public relations", "公共关系", PublicRelations, &[Call, Web]),
        ("B", "Direct-response advertising", "直接反应广告", DirectResponse, &[Call, Coupon, Web]),
        ("C", "Website", "网站", Website, &[Web, Mail, Call]),
        ("D", "E-mail", "电子邮件", Email, &[Mail, Web, Call]),
        ("E", "Direct mail", "直邮", DirectMail, &[Call, Coupon, Fax, Mail, Web]),
        ("F", "Call centre", "呼叫中心", CallCentre, &[Call, Mail]),
        ("G", "Field sales and shops", "现场销售/商店", FieldSales, &[Call, Coupon]),
        ("H", "Community", "社区平台", Community, &[Web, Mail]),
    ]
};

fn media(code: MediaTemplateCode) -> Result<Vec<MediumInput>> {
    let rows = match code {
        MediaTemplateCode::Standard => STANDARD,
    };
    let ours = |problem: guanxi_kernel::text::Refused| INTERNAL.problem().because(problem);
    let medium = |(code, name, name_zh, kind, channels): &Row| {
        Ok(MediumInput {
            code: Line::new(code).map_err(ours)?,
            name: Line::new(name).map_err(ours)?,
            name_zh: Some(Line::new(name_zh).map_err(ours)?),
            kind: *kind,
            unit_cost: None,
            reply_channels: channels.to_vec(),
            watched_by_id: None,
            watched_months: WATCHED_MONTHS,
            active: true,
        })
    };
    rows.iter().map(medium).collect()
}

/// Makes the media of a template beside those that are there.
///
/// # Errors
/// `forbidden` without the right to make media; `duplicate` for a code that is there already.
pub async fn from_template(
    tx: &mut Tx,
    ctx: &Ctx,
    wish: &MediaFromTemplate,
) -> Result<Vec<Shown<Medium>>> {
    resource::require::<Medium>(ctx, Action::Create)?;
    let mut made = Vec::new();
    for medium in media(wish.template)? {
        made.push(resource::create::<Medium>(tx, ctx, medium).await?);
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Word as _;
    use std::collections::BTreeSet;

    #[test]
    fn x_26_to_x_32_x_55_every_kind_has_its_letter_and_x_29_d_is_email() {
        let media = media(MediaTemplateCode::Standard).unwrap();
        let kinds: BTreeSet<MediumKind> = media.iter().map(|medium| medium.kind).collect();
        assert_eq!((kinds.len(), media.len()), (8, 8));
        let d = media.iter().find(|medium| &*medium.code == "D").unwrap();
        assert_eq!(d.kind, MediumKind::Email);
    }

    #[test]
    fn x_92_all_five_channels_are_used() {
        let media = media(MediaTemplateCode::Standard).unwrap();
        let channels = media.iter().flat_map(|medium| medium.reply_channels.iter().copied());
        let channels: BTreeSet<ReplyChannel> = channels.collect();
        assert_eq!(channels.len(), ReplyChannel::ALL.len());
    }
}
