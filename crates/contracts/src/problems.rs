//! What only this crate can refuse.

guanxi_kernel::problems! {
    /// A move that the stage of a contract does not allow.
    CONTRACT_MOVE_NOT_ALLOWED = Conflict "contract_move_not_allowed"
        ("Not possible now", "The contract is {stage}; possible now: {allowed}.")
        ("当前不可执行", "合同阶段为 {stage},目前可执行:{allowed}。");
    /// What is agreed on does not change by itself.
    CONTRACT_SIGNED = Conflict "contract_signed"
        ("Contract is signed", "What was agreed on does not change once a contract is signed; it is {stage}.")
        ("合同已签订", "合同签订后条款不能修改,当前阶段为 {stage}。");
    /// The other party of a contract is that of its opportunity.
    PARTY_OF_OTHER_OPPORTUNITY = Invalid "party_of_other_opportunity"
        ("Another party", "The contract is with the party of its opportunity.")
        ("客户与商机不符", "合同客户须与商机客户一致。");
    /// A contract from a quote that nobody has accepted.
    NO_ACCEPTED_QUOTE = Conflict "no_accepted_quote"
        ("No accepted quote", "The opportunity has no accepted quote whose lines could be taken; name lines, or have a quote accepted first.")
        ("没有已接受的报价", "该商机没有已接受的报价,请填写明细或先接受报价。");
    /// One quote becomes one contract.
    QUOTE_CONTRACTED = Conflict "quote_contracted"
        ("Quote has a contract", "Contract {contract_id} was made from the accepted quote already.")
        ("报价已签合同", "该报价已生成合同 {contract_id}。");
    /// What a payment plan comes to is not what the contract comes to.
    PLAN_NOT_WHOLE = Invalid "plan_not_whole"
        ("Not the whole", "The payment plan must sum to exactly {expected}; it sums to {found}.")
        ("收款计划不等于合同额", "收款计划合计必须恰好为 {expected},现为 {found}。");
    /// Something that needs a contract that is in force.
    NOT_EFFECTIVE = Conflict "not_effective"
        ("Not in force", "The contract is {stage}: nothing is carried out or paid on it unless it is signed and not cancelled.")
        ("合同未生效", "合同阶段为 {stage},仅已签订且未取消的合同可登记执行或收款。");
    /// Money that the company would have to give back first.
    CONTRACT_PAID = Conflict "contract_paid"
        ("Payments on the contract", "{received} is paid on the contract; refund that before it is cancelled.")
        ("合同已有收款", "合同已收款 {received},请先退款再取消。");
    /// More than was ordered.
    OVER_DELIVERY = Conflict "over_delivery"
        ("More than ordered", "Of line {line}, {ordered} are ordered and {shipped} would be shipped.")
        ("超出订购数量", "第 {line} 行订购 {ordered},累计发货将达 {shipped}。");
    /// More than one can add up at once.
    TOO_MANY_LINKS = Conflict "too_many_links"
        ("Too many links", "A contract has at most {limit} execution links.")
        ("执行关联过多", "每份合同最多 {limit} 条执行关联。");
    /// A member that says nothing of such a link.
    NOT_OF_THIS_LINK = Invalid "not_of_this_link"
        ("Not of this kind", "A link of the kind {kind} has no such member.")
        ("该类型无此字段", "{kind} 类型的执行关联没有该字段。");
    /// More than is owed.
    OVER_PAYMENT = Conflict "over_payment"
        ("More than is owed", "Only {open} is open.")
        ("超额收款", "未收金额仅为 {open}。");
    /// More than was paid.
    OVER_REFUND = Conflict "over_refund"
        ("More than was paid", "Of that receipt, only {rest} can be refunded.")
        ("超额退款", "该笔收款可退金额仅为 {rest}。");
    /// Parts of a receipt that are not all of it.
    MATCHES_NOT_WHOLE = Invalid "matches_not_whole"
        ("Not the whole", "The matched amounts must sum to exactly {expected}.")
        ("核销金额不符", "核销金额合计必须恰好为 {expected}。");
    /// A template that is not used any more.
    TEMPLATE_INACTIVE = Invalid "template_inactive"
        ("Template not in use", "No document is made of a template that is not active.")
        ("模板未启用", "模板未启用,不能生成合同文本。");
    /// What is matched by itself.
    REFUND_MATCHES_ITSELF = Invalid "refund_matches_itself"
        ("Matched by itself", "A refund is taken from what its receipt was matched to; it names no lines.")
        ("退款自动冲销", "退款按原收款的核销明细冲回,不能另行指定。");
    /// A move that the state of an amendment does not allow.
    AMENDMENT_MOVE_NOT_ALLOWED = Conflict "amendment_move_not_allowed"
        ("Not possible now", "The amendment is {state}; possible now: {allowed}.")
        ("当前不可执行", "变更单状态为 {state},目前可执行:{allowed}。");
    /// Two amendments that would not know of each other.
    AMENDMENT_OPEN = Conflict "amendment_open"
        ("Another amendment is open", "Amendment {amendment_id} of the contract is neither signed nor cancelled yet.")
        ("已有未完成的变更", "该合同的变更单 {amendment_id} 尚未签订或取消。");
    /// A change behind what was shipped or paid already.
    BELOW_WHAT_IS_DONE = Conflict "below_what_is_done"
        ("Less than what is done", "{done} of this line was shipped or paid already: it keeps its place and product, and is not less than that.")
        ("低于已执行数", "该行已发货或已收款 {done},须保留行次与产品且不得低于该数。");
    /// More of a resource than there is on a day.
    OVER_ALLOCATED = Conflict "over_allocated"
        ("More than there is", "On {day}, {booked} of {available} minutes are taken already, and {wanted} more are asked for.")
        ("资源超额预订", "{day} 共 {available} 分钟,已预订 {booked} 分钟,现需再预订 {wanted} 分钟。");
    /// A resource that is not there on any of the days.
    RESOURCE_NOT_AVAILABLE = Invalid "resource_not_available"
        ("Not available then", "The resource is not in use, or not there on any of these days.")
        ("资源不可用", "该资源未启用,或在这些日期均不可用。");
    /// More than one can look through at once.
    TOO_MANY_BOOKINGS = Conflict "too_many_bookings"
        ("Too many bookings", "A contract has at most {limit} bookings of resources.")
        ("资源预订过多", "每份合同最多 {limit} 条资源预订。");
}
