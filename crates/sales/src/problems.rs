//! What only this crate can refuse.

pub use guanxi_customers::problems::CURRENCY_MISMATCH;

guanxi_kernel::problems! {
    /// A pipeline that lacks a kind of stage.
    PIPELINE_INCOMPLETE = Conflict "pipeline_incomplete"
        ("Stage missing", "A pipeline in use needs a stage of the kind {kind}.")
        ("缺少阶段", "启用的销售流程至少需要一个 {kind} 类型的阶段。");
    /// A pipeline in which nothing new begins.
    PIPELINE_INACTIVE = Invalid "pipeline_inactive"
        ("Pipeline not in use", "No opportunity begins in a pipeline that is not active, or moves into it.")
        ("销售流程未启用", "销售流程未启用,不能在其中新建商机,也不能将商机转入。");
    /// A currency for a pipeline in which there are amounts in another one.
    PIPELINE_CURRENCY_IN_USE = Conflict "pipeline_currency_in_use"
        ("Other currency in use", "There are opportunities in this pipeline with amounts in another currency than {currency}.")
        ("已有其他币种", "该销售流程中已有非 {currency} 币种的商机。");
    /// How customers are followed is decided by a role.
    TRACKING_NOT_AGREED = Forbidden "tracking_not_agreed"
        ("Up to another role", "The company leaves it to a role that you do not have how customers are followed; prepare what is not in use.")
        ("需指定角色同意", "客户跟踪方式由公司指定的角色决定,您没有该角色;可先准备未启用的内容。");
    /// A stage in which opportunities are worked on.
    STAGE_IN_USE = Conflict "stage_in_use"
        ("Stage in use", "There are opportunities in this stage; POST …/retire names the stage in which they go on.")
        ("阶段使用中", "该阶段中仍有商机,请使用 POST …/retire 指定商机转入的阶段。");
    /// A stage that is a step of another pipeline.
    STAGE_OF_OTHER_PIPELINE = Invalid "stage_of_other_pipeline"
        ("Stage of another pipeline", "The stage does not belong to the same pipeline.")
        ("阶段不属于该流程", "该阶段不属于同一个销售流程。");
    /// A stage that ends otherwise than what is to enter it.
    STAGE_OF_OTHER_KIND = Invalid "stage_of_other_kind"
        ("Stage of another kind", "This needs a stage of the kind {kind}; winning and losing are verbs of their own.")
        ("阶段类型不符", "此处需要 {kind} 类型的阶段;赢单和输单请使用相应的操作。");
    /// Collaborators whose shares are not the whole.
    SPLIT_NOT_WHOLE = Invalid "split_not_whole"
        ("Not the whole", "The splits of the collaborators must sum to exactly 1.")
        ("分摊比例之和不为一", "各协作人的分摊比例之和必须恰好为 1。");
    /// A controller or owner changes by a transfer only.
    USE_TRANSFER = Invalid "use_transfer"
        ("Needs a transfer", "Whose it is changes by POST …/transfer, with a reason.")
        ("请使用移交", "控制人或负责人须通过 POST …/transfer 并说明原因进行变更。");
    /// A move that the state of an opportunity or a lead does not allow.
    MOVE_NOT_ALLOWED = Conflict "move_not_allowed"
        ("Not possible now", "The record is {status}; possible now: {allowed}.")
        ("当前不可执行", "记录状态为 {status},目前可执行:{allowed}。");
    /// A terminated opportunity is never written again.
    OPPORTUNITY_TERMINATED = Conflict "opportunity_terminated"
        ("Opportunity terminated", "A terminated opportunity is never tracked or changed again.")
        ("商机已终止", "已终止的商机不再跟踪,也不能修改。");
    /// Nothing is closed without saying what was learnt.
    CLOSING_SUMMARY_REQUIRED = Invalid "closing_summary_required"
        ("Summary required", "An opportunity is closed with a summary: reasons, lessons and a review of the process.")
        ("需要结案总结", "关闭商机必须填写总结:原因、经验教训和过程回顾。");
    /// A summary that has become final.
    SUMMARY_FINAL = Conflict "summary_final"
        ("Summary is final", "The summary cannot be changed {hours} hours after closing; POST …/addendum adds to it.")
        ("总结已定稿", "关闭 {hours} 小时后总结不能再修改,可通过 POST …/addendum 补充。");
    /// Lost to a competitor, and to whom is not said.
    WINNER_REQUIRED = Invalid "winner_required"
        ("Winner required", "Whoever loses to a competitor says to whom, or that it is unknown.")
        ("需要获胜竞争对手", "因竞争对手输单时须指明获胜者,或注明未知(unknown)。");
    /// A party that is no competitor.
    NOT_A_COMPETITOR = Invalid "not_a_competitor"
        ("Not a competitor", "The party does not have the role competitor; give it that role first.")
        ("不是竞争对手", "该业务对象尚无竞争对手角色,请先赋予该角色。");
    /// A day of closing without a closing.
    NOT_CLOSED = Invalid "not_closed"
        ("Not closed", "Only an opportunity in a won or lost stage has a day of closing.")
        ("尚未关闭", "只有处于赢单或输单阶段的商机才有关闭日期。");
    /// Somebody leaves while not everything is in other hands.
    HANDOVER_INCOMPLETE = Conflict "handover_incomplete"
        ("Hand-over incomplete", "Still to be done: {forgotten} records without a line, {unticked} lines without a tick, {unnotified} critical ones whose customer was not told; for example {example}. A hand-over (POST /v1/handovers) gives them to others.")
        ("移交未完成", "尚有 {forgotten} 条记录未列入移交,{unticked} 项未核对,{unnotified} 个关键项未通知客户,例如 {example}。请通过移交单(POST /v1/handovers)移交给他人。");
    /// What has ended goes no further.
    HANDOVER_CLOSED = Conflict "handover_closed"
        ("Hand-over has ended", "The hand-over is {status}; nothing more is done with it.")
        ("移交已结束", "移交单状态为 {status},不能再操作。");
    /// Somebody leaves once at a time.
    HANDOVER_OPEN = Conflict "handover_open"
        ("Hand-over under way", "The user has a hand-over that is under way already.")
        ("移交进行中", "该用户已有进行中的移交。");
    /// Only those above somebody check what they hand over.
    NOT_THE_SUPERVISOR = Forbidden "not_the_supervisor"
        ("Not the supervisor", "This is for those above the user who leaves, and for administrators; never for that user.")
        ("不是主管", "只有移交人的上级主管或管理员可以执行,移交人本人不能执行。");
    /// A line that nobody gets.
    SUCCESSOR_REQUIRED = Invalid "successor_required"
        ("Nobody gets it", "{lines} lines have nobody who gets them, for example {example}.")
        ("未指定接收人", "有 {lines} 项未指定接收人,例如 {example}。");
    /// The one who leaves gets nothing of it.
    SUCCESSOR_IS_LEAVER = Invalid "successor_is_leaver"
        ("Recipient leaves", "Who hands over cannot get it themselves.")
        ("接收人即移交人", "移交人不能作为接收人。");
    /// They have not met the customer together.
    JOINT_VISIT_REQUIRED = Invalid "joint_visit_required"
        ("Joint visit required", "{lines} lines need a visit, done since the hand-over began, with both users, for example {example}.")
        ("需要联合拜访", "有 {lines} 项需要双方在移交开始后共同完成一次拜访,例如 {example}。");
    /// What goes on only when somebody has agreed.
    APPROVAL_REQUIRED = Conflict "approval_required"
        ("Approval required", "This needs an approval first ({why}): ask for it by submitting; where no definition covers it, an administrator makes one for the document type {document} at /v1/approval-definitions.")
        ("需要审批", "该操作须先经过审批({why}):请先提交;如无适用的审批定义,由管理员在 /v1/approval-definitions 为单据类型 {document} 建立。");
    /// A move that the state of a quote does not allow.
    QUOTE_MOVE_NOT_ALLOWED = Conflict "quote_move_not_allowed"
        ("Not possible now", "The quote is {status}; possible now: {allowed}.")
        ("当前不可执行", "报价单状态为 {status},目前可执行:{allowed}。");
    /// An opportunity has one accepted quote.
    QUOTE_ACCEPTED = Conflict "quote_accepted"
        ("Another quote is accepted", "Quote {quote_id} of the same opportunity is accepted already.")
        ("已有报价被接受", "同一商机的报价单 {quote_id} 已被接受。");
    /// Prices of a list that is not in use.
    PRICE_BOOK_NOT_VALID = Invalid "price_book_not_valid"
        ("Price book not valid", "The price book is not in use today.")
        ("价格表无效", "该价格表当前未启用或不在有效期内。");
    /// The level of a lead changes by its verb only.
    USE_CHANGE_LEVEL = Invalid "use_change_level"
        ("Needs a reason", "The level changes by POST …/change-level, with a reason.")
        ("请使用变更级别", "意向级别须通过 POST …/change-level 并说明原因进行变更。");
    /// A level that is not given any more.
    LEAD_LEVEL_INACTIVE = Invalid "lead_level_inactive"
        ("Level not in use", "No lead is given a level that is not active.")
        ("级别未启用", "级别未启用,不能赋予意向客户。");
    /// What only a person has.
    ONLY_OF_PERSONS = Invalid "only_of_persons"
        ("Of persons only", "Only a person has a company and a job title.")
        ("仅限个人", "只有个人才有所在公司和职务。");
    /// A lead that has become a party.
    LEAD_CONVERTED = Conflict "lead_converted"
        ("Lead converted", "The lead has become a party and does not change any more; go on with its party and opportunity.")
        ("意向客户已转化", "该意向客户已转化,不能再修改;请在对应的客户和商机上继续。");
    /// A lead without an owner.
    LEAD_IN_POOL = Conflict "lead_in_pool"
        ("In a pool", "The lead lies in its pool; POST …/claim takes it out before it can be worked on.")
        ("在公海中", "该意向客户在公海中,请先通过 POST …/claim 领取。");
    /// A lead that somebody else was faster to claim.
    LEAD_TAKEN = Conflict "lead_taken"
        ("Taken", "Somebody has the lead already.")
        ("已被领取", "该意向客户已被领取。");
    /// More leads of a pool than one may hold.
    POOL_CAPACITY_REACHED = Conflict "pool_capacity_reached"
        ("Capacity reached", "One person may hold {capacity} open leads of this pool, and holds {held}.")
        ("已达持有上限", "每人最多持有该公海 {capacity} 条未结意向客户,现已持有 {held} 条。");
    /// More claims than a pool allows on one day.
    CLAIM_LIMIT_REACHED = Conflict "claim_limit_reached"
        ("Enough for today", "One person may claim {limit} leads of this pool a day, and has claimed {claimed}.")
        ("已达当日领取上限", "每人每日最多从该公海领取 {limit} 条意向客户,今日已领取 {claimed} 条。");
    /// A lead that its last owner gave up a short time ago.
    LEAD_COOLING_DOWN = Conflict "lead_cooling_down"
        ("Not again so soon", "Whoever gave a lead up cannot claim it again for {days} days, until {until}.")
        ("暂不可再次领取", "退回或被收回后 {days} 天内不能再次领取,可领取时间:{until}。");
    /// A member that only targets of another sort have.
    OTHER_LEVEL = Invalid "other_level"
        ("Of another sort", "A target of this metric and level has no such member.")
        ("不适用", "该口径或层级的指标没有此字段。");
    /// A figure that changes by verbs.
    USE_ADJUST = Invalid "use_adjust"
        ("Needs a reason", "The figure of a target changes by POST …/adjust, …/reallocate or …/counter, with a reason.")
        ("请使用调整", "指标数值须通过 POST …/adjust、…/reallocate 或 …/counter 并说明原因进行变更。");
    /// A party that is no dealer.
    NOT_A_DEALER = Invalid "not_a_dealer"
        ("Not a dealer", "The party does not have the role dealer; give it that role first.")
        ("不是经销商", "该业务对象尚无经销商角色,请先赋予该角色。");
    /// A target that is no part of the one that it names as its parent.
    OUTSIDE_PARENT = Invalid "outside_parent"
        ("No part of the parent", "A target has the metric of its parent, a period within that of the parent, and differs from it in whose it is, the period, the product or the region.")
        ("不属于上级指标", "下级指标须与上级口径相同、期间在其范围内,并在归属、期间、产品或地区上有所不同。");
    /// There is nothing to divide by.
    NO_BASIS = Invalid "no_basis"
        ("Nothing to divide by", "No share is above 0, or nothing was reached in the window.")
        ("没有分配依据", "所有权重均为零,或所选期间内没有任何业绩。");
    /// Less than closed periods hold already.
    BELOW_CLOSED = Invalid "below_closed"
        ("Below what is closed", "Periods that are over hold {closed} of it already, and stay as they are.")
        ("低于已结束期间", "已结束的期间已占 {closed},且不能更改。");
    /// A period that is over.
    PERIOD_CLOSED = Invalid "period_closed"
        ("Period over", "A period that is over stays as it is, and no open one is left to take the difference.")
        ("期间已结束", "已结束的期间不能更改,且没有未结束的期间可承担差额。");
    /// Nobody who makes up for an adjustment.
    NO_ROOM = Invalid "no_room"
        ("No room", "The other parts cannot make up for the adjustment.")
        ("无法平衡", "其余部分不足以抵消该调整。");
    /// More parts than are divided or told at once.
    TOO_MANY_PARTS = Invalid "too_many_parts"
        ("Too many parts", "At most {limit} parts at once.")
        ("分解过细", "一次最多 {limit} 个单元格。");
    /// A period that does not consist of such parts.
    NO_SUCH_PARTS = Invalid "no_such_parts"
        ("No such parts", "The parts must be shorter than the period of the target, and than what it is split into already.")
        ("无法这样分解", "分解的期间必须短于指标期间,且短于现有分解。");
    /// Not divided along that.
    NOT_DIVIDED = Invalid "not_divided"
        ("Not divided along that", "The target is not divided along this dimension; split or allocate it first.")
        ("尚未按此维度分解", "该指标尚未按此维度分解,请先分解或分配。");
    /// The parent's parts, copied.
    COPY_OF_PARENT = Invalid "copy_of_parent"
        ("Same as the parent", "The parts stand to one another as those of the parent do; confirm_copy accepts that.")
        ("照搬上级", "分配比例与上级完全相同;如确需照搬,请设置 confirm_copy。");
    /// Too little below a target.
    UNDER_RISK_COVER = Invalid "under_risk_cover"
        ("Under the cover of the risk", "The targets below must come to {required} together, and come to {held}.")
        ("低于风险覆盖", "下级指标合计须达到 {required},目前仅为 {held}。");
    /// Too little to propose from.
    INSUFFICIENT_HISTORY = Invalid "insufficient_history"
        ("Too little history", "This needs {needed} periods, and there are {held}.")
        ("历史数据不足", "需要 {needed} 个期间的历史数据,目前只有 {held} 个。");
    /// A year has no seasons within it, and shorter periods no year.
    NO_SEASON = Invalid "no_season"
        ("No season", "A season needs periods shorter than a year; an index spreads the target of a year.")
        ("没有季节性", "季节模型需要短于一年的期间;季节指数用于分解年度指标。");
    /// A model that needs figures above zero.
    HISTORY_NOT_POSITIVE = Invalid "history_not_positive"
        ("Figures of zero or less", "The model needs figures above zero in every period.")
        ("存在非正数据", "该模型要求每个期间的数据均大于零。");
    /// A move that the state of the talks does not allow.
    TARGET_MOVE_NOT_ALLOWED = Conflict "target_move_not_allowed"
        ("Not possible now", "The target is {status}; talks about it have ended.")
        ("当前不可执行", "指标状态为 {status},协商已结束。");
    /// Nobody agrees with themselves.
    OWN_OFFER = Forbidden "own_offer"
        ("Own figure", "Whoever has named the last figure does not agree to it; that is for the other side.")
        ("本人提出的数值", "最后一次数值由您提出,须由对方同意。");
    /// Nobody decides over what binds them.
    BOUND_BY_TARGET = Forbidden "bound_by_target"
        ("Your own target", "Your own target is decided by others; you can name another figure by POST …/counter.")
        ("本人指标", "本人的指标由他人决定,可通过 POST …/counter 提出不同数值。");
    /// Talks without end.
    TOO_MANY_ROUNDS = Conflict "too_many_rounds"
        ("Too many rounds", "At most {limit} figures are named about one target.")
        ("协商次数过多", "同一指标最多协商 {limit} 次。");
    /// A version that there is not.
    NO_SUCH_VERSION = Invalid "no_such_version"
        ("No such version", "The target has the versions 1 to {latest}.")
        ("没有该版次", "该指标的版次为 1 至 {latest}。");
    /// A plan with tiers needs a target.
    NO_TARGET = Invalid "no_target"
        ("No target", "The representative has no agreed or imposed target on the won amount for {period}.")
        ("没有指标", "该销售代表在 {period} 没有已同意或已下达的成交额指标。");
    /// A contact status table is filled in by its consultant.
    NOT_THE_CONSULTANT = Forbidden "not_the_consultant"
        ("Not your prospect", "Contacts with a prospect on a contact status table are entered by its sales consultant, or by who goes on with the table.")
        ("非本人意向客户", "接触状况表上的意向客户,其接触记录只能由负责的销售顾问或交接后的接任者填写。");
    /// A closed table stays as it is.
    PROSPECT_TABLE_CLOSED = Conflict "prospect_table_closed"
        ("Table is closed", "The month is closed and its table is read-only.")
        ("接触状况表已关闭", "该月份已关闭,接触状况表只读。");
    /// A move that the state of a table does not allow.
    PROSPECT_TABLE_MOVE = Conflict "prospect_table_move_not_allowed"
        ("Not possible now", "The table is {status}; possible now: {allowed}.")
        ("当前不可执行", "接触状况表状态为 {status},目前可执行:{allowed}。");
    /// A review of a table on which leads are missing.
    INCOMPLETE_STOCKTAKE = Conflict "incomplete_stocktake"
        ("Stocktake is incomplete", "{missing} leads that were open when the month began are not on the table.")
        ("盘点不完整", "尚有 {missing} 名月初留存意向客户未登记在表。");
    /// A month that goes on is not closed.
    MONTH_NOT_OVER = Conflict "month_not_over"
        ("The month is not over", "The table of {month} can be closed when the month is over.")
        ("月份未结束", "{month} 尚未结束,不能关闭该月的接触状况表。");
    /// Nothing says which leads field sales accepts.
    NO_STANDARD = Conflict "no_standard"
        ("No standard in force", "No qualification standard is in force; sales publishes one at /v1/qualification-standards.")
        ("没有生效的标准", "目前没有生效的潜在客户标准,请由销售部门在 /v1/qualification-standards 发布。");
    /// A standard by which leads are or were judged.
    STANDARD_PUBLISHED = Conflict "standard_published"
        ("Standard is published", "The standard is {status} and stays as it is; publish another one in its place.")
        ("标准已发布", "标准状态为 {status},不能再更改;请发布新的标准取代它。");
    /// A lead that is not what field sales accepts.
    CRITERION_UNMET = Invalid "criterion_unmet"
        ("Criterion not met", "The lead does not meet the criterion: {label}.")
        ("不符合标准", "该意向客户不符合标准:{label}。");
    /// A lead that is in the hands of field sales.
    FIELD_HANDOVER_OPEN = Conflict "field_handover_open"
        ("With field sales", "The lead is in the hands of field sales; it ends there by an answer to its hand-over.")
        ("现场销售跟进中", "该意向客户已移交现场销售,须先处理其移交单。");
    /// A move that the state of a hand-over does not allow.
    FIELD_HANDOVER_MOVE = Conflict "field_handover_move_not_allowed"
        ("Not possible now", "The hand-over is {status}; possible now: {allowed}.")
        ("当前不可执行", "移交单状态为 {status},目前可执行:{allowed}。");
    /// Nobody answers for the other side.
    OWN_FIELD_HANDOVER = Forbidden "own_field_handover"
        ("Your own hand-over", "You have handed the lead over; that is for whoever got it.")
        ("本人移交", "该意向客户由您移交,须由接收方处理。");
    /// A lead that waits for a better day.
    LEAD_IN_NURTURE = Conflict "lead_in_nurture"
        ("Kept in nurture", "Whoever has not bought is kept: the lead waits for its next day and is not deleted.")
        ("培育中", "未成交客户不能丢弃:该意向客户处于培育中,不能删除。");
    /// A unit that nobody stands for.
    UNIT_WITHOUT_MANAGER = Invalid "unit_without_manager"
        ("Nobody manages the unit", "The unit has no manager who could get the lead.")
        ("组织单元没有主管", "该组织单元没有可接收意向客户的主管。");
    /// A lead goes to somebody or to a unit.
    ONE_RECIPIENT = Invalid "one_recipient"
        ("One recipient", "Name the user or the unit that gets it, one of the two.")
        ("仅限一个接收方", "请指定接收的用户或组织单元,二者选一。");
    /// A note that has become a lead.
    NOTE_CONVERTED = Conflict "note_converted"
        ("A lead already", "The note has become lead {lead_id} and stays as it is.")
        ("已转为意向客户", "该情报已转为意向客户 {lead_id},不再变更。");
    /// A page that a form was not made for.
    FORM_ORIGIN_NOT_ALLOWED = Forbidden "form_origin_not_allowed"
        ("Origin not allowed", "The form may not be sent from web pages of this origin.")
        ("来源不被允许", "该表单不允许从此网页来源提交。");
    /// A move that the state of a phone call does not allow.
    PHONE_CALL_STATE = Conflict "phone_call_state"
        ("Not possible now", "The call is {status}; possible now: {allowed}.")
        ("当前不可执行", "通话状态为 {status},目前可执行:{allowed}。");
    /// Nobody judges what they have done themselves.
    OWN_PHONE_CALL = Forbidden "own_phone_call"
        ("Own call", "How well a call was done is judged by somebody else than who has had it.")
        ("不能质检自己的通话", "通话质量须由坐席本人以外的人评定。");
    /// Nobody who takes calls knows what a call takes.
    NO_SKILLED_REPRESENTATIVE = Conflict "no_skilled_representative"
        ("Nobody with these skills", "No representative who takes calls has all of these skills: {skills}.")
        ("没有具备技能的坐席", "没有正在接听且具备全部所需技能的坐席:{skills}。");
    /// What was kept or broken stays so.
    PROMISE_CLOSED = Conflict "promise_closed"
        ("Promise closed", "The promise is {status}; nothing more is done with it.")
        ("承诺已结束", "承诺状态为 {status},不能再操作。");
    /// A cart of which nobody knows whose it is.
    CART_OF_NOBODY = Conflict "cart_of_nobody"
        ("Cart of nobody", "Nobody knows whose the cart is, so there is nobody to make an offer to.")
        ("购物车无归属客户", "该购物车没有对应客户,无法报价。");
    /// Something in a cart that is no product.
    CART_ITEM_UNKNOWN = Conflict "cart_item_unknown"
        ("Item is no product", "Nothing can be quoted for the item {sku}: no product on offer has this code.")
        ("商品无对应产品", "商品 {sku} 没有对应的在售产品,无法报价。");
    /// More of a form, or from one address, than it takes.
    FORM_FLOODED = TooMany "form_flooded"
        ("Too many submissions", "The form takes {limit} submissions a minute; wait {seconds} seconds.")
        ("提交过于频繁", "该表单每分钟最多接受 {limit} 次提交,请等待 {seconds} 秒。");
    /// Roles that no interview has found out.
    NO_RESEARCHED_ROLES = Conflict "no_researched_roles"
        ("Nothing found out", "No completed interview with the party that you see says what its contacts are in the decision.")
        ("没有调研结果", "您可见的已完成访谈中,没有该客户联系人的决策角色。");
    /// Content that is told by another medium only.
    CONTENT_OF_OTHER_MEDIUM = Invalid "content_of_other_medium"
        ("Content of another medium", "The content is told by another medium than that of the track.")
        ("内容属于其他媒介", "该内容仅用于其他媒介,与培育路径的媒介不符。");
    /// A track that nobody is put on any more.
    NURTURE_TRACK_UNUSED = Invalid "nurture_track_unused"
        ("Track not in use", "Nobody is put on this track any more.")
        ("培育路径已停用", "该培育路径已停用,不能再加入意向客户。");
    /// A lead that has ended is not nurtured.
    NURTURE_OF_CLOSED_LEAD = Invalid "nurture_of_closed_lead"
        ("Lead is closed", "Only open leads are put on a track.")
        ("意向客户已关闭", "只有未关闭的意向客户可加入培育路径。");
    /// Somebody who is on the track no more.
    NURTURE_LEFT = Conflict "nurture_left"
        ("Not on the track any more", "The prospect has left the track.")
        ("已退出培育", "该意向客户已退出培育路径。");
    /// Shares of departments that are not the whole.
    SHARES_NOT_WHOLE = Invalid "shares_not_whole"
        ("Not the whole", "The shares of the departments must sum to exactly 1.")
        ("比例合计不为一", "各部门的分享比例合计必须恰好为 1。");
    /// A deal is shared by one rule.
    CREDIT_RULES_OVERLAP = Conflict "credit_rules_overlap"
        ("Another rule holds then", "Another rule of this basis holds on some of these days: {credit_rule_id}.")
        ("规则期间重叠", "该依据在这些日期中已有其他规则:{credit_rule_id}。");
}
