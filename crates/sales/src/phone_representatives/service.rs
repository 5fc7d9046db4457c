//! The rules of saving a phone representative.

use super::{PHONE_REPRESENTATIVE, PhoneRepresentative, store};
use guanxi_customers::{engine::standing, problems::IMMUTABLE, rules::repeated};
use guanxi_identity::users::check_owner;
use guanxi_kernel::{Ctx, Problem, Result, problem::DUPLICATE, text::fold};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for PhoneRepresentative {
    fn kind() -> &'static Kind {
        &PHONE_REPRESENTATIVE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_some_and(|before| before.input.user_id != self.input.user_id) {
            return Err(IMMUTABLE.at("/user_id"));
        }
        Problem::collect(repeated(&self.input.skills, "/skills", |skill| fold(skill)))?;
        if standing(before).is_some() {
            return Ok(());
        }
        check_owner(tx, ctx, self.input.user_id, "/user_id").await?;
        match store::has_user(tx, self.input.user_id, self.meta.id).await? {
            true => Err(DUPLICATE.at("/user_id")),
            false => Ok(()),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.user_id.uuid()]
    }

    fn example() -> Json {
        json!({
            "user_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "skills": ["工作站", "English"],
            "extension": "8021",
            "active": true
        })
    }
}
