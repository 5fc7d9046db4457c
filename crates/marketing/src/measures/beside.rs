//! Parties with measures, scores and answers of research as columns beside their own, so that one filter can speak of all.
//!
//! So the filter language of lists is used as it is: to it these are fields like any others, and `NOT`,
//! absent values and amounts mean what they mean in lists. Each measure is grouped once over an index that
//! holds all it needs. Asking for each party was slower, and sets of ids (`IN`, `NOT IN`) do not fit the
//! memory that PostgreSQL gives one of them. Price: twenty measures in a rule, and a list of members works
//! them out for every page.

use super::{Figure, Named, Span, open_to};
use crate::{research_answers::RESEARCH_ANSWER, research_codes::ResearchTopic};
use guanxi_kernel::{Action, Ctx, Word as _, period::business_date, scalar::Type};
use guanxi_storage::{
    Sql,
    filter::{Filter, condition::Filterable},
};
use uuid::Uuid;

/// Where a measure stands in the statement.
#[derive(Debug)]
struct Slot {
    value: &'static str,
    currency: &'static str,
    or_zero: &'static str,
    plain: &'static str,
    named: &'static str,
    joined: &'static str,
}

macro_rules! slots {
    ($($n:literal)*) => {
        &[$(Slot {
            value: concat!("measured_", $n),
            currency: concat!("measured_in_", $n),
            or_zero: concat!(", COALESCE(m", $n, ".v, 0) AS measured_", $n),
            plain: concat!(", m", $n, ".v AS measured_", $n),
            named: concat!(" AS TEXT) AS measured_in_", $n),
            joined: concat!(") m", $n, " ON m", $n, ".party_id = p.id"),
        }),*]
    };
}

/// As many as one rule can name.
static SLOTS: &[Slot] = slots!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19);

/// The most measures and scores that one rule can name.
pub const MOST: usize = 20;

#[derive(Debug, Clone)]
enum What {
    Measure(Named),
    /// A column of the scores of a model.
    Score(Uuid, &'static str),
    /// How many answers on a topic somebody has given, or those under one code.
    Answers(ResearchTopic, Option<String>),
}

/// The measures, scores and answers that a filter names.
#[derive(Debug, Clone)]
pub struct Beside {
    ctx: Ctx,
    span: Span,
    named: Vec<(String, What)>,
}

impl Beside {
    /// Those that a filter names, of what lies in that span.
    ///
    /// # Errors
    /// The number of names, if they are more than [`MOST`].
    pub fn new(filter: &Filter, ctx: &Ctx, span: Span) -> Result<Self, usize> {
        let mut this = Self { ctx: ctx.clone(), span, named: Vec::new() };
        this.collect(filter);
        if this.named.len() > MOST { Err(this.named.len()) } else { Ok(this) }
    }

    fn collect(&mut self, filter: &Filter) {
        match filter {
            Filter::All(parts) | Filter::Any(parts) => {
                parts.iter().for_each(|part| self.collect(part));
            }
            Filter::Not(inner) => self.collect(inner),
            Filter::Is(said) => {
                let known = self.named.iter().any(|(name, _)| *name == said.field);
                let what = Named::read(&said.field, &self.ctx).map(What::Measure);
                let what = what.or_else(|| score(&said.field));
                let what = what.or_else(|| answers(&said.field, &self.ctx));
                if let (false, Some(what)) = (known, what) {
                    self.named.push((said.field.clone(), what));
                }
            }
        }
    }

    /// Whether it names none.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// The models whose scores it names.
    pub fn models(&self) -> impl Iterator<Item = (&str, Uuid)> {
        self.named.iter().filter_map(|(name, what)| match what {
            What::Score(model, _) => Some((name.as_str(), *model)),
            What::Measure(_) | What::Answers(..) => None,
        })
    }

    /// The codes of research that it names, each of its topic.
    pub fn codes(&self) -> impl Iterator<Item = (&str, ResearchTopic, &str)> {
        self.named.iter().filter_map(|(name, what)| match what {
            What::Answers(topic, Some(code)) => Some((name.as_str(), *topic, code.as_str())),
            _ => None,
        })
    }

    /// What a filter can name beside the fields of parties: those that it names, and the names of all
    /// others, for whoever misspelt one.
    pub fn fields(&self) -> Vec<Filterable> {
        let mut fields: Vec<Filterable> = self
            .named
            .iter()
            .zip(SLOTS)
            .map(|((name, what), slot)| {
                let columns = [slot.value, slot.currency];
                match what {
                    What::Measure(named) => {
                        let measure = named.measure;
                        Filterable::beside(
                            name.clone(),
                            measure.kind(),
                            measure.is_nullable(),
                            columns,
                        )
                    }
                    What::Score(..) => {
                        Filterable::beside(name.clone(), Type::Integer, true, columns)
                    }
                    What::Answers(..) => {
                        Filterable::beside(name.clone(), Type::Integer, false, columns)
                    }
                }
            })
            .collect();
        let named = |name: &str| self.named.iter().any(|(one, _)| one == name);
        let others = open_to(&self.ctx).filter(|measure| !named(measure.name));
        let none = [SLOTS[0].value, SLOTS[0].currency];
        fields.extend(others.map(|measure| {
            Filterable::beside(measure.name, measure.kind(), measure.is_nullable(), none)
        }));
        fields
    }

    /// Adds the parties that are not deleted, with the columns, as the table `t`.
    pub fn write(&self, sql: &mut Sql) {
        sql.push("(SELECT p.*");
        for ((_, what), slot) in self.named.iter().zip(SLOTS) {
            match what {
                What::Measure(named) if named.measure.figure == Figure::Amount => {
                    sql.push(slot.or_zero).push(", CAST(").bind(named.currency().code());
                    sql.push(slot.named);
                }
                What::Measure(named) if named.measure.figure == Figure::Count => {
                    sql.push(slot.or_zero);
                }
                What::Answers(..) => {
                    sql.push(slot.or_zero);
                }
                _ => {
                    sql.push(slot.plain);
                }
            }
        }
        sql.push(" FROM parties p");
        for ((_, what), slot) in self.named.iter().zip(SLOTS) {
            sql.push(" LEFT JOIN (");
            match what {
                What::Measure(named) => named.write(sql, &self.ctx, self.span, None),
                What::Score(model, column) => {
                    sql.push("SELECT x.party_id, x.").push(column);
                    sql.push(" AS v FROM mining_scores x WHERE x.tenant_id = $1 AND x.model_id = ");
                    sql.bind(*model);
                }
                What::Answers(topic, code) => {
                    self.write_answers(sql, *topic, code.as_deref());
                }
            }
            sql.push(slot.joined);
        }
        sql.push(" WHERE p.tenant_id = $1 AND p.deleted_at IS NULL) t");
    }

    /// Adds `SELECT …party_id, … AS v` with the answers of completed interviews that were held in the span.
    fn write_answers(&self, sql: &mut Sql, topic: ResearchTopic, code: Option<&str>) {
        sql.push(
            "SELECT i.party_id, COUNT(*) AS v FROM research_answers x \
             JOIN research_interviews i ON i.tenant_id = x.tenant_id \
                 AND i.id = x.research_interview_id AND i.deleted_at IS NULL \
                 AND i.state = 'completed' ",
        );
        if let Some(code) = code {
            sql.push(
                "JOIN research_codes c ON c.tenant_id = x.tenant_id AND c.id = x.research_code_id \
                 AND c.code = ",
            );
            sql.bind(code.to_owned());
        }
        sql.push(" WHERE x.tenant_id = $1 AND x.deleted_at IS NULL AND x.topic = ").bind(topic);
        let day = |at| business_date(at, self.ctx.settings.time_zone);
        sql.push(" AND i.held_on <= ").bind(day(self.span.until));
        if let Some(after) = self.span.after {
            sql.push(" AND i.held_on > ").bind(day(after));
        }
        sql.push(" GROUP BY i.party_id");
    }
}

/// `research.{topic}` or `research.{topic}.{code}`, for whoever may read answers and how they are coded: as with measures it is of
/// all that a party has said.
fn answers(name: &str, ctx: &Ctx) -> Option<What> {
    let named = name.strip_prefix("research.")?;
    let (topic, code) = match named.split_once('.') {
        Some((topic, code)) => (topic, Some(code.to_owned())),
        None => (named, None),
    };
    let topic = ResearchTopic::from_word(topic)?;
    let hidden = ctx.actor.withheld(RESEARCH_ANSWER.plural).hidden;
    let masked = hidden.contains("topic") || code.is_some() && hidden.contains("research_code_id");
    let open = !masked && !ctx.reach(RESEARCH_ANSWER.plural, Action::Read).is_nothing();
    open.then_some(What::Answers(topic, code))
}

/// `scores.{model_id}.basis_points` or `scores.{model_id}.leaf`.
fn score(name: &str) -> Option<What> {
    let (model, member) = name.strip_prefix("scores.")?.split_once('.')?;
    let column = match member {
        "basis_points" => "score",
        "leaf" => "leaf_id",
        _ => return None,
    };
    Some(What::Score(model.parse().ok()?, column))
}
