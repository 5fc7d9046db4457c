//! What only this crate can refuse.

guanxi_kernel::problems! {
    /// A list that was extracted follows no rule.
    SEGMENT_IS_A_LIST = Conflict "segment_is_a_list"
        ("Segment is a list", "The members of this segment were extracted once; it has no rule to change.")
        ("名单型客户群", "该客户群为提取的名单,没有可修改的规则。");
    /// What cannot be learnt from.
    NOT_MINABLE = Invalid "not_minable"
        ("Nothing to learn from", "The data cannot be learnt from: {why}.")
        ("数据无法挖掘", "数据无法用于挖掘:{why}。");
    /// A dataset that is still being built, or could not be.
    DATASET_NOT_READY = Conflict "dataset_not_ready"
        ("Dataset not ready", "The dataset has no rows yet: its job is not done, or could not do it.")
        ("数据集未就绪", "数据集尚无数据:任务未完成或未能完成。");
    /// A model that is still being trained, or could not be.
    MODEL_NOT_READY = Conflict "model_not_ready"
        ("Model not ready", "The model has no tree yet: its job is not done, or could not do it.")
        ("模型未就绪", "模型尚未训练完成:任务未完成或未能完成。");
    /// Data without a column that a tree asks about.
    LACKS_COLUMN = Invalid "lacks_column"
        ("Missing column", "The data have no column {column}, which the model asks about; score records that have it, or train a model without it.")
        ("缺少字段", "数据缺少模型所需的字段 {column},请补充该字段或重新训练不含该字段的模型。");
    /// A question for the other kind of tree.
    OTHER_KIND_OF_MODEL = Conflict "other_kind_of_model"
        ("Other kind of model", "Only a model of the kind {expected} tells that.")
        ("模型类型不符", "只有 {expected} 类型的模型能给出该结果。");
    /// Records are scored with a model of records.
    NO_MODEL_OF_RECORDS = Conflict "no_model_of_records"
        ("Not a model of records", "The model was trained from a file: its columns are not those of customers.")
        ("非客户数据模型", "该模型由文件训练,其字段与客户字段无对应。");
    /// A member of a segment that is also asked of another.
    EXPERIMENT_ENDED = Conflict "experiment_ended"
        ("Experiment has ended", "The experiment has ended; nobody is assigned and nothing is recorded any more.")
        ("试验已结束", "试验已结束,不能再分组或记录结果。");
    /// Arms do not change once somebody is in them.
    EXPERIMENT_STARTED = Conflict "experiment_started"
        ("Experiment has started", "Contacts are assigned already, so seed and arms stay as they are.")
        ("试验已开始", "已有客户分组,种子与分组比例不能再修改。");
    /// Somebody who takes no part.
    NOT_ASSIGNED = Invalid "not_assigned"
        ("Not in the experiment", "This contact is in no arm of the experiment; assign it first.")
        ("未参与试验", "该联系人未分到任何组,请先分组。");
    /// A letter that stands for no medium.
    UNKNOWN_MEDIUM = Invalid "unknown_medium"
        ("Unknown medium", "No medium that is in use has the code {medium}.")
        ("未知媒介", "没有代码为 {medium} 的在用媒介。");
    /// A text that no scheme could have made.
    NOT_A_SOURCE_CODE = Invalid "not_a_source_code"
        ("Not a source code", "No scheme makes such codes.")
        ("不是源代码", "没有任何编码方案会生成这样的源代码。");
    /// A code that stands for nothing; perhaps another one was meant.
    UNKNOWN_SOURCE_CODE = Invalid "unknown_source_code"
        ("Unknown source code", "There is no such source code in use. Codes that differ by one character: {suggestions}.")
        ("未知源代码", "没有这样的在用源代码。仅差一个字符的源代码:{suggestions}。");
    /// Codes that stand for something else already.
    SOURCE_CODE_TAKEN = Conflict "source_code_taken"
        ("Source code in use", "A source code that is in use is the same: {codes}. Put it out of use first.")
        ("源代码已占用", "以下源代码正在使用:{codes}。请先停用。");
    /// A scheme that cannot write codes that can be read again.
    SCHEME_INCOMPLETE = Invalid "scheme_incomplete"
        ("Scheme incomplete", "A scheme has each of medium, test_group, list, month and year exactly once.")
        ("编码方案不完整", "编码方案须恰好各含一次 medium、test_group、list、month、year。");
    /// A source code of another campaign.
    CODE_OF_OTHER_CAMPAIGN = Invalid "code_of_other_campaign"
        ("Code of another campaign", "The source code belongs to another campaign.")
        ("源代码属于其他活动", "该源代码属于其他市场活动。");
    /// Addressing without knowing afterwards what came of it.
    NO_SOURCE_CODE = Invalid "no_source_code"
        ("No source code", "Name at least one source code of the campaign that is in use.")
        ("缺少源代码", "请至少指定一个该活动的在用源代码。");
    /// Sending to people whose answers nobody could tell apart.
    UNCODED_RECIPIENTS = Invalid "uncoded_recipients"
        ("Recipients without a source code", "{recipients} of the recipients have no source code. Assign codes of the campaign to its members first.")
        ("收件人缺少源代码", "有 {recipients} 位收件人没有源代码,请先为活动成员分配源代码。");
    /// More people than are looked at in one go.
    AUDIENCE_TOO_LARGE = Invalid "audience_too_large"
        ("Too many members", "The campaign has more than {limit} members, and no more are sent a message at once. Split it into several campaigns.")
        ("活动成员过多", "活动成员超过 {limit} 人,一次发送不能超过该数,请拆分为多个活动。");
    /// An objective of a measure that nobody knows.
    UNKNOWN_METRIC = Invalid "unknown_metric"
        ("Unknown metric", "Known metrics: {known}.")
        ("未知指标", "可用指标:{known}。");
    /// A campaign that nobody could measure.
    NO_METRIC = Invalid "no_metric"
        ("No objective", "A campaign needs at least one objective with a figure before it is submitted.")
        ("缺少可量化目标", "提交前,市场活动须至少有一个可量化的目标。");
    /// A move that the state of a campaign does not allow.
    ILLEGAL_TRANSITION = Conflict "illegal_transition"
        ("Not possible now", "The campaign is {state}; possible now: {allowed}.")
        ("当前不可执行", "市场活动状态为 {state},目前可执行:{allowed}。");
    /// Beginning before anybody has agreed.
    NOT_APPROVED = Conflict "not_approved"
        ("Not approved", "The campaign is {state}; only an approved one can start.")
        ("尚未批准", "市场活动状态为 {state},仅已批准的活动可以启动。");
    /// What was approved does not change while it is carried out.
    CAMPAIGN_PLAN_FIXED = Conflict "campaign_plan_fixed"
        ("Plan is fixed", "Purpose, experiment, objectives, budget, currency and first day do not change any more; the campaign is {state}.")
        ("计划已定", "市场活动状态为 {state},目的、对照试验、目标、预算、币种和开始日期不能再修改。");
    /// Somebody who is kept out of a campaign so that others can be compared with them.
    HELD_OUT = Invalid "held_out"
        ("Held out", "This customer is in the control of the experiment of the campaign, so the campaign does not address it.")
        ("对照组客户", "该客户属于市场活动对照试验的对照组,活动不得触达。");
    /// What the state of a plan does not allow.
    MARKETING_PLAN_STATE = Conflict "marketing_plan_state"
        ("Not possible now", "The plan is {state}; possible now: {allowed}.")
        ("当前不可执行", "营销计划状态为 {state},目前可执行:{allowed}。");
    /// A campaign for which a plan has no money.
    PLAN_BUDGET_EXCEEDED = Conflict "plan_budget_exceeded"
        ("Beyond the plan", "The budget is more than what is left of that of the plan: {left}.")
        ("超出计划预算", "预算超出营销计划的剩余额度:{left}。");
    /// Less than what is planned already.
    BELOW_PLANNED = Conflict "below_planned"
        ("Less than planned", "The campaigns of the plan take {planned} already.")
        ("低于已安排额度", "该计划的市场活动已占用 {planned}。");
    /// More campaigns than one plan holds.
    MARKETING_PLAN_FULL = Conflict "marketing_plan_full"
        ("Plan is full", "A plan has at most {limit} campaigns.")
        ("计划已满", "一个营销计划最多包含 {limit} 个市场活动。");
    /// More campaigns than are copied at once.
    TOO_MANY_TO_COPY = Conflict "too_many_to_copy"
        ("Too many to copy", "More than {limit} campaigns are not copied at once; copy the plan without them.")
        ("活动过多", "一次最多复制 {limit} 个市场活动,可仅复制计划。");
    /// A budget that nothing tells how to divide.
    NOTHING_TO_DIVIDE_BY = Invalid "nothing_to_divide_by"
        ("Nothing to divide by", "The budget cannot be divided: {why}.")
        ("无分配依据", "预算无法分配:{why}。");
    /// A template that is out of use.
    TEMPLATE_NOT_ACTIVE = Conflict "template_not_active"
        ("Template out of use", "The template is not active.")
        ("模板已停用", "该模板已停用。");
    /// A step that comes no more.
    STEP_NOT_AHEAD = Conflict "step_not_ahead"
        ("Step is not ahead", "Steps lead forward, until the campaign ends; those that can be entered now: {allowed}.")
        ("步骤不可进入", "步骤只能向前推进,活动结束后不再变动;目前可进入:{allowed}。");
    /// A campaign that is judged before it has ended.
    CAMPAIGN_NOT_FINISHED = Conflict "campaign_not_finished"
        ("Campaign is not finished", "The campaign is {state}; it can be evaluated when it is: {allowed}.")
        ("市场活动未结束", "市场活动状态为 {state},可评估的状态:{allowed}。");
    /// A campaign of which nothing says by what it is judged.
    NO_INDICATORS = Conflict "no_indicators"
        ("Nothing to judge by", "The campaign was made of no template that had indicators then.")
        ("无评估指标", "该活动不是由设有评估指标的模板生成的。");
    /// What the state of a programme does not allow.
    PROGRAMME_STATE = Conflict "programme_state"
        ("Not possible now", "The programme is {state}; possible now: {allowed}.")
        ("当前不可执行", "方案状态为 {state},目前可执行:{allowed}。");
    /// A programme without those who visit customers.
    NO_FIELD_SALES = Invalid "no_field_sales"
        ("No field sales", "The company wants somebody of field sales in the team of every programme before it is submitted.")
        ("缺少现场销售", "按公司规定,方案提交前团队中须有现场销售人员。");
    /// A programme that is for now or for later only.
    UNBALANCED_OBJECTIVES = Invalid "unbalanced_objectives"
        ("Objectives for one time only", "Name an objective of sales of now (revenue, expense_to_revenue) and one of what makes those of later (retention, base_growth, satisfaction); there is none for: {without}.")
        ("目标不平衡", "方案须同时具有短期目标(revenue、expense_to_revenue)与长期目标(retention、base_growth、satisfaction),尚缺:{without}。");
    /// A programme of which causes of failure are open.
    PROGRAMME_NOT_READY = Conflict "programme_not_ready"
        ("Not ready", "The company wants the checklist done before a programme starts; open: {causes}.")
        ("尚未就绪", "按公司规定,方案启动前须完成就绪检查,未就绪:{causes}。");
    /// A campaign of another programme.
    CAMPAIGN_OF_OTHER_PROGRAMME = Invalid "campaign_of_other_programme"
        ("Campaign of another programme", "The campaign belongs to another programme.")
        ("活动属于其他方案", "该市场活动属于其他方案。");
    /// A milestone that was reached.
    MILESTONE_REACHED = Conflict "milestone_reached"
        ("Milestone was reached", "The milestone was reached or dropped; reopen it first.")
        ("里程碑已关闭", "该里程碑已达成或取消,请先重新打开。");
    /// More people than were planned for.
    CAP_REACHED = Conflict "cap_reached"
        ("No place left", "The campaign has {limit} places, and all are taken.")
        ("名额已满", "该活动共 {limit} 个名额,已全部占用。");
    /// More people than there are seats.
    FULL = Conflict "full"
        ("No seat left", "The event has {seats} seats, and all are taken.")
        ("座位已满", "该活动共 {seats} 个座位,已全部占用。");
    /// Nobody can wait for a seat.
    NO_WAITING_LIST = Conflict "no_waiting_list"
        ("No waiting list", "The campaign has no event with a waiting list.")
        ("无候补名单", "该活动没有设候补名单的现场活动。");
    /// Too late to register.
    REGISTRATION_CLOSED = Conflict "registration_closed"
        ("Registration is closed", "Nobody can register for the event any more.")
        ("报名已截止", "该活动报名已截止。");
    /// Nobody knows yet who comes.
    EVENT_NOT_BEGUN = Conflict "event_not_begun"
        ("Not begun", "Who came and who did not is known once the event has begun.")
        ("活动尚未开始", "活动开始后才能登记出席或未到场。");
    /// Fewer seats than people who have one.
    SEATS_TAKEN = Conflict "seats_taken"
        ("Seats are taken", "People have {taken} seats of the event already, or wait for one.")
        ("座位已占用", "该活动已占用 {taken} 个座位,或有人候补。");
    /// An offer that is not to be had on that day.
    OFFER_NOT_VALID = Conflict "offer_not_valid"
        ("Offer is not valid", "The offer is valid from {from} to {until}, as long as it is in use.")
        ("优惠不在有效期", "该优惠在启用期间自 {from} 至 {until} 有效。");
    /// An offer for others.
    NOT_ELIGIBLE = Conflict "not_eligible"
        ("Not eligible", "The offer is for others: {unmet}.")
        ("不符合优惠条件", "该客户不符合优惠条件:{unmet}。");
    /// An offer that was used as often as it can be.
    ALREADY_REDEEMED = Conflict "already_redeemed"
        ("Redeemed already", "The offer can be redeemed {times} times per {per}, and was.")
        ("已兑换", "该优惠每 {per} 可兑换 {times} 次,已用完。");
    /// An offer that enough others have used.
    OFFER_EXHAUSTED = Conflict "offer_exhausted"
        ("Offer is used up", "The offer could be redeemed {limit} times in all, and was.")
        ("优惠已兑完", "该优惠总共可兑换 {limit} 次,已兑完。");
    /// A campaign in which nothing is checked.
    NO_CHECK_ITEMS = Invalid "no_check_items"
        ("Nothing to check", "The campaign names nothing that is looked at.")
        ("无健诊项目", "该活动未设健诊项目。");
    /// Something was looked at twice, or was not asked for.
    UNKNOWN_CHECK_ITEM = Invalid "unknown_check_item"
        ("Unknown item", "The campaign has these items, each once: {known}.")
        ("未知健诊项目", "该活动的健诊项目(各一次):{known}。");
    /// What was checked in the campaign already.
    ALREADY_CHECKED = Conflict "already_checked"
        ("Checked already", "It was checked in this campaign already.")
        ("已健诊", "该资产已在本次活动中检查。");
    /// Somebody who takes part already.
    ALREADY_MEMBER = Conflict "already_member"
        ("Takes part already", "They are a member of the campaign already.")
        ("已是活动成员", "对方已是该活动的成员。");
    /// A contact who belongs to somebody else.
    CONTACT_OF_OTHER_PARTY = Invalid "contact_of_other_party"
        ("Contact of another party", "The contact does not belong to that party.")
        ("联系人不属于该客户", "该联系人不属于该客户。");
    /// An answer from nobody.
    NO_RESPONDER = Invalid "no_responder"
        ("Nobody answers", "Say who answers: a party, a contact, a phone number or an e-mail address.")
        ("缺少反馈人", "请说明反馈人:客户、联系人、电话或邮箱。");
    /// A channel that the campaign does not offer.
    CHANNEL_NOT_OFFERED = Invalid "channel_not_offered"
        ("Channel not offered", "The campaign offers: {offered}.")
        ("未提供该反馈渠道", "该活动提供的反馈渠道:{offered}。");
    /// Weights that are not one whole.
    WEIGHTS_NOT_WHOLE = Invalid "weights_not_whole"
        ("Not the whole", "The weights must be above 0 and sum to exactly 1.")
        ("权重合计不为 1", "各项权重须大于 0,合计必须恰好为 1。");
    /// A variant of a message that offers something else.
    INCONSISTENT_OFFER = Invalid "inconsistent_offer"
        ("Another offer", "Every medium carries the same offer; this one differs in: {members}.")
        ("优惠不一致", "各媒介的优惠必须一致,此处不同之处:{members}。");
    /// A message that people have got does not change.
    MESSAGE_FIXED = Conflict "message_fixed"
        ("Message is fixed", "The message is {state}; only its name and its limits can still be changed.")
        ("消息已定稿", "消息状态为 {state},只能修改名称和上限。");
    /// A message that is on its way already.
    MESSAGE_BEING_SENT = Conflict "message_being_sent"
        ("On its way", "The message is {state}; it can be sent to further members once that has ended.")
        ("正在发送", "消息状态为 {state},本次发送结束后才能再次发送。");
    /// Nothing to pause.
    MESSAGE_NOT_SENDING = Conflict "message_not_sending"
        ("Not on its way", "The message is {state}, so there is nothing to pause.")
        ("未在发送", "消息状态为 {state},无可暂停的发送。");
    /// Nothing to go on with.
    MESSAGE_NOT_PAUSED = Conflict "message_not_paused"
        ("Not paused", "The message is {state}, so there is nothing to resume.")
        ("未暂停", "消息状态为 {state},无可恢复的发送。");
    /// A delivery of which is known what has become of it.
    DELIVERY_NOT_UNCERTAIN = Conflict "delivery_not_uncertain"
        ("Not uncertain", "The delivery is {status}; only of an uncertain one people say what has become of it.")
        ("投递结果已知", "投递状态为 {status},只有结果未知的投递可由人工确认。");
    /// No server to send mails by.
    MAIL_NOT_CONFIGURED = Conflict "mail_not_configured"
        ("No mail server", "No e-mail can be sent before the operator has set up a mail server ({why}). An administrator \
            can give a user who has forgotten it another password.")
        ("未配置邮件服务器", "运维方尚未配置邮件服务器({why}),无法发送邮件。忘记密码的用户可由管理员设置新密码。");
    /// Messages go out while their campaign runs.
    CAMPAIGN_NOT_RUNNING = Conflict "campaign_not_running"
        ("Campaign does not run", "The campaign is {state}; messages are sent while it runs.")
        ("市场活动未执行", "市场活动状态为 {state},仅执行中的活动可以发送消息。");
    /// A medium by which the program sends nothing.
    NOT_SENT_BY_PROGRAM = Conflict "not_sent_by_program"
        ("Not sent by the program", "The program sends e-mails only; the medium is {kind}.")
        ("程序不能发送", "程序只能发送电子邮件,该媒介类型为 {kind}。");
    /// A medium that nobody posts anything by.
    NOT_POSTED = Conflict "not_posted"
        ("Not posted", "Files for mail houses are of direct mail; the medium is {kind}.")
        ("不是直邮", "邮寄文件仅用于直邮,该媒介类型为 {kind}。");
    /// A medium that the campaign does not use.
    MEDIUM_NOT_OF_CAMPAIGN = Invalid "medium_not_of_campaign"
        ("Medium of no use here", "The campaign does not use this medium.")
        ("活动未使用该媒介", "该市场活动未使用此媒介。");
    /// A confirmation of something else, or of nothing.
    CONFIRMATION_UNKNOWN = Invalid "confirmation_unknown"
        ("Unknown confirmation", "No preview of this message has given that confirmation.")
        ("未知确认码", "该确认码不是由此消息的预览给出的。");
    /// A confirmation that was good for a while.
    CONFIRMATION_EXPIRED = Conflict "confirmation_expired"
        ("Confirmation expired", "The preview is too old; ask for another one.")
        ("确认码已过期", "预览已过期,请重新预览。");
    /// Something has changed since the preview.
    PREVIEW_OUTDATED = Conflict "preview_outdated"
        ("Preview outdated", "The message or those whom it goes to have changed since the preview; ask for another one.")
        ("预览已失效", "预览之后消息或收件人已有变化,请重新预览。");
    /// A cart has one value.
    CART_IN_SEVERAL_CURRENCIES = Invalid "cart_in_several_currencies"
        ("Several currencies", "All items of a cart are in one currency.")
        ("币种不一致", "同一购物车的商品须使用同一币种。");
    /// What is done only with carts that were left.
    CART_NOT_ABANDONED = Conflict "cart_not_abandoned"
        ("Cart not abandoned", "The cart was not abandoned, so there is nothing to call about.")
        ("购物车未放弃", "该购物车未被放弃,无需致电跟进。");
    /// Who calls knows whom they call.
    BRIEFING_UNREAD = Conflict "briefing_unread"
        ("Briefing unread", "Read what to know first (POST …/briefing): what the customer has bought, and by which media they want to hear from us.")
        ("尚未阅读简报", "致电前请先阅读简报(POST …/briefing):交易历史和媒介偏好。");
    /// Nobody is called at home.
    NOT_CALLABLE = Conflict "not_callable"
        ("Not callable", "There is no work phone of the customer, and no other number is called.")
        ("无法致电", "该客户没有办公电话,不得拨打其他号码。");
    /// No question about the price waits for an answer.
    NO_PRICE_QUESTION = Conflict "no_price_question"
        ("No question about the price", "No question about the price of this cart waits for an answer.")
        ("没有价格疑问", "该购物车没有待答复的价格疑问。");
    /// What nobody with the secret of a touch source has signed, or not now.
    SIGNATURE_REFUSED = Unauthenticated "signature_refused"
        ("Signature refused", "No signature is right for the body and a secret of the source, or it was made more than five minutes ago or hence.")
        ("签名无效", "签名与请求内容及来源密钥不符,或签名时间与当前相差超过五分钟。");
    /// More of a touch source than it may tell.
    TOUCH_SOURCE_FLOODED = TooMany "touch_source_flooded"
        ("Too many batches", "The source may tell {limit} batches a minute; wait {seconds} seconds.")
        ("提交过于频繁", "该来源每分钟最多提交 {limit} 批,请等待 {seconds} 秒。");
    /// What the state of a study does not allow.
    RESEARCH_STUDY_STATE = Conflict "research_study_state"
        ("Not possible now", "The study is {state}; possible now: {allowed}.")
        ("当前不可执行", "调研状态为 {state},目前可执行:{allowed}。");
    /// What the state of an interview does not allow.
    RESEARCH_INTERVIEW_STATE = Conflict "research_interview_state"
        ("Not possible now", "The interview is {state}; possible now: {allowed}.")
        ("当前不可执行", "访谈状态为 {state},目前可执行:{allowed}。");
    /// More interviews than a study wants of a segment.
    RESEARCH_QUOTA_FULL = Conflict "research_quota_full"
        ("Quota is full", "The study wants {limit} interviews of that segment, and as many are planned or completed. Cancel one, or raise the quota.")
        ("配额已满", "该调研对此客户群的访谈配额为 {limit},已全部安排或完成。请取消一次访谈或提高配额。");
    /// Somebody of whom a study wants nothing.
    NOT_IN_SEGMENT = Invalid "not_in_segment"
        ("Not a member", "The party is not a member of that segment now.")
        ("不属于该客户群", "该客户目前不属于所选客户群。");
    /// Words of somebody who has not agreed.
    RESEARCH_NOT_AGREED = Conflict "research_not_agreed"
        ("Has not agreed", "The interview does not say on which day the person has agreed to it, so nothing of it is kept.")
        ("受访者未同意", "该访谈尚未记录受访者的同意日期,不能保存访谈内容。");
    /// More answers than an interview holds.
    RESEARCH_INTERVIEW_FULL = Conflict "research_interview_full"
        ("Interview is full", "An interview has at most {limit} answers.")
        ("回答已达上限", "一次访谈最多保存 {limit} 条回答。");
    /// More rules than are asked for somebody.
    TOO_MANY_CONTENT_RULES = Conflict "too_many_content_rules"
        ("Too many rules", "There are {limit} rules that pick content, which is as many as there can be; delete one first.")
        ("规则过多", "内容选择规则最多 {limit} 条,请先删除不用的规则。");
}
