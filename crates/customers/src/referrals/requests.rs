//! Requests for referrals: which customers were asked whom they recommend, what they have answered, and why
//! they would not.

use super::{Referral, ReferralId};
use crate::{
    engine::{check_new_owner, refer},
    parties::{Party, PartyId},
    problems::{IMMUTABLE, OF_OTHER_PARTY},
    rules::{likely_date, today},
};
use chrono::NaiveDate;
use guanxi_identity::users::User;
use guanxi_kernel::{
    Ctx, Id, Result, Text, UserId,
    problem::{OUT_OF_RANGE, REQUIRED, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Resource, Succession, Tx, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What a customer has answered who was asked for a referral.
    #[derive(Default)]
    pub enum ReferralAnswer {
        /// Nothing yet.
        #[default]
        None = "none" ("No answer yet", "尚未答复"),
        /// Somebody was recommended.
        Given = "given" ("Given", "已推介"),
        /// The customer does not want to.
        Refused = "refused" ("Refused", "拒绝推介"),
    }
}

guanxi_kernel::words! {
    /// Why a customer recommends nobody.
    pub enum ReferralRefusal {
        /// There is nothing in it for them.
        NoIncentive = "no_incentive" ("Not enough reason to", "缺乏诱因和理由"),
        /// They do not know whom.
        KnowsNobody = "knows_nobody" ("Knows nobody who fits", "不知道推介谁"),
        /// They fear to be blamed if it goes wrong.
        FearsBlame = "fears_blame" ("Fears to be blamed", "害怕被朋友责怪"),
        /// They are not content themselves.
        NotContent = "not_content" ("Not content", "自身不满意"),
        /// They give nobody's data away.
        Privacy = "privacy" ("Gives no data away", "不愿透露他人信息"),
        /// They have no time.
        NoTime = "no_time" ("No time", "没有时间"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

/// Names a request for a referral.
pub type ReferralRequestId = Id<ReferralRequest>;

type ReferralRequestMeta = Meta<ReferralRequest>;

/// What callers write of a request for a referral.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ReferralRequestInput {
    /// The customer who was asked. It is set when the request is made.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// Who has asked; the acting user when a new one names none.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// On which day; today when a new one says nothing.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "请求日期", filter)]
    pub asked_on: Option<NaiveDate>,
    /// What the customer has answered.
    #[serde(default)]
    #[field(zh = "答复", filter)]
    pub answer: ReferralAnswer,
    /// Why not, of one who has refused.
    #[serde(default)]
    #[field(zh = "拒绝原因", filter)]
    pub refusal: Option<ReferralRefusal>,
    /// What came of it: a referral by this customer, which is then the answer.
    #[serde(default)]
    #[field(zh = "转介绍", filter, to = Referral)]
    pub referral_id: Option<ReferralId>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// A customer was asked whom they recommend.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ReferralRequest {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ReferralRequestMeta)]
    pub meta: Meta<ReferralRequest>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ReferralRequestInput,
}

/// The resource of requests for referrals.
pub static REFERRAL_REQUEST: Kind = Kind::new::<ReferralRequest>(
    "referral_request",
    "referral-requests",
    "referral_requests",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Request for a referral", zh: "推介请求" },
)
.succeeded(Succession::Never);

impl Resource for ReferralRequest {
    fn kind() -> &'static Kind {
        &REFERRAL_REQUEST
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => drop(self.input.owner_id.get_or_insert(ctx.actor.user)),
            Some(before) if before.input.party_id != self.input.party_id => {
                return Err(IMMUTABLE.at("/party_id"));
            }
            Some(_) => {}
        }
        let day = *self.input.asked_on.get_or_insert(today(ctx));
        if day > today(ctx) {
            return Err(OUT_OF_RANGE.at("/asked_on").with("expected", "today or earlier"));
        }
        self.input.settle()?;
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        let Some(referral) = self.input.referral_id else { return Ok(()) };
        if before.is_some_and(|before| before.input.referral_id == Some(referral)) {
            return Ok(());
        }
        let referral = refer::<Referral>(tx, ctx, referral.uuid(), "/referral_id").await?;
        match referral.input.referrer_party_id == self.input.party_id {
            true => Ok(()),
            false => Err(OF_OTHER_PARTY.at("/referral_id")),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        let referral = self.input.referral_id.map(Id::uuid);
        [Some(self.input.party_id.uuid()), referral].into_iter().flatten().collect()
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "asked_on": "2026-01-01",
            "answer": "refused",
            "refusal": "knows_nobody",
            "note": "愿意在车友会上帮忙宣传。"
        })
    }
}

impl ReferralRequestInput {
    /// A referral is an answer, and who refuses says why.
    fn settle(&mut self) -> Result<()> {
        if self.referral_id.is_some() {
            self.answer = ReferralAnswer::Given;
        }
        match (self.answer, self.refusal) {
            (ReferralAnswer::Refused, None) => Err(REQUIRED.at("/refusal")),
            (ReferralAnswer::Refused, Some(_)) | (_, None) => Ok(()),
            (_, Some(_)) => {
                let expected = "null unless the answer is refused";
                Err(OUT_OF_RANGE.at("/refusal").with("expected", expected))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::input;

    #[test]
    fn d_65_who_refuses_says_why() {
        let settled = |answer: &str, refusal: Json, referral: Json| {
            let body = json!({ "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
                "answer": answer, "refusal": refusal, "referral_id": referral });
            let mut one: ReferralRequestInput = input::read(body).unwrap();
            one.settle().map(|()| one.answer)
        };
        let referral = json!("01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78");
        assert!(settled("refused", Json::Null, Json::Null).is_err());
        assert!(settled("none", json!("privacy"), Json::Null).is_err());
        let refused = settled("refused", json!("privacy"), Json::Null).unwrap();
        assert_eq!(refused, ReferralAnswer::Refused);
        assert_eq!(settled("none", Json::Null, referral).unwrap(), ReferralAnswer::Given);
    }
}
