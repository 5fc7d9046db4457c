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
        ("Plan is fixed", "Objectives, budget, currency and first day do not change any more; the campaign is {state}.")
        ("计划已定", "市场活动状态为 {state},目标、预算、币种和开始日期不能再修改。");
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
    /// No server to send mails by.
    MAIL_NOT_CONFIGURED = Conflict "mail_not_configured"
        ("No mail server", "The operator has named no mail server, so no e-mail can be sent.")
        ("未配置邮件服务器", "运维方尚未配置邮件服务器,无法发送邮件。");
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
    /// What nobody with the secret of a touch source has signed, or not now.
    SIGNATURE_REFUSED = Unauthenticated "signature_refused"
        ("Signature refused", "No signature is right for the body and a secret of the source, or it was made more than five minutes ago or hence.")
        ("签名无效", "签名与请求内容及来源密钥不符,或签名时间与当前相差超过五分钟。");
    /// More of a touch source than it may tell.
    TOUCH_SOURCE_FLOODED = TooMany "touch_source_flooded"
        ("Too many batches", "The source may tell {limit} batches a minute; wait {seconds} seconds.")
        ("提交过于频繁", "该来源每分钟最多提交 {limit} 批,请等待 {seconds} 秒。");
}
