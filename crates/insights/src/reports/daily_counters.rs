//! How much was sent, seen and answered on each day of a month, event by event.
//!
//! Rates count people; this counts events, so that its sums are what machines and answers have told, whatever they are
//! told apart by. Price: who opens a letter twice is there twice.

use super::{
    media_response::{KEY, MediaResponseBy, NAME, OF_CAMPAIGN, told_apart_by},
    prospects::{MONTH, Month, column},
};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape};
use chrono::{Days, NaiveDate};
use guanxi_kernel::{Ctx, Language, Result, Word as _, problem::Texts};
use guanxi_marketing::{source_codes::SOURCE_CODE, touches::TouchKind};
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct DailyCounters;

/// Counters that are read at most: of one kind, key and day each.
const MOST: usize = 50_000;

/// Events of each kind, and answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DailyCounts {
    /// All events: the sum of those of each kind.
    pub events: i64,
    /// Something was sent.
    pub sent: i64,
    /// On purpose nothing was sent.
    pub held_out: i64,
    /// It has arrived.
    pub delivered: i64,
    /// It came back.
    pub bounced: i64,
    /// It was opened.
    pub opened: i64,
    /// Something in it was followed.
    pub clicked: i64,
    /// Somebody came to the site.
    pub visited: i64,
    /// Somebody became a member of a community.
    pub joined: i64,
    /// Somebody has written something in a community.
    pub posted: i64,
    /// A cart was filled.
    pub cart_created: i64,
    /// A cart was left.
    pub cart_abandoned: i64,
    /// Something was bought.
    pub bought: i64,
    /// Somebody complains.
    pub complained: i64,
    /// Somebody wants no more of it.
    pub unsubscribed: i64,
    /// Answers.
    pub responses: i64,
}

impl DailyCounts {
    /// Adds so many events of a kind; answers have none.
    fn add(&mut self, kind: Option<TouchKind>, count: i64) {
        let Some(kind) = kind else {
            self.responses += count;
            return;
        };
        self.events += count;
        *match kind {
            TouchKind::Sent => &mut self.sent,
            TouchKind::HeldOut => &mut self.held_out,
            TouchKind::Delivered => &mut self.delivered,
            TouchKind::Bounced => &mut self.bounced,
            TouchKind::Opened => &mut self.opened,
            TouchKind::Clicked => &mut self.clicked,
            TouchKind::Visited => &mut self.visited,
            TouchKind::Joined => &mut self.joined,
            TouchKind::Posted => &mut self.posted,
            TouchKind::CartCreated => &mut self.cart_created,
            TouchKind::CartAbandoned => &mut self.cart_abandoned,
            TouchKind::Bought => &mut self.bought,
            TouchKind::Complained => &mut self.complained,
            TouchKind::Unsubscribed => &mut self.unsubscribed,
        } += count;
    }
}

/// What a medium, list, test group or source code has come to on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DailyCounterRow {
    /// The day.
    pub day: NaiveDate,
    /// The letters of the medium, the list, the test group or the source code; `null` for what names none.
    #[schema(required)]
    pub key: Option<String>,
    /// What that is called.
    pub name: String,
    /// The counts.
    #[serde(flatten)]
    pub counts: DailyCounts,
}

static DEFINITION: Definition = Definition {
    name: "daily-counters",
    version: 1,
    title: Texts { en: "Daily counters", zh: "每日运营计数" },
    about: Texts {
        en: "How many events machines have told of, kind by kind, and how many answers came in, on each day of a month up \
             to `as_of`, by medium, customer list, test group or source code. Each event counts once, also where one \
             person has several: people and rates are in `media-response`. What names none is a row without a key, so \
             that rows make up the totals. A day without anything has no row. Rows of the first 50,000 counters are \
             told; the totals go over all.",
        zh: "截至 as_of,按媒介、名单、测试组或源代码逐日统计当月各类事件次数与反馈条数。每个事件计一次(不按人去重,去重人数与比率见 media-response)。未指明者单列一行,各行之和等于合计。",
    },
    reads: &[&SOURCE_CODE],
    needs: &["medium", "list", "test_group", "code"],
    rests_on: &[],
    parameters: &[
        told_apart_by(Texts { en: "What events are told apart by.", zh: "统计维度。" }),
        MONTH,
        OF_CAMPAIGN,
    ],
    columns: &[
        column("day", "Day", "日期", What::Date),
        KEY,
        NAME,
        column("events", "Events", "事件数", What::Count),
        column("sent", "Sent", "发送次数", What::Count),
        column("held_out", "Held out", "对照组未发送次数", What::Count),
        column("delivered", "Delivered", "到达次数", What::Count),
        column("bounced", "Bounced", "退信次数", What::Count),
        column("opened", "Opened", "打开次数", What::Count),
        column("clicked", "Clicked", "点击次数", What::Count),
        column("visited", "Visited", "访问次数", What::Count),
        column("joined", "Joined", "加入社区次数", What::Count),
        column("posted", "Posted", "发帖次数", What::Count),
        column("cart_created", "Carts created", "创建购物车次数", What::Count),
        column("cart_abandoned", "Carts abandoned", "放弃购物车次数", What::Count),
        column("bought", "Bought", "购买次数", What::Count),
        column("complained", "Complained", "投诉次数", What::Count),
        column("unsubscribed", "Unsubscribed", "退订次数", What::Count),
        column("responses", "Responses", "反馈数", What::Count),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["day", "name"],
        values: &["events", "responses"],
        otherwise: &[],
    },
};

/// The place of a day in the month, a key and a name, the kind of the events, and how many there are.
type Found = (i64, Option<String>, Option<String>, Option<String>, i64);

/// What is counted of.
struct Of<'a> {
    by: MediaResponseBy,
    month: &'a Month,
    campaign: Option<Uuid>,
}

impl Of<'_> {
    /// Adds ` FROM` the events and answers `x` of the month.
    fn events(&self, sql: &mut Sql, asked: &Asked) {
        sql.push(" FROM (SELECT t.kind AS kind, ").push(self.by.columns()).push(", ");
        self.month.day(sql, "t.occurred_at");
        sql.push(
            " AS place FROM touches t
             LEFT JOIN source_codes s ON s.tenant_id = t.tenant_id AND s.id = t.source_code_id
             LEFT JOIN media m ON m.tenant_id = s.tenant_id AND m.id = s.medium_id
             WHERE t.tenant_id = $1 AND ",
        );
        self.month.contains(sql, "t.occurred_at", asked);
        self.campaign(sql, "t.campaign_id");
        sql.push(" UNION ALL SELECT NULL, ").push(self.by.columns()).push(", ");
        self.month.day(sql, "r.responded_at");
        sql.push(
            " FROM responses r
             LEFT JOIN source_codes s ON s.tenant_id = r.tenant_id AND s.id = r.source_code_id
             LEFT JOIN media m ON m.tenant_id = r.tenant_id AND m.id = COALESCE(r.medium_id, s.medium_id)
             WHERE r.tenant_id = $1 AND r.deleted_at IS NULL AND ",
        );
        self.month.contains(sql, "r.responded_at", asked);
        self.campaign(sql, "r.campaign_id");
        sql.push(") x");
    }

    fn campaign(&self, sql: &mut Sql, column: &'static str) {
        if let Some(campaign) = self.campaign {
            sql.push(" AND ").push(column).push(" = ").bind(campaign);
        }
    }

    /// The counters of each day and key, in this order; of those that are read at most only whole rows.
    async fn by_day(&self, tx: &mut Tx, asked: &Asked) -> Result<Vec<Found>> {
        let mut sql = Sql::new("SELECT x.place, x.key, x.name, x.kind, COUNT(*)");
        self.events(&mut sql, asked);
        sql.push(" GROUP BY x.place, x.key, x.name, x.kind");
        sql.push(" ORDER BY x.place, x.key NULLS LAST, x.kind LIMIT ");
        sql.bind(i64::try_from(MOST).unwrap_or(i64::MAX).saturating_add(1));
        let mut found = tx.all::<Found>(sql).await?;
        if found.len() > MOST
            && let Some((place, key, ..)) = found.last().cloned()
        {
            found.retain(|one| (one.0, &one.1) != (place, &key));
        }
        Ok(found)
    }

    /// All of the month, kind by kind.
    async fn whole(&self, tx: &mut Tx, asked: &Asked) -> Result<DailyCounts> {
        let mut sql = Sql::new("SELECT x.kind, COUNT(*)");
        self.events(&mut sql, asked);
        sql.push(" GROUP BY x.kind");
        let mut whole = DailyCounts::default();
        for (kind, count) in tx.all::<(Option<String>, i64)>(sql).await? {
            whole.add(kind.and_then(|word| TouchKind::from_word(&word)), count);
        }
        Ok(whole)
    }
}

/// The rows of what was found, for a month that begins on that day.
fn rows(found: Vec<Found>, first: NaiveDate, nameless: &'static str) -> Vec<DailyCounterRow> {
    let mut all = BTreeMap::<(i64, bool, Option<String>), (Option<String>, DailyCounts)>::new();
    for (place, key, name, kind, count) in found {
        let (_, counts) =
            all.entry((place, key.is_none(), key)).or_insert((name, DailyCounts::default()));
        counts.add(kind.and_then(|word| TouchKind::from_word(&word)), count);
    }
    let day = |place: i64| {
        let days = u64::try_from(place).unwrap_or_default();
        first.checked_add_days(Days::new(days)).unwrap_or(first)
    };
    let mut told = Vec::with_capacity(all.len());
    for ((place, _, key), (name, counts)) in all {
        let name = name.unwrap_or_else(|| nameless.to_owned());
        told.push(DailyCounterRow { day: day(place), key, name, counts });
    }
    told
}

impl Report for DailyCounters {
    type Row = DailyCounterRow;
    type Totals = DailyCounts;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.word("by").unwrap_or(MediaResponseBy::Medium);
        let month = Month::asked(ctx, asked);
        let of = Of { by, month: &month, campaign: asked.id("campaign_id") };
        let found = of.by_day(tx, asked).await?;
        let totals = of.whole(tx, asked).await?;
        Ok(Made { rows: rows(found, month.first, by.nameless(ctx.language)), totals })
    }

    fn example() -> Made<Self> {
        let first = NaiveDate::default();
        let of = |kind: Option<&str>, count: i64| {
            let text = |text: &str| Some(text.to_owned());
            (0, text("D"), text("E-mail"), kind.map(str::to_owned), count)
        };
        let found = vec![of(Some("sent"), 1_000), of(Some("delivered"), 900), of(None, 30)];
        let nameless = MediaResponseBy::Medium.nameless(Language::En);
        let rows = rows(found, first, nameless);
        let totals = rows.first().map(|row| row.counts).unwrap_or_default();
        Made { rows, totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_77_each_kind_is_a_part_of_all_events() {
        let mut counts = DailyCounts::default();
        for (at, kind) in (1..).zip(TouchKind::ALL) {
            counts.add(Some(*kind), at);
        }
        counts.add(None, 7);
        let shown = serde_json::to_value(counts).unwrap();
        let members = shown.as_object().unwrap();
        let parts = TouchKind::ALL.iter().map(|kind| members[kind.word()].as_i64().unwrap());
        assert_eq!(parts.sum::<i64>(), counts.events);
        assert_eq!((counts.events, counts.responses), (105, 7));
        assert_eq!(members.len(), TouchKind::ALL.len() + 2);
    }

    #[test]
    fn x_77_days_follow_each_other_and_what_names_none_is_last() {
        let text = |text: &str| Some(text.to_owned());
        let found = vec![
            (1, None, None, text("sent"), 1),
            (1, text("C"), text("Website"), text("visited"), 2),
            (0, text("D"), text("E-mail"), text("sent"), 3),
            (0, text("D"), text("E-mail"), None, 1),
        ];
        let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let rows = rows(found, first, "No medium");
        let told: Vec<_> =
            rows.iter().map(|row| (row.day.to_string(), row.name.as_str())).collect();
        let day = |day: &str| day.to_owned();
        let expected = [
            (day("2026-01-01"), "E-mail"),
            (day("2026-01-02"), "Website"),
            (day("2026-01-02"), "No medium"),
        ];
        assert_eq!(told, expected);
        assert_eq!((rows[0].counts.sent, rows[0].counts.responses), (3, 1));
    }
}
