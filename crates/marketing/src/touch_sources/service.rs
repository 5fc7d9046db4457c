//! The rules of a save, making a source, and another secret.

use super::{
    model::{
        OURS, TOUCH_SOURCE, TouchSource, TouchSourceId, TouchSourceInput, TouchSourceWithSecret,
        new_key,
    },
    sealed::Sealed,
    store,
};
use guanxi_customers::{problems::IMMUTABLE, rules::refuse};
use guanxi_kernel::{
    Action, Ctx, Line, Result,
    problem::{DUPLICATE, INTERNAL, OUT_OF_RANGE},
    text::fold,
};
use guanxi_outbound::WebhookSecret;
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Makes a source. The answer holds the secret; it must not be kept anywhere.
///
/// # Errors
/// `forbidden`; `out_of_range` for the name of the program itself, `duplicate` for that of another source.
pub async fn create(
    tx: &mut Tx,
    ctx: &Ctx,
    input: TouchSourceInput,
) -> Result<TouchSourceWithSecret> {
    resource::require::<TouchSource>(ctx, Action::Create)?;
    let secret = WebhookSecret::generate()?;
    let mut source = TouchSource::assemble(Meta::new(ctx), input);
    source.event_key = new_key(ctx.tenant);
    source.sealed = Sealed::new(&tx.sealer(), source.meta.id, &secret)?;
    let source = resource::insert(tx, ctx, source, "created").await?;
    Ok(TouchSourceWithSecret { secret: secret.reveal(), source })
}

/// Refuses a name under which nobody else tells anything: that of the program, which knows what it has sent, and
/// that of a source, which signs what it tells. Those that are deleted count too.
///
/// # Errors
/// `out_of_range` for the first, `duplicate` for the second.
pub(crate) async fn check_unsigned(tx: &mut Tx, name: &Line<60>) -> Result<()> {
    check_name(tx, name, Uuid::nil().into()).await
}

async fn check_name(tx: &mut Tx, name: &Line<60>, but: TouchSourceId) -> Result<()> {
    if fold(name) == OURS {
        let expected = ("expected", "another name than that of the program");
        return Err(refuse(&OUT_OF_RANGE, "/source", expected));
    }
    match store::has_name(tx, name, but).await? {
        true => Err(DUPLICATE.at("/source")),
        false => Ok(()),
    }
}

/// Gives a source another secret. For 24 hours what is signed with the one before is taken too.
///
/// # Errors
/// As any change of a source.
pub async fn rotate_secret(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TouchSourceId,
) -> Result<TouchSourceWithSecret> {
    let secret = WebhookSecret::generate()?;
    let sealer = tx.sealer();
    let rotate = |source: &mut TouchSource| source.replace_secret(&sealer, &secret, ctx.now);
    let source = resource::change(tx, ctx, id.uuid(), "secret_rotated", rotate).await?;
    Ok(TouchSourceWithSecret { secret: secret.reveal(), source })
}

impl Resource for TouchSource {
    fn kind() -> &'static Kind {
        &TOUCH_SOURCE
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        if self.sealed.secret.is_empty() {
            return Err(INTERNAL.problem().because("touch sources are made by create only"));
        }
        if let Some(before) = before {
            let same = before.input.source == self.input.source;
            return if same { Ok(()) } else { Err(IMMUTABLE.at("/source")) };
        }
        check_name(tx, &self.input.source, self.meta.id).await
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![
            Verb::open("update", Action::Update),
            Verb::open("rotate-secret", Action::Update),
            Verb::open("delete", Action::Delete),
        ]
    }

    fn example() -> Json {
        json!({
            "name": "群发邮件服务",
            "source": "mailer",
            "active": true,
            "per_minute": 600
        })
    }
}
