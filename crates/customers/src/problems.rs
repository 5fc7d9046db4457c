//! What only this crate can refuse.

guanxi_kernel::problems! {
    /// Amounts in different currencies do not mix.
    CURRENCY_MISMATCH = Invalid "currency_mismatch"
        ("Other currency", "The amount is in another currency than what it belongs to: {expected}.")
        ("币种不符", "金额币种与所属对象的币种 {expected} 不一致。");
    /// The party does not have the role of a customer.
    NOT_A_CUSTOMER = Invalid "not_a_customer"
        ("Not a customer", "The party does not have the role customer; give it that role first.")
        ("不是客户", "该业务对象尚无客户角色,请先赋予客户角色。");
    /// The party does not have another role that is needed.
    LACKS_ROLE = Invalid "lacks_role"
        ("Role missing", "The party does not have the role {role}; give it that role first.")
        ("缺少角色", "该业务对象没有 {role} 角色,请先赋予该角色。");
    /// An organisation with a day of birth.
    BORN_ORGANISATION = Invalid "born_organisation"
        ("No day of birth", "Only a person has a day of birth; the year in which an organisation was founded is founded_year.")
        ("没有出生日期", "只有个人才有出生日期;组织的成立年份请填写 founded_year。");
    /// No phone number that could exist.
    INVALID_PHONE = Invalid "invalid_phone"
        ("Invalid phone number", "Expected a phone number of {country}, or one that begins with + and its country code.")
        ("电话号码无效", "应为 {country} 的电话号码,或以 + 和国家代码开头的号码。");
    /// A field that stands from the beginning.
    IMMUTABLE = Invalid "immutable"
        ("Cannot be changed", "This field is set when the record is made and cannot be changed afterwards.")
        ("不可修改", "此字段在新建时确定,之后不能修改。");
    /// A plan of visits by a role that its owner does not have.
    OWNER_LACKS_ROLE = Invalid "owner_lacks_role"
        ("Owner without the role", "Who visits must have the role of the plan.")
        ("负责人没有该角色", "拜访负责人必须具有计划所要求的角色。");
    /// Something of a dimension that does not hold today.
    NOT_IN_EFFECT = Invalid "not_in_effect"
        ("Not in effect", "It is not yet in effect, or not any more; see its valid_from and valid_until.")
        ("未生效或已失效", "该项尚未生效或已失效,请查看其 valid_from 与 valid_until。");
    /// The department belongs to another party than the record that names it.
    DEPARTMENT_OF_OTHER_PARTY = Invalid "department_of_other_party"
        ("Department of another party", "The department does not belong to the same party.")
        ("部门不属于该客户", "该部门不属于同一个业务对象。");
    /// A relation of a contact with itself.
    SELF_RELATION = Invalid "self_relation"
        ("Related to itself", "A relation is between two different contacts.")
        ("不能与自身建立关系", "关系的双方必须是不同的联系人。");
    /// A tree with more levels than are kept.
    TOO_DEEP = Invalid "too_deep"
        ("Too many levels", "A tree has at most {limit} levels.")
        ("层级过多", "层级最多为{limit}级。");
    /// More records than one answer can hold.
    TOO_MANY_RECORDS = Conflict "too_many_records"
        ("Too many records", "There are more than {limit} records of {resource}; read them page by page instead.")
        ("记录过多", "{resource} 的记录超过{limit}条,请改为分页读取。");
    /// Only merges say that a pair has been merged.
    MERGED_BY_MERGES = Invalid "merged_by_merges"
        ("Set by merges", "A pair becomes merged by POST /v1/merges, and open again when that is undone.")
        ("由合并操作设置", "已合并状态由 POST /v1/merges 设置,撤销合并后恢复。");
    /// A record cannot become part of itself.
    MERGED_INTO_SELF = Invalid "merged_into_self"
        ("Merged into itself", "The two must be different records.")
        ("不能与自身合并", "必须是两条不同的记录。");
    /// Two records that cannot be the same.
    CANNOT_BE_ONE = Conflict "cannot_be_one"
        ("Cannot be one", "An organisation and a person, a party and one further above it, or contacts of different parties cannot be merged.")
        ("无法合并", "组织与个人、某客户与其更上级的客户、或不同客户的联系人不能合并。");
    /// A record that is gone because it was merged.
    MERGED_AWAY = Conflict "merged_away"
        ("Merged", "The record has become part of another one by merge {merge_id}; undo that to have it back.")
        ("已被合并", "该记录已通过合并 {merge_id} 并入另一条记录,如需恢复请撤销该合并。");
    /// A merge that was undone before.
    MERGE_UNDONE = Conflict "merge_undone"
        ("Merge undone", "The two have been parted already.")
        ("合并已撤销", "两条记录已恢复为各自独立。");
    /// A merge whose survivor is not there.
    OTHER_MERGE_FIRST = Conflict "other_merge_first"
        ("Survivor not there", "The survivor is deleted or merged into another record by now; restore it first.")
        ("保留记录不存在", "保留记录已被删除或已并入其他记录,请先恢复。");
    /// A closed activity cannot be changed, nor closed again.
    ACTIVITY_CLOSED = Conflict "activity_closed"
        ("Activity is closed", "The activity is {status}; possible now: {allowed}.")
        ("活动已关闭", "活动状态为 {status},目前可执行:{allowed}。");
    /// A note that was acknowledged before.
    NOTE_ACKNOWLEDGED = Conflict "note_acknowledged"
        ("Acknowledged already", "The note has been acknowledged; what was answered stays.")
        ("已确认", "该辅导意见已确认,回复不再变更。");
    /// Only a closed activity can be opened again.
    ACTIVITY_OPEN = Conflict "activity_open"
        ("Activity is open", "The activity is {status}; possible now: {allowed}.")
        ("活动未关闭", "活动状态为 {status},目前可执行:{allowed}。");
    /// An order of that name that says something else.
    ORDER_DIFFERS = Conflict "order_differs"
        ("Another order of that name", "There is an order {reference} of that source already, and it says something else; an order is not changed, what came back is an order of its own with lines below zero.")
        ("同号订单内容不同", "该来源已有单号为 {reference} 的订单且内容不同;订单不可修改,退货请另建数量为负的订单。");
    /// An order of a file of which another row cannot be read.
    ORDER_INCOMPLETE = Invalid "order_incomplete"
        ("Order left out", "Another row of the order {reference} cannot be read, so that none of the rows beside it was taken in; a file in which they are right completes the order.")
        ("订单未导入", "订单 {reference} 的其他行无法读取,因此与其同批的各行均未导入;更正后的文件可补全该订单。");
    /// More would be spent to keep a customer than pays for itself.
    OVER_LIMIT = Conflict "over_limit"
        ("Over the limit", "Together {spent} would be spent, and no more than {limit} may be; somebody else than who works on the case can allow more.")
        ("超出投入上限", "累计投入将为 {spent},上限为 {limit};如需超出,须由负责人以外的人批准。");
    /// Nobody allows themselves to spend more.
    OWN_LIMIT = Conflict "own_limit"
        ("Own case", "Somebody else than who works on the case has to allow it.")
        ("不能自行批准", "须由案例负责人以外的人批准。");
    /// A limit by which money was spent already is raised, or left open.
    LIMIT_IN_USE = Conflict "limit_in_use"
        ("Limit is in use", "Money was spent by the limit of {limit} already, so what it is worked out from neither raises it nor leaves it open; somebody else than who works on the case can allow more.")
        ("上限已在使用", "已按上限 {limit} 投入,不得再通过修改测算数据提高或清空上限;如需超出,须由负责人以外的人批准。");
    /// A retention case that is over.
    RETENTION_CASE_CLOSED = Conflict "retention_case_closed"
        ("Case is closed", "The retention case is closed and not changed any more.")
        ("案例已关闭", "该挽留案例已关闭,不再变更。");
    /// A second open case of a customer.
    ONE_OPEN_CASE = Conflict "one_open_case"
        ("Open already", "There is an open retention case of this customer already.")
        ("已有进行中的案例", "该客户已有进行中的挽留案例。");
    /// A reading with which a meter would run backwards.
    READING_CONTRADICTS = Invalid "reading_contradicts"
        ("Contradicts another reading", "It contradicts the reading {value} of {read_on}; say that it is a correction if that one was wrong or the meter is new.")
        ("与其他读数矛盾", "与 {read_on} 的读数 {value} 矛盾;如原读数有误或已更换仪表,请标记为更正。");
    /// An asset that is given to whom it belongs.
    TRANSFER_TO_SELF = Invalid "transfer_to_self"
        ("Same owner", "The asset belongs to this party already.")
        ("归属未变", "该资产已属于此客户。");
    /// A reminder that is over.
    REMINDER_CLOSED = Conflict "reminder_closed"
        ("Reminder is over", "The reminder was completed or skipped, or what it reminds of is over.")
        ("提醒已结束", "该提醒已完成、已跳过或已失效。");
    /// Two care plans in use for what can be in both stages at once.
    CARE_PLANS_OVERLAP = Conflict "care_plans_overlap"
        ("Stages overlap", "An asset can be in the stage of this plan and in that of care plan {care_plan_id} at once; say other months or another type of assets.")
        ("阶段重叠", "资产可能同时处于本计划与维系计划 {care_plan_id} 的阶段,请调整月数或资产类型。");
    /// A move that the state of a care contact does not allow.
    CARE_CONTACT_STATE = Conflict "care_contact_state"
        ("Not possible now", "The care contact is {status}; possible now: {allowed}.")
        ("当前状态不允许", "维系联系状态为 {status},目前可执行:{allowed}。");
    /// A record of another party than the one that names it.
    OF_OTHER_PARTY = Invalid "of_other_party"
        ("Of another party", "It does not belong to the same party.")
        ("不属于该客户", "该记录不属于同一个客户。");
    /// A move that the state of a service request does not allow.
    SERVICE_REQUEST_STATE = Conflict "service_request_state"
        ("Not possible now", "The service request is {status}; possible now: {allowed}.")
        ("当前状态不允许", "服务请求状态为 {status},目前可执行:{allowed}。");
    /// A new service request of a customer that is not served.
    SERVICE_ON_HOLD = Conflict "service_on_hold"
        ("Service on hold", "The customer is not served at present; see service hold {service_hold_id}.")
        ("已暂停服务", "该客户目前暂停服务,详见 {service_hold_id}。");
    /// A second open hold of a customer.
    SERVICE_HOLD_OPEN = Conflict "service_hold_open"
        ("On hold already", "There is a service hold of this customer already: {service_hold_id}.")
        ("已有暂停服务记录", "该客户已有暂停服务记录 {service_hold_id}。");
    /// A service hold that is over.
    SERVICE_HOLD_STATE = Conflict "service_hold_state"
        ("Not possible now", "The service hold is {status} and cannot be released.")
        ("当前状态不允许", "暂停服务记录状态为 {status},不能恢复。");
    /// A service transfer that is over.
    SERVICE_TRANSFER_ACCEPTED = Conflict "service_transfer_accepted"
        ("Accepted already", "Service has accepted this customer already; what was handed over stays.")
        ("服务部已接收", "服务部已接收该客户档案,不再变更。");
    /// An owner of a customer who is none any more.
    CUSTOMER_OWNER_ENDED = Conflict "customer_owner_ended"
        ("Has ended", "Somebody else has this duty for the customer now, or nobody; what was stays as it is.")
        ("已结束", "该负责关系已结束,历史记录不再变更。");
    /// A move that the state of a referral does not allow.
    REFERRAL_STATE = Conflict "referral_state"
        ("Not possible now", "The referral is {status} and its reward {reward}; possible now: {allowed}.")
        ("当前状态不允许", "转介绍状态为 {status},奖励状态为 {reward},目前可执行:{allowed}。");
    /// Whom was recommended has not agreed to be contacted.
    CONSENT_REQUIRED = Conflict "consent_required"
        ("Consent required", "Whom was recommended has not agreed to be contacted yet; note the consent first.")
        ("须先取得同意", "被介绍人尚未同意被联系,请先登记其同意。");
    /// A party that recommends itself.
    SELF_REFERRAL = Invalid "self_referral"
        ("Recommends itself", "A referral is between two different parties.")
        ("不能介绍自己", "介绍人与被介绍人必须是不同的客户。");
    /// A party that has bought before it was recommended.
    ALREADY_CUSTOMER = Conflict "already_customer"
        ("Customer already", "The party is a customer already and is not recommended any more.")
        ("已是客户", "该对象已是客户,不能再作为被介绍人。");
    /// A party that is nobody's own contact.
    NOT_PRIVATE = Conflict "not_private"
        ("No private contact", "The party belongs to the company already.")
        ("不是私有客户", "该客户已属公司基盘,无需转换。");
    /// A private contact becomes one of the base by a verb.
    USE_CONVERT_TO_BASE = Invalid "use_convert_to_base"
        ("Convert it to the base", "A private contact becomes one of the base by convert-to-base, and no party becomes private.")
        ("请使用转入基盘", "私有客户须通过“转入基盘”转换;基盘客户不能改为私有。");
    /// A stocktake of nobody.
    NOTHING_TO_CHECK = Invalid "nothing_to_check"
        ("Nobody to check", "No customer that you see fits.")
        ("没有可盘点的客户", "没有符合条件且您可见的客户。");
    /// A stocktake that is closed.
    STOCKTAKE_CLOSED = Conflict "stocktake_closed"
        ("Stocktake is closed", "The stocktake is closed and not changed any more.")
        ("盘点已关闭", "该盘点已关闭,不再变更。");
    /// A stocktake on which somebody is to be checked still.
    STOCKTAKE_OPEN_LINES = Conflict "stocktake_open_lines"
        ("Not done", "{lines} customers have not been checked yet.")
        ("盘点未完成", "尚有 {lines} 个客户未核对。");
    /// A text with places to fill that is not understood.
    TEMPLATE_SYNTAX = Invalid "template_syntax"
        ("Not understood", "The text is not understood: {why}.")
        ("文本无法解析", "文本无法解析:{why}。");
    /// A name that nothing stands for.
    UNKNOWN_VARIABLE = Invalid "unknown_variable"
        ("Unknown variable", "Nothing is called {variable} here.")
        ("未知变量", "此处没有名为 {variable} 的变量。");
    /// A place that nothing was filled in for.
    MISSING_VARIABLE = Invalid "missing_variable"
        ("Missing variable", "Fill in {variable}.")
        ("缺少变量", "请填写 {variable}。");
}
