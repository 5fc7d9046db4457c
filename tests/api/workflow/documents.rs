//! Approvals as other crates use them: a type of documents with an effect of its own.

use super::{company, define, manager};
use guanxi_customers::parties::Party;
use guanxi_kernel::{Ctx, Line, Problem, Result, problem::Texts};
use guanxi_storage::{
    Resource as _, Tx,
    filter::facts::{Fact, FactType},
    resource,
};
use guanxi_tests::{Json, World, both_stores, json};
use guanxi_workflow::{
    approvals::{self, Approval, ApprovalStatus, Ask},
    documents::{self, Document},
};
use uuid::Uuid;

both_stores![
    s_22_the_effect_belongs_to_the_decision,
    s_18_an_approval_is_void_when_its_record_changes,
    z_01_the_same_is_asked_once,
];

/// Gives a party a tier, if somebody agrees.
static PROMOTION: Document = Document {
    code: "promotion",
    label: Texts { en: "Promotion of a party", zh: "客户升级" },
    facts: &[Fact {
        name: "amount",
        kind: FactType::Decimal,
        label: Texts { en: "Amount", zh: "金额" },
    }],
    decided: |tx, ctx, approval| Box::pin(promote(tx, ctx, approval)),
};

async fn promote(tx: &mut Tx, ctx: &Ctx, approval: &Approval) -> Result<()> {
    if approval.status != ApprovalStatus::Approved {
        return Ok(());
    }
    let tier = json!({ "tier": &*approval.input.title });
    resource::patch::<Party>(tx, ctx, approval.input.subject_id, &tier).await.map(drop)
}

fn wish(party: &str, owner: &str, title: &str, amount: &str) -> Ask {
    let Json::Object(facts) = json!({ "amount": amount }) else { unreachable!() };
    Ask {
        document: "promotion",
        subject: (Party::kind(), party.parse().expect("an id")),
        title: Line::new(title).expect("a title"),
        owner: owner.parse::<Uuid>().expect("an id").into(),
        facts,
        note: None,
    }
}

async fn ask(world: &World, wish: &Ask) -> Result<Option<Approval>, Problem> {
    let ctx = world.ctx().await;
    let work = async |tx: &mut Tx| approvals::ask(tx, &ctx, wish.clone()).await;
    world.db.write(ctx.tenant, work).await
}

async fn s_22_the_effect_belongs_to_the_decision(world: &World) {
    documents::register(&PROMOTION);
    let company = company(world).await;
    let more =
        json!({ "document": "promotion", "condition": "amount > 100000", "levels": manager() });
    define(world, more).await.expect(201);
    let small = wish(&company.party, &company.rep.1, "A", "100000");
    assert!(ask(world, &small).await.expect("an answer").is_none(), "go ahead");
    let large = wish(&company.party, &company.rep.1, "A", "100000.01");
    let asked = ask(world, &large).await.expect("an answer").expect("an approval");
    let path = format!("/v1/parties/{}", company.party);
    let tier = async || company.rep.0.get(&path).await.expect(200).json["tier"].clone();
    assert_eq!(tier().await, Json::Null);
    let approve = format!("/v1/approvals/{}/approve", asked.meta.id);
    company.chief.0.post(&approve, json!({})).await.expect(200);
    assert_eq!(tier().await, "A");

    // What the effect refuses undoes the decision.
    let wrong = wish(&company.party, &company.rep.1, &"x".repeat(200), "200000");
    let asked = ask(world, &wrong).await.expect("an answer").expect("an approval");
    let approve = format!("/v1/approvals/{}/approve", asked.meta.id);
    company.chief.0.post(&approve, json!({})).await.refused(422, "validation_failed");
    let one = format!("/v1/approvals/{}", asked.meta.id);
    let standing = company.chief.0.get(&one).await.expect(200);
    assert_eq!((&standing.json["status"], standing.version()), (&json!("pending"), 1));
    let reject = json!({ "comment": "No" });
    company.chief.0.post(format!("{one}/reject"), reject).await.expect(200);
    assert_eq!(tier().await, "A");
    let direct = json!({ "document": "promotion", "subject_type": "party",
        "subject_id": company.party, "title": "A" });
    company.rep.0.post("/v1/approvals", direct).await.refused(422, "not_asked_directly");
}

async fn s_18_an_approval_is_void_when_its_record_changes(world: &World) {
    documents::register(&PROMOTION);
    let company = company(world).await;
    define(world, json!({ "document": "promotion", "levels": manager() })).await.expect(201);
    let ctx = world.ctx().await;
    let party: Uuid = company.party.parse().expect("an id");
    let void = async || {
        let work = async |tx: &mut Tx| {
            approvals::void(tx, &ctx, "promotion", party, "a line changed").await
        };
        world.db.write(ctx.tenant, work).await.expect("an answer")
    };
    let latest = async || {
        let work = async |tx: &mut Tx| approvals::latest(tx, &ctx, "promotion", party).await;
        world.db.read(ctx.tenant, work).await.expect("an answer").map(|one| one.status)
    };
    assert_eq!((void().await, latest().await), (0, None));
    let wish = wish(&company.party, &company.rep.1, "A", "1");
    let asked = ask(world, &wish).await.expect("an answer").expect("an approval");
    let one = format!("/v1/approvals/{}", asked.meta.id);
    assert_eq!(latest().await, Some(ApprovalStatus::Pending));
    assert_eq!((void().await, latest().await), (1, Some(ApprovalStatus::Void)));
    company
        .chief
        .0
        .post(format!("{one}/approve"), json!({}))
        .await
        .refused(409, "approval_decided");
    assert_eq!(company.chief.0.get(&one).await.expect(200).json["void_reason"], "a line changed");
    let asked = ask(world, &wish).await.expect("an answer").expect("another approval");
    let approve = format!("/v1/approvals/{}/approve", asked.meta.id);
    company.chief.0.post(approve, json!({})).await.expect(200);
    assert_eq!((void().await, latest().await), (1, Some(ApprovalStatus::Void)));
    assert_eq!(void().await, 0);
}

async fn z_01_the_same_is_asked_once(world: &World) {
    documents::register(&PROMOTION);
    let company = company(world).await;
    define(world, json!({ "document": "promotion", "levels": manager() })).await.expect(201);
    let wish = wish(&company.party, &company.rep.1, "A", "1");
    let all = futures_util::future::join_all((0..6).map(|_| ask(world, &wish))).await;
    let made: Vec<_> = all.iter().flatten().flatten().collect();
    assert_eq!(made.len(), 1);
    for refused in all.iter().filter_map(|one| one.as_ref().err()) {
        assert!(refused.is(&guanxi_workflow::problems::APPROVAL_PENDING), "{refused}");
    }
}
