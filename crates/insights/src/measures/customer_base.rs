//! Measures of what to offer whom, of how satisfied customers are, of how they are cared for and what they need, of the
//! quality of their data, and of what they take.

guanxi_kernel::measures! {
    BOUGHT_TOGETHER = Count "bought_together" v 1 ("Bought together", "同购次数")
        ("Number of purchases with both products.", "同时含两种产品的购买次数。") of ["orders", "contracts"];
    BASKET_SUPPORT = Ratio "basket_support" v 1 ("Support", "支持度")
        ("bought_together ÷ all purchases.", "同购次数 ÷ 全部购买次数。") of ["orders", "contracts"];
    BASKET_CONFIDENCE = Ratio "basket_confidence" v 1 ("Confidence", "置信度")
        ("bought_together ÷ purchases with the product of the customer.", "同购次数 ÷ 含已购产品的购买次数。") of ["orders", "contracts"];
    BASKET_LIFT = Ratio "basket_lift" v 1 ("Lift", "提升度")
        ("bought_together × all purchases ÷ (purchases with the one × purchases with the other).", "同购次数 × 全部购买次数 ÷(两产品各自购买次数之积)。") of ["orders", "contracts"];
    OWNED_MONTHS = Number "owned_months" v 1 ("Months ago", "距购买月数")
        ("Whole months since the product was bought last.", "最近一次购买该产品距今整月数。") of ["orders", "contracts"];
    UPGRADE_MONTHS = Number "upgrade_months" v 1 ("From months on", "升级间隔月数")
        ("Months after which a better product is offered: of the product, else of the question.", "产品设定的升级间隔,未设定时取查询参数。") of ["products"];
    PRODUCT_PENETRATION = Ratio "product_penetration" v 1 ("Penetration", "渗透率")
        ("Customers who have bought the product ÷ all customers that are looked at.", "已购该产品的客户数 ÷ 全部客户数。") of ["orders", "contracts", "parties"];
    LIST_PRICE = Amount "list_price" v 1 ("List price", "目录价")
        ("What the product costs before any discount.", "产品折扣前的价格。") of ["products"];
    WHITESPACE_AMOUNT = Amount "whitespace_amount" v 1 ("Expected amount", "预期金额")
        ("list_price × product_penetration.", "目录价 × 渗透率。") of ["products", "orders", "contracts"];
    DAYS_BOUGHT = Count "days_bought" v 1 ("Days bought", "购买天数")
        ("Number of days on which it was bought.", "发生购买的天数。") of ["orders", "contracts"];
    PURCHASE_INTERVAL = Days "purchase_interval" v 1 ("Mean interval", "平均间隔")
        ("Days from the first such day to the last ÷ (days_bought − 1).", "首末购买日间隔天数 ÷(购买天数 − 1)。") of ["orders", "contracts"];
    PURCHASE_INTERVAL_SPREAD = Number "purchase_interval_spread" v 1 ("Spread", "间隔标准差")
        ("Standard deviation of the intervals in days.", "购买间隔天数的标准差。") of ["orders", "contracts"];
    NEED_OVERDUE = Days "need_overdue" v 1 ("Days past", "逾期天数")
        ("Days from the expected day to that of the instant; 0 if it is to come.", "预计购买日至统计当日的天数,未到为0。") of ["orders", "contracts"];
    SURVEY_RESPONSES = Count "survey_responses" v 1 ("Responses", "答复数")
        ("Number of completed responses that say how satisfied somebody is.", "含满意度的已完成答复数。") of ["playbook-runs"];
    SATISFACTION = Ratio "satisfaction" v 1 ("Satisfaction", "满意度指数")
        ("Mean of the indices of survey_responses: weighted points ÷ the most that there are × 100.", "各答复满意度指数(加权得分 ÷ 满分 × 100)的均值。") of ["playbook-runs"];
    SATISFACTION_CHANGE = Number "satisfaction_change" v 1 ("Change", "满意度变化")
        ("satisfaction − that of the period before.", "本期满意度 − 上期满意度。") of ["playbook-runs"];
    EXPECTING_RESPONSES = Count "expecting_responses" v 1 ("Responses with expectation", "期望答复数")
        ("Number of completed responses that say what was expected.", "含期望的已完成答复数。") of ["playbook-runs"];
    EXPECTATION = Ratio "expectation" v 1 ("Expectation", "期望指数")
        ("The same mean of the items that measure expectation.", "期望题目的同样均值。") of ["playbook-runs"];
    SATISFACTION_GAP = Number "satisfaction_gap" v 1 ("Gap", "满意度差距")
        ("satisfaction − expectation.", "满意度 − 期望。") of ["playbook-runs"];
    RESPONDING_CUSTOMERS = Count "responding_customers" v 1 ("Customers with a response", "有答复客户数")
        ("Number of customers with a completed response.", "有已完成答复的客户数。") of ["playbook-runs", "orders", "contracts"];
    LOW_SATISFACTION = Count "low_satisfaction" v 1 ("Low", "低满意度客户数")
        ("Of responding_customers: below the lower limit.", "有答复客户中低于下限者。") of ["playbook-runs", "orders", "contracts"];
    MIDDLE_SATISFACTION = Count "middle_satisfaction" v 1 ("Middle", "中满意度客户数")
        ("Of responding_customers: between the limits.", "有答复客户中介于上下限者。") of ["playbook-runs", "orders", "contracts"];
    HIGH_SATISFACTION = Count "high_satisfaction" v 1 ("High", "高满意度客户数")
        ("Of responding_customers: from the upper limit on.", "有答复客户中达到上限者。") of ["playbook-runs", "orders", "contracts"];
    MARKETING_EXPENSES = Amount "marketing_expenses" v 1 ("Marketing expenses", "市场费用")
        ("Sum of what campaigns have spent in the period.", "期内市场活动费用之和。") of ["campaign-expenses"];
    MARKETING_EXPENSE_RATIO = Ratio "marketing_expense_ratio" v 1 ("E:R of all sales", "总体费用收入比")
        ("marketing_expenses ÷ purchased.", "市场费用 ÷ 购买金额。") of ["campaign-expenses", "orders", "contracts"];
    CUSTOMER_GROWTH = Ratio "customer_growth" v 1 ("Growth of customers", "客户增长率")
        ("(flow_closing − flow_opening) ÷ flow_opening.", "(期末客户 − 期初客户)÷ 期初客户。") of ["orders", "contracts"];
    QUALITY_RECORDS = Count "quality_records" v 1 ("Records", "检查记录数")
        ("Number of records that can fail the check.", "适用该检查项的记录数。") of ["parties", "contacts"];
    QUALITY_PASSING = Count "quality_passing" v 1 ("Passing", "合格记录数")
        ("Of quality_records: satisfy the check.", "适用记录中合格者。") of ["parties", "contacts"];
    QUALITY_SCORE = Ratio "quality_score" v 1 ("Score", "数据质量得分")
        ("quality_passing ÷ quality_records.", "合格记录数 ÷ 适用记录数。") of ["parties", "contacts"];
    QUALITY_FAILING = Count "quality_failing" v 1 ("Failing", "不合格记录数")
        ("quality_records − quality_passing.", "适用记录数 − 合格记录数。") of ["parties", "contacts"];
    DELIVERY_AGE = Number "delivery_age" v 1 ("Months since the delivery", "交付后月数")
        ("Whole months since the asset was delivered to its owner.", "资产交付给现客户至统计当日的整月数。")
        of ["assets"];
    CARE_OVERDUE_DAYS = Days "care_overdue_days" v 1 ("Days overdue", "关怀逾期天数")
        ("Days from the day by which the care contact was due to that of the instant; 0 if it is to come.", "关怀联系截止日至统计当日的天数,未到期为0。") of ["care-contacts"];
    ASSET_AGE = Number "asset_age" v 1 ("Age in months", "资产月龄")
        ("Whole months since the asset was bought.", "购买至统计当日的整月数。") of ["assets"];
    ASSET_READING = Number "asset_reading" v 1 ("Reading", "当前读数")
        ("What its meter shows by the latest reading that counts.", "最近有效读数。") of ["assets"];
    REPLACEMENT_SCORE = Ratio "replacement_score" v 1 ("Score", "换购得分")
        ("100 × (asset_age ÷ its limit + asset_reading ÷ its limit + 1 if the financing ends) ÷ 3, each part at most 1.", "100 ×(月龄比 + 里程比 + 金融到期1分)÷ 3,各项至多为1。") of ["assets"];
    ADDRESSED = Count "addressed" v 1 ("Addressed", "触达数")
        ("Number of parties whom finished campaigns have addressed, once for each campaign.", "已结束活动触达的客户数,每活动计一次。") of ["campaign-members"];
    ADDRESSED_RESPONDED = Count "addressed_responded" v 1 ("Answered", "反馈数")
        ("Of addressed: have answered.", "触达客户中有反馈者。") of ["campaign-members"];
    ADDRESSED_RESPONSE_RATE = Ratio "addressed_response_rate" v 1 ("Response rate", "反应率")
        ("addressed_responded ÷ addressed.", "反馈数 ÷ 触达数。") of ["campaign-members"];
    ALLOWED_MINUTES = Minutes "allowed_minutes" v 1 ("Minutes allowed", "允许工时")
        ("Hours of the service policy × 60 × customers.", "服务策略工时预算 × 60 × 客户数。") of ["service-policies", "parties"];
    SERVED_MINUTES = Minutes "served_minutes" v 1 ("Minutes used", "已用工时")
        ("Sum of the durations of activities with them that were done in the period.", "期内已完成相关活动的时长之和。") of ["activities"];
    TIME_USE = Ratio "time_use" v 1 ("Use of time", "工时使用率")
        ("served_minutes ÷ allowed_minutes.", "已用工时 ÷ 允许工时。") of ["activities", "service-policies"];
    ALLOWED_AMOUNT = Amount "allowed_amount" v 1 ("Allowed", "允许费用")
        ("Budget of the service policy × customers.", "服务策略费用预算 × 客户数。") of ["service-policies", "parties"];
    MONEY_USE = Ratio "money_use" v 1 ("Use of money", "费用使用率")
        ("cost_to_serve ÷ allowed_amount.", "服务成本 ÷ 允许费用。") of ["activities", "service-policies"];
    PARTIES_OVER = Count "parties_over" v 1 ("Parties over", "超支客户数")
        ("Number of customers who have taken more than is allowed for one.", "超过单客户预算的客户数。") of ["activities", "service-policies", "parties"];
    CARE_CONTACTS = Count "care_contacts" v 1 ("Contacts", "维系联系数")
        ("Number of care contacts that were tried.", "进行过联系的维系记录数。") of ["care-contacts"];
    CARE = Count "care" v 1 ("Care", "关怀数")
        ("Of care_contacts: for care.", "目的为关怀的维系记录数。") of ["care-contacts"];
    CARE_INVITATIONS = Count "care_invitations" v 1 ("Invitations", "招揽数")
        ("care_contacts − care.", "维系联系数 − 关怀数。") of ["care-contacts"];
    CARE_SHARE = Ratio "care_share" v 1 ("Share of care", "关怀占比")
        ("care ÷ care_contacts.", "关怀数 ÷ 维系联系数。") of ["care-contacts"];
    CARE_ATTEMPTS = Count "care_attempts" v 1 ("Attempts", "联系次数")
        ("How often care_contacts were tried.", "维系联系的尝试次数。") of ["care-contacts"];
    CARE_UNDERSTOOD = Count "care_understood" v 1 ("Reached and understood", "有效沟通数")
        ("Of care_contacts: somebody was reached and has understood.", "已联系并有效沟通的维系记录数。") of ["care-contacts"];
    EFFECTIVE_CONTACT_RATE = Ratio "effective_contact_rate" v 1 ("Effective contacts", "有效沟通率")
        ("care_understood ÷ care_attempts.", "有效沟通数 ÷ 联系次数。") of ["care-contacts"];
    CARE_SATISFACTION = Ratio "care_satisfaction" v 1 ("Satisfaction", "联系后满意度")
        ("Mean of how content customers said they were, from 1 to 5.", "联系中客户满意度(1–5)的均值。") of ["care-contacts"];
    SLOTS_ACCEPTED = Count "slots_accepted" v 1 ("Slots accepted", "预约数")
        ("Of care_invitations: one of the slots was accepted.", "已接受时段的招揽数。") of ["care-contacts"];
    INVITED_SHOWS = Count "invited_shows" v 1 ("Shows", "到店数")
        ("Of slots_accepted: the customer came.", "预约后到店数。") of ["care-contacts"];
    INVITED_NO_SHOWS = Count "invited_no_shows" v 1 ("No-shows", "爽约数")
        ("Of slots_accepted: the customer did not come.", "预约后未到店数。") of ["care-contacts"];
    SHOW_RATE = Ratio "show_rate" v 1 ("Show rate", "到店率")
        ("invited_shows ÷ (invited_shows + invited_no_shows).", "到店数 ÷(到店数 + 爽约数)。") of ["care-contacts"];
    INVITED_REPAIR_ORDERS = Count "invited_repair_orders" v 1 ("Repair orders", "维修工单数")
        ("Of invited_shows: with a repair order.", "到店且开具维修工单数。") of ["care-contacts"];
    REPAIR_RATE = Ratio "repair_rate" v 1 ("Conversion to repair order", "转工单率")
        ("invited_repair_orders ÷ invited_shows.", "维修工单数 ÷ 到店数。") of ["care-contacts"];
    NEEDS_TOLD = Count "needs_told" v 1 ("Needs", "需求数")
        ("Number of needs that customers have told.", "客户提出的需求数。") of ["needs"];
    NEEDS_OPEN = Count "needs_open" v 1 ("Open", "未采纳数")
        ("Of needs_told: nothing was decided.", "尚未决定的需求数。") of ["needs"];
    NEEDS_ADOPTED = Count "needs_adopted" v 1 ("Adopted", "已采纳数")
        ("Of needs_told: adopted.", "已采纳的需求数。") of ["needs"];
    NEEDS_DECLINED = Count "needs_declined" v 1 ("Declined", "不采纳数")
        ("Of needs_told: declined.", "不采纳的需求数。") of ["needs"];
    ADOPTION_RATE = Ratio "adoption_rate" v 1 ("Adoption rate", "采纳率")
        ("needs_adopted ÷ needs_told.", "已采纳数 ÷ 需求数。") of ["needs"];
    INSURANCES_EXPIRING = Count "insurances_expiring" v 1 ("Expiring", "到期保单数")
        ("Number of terms of insurance that end on these days.", "保险到期日在所选日期内的保险期数。") of ["assets"];
    INSURANCES_RENEWED = Count "insurances_renewed" v 1 ("Renewed", "已续保数")
        ("Of insurances_expiring: the asset was insured again.", "到期保单中已续保者。") of ["assets"];
    INSURANCES_LAPSED = Count "insurances_lapsed" v 1 ("Lapsed", "脱保数")
        ("Of insurances_expiring: not renewed, and their last day is past.", "到期日已过而未续保者。") of ["assets"];
    RENEWAL_RATE = Ratio "renewal_rate" v 1 ("Renewal rate", "续保率")
        ("insurances_renewed ÷ insurances_expiring.", "已续保数 ÷ 到期保单数。") of ["assets"];
}
