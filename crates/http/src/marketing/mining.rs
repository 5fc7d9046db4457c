//! Datasets to learn from, models, and what they say.

use crate::{
    body::Body,
    call::Call,
    parameters::{missing, unknown},
    problem::{ApiError, ProblemBody},
    resources::bad,
    respond::Done,
    routing::Routes,
    upload::{receive, reopen},
};
use actix_web::{HttpResponse, get, post, web::Payload};
use guanxi_bulk::jobs::Job;
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{
    Action, Ctx, Result, Share, Word as _,
    problem::{INTERNAL, INVALID_FORMAT, OUT_OF_RANGE, TOO_LONG, UNKNOWN_VALUE},
};
use guanxi_marketing::{
    mining_datasets::{self, FromFile, MINING_DATASET, MiningDatasetInput, MiningFeature},
    mining_models::{
        self, ExpectedVolume, ExtractScores, MINING_MODEL, MiningModelId, MiningModelInput,
        ModelBands, ModelEvaluation, ModelLeaves, ModelTree, ScorePage, ScorePopulation,
    },
    population::Population,
    segments::{SEGMENT, Segment},
};
use guanxi_storage::{Tx, cursor, custom, list, resource};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) fn routes(config: &mut Routes) {
    config.service(features).service(build).service(upload).service(train);
    config.service(tree).service(leaves).service(score).service(scores).service(bands);
    config.service(volume).service(evaluation).service(extract);
}

/// What is known of customers and prospects.
#[derive(Debug, Serialize, ToSchema)]
struct MiningFeatureList {
    /// First their fields, then the tenant's own, then what they did.
    data: Vec<MiningFeature>,
}

/// List the features of customers and prospects
///
/// Those that datasets can have and you may read. Names of what they did also stand in the rules of segments:
/// `_90d` behind the name of a count or an amount makes it that of the last 90 days, and `.USD` behind an amount
/// that of another currency than your company's.
#[utoipa::path(tag = "mining-datasets", operation_id = "mining_features_list",
    responses((status = 200, description = "The features.", body = MiningFeatureList)))]
#[get("/v1/mining/features")]
async fn features(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MINING_DATASET, Action::Read)?;
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    let fields = call.read(async |tx, ctx| custom::fields(tx, ctx, &PARTY).await).await?;
    let data = mining_datasets::known(&fields, &call.ctx);
    Ok(HttpResponse::Ok().json(MiningFeatureList { data }))
}

/// Build a dataset
///
/// A job takes a snapshot of the customers and prospects that you may see: their features, and what is to be learnt
/// of them. With `as_of` nothing later counts as a feature, and the label is what came after it. A snapshot never
/// changes, whatever becomes of the records.
#[utoipa::path(tag = "mining-datasets", operation_id = "mining_datasets_create", request_body = MiningDatasetInput,
    responses((status = 202, description = "The job; its `subject_id` is the dataset.", body = Job),
        (status = 422, description = "A feature or the rule of the label is not understood.", body = ProblemBody)))]
#[post("/v1/mining/datasets")]
async fn build(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MINING_DATASET, Action::Create)?;
    let input: MiningDatasetInput = body.read()?;
    let asked = async |tx: &mut Tx, ctx: &Ctx| {
        mining_datasets::start(tx, ctx, input.clone()).await.map(|job| Done::accepted(&job))
    };
    Ok(call.write(Some(&body), asked).await?)
}

/// Build a dataset from a file
///
/// The body is the file: CSV, XLSX or NDJSON, up to 50 MiB, as for imports. A column whose values are all numbers
/// is numeric, any other is categorical. A job reads it; the file is not kept.
#[utoipa::path(tag = "mining-datasets", operation_id = "mining_datasets_upload",
    params(("name" = String, Query, description = "What the dataset is called.", max_length = 200),
        ("label" = String, Query, description = "The column that is learnt.", max_length = 100),
        ("positive" = Option<String>, Query, description = "The value of it that means yes; absent where an amount is learnt.", max_length = 200),
        ("drop" = Option<String>, Query, description = "Columns to leave out, separated by commas: what is only known afterwards.", max_length = 2000),
        ("file_name" = Option<String>, Query, description = "The name of the file.", max_length = 255)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file."),
    responses((status = 202, description = "The job; its `subject_id` is the dataset.", body = Job)))]
#[post("/v1/mining/datasets/from-file")]
async fn upload(call: Call, payload: Payload) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MINING_DATASET, Action::Create)?;
    let asked = Upload::read(&call)?;
    let arrived = receive(&call.state, payload, call.state.options.upload_bytes).await?;
    let digest = Body(json!({ "sha256": arrived.sha256 }));
    let ctx = call.ctx.clone();
    let examined = tokio::task::spawn_blocking(move || {
        let dataset = FromFile {
            name: &asked.name,
            file_name: &asked.file_name,
            path: arrived.file.path(),
            label: &asked.label,
            positive: asked.positive.as_deref(),
            drop: &asked.drop,
        }
        .examine(&ctx);
        dataset.map(|dataset| (dataset, arrived))
    });
    let (dataset, arrived) =
        examined.await.map_err(|error| INTERNAL.problem().because(error))??;
    let (files, tenant, id) = (call.state.worker.files(), call.ctx.tenant, dataset.meta.id.uuid());
    files.keep(tenant, id, reopen(&arrived.file)?).await?;
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        let job = mining_datasets::start_from_file(tx, ctx, dataset.clone()).await?;
        Ok(Done::accepted(&job))
    };
    let answer = call.write(Some(&digest), made).await;
    let replayed =
        answer.as_ref().is_ok_and(|answer| answer.headers().contains_key("idempotent-replayed"));
    if answer.is_err() || replayed || call.prefer.dry_run {
        files.forget(tenant, id).await;
    }
    Ok(answer?)
}

/// What is said of a file in its address.
struct Upload {
    name: String,
    label: String,
    positive: Option<String>,
    drop: Vec<String>,
    file_name: String,
}

impl Upload {
    fn read(call: &Call) -> Result<Self> {
        let (mut dataset, mut label, mut positive) = (None, None, None);
        let (mut drop, mut file_name) = (Vec::new(), "upload".to_owned());
        for (name, value) in call.query() {
            match name.as_str() {
                "file_name" if value.chars().count() > 255 || value.contains('\0') => {
                    return Err(bad(TOO_LONG.parameter(name).with("expected", "255 characters")));
                }
                "name" => dataset = Some(value),
                "label" => label = Some(value),
                "positive" => positive = Some(value),
                "drop" => drop = value.split(',').map(|one| one.trim().to_owned()).collect(),
                "file_name" => file_name = value,
                _ => return Err(unknown(&name)),
            }
        }
        let name = dataset.ok_or_else(|| missing("name"))?;
        let label = label.ok_or_else(|| missing("label"))?;
        Ok(Self { name, label, positive, drop, file_name })
    }
}

/// Train a model
///
/// A job grows a decision tree in this program: the same dataset and settings give the same tree, to the byte. A
/// value that is missing is a value that rules can name.
#[utoipa::path(tag = "mining-models", operation_id = "mining_models_create", request_body = MiningModelInput,
    responses((status = 202, description = "The job; its `subject_id` is the model.", body = Job),
        (status = 409, description = "The dataset is not built.", body = ProblemBody)))]
#[post("/v1/mining/models")]
async fn train(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MINING_MODEL, Action::Create)?;
    let input: MiningModelInput = body.read()?;
    let asked = async |tx: &mut Tx, ctx: &Ctx| {
        mining_models::start(tx, ctx, input.clone()).await.map(|job| Done::accepted(&job))
    };
    Ok(call.write(Some(&body), asked).await?)
}

/// The id of the model in the path, for who may do that with models.
fn model(call: &Call, action: Action) -> Result<MiningModelId> {
    resource::require_on(&call.ctx, &MINING_MODEL, action)?;
    Ok(call.id("mining_model_id")?.into())
}

/// What the queries about models ask for.
#[derive(Default)]
struct Asked {
    population: Population,
    edges: Vec<Share>,
    segment: Option<Uuid>,
    dataset: Option<Uuid>,
    limit: Option<u64>,
    cursor: Option<String>,
}

impl Asked {
    fn read(call: &Call, known: &[&str]) -> Result<Self> {
        let mut this = Self::default();
        for (name, value) in call.query() {
            match name.as_str() {
                name if !known.contains(&name) => return Err(unknown(name)),
                "population" => {
                    let expected = Population::WORDS.join(", ");
                    let wrong =
                        || bad(UNKNOWN_VALUE.parameter("population").with("expected", expected));
                    this.population = Population::from_word(&value).ok_or_else(wrong)?;
                }
                "edges" => this.edges = edges(&value)?,
                "segment_id" => this.segment = Some(id("segment_id", &value)?),
                "dataset_id" => this.dataset = Some(id("dataset_id", &value)?),
                "limit" => this.limit = Some(list::limit(&value).map_err(bad)?),
                "cursor" => this.cursor = Some(value),
                name => return Err(unknown(name)),
            }
        }
        Ok(this)
    }
}

fn id(name: &str, value: &str) -> Result<Uuid> {
    let wrong = |_| bad(INVALID_FORMAT.parameter(name).with("expected", "a UUID"));
    Uuid::try_parse(value).map_err(wrong)
}

fn edges(value: &str) -> Result<Vec<Share>> {
    let expected = "rising shares above 0 and below 1, separated by commas, such as 0.05,0.5,0.95";
    let wrong = || bad(OUT_OF_RANGE.parameter("edges").with("expected", expected));
    let edges = value.split(',').map(|edge| edge.trim().parse().map_err(|_| wrong()));
    let edges: Vec<Share> = edges.collect::<Result<_>>()?;
    let rise = edges.is_sorted_by(|one, other| one < other);
    let within = edges.iter().all(|edge| *edge > Share::ZERO && *edge < Share::ONE);
    if rise && within { Ok(edges) } else { Err(wrong()) }
}

/// Read the tree of a model
///
/// Its nodes with their splits, their rows and what they come to, the root first.
#[utoipa::path(tag = "mining-models", operation_id = "mining_models_tree",
    params(("mining_model_id" = String, Path, description = "The id of the model.", format = Uuid)),
    responses((status = 200, description = "The tree.", body = ModelTree),
        (status = 409, description = "It is not trained yet.", body = ProblemBody)))]
#[get("/v1/mining/models/{mining_model_id}/tree")]
async fn tree(call: Call) -> Result<HttpResponse, ApiError> {
    let id = model(&call, Action::Read)?;
    Asked::read(&call, &[])?;
    let told = call.read(async |tx, ctx| mining_models::tree(tx, ctx, id).await).await?;
    Ok(HttpResponse::Ok().json(told))
}

/// List the leaves of a model
///
/// Each as a rule in your language, with the rows that it was trained on, the probability or mean of these, and the
/// lift. Every row satisfies exactly one of them.
#[utoipa::path(tag = "mining-models", operation_id = "mining_models_leaves",
    params(("mining_model_id" = String, Path, description = "The id of the model.", format = Uuid)),
    responses((status = 200, description = "The leaves.", body = ModelLeaves),
        (status = 409, description = "It is not trained yet.", body = ProblemBody)))]
#[get("/v1/mining/models/{mining_model_id}/leaves")]
async fn leaves(call: Call) -> Result<HttpResponse, ApiError> {
    let id = model(&call, Action::Read)?;
    Asked::read(&call, &[])?;
    let told = call.read(async |tx, ctx| mining_models::leaves(tx, ctx, id).await).await?;
    Ok(HttpResponse::Ok().json(told))
}

/// Score customers and prospects
///
/// A job finds the leaf of everybody in the population that you may see, as they are now. Scoring the same again
/// changes nothing, and what a model has said keeps its date; a new model has scores of its own. A field that the
/// tree asks about and that is not there any more fails the job with `lacks_column`.
#[utoipa::path(tag = "mining-models", operation_id = "mining_models_score", request_body = ScorePopulation,
    params(("mining_model_id" = String, Path, description = "The id of the model.", format = Uuid)),
    responses((status = 202, description = "The job.", body = Job),
        (status = 409, description = "It is not trained yet, or from a file.", body = ProblemBody)))]
#[post("/v1/mining/models/{mining_model_id}/score")]
async fn score(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let id = model(&call, Action::Update)?;
    let wish: ScorePopulation = body.read()?;
    let asked = async |tx: &mut Tx, ctx: &Ctx| {
        mining_models::start_scoring(tx, ctx, id, &wish).await.map(|job| Done::accepted(&job))
    };
    Ok(call.write(Some(&body), asked).await?)
}

/// List the scores of a model
///
/// The highest first, each with the rule that gave it: a list of whom to address.
#[utoipa::path(tag = "mining-models", operation_id = "mining_models_scores",
    params(("mining_model_id" = String, Path, description = "The id of the model.", format = Uuid),
        ("population" = Option<Population>, Query, description = "Of whom."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items on a page, 50 when absent."),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before.")),
    responses((status = 200, description = "A page.", body = ScorePage),
        (status = 409, description = "It is not trained yet.", body = ProblemBody)))]
#[get("/v1/mining/models/{mining_model_id}/scores")]
async fn scores(call: Call) -> Result<HttpResponse, ApiError> {
    let id = model(&call, Action::Read)?;
    let asked = Asked::read(&call, &["population", "limit", "cursor"])?;
    let population = asked.population;
    let (tenant, seal) = (call.ctx.tenant.to_string(), &call.ctx.settings.seal);
    let print = cursor::fingerprint(&["scores", &tenant, &id.to_string(), population.word()]);
    let after = asked.cursor.map(|text| cursor::open(seal, &print, &text)).transpose()?;
    let limit = usize::try_from(asked.limit.unwrap_or(list::DEFAULT_LIMIT)).unwrap_or(usize::MAX);
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let read = async |tx: &mut Tx, ctx: &Ctx| {
        mining_models::scores(tx, ctx, id, population, after, most).await
    };
    let mut found = call.read(read).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| has_more).map(|(_, place)| *place);
    let next_cursor = last.map(|place: (i64, Uuid)| cursor::seal(seal, &print, &place));
    let data = found.into_iter().map(|(one, _)| one).collect();
    Ok(HttpResponse::Ok().json(ScorePage { data, has_more, next_cursor }))
}

/// Count those with a score by bands of probability
///
/// All bands together hold everybody with a score whom you may see.
#[utoipa::path(tag = "mining-models", operation_id = "mining_models_bands",
    params(("mining_model_id" = String, Path, description = "The id of the model.", format = Uuid),
        ("edges" = String, Query, description = "Where bands meet, such as `0.05,0.5,0.95`; an edge belongs to the band above.", max_length = 400),
        ("population" = Option<Population>, Query, description = "Of whom.")),
    responses((status = 200, description = "The bands.", body = ModelBands),
        (status = 409, description = "It tells amounts.", body = ProblemBody)))]
#[get("/v1/mining/models/{mining_model_id}/bands")]
async fn bands(call: Call) -> Result<HttpResponse, ApiError> {
    let id = model(&call, Action::Read)?;
    let asked = Asked::read(&call, &["edges", "population"])?;
    if asked.edges.is_empty() {
        return Err(missing("edges").into());
    }
    let read = async |tx: &mut Tx, ctx: &Ctx| {
        mining_models::bands(tx, ctx, id, asked.population, &asked.edges).await
    };
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Read what is to be expected of those with a score
///
/// The sum of the means of their leaves; of the members of a segment, if one is named.
#[utoipa::path(tag = "mining-models", operation_id = "mining_models_expected_volume",
    params(("mining_model_id" = String, Path, description = "The id of the model.", format = Uuid),
        ("segment_id" = Option<String>, Query, description = "The id of a segment.", format = Uuid)),
    responses((status = 200, description = "The volume.", body = ExpectedVolume),
        (status = 409, description = "It tells yes and no.", body = ProblemBody)))]
#[get("/v1/mining/models/{mining_model_id}/expected-volume")]
async fn volume(call: Call) -> Result<HttpResponse, ApiError> {
    let id = model(&call, Action::Read)?;
    let asked = Asked::read(&call, &["segment_id"])?;
    let segment = asked.segment.map(Into::into);
    let read =
        async |tx: &mut Tx, ctx: &Ctx| mining_models::expected_volume(tx, ctx, id, segment).await;
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Read how well a model tells
///
/// Held against a dataset, best one that it was not trained on: the area under the ROC curve, accuracy, lift by
/// deciles, and calibration by bands, which is what was told against what happened.
#[utoipa::path(tag = "mining-models", operation_id = "mining_models_evaluation",
    params(("mining_model_id" = String, Path, description = "The id of the model.", format = Uuid),
        ("dataset_id" = Option<String>, Query, description = "The id of a dataset; its own when absent.", format = Uuid),
        ("edges" = Option<String>, Query, description = "Where bands meet, such as `0.05,0.5,0.95`; tenths when absent.", max_length = 400)),
    responses((status = 200, description = "How well.", body = ModelEvaluation),
        (status = 409, description = "It tells amounts.", body = ProblemBody),
        (status = 422, description = "The dataset has not the columns that the model asks about.", body = ProblemBody)))]
#[get("/v1/mining/models/{mining_model_id}/evaluation")]
async fn evaluation(call: Call) -> Result<HttpResponse, ApiError> {
    let id = model(&call, Action::Read)?;
    let mut asked = Asked::read(&call, &["dataset_id", "edges"])?;
    if asked.edges.is_empty() {
        asked.edges = (1..10).map(|tenth| Share::of_ten_thousandths(tenth * 1_000)).collect();
    }
    let dataset = asked.dataset.map(Into::into);
    let read = async |tx: &mut Tx, ctx: &Ctx| {
        mining_models::evaluation(tx, ctx, id, dataset, &asked.edges).await
    };
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Extract those who are likely into a list
///
/// A segment of the kind `list`: those with a score of at least that probability, without those who have it
/// already. It stays as it is when scores change.
#[utoipa::path(tag = "mining-models", operation_id = "mining_models_extract", request_body = ExtractScores,
    params(("mining_model_id" = String, Path, description = "The id of the model.", format = Uuid)),
    responses((status = 201, description = "The list.", body = Segment),
        (status = 409, description = "It tells amounts, or is not trained yet.", body = ProblemBody)))]
#[post("/v1/mining/models/{mining_model_id}/extract")]
async fn extract(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let id = model(&call, Action::Read)?;
    resource::require_on(&call.ctx, &SEGMENT, Action::Create)?;
    let wish: ExtractScores = body.read()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = mining_models::extract(tx, ctx, id, wish.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), work).await?)
}
